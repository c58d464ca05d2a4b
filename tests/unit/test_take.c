/* SPDX-License-Identifier: Apache-2.0 */
/* Templates found as parts of trees that say more, and what of these trees stays unknown. */
#include "mapping/template_take.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "doc/doc.h"

extern const struct CMUnitTest take_tests[];
extern const size_t take_tests_count;

struct run {
	struct escape escape;
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct node *root;
};

static void visit(void *user, struct node *root)
{
	((struct run *)user)->root = root;
}

static struct node *parse(struct run *run, const char *text)
{
	struct doc_limits limits = doc_limits_fill((struct doc_limits){ 0 });
	struct doc_reader reader = { &run->arena, &run->diags, &limits, visit, run };
	assert_true(doc_read(&reader, &run->sources, sources_add(&run->sources, STR("x.yaml"), str_c(text))));
	return run->root;
}

/* "name=a seconds=60 list=x,y", in the order in which they were read. */
static str values_text(struct run *run, const struct template_values *values)
{
	struct buf out;
	buf_init(&out, &run->arena, 0);
	for (size_t i = 0; i < values->n; i++) {
		const struct template_value *v = &values->item[i];
		buf_printf(&out, "%s%.*s=", i ? " " : "", STR_ARG(v->name));
		if (v->kind == TEMPLATE_NUMBER)
			buf_printf(&out, "%lld", (long long)v->number);
		else
			buf_add(&out, v->kind == TEMPLATE_LIST ? str_list_join(&run->arena, &v->list, STR(",")) : v->text);
	}
	return buf_str(&out);
}

static const struct {
	const char *template, *tree;
	const char *values;              /* NULL: it is no part of the tree */
	const char *rest;                /* pointers of what is left, with blanks between them */
} CASES[] = {
	/* maps with more in them */
	{ "{a: \"${x}\"}", "{a: 1, b: 2}", "x=1", "/b" },
	{ "{a: {b: \"${x}\"}}", "{a: {b: t, c: {d: []}}}", "x=t", "/a/c/d" },
	{ "{a: \"${x}\"}", "{b: 2}", NULL, "/b" },
	{ "{a: {b: 1}}", "{a: {b: 1, c: 2}}", "", "/a/c" },
	{ "{a: {b: 1}}", "{a: {b: 2}}", NULL, "/a/b" },
	/* literals beside fields: one that differs makes the whole map somebody else's */
	{ "{a: {type: T, v: \"${x}\"}}", "{a: {type: T, v: 1}}", "x=1", "" },
	{ "{a: {type: T, v: \"${x}\"}}", "{a: {type: U, v: 1}}", NULL, "/a/type /a/v" },
	{ "{a: {type: T, v: \"${x}\"}}", "{a: {type: T}}", NULL, "/a/type" },
	{ "{a: {type: T, v: \"${x}\"}, b: \"${y}\"}", "{a: {type: U, v: 1}, b: 2}", "y=2", "/a/type /a/v" },
	/* values that may be written in several ways, and wrong ones */
	{ "{a: \"${x|duration}\"}", "{a: 90s}", "x=90", "" },
	{ "{a: \"${x|duration}\"}", "{a: 100ms}", NULL, "/a" },
	{ "{a: \"${x|quantity}\"}", "{a: 8192Ki}", "x=8388608", "" },
	{ "{a: \"${x|quantity}\"}", "{a: 8388608}", "x=8388608", "" },
	{ "{a: \"${x|quantity}\"}", "{a: 8M}", NULL, "/a" },
	{ "{a: 0s}", "{a: 0h}", "", "" },
	{ "{a: 0s}", "{a: 1h}", NULL, "/a" },
	{ "{a: \"${x}\"}", "{a: \"\"}", "x=", "" },
	{ "{a: \"${x}\"}", "{a: {b: 1}}", NULL, "/a/b" },
	/* lists: elements wherever they stand, each once; the whole list of a field */
	{ "{a: [{k: A, v: \"${x}\"}]}", "{a: [{k: B, v: 1}, {k: A, v: 2}]}", "x=2", "/a/0/k /a/0/v" },
	{ "{a: [{k: A, v: \"${x}\"}]}", "{a: [{k: A, v: 1}, {k: A, v: 2}]}", "x=1", "/a/1/k /a/1/v" },
	{ "{a: [one, two]}", "{a: [two, three, one]}", "", "/a/1" },
	{ "{a: [one, two]}", "{a: [one]}", NULL, "/a/0" },
	{ "{a: [{k: A, v: \"${x}\"}, {k: B, v: \"${x}\"}]}", "{a: [{k: B, v: 3}, {k: A, v: 3}]}", "x=3", "" },
	{ "{a: [{k: A, v: \"${x}\"}, {k: B, v: \"${x}\"}]}", "{a: [{k: A, v: 3}, {k: B, v: 4}]}", NULL, "/a/0/k /a/0/v /a/1/k /a/1/v" },
	{ "{a: [{k: A, v: \"${x}\"}, {k: B, v: \"${x}\"}]}", "{a: [{k: A, v: 3}]}", NULL, "/a/0/k /a/0/v" },
	{ "{a: [{k: A, v: \"${x}\"}, {k: B, v: \"${y}\"}]}", "{a: [{k: B, v: 4}]}", "y=4", "" },
	{ "{a: \"${x}\"}", "{a: [b, c]}", "x=b,c", "" },
	{ "{a: \"${x}\"}", "{a: []}", NULL, "/a" },
	{ "{a: \"${x|number}\"}", "{a: [502, 503]}", "x=502,503", "" },
	/* of two features that say a field the winner's word stands there, for which the other one does not answer */
	{ "{d: Allow, l: [{k: D, v: \"${x}\"}]}", "{d: Deny, l: [{k: D, v: 1}]}", "x=1", "/d" },
	{ "{d: Allow, l: [{k: D, v: \"${x}\"}]}", "{d: Allow, l: [{k: D, v: 1}]}", "x=1", "" },
	{ "{d: Deny, l: [{k: D, v: \"${x}\"}]}", "{d: Allow, l: [{k: D, v: 1}]}", NULL, "/d /l/0/k /l/0/v" },
	{ "{d: Allow, l: [{k: D, v: \"${x}\"}]}", "{d: Other, l: [{k: D, v: 1}]}", NULL, "/d /l/0/k /l/0/v" },
	/* nothing, and keys that pointers write otherwise */
	{ "{a: 1}", "{}", NULL, "" },
	{ "{a: \"${x}\"}", "{a: ~, b~c/d: 1}", NULL, "/a /b~0c~1d" },
};

static void takes_parts(void **state)
{
	(void)state;
	struct run run = { 0 };
	struct policy_kind kind = { 0 };
	const struct merge_rule wins = { .field = STR_INIT("/d"), .wins = STR_INIT("Deny") };
	escape_init(&run.escape);
	arena_init(&run.arena, 0, &run.escape);
	sources_init(&run.sources, &run.arena);
	diags_init(&run.diags, &run.arena);
	LIST_PUSH(&run.arena, &kind.merge, wins);
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		struct taking taking;
		struct template_values values = { 0 };
		struct template_leaves rest = { 0 };
		struct str_list pointers = { 0 };
		const struct node *template = parse(&run, CASES[i].template), *tree = parse(&run, CASES[i].tree);
		taking_start(&taking, &run.arena, tree, &kind);
		bool taken = template_take(&taking, template, &values, NULL);
		taking_rest(&taking, &rest);
		for (size_t k = 0; k < rest.n; k++)
			LIST_PUSH(&run.arena, &pointers, rest.item[k].pointer);
		str left = str_list_join(&run.arena, &pointers, STR(" ")), read = values_text(&run, &values);
		if (taken != (CASES[i].values != NULL) || !str_eq(read, str_c(CASES[i].values)) || !str_eq(left, str_c(CASES[i].rest)))
			fail_msg("%s in %s: %s, '%.*s', left '%.*s'", CASES[i].template, CASES[i].tree, taken ? "taken" : "not taken", STR_ARG(read),
				STR_ARG(left));
	}
	arena_release(&run.arena);
}

/* Where the fields are in the tree, not where the template would have put them. */
static void tells_places(void **state)
{
	(void)state;
	struct run run = { 0 };
	struct taking taking;
	struct template_values values = { 0 };
	struct template_places places = { 0 };
	escape_init(&run.escape);
	arena_init(&run.arena, 0, &run.escape);
	sources_init(&run.sources, &run.arena);
	diags_init(&run.diags, &run.arena);
	const struct node *template = parse(&run, "{a: [{k: A, v: \"${x}\"}], b: \"${y}\"}");
	taking_start(&taking, &run.arena, parse(&run, "{b: [p, q], a: [{k: B}, {k: A, v: 1}]}"), NULL);
	assert_true(template_take(&taking, template, &values, &places));
	assert_int_equal(places.n, 2);
	assert_true(str_eq(places.item[0].at, STR("/a/1/v")) && str_eq(places.item[0].field, STR("x")));
	assert_true(str_eq(places.item[1].at, STR("/b")));
	arena_release(&run.arena);
}

const struct CMUnitTest take_tests[] = { cmocka_unit_test(takes_parts), cmocka_unit_test(tells_places) };
const size_t take_tests_count = sizeof take_tests / sizeof *take_tests;
