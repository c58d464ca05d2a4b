/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The account of the input as a table: see table.h. Each row adds up: Ingresses are converted, closed, failed, skipped or
 * inactive, facts are translated, differ, lost or idle.
 */
#include "report/table.h"

#include <stdlib.h>

enum column { INGRESSES, CONVERTED, CLOSED, FAILED, SKIPPED, INACTIVE, FACTS, TRANSLATED, DIFFER, LOST, IDLE, COLUMN_COUNT };

enum { MOST_ROWS = 20, GAP = 2, WIDE_GAP = 4 };

static const str TITLES[COLUMN_COUNT] = {
	[INGRESSES] = STR_INIT("Ingresses"), [CONVERTED] = STR_INIT("converted"), [CLOSED] = STR_INIT("closed"),
	[FAILED] = STR_INIT("failed"), [SKIPPED] = STR_INIT("skipped"), [INACTIVE] = STR_INIT("inactive"),
	[FACTS] = STR_INIT("facts"), [TRANSLATED] = STR_INIT("translated"), [DIFFER] = STR_INIT("differ"),
	[LOST] = STR_INIT("lost"), [IDLE] = STR_INIT("idle"),
};

struct row {
	str namespace;
	size_t cell[COLUMN_COUNT];
};

struct table {
	LIST(struct row) rows;
	struct row total;
	size_t first_width, width[COLUMN_COUNT];
};

static enum column column_of_ingress(enum ingress_state state)
{
	static const enum column columns[INGRESS_STATE_COUNT] = {
		[INGRESS_CONVERTED] = CONVERTED, [INGRESS_CLOSED] = CLOSED, [INGRESS_FAILED] = FAILED,
		[INGRESS_SKIPPED] = SKIPPED, [INGRESS_INACTIVE] = INACTIVE,
	};
	return columns[state];
}

static enum column column_of_fact(enum fact_state state)
{
	static const enum column columns[FACT_STATE_COUNT] = {
		[FACT_INEFFECTIVE] = IDLE, [FACT_METADATA] = TRANSLATED, [FACT_TRANSLATED] = TRANSLATED, [FACT_DIFFERENT] = DIFFER,
		[FACT_EXTENSION] = LOST, [FACT_INEXPRESSIBLE] = LOST, [FACT_INVALID] = LOST, [FACT_UNKNOWN] = LOST,
	};
	return columns[state];
}

static void count_record(struct row *row, const struct record *record)
{
	row->cell[INGRESSES]++;
	row->cell[column_of_ingress(record->state)]++;
	row->cell[FACTS] += record->facts.n;
	for (size_t i = 0; i < record->facts.n; i++)
		row->cell[column_of_fact(record->facts.item[i]->state)]++;
}

/* Records stand in the order of their namespaces. */
static void count(struct table *table, const struct ledger *ledger, struct arena *arena)
{
	for (size_t i = 0; i < ledger->records.n; i++) {
		const struct record *record = ledger->records.item[i];
		size_t n = table->rows.n;
		if (n == 0 || !str_eq(table->rows.item[n - 1].namespace, record->namespace)) {
			struct row fresh = { .namespace = record->namespace };
			LIST_PUSH(arena, &table->rows, fresh);
		}
		count_record(&table->rows.item[table->rows.n - 1], record);
		count_record(&table->total, record);
	}
}

static bool has_loss(const struct row *row)
{
	return row->cell[FAILED] || row->cell[CLOSED] || row->cell[LOST];
}

/* Where most is to be done first. */
static int compare_rows(const void *pa, const void *pb)
{
	static const enum column order[] = { FAILED, CLOSED, LOST };
	const struct row *a = pa, *b = pb;
	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
		size_t x = a->cell[order[i]], y = b->cell[order[i]];
		if (x != y)
			return x > y ? -1 : 1;
	}
	return str_cmp(a->namespace, b->namespace);
}

static size_t digits(size_t n)
{
	size_t count_of = 1;
	for (; n >= 10; n /= 10)
		count_of++;
	return count_of;
}

static bool is_shown(const struct table *table, enum column column)
{
	return (column != SKIPPED && column != INACTIVE) || table->total.cell[column] > 0;
}

/* The total is the widest number of each column. */
static void measure(struct table *table, size_t shown)
{
	table->first_width = STR("namespace").n;
	for (size_t i = 0; i < shown; i++) {
		size_t columns = visible_columns(table->rows.item[i].namespace);
		if (columns > table->first_width)
			table->first_width = columns;
	}
	for (unsigned c = 0; c < COLUMN_COUNT; c++) {
		size_t n = digits(table->total.cell[c]);
		table->width[c] = n > TITLES[c].n ? n : TITLES[c].n;
	}
}

static void add_first(const struct page *page, const struct table *table, str text)
{
	buf_fill(page->out, ' ', GAP);
	visible_add(page->out, text);
	buf_fill(page->out, ' ', table->first_width - visible_columns(text));
}

/* Right-aligned; the facts stand a little apart from the Ingresses. */
static void add_cell(const struct page *page, const struct table *table, enum column column, str text)
{
	buf_fill(page->out, ' ', (column == FACTS ? WIDE_GAP : GAP) + table->width[column] - text.n);
	buf_add(page->out, text);
}

static void add_head(const struct page *page, const struct table *table)
{
	page_paint(page, PAINT_BOLD);
	add_first(page, table, STR("namespace"));
	for (unsigned c = 0; c < COLUMN_COUNT; c++)
		if (is_shown(table, (enum column)c))
			add_cell(page, table, (enum column)c, TITLES[c]);
	page_plain(page);
	buf_add_char(page->out, '\n');
}

static void add_row(const struct page *page, const struct table *table, const struct row *row)
{
	add_first(page, table, row->namespace);
	for (unsigned c = 0; c < COLUMN_COUNT; c++)
		if (is_shown(table, (enum column)c))
			add_cell(page, table, (enum column)c, arena_printf(page->out->arena, "%zu", row->cell[c]));
	buf_add_char(page->out, '\n');
}

static void add_rest(const struct page *page, const struct table *table)
{
	size_t losses = 0;
	for (size_t i = MOST_ROWS; i < table->rows.n; i++)
		losses += has_loss(&table->rows.item[i]);
	buf_printf(page->out, "  and %zu more", table->rows.n - MOST_ROWS);
	if (losses)
		buf_printf(page->out, ", %zu of them with losses", losses);
	buf_add_char(page->out, '\n');
}

void table_add(const struct page *page, const struct ledger *ledger)
{
	struct table table = { .total = { .namespace = STR("total") } };
	if (ledger->records.n == 0)
		return;
	count(&table, ledger, page->out->arena);
	qsort(table.rows.item, table.rows.n, sizeof *table.rows.item, compare_rows);
	size_t shown = table.rows.n < MOST_ROWS ? table.rows.n : MOST_ROWS;
	measure(&table, shown);
	add_head(page, &table);
	for (size_t i = 0; i < shown; i++)
		add_row(page, &table, &table.rows.item[i]);
	if (table.rows.n > shown)
		add_rest(page, &table);
	if (table.rows.n > 1)
		add_row(page, &table, &table.total);
}
