/* SPDX-License-Identifier: Apache-2.0 */
/* On which requests a case of a forward applies, as an HTTPRoute says it. */
#ifndef ING2GW_TARGETS_CONDITIONS_H
#define ING2GW_TARGETS_CONDITIONS_H

#include "targets/lower.h"

/* A header or a cookie decides; a client that is to stay where it was is no condition that a route can say. */
bool case_has_condition(const struct forward_case *forward_case);

/* False when the condition cannot be said (it has been reported). */
bool case_condition(struct lowering *lowering, const struct route *route, const struct forward_case *forward_case, struct header_match *out);

/*
 * What the route's match asks beside the path, as fields of a match. False: it cannot be said, which has been reported; the match takes nothing
 * then. A closed route refuses every letter case, and where a condition cannot be said, whatever its value is; a guarded one asks in every letter case.
 */
bool route_conditions(struct lowering *lowering, const struct route *route, bool closed, bool guarded, struct http_match *out);

/* The same as a text, for matches that must differ. */
str conditions_key(struct arena *arena, const struct route *route);

#endif
