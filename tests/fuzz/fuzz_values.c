/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of annotations. The input is up to three parts with NUL between them: words, pattern and text of a row, which is read as every
 * type that there is. The first byte says whether blanks are taken out.
 *
 * seeds: own
 * covers: src/mapping/pattern.c
 * touches: src/mapping/values.c
 */
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include "mapping/load.h"
#include "mapping/values.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_one_line(const struct str_list *words)
{
	for (size_t i = 0; i < words->n; i++)
		if (str_has(words->item[i], STR("\n")))
			return false;
	return true;
}

/* A refused text has a reason, in one line unless the words of the table are none. */
static void read_as(struct arena *arena, const struct annotation_row *row, str text)
{
	struct value value;
	str why = { "", 0 };
	if (!value_type_known(row->type))
		abort();
	if (text.n && !value_parse(arena, row, text, &value, &why) && (why.n == 0 || (is_one_line(&row->words) && str_has(why, STR("\n")))))
		abort();
	if (value_grammar(arena, row).n == 0)
		abort();
}

static void read_values(struct arena *arena, str input)
{
	struct annotation_row row = { 0 };
	str words, word, text;
	bool more = true;
	row.strip = input.n & 1;
	str_cut(input, '\0', &words, &input);
	str_cut(input, '\0', &row.pattern, &text);
	while (more) {
		more = str_cut(words, '|', &word, &words);
		LIST_PUSH(arena, &row.words, word);
	}
	struct str_list types = value_types(arena);
	for (size_t i = 0; i < types.n; i++) {
		row.type = types.item[i];
		read_as(arena, &row, text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct escape escape;
	struct arena arena;
	if (size == 0)
		return 0;
	escape_init(&escape);
	arena_init(&arena, (size_t)1 << 30, &escape);
	/* Only memory may end early, and there is enough of it. */
	if (setjmp(escape.env) != 0)
		abort();
	/* A copy of its own, so that a look past the end is seen. */
	char *copy = malloc(size);
	if (!copy)
		abort();
	for (size_t i = 0; i < size; i++)
		copy[i] = (char)data[i];
	read_values(&arena, (str){ copy, size });
	free(copy);
	if (escape.open)
		abort();
	arena_release(&arena);
	return 0;
}
