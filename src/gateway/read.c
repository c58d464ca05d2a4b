/* SPDX-License-Identifier: Apache-2.0 */
/* Documents to objects of the Gateway side: see read.h. */
#include "gateway/read.h"

#include "gateway/read_object.h"

#include <stdlib.h>

enum { LIST_DEPTH = 50 };

enum sort {
	SORT_CLASS, SORT_GATEWAY, SORT_SET, SORT_ROUTE, SORT_GRANT, SORT_TLS_POLICY, SORT_OTHER
};

struct kind_row {
	str group, kind;
	enum sort sort;
	enum read_route_kind route;
};

static const struct kind_row KINDS[] = {
	{ STR_INIT(READ_GROUP), STR_INIT("GatewayClass"), SORT_CLASS, ROUTE_HTTP },
	{ STR_INIT(READ_GROUP), STR_INIT("Gateway"), SORT_GATEWAY, ROUTE_HTTP },
	{ STR_INIT(READ_GROUP), STR_INIT("ListenerSet"), SORT_SET, ROUTE_HTTP },
	{ STR_INIT(READ_X_GROUP), STR_INIT("XListenerSet"), SORT_SET, ROUTE_HTTP },
	{ STR_INIT(READ_GROUP), STR_INIT("HTTPRoute"), SORT_ROUTE, ROUTE_HTTP },
	{ STR_INIT(READ_GROUP), STR_INIT("GRPCRoute"), SORT_ROUTE, ROUTE_GRPC },
	{ STR_INIT(READ_GROUP), STR_INIT("TLSRoute"), SORT_ROUTE, ROUTE_TLS },
	{ STR_INIT(READ_GROUP), STR_INIT("TCPRoute"), SORT_ROUTE, ROUTE_TCP },
	{ STR_INIT(READ_GROUP), STR_INIT("UDPRoute"), SORT_ROUTE, ROUTE_UDP },
	{ STR_INIT(READ_GROUP), STR_INIT("ReferenceGrant"), SORT_GRANT, ROUTE_HTTP },
	{ STR_INIT(READ_GROUP), STR_INIT("BackendTLSPolicy"), SORT_TLS_POLICY, ROUTE_HTTP },
};

static const struct kind_row *row_of(str group, str kind)
{
	for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
		if (str_eq(KINDS[i].group, group) && str_eq(KINDS[i].kind, kind))
			return &KINDS[i];
	return NULL;
}

str read_route_kind_name(enum read_route_kind kind)
{
	for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
		if (KINDS[i].sort == SORT_ROUTE && KINDS[i].route == kind)
			return KINDS[i].kind;
	return STR("");
}

void gateway_side_init(struct gateway_side *side, struct arena *arena)
{
	*side = (struct gateway_side){ .arena = arena };
	map_init(&side->objects, arena);
}

/* ---- one object ---- */

/* Only the form that the API server itself writes can be compared as text. */
static str created_of(const struct reader *r, const struct node *metadata)
{
	str time = read_text(r, metadata, "creationTimestamp");
	bool plain = time.n == 20 && time.p[10] == 'T' && time.p[19] == 'Z';
	return plain ? time : STR("");
}

static void read_meta(struct reader *r, const struct node *root, bool cluster)
{
	const struct node *metadata = node_get(root, STR("metadata"));
	r->meta.name = read_text_or(r, metadata, "name", "");
	r->meta.namespace = cluster ? STR("") : read_text_or(r, metadata, "namespace", "default");
	r->meta.created = created_of(r, metadata);
	r->meta.at = read_place(root);
}

static str key_of(struct arena *arena, str group, str kind, str namespace, str name)
{
	return arena_printf(arena, "%.*s/%.*s/%.*s/%.*s", STR_ARG(group), STR_ARG(kind), STR_ARG(namespace), STR_ARG(name));
}

bool gateway_side_has(const struct gateway_side *side, str group, str kind, str namespace, str name)
{
	return map_get(&side->objects, key_of(side->arena, group, kind, namespace, name)) != NULL;
}

/* Adds to a list, or takes the place of an earlier object with that name. */
#define KEEP(side, list, key, T, object) do { \
		T *known_ = map_get(&(side)->objects, (key)); \
		if (known_) { \
			*known_ = *(object); \
		} else { \
			map_set(&(side)->objects, (key), (object)); \
			LIST_PUSH((side)->arena, &(side)->list, (object)); \
		} \
	} while (0)

/* What an implementation is told in annotations of a route: those whose names have its group in front. */
static void add_note(struct gateway_side *side, const struct reader *r, const struct node *annotations, const struct policy_kind *kind, struct read_route *route)
{
	struct node *own = node_map(side->arena);
	str prefix = arena_join(side->arena, kind->group, STR("/"));
	for (size_t i = 0; annotations && annotations->kind == NODE_MAP && i < annotations->as.map.n; i++)
		if (str_starts(annotations->as.map.item[i].key, prefix))
			node_set(side->arena, own, annotations->as.map.item[i].key, annotations->as.map.item[i].value);
	if (own->as.map.n == 0)
		return;
	struct read_policy *policy = NEW(side->arena, struct read_policy);
	*policy = (struct read_policy){ .meta = r->meta, .group = kind->group, .kind = kind->kind };
	policy->known = policy_features(side->arena, side->mapping, kind->group, kind->kind, own, &policy->words);
	LIST_PUSH(side->arena, &route->notes, policy);
}

static void add_notes(struct gateway_side *side, const struct reader *r, const struct node *root, struct read_route *route)
{
	const struct node *annotations = node_get(node_get(root, STR("metadata")), STR("annotations"));
	for (size_t i = 0; annotations && side->mapping && i < side->mapping->targets.n; i++) {
		const struct target_table *target = side->mapping->targets.item[i];
		for (size_t k = 0; k < target->policies.n; k++)
			if (target->policies.item[k].attaches == ATTACH_ANNOTATIONS)
				add_note(side, r, annotations, &target->policies.item[k], route);
	}
}

static void keep_route(struct gateway_side *side, const struct reader *r, const struct node *root, enum read_route_kind kind, str key)
{
	struct read_route *route = NEW(side->arena, struct read_route);
	route->meta = r->meta;
	read_route(r, node_get(root, STR("spec")), kind, route);
	add_notes(side, r, root, route);
	KEEP(side, routes, key, struct read_route, route);
}

static void keep_gateway(struct gateway_side *side, const struct reader *r, const struct node *spec, str key)
{
	struct read_gateway *gateway = NEW(side->arena, struct read_gateway);
	gateway->meta = r->meta;
	read_gateway(r, spec, gateway);
	KEEP(side, gateways, key, struct read_gateway, gateway);
}

static void keep_set(struct gateway_side *side, const struct reader *r, const struct node *spec, const struct kind_row *row, str key)
{
	struct read_set *set = NEW(side->arena, struct read_set);
	set->meta = r->meta;
	set->group = row->group;
	set->kind = row->kind;
	read_set(r, spec, set);
	KEEP(side, sets, key, struct read_set, set);
}

static void keep_class(struct gateway_side *side, const struct reader *r, const struct node *spec, str key)
{
	struct read_class *class = NEW(side->arena, struct read_class);
	class->meta = r->meta;
	class->controller = read_text(r, spec, "controllerName");
	class->parameters = read_reference(r, node_get(spec, STR("parametersRef")), "", "");
	KEEP(side, classes, key, struct read_class, class);
}

static void keep_grant(struct gateway_side *side, const struct reader *r, const struct node *spec, str key)
{
	struct read_grant *grant = NEW(side->arena, struct read_grant);
	grant->meta = r->meta;
	read_grant(r, spec, grant);
	KEEP(side, grants, key, struct read_grant, grant);
}

static void keep_tls_policy(struct gateway_side *side, const struct reader *r, const struct node *spec, str key)
{
	struct read_tls_policy *policy = NEW(side->arena, struct read_tls_policy);
	policy->meta = r->meta;
	read_tls_policy(r, spec, policy);
	KEEP(side, tls_policies, key, struct read_tls_policy, policy);
}

const struct read_policy *gateway_side_policy(const struct gateway_side *side, str group, str kind, str namespace, str name)
{
	const void *found = map_get(&side->objects, key_of(side->arena, group, kind, namespace, name));
	return found == side || row_of(group, kind) ? NULL : found;
}

/* Of another kind: one that says what it applies to is a policy; of the rest it is known that it is there. */
static void keep_other(struct gateway_side *side, const struct reader *r, const struct node *spec, str group, str kind, str key)
{
	struct read_policy *policy = NEW(side->arena, struct read_policy), *earlier = map_get(&side->objects, key);
	policy->meta = r->meta;
	policy->group = arena_str(side->arena, group);
	policy->kind = arena_str(side->arena, kind);
	policy->known = side->mapping && policy_features(side->arena, side->mapping, group, kind, spec, &policy->words);
	bool kept = read_policy(r, spec, policy) || policy->known;
	if (earlier && (void *)earlier != (void *)side) {
		*earlier = *policy;
		return;
	}
	if (kept)
		LIST_PUSH(side->arena, &side->policies, policy);
	map_set(&side->objects, key, kept ? (void *)policy : (void *)side);
}

static void add_object(struct gateway_side *side, const struct node *root, str group, str kind)
{
	const struct kind_row *row = row_of(group, kind);
	const struct node *spec = node_get(root, STR("spec"));
	const struct policy_kind *policy = row ? NULL : policy_kind_of(side->mapping, group, kind);
	struct reader r = { .arena = side->arena };
	read_meta(&r, root, row && row->sort == SORT_CLASS);
	str key = key_of(side->arena, group, kind, r.meta.namespace, r.meta.name);
	if (r.meta.name.n == 0)
		return;
	switch (row ? row->sort : SORT_OTHER) {
	case SORT_CLASS:
		keep_class(side, &r, spec, key);
		break;
	case SORT_GATEWAY:
		keep_gateway(side, &r, spec, key);
		break;
	case SORT_SET:
		keep_set(side, &r, spec, row, key);
		break;
	case SORT_ROUTE:
		keep_route(side, &r, root, row->route, key);
		break;
	case SORT_GRANT:
		keep_grant(side, &r, spec, key);
		break;
	case SORT_TLS_POLICY:
		keep_tls_policy(side, &r, spec, key);
		break;
	case SORT_OTHER:
		keep_other(side, &r, policy && policy->bare ? root : spec, group, kind, key);
		break;
	}
}

/* ---- documents ---- */

/* kind and version: what the list around says of its entries, or empty. */
static void add(struct gateway_side *side, const struct node *root, str kind, str version, size_t depth)
{
	str group, rest, own = node_text(node_get(root, STR("kind"))), said = node_text(node_get(root, STR("apiVersion")));
	const struct node *items = read_list(root, "items");
	if (root->kind == NODE_LIST)
		items = root;
	if (depth > LIST_DEPTH)
		return;
	kind = own.n ? own : kind;
	version = said.n ? said : version;
	if (items && (items == root || str_ends(kind, STR("List")))) {
		bool plain = items == root || str_eq(kind, STR("List"));
		for (size_t i = 0; i < read_count(items); i++)
			add(side, items->as.list.item[i], plain ? STR("") : str_slice(kind, 0, kind.n - 4), plain ? STR("") : version, depth + 1);
		return;
	}
	if (!str_cut(version, '/', &group, &rest))
		group = STR("");
	if (root->kind == NODE_MAP && kind.n)
		add_object(side, root, group, kind);
}

void gateway_side_add(struct gateway_side *side, const struct node *root)
{
	if (root)
		add(side, root, STR(""), STR(""), 0);
}

/* All kept structs begin with their meta. */
static int compare_meta(const struct read_meta *a, const struct read_meta *b)
{
	int c = str_cmp(a->namespace, b->namespace);
	return c ? c : str_cmp(a->name, b->name);
}

static int compare(const void *pa, const void *pb)
{
	return compare_meta(*(struct read_meta *const *)pa, *(struct read_meta *const *)pb);
}

static int compare_routes(const void *pa, const void *pb)
{
	const struct read_route *a = *(struct read_route *const *)pa, *b = *(struct read_route *const *)pb;
	int c = compare_meta(&a->meta, &b->meta);
	return c ? c : (a->kind > b->kind) - (a->kind < b->kind);
}

static int compare_policies(const void *pa, const void *pb)
{
	const struct read_policy *a = *(struct read_policy *const *)pa, *b = *(struct read_policy *const *)pb;
	int c = compare_meta(&a->meta, &b->meta);
	return c ? c : str_cmp(a->kind, b->kind);
}

static int compare_sets(const void *pa, const void *pb)
{
	const struct read_set *a = *(struct read_set *const *)pa, *b = *(struct read_set *const *)pb;
	int c = compare_meta(&a->meta, &b->meta);
	return c ? c : str_cmp(a->kind, b->kind);
}

#define SORT(list, by) do { \
		if ((list).n) \
			qsort((list).item, (list).n, sizeof *(list).item, (by)); \
	} while (0)

void gateway_side_finish(struct gateway_side *side)
{
	SORT(side->classes, compare);
	SORT(side->gateways, compare);
	SORT(side->sets, compare_sets);
	SORT(side->routes, compare_routes);
	SORT(side->grants, compare);
	SORT(side->tls_policies, compare);
	SORT(side->policies, compare_policies);
}
