/* SPDX-License-Identifier: Apache-2.0 */
/* The questions asked of both sides: see verify.h. */
#include "verify/verify.h"

#include "base/map.h"
#include "verify/compare.h"
#include "verify/paths.h"
#include "verify/questions.h"

str verdict_name(enum verdict verdict)
{
	static const str NAMES[] = {
		[VERDICT_EQUAL] = STR_INIT("equal"), [VERDICT_EXCEPT] = STR_INIT("except"), [VERDICT_PARTIAL] = STR_INIT("partial"),
		[VERDICT_UNKNOWN] = STR_INIT("unknown"), [VERDICT_DIFFERENT] = STR_INIT("different"),
	};
	return NAMES[verdict];
}

struct asking {
	struct arena *arena;         /* of the result */
	struct arena *scratch;       /* of one question */
	struct evaluator *before, *after;
	const struct verify_input *input;
	struct verification *out;
	const struct host_class *hosts;
	struct host_verdict *host;
	struct path_classes paths;   /* of the host, on this side */
	struct map classes;          /* of the host: struct class_state, by routes, side and variant */
	struct map routes;           /* of the host: that took a request, as bytes of their addresses */
	struct map told;             /* what is not understood */
	struct map groups;           /* of the host: number of a difference, by what differs from what to what */
};

struct class_state {
	bool different, excused, unknown;
};

/* ---- what counts ---- */

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

/* Gates that only one side has, where the answers do not tell already. */
static void compare_gates(struct arena *scratch, const struct outcome *a, const struct outcome *b, struct str_list *what)
{
	for (size_t i = 0; i < a->gates.n; i++)
		if (!str_list_has(&b->gates, a->gates.item[i]))
			str_list_add_new(scratch, what, arena_join(scratch, STR("feature:"), a->gates.item[i]));
}

static struct str_list compare(struct arena *scratch, const struct outcome *before, const struct outcome *after)
{
	struct str_list what = { 0 };
	outcomes_compare(scratch, before, after, &what);
	compare_gates(scratch, before, after, &what);
	compare_gates(scratch, after, before, &what);
	return what;
}

/* ---- defaults of the controller ---- */

static bool are_defaults(const struct asking *a, const struct fact_list *facts)
{
	for (size_t i = 0; i < facts->n; i++)
		if (!a->input->is_default(facts->item[i]))
			return false;
	return true;
}

/* Nothing in the input says it: neither the step nor another one of its feature. */
static bool is_default_step(const struct asking *a, const struct route *route, const struct step *step)
{
	for (size_t i = 0; route && i < route->steps.n; i++)
		if (str_eq(route->steps.item[i]->feature, step->feature) && !are_defaults(a, &route->steps.item[i]->facts))
			return false;
	return step->feature.n > 0 && are_defaults(a, &step->facts);
}

static bool edits(const struct step *step, str header)
{
	for (size_t i = 0; step->kind == STEP_HEADER && i < step->as.header.edits.n; i++)
		if (str_eq_nocase(step->as.header.edits.item[i].name, header))
			return true;
	return false;
}

/* The default by which the controller sends a header that the other side does not send; empty: none is. */
static str default_of_header(const struct asking *a, const struct outcome *before, str header)
{
	for (size_t i = 0; i < before->steps.n; i++)
		if (edits(before->steps.item[i].step, header) && is_default_step(a, before->route, before->steps.item[i].step))
			return before->steps.item[i].step->feature;
	return (str){ "", 0 };
}

static bool sends(const struct outcome *o, str name)
{
	for (size_t i = 0; i < o->response_headers.n; i++)
		if (str_eq_nocase(o->response_headers.item[i].name, name))
			return true;
	return false;
}

/* The controller answers for itself, as it does to health checks. */
static bool is_own(const struct outcome *o)
{
	for (size_t i = 0; o->host && i < o->host->own.n; i++)
		if (o->host->own.item[i] == o->route)
			return true;
	return false;
}

/* The default that is all that differs; empty: more does. */
static str default_of(const struct asking *a, const struct outcome *before, const struct outcome *after, const struct str_list *what)
{
	str feature = { "", 0 };
	for (size_t i = 0; i < before->steps.n; i++)
		if (before->steps.item[i].what == HAPPENED_ANSWERED && (before->steps.item[i].step->kind == STEP_BODY || is_own(before)) && is_default_step(a, before->route, before->steps.item[i].step))
			return before->steps.item[i].step->feature;
	for (size_t i = 0; i < what->n; i++)
		if (!str_eq(what->item[i], STR("response_headers")))
			return (str){ "", 0 };
	for (size_t i = 0; i < before->response_headers.n; i++) {
		str name = before->response_headers.item[i].name;
		if (sends(after, name))
			continue;
		feature = default_of_header(a, before, name);
		if (feature.n == 0)
			return feature;
	}
	for (size_t i = 0; i < after->response_headers.n; i++)
		if (!sends(before, after->response_headers.item[i].name))
			return (str){ "", 0 };
	return feature;
}

/* ---- classes ---- */

static str key_of(struct arena *arena, const struct outcome *before, const struct outcome *after, bool tls, str more)
{
	return arena_printf(arena, "%zx %zx %d %.*s", (size_t)(uintptr_t)before->route, (size_t)(uintptr_t)after->route, tls, STR_ARG(more));
}

static struct class_state *class_of(struct asking *a, str key)
{
	struct class_state *c = map_get(&a->classes, key);
	if (c)
		return c;
	c = NEW(a->arena, struct class_state);
	map_set(&a->classes, arena_str(a->arena, key), c);
	a->host->classes++;
	return c;
}

static struct request keep_request(struct arena *arena, const struct request *r)
{
	struct request copy = *r;
	copy.target = arena_str(arena, r->target);
	copy.headers.item = NULL;
	copy.headers.n = copy.headers.cap = 0;
	for (size_t i = 0; i < r->headers.n; i++)
		LIST_PUSH(arena, &copy.headers, r->headers.item[i]);
	return copy;
}

static size_t length_of(const struct request *r)
{
	size_t n = r->target.n + (str_eq(r->method, STR("GET")) ? 0 : 20) + (r->tls ? 1 : 0);
	for (size_t i = 0; i < r->headers.n; i++)
		n += 20 + r->headers.item[i].name.n + r->headers.item[i].value.n;
	return n + (r->body ? 20 : 0) + (str_eq(r->client, STR("127.0.0.1")) ? 0 : 20);
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

/* What differs, from what to what. */
static str group_key(struct arena *scratch, const struct outcome *before, const struct outcome *after, const struct difference *d)
{
	if (d->usual.n)
		return d->usual;
	return arena_printf(scratch, "%d %.*s: %.*s; %.*s", d->opens, STR_ARG(str_list_join(scratch, &d->what, STR(" "))),
		STR_ARG(side_text(scratch, before, after, &d->what)), STR_ARG(side_text(scratch, after, before, &d->what)));
}

static struct difference *group_of(struct asking *a, const struct request *request, const struct outcome *before, const struct outcome *after,
	const struct difference *like)
{
	str key = group_key(a->scratch, before, after, like);
	size_t *at = map_get(&a->groups, key);
	if (at)
		return &a->out->differences.item[*at];
	struct difference d = { .host = a->hosts->name, .request = keep_request(a->arena, request), .opens = like->opens,
		.usual = like->usual, .before = before->route, .after = after->route };
	for (size_t i = 0; i < like->what.n; i++)
		LIST_PUSH(a->arena, &d.what, arena_str(a->arena, like->what.item[i]));
	at = NEW(a->arena, size_t);
	*at = a->out->differences.n;
	map_set(&a->groups, arena_str(a->arena, key), at);
	LIST_PUSH(a->arena, &a->out->differences, d);
	return &a->out->differences.item[*at];
}

static void note_difference(struct asking *a, const struct request *request, const struct outcome *before, const struct outcome *after,
	const struct str_list *what, struct class_state *c, bool proved)
{
	const struct difference like = { .what = *what, .opens = opens(before, after), .usual = default_of(a, before, after, what) };
	struct difference *d = group_of(a, request, before, after, &like);
	bool counts = d->usual.n ? !c->excused : !c->different;
	d->proved = proved && (d->proved || d->classes == 0);
	d->classes += counts;
	if (d->usual.n)
		c->excused = true;
	else
		c->different = true;
	if (length_of(request) >= length_of(&d->request))
		return;
	d->request = keep_request(a->arena, request);
	d->before = before->route;
	d->after = after->route;
}

/* ---- asking ---- */

static void note_unknown(struct asking *a, const struct outcome *o)
{
	for (size_t i = 0; i < o->unknown.n; i++) {
		str key = arena_printf(a->scratch, "%u:%u %.*s", (unsigned)o->unknown.item[i]->at.file, (unsigned)o->unknown.item[i]->at.offset,
			STR_ARG(o->unknown.item[i]->text));
		if (map_get(&a->told, key))
			continue;
		map_set(&a->told, arena_str(a->arena, key), a->out);
		LIST_PUSH(a->arena, &a->out->not_understood, o->unknown.item[i]);
	}
}

static str route_key(const struct route *const *route)
{
	return (str){ (const char *)route, sizeof *route };
}

static void note_route(struct asking *a, const struct route *route)
{
	const struct route **key;
	if (!route || map_get(&a->routes, route_key(&route)))
		return;
	key = NEW(a->arena, const struct route *);
	*key = route;
	map_set(&a->routes, route_key(key), a->out);
}

/* Of a route that no request took, nothing is known. */
static void count_unasked(struct asking *a)
{
	for (size_t i = 0; i < a->hosts->hosts.n; i++)
		for (size_t k = 0; k < a->hosts->hosts.item[i]->routes.n; k++) {
			const struct route *route = a->hosts->hosts.item[i]->routes.item[k];
			bool of_this_class = str_eq(a->hosts->hosts.item[i]->name.name, a->hosts->name);
			/* what the controller makes of itself is nobody's */
			if (!of_this_class || route->implicit || map_get(&a->routes, route_key(&route)))
				continue;
			struct unasked u = { a->hosts->name, route };
			LIST_PUSH(a->arena, &a->out->unasked, u);
			a->host->unknown++;
		}
}

struct question {
	const struct asked_path *path;
	const struct variant *variant;
	size_t number;               /* of the variant */
	bool https;
};

/* Where classes of paths are not known, the path of a route is one of its own; those beside it are one with others that go the same way. */
static str class_text(const struct asking *a, const struct question *q)
{
	str path, query;
	(void)str_cut(q->path->target, '?', &path, &query);
	size_t class = path_class(&a->paths, path);
	if (class != SIZE_MAX)
		return arena_printf(a->scratch, "%zu #%zu", q->number, class);
	return arena_printf(a->scratch, "%zu %.*s", q->number, STR_ARG(q->path->edge ? STR("") : q->path->target));
}

static bool is_proved(const struct asking *a, const struct question *q, const struct outcome *before, const struct outcome *after)
{
	return a->paths.whole && q->number == 0 && same_form(a->scratch, before, after) && path_decides_alone(before->route, after->route);
}

/* Whether the request was the first one of its class. */
static bool ask(struct asking *a, const struct question *q)
{
	struct outcome before, after;
	const struct request request = question_request(a->scratch, a->hosts, q->path, q->variant, q->https);
	evaluate(a->before, a->scratch, &request, &before);
	evaluate(a->after, a->scratch, &request, &after);
	note_route(a, before.route);
	note_route(a, after.route);
	str number = class_text(a, q);
	size_t known = a->host->classes;
	struct class_state *c = class_of(a, key_of(a->scratch, &before, &after, q->https, number));
	bool fresh = a->host->classes > known;
	if (before.problem.n || after.problem.n || before.unknown.n || after.unknown.n) {
		note_unknown(a, &before);
		note_unknown(a, &after);
		a->host->unknown += !c->unknown;
		c->unknown = true;
	}
	bool proved = is_proved(a, q, &before, &after);
	if (fresh && proved)
		a->host->proved++;
	const struct str_list what = compare(a->scratch, &before, &after);
	if (what.n)
		note_difference(a, &request, &before, &after, &what, c, proved);
	return fresh;
}

/* The host that takes a name on each side, by asking for the root. */
static void find_paths(struct asking *a, bool https)
{
	const struct asked_path root = { STR_INIT("/"), false };
	const struct variant plain = { .method = STR_INIT("GET") };
	struct outcome before, after;
	const struct request request = question_request(a->scratch, a->hosts, &root, &plain, https);
	evaluate(a->before, a->scratch, &request, &before);
	evaluate(a->after, a->scratch, &request, &after);
	a->paths = path_classes_of(a->arena, before.host, after.host);
	if (a->paths.why.n)
		str_list_add_new(a->arena, &a->out->sampled, a->paths.why);
	arena_reset(a->scratch);
}

/* A path of each class that nobody has thought of. */
static void ask_classes(struct asking *a, const struct questions *q, bool https)
{
	for (size_t i = 0; a->paths.product && i < product_count(a->paths.product); i++) {
		const struct asked_path path = { product_class(a->paths.product, i)->witness, false };
		for (size_t k = 0; k < q->variants.n; k++) {
			ask(a, &(struct question){ &path, &q->variants.item[k], k, https });
			arena_reset(a->scratch);
		}
	}
}

/* All paths plainly; what stands beside the path only at the first path of each class, and where a route begins. */
static void ask_side(struct asking *a, const struct questions *q, bool https)
{
	find_paths(a, https);
	ask_classes(a, q, https);
	for (size_t i = 0; i < q->paths.n; i++) {
		const struct asked_path *path = &q->paths.item[i];
		bool fresh = ask(a, &(struct question){ path, &q->variants.item[0], 0, https });
		for (size_t k = 1; k < q->variants.n && (fresh || !path->edge); k++) {
			ask(a, &(struct question){ path, &q->variants.item[k], k, https });
			arena_reset(a->scratch);
		}
		arena_reset(a->scratch);
	}
}

static void ask_host(struct asking *a, const struct host_class *hosts)
{
	struct host_verdict verdict = { .host = hosts->name };
	LIST_PUSH(a->arena, &a->out->hosts, verdict);
	a->host = &a->out->hosts.item[a->out->hosts.n - 1];
	a->hosts = hosts;
	map_init(&a->classes, a->arena);
	map_init(&a->groups, a->arena);
	map_init(&a->routes, a->arena);
	const struct questions q = questions_of(a->arena, hosts);
	size_t before = a->out->differences.n;
	ask_side(a, &q, false);
	if (hosts->tls)
		ask_side(a, &q, true);
	count_unasked(a);
	for (size_t i = before; i < a->out->differences.n; i++)
		*(a->out->differences.item[i].usual.n ? &a->host->excused : &a->host->different) += a->out->differences.item[i].classes;
	a->host->verdict = a->host->different ? VERDICT_DIFFERENT : a->host->unknown ? VERDICT_UNKNOWN : a->host->excused ? VERDICT_EXCEPT : VERDICT_EQUAL;
}

static void sum_up(struct verification *out)
{
	for (size_t i = 0; i < out->hosts.n; i++) {
		const struct host_verdict *h = &out->hosts.item[i];
		out->classes += h->classes;
		out->proved += h->proved;
		out->different += h->different;
		out->excused += h->excused;
		out->unknown += h->unknown;
		if (h->verdict > out->verdict)
			out->verdict = h->verdict;
	}
	for (size_t i = 0; i < out->differences.n; i++)
		out->opened += out->differences.item[i].opens;
}

void verify_models(struct arena *arena, struct arena *scratch, const struct model *before, const struct model *after, const struct verify_input *input,
	struct verification *out)
{
	const struct model *const models[] = { before, after };
	const struct host_classes classes = host_classes_of(arena, models, 2);
	struct asking a = { .arena = arena, .scratch = scratch, .before = evaluator_new(arena, before), .after = evaluator_new(arena, after),
		.input = input, .out = out };
	*out = (struct verification){ .left_out = classes.left_out };
	map_init(&a.told, arena);
	for (size_t i = 0; i < classes.n; i++)
		ask_host(&a, &classes.item[i]);
	sum_up(out);
}
