/* SPDX-License-Identifier: Apache-2.0 */
/* Objects out of plans, in the order of printing: see assemble.h. */
#include "gateway/assemble.h"

#include "base/buf.h"
#include "gateway/names.h"
#include "gateway/plan.h"

#include <stdlib.h>

/* ---- objects and facts ---- */

str assembly_origin(struct assembly *as, const struct owner *owner, struct place at)
{
	const struct source *source = sources_get(as->sources, at.file);
	str kind = owner->record ? owner->record->kind : STR("Ingress"), name = owner->record ? owner->record->name : owner->name;
	str text = arena_printf(as->arena, "from %.*s %.*s/%.*s", STR_ARG(kind), STR_ARG(owner->namespace), STR_ARG(name));
	if (!source || source->dump)
		return text;
	return arena_printf(as->arena, "%.*s (%.*s:%u)", STR_ARG(text), STR_ARG(source->name), (unsigned)locator_find(&as->locator, at).line);
}

struct printed *assembly_add(struct assembly *as, enum object_kind kind, str namespace, const struct object_meta *meta, const void *object)
{
	str api = schema_api_version(as->schema, object_kind_name(kind), as->version);
	struct printed p = { .kind = kind, .kind_name = object_kind_name(kind), .namespace = namespace, .name = meta->name };
	p.tree = object_encode(as->arena, kind, object, api);
	LIST_PUSH(as->arena, &as->out, p);
	return &as->out.item[as->out.n - 1];
}

static str object_name(struct arena *arena, str kind, str namespace, str name)
{
	return arena_printf(arena, "%.*s/%.*s/%.*s", STR_ARG(kind), STR_ARG(namespace), STR_ARG(name));
}

str printed_name(struct arena *arena, const struct printed *p)
{
	return object_name(arena, p->kind_name, p->namespace, p->name);
}

struct printed *assembly_add_policy(struct assembly *as, str namespace, str name, struct node *tree)
{
	struct printed p = { .kind = OBJECT_POLICY, .kind_name = node_text(node_get(tree, STR("kind"))), .namespace = namespace, .name = name, .tree = tree };
	LIST_PUSH(as->arena, &as->out, p);
	return &as->out.item[as->out.n - 1];
}

/* A reference token of a JSON pointer (RFC 6901): keys of annotations hold slashes. */
static str escape_token(struct arena *arena, str key)
{
	struct buf b;
	buf_init(&b, arena, 0);
	for (size_t i = 0; i < key.n; i++) {
		if (key.p[i] == '~' || key.p[i] == '/')
			buf_add(&b, key.p[i] == '~' ? STR("~0") : STR("~1"));
		else
			buf_add_char(&b, key.p[i]);
	}
	return buf_str(&b);
}

/* A few texts are compared; from there on they are kept in a map, so that time stays linear: thousands of routes can carry one fact. */
static void add_once(struct assembly *as, struct str_list *list, str text)
{
	enum { FEW = 8 };
	for (size_t i = 0; i < list->n && i < FEW; i++)
		if (str_eq(list->item[i], text))
			return;
	if (list->n >= FEW) {
		str key = arena_printf(as->arena, "%zx %.*s", (size_t)(uintptr_t)list, STR_ARG(text));
		if (map_get(&as->carried, key))
			return;
		map_set(&as->carried, key, list);
	}
	LIST_PUSH(as->arena, list, text);
}

static void carry(struct assembly *as, struct fact *fact, enum fact_state state, str object, str pointer)
{
	if (!as->ledger || !fact)
		return;
	fact_worsen(fact, state);
	add_once(as, &fact->places, arena_printf(as->arena, "%.*s#%.*s", STR_ARG(object), STR_ARG(pointer)));
	if (fact->record)
		add_once(as, &fact->record->objects, object);
}

void assembly_carry(struct assembly *as, struct fact *fact, enum object_kind kind, str namespace, str name, str pointer)
{
	assembly_carry_kind(as, fact, object_kind_name(kind), namespace, name, pointer);
}

void assembly_carry_kind(struct assembly *as, struct fact *fact, str kind, str namespace, str name, str pointer)
{
	carry(as, fact, FACT_TRANSLATED, object_name(as->arena, kind, namespace, name), pointer);
}

void assembly_carry_meta(struct assembly *as, struct fact *fact, enum object_kind kind, str namespace, str name, const char *map, str key)
{
	carry(as, fact, FACT_METADATA, object_name(as->arena, object_kind_name(kind), namespace, name),
		arena_printf(as->arena, "/%s/%.*s", map, STR_ARG(escape_token(as->arena, key))));
}

/* ---- namespaces ---- */

bool namespace_is_printed(const struct assembly *as, str namespace, const struct str_list *referring)
{
	if (!str_eq(namespace, STR("default")) || as->namespace_written)
		return true;
	for (size_t i = 0; i < referring->n; i++)
		if (!str_eq(referring->item[i], namespace))
			return true;
	return false;
}

/* Who may attach: the own namespace, or those that do. */
static struct from_namespaces from(struct assembly *as, str own, const struct str_list *namespaces)
{
	struct from_namespaces f = { .from = STR_INIT("Same") };
	if (namespaces->n == 0 || (namespaces->n == 1 && str_eq(namespaces->item[0], own)))
		return f;
	struct label_requirement r = { .key = STR_INIT("kubernetes.io/metadata.name"), .op = STR_INIT("In") };
	for (size_t i = 0; i < namespaces->n; i++)
		str_list_add_new(as->arena, &r.values, namespaces->item[i]);
	str_list_sort(&r.values);
	f.from = STR("Selector");
	LIST_PUSH(as->arena, &f.expressions, r);
	return f;
}

/* ---- ReferenceGrants ---- */

static bool has_peer(const struct grant_peer *item, size_t n, const struct grant_peer *peer)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(item[i].kind, peer->kind) && str_eq(item[i].namespace, peer->namespace) && str_eq(item[i].name, peer->name))
			return true;
	return false;
}

/* One grant for each kind and namespace that refers and each kind that is referred to, so that it opens nothing else. */
void assembly_grant(struct assembly *as, str from_kind, str from_namespace, str to_kind, str to_namespace, str to_name)
{
	assembly_grant_from(as, STR(GATEWAY_API_GROUP), from_kind, from_namespace, &(struct policy_grant){ to_kind, to_namespace, to_name });
}

void assembly_grant_from(struct assembly *as, str from_group, str from_kind, str from_namespace, const struct policy_grant *to)
{
	enum { PEERS_MOST = 16 };
	str to_kind = to->kind, to_namespace = to->namespace, to_name = to->name;
	struct grant_peer source = { .group = from_group, .kind = from_kind, .namespace = from_namespace };
	struct grant_peer target = { .kind = to_kind, .name = to_name };
	str base = arena_printf(as->arena, "%.*s-%.*s-to-%.*s", STR_ARG(from_namespace), STR_ARG(arena_lower(as->arena, from_kind)),
		STR_ARG(arena_lower(as->arena, to_kind)));
	str name = names_join(as->arena, base, (str){ "", 0 }, NAME_SUBDOMAIN_MAX);
	struct reference_grant *grant = NULL;
	size_t same = 0;
	for (size_t i = 0; i < as->grants.n && !grant; i++) {
		struct reference_grant *g = as->grants.item[i];
		if (!str_eq(g->meta.namespace, to_namespace) || !has_peer(g->from.item, g->from.n, &source) || !str_eq(g->to.item[0].kind, to_kind))
			continue;
		if (has_peer(g->to.item, g->to.n, &target))
			return;
		same++;
		if (g->to.n < PEERS_MOST)
			grant = g;
	}
	if (!grant) {
		grant = NEW(as->arena, struct reference_grant);
		grant->meta.namespace = to_namespace;
		grant->meta.name = same ? names_join(as->arena, name, arena_join(as->arena, STR("-"), names_hash(as->arena, to_name, 6)), NAME_SUBDOMAIN_MAX) : name;
		LIST_PUSH(as->arena, &grant->from, source);
		LIST_PUSH(as->arena, &as->grants, grant);
	}
	LIST_PUSH(as->arena, &grant->to, target);
}

static void add_grants(struct assembly *as)
{
	for (size_t i = 0; i < as->grants.n; i++) {
		struct reference_grant *g = as->grants.item[i];
		g->comment = arena_printf(as->arena, "lets objects of namespace %.*s refer to this one", STR_ARG(g->from.item[0].namespace));
		assembly_add(as, OBJECT_REFERENCE_GRANT, g->meta.namespace, &g->meta, g);
	}
}

/* ---- Gateways and ListenerSets ---- */

static bool has_certificate(const struct listener_plan *l)
{
	return str_eq(l->protocol, STR("HTTPS"));
}

static struct listener listener_of(struct assembly *as, const struct listener_plan *l, str holder_namespace)
{
	struct listener out = { .name = l->section, .hostname = l->hostname, .protocol = l->protocol, .port = { true, l->port } };
	struct secret_ref secret = { .name = l->secret_name };
	if (!str_eq(l->secret_namespace, holder_namespace))
		secret.namespace = l->secret_namespace;
	if (has_certificate(l)) {
		out.tls_mode = STR("Terminate");
		LIST_PUSH(as->arena, &out.certificates, secret);
	} else if (str_eq(l->protocol, STR("TLS"))) {
		out.tls_mode = STR("Passthrough");
	}
	out.routes = from(as, holder_namespace, &l->namespaces);
	return out;
}

/* The target does not read what the listener names. */
static void differ_in_secret(struct assembly *as, struct fact *fact)
{
	if (as->ledger && as->target->own_certificates && str_ends(fact->key, STR(".secretName")))
		fact_lost(fact, FACT_DIFFERENT, LOSS_ROUTING, DIAG_TARGET_BESIDE,
			arena_printf(as->arena, "%.*s has its certificates from elsewhere", STR_ARG(as->target->title)));
}

static void carry_listener(struct assembly *as, const struct listener_plan *l, enum object_kind kind, str namespace, str name, size_t index)
{
	for (size_t i = 0; i < l->facts.n; i++) {
		assembly_carry(as, l->facts.item[i], kind, namespace, name, arena_printf(as->arena, "/spec/listeners/%zu", index));
		differ_in_secret(as, l->facts.item[i]);
	}
}

/* What a ListenerSet is for. */
static str set_comment(const struct set_plan *s)
{
	bool all = true;
	for (size_t i = 0; i < s->listeners.n; i++)
		all = all && has_certificate(s->listeners.item[i]);
	return all ? STR("certificates of this namespace, each for its own host") : STR("listeners of this namespace, each for its own host");
}

static void add_set(struct plan *plan, const struct set_plan *s)
{
	struct assembly *as = plan->as;
	struct listener_set set = { .meta = { .name = s->name } };
	struct str_list referring = { 0 };
	set.parent = (struct parent_ref){ .name = plan->gateways.item[s->gateway].name };
	if (!str_eq(s->namespace, plan->namespace))
		set.parent.namespace = plan->namespace;
	for (size_t i = 0; i < s->listeners.n; i++) {
		struct listener l = listener_of(as, s->listeners.item[i], s->namespace);
		LIST_PUSH(as->arena, &set.listeners, l);
		for (size_t j = 0; j < s->listeners.item[i]->namespaces.n; j++)
			str_list_add_new(as->arena, &referring, s->listeners.item[i]->namespaces.item[j]);
		carry_listener(as, s->listeners.item[i], OBJECT_LISTENER_SET, s->namespace, s->name, i);
	}
	if (namespace_is_printed(as, s->namespace, &referring))
		set.meta.namespace = s->namespace;
	set.comment = set_comment(s);
	keep_on_set(plan, s, &set);
	assembly_add(as, OBJECT_LISTENER_SET, s->namespace, &set.meta, &set);
}

static struct listener http_listener(struct assembly *as, const struct plan *plan, const struct gateway_plan *g)
{
	struct listener l = { .name = STR_INIT(HTTP_SECTION), .protocol = STR_INIT("HTTP"), .port = { true, 80 } };
	l.routes = from(as, plan->namespace, &g->http_namespaces);
	return l;
}

static struct str_list set_namespaces(const struct plan *plan, size_t gateway)
{
	struct str_list namespaces = { 0 };
	for (size_t i = 0; i < plan->sets.n; i++)
		if (plan->sets.item[i]->gateway == gateway)
			str_list_add_new(plan->as->arena, &namespaces, plan->sets.item[i]->namespace);
	return namespaces;
}

/* Everybody who refers to the Gateway. */
static struct str_list gateway_referring(const struct plan *plan, size_t gateway)
{
	struct str_list all = set_namespaces(plan, gateway);
	const struct gateway_plan *g = &plan->gateways.item[gateway];
	for (size_t i = 0; i < g->http_namespaces.n; i++)
		str_list_add_new(plan->as->arena, &all, g->http_namespaces.item[i]);
	for (size_t i = 0; i < g->listeners.n; i++)
		for (size_t j = 0; j < g->listeners.item[i]->namespaces.n; j++)
			str_list_add_new(plan->as->arena, &all, g->listeners.item[i]->namespaces.item[j]);
	return all;
}

static void carry_clients(struct assembly *as, const struct fact_list *facts, str namespace, str gateway)
{
	for (size_t i = 0; i < facts->n; i++)
		assembly_carry(as, facts->item[i], OBJECT_GATEWAY, namespace, gateway, STR("/spec/tls/frontend/default/validation/caCertificateRefs/0"));
}

/* Certificates that the clients of all HTTPS listeners need. */
static void add_frontend(struct plan *plan, size_t index, struct gateway *gateway)
{
	struct assembly *as = plan->as;
	const struct frontend_part *frontend = plan->part->frontend;
	if (!frontend)
		return;
	struct config_ref ca = { .kind = STR_INIT("ConfigMap"), .name = frontend->name };
	if (!str_eq(frontend->namespace, plan->namespace)) {
		ca.namespace = frontend->namespace;
		assembly_grant(as, STR("Gateway"), plan->namespace, STR("ConfigMap"), frontend->namespace, frontend->name);
	}
	LIST_PUSH(as->arena, &gateway->client_certificates, ca);
	for (size_t i = 0; i < frontend->hosts.n; i++) {
		const struct host *host = frontend->hosts.item[i];
		if (plan_gateway(plan, host) != index)
			continue;
		carry_clients(as, &host->clients->facts, plan->namespace, gateway->meta.name);
		carry_clients(as, &host->clients->verify, plan->namespace, gateway->meta.name);
	}
}

static void add_gateway(struct plan *plan, size_t index)
{
	struct assembly *as = plan->as;
	const struct gateway_plan *g = &plan->gateways.item[index];
	const struct entry *entry = plan->part->entry;
	struct gateway gateway = { .meta = { .name = g->name }, .class_name = as->class_name };
	struct str_list referring = gateway_referring(plan, index), sets = set_namespaces(plan, index);
	if (plan->namespace_given || namespace_is_printed(as, plan->namespace, &referring))
		gateway.meta.namespace = plan->namespace;
	gateway.comment = arena_printf(as->arena, "what %.*s serves%s%.*s", STR_ARG(entry->controller), entry->name.n ? " as class " : "", STR_ARG(entry->name));
	if (sets.n)
		gateway.listener_sets = from(as, plan->namespace, &sets);
	struct listener http = http_listener(as, plan, g);
	/* not where nothing but streams is known of the controller; but a Gateway has one listener at least */
	if (plan->part->routes.n || g->listeners.n == 0)
		LIST_PUSH(as->arena, &gateway.listeners, http);
	for (size_t i = 0; i < g->listeners.n; i++) {
		const struct listener_plan *l = g->listeners.item[i];
		struct listener out = listener_of(as, l, plan->namespace);
		LIST_PUSH(as->arena, &gateway.listeners, out);
		carry_listener(as, l, OBJECT_GATEWAY, plan->namespace, g->name, gateway.listeners.n - 1);
		if (has_certificate(l) && !str_eq(l->secret_namespace, plan->namespace))
			assembly_grant(as, STR("Gateway"), plan->namespace, STR("Secret"), l->secret_namespace, l->secret_name);
	}
	add_frontend(plan, index, &gateway);
	keep_on_gateway(plan, &gateway);
	gateway.parameters = parameters_ref(plan, g->name);
	assembly_add(as, OBJECT_GATEWAY, plan->namespace, &gateway.meta, &gateway);
	struct printed_gateway printed = { as->out.n - 1, plan->namespace, gateway, entry, entry->balancer };
	LIST_PUSH(as->arena, &as->gateways, printed);
	attach_to_gateway(plan, &gateway.meta);
	for (size_t i = 0; i < entry->class_facts.n && !as->gateway_name.n; i++)
		assembly_carry(as, entry->class_facts.item[i], OBJECT_GATEWAY, plan->namespace, g->name, STR("/metadata/name"));
}

/* What rules stand open without is there before them. */
static int rank_of(const struct printed *p)
{
	return p->policy && p->policy->kind->absent_ignored ? 2 * OBJECT_HTTP_ROUTE - 1 : 2 * (int)p->kind;
}

static int compare_printed(const void *pa, const void *pb)
{
	const struct printed *a = pa, *b = pb;
	if (rank_of(a) != rank_of(b))
		return rank_of(a) < rank_of(b) ? -1 : 1;
	int c = str_cmp(a->kind_name, b->kind_name);
	c = c ? c : str_cmp(a->namespace, b->namespace);
	return c ? c : str_cmp(a->name, b->name);
}

bool assembly_has(const struct assembly *as, enum object_kind kind, str field)
{
	str name = object_kind_name(kind);
	return !target_lacks(as->target, name, field, STR("")) && schema_has_field(as->schema, name, field, as->version);
}

static void add_class(struct assembly *as)
{
	struct gateway_class class = { .meta = { .name = as->class_name }, .controller = as->print_class_controller };
	for (size_t i = 0; i < as->target->class_annotations.n; i++) {
		const struct text_pair pair = { as->target->class_annotations.item[i].key, as->target->class_annotations.item[i].value };
		LIST_PUSH(as->arena, &class.meta.annotations, pair);
	}
	/* a name of example.com stands for one that is to be chosen */
	if (str_starts(class.controller, STR("example.com/")))
		class.comment = STR("choose an implementation: its controllerName, or another gatewayClassName in the Gateways");
	if (as->print_class_controller.n)
		assembly_add(as, OBJECT_GATEWAY_CLASS, (str){ "", 0 }, &class.meta, &class);
}

static void add_part(struct assembly *as, const struct entry_part *part, str namespace, str name)
{
	struct plan plan;
	if (part->routes.n == 0 && part->streams.n == 0 && part->passed.n == 0)
		return;
	plan_make(&plan, as, part, namespace, name);
	plan_routes(&plan);
	plan_passed(&plan);
	plan_streams(&plan);
	for (size_t i = 0; as->existing_name.n == 0 && i < plan.gateways.n; i++)
		add_gateway(&plan, i);
	for (size_t i = 0; i < plan.sets.n; i++)
		add_set(&plan, plan.sets.item[i]);
	if (plan.certificates)
		add_certificates(&plan);
	keep_rest(&plan);
}

/* ---- several Gateways for one load balancer ---- */

struct slice {
	struct entry_part part;
	str namespace, name;         /* of the Gateway; name empty: the usual one */
};

struct slices {
	struct assembly *as;
	const struct entry_part *whole;
	LIST(struct slice *) list;
	struct map by_key;
};

/* A host is whole: it goes with the Ingress that made it, whoever has paths there. */
static struct slice *slice_of(struct slices *s, const struct host *host, const struct owner *otherwise)
{
	const struct owner *owner = host->creator ? host->creator : otherwise;
	bool ingress = s->as->topology == TOPOLOGY_INGRESS;
	str key = ingress ? owner_key(s->as->arena, owner) : owner->namespace;
	struct slice *slice = map_get(&s->by_key, key);
	if (!slice) {
		slice = NEW(s->as->arena, struct slice);
		slice->part.entry = s->whole->entry;
		slice->part.policies = s->whole->policies;
		slice->namespace = owner->namespace;
		slice->name = ingress ? owner->name : (str){ "", 0 };
		map_set(&s->by_key, key, slice);
		LIST_PUSH(s->as->arena, &s->list, slice);
	}
	return slice;
}

/* Client certificates are asked for by each Gateway that serves one of the hosts that want them. */
static void share_frontend(struct slices *s, struct slice *slice)
{
	const struct frontend_part *whole = s->whole->frontend;
	struct frontend_part *own = NEW(s->as->arena, struct frontend_part);
	for (size_t i = 0; whole && i < whole->hosts.n; i++)
		if (slice_of(s, whole->hosts.item[i], whole->hosts.item[i]->creator) == slice)
			LIST_PUSH(s->as->arena, &own->hosts, whole->hosts.item[i]);
	if (own->hosts.n == 0)
		return;
	own->namespace = whole->namespace;
	own->name = whole->name;
	slice->part.frontend = own;
}

static void say_slices(const struct slices *s, size_t n)
{
	if (n < 2 || !s->as->diags)
		return;
	struct diag *d = diag_addf(s->as->diags, DIAG_GATEWAY_LIMIT, (struct diag_site){ { 0, 0 }, 1, { "", 0 } },
		"%zu Gateways stand for one load balancer, as --topology asks", n);
	d->effect = STR("each Gateway has an address of its own; DNS must lead each host to the Gateway that serves it");
	d->help = STR("--topology shared writes one");
}

static void add_slices(struct assembly *as, const struct entry_part *whole)
{
	struct slices s = { .as = as, .whole = whole };
	map_init(&s.by_key, as->arena);
	for (size_t i = 0; i < whole->routes.n; i++)
		LIST_PUSH(as->arena, &slice_of(&s, whole->routes.item[i]->host, whole->routes.item[i]->owner)->part.routes, whole->routes.item[i]);
	for (size_t i = 0; i < whole->passed.n; i++)
		LIST_PUSH(as->arena, &slice_of(&s, whole->passed.item[i], whole->passed.item[i]->passthrough->owner)->part.passed, whole->passed.item[i]);
	/* ports beside HTTP belong to nobody's host: they stay with the load balancer */
	struct entry_part streams = { .entry = whole->entry, .streams.item = whole->streams.item, .streams.n = whole->streams.n, .streams.cap = whole->streams.cap };
	say_slices(&s, s.list.n + (whole->streams.n > 0));
	for (size_t i = 0; i < s.list.n; i++) {
		share_frontend(&s, s.list.item[i]);
		add_part(as, &s.list.item[i]->part, s.list.item[i]->namespace, s.list.item[i]->name);
	}
	add_part(as, &streams, (str){ "", 0 }, (str){ "", 0 });
}

static void add_entry(struct assembly *as, const struct entry_part *part)
{
	if (as->topology == TOPOLOGY_SHARED)
		add_part(as, part, (str){ "", 0 }, (str){ "", 0 });
	else
		add_slices(as, part);
}

static void note_owners(struct assembly *as, const struct entry_part *part)
{
	for (size_t i = 0; i < part->routes.n; i++) {
		const struct owner *o = part->routes.item[i]->owner;
		map_set(&as->taken, arena_printf(as->arena, "%.*s/%.*s", STR_ARG(o->namespace), STR_ARG(o->name)), as);
		as->namespace_written = as->namespace_written || (o->namespace_written && str_eq(o->namespace, STR("default")));
	}
	for (size_t i = 0; i < part->streams.n; i++)
		as->namespace_written = as->namespace_written || str_eq(part->streams.item[i]->backend.namespace, STR("default"));
}

void assemble(struct assembly *as, const struct entry_part *entries, size_t n, const struct policy_list *policies)
{
	map_init(&as->taken, as->arena);
	map_init(&as->carried, as->arena);
	map_init(&as->policies, as->arena);
	locator_init(&as->locator, as->sources, as->arena);
	size_t before = as->out.n;
	for (size_t i = 0; i < n; i++)
		note_owners(as, &entries[i]);
	for (size_t i = 0; i < n; i++)
		add_entry(as, &entries[i]);
	if (as->out.n == before)
		return;
	add_addresses(as);
	add_policies(as, policies);
	add_class(as);
	add_grants(as);
	qsort(as->out.item + before, as->out.n - before, sizeof *as->out.item, compare_printed);
}
