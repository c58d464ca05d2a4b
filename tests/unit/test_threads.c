/* SPDX-License-Identifier: Apache-2.0 */
/* Work on several threads, and what they need of arenas and maps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/map.h"
#include "base/threads.h"

extern const struct CMUnitTest threads_tests[];
extern const size_t threads_tests_count;

enum { ITEMS = 1000, WORKERS = 4 };

/* ---- threads ---- */

struct squares {
	struct arena arena[WORKERS];
	struct escape own[WORKERS], escape;
	size_t *square[ITEMS];
	size_t begun[WORKERS];
	size_t fails;                /* the item that needs more than there is */
};

static void square(void *user, size_t worker, size_t item)
{
	struct squares *s = user;
	assert_true(worker < WORKERS);
	s->begun[worker]++;
	s->square[item] = NEW(&s->arena[worker], size_t);
	*s->square[item] = item * item;
	if (item == s->fails)
		(void)NEWS(&s->arena[worker], char, 10000000);
}

static void start(struct squares *s)
{
	memset(s, 0, sizeof *s);
	s->fails = ITEMS;
	escape_init(&s->escape);
	for (size_t i = 0; i < WORKERS; i++)
		arena_init(&s->arena[i], 1000000, &s->own[i]);
}

static void end(struct squares *s)
{
	for (size_t i = 0; i < WORKERS; i++)
		arena_release(&s->arena[i]);
}

static void test_all_items(void **state)
{
	(void)state;
	for (size_t workers = 1; workers <= WORKERS; workers++) {
		struct squares s;
		size_t begun = 0;
		start(&s);
		threads_each(&s.escape, s.own, workers, ITEMS, square, &s);
		for (size_t i = 0; i < ITEMS; i++)
			assert_int_equal(*s.square[i], i * i);
		for (size_t i = 0; i < WORKERS; i++)
			begun += s.begun[i];
		assert_int_equal(begun, ITEMS);
		for (size_t i = workers; i < WORKERS; i++)
			assert_int_equal(s.begun[i], 0);
		threads_each(&s.escape, s.own, workers, 0, square, &s);
		end(&s);
	}
}

static void close_it(void *handle)
{
	++*(size_t *)handle;
}

/* The caller's escape is taken once, when nobody works any more, and what it watches is closed. */
static void fail_with(size_t workers)
{
	struct squares s;
	struct resource open;
	size_t closed = 0;
	volatile bool went_on = false;
	start(&s);
	s.fails = 10;
	if (setjmp(s.escape.env) == 0) {
		escape_watch(&s.escape, &open, close_it, &closed);
		threads_each(&s.escape, s.own, workers, ITEMS, square, &s);
		went_on = true;
	}
	assert_false(went_on);
	assert_int_equal(closed, 1);
	assert_non_null(s.square[10]);
	end(&s);
}

static void test_failure(void **state)
{
	(void)state;
	for (size_t workers = 1; workers <= WORKERS; workers++)
		fail_with(workers);
}

static void test_usual(void **state)
{
	(void)state;
	assert_in_range(threads_usual(), 1, THREADS_MOST);
}

/* ---- arenas ---- */

/* ---- in order ---- */

enum { WINDOW = 6 };

struct line_run {
	struct arena arena[WINDOW];
	struct escape own[WORKERS], escape;
	size_t *square[WINDOW];
	size_t taken;
	size_t fails, take_fails;    /* the item that needs more than there is, when it is done or taken */
	struct arena small;          /* of the one who takes */
};

static void do_square(void *user, size_t worker, size_t item)
{
	struct line_run *s = user;
	struct arena *arena = &s->arena[item % WINDOW];
	arena->escape = worker ? &s->own[worker] : &s->escape;
	s->square[item % WINDOW] = NEW(arena, size_t);
	*s->square[item % WINDOW] = item * item;
	if (item == s->fails)
		(void)NEWS(arena, char, 10000000);
}

static void take_square(void *user, size_t item)
{
	struct line_run *s = user;
	assert_int_equal(item, s->taken);
	assert_int_equal(*s->square[item % WINDOW], item * item);
	arena_reset(&s->arena[item % WINDOW]);
	if (item == s->take_fails)
		(void)NEWS(&s->small, char, 10000000);
	s->taken++;
}

/* Whether memory has ended for somebody. */
static bool run_in_order(struct line_run *s, size_t workers, size_t fails, size_t take_fails)
{
	struct resource open;
	size_t closed = 0;
	volatile bool went_on = false;
	memset(s, 0, sizeof *s);
	s->fails = fails;
	s->take_fails = take_fails;
	escape_init(&s->escape);
	arena_init(&s->small, 1000000, &s->escape);
	for (size_t i = 0; i < WINDOW; i++)
		arena_init(&s->arena[i], 1000000, &s->escape);
	if (setjmp(s->escape.env) == 0) {
		escape_watch(&s->escape, &open, close_it, &closed);
		threads_in_order(&s->escape, s->own, workers, ITEMS, WINDOW, do_square, take_square, s);
		went_on = true;
	}
	assert_int_equal(closed, went_on ? 0 : 1);
	for (size_t i = 0; i < WINDOW; i++)
		arena_release(&s->arena[i]);
	arena_release(&s->small);
	return !went_on;
}

static void test_in_order(void **state)
{
	(void)state;
	for (size_t workers = 1; workers <= WORKERS; workers++) {
		struct line_run s;
		assert_false(run_in_order(&s, workers, ITEMS, ITEMS));
		assert_int_equal(s.taken, ITEMS);
		assert_true(run_in_order(&s, workers, 500, ITEMS));
		assert_true(s.taken <= 500);
		assert_true(run_in_order(&s, workers, ITEMS, 700));
		assert_int_equal(s.taken, 700);
	}
}

static void test_adopt(void **state)
{
	(void)state;
	static const size_t SIZES[] = { 10, 100000, 40000, 1000000 };
	for (size_t i = 0; i < 16; i++) {
		struct escape escape;
		struct arena to, from;
		escape_init(&escape);
		arena_init(&to, 0, &escape);
		arena_init(&from, 0, &escape);
		char *kept = i % 2 ? NEWS(&to, char, SIZES[i / 4]) : NULL, *text = NEWS(&from, char, SIZES[i / 4]);
		if (i % 4 > 1)
			(void)NEWS(&from, char, 70000);
		text[0] = 'x';
		size_t used = to.used + from.used;
		arena_adopt(&to, &from);
		assert_int_equal(to.used, used);
		assert_int_equal(from.used, 0);
		assert_null(from.block);
		/* what comes then is neither the one nor the other */
		char *more = NEWS(&to, char, 1000);
		memset(more, 'y', 1000);
		assert_int_equal(text[0], 'x');
		assert_true(!kept || kept[0] == 0);
		(void)NEWS(&from, char, 10);
		arena_release(&from);
		arena_release(&to);
	}
}

static void test_adopt_limit(void **state)
{
	(void)state;
	struct escape escape;
	struct arena to, from;
	volatile bool went_on = false;
	escape_init(&escape);
	arena_init(&to, 200000, &escape);
	arena_init(&from, 0, &escape);
	(void)NEWS(&to, char, 100000);
	(void)NEWS(&from, char, 150000);
	if (setjmp(escape.env) == 0) {
		arena_adopt(&to, &from);
		went_on = true;
	}
	assert_false(went_on);
	arena_release(&from);
	arena_release(&to);
}

static void test_extend(void **state)
{
	(void)state;
	struct escape escape;
	struct arena arena;
	escape_init(&escape);
	arena_init(&arena, 0, &escape);
	assert_false(arena_extend(&arena, NULL, 0, 10));
	char *first = NEWS(&arena, char, 10);
	assert_true(arena_extend(&arena, first, 10, 1000));
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(first[i], 0);
	memset(first, 'x', 1000);
	char *second = NEWS(&arena, char, 10);
	assert_ptr_equal(second, first + 1000);
	/* another one stands behind it; and then the block is full */
	assert_false(arena_extend(&arena, first, 1000, 1001));
	assert_false(arena_extend(&arena, second, 10, 1000000));
	assert_int_equal(second[9], 0);
	arena_release(&arena);
}

static void test_addresses(void **state)
{
	(void)state;
	struct escape escape;
	struct arena arena;
	struct map map;
	static const char TEXT[100] = "";
	escape_init(&escape);
	arena_init(&arena, 0, &escape);
	map_init(&map, &arena);
	for (size_t i = 0; i < 100; i += 2) {
		const void *address = &TEXT[i];
		map_set_address(&map, address, (char *)&map + i % 8);
	}
	for (size_t i = 0; i < 100; i++)
		assert_ptr_equal(map_get_address(&map, &TEXT[i]), i % 2 ? NULL : (char *)&map + i % 8);
	assert_null(map_get_address(&map, NULL));
	arena_release(&arena);
}

const struct CMUnitTest threads_tests[] = {
	cmocka_unit_test(test_in_order),
	cmocka_unit_test(test_all_items), cmocka_unit_test(test_failure), cmocka_unit_test(test_usual), cmocka_unit_test(test_adopt),
	cmocka_unit_test(test_adopt_limit), cmocka_unit_test(test_extend), cmocka_unit_test(test_addresses),
};
const size_t threads_tests_count = sizeof threads_tests / sizeof *threads_tests;
