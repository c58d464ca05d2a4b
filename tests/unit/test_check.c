/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The structure check: each row is an object and the places of everything that is wrong with it. What is right and wrong
 * comes from the CRDs of the Gateway API releases and, for metadata, from the Kubernetes API conventions.
 */
#include "gateway_run.h"

#include "base/buf.h"
#include "cel_rows.h"
#include "gateway/check.h"
#include "gateway/defaults.h"

extern const struct CMUnitTest check_tests[];
extern const size_t check_tests_count;

struct row {
	const char *version;         /* "1.5", "1.5x" */
	const char *api, *kind;
	const char *rest;            /* a spec in braces, or lines */
	const char *places;          /* of faults, in their order, a blank after each */
};

#define V1 "v1"
#define ROUTE(version, spec, places) { version, V1, "HTTPRoute", spec, places }
#define ROUTE_RULE(version, fields, places) ROUTE(version, "{rules: [{" fields "}]}", places)
#define ROUTE_FILTER(version, filter, places) ROUTE(version, "{rules: [{filters: [{" filter "}]}]}", places)
#define GATE(version, more, places) \
	{ version, V1, "Gateway", "{gatewayClassName: c, listeners: [{name: a, port: 80, protocol: HTTP}], " more "}", places }
#define LISTENER(version, fields, places) { version, V1, "Gateway", "{gatewayClassName: c, listeners: [{" fields "}]}", places }
#define META(fields, places) { "1.5", V1, "HTTPRoute", "metadata: {" fields "}\nspec: {}", places }

#define REDIRECT(fields) "type: RequestRedirect, requestRedirect: {" fields "}"
#define REWRITE(path) "type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: " path "}}"
#define HEADERS(text) "type: ResponseHeaderModifier, responseHeaderModifier: {" text "}"
#define H1(n) "{name: " n ", value: v}"
#define H8(n) H1(n "1") ", " H1(n "2") ", " H1(n "3") ", " H1(n "4") ", " H1(n "5") ", " H1(n "6") ", " H1(n "7") ", " H1(n "8")
#define CORS(fields) "type: CORS, cors: {" fields "}"
#define SET(list) "type: RequestHeaderModifier, requestHeaderModifier: {set: [" list "]}"
#define AT "spec.rules[0].filters[0]."
#define X5 "x, x, x, x, x"
#define A253 A250 "aaa"
#define E10 "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9"
#define E100 E10 E10 E10 E10 E10 E10 E10 E10 E10 E10
#define E1000 E100 E100 E100 E100 E100 E100 E100 E100 E100 E100
#define M8 "{}, {}, {}, {}, {}, {}, {}, {}"
#define M64 M8 ", " M8 ", " M8 ", " M8 ", " M8 ", " M8 ", " M8 ", " M8
#define K8 "a: x, b: x, c: x, d: x, e: x, f: x, g: x, h: x"

static const struct row STRUCTURE[] = {
	/* fields that are known, in which version and channel */
	ROUTE("1.5", "{}", ""),
	ROUTE("1.5", "{rules: [{}], host: a}", "spec.host "),
	ROUTE_RULE("1.5", "matches: [{path: {values: /}}]", "spec.rules[0].matches[0].path.values "),
	ROUTE_RULE("1.5", "kind: a, metadata: {}", "spec.rules[0].kind spec.rules[0].metadata "),
	ROUTE_RULE("1.6", "retry: {}", "spec.rules[0].retry "),
	ROUTE_RULE("1.7", "retry: {attempts: 0}", ""),
	ROUTE_RULE("1.1x", "retry: {}", "spec.rules[0].retry "),
	ROUTE_RULE("1.2x", "retry: {}", ""),
	ROUTE_RULE("1.1", "timeouts: {request: 1s}", "spec.rules[0].timeouts "),
	ROUTE_RULE("1.1x", "timeouts: {request: 1s}", ""),
	ROUTE_RULE("1.7", "sessionPersistence: {cookie: {}}", "spec.rules[0].sessionPersistence "),
	ROUTE_RULE("1.7x", "sessionPersistence: {cookie: {}}", ""),
	ROUTE_RULE("1.6x", "sessionPersistence: {cookie: {}}", "spec.rules[0].sessionPersistence.cookie "),
	ROUTE_FILTER("1.4", CORS(""), AT "type " AT "cors "),
	ROUTE_FILTER("1.5", CORS(""), ""),
	ROUTE_FILTER("1.3x", CORS(""), ""),
	GATE("1.4", "allowedListeners: {}", "spec.allowedListeners "),
	GATE("1.5", "allowedListeners: {}", ""),
	{ "1.5", V1, "HTTPRoute", "metadata: {name: a}\nspec: {}\nstatus: {anything: [1]}", "" },
	{ "1.5", V1, "HTTPRoute", "metadata: {name: a}\nspec: {}\ndata: {}", "data " },
	/* apiVersion and kind */
	{ "1.4", V1, "ListenerSet", "{parentRef: {name: g}, listeners: [{name: a, port: 80, protocol: HTTP}]}", "apiVersion " },
	{ "1.5", V1, "ListenerSet", "{parentRef: {name: g}, listeners: [{name: a, port: 80, protocol: HTTP}]}", "" },
	{ "1.5", "v1beta1", "HTTPRoute", "{}", "" },
	{ "1.5", "v1alpha2", "HTTPRoute", "{}", "apiVersion " },
	{ "1.4", V1, "ReferenceGrant", "{}", "apiVersion " },
	{ "1.5", V1, "Ingress", "{}", "kind " },
	{ "1.5", V1, "httproute", "{}", "kind " },
	/* types */
	{ "1.5", V1, "HTTPRoute", "metadata: {name: a}\nspec: []", "spec " },
	ROUTE("1.5", "{rules: {}}", "spec.rules "),
	ROUTE("1.5", "{rules: [a]}", "spec.rules[0] "),
	ROUTE("1.5", "{hostnames: a.example}", "spec.hostnames "),
	ROUTE("1.5", "{hostnames: [a.example, 7, true, []]}", "spec.hostnames[1] spec.hostnames[2] spec.hostnames[3] "),
	ROUTE_RULE("1.5", "backendRefs: [{name: a, port: \"80\"}]", "spec.rules[0].backendRefs[0].port "),
	ROUTE_RULE("1.5", "backendRefs: [{name: a, port: 80.5}]", "spec.rules[0].backendRefs[0].port "),
	ROUTE_RULE("1.5", "backendRefs: [{name: 1, port: 80}]", "spec.rules[0].backendRefs[0].name "),
	ROUTE_FILTER("1.5", CORS("allowCredentials: \"true\""), AT "cors.allowCredentials "),
	LISTENER("1.5", "name: a, port: 1, protocol: TLS, tls: {options: [a]}", "spec.listeners[0].tls.options "),
	LISTENER("1.5", "name: a, port: 1, protocol: TLS, tls: {options: {a.b/c: 1, d: x}}", "spec.listeners[0].tls.options[a.b/c] "),
	/* null is absent, but not in a list */
	ROUTE("1.5", "{rules: null, hostnames: null}", ""),
	ROUTE("1.5", "{hostnames: [null]}", "spec.hostnames[0] "),
	ROUTE_RULE("1.5", "backendRefs: [{name: null, port: 80, weight: null}]", "spec.rules[0].backendRefs[0].name "),
	GATE("1.5", "infrastructure: {labels: {a: null}}", ""),
	/* what is required */
	{ "1.5", V1, "HTTPRoute", "metadata: {name: a}", "spec " },
	{ "1.5", "v1beta1", "ReferenceGrant", "metadata: {name: a}", "" },
	{ "1.6", "v1beta1", "ReferenceGrant", "metadata: {name: a}", "spec " },
	{ "1.5", "v1beta1", "ReferenceGrant", "{}", "spec.from spec.to " },
	{ "1.5", "v1beta1", "ReferenceGrant", "{from: [{group: \"\", kind: K}], to: [{group: \"\", kind: K}]}", "spec.from[0].namespace " },
	ROUTE_FILTER("1.5", "requestRedirect: {}", AT "type "),
	ROUTE_RULE("1.5", "backendRefs: [{port: 80}]", "spec.rules[0].backendRefs[0].name "),
	LISTENER("1.5", "hostname: a.example", "spec.listeners[0].name spec.listeners[0].port spec.listeners[0].protocol "),
	GATE("1.2", "addresses: [{}]", "spec.addresses[0].value "),
	GATE("1.4", "addresses: [{}]", ""),
	{ "1.5", V1, "ListenerSet", "{listeners: [{name: a, port: 80, protocol: HTTP}]}", "spec.parentRef " },
	/* words */
	ROUTE_FILTER("1.4", REDIRECT("statusCode: 303"), AT "requestRedirect.statusCode "),
	ROUTE_FILTER("1.5", REDIRECT("statusCode: 303"), ""),
	ROUTE_FILTER("1.5", REDIRECT("statusCode: 304"), AT "requestRedirect.statusCode "),
	ROUTE_FILTER("1.5", REDIRECT("scheme: HTTPS"), AT "requestRedirect.scheme "),
	ROUTE_FILTER("1.5", REDIRECT("scheme: \"\""), AT "requestRedirect.scheme "),
	ROUTE_FILTER("1.3x", CORS("allowCredentials: false"), AT "cors.allowCredentials "),
	ROUTE_FILTER("1.3x", CORS("allowCredentials: true"), ""),
	ROUTE_FILTER("1.4x", CORS("allowCredentials: false"), ""),
	ROUTE_FILTER("1.5", CORS("allowMethods: [GET, \"*\", get]"), AT "cors.allowMethods[2] "),
	/* characters of texts, and not bytes */
	ROUTE("1.5", "{hostnames: [" A253 "]}", ""),
	ROUTE("1.5", "{hostnames: [" A253 "a]}", "spec.hostnames[0] "),
	ROUTE_FILTER("1.5", REWRITE("/" E1000 E10 E10 "eee"), ""),
	ROUTE_FILTER("1.5", REWRITE("/" E1000 E10 E10 "eeee"), AT "urlRewrite.path.replaceFullPath "),
	ROUTE_RULE("1.5", "backendRefs: [{name: \"\", port: 80}]", "spec.rules[0].backendRefs[0].name "),
	ROUTE_RULE("1.5", "matches: [{headers: [{name: a, value: \"\"}]}]", "spec.rules[0].matches[0].headers[0].value "),
	/* elements of lists */
	ROUTE("1.4", "{rules: []}", ""),
	ROUTE("1.5", "{rules: []}", "spec.rules "),
	ROUTE("1.5", "{hostnames: [" X5 ", " X5 ", " X5 ", x]}", ""),
	ROUTE("1.5", "{hostnames: [" X5 ", " X5 ", " X5 ", x, x]}", "spec.hostnames "),
	ROUTE_RULE("1.1", "matches: [" M8 "]", ""),
	ROUTE_RULE("1.1", "matches: [" M8 ", {}]", "spec.rules[0].matches "),
	ROUTE_RULE("1.2", "matches: [" M64 "]", ""),
	ROUTE_RULE("1.2", "matches: [" M64 ", {}]", "spec.rules[0].matches "),
	{ "1.5", V1, "Gateway", "{gatewayClassName: c, listeners: []}", "spec.listeners " },
	/* header filters: sixteen of each list, a name once in one, and values without two blanks in the experimental channel */
	ROUTE_FILTER("1.5", HEADERS("set: [" H8("a") ", " H8("b") "], remove: [x-a, x-b]"), ""),
	ROUTE_FILTER("1.5", HEADERS("set: [" H8("a") ", " H8("b") ", " H1("c") "]"), AT "responseHeaderModifier.set "),
	ROUTE_FILTER("1.5", HEADERS("add: [" H8("a") ", " H8("b") ", " H1("c") "]"), AT "responseHeaderModifier.add "),
	ROUTE_FILTER("1.5", HEADERS("set: [" H1("a") ", " H1("a") "]"), AT "responseHeaderModifier.set[1] "),
	ROUTE_FILTER("1.5", HEADERS("remove: [a, a]"), AT "responseHeaderModifier.remove[1] "),
	ROUTE_FILTER("1.5", HEADERS("set: [{name: \"a b\", value: c}]"), AT "responseHeaderModifier.set[0].name "),
	ROUTE_FILTER("1.5", HEADERS("set: [{name: a}]"), AT "responseHeaderModifier.set[0].value "),
	ROUTE_FILTER("1.5", HEADERS("set: [{name: a, value: \"b  c\"}]"), ""),
	ROUTE_FILTER("1.5x", HEADERS("set: [{name: a, value: \"b  c\"}]"), AT "responseHeaderModifier.set[0].value "),
	/* keys of maps */
	GATE("1.5", "infrastructure: {annotations: {" K8 "}}", ""),
	GATE("1.5", "infrastructure: {annotations: {" K8 ", i: x}}", "spec.infrastructure.annotations "),
	GATE("1.6", "infrastructure: {annotations: {" K8 ", i: x}}", ""),
	GATE("1.6", "infrastructure: {labels: {" K8 ", i: x}}", "spec.infrastructure.labels "),
	/* numbers */
	ROUTE_RULE("1.5", "backendRefs: [{name: a, port: 1}, {name: a, port: 65535}]", ""),
	ROUTE_RULE("1.5", "backendRefs: [{name: a, port: 0}, {name: a, port: 65536}, {name: a, port: -1}]",
		"spec.rules[0].backendRefs[0].port spec.rules[0].backendRefs[1].port spec.rules[0].backendRefs[2].port "),
	ROUTE_RULE("1.5", "backendRefs: [{name: a, port: 1, weight: 0}, {name: a, port: 1, weight: 1000000}]", ""),
	ROUTE_RULE("1.5", "backendRefs: [{name: a, port: 1, weight: -1}, {name: a, port: 1, weight: 1000001}]",
		"spec.rules[0].backendRefs[0].weight spec.rules[0].backendRefs[1].weight "),
	ROUTE_FILTER("1.5", CORS("maxAge: 2147483647"), ""),
	ROUTE_FILTER("1.5", CORS("maxAge: 2147483648"), AT "cors.maxAge "),
	ROUTE_FILTER("1.5", CORS("maxAge: 99999999999999999999"), AT "cors.maxAge "),
	ROUTE_FILTER("1.5", CORS("maxAge: 0"), AT "cors.maxAge "),
	ROUTE_RULE("1.6x", "retry: {attempts: 99999999999999999999}", "spec.rules[0].retry.attempts "),
	ROUTE_RULE("1.5", "backendRefs: [{name: a, port: 1, weight: 99999999999999999999}]", "spec.rules[0].backendRefs[0].weight "),
	ROUTE_RULE("1.7", "retry: {codes: [400, 599, 399, 600]}", "spec.rules[0].retry.codes[2] spec.rules[0].retry.codes[3] "),
	/* patterns */
	ROUTE("1.5", "{hostnames: [a.example, \"*.a.example\", 192.0.2.1, a--b]}", ""),
	ROUTE("1.5", "{hostnames: [A.example, \"*\", a., .a, a_b, \"a:80\", \"a.*\", \"a\\n\"]}",
		"spec.hostnames[0] spec.hostnames[1] spec.hostnames[2] spec.hostnames[3] spec.hostnames[4] spec.hostnames[5] spec.hostnames[6] "
		"spec.hostnames[7] "),
	ROUTE("1.5", "{parentRefs: [{name: g, namespace: a.b, sectionName: a_b, group: A, kind: a.b}]}",
		"spec.parentRefs[0].namespace spec.parentRefs[0].sectionName spec.parentRefs[0].group spec.parentRefs[0].kind "),
	ROUTE("1.5", "{parentRefs: [{name: g, group: \"\", kind: Service}]}", ""),
	ROUTE_RULE("1.5", "timeouts: {request: 1h30m, backendRequest: 0s}", ""),
	ROUTE_RULE("1.5", "timeouts: {request: 1.5s, backendRequest: \"0\"}",
		"spec.rules[0].timeouts.request spec.rules[0].timeouts.backendRequest "),
	ROUTE_RULE("1.5", "timeouts: {request: 1h1m1s1ms1s, backendRequest: 100000s}",
		"spec.rules[0].timeouts.request spec.rules[0].timeouts.backendRequest "),
	ROUTE_RULE("1.5", "matches: [{queryParams: [{name: \"a[0]\", value: x}]}]", "spec.rules[0].matches[0].queryParams[0].name "),
	ROUTE_FILTER("1.5", CORS("allowOrigins: [\"https://*.a.example:8443\", \"http://*\", \"https://A-b\"]"), ""),
	ROUTE_FILTER("1.5", CORS("allowOrigins: [\"https://a.example/\", a.example, \"ftp://a\"]"),
		AT "cors.allowOrigins[0] " AT "cors.allowOrigins[1] " AT "cors.allowOrigins[2] "),
	ROUTE_FILTER("1.4x", CORS("allowOrigins: [\"ftp://a\"]"), ""),
	ROUTE_FILTER("1.5", SET("{name: a, value: \"x  \xC3\xA9 \"}"), ""),
	ROUTE_FILTER("1.5x", SET("{name: a, value: \"x y\"}"), ""),
	ROUTE_FILTER("1.5x", SET("{name: a, value: \"x  y\"}, {name: b, value: \"\xC3\xA9\"}, {name: c, value: \"x \"}"),
		AT "requestHeaderModifier.set[0].value " AT "requestHeaderModifier.set[1].value " AT "requestHeaderModifier.set[2].value "),
	{ "1.5", V1, "GatewayClass", "{controllerName: example.com/a}", "" },
	{ "1.5", V1, "GatewayClass", "{controllerName: example}", "spec.controllerName " },
	LISTENER("1.5", "name: a, port: 1, protocol: example.com/Foo", ""),
	LISTENER("1.5", "name: a, port: 1, protocol: HTTP_2", "spec.listeners[0].protocol "),
	/* elements that must differ */
	ROUTE_FILTER("1.5", SET("{name: a, value: x}, {name: A, value: x}"), ""),
	ROUTE_FILTER("1.5", SET("{name: a, value: x}, {name: b, value: x}, {name: a, value: z}"), AT "requestHeaderModifier.set[2] "),
	ROUTE_FILTER("1.5", CORS("allowHeaders: [a, b, a, a]"), AT "cors.allowHeaders[2] " AT "cors.allowHeaders[3] "),
	ROUTE_RULE("1.5x", "retry: {codes: [500, 500]}", ""),
	ROUTE_RULE("1.6x", "retry: {codes: [500, 0x1F4]}", "spec.rules[0].retry.codes[1] "),
	ROUTE_RULE("1.5", "matches: [{headers: [{name: a, value: x}, {name: a, value: z}]}]", "spec.rules[0].matches[0].headers[1] "),
	GATE("1.5", "tls: {frontend: {default: {}, perPort: [{port: 1, tls: {}}, {port: 1, tls: {}}]}}", "spec.tls.frontend.perPort[1] "),
	/* addresses */
	GATE("1.5", "addresses: [{value: 192.0.2.1}, {value: \"::1\"}, {value: \"::ffff:192.0.2.1\"}, {value: 192.0.2.010}]", ""),
	GATE("1.5", "addresses: [{value: 192.0.2.256}, {value: 192.0.2}, {value: a}, {value: \"::1%eth0\"}, {value: \"\"}, {value: \"1::2::3\"}]",
		"spec.addresses[0].value spec.addresses[1].value spec.addresses[2].value spec.addresses[3].value spec.addresses[4].value "
		"spec.addresses[5].value "),
	GATE("1.5", "addresses: [{type: Hostname, value: a.example}, {type: x.example/z, value: anything}]", ""),
	/* CEL only when the structure is right */
	ROUTE_RULE("1.5", "filters: [{type: URLRewrite}]", "spec.rules[0].filters[0] "),
	ROUTE_RULE("1.5", "filters: [{type: URLRewrite}], backendRefs: [{port: 80}]", "spec.rules[0].backendRefs[0].name "),
};

static const struct row METADATA[] = {
	META("name: a.b-c, namespace: shop-1", ""),
	META("name: " A253, ""),
	META("name: " A253 "a", "metadata.name "),
	META("name: Shop", "metadata.name "),
	META("name: a_b", "metadata.name "),
	META("name: \"\"", "metadata.name "),
	META("name: 7", "metadata.name "),
	META("name: null", "metadata.name "),
	META("namespace: shop", "metadata.name "),
	{ "1.5", V1, "HTTPRoute", "spec: {}", "metadata " },
	{ "1.5", V1, "HTTPRoute", "metadata: a\nspec: {}", "metadata " },
	META("name: a, namespace: a.b", "metadata.namespace "),
	META("name: a, namespace: " A50 A10 "aaa", ""),
	META("name: a, namespace: " A50 A10 "aaaa", "metadata.namespace "),
	META("name: a, namespace: []", "metadata.namespace "),
	META("name: a, namespace: \"\"", ""),
	META("name: a, namespace: null, labels: null, annotations: null", ""),
	{ "1.5", V1, "GatewayClass", "metadata: {name: a, namespace: b}\nspec: {controllerName: a.example/b}", "metadata.namespace " },
	{ "1.5", V1, "GatewayClass", "metadata: {name: a, labels: {a: b}}\nspec: {controllerName: a.example/b}", "" },
	META("name: a, labels: {a.example/B_c.d: A_b.c-1, e: \"\"}", ""),
	META("name: a, labels: {a: " A50 A10 "aaa}", ""),
	META("name: a, labels: {a: " A50 A10 "aaaa}", "metadata.labels[a] "),
	META("name: a, labels: {a: x z, b: -x, c: x., d: \"x/z\"}",
		"metadata.labels[a] metadata.labels[b] metadata.labels[c] metadata.labels[d] "),
	META("name: a, labels: {a/: x, A.b/c: x, a b: x, a/b/c: x}",
		"metadata.labels[a/] metadata.labels[A.b/c] metadata.labels[a b] metadata.labels[a/b/c] "),
	META("name: a, labels: {a: 1}", "metadata.labels[a] "),
	META("name: a, labels: [a]", "metadata.labels "),
	META("name: a, annotations: {A.b/C: \"any text\\n\", b: \"\"}", ""),
	META("name: a, annotations: {a/: x, a b: x, " A250 "aaaa/b: x}",
		"metadata.annotations[a/] metadata.annotations[a b] metadata.annotations[" A250 "aaaa/b] "),
	META("name: a, annotations: {a: 1, b: true}", "metadata.annotations[a] metadata.annotations[b] "),
	META("name: a, annotations: x", "metadata.annotations "),
	META("name: a, annotation: {}", "metadata.annotation "),
	META("name: a, creationTimestamp: null, generation: 1, resourceVersion: \"1\", uid: x, finalizers: [], ownerReferences: []", ""),
};

static void note_place(void *user, str place, str message)
{
	struct buf *places = user;
	assert_true(message.n > 0 && !str_has(message, STR("\n")));
	buf_printf(places, "%.*s ", STR_ARG(place));
}

static bool check_row(struct gateway_run *run, const struct row *row)
{
	struct checker *checker = checker_new(&run->trees, run->schema, gateway_version_of(row->version));
	str api = arena_printf(&run->trees, GATEWAY_GROUP "/%s", row->api);
	struct node *object = gateway_object(run, api, str_c(row->kind), row->rest);
	struct buf places;
	buf_init(&places, &run->trees, 0);
	bool good = checker_check(checker, &run->scratch, object, note_place, &places);
	bool right = str_eq(buf_str(&places), str_c(row->places)) && good == (row->places[0] == 0);
	if (!right)
		print_error("%s %s %s:\n  got '%.*s', expected '%s'\n", row->version, row->kind, row->rest, STR_ARG(buf_str(&places)), row->places);
	arena_reset(&run->trees);
	arena_reset(&run->scratch);
	return right;
}

static void check_rows(const struct row *rows, size_t n)
{
	struct gateway_run run;
	bool good = true;
	gateway_start(&run);
	for (size_t i = 0; i < n; i++)
		good = check_row(&run, &rows[i]) && good;
	gateway_stop(&run);
	assert_true(good);
}

static void test_structure(void **state)
{
	(void)state;
	check_rows(STRUCTURE, COUNT(STRUCTURE));
}

static void test_metadata(void **state)
{
	(void)state;
	check_rows(METADATA, COUNT(METADATA));
}

/* ---- messages ---- */

static void note_message(void *user, str place, str message)
{
	struct buf *out = user;
	buf_printf(out, "%.*s: %.*s\n", STR_ARG(place), STR_ARG(message));
}

static const struct row MESSAGES[] = {
	ROUTE("1.5", "{host: a}", "spec.host: is no field of HTTPRoute\n"),
	ROUTE_RULE("1.6", "retry: {}", "spec.rules[0].retry: is no field in Gateway API 1.6\n"),
	ROUTE("1.5", "{hostnames: {}}", "spec.hostnames: is a map, not a list\n"),
	ROUTE_RULE("1.5", "backendRefs: [{port: 80}]", "spec.rules[0].backendRefs[0].name: is required\n"),
	ROUTE_FILTER("1.5", REDIRECT("scheme: ftp"), AT "requestRedirect.scheme: \"ftp\" is none of http, https\n"),
	ROUTE("1.5", "{hostnames: [\"*\"]}",
		"spec.hostnames[0]: \"*\" does not match ^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$\n"),
	ROUTE("1.5", "{hostnames: [" A253 "a]}", "spec.hostnames[0]: has 254 characters, at most 253 are allowed\n"),
	ROUTE("1.5", "{rules: []}", "spec.rules: has 0 elements, at least 1 are needed\n"),
	ROUTE_RULE("1.5", "backendRefs: [{name: a, port: 0}]", "spec.rules[0].backendRefs[0].port: 0 is less than 1\n"),
	ROUTE_RULE("1.5", "backendRefs: [{name: a, port: 70000}]", "spec.rules[0].backendRefs[0].port: 70000 is more than 65535\n"),
	ROUTE_FILTER("1.5", CORS("maxAge: 4294967296"), AT "cors.maxAge: 4294967296 does not fit 32 bits\n"),
	ROUTE_FILTER("1.5", CORS("allowHeaders: [a, a]"), AT "cors.allowHeaders[1]: \"a\" stands there before\n"),
	ROUTE_FILTER("1.5", SET("{name: a, value: b}, {name: a, value: c}"), AT "requestHeaderModifier.set[1]: name \"a\" stands there before\n"),
	ROUTE_RULE("1.5", "backendRefs: [{name: s}]", "spec.rules[0].backendRefs[0]: a reference to a Service needs a port\n"),
	GATE("1.5", "addresses: [{value: a}]", "spec.addresses[0].value: \"a\" is no IP address\n"),
	{ "1.4x", V1, "ListenerSet", "{}",
		"apiVersion: \"gateway.networking.k8s.io/v1\" of kind ListenerSet is not served in Gateway API 1.4 experimental\n" },
	{ "1.4", V1, "Ingress", "{}", "kind: \"Ingress\" is no kind of Gateway API\n" },
	META("name: A", "metadata.name: \"A\" is no DNS name in lower case of at most 253 characters\n"),
	/* A long value is cut between characters. */
	META("name: a" E100,
		"metadata.name: \"a" E10 E10 E10 "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\"... "
		"is no DNS name in lower case of at most 253 characters\n"),
};

static void test_messages(void **state)
{
	(void)state;
	struct gateway_run run;
	gateway_start(&run);
	for (size_t i = 0; i < COUNT(MESSAGES); i++) {
		const struct row *row = &MESSAGES[i];
		struct checker *checker = checker_new(&run.trees, run.schema, gateway_version_of(row->version));
		struct node *object = gateway_object(&run, arena_printf(&run.trees, GATEWAY_GROUP "/%s", row->api), str_c(row->kind), row->rest);
		struct buf out;
		buf_init(&out, &run.trees, 0);
		assert_false(checker_check(checker, &run.scratch, object, note_message, &out));
		if (!str_eq(buf_str(&out), str_c(row->places)))
			fail_msg("got '%.*s', expected '%s'", STR_ARG(buf_str(&out)), row->places);
		arena_reset(&run.scratch);
	}
	gateway_stop(&run);
}

/* ---- what is no row ---- */

static struct node *route_of(struct gateway_run *run, const char *spec)
{
	return gateway_object(run, STR(GATEWAY_GROUP "/v1"), STR("HTTPRoute"), spec);
}

static void test_group_of_api_version(void **state)
{
	(void)state;
	struct gateway_run run;
	static const char *const wrong[] = { "v1", "gateway.networking.k8s.in/v1", GATEWAY_GROUP ":v1", "networking.k8s.io/v1",
		GATEWAY_GROUP, GATEWAY_GROUP "/", GATEWAY_GROUP "/v1/v1",
		GATEWAY_GROUP "/v2" };
	gateway_start(&run);
	struct checker *checker = checker_new(&run.arena, run.schema, (struct gateway_version){ 5, false });
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct buf places;
		buf_init(&places, &run.trees, 0);
		struct node *object = gateway_object(&run, str_c(wrong[i]), STR("HTTPRoute"), "{}");
		assert_false(checker_check(checker, &run.scratch, object, note_place, &places));
		assert_true(str_eq(buf_str(&places), STR("apiVersion ")));
	}
	gateway_stop(&run);
}

/* All annotations of an object, keys and values together: 256 KiB. */
static void test_annotations_size(void **state)
{
	(void)state;
	struct gateway_run run;
	gateway_start(&run);
	struct checker *checker = checker_new(&run.arena, run.schema, (struct gateway_version){ 5, false });
	for (size_t over = 0; over < 2; over++) {
		struct node *object = route_of(&run, "{}"), *annotations = node_map(&run.trees);
		struct buf text, places;
		buf_init(&text, &run.trees, 0);
		buf_init(&places, &run.trees, 0);
		buf_fill(&text, 'x', 131072 - 1);
		node_set(&run.trees, annotations, STR("a"), node_string(&run.trees, buf_str(&text)));
		buf_fill(&text, 'x', over);
		node_set(&run.trees, annotations, STR("b"), node_string(&run.trees, buf_str(&text)));
		node_set(&run.trees, node_get(object, STR("metadata")), STR("annotations"), annotations);
		assert_int_equal(checker_check(checker, &run.scratch, object, note_place, &places), over == 0);
		assert_true(str_eq(buf_str(&places), over ? STR("metadata.annotations ") : STR("")));
	}
	gateway_stop(&run);
}

/* 64 listeners and 65; text of 4096 characters and 4097. */
static void test_large_limits(void **state)
{
	(void)state;
	struct gateway_run run;
	gateway_start(&run);
	struct checker *checker = checker_new(&run.arena, run.schema, (struct gateway_version){ 5, true });
	for (size_t over = 0; over < 2; over++) {
		struct buf spec, places;
		buf_init(&spec, &run.trees, 0);
		buf_init(&places, &run.trees, 0);
		buf_printf(&spec, "{gatewayClassName: c, listeners: [");
		for (size_t i = 0; i < 64 + over; i++)
			buf_printf(&spec, "{name: l%zu, port: %zu, protocol: HTTP}, ", i, i + 1);
		buf_printf(&spec, "]}");
		buf_add_char(&spec, 0);
		struct node *object = gateway_object(&run, STR(GATEWAY_GROUP "/v1"), STR("Gateway"), spec.p);
		assert_int_equal(checker_check(checker, &run.scratch, object, note_place, &places), over == 0);
		assert_true(str_eq(buf_str(&places), over ? STR("spec.listeners ") : STR("")));
	}
	for (size_t over = 0; over < 2; over++) {
		struct buf spec, places;
		buf_init(&spec, &run.trees, 0);
		buf_init(&places, &run.trees, 0);
		buf_printf(&spec, "{rules: [{matches: [{headers: [{name: a, value: ");
		buf_fill(&spec, 'a', 4096 + over);
		buf_printf(&spec, "}]}]}]}");
		buf_add_char(&spec, 0);
		assert_int_equal(checker_check(checker, &run.scratch, route_of(&run, spec.p), note_place, &places), over == 0);
		assert_true(str_eq(buf_str(&places), over ? STR("spec.rules[0].matches[0].headers[0].value ") : STR("")));
	}
	gateway_stop(&run);
}

/* ---- defaults ---- */

static const struct {
	const char *version, *kind, *given, *filled;
} DEFAULTS[] = {
	{ "1.5", "HTTPRoute", "{}", "{rules: [{matches: [{path: {type: PathPrefix, value: /}}]}]}" },
	{ "1.5", "HTTPRoute", "{rules: []}", "{rules: []}" },
	{ "1.5", "HTTPRoute", "{rules: [{}]}", "{rules: [{matches: [{path: {type: PathPrefix, value: /}}]}]}" },
	{ "1.5", "HTTPRoute", "{rules: [{matches: []}]}", "{rules: [{matches: []}]}" },
	{ "1.5", "HTTPRoute", "{rules: null}", "{rules: [{matches: [{path: {type: PathPrefix, value: /}}]}]}" },
	{ "1.5", "HTTPRoute", "{rules: [{matches: [{headers: [{name: a, value: b}]}, {path: {type: Exact}}, {path: {value: /a}}]}]}",
	  "{rules: [{matches: [{headers: [{name: a, value: b, type: Exact}], path: {type: PathPrefix, value: /}}, "
	  "{path: {type: Exact, value: /}}, {path: {type: PathPrefix, value: /a}}]}]}" },
	{ "1.5", "HTTPRoute", "{parentRefs: [{name: g}], rules: [{matches: [], backendRefs: [{name: s, port: 80}]}]}",
	  "{parentRefs: [{name: g, group: gateway.networking.k8s.io, kind: Gateway}], "
	  "rules: [{matches: [], backendRefs: [{name: s, port: 80, group: \"\", kind: Service, weight: 1}]}]}" },
	{ "1.5", "HTTPRoute", "{rules: [{matches: [], filters: [{type: CORS, cors: {}}, {type: RequestRedirect, requestRedirect: {}}]}]}",
	  "{rules: [{matches: [], filters: [{type: CORS, cors: {maxAge: 5}}, {type: RequestRedirect, requestRedirect: {statusCode: 302}}]}]}" },
	/* cors is no field there */
	{ "1.4", "HTTPRoute", "{rules: [{matches: [], filters: [{type: CORS, cors: {}}]}]}",
	  "{rules: [{matches: [], filters: [{type: CORS, cors: {}}]}]}" },
	{ "1.7", "HTTPRoute", "{rules: [{matches: [], retry: {}}]}", "{rules: [{matches: [], retry: {attempts: 1}}]}" },
	{ "1.6x", "HTTPRoute", "{rules: [{matches: [], retry: {}}]}", "{rules: [{matches: [], retry: {}}]}" },
	{ "1.5", "Gateway", "{listeners: [{name: a, tls: {certificateRefs: [{name: c}]}}]}",
	  "{listeners: [{name: a, allowedRoutes: {namespaces: {from: Same}}, "
	  "tls: {mode: Terminate, certificateRefs: [{name: c, group: \"\", kind: Secret}]}}]}" },
	{ "1.5", "Gateway", "{allowedListeners: {}, addresses: [{value: a}], listeners: [{allowedRoutes: {kinds: [{kind: K}]}}]}",
	  "{allowedListeners: {namespaces: {from: None}}, addresses: [{type: IPAddress, value: a}], "
	  "listeners: [{allowedRoutes: {kinds: [{kind: K, group: gateway.networking.k8s.io}], namespaces: {from: Same}}}]}" },
	{ "1.5", "Gateway", "{infrastructure: {labels: {a: null, b: c}}, listeners: 7}", "{infrastructure: {labels: {b: c}}, listeners: 7}" },
	{ "1.5", "ListenerSet", "{parentRef: {name: g}}", "{parentRef: {name: g, group: gateway.networking.k8s.io, kind: Gateway}}" },
	{ "1.5", "ReferenceGrant", "{}", "{}" },
};

static void test_defaults(void **state)
{
	(void)state;
	struct gateway_run run;
	gateway_start(&run);
	for (size_t i = 0; i < COUNT(DEFAULTS); i++) {
		const struct schema_kind *kind = schema_kind(run.schema, str_c(DEFAULTS[i].kind));
		struct node *given = gateway_object(&run, STR(GATEWAY_GROUP "/v1"), kind->name, DEFAULTS[i].given);
		struct node *again = gateway_object(&run, STR(GATEWAY_GROUP "/v1"), kind->name, DEFAULTS[i].given);
		struct node *wanted = gateway_object(&run, STR(GATEWAY_GROUP "/v1"), kind->name, DEFAULTS[i].filled);
		uint32_t api = UINT32_MAX;
		struct node *filled = defaults_fill(&run.scratch, kind, api, gateway_version_of(DEFAULTS[i].version), given);
		if (!node_equal(filled, wanted))
			fail_msg("%s of %s", DEFAULTS[i].given, DEFAULTS[i].kind);
		assert_true(node_equal(given, again));
	}
	gateway_stop(&run);
}

static void walk_defaults(struct arena *arena, const struct schema_node *node, size_t *n, unsigned depth)
{
	assert_in_range(depth, 0, 32);
	for (size_t i = 0; i < node->fact.n; i++) {
		str text = node->fact.item[i].default_text;
		if (text.n && !defaults_parse(arena, text))
			fail_msg("%.*s of %.*s is no default", STR_ARG(text), STR_ARG(node->name));
		*n += text.n > 0;
	}
	for (size_t i = 0; i < node->child.n; i++)
		walk_defaults(arena, node->child.item[i], n, depth + 1);
}

/* Every default of the table can be read. */
static void test_defaults_of_the_table(void **state)
{
	(void)state;
	struct gateway_run run;
	size_t n = 0;
	gateway_start(&run);
	for (size_t i = 0; i < run.schema->kind.n; i++)
		walk_defaults(&run.scratch, run.schema->kind.item[i].root, &n, 0);
	assert_true(n > 50);
	assert_null(defaults_parse(&run.scratch, STR("")));
	assert_null(defaults_parse(&run.scratch, STR("1x")));
	assert_null(defaults_parse(&run.scratch, STR("\"")));
	assert_null(defaults_parse(&run.scratch, STR("{\"a\":1}")));
	gateway_stop(&run);
}

const struct CMUnitTest check_tests[] = {
	cmocka_unit_test(test_structure),
	cmocka_unit_test(test_metadata),
	cmocka_unit_test(test_messages),
	cmocka_unit_test(test_group_of_api_version),
	cmocka_unit_test(test_annotations_size),
	cmocka_unit_test(test_large_limits),
	cmocka_unit_test(test_defaults),
	cmocka_unit_test(test_defaults_of_the_table),
};

const size_t check_tests_count = COUNT(check_tests);
