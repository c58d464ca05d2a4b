/* SPDX-License-Identifier: Apache-2.0 */
/* Tools of the readers of single kinds: see read_object.h. */
#include "gateway/read_object.h"

static const struct node *get(const struct node *node, const char *key)
{
	return node_get(node, str_c(key));
}

str read_text(const struct reader *r, const struct node *node, const char *key)
{
	const struct node *value = get(node, key);
	return node_is_scalar(value) ? arena_str(r->arena, node_text(value)) : STR("");
}

str read_text_or(const struct reader *r, const struct node *node, const char *key, const char *otherwise)
{
	str text = read_text(r, node, key);
	return text.n ? text : str_c(otherwise);
}

uint64_t read_number(const struct node *node, const char *key, uint64_t most)
{
	uint64_t number;
	return str_to_u64(node_text(get(node, key)), most, &number) ? number : 0;
}

bool read_truth(const struct node *node, const char *key)
{
	const struct node *value = get(node, key);
	return value && value->kind == NODE_BOOL && value->truth;
}

const struct node *read_list(const struct node *node, const char *key)
{
	const struct node *value = get(node, key);
	return value && value->kind == NODE_LIST ? value : NULL;
}

size_t read_count(const struct node *list)
{
	return list ? list->as.list.n : 0;
}

void read_texts(const struct reader *r, const struct node *node, const char *key, struct str_list *out)
{
	const struct node *list = read_list(node, key);
	for (size_t i = 0; i < read_count(list); i++)
		if (node_is_scalar(list->as.list.item[i]))
			LIST_PUSH(r->arena, out, arena_str(r->arena, node_text(list->as.list.item[i])));
}

struct place read_place(const struct node *node)
{
	if (node && node->kind == NODE_MAP && node->as.map.n)
		return node->as.map.item[0].key_at;
	return node ? node->at : (struct place){ 0, 0 };
}

struct read_pair read_value(const struct reader *r, const struct node *node, const char *key)
{
	return (struct read_pair){ .value = read_text(r, node, key), .at = read_place(get(node, key)) };
}

struct read_ref read_reference(const struct reader *r, const struct node *node, const char *group, const char *kind)
{
	const struct node *written = get(node, "group");
	return (struct read_ref){
		/* the core group is written as "" */
		.group = node_is_scalar(written) ? read_text(r, node, "group") : str_c(group),
		.kind = read_text_or(r, node, "kind", kind), .name = read_text(r, node, "name"),
		.namespace = node_text(get(node, "namespace")).n ? read_text(r, node, "namespace") : r->meta.namespace,
		.section = read_text(r, node, "sectionName"), .port = (uint32_t)read_number(node, "port", 65535), .at = read_place(node),
	};
}

void read_references(const struct reader *r, const struct node *list, const char *group, const char *kind,
	struct read_ref **item, size_t *n, size_t *cap)
{
	for (size_t i = 0; i < read_count(list); i++) {
		*item = list_grow(r->arena, *item, *n, cap, sizeof **item);
		(*item)[(*n)++] = read_reference(r, list->as.list.item[i], group, kind);
	}
}
