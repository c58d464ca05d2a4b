/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts that were read, and places in them. A place is a file number and a byte offset; line and column are
 * computed only when it is printed. Lines and columns count from 1, columns in characters (UTF-8), a tab as one.
 */
#ifndef ING2GW_BASE_SOURCE_H
#define ING2GW_BASE_SOURCE_H

#include "base/arena.h"

struct place {
	uint32_t file;      /* 0: nowhere; else the number that sources_add() gave */
	uint32_t offset;    /* bytes from the start of the text */
};

struct source {
	str name;           /* as the user gave it; "-" is shown as "<stdin>" */
	str text;
	bool dump;          /* of a cluster: nobody has written these lines, so what is printed names the objects alone */
};

struct sources {
	struct arena *arena;
	struct source *item;
	size_t n, cap;
};

struct line_column {
	uint32_t line, column;   /* 0 for nowhere */
};

void sources_init(struct sources *sources, struct arena *arena);
/* name and text must live as long as sources. Texts of 4 GiB and more must be refused before. */
uint32_t sources_add(struct sources *sources, str name, str text);
const struct source *sources_get(const struct sources *sources, uint32_t file);   /* NULL for 0 */
/* Bytes of a byte order mark at the start of a text: it takes no column. */
size_t source_mark(str text);
struct line_column sources_locate(const struct sources *sources, struct place at);

#endif
