/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From rules to objects: which Gateway, which listeners, which routes, under which names, split where the API's limits ask
 * for it. The rules come from the targets room; here nothing knows what they mean.
 */
#ifndef ING2GW_GATEWAY_ASSEMBLE_H
#define ING2GW_GATEWAY_ASSEMBLE_H

#include "base/locate.h"
#include "gateway/objects.h"
#include "gateway/schema.h"
#include "kube/snapshot.h"
#include "ledger/ledger.h"
#include "mapping/mapping.h"
#include "mapping/template.h"
#include "route/statement.h"

/* One Gateway for each load balancer; for each namespace, or each Ingress, that made a host. */
enum topology { TOPOLOGY_SHARED, TOPOLOGY_NAMESPACE, TOPOLOGY_INGRESS };

/* A fact that a printed field carries: at is a JSON pointer below the rule, "/matches/0/path". */
struct mark {
	struct fact *fact;
	str at;
};

struct mark_list {
	struct mark *item;
	size_t n, cap;
};

/* An object of another namespace that a policy refers to. */
struct policy_grant {
	str kind, namespace, name;   /* of the core API */
};

/* A feature that a policy says, with what its template was filled with. */
struct policy_word {
	str feature;
	struct template_values values;
};

/* What an implementation is told about a rule in an object of its own: all of one kind. */
struct rule_policy {
	const struct policy_kind *kind;
	str slot;                    /* what it is there for, where a rule may have several that something tells apart; or empty */
	struct node *spec;           /* without targets */
	LIST(struct policy_word) words;   /* that the spec was made of */
	bool guards;                 /* it may refuse requests */
	bool answers;                /* it may answer them otherwise, and stays in front of a redirect */
	unsigned turn;               /* of kinds with one_each: the lower one acts first; of equal ones that which stands first */
	struct mark_list marks;      /* at: JSON pointers below the spec, "/basicAuth/users/name" */
	LIST(struct policy_grant) grants;
};

struct rule_part {
	struct http_rule rule;
	str key;                     /* by which a route is split: rules of one key stay together where the limits allow it */
	struct mark_list marks;
	LIST(struct rule_policy) policies;   /* one of a kind, or in the order in which they act: see policy_kind */
};

/* The rules of one Ingress for one host on one side. */
struct route_part {
	const struct owner *owner;
	const struct host *host;
	enum side side;              /* SIDE_PLAIN or SIDE_TLS */
	bool closed;                 /* one of the rules stands closed */
	bool grpc;                   /* all rules are of gRPC, and said as such: see grpc.h */
	LIST(struct rule_part) rules;
};

/* The CA of certificates that the clients of all HTTPS listeners need: a ConfigMap. */
struct frontend_part {
	str namespace, name;
	LIST(const struct host *) hosts;         /* that want them: all that HTTPS is served for */
};

struct entry_part {
	const struct entry *entry;
	LIST(struct route_part *) routes;
	bool proxy_protocol;                     /* its Gateways read the PROXY protocol */
	LIST(const struct stream *) streams;
	LIST(const struct host *) passed;        /* whose TLS connections are passed through */
	const struct frontend_part *frontend;    /* or NULL */
	LIST(struct rule_policy) policies;       /* about the Gateways as a whole; marks and targets as for a rule */
};

/* TLS towards a Service. */
struct policy_part {
	str namespace, service;
	str section;                 /* name of the port that it is about, or empty: all */
	str hostname;
	str ca;                      /* ConfigMap with the CA, or empty: those of the system */
	LIST(const struct owner *) owners;
	struct mark_list marks;      /* at: JSON pointers of the policy, "/spec/validation/hostname" */
};

struct policy_list {
	struct policy_part *item;
	size_t n, cap;
};

struct printed {
	enum object_kind kind;
	str kind_name;               /* "HTTPRoute", "SecurityPolicy" */
	str namespace, name;         /* as they count */
	bool closed;                 /* a route with a closed rule */
	const struct owner *owner;   /* of a route, and of a policy or filter of its rules, else NULL */
	const struct rule_policy *policy;   /* of a policy or filter, else NULL */
	str about;                   /* of a policy or filter: the object without which it means nothing, "HTTPRoute/ns/name" */
	struct node *tree;
};

/* "HTTPRoute/ns/name" */
str printed_name(struct arena *arena, const struct printed *printed);

/* A Gateway that is printed, for what is decided when all are known. */
struct printed_gateway {
	size_t index;                /* in out */
	str namespace;               /* as it counts */
	struct gateway object;
	const struct entry *entry;   /* that it stands for */
	const struct balancer *balancer;
};

struct assembly {
	struct arena *arena;
	struct ledger *ledger;       /* facts get their places; NULL: they do not */
	struct diags *diags;         /* NULL: nothing is said */
	struct statements *statements;   /* what is said of requests is written down there; NULL: it is not */
	const struct sources *sources;
	const struct schema *schema;
	struct gateway_version version;
	const struct target_table *target;     /* that is printed for */
	enum topology topology;
	bool shared_is_http1;        /* listeners that share a certificate offer HTTP/1.1 alone */
	bool plain_beside;           /* each hostname of a TLS listener has a listener on port 80 too, else that has one listener for all */
	bool listener_sets;          /* else TLS listeners stand in the Gateway */
	str sets_lack, sets_ways;    /* why they do although nobody asked for it, and what helps; or empty */
	str gateway_namespace, gateway_name;   /* asked for by the user, or empty */
	str existing_namespace, existing_name; /* of the Gateway that exists: only what attaches to it is added; or empty */
	const struct snapshot *snapshot;       /* for its listeners */
	str class_name;              /* of the Gateways */
	str print_class_controller;  /* controllerName of a GatewayClass to print, or empty */
	bool namespace_written;      /* some Ingress of the namespace "default" names it */
	struct map taken;            /* "namespace/name" of all Ingresses: their names belong to their own routes */
	struct map policies;         /* by "kind/namespace/name" of an implementation's objects: the route and rule that they are about */
	struct map carried;          /* what long lists of places and of objects hold, by list and text */
	struct locator locator;
	LIST(struct printed) out;    /* in the order of printing */
	LIST(struct reference_grant *) grants;
	LIST(struct printed_gateway) gateways;
};

/* The version has the field, and so has the target. */
bool assembly_has(const struct assembly *assembly, enum object_kind kind, str field);

/* The caller fills in what stands above `taken`. Adds the objects of all entries, and the policies, to assembly->out. */
void assemble(struct assembly *assembly, const struct entry_part *entries, size_t n, const struct policy_list *policies);

#endif
