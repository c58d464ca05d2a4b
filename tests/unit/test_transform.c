/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Normal forms of rewrites: where groups are said to lie, PCRE2 finds them, for random expressions on all short paths; equal forms are
 * equal functions, and those that people write for the same thing are equal.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <pcre2.h>

#include "base/buf.h"
#include "route/pattern.h"
#include "route/transform.h"

extern const struct CMUnitTest transform_tests[];
extern const size_t transform_tests_count;

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

enum { GROUPS = 8, RANDOM = 4000, LONGEST = 6 };

struct run {
	struct escape escape;
	struct arena arena;
	uint64_t random;
};

static void start(struct run *run)
{
	run->random = 7;
	escape_init(&run->escape);
	arena_init(&run->arena, 0, &run->escape);
}

static unsigned pick(struct run *run, unsigned n)
{
	run->random ^= run->random << 13;
	run->random ^= run->random >> 7;
	run->random ^= run->random << 17;
	return (unsigned)(run->random >> 20) % n;
}

static const struct language *regex(struct arena *arena, const char *text, enum anchoring anchoring)
{
	struct syntax_fault fault;
	const struct language *l = language_regex(arena, str_c(text), DIALECT_PCRE, anchoring, 0, &fault);
	if (!l)
		fail_msg("'%s' is refused: %.*s", text, STR_ARG(fault.reason));
	return l;
}

/* ---- spans ---- */

static void test_spans(void **state)
{
	static const struct { const char *regex; enum anchoring anchoring; unsigned group; enum span_kind kind; size_t at, n; } ROWS[] = {
		{ "/x(/|$)(.*)", ANCHOR_START, 2, SPAN_REST, 3, 0 }, { "/x(/|$)(.*)", ANCHOR_START, 1, SPAN_PART, 2, 1 },
		{ "/x(/|$)(.*)", ANCHOR_FULL, 2, SPAN_REST, 3, 0 }, { "^/x(?:/|$)(.*)$", ANCHOR_SEARCH, 1, SPAN_REST, 3, 0 },
		{ "/x/(.*)", ANCHOR_START, 1, SPAN_REST, 3, 0 }, { "/(.+)", ANCHOR_START, 1, SPAN_REST, 1, 0 },
		{ "/x(/.*)?$", ANCHOR_START, 1, SPAN_REST, 2, 0 },
		{ "/x(/.*|$)", ANCHOR_START, 1, SPAN_REST, 2, 0 }, { "(.*)", ANCHOR_START, 1, SPAN_REST, 0, 0 },
		{ "/x/(.*?)$", ANCHOR_START, 1, SPAN_REST, 3, 0 },
		{ "/([a-z]{2})/(.*)", ANCHOR_START, 1, SPAN_PART, 1, 2 }, { "/([a-z]{2})/(.*)", ANCHOR_START, 2, SPAN_REST, 4, 0 },
		{ "/x(.*)", ANCHOR_START, 0, SPAN_REST, 0, 0 }, { "/x", ANCHOR_START, 0, SPAN_PART, 0, 2 }, { "/x", ANCHOR_START, 1, SPAN_PART, 0, 0 },
		{ "/x/(.*?)", ANCHOR_START, 1, SPAN_UNKNOWN, 0, 0 }, { "/x/?(.*)", ANCHOR_START, 1, SPAN_UNKNOWN, 0, 0 },
		{ "/x(/.*)?", ANCHOR_START, 1, SPAN_UNKNOWN, 0, 0 },
		{ "/([^/]+)/(.*)", ANCHOR_START, 2, SPAN_UNKNOWN, 0, 0 }, { "/x/(.*)", ANCHOR_SEARCH, 1, SPAN_UNKNOWN, 0, 0 },
		{ "/a(.*)|/b(.*)", ANCHOR_START, 2, SPAN_UNKNOWN, 0, 0 },
		{ "/x/([^/]*)", ANCHOR_START, 1, SPAN_UNKNOWN, 0, 0 }, { "/x/([^/]*)", ANCHOR_FULL, 1, SPAN_REST, 3, 0 },
	};
	(void)state;
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct span span = language_span(regex(&run.arena, ROWS[i].regex, ROWS[i].anchoring), ROWS[i].group);
		if (span.kind != ROWS[i].kind || span.at != ROWS[i].at || span.n != ROWS[i].n)
			fail_msg("'%s' group %u: kind %d at %zu n %zu", ROWS[i].regex, ROWS[i].group, span.kind, span.at, span.n);
	}
	arena_release(&run.arena);
}

static str random_regex(struct run *run)
{
	static const char *const PARTS[] = {
		"a", "/", "b", "a", "/", "(/|$)", "(.*)", "(a|b)", "(/.*)?", "$", "(a)?", "(.+)", "(.*?)", "(/|ab$)", "(a$|$)", "([ab])", "(?:/|$)",
		"(ab|b)", "((a)(.*))", "(a*)",
		"(b{2})", "(|a)", "(/.*|$)", "(/?)", "/?", "(a|b$|$)", "((/|$)b|ab)", "(?:(a)|(b))", "(.*)$", "(.{2})", "(a){2}", "([^/]+)",
		"((/|$)(.*))", "\\b", "(.*)?", "(.*|a)",
	};
	struct buf b;
	buf_init(&b, &run->arena, 0);
	if (pick(run, 3))
		buf_add(&b, pick(run, 2) ? STR("^/") : STR("/"));
	for (unsigned n = 1 + pick(run, 4); n; n--)
		buf_add(&b, str_c(PARTS[pick(run, COUNT(PARTS))]));
	return buf_str(&b);
}

static str next_path(char *text, size_t n, size_t *digit)
{
	static const char LETTERS[] = "/ab";
	for (size_t i = 0; i < n; i++)
		text[i] = i ? LETTERS[digit[i]] : '/';
	return (str){ text, n };
}

static str in_span(struct span span, str path)
{
	return span.kind == SPAN_REST ? str_from(path, span.at) : str_slice(path, span.at, span.at + span.n);
}

/* Returns how many spans were known. */
static size_t check_spans(struct run *run, const struct language *l)
{
	struct matcher *matcher = matcher_new(&run->arena, 0);
	struct pattern *p = language_pattern(&run->arena, l);
	char text[LONGEST];
	size_t digit[LONGEST], known = 0;
	struct span span[GROUPS];
	for (unsigned group = 0; group < GROUPS; group++) {
		span[group] = language_span(l, group);
		known += group <= l->groups && span[group].kind != SPAN_UNKNOWN;
	}
	for (size_t n = 1; n <= LONGEST; n++) {
		memset(digit, 0, sizeof digit);
		for (size_t at = 1; at < n || at == 1;) {
			str path = next_path(text, n, digit), group[PATTERN_GROUPS];
			if (pattern_search(matcher, p, path, group) == FOUND)
				for (unsigned i = 0; i < GROUPS; i++)
					if (span[i].kind != SPAN_UNKNOWN && !str_eq(group[i], in_span(span[i], path)))
						fail_msg("'%.*s' (anchoring %d) group %u on '%.*s': '%.*s'", STR_ARG(l->text), l->anchoring, i, STR_ARG(path),
							STR_ARG(group[i]));
			for (at = 1; at < n && ++digit[at] == 3; at++)
				digit[at] = 0;
			if (at >= n)
				break;
			at = 1;
		}
	}
	return known;
}

static void test_spans_are_true(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	size_t known = 0;
	for (size_t i = 0; i < RANDOM; i++) {
		struct syntax_fault fault;
		const struct language *l = language_regex(&run.arena, random_regex(&run), DIALECT_PCRE, (enum anchoring)pick(&run, 3), 0, &fault);
		if (l && l->groups < GROUPS)
			known += check_spans(&run, l);
		arena_reset(&run.arena);
	}
	/* the check would say nothing if nothing were known */
	assert_true(known > RANDOM / 2);
	arena_release(&run.arena);
}

/* ---- how texts begin ---- */

static void test_heads(void **state)
{
	static const struct { const char *regex, *head, *wanted; } ROWS[] = {
		{ "/a/(.*)", "/", "/a/" }, { "^/a/(.*)$", "/", "/a/" }, { "/a(/|$)(.*)", "/", "/a" }, { "(/a(/b))c*", "/", "/a/b" }, { "/[ab]/", "/", "/" },
		{ "/[ab]/c", "/a", "/a/c" }, { "/ab?c", "/", "/a" }, { "/a+/", "/", "/" }, { "/b", "/a", "/a" }, { "/a", "/a/b", "/a/b" }, { ".*", "/x", "/x" },
		{ "/a|/b", "/", "/" },
	};
	(void)state;
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		str head = language_head(&run.arena, regex(&run.arena, ROWS[i].regex, ANCHOR_START), str_c(ROWS[i].head));
		if (!str_eq(head, str_c(ROWS[i].wanted)))
			fail_msg("'%s' behind '%s': '%.*s'", ROWS[i].regex, ROWS[i].head, STR_ARG(head));
	}
	/* letters count in both cases, and what is found may begin anywhere */
	struct syntax_fault fault;
	const struct language *nocase = language_regex(&run.arena, STR("/a/b"), DIALECT_PCRE, ANCHOR_START, SYNTAX_NOCASE, &fault);
	assert_true(str_eq(language_head(&run.arena, nocase, STR("/")), STR("/")) && str_eq(language_head(&run.arena, nocase, STR("/A")), STR("/A/")));
	assert_true(str_eq(language_head(&run.arena, regex(&run.arena, "/a/b", ANCHOR_SEARCH), STR("/")), STR("/")));
	assert_true(str_eq(language_head(&run.arena, regex(&run.arena, "^/a/b", ANCHOR_SEARCH), STR("/")), STR("/a/b")));
	assert_true(str_eq(language_head(&run.arena, regex(&run.arena, "^/a|/b", ANCHOR_SEARCH), STR("/")), STR("/")));
	arena_release(&run.arena);
}

/* ---- forms ---- */

static struct transform of_template(struct arena *arena, const char *expression, const char *template)
{
	struct transform t;
	assert_true(transform_template(arena, regex(arena, expression, ANCHOR_START), str_c(template), &t));
	return t;
}

/* What people write for one thing, as a rewrite of nginx and as a Gateway says it. */
static void test_equal(void **state)
{
	static const struct { const char *expression, *template, *prefix, *with; bool equal; } ROWS[] = {
		{ "/x(/|$)(.*)", "/$2", "/x", "/", true }, { "/x(/|$)(.*)", "/$2", "/x/", "/", true }, { "/x(/.*)?$", "/p$1", "/x", "/p", true },
		{ "/x(/.*|$)", "/p$1", "/x", "/p/", true }, { "/(.*)", "/$1", "/", "/", true }, { "/(.*)", "/p/$1", "/", "/p", true }, { "(.*)", "/p$1",
		"/", "/p", true },
		/* "/x" alone: "/p/" and "/p" */
		{ "/x(/|$)(.*)", "/p/$2", "/x", "/p", false }, { "/x/(.*)", "/p/$1", "/x", "/p", false }, { "/x(/|$)(.*)", "/q/$2", "/x", "/", false },
		{ "/x(/|$)(.*)", "/$1", "/x", "/", false },
	};
	(void)state;
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct transform t = of_template(&run.arena, ROWS[i].expression, ROWS[i].template), gateway, narrow;
		struct known known = language_known(language_new(&run.arena, LANGUAGE_ELEMENTS, str_c(ROWS[i].prefix), false));
		transform_prefix(&run.arena, str_c(ROWS[i].prefix), str_c(ROWS[i].with), &gateway);
		transform_narrow(&run.arena, &t, known, &narrow);
		transform_narrow(&run.arena, &gateway, known, &gateway);
		if (transform_equal(&narrow, &gateway) != ROWS[i].equal)
			fail_msg("'%s' -> '%s' and '%s' -> '%s'", ROWS[i].expression, ROWS[i].template, ROWS[i].prefix, ROWS[i].with);
	}
	struct transform a = of_template(&run.arena, "/([^/]+)/(.*)", "/$2"), b = of_template(&run.arena, "/([^/]+)/(.*)", "/$2");
	struct transform c = of_template(&run.arena, "/([^/]*)/(.*)", "/$2");
	assert_true(transform_equal(&a, &b) && !transform_equal(&a, &c));
	struct transform whole = of_template(&run.arena, "/x(.*)", "/y$1"), exact, wanted;
	transform_narrow(&run.arena, &whole, language_known(language_new(&run.arena, LANGUAGE_TEXT, STR("/x/z"), false)), &exact);
	transform_constant(&run.arena, STR("/y/z"), &wanted);
	assert_true(transform_equal(&exact, &wanted));
	struct transform same = of_template(&run.arena, "/x(.*)", "/x$1"), narrow;
	transform_narrow(&run.arena, &same, language_known(language_new(&run.arena, LANGUAGE_BEGINNING, STR("/x"), false)), &narrow);
	assert_false(transform_is_identity(&same));
	struct transform identity;
	transform_identity(&run.arena, &identity);
	assert_true(transform_is_identity(&identity));
	transform_narrow(&run.arena, &identity, language_known(language_new(&run.arena, LANGUAGE_BEGINNING, STR("/x"), false)), &wanted);
	assert_true(transform_equal(&narrow, &wanted));
	struct transform bad;
	assert_false(transform_template(&run.arena, regex(&run.arena, "/(.*)", ANCHOR_START), STR("/$uri"), &bad));
	assert_false(transform_template(&run.arena, regex(&run.arena, "/(.*)", ANCHOR_START), STR("/$"), &bad));
	arena_release(&run.arena);
}

/* Rows of the table of ReplacePrefixMatch, and templates. */
static void test_apply(void **state)
{
	static const struct { const char *path, *prefix, *with, *wanted; } ROWS[] = {
		{ "/foo/bar", "/foo", "/xyz", "/xyz/bar" }, { "/foo/bar", "/foo", "/xyz/", "/xyz/bar" }, { "/foo/bar", "/foo/", "/xyz", "/xyz/bar" },
		{ "/foo/bar", "/foo/", "/xyz/", "/xyz/bar" }, { "/foo", "/foo", "/xyz", "/xyz" }, { "/foo/", "/foo", "/xyz", "/xyz/" }, { "/foo/bar",
		"/foo", "", "/bar" },
		{ "/foo/", "/foo", "", "/" }, { "/foo", "/foo", "", "/" }, { "/foo/", "/foo", "/", "/" }, { "/foo", "/foo", "/", "/" }, { "/", "/", "/x",
		"/x/" }, { "/a", "/", "/", "/a" },
	};
	(void)state;
	struct run run;
	start(&run);
	struct matcher *matcher = matcher_new(&run.arena, 0);
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct transform t, narrow;
		str out;
		struct known known = language_known(language_new(&run.arena, LANGUAGE_ELEMENTS, str_c(ROWS[i].prefix), false));
		transform_prefix(&run.arena, str_c(ROWS[i].prefix), str_c(ROWS[i].with), &t);
		transform_narrow(&run.arena, &t, known, &narrow);
		assert_true(transform_apply(&run.arena, matcher, &t, NULL, str_c(ROWS[i].path), &out));
		if (!str_eq(out, str_c(ROWS[i].wanted)))
			fail_msg("row %zu: '%.*s'", i, STR_ARG(out));
		assert_true(transform_apply(&run.arena, matcher, &narrow, NULL, str_c(ROWS[i].path), &out));
		assert_true(str_eq(out, str_c(ROWS[i].wanted)));
	}
	struct transform t = of_template(&run.arena, "/([^/]+)/(.*)", "/q/$2/$1$3");
	str out;
	struct pattern *p = language_pattern(&run.arena, t.expression);
	assert_true(transform_apply(&run.arena, matcher, &t, p, STR("/a/b/c"), &out) && str_eq(out, STR("/q/b/c/a")));
	assert_false(transform_apply(&run.arena, matcher, &t, p, STR("/a"), &out));
	arena_release(&run.arena);
}

const struct CMUnitTest transform_tests[] = {
	cmocka_unit_test(test_spans),
	cmocka_unit_test(test_spans_are_true),
	cmocka_unit_test(test_heads),
	cmocka_unit_test(test_equal),
	cmocka_unit_test(test_apply),
};
const size_t transform_tests_count = COUNT(transform_tests);
