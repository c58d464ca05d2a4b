/* SPDX-License-Identifier: Apache-2.0 */
/* Both sides of a verification: see verify.h. */
#include "lib/verify.h"

#include "base/locate.h"

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

static bool is_default(const struct fact *fact)
{
	return fact->record == NULL;
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
	model_prepare(in->model);
	v->before = in->model;
	v->after = after;
	verify_models(&in->arena, &v->scratch, v->before, v->after, &(struct verify_input){ is_default }, &v->result);
	v->locator = NEW(&in->arena, struct locator);
	locator_init(v->locator, &in->sources, &in->arena);
	v->ask_before = evaluator_new(&in->arena, v->before);
	v->ask_after = evaluator_new(&in->arena, v->after);
	return true;
}

/* ---- a difference ---- */

str verify_place(struct verify *v, struct place at, str *file, unsigned *line)
{
	const struct source *source = sources_get(&v->in.sources, at.file);
	*file = (str){ "", 0 };
	*line = 0;
	if (!source)
		return (str){ "", 0 };
	*file = source->name;
	*line = (unsigned)locator_find(v->locator, at).line;
	return arena_printf(&v->scratch, "%.*s:%u", STR_ARG(*file), *line);
}

/* Both answers once more; they live in scratch. */
struct told_difference verify_tell(struct verify *v, const struct difference *d)
{
	struct told_difference told = { .difference = d };
	struct outcome *before = NEW(&v->scratch, struct outcome), *after = NEW(&v->scratch, struct outcome);
	str file;
	unsigned line;
	evaluate(v->ask_before, &v->scratch, &d->request, before);
	evaluate(v->ask_after, &v->scratch, &d->request, after);
	told.before = before;
	told.after = after;
	if (after->route)
		told.after_place = verify_place(v, after->route->at, &file, &line);
	if (before->route)
		told.before_place = verify_place(v, before->route->at, &told.file, &told.line);
	return told;
}

/* ---- for programs ---- */

void verify_json(struct verify *v, str version, struct buf *out)
{
	buf_add(out, STR("{\"schema\": \"ing2gw/report/v1\", \"tool\": {\"name\": \"ing2gw\", \"version\": "));
	buf_add_json(out, version);
	buf_add(out, STR("}, \"summary\": {\"proof\": "));
	proof_json(out, &v->result);
	buf_add(out, STR("}, \"differences\": ["));
	for (size_t i = 0; i < v->result.differences.n; i++) {
		const struct told_difference t = verify_tell(v, &v->result.differences.item[i]);
		buf_add(out, i ? STR(",\n") : STR("\n"));
		difference_json(out, &v->scratch, &t);
		arena_reset(&v->scratch);
	}
	buf_add(out, STR("]}\n"));
}

void verify_requests(struct verify *v, struct buf *out)
{
	for (size_t i = 0; i < v->result.differences.n; i++) {
		request_json(out, &v->result.differences.item[i].request);
		buf_add_char(out, '\n');
	}
}
