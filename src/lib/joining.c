/* SPDX-License-Identifier: Apache-2.0 */
/* See joining.h. */
#include "lib/joining.h"

#include "base/map.h"

/* "Gateway/shop/nginx": an object without a namespace stands in the usual one. */
static str key_of(struct arena *arena, str kind, str namespace, str name)
{
	str of = namespace.n ? namespace : STR("default");
	return arena_printf(arena, "%.*s/%.*s/%.*s", STR_ARG(kind), STR_ARG(of), STR_ARG(name));
}

static void say(struct intake *in, const struct read_route *route, str parent)
{
	str name = key_of(&in->arena, read_route_kind_name(route->kind), route->meta.namespace, route->meta.name);
	struct diag *d = diag_addf(&in->diags, DIAG_ROUTE_JOINS, (struct diag_site){ route->meta.at, 1, name },
		"%.*s of the input names %.*s, which is printed now", STR_ARG(name), STR_ARG(parent));
	d->effect = STR("once both are there it takes requests beside the routes of the Ingresses, where the listeners let its namespace in; the proof leaves it out");
	d->help = STR("give the Gateway another name (--gateway NAMESPACE/NAME), or look with ing2gw verify whether the route is meant to be there");
}

void joining_say(struct intake *in, const struct printed *objects, size_t n)
{
	struct map printed;
	map_init(&printed, &in->arena);
	for (size_t i = 0; i < n; i++)
		map_set(&printed, key_of(&in->arena, objects[i].kind_name, objects[i].namespace, objects[i].name), in);
	for (size_t i = 0; i < in->routes.routes.n; i++) {
		const struct read_route *route = in->routes.routes.item[i];
		str self = key_of(&in->arena, read_route_kind_name(route->kind), route->meta.namespace, route->meta.name), found = { "", 0 };
		for (size_t k = 0; k < route->parents.n && !found.n; k++) {
			const struct read_ref *ref = &route->parents.item[k].ref;
			str parent = key_of(&in->arena, ref->kind, ref->namespace.n ? ref->namespace : route->meta.namespace, ref->name);
			found = map_get(&printed, parent) ? parent : (str){ "", 0 };
		}
		if (found.n && !map_get(&printed, self))
			say(in, route, found);
	}
}
