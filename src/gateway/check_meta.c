/* SPDX-License-Identifier: Apache-2.0 */
/* Metadata of objects: names, labels, annotations. What is null is absent, as everywhere outside of lists. */
#include "gateway/check_walk.h"

#include "gateway/cel.h"
#include "kube/names.h"

#define ANNOTATIONS_MAX_BYTES (256u * 1024u)   /* keys and values of all annotations together */

static bool is_text(struct walk *walk, const struct step *at, const struct node *value)
{
	if (value->kind == NODE_STRING)
		return true;
	check_fault(walk, at, "is %.*s, not text", STR_ARG(node_kind_name(value)));
	return false;
}

static bool is_map(struct walk *walk, const struct step *at, const struct node *value)
{
	if (value->kind == NODE_MAP)
		return true;
	check_fault(walk, at, "is %.*s, not a map", STR_ARG(node_kind_name(value)));
	return false;
}

static void check_name(struct walk *walk, const struct step *at, const struct node *value)
{
	if (!is_text(walk, at, value))
		return;
	str name = node_text(value);
	if (!name_is_subdomain(name))
		check_fault(walk, at, "%.*s is no DNS name in lower case of at most 253 characters", STR_ARG(check_shown(walk, name)));
}

static void check_namespace(struct walk *walk, const struct step *at, const struct node *value)
{
	if (!is_text(walk, at, value))
		return;
	str name = node_text(value);
	if (walk->kind->cluster && name.n)
		check_fault(walk, at, "is not for kinds without namespace");
	else if (name.n && !name_is_label(name))
		check_fault(walk, at, "%.*s is no DNS label in lower case of at most 63 characters", STR_ARG(check_shown(walk, name)));
}

static void check_labels(struct walk *walk, const struct step *at, const struct node *map)
{
	if (!is_map(walk, at, map))
		return;
	for (size_t i = 0; i < map->as.map.n; i++) {
		const struct pair *pair = &map->as.map.item[i];
		const struct step here = { .outer = at, .kind = STEP_KEY, .name = pair->key };
		if (!name_is_label_key(pair->key))
			check_fault(walk, &here, "the key is no name with or without a domain before it");
		if (!node_is_null(pair->value) && is_text(walk, &here, pair->value) && !name_is_label_value(node_text(pair->value)))
			check_fault(walk, &here, "%.*s is no value of a label: at most 63 letters, digits, \"-\", \"_\" and \".\"",
				STR_ARG(check_shown(walk, node_text(pair->value))));
	}
}

static void check_annotations(struct walk *walk, const struct step *at, const struct node *map)
{
	size_t bytes = 0;
	if (!is_map(walk, at, map))
		return;
	for (size_t i = 0; i < map->as.map.n; i++) {
		const struct pair *pair = &map->as.map.item[i];
		const struct step here = { .outer = at, .kind = STEP_KEY, .name = pair->key };
		if (!name_is_qualified(pair->key))
			check_fault(walk, &here, "the key is no name with or without a domain before it");
		bytes += pair->key.n + node_text(pair->value).n;
		if (!node_is_null(pair->value))
			is_text(walk, &here, pair->value);
	}
	if (bytes > ANNOTATIONS_MAX_BYTES)
		check_fault(walk, at, "all annotations together have %zu bytes, at most %u are allowed", bytes, ANNOTATIONS_MAX_BYTES);
}

/* What the API server and controllers write; nobody prints it, and it may stand in what is read. */
static bool is_managed(str field)
{
	static const str fields[] = {
		STR_INIT("creationTimestamp"), STR_INIT("deletionGracePeriodSeconds"), STR_INIT("deletionTimestamp"), STR_INIT("finalizers"),
		STR_INIT("generateName"), STR_INIT("generation"), STR_INIT("managedFields"), STR_INIT("ownerReferences"),
		STR_INIT("resourceVersion"), STR_INIT("selfLink"), STR_INIT("uid")
	};
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (str_eq(fields[i], field))
			return true;
	return false;
}

void check_metadata(struct walk *walk, const struct node *object)
{
	const struct step at = { .name = STR_INIT("metadata") };
	const struct node *metadata = node_get(object, at.name);
	if (node_is_null(metadata))
		check_fault(walk, &at, "is required");
	if (node_is_null(metadata) || !is_map(walk, &at, metadata))
		return;
	for (size_t i = 0; i < metadata->as.map.n; i++) {
		const struct pair *pair = &metadata->as.map.item[i];
		const struct step here = { .outer = &at, .name = pair->key };
		if (node_is_null(pair->value))
			continue;
		if (str_eq(pair->key, STR("name")))
			check_name(walk, &here, pair->value);
		else if (str_eq(pair->key, STR("namespace")))
			check_namespace(walk, &here, pair->value);
		else if (str_eq(pair->key, STR("labels")))
			check_labels(walk, &here, pair->value);
		else if (str_eq(pair->key, STR("annotations")))
			check_annotations(walk, &here, pair->value);
		else if (!is_managed(pair->key))
			check_fault(walk, &here, "is no field of metadata");
	}
	const struct step name = { .outer = &at, .name = STR_INIT("name") };
	if (node_is_null(node_get(metadata, name.name)))
		check_fault(walk, &name, "is required");
}
