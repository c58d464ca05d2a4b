/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets and ConfigMaps that annotations name. Where one is absent, of another namespace, or without what is looked for in it, the
 * controller refuses the location or the host (reference: ingress-nginx A.3, B). In an open world they are taken to be good.
 */
#include "controllers/subject.h"

static void deny(struct subject *s, const struct setting *at, bool host, str why)
{
	*(host ? &s->denied_host : &s->denied) = true;
	s->denied_fact = at->fact;
	s->denied_why = why;
}

/* ---- headers out of a ConfigMap ---- */

static bool lists_word(str list, str word)
{
	str item;
	while (list.n) {
		str_cut(list, ',', &item, &list);
		if (str_eq(str_trim(item), word))
			return true;
	}
	return false;
}

/*
 * Headers from a ConfigMap: where it is absent, or has a header that the controller does not allow, every path answers 503
 * (reference: ingress-nginx B, custom-headers). In an open world both are taken to be good as long as the input does not show it.
 */
static void check_headers(struct front *front, struct subject *s)
{
	struct setting *at = subject_setting(s, STR("headers.response"), STR("configmap"));
	str namespace, name;
	if (!at || !str_cut(at->value.text, '/', &namespace, &name))
		return;
	const struct config_map *map = snapshot_config_map(front->snapshot, namespace, name);
	bool judged = front->closed_world || s->controller->config_map, denied = !map && front->closed_world;
	str allowed = controller_config_value(s->controller, STR("global-allowed-response-headers"));
	for (size_t i = 0; map && judged && i < map->data.n; i++)
		denied = denied || !lists_word(allowed, map->data.item[i].key);
	if (!denied)
		return;
	s->denied = true;
	s->denied_fact = at->fact;
	s->denied_why = STR("the ConfigMap with headers is absent, or has a header that the controller does not allow");
}

/* ---- Secrets ---- */

/* Secrets and ConfigMaps of other namespaces (refused by default since 1.12). */
static bool may_cross(const struct subject *s)
{
	str allowed = controller_config_value(s->controller, STR("allow-cross-namespace-resources"));
	return allowed.n ? str_eq(allowed, STR("true")) : controller_is_before(s->controller, 1012);
}

/* "namespace/name", or a name in the Ingress's own namespace. */
static void split(const struct subject *s, str reference, str *namespace, str *name)
{
	if (!str_cut(reference, '/', namespace, name)) {
		*name = reference;
		*namespace = s->ingress->meta.namespace;
	}
}

static bool has_key(const struct secret *secret, const char *key)
{
	return str_list_has(&secret->keys, str_c(key));
}

/* A Secret for client certificates without an authority: nothing is verified where it has a key pair, else the host is refused. */
static void check_authority(struct subject *s, struct setting *at, const struct secret *secret)
{
	if (has_key(secret, "ca.crt"))
		return;
	if (has_key(secret, "tls.crt") && has_key(secret, "tls.key")) {
		at->shadowed = true;
		fact_idle(at->fact, STR("the Secret has no ca.crt, and the controller verifies nothing"));
		return;
	}
	deny(s, at, true, STR("the Secret has neither ca.crt nor a key pair"));
}

static void check_secret(struct front *front, struct subject *s, struct setting *at)
{
	str namespace, name;
	bool host = at->row->invalid == INVALID_DENY_HOST;
	split(s, at->value.text, &namespace, &name);
	const struct secret *secret = snapshot_secret(front->snapshot, namespace, name);
	struct setting *type = subject_setting(s, at->row->feature, STR("secret-type"));
	bool whole_file = !type || str_has(type->value.text, STR("auth-file"));
	if (!str_eq(namespace, s->ingress->meta.namespace) && !may_cross(s))
		deny(s, at, host, STR("the Secret is of another namespace, which the controller does not allow"));
	else if (!secret)
		deny(s, at, host, STR("the Secret does not exist"));
	else if (str_eq(at->row->feature, STR("auth.basic")) && whole_file && !has_key(secret, "auth"))
		deny(s, at, host, STR("the Secret has no key auth"));
	else if (host)
		check_authority(s, at, secret);
}

static void check_map(struct front *front, struct subject *s, struct setting *at)
{
	str namespace, name;
	split(s, at->value.text, &namespace, &name);
	if (!str_eq(namespace, s->ingress->meta.namespace) && !may_cross(s))
		deny(s, at, false, STR("the ConfigMap is of another namespace, which the controller does not allow"));
	else if (!snapshot_config_map(front->snapshot, namespace, name))
		deny(s, at, false, STR("the ConfigMap does not exist"));
}

/* A password is asked for, and nobody says which ones are good. */
static void check_password(struct front *front, struct subject *s)
{
	static const str BASIC = STR_INIT("auth.basic");
	const struct feature *f = mapping_feature(front->mapping, BASIC);
	struct setting *type = subject_setting(s, BASIC, STR("type"));
	if (f && type && subject_feature_on(s, f) && !subject_setting(s, BASIC, STR("secret")))
		deny(s, type, false, STR("no Secret with passwords is named"));
}

/* A Service that is not there is passed over. */
static void check_fallback(struct front *front, struct subject *s)
{
	struct setting *at = subject_setting(s, STR("backend.fallback"), STR("service"));
	if (!front->closed_world || !at || snapshot_service(front->snapshot, s->ingress->meta.namespace, at->value.text))
		return;
	at->shadowed = true;
	fact_idle(at->fact, STR("the Service does not exist, and the controller passes it over"));
}

void references_check(struct front *front, struct subject *s)
{
	if (!str_eq(s->table->routing, STR("nginx")))
		return;
	check_headers(front, s);
	check_password(front, s);
	check_fallback(front, s);
	for (size_t i = 0; front->closed_world && i < s->settings.n; i++) {
		struct setting *at = &s->settings.item[i];
		const struct feature *f = mapping_feature(front->mapping, at->row->feature);
		if (!setting_counts(at) || !f || (f->needs.n && !subject_feature_on(s, f)))
			continue;
		if (str_eq(at->row->type, STR("secret")))
			check_secret(front, s, at);
		else if (str_eq(at->row->type, STR("configmap")) && !str_eq(at->row->feature, STR("headers.response")))
			check_map(front, s, at);
	}
}
