/* SPDX-License-Identifier: Apache-2.0 */
/* Fills in defaults: see defaults.h. */
#include "gateway/defaults.h"

#define DEPTH 32u                    /* as deep as the schema's paths may be */

struct filling {
	struct arena *arena;
	uint32_t api;
	struct gateway_version version;
};

static struct node *fill(const struct filling *f, struct node *node, const struct schema_node *schema, unsigned depth);

struct node *defaults_parse(struct arena *arena, str text)
{
	int64_t number;
	if (str_eq(text, STR("{}")))
		return node_map(arena);
	if (str_eq(text, STR("[{}]"))) {
		struct node *list = node_list(arena);
		node_add(arena, list, node_map(arena));
		return list;
	}
	if (str_eq(text, STR("true")) || str_eq(text, STR("false")))
		return node_bool(arena, text.n == 4);
	if (text.n >= 2 && text.p[0] == '"' && text.p[text.n - 1] == '"' && !str_has(text, STR("\\")))
		return node_string(arena, str_slice(text, 1, text.n - 1));
	return str_to_i64(text, &number) ? node_int(arena, number) : NULL;
}

static void add_missing(const struct filling *f, struct node *map, const struct schema_node *schema, unsigned depth)
{
	for (size_t i = 0; i < schema->child.n; i++) {
		struct schema_node *child = schema->child.item[i];
		const struct schema_fact *fact = schema_fact_at(child, f->api, f->version);
		if (!fact || !fact->default_text.n || node_get(map, child->name))
			continue;
		struct node *value = defaults_parse(f->arena, fact->default_text);
		if (!value)
			continue;
		struct pair pair = { .key = child->name, .value = fill(f, value, child, depth + 1) };
		LIST_PUSH(f->arena, &map->as.map, pair);
	}
}

static struct node *fill_map(const struct filling *f, const struct node *map, const struct schema_node *schema, unsigned depth)
{
	struct node *out = node_map(f->arena);
	out->at = map->at;
	for (size_t i = 0; i < map->as.map.n; i++) {
		struct pair pair = map->as.map.item[i];
		const struct schema_node *child = schema_child(schema, pair.key);
		if (child && node_is_null(pair.value))
			continue;
		if (child)
			pair.value = fill(f, pair.value, child, depth + 1);
		LIST_PUSH(f->arena, &out->as.map, pair);
	}
	add_missing(f, out, schema, depth);
	return out;
}

/* A map with keys of the user's choice. */
static struct node *without_nulls(const struct filling *f, struct node *map)
{
	struct node *out = node_map(f->arena);
	out->at = map->at;
	for (size_t i = 0; i < map->as.map.n; i++)
		if (!node_is_null(map->as.map.item[i].value))
			LIST_PUSH(f->arena, &out->as.map, map->as.map.item[i]);
	return out;
}

static struct node *fill_list(const struct filling *f, struct node *list, const struct schema_node *element, unsigned depth)
{
	if (!element->child.n)
		return list;
	struct node *out = node_list(f->arena);
	out->at = list->at;
	for (size_t i = 0; i < list->as.list.n; i++)
		node_add(f->arena, out, fill(f, list->as.list.item[i], element, depth + 1));
	return out;
}

/* A field that this version does not have stays as it is. */
static struct node *fill(const struct filling *f, struct node *node, const struct schema_node *schema, unsigned depth)
{
	const struct schema_fact *fact = schema_fact_at(schema, f->api, f->version);
	if (depth >= DEPTH || !fact)
		return node;
	if (fact->type == SCHEMA_OBJECT && node->kind == NODE_MAP)
		return fill_map(f, node, schema, depth);
	if (fact->type == SCHEMA_MAP && node->kind == NODE_MAP)
		return without_nulls(f, node);
	const struct schema_node *element = fact->type == SCHEMA_ARRAY && node->kind == NODE_LIST ? schema_child(schema, STR("[]")) : NULL;
	return element ? fill_list(f, node, element, depth) : node;
}

struct node *defaults_fill(struct arena *arena, const struct schema_kind *kind, uint32_t api, struct gateway_version version,
	const struct node *object)
{
	const struct filling f = { arena, api, version };
	return fill_map(&f, object, kind->root, 0);
}
