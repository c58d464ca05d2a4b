/* SPDX-License-Identifier: Apache-2.0 */
/* From the Ingresses of a snapshot to entries of the model: see controllers.h. */
#include "controllers/controllers.h"
#include "controllers/select.h"
#include "controllers/server.h"
#include "mapping/pattern.h"

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
	in->nginx = str_eq(c->table->routing, STR("nginx"));
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

/* A controller with TCP or UDP services is a load balancer, whether Ingresses are there or not. */
static void add_streams(struct build *b)
{
	for (size_t i = 0; i < b->front->mapping->controllers.n; i++) {
		const struct controller_table *table = b->front->mapping->controllers.item[i];
		if (!streams_wanted(b->front, table) || !is_chosen(b->front->from, table->name))
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

static void inactive(struct build *b, struct subject *s, struct diag_site site, str message, str help)
{
	struct diag *d = diag_add(b->front->diags, DIAG_INACTIVE, site, message);
	d->effect = STR("none: the controller does not serve it today, and nothing is printed for it");
	d->help = help;
	record_state(s->record, INGRESS_INACTIVE);
	s->active = false;
}

static int risk_rank(str risk)
{
	static const str RANKS[] = { STR_INIT("low"), STR_INIT("medium"), STR_INIT("high"), STR_INIT("critical") };
	for (int i = 0; i < 4; i++)
		if (str_eq_nocase(RANKS[i], risk))
			return i;
	return 0;
}

/* The highest risk that the controller accepts (reference: ingress-nginx A.3; up to 1.11 all were). */
static int accepted_risk(const struct subject *s)
{
	str level = controller_config_value(s->controller, STR("annotations-risk-level"));
	if (level.n)
		return risk_rank(level);
	return risk_rank(controller_is_before(s->controller, 1012) ? STR("critical") : STR("high"));
}

/* Snippets act only where the controller was told to let them (from 1.9 on). */
static bool snippets_act(const struct subject *s)
{
	str allowed = controller_config_value(s->controller, STR("allow-snippet-annotations"));
	return allowed.n ? str_eq_nocase(allowed, STR("true")) : controller_is_before(s->controller, 1009);
}

/* In a closed world an annotation above the accepted risk costs the whole Ingress, and a snippet may be blanked. */
static void check_risk(struct build *b, struct subject *s)
{
	int most = accepted_risk(s);
	for (size_t i = 0; i < s->settings.n && b->front->closed_world && s->active; i++) {
		struct setting *at = &s->settings.item[i];
		if (risk_rank(at->row->risk) > most) {
			fact_lost(at->fact, FACT_INVALID, LOSS_NONE, DIAG_INACTIVE, STR("the controller does not accept its risk level"));
			inactive(b, s, fact_site(b->front->arena, at->fact),
				STR("inactive: an annotation is above the risk level that the controller accepts"),
				STR("the ConfigMap key annotations-risk-level decides; give --world open if it is set where ing2gw cannot see it"));
		} else if (str_starts(at->row->feature, STR("snippet.")) && !snippets_act(s)) {
			at->shadowed = true;
			fact_idle(at->fact, STR("the controller is not told to let snippets act (allow-snippet-annotations)"));
		}
	}
}

/* The controller drops an Ingress with a listed word in an annotation's value (reference: ingress-nginx A.3). */
static void check_words(struct build *b, struct subject *s)
{
	str words = controller_config_value(s->controller, STR("annotation-value-word-blocklist")), word;
	while (b->front->closed_world && words.n && s->active) {
		str_cut(words, ',', &word, &words);
		word = str_trim(word);
		for (size_t i = 0; word.n && s->active && i < s->settings.n; i++)
			if (str_has(s->settings.item[i].fact->value, word))
				inactive(b, s, fact_site(b->front->arena, s->settings.item[i].fact),
					STR("inactive: an annotation's value has a word that the controller's list refuses"),
					STR("the ConfigMap key annotation-value-word-blocklist has the list"));
	}
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

static void say_refused(struct build *b, struct subject *s)
{
	struct diag_site site = { s->ingress->meta.at, 1, record_object(b->front->arena, s->record) };
	for (size_t i = 0; i < s->settings.n; i++)
		if (!s->settings.item[i].valid && s->settings.item[i].row->invalid == INVALID_DROP)
			site = fact_site(b->front->arena, s->settings.item[i].fact);
	inactive(b, s, site, STR("inactive: the controller refuses the whole Ingress because of an annotation's value"),
		STR("correct the value"));
}

/* The controller ignores an Ingress whose host, path or tls section has text that could reach its own files (reference: A.1). */
static void inspect(struct build *b, struct subject *s)
{
	if (str_eq(controller_argument(b->front, s->table, STR("deep-inspect")), STR("false")))
		return;
	for (size_t i = 0; i < s->ingress->fields.n && s->active; i++) {
		const struct field *f = s->ingress->fields.item[i];
		bool looked_at = str_starts(f->key, STR("spec.rules")) || str_starts(f->key, STR("spec.tls"));
		if (!looked_at || str_has(f->key, STR(".backend")) || !pattern_set_matches(s->controller->inspection, f->value))
			continue;
		fact_lost(s->fact[i], FACT_INVALID, LOSS_NONE, DIAG_INACTIVE, STR("the controller ignores Ingresses with such a text"));
		inactive(b, s, fact_site(b->front->arena, s->fact[i]), STR("inactive: the controller ignores the whole Ingress because of this text"),
			STR("write another host, path or name; the controller's argument deep-inspect switches this off"));
	}
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
	if (!s->active)
		say_refused(b, s);
	else
		check_risk(b, s);
	check_words(b, s);
	if (s->active)
		inspect(b, s);
	references_check(b->front, s);
	struct instance *in = instance_of(b, s->controller, s->class_name);
	if (!s->active)
		return;
	LIST_PUSH(front->arena, &in->subjects, s);
	fact_list_add(front->arena, &in->entry->class_facts, s->class_fact);
}

/* Oldest first; of one age, ingress-nginx takes the last name first (reference: A.2). */
static int compare_subjects(const void *pa, const void *pb)
{
	const struct subject *a = *(struct subject *const *)pa, *b = *(struct subject *const *)pb;
	int64_t ta = a->ingress->meta.created, tb = b->ingress->meta.created;
	if (ta != tb)
		return ta < tb ? -1 : 1;
	int c = str_cmp(a->ingress->meta.namespace, b->ingress->meta.namespace);
	if (c == 0)
		c = str_cmp(a->ingress->meta.name, b->ingress->meta.name);
	return str_eq(a->table->routing, STR("nginx")) ? -c : c;
}

static int compare_instances(const void *pa, const void *pb)
{
	const struct instance *a = *(struct instance *const *)pa, *b = *(struct instance *const *)pb;
	int c = str_cmp(a->entry->name, b->entry->name);
	return c ? c : str_cmp(a->entry->controller, b->entry->controller);
}

/* A canary gives its service and its canary settings; nothing else of it acts (reference: A.6). */
static void idle_canary(struct subject *s)
{
	for (size_t i = 0; i < s->settings.n; i++)
		if (!str_eq(s->settings.item[i].row->feature, STR("route.canary")))
			fact_idle(s->settings.item[i].fact, STR("of a canary only the service and the canary annotations count"));
}

/* Canary settings on an Ingress that is none. */
static void idle_no_canary(struct subject *s)
{
	for (size_t i = 0; i < s->settings.n; i++)
		if (str_eq(s->settings.item[i].row->feature, STR("route.canary")))
			fact_idle(s->settings.item[i].fact, STR("the Ingress is no canary"));
}

static void build_instance(struct build *b, struct instance *in)
{
	if (in->subjects.n)
		qsort(in->subjects.item, in->subjects.n, sizeof *in->subjects.item, compare_subjects);
	entry_begin(in);
	balancer_find(in);
	streams_build(in);
	servers_build(in);
	canaries_merge(in);
	passthrough_decide(in);
	certificates_decide(in);
	routes_build(in);
	clients_settle(in);
	passthrough_settle(in);
	backends_settle(in);
	entry_finish(in);
	for (size_t i = 0; i < in->subjects.n && in->nginx; i++) {
		if (subject_is_canary(in->subjects.item[i]))
			idle_canary(in->subjects.item[i]);
		else
			idle_no_canary(in->subjects.item[i]);
	}
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
