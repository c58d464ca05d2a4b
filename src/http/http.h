/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP requests that only read: libcurl does not show through. Several run at once over connections that are kept; HTTP/2 and gzip
 * where the server has them. Only GET is sent, and never to another place than the URL's: a redirect is an answer like any other.
 *
 * Callbacks run from http_step() alone and never inside libcurl, so they may leave through the arena's escape.
 */
#ifndef ING2GW_HTTP_HTTP_H
#define ING2GW_HTTP_HTTP_H

#include "base/arena.h"

struct http;

struct http_options {
	str ca;                  /* PEM text of those who may sign for the server; empty: whom the system trusts */
	str certificate, key;    /* PEM texts of the client; empty: none */
	str server_name;         /* what TLS asks for and its certificate must name; empty: the host of the URL */
	str proxy;               /* URL; empty: what the environment says (HTTPS_PROXY, NO_PROXY) */
	str agent;
	bool insecure;           /* takes every certificate */
};

enum http_fault {
	HTTP_GOOD,               /* there is an answer, whatever its status */
	HTTP_NO_HOST,            /* the name has no address */
	HTTP_NO_CONNECTION,      /* nobody listens there, or no way leads there */
	HTTP_PROXY,              /* the proxy cannot be reached, or refuses */
	HTTP_CERTIFICATE,        /* the server's certificate is not trusted */
	HTTP_TLS,                /* another fault of the handshake */
	HTTP_CLIENT_CERTIFICATE, /* ours cannot be used */
	HTTP_TIMEOUT,
	HTTP_CUT,                /* the connection ended before the answer did, or the answer is not as long as it says */
	HTTP_ENCODING,           /* no gzip though it says so */
	HTTP_TOO_LARGE,
	HTTP_STOPPED,            /* by the callback */
	HTTP_OTHER
};

struct http_answer {
	enum http_fault fault;
	str why;                 /* libcurl's words where there is a fault */
	unsigned status;
	str type, location;      /* headers; empty where they are absent */
	unsigned retry_after;    /* seconds that the server asks to wait, as a number or a date; 0: it does not */
	uint64_t bytes;          /* of the body as they came over the wire */
};

struct http_request {
	str url;
	struct str_list headers;    /* "Name: value" */
	unsigned timeout;           /* milliseconds for all of it; 0: as long as something comes at least once in HTTP_STALL seconds */
	size_t most;                /* bytes of the body; 0: any number */
	bool (*body)(void *user, unsigned status, str part);      /* false: no more is wanted */
	void (*done)(void *user, const struct http_answer *answer);   /* once; texts end with the call */
	void *user;
};

enum { HTTP_STALL = 60, HTTP_CONNECT = 20 };

/* Closed by http_free(), or when the arena's escape is taken. Texts of options are copied. NULL: why says what cannot be used. */
struct http *http_new(struct arena *arena, const struct http_options *options, str *why);
void http_free(struct http *http);

/* Begins a request; texts are copied, what user points to must live until done is called. */
void http_start(struct http *http, const struct http_request *request);

/* Does what can be done now, after waiting for it for at most so many milliseconds. False: nothing is under way. */
bool http_step(struct http *http, unsigned most);

#endif
