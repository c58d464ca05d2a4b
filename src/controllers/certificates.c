/* SPDX-License-Identifier: Apache-2.0 */
/* Which certificate a host gets (reference: ingress-nginx A.11). The first Ingress of the host with a tls section decides. */
#include "controllers/server.h"
#include "kube/certificate.h"

static bool lists_host(const struct ingress_tls *tls, str host, const struct field **hit)
{
	for (size_t i = 0; i < tls->hosts.n; i++)
		if (str_eq_nocase(str_trim(tls->hosts.item[i]->value), host)) {
			*hit = tls->hosts.item[i];
			return true;
		}
	return false;
}

static bool lists_wildcard(const struct ingress_tls *tls, str host, const struct field **hit)
{
	str label, rest;
	if (!str_cut(host, '.', &label, &rest))
		return false;
	for (size_t i = 0; i < tls->hosts.n; i++) {
		str h = tls->hosts.item[i]->value;
		if (str_starts(h, STR("*.")) && str_eq_nocase(str_from(h, 2), rest)) {
			*hit = tls->hosts.item[i];
			return true;
		}
	}
	return false;
}

static enum covers secret_covers(const struct instance *in, const struct subject *s, const struct ingress_tls *tls, str host)
{
	if (!tls->secret || tls->secret->value.n == 0)
		return COVERS_NO;
	const struct secret *secret = snapshot_secret(in->front->snapshot, s->ingress->meta.namespace, tls->secret->value);
	if (!secret)
		return in->front->closed_world ? COVERS_NO : COVERS_UNKNOWN;
	return certificate_covers(secret->certificate, host);
}

/* The tls entry for a host: the one that lists it, else the first whose certificate is good for it. */
static const struct ingress_tls *find_tls(const struct instance *in, const struct subject *s, str host, const struct field **listed)
{
	for (size_t i = 0; i < s->ingress->tls.n; i++)
		if (lists_host(&s->ingress->tls.item[i], host, listed))
			return &s->ingress->tls.item[i];
	for (size_t i = 0; i < s->ingress->tls.n; i++) {
		const struct ingress_tls *tls = &s->ingress->tls.item[i];
		enum covers covers = secret_covers(in, s, tls, host);
		bool wildcard = lists_wildcard(tls, host, listed);
		/* unseen and not contradicted: taken to be good where nothing else is listed */
		if (covers == COVERS_YES || (covers == COVERS_UNKNOWN && (wildcard || tls->hosts.n == 0)))
			return tls;
	}
	return NULL;
}

static void say_default(struct instance *in, struct subject *s, const struct ingress_tls *tls, const struct server *server)
{
	struct diag_site site = { tls ? tls->at : s->ingress->tls.item[0].at, 1, record_object(in->front->arena, s->record) };
	bool given = in->front->default_certificate.n > 0;
	struct diag *d = diag_addf(in->front->diags, given ? DIAG_DEFAULT_CERTIFICATE : DIAG_CERTIFICATE_LOST, site,
		"%s has no certificate of its own: the controller serves its default certificate",
		server->name.n ? "a host with a tls section" : "the default host");
	if (given)
		return;
	d->loss = LOSS_ROUTING;
	d->effect = STR("https requests for the host, and those redirected to it, find no listener on the Gateway");
	d->help = STR("name a Secret with a certificate in spec.tls (with the host in its hosts list), or give\n"
		"--default-certificate NS/NAME for all such hosts");
	if (tls) {
		struct fact *f = subject_fact(s, tls->secret);
		fact_lost(f, FACT_INEXPRESSIBLE, LOSS_ROUTING, DIAG_CERTIFICATE_LOST, STR("no certificate is known for the host"));
	}
}

static void use_default(struct instance *in, struct certificate *c)
{
	str namespace, name;
	if (!str_cut(in->front->default_certificate, '/', &namespace, &name))
		return;
	c->kind = CERTIFICATE_SECRET;
	c->namespace = namespace;
	c->name = name;
}

static void decide(struct instance *in, struct server *server, struct subject *s)
{
	struct arena *a = in->front->arena;
	struct certificate *c = &server->certificate;
	const struct field *listed = NULL;
	const struct ingress_tls *tls = find_tls(in, s, server->name, &listed);
	if (!tls && !in->nginx)
		return;
	c->kind = CERTIFICATE_DEFAULT;
	c->redirects = in->nginx;
	c->owner = s->owner;
	c->listener = server->name;
	if (tls) {
		fact_list_add(a, &c->facts, subject_fact(s, listed));
		fact_list_add(a, &c->facts, subject_fact(s, tls->secret));
	}
	if (tls && tls->secret && tls->secret->value.n && secret_covers(in, s, tls, server->name) != COVERS_NO) {
		c->kind = CERTIFICATE_SECRET;
		c->namespace = s->ingress->meta.namespace;
		c->name = tls->secret->value;
		return;
	}
	say_default(in, s, tls, server);
	use_default(in, c);
}

/* A host that nothing was decided for is served with the certificate of "*." and the rest of its name. */
static void inherit(struct instance *in, struct server *server)
{
	str label, rest;
	if (server->certificate.kind != CERTIFICATE_NONE || !str_cut(server->name, '.', &label, &rest))
		return;
	struct server *wild = servers_find(in, arena_join(in->front->arena, STR("*."), rest));
	if (!wild || wild == server || wild->certificate.kind == CERTIFICATE_NONE || !in->nginx)
		return;
	server->certificate = wild->certificate;
}

void certificates_decide(struct instance *in)
{
	for (size_t i = 0; i < in->servers.n; i++) {
		struct server *server = in->servers.item[i];
		for (size_t j = 0; j < server->owners.n && server->name.n; j++) {
			struct subject *s = server->owners.item[j];
			if (s->ingress->tls.n == 0 || server->certificate.kind != CERTIFICATE_NONE)
				continue;
			decide(in, server, s);
		}
	}
	for (size_t i = 0; i < in->servers.n; i++)
		inherit(in, in->servers.item[i]);
	if (!in->nginx)
		return;
	for (size_t i = 0; i < in->servers.n; i++) {
		struct certificate *c = &in->servers.item[i]->certificate;
		if (c->kind == CERTIFICATE_NONE && in->servers.item[i]->name.n && in->servers.item[i]->creator) {
			c->owner = in->servers.item[i]->creator->owner;
			c->listener = in->servers.item[i]->name;
			use_default(in, c);
		}
	}
}
