/* SPDX-License-Identifier: Apache-2.0 */
/* See across.h. */
#include "targets/across.h"

#include "route/pattern.h"
#include "targets/expressions.h"
#include "targets/losses.h"
#include "targets/paths.h"
#include "targets/stated.h"

bool across_ranks(const struct lowering *lw)
{
	return target_chooses(lw->target, STR("order"), STR("sum"));
}

static bool is_wider(const struct host_name *wide, const struct host_name *name)
{
	if (wide->kind == HOST_ANY)
		return name->kind != HOST_ANY;
	bool wild = wide->kind == HOST_ONE_LABEL || wide->kind == HOST_LABELS;
	return wild && !str_eq(wide->name, name->name) && host_name_takes(wide, name->name);
}

/* Some name of the one is wider than some name of the other. */
static bool is_wider_host(const struct host *wide, const struct host *host)
{
	bool wider = is_wider(&wide->name, &host->name);
	for (size_t i = 0; i < wide->aliases.n && !wider; i++)
		wider = is_wider(&wide->aliases.item[i], &host->name);
	for (size_t i = 0; i < host->aliases.n && !wider; i++)
		wider = is_wider(&wide->name, &host->aliases.item[i]);
	return wide != host && wider;
}

/* A prefix of the root that asks for nothing else comes after everything in any case. */
static bool is_long(const struct route *r)
{
	return r->match.kind == MATCH_REGEX || r->match.kind == MATCH_EXACT || r->match.conditions.n || path_without_slash(r->match.path).n > 1;
}

static const struct route *first_of(struct lowering *lw, const struct host *host, str path)
{
	if (!lw->matcher)
		lw->matcher = matcher_new(lw->arena, PATTERN_BUILD_STEPS);
	return host_first(lw->matcher, host, path);
}

/* It may be said by one rule for the whole host. */
static bool redirects(const struct route *r)
{
	for (size_t i = 0; i < r->steps.n; i++)
		if (r->steps.item[i]->kind == STEP_REDIRECT)
			return true;
	return false;
}

/* As long as the other one, and takes what that takes, in the same words: the closer hostname decides. */
static bool holds(const struct route *own, const struct route *other)
{
	bool same = own && own->match.kind == other->match.kind && str_eq(path_without_slash(own->match.path), path_without_slash(other->match.path));
	return same && own->match.kind != MATCH_REGEX && other->match.conditions.n == 0 && !redirects(own);
}

/* ---- closed and guarded routes ---- */

static bool is_kept_back(const struct lowering *lw, const struct route *route, enum side side)
{
	return route_is_closed(lw, route, side) || route_is_guarded(lw, route, side);
}

/* With the conditions of one of the rule's matches. */
static struct http_match conditioned(struct arena *arena, const struct http_match *like, struct path_match path)
{
	struct http_match match = { .path = path };
	for (size_t i = 0; i < like->headers.n; i++)
		LIST_PUSH(arena, &match.headers, like->headers.item[i]);
	return match;
}

static void add_match(struct lowering *lw, const struct added_list *added, const struct route *own, const struct route *other, size_t limit)
{
	struct path_match path = { other->match.kind == MATCH_EXACT ? STR("Exact") : STR("PathPrefix"), STR("") };
	str why = { "", 0 };
	if (!path_encode(lw->arena, path_without_slash(other->match.path), &path.value, &why))
		return;
	for (size_t i = 0; i < added->n; i++) {
		struct http_rule *rule = added_rule(&added->item[i]);
		const bool closed = added->item[i].closed;
		const struct http_match any = { 0 };
		if (added->item[i].route != own || !(closed || added->item[i].guarded) || rule->matches.n >= limit)
			continue;
		struct http_match match = conditioned(lw->arena, closed || !rule->matches.n ? &any : &rule->matches.item[0], path);
		LIST_PUSH(lw->arena, &rule->matches, match);
		if (closed)
			return;
	}
}

/* Of the expressions of wider hosts, as they will be written; 0: there are none. */
static size_t longest_expression(const struct lowering *lw, const struct host *host)
{
	/* what the writing adds: letter case, anchors, an open end, groups for the rank */
	enum { MORE = 48 };
	size_t longest = 0;
	for (size_t i = 0; i < lw->entry->hosts.n; i++) {
		const struct host *wide = lw->entry->hosts.item[i];
		for (size_t k = 0; k < wide->routes.n && is_wider_host(wide, host); k++) {
			const struct match *m = &wide->routes.item[k]->match;
			if (m->kind == MATCH_REGEX && m->path.n + MORE > longest)
				longest = m->path.n + MORE;
		}
	}
	return longest;
}

/* The paths of a prefix, as an expression. */
static struct path_match as_expression(struct arena *arena, str prefix)
{
	struct path_match path = { STR("RegularExpression"), STR("^/.*$") };
	if (prefix.n > 1)
		path.value = arena_printf(arena, "^%.*s(/.*)?$", STR_ARG(expression_quoted(arena, prefix)));
	return path;
}

/* Closed and guarded rules come before every expression of a wider host. */
static void hold_expressions(struct lowering *lw, const struct added *a, size_t longest, size_t limit)
{
	struct http_rule *rule = added_rule(a);
	for (size_t i = 0, n = rule->matches.n; i < n; i++) {
		struct http_match *m = &rule->matches.item[i], more;
		if (str_eq(m->path.type, STR("RegularExpression")))
			(void)expression_lengthen(lw->arena, m, longest);
		if (!str_eq(m->path.type, STR("PathPrefix")) || (m->headers.n && a->closed) || rule->matches.n >= limit)
			continue;
		more = conditioned(lw->arena, m, as_expression(lw->arena, path_decode(lw->arena, path_without_slash(m->path.value))));
		(void)expression_lengthen(lw->arena, &more, longest);
		LIST_PUSH(lw->arena, &rule->matches, more);
	}
}

void across_hold(struct lowering *lw, const struct host *host, enum side side, const struct added_list *added, size_t limit)
{
	for (size_t i = 0; across_ranks(lw) && i < lw->entry->hosts.n; i++) {
		const struct host *wide = lw->entry->hosts.item[i];
		if (!is_wider_host(wide, host))
			continue;
		for (size_t k = 0; k < wide->routes.n; k++) {
			const struct route *other = wide->routes.item[k], *own = first_of(lw, host, other->match.path);
			if (is_long(other) && other->match.kind != MATCH_REGEX && own && !holds(own, other) && is_kept_back(lw, own, side))
				add_match(lw, added, own, other, limit);
		}
	}
	const size_t longest = across_ranks(lw) ? longest_expression(lw, host) : 0;
	for (size_t i = 0; longest && i < added->n; i++)
		if (added->item[i].closed || added->item[i].guarded)
			hold_expressions(lw, &added->item[i], longest, limit);
}

bool across_matters(const struct lowering *lw, const struct host *host)
{
	for (size_t i = 0; across_ranks(lw) && i < lw->entry->hosts.n; i++) {
		const struct host *wide = lw->entry->hosts.item[i];
		for (size_t k = 0; k < wide->routes.n && is_wider_host(wide, host); k++)
			if (is_long(wide->routes.item[k]))
				return true;
	}
	return false;
}

/* ---- what is said ---- */

/* On both sides. */
static bool is_held(const struct lowering *lw, const struct route *own)
{
	return own && is_kept_back(lw, own, SIDE_PLAIN) && is_kept_back(lw, own, SIDE_TLS);
}

/* Whether there are such routes. */
static bool state_host(struct lowering *lw, const struct host *wide, const struct host *host)
{
	bool any = false;
	for (size_t i = 0; i < wide->routes.n; i++) {
		const struct route *other = wide->routes.item[i], *own = first_of(lw, host, other->match.path);
		if (!is_long(other) || holds(own, other) || is_held(lw, own))
			continue;
		state_across(lw, host, wide, other, DIAG_LONGER_PATHS);
		any = true;
	}
	return any;
}

static void say(struct lowering *lw, const struct host *wide, const struct host *first, size_t n)
{
	const struct owner *owner = wide->creator ? wide->creator : wide->routes.item[0]->owner;
	const struct diag_site site = { owner->at, 1, owner->record ? record_object(lw->arena, owner->record) : (str){ "", 0 } };
	const str name = wide->name.kind == HOST_ANY ? STR("all hosts") : wide->name.kind != HOST_EXACT ? wide->name.name :
		arena_join(lw->arena, wide->name.name, STR(" and its aliases"));
	str more = n > 1 ? arena_printf(lw->arena, " and %zu more", n - 1) : (str){ "", 0 };
	struct diag *d = diag_addf(lw->diags, DIAG_LONGER_PATHS, site, "%.*s tries paths of %.*s before shorter ones of closer hosts", STR_ARG(target_words(lw)),
		STR_ARG(name));
	d->loss = LOSS_ROUTING;
	d->effect = arena_printf(lw->arena, "requests of %.*s%.*s for these paths are answered as those of %.*s", STR_ARG(first->name.name), STR_ARG(more), STR_ARG(name));
	d->help = STR("give the closer hosts routes of their own for these paths, or let the wider host have none that are longer than theirs");
}

static void say_wide(struct lowering *lw, const struct host *wide)
{
	const struct host *first = NULL;
	size_t n = 0;
	for (size_t i = 0; i < lw->entry->hosts.n; i++) {
		const struct host *host = lw->entry->hosts.item[i];
		if (!is_wider_host(wide, host) || !state_host(lw, wide, host))
			continue;
		first = first ? first : host;
		n++;
	}
	if (n)
		say(lw, wide, first, n);
}

void across_say(struct lowering *lw)
{
	for (size_t i = 0; across_ranks(lw) && !lw->open && i < lw->entry->hosts.n; i++) {
		const struct host *wide = lw->entry->hosts.item[i];
		if (wide->routes.n)
			say_wide(lw, wide);
	}
}
