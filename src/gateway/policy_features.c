/* SPDX-License-Identifier: Apache-2.0 */
/* Policies read back by the rows that write them: see policy_features.h. */
#include "gateway/policy_features.h"

/* ---- whose kind it is ---- */

static const struct policy_kind *kind_of(const struct target_table *target, str group, str kind)
{
	const struct policy_kind *found = target ? target_policy(target, kind) : NULL;
	return found && str_eq(found->group, group) ? found : NULL;
}

/* A target that extends another one has its kinds as well: the one that they come from counts. */
static const struct target_table *target_of(const struct mapping *mapping, str group, str kind)
{
	for (size_t i = 0; i < mapping->targets.n; i++) {
		const struct target_table *t = mapping->targets.item[i];
		if (kind_of(t, group, kind) && !(t->extends.n && kind_of(mapping_target(mapping, t->extends), group, kind)))
			return t;
	}
	return NULL;
}

const struct policy_kind *policy_kind_of(const struct mapping *mapping, str group, str kind)
{
	return kind_of(mapping ? target_of(mapping, group, kind) : NULL, group, kind);
}

/* ---- copies, for the tree goes ---- */

static str copy(struct arena *arena, str text)
{
	return text.n ? arena_str(arena, text) : (str){ "", 0 };
}

static struct template_values own_values(struct arena *arena, const struct template_values *values)
{
	struct template_values own = { 0 };
	for (size_t i = 0; i < values->n; i++) {
		struct template_value v = values->item[i];
		v.name = copy(arena, v.name);
		v.text = copy(arena, v.text);
		v.list = (struct str_list){ 0 };
		for (size_t k = 0; k < values->item[i].list.n; k++)
			LIST_PUSH(arena, &v.list, copy(arena, values->item[i].list.item[k]));
		LIST_PUSH(arena, &own, v);
	}
	return own;
}

/* Without what says where it applies; where all of the object is what it says, without what it is. */
static struct node *without_targets(struct arena *arena, const struct node *spec, bool bare)
{
	static const str TARGETS[] = { STR_INIT("targetRef"), STR_INIT("targetRefs"), STR_INIT("targetSelectors") };
	static const str NAMES[] = { STR_INIT("apiVersion"), STR_INIT("kind"), STR_INIT("metadata"), STR_INIT("status") };
	struct node *rest = node_map(arena);
	for (size_t i = 0; spec && spec->kind == NODE_MAP && i < spec->as.map.n; i++) {
		bool other = false;
		for (size_t k = 0; !bare && k < sizeof TARGETS / sizeof *TARGETS; k++)
			other = other || str_eq(spec->as.map.item[i].key, TARGETS[k]);
		for (size_t k = 0; bare && k < sizeof NAMES / sizeof *NAMES; k++)
			other = other || str_eq(spec->as.map.item[i].key, NAMES[k]);
		if (!other)
			node_set(arena, rest, spec->as.map.item[i].key, spec->as.map.item[i].value);
	}
	return rest;
}

/* ---- rows ---- */

struct reading {
	struct taking taking;
	struct policy_words *out;
	LIST(struct template_places) places;    /* of each feature of out */
};

/* Keys of templates have nothing in them that a pointer writes otherwise. */
static struct place place_in(const struct node *tree, str pointer)
{
	str rest = str_from(pointer, 1), step;
	const struct node *node = tree;
	while (rest.n && node) {
		uint64_t index = 0;
		str_cut(rest, '/', &step, &rest);
		if (node->kind == NODE_LIST)
			node = str_to_u64(step, SIZE_MAX, &index) && index < node->as.list.n ? node->as.list.item[index] : NULL;
		else
			node = node_get(node, step);
	}
	return node ? node->at : tree->at;
}

/* False: the template is no part of the spec. */
static bool take_row(struct reading *r, str name, const struct node *said)
{
	struct arena *arena = r->taking.arena;
	struct template_values values = { 0 };
	struct template_places places = { 0 };
	if (!template_take(&r->taking, said, &values, &places))
		return false;
	struct policy_feature feature = { name, own_values(arena, &values), r->taking.tree->at };
	if (places.n)
		feature.at = place_in(r->taking.tree, places.item[0].at);
	LIST_PUSH(arena, &r->out->features, feature);
	LIST_PUSH(arena, &r->places, places);
	return true;
}

/* Of several templates each is an object of its own. */
static void take_parts(struct reading *r, const struct target_row *row)
{
	const struct node *part;
	for (size_t i = 0; (part = target_row_part(row, i)) && !take_row(r, row->feature, part); i++)
		;
}

/* One that counts for this version is among them. */
static bool is_current(const struct target_table *target, const struct target_row *row)
{
	for (size_t i = 0; i < target->features.n; i++)
		if (target->features.item[i].said == row->said)
			return true;
	return false;
}

/* How other versions of the implementation are told the same. */
static void take_other_versions(struct reading *r, const struct target_row *rows, size_t n, str kind)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].said && str_eq(rows[i].policy, kind) && rows[i].read_as.n == 0 && !is_current(r->out->target, &rows[i]))
			take_parts(r, &rows[i]);
}

/* ---- lists in which the order means something ---- */

/* The elements of a list that a feature has: the first and the last. False: none. */
static bool elements_of(const struct reading *r, str feature, str list, uint64_t *first, uint64_t *last)
{
	bool some = false;
	for (size_t i = 0; i < r->out->features.n; i++) {
		const struct template_places *places = &r->places.item[i];
		for (size_t k = 0; str_eq(r->out->features.item[i].name, feature) && k < places->n; k++) {
			uint64_t index;
			str number, rest, at = places->item[k].at;
			if (!str_starts(at, list) || str_from(at, list.n).n < 2)
				continue;
			str_cut(str_from(at, list.n + 1), '/', &number, &rest);
			if (!str_to_u64(number, SIZE_MAX, &index))
				continue;
			*first = !some || index < *first ? index : *first;
			*last = !some || index > *last ? index : *last;
			some = true;
		}
	}
	return some;
}

static void check_order(struct reading *r, const struct merge_rule *rule)
{
	uint64_t end = 0, first = 0, last = 0;
	bool some = false;
	for (size_t i = 0; i < rule->order.n; i++) {
		if (!elements_of(r, rule->order.item[i], rule->field, &first, &last))
			continue;
		if (some && first < end) {
			struct template_leaf leaf = { rule->field, place_in(r->taking.tree, rule->field) };
			LIST_PUSH(r->taking.arena, &r->out->unknown, leaf);
			return;
		}
		end = last;
		some = true;
	}
}

/* What changes nothing for requests need not be understood. */
static void drop_inert(struct policy_words *words)
{
	size_t kept = 0;
	for (size_t i = 0; i < words->unknown.n; i++) {
		str field, rest;
		str_cut(str_from(words->unknown.item[i].pointer, 1), '/', &field, &rest);
		if (!str_list_has(&words->kind->inert, field))
			words->unknown.item[kept++] = words->unknown.item[i];
	}
	words->unknown.n = kept;
}

bool policy_features(struct arena *arena, const struct mapping *mapping, str group, str kind, const struct node *spec, struct policy_words *out)
{
	struct reading r = { .out = out };
	*out = (struct policy_words){ .target = target_of(mapping, group, kind) };
	if (!out->target)
		return false;
	out->kind = kind_of(out->target, group, kind);
	taking_start(&r.taking, arena, without_targets(arena, spec, out->kind->bare), out->kind);
	for (size_t i = 0; i < out->target->features.n; i++) {
		const struct target_row *row = &out->target->features.item[i];
		if (row->said && str_eq(row->policy, kind) && row->read_as.n == 0)
			take_parts(&r, row);
	}
	take_other_versions(&r, out->target->plain.item, out->target->plain.n, kind);
	take_other_versions(&r, out->target->gated.item, out->target->gated.n, kind);
	if (str_eq(out->target->endless.policy, kind))
		(void)take_row(&r, STR("timeout.request"), out->target->endless.said);
	if (str_eq(out->target->override.policy, kind))
		(void)take_row(&r, STR(POLICY_OVERRIDE), out->target->override.said);
	if (str_eq(out->target->refused.policy, kind))
		(void)take_row(&r, STR(POLICY_REFUSED), out->target->refused.said);
	if (str_eq(out->target->answer.policy, kind))
		(void)take_row(&r, STR(POLICY_ANSWER), out->target->answer.said);
	if (str_eq(out->target->order.row.policy, kind))
		(void)take_row(&r, STR(POLICY_ORDER), out->target->order.row.said);
	taking_rest(&r.taking, &out->unknown);
	drop_inert(out);
	for (size_t i = 0; i < out->kind->merge.n; i++)
		if (out->kind->merge.item[i].order.n)
			check_order(&r, &out->kind->merge.item[i]);
	return true;
}
