/* SPDX-License-Identifier: Apache-2.0 */
/* Which controller serves an Ingress, and by which rule that was decided. */
#ifndef ING2GW_CONTROLLERS_SELECT_H
#define ING2GW_CONTROLLERS_SELECT_H

#include "controllers/subject.h"

/* The controller that an IngressClass names; NULL where no table knows it. */
const struct controller_table *table_of_controller(const struct front *front, str controller);

/*
 * Sets subject->table, class_name, class_fact and the record's controller and decided_by. Leaves table NULL when the
 * Ingress is not to be converted (its record then says skipped, inactive or failed, and a diagnostic why).
 */
void select_controller(struct front *front, struct subject *subject);

/*
 * It is not to be converted, and why: one message at what named its class, else at the Ingress; table is NULL afterwards. For front ends,
 * while the controller is being chosen.
 */
void subject_skip(struct front *front, struct subject *subject, enum diag_code code, enum ingress_state state, str message, str help);

/* The controller does not serve it, for a reason that stands at that site; afterwards. */
void subject_inactive(struct front *front, struct subject *subject, struct diag_site site, str message, str help);

#endif
