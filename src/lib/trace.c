/* SPDX-License-Identifier: Apache-2.0 */
/* Requests in, answers out: see trace.h. */
#include "lib/trace.h"

#include "base/locate.h"
#include "lib/mappings.h"
#include "lib/trace_page.h"
#include "lib/trace_request.h"
#include "verify/compare.h"
#include "verify/trace_json.h"

void trace_init(struct trace *trace, const struct intake_options *options, size_t memory_limit)
{
	*trace = (struct trace){ .line = 0 };
	intake_init(&trace->in, options, memory_limit);
	arena_init(&trace->scratch, memory_limit, &trace->in.escape);
	arena_init(&trace->written, memory_limit, &trace->in.escape);
}

void trace_release(struct trace *trace)
{
	arena_release(&trace->written);
	arena_release(&trace->scratch);
	intake_release(&trace->in);
}

bool trace_start(struct trace *trace)
{
	struct intake *in = &trace->in;
	bool good = intake_tables(in);
	intake_read(in);
	if (!good)
		return false;
	if (in->after) {
		struct model *after = intake_gateway_model(in);
		model_prepare(after);
		trace->after = evaluator_new(&in->arena, after);
	}
	if (in->after != 1) {
		intake_model(in);
		model_prepare(in->model);
		trace->evaluator = evaluator_new(&in->arena, in->model);
	}
	trace->locator = NEW(&in->arena, struct locator);
	locator_init(trace->locator, &in->sources, &in->arena);
	map_init(&trace->routes, &in->arena);
	return true;
}

/* "file:line", found once for each route. */
static str route_place(struct trace *trace, const struct route *route)
{
	struct arena *arena = &trace->in.arena;
	const struct source *source = route ? sources_get(&trace->in.sources, route->at.file) : NULL;
	if (!source)
		return STR("");
	str *known = map_get(&trace->routes, (str){ (const char *)&route, sizeof route });
	if (known)
		return *known;
	const struct route **key = NEW(arena, const struct route *);
	*key = route;
	known = NEW(arena, str);
	*known = arena_printf(arena, "%.*s:%u", STR_ARG(source->name), (unsigned)locator_find(trace->locator, route->at).line);
	map_set(&trace->routes, (str){ (const char *)key, sizeof *key }, known);
	return *known;
}

/* A host of the input that may have been meant, where no Ingress has that of the request. */
static str near_host(struct trace *trace, str host, const struct outcome *outcome)
{
	struct str_list names = { 0 };
	bool known = outcome->problem.n || (outcome->name ? outcome->name->kind != HOST_ANY : outcome->status == 400);
	for (size_t i = 0; outcome->entry && !known && i < outcome->entry->hosts.n; i++)
		if (outcome->entry->hosts.item[i]->name.kind == HOST_EXACT)
			LIST_PUSH(&trace->scratch, &names, outcome->entry->hosts.item[i]->name.name);
	return names.n ? nearest_name(host, &names) : STR("");
}

static bool is_rewrite(const struct step *step)
{
	return step->kind == STEP_REWRITE && step->facts.n > 0;
}

/* What makes the paths of a host regular expressions: a rewrite, else an annotation about matching. */
static const struct fact *regex_by(const struct host *host)
{
	for (size_t i = 0; host && i < host->routes.n; i++)
		for (size_t k = 0; k < host->routes.item[i]->steps.n; k++)
			if (is_rewrite(host->routes.item[i]->steps.item[k]))
				return host->routes.item[i]->steps.item[k]->facts.item[0];
	for (size_t i = 0; host && i < host->routes.n; i++) {
		const struct owner *owner = host->routes.item[i]->owner;
		for (size_t k = 0; owner && owner->record && k < owner->record->facts.n; k++) {
			const struct fact *fact = owner->record->facts.item[k];
			if (str_eq(fact->feature, STR("route.match")) && !str_starts(fact->key, STR("spec.")) && str_eq(fact->value, STR("true")))
				return fact;
		}
	}
	return NULL;
}

static bool several_entries(const struct trace *trace, const struct outcome *outcome)
{
	bool after = outcome->entry && outcome->entry->listeners.n;
	return after ? trace->in.gateway.gateways.n > 1 : trace->in.model && trace->in.model->entries.n > 1;
}

static void add_page(struct trace *trace, const struct request *request, const struct outcome *outcome, bool color, struct buf *out)
{
	struct arena *scratch = &trace->scratch;
	const struct trace_page page = { trace->locator, &trace->in, scratch, color };
	struct story story;
	struct gateway_detached detached = { 0 };
	str name = arena_lower(scratch, str_slice(request->host, 0, str_find_char(request->host, ':')));
	if (outcome->entry && outcome->entry->listeners.n && !outcome->host)
		detached = gateway_side_detached(&trace->in.gateway, scratch, name);
	const struct story_hints hints = {
		.near_host = near_host(trace, str_slice(request->host, 0, str_find_char(request->host, ':')), outcome),
		.several_entries = several_entries(trace, outcome), .regex_by = regex_by(outcome->host),
		.detached = detached.item, .detached_count = detached.n,
	};
	trace_tell(scratch, matcher_new(scratch, 0), request, outcome, &hints, &story);
	str host = request->has_host ? request->host : STR("(no host)");
	str slash = str_starts(request->target, STR("/")) ? STR("") : STR(" ");
	str url = arena_printf(scratch, "%s://%.*s%.*s%.*s", request->tls ? "https" : "http", STR_ARG(host), STR_ARG(slash),
		STR_ARG(request->target));
	trace_page_add(out, &page, request->method, url, &story);
}

/* Both sides, and what they differ in. */
static void add_pages(struct trace *trace, const struct request *request, const struct outcome *before,
	const struct outcome *after, bool color,
	struct buf *out)
{
	struct str_list what = { 0 };
	buf_add(out, STR("before\n"));
	add_page(trace, request, before, color, out);
	buf_add(out, STR("\nafter\n"));
	add_page(trace, request, after, color, out);
	outcomes_compare(&trace->scratch, before, after, &what);
	if (what.n)
		buf_printf(out, "\ndifferent: %.*s\n", STR_ARG(str_list_join(&trace->scratch, &what, STR(", "))));
	else
		buf_printf(out, "\n%s\n", after->unknown.n ? "the same, as far as the Gateway side is understood" : "the same");
}

void trace_answer(struct trace *trace, const struct request *request, enum trace_form form, struct buf *out, struct outcome *outcome)
{
	struct outcome after;
	if (trace->after)
		evaluate(trace->after, &trace->scratch, request, trace->evaluator ? &after : outcome);
	if (trace->evaluator)
		evaluate(trace->evaluator, &trace->scratch, request, outcome);
	bool both = trace->after && trace->evaluator;
	if (form == TRACE_JSON && both)
		trace_json_both(out, &trace->scratch, outcome, route_place(trace, outcome->route), &after, route_place(trace, after.route));
	else if (form == TRACE_JSON)
		trace_json(out, &trace->scratch, outcome, route_place(trace, outcome->route));
	else if (both)
		add_pages(trace, request, outcome, &after, form == TRACE_COLORED, out);
	else
		add_page(trace, request, outcome, form == TRACE_COLORED, out);
}

void trace_line(struct trace *trace, str line, struct buf *out)
{
	struct request request;
	struct outcome outcome;
	str error;
	trace->line++;
	if (!str_trim(line).n)
		return;
	if (line.n > TRACE_LONGEST)
		error = arena_printf(&trace->scratch, "the line is longer than %d bytes", TRACE_LONGEST);
	else if (trace_request_read(&trace->scratch, line, &request, &error))
		error = STR("");
	if (error.n) {
		trace->refused++;
		trace_json_error(out, arena_printf(&trace->scratch, "line %zu: %.*s", trace->line, STR_ARG(error)));
	} else {
		trace_answer(trace, &request, TRACE_JSON, out, &outcome);
	}
	arena_reset(&trace->scratch);
}
