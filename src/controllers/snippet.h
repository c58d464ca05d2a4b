/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snippets: configuration text of nginx, from annotations and from the controller's ConfigMap. nginx_text.h cuts it into
 * directives, each a fact of its own; the controller's table says who reads which, and what it may do where nobody can
 * (reference: ingress-nginx A.3, A.10; documentation of nginx for the contexts and for what is inherited).
 *
 * The rule that counts: what may refuse or route a request and is not understood, or hangs on a condition, closes.
 */
#ifndef ING2GW_CONTROLLERS_SNIPPET_H
#define ING2GW_CONTROLLERS_SNIPPET_H

#include "controllers/nginx_text.h"
#include "controllers/server.h"

/* ---- for the front end ---- */

/* Of a host: what acts before a location is chosen, and all that may refuse whatever the location. First in a route. */
void snippets_of_host(struct instance *instance, struct server *server, struct route *route);
/* Of a location: headers of every answer, also of those that nginx gives before anything else. */
void snippets_answers(struct instance *instance, struct server *server, const struct location *location, struct route *route);
/* What nginx does before redirects and rewrites of its own. Behind CORS. */
void snippets_before(struct instance *instance, struct server *server, const struct location *location, struct route *route);
/* What comes behind these: access, the rest, headers of the request. */
void snippets_behind(struct instance *instance, struct server *server, const struct location *location, struct route *route);
/* How checks go together, and the directives of texts that belong to another feature's step. Behind all steps. */
void snippets_end(struct instance *instance, struct server *server, const struct location *location, struct route *route);
/* Locations that texts of a host bring along. Behind all routes of the host. */
void snippet_routes_add(struct instance *instance, struct server *server, struct host *host);

/* ---- inside of snippet_*.c ---- */

/* SNIPPET_OTHER: a text that belongs to another feature, as that for the question to an authentication service. */
enum snippet_level { SNIPPET_HTTP, SNIPPET_SERVER, SNIPPET_LOCATION, SNIPPET_OTHER };

struct snippet;

struct statement_list {
	struct statement *item;
	size_t n, cap;
};

/* A directive with what the table says of it. */
struct statement {
	const struct nginx_directive *d;
	const struct directive_row *row;     /* NULL: no table knows it */
	struct fact *fact;
	struct snippet *snippet;
	struct statement_list children;      /* of its block */
	bool misplaced;                      /* nginx refuses it here */
};

/* One text. */
struct snippet {
	enum snippet_level level;
	str feature;                         /* of what closes and is not understood */
	str key;                             /* annotation, or "default:FEATURE" */
	str value;
	struct place at;                     /* of its key in the input */
	uint32_t span;
	struct fact *fact;                   /* of the annotation or the default */
	struct record *record;               /* NULL: of the controller */
	struct nginx_text text;
	struct statement_list statements;
	bool checked;
	struct map several;                  /* keys of facts that stand for several directives */
	size_t line, source_line;            /* where one line begins in the value and in the source: places are asked for in order */
};

/* Statements of one text that count at one level around a route. */
struct snippet_block {
	enum snippet_level level;
	struct snippet *snippet;
	const struct statement_list *statements;
};

struct snippet_variable {
	str name, value;
	struct statement *set;               /* NULL: the controller's */
	bool constant;                       /* set once, to this */
	bool service;                        /* of the answer of an authentication service */
};

/* The texts around a route, from the outside in. */
struct snippet_view {
	struct instance *in;
	struct server *server;
	struct subject *subject;             /* whose annotations are in force; NULL: nobody's */
	const struct location *location;     /* NULL: before one is chosen, or one that a text brings along */
	struct route *route;
	str feature;                         /* of what closes; empty: that of its text */
	LIST(struct snippet_block) blocks;
	LIST(struct snippet_variable) variables;
	unsigned expansions;                 /* made so far */
	bool requests;                       /* headers of requests are looked at: $upstream_http_x is the authentication service's */
	bool answered[2];                    /* by side: nothing behind acts on the request */
};

/* snippet_text.c: texts and their facts, read once. */
struct snippet *snippet_of_setting(struct instance *instance, struct subject *subject, struct setting *setting);
struct snippet *snippet_of_default(struct instance *instance, str feature, str field);   /* NULL: there is none */
/* Says once what nginx refuses of a text that counts. */
void snippet_check(struct instance *instance, struct snippet *snippet);
/* nginx refuses the configuration because of what stands at that offset. */
void snippet_reject(struct instance *instance, struct snippet *snippet, size_t offset, size_t length, const char *why);
/* The statement's fact and the annotation's. */
void statement_facts(struct snippet_view *view, const struct statement *s, struct fact_list *facts);
/* No other directive of the text has its name, so that the fact's place is the statement's own. */
bool statement_is_alone(const struct statement *s);
bool statement_is(const struct statement *s, enum directive_reader reader);
str statement_arg(const struct statement *s, size_t i);   /* empty where there is none */
/* It or a statement of its blocks may refuse or route a request. */
bool statement_refuses(const struct statement *s);
/* The same of one within a block; there also what keeps headers of clients from the backend, which may trust them. */
bool statement_guards(const struct statement *s);
/* It has no effect, with its blocks. */
void statement_idle(const struct statement *s, str why);

/* snippet.c: what is not understood. */
void statement_close(struct snippet_view *view, const struct statement *s);
void statement_lose(struct snippet_view *view, const struct statement *s);
struct step *statement_step(struct snippet_view *view, const struct statement *s, enum step_kind kind, str feature);
/* A statement of that kind stands in a text of that level, outside of blocks. */
bool view_has(const struct snippet_view *view, enum snippet_level level, enum directive_reader reader);
/* Adds the blocks of the host; reads the variables of all blocks. */
void view_add_host(struct snippet_view *view);
void view_read(struct snippet_view *view);
/* What no other file has a meaning for, of one block. */
void view_rest(struct snippet_view *view, const struct snippet_block *block);
/* The host has this one name, so that $host is known. */
bool view_host_is_fixed(const struct snippet_view *view);
/* Puts in the variables whose values are known, and adds the facts that gave them. */
str view_expand(struct snippet_view *view, str template, struct fact_list *facts);

/* snippet_rewrite.c: return, rewrite, if, set, in the order of one block. */
void rewrite_statements(struct snippet_view *view, const struct snippet_block *block);
/* The parts of a Location for a Gateway, and the Location itself. */
struct redirect redirect_of_template(str template);

/* snippet_routes.c: a block of location that is one exact path, and so a route of its own. */
bool snippet_location_is_exact(const struct snippet_view *view, const struct statement *s);

/* snippet_headers.c */
void header_answers(struct snippet_view *view);
void header_requests(struct snippet_view *view);

/* snippet_access.c: lists of addresses, passwords, authentication services. */
void access_statements(struct snippet_view *view);
void access_satisfy(struct snippet_view *view);

#endif
