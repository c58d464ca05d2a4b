/* SPDX-License-Identifier: Apache-2.0 */
/* Arenas and the lists that grow in them: see arena.h. */
#include "base/arena.h"

#include "base/format.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n)   ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define POISON(p, n)   ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

enum { BLOCK_SIZE = 64 * 1024 };

struct arena_block {
	struct arena_block *next;
	size_t size, used;
	max_align_t data[];
};

void arena_init(struct arena *arena, size_t limit, struct escape *escape)
{
	*arena = (struct arena){ NULL, 0, limit, escape };
}

void arena_release(struct arena *arena)
{
	while (arena->block) {
		struct arena_block *b = arena->block;
		arena->block = b->next;
		UNPOISON(b->data, b->size);
		free(b);
	}
	arena->used = 0;
}

void arena_close(void *arena)
{
	arena_release(arena);
}

void arena_reset(struct arena *arena)
{
	struct arena_block *keep = arena->block;
	if (!keep)
		return;
	arena->block = keep->next;
	arena_release(arena);
	keep->next = NULL;
	keep->used = 0;
	POISON(keep->data, keep->size);
	arena->block = keep;
	arena->used = keep->size;
}

void arena_adopt(struct arena *arena, struct arena *from)
{
	struct arena_block **end = &from->block;
	if (arena->limit && from->used > arena->limit - arena->used)
		escape_now(arena->escape);
	while (*end)
		end = &(*end)->next;
	/* behind the current block, which may still have room */
	*end = arena->block ? arena->block->next : NULL;
	if (arena->block)
		arena->block->next = from->block;
	else
		arena->block = from->block;
	arena->used += from->used;
	from->block = NULL;
	from->used = 0;
}

static struct arena_block *block_add(struct arena *arena, size_t need)
{
	size_t size = need > BLOCK_SIZE / 4 ? need : BLOCK_SIZE;
	if (size > SIZE_MAX - sizeof(struct arena_block) || (arena->limit && size > arena->limit - arena->used))
		escape_now(arena->escape);
	struct arena_block *b = malloc(sizeof *b + size);
	if (!b)
		escape_now(arena->escape);
	b->size = size;
	b->used = 0;
	POISON(b->data, size);
	arena->used += size;
	/* A block of its own for something large goes behind the current one, which may still have room. */
	if (size != BLOCK_SIZE && arena->block) {
		b->next = arena->block->next;
		arena->block->next = b;
	} else {
		b->next = arena->block;
		arena->block = b;
	}
	return b;
}

void *arena_alloc(struct arena *arena, size_t size, size_t align, size_t count)
{
	if (count && size > (SIZE_MAX - align) / count)
		escape_now(arena->escape);
	size_t need = size * count;
	struct arena_block *b = arena->block;
	size_t start = 0;
	if (b)
		start = (b->used + align - 1) / align * align;
	if (!b || start > b->size || need > b->size - start) {
		b = block_add(arena, need);
		start = 0;
	}
	char *p = (char *)b->data + start;
	b->used = start + need;
	UNPOISON(p, need);
	if (need)
		memset(p, 0, need);
	return p;
}

bool arena_extend(struct arena *arena, void *p, size_t old, size_t size)
{
	struct arena_block *b = arena->block;
	if (!b || !p || (char *)p + old != (char *)b->data + b->used || size - old > b->size - b->used)
		return false;
	UNPOISON((char *)p + old, size - old);
	memset((char *)p + old, 0, size - old);
	b->used += size - old;
	return true;
}

str arena_str(struct arena *arena, str s)
{
	return (str){ arena_cstr(arena, s), s.n };
}

const char *arena_cstr(struct arena *arena, str s)
{
	char *p = arena_alloc(arena, 1, 1, s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	return p;
}

str arena_join(struct arena *arena, str a, str b)
{
	char *p = arena_alloc(arena, 1, 1, a.n + b.n + 1);
	if (a.n)
		memcpy(p, a.p, a.n);
	if (b.n)
		memcpy(p + a.n, b.p, b.n);
	return (str){ p, a.n + b.n };
}

str arena_lower(struct arena *arena, str s)
{
	char *p = arena_alloc(arena, 1, 1, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		p[i] = char_lower(s.p[i]);
	return (str){ p, s.n };
}

str arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	size_t size;
	bool known = format_text(NULL, &size, format, args);
	if (!known) {
		int n = vsnprintf(NULL, 0, format, args);
		size = n < 0 ? 0 : (size_t)n;
	}
	char *p = arena_alloc(arena, 1, 1, size + 1);
	if (known)
		format_text(p, &size, format, again);
	else
		vsnprintf(p, size + 1, format, again);
	va_end(again);
	return (str){ p, size };
}

str arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	str s = arena_vprintf(arena, format, args);
	va_end(args);
	return s;
}

void *list_grow(struct arena *arena, void *items, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return items;
	/* most lists of something large have one element */
	size_t more = *cap ? *cap * 2 : size > 64 ? 1 : 4;
	if (*cap && arena_extend(arena, items, *cap * size, more * size)) {
		*cap = more;
		return items;
	}
	void *p = arena_alloc(arena, size, _Alignof(max_align_t), more);
	if (n)
		memcpy(p, items, n * size);
	*cap = more;
	return p;
}

bool str_list_has(const struct str_list *list, str s)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->item[i], s))
			return true;
	return false;
}

void str_list_add_new(struct arena *arena, struct str_list *list, str s)
{
	if (!str_list_has(list, s))
		LIST_PUSH(arena, list, s);
}

static int compare(const void *a, const void *b)
{
	return str_cmp(*(const str *)a, *(const str *)b);
}

void str_list_sort(struct str_list *list)
{
	if (list->n)
		qsort(list->item, list->n, sizeof *list->item, compare);
}

str str_list_join(struct arena *arena, const struct str_list *list, str separator)
{
	size_t n = 0;
	for (size_t i = 0; i < list->n; i++)
		n += list->item[i].n + (i ? separator.n : 0);
	char *p = arena_alloc(arena, 1, 1, n + 1), *at = p;
	for (size_t i = 0; i < list->n; i++) {
		if (i && separator.n) {
			memcpy(at, separator.p, separator.n);
			at += separator.n;
		}
		if (list->item[i].n)
			memcpy(at, list->item[i].p, list->item[i].n);
		at += list->item[i].n;
	}
	return (str){ p, n };
}
