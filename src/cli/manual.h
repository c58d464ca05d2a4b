/* SPDX-License-Identifier: Apache-2.0 */
/* The manual: what its chapters share. */
#ifndef ING2GW_CLI_MANUAL_H
#define ING2GW_CLI_MANUAL_H

#include "base/buf.h"

/* Text for troff: a backslash is an escape, a dash a hyphen, a dot or quote at the start of a line a request. */
void troff(struct buf *out, str text);

/* Lines as they are; a "% " at the start of one is the program's name. */
void troff_example(struct buf *out, str text);

/* manual_tables.c */
void manual_tables(struct buf *out);

#endif
