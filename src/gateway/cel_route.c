/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CEL rules of GRPCRoute, TLSRoute, TCPRoute and UDPRoute. Identifiers with an A are rules of alpha versions only.
 */
#include "gateway/cel_route.h"

#include "kube/names.h"

/* A HTTPRoute's rule without matches counts 1, because its default is there by now. */
bool matches_sum(const struct cel_case *at)
{
	size_t n = 0;
	for (size_t i = 0; i < cel_size(at->self); i++)
		n += cel_size(node_get(cel_item(at->self, i), STR("matches")));
	return n <= 128;
}

bool filter_once(const struct cel_case *at)
{
	size_t n = 0;
	for (size_t i = 0; i < cel_size(at->self); i++)
		n += cel_is(cel_item(at->self, i), STR("type"), at->rule->a);
	return n <= 1;
}

bool fraction_proper(const struct cel_case *at)
{
	return cel_number(at->self, STR("numerator")) <= cel_number(at->self, STR("denominator"));
}

/* The rule of 1.1 reads lifetimeType without asking for cookieConfig, so there its absence is refused, too. */
bool permanent_timeout(const struct cel_case *at)
{
	const struct node *cookie = node_get(at->self, at->rule->a);
	bool permanent = cookie ? cel_is(cookie, STR("lifetimeType"), STR("Permanent")) : at->version.minor == 1;
	return !permanent || cel_has(at->self, STR("absoluteTimeout"));
}

static bool grpc_named(const struct cel_case *at)
{
	return !cel_has(at->self, STR("type")) || cel_has(at->self, STR("service")) || cel_has(at->self, STR("method"));
}

static bool is_identifier(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alpha(s.p[i]) && s.p[i] != '_' && !(i > 0 && char_is_digit(s.p[i])))
			return false;
	return s.n > 0;
}

static bool is_exact(const struct node *self)
{
	return !cel_has(self, STR("type")) || cel_is(self, STR("type"), STR("Exact"));
}

static bool grpc_service(const struct cel_case *at)
{
	if (!is_exact(at->self) || !cel_has(at->self, STR("service")))
		return true;
	str service = cel_text(at->self, STR("service")), part;
	if (str_starts(service, STR(".")))
		service = str_from(service, 1);
	for (bool more = true; more;) {
		more = str_cut(service, '.', &part, &service);
		if (!is_identifier(part))
			return false;
	}
	return true;
}

static bool grpc_method(const struct cel_case *at)
{
	return !is_exact(at->self) || !cel_has(at->self, STR("method")) || is_identifier(cel_text(at->self, STR("method")));
}

/* Four numbers up to 255, without leading zeros. The field's pattern leaves no room for IPv6. */
static bool is_address(str s)
{
	str part;
	size_t n = 0;
	for (bool more = true; more; n++) {
		uint64_t number;
		more = str_cut(s, '.', &part, &s);
		if (!str_to_u64(part, 255, &number) || (part.n > 1 && part.p[0] == '0'))
			return false;
	}
	return n == 4;
}

static bool hosts_no_address(const struct cel_case *at)
{
	for (size_t i = 0; i < cel_size(at->self); i++)
		if (is_address(node_text(cel_item(at->self, i))))
			return false;
	return true;
}

static bool hosts_plain(const struct cel_case *at)
{
	for (size_t i = 0; i < cel_size(at->self); i++) {
		str host = node_text(cel_item(at->self, i));
		if (!str_has(host, STR("*")) && !name_is_subdomain(host))
			return false;
	}
	return true;
}

static bool hosts_star(const struct cel_case *at)
{
	for (size_t i = 0; i < cel_size(at->self); i++) {
		str host = node_text(cel_item(at->self, i));
		if (str_has(host, STR("*")) && !name_is_hostname(host))
			return false;
	}
	return true;
}

static const struct cel_rule grpc_rules[] = {
	RULE("GR1", "spec.parentRefs", EXPERIMENTAL(0), refs_agree, "port", "",
		"references to one parent either all have sectionName or none, and the same for port"),
	RULE("GR2", "spec.parentRefs", EXPERIMENTAL(0), refs_distinct, "port", "",
		"references to one parent differ in sectionName or port"),
	RULE("GR3", "spec.parentRefs", STANDARD(1), refs_agree, "", "",
		"references to one parent either all have sectionName or none"),
	RULE("GR4", "spec.parentRefs", STANDARD(1), refs_distinct, "", "",
		"references to one parent differ in sectionName"),
	RULE("GR5", "spec.rules", BOTH(2, 2), matches_sum, "", "", "the rules have at most 128 matches together"),
	RULE("GR6", "spec.rules", BOTH(7, 2), names_distinct, "", "", "no two rules have one name"),
	RULE("GR7", "spec.rules[].backendRefs[]", BOTH(1, 0), service_port, "", "",
		"a reference to a Service needs a port"),
	RULE("GR26", "spec.rules[].backendRefs[]", EXPERIMENTAL(7), xbackend_port, "", "",
		"a reference to an XBackend has no port"),
	RULE("GR8", "spec.rules[].filters", BOTH(1, 0), filter_once, "RequestHeaderModifier", "",
		"RequestHeaderModifier may stand in a list only once"),
	RULE("GR9", "spec.rules[].filters", BOTH(1, 0), filter_once, "ResponseHeaderModifier", "",
		"ResponseHeaderModifier may stand in a list only once"),
	RULE("GR10", "spec.rules[].filters[]", BOTH(1, 0), type_only, "requestHeaderModifier", "RequestHeaderModifier",
		"requestHeaderModifier only with type RequestHeaderModifier"),
	RULE("GR11", "spec.rules[].filters[]", BOTH(1, 0), type_needs, "requestHeaderModifier", "RequestHeaderModifier",
		"type RequestHeaderModifier needs requestHeaderModifier"),
	RULE("GR12", "spec.rules[].filters[]", BOTH(1, 0), type_only, "responseHeaderModifier", "ResponseHeaderModifier",
		"responseHeaderModifier only with type ResponseHeaderModifier"),
	RULE("GR13", "spec.rules[].filters[]", BOTH(1, 0), type_needs, "responseHeaderModifier", "ResponseHeaderModifier",
		"type ResponseHeaderModifier needs responseHeaderModifier"),
	RULE("GR14", "spec.rules[].filters[]", BOTH(1, 0), type_only, "requestMirror", "RequestMirror",
		"requestMirror only with type RequestMirror"),
	RULE("GR15", "spec.rules[].filters[]", BOTH(1, 0), type_needs, "requestMirror", "RequestMirror",
		"type RequestMirror needs requestMirror"),
	RULE("GR16", "spec.rules[].filters[]", BOTH(1, 0), type_only, "extensionRef", "ExtensionRef",
		"extensionRef only with type ExtensionRef"),
	RULE("GR17", "spec.rules[].filters[]", BOTH(1, 0), type_needs, "extensionRef", "ExtensionRef",
		"type ExtensionRef needs extensionRef"),
	RULE("GR18", "spec.rules[].filters[].requestMirror", BOTH(3, 2), exclude, "percent", "fraction",
		"percent and fraction exclude each other"),
	RULE("GR19", "spec.rules[].filters[].requestMirror.backendRef", BOTH(1, 0), service_port, "", "",
		"a reference to a Service needs a port"),
	RULE("GR27", "spec.rules[].filters[].requestMirror.backendRef", EXPERIMENTAL(7), xbackend_port, "", "",
		"a reference to an XBackend has no port"),
	RULE("GR20", "spec.rules[].filters[].requestMirror.fraction", BOTH(3, 2), fraction_proper, "", "",
		"numerator is at most denominator"),
	RULE("GR21", "spec.rules[].matches[].method", BOTH(1, 0), grpc_named, "", "", "service or method is needed"),
	RULE("GR22", "spec.rules[].matches[].method", BOTH(1, 0), grpc_service, "", "",
		"with type Exact the service is identifiers joined by dots"),
	RULE("GR23", "spec.rules[].matches[].method", BOTH(1, 0), grpc_method, "", "",
		"with type Exact the method is an identifier"),
	RULE("GR24", "spec.rules[].sessionPersistence", EXPERIMENTAL_TO(1, 6), permanent_timeout, "cookieConfig", "",
		"lifetimeType Permanent needs absoluteTimeout"),
	RULE("GR24", "spec.rules[].sessionPersistence", EXPERIMENTAL(7), permanent_timeout, "cookie", "",
		"lifetimeType Permanent needs absoluteTimeout"),
	RULE("GR25", "spec.rules[].sessionPersistence", EXPERIMENTAL_TO(5, 6), type_only, "cookieConfig", "Cookie",
		"cookieConfig only with type Cookie"),
	RULE("GR25", "spec.rules[].sessionPersistence", EXPERIMENTAL(7), type_only, "cookie", "Cookie",
		"cookie only with type Cookie"),
	RULE("GR28", "spec.rules[].sessionPersistence", EXPERIMENTAL(7), type_needs, "cookie", "Cookie",
		"type Cookie needs cookie"),
	RULE("GR29", "spec.rules[].sessionPersistence", EXPERIMENTAL(7), type_only, "header", "Header",
		"header only with type Header"),
	RULE("GR30", "spec.rules[].sessionPersistence", EXPERIMENTAL(7), type_needs, "header", "Header",
		"type Header needs header"),
};

static const struct cel_rule tls_rules[] = {
	RULE_OF("v1,v1alpha3", "TL1", "spec.hostnames", BOTH(5, 5), hosts_no_address, "", "",
		"no hostname is an IP address"),
	RULE_OF("v1,v1alpha3", "TL2", "spec.hostnames", BOTH(5, 5), hosts_plain, "", "",
		"a hostname without \"*\" is a DNS name in lower case"),
	RULE_OF("v1,v1alpha3", "TL3", "spec.hostnames", BOTH(5, 5), hosts_star, "", "",
		"a hostname with \"*\" is \"*.\" and a DNS name in lower case"),
	RULE("TL4", "spec.parentRefs", EXPERIMENTAL(0), refs_agree, "port", "",
		"references to one parent either all have sectionName or none, and the same for port"),
	RULE("TL5", "spec.parentRefs", EXPERIMENTAL(0), refs_distinct, "port", "",
		"references to one parent differ in sectionName or port"),
	RULE("TL6", "spec.parentRefs", STANDARD(5), refs_agree, "", "",
		"references to one parent either all have sectionName or none"),
	RULE("TL7", "spec.parentRefs", STANDARD(5), refs_distinct, "", "",
		"references to one parent differ in sectionName"),
	RULE_OF("v1alpha2", "TLA1", "spec.rules", EXPERIMENTAL(2), names_distinct, "", "",
		"no two rules have one name"),
	RULE_OF("v1alpha3", "TLA1", "spec.rules", EXPERIMENTAL_TO(4, 4), names_distinct, "", "",
		"no two rules have one name"),
	RULE("TL8", "spec.rules[].backendRefs[]", BOTH(5, 0), service_port, "", "",
		"a reference to a Service needs a port"),
	RULE("TL9", "spec.rules[].backendRefs[]", EXPERIMENTAL(7), xbackend_port, "", "",
		"a reference to an XBackend has no port"),
};

/* TCPRoute and UDPRoute have the same rules; kind is how their names begin. */
#define STREAM_RULES(kind) \
	RULE(kind "1", "spec.parentRefs", EXPERIMENTAL(0), refs_agree, "port", "", \
		"references to one parent either all have sectionName or none, and the same for port"), \
	RULE(kind "2", "spec.parentRefs", EXPERIMENTAL(0), refs_distinct, "port", "", \
		"references to one parent differ in sectionName or port"), \
	RULE(kind "3", "spec.parentRefs", STANDARD(6), refs_agree, "", "", \
		"references to one parent either all have sectionName or none"), \
	RULE(kind "4", "spec.parentRefs", STANDARD(6), refs_distinct, "", "", \
		"references to one parent differ in sectionName"), \
	RULE_OF("v1alpha2", kind "A1", "spec.rules", EXPERIMENTAL(2), names_distinct, "", "", \
		"no two rules have one name"), \
	RULE(kind "5", "spec.rules[].backendRefs[]", BOTH(6, 0), service_port, "", "", \
		"a reference to a Service needs a port"), \
	RULE(kind "6", "spec.rules[].backendRefs[]", EXPERIMENTAL(7), xbackend_port, "", "", \
		"a reference to an XBackend has no port")

static const struct cel_rule tcp_rules[] = { STREAM_RULES("TC") };
static const struct cel_rule udp_rules[] = { STREAM_RULES("UD") };

const struct cel_table cel_grpc = TABLE("GRPCRoute", grpc_rules);
const struct cel_table cel_tls = TABLE("TLSRoute", tls_rules);
const struct cel_table cel_tcp = TABLE("TCPRoute", tcp_rules);
const struct cel_table cel_udp = TABLE("UDPRoute", udp_rules);
