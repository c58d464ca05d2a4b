/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with tables of the user's: see mappings.h. */
#include "doc/doc.h"
#include "lib/mappings.h"

bool tables_have(const struct tables *tables, enum diag_code code)
{
	for (size_t i = 0; i < tables->diags.list.n; i++)
		if (tables->diags.list.item[i]->code == code)
			return true;
	return false;
}

/* Codes of tables are one row; everything before them is about texts. */
bool tables_are_read(const struct tables *tables)
{
	for (size_t i = 0; i < tables->diags.list.n; i++) {
		const struct diag *d = tables->diags.list.item[i];
		if (d->level == DIAG_ERROR && d->code < DIAG_TABLE_NONE)
			return false;
	}
	return true;
}

static void add_fault(struct arena *arena, struct node *list, const struct tables *tables, const struct diag *d, const struct diag_site *site)
{
	struct node *map = node_map(arena);
	const struct source *source = sources_get(&tables->sources, site->at.file);
	node_set_text(arena, map, STR("code"), diag_code_text(d->code));
	node_set_text(arena, map, STR("level"), diag_level_name(d->level));
	if (source) {
		struct line_column at = sources_locate(&tables->sources, site->at);
		node_set_text(arena, map, STR("file"), source->name);
		node_set(arena, map, STR("line"), node_int(arena, at.line));
		node_set(arena, map, STR("column"), node_int(arena, at.column));
	}
	node_set_text(arena, map, STR("message"), d->message);
	node_set_text(arena, map, STR("help"), d->help);
	node_add(arena, list, map);
}

void tables_faults_json(struct buf *out, const struct tables *tables)
{
	struct node *list = node_list(out->arena);
	for (size_t i = 0; i < tables->diags.list.n; i++) {
		const struct diag *d = tables->diags.list.item[i];
		for (size_t k = 0; k < d->site.n; k++)
			add_fault(out->arena, list, tables, d, &d->site.item[k]);
	}
	doc_write_json(out, list, 0);
	buf_add_char(out, '\n');
}

void tables_faults_count(struct buf *out, const struct tables *tables)
{
	size_t faults = 0, files = tables->more->n;
	for (size_t i = 0; i < tables->diags.list.n; i++)
		faults += tables->diags.list.item[i]->site.n;
	buf_printf(out, "%s%zu %s, ", faults ? "\n" : "", files, files == 1 ? "file" : "files");
	if (faults)
		buf_printf(out, "%zu %s\n", faults, faults == 1 ? "fault" : "faults");
	else
		buf_printf(out, "nothing wrong\n");
}
