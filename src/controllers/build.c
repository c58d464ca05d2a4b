/* SPDX-License-Identifier: Apache-2.0 */
/* From the Ingresses of a snapshot to entries of the model: see controllers.h. */
#include "controllers/front_end.h"
#include "controllers/select.h"
#include "controllers/server.h"

#include <stdlib.h>

struct build {
	struct front *front;
	struct model *model;
	LIST(struct subject *) subjects;
	LIST(struct controller_settings *) controllers;
	LIST(struct instance *) instances;
};

static struct controller_settings *settings_of(struct build *b, const struct controller_table *table)
{
	for (size_t i = 0; i < b->controllers.n; i++)
		if (b->controllers.item[i]->table == table)
			return b->controllers.item[i];
	struct controller_settings *c = controller_settings_find(b->front, table);
	LIST_PUSH(b->front->arena, &b->controllers, c);
	return c;
}

static struct instance *instance_of(struct build *b, struct controller_settings *c, str class_name)
{
	struct arena *a = b->front->arena;
	for (size_t i = 0; i < b->instances.n; i++)
		if (b->instances.item[i]->controller == c && str_eq(b->instances.item[i]->entry->name, class_name))
			return b->instances.item[i];
	struct instance *in = NEW(a, struct instance);
	in->front = b->front;
	in->controller = c;
	in->nginx = front_end_of(c->table)->nginx;
	in->entry = NEW(a, struct entry);
	in->entry->name = class_name;
	in->entry->controller = c->table->name;
	in->entry->namespace = c->namespace;
	in->entry->known = snapshot_class(b->front->snapshot, class_name) != NULL;
	LIST_PUSH(a, &b->instances, in);
	return in;
}

/* The class of the controller's own load balancer: its argument, else the usual one; the only one that there is where it is another. */
static str stream_class(const struct build *b, const struct controller_settings *c)
{
	str wanted = controller_argument(b->front, c->table, STR("ingress-class")), only = { "", 0 };
	size_t n = 0;
	if (wanted.n == 0 && c->table->classes.n)
		wanted = c->table->classes.item[0];
	for (size_t i = 0; i < b->instances.n; i++) {
		if (b->instances.item[i]->controller != c)
			continue;
		only = b->instances.item[i]->entry->name;
		if (str_eq(only, wanted))
			return wanted;
		n++;
	}
	return n == 1 ? only : wanted;
}

static bool is_chosen(const struct str_list *chosen, str name)
{
	return chosen->n == 0 || str_list_has(chosen, name);
}

static bool is_wanted(const struct front *front, const struct controller_table *table)
{
	const struct front_end *end = front_end_of(table);
	return end->is_wanted ? end->is_wanted(front, table) : streams_wanted(front, table);
}

/* A controller with TCP or UDP services is a load balancer, whether Ingresses are there or not. */
static void add_streams(struct build *b)
{
	for (size_t i = 0; i < b->front->mapping->controllers.n; i++) {
		const struct controller_table *table = b->front->mapping->controllers.item[i];
		if (!is_wanted(b->front, table) || !is_chosen(b->front->from, table->name))
			continue;
		struct controller_settings *c = settings_of(b, table);
		str class_name = stream_class(b, c);
		if (is_chosen(b->front->classes, class_name))
			instance_of(b, c, class_name)->streams = true;
	}
	for (size_t i = 0; i < b->controllers.n; i++)
		if (!streams_wanted(b->front, b->controllers.item[i]->table))
			streams_idle(b->controllers.item[i]);
}

/* The API server of today takes no Ingress without rules and default backend. */
static bool has_content(struct build *b, struct subject *s)
{
	const struct ingress *in = s->ingress;
	if (in->rules.n || in->default_backend.present)
		return true;
	struct diag_site site = { in->meta.at, 1, record_object(b->front->arena, s->record) };
	struct diag *d = diag_add(b->front->diags, DIAG_NO_RULES, site, STR("the Ingress has neither rules nor a default backend"));
	d->effect = STR("nothing is served, and nothing is printed for it");
	d->help = STR("delete it, or add spec.rules");
	record_state(s->record, INGRESS_FAILED);
	return false;
}

static void add_subject(struct build *b, const struct ingress *ingress)
{
	struct front *front = b->front;
	struct subject *s = subject_new(front, ingress);
	LIST_PUSH(front->arena, &b->subjects, s);
	if (ingress->meta.fragment) {
		/* a part of an object, which the reader has said */
		record_state(s->record, INGRESS_SKIPPED);
		return;
	}
	if (!ingress->usable) {
		record_state(s->record, INGRESS_FAILED);
		return;
	}
	select_controller(front, s);
	if (!s->table || !has_content(b, s)) {
		s->table = NULL;
		subject_read(front, s);
		return;
	}
	s->controller = settings_of(b, s->table);
	s->active = true;
	subject_read(front, s);
	if (front_end_of(s->table)->check)
		front_end_of(s->table)->check(front, s);
	struct instance *in = instance_of(b, s->controller, s->class_name);
	if (!s->active)
		return;
	LIST_PUSH(front->arena, &in->subjects, s);
	fact_list_add(front->arena, &in->entry->class_facts, s->class_fact);
}

/* Oldest first, then by name. */
static int compare_subjects(const void *pa, const void *pb)
{
	const struct subject *a = *(struct subject *const *)pa, *b = *(struct subject *const *)pb;
	int64_t ta = a->ingress->meta.created, tb = b->ingress->meta.created;
	if (ta != tb)
		return ta < tb ? -1 : 1;
	int c = str_cmp(a->ingress->meta.namespace, b->ingress->meta.namespace);
	if (c == 0)
		c = str_cmp(a->ingress->meta.name, b->ingress->meta.name);
	return front_end_of(a->table)->last_name_first ? -c : c;
}

static int compare_instances(const void *pa, const void *pb)
{
	const struct instance *a = *(struct instance *const *)pa, *b = *(struct instance *const *)pb;
	int c = str_cmp(a->entry->name, b->entry->name);
	return c ? c : str_cmp(a->entry->controller, b->entry->controller);
}

static void build_instance(struct build *b, struct instance *in)
{
	if (in->subjects.n)
		qsort(in->subjects.item, in->subjects.n, sizeof *in->subjects.item, compare_subjects);
	front_end_of(in->controller->table)->build(in);
	LIST_PUSH(b->front->arena, &b->model->entries, in->entry);
}

static bool has_instance(const struct build *b, const struct ingress_class *c)
{
	for (size_t i = 0; i < b->instances.n; i++)
		if (str_eq(b->instances.item[i]->entry->name, c->meta.name))
			return true;
	return false;
}

/* A controller without Ingresses answers as well, where nothing else exists than what the input shows. */
static void add_idle_instances(struct build *b)
{
	for (size_t i = 0; i < b->front->snapshot->classes.n; i++) {
		const struct ingress_class *c = b->front->snapshot->classes.item[i];
		struct subject s = { .table = table_of_controller(b->front, c->controller), .class_name = c->meta.name };
		if (!s.table || !b->front->closed_world || has_instance(b, c))
			continue;
		s.controller = settings_of(b, s.table);
		(void)instance_of(b, s.controller, s.class_name);
	}
}

struct model *controllers_build(struct front *front)
{
	struct build b = { .front = front, .model = NEW(front->arena, struct model) };
	b.model->arena = front->arena;
	for (size_t i = 0; i < front->snapshot->ingresses.n; i++)
		add_subject(&b, front->snapshot->ingresses.item[i]);
	add_streams(&b);
	add_idle_instances(&b);
	if (b.instances.n)
		qsort(b.instances.item, b.instances.n, sizeof *b.instances.item, compare_instances);
	for (size_t i = 0; i < b.instances.n; i++)
		build_instance(&b, b.instances.item[i]);
	return b.model;
}
