/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which ConfigMaps somebody names: those alone are read, because the others are nobody's business. Inside this room only.
 */
#ifndef ING2GW_KUBE_DUMP_MENTIONS_H
#define ING2GW_KUBE_DUMP_MENTIONS_H

#include "base/map.h"
#include "doc/node.h"

struct mentions {
	struct arena *arena;
	struct map names;        /* "namespace/name" */
};

void mentions_init(struct mentions *mentions, struct arena *arena);
/* Names in the annotations of an object, in arguments of its containers, in its data. */
void mentions_of(struct mentions *mentions, const struct node *object);
bool mentions_has(const struct mentions *mentions, str namespace, str name);
void mentions_add(struct mentions *mentions, str whole);

#endif
