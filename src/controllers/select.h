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

#endif
