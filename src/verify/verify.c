/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts shared out to threads, and what was found put together again in their order: see verify.h. */
#include "verify/verify.h"

#include "base/threads.h"
#include "verify/asking.h"

/* Hosts that one thread asks at a time. What comes out does not depend on it. */
enum { HOSTS_AT_A_TIME = 4 };

str verdict_name(enum verdict verdict)
{
	static const str NAMES[] = {
		[VERDICT_EQUAL] = STR_INIT("equal"), [VERDICT_EXCEPT] = STR_INIT("except"), [VERDICT_PARTIAL] = STR_INIT("partial"),
		[VERDICT_UNKNOWN] = STR_INIT("unknown"), [VERDICT_DIFFERENT] = STR_INIT("different"),
	};
	return NAMES[verdict];
}

bool difference_counts(const struct difference *d)
{
	return d->usual.n == 0 && d->stated == NULL && !d->accepted;
}

str difference_host(const struct difference *d)
{
	return d->host.n ? d->host : STR("*");
}

str difference_name(const struct difference *d)
{
	str name = difference_host(d);
	while (str_starts(name, STR("*.*.")))
		name = str_from(name, 2);
	return name;
}

str difference_location(const struct difference *d)
{
	return d->before ? d->before->match.path : (str){ "", 0 };
}

static void sum_up(struct verification *out)
{
	for (size_t i = 0; i < out->hosts.n; i++) {
		const struct host_verdict *h = &out->hosts.item[i];
		out->classes += h->classes;
		out->proved += h->proved;
		out->different += h->different;
		out->accepted += h->accepted;
		out->stated += h->stated;
		out->usual += h->usual;
		out->unknown += h->unknown;
		if (h->verdict > out->verdict)
			out->verdict = h->verdict;
	}
	for (size_t i = 0; i < out->differences.n; i++)
		out->opened += out->differences.item[i]->opens && difference_counts(out->differences.item[i]);
}

/* ---- threads ---- */

/* Classes of hosts that are asked together, and what was found. */
struct part {
	const struct host_class *const *hosts;
	size_t n;
	struct verification found;
	size_t *used;                /* of each accepted difference */
};

struct worker {
	struct arena arena, of_host, scratch;
	struct asking asking;
};

struct crew {
	struct escape own[THREADS_MOST];
	struct worker *worker;
	size_t n;
	struct arena of_pair, scratch;   /* of the thread that shares out */
	const struct verify_input *input;
	const struct excuses *excuses;
	const struct entry_pair *pair;
	struct part *part;
};

static void crew_close(void *handle)
{
	struct crew *crew = handle;
	arena_release(&crew->of_pair);
	arena_release(&crew->scratch);
	for (size_t i = 0; i < crew->n; i++) {
		arena_release(&crew->worker[i].arena);
		arena_release(&crew->worker[i].of_host);
		arena_release(&crew->worker[i].scratch);
	}
}

static void crew_init(struct crew *crew, struct arena *arena, const struct verify_input *input)
{
	const size_t left = arena->limit > arena->used ? arena->limit - arena->used : 1;
	crew->n = input->jobs == 0 ? threads_usual() : input->jobs < THREADS_MOST ? input->jobs : THREADS_MOST;
	crew->worker = NEWS(arena, struct worker, crew->n);
	crew->input = input;
	crew->excuses = excuses_new(arena, input->statements);
	arena_init(&crew->of_pair, 0, arena->escape);
	arena_init(&crew->scratch, 0, arena->escape);
	for (size_t i = 0; i < crew->n; i++) {
		struct worker *w = &crew->worker[i];
		arena_init(&w->arena, arena->limit ? left : 0, &crew->own[i]);
		arena_init(&w->of_host, 0, &crew->own[i]);
		arena_init(&w->scratch, 0, &crew->own[i]);
	}
}

/* Each thread has evaluators of its own. */
static void begin_pair(struct crew *crew, struct worker *w)
{
	struct asking *a = &w->asking;
	*a = (struct asking){ .arena = &w->arena, .of_host = &w->of_host, .scratch = &w->scratch, .input = crew->input, .excuses = crew->excuses,
		.pair = crew->pair };
	a->matcher = matcher_new(&w->arena, 0);
	a->before = evaluator_new(&w->arena, crew->pair->before);
	a->after = evaluator_new(&w->arena, crew->pair->after);
	depends_begin(a);
}

static void ask_part(void *user, size_t worker, size_t item)
{
	struct crew *crew = user;
	struct worker *w = &crew->worker[worker];
	struct part *part = &crew->part[item];
	struct asking *a = &w->asking;
	if (a->pair != crew->pair)
		begin_pair(crew, w);
	part->used = NEWS(&w->arena, size_t, crew->input->accepted ? crew->input->accepted->n : 0);
	a->out = &part->found;
	a->used = part->used;
	map_init(&a->told, &w->arena);
	for (size_t i = 0; i < part->n; i++) {
		ask_host(a, part->hosts[i]);
		arena_reset(&w->of_host);
	}
}

/* ---- putting together ---- */

struct joining {
	struct arena *arena;
	struct map told;             /* what is not understood, by place and text */
	struct verification *out;
};

static void join_unknown(struct joining *j, const struct unknown *unknown)
{
	str key = arena_printf(j->arena, "%u:%u %.*s", (unsigned)unknown->at.file, (unsigned)unknown->at.offset, STR_ARG(unknown->text));
	if (map_get(&j->told, key))
		return;
	map_set(&j->told, key, j->out);
	LIST_PUSH(j->arena, &j->out->not_understood, unknown);
}

static void join_apart(struct joining *j, const struct apart *apart)
{
	struct apart *all = &j->out->apart;
	all->asked += apart->asked;
	all->different += apart->different;
	all->opened += apart->opened;
	for (size_t i = 0; i < apart->differences.n; i++)
		LIST_PUSH(j->arena, &all->differences, apart->differences.item[i]);
}

static void join(struct joining *j, const struct part *part, struct accepted_differences *accepted)
{
	const struct verification *found = &part->found;
	struct verification *out = j->out;
	for (size_t i = 0; i < found->hosts.n; i++)
		LIST_PUSH(j->arena, &out->hosts, found->hosts.item[i]);
	for (size_t i = 0; i < found->differences.n; i++)
		LIST_PUSH(j->arena, &out->differences, found->differences.item[i]);
	for (size_t i = 0; i < found->unasked.n; i++)
		LIST_PUSH(j->arena, &out->unasked, found->unasked.item[i]);
	for (size_t i = 0; i < found->dependences.n; i++)
		LIST_PUSH(j->arena, &out->dependences, found->dependences.item[i]);
	out->depends += found->depends;
	out->depends_as_stated += found->depends_as_stated;
	for (size_t i = 0; i < found->not_understood.n; i++)
		join_unknown(j, found->not_understood.item[i]);
	for (size_t i = 0; i < found->problems.n; i++)
		str_list_add_new(j->arena, &out->problems, found->problems.item[i]);
	for (size_t i = 0; i < found->sampled.n; i++)
		str_list_add_new(j->arena, &out->sampled, found->sampled.item[i]);
	for (size_t i = 0; accepted && i < accepted->n; i++)
		accepted->item[i].used += part->used[i];
	join_apart(j, &found->apart);
}

/* ---- the whole ---- */

static bool is_wanted(const struct verify_input *input, const struct host_class *class)
{
	bool any = input->wants == NULL;
	for (size_t i = 0; i < class->hosts.n && !any; i++)
		any = input->wants(class->hosts.item[i]);
	return any;
}

/*
 * What load balancers look at in requests for any host. forms: what hangs on the load balancer alone, and on no manifest, is asked as well; a
 * conversion says it.
 */
static void add_rules(struct arena *arena, const struct model *model, bool forms, struct host_class *class)
{
	for (size_t i = 0; i < model->entries.n; i++) {
		const struct http_rules *http = &model->entries.item[i]->http;
		class->underscores = class->underscores || (forms && http->refuses_underscores);
		class->last_dot = class->last_dot || (forms && (http->last_dot || http->wild_dot || http->strips_dot));
		if (http->forwarded || http->real_ip)
			LIST_PUSH(arena, &class->believing, http);
	}
}

/* The same of what a conversion has said of requests for any host. */
static bool says(const struct statements *statements, enum stated_when when)
{
	for (size_t i = 0; statements && i < statements->n; i++)
		if (statements->item[i].when == when)
			return true;
	return false;
}

/* A conversion says what becomes of escaped slashes where it is known that they are none. */
static bool keeps_slashes(const struct model *after)
{
	bool keeps = false;
	for (size_t i = 0; i < after->entries.n; i++) {
		const enum path_reading path = after->entries.item[i]->http.spelling.path;
		keeps = keeps || path == PATH_CANONICAL || path == PATH_CLEANED;
	}
	return keeps;
}

/* Classes of hosts that are to be asked, with what has to be known of all of them. */
static struct host_classes classes_of(struct crew *crew, struct arena *arena, const struct entry_pair *pair)
{
	const struct model *const models[] = { pair->before, pair->after };
	struct host_classes classes = host_classes_of(arena, models, 2);
	const struct statements *said = crew->input->statements;
	/* looked for once, because there are as many statements as hosts */
	const bool underscores = says(said, STATED_UNDERSCORE), originals = says(said, STATED_ORIGINAL), slashes = said && keeps_slashes(pair->after);
	reused_find(&crew->of_pair, &crew->scratch, evaluator_new(arena, pair->after), &classes);
	arena_reset(&crew->of_pair);
	for (size_t i = 0; i < classes.n; i++) {
		struct host_class *class = &classes.item[i];
		add_rules(arena, pair->before, said != NULL, class);
		add_rules(arena, pair->after, said != NULL, class);
		class->underscores = class->underscores || underscores;
		/* who is believed is asked for anyway */
		class->originals = class->originals || (originals && !class->believing.n);
		class->slashes = slashes;
	}
	return classes;
}

static void ask_pair(struct crew *crew, struct joining *j, const struct entry_pair *pair)
{
	const struct host_classes classes = classes_of(crew, j->arena, pair);
	const struct host_class **wanted = NEWS(j->arena, const struct host_class *, classes.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < classes.left_out.n; i++)
		str_list_add_new(j->arena, &j->out->left_out, classes.left_out.item[i]);
	for (size_t i = 0; i < classes.n; i++)
		if (is_wanted(crew->input, &classes.item[i]))
			wanted[n++] = &classes.item[i];
	const size_t parts = (n + HOSTS_AT_A_TIME - 1) / HOSTS_AT_A_TIME;
	crew->pair = pair;
	crew->part = NEWS(j->arena, struct part, parts);
	for (size_t i = 0; i < parts; i++) {
		crew->part[i].hosts = wanted + i * HOSTS_AT_A_TIME;
		crew->part[i].n = i + 1 < parts ? HOSTS_AT_A_TIME : n - i * HOSTS_AT_A_TIME;
	}
	threads_each(j->arena->escape, crew->own, crew->n, parts, ask_part, crew);
	for (size_t i = 0; i < parts; i++)
		join(j, &crew->part[i], crew->input->accepted);
}

void verify_models(struct arena *arena, const struct model *before, const struct model *after, const struct verify_input *input, struct verification *out)
{
	struct resource open;
	struct crew *crew = NEW(arena, struct crew);
	struct joining j = { .arena = arena, .out = out };
	*out = (struct verification){ .pairs = pairs_of(arena, before, after, input->known), .accepts = input->accepted };
	crew_init(crew, arena, input);
	escape_watch(arena->escape, &open, crew_close, crew);
	map_init(&j.told, arena);
	for (size_t i = 0; i < out->pairs.n; i++)
		ask_pair(crew, &j, &out->pairs.item[i]);
	for (size_t i = 0; i < crew->n; i++)
		arena_adopt(arena, &crew->worker[i].arena);
	escape_forget(arena->escape, &open);
	crew_close(crew);
	sum_up(out);
}
