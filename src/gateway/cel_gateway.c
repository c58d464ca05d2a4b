/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CEL rules of Gateway, ListenerSet and BackendTLSPolicy. Identifiers with an A are rules of 1.0 only.
 */
#include "gateway/cel_rules.h"

#include "kube/names.h"

/* Up to 1.3 the rules on addresses read the value without asking whether it is there, so its absence is refused. */
static bool value_missing(const struct node *address, struct gateway_version version)
{
	return version.minor <= 3 && !cel_has(address, STR("value"));
}

static bool addresses_distinct(const struct cel_case *at)
{
	for (size_t i = 0; i < cel_size(at->self); i++) {
		const struct node *p = cel_item(at->self, i);
		if (!cel_is(p, STR("type"), at->rule->a))
			continue;
		if (value_missing(p, at->version))
			return false;
		for (size_t j = 0; j < i; j++) {
			const struct node *q = cel_item(at->self, j);
			if (cel_is(q, STR("type"), at->rule->a) && cel_has(p, STR("value")) && cel_is(q, STR("value"), cel_text(p, STR("value"))))
				return false;
		}
	}
	return true;
}

static bool address_hostname(const struct cel_case *at)
{
	if (!cel_is(at->self, STR("type"), STR("Hostname")))
		return true;
	return cel_has(at->self, STR("value")) ? name_is_hostname(cel_text(at->self, STR("value"))) : !value_missing(at->self, at->version);
}

static bool routability(const struct cel_case *at)
{
	str text = node_text(at->self), domain, name;
	if (!text.n || str_eq(text, STR("Cluster")))
		return true;
	return str_cut(text, '/', &domain, &name) && name.n && !str_has(text, STR("\n")) && domain.n <= 253
		&& name_is_subdomain(domain) && !str_eq(domain, STR("k8s.io")) && !str_ends(domain, STR(".k8s.io"));
}

static bool keys_qualified(const struct cel_case *at)
{
	for (size_t i = 0; at->self->kind == NODE_MAP && i < at->self->as.map.n; i++)
		if (!name_is_label_key(at->self->as.map.item[i].key))
			return false;
	return true;
}

static bool keys_short(const struct cel_case *at)
{
	for (size_t i = 0; at->self->kind == NODE_MAP && i < at->self->as.map.n; i++)
		if (str_find_char(at->self->as.map.item[i].key, '/') >= 253)
			return false;
	return true;
}

static bool has_protocol(const struct node *listener, const char *a, const char *b, const char *c)
{
	str protocol = cel_text(listener, STR("protocol"));
	return str_eq(protocol, str_c(a)) || str_eq(protocol, str_c(b)) || str_eq(protocol, str_c(c));
}

static bool secure_tls(const struct cel_case *at)
{
	for (size_t i = 0; i < cel_size(at->self); i++)
		if (has_protocol(cel_item(at->self, i), "HTTPS", "TLS", "TLS") && !cel_has(cel_item(at->self, i), STR("tls")))
			return false;
	return true;
}

static bool plain_no_tls(const struct cel_case *at)
{
	for (size_t i = 0; i < cel_size(at->self); i++)
		if (has_protocol(cel_item(at->self, i), "HTTP", "TCP", "UDP") && cel_has(cel_item(at->self, i), STR("tls")))
			return false;
	return true;
}

static bool https_terminates(const struct cel_case *at)
{
	for (size_t i = 0; i < cel_size(at->self); i++) {
		const struct node *tls = node_get(cel_item(at->self, i), STR("tls"));
		if (tls && cel_is(cel_item(at->self, i), STR("protocol"), STR("HTTPS")) && !cel_is(tls, STR("mode"), STR("Terminate")))
			return false;
	}
	return true;
}

static bool tls_mode_set(const struct cel_case *at)
{
	for (size_t i = 0; i < cel_size(at->self); i++) {
		const struct node *tls = node_get(cel_item(at->self, i), STR("tls"));
		if (cel_is(cel_item(at->self, i), STR("protocol"), STR("TLS")) && !cel_text(tls, STR("mode")).n)
			return false;
	}
	return true;
}

static bool transport_no_hostname(const struct cel_case *at)
{
	for (size_t i = 0; i < cel_size(at->self); i++)
		if (has_protocol(cel_item(at->self, i), "TCP", "UDP", "UDP") && cel_text(cel_item(at->self, i), STR("hostname")).n)
			return false;
	return true;
}

static bool listeners_distinct(const struct cel_case *at)
{
	for (size_t i = 0; i < cel_size(at->self); i++) {
		for (size_t j = 0; j < i; j++) {
			const struct node *p = cel_item(at->self, i), *q = cel_item(at->self, j);
			if (cel_number(p, STR("port")) == cel_number(q, STR("port"))
					&& str_eq(cel_text(p, STR("protocol")), cel_text(q, STR("protocol")))
					&& cel_has(p, STR("hostname")) == cel_has(q, STR("hostname"))
					&& str_eq(cel_text(p, STR("hostname")), cel_text(q, STR("hostname"))))
				return false;
		}
	}
	return true;
}

static bool ports_distinct(const struct cel_case *at)
{
	for (size_t i = 0; i < cel_size(at->self); i++)
		for (size_t j = 0; j < i; j++)
			if (cel_number(cel_item(at->self, i), STR("port")) == cel_number(cel_item(at->self, j), STR("port")))
				return false;
	return true;
}

static bool filters_http(const struct cel_case *at)
{
	return !cel_has(at->self, STR("filters")) || has_protocol(at->self, "HTTP", "HTTPS", "HTTPS");
}

/* 1.0 asks for certificates alone. */
static bool terminate_certificates(const struct cel_case *at)
{
	return !cel_is(at->self, STR("mode"), STR("Terminate")) || cel_size(node_get(at->self, STR("certificateRefs")))
		|| (at->version.minor > 0 && cel_size(node_get(at->self, STR("options"))));
}

static bool bundles_global(const struct cel_case *at)
{
	for (size_t i = 0; i < cel_size(at->self); i++) {
		const struct node *ref = cel_item(at->self, i);
		if (cel_is(ref, STR("group"), STR("certificates.k8s.io")) && cel_is(ref, STR("kind"), STR("ClusterTrustBundle"))
				&& cel_has(ref, STR("namespace")))
			return false;
	}
	return true;
}

static bool ca_not_both(const struct cel_case *at)
{
	return !cel_size(node_get(at->self, at->rule->a)) || !cel_text(at->self, at->rule->b).n;
}

static bool ca_given(const struct cel_case *at)
{
	return cel_size(node_get(at->self, at->rule->a)) || cel_text(at->self, at->rule->b).n;
}

static bool ca_one(const struct cel_case *at)
{
	return cel_has(at->self, at->rule->a) != cel_has(at->self, at->rule->b);
}

static const struct cel_rule gateway_rules[] = {
	RULE("GW1", "spec.addresses", BOTH(0, 0), addresses_distinct, "IPAddress", "",
		"no two addresses of type IPAddress have one value"),
	RULE("GW2", "spec.addresses", BOTH(0, 0), addresses_distinct, "Hostname", "",
		"no two addresses of type Hostname have one value"),
	RULE("GW3", "spec.addresses[]", BOTH(0, 0), address_hostname, "", "",
		"with type Hostname the value is a DNS name in lower case"),
	RULE("GW17", "spec.addresses[].routability", EXPERIMENTAL(7), routability, "", "",
		"routability is Cluster, or a domain that is not of Kubernetes, \"/\" and a name"),
	RULE("GW4", "spec.infrastructure.annotations", BOTH(2, 2), keys_qualified, "", "",
		"a key is a name of at most 63 characters, with or without a domain and \"/\" before it"),
	RULE("GW5", "spec.infrastructure.annotations", BOTH(2, 2), keys_short, "", "",
		"the part of a key before \"/\" has less than 253 characters"),
	RULE("GW6", "spec.infrastructure.labels", BOTH(2, 2), keys_qualified, "", "",
		"a key is a name of at most 63 characters, with or without a domain and \"/\" before it"),
	RULE("GW7", "spec.infrastructure.labels", BOTH(2, 2), keys_short, "", "",
		"the part of a key before \"/\" has less than 253 characters"),
	RULE("GWA1", "spec.listeners", BETWEEN(0, 0, 0, 0), secure_tls, "", "", "an HTTPS or TLS listener has tls"),
	RULE("GW8", "spec.listeners", BOTH(0, 0), plain_no_tls, "", "", "an HTTP, TCP or UDP listener has no tls"),
	RULE("GW9", "spec.listeners", BOTH(1, 1), https_terminates, "", "", "an HTTPS listener terminates TLS"),
	RULE("GW10", "spec.listeners", BOTH(5, 5), tls_mode_set, "", "", "a TLS listener has tls with a mode"),
	RULE("GW11", "spec.listeners", BOTH(0, 0), transport_no_hostname, "", "",
		"a TCP or UDP listener has no hostname"),
	RULE("GW12", "spec.listeners", BOTH(0, 0), names_distinct, "", "", "no two listeners have one name"),
	RULE("GW13", "spec.listeners", BOTH(0, 0), listeners_distinct, "", "",
		"no two listeners are equal in port, protocol and hostname"),
	RULE("GW18", "spec.listeners[]", EXPERIMENTAL(7), filters_http, "", "",
		"filters only with protocol HTTP or HTTPS"),
	RULE("GW14", "spec.listeners[].tls", BOTH(0, 0), terminate_certificates, "", "",
		"mode Terminate needs certificateRefs or options"),
	RULE("GW19", "spec.listeners[].filters.requests[]", EXPERIMENTAL(7), type_only, "externalAuth", "ExternalAuth",
		"externalAuth only with type ExternalAuth"),
	RULE("GW19", "spec.listeners[].filters.requests[]", EXPERIMENTAL(7), type_needs, "externalAuth", "ExternalAuth",
		"type ExternalAuth needs externalAuth"),
	RULE("GW19", "spec.listeners[].filters.requests[]", EXPERIMENTAL(7), type_only, "extensionRef", "ExtensionRef",
		"extensionRef only with type ExtensionRef"),
	RULE("GW19", "spec.listeners[].filters.requests[]", EXPERIMENTAL(7), type_needs, "extensionRef", "ExtensionRef",
		"type ExtensionRef needs extensionRef"),
	RULE("GW20", "spec.listeners[].filters.requests[].externalAuth", EXPERIMENTAL(7), protocol_only, "grpc", "GRPC",
		"grpc only with protocol GRPC"),
	RULE("GW20", "spec.listeners[].filters.requests[].externalAuth", EXPERIMENTAL(7), protocol_needs, "grpc", "GRPC",
		"protocol GRPC needs grpc"),
	RULE("GW20", "spec.listeners[].filters.requests[].externalAuth", EXPERIMENTAL(7), protocol_only, "http", "HTTP",
		"http only with protocol HTTP"),
	RULE("GW20", "spec.listeners[].filters.requests[].externalAuth", EXPERIMENTAL(7), protocol_needs, "http", "HTTP",
		"protocol HTTP needs http"),
	RULE("GW21", "spec.listeners[].filters.requests[].externalAuth.backendRef", EXPERIMENTAL(7), service_port, "", "",
		"a reference to a Service needs a port"),
	RULE("GW21", "spec.listeners[].filters.requests[].externalAuth.backendRef", EXPERIMENTAL(7), xbackend_port, "", "",
		"a reference to an XBackend has no port"),
	RULE("GW15", "spec.tls.frontend.perPort", BOTH(5, 4), ports_distinct, "", "", "no two entries have one port"),
	RULE("GW22", "spec.tls.frontend.default.validation.caCertificateRefs", EXPERIMENTAL(7), bundles_global, "", "",
		"a ClusterTrustBundle has no namespace"),
	RULE("GW22", "spec.tls.frontend.perPort[].tls.validation.caCertificateRefs", EXPERIMENTAL(7), bundles_global, "", "",
		"a ClusterTrustBundle has no namespace"),
};

static const struct cel_rule listenerset_rules[] = {
	RULE("LS1", "spec.listeners", BOTH(5, 5), plain_no_tls, "", "", "an HTTP, TCP or UDP listener has no tls"),
	RULE("LS2", "spec.listeners", BOTH(5, 5), https_terminates, "", "", "an HTTPS listener terminates TLS"),
	RULE("LS3", "spec.listeners", BOTH(5, 5), tls_mode_set, "", "", "a TLS listener has tls with a mode"),
	RULE("LS4", "spec.listeners", BOTH(5, 5), transport_no_hostname, "", "",
		"a TCP or UDP listener has no hostname"),
	RULE("LS5", "spec.listeners", BOTH(5, 5), names_distinct, "", "", "no two listeners have one name"),
	RULE("LS6", "spec.listeners", BOTH(5, 5), listeners_distinct, "", "",
		"no two listeners are equal in port, protocol and hostname"),
	RULE("LS7", "spec.listeners[].tls", BOTH(5, 5), terminate_certificates, "", "",
		"mode Terminate needs certificateRefs or options"),
	RULE("LS8", "spec.listeners[].filters.requests[]", EXPERIMENTAL(7), type_only, "externalAuth", "ExternalAuth",
		"externalAuth only with type ExternalAuth"),
	RULE("LS8", "spec.listeners[].filters.requests[]", EXPERIMENTAL(7), type_needs, "externalAuth", "ExternalAuth",
		"type ExternalAuth needs externalAuth"),
	RULE("LS8", "spec.listeners[].filters.requests[]", EXPERIMENTAL(7), type_only, "extensionRef", "ExtensionRef",
		"extensionRef only with type ExtensionRef"),
	RULE("LS8", "spec.listeners[].filters.requests[]", EXPERIMENTAL(7), type_needs, "extensionRef", "ExtensionRef",
		"type ExtensionRef needs extensionRef"),
	RULE("LS9", "spec.listeners[].filters.requests[].externalAuth", EXPERIMENTAL(7), protocol_only, "grpc", "GRPC",
		"grpc only with protocol GRPC"),
	RULE("LS9", "spec.listeners[].filters.requests[].externalAuth", EXPERIMENTAL(7), protocol_needs, "grpc", "GRPC",
		"protocol GRPC needs grpc"),
	RULE("LS9", "spec.listeners[].filters.requests[].externalAuth", EXPERIMENTAL(7), protocol_only, "http", "HTTP",
		"http only with protocol HTTP"),
	RULE("LS9", "spec.listeners[].filters.requests[].externalAuth", EXPERIMENTAL(7), protocol_needs, "http", "HTTP",
		"protocol HTTP needs http"),
	RULE("LS10", "spec.listeners[].filters.requests[].externalAuth.backendRef", EXPERIMENTAL(7), service_port, "", "",
		"a reference to a Service needs a port"),
	RULE("LS10", "spec.listeners[].filters.requests[].externalAuth.backendRef", EXPERIMENTAL(7), xbackend_port, "", "",
		"a reference to an XBackend has no port"),
};

static const struct cel_rule backendtls_rules[] = {
	RULE("BT1", "spec.targetRefs", BOTH(4, 3), refs_agree, "", "",
		"references to one target either all have sectionName or none"),
	RULE("BT2", "spec.targetRefs", BOTH(4, 3), refs_distinct, "", "",
		"references to one target differ in sectionName"),
	RULE("BT3", "spec.validation", BETWEEN(4, CEL_ALWAYS, 1, 6), ca_not_both, "caCertificateRefs", "wellKnownCACertificates",
		"caCertificateRefs and wellKnownCACertificates exclude each other"),
	RULE("BT4", "spec.validation", BETWEEN(4, CEL_ALWAYS, 1, 6), ca_given, "caCertificateRefs", "wellKnownCACertificates",
		"caCertificateRefs or wellKnownCACertificates is needed"),
	RULE("BT9", "spec.validation", EXPERIMENTAL(7), ca_one, "caCertificateRefs", "wellKnownCACertificates",
		"exactly one of caCertificateRefs and wellKnownCACertificates is needed"),
	RULE("BT5", "spec.validation.subjectAltNames[]", BOTH(4, 2), type_needs_filled, "hostname", "Hostname",
		"type Hostname needs hostname"),
	RULE("BT6", "spec.validation.subjectAltNames[]", BOTH(4, 2), type_only_filled, "hostname", "Hostname",
		"hostname only with type Hostname"),
	RULE("BT7", "spec.validation.subjectAltNames[]", BOTH(4, 2), type_needs_filled, "uri", "URI",
		"type URI needs uri"),
	RULE("BT8", "spec.validation.subjectAltNames[]", BOTH(4, 2), type_only_filled, "uri", "URI",
		"uri only with type URI"),
	RULE("BTA1", "spec.tls", EXPERIMENTAL_TO(0, 0), ca_not_both, "caCertRefs", "wellKnownCACerts",
		"caCertRefs and wellKnownCACerts exclude each other"),
	RULE("BTA2", "spec.tls", EXPERIMENTAL_TO(0, 0), ca_given, "caCertRefs", "wellKnownCACerts",
		"caCertRefs or wellKnownCACerts is needed"),
};

const struct cel_table cel_gateway = TABLE("Gateway", gateway_rules);
const struct cel_table cel_listenerset = TABLE("ListenerSet", listenerset_rules);
const struct cel_table cel_backendtls = TABLE("BackendTLSPolicy", backendtls_rules);
