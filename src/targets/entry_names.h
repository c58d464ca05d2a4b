/* SPDX-License-Identifier: Apache-2.0 */
/* All names of an entry's hosts, and which requests more than one of them takes. */
#ifndef ING2GW_TARGETS_ENTRY_NAMES_H
#define ING2GW_TARGETS_ENTRY_NAMES_H

#include "base/map.h"
#include "targets/lower.h"

/* All host names of an entry, and those that HTTPS is served for. */
struct entry_names {
	struct host_patterns all, served;
	struct map certificates;     /* the names that the controller has a certificate for */
};

struct entry_names entry_names_of(struct arena *arena, const struct entry *entry);

/*
 * HTTPS requests for the host come in somewhere: with a certificate of its own, or by the listener of a wider name, whose routes
 * would answer them in place of the host's own.
 */
bool host_has_tls(const struct entry_names *names, const struct host *host);

/* The controller has a certificate for the name, its own or with a star in place of its first label. */
bool name_has_certificate(struct arena *scratch, const struct entry_names *names, str name);

/* No request is one for this host and for another one. */
bool host_is_alone(const struct entry *entry, const struct entry_names *names, const struct host *host);

#endif
