/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Value types of annotations. A type says which texts the controller accepts (reference: ingress-nginx A.3 and the value
 * classes of B) and what they mean. The types are one table in values.c; rows of mappings/controllers/ name them.
 */
#ifndef ING2GW_MAPPING_VALUES_H
#define ING2GW_MAPPING_VALUES_H

#include "mapping/mapping.h"

struct value {
	bool truth;              /* "bool", "switch" */
	int64_t number;          /* "int", "seconds" (seconds), "size" (bytes) */
	str text;                /* every type: the text that counts, trimmed, blanks taken out where the row says strip */
	bool unfit;              /* refused by the pattern alone: a controller that does not validate takes it */
	bool malformed;          /* "url", "times" with a pattern: the pattern takes it, and it is none */
	struct str_list items;   /* "list", "words", "cidrs", "headers", "times": elements, trimmed, empty ones left out */
};

/*
 * Reads text as the row's type. False when the controller would refuse it: why is then what is wrong, in one clause
 * ("`5s` is no whole number of seconds"), in arena. Empty text is never given.
 */
bool value_parse(struct arena *arena, const struct annotation_row *row, str text, struct value *out, str *why);

/* Whether there is a type of that name. */
bool value_type_known(str type);

/* What the type accepts, for `explain`: "true or false (also 1, t, T, TRUE, True, 0, f ...)". */
str value_grammar(struct arena *arena, const struct annotation_row *row);

#endif
