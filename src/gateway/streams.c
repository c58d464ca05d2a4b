/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes beside HTTP. A TCPRoute or UDPRoute stands beside its Service, so that no grant is needed, and is named after its Gateway and
 * listener. A TLSRoute stands beside the Ingress that asked for passthrough, for all hosts that go to one Service.
 */
#include "gateway/names.h"
#include "gateway/plan.h"

enum { HOSTNAMES_MOST = 16 };        /* up to 1.5; more since, which nobody needs in one object */

static struct backend_ref ref_of(const struct backend *b, str namespace)
{
	struct backend_ref ref = { .name = b->name, .port = { true, b->port } };
	if (!str_eq(b->namespace, namespace))
		ref.namespace = b->namespace;
	return ref;
}

static void add_backend(struct arena *arena, struct stream_route *route, const struct backend *b, str namespace)
{
	struct stream_rule rule = { 0 };
	struct backend_ref ref = ref_of(b, namespace);
	LIST_PUSH(arena, &rule.backends, ref);
	LIST_PUSH(arena, &route->rules, rule);
}

static bool is_taken(const struct assembly *as, enum object_kind kind, str namespace, str name)
{
	for (size_t i = 0; i < as->out.n; i++)
		if (as->out.item[i].kind == kind && str_eq(as->out.item[i].namespace, namespace) && str_eq(as->out.item[i].name, name))
			return true;
	return false;
}

/* ---- TCP and UDP ---- */

static void emit_stream(struct plan *plan, struct listener_plan *l)
{
	struct assembly *as = plan->as;
	const struct stream *stream = l->stream;
	enum object_kind kind = stream->protocol == STREAM_TCP ? OBJECT_TCP_ROUTE : OBJECT_UDP_ROUTE;
	str namespace = stream->backend.namespace;
	struct stream_route route = { .comment = assembly_origin(as, stream->owner, stream->at) };
	str suffix = arena_join(as->arena, STR("-"), l->section);
	route.meta.namespace = namespace;
	route.meta.name = names_join(as->arena, plan->gateways.item[0].name, suffix, NAME_SUBDOMAIN_MAX);
	if (is_taken(as, kind, namespace, route.meta.name))
		route.meta.name = names_join(as->arena, route.meta.name, arena_join(as->arena, STR("-"), names_hash(as->arena, plan->namespace, 6)),
			NAME_SUBDOMAIN_MAX);
	str_list_add_new(as->arena, &l->namespaces, namespace);
	const struct wanted_listener wanted = { .owner = stream->owner, .namespace = namespace, .kind = object_kind_name(kind) };
	struct parent_ref parent = plan_parent(plan, l, &wanted);
	LIST_PUSH(as->arena, &route.parents, parent);
	add_backend(as->arena, &route, &stream->backend, namespace);
	assembly_add(as, kind, namespace, &route.meta, &route);
	for (size_t i = 0; i < stream->facts.n; i++)
		assembly_carry(as, stream->facts.item[i], kind, namespace, route.meta.name, STR("/spec/rules/0/backendRefs/0"));
	fact_list_join(as->arena, &l->facts, &stream->facts);
}

void plan_streams(struct plan *plan)
{
	for (size_t i = 0; i < plan->listeners.n; i++)
		if (plan->listeners.item[i]->stream)
			emit_stream(plan, plan->listeners.item[i]);
}

/* ---- TLS that is passed through ---- */

struct host_list {
	const struct host **item;
	size_t n, cap;
};

/* Hosts of one Ingress that go to one Service. */
struct group {
	const struct owner *owner;
	struct host_list hosts;
	bool main;                       /* it has the name of the Ingress alone: the group with the first host */
};

struct grouping {
	struct plan *plan;
	LIST(struct group *) groups;
	struct map by_key, main_of;
};

static void add_to_group(struct grouping *g, const struct host *host)
{
	struct arena *arena = g->plan->as->arena;
	const struct passthrough *p = host->passthrough;
	str owner = owner_key(arena, p->owner);
	str key = arena_printf(arena, "%.*s %.*s %u %zu", STR_ARG(owner), STR_ARG(p->backend.name), (unsigned)p->backend.port,
		plan_gateway(g->plan, host));
	struct group *group = map_get(&g->by_key, key);
	if (!group) {
		group = NEW(arena, struct group);
		group->owner = p->owner;
		group->main = !map_get(&g->main_of, owner);
		map_set(&g->by_key, key, group);
		LIST_PUSH(arena, &g->groups, group);
		if (group->main)
			map_set(&g->main_of, owner, group);
	}
	LIST_PUSH(arena, &group->hosts, host);
}

static void carry(struct assembly *as, const struct fact_list *facts, str namespace, str name, str at)
{
	for (size_t i = 0; i < facts->n; i++)
		assembly_carry(as, facts->item[i], OBJECT_TLS_ROUTE, namespace, name, at);
}

static void add_host(struct plan *plan, const struct host *host, struct stream_route *route)
{
	struct listener_plan *l = map_get(&plan->passed_by_host, host->name.name);
	str namespace = host->passthrough->owner->namespace;
	const struct wanted_listener wanted = { .hostname = host->name.name, .owner = host->passthrough->owner, .namespace = namespace,
		.kind = object_kind_name(OBJECT_TLS_ROUTE) };
	struct parent_ref parent = plan_parent(plan, l, &wanted);
	LIST_PUSH(plan->as->arena, &route->parents, parent);
	LIST_PUSH(plan->as->arena, &route->hostnames, host->name.name);
	str_list_add_new(plan->as->arena, &l->namespaces, namespace);
	fact_list_join(plan->as->arena, &l->facts, &host->passthrough->facts);
}

static void emit_part(struct plan *plan, const struct group *group, const struct host_list *hosts, str suffix)
{
	struct assembly *as = plan->as;
	const struct owner *owner = group->owner;
	const struct backend *b = &hosts->item[0]->passthrough->backend;
	struct stream_route route = { .comment = assembly_origin(as, owner, owner->at) };
	route.meta.name = names_join(as->arena, owner->name, suffix, NAME_SUBDOMAIN_MAX);
	if (owner->namespace_written)
		route.meta.namespace = owner->namespace;
	for (size_t i = 0; i < hosts->n; i++)
		add_host(plan, hosts->item[i], &route);
	add_backend(as->arena, &route, b, owner->namespace);
	assembly_add(as, OBJECT_TLS_ROUTE, owner->namespace, &route.meta, &route);
	for (size_t i = 0; i < hosts->n; i++) {
		const struct host *host = hosts->item[i];
		carry(as, &host->name.facts, owner->namespace, route.meta.name, arena_printf(as->arena, "/spec/hostnames/%zu", i));
		carry(as, &host->passthrough->facts, owner->namespace, route.meta.name, STR("/spec/rules/0/backendRefs/0"));
		carry(as, &host->passthrough->backend.facts, owner->namespace, route.meta.name, STR("/spec/rules/0/backendRefs/0"));
	}
}

static void emit_group(struct plan *plan, const struct group *group)
{
	struct arena *arena = plan->as->arena;
	struct str_list keys = { 0 };
	str mark = { "", 0 };
	if (!group->main)
		mark = arena_join(arena, STR("-"), names_hash(arena, group->hosts.item[0]->name.name, 6));
	for (size_t i = 0; i < group->hosts.n; i++)
		LIST_PUSH(arena, &keys, group->hosts.item[i]->name.name);
	const struct share_list shares = names_share(arena, &keys, NULL, HOSTNAMES_MOST, HOSTNAMES_MOST);
	for (size_t s = 0; s < shares.n; s++) {
		struct host_list hosts = { 0 };
		for (size_t i = 0; i < shares.item[s].n; i++)
			LIST_PUSH(arena, &hosts, group->hosts.item[shares.item[s].item[i]]);
		str more = shares.item[s].suffix;
		emit_part(plan, group, &hosts, arena_join(arena, mark, more.n ? arena_join(arena, STR("-h"), str_from(more, 1)) : more));
	}
}

void plan_passed(struct plan *plan)
{
	struct grouping g = { .plan = plan };
	map_init(&g.by_key, plan->as->arena);
	map_init(&g.main_of, plan->as->arena);
	for (size_t i = 0; i < plan->part->passed.n; i++)
		add_to_group(&g, plan->part->passed.item[i]);
	for (size_t i = 0; i < g.groups.n; i++)
		emit_group(plan, g.groups.item[i]);
}
