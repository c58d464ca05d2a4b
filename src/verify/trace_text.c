/* SPDX-License-Identifier: Apache-2.0 */
/* The story of a request: see trace_text.h. */
#include "verify/trace_text.h"

#include "verify/trace_json.h"

struct story_row *story_add(struct arena *scratch, struct story *story, str label, str text)
{
	struct story_row row = { .label = label, .text = text };
	LIST_PUSH(scratch, &story->rows, row);
	return &story->rows.item[story->rows.n - 1];
}

static str backend_text(struct arena *scratch, const struct backend *backend, uint64_t share, const char *unit)
{
	str port = backend->port ? arena_printf(scratch, ":%u", (unsigned)backend->port) : STR("");
	return arena_printf(scratch, "%.*s/%.*s%.*s%s  %llu%s", STR_ARG(backend->namespace), STR_ARG(backend->name), STR_ARG(port),
		backend->external ? " (ExternalName)" : "", (unsigned long long)share, unit);
}

static void tell_headers(struct arena *scratch, const struct changed_header *headers, size_t n, struct story *story)
{
	for (size_t i = 0; i < n; i++) {
		str text = headers[i].removed ? arena_printf(scratch, "%.*s is taken away", STR_ARG(headers[i].name))
			: arena_printf(scratch, "%.*s: %.*s", STR_ARG(headers[i].name), STR_ARG(headers[i].value));
		story_add(scratch, story, STR(""), text);
	}
}

static void tell_forward(struct arena *scratch, const struct request *request, const struct outcome *outcome, struct story *story)
{
	bool percent;
	if (!outcome->forwarded)
		return;
	const uint64_t *shares = trace_shares(scratch, outcome, &percent);
	for (size_t i = 0; i < outcome->backends.n; i++) {
		const struct backend *backend = outcome->backends.item[i].backend;
		struct story_row *row = story_add(scratch, story, i ? STR("") : STR("forward"),
			backend_text(scratch, backend, shares[i], percent ? " %" : " parts"));
		row->fact = backend->facts.n ? backend->facts.item[0] : NULL;
		row->at = backend->at;
	}
	for (size_t i = 0; i < outcome->failing.n; i++) {
		const struct backend *backend = outcome->failing.item[i].backend;
		str text = backend_text(scratch, backend, shares[outcome->backends.n + i], percent ? " %" : " parts");
		struct story_row *row = story_add(scratch, story, STR(""), arena_printf(scratch, "%.*s cannot answer: %u", STR_ARG(text),
			(unsigned)backend->answer));
		row->at = backend->at;
		row->tone = STORY_REFUSED;
	}
	story_add(scratch, story, STR(""), arena_printf(scratch, "%.*s %.*s  Host: %.*s", STR_ARG(request->method),
		STR_ARG(outcome->upstream_target), STR_ARG(outcome->upstream_host)));
	tell_headers(scratch, outcome->upstream_headers.item, outcome->upstream_headers.n, story);
}

static str answer_text(struct arena *scratch, const struct request *request, const struct outcome *outcome)
{
	const char *who = !outcome->forwarded ? "" : request->given.status || outcome->status != 200 ? ", from the Service"
		: " from the Service, if it answers so";
	return arena_printf(scratch, "%u%s%s%.*s", (unsigned)outcome->status, who, outcome->has_location ? "  Location: " : "",
		STR_ARG(outcome->location));
}

/* Why a Service that is there could not be asked, where no share of the requests is answered by another one. */
static void tell_failing(struct arena *scratch, const struct outcome *outcome, struct story *story)
{
	for (size_t i = 0; !outcome->forwarded && i < outcome->failing.n; i++) {
		const struct backend *b = outcome->failing.item[i].backend;
		str text = arena_printf(scratch, "%.*s/%.*s:%u cannot answer: %s", STR_ARG(b->namespace), STR_ARG(b->name), (unsigned)b->port,
			b->answer == 503 ? "it has no endpoints" : "it is not there, or may not be referred to");
		struct story_row *row = story_add(scratch, story, i ? STR("") : STR("backend"), text);
		row->at = b->at;
		row->tone = STORY_REFUSED;
	}
}

static void tell_answer(struct arena *scratch, const struct request *request, const struct outcome *outcome, struct story *story)
{
	bool connection = outcome->entry && outcome->entry->listeners.n;
	for (size_t i = 0; i < outcome->unknown.n; i++) {
		const struct unknown *u = outcome->unknown.item[i];
		struct story_row *row = story_add(scratch, story, STR("unknown"), arena_printf(scratch, "what %.*s does", STR_ARG(u->text)));
		row->at = u->at;
		row->tone = STORY_REFUSED;
	}
	if (connection)
		tell_failing(scratch, outcome, story);
	if (outcome->problem.n)
		story_add(scratch, story, connection ? STR("no answer") : STR("unknown"), outcome->problem)->tone = STORY_REFUSED;
	if (!outcome->status)
		return;
	story_add(scratch, story, STR("answer"), answer_text(scratch, request, outcome))->tone = STORY_ANSWER;
	tell_headers(scratch, outcome->response_headers.item, outcome->response_headers.n, story);
}

void trace_tell(struct arena *scratch, struct matcher *matcher, const struct request *request, const struct outcome *outcome,
	const struct story_hints *hints, struct story *story)
{
	*story = (struct story){ 0 };
	if (outcome->entry) {
		trace_tell_choice(scratch, matcher, outcome, hints, story);
		trace_tell_steps(scratch, request, outcome, story);
		tell_forward(scratch, request, outcome, story);
	}
	tell_answer(scratch, request, outcome, story);
}
