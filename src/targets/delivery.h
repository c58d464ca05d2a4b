/* SPDX-License-Identifier: Apache-2.0 */
/* How requests are handed to backends: tries, copies, affinity, patience, as fields and filters of a rule. */
#ifndef ING2GW_TARGETS_DELIVERY_H
#define ING2GW_TARGETS_DELIVERY_H

#include "targets/rules.h"

/* Adds a STEP_OTHER to the rule of the draft; what no field says is told through losses.h. */
void delivery_add(struct lowering *lowering, const struct rule_place *at, const struct step *step, struct draft *draft);

/* The route hands requests to a backend on this side. */
bool delivery_leads(const struct lowering *lowering, const struct rule_place *at);

/* Copies are made of requests as they come: their filter goes before all others. */
void delivery_copies(struct lowering *lowering, const struct rule_place *at, struct draft *draft);

/* What says no more than the source does anyway: it is carried where another value would be. */
void delivery_usual(struct lowering *lowering, const struct rule_place *at, struct draft *draft);

/* A rule with backends has no limit for the whole where the target has one of its own and the source has none. */
void delivery_total(struct lowering *lowering, const struct rule_place *at, struct draft *draft);

/* ---- between the files of this ---- */

/* affinity.c */
void delivery_affinity(struct lowering *lowering, const struct rule_place *at, const struct step *step, struct draft *draft);

/* The fact, unless NULL, is carried at a place below the rule. */
void delivery_mark(struct lowering *lowering, struct draft *draft, struct fact *fact, str at);
struct fact_list delivery_fact(struct lowering *lowering, struct fact *fact);

#endif
