/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies of kinds that a target's table knows, on what they apply to: see side_build.h. Of one kind the policy of the rule counts, else
 * that of the route, of the listener, of what the listener stands in, of the Gateway; the other ones do nothing there.
 */
#include "gateway/side_build.h"

#include "gateway/read_object.h"

/* Policies that count, one of a kind. */
struct policies {
	LIST(const struct read_policy *) list;
};

static str name_of(struct build *b, const struct read_policy *p)
{
	return arena_printf(b->arena, "%.*s %.*s/%.*s", STR_ARG(p->kind), STR_ARG(p->meta.namespace), STR_ARG(p->meta.name));
}

/* A class of the input is its implementation's; where there is none it may be anybody's. */
static bool is_served(const struct build *b, const struct read_policy *p)
{
	bool served = b->side->classes.n == 0;
	for (size_t i = 0; i < b->side->classes.n; i++)
		served = served || str_eq(b->side->classes.item[i]->controller, p->words.target->controller_name);
	return served;
}

bool side_policy_counts(const struct build *b, const struct read_policy *p, const struct read_ref *target)
{
	static const str TARGETS[] = { STR_INIT("HTTPRoute"), STR_INIT("GRPCRoute"), STR_INIT("ListenerSet"), STR_INIT("Gateway") };
	bool known = false;
	if (!p->known || target->name.n == 0 || !str_eq(target->group, STR(READ_GROUP)))
		return false;
	for (size_t i = 0; i < sizeof TARGETS / sizeof *TARGETS; i++)
		known = known || str_eq(TARGETS[i], target->kind);
	/* what it says of a Gateway counts for each field that no policy of a route has, which is not looked at */
	if (p->words.kind->attaches == ATTACH_ROUTE)
		known = (str_eq(target->kind, TARGETS[0]) || str_eq(target->kind, TARGETS[1])) && target->section.n == 0;
	if (p->words.kind->attaches == ATTACH_GATEWAY)
		known = str_eq(target->kind, STR("Gateway")) && target->section.n == 0;
	return known && is_served(b, p);
}

/* The one that was there first; without times nobody knows which. */
static bool is_older(const struct read_policy *a, const struct read_policy *b)
{
	return a->meta.created.n && b->meta.created.n && str_cmp(a->meta.created, b->meta.created) < 0;
}

static void add_level(struct build *b, const struct side_part *l, struct policies *out, struct route *route)
{
	const size_t before = out->list.n;
	const struct read_policy *p;
	for (size_t i = 0; (p = side_policy_at(b, l, i)); i++) {
		size_t at = 0;
		while (at < out->list.n && out->list.item[at]->words.kind != p->words.kind)
			at++;
		if (at == out->list.n) {
			LIST_PUSH(b->arena, &out->list, p);
			continue;
		}
		if (at < before)
			continue;
		const struct read_policy *other = out->list.item[at];
		if (is_older(p, other))
			out->list.item[at] = p;
		else if (!is_older(other, p))
			LIST_PUSH(b->arena, &route->unknown, side_new_unknown(b, arena_printf(b->arena, "%.*s beside %.*s", STR_ARG(name_of(b, p)),
				STR_ARG(name_of(b, other))), p->meta.at));
	}
}

static const struct read_gateway *gateway_of(const struct build *b, const struct effective *e)
{
	for (size_t i = 0; i < b->side->sets.n; i++) {
		const struct read_set *set = b->side->sets.item[i];
		for (size_t k = 0; &set->meta == e->owner && k < b->side->gateways.n; k++) {
			const struct read_meta *m = &b->side->gateways.item[k]->meta;
			if (str_eq(m->namespace, set->parent.namespace) && str_eq(m->name, set->parent.name))
				return b->side->gateways.item[k];
		}
	}
	return NULL;
}

static struct policies policies_of(struct build *b, const struct candidate *c, struct route *route)
{
	const struct read_meta *m = &c->route->meta, *owner = b->at->owner;
	const str group = STR_INIT(READ_GROUP), kind = read_route_kind_name(c->route->kind), none = { "", 0 };
	const struct read_gateway *gateway = gateway_of(b, b->at);
	const struct side_part levels[] = {
		{ group, kind, m->namespace, m->name, c->rule->name },
		{ group, kind, m->namespace, m->name, none },
		{ b->at->group, b->at->kind, owner->namespace, owner->name, b->at->said->name },
		{ b->at->group, b->at->kind, owner->namespace, owner->name, none },
		{ group, STR_INIT("Gateway"), gateway ? gateway->meta.namespace : none, gateway ? gateway->meta.name : none, none },
	};
	struct policies out = { { 0 } };
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
		if ((i != 0 || c->rule->name.n) && levels[i].name.n)
			add_level(b, &levels[i], &out, route);
	return out;
}

void side_policy_rest(struct build *b, const struct read_policy *p, const struct unknown ***item, size_t *n, size_t *cap)
{
	const struct template_leaves *rest = &p->words.unknown;
	if (!rest->n)
		return;
	str more = rest->n > 1 ? arena_printf(b->arena, " and %zu more", rest->n - 1) : STR("");
	str text = arena_printf(b->arena, "the field /spec%.*s%.*s of %.*s", STR_ARG(rest->item[0].pointer), STR_ARG(more), STR_ARG(name_of(b, p)));
	*item = list_grow(b->arena, *item, *n, cap, sizeof **item);
	(*item)[(*n)++] = side_new_unknown(b, text, rest->item[0].at);
}

static void add_words(struct build *b, const struct policies *all, const struct target_table *target, str name, struct route *route)
{
	for (size_t i = 0; i < all->list.n; i++) {
		const struct policy_words *w = &all->list.item[i]->words;
		for (size_t k = 0; k < w->features.n; k++) {
			bool has_turn = str_list_has(&w->target->steps, w->features.item[k].name);
			if (w->target == target && (name.n ? str_eq(w->features.item[k].name, name) : !has_turn))
				side_word(b, all->list.item[i], &w->features.item[k], route);
		}
	}
}

/* What the Gateway names as parameters of its implementation, else what its class names; NULL: nothing that is known. */
static const struct read_policy *parameters_of(const struct build *b, const struct read_gateway *gateway)
{
	const struct read_ref *ref = &gateway->parameters;
	for (size_t i = 0; !ref->name.n && i < b->side->classes.n; i++)
		if (str_eq(b->side->classes.item[i]->meta.name, gateway->class))
			ref = &b->side->classes.item[i]->parameters;
	const struct read_policy *p = ref->name.n ? gateway_side_policy(b->side, ref->group, ref->kind, ref->namespace, ref->name) : NULL;
	return p && p->known && p->words.kind->attaches == ATTACH_PARAMETERS ? p : NULL;
}

/* The features by which requests are refused, in the order in which the Gateway looks at them. */
static const struct str_list *steps_of(const struct build *b, const struct target_table *target)
{
	const struct read_policy *p = parameters_of(b, b->gateway);
	for (size_t i = 0; p && p->words.target == target && i < p->words.features.n; i++)
		if (str_eq(p->words.features.item[i].name, STR(POLICY_ORDER)))
			return &target->order.steps;
	return &target->steps;
}

/* Filters of the rule that act in that order as well, wherever they stand. */
static void add_sorted(struct build *b, const struct candidate *c, struct policies *out)
{
	for (size_t i = 0; i < c->rule->filters.n; i++) {
		const struct read_filter *f = &c->rule->filters.item[i];
		const struct read_policy *p = side_filter_policy(b, &c->route->meta, f);
		if (p && p->words.kind->sorted)
			LIST_PUSH(b->arena, &out->list, p);
	}
}

static bool is_beside(const struct candidate *a, const struct candidate *b)
{
	return a->route != b->route && a->match && b->match && str_eq(a->match->path, b->match->path) && str_eq(a->host, b->host);
}

/* Looked for at one listener of the route: where it has several they have its hostnames in common. */
static bool is_shared(const struct build *b, struct read_route *route)
{
	for (size_t i = 0; !route->shared_known && !route->shared && i < b->at->candidates.n; i++)
		for (size_t k = 0; b->at->candidates.item[i].route == route && k < b->at->candidates.n && !route->shared; k++)
			route->shared = is_beside(&b->at->candidates.item[i], &b->at->candidates.item[k]);
	route->shared_known = true;
	return route->shared;
}

/* Refused, or in force for the other route as well: nobody knows before it is tried. */
static bool is_refused(struct build *b, const struct candidate *c, const struct read_policy *p, struct route *route)
{
	if (!p->words.kind->alone || !is_shared(b, (struct read_route *)(uintptr_t)c->route))
		return false;
	LIST_PUSH(b->arena, &route->unknown, side_new_unknown(b, arena_printf(b->arena, "%.*s, whose route has a path in common with another route",
		STR_ARG(name_of(b, p))), p->meta.at));
	return true;
}

/* In the order in which the implementation asks them; then what refuses nobody. */
void side_policies(struct build *b, const struct candidate *c, struct route *route)
{
	const struct policies all = policies_of(b, c, route);
	bool http = c->route->kind == ROUTE_HTTP || c->route->kind == ROUTE_GRPC;
	struct policies ours = { { 0 } };
	for (size_t i = 0; i < all.list.n; i++) {
		const struct read_policy *p = all.list.item[i];
		if (p->words.kind->attaches != ATTACH_RULE && p->words.kind->attaches != ATTACH_ROUTE)
			continue;
		if (is_refused(b, c, p, route))
			continue;
		if (http)
			LIST_PUSH(b->arena, &ours.list, p);
		else
			LIST_PUSH(b->arena, &route->unknown, side_new_unknown(b, name_of(b, p), p->meta.at));
	}
	for (size_t i = 0; i < c->route->notes.n; i++)
		if (c->route->notes.item[i]->known && is_served(b, c->route->notes.item[i]))
			LIST_PUSH(b->arena, &ours.list, c->route->notes.item[i]);
	add_sorted(b, c, &ours);
	for (size_t i = 0; i < ours.list.n; i++)
		SIDE_POLICY_REST(b, ours.list.item[i], &route->unknown);
	for (size_t t = 0; ours.list.n && t < b->side->mapping->targets.n; t++) {
		const struct target_table *target = b->side->mapping->targets.item[t];
		const struct str_list *steps = steps_of(b, target);
		for (size_t i = 0; i < steps->n; i++)
			add_words(b, &ours, target, steps->item[i], route);
		add_words(b, &ours, target, (str){ "", 0 }, route);
	}
}

void side_entry_policies(struct build *b, const struct read_gateway *gateway, struct entry *entry)
{
	const struct side_part at = { STR_INIT(READ_GROUP), STR_INIT("Gateway"), gateway->meta.namespace, gateway->meta.name, { "", 0 } };
	struct route only = { .without = 0 };
	struct policies all = { { 0 } };
	const struct read_policy *parameters = parameters_of(b, gateway);
	add_level(b, &at, &all, &only);
	if (parameters)
		SIDE_POLICY_REST(b, parameters, &only.unknown);
	for (size_t i = 0; i < all.list.n; i++) {
		const struct policy_words *w = &all.list.item[i]->words;
		if (w->kind->attaches != ATTACH_GATEWAY)
			continue;
		SIDE_POLICY_REST(b, all.list.item[i], &only.unknown);
		for (size_t k = 0; k < w->features.n; k++)
			if (!side_entry_word(b, &w->features.item[k], &entry->http))
				LIST_PUSH(b->arena, &only.unknown, side_new_unknown(b, name_of(b, all.list.item[i]), w->features.item[k].at));
	}
	for (size_t i = 0; i < only.unknown.n; i++)
		LIST_PUSH(b->arena, &entry->unknown, only.unknown.item[i]);
}
