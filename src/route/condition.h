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
	CONDITION_QUERY              /* the first parameter of that name in the query has that value */
};

struct condition {
	enum condition_kind kind;
	str name, value;
	bool regex;                  /* value is an expression that is searched, and letter case counts */
	bool or_preflight;           /* of a method: requests that ask whether another origin may use it fit as well */
	bool any_line;               /* of a header that is sent several times: one of its values suffices, else all count as one */
	bool any_element;            /* of a header: one of its elements between commas suffices */
	struct pattern *pattern;     /* of a regex, after model_prepare() */
	struct place at;
};

struct condition_list {
	struct condition *item;
	size_t n, cap;
};

#endif
