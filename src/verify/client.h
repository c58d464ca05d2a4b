/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a request in the hands of a client that keeps its connections. */
#ifndef ING2GW_VERIFY_CLIENT_H
#define ING2GW_VERIFY_CLIENT_H

#include "route/evaluate.h"

/*
 * As evaluate_without(); left_out may be NULL. Who is told by 421 that a connection that was made for another host is none for this one
 * makes one that is, and asks again.
 */
void client_asks(struct evaluator *evaluator, struct arena *scratch, const struct request *request, const struct left_out *left_out,
	struct outcome *out);

#endif
