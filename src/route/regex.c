/* SPDX-License-Identifier: Apache-2.0 */
/* Questions about the expressions of a host that is being built: see model.h. */
#include "route/evaluate.h"

/* Without anchors and assertions, what matches the start of a text matches every longer text as well. */
static bool is_open_ended(str regex)
{
	return !str_has(regex, STR("$")) && !str_has(regex, STR("\\")) && !str_has(regex, STR("(?")) && !str_has(regex, STR("(*")) &&
		!str_has(regex, STR("|"));
}

/* An expression that has run away once is not asked again: a model of many such paths would take for ever. */
static enum found search(struct matcher *matcher, struct match *match, str text)
{
	if (match->runs_away)
		return FOUND_TOO_LONG;
	enum found found = match->pattern ? pattern_search(matcher, match->pattern, text, NULL) : FOUND_NOT;
	match->runs_away = found == FOUND_TOO_LONG;
	return found;
}

bool match_takes_all(struct matcher *matcher, struct match *match, str literal)
{
	return is_open_ended(match->path) && search(matcher, match, literal) == FOUND;
}

bool match_may_take(struct matcher *matcher, struct match *m, str path)
{
	return m->kind == MATCH_REGEX ? search(matcher, m, path) != FOUND_NOT : match_takes(matcher, m, path) == FOUND;
}

struct route *host_first(struct matcher *matcher, const struct host *host, str path)
{
	for (size_t i = 0; i < host->routes.n; i++) {
		struct match *m = &host->routes.item[i]->match;
		if (m->conditions.n)
			continue;
		if (match_may_take(matcher, m, path))
			return host->routes.item[i];
	}
	return NULL;
}
