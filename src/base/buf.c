/* SPDX-License-Identifier: Apache-2.0 */
/* Text under construction: see buf.h. */
#include "base/buf.h"

#include <string.h>

void buf_init(struct buf *buf, struct arena *arena, size_t max)
{
	*buf = (struct buf){ arena, NULL, 0, 0, max };
}

static void reserve(struct buf *buf, size_t more)
{
	if (buf->max && more > buf->max - buf->n)
		escape_now(buf->arena->escape);
	if (more <= buf->cap - buf->n)
		return;
	size_t cap = buf->cap ? buf->cap * 2 : 64;
	while (cap - buf->n < more)
		cap *= 2;
	if (arena_extend(buf->arena, buf->p, buf->cap, cap)) {
		buf->cap = cap;
		return;
	}
	char *p = arena_alloc(buf->arena, 1, 1, cap);
	if (buf->n)
		memcpy(p, buf->p, buf->n);
	buf->p = p;
	buf->cap = cap;
}

void buf_add(struct buf *buf, str s)
{
	reserve(buf, s.n);
	if (s.n)
		memcpy(buf->p + buf->n, s.p, s.n);
	buf->n += s.n;
}

void buf_add_char(struct buf *buf, char c)
{
	buf_add(buf, (str){ &c, 1 });
}

void buf_fill(struct buf *buf, char c, size_t count)
{
	reserve(buf, count);
	if (count)
		memset(buf->p + buf->n, c, count);
	buf->n += count;
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	buf_add(buf, arena_vprintf(buf->arena, format, args));
	va_end(args);
}

void buf_add_number(struct buf *buf, uint64_t number)
{
	char digits[20];
	size_t at = sizeof digits;
	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	buf_add(buf, (str){ digits + at, sizeof digits - at });
}

/* Length of the well-formed UTF-8 sequence at the start of s; 0 when there is none (RFC 3629, section 4). */
static size_t utf8_length(str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t n;
	unsigned char low = 0x80, high = 0xBF;
	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xC2 && p[0] <= 0xDF) {
		n = 2;
	} else if (p[0] >= 0xE0 && p[0] <= 0xEF) {
		n = 3;
		low = p[0] == 0xE0 ? 0xA0 : 0x80;
		high = p[0] == 0xED ? 0x9F : 0xBF;
	} else if (p[0] >= 0xF0 && p[0] <= 0xF4) {
		n = 4;
		low = p[0] == 0xF0 ? 0x90 : 0x80;
		high = p[0] == 0xF4 ? 0x8F : 0xBF;
	} else {
		return 0;
	}
	if (s.n < n || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if (p[i] < 0x80 || p[i] > 0xBF)
			return 0;
	return n;
}

/* How many characters at the start of s stand in JSON as they are; those that are not ASCII do not count. */
static size_t plain_length(str s)
{
	size_t n = 0;
	while (n < s.n && s.p[n] >= 0x20 && s.p[n] < 0x7f && s.p[n] != '"' && s.p[n] != '\\')
		n++;
	return n;
}

void buf_add_json(struct buf *buf, str s)
{
	buf_add_char(buf, '"');
	for (;;) {
		size_t plain = plain_length(s);
		buf_add(buf, str_slice(s, 0, plain));
		s = str_from(s, plain);
		if (!s.n)
			break;
		unsigned char c = (unsigned char)s.p[0];
		size_t n = utf8_length(s);
		if (c == '"' || c == '\\') {
			buf_add_char(buf, '\\');
			buf_add_char(buf, (char)c);
		} else if (c == '\n') {
			buf_add(buf, STR("\\n"));
		} else if (c == '\t') {
			buf_add(buf, STR("\\t"));
		} else if (c < 0x20 || c == 0x7f) {
			buf_printf(buf, "\\u%04x", c);
		} else if (n == 0) {
			buf_add(buf, STR("\xEF\xBF\xBD"));
		} else {
			buf_add(buf, str_slice(s, 0, n));
		}
		s = str_from(s, n ? n : 1);
	}
	buf_add_char(buf, '"');
}

str buf_str(const struct buf *buf)
{
	return (str){ buf->p ? buf->p : "", buf->n };
}
