/* SPDX-License-Identifier: Apache-2.0 */
/* Load balancers that end TLS: see forwarded.h. */
#include "targets/forwarded.h"

#include "targets/policies.h"
#include "targets/stated.h"

static void say(struct lowering *lw, enum loss loss, const char *message, const char *effect, const char *help)
{
	const struct fact *fact = lw->entry->http.address_fact;
	struct diag_site site = { fact ? fact->at : (struct place){ 0, 0 }, 1, { "", 0 } };
	struct diag *d = diag_add(lw->diags, DIAG_FORWARDED_SCHEME, site, str_c(message));
	state_of(lw, NULL, NULL, SIDE_BOTH);
	state_fields(lw, STATED_FORWARDED, "*", DIAG_FORWARDED_SCHEME);
	d->loss = loss;
	d->from_default = true;
	d->effect = str_c(effect);
	d->help = str_c(help);
}

/* Whoever decides by the client's address, backends read it. */
static void say_client(struct lowering *lw)
{
	const struct fact *fact = lw->entry->http.address_fact;
	struct diag_site site = { fact ? fact->at : (struct place){ 0, 0 }, 1, { "", 0 } };
	struct diag *d = diag_add(lw->diags, DIAG_CLIENT_HEADERS, site, STR("backends read the client's address as the Gateway writes it"));
	state_of(lw, NULL, NULL, SIDE_BOTH);
	state_fields(lw, STATED_CLIENT, "upstream.headers", DIAG_CLIENT_HEADERS);
	d->loss = LOSS_BEHAVIOUR;
	d->from_default = true;
	d->effect = STR("the controller put the address that a proxy in front names into X-Forwarded-For and X-Real-IP; implementations leave the header of the proxy and put the "
		"proxy's own address behind it, and most set no X-Real-IP");
	d->help = STR("let the applications read X-Forwarded-For from its end, past the proxies that you know");
}

/* Of any request, whatever the Ingress says. */
static void note_form(struct lowering *lw, enum loss loss, str message, const char *effect, const char *help)
{
	struct diag *d = diag_add(lw->diags, DIAG_REQUEST_FORM, (struct diag_site){ { 0, 0 }, 1, { "", 0 } }, message);
	d->loss = loss;
	d->from_default = true;
	d->effect = str_c(effect);
	d->help = str_c(help);
}

static void say_form(struct lowering *lw, enum stated_when when, str message, const char *effect, const char *help)
{
	note_form(lw, LOSS_BEHAVIOUR, message, effect, help);
	state_form(lw, when, when == STATED_DOT, DIAG_REQUEST_FORM);
}

static void say_fields(struct lowering *lw, enum stated_when when, const char *fields)
{
	state_of(lw, NULL, NULL, SIDE_BOTH);
	state_fields(lw, when, fields, DIAG_REQUEST_FORM);
}

/* Who is guarded stays so: only what the backend hears is another name. */
static void say_cut(struct lowering *lw, str who)
{
	note_form(lw, LOSS_COSMETIC, arena_printf(lw->arena, "%.*s takes the dot away that may stand at the end of a Host", STR_ARG(who)),
		"the backend of http://HOST./ gets HOST, and redirects lead there; the controller keeps the dot", "nothing: hardly any client sends such a Host");
	say_fields(lw, STATED_DOT, "status upstream.host upstream.headers location response_headers");
}

/* The controller leaves it out of some answers of its own, and a Gateway that is told it sends it with all. */
static void say_hsts(struct lowering *lw, str who)
{
	note_form(lw, LOSS_COSMETIC, arena_printf(lw->arena, "%.*s sends Strict-Transport-Security with other answers of its own than the controller", STR_ARG(who)),
		"redirects and errors over TLS have it that had not, or the reverse; answers of backends have it as before",
		"nothing: clients keep it from any answer of the host");
	say_fields(lw, STATED_OWN, "response_headers");
}

/* Where the implementation hands on all headers that it does not know. */
static void say_kept(struct lowering *lw, str who)
{
	if (!lw->entry->http.drop_underscores || setting_is_said(lw, STR("headers.underscores")) || !target_chooses(lw->target, STR("underscores"), STR("kept")))
		return;
	note_form(lw, LOSS_BEHAVIOUR, arena_printf(lw->arena, "%.*s hands headers with an underscore in their name on to backends", STR_ARG(who)),
		"the controller leaves them out; an application that takes X_User for X-User believes what a client says there",
		"let the application look at headers by their whole name, or take such headers away in front of the Gateway");
	say_fields(lw, STATED_UNDERSCORE, "upstream.headers");
}

/* The setting itself is among those that are not carried over. */
static void state_original(struct lowering *lw)
{
	const struct fact_list *settings = &lw->entry->http.settings;
	bool tells = false;
	for (size_t i = 0; i < settings->n; i++)
		tells = tells || str_eq(settings->item[i]->feature, STR("headers.original"));
	if (!tells || !lw->target->judged || setting_is_said(lw, STR("headers.original")))
		return;
	state_of(lw, NULL, NULL, SIDE_BOTH);
	state_fields(lw, STATED_ORIGINAL, "upstream.headers", DIAG_DEFAULTS_LOST);
}

void forms_say(struct lowering *lw)
{
	if (lw->open)
		return;
	const str who = target_words(lw);
	if (target_chooses(lw->target, STR("underscores"), STR("refused")) && !setting_is_said(lw, STR("headers.underscores")))
		say_form(lw, STATED_UNDERSCORE, arena_printf(lw->arena, "%.*s refuses requests with an underscore in the name of a header", STR_ARG(who)),
			"they get 400, where the controller leaves the header out or passes it on",
			"Envoy Gateway: ClientTrafficPolicy with headers.withUnderscoresAction: DropHeader for the Gateway does as the controller by default, "
			"Allow as it does with enable-underscores-in-headers");
	say_kept(lw, who);
	state_original(lw);
	bool wild = target_chooses(lw->target, STR("last-dot"), STR("wildcards"));
	if (setting_is_said(lw, STR("headers.hsts")))
		say_hsts(lw, who);
	if (setting_is_said(lw, STR("route.last-dot")))
		say_cut(lw, who);
	else if (wild || target_chooses(lw->target, STR("last-dot"), STR("counts")))
		say_form(lw, STATED_DOT, arena_printf(lw->arena, "%.*s knows no host%s by its name with a dot at the end", STR_ARG(who), wild ? " of a wildcard" : ""),
			"http://HOST./ gets 404, or what a route for all hosts answers, also where HOST is guarded; the controller serves it as http://HOST/",
			"nothing, where no route for all hosts has a backend that HOST is to keep back; hardly any client sends such a Host");
}

void forwarded_say(struct lowering *lw)
{
	const struct http_rules *http = &lw->entry->http;
	if (lw->open)
		return;
	if (http->forwarded || http->real_ip)
		say_client(lw);
	if (http->forwarded && !clients_are_hidden(lw))
		say(lw, LOSS_BEHAVIOUR, "of what a proxy in front says of a request in X-Forwarded headers, the Gateway acts on X-Forwarded-Proto: https alone",
			"X-Forwarded-Host and X-Forwarded-Port are passed on and not acted on: redirects lead to the Host of the request",
			"let the proxy in front leave Host as the client wrote it");
	else if (http->forwarded)
		say(lw, LOSS_AVAILABILITY, "of what a proxy in front says of a request in X-Forwarded headers, a Gateway acts on X-Forwarded-Proto: https alone",
			"with it requests on port 80 are served and not led to HTTPS, as by the controller; where the implementation writes the header "
			"anew they are led there for ever. X-Forwarded-Host and X-Forwarded-Port are passed on and not acted on",
			"let the implementation believe the proxy in front (Envoy Gateway: ClientTrafficPolicy clientIPDetection; NGINX Gateway "
			"Fabric: NginxProxy rewriteClientIP; Traefik: forwardedHeaders of the entry point), or let TLS end at the Gateway");
	if (http->proxy_protocol && lw->https_led)
		say(lw, LOSS_AVAILABILITY, "connections whose PROXY protocol names port 443 count as HTTPS for the controller, and for no Gateway",
			"behind a load balancer that ends TLS requests are led to HTTPS for ever",
			"let TLS end at the Gateway, or lead to HTTPS at the load balancer and switch ssl-redirect off");
}
