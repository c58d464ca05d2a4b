/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of the objects' fields: see shapes.h. */
#include "gateway/shapes.h"

#define FIELD(type, path, of, member) { STR_INIT(path), type, offsetof(struct of, member), NULL }
#define FIELD_OF(type, path, of, member, shape) { STR_INIT(path), type, offsetof(struct of, member), &(shape) }
#define SHAPE(name, of) static const struct shape name##_shape = { sizeof(struct of), name##_fields, sizeof name##_fields / sizeof *name##_fields }

static const struct field meta_fields[] = {
	FIELD(TEXT, "name", object_meta, name), FIELD(TEXT, "namespace", object_meta, namespace),
	FIELD(MAP, "labels", object_meta, labels), FIELD(MAP, "annotations", object_meta, annotations),
};
SHAPE(meta, object_meta);

static const struct field parent_fields[] = {
	FIELD(TEXT, "group", parent_ref, group), FIELD(TEXT, "kind", parent_ref, kind), FIELD(TEXT, "namespace", parent_ref, namespace),
	FIELD(TEXT, "name", parent_ref, name), FIELD(TEXT, "sectionName", parent_ref, section), FIELD(NUMBER, "port", parent_ref, port),
};
SHAPE(parent, parent_ref);

static const struct field header_fields[] = {
	FIELD(TEXT, "type", header_match, type), FIELD(TEXT, "name", header_match, name), FIELD(TEXT, "value", header_match, value),
};
SHAPE(header, header_match);

static const struct field path_fields[] = { FIELD(TEXT, "type", path_match, type), FIELD(TEXT, "value", path_match, value) };
SHAPE(path, path_match);

static const struct field match_fields[] = {
	FIELD_OF(OBJECT, "path", http_match, path, path_shape), FIELD(TEXT, "method", http_match, method),
	FIELD_OF(OBJECTS, "headers", http_match, headers, header_shape),
};
SHAPE(match, http_match);

static const struct field modifier_fields[] = {
	FIELD(TEXT, "type", path_modifier, type), FIELD(TEXT, "replaceFullPath", path_modifier, full),
	FIELD(TEXT, "replacePrefixMatch", path_modifier, prefix),
};
SHAPE(modifier, path_modifier);

static const struct field redirect_fields[] = {
	FIELD(TEXT, "scheme", request_redirect, scheme), FIELD(TEXT, "hostname", request_redirect, hostname),
	FIELD_OF(OBJECT, "path", request_redirect, path, modifier_shape), FIELD(NUMBER, "port", request_redirect, port),
	FIELD(NUMBER, "statusCode", request_redirect, status),
};
SHAPE(redirect, request_redirect);

static const struct field rewrite_fields[] = {
	FIELD(TEXT, "hostname", url_rewrite, hostname), FIELD_OF(OBJECT, "path", url_rewrite, path, modifier_shape),
};
SHAPE(rewrite, url_rewrite);

static const struct field set_header_fields[] = { FIELD(TEXT, "name", http_header, name), FIELD(TEXT, "value", http_header, value) };
SHAPE(set_header, http_header);

static const struct field headers_fields[] = {
	FIELD_OF(OBJECTS, "set", header_modifier, set, set_header_shape), FIELD_OF(OBJECTS, "add", header_modifier, add, set_header_shape),
	FIELD(TEXTS, "remove", header_modifier, remove),
};
SHAPE(headers, header_modifier);

static const struct field cors_fields[] = {
	FIELD(TEXTS, "allowOrigins", cors_filter, origins), FIELD(FLAG, "allowCredentials", cors_filter, credentials),
	FIELD(TEXTS, "allowMethods", cors_filter, methods), FIELD(TEXTS, "allowHeaders", cors_filter, headers),
	FIELD(TEXTS, "exposeHeaders", cors_filter, expose), FIELD(NUMBER, "maxAge", cors_filter, max_age),
};
SHAPE(cors, cors_filter);

static const struct field backend_fields[] = {
	FIELD(TEXT, "namespace", backend_ref, namespace), FIELD(TEXT, "name", backend_ref, name),
	FIELD(NUMBER, "port", backend_ref, port), FIELD(NUMBER, "weight", backend_ref, weight),
};
SHAPE(backend, backend_ref);

static const struct field extension_fields[] = {
	FIELD(TEXT, "group", extension_ref, group), FIELD(TEXT, "kind", extension_ref, kind), FIELD(TEXT, "name", extension_ref, name),
};
SHAPE(extension, extension_ref);

static const struct field filter_fields[] = {
	FIELD(TEXT, "type", http_filter, type), FIELD_OF(OBJECT, "requestHeaderModifier", http_filter, request_headers, headers_shape),
	FIELD_OF(OBJECT, "responseHeaderModifier", http_filter, response_headers, headers_shape),
	FIELD_OF(OBJECT, "requestRedirect", http_filter, redirect, redirect_shape),
	FIELD_OF(OBJECT, "urlRewrite", http_filter, rewrite, rewrite_shape), FIELD_OF(OBJECT, "cors", http_filter, cors, cors_shape),
	FIELD_OF(OBJECT, "requestMirror.backendRef", http_filter, mirror, backend_shape),
	FIELD_OF(OBJECT, "extensionRef", http_filter, extension, extension_shape),
};
SHAPE(filter, http_filter);

static const struct field retry_fields[] = {
	FIELD(NUMBER, "attempts", retry_rule, attempts), FIELD(NUMBERS, "codes", retry_rule, codes),
};
SHAPE(retry, retry_rule);

static const struct field session_fields[] = {
	FIELD(TEXT, "type", session_persistence, type), FIELD(TEXT, "sessionName", session_persistence, name),
	FIELD(TEXT, "absoluteTimeout", session_persistence, absolute), FIELD(TEXT, "cookieConfig.lifetimeType", session_persistence, lifetime),
	FIELD(TEXT, "cookie.name", session_persistence, cookie_name), FIELD(TEXT, "cookie.path", session_persistence, cookie_path),
	FIELD(TEXT, "cookie.lifetimeType", session_persistence, cookie_lifetime),
};
SHAPE(session, session_persistence);

static const struct field rule_fields[] = {
	FIELD(COMMENT, "", http_rule, comment), FIELD(TEXT, "name", http_rule, name), FIELD_OF(OBJECTS, "matches", http_rule, matches, match_shape),
	FIELD_OF(OBJECTS, "filters", http_rule, filters, filter_shape), FIELD_OF(OBJECTS, "backendRefs", http_rule, backends, backend_shape),
	FIELD(TEXT, "timeouts.request", http_rule, request_timeout), FIELD(TEXT, "timeouts.backendRequest", http_rule, backend_timeout),
	FIELD_OF(OBJECT, "retry", http_rule, retry, retry_shape),
	FIELD_OF(OBJECT, "sessionPersistence", http_rule, session, session_shape),
};
SHAPE(rule, http_rule);

static const struct field http_route_fields[] = {
	FIELD(COMMENT, "", http_route, comment), FIELD_OF(OBJECT, "metadata", http_route, meta, meta_shape),
	FIELD_OF(OBJECTS, "spec.parentRefs", http_route, parents, parent_shape), FIELD(TEXTS, "spec.hostnames", http_route, hostnames),
	FIELD_OF(OBJECTS, "spec.rules", http_route, rules, rule_shape),
};
SHAPE(http_route, http_route);

static const struct field grpc_match_fields[] = {
	FIELD(TEXT, "method.service", grpc_match, service), FIELD(TEXT, "method.method", grpc_match, method),
	FIELD_OF(OBJECTS, "headers", grpc_match, headers, header_shape),
};
SHAPE(grpc_match, grpc_match);

static const struct field grpc_filter_fields[] = {
	FIELD(TEXT, "type", grpc_filter, type),
	FIELD_OF(OBJECT, "requestHeaderModifier", grpc_filter, request_headers, headers_shape),
	FIELD_OF(OBJECT, "requestMirror.backendRef", grpc_filter, mirror, backend_shape),
};
SHAPE(grpc_filter, grpc_filter);

static const struct field grpc_rule_fields[] = {
	FIELD(COMMENT, "", grpc_rule, comment), FIELD(TEXT, "name", grpc_rule, name), FIELD_OF(OBJECTS, "matches", grpc_rule, matches, grpc_match_shape),
	FIELD_OF(OBJECTS, "filters", grpc_rule, filters, grpc_filter_shape), FIELD_OF(OBJECTS, "backendRefs", grpc_rule, backends, backend_shape),
	FIELD_OF(OBJECT, "sessionPersistence", grpc_rule, session, session_shape),
};
SHAPE(grpc_rule, grpc_rule);

static const struct field grpc_route_fields[] = {
	FIELD(COMMENT, "", grpc_route, comment), FIELD_OF(OBJECT, "metadata", grpc_route, meta, meta_shape),
	FIELD_OF(OBJECTS, "spec.parentRefs", grpc_route, parents, parent_shape), FIELD(TEXTS, "spec.hostnames", grpc_route, hostnames),
	FIELD_OF(OBJECTS, "spec.rules", grpc_route, rules, grpc_rule_shape),
};
SHAPE(grpc_route, grpc_route);

static const struct field stream_rule_fields[] = { FIELD_OF(OBJECTS, "backendRefs", stream_rule, backends, backend_shape) };
SHAPE(stream_rule, stream_rule);

static const struct field stream_route_fields[] = {
	FIELD(COMMENT, "", stream_route, comment), FIELD_OF(OBJECT, "metadata", stream_route, meta, meta_shape),
	FIELD_OF(OBJECTS, "spec.parentRefs", stream_route, parents, parent_shape), FIELD(TEXTS, "spec.hostnames", stream_route, hostnames),
	FIELD_OF(OBJECTS, "spec.rules", stream_route, rules, stream_rule_shape),
};
SHAPE(stream_route, stream_route);

static const struct field local_fields[] = {
	FIELD(GROUP, "group", local_ref, group), FIELD(TEXT, "kind", local_ref, kind), FIELD(TEXT, "name", local_ref, name),
	FIELD(TEXT, "sectionName", local_ref, section),
};
SHAPE(local, local_ref);

static const struct field backend_tls_policy_fields[] = {
	FIELD(COMMENT, "", backend_tls_policy, comment), FIELD_OF(OBJECT, "metadata", backend_tls_policy, meta, meta_shape),
	FIELD_OF(OBJECTS, "spec.targetRefs", backend_tls_policy, targets, local_shape),
	FIELD_OF(OBJECTS, "spec.validation.caCertificateRefs", backend_tls_policy, certificates, local_shape),
	FIELD(TEXT, "spec.validation.wellKnownCACertificates", backend_tls_policy, well_known),
	FIELD(TEXT, "spec.validation.hostname", backend_tls_policy, hostname),
};
SHAPE(backend_tls_policy, backend_tls_policy);

static const struct field config_fields[] = {
	FIELD(GROUP, "group", config_ref, group), FIELD(TEXT, "kind", config_ref, kind), FIELD(TEXT, "namespace", config_ref, namespace),
	FIELD(TEXT, "name", config_ref, name),
};
SHAPE(config, config_ref);

static const struct field requirement_fields[] = {
	FIELD(TEXT, "key", label_requirement, key), FIELD(TEXT, "operator", label_requirement, op),
	FIELD(TEXTS, "values", label_requirement, values),
};
SHAPE(requirement, label_requirement);

static const struct field from_fields[] = {
	FIELD(TEXT, "from", from_namespaces, from),
	FIELD_OF(OBJECTS, "selector.matchExpressions", from_namespaces, expressions, requirement_shape),
};
SHAPE(from, from_namespaces);

static const struct field secret_fields[] = { FIELD(TEXT, "namespace", secret_ref, namespace), FIELD(TEXT, "name", secret_ref, name) };
SHAPE(secret, secret_ref);

static const struct field listener_fields[] = {
	FIELD(TEXT, "name", listener, name), FIELD(TEXT, "hostname", listener, hostname), FIELD(NUMBER, "port", listener, port),
	FIELD(TEXT, "protocol", listener, protocol), FIELD(TEXT, "tls.mode", listener, tls_mode),
	FIELD_OF(OBJECTS, "tls.certificateRefs", listener, certificates, secret_shape),
	FIELD_OF(OBJECT, "allowedRoutes.namespaces", listener, routes, from_shape),
};
SHAPE(listener, listener);

static const struct field address_fields[] = {
	FIELD(TEXT, "type", gateway_address, type), FIELD(TEXT, "value", gateway_address, value),
};
SHAPE(address, gateway_address);

static const struct field gateway_fields[] = {
	FIELD(COMMENT, "", gateway, comment), FIELD_OF(OBJECT, "metadata", gateway, meta, meta_shape),
	FIELD(TEXT, "spec.gatewayClassName", gateway, class_name),
	FIELD_OF(OBJECTS, "spec.addresses", gateway, addresses, address_shape),
	FIELD(MAP, "spec.infrastructure.labels", gateway, infrastructure_labels),
	FIELD(MAP, "spec.infrastructure.annotations", gateway, infrastructure_annotations),
	FIELD_OF(OBJECT, "spec.infrastructure.parametersRef", gateway, parameters, extension_shape),
	FIELD_OF(OBJECT, "spec.allowedListeners.namespaces", gateway, listener_sets, from_shape),
	FIELD_OF(OBJECTS, "spec.listeners", gateway, listeners, listener_shape),
	FIELD_OF(OBJECTS, "spec.tls.frontend.default.validation.caCertificateRefs", gateway, client_certificates, config_shape),
};
SHAPE(gateway, gateway);

static const struct field listener_set_fields[] = {
	FIELD(COMMENT, "", listener_set, comment), FIELD_OF(OBJECT, "metadata", listener_set, meta, meta_shape),
	FIELD_OF(OBJECT, "spec.parentRef", listener_set, parent, parent_shape),
	FIELD_OF(OBJECTS, "spec.listeners", listener_set, listeners, listener_shape),
};
SHAPE(listener_set, listener_set);

static const struct field gateway_class_fields[] = {
	FIELD(COMMENT, "", gateway_class, comment), FIELD_OF(OBJECT, "metadata", gateway_class, meta, meta_shape),
	FIELD(TEXT, "spec.controllerName", gateway_class, controller),
};
SHAPE(gateway_class, gateway_class);

static const struct field peer_fields[] = {
	FIELD(GROUP, "group", grant_peer, group), FIELD(TEXT, "kind", grant_peer, kind),
	FIELD(TEXT, "namespace", grant_peer, namespace), FIELD(TEXT, "name", grant_peer, name),
};
SHAPE(peer, grant_peer);

static const struct field reference_grant_fields[] = {
	FIELD(COMMENT, "", reference_grant, comment), FIELD_OF(OBJECT, "metadata", reference_grant, meta, meta_shape),
	FIELD_OF(OBJECTS, "spec.from", reference_grant, from, peer_shape), FIELD_OF(OBJECTS, "spec.to", reference_grant, to, peer_shape),
};
SHAPE(reference_grant, reference_grant);

static const struct {
	str name;
	const struct shape *shape;
} KINDS[OBJECT_KIND_COUNT] = {
	[OBJECT_GATEWAY_CLASS] = { STR_INIT("GatewayClass"), &gateway_class_shape },
	[OBJECT_GATEWAY] = { STR_INIT("Gateway"), &gateway_shape },
	[OBJECT_LISTENER_SET] = { STR_INIT("ListenerSet"), &listener_set_shape },
	[OBJECT_HTTP_ROUTE] = { STR_INIT("HTTPRoute"), &http_route_shape },
	[OBJECT_GRPC_ROUTE] = { STR_INIT("GRPCRoute"), &grpc_route_shape },
	[OBJECT_TLS_ROUTE] = { STR_INIT("TLSRoute"), &stream_route_shape },
	[OBJECT_TCP_ROUTE] = { STR_INIT("TCPRoute"), &stream_route_shape },
	[OBJECT_UDP_ROUTE] = { STR_INIT("UDPRoute"), &stream_route_shape },
	[OBJECT_BACKEND_TLS_POLICY] = { STR_INIT("BackendTLSPolicy"), &backend_tls_policy_shape },
	[OBJECT_POLICY] = { STR_INIT("policy"), NULL },
	[OBJECT_REFERENCE_GRANT] = { STR_INIT("ReferenceGrant"), &reference_grant_shape },
};

str object_kind_name(enum object_kind kind)
{
	return KINDS[kind].name;
}

enum object_kind object_kind_parse(str kind)
{
	for (size_t i = 0; i < OBJECT_KIND_COUNT; i++)
		if (str_eq(KINDS[i].name, kind))
			return (enum object_kind)i;
	return OBJECT_KIND_COUNT;
}

size_t object_size(enum object_kind kind)
{
	return KINDS[kind].shape->size;
}

const struct shape *object_shape(enum object_kind kind)
{
	return KINDS[kind].shape;
}
