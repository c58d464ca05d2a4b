/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which implementations try regular expressions, and the source's. */
#ifndef ING2GW_TARGETS_RANKS_H
#define ING2GW_TARGETS_RANKS_H

#include "targets/forms.h"

/* A rule that a route has become, and whether it is closed. */
struct added {
	const struct route *route;
	const struct form *form;
	struct route_part *part;
	size_t rule;
	bool closed, guarded;
};

struct added_list {
	struct added *item;
	size_t n, cap;
};

struct http_rule *added_rule(const struct added *added);

/* Empty groups at the end of an expression, so that it is longer than that, as far as a path may be. True when it has become longer. */
bool expression_lengthen(struct arena *arena, struct http_match *match, size_t past);

/*
 * Implementations try the longest expression first, as the source did before the writing added to some and took from others: empty groups
 * at its end keep an expression in front of those that the source tried after it. Rules of one route stay as long as each other.
 */
void ranks_keep(struct arena *arena, const struct added_list *added);

#endif
