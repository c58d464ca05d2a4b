/* SPDX-License-Identifier: Apache-2.0 */
/* Templates filled and read backwards: small ones with what has to come out, and every row of every target's table. */
#include "mapping/conversion.h"
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

/* Line by line: one without what it is filled with is left out, one with a list stands once for each text. */
static void fills_lines(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	const struct template_values v = values_of(&run);
	const struct node *t = parse(&run, "a: |\n  first\n  one ${none};\n  two ${name} at ${seconds|time};\n  each ${codes*}, so;\n  last\n");
	struct node *tree = template_fill(&run.arena, t, &v, NULL);
	struct template_values out = { 0 };
	assert_non_null(tree);
	str text = node_text(node_get(tree, STR("a"))), name = template_value(&v, STR("name"))->text;
	const struct str_list *list = &template_value(&v, STR("codes"))->list;
	str wanted = arena_printf(&run.arena, "first\ntwo %.*s at %llds;\n", STR_ARG(name), (long long)template_value(&v, STR("seconds"))->number);
	for (size_t i = 0; i < list->n; i++)
		wanted = arena_printf(&run.arena, "%.*seach %.*s, so;\n", STR_ARG(wanted), STR_ARG(list->item[i]));
	assert_true(str_eq(text, arena_join(&run.arena, wanted, STR("last\n"))));
	assert_true(template_read(&run.arena, t, tree, &out));
	assert_true(str_eq(template_value(&out, STR("name"))->text, name));
	assert_int_equal(template_value(&out, STR("seconds"))->number, template_value(&v, STR("seconds"))->number);
	assert_int_equal(template_value(&out, STR("codes"))->list.n, list->n);
	assert_null(template_value(&out, STR("none")));
	/* another line, another order, and a line too many are other texts */
	assert_false(template_read(&run.arena, t, parse(&run, "a: |\n  first\n  third\n  last\n"), &out));
	assert_false(template_read(&run.arena, t, parse(&run, "a: |\n  first\n  each x, so;\n  two x at 1s;\n  last\n"), &out));
	assert_false(template_read(&run.arena, t, parse(&run, "a: |\n  first\n  last\n  last\n"), &out));
	assert_false(template_read(&run.arena, t, parse(&run, "a: |\n  first\n"), &out));
	assert_true(template_read(&run.arena, t, parse(&run, "a: |\n  first\n  last\n"), &out));
	arena_release(&run.arena);
}

/* One number and one unit, or nothing. */
static void writes_numbers(void **state)
{
	static const struct { const char *form; int64_t number; const char *text; } FORMS[] = {
		{ "time", 0, "0s" }, { "time", 60, "60s" }, { "time", 9999, "9999s" }, { "time", 36000, "600m" }, { "time", 10001, NULL }, { "time", INT64_C(35996400), "9999h" },
		{ "size", 0, "0" }, { "size", 1048576, "1m" }, { "size", 16384, "16k" }, { "size", 1000, "1000" }, { "size", 10001, NULL },
		{ "milliseconds", 60, "60000" }, { "milliseconds", INT64_C(2147484), NULL }, { "duration", 90, "1m30s" }, { "quantity", 8388608, "8Mi" },
	};
	(void)state;
	struct run run;
	start(&run);
	for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++) {
		const struct number_form *form = number_form(str_c(FORMS[i].form));
		str text;
		int64_t number = -1;
		assert_non_null(form);
		assert_int_equal(form->write(&run.arena, FORMS[i].number, &text), FORMS[i].text != NULL);
		if (!FORMS[i].text)
			continue;
		assert_true(str_eq(text, str_c(FORMS[i].text)));
		assert_true(form->read(text, &number) && number == FORMS[i].number);
	}
	arena_release(&run.arena);
}

static void refuses(void **state)
{
	static const char *WRONG[] = { "a: ${name|upper}", "a: ${name", "a: ${}", "a: x ${name*}", "a: |\n  x ${name*} ${other}\n" };
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
		if (str_ends(name, STR("*")) && str_eq(str_slice(name, 0, name.n - 1), field))
			return STR("*");
		if (str_eq(name, field))
			break;
	}
	return conversion;
}

static void set_sample(struct run *run, struct template_values *v, str field, str conversion, size_t turn)
{
	static const int64_t NUMBERS[] = { 0, 1, 59, 3600, 86399, INT64_C(359996400) };
	static const int64_t TIMES[] = { 0, 1, 59, 9999, 10020, INT64_C(35996400) };
	static const int64_t SIZES[] = { 0, 1, 9999, 1024, 10485760, INT64_C(9999) << 30 };
	static const char *TEXTS[] = { "a", "/x/\\1", "with space", "0", "true", "x.y-z" };
	struct str_list list = { 0 };
	LIST_PUSH(&run->arena, &list, STR("502"));
	if (turn % 2)
		LIST_PUSH(&run->arena, &list, STR("504"));
	if (str_eq(conversion, STR("duration")) || str_eq(conversion, STR("quantity")))
		template_set_number(&run->arena, v, field, NUMBERS[turn]);
	else if (str_eq(conversion, STR("time")) || str_eq(conversion, STR("size")))
		template_set_number(&run->arena, v, field, str_eq(conversion, STR("time")) ? TIMES[turn] : SIZES[turn]);
	else if (str_eq(conversion, STR("milliseconds")))
		template_set_number(&run->arena, v, field, turn == 5 ? 2147483 : NUMBERS[turn]);
	else if (str_eq(field, STR("object")))
		template_set_text(&run->arena, v, field, STR("e5642795d59f"));
	else if (str_eq(conversion, STR("number")) || str_eq(conversion, STR("*")))
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
	cmocka_unit_test(fills), cmocka_unit_test(finds_places), cmocka_unit_test(fills_lines), cmocka_unit_test(writes_numbers), cmocka_unit_test(refuses), cmocka_unit_test(reads_no_other_form),
	cmocka_unit_test(reads_every_row_back),
};
const size_t template_tests_count = sizeof template_tests / sizeof *template_tests;
