/* SPDX-License-Identifier: Apache-2.0 */
/* One evaluation on its way; inside this room only. */
#ifndef ING2GW_ROUTE_RUN_H
#define ING2GW_ROUTE_RUN_H

#include "route/evaluate.h"
#include "route/pattern.h"

struct run {
	struct matcher *matcher;
	struct arena *scratch;
	const struct request *request;
	const struct left_out *left_out;   /* or NULL */
	struct reading reading;
	struct outcome *out;
	const struct route *route;
	str uri;                     /* the path as rewrites have left it */
	bool rewritten;
	str group[PATTERN_GROUPS];   /* of the last expression that has taken something: host, path, rewrite */
	LIST(struct header) named;   /* groups with names; the last one of a name counts */
	/* as a proxy in front says, where it is believed; else as the connection is */
	str scheme, port, host_header, client;
	bool ended;                  /* a step has answered */
	bool signed_in;              /* with the redirect to the sign-in page */
	const struct step *errors;   /* STEP_ERRORS in force */
	bool dotted;                 /* the Host has a dot at its end, which counts for wildcards */
	LIST(const struct step *) edits;   /* STEP_ANSWER in force */
	bool tls_to_backend;
	bool asked_any;              /* the guards of which one suffices have been asked */
	bool keeps;                  /* a backend that may answer sets the route's cookie */
	bool certified;              /* the client has sent a certificate that is trusted */
};

/*
 * run_search.c: the expression is found in the text. groups: those of the run are then its groups. Where it takes too many steps, nothing can
 * be said of the request: it is not found, and the outcome has a problem. what: names the expression in it.
 */
bool run_search(struct run *run, const struct pattern *pattern, str text, bool groups, const char *what);
void run_name_group(struct run *run, str name, str value);
/* The value of a group with that name; false: none has it. */
bool run_named(const struct run *run, str name, str *value);

/* run_text.c: a template with the request's values: "$host", "${host}", "$1"; names are those of nginx. */
str run_expand(struct run *run, str text);
/* The value of one variable; false where there is none of that name. */
bool run_variable(struct run *run, str name, str *value);
str run_port_text(struct run *run, uint32_t port);

/* evaluate.c: the host that a name has there, its route, and what that does. */
void run_routes(struct run *run, const struct entry_index *index, str name);

/* run_listen.c: a request to a load balancer that has listeners. */
void run_listeners(struct run *run);
/* How much an entry is meant by a request: 2 where it has a name for the host, 1 where it takes it among all others, else 0. */
unsigned run_nearness(struct run *run, const struct entry *entry);

/* run_match.c: the first route of a host that takes the request; NULL where there is none. */
const struct route *run_find_route(struct run *run, const struct host *host);
/* The route itself where it takes the request, whatever stands in front of it; else NULL. */
const struct route *run_take_route(struct run *run, const struct route *route);

/* run_steps.c: of the route, with what follows: an answer in place of an error, or the way to the backend. */
void run_steps(struct run *run);
bool run_leaves_out(const struct run *run, const struct step *step);
/* Those of a list, until one answers. */
void run_list(struct run *run, struct step *const *step, size_t n);

/* run_cors.c: the status where it answers, CORS_PASSED where the origin is allowed, else CORS_SILENT. */
enum { CORS_SILENT = 0, CORS_PASSED = 1 };
uint32_t run_cors(struct run *run, const struct step *step);

void run_log(struct run *run, const struct step *step, enum happening what, str before, str after);
/* One header is set, or taken away. */
void run_header(struct run *run, const struct header_edit *edit);

/* run_forward.c: a request that no step has answered. */
void run_forward(struct run *run);
/* The backends that may answer it, and those that would but cannot. */
void run_choose(struct run *run);
/* The backend gets none of the usual headers but the kept one: only what the client has sent under their names. */
void run_without_usual(struct run *run, str kept);

/* run_answer.c: the backend's answer, with what is changed in it. */
void run_answer(struct run *run);

/* run_errors.c: the answer is replaced by an error page where one is set up for its status. */
void run_error_pages(struct run *run, bool by_backend);

/* run_guard.c: true where the request may pass; else the answer stands in the outcome. */
bool run_guard(struct run *run, const struct step *step);
/* The same for all guards of the route of which one suffices. */
bool run_any_guard(struct run *run);

/* index.c: those of one name: "a.x", "*.x", or empty, which takes all. */
struct listener_list {
	const struct listener **item;
	size_t n, cap;
};
const struct listener_list *index_listeners(const struct entry_index *index, str name);

/* index.c */
const struct host *index_find_host(struct run *run, const struct entry_index *index, str name, const struct host_name **by);
bool index_has_group(const struct entry *entry, struct arena *scratch, str name);
str index_find_certificate(const struct entry *entry, struct arena *scratch, str name);   /* empty: none */

/* evaluate.c: what is done to the path of this request. */
const struct spelling *run_spelling(const struct run *run);

#endif
