/* SPDX-License-Identifier: Apache-2.0 */
/* Routes of wider hosts that come before those of closer ones, where the target ranks the rules of all hosts together. */
#ifndef ING2GW_TARGETS_ACROSS_H
#define ING2GW_TARGETS_ACROSS_H

#include "targets/lower.h"
#include "targets/ranks.h"

/* It does. */
bool across_ranks(const struct lowering *lowering);

/* There are such routes for the host. */
bool across_matters(const struct lowering *lowering, const struct host *host);

/* Closed and guarded rules of a host take these paths as well, so that they stay so; limit: matches of a rule. Added are the rules of the host on this side. */
void across_hold(struct lowering *lowering, const struct host *host, enum side side, const struct added_list *added, size_t limit);

/* After the hosts of the entry: what is left of it. */
void across_say(struct lowering *lowering);

#endif
