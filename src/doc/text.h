/* SPDX-License-Identifier: Apache-2.0 */
/* Characters of texts: UTF-8 (RFC 3629), and the way from libyaml's character numbers back to bytes. Inside this room only. */
#ifndef ING2GW_DOC_TEXT_H
#define ING2GW_DOC_TEXT_H

#include "base/arena.h"

/* Length of the well-formed UTF-8 sequence at the start of s, which is not empty; 0 when there is none. */
size_t text_char(str s, uint32_t *code);

/* Offset of the first byte that belongs to no well-formed sequence; s.n when there is none. */
size_t text_invalid(str s);

/* A copy in which each invalid byte is one U+FFFD. */
str text_cleaned(struct arena *arena, str s);

/* May a YAML text hold this character unescaped (YAML 1.1, section 5.1)? */
bool text_is_yaml_char(uint32_t code);

/* Can a reader see which character it is, and do all readers of YAML keep it? */
bool text_is_visible(uint32_t code);

/* Byte offsets of characters; an invalid byte counts as one character. */
struct char_index {
	str text;
	bool ascii;
	uint32_t *mark;     /* offset of every 32nd character */
	size_t n;
};

void char_index_init(struct char_index *index, struct arena *scratch, str text);
/* Offset of character number `at`, counted from 0; past the end: the length of the text. */
size_t char_index_offset(const struct char_index *index, size_t at);

#endif
