/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hosts of the model, one side after the other: which routes are written, and which follow from what a Gateway does by
 * itself. See lower.h.
 */
#include "targets/lower.h"

#include "gateway/cel.h"
#include "route/pattern.h"
#include "targets/across.h"
#include "targets/clients.h"
#include "targets/entry_names.h"
#include "targets/forwarded.h"
#include "targets/grpc.h"
#include "targets/guarded.h"
#include "targets/headers.h"
#include "targets/led_names.h"
#include "targets/losses.h"
#include "targets/order.h"
#include "targets/paths.h"
#include "targets/policies.h"
#include "targets/ranks.h"
#include "targets/rules.h"
#include "targets/stated.h"
#include "targets/streams.h"
#include "targets/turns.h"

static const str HTTPS = STR_INIT("redirect.https");

/* ---- hosts ---- */

static void lose_host_facts(struct lowering *lw, const struct host *host, str why)
{
	for (size_t i = 0; i < host->routes.n && !lw->open; i++) {
		const struct route *r = host->routes.item[i];
		for (size_t j = 0; j < r->facts.n; j++)
			fact_lost(r->facts.item[j], FACT_INEXPRESSIBLE, LOSS_ROUTING, DIAG_HOST_UNUSABLE, why);
		for (size_t j = 0; j < r->cases.n; j++)
			for (size_t k = 0; k < r->cases.item[j].backend.facts.n; k++)
				fact_lost(r->cases.item[j].backend.facts.item[k], FACT_INEXPRESSIBLE, LOSS_ROUTING, DIAG_HOST_UNUSABLE, why);
	}
}

/* What is said of a host as a whole stands at the Ingress that made it. */
static struct route creator_of(const struct host *host)
{
	return (struct route){ .at = host->creator ? host->creator->at : (struct place){ 0, 0 }, .owner = host->creator };
}

static bool host_is_usable(struct lowering *lw, const struct host *host)
{
	str name = host->name.name;
	if (host->name.kind == HOST_ANY || name_is_hostname(name))
		return true;
	struct loss_text text = {
		.code = DIAG_HOST_UNUSABLE, .loss = LOSS_ROUTING,
		.message = arena_printf(lw->arena, "host %.*s is no hostname of the Gateway API", STR_ARG(name)),
		.effect = STR("nothing is printed for this host: its requests get 404"),
		.help = STR("write a DNS name: labels of lower case letters, digits and dashes, with dots between them; placeholders must be\n"
			"filled in before"),
	};
	const struct route none = creator_of(host);
	lose(lw, &none, &host->name.facts, &text);
	lose_host_facts(lw, host, text.message);
	return false;
}

/* The closed routes of all other hosts, in front of which the wildcard's now stand. False: there are none. */
static bool say_passed(struct lowering *lw, const struct host *host, const struct host *others)
{
	static const struct loss_text TEXT = {
		.code = DIAG_WILDCARD_WIDER, .loss = LOSS_SECURITY,
		.message = STR_INIT("a wildcard host stands for any number of labels in a Gateway, and takes requests from routes that are guarded or stand closed"),
		.effect = STR_INIT("a.b.example.com now reaches the routes of *.example.com; the controller gave them to the routes for all "
			"other hosts, which are guarded or stand closed"),
		.help = STR_INIT("make sure that DNS leads no such names here, or protect the backends of the wildcard host as well"),
	};
	const struct route none = creator_of(host);
	bool said = false;
	for (size_t i = 0; i < others->routes.n; i++) {
		const struct route *r = others->routes.item[i];
		if (!route_is_closed(lw, r, SIDE_PLAIN) && !route_is_closed(lw, r, SIDE_TLS) && !route_is_guarded(lw, r, SIDE_PLAIN) &&
			!route_is_guarded(lw, r, SIDE_TLS))
			continue;
		if (!said)
			differ(lw, &none, &host->name.facts, &TEXT);
		said = true;
		differ(lw, r, &(struct fact_list){ 0 }, &TEXT);
	}
	return said;
}

static void say_wildcard(struct lowering *lw, const struct entry *entry, const struct host *host)
{
	static const struct loss_text TEXT = {
		.code = DIAG_WILDCARD_WIDER, .loss = LOSS_BEHAVIOUR,
		.message = STR_INIT("a wildcard host stands for any number of labels in a Gateway, and for one in the source"),
		.effect = STR_INIT("a.b.example.com now reaches the routes of *.example.com; the controller answered 404"),
		.help = STR_INIT("nothing, unless DNS leads such names here"),
	};
	const struct route none = creator_of(host);
	if (host->name.kind != HOST_ONE_LABEL)
		return;
	for (size_t i = 0; i < entry->hosts.n; i++)
		if (entry->hosts.item[i]->name.kind == HOST_ANY && say_passed(lw, host, entry->hosts.item[i]))
			return;
	differ(lw, &none, &host->name.facts, &TEXT);
}

/* ---- one side of a host ---- */

struct host_side {
	struct lowering *lw;
	const struct entry *entry;
	const struct host *host;         /* with the names that are lowered */
	const struct host *whole;        /* with all its names */
	enum side side;
	bool wider;                      /* another host's routes would take what this one leaves */
	bool alone;                      /* no name of another host takes requests of this one, nor the reverse; looked at for gRPC only */
	bool host_closed;                /* a protection of the whole host is lost */
	bool contested, uniform;         /* see rules.h */
	bool ranked;                     /* with the rules of the host's other names, which stand apart */
	LIST(struct route_part *) parts;
	struct map taken, https;         /* see rules.h */
	const struct header_match *also; /* of what is written now; see rules.h */
	struct map part_of_owner;
	struct forms forms;
	struct added_list added;
};

static struct route_part *part_of(struct host_side *hs, const struct owner *owner)
{
	str key = owner ? owner_key(hs->lw->arena, owner) : (str){ "", 0 };
	struct route_part *part = map_get(&hs->part_of_owner, key);
	if (part)
		return part;
	part = NEW(hs->lw->arena, struct route_part);
	part->owner = owner;
	part->host = hs->host;
	part->side = hs->side;
	map_set(&hs->part_of_owner, key, part);
	LIST_PUSH(hs->lw->arena, &hs->parts, part);
	return part;
}

static bool is_host_guard(const struct lowering *lw, const struct step *step)
{
	const struct feature *f = mapping_feature(lw->mapping, step->feature);
	return f && f->scope == SCOPE_HOST && guard_is_lost(lw, step);
}

static bool has_host_guard(const struct lowering *lw, const struct host *host)
{
	for (size_t i = 0; i < host->routes.n; i++)
		for (size_t j = 0; j < host->routes.item[i]->steps.n; j++)
			if (is_host_guard(lw, host->routes.item[i]->steps.item[j]))
				return true;
	return false;
}

/* What a Gateway does not do by itself where nothing matches: to ask who may pass, or to send headers. */
static bool is_more(const struct lowering *lw, const struct draft *draft)
{
	return lw->exact && (draft_is_guarded(draft) || draft->rule.filters.n);
}

/*
 * The root that the controller adds to every host answers 404, unless a default backend answers there. So does a Gateway where nothing
 * matches; only where a wider host would take the requests a rule must stand in the way, and where the whole host is closed.
 */
static bool is_needless(const struct host_side *hs, const struct route *route, const struct draft *draft)
{
	bool said = draft->answered && (draft->answer->status != 404 || is_more(hs->lw, draft));
	bool nothing = (draft->closed && route->cases.n == 0) || (draft->answer && draft->answer->kind == STEP_STATUS && !said);
	return route->implicit && nothing && !hs->wider && !hs->host_closed;
}

/* A Gateway answers 404 where nothing matches, without what the controller does before it. */
static void say_needless(struct lowering *lw, const struct route *route)
{
	struct loss_text text = {
		.code = DIAG_STATUS_DIFFERS, .loss = LOSS_COSMETIC, .help = STR("nothing"),
		.effect = STR("clients see another error; nothing is forwarded in either case"),
	};
	lw->now.step = NULL;
	for (size_t i = 0; i < route->steps.n && !text.message.n; i++) {
		const struct step *s = route->steps.item[i];
		if (s->kind == STEP_GUARD || s->gate)
			text.message = STR("for a path that no Ingress has a Gateway answers 404 at once, where the controller asks first who may pass");
		else if (s->kind == STEP_STATUS && s->status != 404)
			text.message = arena_printf(lw->arena, "for a path that no Ingress has a Gateway answers 404, where the controller answers %u", (unsigned)s->status);
	}
	if (text.message.n)
		differ(lw, route, &(struct fact_list){ 0 }, &text);
	else
		state_unserved(lw, DIAG_DEFAULTS_LOST);
	for (size_t i = 0; i < route->steps.n; i++)
		headers_say_own(lw, route, route->steps.item[i]);
}

static void lower_route(struct host_side *hs, const struct route *route, bool needed)
{
	struct rule_place at = { .entry = hs->entry, .host = hs->host, .route = route, .side = hs->side, .contested = hs->contested,
		.taken = &hs->taken, .https = &hs->https, .also = hs->also, .form = form_of(&hs->forms, route), .uniform = hs->uniform };
	state_of(hs->lw, hs->whole, route, hs->side);
	struct draft draft = draft_of(hs->lw, &at);
	if (hs->side == SIDE_PLAIN && draft.answer && draft.answer->kind == STEP_REDIRECT)
		state_led(hs->lw, route_is_closed(hs->lw, route, SIDE_TLS) ? DIAG_ROUTE_CLOSED : DIAG_REDIRECT_DIFFERS);
	if (!needed && is_needless(hs, route, &draft)) {
		say_needless(hs->lw, route);
		if (draft.closed)
			state_nowhere(hs->lw, draft.closed_by);
		return;
	}
	at.part = part_of(hs, route->owner ? route->owner : hs->host->creator);
	if (!at.part->owner)
		return;
	size_t before = at.part->rules.n;
	rules_add(hs->lw, &at, &draft);
	for (size_t i = before; i < at.part->rules.n; i++) {
		struct added one = { route, at.form, at.part, i, draft.closed, draft_is_guarded(&draft) };
		LIST_PUSH(hs->lw->arena, &hs->added, one);
	}
}

/* ---- prefixes that take more than the source gave them ---- */

static bool is_contested(struct lowering *lw, const struct host *host, enum side side)
{
	bool closed = false, leads = false, regex = false;
	for (size_t i = 0; i < host->routes.n; i++) {
		const struct route *r = host->routes.item[i];
		regex = regex || r->match.kind == MATCH_REGEX || r->match.kind == MATCH_TEXT;
		if (route_is_closed(lw, r, side))
			closed = true;
		else if (r->cases.n)
			leads = true;
	}
	/* not the first one alone: a redirect of the root is an exact path, and stands before all expressions */
	if (!closed || !leads || !regex)
		return false;
	if (!lw->matcher)
		lw->matcher = matcher_new(lw->arena, PATTERN_BUILD_STEPS);
	return true;
}

static bool add_match(struct host_side *hs, const struct route *closed, const struct http_match *match)
{
	for (size_t i = 0; i < hs->added.n; i++) {
		const struct added *a = &hs->added.item[i];
		if (a->route != closed || added_rule(a)->matches.n >= match_limit(hs->lw))
			continue;
		LIST_PUSH(hs->lw->arena, &added_rule(a)->matches, *match);
		return true;
	}
	return false;
}

/* The rule of a closed route refuses this path besides, whatever prefix would take it. */
static void refuse_exactly(struct host_side *hs, const struct route *closed, str path)
{
	struct http_match match = { .path = { STR("Exact"), path } };
	if (hs->also)
		LIST_PUSH(hs->lw->arena, &match.headers, *hs->also);
	str key = match_key(hs->lw->arena, &match.path);
	if (map_get(&hs->taken, key))
		return;
	map_set(&hs->taken, key, NEW(hs->lw->arena, bool));
	if (add_match(hs, closed, &match))
		return;
	lower_route(hs, closed, true);
	(void)add_match(hs, closed, &match);
}

/* A Gateway's prefix takes its own text; in the source that can belong to a closed route that is tried before. */
static void refuse_ends(struct host_side *hs)
{
	for (size_t i = 0; i < hs->added.n; i++) {
		const struct added *a = &hs->added.item[i];
		for (size_t j = 0; !a->closed && j < added_rule(a)->matches.n; j++) {
			const struct path_match *m = &added_rule(a)->matches.item[j].path;
			str prefix = path_without_slash(m->value);
			if (!str_eq(m->type, STR("PathPrefix")) || prefix.n < 2)
				continue;
			const struct route *first = host_first(hs->lw->matcher, hs->host, path_decode(hs->lw->arena, prefix));
			if (first && route_is_closed(hs->lw, first, hs->side))
				refuse_exactly(hs, first, prefix);
		}
	}
}

/* The first thing that every request for the route meets is the way to HTTPS. */
static bool leads_to_https(const struct lowering *lw, const struct route *route)
{
	if (balancer_is_lost(lw))
		return false;
	for (size_t i = 0; i < route->steps.n; i++) {
		const struct step *s = route->steps.item[i];
		if (!step_is_said(s, SIDE_PLAIN))
			continue;
		if (s->kind == STEP_REDIRECT || s->kind == STEP_STATUS)
			return str_eq(s->feature, HTTPS);
		if (guard_is_lost(lw, s))
			return false;
	}
	return false;
}

static bool is_root(const struct route *route)
{
	return route->match.kind != MATCH_EXACT && str_eq(route->match.path, STR("/")) && route->match.conditions.n == 0;
}

/* Preflights are answered before that. */
static bool answers_first(const struct route *route)
{
	for (size_t i = 0; i < route->steps.n; i++)
		if (route->steps.item[i]->kind == STEP_CORS && step_is_said(route->steps.item[i], SIDE_PLAIN))
			return true;
	return false;
}

/* Whoever's route takes a request, it goes the same way. */
static bool owners_agree(const struct host *host)
{
	bool one = true, answers = false;
	for (size_t i = 0; i < host->routes.n; i++) {
		one = one && host->routes.item[i]->owner == host->routes.item[0]->owner;
		answers = answers || answers_first(host->routes.item[i]);
	}
	return one || !answers;
}

/* All routes of a host without TLS lead to HTTPS, and its root is one of them: for its owner the root says it all. */
static const struct route *common_root(const struct host_side *hs)
{
	const struct route *root = NULL;
	if (!owners_agree(hs->host))
		return NULL;
	if (hs->side != SIDE_PLAIN || hs->entry->http.forwarded || hs->ranked)
		return NULL;
	for (size_t i = 0; i < hs->host->routes.n; i++) {
		if (!leads_to_https(hs->lw, hs->host->routes.item[i]))
			return NULL;
		if (is_root(hs->host->routes.item[i]))
			root = hs->host->routes.item[i];
	}
	return root;
}

static bool leads_somewhere(struct host_side *hs)
{
	bool any = false;
	for (size_t i = 0; i < hs->host->routes.n; i++)
		any = any || leads_to_https(hs->lw, hs->host->routes.item[i]);
	hs->lw->https_led = hs->lw->https_led || any;
	return any;
}

/*
 * Where the controller believes X-Forwarded-Proto, requests that came by HTTPS to a load balancer in front are served on the plain port.
 * Without rules for them they would be led to HTTPS for ever.
 */
static void lower_forwarded(struct host_side *hs)
{
	static const struct header_match HTTPS_BEFORE = { .name = STR_INIT("X-Forwarded-Proto"), .value = STR_INIT("https") };
	struct host_side twin = *hs;
	const struct added_list none = { 0 };
	twin.also = &HTTPS_BEFORE;
	twin.added = none;
	twin.contested = is_contested(hs->lw, hs->host, SIDE_TLS);
	map_init(&twin.taken, hs->lw->arena);
	map_init(&twin.https, hs->lw->arena);
	for (size_t i = 0; i < hs->host->routes.n; i++) {
		const struct route *route = hs->host->routes.item[i];
		if (!leads_to_https(hs->lw, route))
			continue;
		lower_route(&twin, route, true);
	}
	if (twin.contested)
		refuse_ends(&twin);
	hs->parts.item = twin.parts.item;
	hs->parts.n = twin.parts.n;
	hs->parts.cap = twin.parts.cap;
	hs->part_of_owner = twin.part_of_owner;
	for (size_t i = 0; i < twin.added.n; i++)
		LIST_PUSH(hs->lw->arena, &hs->added, twin.added.item[i]);
}

/* The redirect of a route that is said by the root's rule: its facts are carried there. */
static void carry_by_root(struct host_side *hs, struct route_part *part, const struct route *route)
{
	for (size_t i = 0; i < route->steps.n; i++) {
		const struct step *s = route->steps.item[i];
		if (s->side == SIDE_TLS || !str_eq(s->feature, HTTPS))
			continue;
		if (part->rules.n)
			mark_facts(hs->lw->arena, &part->rules.item[0].marks, &s->facts, STR("/filters/0"));
	}
}

/* The rules that a part keeps when it is said as a GRPCRoute. */
static void keep_calls(struct host_side *hs, struct route_part *part)
{
	struct route_part fresh = *part;
	fresh.rules.item = NULL;
	fresh.rules.n = fresh.rules.cap = 0;
	for (size_t i = 0; i < hs->added.n; i++) {
		const struct added *a = &hs->added.item[i];
		if (a->part != part)
			continue;
		if (grpc_never(a->route, added_rule(a))) {
			state_of(hs->lw, hs->whole, a->route, hs->side);
			state_fields(hs->lw, STATED_ALWAYS, "*", DIAG_DEFAULTS_LOST);
			continue;
		}
		struct rule_part rule = part->rules.item[a->rule];
		state_of(hs->lw, hs->whole, a->route, hs->side);
		state_fields(hs->lw, STATED_NO_CALL, "*", DIAG_DEFAULTS_LOST);
		grpc_mark(hs->lw, a->route, &rule);
		LIST_PUSH(hs->lw->arena, &fresh.rules, rule);
	}
	fresh.grpc = true;
	*part = fresh;
}

/* What is said as a filter, or on the route itself, is looked for in HTTPRoutes: not every implementation does so in others. */
static bool is_said_of_http(const struct added *a)
{
	const struct rule_part *rule = &a->part->rules.item[a->rule];
	for (size_t i = 0; i < rule->policies.n; i++)
		if (rule->policies.item[i].kind->attaches == ATTACH_FILTER || rule->policies.item[i].kind->attaches == ATTACH_ANNOTATIONS)
			return true;
	return false;
}

/* A GRPCRoute beside an HTTPRoute of the same host would be refused: all rules of the side are of gRPC, or none is said as such. */
static void say_grpc(struct host_side *hs)
{
	for (size_t i = 0; i < hs->added.n; i++) {
		const struct added *a = &hs->added.item[i];
		if (!grpc_never(a->route, added_rule(a)) && (is_said_of_http(a) || !grpc_fits(hs->lw, a->route, hs->side, added_rule(a))))
			return;
	}
	for (size_t i = 0; i < hs->parts.n; i++)
		keep_calls(hs, hs->parts.item[i]);
}

static void lower_side(struct host_side *hs, struct entry_part *out)
{
	const struct route *root = common_root(hs);
	hs->lw->across = across_matters(hs->lw, hs->host);
	hs->lw->side_began = hs->lw->statements.n;
	hs->uniform = root != NULL;
	/* where requests may have come by HTTPS before, both sides do the same with them */
	enum side side = hs->entry->http.forwarded ? SIDE_TLS : hs->side;
	hs->forms = forms_decide(hs->lw, &(struct forms_of){ hs->host, side, hs->wider || hs->host_closed, hs->uniform });
	hs->contested = is_contested(hs->lw, hs->host, hs->side);
	map_init(&hs->taken, hs->lw->arena);
	map_init(&hs->https, hs->lw->arena);
	map_init(&hs->part_of_owner, hs->lw->arena);
	if (root)
		lower_route(hs, root, false);
	for (size_t i = 0; i < hs->host->routes.n; i++) {
		const struct route *route = hs->host->routes.item[i];
		if (root && route->owner == root->owner) {
			state_alike(hs->lw, root, route);
			if (route != root && hs->parts.n)
				carry_by_root(hs, hs->parts.item[0], route);
			continue;
		}
		lower_route(hs, route, false);
	}
	if (hs->contested)
		refuse_ends(hs);
	across_hold(hs->lw, hs->host, hs->side, &hs->added, match_limit(hs->lw));
	if (hs->side == SIDE_PLAIN && leads_somewhere(hs) && hs->entry->http.forwarded)
		lower_forwarded(hs);
	ranks_keep(hs->lw->arena, &hs->added);
	turns_keep(hs->lw, &(struct ordered){ hs->whole, hs->side, &hs->added });
	if (hs->alone)
		say_grpc(hs);
	for (size_t i = 0; i < hs->parts.n; i++)
		if (hs->parts.item[i]->rules.n)
			LIST_PUSH(hs->lw->arena, &out->routes, hs->parts.item[i]);
}

/* ---- entries ---- */

/* TLS connections for the host that go nowhere are not to be answered by what a wider name is served with. */
static void refuse_tls(struct lowering *lw, const struct host *host, struct entry_part *out)
{
	struct route_part *part = NEW(lw->arena, struct route_part);
	struct rule_part rule = { .key = STR_INIT("/") };
	const struct http_match root = { .path = { STR("PathPrefix"), STR("/") } };
	part->owner = host->passthrough->owner;
	part->host = host;
	part->side = SIDE_TLS;
	rule.rule.comment = STR("TLS of this host was passed through: no other host is to answer for it, requests get 500");
	LIST_PUSH(lw->arena, &rule.rule.matches, root);
	LIST_PUSH(lw->arena, &part->rules, rule);
	LIST_PUSH(lw->arena, &out->routes, part);
}

static bool is_usable_name(const struct host *host)
{
	return host->name.kind == HOST_ANY || name_is_hostname(host->name.name);
}

static bool speaks_grpc(const struct host *host)
{
	for (size_t i = 0; i < host->routes.n; i++) {
		const struct speech *speech = host->routes.item[i]->speech;
		if (speech && (speech->kind == SPEECH_GRPC || speech->kind == SPEECH_GRPCS))
			return true;
	}
	return false;
}

/* The hosts that HTTPS ends for. */
static struct host_list secure_hosts(struct arena *arena, const struct entry *entry, const struct entry_names *names)
{
	struct host_list hosts = { 0 };
	for (size_t i = 0; i < entry->hosts.n; i++) {
		const struct host *host = entry->hosts.item[i];
		if (is_usable_name(host) && !host->passthrough && host_has_tls(names, host))
			LIST_PUSH(arena, &hosts, host);
	}
	hosts.agree = clients_agree(&hosts);
	return hosts;
}

/* For some names of the host. */
static void lower_names(struct host_side side, const struct host *names, struct entry_part *out)
{
	side.host = names;
	lower_side(&side, out);
}

/* Clients of the host get no HTTPS: by a message of the front end. */
static void state_certificate(struct lowering *lw, const struct host *host)
{
	if (host->certificate.kind == CERTIFICATE_NONE && !host->passthrough)
		state_unserved(lw, DIAG_DEFAULT_CERTIFICATE);
	else if (host->certificate.kind == CERTIFICATE_DEFAULT && host->certificate.name.n == 0)
		state_unserved(lw, DIAG_CERTIFICATE_LOST);
}

static void lower_host(struct lowering *lw, const struct entry_names *names, const struct host_list *secure, const struct host *host,
	struct entry_part *out)
{
	const bool tls = !host->passthrough && host_has_tls(names, host), exact = lw->exact;
	/* letter case must not decide who is asked for a password */
	lw->exact = exact || host_is_half_guarded(lw, host);
	lw->clients_asked = out->frontend && tls;
	clients_why(lw, secure, host, tls);
	struct host_side side = { .lw = lw, .entry = out->entry, .whole = host, .side = SIDE_PLAIN,
		.wider = host_patterns_wider(&names->all, host), .alone = speaks_grpc(host) && host_is_alone(out->entry, names, host),
		.host_closed = has_host_guard(lw, host) };
	const struct led_names names_of = led_names_of(lw->arena, names, host);
	side.ranked = names_of.others && across_ranks(lw);
	lower_names(side, names_of.alike, out);
	if (names_of.others)
		lower_names(side, names_of.others, out);
	side.side = SIDE_TLS;
	if (tls)
		lower_names(side, host, out);
	state_of(lw, host, NULL, SIDE_BOTH);
	state_certificate(lw, host);
	if (host->other_names.n)
		state_lost_names(lw, DIAG_ALIAS_LOST);
	if (host->passthrough && !lower_passthrough(lw, host, out) && host_patterns_take(&names->served, host))
		refuse_tls(lw, host, out);
	lw->clients_asked = false;
	lw->clients_why = lw->clients_ways = (str){ "", 0 };
	lw->exact = exact;
}

/* With the host for all names that no other has, where a Service of the controller answers for it. */
static const struct entry *with_fallback(struct arena *arena, const struct entry *entry)
{
	if (!entry->fallback || !entry->fallback->creator)
		return entry;
	struct entry *whole = NEW(arena, struct entry);
	*whole = *entry;
	whole->hosts.item = NEWS(arena, struct host *, entry->hosts.n + 1);
	whole->hosts.n = whole->hosts.cap = entry->hosts.n + 1;
	/* hosts stand by name, and this one has none */
	whole->hosts.item[0] = entry->fallback;
	for (size_t i = 0; i < entry->hosts.n; i++)
		whole->hosts.item[i + 1] = entry->hosts.item[i];
	return whole;
}

struct entry_part lower_entry(struct lowering *lw, const struct entry *as_served)
{
	const struct entry *entry = with_fallback(lw->arena, as_served);
	struct entry_part out = { .entry = entry };
	lw->entry = entry;
	lw->https_led = false;
	const struct entry_names names = entry_names_of(lw->arena, entry);
	const struct host_list secure = secure_hosts(lw->arena, entry, &names);
	state_of(lw, NULL, NULL, SIDE_BOTH);
	lower_streams(lw, entry, &out);
	out.frontend = lower_clients(lw, &secure);
	policies_of_entry(lw, &out);
	order_decide(lw, entry);
	order_add(lw, &out);
	for (size_t i = 0; i < entry->hosts.n; i++) {
		const struct host *host = entry->hosts.item[i];
		state_of(lw, host, NULL, SIDE_BOTH);
		if (!host_is_usable(lw, host))
			continue;
		say_wildcard(lw, entry, host);
		lower_host(lw, &names, &secure, host, &out);
	}
	rules_hold(lw, &out);
	forwarded_say(lw);
	forms_say(lw);
	across_say(lw);
	/* what the controller does with names that no Ingress has, HTTPS with its own certificate among it, is its own affair */
	state_of(lw, NULL, NULL, SIDE_BOTH);
	state_nobody(lw, DIAG_DEFAULTS_LOST);
	return out;
}
