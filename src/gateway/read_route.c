/* SPDX-License-Identifier: Apache-2.0 */
/* Routes of all five kinds: see read.h. */
#include "gateway/read_object.h"

/* ---- matches ---- */

static bool is_regex(const struct reader *r, const struct node *node)
{
	return str_eq(read_text(r, node, "type"), STR("RegularExpression"));
}

/* Of entries with one name the first counts; letter case makes no other name of a header. */
static bool has_name(const struct read_pair *pairs, size_t n, str name, bool header)
{
	for (size_t i = 0; i < n; i++)
		if (header ? str_eq_nocase(pairs[i].name, name) : str_eq(pairs[i].name, name))
			return true;
	return false;
}

static struct read_pair read_pair(const struct reader *r, const struct node *node)
{
	return (struct read_pair){ read_text(r, node, "name"), read_text(r, node, "value"), is_regex(r, node), read_place(node) };
}

static void read_conditions(const struct reader *r, const struct node *node, struct read_match *out)
{
	const struct node *headers = read_list(node, "headers"), *queries = read_list(node, "queryParams");
	for (size_t i = 0; i < read_count(headers); i++) {
		struct read_pair pair = read_pair(r, headers->as.list.item[i]);
		if (!has_name(out->headers.item, out->headers.n, pair.name, true))
			LIST_PUSH(r->arena, &out->headers, pair);
	}
	for (size_t i = 0; i < read_count(queries); i++) {
		struct read_pair pair = read_pair(r, queries->as.list.item[i]);
		if (!has_name(out->queries.item, out->queries.n, pair.name, false))
			LIST_PUSH(r->arena, &out->queries, pair);
	}
}

static struct read_match read_http_match(const struct reader *r, const struct node *node, struct place rule)
{
	const struct node *path = node_get(node, STR("path"));
	str type = read_text(r, path, "type");
	struct read_match out = { .path = read_text_or(r, path, "value", "/"), .method = read_text(r, node, "method"), .at = rule };
	out.kind = str_eq(type, STR("Exact")) ? READ_EXACT : str_eq(type, STR("RegularExpression")) ? READ_REGEX : READ_PREFIX;
	read_conditions(r, node, &out);
	if (path && node_get(path, STR("value")))
		out.at = read_place(node_get(path, STR("value")));
	else if (node && node->kind == NODE_MAP && node->as.map.n)
		out.at = read_place(node);
	return out;
}

static struct read_match read_grpc_match(const struct reader *r, const struct node *node, struct place rule)
{
	const struct node *method = node_get(node, STR("method"));
	struct read_match out = { .service = read_text(r, method, "service"), .call = read_text(r, method, "method"), .at = rule };
	out.kind = is_regex(r, method) ? READ_REGEX : READ_EXACT;
	read_conditions(r, node, &out);
	if (node && node->kind == NODE_MAP && node->as.map.n)
		out.at = read_place(method && method->kind == NODE_MAP ? method : node);
	return out;
}

static void read_matches(const struct reader *r, const struct node *rule, enum read_route_kind kind, struct read_rule *out)
{
	const struct node *list = read_list(rule, "matches");
	/* an empty list says as little as none */
	size_t n = read_count(list) ? read_count(list) : 1;
	for (size_t i = 0; i < n; i++) {
		const struct node *node = read_count(list) ? list->as.list.item[i] : NULL;
		struct read_match match = kind == ROUTE_GRPC ? read_grpc_match(r, node, out->at) : read_http_match(r, node, out->at);
		LIST_PUSH(r->arena, &out->matches, match);
	}
}

/* ---- rules ---- */

static struct read_backend read_backend(const struct reader *r, const struct node *node)
{
	const struct node *filters = read_list(node, "filters");
	struct read_backend out = { .ref = read_reference(r, node, "", "Service"), .weight = 1 };
	if (node_is_scalar(node_get(node, STR("weight"))))
		out.weight = (uint32_t)read_number(node, "weight", 1000000);
	for (size_t i = 0; i < read_count(filters); i++)
		LIST_PUSH(r->arena, &out.filters, read_filter(r, filters->as.list.item[i]));
	return out;
}

static str codes_of(const struct reader *r, const struct node *retry)
{
	struct str_list codes = { 0 };
	read_texts(r, retry, "codes", &codes);
	return codes.n ? arena_join(r->arena, STR(" on "), str_list_join(r->arena, &codes, STR(", "))) : STR("");
}

static void read_delivery(const struct reader *r, const struct node *node, struct read_rule *out)
{
	const struct node *timeouts = node_get(node, STR("timeouts")), *retry = node_get(node, STR("retry"));
	const struct node *session = node_get(node, STR("sessionPersistence"));
	out->request_timeout = read_value(r, timeouts, "request");
	out->backend_timeout = read_value(r, timeouts, "backendRequest");
	if (retry && retry->kind == NODE_MAP) {
		str backoff = read_text(r, retry, "backoff");
		out->retry.at = read_place(retry);
		out->retry.value = arena_printf(r->arena, "%.*s%.*s%s%.*s", STR_ARG(read_text_or(r, retry, "attempts", "1")), STR_ARG(codes_of(r, retry)),
			backoff.n ? " after " : "", STR_ARG(backoff));
	}
	if (session && session->kind == NODE_MAP) {
		out->session.at = read_place(session);
		out->session.value = read_text_or(r, session, "type", "Cookie");
		out->session.name = read_text(r, session, "sessionName");
		/* since 1.7 */
		if (!out->session.name.n)
			out->session.name = read_text(r, node_get(session, STR("cookie")), "name");
	}
}

static struct read_rule read_rule(const struct reader *r, const struct node *node, enum read_route_kind kind)
{
	struct read_rule out = { .name = read_text(r, node, "name"), .at = read_place(node) };
	const struct node *filters = read_list(node, "filters"), *backends = read_list(node, "backendRefs");
	if (kind == ROUTE_HTTP || kind == ROUTE_GRPC)
		read_matches(r, node, kind, &out);
	for (size_t i = 0; i < read_count(filters); i++)
		LIST_PUSH(r->arena, &out.filters, read_filter(r, filters->as.list.item[i]));
	for (size_t i = 0; i < read_count(backends); i++)
		LIST_PUSH(r->arena, &out.backends, read_backend(r, backends->as.list.item[i]));
	read_delivery(r, node, &out);
	return out;
}

/* Without any rules an HTTPRoute has one that takes everything and has no backend. */
static void add_usual_rule(const struct reader *r, struct read_route *out)
{
	struct read_rule rule = { .at = r->meta.at };
	LIST_PUSH(r->arena, &rule.matches, read_http_match(r, NULL, rule.at));
	LIST_PUSH(r->arena, &out->rules, rule);
}

void read_route(const struct reader *r, const struct node *spec, enum read_route_kind kind, struct read_route *out)
{
	const struct node *parents = read_list(spec, "parentRefs"), *hostnames = read_list(spec, "hostnames"), *rules = read_list(spec, "rules");
	out->kind = kind;
	out->wants_default = str_eq(read_text(r, spec, "useDefaultGateways"), STR("All"));
	for (size_t i = 0; i < read_count(parents); i++) {
		struct read_parent parent = { .ref = read_reference(r, parents->as.list.item[i], READ_GROUP, "Gateway") };
		LIST_PUSH(r->arena, &out->parents, parent);
	}
	for (size_t i = 0; i < read_count(hostnames); i++) {
		const struct node *node = hostnames->as.list.item[i];
		struct read_pair host = { .value = arena_lower(r->arena, node_text(node)), .at = node->at };
		if (host.value.n)
			LIST_PUSH(r->arena, &out->hostnames, host);
	}
	for (size_t i = 0; i < read_count(rules); i++)
		LIST_PUSH(r->arena, &out->rules, read_rule(r, rules->as.list.item[i], kind));
	if (!rules && kind == ROUTE_HTTP)
		add_usual_rule(r, out);
}
