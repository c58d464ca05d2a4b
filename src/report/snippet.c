/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line of the input with the place underlined: see snippet.h. Never looks at more of a line than can be shown, because
 * a whole dump may be one line.
 */
#include "report/snippet.h"

enum { SMALLEST_ROOM = 24, TAB_COLUMNS = 8, DOTS = 3, LONGEST_CHARACTER = 4 };

/* A part of one line. */
struct extract {
	str text;
	size_t caret, end;      /* what is underlined, as positions in text; caret may be text.n */
	bool more_left, more_right;
};

static size_t glyph_columns(const struct glyph *glyph, char first)
{
	return first == '\t' ? TAB_COLUMNS : glyph->columns;
}

static size_t columns_of(str s)
{
	struct glyph glyph;
	size_t columns = 0;
	for (; s.n; s = str_from(s, glyph.bytes)) {
		glyph_read(&glyph, s);
		columns += glyph_columns(&glyph, s.p[0]);
	}
	return columns;
}

static bool inside_character(str text, size_t i)
{
	return i > 0 && i < text.n && ((unsigned char)text.p[i] & 0xC0) == 0x80;
}

/* The line around offset, at most `reach` bytes to each side. */
static struct extract around(str text, size_t offset, size_t span, size_t reach)
{
	if (offset > text.n)
		offset = text.n;
	for (unsigned i = 1; i < LONGEST_CHARACTER && inside_character(text, offset); i++)
		offset--;
	size_t start = offset, stop = offset;
	while (start > 0 && text.p[start - 1] != '\n' && offset - start < reach)
		start--;
	while (stop < text.n && text.p[stop] != '\n' && stop - offset < reach)
		stop++;
	struct extract e = { .more_left = start > 0 && text.p[start - 1] != '\n', .more_right = stop < text.n && text.p[stop] != '\n' };
	for (unsigned i = 1; e.more_left && i < LONGEST_CHARACTER && inside_character(text, start) && start < offset; i++)
		start++;
	if (!e.more_right && stop > start && text.p[stop - 1] == '\r')
		stop--;
	e.text = str_slice(text, start, stop);
	e.caret = offset < stop ? offset - start : e.text.n;
	e.end = span < e.text.n - e.caret ? e.caret + span : e.text.n;
	return e;
}

static void cut_left(struct extract *e, size_t bytes)
{
	e->text = str_from(e->text, bytes);
	e->caret -= bytes;
	e->end -= bytes;
	e->more_left = true;
}

/* Takes from the left until the caret stands in the first third, then from the right, so that all fits into `room`. */
static void cut(struct extract *e, size_t room)
{
	struct glyph glyph;
	size_t left = columns_of(str_slice(e->text, 0, e->caret)), all = left + columns_of(str_from(e->text, e->caret));
	if (!e->more_left && !e->more_right && all <= room)
		return;
	if (e->more_left || left > room * 2 / 3) {
		size_t bytes = 0;
		for (; left > room / 3; bytes += glyph.bytes) {
			glyph_read(&glyph, str_from(e->text, bytes));
			left -= glyph_columns(&glyph, e->text.p[bytes]);
		}
		cut_left(e, bytes);
		room -= DOTS;
	}
	if (!e->more_right && columns_of(e->text) <= room)
		return;
	room -= DOTS;
	size_t bytes = 0, used = 0;
	while (bytes < e->text.n) {
		glyph_read(&glyph, str_from(e->text, bytes));
		used += glyph_columns(&glyph, e->text.p[bytes]);
		if (used > room)
			break;
		bytes += glyph.bytes;
	}
	e->text.n = bytes;
	e->end = e->end < bytes ? e->end : bytes;
	e->more_right = true;
}

static void add_line(struct buf *out, const struct extract *e)
{
	struct glyph glyph;
	if (e->text.n || e->more_left || e->more_right)
		buf_add_char(out, ' ');
	if (e->more_left)
		buf_add(out, STR("..."));
	for (str s = e->text; s.n; s = str_from(s, glyph.bytes)) {
		glyph_read(&glyph, s);
		buf_add(out, s.p[0] == '\t' ? STR("\t") : glyph.shown);
	}
	if (e->more_right)
		buf_add(out, STR("..."));
}

/* Blanks below what stands before the place. Tabs stay tabs, so that columns fit whatever the terminal makes of them. */
static void add_blanks(struct buf *out, const struct extract *e)
{
	struct glyph glyph;
	buf_fill(out, ' ', e->more_left ? 1 + DOTS : 1);
	for (str s = str_slice(e->text, 0, e->caret); s.n; s = str_from(s, glyph.bytes)) {
		glyph_read(&glyph, s);
		if (s.p[0] == '\t')
			buf_add_char(out, '\t');
		else
			buf_fill(out, ' ', glyph.columns);
	}
}

/* At least one caret, also behind the end of the line. Below a tab that others follow there is none. */
static void add_carets(struct buf *out, str place)
{
	struct glyph glyph;
	bool last_is_shown = false;
	for (; place.n; place = str_from(place, glyph.bytes)) {
		glyph_read(&glyph, place);
		last_is_shown = place.p[0] != '\t';
		if (last_is_shown)
			buf_fill(out, '^', glyph.columns);
		else if (place.n > 1)
			buf_add_char(out, '\t');
	}
	if (!last_is_shown)
		buf_add_char(out, '^');
}

void snippet_add(const struct page *page, str text, size_t offset, size_t span, uint32_t line, size_t gutter, enum paint paint)
{
	struct buf *out = page->out;
	size_t taken = gutter + 4;
	size_t room = page->style.width > taken + SMALLEST_ROOM ? page->style.width - taken : SMALLEST_ROOM;
	struct extract e = around(text, offset, span, room * LONGEST_CHARACTER);
	cut(&e, room);
	page_paint(page, PAINT_BLUE);
	buf_fill(out, ' ', gutter + 2);
	buf_printf(out, "|\n %*lu |", (int)gutter, (unsigned long)line);
	page_plain(page);
	add_line(out, &e);
	buf_add_char(out, '\n');
	page_paint(page, PAINT_BLUE);
	buf_fill(out, ' ', gutter + 2);
	buf_add_char(out, '|');
	page_plain(page);
	add_blanks(out, &e);
	page_paint(page, paint);
	add_carets(out, str_slice(e.text, e.caret, e.end));
	page_plain(page);
	buf_add_char(out, '\n');
}
