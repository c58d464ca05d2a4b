/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS that is passed through (reference: ingress-nginx A.11, ssl-passthrough). A proxy in front of nginx reads the name that a TLS
 * client asks for, compares it with the names of hosts, one by one, and hands the connection to the Service of the host's path /.
 * Wildcards and aliases never fit there. Everything else of the host acts on port 80 alone.
 */
#include "controllers/server.h"

static const str PASSTHROUGH = STR_INIT("tls.passthrough"), ENABLED = STR_INIT("enabled"), ALLOWED = STR_INIT("allowed");

static struct setting *setting_of(struct subject *s)
{
	return subject_setting(s, PASSTHROUGH, ENABLED);
}

static bool is_known(const struct instance *in)
{
	return in->front->closed_world || in->controller->workload ||
		controller_argument(in->front, in->controller->table, STR("enable-ssl-passthrough")).n;
}

static void assume(const struct instance *in, struct fact *fact)
{
	struct diag *d = diag_add(in->front->diags, DIAG_ASSUMED_PRESENT, fact_site(in->front->arena, fact),
		STR("assumed: the controller runs with --enable-ssl-passthrough, without which the annotation does nothing"));
	d->help = STR("add the controller's Deployment to the input, or give --controller-flag enable-ssl-passthrough=true (or =false)");
	fact->assumed = true;
}

static const struct service *service_of(const struct instance *in, const struct location *root)
{
	return snapshot_service(in->front->snapshot, root->subject->ingress->meta.namespace, root->upstream->backend.name);
}

/* Why the annotation has no effect on a server; empty where it has. */
static str hindrance(const struct instance *in, const struct server *server)
{
	const struct location *root = server->root;
	if (is_known(in) && !controller_default_flag(in->controller, PASSTHROUGH, ALLOWED))
		return STR("the controller runs without --enable-ssl-passthrough");
	if (server->name.n == 0)
		return STR("TLS is passed through for hosts with a name alone");
	if (str_starts(server->name, STR("*.")))
		return STR("the controller compares whole names here, and a wildcard is none");
	if (root->upstream && !root->implicit && !root->upstream->backend.exists && !service_of(in, root))
		return STR("the Service of the host's path / does not exist, and nginx answers in its place");
	return (str){ "", 0 };
}

static void decide(struct instance *in, struct server *server)
{
	struct arena *a = in->front->arena;
	for (size_t i = 0; i < server->owners.n; i++) {
		struct setting *at = setting_of(server->owners.item[i]);
		if (!at || !at->value.truth)
			continue;
		str why = hindrance(in, server);
		if (why.n) {
			fact_idle(at->fact, why);
			continue;
		}
		if (!is_known(in))
			assume(in, at->fact);
		server->passthrough = true;
		fact_list_add(a, &server->passthrough_facts, at->fact);
	}
	if (server->passthrough && is_known(in))
		fact_list_add(a, &server->passthrough_facts, controller_default_fact(in->controller, PASSTHROUGH));
}

void passthrough_decide(struct instance *in)
{
	for (size_t i = 0; i < in->servers.n && in->nginx; i++) {
		in->servers.item[i]->root = in->servers.item[i]->locations.item[0];
		decide(in, in->servers.item[i]);
	}
}

bool passthrough_alone(const struct server *server)
{
	for (size_t i = 0; server->passthrough && i < server->owners.n; i++)
		if (subject_setting(server->owners.item[i], STR("route.alias"), STR("names")))
			return false;
	return server->passthrough;
}

/* ---- the host of the model ---- */

static const str VOID = STR_INIT("TLS of the host is passed through, and port 80 asks for no certificate");

/* Client certificates are asked for on TLS alone, which does not end here. */
static void drop_client_checks(struct host *host)
{
	for (size_t i = 0; i < host->routes.n; i++) {
		struct route *r = host->routes.item[i];
		size_t kept = 0;
		for (size_t j = 0; j < r->steps.n; j++) {
			struct step *s = r->steps.item[j];
			bool check = s->kind == STEP_GUARD && str_eq(s->feature, STR("auth.client-certificate"));
			if (!check)
				r->steps.item[kept++] = s;
			for (size_t k = 0; check && k < s->facts.n; k++)
				fact_idle(s->facts.item[k], VOID);
		}
		r->steps.n = kept;
	}
}

static size_t tls_leaves(const struct ingress *ingress)
{
	size_t n = 0;
	for (size_t i = 0; i < ingress->tls.n; i++)
		n += ingress->tls.item[i].hosts.n + (ingress->tls.item[i].secret != NULL);
	return n;
}

/* Of a tls section only that it is there counts: it sends plain requests to HTTPS. One entry alone stands for that. */
static void account_certificate(struct arena *arena, const struct server *server, struct host *host)
{
	const struct fact_list *facts = &server->certificate.facts;
	bool decides = false;
	for (size_t i = 0; i < server->owners.n; i++)
		decides = decides || (server->owners.item[i]->owner == server->certificate.owner && tls_leaves(server->owners.item[i]->ingress) == 1);
	for (size_t i = 0; i < host->routes.n && decides; i++)
		for (size_t j = 0; j < host->routes.item[i]->steps.n; j++)
			if (str_eq(host->routes.item[i]->steps.item[j]->feature, STR("redirect.https")))
				fact_list_join(arena, &host->routes.item[i]->steps.item[j]->facts, facts);
	for (size_t i = 0; i < facts->n && !decides; i++)
		fact_idle(facts->item[i], STR("TLS of the host is passed through, and no certificate is served for it"));
}

/* nginx answers for the aliases, on both ports, as for a host of their own. */
static void split_aliases(struct instance *in, struct host *host)
{
	struct host *other = NEW(in->front->arena, struct host);
	*other = *host;
	other->name = host->aliases.item[0];
	other->aliases.item = host->aliases.item + 1;
	other->aliases.n = other->aliases.cap = host->aliases.n - 1;
	host->aliases.n = 0;
	if (other->certificate.kind != CERTIFICATE_NONE)
		other->certificate.listener = other->name.name;
	LIST_PUSH(in->front->arena, &in->entry->hosts, other);
}

static void say_headless(struct instance *in, const struct server *server, const struct location *root)
{
	const struct service *service = service_of(in, root);
	if (!service || !service->headless)
		return;
	struct diag *d = diag_add(in->front->diags, DIAG_PASSTHROUGH_NOWHERE, fact_site(in->front->arena, server->passthrough_facts.item[0]),
		STR("TLS is passed through to a headless Service, which has no address that the controller could connect to"));
	d->effect = STR("the controller ends these connections today; a Gateway hands them to the endpoints of the Service");
	d->help = STR("nothing, if that is what is meant");
}

static void settle(struct instance *in, const struct server *server)
{
	struct passthrough *p = NEW(in->front->arena, struct passthrough);
	struct host *host = server->host;
	const struct location *root = server->root;
	if (host->aliases.n)
		split_aliases(in, host);
	else
		account_certificate(in->front->arena, server, host);
	if (!host->aliases.n && passthrough_alone(server))
		drop_client_checks(host);
	p->owner = root->subject ? root->subject->owner : host->creator;
	p->at = root->at;
	if (!root->implicit && root->upstream) {
		p->backend = root->upstream->backend;
		p->backend.facts = (struct fact_list){ 0 };
		fact_list_join(in->front->arena, &p->backend.facts, &root->backend_facts);
		fact_list_join(in->front->arena, &p->backend.facts, &root->facts);
		fact_list_add(in->front->arena, &p->backend.facts, root->type_fact);
		say_headless(in, server, root);
	}
	fact_list_join(in->front->arena, &p->facts, &server->passthrough_facts);
	host->passthrough = p;
}

static bool is_printed(const struct entry *entry, const struct host *host)
{
	for (size_t i = 0; i < entry->hosts.n; i++)
		if (entry->hosts.item[i] == host)
			return true;
	return false;
}

/* "false" decides that TLS ends at the controller, for a host whose TLS does so. */
static void account_off(struct instance *in, const struct server *server)
{
	bool ends = !server->passthrough && server->host && server->host->certificate.kind != CERTIFICATE_NONE && !hindrance(in, server).n;
	for (size_t i = 0; i < server->owners.n; i++) {
		struct setting *at = setting_of(server->owners.item[i]);
		if (!at || at->value.truth)
			continue;
		for (size_t j = 0; ends && j < server->host->routes.n; j++)
			fact_list_add(in->front->arena, &server->host->routes.item[j]->facts, at->fact);
		if (!ends)
			fact_idle(at->fact, STR("it is switched off"));
	}
}

void passthrough_settle(struct instance *in)
{
	for (size_t i = 0; i < in->servers.n && in->nginx; i++) {
		const struct server *server = in->servers.item[i];
		if (server->passthrough && server->host && is_printed(in->entry, server->host))
			settle(in, server);
		account_off(in, server);
	}
}
