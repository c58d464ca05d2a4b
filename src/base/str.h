/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text as slices. A str points into memory that somebody else owns (an arena, a source text, a literal); it is never
 * written through and has no terminator. All character tests are ASCII and know no locale.
 */
#ifndef ING2GW_BASE_STR_H
#define ING2GW_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
	const char *p;
	size_t n;
} str;

#define STR_INIT(lit) { "" lit, sizeof(lit) - 1 }   /* in tables */
#define STR(lit)      ((str)STR_INIT(lit))
#define STR_ARG(s)    ((int)(s).n), ((s).n ? (s).p : "")  /* for "%.*s" */

/* A slice over a C string; NULL gives the empty slice. */
str str_c(const char *c);

static inline bool str_eq(str a, str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Part of s; positions past the end are moved to the end. */
static inline str str_slice(str s, size_t start, size_t end)
{
	if (end > s.n)
		end = s.n;
	if (start > end)
		start = end;
	return s.p ? (str){ s.p + start, end - start } : s;
}

static inline str str_from(str s, size_t start)
{
	return str_slice(s, start, s.n);
}

static inline bool str_starts(str s, str prefix)
{
	return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

static inline bool str_ends(str s, str suffix)
{
	return s.n >= suffix.n && (suffix.n == 0 || memcmp(s.p + (s.n - suffix.n), suffix.p, suffix.n) == 0);
}

bool str_eq_nocase(str a, str b);      /* ASCII letters only */
int str_cmp(str a, str b);             /* byte order, as strcmp */
bool str_starts_nocase(str s, str prefix);

/* Index of the first occurrence, or s.n when there is none. */
size_t str_find(str s, str needle);
size_t str_find_char(str s, char c);
size_t str_find_last_char(str s, char c);
bool str_has(str s, str needle);
bool str_has_char(str s, char c);

/* Splits at the first c: head before, tail after it. Without c: head is all of s, tail is empty, the result is false. */
bool str_cut(str s, char c, str *head, str *tail);

str str_trim(str s);                   /* blanks, tabs, CR and LF at both ends */

/* Whether one of the parts between c is the word, without the blanks around it. */
bool str_lists(str list, char c, str word);

/* A whole decimal number without sign, blanks or leftovers; false when it is none or larger than max. */
bool str_to_u64(str s, uint64_t max, uint64_t *out);
/* The same with an optional sign. */
bool str_to_i64(str s, int64_t *out);

uint64_t str_hash(str s);              /* FNV-1a, stable over runs and machines */

static inline bool char_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool char_is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool char_is_alnum(char c)
{
	return char_is_digit(c) || char_is_alpha(c);
}

static inline bool char_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static inline char char_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

#endif
