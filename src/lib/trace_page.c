/* SPDX-License-Identifier: Apache-2.0 */
/* The page of a traced request: see trace_page.h. */
#include "lib/trace_page.h"

#include "ledger/ledger.h"

/* Columns: labels, texts behind them, and texts up to this width have their places in one column. */
enum { WIDTH = 80, LABEL = 2, TEXT = 13, WIDEST = 40 };

/* ---- places ---- */

static str file_line(const struct trace_page *page, struct place at)
{
	const struct source *source = sources_get(page->locator->sources, at.file);
	if (!source)
		return STR("");
	return arena_printf(page->scratch, "%.*s:%u", STR_ARG(visible_file_name(source)), (unsigned)locator_find(page->locator, at).line);
}

/* How people call the setting that a fact is: annotations without their prefix; fields of the spec go without saying. */
static str short_key(const struct fact *fact)
{
	static const str DEFAULT = STR_INIT("default:");
	str key = str_starts(fact->key, DEFAULT) ? str_from(fact->key, DEFAULT.n) : fact->key;
	size_t slash = str_find_last_char(key, '/');
	if (str_starts(key, STR("spec.")))
		return STR("");
	return slash < key.n ? str_from(key, slash + 1) : key;
}

/* The controller does so unless it is told otherwise, and nobody has. */
static bool is_default(const struct story_row *row)
{
	return !row->at.file && (!row->fact || !row->fact->at.file);
}

static str place_text(const struct trace_page *page, const struct story_row *row)
{
	const struct fact *fact = row->fact;
	if (!fact)
		return file_line(page, row->at);
	if (is_default(row))
		return STR("default");
	str at = file_line(page, fact->at.file ? fact->at : row->at), key = short_key(fact);
	if (!key.n)
		return at;
	return arena_printf(page->scratch, "%.*s %.*s", STR_ARG(at), STR_ARG(key));
}

/* ---- rows ---- */

static size_t place_column(const struct trace_page *page, const struct story *story)
{
	size_t widest = 0;
	for (size_t i = 0; i < story->rows.n; i++) {
		size_t width = visible_columns(story->rows.item[i].text);
		if (width <= WIDEST && width > widest && place_text(page, &story->rows.item[i]).n)
			widest = width;
	}
	return TEXT + widest + 2;
}

static void add_place(const struct page *draw, str place, size_t at, size_t column)
{
	size_t width = visible_columns(place);
	if (!place.n)
		return;
	if (at + 2 <= column && column + width <= WIDTH) {
		buf_fill(draw->out, ' ', column - at);
	} else if (at + 2 + width <= WIDTH) {
		buf_fill(draw->out, ' ', 2);
	} else {
		buf_add_char(draw->out, '\n');
		buf_fill(draw->out, ' ', column + width <= WIDTH ? column : TEXT);
	}
	page_paint(draw, PAINT_BLUE);
	visible_add(draw->out, place);
	page_plain(draw);
}

/* Where the last line of a wrapped text ends is where it would end without colours. */
static size_t end_column(const struct buf *out)
{
	size_t start = str_find_last_char(buf_str(out), '\n');
	return visible_columns(str_from(buf_str(out), start < out->n ? start + 1 : 0));
}

static void add_text(const struct page *draw, const struct trace_page *page, const struct story_row *row, size_t *end)
{
	struct buf plain;
	struct page measure;
	buf_init(&plain, page->scratch, 0);
	page_init(&measure, &plain, (struct report_style){ .width = WIDTH });
	buf_fill(&plain, ' ', TEXT);
	page_wrap(&measure, row->text, TEXT);
	*end = end_column(&plain);
	if (row->tone != STORY_PLAIN)
		page_paint(draw, row->tone == STORY_REFUSED ? PAINT_RED : PAINT_BOLD);
	page_wrap(draw, row->text, TEXT);
	if (row->tone != STORY_PLAIN)
		page_plain(draw);
}

static void add_row(const struct page *draw, const struct trace_page *page, const struct story_row *row, size_t column)
{
	size_t end;
	buf_fill(draw->out, ' ', LABEL);
	page_add(draw, PAINT_CYAN, row->label);
	buf_fill(draw->out, ' ', row->label.n < TEXT - LABEL ? TEXT - LABEL - row->label.n : 1);
	add_text(draw, page, row, &end);
	add_place(draw, place_text(page, row), end, column);
	buf_add_char(draw->out, '\n');
}

void trace_page_add(struct buf *out, const struct trace_page *page, str method, str url, const struct story *story)
{
	struct page draw;
	page_init(&draw, out, (struct report_style){ .color = page->color, .width = WIDTH });
	page_paint(&draw, PAINT_BOLD);
	visible_add(out, method);
	buf_add_char(out, ' ');
	visible_add(out, url);
	page_plain(&draw);
	buf_add_char(out, '\n');
	size_t column = place_column(page, story);
	for (size_t i = 0; i < story->rows.n; i++)
		if (!story->rows.item[i].minor || !is_default(&story->rows.item[i]))
			add_row(&draw, page, &story->rows.item[i], column);
}
