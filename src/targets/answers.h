/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of a rule in an object of the implementation: a status, and redirects with all of their Location. */
#ifndef ING2GW_TARGETS_ANSWERS_H
#define ING2GW_TARGETS_ANSWERS_H

#include "targets/rules.h"

/*
 * The target has such objects, and words for all of the step's answer. Of redirects: plain: a filter of the standard says it as well, which people
 * read more easily and the form exact takes only where it says the same.
 */
bool answer_says(const struct lowering *lowering, const struct step *step, bool plain);

/* Adds the object to the draft, after policies_end(). */
void answer_add(struct lowering *lowering, const struct step *step, struct draft *draft);

/* Where no Service of the route is there, and the source answers for them: so does the target, if it can be told to. */
void answer_for_nobody(struct lowering *lowering, const struct rule_place *at, struct draft *draft);

/* A service that is asked for permission, and refuses: clients see no more of its answer than they do in the source. */
void answer_refused(struct lowering *lowering, const struct rule_place *at, struct draft *draft);

/* A guard whose 401 leads to a page to sign in. */
void answer_sign_in(struct lowering *lowering, const struct rule_place *at, const struct step *step, struct draft *draft);

#endif
