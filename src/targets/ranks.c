/* SPDX-License-Identifier: Apache-2.0 */
/* Lengths of regular expressions: see ranks.h. */
#include "targets/ranks.h"

#include <stdlib.h>

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

bool expression_lengthen(struct arena *arena, struct http_match *m, size_t past)
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
	bool changed = a->closed && expression_lengthen(arena, m, behind->leads);
	bool together = behind->part == a->part && a->part->rules.n <= RULES_TOGETHER;
	if (m->path.value.n < behind->longest || (m->path.value.n == behind->longest && !together))
		changed = expression_lengthen(arena, m, behind->longest) || changed;
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

static void keep_rule(struct arena *arena, const struct added *a, const struct behind *before, struct behind *behind)
{
	struct http_rule *rule = added_rule(a);
	bool changed = false;
	for (size_t j = 0; j < rule->matches.n; j++) {
		struct http_match *m = &rule->matches.item[j];
		if (!is_regex(m))
			continue;
		changed = keep_rank(arena, a, before, m) || changed;
		count_rank(a, m, behind);
	}
	if (changed && a->form->expression && !a->closed)
		rule->comment = arena_join(arena, rule->comment, STR("; the empty groups keep it in front of the next"));
}

static int by_place(const void *a, const void *b)
{
	const struct added *x = *(const struct added *const *)a, *y = *(const struct added *const *)b;
	if (x->form->place != y->form->place)
		return x->form->place < y->form->place ? -1 : 1;
	return x < y ? -1 : x > y;
}

void ranks_keep(struct arena *arena, const struct added_list *added)
{
	const struct added **sorted = NEWS(arena, const struct added *, added->n);
	struct map by_group;
	map_init(&by_group, arena);
	for (size_t i = 0; i < added->n; i++)
		sorted[i] = &added->item[i];
	if (added->n)
		qsort(sorted, added->n, sizeof *sorted, by_place);
	for (size_t end = added->n, begin; end > 0; end = begin) {
		struct behind *behind = behind_of(arena, &by_group, sorted[end - 1]);
		const struct behind before = *behind;
		for (begin = end; begin > 0 && sorted[begin - 1]->form->place == sorted[end - 1]->form->place; begin--)
			keep_rule(arena, sorted[begin - 1], &before, behind);
	}
}
