/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The executable model between controllers and gateways. A front end writes down, in order, what its controller does with
 * a request: entries (load balancers) hold hosts, a host has routes in the order in which they are tried, a route has
 * steps in the order in which that controller performs them. Nothing here knows a controller or a target.
 *
 * A step carries the facts of the input that it came from. Facts belong to the ledger; here they are only carried along.
 */
#ifndef ING2GW_ROUTE_MODEL_H
#define ING2GW_ROUTE_MODEL_H

#include "base/arena.h"
#include "base/map.h"
#include "base/source.h"
#include "route/condition.h"
#include "route/spelling.h"
#include "route/step.h"

struct node;
struct record;
struct matcher;       /* pattern.h */
struct entry_index;   /* index.c */
struct listener;      /* listener.h */

enum match_kind {
	MATCH_EXACT,       /* the whole path */
	MATCH_PREFIX,      /* whole path elements, as pathType Prefix */
	MATCH_TEXT,        /* every path that begins with the text, within an element too */
	MATCH_REGEX        /* PCRE, searched from the start of the path, any letter case, open end, unless it says otherwise by `expression` */
};

struct match {
	enum match_kind kind;
	str path;
	str expression;              /* MATCH_REGEX: what is searched in the path, where letter case counts; empty: as above */
	struct pattern *pattern;     /* MATCH_REGEX */
	enum match_kind near_kind;   /* MATCH_REGEX with an expression: how people would say what was meant, which is not quite the same */
	str near;                    /* its path; empty: nothing but an expression says it */
	bool runs_away;              /* the expression took too many steps on some path */
	struct condition_list conditions;   /* all of them must hold as well */
};

/* Something in the input that may change what becomes of a request, and that is not understood. */
struct unknown {
	str text;
	struct place at;
};

/* When a case of a forward applies. The first one in the list whose condition holds; those without one share by weight. */
struct forward_case {
	str header, value;           /* header name and wanted value; header empty: no condition on a header */
	bool value_regex;            /* value is a regular expression searched in the header */
	str cookie;                  /* name of a cookie, in any letter case, that must have `value`; empty: no condition */
	str sticky;                  /* name of a cookie that must end in "|" and `value`: the client stays where it was; or empty */
	struct pattern *pattern;     /* of a value_regex, after model_prepare() */
	struct backend backend;
	uint32_t weight;             /* share among the cases with the same condition */
	bool keeps;                  /* the route's cookie, where it has one, is set with this backend's answers */
	LIST(struct step *) steps;   /* of requests to this backend alone, behind those of the route: they change and never answer */
	struct fact_list facts;
	str comment;
};

/* Where a label or an annotation that is not the controller's goes. */
enum keep_place { KEEP_ROUTE, KEEP_GATEWAY, KEEP_ADDRESS, KEEP_PAGE, KEEP_ALL, KEEP_INFRASTRUCTURE };

struct keep {
	bool label;
	bool proxy;                  /* connections begin with the PROXY protocol: not for a Gateway that does not read it */
	enum keep_place place;
	str key, value;
	const struct node *said;     /* the same in an object of its own, for whom that concerns; or NULL */
	struct fact *fact;
};

/* The Ingress that a route came from, as plain text. */
struct owner {
	str namespace, name;
	struct record *record;       /* of the ledger, carried along like facts */
	struct place at;
	bool namespace_written;
	LIST(struct keep) keep;
};

/* An address that clients know. */
struct static_address {
	str value;
	struct fact *fact;
};

/* The Service through which clients reach the controller. */
struct balancer {
	const struct owner *owner;   /* its annotations for the Service of a Gateway are in keep */
	LIST(struct static_address) addresses;
	LIST(const struct step *) guards;   /* by which it keeps clients out: before all routes */
	struct fact_list open;       /* say that it keeps nobody out, where another value would */
};

/* A cookie that keeps a client at the place where its first request went. */
struct sticky_cookie {
	str name;
	str attributes;              /* as they stand behind the value: "; Path=/app; HttpOnly" */
	str secure_attributes;       /* the same on TLS */
	bool known_only;             /* a cookie that names no endpoint is replaced; else any cookie of the name will do */
};

/* ---- how backends are spoken to ---- */

enum speech_kind { SPEECH_HTTP, SPEECH_HTTPS, SPEECH_GRPC, SPEECH_GRPCS, SPEECH_FASTCGI, SPEECH_AS_CLIENT };

/* What is asked of a backend's certificate, and what is shown to it. The usual: nothing. */
struct backend_tls {
	str namespace, name;         /* of the Secret with the CA, and perhaps a certificate to show */
	bool has_ca;                 /* a CA is in it, or assumed to be */
	bool copied;                 /* a ConfigMap of the same name has the CA, too */
	bool known;                  /* the Secret is in the input */
	bool may_show;               /* a certificate and a key are in it, or may be where it is not known */
	bool verified;
	str hostname;                /* that the certificate is checked against, and that is sent as SNI; or empty */
	struct fact_list secret_facts, verify_facts, name_facts;
	struct fact_list more;       /* depth, versions, ciphers */
};

/* What is spoken to the backends of routes. */
struct speech {
	enum speech_kind kind;
	struct fact_list facts;      /* what chose it */
	struct fact_list more;       /* settings of FastCGI */
	const struct backend_tls *tls;   /* of HTTPS and GRPCS, or NULL */
};

struct route {
	struct match match;
	const struct owner *owner;
	struct place at;
	bool implicit;               /* made by the controller, no path of the input */
	bool wild;                   /* of a Gateway: it stands under a wildcard */
	bool literal;                /* MATCH_REGEX whose text has no special character */
	LIST(struct step *) steps;   /* in the order in which the controller performs them */
	LIST(struct forward_case) cases;   /* in the order in which they are asked; empty: nothing is forwarded */
	const struct speech *speech; /* to all backends of the cases; NULL: plain HTTP */
	struct fact_list facts;      /* path, pathType */
	struct fact_list usual;      /* say what the source does anyway, where another value would change the way to the backend */
	uint32_t without;            /* the status where nothing is forwarded because there is nobody; 0: 500 */
	const struct backend *instead;   /* answers today in place of the cases, whose Service has no endpoints; or NULL */
	const struct step *instead_by;   /* the step that stands for it, without which the status is `without`; or NULL */
	const struct sticky_cookie *sticky;   /* set with the answer of the backend; or NULL */
	LIST(const struct unknown *) unknown;
	const struct route *said_of; /* a copy that is said for some names of the host, in place of this one; or NULL */
	str bare_host;               /* the backend gets the client's headers as they are, this as Host, and nothing that is set for it; or empty */
};

enum host_kind {
	HOST_EXACT,
	HOST_ONE_LABEL,              /* "*.x", one label of letters, digits, "-" and "_" */
	HOST_LABELS,                 /* "*.x", one or more labels */
	HOST_ANY,                    /* requests that no other host takes */
	/* Only among a host's other_names: no hostname of a Gateway says them. */
	HOST_TAIL,                   /* "x.*" */
	HOST_REGEX                   /* "~" and an expression that is searched in the name */
};

struct host_name {
	enum host_kind kind;
	str name;                    /* lower case; "*.x" for wildcards; empty for HOST_ANY */
	struct fact_list facts;
	struct place at;             /* where no fact says it */
	struct pattern *pattern;     /* HOST_REGEX, after model_prepare() */
};

enum certificate_kind {
	CERTIFICATE_NONE,            /* HTTPS only with the controller's own certificate */
	CERTIFICATE_DEFAULT,         /* decided: the controller's default certificate */
	CERTIFICATE_SECRET
};

struct certificate {
	enum certificate_kind kind;
	str namespace, name;         /* of the Secret */
	bool redirects;              /* the controller has an entry for the host: HTTPS redirects by default */
	str listener;                /* host pattern that the certificate is served for: the host, or "*.x" of another one */
	const struct owner *owner;   /* the Ingress that decided */
	struct fact_list facts;
};

/* ---- beside HTTP ---- */

enum stream_protocol { STREAM_TCP, STREAM_UDP };

/* A port of the load balancer whose connections (of UDP: datagrams) go to one Service as they are. */
struct stream {
	enum stream_protocol protocol;
	uint32_t port;
	bool proxy_in;               /* clients begin with the PROXY protocol, which is taken off */
	bool proxy_out;              /* the backend gets it in front of each connection */
	struct backend backend;
	const struct owner *owner;   /* the object that names it */
	struct place at;
	struct fact_list facts;
};

/* TLS connections for exactly the host's name, and no alias of it, go to one Service unopened: no route of the host takes part. */
struct passthrough {
	struct backend backend;      /* name empty: there is none, and the connections end */
	const struct owner *owner;
	struct place at;
	struct fact_list facts;
};

/* Certificates that HTTPS clients of a host need. */
struct client_check {
	str namespace, name;         /* of the Secret with the CA */
	bool copied;                 /* a ConfigMap of the same name has the CA, too */
	bool refuses;                /* clients without a certificate of that CA; else they are let in, and only told apart */
	bool assumed;                /* the Secret is not in the input, and taken to hold a CA and no list of revoked certificates */
	str beyond;                  /* what decides besides the CA, in words, or empty */
	struct str_list headers;     /* by which backends are told who the client is; those of clients themselves are dropped */
	struct fact_list facts;      /* first the Secret */
	struct fact_list verify, depth, page, forward, usual;   /* of the others; usual: they say what is done anyway */
};

struct host {
	struct host_name name;
	LIST(struct host_name) aliases;
	LIST(struct host_name) other_names;   /* further aliases that no hostname of a Gateway says */
	struct certificate certificate;
	const struct owner *creator; /* the Ingress that made the host */
	LIST(struct route *) routes; /* in the order in which they are tried */
	LIST(struct route *) own;    /* the controller's, for itself: tried before shorter prefixes; nothing stands for them in a Gateway */
	const struct passthrough *passthrough;   /* NULL: TLS ends at the load balancer */
	const struct client_check *clients;      /* NULL: no certificate is asked for */
};

/* How a load balancer reads requests, and what it always sends to backends. */
/* For names that have a listener; for all, and what no listener takes is 404; for names that have a listener with routes for them. */
enum listens { LISTENS_FOR_LISTENERS, LISTENS_FOR_ALL, LISTENS_FOR_ROUTES };

struct http_rules {
	struct spelling spelling;    /* what is done to paths before anything looks at them */
	bool addresses_are_no_names; /* a Host that is an address is asked for only by what takes every host */
	bool last_dot;               /* a Host with a dot at its end is another name than without */
	bool wild_dot;               /* the same for routes under a wildcard alone */
	bool strips_dot;             /* a dot at the end of the Host is taken away before anything looks at it */
	bool path_decides;           /* conditions are looked at only in routes with the path that was tried first of those that fit */
	enum listens listens;        /* with listeners: for which names connections are taken */
	bool never_reused;           /* clients are offered no protocol in which they keep connections for other hosts of a certificate */
	bool one_name;               /* 421 where the Host is not the name of the handshake */
	bool refuses_misdirected;    /* 421 where the listener of the handshake is not the one for the Host; else that listener's hosts are asked */
	bool refuses_underscores;    /* 400 for requests with "_" in the name of a header */
	bool drop_underscores;       /* request headers with "_" in their names do not count */
	bool forwarded;              /* X-Forwarded headers of the client are believed */
	bool real_ip;                /* the client's address is taken from that header, whatever else is believed */
	bool proxy_protocol;         /* connections come with the PROXY protocol: its port says whether TLS ended before */
	struct fact_list settings;   /* by which every request is read and answered, and which a Gateway may be told as a whole */
	str hsts;                    /* value of the header Strict-Transport-Security of answers over TLS; empty: they have none */
	struct fact *address_fact;   /* the setting by which a client's address is not that of its connection; else NULL */
	bool forwarded_append;       /* X-Forwarded-For goes on with the client's address appended, else replaced */
	str forwarded_for;           /* name of the header with the client's address, "X-Forwarded-For" */
	LIST(struct address_range) trusted;   /* whose word about the client's address counts; empty: everybody's */
	uint32_t http_port, https_port;
	LIST(struct header_edit) headers;   /* of every request to a backend */
	LIST(const struct step *) answers;  /* STEP_HEADER: of every answer, whoever gives it */
};

/* A certificate that the entry has under a name. */
struct served_name {
	str name;                    /* host, or "*.x" */
	str secret;                  /* "namespace/name", or "default" */
};

struct entry {
	str name;                    /* class */
	str controller;              /* name of the controller's table */
	str namespace;               /* of the controller, or empty when the input does not show it */
	bool known;                  /* an IngressClass or Gateway of the input stands behind it */
	struct fact_list class_facts;
	struct http_rules http;
	LIST(struct host *) hosts;   /* by name */
	LIST(struct listener *) listeners;   /* listener.h; where there are some, they have the hosts */
	LIST(const struct unknown *) unknown;
	LIST(struct stream *) streams;   /* by protocol and port */
	const struct balancer *balancer; /* NULL: the input does not show it */
	struct host *fallback;       /* takes what no host takes, where no host is HOST_ANY; written to a Gateway where it has a creator; or NULL */
	LIST(struct served_name) certificates;
	struct certificate rest;     /* of names that no host has: the default one, where its name is known; else none */
	str rejected;                /* why the controller refuses its whole configuration, so that what it does today is not known; or empty */
	struct place rejected_at;
	str state;                   /* with rejected: "CONFIG_REJECTED", or "CRASH": the controller itself stops */
	struct entry_index *index;   /* after model_prepare() */
};

struct model {
	struct arena *arena;
	LIST(struct entry *) entries;   /* by name, then controller */
	str nothing;                    /* what to say where there are none; or empty */
	/* Of a model that was made for one choice of implementations: */
	LIST(str) concerned;            /* names of the hosts to which it may matter */
	bool whole;                     /* it has all hosts, else these alone */
};

void fact_list_add(struct arena *arena, struct fact_list *list, struct fact *fact);   /* unless NULL or there */
void fact_list_join(struct arena *arena, struct fact_list *list, const struct fact_list *more);

/* "namespace/name", as a key of maps. */
str owner_key(struct arena *arena, const struct owner *owner);

/* Something is to be said of the step in a Gateway on this side. */
bool step_is_said(const struct step *step, enum side side);

struct step *route_step(struct arena *arena, struct route *route, enum step_kind kind, str feature, struct fact *fact);

/* As a Gateway reads it: a wildcard takes any number of labels. */
bool host_name_takes(const struct host_name *pattern, str name);
/* Of two patterns that take one name. */
bool host_name_is_closer(const struct host_name *a, const struct host_name *b);
/* The closest name of the host that takes this one; where none does, its own. */
const struct host_name *host_name_for(const struct host *host, str name);

/*
 * Names and patterns of hosts, each with the host that it belongs to. Here every wildcard stands for any number of labels, as in a
 * Gateway; HOST_ANY takes every name.
 */
struct host_patterns {
	struct map exact;            /* "a.x" */
	struct map wild;             /* of "*.x" what follows the star; of HOST_ANY nothing */
};

void host_patterns_init(struct host_patterns *patterns, struct arena *arena);
/* name must live as long as patterns. */
void host_patterns_add(struct host_patterns *patterns, const struct host_name *name, const struct host *of);
/* A pattern of another host is wider than the host's name or one of its aliases. */
bool host_patterns_wider(const struct host_patterns *patterns, const struct host *host);
/* The same, or another host has that very name. */
bool host_patterns_take(const struct host_patterns *patterns, const struct host *host);

/*
 * The normal form of "replace the whole path by target" under a path that is read as a regular expression:
 * a constant, a prefix cut (common capture shapes: /x(/|$)(.*) -> /$2, /x/(.*) -> /$1, /(.*) -> /p/$1), or neither.
 */
struct rewrite rewrite_normal(struct arena *arena, str path, str target);

/* A path that is read as a regular expression and takes what a prefix takes: /x(/|$)(.*), /.*; prefix is then its text. */
bool path_prefix_form(str path, str *prefix);

/* A prefix of whole elements without the slash at its end, which says nothing in one: "/x" of "/x/"; the root stays. */
str path_without_slash(str prefix);

/* Text without any character that a regular expression takes specially ("." counts as special only when strict). */
bool path_is_literal(str path, bool strict);
/* A path that is read as a regular expression, so that it matches in any letter case without flags: /[aA][dD].* */
str path_fold_case(struct arena *arena, str path);

/*
 * Every path that begins with `literal` is taken by a match whose pattern is there: so a route with that text behind one with this
 * match is never reached. False where that cannot be said for certain.
 */
bool match_takes_all(struct matcher *matcher, struct match *match, str literal);
/* It takes the path, whatever else it asks for; one of which that is not known because its expression runs away counts as taking it. */
bool match_may_take(struct matcher *matcher, struct match *match, str path);
/*
 * The first route of a host that takes the path and asks for nothing else, as it stands decoded in a request; NULL where there is none. One of which
 * it is not known because its expression runs away counts as taking it.
 */
struct route *host_first(struct matcher *matcher, const struct host *host, str path);

#endif
