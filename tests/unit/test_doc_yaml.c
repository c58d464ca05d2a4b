/* SPDX-License-Identifier: Apache-2.0 */
/* Reading YAML: what plain scalars are, documents, places, anchors, limits, and what is said about broken text. */
#include "doc_run.h"

extern const struct CMUnitTest doc_yaml_tests[];
extern const size_t doc_yaml_tests_count;

/* A plain scalar and the shape of what it is, as kubectl's reader takes it. */
static const struct {
	const char *text, *shape;
} SCALARS[] = {
	{ "true", "true" }, { "True", "true" }, { "TRUE", "true" }, { "tRUE", "\"tRUE\"" }, { "yes", "true" }, { "Yes", "true" },
	{ "YES", "true" }, { "yEs", "\"yEs\"" }, { "on", "true" }, { "On", "true" }, { "ON", "true" }, { "y", "true" }, { "Y", "true" },
	{ "false", "false" }, { "no", "false" }, { "No", "false" }, { "NO", "false" }, { "off", "false" }, { "Off", "false" },
	{ "OFF", "false" }, { "n", "false" }, { "N", "false" }, { "False", "false" }, { "FALSE", "false" },
	{ "", "null" }, { "~", "null" }, { "null", "null" }, { "Null", "null" }, { "NULL", "null" }, { "nULL", "\"nULL\"" },
	{ "none", "\"none\"" }, { "0", "0" }, { "-0", "0" }, { "7", "7" }, { "+7", "7" }, { "-7", "-7" }, { "1_000", "1000" },
	{ "0x1F", "31" }, { "0X1f", "31" }, { "-0x10", "-16" }, { "0o17", "15" }, { "017", "15" }, { "08", "8" }, { "0789", "789" },
	{ "0b101", "5" }, { "-0b11", "-3" }, { "0x", "\"0x\"" }, { "0xG", "\"0xG\"" }, { "0b2", "\"0b2\"" }, { "0o8", "\"0o8\"" },
	{ "9223372036854775807", "9223372036854775807" }, { "-9223372036854775807", "-9223372036854775807" },
	{ "9223372036854775808", "0" }, { "1.5", "~1.5" }, { ".5", "~.5" }, { "5.", "~5." }, { "1e3", "~1e3" }, { "1E-3", "~1E-3" },
	{ "-1.5e+3", "~-1.5e+3" }, { "1_0.5", "~1_0.5" }, { ".5_0", "\".5_0\"" }, { "1e", "\"1e\"" }, { "1.5.6", "\"1.5.6\"" },
	{ "7e1234567", "\"7e1234567\"" }, { "1e308", "~1e308" }, { "1e309", "\"1e309\"" }, { "0e999", "~0e999" },
	{ ".inf", "~.inf" }, { "-.Inf", "~-.Inf" }, { "+.INF", "~+.INF" }, { ".nan", "~.nan" }, { ".NaN", "~.NaN" }, { "inf", "\"inf\"" },
	{ "-.nan", "\"-.nan\"" }, { "1:30", "\"1:30\"" }, { "2001-01-01", "\"2001-01-01\"" }, { "2001-12-14t21:59:43.10-05:00", "\"2001-12-14t21:59:43.10-05:00\"" },
	{ "10.0.0.0/8", "\"10.0.0.0/8\"" }, { "8m", "\"8m\"" }, { "+", "\"+\"" }, { ".", "\".\"" }, { "_1", "\"_1\"" }, { "1 2", "\"1 2\"" },
	{ "=", "\"=\"" }, { "a b # c", "\"a b\"" }, { "http://x:80/", "\"http://x:80/\"" }, { "a#b", "\"a#b\"" }, { "\xC3\xA4", "\"\xC3\xA4\"" },
	/* quoted, blocks, tags */
	{ "\"true\"", "\"true\"" }, { "'5'", "\"5\"" }, { "''", "\"\"" }, { "\"\"", "\"\"" }, { "'it''s'", "\"it's\"" }, { "\"a\\tb\\u00e4\\0\"", "\"a\\tb\xC3\xA4\\u0000\"" },
	{ "|\n  1\n  2", "\"1\\n2\"" }, { "|\n  1\n\n", "\"1\\n\"" }, { "|+\n  1\n\n", "\"1\\n\\n\"" }, { "|-\n  1\n\n", "\"1\"" },
	{ ">\n  a\n  b\n\n  c\n", "\"a b\\nc\\n\"" }, { "|\n  true", "\"true\"" }, { "a\n  b", "\"a b\"" }, { "\"a\n  b\"", "\"a b\"" },
	{ "!!str 5", "\"5\"" }, { "!!str true", "\"true\"" }, { "!!str", "\"\"" }, { "!!int \"5\"", "5" }, { "!!int 0x10", "16" }, { "!!int x", "\"x\"" },
	{ "!!float 5", "~5" }, { "!!float 1.5", "~1.5" }, { "!!bool \"yes\"", "true" }, { "!!bool 5", "\"5\"" }, { "!!null x", "\"x\"" },
	{ "!!null ''", "null" }, { "! 5", "\"5\"" }, { "!foo 5", "\"5\"" }, { "!!binary YQ==", "\"YQ==\"" }, { "!!timestamp 2001-01-01", "\"2001-01-01\"" },
	{ "!<tag:yaml.org,2002:str> 5", "\"5\"" }, { "!foo [1]", "[1]" }, { "!!map {a: 1}", "{a:1}" },
};

static void scalars(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(SCALARS); i++) {
		struct run run;
		char text[200];
		snprintf(text, sizeof text, "k: %s", SCALARS[i].text);
		load(&run, text);
		assert_text(shape(&run.arena, node_get(root(&run), STR("k"))), SCALARS[i].shape, SCALARS[i].text);
		stop(&run);
	}
}

static void plain(void **state)
{
	(void)state;
	struct run run;
	load(&run, "[a, 1, yes, 'b', \"c\", !!str d]");
	static const bool wanted[] = { true, true, true, false, false, true };
	const struct node *list = root(&run);
	assert_int_equal(list->as.list.n, COUNT(wanted));
	for (size_t i = 0; i < COUNT(wanted); i++)
		assert_int_equal(list->as.list.item[i]->plain, wanted[i]);
	assert_text(node_text(list->as.list.item[2]), "yes", "text as written");
	stop(&run);
}

/* Shapes of the documents of a text. */
static const struct {
	const char *text, *shapes, *said;
} DOCUMENTS[] = {
	{ "", "", "" }, { "\n \n", "", "" }, { "# only\n# comments\n", "", "" }, { "a: 1", "{a:1}", "" }, { "\xEF\xBB\xBF" "a: 1", "{a:1}", "" },
	{ "---\n", "-", "" }, { "---", "-", "" }, { "---\n---\n", "-\n-", "" }, { "--- # comment\na: 1\n", "{a:1}", "" }, { "# x\n---\n# y\n", "-", "" },
	{ "---\n# only a comment\n---\na: 1\n", "-\n{a:1}", "" }, { "a: 1\n---\nb: 2\n...\n", "{a:1}\n{b:2}", "" }, { "a: 1\n...\nb: 2\n", "{a:1}\n{b:2}", "" },
	{ "...\n...\na: 1\n", "{a:1}", "" }, { "---\n...\n---\n...\n", "-\n-", "" }, { "a: 1\n---", "{a:1}\n-", "" }, { "--- text\n", "\"text\"", "" }, { "--- {a: 1}\n--- [2]\n", "{a:1}\n[2]", "" },
	{ "--- |\n a\n--- 5\n", "\"a\\n\"\n5", "" }, { "--- >-\n a\n b\n...\n", "\"a b\"", "" }, { "---\ta: 1\n", "", "I2G-0102 error 1:6 1" }, { "--- ~\n--- null\n", "null\nnull", "" }, { "--- ''\n", "\"\"", "" },
	{ "%YAML 1.1\n---\na: 1\n", "{a:1}", "" }, { "%YAML 1.2\n# x\n---\na: 1\n---\nb: 2\n", "{a:1}\n{b:2}", "" }, { "a: 1\n...\n%YAML 1.1\n---\nb: 2\n", "{a:1}\n{b:2}", "" },
	{ "%TAG !e! tag:e.com,2000:\n---\na: !e!x 5\n", "{a:\"5\"}", "" },
	{ "a: |\n  x\n---\nb: 1\n", "{a:\"x\\n\"}\n{b:1}", "" }, { "a: |\n  x\n  ---\n  y\n", "{a:\"x\\n---\\ny\\n\"}", "" }, { "a: x\n ---\n", "{a:\"x ---\"}", "" }, { "a: 1\n---x: 2\n", "{a:1 ---x:2}", "" },
	{ "a: 1\r\n---\r\nb: |\r\n  x\r\n  y\r\n", "{a:1}\n{b:\"x\\ny\\n\"}", "" }, { "a: 1\r---\rb: 2\r", "{a:1}\n{b:2}", "" },
	{ "a: 1\n\xEF\xBB\xBF---\nb: 2\n", "{a:1}\n{b:2}", "" }, { "---\n\xEF\xBB\xBF" "b: 2\n", "{b:2}", "" }, { "a: 1\n---\n\xEF\xBB\xBF# x\n---\n", "{a:1}\n-\n-", "" },
	{ "a:\nb:\n  c:\n", "{a:null b:{c:null}}", "" },
	{ "- a\n-\n- - b\n  - c\n", "[\"a\" null [\"b\" \"c\"]]", "" }, { "a:\n- b\n- c: 1\n  d: 2\n", "{a:[\"b\" {c:1 d:2}]}", "" },
	{ "? a\n: b\n? c\n", "{a:\"b\" c:null}", "" }, { "? |\n  a\n: b\n", "{a\n:\"b\"}", "" }, { "1: a\ntrue: b\n~: c\n", "{1:\"a\" true:\"b\" ~:\"c\"}", "" }, { "?\n: a\n", "{:\"a\"}", "" },
	{ "{a: 1, b: [2, {c: 3}], 'd': , e}", "{a:1 b:[2 {c:3}] d:null e:null}", "" }, { "[a, [], {}, [b: c]]", "[\"a\" [] {} [{b:\"c\"}]]", "" },
	{ "a: 1\t\nb:\t2\n", "{a:1 b:2}", "" }, { "text\n", "\"text\"", "" }, { "a\nb\n", "\"a b\"", "" },
	{ "--- {\"a\": 1}\n---\n{\"b\": \"\\ud83d\\ude00\"}\n---\nc: 3\n", "{a:1}\n{b:\"\xF0\x9F\x98\x80\"}\n{c:3}", "" },
};

static void documents(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(DOCUMENTS); i++) {
		struct run run;
		load(&run, DOCUMENTS[i].text);
		assert_text(shapes(&run), DOCUMENTS[i].shapes, DOCUMENTS[i].text);
		assert_text(said(&run), DOCUMENTS[i].said, DOCUMENTS[i].text);
		assert_int_equal(run.good, DOCUMENTS[i].said[0] == '\0');
		stop(&run);
	}
}

static const struct place_case PLACES[] = {
	{ "a: 1\nbc:  text\n", "a", "1:1", "1:4", 1 },
	{ "a: 1\nbc:  text\n", "bc", "2:1", "2:6", 4 },
	{ "a: 1\r\nb: 2\r\n", "b", "2:1", "2:4", 1 },
	{ "\xEF\xBB\xBF" "a: 1\nb: 2\n", "b", "2:1", "2:4", 1 },
	{ "# \xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\n\xC3\xA4: \xC3\xB6\nb: 'x y'\n", "b", "3:1", "3:4", 5 },
	{ "\xC3\xA4: \xC3\xB6\xC3\xBC\n", "\xC3\xA4", "1:1", "1:4", 4 },
	{ "{\xE2\x82\xAC: [\xC3\xA4, b]}", "\xE2\x82\xAC.1", NULL, "1:9", 1 },
	{ "a:\n  - b: 1\n  - c:\n      d: x\n", "a.1.c", "3:5", "4:7", 0 },
	{ "a:\n  - b: 1\n  - c:\n      d: x\n", "a.1", NULL, "3:5", 0 },
	{ "a:\n  - b: 1\n  - c:\n      d: x\n", "a.1.c.d", "4:7", "4:10", 1 },
	{ "a: |\n  x\nb: \"q\\n\"\n", "a", "1:1", "1:4", 6 },
	{ "a: |\n  x\nb: \"q\\n\"\n", "b", "3:1", "3:4", 5 },
	{ "a:\nb: 1\n", "a", "1:1", "1:3", 0 },
	{ "a: &x 1\nb: *x\n", "b", "2:1", "1:4", 4 },
	{ "a: &x {c: 1}\nb:\n  <<: *x\n", "b.c", "1:8", "1:11", 1 },
	{ "%YAML 1.1\n---  # \xC3\xA4\na: 1\n", "a", "3:1", "3:4", 1 },
	{ "--- {a: [b,\n  c]}\n", "a.1", NULL, "2:3", 1 },
	{ "x: \xFF\xFE\xC3y\nb: \xC3\xA4 z\n", "b", "2:1", "2:4", 4 },
	{ "x: \xFF\xFE\xC3y\nb: \xC3\xA4 z\n", "x", "1:1", "1:4", 4 },
};

static void places(void **state)
{
	(void)state;
	check_places(PLACES, COUNT(PLACES));
}

/* The index of characters has marks; places before, at and behind them, over several documents. */
static void places_far_in(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	struct buf text;
	buf_init(&text, &run.arena, 0);
	for (unsigned doc = 0; doc < 3; doc++) {
		buf_add(&text, doc ? STR("---\n") : STR(""));
		for (unsigned i = 0; i < 300; i++)
			buf_printf(&text, "k%03u: [\xC3\xA4\xE2\x82\xAC, x%03u]\n", i, i);
	}
	add(&run, "a", buf_str(&text));
	assert_int_equal(run.roots.n, 3);
	for (unsigned doc = 0; doc < 3; doc++)
		for (unsigned i = 0; i < 300; i++) {
			const struct pair *pair = &run.roots.item[doc]->as.map.item[i];
			struct node *second = pair->value->as.list.item[1];
			struct line_column key = sources_locate(&run.sources, pair->key_at), value = sources_locate(&run.sources, second->at);
			assert_int_equal(key.line, doc * 301 + i + 1);
			assert_int_equal(key.column, 1);
			assert_int_equal(value.line, key.line);
			assert_int_equal(value.column, 12);
		}
	stop(&run);
}

/* Anchors, aliases, merge keys, keys that stand twice. */
static const struct {
	const char *text, *shapes, *said;
} SHARED[] = {
	{ "a: &x 1\nb: *x\n", "{a:1 b:1}", "" },
	{ "a: &x [1, 2]\nb: [*x, *x]\n", "{a:[1 2] b:[[1 2] [1 2]]}", "" },
	{ "a: &x 1\nb: &x 2\nc: *x\n", "{a:1 b:2 c:2}", "" },
	{ "&k a: 1\n*k : 2\nb: *k\n", "{a:2 b:\"a\"}", "I2G-0108 warning 2:1 1" },
	{ "a: &x\nb: *x\n", "{a:null b:null}", "" },
	{ "&r {a: 1}\n", "{a:1}", "" },
	{ "base: &b {x: 1, y: 2}\na:\n  y: 3\n  <<: *b\n", "{base:{x:1 y:2} a:{y:3 x:1}}", "" },
	{ "base: &b {x: 1, y: 2}\na:\n  <<: *b\n  y: 3\n", "{base:{x:1 y:2} a:{y:3 x:1}}", "" },
	{ "b: &b {x: 1, y: 1}\nc: &c {y: 2, z: 2}\na: {<<: [*b, *c], w: 0}\n", "{b:{x:1 y:1} c:{y:2 z:2} a:{w:0 x:1 y:1 z:2}}", "" },
	{ "a: {<<: {x: 1}, y: 2}\n", "{a:{y:2 x:1}}", "" },
	{ "a: &a {<<: {x: 1, y: 1}, y: 2}\nb: {<<: *a, z: 3}\n", "{a:{y:2 x:1} b:{z:3 y:2 x:1}}", "" },
	{ "a: {'<<': 1, \"<<\": 2}\n", "{a:{<<:2}}", "I2G-0108 warning 1:14 2" },
	{ "a: {!!merge <<: {x: 1}}\n", "{a:{x:1}}", "" },
	{ "a: {<<: []}\n", "{a:{}}", "" },
	{ "a: {<<: 5}\n", "", "I2G-0116 error 1:5 2" },
	{ "a: {<<: }\nb: {<<: [{x: 1}, 2]}\n", "", "I2G-0116 error 1:5 2\nI2G-0116 error 2:5 2" },
	{ "a: *x\nb: *y\n", "", "I2G-0114 error 1:4 2\nI2G-0114 error 2:4 2" },
	{ "a: {<<: *x}\n*y : 1\n", "", "I2G-0114 error 1:9 2\nI2G-0114 error 2:1 2" },
	{ "a: &x [*x]\n", "", "I2G-0114 error 1:8 2" },
	{ "a: &x 1\n---\nb: *x\n", "{a:1}", "I2G-0114 error 3:4 2" },
	{ "a: &x {}\n*x : 1\n", "", "I2G-0102 error 2:1 2" },
	{ "a: 1\nb: 2\na: 3\n", "{a:3 b:2}", "I2G-0108 warning 3:1 1" },
	{ "a: 1\na: 2\na: 3\n'a': 4\n", "{a:4}", "I2G-0108 warning 2:1 1\nI2G-0108 warning 3:1 1\nI2G-0108 warning 4:1 1" },
	{ "x:\n- {a: 1, a: 2}\n", "{x:[{a:2}]}", "I2G-0108 warning 2:10 1" },
	{ "\xC3\xA4: 1\n\xC3\xA4: 2\n", "{\xC3\xA4:2}", "I2G-0108 warning 2:1 2" },
};

static void shared(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(SHARED); i++) {
		struct run run;
		load(&run, SHARED[i].text);
		assert_text(shapes(&run), SHARED[i].shapes, SHARED[i].text);
		assert_text(said(&run), SHARED[i].said, SHARED[i].text);
		assert_int_equal(run.good, !str_has(str_c(SHARED[i].said), STR("error")));
		stop(&run);
	}
}

static void last_key_counts_in_its_place(void **state)
{
	(void)state;
	struct run run;
	load(&run, "a: 1\nb: 2\na: 3\n");
	const struct pair *pair = node_pair(root(&run), STR("a"));
	assert_text(where(&run, pair->key_at), "3:1", "key");
	assert_text(where(&run, pair->value->at), "3:4", "value");
	stop(&run);
}

/* Maps that are large enough to be sorted. */
static void large_maps(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	struct buf text;
	buf_init(&text, &run.arena, 0);
	buf_add(&text, STR("all: &all\n"));
	for (unsigned i = 0; i < 100000; i++)
		buf_printf(&text, "  k%u: %u\n", (i * 7919) % 100000, i);
	for (unsigned i = 0; i < 150; i++)
		buf_printf(&text, "  k%u: again\n", i);
	buf_add(&text, STR("merged:\n  <<: *all\n  k5: own\n"));
	add(&run, "a", buf_str(&text));
	const struct node *all = node_get(root(&run), STR("all")), *merged = node_get(root(&run), STR("merged"));
	assert_int_equal(all->as.map.n, 100000);
	for (unsigned i = 0; i < 100000; i++) {
		const struct pair *pair = &all->as.map.item[i];
		unsigned key = (i * 7919) % 100000;
		assert_text(pair->key, arena_printf(&run.arena, "k%u", key).p, "order");
		assert_int_equal(pair->value->kind, key < 150 ? NODE_STRING : NODE_INT);
	}
	assert_int_equal(merged->as.map.n, 100000);
	assert_text(shape(&run.arena, merged->as.map.item[0].value), "\"own\"", "own keys win");
	/* No more places than anybody reads. */
	assert_int_equal(run.diags.list.n, 100);
	stop(&run);
}

/* Broken text: what is read of it, and where it is said to be broken. */
static const struct {
	const char *text, *shapes, *said;
} BROKEN[] = {
	{ "a: b: c\n", "", "I2G-0102 error 1:5 1" }, { "a:\n    b: 1\n  c: 2\n", "", "I2G-0102 error 3:3 1" }, { "a:\n- b\n c: 1\n", "", "I2G-0102 error 3:3 1" },
	{ "a: 1\nfoo\nb: 2\n", "", "I2G-0102 error 2:1 1" }, { "a: \"b\nc: d\n", "", "I2G-0102 error 1:4 1" }, { "a: 'it's'\n", "", "I2G-0102 error 1:8 1" },
	{ "path: \"/\\.php$\"\n", "", "I2G-0102 error 1:9 1" }, { "a: %b\n", "", "I2G-0102 error 1:4 1" }, { "a: @b\n", "", "I2G-0102 error 1:4 1" },
	{ "a: [b, c\nd: e\n", "", "I2G-0102 error 2:2 1" }, { "a: | b\n", "", "I2G-0102 error 1:6 1" }, { "a: - b\n", "", "I2G-0102 error 1:4 1" },
	{ "- host: *.example.com\n", "", "I2G-0102 error 1:9 1" }, { "a: &\n", "", "I2G-0102 error 1:4 1" }, { "a: !x!y z\n", "", "I2G-0102 error 1:4 1" },
	{ "\xC3\xA4: b\x01\n", "", "I2G-0102 error 1:5 1" }, { "%YAML 3.0\n---\na: b\n", "", "I2G-0102 error 1:1 1" }, { "%FOO bar\n---\na: b\n", "", "I2G-0102 error 1:1 1" },
	{ "? [a, b]\n: c\n", "", "I2G-0102 error 1:3 1" }, { "{a: 1}\nb: 2\n", "", "I2G-0102 error 2:1 1" }, { "a: \"b\n---\nc: d\n", "{c:\"d\"}", "I2G-0102 error 1:4 1" },
	/* one broken document costs itself only */
	{ "a: 1\n---\n\xC3\xA4: [\n---\nc: 3\n---\n]\n---\nd: 4\n", "{a:1}\n{c:3}\n{d:4}", "I2G-0102 error 4:1 1\nI2G-0102 error 7:1 1" },
	/* tabs */
	{ "a:\n\tb: 1\n", "", "I2G-0109 error 2:1 1" }, { "a:\n  b: 1\n\tc: 2\n", "", "I2G-0109 error 3:1 1" }, { "a:\n  b: 1\n  \tc: 2\n", "", "I2G-0109 error 3:3 1" }, { "- \ta: 1\n", "", "I2G-0109 error 1:3 1" },
	{ "a: |\n  x\n\ty\nb: 1\n", "", "I2G-0109 error 3:1 1" }, { "a: |\n  \tx\n", "", "I2G-0109 error 2:3 1" }, { "a: |\n  x\n  \ty\n", "{a:\"x\\n\\ty\\n\"}", "" },
	/* templates: one error a document */
	{ "{{- if .Values.on }}\na: 1\nb: {{ .Values.b }}\n{{- end }}\n---\nc: 1\n", "{c:1}", "I2G-0103 error 1:1 2" }, { "a: 1\nb: {{ .Values.b }}\n", "", "I2G-0103 error 2:4 2" },
	{ "a: 1\nb: {{ .Values.b }}-x\n", "", "I2G-0103 error 2:4 2" }, { "a:\n  {{- toYaml .x | nindent 2 }}\n", "", "I2G-0103 error 2:3 2" }, { "a:\n  {{ toYaml .x | indent 2 }}\n", "", "I2G-0103 error 2:3 2" },
	{ "a: 1\n{% for x in y %}\nb: 2\n", "", "I2G-0103 error 2:1 2" }, { "{# a comment #}\na: 1\n", "", "I2G-0103 error 1:1 2" }, { "{{/*\n  about: this\n*/}}\na: 1\n", "", "I2G-0103 error 1:1 2" },
	{ "a: 1\n{{- if .x }}\n\n# b\nb: 2\n", "", "I2G-0103 error 2:1 2" }, { "a: \"{{ x }}\"\nb: x-{{ y }}\nc: ${Z}\n", "{a:\"{{ x }}\" b:\"x-{{ y }}\" c:\"${Z}\"}", "" },
	{ "a: |\n  {{ x }}\nb:\n  c: 1\n d: 2\n", "", "I2G-0102 error 5:2 1" },
};

static void broken(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(BROKEN); i++) {
		struct run run;
		load(&run, BROKEN[i].text);
		assert_text(shapes(&run), BROKEN[i].shapes, BROKEN[i].text);
		assert_text(said(&run), BROKEN[i].said, BROKEN[i].text);
		assert_int_equal(run.good, BROKEN[i].said[0] == '\0');
		stop(&run);
	}
}

static void messages(void **state)
{
	(void)state;
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "- host: *.example.com\n", "text that begins with * needs quotes" },
		{ "a:\n\tb: 1\n", "a tab cannot indent YAML" },
		{ "a: {{ b }}\n", "this is a template, not YAML" },
		{ "a: *b\n", "the alias *b has no anchor &b before it" },
		{ "a: 1\na: 2\n", "the key \"a\" stands twice in one map" },
		{ "a: b\xFF\n", "the text is not UTF-8" },
		{ "\xFF\xFE" "a", "the text is UTF-16, not UTF-8" },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct run run;
		load(&run, cases[i].text);
		assert_int_equal(run.diags.list.n, 1);
		assert_text(run.diags.list.item[0]->message, cases[i].message, cases[i].text);
		stop(&run);
	}
}

static void not_utf8(void **state)
{
	(void)state;
	static const char utf16[] = { 'a', 0, ':', 0, ' ', 0, '1', 0 };
	struct run run;
	/* Latin-1 in a comment and in values; a sequence that is cut off; a surrogate. */
	load(&run, "# \xFC\na: b\xFC" "c\nb: \xE2\x82\nc: \xED\xA0\x80\n");
	assert_text(shapes(&run), "{a:\"b\xEF\xBF\xBD" "c\" b:\"\xEF\xBF\xBD\xEF\xBF\xBD\" c:\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"}", "replaced");
	assert_text(said(&run), "I2G-0115 warning 1:3 1", "one warning");
	assert_true(run.good);
	stop(&run);

	load(&run, "\xFE\xFF");
	assert_text(said(&run), "I2G-0115 error 1:1 1", "UTF-16");
	assert_false(run.good);
	stop(&run);

	start(&run);
	add(&run, "a", (str){ utf16, sizeof utf16 });
	assert_text(said(&run), "I2G-0115 error 1:1 1", "UTF-16 without a mark");
	assert_int_equal(run.roots.n, 0);
	stop(&run);
}

static void default_limits(void **state)
{
	(void)state;
	struct doc_limits limits = doc_limits_fill((struct doc_limits){ 0 });
	assert_int_equal(limits.depth, 100);
	assert_int_equal(limits.alias_ratio, 10);
	assert_int_equal(limits.document_bytes, 64 << 20);
	assert_int_equal(limits.total_bytes, 1 << 30);
	limits = doc_limits_fill((struct doc_limits){ 7, 8, 9, 10 });
	assert_int_equal(limits.depth, 7);
	assert_int_equal(limits.alias_ratio, 8);
	assert_int_equal(limits.document_bytes, 9);
	assert_int_equal(limits.total_bytes, 10);
	assert_int_equal(doc_limits_fill((struct doc_limits){ .depth = 1000000 }).depth, 1000);
}

/* Texts at a limit, and one past it. */
static const struct {
	struct doc_limits limits;
	const char *good, *bad, *said;
} LIMITS[] = {
	{ { .depth = 3 }, "[[[1]]]", "[[[[1]]]]", "I2G-0104 error 1:4 1" },
	{ { .depth = 3 }, "a:\n  b:\n  - 1\n", "a:\n  b:\n  - c: 1\n", "I2G-0104 error 3:5 1" },
	{ { .depth = 2 }, "a: &x [1]\nb: *x\n", "a: &x [1]\nb: [*x]\n", "I2G-0104 error 2:5 1" },
	{ { .alias_ratio = 1 }, "[&a [1,1], *a,*a,*a,*a,*a]", "[&a [1,1,1,1,1], *a,*a,*a,*a,*a,*a]", "I2G-0105 error 1:33 2" },
	{ { .document_bytes = 5 }, "a: 1\n---\n", "a: 10\n---\n", "I2G-0106 error 1:1 1" },
	{ { .document_bytes = 9 }, "---\nb: 2\n", "---\nb: 20\n", "I2G-0106 error 1:1 1" },
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
			assert_int_equal(run.good, !past);
			stop(&run);
		}
}

/* Aliases that multiply: nothing is built that nobody could hold. */
static void many_laughs(void **state)
{
	(void)state;
	struct run run;
	load(&run, "a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
		"d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n---\ng: 1\n");
	assert_text(shapes(&run), "{g:1}", "the next document");
	assert_true(str_starts(said(&run), STR("I2G-0105 error ")));
	stop(&run);
}

/* Deep and endless text ends early and without recursion. */
static void deep(void **state)
{
	(void)state;
	static const char *const parts[] = { "[", "{a: ", "- ", "? ", "[\n", "{a: [" };
	for (size_t i = 0; i < COUNT(parts); i++) {
		struct run run;
		start(&run);
		struct buf text;
		buf_init(&text, &run.arena, 0);
		for (size_t k = 0; k < 100000; k++)
			buf_add(&text, str_c(parts[i]));
		add(&run, "a", buf_str(&text));
		assert_int_equal(run.diags.list.n, 1);
		assert_false(run.good);
		stop(&run);
	}
}

/* libyaml compares each directive with all others, so there is a limit. */
static void many_directives(void **state)
{
	(void)state;
	for (unsigned past = 0; past < 2; past++) {
		struct run run;
		start(&run);
		struct buf text;
		buf_init(&text, &run.arena, 0);
		for (unsigned i = 0; i < 100 + past; i++)
			buf_printf(&text, "%%TAG !t%u! tag:%u\n", i, i);
		buf_add(&text, STR("---\na: 1\n---\nb: 2\n"));
		add(&run, "a", buf_str(&text));
		assert_text(said(&run), past ? "I2G-0102 error 1:1 1" : "", "directives");
		assert_text(shapes(&run), past ? "{b:2}" : "{a:1}\n{b:2}", "directives");
		stop(&run);
	}
	struct run run;
	load(&run, "a: 1\n\xEF\xBB\xBF");
	assert_text(shapes(&run), "{a:1}", "a byte order mark at the end");
	stop(&run);
}

/* The caller may empty the arena inside visit, and only what it copied is left. */
static void reset_between_documents(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	run.reset = true;
	add(&run, "a", STR("a: &x [1, 2]\nb: *x\n---\nc: {d: e, d: f}\n---\n{\"g\": [1, {\"h\": 2}]}\n---\ni: 1\n"));
	assert_text(shapes(&run), "{a:[1 2] b:[1 2]}\n{c:{d:\"f\"}}\n{g:[1 {h:2}]}\n{i:1}", "all documents");
	stop(&run);
}

/* Reads with a limit of memory; false when it escaped. */
static bool reads_within(const char *head, const char *part, size_t limit)
{
	volatile bool done = false;
	struct run run;
	start(&run);
	struct buf text;
	buf_init(&text, &run.arena, 0);
	buf_add(&text, str_c(head));
	for (unsigned i = 0; i < 2000; i++)
		buf_printf(&text, "%s%s", i && head[0] == '{' ? "," : "", part);
	buf_add(&text, head[0] == '{' ? STR("]}") : STR(""));
	if (setjmp(run.escape.env) != 0) {
		escape_close(&run.escape);
		assert_null(run.escape.open);
	} else {
		run.trees.limit = limit;
		add(&run, "a", buf_str(&text));
		done = true;
	}
	stop(&run);
	return done;
}

/* Wherever memory ends, the escape closes what is open: the sanitizer's leak check is the judge. */
static void memory_ends(void **state)
{
	(void)state;
	static const char *const texts[][2] = {
		{ "a: &x {b: 1}\nc:\n", "- d: *x\n  <<: {f: \xC3\xA4, g: [1]}\n" }, { "{\"a\": [", "{\"b\": [1, \"te\\u0078t\"]}" }, { "", "- {a: 'b'}\n" },
	};
	for (size_t i = 0; i < COUNT(texts); i++) {
		size_t escaped = 0;
		while (!reads_within(texts[i][0], texts[i][1], 1 + escaped * 70000))
			escaped++;
		assert_true(escaped > 5);
	}
}

const struct CMUnitTest doc_yaml_tests[] = {
	cmocka_unit_test(scalars), cmocka_unit_test(plain), cmocka_unit_test(documents), cmocka_unit_test(places),
	cmocka_unit_test(places_far_in), cmocka_unit_test(shared), cmocka_unit_test(last_key_counts_in_its_place),
	cmocka_unit_test(large_maps), cmocka_unit_test(broken), cmocka_unit_test(messages), cmocka_unit_test(not_utf8),
	cmocka_unit_test(default_limits), cmocka_unit_test(limits), cmocka_unit_test(many_laughs), cmocka_unit_test(deep), cmocka_unit_test(many_directives),
	cmocka_unit_test(reset_between_documents), cmocka_unit_test(memory_ends),
};
const size_t doc_yaml_tests_count = COUNT(doc_yaml_tests);
