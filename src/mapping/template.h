/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a feature is said in an object of a target: a tree of literals and holes, "${field}" or "${field|conversion}". Filled, it is a part
 * of the object's spec; read backwards, such a part gives the fields again.
 *
 * A hole that is a whole scalar becomes what its value is: a text, a number, a list of texts; inside of a longer text it becomes text.
 * What hangs on a field that is absent is left out: the key or element, and every map and list around it in which no hole is filled.
 *
 * A text that ends each of its lines is filled line by line: one that lacks what it is filled with is left out, and one with "${list*}"
 * stands once for each text of that list.
 *
 * Conversions: duration (seconds as "1h30m", GEP-2257), quantity (bytes as "8Mi"), time and size (seconds and bytes as nginx has them: "90s",
 * "8m"), milliseconds (seconds), number (a text of digits as a number), boolean (a text "true" or "false"), json (a text of JSON as what it says).
 */
#ifndef ING2GW_MAPPING_TEMPLATE_H
#define ING2GW_MAPPING_TEMPLATE_H

#include "doc/node.h"

enum template_kind { TEMPLATE_TEXT, TEMPLATE_NUMBER, TEMPLATE_LIST };

struct template_value {
	str name;
	enum template_kind kind;
	str text;
	int64_t number;
	struct str_list list;
};

struct template_values {
	struct template_value *item;
	size_t n, cap;
};

/* Where the value of a field went: a JSON pointer below the root of the tree. */
struct template_place {
	str field, at;
};

struct template_places {
	struct template_place *item;
	size_t n, cap;
};

void template_set_text(struct arena *arena, struct template_values *values, str name, str text);       /* unless it is empty */
void template_set_number(struct arena *arena, struct template_values *values, str name, int64_t number);
void template_set_list(struct arena *arena, struct template_values *values, str name, const struct str_list *list);   /* unless it is empty */
void template_set_flag(struct arena *arena, struct template_values *values, str name);   /* an empty text, which fills its hole */
void template_unset(struct template_values *values, str name);
const struct template_value *template_value(const struct template_values *values, str name);   /* NULL: absent */

struct template_hole {
	str name, conversion;    /* empty: none */
	const struct node *at;
};

struct template_holes {
	struct template_hole *item;
	size_t n, cap;
};

/* All holes. False: one is written wrong, error says how, and it is in the scalar of the last element, which has no name. */
bool template_holes(struct arena *arena, const struct node *template, struct template_holes *holes, str *error);

/* The names of all holes. False: a hole is written wrong, and error says how. */
bool template_fields(struct arena *arena, const struct node *template, struct str_list *fields, str *error);

/* NULL: nothing is left. Texts are shared with the template. places may be NULL. */
struct node *template_fill(struct arena *arena, const struct node *template, const struct template_values *values, struct template_places *places);

bool template_has_hole(const struct node *template);
/* A text with a hole and more around it. */
bool template_is_partial(const struct node *template);

/* Fields of a tree that template_fill() has made, or somebody by hand in the same form. False: the tree has another form. */
bool template_read(struct arena *arena, const struct node *template, const struct node *tree, struct template_values *values);
/* "8Mi" in bytes; false when it is none in whole powers of 1024. */
bool quantity_read(str text, int64_t *bytes);

#endif
