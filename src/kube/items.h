/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON of a list as it comes in, in parts of any size: each entry of "items" (of "rows" in a Table) is handed over as soon as it is
 * whole, so that memory holds one of them and never the list.
 */
#ifndef ING2GW_KUBE_ITEMS_H
#define ING2GW_KUBE_ITEMS_H

#include "base/buf.h"
#include "doc/doc.h"

/* What may stand around the entries, and in one of them. */
enum { ITEMS_HEAD = 1 << 20, ITEMS_LARGEST = 64 << 20 };

struct items {
	struct arena *arena;     /* of the entry at hand; reset after each */
	bool whole;              /* no list: the object is handed over as one entry */
	void (*entry)(void *user, const struct node *root);
	void *user;
	/* of the walk */
	struct arena *kept;      /* of the head */
	struct buf head, text;
	size_t depth;
	bool in_string, escaped, in_list, key_is_items, bad, closed;
	size_t string_start;     /* in head: where a string of the top level began */
};

/* arena, whole, entry and user are set; kept: memory for what stands around the entries. */
void items_begin(struct items *items, struct arena *kept);
/* False: this is no such JSON, and nothing more is wanted. */
bool items_add(struct items *items, str part);
/* After the last part: what stands around the entries, as a tree in the arena; NULL when it is not whole or no JSON. */
const struct node *items_end(struct items *items);

/* The tree of a JSON text that is never shown; NULL when it is none. */
const struct node *answer_tree(struct arena *arena, str text);

#endif
