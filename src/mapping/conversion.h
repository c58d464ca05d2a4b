/* SPDX-License-Identifier: Apache-2.0 */
/* Durations, quantities and JSON as objects of Kubernetes write them. */
#ifndef ING2GW_MAPPING_CONVERSION_H
#define ING2GW_MAPPING_CONVERSION_H

#include "doc/node.h"

/* Seconds as "1h30m" (GEP-2257), and back; false: too long for that; no such text, or one with milliseconds. */
bool duration_write(struct arena *arena, int64_t seconds, str *out);
bool duration_read(str text, int64_t *seconds);

/* Bytes as "8Mi", by the largest unit that leaves no rest, and back. */
str quantity_write(struct arena *arena, int64_t bytes);
bool quantity_read(str text, int64_t *bytes);

/* What a text of JSON says; NULL: it is none. And back. */
struct node *json_tree(struct arena *arena, str text);
str json_text(struct arena *arena, const struct node *tree);

#endif
