/* SPDX-License-Identifier: Apache-2.0 */
/* The defaults that the API server writes into an object before anybody looks at it. */
#ifndef ING2GW_GATEWAY_DEFAULTS_H
#define ING2GW_GATEWAY_DEFAULTS_H

#include "doc/node.h"
#include "gateway/schema.h"

/*
 * A copy of a map that is an object of that kind, with the defaults of the version's schema where fields are absent.
 * api is the bit of the object's apiVersion. The parts in which nothing can be missing are shared with object. Values of
 * another type than the schema's are taken over as they are.
 */
struct node *defaults_fill(struct arena *arena, const struct schema_kind *kind, uint32_t api, struct gateway_version version,
	const struct node *object);

/* A default as the table has it: "x", 1, true, {} or [{}]. NULL when it is something else. */
struct node *defaults_parse(struct arena *arena, str text);

#endif
