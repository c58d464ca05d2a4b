/* SPDX-License-Identifier: Apache-2.0 */
/* Durations, quantities and JSON as objects of Kubernetes write them, and as nginx and Kong do. */
#ifndef ING2GW_MAPPING_CONVERSION_H
#define ING2GW_MAPPING_CONVERSION_H

#include "doc/node.h"

/* Seconds as "1h30m" (GEP-2257), and back; false: too long for that; no such text, or one with milliseconds. */
bool duration_write(struct arena *arena, int64_t seconds, str *out);
bool duration_read(str text, int64_t *seconds);

/* Bytes as "8Mi", by the largest unit that leaves no rest, and back. */
str quantity_write(struct arena *arena, int64_t bytes);
bool quantity_read(str text, int64_t *bytes);

/* How a number of seconds or bytes is written, by the name that templates have for it; NULL: there is no such form. */
struct number_form {
	str name;
	bool (*write)(struct arena *arena, int64_t number, str *out);   /* false: it has no such text */
	bool (*read)(str text, int64_t *number);
};
const struct number_form *number_form(str name);

/* What a text of JSON says; NULL: it is none. And back. */
struct node *json_tree(struct arena *arena, str text);
str json_text(struct arena *arena, const struct node *tree);

#endif
