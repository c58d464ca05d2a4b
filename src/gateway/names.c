/* SPDX-License-Identifier: Apache-2.0 */
/* Names of printed objects: see names.h. */
#include "gateway/names.h"

#include "kube/names.h"

str names_hash(struct arena *arena, str text, unsigned digits)
{
	str hex = arena_printf(arena, "%016llx", (unsigned long long)str_hash(text));
	return str_slice(hex, 0, digits);
}

str names_join(struct arena *arena, str base, str suffix, size_t max)
{
	enum { DIGITS = 8 };
	str whole = suffix.n ? arena_join(arena, base, suffix) : base;
	if (whole.n <= max)
		return whole;
	str kept = str_slice(base, 0, max > suffix.n + DIGITS + 1 ? max - suffix.n - DIGITS - 1 : 1);
	while (kept.n > 1 && !char_is_alnum(kept.p[kept.n - 1]))
		kept.n--;
	return arena_printf(arena, "%.*s-%.*s%.*s", STR_ARG(kept), STR_ARG(names_hash(arena, whole, DIGITS)), STR_ARG(suffix));
}

str names_label(struct arena *arena, str text)
{
	enum { DIGITS = 8 };
	str label = name_make_label(arena, text);
	/* what is cut is marked, so that two long texts are two labels */
	if (text.n > NAME_LABEL_MAX && label.n > NAME_LABEL_MAX - DIGITS - 1) {
		label.n = NAME_LABEL_MAX - DIGITS - 1;
		while (label.n > 1 && !char_is_alnum(label.p[label.n - 1]))
			label.n--;
		label = arena_printf(arena, "%.*s-%.*s", STR_ARG(label), STR_ARG(names_hash(arena, text, DIGITS)));
	}
	/* RFC 1035: a letter first */
	if (label.n && char_is_digit(label.p[0]))
		label = arena_join(arena, STR("gateway-"), label);
	return names_join(arena, label, (str){ "", 0 }, NAME_LABEL_MAX);
}

size_t names_bucket(str key, size_t buckets)
{
	/* the upper half: the lower bits of FNV-1a change little with the last characters */
	uint64_t h = str_hash(key);
	return (size_t)((h ^ h >> 32) & (buckets - 1));
}

size_t names_buckets(const struct str_list *keys, size_t most)
{
	enum { BUCKETS_MOST = 65536 };
	for (size_t buckets = 1; buckets < BUCKETS_MOST; buckets *= 2) {
		bool fits = true;
		for (size_t b = 0; b < buckets && fits; b++) {
			size_t n = 0;
			for (size_t i = 0; i < keys->n; i++)
				n += names_bucket(keys->item[i], buckets) == b;
			fits = n <= most;
		}
		if (fits)
			return buckets;
	}
	return BUCKETS_MOST;
}
