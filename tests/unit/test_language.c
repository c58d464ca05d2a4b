/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Languages: what each kind takes, which expressions are refused and why, and that the automaton of an expression takes what PCRE2
 * finds.
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

#include "route/product.h"

extern const struct CMUnitTest language_tests[];
extern const size_t language_tests_count;

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

static bool takes(struct arena *arena, enum domain domain, const struct language *l, str text)
{
	struct product_pattern pattern = { l, false };
	struct product_side side = { &pattern, 1 };
	struct product *p = product_new(arena, domain, &side, 1, NULL);
	size_t class = product_class_of(p, text);
	return class != SIZE_MAX && product_class(p, class)->side[0].n == 1;
}

/* ---- kinds ---- */

static void test_kinds(void **state)
{
	static const struct { enum domain domain; enum language_kind kind; const char *text, *in, *out; } ROWS[] = {
		{ DOMAIN_PATH, LANGUAGE_ALL, "", "/ /a /a/b.c", "" },
		{ DOMAIN_PATH, LANGUAGE_TEXT, "/a", "/a", "/ /ab /a/ /A" },
		{ DOMAIN_PATH, LANGUAGE_BEGINNING, "/a", "/a /ab /a/b", "/ /b /A" },
		{ DOMAIN_PATH, LANGUAGE_ELEMENTS, "/a", "/a /a/ /a/b", "/ /ab /A" },
		{ DOMAIN_PATH, LANGUAGE_ELEMENTS, "/a/", "/a /a/ /a/b", "/ /ab" },
		{ DOMAIN_PATH, LANGUAGE_ELEMENTS, "/", "/ /a /a/b", "" },
		{ DOMAIN_PATH, LANGUAGE_ENDING, ".png", "/a.png /b/.png", "/png /a.png/ /a.pn" },
		{ DOMAIN_HOST, LANGUAGE_TEXT, "a.x", "a.x", "x b.x a.a.x" },
		{ DOMAIN_HOST, LANGUAGE_ENDING, ".x", "a.x a.b.x", "x ax x.a" },
		{ DOMAIN_HOST, LANGUAGE_LABEL, ".x", "a.x a-b_c.x", "x a.b.x x.a ax" },
		{ DOMAIN_HOST, LANGUAGE_BEGINNING, "x.", "x.a x.a.b", "x xa a.x" },
		{ DOMAIN_HOST, LANGUAGE_ALL, "", "x a.b", "" },
	};
	(void)state;
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		const struct language *l = language_new(&run.arena, ROWS[i].kind, str_c(ROWS[i].text), false);
		for (int in = 0; in < 2; in++) {
			str text, rest = str_c(in ? ROWS[i].in : ROWS[i].out);
			for (bool more = rest.n > 0; more;) {
				more = str_cut(rest, ' ', &text, &rest);
				if (takes(&run.arena, ROWS[i].domain, l, text) != (in == 1))
					fail_msg("row %zu '%s': '%.*s'", i, ROWS[i].text, STR_ARG(text));
			}
		}
	}
	const struct language *any = language_new(&run.arena, LANGUAGE_ELEMENTS, STR("/aB"), true);
	assert_true(takes(&run.arena, DOMAIN_PATH, any, STR("/Ab/c")) && takes(&run.arena, DOMAIN_PATH, any, STR("/AB")));
	assert_false(takes(&run.arena, DOMAIN_PATH, any, STR("/Abc")));
	arena_release(&run.arena);
}

static void test_domains(void **state)
{
	static const struct { enum domain domain; const char *in, *out; } ROWS[] = {
		{ DOMAIN_PATH, "/ /a /a/ /.a /..a /... /a. /a/..b/", "a // /a//b /. /.. /./ /../ /a/. /a/.. /%41 /a?b /a#b" },
		{ DOMAIN_ANY_PATH, "/ // /a/../b /.", "a /%41" },
		{ DOMAIN_HOST, "a a.b a-b.c_d 10.0.0.1", ".a a. a..b A [::1] a:80" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		for (int in = 0; in < 2; in++) {
			str text, rest = str_c(in ? ROWS[i].in : ROWS[i].out);
			for (bool more = true; more;) {
				more = str_cut(rest, ' ', &text, &rest);
				if (domain_has(ROWS[i].domain, text) != (in == 1))
					fail_msg("row %zu: '%.*s'", i, STR_ARG(text));
			}
		}
		assert_false(domain_has(ROWS[i].domain, STR("")) || domain_has(ROWS[i].domain, STR("/a\nb")));
	}
	assert_true(domain_has(DOMAIN_VALUE, STR("a b, c")) && domain_has(DOMAIN_VALUE, STR("")) && !domain_has(DOMAIN_VALUE, STR("\t")));
	assert_true(domain_has(DOMAIN_BYTES, STR("\n\xFF")));
}

/* ---- expressions, against PCRE2 ---- */

static bool pcre_takes(str regex, str text, unsigned flags, enum anchoring anchoring)
{
	int error;
	PCRE2_SIZE at;
	uint32_t options = flags & SYNTAX_NOCASE ? PCRE2_CASELESS : 0;
	if (anchoring != ANCHOR_SEARCH)
		options |= PCRE2_ANCHORED;
	if (anchoring == ANCHOR_FULL)
		options |= PCRE2_ENDANCHORED;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)regex.p, regex.n, options, &error, &at, NULL);
	if (!code)
		fail_msg("'%.*s' is refused by PCRE2", STR_ARG(regex));
	pcre2_match_data *match = pcre2_match_data_create_from_pattern(code, NULL);
	int n = pcre2_match(code, (PCRE2_SPTR)text.p, text.n, 0, 0, match, NULL);
	pcre2_match_data_free(match);
	pcre2_code_free(code);
	return n > 0;
}

static const char *const EXPRESSIONS[] = {
	"", "a", "ab", "a|b", "a|", "|b", "()", "(a)(b)", "a*", "a+", "a?", "a*?b", "a+?", "a??b", "(ab)*", "(a|b)+c", "(?:ab|ba){2}", "a{2}",
	"a{1,2}b", "a{0}b",
	"a{1,}b", "a{b", "a{,", "{a", "a{1", "^a", "a$", "^a$", "^", "$", "^$", "^a|b", "a|b$", "(^a|b)c", "(a|b$)", "\\Aa\\z", "a\\Z", "a$\\n",
	"(a$)\\n?", "a\\n$", "$\\n", "(?m)^a$",
	"(?m)b^a", "(?m)a$\\n^b", "(?m)^$", "(?m)$", "(?s)a.b", "a.b", ".", ".*", "(.*)b", "[ab]", "[^a]", "[a-c]", "[]a]", "[^]a]", "[a-]",
	"[-a]", "[\\d-]", "[[:alpha:]]",
	"[[:^digit:]b]", "[[:upper:]]", "(?i)[[:upper:]]", "(?i)[[:^upper:]]", "[^[:space:]]", "[\\w.]", "[\\W]", "[\\n]", "[\\]]", "[\\x41-C]",
	"[a\\b]", "[[a]", "[a:]", "[[:a]", "\\d", "\\D",
	"\\w\\W", "\\s", "\\S", "\\h", "\\v", "\\N", "\\x61", "\\x{61}", "\\x6", "\\0", "\\061", "\\cA", "\\t\\n\\r\\f\\a\\e", "\\.", "\\/",
	"\\Qa.b\\E", "\\Qa.\\E+b", "a\\Q\\E*b", "\\Q.", "a\\E+",
	"\\ba\\b", "a\\b", "\\Ba", "\\b", "\\B", "(\\b|a)*b", "(?i)a", "a(?i)b", "a(?i)b|c", "(a(?i)b|c)d", "(?i:a)b", "(?-i)a", "(?i)a(?-i:b)",
	"(?s-i:.)", "(?<n>a)b", "(?P<n>a)", "(?'n'a)",
	"a(?#c)*b", "(?#c)a", "(a*)*b", "(a*)+", "(|a)+b", "(a|b*)*c", "(a?){3}", "((a|b){1,2}){2}", "(a|ab)(c|bcd)", "/a(/|$)(.*)", "/a/?(.*)",
	"/a(/.*)?$", "(?i)/A.*", "\\/a\\.b", "a.*b.*c",
	"[^/]+/b", "(?U)a+b", "\\Ga", "[a-b\\d]+", "(a)|(b)", "x*$", "(?:a$|b)\\n", "(?m:^a)|^b", "a\nb", "[a\nb]+", "(?^)a", "(?i)(?^:a)",
	"[\\Qa-c\\E]", "[\\Q]\\E]", "(a\\z)|b", "a\\zb*",
};

static const char *const TEXTS[] = {
	"", "a", "b", "c", "ab", "ba", "aa", "aab", "abab", "abba", "aaa", "abc", "abcd", "bc", "A", "B", "AB", "aB", "Ab", "\n", "a\n", "\na",
	"a\nb", "b\na", "a\n\n", "\n\n", "ab\n",
	"b\n", "/a", "/a/", "/a/b", "/ab", "/A", "/A/b", "/a\n", "/a/\n", "a.b", "/a.b", "a b", " ", "_", "-", "]", "[", "\\", "{", "a{b", "a{,",
	"a{1", "{a", "0", "1", "6", "a1", "^",
	"\t", "\x01", "\b", "\v", "\t\n\r\f\a\x1B", "\x06", "\xC3\xA4", "\xFF", "acbc", "aaaaaa", "ababab", "ababc", "cd", "CD", "cD", ".", "a:",
	":", "x", "xx\n", "a-c", "aXbYc", "a.b.c",
};

static void compare(struct arena *arena, const char *regex, unsigned flags, enum anchoring anchoring)
{
	struct syntax_fault fault;
	const struct language *l = language_regex(arena, str_c(regex), DIALECT_PCRE, anchoring, flags, &fault);
	if (!l)
		fail_msg("'%s' is refused: %.*s", regex, STR_ARG(fault.reason));
	for (size_t i = 0; i < COUNT(TEXTS); i++) {
		bool wanted = pcre_takes(str_c(regex), str_c(TEXTS[i]), flags, anchoring);
		if (takes(arena, DOMAIN_BYTES, l, str_c(TEXTS[i])) != wanted)
			fail_msg("'%s' %s '%s' (flags %u, anchoring %d)", regex, wanted ? "does not take" : "takes", TEXTS[i], flags, anchoring);
	}
}

static void test_expressions(void **state)
{
	static const enum anchoring ANCHORS[] = { ANCHOR_FULL, ANCHOR_START, ANCHOR_SEARCH };
	(void)state;
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(EXPRESSIONS); i++) {
		for (size_t k = 0; k < COUNT(ANCHORS); k++) {
			compare(&run.arena, EXPRESSIONS[i], 0, ANCHORS[k]);
			compare(&run.arena, EXPRESSIONS[i], SYNTAX_NOCASE, ANCHORS[k]);
		}
		arena_reset(&run.arena);
	}
	arena_release(&run.arena);
}

/* ---- what is refused ---- */

static void test_refused(void **state)
{
	static const struct { const char *regex, *reason; size_t at; } ROWS[] = {
		{ "/a(?=b)", "it looks ahead", 2 }, { "/a(?!b)", "it looks ahead", 2 }, { "(?<=a)b", "it looks behind", 0 }, { "(?<!a)b",
		"it looks behind", 0 },
		{ "(a)\\1", "it refers back to a group", 3 }, { "(?<n>a)\\k<n>", "it refers back to a group", 7 }, { "(a)\\g1",
		"it refers back to a group", 3 },
		{ "(?P<n>a)(?P=n)", "it refers back to a group", 8 }, { "a++", "it has a possessive quantifier", 2 }, { "(?>a)",
		"it has an atomic group", 0 },
		{ "(?(1)a)", "it has a condition", 0 }, { "(?R)", "it has a recursion", 0 }, { "(a)(?1)", "it has a recursion", 3 }, { "(?-1)",
		"it has a recursion", 0 },
		{ "(*FAIL)", "it has a verb", 0 }, { "(?|a|b)", "it numbers groups of alternatives alike", 0 }, { "a\\Kb",
		"it sets the start of what is found", 1 },
		{ "\\X", "it has an escape that cannot be followed", 0 }, { "\\p{L}", "it has an escape that cannot be followed", 0 },
		{ "(?x)a", "it has flags or a kind of group that cannot be followed", 2 }, { "[[:<:]]a", "it asks for the edge of a word", 0 },
		{ "a{2}{3}", "a quantifier stands behind another one", 4 }, { "a{,3}", "it has a brace that engines read in different ways", 1 },
		{ "^*", "a quantifier has nothing before it that is repeated", 1 },
	};
	(void)state;
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct syntax_fault fault;
		if (language_regex(&run.arena, str_c(ROWS[i].regex), DIALECT_PCRE, ANCHOR_SEARCH, 0, &fault))
			fail_msg("'%s' is not refused", ROWS[i].regex);
		if (!str_eq(fault.reason, str_c(ROWS[i].reason)) || fault.at != ROWS[i].at)
			fail_msg("'%s': %.*s at %zu", ROWS[i].regex, STR_ARG(fault.reason), fault.at);
	}
	static const char *const WRONG[] = { "(", ")", "[a", "*", "a**", "\\", "(?<n", "a|*", "[b-a]", "[[:x:]]", "(?i", "\\x{100}", "\\i" };
	for (size_t i = 0; i < COUNT(WRONG); i++) {
		struct syntax_fault fault;
		if (language_regex(&run.arena, str_c(WRONG[i]), DIALECT_PCRE, ANCHOR_SEARCH, 0, &fault) || !fault.reason.n)
			fail_msg("'%s' is not refused with a reason", WRONG[i]);
	}
	arena_release(&run.arena);
}

/* Where the engines of targets read something else than PCRE. */
static void test_dialects(void **state)
{
	static const struct { const char *regex; enum dialect dialect; const char *text; int taken; } ROWS[] = {
		{ "a$", DIALECT_PCRE, "a\n", 1 }, { "a$", DIALECT_RE2, "a\n", 0 }, { "a$", DIALECT_RUST, "a\n", 0 },
		{ "\\s", DIALECT_PCRE, "\v", 1 }, { "\\s", DIALECT_RE2, "\v", 0 }, { "\\s", DIALECT_RUST, "\v", 1 },
		{ "\\v", DIALECT_PCRE, "\n", 1 }, { "\\v", DIALECT_RE2, "\n", 0 }, { "\\v", DIALECT_RE2, "\v", 1 },
		{ "\\Qa.b\\E", DIALECT_RE2, "a.b", 1 }, { "\\Qa.b\\E", DIALECT_RUST, "a.b", -1 },
		{ "\\h", DIALECT_RE2, "", -1 }, { "a\\Z", DIALECT_RE2, "", -1 }, { "(?=a)", DIALECT_RE2, "", -1 }, { "\\1", DIALECT_RUST, "", -1 },
		{ "[[a]]", DIALECT_RE2, "[]", 1 }, { "[[a]]", DIALECT_RUST, "", -1 }, { "[a&&b]", DIALECT_RUST, "", -1 }, { "[a--b]", DIALECT_RUST,
		"", -1 },
		{ "[\\d-z]", DIALECT_RE2, "", -1 }, { "\\x{e4}", DIALECT_RE2, "", -1 }, { "[\xC3\xA4]", DIALECT_RE2, "", -1 }, { "(?#c)a", DIALECT_RE2,
		"", -1 },
		{ "\xC3\xA4+a", DIALECT_RE2, "a", 0 }, { "\\07a", DIALECT_RE2, "\aa", 1 }, { "\\07a", DIALECT_RUST, "", -1 }, { "(?P<n>a)", DIALECT_RUST,
		"a", 1 },
		{ "(?i)[a-b]", DIALECT_RUST, "B", 1 }, { "(?U)a+?", DIALECT_RE2, "aa", 1 },
	};
	(void)state;
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct syntax_fault fault;
		const struct language *l = language_regex(&run.arena, str_c(ROWS[i].regex), ROWS[i].dialect, ANCHOR_FULL, 0, &fault);
		if ((l == NULL) != (ROWS[i].taken < 0) || (!l && !fault.reason.n))
			fail_msg("'%s' in dialect %d: %.*s", ROWS[i].regex, ROWS[i].dialect, STR_ARG(fault.reason));
		/* a text before a line end is what ANCHOR_FULL would not let pass */
		if (l && str_ends(str_c(ROWS[i].text), STR("\n")) && str_ends(str_c(ROWS[i].regex), STR("$")))
			l = language_regex(&run.arena, str_c(ROWS[i].regex), ROWS[i].dialect, ANCHOR_START, 0, &fault);
		if (l && takes(&run.arena, DOMAIN_BYTES, l, str_c(ROWS[i].text)) != (ROWS[i].taken == 1))
			fail_msg("'%s' in dialect %d: '%s'", ROWS[i].regex, ROWS[i].dialect, ROWS[i].text);
	}
	arena_release(&run.arena);
}

const struct CMUnitTest language_tests[] = {
	cmocka_unit_test(test_kinds),
	cmocka_unit_test(test_domains),
	cmocka_unit_test(test_expressions),
	cmocka_unit_test(test_refused),
	cmocka_unit_test(test_dialects),
};
const size_t language_tests_count = COUNT(language_tests);
