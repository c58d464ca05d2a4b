/* SPDX-License-Identifier: Apache-2.0 */
/* Both sides of a migration asked the same, and what differs told: the work of `ing2gw verify` on texts in memory, and of the proof. */
#ifndef ING2GW_LIB_VERIFY_H
#define ING2GW_LIB_VERIFY_H

#include "lib/intake.h"
#include "verify/verify_json.h"

/* Two models of one input, what was found, and what it takes to show it. */
struct comparison {
	struct intake *in;
	struct arena *scratch;       /* of one difference */
	struct verification result;
	struct locator *locator;
	const struct entry_pair *pair;         /* that was asked last, and by what; NULL: none */
	struct evaluator *before, *after;
};

/* What verify_models() needs beside the models. */
struct compare_options {
	const struct statements *statements;   /* or NULL */
	struct accepted_differences *accepted;    /* that the user knows, and are counted; or NULL */
	const struct known_pairs *known;          /* of load balancers; or NULL */
	bool (*wants)(const struct host *host);   /* some hosts only; or NULL */
};

/* The models, which are prepared here, are asked the same. */
void comparison_run(struct comparison *comparison, struct intake *in, struct arena *scratch, const struct model *after, const struct compare_options *options);

/* For people: each difference as a request that can be pasted, both answers side by side, then the verdict. */
void comparison_text(struct comparison *comparison, bool color, struct buf *out);
/* One difference alone, without its headline. */
void comparison_difference(struct comparison *comparison, const struct difference *difference, struct buf *out);
/* A request for the first path of the source, and one on which both sides differ as was stated, with both answers. */
void comparison_example(struct comparison *comparison, struct buf *out);
/* "http://shop.example.com/app/x reaches another path" */
str comparison_headline(struct comparison *comparison, const struct difference *difference);
/* The last lines, without a line end: "routing: equal on all 12 request classes; 12 proved, 0 sampled, nothing opened". */
void comparison_verdict(const struct comparison *comparison, struct buf *out);
/* Lines about what nobody has asked or understood. */
void comparison_gaps(struct comparison *comparison, struct buf *out);
/* What hangs on the implementation: each request with what every value of the choice makes of it, and who does so. */
struct page;
void comparison_depends(struct comparison *comparison, const struct page *page);
/* One alone, without its headline; and that: "http://shop.example.com/img/1 (regex-rank)". In scratch. */
void comparison_dependence(struct comparison *comparison, const struct dependence *dependence, struct buf *out);
str dependence_headline(struct comparison *comparison, const struct dependence *dependence);
/* A further last line, behind a line end; nothing where no class hangs on it in a way that nobody has stated. */
void comparison_depends_line(const struct comparison *comparison, struct buf *out);
/* [...], as in "depends" of a report. */
void comparison_depends_json(struct comparison *comparison, struct buf *out);
/* [...], as in "differences" of a report. */
void comparison_json(struct comparison *comparison, struct buf *out);

/* One run of the command: everything that it made lives until verify_release(). */
struct verify {
	struct intake in;
	struct accepted_differences *accepted;    /* or NULL */
	struct known_pairs pairs;    /* that the user wants; none: by name */
	str fault;                   /* after verify_start(): why what is wanted cannot be; or empty */
	struct arena scratch;
	struct comparison both;
};

/*
 * The caller adds the texts of both sides to verify->in.sources, says in verify->in.after where those of the Gateway side begin, then
 * calls verify_start(), which is false where nothing can be said: a pair of verify->pairs is none, which verify->fault says, or a bug of
 * ours, which has been reported. On exhaustion of
 * memory the jump goes to verify->in.escape.
 */
void verify_init(struct verify *verify, const struct intake_options *options, size_t memory_limit);
bool verify_start(struct verify *verify);
void verify_release(struct verify *verify);

/* "ing2gw/report/v1" with summary.proof and differences. */
void verify_json(struct verify *verify, str version, struct buf *out);
/* The requests of all differences as lines that `trace --requests` reads, each with the answers that are expected. */
void verify_requests(struct verify *verify, struct buf *out);

/* ---- between the files of this ---- */

/* Both answers to a difference's request; they live in scratch. */
struct told_difference comparison_tell(struct comparison *comparison, const struct difference *difference);
/* "file:line", or empty; file and line apart. */
str comparison_place(struct comparison *comparison, struct place at, str *file, unsigned *line);

#endif
