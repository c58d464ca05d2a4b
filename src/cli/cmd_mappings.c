/* SPDX-License-Identifier: Apache-2.0 */
/* `ing2gw mappings`: list, show NAME. */
#include "cli/command.h"

#include <unistd.h>

#include "cli/write.h"
#include "lib/mappings.h"

int tables_error(struct cli *cli, const struct tables *tables)
{
	struct buf out;
	bool bug = false;
	buf_init(&out, &cli->arena, 0);
	for (size_t i = 0; i < tables->diags.list.n; i++) {
		const struct diag *d = tables->diags.list.item[i];
		struct place at = d->site.item[0].at;
		const struct source *source = sources_get(&tables->sources, at.file);
		buf_printf(&out, "%.*s[%.*s]: %.*s", STR_ARG(diag_level_name(d->level)), STR_ARG(diag_code_text(d->code)), STR_ARG(d->message));
		if (source)
			buf_printf(&out, " (%.*s:%u)", STR_ARG(source->name), (unsigned)sources_locate(&tables->sources, at).line);
		buf_add_char(&out, '\n');
		if (d->help.n)
			buf_printf(&out, "  help: %.*s\n", STR_ARG(d->help));
		bug = bug || d->code == DIAG_INTERNAL;
	}
	write_fd(STDERR_FILENO, buf_str(&out));
	return !out.n ? EXIT_GOOD : bug ? EXIT_OUTPUT : EXIT_USAGE;
}

static int no_table(struct cli *cli, str name, str near)
{
	str hint = near.n ? arena_printf(&cli->arena, "; did you mean %.*s?", STR_ARG(near)) : STR("");
	write_fd(STDERR_FILENO, arena_printf(&cli->arena, "error: there is no controller or target '%.*s'%.*s\nSee '%.*s mappings list'.\n",
		STR_ARG(name), STR_ARG(hint), STR_ARG(cli->args.program)));
	return EXIT_USAGE;
}

static int show(struct cli *cli, const struct tables *tables, enum tables_form form)
{
	struct buf out;
	str near = { "", 0 }, name = cli->args.words.item[1];
	buf_init(&out, &cli->arena, 0);
	if (!tables_show(&out, tables, name, form, &near))
		return no_table(cli, name, near);
	return print(cli, buf_str(&out));
}

static int list(struct cli *cli, const struct tables *tables)
{
	struct buf out;
	buf_init(&out, &cli->arena, 0);
	tables_list(&out, tables);
	return print(cli, buf_str(&out));
}

int cmd_mappings(struct cli *cli)
{
	const struct str_list *words = &cli->args.words;
	str output = arguments_text(&cli->args, OPT_OUTPUT);
	enum tables_form form = str_eq(output, STR("json")) ? TABLES_JSON : str_eq(output, STR("yaml")) ? TABLES_YAML : TABLES_TEXT;
	bool wants_list = !words->n || str_eq(words->item[0], STR("list"));
	if (!wants_list && !str_eq(words->item[0], STR("show")))
		return usage_error(cli, arena_printf(&cli->arena, "mappings has list and show, not '%.*s'", STR_ARG(words->item[0])));
	if (!wants_list && words->n == 1)
		return usage_error(cli, STR("say which table to show; `mappings list` has the names"));
	if (words->n > (wants_list ? 1 : 2))
		return usage_error(cli, arena_printf(&cli->arena, "one word too many: '%.*s'", STR_ARG(words->item[words->n - 1])));
	if (wants_list && form != TABLES_TEXT)
		return usage_error(cli, STR("-o yaml and -o json are for `mappings show NAME`"));
	struct mapping_texts more = { 0 };
	str error;
	if (!read_mappings(cli, &more, &error))
		return usage_error(cli, error);
	const struct tables *tables = tables_load(&cli->arena, &more);
	int code = wants_list ? list(cli, tables) : show(cli, tables, form);
	return exit_join(tables_error(cli, tables), code);
}
