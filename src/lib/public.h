/* SPDX-License-Identifier: Apache-2.0 */
/* What the public functions of ing2gw.h share: texts and options in, copies out. */
#ifndef ING2GW_LIB_PUBLIC_H
#define ING2GW_LIB_PUBLIC_H

#include "ing2gw.h"
#include "lib/intake.h"
#include "lib/mappings.h"

/* By name, so that the order of the caller changes nothing. */
void public_inputs(struct intake *intake, const struct ing2gw_input *inputs, size_t count);

/* A list that ends with NULL; or NULL. */
struct str_list public_list(struct arena *arena, const char *const *texts);

bool public_known(const struct tables *tables, enum table_word word, const struct str_list *names);

/* A copy that the caller frees, with a zero byte behind it. */
char *public_copy(struct escape *escape, str text, size_t *size);

#endif
