/* SPDX-License-Identifier: Apache-2.0 */
/* Classes of small products worked out by hand, with their witnesses; what large ones cost; and the languages of a model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "route/evaluate.h"
#include "route/model_language.h"
#include "route/product.h"

extern const struct CMUnitTest classes_tests[];
extern const size_t classes_tests_count;

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

enum { SIDES = 2, MOST = 8 };

struct run {
	struct escape escape;
	struct arena arena;
};

static void start(struct run *run)
{
	escape_init(&run->escape);
	arena_init(&run->arena, 0, &run->escape);
}

/*
 * "=/a" text, "-/a" beginning, "/a" elements, "*.x" ending, "+.x" label, "~re" in any case behind "^", "@re" in whole; "?" in front:
 * conditional.
 */
static struct product_pattern pattern(struct arena *arena, str word)
{
	struct product_pattern p = { NULL, str_starts(word, STR("?")) };
	struct syntax_fault fault;
	word = str_from(word, p.conditional);
	str text = str_from(word, 1);
	switch (word.p[0]) {
	case '=':
		p.language = language_new(arena, LANGUAGE_TEXT, text, false);
		break;
	case '-':
		p.language = language_new(arena, LANGUAGE_BEGINNING, text, false);
		break;
	case '*':
		p.language = language_new(arena, LANGUAGE_ENDING, text, false);
		break;
	case '+':
		p.language = language_new(arena, LANGUAGE_LABEL, text, false);
		break;
	case '~':
		p.language = language_regex(arena, arena_join(arena, STR("^"), text), DIALECT_PCRE, ANCHOR_SEARCH, SYNTAX_NOCASE, &fault);
		break;
	case '@':
		p.language = language_regex(arena, text, DIALECT_RE2, ANCHOR_FULL, 0, &fault);
		break;
	default:
		p.language = language_new(arena, LANGUAGE_ELEMENTS, word, false);
	}
	assert_non_null(p.language);
	return p;
}

static struct product *product_of(struct arena *arena, enum domain domain, const char *a, const char *b,
	const struct product_limits *limits)
{
	struct product_side *sides = NEWS(arena, struct product_side, SIDES);
	for (size_t side = 0; side < SIDES; side++) {
		struct product_pattern *patterns = NEWS(arena, struct product_pattern, MOST);
		str word, rest = str_c(side ? b : a);
		size_t n = 0;
		for (bool more = rest.n > 0; more; n++) {
			more = str_cut(rest, ' ', &word, &rest);
			patterns[n] = pattern(arena, word);
		}
		sides[side] = (struct product_side){ patterns, n };
	}
	return product_new(arena, domain, sides, SIDES, limits);
}

/* "/a:0,1|2": the witness, candidates of both sides. */
static str classes_of(struct arena *arena, struct product *p)
{
	struct buf b;
	buf_init(&b, arena, 0);
	for (size_t i = 0; i < product_count(p); i++) {
		const struct product_class *c = product_class(p, i);
		if (i)
			buf_add_char(&b, ' ');
		buf_add(&b, c->witness);
		for (size_t side = 0; side < SIDES; side++) {
			buf_add_char(&b, side ? '|' : ':');
			for (size_t k = 0; k < c->side[side].n; k++)
				buf_printf(&b, "%s%u", k ? "," : "", c->side[side].item[k]);
		}
	}
	return buf_str(&b);
}

static void test_classes(void **state)
{
	static const struct { enum domain domain; const char *a, *b, *wanted; } ROWS[] = {
		{ DOMAIN_PATH, "", "", "/:|" },
		{ DOMAIN_PATH, "/", "/", "/:0|0" },
		/* a beginning takes more than whole elements */
		{ DOMAIN_PATH, "-/ab -/", "/ab /", "/:1|1 /ab:0|0 /aba:0|1" },
		/* what stands behind a pattern that takes the same is no candidate anywhere */
		{ DOMAIN_PATH, "/ /x", "/x /", "/:0|1 /x:0|0" },
		/* a conditional one hides nothing */
		{ DOMAIN_PATH, "?/x ?/x /x ?/", "/", "/:3|0 /x:0,1,2|0" },
		{ DOMAIN_PATH, "=/x/ /x", "/x/", "/:| /x:1|0 /x/:0|0" },
		/* letter case */
		{ DOMAIN_PATH, "~/Ab", "/ab", "/:| /ab:0|0 /aB:0|" },
		/* expressions that say the same */
		{ DOMAIN_PATH, "~/x(/|$)(.*)", "@(?i)/x(/|$)(.*)", "/:| /x:0|0" },
		{ DOMAIN_PATH, "~/x/.*\\.png$", "@(?i)/x/.*\\.png", "/:| /x/.png:0|0" },
		/* an end that only one side asks for */
		{ DOMAIN_PATH, "~/x", "@(?i)/x", "/:| /x:0|0 /xx:0|" },
		/* no doubled slash and no dot segment is a witness */
		{ DOMAIN_PATH, "~/x/+y", "/x/y", "/:| /x/y:0|0 /x/Y:0|" },
		{ DOMAIN_PATH, "~/\\.+$", "@/\\.\\.\\.", "/:| /...:0|0 /....:0|" },
		{ DOMAIN_ANY_PATH, "~/x/+y", "@(?i)/x/y.*", "/:| /x/y:0|0 /x//y:0|" },
		/* one label and any */
		{ DOMAIN_HOST, "=a.x +.x", "=a.x *.x", "a:| a.x:0|0 x.x:1|1 a.a.x:|1" },
		{ DOMAIN_HOST, "+.x", "=a.b.x *.x", "a:| a.x:0|1 a.a.x:|1 a.b.x:|0" },
		{ DOMAIN_VALUE, "@a,b", "@a.*", ":| a:|0 a,b:0|0" },
	};
	(void)state;
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct product *p = product_of(&run.arena, ROWS[i].domain, ROWS[i].a, ROWS[i].b, NULL);
		assert_int_equal(product_explore(p), PRODUCT_WHOLE);
		str got = classes_of(&run.arena, p);
		if (!str_eq(got, str_c(ROWS[i].wanted)))
			fail_msg("'%s' and '%s': %.*s", ROWS[i].a, ROWS[i].b, STR_ARG(got));
	}
	arena_release(&run.arena);
}

static void test_texts(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	struct product *p = product_of(&run.arena, DOMAIN_PATH, "~/x(/|$)(.*)", "/x", NULL);
	assert_int_equal(product_explore(p), PRODUCT_WHOLE);
	size_t class = product_class_of(p, STR("/x/y"));
	assert_true(class == product_class_of(p, STR("/x")));
	assert_true(class != product_class_of(p, STR("/X/y")) && class != product_class_of(p, STR("/xy")));
	assert_true(product_class_of(p, STR("/x//y")) == SIZE_MAX && product_class_of(p, STR("x")) == SIZE_MAX);
	assert_true(product_class_of(p, STR("/%41")) == SIZE_MAX);
	struct str_list texts = { 0 };
	product_boundary(p, class, 100, &texts);
	assert_true(str_list_has(&texts, STR("/x")) && str_list_has(&texts, STR("/x/")) && str_list_has(&texts, STR("/x/a/b")));
	assert_false(str_list_has(&texts, STR("/xa")));
	for (size_t i = 0; i < texts.n; i++)
		assert_true(product_class_of(p, texts.item[i]) == class);
	texts.n = 0;
	product_boundary(p, class, 2, &texts);
	assert_int_equal(texts.n, 2);
	arena_release(&run.arena);
}

/* ---- cost ---- */

/* The number in place of every "#". */
static str numbered(struct arena *arena, const char *format, size_t number)
{
	struct buf b;
	buf_init(&b, arena, 0);
	for (; *format; format++) {
		if (*format == '#')
			buf_add_number(&b, number);
		else
			buf_add_char(&b, *format);
	}
	return buf_str(&b);
}

/* Many patterns of one kind, each with its number in it. */
static struct product *many(struct arena *arena, enum domain domain, const char *a, const char *b, size_t n,
	const struct product_limits *limits)
{
	const char *formats[SIDES] = { a, b };
	struct product_side *sides = NEWS(arena, struct product_side, SIDES);
	for (size_t side = 0; side < SIDES; side++) {
		struct product_pattern *patterns = NEWS(arena, struct product_pattern, n);
		for (size_t i = 0; i < n; i++)
			patterns[i] = pattern(arena, numbered(arena, formats[side], i));
		sides[side] = (struct product_side){ patterns, n };
	}
	return product_new(arena, domain, sides, SIDES, limits);
}

/* In numbers that are the same on every machine; a million moves take less than a tenth of a second. */
static void test_cost(void **state)
{
	static const struct { enum domain domain; const char *a, *b; size_t n, classes; } ROWS[] = {
		{ DOMAIN_PATH, "-/shop/v1/items-#", "/shop/v1/items-#", 2000, 0 },
		{ DOMAIN_PATH, "~/shop/#(/|$)(.*)", "@(?i)/shop/#(/|$)(.*)", 2000, 2001 },
		{ DOMAIN_PATH, "~/api/v[0-9]+/x#/[a-z0-9-]+(/.*)?$", "@(?i)/api/v[0-9]+/x#/[a-z0-9-]+(/.*)?", 200, 201 },
		{ DOMAIN_PATH, "~/[^/]+/x#(/|$)(.*)", "@(?i)/[^/]+/x#(/|$)(.*)", 200, 201 },
		{ DOMAIN_HOST, "=app#.team.example.com", "=app#.team.example.com", 10000, 10001 },
		{ DOMAIN_HOST, "+.team#.example.com", "*.team#.example.com", 1000, 2001 },
	};
	(void)state;
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct product *p = many(&run.arena, ROWS[i].domain, ROWS[i].a, ROWS[i].b, ROWS[i].n, NULL);
		assert_int_equal(product_explore(p), PRODUCT_WHOLE);
		if (product_moves(p) > 1000000 || product_bytes(p) > (size_t)32 << 20)
			fail_msg("row %zu: %llu moves, %zu bytes", i, (unsigned long long)product_moves(p), product_bytes(p));
		if (ROWS[i].classes)
			assert_int_equal(product_count(p), ROWS[i].classes);
		arena_reset(&run.arena);
	}
	arena_release(&run.arena);
}

/* What grows without end ends at a bound, with some of the classes; one text is still answered for. */
static void test_too_large(void **state)
{
	static const struct product_limits LIMITS[] = { { 50, 0, 0 }, { 0, (size_t)1 << 20, 0 }, { 0, 0, 100000 } };
	(void)state;
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(LIMITS); i++) {
		struct product *p = many(&run.arena, DOMAIN_PATH, "~/.*x#.*/y#.*", "@.*x#.*/y#.*", 60, &LIMITS[i]);
		assert_int_equal(product_explore(p), PRODUCT_TOO_LARGE);
		size_t class = product_class_of(p, STR("/ax12/y12b"));
		assert_true(class != SIZE_MAX && product_class(p, class)->side[0].n == 1 && product_class(p, class)->side[0].item[0] == 1);
	}
	struct syntax_fault fault;
	struct product_pattern huge = { language_regex(&run.arena, STR("/(a{100}b?){1000}"), DIALECT_PCRE, ANCHOR_START, 0, &fault), false };
	struct product_side side = { &huge, 1 };
	assert_non_null(huge.language);
	struct product *p = product_new(&run.arena, DOMAIN_PATH, &side, 1, NULL);
	assert_int_equal(product_explore(p), PRODUCT_TOO_LARGE);
	assert_true(product_count(p) == 0 && product_class_of(p, STR("/a")) == SIZE_MAX);
	arena_release(&run.arena);
}

/* ---- of a model ---- */

static bool takes(struct arena *arena, enum domain domain, const struct language *l, str text)
{
	struct product_pattern one = { l, false };
	struct product_side side = { &one, 1 };
	struct product *p = product_new(arena, domain, &side, 1, NULL);
	size_t class = product_class_of(p, text);
	return class != SIZE_MAX && product_class(p, class)->side[0].n == 1;
}

/* The languages take what the model's own matches take. */
static void test_matches(void **state)
{
	static const struct match MATCHES[] = {
		{ .kind = MATCH_EXACT, .path = STR_INIT("/a") }, { .kind = MATCH_PREFIX, .path = STR_INIT("/a") },
		{ .kind = MATCH_PREFIX, .path = STR_INIT("/a/") },
		{ .kind = MATCH_PREFIX, .path = STR_INIT("/") }, { .kind = MATCH_TEXT, .path = STR_INIT("/a") },
		{ .kind = MATCH_REGEX, .path = STR_INIT("/a|/b$") },
		{ .kind = MATCH_REGEX, .path = STR_INIT("/x"), .expression = STR_INIT("^/a/[b-c]+$") },
	};
	static const char *const PATHS[] = { "/", "/a", "/A", "/ab", "/a/", "/a/b", "/a/bc", "/a/d", "/b", "/c/B", "/c/b/", "/ax" };
	(void)state;
	struct run run;
	start(&run);
	struct matcher *matcher = matcher_new(&run.arena, 0);
	for (size_t i = 0; i < COUNT(MATCHES); i++) {
		struct match m = MATCHES[i];
		struct syntax_fault fault;
		const struct language *l = match_language(&run.arena, &m, &fault);
		if (m.kind == MATCH_REGEX && m.expression.n)
			m.pattern = pattern_new(&run.arena, m.expression, 0, NULL, NULL);
		else if (m.kind == MATCH_REGEX)
			m.pattern = pattern_new(&run.arena, arena_join(&run.arena, STR("^"), m.path), PATTERN_NOCASE, NULL, NULL);
		for (size_t k = 0; k < COUNT(PATHS); k++)
			if (takes(&run.arena, DOMAIN_PATH, l, str_c(PATHS[k])) != (match_takes(matcher, &m, str_c(PATHS[k])) == FOUND))
				fail_msg("match %zu: '%s'", i, PATHS[k]);
	}
	struct syntax_fault fault;
	assert_null(match_language(&run.arena, &(struct match){ .kind = MATCH_REGEX, .path = STR_INIT("/a(?!b)") }, &fault));
	assert_true(str_eq(fault.reason, STR("it looks ahead")));
	arena_release(&run.arena);
}

static void test_names(void **state)
{
	static const struct { enum host_kind kind; const char *name, *in, *out; } ROWS[] = {
		{ HOST_EXACT, "a.x", "a.x", "b.x" }, { HOST_ONE_LABEL, "*.x", "a.x", "a.b.x" }, { HOST_LABELS, "*.x", "a.b.x", "x" },
		{ HOST_ANY, "", "a", "-." },
		{ HOST_TAIL, "x.*", "x.a", "x" }, { HOST_REGEX, "~^A\\d+\\.x$", "a12.x", "a.x" },
	};
	(void)state;
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct syntax_fault fault;
		struct host_name name = { .kind = ROWS[i].kind, .name = str_c(ROWS[i].name) };
		const struct language *l = host_name_language(&run.arena, &name, &fault);
		assert_true(takes(&run.arena, DOMAIN_HOST, l, str_c(ROWS[i].in)) && !takes(&run.arena, DOMAIN_HOST, l, str_c(ROWS[i].out)));
	}
	arena_release(&run.arena);
}

const struct CMUnitTest classes_tests[] = {
	cmocka_unit_test(test_classes),
	cmocka_unit_test(test_texts),
	cmocka_unit_test(test_cost),
	cmocka_unit_test(test_too_large),
	cmocka_unit_test(test_matches),
	cmocka_unit_test(test_names),
};
const size_t classes_tests_count = COUNT(classes_tests);
