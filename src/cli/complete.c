/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may stand where somebody presses Tab, as kubectl asks its plugins for it: `__complete WORD... LAST` prints a candidate on each
 * line, with a blank (tab) and what it is, and at last ":0" where names of files fit too, else ":4" (directives of cobra). The scripts
 * in completion/ ask the same way, and so does kubectl, by the name kubectl_complete-ing2gw.
 */
#include "cli/command.h"

#include <stdlib.h>

#include "lib/live.h"
#include "lib/mappings.h"

enum { WITH_FILES = 0, WITHOUT_FILES = 4 };

struct completion {
	struct cli *cli;
	struct buf out;
	enum command command;
	bool has_command;
	size_t words;            /* behind the command */
	str first;               /* of them */
	str last;                /* to be completed */
	bool files;
};

static const struct option_row *row_of(str word, enum command command)
{
	bool letter = word.n == 2 && word.p[0] == '-' && word.p[1] != '-';
	const struct option_row *any = NULL;
	for (size_t i = 0; i < option_rows_count; i++) {
		const struct option_row *row = &option_rows[i];
		bool same = letter ? row->letter == word.p[1] : str_starts(word, STR("--")) && str_eq(row->name, str_from(word, 2));
		if (same && row->commands & 1u << command)
			return row;
		if (same)
			any = row;
	}
	return any;
}

static void offer(struct completion *c, str word, str about)
{
	if (!str_starts(word, c->last))
		return;
	buf_add(&c->out, word);
	if (about.n) {
		buf_add_char(&c->out, '\t');
		buf_add(&c->out, about);
	}
	buf_add_char(&c->out, '\n');
}

static void offer_words(struct completion *c, str words)
{
	str head;
	while (words.n) {
		str_cut(words, '|', &head, &words);
		offer(c, head, (str){ "", 0 });
	}
}

static void offer_names(struct completion *c, enum table_word kind)
{
	const struct mapping_texts none = { 0 };
	const struct mapping *m = tables_load(&c->cli->arena, &none)->mapping;
	for (size_t i = 0; kind == TABLE_CONTROLLER && i < m->controllers.n; i++)
		offer(c, m->controllers.item[i]->name, m->controllers.item[i]->title);
	for (size_t i = 0; kind == TABLE_TARGET && i < m->targets.n; i++)
		offer(c, m->targets.item[i]->name, m->targets.item[i]->title);
	for (size_t i = 0; kind == TABLE_FEATURE && i < m->features.n; i++)
		offer(c, m->features.item[i].name, (str){ "", 0 });
}

static void offer_contexts(struct completion *c)
{
	const struct connection_options options = { .kubeconfig = arguments_text(&c->cli->args, OPT_KUBECONFIG) };
	const struct connection_world world = { .kubeconfig = str_c(getenv("KUBECONFIG")), .home = str_c(getenv("HOME")) };
	const struct str_list names = kubeconfig_contexts(&c->cli->arena, &options, &world);
	for (size_t i = 0; i < names.n; i++)
		offer(c, names.item[i], (str){ "", 0 });
}

static void offer_values(struct completion *c, const struct option_row *row)
{
	if (row->id == OPT_FROM)
		offer_names(c, TABLE_CONTROLLER);
	else if (row->id == OPT_TARGET)
		offer_names(c, TABLE_TARGET);
	else if (row->id == OPT_ACCEPT)
		offer_names(c, TABLE_FEATURE);
	else if (row->id == OPT_CONTEXT)
		offer_contexts(c);
	else if (row->kind == OPTION_WORD || row->kind == OPTION_OUTPUT)
		offer_words(c, row->words);
	else if (row->kind == OPTION_REPORT)
		offer_words(c, STR("text=|json="));
	if (row->kind == OPTION_OUTPUT)
		offer(c, STR("dir="), STR("files in a folder"));
	/* the word behind it says which of them are files */
	c->files = row->kind == OPTION_TEXT && (str_has(row->argument, STR("FILE")) || str_has(row->argument, STR("DIR")));
}

static void offer_options(struct completion *c)
{
	for (size_t i = 0; i < option_rows_count; i++) {
		const struct option_row *row = &option_rows[i];
		bool again = false;
		for (size_t k = 0; k < i; k++)
			again = again || (str_eq(option_rows[k].name, row->name) && (!c->has_command || option_rows[k].commands & 1u << c->command));
		if (!again && (!c->has_command || row->commands & 1u << c->command))
			offer(c, arena_join(&c->cli->arena, STR("--"), row->name), row->help);
	}
}

static void offer_commands(struct completion *c)
{
	for (unsigned i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++)
		offer(c, command_rows[i].name, command_rows[i].summary);
}

/* What the word of a command may be. */
static void offer_word(struct completion *c)
{
	static const unsigned READERS = IN_CONVERT | IN_VERIFY;
	if (!c->has_command || c->command == COMMAND_HELP)
		offer_commands(c);
	else if (c->command == COMMAND_EXPLAIN)
		offer_names(c, TABLE_FEATURE);
	else if (c->command == COMMAND_MAPPINGS && c->words == 0)
		offer_words(c, STR("list|show|lint"));
	else if (c->command == COMMAND_MAPPINGS && str_eq(c->first, STR("show"))) {
		offer_names(c, TABLE_CONTROLLER);
		offer_names(c, TABLE_TARGET);
	} else if (c->command == COMMAND_TARGETS && c->words == 0) {
		offer(c, STR("compare"), STR("which target carries the most of these Ingresses"));
		offer_names(c, TABLE_TARGET);
	}
	c->files = c->has_command && ((READERS & 1u << c->command) || c->command == COMMAND_MAPPINGS || (c->command == COMMAND_TARGETS && c->words) ||
		(c->command == COMMAND_TRACE && c->words));
}

static void take_word(struct completion *c, str word)
{
	if (!c->has_command) {
		for (unsigned i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++)
			if (str_eq(command_rows[i].name, word))
				c->command = (enum command)i;
		c->has_command = true;
		return;
	}
	if (!c->words++)
		c->first = word;
}

int complete(struct cli *cli, int argc, const char *const *argv)
{
	struct completion c = { .cli = cli, .last = argc ? str_c(argv[argc - 1]) : (str){ "", 0 } };
	const struct option_row *waits = NULL;
	buf_init(&c.out, &cli->arena, 0);
	for (int i = 0; i + 1 < argc; i++) {
		str word = str_c(argv[i]);
		if (waits) {
			if (waits->id == OPT_KUBECONFIG)
				LIST_PUSH(&cli->arena, &cli->args.value[OPT_KUBECONFIG], word);
			waits = NULL;
		} else if (word.n > 1 && word.p[0] == '-') {
			const struct option_row *row = row_of(word, c.command);
			waits = row && row->kind != OPTION_FLAG ? row : NULL;
		} else {
			take_word(&c, word);
		}
	}
	str name, value;
	if (!waits && str_starts(c.last, STR("--")) && str_cut(c.last, '=', &name, &value)) {
		waits = row_of(name, c.command);
		c.last = value;
	}
	if (waits)
		offer_values(&c, waits);
	else if (str_starts(c.last, STR("-")))
		offer_options(&c);
	else
		offer_word(&c);
	buf_printf(&c.out, ":%d\n", c.files ? WITH_FILES : WITHOUT_FILES);
	return print(cli, buf_str(&c.out));
}
