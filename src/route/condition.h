/* SPDX-License-Identifier: Apache-2.0 */
/* What a match asks of a request beside its path: see model.h. */
#ifndef ING2GW_ROUTE_CONDITION_H
#define ING2GW_ROUTE_CONDITION_H

#include "base/arena.h"
#include "base/source.h"

struct pattern;

enum condition_kind {
	CONDITION_METHOD,            /* the method is value */
	CONDITION_HEADER,            /* the header has that value; one that is sent several times counts as one, joined by "," */
	CONDITION_QUERY              /* a parameter of that name in the query has that value: the first one */
};

struct condition {
	enum condition_kind kind;
	str name, value;
	bool regex;                  /* value is an expression that is searched, and letter case counts */
	bool nocase;                 /* of a header's value: letter case does not count; a regex says so itself */
	str near;                    /* of a regex: the expression as it was written, without what says the letter case; or empty */
	bool or_preflight;           /* of a method: requests that ask whether another origin may use it fit as well */
	bool any_value;              /* of what is sent several times one suffices; else all lines of a header count as one, and of parameters the first */
	bool any_element;            /* of a header: one of its elements between commas suffices */
	struct pattern *pattern;     /* of a regex, after model_prepare() */
	struct place at;
};

struct condition_list {
	struct condition *item;
	size_t n, cap;
};

#endif
