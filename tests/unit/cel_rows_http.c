/* SPDX-License-Identifier: Apache-2.0 */
/* Rows for HTTPRoute. */
#include "cel_rows.h"

#define RULES(list) "{rules: [" list "]}"
#define RULE(fields) "{rules: [{" fields "}]}"

/* 63 and 64 matches. */
#define M7 "{}, {}, {}, {}, {}, {}, {}"
#define M63 M7 ", " M7 ", " M7 ", " M7 ", " M7 ", " M7 ", " M7 ", " M7 ", " M7
#define M64 M63 ", {}"

#define REDIRECT "{type: RequestRedirect, requestRedirect: {}}"
#define REWRITE "{type: URLRewrite, urlRewrite: {}}"
#define CORS(fields) "{type: CORS, cors: {" fields "}}"
#define AUTH(fields) "{type: ExternalAuth, externalAuth: {" fields "}}"
#define AUTH_GRPC AUTH("protocol: GRPC, grpc: {}, backendRef: " SERVICE)
#define MIRROR_OF(fields) "{type: RequestMirror, requestMirror: {" fields "}}"

#define PREFIX "path: {type: ReplacePrefixMatch, replacePrefixMatch: /b}"
#define REDIRECT_PREFIX "filters: [{type: RequestRedirect, requestRedirect: {" PREFIX "}}]"
#define REWRITE_TO "{type: URLRewrite, urlRewrite: {" PREFIX "}}"
#define REWRITE_PREFIX "filters: [" REWRITE_TO "]"
#define ON_BACKEND(filters) "backendRefs: [{name: s, port: 80, " filters "}]"
#define MATCH_PREFIX "matches: [{path: {value: /a}}]"
#define MATCH_EXACT "matches: [{path: {type: Exact, value: /a}}]"
#define MATCH_TWO "matches: [{path: {value: /a}}, {path: {value: /b}}]"

#define ALL "1.0-1.7", "1.0-1.7"

#define AT_FILTER "spec.rules[0].filters[0]"

/* At most one filter of a type. */
#define ONCE(id, std, exp, one) \
	{ id, std, exp, "spec.rules[0].filters", FILTERS(SET_HEADERS ", " one), FILTERS(one ", " EXTEND ", " one), "", NULL }
#define ONCE_ONLY(id, std, exp, one) { id, std, exp, "spec.rules[0].filters", FILTERS(one ", " EXTEND), FILTERS(one ", " one), "", NULL }

/* What both filters with a path modifier have; the rules on prefixes stay quiet because the match is one prefix, "/". */
#define MODIFIER_ROWS(type, field, full_needs, full_only, prefix_needs, prefix_only) \
	{ full_needs, ALL, AT_FILTER "." field ".path", \
		FILTERS("{type: " type ", " field ": {path: {type: ReplaceFullPath, replaceFullPath: /b}}}"), \
		FILTERS("{type: " type ", " field ": {path: {type: ReplaceFullPath}}}"), "", NULL }, \
	{ full_only, ALL, AT_FILTER "." field ".path", \
		FILTERS("{type: " type ", " field ": {path: {type: ReplaceFullPath, replaceFullPath: \"\"}}}"), \
		FILTERS("{type: " type ", " field ": {path: {type: ReplacePrefixMatch, replacePrefixMatch: /, replaceFullPath: /b}}}"), "", NULL }, \
	{ prefix_needs, ALL, AT_FILTER "." field ".path", \
		FILTERS("{type: " type ", " field ": {path: {type: ReplacePrefixMatch, replacePrefixMatch: \"\"}}}"), \
		FILTERS("{type: " type ", " field ": {path: {type: ReplacePrefixMatch}}}"), "", NULL }, \
	{ prefix_only, ALL, AT_FILTER "." field ".path", \
		FILTERS("{type: " type ", " field ": {path: {type: ReplacePrefixMatch, replacePrefixMatch: /b}}}"), \
		FILTERS("{type: " type ", " field ": {path: {type: ReplaceFullPath, replaceFullPath: /, replacePrefixMatch: /b}}}"), "", NULL }

/* Rules on literal paths; a regular expression may hold what they forbid. */
#define PATH_ROWS(id, good, bad, also) \
	{ id, ALL, "spec.rules[0].matches[0].path", RULE("matches: [{path: {type: Exact, value: " good "}}]"), \
		RULE("matches: [{path: {type: Exact, value: " bad "}}]"), also, NULL }, \
	{ id, ALL, "spec.rules[0].matches[1].path", \
		RULE("matches: [{path: {value: " good "}}, {path: {type: RegularExpression, value: " bad "}}]"), \
		RULE("matches: [{path: {value: " good "}}, {path: {value: " bad "}}]"), also, NULL }

#define SESSION(fields) RULE("sessionPersistence: {" fields "}")
#define AT_SESSION "spec.rules[0].sessionPersistence"
#define TIMEOUTS(request, backend) RULE("timeouts: {request: " request ", backendRequest: " backend "}")

static const struct cel_row rows[] = {
	PARENT_ROWS("HR1", "HR2", "HR3", "HR4", "1.0-1.7", "1.0-1.7", "}"),
	{ "HR4", "1.0-1.7", "-", "spec.parentRefs", "{parentRefs: [{name: g}, {name: g, namespace: ns}, {name: g, kind: Service, group: \"\"}]}",
		"{parentRefs: [{name: g, kind: Gateway}, {name: h}, {name: g}]}", "", NULL },
	{ "HR5", "1.2-1.7", "1.2-1.7", "spec.rules", RULES("{matches: [" M64 "]}, {matches: [" M64 "]}"),
		RULES("{matches: [" M64 "]}, {matches: [" M63 "]}, {matches: [{}, {}]}"), "", NULL },
	{ "HR5", "1.2-1.7", "1.2-1.7", "spec.rules", RULES("{matches: [" M64 "]}, {matches: [" M63 "]}, {}"),
		RULES("{matches: [" M64 "]}, {matches: [" M64 "]}, {}"), "", NULL },
	{ "HR6", "1.7", "1.2-1.7", "spec.rules", RULES("{name: a}, {name: b}, {}, {}"), RULES("{name: a}, {}, {name: a}"), "", NULL },
	{ "HR7", ALL, "spec.rules[0]", RULE("filters: [" REDIRECT "], backendRefs: []"),
		RULE("filters: [" REDIRECT "], backendRefs: [" SERVICE "]"), "", NULL },
	{ "HR8", ALL, "spec.rules[0]", RULE(MATCH_PREFIX ", " REDIRECT_PREFIX), RULE(MATCH_EXACT ", " REDIRECT_PREFIX), "", NULL },
	{ "HR8", ALL, "spec.rules[1]", RULES("{" MATCH_EXACT "}, {" REDIRECT_PREFIX "}"),
		RULES("{}, {" MATCH_TWO ", " REDIRECT_PREFIX "}"), "", NULL },
	{ "HR9", ALL, "spec.rules[0]", RULE(MATCH_PREFIX ", " REWRITE_PREFIX), RULE(MATCH_EXACT ", " REWRITE_PREFIX), "", NULL },
	{ "HR9", ALL, "spec.rules[0]", RULE(REWRITE_PREFIX), RULE(MATCH_TWO ", " REWRITE_PREFIX), "", NULL },
	{ "HR10", ALL, "spec.rules[0]", RULE(MATCH_PREFIX ", " ON_BACKEND(REDIRECT_PREFIX)),
		RULE(MATCH_EXACT ", " ON_BACKEND(REDIRECT_PREFIX)), "", NULL },
	{ "HR11", ALL, "spec.rules[0]", RULE(MATCH_PREFIX ", " ON_BACKEND(REWRITE_PREFIX)),
		RULE(MATCH_EXACT ", " ON_BACKEND(REWRITE_PREFIX)), "", NULL },
	{ "HR11", ALL, "spec.rules[0]",
		RULE(MATCH_EXACT ", backendRefs: [{name: s, port: 80, " REWRITE_PREFIX "}, {name: s, port: 80, " REWRITE_PREFIX "}]"),
		RULE(MATCH_TWO ", " ON_BACKEND(REWRITE_PREFIX)), "", NULL },
	{ "HR12", ALL, "spec.rules[0].backendRefs[1]",
		RULE("backendRefs: [" SERVICE ", {name: t, port: 1}, {group: x.y, kind: Service, name: u}]"),
		RULE("backendRefs: [" SERVICE ", {name: t}]"), "", NULL },
	{ "HR68", "-", "1.7", "spec.rules[0].backendRefs[0]", RULE("backendRefs: [" XBACKEND "]"),
		RULE("backendRefs: [" XBACKEND_PORT "]"), "", NULL },
	{ "HR13", ALL, "spec.rules[0].filters", FILTERS(REDIRECT ", " SET_ANSWER), FILTERS(REDIRECT ", " REWRITE), "", NULL },
	{ "HR13", ALL, "spec.rules[0].filters", FILTERS(REWRITE ", " SET_ANSWER), FILTERS(REWRITE ", " EXTEND ", " REDIRECT), "", NULL },
	ONCE("HR14", "1.5-1.7", "1.5-1.7", CORS("")),
	ONCE_ONLY("HR15", "1.0-1.7", "1.0-1.7", SET_HEADERS),
	ONCE("HR16", "1.0-1.7", "1.0-1.7", SET_ANSWER),
	ONCE("HR17", "1.0-1.7", "1.0-1.7", REDIRECT),
	ONCE("HR18", "1.0-1.7", "1.0-1.7", REWRITE),
	/* The rules on prefixes count one such filter, not two. */
	{ "HR18", ALL, "spec.rules[0].filters", RULE(MATCH_PREFIX ", filters: [" REWRITE_TO "]"),
		RULE(MATCH_EXACT ", filters: [" REWRITE_TO ", " REWRITE_TO "]"), "", NULL },
	FILTER_ROWS("HR19", "HR20", "1.5-1.7", "1.3-1.7", CORS(""), "cors: {}", "CORS", "{type: URLRewrite, urlRewrite: {}"),
	FILTER_ROWS("HR21", "HR22", "1.0-1.7", "1.0-1.7", SET_HEADERS, "requestHeaderModifier: {}", "RequestHeaderModifier",
		"{type: URLRewrite, urlRewrite: {}"),
	FILTER_ROWS("HR23", "HR24", "1.0-1.7", "1.0-1.7", SET_ANSWER, "responseHeaderModifier: {}", "ResponseHeaderModifier",
		"{type: URLRewrite, urlRewrite: {}"),
	FILTER_ROWS("HR25", "HR26", "1.0-1.7", "1.0-1.7", MIRROR, "requestMirror: {backendRef: " SERVICE "}", "RequestMirror",
		"{type: URLRewrite, urlRewrite: {}"),
	FILTER_ROWS("HR27", "HR28", "1.0-1.7", "1.0-1.7", REDIRECT, "requestRedirect: {}", "RequestRedirect", "{type: URLRewrite, urlRewrite: {}"),
	FILTER_ROWS("HR29", "HR30", "1.0-1.7", "1.0-1.7", REWRITE, "urlRewrite: {}", "URLRewrite", "{type: RequestRedirect, requestRedirect: {}"),
	FILTER_ROWS("HR31", "HR32", "1.0-1.7", "1.0-1.7", EXTEND, "extensionRef: " EXTENSION, "ExtensionRef", "{type: URLRewrite, urlRewrite: {}"),
	FILTER_ROWS("HR33", "HR34", "-", "1.4-1.7", AUTH_GRPC, "externalAuth: {protocol: GRPC, grpc: {}, backendRef: " SERVICE "}", "ExternalAuth",
		"{type: URLRewrite, urlRewrite: {}"),
	{ "HR35", "1.5-1.7", "1.5-1.7", AT_FILTER ".cors.allowHeaders", FILTERS(CORS("allowHeaders: [\"*\"]")),
		FILTERS(CORS("allowHeaders: [a, \"*\"]")), "", NULL },
	{ "HR36", "1.5-1.7", "1.3-1.7", AT_FILTER ".cors.allowMethods", FILTERS(CORS("allowMethods: [\"*\"]")),
		FILTERS(CORS("allowMethods: [\"*\", GET]")), "", NULL },
	{ "HR37", "1.5-1.7", "1.4-1.7", AT_FILTER ".cors.allowOrigins", FILTERS(CORS("allowOrigins: [\"*\"]")),
		FILTERS(CORS("allowOrigins: [\"https://a.example\", \"*\"]")), "", NULL },
	{ "HR38", "-", "1.4-1.7", AT_FILTER ".externalAuth", FILTERS(AUTH_GRPC), FILTERS(AUTH("protocol: GRPC, backendRef: " SERVICE)), "", NULL },
	{ "HR39", "-", "1.4-1.7", AT_FILTER ".externalAuth", FILTERS(AUTH_GRPC),
		FILTERS(AUTH("protocol: HTTP, http: {}, grpc: {}, backendRef: " SERVICE)), "", NULL },
	{ "HR40", "-", "1.4-1.7", AT_FILTER ".externalAuth", FILTERS(AUTH("protocol: HTTP, http: {}, backendRef: " SERVICE)),
		FILTERS(AUTH("protocol: HTTP, backendRef: " SERVICE)), "", NULL },
	{ "HR41", "-", "1.4-1.7", AT_FILTER ".externalAuth", FILTERS(AUTH("protocol: HTTP, http: {}, backendRef: " SERVICE)),
		FILTERS(AUTH("protocol: GRPC, grpc: {}, http: {}, backendRef: " SERVICE)), "", NULL },
	{ "HR42", "-", "1.4-1.7", AT_FILTER ".externalAuth.backendRef", FILTERS(AUTH_GRPC),
		FILTERS(AUTH("protocol: GRPC, grpc: {}, backendRef: {name: s}")), "", NULL },
	{ "HR70", "-", "1.7", AT_FILTER ".externalAuth.backendRef", FILTERS(AUTH("protocol: GRPC, grpc: {}, backendRef: " XBACKEND)),
		FILTERS(AUTH("protocol: GRPC, grpc: {}, backendRef: " XBACKEND_PORT)), "", NULL },
	{ "HR43", "1.3-1.7", "1.2-1.7", AT_FILTER ".requestMirror", FILTERS(MIRROR_OF("backendRef: " SERVICE ", percent: 5")),
		FILTERS(MIRROR_OF("backendRef: " SERVICE ", percent: 5, fraction: {numerator: 1}")), "", NULL },
	{ "HR44", "1.0-1.7", "1.0-1.7", AT_FILTER ".requestMirror.backendRef", FILTERS(MIRROR),
		FILTERS(MIRROR_OF("backendRef: {name: s}")), "", NULL },
	{ "HR69", "-", "1.7", AT_FILTER ".requestMirror.backendRef", FILTERS(MIRROR_OF("backendRef: " XBACKEND)),
		FILTERS(MIRROR_OF("backendRef: " XBACKEND_PORT)), "", NULL },
	{ "HR45", "1.3-1.7", "1.2-1.7", AT_FILTER ".requestMirror.fraction",
		FILTERS(MIRROR_OF("backendRef: " SERVICE ", fraction: {numerator: 2, denominator: 2}")),
		FILTERS(MIRROR_OF("backendRef: " SERVICE ", fraction: {numerator: 3, denominator: 2}")), "", NULL },
	{ "HR45", "1.3-1.7", "1.2-1.7", AT_FILTER ".requestMirror.fraction",
		FILTERS(MIRROR_OF("backendRef: " SERVICE ", fraction: {numerator: 100}")),
		FILTERS(MIRROR_OF("backendRef: " SERVICE ", fraction: {numerator: 101}")), "", NULL },
	MODIFIER_ROWS("RequestRedirect", "requestRedirect", "HR46", "HR47", "HR48", "HR49"),
	MODIFIER_ROWS("URLRewrite", "urlRewrite", "HR50", "HR51", "HR52", "HR53"),
	PATH_ROWS("HR54", "/a", "a", ""),
	PATH_ROWS("HR55", "/a/b/", "/a//b", ""),
	PATH_ROWS("HR56", "/a/.b/c./d", "/a/./b", ""),
	PATH_ROWS("HR57", "/a/..b/", "/a/../b", ""),
	PATH_ROWS("HR58", "/a%2e", "/a%2fb", ""),
	PATH_ROWS("HR59", "/a%2E", "/a%2Fb", ""),
	PATH_ROWS("HR60", "/a%23b", "\"/a#b\"", " HR64"),
	PATH_ROWS("HR61", "/a/...", "/a/..", ""),
	PATH_ROWS("HR62", "/a.", "/a/.", ""),
	{ "HR63", ALL, "spec.rules[0].matches[0].path", RULE("matches: [{path: {type: RegularExpression, value: a}}]"),
		RULE("matches: [{path: {type: Glob, value: /a}}]"), "", NULL },
	PATH_ROWS("HR64", "\"/-._~!$&'()*+,;=:@aZ0%C3%a9\"", "\"/a b\"", ""),
	PATH_ROWS("HR64", "/%25", "/%2", ""),
	PATH_ROWS("HR64", "/a", "/\xC3\xA9", ""),
	PATH_ROWS("HR64", "/a", "\"/a?b\"", ""),
	PATH_ROWS("HR64", "/a", "\"/a|b\"", ""),
	{ "HR65", "-", "1.1-1.6", AT_SESSION, SESSION("absoluteTimeout: 1h, cookieConfig: {lifetimeType: Permanent}"),
		SESSION("cookieConfig: {lifetimeType: Permanent}"), "", NULL },
	/* In 1.1 the rule reads the cookie's type without asking for the cookie. */
	{ "HR65", "-", "1.1", AT_SESSION, SESSION("type: Header, cookieConfig: {}"), SESSION("type: Header"), "", NULL },
	{ "HR65", "-", "1.7", AT_SESSION, SESSION("absoluteTimeout: 1h, cookie: {lifetimeType: Permanent}"),
		SESSION("cookie: {lifetimeType: Permanent}"), "", NULL },
	{ "HR66", "-", "1.5-1.6", AT_SESSION, SESSION("type: Cookie, cookieConfig: {}"), SESSION("type: Header, cookieConfig: {}"), "", NULL },
	{ "HR66", "-", "1.7", AT_SESSION, SESSION("cookie: {}"), SESSION("type: Header, header: {name: a}, cookie: {}"), "", NULL },
	{ "HR71", "-", "1.7", AT_SESSION, SESSION("type: Cookie, cookie: {}"), SESSION("absoluteTimeout: 1h"), "", NULL },
	{ "HR72", "-", "1.7", AT_SESSION, SESSION("type: Header, header: {name: a}"), SESSION("cookie: {}, header: {name: a}"), "", NULL },
	{ "HR73", "-", "1.7", AT_SESSION, SESSION("type: Header, header: {name: a}"), SESSION("type: Header"), "", NULL },
	{ "HR67", "1.2-1.7", "1.0-1.7", "spec.rules[0].timeouts", TIMEOUTS("1s", "1s"), TIMEOUTS("1s", "2s"), "", NULL },
	{ "HR67", "1.2-1.7", "1.0-1.7", "spec.rules[0].timeouts", TIMEOUTS("0s", "1s"), TIMEOUTS("999ms", "1s"), "", NULL },
	{ "HR67", "1.2-1.7", "1.0-1.7", "spec.rules[0].timeouts", TIMEOUTS("1h", "3600s"), TIMEOUTS("1h", "30m30m1ms"), "", NULL },
	{ "HR67", "1.2-1.7", "1.0-1.7", "spec.rules[0].timeouts", TIMEOUTS("1m", "59s999ms"), TIMEOUTS("90s", "2m"), "", NULL },
};

const struct cel_rows cel_http_rows = CEL_ROWS("HTTPRoute", rows);
