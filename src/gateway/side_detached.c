/* SPDX-License-Identifier: Apache-2.0 */
/* What was meant for a host and does not count: see side.h. */
#include "gateway/side.h"

/* Why an object or a reference does not count, in words. */
static const struct {
	const char *reason, *words;
} REASONS[] = {
	{ "NoMatchingParent", "there is no such Gateway or listener" },
	{ "NotAllowedByListeners", "the listener does not take its namespace or kind" },
	{ "NoMatchingListenerHostname", "the listener has another hostname" },
	{ "NotAllowed", "the Gateway does not take ListenerSets of its namespace" },
	{ "HostnameConflict", "another listener has the port and the hostname" },
	{ "ProtocolConflict", "another protocol has the port" },
	{ "ListenerConflict", "another listener has the port" },
	{ "UnsupportedProtocol", "the protocol is not known" },
};

static const char *words_of(const char *reason)
{
	for (size_t i = 0; i < sizeof REASONS / sizeof *REASONS; i++)
		if (str_eq(str_c(REASONS[i].reason), str_c(reason)))
			return REASONS[i].words;
	return NULL;
}

struct finding {
	struct arena *arena;
	str host;
	struct gateway_detached *out;
};

static bool fits(const struct finding *f, str pattern)
{
	if (!str_starts(pattern, STR("*.")))
		return str_eq(pattern, f->host);
	return f->host.n >= pattern.n && str_ends(f->host, str_from(pattern, 1));
}

static void add(struct finding *f, str what, const struct read_meta *meta, const char *reason, struct place at)
{
	const char *words = reason ? words_of(reason) : NULL;
	if (!words)
		return;
	struct unknown one = { arena_printf(f->arena, "%.*s %.*s/%.*s does not count: %s", STR_ARG(what), STR_ARG(meta->namespace),
		STR_ARG(meta->name), words), at };
	LIST_PUSH(f->arena, f->out, one);
}

/* Whether one of them is for that very host. */
static bool look_at_listeners(struct finding *f, const struct read_meta *meta, const struct read_listener *item, size_t n)
{
	bool some = false;
	for (size_t i = 0; i < n; i++) {
		if (!fits(f, item[i].hostname))
			continue;
		some = true;
		str what = arena_printf(f->arena, "listener %.*s of", STR_ARG(item[i].name));
		add(f, what, meta, item[i].refused, item[i].at);
	}
	return some;
}

static void look_at_route(struct finding *f, const struct read_route *route)
{
	bool named = false;
	for (size_t i = 0; i < route->hostnames.n; i++)
		named = named || fits(f, route->hostnames.item[i].value);
	for (size_t i = 0; i < route->parents.n && named; i++)
		add(f, read_route_kind_name(route->kind), &route->meta, route->parents.item[i].reason, route->parents.item[i].ref.at);
}

struct gateway_detached gateway_side_detached(const struct gateway_side *side, struct arena *arena, str host)
{
	struct gateway_detached out = { 0 };
	struct finding f = { arena, host, &out };
	for (size_t i = 0; i < side->gateways.n; i++)
		look_at_listeners(&f, &side->gateways.item[i]->meta, side->gateways.item[i]->listeners.item, side->gateways.item[i]->listeners.n);
	for (size_t i = 0; i < side->sets.n; i++) {
		const struct read_set *set = side->sets.item[i];
		if (look_at_listeners(&f, &set->meta, set->listeners.item, set->listeners.n))
			add(&f, set->kind, &set->meta, set->reason, set->parent.at);
	}
	for (size_t i = 0; i < side->routes.n; i++)
		look_at_route(&f, side->routes.item[i]);
	return out;
}
