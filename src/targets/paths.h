/* SPDX-License-Identifier: Apache-2.0 */
/* Matches of the model as matches of an HTTPRoute. */
#ifndef ING2GW_TARGETS_PATHS_H
#define ING2GW_TARGETS_PATHS_H

#include "targets/lower.h"

struct path_list {
	struct path_match *item;
	size_t n, cap;
};

enum path_said {
	SAID_SAME,
	SAID_IN_CASE,        /* in this letter case, where the source took any */
	SAID_BY_ELEMENT,     /* as a prefix of whole elements in this letter case, where the source took any case and any longer text */
	SAID_AS_REGEX,       /* as a regular expression, whose dialect is the implementation's */
	SAID_FOLDED          /* as one that takes the same paths; its rank is the implementation's */
};

/*
 * The path matches of a route. closed: it is to refuse, so that no spelling that the source refused slips through; *said is then
 * SAID_IN_CASE where other letter cases had to be left out, because they make the expression too long. folds: expressions may begin with "(?i)". cut: the prefix that a
 * rewrite replaces, or empty. False when the path cannot be written in a Gateway; why says so.
 */
bool paths_of(struct arena *arena, const struct route *route, bool closed, bool folds, str cut, struct path_list *out, enum path_said *said, str *why);

/* The longest prefix of whole elements that can be written and takes all that a closed route refuses. */
void paths_around(struct arena *arena, const struct route *route, struct path_list *out);

/* A literal path as it may stand in an Exact or PathPrefix match: other characters percent-encoded. */
bool path_encode(struct arena *arena, str path, str *out, str *why);

/* The reverse: the text that requests are compared with. */
str path_decode(struct arena *arena, str value);

/* Constructs of PCRE that other dialects do not have. */
bool path_is_pcre_only(str regex);

#endif
