/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An outcome for people: a story in rows, each with the part of the input that it rests on. Plain words without layout; whoever
 * prints them knows files, lines and facts.
 */
#ifndef ING2GW_VERIFY_TRACE_TEXT_H
#define ING2GW_VERIFY_TRACE_TEXT_H

#include "route/evaluate.h"

enum story_tone { STORY_PLAIN, STORY_REFUSED, STORY_ANSWER };

struct story_row {
	str label;                   /* one word; empty: goes on with the row above */
	str text;
	enum story_tone tone;
	bool setting;                /* without a place it is a default of the controller */
	bool minor;                  /* not worth a line where it is the controller's default */
	struct place at;             /* or nowhere */
	const struct fact *fact;     /* of the input or of the controller's defaults; or NULL */
};

struct story {
	LIST(struct story_row) rows;
};

/* What only the input knows. */
struct story_hints {
	str near_host;               /* that may have been meant where no Ingress has the host of the request; or empty */
	bool several_entries;        /* the input has more than one load balancer */
	const struct unknown *detached;   /* that name the host of the request and do not count; none: NULL */
	size_t detached_count;
	const struct fact *regex_by; /* makes the paths of the host regular expressions; or NULL */
};

/* Texts are in scratch, in the outcome or in the model. */
void trace_tell(struct arena *scratch, struct matcher *matcher, const struct request *request, const struct outcome *outcome,
	const struct story_hints *hints, struct story *story);

/* Adds a row and gives it back, to be filled further until the next one is added. */
struct story_row *story_add(struct arena *scratch, struct story *story, str label, str text);

/* trace_choice.c: which names and paths took the request, and what stood behind them. */
void trace_tell_choice(struct arena *scratch, struct matcher *matcher, const struct outcome *outcome, const struct story_hints *hints,
	struct story *story);

/* trace_steps.c: what the route's steps did. */
void trace_tell_steps(struct arena *scratch, const struct request *request, const struct outcome *outcome, struct story *story);

#endif
