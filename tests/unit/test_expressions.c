/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions of the source in the dialects of targets. */
#include "gateway_run.h"

#include "targets/expressions.h"

extern const struct CMUnitTest expressions_tests[];
extern const size_t expressions_tests_count;

static const struct regex_dialect UNKNOWN = { .anchor = REGEX_ANCHOR_UNKNOWN };
static const struct regex_dialect FULL = { .engine = STR_INIT("re2"), .anchor = REGEX_FULL, .icase = true, .longest_first = true };
static const struct regex_dialect START = { .engine = STR_INIT("pcre"), .anchor = REGEX_START, .must_start_slash = true };
static const struct regex_dialect SEARCH = { .engine = STR_INIT("re2"), .anchor = REGEX_SEARCH, .icase = true };

static const struct {
	const struct regex_dialect *dialect;
	bool folds, anchored;
	const char *regex, *written;
} WRITTEN[] = {
	/* searched behind "^", with an open end */
	{ &FULL, false, false, "/a", "/a.*" },
	{ &FULL, false, false, "^/a", "/a.*" },
	{ &FULL, false, false, "/a$", "/a" },
	{ &FULL, false, false, "/a(.*)", "/a(.*)" },
	{ &FULL, false, false, "/a\\.*", "/a\\.*.*" },
	{ &FULL, false, false, "/a\\$", "/a\\$.*" },
	/* "^" binds to the first alternative */
	{ &FULL, false, false, "/a|/b$", "(/a.*|.*/b)" },
	{ &FULL, false, false, "/(a|b)", "/(a|b).*" },
	{ &FULL, true, false, "/a", "(?i)/a.*" },
	/* an end that belongs to the implementation is written down */
	{ &START, false, false, "/a$", "/a$" },
	{ &START, true, false, "/aB", "/[aA][bB].*" },
	{ &START, true, false, "/a|/b", "/?^(/[aA].*|.*/[bB].*)" },
	{ &SEARCH, true, false, "/a", "(?i)^/a.*" },
	{ &SEARCH, false, false, "/a$", "^/a$" },
	{ &UNKNOWN, false, false, "/a$", "/a$" },
	{ &UNKNOWN, true, true, "/a", "/?^/[aA].*" },
	{ &UNKNOWN, true, true, "/a$|b", "/?^(/[aA]$|.*[bB].*)" },
};

static void test_written(void **state)
{
	struct escape escape;
	struct arena arena;
	bool good = true;
	(void)state;
	escape_init(&escape);
	arena_init(&arena, 0, &escape);
	for (size_t i = 0; i < COUNT(WRITTEN); i++) {
		const struct expression_wish wish = { WRITTEN[i].dialect, WRITTEN[i].folds, WRITTEN[i].anchored, true };
		str out;
		assert_true(expression_write(&arena, str_c(WRITTEN[i].regex), &wish, &out));
		if (!str_eq(out, str_c(WRITTEN[i].written))) {
			print_error("%s: %.*s, not %s\n", WRITTEN[i].regex, STR_ARG(out), WRITTEN[i].written);
			good = false;
		}
	}
	arena_release(&arena);
	assert_true(good);
}

static void test_length(void **state)
{
	struct escape escape;
	struct arena arena;
	const struct expression_wish wish = { &UNKNOWN, false, false, false };
	char text[PATH_VALUE_MOST];
	str out;
	(void)state;
	escape_init(&escape);
	arena_init(&arena, 0, &escape);
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = '/';
	assert_true(expression_write(&arena, (str){ text, sizeof text - 2 }, &wish, &out));
	assert_false(expression_write(&arena, (str){ text, sizeof text - 1 }, &wish, &out));
	arena_release(&arena);
}

static void test_heads(void **state)
{
	static const struct { const char *regex, *head; } HEADS[] = {
		{ "/App", "/app" }, { "^/App", "/app" }, { "/ab*", "/a" }, { "/ab?c", "/a" }, { "/ab{2}", "/a" }, { "/ab+", "/ab" }, { "/a|/b", "" },
		{ "/(a|b)", "/" }, { "/v1.0", "/v1" }, { "", "" }, { "*", "" },
	};
	struct escape escape;
	struct arena arena;
	(void)state;
	escape_init(&escape);
	arena_init(&arena, 0, &escape);
	for (size_t i = 0; i < COUNT(HEADS); i++)
		assert_true(str_eq(expression_head(&arena, str_c(HEADS[i].regex)), str_c(HEADS[i].head)));
	assert_true(str_eq(expression_literal(&arena, STR("/a b%")), STR("/a%20b%25")));
	arena_release(&arena);
}

static void test_portable(void **state)
{
	static const char *const ALL[] = { "/a", "/[a-z]+/(.*)", "/\\d\\.js$", "/a|/b" };
	static const char *const SOME[] = { "/(?:a)", "/a*?", "/[[:alpha:]]", "/a{2}", "/\\bx", "/(?=a)", "/\\1", "/a\\", "/a b", "/(*UTF)" };
	(void)state;
	for (size_t i = 0; i < COUNT(ALL); i++)
		assert_true(expression_is_portable(str_c(ALL[i])));
	for (size_t i = 0; i < COUNT(SOME); i++)
		assert_false(expression_is_portable(str_c(SOME[i])));
}

const struct CMUnitTest expressions_tests[] = {
	cmocka_unit_test(test_written),
	cmocka_unit_test(test_length),
	cmocka_unit_test(test_heads),
	cmocka_unit_test(test_portable),
};
const size_t expressions_tests_count = COUNT(expressions_tests);
