/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a conversion has said beforehand of requests that it makes otherwise. It is written down while the conversion decides, and
 * verify holds it against what both sides really do: what was not said is no excuse.
 */
#ifndef ING2GW_ROUTE_STATEMENT_H
#define ING2GW_ROUTE_STATEMENT_H

#include "route/model.h"

enum stated_kind {
	STATED_CLOSED,       /* nobody gets further: 500, or what a rule without backends answers there, and no backend; 404 where it is left out */
	STATED_WITHOUT,      /* the same, but for the step, which does not act */
	STATED_STATUS,       /* the same in place of the status of the step, or of what refuses before; without a step 404 in place of another error */
	STATED_ORDER,        /* refused on both sides, by another one of the reasons; a guard may have led to a page to sign in */
	STATED_UNSERVED,     /* no connection, or 404 */
	STATED_LED,          /* led to HTTPS first, where it was refused at once */
	STATED_REDIRECT,     /* a redirect to the same place, but for its query and a last slash; 301 and 302 may stand for 308, and for 307 and 303 */
	STATED_PREFLIGHT,    /* a question about CORS is answered, as it was, or in place of what the route does else */
	STATED_BACKEND,      /* 500, 502 or 503 in place of what the backend answers, or of such a status */
	STATED_FIELDS        /* other values in some fields of the outcome */
};

/* Of which requests. */
enum stated_when {
	STATED_ALWAYS,       /* that the route takes, or where there is none, a route of the host */
	STATED_TAKEN,        /* that the route takes, and not those for its path that another one takes */
	STATED_CONDITION,    /* the same, where they do not fulfil `condition` */
	STATED_PATHS,        /* that one of the route and `paths` takes by its path, and the other one does not */
	STATED_RIVALS,       /* that the route, which may be another host's, and one of the host take by their paths: what the other one of the two does with them */
	STATED_LABELS,       /* whose host has more labels than one before the wildcard of `host` */
	STATED_NO_CALL,      /* that the route takes, and that are no calls of gRPC: "/service/method" */
	STATED_LOST_NAMES,   /* to names of `host` that no hostname of a Gateway says */
	STATED_ORIGIN,       /* with the method OPTIONS, or a header Origin */
	STATED_FORWARDED,    /* with a header by which a proxy in front says scheme, host or port */
	STATED_ORIGINAL,     /* with a header in which a proxy in front says client or host */
	STATED_UNDERSCORE,   /* with "_" in the name of a header */
	STATED_DOT,          /* whose Host has a dot at its end */
	STATED_CLIENT,       /* with the header in which the load balancer looks for the client's address */
	STATED_TLS,          /* over TLS */
	STATED_OWN,          /* over TLS, that the load balancer answers itself */
	STATED_NOBODY,       /* for names that no Ingress has */
	STATED_NOTHING       /* that come to nothing: neither a backend nor an address */
};

struct statement {
	enum stated_kind kind;
	enum stated_when when;
	const struct host *host;         /* NULL: of the route's */
	const struct route *route;       /* NULL: all of the host; without host: of the model */
	const struct host *of;           /* STATED_RIVALS: the host of the route, where it is another one; or NULL */
	const struct owner *owner;       /* of no host and no route: of all routes of this Ingress; or NULL */
	enum side side;
	const struct step *step;         /* STATED_WITHOUT, STATED_STATUS */
	str fields;                      /* STATED_FIELDS: names of verify/compare.h with spaces between them; "*": all */
	LIST(struct match) paths;        /* STATED_PATHS: their expressions are compiled */
	struct condition condition;      /* STATED_CONDITION: its expression is compiled */
	bool opens;                      /* it says that what was guarded may stand open */
	str code;                        /* of the message that says so: "I2G-2003" */
	struct place at;                 /* of the source */
};

struct statements {
	struct statement *item;
	size_t n, cap;
};

#endif
