/* SPDX-License-Identifier: Apache-2.0 */
/* Lengths of regular expressions: see ranks.h. */
#include "targets/ranks.h"

#include "base/map.h"
#include "targets/expressions.h"

/* Of the rules of one group that stand behind: their longest expression, and the longest of those that lead somewhere. */
struct behind {
	size_t longest, leads;
	const struct route_part *part;   /* the only one that has an expression of the longest length, or NULL */
};

/* Rules of one route that are equal in all else are tried as they stand, as long as the route is not split. */
enum { RULES_TOGETHER = 16 };

struct http_rule *added_rule(const struct added *a)
{
	return &a->part->rules.item[a->rule].rule;
}

static bool is_regex(const struct http_match *m)
{
	return str_eq(m->path.type, STR("RegularExpression"));
}

/* True when it has become longer. */
static bool lengthen(struct arena *arena, struct http_match *m, size_t past)
{
	size_t before = m->path.value.n;
	while (m->path.value.n <= past && past + 2 <= PATH_VALUE_MOST)
		m->path.value = arena_join(arena, m->path.value, STR("()"));
	return m->path.value.n > before;
}

static struct behind *behind_of(struct arena *arena, struct map *by_group, const struct added *a)
{
	const struct form *group = a->form->group;
	str key = group ? group->head : (str){ "", 0 };
	struct behind *behind = map_get(by_group, key);
	if (!behind) {
		behind = NEW(arena, struct behind);
		map_set(by_group, key, behind);
	}
	return behind;
}

static bool keep_rank(struct arena *arena, const struct added *a, const struct behind *behind, struct http_match *m)
{
	bool changed = a->closed && lengthen(arena, m, behind->leads);
	bool together = behind->part == a->part && a->part->rules.n <= RULES_TOGETHER;
	if (m->path.value.n < behind->longest || (m->path.value.n == behind->longest && !together))
		changed = lengthen(arena, m, behind->longest) || changed;
	return changed;
}

static void count_rank(const struct added *a, const struct http_match *m, struct behind *behind)
{
	size_t n = m->path.value.n;
	if (!a->closed && n > behind->leads)
		behind->leads = n;
	if (n == behind->longest && behind->part != a->part)
		behind->part = NULL;
	if (n > behind->longest) {
		behind->longest = n;
		behind->part = a->part;
	}
}

void ranks_keep(struct arena *arena, const struct added_list *added)
{
	struct map by_group;
	map_init(&by_group, arena);
	for (size_t i = added->n; i-- > 0;) {
		const struct added *a = &added->item[i];
		struct http_rule *rule = added_rule(a);
		struct behind *behind = behind_of(arena, &by_group, a);
		const struct behind before = *behind;
		bool changed = false;
		for (size_t j = 0; j < rule->matches.n; j++) {
			if (!is_regex(&rule->matches.item[j]))
				continue;
			changed = keep_rank(arena, a, &before, &rule->matches.item[j]) || changed;
			count_rank(a, &rule->matches.item[j], behind);
		}
		if (changed && a->form->expression && !a->closed)
			rule->comment = arena_join(arena, rule->comment, STR("; the empty groups keep it in front of the next"));
	}
}
