/* SPDX-License-Identifier: Apache-2.0 */
/* Predicates that the rules of HTTPRoute and GRPCRoute share; in cel_route.c. */
#ifndef ING2GW_GATEWAY_CEL_ROUTE_H
#define ING2GW_GATEWAY_CEL_ROUTE_H

#include "gateway/cel_rules.h"

cel_predicate matches_sum;           /* of a list of rules */
cel_predicate filter_once;           /* in a list of filters: at most one of type a */
cel_predicate fraction_proper;
cel_predicate permanent_timeout;     /* of a session; a is the field with the cookie's settings */

#endif
