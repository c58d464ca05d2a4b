/* SPDX-License-Identifier: Apache-2.0 */
/* Plain text of 100 columns: paragraphs that wrap, tables in columns, and the words of the tables' enums. */
#ifndef ING2GW_LIB_WORDS_H
#define ING2GW_LIB_WORDS_H

#include "base/buf.h"
#include "mapping/mapping.h"

enum { WORDS_WIDTH = 100 };

/*
 * A paragraph, wrapped. column: where the line stands already; further lines begin with indent blanks. Line ends in
 * text stay. Ends with a newline.
 */
void words_wrap(struct buf *out, str text, size_t indent, size_t column);
void words_wrap_at(struct buf *out, str text, size_t indent, size_t column, size_t width);

/* A table under construction. */
enum { COLUMNS_MOST = 8 };

struct columns_line {
	str cell[COLUMNS_MOST];
};

struct columns {
	LIST(struct columns_line) line;
	size_t count, width[COLUMNS_MOST];
};

void columns_row(struct columns *columns, struct arena *arena, size_t count, const str *cells);
/* Two blanks between columns; the last one wraps. */
void columns_print(struct buf *out, const struct columns *columns);

str words_scope(enum scope scope);          /* as in the tables: "host" */
str words_invalid(enum invalid invalid);    /* "deny-host" */
str words_invalid_effect(enum invalid invalid);   /* a sentence about what happens */

/* Characters of a UTF-8 text. */
size_t words_columns(str text);

#endif
