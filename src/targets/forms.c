/* SPDX-License-Identifier: Apache-2.0 */
/* Prefixes or expressions: see forms.h. */
#include "targets/forms.h"

#include <stdlib.h>

#include "targets/expressions.h"
#include "targets/losses.h"
#include "targets/policies.h"
#include "targets/versions.h"

struct form_list {
	struct form **item;
	size_t n, cap;
};

const struct form *form_of(const struct forms *forms, const struct route *route)
{
	return map_get_address(&forms->by_route, route);
}

/*
 * A rewrite exchanges the prefix of its rule's path, which has to be one; what is answered before is not rewritten. Some targets need none
 * in the exact form.
 */
static bool cuts_prefix(const struct lowering *lw, const struct route *route, enum side side)
{
	struct lowering exact = *lw;
	const struct target_row *row = target_feature(lw->target, STR("route.rewrite"));
	if ((row && str_eq(row->how, STR("none"))) || !version_has(lw, STR("HTTPRoute"), STR("spec.rules[].filters[].urlRewrite.path")))
		return false;
	bool cuts = false;
	exact.exact = true;
	for (size_t i = 0; i < route->steps.n; i++) {
		const struct step *s = route->steps.item[i];
		if (!step_is_said(s, side))
			continue;
		if (s->kind == STEP_STATUS || s->kind == STEP_REDIRECT)
			return false;
		cuts = cuts || (s->kind == STEP_REWRITE && s->as.rewrite.change == PATH_PREFIX_CUT && !policy_says(&exact, s));
	}
	return cuts;
}

/* The controller's own 404, which a Gateway answers by itself. */
static bool is_silent(const struct forms_of *of, const struct route *route)
{
	return route->implicit && !of->implicit && route->cases.n == 0;
}

static struct form *form_new(struct lowering *lw, const struct forms_of *of, const struct route *route)
{
	struct form *form = NEW(lw->arena, struct form);
	bool regex = route->match.kind == MATCH_REGEX;
	form->route = route;
	form->head = regex ? expression_head(lw->arena, route->match.path) : arena_lower(lw->arena, route->match.path);
	form->prefix = !regex || (cuts_prefix(lw, route, of->side) && !route_is_closed(lw, route, of->side));
	return form;
}

static int by_head(const void *a, const void *b)
{
	const struct form *x = *(struct form *const *)a, *y = *(struct form *const *)b;
	return str_cmp(x->head, y->head);
}

/* In the order of their heads those that begin with one of them follow it. */
static void make_groups(struct form_list *all)
{
	struct form *group = NULL;
	if (all->n)
		qsort(all->item, all->n, sizeof *all->item, by_head);
	for (size_t i = 0; i < all->n; i++) {
		struct form *form = all->item[i];
		if (!group || !str_starts(form->head, group->head))
			group = form;
		form->group = group;
		group->members++;
		group->prefix = group->prefix || form->prefix;
	}
}

/* Nothing is left for an expression to say: every path, in every letter case. */
static bool takes_all(const struct route *route)
{
	str prefix;
	return str_eq(route->match.path, STR("/")) || (path_prefix_form(route->match.path, &prefix) && str_eq(prefix, STR("/")));
}

/* No prefix says the path, whatever its form. */
static bool is_expression_anyway(const struct lowering *lw, const struct forms_of *of, const struct route *route)
{
	str prefix;
	if (route->match.kind == MATCH_TEXT || route->match.expression.n)
		return !cuts_prefix(lw, route, of->side);
	return route->match.kind == MATCH_REGEX && !route->literal && !path_prefix_form(route->match.path, &prefix) &&
		!cuts_prefix(lw, route, of->side) && !route_is_closed(lw, route, of->side);
}

struct forms forms_decide(struct lowering *lw, const struct forms_of *of)
{
	const bool takes_expressions = version_has_expressions(lw);
	struct forms forms;
	struct form_list all = { 0 };
	map_init(&forms.by_route, lw->arena);
	for (size_t i = 0; i < of->host->routes.n; i++) {
		const struct route *route = of->host->routes.item[i];
		struct form *form = form_new(lw, of, route);
		form->place = i;
		map_set_address(&forms.by_route, form->route, form);
		if (route->match.kind != MATCH_EXACT && !is_silent(of, route))
			LIST_PUSH(lw->arena, &all, form);
	}
	make_groups(&all);
	for (size_t i = 0; i < all.n; i++) {
		struct form *form = all.item[i];
		form->rivals = form->group->members > 1;
		form->possible = form->route->match.kind == MATCH_REGEX && form->route->match.expression.n == 0 && takes_expressions && !form->group->prefix && !of->uniform && (form->rivals || !takes_all(form->route));
		form->expression = lw->exact && (form->possible || (is_expression_anyway(lw, of, form->route) &&
			!(form->rivals && (form->route->match.kind == MATCH_TEXT || form->route->match.near.n))));
	}
	return forms;
}
