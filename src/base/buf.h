/* SPDX-License-Identifier: Apache-2.0 */
/* Text under construction, in an arena, with a largest size (reached: the arena's escape is taken). */
#ifndef ING2GW_BASE_BUF_H
#define ING2GW_BASE_BUF_H

#include "base/arena.h"

struct buf {
	struct arena *arena;
	char *p;
	size_t n, cap, max;    /* bytes; max 0 means only the arena's limit */
};

void buf_init(struct buf *buf, struct arena *arena, size_t max);
void buf_add(struct buf *buf, str s);
void buf_add_char(struct buf *buf, char c);
void buf_fill(struct buf *buf, char c, size_t count);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_add_number(struct buf *buf, uint64_t number);   /* decimal */
/* s as a JSON string in quotes; invalid UTF-8 becomes U+FFFD. */
void buf_add_json(struct buf *buf, str s);
str buf_str(const struct buf *buf);

#endif
