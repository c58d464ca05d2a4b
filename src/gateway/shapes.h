/* SPDX-License-Identifier: Apache-2.0 */
/* What the fields of the objects are called and where they stand, as tables that objects.c walks over. Inside this room only. */
#ifndef ING2GW_GATEWAY_SHAPES_H
#define ING2GW_GATEWAY_SHAPES_H

#include "gateway/objects.h"

/* GROUP is a text that is printed even when it is empty: the core group, in a field that is required. */
enum field_type { TEXT, GROUP, NUMBER, FLAG, TEXTS, NUMBERS, MAP, OBJECT, OBJECTS, COMMENT };

struct shape;

struct field {
	str path;                    /* names, joined by dots where the struct is flatter than the object */
	enum field_type type;
	size_t offset;
	const struct shape *shape;   /* OBJECT, OBJECTS */
};

struct shape {
	size_t size;
	const struct field *field;
	size_t n;
};

/* Of a kind's struct; NULL: it has none. */
const struct shape *object_shape(enum object_kind kind);

#endif
