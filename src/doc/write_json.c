/* SPDX-License-Identifier: Apache-2.0 */
/* JSON from a tree: see doc.h. */
#include "doc/doc.h"

#include "doc/scalar.h"

/* As in node.c. */
enum { DEPTH = 4000 };

static void write_value(struct buf *out, const struct node *node, size_t indent, size_t depth);

static void new_line(struct buf *out, size_t indent)
{
	buf_add_char(out, '\n');
	buf_fill(out, ' ', indent);
}

static void write_list(struct buf *out, const struct node *list, size_t indent, size_t depth)
{
	buf_add_char(out, '[');
	for (size_t i = 0; i < list->as.list.n; i++) {
		if (i > 0)
			buf_add_char(out, ',');
		new_line(out, indent + 2);
		write_value(out, list->as.list.item[i], indent + 2, depth + 1);
	}
	if (list->as.list.n > 0)
		new_line(out, indent);
	buf_add_char(out, ']');
}

static void write_map(struct buf *out, const struct node *map, size_t indent, size_t depth)
{
	buf_add_char(out, '{');
	for (size_t i = 0; i < map->as.map.n; i++) {
		if (i > 0)
			buf_add_char(out, ',');
		new_line(out, indent + 2);
		buf_add_json(out, map->as.map.item[i].key);
		buf_add(out, STR(": "));
		write_value(out, map->as.map.item[i].value, indent + 2, depth + 1);
	}
	if (map->as.map.n > 0)
		new_line(out, indent);
	buf_add_char(out, '}');
}

/*
 * YAML has more spellings than JSON: 0x10, 1_000, +1, .5, 1., 08.5. What is no number in JSON (.inf, what is too large in
 * another base) becomes text.
 */
static void write_number(struct buf *out, const struct node *node)
{
	str text = node->as.text;
	struct buf plain;
	buf_init(&plain, out->arena, 0);
	if (node->kind == NODE_INT && (node->number != 0 || scalar_is_zero(text))) {
		buf_printf(out, "%lld", (long long)node->number);
		return;
	}
	if (scalar_is_json_number(text)) {
		buf_add(out, text);
		return;
	}
	if (str_starts(text, STR("-")))
		buf_add_char(&plain, '-');
	if (str_starts(text, STR("-")) || str_starts(text, STR("+")))
		text = str_from(text, 1);
	while (text.n > 1 && (text.p[0] == '0' || text.p[0] == '_') && (char_is_digit(text.p[1]) || text.p[1] == '_'))
		text = str_from(text, 1);
	if (str_starts(text, STR(".")))
		buf_add_char(&plain, '0');
	for (size_t i = 0; i < text.n; i++) {
		bool idle_dot = text.p[i] == '.' && (i + 1 == text.n || !char_is_digit(text.p[i + 1]));
		if (text.p[i] != '_' && !idle_dot)
			buf_add_char(&plain, text.p[i]);
	}
	if (scalar_is_json_number(buf_str(&plain)))
		buf_add(out, buf_str(&plain));
	else
		buf_add_json(out, node->as.text);
}

static void write_value(struct buf *out, const struct node *node, size_t indent, size_t depth)
{
	if (node_is_null(node) || depth > DEPTH) {
		buf_add(out, STR("null"));
		return;
	}
	switch (node->kind) {
	case NODE_NULL:
		break;
	case NODE_BOOL:
		buf_add(out, node->truth ? STR("true") : STR("false"));
		break;
	case NODE_INT:
	case NODE_FLOAT:
		write_number(out, node);
		break;
	case NODE_STRING:
		buf_add_json(out, node->as.text);
		break;
	case NODE_LIST:
		write_list(out, node, indent, depth);
		break;
	case NODE_MAP:
		write_map(out, node, indent, depth);
		break;
	}
}

void doc_write_json(struct buf *out, const struct node *root, size_t indent)
{
	write_value(out, root, indent, 0);
}
