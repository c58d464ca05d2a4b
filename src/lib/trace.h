/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The work of `ing2gw trace` on texts in memory: read, model, answer. The command line and the public functions of ing2gw.h are
 * thin shells around it.
 */
#ifndef ING2GW_LIB_TRACE_H
#define ING2GW_LIB_TRACE_H

#include "lib/intake.h"
#include "route/evaluate.h"

/* One run: everything that it made lives until trace_release(). */
struct trace {
	struct intake in;
	struct arena scratch;          /* of one request */
	struct arena written;          /* of answers that have not been handed over */
	struct evaluator *evaluator;   /* of Ingresses; NULL: the Gateway side is asked alone */
	struct evaluator *after;       /* of the Gateway side; NULL: there is none */
	struct locator *locator;
	struct map routes;             /* struct route * as bytes -> its place as str */
	size_t line;                   /* of the requests, counted from 1 */
	size_t refused;                /* lines that were no requests */
};

/*
 * The caller sets up `trace`, adds texts to trace->in.sources (see intake.h), then calls trace_start(), which is false when nothing can
 * be answered: a bug of ours, which has been reported. On exhaustion of memory the jump goes to trace->in.escape.
 */
void trace_init(struct trace *trace, const struct intake_options *options, size_t memory_limit);
bool trace_start(struct trace *trace);
void trace_release(struct trace *trace);

enum trace_form { TRACE_JSON, TRACE_TEXT, TRACE_COLORED };

/*
 * The answer to one request: a line of JSON, or a page for people. The outcome is that of the Ingresses where they are asked, and valid
 * until scratch is reset.
 */
void trace_answer(struct trace *trace, const struct request *request, enum trace_form form, struct buf *out, struct outcome *outcome);

/* The longest line that is read. */
enum { TRACE_LONGEST = 4 << 20 };

/*
 * The answer to one line of requests, without its line end. An empty line gets none. What is no request gets an answer that says
 * so, and is counted. line longer than TRACE_LONGEST: the rest may be missing, it is refused.
 */
void trace_line(struct trace *trace, str line, struct buf *out);

#endif
