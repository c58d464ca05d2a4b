/* SPDX-License-Identifier: Apache-2.0 */
/* Writing YAML and JSON: style, quotes, blocks, comments, and that everything is read back as it was. */
#include "doc_run.h"

extern const struct CMUnitTest doc_write_tests[];
extern const size_t doc_write_tests_count;

static str yaml_of(struct run *run, const struct node *root)
{
	struct buf out;
	buf_init(&out, &run->arena, 0);
	doc_write_yaml(&out, root, (struct doc_style){ .comments = true });
	return buf_str(&out);
}

static str json_of(struct run *run, const struct node *root, size_t indent)
{
	struct buf out;
	buf_init(&out, &run->arena, 0);
	doc_write_json(&out, root, indent);
	return buf_str(&out);
}

/* Text and how it is written behind "k: ". */
static const struct {
	const char *text, *written;
} TEXTS[] = {
	/* as it is */
	{ "a", "a" }, { "shop.example.com", "shop.example.com" }, { "/api(/|$)(.*)", "/api(/|$)(.*)" }, { "a b", "a b" }, { "a:b", "a:b" },
	{ "http://x:80/?a=b#c", "http://x:80/?a=b#c" }, { "a#b", "a#b" }, { "a, [b] {c}", "a, [b] {c}" }, { "it's \"x\" \\d", "it's \"x\" \\d" },
	{ "^/x$", "^/x$" }, { "$1", "$1" }, { "(a)", "(a)" }, { "8m", "8m" }, { "60s", "60s" }, { "1.2.3.4/8", "1.2.3.4/8" }, { "v1", "v1" },
	{ "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80" }, { "nothing", "nothing" }, { "yes please", "yes please" }, { "a-", "a-" }, { "a ?", "a ?" },
	{ "one", "one" }, { "e5", "e5" }, { "x1f", "x1f" },
	/* words */
	{ "yes", "\"yes\"" }, { "No", "\"No\"" }, { "oN", "\"oN\"" }, { "OFF", "\"OFF\"" }, { "y", "\"y\"" }, { "N", "\"N\"" }, { "true", "\"true\"" },
	{ "FaLse", "\"FaLse\"" }, { "null", "\"null\"" }, { "NULL", "\"NULL\"" }, { "nUll", "\"nUll\"" }, { "~", "\"~\"" }, { "", "\"\"" }, { "=", "\"=\"" }, { "<<", "\"<<\"" },
	{ ".inf", "\".inf\"" }, { "-.INF", "\"-.INF\"" }, { "+.Inf", "\"+.Inf\"" }, { ".NaN", "\".NaN\"" }, { "nan", "\"nan\"" },
	/* numbers and times of some reader */
	{ "0", "\"0\"" }, { "80", "\"80\"" }, { "-1", "\"-1\"" }, { "+1", "\"+1\"" }, { "1_000", "\"1_000\"" }, { "1,000", "\"1,000\"" }, { "0o7", "\"0o7\"" }, { "017", "\"017\"" }, { "0x1f", "\"0x1f\"" },
	{ "0XAB", "\"0XAB\"" }, { "0b1", "\"0b1\"" }, { "1:30", "\"1:30\"" }, { "190:20:30.15", "\"190:20:30.15\"" }, { ".5", "\".5\"" }, { "5.", "\"5.\"" }, { "1e3", "\"1e3\"" }, { "1.5E-3", "\"1.5E-3\"" },
	{ "12e03", "\"12e03\"" }, { "2001-01-01", "\"2001-01-01\"" }, { "2001-1-1", "\"2001-1-1\"" }, { "2001-12-14 21:59:43.10 -5", "\"2001-12-14 21:59:43.10 -5\"" }, { "2001-12-14t21:59:43Z", "\"2001-12-14t21:59:43Z\"" },
	{ "7e1234567", "\"7e1234567\"" }, { "99999999999999999999", "\"99999999999999999999\"" }, { "...", "\"...\"" }, { "---", "\"---\"" }, { ".", "\".\"" }, { "+", "\"+\"" }, { "+_", "\"+_\"" },
	/* indicators and blanks */
	{ "-", "\"-\"" }, { "- a", "\"- a\"" }, { "-a", "\"-a\"" }, { "? a", "\"? a\"" }, { ": a", "\": a\"" }, { ",a", "\",a\"" }, { "[a", "\"[a\"" }, { "]", "\"]\"" }, { "{a}", "\"{a}\"" }, { "}", "\"}\"" },
	{ "#a", "\"#a\"" }, { "&a", "\"&a\"" }, { "*.example.com", "\"*.example.com\"" }, { "!a", "\"!a\"" }, { "|", "\"|\"" }, { ">a", "\">a\"" }, { "'a'", "\"'a'\"" }, { "\"a\"", "\"\\\"a\\\"\"" }, { "%a", "\"%a\"" }, { "@a", "\"@a\"" }, { "`a`", "\"`a`\"" },
	{ "a: b", "\"a: b\"" }, { "a:", "\"a:\"" }, { "a #b", "\"a #b\"" }, { " a", "\" a\"" }, { "a ", "\"a \"" }, { " ", "\" \"" }, { "{{ x }}", "\"{{ x }}\"" },
	/* not seen */
	{ "a\tb", "\"a\\tb\"" }, { "a\rb", "\"a\\rb\"" }, { "\x01\x1B\x7F\b\f\v\a", "\"\\x01\\e\\x7F\\b\\f\\v\\a\"" }, { "a\xC2\xA0" "b", "\"a\\xA0b\"" }, { "\xC2\x85", "\"\\x85\"" }, { "a\xE2\x80\xA8" "b", "\"a\\u2028b\"" },
	{ "\xEF\xBB\xBF" "a", "\"\\uFEFFa\"" }, { "\xE2\x80\xAE" "a", "\"\\u202Ea\"" }, { "\xF3\xA0\x80\x81", "\"\\U000E0001\"" }, { "\xEF\xBF\xBE", "\"\\uFFFE\"" },
	/* several lines */
	{ "a\nb", "|-\n  a\n  b" }, { "a\n", "|\n  a" }, { "a\nb\n", "|\n  a\n  b" }, { "a\n\n", "|+\n  a\n" }, { "a\n\nb\n", "|\n  a\n\n  b" }, { "a\n  b\n", "|\n  a\n    b" }, { "# a\n---\n", "|\n  # a\n  ---" },
	{ "a: b \nc\t\n", "|\n  a: b \n  c\t" }, { "\xC3\xA4\n", "|\n  \xC3\xA4" }, { "a\n \nb", "\"a\\n \\nb\"" }, { "a\n\tb", "\"a\\n\\tb\"" }, { "\na", "\"\\na\"" }, { "\n", "\"\\n\"" }, { " a\nb", "\" a\\nb\"" },
	{ "\ta\nb", "\"\\ta\\nb\"" }, { "a\n ", "\"a\\n \"" }, { "a\r\nb", "\"a\\r\\nb\"" }, { "a\n\x01", "\"a\\n\\x01\"" }, { "a\xE2\x80\xA9\nb", "\"a\\u2029\\nb\"" },
};

static void texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(TEXTS); i++) {
		struct run run;
		start(&run);
		struct node *map = node_map(&run.arena);
		node_set(&run.arena, map, STR("k"), node_string(&run.arena, str_c(TEXTS[i].text)));
		str wanted = arena_printf(&run.arena, "k: %s\n", TEXTS[i].written);
		assert_text(yaml_of(&run, map), wanted.p, TEXTS[i].text);
		stop(&run);
	}
}

/* As keys, entries, roots and between others: everything comes back, and nothing is said about it. */
static void comes_back(struct run *run, const struct node *tree, str text, const char *about)
{
	size_t before = run->roots.n;
	add(run, "written", text);
	if (run->diags.list.n > 0 || run->roots.n != before + 1 || !node_equal(tree, run->roots.item[before])) {
		print_error("%s\nis not read back from:\n%.*s", about, STR_ARG(text));
		fail();
	}
}

static void texts_come_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(TEXTS); i++) {
		struct run run;
		start(&run);
		str text = str_c(TEXTS[i].text);
		struct arena *arena = &run.arena;
		struct node *map = node_map(arena), *list = node_list(arena), *string = node_string(arena, text);
		node_set(arena, map, text, string);
		node_set(arena, map, STR("list"), list);
		node_add(arena, list, string);
		node_add(arena, list, map);
		/* A list in a list, and what stands behind it. */
		struct node *outer = node_list(arena), *root = node_map(arena), *inner = node_map(arena);
		node_set(arena, inner, text, string);
		node_set(arena, inner, STR("last"), string);
		node_add(arena, outer, string);
		node_add(arena, outer, inner);
		list->as.list.item[1] = outer;
		node_set(arena, root, STR("map"), map);
		node_set(arena, root, STR("end"), node_int(arena, 1));
		comes_back(&run, root, yaml_of(&run, root), TEXTS[i].text);
		comes_back(&run, string, yaml_of(&run, string), TEXTS[i].text);
		comes_back(&run, list, yaml_of(&run, list), TEXTS[i].text);
		comes_back(&run, root, json_of(&run, root, 0), TEXTS[i].text);
		stop(&run);
	}
}

/* Keys are quoted as text is, and long ones have a form of their own. */
static void keys(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	struct arena *arena = &run.arena;
	struct node *map = node_map(arena), *inner = node_map(arena), *list = node_list(arena);
	char *longest = arena_alloc(arena, 1, 1, 3000);
	memset(longest, 'x', 3000);
	node_add(arena, list, node_int(arena, 1));
	node_set(arena, inner, STR("on"), list);
	node_set(arena, map, STR("yes"), node_int(arena, 1));
	node_set(arena, map, STR("a\nb"), node_int(arena, 2));
	node_set(arena, map, STR("nginx.ingress.kubernetes.io/x"), node_bool(arena, true));
	node_set(arena, map, (str){ longest, 1000 }, node_int(arena, 3));
	node_set(arena, map, (str){ longest, 1001 }, node_int(arena, 4));
	node_set(arena, map, (str){ longest, 2000 }, inner);
	node_set(arena, map, (str){ longest, 3000 }, list);
	str text = yaml_of(&run, map);
	assert_true(str_starts(text, STR("\"yes\": 1\n\"a\\nb\": 2\nnginx.ingress.kubernetes.io/x: true\nxxx")));
	assert_true(str_has(text, STR("xxx: 3\n? xxx")));
	assert_true(str_has(text, STR("xxx\n: 4\n? xxx")));
	assert_true(str_has(text, STR("xxx\n:\n  \"on\":\n  - 1\n? xxx")));
	comes_back(&run, map, text, "long keys");
	stop(&run);
}

static const struct {
	const char *text, *written;
} STYLES[] = {
	{ "{a: {b: {c: 1}}, d: x}", "a:\n  b:\n    c: 1\nd: x\n" },
	{ "{a: [1, x, {b: 1, c: [2, {d: 3}]}], e: 1}", "a:\n- 1\n- x\n- b: 1\n  c:\n  - 2\n  - d: 3\ne: 1\n" },
	{ "[[1, 2], [[3]], [{a: 1, b: [4]}]]", "- - 1\n  - 2\n- - - 3\n- - a: 1\n    b:\n    - 4\n" },
	{ "{a: [], b: {}, c: [[], {}, ~], d: ~}", "a: []\nb: {}\nc:\n- []\n- {}\n- null\nd: null\n" },
	{ "{a: yes, b: 'yes', c: off, d: 0x10, e: '0x10', f: 1_000, g: 017, h: 1.50, i: .5, j: -0, k: 18446744073709551615}",
		"a: true\nb: \"yes\"\nc: false\nd: 16\ne: \"0x10\"\nf: 1000\ng: 15\nh: 1.50\ni: .5\nj: 0\nk: 18446744073709551615\n" },
	{ "{z: 1, a: 2, m: 3}", "z: 1\na: 2\nm: 3\n" },
	{ "{a: [{b: \"1\\n2\\n\", c: \"x\\n\\n\"}, \"y\\n\", z]}", "a:\n- b: |\n    1\n    2\n  c: |+\n    x\n\n- |\n  y\n- z\n" },
	{ "text", "text\n" }, { "'5'", "\"5\"\n" }, { "5", "5\n" }, { "[]", "[]\n" }, { "{}", "{}\n" }, { "~", "null\n" }, { "\"a\\nb\"", "|-\n  a\n  b\n" },
};

static void styles(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(STYLES); i++) {
		struct run run;
		load(&run, STYLES[i].text);
		str text = yaml_of(&run, root(&run));
		assert_text(text, STYLES[i].written, STYLES[i].text);
		comes_back(&run, run.roots.item[0], text, STYLES[i].text);
		stop(&run);
	}
}

static struct node *commented(struct arena *arena, str comment, str key, struct node *value)
{
	struct node *map = node_map(arena);
	map->comment = comment;
	if (value)
		node_set(arena, map, key, value);
	return map;
}

static void comments(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	struct arena *arena = &run.arena;
	struct node *list = node_list(arena), *inner = node_list(arena), *map;
	node_add(arena, inner, commented(arena, STR("first of a list"), STR("a"), node_int(arena, 1)));
	node_add(arena, inner, commented(arena, STR("second"), STR("b"), node_int(arena, 2)));
	node_add(arena, list, commented(arena, STR("an entry\n\n  two \x01\xE2\x80\xA8 lines\r\n"), STR("c"),
		commented(arena, STR("a value"), STR("d"), node_int(arena, 3))));
	node_add(arena, list, inner);
	node_add(arena, list, commented(arena, STR("empty"), STR(""), NULL));
	map = commented(arena, STR("the root\nhere: 1"), STR("list"), list);
	node_set(arena, map, STR("none"), commented(arena, STR("empty, too"), STR(""), NULL));
	str text = yaml_of(&run, map);
	assert_text(text,
		"# the root\n# here: 1\nlist:\n# an entry\n#\n#   two ?? lines?\n- c:\n    # a value\n    d: 3\n"
		"# first of a list\n- - a: 1\n  # second\n  - b: 2\n# empty\n- {}\n# empty, too\nnone: {}\n", "comments");
	comes_back(&run, map, text, "comments");

	struct buf out;
	buf_init(&out, arena, 0);
	doc_write_yaml(&out, map, (struct doc_style){ .comments = false });
	assert_text(buf_str(&out), "list:\n- c:\n    d: 3\n- - a: 1\n  - b: 2\n- {}\nnone: {}\n", "without comments");
	assert_text(yaml_of(&run, commented(arena, STR("x"), STR(""), NULL)), "# x\n{}\n", "an empty root");
	stop(&run);
}

static void json(void **state)
{
	(void)state;
	struct run run;
	load(&run, "{a: [1, 0x10, 1_000, -017, +5, -0, 0x0, x, 'y\"\\', \"\\n\\u0001\", {}, [], {b: ~}], c: yes, d: {e: no}}");
	assert_text(json_of(&run, root(&run), 0),
		"{\n  \"a\": [\n    1,\n    16,\n    1000,\n    -15,\n    5,\n    0,\n    0,\n    \"x\",\n    \"y\\\"\\\\\",\n    \"\\n\\u0001\",\n    {},\n    [],\n"
		"    {\n      \"b\": null\n    }\n  ],\n  \"c\": true,\n  \"d\": {\n    \"e\": false\n  }\n}", "indented by two");
	assert_text(json_of(&run, node_get(root(&run), STR("d")), 4), "{\n      \"e\": false\n    }", "columns of the caller");
	assert_text(json_of(&run, NULL, 4), "null", "nothing");
	stop(&run);
}

/* Numbers that JSON spells otherwise, and those that it has not. */
static const struct {
	const char *text, *written;
} NUMBERS[] = {
	{ "1.5", "1.5" }, { "1e3", "1e3" }, { "-1.5E+3", "-1.5E+3" }, { ".5", "0.5" }, { "-.5", "-0.5" }, { "+.5e1", "0.5e1" }, { "5.", "5" }, { "5.e3", "5e3" }, { "08.5", "8.5" }, { "00.5", "0.5" },
	{ "1_0.5", "10.5" }, { "+1.5", "1.5" }, { "0.0", "0.0" }, { ".inf", "\".inf\"" }, { "-.INF", "\"-.INF\"" }, { ".nan", "\".nan\"" }, { "18446744073709551615", "18446744073709551615" },
	{ "+99999999999999999999", "99999999999999999999" }, { "99_999_999_999_999_999_999", "99999999999999999999" }, { "0xFFFFFFFFFFFFFFFF", "\"0xFFFFFFFFFFFFFFFF\"" }, { "9223372036854775807", "9223372036854775807" },
};

static void json_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(NUMBERS); i++) {
		struct run run;
		load(&run, NUMBERS[i].text);
		assert_true(root(&run)->kind == NODE_INT || root(&run)->kind == NODE_FLOAT);
		assert_text(json_of(&run, root(&run), 0), NUMBERS[i].written, NUMBERS[i].text);
		stop(&run);
	}
}

/* As deep as a reader allows. */
static void deep_trees(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	struct node *tree = node_string(&run.arena, STR("leaf"));
	for (unsigned i = 0; i < 1000; i++) {
		struct node *up = i % 3 ? node_map(&run.arena) : node_list(&run.arena);
		if (up->kind == NODE_MAP)
			node_set(&run.arena, up, STR("k"), tree);
		else
			node_add(&run.arena, up, tree);
		tree = up;
	}
	run.limits.depth = 1000;
	comes_back(&run, tree, yaml_of(&run, tree), "deep YAML");
	comes_back(&run, tree, json_of(&run, tree, 0), "deep JSON");
	stop(&run);
}

/* A tree that holds itself ends somewhere. */
static void endless_trees(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	struct node *list = node_list(&run.arena), *map = node_map(&run.arena);
	node_add(&run.arena, list, list);
	node_set(&run.arena, map, STR("k"), map);
	assert_true(str_ends(yaml_of(&run, list), STR("- null\n")));
	assert_true(str_ends(yaml_of(&run, map), STR("k: null\n")));
	assert_true(str_has(json_of(&run, list, 0), STR("null")));
	assert_true(str_has(json_of(&run, map, 0), STR("\"k\": null")));
	stop(&run);
}

const struct CMUnitTest doc_write_tests[] = {
	cmocka_unit_test(texts), cmocka_unit_test(texts_come_back), cmocka_unit_test(keys), cmocka_unit_test(styles),
	cmocka_unit_test(comments), cmocka_unit_test(json), cmocka_unit_test(json_numbers), cmocka_unit_test(deep_trees),
	cmocka_unit_test(endless_trees),
};
const size_t doc_write_tests_count = COUNT(doc_write_tests);
