/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report for people, compiler style: each diagnostic with its first place, a few further ones, what it means for
 * traffic and what to do; then the table and the closing lines.
 */
#include "report/closing.h"
#include "base/locate.h"
#include "report/snippet.h"
#include "report/table.h"

/* More places of one message, or messages of one code, nobody reads; programs get all of them. */
enum { MOST_FURTHER = 4, MOST_OF_A_CODE = 1000 };

static enum paint paint_of(enum diag_level level)
{
	switch (level) {
	case DIAG_ERROR: return PAINT_RED;
	case DIAG_WARNING: return PAINT_YELLOW;
	case DIAG_NOTE: return PAINT_CYAN;
	}
	return PAINT_BOLD;
}

static size_t digits(uint32_t n)
{
	size_t count = 1;
	for (; n >= 10; n /= 10)
		count++;
	return count;
}

/* How many Ingresses the sites name; 0 when one of them names something else or nothing. */
static size_t count_ingresses(struct arena *arena, const struct diag *diag)
{
	struct map seen;
	map_init(&seen, arena);
	for (size_t i = 0; i < diag->site.n; i++) {
		struct diag_site *site = &diag->site.item[i];
		if (!str_starts(site->object, STR("Ingress/")))
			return 0;
		map_set(&seen, site->object, site);
	}
	return seen.n;
}

static void add_code(const struct page *page, const struct diag *diag)
{
	str level = diag_level_name(diag->level), code = diag_code_text(diag->code);
	page_paint(page, paint_of(diag->level));
	buf_printf(page->out, "%.*s[%.*s]", STR_ARG(level), STR_ARG(code));
	page_plain(page);
}

static void add_headline(const struct page *page, const struct diag *diag)
{
	struct buf *out = page->out;
	add_code(page, diag);
	page_paint(page, PAINT_BOLD);
	buf_add(out, STR(": "));
	visible_add(out, diag->message);
	page_plain(page);
	if (diag->site.n > 1) {
		size_t ingresses = count_ingresses(out->arena, diag);
		if (ingresses > 1)
			buf_printf(out, " (%zu Ingresses)", ingresses);
		else
			buf_printf(out, " (%zu places)", diag->site.n);
	}
	if (diag->accepted)
		buf_add(out, STR(" (accepted)"));
	buf_add_char(out, '\n');
}

/* "k8s/a.yaml:8:5". A file that could not be read has no lines. */
static void add_place(struct buf *out, const struct source *source, struct line_column lc)
{
	visible_add(out, visible_file_name(source));
	if (source->text.n)
		buf_printf(out, ":%lu:%lu", (unsigned long)lc.line, (unsigned long)lc.column);
}

static void add_arrow(const struct page *page, size_t gutter, str arrow)
{
	buf_fill(page->out, ' ', gutter + 1);
	page_add(page, PAINT_BLUE, arrow);
	buf_add_char(page->out, ' ');
}

static void add_first_site(const struct page *page, struct locator *locator, const struct diag *diag, size_t gutter)
{
	const struct diag_site *site = &diag->site.item[0];
	const struct source *source = sources_get(locator->sources, site->at.file);
	if (!source && site->object.n == 0)
		return;
	add_arrow(page, gutter, STR("-->"));
	if (!source) {
		visible_add(page->out, site->object);
		buf_add_char(page->out, '\n');
		return;
	}
	struct line_column lc = locator_find(locator, site->at);
	add_place(page->out, source, lc);
	buf_add_char(page->out, '\n');
	if (source->text.n)
		snippet_add(page, source->text, site->at.offset, site->span, lc.line, gutter, paint_of(diag->level));
}

static bool add_further_site(const struct page *page, struct locator *locator, const struct diag_site *site, size_t gutter)
{
	const struct source *source = sources_get(locator->sources, site->at.file);
	if (!source && site->object.n == 0)
		return false;
	add_arrow(page, gutter, STR(":::"));
	if (source)
		add_place(page->out, source, locator_find(locator, site->at));
	if (source && site->object.n)
		buf_add_char(page->out, ' ');
	visible_add(page->out, site->object);
	buf_add_char(page->out, '\n');
	return true;
}

static void add_further_sites(const struct page *page, struct locator *locator, const struct diag *diag, size_t gutter)
{
	size_t shown = 0;
	for (size_t i = 1; i < diag->site.n; i++) {
		if (shown == MOST_FURTHER) {
			add_arrow(page, gutter, STR(":::"));
			buf_printf(page->out, "and %zu more (all are in --report json=FILE)\n", diag->site.n - i);
			return;
		}
		shown += add_further_site(page, locator, &diag->site.item[i], gutter);
	}
}

static void add_remark(const struct page *page, size_t gutter, str label, str text)
{
	if (text.n == 0)
		return;
	buf_fill(page->out, ' ', gutter + 2);
	page_add(page, PAINT_BLUE, STR("="));
	buf_add_char(page->out, ' ');
	page_add(page, PAINT_BOLD, label);
	buf_add_char(page->out, ' ');
	page_wrap(page, text, gutter + 2 + 2 + label.n + 1);
	buf_add_char(page->out, '\n');
}

static void add_diag(const struct page *page, struct locator *locator, const struct diag *diag)
{
	size_t gutter = 1;
	add_headline(page, diag);
	if (diag->site.n) {
		struct line_column lc = locator_find(locator, diag->site.item[0].at);
		gutter = digits(lc.line);
		add_first_site(page, locator, diag, gutter);
		add_further_sites(page, locator, diag, gutter);
	}
	add_remark(page, gutter, STR("traffic:"), diag->effect);
	add_remark(page, gutter, STR("help:"), diag->help);
}

/* How many messages there are of each code. */
static size_t *count_codes(const struct report *report, struct report_style style, struct arena *arena)
{
	size_t *count = NEWS(arena, size_t, DIAG_CODE_COUNT);
	for (size_t i = 0; i < report->diags->list.n; i++)
		if (!style.quiet || report->diags->list.item[i]->level == DIAG_ERROR)
			count[report->diags->list.item[i]->code]++;
	return count;
}

static void add_left_out(const struct page *page, const struct diag *diag, size_t count)
{
	add_code(page, diag);
	buf_printf(page->out, ": and %zu more messages of this code (all are in --report json=FILE)\n", count);
}

void report_diags(struct buf *out, const struct report *report, struct report_style style)
{
	struct page page;
	struct locator locator;
	const size_t *count = count_codes(report, style, out->arena);
	size_t *shown = NEWS(out->arena, size_t, DIAG_CODE_COUNT);
	bool first = true;
	page_init(&page, out, style);
	locator_init(&locator, report->sources, out->arena);
	for (size_t i = 0; i < report->diags->list.n; i++) {
		const struct diag *diag = report->diags->list.item[i];
		if ((style.quiet && diag->level != DIAG_ERROR) || ++shown[diag->code] > MOST_OF_A_CODE + 1)
			continue;
		if (!first)
			buf_add_char(out, '\n');
		first = false;
		if (shown[diag->code] > MOST_OF_A_CODE && count[diag->code] > MOST_OF_A_CODE + 1)
			add_left_out(&page, diag, count[diag->code] - MOST_OF_A_CODE);
		else
			add_diag(&page, &locator, diag);
	}
}

void report_text(struct buf *out, const struct report *report, struct report_style style)
{
	struct page page;
	size_t start = out->n;
	report_diags(out, report, style);
	if (style.quiet)
		return;
	if (out->n > start)
		buf_add_char(out, '\n');
	page_init(&page, out, style);
	table_add(&page, report->ledger);
	closing_add(&page, report);
}
