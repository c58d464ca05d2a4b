/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gateway API objects of the input, from any source and in every served apiVersion, as structs with the places of what they say.
 * Defaults are those of the API server; what it would refuse is read as far as it makes sense. model.h of this side is made of them by
 * gateway_model() (side.h).
 *
 * An object that is none of ours and says to which of ours it applies (targetRef, targetRefs) is a policy: of a kind that a target's table
 * has, or one that is not known.
 */
#ifndef ING2GW_GATEWAY_READ_H
#define ING2GW_GATEWAY_READ_H

#include "base/map.h"
#include "doc/node.h"
#include "gateway/policy_features.h"

struct read_meta {
	str namespace, name;             /* namespace as it counts; empty for what has none */
	str created;                     /* creationTimestamp, UTC in whole seconds; empty where it is not known */
	struct place at;                 /* of the object */
};

/* A reference to another object, with the defaults of the field that it stands in. */
struct read_ref {
	str group, kind, namespace, name;
	str section;                     /* or empty */
	uint32_t port;                   /* 0: none */
	struct place at;
};

struct read_requirement {
	str key, op;                     /* "In", "NotIn", "Exists", "DoesNotExist" */
	struct str_list values;
};

enum read_from { FROM_NONE, FROM_SAME, FROM_ALL, FROM_SELECTOR };

/* Namespaces from which something may attach. */
struct read_namespaces {
	enum read_from from;
	LIST(struct read_requirement) selector;
};

/* ---- rules of routes ---- */

struct read_pair {
	str name, value;
	bool regex;
	struct place at;
};

enum read_path { READ_EXACT, READ_PREFIX, READ_REGEX };

/* Of a GRPCRoute service and call count, else path and method. */
struct read_match {
	enum read_path kind;
	str path, method;
	str service, call;
	LIST(struct read_pair) headers, queries;   /* of one name the first alone */
	struct place at;                 /* of the line that decides: the path, else the first other condition, else the rule */
};

enum read_change { CHANGE_NONE, CHANGE_FULL, CHANGE_PREFIX };

struct read_modifier {
	enum read_change change;
	str value;
};

enum read_filter_kind {
	FILTER_UNKNOWN, FILTER_REQUEST_HEADERS, FILTER_RESPONSE_HEADERS, FILTER_REDIRECT, FILTER_REWRITE, FILTER_MIRROR, FILTER_CORS, FILTER_AUTH,
	FILTER_EXTENSION
};

struct read_filter {
	enum read_filter_kind kind;
	str type;                        /* as written */
	struct place at;
	LIST(struct read_pair) set, add;
	struct str_list remove;
	str scheme, hostname;            /* of redirect and rewrite */
	uint32_t port, status;
	struct read_modifier path;
	struct read_ref ref;             /* of mirror, auth and extension */
	str share;                       /* of mirror: "42%", "3/5", or empty */
	struct str_list origins, methods, headers, expose;   /* of CORS */
	bool credentials;
	int64_t max_age;
	bool grpc;                       /* of auth */
	str auth_path;
	struct str_list copied;          /* headers of the auth service's answer that the backend gets; empty: all */
	uint64_t body;                   /* of auth: most bytes that are sent along; 0: none */
};

struct read_backend {
	struct read_ref ref;
	uint32_t weight;
	LIST(struct read_filter) filters;
	const char *unresolved;          /* after gateway_model(): "BackendNotFound", "RefNotPermitted", "InvalidKind", or NULL */
};

struct read_rule {
	str name;
	struct place at;
	LIST(struct read_match) matches;
	LIST(struct read_filter) filters;
	LIST(struct read_backend) backends;
	struct read_pair request_timeout, backend_timeout;   /* value: a duration, or empty */
	struct read_pair retry, session; /* value: in words, or empty */
};

enum read_route_kind { ROUTE_HTTP, ROUTE_GRPC, ROUTE_TLS, ROUTE_TCP, ROUTE_UDP };

/* A policy of a kind that is none of the API's. */
struct read_policy {
	struct read_meta meta;
	str group, kind;
	bool known;                      /* a target's table has the kind: words says what it does */
	struct policy_words words;
	LIST(struct read_ref) targets;   /* name empty: all of the kind in the namespace */
};

/* What became of a reference to a parent: the condition Accepted, after gateway_model(). */
struct read_parent {
	struct read_ref ref;
	const char *reason;              /* "Accepted", "NoMatchingParent", ... */
};

struct read_route {
	struct read_meta meta;
	enum read_route_kind kind;
	LIST(struct read_parent) parents;
	LIST(struct read_pair) hostnames;   /* value: in lower case */
	LIST(struct read_rule) rules;
	LIST(struct read_policy *) notes;   /* what an implementation is told in its annotations */
	bool wants_default;              /* useDefaultGateways: All */
	bool shared_known, shared;       /* in gateway_model(): another route has one of its paths under one hostname at one port */
};

/* ---- parents ---- */

struct read_kind {
	str group, kind;
};

struct read_listener {
	str name, hostname, protocol;
	struct place at;                 /* of the hostname, else of the listener */
	uint32_t port;
	bool tls;                        /* it has TLS settings */
	bool passes;                     /* tls.mode: Passthrough */
	bool options;                    /* TLS settings of the implementation, which may name a certificate */
	LIST(struct read_ref) certificates;
	struct read_namespaces routes;
	LIST(struct read_kind) kinds;    /* empty: all that the protocol takes */
	LIST(struct read_filter) filters;   /* before routes are looked for */
	const char *refused;             /* after gateway_model(): "HostnameConflict", "ProtocolConflict", "UnsupportedProtocol", or NULL */
	const char *unresolved;          /* "InvalidCertificateRef", "RefNotPermitted", "InvalidRouteKinds", or NULL */
};

/* Certificates that HTTPS clients need. */
struct read_clients {
	LIST(struct read_ref) authorities;
	bool lenient;                    /* AllowInsecureFallback */
	uint32_t port;                   /* 0: of all ports that have none of their own */
	struct place at;
};

struct read_gateway {
	struct read_meta meta;
	str class;
	LIST(struct read_listener) listeners;
	struct read_namespaces sets;     /* ListenerSets that may attach */
	LIST(struct read_clients) clients;
	bool takes_default;              /* defaultScope: All */
	struct read_ref parameters;      /* of the implementation, beside it; or without a name */
};

struct read_set {
	struct read_meta meta;
	str group, kind;                 /* ListenerSet, or XListenerSet of the experimental group */
	struct read_ref parent;
	LIST(struct read_listener) listeners;
	const char *reason;              /* after gateway_model(): "Accepted", "NotAllowed", "NoMatchingParent" */
};

/* ---- others ---- */

struct read_class {
	struct read_meta meta;
	str controller;
	struct read_ref parameters;      /* of the implementation; or without a name */
};

struct read_grant {
	struct read_meta meta;
	LIST(struct read_ref) from, to;  /* name empty: all of the kind */
};

/* A BackendTLSPolicy. */
struct read_tls_policy {
	struct read_meta meta;
	LIST(struct read_ref) targets, authorities;
	str hostname, well_known;
};

struct gateway_side {
	struct arena *arena;
	const struct mapping *mapping;   /* whose targets have kinds of their own; NULL: none is known */
	LIST(struct read_class *) classes;
	LIST(struct read_gateway *) gateways;
	LIST(struct read_set *) sets;
	LIST(struct read_route *) routes;
	LIST(struct read_grant *) grants;
	LIST(struct read_tls_policy *) tls_policies;
	LIST(struct read_policy *) policies;
	struct map objects;              /* "group/kind/namespace/name" of all objects: the place in its list, or itself */
};

void gateway_side_init(struct gateway_side *side, struct arena *arena);
/* Reads one document: an object, or a list of objects. The tree may go afterwards. Of equal names the last counts. */
void gateway_side_add(struct gateway_side *side, const struct node *root);
/* After the last document: sorts all lists by namespace and name, so that the order of the input counts for nothing. */
void gateway_side_finish(struct gateway_side *side);
/* An object of any kind is in the input. */
bool gateway_side_has(const struct gateway_side *side, str group, str kind, str namespace, str name);
/* The policy, or filter of an implementation, of that name; NULL: there is none. */
const struct read_policy *gateway_side_policy(const struct gateway_side *side, str group, str kind, str namespace, str name);
str read_route_kind_name(enum read_route_kind kind);

#endif
