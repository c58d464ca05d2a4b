/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What depends on the implementation: for which hosts a choice may matter, what every value of it answers, and that a host has one entry for
 * a choice. The answers are those of the Gateway API and of what implementations are known to do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "lib/verify.h"

extern const struct CMUnitTest depends_tests[];
extern const size_t depends_tests_count;

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

#define INGRESS(annotations, rules) \
	"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, namespace: shop, annotations: {" annotations "}}\n" \
	"spec: {ingressClassName: nginx, rules: [" rules "]}\n"
#define REGEX "nginx.ingress.kubernetes.io/use-regex: \"true\""
#define HOST(host, paths) "{host: \"" host "\", http: {paths: [" paths "]}}"
#define TO(path, service) "{path: \"" path "\", pathType: ImplementationSpecific, backend: {service: {name: " service ", port: {number: 80}}}}"

#define GATEWAY \
	"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: nginx, namespace: shop}\n" \
	"spec: {gatewayClassName: any, listeners: [{name: http, port: 80, protocol: HTTP}]}\n"
#define ROUTE(name, host, rules) \
	"---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: " name ", namespace: shop}\n" \
	"spec: {parentRefs: [{name: nginx}], hostnames: [\"" host "\"], rules: [" rules "]}\n"
#define MATCHES(match, backends) "{matches: [" match "], backendRefs: [" backends "]}"
#define RULE(type, value, service) MATCHES("{path: {type: " type ", value: \"" value "\"}}", "{name: " service ", port: 80}")

static void compare(struct verify *v, struct intake_options *options, const char *before, const char *after)
{
	verify_init(v, options, 0);
	if (setjmp(v->in.escape.env) != 0)
		fail_msg("out of memory");
	(void)sources_add(&v->in.sources, STR("before.yaml"), str_c(before));
	v->in.after = (uint32_t)v->in.sources.n + 1;
	(void)sources_add(&v->in.sources, STR("after.yaml"), str_c(after));
	assert_true(verify_start(v));
}

/* "404", "web" */
static str answer(struct verify *v, const struct dependence *d, const struct model *model)
{
	struct outcome o;
	evaluate(evaluator_new(&v->in.arena, model), &v->in.arena, &d->request, &o);
	return o.backends.n ? o.backends.item[0].backend->name : arena_printf(&v->in.arena, "%u", (unsigned)o.status);
}

/* "hosts shop.example.com: 404; alone=404+ then-wider=web": a plus where it is as before. */
static str told(struct verify *v)
{
	struct buf out;
	buf_init(&out, &v->in.arena, 0);
	for (size_t i = 0; i < v->both.result.dependences.n; i++) {
		const struct dependence *d = &v->both.result.dependences.item[i];
		buf_printf(&out, "%s%.*s %.*s: %.*s;", i ? " | " : "", STR_ARG(d->choice->name), STR_ARG(dependence_host(d)),
			STR_ARG(answer(v, d, d->pair->before)));
		for (size_t k = 0; k < d->answers.n; k++)
			buf_printf(&out, " %.*s=%.*s%s", STR_ARG(d->answers.item[k].value->name), STR_ARG(answer(v, d, d->answers.item[k].after)),
				d->answers.item[k].agrees ? "+" : "");
	}
	return buf_str(&out);
}

static const struct {
	const char *before, *after, *told;
} CASES[] = {
	/* no rule of the closest hostname takes it: a wildcard's does for some, that for all hosts for others */
	{ INGRESS("", HOST("a.x.example", TO("/app", "app")) ", " HOST("*.x.example", TO("/", "web"))),
		GATEWAY ROUTE("a", "a.x.example", RULE("PathPrefix", "/app", "app")) ROUTE("w", "*.x.example", RULE("PathPrefix", "/", "web")),
		"hosts a.x.example: 404; alone=404+ then-wider=web then-any=404+" },
	/* it takes all there is */
	{ INGRESS("", HOST("a.x.example", TO("/", "app")) ", " HOST("*.x.example", TO("/", "web"))),
		GATEWAY ROUTE("a", "a.x.example", RULE("PathPrefix", "/", "app")) ROUTE("w", "*.x.example", RULE("PathPrefix", "/", "web")), "" },
	/* of an expression and a prefix that both take a path */
	{ INGRESS(REGEX, HOST("a.example", TO("/img/[0-9]+", "img") ", " TO("/", "web"))),
		GATEWAY ROUTE("a", "a.example", RULE("RegularExpression", "(?i)^/img/[0-9].*", "img") ", " RULE("PathPrefix", "/", "web")),
		"regex-rank a.example: img; before-prefix=img+ after-prefix=web by-length=img+" },
	/* the prefix is the longer one */
	{ INGRESS("", HOST("a.example", TO("/long/prefix", "web"))),
		GATEWAY ROUTE("a", "a.example", RULE("RegularExpression", "^/l.*", "img") ", " RULE("PathPrefix", "/long/prefix", "web")),
		"regex-rank a.example: web; before-prefix=img after-prefix=web+ by-length=web+" },
	/* which of both answers makes no difference */
	{ INGRESS("", HOST("a.example", TO("/", "web"))),
		GATEWAY ROUTE("a", "a.example", RULE("RegularExpression", "/img/[0-9]+", "web") ", " RULE("PathPrefix", "/", "web")), "" },
	{ INGRESS(REGEX, HOST("a.example", TO("/v[0-9]", "api"))), GATEWAY ROUTE("a", "a.example", RULE("RegularExpression", "/[vV][0-9]", "api")),
		"regex-path a.example: api; whole=404 start=api+ anywhere=api+" },
	/* an exact path comes first everywhere, and the longer one of two expressions for most */
	{ INGRESS("", HOST("a.example", TO("/", "web"))),
		GATEWAY ROUTE("a", "a.example", RULE("RegularExpression", "^/.*$", "web") ", " RULE("RegularExpression", "^/[ab].*$", "img") ", "
			RULE("Exact", "/a", "web")), "regex-order a.example: web; by-length=img other-criteria=web+" },
	{ INGRESS("", HOST("a.example", TO("/", "web"))),
		GATEWAY ROUTE("a", "a.example", MATCHES("{path: {type: PathPrefix, value: /}}", "{name: web, port: 80, weight: 0}")),
		"zero-weights a.example: web; 500=500 503=503" },
	/* a rule that is there to refuse requests, and one that leads them on */
	{ INGRESS("", HOST("a.example", TO("/", "web"))),
		GATEWAY ROUTE("a", "a.example", MATCHES("{path: {type: PathPrefix, value: /shut}}", "") ", " RULE("PathPrefix", "/", "web")),
		"no-backends a.example: web; 500=500 not-served=web+" },
	/* of two one has a weight */
	{ INGRESS("", HOST("a.example", TO("/", "web"))),
		GATEWAY ROUTE("a", "a.example", MATCHES("{path: {type: PathPrefix, value: /}}", "{name: web, port: 80}, {name: old, port: 80, weight: 0}")), "" },
	/* a path without its slash, of a prefix that has one: nginx leads to the one with it */
	{ INGRESS("", HOST("a.example", "{path: /app/, pathType: Prefix, backend: {service: {name: app, port: {number: 80}}}}")),
		GATEWAY ROUTE("a", "a.example", RULE("PathPrefix", "/app/", "app")), "slash a.example: 301; ignored=app needed=404" },
	/* a method alone, or two headers */
	{ INGRESS("", HOST("a.example", TO("/", "web"))),
		GATEWAY ROUTE("a", "a.example", MATCHES("{method: GET}", "{name: web, port: 80}") ", "
			MATCHES("{headers: [{name: A, value: a}, {name: B, value: b}]}", "{name: img, port: 80}")),
		"method a.example: web; before-headers=web+ as-header=img" },
	/* no rule of the longer path fits */
	{ INGRESS("", HOST("a.example", TO("/", "web"))),
		GATEWAY ROUTE("a", "a.example", MATCHES("{path: {value: /app}, headers: [{name: A, value: a}]}", "{name: web, port: 80}") ", "
			RULE("PathPrefix", "/", "web")), "path a.example: web; with-conditions=web+ decides=404" },
};

static void test_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(CASES); i++) {
		struct verify v;
		struct intake_options options = { 0 };
		compare(&v, &options, CASES[i].before, CASES[i].after);
		str text = told(&v);
		if (!str_eq(text, str_c(CASES[i].told)))
			fail_msg("case %zu: got '%.*s', expected '%s'", i, STR_ARG(text), CASES[i].told);
		assert_int_equal(v.both.result.depends > 0, text.n > 0);
		verify_release(&v);
	}
}

/* One entry for a host and a choice, whatever the number of paths; and none for what the user says, or an implementation's table. */
static void test_groups(void **state)
{
	static const char BEFORE[] = INGRESS("", HOST("a.example", TO("/", "web")) ", " HOST("b.example", TO("/", "web")));
	static const char AFTER[] = GATEWAY
		ROUTE("a", "a.example", RULE("PathPrefix", "/", "web") ", " RULE("RegularExpression", "^/a/.*", "one") ", " RULE("RegularExpression", "^/b/.*", "two"))
		ROUTE("b", "b.example", RULE("PathPrefix", "/", "web") ", " RULE("RegularExpression", "^/c/.*", "one"));
	struct verify v;
	struct intake_options options = { 0 };
	(void)state;
	compare(&v, &options, BEFORE, AFTER);
	const struct verification *r = &v.both.result;
	assert_int_equal(r->dependences.n, 2);
	/* each path once more with a body that the controller refuses by default, which is all that differs then */
	assert_int_equal(r->dependences.item[0].classes, 4);
	assert_int_equal(r->dependences.item[0].as_stated, 2);
	assert_int_equal(r->dependences.item[1].classes, 2);
	assert_int_equal(r->dependences.item[1].as_stated, 1);
	assert_int_equal(r->depends, 6);
	assert_int_equal(r->depends_as_stated, 3);
	assert_true(dependence_counts(&r->dependences.item[0]));
	assert_false(dependence_opens(&r->dependences.item[0]));
	verify_release(&v);
	options.target = STR("envoy-gateway");
	compare(&v, &options, BEFORE, AFTER);
	assert_int_equal(v.both.result.dependences.n, 0);
	verify_release(&v);
}

/* An implementation by which what is guarded stands open. */
static void test_opens(void **state)
{
	static const char BEFORE[] = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: g, namespace: shop, annotations: {"
		"nginx.ingress.kubernetes.io/whitelist-source-range: 10.0.0.0/8}}\n"
		"spec: {ingressClassName: nginx, rules: [" HOST("a.example", TO("/admin", "admin")) "]}\n---\n" INGRESS("", HOST("a.example", TO("/", "web")));
	/* closed, in place of the list */
	static const char AFTER[] = GATEWAY ROUTE("a", "a.example", MATCHES("{path: {type: RegularExpression, value: \"^/admin.*\"}}", "") ", "
		RULE("PathPrefix", "/", "web"));
	struct verify v;
	struct intake_options options = { 0 };
	(void)state;
	compare(&v, &options, BEFORE, AFTER);
	/* prefixes that are tried first, and rules without backends that are left out */
	assert_int_equal(v.both.result.dependences.n, 2);
	assert_true(str_eq(v.both.result.dependences.item[0].choice->name, STR("regex-rank")));
	assert_true(str_eq(v.both.result.dependences.item[1].choice->name, STR("no-backends")));
	for (size_t i = 0; i < 2; i++) {
		assert_true(dependence_opens(&v.both.result.dependences.item[i]));
		assert_false(v.both.result.dependences.item[i].answers.item[0].opens);
	}
	verify_release(&v);
}

/* Which choices may matter is seen from the objects, so that no model is made for others. */
static void test_relevance(void **state)
{
	static const char *const CHOICES[] = { "hosts", "hostname", "regex-rank", "regex-path", "regex-value", "regex-order", "method", "path", "slash",
		"zero-weights", "no-backends" };
	static const struct {
		const char *after, *choices;
	} MATTERS[] = {
		{ GATEWAY ROUTE("a", "a.example", RULE("PathPrefix", "/", "web")), "" },
		{ GATEWAY ROUTE("a", "a.example", RULE("RegularExpression", "/a", "web")), " regex-path" },
		{ GATEWAY ROUTE("a", "a.example", RULE("RegularExpression", "/a", "web") ", " RULE("Exact", "/b", "web")), " regex-path" },
		{ GATEWAY ROUTE("a", "a.b.example", RULE("PathPrefix", "/a", "web")) ROUTE("w", "*.example", RULE("PathPrefix", "/", "web")), " hosts" },
		{ GATEWAY ROUTE("a", "a.b.example", RULE("PathPrefix", "/a", "web")) ROUTE("w", "*.b.other", RULE("PathPrefix", "/", "web")), "" },
		{ GATEWAY ROUTE("a", "a.example", RULE("PathPrefix", "/a/", "web")), " slash" },
		{ GATEWAY ROUTE("a", "a.example", MATCHES("{path: {type: PathPrefix, value: /a}}", "")), " no-backends" },
		{ GATEWAY ROUTE("a", "a.example", MATCHES("{headers: [{name: A, type: RegularExpression, value: x}]}", "{name: web, port: 80}")), " regex-value" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(MATTERS); i++) {
		struct verify v;
		struct intake_options options = { 0 };
		struct buf out;
		compare(&v, &options, INGRESS("", HOST("a.example", TO("/", "web"))), MATTERS[i].after);
		buf_init(&out, &v.in.arena, 0);
		for (size_t k = 0; k < COUNT(CHOICES); k++)
			if (gateway_models_part(v.in.models, v.in.choices, str_c(CHOICES[k])))
				buf_printf(&out, " %s", CHOICES[k]);
		if (!str_eq(buf_str(&out), str_c(MATTERS[i].choices)))
			fail_msg("objects %zu: got '%.*s', expected '%s'", i, STR_ARG(buf_str(&out)), MATTERS[i].choices);
		/* where no test is known, all hosts are made */
		assert_non_null(gateway_models_part(v.in.models, v.in.choices, STR("last-dot")));
		verify_release(&v);
	}
}

const struct CMUnitTest depends_tests[] = {
	cmocka_unit_test(test_answers),
	cmocka_unit_test(test_groups),
	cmocka_unit_test(test_opens),
	cmocka_unit_test(test_relevance),
};
const size_t depends_tests_count = COUNT(depends_tests);
