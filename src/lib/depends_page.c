/* SPDX-License-Identifier: Apache-2.0 */
/* What hangs on the implementation, for people and programs: see verify.h. */
#include "lib/verify.h"

#include "lib/verify_words.h"
#include "lib/words.h"
#include "report/visible.h"

enum { NAME_COLUMNS = 16 };
static const struct words_columns COLUMNS = { NAME_COLUMNS, 34 };

static const struct outcome *answer_of(struct comparison *c, const struct model *model, const struct request *request)
{
	struct outcome *o = NEW(c->scratch, struct outcome);
	evaluate(evaluator_new(c->scratch, model), c->scratch, request, o);
	return o;
}

static str place_of(struct comparison *c, const struct outcome *o)
{
	str file;
	unsigned line;
	return o->route ? comparison_place(c, o->route->at, &file, &line) : (str){ "", 0 };
}

/* All answers to the request; they live in scratch. */
static struct told_dependence tell(struct comparison *c, const struct dependence *d)
{
	struct told_dependence told = { .dependence = d, .before = answer_of(c, d->pair->before, &d->request) };
	told.before_place = place_of(c, told.before);
	for (size_t i = 0; i < d->answers.n; i++) {
		struct told_answer answer = { .outcome = answer_of(c, d->answers.item[i].after, &d->request) };
		answer.place = place_of(c, answer.outcome);
		LIST_PUSH(c->scratch, &told.answers, answer);
	}
	return told;
}

/* ---- for people ---- */

/* "200 shop/web:80, upstream path /x" */
static str answer_words(struct comparison *c, const struct outcome *o, const struct str_list *what)
{
	str text = words_field(c->scratch, o, STR("status"));
	if (o->backends.n)
		text = arena_printf(c->scratch, "%.*s %.*s", STR_ARG(text), STR_ARG(words_field(c->scratch, o, STR("backends"))));
	for (size_t i = 0; i < what->n; i++) {
		str field = what->item[i], value = words_field(c->scratch, o, field);
		if (str_eq(field, STR("status")) || str_eq(field, STR("backends")) || str_eq(value, STR("-")))
			continue;
		text = arena_printf(c->scratch, "%.*s, %.*s %.*s", STR_ARG(text), STR_ARG(words_label(field)), STR_ARG(value));
	}
	return text;
}

/* usual: it is what was asked anyway. */
static void add_value(struct buf *out, struct comparison *c, const struct open_value *value, bool usual)
{
	struct buf text;
	str by = value->by.n ? str_list_join(c->scratch, &value->by, STR(", ")) : usual ? STR("all others") : STR("nobody that is known");
	buf_init(&text, c->scratch, 0);
	visible_add(&text, arena_printf(c->scratch, "%.*s%sWho: %.*s", STR_ARG(value->means), value->means.n ? " " : "", STR_ARG(by)));
	buf_fill(out, ' ', 3 + NAME_COLUMNS);
	words_wrap(out, buf_str(&text), 3 + NAME_COLUMNS, 3 + NAME_COLUMNS);
}

str dependence_headline(struct comparison *c, const struct dependence *d)
{
	return arena_printf(c->scratch, "%.*s (%.*s)", STR_ARG(words_request(c->scratch, &d->request)),
		STR_ARG(d->choice->name));
}

void comparison_dependence(struct comparison *c, const struct dependence *d, struct buf *out)
{
	const struct told_dependence told = tell(c, d);
	buf_add(out, STR("   "));
	words_curl(out, c->scratch, &d->request);
	buf_add_char(out, '\n');
	words_row(out, &COLUMNS, STR("before"), answer_words(c, told.before, &d->what), told.before_place);
	for (size_t i = 0; i < d->answers.n; i++) {
		const struct open_answer *a = &d->answers.item[i];
		str answer = answer_words(c, told.answers.item[i].outcome, &d->what);
		const char *more = a->agrees ? ", as before" : a->opens ? ", OPENED" : "";
		words_row(out, &COLUMNS, a->value->name, arena_printf(c->scratch, "%.*s%s", STR_ARG(answer), more), told.answers.item[i].place);
		add_value(out, c, a->value, i == 0);
	}
	const size_t counting = d->classes - d->as_stated, n = counting ? counting : d->classes;
	if (n > 1)
		buf_printf(out, "   the same question for %zu classes of requests\n", n);
	arena_reset(c->scratch);
}

void comparison_depends(struct comparison *c, const struct page *page)
{
	for (size_t i = 0; i < c->result.dependences.n; i++) {
		const struct dependence *d = &c->result.dependences.item[i];
		page_add(page, dependence_opens(d) ? PAINT_RED : dependence_counts(d) ? PAINT_YELLOW : PAINT_CYAN, STR("depends on the implementation"));
		buf_add(page->out, STR(": "));
		visible_add(page->out, dependence_headline(c, d));
		buf_add_char(page->out, '\n');
		comparison_dependence(c, d, page->out);
		buf_add_char(page->out, '\n');
	}
}

void comparison_depends_line(const struct comparison *c, struct buf *out)
{
	const struct verification *r = &c->result;
	const size_t n = r->depends - r->depends_as_stated;
	struct str_list names = { 0 };
	for (size_t i = 0; i < r->dependences.n; i++)
		if (r->dependences.item[i].classes > r->dependences.item[i].as_stated)
			str_list_add_new(out->arena, &names, r->dependences.item[i].choice->name);
	if (n)
		buf_printf(out, "\n         depends on the implementation: %zu class%s of requests (%.*s; ing2gw explain %.*s)", n, n == 1 ? "" : "es",
			STR_ARG(str_list_join(out->arena, &names, STR(", "))), STR_ARG(diag_code_text(DIAG_DEPENDS)));
}

/* ---- for programs ---- */

void comparison_depends_json(struct comparison *c, struct buf *out)
{
	buf_add_char(out, '[');
	for (size_t i = 0; i < c->result.dependences.n; i++) {
		const struct told_dependence told = tell(c, &c->result.dependences.item[i]);
		buf_add(out, i ? STR(",\n") : STR("\n"));
		dependence_json(out, c->scratch, &told);
		arena_reset(c->scratch);
	}
	buf_add_char(out, ']');
}
