/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The front end "kong": how the Kong Ingress Controller makes routes and services of Ingresses, and in which order Kong tries them.
 *
 * An Ingress's paths with one host, Service and port are one route of Kong with several paths, and routes are never merged. For the order
 * a route falls into parts: its expressions together, its plain paths by length. Of all routes that may take a host, those of wildcards and
 * those without a host included, the part that comes first takes a request, whichever name it stands under; so each host of the model
 * has all of them, in that order.
 */
#ifndef ING2GW_CONTROLLERS_KONG_H
#define ING2GW_CONTROLLERS_KONG_H

#include "controllers/server.h"
#include "route/pattern.h"

/* Kong's router_flavor. */
enum kong_flavour { KONG_COMPATIBLE, KONG_TRADITIONAL, KONG_EXPRESSIONS };

/* A Service port, shared by all routes that name it. */
struct kong_service {
	str key;
	struct backend backend;          /* without the facts that name it */
	const struct service *object;    /* NULL: not in the input */
	struct subject *settings;        /* its annotations; NULL: it has none */
	str base;                        /* of paths, "/" where nothing is said */
	struct fact *base_fact;          /* or NULL */
	str dropped;                     /* why Kong does not get it, or empty: then none of its routes exists */
};

struct kong_path {
	enum path_type type;
	str path;
	struct place at;
	struct fact_list facts;          /* path, pathType */
	struct fact_list backend_facts;  /* service, port */
};

/* One header, of which one of several values is wanted. */
struct kong_header {
	str name;
	struct str_list values;
};

/* What a plugin has Kong do: see kong_plugins.c. */
struct kong_plugin {
	const struct extension_row *row; /* NULL: not known */
	const struct vendor_object *object;   /* NULL: not in the input */
	struct fact_list facts;          /* what names it, then what it says */
	str name;                        /* of the kind of plugin, or of the object where that is not there */
	long order;
};

struct kong_plugins {
	struct kong_plugin *item;
	size_t n, cap;
	struct fact_list carried;        /* that keep one from acting: another value, and it would */
};

struct kong_route {
	struct subject *subject;
	struct kong_service *service;
	str host;                        /* of its rule; empty: none */
	LIST(struct host_name) hosts;    /* the rule's and the aliases; none: every host */
	LIST(struct kong_path) paths;
	struct str_list methods;
	LIST(struct kong_header) headers;
	struct str_list snis;
	struct fact_list match_facts;    /* of what it asks beside host and path */
	int64_t regex_priority;
	bool by_default;                 /* the default backend */
	size_t index;
};

/* What stands together in the order. */
struct kong_part {
	const struct kong_route *route;
	const struct kong_path *path;
	struct match match;              /* without conditions */
	bool end;                        /* the very text of a Prefix path, whose longer paths are another part */
	size_t fields, headers, plain, longest;
	bool exact_host, regex, any_regex;
	int64_t regex_priority;
	uint64_t number;                 /* flavour expressions: priority of the whole route */
	size_t index;
};

struct kong_parts {
	struct kong_part *item;
	size_t n, cap;
};

struct kong {
	struct instance *in;
	enum kong_flavour flavour;
	bool told;                       /* the flavour: somebody has said which it is */
	bool rewrites;                   /* the feature gate RewriteURIs */
	struct map service_by_key;
	LIST(struct kong_service *) services;
	LIST(struct kong_route *) routes;
	struct kong_parts parts;         /* of all routes, in no order */
	LIST(struct kong_plugin) everywhere;   /* plugins for all traffic */
	struct map plugin_facts;         /* object to its record */
	struct map said;                 /* pairs of paths that something was said of */
	struct matcher *matcher;
};

/* kong_routes.c: routes and services out of the subjects. */
void kong_routes_build(struct kong *kong);
/* The setting of a subject or of a Service that counts, or NULL; subject may be NULL. */
struct setting *kong_setting(struct subject *subject, const char *feature, const char *field);
bool kong_flag(struct subject *subject, const char *feature, const char *field, bool otherwise);

/* kong_parts.c: parts and their order. */
void kong_parts_build(struct kong *kong);
/* Those that may take requests for the name, in the order in which they are tried. */
struct kong_parts kong_parts_of(struct kong *kong, const struct host_name *name);
/* Which of two comes first in a flavour; 0: neither, so that chance decides over requests that both take. */
int kong_parts_compare(enum kong_flavour flavour, const struct kong_part *a, const struct kong_part *b);
/* Some request of both leads to two Services, as far as their texts tell. */
bool kong_parts_rival(const struct kong *kong, struct kong_part *a, struct kong_part *b);
bool kong_match_takes(const struct kong *kong, struct match *match, str path);

/* kong_flavours.c: says where another flavour than the one that is assumed would choose otherwise, and where chance does. */
void kong_parts_say(struct kong *kong, const struct kong_parts *parts);

/* kong_hosts.c: hosts of the model with their routes. */
void kong_hosts_build(struct kong *kong);

/* kong_steps.c: what is done with a request that a part takes. */
void kong_steps_build(struct kong *kong, const struct kong_part *part, struct route *route);
/* A route of the root is two where its text alone is another path for the backend. */
bool kong_splits_root(const struct kong_part *part);

/* kong_plugins.c */
void kong_plugins_read(struct kong *kong);
struct kong_plugins kong_plugins_of(struct kong *kong, const struct kong_route *route);
void kong_plugin_step(struct kong *kong, const struct kong_plugin *plugin, struct route *route);

/* kong_streams.c: TCPIngress and UDPIngress. */
bool kong_streams_wanted(const struct front *front, const struct controller_table *table);
void kong_streams_build(struct kong *kong);

/* kong_objects.c: facts of the controller's own objects. */
struct record *kong_record(struct kong *kong, const struct vendor_object *object);
/* The fact of one of its leaves; NULL for NULL. */
struct fact *kong_fact(struct kong *kong, const struct vendor_object *object, const struct field *field);
void kong_objects_rest(struct kong *kong);

#endif
