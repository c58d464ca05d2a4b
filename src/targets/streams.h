/* SPDX-License-Identifier: Apache-2.0 */
/* What a load balancer does beside HTTP: TCP and UDP services, and TLS that is passed through. */
#ifndef ING2GW_TARGETS_STREAMS_H
#define ING2GW_TARGETS_STREAMS_H

#include "targets/lower.h"

/* Adds those that can be said to out->streams; what cannot be said, or not all of it, is reported. */
void lower_streams(struct lowering *lowering, const struct entry *entry, struct entry_part *out);

/*
 * For a host with passthrough: adds it to out->passed where it can be said. False: the connections go nowhere (it has been
 * reported), and nothing of another host is to take them.
 */
bool lower_passthrough(struct lowering *lowering, const struct host *host, struct entry_part *out);

#endif
