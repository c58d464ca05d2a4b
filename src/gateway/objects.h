/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Gateway API objects that are printed, as typed structs, and both ways between them and node trees. What a field
 * is called and where it stands is said once, in the tables of shapes.c; printing and reading back walk the same table.
 *
 * An empty text, an empty list, a false, an unset number and an object with nothing in it are not printed; the group of
 * a ReferenceGrant's entry is. What is null is absent.
 */
#ifndef ING2GW_GATEWAY_OBJECTS_H
#define ING2GW_GATEWAY_OBJECTS_H

#include "doc/node.h"

#define GATEWAY_API_GROUP "gateway.networking.k8s.io"

struct number {
	bool set;
	int64_t value;
};

struct number_list {
	int64_t *item;
	size_t n, cap;
};

struct text_pair {
	str key, value;
};

struct text_map {
	struct text_pair *item;
	size_t n, cap;
};

struct object_meta {
	str namespace, name;             /* namespace empty: none is printed */
	struct text_map labels, annotations;
};

struct parent_ref {
	str group, kind, namespace, name, section;
	struct number port;
};

struct header_match {
	str type, name, value;
};

struct path_match {
	str type, value;
};

struct http_match {
	struct path_match path;
	str method;
	LIST(struct header_match) headers;
};

struct path_modifier {
	str type, full, prefix;
};

struct request_redirect {
	str scheme, hostname;
	struct path_modifier path;
	struct number port, status;
};

struct url_rewrite {
	str hostname;
	struct path_modifier path;
};

struct http_header {
	str name, value;
};

/* A name stands in one of the three lists. */
struct header_modifier {
	LIST(struct http_header) set, add;
	struct str_list remove;
};

struct cors_filter {
	struct str_list origins, methods, headers, expose;
	bool credentials;
	struct number max_age;           /* seconds */
};

struct backend_ref {
	str namespace, name;             /* of a Service */
	struct number port, weight;
};

/* An object of another API in the route's namespace. */
struct extension_ref {
	str group, kind, name;
};

struct http_filter {
	str type;                        /* "RequestHeaderModifier", "ResponseHeaderModifier", "RequestRedirect", "URLRewrite", "CORS", "RequestMirror", "ExtensionRef" */
	struct header_modifier request_headers, response_headers;
	struct request_redirect redirect;
	struct url_rewrite rewrite;
	struct cors_filter cors;
	struct backend_ref mirror;
	struct extension_ref extension;
};

struct retry_rule {
	struct number attempts;          /* after the first one */
	struct number_list codes;
};

/* Until 1.6 sessionName and cookieConfig, since then cookie. */
struct session_persistence {
	str type;                        /* "Cookie"; empty: there is none */
	str absolute;                    /* a duration */
	str name, lifetime;
	str cookie_name, cookie_path, cookie_lifetime;
};

struct http_rule {
	str comment;
	str name;                        /* by which policies attach to it; or empty */
	LIST(struct http_match) matches;
	LIST(struct http_filter) filters;
	LIST(struct backend_ref) backends;
	str request_timeout, backend_timeout;   /* durations */
	struct retry_rule retry;
	struct session_persistence session;
};

struct http_route {
	str comment;
	struct object_meta meta;
	LIST(struct parent_ref) parents;
	struct str_list hostnames;
	LIST(struct http_rule) rules;
};

struct grpc_match {
	str service, method;             /* both empty: every call */
	LIST(struct header_match) headers;
};

struct grpc_filter {
	str type;                        /* "RequestHeaderModifier", "RequestMirror" */
	struct header_modifier request_headers;
	struct backend_ref mirror;
};

struct grpc_rule {
	str comment, name;
	LIST(struct grpc_match) matches;
	LIST(struct grpc_filter) filters;
	LIST(struct backend_ref) backends;
	struct session_persistence session;
};

struct grpc_route {
	str comment;
	struct object_meta meta;
	LIST(struct parent_ref) parents;
	struct str_list hostnames;
	LIST(struct grpc_rule) rules;
};

struct stream_rule {
	LIST(struct backend_ref) backends;
};

/* A TLSRoute; without hostnames a TCPRoute or UDPRoute. */
struct stream_route {
	str comment;
	struct object_meta meta;
	LIST(struct parent_ref) parents;
	struct str_list hostnames;
	LIST(struct stream_rule) rules;
};

/* An object in the policy's own namespace. */
struct local_ref {
	str group, kind, name, section;  /* section: of targets only */
};

struct backend_tls_policy {
	str comment;
	struct object_meta meta;
	LIST(struct local_ref) targets, certificates;
	str hostname, well_known;
};

/* A ConfigMap of any namespace. */
struct config_ref {
	str group, kind, namespace, name;
};

struct label_requirement {
	str key, op;
	struct str_list values;
};

/* Namespaces from which something may attach. */
struct from_namespaces {
	str from;                        /* "Same", "All", "Selector", "None" */
	LIST(struct label_requirement) expressions;
};

struct secret_ref {
	str namespace, name;
};

struct listener {
	str name, hostname, protocol;
	struct number port;
	str tls_mode;
	LIST(struct secret_ref) certificates;
	struct from_namespaces routes;
};

struct gateway_address {
	str type, value;                 /* "IPAddress" */
};

struct gateway {
	str comment;
	struct object_meta meta;
	str class_name;
	LIST(struct gateway_address) addresses;
	struct text_map infrastructure_labels, infrastructure_annotations;
	struct extension_ref parameters;   /* of the implementation, beside it */
	struct from_namespaces listener_sets;
	LIST(struct listener) listeners;
	LIST(struct config_ref) client_certificates;   /* CAs of clients, for all HTTPS listeners */
};

struct listener_set {
	str comment;
	struct object_meta meta;
	struct parent_ref parent;
	LIST(struct listener) listeners;
};

struct gateway_class {
	str comment;
	struct object_meta meta;
	str controller;
};

struct grant_peer {
	str group, kind, namespace, name;
};

struct reference_grant {
	str comment;
	struct object_meta meta;
	LIST(struct grant_peer) from, to;
};

/* In the order of printing. OBJECT_POLICY stands for all kinds of an implementation, which have a tree and no struct. */
enum object_kind {
	OBJECT_GATEWAY_CLASS, OBJECT_GATEWAY, OBJECT_LISTENER_SET, OBJECT_HTTP_ROUTE, OBJECT_GRPC_ROUTE, OBJECT_TLS_ROUTE, OBJECT_TCP_ROUTE,
	OBJECT_UDP_ROUTE, OBJECT_BACKEND_TLS_POLICY, OBJECT_POLICY, OBJECT_REFERENCE_GRANT, OBJECT_KIND_COUNT
};

/* "HTTPRoute" ... */
str object_kind_name(enum object_kind kind);
/* OBJECT_KIND_COUNT when it is none of these. */
enum object_kind object_kind_parse(str kind);
/* Bytes of the kind's struct. */
size_t object_size(enum object_kind kind);

/* The tree of one of the structs above. api_version: "gateway.networking.k8s.io/v1". The texts are shared. */
struct node *object_encode(struct arena *arena, enum object_kind kind, const void *object, str api_version);

/*
 * Reads a tree into the kind's struct (zeroed by the caller). False when it has a field or a type that the struct cannot
 * hold: then *why names the field by its path. Comments and status are not looked at.
 */
bool object_decode(struct arena *arena, enum object_kind kind, const struct node *tree, void *object, str *why);

#endif
