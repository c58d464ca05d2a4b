/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP paths as services and methods of gRPC, and which versions have a kind. */
#include "gateway_run.h"

#include "gateway/grpc.h"
#include "targets/versions.h"

extern const struct CMUnitTest grpc_tests[];
extern const size_t grpc_tests_count;

/* ---- paths ---- */

static const struct {
	const char *type, *value, *service, *method;   /* service NULL: no such path */
} PATHS[] = {
	{ "PathPrefix", "/", "", "" },
	{ "PathPrefix", "", NULL, NULL },
	{ "PathPrefix", "/shop.v1.Cart", "shop.v1.Cart", "" },
	{ "PathPrefix", "/shop.v1.Cart/", "shop.v1.Cart", "" },
	{ "PathPrefix", "/cart", "cart", "" },
	{ "PathPrefix", "/shop.v1.Cart/Add", "shop.v1.Cart", "Add" },
	{ "PathPrefix", "/shop.v1.Cart/Add/", "shop.v1.Cart", "Add" },
	{ "PathPrefix", "/shop.v1.Cart/Add/more", NULL, NULL },
	{ "PathPrefix", "/shop.v1./Add", NULL, NULL },
	{ "PathPrefix", "/shop..Cart", NULL, NULL },
	{ "PathPrefix", "/.Cart", NULL, NULL },
	{ "PathPrefix", "/grpc-web", NULL, NULL },
	{ "PathPrefix", "/1cart", NULL, NULL },
	{ "PathPrefix", "/cart/1", NULL, NULL },
	{ "PathPrefix", "/cart%20", NULL, NULL },
	{ "PathPrefix", "//", NULL, NULL },
	{ "PathPrefix", "cart", NULL, NULL },
	{ "Exact", "/", NULL, NULL },
	{ "Exact", "/shop.v1.Cart", NULL, NULL },
	{ "Exact", "/shop.v1.Cart/", NULL, NULL },
	{ "Exact", "/shop.v1.Cart/Add", "shop.v1.Cart", "Add" },
	{ "Exact", "/shop.v1.Cart/Add/", NULL, NULL },
	{ "RegularExpression", "/", NULL, NULL },
	{ "RegularExpression", "/shop.v1.Cart/Add", NULL, NULL },
};

static void test_paths(void **state)
{
	(void)state;
	bool good = true;
	for (size_t i = 0; i < COUNT(PATHS); i++) {
		const struct path_match path = { str_c(PATHS[i].type), str_c(PATHS[i].value) };
		str service, method;
		bool fits = grpc_path(&path, &service, &method);
		bool right = fits == (PATHS[i].service != NULL) &&
			(!fits || (str_eq(service, str_c(PATHS[i].service)) && str_eq(method, str_c(PATHS[i].method))));
		if (!right)
			print_error("%s %s: %s, '%.*s' '%.*s'\n", PATHS[i].type, PATHS[i].value, fits ? "fits" : "does not fit", STR_ARG(service), STR_ARG(method));
		good = good && right;
	}
	assert_true(good);
}

/* ---- routes ---- */

static struct http_match matches[] = {
	{ .path = { STR_INIT("PathPrefix"), STR_INIT("/shop.v1.Cart") } },
	{ .path = { STR_INIT("Exact"), STR_INIT("/shop.v1.Pay/Refund") } },
};
static struct header_match header[] = { { .name = STR_INIT("x-canary"), .value = STR_INIT("always") } };
static struct http_match all_with_header[] = { { .path = { STR_INIT("PathPrefix"), STR_INIT("/") }, .headers = { header, 1, 1 } } };
static struct http_match all[] = {
	{ .path = { STR_INIT("PathPrefix"), STR_INIT("/shop.v1.Cart") } },
	{ .path = { STR_INIT("PathPrefix"), STR_INIT("/") } },
};
static struct backend_ref backend[] = { { .name = STR_INIT("cart"), .port = { true, 50051 } } };

static void test_routes(void **state)
{
	(void)state;
	struct gateway_run run;
	struct http_rule rules[] = {
		{ .comment = STR("why"), .matches = { matches, 2, 2 }, .backends = { backend, 1, 1 } },
		{ .matches = { all_with_header, 1, 1 }, .backends = { backend, 1, 1 } },
		{ .matches = { all, 2, 2 }, .backends = { backend, 1, 1 } },
	};
	const struct http_route http = { .comment = STR("from"), .rules = { rules, 3, 3 } };
	gateway_start(&run);
	assert_false(grpc_takes_all(&rules[0]));
	assert_false(grpc_takes_all(&rules[1]));
	assert_true(grpc_takes_all(&rules[2]));
	const struct grpc_route got = grpc_route_of(&run.arena, &http);
	assert_int_equal(got.rules.n, 3);
	assert_true(str_eq(got.comment, STR("from")) && str_eq(got.rules.item[0].comment, STR("why")));
	assert_int_equal(got.rules.item[0].matches.n, 2);
	assert_true(str_eq(got.rules.item[0].matches.item[1].service, STR("shop.v1.Pay")));
	assert_true(str_eq(got.rules.item[0].matches.item[1].method, STR("Refund")));
	assert_int_equal(got.rules.item[1].matches.n, 1);
	assert_int_equal(got.rules.item[1].matches.item[0].headers.n, 1);
	/* every call: a rule without matches */
	assert_int_equal(got.rules.item[2].matches.n, 0);
	assert_int_equal(got.rules.item[2].backends.n, 1);
	gateway_stop(&run);
}

/* ---- versions ---- */

static const struct {
	const char *version, *kind, *field;
	bool has;
	const char *ways;
} VERSIONS[] = {
	{ "1.5", "TCPRoute", "spec.rules", false,
	  "--gateway-api 1.6 or 1.7 has it in the standard channel, and --channel experimental has it in version 1.5 already" },
	{ "1.6", "TCPRoute", "spec.rules", true, NULL },
	{ "1.0x", "UDPRoute", "spec.rules", true, NULL },
	{ "1.5", "TLSRoute", "spec.hostnames", true, NULL },
	{ "1.4", "TLSRoute", "spec.hostnames", false,
	  "--gateway-api 1.5 to 1.7 has it in the standard channel, and --channel experimental has it in version 1.4 already" },
	{ "1.0", "BackendTLSPolicy", "spec.validation", false,
	  "--gateway-api 1.4 to 1.7 has it in the standard channel, and --gateway-api 1.1 to 1.7 with --channel experimental" },
	{ "1.0x", "BackendTLSPolicy", "spec.validation", false, "--gateway-api 1.1 to 1.7 with --channel experimental has it" },
	{ "1.1x", "BackendTLSPolicy", "spec.validation", true, NULL },
	{ "1.3", "BackendTLSPolicy", "spec.validation", false,
	  "--gateway-api 1.4 to 1.7 has it in the standard channel, and --channel experimental has it in version 1.3 already" },
	{ "1.4", "BackendTLSPolicy", "spec.validation", true, NULL },
	{ "1.0", "GRPCRoute", "spec.rules", false,
	  "--gateway-api 1.1 to 1.7 has it in the standard channel, and --channel experimental has it in version 1.0 already" },
	{ "1.1", "GRPCRoute", "spec.rules", true, NULL },
	{ "1.4", "Gateway", "spec.tls.frontend.default.validation.caCertificateRefs", false,
	  "--gateway-api 1.5 to 1.7 has it in the standard channel, and --channel experimental has it in version 1.4 already" },
	{ "1.4x", "Gateway", "spec.tls.frontend.default.validation.caCertificateRefs", true, NULL },
};

static const struct target_table ANY = { .name = STR_INIT("any") };

static void test_versions(void **state)
{
	(void)state;
	struct gateway_run run;
	bool good = true;
	gateway_start(&run);
	for (size_t i = 0; i < COUNT(VERSIONS); i++) {
		const struct lowering lowering = { .arena = &run.arena, .target = &ANY, .schema = run.schema, .version = gateway_version_of(VERSIONS[i].version) };
		str kind = str_c(VERSIONS[i].kind), field = str_c(VERSIONS[i].field);
		bool has = version_has(&lowering, kind, field);
		str ways = has ? STR("") : version_ways(&lowering, kind, field);
		if (has != VERSIONS[i].has || (!has && !str_eq(ways, str_c(VERSIONS[i].ways)))) {
			print_error("%s %s: %s, '%.*s'\n", VERSIONS[i].version, VERSIONS[i].kind, has ? "there" : "not there", STR_ARG(ways));
			good = false;
		}
	}
	const struct lowering old = { .arena = &run.arena, .target = &ANY, .schema = run.schema, .version = gateway_version_of("1.5") };
	assert_true(str_eq(version_lacks(&old, STR("TCPRoute"), STR("spec.rules"), STR("TCPRoute")), STR("TCPRoute is not in the standard channel of Gateway API 1.5")));
	gateway_stop(&run);
	assert_true(good);
}

const struct CMUnitTest grpc_tests[] = {
	cmocka_unit_test(test_paths),
	cmocka_unit_test(test_routes),
	cmocka_unit_test(test_versions),
};
const size_t grpc_tests_count = COUNT(grpc_tests);
