/* SPDX-License-Identifier: Apache-2.0 */
/* The public function that answers requests: see ing2gw.h. A thin shell around trace.h. */
#include "ing2gw.h"

#include "lib/public.h"
#include "lib/trace_notes.h"
#include "report/report.h"

#include <stdlib.h>

void ing2gw_answers_free(struct ing2gw_answers *answers)
{
	free(answers->answers);
	free(answers->messages);
	*answers = (struct ing2gw_answers){ 0 };
}

/* The arguments of a call, out of the way of setjmp(). */
struct call {
	const struct ing2gw_input *inputs;
	size_t count;
	const struct ing2gw_options *options;
	str requests;
	struct ing2gw_answers *answers;
};

/* False when an option has a value that there is not. */
static bool read_options(struct arena *arena, const struct ing2gw_options *in, struct intake_options *out)
{
	const struct mapping_texts none = { 0 };
	out->limits = doc_limits_fill(out->limits);
	out->world = in->world_closed ? WORLD_CLOSED : WORLD_AUTO;
	out->from = public_list(arena, in->from);
	return !out->from.n || public_known(tables_load(arena, &none), TABLE_CONTROLLER, &out->from);
}

static void answer_lines(struct trace *trace, str requests, struct buf *out)
{
	while (requests.n) {
		str line;
		str_cut(requests, '\n', &line, &requests);
		trace_line(trace, line, out);
	}
}

static void hand_out(struct trace *trace, const struct buf *out, bool good, struct ing2gw_answers *answers)
{
	struct buf text;
	struct report report = { .sources = &trace->in.sources, .diags = trace_notes(trace, NULL, NULL) };
	buf_init(&text, &trace->in.arena, 0);
	report_diags(&text, &report, (struct report_style){ 0 });
	answers->answers = public_copy(&trace->in.escape, buf_str(out), &answers->answers_size);
	answers->messages = public_copy(&trace->in.escape, buf_str(&text), &answers->messages_size);
	answers->exit_code = !good ? 6 : trace->in.unreadable || trace->refused ? 3 : 0;
}

static int trace_all(struct trace *trace, struct intake_options *options, const struct call *call)
{
	struct buf out;
	if (!read_options(&trace->in.arena, call->options, options)) {
		trace_release(trace);
		call->answers->exit_code = 2;
		return -1;
	}
	public_inputs(&trace->in, call->inputs, call->count);
	buf_init(&out, &trace->written, 0);
	bool good = trace_start(trace);
	if (good)
		answer_lines(trace, call->requests, &out);
	hand_out(trace, &out, good, call->answers);
	trace_release(trace);
	return 0;
}

static int trace_call(const struct call *call)
{
	struct intake_options options = { .world = WORLD_AUTO };
	struct trace trace;
	trace_init(&trace, &options, call->options->memory_limit);
	if (setjmp(trace.in.escape.env) != 0) {
		trace_release(&trace);
		ing2gw_answers_free(call->answers);
		call->answers->exit_code = 6;
		return -1;
	}
	return trace_all(&trace, &options, call);
}

int ing2gw_trace(const struct ing2gw_input *inputs, size_t count, const struct ing2gw_options *options, const char *requests,
	size_t requests_size, struct ing2gw_answers *answers)
{
	static const struct ing2gw_options DEFAULTS = { 0 };
	const struct call call = { inputs, count, options ? options : &DEFAULTS, { requests, requests_size }, answers };
	*answers = (struct ing2gw_answers){ 0 };
	return trace_call(&call);
}
