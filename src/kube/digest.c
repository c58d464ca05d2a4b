/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 128 bits over what an object says: all but status, and of metadata only labels, annotations and age. Order of keys,
 * quoting style and null values do not count. Equal digests are taken for equal objects; nothing but the wording of a
 * message hangs on it.
 */
#include "kube/decode.h"

enum { DEPTH = 200 };

static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t x = a * UINT64_C(0x9E3779B97F4A7C15) + b;
	x ^= x >> 32;
	x *= UINT64_C(0xD6E8FEB86659FD93);
	x ^= x >> 29;
	return x;
}

static struct digest mixed(struct digest a, struct digest b)
{
	return (struct digest){ { mix(a.part[0], b.part[0]), mix(a.part[1] ^ UINT64_C(0xA5A5A5A5), b.part[1]) } };
}

static struct digest of_number(uint64_t number)
{
	return (struct digest){ { mix(1, number), mix(2, number) } };
}

/* Two hashes that share nothing: FNV-1a, and bytes mixed one by one. */
static struct digest of_text(str s)
{
	uint64_t second = s.n;
	for (size_t i = 0; i < s.n; i++)
		second = mix(second, (unsigned char)s.p[i]);
	return (struct digest){ { mix(str_hash(s), s.n), second } };
}

static struct digest of_node(const struct node *node, size_t depth);

/* Keys have no order, so what they give is added up. */
static struct digest of_map(const struct node *node, size_t depth)
{
	struct digest sum = of_number(NODE_MAP);
	for (size_t i = 0; i < node->as.map.n; i++) {
		const struct pair *pair = &node->as.map.item[i];
		if (node_is_null(pair->value) || str_eq(pair->key, STR("kubectl.kubernetes.io/last-applied-configuration")))
			continue;
		struct digest one = mixed(of_text(pair->key), of_node(pair->value, depth + 1));
		sum.part[0] += one.part[0];
		sum.part[1] += one.part[1];
	}
	return sum;
}

static struct digest of_node(const struct node *node, size_t depth)
{
	struct digest digest = of_number(node->kind);
	if (depth > DEPTH)
		return digest;
	switch (node->kind) {
	case NODE_NULL:
		break;
	case NODE_BOOL:
		digest = mixed(digest, of_number(node->truth));
		break;
	case NODE_INT:
		digest = node->number ? mixed(digest, of_number((uint64_t)node->number)) : mixed(digest, of_text(node->as.text));
		break;
	case NODE_FLOAT:
	case NODE_STRING:
		digest = mixed(digest, of_text(node->as.text));
		break;
	case NODE_LIST:
		for (size_t i = 0; i < node->as.list.n; i++)
			digest = mixed(digest, of_node(node->as.list.item[i], depth + 1));
		break;
	case NODE_MAP:
		digest = of_map(node, depth);
		break;
	}
	return digest;
}

struct digest digest_object(const struct node *root, str api_version)
{
	static const str counted[] = { STR_INIT("labels"), STR_INIT("annotations"), STR_INIT("creationTimestamp") };
	struct digest digest = of_text(api_version);
	struct digest sum = { { 0, 0 } };
	const struct node *metadata = node_get(root, STR("metadata"));
	for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++) {
		const struct node *value = node_get(metadata, counted[i]);
		bool empty = node_is_null(value) || (value->kind == NODE_MAP && value->as.map.n == 0);
		digest = mixed(digest, empty ? of_number(0) : of_node(value, 0));
	}
	for (size_t i = 0; i < root->as.map.n; i++) {
		const struct pair *pair = &root->as.map.item[i];
		if (str_eq(pair->key, STR("apiVersion")) || str_eq(pair->key, STR("kind")) || str_eq(pair->key, STR("metadata"))
		    || str_eq(pair->key, STR("status")) || node_is_null(pair->value))
			continue;
		struct digest one = mixed(of_text(pair->key), of_node(pair->value, 0));
		sum.part[0] += one.part[0];
		sum.part[1] += one.part[1];
	}
	return mixed(digest, sum);
}
