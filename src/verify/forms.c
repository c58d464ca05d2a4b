/* SPDX-License-Identifier: Apache-2.0 */
/* What is done with a path, in a normal form: see forms.h. */
#include "verify/forms.h"

#include "route/model_language.h"

/* ---- expressions ---- */

/* What the route's match has found is there: it looks at the same path with the same expression. */
static bool is_of_match(const struct route *route, str regex)
{
	return route->match.kind == MATCH_REGEX && route->match.expression.n == 0 && str_eq(route->match.path, regex);
}

static str regex_of(const struct step *step)
{
	return step->kind == STEP_REWRITE ? step->as.rewrite.regex : step->kind == STEP_REDIRECT ? step->as.redirect.regex : (str){ "", 0 };
}

const struct language *step_language(struct arena *arena, const struct route *route, str regex)
{
	struct syntax_fault fault;
	/* where the match has taken the path from its beginning, the expression is found there */
	return language_regex(arena, regex, DIALECT_PCRE, is_of_match(route, regex) ? ANCHOR_START : ANCHOR_SEARCH, SYNTAX_NOCASE, &fault);
}

const struct language *step_own_language(struct arena *arena, const struct route *route, const struct step *step)
{
	str regex = regex_of(step);
	return regex.n && !is_of_match(route, regex) ? step_language(arena, route, regex) : NULL;
}

/* ---- what is in force ---- */

/* Whether a step acts is the same for all paths of the class. A second change of the path would hang on what the first one has made of it. */
static bool is_steady(struct arena *arena, const struct outcome *o)
{
	size_t changes = 0;
	for (size_t i = 0; o->route && i < o->route->steps.n; i++) {
		const struct step *s = o->route->steps.item[i];
		bool asks = regex_of(s).n > 0;
		changes += asks || s->kind == STEP_REWRITE;
		if (changes > 1 || (asks && !step_language(arena, o->route, regex_of(s))))
			return false;
	}
	for (size_t i = 0; o->route && i < o->route->cases.n; i++)
		for (size_t k = 0; k < o->route->cases.item[i].steps.n; k++)
			if (o->route->cases.item[i].steps.item[k]->kind == STEP_REWRITE)
				return false;
	return true;
}

/* That was in force. */
static const struct step *step_of(const struct outcome *o, enum step_kind kind)
{
	for (size_t i = 0; i < o->steps.n; i++)
		if (o->steps.item[i].step->kind == kind)
			return o->steps.item[i].step;
	return NULL;
}

/* ---- forms of paths ---- */

/* Where a replacement as text is none of whole elements. */
static bool is_textual(str prefix, str with, bool as_text, bool joins)
{
	if (joins && prefix.n > 1 && str_ends(prefix, STR("/")))
		return true;
	return as_text && str_ends(prefix, STR("/")) && (prefix.n == 1) == (with.n > 1);
}

bool prefix_form(struct arena *arena, const struct route *route, const struct prefix_change *change, struct transform *out)
{
	const str prefix = change->prefix, with = change->with;
	bool matched = route && route->match.kind == MATCH_PREFIX && str_eq(route->match.path, prefix);
	if (!matched || is_textual(prefix, with, change->as_text, change->joins))
		return false;
	transform_prefix(arena, prefix, with, out);
	return true;
}

/* The change of a path as a function. False: it is none of those that have a normal form. */
static bool form_of(struct arena *arena, const struct outcome *o, const struct step *step, struct transform *out)
{
	*out = (struct transform){ 0 };
	if (!step) {
		transform_identity(arena, out);
		return true;
	}
	const struct rewrite *r = &step->as.rewrite;
	if (r->regex.n) {
		const struct language *l = step_language(arena, o->route, r->regex);
		return l && transform_template(arena, l, r->target, out);
	}
	if (r->change == PATH_PREFIX_CUT)
		return prefix_form(arena, o->route, &(struct prefix_change){ r->prefix, r->path, r->as_text, r->joins }, out);
	transform_constant(arena, r->path, out);
	return r->change == PATH_FULL;
}

/* An expression of the step has been found. */
static void add_step_head(struct arena *arena, const struct route *route, const struct step *step, struct known *known)
{
	const struct language *l = step && regex_of(step).n ? step_language(arena, route, regex_of(step)) : NULL;
	if (l)
		known->head = language_head(arena, l, known->head);
}

static void add_heads(struct arena *arena, const struct outcome *o, const struct language *match, struct known *known)
{
	if (match)
		known->head = language_head(arena, match, known->head);
	add_step_head(arena, o->route, step_of(o, STEP_REWRITE), known);
	add_step_head(arena, o->route, step_of(o, STEP_REDIRECT), known);
}

/* What both routes, and what they did, tell of all paths of the class. */
static struct known known_of(struct arena *arena, const struct outcome *before, const struct outcome *after)
{
	struct syntax_fault fault;
	const struct language *a = match_language(arena, &before->route->match, &fault), *b = match_language(arena, &after->route->match, &fault);
	struct known x = a ? language_known(a) : (struct known){ 0 }, y = b ? language_known(b) : (struct known){ 0 };
	struct known known = x.whole || (!y.whole && x.head.n >= y.head.n) ? x : y;
	if (known.whole)
		return known;
	add_heads(arena, before, a, &known);
	add_heads(arena, after, b, &known);
	return known;
}

static bool same_path(struct arena *arena, const struct known *known, struct transform *a, struct transform *b)
{
	transform_narrow(arena, a, *known, a);
	transform_narrow(arena, b, *known, b);
	return transform_equal(a, b);
}

/* A path that becomes empty is an error. */
static bool never_fails(struct arena *arena, const struct outcome *o)
{
	struct transform t;
	const struct step *rewrite = step_of(o, STEP_REWRITE);
	if (!rewrite)
		return true;
	if (!form_of(arena, o, rewrite, &t))
		return false;
	for (size_t i = 0; i < t.pieces.n; i++)
		if (t.pieces.item[i].kind == PIECE_TEXT || (t.pieces.item[i].kind == PIECE_REST && t.pieces.item[i].at == 0))
			return true;
	return false;
}

/* ---- both sides ---- */

static bool same_location(struct arena *arena, const struct outcome *before, const struct outcome *after, bool one_name)
{
	struct location_form a, b;
	const struct step *x = step_of(before, STEP_REDIRECT), *y = step_of(after, STEP_REDIRECT);
	if (!x || !y || !before->has_location || !after->has_location || !before->route || !after->route)
		return false;
	if (!location_form(arena, before, x, &a) || !location_form(arena, after, y, &b))
		return false;
	const struct known known = known_of(arena, before, after);
	bool path = same_path(arena, &known, &a.path, &b.path);
	return path && location_equal(&a, &b, one_name);
}

static bool same_rewrite(struct arena *arena, const struct outcome *before, const struct outcome *after)
{
	struct transform a, b;
	const struct step *x = step_of(before, STEP_REWRITE), *y = step_of(after, STEP_REWRITE);
	if (!x && !y)
		return true;
	if (!before->route || !after->route || !form_of(arena, before, x, &a) || !form_of(arena, after, y, &b))
		return false;
	const struct known known = known_of(arena, before, after);
	return same_path(arena, &known, &a, &b);
}

/* The Host that the backend gets, by a step, or as the client has sent it. */
static bool same_host(const struct outcome *before, const struct outcome *after, bool one_name)
{
	const struct step *x = step_of(before, STEP_HOST), *y = step_of(after, STEP_HOST);
	str a = x ? x->value : STR("$http_host"), b = y ? y->value : STR("$http_host");
	bool plain = !x || !str_has_char(a, '$') || str_eq(a, STR("$host")) || str_eq(a, STR("$http_host"));
	plain = plain && (!y || !str_has_char(b, '$') || str_eq(b, STR("$host")) || str_eq(b, STR("$http_host")));
	return str_eq(a, b) ? plain || x == y : one_name && plain;
}

bool same_form(struct arena *scratch, const struct outcome *before, const struct outcome *after, bool one_name)
{
	if (!is_steady(scratch, before) || !is_steady(scratch, after))
		return false;
	bool steady = never_fails(scratch, before) && never_fails(scratch, after);
	if (before->has_location && after->has_location)
		return steady && same_location(scratch, before, after, one_name);
	/* what only one side sends to a backend, or none, is compared with nothing */
	if (!before->forwarded || !after->forwarded)
		return steady;
	return same_rewrite(scratch, before, after) && same_host(before, after, one_name);
}

/* ---- what else decides ---- */

/* Sets what may speak of the path. */
static bool has_template(const struct step *s)
{
	for (size_t i = 0; s->kind == STEP_HEADER && i < s->as.header.edits.n; i++)
		if (str_has_char(s->as.header.edits.item[i].value, '$'))
			return true;
	return false;
}

static bool has_templates(const struct route *r)
{
	for (size_t i = 0; r && i < r->steps.n; i++)
		if (has_template(r->steps.item[i]))
			return true;
	for (size_t i = 0; r && i < r->cases.n; i++)
		for (size_t k = 0; k < r->cases.item[i].steps.n; k++)
			if (has_template(r->cases.item[i].steps.item[k]))
				return true;
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

/* A header of all requests of one side that may speak of the path, where the other side sets that one as well. */
static bool has_wide_template(const struct outcome *o, const struct outcome *other)
{
	for (size_t i = 0; o->entry && i < o->entry->http.headers.n; i++) {
		const struct header_edit *e = &o->entry->http.headers.item[i];
		for (size_t k = 0; str_has(e->value, STR("uri")) && k < other->upstream_headers.n; k++)
			if (str_eq_nocase(other->upstream_headers.item[k].name, e->name))
				return true;
	}
	return false;
}

bool path_decides_alone(const struct outcome *before, const struct outcome *after)
{
	const struct route *x = before->route, *y = after->route;
	return !has_conditions(x) && !has_conditions(y) && !has_templates(x) && !has_templates(y) && !has_wide_template(before, after) &&
		!has_wide_template(after, before);
}
