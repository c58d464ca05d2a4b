/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates that several listeners share: see asking.h. */
#include "base/map.h"
#include "verify/asking.h"

/* A host whose listener shows a certificate. */
struct shown {
	const struct host_class *host;
	const struct listener *listener;
	str key;                     /* load balancer and certificate: a connection is not kept for another address; or empty */
};

/* The first host of a certificate, and the first one of another listener with it. */
struct sharing {
	struct shown first, second;
};

/* Without a key where it is none of HTTPS, or clients keep no connections there for other hosts. */
static struct shown shown_of(struct arena *arena, struct arena *scratch, struct evaluator *after, const struct host_class *host)
{
	struct shown shown = { .host = host };
	const struct request q = { .tls = true, .method = STR("GET"), .has_host = true, .host = host->witness, .target = STR("/"), .client = STR("127.0.0.1") };
	struct outcome out;
	/* a certificate for a wildcard is good for one label */
	if (!host->tls || !host->name.n || str_starts(host->name, STR("*.*.")))
		return shown;
	evaluate(after, scratch, &q, &out);
	const struct listener *l = shown.listener = out.listener;
	if (l && l->protocol == LISTENER_HTTPS && l->certificate.n && !out.entry->http.never_reused)
		shown.key = arena_printf(arena, "%.*s %.*s", STR_ARG(out.entry->name), STR_ARG(l->certificate));
	arena_reset(scratch);
	return shown;
}

static void note(struct arena *arena, struct map *map, const struct shown *shown)
{
	struct sharing *sharing = map_get(map, shown->key);
	if (!sharing) {
		sharing = NEW(arena, struct sharing);
		*sharing = (struct sharing){ .first = *shown };
		map_set(map, shown->key, sharing);
	} else if (!sharing->second.host && sharing->first.listener != shown->listener) {
		sharing->second = *shown;
	}
}

void reused_find(struct arena *arena, struct arena *scratch, struct evaluator *after, struct host_classes *classes)
{
	struct map map;
	struct shown *shown = NEWS(arena, struct shown, classes->n);
	map_init(&map, arena);
	for (size_t i = 0; i < classes->n; i++) {
		shown[i] = shown_of(arena, scratch, after, &classes->item[i]);
		if (shown[i].key.n)
			note(arena, &map, &shown[i]);
	}
	for (size_t i = 0; i < classes->n; i++) {
		const struct sharing *sharing = shown[i].key.n ? map_get(&map, shown[i].key) : NULL;
		if (sharing && sharing->second.host)
			classes->item[i].reused = sharing->first.listener != shown[i].listener ? sharing->first.host->witness : sharing->second.host->witness;
	}
}
