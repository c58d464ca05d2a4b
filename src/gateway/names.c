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

enum { BUCKETS_MOST = 65536 };

struct limits {
	const struct str_list *keys;
	const size_t *weights;       /* NULL: 1 each */
	size_t most, weight;
};

/* What is in a bucket so far. */
struct fill {
	size_t n, weight;
	str key;                     /* the first one */
	bool mixed;                  /* there are others */
};

static size_t weight_of(const struct limits *l, size_t key)
{
	return l->weights ? l->weights[key] : 1;
}

/* Whether more buckets are of no use: all are within the limits, or hold one key only. */
static bool is_enough(struct arena *arena, const struct limits *l, size_t buckets)
{
	struct fill *fills = NEWS(arena, struct fill, buckets);
	for (size_t i = 0; i < l->keys->n; i++) {
		struct fill *f = &fills[names_bucket(l->keys->item[i], buckets)];
		if (f->n == 0)
			f->key = l->keys->item[i];
		f->mixed = f->mixed || !str_eq(f->key, l->keys->item[i]);
		f->n++;
		f->weight += weight_of(l, i);
		if (f->mixed && (f->n > l->most || f->weight > l->weight))
			return false;
	}
	return true;
}

static size_t buckets_for(struct arena *arena, const struct limits *l)
{
	size_t buckets = 1;
	while (buckets < BUCKETS_MOST && !is_enough(arena, l, buckets))
		buckets *= 2;
	return buckets;
}

size_t names_buckets(struct arena *arena, const struct str_list *keys, size_t most)
{
	const struct limits l = { keys, NULL, most, SIZE_MAX };
	return buckets_for(arena, &l);
}

/* One bucket, in as many parts as it needs. */
static void share_bucket(struct arena *arena, const struct limits *l, const struct share *bucket, struct share_list *out)
{
	size_t first = 0, weight = 0;
	for (size_t i = 0, part = 0; i < bucket->n; i++) {
		weight += weight_of(l, bucket->item[i]);
		size_t next = i + 1 < bucket->n ? weight_of(l, bucket->item[i + 1]) : 0;
		if (i + 1 < bucket->n && i + 1 - first < l->most && weight + next <= l->weight)
			continue;
		struct share share = { .suffix = bucket->suffix, .item = bucket->item + first, .n = i + 1 - first, .cap = i + 1 - first };
		if (part)
			share.suffix = arena_printf(arena, "%.*s-%zx", STR_ARG(bucket->suffix), part);
		LIST_PUSH(arena, out, share);
		first = i + 1;
		weight = 0;
		part++;
	}
}

struct share_list names_share(struct arena *arena, const struct str_list *keys, const size_t *weights, size_t most, size_t weight)
{
	const struct limits l = { keys, weights, most, weight };
	size_t buckets = buckets_for(arena, &l);
	struct share *bucket = NEWS(arena, struct share, buckets);
	struct share_list out = { 0 };
	for (size_t i = 0; i < keys->n; i++)
		LIST_PUSH(arena, &bucket[names_bucket(keys->item[i], buckets)], i);
	for (size_t b = 0; b < buckets; b++) {
		bucket[b].suffix = buckets > 1 ? arena_printf(arena, "-%zx", b) : (str){ "", 0 };
		share_bucket(arena, &l, &bucket[b], &out);
	}
	return out;
}
