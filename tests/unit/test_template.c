/* SPDX-License-Identifier: Apache-2.0 */
/* Templates filled and read backwards: small ones with what has to come out, and every row of every target's table. */
#include "mapping/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "doc/doc.h"
#include "mapping/mapping.h"

extern const struct CMUnitTest template_tests[];
extern const size_t template_tests_count;

struct run {
	struct escape escape;
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct mapping mapping;
	struct node *root;
};

static void start(struct run *run)
{
	*run = (struct run){ 0 };
	escape_init(&run->escape);
	arena_init(&run->arena, 0, &run->escape);
	sources_init(&run->sources, &run->arena);
	diags_init(&run->diags, &run->arena);
}

static void take(void *user, struct node *root)
{
	((struct run *)user)->root = root;
}

static struct node *parse(struct run *run, const char *text)
{
	struct doc_limits limits = doc_limits_fill((struct doc_limits){ 0 });
	struct doc_reader reader = { &run->arena, &run->diags, &limits, take, run };
	run->root = NULL;
	assert_true(doc_read(&reader, &run->sources, sources_add(&run->sources, STR("x.yaml"), str_c(text))));
	return run->root;
}

static str json(struct run *run, const struct node *node)
{
	struct buf out;
	if (!node)
		return STR("-");
	buf_init(&out, &run->arena, 0);
	doc_write_json(&out, node, 0);
	return buf_str(&out);
}

static struct template_values values_of(struct run *run)
{
	struct template_values v = { 0 };
	struct str_list list = { 0 };
	LIST_PUSH(&run->arena, &list, STR("502"));
	LIST_PUSH(&run->arena, &list, STR("503"));
	template_set_text(&run->arena, &v, STR("name"), STR("a"));
	template_set_number(&run->arena, &v, STR("seconds"), 5430);
	template_set_number(&run->arena, &v, STR("bytes"), 8 << 20);
	template_set_list(&run->arena, &v, STR("codes"), &list);
	template_set_flag(&run->arena, &v, STR("flag"));
	template_set_text(&run->arena, &v, STR("truth"), STR("false"));
	template_set_text(&run->arena, &v, STR("json"), STR("{\"labels\": {\"x\": \"y\"}}"));
	return v;
}

static const struct {
	const char *template, *filled;
} FILLS[] = {
	{ "a: ${name}", "{\"a\":\"a\"}" },
	{ "a: x-${name}-y", "{\"a\":\"x-a-y\"}" },
	{ "a: ${seconds}", "{\"a\":5430}" },
	{ "a: ${seconds|duration}", "{\"a\":\"1h30m30s\"}" },
	{ "a: ${bytes|quantity}", "{\"a\":\"8Mi\"}" },
	{ "a: ${codes}", "{\"a\":[\"502\",\"503\"]}" },
	{ "a: ${codes|number}", "{\"a\":[502,503]}" },
	{ "a: ${flag}", "{\"a\":\"\"}" },
	{ "a: ${truth|boolean}", "{\"a\":false}" },
	{ "a: ${name|boolean}", "-" },
	{ "a: ${json|json}", "{\"a\":{\"labels\":{\"x\":\"y\"}}}" },
	{ "a: ${name|json}", "-" },
	{ "a: ${none}", "-" },
	{ "{a: \"${name}\", b: \"${none}\"}", "{\"a\":\"a\"}" },
	{ "{a: literal, b: \"${none}\"}", "-" },
	{ "{a: literal, b: \"${name}\"}", "{\"a\":\"literal\",\"b\":\"a\"}" },
	{ "{a: {b: \"${none}\", c: 1}, d: \"${name}\"}", "{\"d\":\"a\"}" },
	{ "{a: [{b: \"${none}\", c: 1}, {b: \"${name}\", c: 2}]}", "{\"a\":[{\"b\":\"a\",\"c\":2}]}" },
	{ "{a: {b: 1}}", "{\"a\":{\"b\":1}}" },
};

static void fills(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	const struct template_values v = values_of(&run);
	for (size_t i = 0; i < sizeof FILLS / sizeof *FILLS; i++) {
		const struct node *got = template_fill(&run.arena, parse(&run, FILLS[i].template), &v, NULL);
		const struct node *wanted = FILLS[i].filled[0] == '-' ? NULL : parse(&run, FILLS[i].filled);
		if (wanted ? !got || !node_equal(got, wanted) : got != NULL)
			fail_msg("%s gives %.*s", FILLS[i].template, STR_ARG(json(&run, got)));
	}
	arena_release(&run.arena);
}

static void finds_places(void **state)
{
	(void)state;
	struct run run;
	struct template_places places = { 0 };
	start(&run);
	const struct template_values v = values_of(&run);
	(void)template_fill(&run.arena, parse(&run, "{a: [{b: \"${none}\"}, {b: \"${name}\"}], c: {d: \"${seconds}\"}}"), &v, &places);
	assert_int_equal(places.n, 2);
	assert_true(str_eq(places.item[0].at, STR("/a/0/b")));
	assert_true(str_eq(places.item[1].at, STR("/c/d")));
	arena_release(&run.arena);
}

static void refuses(void **state)
{
	static const char *WRONG[] = { "a: ${name|upper}", "a: ${name", "a: ${}" };
	(void)state;
	struct run run;
	start(&run);
	for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
		struct str_list fields = { 0 };
		str error;
		assert_false(template_fields(&run.arena, parse(&run, WRONG[i]), &fields, &error));
	}
	arena_release(&run.arena);
}

static void reads_no_other_form(void **state)
{
	(void)state;
	struct run run;
	struct template_values v = { 0 };
	start(&run);
	const struct node *t = parse(&run, "{a: \"${name}\", b: literal}");
	assert_true(template_read(&run.arena, t, parse(&run, "{a: x, b: literal}"), &v));
	assert_true(str_eq(template_value(&v, STR("name"))->text, STR("x")));
	assert_false(template_read(&run.arena, t, parse(&run, "{a: x, b: other}"), &v));
	assert_false(template_read(&run.arena, t, parse(&run, "{a: x, b: literal, c: more}"), &v));
	assert_false(template_read(&run.arena, t, parse(&run, "[x]"), &v));
	t = parse(&run, "{a: \"${seconds|duration}\"}");
	assert_false(template_read(&run.arena, t, parse(&run, "{a: 100ms}"), &v));
	assert_true(template_read(&run.arena, t, parse(&run, "{a: 1m90s}"), &v));
	assert_int_equal(template_value(&v, STR("seconds"))->number, 150);
	arena_release(&run.arena);
}

/* ---- every row ---- */

/* How a field is written in the template: "${seconds|duration}". */
static str conversion_of(str text, str field)
{
	str open = STR("${"), inside, name, conversion = { "", 0 }, rest;
	for (size_t at = str_find(text, open); at < text.n; at = str_find(text, open)) {
		text = str_from(text, at + open.n);
		str_cut(text, '}', &inside, &rest);
		if (!str_cut(inside, '|', &name, &conversion))
			conversion = (str){ "", 0 };
		if (str_eq(name, field))
			break;
	}
	return conversion;
}

static void set_sample(struct run *run, struct template_values *v, str field, str conversion, size_t turn)
{
	static const int64_t NUMBERS[] = { 0, 1, 59, 3600, 86399, INT64_C(359996400) };
	static const char *TEXTS[] = { "a", "/x/\\1", "with space", "0", "true", "x.y-z" };
	struct str_list list = { 0 };
	LIST_PUSH(&run->arena, &list, STR("502"));
	if (turn % 2)
		LIST_PUSH(&run->arena, &list, STR("504"));
	if (str_eq(conversion, STR("duration")) || str_eq(conversion, STR("quantity")))
		template_set_number(&run->arena, v, field, NUMBERS[turn]);
	else if (str_eq(conversion, STR("number")))
		template_set_list(&run->arena, v, field, &list);
	else if (str_eq(conversion, STR("boolean")))
		template_set_text(&run->arena, v, field, turn % 2 ? STR("true") : STR("false"));
	else
		template_set_text(&run->arena, v, field, str_c(TEXTS[turn]));
}

static bool same_values(const struct template_values *a, const struct template_values *b)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct template_value *x = &a->item[i], *y = template_value(b, x->name);
		bool list = y && x->list.n == y->list.n;
		for (size_t k = 0; list && k < x->list.n; k++)
			list = str_eq(x->list.item[k], y->list.item[k]);
		if (!y || x->kind != y->kind || !str_eq(x->text, y->text) || x->number != y->number || !list)
			return false;
	}
	return a->n == b->n;
}

/* All fields; then each one alone is absent. */
static void round_trip(struct run *run, const struct target_row *row, size_t turn)
{
	struct str_list fields = { 0 };
	str error, text = json(run, row->said);
	assert_true(template_fields(&run->arena, row->said, &fields, &error));
	for (size_t without = 0; without <= fields.n; without++) {
		struct template_values in = { 0 }, out = { 0 };
		for (size_t i = 0; i < fields.n; i++)
			if (i != without)
				set_sample(run, &in, fields.item[i], conversion_of(text, fields.item[i]), turn);
		struct node *tree = template_fill(&run->arena, row->said, &in, NULL);
		if (!tree)
			continue;
		bool read = template_read(&run->arena, row->said, tree, &out);
		/* what hangs on an absent field may take others with it: then it reads less, and fills to the same */
		struct node *again = read ? template_fill(&run->arena, row->said, &out, NULL) : NULL;
		if (!read || !again || !node_equal(tree, again) || (without == fields.n && !same_values(&in, &out)))
			fail_msg("%.*s: %.*s is not read back", STR_ARG(row->feature), STR_ARG(json(run, tree)));
	}
}

static void reads_every_row_back(void **state)
{
	(void)state;
	struct run run;
	size_t rows = 0;
	start(&run);
	assert_true(mapping_load(&run.mapping, &run.arena, &run.sources, &run.diags, NULL));
	for (size_t t = 0; t < run.mapping.targets.n; t++) {
		const struct target_table *target = run.mapping.targets.item[t];
		for (size_t i = 0; i < target->features.n; i++)
			for (size_t turn = 0; target->features.item[i].said && turn < 6; turn++, rows++)
				round_trip(&run, &target->features.item[i], turn);
	}
	assert_true(rows > 0);
	arena_release(&run.arena);
}

const struct CMUnitTest template_tests[] = {
	cmocka_unit_test(fills), cmocka_unit_test(finds_places), cmocka_unit_test(refuses), cmocka_unit_test(reads_no_other_form),
	cmocka_unit_test(reads_every_row_back),
};
const size_t template_tests_count = sizeof template_tests / sizeof *template_tests;
