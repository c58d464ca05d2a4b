/* SPDX-License-Identifier: Apache-2.0 */
/* Characters of texts: see text.h. */
#include "doc/text.h"

#include <string.h>

enum { STRIDE = 32 };

size_t text_char(str s, uint32_t *code)
{
	const unsigned char *p = (const unsigned char *)s.p;
	*code = p[0];
	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xC2 || p[0] > 0xF4)
		return 0;
	size_t n = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
	if (s.n < n)
		return 0;
	*code = p[0] & (0xFFu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		*code = *code << 6 | (p[i] & 0x3F);
	}
	/* Longer than needed, surrogates, past the last character. */
	if ((n == 3 && *code < 0x800) || (n == 4 && *code < 0x10000) || (*code >= 0xD800 && *code <= 0xDFFF) || *code > 0x10FFFF)
		return 0;
	return n;
}

/* Length of the ASCII at the start of s, eight bytes at a time. */
static size_t ascii_length(str s)
{
	size_t i = 0;
	while (i + 8 <= s.n) {
		uint64_t word;
		memcpy(&word, s.p + i, 8);
		if (word & UINT64_C(0x8080808080808080))
			break;
		i += 8;
	}
	while (i < s.n && (unsigned char)s.p[i] < 0x80)
		i++;
	return i;
}

size_t text_invalid(str s)
{
	size_t i = 0;
	while (i < s.n) {
		i += ascii_length(str_from(s, i));
		if (i == s.n)
			break;
		uint32_t code;
		size_t n = text_char(str_from(s, i), &code);
		if (n == 0)
			return i;
		i += n;
	}
	return s.n;
}

str text_cleaned(struct arena *arena, str s)
{
	static const char replacement[] = { '\xEF', '\xBF', '\xBD' };
	size_t bad = 0, i = 0;
	while ((i += text_invalid(str_from(s, i))) < s.n) {
		bad++;
		i++;
	}
	size_t size = s.n - bad + bad * sizeof replacement;
	char *p = arena_alloc(arena, 1, 1, size), *at = p;
	while (s.n > 0) {
		size_t good = text_invalid(s);
		memcpy(at, s.p, good);
		at += good;
		if (good < s.n) {
			memcpy(at, replacement, sizeof replacement);
			at += sizeof replacement;
			good++;
		}
		s = str_from(s, good);
	}
	return (str){ p, size };
}

bool text_is_yaml_char(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0x7E) || c == 0x85 || (c >= 0xA0 && c <= 0xD7FF)
		|| (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

bool text_is_visible(uint32_t c)
{
	if (c < 0xA1)
		return c >= 0x20 && c <= 0x7E;
	/* Soft hyphen; blanks, joiners, direction marks and line breaks of Unicode; private and unassigned ends of the planes. */
	if (c == 0xAD || (c >= 0x2000 && c <= 0x200F) || (c >= 0x2028 && c <= 0x202F) || (c >= 0x205F && c <= 0x206F))
		return false;
	if (c == 0x1680 || c == 0x3000 || c == 0xFEFF || (c >= 0xD800 && c <= 0xF8FF) || (c >= 0xFFF0 && c <= 0xFFFC))
		return false;
	return (c & 0xFFFF) < 0xFFFE && c < 0xE0000;
}

void char_index_init(struct char_index *index, struct arena *scratch, str text)
{
	*index = (struct char_index){ .text = text };
	size_t i = ascii_length(text), seen = 0;
	index->ascii = i == text.n;
	if (index->ascii)
		return;
	index->mark = NEWS(scratch, uint32_t, text.n / STRIDE + 1);
	for (i = 0; i < text.n; seen++) {
		uint32_t code;
		size_t n = text_char(str_from(text, i), &code);
		if (seen % STRIDE == 0)
			index->mark[index->n++] = (uint32_t)i;
		i += n ? n : 1;
	}
}

size_t char_index_offset(const struct char_index *index, size_t at)
{
	if (index->ascii)
		return at < index->text.n ? at : index->text.n;
	if (at / STRIDE >= index->n)
		return index->text.n;
	size_t i = index->mark[at / STRIDE];
	for (size_t left = at % STRIDE; left > 0 && i < index->text.n; left--) {
		uint32_t code;
		size_t n = text_char(str_from(index->text, i), &code);
		i += n ? n : 1;
	}
	return i;
}
