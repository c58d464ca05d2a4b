/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kong's three ways to rank routes (reference: kong A.7). Which one runs no Ingress shows: where the one that is assumed and another one
 * give a request to two Services, that is said; and where within one flavour nothing ranks two routes.
 */
#include "controllers/kong.h"

static const str NAMES[] = { [KONG_COMPATIBLE] = STR_INIT("traditional_compatible"), [KONG_TRADITIONAL] = STR_INIT("traditional"),
	[KONG_EXPRESSIONS] = STR_INIT("expressions") };

/* The expression of a user, which may take anything. */
static bool is_expression(const struct kong_part *p)
{
	return p->match.kind == MATCH_REGEX && p->match.near.n == 0;
}

bool kong_parts_rival(const struct kong *kong, struct kong_part *a, struct kong_part *b)
{
	if (a->route->service == b->route->service || a->path == b->path || (is_expression(a) && is_expression(b)))
		return false;
	return kong_match_takes(kong, &a->match, b->match.path) || kong_match_takes(kong, &b->match, a->match.path);
}

static struct diag_site site_of(const struct kong *kong, const struct kong_part *p)
{
	const struct fact_list *facts = &p->path->facts;
	if (facts->n)
		return fact_site(kong->in->front->arena, facts->item[0]);
	return (struct diag_site){ p->path->at, 1, record_object(kong->in->front->arena, p->route->subject->record) };
}

static str name_of(const struct kong *kong, const struct kong_part *p)
{
	return arena_printf(kong->in->front->arena, "%.*s of %.*s", STR_ARG(p->path->path), STR_ARG(record_object(kong->in->front->arena, p->route->subject->record)));
}

/* Once for two paths, however many hosts have them. */
static bool is_new(struct kong *kong, const struct kong_part *a, const struct kong_part *b, const char *what)
{
	str key = arena_printf(kong->in->front->arena, "%s %p %p", what, (const void *)a->path, (const void *)b->path);
	if (map_get(&kong->said, key))
		return false;
	map_set(&kong->said, key, kong);
	return true;
}

static void say_tie(struct kong *kong, const struct kong_part *first, const struct kong_part *second)
{
	struct diag *d = diag_addf(kong->in->front->diags, DIAG_ASSUMED_WINNER, site_of(kong, second),
		"assumed: of two routes of one rank, %.*s and this one, the first one gets what both take", STR_ARG(name_of(kong, first)));
	d->level = DIAG_WARNING;
	d->effect = STR("Kong chooses by an internal number that no manifest shows: today either may answer, and may change with the next restart");
	d->help = STR("take one of the two paths out, or give one of them more to match (a host, a method)");
	for (size_t i = 0; i < second->path->facts.n; i++)
		second->path->facts.item[i]->assumed = true;
}

static void say_flavour(struct kong *kong, const struct kong_part *first, const struct kong_part *second, enum kong_flavour other)
{
	struct diag *d = diag_addf(kong->in->front->diags, DIAG_ROUTER_FLAVOUR, site_of(kong, second),
		"%.*s comes before this path in router_flavor %.*s, which is assumed, and behind it in %.*s", STR_ARG(name_of(kong, first)), STR_ARG(NAMES[kong->flavour]),
		STR_ARG(NAMES[other]));
	d->effect = STR("where Kong runs with the other one, requests that both take are answered by the other Service today");
	d->help = arena_printf(kong->in->front->arena, "look at router_flavor of Kong (the Helm charts set traditional), and give\n--controller-flag router_flavor=%.*s if it is that one",
		STR_ARG(NAMES[other]));
}

static void look(struct kong *kong, struct kong_part *a, struct kong_part *b)
{
	bool asks = a->route->methods.n || a->route->headers.n || b->route->methods.n || b->route->headers.n;
	if (!asks && kong_parts_compare(kong->flavour, a, b) == 0 && is_new(kong, a, b, "tie"))
		say_tie(kong, a, b);
	for (enum kong_flavour other = KONG_COMPATIBLE; !kong->told && other <= KONG_EXPRESSIONS; other++)
		if (other != kong->flavour && kong_parts_compare(kong->flavour, a, b) < 0 && kong_parts_compare(other, a, b) > 0 && is_new(kong, a, b, "flavour"))
			say_flavour(kong, a, b, other);
}

void kong_parts_say(struct kong *kong, const struct kong_parts *parts)
{
	for (size_t i = 0; i < parts->n; i++)
		for (size_t k = i + 1; k < parts->n; k++)
			if (kong_parts_rival(kong, &parts->item[i], &parts->item[k]))
				look(kong, &parts->item[i], &parts->item[k]);
}
