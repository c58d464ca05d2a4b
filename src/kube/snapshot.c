/* SPDX-License-Identifier: Apache-2.0 */
/* Documents to typed objects, which object counts where one came twice, and look-ups: see snapshot.h. */
#include "kube/snapshot.h"

#include "kube/decode.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_DEPTH = 50 };

enum kind {
	KIND_CONFIG_MAP, KIND_ENDPOINTS, KIND_GATEWAY, KIND_GATEWAY_CLASS, KIND_INGRESS, KIND_INGRESS_CLASS, KIND_NAMESPACE, KIND_SECRET,
	KIND_SERVICE, KIND_VENDOR, KIND_WORKLOAD,
};

struct kind_row {
	str name;
	str groups[2];           /* unused ones are not text at all; the core API's is empty */
	enum kind kind;
	struct meta *(*decode)(struct decoder *d, const struct node *root);
};

static const struct kind_row KINDS[] = {
	{ STR_INIT("ConfigMap"), { STR_INIT("") }, KIND_CONFIG_MAP, decode_config_map },
	{ STR_INIT("DaemonSet"), { STR_INIT("apps"), STR_INIT("extensions") }, KIND_WORKLOAD, decode_workload },
	{ STR_INIT("Deployment"), { STR_INIT("apps"), STR_INIT("extensions") }, KIND_WORKLOAD, decode_workload },
	{ STR_INIT("EndpointSlice"), { STR_INIT("discovery.k8s.io") }, KIND_ENDPOINTS, decode_endpoint_slice },
	{ STR_INIT("Endpoints"), { STR_INIT("") }, KIND_ENDPOINTS, decode_endpoints },
	{ STR_INIT("Gateway"), { STR_INIT("gateway.networking.k8s.io") }, KIND_GATEWAY, decode_gateway },
	{ STR_INIT("GatewayClass"), { STR_INIT("gateway.networking.k8s.io") }, KIND_GATEWAY_CLASS, decode_gateway_class },
	{ STR_INIT("IngressClass"), { STR_INIT("networking.k8s.io") }, KIND_INGRESS_CLASS, decode_ingress_class },
	{ STR_INIT("ListenerSet"), { STR_INIT("gateway.networking.k8s.io") }, KIND_GATEWAY, decode_gateway },
	{ STR_INIT("Namespace"), { STR_INIT("") }, KIND_NAMESPACE, decode_namespace },
	{ STR_INIT("Secret"), { STR_INIT("") }, KIND_SECRET, decode_secret },
	{ STR_INIT("Service"), { STR_INIT("") }, KIND_SERVICE, decode_service },
	{ STR_INIT("XListenerSet"), { STR_INIT("gateway.networking.x-k8s.io") }, KIND_GATEWAY, decode_gateway },
};

/* The last two groups are common slips of people who write an Ingress; other groups have an Ingress of their own. */
static const str INGRESS_GROUPS[] = { STR_INIT("networking.k8s.io"), STR_INIT("extensions"), STR_INIT(""), STR_INIT("networking"), STR_INIT("apps") };
static const struct kind_row INGRESS = { STR_INIT("Ingress"), { STR_INIT("networking.k8s.io") }, KIND_INGRESS, decode_ingress };

static const struct fault TOO_DEEP = {
	DIAG_TOO_DEEP, DIAG_ERROR, STR_INIT("lists of objects are nested too deep"), STR_INIT("the objects in there are not read"),
	STR_INIT("put the objects into one list"),
};

static const struct fault PLAIN_LIST = {
	DIAG_NOT_AN_OBJECT, DIAG_WARNING, STR_INIT("a plain list is no Kubernetes object; its entries are read as objects"),
	STR_INIT("kubectl refuses this file"), STR_INIT("put objects into one document each, or below items of kind: List"),
};

static const struct fault TWICE = {
	DIAG_SAME_OBJECT_TWICE, DIAG_NOTE, STR_INIT("the same object stands in the input more than once"), STR_INIT("none; it counts once"),
	STR_INIT("keep one of them"),
};

static const struct fault DIFFER = {
	DIAG_OBJECTS_DIFFER, DIAG_WARNING, STR_INIT("objects of one kind, namespace and name differ; the one that stands last in the input counts"),
	STR_INIT("what only an earlier one says is not converted"),
	STR_INIT("keep one of them; overlays and bases of Kustomize are built first: kubectl kustomize DIR | ing2gw convert -f -"),
};

/* An object as it was read. Lists of the snapshot are made of these when all are known. */
struct snapshot_entry {
	enum kind kind;
	str kind_name;
	struct meta *meta;       /* first member of the object */
	bool alone;              /* a patch, or without a name: never a double of anything */
	struct digest digest;
	struct place at;         /* of its name */
	uint32_t span;
	size_t sequence;
};

void snapshot_init(struct snapshot *snapshot, struct arena *arena, const struct sources *sources, struct diags *diags)
{
	*snapshot = (struct snapshot){ .arena = arena, .diags = diags, .sources = sources };
	map_init(&snapshot->index, arena);
	map_init(&snapshot->endpoints, arena);
}

static str group_of(str api_version)
{
	str group, version;
	return str_cut(api_version, '/', &group, &version) ? group : STR("");
}

static const struct kind_row *row_of(str kind, str api_version)
{
	str group = group_of(api_version);
	if (str_eq(kind, STR("Ingress")) || str_eq(kind, STR("ingress")))
		for (size_t i = 0; i < sizeof INGRESS_GROUPS / sizeof INGRESS_GROUPS[0]; i++)
			if (str_eq(group, INGRESS_GROUPS[i]))
				return &INGRESS;
	for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
		const struct kind_row *row = &KINDS[i];
		if (!str_eq(row->name, kind))
			continue;
		for (size_t g = 0; g < sizeof row->groups / sizeof row->groups[0]; g++)
			if (row->groups[g].p && (str_eq(group, row->groups[g]) || api_version.n == 0))
				return row;
	}
	return NULL;
}

/* Patches of kinds beside Ingress: what no API server takes without what is missing. */
static bool is_fragment(const struct kind_row *row, const struct decoder *d, const struct node *root)
{
	if (d->api_version.n == 0 || fragment_has_marker(root))
		return true;
	const struct node *spec = node_get(root, STR("spec"));
	if (row->kind == KIND_SERVICE)
		return node_is_null(spec);
	return row->kind == KIND_WORKLOAD && str_starts(d->api_version, STR("apps/v1")) && node_is_null(node_get(spec, STR("selector")));
}

static void keep(struct decoder *d, const struct kind_row *row, struct meta *meta, const struct node *root)
{
	struct snapshot_entry *entry = NEW(d->arena, struct snapshot_entry);
	const struct node *name = node_at(root, STR("metadata.name"));
	*entry = (struct snapshot_entry){ .kind = row->kind, .kind_name = d->kind, .meta = meta, .at = meta->at, .span = 1 };
	if (node_is_scalar(name)) {
		entry->at = name->at;
		entry->span = name->span;
	}
	entry->alone = meta->fragment || meta->name.n == 0;
	if (!entry->alone)
		entry->digest = digest_object(root, d->api_version);
	entry->sequence = d->snapshot->entries.n;
	LIST_PUSH(d->arena, &d->snapshot->entries, entry);
}

static bool find_vendor_kind(struct decoder *d, str kind)
{
	const struct vendor_kinds *kinds = d->snapshot->vendor_kinds;
	str group = group_of(d->api_version);
	for (size_t i = 0; kinds && i < kinds->n && !d->vendor_kind; i++)
		if (str_eq(kinds->item[i].kind, kind) && (str_eq(kinds->item[i].group, group) || d->api_version.n == 0))
			d->vendor_kind = &kinds->item[i];
	return d->vendor_kind != NULL;
}

static void add_object(struct decoder *d, const struct node *root, str kind)
{
	const struct kind_row *row = row_of(kind, d->api_version);
	if (!row && find_vendor_kind(d, kind)) {
		const struct kind_row vendor = { .name = d->vendor_kind->kind, .kind = KIND_VENDOR };
		d->kind = vendor.name;
		struct meta *meta = decode_vendor(d, root);
		if (meta)
			keep(d, &vendor, meta, root);
		return;
	}
	if (!row) {
		d->snapshot->other_objects++;
		if (str_starts(d->api_version, STR("kustomize.config.k8s.io/")))
			fragment_kustomization(d, root);
		return;
	}
	d->kind = row->name;
	if (row->kind != KIND_INGRESS && is_fragment(row, d, root)) {
		struct meta meta = { 0 };
		d->quiet = true;
		decode_meta(d, root, row->kind == KIND_INGRESS_CLASS || row->kind == KIND_NAMESPACE, &meta);
		d->quiet = false;
		fragment_report(d, root);
		return;
	}
	struct meta *meta = row->decode(d, root);
	if (meta)
		keep(d, row, meta, root);
}

static void add(struct snapshot *s, const struct node *root, str kind, str api_version, size_t depth);

static void add_items(struct snapshot *s, const struct pair *items, str kind, str api_version, size_t depth)
{
	struct decoder d = { .snapshot = s, .arena = s->arena };
	if (depth >= LIST_DEPTH) {
		decode_report(&d, &TOO_DEEP, items->key_at, (uint32_t)items->key.n);
		return;
	}
	if (!decode_is_list(&d, STEP_KEY(NULL, items), items->value))
		return;
	for (size_t i = 0; i < items->value->as.list.n; i++)
		add(s, items->value->as.list.item[i], kind, api_version, depth + 1);
}

/* A JSON array of objects, as a filter over kubectl's output leaves it. */
static bool is_plain_list(const struct node *root)
{
	for (size_t i = 0; root->kind == NODE_LIST && i < root->as.list.n; i++)
		if (!node_is_scalar(node_get(root->as.list.item[i], STR("kind"))))
			return false;
	return root->kind == NODE_LIST && root->as.list.n > 0;
}

/* kind and api_version: what the list around it says of its entries, else empty. */
static void add(struct snapshot *s, const struct node *root, str kind, str api_version, size_t depth)
{
	struct decoder d = { .snapshot = s, .arena = s->arena };
	if (node_is_null(root))
		return;
	if (is_plain_list(root) && depth < LIST_DEPTH) {
		decode_report(&d, &PLAIN_LIST, root->at, 1);
		for (size_t i = 0; i < root->as.list.n; i++)
			add(s, root->as.list.item[i], STR(""), STR(""), depth + 1);
		return;
	}
	str own = node_text(node_get(root, STR("kind")));
	if (own.n > 0)
		kind = own;
	str version = node_text(node_get(root, STR("apiVersion")));
	d.api_version = arena_str(s->arena, version.n > 0 ? version : api_version);
	if (root->kind != NODE_MAP || kind.n == 0) {
		fragment_without_kind(&d, root);
		return;
	}
	const struct pair *items = node_pair(root, STR("items"));
	if (items && str_ends(kind, STR("List"))) {
		bool plain = str_eq(kind, STR("List"));
		add_items(s, items, plain ? STR("") : str_slice(kind, 0, kind.n - 4), plain ? STR("") : d.api_version, depth);
		return;
	}
	add_object(&d, root, kind);
}

void snapshot_add(void *user, struct node *root)
{
	add(user, root, STR(""), STR(""), 0);
}

static int compare_names(const struct snapshot_entry *a, const struct snapshot_entry *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	int kinds = a->kind == KIND_VENDOR ? str_cmp(a->kind_name, b->kind_name) : 0;
	if (kinds)
		return kinds;
	int c = str_cmp(a->meta->namespace, b->meta->namespace);
	if (c == 0)
		c = str_cmp(a->meta->name, b->meta->name);
	return c ? c : str_cmp(a->kind_name, b->kind_name);
}

static int compare(const void *pa, const void *pb)
{
	const struct snapshot_entry *a = *(struct snapshot_entry *const *)pa, *b = *(struct snapshot_entry *const *)pb;
	int c = compare_names(a, b);
	if (c)
		return c;
	if (a->alone != b->alone)
		return a->alone ? 1 : -1;
	if (a->meta->at.file != b->meta->at.file)
		return a->meta->at.file < b->meta->at.file ? -1 : 1;
	if (a->meta->at.offset != b->meta->at.offset)
		return a->meta->at.offset < b->meta->at.offset ? -1 : 1;
	return a->sequence < b->sequence ? -1 : a->sequence > b->sequence;
}

static str key_of(struct arena *arena, str kind, str namespace, str name)
{
	return arena_printf(arena, "%.*s/%.*s/%.*s", STR_ARG(kind), STR_ARG(namespace), STR_ARG(name));
}

static void push(struct snapshot *s, const struct snapshot_entry *entry)
{
	void *object = entry->meta;
	switch (entry->kind) {
	case KIND_CONFIG_MAP:
		LIST_PUSH(s->arena, &s->config_maps, object);
		break;
	case KIND_GATEWAY:
		LIST_PUSH(s->arena, &s->gateways, object);
		break;
	case KIND_INGRESS:
		LIST_PUSH(s->arena, &s->ingresses, object);
		break;
	case KIND_INGRESS_CLASS:
		LIST_PUSH(s->arena, &s->classes, object);
		break;
	case KIND_NAMESPACE:
		LIST_PUSH(s->arena, &s->namespaces, object);
		break;
	case KIND_SECRET:
		LIST_PUSH(s->arena, &s->secrets, object);
		break;
	case KIND_SERVICE: {
		struct service *service = object;
		str key = arena_printf(s->arena, "%.*s/%.*s", STR_ARG(entry->meta->namespace), STR_ARG(entry->meta->name));
		uintptr_t endpoints = (uintptr_t)map_get(&s->endpoints, key);
		service->endpoints = endpoints ? (enum endpoints)(endpoints - 1) : ENDPOINTS_UNKNOWN;
		LIST_PUSH(s->arena, &s->services, service);
		break;
	}
	case KIND_VENDOR:
		LIST_PUSH(s->arena, &s->vendor_objects, object);
		break;
	case KIND_WORKLOAD:
		LIST_PUSH(s->arena, &s->workloads, object);
		break;
	case KIND_ENDPOINTS:
	case KIND_GATEWAY_CLASS:
		break;
	}
	if (!entry->alone)
		map_set(&s->index, key_of(s->arena, entry->kind_name, entry->meta->namespace, entry->meta->name), object);
}

/* first to last are one object; last counts. */
static void report_doubles(struct snapshot *s, struct snapshot_entry *const *first, size_t n)
{
	const struct snapshot_entry *last = first[n - 1];
	struct decoder d = { .snapshot = s, .arena = s->arena };
	const struct meta *m = last->meta;
	d.object = m->namespace.n > 0 ? key_of(s->arena, last->kind_name, m->namespace, m->name)
		: arena_printf(s->arena, "%.*s/%.*s", STR_ARG(last->kind_name), STR_ARG(m->name));
	for (size_t i = 0; i + 1 < n; i++) {
		bool same = memcmp(&first[i]->digest, &last->digest, sizeof last->digest) == 0;
		decode_report(&d, same ? &TWICE : &DIFFER, first[i]->at, first[i]->span);
		decode_report(&d, same ? &TWICE : &DIFFER, last->at, last->span);
	}
}

void snapshot_finish(struct snapshot *s)
{
	struct snapshot_entry **entry = s->entries.item;
	size_t n = s->entries.n;
	if (n > 0)
		qsort(entry, n, sizeof *entry, compare);
	for (size_t i = 0; i < n;) {
		size_t end = i + 1;
		while (end < n && !entry[i]->alone && !entry[end]->alone && compare_names(entry[i], entry[end]) == 0)
			end++;
		if (end - i > 1)
			report_doubles(s, entry + i, end - i);
		push(s, entry[end - 1]);
		i = end;
	}
}

static const void *find(const struct snapshot *s, const char *kind, str namespace, str name)
{
	char text[400];
	size_t length = strlen(kind);
	size_t n = length + namespace.n + name.n + 2;
	if (n > sizeof text)
		return map_get(&s->index, key_of(s->arena, str_c(kind), namespace, name));
	char *p = text;
	memcpy(p, kind, length);
	p += length;
	*p++ = '/';
	if (namespace.n > 0)
		memcpy(p, namespace.p, namespace.n);
	p += namespace.n;
	*p++ = '/';
	if (name.n > 0)
		memcpy(p, name.p, name.n);
	return map_get(&s->index, (str){ text, n });
}

const struct service *snapshot_service(const struct snapshot *snapshot, str namespace, str name)
{
	return find(snapshot, "Service", namespace, name);
}

const struct config_map *snapshot_config_map(const struct snapshot *snapshot, str namespace, str name)
{
	return find(snapshot, "ConfigMap", namespace, name);
}

const struct secret *snapshot_secret(const struct snapshot *snapshot, str namespace, str name)
{
	return find(snapshot, "Secret", namespace, name);
}

const struct ingress_class *snapshot_class(const struct snapshot *snapshot, str name)
{
	return find(snapshot, "IngressClass", STR(""), name);
}

const struct vendor_object *snapshot_vendor(const struct snapshot *snapshot, str kind, str namespace, str name)
{
	return map_get(&snapshot->index, key_of(snapshot->arena, kind, namespace, name));
}

static const struct field *last_field(struct field *const *item, size_t n, str prefix, str key)
{
	for (size_t i = n; i > 0; i--) {
		const struct field *field = item[i - 1];
		if (field->key.n == prefix.n + key.n && str_starts(field->key, prefix) && str_ends(field->key, key))
			return field;
	}
	return NULL;
}

const struct field *meta_annotation(const struct meta *meta, str key)
{
	return last_field(meta->annotations.item, meta->annotations.n, STR(""), key);
}

const struct field *meta_label(const struct meta *meta, str key)
{
	return last_field(meta->labels.item, meta->labels.n, STR("metadata.labels."), key);
}
