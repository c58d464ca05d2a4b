/* SPDX-License-Identifier: Apache-2.0 */
/* Differences held against what was said of them beforehand (route/statement.h). */
#ifndef ING2GW_VERIFY_EXCUSE_H
#define ING2GW_VERIFY_EXCUSE_H

#include "route/evaluate.h"
#include "route/statement.h"

struct excuses;

/* statements may be NULL: nothing was said. They and the model must live as long as this. */
struct excuses *excuses_new(struct arena *arena, const struct statements *statements);

/*
 * Whether it was said that the route does without the step in this request. some: also where that was said of some of these requests only, such as
 * those with an origin that ask nothing.
 */
bool excuses_step(const struct excuses *excuses, const struct route *route, const struct step *step, const struct request *request, bool some);
/* Whether `some` makes any difference for the request. */
bool excuses_depend(const struct request *request);

/* It was said that a request of a route may be another one's, because of the rank of an expression among the paths of the host. */
struct swap {
	const struct statement *by;
	const struct route *to;
	const struct host *of;       /* the host of that route, where it is another one; or NULL */
};

struct swap_list {
	struct swap *item;
	size_t n, cap;
};

/* Of a request and what the source answers. */
struct swap_list excuses_swaps(struct arena *scratch, const struct excuses *excuses, struct matcher *matcher, const struct request *request,
	const struct outcome *before);

struct excused {
	struct arena *scratch;
	const struct request *request;
	const struct outcome *before;    /* what the source answers without the steps that it was said to lose */
	const struct outcome *after;
	const struct str_list *what;     /* how these two differ; may be empty */
	bool opens;                      /* guarded before, and open after */
	bool chosen;                     /* after is what a choice of an implementation comes to, which may leave rules out */
};

/* The statement that says why, where all of that was said; else NULL. With an empty `what` it is the one about a lost step. */
const struct statement *excuse_find(const struct excuses *excuses, struct matcher *matcher, const struct excused *of);

#endif
