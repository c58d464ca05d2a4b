/* SPDX-License-Identifier: Apache-2.0 */
/* Service, Endpoints and EndpointSlice: ports, and whether anybody answers behind them. */
#include "kube/decode.h"

#include <stdint.h>

static const str NO_TEXT = STR_INIT("");

static str text_or(struct decoder *d, const struct node *node, str otherwise)
{
	str text = decode_copy(d, node);
	return text.n > 0 ? text : otherwise;
}

/* Ports without a usable number are left out: the API server refuses them, and nothing can be forwarded there. */
static void read_ports(struct decoder *d, const struct node *ports, struct service *service)
{
	for (size_t i = 0; ports && ports->kind == NODE_LIST && i < ports->as.list.n; i++) {
		const struct node *item = ports->as.list.item[i];
		str number = node_text(node_get(item, STR("port")));
		uint64_t port;
		if (!str_to_u64(number, 65535, &port) || port == 0)
			continue;
		struct service_port out = {
			.name = decode_copy(d, node_get(item, STR("name"))),
			.protocol = text_or(d, node_get(item, STR("protocol")), STR("TCP")),
			.port = (uint32_t)port,
			.app_protocol = decode_copy(d, node_get(item, STR("appProtocol"))),
		};
		/* A target that is not written is the port itself (API reference, ServicePort.targetPort). */
		str target = node_text(node_get(item, STR("targetPort")));
		out.target = arena_str(d->arena, target.n > 0 && !str_eq(target, STR("0")) ? target : number);
		LIST_PUSH(d->arena, &service->ports, out);
	}
}

static void read_selector(struct decoder *d, const struct node *labels, struct service *service)
{
	for (size_t i = 0; labels && labels->kind == NODE_MAP && i < labels->as.map.n; i++) {
		struct requirement r = { .key = arena_str(d->arena, labels->as.map.item[i].key), .op = LABEL_IN };
		LIST_PUSH(d->arena, &r.values, decode_copy(d, labels->as.map.item[i].value));
		LIST_PUSH(d->arena, &service->selector, r);
	}
}

/* Of a list each entry, of a map nothing: what a load balancer is told stands in texts and lists of texts. */
static void read_fields(struct decoder *d, const struct step *spec, const struct node *node, struct service *service)
{
	for (size_t i = 0; i < node->as.map.n; i++) {
		const struct pair *pair = &node->as.map.item[i];
		const struct step *step = STEP_KEY(spec, pair);
		bool list = pair->value->kind == NODE_LIST;
		if (!list && node_is_scalar(pair->value))
			LIST_PUSH(d->arena, &service->fields, decode_leaf(d, step, pair->value));
		for (size_t k = 0; list && k < pair->value->as.list.n; k++)
			if (node_is_scalar(pair->value->as.list.item[k]))
				LIST_PUSH(d->arena, &service->fields, decode_leaf(d, STEP_ENTRY(step, k), pair->value->as.list.item[k]));
	}
}

struct meta *decode_service(struct decoder *d, const struct node *root)
{
	struct service *service = NEW(d->arena, struct service);
	const struct pair *pair = node_pair(root, STR("spec"));
	if (!decode_meta(d, root, false, &service->meta))
		return NULL;
	const struct node *spec = pair && decode_is_map(d, STEP_KEY(NULL, pair), pair->value) ? pair->value : NULL;
	service->type = text_or(d, node_get(spec, STR("type")), STR("ClusterIP"));
	service->external_name = decode_copy(d, node_get(spec, STR("externalName")));
	service->headless = str_eq(node_text(node_get(spec, STR("clusterIP"))), STR("None"));
	const struct pair *ports = node_pair(spec, STR("ports"));
	if (ports && decode_is_list(d, STEP_KEY(STEP_KEY(NULL, pair), ports), ports->value))
		read_ports(d, ports->value, service);
	read_selector(d, node_get(spec, STR("selector")), service);
	if (spec && str_eq(service->type, STR("LoadBalancer")))
		read_fields(d, STEP_KEY(NULL, pair), spec, service);
	return &service->meta;
}

static bool is_filled_list(const struct node *node)
{
	return node && node->kind == NODE_LIST && node->as.list.n > 0;
}

/* One object with endpoints is enough, whatever other slices of the Service say. */
static void note_endpoints(struct decoder *d, str namespace, str service, bool some)
{
	struct map *map = &d->snapshot->endpoints;
	str key = arena_printf(d->arena, "%.*s/%.*s", STR_ARG(namespace), STR_ARG(service));
	uintptr_t now = some ? ENDPOINTS_SOME + 1 : ENDPOINTS_NONE + 1;
	if (service.n > 0 && (uintptr_t)map_get(map, key) < now)
		map_set(map, key, (void *)now);
}

struct meta *decode_endpoints(struct decoder *d, const struct node *root)
{
	struct meta meta = { 0 };
	bool some = false;
	const struct node *subsets = node_get(root, STR("subsets"));
	if (!decode_meta(d, root, false, &meta))
		return NULL;
	for (size_t i = 0; is_filled_list(subsets) && i < subsets->as.list.n; i++)
		some = some || is_filled_list(node_get(subsets->as.list.item[i], STR("addresses")));
	note_endpoints(d, meta.namespace, meta.name, some);
	return NULL;
}

struct meta *decode_endpoint_slice(struct decoder *d, const struct node *root)
{
	struct meta meta = { 0 };
	bool some = false;
	const struct node *endpoints = node_get(root, STR("endpoints"));
	if (!decode_meta(d, root, false, &meta))
		return NULL;
	for (size_t i = 0; is_filled_list(endpoints) && i < endpoints->as.list.n; i++) {
		const struct node *item = endpoints->as.list.item[i];
		/* Absent counts as ready (API reference, EndpointConditions). */
		const struct node *ready = node_at(item, STR("conditions.ready"));
		bool down = ready && ready->kind == NODE_BOOL && !ready->truth;
		some = some || (is_filled_list(node_get(item, STR("addresses"))) && !down);
	}
	const struct field *service = meta_label(&meta, STR("kubernetes.io/service-name"));
	note_endpoints(d, meta.namespace, service ? service->value : NO_TEXT, some);
	return NULL;
}

static str number_text(char *to, size_t size, uint32_t number)
{
	size_t i = size;
	do {
		to[--i] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	return (str){ to + i, size - i };
}

const struct service_port *service_port_find(const struct service *service, str port)
{
	for (size_t i = 0; service && port.n > 0 && i < service->ports.n; i++) {
		const struct service_port *p = &service->ports.item[i];
		char digits[10];
		if (str_eq(port, number_text(digits, sizeof digits, p->port)) || str_eq(port, p->target) || str_eq(port, p->name))
			return p;
	}
	return NULL;
}
