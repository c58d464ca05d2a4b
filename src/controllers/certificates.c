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
		return in->front->closed_secrets ? COVERS_NO : COVERS_UNKNOWN;
	return certificate_covers(secret->certificate, host);
}

static void assume_covers(const struct instance *in, const struct subject *s, const struct ingress_tls *tls)
{
	struct fact *fact = subject_fact(s, tls->secret);
	if (!fact)
		return;
	fact->assumed = true;
	struct diag *d = diag_add(in->front->diags, DIAG_ASSUMED_PRESENT, fact_site(in->front->arena, fact),
		STR("assumed: certificates that are not in the input are good for the hosts that no tls section lists"));
	d->help = STR("list the hosts in spec.tls, or add the Secrets to the input (only the public certificate is read)");
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
		if (covers == COVERS_UNKNOWN && (wildcard || tls->hosts.n == 0))
			assume_covers(in, s, tls);
		if (covers == COVERS_YES || (covers == COVERS_UNKNOWN && (wildcard || tls->hosts.n == 0)))
			return tls;
	}
	return NULL;
}

/* The default certificate that is known by name: the user's word, else the controller's own argument; empty when neither says it. */
static str default_certificate(const struct instance *in)
{
	if (in->front->default_certificate.n)
		return in->front->default_certificate;
	str named = controller_default(in->controller, STR("tls.default-certificate"), STR("secret"));
	return str_has_char(named, '/') ? named : (str){ "", 0 };
}

/* The host is served with the controller's default certificate. Without a name for it, somebody has to give one. */
static void use_default(struct instance *in, struct certificate *c, struct diag_site site, const struct fact_list *lost)
{
	str namespace, name, known = default_certificate(in);
	c->kind = CERTIFICATE_DEFAULT;
	if (str_cut(known, '/', &namespace, &name)) {
		c->namespace = namespace;
		c->name = name;
		return;
	}
	struct diag *d = diag_add(in->front->diags, DIAG_CERTIFICATE_LOST, site,
		STR("HTTPS is served with the controller's default certificate, and no Secret is known for it"));
	d->loss = LOSS_ROUTING;
	d->effect = STR("https requests for the host fail until the listener's Secret exists");
	d->help = STR("name a Secret for the host in spec.tls (its hosts list must have the host), or give\n"
		"--default-certificate NAMESPACE/NAME for all such hosts");
	for (size_t i = 0; i < lost->n; i++)
		fact_lost(lost->item[i], FACT_DIFFERENT, LOSS_ROUTING, DIAG_CERTIFICATE_LOST, STR("no certificate is known for the host"));
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
		c->namespace = s->owner->namespace;
		c->name = tls->secret->value;
		return;
	}
	struct diag_site site = { tls ? tls->at : s->ingress->tls.item[0].at, 1, record_object(a, s->record) };
	/* no certificate of the controller is shown to clients whose connections pass through */
	if (!passthrough_alone(server))
		use_default(in, c, site, &c->facts);
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
	server->inherits = true;
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
}

void certificate_of_rest(struct instance *in, struct certificate *c)
{
	str known = default_certificate(in);
	if (str_cut(known, '/', &c->namespace, &c->name))
		c->kind = CERTIFICATE_DEFAULT;
}

static void say_no_https_of(struct instance *in, struct place at, const struct record *who)
{
	struct diag_site site = { at, 1, record_object(in->front->arena, who) };
	struct diag *d = diag_add(in->front->diags, DIAG_DEFAULT_CERTIFICATE, site,
		STR("HTTPS with the controller's default certificate is not carried over for hosts without a certificate of their own"));
	d->effect = STR("https requests for these hosts, which browsers warned of, are no longer answered");
	d->help = STR("give --default-certificate NAMESPACE/NAME if such requests matter");
}

static void say_no_https(struct instance *in, const struct server *server, const struct host *host)
{
	if (host->creator)
		say_no_https_of(in, host->creator->at, host->creator->record);
	for (size_t i = 0; i < server->owners.n; i++)
		say_no_https_of(in, server->owners.item[i]->ingress->meta.at, server->owners.item[i]->record);
}

/*
 * nginx answers HTTPS for every host, with the default certificate where it has none of its own. That is carried over where the
 * certificate is known by name, or where the host sends its clients there.
 */
void certificate_complete(struct instance *in, const struct server *server, struct host *host)
{
	struct certificate *c = &host->certificate;
	if (c->kind != CERTIFICATE_NONE || passthrough_alone(server))
		return;
	struct step *https = NULL;
	for (size_t i = 0; i < host->routes.n; i++)
		for (size_t j = 0; j < host->routes.item[i]->steps.n; j++)
			if (!host->routes.item[i]->steps.item[j]->quiet && str_eq(host->routes.item[i]->steps.item[j]->feature, STR("redirect.https")))
				https = host->routes.item[i]->steps.item[j];
	if (!https && default_certificate(in).n == 0) {
		if (in->nginx)
			say_no_https(in, server, host);
		return;
	}
	c->owner = server->creator ? server->creator->owner : NULL;
	c->listener = server->name;
	struct diag_site site = { server->creator ? server->creator->ingress->meta.at : (struct place){ 0, 0 }, 1,
		server->creator ? record_object(in->front->arena, server->creator->record) : (str){ "", 0 } };
	const struct fact_list none = { 0 };
	if (https && https->facts.n && https->facts.item[0]->record)
		site = fact_site(in->front->arena, https->facts.item[0]);
	use_default(in, c, site, https ? &https->facts : &none);
}
