/* SPDX-License-Identifier: Apache-2.0 */
/* What is lost, and how it is said. */
#ifndef ING2GW_TARGETS_LOSSES_H
#define ING2GW_TARGETS_LOSSES_H

#include "targets/lower.h"

/* What the target is called in messages. */
str target_words(const struct lowering *lowering);

bool loss_is_accepted(const struct lowering *lowering, str feature);

/* A protection that is lost, and whose loss is not accepted. */
bool guard_is_lost(const struct lowering *lowering, const struct step *step);

/* The row of the controller's table that a fact came from: its key is a prefix of the controller and the row's name. NULL: none. */
const struct annotation_row *fact_row(const struct lowering *lowering, const struct fact *fact);

/* What a step is called in messages: the annotation that switches it on, or the feature. */
str step_name(const struct lowering *lowering, const struct step *step);

/* The Gateway as a whole does what the guard asks for. */
bool guard_is_met(const struct lowering *lowering, const struct step *step);

/* The load balancer keeps clients out today, and that of a Gateway is not told to, nor is that accepted: everything stands closed. */
bool balancer_is_lost(const struct lowering *lowering);

/* A protection of the route on this side is lost and not accepted: it stands closed. */
bool route_is_closed(const struct lowering *lowering, const struct route *route, enum side side);

/* A policy asks who may pass before the route does anything else on this side. */
bool route_is_guarded(const struct lowering *lowering, const struct route *route, enum side side);

/* It would stand closed for every target that is built in. */
bool route_is_closed_everywhere(const struct lowering *lowering, const struct route *route, enum side side);

/* A protection without an expression: the route is closed. Returns the code that says so. */
enum diag_code lose_guard(struct lowering *lowering, const struct host *host, const struct route *route, const struct step *step);

/* A protection whose loss the user has accepted: the route stands open. */
void lose_accepted(struct lowering *lowering, const struct step *step);

/* Any other feature without an expression. */
void lose_feature(struct lowering *lowering, const struct step *step);

/* One thing of a step cannot be said, with a code of its own. The site is the step's first fact, else the route. */
struct loss_text {
	enum diag_code code;
	str feature;                 /* whose loss --accept takes; or empty */
	enum loss loss;
	str message, effect, help;
};
void lose(struct lowering *lowering, const struct route *route, const struct fact_list *facts, const struct loss_text *text);

/* One annotation of a feature, in the words of its row. */
void lose_one(struct lowering *lowering, str feature, struct fact *fact);

/* The same where less is lost than the feature's usual loss. */
void lose_other(struct lowering *lowering, struct fact *fact, enum loss loss);

/* Idle, unless it is looked at for the file of rejects only. */
void idle_facts(struct lowering *lowering, const struct fact_list *facts, str why);

/* A feature that another version or channel could say. lacks, ways: as versions.h has them. */
void lose_by_version(struct lowering *lowering, const struct step *step, str lacks, str ways, str effect);

/* It is said, with a difference. */
void differ(struct lowering *lowering, const struct route *route, const struct fact_list *facts, const struct loss_text *text);

#endif
