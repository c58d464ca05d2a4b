/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Headers that are set or taken away, as the two header filters of a rule. The steps of a route are added up first, name by
 * name in any letter case, because a filter names a header once and has no order of its own.
 */
#ifndef ING2GW_TARGETS_HEADERS_H
#define ING2GW_TARGETS_HEADERS_H

#include "targets/rules.h"

/* Adds a STEP_HEADER to what becomes of the draft's headers. What no filter can say is told through losses.h. */
void headers_collect(struct lowering *lowering, const struct rule_place *at, const struct step *step, struct draft *draft);

/* The same of what the source sets for all answers, on a redirect, unless the route itself says otherwise. */
void headers_of_all(struct lowering *lowering, const struct rule_place *at, struct draft *draft);

/* Adds names that clients must not send to the backend; what the route sets itself stays. */
void headers_remove(struct lowering *lowering, const struct str_list *names, const struct fact_list *facts, struct draft *draft);

/* Adds the filters to the draft. Before an answer of the Gateway itself only headers of the answer count. */
void headers_write(struct lowering *lowering, const struct rule_place *at, struct draft *draft);

/* Answers that the Gateway makes itself lack the headers that the step sets. */
void headers_say_own(struct lowering *lowering, const struct route *route, const struct step *step);

#endif
