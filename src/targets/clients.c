/* SPDX-License-Identifier: Apache-2.0 */
/* Client certificates as a setting of the Gateway: see clients.h. */
#include "targets/clients.h"

#include "targets/copies.h"
#include "targets/losses.h"
#include "targets/stated.h"
#include "targets/versions.h"

static const str FIELD = STR_INIT("spec.tls.frontend.default.validation.caCertificateRefs");

static bool fits(const struct client_check *c, const struct client_check *first)
{
	return c && c->refuses && c->beyond.n == 0 && str_eq(c->namespace, first->namespace) && str_eq(c->name, first->name);
}

bool clients_agree(const struct host_list *hosts)
{
	for (size_t i = 0; i < hosts->n; i++)
		if (!hosts->item[0]->clients || !fits(hosts->item[i]->clients, hosts->item[0]->clients))
			return false;
	return hosts->n > 0;
}

static void say_assumed(struct lowering *lw, const struct client_check *c)
{
	if (lw->open || !c->assumed || c->facts.n == 0)
		return;
	struct diag *d = diag_add(lw->diags, DIAG_ASSUMED_PRESENT, fact_site(lw->arena, c->facts.item[0]),
		STR("assumed: the Secret with the CA of clients holds ca.crt, and no list of revoked certificates (ca.crl)"));
	d->help = STR("add the Secret to the input: of it only the names of its keys are read");
	for (size_t i = 0; i < c->facts.n; i++)
		c->facts.item[i]->assumed = true;
}

/* The check is said; this is what it does in another way. */
static void say_differences(struct lowering *lw, const struct host *host, const struct client_check *c)
{
	static const struct loss_text CHAIN = {
		.code = DIAG_CLIENT_CHECK_DIFFERS, .feature = STR_INIT("auth.client-certificate"), .loss = LOSS_SECURITY,
		.message = STR_INIT("the Gateway asks all HTTPS clients for a certificate, and knows no limit for the length of its chain"),
		.effect = STR_INIT("clients without a good certificate fail in the handshake, where they got 400; one with more certificates between it and "
			"the CA than nginx allowed is let in; an implementation that does not know spec.tls.frontend asks nobody"),
		.help = STR_INIT("make sure that the implementation supports GatewayFrontendClientCertificateValidation (status of its GatewayClass), and "
			"put only the CA that signs clients itself into ca.crt; then --accept auth.client-certificate"),
	};
	static const struct loss_text HEADERS = {
		.code = DIAG_FEATURE_LOST_BEHAVIOUR, .feature = STR_INIT("auth.client-certificate"), .loss = LOSS_BEHAVIOUR,
		.message = STR_INIT("backends are no longer told in ssl-client-* headers who the client is"),
		.effect = STR_INIT("the headers are taken off every request, so that no client can write them; an application that reads them knows nobody"),
		.help = STR_INIT("use what the implementation has: ClientTrafficPolicy headers.xForwardedClientCert (Envoy Gateway), Middleware "
			"passTLSClientCert (Traefik), ListenerPolicy forwardClientCertDetails (kgateway)"),
	};
	const struct route place = { .at = host->creator ? host->creator->at : (struct place){ 0, 0 }, .owner = host->creator };
	struct fact_list facts = { 0 };
	fact_list_join(lw->arena, &facts, &c->facts);
	fact_list_join(lw->arena, &facts, &c->depth);
	state_of(lw, host, NULL, SIDE_TLS);
	differ(lw, &place, &facts, &CHAIN);
	differ(lw, &place, &c->facts, &HEADERS);
	state_fields(lw, STATED_TLS, "upstream.headers", HEADERS.code);
	if (!c->copied)
		say_copy(lw, &place, &c->facts, (struct copy){ STR("auth.client-certificate"), c->namespace, c->name, c->namespace,
			STR("HTTPS connections are refused until it is there") });
}

static void account(struct lowering *lw, const struct host *host)
{
	const struct client_check *c = host->clients;
	say_assumed(lw, c);
	say_differences(lw, host, c);
	for (size_t i = 0; i < c->page.n; i++)
		lose_other(lw, c->page.item[i], LOSS_BEHAVIOUR);
	for (size_t i = 0; i < c->forward.n; i++)
		lose_other(lw, c->forward.item[i], LOSS_BEHAVIOUR);
	idle_facts(lw, &c->usual, STR("it says what the controller does anyway"));
}

const struct frontend_part *lower_clients(struct lowering *lw, const struct host_list *hosts)
{
	if (!hosts->agree || lw->gateway_exists || !version_has(lw, STR("Gateway"), FIELD))
		return NULL;
	struct frontend_part *out = NEW(lw->arena, struct frontend_part);
	out->namespace = hosts->item[0]->clients->namespace;
	out->name = hosts->item[0]->clients->name;
	for (size_t i = 0; i < hosts->n; i++) {
		account(lw, hosts->item[i]);
		LIST_PUSH(lw->arena, &out->hosts, hosts->item[i]);
	}
	return out;
}

void clients_why(struct lowering *lw, const struct host_list *hosts, const struct host *host, bool tls)
{
	const struct client_check *c = host->clients;
	lw->clients_why = lw->clients_ways = (str){ "", 0 };
	if (!c || !c->refuses || lw->clients_asked)
		return;
	if (c->beyond.n) {
		lw->clients_why = c->beyond;
	} else if (!tls) {
		lw->clients_why = STR("HTTPS, where certificates are asked for, is not carried over for the host");
	} else if (hosts->agree && lw->gateway_exists) {
		lw->clients_why = STR("the Gateway exists already, and is not printed");
	} else if (hosts->agree) {
		lw->clients_why = version_lacks(lw, STR("Gateway"), FIELD, STR("spec.tls.frontend of a Gateway"));
		lw->clients_ways = version_ways(lw, STR("Gateway"), FIELD);
	} else {
		lw->clients_why = STR("a Gateway asks on all its HTTPS listeners, and another host wants no certificate, or one of another CA");
	}
}
