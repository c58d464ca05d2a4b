/* SPDX-License-Identifier: Apache-2.0 */
/* Policies of an implementation for the rules of a draft: see policies.h. */
#include "targets/policies.h"

#include "mapping/conversion.h"
#include "targets/headers.h"
#include "targets/losses.h"

const struct target_row *policy_row(const struct lowering *lw, const struct step *step)
{
	const struct target_row *row = target_feature(lw->target, step->feature);
	return row && row->said ? row : NULL;
}

/* The field of an annotation that a hole's field belongs to. */
static str base_field(str field)
{
	field.n = str_find_char(field, '.');
	return field;
}

static bool has_hole(const struct lowering *lw, const struct target_row *row, str field)
{
	struct str_list fields = { 0 };
	str error;
	(void)template_fields(lw->arena, row->said, &fields, &error);
	for (size_t i = 0; i < fields.n; i++)
		if (str_eq(base_field(fields.item[i]), field))
			return true;
	return false;
}

const struct fact *policy_lacks(const struct lowering *lw, const struct step *step)
{
	const struct target_row *row = policy_row(lw, step);
	for (size_t i = 0; row && row->must.n && i < step->facts.n; i++) {
		const struct annotation_row *annotation = fact_row(lw, step->facts.item[i]);
		if (annotation && str_list_has(&row->must, annotation->field) && !has_hole(lw, row, annotation->field))
			return step->facts.item[i];
	}
	return NULL;
}

/* What it refers to stands beside the Ingress that says so, or need not do so. */
static bool is_in_reach(const struct lowering *lw, const struct target_row *row, const struct step *step, const struct said *said)
{
	const struct record *record = step->facts.n ? step->facts.item[0]->record : NULL;
	for (size_t i = 0; target_policy(lw->target, row->policy)->local && i < said->grants.n; i++) {
		str namespace = said->grants.item[i].namespace;
		if (namespace.n && !(record && str_eq(record->namespace, namespace)))
			return false;
	}
	return true;
}

bool policy_is_out_of_reach(const struct lowering *lw, const struct step *step)
{
	const struct target_row *row = policy_row(lw, step);
	struct said said;
	return row && said_of(lw, NULL, step, &said) && !is_in_reach(lw, row, step, &said);
}

bool policy_says(const struct lowering *lw, const struct step *step)
{
	const struct target_row *row = policy_row(lw, step);
	struct said said;
	return row && !policy_lacks(lw, step) && said_of(lw, NULL, step, &said) && is_in_reach(lw, row, step, &said) &&
		template_fill(lw->arena, row->said, &said.values, NULL);
}

/* It switches its feature on, and needs no field of its own. */
static bool turns_on(const struct lowering *lw, const struct fact *fact, const struct annotation_row *row)
{
	const struct feature *feature = row ? mapping_feature(lw->mapping, row->feature) : NULL;
	return !row || str_has_char(fact->key, '#') || row->field.n == 0 || (feature && str_list_has(&feature->needs, row->field));
}

bool policy_carries(const struct lowering *lw, const struct fact *fact)
{
	const struct target_row *row = fact->feature.n ? target_feature(lw->target, fact->feature) : NULL;
	const struct annotation_row *annotation = fact_row(lw, fact);
	if (!row || !row->said || !annotation || str_has_char(fact->key, '#'))
		return true;
	return turns_on(lw, fact, annotation) || has_hole(lw, row, annotation->field);
}

/* ---- merging ---- */

struct merging {
	struct lowering *lw;
	const struct policy_kind *kind;
	struct mark_list *marks;         /* of what is added: places in lists move behind what is there */
};

static void move_marks(const struct merging *m, str at, size_t by)
{
	str prefix = arena_join(m->lw->arena, at, STR("/"));
	for (size_t i = 0; by && i < m->marks->n; i++) {
		str pointer = m->marks->item[i].at, number, rest;
		uint64_t index;
		if (!str_starts(pointer, prefix))
			continue;
		bool more = str_cut(str_from(pointer, prefix.n), '/', &number, &rest);
		if (str_to_u64(number, SIZE_MAX, &index))
			m->marks->item[i].at = arena_printf(m->lw->arena, "%.*s%zu%s%.*s", STR_ARG(prefix), (size_t)index + by, more ? "/" : "", STR_ARG(rest));
	}
}

static bool is_in(const struct node *list, const struct node *item)
{
	for (size_t i = 0; i < list->as.list.n; i++)
		if (node_equal(list->as.list.item[i], item))
			return true;
	return false;
}

static bool lists_equal(const struct node *have, const struct node *add)
{
	for (size_t i = 0; i < add->as.list.n; i++)
		if (!is_in(have, add->as.list.item[i]))
			return false;
	return true;
}

/* Of two texts: the one that the table names, or the longer duration. */
static struct node *winner(const struct merging *m, str at, struct node *have, struct node *add)
{
	for (size_t i = 0; i < m->kind->merge.n; i++) {
		const struct merge_rule *rule = &m->kind->merge.item[i];
		int64_t a, b;
		if (!str_eq(rule->field, at) || rule->wins.n == 0)
			continue;
		if (str_eq(rule->wins, STR("longest")))
			return duration_read(node_text(have), &a) && duration_read(node_text(add), &b) && b > a ? add : have;
		return str_eq(node_text(add), rule->wins) ? add : have;
	}
	return add;
}

static struct node *merge(const struct merging *m, str at, struct node *have, struct node *add)
{
	struct arena *arena = m->lw->arena;
	if (have->kind != add->kind)
		return add;
	if (have->kind == NODE_LIST) {
		struct node *all = node_list(arena);
		if (lists_equal(have, add))
			return have;
		for (size_t i = 0; i < have->as.list.n; i++)
			node_add(arena, all, have->as.list.item[i]);
		for (size_t i = 0; i < add->as.list.n; i++)
			node_add(arena, all, add->as.list.item[i]);
		move_marks(m, at, have->as.list.n);
		return all;
	}
	if (have->kind != NODE_MAP)
		return winner(m, at, have, add);
	struct node *all = node_map(arena);
	for (size_t i = 0; i < have->as.map.n; i++)
		node_set(arena, all, have->as.map.item[i].key, have->as.map.item[i].value);
	for (size_t i = 0; i < add->as.map.n; i++) {
		const struct pair *p = &add->as.map.item[i];
		struct node *old = node_get(all, p->key);
		str below = arena_printf(arena, "%.*s/%.*s", STR_ARG(at), STR_ARG(p->key));
		node_set(arena, all, p->key, old ? merge(m, below, old, p->value) : p->value);
	}
	return all;
}

void policy_merge(struct lowering *lw, struct rule_policy *policy, struct node *spec, struct mark_list *marks)
{
	const struct merging m = { lw, policy->kind, marks };
	policy->spec = policy->spec ? merge(&m, (str){ "", 0 }, policy->spec, spec) : spec;
}

str policy_slot(struct arena *arena, const struct policy_kind *kind, str feature, const struct node *spec)
{
	if (!str_eq(kind->apart, STR("feature")))
		return kind->apart.n ? arena_lower(arena, node_text(node_get(spec, kind->apart))) : kind->apart;
	str slot = arena_str(arena, feature);
	for (size_t i = 0; i < slot.n; i++)
		if (slot.p[i] == '.')
			slot = arena_printf(arena, "%.*s-%.*s", STR_ARG(str_slice(slot, 0, i)), STR_ARG(str_from(slot, i + 1)));
	return slot;
}

struct rule_policy *policy_of_draft(struct lowering *lw, struct draft *d, const struct policy_kind *kind, str slot)
{
	for (size_t i = 0; !kind->one_each && i < d->policies.n; i++)
		if (d->policies.item[i].kind == kind && str_eq(d->policies.item[i].slot, slot))
			return &d->policies.item[i];
	struct rule_policy fresh = { .kind = kind, .slot = slot };
	LIST_PUSH(lw->arena, &d->policies, fresh);
	return &d->policies.item[d->policies.n - 1];
}

/* ---- facts ---- */

static const struct template_place *place_of(const struct template_places *places, str field)
{
	for (size_t i = 0; i < places->n; i++)
		if (str_eq(base_field(places->item[i].field), field))
			return &places->item[i];
	return NULL;
}

static str first_key(struct lowering *lw, const struct node *spec)
{
	return spec->as.map.n ? arena_join(lw->arena, STR("/"), spec->as.map.item[0].key) : (str){ "", 0 };
}

/* One setting of a feature that is said otherwise has no field. */
static void lose_setting(struct lowering *lw, const struct route *route, struct fact *fact, const struct annotation_row *row, enum loss loss)
{
	struct fact_list one = { 0 };
	struct loss_text text = {
		.code = loss == LOSS_AVAILABILITY ? DIAG_FEATURE_LOST_AVAILABILITY : DIAG_FEATURE_LOST_BEHAVIOUR, .loss = loss,
		.message = arena_printf(lw->arena, "%.*s cannot be said by %.*s", STR_ARG(fact->key), STR_ARG(target_words(lw))),
		.effect = arena_printf(lw->arena, "this is gone: %.*s", STR_ARG(row->meaning)),
		.help = row->advice,
	};
	fact_list_add(lw->arena, &one, fact);
	lose(lw, route, &one, &text);
}

static bool is_among(const struct fact_list *list, const struct fact *fact)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->item[i] == fact)
			return true;
	return false;
}

/* By another object of the rule. */
static bool is_carried(const struct draft *d, const struct fact *fact)
{
	for (size_t i = 0; i < d->policies.n; i++)
		for (size_t k = 0; k < d->policies.item[i].marks.n; k++)
			if (d->policies.item[i].marks.item[k].fact == fact)
				return true;
	return false;
}

/* One object of a step: what stands in it, and where. */
struct part {
	struct node *spec;
	struct template_places places;
	struct mark_list marks;
};

struct part_list {
	struct part *item;
	size_t n, cap;
};

static struct part_list parts_of(struct lowering *lw, const struct target_row *row, const struct said *said)
{
	struct part_list parts = { 0 };
	const struct node *template;
	for (size_t i = 0; (template = target_row_part(row, i)); i++) {
		struct part part = { 0 };
		part.spec = template_fill(lw->arena, template, &said->values, &part.places);
		if (part.spec)
			LIST_PUSH(lw->arena, &parts, part);
	}
	return parts;
}

static void carry_in(struct lowering *lw, struct part *part, struct fact *fact, const struct template_place *place)
{
	struct mark mark = { fact, place ? place->at : first_key(lw, part->spec) };
	LIST_PUSH(lw->arena, &part->marks, mark);
}

/* Every fact of the step is carried by the fields that it fills, by the object as a whole where it switches the feature on, or is lost. */
static void carry(struct lowering *lw, const struct route *route, const struct step *step, const struct said *said, const struct draft *d,
	struct part_list *parts)
{
	const struct feature *feature = mapping_feature(lw->mapping, step->feature);
	for (size_t i = 0; i < step->facts.n; i++) {
		struct fact *fact = step->facts.item[i];
		const struct annotation_row *row = fact_row(lw, fact);
		if (is_carried(d, fact))
			continue;
		/* the path of a Service is a part of the rewrite */
		const bool joined = step->kind == STEP_REWRITE && row && !str_eq(row->feature, step->feature);
		const bool whole = !row || joined || is_among(&said->carried, fact);
		bool carried = false;
		for (size_t k = 0; k < parts->n; k++) {
			struct part *part = &parts->item[k];
			const struct template_place *first = k == 0 && part->places.n ? &part->places.item[0] : NULL;
			const struct template_place *place = whole ? first : place_of(&part->places, row->field);
			if (place)
				carry_in(lw, part, fact, place);
			carried = carried || place;
		}
		if (!carried && turns_on(lw, fact, row))
			carry_in(lw, &parts->item[0], fact, NULL);
		else if (!carried && !lw->open)
			lose_setting(lw, route, fact, row, feature->loss == LOSS_SECURITY ? LOSS_BEHAVIOUR : feature->loss);
	}
}

static void say_difference(struct lowering *lw, const struct rule_place *at, const struct step *step, const struct target_row *row,
	const struct said *said)
{
	struct template_values words = said->values;
	struct str_list ignored = { 0 };
	str error;
	if (row->differs.n == 0)
		return;
	struct node *help = NULL;
	if (row->todo.n && template_fields(lw->arena, node_string(lw->arena, row->todo), &ignored, &error))
		help = template_fill(lw->arena, node_string(lw->arena, row->todo), &words, NULL);
	struct loss_text text = {
		.code = step->kind == STEP_CORS ? DIAG_CORS_DIFFERS : step->kind == STEP_REDIRECT ? DIAG_REDIRECT_DIFFERS : DIAG_POLICY_DIFFERS, .loss = LOSS_BEHAVIOUR,
		.message = arena_printf(lw->arena, "%.*s is said as %.*s, with a difference", STR_ARG(step_name(lw, step)), STR_ARG(row->policy)),
		.effect = row->differs,
		.help = help ? node_text(help) : (str){ "", 0 },
	};
	differ(lw, at->route, &step->facts, &text);
}

/* What replaces answers stands around what gives them (bodies are looked at first), and that in front of what changes the way to the backend. */
enum turn { TURN_AROUND, TURN_BODY, TURN_ANSWERS, TURN_CHANGES };

static enum turn turn_of(const struct step *step)
{
	if (step->kind == STEP_ERRORS)
		return TURN_AROUND;
	if (str_eq(step->feature, STR("body.size")))
		return TURN_BODY;
	return step->kind == STEP_GUARD || step->kind == STEP_CORS || step->kind == STEP_REDIRECT || step->gate
		? TURN_ANSWERS : TURN_CHANGES;
}

/* Each goes to its place among those that act in the order in which they stand; of equal ones the first stays the first. */
static void put_in_turn(struct draft *d)
{
	for (size_t k = 1; k < d->policies.n; k++)
		for (size_t i = k; i > 0 && d->policies.item[i - 1].turn > d->policies.item[i].turn; i--) {
			const struct rule_policy later = d->policies.item[i - 1];
			d->policies.item[i - 1] = d->policies.item[i];
			d->policies.item[i] = later;
		}
}

/* Of other filters: the first of the target's steps that one of its words is. */
static unsigned turn_of_words(const struct lowering *lw, const struct rule_policy *policy)
{
	unsigned turn = 0;
	while (turn < lw->target->steps.n) {
		for (size_t i = 0; i < policy->words.n; i++)
			if (str_eq(policy->words.item[i].feature, lw->target->steps.item[turn]))
				return turn + 1;
		turn++;
	}
	return turn + 1;
}

void policy_add(struct lowering *lw, const struct rule_place *at, const struct step *step, struct draft *d)
{
	const struct target_row *row = policy_row(lw, step);
	const struct policy_kind *kind = target_policy(lw->target, row->policy);
	struct said said;
	(void)said_of(lw, at->part ? at->part->owner : at->route->owner, step, &said);
	struct part_list parts = parts_of(lw, row, &said);
	say_difference(lw, at, step, row, &said);
	carry(lw, at->route, step, &said, d, &parts);
	for (size_t k = 0; k < parts.n; k++) {
		struct part *part = &parts.item[k];
		struct rule_policy *policy = policy_of_draft(lw, d, kind, policy_slot(lw->arena, kind, row->feature, part->spec));
		policy_merge(lw, policy, part->spec, &part->marks);
		struct policy_word word = { row->feature, said.values };
		LIST_PUSH(lw->arena, &policy->words, word);
		policy->guards = policy->guards || step->kind == STEP_GUARD;
		policy->answers = policy->answers || step->kind == STEP_CORS || step->kind == STEP_REDIRECT;
		policy->turn = kind->one_each ? turn_of(step) : kind->attaches == ATTACH_FILTER ? turn_of_words(lw, policy) : 0;
		for (size_t i = 0; i < part->marks.n; i++)
			LIST_PUSH(lw->arena, &policy->marks, part->marks.item[i]);
		for (size_t i = 0; i < said.grants.n; i++)
			LIST_PUSH(lw->arena, &policy->grants, said.grants.item[i]);
		if (kind->attaches == ATTACH_FILTER)
			put_in_turn(d);
	}
	headers_remove(lw, &row->hides, &(struct fact_list){ 0 }, d);
	headers_remove(lw, &row->tells, &(struct fact_list){ 0 }, d);
}

void policy_add_endless(struct lowering *lw, struct draft *d)
{
	const struct target_row *row = &lw->target->endless;
	struct mark_list none = { 0 };
	struct rule_policy *policy = policy_of_draft(lw, d, target_policy(lw->target, row->policy), (str){ "", 0 });
	const struct template_values empty = { 0 };
	policy_merge(lw, policy, template_fill(lw->arena, row->said, &empty, NULL), &none);
}

static bool has_word(const struct draft *d, str feature)
{
	for (size_t i = 0; i < d->policies.n; i++)
		for (size_t k = 0; k < d->policies.item[i].words.n; k++)
			if (str_eq(d->policies.item[i].words.item[k].feature, feature))
				return true;
	return false;
}

/* 0: none. */
static int64_t body_limit(const struct route *route)
{
	for (size_t i = 0; i < route->steps.n; i++)
		if (route->steps.item[i]->kind == STEP_BODY)
			return (int64_t)route->steps.item[i]->as.limit;
	return 0;
}

void policy_add_body(struct lowering *lw, const struct route *route, struct draft *d)
{
	static const str BODY = STR_INIT("body.size");
	const struct target_row *row = target_feature(lw->target, BODY);
	struct mark_list none = { 0 };
	struct template_values values = { 0 };
	int64_t usual, limit = body_limit(route);
	if (!quantity_read(lw->target->usual_body, &usual) || limit == usual || !row || !row->said || route->cases.n == 0 || has_word(d, BODY))
		return;
	const struct policy_kind *kind = target_policy(lw->target, row->policy);
	template_set_number(lw->arena, &values, STR("max"), limit);
	template_set_number(lw->arena, &values, STR("max.any"), limit);
	struct node *spec = template_fill(lw->arena, row->said, &values, NULL);
	if (!spec)
		return;
	struct rule_policy *policy = policy_of_draft(lw, d, kind, policy_slot(lw->arena, kind, BODY, spec));
	policy_merge(lw, policy, spec, &none);
	LIST_PUSH(lw->arena, &policy->words, ((struct policy_word){ BODY, values }));
}

void policies_end(struct lowering *lw, struct draft *d)
{
	size_t kept = 0;
	for (size_t i = 0; i < d->policies.n; i++) {
		const struct rule_policy *p = &d->policies.item[i];
		const bool stays = p->guards || p->answers;
		for (size_t j = 0; !stays && j < p->marks.n && !lw->open; j++)
			fact_idle(p->marks.item[j].fact, STR("every request is answered before anything is sent to the backend that this would change"));
		if (stays)
			d->policies.item[kept++] = *p;
	}
	d->policies.n = kept;
}
