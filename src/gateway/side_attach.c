/* SPDX-License-Identifier: Apache-2.0 */
/* Which routes hang on which listeners, and under which hostnames: see side_build.h. */
#include "gateway/side_build.h"

#include "gateway/read_object.h"

str side_owner_key(struct arena *arena, str group, str kind, str namespace, str name)
{
	return arena_printf(arena, "%.*s/%.*s/%.*s/%.*s", STR_ARG(group), STR_ARG(kind), STR_ARG(namespace), STR_ARG(name));
}

/* ---- hostnames ---- */

static bool is_wild(str host)
{
	return str_starts(host, STR("*."));
}

/* "*.x" takes any number of labels before ".x", and at least one. */
static bool takes(str pattern, str name)
{
	if (!is_wild(pattern))
		return str_eq(pattern, name);
	return name.n >= pattern.n && str_ends(name, str_from(pattern, 1));
}

/* What two patterns have in common; false: nothing. Empty stands for every name. */
static bool intersect(str listener, str route, str *out)
{
	*out = listener.n ? listener : route;
	if (!listener.n || !route.n || str_eq(listener, route))
		return true;
	if (is_wild(route) && takes(route, listener))
		return true;
	*out = route;
	return is_wild(listener) && takes(listener, route);
}

/* ---- one route ---- */

static void add_candidates(struct build *b, struct effective *e, const struct read_route *route, const struct candidate *like)
{
	for (size_t i = 0; i < route->rules.n; i++) {
		struct candidate c = *like;
		c.route = route;
		c.rule = &route->rules.item[i];
		c.rule_number = i;
		if (!side_rule_is_good(c.rule) || !side_rule_stands(b, route, c.rule))
			continue;
		for (size_t k = 0; k < c.rule->matches.n; k++) {
			c.match = &c.rule->matches.item[k];
			c.match_number = k;
			LIST_PUSH(b->arena, &e->candidates, c);
		}
		if (route->kind != ROUTE_HTTP && route->kind != ROUTE_GRPC)
			LIST_PUSH(b->arena, &e->candidates, c);
	}
}

/* False where the listener's hostname and all of the route's exclude each other. */
static bool attach_hosts(struct build *b, struct effective *e, const struct read_route *route, const struct effective_list *with)
{
	bool plain = route->kind == ROUTE_TCP || route->kind == ROUTE_UDP, some = plain;
	struct candidate none = { .at = e, .with = with, .host = plain ? STR("") : e->said->hostname, .host_at = e->said->at,
		.longest = plain ? 0 : e->said->hostname.n };
	if (plain || !route->hostnames.n) {
		add_candidates(b, e, route, &none);
		return true;
	}
	size_t longest = 0, first = e->candidates.n;
	for (size_t i = 0; i < route->hostnames.n; i++) {
		struct candidate c = { .at = e, .with = with, .own = route->hostnames.item[i].value, .host_at = route->hostnames.item[i].at };
		if (!intersect(e->said->hostname, c.own, &c.host))
			continue;
		some = true;
		longest = c.host.n > longest ? c.host.n : longest;
		add_candidates(b, e, route, &c);
	}
	for (size_t i = first; i < e->candidates.n; i++)
		e->candidates.item[i].longest = longest;
	return some;
}

static bool is_allowed(const struct build *b, const struct effective *e, const struct read_route *route)
{
	str kind = read_route_kind_name(route->kind);
	bool listed = e->said->kinds.n == 0;
	for (size_t i = 0; i < e->said->kinds.n; i++)
		listed = listed || (str_eq(e->said->kinds.item[i].kind, kind) && str_eq(e->said->kinds.item[i].group, STR(READ_GROUP)));
	return listed && side_kind_fits(e->said, kind) && side_admits(b, &e->said->routes, e->owner->namespace, route->meta.namespace);
}

/* How far a reference to a parent gets. */
enum stage { NO_PARENT, NOT_ALLOWED, NO_HOSTNAME, ATTACHED };

static const char *const REASONS[] = { "NoMatchingParent", "NotAllowedByListeners", "NoMatchingListenerHostname", "Accepted" };

static enum stage attach(struct build *b, const struct read_route *route, const struct read_ref *ref)
{
	const struct effective_list *own = map_get(&b->owners, side_owner_key(b->arena, ref->group, ref->kind, ref->namespace, ref->name));
	struct effective_list *with = NEW(b->arena, struct effective_list);
	enum stage best = NO_PARENT;
	for (size_t i = 0; own && i < own->n; i++) {
		struct effective *e = own->item[i];
		if ((ref->section.n && !str_eq(ref->section, e->said->name)) || (ref->port && ref->port != e->said->port))
			continue;
		best = best > NOT_ALLOWED ? best : NOT_ALLOWED;
		if (is_allowed(b, e, route))
			LIST_PUSH(b->arena, with, e);
	}
	for (size_t i = 0; i < with->n; i++) {
		struct effective *e = with->item[i];
		enum stage stage = e->shadowed && route->hostnames.n ? NO_HOSTNAME : e->last == route || attach_hosts(b, e, route, with) ? ATTACHED : NO_HOSTNAME;
		if (stage == ATTACHED)
			e->last = route;
		best = stage > best ? stage : best;
	}
	return best;
}

void side_attach(struct build *b)
{
	for (size_t i = 0; i < b->side->routes.n; i++) {
		struct read_route *route = b->side->routes.item[i];
		for (size_t k = 0; k < route->parents.n; k++)
			route->parents.item[k].reason = REASONS[attach(b, route, &route->parents.item[k].ref)];
		for (size_t k = 0; route->wants_default && k < b->side->gateways.n; k++) {
			const struct read_gateway *g = b->side->gateways.item[k];
			struct read_ref ref = { .group = STR_INIT(READ_GROUP), .kind = STR_INIT("Gateway"), .namespace = g->meta.namespace,
				.name = g->meta.name };
			if (g->takes_default)
				attach(b, route, &ref);
		}
	}
}
