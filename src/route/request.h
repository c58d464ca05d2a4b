/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request as it comes in, and what a load balancer reads in it: host and path in normal form (nginx 1.27.1:
 * ngx_http_validate_host, ngx_http_parse_complex_uri; reference: ingress-nginx A.9). Texts are slices of the caller's.
 */
#ifndef ING2GW_ROUTE_REQUEST_H
#define ING2GW_ROUTE_REQUEST_H

#include "base/arena.h"
#include "route/spelling.h"

struct header {
	str name, value;
};

enum given_answer { GIVEN_NOTHING, GIVEN_PASS, GIVEN_REFUSE };
enum given_truth { GIVEN_UNKNOWN, GIVEN_NO, GIVEN_YES };

/* What stands outside of the request. */
struct given {
	enum given_answer basic;         /* do the credentials pass; nothing: no */
	bool listeners;                  /* the Secrets and ConfigMaps that listeners name, and that are not in the input, are there */
	enum given_answer certificate;   /* has the client a certificate that is trusted; nothing: no */
	struct str_list refused;         /* features of further gates that do not let pass */
	uint32_t external;               /* status of the authentication service; 0: 200 */
	uint32_t status;                 /* of the Service; 0: 200 */
	enum given_truth tls;            /* does the Service speak TLS; unknown: what it is spoken to in */
	LIST(struct header) answer;      /* headers of the Service's answer */
	LIST(struct header) permission;  /* headers of the authentication service's answer */
};

struct request {
	bool tls;
	str method;
	bool has_host;
	str host;                        /* the Host header as sent, port included */
	uint32_t port;                   /* that the client is connected to; 0: 80 or 443 */
	str target;                      /* raw request target */
	LIST(struct header) headers;
	str client;                      /* address */
	uint64_t body;                   /* Content-Length, bytes */
	bool has_sni;
	str sni;                         /* else the host */
	bool http10;
	str entry;                       /* of several load balancers that one; or empty */
	struct given given;
};

/* A request in normal form. */
struct reading {
	uint32_t status;                 /* 400 where it is none, else 0 */
	bool has_host;
	str host;                        /* lower case, without port and trailing dot */
	bool absolute;                   /* the target names the host */
	str target;                      /* the target from its path on: what goes on to a backend */
	str uri;                         /* the same as it was sent, which may be a query alone (nginx: $request_uri) */
	str path;                        /* decoded, without doubled slashes and dot segments */
	str query;                       /* behind "?", or empty */
	bool has_query;
	bool escaped;                    /* the path held "%" or "+" as it was sent */
	bool unescaped;                  /* PATH_CANONICAL_SLASHES: the path held an escaped slash */
};

struct reading request_read(struct arena *arena, const struct request *request, enum path_reading how);

/* canonical.c: PATH_CANONICAL and those behind it. False: it has no such form. */
bool path_canonical(struct arena *arena, str path, enum path_reading how, str *out, bool *unescaped);
/* The byte of an escape that begins at i; -1: there is none. */
int escape_at(str text, size_t i);

/* The values of a header joined by ", " (empty where there is none), as nginx's $http_name: "-" in name stands for "_" too. */
bool request_header(struct arena *arena, const struct request *request, str name, str *value);
/* The Host without its port, as it was sent. */
str request_name(const struct request *request);
bool request_name_has_dot(const struct request *request);
/* In the name of some header. */
bool request_has_underscore(const struct request *request);
/* The first cookie of that name, in any letter case. */
bool request_cookie(struct arena *arena, const struct request *request, str name, str *value);

enum escape_set {
	ESCAPE_PATH,       /* blanks, "#", "%", "?", what no URI has, controls, bytes from 0x7F on (nginx 1.21.1: NGX_ESCAPE_URI) */
	ESCAPE_ARGS,       /* the same with "&", "+", ";" (NGX_ESCAPE_ARGS) */
	ESCAPE_COMPONENT   /* everything but letters, digits and "-._~" */
};
str uri_escape(struct arena *arena, str text, enum escape_set set);
/* Takes all escapes away; "+" is a blank. What is no escape stays. */
str uri_unescape_query(struct arena *arena, str text);
/* Takes escapes of visible characters away, up to the query (nginx: NGX_UNESCAPE_REDIRECT). */
str uri_unescape_redirect(struct arena *arena, str text);

#endif
