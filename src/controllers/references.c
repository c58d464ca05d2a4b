/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets and ConfigMaps that annotations name. Where one is absent, of another namespace, or without what is looked for in it, the
 * controller refuses the location or the host (reference: ingress-nginx A.3, B). In an open world they are taken to be good.
 */
#include "controllers/front_end.h"

static void deny(struct front *front, struct subject *s, const struct setting *at, bool host, str why)
{
	struct diag *d = diag_addf(front->diags, DIAG_BAD_VALUE, fact_site(front->arena, at->fact), "%.*s: %.*s", STR_ARG(at->fact->key), STR_ARG(why));
	d->effect = host ? STR("the controller answers 403 on the whole host") : STR("the controller answers 503 on every path of this Ingress");
	d->help = STR("correct the reference, or add the object to the input");
	fact_lost(at->fact, FACT_INVALID, LOSS_NONE, DIAG_BAD_VALUE, why);
	*(host ? &s->denied_host : &s->denied) = true;
	s->denied_fact = at->fact;
	s->denied_why = why;
}

bool controller_crosses(const struct front *front, const struct controller_settings *c)
{
	str value = controller_config_value(c, STR("allow-cross-namespace-resources"));
	if (value.n)
		return str_eq(value, STR("true"));
	return controller_is_before(c, 1012) || (!front->closed_world && !c->config_map);
}

/* ---- headers out of a ConfigMap ---- */

/*
 * Headers from a ConfigMap: where it is absent, or has a header that the controller does not allow, every path answers 503
 * (reference: ingress-nginx B, custom-headers). In an open world both are taken to be good as long as the input does not show it.
 */
static void check_headers(struct front *front, struct subject *s)
{
	struct setting *at = subject_setting(s, STR("headers.response"), STR("configmap"));
	str namespace, name;
	if (!at)
		return;
	/* a name without namespace is that of none */
	bool whole = str_cut(at->value.text, '/', &namespace, &name);
	const struct config_map *map = whole ? snapshot_config_map(front->snapshot, namespace, name) : NULL;
	bool judged = front->closed_world || s->controller->config_map, denied = !map && (front->closed_world || !whole);
	str allowed = controller_config_value(s->controller, STR("global-allowed-response-headers"));
	for (size_t i = 0; map && judged && i < map->data.n; i++)
		denied = denied || !str_lists(allowed, ',', map->data.item[i].key);
	if (!denied)
		return;
	s->denied = true;
	s->denied_fact = at->fact;
	s->denied_why = STR("the ConfigMap with headers is absent, or has a header that the controller does not allow");
}

/* ---- Secrets ---- */

/* "namespace/name", or a name in the Ingress's own namespace. */
static void split(const struct subject *s, str reference, str *namespace, str *name)
{
	if (!str_cut(reference, '/', namespace, name)) {
		*name = reference;
		*namespace = s->ingress->meta.namespace;
	}
}

bool secret_has_pair(const struct secret *secret)
{
	return secret_may_have(secret, STR("tls.crt")) && secret_may_have(secret, STR("tls.key"));
}

bool secret_has_ca(const struct secret *secret)
{
	return secret_may_have(secret, STR("ca.crt"));
}

/* What is wrong with a Secret of certificates; empty: nothing. */
static str certificate_fault(const struct secret *secret)
{
	return secret_has_ca(secret) || secret_has_pair(secret) ? STR("") : STR("the Secret holds neither a CA nor a certificate with its key");
}

static str password_fault(struct subject *s, const struct secret *secret)
{
	struct setting *type = subject_setting(s, STR("auth.basic"), STR("secret-type"));
	bool whole_file = !type || str_has(type->value.text, STR("auth-file"));
	return whole_file && !secret_may_have(secret, STR("auth")) ? STR("the Secret has no key auth") : STR("");
}

static str secret_fault(struct front *front, struct subject *s, const struct setting *at, const struct secret **secret)
{
	str namespace, name;
	split(s, at->value.text, &namespace, &name);
	*secret = snapshot_secret(front->snapshot, namespace, name);
	if (!str_eq(namespace, s->ingress->meta.namespace) && !controller_crosses(front, s->controller))
		return STR("the Secret belongs to another namespace, which the controller does not allow");
	if (!*secret)
		return front->closed_secrets ? STR("the Secret does not exist") : STR("");
	return str_eq(at->row->feature, STR("auth.basic")) ? password_fault(s, *secret) : certificate_fault(*secret);
}

static void check_secret(struct front *front, struct subject *s, struct setting *at)
{
	const struct secret *secret;
	bool host = at->row->invalid == INVALID_DENY_HOST;
	str why = secret_fault(front, s, at, &secret);
	if (why.n) {
		deny(front, s, at, host, why);
	} else if (host && secret && !secret_has_ca(secret)) {
		at->shadowed = true;
		fact_idle(at->fact, STR("the Secret has no ca.crt, and the controller verifies nothing"));
	}
}

/* ---- ConfigMaps ---- */

static void check_map(struct front *front, struct subject *s, struct setting *at)
{
	str namespace, name;
	bool group = str_eq(at->row->feature, STR("backend.fastcgi"));
	split(s, at->value.text, &namespace, &name);
	bool foreign = !str_eq(namespace, s->ingress->meta.namespace) && !controller_crosses(front, s->controller);
	if (foreign && group) {
		at->shadowed = true;
		fact_idle(at->fact, STR("the ConfigMap belongs to another namespace, which the controller does not allow"));
	} else if (foreign) {
		deny(front, s, at, false, STR("the ConfigMap belongs to another namespace, which the controller does not allow"));
	} else if (front->closed_world && !snapshot_config_map(front->snapshot, namespace, name)) {
		deny(front, s, at, false, STR("the ConfigMap does not exist"));
	}
}

/* A password is asked for, and nobody says which ones are good. */
static void check_password(struct front *front, struct subject *s)
{
	static const str BASIC = STR_INIT("auth.basic");
	const struct feature *f = mapping_feature(front->mapping, BASIC);
	struct setting *type = subject_setting(s, BASIC, STR("type"));
	if (f && type && subject_feature_on(s, f) && !subject_setting(s, BASIC, STR("secret")))
		deny(front, s, type, false, STR("no Secret with passwords is named"));
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
	if (!front_end_of(s->table)->nginx)
		return;
	check_headers(front, s);
	check_password(front, s);
	check_fallback(front, s);
	for (size_t i = 0; i < s->settings.n; i++) {
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
