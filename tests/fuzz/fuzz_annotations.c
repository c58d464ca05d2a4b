/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of each annotation of every controller: the first byte chooses a type, the next two a row of it, the rest is the value. A refused value has a
 * reason, and what is taken is taken again as it stands; the table's own example is good.
 *
 * seeds: own
 * covers: src/mapping/values.c
 */
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "mapping/load.h"
#include "mapping/values.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good, const char *what, const struct annotation_row *row, str text)
{
	if (good)
		return;
	fprintf(stderr, "%.*s: %s\n'%.*s'\n", STR_ARG(row->name), what, STR_ARG(text));
	abort();
}

/* The tables, read once. */
static const struct mapping *tables(void)
{
	static struct mapping mapping;
	static struct escape escape;
	static struct arena arena;
	static struct sources sources;
	static struct diags diags;
	if (mapping.arena)
		return &mapping;
	escape_init(&escape);
	arena_init(&arena, 0, &escape);
	if (setjmp(escape.env) != 0)
		abort();
	sources_init(&sources, &arena);
	diags_init(&diags, &arena);
	if (!mapping_load(&mapping, &arena, &sources, &diags, NULL))
		abort();
	return &mapping;
}

/* The name of a type by its number. */
static str type_at(struct arena *arena, size_t number)
{
	struct str_list types = value_types(arena);
	return types.item[number % types.n];
}

/* By type and number, so that an input means the same when the tables grow; NULL: no row has the type. */
static const struct annotation_row *row_at(str type, size_t number)
{
	const struct mapping *m = tables();
	size_t count = 0;
	for (int round = 0; round < 2; round++) {
		size_t wanted = count ? number % count : SIZE_MAX;
		count = 0;
		for (size_t i = 0; i < m->controllers.n; i++)
			for (size_t j = 0; j < m->controllers.item[i]->annotations.n; j++) {
				const struct annotation_row *row = &m->controllers.item[i]->annotations.item[j];
				if (str_eq(row->type, type) && count++ == wanted)
					return row;
			}
	}
	return NULL;
}

static bool is_inside(str part, str whole)
{
	return part.n == 0 || str_has(whole, part);
}

static void check_value(struct arena *arena, const struct annotation_row *row, str text)
{
	struct value value, again;
	str why = { "", 0 };
	if (!value_parse(arena, row, text, &value, &why)) {
		check(why.n > 0 && !str_has_char(why, '\n'), "refused without a reason in one line", row, text);
		return;
	}
	check(row->strip || is_inside(value.text, text), "another text than the value", row, text);
	for (size_t i = 0; i < value.items.n; i++)
		check(is_inside(value.items.item[i], text) || row->strip, "an element that is not there", row, value.items.item[i]);
	/* what is kept of it has no blanks around it, and is good as well */
	check(value.text.n == 0 || value_parse(arena, row, value.text, &again, &why), "is refused once its blanks are off", row, value.text);
	check(value.text.n == 0 || (again.truth == value.truth && again.number == value.number && str_eq(again.text, value.text)), "reads differently", row, value.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct escape escape;
	struct arena arena;
	if (size < 3)
		return 0;
	escape_init(&escape);
	arena_init(&arena, (size_t)1 << 30, &escape);
	/* Only memory may end early, and there is enough of it. */
	if (setjmp(escape.env) != 0)
		abort();
	const struct annotation_row *row = row_at(type_at(&arena, data[0]), (size_t)data[1] << 8 | data[2]);
	/* A copy of its own, so that a look past the end is seen. */
	char *copy = malloc(size);
	if (!copy)
		abort();
	for (size_t i = 3; i < size; i++)
		copy[i - 3] = (char)data[i];
	if (row && size > 3)
		check_value(&arena, row, (str){ copy, size - 3 });
	check(!row || value_grammar(&arena, row).n > 0, "has no grammar", row, row ? row->type : STR(""));
	free(copy);
	if (escape.open)
		abort();
	arena_release(&arena);
	return 0;
}
