/* SPDX-License-Identifier: Apache-2.0 */
/* What the API server does to an object before anybody looks at it: nulls go, defaults come. */
#ifndef ING2GW_GATEWAY_DEFAULTS_H
#define ING2GW_GATEWAY_DEFAULTS_H

#include "doc/node.h"
#include "gateway/schema.h"

/*
 * A copy of a map that is an object of that kind: what is null is absent, and what is absent has the default of the
 * version's schema. api is the bit of the object's apiVersion. Parts in which there is nothing to do are shared with
 * object, so are metadata and values of another type than the schema's.
 */
struct node *defaults_fill(struct arena *arena, const struct schema_kind *kind, uint32_t api, struct gateway_version version,
	const struct node *object);

/* A default as the table has it: "x", 1, true, {} or [{}]. NULL when it is something else. */
struct node *defaults_parse(struct arena *arena, str text);

#endif
