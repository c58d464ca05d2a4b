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
/* Most steps of a match while a model is built, where there are many and none of them decides an answer. */
enum { PATTERN_BUILD_STEPS = 100000 };

/* NULL where PCRE2 refuses it; error (may be NULL) is then why, in arena, and at (may be NULL) the offset. */
struct pattern *pattern_new(struct arena *arena, str regex, unsigned flags, str *error, size_t *at);

/* The i-th of the groups that have a name, and its number; false: there are not so many. */
bool pattern_name(const struct pattern *pattern, size_t i, str *name, size_t *group);

/* Memory for matching, for one thread; steps: most of one match, 0 for the usual number. */
struct matcher;
struct matcher *matcher_new(struct arena *arena, unsigned steps);

enum found { FOUND_NOT, FOUND, FOUND_TOO_LONG };

/* Searches text. group (may be NULL): the groups, [0] the whole match; those that took no part are empty. */
enum found pattern_search(struct matcher *matcher, const struct pattern *pattern, str text, str group[PATTERN_GROUPS]);
/* A group of the last search, which was asked for groups and found something in this text; numbers may go beyond PATTERN_GROUPS. */
str pattern_group(const struct matcher *matcher, str text, size_t group);

#endif
