/* SPDX-License-Identifier: Apache-2.0 */
/* Rows for the kinds beside HTTPRoute and Gateway: GRPCRoute, TLSRoute, TCPRoute, UDPRoute, BackendTLSPolicy. */
#include "cel_rows.h"

#define RULES(list) "{rules: [" list "]}"
#define RULE(fields) "{rules: [{" fields "}]}"

#define M7 "{}, {}, {}, {}, {}, {}, {}"
#define M63 M7 ", " M7 ", " M7 ", " M7 ", " M7 ", " M7 ", " M7 ", " M7 ", " M7
#define M64 M63 ", {}"

#define ALL "1.1-1.7", "1.0-1.7"
#define AT_FILTER "spec.rules[0].filters[0]"
#define AT_METHOD "spec.rules[0].matches[0].method"
#define AT_SESSION "spec.rules[0].sessionPersistence"

#define ONCE(id, std, exp, one, other) \
	{ id, std, exp, "spec.rules[0].filters", FILTERS(other ", " one ", " other), FILTERS(one ", " other ", " one), "", NULL }
#define MIRROR_OF(fields) "{type: RequestMirror, requestMirror: {" fields "}}"
#define METHOD(fields) RULE("matches: [{method: {" fields "}}]")
#define SESSION(fields) RULE("sessionPersistence: {" fields "}")

static const struct cel_row grpc_rows[] = {
	PARENT_ROWS("GR1", "GR2", "GR3", "GR4", "1.1-1.7", "1.0-1.7", "}"),
	{ "GR5", "1.2-1.7", "1.2-1.7", "spec.rules", RULES("{matches: [" M64 "]}, {matches: [" M64 "]}, {}"),
		RULES("{matches: [" M64 "]}, {matches: [" M63 "]}, {matches: [{}, {}]}"), "", NULL },
	{ "GR6", "1.7", "1.2-1.7", "spec.rules", RULES("{name: a}, {name: b}, {}, {}"), RULES("{name: a}, {}, {name: a}"), "", NULL },
	{ "GR7", ALL, "spec.rules[0].backendRefs[0]", RULE("backendRefs: [" SERVICE "]"), RULE("backendRefs: [{name: s}]"), "", NULL },
	{ "GR26", "-", "1.7", "spec.rules[0].backendRefs[0]", RULE("backendRefs: [" XBACKEND "]"),
		RULE("backendRefs: [" XBACKEND_PORT "]"), "", NULL },
	ONCE("GR8", "1.1-1.7", "1.0-1.7", SET_HEADERS, EXTEND),
	ONCE("GR9", "1.1-1.7", "1.0-1.7", SET_ANSWER, MIRROR),
	FILTER_ROWS("GR10", "GR11", "1.1-1.7", "1.0-1.7", SET_HEADERS, "requestHeaderModifier: {}", "RequestHeaderModifier",
		"{type: ResponseHeaderModifier, responseHeaderModifier: {}"),
	FILTER_ROWS("GR12", "GR13", "1.1-1.7", "1.0-1.7", SET_ANSWER, "responseHeaderModifier: {}", "ResponseHeaderModifier",
		"{type: RequestHeaderModifier, requestHeaderModifier: {}"),
	FILTER_ROWS("GR14", "GR15", "1.1-1.7", "1.0-1.7", MIRROR, "requestMirror: {backendRef: " SERVICE "}", "RequestMirror",
		"{type: ResponseHeaderModifier, responseHeaderModifier: {}"),
	FILTER_ROWS("GR16", "GR17", "1.1-1.7", "1.0-1.7", EXTEND, "extensionRef: " EXTENSION, "ExtensionRef",
		"{type: ResponseHeaderModifier, responseHeaderModifier: {}"),
	{ "GR18", "1.3-1.7", "1.2-1.7", AT_FILTER ".requestMirror", FILTERS(MIRROR_OF("backendRef: " SERVICE ", fraction: {numerator: 1}")),
		FILTERS(MIRROR_OF("backendRef: " SERVICE ", percent: 0, fraction: {numerator: 1}")), "", NULL },
	{ "GR19", ALL, AT_FILTER ".requestMirror.backendRef", FILTERS(MIRROR), FILTERS(MIRROR_OF("backendRef: {name: s}")), "", NULL },
	{ "GR27", "-", "1.7", AT_FILTER ".requestMirror.backendRef", FILTERS(MIRROR_OF("backendRef: " XBACKEND)),
		FILTERS(MIRROR_OF("backendRef: " XBACKEND_PORT)), "", NULL },
	{ "GR20", "1.3-1.7", "1.2-1.7", AT_FILTER ".requestMirror.fraction",
		FILTERS(MIRROR_OF("backendRef: " SERVICE ", fraction: {numerator: 5, denominator: 5}")),
		FILTERS(MIRROR_OF("backendRef: " SERVICE ", fraction: {numerator: 6, denominator: 5}")), "", NULL },
	{ "GR21", ALL, AT_METHOD, METHOD("method: \"\", type: RegularExpression"), METHOD(""), "", NULL },
	{ "GR21", ALL, AT_METHOD, METHOD("service: a"), METHOD("type: RegularExpression"), "", NULL },
	{ "GR22", ALL, AT_METHOD, METHOD("service: .a_1.B2"), METHOD("service: a.1b"), "", NULL },
	{ "GR22", ALL, AT_METHOD, METHOD("service: a/b, type: RegularExpression"), METHOD("service: a/b"), "", NULL },
	{ "GR22", ALL, AT_METHOD, METHOD("service: a"), METHOD("service: a..b"), "", NULL },
	{ "GR23", ALL, AT_METHOD, METHOD("method: _a1B"), METHOD("method: a.b"), "", NULL },
	{ "GR23", ALL, AT_METHOD, METHOD("method: \"1.\", type: RegularExpression"), METHOD("method: 1a"), "", NULL },
	{ "GR24", "-", "1.1-1.6", AT_SESSION, SESSION("absoluteTimeout: 1h, cookieConfig: {lifetimeType: Permanent}"),
		SESSION("cookieConfig: {lifetimeType: Permanent}"), "", NULL },
	{ "GR24", "-", "1.1", AT_SESSION, SESSION("type: Header, cookieConfig: {}"), SESSION("type: Header"), "", NULL },
	{ "GR24", "-", "1.7", AT_SESSION, SESSION("absoluteTimeout: 1h, cookie: {lifetimeType: Permanent}"),
		SESSION("cookie: {lifetimeType: Permanent}"), "", NULL },
	{ "GR25", "-", "1.5-1.6", AT_SESSION, SESSION("type: Cookie, cookieConfig: {}"), SESSION("type: Header, cookieConfig: {}"), "", NULL },
	{ "GR25", "-", "1.7", AT_SESSION, SESSION("cookie: {}"), SESSION("type: Header, header: {name: a}, cookie: {}"), "", NULL },
	{ "GR28", "-", "1.7", AT_SESSION, SESSION("cookie: {}"), SESSION("absoluteTimeout: 1h"), "", NULL },
	{ "GR29", "-", "1.7", AT_SESSION, SESSION("type: Header, header: {name: a}"), SESSION("cookie: {}, header: {name: a}"), "", NULL },
	{ "GR30", "-", "1.7", AT_SESSION, SESSION("type: Header, header: {name: a}"), SESSION("type: Header"), "", NULL },
};

#define TLS(hosts) "{hostnames: [" hosts "], rules: [{backendRefs: [" SERVICE "]}]}"
#define BACKENDS(list) "{rules: [{backendRefs: [" list "]}]}"
#define NAMED(a, b) "{rules: [{name: " a ", backendRefs: [" SERVICE "]}, {name: " b ", backendRefs: [" SERVICE "]}]}"
#define TLS_BACKENDS(list) "{hostnames: [a.example], rules: [{backendRefs: [" list "]}]}"
#define TLS_NAMED(a, b) \
	"{hostnames: [a.example], rules: [{name: " a ", backendRefs: [" SERVICE "]}, {name: " b ", backendRefs: [" SERVICE "]}]}"
#define REST_TLS ", hostnames: [a.example], rules: [{backendRefs: [" SERVICE "]}]}"
#define REST ", rules: [{backendRefs: [" SERVICE "]}]}"

static const struct cel_row tls_rows[] = {
	{ "TL1", "1.5-1.7", "1.5-1.7", "spec.hostnames", TLS("a.example, 192.0.2.256, 1.2.3"), TLS("a.example, 192.0.2.1"), "", NULL },
	{ "TL2", "1.5-1.7", "1.5-1.7", "spec.hostnames", TLS("a.example"), TLS("A.example"), "", NULL },
	{ "TL3", "1.5-1.7", "1.5-1.7", "spec.hostnames", TLS("\"*.a.example\""), TLS("\"a.*.example\""), "", NULL },
	{ "TL3", "1.5-1.7", "1.5-1.7", "spec.hostnames", TLS("\"*.a\""), TLS("\"*\""), "", NULL },
	PARENT_ROWS("TL4", "TL5", "TL6", "TL7", "1.5-1.7", "1.0-1.7", REST_TLS),
	{ "TLA1", "-", "1.2-1.7", "spec.rules", TLS_NAMED("a", "b"), TLS_NAMED("a", "a"), "", "v1alpha2" },
	/* v1alpha3 has the rule for a list of one. */
	{ "TLA1", "-", "1.4", "spec.rules", TLS_BACKENDS(SERVICE), TLS_NAMED("a", "a"), "", "v1alpha3" },
	{ "TL8", "1.5-1.7", "1.0-1.7", "spec.rules[0].backendRefs[0]", TLS_BACKENDS(SERVICE), TLS_BACKENDS("{name: s}"), "", NULL },
	{ "TL9", "-", "1.7", "spec.rules[0].backendRefs[0]", TLS_BACKENDS(XBACKEND), TLS_BACKENDS(XBACKEND_PORT), "", NULL },
};

static const struct cel_row tcp_rows[] = {
	PARENT_ROWS("TC1", "TC2", "TC3", "TC4", "1.6-1.7", "1.0-1.7", REST),
	{ "TCA1", "-", "1.2-1.7", "spec.rules", NAMED("a", "b"), NAMED("a", "a"), "", "v1alpha2" },
	{ "TC5", "1.6-1.7", "1.0-1.7", "spec.rules[0].backendRefs[0]", BACKENDS(SERVICE), BACKENDS("{name: s}"), "", NULL },
	{ "TC6", "-", "1.7", "spec.rules[0].backendRefs[0]", BACKENDS(XBACKEND), BACKENDS(XBACKEND_PORT), "", NULL },
};

static const struct cel_row udp_rows[] = {
	PARENT_ROWS("UD1", "UD2", "UD3", "UD4", "1.6-1.7", "1.0-1.7", REST),
	{ "UDA1", "-", "1.2-1.7", "spec.rules", NAMED("a", "b"), NAMED("a", "a"), "", "v1alpha2" },
	{ "UD5", "1.6-1.7", "1.0-1.7", "spec.rules[0].backendRefs[0]", BACKENDS(SERVICE), BACKENDS("{name: s}"), "", NULL },
	{ "UD6", "-", "1.7", "spec.rules[0].backendRefs[0]", BACKENDS(XBACKEND), BACKENDS(XBACKEND_PORT), "", NULL },
};

#define TARGETS(list) "{targetRefs: [" list "], validation: {hostname: a.example, wellKnownCACertificates: System}}"
#define TARGET "group: \"\", kind: Service, name: s"
#define CA_REFS "caCertificateRefs: [{group: \"\", kind: ConfigMap, name: c}]"
#define VALIDATION(fields) "{targetRefs: [{" TARGET "}], validation: {hostname: a.example, " fields "}}"
#define NAMES(list) VALIDATION(CA_REFS ", subjectAltNames: [" list "]")
#define AT_NAME "spec.validation.subjectAltNames[0]"
#define OLD(fields) "{targetRef: {" TARGET "}, tls: {hostname: a.example, " fields "}}"

static const struct cel_row backendtls_rows[] = {
	{ "BT1", "1.4-1.7", "1.3-1.7", "spec.targetRefs", TARGETS("{" TARGET ", sectionName: a}, {" TARGET ", sectionName: b}"),
		TARGETS("{" TARGET ", sectionName: a}, {" TARGET "}"), "", NULL },
	{ "BT2", "1.4-1.7", "1.3-1.7", "spec.targetRefs", TARGETS("{" TARGET "}, {group: \"\", kind: Service, name: t}"),
		TARGETS("{" TARGET "}, {" TARGET "}"), "", NULL },
	{ "BT2", "1.4-1.7", "1.3-1.7", "spec.targetRefs", TARGETS("{" TARGET ", sectionName: a}"),
		TARGETS("{" TARGET ", sectionName: a}, {" TARGET ", sectionName: a}"), "", NULL },
	{ "BT3", "1.4-1.7", "1.1-1.6", "spec.validation", VALIDATION(CA_REFS), VALIDATION(CA_REFS ", wellKnownCACertificates: System"), "", NULL },
	{ "BT4", "1.4-1.7", "1.1-1.6", "spec.validation", VALIDATION("wellKnownCACertificates: System, caCertificateRefs: []"),
		VALIDATION("caCertificateRefs: []"), "", NULL },
	{ "BT9", "-", "1.7", "spec.validation", VALIDATION(CA_REFS), VALIDATION(CA_REFS ", wellKnownCACertificates: System"), "", NULL },
	{ "BT9", "-", "1.7", "spec.validation", VALIDATION("wellKnownCACertificates: System"), VALIDATION(""), "", NULL },
	{ "BT5", "1.4-1.7", "1.2-1.7", AT_NAME, NAMES("{type: Hostname, hostname: a.example}"), NAMES("{type: Hostname}"), "", NULL },
	{ "BT6", "1.4-1.7", "1.2-1.7", AT_NAME, NAMES("{type: Hostname, hostname: a.example}"),
		NAMES("{type: URI, uri: \"https://a.example\", hostname: a.example}"), "", NULL },
	{ "BT7", "1.4-1.7", "1.2-1.7", AT_NAME, NAMES("{type: URI, uri: \"spiffe://a/b\"}"), NAMES("{type: URI}"), "", NULL },
	{ "BT8", "1.4-1.7", "1.2-1.7", AT_NAME, NAMES("{type: URI, uri: \"spiffe://a/b\"}"),
		NAMES("{type: Hostname, hostname: a.example, uri: \"spiffe://a/b\"}"), "", NULL },
	{ "BTA1", "-", "1.0", "spec.tls", OLD("caCertRefs: [{group: \"\", kind: ConfigMap, name: c}]"),
		OLD("caCertRefs: [{group: \"\", kind: ConfigMap, name: c}], wellKnownCACerts: System"), "", NULL },
	{ "BTA2", "-", "1.0", "spec.tls", OLD("wellKnownCACerts: System"), OLD("caCertRefs: []"), "", NULL },
};

const struct cel_rows cel_grpc_rows = CEL_ROWS("GRPCRoute", grpc_rows);
const struct cel_rows cel_tls_rows = CEL_ROWS("TLSRoute", tls_rows);
const struct cel_rows cel_tcp_rows = CEL_ROWS("TCPRoute", tcp_rows);
const struct cel_rows cel_udp_rows = CEL_ROWS("UDPRoute", udp_rows);
const struct cel_rows cel_backendtls_rows = CEL_ROWS("BackendTLSPolicy", backendtls_rows);
