/* SPDX-License-Identifier: Apache-2.0 */
/* Routes as languages, and what they do with paths: see paths.h. */
#include "verify/paths.h"

#include "route/model_language.h"
#include "route/transform.h"

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

static bool add_host(struct arena *arena, struct tried *side, const struct host *host, str *why)
{
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

/* ---- what is done with a path ---- */

/* That was in force. */
static const struct step *step_of(const struct outcome *o, enum step_kind kind)
{
	for (size_t i = 0; i < o->steps.n; i++)
		if (o->steps.item[i].step->kind == kind)
			return o->steps.item[i].step;
	return NULL;
}

/* Where a replacement as text is none of whole elements: it has no normal form. */
static bool is_textual(const struct rewrite *r)
{
	return r->as_text && str_ends(r->prefix, STR("/")) && (r->prefix.n == 1) == (r->path.n > 1);
}

/* The change of a path as a function. False: it is none of those that have a normal form. */
static bool form_of(struct arena *arena, const struct step *step, struct transform *out)
{
	struct syntax_fault fault;
	*out = (struct transform){ 0 };
	if (!step) {
		transform_identity(arena, out);
		return true;
	}
	const struct rewrite *r = &step->as.rewrite;
	if (r->regex.n) {
		/* the route has taken the path from its beginning, so that the expression is found there */
		const struct language *l = language_regex(arena, r->regex, DIALECT_PCRE, ANCHOR_START, SYNTAX_NOCASE, &fault);
		return l && transform_template(arena, l, r->target, out);
	}
	if (r->change == PATH_FULL)
		transform_constant(arena, r->path, out);
	else if (r->change == PATH_PREFIX_CUT)
		transform_prefix(arena, r->prefix, r->path, out);
	return r->change != PATH_KEEP && !(r->change == PATH_PREFIX_CUT && is_textual(r));
}

/* What both routes know of all paths that they take. */
static struct known known_of(struct arena *arena, const struct outcome *before, const struct outcome *after)
{
	struct syntax_fault fault;
	const struct language *a = match_language(arena, &before->route->match, &fault), *b = match_language(arena, &after->route->match, &fault);
	struct known x = a ? language_known(a) : (struct known){ 0 }, y = b ? language_known(b) : (struct known){ 0 };
	return x.whole || x.head.n >= y.head.n ? x : y;
}

bool same_form(struct arena *scratch, const struct outcome *before, const struct outcome *after)
{
	struct transform a, b;
	const struct step *x = step_of(before, STEP_REWRITE), *y = step_of(after, STEP_REWRITE);
	if (step_of(before, STEP_REDIRECT) || step_of(after, STEP_REDIRECT))
		return false;
	if (!x && !y)
		return true;
	if (!before->route || !after->route || !form_of(scratch, x, &a) || !form_of(scratch, y, &b))
		return false;
	const struct known known = known_of(scratch, before, after);
	transform_narrow(scratch, &a, known, &a);
	transform_narrow(scratch, &b, known, &b);
	return transform_equal(&a, &b);
}

/* A template may speak of the path. */
static bool has_templates(const struct route *r)
{
	for (size_t i = 0; r && i < r->steps.n; i++) {
		const struct step *s = r->steps.item[i];
		for (size_t k = 0; s->kind == STEP_HEADER && k < s->as.header.edits.n; k++)
			if (str_has_char(s->as.header.edits.item[k].value, '$'))
				return true;
	}
	return false;
}

static bool has_conditions(const struct route *r)
{
	if (!r)
		return false;
	if (r->match.conditions.n)
		return true;
	for (size_t i = 0; i < r->cases.n; i++)
		if (r->cases.item[i].header.n || r->cases.item[i].cookie.n || r->cases.item[i].sticky.n)
			return true;
	return false;
}

bool path_decides_alone(const struct route *before, const struct route *after)
{
	return !has_conditions(before) && !has_conditions(after) && !has_templates(before) && !has_templates(after);
}
