/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests in normal form, and what a model makes of expressions and templates. tests/nginx.py holds the same against a real nginx, with
 * random texts; here stands what it has found, and what it cannot ask: expressions that run away.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "lib/trace.h"
#include "mapping/pattern.h"

extern const struct CMUnitTest evaluate_tests[];
extern const size_t evaluate_tests_count;

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

static void assert_text(str s, const char *text)
{
	if (!str_eq(s, str_c(text)))
		fail_msg("got '%.*s', expected '%s'", STR_ARG(s), text);
}

/* ---- requests ---- */

static struct reading read_request(struct arena *arena, const char *host, const char *target, bool http10)
{
	/* a copy of its own, so that a look past its end is seen */
	size_t n = strlen(target);
	char *copy = test_malloc(n ? n : 1);
	memcpy(copy, target, n);
	struct request q = { .has_host = host != NULL, .host = str_c(host ? host : ""), .target = { copy, n }, .http10 = http10 };
	struct reading r = request_read(arena, &q, PATH_MERGED);
	r.path = arena_str(arena, r.path);
	r.target = arena_str(arena, r.target);
	r.query = arena_str(arena, r.query);
	r.host = arena_str(arena, r.host);
	test_free(copy);
	return r;
}

static void test_targets(void **state)
{
	(void)state;
	/* path NULL: nginx answers 400 */
	static const struct {
		const char *target, *path, *query, *sent;
	} rows[] = {
		{ "/", "/", "", "/" }, { "/a?b=c", "/a", "b=c", "/a?b=c" }, { "/a#b", "/a", "", "/a#b" }, { "/a?b#c", "/a", "b", "/a?b#c" }, { "/a#b?c", "/a", "", "/a#b?c" },
		{ "/%61%2Fb", "/a/b", "", "/%61%2Fb" }, { "//a///b/", "/a/b/", "", "//a///b/" }, { "/a/./b/../c", "/a/c", "", "/a/./b/../c" }, { "/a/%2e%2E/b", "/b", "", "/a/%2e%2E/b" },
		{ "/a/..", "/", "", "/a/.." }, { "/a/.", "/a/", "", "/a/." }, { "/.../..b", "/.../..b", "", "/.../..b" }, { "/%25%23%3F", "/%#?", "", "/%25%23%3F" },
		{ "/\xc3\xbc", "/\xc3\xbc", "", "/\xc3\xbc" }, { "/+", "/+", "", "/+" },
		{ "/..", NULL, NULL, NULL }, { "/a/../..", NULL, NULL, NULL }, { "/%00", NULL, NULL, NULL }, { "/%", NULL, NULL, NULL }, { "/%4", NULL, NULL, NULL }, { "/%g0", NULL, NULL, NULL },
		{ "", NULL, NULL, NULL }, { "*", NULL, NULL, NULL }, { "a", NULL, NULL, NULL },
		/* blanks around the target are the request line's */
		{ "/a ", "/a", "", "/a" }, { "  /a", "/a", "", "/a" }, { "/a b", NULL, NULL, NULL }, { "/a\t", NULL, NULL, NULL }, { "/a?\x01", NULL, NULL, NULL }, { "/\x7f", NULL, NULL, NULL },
		{ "http://h.x/a?b", "/a", "b", "/a?b" }, { "HTTPS://h.x:80", "/", "", "/" }, { "a+b-c.1://h.x?q", "/", "q", "/?q" }, { "a://h.x?", "/", "", "/" }, { "a://h.x?q#b", "/", "q", "/?q" }, { "http://[::1]/a", "/a", "", "/a" }, { "http://h.x:/", "/", "", "/" },
		{ "1a://h.x/", NULL, NULL, NULL }, { "http:/h.x/", NULL, NULL, NULL }, { "http:///a", NULL, NULL, NULL }, { "http://h_x/", NULL, NULL, NULL }, { "http://u@h.x/", NULL, NULL, NULL },
		{ "http://h.x:8x/", NULL, NULL, NULL }, { "http://h.x#a", NULL, NULL, NULL }, { "http://[::1/", NULL, NULL, NULL }, { "http://[::1", NULL, NULL, NULL }, { "http://h..x/", NULL, NULL, NULL },
		{ "http:", NULL, NULL, NULL }, { "http://", NULL, NULL, NULL }, { "://h.x/", NULL, NULL, NULL }, { "http://\xc3\xbc.x/", NULL, NULL, NULL },
	};
	struct escape escape;
	struct arena arena;
	escape_init(&escape);
	arena_init(&arena, 0, &escape);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct reading r = read_request(&arena, "h.x", rows[i].target, false);
		if ((r.status == 400) != (rows[i].path == NULL))
			fail_msg("%s: %u", rows[i].target, (unsigned)r.status);
		if (rows[i].path) {
			assert_text(r.path, rows[i].path);
			assert_text(r.query, rows[i].query);
			assert_text(r.target, rows[i].sent);
		}
	}
	arena_release(&arena);
}

static void test_hosts(void **state)
{
	(void)state;
	/* name NULL: 400 */
	static const struct {
		const char *host, *name;
	} rows[] = {
		{ "A.x", "a.x" }, { "a.x.", "a.x" }, { "a.x:80", "a.x" }, { "a.x.:80", "a.x" }, { "a.x:", "a.x" }, { "a.x:1:2", "a.x" }, { "[::1]:80", "[::1]" }, { "[::1", "[::1" },
		{ ".a.x", ".a.x" }, { "a_b", "a_b" }, { "\xc3\xbc", "\xc3\xbc" }, { "a?b", "a?b" }, { "u@a", "u@a" },
		{ "", NULL }, { ".", NULL }, { ":80", NULL }, { "a..x", NULL }, { "a/x", NULL }, { "a x", NULL }, { "a\x7f", NULL },
	};
	struct escape escape;
	struct arena arena;
	escape_init(&escape);
	arena_init(&arena, 0, &escape);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct reading r = read_request(&arena, rows[i].host, "/", false);
		if ((r.status == 400) != (rows[i].name == NULL))
			fail_msg("%s: %u", rows[i].host, (unsigned)r.status);
		if (rows[i].name)
			assert_text(r.host, rows[i].name);
		/* the target's host comes first, and the header must be good all the same */
		r = read_request(&arena, rows[i].host, "http://b/", false);
		assert_true((r.status == 400) == (rows[i].name == NULL));
		assert_text(r.host, "b");
	}
	assert_int_equal(read_request(&arena, NULL, "/", false).status, 400);
	assert_int_equal(read_request(&arena, NULL, "/", true).status, 0);
	assert_int_equal(read_request(&arena, NULL, "http://b/", true).status, 0);
	arena_release(&arena);
}

static void test_escapes(void **state)
{
	(void)state;
	static const struct {
		const char *text, *path, *args, *component;
	} rows[] = {
		{ "/a-b_c.~", "/a-b_c.~", "/a-b_c.~", "%2Fa-b_c.~" }, { " #%?", "%20%23%25%3F", "%20%23%25%3F", "%20%23%25%3F" }, { "&+;", "&+;", "%26%2B%3B", "%26%2B%3B" },
		{ "\"<>\\^`{|}", "%22%3C%3E%5C%5E%60%7B%7C%7D", "%22%3C%3E%5C%5E%60%7B%7C%7D", "%22%3C%3E%5C%5E%60%7B%7C%7D" }, { "\x01\x7f\xff", "%01%7F%FF", "%01%7F%FF", "%01%7F%FF" },
		{ "!$'()*,:=@[]", "!$'()*,:=@[]", "!$'()*,:=@[]", "%21%24%27%28%29%2A%2C%3A%3D%40%5B%5D" },
	}, *row;
	static const struct {
		const char *text, *plain;
	} redirects[] = {
		{ "/a%2Fb%20c%26", "/a/b%20c&" }, { "/%25%41%7e%7F%ff", "/%25A~%7F%ff" }, { "/a?%41", "/a?%41" }, { "/a%3F%41", "/a?%41" }, { "/%", "/" }, { "/%4", "/4" }, { "/%zz", "/zz" }, { "", "" },
	};
	struct escape escape;
	struct arena arena;
	escape_init(&escape);
	arena_init(&arena, 0, &escape);
	for (row = rows; row < rows + COUNT(rows); row++) {
		assert_text(uri_escape(&arena, str_c(row->text), ESCAPE_PATH), row->path);
		assert_text(uri_escape(&arena, str_c(row->text), ESCAPE_ARGS), row->args);
		assert_text(uri_escape(&arena, str_c(row->text), ESCAPE_COMPONENT), row->component);
	}
	for (size_t i = 0; i < COUNT(redirects); i++)
		assert_text(uri_unescape_redirect(&arena, str_c(redirects[i].text)), redirects[i].plain);
	arena_release(&arena);
}

/* As many as there may be in a line of JSON: memory grows with their number, not with its square. */
static void test_many_headers(void **state)
{
	(void)state;
	enum { MANY = 50000 };
	struct escape escape;
	struct arena arena;
	struct request q = { .has_host = false };
	str value;
	escape_init(&escape);
	arena_init(&arena, (size_t)1 << 24, &escape);
	if (setjmp(escape.env) != 0)
		fail_msg("it takes too much memory");
	struct header *headers = NEWS(&arena, struct header, MANY);
	for (size_t i = 0; i < MANY; i++)
		headers[i] = (struct header){ STR_INIT("X_A"), STR_INIT("b") };
	q.headers.item = headers;
	q.headers.n = q.headers.cap = MANY;
	assert_true(request_header(&arena, &q, STR("x-a"), &value));
	assert_true(value.n == MANY * 3 - 2 && str_starts(value, STR("b, b, b")) && str_ends(value, STR(", b")));
	q.headers.n = 1;
	assert_true(request_header(&arena, &q, STR("x_a"), &value) && str_eq(value, STR("b")));
	assert_false(request_header(&arena, &q, STR("x"), &value));
	arena_release(&arena);
}

/* ---- models ---- */

struct model_run {
	struct intake_options options;
	struct trace trace;
	struct outcome outcome;
};

#define NGINX "nginx.ingress.kubernetes.io/"

/* An Ingress for the host a.x with these annotations, in JSON, and these paths. */
static struct model_run *build(const char *annotations, const char *path)
{
	static const struct model_run empty;
	struct model_run *run = test_malloc(sizeof *run);
	*run = empty;
	run->options.limits = doc_limits_fill(run->options.limits);
	run->options.world = WORLD_OPEN;
	trace_init(&run->trace, &run->options, 0);
	if (setjmp(run->trace.in.escape.env) != 0)
		fail_msg("no memory");
	str text = arena_printf(&run->trace.in.arena,
		"{\"apiVersion\": \"networking.k8s.io/v1\", \"kind\": \"Ingress\", \"metadata\": {\"name\": \"a\", \"namespace\": \"n\", \"annotations\": {%s}},"
		"\"spec\": {\"ingressClassName\": \"nginx\", \"rules\": [{\"host\": \"a.x\", \"http\": {\"paths\": [{\"path\": \"%s\", \"pathType\": \"ImplementationSpecific\","
		"\"backend\": {\"service\": {\"name\": \"s\", \"port\": {\"number\": 80}}}}]}}]}}", annotations, path);
	sources_add(&run->trace.in.sources, STR("a.json"), text);
	assert_true(trace_start(&run->trace));
	return run;
}

static void release(struct model_run *run)
{
	trace_release(&run->trace);
	test_free(run);
}

static const struct outcome *ask_with(struct model_run *run, const char *host, const char *target, const char *name, const char *value)
{
	struct header header = { str_c(name), str_c(value) };
	struct request q = { .method = STR_INIT("GET"), .has_host = true, .client = STR_INIT("127.0.0.1") };
	q.host = str_c(host);
	q.target = str_c(target);
	q.headers.item = &header;
	q.headers.n = q.headers.cap = 1;
	evaluate(run->trace.evaluator, &run->trace.scratch, &q, &run->outcome);
	return &run->outcome;
}

static const struct outcome *ask(struct model_run *run, const char *target)
{
	return ask_with(run, "a.x", target, "X-A", "b");
}

/* ---- expressions that run away ---- */

#define MANY_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* Nothing is said, and soon. */
static void assert_unknown(const struct outcome *out, clock_t start, const char *what)
{
	if (out->status != 0 || out->has_location || out->forwarded || out->backends.n || out->response_headers.n || !str_has(out->problem, STR("takes too many steps")))
		fail_msg("%s: %u '%.*s'", what, (unsigned)out->status, STR_ARG(out->problem));
	if (clock() - start > 20 * CLOCKS_PER_SEC)
		fail_msg("%s takes too long", what);
}

static void test_runs_away(void **state)
{
	(void)state;
	static const struct {
		const char *annotations, *path, *host, *target, *header, *value;
	} rows[] = {
		{ "\"" NGINX "use-regex\": \"true\"", "/(a+)+$", "a.x", "/" MANY_A "b", "X-A", "b" },
		{ "\"" NGINX "use-regex\": \"true\"", "/((a|aa)*)*c", "a.x", "/" MANY_A "bc", "X-A", "b" },
		{ "\"" NGINX "rewrite-target\": \"/$1\"", "/(a+)+$", "a.x", "/" MANY_A "b", "X-A", "b" },
		{ "\"" NGINX "rewrite-target\": \"https://b.x/$1\"", "/(a+)+$", "a.x", "/" MANY_A "b", "X-A", "b" },
		{ "\"" NGINX "server-alias\": \"~^(a+)+$\"", "/", MANY_A "b", "/", "X-A", "b" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct model_run *run = build(rows[i].annotations, rows[i].path);
		clock_t begun = clock();
		const struct outcome *out = ask_with(run, rows[i].host, rows[i].target, rows[i].header, rows[i].value);
		assert_unknown(out, begun, rows[i].annotations);
		/* what does not run away is answered as ever, by the same evaluator */
		if (i < 2)
			assert_int_equal(ask(run, "/aac")->status, i == 0 ? 404 : 200);
		release(run);
	}
}

/* The steps alone: their expressions are found in texts that the route's own need not take. */
static void test_steps_run_away(void **state)
{
	(void)state;
	static const char *const kinds[] = { "rewrite", "redirect", "cors", "header", "case" };
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct model_run *run = build("", "/");
		struct arena *a = &run->trace.in.arena;
		const struct outcome *first = ask(run, "/x");
		struct route *r = (struct route *)(uintptr_t)first->route;
		struct pattern *p = pattern_new(a, STR("(a+)+$"), PATTERN_NOCASE, NULL, NULL);
		assert_int_equal(first->status, 200);
		struct step *s = route_step(a, r, i == 0 ? STEP_REWRITE : i == 1 ? STEP_REDIRECT : i == 2 ? STEP_CORS : i == 3 ? STEP_GUARD : STEP_OTHER, STR("x"), NULL);
		if (i == 0)
			s->as.rewrite = (struct rewrite){ .regex = STR_INIT("(a+)+$"), .target = STR_INIT("/y"), .pattern = p };
		else if (i == 1)
			s->as.redirect = (struct redirect){ .regex = STR_INIT("(a+)+$"), .location = STR_INIT("/y"), .status = 302, .pattern = p };
		else if (i == 2)
			s->as.cors = (struct cors){ .origin_regex = STR_INIT("(a+)+$"), .pattern = p };
		if (i == 3) {
			struct header_pattern h = { STR_INIT("(a+)+$"), true, true, p };
			s->as.guard.kind = GUARD_HEADER;
			s->as.guard.header = STR("Origin");
			LIST_PUSH(a, &s->as.guard.patterns, h);
		}
		if (i == 4) {
			struct forward_case c = r->cases.item[0];
			c.header = STR("Origin");
			c.value_regex = true;
			c.pattern = p;
			r->cases.item[0] = c;
		}
		clock_t begun = clock();
		assert_unknown(ask_with(run, "a.x", "/" MANY_A "b", "Origin", MANY_A "b"), begun, kinds[i]);
		release(run);
	}
}

/* Hundreds of paths that run away on each other's texts: the model is built nevertheless. */
static void test_many_run_away(void **state)
{
	(void)state;
	enum { MANY = 150 };
	static char paths[MANY * 2 * 300];
	size_t n = 0;
	for (size_t i = 0; i < MANY; i++)
		n += (size_t)snprintf(paths + n, sizeof paths - n,
			"/(a+)+(a+)+(a+)+(a+)+(a+)+(a+)+(a+)+(a+)+x%03zu\", \"pathType\": \"Exact\", \"backend\": {\"service\": {\"name\": \"s\", \"port\": {\"number\": 80}}}}, {\"path\": \"", i);
	for (size_t i = 0; i < MANY; i++)
		n += (size_t)snprintf(paths + n, sizeof paths - n,
			"/aaaaaaaaaaaaaaaaaaaaaaaaaaaaab%03zu\", \"pathType\": \"Exact\", \"backend\": {\"service\": {\"name\": \"s\", \"port\": {\"number\": 80}}}}, {\"path\": \"", i);
	snprintf(paths + n, sizeof paths - n, "/last");
	clock_t begun = clock();
	struct model_run *run = build("\"" NGINX "use-regex\": \"true\"", paths);
	if (clock() - begun > 30 * CLOCKS_PER_SEC)
		fail_msg("it takes too long");
	assert_int_equal(ask(run, "/last")->status, 200);
	begun = clock();
	assert_unknown(ask(run, "/" MANY_A "bx149"), begun, "many");
	release(run);
}

/* The patterns of tables: what looks ahead is a matcher of its own, and long texts have many places to begin. */
static void test_table_patterns(void **state)
{
	(void)state;
	static const char *const patterns[] = { "^(a+)+$", "(?s)\\s*alias\\s*.*;", "(?=(a+)+b)(?=(a+)+c)(a+)+d", "((a+)+(?=(a+)+b))+c", ".*a.*a.*a.*b" };
	struct escape escape;
	struct arena arena;
	escape_init(&escape);
	arena_init(&arena, 0, &escape);
	size_t size = 300000;
	char *text = test_malloc(size);
	for (size_t i = 0; i < COUNT(patterns) * 3; i++) {
		memset(text, "a \n"[i % 3], size);
		clock_t begun = clock();
		(void)pattern_matches(&arena, str_c(patterns[i / 3]), (str){ text, size });
		if (clock() - begun > 20 * CLOCKS_PER_SEC)
			fail_msg("%s takes too long", patterns[i / 3]);
	}
	assert_true(pattern_matches(&arena, STR("^(a+)+$"), STR("aaaa")));
	assert_false(pattern_matches(&arena, STR("^(a+)+$"), STR(MANY_A "b")));
	test_free(text);
	arena_release(&arena);
}

/* ---- templates ---- */

static void test_templates(void **state)
{
	(void)state;
	static const struct {
		const char *path, *target, *asked, *sent;
	} rows[] = {
		{ "/(?<a>[^/]*)/(.*)", "/$2/$a", "/x/y", "/y/x" }, { "/(?<a>[^/]*)/(.*)", "/$A$1", "/x/y", "/xx" }, { "/(.*)", "/$10", "/x", "/x0" },
		{ "/(.*)", "/$Host$URI", "/x", "/a.x/x" }, { "/(.*)", "/$arg_Q$http_x_a$cookie_c", "/x?q=1", "/1b?q=1" }, { "/(.*)", "/$request_uri", "/x?q", "//x%3Fq?q" },
		{ "/(.*)", "/$subdomain-", "/x", "/-" }, { "/(x)(y)?(z)", "/$1-$2-$3", "/xz", "/x--z" }, { "/(.*)", "/$1", "/%22%5E|", "/%22%5E%7C" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char annotations[200];
		snprintf(annotations, sizeof annotations, "\"" NGINX "rewrite-target\": \"%s\"", rows[i].target);
		struct model_run *run = build(annotations, rows[i].path);
		const struct outcome *out = ask(run, rows[i].asked);
		if (!out->forwarded)
			fail_msg("%s: %u %.*s", rows[i].target, (unsigned)out->status, STR_ARG(out->problem));
		assert_text(out->upstream_target, rows[i].sent);
		release(run);
	}
}

/* ---- what nginx refuses ---- */

static void test_refused(void **state)
{
	(void)state;
	/* message NULL: nginx takes it; the place is counted in the line of the value, in bytes behind the value's first one */
	static const struct {
		const char *annotation, *value, *path, *message;
		size_t at;
	} rows[] = {
		{ "use-regex", "true", "/x(y", "the path /x(y is no valid regular expression (missing closing parenthesis, at its end)", 3 },
		{ "use-regex", "true", "/\xc3\xbcx)y", "the path /\xc3\xbc" "x)y is no valid regular expression (unmatched closing parenthesis, at character 4)", 4 },
		{ "use-regex", "true", "/(?<host>x)", "the path /(?<host>x) is no valid regular expression (nginx has a variable $host of its own, at character 5)", 4 },
		{ "use-regex", "true", "/(?<args>x)", NULL, 0 },
		{ "rewrite-target", "/$nosuch/$1", "/(.*)", "it has no variable $nosuch", 1 },
		{ "rewrite-target", "/a$", "/(.*)", "a dollar sign has no name of a variable behind it", 2 },
		{ "rewrite-target", "/$0", "/(.*)", "it has no variable $0", 1 },
		{ "rewrite-target", "/$x", "/(?<X>.*)", NULL, 0 }, { "rewrite-target", "/$http_any/$request_id/$geoip2_city", "/(.*)", NULL, 0 },
		{ "app-root", "/$nosuch", "/", "it has no variable $nosuch", 1 }, { "upstream-vhost", "$nosuch.x", "/", "it has no variable $nosuch", 0 },
		{ "auth-url", "http://b/$nosuch", "/", "it has no variable $nosuch", 9 }, { "auth-signin", "http://b/$nosuch", "/", NULL, 0 },
		{ "server-alias", "a.x, w*.x", "/", "an alias is no name of a server (a star stands for the first or the last labels, and no two dots stand together)", 5 },
		{ "server-alias", "~^(a", "/", "an alias is no name of a server (missing closing parenthesis)", 3 }, { "server-alias", "*.x, .y, z.*, ~^a+$", "/", NULL, 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char annotations[300];
		snprintf(annotations, sizeof annotations, "\"" NGINX "%s\": \"%s\"", rows[i].annotation, rows[i].value);
		struct model_run *run = build(annotations, rows[i].path);
		const struct entry *entry = run->trace.in.model->entries.item[0];
		str start = STR("nginx refuses the whole configuration: ");
		if (!rows[i].message && entry->rejected.n)
			fail_msg("%s: %.*s", rows[i].value, STR_ARG(entry->rejected));
		if (rows[i].message) {
			assert_text(str_from(entry->rejected, str_starts(entry->rejected, start) ? start.n : 0), rows[i].message);
			str text = sources_get(&run->trace.in.sources, 1)->text;
			str value = str_c(strcmp(rows[i].annotation, "use-regex") == 0 ? rows[i].path : rows[i].value);
			size_t wanted = str_find(text, value) + rows[i].at;
			if (entry->rejected_at.offset != wanted)
				fail_msg("%s %s: place %u, expected %zu", rows[i].value, rows[i].path, (unsigned)entry->rejected_at.offset, wanted);
			assert_text(ask(run, "/x")->state, "CONFIG_REJECTED");
		}
		release(run);
	}
}

const struct CMUnitTest evaluate_tests[] = {
	cmocka_unit_test(test_targets),
	cmocka_unit_test(test_hosts),
	cmocka_unit_test(test_escapes),
	cmocka_unit_test(test_many_headers),
	cmocka_unit_test(test_runs_away),
	cmocka_unit_test(test_steps_run_away),
	cmocka_unit_test(test_many_run_away),
	cmocka_unit_test(test_table_patterns),
	cmocka_unit_test(test_templates),
	cmocka_unit_test(test_refused),
};
const size_t evaluate_tests_count = COUNT(evaluate_tests);
