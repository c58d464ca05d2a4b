/* SPDX-License-Identifier: Apache-2.0 */
/* Both sides of a verification: see verify.h. */
#include "lib/verify.h"

#include "base/locate.h"
#include "lib/left_open.h"
#include "verify/client.h"

void verify_init(struct verify *v, const struct intake_options *options, size_t memory_limit)
{
	*v = (struct verify){ 0 };
	intake_init(&v->in, options, memory_limit);
	arena_init(&v->scratch, memory_limit, &v->in.escape);
}

void verify_release(struct verify *v)
{
	arena_release(&v->scratch);
	intake_release(&v->in);
}

/* That nothing which was printed carries. */
static bool is_default(const struct fact *fact)
{
	return fact->record == NULL && fact->places.n == 0;
}

/* What could not be read may decide as well. */
static void limit_verdicts(struct verification *result)
{
	for (size_t i = 0; i < result->hosts.n; i++)
		if (result->hosts.item[i].verdict < VERDICT_PARTIAL)
			result->hosts.item[i].verdict = VERDICT_PARTIAL;
	if (result->verdict < VERDICT_PARTIAL)
		result->verdict = VERDICT_PARTIAL;
}

void comparison_run(struct comparison *c, struct intake *in, struct arena *scratch, const struct model *after, const struct compare_options *options)
{
	const struct verify_input input = { .is_default = is_default, .statements = options->statements, .accepted = options->accepted,
		.known = options->known, .open = left_open(in), .wants = options->wants, .jobs = in->options->jobs };
	*c = (struct comparison){ .in = in, .scratch = scratch };
	model_prepare(in->model);
	verify_models(&in->arena, in->model, after, &input, &c->result);
	if (intake_is_partial(in))
		limit_verdicts(&c->result);
	c->locator = NEW(&in->arena, struct locator);
	locator_init(c->locator, &in->sources, &in->arena);
}

/* ---- pairs ---- */

static bool has_entry(const struct model *m, str name)
{
	for (size_t i = 0; i < m->entries.n; i++)
		if (str_eq(m->entries.item[i]->name, name))
			return true;
	return false;
}

static str names_of(struct arena *arena, const struct model *m)
{
	struct str_list names = { 0 };
	for (size_t i = 0; i < m->entries.n; i++)
		str_list_add_new(arena, &names, m->entries.item[i]->name);
	return names.n ? arena_join(arena, STR("; there are: "), str_list_join(arena, &names, STR(", "))) : (str){ "", 0 };
}

static bool check_pairs(struct verify *v, const struct model *before, const struct model *after)
{
	struct arena *arena = &v->in.arena;
	for (size_t i = 0; i < v->pairs.n && !v->fault.n; i++) {
		const struct known_pair *p = &v->pairs.item[i];
		if (!has_entry(before, p->of))
			v->fault = arena_printf(arena, "the input has no load balancer %.*s%.*s", STR_ARG(p->of), STR_ARG(names_of(arena, before)));
		else if (!has_entry(after, p->gateway))
			v->fault = arena_printf(arena, "there is no Gateway %.*s%.*s", STR_ARG(p->gateway), STR_ARG(names_of(arena, after)));
	}
	return v->fault.n == 0;
}

bool verify_start(struct verify *v)
{
	struct intake *in = &v->in;
	bool good = intake_tables(in);
	intake_read(in);
	if (!good)
		return false;
	struct model *after = intake_gateway_model(in);
	intake_model(in);
	model_prepare(after);
	if (!check_pairs(v, in->model, after))
		return false;
	v->pairs.chosen = true;
	comparison_run(&v->both, in, &v->scratch, after, &(struct compare_options){ .accepted = v->accepted, .known = v->pairs.n ? &v->pairs : NULL });
	return true;
}

/* ---- a difference ---- */

str comparison_place(struct comparison *c, struct place at, str *file, unsigned *line)
{
	const struct source *source = sources_get(&c->in->sources, at.file);
	*file = (str){ "", 0 };
	*line = 0;
	if (!source)
		return (str){ "", 0 };
	*file = source->name;
	*line = (unsigned)locator_find(c->locator, at).line;
	return arena_printf(c->scratch, "%.*s:%u", STR_ARG(*file), *line);
}

/* Differences stand by load balancer: those of one are told by the same evaluators. */
static void take_pair(struct comparison *c, const struct entry_pair *pair)
{
	if (c->pair == pair)
		return;
	c->pair = pair;
	c->before = evaluator_new(&c->in->arena, pair->before);
	c->after = evaluator_new(&c->in->arena, pair->after);
}

/* Both answers once more; they live in scratch. */
struct told_difference comparison_tell(struct comparison *c, const struct difference *d)
{
	struct told_difference told = { .difference = d };
	struct outcome *before = NEW(c->scratch, struct outcome), *after = NEW(c->scratch, struct outcome);
	str file;
	unsigned line;
	take_pair(c, d->pair);
	client_asks(c->before, c->scratch, &d->request, NULL, before);
	client_asks(c->after, c->scratch, &d->request, &(struct left_out){ .spelling = d->under ? &d->under->is : NULL }, after);
	told.before = before;
	told.after = after;
	if (after->route)
		told.after_place = comparison_place(c, after->route->at, &file, &line);
	if (before->route)
		told.before_place = comparison_place(c, before->route->at, &told.file, &told.line);
	return told;
}

/* ---- for programs ---- */

void comparison_json(struct comparison *c, struct buf *out)
{
	const struct difference_list *const lists[] = { &c->result.differences, &c->result.apart.differences };
	size_t n = 0;
	buf_add_char(out, '[');
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < lists[k]->n; i++) {
			const struct told_difference t = comparison_tell(c, lists[k]->item[i]);
			buf_add(out, n++ ? STR(",\n") : STR("\n"));
			difference_json(out, c->scratch, &t);
			arena_reset(c->scratch);
		}
	buf_add_char(out, ']');
}

void verify_json(struct verify *v, str version, struct buf *out)
{
	buf_add(out, STR("{\"schema\": \"ing2gw/report/v1\", \"tool\": {\"name\": \"ing2gw\", \"version\": "));
	buf_add_json(out, version);
	buf_add(out, STR("}, \"summary\": {\"proof\": "));
	proof_json(out, &v->both.result);
	buf_add(out, STR("}, \"differences\": "));
	comparison_json(&v->both, out);
	buf_add(out, STR(", \"depends\": "));
	comparison_depends_json(&v->both, out);
	buf_add(out, STR("}\n"));
}

void verify_requests(struct verify *v, struct buf *out)
{
	for (size_t i = 0; i < v->both.result.differences.n; i++) {
		const struct told_difference told = comparison_tell(&v->both, v->both.result.differences.item[i]);
		expected_json(out, &v->scratch, &told);
		buf_add_char(out, '\n');
		arena_reset(&v->scratch);
	}
}
