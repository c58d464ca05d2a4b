/* SPDX-License-Identifier: Apache-2.0 */
/* Routes of the input that attach to what a conversion prints. */
#ifndef ING2GW_LIB_JOINING_H
#define ING2GW_LIB_JOINING_H

#include "gateway/assemble.h"
#include "lib/intake.h"

/* Names each of them once. Those that are printed themselves, under the same name, are replaced and not named. */
void joining_say(struct intake *intake, const struct printed *objects, size_t n);

#endif
