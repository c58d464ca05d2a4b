/* SPDX-License-Identifier: Apache-2.0 */
/* Building the model: see model.h. */
#include "route/model.h"

void fact_list_add(struct arena *arena, struct fact_list *list, struct fact *fact)
{
	if (!fact)
		return;
	for (size_t i = 0; i < list->n; i++)
		if (list->item[i] == fact)
			return;
	LIST_PUSH(arena, list, fact);
}

void fact_list_join(struct arena *arena, struct fact_list *list, const struct fact_list *more)
{
	for (size_t i = 0; i < more->n; i++)
		fact_list_add(arena, list, more->item[i]);
}

str owner_key(struct arena *arena, const struct owner *owner)
{
	return arena_printf(arena, "%.*s/%.*s", STR_ARG(owner->namespace), STR_ARG(owner->name));
}

struct step *route_step(struct arena *arena, struct route *route, enum step_kind kind, str feature, struct fact *fact)
{
	struct step *s = NEW(arena, struct step);
	s->kind = kind;
	s->side = SIDE_BOTH;
	s->feature = feature;
	fact_list_add(arena, &s->facts, fact);
	LIST_PUSH(arena, &route->steps, s);
	return s;
}

bool step_is_said(const struct step *step, enum side side)
{
	return !step->quiet && (step->side == SIDE_BOTH || step->side == side);
}

/* ---- hosts ---- */

bool host_name_takes(const struct host_name *pattern, str name)
{
	switch (pattern->kind) {
	case HOST_ANY:
		return true;
	case HOST_EXACT:
		return str_eq(pattern->name, name);
	case HOST_LABELS:
	case HOST_ONE_LABEL:
		return name.n >= pattern->name.n && str_ends(name, str_from(pattern->name, 1));
	case HOST_TAIL:
	case HOST_REGEX:
		break;
	}
	return false;
}

bool host_name_is_closer(const struct host_name *a, const struct host_name *b)
{
	if ((a->kind == HOST_EXACT) != (b->kind == HOST_EXACT))
		return a->kind == HOST_EXACT;
	return a->name.n > b->name.n;
}

const struct host_name *host_name_for(const struct host *host, str name)
{
	const struct host_name *best = host_name_takes(&host->name, name) ? &host->name : NULL;
	for (size_t i = 0; i < host->aliases.n; i++) {
		const struct host_name *alias = &host->aliases.item[i];
		if (host_name_takes(alias, name) && (!best || host_name_is_closer(alias, best)))
			best = alias;
	}
	return best ? best : &host->name;
}

/* The first host with a pattern, and whether there are others. */
struct claim {
	const struct host *host;
	bool several;
};

void host_patterns_init(struct host_patterns *patterns, struct arena *arena)
{
	map_init(&patterns->exact, arena);
	map_init(&patterns->wild, arena);
}

void host_patterns_add(struct host_patterns *patterns, const struct host_name *name, const struct host *of)
{
	struct map *map = name->kind == HOST_EXACT ? &patterns->exact : &patterns->wild;
	str key = name->kind == HOST_EXACT ? name->name : str_from(name->name, 1);
	struct claim *claim = map_get(map, key);
	if (!claim) {
		claim = NEW(map->arena, struct claim);
		claim->host = of;
		map_set(map, key, claim);
	}
	claim->several = claim->several || claim->host != of;
}

static bool has_other(const struct map *map, str key, const struct host *host)
{
	const struct claim *claim = map_get(map, key);
	return claim && (claim->several || claim->host != host);
}

/* One look-up for each label; a pattern is not wider than itself. */
static bool is_taken(const struct host_patterns *patterns, const struct host_name *name, const struct host *host)
{
	if (name->kind == HOST_ANY)
		return false;
	for (size_t i = name->kind == HOST_EXACT ? 1 : 2; i < name->name.n; i++)
		if (name->name.p[i] == '.' && has_other(&patterns->wild, str_from(name->name, i), host))
			return true;
	return has_other(&patterns->wild, (str){ "", 0 }, host);
}

static bool is_equal(const struct host_patterns *patterns, const struct host_name *name, const struct host *host)
{
	return name->kind == HOST_EXACT ? has_other(&patterns->exact, name->name, host)
		: has_other(&patterns->wild, str_from(name->name, 1), host);
}

bool host_patterns_wider(const struct host_patterns *patterns, const struct host *host)
{
	bool found = is_taken(patterns, &host->name, host);
	for (size_t i = 0; i < host->aliases.n; i++)
		found = found || is_taken(patterns, &host->aliases.item[i], host);
	return found;
}

bool host_patterns_take(const struct host_patterns *patterns, const struct host *host)
{
	bool found = host_patterns_wider(patterns, host) || is_equal(patterns, &host->name, host);
	for (size_t i = 0; i < host->aliases.n; i++)
		found = found || is_equal(patterns, &host->aliases.item[i], host);
	return found;
}
