/* SPDX-License-Identifier: Apache-2.0 */
/* Sharing keys out over objects: the limits hold whatever the keys are, and a key stays where it is when others come. */
#include "gateway/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

extern const struct CMUnitTest names_tests[];
extern const size_t names_tests_count;

struct run {
	struct escape escape;
	struct arena arena;
	struct str_list keys;
};

static void start(struct run *run)
{
	*run = (struct run){ 0 };
	escape_init(&run->escape);
	arena_init(&run->arena, 0, &run->escape);
}

static void add_keys(struct run *run, size_t n, const char *before)
{
	for (size_t i = 0; i < n; i++) {
		str number = arena_printf(&run->arena, "%zu", i);
		LIST_PUSH(&run->arena, &run->keys, arena_join(&run->arena, str_c(before), number));
	}
}

static void add_equal(struct run *run, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		LIST_PUSH(&run->arena, &run->keys, str_c(key));
}

/* Every key once, within the limits, in order, under names of their own. */
static void check_shares(struct run *run, const struct share_list *shares, const size_t *weights, size_t most, size_t weight)
{
	bool *seen = NEWS(&run->arena, bool, run->keys.n);
	size_t all = 0;
	for (size_t s = 0; s < shares->n; s++) {
		const struct share *share = &shares->item[s];
		size_t sum = 0;
		assert_true(share->n > 0 && share->n <= most);
		for (size_t i = 0; i < share->n; i++) {
			assert_false(seen[share->item[i]]);
			assert_true(i == 0 || share->item[i - 1] < share->item[i]);
			seen[share->item[i]] = true;
			sum += weights ? weights[share->item[i]] : 1;
		}
		assert_true(sum <= weight);
		all += share->n;
		for (size_t t = 0; t < s; t++)
			assert_false(str_eq(share->suffix, shares->item[t].suffix));
	}
	assert_int_equal(all, run->keys.n);
}

static void test_share(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	struct share_list none = names_share(&run.arena, &run.keys, NULL, 16, 16);
	assert_int_equal(none.n, 0);
	add_keys(&run, 16, "/p");
	struct share_list one = names_share(&run.arena, &run.keys, NULL, 16, 16);
	assert_int_equal(one.n, 1);
	assert_int_equal(one.item[0].suffix.n, 0);
	add_keys(&run, 3000, "/q");
	struct share_list many = names_share(&run.arena, &run.keys, NULL, 16, 16);
	check_shares(&run, &many, NULL, 16, 16);
	/* as many buckets as names_buckets() says, and the key in its own */
	size_t buckets = names_buckets(&run.arena, &run.keys, 16);
	for (size_t s = 0; s < many.n; s++) {
		str suffix = arena_printf(&run.arena, "-%zx", names_bucket(run.keys.item[many.item[s].item[0]], buckets));
		assert_true(str_eq(many.item[s].suffix, suffix));
	}
	arena_release(&run.arena);
}

/* Equal keys cannot be told apart by any hash: they are cut in their order, and do not drive the others asunder. */
static void test_equal_keys(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	add_equal(&run, 40, "same");
	struct share_list shares = names_share(&run.arena, &run.keys, NULL, 16, 128);
	check_shares(&run, &shares, NULL, 16, 128);
	assert_int_equal(shares.n, 3);
	assert_int_equal(names_buckets(&run.arena, &run.keys, 16), 1);
	add_keys(&run, 8, "/p");
	shares = names_share(&run.arena, &run.keys, NULL, 16, 128);
	check_shares(&run, &shares, NULL, 16, 128);
	assert_true(shares.n <= 3 + 8);
	arena_release(&run.arena);
}

static void test_weights(void **state)
{
	(void)state;
	struct run run;
	size_t weights[40];
	start(&run);
	add_equal(&run, 20, "same");
	add_keys(&run, 20, "/p");
	for (size_t i = 0; i < 40; i++)
		weights[i] = i % 3 ? 64 : 1;
	struct share_list shares = names_share(&run.arena, &run.keys, weights, 16, 128);
	check_shares(&run, &shares, weights, 16, 128);
	arena_release(&run.arena);
}

const struct CMUnitTest names_tests[] = {
	cmocka_unit_test(test_share), cmocka_unit_test(test_equal_keys), cmocka_unit_test(test_weights),
};
const size_t names_tests_count = sizeof names_tests / sizeof *names_tests;
