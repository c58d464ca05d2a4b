/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of `ing2gw targets`: what the implementations can say, from their tables alone. */
#ifndef ING2GW_LIB_TARGET_PAGES_H
#define ING2GW_LIB_TARGET_PAGES_H

#include "lib/mappings.h"

/* A row for each target: what it is, what it serves, and how many features it carries in which way. */
void targets_list(struct buf *out, const struct tables *tables, bool json);

/* All of one, by "NAME" or "NAME@VERSION". False when there is none; *why then says what is wrong, in one sentence without an end. */
bool targets_show(struct buf *out, const struct tables *tables, str word, bool json, str *why);

#endif
