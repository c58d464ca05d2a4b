/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that is freed as a whole. Allocation never returns NULL: when the system's memory or the arena's limit is
 * exhausted it leaves through escape_now(). Everything is zeroed. A function that allocates says from which arena by
 * the name of its parameter: `arena` lives as long as the run, `scratch` until the caller resets it.
 */
#ifndef ING2GW_BASE_ARENA_H
#define ING2GW_BASE_ARENA_H

#include "base/escape.h"
#include "base/str.h"

#include <stdarg.h>
#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *block;   /* newest first */
	size_t used, limit;          /* bytes in all blocks; 0 means no limit */
	struct escape *escape;
};

/* limit: bytes the arena may hold, 0 for no limit. escape must outlive the arena. */
void arena_init(struct arena *arena, size_t limit, struct escape *escape);
void arena_reset(struct arena *arena);     /* empty, ready again */
void arena_release(struct arena *arena);
void arena_close(void *arena);             /* the same, as escape_watch() takes it */

/* Takes over all memory of another arena, which is empty then; texts and pointers stay good. */
void arena_adopt(struct arena *arena, struct arena *from);

void *arena_alloc(struct arena *arena, size_t size, size_t align, size_t count);

/* Makes the newest allocation larger where it stands; what is new is zeroed. False: there is no room, or it is not the newest. */
bool arena_extend(struct arena *arena, void *p, size_t old, size_t size);

#define NEW(a, T)     ((T *)arena_alloc((a), sizeof(T), _Alignof(T), 1))
#define NEWS(a, T, n) ((T *)arena_alloc((a), sizeof(T), _Alignof(T), (n)))

/* Copies into the arena. arena_cstr() adds a terminator for calls of libraries. */
str arena_str(struct arena *arena, str s);
const char *arena_cstr(struct arena *arena, str s);
str arena_join(struct arena *arena, str a, str b);
str arena_lower(struct arena *arena, str s);        /* ASCII letters */
str arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
str arena_vprintf(struct arena *arena, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/*
 * A growing list in an arena:
 *
 *	LIST(struct rule) rules = { 0 };
 *	LIST_PUSH(arena, &rules, rule);
 */
#define LIST(T) struct { T *item; size_t n, cap; }
#define LIST_PUSH(a, l, value) do { \
		(l)->item = list_grow((a), (l)->item, (l)->n, &(l)->cap, sizeof *(l)->item); \
		(l)->item[(l)->n++] = (value); \
	} while (0)

void *list_grow(struct arena *arena, void *items, size_t n, size_t *cap, size_t size);

/* A list of texts, the most common one. */
struct str_list {
	str *item;
	size_t n, cap;
};

bool str_list_has(const struct str_list *list, str s);
void str_list_add_new(struct arena *arena, struct str_list *list, str s);   /* unless it is there */
void str_list_sort(struct str_list *list);
str str_list_join(struct arena *arena, const struct str_list *list, str separator);

#endif
