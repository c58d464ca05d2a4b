/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of the Gateway side: what it keeps of objects and where they stand, and what became of them. What the model answers is
 * tests/gwcases.py.
 */
#include "gateway_run.h"

#include "gateway/side.h"

extern const struct CMUnitTest gateway_side_tests[];
extern const size_t gateway_side_tests_count;

struct side_run {
	struct escape escape;
	struct arena arena, scratch;
	struct sources sources;
	struct diags diags;
	struct snapshot snapshot;
	struct gateway_side side;
};

static void visit(void *user, struct node *root)
{
	struct side_run *run = user;
	if (root) {
		snapshot_add(&run->snapshot, root);
		gateway_side_add(&run->side, root);
	}
	/* what was kept must not point into the tree */
	arena_reset(&run->scratch);
}

static void start(struct side_run *run)
{
	escape_init(&run->escape);
	arena_init(&run->arena, 0, &run->escape);
	arena_init(&run->scratch, 0, &run->escape);
	sources_init(&run->sources, &run->arena);
	diags_init(&run->diags, &run->arena);
	snapshot_init(&run->snapshot, &run->arena, &run->sources, &run->diags);
	gateway_side_init(&run->side, &run->arena);
}

static void add(struct side_run *run, const char *text)
{
	struct doc_limits limits = doc_limits_fill((struct doc_limits){ 0 });
	struct doc_reader reader = { .arena = &run->scratch, .diags = &run->diags, .limits = &limits, .visit = visit, .user = run };
	assert_true(doc_read(&reader, &run->sources, sources_add(&run->sources, STR("test.yaml"), str_c(text))));
}

static void finish(struct side_run *run)
{
	snapshot_finish(&run->snapshot);
	gateway_side_finish(&run->side);
}

static struct model *model_of(struct side_run *run, bool closed)
{
	static const struct gateway_choices usual = { 0 };
	const struct gateway_world world = { .snapshot = &run->snapshot, .closed = closed };
	return gateway_model(&run->side, &world, &usual);
}

static void stop(struct side_run *run)
{
	arena_release(&run->scratch);
	arena_release(&run->arena);
}

static void assert_text(str s, const char *text)
{
	if (!str_eq(s, str_c(text)))
		fail_msg("got '%.*s', expected '%s'", STR_ARG(s), text);
}

static void assert_line(struct side_run *run, struct place at, uint32_t line)
{
	assert_int_equal(sources_locate(&run->sources, at).line, line);
}

#define GATEWAY_YAML \
	"apiVersion: gateway.networking.k8s.io/v1\n" \
	"kind: Gateway\n" \
	"metadata: {name: gw, namespace: infra, creationTimestamp: \"2024-01-01T00:00:00Z\"}\n" \
	"spec:\n" \
	"  gatewayClassName: any\n" \
	"  listeners:\n" \
	"  - {name: web, port: 80, protocol: HTTP}\n" \
	"  - name: tls\n" \
	"    hostname: '*.Example.com'\n" \
	"    port: 443\n" \
	"    protocol: HTTPS\n" \
	"    tls: {certificateRefs: [{name: pair}]}\n" \
	"    allowedRoutes: {namespaces: {from: All}, kinds: [{kind: HTTPRoute}, {kind: TCPRoute}]}\n"

#define ROUTE_YAML \
	"---\n" \
	"apiVersion: gateway.networking.k8s.io/v1\n" \
	"kind: HTTPRoute\n" \
	"metadata: {name: r, namespace: shop}\n" \
	"spec:\n" \
	"  parentRefs:\n" \
	"  - {name: gw, namespace: infra}\n" \
	"  - {name: gw, namespace: infra, sectionName: web}\n" \
	"  - {name: gw, namespace: infra, sectionName: none}\n" \
	"  - {name: gw}\n" \
	"  hostnames:\n" \
	"  - a.example.com\n" \
	"  rules:\n" \
	"  - matches:\n" \
	"    - path:\n" \
	"        type: Exact\n" \
	"        value: /x\n" \
	"    - method: GET\n" \
	"    filters:\n" \
	"    - type: URLRewrite\n" \
	"      urlRewrite: {hostname: b.com}\n" \
	"    backendRefs:\n" \
	"    - name: s\n" \
	"      port: 80\n" \
	"  - {}\n"

static void test_gateway(void **state)
{
	(void)state;
	struct side_run run;
	start(&run);
	add(&run, GATEWAY_YAML);
	finish(&run);
	assert_int_equal(run.side.gateways.n, 1);
	const struct read_gateway *g = run.side.gateways.item[0];
	assert_text(g->meta.namespace, "infra");
	assert_text(g->meta.created, "2024-01-01T00:00:00Z");
	assert_int_equal(g->sets.from, FROM_NONE);
	assert_int_equal(g->listeners.n, 2);
	assert_int_equal(g->listeners.item[0].routes.from, FROM_SAME);
	assert_line(&run, g->listeners.item[0].at, 7);
	assert_text(g->listeners.item[1].hostname, "*.example.com");
	assert_line(&run, g->listeners.item[1].at, 9);
	assert_int_equal(g->listeners.item[1].routes.from, FROM_ALL);
	assert_text(g->listeners.item[1].certificates.item[0].namespace, "infra");
	assert_text(g->listeners.item[1].certificates.item[0].kind, "Secret");
	stop(&run);
}

static void test_route(void **state)
{
	(void)state;
	struct side_run run;
	start(&run);
	add(&run, GATEWAY_YAML ROUTE_YAML);
	finish(&run);
	assert_int_equal(run.side.routes.n, 1);
	const struct read_route *r = run.side.routes.item[0];
	assert_int_equal(r->parents.n, 4);
	assert_text(r->parents.item[3].ref.namespace, "shop");
	assert_line(&run, r->hostnames.item[0].at, 25);
	assert_int_equal(r->rules.n, 2);
	const struct read_rule *rule = &r->rules.item[0];
	assert_int_equal(rule->matches.n, 2);
	assert_int_equal(rule->matches.item[0].kind, READ_EXACT);
	assert_line(&run, rule->matches.item[0].at, 30);
	assert_int_equal(rule->matches.item[1].kind, READ_PREFIX);
	assert_text(rule->matches.item[1].path, "/");
	assert_line(&run, rule->matches.item[1].at, 31);
	assert_line(&run, rule->filters.item[0].at, 33);
	assert_line(&run, rule->backends.item[0].ref.at, 36);
	assert_int_equal(rule->backends.item[0].weight, 1);
	assert_int_equal(r->rules.item[1].matches.n, 1);
	stop(&run);
}

static void test_conditions(void **state)
{
	(void)state;
	struct side_run run;
	start(&run);
	add(&run, GATEWAY_YAML ROUTE_YAML);
	finish(&run);
	struct model *model = model_of(&run, false);
	const struct read_route *r = run.side.routes.item[0];
	/* the whole Gateway: the listener for TLS takes all namespaces, the other only its own */
	assert_string_equal(r->parents.item[0].reason, "Accepted");
	assert_string_equal(r->parents.item[1].reason, "NotAllowedByListeners");
	assert_string_equal(r->parents.item[2].reason, "NoMatchingParent");
	assert_string_equal(r->parents.item[3].reason, "NoMatchingParent");
	const struct read_gateway *g = run.side.gateways.item[0];
	assert_null(g->listeners.item[0].unresolved);
	assert_string_equal(g->listeners.item[1].unresolved, "InvalidRouteKinds");
	assert_int_equal(model->entries.n, 1);
	assert_text(model->entries.item[0]->name, "infra/gw");
	/* asked again in a closed world the Secret is not there */
	model_of(&run, true);
	assert_string_equal(g->listeners.item[1].unresolved, "InvalidCertificateRef");
	stop(&run);
}

static void test_conflicts(void **state)
{
	(void)state;
	struct side_run run;
	start(&run);
	add(&run, "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: gw, namespace: infra}\nspec:\n"
		"  gatewayClassName: any\n  allowedListeners: {namespaces: {from: Same}}\n  listeners:\n"
		"  - {name: a, port: 80, protocol: HTTP, hostname: a.com}\n  - {name: b, port: 81, protocol: HTTP}\n  - {name: c, port: 81, protocol: TCP}\n"
		"  - {name: d, port: 82, protocol: example.com/strange}\n  - {name: e, port: 83, protocol: UDP}\n  - {name: f, port: 83, protocol: TCP}\n"
		"  - {name: g, port: 84, protocol: HTTP, hostname: g.com}\n"
		"---\napiVersion: gateway.networking.k8s.io/v1\nkind: ListenerSet\nmetadata: {name: s, namespace: infra}\nspec:\n"
		"  parentRef: {name: gw}\n  listeners:\n  - {name: a, port: 80, protocol: HTTP, hostname: a.com}\n  - {name: b, port: 80, protocol: HTTP, hostname: b.com}\n"
		"  - {name: c, port: 84, protocol: HTTPS, hostname: c.com}\n  - {name: d, port: 83, protocol: UDP}\n"
		"---\napiVersion: gateway.networking.k8s.io/v1\nkind: ListenerSet\nmetadata: {name: o, namespace: other}\nspec:\n"
		"  parentRef: {name: gw, namespace: infra}\n  listeners: [{name: a, port: 90, protocol: HTTP}]\n");
	finish(&run);
	model_of(&run, false);
	static const char *const own[] = { NULL, "ProtocolConflict", "ProtocolConflict", "UnsupportedProtocol", NULL, NULL, NULL };
	static const char *const more[] = { "HostnameConflict", NULL, "ProtocolConflict", "ListenerConflict" };
	for (size_t i = 0; i < COUNT(own); i++)
		assert_text(str_c(run.side.gateways.item[0]->listeners.item[i].refused), own[i] ? own[i] : "");
	assert_string_equal(run.side.sets.item[0]->reason, "Accepted");
	assert_string_equal(run.side.sets.item[1]->reason, "NotAllowed");
	for (size_t i = 0; i < COUNT(more); i++)
		assert_text(str_c(run.side.sets.item[0]->listeners.item[i].refused), more[i] ? more[i] : "");
	stop(&run);
}

/* Lists of objects, and an object that comes twice: the last one counts. */
static void test_lists(void **state)
{
	(void)state;
	struct side_run run;
	start(&run);
	add(&run, "apiVersion: v1\nkind: List\nitems:\n"
		"- {apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: b}, spec: {hostnames: [one.com]}}\n"
		"- {apiVersion: gateway.networking.k8s.io/v1beta1, kind: HTTPRoute, metadata: {name: a}}\n"
		"---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRouteList\nitems: [{metadata: {name: c}, spec: {rules: []}}]\n");
	add(&run, "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: b, namespace: default}, spec: {hostnames: [two.com]}}\n"
		"---\n{apiVersion: example.com/v1, kind: HTTPRoute, metadata: {name: other}}\n");
	finish(&run);
	assert_int_equal(run.side.routes.n, 3);
	assert_text(run.side.routes.item[0]->meta.name, "a");
	assert_text(run.side.routes.item[1]->meta.name, "b");
	assert_text(run.side.routes.item[1]->hostnames.item[0].value, "two.com");
	assert_int_equal(run.side.routes.item[1]->rules.n, 1);
	assert_int_equal(run.side.routes.item[2]->rules.n, 0);
	assert_true(gateway_side_has(&run.side, STR("example.com"), STR("HTTPRoute"), STR("default"), STR("other")));
	stop(&run);
}

/* What no API server takes must not do any harm. */
static void test_nonsense(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"kind: Gateway\n", "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: a}\n",
		"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: a}\nspec: text\n",
		"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: a}\nspec: {listeners: {a: b}, tls: [1]}\n",
		"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: a}\nspec: {listeners: [1, null, {port: x, tls: 1, allowedRoutes: []}]}\n",
		"apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a}\nspec: {parentRefs: [null, 1], hostnames: [null, {}], rules: [1, {matches: [1, null], filters: [1, {type: CORS, cors: 1}, {type: URLRewrite}], backendRefs: [1, null]}]}\n",
		"apiVersion: gateway.networking.k8s.io/v1\nkind: ReferenceGrant\nmetadata: {name: a}\nspec: {from: 1, to: [1]}\n",
		"apiVersion: gateway.networking.k8s.io/v1\nkind: BackendTLSPolicy\nmetadata: {name: a}\nspec: {targetRefs: [1]}\n",
		"apiVersion: example.com/v1\nkind: P\nmetadata: {name: a}\nspec: {targetRef: 1, targetRefs: {}, targetSelectors: [1]}\n",
		"apiVersion: gateway.networking.k8s.io/v1\nkind: TLSRoute\nmetadata: {name: a}\nspec: {rules: [{}]}\n",
	};
	struct side_run run;
	start(&run);
	for (size_t i = 0; i < COUNT(texts); i++)
		add(&run, texts[i]);
	finish(&run);
	model_of(&run, false);
	model_of(&run, true);
	stop(&run);
}

static void test_choices(void **state)
{
	(void)state;
	struct gateway_choices c = { 0 };
	assert_true(gateway_choices_set(&c, STR("hosts"), STR("then-wider")));
	assert_int_equal(c.hosts, HOSTS_THEN_WIDER);
	assert_true(gateway_choices_set(&c, STR("regex-rank"), STR("by-length")));
	assert_int_equal(c.regex_rank, REGEX_BY_LENGTH);
	assert_true(gateway_choices_set(&c, STR("ties"), STR("newest")));
	assert_int_equal(c.ties, TIES_NEWEST);
	assert_true(gateway_choices_set(&c, STR("ties"), STR("oldest")));
	assert_int_equal(c.ties, TIES_OLDEST);
	assert_true(gateway_choices_set(&c, STR("zero-weights"), STR("503")));
	assert_int_equal(c.zero_weights, 503);
	assert_false(gateway_choices_set(&c, STR("zero-weights"), STR("200")));
	assert_false(gateway_choices_set(&c, STR("hosts"), STR("")));
	assert_false(gateway_choices_set(&c, STR("hosts"), STR("newest")));
	assert_false(gateway_choices_set(&c, STR(""), STR("alone")));
}

const struct CMUnitTest gateway_side_tests[] = {
	cmocka_unit_test(test_gateway), cmocka_unit_test(test_route), cmocka_unit_test(test_conditions), cmocka_unit_test(test_conflicts),
	cmocka_unit_test(test_lists), cmocka_unit_test(test_nonsense), cmocka_unit_test(test_choices),
};
const size_t gateway_side_tests_count = sizeof gateway_side_tests / sizeof *gateway_side_tests;
