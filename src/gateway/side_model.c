/* SPDX-License-Identifier: Apache-2.0 */
/* Gateways as entries, listeners and hosts of the model: see side.h. */
#include "gateway/side_build.h"

#include "gateway/read_object.h"
#include "route/pattern.h"

#include <stdlib.h>

static enum host_kind kind_of(str host)
{
	return !host.n ? HOST_ANY : str_starts(host, STR("*.")) ? HOST_LABELS : HOST_EXACT;
}

/* ---- routes ---- */

static void check_expression(struct build *b, struct match *match, struct listener *listener, struct place at)
{
	str why;
	if (match->kind != MATCH_REGEX || match->pattern)
		return;
	match->pattern = pattern_new(b->arena, match->expression, 0, &why, NULL);
	if (match->pattern)
		return;
	str text = arena_printf(b->arena, "expression %.*s: %.*s", STR_ARG(match->path), STR_ARG(why));
	LIST_PUSH(b->arena, &listener->unknown, side_new_unknown(b, text, at));
}

static const struct owner *owner_of(struct build *b, const struct read_route *route)
{
	struct owner *o = NEW(b->arena, struct owner);
	*o = (struct owner){ .namespace = route->meta.namespace, .name = route->meta.name, .at = route->meta.at, .namespace_written = true };
	return o;
}

static void note_policies(struct build *b, const struct candidate *c, struct route *route)
{
	const struct read_meta *m = &c->route->meta;
	str kind = read_route_kind_name(c->route->kind);
	SIDE_UNKNOWN(b, STR(READ_GROUP), kind, m->namespace, m->name, STR(""), &route->unknown);
	if (c->rule->name.n)
		SIDE_UNKNOWN(b, STR(READ_GROUP), kind, m->namespace, m->name, c->rule->name, &route->unknown);
}

/* Made once, however many hosts it stands in. */
static struct route *route_of(struct build *b, struct candidate *c, struct listener *listener)
{
	if (c->made)
		return c->made;
	struct route *route = c->made = NEW(b->arena, struct route);
	route->owner = owner_of(b, c->route);
	route->at = c->match ? c->match->at : c->rule->at;
	route->wild = kind_of(c->host) == HOST_LABELS;
	if (c->match) {
		route->match = side_match(b, c);
		check_expression(b, &route->match, listener, c->match->at);
	}
	side_cases(b, c, route);
	if (!b->choices->refused_at_once || side_can_answer(route) || side_answers(b, c))
		side_steps(b, c, route);
	note_policies(b, c, route);
	return route;
}

/* ---- hosts ---- */

struct candidate_list {
	struct candidate **item;
	size_t n, cap;
};

bool side_is_wider(str wider, str host)
{
	if (!wider.n || str_eq(wider, host))
		return true;
	return kind_of(wider) == HOST_LABELS && host.n >= wider.n && str_ends(host, str_from(wider, 1));
}

/* Whether rules under a hostname are tried for requests that another one takes. */
static bool is_tried(const struct build *b, str host, str under)
{
	if (str_eq(host, under))
		return true;
	if (b->choices->hosts == HOSTS_THEN_ANY)
		return under.n == 0;
	return b->choices->hosts == HOSTS_THEN_WIDER && side_is_wider(under, host);
}

bool side_is_served(const struct build *b, const struct read_rule *rule)
{
	return b->choices->no_backends != NOT_SERVED || !side_leads_nowhere(rule);
}

/* It has not been left out, by itself or because of another one. */
static bool is_written(const struct build *b, const struct candidate *c)
{
	return !c->left_out && side_is_served(b, c->rule);
}

static void make_host(struct build *b, struct listener *listener, const struct candidate_list *all, const struct candidate *first)
{
	struct host *host = NEW(b->arena, struct host);
	struct candidate_list own = { 0 };
	host->name = (struct host_name){ .kind = kind_of(first->host), .name = first->host, .at = first->host_at };
	for (size_t i = 0; i < all->n; i++)
		if (is_tried(b, first->host, all->item[i]->host) && is_written(b, all->item[i]))
			LIST_PUSH(b->arena, &own, all->item[i]);
	if (!own.n) {
		b->vanished = true;
		return;
	}
	side_sort(b, own.item, own.n);
	for (size_t i = 0; i < own.n; i++)
		LIST_PUSH(b->arena, &host->routes, route_of(b, own.item[i], listener));
	LIST_PUSH(b->arena, &listener->hosts, host);
}

/* By hostname, so that equal ones stand together. */
static int compare_hosts(const void *pa, const void *pb)
{
	const struct candidate *a = *(struct candidate *const *)pa, *b = *(struct candidate *const *)pb;
	int c = side_compare_hosts(a->host, b->host);
	return c ? c : str_cmp(a->host, b->host);
}

/* The host is among those that are wanted; what may matter to it is noted. */
static bool is_wanted(struct build *b, const struct candidate_list *own, const struct map *wide)
{
	const uint32_t matters = side_matters(&(struct side_host){ own->item, own->n, wide, b->gateway });
	b->matters |= matters;
	if (b->only & matters)
		LIST_PUSH(b->arena, &b->concerned, own->item[0]->host);
	return !b->only || (b->only & matters);
}

static void make_hosts(struct build *b, struct listener *listener, struct candidate_list *all)
{
	struct candidate_list own = { 0 };
	struct map wide;
	side_note_wide(b, &wide, (const struct candidate *const *)all->item, all->n);
	if (all->n)
		qsort(all->item, all->n, sizeof *all->item, compare_hosts);
	/* without fall-through a host looks at its own rules alone */
	for (size_t i = 0; i < all->n; i++) {
		bool last = i + 1 == all->n || !str_eq(all->item[i]->host, all->item[i + 1]->host);
		LIST_PUSH(b->arena, &own, all->item[i]);
		if (!last)
			continue;
		if (is_wanted(b, &own, &wide))
			make_host(b, listener, b->choices->hosts == HOSTS_ALONE ? &own : all, all->item[i]);
		own.n = 0;
	}
}

/* ---- listeners ---- */

static bool is_beside(const struct effective *e, const struct effective *other)
{
	return e->said->port == other->said->port && str_eq(e->said->protocol, other->said->protocol);
}

/* Whether a request to the one listener may find its route at the other. */
static bool is_merged_with(const struct build *b, const struct effective *e, const struct effective *other)
{
	if (e == other || other->absent || b->choices->listeners == LISTENERS_ISOLATED)
		return e == other;
	bool plain = str_eq(e->said->protocol, STR("HTTP"));
	return is_beside(e, other) && (plain || b->choices->listeners != LISTENERS_HTTP_MERGED);
}

/* The hostname is that of another listener, which has it to itself: one that is absent as well, of a route that names hosts (Envoy Gateway 1.9, computeHosts). */
static bool is_elsewhere(const struct build *b, const struct effective_list *all, const struct effective *at, const struct candidate *c)
{
	bool found = false;
	for (size_t i = 0; i < all->n && b->choices->listeners == LISTENERS_HTTP_MERGED && !found; i++) {
		const struct effective *other = all->item[i];
		found = other != at && (c->own.n || !other->absent) && is_beside(at, other) && str_eq(other->said->hostname, c->host);
	}
	return found;
}

static struct candidate_list candidates_of(struct build *b, const struct effective_list *all, struct effective *e)
{
	struct candidate_list out = { 0 };
	for (size_t i = 0; i < all->n; i++) {
		struct effective *other = all->item[i];
		if (!is_merged_with(b, e, other))
			continue;
		for (size_t k = 0; k < other->candidates.n; k++) {
			struct candidate *c = &other->candidates.item[k];
			if (!is_elsewhere(b, all, other, c))
				LIST_PUSH(b->arena, &out, c);
		}
	}
	return out;
}

/*
 * Envoy Gateway 1.9 writes a hostname once for each plain listener of the port at which routes have it; Envoy refuses the routes of a port
 * in which a hostname stands twice, and goes on with those that it had.
 */
static void say_doubled(struct build *b, const struct candidate_list *all, struct listener *listener)
{
	struct map first;   /* hostname to the listener that has it */
	map_init(&first, b->arena);
	for (size_t i = 0; i < all->n; i++) {
		const struct candidate *c = all->item[i];
		const struct effective *there = map_get(&first, c->host);
		if (!is_written(b, c) || there == c->at)
			continue;
		if (there) {
			str text = arena_printf(b->arena, "Envoy that refuses hostname %.*s (at listeners %.*s and %.*s of one port)",
				STR_ARG(c->host.n ? c->host : STR("*")), STR_ARG(there->said->name), STR_ARG(c->at->said->name));
			LIST_PUSH(b->arena, &listener->unknown, side_new_unknown(b, text, c->host_at));
			return;
		}
		map_set(&first, c->host, c->at);
	}
}

static const struct read_clients *clients_of(const struct read_gateway *gateway, uint32_t port)
{
	for (size_t i = 0; i < gateway->clients.n; i++)
		if (gateway->clients.item[i].port == port || !gateway->clients.item[i].port)
			return &gateway->clients.item[i];
	return NULL;
}

static void ask_clients(struct build *b, const struct read_gateway *gateway, struct listener *listener)
{
	const struct read_clients *clients = clients_of(gateway, listener->port);
	if (!clients || !clients->authorities.n)
		return;
	for (size_t i = 0; i < clients->authorities.n; i++) {
		const struct read_ref *ca = &clients->authorities.item[i];
		bool known = snapshot_config_map(b->world->snapshot, ca->namespace, ca->name) || !str_eq(ca->kind, STR("ConfigMap"));
		bool granted = str_eq(ca->kind, STR("ClusterTrustBundle")) || side_granted(b, &gateway->meta, STR(READ_GROUP), STR("Gateway"), ca);
		bool there = !b->world->closed || known;
		listener->pending = granted && (listener->broken ? listener->pending : !there);
		listener->broken = listener->broken || !granted || !there;
	}
	struct step *s = NEW(b->arena, struct step);
	*s = (struct step){ .kind = STEP_GUARD, .side = SIDE_TLS, .feature = STR_INIT("auth.client-certificate"), .at = clients->at };
	s->as.guard = (struct guard){ .kind = GUARD_CERTIFICATE, .optional = clients->lenient };
	listener->clients = s;
}

static enum listener_protocol protocol_of(str name)
{
	static const struct {
		str name;
		enum listener_protocol protocol;
	} PROTOCOLS[] = {
		{ STR_INIT("HTTP"), LISTENER_HTTP }, { STR_INIT("HTTPS"), LISTENER_HTTPS }, { STR_INIT("TLS"), LISTENER_TLS },
		{ STR_INIT("TCP"), LISTENER_TCP },
	};
	for (size_t i = 0; i < sizeof PROTOCOLS / sizeof *PROTOCOLS; i++)
		if (str_eq(PROTOCOLS[i].name, name))
			return PROTOCOLS[i].protocol;
	return LISTENER_UDP;
}

static struct listener *make_listener(struct build *b, const struct read_gateway *gateway, struct effective *e)
{
	struct read_listener *said = e->said;
	struct listener *l = NEW(b->arena, struct listener);
	const struct read_meta *m = e->owner;
	bool plain = str_eq(said->protocol, STR("TCP")) || str_eq(said->protocol, STR("UDP"));
	str hostname = plain ? STR("") : said->hostname;
	l->name = arena_printf(b->arena, "%.*s of %.*s/%.*s", STR_ARG(said->name), STR_ARG(m->namespace), STR_ARG(m->name));
	l->protocol = protocol_of(said->protocol);
	l->port = said->port;
	l->at = said->at;
	l->host = (struct host_name){ .kind = kind_of(hostname), .name = hostname, .at = said->at };
	l->ends_tls = l->protocol == LISTENER_TLS && !said->passes;
	if (l->protocol == LISTENER_HTTPS || l->ends_tls)
		l->broken = !side_certificate(b, e, &l->certificate);
	l->pending = l->broken && side_is_pending(said);
	l->absent = e->absent;
	if (l->protocol == LISTENER_HTTPS)
		ask_clients(b, gateway, l);
	if (m != &gateway->meta)
		SIDE_UNKNOWN(b, e->group, e->kind, m->namespace, m->name, STR(""), &l->unknown);
	SIDE_UNKNOWN(b, e->group, e->kind, m->namespace, m->name, said->name, &l->unknown);
	return l;
}

/* ---- entries ---- */

struct spelling gateway_spelling(const struct gateway_choices *choices)
{
	static const enum path_reading PATHS[] = { [SPELLING_AS_SENT] = PATH_AS_SENT, [SPELLING_CANONICAL] = PATH_CANONICAL,
		[SPELLING_REDIRECTED] = PATH_CANONICAL_SLASHES, [SPELLING_CLEANED] = PATH_CLEANED };
	return (struct spelling){ PATHS[choices->spelling], choices->spelling == SPELLING_REDIRECTED };
}

static struct entry *make_entry(struct build *b, const struct read_gateway *gateway, const struct effective_list *listeners)
{
	const struct read_meta *m = &gateway->meta;
	struct entry *entry = NEW(b->arena, struct entry);
	entry->name = arena_printf(b->arena, "%.*s/%.*s", STR_ARG(m->namespace), STR_ARG(m->name));
	entry->controller = gateway->class;
	entry->namespace = m->namespace;
	entry->known = true;
	entry->http = (struct http_rules){
		.spelling = gateway_spelling(b->choices), .addresses_are_no_names = true, .path_decides = b->choices->path_decides,
		.last_dot = b->choices->last_dot == LAST_DOT_COUNTS, .wild_dot = b->choices->last_dot == LAST_DOT_FOR_WILDCARDS,
		 .refuses_underscores = b->choices->underscores_refused,
		.listens = b->choices->listens,
		.refuses_misdirected = b->choices->misdirected == MISDIRECTED_REFUSED, .one_name = b->choices->misdirected == MISDIRECTED_BY_NAME,
		.never_reused = b->choices->reuse_prevented,
	};
	SIDE_UNKNOWN(b, STR(READ_GROUP), STR("GatewayClass"), STR(""), gateway->class, STR(""), &entry->unknown);
	SIDE_UNKNOWN(b, STR(READ_GROUP), STR("Gateway"), m->namespace, m->name, STR(""), &entry->unknown);
	side_entry_policies(b, gateway, entry);
	for (size_t i = 0; i < listeners->n; i++) {
		struct effective *e = listeners->item[i];
		struct candidate_list candidates = candidates_of(b, listeners, e);
		struct listener *l = make_listener(b, gateway, e);
		b->at = e;
		side_listener_steps(b, e, l);
		if (l->protocol == LISTENER_HTTP && b->choices->listeners == LISTENERS_HTTP_MERGED)
			say_doubled(b, &candidates, l);
		make_hosts(b, l, &candidates);
		LIST_PUSH(b->arena, &entry->listeners, l);
	}
	return entry;
}

/* ---- models ---- */

struct gateway_models {
	struct build build;
	struct gateway_world world;
	struct effective_list *listeners;   /* of each Gateway */
};

struct gateway_models *gateway_models_new(struct gateway_side *side, const struct gateway_world *world,
	const struct gateway_choices *choices)
{
	struct gateway_models *models = NEW(side->arena, struct gateway_models);
	struct build *b = &models->build;
	models->world = *world;
	*b = (struct build){ .arena = side->arena, .side = side, .world = &models->world, .choices = choices };
	models->listeners = NEWS(side->arena, struct effective_list, side->gateways.n + 1);
	map_init(&b->namespaces, b->arena);
	map_init(&b->owners, b->arena);
	for (size_t i = 0; i < world->snapshot->namespaces.n; i++)
		map_set(&b->namespaces, world->snapshot->namespaces.item[i]->meta.name, world->snapshot->namespaces.item[i]);
	side_index_policies(b);
	side_index_tls(b);
	for (size_t i = 0; i < side->sets.n; i++)
		side->sets.item[i]->reason = "NoMatchingParent";
	for (size_t i = 0; i < side->gateways.n; i++)
		models->listeners[i] = side_listeners(b, side->gateways.item[i]);
	side_attach(b);
	side_resolve(b);
	return models;
}

static void forget_routes(const struct effective_list *listeners)
{
	for (size_t i = 0; i < listeners->n; i++)
		for (size_t k = 0; k < listeners->item[i]->candidates.n; k++) {
			listeners->item[i]->candidates.item[k].made = NULL;
			listeners->item[i]->candidates.item[k].left_out = false;
		}
}

struct model *gateway_models_make(struct gateway_models *models, const struct gateway_choices *choices)
{
	struct build *b = &models->build;
	struct model *model = NEW(b->arena, struct model);
	model->arena = b->arena;
	model->nothing = STR("the input has no Gateway");
	b->choices = choices;
	for (size_t i = 0; i < b->side->gateways.n; i++) {
		b->gateway = b->side->gateways.item[i];
		forget_routes(&models->listeners[i]);
		side_leave_out(b, b->side->gateways.item[i], &models->listeners[i]);
		LIST_PUSH(b->arena, &model->entries, make_entry(b, b->side->gateways.item[i], &models->listeners[i]));
	}
	return model;
}

struct model *gateway_models_part(struct gateway_models *models, const struct gateway_choices *choices, str choice)
{
	const uint32_t bit = side_choice_bit(choice);
	if (bit && !(models->build.matters & bit))
		return NULL;
	struct build *b = &models->build;
	b->only = bit;
	b->vanished = false;
	b->concerned.n = b->concerned.cap = 0;
	b->concerned.item = NULL;
	struct model *part = gateway_models_make(models, choices);
	b->only = 0;
	/* requests for a host without rules go to others, which may not be among those that were made */
	if (b->vanished && bit)
		part = gateway_models_make(models, choices);
	part->whole = b->vanished || !bit;
	part->concerned.item = b->concerned.item;
	part->concerned.n = part->concerned.cap = b->concerned.n;
	return part;
}

struct model *gateway_model(struct gateway_side *side, const struct gateway_world *world, const struct gateway_choices *choices)
{
	return gateway_models_make(gateway_models_new(side, world, choices), choices);
}
