/* SPDX-License-Identifier: Apache-2.0 */
/* Host classes of two models: see hosts.h. */
#include "verify/hosts.h"

#include "base/map.h"

#include <stdlib.h>

struct gathering {
	struct arena *arena;
	struct map exact;            /* name -> struct holders */
	LIST(const struct host_name *) patterns;   /* with the hosts that have them */
	LIST(const struct host *) holders;         /* of the pattern with the same number */
	LIST(bool) secure;           /* TLS is served under the pattern with the same number */
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
	if (name->kind == HOST_REGEX)
		str_list_add_new(g->arena, &g->left_out, name->name);
	LIST_PUSH(g->arena, &g->patterns, name);
	LIST_PUSH(g->arena, &g->holders, host);
	LIST_PUSH(g->arena, &g->secure, tls);
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

/* A listener without routes for a name has the name nevertheless. */
static void add_listener(struct gathering *g, const struct listener *l)
{
	bool tls = l->protocol == LISTENER_HTTPS || l->protocol == LISTENER_TLS;
	if (l->protocol == LISTENER_TCP || l->protocol == LISTENER_UDP)
		return;
	add_name(g, NULL, &l->host, tls);
	for (size_t i = 0; i < l->hosts.n; i++)
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
		return str_eq(pattern->name, name);
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
	for (size_t i = 0; i < g->patterns.n; i++) {
		if (!takes(g->patterns.item[i], witness))
			continue;
		c.tls = c.tls || g->secure.item[i];
		if (g->holders.item[i])
			LIST_PUSH(g->arena, &c.hosts, g->holders.item[i]);
	}
	LIST_PUSH(g->arena, out, c);
}

static void add_pattern(struct gathering *g, struct host_classes *out, const struct host_name *p)
{
	str end = str_from(p->name, 1);
	if (p->kind == HOST_TAIL) {
		add_class(g, out, p->name, free_name(g, STR(""), arena_join(g->arena, STR("."), STR("example"))));
		out->item[out->n - 1].witness = arena_printf(g->arena, "%.*sexample", STR_ARG(str_slice(p->name, 0, p->name.n - 1)));
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
	for (size_t i = 0; i < g.patterns.n; i++)
		g.two_labels = g.two_labels || g.patterns.item[i]->kind == HOST_ONE_LABEL;
	for (size_t i = 0; i < g.names.n; i++)
		add_class(&g, &out, g.names.item[i], g.names.item[i]);
	for (size_t i = 0; i < g.patterns.n; i++) {
		if (map_get(&done, g.patterns.item[i]->name))
			continue;
		map_set(&done, g.patterns.item[i]->name, &out);
		add_pattern(&g, &out, g.patterns.item[i]);
	}
	add_class(&g, &out, (str){ "", 0 }, free_name(&g, STR(""), STR(".other.example")));
	qsort(out.item, out.n, sizeof *out.item, compare_classes);
	out.left_out = g.left_out;
	return out;
}
