/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults of objects. Expectations come from the Kubernetes API reference and the validation rules of its kinds: each row is a
 * small document and everything that is to be said about it, as "CODE level line" in the order of printing.
 */
#include "kube_run.h"

extern const struct CMUnitTest kube_tests[];
extern const size_t kube_tests_count;

struct row {
	const char *what, *text, *expected;
};

static void check_rows(const struct row *rows, size_t n)
{
	bool good = true;
	for (size_t i = 0; i < n; i++) {
		struct run run;
		load(&run, rows[i].text);
		str got = said(&run);
		if (!eq(got, rows[i].expected)) {
			print_error("%s: got\n%.*sexpected\n%s", rows[i].what, STR_ARG(got), rows[i].expected);
			good = false;
		}
		for (size_t k = 0; k < run.diags.list.n; k++)
			if (run.diags.list.item[k]->effect.n == 0 || run.diags.list.item[k]->help.n == 0) {
				print_error("%s: \"%.*s\" has no effect or no help\n", rows[i].what, STR_ARG(run.diags.list.item[k]->message));
				good = false;
			}
		stop(&run);
	}
	assert_true(good);
}

static const struct row METADATA_ROWS[] = {
	{ "complete", INGRESS DEFAULT, "" },
	{ "no name", "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  namespace: b\n" DEFAULT, "I2G-0202 error 3\n" },
	{ "no metadata", "apiVersion: networking.k8s.io/v1\nkind: Ingress\n" DEFAULT, "I2G-0202 error 1\n" },
	{ "generateName", "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  generateName: a-\n" DEFAULT, "I2G-0202 warning 4\n" },
	{ "name that is a number", "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: 7\n" DEFAULT, "I2G-0201 warning 4\n" },
	{ "name with capitals", "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: Shop\n" DEFAULT, "I2G-0203 warning 4\n" },
	{ "name with dots", "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: a.b-c\n" DEFAULT, "" },
	{ "name with underscore", "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: a_b\n" DEFAULT, "I2G-0203 warning 4\n" },
	{ "placeholder as name", "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: <name>\n" DEFAULT, "I2G-0111 warning 4\n" },
	{ "namespace with dots", INGRESS "  namespace: a.b\n" DEFAULT, "I2G-0203 warning 5\n" },
	{ "placeholder as namespace", INGRESS "  namespace: ${NS}\n" DEFAULT, "I2G-0111 warning 5\n" },
	{ "namespace null", INGRESS "  namespace:\n" DEFAULT, "" },
	{ "time", INGRESS "  creationTimestamp: \"2024-02-29T00:00:00Z\"\n" DEFAULT, "" },
	{ "no time", INGRESS "  creationTimestamp: \"yesterday\"\n" DEFAULT, "I2G-0203 warning 5\n" },
	{ "time null", INGRESS "  creationTimestamp: null\n" DEFAULT, "" },
	{ "unknown in metadata", INGRESS "  annotation:\n    a: b\n" DEFAULT, "I2G-0204 warning 5\n" },
	{ "unknown beside spec", INGRESS DEFAULT "tls: []\n", "I2G-0204 warning 7\n" },
	{ "status", INGRESS DEFAULT "status:\n  loadBalancer: {}\n", "" },
	{ "annotations null", INGRESS "  annotations:\n" DEFAULT, "" },
	{ "annotations no map", INGRESS "  annotations: x\n" DEFAULT, "I2G-0201 error 5\n" },
	{ "annotations as a list", INGRESS "  annotations:\n  - a: b\n" DEFAULT, "I2G-0201 error 5\n" },
	{ "annotation true", INGRESS "  annotations:\n    a/b: true\n    c: \"true\"\n    d: 'yes'\n" DEFAULT, "I2G-0201 warning 6\n" },
	{ "annotation number", INGRESS "  annotations:\n    a: 1\n    b: 1.5\n    c: 0x10\n    d: \"1\"\n" DEFAULT,
	  "I2G-0201 warning 6\nI2G-0201 warning 7\nI2G-0201 warning 8\n" },
	{ "annotation boolean of YAML 1.1", INGRESS "  annotations:\n    a: yes\n    b: on\n    c: Off\n" DEFAULT,
	  "I2G-0201 warning 6\nI2G-0201 warning 7\nI2G-0201 warning 8\n" },
	{ "annotation null", INGRESS "  annotations:\n    a:\n" DEFAULT, "I2G-0201 warning 6\n" },
	{ "annotation list", INGRESS "  annotations:\n    a: [x]\n    b: z\n" DEFAULT, "I2G-0201 error 6\n" },
	{ "annotation with a wrong name", INGRESS "  annotations:\n    \"a b\": x\n    Nginx.org/x: z\n    a/b/c: z\n" DEFAULT,
	  "I2G-0203 warning 6\nI2G-0203 warning 8\n" },
	{ "label", INGRESS "  labels:\n    app: a b\n    x: \"\"\n    y: A_1.z\n" DEFAULT, "I2G-0203 warning 6\n" },
	{ "label number", INGRESS "  labels:\n    version: 2\n" DEFAULT, "I2G-0201 warning 6\n" },
};

static void test_metadata_faults(void **state)
{
	(void)state;
	check_rows(METADATA_ROWS, COUNT(METADATA_ROWS));
}

static const struct row SPEC_ROWS[] = {
	{ "spec no map", INGRESS "spec: []\n", "I2G-0201 error 5\n" },
	{ "spec text", INGRESS "spec: x\n", "I2G-0201 error 5\n" },
	{ "unknown below spec", INGRESS DEFAULT "  rule: []\n", "I2G-0204 warning 7\n" },
	{ "rules null", INGRESS DEFAULT "  rules:\n", "" },
	{ "rules a map", INGRESS DEFAULT "  rules:\n    host: a.b\n", "I2G-0201 error 7\n" },
	{ "rule is text", INGRESS DEFAULT "  rules:\n  - a.b\n", "I2G-0201 error 8\n" },
	{ "rule with host alone", INGRESS "spec:\n  rules:\n  - host: a.b\n", "" },
	{ "http null", INGRESS "spec:\n  rules:\n  - host: a.b\n    http:\n", "" },
	{ "http without paths", INGRESS "spec:\n  rules:\n  - host: a.b\n    http: {}\n", "I2G-0202 warning 8\n" },
	{ "paths null", PATHS(""), "I2G-0202 warning 8\n" },
	{ "paths a map", PATHS("        path: /\n"), "I2G-0201 error 8\n" },
	{ "tls null", INGRESS DEFAULT "  tls:\n", "" },
	{ "tls a map", INGRESS DEFAULT "  tls:\n    hosts: [a.b]\n", "I2G-0201 error 7\n" },
	{ "tls hosts text", INGRESS DEFAULT "  tls:\n  - hosts: a.b\n", "I2G-0201 warning 8\n" },
	{ "tls unknown", INGRESS DEFAULT "  tls:\n  - host: a.b\n", "I2G-0204 warning 8\n" },
	{ "tls empty entry", INGRESS DEFAULT "  tls:\n  - {}\n", "" },
	{ "tls secret", INGRESS DEFAULT "  tls:\n  - secretName: a/b\n", "I2G-0203 warning 8\n" },
	{ "class", INGRESS DEFAULT "  ingressClassName: Nginx\n", "I2G-0203 warning 7\n" },
	{ "class of true", INGRESS DEFAULT "  ingressClassName: true\n", "I2G-0201 warning 7\n" },
	{ "backend in v1", INGRESS "spec:\n  backend: " BACKEND "\n", "I2G-0204 warning 6\n" },
	{ "defaultBackend in v1beta1", BETA "spec:\n  defaultBackend: {serviceName: s, servicePort: 80}\n", "I2G-0204 warning 6\n" },
	{ "both in v1", INGRESS DEFAULT "  backend: " BACKEND "\n", "I2G-0203 warning 7\nI2G-0204 warning 7\n" },
	{ "v1beta1", BETA "spec:\n  backend: {serviceName: s, servicePort: 80}\n", "" },
	{ "unknown in v1beta1", BETA "spec:\n  backend: {serviceName: s, servicePort: 80}\n  class: x\n", "I2G-0204 warning 7\n" },
	{ "extensions", "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: a}\nspec: {backend: {serviceName: s, servicePort: http}}\n", "" },
	{ "core v1", "apiVersion: v1\nkind: Ingress\nmetadata: {name: a}\nspec: {defaultBackend: " BACKEND "}\n", "I2G-0203 warning 1\n" },
	{ "small kind", "apiVersion: networking.k8s.io/v1\nkind: ingress\nmetadata: {name: a}\nspec: {defaultBackend: " BACKEND "}\n", "I2G-0203 warning 2\n" },
	{ "no rules at all", INGRESS "spec: {}\n", "" },
};

static void test_spec_faults(void **state)
{
	(void)state;
	check_rows(SPEC_ROWS, COUNT(SPEC_ROWS));
}

#define TYPED(type, path) PATHS("      - pathType: " type "\n        path: " path "\n        backend: " BACKEND "\n")
#define HOST(host) INGRESS "spec:\n  rules:\n  - host: " host "\n"

static const struct row PATH_ROWS[] = {
	{ "good", TYPED("Prefix", "/"), "" },
	{ "no type in v1", PATHS("      - path: /\n        backend: " BACKEND "\n"), "I2G-0202 warning 9\n" },
	{ "no type in v1beta1", BETA "spec: {rules: [{http: {paths: [{path: /, backend: {serviceName: s, servicePort: 80}}]}}]}\n", "" },
	{ "unknown type", TYPED("prefix", "/"), "I2G-0203 warning 9\n" },
	{ "no path", PATHS("      - pathType: ImplementationSpecific\n        backend: " BACKEND "\n"), "" },
	{ "no path for Exact", PATHS("      - pathType: Exact\n        backend: " BACKEND "\n"), "I2G-0202 warning 9\n" },
	{ "relative Prefix", TYPED("Prefix", "app"), "I2G-0203 warning 10\n" },
	{ "relative ImplementationSpecific", TYPED("ImplementationSpecific", "app"), "I2G-0203 warning 10\n" },
	{ "two slashes", TYPED("Prefix", "/a//b"), "I2G-0203 warning 10\n" },
	{ "dots", TYPED("Exact", "/a/.."), "I2G-0203 warning 10\n" },
	{ "escaped slash", TYPED("Exact", "/a%2Fb"), "I2G-0203 warning 10\n" },
	{ "escaped slash in small letters", TYPED("Exact", "/a%2fb"), "I2G-0203 warning 10\n" },
	{ "one dot", TYPED("Prefix", "/a/./b"), "I2G-0203 warning 10\n" },
	{ "one dot at the end", TYPED("Prefix", "/a/."), "I2G-0203 warning 10\n" },
	{ "two dots inside", TYPED("Prefix", "/a/../b"), "I2G-0203 warning 10\n" },
	{ "two slashes, ImplementationSpecific", TYPED("ImplementationSpecific", "/a//b"), "" },
	{ "dots inside a name", TYPED("Prefix", "/a..b/.c"), "" },
	{ "regular expression", TYPED("ImplementationSpecific", "\"/a(?<x>b)(/|$)(.*)\""), "" },
	{ "star", TYPED("ImplementationSpecific", "/*"), "" },
	{ "placeholder", TYPED("Prefix", "/${APP}"), "I2G-0111 warning 10\n" },
	{ "unknown", PATHS("      - pathType: Exact\n        path: /\n        pathtype: Exact\n        backend: " BACKEND "\n"), "I2G-0204 warning 11\n" },
	{ "unknown in a rule", INGRESS "spec:\n  rules:\n  - hosts: a.b\n", "I2G-0204 warning 7\n" },
	{ "unknown in http", INGRESS "spec:\n  rules:\n  - http:\n      path: []\n", "I2G-0202 warning 7\nI2G-0204 warning 8\n" },
	{ "no backend", PATHS("      - pathType: Exact\n        path: /\n"), "I2G-0202 error 9\n" },
	{ "null entry", PATHS("      -\n"), "I2G-0202 error 9\n" },
	{ "host", HOST("a.example.com"), "" },
	{ "wildcard", HOST("\"*.example.com\""), "" },
	{ "empty host", HOST("\"\""), "" },
	{ "capitals", HOST("A.example.com"), "I2G-0203 warning 7\n" },
	{ "port in host", HOST("a.example.com:8080"), "I2G-0203 warning 7\n" },
	{ "address", HOST("10.0.0.1"), "I2G-0203 warning 7\n" },
	{ "star alone", HOST("\"*\""), "I2G-0203 warning 7\n" },
	{ "star in the middle", HOST("a.*.example.com"), "I2G-0203 warning 7\n" },
	{ "star in a label", HOST("\"*a.example.com\""), "I2G-0203 warning 7\n" },
	{ "underscore", HOST("a_b.example.com"), "I2G-0203 warning 7\n" },
	{ "dot at the end", HOST("a.example.com."), "I2G-0203 warning 7\n" },
	{ "scheme", HOST("https://a.example.com"), "I2G-0203 warning 7\n" },
	{ "host as a list", HOST("[a.b]"), "I2G-0201 error 7\n" },
	{ "host as a number", HOST("1"), "I2G-0201 warning 7\n" },
	{ "placeholder in host", HOST("<your-domain>"), "I2G-0111 warning 7\n" },
	{ "tls host", INGRESS DEFAULT "  tls:\n  - hosts:\n    - a.b\n    - A.b\n", "I2G-0203 warning 10\n" },
};

static void test_path_and_host_faults(void **state)
{
	(void)state;
	check_rows(PATH_ROWS, COUNT(PATH_ROWS));
}

static const struct row BACKEND_ROWS[] = {
	{ "named port", V1_BACKEND("{service: {name: s, port: {name: use-annotation}}}"), "" },
	{ "resource", V1_BACKEND("{resource: {apiGroup: k8s.example.com, kind: B, name: n}}"), "" },
	{ "resource unknown field", V1_BACKEND("{resource: {kind: B, name: n, group: x}}"), "I2G-0204 warning 6\n" },
	{ "both", V1_BACKEND("{service: {name: s, port: {number: 80}}, resource: {kind: B, name: n}}"), "I2G-0203 warning 6\n" },
	{ "empty", V1_BACKEND("{}"), "I2G-0202 error 6\n" },
	{ "list", V1_BACKEND("[]"), "I2G-0201 error 6\n" },
	{ "no service name", V1_BACKEND("{service: {port: {number: 80}}}"), "I2G-0202 error 6\n" },
	{ "no port", V1_BACKEND("{service: {name: s}}"), "I2G-0202 warning 6\n" },
	{ "port null", V1_BACKEND("{service: {name: s, port: }}"), "I2G-0202 warning 6\n" },
	{ "port empty", V1_BACKEND("{service: {name: s, port: {}}}"), "I2G-0202 warning 6\n" },
	{ "number in quotes", V1_BACKEND("{service: {name: s, port: {number: \"80\"}}}"), "I2G-0201 warning 6\n" },
	{ "name as number", V1_BACKEND("{service: {name: s, port: {number: http}}}"), "I2G-0201 warning 6\n" },
	{ "number as name", V1_BACKEND("{service: {name: s, port: {name: \"80\"}}}"), "I2G-0203 warning 6\n" },
	{ "number and name", V1_BACKEND("{service: {name: s, port: {number: 80, name: http}}}"), "I2G-0203 warning 6\n" },
	{ "port too large", V1_BACKEND("{service: {name: s, port: {number: 65536}}}"), "I2G-0203 error 6\n" },
	{ "port zero", V1_BACKEND("{service: {name: s, port: {number: 0}}}"), "I2G-0203 error 6\n" },
	{ "port negative", V1_BACKEND("{service: {name: s, port: {number: -1}}}"), "I2G-0203 error 6\n" },
	{ "largest port", V1_BACKEND("{service: {name: s, port: {number: 65535}}}"), "" },
	{ "placeholder as port", V1_BACKEND("{service: {name: s, port: {number: \"<PORT>\"}}}"), "I2G-0111 warning 6\n" },
	{ "port too short", V1_BACKEND("{service: {name: s, port: 80}}"), "I2G-0201 warning 6\n" },
	{ "service too short", V1_BACKEND("{service: s}"), "I2G-0202 warning 6\nI2G-0201 warning 6\n" },
	{ "service with namespace", V1_BACKEND("{service: {name: ns/s, port: {number: 80}}}"), "I2G-0203 warning 6\n" },
	{ "unknown field", V1_BACKEND("{service: {name: s, port: {number: 80}, weight: 1}}"), "I2G-0204 warning 6\n" },
	{ "unknown beside service", V1_BACKEND("{service: {name: s, port: {number: 80}}, services: x}"), "I2G-0204 warning 6\n" },
	{ "unknown beside serviceName", OLD_BACKEND("{serviceName: s, servicePort: 80, port: 80}"), "I2G-0204 warning 6\n" },
	{ "port name as a list", V1_BACKEND("{service: {name: s, port: {name: [a]}}}"), "I2G-0201 error 6\n" },
	{ "old form in v1", V1_BACKEND("{serviceName: s, servicePort: 80}"), "I2G-0204 warning 6\n" },
	{ "new form in v1beta1", OLD_BACKEND("{service: {name: s, port: {number: 80}}}"), "I2G-0204 warning 6\n" },
	{ "old named port", OLD_BACKEND("{serviceName: s, servicePort: http}"), "" },
	{ "old number in quotes", OLD_BACKEND("{serviceName: s, servicePort: \"80\"}"), "I2G-0203 warning 6\n" },
	{ "old without port", OLD_BACKEND("{serviceName: s}"), "I2G-0202 warning 6\n" },
	{ "old without name", OLD_BACKEND("{servicePort: 80}"), "I2G-0202 error 6\n" },
	{ "old port as a map", OLD_BACKEND("{serviceName: s, servicePort: {number: 80}}"), "I2G-0201 warning 6\n" },
};

static void test_backend_faults(void **state)
{
	(void)state;
	check_rows(BACKEND_ROWS, COUNT(BACKEND_ROWS));
}

static const struct row DOCUMENT_ROWS[] = {
	{ "empty", "---\n---\n# nothing\n", "" },
	{ "text", "just text\n", "I2G-0110 error 1\n" },
	{ "list of texts", "- a\n- b\n", "I2G-0110 error 1\n" },
	{ "Helm values", "replicaCount: 1\nimage:\n  tag: x\n", "I2G-0110 note 1\n" },
	{ "Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n", "I2G-0110 note 1\n" },
	{ "Kustomization", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n", "I2G-0006 note 1\n" },
	{ "Kustomization without kind", "namespace: x\nresources:\n- a.yaml\n", "I2G-0006 note 1\n" },
	{ "Kustomization of Flux", "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\n", "" },
	{ "JSON patch", "- op: replace\n  path: /spec/rules/0/host\n  value: a.b\n", "I2G-0112 warning 1\n" },
	{ "patch without kind", "metadata:\n  name: a\nspec: {}\n", "I2G-0112 warning 1\n" },
	{ "patch without apiVersion", "kind: Ingress\nmetadata:\n  name: a\n" DEFAULT, "I2G-0112 warning 1\n" },
	{ "patch without spec", INGRESS "  annotations:\n    a:\n", "I2G-0112 warning 1\n" },
	{ "patch that deletes", INGRESS "$patch: delete\n", "I2G-0112 warning 1\n" },
	{ "patch that deletes in a list", INGRESS DEFAULT "  rules:\n  - $patch: replace\n", "I2G-0112 warning 1\n" },
	{ "patch that keeps keys", INGRESS DEFAULT "  $retainKeys: [rules]\n", "I2G-0112 warning 1\n" },
	{ "patch that orders", INGRESS DEFAULT "  $setElementOrder/rules: []\n", "I2G-0112 warning 1\n" },
	{ "patch of a class", "kind: IngressClass\nmetadata: {name: a}\n", "I2G-0112 warning 1\n" },
	{ "patch of a Service", NAMED("v1", "Service"), "I2G-0112 warning 1\n" },
	{ "patch of a Deployment", NAMED("apps/v1", "Deployment") "spec:\n  replicas: 2\n", "I2G-0112 warning 1\n" },
	{ "patch of something else", "kind: StatefulSet\nmetadata: {name: a}\n", "" },
	{ "Ingress of others", NAMED("networking.internal.knative.dev/v1alpha1", "Ingress"), "" },
	{ "Service of others", NAMED("serving.knative.dev/v1", "Service"), "" },
	{ "list of objects", "- apiVersion: v1\n  kind: Pod\n- apiVersion: v1\n  kind: Pod\n", "I2G-0110 warning 1\n" },
	{ "items no list", "apiVersion: v1\nkind: List\nitems: {a: b}\n", "I2G-0201 error 3\n" },
	{ "items null", "apiVersion: v1\nkind: List\nitems:\n", "" },
	{ "item without kind", "apiVersion: v1\nkind: List\nitems:\n- metadata: {name: a}\n", "I2G-0112 warning 4\n" },
	{ "a kind that ends with List", NAMED("example.com/v1", "AllowList") "spec: {}\n", "" },
	{ "Service without a name", "apiVersion: v1\nkind: Service\nmetadata: {}\nspec: {}\n", "I2G-0202 error 3\n" },
	{ "ports no list", NAMED("v1", "Service") "spec:\n  ports: 80\n", "I2G-0201 error 6\n" },
	{ "data no map", NAMED("v1", "ConfigMap") "data: x\n", "I2G-0201 error 5\n" },
	{ "data number", NAMED("v1", "ConfigMap") "data:\n  a: 1\n  b: \"1\"\n  c: true\n", "I2G-0201 warning 6\nI2G-0201 warning 8\n" },
	{ "class without controller", NAMED("networking.k8s.io/v1", "IngressClass") "spec: {}\n", "I2G-0202 warning 1\n" },
	{ "certificate", NAMED("v1", "Secret") "type: kubernetes.io/tls\ndata:\n  tls.crt: '-----'\n", "I2G-0203 warning 7\n" },
	{ "certificate cut off", NAMED("v1", "Secret") "type: kubernetes.io/tls\ndata: {tls.crt: eA}\n", "I2G-0203 warning 6\n" },
	{ "certificate with text behind its end", NAMED("v1", "Secret") "type: kubernetes.io/tls\ndata: {tls.crt: eA=A}\n", "I2G-0203 warning 6\n" },
	{ "data of a Secret is never shown", NAMED("v1", "Secret") "data: c2VjcmV0\nstringData: [x]\n", "" },
	{ "twice", INGRESS DEFAULT "---\n" INGRESS DEFAULT, "I2G-0005 note 4\nI2G-0005 note 11\n" },
	{ "twice, other order and style", INGRESS DEFAULT "---\nkind: Ingress\nspec: {\"defaultBackend\": {service: {port: {number: 80}, name: 's'}}}\n"
	  "metadata: {namespace: default, name: a}\napiVersion: networking.k8s.io/v1\nstatus: {x: y}\n", "I2G-0005 note 4\nI2G-0005 note 10\n" },
	{ "twice, different", INGRESS DEFAULT "---\n" INGRESS "  labels: {a: b}\n" DEFAULT, "I2G-0207 warning 4\nI2G-0207 warning 11\n" },
	{ "twice, number and text", INGRESS "spec: {ingressClassName: 'x', rules: [{host: \"1\"}]}\n---\n" INGRESS "spec: {ingressClassName: 'x', rules: [{host: 1}]}\n",
	  "I2G-0207 warning 4\nI2G-0207 warning 10\nI2G-0201 warning 11\n" },
	{ "other namespace", INGRESS DEFAULT "---\n" INGRESS "  namespace: b\n" DEFAULT, "" },
	{ "other kind", NAMED("v1", "ConfigMap") "---\n" NAMED("v1", "Namespace"), "" },
	{ "patch and object", INGRESS DEFAULT "---\n" INGRESS "$patch: delete\n", "I2G-0112 warning 8\n" },
};

static void test_documents(void **state)
{
	(void)state;
	check_rows(DOCUMENT_ROWS, COUNT(DOCUMENT_ROWS));
}

const struct CMUnitTest kube_tests[] = {
	cmocka_unit_test(test_metadata_faults),
	cmocka_unit_test(test_spec_faults),
	cmocka_unit_test(test_path_and_host_faults),
	cmocka_unit_test(test_backend_faults),
	cmocka_unit_test(test_documents),
};
const size_t kube_tests_count = COUNT(kube_tests);
