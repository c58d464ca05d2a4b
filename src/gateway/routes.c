/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTPRoutes: one for each Ingress, set of hosts that are treated alike, and side. What is alike is decided by the rules that
 * would be printed; a route that is over a limit becomes several, by the hash of a host or of a path, which never changes.
 */
#include "doc/doc.h"
#include "gateway/grpc.h"
#include "gateway/names.h"
#include "gateway/plan.h"

enum { HOSTNAMES_MOST = 16, RULES_MOST = 16, MATCHES_MOST = 128 };
/* Both sides of one Ingress on one host; NULL: nothing there. */
struct host_part {
	const struct route_part *plain, *tls;
};

/* What a route is for: it serves hosts, or it leads the plain requests of hosts with TLS elsewhere. */
enum role { ROLE_SERVE, ROLE_PLAIN };

/* Hosts of one Ingress with the same rules on a side, or on both. */
struct group {
	const struct owner *owner;
	enum role role;
	bool plain, tls;             /* where it attaches */
	bool grpc;                   /* a GRPCRoute */
	LIST(struct host_part) parts;
	bool serves;                 /* it forwards, or refuses; else it only redirects */
	str suffix;                  /* of its name */
	bool main;                   /* the one with the plain name */
};

struct grouping {
	struct plan *plan;
	LIST(struct host_part) parts;
	LIST(struct group *) groups;
	struct map group_by_key;
	struct arena scratch;        /* of one host */
};

/* ---- what is alike ---- */

static str fingerprint(struct arena *arena, const struct route_part *part)
{
	struct http_route route = { 0 };
	struct buf out;
	if (!part)
		return STR("-");
	for (size_t i = 0; i < part->rules.n; i++)
		LIST_PUSH(arena, &route.rules, part->rules.item[i].rule);
	buf_init(&out, arena, 0);
	doc_write_json(&out, object_encode(arena, OBJECT_HTTP_ROUTE, &route, STR("x")), 0);
	for (size_t i = 0; i < part->rules.n; i++)
		buf_add(&out, attach_key(arena, &part->rules.item[i]));
	return buf_str(&out);
}

static void collect_parts(struct grouping *g)
{
	const struct entry_part *part = g->plan->part;
	struct arena *arena = g->plan->as->arena;
	struct map seen;
	map_init(&seen, arena);
	for (size_t i = 0; i < part->routes.n; i++) {
		const struct route_part *r = part->routes.item[i];
		str key = arena_printf(arena, "%.*s/%.*s %.*s", STR_ARG(r->owner->namespace), STR_ARG(r->owner->name), STR_ARG(r->host->name.name));
		size_t *at = map_get(&seen, key);
		if (!at) {
			struct host_part fresh = { NULL, NULL };
			at = NEW(arena, size_t);
			*at = g->parts.n;
			map_set(&seen, key, at);
			LIST_PUSH(arena, &g->parts, fresh);
		}
		if (r->side == SIDE_TLS)
			g->parts.item[*at].tls = r;
		else
			g->parts.item[*at].plain = r;
	}
}

static bool does_serve(const struct route_part *part)
{
	for (size_t i = 0; part && i < part->rules.n; i++) {
		const struct http_rule *rule = &part->rules.item[i].rule;
		if (rule->backends.n || rule->filters.n == 0)
			return true;
	}
	return false;
}

static void add_to_group(struct grouping *g, const struct host_part *p, enum role role, bool plain, bool tls, str rules)
{
	struct arena *arena = g->plan->as->arena;
	const struct route_part *any = tls ? p->tls : p->plain;
	bool hostless = any->host->name.kind == HOST_ANY;
	str key = arena_printf(&g->scratch, "%.*s/%.*s %zu %d%d%d%d%d\n%.*s", STR_ARG(any->owner->namespace), STR_ARG(any->owner->name),
		plan_gateway(g->plan, any->host), hostless, (int)role, plain, tls, any->grpc, STR_ARG(rules));
	struct group *group = map_get(&g->group_by_key, key);
	if (!group) {
		group = NEW(arena, struct group);
		group->owner = any->owner;
		group->role = role;
		group->plain = plain;
		group->tls = tls;
		group->grpc = any->grpc;
		group->serves = does_serve(any);
		map_set(&g->group_by_key, arena_str(arena, key), group);
		LIST_PUSH(arena, &g->groups, group);
	}
	LIST_PUSH(arena, &group->parts, *p);
}

static void group_part(struct grouping *g, const struct host_part *p)
{
	str plain = fingerprint(&g->scratch, p->plain), tls = fingerprint(&g->scratch, p->tls);
	if (p->plain && p->tls && p->plain->grpc == p->tls->grpc && str_eq(plain, tls)) {
		add_to_group(g, p, ROLE_SERVE, true, true, tls);
		return;
	}
	if (p->tls)
		add_to_group(g, p, ROLE_SERVE, false, true, tls);
	if (p->plain)
		add_to_group(g, p, p->tls ? ROLE_PLAIN : ROLE_SERVE, true, false, plain);
}

/* The names of a host; on its plain side they may be fewer. */
static const struct host *part_host(const struct group *g, const struct host_part *p)
{
	return g->tls ? p->tls->host : p->plain->host;
}

static str first_host(const struct group *g)
{
	return part_host(g, &g->parts.item[0])->name.name;
}

static str role_key(struct arena *arena, const struct group *g)
{
	return arena_printf(arena, "%.*s/%.*s %d%d", STR_ARG(g->owner->namespace), STR_ARG(g->owner->name), (int)g->role, g->grpc);
}

/* Of the groups of an Ingress that have one role and kind, the one that serves, and of these the one with the first host. */
static struct map main_groups(const struct grouping *g)
{
	struct arena *arena = g->plan->as->arena;
	struct map mains;
	map_init(&mains, arena);
	for (size_t i = 0; i < g->groups.n; i++) {
		struct group *group = g->groups.item[i];
		str key = role_key(arena, group);
		const struct group *best = map_get(&mains, key);
		if (!best || (group->serves != best->serves ? group->serves : str_cmp(first_host(group), first_host(best)) < 0))
			map_set(&mains, key, group);
	}
	return mains;
}

/*
 * The main group has the plain name of the Ingress, "-http" behind it where it is for the plain side. The others are marked by
 * their first host. So a host that comes or goes renames nothing but, at most, what stood beside it.
 */
static void name_groups(struct grouping *g)
{
	struct arena *arena = g->plan->as->arena;
	const struct map mains = main_groups(g);
	for (size_t i = 0; i < g->groups.n; i++) {
		struct group *group = g->groups.item[i];
		str mark = { "", 0 };
		if (map_get(&mains, role_key(arena, group)) != group)
			mark = arena_join(arena, STR("-"), names_hash(arena, first_host(group), 6));
		group->main = mark.n == 0;
		group->suffix = group->role == ROLE_PLAIN ? arena_join(arena, mark, STR("-http")) : mark;
	}
}

/* ---- hostnames and parents ---- */

struct emission {
	struct plan *plan;
	const struct group *group;
};

/* A hostname of a route, and the host of the model that it belongs to. */
struct served {
	const struct host_part *part;
	const struct host_name *name;
};

struct served_list {
	struct served *item;
	size_t n, cap;
};

static enum object_kind kind_of(const struct emission *e)
{
	return e->group->grpc ? OBJECT_GRPC_ROUTE : OBJECT_HTTP_ROUTE;
}

static const struct route_part *shown_part(const struct emission *e, const struct host_part *p)
{
	return e->group->tls ? p->tls : p->plain;
}

static void add_parent(struct arena *arena, struct http_route *route, const struct parent_ref *parent)
{
	for (size_t i = 0; i < route->parents.n; i++) {
		const struct parent_ref *have = &route->parents.item[i];
		if (str_eq(have->kind, parent->kind) && str_eq(have->namespace, parent->namespace) && str_eq(have->name, parent->name) &&
			str_eq(have->section, parent->section) && have->port.value == parent->port.value)
			return;
	}
	LIST_PUSH(arena, &route->parents, *parent);
}

static str foreign(str namespace, const struct owner *owner)
{
	return str_eq(namespace, owner->namespace) ? (str){ "", 0 } : namespace;
}

static struct wanted_listener wanted_of(const struct emission *e, str hostname)
{
	return (struct wanted_listener){ .protocol = STR("HTTP"), .hostname = hostname, .port = 80, .section = STR(HTTP_SECTION), .owner = e->group->owner,
		.namespace = e->group->owner->namespace, .kind = object_kind_name(kind_of(e)),
		.both_sides = e->group->plain && e->group->tls };
}

/* False: there is no such listener. */
static bool attach(const struct emission *e, struct listener_plan *l, str hostname, struct http_route *route)
{
	if (!l)
		return false;
	const struct wanted_listener wanted = wanted_of(e, hostname);
	struct parent_ref parent = plan_parent(e->plan, l, &wanted);
	add_parent(e->plan->as->arena, route, &parent);
	str_list_add_new(e->plan->as->arena, &l->namespaces, e->group->owner->namespace);
	return true;
}

static void attach_plain(const struct emission *e, const struct host *host, str hostname, struct http_route *route)
{
	struct plan *plan = e->plan;
	if (plan->as->existing_name.n) {
		const struct wanted_listener wanted = wanted_of(e, hostname);
		struct parent_ref parent = existing_parent(plan->as, &wanted);
		add_parent(plan->as->arena, route, &parent);
		return;
	}
	if (attach(e, plan_plain(plan, hostname), hostname, route))
		return;
	for (size_t i = 0; i < plan->gateways.n; i++) {
		if (host->name.kind != HOST_ANY && i != plan_gateway(plan, host))
			continue;
		struct parent_ref parent = { .namespace = foreign(plan->namespace, e->group->owner), .name = plan->gateways.item[i].name, .section = STR(HTTP_SECTION) };
		add_parent(plan->as->arena, route, &parent);
		str_list_add_new(plan->as->arena, &plan->gateways.item[i].http_namespaces, e->group->owner->namespace);
	}
}

static void attach_tls(const struct emission *e, struct listener_plan *l, str hostname, struct http_route *route)
{
	const struct assembly *as = e->plan->as;
	if (!attach(e, l, hostname, route))
		return;
	for (size_t i = 0; as->existing_name.n && as->ledger && i < l->facts.n; i++)
		fact_idle(l->facts.item[i], STR("the Gateway exists already, and has certificates of its own"));
}

static void add_served(const struct emission *e, const struct served *at, struct http_route *route)
{
	const struct host *host = part_host(e->group, at->part);
	if (e->group->plain)
		attach_plain(e, host, at->name->name, route);
	if (at->name->kind != HOST_ANY)
		str_list_add_new(e->plan->as->arena, &route->hostnames, at->name->name);
	if (e->group->tls)
		attach_tls(e, plan_listener(e->plan, at->name->name), at->name->name, route);
}

/* ---- metadata, facts ---- */

/* The one route of the Ingress that tools for pages are to find. */
static bool is_main(const struct emission *e)
{
	return e->group->serves && e->group->role == ROLE_SERVE && e->group->main;
}

static void add_meta(const struct emission *e, str name, struct http_route *route)
{
	struct assembly *as = e->plan->as;
	const struct owner *owner = e->group->owner;
	route->meta.name = name;
	if (owner->namespace_written)
		route->meta.namespace = owner->namespace;
	route->comment = assembly_origin(as, owner, owner->at);
	keep_on_route(as, owner, kind_of(e), is_main(e), &route->meta);
}

static void carry_all(const struct emission *e, str name, const struct fact_list *facts, str pointer)
{
	for (size_t i = 0; i < facts->n; i++)
		assembly_carry(e->plan->as, facts->item[i], kind_of(e), e->group->owner->namespace, name, pointer);
}

/* ---- one object ---- */

static str route_name(const struct emission *e, str more)
{
	struct arena *arena = e->plan->as->arena;
	str suffix = arena_printf(arena, "%.*s%.*s", STR_ARG(e->group->suffix), STR_ARG(more));
	str name = names_join(arena, e->group->owner->name, suffix, NAME_SUBDOMAIN_MAX);
	/* the name of an Ingress belongs to that Ingress */
	if (suffix.n && map_get(&e->plan->as->taken, arena_printf(arena, "%.*s/%.*s", STR_ARG(e->group->owner->namespace), STR_ARG(name))))
		name = names_join(arena, name, arena_join(arena, STR("-"), names_hash(arena, suffix, 6)), NAME_SUBDOMAIN_MAX);
	return name;
}

static void carry_policies(const struct emission *e, const struct rule_part *rule, const struct str_list *objects)
{
	for (size_t i = 0; i < rule->policies.n; i++) {
		const struct rule_policy *p = &rule->policies.item[i];
		for (size_t m = 0; m < p->marks.n; m++)
			assembly_carry_kind(e->plan->as, p->marks.item[m].fact, p->kind->attaches == ATTACH_ANNOTATIONS ? object_kind_name(kind_of(e)) : p->kind->kind,
				e->group->owner->namespace, objects->item[i], attach_place(e->plan->as->arena, p->kind, p->marks.item[m].at));
	}
}

static void carry_rules(const struct emission *e, const struct route_part *part, const struct share *rules, str name,
	const struct str_list *objects)
{
	struct arena *arena = e->plan->as->arena;
	for (size_t k = 0; k < rules->n; k++) {
		const struct rule_part *rule = &part->rules.item[rules->item[k]];
		for (size_t m = 0; m < rule->marks.n; m++)
			assembly_carry(e->plan->as, rule->marks.item[m].fact, kind_of(e), e->group->owner->namespace, name,
				arena_printf(arena, "/spec/rules/%zu%.*s", k, STR_ARG(rule->marks.item[m].at)));
		carry_policies(e, rule, &objects[k]);
	}
}

static void grant_backend(const struct emission *e, const struct backend_ref *ref)
{
	if (ref->namespace.n)
		assembly_grant(e->plan->as, object_kind_name(kind_of(e)), e->group->owner->namespace, STR("Service"), ref->namespace, ref->name);
}

static void grant_backends(const struct emission *e, const struct http_route *route)
{
	for (size_t i = 0; i < route->rules.n; i++) {
		const struct http_rule *rule = &route->rules.item[i];
		for (size_t b = 0; b < rule->backends.n; b++)
			grant_backend(e, &rule->backends.item[b]);
		for (size_t f = 0; f < rule->filters.n; f++)
			grant_backend(e, &rule->filters.item[f].mirror);
	}
}

/* Homepage looks a route's address up at its parents, and takes no namespace for granted. */
static void name_parents(const struct emission *e, struct http_route *route)
{
	for (size_t i = 0; keep_is_page(e->group->owner) && i < route->parents.n; i++)
		if (route->parents.item[i].namespace.n == 0)
			route->parents.item[i].namespace = e->group->owner->namespace;
}

/* A rule that would count as not written without its policies, some of which refuse requests. */
static bool may_vanish(const struct rule_part *rule)
{
	for (size_t i = 0; i < rule->policies.n; i++)
		if (rule->policies.item[i].guards && rule->policies.item[i].kind->drops_rule)
			return true;
	return false;
}

/*
 * As long as such a policy is not there or not right its rule is none, and requests would go to wider ones: a rule that refuses them all stands
 * behind. Of equal matches the one that is written first counts.
 */
static void add_refusal(const struct emission *e, const struct route_part *part, const struct share *rules, struct http_route *route)
{
	const size_t most = e->plan->as->version.minor < 2 ? 8 : 64;
	struct http_rule *refusal = NULL;
	for (size_t i = 0; i < rules->n; i++) {
		const struct rule_part *rule = &part->rules.item[rules->item[i]];
		for (size_t k = 0; may_vanish(rule) && k < rule->rule.matches.n; k++) {
			if (!refusal || refusal->matches.n == most) {
				struct http_rule fresh = { .comment = STR_INIT("refuses what a rule above is for as long as one of its policies is not there or not right") };
				LIST_PUSH(e->plan->as->arena, &route->rules, fresh);
				refusal = &route->rules.item[route->rules.n - 1];
			}
			LIST_PUSH(e->plan->as->arena, &refusal->matches, rule->rule.matches.item[k]);
		}
	}
}

static void emit_route(const struct emission *e, const struct served_list *hosts, const struct share *rules, str more)
{
	struct assembly *as = e->plan->as;
	struct http_route route = { 0 };
	bool closed = false;
	add_meta(e, route_name(e, more), &route);
	const struct route_part *first = shown_part(e, hosts->item[0].part);
	for (size_t i = 0; i < rules->n; i++)
		LIST_PUSH(as->arena, &route.rules, first->rules.item[rules->item[i]].rule);
	for (size_t i = 0; i < hosts->n; i++) {
		add_served(e, &hosts->item[i], &route);
		closed = closed || shown_part(e, hosts->item[i].part)->closed;
	}
	if (is_main(e))
		name_parents(e, &route);
	struct str_list *objects = NEWS(as->arena, struct str_list, rules->n);
	const struct attachment_job job = { as, e->group->owner, object_kind_name(kind_of(e)), route.meta.name, first, rules, &route, objects };
	attach_policies(&job);
	add_refusal(e, first, rules, &route);
	const struct grpc_route grpc = grpc_route_of(as->arena, &route);
	struct printed *p = assembly_add(as, kind_of(e), e->group->owner->namespace, &route.meta,
		e->group->grpc ? (const void *)&grpc : (const void *)&route);
	p->closed = closed;
	p->owner = e->group->owner;
	for (size_t i = 0; i < hosts->n; i++) {
		carry_all(e, route.meta.name, &hosts->item[i].name->facts, arena_printf(as->arena, "/spec/hostnames/%zu", i));
		carry_rules(e, shown_part(e, hosts->item[i].part), rules, route.meta.name, objects);
	}
	grant_backends(e, &route);
}

/* Rules that go into routes of their own together: all, or those with the same policies where rules have no names to attach to. */
struct rule_set {
	str suffix;
	size_t *item;
	size_t n, cap;
};

struct rule_sets {
	struct rule_set *item;
	size_t n, cap;
};

/* "-p1f3a9c": of the key of its first rule, and where another set has that, of the kind of its match as well. */
static str set_suffix(struct arena *arena, const struct rule_sets *sets, const struct rule_part *rule)
{
	str suffix = arena_join(arena, STR("-p"), names_hash(arena, rule->key, 6));
	const struct http_match *match = rule->rule.matches.n ? &rule->rule.matches.item[0] : NULL;
	for (size_t i = 0; match && i < sets->n; i++)
		if (str_eq(sets->item[i].suffix, suffix)) {
			str key = arena_printf(arena, "%.*s %.*s %.*s", STR_ARG(rule->key), STR_ARG(match->path.type), STR_ARG(match->path.value));
			for (size_t k = 0; k < match->headers.n; k++)
				key = arena_printf(arena, "%.*s %.*s=%.*s", STR_ARG(key), STR_ARG(match->headers.item[k].name), STR_ARG(match->headers.item[k].value));
			return arena_join(arena, STR("-p"), names_hash(arena, key, 6));
		}
	return suffix;
}

static struct rule_sets rule_sets_of(const struct emission *e, const struct route_part *part)
{
	struct arena *arena = e->plan->as->arena;
	bool named = schema_has_field(e->plan->as->schema, object_kind_name(kind_of(e)), STR("spec.rules[].name"), e->plan->as->version);
	struct rule_sets sets = { 0 };
	struct map by_key;
	map_init(&by_key, arena);
	for (size_t i = 0; i < part->rules.n; i++) {
		str key = attach_split_key(arena, &part->rules.item[i], named);
		size_t *at = map_get(&by_key, key);
		if (!at) {
			struct rule_set fresh = { .suffix = key.n ? set_suffix(arena, &sets, &part->rules.item[i]) : (str){ "", 0 } };
			at = NEW(arena, size_t);
			*at = sets.n;
			map_set(&by_key, key, at);
			LIST_PUSH(arena, &sets, fresh);
		}
		LIST_PUSH(arena, &sets.item[*at], i);
	}
	if (sets.n == 1)
		sets.item[0].suffix = (str){ "", 0 };
	return sets;
}

/* One set, in as many routes as the limits ask for. */
static void emit_set(const struct emission *e, const struct served_list *hosts, const struct rule_set *set, str more)
{
	struct arena *arena = e->plan->as->arena;
	const struct route_part *part = shown_part(e, hosts->item[0].part);
	size_t *matches = NEWS(arena, size_t, set->n);
	struct str_list keys = { 0 };
	bool vanish = false;
	for (size_t i = 0; i < set->n; i++) {
		const struct rule_part *rule = &part->rules.item[set->item[i]];
		matches[i] = rule->rule.matches.n * (may_vanish(rule) ? 2 : 1);
		vanish = vanish || may_vanish(rule);
		LIST_PUSH(arena, &keys, rule->key);
	}
	/* room for rules that refuse */
	const size_t most = !vanish ? RULES_MOST : e->plan->as->version.minor < 2 ? RULES_MOST / 2 : RULES_MOST - 1;
	const struct share_list shares = names_share(arena, &keys, matches, most, MATCHES_MOST);
	for (size_t i = 0; i < shares.n; i++) {
		for (size_t k = 0; k < shares.item[i].n; k++)
			shares.item[i].item[k] = set->item[shares.item[i].item[k]];
		emit_route(e, hosts, &shares.item[i], arena_join(arena, more, shares.item[i].suffix));
	}
}

/* The rules of hosts that are treated alike. */
static void emit_hosts(const struct emission *e, const struct served_list *hosts, str more)
{
	const struct rule_sets sets = rule_sets_of(e, shown_part(e, hosts->item[0].part));
	for (size_t i = 0; i < sets.n; i++)
		emit_set(e, hosts, &sets.item[i], arena_join(e->plan->as->arena, more, sets.item[i].suffix));
}

static struct served_list served_by(struct arena *arena, const struct group *g)
{
	struct served_list all = { 0 };
	for (size_t i = 0; i < g->parts.n; i++) {
		const struct host *host = part_host(g, &g->parts.item[i]);
		struct served main = { &g->parts.item[i], &host->name };
		LIST_PUSH(arena, &all, main);
		for (size_t j = 0; j < host->aliases.n; j++) {
			struct served alias = { &g->parts.item[i], &host->aliases.item[j] };
			LIST_PUSH(arena, &all, alias);
		}
	}
	return all;
}

static void emit(const struct emission *e)
{
	struct arena *arena = e->plan->as->arena;
	struct served_list all = served_by(arena, e->group);
	struct str_list keys = { 0 };
	for (size_t i = 0; i < all.n; i++)
		LIST_PUSH(arena, &keys, all.item[i].name->name);
	const struct share_list shares = names_share(arena, &keys, NULL, HOSTNAMES_MOST, HOSTNAMES_MOST);
	for (size_t s = 0; s < shares.n; s++) {
		struct served_list chosen = { 0 };
		for (size_t i = 0; i < shares.item[s].n; i++) {
			const struct served *one = &all.item[shares.item[s].item[i]];
			if (e->group->plain || plan_listener(e->plan, one->name->name))
				LIST_PUSH(arena, &chosen, *one);
		}
		str suffix = shares.item[s].suffix;
		if (chosen.n)
			emit_hosts(e, &chosen, suffix.n ? arena_join(arena, STR("-h"), str_from(suffix, 1)) : suffix);
	}
}

void plan_routes(struct plan *plan)
{
	struct escape *escape = plan->as->arena->escape;
	struct grouping g = { .plan = plan };
	struct resource open;
	map_init(&g.group_by_key, plan->as->arena);
	arena_init(&g.scratch, 0, escape);
	escape_watch(escape, &open, arena_close, &g.scratch);
	collect_parts(&g);
	for (size_t i = 0; i < g.parts.n; i++, arena_reset(&g.scratch))
		group_part(&g, &g.parts.item[i]);
	escape_forget(escape, &open);
	arena_release(&g.scratch);
	name_groups(&g);
	for (size_t i = 0; i < g.groups.n; i++)
		emit(&(struct emission){ plan, g.groups.item[i] });
}
