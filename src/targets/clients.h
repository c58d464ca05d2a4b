/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Client certificates. A Gateway asks for them on all its HTTPS listeners, so it is said only where all hosts with HTTPS ask for a
 * certificate of one CA and nothing else decides; everywhere else the hosts stand closed.
 */
#ifndef ING2GW_TARGETS_CLIENTS_H
#define ING2GW_TARGETS_CLIENTS_H

#include "targets/lower.h"

struct host_list {
	const struct host **item;
	size_t n, cap;
	bool agree;                  /* all ask for a certificate of the same CA, and nothing else decides */
};

bool clients_agree(const struct host_list *hosts);

/* hosts: all that HTTPS is served for. NULL: it cannot be said (the guards of the routes say so). */
const struct frontend_part *lower_clients(struct lowering *lowering, const struct host_list *hosts);

/* Sets why the Gateway is not told to ask the clients of a host that asks for certificates; tls: HTTPS is served for it. */
void clients_why(struct lowering *lowering, const struct host_list *hosts, const struct host *host, bool tls);

#endif
