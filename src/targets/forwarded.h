/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests that came by HTTPS to a load balancer in front, where the source knows them and does not lead them to HTTPS again; and others that
 * the target answers otherwise whatever their route.
 */
#ifndef ING2GW_TARGETS_FORWARDED_H
#define ING2GW_TARGETS_FORWARDED_H

#include "targets/lower.h"

/* What decides whether a Gateway leads them there for ever; after the hosts of the entry. */
void forwarded_say(struct lowering *lowering);
/* Headers and hosts of a form that the target does not take. */
void forms_say(struct lowering *lowering);

#endif
