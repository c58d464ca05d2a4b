/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line: words with NUL between them. What is refused has a reason; what is taken can be asked for.
 *
 * covers: src/cli/options.c
 */
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include "cli/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_WORDS = 64 };

/* Every word in memory of its own, so that a look past the end is seen. Returns how many there are. */
static int split(const uint8_t *data, size_t size, char **words)
{
	str rest = { (const char *)data, size }, word;
	int n = 0;
	for (bool more = size > 0; more && n < MOST_WORDS; n++) {
		more = str_cut(rest, '\0', &word, &rest);
		words[n] = calloc(word.n + 1, 1);
		if (!words[n])
			abort();
		for (size_t i = 0; i < word.n; i++)
			words[n][i] = word.p[i];
	}
	return n;
}

static void ask(const struct arguments *args, struct arena *arena)
{
	for (size_t i = 0; i < option_rows_count; i++) {
		const struct option_row *row = &option_rows[i];
		str text = arguments_text(args, row->id);
		bool given = args->value[row->id].n > 0 && row->commands & 1u << args->command;
		if (!given)
			continue;
		/* What the parser has let through is what its kind says. */
		if (row->kind == OPTION_FLAG && !str_eq(text, STR("true")) && !str_eq(text, STR("false")))
			abort();
		if ((row->kind == OPTION_NUMBER || row->kind == OPTION_SIZE) && arguments_size(args, row->id) == 0)
			abort();
		if ((row->kind == OPTION_OBJECT && !str_has(text, STR("/"))) || (row->kind == OPTION_PAIR && !str_has(text, STR("="))))
			abort();
		if (row->kind == OPTION_TEXT && text.n == 0)
			abort();
		struct str_list list = arguments_list(args, arena, row->id);
		if (str_list_has(&list, STR("")))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct escape escape;
	struct arena arena;
	char *words[MOST_WORDS + 2] = { NULL };
	const char *argv[MOST_WORDS + 2] = { "ing2gw" };
	escape_init(&escape);
	arena_init(&arena, (size_t)1 << 28, &escape);
	if (setjmp(escape.env) != 0)
		abort();
	int n = split(data, size, words);
	for (int i = 0; i < n; i++)
		argv[i + 1] = words[i];
	struct arguments args = { 0 };
	bool good = options_parse(&args, &arena, n + 1, argv);
	if (good != (args.error.n == 0) || args.command >= COMMAND_COUNT)
		abort();
	if (good)
		ask(&args, &arena);
	for (int i = 0; i < n; i++)
		free(words[i]);
	arena_release(&arena);
	return 0;
}
