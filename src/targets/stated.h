/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of requests while they are lowered, for whoever checks it (route/statement.h). Nothing is written down for the file of rejects. */
#ifndef ING2GW_TARGETS_STATED_H
#define ING2GW_TARGETS_STATED_H

#include "targets/losses.h"
#include "targets/paths.h"

/* Whose requests what follows is about. route NULL: all of the host; both NULL: all. */
void state_of(struct lowering *lowering, const struct host *host, const struct route *route, enum side side);

/* The paths under which the route is written, for messages that say that these are others. */
void state_paths(struct lowering *lowering, const struct path_list *paths);

/* A message of losses.h. step: whose loss it is, or NULL. */
void state_loss(struct lowering *lowering, const struct loss_text *text, const struct step *step, bool lost);

/* The step does not act. */
void state_without(struct lowering *lowering, const struct step *step, enum diag_code code, bool opens);

/* Everybody is refused. */
void state_closed(struct lowering *lowering, enum diag_code code);

/* What was said of one route on the side that is lowered holds for another one, which it speaks for. */
void state_alike(struct lowering *lowering, const struct route *said, const struct route *route);

/* The backend cannot be asked, or not as it wants to be. */
void state_backend(struct lowering *lowering, enum diag_code code);

/* Of several reasons to refuse another one answers. */
void state_order(struct lowering *lowering, enum diag_code code);

/* Who is refused on both ports is led to HTTPS first, where he is refused. */
void state_led(struct lowering *lowering, enum diag_code code);
/* The route takes other paths than it did, as another message says. */
void state_other_paths(struct lowering *lowering, enum diag_code code);

/* HTTPS is answered no more; requests that came to nothing are answered by 500, or by 404. */
void state_unserved(struct lowering *lowering, enum diag_code code);
void state_nothing(struct lowering *lowering, enum diag_code code);
/* What the route takes goes to another one of its host, or to nobody; the second: where it does not fulfil a condition as it is written. */
void state_taken(struct lowering *lowering, enum diag_code code);
void state_condition(struct lowering *lowering, const struct condition *as_written, enum diag_code code);
/* A Gateway answers 404 in place of what forwards nothing. */
void state_nowhere(struct lowering *lowering, enum diag_code code);
/* Questions about CORS are answered on the host, whoever was to take them. */
void state_preflights(struct lowering *lowering, enum diag_code code);
/* With the route others of its host are closed. */
void state_around(struct lowering *lowering, enum diag_code code);
/* The names of the host that are no hostnames are lost: their requests are another host's, or nobody's. */
void state_lost_names(struct lowering *lowering, enum diag_code code);
/* Names that no Ingress has are served no more. */
void state_nobody(struct lowering *lowering, enum diag_code code);

/* A route of a wider host may take what it can take of this one's requests, whoever would take it. */
void state_across(struct lowering *lowering, const struct host *host, const struct host *wide, const struct route *route, enum diag_code code);

/* Requests of a form are answered otherwise whatever their route; opens: by the route of another host, which nobody may guard. */
void state_form(struct lowering *lowering, enum stated_when when, bool opens, enum diag_code code);

/* Fields that differ because of something that no message of losses.h says. */
void state_fields(struct lowering *lowering, enum stated_when when, const char *fields, enum diag_code code);

#endif
