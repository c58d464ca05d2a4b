/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One row for each way to break a CEL rule: a spec that satisfies it and one that does not. Which versions have a rule,
 * and what it says, comes from the CRDs of the Gateway API releases (x-kubernetes-validations), not from our tables.
 */
#ifndef ING2GW_TESTS_CEL_ROWS_H
#define ING2GW_TESTS_CEL_ROWS_H

#include <stddef.h>

struct cel_row {
	const char *id;
	const char *standard, *experimental;   /* versions that have the rule: "1.2-1.7", "1.0", "-" */
	const char *place;                     /* where the violation is */
	const char *good, *bad;                /* specs */
	const char *also;                      /* other rules that bad violates, " HR64"; "" none */
	const char *api;                       /* apiVersion where it is not the one that is printed */
};

struct cel_rows {
	const char *kind;
	const struct cel_row *row;
	size_t n;
};

extern const struct cel_rows cel_gateway_rows, cel_listenerset_rows, cel_http_rows, cel_grpc_rows, cel_tls_rows, cel_tcp_rows,
	cel_udp_rows, cel_backendtls_rows;

#define CEL_ROWS(kind, rows) { kind, rows, sizeof rows / sizeof rows[0] }

/* Text of some length. */
#define A10 "aaaaaaaaaa"
#define A50 A10 A10 A10 A10 A10
#define A250 A50 A50 A50 A50 A50

#define SERVICE "{name: s, port: 80}"
#define XBACKEND "{group: gateway.networking.x-k8s.io, kind: XBackend, name: s}"
#define XBACKEND_PORT "{group: gateway.networking.x-k8s.io, kind: XBackend, name: s, port: 80}"
#define EXTENSION "{group: example.com, kind: Thing, name: t}"

/* References to parents (or targets), as many rules have them. */
#define REFS_SECTIONS "{parentRefs: [{name: g, sectionName: a}, {name: g, sectionName: b}, {name: h}]"
#define REFS_MIXED "{parentRefs: [{name: g, sectionName: a}, {name: h}, {name: g}]"
#define REFS_SAME "{parentRefs: [{name: g, sectionName: a}, {name: g, sectionName: a}]"
#define REFS_PORTS "{parentRefs: [{name: g, port: 80}, {name: g, port: 81}]"
#define REFS_PORT_MIXED "{parentRefs: [{name: g, sectionName: a, port: 80}, {name: g, sectionName: b}]"
#define REFS_PORT_SAME "{parentRefs: [{name: g, port: 80}, {name: g, port: 80}]"

/* The rules on references to parents: ids of the experimental and of the standard channel, their versions, what follows. */
#define PARENT_ROWS(e1, e2, s1, s2, standard, experimental, rest) \
	{ e1, "-", experimental, "spec.parentRefs", REFS_SECTIONS rest, REFS_MIXED rest, "", NULL }, \
	{ e1, "-", experimental, "spec.parentRefs", REFS_PORTS rest, REFS_PORT_MIXED rest, "", NULL }, \
	{ e2, "-", experimental, "spec.parentRefs", REFS_SECTIONS rest, REFS_SAME rest, "", NULL }, \
	{ e2, "-", experimental, "spec.parentRefs", REFS_PORTS rest, REFS_PORT_SAME rest, "", NULL }, \
	{ s1, standard, "-", "spec.parentRefs", REFS_SECTIONS rest, REFS_MIXED rest, "", NULL }, \
	{ s2, standard, "-", "spec.parentRefs", REFS_SECTIONS rest, REFS_SAME rest, "", NULL }, \
	{ s2, standard, "-", "spec.parentRefs", REFS_SECTIONS rest, REFS_PORTS rest, "", NULL }

/* Filters of HTTP and gRPC routes, one of each type, and the same with nothing in them. */
#define SET_HEADERS "{type: RequestHeaderModifier, requestHeaderModifier: {remove: [a]}}"
#define SET_ANSWER "{type: ResponseHeaderModifier, responseHeaderModifier: {remove: [a]}}"
#define MIRROR "{type: RequestMirror, requestMirror: {backendRef: " SERVICE "}}"
#define EXTEND "{type: ExtensionRef, extensionRef: " EXTENSION "}"

#define FILTERS(list) "{rules: [{filters: [" list "]}]}"

/* A field needs its type, and the type its field; other is a filter of another type without its end. */
#define FILTER_ROWS(only, needs, standard, experimental, whole, field, type, other) \
	{ only, standard, experimental, "spec.rules[0].filters[0]", FILTERS(whole), FILTERS(other ", " field "}"), "", NULL }, \
	{ needs, standard, experimental, "spec.rules[0].filters[0]", FILTERS(whole), FILTERS("{type: " type "}"), "", NULL }

#endif
