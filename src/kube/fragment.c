/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents that stand in folders of manifests and are no objects: patches and kustomization.yaml of Kustomize, values and
 * Chart.yaml of Helm. A folder with them is read without an error; what they would have changed is said.
 */
#include "kube/decode.h"

enum { DEPTH = 200 };

#define HELP_KUSTOMIZE "convert what Kustomize makes of it: kubectl kustomize DIR | ing2gw convert -f -"
#define EFFECT_PATCH "it is not converted, and the object that it changes is read as if it were not there"

static const struct fault PATCH = {
	DIAG_FRAGMENT, DIAG_WARNING, STR_INIT("this is a patch for an object, not an object"), STR_INIT(EFFECT_PATCH), STR_INIT(HELP_KUSTOMIZE),
};

static const struct fault JSON_PATCH = {
	DIAG_FRAGMENT, DIAG_WARNING, STR_INIT("this is a JSON patch (RFC 6902), not an object"), STR_INIT(EFFECT_PATCH), STR_INIT(HELP_KUSTOMIZE),
};

static const struct fault NO_KIND = {
	DIAG_FRAGMENT, DIAG_WARNING, STR_INIT("kind is missing: this is a part of an object, as a patch of Kustomize is"), STR_INIT(EFFECT_PATCH),
	STR_INIT(HELP_KUSTOMIZE "; if it is a whole object, write its kind"),
};

static const struct fault NO_VERSION = {
	DIAG_FRAGMENT, DIAG_WARNING, STR_INIT("apiVersion is missing: this is a part of an object, as a patch of Kustomize is"), STR_INIT(EFFECT_PATCH),
	STR_INIT(HELP_KUSTOMIZE "; if it is a whole object, write its apiVersion"),
};

static const struct fault NO_SPEC = {
	DIAG_FRAGMENT, DIAG_WARNING, STR_INIT("spec is missing: this is a part of an object, as a patch of Kustomize is"),
	STR_INIT(EFFECT_PATCH), STR_INIT(HELP_KUSTOMIZE "; if it is a whole object, write its spec"),
};

static const struct fault GAPS = {
	DIAG_FRAGMENT, DIAG_WARNING, STR_INIT("spec.selector is missing: this is a part of an object, as a patch of Kustomize is"),
	STR_INIT(EFFECT_PATCH), STR_INIT(HELP_KUSTOMIZE "; if it is a whole object, complete its spec"),
};

static const struct fault KUSTOMIZATION = {
	DIAG_PASSED_OVER, DIAG_NOTE, STR_INIT("a Kustomization is not built here"),
	STR_INIT("namespaces, prefixes, labels, patches and generated objects that it adds are missing from what is converted"), STR_INIT(HELP_KUSTOMIZE),
};

static const struct fault NO_OBJECT = {
	DIAG_NOT_AN_OBJECT, DIAG_NOTE, STR_INIT("a document without kind is no Kubernetes object; it is passed over"), STR_INIT("none"),
	STR_INIT("of a Helm chart, convert what it makes: helm template DIR | ing2gw convert -f -"),
};

static const struct fault TEXT_DOCUMENT = {
	DIAG_NOT_AN_OBJECT, DIAG_ERROR, STR_INIT("the document is plain text, no Kubernetes object"), STR_INIT("nothing is made of it"),
	STR_INIT("an object is a map with apiVersion, kind and metadata; is this the right file?"),
};

static const struct fault LIST_DOCUMENT = {
	DIAG_NOT_AN_OBJECT, DIAG_ERROR, STR_INIT("the document is a list, no Kubernetes object"), STR_INIT("nothing is made of it"),
	STR_INIT("put objects into one document each, or below items of kind: List"),
};

static bool is_marker(str key)
{
	return str_starts(key, STR("$patch")) || str_starts(key, STR("$setElementOrder/")) || str_starts(key, STR("$deleteFromPrimitiveList/"))
		|| str_starts(key, STR("$retainKeys"));
}

static bool has_marker(const struct node *node, size_t depth)
{
	if (depth > DEPTH)
		return false;
	if (node->kind == NODE_LIST) {
		for (size_t i = 0; i < node->as.list.n; i++)
			if (has_marker(node->as.list.item[i], depth + 1))
				return true;
	} else if (node->kind == NODE_MAP) {
		for (size_t i = 0; i < node->as.map.n; i++)
			if (is_marker(node->as.map.item[i].key) || has_marker(node->as.map.item[i].value, depth + 1))
				return true;
	}
	return false;
}

bool fragment_has_marker(const struct node *root)
{
	return has_marker(root, 0);
}

static void say(struct decoder *d, const struct fault *fault, const struct node *root)
{
	uint32_t span;
	struct place at = decode_place(root, &span);
	decode_report(d, fault, at, span);
}

void fragment_report(struct decoder *d, const struct node *root)
{
	if (fragment_has_marker(root))
		say(d, &PATCH, root);
	else if (d->api_version.n == 0)
		say(d, &NO_VERSION, root);
	else
		say(d, node_is_null(node_get(root, STR("spec"))) ? &NO_SPEC : &GAPS, root);
}

void fragment_kustomization(struct decoder *d, const struct node *root)
{
	say(d, &KUSTOMIZATION, root);
}

/* kustomization.yaml may leave kind out. Some of its keys are lists there and something else in other files. */
static bool is_kustomization(struct decoder *d, const struct node *root)
{
	static const str lists[] = {
		STR_INIT("resources"), STR_INIT("bases"), STR_INIT("components"), STR_INIT("patches"), STR_INIT("patchesStrategicMerge"),
		STR_INIT("patchesJson6902"), STR_INIT("configMapGenerator"), STR_INIT("secretGenerator"), STR_INIT("generators"), STR_INIT("transformers"),
	};
	const struct source *source = sources_get(d->snapshot->sources, root->at.file);
	if (source) {
		size_t slash = str_find_last_char(source->name, '/');
		str base = slash < source->name.n ? str_from(source->name, slash + 1) : source->name;
		if (str_eq(base, STR("kustomization.yaml")) || str_eq(base, STR("kustomization.yml")) || str_eq(base, STR("Kustomization")))
			return true;
	}
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		const struct node *value = node_get(root, lists[i]);
		if (value && value->kind == NODE_LIST)
			return true;
	}
	return false;
}

static bool is_json_patch(const struct node *root)
{
	for (size_t i = 0; i < root->as.list.n; i++)
		if (!node_is_scalar(node_get(root->as.list.item[i], STR("op"))) || !node_is_scalar(node_get(root->as.list.item[i], STR("path"))))
			return false;
	return root->as.list.n > 0;
}

void fragment_without_kind(struct decoder *d, const struct node *root)
{
	if (root->kind == NODE_LIST) {
		say(d, is_json_patch(root) ? &JSON_PATCH : &LIST_DOCUMENT, root);
		return;
	}
	if (root->kind != NODE_MAP) {
		say(d, &TEXT_DOCUMENT, root);
		return;
	}
	const struct node *metadata = node_get(root, STR("metadata")), *spec = node_get(root, STR("spec"));
	if (is_kustomization(d, root))
		fragment_kustomization(d, root);
	else if (fragment_has_marker(root))
		say(d, &PATCH, root);
	else if ((metadata && metadata->kind == NODE_MAP) || (spec && spec->kind == NODE_MAP))
		say(d, &NO_KIND, root);
	else
		say(d, &NO_OBJECT, root);
}
