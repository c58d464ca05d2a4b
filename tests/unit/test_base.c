/* SPDX-License-Identifier: Apache-2.0 */
/* The ground that everything stands on: slices, arenas and their lists, bounded buffers, the hash map. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/map.h"

extern const struct CMUnitTest base_tests[];
extern const size_t base_tests_count;

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

struct run {
	struct escape escape;
	struct arena arena;
};

static void start(struct run *run, size_t limit)
{
	escape_init(&run->escape);
	arena_init(&run->arena, limit, &run->escape);
}

static void assert_text(str s, const char *expected)
{
	if (!str_eq(s, str_c(expected)))
		fail_msg("'%.*s' is not '%s'", STR_ARG(s), expected);
}

/* ---- slices ---- */

static void test_str_compare(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		int order;
		bool nocase;
	} rows[] = {
		{ "", "", 0, true }, { "a", "a", 0, true }, { "a", "b", -1, false }, { "b", "a", 1, false }, { "a", "ab", -1, false },
		{ "ab", "a", 1, false }, { "", "a", -1, false }, { "A", "a", -1, true }, { "X-User", "x-uSER", -1, true },
		{ "\xc3\xbc", "z", 1, false }, { "\xc3\x9c", "\xc3\xbc", -1, false }, { "[", "{", -1, false }, { "@", "`", -1, false },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		str a = str_c(rows[i].a), b = str_c(rows[i].b);
		int c = str_cmp(a, b);
		if ((c < 0 ? -1 : c > 0) != rows[i].order || str_eq(a, b) != (rows[i].order == 0) || str_eq_nocase(a, b) != rows[i].nocase)
			fail_msg("'%s' and '%s'", rows[i].a, rows[i].b);
	}
	/* Nothing looks at what stands behind the slice. */
	assert_true(str_eq((str){ "abX", 2 }, (str){ "abY", 2 }));
	assert_true(str_eq(str_c(NULL), STR("")));
	assert_true(str_eq((str){ "a\0b", 3 }, (str){ "a\0b", 3 }) && !str_eq((str){ "a\0b", 3 }, (str){ "a\0c", 3 }));
}

static void test_str_find(void **state)
{
	(void)state;
	static const struct {
		const char *s, *needle;
		size_t at;
		bool has, starts, ends;
	} rows[] = {
		{ "abcabc", "abc", 0, true, true, true }, { "abcabc", "ca", 2, true, false, false }, { "abcabc", "bc", 1, true, false, true },
		{ "abc", "abcd", 3, false, false, false }, { "abc", "x", 3, false, false, false }, { "abc", "", 0, true, true, true },
		{ "", "", 0, true, true, true }, { "", "a", 0, false, false, false }, { "aab", "ab", 1, true, false, true },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		str s = str_c(rows[i].s), needle = str_c(rows[i].needle);
		if (str_find(s, needle) != rows[i].at || str_has(s, needle) != rows[i].has || str_starts(s, needle) != rows[i].starts
			|| str_ends(s, needle) != rows[i].ends)
			fail_msg("'%s' in '%s'", rows[i].needle, rows[i].s);
	}
	assert_int_equal(str_find_char(STR("a/b/c"), '/'), 1);
	assert_int_equal(str_find_last_char(STR("a/b/c"), '/'), 3);
	assert_int_equal(str_find_last_char(STR("/ab"), '/'), 0);
	assert_int_equal(str_find_char(STR("abc"), '/'), 3);
	assert_int_equal(str_find_last_char(STR("abc"), '/'), 3);
	assert_int_equal(str_find_char(STR(""), '/'), 0);
	assert_true(str_starts_nocase(STR("HTTP://a"), STR("http://")));
	assert_false(str_starts_nocase(STR("HTT"), STR("http")));
}

static void test_str_cut(void **state)
{
	(void)state;
	static const struct {
		const char *s, *head, *tail;
		bool found;
	} rows[] = {
		{ "a/b/c", "a", "b/c", true }, { "/b", "", "b", true }, { "a/", "a", "", true }, { "abc", "abc", "", false }, { "", "", "", false },
		{ "/", "", "", true },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		str head, tail, s = str_c(rows[i].s);
		assert_int_equal(str_cut(s, '/', &head, &tail), rows[i].found);
		assert_text(head, rows[i].head);
		assert_text(tail, rows[i].tail);
		/* The slice that is cut may be where the tail goes. */
		(void)str_cut(s, '/', &head, &s);
		assert_text(head, rows[i].head);
		assert_text(s, rows[i].tail);
	}
	assert_text(str_slice(STR("abcdef"), 1, 3), "bc");
	assert_text(str_slice(STR("abcdef"), 4, 99), "ef");
	assert_text(str_slice(STR("abcdef"), 5, 2), "");
	assert_text(str_from(STR("abc"), 3), "");
	assert_text(str_from(STR("abc"), 99), "");
	assert_text(str_from((str){ NULL, 0 }, 0), "");
	assert_text(str_trim(STR(" \t\r\na b\n ")), "a b");
	assert_text(str_trim(STR(" \n ")), "");
	assert_text(str_trim(STR("\xc2\xa0")), "\xc2\xa0");
}

static void test_str_numbers(void **state)
{
	(void)state;
	static const struct {
		const char *s;
		bool is_unsigned, is_signed;
		int64_t number;
	} rows[] = {
		{ "0", true, true, 0 }, { "007", true, true, 7 }, { "65535", true, true, 65535 }, { "9223372036854775807", true, true, INT64_MAX },
		{ "9223372036854775808", true, false, 0 }, { "18446744073709551615", true, false, 0 }, { "18446744073709551616", false, false, 0 },
		{ "99999999999999999999999", false, false, 0 }, { "", false, false, 0 }, { "-", false, false, 0 }, { "+", false, false, 0 },
		{ "-5", false, true, -5 }, { "+5", false, true, 5 }, { "+-5", false, false, 0 }, { "-9223372036854775807", false, true, -INT64_MAX },
		{ "5 ", false, false, 0 }, { " 5", false, false, 0 }, { "5s", false, false, 0 }, { "0x5", false, false, 0 }, { "1e3", false, false, 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t u = 77;
		int64_t n = 77;
		if (str_to_u64(str_c(rows[i].s), UINT64_MAX, &u) != rows[i].is_unsigned || str_to_i64(str_c(rows[i].s), &n) != rows[i].is_signed)
			fail_msg("'%s'", rows[i].s);
		if ((!rows[i].is_unsigned && u != 77) || (rows[i].is_signed && n != rows[i].number) || (!rows[i].is_signed && n != 77))
			fail_msg("'%s' gave %lld", rows[i].s, (long long)n);
	}
	uint64_t port = 0;
	assert_true(str_to_u64(STR("65535"), 65535, &port));
	assert_int_equal(port, 65535);
	assert_false(str_to_u64(STR("65536"), 65535, &port));
	/* The hash is part of names, so it may never change (test vectors of FNV-1a). */
	assert_true(str_hash(STR("")) == 0xcbf29ce484222325u);
	assert_true(str_hash(STR("a")) == 0xaf63dc4c8601ec8cu);
	assert_true(str_hash(STR("foobar")) == 0x85944171f73967e8u);
}

static void test_characters(void **state)
{
	(void)state;
	for (int i = -128; i < 128; i++) {
		char c = (char)i;
		bool digit = i >= '0' && i <= '9', upper = i >= 'A' && i <= 'Z', lower = i >= 'a' && i <= 'z';
		assert_int_equal(char_is_digit(c), digit);
		assert_int_equal(char_is_alpha(c), upper || lower);
		assert_int_equal(char_is_alnum(c), digit || upper || lower);
		assert_int_equal(char_lower(c), upper ? c + 32 : c);
	}
	assert_true(char_is_space(' ') && char_is_space('\t') && char_is_space('\r') && char_is_space('\n'));
	assert_false(char_is_space('\v') || char_is_space('\0') || char_is_space((char)0xA0));
}

/* ---- arenas ---- */

static void test_arena_zeroes(void **state)
{
	(void)state;
	struct run run;
	start(&run, 0);
	for (unsigned round = 0; round < 2; round++) {
		for (size_t size = 1; size < 300000; size = size * 3 + 1) {
			char *p = NEWS(&run.arena, char, size);
			double *d = NEW(&run.arena, double);
			for (size_t i = 0; i < size; i++)
				assert_int_equal(p[i], 0);
			assert_true((uintptr_t)d % _Alignof(double) == 0 && *d == 0);
			memset(p, 0x5a, size);
			*d = 1;
		}
		arena_reset(&run.arena);
	}
	assert_true(run.arena.used < 300000);
	arena_release(&run.arena);
	assert_int_equal(run.arena.used, 0);
	arena_reset(&run.arena);
	arena_release(&run.arena);
}

/* A large piece gets a block of its own and does not waste what the current block still has. */
static void test_arena_large(void **state)
{
	(void)state;
	struct run run;
	start(&run, 0);
	char *small = NEWS(&run.arena, char, 10);
	char *large = NEWS(&run.arena, char, 1000000);
	char *next = NEWS(&run.arena, char, 10);
	memset(large, 1, 1000000);
	assert_ptr_equal(next, small + 10);
	assert_int_equal(next[0], 0);
	arena_release(&run.arena);
}

static size_t fill(struct run *run, size_t piece, size_t most)
{
	volatile size_t n = 0;
	if (setjmp(run->escape.env) == 0)
		while (n < most) {
			memset(NEWS(&run->arena, char, piece), 1, piece);
			n = n + 1;
		}
	return n;
}

static void test_arena_limit(void **state)
{
	(void)state;
	struct run run;
	enum { LIMIT = 1000000 };
	static const size_t pieces[] = { 1, 100, 5000, 30000, 700000, 999999 };
	for (size_t i = 0; i < COUNT(pieces); i++) {
		start(&run, LIMIT);
		size_t n = fill(&run, pieces[i], 2 * LIMIT);
		/* Never more than the limit, and not much less than it. */
		assert_true(n > 0 && n * pieces[i] <= LIMIT && run.arena.used <= LIMIT);
		if (pieces[i] <= 100)
			assert_true(n * pieces[i] > LIMIT * 9 / 10);
		/* Reset gives the room back. */
		arena_reset(&run.arena);
		assert_int_equal(fill(&run, 1000, 100), 100);
		arena_release(&run.arena);
	}
	start(&run, LIMIT);
	assert_int_equal(fill(&run, LIMIT + 1, 1), 0);
	arena_release(&run.arena);
}

static bool jumps(size_t count)
{
	struct run run;
	start(&run, 0);
	volatile bool jumped = true;
	if (setjmp(run.escape.env) == 0) {
		(void)arena_alloc(&run.arena, 16, 8, count);
		jumped = false;
	}
	arena_release(&run.arena);
	return jumped;
}

static void test_arena_overflow(void **state)
{
	(void)state;
	assert_true(jumps(SIZE_MAX));
	assert_true(jumps(SIZE_MAX / 8));
	assert_true(jumps(SIZE_MAX / 8 + 1));
	assert_true(jumps(SIZE_MAX / 16));
	assert_true(jumps(SIZE_MAX / 16 + 1));
	assert_false(jumps(16));
}

static void close_it(void *handle)
{
	str *log = handle;
	assert_true(log->n < 3);
	log->n++;
}

static void close_second(void *handle)
{
	str *log = handle;
	assert_int_equal(log->n, 0);
	log->n = 1;
}

/* What is not memory is closed after the jump, the last opened first; what was forgotten is left alone. */
static void test_escape(void **state)
{
	(void)state;
	struct run run;
	str log = { "", 0 }, other = { "", 0 };
	struct resource first, second, third;
	start(&run, 1);
	if (setjmp(run.escape.env) == 0) {
		escape_watch(&run.escape, &first, close_it, &log);
		escape_watch(&run.escape, &third, close_it, &other);
		escape_watch(&run.escape, &second, close_second, &log);
		escape_forget(&run.escape, &third);
		(void)NEW(&run.arena, int);
		fail_msg("the limit of one byte was not seen");
	}
	escape_close(&run.escape);
	assert_int_equal(log.n, 2);
	assert_int_equal(other.n, 0);
	assert_null(run.escape.open);
	arena_release(&run.arena);
}

static void test_arena_texts(void **state)
{
	(void)state;
	struct run run;
	start(&run, 0);
	char text[] = "text";
	str copy = arena_str(&run.arena, str_c(text));
	text[0] = 'n';
	assert_text(copy, "text");
	assert_string_equal(arena_cstr(&run.arena, (str){ "abc", 2 }), "ab");
	assert_string_equal(arena_cstr(&run.arena, (str){ NULL, 0 }), "");
	assert_text(arena_join(&run.arena, STR("a"), STR("bc")), "abc");
	assert_text(arena_join(&run.arena, (str){ NULL, 0 }, (str){ NULL, 0 }), "");
	assert_text(arena_lower(&run.arena, STR("A.B-\xc3\x9c")), "a.b-\xc3\x9c");
	assert_text(arena_printf(&run.arena, "%.*s=%d", STR_ARG(STR("n")), 5), "n=5");
	assert_text(arena_printf(&run.arena, "%s", ""), "");
	arena_release(&run.arena);
}

/* What arena_printf() makes is what the system's printf() makes, by our own conversions and by others. */
static void test_formats(void **state)
{
	(void)state;
	struct run run;
	char wanted[600];
	char longest[500];
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	start(&run, 0);
#define SAME(...) do { \
		snprintf(wanted, sizeof wanted, __VA_ARGS__); \
		assert_text(arena_printf(&run.arena, __VA_ARGS__), wanted); \
	} while (0)
	SAME("nothing");
	SAME("%%%s%c%%", "a", 'b');
	SAME("%d %d %d", 0, INT_MIN, INT_MAX);
	SAME("%u %u", 0u, UINT_MAX);
	SAME("%zu %zu", (size_t)0, SIZE_MAX);
	SAME("%lld %lld", (long long)INT64_MIN, (long long)INT64_MAX);
	SAME("%llu", (unsigned long long)UINT64_MAX);
	SAME("%.*s|%.*s|%.*s|%.*s", 2, "abc", 9, "abc", 0, "abc", -1, "abc");
	SAME("<%s>", longest);
	SAME("%02X %s %5d %.3s", 10u, longest, 7, "abcdef");
#undef SAME
	arena_release(&run.arena);
}

/* ---- lists ---- */

static void test_lists(void **state)
{
	(void)state;
	struct run run;
	start(&run, 0);
	LIST(size_t) numbers = { 0 };
	for (size_t i = 0; i < 10000; i++)
		LIST_PUSH(&run.arena, &numbers, i * 3);
	assert_int_equal(numbers.n, 10000);
	for (size_t i = 0; i < numbers.n; i++)
		assert_int_equal(numbers.item[i], i * 3);
	struct str_list texts = { 0 };
	static const char *const words[] = { "b", "a", "b", "", "ab", "a", "B", "" };
	for (size_t i = 0; i < COUNT(words); i++)
		str_list_add_new(&run.arena, &texts, str_c(words[i]));
	assert_text(str_list_join(&run.arena, &texts, STR("|")), "b|a||ab|B");
	str_list_sort(&texts);
	assert_text(str_list_join(&run.arena, &texts, STR(", ")), ", B, a, ab, b");
	assert_true(str_list_has(&texts, STR("ab")) && str_list_has(&texts, STR("")) && !str_list_has(&texts, STR("c")));
	struct str_list none = { 0 };
	str_list_sort(&none);
	assert_text(str_list_join(&run.arena, &none, STR(",")), "");
	assert_false(str_list_has(&none, STR("")));
	arena_release(&run.arena);
}

/* ---- buffers ---- */

static void test_buf(void **state)
{
	(void)state;
	struct run run;
	struct buf b;
	start(&run, 0);
	buf_init(&b, &run.arena, 0);
	assert_text(buf_str(&b), "");
	buf_add(&b, STR("ab"));
	buf_add(&b, (str){ NULL, 0 });
	buf_add_char(&b, '-');
	buf_fill(&b, '.', 3);
	buf_fill(&b, '!', 0);
	buf_printf(&b, "%zu", (size_t)12);
	assert_text(buf_str(&b), "ab-...12");
	size_t before = b.n;
	for (size_t i = 0; i < 5000; i++)
		buf_add_char(&b, (char)('a' + i % 26));
	assert_int_equal(b.n, before + 5000);
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(b.p[before + i], 'a' + i % 26);
	assert_true(str_starts(buf_str(&b), STR("ab-...12abc")));
	arena_release(&run.arena);
}

enum way { BY_CHAR, BY_TEXT, BY_FILL, BY_FORMAT, BY_JSON, BY_NOTHING };

static void add(struct buf *b, enum way way)
{
	switch (way) {
	case BY_CHAR: buf_add_char(b, 'x'); break;
	case BY_TEXT: buf_add(b, STR("xy")); break;
	case BY_FILL: buf_fill(b, 'x', SIZE_MAX); break;
	case BY_FORMAT: buf_printf(b, "%d", 1); break;
	case BY_JSON: buf_add_json(b, STR("")); break;
	case BY_NOTHING: buf_add(b, STR("")); break;
	}
}

/* Whether adding to a buffer that has just become full is refused. */
static bool refuses(enum way way)
{
	struct run run;
	struct buf b;
	start(&run, 0);
	buf_init(&b, &run.arena, 1000);
	volatile bool full = false, jumped = true;
	if (setjmp(run.escape.env) == 0) {
		buf_fill(&b, 'x', 600);
		buf_add(&b, (str){ b.p, 400 });
		full = true;
		add(&b, way);
		jumped = false;
	}
	assert_true(full && b.n == 1000);
	arena_release(&run.arena);
	return jumped;
}

/* One byte past the largest size leaves by the escape, by whatever function it would come. */
static void test_buf_max(void **state)
{
	(void)state;
	for (unsigned way = BY_CHAR; way < BY_NOTHING; way++)
		if (!refuses((enum way)way))
			fail_msg("way %u", way);
	assert_false(refuses(BY_NOTHING));
}

static void test_buf_json(void **state)
{
	(void)state;
	static const struct {
		str text;
		const char *json;
	} rows[] = {
		{ STR_INIT(""), "\"\"" }, { STR_INIT("a b/c"), "\"a b/c\"" }, { STR_INIT("say \"x\\y\""), "\"say \\\"x\\\\y\\\"\"" },
		{ STR_INIT("a\nb\tc\rd"), "\"a\\nb\\tc\\u000dd\"" }, { STR_INIT("\0\x01\x1f\x7f"), "\"\\u0000\\u0001\\u001f\\u007f\"" },
		{ STR_INIT("\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80"), "\"\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\"" },
		/* Lone continuation, sequence cut short, overlong, surrogate, past the last code point, 0xff. */
		{ STR_INIT("a\x80" "b"), "\"a\xef\xbf\xbd" "b\"" }, { STR_INIT("\xe2\x82"), "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ STR_INIT("\xc0\xaf"), "\"\xef\xbf\xbd\xef\xbf\xbd\"" }, { STR_INIT("\xe0\x9f\xbf"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ STR_INIT("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" }, { STR_INIT("\xf4\x90\x80\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ STR_INIT("\xff\"\xc3"), "\"\xef\xbf\xbd\\\"\xef\xbf\xbd\"" }, { STR_INIT("\xed\x9f\xbf\xee\x80\x80"), "\"\xed\x9f\xbf\xee\x80\x80\"" },
	};
	struct run run;
	start(&run, 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b;
		buf_init(&b, &run.arena, 0);
		/* A copy without anything behind it, so that a sanitizer sees a look past the end. */
		char *exact = malloc(rows[i].text.n ? rows[i].text.n : 1);
		assert_non_null(exact);
		memcpy(exact, rows[i].text.p, rows[i].text.n);
		buf_add_json(&b, (str){ exact, rows[i].text.n });
		free(exact);
		assert_text(buf_str(&b), rows[i].json);
	}
	arena_release(&run.arena);
}

/* ---- the map ---- */

static void test_map(void **state)
{
	(void)state;
	enum { MANY = 20000 };
	struct run run;
	struct map map;
	start(&run, 0);
	map_init(&map, &run.arena);
	assert_null(map_get(&map, STR("")));
	size_t *values = NEWS(&run.arena, size_t, MANY);
	for (size_t i = 0; i < MANY; i++)
		map_set(&map, arena_printf(&run.arena, "key-%zu", i), &values[i]);
	assert_int_equal(map.n, MANY);
	for (size_t i = 0; i < MANY; i++) {
		assert_ptr_equal(map_get(&map, arena_printf(&run.arena, "key-%zu", i)), &values[i]);
		assert_null(map_get(&map, arena_printf(&run.arena, "key-%zu-", i)));
	}
	map_set(&map, STR("key-7"), &values[8]);
	map_set(&map, STR(""), &values[9]);
	assert_ptr_equal(map_get(&map, STR("key-7")), &values[8]);
	assert_ptr_equal(map_get(&map, STR("")), &values[9]);
	assert_int_equal(map.n, MANY + 1);
	arena_release(&run.arena);
}

/* Keys that all want the same slot, at the end of the table, so that the search has to wrap around. */
static void test_map_collisions(void **state)
{
	(void)state;
	enum { MANY = 200 };
	struct run run;
	struct map map;
	str keys[MANY];
	size_t n = 0;
	start(&run, 0);
	map_init(&map, &run.arena);
	for (size_t i = 0; n < MANY; i++) {
		str key = arena_printf(&run.arena, "%zu", i);
		if ((map_hash(key) & 511) == 511)
			keys[n++] = key;
	}
	for (size_t i = 0; i < MANY; i++) {
		assert_null(map_get(&map, keys[i]));
		map_set(&map, keys[i], &keys[i]);
		for (size_t j = 0; j <= i; j++)
			assert_ptr_equal(map_get(&map, keys[j]), &keys[j]);
	}
	assert_int_equal(map.cap, 512);
	assert_int_equal(map.n, MANY);
	arena_release(&run.arena);
}

const struct CMUnitTest base_tests[] = {
	cmocka_unit_test(test_str_compare),
	cmocka_unit_test(test_str_find),
	cmocka_unit_test(test_str_cut),
	cmocka_unit_test(test_str_numbers),
	cmocka_unit_test(test_characters),
	cmocka_unit_test(test_arena_zeroes),
	cmocka_unit_test(test_arena_large),
	cmocka_unit_test(test_arena_limit),
	cmocka_unit_test(test_arena_overflow),
	cmocka_unit_test(test_escape),
	cmocka_unit_test(test_arena_texts),
	cmocka_unit_test(test_formats),
	cmocka_unit_test(test_lists),
	cmocka_unit_test(test_buf),
	cmocka_unit_test(test_buf_max),
	cmocka_unit_test(test_buf_json),
	cmocka_unit_test(test_map),
	cmocka_unit_test(test_map_collisions),
};
const size_t base_tests_count = COUNT(base_tests);
