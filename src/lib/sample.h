/* SPDX-License-Identifier: Apache-2.0 */
/* A manifest and what convert makes of it, as text on a page. */
#ifndef ING2GW_LIB_SAMPLE_H
#define ING2GW_LIB_SAMPLE_H

#include "base/buf.h"
#include "mapping/mapping.h"

/* Lines, indented by two blanks. */
void sample_lines(struct buf *out, str text);

/*
 * The manifests and the diagnostics, indented. args are arguments of convert; those that do not concern a text in memory
 * (output, files) have no effect.
 */
void sample_convert(struct buf *out, str manifest, const struct str_list *args, const struct mapping_texts *more);

#endif
