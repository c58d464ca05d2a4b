/* SPDX-License-Identifier: Apache-2.0 */
/* What the table of the target leaves open, as models that may be asked beside that of the Gateway side. */
#ifndef ING2GW_LIB_LEFT_OPEN_H
#define ING2GW_LIB_LEFT_OPEN_H

#include "lib/intake.h"
#include "verify/depends.h"

/*
 * After intake_gateway_model(). Choices that matter to no host are left out, and those that the user has made. The models are prepared, and
 * live as long as the intake.
 */
const struct open_choices *left_open(struct intake *intake);

#endif
