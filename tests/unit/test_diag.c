/* SPDX-License-Identifier: Apache-2.0 */
/* Places in texts, and diagnostics: what is one, what is several, in which order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/diag.h"

extern const struct CMUnitTest diag_tests[];
extern const size_t diag_tests_count;

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

struct run {
	struct escape escape;
	struct arena arena;
	struct sources sources;
	struct diags diags;
};

static void start(struct run *run)
{
	escape_init(&run->escape);
	arena_init(&run->arena, 0, &run->escape);
	sources_init(&run->sources, &run->arena);
	diags_init(&run->diags, &run->arena);
}

static void assert_text(str s, const char *expected)
{
	if (!str_eq(s, str_c(expected)))
		fail_msg("'%.*s' is not '%s'", STR_ARG(s), expected);
}

/* ---- places ---- */

static void test_locate(void **state)
{
	(void)state;
	/* offset -> line, column; texts with CRLF, tabs, characters of 2, 3 and 4 bytes, no line end at the end */
	static const struct {
		const char *text;
		uint32_t offset, line, column;
	} rows[] = {
		{ "ab\ncd\n", 0, 1, 1 }, { "ab\ncd\n", 1, 1, 2 }, { "ab\ncd\n", 2, 1, 3 }, { "ab\ncd\n", 3, 2, 1 },
		{ "ab\ncd\n", 5, 2, 3 }, { "ab\ncd\n", 6, 3, 1 }, { "ab\ncd\n", 99, 3, 1 }, { "ab\ncd", 5, 2, 3 },
		{ "", 0, 1, 1 }, { "\n\n", 1, 2, 1 }, { "\n\n", 2, 3, 1 },
		{ "ab\r\ncd\r\n", 2, 1, 3 }, { "ab\r\ncd\r\n", 4, 2, 1 }, { "ab\r\ncd\r\n", 8, 3, 1 }, { "a\rb", 2, 1, 3 },
		{ "\ta\tb", 1, 1, 2 }, { "\ta\tb", 3, 1, 4 },
		{ "\xc3\xbc=x", 2, 1, 2 }, { "\xe2\x82\xac\xf0\x9f\x98\x80x", 3, 1, 2 },
		{ "\xe2\x82\xac\xf0\x9f\x98\x80x", 7, 1, 3 }, { "\xc3\xbc\n\xc3\xbcy", 5, 2, 2 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct run run;
		start(&run);
		struct place at = { sources_add(&run.sources, STR("f"), str_c(rows[i].text)), rows[i].offset };
		struct line_column lc = sources_locate(&run.sources, at);
		if (lc.line != rows[i].line || lc.column != rows[i].column)
			fail_msg("row %zu: %u:%u", i, lc.line, lc.column);
		arena_release(&run.arena);
	}
}

static void test_sources(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	for (uint32_t i = 1; i <= 100; i++)
		assert_int_equal(sources_add(&run.sources, arena_printf(&run.arena, "f%u", i), STR("x")), i);
	assert_text(sources_get(&run.sources, 100)->name, "f100");
	assert_text(sources_get(&run.sources, 1)->name, "f1");
	assert_null(sources_get(&run.sources, 0));
	assert_null(sources_get(&run.sources, 101));
	struct line_column lc = sources_locate(&run.sources, (struct place){ 0, 5 });
	assert_true(lc.line == 0 && lc.column == 0);
	arena_release(&run.arena);
}

/* ---- names ---- */

static void test_codes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < DIAG_CODE_COUNT; i++) {
		str text = diag_code_text((enum diag_code)i);
		enum diag_code back;
		if (text.n != 8 || !str_starts(text, STR("I2G-")))
			fail_msg("'%.*s'", STR_ARG(text));
		for (size_t j = 4; j < 8; j++)
			assert_true(char_is_digit(text.p[j]));
		/* Two codes with one text would not both come back. */
		assert_true(diag_code_parse(text, &back));
		assert_int_equal(back, i);
		assert_true(diag_code_level((enum diag_code)i) <= DIAG_NOTE);
	}
	enum diag_code code;
	assert_true(diag_code_parse(STR("i2g-1001"), &code));
	assert_int_equal(code, DIAG_ROUTE_CLOSED);
	assert_int_equal(diag_code_level(DIAG_ROUTE_CLOSED), DIAG_ERROR);
	assert_false(diag_code_parse(STR("I2G-0000"), &code));
	assert_false(diag_code_parse(STR("1001"), &code));
	assert_false(diag_code_parse(STR(""), &code));
	assert_text(diag_level_name(DIAG_ERROR), "error");
	assert_text(diag_level_name(DIAG_WARNING), "warning");
	assert_text(diag_level_name(DIAG_NOTE), "note");
}

static void test_losses(void **state)
{
	(void)state;
	static const char *const names[] = { "cosmetic", "behaviour", "availability", "routing", "security" };
	enum loss before = LOSS_NONE, loss;
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_true(loss_parse(str_c(names[i]), &loss));
		assert_true(loss > before);
		assert_text(loss_name(loss), names[i]);
		before = loss;
	}
	assert_text(loss_name(LOSS_NONE), "none");
	assert_false(loss_parse(STR("none"), &loss));
	assert_false(loss_parse(STR("Security"), &loss));
	assert_false(loss_parse(STR(""), &loss));
}

/* ---- collecting ---- */

static struct diag_site site(uint32_t file, uint32_t offset, uint32_t span, const char *object)
{
	return (struct diag_site){ { file, offset }, span, str_c(object) };
}

static void test_same_message(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	struct diags *d = &run.diags;
	struct diag *first = diag_add(d, DIAG_BAD_VALUE, site(1, 5, 0, "Ingress/a/x"), STR("bad"));
	assert_int_equal(first->level, DIAG_WARNING);
	assert_int_equal(first->loss, LOSS_NONE);
	assert_int_equal(first->effect.n + first->help.n + first->feature.n, 0);
	assert_int_equal(first->site.item[0].span, 1);
	/* The same code and message: another site, by either function. */
	assert_ptr_equal(diag_add(d, DIAG_BAD_VALUE, site(1, 9, 3, "Ingress/a/y"), STR("bad")), first);
	assert_ptr_equal(diag_addf(d, DIAG_BAD_VALUE, site(2, 5, 3, "Ingress/a/x"), "b%s", "ad"), first);
	/* The same place of the same object once; of another object again. */
	assert_ptr_equal(diag_add(d, DIAG_BAD_VALUE, site(1, 9, 3, "Ingress/a/y"), STR("bad")), first);
	assert_ptr_equal(diag_add(d, DIAG_BAD_VALUE, site(1, 9, 3, "Ingress/a/z"), STR("bad")), first);
	assert_int_equal(first->site.n, 4);
	assert_int_equal(d->list.n, 1);
	/* Another message, another code. */
	struct diag *message = diag_add(d, DIAG_BAD_VALUE, site(1, 5, 1, ""), STR("bad!"));
	struct diag *code = diag_add(d, DIAG_BAD_FIELD, site(1, 5, 1, ""), STR("bad"));
	assert_true(message != first && code != first && code != message);
	assert_int_equal(d->list.n, 3);
	assert_text(diag_addf(d, DIAG_INTERNAL, site(0, 0, 0, ""), "%d of %.*s", 3, STR_ARG(STR("x")))->message, "3 of x");
	arena_release(&run.arena);
}

static void test_many(void **state)
{
	(void)state;
	enum { MANY = 3000 };
	struct run run;
	start(&run);
	struct diag *same = NULL;
	for (uint32_t i = 0; i < MANY; i++) {
		struct diag *one = diag_add(&run.diags, DIAG_FEATURE_LOST_BEHAVIOUR, site(1, MANY - i, 1, "Ingress/a/b"), STR("lost"));
		assert_true(!same || one == same);
		same = one;
		(void)diag_addf(&run.diags, DIAG_UNKNOWN_ANNOTATION, site(1, i, 1, ""), "name %u", i);
	}
	assert_int_equal(run.diags.list.n, MANY + 1);
	assert_int_equal(same->site.n, MANY);
	diags_sort(&run.diags, &run.sources);
	for (uint32_t i = 1; i < MANY; i++)
		assert_true(same->site.item[i - 1].at.offset < same->site.item[i].at.offset);
	arena_release(&run.arena);
}

/* ---- order ---- */

struct order_row {
	enum diag_code code;
	enum diag_level level;
	enum loss loss;
	uint32_t file, offset;
	const char *message;
};

/* As they must stand in the end. Files are numbered against their names: 1 is "z.yaml", 2 is "a.yaml". */
static const struct order_row ORDER[] = {
	{ DIAG_ROUTE_CLOSED, DIAG_ERROR, LOSS_SECURITY, 1, 9, "m" },
	{ DIAG_REWRITE_LOST, DIAG_ERROR, LOSS_ROUTING, 2, 3, "m" },
	{ DIAG_SYNTAX, DIAG_ERROR, LOSS_NONE, 0, 0, "m" },
	{ DIAG_SYNTAX, DIAG_ERROR, LOSS_NONE, 2, 4, "x" },
	{ DIAG_CANNOT_READ, DIAG_ERROR, LOSS_NONE, 1, 1, "x" },
	{ DIAG_UNKNOWN_ANNOTATION, DIAG_WARNING, LOSS_SECURITY, 2, 1, "y" },
	{ DIAG_LETTER_CASE, DIAG_WARNING, LOSS_COSMETIC, 1, 0, "y" },
	{ DIAG_BAD_VALUE, DIAG_WARNING, LOSS_NONE, 2, 7, "a" },
	{ DIAG_BAD_VALUE, DIAG_WARNING, LOSS_NONE, 2, 7, "b" },
	{ DIAG_LETTER_CASE, DIAG_WARNING, LOSS_NONE, 2, 7, "a" },
	{ DIAG_BAD_VALUE, DIAG_WARNING, LOSS_NONE, 2, 8, "c" },
	{ DIAG_ASSUMED_PRESENT, DIAG_NOTE, LOSS_NONE, 2, 1, "n" },
};

static void test_sort(void **state)
{
	(void)state;
	/* Whatever the order in which they come. */
	for (size_t shift = 0; shift < COUNT(ORDER); shift++) {
		struct run run;
		start(&run);
		sources_add(&run.sources, STR("z.yaml"), STR("0123456789"));
		sources_add(&run.sources, STR("a.yaml"), STR("0123456789"));
		for (size_t i = 0; i < COUNT(ORDER); i++) {
			const struct order_row *row = &ORDER[(i * 5 + shift) % COUNT(ORDER)];
			struct diag *d = diag_add(&run.diags, row->code, site(row->file, row->offset, 1, ""), str_c(row->message));
			d->level = row->level;
			d->loss = row->loss;
		}
		diags_sort(&run.diags, &run.sources);
		assert_int_equal(run.diags.list.n, COUNT(ORDER));
		for (size_t i = 0; i < COUNT(ORDER); i++) {
			const struct diag *d = run.diags.list.item[i];
			if (d->code != ORDER[i].code || d->site.item[0].at.offset != ORDER[i].offset || !str_eq(d->message, str_c(ORDER[i].message)))
				fail_msg("shift %zu, position %zu: %.*s", shift, i, STR_ARG(diag_code_text(d->code)));
		}
		arena_release(&run.arena);
	}
}

/* A diagnostic stands where its first site stands, and sites are sorted before that is asked. */
static void test_sort_sites(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	sources_add(&run.sources, STR("z.yaml"), STR("0123456789"));
	sources_add(&run.sources, STR("a.yaml"), STR("0123456789"));
	struct diag *many = diag_add(&run.diags, DIAG_BAD_VALUE, site(1, 3, 1, "Ingress/b/x"), STR("many"));
	diag_add(&run.diags, DIAG_BAD_VALUE, site(2, 6, 1, "Ingress/b/x"), STR("many"));
	diag_add(&run.diags, DIAG_BAD_VALUE, site(2, 2, 2, "Ingress/b/y"), STR("many"));
	diag_add(&run.diags, DIAG_BAD_VALUE, site(2, 2, 3, "Ingress/b/x"), STR("many"));
	diag_add(&run.diags, DIAG_BAD_VALUE, site(2, 4, 1, ""), STR("one"));
	diags_sort(&run.diags, &run.sources);
	assert_ptr_equal(run.diags.list.item[0], many);
	static const struct place expected[] = { { 2, 2 }, { 2, 2 }, { 2, 6 }, { 1, 3 } };
	for (size_t i = 0; i < COUNT(expected); i++)
		assert_true(many->site.item[i].at.file == expected[i].file && many->site.item[i].at.offset == expected[i].offset);
	assert_text(many->site.item[0].object, "Ingress/b/x");
	assert_int_equal(many->site.item[0].span, 3);
	assert_text(many->site.item[1].object, "Ingress/b/y");
	diags_init(&run.diags, &run.arena);
	diags_sort(&run.diags, &run.sources);
	assert_int_equal(run.diags.list.n, 0);
	arena_release(&run.arena);
}

const struct CMUnitTest diag_tests[] = {
	cmocka_unit_test(test_locate),
	cmocka_unit_test(test_sources),
	cmocka_unit_test(test_codes),
	cmocka_unit_test(test_losses),
	cmocka_unit_test(test_same_message),
	cmocka_unit_test(test_many),
	cmocka_unit_test(test_sort),
	cmocka_unit_test(test_sort_sites),
};
const size_t diag_tests_count = COUNT(diag_tests);
