/* SPDX-License-Identifier: Apache-2.0 */
/* Names in values: see dump_mentions.h. A word "namespace/name" names an object there, a word "name" one beside the object that says it. */
#include "kube/dump_mentions.h"

#include "kube/names.h"

void mentions_init(struct mentions *m, struct arena *arena)
{
	m->arena = arena;
	map_init(&m->names, arena);
}

void mentions_add(struct mentions *m, str whole)
{
	if (!map_get(&m->names, whole))
		map_set(&m->names, arena_str(m->arena, whole), m);
}

bool mentions_has(const struct mentions *m, str namespace, str name)
{
	char text[512];
	if (namespace.n + name.n + 1 > sizeof text)
		return false;
	memcpy(text, namespace.p, namespace.n);
	text[namespace.n] = '/';
	memcpy(text + namespace.n + 1, name.p, name.n);
	return map_get(&m->names, (str){ text, namespace.n + name.n + 1 }) != NULL;
}

static void add_word(struct mentions *m, str namespace, str word)
{
	/* Deployments name their own namespace so */
	static const str OWN = STR_INIT("$(POD_NAMESPACE)/");
	str before, name;
	char text[512];
	if (str_starts(word, OWN))
		word = str_from(word, OWN.n);
	if (str_cut(word, '/', &before, &name))
		namespace = before;
	else
		name = word;
	if (!name_is_subdomain(name) || !name_is_label(namespace))
		return;
	memcpy(text, namespace.p, namespace.n);
	text[namespace.n] = '/';
	memcpy(text + namespace.n + 1, name.p, name.n);
	mentions_add(m, (str){ text, namespace.n + name.n + 1 });
}

static bool divides(char c)
{
	return char_is_space(c) || c == ',' || c == '=' || c == ';';
}

static void add_value(struct mentions *m, str namespace, str value)
{
	for (size_t i = 0; i < value.n;) {
		size_t start = i;
		while (i < value.n && !divides(value.p[i]))
			i++;
		if (i > start && i - start <= 320)
			add_word(m, namespace, str_slice(value, start, i));
		i++;
	}
}

static void add_values(struct mentions *m, str namespace, const struct node *node)
{
	for (size_t i = 0; node && node->kind == NODE_MAP && i < node->as.map.n; i++)
		add_value(m, namespace, node_text(node->as.map.item[i].value));
	for (size_t i = 0; node && node->kind == NODE_LIST && i < node->as.list.n; i++)
		add_value(m, namespace, node_text(node->as.list.item[i]));
}

void mentions_of(struct mentions *m, const struct node *object)
{
	const struct node *containers = node_at(object, STR("spec.template.spec.containers"));
	str namespace = node_text(node_at(object, STR("metadata.namespace")));
	add_values(m, namespace, node_at(object, STR("metadata.annotations")));
	add_values(m, namespace, node_get(object, STR("data")));
	for (size_t i = 0; containers && containers->kind == NODE_LIST && i < containers->as.list.n; i++) {
		add_values(m, namespace, node_get(containers->as.list.item[i], STR("command")));
		add_values(m, namespace, node_get(containers->as.list.item[i], STR("args")));
	}
}
