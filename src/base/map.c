/* SPDX-License-Identifier: Apache-2.0 */
/* Hash map with open addressing: see map.h. */
#include "base/map.h"

void map_init(struct map *map, struct arena *arena)
{
	*map = (struct map){ arena, NULL, 0, 0 };
}

/* Nobody iterates a map, so what it hashes by shows nowhere: eight bytes at a time. */
uint64_t map_hash(str s)
{
	static const uint64_t FACTOR = 0x9E3779B97F4A7C15u;
	uint64_t h = s.n * FACTOR, word;
	for (; s.n >= sizeof word; s = str_from(s, sizeof word)) {
		memcpy(&word, s.p, sizeof word);
		h = (h ^ word) * FACTOR;
		h ^= h >> 32;
	}
	word = 0;
	if (s.n)
		memcpy(&word, s.p, s.n);
	h = (h ^ word) * FACTOR;
	return h ^ h >> 32;
}

static struct map_slot *slot_of(struct map_slot *slot, size_t cap, str key)
{
	size_t i = (size_t)map_hash(key) & (cap - 1);
	while (slot[i].value && !str_eq(slot[i].key, key))
		i = (i + 1) & (cap - 1);
	return &slot[i];
}

void *map_get(const struct map *map, str key)
{
	return map->cap ? slot_of(map->slot, map->cap, key)->value : NULL;
}

void map_set(struct map *map, str key, void *value)
{
	if (map->n >= map->cap / 2) {
		size_t cap = map->cap ? map->cap * 2 : 16;
		struct map_slot *more = NEWS(map->arena, struct map_slot, cap);
		for (size_t i = 0; i < map->cap; i++)
			if (map->slot[i].value)
				*slot_of(more, cap, map->slot[i].key) = map->slot[i];
		map->slot = more;
		map->cap = cap;
	}
	struct map_slot *s = slot_of(map->slot, map->cap, key);
	if (!s->value)
		map->n++;
	*s = (struct map_slot){ key, value };
}

static str bytes_of(const void *const *address)
{
	return (str){ (const char *)address, sizeof *address };
}

void *map_get_address(const struct map *map, const void *address)
{
	return map_get(map, bytes_of(&address));
}

void map_set_address(struct map *map, const void *address, void *value)
{
	const void **key = NEW(map->arena, const void *);
	*key = address;
	map_set(map, bytes_of(key), value);
}
