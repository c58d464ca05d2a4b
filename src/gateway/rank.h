/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which an implementation tries matches, for whoever writes them: see side_order.c. */
#ifndef ING2GW_GATEWAY_RANK_H
#define ING2GW_GATEWAY_RANK_H

#include "mapping/mapping.h"

struct gateway_choices;

/* What counts of a match of an HTTPRoute. */
struct written_match {
	str type, path, method;
	size_t headers, exact_headers;   /* how many, and how many of these without an expression */
};

/* Of the target's table. */
const struct gateway_choices *ranking_of(struct arena *arena, const struct target_table *target);

/*
 * Which of two matches of one hostname is tried first: below 0 the first one, above 0 the second; 0: neither path nor conditions decide, but names and
 * places of their routes.
 */
int ranking_compare(const struct gateway_choices *choices, const struct written_match *a, const struct written_match *b);

/* Of two routes for which nothing else decides that with the lesser name comes first. */
bool ranking_goes_by_name(const struct gateway_choices *choices);

#endif
