/* SPDX-License-Identifier: Apache-2.0 */
/* The front end "kong" as others see it: which Ingresses the controller serves, and the order of its work. See kong.h. */
#include "controllers/kong.h"

#include "controllers/front_end.h"
#include "controllers/select.h"

static const str CLASS_ANNOTATION = STR_INIT("kubernetes.io/ingress.class");

/* The class of the controller: its argument, else the usual one. */
static str own_class(const struct front *front, const struct controller_table *table)
{
	str told = controller_argument(front, table, STR("ingress-class"));
	return told.n ? told : table->classes.n ? table->classes.item[0] : STR("");
}

/* Of annotation and field Kong asks the annotation first, and compares by name alone. */
static void filter(struct front *front, struct subject *s)
{
	const struct field *annotation = meta_annotation(&s->ingress->meta, CLASS_ANNOTATION);
	str own = own_class(front, s->table), named = annotation ? str_trim(annotation->value) : STR("");
	if (named.n && s->ingress->class_name && !str_eq(named, s->class_name)) {
		if (!str_eq(named, own)) {
			subject_skip(front, s, DIAG_INACTIVE, INGRESS_INACTIVE, STR("inactive: its annotation kubernetes.io/ingress.class names another class than Kong's"),
				STR("Kong asks the annotation before the field spec.ingressClassName: take it out, or let both say the same"));
			return;
		}
		s->class_name = named;
		s->class_fact = subject_fact(s, annotation);
	}
	if (front->closed_world && s->class_name.n && !str_eq(s->class_name, own))
		subject_skip(front, s, DIAG_INACTIVE, INGRESS_INACTIVE, STR("inactive: Kong serves one class, and this Ingress names another one"),
			STR("give --controller-flag ingress-class=NAME if the controller runs with that"));
}

static enum kong_flavour flavour_of(struct instance *in)
{
	str name = controller_default(in->controller, STR("route.order"), STR("flavour"));
	return str_eq_nocase(name, STR("traditional")) ? KONG_TRADITIONAL : str_eq_nocase(name, STR("expressions")) ? KONG_EXPRESSIONS : KONG_COMPATIBLE;
}

/* "Gate=true,Other=false" */
static bool has_gate(struct instance *in, str name)
{
	str list = controller_argument(in->front, in->controller->table, STR("feature-gates")), item, gate, value;
	bool on = false;
	while (list.n) {
		str_cut(list, ',', &item, &list);
		if (str_cut(str_trim(item), '=', &gate, &value) && str_eq(gate, name))
			on = str_eq_nocase(value, STR("true"));
	}
	return on;
}

static void build(struct instance *in)
{
	struct arena *a = in->front->arena;
	struct kong *kong = NEW(a, struct kong);
	kong->in = in;
	kong->flavour = flavour_of(in);
	kong->told = controller_argument(in->front, in->controller->table, STR("router_flavor")).n > 0;
	kong->rewrites = has_gate(in, STR("RewriteURIs"));
	kong->matcher = in->matcher = matcher_new(a, PATTERN_BUILD_STEPS);
	map_init(&kong->service_by_key, a);
	map_init(&kong->plugin_facts, a);
	map_init(&kong->said, a);
	in->entry->http.spelling.path = PATH_CANONICAL;
	balancer_find(in);
	kong_plugins_read(kong);
	kong_routes_build(kong);
	kong_parts_build(kong);
	kong_hosts_build(kong);
	kong_streams_build(kong);
	kong_objects_rest(kong);
}

/* A value that Kong does not take counts as absent; nothing of an Ingress makes it refuse the whole. */
const struct front_end FRONT_KONG = {
	.name = STR_INIT("kong"), .filter = filter, .build = build, .is_wanted = kong_streams_wanted,
};
