/* SPDX-License-Identifier: Apache-2.0 */
/* Routes as languages: see paths.h. */
#include "verify/paths.h"

#include "route/model_language.h"
#include "verify/forms.h"

struct tried {
	LIST(struct product_pattern) patterns;
};

/* conditional: what stands behind it is looked at, whatever it takes. */
static bool add_route(struct arena *arena, struct tried *side, const struct route *r, bool conditional, str *why)
{
	struct syntax_fault fault = { { "", 0 }, 0 };
	struct product_pattern p = { match_language(arena, &r->match, &fault), conditional || r->match.conditions.n > 0 };
	if (!p.language) {
		*why = arena_printf(arena, "the expression %.*s is not regular: %.*s", STR_ARG(r->match.path), STR_ARG(fault.reason));
		return false;
	}
	LIST_PUSH(arena, &side->patterns, p);
	return true;
}

/* Whether an expression of one of the route's steps finds something in a path is the same for all paths of a class as well. */
static void add_steps(struct arena *arena, struct tried *side, const struct route *r)
{
	for (size_t i = 0; i < r->steps.n; i++) {
		const struct language *l = step_own_language(arena, r, r->steps.item[i]);
		if (l)
			LIST_PUSH(arena, &side->patterns, ((struct product_pattern){ l, true }));
	}
}

static bool add_host(struct arena *arena, struct tried *side, const struct host *host, str *why)
{
	for (size_t i = 0; host && i < host->routes.n; i++)
		add_steps(arena, side, host->routes.item[i]);
	for (size_t i = 0; host && i < host->own.n; i++)
		if (!add_route(arena, side, host->own.item[i], true, why))
			return false;
	for (size_t i = 0; host && i < host->routes.n; i++)
		if (!add_route(arena, side, host->routes.item[i], false, why))
			return false;
	return true;
}

struct path_classes path_classes_of(struct arena *arena, const struct host *const *hosts, size_t n, const struct product_limits *limits)
{
	struct path_classes out = { 0 };
	struct tried *sides = NEWS(arena, struct tried, n);
	struct product_side *asked = NEWS(arena, struct product_side, n);
	for (size_t i = 0; i < n; i++) {
		if (!add_host(arena, &sides[i], hosts[i], &out.why))
			return out;
		asked[i] = (struct product_side){ sides[i].patterns.item, sides[i].patterns.n };
	}
	out.product = product_new(arena, DOMAIN_PATH, asked, n, limits);
	out.whole = product_explore(out.product) == PRODUCT_WHOLE;
	if (!out.whole)
		out.why = STR("there are too many classes of paths");
	return out;
}

size_t path_class(const struct path_classes *classes, str path)
{
	return classes->product && domain_has(DOMAIN_PATH, path) ? product_class_of(classes->product, path) : SIZE_MAX;
}
