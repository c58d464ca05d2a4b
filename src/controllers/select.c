/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Choosing the controller: the field spec.ingressClassName through the IngressClass object, else through the class names
 * that tables list; else the annotation kubernetes.io/ingress.class; else the default class; else the prefix of the
 * annotations; else --from; else the Ingress API alone (controllers/generic.yaml).
 */
#include "controllers/select.h"

#include "controllers/front_end.h"

static const str CLASS_ANNOTATION = STR_INIT("kubernetes.io/ingress.class");
static const str GENERIC = STR_INIT("generic");

const struct controller_table *table_of_controller(const struct front *front, str controller)
{
	for (size_t i = 0; i < front->mapping->controllers.n; i++)
		if (str_list_has(&front->mapping->controllers.item[i]->controllers, controller))
			return front->mapping->controllers.item[i];
	return NULL;
}

/* The only controller whose annotations the Ingress carries; NULL when there is none or more than one. */
static const struct controller_table *table_by_annotations(const struct front *front, const struct ingress *ingress)
{
	const struct controller_table *found = NULL;
	for (size_t i = 0; i < ingress->meta.annotations.n; i++) {
		const struct controller_table *t = mapping_by_prefix(front->mapping, ingress->meta.annotations.item[i]->key);
		if (t && found && t != found)
			return NULL;
		if (t)
			found = t;
	}
	return found;
}

/* Several controllers have one usual class name: the one that is asked for goes first, then the one whose annotations are there. */
static const struct controller_table *table_by_class_name(const struct front *front, const struct ingress *ingress, str name)
{
	for (size_t i = 0; i < front->from->n; i++) {
		const struct controller_table *t = mapping_controller(front->mapping, front->from->item[i]);
		if (t && str_list_has(&t->classes, name))
			return t;
	}
	const struct controller_table *own = table_by_annotations(front, ingress);
	if (own && str_list_has(&own->classes, name))
		return own;
	for (size_t i = 0; i < front->mapping->controllers.n; i++)
		if (str_list_has(&front->mapping->controllers.item[i]->classes, name))
			return front->mapping->controllers.item[i];
	return NULL;
}

/* The controller whose workload in the input has that argument. */
static const struct controller_table *table_by_argument(const struct front *front, str argument, str value)
{
	for (size_t i = 0; i < front->mapping->controllers.n && value.n; i++) {
		const struct controller_table *t = front->mapping->controllers.item[i];
		if (str_eq(controller_argument(front, t, argument), value))
			return t;
	}
	return NULL;
}

static void decide(struct subject *s, const struct controller_table *table, str why)
{
	s->table = table;
	s->record->decided_by = why;
	s->record->controller = table ? table->name : (str){ "", 0 };
}

static bool by_class_object(struct front *front, struct subject *s, str class_name)
{
	const struct ingress_class *class = snapshot_class(front->snapshot, class_name);
	if (!class)
		return false;
	const struct controller_table *table = table_of_controller(front, class->controller);
	if (!table)
		table = table_by_argument(front, STR("controller-class"), class->controller);
	if (!table)
		return false;
	decide(s, table, arena_printf(front->arena, "IngressClass %.*s names controller %.*s", STR_ARG(class_name), STR_ARG(class->controller)));
	return true;
}

static bool by_class_name(struct front *front, struct subject *s, str class_name, str where)
{
	const struct controller_table *table = table_by_argument(front, STR("ingress-class"), class_name);
	if (table) {
		decide(s, table, arena_printf(front->arena, "class %.*s stands in the arguments of this controller", STR_ARG(class_name)));
		return true;
	}
	table = table_by_class_name(front, s->ingress, class_name);
	if (!table)
		return false;
	decide(s, table, arena_printf(front->arena, "class %.*s in %.*s is a usual name of this controller", STR_ARG(class_name), STR_ARG(where)));
	return true;
}

static bool by_annotations(struct front *front, struct subject *s)
{
	const struct controller_table *table = table_by_annotations(front, s->ingress);
	if (table)
		decide(s, table, STR("the prefix of its annotations"));
	return table != NULL;
}

static bool by_option(struct front *front, struct subject *s)
{
	if (front->from->n != 1)
		return false;
	const struct controller_table *table = mapping_controller(front->mapping, front->from->item[0]);
	if (table)
		decide(s, table, STR("--from"));
	return table != NULL;
}

static void by_nothing(struct front *front, struct subject *s)
{
	decide(s, mapping_controller(front->mapping, GENERIC), STR("nothing names a controller: the meaning of the Ingress API alone"));
	struct diag_site site = { s->ingress->meta.at, 1, record_object(front->arena, s->record) };
	if (s->class_name.n) {
		struct diag *d = diag_addf(front->diags, DIAG_UNKNOWN_CLASS, fact_site(front->arena, s->class_fact),
			"class %.*s is not known: taken to mean what the Ingress API says", STR_ARG(s->class_name));
		d->effect = STR("what its controller does beyond the Ingress API is not carried over");
		d->help = STR("give --from NAME if you know the controller (ing2gw mappings list), or add the IngressClass to the input");
		return;
	}
	struct diag *d = diag_add(front->diags, DIAG_NO_CLASS_SIGN, site, STR("no class and no annotation names a controller: taken to mean what the Ingress API says"));
	d->help = STR("give --from ingress-nginx (or another controller) if one serves these Ingresses as the default class");
}

/* The class that the Ingress names; the field wins over the annotation. */
static void read_class(struct front *front, struct subject *s)
{
	const struct field *field = s->ingress->class_name;
	const struct field *annotation = meta_annotation(&s->ingress->meta, CLASS_ANNOTATION);
	if (field && field->value.n) {
		s->class_name = field->value;
		s->class_fact = subject_fact(s, field);
		if (!annotation)
			return;
		struct fact *lost = subject_fact(s, annotation);
		fact_idle(lost, STR("spec.ingressClassName is set and wins"));
		if (str_eq(annotation->value, field->value))
			return;
		struct diag *d = diag_add(front->diags, DIAG_CLASSES_DIFFER, fact_site(front->arena, lost),
			STR("the annotation kubernetes.io/ingress.class and spec.ingressClassName name different classes"));
		d->effect = STR("the field decides; the annotation has no effect");
		d->help = STR("remove the annotation");
	} else if (annotation) {
		s->class_name = str_trim(annotation->value);
		s->class_fact = subject_fact(s, annotation);
	}
}

static void by_default_class(struct front *front, struct subject *s)
{
	for (size_t i = 0; i < front->snapshot->classes.n && !s->table; i++) {
		const struct ingress_class *c = front->snapshot->classes.item[i];
		if (c->is_default && by_class_object(front, s, c->meta.name)) {
			s->class_name = c->meta.name;
			s->record->decided_by = arena_printf(front->arena, "no class is named, and IngressClass %.*s is the default", STR_ARG(c->meta.name));
		}
	}
}

void subject_skip(struct front *front, struct subject *s, enum diag_code code, enum ingress_state state, str message, str help)
{
	struct diag_site site = { s->ingress->meta.at, 1, record_object(front->arena, s->record) };
	if (s->class_fact)
		site = fact_site(front->arena, s->class_fact);
	struct diag *d = diag_add(front->diags, code, site, message);
	d->help = help;
	d->effect = state == INGRESS_INACTIVE ? STR("none: it is not served today, and nothing is printed for it") : STR("nothing is printed for it");
	record_state(s->record, state);
	s->table = NULL;
}

void subject_inactive(struct front *front, struct subject *s, struct diag_site site, str message, str help)
{
	struct diag *d = diag_add(front->diags, DIAG_INACTIVE, site, message);
	d->effect = STR("none: the controller does not serve it today, and nothing is printed for it");
	d->help = help;
	record_state(s->record, INGRESS_INACTIVE);
	s->active = false;
}

static void filter(struct front *front, struct subject *s)
{
	if (front->from->n && !str_list_has(front->from, s->table->name)) {
		subject_skip(front, s, DIAG_SKIPPED, INGRESS_SKIPPED,
			arena_printf(front->arena, "skipped: it belongs to %.*s, and --from asks for others", STR_ARG(s->table->name)), (str){ "", 0 });
		return;
	}
	if (front->classes->n && !str_list_has(front->classes, s->class_name)) {
		subject_skip(front, s, DIAG_SKIPPED, INGRESS_SKIPPED, STR("skipped: --ingress-class asks for another class"), (str){ "", 0 });
		return;
	}
	if (front_end_of(s->table)->filter)
		front_end_of(s->table)->filter(front, s);
}

/* A tool makes and removes the Ingress by itself: by a label, or by the object that owns it. NULL: no tool does. */
static const struct ecosystem_row *made_by(const struct front *front, const struct meta *meta)
{
	const struct ecosystem_row *row = NULL;
	for (size_t i = 0; i < meta->labels.n && (!row || row->placement != PLACE_SKIP); i++)
		row = mapping_ecosystem(front->mapping, str_from(meta->labels.item[i]->key, STR("metadata.labels.").n), true);
	for (size_t i = 0; i < meta->owners.n && (!row || row->placement != PLACE_SKIP); i++)
		row = mapping_owner(front->mapping, meta->owners.item[i]);
	return row && row->placement == PLACE_SKIP ? row : NULL;
}

/* Where all classes are known and none is meant, only a controller that was told to serves the Ingress. */
static bool by_argument(struct front *front, struct subject *s)
{
	const struct controller_table *table = table_by_argument(front, STR("watch-ingress-without-class"), STR("true"));
	if (table)
		decide(s, table, STR("no class is named, and this controller is told to serve such Ingresses"));
	return table != NULL;
}

static bool is_orphan(const struct front *front, const struct subject *s)
{
	return front->closed_world && s->class_name.n == 0 && front->snapshot->classes.n > 0 && front->from->n == 0;
}

void select_controller(struct front *front, struct subject *s)
{
	read_class(front, s);
	const struct ecosystem_row *maker = made_by(front, &s->ingress->meta);
	if (maker) {
		subject_skip(front, s, DIAG_SKIPPED, INGRESS_SKIPPED,
			arena_printf(front->arena, "skipped: %.*s makes this Ingress and removes it", STR_ARG(maker->tool)), maker->note);
		return;
	}
	str where = s->ingress->class_name ? STR("spec.ingressClassName") : STR("the annotation kubernetes.io/ingress.class");
	bool done = false;
	if (s->class_name.n)
		done = by_class_object(front, s, s->class_name) || by_class_name(front, s, s->class_name, where);
	else
		by_default_class(front, s);
	if (!done && !s->table)
		done = by_annotations(front, s) || by_option(front, s) || by_argument(front, s);
	if (!done && !s->table && is_orphan(front, s)) {
		subject_skip(front, s, DIAG_INACTIVE, INGRESS_INACTIVE, STR("inactive: it names no class, and no IngressClass is the default"),
			STR("give --controller-flag watch-ingress-without-class=true if the controller runs with that"));
		return;
	}
	if (!done && !s->table)
		by_nothing(front, s);
	if (s->table)
		filter(front, s);
}
