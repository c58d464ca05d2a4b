/* SPDX-License-Identifier: Apache-2.0 */
/* Headers that an Ingress sets, on answers and on requests to the backend (reference: ingress-nginx B, upstream and proxying). */
#include "controllers/server.h"

static struct step *header_step(struct instance *in, struct route *r, struct setting *at, bool response, str name, str value)
{
	struct step *s = route_step(in->front->arena, r, STEP_HEADER, at->row->feature, at->fact);
	struct header_edit e = { .response = response, .name = name, .value = value };
	s->value = at->value.text;
	at->said = true;
	if (name.n)
		LIST_PUSH(in->front->arena, &s->as.header.edits, e);
	return s;
}

/* A dollar of a ConfigMap's value stands for itself. */
static str without_variables(struct arena *a, str value)
{
	str head, tail;
	return str_cut(value, '$', &head, &tail) ? arena_printf(a, "%.*s${literal_dollar}%.*s", STR_ARG(head), STR_ARG(without_variables(a, tail))) : value;
}

/* The controller has them for all locations, in a ConfigMap that its own one names; variables stand for themselves there. */
static void of_controller(struct instance *in, struct route *r, str feature, bool response)
{
	const struct controller_settings *c = in->controller;
	str namespace, name, reference = controller_default(c, feature, STR("configmap"));
	if (value_is_off(reference) || !str_cut(reference, '/', &namespace, &name))
		return;
	const struct config_map *map = snapshot_config_map(in->front->snapshot, namespace, name);
	if (!map && in->front->closed_world)
		return;
	struct step *s = route_step(in->front->arena, r, STEP_HEADER, feature, controller_default_fact(c, feature));
	s->value = reference;
	s->as.header.unknown = !map;
	for (size_t i = 0; map && i < map->data.n; i++) {
		struct header_edit e = { .response = response, .name = map->data.item[i].key, .value = map->data.item[i].value };
		LIST_PUSH(in->front->arena, &s->as.header.edits, e);
	}
}

void headers_of_controller(struct instance *in, struct route *r)
{
	of_controller(in, r, STR("headers.response"), true);
	of_controller(in, r, STR("headers.request"), false);
}

void headers_of_answer(struct instance *in, struct subject *s, struct route *r)
{
	str namespace, name;
	struct setting *at = subject_setting(s, STR("headers.response"), STR("configmap"));
	if (!at)
		return;
	struct step *step = header_step(in, r, at, true, (str){ "", 0 }, (str){ "", 0 });
	const struct config_map *map = str_cut(at->value.text, '/', &namespace, &name) ? snapshot_config_map(in->front->snapshot, namespace, name) : NULL;
	step->as.header.unknown = !map;
	for (size_t i = 0; map && i < map->data.n; i++) {
		struct header_edit e = { .response = true, .name = map->data.item[i].key };
		e.value = without_variables(in->front->arena, map->data.item[i].value);
		LIST_PUSH(in->front->arena, &step->as.header.edits, e);
	}
}

/* The prefix goes along only where a rewrite is in force. */
static void prefix(struct instance *in, const struct location *l, struct route *r)
{
	struct setting *at = subject_setting(l->subject, STR("headers.prefix"), STR("value"));
	if (!at)
		return;
	at->said = true;
	if (rewrite_active(l))
		header_step(in, r, at, false, STR("X-Forwarded-Prefix"), at->value.text);
	else
		fact_idle(at->fact, STR("the controller sends it only where rewrite-target is in force"));
}

/* What the server knows of the client's certificate goes to the backend, on hosts that ask for one. */
static void client_certificate(struct instance *in, struct route *r)
{
	static const struct header_edit EDITS[] = {
		{ .name = STR_INIT("ssl-client-verify"), .value = STR_INIT("$ssl_client_verify") },
		{ .name = STR_INIT("ssl-client-subject-dn"), .value = STR_INIT("$ssl_client_s_dn") },
		{ .name = STR_INIT("ssl-client-issuer-dn"), .value = STR_INIT("$ssl_client_i_dn") },
		{ .name = STR_INIT("ssl-client-cert"), .value = STR_INIT("$ssl_client_escaped_cert") },
	};
	for (size_t i = 0; i < r->steps.n; i++) {
		struct step *s = r->steps.item[i];
		if (s->kind != STEP_GUARD || s->as.guard.kind != GUARD_CERTIFICATE)
			continue;
		struct step *h = route_step(in->front->arena, r, STEP_HEADER, s->feature, NULL);
		h->quiet = true;
		h->side = SIDE_TLS;
		for (size_t j = 0; j < 3 + (size_t)s->as.guard.forwards; j++)
			LIST_PUSH(in->front->arena, &h->as.header.edits, EDITS[j]);
		return;
	}
}

void headers_of_request(struct instance *in, const struct location *l, struct route *r)
{
	struct setting *connection = subject_setting(l->subject, STR("headers.connection"), STR("value"));
	prefix(in, l, r);
	if (connection)
		header_step(in, r, connection, false, STR("Connection"), connection->value.text);
	client_certificate(in, r);
}
