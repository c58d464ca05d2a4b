/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions that a request is held against: see run.h. */
#include "route/run.h"

void run_name_group(struct run *r, str name, str value)
{
	struct header named = { name, value };
	LIST_PUSH(r->scratch, &r->named, named);
}

bool run_named(const struct run *r, str name, str *value)
{
	for (size_t i = r->named.n; i-- > 0;)
		if (str_eq_nocase(r->named.item[i].name, name)) {
			*value = r->named.item[i].value;
			return true;
		}
	return false;
}

static void name_groups(struct run *r, const struct pattern *pattern, str text)
{
	str name;
	size_t group;
	for (size_t i = 0; pattern_name(pattern, i, &name, &group); i++)
		run_name_group(r, name, pattern_group(r->matcher, text, group));
}

bool run_search(struct run *r, const struct pattern *pattern, str text, bool groups, const char *what)
{
	str group[PATTERN_GROUPS];
	enum found found = pattern ? pattern_search(r->matcher, pattern, text, groups ? group : NULL) : FOUND_NOT;
	if (found == FOUND_TOO_LONG && !r->out->problem.n)
		r->out->problem = arena_printf(r->scratch, "%s takes too many steps on this request", what);
	for (size_t i = 0; found == FOUND && groups && i < PATTERN_GROUPS; i++)
		r->group[i] = group[i];
	if (found == FOUND && groups)
		name_groups(r, pattern, text);
	return found == FOUND;
}
