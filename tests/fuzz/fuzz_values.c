/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of annotations and tables of users. The input is up to four parts with NUL between them. The first byte of the first
 * one chooses: below 0x80 the parts are words, pattern and text of a row, which is read as every type that there is; else all
 * that follows is a table that is added to a small vocabulary.
 *
 * covers: src/mapping/load.c src/mapping/load_controller.c
 * touches: src/mapping/values.c src/mapping/pattern.c
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
	str types = value_types(arena);
	for (more = true; more;) {
		more = str_cut(types, ',', &row.type, &types);
		row.type = str_trim(row.type);
		read_as(arena, &row, text);
	}
}

/* The program's own tables are good, whatever a user adds to them. */
static void load_all(void)
{
	struct escape escape;
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct mapping mapping;
	struct mapping_text text = { STR_INIT("user.yaml"), STR_INIT("name: x\n") };
	struct mapping_texts texts = { &text, 1, 1 };
	escape_init(&escape);
	arena_init(&arena, 0, &escape);
	if (setjmp(escape.env) != 0)
		abort();
	sources_init(&sources, &arena);
	diags_init(&diags, &arena);
	if (!mapping_load(&mapping, &arena, &sources, &diags) || mapping_add_all(&mapping, &texts))
		abort();
	if (mapping_builtin_text(STR("nosuch")).n)
		abort();
	arena_release(&arena);
}

static uint32_t builtin(struct sources *sources, str name)
{
	for (size_t i = 0; i < mapping_builtin_count; i++)
		if (str_eq(mapping_builtin[i].name, name))
			return sources_add(sources, name, mapping_builtin[i].text);
	abort();
}

/* All built-in tables would take longer than what is to be found. */
static void read_table(struct arena *arena, str input)
{
	struct sources sources;
	struct diags diags;
	sources_init(&sources, arena);
	diags_init(&diags, arena);
	struct mapping mapping = { .arena = arena, .diags = &diags, .sources = &sources };
	map_init(&mapping.feature_by_name, arena);
	map_init(&mapping.controller_by_name, arena);
	if (!mapping_add(&mapping, builtin(&sources, STR("features.yaml"))) || !mapping_add(&mapping, builtin(&sources, STR("controllers/generic.yaml"))))
		abort();
	size_t before = diags.list.n;
	bool good = mapping_add(&mapping, sources_add(&sources, STR("fuzz.yaml"), input));
	/* What is no good has been said. */
	if (!good && diags.list.n == before)
		abort();
	/* A table with a fault is not used. */
	if (!good)
		return;
	(void)mapping_ecosystem(&mapping, STR("example.com/x"), false);
	(void)mapping_by_prefix(&mapping, STR("nginx.ingress.kubernetes.io/x"));
	for (size_t i = 0; i < mapping.controllers.n; i++) {
		(void)controller_nearest(arena, mapping.controllers.item[i], STR("rewrite-targte"));
		for (size_t j = 0; j < mapping.controllers.item[i]->annotations.n; j++)
			read_as(arena, &mapping.controllers.item[i]->annotations.item[j], STR("10m"));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool loaded;
	struct escape escape;
	struct arena arena;
	if (!loaded)
		load_all();
	loaded = true;
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
	if (data[0] < 0x80)
		read_values(&arena, (str){ copy, size });
	else
		read_table(&arena, (str){ copy + 1, size - 1 });
	free(copy);
	if (escape.open)
		abort();
	arena_release(&arena);
	return 0;
}
