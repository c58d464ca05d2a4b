/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects of kinds that only some controller knows: every leaf with its key and place. What they may hold is not known here, so nothing
 * of them is checked but their name.
 */
#include "kube/decode.h"

struct meta *decode_vendor(struct decoder *d, const struct node *root)
{
	struct vendor_object *object = d->vendor = NEW(d->arena, struct vendor_object);
	bool named = decode_meta(d, root, d->vendor_kind->cluster, &object->meta);
	object->kind = d->vendor_kind;
	for (size_t i = 0; named && root->kind == NODE_MAP && i < root->as.map.n; i++) {
		static const str NOT[] = { STR_INIT("apiVersion"), STR_INIT("kind"), STR_INIT("metadata"), STR_INIT("status") };
		const struct pair *pair = &root->as.map.item[i];
		bool skip = false;
		for (size_t k = 0; k < sizeof NOT / sizeof *NOT; k++)
			skip = skip || str_eq(pair->key, NOT[k]);
		if (!skip)
			decode_leaves(d, STEP_KEY(NULL, pair), pair->value);
	}
	d->vendor = NULL;
	return named ? &object->meta : NULL;
}

struct field *vendor_field(const struct vendor_object *object, str key)
{
	for (size_t i = object->fields.n; i > 0; i--)
		if (str_eq(object->fields.item[i - 1]->key, key))
			return object->fields.item[i - 1];
	return NULL;
}
