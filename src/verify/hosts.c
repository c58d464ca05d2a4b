/* SPDX-License-Identifier: Apache-2.0 */
/* Host classes of two models: see hosts.h. */
#include "verify/hosts.h"

#include "base/map.h"
#include "route/pattern.h"
#include "verify/example.h"

#include <stdlib.h>

/* A name that stands for many, and who has it: a host, or a listener alone (NULL). */
struct wide_name {
	const struct host_name *name;
	const struct host *host;
	bool tls;                    /* is served under it */
};

struct gathering {
	struct arena *arena;
	struct map exact;            /* name -> struct holders */
	LIST(struct wide_name) wide;
	struct str_list names;
	struct str_list left_out;
	bool two_labels;             /* a wildcard stands for one label on one side */
};

struct holders {
	LIST(const struct host *) hosts;
	bool tls;
};

static struct holders *holders_of(struct gathering *g, str name)
{
	struct holders *h = map_get(&g->exact, name);
	if (h)
		return h;
	h = NEW(g->arena, struct holders);
	map_set(&g->exact, name, h);
	LIST_PUSH(g->arena, &g->names, name);
	return h;
}

static void add_name(struct gathering *g, const struct host *host, const struct host_name *name, bool tls)
{
	if (name->kind == HOST_EXACT) {
		struct holders *h = holders_of(g, name->name);
		h->tls = h->tls || tls;
		if (host)
			LIST_PUSH(g->arena, &h->hosts, host);
		return;
	}
	const struct wide_name one = { name, host, tls };
	LIST_PUSH(g->arena, &g->wide, one);
}

static void add_host(struct gathering *g, const struct host *host, bool tls)
{
	tls = tls || host->certificate.kind != CERTIFICATE_NONE || host->passthrough;
	add_name(g, host, &host->name, tls);
	for (size_t i = 0; i < host->aliases.n; i++)
		add_name(g, host, &host->aliases.item[i], tls);
	for (size_t i = 0; i < host->other_names.n; i++)
		add_name(g, host, &host->other_names.item[i], tls);
}

/* A listener without routes for a name has the name nevertheless. Nobody gets to the routes of one that takes no connection. */
static void add_listener(struct gathering *g, const struct listener *l)
{
	bool tls = l->protocol == LISTENER_HTTPS || l->protocol == LISTENER_TLS;
	if (l->protocol == LISTENER_TCP || l->protocol == LISTENER_UDP)
		return;
	add_name(g, NULL, &l->host, tls);
	for (size_t i = 0; i < l->hosts.n && (!l->broken || l->pending); i++)
		add_host(g, l->hosts.item[i], tls);
}

static void gather(struct gathering *g, const struct model *model)
{
	for (size_t i = 0; i < model->entries.n; i++) {
		const struct entry *entry = model->entries.item[i];
		for (size_t k = 0; k < entry->hosts.n && entry->listeners.n == 0; k++)
			add_host(g, entry->hosts.item[k], false);
		for (size_t k = 0; k < entry->listeners.n; k++)
			add_listener(g, entry->listeners.item[k]);
		if (entry->fallback)
			add_host(g, entry->fallback, false);
	}
}

/* ---- names that stand for many ---- */

static bool takes(const struct host_name *pattern, str name)
{
	str end = str_from(pattern->name, 1);
	switch (pattern->kind) {
	case HOST_EXACT:
		break;   /* none is among them */
	case HOST_ONE_LABEL:
	case HOST_LABELS:
		return name.n > end.n && str_ends(name, end);
	case HOST_TAIL:
		return str_starts(name, str_slice(pattern->name, 0, pattern->name.n - 1));
	case HOST_ANY:
	case HOST_REGEX:
		return true;
	}
	return false;
}

/* A name that nobody has for itself: another first label until one is free. */
static str free_name(struct gathering *g, str before, str end)
{
	static const char *const LABELS[] = { "a", "b", "c", "www", "shop", "api", "x1", "x2", "x3", "x4" };
	str name = { "", 0 };
	for (size_t i = 0; i < sizeof LABELS / sizeof *LABELS; i++) {
		name = arena_printf(g->arena, "%s%.*s%.*s", LABELS[i], STR_ARG(before), STR_ARG(end));
		if (!map_get(&g->exact, name))
			break;
	}
	return name;
}

static void add_class(struct gathering *g, struct host_classes *out, str name, str witness)
{
	struct host_class c = { .name = name, .witness = witness };
	const struct holders *own = map_get(&g->exact, witness);
	for (size_t i = 0; own && i < own->hosts.n; i++)
		LIST_PUSH(g->arena, &c.hosts, own->hosts.item[i]);
	c.tls = own && own->tls;
	for (size_t i = 0; i < g->wide.n; i++) {
		const struct wide_name *w = &g->wide.item[i];
		if (!takes(w->name, witness))
			continue;
		c.tls = c.tls || w->tls;
		if (w->host)
			LIST_PUSH(g->arena, &c.hosts, w->host);
	}
	LIST_PUSH(g->arena, out, c);
}

/* Of an expression a name is asked that it takes, where one is found. */
static void add_expression(struct gathering *g, struct host_classes *out, const struct host_name *p)
{
	str name = arena_lower(g->arena, regex_example(g->arena, str_from(p->name, 1)));
	bool is_name = name.n > 0 && p->pattern != NULL;
	for (size_t i = 0; i < name.n; i++)
		is_name = is_name && (char_is_alnum(name.p[i]) || str_has_char(STR(".-_"), name.p[i]));
	if (is_name && pattern_search(matcher_new(g->arena, PATTERN_BUILD_STEPS), p->pattern, name, NULL) == FOUND)
		add_class(g, out, p->name, name);
	else
		str_list_add_new(g->arena, &g->left_out, p->name);
}

static void add_pattern(struct gathering *g, struct host_classes *out, const struct host_name *p)
{
	str end = str_from(p->name, 1);
	if (p->kind == HOST_TAIL) {
		add_class(g, out, p->name, arena_printf(g->arena, "%.*sexample", STR_ARG(str_slice(p->name, 0, p->name.n - 1))));
	} else if (p->kind == HOST_REGEX) {
		add_expression(g, out, p);
	} else if (p->kind == HOST_ONE_LABEL || p->kind == HOST_LABELS) {
		add_class(g, out, p->name, free_name(g, STR(""), end));
		if (g->two_labels)
			add_class(g, out, arena_join(g->arena, STR("*."), p->name), free_name(g, STR(".b"), end));
	}
}

static int compare_classes(const void *pa, const void *pb)
{
	const struct host_class *a = pa, *b = pb;
	if ((a->name.n == 0) != (b->name.n == 0))
		return a->name.n == 0 ? 1 : -1;
	return str_cmp(a->name, b->name);
}

struct host_classes host_classes_of(struct arena *arena, const struct model *const *models, size_t n)
{
	struct gathering g = { .arena = arena };
	struct host_classes out = { 0 };
	struct map done;
	map_init(&g.exact, arena);
	map_init(&done, arena);
	for (size_t i = 0; i < n; i++)
		gather(&g, models[i]);
	for (size_t i = 0; i < g.wide.n; i++)
		g.two_labels = g.two_labels || g.wide.item[i].name->kind == HOST_ONE_LABEL;
	for (size_t i = 0; i < g.names.n; i++)
		add_class(&g, &out, g.names.item[i], g.names.item[i]);
	for (size_t i = 0; i < g.wide.n; i++) {
		const struct host_name *name = g.wide.item[i].name;
		if (map_get(&done, name->name))
			continue;
		map_set(&done, name->name, &out);
		add_pattern(&g, &out, name);
	}
	add_class(&g, &out, (str){ "", 0 }, free_name(&g, STR(""), STR(".other.example")));
	qsort(out.item, out.n, sizeof *out.item, compare_classes);
	out.left_out = g.left_out;
	return out;
}
