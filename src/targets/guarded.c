/* SPDX-License-Identifier: Apache-2.0 */
/* See guarded.h. */
#include "targets/guarded.h"

#include "base/buf.h"
#include "targets/policies.h"

/* Its guards in policies, as text; those of two routes that ask the same are alike. */
static str guards_of(const struct lowering *lw, const struct route *route)
{
	struct buf out;
	buf_init(&out, lw->arena, 0);
	for (size_t i = 0; i < route->steps.n; i++) {
		const struct step *s = route->steps.item[i];
		if (s->kind != STEP_GUARD || !policy_says(lw, s))
			continue;
		buf_printf(&out, "%.*s %.*s\n", STR_ARG(s->feature), STR_ARG(s->value));
		for (size_t k = 0; k < s->facts.n; k++)
			buf_printf(&out, "%.*s\n", STR_ARG(s->facts.item[k]->value));
	}
	return buf_str(&out);
}

/* Paths are read in any letter case, or within an element. */
static bool has_expressions(const struct host *host)
{
	for (size_t i = 0; i < host->routes.n; i++)
		if (host->routes.item[i]->match.kind == MATCH_REGEX || host->routes.item[i]->match.kind == MATCH_TEXT)
			return true;
	return false;
}

bool host_is_half_guarded(const struct lowering *lw, const struct host *host)
{
	str first = { "", 0 };
	bool some = false;
	if (!has_expressions(host))
		return false;
	for (size_t i = 0; i < host->routes.n; i++) {
		if (host->routes.item[i]->cases.n == 0)
			continue;
		str guards = guards_of(lw, host->routes.item[i]);
		if (some && !str_eq(guards, first))
			return true;
		first = guards;
		some = true;
	}
	return false;
}
