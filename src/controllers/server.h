/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How ingress-nginx merges Ingresses into servers and locations (reference: ingress-nginx A.2 to A.8), and in a reduced
 * form every controller of which only the Ingress API is known. Names are those of ingress-nginx.
 */
#ifndef ING2GW_CONTROLLERS_SERVER_H
#define ING2GW_CONTROLLERS_SERVER_H

#include "controllers/subject.h"

/* A Service port as a group of endpoints, shared by all locations that name it. */
struct upstream {
	struct backend backend;
	bool canary;                     /* made by a canary Ingress: no location of its own */
	bool deleted;                    /* a canary that found no place (A.6) */
	struct upstream *alternative;    /* the canary's upstream */
	struct subject *canary_subject;  /* of the alternative */
	struct fact_list canary_facts;   /* host, path of the canary rules that were merged */
};

struct location {
	size_t index;                    /* in the order of coming */
	str path;
	bool exact;
	bool implicit;                   /* the root that the controller makes for each host */
	bool catch_all;                  /* the default server's root, of an Ingress that is only a default backend */
	struct subject *subject;         /* whose annotations apply; NULL for the bare default server */
	struct subject *rival;           /* has lost the path to subject by an assumption, and guards it; or NULL */
	struct upstream *upstream;       /* NULL: the controller's own answer (404) */
	struct place at;
	struct fact_list facts;          /* path */
	struct fact_list backend_facts;  /* service, port */
	struct fact *type_fact;          /* pathType, or NULL */
};

struct server {
	str name;                        /* lower case; empty for the default server */
	struct fact_list facts;          /* host fields */
	struct subject *creator;         /* NULL for the default server */
	LIST(struct location *) locations;
	LIST(struct subject *) subjects; /* all with a rule for it, canaries too, in order */
	LIST(struct subject *) owners;   /* the same without canaries */
	struct certificate certificate;
	bool www;
	struct fact_list www_facts;
	struct subject *www_subject;
	bool regex;
	bool passthrough;                /* TLS connections for its name go to a Service unopened */
	struct fact_list passthrough_facts;
	const struct location *root;     /* the location / with pathType Prefix, before locations are sorted */
	struct host *host;               /* of the model */
};

/* An alias that no hostname says. */
struct lost_alias {
	const struct host *host;
	str name;
	struct fact *fact;
};

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
};

bool subject_is_canary(struct subject *subject);

/* servers.c: upstreams, servers, locations (A.4, A.5). */
void servers_build(struct instance *instance);
struct server *servers_find(const struct instance *instance, str host);   /* host "" is the default server */
struct upstream *upstream_of(struct instance *instance, struct subject *subject, const struct ingress_backend *backend);

/* canary.c (A.6). */
void canaries_merge(struct instance *instance);
/* The cases of a forward to an upstream; backend: the facts that name it. */
void canary_cases(struct instance *instance, struct upstream *upstream, const struct fact_list *backend, struct route *route);

/* certificates.c (A.11). */
void certificates_decide(struct instance *instance);
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

/* steps.c: the steps of a location (A.10), from the features that are set. */
void steps_build(struct instance *instance, struct server *server, const struct location *location, struct route *route);
/* features.c: what only the tables know, of a location; how its checks go together; what the controller's own settings guard. */
void features_build(struct instance *instance, const struct location *location, struct route *route);
void features_satisfy(struct instance *instance, struct subject *subject, struct route *route);
void features_default_guard(struct instance *instance, struct subject *subject, str feature, struct route *route);
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
/* A Secret or ConfigMap that is not there or not allowed denies all locations. */
void backends_check(struct front *front, struct subject *subject);

/* A ConfigMap of that name has a CA. */
bool ca_is_copied(const struct front *front, str namespace, str name);

/* clients.c: client certificates (A.11), after the hosts of the model are there. */
void clients_settle(struct instance *instance);

/* Whether the controller takes Secrets and ConfigMaps of other namespaces than the Ingress's. */
bool controller_crosses(const struct front *front, const struct controller_settings *controller);

/* snippet.c: directives of a snippet as steps. */
void snippet_steps(struct instance *instance, struct subject *subject, struct setting *setting, struct route *route);

#endif
