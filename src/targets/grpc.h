/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a GRPCRoute says what an HTTPRoute would: all rules of a host's side forward calls, by paths that are services and methods, and
 * nothing of them needs a filter that a GRPCRoute does not have. Everywhere else gRPC stays in an HTTPRoute, and the port of the Service
 * has to say that it speaks HTTP/2 (backends.c tells).
 */
#ifndef ING2GW_TARGETS_GRPC_H
#define ING2GW_TARGETS_GRPC_H

#include "targets/lower.h"

/* What the controller answers for itself at a path that no call has: /package.Service without a method. */
bool grpc_never(const struct route *route, const struct http_rule *rule);

/* The backends of the route speak gRPC, whatever becomes of it. */
bool grpc_is_spoken(const struct route *route);

/* The rule can stand in a GRPCRoute. side: of the rule. */
bool grpc_fits(const struct lowering *lowering, const struct route *route, enum side side, const struct http_rule *rule);

/* It will: the places of its facts are those of a GRPCRoute. */
void grpc_mark(struct lowering *lowering, const struct route *route, struct rule_part *part);

#endif
