/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps that the Gateway API cannot say and an implementation can, in an object of its own. What is said, and how, stands in the row of
 * the target's table; here are the fields that the row's template is filled with.
 */
#ifndef ING2GW_TARGETS_POLICIES_H
#define ING2GW_TARGETS_POLICIES_H

#include "mapping/template.h"
#include "targets/lower.h"
#include "targets/rules.h"

/* The fields of a step as the templates of tables name them, and what its object refers to in other namespaces. */
struct said {
	struct template_values values;
	LIST(struct policy_grant) grants;
	struct fact_list carried;    /* said by the first field there is, with none of their own */
};

/* said.c: false when the step's meaning has no such fields. owner may be NULL: the fields are then right but for namespaces. */
bool said_of(const struct lowering *lowering, const struct owner *owner, const struct step *step, struct said *out);

/* The row of the target that says the step in a policy; NULL: there is none. */
const struct target_row *policy_row(const struct lowering *lowering, const struct step *step);

/* The draft's object of that kind, made when it is not there. slot: of a kind that has several, which something tells apart; else empty. */
struct rule_policy *policy_of_draft(struct lowering *lowering, struct draft *draft, const struct policy_kind *kind, str slot);

/* What tells an object that says the feature from others of its kind; empty: nothing does. */
str policy_slot(struct arena *arena, const struct policy_kind *kind, str feature, const struct node *spec);

/* Adds to the spec of a policy. marks: of what is added; places in lists move behind what is there. */
void policy_merge(struct lowering *lowering, struct rule_policy *policy, struct node *spec, struct mark_list *marks);

/* The target says the step in a policy. */
bool policy_says(const struct lowering *lowering, const struct step *step);

/* A setting of the step without which the rest would be something else, and for which the target has no field; NULL: there is none. */
const struct fact *policy_lacks(const struct lowering *lowering, const struct step *step);

/* It refers to an object of another namespace, and the target's kind to none but its own. */
bool policy_is_out_of_reach(const struct lowering *lowering, const struct step *step);

/* Where a policy says the fact's feature, it has a field for the fact, or the fact switches the feature on. */
bool policy_carries(const struct lowering *lowering, const struct fact *fact);

/*
 * A client's address comes from somewhere that the target cannot be told of: it would see the proxy in front in place of every client, and
 * a list of addresses would let in everybody or nobody.
 */
bool clients_are_hidden(const struct lowering *lowering);
str clients_hidden_why(const struct lowering *lowering);

/* The Gateway is told one of the settings by which the source reads every request. */
bool setting_is_said(const struct lowering *lowering, str feature);

/* Adds what is said of the entry as a whole. */
void policies_of_entry(struct lowering *lowering, struct entry_part *out);

/* Adds it to the draft. */
void policy_add(struct lowering *lowering, const struct rule_place *at, const struct step *step, struct draft *draft);

/* The same of the target's words for no limit on a whole exchange. */
void policy_add_endless(struct lowering *lowering, struct draft *draft);

/* Where the target has a limit for bodies of its own, and the source another one or none that no annotation says. */
void policy_add_body(struct lowering *lowering, const struct route *route, struct draft *draft);

/* A redirect or a fixed status ends the draft: only what may refuse requests before that stays. */
void policies_end(struct lowering *lowering, struct draft *draft);

#endif
