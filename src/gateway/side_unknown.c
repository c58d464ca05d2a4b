/* SPDX-License-Identifier: Apache-2.0 */
/* Policies by what they apply to, those of kinds that are not known among them: see side_build.h. */
#include "gateway/side_build.h"

struct policy_target {
	const struct unknown *unknown;
	const struct read_policy *policy;
	bool counts;                     /* it is understood what it does there */
	str section;                     /* or empty */
};

struct policy_list {
	struct policy_target *item;
	size_t n, cap;
};

static str target_key(struct arena *arena, str group, str kind, str namespace, str name)
{
	return arena_printf(arena, "%.*s/%.*s/%.*s/%.*s", STR_ARG(group), STR_ARG(kind), STR_ARG(namespace), STR_ARG(name));
}

const struct unknown *side_new_unknown(struct build *b, str text, struct place at)
{
	struct unknown *u = NEW(b->arena, struct unknown);
	*u = (struct unknown){ text, at };
	return u;
}

static void add_target(struct build *b, const struct unknown *u, const struct read_policy *policy, const struct read_ref *ref)
{
	/* a class has no namespace */
	str namespace = str_eq(ref->kind, STR("GatewayClass")) ? STR("") : ref->namespace;
	str key = target_key(b->arena, ref->group, ref->kind, namespace, ref->name);
	struct policy_list *list = map_get(&b->policies, key);
	struct policy_target target = { u, policy, side_policy_counts(b, policy, ref), ref->section };
	if (!list) {
		list = NEW(b->arena, struct policy_list);
		map_set(&b->policies, key, list);
	}
	LIST_PUSH(b->arena, list, target);
}

void side_index_policies(struct build *b)
{
	map_init(&b->policies, b->arena);
	for (size_t i = 0; i < b->side->policies.n; i++) {
		const struct read_policy *p = b->side->policies.item[i];
		str text = arena_printf(b->arena, "%.*s %.*s/%.*s", STR_ARG(p->kind), STR_ARG(p->meta.namespace), STR_ARG(p->meta.name));
		const struct unknown *u = side_new_unknown(b, text, p->meta.at);
		for (size_t k = 0; k < p->targets.n; k++)
			add_target(b, u, p, &p->targets.item[k]);
	}
}

void side_unknown(const struct build *b, str group, str kind, str namespace, str name, str section,
	const struct unknown ***item, size_t *n, size_t *cap)
{
	const str names[] = { name, STR_INIT("") };
	for (size_t k = 0; k < 2; k++) {
		const struct policy_list *list = map_get(&b->policies, target_key(b->arena, group, kind, namespace, names[k]));
		for (size_t i = 0; list && i < list->n; i++) {
			if (!str_eq(list->item[i].section, section) || list->item[i].counts)
				continue;
			*item = list_grow(b->arena, *item, *n, cap, sizeof **item);
			(*item)[(*n)++] = list->item[i].unknown;
		}
	}
}

const struct read_policy *side_policy_at(const struct build *b, const struct side_part *at, size_t n)
{
	const struct policy_list *list = map_get(&b->policies, target_key(b->arena, at->group, at->kind, at->namespace, at->name));
	for (size_t i = 0; list && i < list->n; i++)
		if (list->item[i].counts && str_eq(list->item[i].section, at->section) && n-- == 0)
			return list->item[i].policy;
	return NULL;
}
