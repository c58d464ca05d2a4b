/* SPDX-License-Identifier: Apache-2.0 */
/* See turns.h. The target's order is that of its table, by the comparison that the proof sorts rules with. */
#include "targets/turns.h"

#include <stdlib.h>

#include "gateway/rank.h"
#include "route/pattern.h"
#include "targets/conditions.h"
#include "targets/losses.h"
#include "targets/paths.h"
#include "targets/rules.h"
#include "targets/stated.h"

static const str EXACT = STR_INIT("Exact"), REGEX = STR_INIT("RegularExpression");

/* ---- which requests two matches have in common ---- */

static bool is_below(str path, str prefix)
{
	return str_starts(path, prefix) && (prefix.n == 1 || path.n == prefix.n || path.p[prefix.n] == '/');
}

/* Every path that b takes is taken by a; of no expressions. */
static bool takes_path_of(const struct path_match *a, const struct path_match *b)
{
	str prefix = path_without_slash(a->value);
	if (str_eq(a->type, EXACT))
		return str_eq(b->type, EXACT) && str_eq(a->value, b->value);
	return is_below(str_eq(b->type, EXACT) ? b->value : path_without_slash(b->value), prefix);
}

static bool is_regex(const struct http_match *m)
{
	return str_eq(m->path.type, REGEX);
}

/* One of them is an expression. False where no path can be of both. */
static bool heads_meet(struct arena *arena, const struct added *a, const struct http_match *ma, const struct added *b, const struct http_match *mb)
{
	str x = is_regex(ma) ? a->form->head : arena_lower(arena, path_without_slash(path_decode(arena, ma->path.value)));
	str y = is_regex(mb) ? b->form->head : arena_lower(arena, path_without_slash(path_decode(arena, mb->path.value)));
	/* an exact path begins with all that an expression begins with */
	if (str_eq(ma->path.type, EXACT))
		return str_starts(x, y);
	if (str_eq(mb->path.type, EXACT))
		return str_starts(y, x);
	return str_starts(x, y) || str_starts(y, x);
}

static bool paths_meet(struct arena *arena, const struct added *a, const struct http_match *ma, const struct added *b, const struct http_match *mb)
{
	if (is_regex(ma) || is_regex(mb))
		return heads_meet(arena, a, ma, b, mb);
	return takes_path_of(&ma->path, &mb->path) || takes_path_of(&mb->path, &ma->path);
}

static bool conditions_meet(const struct http_match *a, const struct http_match *b)
{
	if (a->method.n && b->method.n && !str_eq(a->method, b->method))
		return false;
	for (size_t i = 0; i < a->headers.n; i++)
		for (size_t k = 0; k < b->headers.n; k++) {
			const struct header_match *x = &a->headers.item[i], *y = &b->headers.item[k];
			bool regex = str_eq(x->type, REGEX) || str_eq(y->type, REGEX);
			if (!regex && str_eq_nocase(x->name, y->name) && !str_eq(x->value, y->value))
				return false;
		}
	return true;
}

/* ---- whether it matters which one answers ---- */

static bool steps_alike(const struct step *a, const struct step *b)
{
	return a == b || (a->kind == b->kind && a->kind != STEP_REWRITE && a->side == b->side && str_eq(a->feature, b->feature) && a->facts.n == b->facts.n &&
		(a->facts.n == 0 || a->facts.item[0] == b->facts.item[0]) && str_eq(a->value, b->value));
}

static bool do_the_same(const struct route *a, const struct route *b)
{
	if (a->cases.n != b->cases.n || a->steps.n != b->steps.n || a->owner != b->owner)
		return false;
	for (size_t i = 0; i < a->cases.n; i++) {
		const struct forward_case *x = &a->cases.item[i], *y = &b->cases.item[i];
		if (!str_eq(x->backend.name, y->backend.name) || x->backend.port != y->backend.port || x->weight != y->weight || case_has_condition(x) || case_has_condition(y))
			return false;
	}
	for (size_t i = 0; i < a->steps.n; i++)
		if (!steps_alike(a->steps.item[i], b->steps.item[i]))
			return false;
	return true;
}

/* ---- the order ---- */

/* Nothing of the two decides: rules of one route stand as they are tried, and routes go by their names, which may be others in the end. */
static bool tie_is_kept(const struct gateway_choices *choices, const struct added *first, const struct added *other)
{
	enum { TOGETHER = 16 };
	const struct route_part *p = first->part;
	if (p == other->part)
		return p->rules.n <= TOGETHER && p->rules.item[first->rule].policies.n == 0 && p->rules.item[other->rule].policies.n == 0;
	const struct owner *a = p->owner, *b = other->part->owner;
	int c = str_cmp(a->namespace, b->namespace);
	c = c ? c : str_cmp(a->name, b->name);
	return ranking_goes_by_name(choices) && c < 0;
}

static struct written_match as_written(const struct http_match *m)
{
	struct written_match out = { m->path.type, m->path.value, m->method, m->headers.n, 0 };
	for (size_t i = 0; i < m->headers.n; i++)
		out.exact_headers += !str_eq(m->headers.item[i].type, REGEX);
	return out;
}

static int compare_matches(const struct gateway_choices *choices, const struct http_match *a, const struct http_match *b)
{
	const struct written_match x = as_written(a), y = as_written(b);
	return ranking_compare(choices, &x, &y);
}

struct keeping {
	struct lowering *lw;
	const struct ordered *of;
	const struct gateway_choices *choices;
};

/* In the source too the first one takes what the two matches have in common; of expressions that is not known here. */
static bool takes_common(struct keeping *k, const struct added *first, const struct http_match *m, const struct http_match *mo)
{
	struct lowering *lw = k->lw;
	if (is_regex(m) || is_regex(mo))
		return true;
	const struct path_match *path = takes_path_of(&m->path, &mo->path) ? &mo->path : &m->path;
	str text = path_without_slash(path_decode(lw->arena, path->value));
	if (!str_eq(path->type, EXACT))
		text = arena_join(lw->arena, text.n == 1 ? STR("") : text, STR("/x"));
	else
		text = path_decode(lw->arena, path->value);
	if (!lw->matcher)
		lw->matcher = matcher_new(lw->arena, PATTERN_BUILD_STEPS);
	struct match source = first->route->match;
	return match_may_take(lw->matcher, &source, text);
}

/* The target tries the match of the other one first, and both may take the same request. */
static bool is_turned(struct keeping *k, const struct added *first, const struct http_match *m, const struct added *other, const struct http_match *mo)
{
	if (!conditions_meet(m, mo) || !paths_meet(k->lw->arena, first, m, other, mo))
		return false;
	int c = compare_matches(k->choices, m, mo);
	return (c > 0 || (c == 0 && !tie_is_kept(k->choices, first, other))) && takes_common(k, first, m, mo);
}

/* ---- keeping it ---- */

static bool cuts(const struct http_rule *rule)
{
	for (size_t i = 0; i < rule->filters.n; i++)
		if (rule->filters.item[i].rewrite.path.prefix.n || rule->filters.item[i].redirect.path.prefix.n ||
			str_eq(rule->filters.item[i].rewrite.path.type, STR("ReplacePrefixMatch")) || str_eq(rule->filters.item[i].redirect.path.type, STR("ReplacePrefixMatch")))
			return true;
	return false;
}

static bool has_header(const struct http_match *m, const struct header_match *h)
{
	for (size_t i = 0; i < m->headers.n; i++)
		if (str_eq_nocase(m->headers.item[i].name, h->name))
			return true;
	return false;
}

/* What both take, as one match; of one header a match names one value. */
static bool common_match(struct arena *arena, const struct http_match *a, const struct http_match *b, struct http_match *out)
{
	if (is_regex(a) || is_regex(b))
		return false;
	*out = (struct http_match){ .path = takes_path_of(&a->path, &b->path) ? b->path : a->path, .method = a->method.n ? a->method : b->method };
	for (size_t i = 0; i < a->headers.n; i++)
		LIST_PUSH(arena, &out->headers, a->headers.item[i]);
	for (size_t i = 0; i < b->headers.n; i++)
		if (!has_header(a, &b->headers.item[i]))
			LIST_PUSH(arena, &out->headers, b->headers.item[i]);
	return true;
}

static bool same_match(const struct http_match *a, const struct http_match *b)
{
	if (!str_eq(a->path.type, b->path.type) || !str_eq(a->path.value, b->path.value) || !str_eq(a->method, b->method) || a->headers.n != b->headers.n)
		return false;
	for (size_t i = 0; i < a->headers.n; i++)
		if (!str_eq(a->headers.item[i].name, b->headers.item[i].name) || !str_eq(a->headers.item[i].value, b->headers.item[i].value))
			return false;
	return true;
}

/* Whose match it is already; two with the same one are a conflict. NULL: nobody's. */
static const struct added *owner_of(const struct added_list *added, const struct http_match *m)
{
	for (size_t i = 0; i < added->n; i++) {
		const struct http_rule *rule = added_rule(&added->item[i]);
		for (size_t j = 0; j < rule->matches.n; j++)
			if (same_match(&rule->matches.item[j], m))
				return &added->item[i];
	}
	return NULL;
}

/* The first one gets a match for what both take, in front of that of the other one. */
static bool hold(struct keeping *k, const struct added *first, const struct http_match *m, const struct added *other, const struct http_match *mo)
{
	struct http_rule *rule = added_rule(first);
	struct http_match both;
	if (cuts(rule) || rule->matches.n >= match_limit(k->lw) || !common_match(k->lw->arena, m, mo, &both))
		return false;
	int c = compare_matches(k->choices, &both, mo);
	if (c > 0 || (c == 0 && !tie_is_kept(k->choices, first, other)))
		return false;
	const struct added *owner = owner_of(k->of->added, &both);
	if (owner)
		return owner->form->place <= first->form->place;
	LIST_PUSH(k->lw->arena, &rule->matches, both);
	return true;
}

/* ---- saying it ---- */

static bool is_said(const struct keeping *k, const struct route *route)
{
	const struct lowering *lw = k->lw;
	for (size_t i = lw->side_began; i < lw->statements.n; i++) {
		const struct statement *s = &lw->statements.item[i];
		if (s->when == STATED_RIVALS && s->route == route && s->side == k->of->side)
			return true;
	}
	return false;
}

static void say(struct keeping *k, const struct route *first, const struct route *other)
{
	static const struct fact_list NONE = { 0 };
	const struct route *said = other->said_of ? other->said_of : other;
	state_of(k->lw, k->of->host, other, k->of->side);
	if (is_said(k, said) || is_said(k, first->said_of ? first->said_of : first))
		return;
	const struct loss_text text = {
		.code = DIAG_ORDER_DIFFERS, .loss = LOSS_ROUTING,
		.message = arena_printf(k->lw->arena, "%.*s tries this path before another one of the host that the source tries first", STR_ARG(target_words(k->lw))),
		.effect = arena_printf(k->lw->arena, "requests that both take are answered as those of this one, and no longer as those of %.*s", STR_ARG(first->match.path)),
		.help = STR("let the two paths exclude each other, or give one of them a host of its own"),
	};
	differ(k->lw, other, &NONE, &text);
}

static void compare(struct keeping *k, const struct added *first, const struct added *other)
{
	const struct http_rule *ra = added_rule(first), *rb = added_rule(other);
	for (size_t i = 0, n = ra->matches.n; i < n; i++)
		for (size_t j = 0; j < rb->matches.n; j++) {
			const struct http_match m = ra->matches.item[i], mo = rb->matches.item[j];
			if (is_turned(k, first, &m, other, &mo) && !hold(k, first, &m, other, &mo))
				say(k, first->route, other->route);
		}
}

static int by_place(const void *a, const void *b)
{
	const struct added *x = *(const struct added *const *)a, *y = *(const struct added *const *)b;
	if (x->form->place != y->form->place)
		return x->form->place < y->form->place ? -1 : 1;
	return x < y ? -1 : x > y;
}

void turns_keep(struct lowering *lw, const struct ordered *of)
{
	struct keeping k = { lw, of, ranking_of(lw->arena, lw->target) };
	const struct added **sorted = NEWS(lw->arena, const struct added *, of->added->n);
	for (size_t i = 0; i < of->added->n; i++)
		sorted[i] = &of->added->item[i];
	if (of->added->n)
		qsort(sorted, of->added->n, sizeof *sorted, by_place);
	/* from the last one on: what a rule gets is held against all that are tried before it */
	for (size_t i = of->added->n; i-- > 0;)
		for (size_t j = i + 1; j < of->added->n; j++)
			if (sorted[i]->route != sorted[j]->route && !do_the_same(sorted[i]->route, sorted[j]->route))
				compare(&k, sorted[i], sorted[j]);
}
