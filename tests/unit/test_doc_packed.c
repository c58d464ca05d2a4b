/* SPDX-License-Identifier: Apache-2.0 */
/* Packed trees: what is read back is what the reader of YAML gave, places included. */
#include "doc_run.h"

#include "doc/packed.h"
#include "mapping/mapping.h"

extern const struct CMUnitTest doc_packed_tests[];
extern const size_t doc_packed_tests_count;

/* Everything of a tree; shape_of() of doc_run.h leaves places out. */
static void all_of(struct buf *out, const struct node *node)
{
	buf_printf(out, "(%d %d %d %u:%u+%u %lld", (int)node->kind, node->plain, node->truth, (unsigned)node->at.file, (unsigned)node->at.offset,
		(unsigned)node->span, (long long)node->number);
	if (node->kind == NODE_LIST) {
		for (size_t i = 0; i < node->as.list.n; i++)
			all_of(out, node->as.list.item[i]);
	} else if (node->kind == NODE_MAP) {
		for (size_t i = 0; i < node->as.map.n; i++) {
			const struct pair *pair = &node->as.map.item[i];
			buf_printf(out, " %u:%u ", (unsigned)pair->key_at.file, (unsigned)pair->key_at.offset);
			buf_add_json(out, pair->key);
			all_of(out, pair->value);
		}
	} else {
		buf_add_json(out, node->as.text);
	}
	buf_add_char(out, ')');
}

static str all(struct run *run, const struct node *node)
{
	struct buf out;
	buf_init(&out, &run->arena, 0);
	all_of(&out, node);
	return buf_str(&out);
}

static void assert_same(struct run *run, const struct node *read, const struct node *unpacked)
{
	str wanted = all(run, read), got = all(run, unpacked);
	assert_true(wanted.n > 2 && str_eq(wanted, got));
}

static const char *const TEXTS[] = {
	"a",
	"{}",
	"- 1\n- 0x10\n- -7\n- 99999999999999999999\n- 1.5\n- yes\n- 'yes'\n- off\n- ~\n- null\n-\n",
	"'a b': \"c\\nd\"\n\"e\\tf\": 'it''s'\ng: |\n  two\n  lines\nh: >\n  folded\n  text\ni: plain\n  over lines\n",
	"base: &b {x: 1, y: [2, 3]}\ncopy: *b\nmerged:\n  <<: *b\n  x: 4\nlast: *b\n",
	"\xef\xbb\xbf# mark\nk\xc3\xa4se: \xc3\xb6l\n",
	"deep: [[[[[[{a: {b: {c: []}}}]]]]]]\n",
	"long: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'\n",
	"{\"json\": [true, \"\\u00e4\", {\"a\": null}]}",
};

static void texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(TEXTS); i++) {
		struct run run;
		struct buf packed;
		load(&run, TEXTS[i]);
		str text = sources_get(&run.sources, 1)->text;
		buf_init(&packed, &run.arena, 0);
		packed_write(&packed, root(&run), text);
		assert_same(&run, root(&run), packed_read(&run.trees, 1, text, buf_str(&packed)));
		stop(&run);
	}
}

static void nothing(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	assert_null(packed_read(&run.trees, 1, STR(""), STR("")));
	stop(&run);
}

/* The program holds the tables as text and as tree: both say the same. */
static void tables(void **state)
{
	(void)state;
	size_t seen = 0;
	for (size_t i = 0; i < mapping_builtin_count; i++) {
		const struct builtin_file *file = &mapping_builtin[i];
		assert_int_equal(str_ends(file->name, STR(".yaml")), file->tree.n > 0);
		if (file->tree.n == 0)
			continue;
		struct run run;
		start(&run);
		add(&run, "a", file->text);
		assert_same(&run, root(&run), packed_read(&run.trees, 1, file->text, file->tree));
		stop(&run);
		seen++;
	}
	assert_true(seen > 30);
}

const struct CMUnitTest doc_packed_tests[] = {
	cmocka_unit_test(texts),
	cmocka_unit_test(nothing),
	cmocka_unit_test(tables),
};
const size_t doc_packed_tests_count = COUNT(doc_packed_tests);
