/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two models asked the same questions. Requests that both sides send the same way, host by host, are one class. Classes of a host that
 * differ in the same fields from the same to the same are one difference, for which the shortest request is kept. What is claimed
 * was asked, or follows from it: a class is "proved" where its paths have one class of the product of both sides (paths.h), nothing but
 * the path decides, and both sides do the same with it in a normal form; every other class is "sampled".
 */
#ifndef ING2GW_VERIFY_VERIFY_H
#define ING2GW_VERIFY_VERIFY_H

#include "route/evaluate.h"
#include "verify/hosts.h"

struct difference {
	str host;                    /* of its class: "a.example.com", "*.example.com", "" for all other names */
	struct request request;
	struct str_list what;        /* fields of the outcomes: see compare.h; "feature:NAME" of gates */
	bool opens;                  /* guarded before, and after it a backend is reached that nobody guards */
	str usual;                   /* a feature that the controller has by default, and nothing else differs; or empty */
	size_t classes;              /* that differ alike */
	bool proved;                 /* of all of them */
	const struct route *before, *after;   /* or NULL */
};

enum verdict { VERDICT_EQUAL, VERDICT_EXCEPT, VERDICT_PARTIAL, VERDICT_UNKNOWN, VERDICT_DIFFERENT };
str verdict_name(enum verdict verdict);   /* "equal" ... */

struct host_verdict {
	str host;                    /* as above */
	enum verdict verdict;
	size_t classes, proved, different, excused, unknown;   /* excused: nothing but defaults of the controller differs */
};

/* A route that none of the requests took: another one stands before it, or no path is known that its expression takes. */
struct unasked {
	str host;
	const struct route *route;
};

struct verification {
	LIST(struct difference) differences;   /* by host, then as they were found */
	LIST(struct host_verdict) hosts;
	size_t classes, proved, different, excused, unknown, opened;
	enum verdict verdict;
	LIST(struct unasked) unasked;
	LIST(const struct unknown *) not_understood;   /* that had to do with a request, each once */
	struct str_list sampled;     /* why hosts are sampled only, each reason once */
	struct str_list left_out;    /* expressions for hosts, of which nothing was asked */
};

/* What only the input knows. */
struct verify_input {
	bool (*is_default)(const struct fact *fact);   /* it stands for a default of the controller, and not in the input */
};

/* Of prepared models. scratch is emptied again and again. */
void verify_models(struct arena *arena, struct arena *scratch, const struct model *before, const struct model *after, const struct verify_input *input,
	struct verification *out);

#endif
