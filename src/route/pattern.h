/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions of the source, as PCRE2 reads them, with limits: an expression that runs away is no match, and the
 * caller hears of it. Compiled once; everything lives in an arena.
 */
#ifndef ING2GW_ROUTE_PATTERN_H
#define ING2GW_ROUTE_PATTERN_H

#include "base/arena.h"

struct pattern;

enum { PATTERN_NOCASE = 1 };
enum { PATTERN_GROUPS = 10 };

/* NULL where PCRE2 refuses it; error (may be NULL) is then why, in arena, and at (may be NULL) the offset. */
struct pattern *pattern_new(struct arena *arena, str regex, unsigned flags, str *error, size_t *at);

/* Memory for matching, for one thread. */
struct matcher;
struct matcher *matcher_new(struct arena *arena);

enum found { FOUND_NOT, FOUND, FOUND_TOO_LONG };

/* Searches text. group (may be NULL): the groups, [0] the whole match; those that took no part are empty. */
enum found pattern_search(struct matcher *matcher, const struct pattern *pattern, str text, str group[PATTERN_GROUPS]);

#endif
