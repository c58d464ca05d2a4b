/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates that several listeners share: see asking.h. */
#include "base/map.h"
#include "verify/asking.h"

/* A host whose listener shows a certificate. */
struct shown {
	const struct host_class *host;
	const struct listener *listener;
};

/* The first host of a certificate, and the first one of another listener with it. */
struct sharing {
	struct shown first, second;
};

/* Of HTTPS; NULL: there is none, or clients keep no connections there for other hosts. */
static const struct listener *listener_of(struct asking *a, const struct host_class *host)
{
	const struct request q = { .tls = true, .method = STR("GET"), .has_host = true, .host = host->witness, .target = STR("/"), .client = STR("127.0.0.1") };
	struct outcome out;
	if (!host->tls || !host->name.n)
		return NULL;
	evaluate(a->after, a->scratch, &q, &out);
	arena_reset(a->scratch);
	const struct listener *l = out.listener;
	return l && l->protocol == LISTENER_HTTPS && l->certificate.n && !out.entry->http.never_reused ? l : NULL;
}

static void note(struct asking *a, struct map *map, const struct shown *shown)
{
	struct sharing *sharing = map_get(map, shown->listener->certificate);
	if (!sharing) {
		sharing = NEW(a->of_host, struct sharing);
		*sharing = (struct sharing){ .first = *shown };
		map_set(map, shown->listener->certificate, sharing);
	} else if (!sharing->second.host && sharing->first.listener != shown->listener) {
		sharing->second = *shown;
	}
}

void reused_find(struct asking *a, struct host_classes *classes)
{
	struct map map;
	const struct listener **listeners = NEWS(a->of_host, const struct listener *, classes->n);
	map_init(&map, a->of_host);
	for (size_t i = 0; i < classes->n; i++) {
		const struct shown shown = { &classes->item[i], listener_of(a, &classes->item[i]) };
		listeners[i] = shown.listener;
		/* a certificate for a wildcard is good for one label */
		if (shown.listener && !str_starts(classes->item[i].name, STR("*.*.")))
			note(a, &map, &shown);
	}
	for (size_t i = 0; i < classes->n; i++) {
		const struct sharing *sharing = listeners[i] ? map_get(&map, listeners[i]->certificate) : NULL;
		if (sharing && sharing->second.host && !str_starts(classes->item[i].name, STR("*.*.")))
			classes->item[i].reused = sharing->first.listener != listeners[i] ? sharing->first.host->witness : sharing->second.host->witness;
	}
	arena_reset(a->of_host);
}
