/* SPDX-License-Identifier: Apache-2.0 */
/* See led_names.h. */
#include "targets/led_names.h"

static bool is_by_certificate(const struct step *step)
{
	return step->kind == STEP_REDIRECT && step->as.redirect.needs_certificate;
}

static bool leads_by_certificate(const struct host *host)
{
	for (size_t i = 0; i < host->routes.n; i++)
		for (size_t k = 0; k < host->routes.item[i]->steps.n; k++)
			if (is_by_certificate(host->routes.item[i]->steps.item[k]))
				return true;
	return false;
}

/* Quiet is the redirect of routes whose host has no certificate. */
static bool is_said_so(const struct route *route, bool led)
{
	for (size_t i = 0; i < route->steps.n; i++)
		if (is_by_certificate(route->steps.item[i]) && route->steps.item[i]->quiet == led)
			return false;
	return true;
}

/* The route for names that are led to HTTPS, or for those that are not. */
static struct route *route_for(struct arena *arena, struct route *route, bool led)
{
	if (is_said_so(route, led))
		return route;
	struct route *copy = NEW(arena, struct route);
	*copy = *route;
	copy->said_of = route;
	copy->steps.item = NULL;
	copy->steps.n = copy->steps.cap = 0;
	for (size_t i = 0; i < route->steps.n; i++) {
		struct step *step = route->steps.item[i];
		if (is_by_certificate(step) && !led)
			continue;
		if (is_by_certificate(step)) {
			struct step *said = NEW(arena, struct step);
			*said = *step;
			said->quiet = false;
			step = said;
		}
		LIST_PUSH(arena, &copy->steps, step);
	}
	return copy;
}

/* The host under one of its names alone. */
static struct host *host_for(struct arena *arena, const struct host *host, const struct host_name *name, bool led)
{
	struct host *copy = NEW(arena, struct host);
	*copy = *host;
	copy->name = *name;
	copy->aliases.item = NULL;
	copy->aliases.n = copy->aliases.cap = 0;
	copy->routes.item = NULL;
	copy->routes.n = copy->routes.cap = 0;
	for (size_t i = 0; i < host->routes.n; i++)
		LIST_PUSH(arena, &copy->routes, route_for(arena, host->routes.item[i], led));
	/* with the host on one Gateway */
	if (!copy->certificate.listener.n)
		copy->certificate.listener = host->name.name;
	return copy;
}

struct led_names led_names_of(struct arena *arena, const struct entry_names *names, const struct host *host)
{
	struct host *others = NULL;
	if (host->name.kind == HOST_ANY || !leads_by_certificate(host))
		return (struct led_names){ host, NULL };
	bool led = name_has_certificate(arena, names, host->name.name);
	struct host *alike = host_for(arena, host, &host->name, led);
	for (size_t i = 0; i < host->aliases.n; i++) {
		const struct host_name *alias = &host->aliases.item[i];
		if (name_has_certificate(arena, names, alias->name) == led)
			LIST_PUSH(arena, &alike->aliases, *alias);
		else if (others)
			LIST_PUSH(arena, &others->aliases, *alias);
		else
			others = host_for(arena, host, alias, !led);
	}
	return (struct led_names){ alike, others };
}
