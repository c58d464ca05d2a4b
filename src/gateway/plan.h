/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What assemble() decides for one entry before anything is written: the Gateways, the TLS listeners with the ListenerSets
 * that hold them, and which namespaces attach where. Inside this room only.
 */
#ifndef ING2GW_GATEWAY_PLAN_H
#define ING2GW_GATEWAY_PLAN_H

#include "gateway/assemble.h"

#define HTTP_SECTION  "http"
#define HTTPS_SECTION "https"           /* the listener for all hosts without a certificate of their own */
#define DEFAULT_SECRET "default-ssl-certificate"   /* where nobody names one */

struct set_plan;

struct listener_plan {
	str hostname;                /* empty: every host; of a stream there is none */
	str section;                 /* its name */
	str protocol;                /* "HTTPS"; "HTTP" beside it where that is wanted; "TLS" of what is passed through; "TCP", "UDP" */
	uint32_t port;
	str secret_namespace, secret_name;   /* of HTTPS; the namespace also says where the ListenerSet stands */
	const struct stream *stream; /* of TCP and UDP, else NULL */
	struct set_plan *set;        /* NULL: it stands in the Gateway */
	size_t gateway;              /* number of the Gateway */
	struct str_list namespaces;  /* of the routes that attach */
	struct fact_list facts;
	const struct owner *owner;   /* the Ingress that named the certificate; may be NULL */
};

/* A ListenerSet. */
struct set_plan {
	str namespace, name;
	str key;                     /* what its listeners have in common */
	size_t gateway;
	LIST(struct listener_plan *) listeners;
};

struct gateway_plan {
	str name;
	struct str_list http_namespaces;   /* of the routes on port 80 */
	LIST(struct listener_plan *) listeners;
};

struct plan {
	struct assembly *as;
	const struct entry_part *part;
	str namespace;               /* of the Gateways, as it counts */
	bool namespace_given;        /* the user has named it */
	bool certificates;           /* Certificates are written, and no issuer stands on the Gateway */
	bool sets_wanted;            /* HTTPS and TLS listeners stand in ListenerSets */
	LIST(struct gateway_plan) gateways;
	LIST(struct listener_plan *) listeners;   /* all, in the order of hosts, then streams */
	LIST(struct set_plan *) sets;
	struct map listener_by_host; /* of HTTPS */
	struct map plain_by_host;    /* of HTTP, beside those with TLS */
	struct map passed_by_host;   /* of TLS */
	struct map set_by_key;
};

/* listeners.c: Gateways, listeners, ListenerSets of an entry. namespace, name: of the Gateway, or empty for the usual ones. */
void plan_make(struct plan *plan, struct assembly *as, const struct entry_part *part, str namespace, str name);
/* The TLS listener that requests for a host name or "*." pattern come to; NULL: none does. */
struct listener_plan *plan_listener(const struct plan *plan, str hostname);
/* The one of port 80 that has a hostname; NULL: the listener for all. */
struct listener_plan *plan_plain(const struct plan *plan, str hostname);
/* The number of the Gateway that serves a host. */
size_t plan_gateway(const struct plan *plan, const struct host *host);

/* routes.c: HTTPRoutes and GRPCRoutes. Fills the namespaces of listeners on the way, as do the next ones. */
void plan_routes(struct plan *plan);

/* streams.c: TCPRoutes and UDPRoutes; TLSRoutes. */
void plan_streams(struct plan *plan);
void plan_passed(struct plan *plan);

/* attach.c: policies of an implementation on the rules of a route that is about to be added. */
struct attachment_job {
	struct assembly *as;
	const struct owner *owner;
	str kind, name;              /* of the route */
	const struct route_part *part;
	const struct share *rules;   /* of the part: those of the route, in its order */
	struct http_route *route;    /* rules get names and filters */
	struct str_list *objects;    /* for each rule: the names of its policies' objects, in their order; filled in */
};
void attach_policies(const struct attachment_job *job);
/* How one of the entry's Gateways names its parameters; name empty: it has none. */
struct extension_ref parameters_ref(const struct plan *plan, str gateway);
/* Policies of the entry, on one of its Gateways. */
void attach_to_gateway(struct plan *plan, const struct object_meta *gateway);
/* All that is said of a rule in policies; empty: nothing. */
str attach_key(struct arena *arena, const struct rule_part *rule);
/* The same of what is said of a route as a whole: rules that differ in it go into routes of their own. named: policies can be about one rule. */
str attach_split_key(struct arena *arena, const struct rule_part *rule, bool named);
/* A place below the spec of a rule's policy as one of the object that has it. */
str attach_place(struct arena *arena, const struct policy_kind *kind, str at);

/* policies.c */
void add_policies(struct assembly *as, const struct policy_list *policies);

/* A listener that a route is to attach to. */
struct wanted_listener {
	str protocol;                /* "HTTP", "HTTPS", "TLS", "TCP", "UDP" */
	str hostname;                /* of the route; empty: every host */
	uint32_t port;
	str section;                 /* what it is called where it has to be made */
	str secret_namespace, secret;    /* of HTTPS: its certificate; or empty */
	const struct owner *owner;   /* whose route it is, for messages */
	str namespace, kind;         /* of the route */
	bool both_sides;             /* the route is for plain HTTP and for HTTPS */
};

/* How a route refers to a listener; hostname: of the route. */
struct parent_ref plan_parent(const struct plan *plan, const struct listener_plan *listener, const struct wanted_listener *wanted);

/* existing.c: the same for a Gateway that exists, after saying what it lacks. */
struct parent_ref existing_parent(struct assembly *as, const struct wanted_listener *wanted);
bool existing_is_known(const struct assembly *as);

/* ---- assemble.c ---- */

/* Whether the namespace of a Gateway or ListenerSet is printed: unless nobody has written it and no other namespace refers to it. */
bool namespace_is_printed(const struct assembly *as, str namespace, const struct str_list *referring);

/* "from Ingress shop/web (shop.yaml:3)"; at: where it stands, which is left out when nobody knows. */
str assembly_origin(struct assembly *as, const struct owner *owner, struct place at);

/* Adds the object's tree to the output. */
struct printed *assembly_add(struct assembly *as, enum object_kind kind, str namespace, const struct object_meta *meta, const void *object);

/* The fact is carried by that object at a JSON pointer; the Ingress that it belongs to has come to be this object. */
void assembly_carry(struct assembly *as, struct fact *fact, enum object_kind kind, str namespace, str name, str pointer);

/* The same for a label or annotation, which is kept and not translated. map: "metadata/labels" or the like. */
void assembly_carry_meta(struct assembly *as, struct fact *fact, enum object_kind kind, str namespace, str name, const char *map, str key);

/* The same of a kind of an implementation. */
void assembly_carry_kind(struct assembly *as, struct fact *fact, str kind, str namespace, str name, str pointer);

/* Adds an object of an implementation. */
struct printed *assembly_add_policy(struct assembly *as, str namespace, str name, struct node *tree);

/* Allows objects of a kind and namespace to refer to a core object of another namespace. */
void assembly_grant_from(struct assembly *as, str from_group, str from_kind, str from_namespace, const struct policy_grant *to);

/* Allows objects of a Gateway API kind and namespace to refer to a core object of another namespace. */
void assembly_grant(struct assembly *as, str from_kind, str from_namespace, str to_kind, str to_namespace, str to_name);

/* ---- certificates.c: objects of cert-manager, where no annotation of a Gateway can say the same ---- */

bool certificates_needed(const struct plan *plan);
void add_certificates(struct plan *plan);

/* ---- addresses.c: those that clients know, for the one Gateway that stands for the load balancer ---- */

void add_addresses(struct assembly *as);

/* ---- keep.c: labels and annotations of other tools ---- */

/* On a route of that Ingress; its name is set already. serves: it is the one that does not only lead elsewhere. */
void keep_on_route(struct assembly *as, const struct owner *owner, enum object_kind kind, bool serves, struct object_meta *meta);
/* A tool that makes pages of links is to find a route of the Ingress. */
bool keep_is_page(const struct owner *owner);
void keep_on_set(struct plan *plan, const struct set_plan *set, struct listener_set *out);
void keep_on_gateway(struct plan *plan, struct gateway *out);
/* Says of those that found no place why. */
void keep_rest(struct plan *plan);

#endif
