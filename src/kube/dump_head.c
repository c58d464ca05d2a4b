/* SPDX-License-Identifier: Apache-2.0 */
/* The first object of a dump, written and read, and the text of a dump: see dump.h. */
#include "kube/dump.h"

#include "doc/doc.h"

static struct node *texts(struct arena *arena, const struct str_list *list)
{
	struct node *out = node_list(arena);
	for (size_t i = 0; i < list->n; i++)
		node_add(arena, out, node_string(arena, list->item[i]));
	return out;
}

static struct node *head_tree(struct arena *arena, const struct dump_head *head)
{
	struct node *root = node_map(arena), *scope = node_map(arena), *gateway = node_map(arena), *gaps = node_list(arena);
	node_set_text(arena, root, STR("apiVersion"), STR(DUMP_API_VERSION));
	node_set_text(arena, root, STR("kind"), STR(DUMP_KIND));
	if (head->scope.namespaces.n)
		node_set(arena, scope, STR("namespaces"), texts(arena, &head->scope.namespaces));
	else
		node_set(arena, scope, STR("allNamespaces"), node_bool(arena, true));
	node_set_text(arena, scope, STR("selector"), head->scope.selector);
	node_set(arena, root, STR("scope"), scope);
	node_set_text(arena, gateway, STR("version"), head->gateway_version);
	node_set_text(arena, gateway, STR("channel"), head->gateway_channel);
	if (!head->gateway_version.n)
		node_set(arena, gateway, STR("installed"), head->gateway_unknown ? node_string(arena, STR("unknown")) : node_bool(arena, false));
	node_set(arena, root, STR("gatewayAPI"), gateway);
	for (size_t i = 0; i < head->gaps.n; i++) {
		struct node *gap = node_map(arena);
		node_set_text(arena, gap, STR("kind"), head->gaps.item[i].kind);
		if (head->gaps.item[i].only.n)
			node_set(arena, gap, STR("readOnlyIn"), texts(arena, &head->gaps.item[i].only));
		node_add(arena, gaps, gap);
	}
	node_set(arena, root, STR("gaps"), gaps);
	return root;
}

void dump_write(struct buf *out, const struct dump *dump, const str *namespace)
{
	buf_add(out, STR("# Written by ing2gw dump: what a conversion needs of a cluster. Read it with ing2gw convert -f.\n"));
	doc_write_yaml(out, head_tree(out->arena, &dump->head), (struct doc_style){ .comments = false });
	for (size_t i = 0; i < dump->objects.n; i++) {
		const struct api_kept *object = &dump->objects.item[i];
		if (namespace && !str_eq(object->namespace, *namespace))
			continue;
		buf_add(out, STR("---\n"));
		buf_add(out, object->text);
	}
}

static void read_texts(struct arena *arena, const struct node *list, struct str_list *out)
{
	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->as.list.n; i++)
		str_list_add_new(arena, out, arena_str(arena, node_text(list->as.list.item[i])));
}

bool dump_head_read(struct arena *arena, const struct node *root, struct dump_head *out)
{
	if (!str_eq(node_text(node_get(root, STR("kind"))), STR(DUMP_KIND)) || !str_eq(node_text(node_get(root, STR("apiVersion"))), STR(DUMP_API_VERSION)))
		return false;
	const struct node *gaps = node_get(root, STR("gaps")), *installed = node_at(root, STR("gatewayAPI.installed"));
	*out = (struct dump_head){ .present = true, .gateway_version = arena_str(arena, node_text(node_at(root, STR("gatewayAPI.version")))),
		.gateway_channel = arena_str(arena, node_text(node_at(root, STR("gatewayAPI.channel")))), .gateway_unknown = installed && installed->kind == NODE_STRING };
	read_texts(arena, node_at(root, STR("scope.namespaces")), &out->scope.namespaces);
	out->scope.selector = arena_str(arena, node_text(node_at(root, STR("scope.selector"))));
	for (size_t i = 0; gaps && gaps->kind == NODE_LIST && i < gaps->as.list.n; i++) {
		struct dump_gap gap = { .kind = arena_str(arena, node_text(node_get(gaps->as.list.item[i], STR("kind")))) };
		read_texts(arena, node_get(gaps->as.list.item[i], STR("readOnlyIn")), &gap.only);
		LIST_PUSH(arena, &out->gaps, gap);
	}
	return true;
}

bool dump_has_gap(const struct dump_head *head, str kind)
{
	for (size_t i = 0; i < head->gaps.n; i++)
		if (str_eq(head->gaps.item[i].kind, kind))
			return true;
	return false;
}
