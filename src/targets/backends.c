/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How backends are spoken to, after all rules are there. TLS is a BackendTLSPolicy on the Service, which acts on every route that
 * forwards to it: so all of them must want it. It always checks the certificate. gRPC in an HTTPRoute is the Service's to say, by the
 * appProtocol of its port; FastCGI and the client's own scheme cannot be said.
 */
#include "gateway/cel.h"
#include "targets/copies.h"
#include "targets/losses.h"
#include "targets/rules.h"
#include "targets/speech.h"
#include "targets/stated.h"
#include "targets/versions.h"

static const str POLICY = STR_INIT("BackendTLSPolicy"), VALIDATION = STR_INIT("spec.validation"), PROTOCOL = STR_INIT("backend.protocol");

struct use_list {
	const struct backend_use **item;
	size_t n, cap;
};

/* All that forwards to one port of a Service, and what it wants. */
struct port_uses {
	uint32_t port;
	struct use_list uses;
	bool tls, plain, http, h2c;
};

/* All that forwards to one Service. */
struct service_uses {
	str namespace, name;
	struct use_list uses;
	LIST(struct port_uses) ports;
};

struct services {
	struct lowering *lw;
	LIST(struct service_uses *) list;
	struct map by_name;
	struct policy_list policies;
};

static bool wants_tls(const struct backend_use *use)
{
	return speech_of(use) == SPEECH_HTTPS || speech_of(use) == SPEECH_GRPCS;
}

/* FastCGI and the client's scheme are lost, and want nothing. */
static bool wants_plain(const struct backend_use *use)
{
	return speech_of(use) == SPEECH_HTTP || speech_of(use) == SPEECH_GRPC;
}

/* gRPC in an HTTPRoute: the Service has to say that its port speaks HTTP/2. */
static bool wants_h2c(const struct backend_use *use)
{
	return speech_of(use) == SPEECH_GRPC && !use->part->grpc;
}

static bool wants_http(const struct backend_use *use)
{
	return speech_of(use) == SPEECH_HTTP;
}

typedef bool wish(const struct backend_use *use);

/* ---- disagreement ---- */

/* All facts of a route's wish for TLS. */
static struct fact_list tls_facts(struct arena *arena, const struct speech *speech)
{
	struct fact_list facts = { 0 };
	fact_list_join(arena, &facts, &speech->facts);
	if (!speech->tls)
		return facts;
	fact_list_join(arena, &facts, &speech->tls->secret_facts);
	fact_list_join(arena, &facts, &speech->tls->verify_facts);
	fact_list_join(arena, &facts, &speech->tls->name_facts);
	fact_list_join(arena, &facts, &speech->tls->more);
	return facts;
}

static void lose_wish(struct lowering *lw, const struct backend_use *use, const struct loss_text *text)
{
	const struct fact_list facts = tls_facts(lw->arena, use->route->speech);
	state_of(lw, NULL, use->route, SIDE_BOTH);
	lose(lw, use->route, &facts, text);
}

struct disagreement {
	const struct use_list *losers, *others;
	wish *lost, *other;
};

/* Those that speak in one way and those that speak in another one: one diagnostic with the places of both. */
static void say_disagree(struct lowering *lw, const struct disagreement *d, const struct loss_text *text)
{
	for (size_t i = 0; i < d->losers->n; i++)
		if (d->lost(d->losers->item[i]))
			lose_wish(lw, d->losers->item[i], text);
	for (size_t i = 0; i < d->others->n && !lw->open; i++) {
		const struct backend_use *use = d->others->item[i];
		const struct speech *speech = use->route->speech;
		struct fact *fact = speech && speech->facts.n ? speech->facts.item[0] : use->backend->facts.n ? use->backend->facts.item[0] : NULL;
		if (d->other(use) && fact && fact->record)
			(void)diag_add(lw->diags, text->code, fact_site(lw->arena, fact), text->message);
	}
}

static void disagree_about_tls(struct lowering *lw, const struct service_uses *s, const struct port_uses *at)
{
	struct loss_text text = {
		.code = DIAG_BACKENDS_DISAGREE, .feature = PROTOCOL, .loss = LOSS_ROUTING,
		.message = arena_printf(lw->arena, "port %u of Service %.*s/%.*s is spoken to in TLS by one Ingress and without by another", (unsigned)at->port,
			STR_ARG(s->namespace), STR_ARG(s->name)),
		.effect = STR("no BackendTLSPolicy is printed, because it would act on both: the one that speaks TLS reaches the port in plain text"),
		.help = STR("a port speaks one of the two: correct the other Ingress; or give one of them a Service of its own"),
	};
	say_disagree(lw, &(struct disagreement){ &at->uses, &at->uses, wants_tls, wants_plain }, &text);
}

static void disagree_about_ports(struct lowering *lw, const struct service_uses *s, const struct port_uses *at)
{
	struct loss_text text = {
		.code = DIAG_BACKENDS_DISAGREE, .feature = PROTOCOL, .loss = LOSS_ROUTING,
		.message = arena_printf(lw->arena, "one port of Service %.*s/%.*s is spoken to in TLS and another one without, and their names are not known",
			STR_ARG(s->namespace), STR_ARG(s->name)),
		.effect = STR("no BackendTLSPolicy is printed, because it would act on both: the port with TLS is reached in plain text"),
		.help = STR("add the Service to the input (kubectl get services -A -o yaml): a BackendTLSPolicy names a port by its name"),
	};
	say_disagree(lw, &(struct disagreement){ &at->uses, &s->uses, wants_tls, wants_plain }, &text);
}

static void disagree_about_http(struct lowering *lw, const struct service_uses *s, const struct port_uses *at)
{
	struct loss_text text = {
		.code = DIAG_BACKENDS_DISAGREE, .feature = PROTOCOL, .loss = LOSS_ROUTING,
		.message = arena_printf(lw->arena, "port %u of Service %.*s/%.*s is spoken to in gRPC by one Ingress and in HTTP/1.1 by another",
			(unsigned)at->port, STR_ARG(s->namespace), STR_ARG(s->name)),
		.effect = STR("the Service can say one protocol for its port: with appProtocol: kubernetes.io/h2c both are spoken to in HTTP/2"),
		.help = STR("look whether the backend takes HTTP/2 from both, or give one of the Ingresses a Service of its own"),
	};
	say_disagree(lw, &(struct disagreement){ &at->uses, &at->uses, wants_h2c, wants_http }, &text);
}

/* ---- policies ---- */

/* The name that a certificate has to stand for where nobody names one: as services of certificates in clusters write it. */
static str usual_name(struct lowering *lw, const struct backend *b)
{
	return arena_printf(lw->arena, "%.*s.%.*s.svc", STR_ARG(b->name), STR_ARG(b->namespace));
}

static bool is_hostname(str name)
{
	return name_is_hostname(name) && !str_starts(name, STR("*"));
}

static const struct loss_text UNCHECKED_SYSTEM = {
	.code = DIAG_BACKEND_TLS_DIFFERS, .feature = STR_INIT("backend.tls"), .loss = LOSS_ROUTING,
	.message = STR_INIT("nginx checks no certificate of the backend; a BackendTLSPolicy always does, here by the CAs of the system"),
	.effect = STR_INIT("requests get 5xx unless the certificate is signed by a CA that the implementation knows, for the name in validation.hostname"),
	.help = STR_INIT("put the CA of the backend into a ConfigMap (key ca.crt) beside the Service, name it in validation.caCertificateRefs in place "
		"of wellKnownCACertificates, and correct the hostname; without any check there are Backend tls.insecureSkipVerify (Envoy "
		"Gateway), ServersTransport insecureSkipVerify (Traefik) and DestinationRule tls.insecureSkipVerify (Istio)"),
};

static const struct loss_text UNCHECKED_CA = {
	.code = DIAG_BACKEND_TLS_DIFFERS, .feature = STR_INIT("backend.tls"), .loss = LOSS_ROUTING,
	.message = STR_INIT("nginx does not check the certificate of the backend, and a BackendTLSPolicy always does, here by the CA that is named"),
	.effect = STR_INIT("requests get 5xx unless the certificate is signed by that CA, for the name in validation.hostname"),
	.help = STR_INIT("switch proxy-ssl-verify on at the source and see whether requests still pass"),
};

static const struct loss_text NAMELESS = {
	.code = DIAG_BACKEND_TLS_DIFFERS, .feature = STR_INIT("backend.tls"), .loss = LOSS_ROUTING,
	.message = STR_INIT("the name in the backend's certificate is not said: a BackendTLSPolicy needs one, and the Service's is taken"),
	.effect = STR_INIT("requests get 5xx unless the certificate stands for SERVICE.NAMESPACE.svc; nginx wants upstream_balancer in it"),
	.help = STR_INIT("write the name into proxy-ssl-name, or into validation.hostname of the policy"),
};

static const struct loss_text BAD_NAME = {
	.code = DIAG_BACKEND_TLS_DIFFERS, .feature = STR_INIT("backend.tls"), .loss = LOSS_ROUTING,
	.message = STR_INIT("proxy-ssl-name is no hostname that a BackendTLSPolicy takes, and the Service's name is taken"),
	.effect = STR_INIT("requests get 5xx unless the certificate stands for SERVICE.NAMESPACE.svc"),
	.help = STR_INIT("write a DNS name without variables"),
};

static const struct loss_text NO_CA = {
	.code = DIAG_BACKEND_TLS_DIFFERS, .feature = STR_INIT("backend.tls"), .loss = LOSS_ROUTING,
	.message = STR_INIT("the Secret of proxy-ssl-secret holds no CA (ca.crt): a BackendTLSPolicy checks by the CAs of the system"),
	.effect = STR_INIT("requests get 5xx unless the certificate is signed by a CA that the implementation knows"),
	.help = STR_INIT("put the CA of the backend into a ConfigMap (key ca.crt) beside the Service, and name it in validation.caCertificateRefs"),
};

#define SHOW_HELP "if the backend asks for it: tls.backend.clientCertificateRef of the Gateway (standard channel since 1.5), which is one " \
	"for all its backends; or DestinationRule tls (Istio), ServersTransport certificatesSecrets (Traefik), the Service annotation " \
	"konghq.com/client-cert (Kong)"

static const struct loss_text SHOWN = {
	.code = DIAG_BACKEND_TLS_DIFFERS, .feature = STR_INIT("backend.tls"), .loss = LOSS_ROUTING,
	.message = STR_INIT("the Secret of proxy-ssl-secret holds a certificate that nginx shows to the backend, and a Gateway shows none"),
	.effect = STR_INIT("a backend that asks for one refuses the connection, and requests get 5xx"),
	.help = STR_INIT(SHOW_HELP),
};

static const struct loss_text MAY_SHOW = {
	.code = DIAG_BACKEND_TLS_DIFFERS, .feature = STR_INIT("backend.tls"), .loss = LOSS_BEHAVIOUR,
	.message = STR_INIT("the Secret of proxy-ssl-secret may hold a certificate that nginx shows to the backend, and a Gateway shows none"),
	.effect = STR_INIT("a backend that asks for one refuses the connection, and requests get 5xx"),
	.help = STR_INIT("add the Secret to the input: of it only the names of its keys are read; " SHOW_HELP),
};

/* What differs from the source in the check, and where its facts stand. */
static void say_check(struct lowering *lw, const struct backend_use *use, const struct policy_part *policy)
{
	const struct speech *speech = use->route->speech;
	const struct backend_tls *tls = speech->tls;
	const struct route *r = use->route;
	bool named = tls && tls->hostname.n;
	state_of(lw, NULL, r, SIDE_BOTH);
	if (!tls || !tls->verified)
		differ(lw, r, &speech->facts, policy->ca.n ? &UNCHECKED_CA : &UNCHECKED_SYSTEM);
	if (!tls)
		return;
	if (named && !is_hostname(tls->hostname))
		lose(lw, r, &tls->name_facts, &BAD_NAME);
	else if (!named && tls->verified)
		differ(lw, r, &tls->secret_facts, &NAMELESS);
	if (!tls->has_ca)
		differ(lw, r, &tls->secret_facts, &NO_CA);
	else if (!tls->copied || !str_eq(tls->namespace, use->backend->namespace))
		say_copy(lw, r, &tls->secret_facts, (struct copy){ STR("backend.tls"), tls->namespace, tls->name, use->backend->namespace,
			STR("requests get 5xx until it is there, because a policy without its CA lets nothing pass") });
	if (tls->may_show)
		differ(lw, r, &tls->secret_facts, tls->known ? &SHOWN : &MAY_SHOW);
	idle_facts(lw, &tls->verify_facts, tls->verified ? STR("a BackendTLSPolicy checks the certificate in every case")
		: STR("it says what the controller does anyway"));
	for (size_t i = 0; i < tls->more.n; i++)
		lose_one(lw, STR("backend.tls"), tls->more.item[i]);
}

/* What one use says of the check: empty texts where it says nothing. */
static str ca_of(const struct backend_use *use)
{
	const struct backend_tls *tls = use->route->speech->tls;
	return tls && tls->has_ca ? tls->name : (str){ "", 0 };
}

static str hostname_of(const struct backend_use *use)
{
	const struct backend_tls *tls = use->route->speech->tls;
	return tls && is_hostname(tls->hostname) ? tls->hostname : (str){ "", 0 };
}

static bool differs(str mine, str first)
{
	return mine.n && first.n && !str_eq(mine, first);
}

/* Of an Ingress whose check is not in force only the wish for TLS is said. */
static void mark_use(struct lowering *lw, const struct backend_use *use, bool checked, struct policy_part *policy)
{
	const struct speech *speech = use->route->speech;
	const struct backend_tls *tls = checked ? speech->tls : NULL;
	mark_facts(lw->arena, &policy->marks, &speech->facts, STR("/spec/targetRefs/0"));
	if (tls)
		mark_facts(lw->arena, &policy->marks, &tls->secret_facts, ca_of(use).n ? STR("/spec/validation/caCertificateRefs/0") : STR("/spec/validation"));
	if (tls && hostname_of(use).n)
		mark_facts(lw->arena, &policy->marks, &tls->name_facts, STR("/spec/validation/hostname"));
	for (size_t i = 0; use->route->owner && i < policy->owners.n; i++)
		if (policy->owners.item[i] == use->route->owner)
			return;
	if (use->route->owner)
		LIST_PUSH(lw->arena, &policy->owners, use->route->owner);
}

/* The uses agree about TLS and not about the check: the first one's counts. */
static void disagree_about_check(struct lowering *lw, const struct policy_part *policy, const struct backend_use *first,
	const struct backend_use *use)
{
	struct loss_text text = {
		.code = DIAG_BACKENDS_DISAGREE, .feature = STR("backend.tls"), .loss = LOSS_ROUTING,
		.message = arena_printf(lw->arena, "Ingresses check the certificate of Service %.*s/%.*s in different ways, and a BackendTLSPolicy has one",
			STR_ARG(policy->namespace), STR_ARG(policy->service)),
		.effect = STR("the check of the first Ingress is in force for all: requests get 5xx where the certificate does not pass it"),
		.help = STR("name the same proxy-ssl-secret and proxy-ssl-name in all of them, or give one a Service of its own"),
	};
	const struct backend_tls *mine = use->route->speech->tls, *theirs = first->route->speech->tls;
	struct fact_list facts = { 0 };
	state_of(lw, NULL, use->route, SIDE_BOTH);
	if (differs(ca_of(use), policy->ca))
		fact_list_join(lw->arena, &facts, &mine->secret_facts);
	if (differs(hostname_of(use), policy->hostname))
		fact_list_join(lw->arena, &facts, &mine->name_facts);
	lose(lw, use->route, &facts, &text);
	const struct fact_list *first_facts = differs(ca_of(use), policy->ca) ? &theirs->secret_facts : &theirs->name_facts;
	if (!lw->open && first_facts->n)
		(void)diag_add(lw->diags, text.code, fact_site(lw->arena, first_facts->item[0]), text.message);
}

static struct policy_part *policy_of(struct services *all, const struct service_uses *s, str section)
{
	struct policy_list *list = &all->policies;
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->item[i].namespace, s->namespace) && str_eq(list->item[i].service, s->name) && str_eq(list->item[i].section, section))
			return &list->item[i];
	struct policy_part fresh = { .namespace = s->namespace, .service = s->name, .section = section };
	LIST_PUSH(all->lw->arena, list, fresh);
	return &list->item[list->n - 1];
}

/* One policy for the uses of a port, or of all ports where the policy is about the whole Service. */
static void add_policy(struct services *all, const struct use_list *uses, const struct service_uses *s, str section)
{
	struct lowering *lw = all->lw;
	struct policy_part *policy = policy_of(all, s, section);
	const struct backend_use *ca = NULL, *name = NULL;
	for (size_t i = 0; i < uses->n; i++) {
		ca = ca || !ca_of(uses->item[i]).n ? ca : uses->item[i];
		name = name || !hostname_of(uses->item[i]).n ? name : uses->item[i];
	}
	policy->ca = ca ? ca_of(ca) : (str){ "", 0 };
	policy->hostname = name ? hostname_of(name) : usual_name(lw, uses->item[0]->backend);
	for (size_t i = 0; i < uses->n; i++) {
		const struct backend_use *use = uses->item[i];
		bool other_ca = differs(ca_of(use), policy->ca), other_name = name && differs(hostname_of(use), policy->hostname);
		if (other_ca || other_name)
			disagree_about_check(lw, policy, other_ca ? ca : name, use);
		mark_use(lw, use, !other_ca && !other_name, policy);
		say_check(lw, use, policy);
	}
}

static void lose_version(struct lowering *lw, const struct backend_use *use)
{
	/* the first one, v1alpha2, had other fields */
	bool old = version_has(lw, POLICY, STR("spec"));
	struct loss_text text = {
		.code = DIAG_VERSION_LOST, .feature = PROTOCOL, .loss = LOSS_ROUTING,
		.message = old ? version_lacks(lw, POLICY, VALIDATION, STR("a BackendTLSPolicy with validation and targetRefs")) : kind_lacks(lw, POLICY),
		.effect = STR("requests reach the backend in plain HTTP, which a port with TLS does not understand"),
		.help = version_ways(lw, POLICY, VALIDATION),
	};
	lose_wish(lw, use, &text);
}

/* The port's name, as a policy says it; empty: the whole Service. */
static str section_of(const struct port_uses *at)
{
	return at->uses.item[0]->backend->port_name;
}

static bool has_plain(const struct service_uses *s)
{
	for (size_t i = 0; i < s->ports.n; i++)
		if (s->ports.item[i].plain)
			return true;
	return false;
}

static struct use_list tls_uses(struct arena *arena, const struct use_list *all)
{
	struct use_list uses = { 0 };
	for (size_t i = 0; i < all->n; i++)
		if (wants_tls(all->item[i]))
			LIST_PUSH(arena, &uses, all->item[i]);
	return uses;
}

/* True where a policy of the whole Service is said, which is about all of its ports. */
static bool say_port(struct services *all, const struct service_uses *s, const struct port_uses *at, bool whole_said)
{
	struct lowering *lw = all->lw;
	str section = section_of(at);
	if (at->h2c && at->http)
		disagree_about_http(lw, s, at);
	if (!at->tls)
		return false;
	if (!version_has(lw, POLICY, VALIDATION)) {
		for (size_t i = 0; i < at->uses.n; i++)
			if (wants_tls(at->uses.item[i]))
				lose_version(lw, at->uses.item[i]);
	} else if (at->plain) {
		disagree_about_tls(lw, s, at);
	} else if (section.n == 0 && has_plain(s)) {
		disagree_about_ports(lw, s, at);
	} else if (section.n || !whole_said) {
		const struct use_list uses = tls_uses(lw->arena, section.n ? &at->uses : &s->uses);
		add_policy(all, &uses, s, section);
		return section.n == 0;
	}
	return false;
}

static void say_service(struct services *all, const struct service_uses *s)
{
	bool whole_said = false;
	for (size_t i = 0; i < s->uses.n; i++) {
		state_of(all->lw, NULL, s->uses.item[i]->route, SIDE_BOTH);
		speech_say(all->lw, s->uses.item[i]);
	}
	for (size_t i = 0; i < s->ports.n; i++)
		whole_said = say_port(all, s, &s->ports.item[i], whole_said) || whole_said;
}

/* ---- all ---- */

static void add_to_port(struct arena *arena, struct service_uses *s, const struct backend_use *use)
{
	size_t i = 0;
	while (i < s->ports.n && s->ports.item[i].port != use->backend->port)
		i++;
	if (i == s->ports.n) {
		struct port_uses fresh = { .port = use->backend->port };
		LIST_PUSH(arena, &s->ports, fresh);
	}
	struct port_uses *at = &s->ports.item[i];
	LIST_PUSH(arena, &at->uses, use);
	at->tls = at->tls || wants_tls(use);
	at->plain = at->plain || wants_plain(use);
	at->http = at->http || wants_http(use);
	at->h2c = at->h2c || wants_h2c(use);
}

static void add_use(struct services *all, const struct backend_use *use)
{
	struct arena *arena = all->lw->arena;
	str key = arena_printf(arena, "%.*s/%.*s", STR_ARG(use->backend->namespace), STR_ARG(use->backend->name));
	struct service_uses *s = map_get(&all->by_name, key);
	if (!s) {
		s = NEW(arena, struct service_uses);
		s->namespace = use->backend->namespace;
		s->name = use->backend->name;
		map_set(&all->by_name, key, s);
		LIST_PUSH(arena, &all->list, s);
	}
	LIST_PUSH(arena, &s->uses, use);
	add_to_port(arena, s, use);
}

struct policy_list lower_backends(struct lowering *lw)
{
	struct services all = { .lw = lw };
	map_init(&all.by_name, lw->arena);
	for (size_t i = 0; i < lw->uses.n; i++)
		add_use(&all, &lw->uses.item[i]);
	for (size_t i = 0; i < all.list.n; i++)
		say_service(&all, all.list.item[i]);
	return all.policies;
}
