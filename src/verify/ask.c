/* SPDX-License-Identifier: Apache-2.0 */
/* The questions asked of both sides about one class of hosts: see asking.h. */
#include "verify/asking.h"

#include "verify/client.h"
#include "verify/compare.h"
#include "verify/forms.h"

/* What tells classes apart, as bytes. */
struct class_bytes {
	const struct route *before, *after;
	size_t variant, path;        /* path: number of its class, or SIZE_MAX */
	size_t https, given;
};

/* Where classes of paths are not known, the path of a route is one of its own; those beside it are one with others that go the same way. */
str class_key(const struct asking *a, const struct question *q, const struct route *before, const struct route *after)
{
	str path, query;
	struct class_bytes *key = NEW(a->scratch, struct class_bytes);
	(void)str_cut(q->path->target, '?', &path, &query);
	*key = (struct class_bytes){ before, after, q->number, path_class(&a->paths, path), q->https, a->given };
	str bytes = { (const char *)key, sizeof *key };
	return key->path != SIZE_MAX || q->path->edge ? bytes : arena_join(a->scratch, bytes, q->path->target);
}

static struct class_state *class_of(struct asking *a, str key)
{
	struct class_state *c = map_get(&a->classes, key);
	if (c)
		return c;
	c = NEW(a->of_host, struct class_state);
	map_set(&a->classes, arena_str(a->of_host, key), c);
	a->host->classes++;
	return c;
}

/* ---- asking ---- */

/* That a connection ends is an answer as well; what a controller does that refuses its configuration is none. */
bool answer_is_known(const struct outcome *o)
{
	return !o->unknown.n && (!o->problem.n || str_eq(o->state, STR("REFUSED")) || str_eq(o->state, STR("CLOSED")));
}

static void note_unknown(struct asking *a, const struct outcome *o)
{
	if (o->problem.n && !answer_is_known(o))
		str_list_add_new(a->arena, &a->out->problems, arena_str(a->arena, o->problem));
	for (size_t i = 0; i < o->unknown.n; i++)
		if (!map_get_address(&a->told, o->unknown.item[i])) {
			map_set_address(&a->told, o->unknown.item[i], a->out);
			LIST_PUSH(a->arena, &a->out->not_understood, o->unknown.item[i]);
		}
}

static void note_route(struct asking *a, const struct route *route)
{
	if (route && !map_get_address(&a->routes, route))
		map_set_address(&a->routes, route, a->out);
}

/* Of a route that no request took, nothing is known. */
static void count_unasked(struct asking *a)
{
	for (size_t i = 0; i < a->hosts->hosts.n; i++)
		for (size_t k = 0; k < a->hosts->hosts.item[i]->routes.n; k++) {
			const struct route *route = a->hosts->hosts.item[i]->routes.item[k];
			bool of_this_class = str_eq(a->hosts->hosts.item[i]->name.name, a->hosts->name);
			/* others stand before it, whatever the path */
			bool hidden = a->whole && route->match.conditions.n == 0;
			/* what the controller makes of itself is nobody's */
			if (!of_this_class || hidden || route->implicit || map_get_address(&a->routes, route))
				continue;
			struct unasked u = { a->hosts->name, route };
			LIST_PUSH(a->arena, &a->out->unasked, u);
			a->host->unasked++;
		}
}

static bool is_proved(const struct asking *a, const struct question *q, const struct outcome *before, const struct outcome *after)
{
	const struct host_class *hosts = a->hosts;
	bool one_name = hosts->name.n && !str_has_char(hosts->name, '*');
	return a->paths.whole && q->number == 0 && same_form(a->scratch, before, after, one_name) && path_decides_alone(before, after);
}

/* under: what becomes of the path after; NULL: what the side does with it. Whether both differ, and nobody has stated that. */
static bool differs_apart(struct asking *a, const struct request *request, const struct outcome *before, const struct outcome *after,
	const struct open_spelling *under)
{
	const struct asked asked = { request, before, after, outcomes_differ(a->scratch, before, after) };
	return answer_is_known(after) && asked.what.n && note_apart(a, &asked, under);
}

static bool differs_under(struct asking *a, const struct request *request, const struct outcome *before, const struct open_spelling *under)
{
	struct outcome after;
	client_asks(a->after, a->scratch, request, &(struct left_out){ .spelling = &under->is }, &after);
	return differs_apart(a, request, before, &after, under);
}

static void ask_apart(struct asking *a, const struct request *request, const struct outcome *before, const struct outcome *after)
{
	const struct open_choices *open = a->input->open;
	struct apart *apart = &a->out->apart;
	const size_t opened = apart->opened;
	if (!answer_is_known(before) || !answer_is_known(after))
		return;
	bool differs = differs_apart(a, request, before, after, NULL);
	for (size_t i = 0; open && i < open->spellings.n; i++)
		differs = differs_under(a, request, before, &open->spellings.item[i]) || differs;
	apart->asked++;
	apart->different += differs;
	/* a request counts once, however many values open something */
	apart->opened = opened + (apart->opened > opened);
}

/* Whether the request was the first one of its class. */
static bool ask(struct asking *a, const struct question *q)
{
	struct outcome before, after;
	struct request request = question_request(a->scratch, a->hosts, q->path, q->variant, q->https);
	request.given.listeners = a->given;
	if (request.has_sni && !q->https)
		return false;
	client_asks(a->before, a->scratch, &request, NULL, &before);
	client_asks(a->after, a->scratch, &request, NULL, &after);
	note_route(a, before.route);
	note_route(a, after.route);
	if (q->path->odd) {
		ask_apart(a, &request, &before, &after);
		return false;
	}
	size_t known = a->host->classes;
	struct class_state *c = class_of(a, class_key(a, q, before.route, after.route));
	bool fresh = a->host->classes > known;
	if (!answer_is_known(&before) || !answer_is_known(&after)) {
		note_unknown(a, &before);
		note_unknown(a, &after);
		a->host->unknown += !c->unknown;
		c->unknown = true;
		return fresh;
	}
	const struct asked asked = { &request, &before, &after, outcomes_differ(a->scratch, &before, &after) };
	bool proved = (fresh || asked.what.n) && is_proved(a, q, &before, &after);
	if (fresh && proved)
		a->host->proved++;
	if (asked.what.n)
		note_difference(a, &asked, c, proved);
	return fresh;
}

/* No listener takes a connection for the name: nothing that a request says can change that. */
static bool is_nobody(const struct outcome *o)
{
	return !o->listener && !o->status && o->state.n && o->entry && o->entry->listeners.n;
}

/* The host that takes a name on each side, by asking for the root. */
static void find_paths(struct asking *a, bool https)
{
	const struct asked_path root = { .target = STR_INIT("/") };
	const struct variant plain = { .method = STR_INIT("GET") };
	struct outcome before, after;
	struct request request = question_request(a->scratch, a->hosts, &root, &plain, https);
	request.given.listeners = a->given;
	evaluate(a->before, a->scratch, &request, &before);
	evaluate(a->after, a->scratch, &request, &after);
	const struct host *const found[] = { before.host, after.host };
	a->nobody = is_nobody(&before) || is_nobody(&after);
	/* classes that the other side of the same host has told apart serve as well where nobody tells more apart */
	if (!a->nobody || a->host_before != before.host || !a->paths.product)
		a->paths = path_classes_of(a->of_host, found, 2, NULL);
	a->host_before = before.host;
	a->host_after = after.host;
	a->whole = a->whole && a->paths.whole;
	if (a->paths.why.n && a->paths.product)
		str_list_add_new(a->arena, &a->out->sampled, arena_printf(a->arena, "too large: %.*s, for %.*s", STR_ARG(a->paths.why),
			STR_ARG(a->hosts->name.n ? a->hosts->name : STR("all other hosts"))));
	else if (a->paths.why.n)
		str_list_add_new(a->arena, &a->out->sampled, arena_str(a->arena, a->paths.why));
	arena_reset(a->scratch);
}

/*
 * Where nobody answers on one side, and of other spellings of a path, what stands beside the path is asked where it gets past guards alone: the
 * rest of it decides nothing there, or is asked of the path as it is. Where nobody answers other spellings are answered as the path is.
 */
static bool is_asked(const struct asking *a, const struct questions *q, size_t variant, bool odd)
{
	return variant == 0 || !(a->nobody || odd) || variant_lets_in(&q->variants.item[variant]);
}

/* A path of each class that nobody has thought of. */
static void ask_classes(struct asking *a, const struct questions *q, bool https)
{
	for (size_t i = 0; a->paths.product && i < product_count(a->paths.product); i++) {
		const struct asked_path path = { .target = product_class(a->paths.product, i)->witness };
		for (size_t k = 0; k < q->variants.n; k++) {
			if (is_asked(a, q, k, false))
				ask(a, &(struct question){ &path, &q->variants.item[k], k, https });
			arena_reset(a->scratch);
		}
	}
}

/* The path has been asked for its class. */
static bool is_witness(const struct asking *a, str target)
{
	size_t class = path_class(&a->paths, target);
	return class != SIZE_MAX && str_eq(product_class(a->paths.product, class)->witness, target);
}

/* All paths plainly; what stands beside the path only at the first path of each class, and where a route begins. */
static void ask_side(struct asking *a, const struct questions *q, bool https)
{
	find_paths(a, https);
	ask_classes(a, q, https);
	for (size_t i = 0; i < q->paths.n; i++) {
		const struct asked_path *path = &q->paths.item[i];
		if (is_witness(a, path->target) || (path->odd && a->nobody))
			continue;
		bool fresh = ask(a, &(struct question){ path, &q->variants.item[0], 0, https });
		for (size_t k = 1; k < q->variants.n && (fresh || !path->edge || path->odd); k++) {
			if (is_asked(a, q, k, path->odd))
				ask(a, &(struct question){ path, &q->variants.item[k], k, https });
			arena_reset(a->scratch);
		}
		arena_reset(a->scratch);
	}
	if (!a->given && (!https || a->hosts->tls))
		depends_ask(a, q, https);
}

/* The listener of the host waits for a Secret or ConfigMap that is not in the input. */
static bool is_pending(struct asking *a)
{
	const struct asked_path root = { .target = STR_INIT("/") };
	const struct variant plain = { .method = STR_INIT("GET") };
	struct outcome after;
	struct request request = question_request(a->scratch, a->hosts, &root, &plain, true);
	request.given.listeners = true;
	evaluate(a->after, a->scratch, &request, &after);
	bool pending = after.listener && after.listener->pending;
	arena_reset(a->scratch);
	return pending;
}

void ask_host(struct asking *a, const struct host_class *hosts)
{
	struct host_verdict verdict = { .pair = a->pair, .host = hosts->name };
	LIST_PUSH(a->arena, &a->out->hosts, verdict);
	a->host = &a->out->hosts.item[a->out->hosts.n - 1];
	a->hosts = hosts;
	a->whole = true;
	map_init(&a->classes, a->of_host);
	map_init(&a->groups, a->of_host);
	map_init(&a->routes, a->of_host);
	map_init(&a->depending, a->of_host);
	const struct questions q = questions_of(a->of_host, hosts);
	a->host_before = a->host_after = NULL;
	a->paths.product = NULL;
	ask_side(a, &q, false);
	ask_side(a, &q, true);
	a->given = is_pending(a);
	if (a->given)
		ask_side(a, &q, true);
	a->given = false;
	depends_end(a);
	count_unasked(a);
	a->host->verdict = a->host->different ? VERDICT_DIFFERENT : a->host->unknown || a->host->unasked ? VERDICT_UNKNOWN :
		a->host->accepted || a->host->stated || a->host->usual ? VERDICT_EXCEPT : VERDICT_EQUAL;
}
