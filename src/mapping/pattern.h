/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns of table rows: regular expressions that the controllers' authors wrote for Go, and which PCRE2 reads here. */
#ifndef ING2GW_MAPPING_PATTERN_H
#define ING2GW_MAPPING_PATTERN_H

#include "base/arena.h"

/* Whether PCRE2 takes the pattern; why says what is wrong with it. */
bool pattern_good(struct arena *arena, str pattern, str *why);

/* Whether the pattern is found in the text. One that is not good, or takes too many steps, is found nowhere. */
bool pattern_matches(struct arena *arena, str pattern, str text);

/* Several patterns, compiled once, for many texts. */
struct pattern_set;
struct pattern_set *pattern_set_new(struct arena *arena, const struct str_list *patterns);
bool pattern_set_matches(struct pattern_set *set, str text);       /* any of them is found */

#endif
