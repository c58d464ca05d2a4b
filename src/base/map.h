/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash map from text to pointer, in an arena. Keys are not copied. Nothing is ever taken out, and nobody iterates:
 * what needs an order keeps a list beside it.
 */
#ifndef ING2GW_BASE_MAP_H
#define ING2GW_BASE_MAP_H

#include "base/arena.h"

struct map_slot {
	str key;
	void *value;      /* NULL: free */
};

struct map {
	struct arena *arena;
	struct map_slot *slot;
	size_t n, cap;    /* cap is a power of two */
};

void map_init(struct map *map, struct arena *arena);
void *map_get(const struct map *map, str key);             /* NULL when absent */
void map_set(struct map *map, str key, void *value);       /* value is not NULL; replaces */

/* What a key is looked up by: the lowest bits are its slot, or the one that it is looked for from. For tests of collisions. */
uint64_t map_hash(str key);

/* The same with an address as the key; the map keeps its bytes. */
void *map_get_address(const struct map *map, const void *address);
void map_set_address(struct map *map, const void *address, void *value);

#endif
