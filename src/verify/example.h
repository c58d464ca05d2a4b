/* SPDX-License-Identifier: Apache-2.0 */
/* A text that an expression takes. */
#ifndef ING2GW_VERIFY_EXAMPLE_H
#define ING2GW_VERIFY_EXAMPLE_H

#include "base/arena.h"

/* A short one that people can read; empty where none is known.. */
str regex_example(struct arena *arena, str regex);

#endif
