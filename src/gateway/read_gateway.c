/* SPDX-License-Identifier: Apache-2.0 */
/* Gateway and ListenerSet: see read.h. */
#include "gateway/read_object.h"

/* ---- namespaces ---- */

static void read_selector(const struct reader *r, const struct node *selector, struct read_namespaces *out)
{
	const struct node *labels = node_get(selector, STR("matchLabels"));
	const struct node *expressions = read_list(selector, "matchExpressions");
	for (size_t i = 0; labels && labels->kind == NODE_MAP && i < labels->as.map.n; i++) {
		const struct pair *pair = &labels->as.map.item[i];
		struct read_requirement one = { .key = arena_str(r->arena, pair->key), .op = STR_INIT("In") };
		LIST_PUSH(r->arena, &one.values, arena_str(r->arena, node_text(pair->value)));
		LIST_PUSH(r->arena, &out->selector, one);
	}
	for (size_t i = 0; i < read_count(expressions); i++) {
		const struct node *node = expressions->as.list.item[i];
		struct read_requirement one = { .key = read_text(r, node, "key"), .op = read_text(r, node, "operator") };
		read_texts(r, node, "values", &one.values);
		LIST_PUSH(r->arena, &out->selector, one);
	}
}

static enum read_from from_of(str text, enum read_from otherwise)
{
	static const struct {
		str text;
		enum read_from from;
	} WORDS[] = {
		{ STR_INIT("None"), FROM_NONE }, { STR_INIT("Same"), FROM_SAME }, { STR_INIT("All"), FROM_ALL }, { STR_INIT("Selector"), FROM_SELECTOR },
	};
	for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
		if (str_eq(WORDS[i].text, text))
			return WORDS[i].from;
	/* of a word that there is not nobody may attach; without one it is the field's default */
	return text.n ? FROM_NONE : otherwise;
}

static struct read_namespaces read_namespaces(const struct reader *r, const struct node *node, enum read_from otherwise)
{
	const struct node *namespaces = node_get(node, STR("namespaces"));
	struct read_namespaces out = { .from = from_of(read_text(r, namespaces, "from"), otherwise) };
	const struct node *selector = node_get(namespaces, STR("selector"));
	if (out.from != FROM_SELECTOR)
		return out;
	/* without the selector that it speaks of nothing is selected */
	if (node_is_null(selector))
		out.from = FROM_NONE;
	else
		read_selector(r, selector, &out);
	return out;
}

/* ---- listeners ---- */

static void read_tls(const struct reader *r, const struct node *tls, struct read_listener *out)
{
	out->tls = tls && tls->kind == NODE_MAP;
	out->passes = str_eq(read_text(r, tls, "mode"), STR("Passthrough"));
	out->options = node_get(tls, STR("options")) != NULL;
	READ_REFERENCES(r, read_list(tls, "certificateRefs"), "", "Secret", &out->certificates);
}

static struct read_listener read_listener(const struct reader *r, const struct node *node)
{
	struct read_listener out = {
		.name = read_text(r, node, "name"), .hostname = arena_lower(r->arena, read_text(r, node, "hostname")),
		.protocol = read_text(r, node, "protocol"), .port = (uint32_t)read_number(node, "port", 65535), .at = read_place(node),
	};
	const struct node *allowed = node_get(node, STR("allowedRoutes"));
	const struct node *kinds = read_list(allowed, "kinds"), *filters = read_list(node_get(node, STR("filters")), "requests");
	if (out.hostname.n)
		out.at = read_place(node_get(node, STR("hostname")));
	out.routes = read_namespaces(r, allowed, FROM_SAME);
	for (size_t i = 0; i < read_count(kinds); i++) {
		struct read_ref ref = read_reference(r, kinds->as.list.item[i], READ_GROUP, "");
		struct read_kind kind = { ref.group, ref.kind };
		LIST_PUSH(r->arena, &out.kinds, kind);
	}
	for (size_t i = 0; i < read_count(filters); i++)
		LIST_PUSH(r->arena, &out.filters, read_filter(r, filters->as.list.item[i]));
	read_tls(r, node_get(node, STR("tls")), &out);
	return out;
}

/* ---- client certificates ---- */

static void add_clients(const struct reader *r, const struct node *validation, uint32_t port, struct read_gateway *out)
{
	struct read_clients clients = { .port = port, .at = read_place(validation) };
	clients.lenient = str_eq(read_text(r, validation, "mode"), STR("AllowInsecureFallback"));
	READ_REFERENCES(r, read_list(validation, "caCertificateRefs"), "", "ConfigMap", &clients.authorities);
	/* an entry for a port without any takes the default away */
	if (clients.authorities.n || port)
		LIST_PUSH(r->arena, &out->clients, clients);
}

/* Former releases of the experimental channel have the field in each listener: it counts for the listener's port. */
static void read_old_clients(const struct reader *r, const struct node *listeners, struct read_gateway *out)
{
	for (size_t i = 0; i < read_count(listeners); i++) {
		const struct node *validation = node_at(listeners->as.list.item[i], STR("tls.frontendValidation"));
		if (validation)
			add_clients(r, validation, (uint32_t)read_number(listeners->as.list.item[i], "port", 65535), out);
	}
}

static void read_clients(const struct reader *r, const struct node *frontend, struct read_gateway *out)
{
	const struct node *ports = read_list(frontend, "perPort"), *usual = node_at(frontend, STR("default.validation"));
	for (size_t i = 0; i < read_count(ports); i++) {
		const struct node *port = ports->as.list.item[i];
		add_clients(r, node_at(port, STR("tls.validation")), (uint32_t)read_number(port, "port", 65535), out);
	}
	if (usual)
		add_clients(r, usual, 0, out);
}

/* ---- the objects ---- */

void read_gateway(const struct reader *r, const struct node *spec, struct read_gateway *out)
{
	const struct node *listeners = read_list(spec, "listeners");
	out->class = read_text(r, spec, "gatewayClassName");
	out->takes_default = str_eq(read_text(r, spec, "defaultScope"), STR("All"));
	for (size_t i = 0; i < read_count(listeners); i++)
		LIST_PUSH(r->arena, &out->listeners, read_listener(r, listeners->as.list.item[i]));
	out->sets = read_namespaces(r, node_get(spec, STR("allowedListeners")), FROM_NONE);
	read_clients(r, node_at(spec, STR("tls.frontend")), out);
	read_old_clients(r, listeners, out);
	out->parameters = read_reference(r, node_at(spec, STR("infrastructure.parametersRef")), "", "");
}

void read_set(const struct reader *r, const struct node *spec, struct read_set *out)
{
	const struct node *listeners = read_list(spec, "listeners");
	out->parent = read_reference(r, node_get(spec, STR("parentRef")), READ_GROUP, "Gateway");
	for (size_t i = 0; i < read_count(listeners); i++)
		LIST_PUSH(r->arena, &out->listeners, read_listener(r, listeners->as.list.item[i]));
}
