/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of a map that occur twice, and merge keys. Large maps are sorted rather than hashed: nobody can choose keys that
 * make it slow.
 */
#include "doc/reading.h"

#include <stdlib.h>

enum { SMALL = 16, MOST_REPORTED = 100, LONGEST_NAMED = 100 };

struct entry {
	str key;
	size_t index;
};

static int compare(const void *pa, const void *pb)
{
	const struct entry *a = pa, *b = pb;
	int c = str_cmp(a->key, b->key);
	if (c)
		return c;
	return a->index < b->index ? -1 : a->index > b->index;
}

/* first[i] is the position where the key of pair i occurs first. Returns whether any occurs again. */
static bool find_small(const struct node *map, size_t *first)
{
	const struct pair *pair = map->as.map.item;
	bool again = false;
	for (size_t i = 0; i < map->as.map.n; i++) {
		first[i] = 0;
		while (!str_eq(pair[first[i]].key, pair[i].key))
			first[i]++;
		again = again || first[i] < i;
	}
	return again;
}

static bool find_large(struct arena *scratch, const struct node *map, size_t *first)
{
	size_t n = map->as.map.n;
	struct entry *entry = NEWS(scratch, struct entry, n);
	for (size_t i = 0; i < n; i++)
		entry[i] = (struct entry){ map->as.map.item[i].key, i };
	qsort(entry, n, sizeof *entry, compare);
	bool again = false;
	for (size_t i = 0, same = 0; i < n; i++) {
		if (!str_eq(entry[i].key, entry[same].key))
			same = i;
		first[entry[i].index] = entry[same].index;
		again = again || same < i;
	}
	return again;
}

static void report(struct reading *r, const struct pair *pair)
{
	/* A document of nothing but equal keys needs no million places. */
	if (r->duplicates++ >= MOST_REPORTED)
		return;
	struct diag_site site = { pair->key_at, (uint32_t)pair->key.n, STR("") };
	str quoted = pair->key.n > LONGEST_NAMED ? STR("a key") : arena_printf(r->scratch, "the key \"%.*s\"", STR_ARG(pair->key));
	struct diag *diag = diag_addf(r->reader->diags, DIAG_DUPLICATE_KEY, site, "%.*s stands twice in one map", STR_ARG(quoted));
	diag->effect = STR("the last one counts, as for kubectl; what stands before it is not used");
	diag->help = STR("take one of them away");
}

/* Leaves one pair of each key, where it occurs first. */
static void make_unique(struct reading *r, struct node *map, bool last_wins)
{
	size_t n = map->as.map.n, few[SMALL], out = 0;
	size_t *first = n <= SMALL ? few : NEWS(r->scratch, size_t, n);
	struct pair *pair = map->as.map.item;
	if (n <= SMALL ? !find_small(map, first) : !find_large(r->scratch, map, first))
		return;
	for (size_t i = 0; i < n; i++) {
		if (first[i] == i) {
			pair[out] = pair[i];
			/* From here on first[] of those that are kept says where they went. */
			first[i] = out++;
		} else if (last_wins) {
			report(r, &pair[i]);
			pair[first[first[i]]] = pair[i];
		}
	}
	map->as.map.n = out;
}

void reading_settle(struct reading *r, struct node *map)
{
	if (map->as.map.n > 1)
		make_unique(r, map, true);
}

void reading_merge(struct reading *r, struct node *map, struct node *const *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < from[i]->as.map.n; k++)
			LIST_PUSH(r->reader->arena, &map->as.map, from[i]->as.map.item[k]);
	if (map->as.map.n > 1)
		make_unique(r, map, false);
}
