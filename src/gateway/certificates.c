/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates of cert-manager. On a Gateway it reads one issuer for all listeners, and only Secrets of the Gateway's own namespace count;
 * where the Ingresses ask for more than that, each certificate is an object beside its Secret. What a setting is called there stands in
 * the row of its annotation (cert-manager 1.20, Certificate v1).
 */
#include "gateway/plan.h"
#include "mapping/template.h"

static bool has_settings(const struct owner *owner)
{
	for (size_t i = 0; owner && i < owner->keep.n; i++)
		if (owner->keep.item[i].said)
			return true;
	return false;
}

/* The settings of an Ingress as one text. */
static str settings_of(struct arena *arena, const struct owner *owner)
{
	struct str_list texts = { 0 };
	for (size_t i = 0; owner && i < owner->keep.n; i++)
		if (owner->keep.item[i].said)
			LIST_PUSH(arena, &texts, arena_printf(arena, "%.*s=%.*s", STR_ARG(owner->keep.item[i].key), STR_ARG(owner->keep.item[i].value)));
	str_list_sort(&texts);
	return str_list_join(arena, &texts, STR("\n"));
}

bool certificates_needed(const struct plan *plan)
{
	struct arena *arena = plan->as->arena;
	str first = { "", 0 };
	bool any = false, differ = false, away = false;
	size_t n = 0;
	for (size_t i = 0; i < plan->listeners.n; i++) {
		const struct listener_plan *l = plan->listeners.item[i];
		if (l->stream || l->hostname.n == 0 || !str_eq(l->protocol, STR("HTTPS")) || l->set)
			continue;
		str settings = settings_of(arena, l->owner);
		differ = differ || (n > 0 && !str_eq(settings, first));
		first = settings;
		n++;
		any = any || settings.n;
		away = away || (settings.n && !str_eq(l->secret_namespace, plan->namespace));
	}
	return any && (differ || away) && plan->as->existing_name.n == 0;
}

/* Maps are joined; of two values of one field the later one counts. */
static struct node *join(struct arena *arena, struct node *have, const struct node *add)
{
	for (size_t i = 0; i < add->as.map.n; i++) {
		const struct pair *p = &add->as.map.item[i];
		struct node *old = node_get(have, p->key);
		bool maps = old && old->kind == NODE_MAP && p->value->kind == NODE_MAP;
		node_set(arena, have, p->key, maps ? join(arena, old, p->value) : p->value);
	}
	return have;
}

static struct template_values values_of(struct arena *arena, str text)
{
	struct template_values values = { 0 };
	struct str_list items = { 0 };
	str item, rest = text;
	template_set_text(arena, &values, STR("value"), text);
	while (rest.n) {
		str_cut(rest, ',', &item, &rest);
		if (str_trim(item).n)
			LIST_PUSH(arena, &items, str_trim(item));
	}
	template_set_list(arena, &values, STR("items"), &items);
	return values;
}

/* A map that may be changed: the filled template shares nothing with the table but its texts. */
static void say(struct assembly *as, const struct owner *owner, str name, const struct keep *k, struct node *spec)
{
	struct template_places places = { 0 };
	const struct template_values values = values_of(as->arena, k->value);
	const struct node *filled = template_fill(as->arena, k->said, &values, &places);
	if (!filled)
		return;
	join(as->arena, spec, filled);
	for (size_t i = 0; i < places.n; i++)
		assembly_carry_kind(as, k->fact, STR("Certificate"), owner->namespace, name, arena_join(as->arena, STR("/spec"), places.item[i].at));
}

/* The names of all listeners that share the Secret, and those that the Ingress adds. */
static struct node *names_of(const struct plan *plan, const struct listener_plan *first)
{
	struct arena *arena = plan->as->arena;
	struct node *list = node_list(arena);
	struct str_list names = { 0 };
	for (size_t i = 0; i < plan->listeners.n; i++) {
		const struct listener_plan *l = plan->listeners.item[i];
		if (l->hostname.n && str_eq(l->secret_name, first->secret_name) && str_eq(l->secret_namespace, first->secret_namespace))
			str_list_add_new(arena, &names, l->hostname);
	}
	for (size_t i = 0; i < names.n; i++)
		node_add(arena, list, node_string(arena, names.item[i]));
	return list;
}

static void add_names(struct arena *arena, struct node *spec, struct node *names)
{
	struct node *more = node_get(spec, STR("dnsNames"));
	for (size_t i = 0; more && i < more->as.list.n; i++)
		node_add(arena, names, more->as.list.item[i]);
	node_set(arena, spec, STR("dnsNames"), names);
}

static void add_certificate(struct plan *plan, const struct listener_plan *l)
{
	struct assembly *as = plan->as;
	struct arena *arena = as->arena;
	struct node *root = node_map(arena), *meta = node_map(arena), *spec = node_map(arena);
	root->comment = assembly_origin(as, l->owner, l->owner->at);
	node_set_text(arena, root, STR("apiVersion"), STR("cert-manager.io/v1"));
	node_set_text(arena, root, STR("kind"), STR("Certificate"));
	node_set_text(arena, meta, STR("name"), l->secret_name);
	if (l->owner->namespace_written)
		node_set_text(arena, meta, STR("namespace"), l->secret_namespace);
	node_set(arena, root, STR("metadata"), meta);
	node_set_text(arena, spec, STR("secretName"), l->secret_name);
	struct node *names = names_of(plan, l);
	node_set(arena, spec, STR("dnsNames"), node_list(arena));
	for (size_t i = 0; i < l->owner->keep.n; i++)
		if (l->owner->keep.item[i].said)
			say(as, l->owner, l->secret_name, &l->owner->keep.item[i], spec);
	add_names(arena, spec, names);
	node_set(arena, root, STR("spec"), spec);
	assembly_add_policy(as, l->secret_namespace, l->secret_name, root);
}

static void say_written(struct plan *plan, const struct owner *owner)
{
	if (!plan->as->diags)
		return;
	struct diag_site site = { owner->at, 1, owner->record ? record_object(plan->as->arena, owner->record) : (str){ "", 0 } };
	struct diag *d = diag_add(plan->as->diags, DIAG_CERTIFICATES_WRITTEN, site,
		STR("certificates are Certificate objects: one annotation of the Gateway cannot say the same for all of them"));
	d->effect = STR("none: cert-manager keeps renewing the Secrets, once it knows the Certificates");
	d->help = STR("apply them before the Ingresses are deleted; --gateway-api 1.5 or newer has ListenerSets, which can have an issuer each");
}

void add_certificates(struct plan *plan)
{
	struct map seen;
	map_init(&seen, plan->as->arena);
	for (size_t i = 0; i < plan->listeners.n; i++) {
		const struct listener_plan *l = plan->listeners.item[i];
		str key = arena_printf(plan->as->arena, "%.*s/%.*s", STR_ARG(l->secret_namespace), STR_ARG(l->secret_name));
		if (l->stream || l->hostname.n == 0 || !str_eq(l->protocol, STR("HTTPS")) || l->set || !has_settings(l->owner) || map_get(&seen, key))
			continue;
		map_set(&seen, key, plan);
		add_certificate(plan, l);
		say_written(plan, l->owner);
	}
}
