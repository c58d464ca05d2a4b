/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lowering: how the steps of the model are said with the means of a target. What a target cannot say becomes a loss, with
 * a diagnostic and with the facts that it came from; a protection that is lost closes its route.
 */
#ifndef ING2GW_TARGETS_LOWER_H
#define ING2GW_TARGETS_LOWER_H

#include "gateway/assemble.h"
#include "mapping/mapping.h"

/* A rule forwards to a backend. */
struct backend_use {
	const struct backend *backend;
	const struct route *route;
	const struct route_part *part;
};

struct lowering {
	struct arena *arena;
	struct ledger *ledger;
	struct diags *diags;
	const struct mapping *mapping;
	const struct target_table *target;
	const struct schema *schema;
	struct gateway_version version;
	const struct str_list *accept;   /* features whose loss is accepted */
	bool exact;                      /* paths are said as the source has them, where that can be */
	bool gateway_exists;             /* nothing can be said on it */
	bool open;                       /* as if everything were accepted, and silent: for the file of rejects */
	size_t closed_rules;             /* counted */
	const struct entry *entry;       /* that is lowered */
	struct matcher *matcher;         /* made when it is needed */
	bool total_said;                 /* that the target's own limit for a whole exchange stays */
	bool ordered;                    /* the Gateway is told in which order it looks at what may refuse requests */
	bool https_led;                  /* some requests of the entry are led to HTTPS */
	bool clients_asked;              /* the Gateway asks the clients of the host for certificates */
	str clients_why;                 /* why it does not, where the host wants it, or empty */
	str clients_ways;                /* the versions in which it would, where that is why */
	LIST(struct backend_use) uses;   /* of all entries, in the order of printing */
	bool across;                     /* the target tries paths of wider hosts before shorter ones of the host that is lowered */
	struct statement now;            /* host, route and side that are lowered, and the paths under which the route is written: see stated.h */
	struct statements statements;    /* what was said */
	size_t side_began;               /* number of the first one that is about the side that is lowered */
};

/* The rules of an entry, host by host, in the model's order. */
struct entry_part lower_entry(struct lowering *lowering, const struct entry *entry);

/* After all entries: TLS towards the Services that their rules forward to. */
struct policy_list lower_backends(struct lowering *lowering);

/* The controller's defaults that the target does not have: one note with a count. */
void lower_defaults(struct lowering *lowering);

#endif
