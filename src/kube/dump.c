/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a cluster: see dump.h. Discovery first, then all lists at once, then what these name. */
#include "kube/dump.h"

#include <stdlib.h>

#include "doc/doc.h"
#include "kube/discovery.h"
#include "kube/dump_mentions.h"
#include "kube/reduce.h"

/*
 * Names, and no more than metadata. Of ConfigMaps, because the data of most of them is nobody's business.
 */
#define METADATA_LIST "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
#define METADATA_ONE "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
/*
 * Secrets are read as a table without objects: rows of name, type, number of keys and age. Neither data nor annotations are sent to us;
 * PartialObjectMetadata would hold the copy of the data that kubectl keeps in an annotation, and has no type. Rows name no namespace, so each namespace is
 * asked for by itself.
 */
#define TABLE "application/json;as=Table;g=meta.k8s.io;v=v1"

/* A kind that is kept, in the order of the dump. */
struct kind_plan {
	str group, kind;
	reduce_object *reduce;
	bool metadata;           /* only that is listed; what is named is read afterwards */
	bool workload;           /* controllers alone are kept */
	bool names;              /* ConfigMaps may be named there */
};

static const struct kind_plan PLANS[] = {
	{ STR_INIT(""), STR_INIT("Namespace"), reduce_names, false, false, false },
	{ STR_INIT("networking.k8s.io"), STR_INIT("IngressClass"), reduce_whole, false, false, false },
	{ STR_INIT("networking.k8s.io"), STR_INIT("Ingress"), reduce_whole, false, false, true },
	{ STR_INIT("extensions"), STR_INIT("Ingress"), reduce_whole, false, false, true },
	{ STR_INIT(""), STR_INIT("Service"), reduce_service, false, false, true },
	{ STR_INIT("discovery.k8s.io"), STR_INIT("EndpointSlice"), reduce_endpoints, false, false, false },
	{ STR_INIT("apps"), STR_INIT("Deployment"), reduce_workload, false, true, true },
	{ STR_INIT("apps"), STR_INIT("DaemonSet"), reduce_workload, false, true, true },
	{ STR_INIT(""), STR_INIT("ConfigMap"), reduce_config_map, true, false, true },
	{ STR_INIT("gateway.networking.k8s.io"), STR_INIT("GatewayClass"), reduce_whole, false, false, false },
	{ STR_INIT("gateway.networking.k8s.io"), STR_INIT("Gateway"), reduce_whole, false, false, false },
	{ STR_INIT("gateway.networking.k8s.io"), STR_INIT("ListenerSet"), reduce_whole, false, false, false },
	{ STR_INIT("gateway.networking.x-k8s.io"), STR_INIT("XListenerSet"), reduce_whole, false, false, false },
	{ STR_INIT("gateway.networking.k8s.io"), STR_INIT("HTTPRoute"), reduce_whole, false, false, false },
	{ STR_INIT("gateway.networking.k8s.io"), STR_INIT("GRPCRoute"), reduce_whole, false, false, false },
	{ STR_INIT("gateway.networking.k8s.io"), STR_INIT("TLSRoute"), reduce_whole, false, false, false },
	{ STR_INIT("gateway.networking.k8s.io"), STR_INIT("TCPRoute"), reduce_whole, false, false, false },
	{ STR_INIT("gateway.networking.k8s.io"), STR_INIT("UDPRoute"), reduce_whole, false, false, false },
	{ STR_INIT("gateway.networking.k8s.io"), STR_INIT("ReferenceGrant"), reduce_whole, false, false, false },
	{ STR_INIT("gateway.networking.k8s.io"), STR_INIT("BackendTLSPolicy"), reduce_whole, false, false, false },
};

struct reading {
	struct api *api;
	struct arena *arena;
	const struct dump_request *request;
	struct dump *out;
	struct kube_fault *fault;
	struct mentions mentions;
	LIST(struct kind_list *) lists;
};

/* A kind as it is listed. */
struct kind_list {
	struct reading *reading;
	struct kind_plan plan;
	struct api_resource resource;
	str api_version;
	struct api_list all;
	LIST(struct api_list *) parts;   /* of namespaces, where all at once are refused */
};

/* ---- what is kept ---- */

static str write_object(struct arena *arena, const struct node *object)
{
	struct buf out;
	buf_init(&out, arena, 0);
	doc_write_yaml(&out, object, (struct doc_style){ .comments = false });
	return arena_str(arena, buf_str(&out));
}

static void keep(struct api_list *list, const struct reading *r, const struct node *object)
{
	const struct node *metadata = node_get(object, STR("metadata"));
	struct api_kept kept = { arena_str(r->arena, node_text(node_get(metadata, STR("namespace")))), arena_str(r->arena, node_text(node_get(metadata, STR("name")))),
		write_object(r->arena, object) };
	LIST_PUSH(r->arena, &list->kept, kept);
}

static bool is_controller(const struct dump_request *request, const struct node *root)
{
	const struct node *containers = node_at(root, STR("spec.template.spec.containers"));
	for (size_t i = 0; containers && containers->kind == NODE_LIST && i < containers->as.list.n; i++) {
		str image = node_text(node_get(containers->as.list.item[i], STR("image")));
		for (size_t c = 0; c < request->controllers_n; c++)
			for (size_t k = 0; k < request->controllers[c].images.n; k++)
				if (str_has(image, request->controllers[c].images.item[k]))
					return true;
	}
	return false;
}

static void on_object(struct api_list *list, const struct node *root)
{
	const struct kind_list *of = list->user;
	struct reading *r = of->reading;
	/* trees of an entry end with it, and so does what is made of them */
	struct arena scratch;
	struct resource open;
	if (of->plan.workload && !is_controller(r->request, root))
		return;
	if (of->plan.metadata) {
		const struct node *metadata = node_get(root, STR("metadata"));
		struct api_kept kept = { arena_str(r->arena, node_text(node_get(metadata, STR("namespace")))), arena_str(r->arena, node_text(node_get(metadata, STR("name")))), { "", 0 } };
		LIST_PUSH(r->arena, &list->kept, kept);
		return;
	}
	if (of->plan.names)
		mentions_of(&r->mentions, root);
	arena_init(&scratch, r->arena->limit, r->arena->escape);
	escape_watch(r->arena->escape, &open, arena_close, &scratch);
	const struct node *object = of->plan.reduce(&scratch, of->api_version, of->plan.kind, root);
	if (object)
		keep(list, r, object);
	escape_forget(r->arena->escape, &open);
	arena_release(&scratch);
}

/* ---- lists ---- */

static struct kind_list *new_list(struct reading *r, const struct kind_plan *plan, const struct api_resource *resource)
{
	struct kind_list *list = NEW(r->arena, struct kind_list);
	*list = (struct kind_list){ .reading = r, .plan = *plan, .resource = *resource };
	list->api_version = resource->group.n ? arena_printf(r->arena, "%.*s/%.*s", STR_ARG(resource->group), STR_ARG(resource->version)) : resource->version;
	list->all = (struct api_list){ .path = resource_path(r->arena, resource, STR("")), .accept = plan->metadata ? STR(METADATA_LIST) : STR(""), .entry = on_object, .user = list };
	return list;
}

static bool plan_lists(struct reading *r)
{
	size_t plans = sizeof PLANS / sizeof *PLANS, n = plans + (r->request->vendors ? r->request->vendors->n : 0);
	struct wanted_kind *wanted = NEWS(r->arena, struct wanted_kind, n);
	struct api_resources served = { 0 };
	for (size_t i = 0; i < n; i++)
		wanted[i] = i < plans ? (struct wanted_kind){ PLANS[i].group, PLANS[i].kind } : (struct wanted_kind){ r->request->vendors->item[i - plans].group, r->request->vendors->item[i - plans].kind };
	if (!discovery_read(r->api, wanted, n, &served, r->fault))
		return false;
	bool ingress = false;
	for (size_t i = 0; i < served.n; i++) {
		const struct api_resource *resource = &served.item[i];
		struct kind_plan plan = { resource->group, resource->kind, reduce_whole, false, false, false };
		for (size_t k = 0; k < plans; k++)
			if (str_eq(PLANS[k].group, resource->group) && str_eq(PLANS[k].kind, resource->kind))
				plan = PLANS[k];
		/* both groups serve the same objects */
		bool again = str_eq(resource->kind, STR("Ingress")) && ingress;
		ingress = ingress || str_eq(resource->kind, STR("Ingress"));
		if (!again)
			LIST_PUSH(r->arena, &r->lists, new_list(r, &plan, resource));
	}
	return true;
}

static struct kind_list *list_of(const struct reading *r, const char *kind)
{
	for (size_t i = 0; i < r->lists.n; i++)
		if (str_eq(r->lists.item[i]->plan.kind, str_c(kind)))
			return r->lists.item[i];
	return NULL;
}

static void add_gap(struct reading *r, str kind, const struct str_list *only)
{
	struct dump_gap gap = { kind, { 0 } };
	for (size_t i = 0; only && i < only->n; i++)
		LIST_PUSH(r->arena, &gap.only, only->item[i]);
	LIST_PUSH(r->arena, &r->out->head.gaps, gap);
}

/* Whoever may not list all namespaces may perhaps list those that matter most. */
static bool read_parts(struct reading *r)
{
	LIST(struct api_list *) parts = { 0 };
	for (size_t i = 0; i < r->lists.n; i++) {
		struct kind_list *list = r->lists.item[i];
		for (size_t k = 0; list->all.result == API_FORBIDDEN && list->resource.namespaced && k < r->request->scope.namespaces.n; k++) {
			struct api_list *part = NEW(r->arena, struct api_list);
			*part = list->all;
			part->path = resource_path(r->arena, &list->resource, r->request->scope.namespaces.item[k]);
			LIST_PUSH(r->arena, &list->parts, part);
			LIST_PUSH(r->arena, &parts, part);
		}
	}
	return !parts.n || api_read(r->api, parts.item, parts.n, r->fault);
}

static void join_parts(struct reading *r, struct kind_list *list)
{
	struct str_list only = { 0 };
	if (list->all.result != API_FORBIDDEN)
		return;
	for (size_t i = 0; i < list->parts.n; i++) {
		struct api_list *part = list->parts.item[i];
		if (part->result != API_READ)
			continue;
		LIST_PUSH(r->arena, &only, r->request->scope.namespaces.item[i]);
		for (size_t k = 0; k < part->kept.n; k++)
			LIST_PUSH(r->arena, &list->all.kept, part->kept.item[k]);
	}
	add_gap(r, list->plan.kind, &only);
}

static bool read_lists(struct reading *r)
{
	LIST(struct api_list *) all = { 0 };
	for (size_t i = 0; i < r->lists.n; i++)
		LIST_PUSH(r->arena, &all, &r->lists.item[i]->all);
	if (!api_read(r->api, all.item, all.n, r->fault) || !read_parts(r))
		return false;
	for (size_t i = 0; i < r->lists.n; i++)
		join_parts(r, r->lists.item[i]);
	return true;
}

/* ---- single objects ---- */

/* The ConfigMaps that somebody names, and those that these name. */
static bool read_config_maps(struct reading *r, struct kind_list *list)
{
	LIST(struct api_kept) left = { 0 }, read = { 0 };
	for (size_t i = 0; list && i < list->all.kept.n; i++)
		LIST_PUSH(r->arena, &left, list->all.kept.item[i]);
	if (!list)
		return true;
	list->plan.metadata = false;
	for (;;) {
		LIST(struct api_list *) wanted = { 0 };
		size_t n = 0;
		for (size_t i = 0; i < left.n; i++) {
			if (!mentions_has(&r->mentions, left.item[i].namespace, left.item[i].name)) {
				left.item[n++] = left.item[i];
				continue;
			}
			struct api_list *one = NEW(r->arena, struct api_list);
			*one = (struct api_list){ .whole = true, .entry = on_object, .user = list,
				.path = arena_printf(r->arena, "%.*s/%.*s", STR_ARG(resource_path(r->arena, &list->resource, left.item[i].namespace)), STR_ARG(left.item[i].name)) };
			LIST_PUSH(r->arena, &wanted, one);
		}
		left.n = n;
		if (!wanted.n)
			break;
		if (!api_read(r->api, wanted.item, wanted.n, r->fault))
			return false;
		for (size_t i = 0; i < wanted.n; i++) {
			for (size_t k = 0; k < wanted.item[i]->kept.n; k++)
				LIST_PUSH(r->arena, &read, wanted.item[i]->kept.item[k]);
			if (wanted.item[i]->result == API_FORBIDDEN && !dump_has_gap(&r->out->head, list->plan.kind))
				add_gap(r, list->plan.kind, NULL);
		}
	}
	list->all.kept.n = 0;
	for (size_t i = 0; i < read.n; i++)
		LIST_PUSH(r->arena, &list->all.kept, read.item[i]);
	return true;
}

static void on_definition(struct api_list *list, const struct node *root)
{
	struct reading *r = list->user;
	const struct node *annotations = node_at(root, STR("metadata.annotations"));
	r->out->head.gateway_version = arena_str(r->arena, node_text(node_get(annotations, STR("gateway.networking.k8s.io/bundle-version"))));
	r->out->head.gateway_channel = arena_str(r->arena, node_text(node_get(annotations, STR("gateway.networking.k8s.io/channel"))));
}

/* Version and channel stand in annotations of every definition; that of HTTPRoute is always there. */
static bool read_gateway_version(struct reading *r)
{
	struct api_list one = { .path = STR("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/httproutes.gateway.networking.k8s.io"),
		.accept = STR(METADATA_ONE), .whole = true, .entry = on_definition, .user = r };
	struct api_list *list = &one;
	if (!api_read(r->api, &list, 1, r->fault))
		return false;
	r->out->head.gateway_unknown = one.result == API_FORBIDDEN;
	if (r->out->head.gateway_unknown)
		add_gap(r, STR("CustomResourceDefinition"), NULL);
	return true;
}

/* ---- Secrets ---- */

struct secrets {
	struct reading *reading;
	str namespace;
	struct api_list list;
};

static void on_row(struct api_list *list, const struct node *root)
{
	const struct secrets *of = list->user;
	const struct node *cells = node_get(root, STR("cells"));
	str name = node_text(node_at(root, STR("cells.0"))), type = node_text(node_at(root, STR("cells.1")));
	if (!cells || cells->kind != NODE_LIST || cells->as.list.n < 2 || !name.n || !type.n)
		return;
	struct arena *arena = of->reading->arena;
	struct api_kept kept = { of->namespace, arena_str(arena, name), arena_str(arena, type) };
	LIST_PUSH(arena, &list->kept, kept);
}

static void on_certificate(struct api_list *list, const struct node *root)
{
	const struct kind_list *of = list->user;
	struct arena scratch;
	struct resource open;
	arena_init(&scratch, of->reading->arena->limit, of->reading->arena->escape);
	escape_watch(of->reading->arena->escape, &open, arena_close, &scratch);
	keep(list, of->reading, reduce_certificate(&scratch, of->api_version, of->plan.kind, root));
	escape_forget(of->reading->arena->escape, &open);
	arena_release(&scratch);
}

/* Types become objects, or with --read-certificates requests for these. */
static bool keep_secrets(struct reading *r, struct kind_list *into, const struct api_list *rows)
{
	LIST(struct api_list *) certificates = { 0 };
	for (size_t i = 0; i < rows->kept.n; i++) {
		const struct api_kept *row = &rows->kept.item[i];
		if (!r->request->certificates || !str_eq(row->text, STR("kubernetes.io/tls"))) {
			keep(&into->all, r, reduce_secret_row(r->arena, row->namespace, row->name, row->text));
			continue;
		}
		struct api_list *one = NEW(r->arena, struct api_list);
		*one = (struct api_list){ .whole = true, .entry = on_certificate, .user = into,
			.path = arena_printf(r->arena, "%.*s/%.*s", STR_ARG(resource_path(r->arena, &into->resource, row->namespace)), STR_ARG(row->name)) };
		LIST_PUSH(r->arena, &certificates, one);
	}
	if (certificates.n && !api_read(r->api, certificates.item, certificates.n, r->fault))
		return false;
	for (size_t i = 0, next = 0; i < rows->kept.n && certificates.n; i++) {
		const struct api_kept *row = &rows->kept.item[i];
		if (!str_eq(row->text, STR("kubernetes.io/tls")))
			continue;
		struct api_list *one = certificates.item[next++];
		if (one->result == API_READ && one->kept.n)
			LIST_PUSH(r->arena, &into->all.kept, one->kept.item[0]);
		else if (one->result == API_FORBIDDEN)
			keep(&into->all, r, reduce_secret_row(r->arena, row->namespace, row->name, row->text));
	}
	return true;
}

static struct str_list secret_namespaces(const struct reading *r)
{
	struct str_list out = { 0 };
	const struct kind_list *namespaces = list_of(r, "Namespace");
	for (size_t i = 0; namespaces && i < namespaces->all.kept.n; i++)
		LIST_PUSH(r->arena, &out, namespaces->all.kept.item[i].name);
	return out.n ? out : r->request->scope.namespaces;
}

static bool read_secrets(struct reading *r)
{
	static const struct kind_plan PLAN = { STR_INIT(""), STR_INIT("Secret"), NULL, false, false, false };
	static const struct api_resource SECRETS = { STR_INIT(""), STR_INIT("v1"), STR_INIT("secrets"), STR_INIT("Secret"), true };
	const struct str_list namespaces = secret_namespaces(r);
	struct kind_list *into = new_list(r, &PLAN, &SECRETS);
	LIST(struct api_list *) all = { 0 };
	struct str_list only = { 0 };
	for (size_t i = 0; i < namespaces.n; i++) {
		struct secrets *of = NEW(r->arena, struct secrets);
		*of = (struct secrets){ r, namespaces.item[i], { .path = resource_path(r->arena, &SECRETS, namespaces.item[i]), .query = STR("includeObject=None"),
			.accept = STR(TABLE), .entry = on_row } };
		of->list.user = of;
		LIST_PUSH(r->arena, &all, &of->list);
	}
	if (all.n && !api_read(r->api, all.item, all.n, r->fault))
		return false;
	for (size_t i = 0; i < all.n; i++) {
		if (all.item[i]->result == API_READ)
			LIST_PUSH(r->arena, &only, namespaces.item[i]);
		if (!keep_secrets(r, into, all.item[i]))
			return false;
	}
	if (only.n < all.n || !all.n)
		add_gap(r, PLAN.kind, &only);
	LIST_PUSH(r->arena, &r->lists, into);
	return true;
}

/* ---- the whole ---- */

static int compare_kept(const void *pa, const void *pb)
{
	const struct api_kept *a = pa, *b = pb;
	int c = str_cmp(a->namespace, b->namespace);
	return c ? c : str_cmp(a->name, b->name);
}

static int compare_gaps(const void *pa, const void *pb)
{
	return str_cmp(((const struct dump_gap *)pa)->kind, ((const struct dump_gap *)pb)->kind);
}

static void collect(struct reading *r)
{
	for (size_t i = 0; i < r->lists.n; i++) {
		struct api_list *all = &r->lists.item[i]->all;
		if (all->kept.n)
			qsort(all->kept.item, all->kept.n, sizeof *all->kept.item, compare_kept);
		for (size_t k = 0; k < all->kept.n; k++)
			if (!k || compare_kept(&all->kept.item[k - 1], &all->kept.item[k]) != 0)
				LIST_PUSH(r->arena, &r->out->objects, all->kept.item[k]);
	}
	if (r->out->head.gaps.n)
		qsort(r->out->head.gaps.item, r->out->head.gaps.n, sizeof *r->out->head.gaps.item, compare_gaps);
}

bool dump_read(struct api *api, const struct dump_request *request, struct dump *out, struct kube_fault *fault)
{
	struct reading r = { .api = api, .arena = api_arena(api), .request = request, .out = out, .fault = fault };
	*out = (struct dump){ .head = { .present = true, .scope = request->scope } };
	mentions_init(&r.mentions, r.arena);
	for (size_t i = 0; i < request->controllers_n; i++)
		if (request->controllers[i].config_map.n)
			mentions_add(&r.mentions, request->controllers[i].config_map);
	if (!plan_lists(&r) || !read_lists(&r) || !read_config_maps(&r, list_of(&r, "ConfigMap")) || !read_gateway_version(&r) || !read_secrets(&r))
		return false;
	collect(&r);
	return true;
}
