/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP rules as rules of a GRPCRoute. A call is a request for /SERVICE/METHOD, so a path is a service, a service with a method, or, as
 * the root, every call.
 */
#ifndef ING2GW_GATEWAY_GRPC_H
#define ING2GW_GATEWAY_GRPC_H

#include "gateway/objects.h"

/* Whether a path takes whole services or methods; both are empty where it takes every call. */
bool grpc_path(const struct path_match *path, str *service, str *method);

/* One of the matches takes every call: then a rule has none. */
bool grpc_takes_all(const struct http_rule *rule);

/* The paths of all rules are such (grpc_path). */
struct grpc_route grpc_route_of(struct arena *arena, const struct http_route *route);

#endif
