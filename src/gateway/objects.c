/* SPDX-License-Identifier: Apache-2.0 */
/* The two walks over the tables of the objects' fields: see objects.h. */
#include "gateway/objects.h"

#include "gateway/shapes.h"

#include <string.h>

/* The head that every LIST() has. */
struct list_head {
	void *item;
	size_t n, cap;
};

static struct list_head list_at(const void *at)
{
	struct list_head head;
	memcpy(&head, at, sizeof head);
	return head;
}

/* ---- to a tree ---- */

/* What is empty is NULL and takes no memory: most fields of most objects are. */
static struct node *encode(struct arena *a, const struct shape *shape, const void *object, str *comment);

static struct node *encode_list(struct arena *a, const struct field *f, const void *at)
{
	struct list_head head = list_at(at);
	struct node *list = head.n ? node_list(a) : NULL;
	for (size_t i = 0; i < head.n; i++) {
		str comment = { "", 0 };
		struct node *item = encode(a, f->shape, (const char *)head.item + i * f->shape->size, &comment);
		if (!item)
			item = node_map(a);
		item->comment = comment;
		node_add(a, list, item);
	}
	return list;
}

static struct node *encode_texts(struct arena *a, const struct str_list *texts)
{
	struct node *list = texts->n ? node_list(a) : NULL;
	for (size_t i = 0; i < texts->n; i++)
		node_add(a, list, node_string(a, texts->item[i]));
	return list;
}

static struct node *encode_numbers(struct arena *a, const struct number_list *numbers)
{
	struct node *list = numbers->n ? node_list(a) : NULL;
	for (size_t i = 0; i < numbers->n; i++)
		node_add(a, list, node_int(a, numbers->item[i]));
	return list;
}

static struct node *encode_map(struct arena *a, const struct text_map *pairs)
{
	struct node *map = pairs->n ? node_map(a) : NULL;
	for (size_t i = 0; i < pairs->n; i++)
		node_set(a, map, pairs->item[i].key, node_string(a, pairs->item[i].value));
	return map;
}

/* NULL: there is nothing to print. */
static struct node *encode_field(struct arena *a, const struct field *f, const void *at)
{
	switch (f->type) {
	case TEXT: {
		str text = *(const str *)at;
		return text.n ? node_string(a, text) : NULL;
	}
	case GROUP:
		return node_string(a, *(const str *)at);
	case NUMBER: {
		const struct number *number = at;
		return number->set ? node_int(a, number->value) : NULL;
	}
	case FLAG:
		return *(const bool *)at ? node_bool(a, true) : NULL;
	case TEXTS:
		return encode_texts(a, at);
	case NUMBERS:
		return encode_numbers(a, at);
	case MAP:
		return encode_map(a, at);
	case OBJECT: {
		str comment;
		return encode(a, f->shape, at, &comment);
	}
	case OBJECTS:
		return encode_list(a, f, at);
	case COMMENT:
		return NULL;
	}
	return NULL;
}

/* Sets a value at a path of names, making the maps on the way. */
static void set_at(struct arena *a, struct node *map, str path, struct node *value)
{
	str name, rest;
	while (str_cut(path, '.', &name, &rest)) {
		struct node *child = node_get(map, name);
		if (!child) {
			child = node_map(a);
			node_set(a, map, name, child);
		}
		map = child;
		path = rest;
	}
	node_set(a, map, path, value);
}

static struct node *encode(struct arena *a, const struct shape *shape, const void *object, str *comment)
{
	struct node *map = NULL;
	for (size_t i = 0; i < shape->n; i++) {
		const struct field *f = &shape->field[i];
		const void *at = (const char *)object + f->offset;
		if (f->type == COMMENT)
			*comment = *(const str *)at;
		struct node *value = encode_field(a, f, at);
		if (value && !map)
			map = node_map(a);
		if (value)
			set_at(a, map, f->path, value);
	}
	return map;
}

struct node *object_encode(struct arena *arena, enum object_kind kind, const void *object, str api_version)
{
	struct node *root = node_map(arena);
	node_set_text(arena, root, STR("apiVersion"), api_version);
	node_set_text(arena, root, STR("kind"), object_kind_name(kind));
	struct node *rest = encode(arena, object_shape(kind), object, &root->comment);
	for (size_t i = 0; rest && i < rest->as.map.n; i++)
		node_set(arena, root, rest->as.map.item[i].key, rest->as.map.item[i].value);
	return root;
}

/* ---- and back ---- */

static bool decode(struct arena *a, const struct shape *shape, const struct node *map, str prefix, void *object, str *why);

static bool wrong(struct arena *a, str path, str *why)
{
	*why = arena_printf(a, "%.*s cannot be read", STR_ARG(path));
	return false;
}

static bool decode_texts(struct arena *a, const struct node *value, struct str_list *out)
{
	if (value->kind != NODE_LIST)
		return false;
	for (size_t i = 0; i < value->as.list.n; i++) {
		if (value->as.list.item[i]->kind != NODE_STRING)
			return false;
		LIST_PUSH(a, out, node_text(value->as.list.item[i]));
	}
	return true;
}

static bool decode_numbers(struct arena *a, const struct node *value, struct number_list *out)
{
	if (value->kind != NODE_LIST)
		return false;
	for (size_t i = 0; i < value->as.list.n; i++) {
		if (value->as.list.item[i]->kind != NODE_INT)
			return false;
		LIST_PUSH(a, out, value->as.list.item[i]->number);
	}
	return true;
}

static bool decode_map(struct arena *a, const struct node *value, struct text_map *out)
{
	if (value->kind != NODE_MAP)
		return false;
	for (size_t i = 0; i < value->as.map.n; i++) {
		if (value->as.map.item[i].value->kind != NODE_STRING)
			return false;
		struct text_pair pair = { value->as.map.item[i].key, node_text(value->as.map.item[i].value) };
		LIST_PUSH(a, out, pair);
	}
	return true;
}

static bool decode_list(struct arena *a, const struct field *f, const struct node *value, str path, void *at, str *why)
{
	if (value->kind != NODE_LIST)
		return wrong(a, path, why);
	struct list_head head = { arena_alloc(a, f->shape->size, _Alignof(max_align_t), value->as.list.n), 0, value->as.list.n };
	for (size_t i = 0; i < value->as.list.n; i++) {
		str item = arena_printf(a, "%.*s[%zu]", STR_ARG(path), i);
		if (!decode(a, f->shape, value->as.list.item[i], item, (char *)head.item + i * f->shape->size, why))
			return false;
		head.n++;
	}
	memcpy(at, &head, sizeof head);
	return true;
}

static bool decode_field(struct arena *a, const struct field *f, const struct node *value, str path, void *at, str *why)
{
	bool ok = true;
	switch (f->type) {
	case TEXT:
	case GROUP:
		ok = value->kind == NODE_STRING;
		*(str *)at = node_text(value);
		break;
	case NUMBER:
		ok = value->kind == NODE_INT;
		*(struct number *)at = (struct number){ true, value->number };
		break;
	case FLAG:
		ok = value->kind == NODE_BOOL;
		*(bool *)at = value->truth;
		break;
	case TEXTS:
		ok = decode_texts(a, value, at);
		break;
	case NUMBERS:
		ok = decode_numbers(a, value, at);
		break;
	case MAP:
		ok = decode_map(a, value, at);
		break;
	case OBJECT:
		return decode(a, f->shape, value, path, at, why);
	case OBJECTS:
		return decode_list(a, f, value, path, at, why);
	case COMMENT:
		break;
	}
	return ok || wrong(a, path, why);
}

enum hit { HIT_NONE, HIT_INSIDE, HIT_FIELD };

/* Whether a path (relative to the shape) is a field, or leads to one. */
static enum hit find_field(const struct shape *shape, str path, const struct field **out)
{
	for (size_t i = 0; i < shape->n; i++) {
		*out = &shape->field[i];
		if ((*out)->type != COMMENT && str_eq((*out)->path, path))
			return HIT_FIELD;
	}
	for (size_t i = 0; i < shape->n; i++)
		if (shape->field[i].path.n > path.n && str_starts(shape->field[i].path, path) && shape->field[i].path.p[path.n] == '.')
			return HIT_INSIDE;
	return HIT_NONE;
}

/* base: path from the shape to this map, empty at the shape itself. */
static bool decode_under(struct arena *a, const struct shape *shape, const struct node *map, str base, str prefix, void *object, str *why)
{
	if (map->kind != NODE_MAP)
		return wrong(a, prefix, why);
	for (size_t i = 0; i < map->as.map.n; i++) {
		const struct pair *pair = &map->as.map.item[i];
		str inner = base.n ? arena_printf(a, "%.*s.%.*s", STR_ARG(base), STR_ARG(pair->key)) : pair->key;
		str path = prefix.n ? arena_printf(a, "%.*s.%.*s", STR_ARG(prefix), STR_ARG(pair->key)) : pair->key;
		if (prefix.n == 0 && (str_eq(pair->key, STR("apiVersion")) || str_eq(pair->key, STR("kind")) || str_eq(pair->key, STR("status"))))
			continue;
		if (node_is_null(pair->value))
			continue;
		const struct field *f;
		bool ok = false;
		switch (find_field(shape, inner, &f)) {
		case HIT_FIELD:
			ok = decode_field(a, f, pair->value, path, (char *)object + f->offset, why);
			break;
		case HIT_INSIDE:
			ok = decode_under(a, shape, pair->value, inner, path, object, why);
			break;
		case HIT_NONE:
			ok = wrong(a, path, why);
			break;
		}
		if (!ok)
			return false;
	}
	return true;
}

static bool decode(struct arena *a, const struct shape *shape, const struct node *map, str prefix, void *object, str *why)
{
	return decode_under(a, shape, map, (str){ "", 0 }, prefix, object, why);
}

bool object_decode(struct arena *arena, enum object_kind kind, const struct node *tree, void *object, str *why)
{
	return decode(arena, object_shape(kind), tree, (str){ "", 0 }, object, why);
}
