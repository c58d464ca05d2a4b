/* SPDX-License-Identifier: Apache-2.0 */
/* Trees: see node.h. */
#include "doc/node.h"

#include "doc/scalar.h"

/* Readers allow less than half of it (doc.h), so only a tree that contains itself gets there. */
enum { DEPTH = 4000 };

str node_kind_name(const struct node *node)
{
	if (!node)
		return STR("nothing");
	switch (node->kind) {
	case NODE_NULL:
		return STR("nothing");
	case NODE_BOOL:
		return STR("true or false");
	case NODE_INT:
	case NODE_FLOAT:
		return STR("a number");
	case NODE_STRING:
		return STR("text");
	case NODE_LIST:
		return STR("a list");
	case NODE_MAP:
		return STR("a map");
	}
	return STR("nothing");
}

static struct pair *find_pair(const struct node *node, str key)
{
	if (!node || node->kind != NODE_MAP)
		return NULL;
	for (size_t i = 0; i < node->as.map.n; i++)
		if (str_eq(node->as.map.item[i].key, key))
			return &node->as.map.item[i];
	return NULL;
}

const struct pair *node_pair(const struct node *node, str key)
{
	return find_pair(node, key);
}

struct node *node_get(const struct node *node, str key)
{
	const struct pair *pair = find_pair(node, key);
	return pair ? pair->value : NULL;
}

static struct node *list_entry(const struct node *list, str position)
{
	uint64_t i;
	if (!str_to_u64(position, SIZE_MAX, &i) || i >= list->as.list.n)
		return NULL;
	return list->as.list.item[i];
}

struct node *node_at(const struct node *node, str path)
{
	struct node *found = NULL;
	bool more = true;
	while (more) {
		str part;
		more = str_cut(path, '.', &part, &path);
		found = node && node->kind == NODE_LIST ? list_entry(node, part) : node_get(node, part);
		node = found;
	}
	return found;
}

bool node_is_null(const struct node *node)
{
	return !node || node->kind == NODE_NULL;
}

bool node_is_scalar(const struct node *node)
{
	return !node_is_null(node) && node->kind != NODE_LIST && node->kind != NODE_MAP;
}

str node_text(const struct node *node)
{
	return node_is_scalar(node) ? node->as.text : (str){ "", 0 };
}

/* Integers have many spellings (16, 0x10, 1_6); only those that do not fit are compared as text. */
static bool equal_ints(const struct node *a, const struct node *b)
{
	if (a->number != 0 || b->number != 0)
		return a->number == b->number;
	return str_eq(a->as.text, b->as.text) || (scalar_is_zero(a->as.text) && scalar_is_zero(b->as.text));
}

static bool equal(const struct node *a, const struct node *b, size_t depth);

static bool equal_lists(const struct node *a, const struct node *b, size_t depth)
{
	if (a->as.list.n != b->as.list.n)
		return false;
	for (size_t i = 0; i < a->as.list.n; i++)
		if (!equal(a->as.list.item[i], b->as.list.item[i], depth + 1))
			return false;
	return true;
}

/* As a rule the order is the same, so the search begins behind the last hit. */
static bool equal_maps(const struct node *a, const struct node *b, size_t depth)
{
	size_t n = a->as.map.n, at = 0;
	if (n != b->as.map.n)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct pair *pair = &a->as.map.item[i];
		size_t tried = 0;
		while (tried < n && !str_eq(b->as.map.item[at].key, pair->key)) {
			at = at + 1 < n ? at + 1 : 0;
			tried++;
		}
		if (tried == n || !equal(pair->value, b->as.map.item[at].value, depth + 1))
			return false;
		at = at + 1 < n ? at + 1 : 0;
	}
	return true;
}

static bool equal(const struct node *a, const struct node *b, size_t depth)
{
	if (node_is_null(a) || node_is_null(b))
		return node_is_null(a) && node_is_null(b);
	if (a->kind != b->kind || depth > DEPTH)
		return false;
	if (a == b)
		return true;
	switch (a->kind) {
	case NODE_NULL:
		return true;
	case NODE_BOOL:
		return a->truth == b->truth;
	case NODE_INT:
		return equal_ints(a, b);
	case NODE_FLOAT:
	case NODE_STRING:
		return str_eq(a->as.text, b->as.text);
	case NODE_LIST:
		return equal_lists(a, b, depth);
	case NODE_MAP:
		return equal_maps(a, b, depth);
	}
	return false;
}

bool node_equal(const struct node *a, const struct node *b)
{
	return equal(a, b, 0);
}

static struct node *node_new(struct arena *arena, enum node_kind kind)
{
	struct node *node = NEW(arena, struct node);
	node->kind = kind;
	return node;
}

struct node *node_string(struct arena *arena, str text)
{
	struct node *node = node_new(arena, NODE_STRING);
	node->as.text = text;
	return node;
}

struct node *node_int(struct arena *arena, int64_t number)
{
	struct node *node = node_new(arena, NODE_INT);
	node->as.text = arena_printf(arena, "%lld", (long long)number);
	node->number = number;
	return node;
}

struct node *node_bool(struct arena *arena, bool truth)
{
	struct node *node = node_new(arena, NODE_BOOL);
	node->as.text = truth ? STR("true") : STR("false");
	node->truth = truth;
	return node;
}

struct node *node_list(struct arena *arena)
{
	return node_new(arena, NODE_LIST);
}

struct node *node_map(struct arena *arena)
{
	return node_new(arena, NODE_MAP);
}

void node_add(struct arena *arena, struct node *list, struct node *value)
{
	LIST_PUSH(arena, &list->as.list, value);
}

void node_set(struct arena *arena, struct node *map, str key, struct node *value)
{
	struct pair *have = find_pair(map, key);
	if (have) {
		have->value = value;
		return;
	}
	struct pair pair = { .key = key, .value = value };
	LIST_PUSH(arena, &map->as.map, pair);
}

void node_set_text(struct arena *arena, struct node *map, str key, str text)
{
	if (text.n > 0)
		node_set(arena, map, key, node_string(arena, text));
}
