/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The structure of the Gateway API kinds by version and channel: fields, types, limits, defaults, patterns. Read from
 * the table mappings/gateway-api/fields.tsv, which explains its own format. A schema is never changed after loading, so
 * threads may share it.
 */
#ifndef ING2GW_GATEWAY_SCHEMA_H
#define ING2GW_GATEWAY_SCHEMA_H

#include "base/arena.h"

#define GATEWAY_GROUP "gateway.networking.k8s.io"
#define GATEWAY_MINOR_MAX 7          /* 1.7 is the newest version of the table */

struct gateway_version {
	unsigned minor;              /* 1.minor */
	bool experimental;           /* channel */
};

/* "1.0" ... "1.7", sets minor only. False for anything else, out is then unchanged. */
bool gateway_version_parse(str text, struct gateway_version *out);

/* "1.5", or "1.5 experimental". */
str gateway_version_text(struct arena *arena, struct gateway_version version);

enum schema_type {
	SCHEMA_OBJECT, SCHEMA_ARRAY, SCHEMA_MAP, SCHEMA_STRING, SCHEMA_INTEGER, SCHEMA_BOOLEAN,
	SCHEMA_ANY           /* not looked into */
};

struct schema_span {
	uint8_t first, last;         /* minor versions; first > last: none */
};

struct schema_pattern {
	str name, text;
	void *code;                  /* compiled, see schema_matches() */
};

/* What the CRDs of some versions say about a field. */
struct schema_fact {
	struct schema_span in[2];    /* standard, experimental */
	uint32_t api;                /* bit i: holds in the kind's apiVersion i */
	enum schema_type type;
	bool required, int32, address;
	bool has_min, has_max;
	int64_t min, max;            /* of characters, elements, keys, or the number itself, as the type says */
	bool unique;                 /* no element twice */
	str unique_key;              /* ... by this field, when not empty */
	str default_text;            /* JSON: "x", 1, true, {}, [{}]; empty: none */
	str words;                   /* allowed values, joined by |; empty: any */
	const struct schema_pattern *pattern;   /* NULL: none */
};

struct schema_node {
	str name;                    /* field name, "[]" or "{}"; of a kind's root "." */
	LIST(struct schema_fact) fact;
	LIST(struct schema_node *) child;
};

struct schema_api {
	str name;                    /* "v1" */
	struct schema_span in[2];    /* where it is served */
};

struct schema_kind {
	str name;
	bool cluster;                /* cluster scope: no namespace */
	LIST(struct schema_api) api;
	struct schema_node *root;
};

struct schema {
	struct arena *arena;
	LIST(struct schema_kind) kind;
	LIST(struct schema_pattern *) pattern;
};

/* Parses the table, which must live as long as the result. NULL when it is broken. */
struct schema *schema_load(struct arena *arena, str tsv);

const struct schema_kind *schema_kind(const struct schema *schema, str kind);   /* NULL when unknown */

/*
 * The apiVersion to print for a kind, "gateway.networking.k8s.io/v1": the most mature one that is served, but v1beta1
 * for a ReferenceGrant, which every version takes. Empty when the kind does not exist there.
 */
str schema_api_version(const struct schema *schema, str kind, struct gateway_version version);

/* Whether that version takes a field ("spec.rules[].filters[].cors"), or a value of a field that has a list of them. */
bool schema_has_field(const struct schema *schema, str kind, str path, struct gateway_version version);
bool schema_has_enum(const struct schema *schema, str kind, str path, str value, struct gateway_version version);

/* The first version of a channel that has it; false when none has. */
bool schema_field_since(const struct schema *schema, str kind, str path, bool experimental, unsigned *minor);
bool schema_enum_since(const struct schema *schema, str kind, str path, str value, bool experimental, unsigned *minor);

/* For walking a tree with an object. api: bit of the object's apiVersion. All give NULL when there is none. */
const struct schema_node *schema_child(const struct schema_node *node, str name);
const struct schema_fact *schema_fact_at(const struct schema_node *node, uint32_t api, struct gateway_version version);
bool schema_span_has(const struct schema_span in[2], struct gateway_version version);

/*
 * Whether text contains the pattern, as Go's regexp sees it; text that is not UTF-8 does not. matcher is what
 * schema_matcher() made, one for each thread.
 */
bool schema_matches(const struct schema_pattern *pattern, str text, void *matcher);
void *schema_matcher(struct arena *arena);

#endif
