/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of one document, read or about to be written. Reading: every node knows its place; scalars keep their text
 * as written (after unquoting) and whether they were plain, because YAML 1.1 and 1.2 readers differ about what a plain
 * scalar is. Writing: maps keep the order in which keys were set; a map may carry a comment that is printed before it.
 *
 * The tree lives in the arena that it was made in.
 */
#ifndef ING2GW_DOC_NODE_H
#define ING2GW_DOC_NODE_H

#include "base/arena.h"
#include "base/source.h"

enum node_kind { NODE_NULL, NODE_BOOL, NODE_INT, NODE_FLOAT, NODE_STRING, NODE_LIST, NODE_MAP };

struct node;

struct pair {
	str key;
	struct place key_at;
	struct node *value;
};

struct node {
	enum node_kind kind;
	bool plain;              /* scalar written without quotes (YAML); false for JSON strings */
	struct place at;
	uint32_t span;           /* bytes of the scalar in the source text; 0 for others */
	str comment;             /* writing only: lines put before this map, without "# " */
	union {
		str text;        /* every scalar: its text. NODE_BOOL: "true" or "false" is in truth as well */
		LIST(struct node *) list;
		LIST(struct pair) map;
	} as;
	bool truth;              /* NODE_BOOL */
	int64_t number;          /* NODE_INT that fits; else 0 */
};

/* The kind as a person says it: "a map", "a list", "text", "a number", "true or false", "nothing". */
str node_kind_name(const struct node *node);

/* Value of a key, NULL when node is NULL, no map, or has no such key. A key with the value null gives that null node. */
struct node *node_get(const struct node *node, str key);
const struct pair *node_pair(const struct node *node, str key);

/* Value at a path of keys and list positions: "spec.rules.0.host". NULL when any part is absent. */
struct node *node_at(const struct node *node, str path);

/* Text of a scalar of any kind but null, as written; the empty slice for others and for NULL. */
str node_text(const struct node *node);
bool node_is_null(const struct node *node);      /* NULL or NODE_NULL */
bool node_is_scalar(const struct node *node);    /* and not null */

/* Equal trees; comments, places and quoting do not count, order of keys does not count, 1 and "1" differ. */
bool node_equal(const struct node *a, const struct node *b);

/* Building. Text is not copied. */
struct node *node_string(struct arena *arena, str text);
struct node *node_int(struct arena *arena, int64_t number);
struct node *node_bool(struct arena *arena, bool truth);
struct node *node_list(struct arena *arena);
struct node *node_map(struct arena *arena);
void node_add(struct arena *arena, struct node *list, struct node *value);
/* Sets a key; replaces the value when the key is there. */
void node_set(struct arena *arena, struct node *map, str key, struct node *value);
/* The same for a text, which is skipped when it is empty. */
void node_set_text(struct arena *arena, struct node *map, str key, str text);

#endif
