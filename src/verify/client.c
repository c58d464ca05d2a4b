/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/client.h"

void client_asks(struct evaluator *evaluator, struct arena *scratch, const struct request *request, const struct left_out *left_out,
	struct outcome *out)
{
	enum { MISDIRECTED = 421 };
	evaluate_without(evaluator, scratch, request, left_out, out);
	if (out->status != MISDIRECTED || !request->has_sni)
		return;
	struct request *again = NEW(scratch, struct request);
	*again = *request;
	again->has_sni = false;
	evaluate_without(evaluator, scratch, again, left_out, out);
}
