/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics beside a trace: see trace_notes.h. */
#include "lib/trace_notes.h"

/* Losses on the way to a Gateway are not the controller's. */
static bool is_of_source(const struct diag *d)
{
	str code = diag_code_text(d->code);
	return str_starts(code, STR("I2G-01")) || str_starts(code, STR("I2G-02")) || d->code == DIAG_PROTECTION_ABSENT || d->code == DIAG_INTERNAL;
}

/* ---- the host of a request ---- */

static bool host_fits(str pattern, str host)
{
	pattern = str_trim(pattern);
	if (str_starts(pattern, STR("*.")))
		return str_ends(host, str_from(pattern, 1));
	return pattern.n > 0 && str_eq_nocase(pattern, host);
}

static bool speaks_of(const struct ingress *ingress, str host)
{
	for (size_t i = 0; i < ingress->rules.n; i++)
		if (ingress->rules.item[i].host && host_fits(ingress->rules.item[i].host->value, host))
			return true;
	for (size_t i = 0; i < ingress->tls.n; i++)
		for (size_t k = 0; k < ingress->tls.item[i].hosts.n; k++)
			if (host_fits(ingress->tls.item[i].hosts.item[k]->value, host))
				return true;
	return false;
}

static void add_object(struct arena *arena, struct map *objects, str namespace, str name)
{
	str key = arena_printf(arena, "Ingress/%.*s/%.*s", STR_ARG(namespace), STR_ARG(name));
	map_set(objects, key, objects);
}

/* Ingresses that serve the host, or name it without being served. */
static void find_objects(struct trace *trace, const struct request *request, const struct outcome *outcome, struct map *objects)
{
	struct arena *arena = &trace->in.arena;
	str host = arena_lower(arena, str_slice(request->host, 0, str_find_char(request->host, ':')));
	map_init(objects, arena);
	for (size_t i = 0; outcome->host && i < outcome->host->routes.n; i++) {
		const struct owner *owner = outcome->host->routes.item[i]->owner;
		if (owner)
			add_object(arena, objects, owner->namespace, owner->name);
	}
	for (size_t i = 0; i < trace->in.snapshot.ingresses.n; i++) {
		const struct ingress *ingress = trace->in.snapshot.ingresses.item[i];
		if (speaks_of(ingress, host))
			add_object(arena, objects, ingress->meta.namespace, ingress->meta.name);
	}
}

/* ---- choosing ---- */

/* A copy with those sites only that name one of the objects, or none at all; NULL where there are none. */
static struct diag *about(struct arena *arena, const struct diag *d, const struct map *objects)
{
	struct diag *copy = NEW(arena, struct diag);
	*copy = *d;
	copy->site.n = copy->site.cap = 0;
	copy->site.item = NULL;
	for (size_t i = 0; i < d->site.n; i++)
		if (!str_starts(d->site.item[i].object, STR("Ingress/")) || map_get(objects, d->site.item[i].object))
			LIST_PUSH(arena, &copy->site, d->site.item[i]);
	return copy->site.n ? copy : NULL;
}

struct diags *trace_notes(struct trace *trace, const struct request *request, const struct outcome *outcome)
{
	struct arena *arena = &trace->in.arena;
	struct diags *shown = NEW(arena, struct diags);
	struct map objects;
	diags_init(shown, arena);
	diags_sort(&trace->in.diags, &trace->in.sources);
	if (outcome)
		find_objects(trace, request, outcome, &objects);
	for (size_t i = 0; i < trace->in.diags.list.n; i++) {
		struct diag *d = trace->in.diags.list.item[i];
		if (d->level == DIAG_NOTE || !is_of_source(d))
			continue;
		if (outcome)
			d = about(arena, d, &objects);
		if (d)
			LIST_PUSH(arena, &shown->list, d);
	}
	return shown;
}
