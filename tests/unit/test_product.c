/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The method of the product, held against looking at every text: random small models of all kinds of patterns on two sides, and all
 * paths of up to seven letters, all names of up to six. Each text has on both sides the candidates, in order, of its class; what they
 * are is found here by asking each pattern, expressions by PCRE2.
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
#include "route/product.h"

extern const struct CMUnitTest product_tests[];
extern const size_t product_tests_count;

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

enum { SIDES = 2, MOST_PATTERNS = 6, MODELS = 1000, NAME_MODELS = 300, LONGEST_PATH = 7, LONGEST_NAME = 6 };

struct run {
	struct escape escape;
	struct arena arena;
	uint64_t random;
	enum domain domain;
	struct product_pattern pattern[SIDES][MOST_PATTERNS];
	struct product_side side[SIDES];
	pcre2_code *code[SIDES][MOST_PATTERNS];
	pcre2_match_data *match;
	struct product *product;
};

static void start(struct run *run)
{
	*run = (struct run){ .random = 1 };
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

/* ---- random models ---- */

static str random_text(struct run *run, const char *letters, unsigned least, unsigned most)
{
	struct buf b;
	buf_init(&b, &run->arena, 0);
	for (unsigned n = least + pick(run, most - least + 1); n; n--)
		buf_add_char(&b, letters[pick(run, (unsigned)strlen(letters))]);
	return buf_str(&b);
}

/* Of paths; of hosts the same without slashes. */
static void add_atom(struct run *run, struct buf *b)
{
	static const char *const PATH[] = { "a", "b", "/", "\\.", ".", "[ab]", "[^/]", "[^a]", "\\w", "[[:punct:]]", "A", "\\Q.\\E", "(?i:A)" };
	static const char *const HOST[] = { "a", "b", "-", "\\.", ".", "[ab]", "[^.]", "[^a]", "\\w", "[a-]", "A", "\\Q.\\E", "(?i:A)" };
	const char *const *atoms = run->domain == DOMAIN_HOST ? HOST : PATH;
	buf_add(b, str_c(atoms[pick(run, COUNT(PATH))]));
}

static void add_expression(struct run *run, struct buf *b, unsigned depth)
{
	static const char *const QUANTIFIERS[] = { "*", "+", "?", "*?", "{2}", "{1,2}", "{0,1}", "{1,}" };
	static const char *const EDGES[] = { "^", "$", "\\b", "\\B", "\\z", "\\A", "(?i)" };
	for (unsigned n = 1 + pick(run, 3); n; n--) {
		unsigned what = pick(run, 10);
		if (what == 0) {
			buf_add(b, str_c(EDGES[pick(run, COUNT(EDGES))]));
			continue;
		}
		if (what < 4 && depth) {
			buf_add(b, pick(run, 2) ? STR("(") : STR("(?:"));
			add_expression(run, b, depth - 1);
			if (pick(run, 2)) {
				buf_add_char(b, '|');
				add_expression(run, b, depth - 1);
			}
			buf_add_char(b, ')');
		} else {
			add_atom(run, b);
		}
		if (pick(run, 3) == 0)
			buf_add(b, str_c(QUANTIFIERS[pick(run, COUNT(QUANTIFIERS))]));
	}
}

static str random_regex(struct run *run)
{
	struct buf b;
	buf_init(&b, &run->arena, 0);
	if (pick(run, 2))
		buf_add(&b, run->domain == DOMAIN_HOST ? STR("^") : STR("^/"));
	add_expression(run, &b, 2);
	if (pick(run, 5) == 0) {
		buf_add_char(&b, '|');
		add_expression(run, &b, 2);
	}
	return buf_str(&b);
}

static const struct language *random_language(struct run *run, pcre2_code **code)
{
	static const enum language_kind PATH[] = {
		LANGUAGE_TEXT, LANGUAGE_BEGINNING, LANGUAGE_ELEMENTS, LANGUAGE_ELEMENTS, LANGUAGE_ENDING, LANGUAGE_ALL,
		LANGUAGE_REGEX, LANGUAGE_REGEX, LANGUAGE_REGEX,
	};
	static const enum language_kind HOST[] = {
		LANGUAGE_TEXT, LANGUAGE_TEXT, LANGUAGE_BEGINNING, LANGUAGE_ENDING, LANGUAGE_ENDING, LANGUAGE_LABEL, LANGUAGE_ALL,
		LANGUAGE_REGEX, LANGUAGE_REGEX,
	};
	bool host = run->domain == DOMAIN_HOST, nocase = pick(run, 3) == 0;
	enum language_kind kind = (host ? HOST : PATH)[pick(run, COUNT(PATH))];
	unsigned flags = nocase ? SYNTAX_NOCASE : 0;
	enum anchoring anchoring = (enum anchoring)pick(run, 3);
	struct syntax_fault fault;
	int error;
	PCRE2_SIZE at;
	if (kind != LANGUAGE_REGEX) {
		str text = kind == LANGUAGE_ALL ? STR("") : random_text(run, host ? "ab.-" : "/ab.A", kind == LANGUAGE_TEXT, 3);
		bool slash = !host && kind != LANGUAGE_ALL && kind != LANGUAGE_ENDING;
		return language_new(&run->arena, kind, slash ? arena_join(&run->arena, STR("/"), text) : text, nocase);
	}
	str regex = random_regex(run);
	const struct language *l = language_regex(&run->arena, regex, DIALECT_PCRE, anchoring, flags, &fault);
	if (!l)
		return random_language(run, code);
	uint32_t options = (nocase ? PCRE2_CASELESS : 0) | (anchoring != ANCHOR_SEARCH ? PCRE2_ANCHORED : 0);
	if (anchoring == ANCHOR_FULL)
		options |= PCRE2_ENDANCHORED;
	*code = pcre2_compile((PCRE2_SPTR)regex.p, regex.n, options, &error, &at, NULL);
	assert_non_null(*code);
	return l;
}

static void make_model(struct run *run, enum domain domain)
{
	run->domain = domain;
	for (size_t side = 0; side < SIDES; side++) {
		run->side[side] = (struct product_side){ run->pattern[side], 1 + pick(run, MOST_PATTERNS) };
		for (size_t i = 0; i < run->side[side].n; i++) {
			run->code[side][i] = NULL;
			run->pattern[side][i].conditional = pick(run, 3) == 0;
			run->pattern[side][i].language = random_language(run, &run->code[side][i]);
		}
	}
	run->product = product_new(&run->arena, domain, run->side, SIDES, NULL);
	assert_int_equal(product_explore(run->product), PRODUCT_WHOLE);
}

static void drop_model(struct run *run)
{
	for (size_t side = 0; side < SIDES; side++)
		for (size_t i = 0; i < run->side[side].n; i++)
			pcre2_code_free(run->code[side][i]);
	arena_reset(&run->arena);
}

/* ---- asking each pattern ---- */

static bool label_takes(str end, str text)
{
	if (text.n <= end.n || !str_ends(text, end))
		return false;
	for (size_t i = 0; i < text.n - end.n; i++)
		if (!char_is_alnum(text.p[i]) && text.p[i] != '_' && text.p[i] != '-')
			return false;
	return true;
}

/* The slash at the end of the text has been taken off. */
static bool elements_take(const struct language *l, str text)
{
	str p = l->text;
	bool starts = l->nocase ? str_starts_nocase(text, p) : str_starts(text, p);
	return starts && (text.n == p.n || text.p[p.n] == '/');
}

static bool pattern_takes(const struct run *run, size_t side, size_t i, str text)
{
	const struct language *l = run->pattern[side][i].language;
	str tail = str_from(text, text.n >= l->text.n ? text.n - l->text.n : text.n);
	switch (l->kind) {
	case LANGUAGE_ALL:
		return true;
	case LANGUAGE_TEXT:
		return l->nocase ? str_eq_nocase(text, l->text) : str_eq(text, l->text);
	case LANGUAGE_BEGINNING:
		return l->nocase ? str_starts_nocase(text, l->text) : str_starts(text, l->text);
	case LANGUAGE_ELEMENTS:
		return elements_take(l, text);
	case LANGUAGE_ENDING:
		return text.n >= l->text.n && (l->nocase ? str_eq_nocase(tail, l->text) : str_eq(tail, l->text));
	case LANGUAGE_LABEL:
		return label_takes(l->text, text);
	case LANGUAGE_REGEX:
		return pcre2_match(run->code[side][i], (PCRE2_SPTR)(text.n ? text.p : ""), text.n, 0, 0, run->match, NULL) >= 0;
	}
	return false;
}

static void fail_at(const struct run *run, const char *what, str text)
{
	for (size_t side = 0; side < SIDES; side++)
		for (size_t i = 0; i < run->side[side].n; i++) {
			const struct language *l = run->pattern[side][i].language;
			print_error("side %zu: kind %d%s anchoring %d '%.*s'%s\n", side, l->kind, l->nocase ? " any case" : "", l->anchoring,
				STR_ARG(l->text), run->pattern[side][i].conditional ? " conditional" : "");
		}
	size_t class = product_class_of(run->product, text);
	for (size_t side = 0; class != SIZE_MAX && side < SIDES; side++)
		for (size_t i = 0; i < product_class(run->product, class)->side[side].n; i++)
			print_error("candidate on side %zu: %u\n", side, product_class(run->product, class)->side[side].item[i]);
	fail_msg("%s: '%.*s'", what, STR_ARG(text));
}

/* Returns the class. */
static size_t check_text(const struct run *run, str text)
{
	size_t class = product_class_of(run->product, text);
	if (class == SIZE_MAX)
		fail_at(run, "no class", text);
	const struct product_class *c = product_class(run->product, class);
	for (size_t side = 0; side < SIDES; side++) {
		size_t n = 0;
		bool open = true;
		for (size_t i = 0; i < run->side[side].n && open; i++) {
			if (!pattern_takes(run, side, i, text))
				continue;
			if (n >= c->side[side].n || c->side[side].item[n] != i)
				fail_at(run, "another candidate", text);
			n++;
			open = run->pattern[side][i].conditional;
		}
		if (n != c->side[side].n)
			fail_at(run, "a candidate too many", text);
	}
	if (c->witness.n > text.n)
		fail_at(run, "not the shortest text", c->witness);
	return class;
}

/* All texts of up to so many letters. */
static void check_all(struct run *run, const char *letters, size_t longest)
{
	char text[16];
	size_t n_letters = strlen(letters), digit[16] = { 0 }, classes = product_count(run->product);
	for (size_t n = 1; n <= longest; n++) {
		memset(digit, 0, sizeof digit);
		for (size_t at = 0; at < n;) {
			for (size_t i = 0; i < n; i++)
				text[i] = letters[digit[i]];
			str s = { text, n };
			if (domain_has(run->domain, s))
				(void)check_text(run, s);
			else if (product_class_of(run->product, s) != SIZE_MAX)
				fail_at(run, "a class for what is none of the domain", s);
			for (at = 0; at < n && ++digit[at] == n_letters; at++)
				digit[at] = 0;
		}
	}
	for (size_t i = 0; i < classes; i++)
		if (check_text(run, product_class(run->product, i)->witness) != i)
			fail_at(run, "a witness of another class", product_class(run->product, i)->witness);
	if (product_count(run->product) != classes)
		fail_at(run, "a class that was not found by exploring", STR(""));
}

static void test_every_path(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	run.match = pcre2_match_data_create(1, NULL);
	for (size_t i = 0; i < MODELS; i++) {
		make_model(&run, i % 2 ? DOMAIN_PATH : DOMAIN_ANY_PATH);
		check_all(&run, "/ab.", LONGEST_PATH);
		drop_model(&run);
	}
	pcre2_match_data_free(run.match);
	arena_release(&run.arena);
}

static void test_every_name(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	run.match = pcre2_match_data_create(1, NULL);
	for (size_t i = 0; i < NAME_MODELS; i++) {
		make_model(&run, DOMAIN_HOST);
		check_all(&run, "ab.-", LONGEST_NAME);
		drop_model(&run);
	}
	pcre2_match_data_free(run.match);
	arena_release(&run.arena);
}

const struct CMUnitTest product_tests[] = {
	cmocka_unit_test(test_every_path),
	cmocka_unit_test(test_every_name),
};
const size_t product_tests_count = COUNT(product_tests);
