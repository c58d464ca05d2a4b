/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts some of whose routes are guarded by policies, where the letter case of a path must not decide who is asked. */
#ifndef ING2GW_TARGETS_GUARDED_H
#define ING2GW_TARGETS_GUARDED_H

#include "targets/lower.h"

/* A route of the host is guarded by a policy, and another one leads to a backend without the same guards. */
bool host_is_half_guarded(const struct lowering *lowering, const struct host *host);

#endif
