/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether an API server with the CRDs of one version and channel takes an object: apiVersion and kind, metadata, the
 * structure that the schema's table has, and the CEL rules, which are asked only about objects whose structure is right.
 * Not here: rules between two objects, and rules between an object and its earlier self.
 */
#ifndef ING2GW_GATEWAY_CHECK_H
#define ING2GW_GATEWAY_CHECK_H

#include "doc/node.h"
#include "gateway/schema.h"

/* One for each thread. */
struct checker;

/* Lives in arena; schema must live as long. */
struct checker *checker_new(struct arena *arena, const struct schema *schema, struct gateway_version version);

/* A violation: place like "spec.rules[0].filters", message in one clause. Both are gone when scratch is reset. */
typedef void check_report(void *user, str place, str message);

/*
 * Checks one object of the group gateway.networking.k8s.io. Every violation calls report; the result is true when there
 * was none. Nothing in scratch is needed afterwards. The time is linear in the size of the object.
 */
bool checker_check(struct checker *checker, struct arena *scratch, const struct node *object, check_report *report, void *user);

#endif
