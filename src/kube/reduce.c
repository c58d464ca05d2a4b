/* SPDX-License-Identifier: Apache-2.0 */
/* Objects of the API, reduced: see reduce.h. Values are those of the tree that was read. */
#include "kube/reduce.h"

#include "kube/base64.h"

static const str APPLIED = STR_INIT("kubectl.kubernetes.io/last-applied-configuration");

static bool is_filled_map(const struct node *node)
{
	return node && node->kind == NODE_MAP && node->as.map.n > 0;
}

static bool is_list(const struct node *node)
{
	return node && node->kind == NODE_LIST;
}

/* A value that was read, in a tree that is written: nobody changes it. */
static struct node *borrowed(const struct node *node)
{
	return (struct node *)(uintptr_t)node;
}

static void take(struct arena *arena, struct node *out, const struct node *from, const char *key)
{
	const struct node *value = node_get(from, str_c(key));
	if (!node_is_null(value))
		node_set(arena, out, str_c(key), borrowed(value));
}

static void take_annotations(struct arena *arena, struct node *out, const struct node *annotations)
{
	struct node *kept = node_map(arena);
	for (size_t i = 0; is_filled_map(annotations) && i < annotations->as.map.n; i++)
		if (!str_eq(annotations->as.map.item[i].key, APPLIED))
			node_set(arena, kept, annotations->as.map.item[i].key, annotations->as.map.item[i].value);
	if (kept->as.map.n)
		node_set(arena, out, STR("annotations"), kept);
}

/* Group and kind decide; names and uids are of no use. */
static void take_owners(struct arena *arena, struct node *out, const struct node *owners)
{
	struct node *kept = node_list(arena);
	for (size_t i = 0; is_list(owners) && i < owners->as.list.n; i++) {
		struct node *owner = node_map(arena);
		take(arena, owner, owners->as.list.item[i], "apiVersion");
		take(arena, owner, owners->as.list.item[i], "kind");
		take(arena, owner, owners->as.list.item[i], "name");
		node_add(arena, kept, owner);
	}
	if (kept->as.list.n)
		node_set(arena, out, STR("ownerReferences"), kept);
}

static struct node *head(struct arena *arena, str api_version, str kind)
{
	struct node *out = node_map(arena);
	node_set_text(arena, out, STR("apiVersion"), api_version);
	node_set_text(arena, out, STR("kind"), kind);
	return out;
}

static struct node *with_metadata(struct arena *arena, str api_version, str kind, const struct node *root)
{
	const struct node *from = node_get(root, STR("metadata"));
	struct node *out = head(arena, api_version, kind), *metadata = node_map(arena);
	node_set(arena, out, STR("metadata"), metadata);
	take(arena, metadata, from, "name");
	take(arena, metadata, from, "namespace");
	take(arena, metadata, from, "creationTimestamp");
	take(arena, metadata, from, "labels");
	take_annotations(arena, metadata, node_get(from, STR("annotations")));
	take_owners(arena, metadata, node_get(from, STR("ownerReferences")));
	return out;
}

struct node *reduce_whole(struct arena *arena, str api_version, str kind, const struct node *root)
{
	static const str NOT[] = { STR_INIT("apiVersion"), STR_INIT("kind"), STR_INIT("metadata"), STR_INIT("status") };
	struct node *out = with_metadata(arena, api_version, kind, root);
	for (size_t i = 0; is_filled_map(root) && i < root->as.map.n; i++) {
		bool skip = false;
		for (size_t k = 0; k < sizeof NOT / sizeof *NOT; k++)
			skip = skip || str_eq(root->as.map.item[i].key, NOT[k]);
		if (!skip)
			node_set(arena, out, root->as.map.item[i].key, root->as.map.item[i].value);
	}
	return out;
}

struct node *reduce_names(struct arena *arena, str api_version, str kind, const struct node *root)
{
	const struct node *from = node_get(root, STR("metadata"));
	struct node *out = head(arena, api_version, kind), *metadata = node_map(arena);
	node_set(arena, out, STR("metadata"), metadata);
	take(arena, metadata, from, "name");
	take(arena, metadata, from, "namespace");
	take(arena, metadata, from, "labels");
	return out;
}

struct node *reduce_service(struct arena *arena, str api_version, str kind, const struct node *root)
{
	const struct node *spec = node_get(root, STR("spec"));
	struct node *out = with_metadata(arena, api_version, kind, root), *kept = node_map(arena);
	for (size_t i = 0; is_filled_map(spec) && i < spec->as.map.n; i++) {
		const struct pair *pair = &spec->as.map.item[i];
		bool address = str_eq(pair->key, STR("clusterIP")) && !str_eq(node_text(pair->value), STR("None"));
		if (!address && !str_eq(pair->key, STR("clusterIPs")))
			node_set(arena, kept, pair->key, pair->value);
	}
	node_set(arena, out, STR("spec"), kept);
	return out;
}

static bool is_ready(const struct node *endpoint)
{
	/* Absent counts as ready (API reference, EndpointConditions). */
	const struct node *ready = node_at(endpoint, STR("conditions.ready")), *addresses = node_get(endpoint, STR("addresses"));
	return is_list(addresses) && addresses->as.list.n && !(ready && ready->kind == NODE_BOOL && !ready->truth);
}

/* One endpoint stands for all that are ready; its address is one of documentation (RFC 5737). */
struct node *reduce_endpoints(struct arena *arena, str api_version, str kind, const struct node *root)
{
	static const str SERVICE = STR_INIT("kubernetes.io/service-name");
	const struct node *from = node_get(root, STR("metadata")), *endpoints = node_get(root, STR("endpoints"));
	struct node *out = head(arena, api_version, kind), *metadata = node_map(arena), *labels = node_map(arena), *list = node_list(arena);
	str service = node_text(node_get(node_get(from, STR("labels")), SERVICE));
	bool some = false;
	if (!service.n)
		return NULL;
	node_set(arena, out, STR("metadata"), metadata);
	take(arena, metadata, from, "name");
	take(arena, metadata, from, "namespace");
	node_set(arena, metadata, STR("labels"), labels);
	node_set_text(arena, labels, SERVICE, service);
	node_set_text(arena, out, STR("addressType"), STR("IPv4"));
	for (size_t i = 0; is_list(endpoints) && i < endpoints->as.list.n; i++)
		some = some || is_ready(endpoints->as.list.item[i]);
	if (some) {
		struct node *endpoint = node_map(arena), *addresses = node_list(arena);
		node_add(arena, addresses, node_string(arena, STR("192.0.2.1")));
		node_set(arena, endpoint, STR("addresses"), addresses);
		node_add(arena, list, endpoint);
	}
	node_set(arena, out, STR("endpoints"), list);
	return out;
}

struct node *reduce_workload(struct arena *arena, str api_version, str kind, const struct node *root)
{
	const struct node *from = node_at(root, STR("spec.template")), *containers = node_at(from, STR("spec.containers"));
	struct node *out = with_metadata(arena, api_version, kind, root), *spec = node_map(arena), *template = node_map(arena), *labels = node_map(arena),
		*pod = node_map(arena), *kept = node_list(arena);
	take(arena, spec, node_get(root, STR("spec")), "selector");
	take(arena, labels, node_get(from, STR("metadata")), "labels");
	for (size_t i = 0; is_list(containers) && i < containers->as.list.n; i++) {
		struct node *container = node_map(arena);
		take(arena, container, containers->as.list.item[i], "name");
		take(arena, container, containers->as.list.item[i], "image");
		take(arena, container, containers->as.list.item[i], "command");
		take(arena, container, containers->as.list.item[i], "args");
		node_add(arena, kept, container);
	}
	node_set(arena, pod, STR("containers"), kept);
	node_set(arena, template, STR("metadata"), labels);
	node_set(arena, template, STR("spec"), pod);
	node_set(arena, spec, STR("template"), template);
	node_set(arena, out, STR("spec"), spec);
	return out;
}

struct node *reduce_config_map(struct arena *arena, str api_version, str kind, const struct node *root)
{
	struct node *out = with_metadata(arena, api_version, kind, root);
	take(arena, out, root, "data");
	return out;
}

struct node *reduce_secret_row(struct arena *arena, str namespace, str name, str type)
{
	struct node *out = head(arena, STR("v1"), STR("Secret")), *metadata = node_map(arena);
	node_set(arena, out, STR("metadata"), metadata);
	node_set_text(arena, metadata, STR("name"), name);
	node_set_text(arena, metadata, STR("namespace"), namespace);
	node_set_text(arena, out, STR("type"), type);
	return out;
}

/* Of a text of PEM the certificates alone: some people keep the key beside them. */
static str certificates_of(struct arena *arena, str pem)
{
	static const str BEGIN = STR_INIT("-----BEGIN CERTIFICATE-----"), END = STR_INIT("-----END CERTIFICATE-----");
	str out = { "", 0 };
	for (size_t at = str_find(pem, BEGIN); at < pem.n; at = str_find(pem, BEGIN)) {
		pem = str_from(pem, at);
		size_t end = str_find(pem, END);
		if (end == pem.n)
			break;
		out = arena_printf(arena, "%.*s%.*s\n", STR_ARG(out), STR_ARG(str_slice(pem, 0, end + END.n)));
		pem = str_from(pem, end + END.n);
	}
	return out;
}

struct node *reduce_certificate(struct arena *arena, str api_version, str kind, const struct node *root)
{
	const struct node *metadata = node_get(root, STR("metadata")), *certificate = node_get(node_get(root, STR("data")), STR("tls.crt"));
	struct node *out = reduce_secret_row(arena, node_text(node_get(metadata, STR("namespace"))), node_text(node_get(metadata, STR("name"))),
		node_text(node_get(root, STR("type"))));
	struct node *data = node_map(arena);
	str pem;
	(void)api_version;
	(void)kind;
	if (!node_is_scalar(certificate) || !base64_decode(arena, node_text(certificate), &pem))
		return out;
	node_set_text(arena, data, STR("tls.crt"), base64_encode(arena, certificates_of(arena, pem)));
	node_set(arena, out, STR("data"), data);
	return out;
}
