/* SPDX-License-Identifier: Apache-2.0 */
/* An outcome as one line of JSON, for other programs. */
#ifndef ING2GW_VERIFY_TRACE_JSON_H
#define ING2GW_VERIFY_TRACE_JSON_H

#include "base/buf.h"
#include "route/evaluate.h"

/* route: place of outcome->route as "file:line", or empty. Ends with a newline. */
void trace_json(struct buf *out, struct arena *scratch, const struct outcome *outcome, str route);

/* The same without a newline, as a part of more. */
void trace_json_outcome(struct buf *out, struct arena *scratch, const struct outcome *outcome, str route);

/* Of both sides: {"before": ..., "after": ..., "same": ...}; without "same" where something on a side is not understood. */
void trace_json_both(struct buf *out, struct arena *scratch, const struct outcome *before, str before_route, const struct outcome *after,
	str after_route);

/* The answer to a line that is no request: {"error": "..."} */
void trace_json_error(struct buf *out, str error);

/*
 * The weights of an outcome's backends as percent, where whole numbers say them exactly, else as they stand; in scratch, in the
 * order of the backends, then of those that fail. percent tells which.
 */
uint64_t *trace_shares(struct arena *scratch, const struct outcome *outcome, bool *percent);

#endif
