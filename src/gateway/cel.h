/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CEL rules of the Gateway API kinds as C predicates, a table row each. Not here: the rule of a GatewayClass that
 * controllerName never changes (GC1), which takes two objects, and those of status (GW16), which nobody writes by hand.
 * A ReferenceGrant has none.
 */
#ifndef ING2GW_GATEWAY_CEL_H
#define ING2GW_GATEWAY_CEL_H

#include "doc/node.h"
#include "gateway/schema.h"

#define CEL_ALWAYS UINT8_MAX         /* as last version: still there */

struct cel_rule;

/* What a rule is asked about. */
struct cel_case {
	const struct node *self;     /* the value at the rule's path */
	const struct cel_rule *rule;
	struct gateway_version version;
};

typedef bool cel_predicate(const struct cel_case *at);   /* whether the rule holds */

struct cel_rule {
	str id;
	str path;                    /* one under spec.rules[].filters holds for the filters of backendRefs, too */
	struct schema_span in[2];    /* standard, experimental */
	cel_predicate *holds;
	str a, b;                    /* field names and values that the predicate asks for */
	str api;                     /* only in these apiVersions ("v1,v1alpha3"); empty: in all */
	str message;
};

struct cel_table {
	str kind;
	const struct cel_rule *rule;
	size_t n;
};

/* The rules of a kind in all versions; n is 0 when it has none. */
struct cel_table cel_rules(str kind);

/* Called for every violation; place is like "spec.rules[0].filters". */
typedef void cel_report(void *user, str place, const struct cel_rule *rule);

/*
 * Tries the rules that hold in that version. object has its defaults filled in, and no nulls; api is its apiVersion
 * without the group. Places are made in arena.
 */
void cel_check(str kind, str api, struct gateway_version version, const struct node *object, struct arena *arena,
	cel_report *report, void *user);

/* A token of HTTP (RFC 9110 section 5.6.2) of up to 256 characters: the name of a header. */
bool name_is_header(str s);
/* A DNS name, optionally after "*.": what a hostname field may hold. */
bool name_is_hostname(str s);
/* A key of labels: unlike in one of annotations the domain before "/" is in lower case. */
bool name_is_label_key(str s);

#endif
