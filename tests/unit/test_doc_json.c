/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON: which texts are JSON, what they hold, places, limits, and what is said about broken text. */
#include "doc_run.h"

extern const struct CMUnitTest doc_json_tests[];
extern const size_t doc_json_tests_count;

static const struct {
	const char *text, *shapes, *said;
} TEXTS[] = {
	{ "{}", "{}", "" }, { "[]", "[]", "" }, { " \r\n\t{ }\n", "{}", "" }, { "\xEF\xBB\xBF{\"a\": 1}", "{a:1}", "" },
	{ "{\"a\":{\"b\":[1,-2,{\"c\":null}]},\"d\":true,\"e\":false,\"f\":\"\"}", "{a:{b:[1 -2 {c:null}]} d:true e:false f:\"\"}", "" },
	{ "[0, -0, 1.5, 1e3, -1E-5, 0.0]", "[0 0 ~1.5 ~1e3 ~-1E-5 ~0.0]", "" }, { "[1e308, 1e309]", "[~1e308 \"1e309\"]", "" },
	{ "[9007199254740993, 9223372036854775807, 9223372036854775808]", "[9007199254740993 9223372036854775807 0]", "" },
	/* words that YAML would resolve are text here */
	{ "[\"yes\", \"5\", \"null\", \"~\", \"<<\"]", "[\"yes\" \"5\" \"null\" \"~\" \"<<\"]", "" }, { "{\"<<\": {\"a\": 1}}", "{<<:{a:1}}", "" },
	/* escapes */
	{ "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "[\"\\\"\\\\/\\u0008\\u000c\\n\\u000d\\t\"]", "" }, { "[\"\\u00e4\\u20AC\\ud83d\\ude00\\u0041\"]", "[\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80" "A\"]", "" },
	{ "[\"a\\u0000b\", \"\\u0000\", \"x\"]", "[\"a\\u0000b\" \"\\u0000\" \"x\"]", "" },
	{ "{\"a\\nb\": \"}\\\"]\"}", "{a\nb:\"}\\\"]\"}", "" },
	/* several values */
	{ "{\"a\":1}{\"b\":2}\n[3]\r\n\r\n{}", "{a:1}\n{b:2}\n[3]\n{}", "" },
	/* duplicates */
	{ "{\"a\": 1, \"b\": 2, \"a\": 3}", "{a:3 b:2}", "I2G-0108 warning 1:18 1" }, { "[{\"\\u0061\": 1, \"a\": 3}]", "[{a:3}]", "I2G-0108 warning 1:16 1" },
	/* not JSON, but YAML */
	{ "{a: 1}", "{a:1}", "" }, { "{\"a\": 1,}", "{a:1}", "" }, { "{'a': yes}", "{a:true}", "" }, { "[a, b]", "[\"a\" \"b\"]", "" }, { "[1, 2] # c", "[1 2]", "" }, { "[a]: 1", "", "I2G-0102 error 1:1 1" },
	{ "{\"a\": 1}\n---\n{\"a\": \"\\ud83d\\ude00\"}\n---\nb: 2\n", "{a:1}\n{a:\"\xF0\x9F\x98\x80\"}\n{b:2}", "" }, { "5", "5", "" }, { "\"a\"", "\"a\"", "" },
	{ "{\"a\": 12345678901234567890123456789012345678901234567890123456789012345678901234567890}", "{a:0}", "" },
	/* cJSON takes these, JSON has them not, and YAML folds them */
	{ "{\"a\": \"x\n  y\tz\"}", "{a:\"x y\\tz\"}", "" }, { "{\"a\": \"x\x01\"}", "", "I2G-0102 error 1:9 1" }, { "{\"a\": \"\\u12g4\"}", "", "I2G-0102 error 1:8 1" }, { "{\"a\": \"\\ud83d\"}", "", "I2G-0102 error 1:8 1" },
	/* broken */
	{ "{\"a\": 1 \"b\": 2}", "", "I2G-0102 error 1:9 1" }, { "{\n  \"\xC3\xA4\": \"\xC3\xA4\" \"b\": 2\n}\n", "", "I2G-0102 error 2:12 1" }, { "{\n  // c\n  \"a\": 1\n}\n", "", "I2G-0102 error 2:3 1" },
	{ "{\"a\": {\"b\": [1, 2", "", "I2G-0102 error 1:17 1" }, { "{\"a\": \"x", "", "I2G-0102 error 1:8 1" }, { "{\"a\": [1, 2\n\n", "", "I2G-0102 error 1:11 1" }, { "{\"a\": 1 \"b\": {\n", "", "I2G-0102 error 1:9 1" }, { "{\"a\": \"x}\n", "", "I2G-0102 error 1:10 1" }, { "{\"a\": \"\\x\"}", "", "I2G-0102 error 1:8 1" }, { "{\"a\" = 1}", "", "I2G-0102 error 1:6 1" },
	{ "{\"a\": 1}\n{\"b\": }\n{\"c\": 2}\n", "{a:1}\n{c:2}", "I2G-0102 error 2:7 1" }, { "{\"a\": 1}\n{\"b\": 1,}\n", "{a:1}", "I2G-0102 error 2:9 1" }, { "{\"a\": 1}\n{b: 1}\n", "{a:1}", "I2G-0102 error 2:2 1" },
	{ "{\n\t\"a\": 1\n\t\"b\": 2\n}\n", "", "I2G-0102 error 3:2 1" }, { "{{ .Values.x }}", "", "I2G-0103 error 1:1 2" }, { "{\"a\": {{ x }}}", "", "I2G-0103 error 1:7 2" },
};

static void texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(TEXTS); i++) {
		struct run run;
		load(&run, TEXTS[i].text);
		assert_text(shapes(&run), TEXTS[i].shapes, TEXTS[i].text);
		assert_text(said(&run), TEXTS[i].said, TEXTS[i].text);
		assert_int_equal(run.good, !str_has(str_c(TEXTS[i].said), STR("error")));
		stop(&run);
	}
}

/* cJSON's strings end at a zero; ours do not, so these keys are two. */
static void zeros(void **state)
{
	(void)state;
	struct run run;
	load(&run, "{\"a\\u0000b\": 1, \"a\\u0000c\": \"\\u0000\"}");
	const struct node *map = root(&run);
	assert_int_equal(map->as.map.n, 2);
	assert_true(str_eq(map->as.map.item[0].key, STR("a\0b")));
	assert_true(str_eq(map->as.map.item[1].key, STR("a\0c")));
	assert_true(str_eq(map->as.map.item[1].value->as.text, STR("\0")));
	assert_int_equal(run.diags.list.n, 0);
	stop(&run);
}

static void text_as_written(void **state)
{
	(void)state;
	struct run run;
	load(&run, "[9223372036854775808, 1.50, -1E-5, true, \"5\", null]");
	static const char *const text[] = { "9223372036854775808", "1.50", "-1E-5", "true", "5" };
	const struct node *list = root(&run);
	for (size_t i = 0; i < COUNT(text); i++) {
		assert_text(node_text(list->as.list.item[i]), text[i], "text");
		assert_int_equal(list->as.list.item[i]->plain, list->as.list.item[i]->kind != NODE_STRING);
	}
	stop(&run);
}

static const struct place_case PLACES[] = {
	{ "{\"a\": 1, \"b\" : \"x y\"}", "a", "1:2", "1:7", 1 },
	{ "{\"a\": 1, \"b\" : \"x y\"}", "b", "1:10", "1:16", 5 },
	{ "{\r\n  \"a\": [\r\n    true,\r\n    -1.5e3\r\n  ]\r\n}\r\n", "a", "2:3", "2:8", 0 },
	{ "{\r\n  \"a\": [\r\n    true,\r\n    -1.5e3\r\n  ]\r\n}\r\n", "a.0", NULL, "3:5", 4 },
	{ "{\r\n  \"a\": [\r\n    true,\r\n    -1.5e3\r\n  ]\r\n}\r\n", "a.1", NULL, "4:5", 6 },
	{ "\xEF\xBB\xBF{\"\xC3\xA4\\\"\": \"\xE2\x82\xAC\\\\\", \"b\": {}}", "b", "1:16", "1:21", 0 },
	{ "{\"a\": {\"b\": [[], {\"c\": null}]}}", "a.b.1.c", "1:19", "1:24", 4 },
	{ "{\"a\":1,\n\"a\":22}", "a", "2:1", "2:5", 2 },
	{ "\n--- # \xC3\xA4\n{\"a\": 1}\n", "a", "3:2", "3:7", 1 },
	{ "{\"x\": \"\xFF\", \"a\": 1}", "a", "1:12", "1:17", 1 },
};

static void places(void **state)
{
	(void)state;
	check_places(PLACES, COUNT(PLACES));
}

static void second_document(void **state)
{
	(void)state;
	struct run run;
	load(&run, "{\"a\": 1}\n{\"\xC3\xA4\": 1,\n \"b\": [2]}\n");
	assert_int_equal(run.roots.n, 2);
	const struct pair *pair = node_pair(run.roots.item[1], STR("b"));
	assert_text(where(&run, run.roots.item[1]->at), "2:1", "map");
	assert_text(where(&run, pair->key_at), "3:2", "key");
	assert_text(where(&run, pair->value->as.list.item[0]->at), "3:8", "value");
	stop(&run);
}

static void not_utf8(void **state)
{
	(void)state;
	struct run run;
	load(&run, "{\"a\": \"x\xFFy\\n\", \"\xFF\": 1}");
	assert_text(shapes(&run), "{a:\"x\xEF\xBF\xBDy\\n\" \xEF\xBF\xBD:1}", "replaced");
	assert_text(said(&run), "I2G-0115 warning 1:9 1", "one warning");
	stop(&run);
}

static const struct {
	struct doc_limits limits;
	const char *good, *bad, *shapes, *said;
} LIMITS[] = {
	{ { .depth = 3 }, "[[[1]]]", "{\"a\": [{\"b\": []}]}", "", "I2G-0104 error 1:14 1" },
	{ { .depth = 2 }, "[[1]]\n[2]", "[[[1]]]\n[2]", "[2]", "I2G-0104 error 1:3 1" },
	{ { .document_bytes = 8 }, "{\"a\": 1}{\"b\": 2}", "{\"a\": 10}{\"b\": 2}", "{b:2}", "I2G-0106 error 1:1 1" },
};

static void limits(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(LIMITS); i++)
		for (int past = 0; past < 2; past++) {
			struct run run;
			const char *text = past ? LIMITS[i].bad : LIMITS[i].good;
			start(&run);
			run.limits = LIMITS[i].limits;
			add(&run, "a", str_c(text));
			assert_text(said(&run), past ? LIMITS[i].said : "", text);
			if (past)
				assert_text(shapes(&run), LIMITS[i].shapes, text);
			assert_int_equal(run.good, !past);
			stop(&run);
		}
}

/* The deepest that any limit allows, and one past it. */
static void deepest(void **state)
{
	(void)state;
	for (unsigned past = 0; past < 2; past++) {
		struct run run;
		start(&run);
		struct buf text;
		buf_init(&text, &run.arena, 0);
		buf_fill(&text, '[', 1000 + past);
		buf_fill(&text, ']', 1000 + past);
		run.limits.depth = 100000;
		add(&run, "a", buf_str(&text));
		assert_text(said(&run), past ? "I2G-0104 error 1:1001 1" : "", "deep");
		assert_int_equal(run.roots.n, 1 - past);
		stop(&run);
	}
}

static void large_maps(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	struct buf text;
	buf_init(&text, &run.arena, 0);
	for (unsigned i = 0; i < 100000; i++)
		buf_printf(&text, "%c\"k%u\": %u", i ? ',' : '{', i % 99999, i);
	buf_add_char(&text, '}');
	add(&run, "a", buf_str(&text));
	assert_int_equal(root(&run)->as.map.n, 99999);
	assert_int_equal(root(&run)->as.map.item[0].value->number, 99999);
	assert_int_equal(root(&run)->as.map.item[99998].value->number, 99998);
	assert_int_equal(run.diags.list.n, 1);
	stop(&run);
}

static void messages(void **state)
{
	(void)state;
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "{\"a\": 1 \"b\": 2}", "a comma is missing before this" },
		{ "{\"a\": 1}\n{\"b\": 1,}\n", "JSON has no comma before a closing bracket" },
		{ "{\n  // c\n  \"a\": 1\n}\n", "JSON has no comments" },
		{ "{\"a\": [1, 2", "the JSON text ends before its brackets are closed" },
		{ "{\"a\": 1}\n{b: 1}\n", "keys and text of JSON stand in double quotes" },
		{ "{\"a\": \"\\x\"}", "JSON knows no such escape" },
		{ "{\"a\" = 1}", "this is not valid JSON" },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct run run;
		load(&run, cases[i].text);
		assert_int_equal(run.diags.list.n, 1);
		assert_text(run.diags.list.item[0]->message, cases[i].message, cases[i].text);
		stop(&run);
	}
}

const struct CMUnitTest doc_json_tests[] = {
	cmocka_unit_test(texts), cmocka_unit_test(zeros), cmocka_unit_test(text_as_written), cmocka_unit_test(places),
	cmocka_unit_test(second_document), cmocka_unit_test(not_utf8), cmocka_unit_test(limits), cmocka_unit_test(deepest),
	cmocka_unit_test(large_maps), cmocka_unit_test(messages),
};
const size_t doc_json_tests_count = COUNT(doc_json_tests);
