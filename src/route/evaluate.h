/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a model answers to a request: evaluate() chooses entry, host and route, and runs the route's steps until one of them
 * answers. It knows no controller and no target; the order of the steps is the model's.
 */
#ifndef ING2GW_ROUTE_EVALUATE_H
#define ING2GW_ROUTE_EVALUATE_H

#include "route/listener.h"
#include "route/pattern.h"
#include "route/request.h"

struct evaluator;

/* removed: the header is taken away. */
struct changed_header {
	str name, value;
	bool removed;
	bool success_only;           /* not with errors; sorted out when the status is known */
};

/* The request to one of several backends, where it differs from that to the others. */
struct own_request {
	str target, host;
	LIST(struct changed_header) headers, answer;   /* answer: headers of the response */
};

struct chosen_backend {
	const struct backend *backend;
	uint32_t weight;
	const struct forward_case *way;        /* NULL: of no case */
	const struct own_request *own;         /* NULL: as in the outcome */
};

enum happening {
	HAPPENED_PASSED,       /* the step was in force and let the request go on */
	HAPPENED_CHANGED,      /* the same, and changed it */
	HAPPENED_ANSWERED      /* it answered */
};

/* One step that the request went through, for people. */
struct trace_step {
	const struct step *step;
	enum happening what;
	str before, after;           /* of a change: path, host */
};

struct outcome {
	uint32_t status;             /* 0: not known, see problem */
	str problem;                 /* why nothing can be said, or empty */
	str state;                   /* where that is why: of the controller "CONFIG_REJECTED", "CRASH", of the connection "REFUSED", "CLOSED" */
	bool has_location;
	str location;                /* "/x" is at the scheme and host of the request */
	LIST(struct chosen_backend) backends;   /* that may answer this very request */
	LIST(struct chosen_backend) failing;    /* beside these: requests that would go there get backend->answer */
	bool forwarded;
	str upstream_target, upstream_host;     /* where forwarded */
	LIST(struct changed_header) upstream_headers;
	LIST(struct changed_header) response_headers;
	str auth_url;                /* of the authentication service that is asked; or empty */
	struct str_list gates;       /* features that decide by something outside of the request */
	struct str_list features;    /* of the steps that were in force */
	LIST(const struct unknown *) unknown;   /* what may make all this otherwise */
	const struct entry *entry;
	const struct listener *listener;        /* NULL: the entry has none, or none takes it */
	const struct host *host;     /* NULL: the request is none, or no host takes it */
	const struct host_name *name;   /* the name of the host that took it */
	const struct route *route;   /* NULL: no route takes it */
	str certificate;             /* on TLS: "namespace/name", "default", or empty where that is not known */
	const struct request *request;
	bool passed;                 /* TLS went through to the backend: no path was looked at */
	str path;                    /* the decoded path that the route was chosen by */
	LIST(struct trace_step) steps;
};

/*
 * Compiles the expressions of a model and sorts its names, once, before it is asked. What does not compile is left out (front ends
 * have reported it).
 */
void model_prepare(struct model *model);

/* Whether a match of a prepared model takes a decoded path. */
enum found match_takes(struct matcher *matcher, const struct match *match, str path);

/* Whether a request fulfils a condition of a match whose expression is compiled. */
bool condition_takes(struct matcher *matcher, struct arena *scratch, const struct condition *condition, const struct request *request);

/* One at a time for each thread; the model may be shared. Texts of an outcome live in scratch or in the model. */
struct evaluator *evaluator_new(struct arena *arena, const struct model *model);

/* The outcome is valid until scratch is reset. */
void evaluate(struct evaluator *evaluator, struct arena *scratch, const struct request *request, struct outcome *out);

/* Steps of routes that are passed over, as if they were not there, and what else is otherwise than the model has it. */
struct left_out {
	bool (*is)(const void *user, const struct route *route, const struct step *step, const struct request *request);   /* NULL: none is */
	const void *user;
	const struct route *instead;   /* takes what it can take, whatever else the host has; or NULL */
	const struct host *of;         /* the host of that route, where it is another one; or NULL */
	const struct spelling *spelling;   /* what is done to paths; NULL: as the load balancer does */
};

/* What the answer would be without them. */
void evaluate_without(struct evaluator *evaluator, struct arena *scratch, const struct request *request, const struct left_out *left_out,
	struct outcome *out);

#endif
