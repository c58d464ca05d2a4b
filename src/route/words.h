/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of numbers, each kept once under a number of its own, which count up from 0 in the order in which the rows came. */
#ifndef ING2GW_ROUTE_WORDS_H
#define ING2GW_ROUTE_WORDS_H

#include "base/arena.h"

struct word_row {
	const uint32_t *word;
	uint32_t n, hash;
};

struct word_table {
	struct arena *arena;
	LIST(struct word_row) rows;
	uint32_t *slot;      /* number of a row, and one; 0: free */
	size_t cap;          /* a power of two, or 0 */
};

/* The number of the row, which is copied where it is new. */
uint32_t word_table_put(struct word_table *table, const uint32_t *word, size_t n, bool *is_new);

#endif
