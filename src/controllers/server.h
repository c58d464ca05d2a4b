/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How ingress-nginx merges Ingresses into servers and locations (reference: ingress-nginx A.2 to A.8), and in a reduced
 * form every controller of which only the Ingress API is known. Names are those of ingress-nginx.
 */
#ifndef ING2GW_CONTROLLERS_SERVER_H
#define ING2GW_CONTROLLERS_SERVER_H

#include "controllers/subject.h"

/* Cookies that keep a client on one endpoint (reference: A.14): of the last Ingress that has them, for all that use the upstream. */
struct affinity_place {
	str host, path;                  /* host "" is the default server */
};

struct affinity {
	struct subject *subject;
	LIST(struct affinity_place) places;   /* where the cookie is set */
};

/* A Service port as a group of endpoints, shared by all locations that name it. */
struct upstream {
	str key;                         /* namespace, Service and port as written, joined by "-" */
	struct backend backend;
	struct subject *creator;         /* the Ingress that decides how it is asked; NULL: none has named it */
	uint32_t answer;                 /* the controller's own answer in place of an endpoint's: 503, 502; 0: there are endpoints */
	struct affinity *affinity;       /* or NULL */
	bool copied_affinity;            /* of a canary: that of the main Service */
	bool canary;                     /* made by a canary Ingress: no location of its own */
	bool deleted;                    /* a canary that found no place (A.6) */
	struct upstream *alternative;    /* the canary's upstream */
	struct subject *canary_subject;  /* of the alternative */
	struct fact_list canary_facts;   /* host, path of the canary rules that were merged */
};

struct location {
	size_t index;                    /* in the order of coming */
	str path;
	str ingress_path;                /* as the Ingress has it */
	bool exact;
	bool implicit;                   /* the root that the controller makes for each host */
	bool catch_all;                  /* the default server's root, of an Ingress that is only a default backend */
	struct subject *subject;         /* whose annotations apply; NULL for the bare default server */
	struct subject *rival;           /* has lost the path to subject by an assumption, and guards it; or NULL */
	struct upstream *upstream;       /* NULL: the controller's own answer (404) */
	const struct backend *fallback;  /* the Service that answers in place of errors, or where the upstream has no endpoints; or NULL */
	struct place at;
	struct fact_list facts;          /* path */
	struct fact_list backend_facts;  /* service, port */
	struct fact *type_fact;          /* pathType, or NULL */
	bool type_counts;                /* a canary has found this location by path and pathType */
};

struct server {
	str name;                        /* lower case; empty for the default server */
	struct fact_list facts;          /* host fields */
	struct subject *creator;         /* NULL for the default server */
	LIST(struct location *) locations;
	struct map by_path;              /* of many locations the first one of each path; the first `indexed` ones are in it */
	size_t indexed;
	LIST(struct subject *) subjects; /* all with a rule for it, canaries too, in order */
	LIST(struct subject *) owners;   /* the same without canaries */
	struct certificate certificate;
	bool inherits;                   /* its certificate is that of the wildcard host */
	bool www;
	str www_name;                    /* the name that redirects here; or empty */
	struct fact_list www_facts;
	struct subject *www_subject;
	bool regex;
	bool passthrough;                /* TLS connections for its name go to a Service unopened */
	struct fact_list passthrough_facts;
	const struct location *root;     /* the location / with pathType Prefix, before locations are sorted */
	struct host *host;               /* of the model */
	struct map places;               /* of many routes of the host those of Ingresses, by what they match; the first `placed` ones are in it */
	size_t placed;
};

/* An alias that no hostname says. */
struct lost_alias {
	const struct host *host;
	str name;
	struct fact *fact;
};

/* Lists that are shorter are searched one by one. */
enum { MANY_PATHS = 16 };

/* One controller with one class. */
struct instance {
	struct front *front;
	struct controller_settings *controller;
	bool nginx;                      /* else only the Ingress API is known */
	bool streams;                    /* the controller's TCP and UDP services are those of this load balancer */
	struct entry *entry;
	LIST(struct subject *) subjects; /* in the controller's order */
	LIST(struct upstream *) upstreams;
	struct upstream *default_upstream;   /* of implicit roots; NULL: the controller answers 404 */
	struct map upstream_by_key;
	LIST(struct server *) servers;
	LIST(struct lost_alias) lost_aliases;
	struct map server_by_name;       /* the default server is "" */
	struct map snippets;             /* texts of nginx that have been read, see snippet.h */
	LIST(struct setting *) templates;   /* see templates.c */
	struct matcher *matcher;
};

bool subject_is_canary(struct subject *subject);

/* servers.c: servers, locations (A.5). */
void servers_build(struct instance *instance);
struct server *servers_find(const struct instance *instance, str host);   /* host "" is the default server */

/* upstreams.c (A.4). */
void upstreams_create(struct instance *instance);
struct upstream *upstream_of(struct instance *instance, struct subject *subject, const struct ingress_backend *backend);
/* The controller's own Service for paths that no Ingress has; NULL: it answers 404. */
struct upstream *controller_backend(struct instance *instance);

/* canary.c (A.6). */
void canaries_merge(struct instance *instance);
/* The cases of a forward to an upstream; backend: the facts that name it. */
void canary_cases(struct instance *instance, struct upstream *upstream, const struct fact_list *backend, struct route *route);

/* certificates.c (A.11). */
void certificates_decide(struct instance *instance);
/* Of names that no Ingress has. */
void certificate_of_rest(struct instance *instance, struct certificate *certificate);
/* After the host's routes are there. */
void certificate_complete(struct instance *instance, const struct server *server, struct host *host);

/* routes.c: locations to routes of the model (A.7, A.8). */
void routes_build(struct instance *instance);

/* hosts.c: what belongs to a host as a whole. */
struct route *route_add(struct instance *instance, struct host *host, enum match_kind kind, str path, const struct owner *owner);
void aliases_add(struct instance *instance, const struct server *server, struct host *host);
/* Of hosts with one alias, the first keeps it. After all hosts are there, in their order. */
void aliases_settle(struct instance *instance);
void app_root_add(struct instance *instance, struct server *server, struct host *host);
void www_add(struct instance *instance, struct server *server);

/* answers.c: what the controller does at a location besides what the Ingress says, and what it always does. Subject may be NULL. */
void answers_before(struct instance *instance, const struct server *server, const struct location *location, struct route *route);
void answers_body(struct instance *instance, const struct location *location, struct route *route);
void answers_no_endpoints(struct instance *instance, const struct location *location, struct route *route);
void answers_after(struct instance *instance, const struct server *server, const struct location *location, struct route *route);
void answers_fallback(struct instance *instance, struct location *location);

/* affinity.c (A.14). */
void affinity_note(struct instance *instance, const struct server *server, struct subject *subject, struct upstream *upstream, str path);
void affinity_build(struct instance *instance, const struct server *server, const struct location *location, struct route *route);
/* What the canary of a route says of clients that were sent to it. */
void affinity_canary(struct instance *instance, struct subject *canary, struct route *route);
/* A case that keeps clients where the cookie of that upstream says they were. */
void affinity_case(struct instance *instance, const struct upstream *owner, const struct upstream *named, struct route *route);

/* guards.c: who may pass a guard, from the settings that switch it on. Subject may be NULL: the controller's own settings alone. */
void guard_fill(struct instance *instance, struct subject *subject, struct step *step);
/* A list of addresses with commas. */
void guard_ranges(struct arena *arena, str text, struct guard *guard);
/* Refuses what clients say of themselves, for all hosts. */
void guards_of_server(struct instance *instance, struct route *route);
/* Says once where nginx refuses one of those. */
void guards_check(struct instance *instance);

/* entry.c: what belongs to the entry as a whole. */
void entry_begin(struct instance *instance);
void entry_finish(struct instance *instance);
void entry_reject(struct instance *instance, struct place at, str why);   /* the first reason counts */
void entry_crash(struct instance *instance, struct place at, str why);    /* the controller itself stops */

/* arguments.c: what nginx does not take of an Ingress's values. */
void arguments_check(struct instance *instance, struct subject *subject);

/* templates.c: values with variables that nginx may not have. Setting may be NULL. */
void template_note(struct instance *instance, struct setting *setting);
void templates_note(struct instance *instance, struct subject *subject);   /* those that act whatever the location */
void templates_check(struct instance *instance);   /* after all hosts are there */

/* The text of a setting that counts, else the controller's default; empty where there is neither. */
str location_text(const struct instance *instance, const struct location *location, str feature, str field);
bool location_flag(const struct instance *instance, const struct location *location, str feature, str field);

/* headers.c: headers that the Ingress sets. */
void headers_of_controller(struct instance *instance, struct route *route);
void headers_of_answer(struct instance *instance, struct subject *subject, struct route *route);
void headers_of_request(struct instance *instance, const struct location *location, struct route *route);

/* steps.c: the steps of a location (A.10), from the features that are set. */
void steps_build(struct instance *instance, struct server *server, const struct location *location, struct route *route);
/* The path of a redirect's address, and what of it no filter says: a query, a fragment, variables. */
void steps_redirect_path(struct redirect *redirect, str target);
/* The redirect of every request to one address; the Host that the backend gets. */
void steps_redirect(struct instance *instance, struct subject *subject, struct route *route);
void steps_upstream_host(struct instance *instance, struct subject *subject, struct route *route);
/* plain.c: the same by what a table says alone, of controllers that route as the Ingress API says. */
void plain_steps(struct instance *instance, const struct location *location, struct route *route);
void plain_guard(struct instance *instance, struct subject *subject, struct step *step);   /* subject may be NULL, as below */
bool plain_acts(const struct subject *subject, str feature);   /* plain_steps() has steps for it */
/* delivery.c: tries, copies, patience with a silent backend. */
/* hosts.c */
enum host_kind host_kind_of(str name);
/* The nearest hostname that an API takes; the host itself where it is one already. */
str host_near(struct arena *arena, str host);
/* As it is written: the nearest hostname, which is said, where it is none. */
str host_written(struct instance *in, const struct server *server);

/* balancer.c: the Service in front of the controller, its addresses and what its load balancer is told. */
void balancer_find(struct instance *in);
/* What says that nobody is kept out is carried by the routes, which are open. */
void balancer_note(const struct instance *in, struct route *route);

/* A fixed address in plain HTTP that is a Service of the cluster. False: it is none, and nothing is filled in but the path. */
bool service_of_url(const struct instance *in, str url, struct backend *to, str *path);
void delivery_steps(struct instance *instance, const struct location *location, struct route *route);
void delivery_patience(struct instance *instance, const struct location *location, struct route *route);
/* It says what the controller does anyway. */
bool setting_is_usual(const struct instance *instance, const struct setting *setting);
/* features.c: what only the tables know, of a location; how its checks go together. */
void features_build(struct instance *instance, const struct location *location, struct route *route);
void features_satisfy(struct instance *instance, struct subject *subject, struct route *route);
/*
 * Certificates are issued through some paths: the ConfigMap keys no-tls-redirect-locations and no-auth-locations list how paths
 * begin that are not redirected to HTTPS and not asked for credentials.
 */
bool location_is_exempt(const struct instance *instance, const struct location *location, str key);
/* Steps of features that act on the whole host. */
void steps_host(struct instance *instance, struct server *server, struct route *route);
/* Steps of what a canary Ingress says about its upstream. */
void steps_canary(struct instance *instance, struct subject *subject, struct route *route);
/* rewrite-target is set and differs from the path. */
bool rewrite_active(const struct location *location);

/* streams.c: TCP and UDP services (C.1, C.2). */
/* The arguments of the controller name a ConfigMap with some. */
bool streams_wanted(const struct front *front, const struct controller_table *table);
void streams_build(struct instance *instance);
/* Of a controller without any: its settings for them have no effect. */
void streams_idle(const struct controller_settings *controller);

/* passthrough.c (A.11): which servers; the rest after the hosts of the model are there. */
void passthrough_decide(struct instance *instance);
void passthrough_settle(struct instance *instance);
/* Nothing but passed-through connections comes in on TLS for the server: no alias has a name of its own there. */
bool passthrough_alone(const struct server *server);

/* backends.c: how backends are spoken to (A.13, B), after the hosts of the model are there. */
void backends_settle(struct instance *instance);

/* A ConfigMap of that name has a CA. */
bool ca_is_copied(const struct front *front, str namespace, str name);

/* clients.c: client certificates (A.11), after the hosts of the model are there. */
void clients_settle(struct instance *instance);


#endif
