/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lowering: how the steps of the model are said with the means of a target. What a target cannot say becomes a loss, with
 * a diagnostic and with the facts that it came from; a protection that is lost closes its route.
 */
#ifndef ING2GW_TARGETS_LOWER_H
#define ING2GW_TARGETS_LOWER_H

#include "gateway/assemble.h"
#include "mapping/mapping.h"

struct lowering {
	struct arena *arena;
	struct ledger *ledger;
	struct diags *diags;
	const struct mapping *mapping;
	const struct target_table *target;
	const struct schema *schema;
	struct gateway_version version;
	const struct str_list *accept;   /* features whose loss is accepted */
	bool open;                       /* as if everything were accepted, and silent: for the file of rejects */
	size_t closed_rules;             /* counted */
	struct matcher *matcher;         /* made when it is needed */
};

/* The rules of an entry, host by host, in the model's order. */
struct entry_part lower_entry(struct lowering *lowering, const struct entry *entry);

/* The controller's defaults that the target does not have: one note with a count. */
void lower_defaults(struct lowering *lowering);

#endif
