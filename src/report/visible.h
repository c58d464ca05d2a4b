/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text as a terminal may show it. What comes from the input must not steer the terminal nor hide or reorder what is
 * read, so control characters and invisible ones are written as escapes and invalid UTF-8 as U+FFFD.
 */
#ifndef ING2GW_REPORT_VISIBLE_H
#define ING2GW_REPORT_VISIBLE_H

#include "report/report.h"

/* One character as it is shown. Columns are characters; wide ones count 1. */
struct glyph {
	size_t bytes;        /* of the text that was read, at least 1 */
	size_t columns;
	str shown;           /* points into the text, or to escape */
	char escape[12];
};

/* The first character of s, which is not empty. A tab becomes \t. */
void glyph_read(struct glyph *glyph, str s);

void visible_add(struct buf *out, str s);
size_t visible_columns(str s);

/* "<stdin>" for "-". Not escaped. */
str visible_file_name(const struct source *source);

enum paint { PAINT_BOLD, PAINT_RED, PAINT_YELLOW, PAINT_CYAN, PAINT_BLUE };

/* What the text face draws on. */
struct page {
	struct buf *out;
	struct report_style style;     /* width is not 0 */
};

void page_init(struct page *page, struct buf *out, struct report_style style);
/* Colours from here on, until page_plain(). Without style.color both do nothing. */
void page_paint(const struct page *page, enum paint paint);
void page_plain(const struct page *page);
/* text, which is not escaped, in a colour. */
void page_add(const struct page *page, enum paint paint, str text);
/*
 * Text of one or more lines, escaped and wrapped at words; the first line begins where the page stands, which is column
 * `indent`, the others are indented by as much. A line that begins with a blank is kept as it is: a command to copy.
 */
void page_wrap(const struct page *page, str text, size_t indent);

#endif
