/* SPDX-License-Identifier: Apache-2.0 */
/* In which order a Gateway looks at what may refuse requests: that of its implementation, or the one that it can be told in place of that. */
#ifndef ING2GW_TARGETS_ORDER_H
#define ING2GW_TARGETS_ORDER_H

#include "targets/policies.h"

/* Before the routes of an entry: whether its Gateway is told the other order, because more of them are then asked as the source asks. */
void order_decide(struct lowering *lowering, const struct entry *entry);

/* What the route asks in policies is asked in the source's order. */
bool order_is_kept(const struct lowering *lowering, const struct route *route);

/* Adds what tells the Gateway, where it is told. */
void order_add(struct lowering *lowering, struct entry_part *out);

#endif
