/* SPDX-License-Identifier: Apache-2.0 */
/* Trees: look-ups, equality, building. */
#include "doc_run.h"

extern const struct CMUnitTest doc_node_tests[];
extern const size_t doc_node_tests_count;

static void look_ups(void **state)
{
	(void)state;
	struct run run;
	load(&run, "spec:\n  rules:\n  - host: a\n  - host: b\n    http: ~\n  '0': zero\n'': empty\n");
	const struct node *tree = root(&run);
	assert_text(node_text(node_at(tree, STR("spec.rules.1.host"))), "b", "a path");
	assert_text(node_text(node_at(tree, STR("spec.0"))), "zero", "a number is a key of a map");
	assert_text(node_text(node_at(tree, STR(""))), "empty", "the empty key");
	assert_null(node_at(tree, STR("spec.rules.2")));
	assert_null(node_at(tree, STR("spec.rules.x")));
	assert_null(node_at(tree, STR("spec.rules.-1")));
	assert_null(node_at(tree, STR("spec.rules.0.host.x")));
	assert_null(node_at(tree, STR("nothing.at.all")));
	assert_null(node_at(tree, STR("spec.")));
	assert_null(node_at(NULL, STR("spec")));
	assert_int_equal(node_at(tree, STR("spec.rules.1.http"))->kind, NODE_NULL);
	assert_null(node_get(NULL, STR("a")));
	assert_null(node_get(node_at(tree, STR("spec.rules")), STR("0")));
	assert_null(node_pair(tree, STR("spe")));
	assert_text(node_pair(tree, STR("spec"))->key, "spec", "a pair");
	stop(&run);
}

static void kinds(void **state)
{
	(void)state;
	struct run run;
	load(&run, "[~, yes, 1, 1.5, x, [], {}]");
	static const char *const names[] = { "nothing", "true or false", "a number", "a number", "text", "a list", "a map" };
	static const char *const text[] = { "", "yes", "1", "1.5", "x", "", "" };
	const struct node *list = root(&run);
	for (size_t i = 0; i < COUNT(names); i++) {
		const struct node *node = list->as.list.item[i];
		assert_text(node_kind_name(node), names[i], "name");
		assert_text(node_text(node), text[i], "text");
		assert_int_equal(node_is_null(node), i == 0);
		assert_int_equal(node_is_scalar(node), i > 0 && i < 5);
	}
	assert_text(node_kind_name(NULL), "nothing", "NULL");
	assert_text(node_text(NULL), "", "NULL");
	assert_true(node_is_null(NULL));
	assert_false(node_is_scalar(NULL));
	stop(&run);
}

static const struct {
	const char *a, *b;
	bool equal;
} PAIRS[] = {
	{ "1", "1", true }, { "1", "'1'", false }, { "'1'", "\"1\"", true }, { "16", "0x10", true }, { "16", "17", false }, { "1_000", "1000", true }, { "0", "-0x0", true }, { "0", "18446744073709551615", false },
	{ "18446744073709551615", "18446744073709551615", true }, { "18446744073709551615", "18446744073709551616", false }, { "yes", "true", true }, { "yes", "no", false }, { "yes", "'yes'", false },
	{ "~", "null", true }, { "~", "''", false }, { "~", "0", false }, { "1.5", "1.5", true }, { "1.5", "1.6", false }, { "1", "1.0", false }, { "a", "b", false },
	{ "[1, 2]", "[1, 2]", true }, { "[1, 2]", "[2, 1]", false }, { "[1]", "[1, 1]", false }, { "[]", "{}", false }, { "{a: 1, b: 2}", "{b: 2, a: 1}", true }, { "{a: 1, b: 2}", "{a: 1, c: 2}", false },
	{ "{a: 1}", "{a: 1, b: 2}", false }, { "{a: 1, b: 2}", "{a: 1}", false }, { "{a: ~}", "{}", false }, { "{a: {b: [x]}}", "{'a': {\"b\": ['x']}}", true }, { "{a: {b: [x]}}", "{a: {b: [y]}}", false },
	{ "{a: 1, b: 2, c: 3, d: 4}", "{c: 3, a: 1, d: 4, b: 2}", true },
};

static void equality(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(PAIRS); i++) {
		struct run run;
		load(&run, PAIRS[i].a);
		add(&run, "b", str_c(PAIRS[i].b));
		assert_int_equal(run.roots.n, 2);
		struct node *a = run.roots.item[0], *b = run.roots.item[1];
		if (node_equal(a, b) != PAIRS[i].equal || node_equal(b, a) != PAIRS[i].equal || !node_equal(a, a))
			fail_msg("%s and %s", PAIRS[i].a, PAIRS[i].b);
		assert_int_equal(node_equal(a, NULL), a->kind == NODE_NULL);
		stop(&run);
	}
	assert_true(node_equal(NULL, NULL));
}

static void building(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	struct arena *arena = &run.arena;
	struct node *map = node_map(arena), *list = node_list(arena);
	node_set(arena, map, STR("list"), list);
	node_add(arena, list, node_int(arena, -5));
	node_add(arena, list, node_bool(arena, false));
	node_add(arena, list, node_string(arena, STR("x")));
	node_set_text(arena, map, STR("text"), STR("t"));
	node_set_text(arena, map, STR("skipped"), STR(""));
	node_set(arena, map, STR("number"), node_int(arena, INT64_MIN));
	node_set(arena, map, STR("text"), node_bool(arena, true));
	assert_text(shape(arena, map), "{list:[-5 false \"x\"] text:true number:-9223372036854775808}", "built");
	assert_text(node_text(node_at(map, STR("list.0"))), "-5", "numbers have text");
	assert_text(node_text(node_at(map, STR("text"))), "true", "booleans have text");
	for (int i = 0; i < 100; i++)
		node_set(arena, map, arena_printf(arena, "k%d", i % 50), node_int(arena, i));
	assert_int_equal(map->as.map.n, 53);
	assert_int_equal(node_get(map, STR("k7"))->number, 57);
	stop(&run);
}

const struct CMUnitTest doc_node_tests[] = {
	cmocka_unit_test(look_ups), cmocka_unit_test(kinds), cmocka_unit_test(equality), cmocka_unit_test(building),
};
const size_t doc_node_tests_count = COUNT(doc_node_tests);
