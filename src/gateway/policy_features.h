/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a policy of an implementation says, read back by the rows of the target's table that write such policies: features with their
 * fields, and the leaves of its spec that no row would have written.
 */
#ifndef ING2GW_GATEWAY_POLICY_FEATURES_H
#define ING2GW_GATEWAY_POLICY_FEATURES_H

#include "mapping/template_take.h"

/* A fixed answer, with the fields "status" and "location". */
#define POLICY_ANSWER "route.answer"
/* A status of the implementation's own that becomes another one: "from", "status", "location". */
#define POLICY_OVERRIDE "route.override"
/* Answers of a service that is asked for permission are no more than their status. */
#define POLICY_REFUSED "route.refused"
/* The order in which policies may refuse requests is that of the table's key `order`. */
#define POLICY_ORDER "route.order"

/* Around the names of hosts in the condition of a header, in the words of Envoy: without them, everybody has it. */
#define HSTS_BUT " && !(re.extract(request.host, r'^[^:]*', r'\\0') in ["
#define HSTS_BUT_END "])"

struct policy_feature {
	str name;                        /* of features.yaml; "timeout.request" where the limit of a whole exchange is lifted; POLICY_ANSWER and the others above */
	struct template_values values;   /* by the names of the row's holes */
	struct place at;                 /* of the first field that says it */
};

struct policy_words {
	const struct target_table *target;
	const struct policy_kind *kind;
	LIST(struct policy_feature) features;   /* in the order of the table */
	struct template_leaves unknown;         /* JSON pointers below the spec */
};

/* NULL: no target has such a kind. */
const struct policy_kind *policy_kind_of(const struct mapping *mapping, str group, str kind);

/* spec: of a kind that has none the object. False: no target has such a kind. Nothing is shared with the tree. */
bool policy_features(struct arena *arena, const struct mapping *mapping, str group, str kind, const struct node *spec, struct policy_words *out);

#endif
