/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests shared out to files: see layout.h. */
#include "lib/layout.h"

#include "gateway/names.h"
#include "kube/names.h"
#include "lib/output.h"

#include <stdlib.h>

const str layout_folders[] = { STR_INIT("namespaces"), STR_INIT("infrastructure"), STR_INIT("operator"), STR_INIT("application") };
const size_t layout_folder_count = sizeof layout_folders / sizeof *layout_folders;

/* What is no name of a namespace gets one that can be no namespace's. */
static str namespace_file(struct arena *arena, const char *folder, str namespace)
{
	str safe = name_is_label(namespace) ? namespace : arena_join(arena, STR("_"), names_hash(arena, namespace, 12));
	return arena_printf(arena, "%s/%.*s.yaml", folder, STR_ARG(safe));
}

static str by_namespace(struct arena *arena, const struct printed *p)
{
	return p->kind == OBJECT_GATEWAY_CLASS ? STR("cluster.yaml") : namespace_file(arena, "namespaces", p->namespace);
}

/* The roles of the Gateway API: who provides the implementation, who runs the Gateways of a cluster, who owns the applications. */
static str by_role(struct arena *arena, const struct printed *p)
{
	if (p->kind == OBJECT_GATEWAY_CLASS)
		return STR("infrastructure/gateway-classes.yaml");
	if (p->kind == OBJECT_GATEWAY || (p->kind == OBJECT_POLICY && !p->owner))
		return STR("operator/gateways.yaml");
	if (p->kind == OBJECT_REFERENCE_GRANT)
		return STR("operator/reference-grants.yaml");
	return namespace_file(arena, "application", p->namespace);
}

static str file_of(struct arena *arena, enum layout layout, const struct printed *p)
{
	switch (layout) {
	case LAYOUT_BY_NAMESPACE:
		return by_namespace(arena, p);
	case LAYOUT_BY_ROLE:
		return by_role(arena, p);
	case LAYOUT_NONE:
	case LAYOUT_SINGLE:
		break;
	}
	return STR("gateway-api.yaml");
}

struct group {
	str path;
	LIST(struct printed) objects;
};

static int compare_files(const void *a, const void *b)
{
	return str_cmp(((const struct layout_file *)a)->path, ((const struct layout_file *)b)->path);
}

struct layout_files layout_make(struct arena *arena, enum layout layout, const struct printed *objects, size_t n, bool comments)
{
	struct layout_files files = { 0 };
	LIST(struct group *) groups = { 0 };
	struct map by_path;
	map_init(&by_path, arena);
	for (size_t i = 0; i < n; i++) {
		str path = file_of(arena, layout, &objects[i]);
		struct group *group = map_get(&by_path, path);
		if (!group) {
			group = NEW(arena, struct group);
			group->path = path;
			map_set(&by_path, path, group);
			LIST_PUSH(arena, &groups, group);
		}
		LIST_PUSH(arena, &group->objects, objects[i]);
	}
	for (size_t i = 0; i < groups.n; i++) {
		const struct group *g = groups.item[i];
		struct layout_file file = { g->path, arena_join(arena, STR(LAYOUT_MARK), output_yaml(arena, g->objects.item, g->objects.n, comments)) };
		LIST_PUSH(arena, &files, file);
	}
	if (files.n)
		qsort(files.item, files.n, sizeof *files.item, compare_files);
	return files;
}

static str value_of(str line, str key)
{
	str value = str_trim(str_from(line, key.n));
	bool quoted = value.n > 1 && value.p[0] == '"' && value.p[value.n - 1] == '"';
	return quoted ? str_slice(value, 1, value.n - 1) : value;
}

static void end_object(struct arena *arena, str kind, str namespace, str name, struct str_list *out)
{
	bool cluster = str_eq(kind, object_kind_name(OBJECT_GATEWAY_CLASS));
	if (namespace.n == 0 && !cluster)
		namespace = STR("default");
	if (kind.n && name.n)
		str_list_add_new(arena, out, arena_printf(arena, "%.*s/%.*s/%.*s", STR_ARG(kind), STR_ARG(namespace), STR_ARG(name)));
}

/* The form is that of our own writer: nothing else stands at these places. */
void layout_objects(struct arena *arena, str text, struct str_list *out)
{
	static const str KIND = STR_INIT("kind: "), NAME = STR_INIT("  name: "), NAMESPACE = STR_INIT("  namespace: ");
	str kind = { "", 0 }, name = kind, namespace = kind, line;
	bool metadata = false;
	while (text.n) {
		str_cut(text, '\n', &line, &text);
		if (str_eq(line, STR("---"))) {
			end_object(arena, kind, namespace, name, out);
			kind = name = namespace = (str){ "", 0 };
		}
		if (!str_starts(line, STR(" ")))
			metadata = str_eq(line, STR("metadata:"));
		if (str_starts(line, KIND))
			kind = value_of(line, KIND);
		else if (metadata && str_starts(line, NAME))
			name = value_of(line, NAME);
		else if (metadata && str_starts(line, NAMESPACE))
			namespace = value_of(line, NAMESPACE);
	}
	end_object(arena, kind, namespace, name, out);
}

str layout_kustomization(struct arena *arena, struct str_list *paths)
{
	struct buf out;
	buf_init(&out, arena, 0);
	str_list_sort(paths);
	buf_add(&out, STR(LAYOUT_MARK "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"));
	buf_add(&out, paths->n ? STR("resources:\n") : STR("resources: []\n"));
	for (size_t i = 0; i < paths->n; i++)
		buf_printf(&out, "- %.*s\n", STR_ARG(paths->item[i]));
	return buf_str(&out);
}
