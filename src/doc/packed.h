/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A document's tree in few bytes, for texts that are part of the program: the build reads them as YAML once and keeps
 * this beside the text, so that a start needs no YAML reader. Reading it gives the very tree that doc_read() gives, places
 * included.
 *
 * Nodes follow each other in the order of the text. Each is a byte with kind and flags, its place as the distance from the
 * place before, and its span; then a scalar's text, or how many entries follow. Texts that stand in the document as they
 * are, which is most of them, are a length alone. Numbers are written seven bits a byte, the lowest first.
 */
#ifndef ING2GW_DOC_PACKED_H
#define ING2GW_DOC_PACKED_H

#include "doc/doc.h"

/* root: of one document whose whole source is text. */
void packed_write(struct buf *out, const struct node *root, str text);

/*
 * The tree of source number `file`, whose text it was written for; texts point into text and packed, which must live as
 * long. NULL when packed is empty. The bytes are trusted: they are the build's own.
 */
struct node *packed_read(struct arena *arena, uint32_t file, str text, str packed);

#endif
