/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a route does with a request, step by step, in the order in which its controller performs them; see model.h.
 */
#ifndef ING2GW_ROUTE_STEP_H
#define ING2GW_ROUTE_STEP_H

#include "base/arena.h"
#include "base/source.h"

struct fact;
struct pattern;       /* pattern.h */

struct fact_list {
	struct fact **item;
	size_t n, cap;
};

/* Which side of the load balancer: port 80 without TLS, port 443 with. */
enum side { SIDE_PLAIN, SIDE_TLS, SIDE_BOTH };

struct backend {
	str namespace, name;
	uint32_t port;               /* 0: no number is known; the backend cannot be printed */
	bool exists;                 /* Service and port are there, or assumed to be */
	bool external;               /* ExternalName */
	bool empty;                  /* known to have no endpoints */
	uint32_t answer;             /* what asking it comes to, whatever it would say: 502, 500, 503; 0: it is asked */
	bool tls;                    /* it is spoken to in TLS, whatever the route says */
	bool known;                  /* the Service is in the input */
	bool h2c;                    /* its port says that it speaks HTTP/2 without TLS */
	str port_name;               /* of the Service's port, where it has several and is known */
	struct fact_list facts;      /* service name, port */
	struct place at;             /* where no fact says it */
};

enum path_change { PATH_KEEP, PATH_FULL, PATH_PREFIX_CUT };

struct redirect {
	str scheme, host;            /* empty: as in the request */
	uint32_t port;               /* 0: the usual one of the scheme */
	enum path_change change;
	str prefix, path;            /* PATH_FULL: the new path; PATH_PREFIX_CUT: prefix is replaced by path */
	uint32_t status;
	uint32_t status_others;      /* of requests by another method than GET; 0: the same */
	bool as_text, joins;         /* PATH_PREFIX_CUT: see struct rewrite */
	bool host_as_sent;           /* without host: a dot at the end of the request's Host stays */
	bool port_as_sent;           /* without port: that of the request's Host stays, but for the usual one of a scheme that changes */
	bool keeps_query;            /* the source keeps the request's query */
	bool cuts_slash;             /* the source drops one trailing slash */
	bool keeps_port;             /* the source names the port, even the usual one of the scheme */
	str lost;                    /* what of the target's URL cannot be in a path: "?a=b", or empty */
	str location;                /* the answer's Location as a template (template.h); what stands above is its shape for a Gateway */
	bool needs_certificate;      /* only where the entry has a certificate for the request's host */
	bool relative;               /* a Location that begins with a slash is sent as it is, without scheme and host */
	bool adds_query;             /* the request's query is put behind the Location */
	bool text;                   /* the status is none of a redirect: the Location is the body of the answer */
	str regex;                   /* its groups in the request's path are those of the Location; or empty */
	struct pattern *pattern;     /* of regex, after model_prepare() */
};

struct rewrite {
	enum path_change change;     /* PATH_KEEP: a template that is neither constant nor a prefix cut */
	str prefix, path;            /* PATH_FULL: path; PATH_PREFIX_CUT: prefix is replaced by path */
	bool as_text;                /* a prefix with a slash at its end gives way to the root only where the path has that slash */
	bool joins;                  /* a path without that slash is put behind what replaces the prefix, as it is */
	bool wider;                  /* the prefix form answers for more or less requests than the source, see reason */
	str reason;
	str regex, target;           /* what the source does: the whole path becomes this template with the groups of this expression */
	struct str_list told;        /* with regex: headers in which the backend gets the path as it was, where the expression takes it */
	struct pattern *pattern;     /* of regex, after model_prepare() */
};

struct cors {
	struct str_list origins, methods, headers, expose;
	bool credentials;
	int64_t max_age;             /* seconds */
	bool any_origin;             /* every request counts as coming from an allowed origin, and the answer says "*" */
	str origin_regex;            /* else an origin counts when this is found in it, in any letter case; empty: none does */
	struct pattern *pattern;     /* of origin_regex, after model_prepare() */
	str said_methods, said_headers, said_expose;   /* as the answers have them */
	bool asked_only;             /* only an OPTIONS request that asks for a method is answered, by 200, and only it hears of methods, headers and age */
	bool answers_others;         /* asked_only: preflights from other origins are answered as well, with nothing said */
	bool tells_all;              /* asked_only, answers_others: to those as well, but for their leave, and to everybody where every origin has it */
	bool echo_methods, echo_headers;   /* asked_only: what was asked for is what is said */
};

/* Of a request, where the source looks whether the client has sent the header. */
enum header_where { HEADER_ALWAYS, HEADER_WHERE_ABSENT, HEADER_WHERE_PRESENT };

/* One header that is set, or taken away. */
struct header_edit {
	enum header_where where;
	bool response;               /* of the answer; else of the request to the backend */
	str name, value;             /* value: a template; empty: the header is taken away */
	str usual;                   /* template of the value that needs no mention in a trace; or empty */
	bool adds;                   /* beside the values that are there, else in their place */
	bool on_success;             /* of the answer: only where its status is 200, 201, 204, 206, 301 to 304, 307 or 308 */
};

/* Of the backend's answer: a beginning of the cookie's Path, its whole Domain, or a beginning of the Location becomes another. */
enum answer_part { ANSWER_COOKIE_PATH, ANSWER_COOKIE_DOMAIN, ANSWER_LOCATION };

struct answer_edit {
	enum answer_part what;
	str from, to;
};

enum guard_kind {
	GUARD_OPAQUE,                /* what it does is not known: a gate that lets pass */
	GUARD_ADDRESS,               /* the client's address, against ranges */
	GUARD_HEADER,                /* refuses what one of the patterns finds in a header */
	GUARD_BASIC,                 /* user and password */
	GUARD_EXTERNAL,              /* another service is asked */
	GUARD_CERTIFICATE            /* a certificate of the client, on TLS */
};

/* "10.0.0.0/8", "::1"; IPv4 as its own family. */
struct address_range {
	unsigned char byte[16];
	unsigned bits;
	bool v6;
	bool deny;                   /* in the ranges of an ordered guard */
};

/* An address, or an address and "/" and bits. */
bool address_range_parse(str text, struct address_range *out);
bool address_range_has(const struct address_range *range, str address);
str address_range_text(struct arena *arena, const struct address_range *range);   /* always with its bits */

struct header_pattern {
	str text;
	bool regex, nocase;
	struct pattern *pattern;     /* of a regex, after model_prepare() */
};

struct guard {
	enum guard_kind kind;
	bool any;                    /* one of the route's guards that are marked so suffices ("satisfy any") */
	bool deny;                   /* GUARD_ADDRESS: the ranges are refused; else all others are */
	bool ordered;                /* GUARD_ADDRESS: the first range that takes the address says by its own `deny` whether it is refused; none: it is not */
	LIST(struct address_range) ranges;
	str header;                  /* GUARD_HEADER */
	LIST(struct header_pattern) patterns;
	str realm;                   /* GUARD_BASIC */
	bool turned;                 /* GUARD_EXTERNAL, handed over: a redirect of the service's is an error, 500 */
	bool digest;                 /* GUARD_BASIC: passwords come as digests, and their lines name the realm */
	bool own_realm;              /* GUARD_BASIC: whoever asks chooses the realm, and what it is called says nothing */
	struct backend service;      /* GUARD_EXTERNAL: the Service that the url names, where it is a fixed one in plain HTTP; else without a name */
	str service_path;            /* the url's path */
	str url, signin;             /* GUARD_EXTERNAL: templates; signin: where a 401 leads, or empty */
	struct str_list copied;      /* GUARD_EXTERNAL: headers of its answer that go to the backend */
	bool hands_over;             /* GUARD_EXTERNAL: only 200 lets pass, and every other answer goes to the client as it is */
	bool lenient;                /* GUARD_EXTERNAL, hands_over: every status from 200 to 299 lets pass, and its cookies go to the client with refusals alone */
	bool always_cookie;          /* GUARD_EXTERNAL: its cookies go to the client with errors too */
	bool optional;               /* GUARD_CERTIFICATE: requests without one pass, unless a pattern refuses the empty name */
	bool forwards;               /* GUARD_CERTIFICATE: the backend gets the certificate itself */
	str error_page;              /* GUARD_CERTIFICATE: where a refusal leads, or empty */
};

/* Answers with one of these codes are replaced by what another Service answers to "/" and the query. */
struct error_pages {
	LIST(uint32_t) codes;
	bool keep_backend;           /* answers of the backend itself pass */
	const struct backend *backend;   /* NULL: the controller's own 404 */
	LIST(struct header_edit) headers;   /* of the request to it */
};

/* What a STEP_OTHER says of the way to the backend; a Gateway may have a field for it. */
enum delivery { DELIVERY_NONE, DELIVERY_RETRY, DELIVERY_MIRROR, DELIVERY_AFFINITY, DELIVERY_SILENCE };

/* Tries after one that failed. The facts are those that say so, or NULL. */
struct retry {
	bool never;                  /* one try alone */
	bool connection;             /* after a connection that failed or took too long */
	bool other;                  /* after failures that no status tells */
	bool repeats;                /* what may have changed something is sent again as well */
	LIST(uint32_t) codes;        /* after these answers */
	int64_t tries;               /* the first one included; 0: any number */
	int64_t time_seconds;        /* of all tries together, where there is `time` */
	struct fact *on, *count, *time;
};

/* Copies of requests. */
struct mirror {
	str why;                     /* no Service of the cluster gets them as they are: in one clause; else empty */
	bool nowhere;                /* they arrive nowhere today */
	struct backend to;
	bool slash;                  /* the copies have one slash more in front of their path */
	bool same_host;              /* they have the Host of the request */
	struct fact *target, *host, *body;   /* NULL: nothing is said; body: they go without bodies */
};

/* A cookie that keeps a client on its endpoint. */
struct affinity_fields {
	str name, path;              /* name: as given, or empty; path: always */
	bool path_regex;             /* the path is an expression, and no browser sends the cookie back */
	int64_t lifetime;            /* seconds; 0: as long as the browser runs */
	struct fact *name_fact, *path_fact, *lifetime_fact;
	struct fact_list more;       /* what else is said of the cookie */
	struct fact *persistent;     /* clients stay as long as their endpoint lives; else some move when endpoints come */
	struct fact *legacy;         /* clients that were sent to a canary are not kept there */
};

enum step_kind {
	STEP_GUARD,          /* may refuse: address lists, authentication, limits; what it needs stands in value */
	STEP_STATUS,         /* answers with a fixed status */
	STEP_REDIRECT,
	STEP_CORS,
	STEP_REWRITE,
	STEP_HOST,           /* Host sent upstream: value, a template */
	STEP_HEADER,         /* sets or takes away headers */
	STEP_BODY,           /* refuses bodies over a size with 413 */
	STEP_ERRORS,         /* replaces answers of the steps around it */
	STEP_TLS,            /* the backend is spoken to in TLS, or in the client's scheme: 502 where it speaks something else */
	STEP_ANSWER,         /* changes headers of the backend's answer */
	STEP_OTHER           /* a feature that changes neither route nor answer: timeouts, buffers, logs */
};

/* DELIVERY_SILENCE: how long the backend may be silent, beside what is usual without any setting. */
struct silence {
	int64_t seconds;
	enum { SILENCE_SHORTER, SILENCE_USUAL, SILENCE_LONGER } than_usual;
};

struct step {
	enum step_kind kind;
	enum side side;
	bool quiet;                  /* part of what the source does, but nothing is to be said of it in a Gateway */
	bool gate;                   /* STEP_OTHER: decides over requests by something outside of them, and refuses with `status` */
	enum delivery delivery;      /* STEP_OTHER: which of the last structs below says more */
	bool annotation;             /* of a balancer: an annotation says it, which the Service of a Gateway can have, too */
	str feature;                 /* name in features.yaml */
	str value;                   /* for messages */
	struct fact_list facts;      /* first the one that switches it on */
	struct place at;             /* where no fact says it */
	uint32_t status;             /* STEP_STATUS; of a gate */
	union {
		struct redirect redirect;
		struct rewrite rewrite;
		struct cors cors;
		struct guard guard;
		struct {
			LIST(struct header_edit) edits;
			bool unknown;                /* what is set stands outside the input */
			struct str_list not_for;     /* of all answers but those for these hosts */
		} header;
		struct error_pages errors;
		struct answer_edit answer;
		uint64_t limit;          /* STEP_BODY: bytes */
		struct retry retry;
		struct mirror mirror;
		struct affinity_fields affinity;
		struct silence silence;
		enum { TLS_ALWAYS, TLS_AS_CLIENT } tls;
	} as;
};

#endif
