/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the reader of the Gateway side sees of the objects in a file, in the words of the Gateway API's conditions, one a line:
 *
 *	conditions TARGET FILE
 *
 *	listener KIND NAMESPACE/NAME SECTION REFUSED UNRESOLVED    of a Gateway or ListenerSet
 *	set KIND NAMESPACE/NAME REASON                             of a ListenerSet: its condition Accepted
 *	route KIND NAMESPACE/NAME PARENT-KIND NAMESPACE/NAME SECTION PORT REASON    of a reference to a parent: Accepted
 *	backends KIND NAMESPACE/NAME REASON                        of a route: why ResolvedRefs is false, one line a reason
 *
 * "-" stands for nothing. It is what tests/judge_cluster.py holds against what a controller writes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/trace.h"

static const char *or_nothing(const char *text)
{
	return text ? text : "-";
}

static str or_dash(str text)
{
	return text.n ? text : STR("-");
}

static void print_listeners(str kind, const struct read_meta *meta, const struct read_listener *item, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("listener %.*s %.*s/%.*s %.*s %s %s\n", STR_ARG(kind), STR_ARG(meta->namespace), STR_ARG(meta->name), STR_ARG(item[i].name),
			or_nothing(item[i].refused), or_nothing(item[i].unresolved));
}

static void print_route(const struct read_route *route)
{
	str kind = read_route_kind_name(route->kind);
	const struct read_meta *meta = &route->meta;
	for (size_t i = 0; i < route->parents.n; i++) {
		const struct read_ref *ref = &route->parents.item[i].ref;
		printf("route %.*s %.*s/%.*s %.*s %.*s/%.*s %.*s %u %s\n", STR_ARG(kind), STR_ARG(meta->namespace), STR_ARG(meta->name),
			STR_ARG(ref->kind), STR_ARG(ref->namespace), STR_ARG(ref->name), STR_ARG(or_dash(ref->section)), (unsigned)ref->port,
			or_nothing(route->parents.item[i].reason));
	}
	for (size_t i = 0; i < route->rules.n; i++)
		for (size_t k = 0; k < route->rules.item[i].backends.n; k++) {
			const char *why = route->rules.item[i].backends.item[k].unresolved;
			if (why)
				printf("backends %.*s %.*s/%.*s %s\n", STR_ARG(kind), STR_ARG(meta->namespace), STR_ARG(meta->name), why);
		}
}

static void print_all(const struct gateway_side *side)
{
	for (size_t i = 0; i < side->gateways.n; i++) {
		const struct read_gateway *gateway = side->gateways.item[i];
		print_listeners(STR("Gateway"), &gateway->meta, gateway->listeners.item, gateway->listeners.n);
	}
	for (size_t i = 0; i < side->sets.n; i++) {
		const struct read_set *set = side->sets.item[i];
		printf("set %.*s %.*s/%.*s %s\n", STR_ARG(set->kind), STR_ARG(set->meta.namespace), STR_ARG(set->meta.name), or_nothing(set->reason));
		print_listeners(set->kind, &set->meta, set->listeners.item, set->listeners.n);
	}
	for (size_t i = 0; i < side->routes.n; i++)
		print_route(side->routes.item[i]);
}

static _Noreturn void give_up(const char *why, const char *what)
{
	fprintf(stderr, "conditions: %s: %s\n", why, what);
	exit(1);
}

static str read_file(struct arena *arena, const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file || fseek(file, 0, SEEK_END) != 0)
		give_up("cannot be read", path);
	size_t size = (size_t)ftell(file);
	char *text = arena_alloc(arena, 1, 1, size + 1);
	rewind(file);
	if (fread(text, 1, size, file) != size)
		give_up("cannot be read", path);
	fclose(file);
	return (str){ text, size };
}

int main(int argc, char **argv)
{
	struct trace trace;
	struct intake_options options = { .world = WORLD_CLOSED };
	if (argc != 3) {
		fprintf(stderr, "usage: conditions TARGET FILE\n");
		return 2;
	}
	options.target = str_c(argv[1]);
	options.limits = doc_limits_fill(options.limits);
	trace_init(&trace, &options, 0);
	if (setjmp(trace.in.escape.env) != 0)
		give_up("no memory", argv[2]);
	trace.in.after = sources_add(&trace.in.sources, str_c(argv[2]), read_file(&trace.in.arena, argv[2]));
	if (!trace_start(&trace))
		give_up("no model", argv[2]);
	print_all(&trace.in.gateway);
	trace_release(&trace);
	return 0;
}
