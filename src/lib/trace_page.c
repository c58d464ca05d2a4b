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

static const str DEFAULT = STR_INIT("default:");

/* Annotations without their prefix; fields of the spec go without saying. */
static str short_key(str key)
{
	size_t slash = str_find_last_char(key, '/');
	if (str_starts(key, STR("spec.")))
		return STR("");
	return slash < key.n ? str_from(key, slash + 1) : key;
}

/* The key of a ConfigMap changes that feature's default. */
static bool is_setting_of(const struct mapping *mapping, str key, str feature)
{
	for (size_t i = 0; i < mapping->controllers.n; i++)
		for (size_t k = 0; k < mapping->controllers.item[i]->defaults.n; k++) {
			const struct default_row *row = &mapping->controllers.item[i]->defaults.item[k];
			if (str_eq(row->configmap, key) && str_eq(row->feature, feature))
				return true;
		}
	return false;
}

/* The line of the controller's ConfigMap that says what a default is; NULL where none does. */
static const struct data_entry *find_setting(const struct intake *in, const struct fact *fact)
{
	for (size_t i = 0; i < in->snapshot.config_maps.n; i++) {
		const struct config_map *map = in->snapshot.config_maps.item[i];
		if (map->meta.at.file != fact->at.file || map->meta.at.offset != fact->at.offset)
			continue;
		for (size_t k = 0; k < map->data.n; k++)
			if (is_setting_of(&in->mapping, map->data.item[k].key, str_from(fact->key, DEFAULT.n)))
				return &map->data.item[k];
	}
	return NULL;
}

/* What a row rests on. */
struct ground {
	struct place at;
	str key;
};

static struct ground find_ground(const struct trace_page *page, const struct story_row *row)
{
	const struct fact *fact = row->fact;
	if (!fact)
		return (struct ground){ row->at, { "", 0 } };
	if (!str_starts(fact->key, DEFAULT))
		return (struct ground){ fact->at.file ? fact->at : row->at, short_key(fact->key) };
	const struct data_entry *entry = find_setting(page->in, fact);
	return entry ? (struct ground){ entry->at, entry->key } : (struct ground){ row->at, { "", 0 } };
}

static str place_text(const struct trace_page *page, const struct story_row *row)
{
	struct ground ground = find_ground(page, row);
	str at = file_line(page, ground.at);
	if (!at.n)
		return row->setting ? STR("default") : STR("");
	return ground.key.n ? arena_printf(page->scratch, "%.*s %.*s", STR_ARG(at), STR_ARG(ground.key)) : at;
}

static bool is_shown(const struct trace_page *page, const struct story_row *row)
{
	return !row->minor || find_ground(page, row).at.file;
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
	if (column + width > WIDTH)
		column = width + TEXT < WIDTH ? WIDTH - width : TEXT;
	if (at + 2 > column && at + 2 + width <= WIDTH)
		column = at + 2;
	if (at + 2 > column) {
		buf_add_char(draw->out, '\n');
		at = 0;
	}
	buf_fill(draw->out, ' ', column - at);
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
	if (row->label.n)
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
		if (is_shown(page, &story->rows.item[i]))
			add_row(&draw, page, &story->rows.item[i], column);
}
