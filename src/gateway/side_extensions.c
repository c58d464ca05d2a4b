/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that name filters of an implementation: with some of them a filter that is not there, or that refers to what is not there, makes its
 * rule one that is not written. See side_build.h.
 */
#include "gateway/side_build.h"

/* What its features refer to is there, or not known to be absent. */
static bool refers_well(const struct build *b, const struct read_policy *p)
{
	for (size_t i = 0; b->world->closed && i < p->words.features.n; i++) {
		const struct template_values *values = &p->words.features.item[i].values;
		const struct template_value *digest = template_value(values, STR("secret.digest")), *secret = digest ? digest : template_value(values, STR("secret"));
		if (secret && !snapshot_secret(b->world->snapshot, p->meta.namespace, secret->text))
			return false;
	}
	return true;
}

const struct read_policy *side_filter_policy(const struct build *b, const struct read_meta *owner, const struct read_filter *f)
{
	const struct read_policy *p = f->kind == FILTER_EXTENSION ? gateway_side_policy(b->side, f->ref.group, f->ref.kind, owner->namespace, f->ref.name) : NULL;
	return p && p->known && p->words.kind->attaches == ATTACH_FILTER ? p : NULL;
}

/* The first of the target's steps that the object says; behind all: none. */
static size_t turn_of(const struct read_policy *p)
{
	const struct str_list *steps = &p->words.target->steps;
	for (size_t turn = 0; turn < steps->n; turn++)
		for (size_t i = 0; i < p->words.features.n; i++)
			if (str_eq(p->words.features.item[i].name, steps->item[turn]))
				return turn;
	return steps->n;
}

const struct read_policy *side_filter_out_of_turn(const struct build *b, const struct read_meta *owner, const struct read_rule *rule)
{
	size_t last = 0;
	for (size_t i = 0; i < rule->filters.n; i++) {
		const struct read_policy *p = side_filter_policy(b, owner, &rule->filters.item[i]);
		if (!p || p->words.kind->sorted || p->words.kind->one_each)
			continue;
		size_t turn = turn_of(p);
		if (turn < last)
			return p;
		last = turn;
	}
	return NULL;
}

static bool stands(const struct build *b, const struct read_route *route, const struct read_ref *to)
{
	const struct policy_kind *kind = policy_kind_of(b->side->mapping, to->group, to->kind);
	const struct read_policy *p = gateway_side_policy(b->side, to->group, to->kind, route->meta.namespace, to->name);
	if (!kind || !kind->drops_rule)
		return true;
	if (!p || !p->known)
		return !b->world->closed;
	return !(kind->one_each && p->words.features.n > 1) && refers_well(b, p);
}

bool side_rule_stands(const struct build *b, const struct read_route *route, const struct read_rule *rule)
{
	for (size_t i = 0; i < rule->filters.n; i++)
		if (rule->filters.item[i].kind == FILTER_EXTENSION && !stands(b, route, &rule->filters.item[i].ref))
			return false;
	return true;
}
