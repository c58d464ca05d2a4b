/* SPDX-License-Identifier: Apache-2.0 */
#include "route/words.h"

#include <string.h>

static uint32_t hash(const uint32_t *word, size_t n)
{
	uint64_t h = UINT64_C(0x9E3779B97F4A7C15) ^ n;
	for (size_t i = 0; i < n; i++) {
		h = (h ^ word[i]) * UINT64_C(0xD6E8FEB86659FD93);
		h ^= h >> 32;
	}
	return (uint32_t)h;
}

static void grow(struct word_table *t)
{
	t->cap = t->cap ? t->cap * 2 : 16;
	t->slot = NEWS(t->arena, uint32_t, t->cap);
	for (size_t i = 0; i < t->rows.n; i++) {
		size_t at = t->rows.item[i].hash & (t->cap - 1);
		while (t->slot[at])
			at = (at + 1) & (t->cap - 1);
		t->slot[at] = (uint32_t)i + 1;
	}
}

uint32_t word_table_put(struct word_table *t, const uint32_t *word, size_t n, bool *is_new)
{
	if (t->rows.n * 3 >= t->cap * 2)
		grow(t);
	uint32_t h = hash(word, n);
	size_t at = h & (t->cap - 1);
	for (; t->slot[at]; at = (at + 1) & (t->cap - 1)) {
		const struct word_row *row = &t->rows.item[t->slot[at] - 1];
		if (row->hash == h && row->n == n && (n == 0 || memcmp(row->word, word, n * sizeof *word) == 0)) {
			*is_new = false;
			return t->slot[at] - 1;
		}
	}
	uint32_t *copy = NEWS(t->arena, uint32_t, n ? n : 1);
	if (n)
		memcpy(copy, word, n * sizeof *word);
	struct word_row row = { copy, (uint32_t)n, h };
	LIST_PUSH(t->arena, &t->rows, row);
	t->slot[at] = (uint32_t)t->rows.n;
	*is_new = true;
	return (uint32_t)t->rows.n - 1;
}
