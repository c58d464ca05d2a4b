/* SPDX-License-Identifier: Apache-2.0 */
/* Facts and settings of one Ingress: see subject.h. */
#include "controllers/subject.h"

#include "kube/names.h"

#include <string.h>

struct fact *subject_fact(const struct subject *subject, const struct field *field)
{
	return field ? subject->fact[field->index] : NULL;
}

/* A name that the API refuses has been reported; what is printed needs one that it takes, and that no other Ingress has. */
static str printable_name(struct arena *arena, str name)
{
	if (name_is_subdomain(name))
		return name;
	str made = name_make_subdomain(arena, name);
	return arena_printf(arena, "%.*s-%06x", STR_ARG(made.n ? str_slice(made, 0, 240) : STR("ingress")), (unsigned)(str_hash(name) & 0xFFFFFF));
}

struct subject *subject_new(struct front *front, const struct ingress *ingress)
{
	struct subject *s = NEW(front->arena, struct subject);
	s->ingress = ingress;
	s->record = ledger_record(front->ledger, ingress->meta.namespace, ingress->meta.name, ingress->meta.at);
	s->fact = NEWS(front->arena, struct fact *, ingress->fields.n);
	for (size_t i = 0; i < ingress->fields.n; i++) {
		const struct field *f = ingress->fields.item[i];
		s->fact[i] = ledger_fact(front->ledger, s->record, f->key, f->value, f->at, f->span);
	}
	s->owner = NEW(front->arena, struct owner);
	s->owner->record = s->record;
	s->owner->at = ingress->meta.at;
	s->owner->namespace = name_make_label(front->arena, ingress->meta.namespace);
	s->owner->name = printable_name(front->arena, ingress->meta.name);
	s->owner->namespace_written = ingress->meta.namespace_written;
	return s;
}

/* The controller reads the further annotations of a group only where one that switches it on is there. */
static bool is_reached(const struct front *front, const struct subject *s, const struct annotation_row *row)
{
	const struct feature *f = mapping_feature(front->mapping, row->feature);
	if (!f || f->needs.n == 0 || str_list_has(&f->needs, row->field) || row->invalid != INVALID_DROP)
		return true;
	for (size_t i = 0; i < s->settings.n; i++)
		if (str_eq(s->settings.item[i].row->feature, row->feature) && str_list_has(&f->needs, s->settings.item[i].row->field))
			return true;
	return false;
}

/* What a value that is not valid comes to. */
static enum invalid setting_outcome(const struct front *front, const struct subject *s, const struct setting *setting)
{
	if (setting->value.malformed)
		return setting->row->malformed;
	return is_reached(front, s, setting->row) ? setting->row->invalid : INVALID_DEFAULT;
}

/* The value is refused by the controller: what that does to the Ingress (ingress-nginx reference: A.3). */
static void refuse(struct front *front, struct subject *s, struct setting *setting)
{
	static const str EFFECT[] = {
		[INVALID_DEFAULT] = STR_INIT("the controller acts as if the annotation were absent"),
		[INVALID_DROP] = STR_INIT("the controller does not load this Ingress at all; it is not converted"),
		[INVALID_DENY] = STR_INIT("the controller answers 503 on every path of this Ingress"),
		[INVALID_DENY_HOST] = STR_INIT("the controller answers 403 on the whole host"),
		[INVALID_OFF] = STR_INIT("the controller drops the whole group of annotations that this one belongs to"),
	};
	struct fact *fact = setting->fact;
	enum invalid outcome = setting_outcome(front, s, setting);
	struct diag *d = diag_addf(front->diags, DIAG_BAD_VALUE, fact_site(front->arena, fact),
		"%.*s: the controller refuses this value", STR_ARG(fact->key));
	d->effect = EFFECT[outcome];
	d->help = arena_printf(front->arena, "%.*s", STR_ARG(setting->why));
	fact_lost(fact, FACT_INVALID, LOSS_NONE, DIAG_BAD_VALUE, EFFECT[outcome]);
	if (outcome == INVALID_DROP)
		s->active = false;
}

/* Whether the controller looks at the characters of values: an argument says so, and since 1.12 it does by itself. */
static bool validates(const struct front *front, const struct subject *s)
{
	str told = s->table ? controller_argument(front, s->table, STR("enable-annotation-validation")) : STR("");
	if (told.n)
		return !str_eq(told, STR("false"));
	return !s->controller || !controller_is_before(s->controller, 1012);
}

static void read_row(struct front *front, struct subject *s, const struct field *f, const struct annotation_row *row, bool foreign)
{
	struct fact *fact = subject_fact(s, f);
	fact->feature = row->feature;
	if (str_trim(f->value).n == 0) {
		fact_idle(fact, STR("an empty value counts as absent"));
		return;
	}
	struct setting setting = { .row = row, .fact = fact, .foreign = foreign };
	str why = { "", 0 };
	setting.valid = value_parse(front->arena, row, f->value, &setting.value, &why);
	setting.why = why;
	if (setting.value.unfit && !validates(front, s))
		setting.valid = true;
	LIST_PUSH(front->arena, &s->settings, setting);
}

static str prefix_of(const struct controller_table *table, str key)
{
	for (size_t i = 0; i < table->prefixes.n; i++)
		if (str_starts(key, table->prefixes.item[i]))
			return table->prefixes.item[i];
	return (str){ "", 0 };
}

/*
 * A protection of another controller for which the Ingress's class is usual as well: unless an IngressClass object decides, it may be in
 * force.
 */
static bool is_shared_guard(const struct front *front, const struct subject *s, const struct controller_table *other, const struct field *f)
{
	if (!s->table || !str_list_has(&other->classes, s->class_name) || snapshot_class(front->snapshot, s->class_name))
		return false;
	const struct annotation_row *row = controller_annotation(other, str_from(f->key, prefix_of(other, f->key).n));
	const struct feature *feature = row ? mapping_feature(front->mapping, row->feature) : NULL;
	return feature && feature->loss == LOSS_SECURITY;
}

static void keep(struct front *front, struct subject *s, const struct ecosystem_row *row, const struct field *f, bool label)
{
	static const enum keep_place PLACES[] = {
		[PLACE_ROUTE] = KEEP_ROUTE, [PLACE_GATEWAY] = KEEP_GATEWAY, [PLACE_ADDRESS] = KEEP_ADDRESS, [PLACE_PAGE] = KEEP_PAGE, [PLACE_UNREAD] = KEEP_ROUTE,
		[PLACE_ALL] = KEEP_ALL, [PLACE_INFRASTRUCTURE] = KEEP_INFRASTRUCTURE,
	};
	struct keep k = {
		.label = label,
		.place = row ? PLACES[row->placement] : KEEP_ROUTE,
		.key = label ? str_from(f->key, strlen("metadata.labels.")) : f->key,
		.value = f->value,
		.fact = subject_fact(s, f),
	};
	if (row && row->as.n)
		k.key = row->as;
	k.said = row ? row->said : NULL;
	LIST_PUSH(front->arena, &s->owner->keep, k);
	s->records = s->records || (row && row->records);
	if (row && row->said && node_at(row->said, STR("issuerRef.name")))
		s->issuer = k.fact;
	if (!row || row->placement != PLACE_UNREAD)
		return;
	struct diag *d = diag_addf(front->diags, DIAG_METADATA_UNREAD, fact_site(front->arena, k.fact), "%.*s goes along, and nobody reads it there (%.*s)",
		STR_ARG(k.key), STR_ARG(row->tool));
	d->help = row->note;
}

static void leave_behind(struct front *front, struct subject *s, const struct ecosystem_row *row, const struct field *f, str key)
{
	struct fact *fact = subject_fact(s, f);
	fact_idle(fact, row->note);
	if (row->placement != PLACE_WARN)
		return;
	struct diag *d = diag_addf(front->diags, DIAG_METADATA_DROPPED, fact_site(front->arena, fact),
		"%.*s stays behind (%.*s)", STR_ARG(key), STR_ARG(row->tool));
	d->help = row->note;
}

static bool is_placed(const struct ecosystem_row *row)
{
	return row->placement < PLACE_DROP;
}

/* An annotation under no prefix of the Ingress's own controller. */
static void read_foreign(struct front *front, struct subject *s, const struct field *f)
{
	struct fact *fact = subject_fact(s, f);
	const struct controller_table *other = mapping_by_prefix(front->mapping, f->key);
	if (other && is_shared_guard(front, s, other, f)) {
		read_row(front, s, f, controller_annotation(other, str_from(f->key, prefix_of(other, f->key).n)), true);
		return;
	}
	if (other && !s->table) {
		fact_idle(fact, STR("the Ingress is not converted"));
		return;
	}
	if (other) {
		fact_idle(fact, STR("it belongs to another controller than the one that serves this Ingress"));
		struct diag *d = diag_addf(front->diags, DIAG_DEAD_ANNOTATION, fact_site(front->arena, fact),
			"%.*s is an annotation of %.*s and has no effect here", STR_ARG(f->key), STR_ARG(other->title));
		d->effect = STR("none: the controller of this Ingress never read it");
		d->help = STR("take it out, or give --from if this Ingress belongs to that controller");
		return;
	}
	const struct ecosystem_row *row = mapping_ecosystem(front->mapping, f->key, false);
	if (!row) {
		fact_idle(fact, STR("no controller and no tool that ing2gw knows reads it on an Ingress"));
		struct diag *d = diag_addf(front->diags, DIAG_METADATA_DROPPED, fact_site(front->arena, fact),
			"%.*s stays behind: no known tool reads it", STR_ARG(f->key));
		d->help = STR("if a tool of yours reads it from Ingress objects, put it on the HTTPRoute");
		return;
	}
	if (is_placed(row))
		keep(front, s, row, f, false);
	else
		leave_behind(front, s, row, f, f->key);
}

static void read_label(struct front *front, struct subject *s, const struct field *f)
{
	str key = str_from(f->key, strlen("metadata.labels."));
	const struct ecosystem_row *row = mapping_ecosystem(front->mapping, key, true);
	if (!row || is_placed(row))
		keep(front, s, row, f, true);
	else
		leave_behind(front, s, row, f, key);
}

static void unknown(struct front *front, const struct controller_table *table, struct fact *fact, str name, str prefix)
{
	if (!table->complete) {
		struct diag *d = diag_addf(front->diags, DIAG_CONTROLLER_TABLE, fact_site(front->arena, fact),
			"%.*s is not translated: of %.*s only routing and protection are known", STR_ARG(fact->key), STR_ARG(table->title));
		d->loss = LOSS_BEHAVIOUR;
		d->effect = STR("whatever it changed for requests is gone");
		d->help = arena_printf(front->arena, "look it up in the documentation of %.*s and decide by hand", STR_ARG(table->title));
		fact_lost(fact, FACT_UNKNOWN, LOSS_BEHAVIOUR, DIAG_CONTROLLER_TABLE, STR("the table of this controller has no row for it"));
		return;
	}
	str near = controller_nearest(front->arena, table, name);
	struct diag *d = diag_addf(front->diags, DIAG_UNKNOWN_ANNOTATION, fact_site(front->arena, fact),
		"%.*s is no annotation of %.*s", STR_ARG(fact->key), STR_ARG(table->title));
	d->effect = STR("none: the controller ignores it");
	d->help = near.n ? arena_printf(front->arena, "did you mean %.*s%.*s?", STR_ARG(prefix), STR_ARG(near))
		: STR("take it out; it may come from an older release");
	fact_lost(fact, FACT_UNKNOWN, LOSS_NONE, DIAG_UNKNOWN_ANNOTATION, STR("the controller has no annotation of that name"));
}

static void read_own(struct front *front, struct subject *s, const struct field *f, str prefix)
{
	str name = str_from(f->key, prefix.n);
	const struct annotation_row *row = controller_annotation(s->table, name);
	if (row && row->read_on.n && !str_list_has(&row->read_on, s->record->kind)) {
		struct fact *fact = subject_fact(s, f);
		fact->feature = row->feature;
		fact_idle(fact, arena_printf(front->arena, "the controller reads it on objects of the kind %.*s alone",
			STR_ARG(str_list_join(front->arena, &row->read_on, STR(", ")))));
	} else if (row && row->read_on.n == 0 && !str_eq(s->record->kind, STR("Ingress")))
		fact_idle(subject_fact(s, f), STR("the controller reads it on Ingresses alone"));
	else if (row)
		read_row(front, s, f, row, false);
	else
		unknown(front, s->table, subject_fact(s, f), name, prefix);
}

/* A refused value denies the locations, or the host, where its group would be in force, or was to be switched on by it. */
static void apply_denials(struct front *front, struct subject *s)
{
	for (size_t i = 0; i < s->settings.n; i++) {
		const struct setting *at = &s->settings.item[i];
		const struct feature *f = mapping_feature(front->mapping, at->row->feature);
		bool counts = f && (f->needs.n == 0 || str_list_has(&f->needs, at->row->field) || subject_feature_on(s, f));
		enum invalid outcome = at->valid ? INVALID_DEFAULT : setting_outcome(front, s, at);
		if (!counts || (outcome != INVALID_DENY && outcome != INVALID_DENY_HOST))
			continue;
		*(outcome == INVALID_DENY ? &s->denied : &s->denied_host) = true;
		s->denied_why = STR("an annotation has a value that the controller refuses");
		s->denied_fact = at->fact;
	}
}

/* An alias is read only where the main name is absent or empty. */
static void resolve_aliases(struct subject *s)
{
	for (size_t i = 0; i < s->settings.n; i++) {
		struct setting *alias = &s->settings.item[i];
		if (alias->row->alias_of.n == 0)
			continue;
		for (size_t j = 0; j < s->settings.n; j++)
			if (str_eq(s->settings.item[j].row->name, alias->row->alias_of)) {
				alias->shadowed = true;
				fact_idle(alias->fact, STR("the main spelling of this annotation is set as well and wins"));
			}
	}
}

/* A refused value that switches a whole group off takes its other settings with it (reference: A.3, outcome OFF). */
static void switch_off_groups(struct front *front, struct subject *s)
{
	for (size_t i = 0; i < s->settings.n; i++) {
		struct setting *bad = &s->settings.item[i];
		if (bad->valid || setting_outcome(front, s, bad) != INVALID_OFF)
			continue;
		bool took = false;
		for (size_t j = 0; j < s->settings.n; j++) {
			struct setting *other = &s->settings.item[j];
			if (j == i || !str_eq(other->row->feature, bad->row->feature))
				continue;
			other->shadowed = true;
			took = true;
			fact_idle(other->fact, STR("a refused value beside it makes the controller drop the whole group"));
		}
		const struct feature *feature = mapping_feature(front->mapping, bad->row->feature);
		if (!took || !feature || feature->loss != LOSS_SECURITY)
			continue;
		struct diag *d = diag_addf(front->diags, DIAG_PROTECTION_ABSENT, fact_site(front->arena, bad->fact),
			"%.*s was meant and is not in force: the controller drops the group because of a refused value", STR_ARG(feature->name));
		d->effect = STR("requests pass without that check today, and will in the Gateway");
		d->help = STR("correct the value at the source first, look whether anybody relied on the open path, then convert again");
	}
}

static str own_prefix(const struct subject *s, str key)
{
	if (!s->table)
		return (str){ "", 0 };
	if (s->controller && s->controller->prefix.n && str_starts(key, s->controller->prefix))
		return s->controller->prefix;
	return prefix_of(s->table, key);
}

static bool has_rule(const struct ingress *ingress, str host)
{
	for (size_t i = 0; i < ingress->rules.n; i++)
		if (ingress->rules.item[i].host && str_eq(ingress->rules.item[i].host->value, host))
			return true;
	return false;
}

/* A name of tls without a rule had a DNS record, and no route will have the name; it stood in the certificate, and no listener has it. */
static void say_without_rule(struct front *front, const struct subject *s, const struct field *host)
{
	const struct diag_site site = fact_site(front->arena, subject_fact(s, host));
	if (s->records) {
		struct diag *d = diag_add(front->diags, DIAG_RECORD_GONE, site, STR("the DNS record of a name that has no rule disappears"));
		d->effect = STR("names of tls had a record, of a route only its hostnames have one");
		d->help = STR("give the name a rule if it is used, or keep the record by other means");
	}
	if (s->issuer) {
		struct diag *d = diag_add(front->diags, DIAG_CERTIFICATE_NAME, site, STR("a name that has no rule goes from the certificate that is issued"));
		d->effect = STR("the certificate has the names of listeners, and those are for hosts with rules");
		d->help = STR("give the name a rule if it is used, or add cert-manager.io/alt-names, which adds it to all certificates of the Gateway or ListenerSet");
	}
}

/* Challenges over HTTP are answered by an Ingress today, which nobody will serve. */
static void say_issuer(struct front *front, const struct subject *s)
{
	if (!s->issuer || s->ingress->tls.n == 0)
		return;
	struct diag *d = diag_add(front->diags, DIAG_ISSUER_SOLVER, fact_site(front->arena, s->issuer),
		STR("an issuer with HTTP-01 challenges has to answer them by way of the Gateway"));
	d->effect = STR("else certificates are not renewed once the Ingress controller is gone; challenges over DNS need nothing");
	d->help = STR("switch the Gateway API on in cert-manager (config.gatewayAPI.enabled), and give the issuer a solver http01.gatewayHTTPRoute with "
		"the Gateway as parent; its listener on port 80 has to admit the namespace of the solvers");
}

static void say_tools(struct front *front, const struct subject *s)
{
	say_issuer(front, s);
	for (size_t i = 0; i < s->ingress->tls.n; i++)
		for (size_t j = 0; j < s->ingress->tls.item[i].hosts.n; j++)
			if (!has_rule(s->ingress, s->ingress->tls.item[i].hosts.item[j]->value))
				say_without_rule(front, s, s->ingress->tls.item[i].hosts.item[j]);
}

void subject_read(struct front *front, struct subject *s)
{
	const struct meta *meta = &s->ingress->meta;
	for (size_t i = 0; i < meta->annotations.n; i++) {
		const struct field *f = meta->annotations.item[i];
		str prefix = own_prefix(s, f->key);
		bool whole = s->table && str_has(f->key, STR("/")) && controller_annotation(s->table, f->key);
		if (prefix.n || whole)
			read_own(front, s, f, whole ? (str){ "", 0 } : prefix);
		else if (subject_fact(s, f) != s->class_fact && !str_eq(f->key, STR("kubernetes.io/ingress.class")))
			read_foreign(front, s, f);
	}
	for (size_t i = 0; i < meta->labels.n; i++)
		read_label(front, s, meta->labels.item[i]);
	for (size_t i = 0; i < s->settings.n; i++)
		if (!s->settings.item[i].valid)
			refuse(front, s, &s->settings.item[i]);
	resolve_aliases(s);
	switch_off_groups(front, s);
	apply_denials(front, s);
	say_tools(front, s);
}

struct subject *subject_of_service(struct front *front, struct controller_settings *c, const struct service *service)
{
	struct arena *a = front->arena;
	struct subject *s = NEW(a, struct subject);
	struct ingress *as = NEW(a, struct ingress);
	s->table = c->table;
	s->controller = c;
	s->active = true;
	as->meta = (struct meta){ .namespace = service->meta.namespace, .name = service->meta.name, .at = service->meta.at, .created = -1 };
	s->ingress = as;
	s->fact = NEWS(a, struct fact *, service->meta.annotations.n + 1);
	for (size_t i = 0; i < service->meta.annotations.n; i++) {
		const struct field *f = service->meta.annotations.item[i];
		str prefix = own_prefix(s, f->key);
		bool whole = str_has(f->key, STR("/")) && controller_annotation(s->table, f->key);
		if (!prefix.n && !whole)
			continue;
		if (!s->record) {
			s->record = ledger_other(front->ledger, STR("Service"), service->meta.namespace, service->meta.name, service->meta.at);
			s->record->controller = c->table->name;
			s->record->counted_as = STR("Service annotation");
		}
		struct field *copy = NEW(a, struct field);
		*copy = *f;
		copy->index = (uint32_t)as->fields.n;
		LIST_PUSH(a, &as->fields, copy);
		s->fact[copy->index] = ledger_fact(front->ledger, s->record, f->key, f->value, f->at, f->span ? f->span : 1);
		read_own(front, s, copy, whole ? (str){ "", 0 } : prefix);
	}
	for (size_t i = 0; i < s->settings.n; i++)
		if (!s->settings.item[i].valid)
			refuse(front, s, &s->settings.item[i]);
	return s->record ? s : NULL;
}

bool setting_counts(const struct setting *s)
{
	return s->valid && !s->shadowed;
}

struct setting *subject_setting(struct subject *s, str feature, str field)
{
	for (size_t i = 0; i < s->settings.n; i++) {
		struct setting *at = &s->settings.item[i];
		if (!setting_counts(at) || !str_eq(at->row->feature, feature) || !str_eq(at->row->field, field))
			continue;
		at->used = true;
		return at;
	}
	return NULL;
}

bool subject_flag(struct subject *s, str feature, str field)
{
	struct setting *at = subject_setting(s, feature, field);
	return at ? at->value.truth : controller_default_flag(s->controller, feature, field);
}

static bool is_on(const struct setting *at)
{
	return setting_counts(at) && (!str_eq(at->row->type, STR("bool")) || at->value.truth);
}

bool subject_feature_on(struct subject *s, const struct feature *feature)
{
	for (size_t i = 0; i < s->settings.n; i++) {
		const struct setting *at = &s->settings.item[i];
		if (!str_eq(at->row->feature, feature->name) || !is_on(at))
			continue;
		if (at->foreign || feature->needs.n == 0 || str_list_has(&feature->needs, at->row->field))
			return true;
	}
	return false;
}
