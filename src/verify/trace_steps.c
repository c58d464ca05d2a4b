/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a trace: what each of them did with the request. See trace_text.h. */
#include "verify/trace_text.h"

static str bytes_text(struct arena *scratch, uint64_t bytes)
{
	static const char *const UNITS[] = { "bytes", "KiB", "MiB", "GiB" };
	size_t unit = 0;
	while (unit < 3 && bytes && bytes % 1024 == 0) {
		bytes /= 1024;
		unit++;
	}
	return arena_printf(scratch, "%llu %s", (unsigned long long)bytes, UNITS[unit]);
}

/* What a step rests on: its own fact, or that of another step of the route that stands for the same feature. */
static const struct fact *fact_of(const struct outcome *outcome, const struct step *step)
{
	if (step->facts.n)
		return step->facts.item[0];
	for (size_t i = 0; outcome->route && step->feature.n && i < outcome->route->steps.n; i++) {
		const struct step *other = outcome->route->steps.item[i];
		if (other->facts.n && str_eq(other->feature, step->feature))
			return other->facts.item[0];
	}
	return NULL;
}

/* Another step has said what this feature does. */
static bool is_told(const struct outcome *outcome, const struct step *step)
{
	for (size_t i = 0; step->kind == STEP_OTHER && i < outcome->steps.n; i++) {
		const struct step *other = outcome->steps.item[i].step;
		if (other->kind != STEP_OTHER && str_eq(other->feature, step->feature))
			return true;
	}
	return false;
}

static str guard_label(const struct guard *guard)
{
	switch (guard->kind) {
	case GUARD_ADDRESS:
		return STR("address");
	case GUARD_HEADER:
		return STR("header");
	case GUARD_BASIC:
		return STR("password");
	case GUARD_EXTERNAL:
		return STR("permission");
	case GUARD_CERTIFICATE:
		return STR("client");
	case GUARD_OPAQUE:
		break;
	}
	return STR("guard");
}

static str guard_text(struct arena *scratch, const struct request *request, const struct outcome *outcome, const struct step *step, bool passed)
{
	const struct guard *guard = &step->as.guard;
	switch (guard->kind) {
	case GUARD_ADDRESS:
		if (guard->deny)
			return arena_printf(scratch, "%.*s is %s the denied ones", STR_ARG(request->client), passed ? "none of" : "one of");
		return arena_printf(scratch, "%.*s is %s the allowed ones", STR_ARG(request->client), passed ? "one of" : "none of");
	case GUARD_HEADER:
		return arena_printf(scratch, "%.*s is %s", STR_ARG(guard->header), passed ? "not blocked" : "blocked");
	case GUARD_BASIC:
		return passed ? STR("user and password are good") : STR("user and password are missing or wrong");
	case GUARD_EXTERNAL:
		return arena_printf(scratch, "%.*s answers %u", STR_ARG(outcome->auth_url), request->given.external ? request->given.external : 200u);
	case GUARD_CERTIFICATE:
		if (!passed)
			return STR("the client has no trusted certificate");
		return !request->tls ? STR("no certificate is asked for without TLS") : guard->optional ? STR("a certificate is not needed")
			: STR("the client's certificate is good");
	case GUARD_OPAQUE:
		break;
	}
	return arena_printf(scratch, "%.*s %s", STR_ARG(step->feature), passed ? "lets it pass" : "refuses");
}

/* How the outcome of a gate is settled. */
static const char *gate_hint(const struct step *step)
{
	switch (step->as.guard.kind) {
	case GUARD_BASIC:
		return "the way on: --given auth.basic=pass";
	case GUARD_CERTIFICATE:
		return "the way on: --given auth.client-certificate=pass";
	case GUARD_EXTERNAL:
	case GUARD_OPAQUE:
	case GUARD_ADDRESS:
	case GUARD_HEADER:
		break;
	}
	return NULL;
}

static void tell_guard(struct arena *scratch, const struct request *request, const struct outcome *outcome, const struct trace_step *done,
	struct story *story)
{
	const struct step *step = done->step;
	bool passed = done->what != HAPPENED_ANSWERED;
	str text = guard_text(scratch, request, outcome, step, passed);
	if (step->as.guard.any)
		text = arena_printf(scratch, "%.*s (one of several suffices)", STR_ARG(text));
	struct story_row *row = story_add(scratch, story, guard_label(&step->as.guard), text);
	row->tone = passed ? STORY_PLAIN : STORY_REFUSED;
	row->fact = fact_of(outcome, step);
	row->at = step->at;
	row->setting = true;
	if (!passed && gate_hint(step))
		story_add(scratch, story, STR(""), str_c(gate_hint(step)));
	else if (passed && step->as.guard.kind == GUARD_EXTERNAL && !request->given.external)
		story_add(scratch, story, STR(""), STR("taken to be so; else: --given auth.external=401"));
}

/* "sets X-A, takes X-B away" */
static str header_text(struct arena *scratch, const struct step *step)
{
	struct str_list parts = { 0 };
	for (size_t i = 0; i < step->as.header.edits.n; i++) {
		const struct header_edit *edit = &step->as.header.edits.item[i];
		const char *what = edit->value.n ? "sets" : "takes away";
		LIST_PUSH(scratch, &parts, arena_printf(scratch, "%s %.*s of the %s", what, STR_ARG(edit->name), edit->response ? "answer" : "request"));
	}
	return str_list_join(scratch, &parts, STR(", "));
}

static str body_text(struct arena *scratch, const struct request *request, const struct trace_step *done)
{
	str limit = bytes_text(scratch, done->step->as.limit), size = bytes_text(scratch, request->body);
	if (done->what == HAPPENED_ANSWERED)
		return arena_printf(scratch, "%.*s are more than %.*s: 413", STR_ARG(size), STR_ARG(limit));
	return done->step->as.limit ? arena_printf(scratch, "up to %.*s, else 413", STR_ARG(limit)) : STR("of any size");
}

static str feature_text(struct arena *scratch, const struct step *step)
{
	return step->value.n ? arena_printf(scratch, "%.*s %.*s", STR_ARG(step->feature), STR_ARG(step->value)) : step->feature;
}

static str error_text(struct arena *scratch, const struct error_pages *pages)
{
	if (!pages->backend)
		return STR("the controller's own 404 stands in for this error");
	return arena_printf(scratch, "%.*s/%.*s answers in place of this error", STR_ARG(pages->backend->namespace), STR_ARG(pages->backend->name));
}

static str redirect_text(struct arena *scratch, const struct request *request, const struct trace_step *done)
{
	bool secure = !request->tls && str_starts(done->after, STR("https://"));
	return arena_printf(scratch, "%u to %s", (unsigned)done->step->as.redirect.status, secure ? "https" : "another address");
}

/* Label and text of one step that was in force; an empty text: nothing is to be said. */
static str step_words(struct arena *scratch, const struct request *request, const struct trace_step *done, str *label)
{
	const struct step *step = done->step;
	switch (step->kind) {
	case STEP_STATUS:
		*label = STR("status");
		return step->value.n ? arena_printf(scratch, "%u: %.*s", (unsigned)step->status, STR_ARG(step->value))
			: arena_printf(scratch, "%u by itself", (unsigned)step->status);
	case STEP_REDIRECT:
		*label = STR("redirect");
		return redirect_text(scratch, request, done);
	case STEP_CORS:
		*label = STR("cors");
		return done->what == HAPPENED_ANSWERED ? step->as.cors.asked_only ? STR("a preflight is answered: 200") : STR("a preflight is answered: 204")
			: STR("the origin is allowed");
	case STEP_REWRITE:
		*label = STR("rewrite");
		return done->what == HAPPENED_ANSWERED ? STR("the new path is empty or unknown")
			: arena_printf(scratch, "%.*s -> %.*s", STR_ARG(done->before), STR_ARG(done->after));
	case STEP_HOST:
		*label = STR("host sent");
		return arena_printf(scratch, "%.*s -> %.*s", STR_ARG(done->before), STR_ARG(done->after));
	case STEP_HEADER:
		*label = STR("headers");
		return header_text(scratch, step);
	case STEP_BODY:
		*label = STR("body");
		return body_text(scratch, request, done);
	case STEP_ERRORS:
		*label = STR("error page");
		return error_text(scratch, &step->as.errors);
	case STEP_ANSWER:
		*label = STR("answer");
		return arena_printf(scratch, "%.*s becomes %.*s", STR_ARG(step->as.answer.from), STR_ARG(step->as.answer.to));
	case STEP_TLS:
		*label = STR("backend");
		return step->as.tls == TLS_ALWAYS || request->tls ? STR("spoken to in TLS") : STR("");
	case STEP_OTHER:
		*label = STR("in force");
		return feature_text(scratch, step);
	case STEP_GUARD:
		break;
	}
	return STR("");
}

void trace_tell_steps(struct arena *scratch, const struct request *request, const struct outcome *outcome, struct story *story)
{
	for (size_t i = 0; i < outcome->steps.n; i++) {
		const struct trace_step *done = &outcome->steps.item[i];
		str label = { "", 0 };
		if (done->step->kind == STEP_GUARD) {
			tell_guard(scratch, request, outcome, done, story);
			continue;
		}
		str text = step_words(scratch, request, done, &label);
		if (!text.n || is_told(outcome, done->step))
			continue;
		struct story_row *row = story_add(scratch, story, label, text);
		row->fact = fact_of(outcome, done->step);
		row->at = done->step->at;
		row->tone = done->what == HAPPENED_ANSWERED ? STORY_ANSWER : STORY_PLAIN;
		row->setting = done->step->kind != STEP_STATUS && done->step->kind != STEP_ERRORS;
		row->minor = done->step->kind == STEP_OTHER || done->step->kind == STEP_HEADER;
	}
}
