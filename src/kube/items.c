/* SPDX-License-Identifier: Apache-2.0 */
/* Lists in parts: see items.h. Brackets and strings are followed here; what stands in an entry is checked by the reader of JSON. */
#include "kube/items.h"

static void visit(void *user, struct node *root)
{
	struct node **out = user;
	*out = root;
}

const struct node *answer_tree(struct arena *arena, str text)
{
	struct node *root = NULL;
	struct diags diags;
	struct sources sources;
	const struct doc_limits limits = { 0 };
	struct doc_reader reader = { arena, &diags, &limits, visit, &root };
	size_t end;
	diags_init(&diags, arena);
	sources_init(&sources, arena);
	text = str_trim(text);
	if (!json_begins(text, &end) || end < text.n)
		return NULL;
	return doc_read(&reader, &sources, sources_add(&sources, STR("answer"), text)) ? root : NULL;
}

void items_begin(struct items *items, struct arena *kept)
{
	*items = (struct items){ .arena = items->arena, .whole = items->whole, .entry = items->entry, .user = items->user, .kept = kept };
	arena_reset(items->arena);
	buf_init(&items->head, kept, 0);
	buf_init(&items->text, items->arena, 0);
}

static void hand_over(struct items *items)
{
	const struct node *root = answer_tree(items->arena, buf_str(&items->text));
	if (root)
		items->entry(items->user, root);
	else
		items->bad = true;
	arena_reset(items->arena);
	buf_init(&items->text, items->arena, 0);
}

/* A string of the top level has ended: is it a key whose list is wanted? */
static void note_string(struct items *items)
{
	str text = str_from(buf_str(&items->head), items->string_start);
	items->key_is_items = items->depth == 1 && (str_eq(text, STR("\"items\"")) || str_eq(text, STR("\"rows\"")));
}

/* A character between the entries. */
static void add_outside(struct items *items, char c)
{
	bool was_items = items->key_is_items;
	if (c != ':' && !char_is_space(c))
		items->key_is_items = false;
	if (c == '"') {
		items->in_string = true;
		items->string_start = items->head.n;
	} else if (c == '{' || c == '[') {
		items->depth++;
		items->in_list = !items->whole && items->depth == 2 && c == '[' && was_items;
	} else if (c == '}' || c == ']') {
		if (items->depth == 0)
			items->bad = true;
		else if (--items->depth == 0)
			items->closed = true;
		items->in_list = false;
	}
	buf_add_char(&items->head, c);
}

static void add_char(struct items *items, char c)
{
	struct buf *out = items->in_list && items->depth > 2 ? &items->text : &items->head;
	if (items->in_string) {
		buf_add_char(out, c);
		if (items->escaped || c == '\\')
			items->escaped = !items->escaped;
		else if (c == '"') {
			items->in_string = false;
			if (out == &items->head)
				note_string(items);
		}
		return;
	}
	if (items->closed) {
		items->bad = items->bad || !char_is_space(c);
		return;
	}
	if (!items->in_list || (items->depth == 2 && c == ']')) {
		add_outside(items, c);
		return;
	}
	if (items->depth == 2 && c != '{') {
		items->bad = items->bad || (c != ',' && !char_is_space(c));
		return;
	}
	buf_add_char(&items->text, c);
	if (c == '"')
		items->in_string = true;
	else if (c == '{' || c == '[')
		items->depth++;
	else if ((c == '}' || c == ']') && --items->depth == 2)
		hand_over(items);
}

bool items_add(struct items *items, str part)
{
	for (size_t i = 0; i < part.n && !items->bad; i++)
		add_char(items, part.p[i]);
	size_t most = items->whole ? ITEMS_LARGEST : ITEMS_HEAD;
	if (items->head.n > most || items->text.n > ITEMS_LARGEST)
		items->bad = true;
	return !items->bad;
}

const struct node *items_end(struct items *items)
{
	if (items->bad || !items->closed)
		return NULL;
	arena_reset(items->arena);
	const struct node *root = answer_tree(items->arena, buf_str(&items->head));
	if (root && root->kind == NODE_MAP && items->whole)
		items->entry(items->user, root);
	return root && root->kind == NODE_MAP ? root : NULL;
}
