/* SPDX-License-Identifier: Apache-2.0 */
/* CEL rules of HTTPRoute. */
#include "gateway/cel_rules.h"

#include "gateway/cel_route.h"

static bool no_redirect_and_backends(const struct cel_case *at)
{
	const struct node *filters = node_get(at->self, STR("filters"));
	for (size_t i = 0; i < cel_size(filters); i++)
		if (cel_has(cel_item(filters, i), STR("requestRedirect")))
			return cel_size(node_get(at->self, STR("backendRefs"))) == 0;
	return true;
}

/* Whether exactly one of the filters replaces the prefix: the rules ask for one, not for any. */
static bool one_replaces_prefix(const struct node *filters, str field)
{
	size_t n = 0;
	for (size_t i = 0; i < cel_size(filters); i++) {
		const struct node *path = node_get(node_get(cel_item(filters, i), field), STR("path"));
		n += cel_is(path, STR("type"), STR("ReplacePrefixMatch")) && cel_has(path, STR("replacePrefixMatch"));
	}
	return n == 1;
}

static bool matches_one_prefix(const struct node *rule)
{
	const struct node *matches = node_get(rule, STR("matches"));
	return cel_size(matches) == 1 && cel_is(node_get(cel_item(matches, 0), STR("path")), STR("type"), STR("PathPrefix"));
}

static bool prefix_replaced(const struct cel_case *at)
{
	return !one_replaces_prefix(node_get(at->self, STR("filters")), at->rule->a) || matches_one_prefix(at->self);
}

static bool backend_prefix_replaced(const struct cel_case *at)
{
	const struct node *backends = node_get(at->self, STR("backendRefs"));
	size_t n = 0;
	for (size_t i = 0; i < cel_size(backends); i++)
		n += one_replaces_prefix(node_get(cel_item(backends, i), STR("filters")), at->rule->a);
	return n != 1 || matches_one_prefix(at->self);
}

static bool no_redirect_and_rewrite(const struct cel_case *at)
{
	bool redirect = false, rewrite = false;
	for (size_t i = 0; i < cel_size(at->self); i++) {
		redirect = redirect || cel_is(cel_item(at->self, i), STR("type"), STR("RequestRedirect"));
		rewrite = rewrite || cel_is(cel_item(at->self, i), STR("type"), STR("URLRewrite"));
	}
	return !redirect || !rewrite;
}

static bool is_literal(const struct node *path)
{
	return cel_is(path, STR("type"), STR("Exact")) || cel_is(path, STR("type"), STR("PathPrefix"));
}

static bool path_starts(const struct cel_case *at)
{
	return !is_literal(at->self) || str_starts(cel_text(at->self, STR("value")), at->rule->a);
}

static bool path_has_no(const struct cel_case *at)
{
	return !is_literal(at->self) || !str_has(cel_text(at->self, STR("value")), at->rule->a);
}

static bool path_ends_not(const struct cel_case *at)
{
	return !is_literal(at->self) || !str_ends(cel_text(at->self, STR("value")), at->rule->a);
}

static bool path_type(const struct cel_case *at)
{
	return is_literal(at->self) || cel_is(at->self, STR("type"), STR("RegularExpression"));
}

static bool is_hex(char c)
{
	char lower = char_lower(c);
	return char_is_digit(c) || (lower >= 'a' && lower <= 'f');
}

static bool path_characters(const struct cel_case *at)
{
	str value = cel_text(at->self, STR("value"));
	if (!is_literal(at->self))
		return true;
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '%' && i + 2 < value.n && is_hex(value.p[i + 1]) && is_hex(value.p[i + 2]))
			i += 2;
		else if (!char_is_alnum(value.p[i]) && str_find_char(STR("-/._~!$&'()*+,;=:@"), value.p[i]) == 18)
			return false;
	}
	return value.n > 0;
}

/* The pattern of the fields allows up to four parts of five digits, so nothing overflows. */
static uint64_t milliseconds(str text)
{
	uint64_t sum = 0;
	while (text.n) {
		uint64_t n = 0;
		while (text.n && char_is_digit(text.p[0])) {
			n = n * 10 + (uint64_t)(text.p[0] - '0');
			text = str_from(text, 1);
		}
		bool ms = str_starts(text, STR("ms"));
		char unit = text.n ? text.p[0] : 's';
		sum += n * (ms ? 1 : unit == 'h' ? 3600000 : unit == 'm' ? 60000 : 1000);
		text = str_from(text, ms ? 2 : 1);
	}
	return sum;
}

static bool timeouts_nested(const struct cel_case *at)
{
	if (!cel_has(at->self, STR("request")) || !cel_has(at->self, STR("backendRequest")))
		return true;
	uint64_t request = milliseconds(cel_text(at->self, STR("request")));
	return request == 0 || milliseconds(cel_text(at->self, STR("backendRequest"))) <= request;
}

static const struct cel_rule rules[] = {
	RULE("HR1", "spec.parentRefs", EXPERIMENTAL(0), refs_agree, "port", "",
		"references to one parent either all have sectionName or none, and the same for port"),
	RULE("HR2", "spec.parentRefs", EXPERIMENTAL(0), refs_distinct, "port", "",
		"references to one parent differ in sectionName or port"),
	RULE("HR3", "spec.parentRefs", STANDARD(0), refs_agree, "", "",
		"references to one parent either all have sectionName or none"),
	RULE("HR4", "spec.parentRefs", STANDARD(0), refs_distinct, "", "",
		"references to one parent differ in sectionName"),
	RULE("HR5", "spec.rules", BOTH(2, 2), matches_sum, "", "", "the rules have at most 128 matches together"),
	RULE("HR6", "spec.rules", BOTH(7, 2), names_distinct, "", "", "no two rules have one name"),
	RULE("HR7", "spec.rules[]", BOTH(0, 0), no_redirect_and_backends, "", "",
		"a rule with backendRefs may not redirect"),
	RULE("HR8", "spec.rules[]", BOTH(0, 0), prefix_replaced, "requestRedirect", "",
		"RequestRedirect with ReplacePrefixMatch needs exactly one match, of type PathPrefix"),
	RULE("HR9", "spec.rules[]", BOTH(0, 0), prefix_replaced, "urlRewrite", "",
		"URLRewrite with ReplacePrefixMatch needs exactly one match, of type PathPrefix"),
	RULE("HR10", "spec.rules[]", BOTH(0, 0), backend_prefix_replaced, "requestRedirect", "",
		"RequestRedirect with ReplacePrefixMatch on a backend needs exactly one match, of type PathPrefix"),
	RULE("HR11", "spec.rules[]", BOTH(0, 0), backend_prefix_replaced, "urlRewrite", "",
		"URLRewrite with ReplacePrefixMatch on a backend needs exactly one match, of type PathPrefix"),
	RULE("HR12", "spec.rules[].backendRefs[]", BOTH(0, 0), service_port, "", "",
		"a reference to a Service needs a port"),
	RULE("HR68", "spec.rules[].backendRefs[]", EXPERIMENTAL(7), xbackend_port, "", "",
		"a reference to an XBackend has no port"),
	RULE("HR13", "spec.rules[].filters", BOTH(0, 0), no_redirect_and_rewrite, "", "",
		"RequestRedirect and URLRewrite may not stand in one list"),
	RULE("HR14", "spec.rules[].filters", BOTH(5, 5), filter_once, "CORS", "", "CORS may stand in a list only once"),
	RULE("HR15", "spec.rules[].filters", BOTH(0, 0), filter_once, "RequestHeaderModifier", "",
		"RequestHeaderModifier may stand in a list only once"),
	RULE("HR16", "spec.rules[].filters", BOTH(0, 0), filter_once, "ResponseHeaderModifier", "",
		"ResponseHeaderModifier may stand in a list only once"),
	RULE("HR17", "spec.rules[].filters", BOTH(0, 0), filter_once, "RequestRedirect", "",
		"RequestRedirect may stand in a list only once"),
	RULE("HR18", "spec.rules[].filters", BOTH(0, 0), filter_once, "URLRewrite", "",
		"URLRewrite may stand in a list only once"),
	RULE("HR19", "spec.rules[].filters[]", BOTH(5, 3), type_only, "cors", "CORS", "cors only with type CORS"),
	RULE("HR20", "spec.rules[].filters[]", BOTH(5, 3), type_needs, "cors", "CORS", "type CORS needs cors"),
	RULE("HR21", "spec.rules[].filters[]", BOTH(0, 0), type_only, "requestHeaderModifier", "RequestHeaderModifier",
		"requestHeaderModifier only with type RequestHeaderModifier"),
	RULE("HR22", "spec.rules[].filters[]", BOTH(0, 0), type_needs, "requestHeaderModifier", "RequestHeaderModifier",
		"type RequestHeaderModifier needs requestHeaderModifier"),
	RULE("HR23", "spec.rules[].filters[]", BOTH(0, 0), type_only, "responseHeaderModifier", "ResponseHeaderModifier",
		"responseHeaderModifier only with type ResponseHeaderModifier"),
	RULE("HR24", "spec.rules[].filters[]", BOTH(0, 0), type_needs, "responseHeaderModifier", "ResponseHeaderModifier",
		"type ResponseHeaderModifier needs responseHeaderModifier"),
	RULE("HR25", "spec.rules[].filters[]", BOTH(0, 0), type_only, "requestMirror", "RequestMirror",
		"requestMirror only with type RequestMirror"),
	RULE("HR26", "spec.rules[].filters[]", BOTH(0, 0), type_needs, "requestMirror", "RequestMirror",
		"type RequestMirror needs requestMirror"),
	RULE("HR27", "spec.rules[].filters[]", BOTH(0, 0), type_only, "requestRedirect", "RequestRedirect",
		"requestRedirect only with type RequestRedirect"),
	RULE("HR28", "spec.rules[].filters[]", BOTH(0, 0), type_needs, "requestRedirect", "RequestRedirect",
		"type RequestRedirect needs requestRedirect"),
	RULE("HR29", "spec.rules[].filters[]", BOTH(0, 0), type_only, "urlRewrite", "URLRewrite",
		"urlRewrite only with type URLRewrite"),
	RULE("HR30", "spec.rules[].filters[]", BOTH(0, 0), type_needs, "urlRewrite", "URLRewrite",
		"type URLRewrite needs urlRewrite"),
	RULE("HR31", "spec.rules[].filters[]", BOTH(0, 0), type_only, "extensionRef", "ExtensionRef",
		"extensionRef only with type ExtensionRef"),
	RULE("HR32", "spec.rules[].filters[]", BOTH(0, 0), type_needs, "extensionRef", "ExtensionRef",
		"type ExtensionRef needs extensionRef"),
	RULE("HR33", "spec.rules[].filters[]", EXPERIMENTAL(4), type_only, "externalAuth", "ExternalAuth",
		"externalAuth only with type ExternalAuth"),
	RULE("HR34", "spec.rules[].filters[]", EXPERIMENTAL(4), type_needs, "externalAuth", "ExternalAuth",
		"type ExternalAuth needs externalAuth"),
	RULE("HR35", "spec.rules[].filters[].cors.allowHeaders", BOTH(5, 5), star_alone, "", "", "\"*\" stands alone"),
	RULE("HR36", "spec.rules[].filters[].cors.allowMethods", BOTH(5, 3), star_alone, "", "", "\"*\" stands alone"),
	RULE("HR37", "spec.rules[].filters[].cors.allowOrigins", BOTH(5, 4), star_alone, "", "", "\"*\" stands alone"),
	RULE("HR38", "spec.rules[].filters[].externalAuth", EXPERIMENTAL(4), protocol_needs, "grpc", "GRPC",
		"protocol GRPC needs grpc"),
	RULE("HR39", "spec.rules[].filters[].externalAuth", EXPERIMENTAL(4), protocol_only, "grpc", "GRPC",
		"grpc only with protocol GRPC"),
	RULE("HR40", "spec.rules[].filters[].externalAuth", EXPERIMENTAL(4), protocol_needs, "http", "HTTP",
		"protocol HTTP needs http"),
	RULE("HR41", "spec.rules[].filters[].externalAuth", EXPERIMENTAL(4), protocol_only, "http", "HTTP",
		"http only with protocol HTTP"),
	RULE("HR42", "spec.rules[].filters[].externalAuth.backendRef", EXPERIMENTAL(4), service_port, "", "",
		"a reference to a Service needs a port"),
	RULE("HR70", "spec.rules[].filters[].externalAuth.backendRef", EXPERIMENTAL(7), xbackend_port, "", "",
		"a reference to an XBackend has no port"),
	RULE("HR43", "spec.rules[].filters[].requestMirror", BOTH(3, 2), exclude, "percent", "fraction",
		"percent and fraction exclude each other"),
	RULE("HR44", "spec.rules[].filters[].requestMirror.backendRef", BOTH(0, 0), service_port, "", "",
		"a reference to a Service needs a port"),
	RULE("HR69", "spec.rules[].filters[].requestMirror.backendRef", EXPERIMENTAL(7), xbackend_port, "", "",
		"a reference to an XBackend has no port"),
	RULE("HR45", "spec.rules[].filters[].requestMirror.fraction", BOTH(3, 2), fraction_proper, "", "",
		"numerator is at most denominator"),
	RULE("HR46", "spec.rules[].filters[].requestRedirect.path", BOTH(0, 0), type_needs, "replaceFullPath", "ReplaceFullPath",
		"type ReplaceFullPath needs replaceFullPath"),
	RULE("HR47", "spec.rules[].filters[].requestRedirect.path", BOTH(0, 0), type_only, "replaceFullPath", "ReplaceFullPath",
		"replaceFullPath only with type ReplaceFullPath"),
	RULE("HR48", "spec.rules[].filters[].requestRedirect.path", BOTH(0, 0), type_needs, "replacePrefixMatch", "ReplacePrefixMatch",
		"type ReplacePrefixMatch needs replacePrefixMatch"),
	RULE("HR49", "spec.rules[].filters[].requestRedirect.path", BOTH(0, 0), type_only, "replacePrefixMatch", "ReplacePrefixMatch",
		"replacePrefixMatch only with type ReplacePrefixMatch"),
	RULE("HR50", "spec.rules[].filters[].urlRewrite.path", BOTH(0, 0), type_needs, "replaceFullPath", "ReplaceFullPath",
		"type ReplaceFullPath needs replaceFullPath"),
	RULE("HR51", "spec.rules[].filters[].urlRewrite.path", BOTH(0, 0), type_only, "replaceFullPath", "ReplaceFullPath",
		"replaceFullPath only with type ReplaceFullPath"),
	RULE("HR52", "spec.rules[].filters[].urlRewrite.path", BOTH(0, 0), type_needs, "replacePrefixMatch", "ReplacePrefixMatch",
		"type ReplacePrefixMatch needs replacePrefixMatch"),
	RULE("HR53", "spec.rules[].filters[].urlRewrite.path", BOTH(0, 0), type_only, "replacePrefixMatch", "ReplacePrefixMatch",
		"replacePrefixMatch only with type ReplacePrefixMatch"),
	RULE("HR54", "spec.rules[].matches[].path", BOTH(0, 0), path_starts, "/", "", "the path starts with \"/\""),
	RULE("HR55", "spec.rules[].matches[].path", BOTH(0, 0), path_has_no, "//", "", "the path has no \"//\""),
	RULE("HR56", "spec.rules[].matches[].path", BOTH(0, 0), path_has_no, "/./", "", "the path has no \"/./\""),
	RULE("HR57", "spec.rules[].matches[].path", BOTH(0, 0), path_has_no, "/../", "", "the path has no \"/../\""),
	RULE("HR58", "spec.rules[].matches[].path", BOTH(0, 0), path_has_no, "%2f", "", "the path has no \"%2f\""),
	RULE("HR59", "spec.rules[].matches[].path", BOTH(0, 0), path_has_no, "%2F", "", "the path has no \"%2F\""),
	RULE("HR60", "spec.rules[].matches[].path", BOTH(0, 0), path_has_no, "#", "", "the path has no \"#\""),
	RULE("HR61", "spec.rules[].matches[].path", BOTH(0, 0), path_ends_not, "/..", "",
		"the path does not end in \"/..\""),
	RULE("HR62", "spec.rules[].matches[].path", BOTH(0, 0), path_ends_not, "/.", "",
		"the path does not end in \"/.\""),
	RULE("HR63", "spec.rules[].matches[].path", BOTH(0, 0), path_type, "", "",
		"the type is Exact, PathPrefix or RegularExpression"),
	RULE("HR64", "spec.rules[].matches[].path", BOTH(0, 0), path_characters, "", "",
		"the path has only characters that a path may have, others as %XX"),
	RULE("HR65", "spec.rules[].sessionPersistence", EXPERIMENTAL_TO(1, 6), permanent_timeout, "cookieConfig", "",
		"lifetimeType Permanent needs absoluteTimeout"),
	RULE("HR65", "spec.rules[].sessionPersistence", EXPERIMENTAL(7), permanent_timeout, "cookie", "",
		"lifetimeType Permanent needs absoluteTimeout"),
	RULE("HR66", "spec.rules[].sessionPersistence", EXPERIMENTAL_TO(5, 6), type_only, "cookieConfig", "Cookie",
		"cookieConfig only with type Cookie"),
	RULE("HR66", "spec.rules[].sessionPersistence", EXPERIMENTAL(7), type_only, "cookie", "Cookie",
		"cookie only with type Cookie"),
	RULE("HR71", "spec.rules[].sessionPersistence", EXPERIMENTAL(7), type_needs, "cookie", "Cookie",
		"type Cookie needs cookie"),
	RULE("HR72", "spec.rules[].sessionPersistence", EXPERIMENTAL(7), type_only, "header", "Header",
		"header only with type Header"),
	RULE("HR73", "spec.rules[].sessionPersistence", EXPERIMENTAL(7), type_needs, "header", "Header",
		"type Header needs header"),
	RULE("HR67", "spec.rules[].timeouts", BOTH(2, 0), timeouts_nested, "", "",
		"backendRequest is not longer than request"),
};

const struct cel_table cel_http = TABLE("HTTPRoute", rules);
