/* SPDX-License-Identifier: Apache-2.0 */
/* Rows for Gateway and ListenerSet. */
#include "cel_rows.h"

/* A Gateway with a plain listener and something more, or with its own list of listeners. */
#define GATEWAY(more) "{gatewayClassName: c, listeners: [{name: a, port: 80, protocol: HTTP}], " more "}"
#define LISTENERS(list) "{gatewayClassName: c, listeners: [" list "]}"
#define SET_OF(list) "{parentRef: {name: g}, listeners: [" list "]}"

#define HTTP_A "{name: a, port: 80, protocol: HTTP}"
#define CERT "certificateRefs: [{name: c}]"
#define HTTPS_A "{name: a, port: 443, protocol: HTTPS, tls: {" CERT "}}"

#define REQUEST(filter) "{name: a, port: 80, protocol: HTTP, filters: {requests: [" filter "]}}"
#define AUTH(fields) REQUEST("{type: ExternalAuth, externalAuth: {" fields "}}")
#define AUTH_GRPC "{protocol: GRPC, grpc: {}, backendRef: " SERVICE "}"
#define REQUESTS_AT "spec.listeners[0].filters.requests[0]"

/* What Gateways and ListenerSets have in common. */
#define LISTENER_ROWS(of, std, exp, plain, mode, host, names, same, tls) \
	{ plain, std, exp, "spec.listeners", of(HTTP_A ", {name: b, port: 443, protocol: HTTPS, tls: {" CERT "}}"), \
		of("{name: a, port: 80, protocol: HTTP, tls: {" CERT "}}"), "", NULL }, \
	{ plain, std, exp, "spec.listeners", of("{name: a, port: 1, protocol: TCP}"), \
		of("{name: a, port: 1, protocol: TCP, tls: {" CERT "}}"), "", NULL }, \
	{ plain, std, exp, "spec.listeners", of("{name: a, port: 1, protocol: example.com/x, tls: {" CERT "}}"), \
		of("{name: a, port: 1, protocol: UDP, tls: {" CERT "}}"), "", NULL }, \
	{ mode, "1.5-1.7", "1.5-1.7", "spec.listeners", of("{name: a, port: 443, protocol: TLS, tls: {mode: Passthrough}}"), \
		of("{name: a, port: 443, protocol: TLS}"), "", NULL }, \
	{ mode, "1.5-1.7", "1.5-1.7", "spec.listeners", of("{name: a, port: 443, protocol: TLS, tls: {" CERT "}}"), \
		of(HTTP_A ", {name: b, port: 443, protocol: TLS}"), "", NULL }, \
	{ host, std, exp, "spec.listeners", of("{name: a, port: 80, protocol: HTTP, hostname: a.example}"), \
		of("{name: a, port: 80, protocol: TCP, hostname: a.example}"), "", NULL }, \
	{ host, std, exp, "spec.listeners", of("{name: a, port: 80, protocol: UDP}"), \
		of("{name: a, port: 80, protocol: UDP, hostname: \"*.example\"}"), "", NULL }, \
	{ names, std, exp, "spec.listeners", of(HTTP_A ", {name: b, port: 81, protocol: HTTP}"), \
		of(HTTP_A ", {name: a, port: 81, protocol: HTTP}"), "", NULL }, \
	{ same, std, exp, "spec.listeners", of(HTTP_A ", {name: b, port: 80, protocol: HTTP, hostname: a.example}"), \
		of(HTTP_A ", {name: b, port: 80, protocol: HTTP}"), "", NULL }, \
	{ same, std, exp, "spec.listeners", \
		of("{name: a, port: 80, protocol: HTTP, hostname: a.example}, {name: b, port: 80, protocol: HTTP, hostname: b.example}"), \
		of("{name: a, port: 80, protocol: HTTP, hostname: a.example}, {name: b, port: 80, protocol: HTTP, hostname: a.example}"), \
		"", NULL }, \
	{ same, std, exp, "spec.listeners", of("{name: a, port: 80, protocol: TCP}, {name: b, port: 80, protocol: UDP}"), \
		of("{name: b, port: 80, protocol: UDP}, " HTTP_A ", {name: c, port: 80, protocol: UDP}"), "", NULL }, \
	{ tls, std, exp, "spec.listeners[0].tls", of(HTTPS_A), of("{name: a, port: 443, protocol: HTTPS, tls: {}}"), "", NULL }

/* Filters of listeners, experimental since 1.7. */
#define REQUEST_ROWS(of, filter, auth, backend) \
	{ filter, "-", "1.7", REQUESTS_AT, of(REQUEST("{type: ExternalAuth, externalAuth: " AUTH_GRPC "}")), \
		of(REQUEST("{type: ExtensionRef, extensionRef: " EXTENSION ", externalAuth: " AUTH_GRPC "}")), "", NULL }, \
	{ filter, "-", "1.7", REQUESTS_AT, of(REQUEST("{type: ExternalAuth, externalAuth: " AUTH_GRPC "}")), \
		of(REQUEST("{type: ExternalAuth}")), "", NULL }, \
	{ filter, "-", "1.7", REQUESTS_AT, of(REQUEST(EXTEND)), \
		of(REQUEST("{type: ExternalAuth, externalAuth: " AUTH_GRPC ", extensionRef: " EXTENSION "}")), "", NULL }, \
	{ filter, "-", "1.7", REQUESTS_AT, of(REQUEST(EXTEND)), of(REQUEST("{type: ExtensionRef}")), "", NULL }, \
	{ auth, "-", "1.7", REQUESTS_AT ".externalAuth", of(AUTH("protocol: GRPC, grpc: {}, backendRef: " SERVICE)), \
		of(AUTH("protocol: GRPC, backendRef: " SERVICE)), "", NULL }, \
	{ auth, "-", "1.7", REQUESTS_AT ".externalAuth", of(AUTH("protocol: GRPC, grpc: {}, backendRef: " SERVICE)), \
		of(AUTH("protocol: HTTP, http: {}, grpc: {}, backendRef: " SERVICE)), "", NULL }, \
	{ auth, "-", "1.7", REQUESTS_AT ".externalAuth", of(AUTH("protocol: HTTP, http: {}, backendRef: " SERVICE)), \
		of(AUTH("protocol: HTTP, backendRef: " SERVICE)), "", NULL }, \
	{ auth, "-", "1.7", REQUESTS_AT ".externalAuth", of(AUTH("protocol: HTTP, http: {}, backendRef: " SERVICE)), \
		of(AUTH("protocol: GRPC, grpc: {}, http: {}, backendRef: " SERVICE)), "", NULL }, \
	{ backend, "-", "1.7", REQUESTS_AT ".externalAuth.backendRef", of(AUTH("protocol: GRPC, grpc: {}, backendRef: " SERVICE)), \
		of(AUTH("protocol: GRPC, grpc: {}, backendRef: {name: s}")), "", NULL }, \
	{ backend, "-", "1.7", REQUESTS_AT ".externalAuth.backendRef", of(AUTH("protocol: GRPC, grpc: {}, backendRef: " XBACKEND)), \
		of(AUTH("protocol: GRPC, grpc: {}, backendRef: " XBACKEND_PORT)), "", NULL }

#define ADDRESSES(list) GATEWAY("addresses: [" list "]")
#define ROUTABILITY(text) ADDRESSES("{value: 192.0.2.1, routability: " text "}")
#define ANNOTATIONS(map) GATEWAY("infrastructure: {annotations: {" map "}}")
#define LABELS(map) GATEWAY("infrastructure: {labels: {" map "}}")
#define BUNDLE "group: certificates.k8s.io, kind: ClusterTrustBundle, name: b"
#define FRONTEND(refs) GATEWAY("tls: {frontend: {default: {validation: {caCertificateRefs: [" refs "]}}}}")
#define PER_PORT(refs) GATEWAY("tls: {frontend: {default: {}, perPort: [{port: 1, tls: {validation: {caCertificateRefs: [" refs "]}}}]}}")

static const struct cel_row gateway_rows[] = {
	{ "GW1", "1.0-1.7", "1.0-1.7", "spec.addresses", ADDRESSES("{value: 192.0.2.1}, {value: 192.0.2.2}, {type: Hostname, value: 192.0.2.1}"),
		ADDRESSES("{value: 192.0.2.1}, {type: Hostname, value: a}, {type: IPAddress, value: 192.0.2.1}"), "", NULL },
	{ "GW2", "1.0-1.7", "1.0-1.7", "spec.addresses",
		ADDRESSES("{type: Hostname, value: a}, {type: Hostname, value: b}, {type: x/y, value: a}"),
		ADDRESSES("{type: Hostname, value: a}, {type: Hostname, value: a}"), "", NULL },
	{ "GW3", "1.0-1.7", "1.0-1.7", "spec.addresses[0]", ADDRESSES("{type: Hostname, value: \"*.a-1.example\"}"),
		ADDRESSES("{type: Hostname, value: A.example}"), "", NULL },
	{ "GW3", "1.0-1.7", "1.0-1.7", "spec.addresses[1]", ADDRESSES("{type: x/y, value: A_B}, {type: Hostname, value: a.example}"),
		ADDRESSES("{value: 192.0.2.1}, {type: Hostname, value: a..example}"), "", NULL },
	{ "GW4", "1.2-1.7", "1.2-1.7", "spec.infrastructure.annotations", ANNOTATIONS("example.com/A_b.c-d: x, \"1\": x"),
		ANNOTATIONS("example.com/_b: x"), "", NULL },
	{ "GW4", "1.2-1.7", "1.2-1.7", "spec.infrastructure.annotations", ANNOTATIONS("example.com/" A50 A10 "aaa: x"),
		ANNOTATIONS("example.com/" A50 A10 "aaaa: x"), "", NULL },
	{ "GW4", "1.2-1.7", "1.2-1.7", "spec.infrastructure.annotations", ANNOTATIONS("a.b-c/d: x"), ANNOTATIONS("A.b/d: x"), "", NULL },
	{ "GW5", "1.2-1.7", "1.2-1.7", "spec.infrastructure.annotations", ANNOTATIONS(A250 "aa/b: x"), ANNOTATIONS(A250 "aaa/b: x"), "", NULL },
	{ "GW6", "1.2-1.7", "1.2-1.7", "spec.infrastructure.labels", LABELS("example.com/A_b.c-d: x, a: x"), LABELS("a/b/c: x"), "", NULL },
	{ "GW7", "1.2-1.7", "1.2-1.7", "spec.infrastructure.labels", LABELS(A250 "aa/b: x"), LABELS(A250 "aaa/b: x"), "", NULL },
	{ "GWA1", "1.0", "1.0", "spec.listeners", LISTENERS(HTTPS_A), LISTENERS("{name: a, port: 443, protocol: HTTPS}"), "", NULL },
	{ "GWA1", "1.0", "1.0", "spec.listeners", LISTENERS("{name: a, port: 443, protocol: TLS, tls: {" CERT "}}"),
		LISTENERS(HTTP_A ", {name: b, port: 443, protocol: TLS}"), "", NULL },
	LISTENER_ROWS(LISTENERS, "1.0-1.7", "1.0-1.7", "GW8", "GW10", "GW11", "GW12", "GW13", "GW14"),
	{ "GW9", "1.1-1.7", "1.1-1.7", "spec.listeners", LISTENERS("{name: a, port: 443, protocol: HTTPS, tls: {mode: Terminate, " CERT "}}"),
		LISTENERS("{name: a, port: 443, protocol: HTTPS, tls: {mode: Passthrough}}"), "", NULL },
	/* In 1.0 certificates alone will do, later options as well. */
	{ "GW14", "1.0", "1.0", "spec.listeners[0].tls", LISTENERS(HTTPS_A),
		LISTENERS("{name: a, port: 443, protocol: HTTPS, tls: {options: {a: b}}}"), "", NULL },
	{ "GW15", "1.5-1.7", "1.4-1.7", "spec.tls.frontend.perPort",
		GATEWAY("tls: {frontend: {default: {}, perPort: [{port: 1, tls: {}}, {port: 2, tls: {}}]}}"),
		GATEWAY("tls: {frontend: {default: {}, perPort: [{port: 1, tls: {}}, {port: 1, tls: {}}]}}"), "", NULL },
	{ "GW17", "-", "1.7", "spec.addresses[0].routability", ROUTABILITY("Cluster"), ROUTABILITY("k8s.io/x"), "", NULL },
	{ "GW17", "-", "1.7", "spec.addresses[0].routability", ROUTABILITY("ak8s.io/x/y"), ROUTABILITY("a.k8s.io/x"), "", NULL },
	{ "GW17", "-", "1.7", "spec.addresses[0].routability", ROUTABILITY("\"\""), ROUTABILITY("Public"), "", NULL },
	{ "GW17", "-", "1.7", "spec.addresses[0].routability", ROUTABILITY("example.com/Private"), ROUTABILITY("example.com/"), "", NULL },
	{ "GW18", "-", "1.7", "spec.listeners[0]", LISTENERS(REQUEST(EXTEND)),
		LISTENERS("{name: a, port: 80, protocol: TCP, filters: {requests: [" EXTEND "]}}"), "", NULL },
	REQUEST_ROWS(LISTENERS, "GW19", "GW20", "GW21"),
	{ "GW22", "-", "1.7", "spec.tls.frontend.default.validation.caCertificateRefs", FRONTEND("{" BUNDLE "}"),
		FRONTEND("{" BUNDLE ", namespace: ns}"), "", NULL },
	{ "GW22", "-", "1.7", "spec.tls.frontend.perPort[0].tls.validation.caCertificateRefs",
		PER_PORT("{" BUNDLE "}, {group: \"\", kind: ConfigMap, name: b, namespace: ns}"), PER_PORT("{" BUNDLE ", namespace: ns}"), "", NULL },
};

static const struct cel_row listenerset_rows[] = {
	LISTENER_ROWS(SET_OF, "1.5-1.7", "1.5-1.7", "LS1", "LS3", "LS4", "LS5", "LS6", "LS7"),
	{ "LS2", "1.5-1.7", "1.5-1.7", "spec.listeners", SET_OF(HTTPS_A),
		SET_OF("{name: a, port: 443, protocol: HTTPS, tls: {mode: Passthrough}}"), "", NULL },
	{ "LS7", "1.5-1.7", "1.5-1.7", "spec.listeners[0].tls", SET_OF("{name: a, port: 443, protocol: TLS, tls: {options: {a: b}}}"),
		SET_OF("{name: a, port: 443, protocol: TLS, tls: {mode: Terminate, certificateRefs: [], options: {}}}"), "", NULL },
	REQUEST_ROWS(SET_OF, "LS8", "LS9", "LS10"),
};

const struct cel_rows cel_gateway_rows = CEL_ROWS("Gateway", gateway_rows);
const struct cel_rows cel_listenerset_rows = CEL_ROWS("ListenerSet", listenerset_rows);
