/* SPDX-License-Identifier: Apache-2.0 */
/* Gateways and ListenerSets that exist: their listeners, and who may attach to them. What the API server filled in is filled in here. */
#include "kube/decode.h"

static str text_or(struct decoder *d, const struct node *node, str otherwise)
{
	str text = decode_copy(d, node);
	return text.n ? text : otherwise;
}

static struct requirement requirement_of(struct decoder *d, const struct node *node)
{
	static const struct { str name; enum requirement_op op; } OPS[] = {
		{ STR_INIT("In"), LABEL_IN }, { STR_INIT("NotIn"), LABEL_NOT_IN }, { STR_INIT("Exists"), LABEL_EXISTS },
		{ STR_INIT("DoesNotExist"), LABEL_ABSENT },
	};
	struct requirement r = { .key = decode_copy(d, node_get(node, STR("key"))) };
	const struct node *values = node_get(node, STR("values"));
	str op = node_text(node_get(node, STR("operator")));
	for (size_t i = 0; i < sizeof OPS / sizeof *OPS; i++)
		if (str_eq(OPS[i].name, op))
			r.op = OPS[i].op;
	for (size_t i = 0; values && values->kind == NODE_LIST && i < values->as.list.n; i++)
		LIST_PUSH(d->arena, &r.values, decode_copy(d, values->as.list.item[i]));
	return r;
}

/* matchLabels and matchExpressions. */
static struct selector selector_of(struct decoder *d, const struct node *node)
{
	struct selector selector = { 0 };
	const struct node *labels = node_get(node, STR("matchLabels")), *expressions = node_get(node, STR("matchExpressions"));
	for (size_t i = 0; labels && labels->kind == NODE_MAP && i < labels->as.map.n; i++) {
		struct requirement r = { .key = arena_str(d->arena, labels->as.map.item[i].key), .op = LABEL_IN };
		LIST_PUSH(d->arena, &r.values, decode_copy(d, labels->as.map.item[i].value));
		LIST_PUSH(d->arena, &selector, r);
	}
	for (size_t i = 0; expressions && expressions->kind == NODE_LIST && i < expressions->as.list.n; i++) {
		struct requirement r = requirement_of(d, expressions->as.list.item[i]);
		LIST_PUSH(d->arena, &selector, r);
	}
	return selector;
}

static struct listener_view listener_of(struct decoder *d, const struct node *node)
{
	struct listener_view l = {
		.name = decode_copy(d, node_get(node, STR("name"))), .hostname = decode_copy(d, node_get(node, STR("hostname"))),
		.protocol = decode_copy(d, node_get(node, STR("protocol"))),
		.tls_mode = text_or(d, node_at(node, STR("tls.mode")), STR("Terminate")),
		.from = text_or(d, node_at(node, STR("allowedRoutes.namespaces.from")), STR("Same")),
		.selector = selector_of(d, node_at(node, STR("allowedRoutes.namespaces.selector"))),
	};
	uint64_t port;
	if (str_to_u64(node_text(node_get(node, STR("port"))), 65535, &port))
		l.port = (uint32_t)port;
	const struct node *kinds = node_at(node, STR("allowedRoutes.kinds"));
	for (size_t i = 0; kinds && kinds->kind == NODE_LIST && i < kinds->as.list.n; i++)
		LIST_PUSH(d->arena, &l.kinds, decode_copy(d, node_get(kinds->as.list.item[i], STR("kind"))));
	return l;
}

struct meta *decode_gateway(struct decoder *d, const struct node *root)
{
	struct gateway_view *view = NEW(d->arena, struct gateway_view);
	if (!decode_meta(d, root, false, &view->meta))
		return NULL;
	str rest;
	const struct node *parent = node_at(root, STR("spec.parentRef")), *listeners = node_at(root, STR("spec.listeners"));
	view->set = parent != NULL;
	(void)str_cut(d->api_version, '/', &view->group, &rest);
	view->parent_name = decode_copy(d, node_get(parent, STR("name")));
	view->parent_namespace = text_or(d, node_get(parent, STR("namespace")), view->meta.namespace);
	view->sets_from = text_or(d, node_at(root, STR("spec.allowedListeners.namespaces.from")), STR("None"));
	view->sets_selector = selector_of(d, node_at(root, STR("spec.allowedListeners.namespaces.selector")));
	for (size_t i = 0; listeners && listeners->kind == NODE_LIST && i < listeners->as.list.n; i++) {
		struct listener_view l = listener_of(d, listeners->as.list.item[i]);
		LIST_PUSH(d->arena, &view->listeners, l);
	}
	return &view->meta;
}
