/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects of the input as typed structs: what conversion needs of each, nothing else. Decoding reports what the API
 * server would refuse (with its place) and keeps what is left; the node trees are gone afterwards, so everything here lives
 * in the run's arena and carries its places.
 */
#ifndef ING2GW_KUBE_SNAPSHOT_H
#define ING2GW_KUBE_SNAPSHOT_H

#include "base/diag.h"
#include "doc/doc.h"

/*
 * One leaf of an object that must be accounted for: an annotation, a label, a field of spec. key is the annotation's
 * name, "metadata.labels.NAME", or the JSON path ("spec.rules[0].http.paths[1].backend.service.name"). An empty list, map
 * or null below spec is a leaf too (value empty).
 */
struct field {
	str key, value;          /* value as written (YAML text after unquoting) */
	struct place at;         /* of an annotation or label its key, else the value */
	uint32_t span;
	uint32_t index;          /* position in the object's list of fields */
};

struct meta {
	str namespace, name;     /* namespace as it counts: "default" when none is written */
	bool namespace_written;
	struct place at;         /* of the object (its first key) */
	int64_t created;         /* creationTimestamp in seconds since 1970, -1 when absent or unreadable */
	bool fragment;           /* a Kustomize patch ($patch, or no apiVersion/spec); reported, not converted */
	LIST(struct field *) annotations;   /* in the order written; duplicates removed, last wins */
	LIST(struct field *) labels;
	struct str_list owners;  /* "flagger.app/Canary": group and kind of each owner reference; of the core group the kind alone */
};

enum path_type { PATH_IMPLEMENTATION, PATH_EXACT, PATH_PREFIX };

struct ingress_backend {
	bool present;            /* false: none was written, or it is unusable (then reported) */
	bool resource;           /* backend.resource; the rest is empty */
	struct field *service;   /* name */
	struct field *port;      /* number or name; NULL when none was written */
	bool port_is_number;
	uint32_t port_number;    /* 1..65535 when port_is_number */
	struct place at;
};

struct ingress_path {
	struct field *path;      /* NULL: none written */
	struct field *type_field;/* NULL: none written */
	enum path_type type;     /* absent: PATH_IMPLEMENTATION */
	struct ingress_backend backend;
	struct place at;
};

struct ingress_rule {
	struct field *host;      /* NULL or empty value: no host */
	LIST(struct ingress_path) paths;
	struct place at;
};

struct ingress_tls {
	LIST(struct field *) hosts;
	struct field *secret;    /* NULL: none written */
	struct place at;
};

struct ingress {
	struct meta meta;
	str api_version;
	bool usable;             /* false: nothing can be made of it (has been reported as an error) */
	LIST(struct field *) fields;        /* all of them: annotations, labels and leaves of spec */
	struct field *class_name;           /* spec.ingressClassName */
	struct ingress_backend default_backend;
	LIST(struct ingress_rule) rules;
	LIST(struct ingress_tls) tls;
};

struct ingress_class {
	struct meta meta;
	str controller;          /* spec.controller */
	bool is_default;         /* ingressclass.kubernetes.io/is-default-class: "true" */
};

enum requirement_op { LABEL_IN, LABEL_NOT_IN, LABEL_EXISTS, LABEL_ABSENT };

struct requirement {
	str key;
	enum requirement_op op;
	struct str_list values;      /* of LABEL_IN and LABEL_NOT_IN */
};

/* All of them hold; none: everything fits. */
struct selector {
	struct requirement *item;
	size_t n, cap;
};

struct service_port {
	str name, protocol, target;   /* target: number or name as text */
	uint32_t port;
	str app_protocol;             /* or empty */
};

enum endpoints { ENDPOINTS_UNKNOWN, ENDPOINTS_NONE, ENDPOINTS_SOME };   /* UNKNOWN: no EndpointSlice or Endpoints object of it in the input */

struct service {
	struct meta meta;
	str type;
	str external_name;       /* of an ExternalName */
	bool headless;           /* clusterIP: None */
	LIST(struct service_port) ports;
	enum endpoints endpoints;
	struct selector selector;    /* of its Pods; empty: it has none */
	LIST(struct field *) fields; /* the leaves of spec, in the order written */
};

struct data_entry {
	str key, value;
	struct place at;
};

struct config_map {
	struct meta meta;
	LIST(struct data_entry) data;
};

struct secret {
	struct meta meta;
	str type;
	struct str_list keys;    /* names only; data is dropped by the reader, but for the public tls.crt of kubernetes.io/tls */
	bool keys_unknown;       /* of a dump, which has name and type: further keys may be there */
	str certificate;         /* PEM text of tls.crt (decoded), or empty */
};

/* A Deployment or DaemonSet, reduced to what a controller's settings need. */
struct workload {
	struct meta meta;
	str kind;
	LIST(struct field *) args;       /* command and args of all containers, in order */
	struct str_list images;
	struct meta pods;                /* of its Pods: labels only */
};

/* A listener of a Gateway or ListenerSet that exists. */
struct listener_view {
	str name, hostname, protocol, tls_mode;   /* hostname empty: every host; tls_mode as it counts */
	uint32_t port;
	str from;                /* namespaces of its routes: "Same", "All", "Selector", "None" */
	struct selector selector;
	struct str_list kinds;   /* of its routes; empty: those that its protocol takes */
};

struct gateway_view {
	struct meta meta;
	bool set;                /* a ListenerSet */
	str group;               /* of a ListenerSet: "gateway.networking.k8s.io", or that of the experimental kind */
	str parent_namespace, parent_name;   /* of a ListenerSet: its Gateway */
	str sets_from;           /* of a Gateway: namespaces of its ListenerSets: "Same", "All", "Selector", "None" */
	struct selector sets_selector;
	LIST(struct listener_view) listeners;
};

struct gateway_class_view {
	str name, controller;    /* controller: spec.controllerName */
};

struct namespace_object {
	struct meta meta;
};

/* A kind that only some controller knows. */
struct vendor_kind {
	str kind, group;
	bool cluster;            /* of no namespace */
};

struct vendor_kinds {
	struct vendor_kind *item;
	size_t n, cap;
};

/* An object of such a kind: what it says as leaves, in the order written. */
struct vendor_object {
	struct meta meta;
	const struct vendor_kind *kind;
	LIST(struct field *) fields;        /* all of them: annotations, labels and leaves of everything else but metadata and status */
};

struct snapshot_entry;

struct snapshot {
	struct arena *arena;
	struct diags *diags;
	const struct sources *sources;
	LIST(struct ingress *) ingresses;            /* by namespace, name */
	LIST(struct ingress_class *) classes;
	LIST(struct service *) services;
	LIST(struct config_map *) config_maps;
	LIST(struct secret *) secrets;
	LIST(struct workload *) workloads;
	LIST(struct namespace_object *) namespaces;
	LIST(struct gateway_view *) gateways;        /* Gateways and ListenerSets */
	LIST(struct vendor_object *) vendor_objects; /* by kind, namespace, name */
	const struct vendor_kinds *vendor_kinds;     /* that are read; NULL: none. Must live as long as the snapshot */
	LIST(struct gateway_class_view) gateway_classes;   /* GatewayClasses of the input, each name once */
	size_t other_objects;                        /* objects of other kinds, counted */
	LIST(struct snapshot_entry *) entries;       /* everything decoded, in the order of reading; of the reader alone */
	struct map index;                            /* "Kind/namespace/name" */
	struct map endpoints;                        /* "namespace/service" -> enum endpoints + 1, as pointer size */
};

/* The caller may set vendor_kinds afterwards, before the first document. */
void snapshot_init(struct snapshot *snapshot, struct arena *arena, const struct sources *sources, struct diags *diags);

/* Decodes one document (an object, a List, an IngressList ...) into the snapshot. For doc_reader.visit (user = snapshot). */
void snapshot_add(void *snapshot, struct node *root);

/*
 * After the last document: resolves objects that came twice (equal: note I2G-0005; different: I2G-0207; the last in a file
 * wins, over files the one whose path sorts last; both places are named), joins endpoints with Services, sorts all lists by
 * namespace and name (byte order).
 */
void snapshot_finish(struct snapshot *snapshot);

const struct service *snapshot_service(const struct snapshot *snapshot, str namespace, str name);
const struct config_map *snapshot_config_map(const struct snapshot *snapshot, str namespace, str name);
const struct secret *snapshot_secret(const struct snapshot *snapshot, str namespace, str name);
const struct ingress_class *snapshot_class(const struct snapshot *snapshot, str name);

const struct vendor_object *snapshot_vendor(const struct snapshot *snapshot, str kind, str namespace, str name);
/* The leaf with that key ("config.minute", "config.methods[0]"), NULL when it is absent. */
struct field *vendor_field(const struct vendor_object *object, str key);

/* The Secret has a key, or may have it. */
bool secret_may_have(const struct secret *secret, str key);

/* Value of an annotation, NULL when it is absent. */
const struct field *meta_annotation(const struct meta *meta, str key);
const struct field *meta_label(const struct meta *meta, str key);

/* The Service port that an Ingress port names, as ingress-nginx resolves it: the first port, in the Service's order, whose
 * number, target or name equals the text. NULL when there is none. */
const struct service_port *service_port_find(const struct service *service, str port);

#endif
