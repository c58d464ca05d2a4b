/* SPDX-License-Identifier: Apache-2.0 */
/* One route of the model on one side as rules of an HTTPRoute. */
#ifndef ING2GW_TARGETS_RULES_H
#define ING2GW_TARGETS_RULES_H

#include "base/map.h"
#include "targets/lower.h"

/* A route of a host on one side, and the part of the result that its rules go to. */
struct rule_place {
	const struct entry *entry;
	const struct host *host;
	const struct route *route;
	enum side side;                  /* SIDE_PLAIN or SIDE_TLS */
	struct route_part *part;
	struct map *taken;               /* path matches that routes before this one have, as text */
};

/*
 * What a route does on a side, before it is written: the filters in front of its backends, or the answer that ends it.
 */
struct draft {
	struct http_rule rule;           /* filters only */
	struct mark_list marks;          /* at /filters/... */
	str cut;                         /* the prefix that a rewrite exchanges, or empty */
	bool closed;                     /* a protection is lost: the route refuses everybody */
	enum diag_code closed_by;        /* what says so, where it is closed */
	bool broken;                     /* an answer of the source cannot be said: no backend stands in for it */
	const struct step *answer;       /* the redirect or status that ends it, or NULL */
};

struct draft draft_of(struct lowering *lowering, const struct rule_place *at);

/* Adds the rules for a draft to at->part. */
void rules_add(struct lowering *lowering, const struct rule_place *at, const struct draft *draft);

#endif
