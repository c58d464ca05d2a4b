/* SPDX-License-Identifier: Apache-2.0 */
/* Requests as JSON and as URLs, and answers as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "ing2gw.h"
#include "lib/trace_request.h"
#include "lib/trace_url.h"
#include "verify/trace_json.h"

extern const struct CMUnitTest trace_tests[];
extern const size_t trace_tests_count;

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

struct run {
	struct escape escape;
	struct arena arena;
	struct request request;
	str error;
};

static int setup(void **state)
{
	static const struct run empty;
	struct run *run = test_malloc(sizeof *run);
	*run = empty;
	escape_init(&run->escape);
	arena_init(&run->arena, 0, &run->escape);
	*state = run;
	return 0;
}

static int teardown(void **state)
{
	struct run *run = *state;
	arena_release(&run->arena);
	test_free(run);
	return 0;
}

static void assert_text(str s, const char *text)
{
	if (!str_eq(s, str_c(text)))
		fail_msg("got '%.*s', expected '%s'", STR_ARG(s), text);
}

static bool take(struct run *run, const char *line)
{
	run->error = STR("");
	/* A copy of its own, so that a look past its end is seen. */
	size_t n = strlen(line);
	char *copy = test_malloc(n ? n : 1);
	memcpy(copy, line, n);
	bool good = trace_request_read(&run->arena, (str){ copy, n }, &run->request, &run->error);
	test_free(copy);
	assert_true(good == (run->error.n == 0));
	return good;
}

/* ---- requests as JSON ---- */

static void test_least(void **state)
{
	struct run *run = *state;
	assert_true(take(run, "{\"host\": \"a.example.com\", \"target\": \"/x?y=1\"}"));
	const struct request *r = &run->request;
	assert_true(r->has_host && !r->tls && !r->has_sni && !r->http10 && r->port == 0 && r->body == 0 && r->headers.n == 0);
	assert_text(r->host, "a.example.com");
	assert_text(r->target, "/x?y=1");
	assert_text(r->method, "GET");
	assert_text(r->client, "127.0.0.1");
	assert_true(r->given.basic == GIVEN_NOTHING && r->given.external == 0 && r->given.status == 0 && r->given.tls == GIVEN_UNKNOWN);
}

static void test_whole(void **state)
{
	struct run *run = *state;
	assert_true(take(run, " {\"scheme\": \"https\", \"method\": \"PUT\", \"host\": \"a:8443\", \"port\": 8443, \"target\": \"/\\u00e4\\n\", "
		"\"headers\": [[\"X-A\", \"1\"], [\"X-A\", \"\"]], \"client\": \"2001:db8::1\", \"body\": 1048577, \"sni\": \"b\", \"entry\": \"nginx\", "
		"\"http\": \"1.0\", \"more\": [{}, null, 1.5e3, true], \"given\": {\"auth.basic\": \"pass\", \"auth.client-certificate\": \"refuse\", "
		"\"auth.external\": {\"status\": 403, \"headers\": [[\"X-U\", \"alice\"]]}, \"waf\": \"refuse\", \"snippet.location\": \"pass\", "
		"\"backend\": {\"status\": 502, \"tls\": true, \"headers\": [[\"Location\", \"/l\"], [\"X-B\", \"c\"]]}}}\r"));
	const struct request *r = &run->request;
	assert_true(r->tls && r->has_host && r->has_sni && r->http10 && r->port == 8443 && r->body == 1048577);
	assert_text(r->method, "PUT");
	assert_text(r->host, "a:8443");
	assert_text(r->target, "/\xC3\xA4\n");
	assert_text(r->client, "2001:db8::1");
	assert_text(r->sni, "b");
	assert_text(r->entry, "nginx");
	assert_true(r->headers.n == 2);
	assert_text(r->headers.item[0].value, "1");
	assert_text(r->headers.item[1].value, "");
	assert_true(r->given.basic == GIVEN_PASS && r->given.certificate == GIVEN_REFUSE);
	assert_true(r->given.refused.n == 1);
	assert_text(r->given.refused.item[0], "waf");
	assert_true(r->given.external == 403 && r->given.permission.n == 1 && r->given.status == 502 && r->given.tls == GIVEN_YES);
	assert_text(r->given.permission.item[0].value, "alice");
	assert_true(r->given.answer.n == 2);
	assert_text(r->given.answer.item[0].name, "Location");
}

static void test_null(void **state)
{
	struct run *run = *state;
	assert_true(take(run, "{\"host\": null, \"target\": \"*\", \"scheme\": null, \"method\": null, \"port\": null, \"headers\": null, \"client\": null, "
		"\"body\": null, \"sni\": null, \"entry\": null, \"http\": null, \"given\": {\"auth.basic\": null, \"backend\": {\"tls\": null}}}"));
	assert_true(!run->request.has_host && !run->request.has_sni && run->request.given.tls == GIVEN_UNKNOWN);
	assert_text(run->request.method, "GET");
	assert_true(take(run, "{\"host\": \"a\", \"target\": \"/\", \"given\": null}"));
	assert_true(take(run, "{\"host\": \"a\", \"target\": \"/\", \"given\": {\"auth.external\": \"refuse\", \"backend\": {\"tls\": false}}}"));
	assert_true(run->request.given.external == 401 && run->request.given.tls == GIVEN_NO);
	assert_true(take(run, "{\"host\": \"a\", \"target\": \"/\", \"given\": {\"auth.external\": 500}}"));
	assert_true(run->request.given.external == 500);
	/* a backslash and the text u0000 */
	assert_true(take(run, "{\"host\": \"a\", \"target\": \"/\\\\u0000\"}"));
	assert_text(run->request.target, "/\\u0000");
}

static void test_refused(void **state)
{
	static const struct {
		const char *line, *error;
	} ROWS[] = {
		{ "", "this is not valid JSON from character 1 on" },
		{ "{\"host\": \"a\", \"target\": \"/\"", "this is not valid JSON from character 28 on" },
		{ "{\"host\": \"a\", \"target\": \"/\"} x", "this is not valid JSON from character 29 on" },
		{ "{\"host\": \"a\", \"target\": \"/\"}{}", "this is not valid JSON from character 29 on" },
		{ "{\"host\": \"a\", \"target\": \"/\",}", "this is not valid JSON from character 29 on" },
		{ "[]", "a request has to be a JSON object" },
		{ "\"x\"", "a request has to be a JSON object" },
		{ "{}", "\"host\" is missing (null stands for a request without one)" },
		{ "{\"host\": \"a\"}", "\"target\" is missing" },
		{ "{\"host\": \"a\", \"target\": null}", "\"target\" is missing" },
		{ "{\"host\": 7, \"target\": \"/\"}", "\"host\" has to be a text or null, not 7" },
		{ "{\"host\": \"a\", \"target\": \"\"}", "\"target\" has to be the target of a request line, such as \"/x?y=1\", not \"\"" },
		{ "{\"host\": \"a\", \"target\": [\"/\"]}", "\"target\" has to be a text, not a list" },
		{ "{\"host\": \"a\", \"target\": \"/\\u0000x\"}", "a request cannot have a zero byte" },
		{ "{\"host\": \"a\", \"target\": \"/\", \"scheme\": \"ftp\"}", "\"scheme\" has to be \"http\" or \"https\", not \"ftp\"" },
		{ "{\"host\": \"a\", \"target\": \"/\", \"method\": \"\"}", "\"method\" has to be a method, not \"\"" },
		{ "{\"host\": \"a\", \"target\": \"/\", \"port\": 65536}", "\"port\" has to be a port from 1 to 65535, not 65536" },
		{ "{\"host\": \"a\", \"target\": \"/\", \"port\": \"80\"}", "\"port\" has to be a port from 1 to 65535, not \"80\"" },
		{ "{\"host\": \"a\", \"target\": \"/\", \"port\": 80.5}", "\"port\" has to be a port from 1 to 65535, not 80.5" },
		{ "{\"host\": \"a\", \"target\": \"/\", \"body\": -1}", "\"body\" has to be a number of bytes, not -1" },
		{ "{\"host\": \"a\", \"target\": \"/\", \"body\": 1e300}", "\"body\" has to be a number of bytes, not 1.0000000000000001e+300" },
		{ "{\"host\": \"a\", \"target\": \"/\", \"client\": \"10.0.0\"}", "\"client\" has to be an IPv4 or IPv6 address, not \"10.0.0\"" },
		{ "{\"host\": \"a\", \"target\": \"/\", \"http\": 1.1}", "\"http\" has to be \"1.0\" or \"1.1\", not 1.1000000000000001" },
		{ "{\"host\": \"a\", \"target\": \"/\", \"sni\": true}", "\"sni\" has to be a text, not true or false" },
		{ "{\"host\": \"a\", \"target\": \"/\", \"headers\": {}}", "\"headers\" has to be a list of [name, value], not an object" },
		{ "{\"host\": \"a\", \"target\": \"/\", \"headers\": [[\"a\", \"b\", \"c\"]]}", "\"headers\" has to be a list of [name, value], both texts, not a list" },
		{ "{\"host\": \"a\", \"target\": \"/\", \"headers\": [[\"\", \"b\"]]}", "\"headers\" has to be a list of [name, value], both texts, not a list" },
		{ "{\"host\": \"a\", \"target\": \"/\", \"headers\": [\"a\"]}", "\"headers\" has to be a list of [name, value], both texts, not \"a\"" },
		{ "{\"host\": \"a\", \"target\": \"/\", \"given\": []}", "\"given\" has to be an object, not a list" },
		{ "{\"host\": \"a\", \"target\": \"/\", \"given\": {\"waf\": true}}", "\"waf\" has to be \"pass\" or \"refuse\", not true or false" },
		{ "{\"host\": \"a\", \"target\": \"/\", \"given\": {\"backend\": 404}}", "\"backend\" has to be an object with status, tls, headers, not 404" },
		{ "{\"host\": \"a\", \"target\": \"/\", \"given\": {\"backend\": {\"status\": 99}}}",
			"\"status\" of \"backend\" has to be a status from 100 to 599, not 99" },
		{ "{\"host\": \"a\", \"target\": \"/\", \"given\": {\"backend\": {\"tls\": 1}}}", "\"tls\" of \"backend\" has to be true or false, not 1" },
		{ "{\"host\": \"a\", \"target\": \"/\", \"given\": {\"auth.external\": \"no\"}}",
			"\"auth.external\" has to be a status from 100 to 599, not \"no\"" },
		/* the first fault counts */
		{ "{\"host\": 1, \"target\": 2}", "\"host\" has to be a text or null, not 1" },
	};
	struct run *run = *state;
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		assert_false(take(run, ROWS[i].line));
		assert_text(run->error, ROWS[i].error);
	}
}

static void test_given(void **state)
{
	struct run *run = *state;
	struct given given = { 0 };
	assert_true(trace_given_set(&run->arena, &given, STR("auth.basic"), STR("pass"), &run->error) && given.basic == GIVEN_PASS);
	assert_true(trace_given_set(&run->arena, &given, STR("auth.external"), STR("302"), &run->error) && given.external == 302);
	assert_true(trace_given_set(&run->arena, &given, STR("auth.external"), STR("pass"), &run->error) && given.external == 200);
	assert_true(trace_given_set(&run->arena, &given, STR("backend"), STR("404"), &run->error) && given.status == 404);
	assert_true(trace_given_set(&run->arena, &given, STR("waf"), STR("refuse"), &run->error) && given.refused.n == 1);
	assert_false(trace_given_set(&run->arena, &given, STR("backend"), STR("pass"), &run->error));
	assert_text(run->error, "backend has to be a status from 100 to 599, not 'pass'");
	assert_false(trace_given_set(&run->arena, &given, STR("waf"), STR("200"), &run->error));
	assert_text(run->error, "waf has to be pass or refuse, not '200'");
}

/* ---- requests as URLs ---- */

static void test_url(void **state)
{
	static const struct {
		const char *url, *host, *target;
		bool tls;
		uint32_t port;
	} ROWS[] = {
		{ "http://a.example.com", "a.example.com", "/", false, 80 },
		{ "https://a.example.com/x?y=1#z", "a.example.com", "/x?y=1", true, 443 },
		{ "HTTPS://A.example.com:443//x/../y", "A.example.com", "//x/../y", true, 443 },
		{ "http://a.example.com:443?q", "a.example.com:443", "/?q", false, 443 },
		{ "https://a.example.com:8443/", "a.example.com:8443", "/", true, 8443 },
		{ "a.example.com/x", "a.example.com", "/x", false, 80 },
		{ "a.example.com:81/http://b", "a.example.com:81", "/http://b", false, 81 },
		{ "http://[2001:db8::1]:81/x", "[2001:db8::1]:81", "/x", false, 81 },
		{ "http://a.example.com:/x", "a.example.com", "/x", false, 80 },
	};
	static const char *const WRONG[] = {
		"ftp://a.example.com/", "http://", "http:///x", "http://a:0/", "http://a:65536/", "http://a:x/", "http://[::1/", "http://u:p@a/", "",
	};
	struct run *run = *state;
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		trace_request_init(&run->request);
		assert_true(trace_url_read(&run->arena, str_c(ROWS[i].url), &run->request, &run->error));
		assert_text(run->request.host, ROWS[i].host);
		assert_text(run->request.target, ROWS[i].target);
		assert_true(run->request.tls == ROWS[i].tls && run->request.port == ROWS[i].port && run->request.has_host);
	}
	for (size_t i = 0; i < COUNT(WRONG); i++) {
		trace_request_init(&run->request);
		run->error = STR("");
		assert_false(trace_url_read(&run->arena, str_c(WRONG[i]), &run->request, &run->error));
		assert_true(run->error.n > 0);
	}
}

/* ---- answers ---- */

static void assert_json(struct run *run, const struct outcome *outcome, const char *route, const char *line)
{
	struct buf out;
	buf_init(&out, &run->arena, 0);
	trace_json(&out, &run->arena, outcome, str_c(route));
	assert_text(buf_str(&out), line);
	cJSON *read = cJSON_ParseWithLength(out.p, out.n);
	assert_non_null(read);
	cJSON_Delete(read);
}

static void test_answers(void **state)
{
	struct run *run = *state;
	const struct backend a = { .namespace = STR("shop"), .name = STR("a"), .port = 80 }, b = { .namespace = STR("shop"), .name = STR("b") };
	struct outcome o = { .status = 404 };
	assert_json(run, &o, "", "{\"status\": 404, \"location\": null, \"backends\": [], \"response_headers\": [], \"gates\": [], \"route\": null, "
		"\"features\": []}\n");
	o = (struct outcome){ .problem = STR("too \"much\"") };
	assert_json(run, &o, "", "{\"status\": null, \"location\": null, \"backends\": [], \"gates\": [], \"route\": null, \"features\": [], "
		"\"problem\": \"too \\\"much\\\"\"}\n");
	o = (struct outcome){ .status = 308, .has_location = true, .certificate = STR("default") };
	LIST_PUSH(&run->arena, &o.gates, STR("auth.basic"));
	LIST_PUSH(&run->arena, &o.features, STR("redirect.https"));
	LIST_PUSH(&run->arena, &o.features, STR("x"));
	assert_json(run, &o, "a.yaml:3", "{\"status\": 308, \"location\": \"\", \"backends\": [], \"response_headers\": [], \"gates\": [\"auth.basic\"], "
		"\"route\": \"a.yaml:3\", \"features\": [\"redirect.https\", \"x\"], \"certificate\": \"default\"}\n");
	o = (struct outcome){ .status = 200, .forwarded = true, .upstream_target = STR("/\xFF?x"), .upstream_host = STR("h"), .auth_url = STR("u") };
	LIST_PUSH(&run->arena, &o.backends, ((struct chosen_backend){ .backend = &a, .weight = 9 }));
	LIST_PUSH(&run->arena, &o.backends, ((struct chosen_backend){ .backend = &b, .weight = 1 }));
	LIST_PUSH(&run->arena, &o.upstream_headers, ((struct changed_header){ .name = STR("X"), .value = STR("1") }));
	LIST_PUSH(&run->arena, &o.upstream_headers, ((struct changed_header){ .name = STR("Y"), .removed = true }));
	assert_json(run, &o, "", "{\"status\": 200, \"location\": null, \"backends\": [{\"namespace\": \"shop\", \"name\": \"a\", \"port\": 80, \"weight\": 90}, "
		"{\"namespace\": \"shop\", \"name\": \"b\", \"weight\": 10}], \"upstream\": {\"target\": \"/\xEF\xBF\xBD?x\", \"host\": \"h\", "
		"\"headers\": [[\"X\", \"1\"], [\"Y\", null]]}, \"response_headers\": [], \"gates\": [], \"route\": null, \"features\": [], "
		"\"auth_url\": \"u\"}\n");
}

static void test_shares(void **state)
{
	static const struct {
		uint32_t weight[3];
		size_t n;
		uint64_t share[3];
		bool percent;
	} ROWS[] = {
		{ { 0 }, 1, { 100 }, true },
		{ { 7 }, 1, { 100 }, true },
		{ { 1, 1 }, 2, { 50, 50 }, true },
		{ { 10, 90 }, 2, { 10, 90 }, true },
		{ { 0, 5 }, 2, { 0, 100 }, true },
		{ { 1, 2 }, 2, { 1, 2 }, false },
		{ { 1, 1, 1 }, 3, { 1, 1, 1 }, false },
		{ { 0, 0 }, 2, { 0, 0 }, false },
		{ { UINT32_MAX, UINT32_MAX }, 2, { 50, 50 }, true },
	};
	struct run *run = *state;
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct outcome o = { 0 };
		bool percent;
		for (size_t k = 0; k < ROWS[i].n; k++)
			LIST_PUSH(&run->arena, &o.backends, ((struct chosen_backend){ .weight = ROWS[i].weight[k] }));
		const uint64_t *shares = trace_shares(&run->arena, &o, &percent);
		assert_true(percent == ROWS[i].percent);
		for (size_t k = 0; k < ROWS[i].n; k++)
			assert_int_equal(shares[k], ROWS[i].share[k]);
	}
}

/* ---- the library's function ---- */

static const char MANIFEST[] =
	"{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a, annotations: {nginx.ingress.kubernetes.io/rewrite-target: /$1}},\n"
	"spec: {ingressClassName: nginx, rules: [{host: a.example.com, http: {paths: [{path: '/x(.*)', pathType: ImplementationSpecific,\n"
	"backend: {service: {name: s, port: {number: 80}}}}]}}]}}\n";
static const char REQUESTS[] = "{\"host\": \"a.example.com\", \"target\": \"/xy\"}\nnothing\n{\"host\": \"a.example.com\", \"target\": \"/\"}";

static int trace(struct ing2gw_options options, struct ing2gw_answers *answers)
{
	const struct ing2gw_input input = { "a.yaml", MANIFEST, sizeof MANIFEST - 1 };
	return ing2gw_trace(&input, 1, &options, REQUESTS, sizeof REQUESTS - 1, answers);
}

static void test_library(void **state)
{
	static const char *const FROM[] = { "nobody", NULL };
	struct ing2gw_answers answers;
	(void)state;
	assert_int_equal(trace((struct ing2gw_options){ 0 }, &answers), 0);
	assert_int_equal(answers.exit_code, 3);
	assert_int_equal(strlen(answers.answers), answers.answers_size);
	assert_non_null(strstr(answers.answers, "{\"status\": 200, \"location\": null, \"backends\": [{\"namespace\": \"default\", \"name\": \"s\""));
	assert_non_null(strstr(answers.answers, "\n{\"error\": \"line 2: this is not valid JSON from character 1 on\"}\n{\"status\": 404, "));
	ing2gw_answers_free(&answers);
	assert_null(answers.answers);
	assert_int_equal(trace((struct ing2gw_options){ .from = FROM }, &answers), -1);
	assert_int_equal(answers.exit_code, 2);
	assert_int_equal(ing2gw_trace(NULL, 0, NULL, NULL, 0, &answers), 0);
	assert_int_equal(answers.exit_code, 0);
	assert_int_equal(answers.answers_size, 0);
	ing2gw_answers_free(&answers);
}

/* Wherever memory ends, nothing is left behind (the sanitizer looks). */
static void test_memory_ends(void **state)
{
	struct ing2gw_answers answers;
	size_t limit = 1 << 16, escaped = 0;
	(void)state;
	while (trace((struct ing2gw_options){ .memory_limit = limit }, &answers) != 0) {
		assert_int_equal(answers.exit_code, 6);
		assert_null(answers.answers);
		limit += 1 << 16;
		escaped++;
	}
	assert_true(escaped > 4);
	ing2gw_answers_free(&answers);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

const struct CMUnitTest trace_tests[] = {
	TEST(test_least), TEST(test_whole), TEST(test_null), TEST(test_refused), TEST(test_given), TEST(test_url), TEST(test_answers),
	TEST(test_shares), cmocka_unit_test(test_library), cmocka_unit_test(test_memory_ends),
};
const size_t trace_tests_count = COUNT(trace_tests);
