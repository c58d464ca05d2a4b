/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a conversion: what was printed is read again, as text, by the reader of anybody's manifests, and asked the same as the
 * Ingresses. What differs and was not said beforehand becomes a diagnostic.
 */
#ifndef ING2GW_LIB_PROOF_H
#define ING2GW_LIB_PROOF_H

#include "lib/accept.h"
#include "lib/intake.h"
#include "report/report.h"
#include "route/statement.h"
#include "verify/pairs.h"

struct proof_text {
	str name, text;
};

struct proof_input {
	const struct statements *statements;
	LIST(struct proof_text) texts;     /* that a user gets, so that places are places in them; of a choice all that it was made among */
	struct known_pairs gateways;       /* that take the requests after; others of the input have no part in it */
	struct accepted_differences *accepted;   /* or NULL */
	bool chosen;                       /* what is about Ingresses that were skipped is left out */
};

/* After everything is printed and accounted for, and before diagnostics are sorted. Fills in what the report says of the proof. */
void proof_run(struct intake *intake, const struct proof_input *input, struct report *report);

#endif
