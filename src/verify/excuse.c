/* SPDX-License-Identifier: Apache-2.0 */
/* See excuse.h. */
#include "verify/excuse.h"

#include "base/map.h"
#include "verify/compare.h"

struct group {
	LIST(const struct statement *) items;
};

struct excuses {
	struct arena *arena;
	struct map by_route, by_host;        /* an address -> struct group */
	struct group wide;                   /* of no host, and of hosts that get more than before */
};

static void add_to(struct excuses *e, struct map *map, const void *address, const struct statement *s)
{
	struct group *group = map_get_address(map, address);
	if (!group) {
		group = NEW(e->arena, struct group);
		map_set_address(map, address, group);
	}
	LIST_PUSH(e->arena, &group->items, s);
}

static const struct group *group_of(const struct map *map, const void *address)
{
	static const struct group NONE = { { 0 } };
	const struct group *group = address ? map_get_address(map, address) : NULL;
	return group ? group : &NONE;
}

/* A path that a route no longer takes, or takes now, may be another route's on the other side. */
static bool is_of_host(const struct statement *s)
{
	bool own = s->when == STATED_TAKEN || s->when == STATED_CONDITION;
	return s->host && !own && (!s->route || s->when == STATED_PATHS || s->when == STATED_NOTHING || (s->kind == STATED_FIELDS && str_eq(s->fields, STR("*"))));
}

struct excuses *excuses_new(struct arena *arena, const struct statements *statements)
{
	struct excuses *e = NEW(arena, struct excuses);
	e->arena = arena;
	map_init(&e->by_route, arena);
	map_init(&e->by_host, arena);
	for (size_t i = 0; statements && i < statements->n; i++) {
		const struct statement *s = &statements->item[i];
		if (s->when == STATED_LABELS || (!s->host && !s->route))
			LIST_PUSH(arena, &e->wide.items, s);
		else if (is_of_host(s))
			add_to(e, &e->by_host, s->host, s);
		else if (s->route)
			add_to(e, &e->by_route, s->route, s);
	}
	return e;
}

static bool is_on_side(const struct statement *s, bool tls)
{
	return s->side == SIDE_BOTH || s->side == (tls ? SIDE_TLS : SIDE_PLAIN);
}

/* What the source does for a feature may stand beside the step that is said in a Gateway, quietly. */
static bool is_of_step(const struct statement *s, const struct step *step)
{
	return s->step == step || (step->quiet && step->feature.n && str_eq(s->step->feature, step->feature));
}

/* ---- whether a statement is about the request ---- */

static bool has_header(const struct request *r, str beginning)
{
	for (size_t i = 0; i < r->headers.n; i++)
		if (r->headers.item[i].name.n >= beginning.n && str_eq_nocase(str_slice(r->headers.item[i].name, 0, beginning.n), beginning))
			return true;
	return false;
}

/* A page of another origin may stand behind the request. */
static bool has_origin(const struct request *r)
{
	return str_eq(r->method, STR("OPTIONS")) || has_header(r, STR("Origin"));
}

bool excuses_depend(const struct request *r)
{
	return has_origin(r);
}

bool excuses_step(const struct excuses *e, const struct route *route, const struct step *step, const struct request *r, bool some)
{
	const struct group *group = group_of(&e->by_route, route);
	for (size_t i = 0; i < group->items.n; i++) {
		const struct statement *s = group->items.item[i];
		if (s->kind == STATED_WITHOUT && is_of_step(s, step) && is_on_side(s, r->tls) && (s->when == STATED_ALWAYS || (some && has_origin(r))))
			return true;
	}
	return false;
}

static bool takes_path(struct matcher *matcher, const struct match *m, str path)
{
	/* nobody takes what does not compile */
	if (m->kind == MATCH_REGEX && !m->pattern)
		return false;
	return match_takes(matcher, m, path) == FOUND;
}

static bool paths_differ(struct matcher *matcher, const struct statement *s, str path)
{
	bool now = false;
	for (size_t i = 0; i < s->paths.n && !now; i++)
		now = takes_path(matcher, &s->paths.item[i], path);
	return takes_path(matcher, &s->route->match, path) != now;
}

static bool is_call(str path)
{
	str service, method;
	bool two = str_starts(path, STR("/")) && str_cut(str_from(path, 1), '/', &service, &method);
	return two && service.n && method.n && !str_has_char(method, '/');
}

/* More labels than one stand before the wildcard. */
static bool has_labels(const struct host_name *wildcard, const struct request *r)
{
	str end = str_from(wildcard->name, 1), name = request_name(r);
	name.n -= str_ends(name, STR("."));
	if (!str_ends(name, end) || name.n <= end.n)
		return false;
	return str_has_char(str_slice(name, 0, name.n - end.n), '.');
}

static bool is_other_name(const struct host *host, const struct host_name *name)
{
	for (size_t i = 0; i < host->other_names.n; i++)
		if (name == &host->other_names.item[i])
			return true;
	return false;
}

static bool is_about(const struct statement *s, struct matcher *matcher, const struct excused *of)
{
	const struct request *r = of->request;
	if (!is_on_side(s, r->tls))
		return false;
	if (s->owner && (!of->before->route || of->before->route->owner != s->owner))
		return false;
	switch (s->when) {
	case STATED_ALWAYS:
		/* of a host it is found, and may be about another one of its routes */
		return !s->route || s->route == of->before->route || takes_path(matcher, &s->route->match, of->before->path);
	case STATED_TAKEN:
		return s->route == of->before->route;
	case STATED_CONDITION:
		return s->route == of->before->route && !condition_takes(matcher, of->scratch, &s->condition, r);
	case STATED_PATHS:
		return paths_differ(matcher, s, of->before->path);
	case STATED_RIVALS:
		/* what the other route does is not known here */
		return false;
	case STATED_NO_CALL:
		return takes_path(matcher, &s->route->match, of->before->path) && !is_call(of->before->path);
	case STATED_LABELS:
		return has_labels(&s->host->name, r);
	case STATED_LOST_NAMES:
		return of->before->name != NULL && is_other_name(s->host, of->before->name);
	case STATED_ORIGIN:
		return has_origin(r);
	case STATED_FORWARDED:
		return has_header(r, STR("X-Forwarded-Proto")) || has_header(r, STR("X-Forwarded-Host")) || has_header(r, STR("X-Forwarded-Port"));
	case STATED_ORIGINAL:
		return has_header(r, STR("X-Forwarded-For")) || has_header(r, STR("X-Forwarded-Host"));
	case STATED_UNDERSCORE:
		return request_has_underscore(r);
	case STATED_DOT:
		return request_name_has_dot(r);
	case STATED_CLIENT:
		return of->before->entry && of->before->entry->http.forwarded_for.n && has_header(r, of->before->entry->http.forwarded_for);
	case STATED_TLS:
		return r->tls;
	case STATED_OWN:
		return r->tls && of->before->backends.n == 0;
	case STATED_NOBODY:
		return !of->before->host || !of->before->host->creator;
	case STATED_NOTHING:
		return of->before->backends.n == 0 && !of->before->has_location;
	}
	return false;
}

/* ---- routes in each other's way ---- */

static void add_rivals(struct arena *scratch, struct matcher *matcher, const struct statement *s, const struct outcome *before, struct swap_list *out)
{
	for (size_t i = 0; i < before->host->routes.n; i++) {
		const struct route *other = before->host->routes.item[i];
		const struct swap swap = { s, other, NULL };
		if (other != s->route && !other->implicit && takes_path(matcher, &other->match, before->path))
			LIST_PUSH(scratch, out, swap);
	}
}

struct swap_list excuses_swaps(struct arena *scratch, const struct excuses *e, struct matcher *matcher, const struct request *r, const struct outcome *before)
{
	struct swap_list out = { 0 };
	const struct group *group = group_of(&e->by_host, before->host);
	for (size_t i = 0; i < group->items.n; i++) {
		const struct statement *s = group->items.item[i];
		if (s->when != STATED_RIVALS || !is_on_side(s, r->tls) || !takes_path(matcher, &s->route->match, before->path))
			continue;
		const struct swap swap = { s, s->route, s->of };
		if (before->route == s->route)
			add_rivals(scratch, matcher, s, before, &out);
		else
			LIST_PUSH(scratch, &out, swap);
	}
	return out;
}

/* ---- whether it says this much ---- */

static bool by_guard(const struct outcome *o)
{
	for (size_t i = 0; i < o->steps.n; i++)
		if (o->steps.item[i].step->kind == STEP_GUARD && o->steps.item[i].what == HAPPENED_ANSWERED)
			return true;
	return false;
}

static bool same_redirect(const struct outcome *before, const struct outcome *after)
{
	str a, b, query;
	bool status = after->status == before->status || (before->status == 308 && after->status == 301) || ((before->status == 307 || before->status == 303) && after->status == 302);
	str_cut(before->location, '?', &a, &query);
	str_cut(after->location, '?', &b, &query);
	return before->has_location && after->has_location && status && same_address(before, path_without_slash(a), after, path_without_slash(b));
}

static bool asks_method(const struct request *r)
{
	return str_eq(r->method, STR("OPTIONS")) && has_header(r, STR("Access-Control-Request-Method"));
}

/* The statement is about which of the host's routes answers, and not about requests that become another host's. */
static bool stays_in_host(const struct statement *s)
{
	return s->when == STATED_ALWAYS || s->when == STATED_TAKEN || s->when == STATED_CONDITION || s->when == STATED_PATHS;
}

static bool is_backend_of(const struct host *host, const struct backend *b)
{
	for (size_t i = 0; i < host->routes.n; i++)
		for (size_t k = 0; k < host->routes.item[i]->cases.n; k++)
			if (same_service(&host->routes.item[i]->cases.item[k].backend, b))
				return true;
	return false;
}

/* All that answer after are backends that some route of the host has. */
static bool has_backends(const struct host *host, const struct outcome *after)
{
	for (size_t i = 0; host && i < after->backends.n; i++)
		if (!is_backend_of(host, after->backends.item[i].backend))
			return false;
	return true;
}

static bool covers(const struct statement *s, const struct excused *of, str field)
{
	const struct outcome *after = of->after;
	/* as a rule without backends does on that side */
	const uint32_t refusal = after->route && after->route->without ? after->route->without : 500;
	bool refused = (after->status == refusal || after->status == 500) && after->backends.n == 0 && !after->has_location;
	bool nowhere = after->status == 404 && after->backends.n == 0 && of->before->backends.n == 0;
	/* the rule is left out, and no other one takes its requests */
	bool left_out = of->chosen && after->status == 404 && after->backends.n == 0 && !after->route;
	if (of->opens && !s->opens)
		return false;
	switch (s->kind) {
	case STATED_CLOSED:
		return refused || left_out;
	case STATED_STATUS:
		return s->step ? (refused || left_out) && of->before->backends.n == 0 : nowhere;
	case STATED_ORDER:
		return of->before->backends.n == 0 && after->backends.n == 0 && !after->has_location && after->status >= 400 &&
			(of->before->status >= 400 || by_guard(of->before));
	case STATED_LED:
		return of->before->backends.n == 0 && (by_guard(of->before) || of->before->status >= 400) && after->backends.n == 0 && str_starts(after->location, STR("https://"));
	case STATED_REDIRECT:
		return same_redirect(of->before, after);
	case STATED_PREFLIGHT:
		return asks_method(of->request) && after->backends.n == 0 && !after->has_location && after->status < 300;
	case STATED_BACKEND:
		return after->backends.n == 0 && !after->has_location && (after->status == 500 || after->status == 502 || after->status == 503) &&
			(of->before->backends.n || of->before->status >= 500);
	case STATED_UNSERVED:
		return after->backends.n == 0 && !after->has_location && (after->state.n || after->status == 404);
	case STATED_FIELDS:
		if (str_eq(field, STR("backends")) && stays_in_host(s) && !has_backends(of->before->host, after))
			return false;
		return str_eq(s->fields, STR("*")) || str_lists(s->fields, ' ', field);
	case STATED_WITHOUT:
		return false;
	}
	return false;
}

static const struct statement *covering(const struct group *group, struct matcher *matcher, const struct excused *of, str field)
{
	for (size_t i = 0; i < group->items.n; i++)
		if (covers(group->items.item[i], of, field) && is_about(group->items.item[i], matcher, of))
			return group->items.item[i];
	return NULL;
}

static const struct statement *covering_any(const struct excuses *e, struct matcher *matcher, const struct excused *of, str field)
{
	const struct statement *s = covering(group_of(&e->by_route, of->before->route), matcher, of, field);
	if (!s)
		s = covering(group_of(&e->by_host, of->before->host), matcher, of, field);
	return s ? s : covering(&e->wide, matcher, of, field);
}

static const struct statement *lost_step(const struct excuses *e, const struct excused *of)
{
	const struct group *group = group_of(&e->by_route, of->before->route);
	for (size_t i = 0; i < group->items.n; i++) {
		const struct statement *s = group->items.item[i];
		if (s->kind == STATED_WITHOUT && is_on_side(s, of->request->tls) && (s->opens || !of->opens))
			return s;
	}
	return NULL;
}

const struct statement *excuse_find(const struct excuses *e, struct matcher *matcher, const struct excused *of)
{
	const struct statement *first = NULL;
	for (size_t i = 0; i < of->what->n; i++) {
		const struct statement *s = covering_any(e, matcher, of, of->what->item[i]);
		if (!s)
			return NULL;
		if (!first)
			first = s;
	}
	return first ? first : lost_step(e, of);
}
