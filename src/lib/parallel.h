/* SPDX-License-Identifier: Apache-2.0 */
/* Reading of texts on several threads, with the same result as on one. */
#ifndef ING2GW_LIB_PARALLEL_H
#define ING2GW_LIB_PARALLEL_H

#include "doc/doc.h"

/*
 * Reads all documents of the sources from `first` to the last one, with reader's visitor, on at most `jobs` threads (0: as many as there are
 * processors). Trees are made by all of them; visitors run on the caller's thread alone, in the order of the input. The visitor may reset reader's
 * arena. False when any document could not be read (and that has been said).
 */
bool parallel_read(struct doc_reader *reader, const struct sources *sources, uint32_t first, size_t jobs);

#endif
