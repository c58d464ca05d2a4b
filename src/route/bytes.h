/* SPDX-License-Identifier: Apache-2.0 */
/* A set of bytes. */
#ifndef ING2GW_ROUTE_BYTES_H
#define ING2GW_ROUTE_BYTES_H

#include "base/str.h"

#include <string.h>

struct bytes {
	uint64_t word[4];
};

static inline bool bytes_has(const struct bytes *set, unsigned byte)
{
	return set->word[byte >> 6] >> (byte & 63) & 1;
}

static inline void bytes_add(struct bytes *set, unsigned byte)
{
	set->word[byte >> 6] |= UINT64_C(1) << (byte & 63);
}

static inline void bytes_add_range(struct bytes *set, unsigned first, unsigned last)
{
	for (unsigned byte = first; byte <= last; byte++)
		bytes_add(set, byte);
}

static inline void bytes_join(struct bytes *set, const struct bytes *more)
{
	for (size_t i = 0; i < 4; i++)
		set->word[i] |= more->word[i];
}

/* What both have stays. */
static inline void bytes_keep(struct bytes *set, const struct bytes *other)
{
	for (size_t i = 0; i < 4; i++)
		set->word[i] &= other->word[i];
}

static inline void bytes_invert(struct bytes *set)
{
	for (size_t i = 0; i < 4; i++)
		set->word[i] = ~set->word[i];
}

static inline bool bytes_eq(const struct bytes *a, const struct bytes *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

static inline bool bytes_is_empty(const struct bytes *set)
{
	return !(set->word[0] | set->word[1] | set->word[2] | set->word[3]);
}

/* The lowest byte and how many there are; the set is not empty. */
static inline unsigned bytes_first(const struct bytes *set)
{
	unsigned byte = 0;
	while (!bytes_has(set, byte))
		byte++;
	return byte;
}

static inline unsigned bytes_count(const struct bytes *set)
{
	unsigned n = 0;
	for (size_t i = 0; i < 4; i++)
		for (uint64_t word = set->word[i]; word; word &= word - 1)
			n++;
	return n;
}

/* Letters of ASCII in both cases where one of them is there. */
static inline void bytes_fold(struct bytes *set)
{
	for (unsigned byte = 'a'; byte <= 'z'; byte++) {
		unsigned upper = byte - 'a' + 'A';
		if (bytes_has(set, byte))
			bytes_add(set, upper);
		else if (bytes_has(set, upper))
			bytes_add(set, byte);
	}
}

/* Letters, digits and "_". */
static inline bool byte_is_word(unsigned byte)
{
	return byte < 128 && (char_is_alnum((char)byte) || byte == '_');
}

#endif
