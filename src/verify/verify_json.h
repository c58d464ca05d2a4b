/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and differences as JSON, for other programs. */
#ifndef ING2GW_VERIFY_VERIFY_JSON_H
#define ING2GW_VERIFY_VERIFY_JSON_H

#include "base/buf.h"
#include "verify/verify.h"

/* As `trace --requests` reads it: usual values are left out. */
void request_json(struct buf *out, const struct request *request);

/* A difference with both outcomes; places are "file:line" of the routes, or empty. */
struct told_difference {
	const struct difference *difference;
	const struct outcome *before, *after;
	str before_place, after_place;
	str file;                    /* where the route of the input stands; or empty */
	unsigned line;
};
/* An object; of what was stated one for each field, with commas between them. */
void difference_json(struct buf *out, struct arena *scratch, const struct told_difference *told);

/* The request of a difference, as above, with what each side answers: {..., "expected": {"before": {...}, "after": {...}}}. */
void expected_json(struct buf *out, struct arena *scratch, const struct told_difference *told);

/* What hangs on the implementation, with the outcome under each value. */
struct told_answer {
	const struct outcome *outcome;
	str place;
};

struct told_dependence {
	const struct dependence *dependence;
	const struct outcome *before;
	str before_place;
	LIST(struct told_answer) answers;   /* in the order of dependence->answers */
};
/* {"host": ..., "choice": ..., "request": {...}, "before": {...}, "values": [{"value": ..., "by": [...], "after": {...}, ...}], ...} */
void dependence_json(struct buf *out, struct arena *scratch, const struct told_dependence *told);

/* {"verdict": ..., "hosts": [...], "classes": ..., ...} */
void proof_json(struct buf *out, const struct verification *v);

#endif
