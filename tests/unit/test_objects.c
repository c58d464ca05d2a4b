/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed objects to trees and back. For each kind one object with every field set, beside the manifest that a person would
 * write for it: encoding must give that manifest, and decoding it must give an object that encodes to it again.
 */
#include "gateway_run.h"

#include "gateway/objects.h"

extern const struct CMUnitTest objects_tests[];
extern const size_t objects_tests_count;

#define S(text) STR_INIT(text)
#define TEXTS_OF(array) { array, COUNT(array), COUNT(array) }
#define NUMBER(n) { true, (n) }

static struct text_pair labels[] = { { S("app"), S("shop") }, { S("a.example/b"), S("c") } };
static struct text_pair annotations[] = { { S("note"), S("two\nlines") } };

#define META_OF(the_name) { S("shop"), S(the_name), { labels, 2, 2 }, { annotations, 1, 1 } }
#define META_TEXT(the_name) \
	"metadata:\n" \
	"  namespace: shop\n" \
	"  name: " the_name "\n" \
	"  labels: {app: shop, a.example/b: c}\n" \
	"  annotations: {note: \"two\\nlines\"}\n"

/* ---- HTTPRoute ---- */

static struct parent_ref parents[] = {
	{ S("gateway.networking.k8s.io"), S("ListenerSet"), S("edge"), S("main"), S("https"), { 0 } }, { .name = S("other") }
};
static str hostnames[] = { S("a.example"), S("*.b.example") };
static struct header_match headers[] = { { S("RegularExpression"), S("x-a"), S("^b$") }, { .name = S("c"), .value = S("d") } };
static struct http_match matches[] = {
	{ { S("Exact"), S("/a") }, S("POST"), { headers, 2, 2 } }, { { S(""), S("/b") }, S(""), { NULL, 0, 0 } }, { { S(""), S("") }, S(""), { NULL, 0, 0 } }
};
static str origins[] = { S("https://a.example"), S("https://b.example") }, methods[] = { S("GET"), S("PUT") }, allowed[] = { S("x-a") },
	exposed[] = { S("x-b"), S("x-c") };
static struct http_header set[] = { { S("x-d"), S("1") }, { S("x-e"), S("2, 3") } }, added[] = { { S("x-f"), S("4") } };
static str taken[] = { S("x-g"), S("x-h") };
static struct http_filter filters[] = {
	{ .type = S("RequestRedirect"), .redirect = { S("https"), S("c.example"), { S("ReplaceFullPath"), S("/full"), S("") },
		NUMBER(8443), NUMBER(301) } },
	{ .type = S("URLRewrite"), .rewrite = { S("d.example"), { S("ReplacePrefixMatch"), S(""), S("/prefix") } } },
	{ .type = S("CORS"), .cors = { TEXTS_OF(origins), TEXTS_OF(methods), TEXTS_OF(allowed), TEXTS_OF(exposed), true, NUMBER(600) } },
	{ .type = S("RequestHeaderModifier"), .request_headers = { { set, 2, 2 }, { added, 1, 1 }, TEXTS_OF(taken) } },
	{ .type = S("ResponseHeaderModifier"), .response_headers = { { added, 1, 1 }, { NULL, 0, 0 }, { NULL, 0, 0 } } },
	{ .type = S("RequestMirror"), .mirror = { .namespace = S("back"), .name = S("copy"), .port = NUMBER(8080) } },
};
static int64_t codes[] = { 502, 503 };
static struct backend_ref backends[] = { { S("back"), S("api"), NUMBER(8080), NUMBER(0) }, { .name = S("web"), .port = NUMBER(80) } };
static struct http_rule rules[] = {
	{ .comment = S("why\nso"), .matches = { matches, 3, 3 }, .filters = { filters, 6, 6 }, .backends = { backends, 2, 2 },
		.request_timeout = S("0s"), .retry = { NUMBER(0), { codes, 2, 2 } },
		.session = { S("Cookie"), S("1h"), S("name"), S("Permanent"), S("other"), S("/shop"), S("Session") } },
	{ .comment = S("") },
};
static const struct http_route route = { S("from a"), META_OF("r"), { parents, 2, 2 }, TEXTS_OF(hostnames), { rules, 2, 2 } };

#define ROUTE_TEXT \
	META_TEXT("r") \
	"spec:\n" \
	"  parentRefs:\n" \
	"  - {group: gateway.networking.k8s.io, kind: ListenerSet, namespace: edge, name: main, sectionName: https}\n" \
	"  - {name: other}\n" \
	"  hostnames: [a.example, \"*.b.example\"]\n" \
	"  rules:\n" \
	"  - matches:\n" \
	"    - path: {type: Exact, value: /a}\n" \
	"      method: POST\n" \
	"      headers: [{type: RegularExpression, name: x-a, value: ^b$}, {name: c, value: d}]\n" \
	"    - path: {value: /b}\n" \
	"    - {}\n" \
	"    filters:\n" \
	"    - type: RequestRedirect\n" \
	"      requestRedirect: {scheme: https, hostname: c.example, path: {type: ReplaceFullPath, replaceFullPath: /full}, port: 8443, statusCode: 301}\n" \
	"    - {type: URLRewrite, urlRewrite: {hostname: d.example, path: {type: ReplacePrefixMatch, replacePrefixMatch: /prefix}}}\n" \
	"    - type: CORS\n" \
	"      cors:\n" \
	"        allowOrigins: [\"https://a.example\", \"https://b.example\"]\n" \
	"        allowCredentials: true\n" \
	"        allowMethods: [GET, PUT]\n" \
	"        allowHeaders: [x-a]\n" \
	"        exposeHeaders: [x-b, x-c]\n" \
	"        maxAge: 600\n" \
	"    - type: RequestHeaderModifier\n" \
	"      requestHeaderModifier:\n" \
	"        set: [{name: x-d, value: \"1\"}, {name: x-e, value: \"2, 3\"}]\n" \
	"        add: [{name: x-f, value: \"4\"}]\n" \
	"        remove: [x-g, x-h]\n" \
	"    - {type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: x-f, value: \"4\"}]}}\n" \
	"    - {type: RequestMirror, requestMirror: {backendRef: {namespace: back, name: copy, port: 8080}}}\n" \
	"    backendRefs: [{namespace: back, name: api, port: 8080, weight: 0}, {name: web, port: 80}]\n" \
	"    timeouts: {request: 0s}\n" \
	"    retry: {attempts: 0, codes: [502, 503]}\n" \
	"    sessionPersistence:\n" \
	"      type: Cookie\n" \
	"      sessionName: name\n" \
	"      absoluteTimeout: 1h\n" \
	"      cookieConfig: {lifetimeType: Permanent}\n" \
	"      cookie: {name: other, path: /shop, lifetimeType: Session}\n" \
	"  - {}\n"

/* ---- GRPCRoute, TLSRoute, TCPRoute, UDPRoute, BackendTLSPolicy ---- */

static struct grpc_match calls[] = { { S("shop.v1.Cart"), S("Empty"), { headers, 2, 2 } }, { .service = S("shop.v1.Pay") }, { .method = S("M") } };
static struct grpc_filter grpc_filters[] = {
	{ .type = S("RequestHeaderModifier"), .request_headers = { .remove = TEXTS_OF(exposed) } },
	{ .type = S("RequestMirror"), .mirror = { .namespace = S("back"), .name = S("copy"), .port = { true, 9090 } } },
};
static struct grpc_rule grpc_rules[] = {
	{ .matches = { calls, 3, 3 }, .filters = { grpc_filters, 2, 2 }, .backends = { backends, 2, 2 },
		.session = { .type = S("Cookie"), .name = S("s") } },
	{ .comment = S("all") },
};
static const struct grpc_route grpc = { S("calls"), META_OF("c"), { parents, 2, 2 }, TEXTS_OF(hostnames), { grpc_rules, 2, 2 } };
static struct stream_rule stream_rules[] = { { { backends, 2, 2 } } };
static const struct stream_route tls_route = { S("t"), META_OF("t"), { parents, 2, 2 }, TEXTS_OF(hostnames), { stream_rules, 1, 1 } };
static const struct stream_route tcp_route = { S("t"), META_OF("t"), { parents, 2, 2 }, { NULL, 0, 0 }, { stream_rules, 1, 1 } };
static struct local_ref targets[] = { { S(""), S("Service"), S("web"), S("https") }, { .kind = S("Service"), .name = S("api") } };
static struct local_ref cas[] = { { .kind = S("ConfigMap"), .name = S("ca") } };
static const struct backend_tls_policy policy = { S("p"), META_OF("p"), { targets, 2, 2 }, { cas, 1, 1 }, S("web.example"), S("System") };

#define PARENTS_TEXT \
	"  parentRefs:\n" \
	"  - {group: gateway.networking.k8s.io, kind: ListenerSet, namespace: edge, name: main, sectionName: https}\n" \
	"  - {name: other}\n"
#define BACKENDS_TEXT "[{namespace: back, name: api, port: 8080, weight: 0}, {name: web, port: 80}]"
#define GRPC_TEXT \
	META_TEXT("c") \
	"spec:\n" \
	PARENTS_TEXT \
	"  hostnames: [a.example, \"*.b.example\"]\n" \
	"  rules:\n" \
	"  - matches:\n" \
	"    - method: {service: shop.v1.Cart, method: Empty}\n" \
	"      headers: [{type: RegularExpression, name: x-a, value: ^b$}, {name: c, value: d}]\n" \
	"    - {method: {service: shop.v1.Pay}}\n" \
	"    - {method: {method: M}}\n" \
	"    filters:\n" \
	"    - {type: RequestHeaderModifier, requestHeaderModifier: {remove: [x-b, x-c]}}\n" \
	"    - {type: RequestMirror, requestMirror: {backendRef: {namespace: back, name: copy, port: 9090}}}\n" \
	"    backendRefs: " BACKENDS_TEXT "\n" \
	"    sessionPersistence: {sessionName: s, type: Cookie}\n" \
	"  - {}\n"
#define STREAM_TEXT(more) META_TEXT("t") "spec:\n" PARENTS_TEXT more "  rules: [{backendRefs: " BACKENDS_TEXT "}]\n"
/* Groups are required: the core group is an empty one. */
#define POLICY_TEXT \
	META_TEXT("p") \
	"spec:\n" \
	"  targetRefs: [{group: \"\", kind: Service, name: web, sectionName: https}, {group: \"\", kind: Service, name: api}]\n" \
	"  validation:\n" \
	"    caCertificateRefs: [{group: \"\", kind: ConfigMap, name: ca}]\n" \
	"    wellKnownCACertificates: System\n" \
	"    hostname: web.example\n"

/* ---- Gateway, ListenerSet, GatewayClass, ReferenceGrant ---- */

static str values[] = { S("a"), S("b") };
static struct label_requirement expressions[] = { { S("kubernetes.io/metadata.name"), S("In"), TEXTS_OF(values) },
	{ .key = S("c"), .op = S("Exists") } };
static struct secret_ref certificates[] = { { S("certs"), S("tls-a") }, { .name = S("tls-b") } };
static struct listener listeners[] = {
	{ S("https"), S("*.a.example"), S("HTTPS"), NUMBER(443), S("Terminate"), { certificates, 2, 2 }, { S("Selector"),
		{ expressions, 2, 2 } } },
	{ .name = S("http"), .port = NUMBER(80), .protocol = S("HTTP"), .routes = { S("All"), { NULL, 0, 0 } } },
};
static struct text_pair more_labels[] = { { S("l"), S("m") } }, more_annotations[] = { { S("o"), S("p") }, { S("q"), S("") } };
static struct config_ref client_cas[] = { { S(""), S("ConfigMap"), S("bank"), S("clients") }, { .kind = S("ConfigMap"), .name = S("more") } };
static struct gateway_address addresses[] = { { S("IPAddress"), S("192.0.2.1") }, { .value = S("2001:db8::1") } };
static const struct gateway gateway = {
	.comment = S("one\ntwo"), .meta = META_OF("g"), .class_name = S("class"), .addresses = { addresses, 2, 2 },
	.infrastructure_labels = { more_labels, 1, 1 }, .infrastructure_annotations = { more_annotations, 2, 2 },
	.listener_sets = { S("Selector"), { expressions, 2, 2 } }, .listeners = { listeners, 2, 2 }, .client_certificates = { client_cas, 2, 2 },
};
static const struct listener_set listener_set = { S(""), META_OF("s"),
	{ S("gateway.networking.k8s.io"), S("Gateway"), S("edge"), S("g"), S(""), { 0 } }, { listeners, 2, 2 } };
static const struct gateway_class gateway_class = { S("choose"),
	{ .name = S("c"), .labels = { labels, 2, 2 }, .annotations = { annotations, 1, 1 } }, S("example.com/controller") };
static struct grant_peer from[] = { { S("gateway.networking.k8s.io"), S("Gateway"), S("edge"), S("") }, { .kind = S("K"),
	.namespace = S("ns") } };
static struct grant_peer to[] = { { .kind = S("Secret"), .name = S("tls-a") }, { .group = S("x.example"), .kind = S("K") } };
static const struct reference_grant grant = { S("why"), META_OF("rg"), { from, 2, 2 }, { to, 2, 2 } };

#define EXPRESSIONS "matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: [a, b]}, {key: c, operator: Exists}]"
#define LISTENERS_TEXT \
	"  listeners:\n" \
	"  - name: https\n" \
	"    hostname: \"*.a.example\"\n" \
	"    port: 443\n" \
	"    protocol: HTTPS\n" \
	"    tls: {mode: Terminate, certificateRefs: [{namespace: certs, name: tls-a}, {name: tls-b}]}\n" \
	"    allowedRoutes: {namespaces: {from: Selector, selector: {" EXPRESSIONS "}}}\n" \
	"  - {name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}\n"
#define GATEWAY_TEXT \
	META_TEXT("g") \
	"spec:\n" \
	"  gatewayClassName: class\n" \
	"  addresses: [{type: IPAddress, value: 192.0.2.1}, {value: \"2001:db8::1\"}]\n" \
	"  infrastructure: {labels: {l: m}, annotations: {o: p, q: \"\"}}\n" \
	"  allowedListeners: {namespaces: {from: Selector, selector: {" EXPRESSIONS "}}}\n" \
	LISTENERS_TEXT \
	"  tls: {frontend: {default: {validation: {caCertificateRefs: [{group: \"\", kind: ConfigMap, namespace: bank, name: clients}, " \
	"{group: \"\", kind: ConfigMap, name: more}]}}}}\n"
#define SET_TEXT \
	META_TEXT("s") \
	"spec:\n" \
	"  parentRef: {group: gateway.networking.k8s.io, kind: Gateway, namespace: edge, name: g}\n" \
	LISTENERS_TEXT
#define CLASS_TEXT \
	"metadata:\n" \
	"  name: c\n" \
	"  labels: {app: shop, a.example/b: c}\n" \
	"  annotations: {note: \"two\\nlines\"}\n" \
	"spec: {controllerName: example.com/controller}\n"
/* The group is required: the core group is an empty one. */
#define GRANT_TEXT \
	META_TEXT("rg") \
	"spec:\n" \
	"  from: [{group: gateway.networking.k8s.io, kind: Gateway, namespace: edge}, {group: \"\", kind: K, namespace: ns}]\n" \
	"  to: [{group: \"\", kind: Secret, name: tls-a}, {group: x.example, kind: K}]\n"

static const struct {
	enum object_kind kind;
	const void *object;
	const char *name, *api, *text, *comment;
} OBJECTS[] = {
	{ OBJECT_HTTP_ROUTE, &route, "HTTPRoute", "v1", ROUTE_TEXT, "from a" },
	{ OBJECT_GATEWAY, &gateway, "Gateway", "v1", GATEWAY_TEXT, "one\ntwo" },
	{ OBJECT_LISTENER_SET, &listener_set, "ListenerSet", "v1", SET_TEXT, "" },
	{ OBJECT_GATEWAY_CLASS, &gateway_class, "GatewayClass", "v1", CLASS_TEXT, "choose" },
	{ OBJECT_GRPC_ROUTE, &grpc, "GRPCRoute", "v1", GRPC_TEXT, "calls" },
	{ OBJECT_TLS_ROUTE, &tls_route, "TLSRoute", "v1", STREAM_TEXT("  hostnames: [a.example, \"*.b.example\"]\n"), "t" },
	{ OBJECT_TCP_ROUTE, &tcp_route, "TCPRoute", "v1alpha2", STREAM_TEXT(""), "t" },
	{ OBJECT_UDP_ROUTE, &tcp_route, "UDPRoute", "v1", STREAM_TEXT(""), "t" },
	{ OBJECT_BACKEND_TLS_POLICY, &policy, "BackendTLSPolicy", "v1alpha3", POLICY_TEXT, "p" },
	{ OBJECT_REFERENCE_GRANT, &grant, "ReferenceGrant", "v1beta1", GRANT_TEXT, "why" },
};

static str api_of(struct gateway_run *run, size_t i)
{
	return arena_printf(&run->arena, GATEWAY_API_GROUP "/%s", OBJECTS[i].api);
}

static void *new_object(struct gateway_run *run, enum object_kind kind)
{
	return arena_alloc(&run->arena, object_size(kind), _Alignof(max_align_t), 1);
}

static void test_encode_and_decode(void **state)
{
	(void)state;
	struct gateway_run run;
	gateway_start(&run);
	/* all but OBJECT_POLICY, which has no struct */
	assert_int_equal(COUNT(OBJECTS) + 1, OBJECT_KIND_COUNT);
	for (size_t i = 0; i < COUNT(OBJECTS); i++) {
		str api = api_of(&run, i), why = STR("");
		struct node *wanted = gateway_object(&run, api, str_c(OBJECTS[i].name), OBJECTS[i].text);
		struct node *tree = object_encode(&run.trees, OBJECTS[i].kind, OBJECTS[i].object, api);
		if (!node_equal(tree, wanted))
			fail_msg("%s is printed in another way", OBJECTS[i].name);
		assert_true(str_eq(tree->comment, str_c(OBJECTS[i].comment)));
		void *back = new_object(&run, OBJECTS[i].kind);
		if (!object_decode(&run.arena, OBJECTS[i].kind, wanted, back, &why))
			fail_msg("%s: %.*s", OBJECTS[i].name, STR_ARG(why));
		assert_true(node_equal(object_encode(&run.trees, OBJECTS[i].kind, back, api), wanted));
	}
	gateway_stop(&run);
}

/* Keys stand in the order in which people write them. */
static void test_order_and_comments(void **state)
{
	(void)state;
	static const char *const root[] = { "apiVersion", "kind", "metadata", "spec" }, *const spec[] = { "parentRefs", "hostnames", "rules" },
		*const rule[] = { "matches", "filters", "backendRefs" };
	struct gateway_run run;
	gateway_start(&run);
	const struct node *tree = object_encode(&run.trees, OBJECT_HTTP_ROUTE, &route, STR(GATEWAY_API_GROUP "/v1"));
	const struct node *first = node_at(tree, STR("spec.rules.0"));
	for (size_t i = 0; i < COUNT(root); i++)
		assert_true(str_eq(tree->as.map.item[i].key, str_c(root[i])));
	for (size_t i = 0; i < COUNT(spec); i++)
		assert_true(str_eq(node_get(tree, STR("spec"))->as.map.item[i].key, str_c(spec[i])));
	for (size_t i = 0; i < COUNT(rule); i++)
		assert_true(str_eq(first->as.map.item[i].key, str_c(rule[i])));
	assert_true(str_eq(first->comment, STR("why\nso")));
	assert_int_equal(node_at(tree, STR("spec.rules.1"))->comment.n, 0);
	gateway_stop(&run);
}

/* What is empty is not printed. */
static void test_empty_objects(void **state)
{
	(void)state;
	struct gateway_run run;
	gateway_start(&run);
	for (size_t i = 0; i < COUNT(OBJECTS); i++) {
		struct node *tree = object_encode(&run.trees, OBJECTS[i].kind, new_object(&run, OBJECTS[i].kind), api_of(&run, i));
		assert_int_equal(tree->as.map.n, 2);
		assert_true(str_eq(node_text(node_get(tree, STR("kind"))), str_c(OBJECTS[i].name)));
		assert_true(str_eq(node_text(node_get(tree, STR("apiVersion"))), api_of(&run, i)));
	}
	gateway_stop(&run);
}

/* The values themselves, from a text; also what is not there, and what a number that is zero is. */
static void test_decoded_values(void **state)
{
	(void)state;
	struct gateway_run run;
	struct http_route got = { 0 };
	str why;
	gateway_start(&run);
	struct node *tree = gateway_object(&run, STR("x"), STR("HTTPRoute"), ROUTE_TEXT "status: {parents: []}\n");
	assert_true(object_decode(&run.arena, OBJECT_HTTP_ROUTE, tree, &got, &why));
	assert_true(str_eq(got.meta.name, STR("r")) && str_eq(got.meta.namespace, STR("shop")));
	assert_int_equal(got.meta.labels.n, 2);
	assert_true(str_eq(got.meta.labels.item[1].key, STR("a.example/b")) && str_eq(got.meta.labels.item[1].value, STR("c")));
	assert_true(got.parents.n == 2 && str_eq(got.parents.item[0].section, STR("https")) && got.parents.item[1].section.n == 0);
	assert_int_equal(got.rules.n, 2);
	const struct http_rule *rule = &got.rules.item[0];
	assert_true(rule->matches.n == 3 && rule->matches.item[0].headers.n == 2 && rule->matches.item[2].path.value.n == 0);
	assert_true(rule->backends.item[0].weight.set && rule->backends.item[0].weight.value == 0 && !rule->backends.item[1].weight.set);
	assert_true(rule->filters.item[2].cors.credentials && !rule->filters.item[0].cors.credentials);
	assert_int_equal(rule->filters.item[0].redirect.port.value, 8443);
	const struct header_modifier *edits = &rule->filters.item[3].request_headers;
	assert_true(edits->set.n == 2 && str_eq(edits->set.item[1].value, STR("2, 3")) && edits->add.n == 1 && edits->remove.n == 2);
	assert_true(rule->filters.item[4].response_headers.set.n == 1 && rule->filters.item[4].request_headers.set.n == 0);
	assert_false(rule->filters.item[1].redirect.port.set);
	gateway_stop(&run);
}

/* A null is an absent field. */
static void test_nulls(void **state)
{
	(void)state;
	struct gateway_run run;
	struct http_route got = { 0 };
	str why;
	gateway_start(&run);
	struct node *tree = gateway_object(&run, STR("x"), STR("HTTPRoute"),
		"metadata: {name: a, labels: null, creationTimestamp: null}\nspec: {rules: [{filters: null, backendRefs: [{name: b, port: null}]}]}");
	assert_true(object_decode(&run.arena, OBJECT_HTTP_ROUTE, tree, &got, &why));
	assert_int_equal(got.meta.labels.n, 0);
	assert_int_equal(got.rules.item[0].filters.n, 0);
	assert_false(got.rules.item[0].backends.item[0].port.set);
	gateway_stop(&run);
}

/* What the structs cannot hold, and where. */
static const struct {
	enum object_kind kind;
	const char *rest, *why;
} REFUSED[] = {
	{ OBJECT_HTTP_ROUTE, "{rules: [{}, {name: {}}]}", "spec.rules[1].name cannot be read" },
	{ OBJECT_HTTP_ROUTE, "{rules: [{matches: [{path: {value: /}, queryParams: []}]}]}", "spec.rules[0].matches[0].queryParams cannot be read" },
	{ OBJECT_HTTP_ROUTE, "{rules: [{backendRefs: [{name: a, port: \"80\"}]}]}", "spec.rules[0].backendRefs[0].port cannot be read" },
	{ OBJECT_HTTP_ROUTE, "{rules: [{backendRefs: [{name: 7, port: 80}]}]}", "spec.rules[0].backendRefs[0].name cannot be read" },
	{ OBJECT_HTTP_ROUTE, "{rules: [{filters: [{type: CORS, cors: {allowCredentials: \"true\"}}]}]}",
	  "spec.rules[0].filters[0].cors.allowCredentials cannot be read" },
	{ OBJECT_HTTP_ROUTE, "{rules: [{retry: {codes: [\"502\"]}}]}", "spec.rules[0].retry.codes cannot be read" },
	{ OBJECT_HTTP_ROUTE, "{rules: [{retry: {backoff: 1s}}]}", "spec.rules[0].retry.backoff cannot be read" },
	{ OBJECT_HTTP_ROUTE, "{rules: {}}", "spec.rules cannot be read" },
	{ OBJECT_HTTP_ROUTE, "{rules: [a]}", "spec.rules[0] cannot be read" },
	{ OBJECT_HTTP_ROUTE, "{rules: [null]}", "spec.rules[0] cannot be read" },
	{ OBJECT_HTTP_ROUTE, "{hostnames: a}", "spec.hostnames cannot be read" },
	{ OBJECT_HTTP_ROUTE, "{hostnames: [a, 1]}", "spec.hostnames cannot be read" },
	{ OBJECT_HTTP_ROUTE, "{rules: [{filters: [{type: URLRewrite, urlRewrite: []}]}]}", "spec.rules[0].filters[0].urlRewrite cannot be read" },
	{ OBJECT_HTTP_ROUTE, "spec: []", "spec cannot be read" },
	{ OBJECT_HTTP_ROUTE, "data: {}", "data cannot be read" },
	{ OBJECT_HTTP_ROUTE, "metadata: {name: a, uid: b}", "metadata.uid cannot be read" },
	{ OBJECT_HTTP_ROUTE, "metadata: {name: a, labels: []}", "metadata.labels cannot be read" },
	{ OBJECT_HTTP_ROUTE, "metadata: {name: a, labels: {b: 1}}", "metadata.labels cannot be read" },
	{ OBJECT_HTTP_ROUTE, "metadata: {name: a, annotations: {b: [c]}}", "metadata.annotations cannot be read" },
	{ OBJECT_GATEWAY, "{listeners: [{name: a, tls: {options: {}}}]}", "spec.listeners[0].tls.options cannot be read" },
	{ OBJECT_GATEWAY, "{listeners: [{name: a, tls: x}]}", "spec.listeners[0].tls cannot be read" },
	{ OBJECT_GATEWAY, "{allowedListeners: {namespaces: {selector: {matchLabels: {a: b}}}}}",
	  "spec.allowedListeners.namespaces.selector.matchLabels cannot be read" },
	{ OBJECT_GATEWAY, "{defaultScope: All}", "spec.defaultScope cannot be read" },
	{ OBJECT_LISTENER_SET, "{parentRef: [a]}", "spec.parentRef cannot be read" },
	{ OBJECT_GATEWAY_CLASS, "{controllerName: [a]}", "spec.controllerName cannot be read" },
	{ OBJECT_GATEWAY_CLASS, "{controllerNames: a}", "spec.controllerNames cannot be read" },
	{ OBJECT_GATEWAY, "{tls: {frontend: {default: {validation: {mode: AllowValidOnly}}}}}",
	  "spec.tls.frontend.default.validation.mode cannot be read" },
	{ OBJECT_GRPC_ROUTE, "{rules: [{matches: [{method: {type: Exact}}]}]}", "spec.rules[0].matches[0].method.type cannot be read" },
	{ OBJECT_TLS_ROUTE, "{rules: [{filters: []}]}", "spec.rules[0].filters cannot be read" },
	{ OBJECT_BACKEND_TLS_POLICY, "{validation: {subjectAltNames: []}}", "spec.validation.subjectAltNames cannot be read" },
	{ OBJECT_REFERENCE_GRANT, "{from: [{kind: {}}]}", "spec.from[0].kind cannot be read" },
};

static void test_refused(void **state)
{
	(void)state;
	struct gateway_run run;
	bool good = true;
	gateway_start(&run);
	for (size_t i = 0; i < COUNT(REFUSED); i++) {
		str why = STR("nothing");
		struct node *tree = gateway_object(&run, STR("x"), object_kind_name(REFUSED[i].kind), REFUSED[i].rest);
		bool read = object_decode(&run.arena, REFUSED[i].kind, tree, new_object(&run, REFUSED[i].kind), &why);
		if (read || !str_eq(why, str_c(REFUSED[i].why))) {
			print_error("%s: %s, '%.*s'\n", REFUSED[i].rest, read ? "read" : "not read", STR_ARG(why));
			good = false;
		}
	}
	gateway_stop(&run);
	assert_true(good);
}

static void test_kind_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(OBJECTS); i++) {
		assert_true(str_eq(object_kind_name(OBJECTS[i].kind), str_c(OBJECTS[i].name)));
		assert_int_equal(object_kind_parse(str_c(OBJECTS[i].name)), OBJECTS[i].kind);
	}
	assert_int_equal(object_kind_parse(STR("XBackend")), OBJECT_KIND_COUNT);
	assert_int_equal(object_kind_parse(STR("httproute")), OBJECT_KIND_COUNT);
	assert_int_equal(object_kind_parse(STR("")), OBJECT_KIND_COUNT);
	assert_int_equal(object_size(OBJECT_HTTP_ROUTE), sizeof(struct http_route));
}

const struct CMUnitTest objects_tests[] = {
	cmocka_unit_test(test_encode_and_decode),
	cmocka_unit_test(test_order_and_comments),
	cmocka_unit_test(test_empty_objects),
	cmocka_unit_test(test_decoded_values),
	cmocka_unit_test(test_nulls),
	cmocka_unit_test(test_refused),
	cmocka_unit_test(test_kind_names),
};

const size_t objects_tests_count = COUNT(objects_tests);
