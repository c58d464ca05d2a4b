/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that are left out because of another one, as Contour does (v1.33, internal/dag: HasConflictRoute): routes are taken in the order of
 * their age, and a rule of which one match stands under one of its hostnames already is left out with all of its matches and hostnames.
 */
#include "gateway/side_build.h"

#include "base/buf.h"

#include <stdlib.h>

/* What one route has at one listener. */
struct attached {
	struct effective *at;
	size_t first, n, place;
};

struct attached_list {
	struct attached *item;
	size_t n, cap;
};

static const struct read_route *route_of(const struct attached *a)
{
	return a->at->candidates.item[a->first].route;
}

static struct attached_list attached_of(struct build *b, const struct effective_list *listeners, bool turned)
{
	struct attached_list out = { 0 };
	for (size_t i = 0; i < listeners->n; i++) {
		struct effective *e = listeners->item[i];
		for (size_t k = 0, end; k < e->candidates.n && !e->absent; k = end) {
			for (end = k + 1; end < e->candidates.n && e->candidates.item[end].route == e->candidates.item[k].route; end++)
				;
			const struct attached one = { e, k, end - k, turned ? listeners->n - i : i };
			LIST_PUSH(b->arena, &out, one);
		}
	}
	return out;
}

static int by_age(const void *pa, const void *pb)
{
	const struct attached *a = pa, *b = pb;
	int c = side_compare_routes(route_of(a), route_of(b));
	return c ? c : (a->place > b->place) - (a->place < b->place);
}

/* ---- hostnames ---- */

static bool is_among(const struct effective_list *list, const struct read_listener *said)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->item[i]->said == said)
			return true;
	return false;
}

/* The hostname of the route is that of a listener to which it is not attached, or closer to that one's wildcard. */
static bool is_taken_away(const struct read_gateway *gateway, const struct effective *at, const struct candidate *c)
{
	str own = at->said->hostname;
	/* a wildcard and a wider one have nothing in common */
	if (c->own.n && str_starts(own, STR("*.")) && !side_is_wider(own, c->own))
		return true;
	if (!c->own.n || (own.n && (str_eq(own, c->own) || !str_starts(own, STR("*.")))))
		return false;
	for (size_t i = 0; i < gateway->listeners.n; i++) {
		const struct read_listener *l = &gateway->listeners.item[i];
		bool closer = str_starts(l->hostname, STR("*.")) && l->hostname.n > own.n && side_is_wider(l->hostname, c->own);
		if (l->hostname.n && (closer || str_eq(l->hostname, c->own)) && !is_among(c->with, l))
			return true;
	}
	return false;
}

bool side_may_be_taken(const struct read_gateway *gateway, const struct candidate *c)
{
	for (size_t i = 0; c->own.n && i < gateway->listeners.n; i++) {
		const struct read_listener *l = &gateway->listeners.item[i];
		bool wide = str_starts(l->hostname, STR("*."));
		if (l->hostname.n && (str_eq(l->hostname, c->own) ? !is_among(c->with, l) : wide || str_starts(c->own, STR("*."))))
			return true;
	}
	return false;
}

static void take_away(const struct read_gateway *gateway, const struct effective_list *listeners)
{
	for (size_t i = 0; i < listeners->n; i++)
		for (size_t k = 0; k < listeners->item[i]->candidates.n; k++) {
			struct candidate *c = &listeners->item[i]->candidates.item[k];
			c->left_out = is_taken_away(gateway, listeners->item[i], c);
		}
}

/* ---- matches ---- */

static void add_pairs(struct buf *out, const struct read_pair *item, size_t n, char kind)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%c%c%.*s=%.*s\n", kind, item[i].regex ? '~' : '=', STR_ARG(item[i].name), STR_ARG(item[i].value));
}

/* Listeners of one port and protocol share their hostnames. */
static str key_of(struct build *b, const struct effective *e, const struct candidate *c)
{
	struct buf out;
	buf_init(&out, b->arena, 0);
	buf_printf(&out, "%u %.*s %.*s\n", (unsigned)e->said->port, STR_ARG(e->said->protocol), STR_ARG(c->host));
	buf_printf(&out, "%d %.*s %.*s\n", (int)c->match->kind, STR_ARG(c->route->kind == ROUTE_GRPC ? c->match->service : c->match->path),
		STR_ARG(c->match->call));
	add_pairs(&out, c->match->headers.item, c->match->headers.n, 'h');
	buf_printf(&out, "%.*s\n", STR_ARG(c->match->method));
	add_pairs(&out, c->match->queries.item, side_queries(b, c), 'q');
	return buf_str(&out);
}

static bool is_of(const struct candidate *c, size_t rule)
{
	return c->rule_number == rule && c->match && !c->left_out;
}

static void take_rule(struct build *b, struct map *taken, const struct attached *a, size_t rule)
{
	struct candidate *const item = &a->at->candidates.item[a->first];
	if (!side_is_served(b, &route_of(a)->rules.item[rule]))
		return;
	bool conflict = false;
	for (size_t i = 0; i < a->n && !conflict; i++)
		conflict = is_of(&item[i], rule) && map_get(taken, key_of(b, a->at, &item[i]));
	for (size_t i = 0; i < a->n; i++) {
		if (!is_of(&item[i], rule))
			continue;
		item[i].left_out = conflict;
		if (!conflict)
			map_set(taken, key_of(b, a->at, &item[i]), b);
	}
}

static void drop_conflicts(struct build *b, const struct effective_list *listeners)
{
	struct map taken;
	struct attached_list all = attached_of(b, listeners, b->choices->conflict == CONFLICT_DROPS_TURNED);
	map_init(&taken, b->arena);
	if (all.n)
		qsort(all.item, all.n, sizeof *all.item, by_age);
	for (size_t i = 0; i < all.n; i++)
		for (size_t rule = 0; rule < route_of(&all.item[i])->rules.n; rule++)
			take_rule(b, &taken, &all.item[i], rule);
}

void side_leave_out(struct build *b, const struct read_gateway *gateway, const struct effective_list *listeners)
{
	if (b->choices->listeners == LISTENERS_BY_ROUTE)
		take_away(gateway, listeners);
	if (b->choices->conflict != CONFLICT_BY_RANK)
		drop_conflicts(b, listeners);
}
