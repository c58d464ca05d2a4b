/* SPDX-License-Identifier: Apache-2.0 */
/* Value types: which texts each takes, what they mean, and what is said about the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mapping/values.h"

extern const struct CMUnitTest values_tests[];
extern const size_t values_tests_count;

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

struct run {
	struct escape escape;
	struct arena arena;
};

static void start(struct run *run)
{
	escape_init(&run->escape);
	arena_init(&run->arena, 0, &run->escape);
}

static struct annotation_row row_of(const char *type)
{
	struct annotation_row row = { 0 };
	row.name = STR("row");
	row.type = str_c(type);
	return row;
}

/* Words of a row, separated by "|". */
static void set_words(struct run *run, struct annotation_row *row, const char *words)
{
	str rest = str_c(words), word;
	bool more = true;
	while (more) {
		more = str_cut(rest, '|', &word, &rest);
		LIST_PUSH(&run->arena, &row->words, word);
	}
}

static bool reads(struct run *run, const struct annotation_row *row, const char *text, struct value *out, str *why)
{
	bool good = value_parse(&run->arena, row, str_c(text), out, why);
	if (!good && (why->n == 0 || str_has(*why, STR("\n"))))
		fail_msg("%s: why is '%.*s'", text, STR_ARG(*why));
	return good;
}

/* One row for each text: which type, whether it is taken, the number (truth counts as 1). */
static const struct {
	const char *type, *text;
	bool good;
	int64_t number;
} SCALARS[] = {
	{ "bool", "1", true, 1 }, { "bool", "t", true, 1 }, { "bool", "T", true, 1 }, { "bool", "TRUE", true, 1 },
	{ "bool", "true", true, 1 }, { "bool", "True", true, 1 }, { "bool", "0", true, 0 }, { "bool", "f", true, 0 },
	{ "bool", "F", true, 0 }, { "bool", "FALSE", true, 0 }, { "bool", "false", true, 0 }, { "bool", "False", true, 0 },
	{ "bool", "yes", false, 0 }, { "bool", "no", false, 0 }, { "bool", "on", false, 0 }, { "bool", "off", false, 0 },
	{ "bool", "tRUE", false, 0 }, { "bool", " true", false, 0 }, { "bool", "true ", false, 0 }, { "bool", "true\n", false, 0 },
	{ "bool", "2", false, 0 }, { "bool", "truefalse", false, 0 },

	{ "int", "0", true, 0 }, { "int", "12", true, 12 }, { "int", "+12", true, 12 }, { "int", "-12", true, -12 },
	{ "int", "007", true, 7 }, { "int", "9223372036854775807", true, INT64_MAX }, { "int", "9223372036854775808", false, 0 },
	{ "int", "99999999999999999999999", false, 0 }, { "int", "1_000", false, 0 }, { "int", "1.5", false, 0 },
	{ "int", " 5", false, 0 }, { "int", "5 ", false, 0 }, { "int", "5s", false, 0 }, { "int", "0x10", false, 0 },
	{ "int", "+", false, 0 }, { "int", "-", false, 0 }, { "int", "--5", false, 0 }, { "int", "five", false, 0 },

	{ "seconds", "60", true, 60 }, { "seconds", "5s", false, 0 }, { "seconds", "1m", false, 0 }, { "seconds", "1h", false, 0 },

	{ "size", "0", true, 0 }, { "size", "1024", true, 1024 }, { "size", "8k", true, 8192 }, { "size", "8K", true, 8192 },
	{ "size", "10m", true, 10485760 }, { "size", "10M", true, 10485760 }, { "size", "2g", true, 2147483648 },
	{ "size", "2G", true, 2147483648 }, { "size", " 8k ", true, 8192 },
	/* Taken by the controller, left out when the configuration is written. */
	{ "size", "10b", true, -1 }, { "size", "10B", true, -1 }, { "size", "8 k", true, -1 }, { "size", "99999999999g", true, -1 },
	{ "size", "99999999999999999999", true, -1 },
	{ "size", "k", false, 0 }, { "size", "8kb", false, 0 }, { "size", "8t", false, 0 }, { "size", "-1", false, 0 },
	{ "size", "+1", false, 0 }, { "size", "1.5m", false, 0 }, { "size", "8k\n", false, 0 }, { "size", "8Mi", false, 0 },

	{ "switch", "on", true, 1 }, { "switch", "off", true, 0 }, { "switch", " on ", true, 1 }, { "switch", "On", false, 0 },
	{ "switch", "true", false, 0 }, { "switch", "1", false, 0 },
};

static void test_scalars(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(SCALARS); i++) {
		struct annotation_row row = row_of(SCALARS[i].type);
		struct value value;
		str why;
		bool truth = SCALARS[i].type[0] == 'b' || strcmp(SCALARS[i].type, "switch") == 0;
		if (reads(&run, &row, SCALARS[i].text, &value, &why) != SCALARS[i].good
			|| (SCALARS[i].good && (truth ? (int64_t)value.truth : value.number) != SCALARS[i].number))
			fail_msg("%s '%s': %lld", SCALARS[i].type, SCALARS[i].text, (long long)value.number);
	}
	arena_release(&run.arena);
}

/* Elements are shown with "|" between them. */
static const struct {
	const char *type, *words, *text, *items;   /* items NULL: refused */
} LISTS[] = {
	{ "list", NULL, "a", "a" }, { "list", NULL, "a,b", "a|b" }, { "list", NULL, " a , b ,", "a|b" }, { "list", NULL, ",", "" },
	{ "list", NULL, "a b,c", "a b|c" },
	{ "words", "error|timeout|http_502", "error timeout", "error|timeout" }, { "words", "error|timeout", " error\ttimeout\n", "error|timeout" },
	{ "words", "error|timeout", "error", "error" }, { "words", "error|timeout", "error,timeout", NULL },
	{ "words", "error|timeout", "Error", NULL }, { "words", "error|timeout", " ", NULL }, { "words", "error|timeout", "error http_999", NULL },
	{ "headers", NULL, "X-User", "X-User" }, { "headers", NULL, "X-User, X_Mail,x1", "X-User|X_Mail|x1" }, { "headers", NULL, "X User", NULL },
	{ "headers", NULL, "X-User:", NULL }, { "headers", NULL, ",", NULL }, { "headers", NULL, "X-\xc3\xbc", NULL },
	{ "cidrs", NULL, "10.0.0.0/8", "10.0.0.0/8" }, { "cidrs", NULL, "10.0.0.1", "10.0.0.1" }, { "cidrs", NULL, "10.0.0.5/8", "10.0.0.5/8" },
	{ "cidrs", NULL, " 10.0.0.0/8 , 192.168.0.0/16", "10.0.0.0/8|192.168.0.0/16" }, { "cidrs", NULL, "0.0.0.0/0,::/0", "0.0.0.0/0|::/0" },
	{ "cidrs", NULL, "2001:db8::/32", "2001:db8::/32" }, { "cidrs", NULL, "::1", "::1" }, { "cidrs", NULL, "::ffff:10.0.0.1", "::ffff:10.0.0.1" },
	{ "cidrs", NULL, "2001:DB8:0:0:1:2:3:4/128", "2001:DB8:0:0:1:2:3:4/128" },
	{ "cidrs", NULL, "10.0.0.0/33", NULL }, { "cidrs", NULL, "10.0.0", NULL }, { "cidrs", NULL, "10.0.0.256", NULL }, { "cidrs", NULL, "010.0.0.1", NULL },
	{ "cidrs", NULL, "10.0.0.0/", NULL }, { "cidrs", NULL, "10.0.0.0/-1", NULL }, { "cidrs", NULL, "10.0.0.0/8/8", NULL }, { "cidrs", NULL, "::/129", NULL },
	{ "cidrs", NULL, "1::2::3", NULL }, { "cidrs", NULL, "fe80::1%eth0", NULL }, { "cidrs", NULL, "10.0.0.0 /8", NULL }, { "cidrs", NULL, "all", NULL },
	{ "cidrs", NULL, "10.0.0.0/8,", NULL }, { "cidrs", NULL, "10.0.0.0/8,,10.0.0.1", NULL }, { "cidrs", NULL, "10.0.0.0/8 192.168.0.0/16", NULL },
};

static void test_lists(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(LISTS); i++) {
		struct annotation_row row = row_of(LISTS[i].type);
		struct value value;
		str why;
		if (LISTS[i].words)
			set_words(&run, &row, LISTS[i].words);
		bool good = reads(&run, &row, LISTS[i].text, &value, &why);
		if (good != (LISTS[i].items != NULL))
			fail_msg("%s '%s'", LISTS[i].type, LISTS[i].text);
		str items = str_list_join(&run.arena, &value.items, STR("|"));
		if (good && !str_eq(items, str_c(LISTS[i].items)))
			fail_msg("%s '%s': %.*s", LISTS[i].type, LISTS[i].text, STR_ARG(items));
	}
	arena_release(&run.arena);
}

static const struct {
	const char *type, *words, *text;
	bool good;
} TEXTS[] = {
	{ "enum", "on|off|optional", "optional", true }, { "enum", "on|off", " on ", true }, { "enum", "on|off", "On", false },
	{ "enum", "GET|POST", "get", false }, { "enum", "GET|POST", "GET,POST", false }, { "enum", "1.0|1.1", "1.1", true }, { "enum", "a|b", "ab", false },
	{ "enum-nocase", "HTTP|HTTPS", "https", true }, { "enum-nocase", "HTTP|HTTPS", "HttpS", true }, { "enum-nocase", "HTTP|HTTPS", "h2c", false },
	{ "url", NULL, "http://auth.example.com/check", true }, { "url", NULL, "https://a", true }, { "url", NULL, "http://a:8080/x?y=$z", true },
	{ "url", NULL, " http://a ", true }, { "url", NULL, "/login", false }, { "url", NULL, "auth.example.com", false }, { "url", NULL, "http://", false },
	{ "url", NULL, "http:///x", false }, { "url", NULL, "://a", false }, { "url", NULL, "http://a b", false }, { "url", NULL, "1http://a", false },
	{ "times", NULL, "5m", true }, { "times", NULL, "200 202 401 5m", true }, { "times", NULL, "200 202 10m, 401 1ms", true },
	{ "times", NULL, "200  5m,", true }, { "times", NULL, "200", false }, { "times", NULL, "5m 200", false }, { "times", NULL, "200 5", false },
	{ "times", NULL, "5m 5m", false }, { "times", NULL, "20 5m", false }, { "times", NULL, "200,5m", false }, { "times", NULL, "200 5min", false },
	{ "url", NULL, "http:a", false }, { "url", NULL, "http://:80", false }, { "url", NULL, "http://a\nb", false },
	{ "secret", NULL, "users", true }, { "secret", NULL, "shop/users", true }, { "secret", NULL, "shop/", false }, { "secret", NULL, "/users", false },
	{ "secret", NULL, "a/b/c", false }, { "secret", NULL, "us,ers", false }, { "secret", NULL, "a\nb", false }, { "secret", NULL, "${X}", false },
	{ "host", NULL, "shop.example.com", true }, { "host", NULL, "shop", true }, { "host", NULL, "*.example.com", true }, { "host", NULL, "a_b.c", true },
	{ "host", NULL, "a:8080", true }, { "host", NULL, "a:0", false }, { "host", NULL, "a:x", false }, { "host", NULL, "a/b", false }, { "host", NULL, "a..b", false },
	{ "host", NULL, ".a", false }, { "host", NULL, "http://a", false }, { "host", NULL, "a b", false }, { "host", NULL, "*", false },
	{ "text", NULL, "any text;\n{}", true }, { "snippet", NULL, "deny all;\n", true },
};

static void test_texts(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(TEXTS); i++) {
		struct annotation_row row = row_of(TEXTS[i].type);
		struct value value;
		str why;
		if (TEXTS[i].words)
			set_words(&run, &row, TEXTS[i].words);
		if (reads(&run, &row, TEXTS[i].text, &value, &why) != TEXTS[i].good)
			fail_msg("%s '%s'", TEXTS[i].type, TEXTS[i].text);
		if (!str_eq(value.text, str_trim(str_c(TEXTS[i].text))))
			fail_msg("'%s' became '%.*s'", TEXTS[i].text, STR_ARG(value.text));
	}
	arena_release(&run.arena);
}

/* The classes of ingress-nginx, by their usual patterns. */
#define BASIC    "^[/\\-._~a-zA-Z0-9:]*$"
#define PATHCAP  "^/?[\\-._~a-zA-Z0-9/:$]*$"
#define URLCHARS "^[\\-._~a-zA-Z0-9/:,?&=]*$"
#define REGEXCH  "^[/\\-._~a-zA-Z0-9:^$\\[\\](){}*+?|&=\\\\]*$"

static const struct {
	const char *pattern;
	bool strip;
	const char *text;
	bool good;
} PATTERNS[] = {
	{ BASIC, true, "route", true }, { BASIC, true, " ro ute ", true }, { BASIC, true, "ro,ute", false }, { BASIC, true, "route\n", false },
	{ BASIC, true, "rou\tte", false }, { BASIC, false, "ro ute", false }, { PATHCAP, false, "/$1/$2", true }, { PATHCAP, false, "$1", true },
	/* Without strip a blank at an end is refused although the value is trimmed afterwards. */
	{ PATHCAP, false, "/$1 ", false }, { PATHCAP, false, " /$1", false }, { PATHCAP, false, "/(a)", false }, { PATHCAP, false, "/a\n", false },
	{ URLCHARS, false, "https://example.com/a?b=c&d=e", true }, { URLCHARS, false, "https://example.com/$request_uri", false },
	{ REGEXCH, true, "^(a|b).*$", true }, { REGEXCH, true, "a;b", false },
	{ "^(?:[4,5]\\d{2},?)*$", true, "404, 503", true }, { "^(?:[4,5]\\d{2},?)*$", true, "302", false },
	{ "^(off|[\\-._~a-zA-Z0-9/:]+\\s+[\\-._~a-zA-Z0-9/:]+)$", false, "a.com b.com", true },
	{ "^(off|[\\-._~a-zA-Z0-9/:]+\\s+[\\-._~a-zA-Z0-9/:]+)$", false, "a.com\nb.com", false },
	{ "(^0|-?[1-9]\\d*$)", false, "0", true }, { "(^0|-?[1-9]\\d*$)", false, "-5", true }, { "(^0|-?[1-9]\\d*$)", false, "x", false },
	{ "basic|digest", false, "no basic at all", true }, { "basic|digest", false, "none", false },
	/* Exponential for a matcher that backtracks. */
	{ "^([A-Za-z]+,?\\s?)+$", false, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;", false },
	{ "^a$", false, "\xff", false }, { "(", false, "a", false },
};

static void test_patterns(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(PATTERNS); i++) {
		struct annotation_row row = row_of("pattern");
		struct value value;
		str why;
		row.pattern = str_c(PATTERNS[i].pattern);
		row.strip = PATTERNS[i].strip;
		if (reads(&run, &row, PATTERNS[i].text, &value, &why) != PATTERNS[i].good)
			fail_msg("%s '%s'", PATTERNS[i].pattern, PATTERNS[i].text);
		if (PATTERNS[i].good && PATTERNS[i].strip && str_find_char(value.text, ' ') < value.text.n)
			fail_msg("blanks are left in '%.*s'", STR_ARG(value.text));
	}
	assert_null(run.escape.open);
	arena_release(&run.arena);
}

/* A pattern beside another type is asked as well; a url with a pattern is what that says. */
static void test_patterns_beside(void **state)
{
	(void)state;
	struct run run;
	struct value value;
	str why;
	start(&run);
	struct annotation_row list = row_of("list");
	list.pattern = STR("^[a-z,]*$");
	list.strip = true;
	assert_true(reads(&run, &list, "a, b", &value, &why));
	assert_int_equal(value.items.n, 2);
	assert_false(reads(&run, &list, "a, B", &value, &why));
	struct annotation_row url = row_of("url");
	url.pattern = STR("^/");
	assert_true(reads(&run, &url, "/login", &value, &why));
	assert_false(reads(&run, &url, "http://a", &value, &why));
	struct annotation_row unknown = row_of("colour");
	assert_false(reads(&run, &unknown, "red", &value, &why));
	arena_release(&run.arena);
}

#define A40 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define U20 "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc" \
	"\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"

static const struct {
	const char *type, *words, *text, *why;
} WHYS[] = {
	{ "seconds", NULL, "5s", "`5s` is no whole number of seconds" },
	{ "int", NULL, "many", "`many` is no whole number" },
	{ "int", NULL, "5 ", "`5 ` has a blank or line end around it, which the controller does not take" },
	{ "bool", NULL, "yes", "`yes` is neither true nor false" },
	{ "bool", NULL, "true\n", "`true ` has a blank or line end around it, which the controller does not take" },
	{ "switch", NULL, "yes", "`yes` is neither on nor off" },
	{ "enum", "a|b", "c", "`c` is none of a, b" },
	{ "words", "a|b", "a c b", "`c` is none of a, b" },
	{ "cidrs", NULL, "10.0.0.0/8, x, 10.0.0.1, y/8", "`x`, `y/8` are no IP addresses or CIDR ranges" },
	{ "cidrs", NULL, "10.0.0.0/33", "`10.0.0.0/33` is no IP address or CIDR range" },
	{ "cidrs", NULL, "10.0.0.0/8,", "`10.0.0.0/8,` has an empty element between its commas" },
	{ "url", NULL, "/login", "`/login` is no absolute URL: it does not begin with a scheme as in http://" },
	{ "headers", NULL, "A, B C", "`B C` is no name of a header" },
	{ "int", NULL, A40 A40, "`" A40 "aaaaaaaaaaaaaaaaaaaa...` is no whole number" },
	{ "int", NULL, U20 U20 U20, "`" U20 U20 U20 "` is no whole number" },
	{ "int", NULL, U20 U20 U20 "x", "`" U20 U20 U20 "...` is no whole number" },
};

static void test_whys(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(WHYS); i++) {
		struct annotation_row row = row_of(WHYS[i].type);
		struct value value;
		str why;
		if (WHYS[i].words)
			set_words(&run, &row, WHYS[i].words);
		assert_false(reads(&run, &row, WHYS[i].text, &value, &why));
		if (!str_eq(why, str_c(WHYS[i].why)))
			fail_msg("%s '%s': %.*s", WHYS[i].type, WHYS[i].text, STR_ARG(why));
	}
	arena_release(&run.arena);
}

static void test_grammar(void **state)
{
	(void)state;
	static const char *const types[] = {
		"bool", "int", "seconds", "size", "switch", "enum", "enum-nocase", "words", "list", "cidrs", "pattern", "text", "url", "times",
		"secret", "headers", "snippet", "host",
	};
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(types); i++) {
		struct annotation_row row = row_of(types[i]);
		set_words(&run, &row, "a|b");
		assert_true(value_type_known(row.type));
		if (value_grammar(&run.arena, &row).n < 5)
			fail_msg("%s has no grammar", types[i]);
	}
	assert_false(value_type_known(STR("")));
	assert_false(value_type_known(STR("integer")));
	struct annotation_row row = row_of("enum");
	set_words(&run, &row, "a|b");
	assert_true(str_eq(value_grammar(&run.arena, &row), STR("one of: a, b")));
	row = row_of("pattern");
	row.pattern = STR("^a$");
	row.strip = true;
	assert_true(str_eq(value_grammar(&run.arena, &row), STR("a text that matches `^a$` when its blanks are taken out")));
	row.type = STR("colour");
	assert_int_equal(value_grammar(&run.arena, &row).n, 0);
	arena_release(&run.arena);
}

/* Wherever memory ends, the handles of the pattern matcher are closed (the sanitizer looks). */
static void test_memory_ends(void **state)
{
	(void)state;
	struct annotation_row row = row_of("pattern");
	row.pattern = STR(BASIC);
	row.strip = true;
	volatile size_t limit = 1, escaped = 0;
	volatile bool done = false;
	while (!done) {
		struct run run;
		struct value value;
		str why;
		escape_init(&run.escape);
		arena_init(&run.arena, limit, &run.escape);
		if (setjmp(run.escape.env) != 0) {
			escape_close(&run.escape);
			escaped++;
		} else {
			done = value_parse(&run.arena, &row, STR("a b"), &value, &why);
		}
		arena_release(&run.arena);
		limit *= 2;
	}
	assert_true(escaped > 0);
}

const struct CMUnitTest values_tests[] = {
	cmocka_unit_test(test_scalars),
	cmocka_unit_test(test_lists),
	cmocka_unit_test(test_texts),
	cmocka_unit_test(test_patterns),
	cmocka_unit_test(test_patterns_beside),
	cmocka_unit_test(test_whys),
	cmocka_unit_test(test_grammar),
	cmocka_unit_test(test_memory_ends),
};
const size_t values_tests_count = COUNT(values_tests);
