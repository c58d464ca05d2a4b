/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects as they are decoded, good ones and what is left of bad ones. Expectations come from the Kubernetes API reference.
 */
#include "kube_run.h"

extern const struct CMUnitTest kube_objects_tests[];
extern const size_t kube_objects_tests_count;

/* "key=value@line:column+span" of all fields, one a line. */
static str fields_of(struct run *run, const struct ingress *ingress)
{
	struct buf out;
	buf_init(&out, &run->arena, 0);
	for (size_t i = 0; i < ingress->fields.n; i++) {
		const struct field *f = ingress->fields.item[i];
		struct line_column at = sources_locate(&run->sources, f->at);
		assert_int_equal(f->index, i);
		buf_printf(&out, "%.*s=%.*s@%u:%u+%u\n", STR_ARG(f->key), STR_ARG(f->value), (unsigned)at.line, (unsigned)at.column, (unsigned)f->span);
	}
	return buf_str(&out);
}

static void test_fields(void **state)
{
	(void)state;
	struct run run;
	load(&run, INGRESS
		"  annotations:\n"                                        /* 5 */
		"    nginx.ingress.kubernetes.io/rewrite-target: \"/$1\"\n"
		"    multi: |\n"
		"      x\n"
		"  labels:\n"
		"    app: shop\n"                                         /* 10 */
		"spec:\n"
		"  ingressClassName: nginx\n"
		"  tls:\n"
		"  - hosts: [a.example.com, b.example.com]\n"
		"    secretName: cert\n"                                  /* 15 */
		"  rules:\n"
		"  - host: a.example.com\n"
		"    http:\n"
		"      paths:\n"
		"      - path: /x\n"                                      /* 20 */
		"        pathType: Exact\n"
		"        backend: {service: {name: s, port: {name: http}}}\n"
		"      - path:\n"
		"        pathType: Prefix\n"
		"        backend: {resource: {kind: B, name: n}}\n"       /* 25 */
		"        x.y: {z: [1, {}]}\n"
		"status: {loadBalancer: {ingress: [{ip: 1.2.3.4}]}}\n");
	assert_int_equal(run.snapshot.ingresses.n, 1);
	const struct ingress *ingress = run.snapshot.ingresses.item[0];
	assert_str(fields_of(&run, ingress),
		"nginx.ingress.kubernetes.io/rewrite-target=/$1@6:5+49\n"
		"multi=x\n@7:5+5\n"
		"metadata.labels.app=shop@10:5+9\n"
		"spec.ingressClassName=nginx@12:21+5\n"
		"spec.tls[0].hosts[0]=a.example.com@14:13+13\n"
		"spec.tls[0].hosts[1]=b.example.com@14:28+13\n"
		"spec.tls[0].secretName=cert@15:17+4\n"
		"spec.rules[0].host=a.example.com@17:11+13\n"
		"spec.rules[0].http.paths[0].path=/x@20:15+2\n"
		"spec.rules[0].http.paths[0].pathType=Exact@21:19+5\n"
		"spec.rules[0].http.paths[0].backend.service.name=s@22:35+1\n"
		"spec.rules[0].http.paths[0].backend.service.port.name=http@22:51+4\n"
		"spec.rules[0].http.paths[1].path=@23:9+4\n"
		"spec.rules[0].http.paths[1].pathType=Prefix@24:19+6\n"
		"spec.rules[0].http.paths[1].backend.resource.kind=B@25:36+1\n"
		"spec.rules[0].http.paths[1].backend.resource.name=n@25:45+1\n"
		"spec.rules[0].http.paths[1][\"x.y\"].z[0]=1@26:19+1\n"
		"spec.rules[0].http.paths[1][\"x.y\"].z[1]=@26:22+0\n");
	stop(&run);
}

/* Nothing vanishes: what is of another type, unknown, or part of a patch is accounted for all the same. */
static void test_fields_of_bad_objects(void **state)
{
	(void)state;
	struct run run;
	load(&run, INGRESS "spec:\n  rules:\n  - host: [a, b]\n  - c\n  tls: {d: e}\n  f: {g: [h]}\n  defaultBackend: [i]\n");
	assert_str(fields_of(&run, run.snapshot.ingresses.item[0]),
		"spec.rules[0].host[0]=a@7:12+1\nspec.rules[0].host[1]=b@7:15+1\nspec.rules[1]=c@8:5+1\nspec.tls.d=e@9:12+1\n"
		"spec.f.g[0]=h@10:11+1\nspec.defaultBackend[0]=i@11:20+1\n");
	stop(&run);

	load(&run, INGRESS "spec: [a]\n");
	assert_false(run.snapshot.ingresses.item[0]->usable);
	assert_str(fields_of(&run, run.snapshot.ingresses.item[0]), "spec[0]=a@5:8+1\n");
	stop(&run);

	load(&run, "kind: Ingress\nspec:\n  rules: [{host: a}]\n  tls: []\n");
	assert_str(fields_of(&run, run.snapshot.ingresses.item[0]), "spec.rules[0].host=a@3:18+1\nspec.tls=@4:3+3\n");
	stop(&run);
}

static void test_kustomization_by_name(void **state)
{
	(void)state;
	static const struct {
		const char *name, *expected;
	} rows[] = {
		{ "kustomization.yaml", "I2G-0006 note 1\n" }, { "a/kustomization.yml", "I2G-0006 note 1\n" },
		{ "a/b/Kustomization", "I2G-0006 note 1\n" }, { "a/values.yaml", "I2G-0110 note 1\n" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct run run;
		start(&run);
		add(&run, rows[i].name, "namespace: shop\n");
		snapshot_finish(&run.snapshot);
		assert_str(said(&run), rows[i].expected);
		stop(&run);
	}
}

static void test_ingress(void **state)
{
	(void)state;
	struct run run;
	load(&run, "kind: Ingress\napiVersion: networking.k8s.io/v1\nmetadata:\n  name: a\n  namespace: shop\n"
		"  creationTimestamp: 2001-09-09T01:46:40Z\n  annotations: {b: '2', c: \"\"}\n  labels: {app: shop}\n"
		"spec:\n  ingressClassName: nginx\n  defaultBackend: {service: {name: d, port: {number: 8080}}}\n"
		"  tls:\n  - hosts: [x.example.com]\n    secretName: cert\n  - {}\n"
		"  rules:\n  - host: x.example.com\n    http:\n      paths:\n"
		"      - {path: /p, pathType: Prefix, backend: {service: {name: s, port: {name: web}}}}\n"
		"      - {pathType: ImplementationSpecific, backend: {resource: {kind: B, name: n}}}\n"
		"      - {path: /bad, pathType: Exact, backend: {service: {name: s, port: {number: 70000}}}}\n"
		"  - {}\n");
	assert_int_equal(run.snapshot.ingresses.n, 1);
	const struct ingress *i = run.snapshot.ingresses.item[0];
	assert_true(i->usable);
	assert_false(i->meta.fragment);
	assert_str(i->api_version, "networking.k8s.io/v1");
	assert_str(i->meta.namespace, "shop");
	assert_true(i->meta.namespace_written);
	assert_str(i->meta.name, "a");
	assert_int_equal(i->meta.at.offset, 0);
	assert_int_equal(i->meta.created, 1000000000);
	assert_str(meta_annotation(&i->meta, STR("b"))->value, "2");
	assert_str(meta_annotation(&i->meta, STR("c"))->value, "");
	assert_null(meta_annotation(&i->meta, STR("app")));
	assert_str(meta_label(&i->meta, STR("app"))->value, "shop");
	assert_null(meta_label(&i->meta, STR("b")));
	assert_str(i->class_name->value, "nginx");
	assert_true(i->default_backend.present);
	assert_str(i->default_backend.service->value, "d");
	assert_int_equal(i->default_backend.port_number, 8080);
	assert_int_equal(i->tls.n, 2);
	assert_str(i->tls.item[0].hosts.item[0]->value, "x.example.com");
	assert_str(i->tls.item[0].secret->value, "cert");
	assert_null(i->tls.item[1].secret);
	assert_int_equal(i->rules.n, 2);
	const struct ingress_rule *rule = &i->rules.item[0];
	assert_str(rule->host->value, "x.example.com");
	assert_int_equal(rule->paths.n, 3);
	assert_int_equal(rule->paths.item[0].type, PATH_PREFIX);
	assert_false(rule->paths.item[0].backend.port_is_number);
	assert_str(rule->paths.item[0].backend.port->value, "web");
	assert_null(rule->paths.item[1].path);
	assert_int_equal(rule->paths.item[1].type, PATH_IMPLEMENTATION);
	assert_true(rule->paths.item[1].backend.resource);
	assert_true(rule->paths.item[1].backend.present);
	assert_null(rule->paths.item[1].backend.service);
	assert_int_equal(rule->paths.item[2].type, PATH_EXACT);
	assert_false(rule->paths.item[2].backend.present);
	assert_int_equal(i->rules.item[1].paths.n, 0);
	assert_null(i->rules.item[1].host);
	assert_str(run.diags.list.item[0]->site.item[0].object, "Ingress/shop/a");
	stop(&run);
}

/* What the API server would refuse, used all the same. */
static const struct {
	const char *text;
	const char *service, *port;
	uint32_t number;         /* 0: a name */
} BACKENDS[] = {
	{ V1_BACKEND("{service: {name: s, port: {number: 0x50}}}"), "s", "0x50", 80 },
	{ V1_BACKEND("{service: {name: s, port: {number: \"80\"}}}"), "s", "80", 80 },
	{ V1_BACKEND("{service: {name: s, port: {name: \"80\"}}}"), "s", "80", 80 },
	{ V1_BACKEND("{service: {name: s, port: {name: http, number: 80}}}"), "s", "80", 80 },
	{ V1_BACKEND("{service: {name: s, port: {number: http}}}"), "s", "http", 0 },
	{ V1_BACKEND("{service: {name: s, port: 80}}"), "s", "80", 80 },
	{ V1_BACKEND("{service: {name: s, port: http}}"), "s", "http", 0 },
	{ V1_BACKEND("{service: {name: s, port: {number: \"<PORT>\"}}}"), "s", "<PORT>", 0 },
	{ V1_BACKEND("{serviceName: s, servicePort: 80}"), "s", "80", 80 },
	{ V1_BACKEND("{serviceName: 7, servicePort: http}"), "7", "http", 0 },
	{ OLD_BACKEND("{serviceName: s, servicePort: 80}"), "s", "80", 80 },
	{ OLD_BACKEND("{serviceName: s, servicePort: use-annotation}"), "s", "use-annotation", 0 },
	{ OLD_BACKEND("{serviceName: s, servicePort: \"80\"}"), "s", "80", 80 },
	{ OLD_BACKEND("{service: {name: s, port: {number: 80}}}"), "s", "80", 80 },
	{ INGRESS "spec:\n  backend: {serviceName: s, servicePort: 80}\n", "s", "80", 80 },
	{ INGRESS "spec:\n  backend: {serviceName: x, servicePort: 81}\n  defaultBackend: {service: {name: s, port: {number: 80}}}\n", "s", "80", 80 },
	{ INGRESS "spec:\n  defaultBackend: {service: {name: s, port: {number: 80}}}\n  backend: {serviceName: x, servicePort: 81}\n", "s", "80", 80 },
};

static void test_backends(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(BACKENDS); i++) {
		struct run run;
		load(&run, BACKENDS[i].text);
		assert_int_equal(run.snapshot.ingresses.n, 1);
		const struct ingress_backend *b = &run.snapshot.ingresses.item[0]->default_backend;
		assert_true(b->present);
		assert_str(b->service->value, BACKENDS[i].service);
		assert_str(b->port->value, BACKENDS[i].port);
		assert_int_equal(b->port_number, BACKENDS[i].number);
		assert_int_equal(b->port_is_number, BACKENDS[i].number > 0);
		stop(&run);
	}
}

static void test_values_are_kept(void **state)
{
	(void)state;
	struct run run;
	load(&run, INGRESS "  annotations:\n    a: 0x10\n    b: yes\n    c:\n    d: [x, 1]\n    e: 1.50\n" DEFAULT);
	const struct meta *meta = &run.snapshot.ingresses.item[0]->meta;
	assert_str(meta_annotation(meta, STR("a"))->value, "0x10");
	assert_str(meta_annotation(meta, STR("b"))->value, "yes");
	assert_str(meta_annotation(meta, STR("c"))->value, "");
	assert_true(str_starts(meta_annotation(meta, STR("d"))->value, STR("[")));
	assert_str(meta_annotation(meta, STR("e"))->value, "1.50");
	stop(&run);

	load(&run, "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  generateName: shop-\n" DEFAULT);
	assert_true(run.snapshot.ingresses.item[0]->usable);
	assert_str(run.snapshot.ingresses.item[0]->meta.name, "shop");
	assert_false(run.snapshot.ingresses.item[0]->meta.namespace_written);
	assert_str(run.snapshot.ingresses.item[0]->meta.namespace, "default");
	assert_int_equal(run.snapshot.ingresses.item[0]->meta.created, -1);
	stop(&run);

	load(&run, "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {}\n" DEFAULT "---\nkind: Ingress\nmetadata: {name: p, annotations: {a: b}}\n");
	assert_int_equal(run.snapshot.ingresses.n, 2);
	assert_false(run.snapshot.ingresses.item[0]->usable);
	assert_false(run.snapshot.ingresses.item[0]->meta.fragment);
	assert_false(run.snapshot.ingresses.item[1]->usable);
	assert_true(run.snapshot.ingresses.item[1]->meta.fragment);
	assert_str(meta_annotation(&run.snapshot.ingresses.item[1]->meta, STR("a"))->value, "b");
	stop(&run);
}

/* Two entries of one key, as a tree may have them whatever its reader does; few pairs and many take different ways. */
static void test_last_annotation_wins(void **state)
{
	(void)state;
	for (size_t others = 0; others < 100; others += 50) {
		struct run run;
		start(&run);
		struct node *root = node_map(&run.arena), *metadata = node_map(&run.arena), *map = node_map(&run.arena);
		const struct pair pairs[] = { { STR("a"), { 0, 0 }, node_string(&run.arena, STR("1")) }, { STR("a"), { 0, 0 }, node_string(&run.arena, STR("2")) } };
		LIST_PUSH(&run.arena, &map->as.map, pairs[0]);
		for (size_t i = 0; i < others; i++)
			node_set(&run.arena, map, arena_printf(&run.arena, "x%zu", i), node_string(&run.arena, STR("z")));
		LIST_PUSH(&run.arena, &map->as.map, pairs[1]);
		node_set(&run.arena, root, STR("apiVersion"), node_string(&run.arena, STR("v1")));
		node_set(&run.arena, root, STR("kind"), node_string(&run.arena, STR("Namespace")));
		node_set(&run.arena, metadata, STR("name"), node_string(&run.arena, STR("n")));
		node_set(&run.arena, metadata, STR("annotations"), map);
		node_set(&run.arena, root, STR("metadata"), metadata);
		snapshot_add(&run.snapshot, root);
		snapshot_finish(&run.snapshot);
		assert_int_equal(run.snapshot.namespaces.n, 1);
		const struct meta *meta = &run.snapshot.namespaces.item[0]->meta;
		assert_int_equal(meta->annotations.n, others + 1);
		assert_str(meta_annotation(meta, STR("a"))->value, "2");
		stop(&run);
	}
}

static void test_lists(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"apiVersion: v1\nkind: List\nitems:\n- {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: b}, spec: {}}\n"
		"- {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}, spec: {}}\n",
		"apiVersion: networking.k8s.io/v1\nkind: IngressList\nitems:\n- {metadata: {name: a}, spec: {}}\n- {metadata: {name: b}, spec: {}}\n",
		"{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": ["
		"{\"apiVersion\": \"networking.k8s.io/v1\", \"kind\": \"Ingress\", \"metadata\": {\"name\": \"a\"}, \"spec\": {}}]},"
		"{\"apiVersion\": \"networking.k8s.io/v1\", \"kind\": \"Ingress\", \"metadata\": {\"name\": \"b\"}, \"spec\": {}}]}",
		"- {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: b}, spec: {}}\n"
		"- {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}, spec: {}}\n",
	};
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct run run;
		load(&run, texts[i]);
		assert_int_equal(run.snapshot.ingresses.n, 2);
		assert_str(run.snapshot.ingresses.item[0]->meta.name, "a");
		assert_str(run.snapshot.ingresses.item[1]->meta.name, "b");
		assert_true(run.snapshot.ingresses.item[0]->usable);
		assert_str(run.snapshot.ingresses.item[0]->api_version, "networking.k8s.io/v1");
		stop(&run);
	}
}

static void test_last_counts(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	add(&run, "a.yaml", NAMED("v1", "ConfigMap") "data: {x: first}\n---\n" NAMED("v1", "ConfigMap") "data: {x: second}\n");
	add(&run, "b.yaml", NAMED("v1", "ConfigMap") "data: {x: third}\n---\n" NAMED("v1", "ConfigMap") "data: {x: fourth}\n");
	snapshot_finish(&run.snapshot);
	assert_int_equal(run.snapshot.config_maps.n, 1);
	assert_str(snapshot_config_map(&run.snapshot, STR("default"), STR("a"))->data.item[0].value, "fourth");
	assert_str(said(&run), "I2G-0207 warning 4\nI2G-0207 warning 10\nI2G-0207 warning 4\nI2G-0207 warning 10\n");
	assert_int_equal(run.diags.list.n, 1);
	assert_str(run.diags.list.item[0]->site.item[0].object, "ConfigMap/default/a");
	stop(&run);
}

/* Files may be read in any order; their numbers say how their paths are sorted. */
static void test_order_of_reading(void **state)
{
	(void)state;
	static const char *const texts[] = {
		INGRESS "  namespace: z\n" DEFAULT "---\n" NAMED("v1", "Service") "spec: {type: NodePort}\n",
		NAMED("v1", "Service") "spec: {type: ClusterIP}\n---\n" INGRESS DEFAULT,
	};
	for (int turn = 0; turn < 2; turn++) {
		struct run run;
		struct doc_limits limits = doc_limits_fill((struct doc_limits){ 0 });
		start(&run);
		struct doc_reader reader = { .arena = &run.scratch, .diags = &run.diags, .limits = &limits, .visit = visit, .user = &run };
		uint32_t first = sources_add(&run.sources, STR("a.yaml"), str_c(texts[0]));
		uint32_t second = sources_add(&run.sources, STR("b.yaml"), str_c(texts[1]));
		doc_read(&reader, &run.sources, turn ? second : first);
		doc_read(&reader, &run.sources, turn ? first : second);
		snapshot_finish(&run.snapshot);
		assert_int_equal(run.snapshot.ingresses.n, 2);
		assert_str(run.snapshot.ingresses.item[0]->meta.namespace, "default");
		assert_str(run.snapshot.ingresses.item[1]->meta.namespace, "z");
		assert_int_equal(run.snapshot.services.n, 1);
		assert_str(run.snapshot.services.item[0]->type, "ClusterIP");
		assert_str(said(&run), "I2G-0207 warning 12\nI2G-0207 warning 4\n");
		stop(&run);
	}
}

static void test_service(void **state)
{
	(void)state;
	struct run run;
	load(&run, NAMED("v1", "Service") "spec:\n  clusterIP: None\n  ports:\n"
		"  - {port: 80, targetPort: http-web, name: http, appProtocol: kubernetes.io/h2c}\n"
		"  - {port: 443, targetPort: 8443, name: https}\n  - {port: 53, protocol: UDP, name: dns}\n  - {port: 99999}\n"
		"---\napiVersion: v1\nkind: Service\nmetadata: {name: e, namespace: x}\nspec: {type: ExternalName, externalName: db.example.com}\n");
	assert_int_equal(run.snapshot.services.n, 2);
	const struct service *s = snapshot_service(&run.snapshot, STR("default"), STR("a"));
	assert_non_null(s);
	assert_null(snapshot_service(&run.snapshot, STR("x"), STR("a")));
	assert_str(s->type, "ClusterIP");
	assert_int_equal(s->endpoints, ENDPOINTS_UNKNOWN);
	assert_int_equal(s->ports.n, 3);
	assert_str(s->ports.item[0].protocol, "TCP");
	assert_str(s->ports.item[2].protocol, "UDP");
	assert_str(s->ports.item[2].target, "53");
	assert_ptr_equal(service_port_find(s, STR("80")), &s->ports.item[0]);
	assert_ptr_equal(service_port_find(s, STR("http-web")), &s->ports.item[0]);
	assert_ptr_equal(service_port_find(s, STR("http")), &s->ports.item[0]);
	assert_ptr_equal(service_port_find(s, STR("8443")), &s->ports.item[1]);
	assert_ptr_equal(service_port_find(s, STR("dns")), &s->ports.item[2]);
	assert_null(service_port_find(s, STR("8080")));
	assert_null(service_port_find(s, STR("")));
	s = snapshot_service(&run.snapshot, STR("x"), STR("e"));
	assert_str(s->type, "ExternalName");
	stop(&run);
}

#define SLICE(name, endpoints) "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: " name ", labels: {kubernetes.io/service-name: a}}\n" \
	"endpoints: " endpoints "\n"
#define ENDPOINTS(subsets) "---\napiVersion: v1\nkind: Endpoints\nmetadata: {name: a}\nsubsets: " subsets "\n"
#define SERVICE NAMED("v1", "Service") "spec: {ports: [{port: 80}]}\n"

static const struct {
	const char *text;
	enum endpoints expected;
} ENDPOINT_ROWS[] = {
	{ SERVICE, ENDPOINTS_UNKNOWN },
	{ SERVICE SLICE("s", "[{addresses: [10.0.0.1]}]"), ENDPOINTS_SOME },
	{ SERVICE SLICE("s", "[{addresses: [10.0.0.1], conditions: {ready: true}}]"), ENDPOINTS_SOME },
	{ SERVICE SLICE("s", "[{addresses: [10.0.0.1], conditions: {ready: null}}]"), ENDPOINTS_SOME },
	{ SERVICE SLICE("s", "[{addresses: [10.0.0.1], conditions: {ready: false}}]"), ENDPOINTS_NONE },
	{ SERVICE SLICE("s", "[]"), ENDPOINTS_NONE },
	{ SERVICE SLICE("s", "null"), ENDPOINTS_NONE },
	{ SERVICE SLICE("s", "[]") SLICE("t", "[{addresses: [10.0.0.1]}]"), ENDPOINTS_SOME },
	{ SERVICE SLICE("s", "[{addresses: [10.0.0.1]}]") SLICE("t", "[]"), ENDPOINTS_SOME },
	{ SERVICE ENDPOINTS("[{addresses: [{ip: 10.0.0.1}]}]"), ENDPOINTS_SOME },
	{ SERVICE ENDPOINTS("[{notReadyAddresses: [{ip: 10.0.0.1}]}]"), ENDPOINTS_NONE },
	{ SERVICE ENDPOINTS("[]"), ENDPOINTS_NONE },
	{ SERVICE "---\napiVersion: v1\nkind: Endpoints\nmetadata: {name: a, namespace: b}\nsubsets: []\n", ENDPOINTS_UNKNOWN },
};

static void test_endpoints(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ENDPOINT_ROWS); i++) {
		struct run run;
		load(&run, ENDPOINT_ROWS[i].text);
		assert_int_equal(snapshot_service(&run.snapshot, STR("default"), STR("a"))->endpoints, ENDPOINT_ROWS[i].expected);
		stop(&run);
	}
}

/* Is a text in anything that the struct of a Secret keeps as text? */
static bool keeps(const struct run *run, const char *text)
{
	const struct secret *s = run->snapshot.secrets.item[0];
	bool found = str_has(s->certificate, str_c(text));
	for (size_t i = 0; i < s->meta.annotations.n; i++)
		found = found || str_has(s->meta.annotations.item[i]->value, str_c(text));
	return found;
}

static void test_secret(void **state)
{
	(void)state;
	struct run run;
	load(&run, NAMED("v1", "Secret") "  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: '{\"data\":{\"tls.key\":\"c2VjcmV0\"}}'\n    x: z\n"
		"type: kubernetes.io/tls\ndata:\n  tls.key: c2VjcmV0\n  tls.crt: |\n    Y2VydGlm\n    aWNhdGU=\n");
	assert_int_equal(run.snapshot.secrets.n, 1);
	const struct secret *s = snapshot_secret(&run.snapshot, STR("default"), STR("a"));
	assert_str(s->type, "kubernetes.io/tls");
	assert_int_equal(s->keys.n, 2);
	assert_str(s->keys.item[0], "tls.crt");
	assert_str(s->keys.item[1], "tls.key");
	assert_str(s->certificate, "certificate");
	assert_str(meta_annotation(&s->meta, STR("x"))->value, "z");
	assert_false(keeps(&run, "c2VjcmV0"));
	stop(&run);

	load(&run, NAMED("v1", "Secret") "type: kubernetes.io/tls\ndata: {tls.crt: eA==}\nstringData: {tls.crt: clear}\n");
	assert_str(snapshot_secret(&run.snapshot, STR("default"), STR("a"))->certificate, "clear");
	assert_int_equal(snapshot_secret(&run.snapshot, STR("default"), STR("a"))->keys.n, 1);
	stop(&run);

	load(&run, NAMED("v1", "Secret") "data: {tls.crt: eA==, auth: eA==}\n");
	s = snapshot_secret(&run.snapshot, STR("default"), STR("a"));
	assert_str(s->type, "Opaque");
	assert_str(s->certificate, "");
	assert_int_equal(s->keys.n, 2);
	stop(&run);
}

static void test_other_kinds(void **state)
{
	(void)state;
	struct run run;
	load(&run, "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: c, namespace: ingress-nginx}\nspec:\n  selector: {}\n  template:\n    spec:\n      containers:\n"
		"      - {name: x, image: example.com/controller:v1.9, command: [/bin/c], args: [--a=1, --b]}\n      - {name: y, image: z, args: [7]}\n"
		"---\napiVersion: v1\nkind: Namespace\nmetadata: {name: team, labels: {a: b}}\n"
		"---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: nginx, annotations: {ingressclass.kubernetes.io/is-default-class: \"true\"}}\n"
		"spec: {controller: k8s.io/ingress-nginx}\n"
		"---\napiVersion: networking.k8s.io/v1beta1\nkind: IngressClass\nmetadata: {name: other}\nspec: {controller: example.com/c}\n"
		"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {b: \"2\", a: \"1\"}\nbinaryData: {c: eA==}\n"
		"---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\n---\napiVersion: batch/v1\nkind: Job\n");
	assert_int_equal(run.snapshot.workloads.n, 1);
	const struct workload *w = run.snapshot.workloads.item[0];
	assert_str(w->kind, "DaemonSet");
	assert_str(w->meta.namespace, "ingress-nginx");
	assert_int_equal(w->args.n, 4);
	assert_str(w->args.item[0]->value, "/bin/c");
	assert_str(w->args.item[1]->key, "spec.template.spec.containers[0].args[0]");
	assert_str(w->args.item[3]->value, "7");
	assert_int_equal(sources_locate(&run.sources, w->args.item[1]->at).line, 9);
	assert_int_equal(w->images.n, 2);
	assert_str(w->images.item[0], "example.com/controller:v1.9");
	assert_int_equal(run.snapshot.namespaces.n, 1);
	assert_str(meta_label(&run.snapshot.namespaces.item[0]->meta, STR("a"))->value, "b");
	assert_int_equal(run.snapshot.classes.n, 2);
	assert_str(snapshot_class(&run.snapshot, STR("nginx"))->controller, "k8s.io/ingress-nginx");
	assert_true(snapshot_class(&run.snapshot, STR("nginx"))->is_default);
	assert_false(snapshot_class(&run.snapshot, STR("other"))->is_default);
	assert_null(snapshot_class(&run.snapshot, STR("none")));
	const struct config_map *m = snapshot_config_map(&run.snapshot, STR("default"), STR("m"));
	assert_int_equal(m->data.n, 2);
	assert_str(m->data.item[0].key, "b");
	assert_str(m->data.item[0].value, "2");
	assert_int_equal(run.snapshot.other_objects, 2);
	assert_int_equal(run.snapshot.gateway_classes.n, 0);
	assert_int_equal(run.diags.list.n, 0);
	stop(&run);

	load(&run, "apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: g}\nspec: {controllerName: example.com/c}\n");
	assert_int_equal(run.snapshot.gateway_classes.n, 1);
	stop(&run);
}

const struct CMUnitTest kube_objects_tests[] = {
	cmocka_unit_test(test_fields),
	cmocka_unit_test(test_fields_of_bad_objects),
	cmocka_unit_test(test_kustomization_by_name),
	cmocka_unit_test(test_ingress),
	cmocka_unit_test(test_backends),
	cmocka_unit_test(test_values_are_kept),
	cmocka_unit_test(test_last_annotation_wins),
	cmocka_unit_test(test_lists),
	cmocka_unit_test(test_last_counts),
	cmocka_unit_test(test_order_of_reading),
	cmocka_unit_test(test_service),
	cmocka_unit_test(test_endpoints),
	cmocka_unit_test(test_secret),
	cmocka_unit_test(test_other_kinds),
};
const size_t kube_objects_tests_count = COUNT(kube_objects_tests);
