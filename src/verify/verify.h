/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two models asked the same questions. Requests that both sides send the same way, host by host, are one class. Classes of a host that
 * differ in the same fields from the same to the same are one difference, for which the shortest request is kept. What is claimed
 * was asked, or follows from it: a class is "proved" where its paths have one class of the product of both sides (paths.h), nothing but
 * the path decides, and both sides do the same with it in a normal form (forms.h, which says of which requests); every other class is
 * "sampled".
 */
#ifndef ING2GW_VERIFY_VERIFY_H
#define ING2GW_VERIFY_VERIFY_H

#include "route/evaluate.h"
#include "route/statement.h"
#include "verify/accepted.h"
#include "verify/depends.h"
#include "verify/hosts.h"
#include "verify/pairs.h"

struct difference {
	const struct entry_pair *pair;     /* the load balancers that were asked */
	str host;                    /* of its class: "a.example.com", "*.example.com", "" for all other names */
	struct request request;
	struct str_list what;        /* fields of the outcomes: see compare.h; "feature:NAME" of gates */
	bool opens;                  /* guarded before, and after it a backend is reached that nobody guards */
	str usual;                   /* a feature that the controller has by default, and nothing else differs; or empty */
	const struct statement *stated;   /* the conversion has said all of it beforehand; or NULL */
	size_t classes;              /* that differ alike */
	bool proved;                 /* of all of them */
	bool accepted;               /* the user knows it */
	bool apart;                  /* of requests that are not in normal form: see struct apart */
	const struct open_spelling *under;   /* of these: the value under which they differ; NULL: as the side after does */
	const struct route *before, *after;   /* or NULL */
};

struct difference_list {
	struct difference **item;
	size_t n, cap;
};

enum verdict { VERDICT_EQUAL, VERDICT_EXCEPT, VERDICT_PARTIAL, VERDICT_UNKNOWN, VERDICT_DIFFERENT };
/* The difference counts: nobody has stated or accepted it. */
bool difference_counts(const struct difference *difference);
str difference_host(const struct difference *difference);       /* "*" for all names that have no class of their own */
str difference_name(const struct difference *difference);       /* the same as the source says it: "*.x" of "*.*.x" too */
str difference_location(const struct difference *difference);   /* path of the route that decides in the source; or empty */

str verdict_name(enum verdict verdict);   /* "equal" ... */

struct host_verdict {
	const struct entry_pair *pair;
	str host;                    /* as above */
	enum verdict verdict;
	size_t classes, proved, different, unknown;   /* of requests in normal form */
	size_t unasked;              /* routes that no request took */
	size_t accepted, stated, usual;   /* classes that differ as the user accepts, as was stated, and by defaults of the controller alone */
};

/* A route that none of the requests took: another one stands before it, or no path is known that its expression takes. */
struct unasked {
	str host;
	const struct route *route;
};

/* Requests that are not in normal form: escapes, doubled slashes, dot segments. What a load balancer makes of them is sampled only, and no part of the verdict. */
struct apart {
	size_t asked, different;
	size_t opened;               /* of those that differ: guarded before, and open after */
	struct difference_list differences;   /* by route and by what differs, as those of classes */
};

struct verification {
	struct entry_pairs pairs;          /* of load balancers; each is asked for itself */
	struct difference_list differences;   /* by host, then as they were found */
	LIST(struct host_verdict) hosts;
	size_t classes, proved, different, unknown, accepted, stated, usual;   /* as above */
	const struct accepted_differences *accepts;   /* of the input, counted; or NULL */
	size_t opened;               /* differences by which something stands open and that nobody has stated */
	enum verdict verdict;
	LIST(struct unasked) unasked;
	LIST(const struct unknown *) not_understood;   /* that had to do with a request, each once */
	struct apart apart;
	LIST(struct dependence) dependences;   /* by host, then in the order of the choices */
	size_t depends, depends_as_stated;     /* classes that hang on the implementation; those of them that count for nothing: see depends.h */
	struct str_list problems;    /* why nothing can be said of some requests, each once */
	struct str_list sampled;     /* why hosts are sampled only, each reason once */
	struct str_list left_out;    /* expressions for hosts, of which nothing was asked */
};

/* What only the input knows. */
struct verify_input {
	bool (*is_default)(const struct fact *fact);   /* it stands for a default of the controller, and not in the input */
	const struct statements *statements;           /* of a conversion of `before`, in its own hosts, routes and steps; or NULL */
	struct accepted_differences *accepted;         /* they are counted here; or NULL */
	const struct known_pairs *known;               /* which Gateways stand for which load balancers; or NULL */
	const struct open_choices *open;               /* of `after`, or NULL */
	bool (*wants)(const struct host *host);        /* of `before`: classes without such a host are left out; NULL: none are */
	size_t jobs;                                   /* threads that ask; 0: as many as there are processors */
};

/* Of prepared models. Whatever the number of threads, the same is found. */
void verify_models(struct arena *arena, const struct model *before, const struct model *after, const struct verify_input *input, struct verification *out);

#endif
