/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Client certificates (reference: ingress-nginx A.11, B, auth-tls-*). They are asked for on TLS by the whole host, by the settings of
 * the first Ingress that names a CA. Guards for it are steps of the routes already; here stands what such a guard asks.
 */
#include "controllers/server.h"

static const str CLIENTS = STR_INIT("auth.client-certificate");

/* The first Ingress of the host with a CA. */
static struct subject *subject_of(const struct server *server)
{
	for (size_t i = 0; i < server->subjects.n; i++)
		if (subject_setting(server->subjects.item[i], CLIENTS, STR("secret")))
			return server->subjects.item[i];
	return NULL;
}

static bool is_denied(const struct server *server)
{
	for (size_t i = 0; i < server->subjects.n; i++)
		if (server->subjects.item[i]->denied_host)
			return true;
	return false;
}

static struct fact *fact_of(struct subject *s, const char *field)
{
	struct setting *at = subject_setting(s, CLIENTS, str_c(field));
	return at ? at->fact : NULL;
}

/* What a check by the CA alone does not say. */
static str beyond(const struct front *front, struct subject *s, const struct client_check *c)
{
	const struct setting *verify = subject_setting(s, CLIENTS, STR("verify"));
	const struct secret *secret = snapshot_secret(front->snapshot, c->namespace, c->name);
	if (verify && str_starts(verify->value.text, STR("optional")))
		return STR("clients without a certificate are let in, and backends are told so");
	if (subject_setting(s, CLIENTS, STR("match-name")))
		return STR("the subject of the certificate decides as well");
	if (secret && str_list_has(&secret->keys, STR("ca.crl")))
		return STR("a list of revoked certificates (ca.crl) decides as well");
	if (secret && !secret_may_have(secret, STR("ca.crt")))
		return STR("the Secret holds no CA");
	return (str){ "", 0 };
}

static struct client_check *check_new(const struct instance *in, struct subject *s)
{
	static const str HEADERS[] = {
		STR_INIT("ssl-client-cert"), STR_INIT("ssl-client-issuer-dn"), STR_INIT("ssl-client-subject-dn"), STR_INIT("ssl-client-verify"),
	};
	struct arena *a = in->front->arena;
	struct client_check *c = NEW(a, struct client_check);
	const struct setting *secret = subject_setting(s, CLIENTS, STR("secret")), *verify = subject_setting(s, CLIENTS, STR("verify"));
	const struct setting *forward = subject_setting(s, CLIENTS, STR("forward"));
	str_cut(secret->value.text, '/', &c->namespace, &c->name);
	c->copied = ca_is_copied(in->front, c->namespace, c->name);
	const struct secret *known = snapshot_secret(in->front->snapshot, c->namespace, c->name);
	c->assumed = !known || known->keys_unknown;
	c->refuses = !verify || !str_eq(verify->value.text, STR("off"));
	c->beyond = beyond(in->front, s, c);
	for (size_t i = 0; i < sizeof HEADERS / sizeof *HEADERS; i++)
		LIST_PUSH(a, &c->headers, HEADERS[i]);
	fact_list_add(a, &c->facts, secret->fact);
	fact_list_add(a, &c->verify, fact_of(s, "verify"));
	fact_list_add(a, &c->depth, fact_of(s, "depth"));
	fact_list_add(a, &c->page, fact_of(s, "error-page"));
	fact_list_add(a, forward && forward->value.truth ? &c->forward : &c->usual, fact_of(s, "forward"));
	return c;
}

/* With "off" nobody is refused: the guard goes, and what switched it off decides for the route. */
static void drop_guards(struct instance *in, struct host *host, struct fact *off)
{
	for (size_t i = 0; i < host->routes.n; i++) {
		struct route *r = host->routes.item[i];
		size_t kept = 0, before = r->steps.n;
		for (size_t j = 0; j < before; j++) {
			struct step *s = r->steps.item[j];
			bool check = s->kind == STEP_GUARD && str_eq(s->feature, CLIENTS);
			if (!check)
				r->steps.item[kept++] = s;
			for (size_t k = 0; check && k < s->facts.n; k++)
				if (s->facts.item[k] != off)
					fact_idle(s->facts.item[k], STR("auth-tls-verify-client is off: nobody is asked for a certificate"));
		}
		r->steps.n = kept;
		if (kept < before)
			fact_list_add(in->front->arena, &r->facts, off);
	}
}

void clients_settle(struct instance *in)
{
	for (size_t i = 0; i < in->servers.n && in->nginx; i++) {
		struct server *server = in->servers.item[i];
		struct subject *s = server->host && !is_denied(server) ? subject_of(server) : NULL;
		if (!s)
			continue;
		struct client_check *c = check_new(in, s);
		if (!c->refuses)
			drop_guards(in, server->host, fact_of(s, "verify"));
		server->host->clients = c;
	}
}
