/* SPDX-License-Identifier: Apache-2.0 */
/* The work of `ing2gw verify` on texts in memory: both sides read, asked the same, and what differs told. */
#ifndef ING2GW_LIB_VERIFY_H
#define ING2GW_LIB_VERIFY_H

#include "lib/intake.h"
#include "verify/verify_json.h"

/* One run: everything that it made lives until verify_release(). */
struct verify {
	struct intake in;
	struct arena scratch;
	const struct model *before, *after;
	struct verification result;
	struct locator *locator;
	struct evaluator *ask_before, *ask_after;   /* once more, for what is shown */
};

/*
 * The caller adds the texts of both sides to verify->in.sources, says in verify->in.after where those of the Gateway side begin, then
 * calls verify_start(), which is false where nothing can be said: a bug of ours, which has been reported. On exhaustion of
 * memory the jump goes to verify->in.escape.
 */
void verify_init(struct verify *verify, const struct intake_options *options, size_t memory_limit);
bool verify_start(struct verify *verify);
void verify_release(struct verify *verify);

/* verify_page.c. For people: each difference as a request that can be pasted, both answers side by side, then the verdict. */
void verify_text(struct verify *verify, bool color, struct buf *out);
/* "ing2gw/report/v1" with summary.proof and differences. */
void verify_json(struct verify *verify, str version, struct buf *out);
/* The requests of all differences as lines that `trace --requests` reads, each with the answers that are expected. */
void verify_requests(struct verify *verify, struct buf *out);

/* ---- between the files of this ---- */

/* Both answers to a difference's request; they live in scratch. */
struct told_difference verify_tell(struct verify *verify, const struct difference *difference);
/* "file:line", or empty; file and line apart. */
str verify_place(struct verify *verify, struct place at, str *file, unsigned *line);

#endif
