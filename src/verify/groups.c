/* SPDX-License-Identifier: Apache-2.0 */
/* Classes that differ alike, as one difference: see asking.h. */
#include "verify/asking.h"

#include "verify/client.h"
#include "verify/compare.h"

struct request request_keep(struct arena *arena, const struct request *r)
{
	struct request copy = *r;
	copy.method = arena_str(arena, r->method);
	copy.host = arena_str(arena, r->host);
	copy.target = arena_str(arena, r->target);
	copy.client = arena_str(arena, r->client);
	copy.sni = arena_str(arena, r->sni);
	copy.headers.item = NULL;
	copy.headers.n = copy.headers.cap = 0;
	for (size_t i = 0; i < r->headers.n; i++) {
		struct header h = { arena_str(arena, r->headers.item[i].name), arena_str(arena, r->headers.item[i].value) };
		LIST_PUSH(arena, &copy.headers, h);
	}
	return copy;
}

size_t request_length(const struct request *r)
{
	size_t n = r->target.n + (str_eq(r->method, STR("GET")) ? 0 : 20) + (r->tls ? 1 : 0);
	for (size_t i = 0; i < r->headers.n; i++)
		n += 20 + r->headers.item[i].name.n + r->headers.item[i].value.n;
	return n + (r->body ? 20 : 0) + (r->given.listeners ? 20 : 0) + (r->given.status ? 20 : 0) + (r->has_sni ? 20 : 0) + (str_eq(r->client, STR("127.0.0.1")) ? 0 : 20);
}

static str backends_text(struct arena *scratch, const struct outcome *o)
{
	str text = { "", 0 };
	for (size_t i = 0; i < o->backends.n; i++)
		text = arena_printf(scratch, "%.*s %.*s/%.*s:%u=%u", STR_ARG(text), STR_ARG(o->backends.item[i].backend->namespace),
			STR_ARG(o->backends.item[i].backend->name), (unsigned)o->backends.item[i].backend->port, (unsigned)o->backends.item[i].weight);
	return text;
}

static str headers_text(struct arena *scratch, const struct outcome *o)
{
	str text = { "", 0 };
	for (size_t i = 0; i < o->response_headers.n; i++)
		text = arena_printf(scratch, "%.*s %.*s", STR_ARG(text), STR_ARG(o->response_headers.item[i].name));
	return text;
}

/* Scheme and host of an address, where the rest is not the same but for a last slash. */
static str location_text(struct arena *scratch, const struct outcome *o, const struct outcome *other)
{
	str bare = path_without_slash(o->location), there = path_without_slash(other->location), rest = bare;
	if (str_eq(bare, there))
		return (str){ "", 0 };
	for (int slashes = 0; rest.n && slashes < 3; rest = str_from(rest, 1))
		slashes += rest.p[0] == '/';
	return arena_printf(scratch, " %.*s", STR_ARG(str_slice(bare, 0, bare.n - rest.n)));
}

static str side_text(struct arena *scratch, const struct outcome *o, const struct outcome *other, const struct str_list *what)
{
	str text = arena_printf(scratch, "%u %.*s", (unsigned)o->status, STR_ARG(o->state));
	if (str_list_has(what, STR("backends")) && !str_list_has(what, STR("status")))
		text = arena_join(scratch, text, backends_text(scratch, o));
	if (o->has_location && other->has_location && str_list_has(what, STR("location")))
		text = arena_join(scratch, text, location_text(scratch, o, other));
	return str_list_has(what, STR("response_headers")) && what->n == 1 ? arena_join(scratch, text, headers_text(scratch, o)) : text;
}

/* What differs, from what to what; of what was stated, is a default or counted apart, by what, where, and the fields that it is about. */
static str group_key(struct arena *scratch, const struct outcome *before, const struct outcome *after, const struct difference *d)
{
	if (d->usual.n || d->stated || d->apart)
		return arena_printf(scratch, "%d %.*s %zx %d %.*s", d->apart, STR_ARG(d->usual.n ? d->usual : d->stated ? d->stated->code : STR("")),
			(size_t)(uintptr_t)before->route, d->opens, STR_ARG(str_list_join(scratch, &d->what, STR(" "))));
	return arena_printf(scratch, "%d%d %.*s: %.*s; %.*s", d->opens, d->accepted, STR_ARG(str_list_join(scratch, &d->what, STR(" "))),
		STR_ARG(side_text(scratch, before, after, &d->what)), STR_ARG(side_text(scratch, after, before, &d->what)));
}

/* As it is kept. Names of fields are constants, but for those of features. */
static struct difference *add_difference(struct asking *a, const struct asked *q, const struct difference *like, struct difference_list *list)
{
	struct difference *d = NEW(a->arena, struct difference);
	*d = (struct difference){ .pair = a->pair, .host = a->hosts->name, .request = request_keep(a->arena, q->request), .opens = like->opens,
		.usual = like->usual, .stated = like->stated, .accepted = like->accepted, .apart = like->apart, .under = like->under,
		.before = q->before->route, .after = q->after->route };
	for (size_t i = 0; i < like->what.n; i++) {
		const str name = like->what.item[i];
		LIST_PUSH(a->arena, &d->what, str_starts(name, STR("feature:")) ? arena_str(a->arena, name) : name);
	}
	LIST_PUSH(a->arena, list, d);
	return d;
}

static struct difference *group_of(struct asking *a, const struct asked *q, const struct difference *like)
{
	str key = group_key(a->scratch, q->before, q->after, like);
	struct difference *d = map_get(&a->groups, key);
	if (d)
		return d;
	d = add_difference(a, q, like, like->apart ? &a->out->apart.differences : &a->out->differences);
	map_set(&a->groups, arena_str(a->of_host, key), d);
	return d;
}

static void keep_shortest(struct asking *a, const struct asked *q, const struct open_spelling *under, struct difference *d)
{
	if (request_length(q->request) >= request_length(&d->request))
		return;
	d->under = under;
	d->request = request_keep(a->arena, q->request);
	d->before = q->before->route;
	d->after = q->after->route;
}

/* Somebody is kept out, or would be: by a guard that refuses this very request, or that asks something outside of it. */
static bool is_guarded(const struct outcome *o)
{
	for (size_t i = 0; i < o->steps.n; i++) {
		const struct trace_step *s = &o->steps.item[i];
		if (s->step->kind == STEP_GUARD && (s->what == HAPPENED_ANSWERED || str_list_has(&o->gates, s->step->feature)))
			return true;
	}
	return false;
}

static bool opens(const struct outcome *before, const struct outcome *after)
{
	return is_guarded(before) && after->forwarded && after->backends.n && !after->unknown.n && !is_guarded(after);
}

/* What was said to be lost may be passed over as well. */
struct losing {
	const struct asking *asking;
	bool some;                   /* see excuse.h */
};

static bool is_lost(const void *user, const struct route *route, const struct step *step, const struct request *request)
{
	const struct losing *losing = user;
	return usual_step(losing->asking, route, step) || excuses_step(losing->asking->excuses, route, step, request, losing->some);
}

/* swap: whose route takes the request in the source, in place of the one that does; or NULL. same: nothing is left to be excused. */
static const struct statement *statement_with(struct asking *a, const struct asked *q, const struct swap *swap, bool opens, bool some, bool *same)
{
	struct outcome without;
	const struct losing losing = { a, some };
	const struct left_out left_out = { .is = is_lost, .user = &losing, .instead = swap ? swap->to : NULL, .of = swap ? swap->of : NULL };
	client_asks(a->before, a->scratch, q->request, &left_out, &without);
	const struct str_list rest = outcomes_differ(a->scratch, &without, q->after);
	*same = rest.n == 0;
	return excuse_find(a->excuses, a->matcher, &(struct excused){ a->scratch, q->request, &without, q->after, &rest, opens, a->chosen });
}

/* The route of the source has a counterpart that takes the request as well, and another one stands before it. */
static bool stands_behind(struct asking *a, const struct asked *q)
{
	const struct host *host = q->after->host;
	for (size_t i = 0; host && i < host->routes.n; i++) {
		const struct route *route = host->routes.item[i];
		struct outcome outcome;
		bool same;
		if (route == q->after->route || match_takes(a->matcher, &route->match, q->after->path) != FOUND)
			continue;
		client_asks(a->after, a->scratch, q->request, &(struct left_out){ .instead = route }, &outcome);
		const struct asked behind = { .request = q->request, .before = q->before, .after = &outcome };
		if (outcome.route == route && (statement_with(a, &behind, NULL, false, true, &same) || same))
			return true;
	}
	return false;
}

/* It was said that another route may take the request, and what is answered is what was said of that one. */
static const struct statement *statement_of_swap(struct asking *a, const struct asked *q, bool opens)
{
	const struct swap_list swaps = excuses_swaps(a->scratch, a->excuses, a->matcher, q->request, q->before);
	/* what nobody takes in the source has nobody to stand behind */
	bool behind = swaps.n && (!q->before->route || stands_behind(a, q));
	for (size_t i = 0; behind && i < swaps.n * 2; i++) {
		const struct swap *swap = &swaps.item[i / 2];
		bool same;
		if (opens && !swap->by->opens)
			continue;
		const struct statement *s = statement_with(a, q, swap, false, i % 2, &same);
		if (s || same)
			return swap->by;
	}
	return NULL;
}

static size_t *counter(struct host_verdict *host, enum class_difference difference)
{
	switch (difference) {
	case CLASS_DIFFERENT:
		return &host->different;
	case CLASS_ACCEPTED:
		return &host->accepted;
	case CLASS_STATED:
		return &host->stated;
	case CLASS_USUAL:
	case CLASS_SAME:
		break;
	}
	return &host->usual;
}

static bool is_counted(const struct class_state *class, const struct difference *difference)
{
	for (size_t i = 0; i < class->counted.n; i++)
		if (class->counted.item[i] == difference)
			return true;
	return false;
}

/* apart: of a request that is counted apart; what may be another route's is looked for where something opens alone. */
static const struct statement *statement_of(struct asking *a, const struct asked *q, bool opens, bool apart)
{
	bool same;
	const struct statement *s = statement_with(a, q, NULL, opens, false, &same);
	if (!s && excuses_depend(q->request))
		s = statement_with(a, q, NULL, opens, true, &same);
	return s || (apart && !opens) ? s : statement_of_swap(a, q, opens);
}

/* A class counts once, for the gravest of its differences; a difference counts each class once. */
static void count(struct asking *a, struct difference *d, struct class_state *class)
{
	if (!is_counted(class, d)) {
		LIST_PUSH(a->of_host, &class->counted, d);
		d->classes++;
	}
	enum class_difference is = d->usual.n ? CLASS_USUAL : d->stated ? CLASS_STATED : d->accepted ? CLASS_ACCEPTED : CLASS_DIFFERENT;
	if (is <= class->difference)
		return;
	if (class->difference != CLASS_SAME)
		--*counter(a->host, class->difference);
	++*counter(a->host, is);
	class->difference = is;
}

static bool accepts(const struct accepted_difference *by, const struct difference *d, str field)
{
	str location = difference_location(d);
	bool here = str_eq(by->host, difference_name(d)) && str_eq(by->location, location.n ? location : STR("-"));
	bool all = str_eq(by->field, STR("opens")) || (str_eq(by->field, STR("*")) && !d->opens);
	return !by->expired && here && (all || (str_eq(by->field, field) && !d->opens));
}

/* All that differs is accepted, by one line or by several. */
static bool is_accepted(struct asking *a, const struct difference *d)
{
	const struct accepted_differences *list = a->input->accepted;
	for (size_t i = 0; i < d->what.n; i++) {
		bool found = false;
		for (size_t k = 0; list && k < list->n; k++)
			if (accepts(&list->item[k], d, d->what.item[i])) {
				a->used[k]++;
				found = true;
			}
		if (!found)
			return false;
	}
	return true;
}

static struct difference judged(struct asking *a, const struct asked *q, bool apart)
{
	struct difference like = { .what = q->what, .opens = opens(q->before, q->after), .usual = usual_of(a, q), .apart = apart };
	if (!like.usual.n && a->input->statements)
		like.stated = statement_of(a, q, like.opens, apart);
	like.host = a->hosts->name;
	like.before = q->before->route;
	if (difference_counts(&like))
		like.accepted = is_accepted(a, &like);
	return like;
}

struct difference difference_of(struct asking *a, const struct asked *q)
{
	return judged(a, q, false);
}

bool note_apart(struct asking *a, const struct asked *q, const struct open_spelling *under)
{
	struct difference like = judged(a, q, true);
	bool counts = difference_counts(&like);
	a->out->apart.opened += like.opens && counts;
	like.under = under;
	struct difference *d = group_of(a, q, &like);
	d->classes++;
	keep_shortest(a, q, under, d);
	return counts;
}

void note_difference(struct asking *a, const struct asked *q, struct class_state *class, bool proved)
{
	const struct difference like = difference_of(a, q);
	struct difference *d = group_of(a, q, &like);
	d->proved = proved && (d->proved || d->classes == 0);
	count(a, d, class);
	keep_shortest(a, q, NULL, d);
}
