/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of fields: what is read, and what it says about versions. Expectations come from the CRDs and the change log
 * of the Gateway API releases.
 */
#include "gateway_run.h"

#include "cel_rows.h"

extern const struct CMUnitTest schema_tests[];
extern const size_t schema_tests_count;

#define A253 A250 "aaa"

static void test_versions(void **state)
{
	(void)state;
	static const char *const wrong[] = { "", "1", "1.", "1.8", "1.9", "1.05", "1.50", "1.5.1", "2.0", "0.8", "v1.5", "1.x", " 1.5",
		"1.5 ", "1,5", "1.-1" };
	for (unsigned i = 0; i <= 7; i++) {
		struct gateway_version version = { 99, true };
		char text[8];
		snprintf(text, sizeof text, "1.%u", i);
		assert_true(gateway_version_parse(str_c(text), &version));
		assert_int_equal(version.minor, i);
		assert_true(version.experimental);
	}
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct gateway_version version = { 99, true };
		if (gateway_version_parse(str_c(wrong[i]), &version))
			fail_msg("'%s' is taken", wrong[i]);
		assert_int_equal(version.minor, 99);
	}
	struct gateway_run run;
	gateway_start(&run);
	assert_true(str_eq(gateway_version_text(&run.arena, (struct gateway_version){ 5, false }), STR("1.5")));
	assert_true(str_eq(gateway_version_text(&run.arena, (struct gateway_version){ 0, true }), STR("1.0 experimental")));
	gateway_stop(&run);
}

/* ---- loading ---- */

#define HEAD "# comment\npattern\tlabel\t^[a-z]+$\nK\tv1\t.\t1.0-1.7\t1.0-1.7\tobject\n"

static const struct {
	const char *what, *table;
	bool good;
} TABLES[] = {
	{ "a kind", HEAD, true },
	{ "no line end", "K\tv1\t.\t1.0\t-\tobject", true },
	{ "blank lines", "\n\n" HEAD "\n", true },
	{ "facets", HEAD "K\t*\tspec.a[].b{}\t1.2\t-\tstring\trequired\tlength=1..3\tpattern=label\tenum=a|b\tdefault=\"a\"\n", true },
	{ "numbers", HEAD "K\t*\tn\t-\t1.2-1.3\tinteger\tint32\tvalue=-1..\tunique\n", true },
	{ "nothing", "", false },
	{ "comments alone", "# a\n\n", false },
	{ "a pattern alone", "pattern\ta\tb\n", false },
	{ "a broken pattern", "pattern\ta\t(\nK\tv1\t.\t1.0\t-\tobject\n", false },
	{ "an unknown pattern", HEAD "K\t*\ta\t1.0\t-\tstring\tpattern=none\n", false },
	{ "an unknown type", HEAD "K\t*\ta\t1.0\t-\ttext\n", false },
	{ "no type", HEAD "K\t*\ta\t1.0\t-\n", false },
	{ "an unknown facet", HEAD "K\t*\ta\t1.0\t-\tstring\tsize=1..2\n", false },
	{ "an unknown word", HEAD "K\t*\ta\t1.0\t-\tstring\tneeded\n", false },
	{ "an unknown version", HEAD "K\t*\ta\t1.8\t-\tstring\n", false },
	{ "a broken span", HEAD "K\t*\ta\t1.0-\t-\tstring\n", false },
	{ "no version", HEAD "K\t*\ta\t\t-\tstring\n", false },
	{ "a broken range", HEAD "K\t*\ta\t1.0\t-\tstring\tlength=1\n", false },
	{ "a range of words", HEAD "K\t*\ta\t1.0\t-\tstring\tlength=a..b\n", false },
	{ "an unknown apiVersion", HEAD "K\tv2\ta\t1.0\t-\tstring\n", false },
};

static void test_loading(void **state)
{
	(void)state;
	struct gateway_run run;
	bool good = true;
	gateway_start(&run);
	for (size_t i = 0; i < COUNT(TABLES); i++) {
		struct schema *schema = schema_load(&run.scratch, str_c(TABLES[i].table));
		if ((schema != NULL) != TABLES[i].good) {
			print_error("%s is %s\n", TABLES[i].what, schema ? "taken" : "refused");
			good = false;
		}
	}
	gateway_stop(&run);
	assert_true(good);
}

static const struct schema_node *node_of(const struct schema_kind *kind, const char *const *names, size_t n)
{
	const struct schema_node *node = kind->root;
	for (size_t i = 0; i < n && node; i++)
		node = schema_child(node, str_c(names[i]));
	return node;
}

/* Each facet of a row ends in its field of the fact. */
static void test_facets(void **state)
{
	(void)state;
	struct gateway_run run;
	gateway_start(&run);
	const struct schema *schema = schema_load(&run.scratch, STR(HEAD
		"K\tv1\tspec.a[].b{}\t1.2-1.4\t1.1-1.7\tstring\trequired\tlength=1..3\tpattern=label\tenum=a|b\tdefault=\"a\"\n"
		"K\t*\tspec.a[].b{}\t1.5\t-\tinteger\tint32\tvalue=-5..\tunique=x\n"
		"C\tv1\t.\t1.0\t-\tobject\tscope=Cluster\taddress\n"));
	assert_non_null(schema);
	static const char *const names[] = { "spec", "a", "[]", "b", "{}" };
	const struct schema_kind *kind = schema_kind(schema, STR("K"));
	const struct schema_node *node = node_of(kind, names, COUNT(names));
	assert_non_null(node);
	const struct schema_fact *fact = schema_fact_at(node, 1, (struct gateway_version){ 4, false });
	assert_non_null(fact);
	assert_int_equal(fact->type, SCHEMA_STRING);
	assert_true(fact->required && fact->has_min && fact->has_max && !fact->int32 && !fact->unique && !fact->address);
	assert_int_equal(fact->min, 1);
	assert_int_equal(fact->max, 3);
	assert_true(str_eq(fact->words, STR("a|b")) && str_eq(fact->default_text, STR("\"a\"")));
	assert_true(fact->pattern && str_eq(fact->pattern->name, STR("label")) && str_eq(fact->pattern->text, STR("^[a-z]+$")));
	fact = schema_fact_at(node, 1, (struct gateway_version){ 5, false });
	assert_non_null(fact);
	assert_int_equal(fact->type, SCHEMA_INTEGER);
	assert_true(fact->int32 && fact->unique && str_eq(fact->unique_key, STR("x")) && fact->has_min && !fact->has_max && !fact->required);
	assert_int_equal(fact->min, -5);
	assert_null(schema_fact_at(node, 1, (struct gateway_version){ 1, false }));
	assert_non_null(schema_fact_at(node, 1, (struct gateway_version){ 1, true }));
	assert_null(schema_fact_at(node, 1, (struct gateway_version){ 6, false }));
	assert_null(schema_fact_at(node, 2, (struct gateway_version){ 4, false }));
	assert_null(schema_child(node, STR("x")));
	assert_false(kind->cluster);
	assert_true(schema_kind(schema, STR("C"))->cluster);
	assert_true(schema_fact_at(schema_kind(schema, STR("C"))->root, 1, (struct gateway_version){ 0, false })->address);
	assert_null(schema_kind(schema, STR("k")));
	gateway_stop(&run);
}

/* ---- apiVersions ---- */

/* What to print, for 1.0 to 1.7: first the standard channel, then the experimental one. */
static const struct {
	const char *kind;
	const char *standard[8], *experimental[8];
} PRINTED[] = {
	{ "GatewayClass", { "v1", "v1", "v1", "v1", "v1", "v1", "v1", "v1" }, { "v1", "v1", "v1", "v1", "v1", "v1", "v1", "v1" } },
	{ "Gateway", { "v1", "v1", "v1", "v1", "v1", "v1", "v1", "v1" }, { "v1", "v1", "v1", "v1", "v1", "v1", "v1", "v1" } },
	{ "HTTPRoute", { "v1", "v1", "v1", "v1", "v1", "v1", "v1", "v1" }, { "v1", "v1", "v1", "v1", "v1", "v1", "v1", "v1" } },
	{ "ListenerSet", { "", "", "", "", "", "v1", "v1", "v1" }, { "", "", "", "", "", "v1", "v1", "v1" } },
	{ "GRPCRoute", { "", "v1", "v1", "v1", "v1", "v1", "v1", "v1" }, { "v1alpha2", "v1", "v1", "v1", "v1", "v1", "v1", "v1" } },
	{ "ReferenceGrant", { "v1beta1", "v1beta1", "v1beta1", "v1beta1", "v1beta1", "v1beta1", "v1beta1", "v1beta1" },
	  { "v1beta1", "v1beta1", "v1beta1", "v1beta1", "v1beta1", "v1beta1", "v1beta1", "v1beta1" } },
	{ "TLSRoute", { "", "", "", "", "", "v1", "v1", "v1" }, { "v1alpha2", "v1alpha2", "v1alpha2", "v1alpha2", "v1alpha3", "v1", "v1", "v1" } },
	{ "TCPRoute", { "", "", "", "", "", "", "v1", "v1" }, { "v1alpha2", "v1alpha2", "v1alpha2", "v1alpha2", "v1alpha2", "v1alpha2",
		"v1", "v1" } },
	{ "UDPRoute", { "", "", "", "", "", "", "v1", "v1" }, { "v1alpha2", "v1alpha2", "v1alpha2", "v1alpha2", "v1alpha2", "v1alpha2",
		"v1", "v1" } },
	{ "BackendTLSPolicy", { "", "", "", "", "v1", "v1", "v1", "v1" },
	  { "v1alpha2", "v1alpha3", "v1alpha3", "v1alpha3", "v1", "v1", "v1", "v1" } },
	{ "Ingress", { "", "", "", "", "", "", "", "" }, { "", "", "", "", "", "", "", "" } },
};

static void test_api_versions(void **state)
{
	(void)state;
	struct gateway_run run;
	bool good = true;
	gateway_start(&run);
	assert_int_equal(run.schema->kind.n, COUNT(PRINTED) - 1);
	for (size_t i = 0; i < COUNT(PRINTED); i++) {
		for (unsigned v = 0; v < 16; v++) {
			struct gateway_version version = { v / 2, v % 2 == 1 };
			const char *wanted = version.experimental ? PRINTED[i].experimental[v / 2] : PRINTED[i].standard[v / 2];
			str got = schema_api_version(run.schema, str_c(PRINTED[i].kind), version);
			str name = str_starts(got, STR("gateway.networking.k8s.io/")) ? str_from(got, 26) : got;
			if (!str_eq(name, str_c(wanted))) {
				print_error("%s in 1.%u %d: got '%.*s', expected '%s'\n", PRINTED[i].kind, v / 2, v % 2, STR_ARG(got), wanted);
				good = false;
			}
		}
	}
	for (size_t i = 0; i < run.schema->kind.n; i++)
		assert_int_equal(run.schema->kind.item[i].cluster, str_eq(run.schema->kind.item[i].name, STR("GatewayClass")));
	gateway_stop(&run);
	assert_true(good);
}

/* ---- since ---- */

/* value NULL: the field itself. Spans as "1.2-1.7"; "-" never. */
static const struct {
	const char *kind, *path, *value, *standard, *experimental;
} SINCE[] = {
	{ "HTTPRoute", "spec", NULL, "1.0-1.7", "1.0-1.7" },
	{ "HTTPRoute", "spec.rules[].filters[].cors", NULL, "1.5-1.7", "1.3-1.7" },
	{ "HTTPRoute", "spec.rules[].filters[].cors.allowOrigins[]", NULL, "1.5-1.7", "1.3-1.7" },
	{ "HTTPRoute", "spec.rules[].backendRefs[].filters[].cors", NULL, "1.5-1.7", "1.3-1.7" },
	{ "HTTPRoute", "spec.rules[].filters[].type", "CORS", "1.5-1.7", "1.3-1.7" },
	{ "HTTPRoute", "spec.rules[].filters[].type", "ExternalAuth", "-", "1.4-1.7" },
	{ "HTTPRoute", "spec.rules[].filters[].type", "URLRewrite", "1.0-1.7", "1.0-1.7" },
	{ "HTTPRoute", "spec.rules[].filters[].type", "URL", "-", "-" },
	{ "HTTPRoute", "spec.rules[].filters[].type", "", "-", "-" },
	{ "HTTPRoute", "spec.rules[].filters[].externalAuth", NULL, "-", "1.4-1.7" },
	{ "HTTPRoute", "spec.rules[].filters[].requestMirror.percent", NULL, "1.3-1.7", "1.2-1.7" },
	{ "HTTPRoute", "spec.rules[].filters[].requestRedirect.statusCode", "301", "1.0-1.7", "1.0-1.7" },
	{ "HTTPRoute", "spec.rules[].filters[].requestRedirect.statusCode", "303", "1.5-1.7", "1.5-1.7" },
	{ "HTTPRoute", "spec.rules[].filters[].requestRedirect.statusCode", "307", "1.5-1.7", "1.5-1.7" },
	{ "HTTPRoute", "spec.rules[].filters[].requestRedirect.statusCode", "308", "1.5-1.7", "1.5-1.7" },
	{ "HTTPRoute", "spec.rules[].matches[].method", "PATCH", "1.0-1.7", "1.0-1.7" },
	{ "HTTPRoute", "spec.rules[].matches[].method", "PURGE", "-", "-" },
	{ "HTTPRoute", "spec.rules[].timeouts.request", NULL, "1.2-1.7", "1.0-1.7" },
	{ "HTTPRoute", "spec.rules[].retry", NULL, "1.7", "1.2-1.7" },
	{ "HTTPRoute", "spec.rules[].sessionPersistence", NULL, "-", "1.1-1.7" },
	{ "HTTPRoute", "spec.rules[].sessionPersistence.idleTimeout", NULL, "-", "1.1-1.5" },
	{ "HTTPRoute", "spec.rules[].sessionPersistence.cookie", NULL, "-", "1.7" },
	{ "HTTPRoute", "spec.rules[].name", NULL, "1.4-1.7", "1.2-1.7" },
	{ "HTTPRoute", "spec.parentRefs[].port", NULL, "1.1-1.7", "1.0-1.7" },
	{ "HTTPRoute", "spec.useDefaultGateways", NULL, "-", "1.4-1.7" },
	{ "HTTPRoute", "spec.rule", NULL, "-", "-" },
	{ "HTTPRoute", "spec.rules.name", NULL, "-", "-" },
	{ "HTTPRoute", "spec.rules[].filters[].type.x", NULL, "-", "-" },
	{ "Gateway", "spec.allowedListeners", NULL, "1.5-1.7", "1.3-1.7" },
	{ "Gateway", "spec.allowedListeners.namespaces.from", "None", "1.5-1.7", "1.3-1.7" },
	{ "Gateway", "spec.listeners[].allowedRoutes.namespaces.from", "None", "-", "-" },
	{ "Gateway", "spec.infrastructure.annotations{}", NULL, "1.2-1.7", "1.0-1.7" },
	{ "Gateway", "spec.infrastructure.parametersRef", NULL, "1.2-1.7", "1.1-1.7" },
	{ "Gateway", "spec.tls.frontend", NULL, "1.5-1.7", "1.4-1.7" },
	{ "Gateway", "spec.tls.backend.clientCertificateRef", NULL, "1.5-1.7", "1.4-1.7" },
	{ "Gateway", "spec.backendTLS", NULL, "-", "1.2-1.3" },
	{ "Gateway", "spec.listeners[].tls.frontendValidation", NULL, "-", "1.1-1.3" },
	{ "Gateway", "spec.listeners[].filters", NULL, "-", "1.7" },
	{ "Gateway", "spec.defaultScope", NULL, "-", "1.4-1.7" },
	{ "ListenerSet", "spec.parentRef", NULL, "1.5-1.7", "1.5-1.7" },
	{ "GRPCRoute", "spec.rules", NULL, "1.1-1.7", "1.0-1.7" },
	{ "TLSRoute", "spec.rules", NULL, "1.5-1.7", "1.0-1.7" },
	{ "BackendTLSPolicy", "spec.targetRefs", NULL, "1.4-1.7", "1.1-1.7" },
	{ "BackendTLSPolicy", "spec.targetRef", NULL, "-", "1.0" },
	{ "Ingress", "spec", NULL, "-", "-" },
};

static bool has(const struct schema *schema, size_t i, struct gateway_version version)
{
	str kind = str_c(SINCE[i].kind), path = str_c(SINCE[i].path);
	return SINCE[i].value ? schema_has_enum(schema, kind, path, str_c(SINCE[i].value), version) : schema_has_field(schema, kind,
		path, version);
}

static bool since(const struct schema *schema, size_t i, bool experimental, unsigned *minor)
{
	str kind = str_c(SINCE[i].kind), path = str_c(SINCE[i].path);
	return SINCE[i].value ? schema_enum_since(schema, kind, path, str_c(SINCE[i].value), experimental, minor)
		: schema_field_since(schema, kind, path, experimental, minor);
}

/* "1.2-1.7" gives 2 and 7; "-" gives 9 and 0. */
static void span_of(const char *text, unsigned *first, unsigned *last)
{
	size_t n = strlen(text);
	*first = n < 3 ? 9 : (unsigned)(text[2] - '0');
	*last = n < 3 ? 0 : (unsigned)(text[n - 1] - '0');
}

static void test_since(void **state)
{
	(void)state;
	struct gateway_run run;
	bool good = true;
	gateway_start(&run);
	for (size_t i = 0; i < COUNT(SINCE); i++) {
		for (unsigned channel = 0; channel < 2; channel++) {
			unsigned first, last, minor = 99;
			span_of(channel ? SINCE[i].experimental : SINCE[i].standard, &first, &last);
			bool right = since(run.schema, i, channel, &minor) == (first < 9) && minor == (first < 9 ? first : 99);
			for (unsigned v = 0; v <= 7; v++)
				right = right && has(run.schema, i, (struct gateway_version){ v, channel }) == (v >= first && v <= last);
			if (!right) {
				print_error("%s %s %s, channel %u: since %u\n", SINCE[i].kind, SINCE[i].path, SINCE[i].value ? SINCE[i].value : "", channel, minor);
				good = false;
			}
		}
	}
	gateway_stop(&run);
	assert_true(good);
}

/* ---- patterns ---- */

static const struct {
	const char *name, *text;
	bool good;
} TEXTS[] = {
	{ "hostname", "a", true }, { "hostname", "a.b-c.d1", true }, { "hostname", "*.a", true }, { "hostname", "1.2.3.4", true },
	{ "hostname", A253, true }, { "hostname", "*." A250 "a", true }, { "hostname", "*", false }, { "hostname", "*a", false },
	{ "hostname", "A", false }, { "hostname", "a.", false }, { "hostname", "-a", false }, { "hostname", "a-.b", false },
	{ "hostname", "", false }, { "hostname", "a\n", false }, { "hostname", "\na", false }, { "hostname", "a..b", false },
	{ "hostname", A253 "!", false }, { "hostname", "a\xFF", false },
	{ "subdomain", "a.b", true }, { "subdomain", "*.a", false }, { "subdomain", A253, true },
	{ "label", "a-1", true }, { "label", "a.b", false }, { "label", "a-", false }, { "label", A50 A10 "aaa", true },
	{ "group", "", true }, { "group", "a.b", true }, { "group", "A", false }, { "group", " ", false },
	{ "kind", "HTTPRoute", true }, { "kind", "A-b", true }, { "kind", "1a", false }, { "kind", "a.b", false },
	{ "token", "X-Forwarded_For!#$%&'*+-.^`|~", true }, { "token", "a b", false }, { "token", "a:b", false }, { "token", "a[0]", false },
	{ "token", "", false }, { "token", A253, true },
	{ "header-value", "a b\tc", true }, { "header-value", "~!", true }, { "header-value", "a  b", false }, { "header-value", " a", false },
	{ "header-value", "a ", false }, { "header-value", "a\tb\t", false }, { "header-value", "\xC3\xA9", false }, { "header-value",
		"a\x7F", false },
	{ "duration", "0s", true }, { "duration", "1h30m", true }, { "duration", "10ms", true }, { "duration", "1s1s1s1s", true },
	{ "duration", "99999h99999h99999h99999h", true },
	{ "duration", "1.5s", false }, { "duration", "1", false }, { "duration", "-1s", false }, { "duration", "100000s", false },
	{ "duration", "1s1s1s1s1s", false }, { "duration", "1d", false }, { "duration", "", false },
	{ "label-value", "", true }, { "label-value", "A_b.c-d", true }, { "label-value", "-a", false }, { "label-value", "a b", false },
	{ "url-path", "/a%20b", true }, { "url-path", "/a?b", false }, { "url-path", "/%2", false }, { "url-path", "", false },
	{ "url-path", A250 A250 A250 A250 A10 A10, true }, { "url-path", A250 A250 A250 A250 A10 A10 " ", false },
	{ "controller", "example.com/a/b", true }, { "controller", "example.com", false }, { "controller", "example.com/", false },
	{ "controller", "Example.com/a", false }, { "controller", A50 "/" A50 A50 A50, true },
	/* Not anchored where the alternatives are, so what it takes is odd. */
	{ "address-type", "IPAddress", true }, { "address-type", "Hostname", true }, { "address-type", "Hostnames", true },
	{ "address-type", "x.y/z", true }, { "address-type", "Other", false },
	{ "protocol", "HTTP", true }, { "protocol", "x.y/Z", true }, { "protocol", "HTTP_2", false }, { "protocol", "", false },
	{ "origin", "*", true }, { "origin", "http://a", true }, { "origin", "https://*.a.b:8080", true }, { "origin", "https://*", true },
	{ "origin", "ftp://a", false }, { "origin", "https://a/", false }, { "origin", "a", false }, { "origin", "https://", false },
	{ "origin", "**", false }, { "origin", "https://" A50 "." A50 "." A50 A50, true },
	{ "origin-of-1.4", "ftp://a:1", true }, { "origin-of-1.4", "a", false },
	{ "uri", "https://a/b?c#d", true }, { "uri", "spiffe://a", true }, { "uri", "a/b", false }, { "uri", "//a", false },
	{ "ca-name", "System", true }, { "ca-name", "a.b/C_d", true }, { "ca-name", "system", false }, { "ca-name", "a.b/-c", false },
};

static const struct schema_pattern *pattern_of(const struct schema *schema, str name)
{
	for (size_t i = 0; i < schema->pattern.n; i++)
		if (str_eq(schema->pattern.item[i]->name, name))
			return schema->pattern.item[i];
	return NULL;
}

static void test_patterns(void **state)
{
	(void)state;
	struct gateway_run run;
	bool good = true;
	gateway_start(&run);
	void *matcher = schema_matcher(&run.arena);
	for (size_t i = 0; i < COUNT(TEXTS); i++) {
		const struct schema_pattern *pattern = pattern_of(run.schema, str_c(TEXTS[i].name));
		if (!pattern || schema_matches(pattern, str_c(TEXTS[i].text), matcher) != TEXTS[i].good) {
			print_error("%s: '%s' should be %s\n", TEXTS[i].name, TEXTS[i].text, TEXTS[i].good ? "taken" : "refused");
			good = false;
		}
	}
	/* Zero bytes and the empty slice are texts like others. */
	assert_false(schema_matches(pattern_of(run.schema, STR("hostname")), (str){ "a\0b", 3 }, matcher));
	assert_true(schema_matches(pattern_of(run.schema, STR("group")), (str){ NULL, 0 }, matcher));
	gateway_stop(&run);
	assert_true(good);
}

/* Every pattern has texts above, each way. */
static void test_patterns_are_covered(void **state)
{
	(void)state;
	struct gateway_run run;
	gateway_start(&run);
	for (size_t i = 0; i < run.schema->pattern.n; i++) {
		str name = run.schema->pattern.item[i]->name;
		size_t n[2] = { 0, 0 };
		for (size_t k = 0; k < COUNT(TEXTS); k++)
			n[TEXTS[k].good] += str_eq(str_c(TEXTS[k].name), name);
		/* The two protocols differ in a letter that no test needs. */
		if (!str_eq(name, STR("protocol-until-1.1")) && (n[0] == 0 || n[1] == 0))
			fail_msg("%.*s: %zu taken, %zu refused", STR_ARG(name), n[1], n[0]);
	}
	gateway_stop(&run);
}

/* The longest texts that fields may hold. A header's value of this form takes exponential time where one backtracks. */
static void test_long_texts(void **state)
{
	(void)state;
	struct gateway_run run;
	char text[4096];
	gateway_start(&run);
	const struct schema_pattern *value = pattern_of(run.schema, STR("header-value"));
	void *matcher = schema_matcher(&run.arena);
	memset(text, 'a', sizeof text);
	assert_true(schema_matches(value, (str){ text, sizeof text }, matcher));
	text[sizeof text - 1] = 1;
	assert_false(schema_matches(value, (str){ text, sizeof text }, matcher));
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = i % 2 ? ' ' : 'a';
	assert_true(schema_matches(value, (str){ text, sizeof text - 1 }, matcher));
	assert_false(schema_matches(value, (str){ text, sizeof text }, matcher));
	gateway_stop(&run);
}

const struct CMUnitTest schema_tests[] = {
	cmocka_unit_test(test_versions),
	cmocka_unit_test(test_loading),
	cmocka_unit_test(test_facets),
	cmocka_unit_test(test_api_versions),
	cmocka_unit_test(test_since),
	cmocka_unit_test(test_patterns),
	cmocka_unit_test(test_patterns_are_covered),
	cmocka_unit_test(test_long_texts),
};

const size_t schema_tests_count = COUNT(schema_tests);
