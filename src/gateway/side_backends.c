/* SPDX-License-Identifier: Apache-2.0 */
/* Backends of rules: whether they may be referred to, whether they are there and how they are spoken to. See side_build.h. */
#include "gateway/side_build.h"

#include "gateway/read_object.h"

/* ---- grants ---- */

static bool names(const struct read_ref *list, size_t n, str group, str kind, str namespace, str name)
{
	for (size_t i = 0; i < n; i++) {
		const struct read_ref *r = &list[i];
		bool here = namespace.n == 0 || str_eq(r->namespace, namespace);
		if (str_eq(r->group, group) && str_eq(r->kind, kind) && here && (r->name.n == 0 || name.n == 0 || str_eq(r->name, name)))
			return true;
	}
	return false;
}

bool side_granted(const struct build *b, const struct read_meta *from, str group, str kind, const struct read_ref *to)
{
	bool granted = str_eq(from->namespace, to->namespace);
	for (size_t i = 0; i < b->side->grants.n && !granted; i++) {
		const struct read_grant *g = b->side->grants.item[i];
		granted = str_eq(g->meta.namespace, to->namespace) && names(g->from.item, g->from.n, group, kind, from->namespace, STR("")) &&
			names(g->to.item, g->to.n, to->group, to->kind, STR(""), to->name);
	}
	return granted;
}

/* ---- TLS to backends ---- */

struct tls_target {
	const struct read_tls_policy *policy;
	str section;                     /* of one port alone; or empty */
};

struct tls_list {
	struct tls_target *item;
	size_t n, cap;
};

static str service_key(struct arena *arena, str namespace, str name)
{
	return arena_printf(arena, "%.*s/%.*s", STR_ARG(namespace), STR_ARG(name));
}

void side_index_tls(struct build *b)
{
	map_init(&b->tls_policies, b->arena);
	for (size_t i = 0; i < b->side->tls_policies.n; i++) {
		const struct read_tls_policy *p = b->side->tls_policies.item[i];
		for (size_t k = 0; k < p->targets.n; k++) {
			str key = service_key(b->arena, p->meta.namespace, p->targets.item[k].name);
			struct tls_list *list = map_get(&b->tls_policies, key);
			struct tls_target target = { p, p->targets.item[k].section };
			if (p->targets.item[k].group.n || !str_eq(p->targets.item[k].kind, STR("Service")))
				continue;
			if (!list) {
				list = NEW(b->arena, struct tls_list);
				map_set(&b->tls_policies, key, list);
			}
			LIST_PUSH(b->arena, list, target);
		}
	}
}

/* One that names the port comes before one for the whole Service, then the older one, then by name. */
static const struct read_tls_policy *policy_of(const struct build *b, const struct backend *backend, str port)
{
	const struct tls_list *list = map_get(&b->tls_policies, service_key(b->arena, backend->namespace, backend->name));
	const struct tls_target *best = NULL;
	for (size_t i = 0; list && i < list->n; i++) {
		const struct tls_target *t = &list->item[i];
		if (t->section.n && !str_eq(t->section, port))
			continue;
		bool closer = best && t->section.n && !best->section.n, wider = best && !t->section.n && best->section.n;
		str old = best ? best->policy->meta.created : STR(""), new = t->policy->meta.created;
		if (!best || closer || (!wider && old.n && new.n && str_cmp(new, old) < 0))
			best = t;
	}
	return best ? best->policy : NULL;
}

/* The CA is there; else nothing is sent to the backend. */
static bool is_usable(const struct build *b, const struct read_tls_policy *p)
{
	for (size_t i = 0; i < p->authorities.n; i++) {
		const struct read_ref *ca = &p->authorities.item[i];
		bool there = !str_eq(ca->kind, STR("ConfigMap")) || snapshot_config_map(b->world->snapshot, p->meta.namespace, ca->name);
		if (!there && b->world->closed)
			return false;
	}
	return p->hostname.n && (p->authorities.n || p->well_known.n);
}

/* ---- one backend ---- */

static const struct service_port *port_of(const struct service *service, uint32_t port)
{
	for (size_t i = 0; i < service->ports.n; i++)
		if (service->ports.item[i].port == port)
			return &service->ports.item[i];
	return NULL;
}

static void look_up(const struct build *b, struct backend *out)
{
	const struct service *service = snapshot_service(b->world->snapshot, out->namespace, out->name);
	const struct service_port *port = service ? port_of(service, out->port) : NULL;
	out->known = service != NULL;
	out->external = service && str_eq(service->type, STR("ExternalName"));
	out->exists = out->port && (service ? port || out->external : !b->world->closed);
	out->empty = service && service->endpoints == ENDPOINTS_NONE && !out->external;
	out->h2c = port && str_eq(port->app_protocol, STR("kubernetes.io/h2c"));
	out->answer = !out->exists ? 500 : out->empty ? 503 : 0;
	const struct read_tls_policy *policy = policy_of(b, out, port ? port->name : STR(""));
	if (!policy)
		return;
	out->tls = true;
	if (!out->answer && !is_usable(b, policy))
		out->answer = 500;
}

void side_service(const struct build *b, const struct read_ref *ref, struct backend *out)
{
	*out = (struct backend){ .namespace = ref->namespace, .name = ref->name, .port = ref->port, .at = ref->at, .exists = true };
	look_up(b, out);
}

bool side_backend(struct build *b, const struct read_meta *from, str kind, const struct read_ref *ref, struct backend *out)
{
	*out = (struct backend){ .namespace = ref->namespace, .name = ref->name, .port = ref->port, .at = ref->at, .exists = true };
	bool service = ref->group.n == 0 && str_eq(ref->kind, STR("Service"));
	if (service)
		look_up(b, out);
	else if (b->world->closed && !gateway_side_has(b->side, ref->group, ref->kind, ref->namespace, ref->name))
		out->answer = 500;
	if (!side_granted(b, from, STR(READ_GROUP), kind, ref))
		out->answer = 500;
	return service;
}

/* ---- what routes refer to ---- */

static const char *reason_of(struct build *b, const struct read_route *route, const struct read_backend *backend)
{
	struct backend found;
	str kind = read_route_kind_name(route->kind);
	if (!side_granted(b, &route->meta, STR(READ_GROUP), kind, &backend->ref))
		return "RefNotPermitted";
	if (!side_backend(b, &route->meta, kind, &backend->ref, &found) &&
		!gateway_side_has(b->side, backend->ref.group, backend->ref.kind, backend->ref.namespace, backend->ref.name))
		return "InvalidKind";
	return found.exists ? NULL : "BackendNotFound";
}

void side_resolve(struct build *b)
{
	for (size_t i = 0; i < b->side->routes.n; i++) {
		struct read_route *route = b->side->routes.item[i];
		for (size_t k = 0; k < route->rules.n; k++)
			for (size_t n = 0; n < route->rules.item[k].backends.n; n++) {
				struct read_backend *backend = &route->rules.item[k].backends.item[n];
				backend->unresolved = reason_of(b, route, backend);
			}
	}
}

/* ---- the cases of a rule ---- */

static void add_case(struct build *b, const struct candidate *c, const struct read_backend *said, struct route *route)
{
	const struct read_meta *from = &c->route->meta;
	struct forward_case one = { .weight = said->weight };
	if (!side_backend(b, from, read_route_kind_name(c->route->kind), &said->ref, &one.backend)) {
		str text = arena_printf(b->arena, "backend %.*s %.*s/%.*s", STR_ARG(said->ref.kind), STR_ARG(said->ref.namespace),
			STR_ARG(said->ref.name));
		LIST_PUSH(b->arena, &route->unknown, side_new_unknown(b, text, said->ref.at));
	}
	SIDE_UNKNOWN(b, said->ref.group, said->ref.kind, said->ref.namespace, said->ref.name, STR(""), &route->unknown);
	if (said->ref.section.n)
		SIDE_UNKNOWN(b, said->ref.group, said->ref.kind, said->ref.namespace, said->ref.name, said->ref.section, &route->unknown);
	for (size_t i = 0; i < said->filters.n; i++)
		side_own_step(b, c, &said->filters.item[i], route, &one);
	LIST_PUSH(b->arena, &route->cases, one);
}

/* Where none can answer, one that may not be referred to decides for all, even one without a share. */
static void refuse_all(const struct candidate *c, struct route *route)
{
	bool unresolved = false;
	for (size_t i = 0; i < c->rule->backends.n; i++)
		unresolved = unresolved || c->rule->backends.item[i].unresolved;
	for (size_t i = 0; i < route->cases.n; i++)
		unresolved = unresolved || route->cases.item[i].backend.answer == 500;
	for (size_t i = 0; i < route->cases.n; i++)
		route->cases.item[i].backend.answer = unresolved ? 500 : 503;
}

void side_cases(struct build *b, const struct candidate *c, struct route *route)
{
	uint32_t status = c->rule->backends.n ? b->choices->zero_weights : b->choices->no_backends;
	route->without = status ? status : 500;
	for (size_t i = 0; i < c->rule->backends.n; i++) {
		const struct read_backend *backend = &c->rule->backends.item[i];
		if (backend->weight && !(backend->unresolved && b->choices->unresolved_left_out))
			add_case(b, c, backend, route);
	}
	if (b->choices->refused_at_once && !side_can_answer(route))
		refuse_all(c, route);
}

bool side_can_answer(const struct route *route)
{
	for (size_t i = 0; i < route->cases.n; i++)
		if (!route->cases.item[i].backend.answer)
			return true;
	return false;
}
