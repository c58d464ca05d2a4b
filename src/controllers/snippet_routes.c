/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locations that a text brings along for its host. nginx takes an exact one ("= /x") before all others, as a Gateway does with an
 * Exact match, so it is a route of its own, which nothing of an Ingress is in force for. Every other kind takes requests away from
 * the Ingresses by rules that a Gateway does not have, and closes the host.
 */
#include "controllers/snippet.h"

/* An Ingress has that path too: nginx refuses the second location. In regex mode theirs are expressions (reference: A.7, A.8). */
static bool is_taken(const struct snippet_view *v, str path)
{
	for (size_t i = 0; i < v->server->locations.n; i++) {
		const struct location *l = v->server->locations.item[i];
		bool same = str_eq(l->path, path) || (!l->exact && str_ends(l->path, STR("/")) && str_eq(path_without_slash(l->path), path));
		if (same && !v->server->regex && (l->exact || l->path.n > 1))
			return true;
	}
	return false;
}

static bool has_exact_path(const struct statement *s)
{
	return s->d->block && s->d->args.n == 2 && str_eq(statement_arg(s, 0), STR("=")) && str_starts(statement_arg(s, 1), STR("/"));
}

bool snippet_location_is_exact(const struct snippet_view *v, const struct statement *s)
{
	return has_exact_path(s) && !is_taken(v, statement_arg(s, 1)) && v->server->owners.n > 0;
}

/* The route is the first one, and belongs to the Ingress that the text is of, or to the one that made the host. */
static struct route *route_first(struct instance *in, const struct server *server, struct host *host, const struct statement *s)
{
	const struct subject *owner = server->creator ? server->creator : server->owners.item[0];
	for (size_t i = 0; i < server->owners.n; i++)
		if (server->owners.item[i]->record == s->snippet->record)
			owner = server->owners.item[i];
	struct route *r = route_add(in, host, MATCH_EXACT, statement_arg(s, 1), owner->owner);
	for (size_t i = host->routes.n - 1; i > 0; i--)
		host->routes.item[i] = host->routes.item[i - 1];
	host->routes.item[0] = r;
	r->at = s->fact->at;
	fact_list_add(in->front->arena, &r->facts, s->snippet->fact);
	fact_list_add(in->front->arena, &r->facts, s->fact);
	s->fact->feature = STR("route.match");
	return r;
}

static bool is_closed(const struct route *r)
{
	for (size_t i = 0; i < r->steps.n; i++)
		if (r->steps.item[i]->kind == STEP_GUARD && r->steps.item[i]->as.guard.kind == GUARD_OPAQUE)
			return true;
	return false;
}

/*
 * Without an answer such a location serves files of the controller's image, in which there are two. What may lead elsewhere has closed
 * it already.
 */
static void end_location(struct snippet_view *v, const struct statement *s)
{
	str path = statement_arg(s, 1);
	if ((v->answered[SIDE_PLAIN] && v->answered[SIDE_TLS]) || is_closed(v->route))
		return;
	if (str_eq(path, STR("/index.html")) || str_eq(path, STR("/50x.html")))
		statement_step(v, s, STEP_GUARD, STR("snippet.location"))->as.guard.kind = GUARD_OPAQUE;
	else
		statement_step(v, s, STEP_STATUS, STR("route.status"))->status = 404;
	s->fact->feature = STR("route.match");
}

static void add_location(struct instance *in, struct server *server, struct host *host, struct statement *s)
{
	struct route *r = route_first(in, server, host, s);
	struct snippet_view v = { .in = in, .server = server, .route = r, .feature = STR_INIT("snippet.location") };
	const struct snippet_block block = { SNIPPET_LOCATION, s->snippet, &s->children };
	snippets_of_host(in, server, r);
	view_add_host(&v);
	LIST_PUSH(in->front->arena, &v.blocks, block);
	view_read(&v);
	header_answers(&v);
	rewrite_statements(&v, &block);
	access_statements(&v);
	view_rest(&v, &block);
	access_satisfy(&v);
	end_location(&v, s);
}

void snippet_routes_add(struct instance *in, struct server *server, struct host *host)
{
	struct route none = { .implicit = true };
	struct snippet_view v = { .in = in, .server = server, .route = &none };
	if (!in->nginx || server->owners.n == 0)
		return;
	view_add_host(&v);
	/* the last one first, so that they stand in their order */
	for (size_t i = v.blocks.n; i-- > 0;)
		for (size_t j = v.blocks.item[i].statements->n; j-- > 0;) {
			struct statement *s = &v.blocks.item[i].statements->item[j];
			if (!statement_is(s, READ_LOCATION) || !has_exact_path(s))
				continue;
			if (snippet_location_is_exact(&v, s))
				add_location(in, server, host, s);
			else
				snippet_reject(in, s->snippet, s->d->at, s->d->name.n, "an Ingress has a location of the same path");
		}
}
