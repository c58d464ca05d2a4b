/* SPDX-License-Identifier: Apache-2.0 */
/* Slices of text: see str.h. */
#include "base/str.h"

#include <string.h>

str str_c(const char *c)
{
	return c ? (str){ c, strlen(c) } : (str){ "", 0 };
}

bool str_eq_nocase(str a, str b)
{
	return a.n == b.n && str_starts_nocase(a, b);
}

bool str_starts_nocase(str s, str prefix)
{
	if (s.n < prefix.n)
		return false;
	for (size_t i = 0; i < prefix.n; i++)
		if (char_lower(s.p[i]) != char_lower(prefix.p[i]))
			return false;
	return true;
}

int str_cmp(str a, str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;
	if (c)
		return c;
	return a.n < b.n ? -1 : a.n > b.n;
}

size_t str_find(str s, str needle)
{
	if (needle.n == 0)
		return 0;
	for (size_t i = 0; i + needle.n <= s.n; i++) {
		i += str_find_char(str_slice(s, i, s.n - needle.n + 1), needle.p[0]);
		if (str_starts(str_from(s, i), needle))
			return i;
	}
	return s.n;
}

size_t str_find_char(str s, char c)
{
	const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;
	return hit ? (size_t)(hit - s.p) : s.n;
}

size_t str_find_last_char(str s, char c)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == c)
			return i - 1;
	return s.n;
}

bool str_has(str s, str needle)
{
	return needle.n == 0 || str_find(s, needle) < s.n;
}

bool str_has_char(str s, char c)
{
	return str_find_char(s, c) < s.n;
}

bool str_cut(str s, char c, str *head, str *tail)
{
	size_t i = str_find_char(s, c);
	bool found = i < s.n;
	*tail = found ? str_from(s, i + 1) : (str){ "", 0 };
	*head = str_slice(s, 0, i);
	return found;
}

str str_trim(str s)
{
	while (s.n && char_is_space(s.p[0]))
		s = str_from(s, 1);
	while (s.n && char_is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool str_lists(str list, char c, str word)
{
	str item;
	while (list.n) {
		str_cut(list, c, &item, &list);
		if (str_eq(str_trim(item), word))
			return true;
	}
	return false;
}

bool str_to_u64(str s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;
	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!char_is_digit(s.p[i]))
			return false;
		uint64_t d = (uint64_t)(s.p[i] - '0');
		if (v > (UINT64_MAX - d) / 10)
			return false;
		v = v * 10 + d;
	}
	if (v > max)
		return false;
	*out = v;
	return true;
}

bool str_to_i64(str s, int64_t *out)
{
	bool negative = s.n && s.p[0] == '-';
	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		s = str_from(s, 1);
	uint64_t v = 0;
	if (!str_to_u64(s, INT64_MAX, &v))
		return false;
	*out = negative ? -(int64_t)v : (int64_t)v;
	return true;
}

uint64_t str_hash(str s)
{
	uint64_t h = 14695981039346656037u;
	for (size_t i = 0; i < s.n; i++) {
		h ^= (unsigned char)s.p[i];
		h *= 1099511628211u;
	}
	return h;
}
