/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is asked about a class of hosts: paths at and beside every path that a route of either side has, and what routes look at beside
 * the path.
 */
#ifndef ING2GW_VERIFY_QUESTIONS_H
#define ING2GW_VERIFY_QUESTIONS_H

#include "route/request.h"
#include "verify/hosts.h"

struct asked_path {
	str target;                  /* with a query where one is asked */
	bool edge;                   /* beside a route's path, for what is done with the rest */
	bool odd;                    /* not in normal form: escapes, doubled slashes, dot segments */
};

/* What a request has beside host and path. */
struct variant {
	str method;
	LIST(struct header) headers;
	str query;                   /* "a=b", or empty */
	str client;                  /* address; empty: the usual one */
	bool spelled;                /* the host is written in capitals and with a port */
	bool dotted;                 /* the host has a dot at its end */
	str sni;                     /* another name of the handshake, of HTTPS alone; empty: that of the host */
	uint64_t body;
	struct given given;
};

/* It may get past a guard, and has nothing beside that. */
bool variant_lets_in(const struct variant *variant);

struct questions {
	LIST(struct asked_path) paths;
	LIST(struct variant) variants;   /* the first one is a plain GET */
};

struct questions questions_of(struct arena *arena, const struct host_class *hosts);

/* The request for a path and a variant; https: on port 443. */
struct request question_request(struct arena *arena, const struct host_class *hosts, const struct asked_path *path, const struct variant *variant,
	bool https);

#endif
