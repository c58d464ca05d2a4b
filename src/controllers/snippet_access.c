/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks in snippets: allow and deny, auth_basic, auth_request, satisfy. Of each kind the innermost level counts that has one;
 * the lists of an Ingress and its own checks belong to the location (reference: ingress-nginx A.10, step 7).
 */
#include "controllers/snippet.h"

#include <arpa/inet.h>
#include <string.h>

/* ---- addresses ---- */

/* "10.0.0.0/8", "::1"; host bits do not count. */
static bool read_range(struct arena *a, str text, struct address_range *out)
{
	str address, bits;
	uint64_t most, n;
	bool cut = str_cut(text, '/', &address, &bits);
	out->v6 = str_has_char(address, ':');
	most = out->v6 ? 128 : 32;
	if (inet_pton(out->v6 ? AF_INET6 : AF_INET, arena_cstr(a, address), out->byte) != 1)
		return false;
	n = most;
	if (cut && !str_to_u64(bits, most, &n))
		return false;
	out->bits = (unsigned)n;
	for (unsigned i = out->bits; i < most; i++)
		out->byte[i / 8] = (unsigned char)(out->byte[i / 8] & ~(0x80u >> i % 8));
	return true;
}

/* False where nginx takes no such rule. */
static bool add_ranges(struct snippet_view *v, const struct statement *s, struct guard *guard)
{
	str text = statement_arg(s, 0);
	struct address_range range = { .deny = str_eq(s->d->name, STR("deny")) };
	if (s->d->block || s->d->args.n != 1)
		return false;
	if (str_eq(text, STR("unix:")))
		return true;      /* no client of the controller comes in by one */
	if (str_eq(text, STR("all"))) {
		LIST_PUSH(v->in->front->arena, &guard->ranges, range);
		range.v6 = true;
	} else if (!read_range(v->in->front->arena, text, &range)) {
		return false;
	}
	LIST_PUSH(v->in->front->arena, &guard->ranges, range);
	return true;
}

/* Rules behind one that takes every address never decide. */
static void cut_behind_all(struct guard *guard)
{
	bool all[2] = { false, false };
	size_t kept = 0;
	for (size_t i = 0; i < guard->ranges.n; i++) {
		const struct address_range range = guard->ranges.item[i];
		if (all[range.v6])
			continue;
		all[range.v6] = range.bits == 0;
		guard->ranges.item[kept++] = range;
	}
	guard->ranges.n = kept;
}

/*
 * Rules in order as one of the two plain lists where they are one: refused ranges, or allowed ones and all others refused. False
 * where nothing is refused.
 */
static bool simplify(struct guard *guard)
{
	size_t denied = 0, all_denied = 0;
	cut_behind_all(guard);
	const size_t n = guard->ranges.n;
	for (size_t i = 0; i < n; i++)
		denied += guard->ranges.item[i].deny;
	while (all_denied < n && guard->ranges.item[n - 1 - all_denied].deny && guard->ranges.item[n - 1 - all_denied].bits == 0)
		all_denied++;
	if (denied == 0)
		return false;
	guard->kind = GUARD_ADDRESS;
	guard->deny = denied == n;
	/* the last two are "all" of both families */
	guard->ordered = !guard->deny && !(denied == all_denied && all_denied == 2);
	if (!guard->deny && !guard->ordered)
		guard->ranges.n = n - all_denied;
	return true;
}

/* The location has a list of its own from the features, which stands before those of snippets. */
static bool has_list(const struct snippet_view *v, str feature)
{
	struct setting *own = v->subject ? subject_setting(v->subject, feature, STR("ranges")) : NULL;
	return v->location && (own || !value_is_off(controller_default(v->in->controller, feature, STR("ranges"))));
}

static enum snippet_level access_level(const struct snippet_view *v, enum directive_reader reader, bool own)
{
	if (own || view_has(v, SNIPPET_LOCATION, reader))
		return SNIPPET_LOCATION;
	return view_has(v, SNIPPET_SERVER, reader) ? SNIPPET_SERVER : SNIPPET_HTTP;
}

static const str OUTSIDE = STR_INIT("a location has such a check of its own, and nginx then ignores those outside");

/* Nobody is refused: either there is no "deny", or an "allow" of everybody stands before them, and decides. */
static void idle_list(struct snippet_view *v, const struct fact_list *facts)
{
	bool denies = false;
	for (size_t i = 0; i < facts->n; i++)
		denies = denies || str_ends(facts->item[i]->key, STR("#deny"));
	for (size_t i = 0; i < facts->n; i++) {
		if (denies && str_ends(facts->item[i]->key, STR("#allow")))
			fact_list_add(v->in->front->arena, &v->route->facts, facts->item[i]);
		else if (str_has_char(facts->item[i]->key, '#'))
			fact_idle(facts->item[i], STR("nobody is refused"));
	}
}

static void address_list(struct snippet_view *v)
{
	bool allows = has_list(v, STR("access.allow"));
	enum snippet_level level = access_level(v, READ_ACCESS, allows || has_list(v, STR("access.deny")));
	struct guard guard = { 0 };
	struct fact_list facts = { 0 };
	const struct statement *last = NULL;
	for (size_t i = 0; i < v->blocks.n; i++)
		for (size_t j = 0; j < v->blocks.item[i].statements->n; j++) {
			const struct statement *s = &v->blocks.item[i].statements->item[j];
			if (!statement_is(s, READ_ACCESS))
				continue;
			if (v->blocks.item[i].level != level) {
				statement_idle(s, OUTSIDE);
			} else if (allows) {
				statement_idle(s, STR("the list of the annotation ends with everybody refused, and nginx looks no further"));
			} else if (!add_ranges(v, s, &guard)) {
				statement_close(v, s);
			} else {
				statement_facts(v, s, &facts);
				last = s;
			}
		}
	if (!last)
		return;
	if (!simplify(&guard)) {
		idle_list(v, &facts);
		return;
	}
	struct step *step = statement_step(v, last, STEP_GUARD, guard.deny ? STR("access.deny") : STR("access.allow"));
	fact_list_join(v->in->front->arena, &step->facts, &facts);
	for (size_t i = 0; i < step->facts.n; i++)
		if (str_has_char(step->facts.item[i]->key, '#'))
			step->facts.item[i]->feature = step->feature;
	step->as.guard = guard;
}

/* ---- passwords and services ---- */

static bool is_off(const struct statement *s)
{
	return str_eq(statement_arg(s, 0), STR("off"));
}

/* The annotation writes the same directive into the location, and nginx takes it once. */
static bool is_twice(struct snippet_view *v, const struct statement *s, bool own)
{
	if (!own || s->snippet->level != SNIPPET_LOCATION)
		return false;
	const char *name = arena_cstr(v->in->front->arena, arena_printf(v->in->front->arena, "\"%.*s\" stands twice in one location", STR_ARG(s->d->name)));
	snippet_reject(v->in, s->snippet, s->d->at, s->d->name.n, name);
	return true;
}

static void user_files(struct snippet_view *v, enum snippet_level level, struct step *step)
{
	for (size_t i = 0; i < v->blocks.n; i++)
		for (size_t j = 0; j < v->blocks.item[i].statements->n; j++) {
			const struct statement *s = &v->blocks.item[i].statements->item[j];
			if (!statement_is(s, READ_BASIC) || !str_eq(s->d->name, STR("auth_basic_user_file")))
				continue;
			if (step && v->blocks.item[i].level <= level) {
				statement_facts(v, s, &step->facts);
				s->fact->feature = step->feature;
			} else {
				statement_idle(s, STR("no password is asked for here"));
			}
		}
}

static bool is_basic(const struct statement *s)
{
	return statement_is(s, READ_BASIC) && str_eq(s->d->name, STR("auth_basic"));
}

/* The last statement of the innermost level; those outside are said to be idle. NULL: there is none. */
static const struct statement *deciding(struct snippet_view *v, bool (*is)(const struct statement *), bool own)
{
	const struct statement *found = NULL;
	enum snippet_level level = SNIPPET_HTTP;
	for (size_t i = v->blocks.n; i-- > 0;)
		for (size_t j = v->blocks.item[i].statements->n; j-- > 0;) {
			const struct statement *s = &v->blocks.item[i].statements->item[j];
			if (!is(s))
				continue;
			if ((found && v->blocks.item[i].level != level) || (own && v->blocks.item[i].level != SNIPPET_LOCATION)) {
				statement_idle(s, OUTSIDE);
				continue;
			}
			if (found)
				statement_close(v, s);      /* twice at one level, which nginx refuses */
			found = s;
			level = v->blocks.item[i].level;
		}
	return found;
}

/* The annotations ask for it in this location. */
static bool has_check(const struct snippet_view *v, str feature, str field)
{
	return v->location && v->subject && subject_setting(v->subject, feature, field) &&
		!location_is_exempt(v->in, v->location, STR("no-auth-locations"));
}

static void password(struct snippet_view *v)
{
	bool own = has_check(v, STR("auth.basic"), STR("type"));
	const struct statement *s = deciding(v, is_basic, own);
	struct step *step = NULL;
	if (s && (is_twice(v, s, own) || s->d->block || s->d->args.n != 1)) {
		statement_close(v, s);
	} else if (s && is_off(s)) {
		statement_idle(s, STR("no password is asked for here"));
	} else if (s) {
		step = statement_step(v, s, STEP_GUARD, STR("auth.basic"));
		step->as.guard = (struct guard){ .kind = GUARD_BASIC, .realm = statement_arg(s, 0) };
	}
	user_files(v, s ? s->snippet->level : SNIPPET_HTTP, step);
}

static bool is_external(const struct statement *s)
{
	return statement_is(s, READ_EXTERNAL);
}

static void service(struct snippet_view *v)
{
	bool own = has_check(v, STR("auth.external"), STR("url"));
	const struct statement *s = deciding(v, is_external, own);
	if (!s)
		return;
	if (is_twice(v, s, own) || s->d->block || s->d->args.n != 1) {
		statement_close(v, s);
	} else if (is_off(s)) {
		statement_idle(s, STR("no service is asked here"));
	} else {
		struct step *step = statement_step(v, s, STEP_GUARD, STR("auth.external"));
		step->as.guard = (struct guard){ .kind = GUARD_EXTERNAL, .url = statement_arg(s, 0) };
	}
}

void access_statements(struct snippet_view *v)
{
	address_list(v);
	password(v);
	service(v);
}

/* ---- satisfy ---- */

static bool is_satisfy(const struct statement *s)
{
	return statement_is(s, READ_SATISFY);
}

static bool is_checked(const struct step *step)
{
	return step->kind == STEP_GUARD && (str_starts(step->feature, STR("access.")) || str_eq(step->feature, STR("auth.basic")) ||
		str_eq(step->feature, STR("auth.external")) || str_eq(step->feature, STR("auth.global")));
}

void access_satisfy(struct snippet_view *v)
{
	bool own = v->location && v->subject && subject_setting(v->subject, STR("auth.satisfy"), STR("policy"));
	const struct statement *s = deciding(v, is_satisfy, own);
	struct step *first = NULL;
	if (!s)
		return;
	bool any = str_eq(statement_arg(s, 0), STR("any"));
	if (is_twice(v, s, own) || s->d->block || s->d->args.n != 1 || (!any && !str_eq(statement_arg(s, 0), STR("all")))) {
		statement_close(v, s);
		return;
	}
	for (size_t i = 0; any && i < v->route->steps.n; i++) {
		struct step *step = v->route->steps.item[i];
		if (!is_checked(step))
			continue;
		step->as.guard.any = true;
		first = first ? first : step;
	}
	s->fact->feature = STR("auth.satisfy");
	if (first)
		statement_facts(v, s, &first->facts);
	else
		statement_idle(s, any ? STR("there is no check that it could speak of") : STR("it says what nginx does anyway"));
}
