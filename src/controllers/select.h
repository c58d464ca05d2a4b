/* SPDX-License-Identifier: Apache-2.0 */
/* Which controller serves an Ingress, and by which rule that was decided. */
#ifndef ING2GW_CONTROLLERS_SELECT_H
#define ING2GW_CONTROLLERS_SELECT_H

#include "controllers/subject.h"

/*
 * Sets subject->table, class_name, class_fact and the record's controller and decided_by. Leaves table NULL when the
 * Ingress is not to be converted (its record then says skipped, inactive or failed, and a diagnostic why).
 */
void select_controller(struct front *front, struct subject *subject);

#endif
