/* SPDX-License-Identifier: Apache-2.0 */
/* Text as a terminal may show it: see visible.h. */
#include "report/visible.h"

#include <stdio.h>

enum { DEFAULT_WIDTH = 100 };

static bool is_continuation(str s, size_t i)
{
	return ((unsigned char)s.p[i] & 0xC0) == 0x80;
}

/* Length and code point of the well-formed UTF-8 sequence at the start of s; 0 when there is none. */
static size_t decode(str s, uint32_t *code)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = (unsigned char)s.p[0];
	size_t n = first < 0x80 ? 1 : first >= 0xC2 && first < 0xE0 ? 2 : first >= 0xE0 && first < 0xF0 ? 3 : first >= 0xF0 && first < 0xF5 ? 4 : 0;
	if (n == 0 || n > s.n)
		return 0;
	*code = n == 1 ? first : first & (0x7Fu >> n);
	for (size_t i = 1; i < n; i++) {
		if (!is_continuation(s, i))
			return 0;
		*code = *code << 6 | ((unsigned char)s.p[i] & 0x3Fu);
	}
	bool surrogate = *code >= 0xD800 && *code <= 0xDFFF;
	return *code < smallest[n] || surrogate || *code > 0x10FFFF ? 0 : n;
}

/* Controls of both sets, marks that reorder text, characters without a width, tags. */
static bool is_hidden(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x00, 0x1F }, { 0x7F, 0x9F }, { 0xAD, 0xAD }, { 0x61C, 0x61C }, { 0x180E, 0x180E }, { 0x200B, 0x200F }, { 0x2028, 0x202E },
		{ 0x2060, 0x206F }, { 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFB }, { 0xE0000, 0xE007F },
	};
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

static void escape(struct glyph *glyph, uint32_t c)
{
	char *p = glyph->escape;
	size_t size = sizeof glyph->escape;
	if (c == '\t' || c == '\n' || c == '\r')
		snprintf(p, size, "\\%c", c == '\t' ? 't' : c == '\n' ? 'n' : 'r');
	else if (c < 0x80)
		snprintf(p, size, "\\x%02x", (unsigned)c);
	else if (c < 0x10000)
		snprintf(p, size, "\\u%04x", (unsigned)c);
	else
		snprintf(p, size, "\\U%08x", (unsigned)c);
	glyph->shown = str_c(p);
	glyph->columns = glyph->shown.n;
}

void glyph_read(struct glyph *glyph, str s)
{
	uint32_t c = 0;
	size_t n = decode(s, &c);
	glyph->bytes = n ? n : 1;
	glyph->columns = 1;
	if (n == 0)
		glyph->shown = STR("\xEF\xBF\xBD");
	else if (!is_hidden(c))
		glyph->shown = str_slice(s, 0, n);
	else
		escape(glyph, c);
}

void visible_add(struct buf *out, str s)
{
	struct glyph glyph;
	for (; s.n; s = str_from(s, glyph.bytes)) {
		glyph_read(&glyph, s);
		buf_add(out, glyph.shown);
	}
}

size_t visible_columns(str s)
{
	struct glyph glyph;
	size_t columns = 0;
	for (; s.n; s = str_from(s, glyph.bytes)) {
		glyph_read(&glyph, s);
		columns += glyph.columns;
	}
	return columns;
}

str visible_file_name(const struct source *source)
{
	return str_eq(source->name, STR("-")) ? STR("<stdin>") : source->name;
}

void page_init(struct page *page, struct buf *out, struct report_style style)
{
	*page = (struct page){ out, style };
	if (style.width == 0)
		page->style.width = DEFAULT_WIDTH;
}

void page_paint(const struct page *page, enum paint paint)
{
	static const str codes[] = {
		[PAINT_BOLD] = STR_INIT("\x1b[1m"), [PAINT_RED] = STR_INIT("\x1b[1;31m"), [PAINT_YELLOW] = STR_INIT("\x1b[1;33m"),
		[PAINT_CYAN] = STR_INIT("\x1b[1;36m"), [PAINT_BLUE] = STR_INIT("\x1b[1;34m"),
	};
	if (page->style.color)
		buf_add(page->out, codes[paint]);
}

void page_plain(const struct page *page)
{
	if (page->style.color)
		buf_add(page->out, STR("\x1b[0m"));
}

void page_add(const struct page *page, enum paint paint, str text)
{
	page_paint(page, paint);
	buf_add(page->out, text);
	page_plain(page);
}

static void new_line(struct buf *out, size_t indent)
{
	buf_add_char(out, '\n');
	buf_fill(out, ' ', indent);
}

static void wrap_line(const struct page *page, str line, size_t indent)
{
	size_t column = indent;
	if (line.n && line.p[0] == ' ') {
		visible_add(page->out, line);
		return;
	}
	while (line.n) {
		str word, rest;
		str_cut(line, ' ', &word, &rest);
		size_t columns = visible_columns(word);
		if (column > indent && column + 1 + columns > page->style.width) {
			new_line(page->out, indent);
			column = indent;
		} else if (column > indent) {
			buf_add_char(page->out, ' ');
			column++;
		}
		visible_add(page->out, word);
		column += columns;
		line = rest;
	}
}

void page_wrap(const struct page *page, str text, size_t indent)
{
	str line;
	while (str_cut(text, '\n', &line, &text)) {
		wrap_line(page, line, indent);
		if (text.n)
			new_line(page->out, text.p[0] == '\n' ? 0 : indent);
	}
	wrap_line(page, line, indent);
}
