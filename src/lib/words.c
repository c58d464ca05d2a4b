/* SPDX-License-Identifier: Apache-2.0 */
/* Paragraphs and columns: see words.h. */
#include "lib/words.h"

size_t words_columns(str text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		n += ((unsigned char)text.p[i] & 0xC0) != 0x80;
	return n;
}

/* One line of text, broken between words. */
static void wrap_line(struct buf *out, str text, size_t indent, size_t column, size_t width)
{
	bool first = true;
	while (text.n) {
		str word;
		str_cut(text, ' ', &word, &text);
		size_t n = words_columns(word);
		if (!word.n)
			continue;
		if (!first && column + 1 + n > width) {
			buf_add_char(out, '\n');
			buf_fill(out, ' ', indent);
			column = indent;
		} else if (!first) {
			buf_add_char(out, ' ');
			column++;
		}
		buf_add(out, word);
		column += n;
		first = false;
	}
	buf_add_char(out, '\n');
}

void words_wrap(struct buf *out, str text, size_t indent, size_t column)
{
	words_wrap_at(out, text, indent, column, WORDS_WIDTH);
}

void words_wrap_at(struct buf *out, str text, size_t indent, size_t column, size_t width)
{
	str line;
	while (text.n && text.p[text.n - 1] == '\n')
		text.n--;
	for (;;) {
		bool more = str_cut(text, '\n', &line, &text);
		wrap_line(out, line, indent, column, width);
		if (!more)
			return;
		if (text.n && text.p[0] != '\n')
			buf_fill(out, ' ', indent);
		column = indent;
	}
}

void columns_row(struct columns *columns, struct arena *arena, size_t count, const str *cells)
{
	struct columns_line line = { 0 };
	columns->count = count;
	for (size_t i = 0; i < count; i++) {
		size_t n = words_columns(cells[i]);
		line.cell[i] = cells[i];
		if (n > columns->width[i])
			columns->width[i] = n;
	}
	LIST_PUSH(arena, &columns->line, line);
}

static size_t last_filled(const struct columns *columns, const struct columns_line *line)
{
	size_t last = columns->count - 1;
	while (last > 0 && !line->cell[last].n)
		last--;
	return last;
}

void columns_print(struct buf *out, const struct columns *columns)
{
	for (size_t i = 0; i < columns->line.n; i++) {
		const struct columns_line *line = &columns->line.item[i];
		size_t last = last_filled(columns, line), column = 0;
		for (size_t k = 0; k < last; k++) {
			buf_add(out, line->cell[k]);
			buf_fill(out, ' ', columns->width[k] - words_columns(line->cell[k]) + 2);
			column += columns->width[k] + 2;
		}
		words_wrap(out, line->cell[last], column, column);
	}
}

str words_scope(enum scope scope)
{
	static const str NAMES[] = {
		STR_INIT("connection"), STR_INIT("listener"), STR_INIT("host"), STR_INIT("location"), STR_INIT("backend"), STR_INIT("zone"),
	};
	return NAMES[scope];
}

str words_invalid(enum invalid invalid)
{
	static const str NAMES[] = {
		STR_INIT("default"), STR_INIT("drop"), STR_INIT("deny"), STR_INIT("deny-host"), STR_INIT("off"),
	};
	return NAMES[invalid];
}

str words_invalid_effect(enum invalid invalid)
{
	static const str EFFECTS[] = {
		STR_INIT("as if the annotation were absent"),
		STR_INIT("the whole Ingress is not served"),
		STR_INIT("every path of the Ingress answers 503"),
		STR_INIT("the whole host answers 403"),
		STR_INIT("the annotation and those that belong to it are dropped; a protection may vanish"),
	};
	return EFFECTS[invalid];
}
