/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where hosts are served: Gateways, TLS listeners, ListenerSets. One listener for each certificate and host pattern, in a
 * ListenerSet beside its Secret, so that no Secret is read across namespaces; without ListenerSets in the Gateway itself.
 */
#include "gateway/names.h"
#include "gateway/plan.h"

enum { LISTENERS_MOST = 64 };

/* ---- the Gateway's place ---- */

static str only_namespace(const struct entry_part *part)
{
	str found = { "", 0 };
	/* without Ingresses the objects that name streams are the controller's own */
	if (part->routes.n == 0 && part->streams.n)
		return part->streams.item[0]->owner->namespace;
	for (size_t i = 0; i < part->routes.n; i++) {
		str namespace = part->routes.item[i]->owner->namespace;
		if (found.n && !str_eq(found, namespace))
			return STR("default");
		found = namespace;
	}
	return found.n ? found : STR("default");
}

/* The class names the Gateway; a controller without classes gives its own name. */
static str gateway_name(struct assembly *as, const struct entry *entry)
{
	str name = names_label(as->arena, entry->name);
	if (name.n == 0)
		name = names_label(as->arena, entry->controller);
	return name.n ? name : STR("gateway");
}

static bool is_taken(const struct assembly *as, str namespace, str name)
{
	for (size_t i = 0; i < as->out.n; i++) {
		const struct printed *p = &as->out.item[i];
		if (p->kind == OBJECT_GATEWAY && str_eq(p->namespace, namespace) && str_eq(p->name, name))
			return true;
	}
	return false;
}

static str place_gateway(struct plan *plan, str namespace, str own_name)
{
	struct assembly *as = plan->as;
	const struct entry *entry = plan->part->entry;
	str name = own_name.n ? own_name : gateway_name(as, entry);
	plan->namespace = namespace.n ? namespace : entry->namespace.n ? entry->namespace : only_namespace(plan->part);
	if (as->existing_name.n) {
		plan->namespace = as->existing_namespace;
		return as->existing_name;
	}
	if (as->gateway_name.n) {
		plan->namespace = as->gateway_namespace;
		plan->namespace_given = true;
		name = as->gateway_name;
	}
	/* two entries of one name are two load balancers */
	if (is_taken(as, plan->namespace, name))
		name = names_join(as->arena, name, arena_join(as->arena, STR("-"), names_label(as->arena, entry->controller)), NAME_LABEL_MAX);
	if (is_taken(as, plan->namespace, name))
		name = names_join(as->arena, name, arena_join(as->arena, STR("-"), names_hash(as->arena, entry->name, 8)), NAME_LABEL_MAX);
	return name;
}

/* ---- listeners ---- */

/* "https-shop.example.com"; wildcards have another prefix, so that no host collides with one. */
static str section_name(struct arena *arena, str hostname, const char *exact, const char *wildcard)
{
	if (hostname.n == 0)
		return STR(HTTPS_SECTION);
	bool wild = str_starts(hostname, STR("*."));
	return names_join(arena, wild ? arena_join(arena, str_c(wildcard), str_from(hostname, 2)) : arena_join(arena, str_c(exact), hostname),
		(str){ "", 0 }, NAME_SUBDOMAIN_MAX);
}

/* On port 80, where routes lose hostnames of listeners to which they are not attached. */
static void add_plain(struct plan *plan, str hostname)
{
	struct arena *arena = plan->as->arena;
	if (!plan->as->plain_beside || plan->as->existing_name.n || !hostname.n || map_get(&plan->plain_by_host, hostname))
		return;
	struct listener_plan *l = NEW(arena, struct listener_plan);
	l->hostname = hostname;
	l->section = section_name(arena, hostname, "http-", "plain-wildcard-");
	l->protocol = STR("HTTP");
	l->port = 80;
	l->secret_namespace = plan->namespace;
	map_set(&plan->plain_by_host, hostname, l);
	LIST_PUSH(arena, &plan->listeners, l);
}

static struct listener_plan *add_listener(struct plan *plan, str hostname, const struct certificate *c)
{
	struct arena *arena = plan->as->arena;
	bool own = c->kind == CERTIFICATE_SECRET;
	str pattern = own ? hostname : (str){ "", 0 };
	str key = pattern.n ? pattern : STR("*");
	struct listener_plan *l = map_get(&plan->listener_by_host, key);
	if (!l) {
		l = NEW(arena, struct listener_plan);
		l->hostname = pattern;
		l->section = section_name(arena, pattern, "https-", "wildcard-");
		l->protocol = STR("HTTPS");
		l->port = 443;
		l->secret_namespace = c->namespace.n ? c->namespace : plan->namespace;
		l->secret_name = c->name.n ? c->name : STR(DEFAULT_SECRET);
		l->owner = own ? c->owner : NULL;
		map_set(&plan->listener_by_host, key, l);
		LIST_PUSH(arena, &plan->listeners, l);
		add_plain(plan, pattern);
	}
	fact_list_join(arena, &l->facts, &c->facts);
	return l;
}

/* The pattern that a host's listener has: that of its certificate, which may be a wildcard of another host. */
static str host_pattern(const struct host *host)
{
	if (host->passthrough)
		return host->name.name;
	return host->certificate.listener.n ? host->certificate.listener : host->name.name;
}

static void add_listeners(struct plan *plan)
{
	for (size_t i = 0; i < plan->part->routes.n; i++) {
		const struct route_part *r = plan->part->routes.item[i];
		if (r->side != SIDE_TLS || r->host->certificate.kind == CERTIFICATE_NONE || r->host->passthrough)
			continue;
		add_listener(plan, host_pattern(r->host), &r->host->certificate);
		for (size_t j = 0; j < r->host->aliases.n; j++)
			add_listener(plan, r->host->aliases.item[j].name, &r->host->certificate);
	}
	/* without routes: HTTPS for all other names is answered, by 404 */
	if (plan->part->routes.n && plan->part->entry->rest.kind == CERTIFICATE_DEFAULT && !plan->as->existing_name.n)
		add_listener(plan, (str){ "", 0 }, &plan->part->entry->rest);
}

/* "tls-shop.example.com" */
static void add_passed(struct plan *plan, const struct host *host)
{
	struct arena *arena = plan->as->arena;
	struct listener_plan *l = NEW(arena, struct listener_plan);
	l->hostname = host->name.name;
	l->section = names_join(arena, arena_join(arena, STR("tls-"), l->hostname), (str){ "", 0 }, NAME_SUBDOMAIN_MAX);
	l->protocol = STR("TLS");
	l->port = 443;
	l->secret_namespace = host->passthrough->owner->namespace;
	map_set(&plan->passed_by_host, l->hostname, l);
	LIST_PUSH(arena, &plan->listeners, l);
	add_plain(plan, l->hostname);
}

/* "tcp-5432" */
static void add_stream(struct plan *plan, const struct stream *stream)
{
	struct arena *arena = plan->as->arena;
	struct listener_plan *l = NEW(arena, struct listener_plan);
	l->protocol = stream->protocol == STREAM_TCP ? STR("TCP") : STR("UDP");
	l->port = stream->port;
	l->section = arena_printf(arena, "%.*s-%u", STR_ARG(arena_lower(arena, l->protocol)), (unsigned)l->port);
	l->secret_namespace = plan->namespace;
	l->stream = stream;
	LIST_PUSH(arena, &plan->listeners, l);
}

static void add_others(struct plan *plan)
{
	for (size_t i = 0; i < plan->part->passed.n; i++)
		add_passed(plan, plan->part->passed.item[i]);
	for (size_t i = 0; i < plan->part->streams.n; i++)
		add_stream(plan, plan->part->streams.item[i]);
}

/* The one for all other hosts belongs to the Gateway, as the controller's default belongs to the controller. */
static bool is_default(const struct listener_plan *l)
{
	return l->hostname.n == 0 && !l->stream;
}

/* By which listeners are shared out. */
static str listener_key(const struct listener_plan *l)
{
	return l->stream ? l->section : l->hostname;
}

/* The most specific pattern. */
static struct listener_plan *closest(const struct plan *plan, const struct map *by_host, str hostname)
{
	struct listener_plan *l = hostname.n ? map_get(by_host, hostname) : NULL;
	str label, rest = hostname;
	while (!l && str_cut(rest, '.', &label, &rest))
		l = map_get(by_host, arena_join(plan->as->arena, STR("*."), rest));
	return l;
}

/* It takes the requests for a name, whoever named its certificate: there the routes of the name must stand. */
struct listener_plan *plan_listener(const struct plan *plan, str hostname)
{
	struct listener_plan *l = closest(plan, &plan->listener_by_host, hostname);
	return l ? l : map_get(&plan->listener_by_host, STR("*"));
}

struct listener_plan *plan_plain(const struct plan *plan, str hostname)
{
	return closest(plan, &plan->plain_by_host, hostname);
}

struct parent_ref plan_parent(const struct plan *plan, const struct listener_plan *l, const struct wanted_listener *wanted)
{
	struct parent_ref parent = { .name = l->set ? l->set->name : plan->gateways.item[l->gateway].name, .section = l->section };
	str holder = l->set ? l->set->namespace : plan->namespace;
	if (plan->as->existing_name.n) {
		struct wanted_listener w = *wanted;
		w.protocol = l->protocol;
		w.port = l->port;
		w.section = l->section;
		if (str_eq(l->protocol, STR("HTTPS"))) {
			w.secret_namespace = l->secret_namespace;
			w.secret = l->secret_name;
		}
		return existing_parent(plan->as, &w);
	}
	if (l->set) {
		parent.group = STR(GATEWAY_API_GROUP);
		parent.kind = STR("ListenerSet");
	}
	if (!str_eq(holder, wanted->namespace))
		parent.namespace = holder;
	return parent;
}

/* ---- ListenerSets ---- */

/* Annotations that tools read on the object that holds a listener: listeners that differ in them stand apart. */
static str keep_key(struct arena *arena, const struct owner *owner)
{
	struct str_list texts = { 0 };
	for (size_t i = 0; owner && i < owner->keep.n; i++) {
		const struct keep *k = &owner->keep.item[i];
		if (k->place == KEEP_GATEWAY || k->place == KEEP_ADDRESS)
			LIST_PUSH(arena, &texts, arena_printf(arena, "%.*s=%.*s", STR_ARG(k->key), STR_ARG(k->value)));
	}
	str_list_sort(&texts);
	return str_list_join(arena, &texts, STR("\n"));
}

struct set_list {
	struct set_plan **item;
	size_t n, cap;
};

static struct set_plan *set_of(struct plan *plan, struct set_list *sets, const struct listener_plan *l)
{
	struct arena *arena = plan->as->arena;
	str kept = keep_key(arena, l->owner);
	str key = arena_printf(arena, "%.*s/%.*s", STR_ARG(l->secret_namespace), STR_ARG(kept));
	struct set_plan *set = map_get(&plan->set_by_key, key);
	if (set)
		return set;
	set = NEW(arena, struct set_plan);
	set->namespace = l->secret_namespace;
	set->key = key;
	str suffix = kept.n ? arena_join(arena, STR("-"), names_hash(arena, kept, 6)) : (str){ "", 0 };
	set->name = names_join(arena, plan->gateways.item[0].name, suffix, NAME_SUBDOMAIN_MAX);
	map_set(&plan->set_by_key, key, set);
	LIST_PUSH(arena, sets, set);
	return set;
}

static struct set_plan *set_part(struct plan *plan, const struct set_plan *whole, str suffix)
{
	struct set_plan *part = NEW(plan->as->arena, struct set_plan);
	*part = *whole;
	part->listeners.item = NULL;
	part->listeners.n = part->listeners.cap = 0;
	part->name = names_join(plan->as->arena, whole->name, suffix, NAME_SUBDOMAIN_MAX);
	return part;
}

/* A set that is too long becomes several, by the hash of its listeners' hosts. */
static void add_set(struct plan *plan, struct set_plan *whole)
{
	struct arena *arena = plan->as->arena;
	struct str_list keys = { 0 };
	for (size_t i = 0; i < whole->listeners.n; i++)
		LIST_PUSH(arena, &keys, listener_key(whole->listeners.item[i]));
	const struct share_list shares = names_share(arena, &keys, NULL, LISTENERS_MOST, LISTENERS_MOST);
	if (shares.n == 1) {
		LIST_PUSH(arena, &plan->sets, whole);
		return;
	}
	for (size_t s = 0; s < shares.n; s++) {
		struct set_plan *part = set_part(plan, whole, shares.item[s].suffix);
		for (size_t i = 0; i < shares.item[s].n; i++) {
			struct listener_plan *l = whole->listeners.item[shares.item[s].item[i]];
			l->set = part;
			LIST_PUSH(arena, &part->listeners, l);
		}
		LIST_PUSH(arena, &plan->sets, part);
	}
}

static void make_sets(struct plan *plan)
{
	struct set_list whole = { 0 };
	for (size_t i = 0; i < plan->listeners.n; i++) {
		struct listener_plan *l = plan->listeners.item[i];
		/* streams stand in the Gateway as long as it has room for them beside port 80 and the default */
		if (is_default(l) || (l->stream && plan->part->streams.n <= LISTENERS_MOST - 2))
			continue;
		l->set = set_of(plan, &whole, l);
		LIST_PUSH(plan->as->arena, &l->set->listeners, l);
	}
	for (size_t i = 0; i < whole.n; i++)
		add_set(plan, whole.item[i]);
}

/* ---- Gateways ---- */

static struct str_list listener_keys(const struct plan *plan)
{
	struct str_list keys = { 0 };
	for (size_t i = 0; i < plan->listeners.n; i++)
		if (!is_default(plan->listeners.item[i]))
			LIST_PUSH(plan->as->arena, &keys, listener_key(plan->listeners.item[i]));
	return keys;
}

static void say_limit(struct plan *plan, size_t gateways, size_t listeners)
{
	if (!plan->as->diags)
		return;
	struct diag *d = diag_addf(plan->as->diags, DIAG_GATEWAY_LIMIT, (struct diag_site){ { 0, 0 }, 1, { "", 0 } },
		"%zu listeners do not fit into one Gateway: %zu Gateways stand for one load balancer", listeners, gateways);
	d->loss = LOSS_AVAILABILITY;
	d->effect = STR("each Gateway has an address of its own; DNS must lead each host to the Gateway that serves it");
	d->help = plan->as->listener_sets ? STR("the Gateway asks all HTTPS clients for certificates, and is only certain to do so for listeners of its own")
		: STR("--gateway-api 1.5 or newer has ListenerSets, with which one Gateway is enough");
}

/* Nobody has asked for TLS listeners in the Gateway, where only its owner can change them. */
static void say_no_sets(const struct plan *plan)
{
	const struct assembly *as = plan->as;
	bool any = false;
	for (size_t i = 0; i < plan->listeners.n; i++)
		any = any || (!is_default(plan->listeners.item[i]) && !plan->listeners.item[i]->stream);
	if (!as->diags || as->sets_lack.n == 0 || as->existing_name.n || !any)
		return;
	struct diag *d = diag_addf(as->diags, DIAG_VERSION_LOST, (struct diag_site){ { 0, 0 }, 1, { "", 0 } },
		"%.*s: the TLS listeners stand in the Gateway", STR_ARG(as->sets_lack));
	d->level = DIAG_NOTE;
	d->effect = STR("none for requests; each certificate takes one of the 64 listeners of a Gateway, and its namespace has to allow that");
	d->help = arena_printf(as->arena, "nothing; %.*s", STR_ARG(as->sets_ways));
}

/* Browsers would take a connection for one host for another one of its certificate: the implementation keeps them from it. */
static void say_shared(const struct plan *plan)
{
	struct arena *arena = plan->as->arena;
	struct map first;
	struct str_list names = { 0 };
	map_init(&first, arena);
	for (size_t i = 0; i < plan->listeners.n; i++) {
		struct listener_plan *l = plan->listeners.item[i];
		str key = arena_printf(arena, "%.*s/%.*s", STR_ARG(l->secret_namespace), STR_ARG(l->secret_name));
		const struct listener_plan *other = l->secret_name.n ? map_get(&first, key) : NULL;
		if (other)
			str_list_add_new(arena, &names, key);
		else if (l->secret_name.n)
			map_set(&first, key, l);
	}
	if (!plan->as->diags || !plan->as->shared_is_http1 || plan->as->existing_name.n || !names.n)
		return;
	struct diag *d = diag_addf(plan->as->diags, DIAG_SHARED_CERTIFICATE, (struct diag_site){ { 0, 0 }, 1, { "", 0 } },
		"several listeners share a certificate, and offer HTTP/1.1 alone: %.*s%s", STR_ARG(names.item[0]), names.n > 1 ? " and others" : "");
	d->loss = LOSS_BEHAVIOUR;
	d->effect = STR("clients of these hosts get no HTTP/2, so that browsers do not send requests for one host in a connection for another; gRPC needs it");
	d->help = STR("give each host a certificate of its own, or all of them one listener for a wildcard");
}

size_t plan_gateway(const struct plan *plan, const struct host *host)
{
	size_t n = plan->gateways.n;
	return n < 2 || host->name.kind == HOST_ANY ? 0 : names_bucket(host_pattern(host), n);
}

static void make_gateways(struct plan *plan, str name)
{
	struct arena *arena = plan->as->arena;
	struct str_list keys = listener_keys(plan);
	/* port 80, and the listener for all other hosts */
	size_t n = plan->sets_wanted || plan->as->existing_name.n ? 1 : names_buckets(arena, &keys, LISTENERS_MOST - 2);
	for (size_t i = 0; i < n; i++) {
		struct gateway_plan g = { .name = name };
		if (i)
			g.name = names_join(arena, name, arena_printf(arena, "-%zx", i), NAME_LABEL_MAX);
		LIST_PUSH(arena, &plan->gateways, g);
	}
	say_no_sets(plan);
	if (n > 1)
		say_limit(plan, n, keys.n);
}

void plan_make(struct plan *plan, struct assembly *as, const struct entry_part *part, str namespace, str own_name)
{
	*plan = (struct plan){ .as = as, .part = part };
	/* whether a Gateway asks the clients of its ListenerSets for certificates, too, is not said anywhere */
	plan->sets_wanted = as->listener_sets && !part->frontend && as->existing_name.n == 0;
	map_init(&plan->listener_by_host, as->arena);
	map_init(&plan->passed_by_host, as->arena);
	map_init(&plan->plain_by_host, as->arena);
	map_init(&plan->set_by_key, as->arena);
	str name = place_gateway(plan, namespace, own_name);
	add_listeners(plan);
	add_others(plan);
	make_gateways(plan, name);
	say_shared(plan);
	if (plan->sets_wanted)
		make_sets(plan);
	plan->certificates = certificates_needed(plan);
	for (size_t i = 0; i < plan->listeners.n; i++) {
		struct listener_plan *l = plan->listeners.item[i];
		l->gateway = !is_default(l) && plan->gateways.n > 1 ? names_bucket(listener_key(l), plan->gateways.n) : 0;
		if (!l->set)
			LIST_PUSH(as->arena, &plan->gateways.item[l->gateway].listeners, l);
	}
}
