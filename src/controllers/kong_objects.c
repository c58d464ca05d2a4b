/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of the controller's own objects: plugins, policies, consumers. One record an object, made when somebody asks for it. */
#include "controllers/kong.h"

struct known {
	struct record *record;
	struct fact **fact;              /* by place in the object's fields */
};

static struct known *known_of(struct kong *kong, const struct vendor_object *object)
{
	struct arena *a = kong->in->front->arena;
	struct known *known = map_get_address(&kong->plugin_facts, object);
	if (known)
		return known;
	known = NEW(a, struct known);
	known->record = ledger_other(kong->in->front->ledger, object->kind->kind, object->meta.namespace, object->meta.name, object->meta.at);
	known->record->controller = kong->in->controller->table->name;
	known->record->counted_as = STR("object field");
	known->fact = NEWS(a, struct fact *, object->fields.n + 1);
	for (size_t i = 0; i < object->fields.n; i++) {
		const struct field *f = object->fields.item[i];
		known->fact[i] = ledger_fact(kong->in->front->ledger, known->record, f->key, f->value, f->at, f->span ? f->span : 1);
	}
	map_set_address(&kong->plugin_facts, object, known);
	return known;
}

struct record *kong_record(struct kong *kong, const struct vendor_object *object)
{
	return known_of(kong, object)->record;
}

struct fact *kong_fact(struct kong *kong, const struct vendor_object *object, const struct field *field)
{
	const struct known *known = known_of(kong, object);
	for (size_t i = 0; field && i < object->fields.n; i++)
		if (object->fields.item[i] == field)
			return known->fact[i];
	return NULL;
}

static const struct object_row *row_of(const struct controller_table *table, const struct vendor_object *object)
{
	for (size_t i = 0; i < table->objects.n; i++)
		if (str_eq(table->objects.item[i].kind, object->kind->kind) && str_eq(table->objects.item[i].group, object->kind->group))
			return &table->objects.item[i];
	return NULL;
}

/* An object that nothing has named, or that has no counterpart anywhere. */
static void say_unused(struct kong *kong, const struct vendor_object *object, const struct object_row *row)
{
	struct front *front = kong->in->front;
	struct diag_site site = { object->meta.at, 1, record_object(front->arena, kong_record(kong, object)) };
	bool named = row->class_annotation.n == 0;
	struct diag *d = diag_addf(front->diags, DIAG_VENDOR_OBJECT, site, named ? "no Ingress and no Service that is served names this %.*s"
		: "a %.*s has no counterpart in the Gateway API", STR_ARG(row->kind));
	d->effect = named ? STR("none: it has no part in what is served today") : row->meaning;
	d->help = named ? STR("if something else names it, it goes on doing so; look for konghq.com/plugins on other objects")
		: STR("keep it where Kong stays as the Gateway; elsewhere its policies say who may pass");
	const struct known *known = known_of(kong, object);
	for (size_t i = 0; i < object->fields.n; i++) {
		if (named)
			fact_idle(known->fact[i], STR("nothing that is served names the object"));
		else
			fact_lost(known->fact[i], FACT_INEXPRESSIBLE, LOSS_BEHAVIOUR, DIAG_VENDOR_OBJECT, STR("there is no such object in the Gateway API"));
	}
}

void kong_objects_rest(struct kong *kong)
{
	const struct snapshot *snapshot = kong->in->front->snapshot;
	for (size_t i = 0; i < snapshot->vendor_objects.n; i++) {
		const struct vendor_object *object = snapshot->vendor_objects.item[i];
		const struct object_row *row = row_of(kong->in->controller->table, object);
		if (row && !map_get_address(&kong->plugin_facts, object))
			say_unused(kong, object, row);
	}
}
