/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that hang on the implementation: see depends.h. */
#include "verify/depends.h"

#include "verify/asking.h"
#include "verify/compare.h"

/* A value of a choice, for a pair. */
struct open_side {
	const struct open_value *value;
	const struct model *after;
	struct evaluator *evaluator;     /* NULL: no host of the pair hangs on it, or it is the side that is asked anyway */
	const struct host *host;         /* that takes the name there, on this side; NULL: none does, or it may not matter to it */
	bool asked;                      /* it may */
};

struct open_part {
	const struct open_choice *choice;
	LIST(struct open_side) sides;    /* in the order of the values */
	struct map hosts;                /* names of those to which it may matter */
	struct dependence *found;        /* of the host that is asked; or NULL */
};

/* A class that hangs on a choice, or on any. */
struct depending_class {
	bool counts;                     /* by a value that counts */
};

str dependence_host(const struct dependence *d)
{
	return d->host.n ? d->host : STR("*");
}

bool dependence_counts(const struct dependence *d)
{
	bool some = false, agrees = false;
	for (size_t i = 0; i < d->answers.n; i++) {
		some = some || d->answers.item[i].counts;
		agrees = agrees || d->answers.item[i].agrees;
	}
	return some && (agrees || !d->answers.item[0].counts);
}

bool dependence_opens(const struct dependence *d)
{
	for (size_t i = 0; i < d->answers.n; i++)
		if (d->answers.item[i].opens)
			return true;
	return false;
}

/* ---- of a pair ---- */

/* The load balancers of the pair, as they are under another value. */
static const struct model *same_entries(struct arena *arena, const struct model *all, const struct model *of)
{
	struct model *part = NEW(arena, struct model);
	*part = (struct model){ .arena = all->arena, .nothing = all->nothing };
	for (size_t i = 0; i < of->entries.n; i++)
		for (size_t k = 0; k < all->entries.n; k++)
			if (str_eq(all->entries.item[k]->name, of->entries.item[i]->name))
				LIST_PUSH(arena, &part->entries, all->entries.item[k]);
	return part;
}

/* False: there are none. */
static bool add_hosts(struct map *names, const struct model *model)
{
	for (size_t i = 0; i < model->concerned.n; i++)
		map_set(names, model->concerned.item[i], (void *)(uintptr_t)model);
	return model->concerned.n > 0;
}

void depends_begin(struct asking *a)
{
	const struct open_choices *all = a->input->open;
	a->open.n = 0;
	for (size_t i = 0; all && i < all->n; i++) {
		struct open_part *part = NEW(a->arena, struct open_part);
		bool any = false;
		part->choice = &all->item[i];
		map_init(&part->hosts, a->arena);
		for (size_t k = 0; k < part->choice->values.n; k++) {
			const struct open_value *value = &part->choice->values.item[k];
			struct open_side side = { .value = value, .after = a->pair->after };
			if (value->after)
				side.after = same_entries(a->arena, value->after, a->pair->after);
			if (value->after && add_hosts(&part->hosts, value->after)) {
				side.evaluator = evaluator_new(a->arena, side.after);
				any = true;
			}
			LIST_PUSH(a->arena, &part->sides, side);
		}
		if (any)
			LIST_PUSH(a->arena, &a->open, part);
	}
}

/* ---- of a host ---- */

static bool may_matter(const struct asking *a, const struct open_part *part)
{
	for (size_t i = 0; i < a->hosts->hosts.n; i++)
		if (map_get(&part->hosts, a->hosts->hosts.item[i]->name.name))
			return true;
	return false;
}

/* Where the model of a value has the host; false: no model has it. */
static bool find_hosts(struct asking *a, struct open_part *part, bool https)
{
	const struct asked_path root = { .target = STR_INIT("/") };
	const struct variant plain = { .method = STR_INIT("GET") };
	const struct request request = question_request(a->scratch, a->hosts, &root, &plain, https);
	bool any = false;
	for (size_t i = 0; i < part->sides.n; i++) {
		struct open_side *side = &part->sides.item[i];
		struct outcome outcome;
		side->host = NULL;
		side->asked = false;
		if (!side->evaluator || !a->host_after)
			continue;
		evaluate(side->evaluator, a->scratch, &request, &outcome);
		bool same = outcome.host && outcome.host->name.kind == a->host_after->name.kind && str_eq(outcome.host->name.name, a->host_after->name.name);
		side->asked = same || side->value->after->whole;
		side->host = side->asked ? outcome.host : NULL;
		any = any || side->asked;
	}
	arena_reset(a->scratch);
	return any;
}

/* Both try the same paths in the same order, so that their classes are those of one of them. */
static bool same_routes(const struct host *a, const struct host *b)
{
	bool same = a->routes.n == b->routes.n;
	for (size_t i = 0; i < a->routes.n && same; i++) {
		const struct match *x = &a->routes.item[i]->match, *y = &b->routes.item[i]->match;
		same = x->kind == y->kind && str_eq(x->path, y->path) && str_eq(x->expression, y->expression);
	}
	return same;
}

struct open_paths {
	struct asked_path *item;
	size_t n, cap;
};

static void add_path(struct asking *a, struct open_paths *out, struct map *seen, str target)
{
	if (map_get(seen, target))
		return;
	const struct asked_path path = { .target = arena_str(a->of_host, target) };
	map_set(seen, path.target, a);
	LIST_PUSH(a->of_host, out, path);
}

static void add_witnesses(struct asking *a, struct open_paths *out, struct map *seen, const struct path_classes *classes)
{
	for (size_t i = 0; classes->product && i < product_count(classes->product); i++)
		add_path(a, out, seen, product_class(classes->product, i)->witness);
}

/* A path of each class that the side before, the side after and the values of the choice tell apart. */
static struct open_paths paths_of(struct asking *a, const struct open_part *part, const struct questions *q)
{
	static const struct product_limits FEWER = { .moves = 3000000 };
	const struct host **hosts = NEWS(a->scratch, const struct host *, part->sides.n + 2);
	struct open_paths out = { 0 };
	struct map seen;
	size_t n = 0;
	bool whole = a->paths.whole;
	map_init(&seen, a->of_host);
	hosts[n++] = a->host_before;
	hosts[n++] = a->host_after;
	for (size_t i = 0; i < part->sides.n; i++)
		if (part->sides.item[i].host && !same_routes(a->host_after, part->sides.item[i].host))
			hosts[n++] = part->sides.item[i].host;
	if (n == 2) {
		add_witnesses(a, &out, &seen, &a->paths);
	} else {
		const struct path_classes classes = path_classes_of(a->scratch, hosts, n, &FEWER);
		add_witnesses(a, &out, &seen, &classes);
		whole = classes.whole;
	}
	arena_reset(a->scratch);
	for (size_t i = 0; i < q->paths.n && !whole; i++)
		if (!q->paths.item[i].odd)
			add_path(a, &out, &seen, q->paths.item[i].target);
	return out;
}

/* ---- a request ---- */

struct open_request {
	struct open_part *part;
	const struct question *question;
	const struct request *request;
	const struct outcome *after;     /* under the first value */
	struct outcome *under;           /* each value */
	struct str_list what;
};

static struct open_answer answer_of(struct asking *a, const struct open_request *r, size_t value, const struct outcome *before)
{
	const struct open_side *side = &r->part->sides.item[value];
	const struct asked asked = { r->request, before, &r->under[value], outcomes_differ(a->scratch, before, &r->under[value]) };
	struct open_answer out = { .value = side->value, .after = side->asked ? side->after : a->pair->after, .agrees = true };
	out.differs = side->asked && outcomes_differ(a->scratch, r->after, &r->under[value]).n > 0;
	for (size_t i = 0; i < asked.what.n; i++)
		out.agrees = out.agrees && !str_list_has(&r->what, asked.what.item[i]);
	if (out.agrees)
		return out;
	a->chosen = true;
	const struct difference like = difference_of(a, &asked);
	a->chosen = false;
	out.counts = difference_counts(&like);
	out.opens = out.counts && like.opens;
	return out;
}

/* What speaks for showing it. */
static unsigned gravity(const struct dependence *d)
{
	bool counts = false;
	for (size_t i = 0; i < d->answers.n; i++)
		counts = counts || d->answers.item[i].counts;
	return dependence_opens(d) ? 3 : dependence_counts(d) ? 2 : counts;
}

static size_t count_differing(const struct dependence *d)
{
	size_t n = 0;
	for (size_t i = 0; i < d->answers.n; i++)
		n += d->answers.item[i].differs;
	return n;
}

static bool is_better(const struct dependence *d, const struct dependence *than)
{
	if (gravity(d) != gravity(than))
		return gravity(d) > gravity(than);
	if (count_differing(d) != count_differing(than))
		return count_differing(d) > count_differing(than);
	return request_length(&d->request) < request_length(&than->request);
}

static void count_class(struct asking *a, str key, bool counts, size_t *classes, size_t *as_stated)
{
	struct depending_class *c = map_get(&a->depending, key);
	if (!c) {
		c = NEW(a->of_host, struct depending_class);
		map_set(&a->depending, arena_str(a->of_host, key), c);
		++*classes;
		++*as_stated;
	}
	if (counts && !c->counts)
		--*as_stated;
	c->counts = c->counts || counts;
}

/* The request and its answers outlive the host. */
static void keep(struct asking *a, struct dependence *kept, const struct dependence *d)
{
	const size_t classes = kept->classes, as_stated = kept->as_stated;
	*kept = *d;
	kept->classes = classes;
	kept->as_stated = as_stated;
	kept->request = request_keep(a->arena, &d->request);
	kept->answers.item = NULL;
	kept->answers.n = kept->answers.cap = 0;
	for (size_t i = 0; i < d->answers.n; i++)
		LIST_PUSH(a->arena, &kept->answers, d->answers.item[i]);
	kept->what = (struct str_list){ 0 };
	for (size_t i = 0; i < d->what.n; i++)
		LIST_PUSH(a->arena, &kept->what, arena_str(a->arena, d->what.item[i]));
}

static void note(struct asking *a, const struct open_request *r, const struct outcome *before)
{
	struct open_part *part = r->part;
	struct dependence d = { .pair = a->pair, .host = a->hosts->name, .choice = part->choice, .request = *r->request, .what = r->what, .before = before->route };
	bool counts = false;
	for (size_t i = 0; i < part->sides.n; i++) {
		const struct open_answer answer = answer_of(a, r, i, before);
		counts = counts || answer.counts;
		LIST_PUSH(a->scratch, &d.answers, answer);
	}
	bool first = part->found == NULL;
	if (first)
		part->found = NEW(a->arena, struct dependence);
	if (first || is_better(&d, part->found))
		keep(a, part->found, &d);
	str class = class_key(a, r->question, before->route, r->after->route);
	count_class(a, class, counts, &a->out->depends, &a->out->depends_as_stated);
	count_class(a, arena_join(a->scratch, class, part->choice->name), counts, &part->found->classes, &part->found->as_stated);
}

static void ask(struct asking *a, struct open_part *part, const struct question *q)
{
	struct outcome before, after;
	const struct request request = question_request(a->scratch, a->hosts, q->path, q->variant, q->https);
	struct open_request r = { .part = part, .question = q, .request = &request, .after = &after };
	evaluate(a->after, a->scratch, &request, &after);
	if (!answer_is_known(&after))
		return;
	r.under = NEWS(a->scratch, struct outcome, part->sides.n);
	for (size_t i = 0; i < part->sides.n; i++) {
		r.under[i] = after;
		if (!part->sides.item[i].asked)
			continue;
		evaluate(part->sides.item[i].evaluator, a->scratch, &request, &r.under[i]);
		if (!answer_is_known(&r.under[i]))
			return;
		const struct str_list what = outcomes_differ(a->scratch, &after, &r.under[i]);
		for (size_t k = 0; k < what.n; k++)
			str_list_add_new(a->scratch, &r.what, what.item[k]);
	}
	if (!r.what.n)
		return;
	evaluate(a->before, a->scratch, &request, &before);
	if (answer_is_known(&before))
		note(a, &r, &before);
}

/* Every path with every variant, or of too many of them some, evenly spread: each is held against all routes, under each value. */
static void ask_all(struct asking *a, struct open_part *part, const struct questions *q, bool https)
{
	enum { TRIES = 1000000 };
	const struct open_paths paths = paths_of(a, part, q);
	const size_t n = paths.n * q->variants.n, most = TRIES / (a->host_after->routes.n + 1) + 1, step = n / most + 1;
	for (size_t i = 0; i < n; i += step) {
		ask(a, part, &(struct question){ &paths.item[i % paths.n], &q->variants.item[i / paths.n], i / paths.n, https });
		arena_reset(a->scratch);
	}
	if (step > 1)
		str_list_add_new(a->arena, &a->out->sampled, STR("what depends on the implementation is asked at some paths alone, because there are too many"));
}

void depends_ask(struct asking *a, const struct questions *q, bool https)
{
	for (size_t i = 0; i < a->open.n; i++)
		if (may_matter(a, a->open.item[i]) && find_hosts(a, a->open.item[i], https))
			ask_all(a, a->open.item[i], q, https);
}

void depends_end(struct asking *a)
{
	for (size_t i = 0; i < a->open.n; i++) {
		if (a->open.item[i]->found)
			LIST_PUSH(a->arena, &a->out->dependences, *a->open.item[i]->found);
		a->open.item[i]->found = NULL;
	}
}
