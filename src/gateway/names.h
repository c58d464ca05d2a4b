/* SPDX-License-Identifier: Apache-2.0 */
/* Names of printed objects: stable, within the API's limits, and made of what they stand for, never of a position. */
#ifndef ING2GW_GATEWAY_NAMES_H
#define ING2GW_GATEWAY_NAMES_H

#include "base/arena.h"

enum { NAME_LABEL_MAX = 63, NAME_SUBDOMAIN_MAX = 253 };

/* Some hexadecimal digits (at most 16) that stand for a text. */
str names_hash(struct arena *arena, str text, unsigned digits);

/* base + suffix, cut and marked with a hash of both where that is longer than max. */
str names_join(struct arena *arena, str base, str suffix, size_t max);

/* What is near to a text of any kind and may be the name of a Gateway: a label of up to 63 characters. Empty for empty. */
str names_label(struct arena *arena, str text);

/*
 * How many buckets, a power of two, hold `keys` with at most `most` in each; a key's bucket is names_bucket(). So a key
 * keeps its bucket when others come and go, until one overflows.
 */
size_t names_buckets(struct arena *arena, const struct str_list *keys, size_t most);
size_t names_bucket(str key, size_t buckets);

/* What goes into one object. */
struct share {
	str suffix;                  /* "-BUCKET" or "-BUCKET-PART"; empty where everything is in one */
	size_t *item;                /* indices of keys, in their order */
	size_t n, cap;
};

struct share_list {
	struct share *item;
	size_t n, cap;
};

/*
 * Shares the keys out by buckets, so that none has more than `most` keys, nor more than `weight` in sum (weights NULL: each key
 * weighs 1). What no number of buckets takes apart, such as equal keys, is cut in the order of the keys: so the limits hold in
 * every case where no single key is above them. Buckets without keys are left out.
 */
struct share_list names_share(struct arena *arena, const struct str_list *keys, const size_t *weights, size_t most, size_t weight);

#endif
