/* SPDX-License-Identifier: Apache-2.0 */
/* Which version and channel of the Gateway API has a kind, and how people get there. */
#ifndef ING2GW_TARGETS_VERSIONS_H
#define ING2GW_TARGETS_VERSIONS_H

#include "targets/lower.h"

/* The version and channel that is written for has the kind, and in it the field ("spec.rules"), and the target has both. */
bool version_has(const struct lowering *lowering, str kind, str field);

/* The same of a value that the field has a list of ("CORS"). */
bool version_has_value(const struct lowering *lowering, str kind, str field, str value);

/* A path may be a regular expression. */
bool version_has_expressions(const struct lowering *lowering);

/* "spec.tls of a Gateway is not in the standard channel of Gateway API 1.5"; or that the target does not know it. what: the field in words. */
str version_lacks(const struct lowering *lowering, str kind, str field, str what);
str version_lacks_value(const struct lowering *lowering, str kind, str field, str value, str what);

/* The same of a kind, "TCPRoute"; or that the target does not serve it. */
str kind_lacks(const struct lowering *lowering, str kind);

/* The options that would have it: "--gateway-api 1.6 or newer has it in the standard channel, ..."; or what else helps. */
str version_ways(const struct lowering *lowering, str kind, str field);
str version_ways_value(const struct lowering *lowering, str kind, str field, str value);

/* The version of the target from which on it says the feature, where it does not yet; or empty. */
str version_ways_since(const struct lowering *lowering, str feature);

#endif
