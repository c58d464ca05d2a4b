/* SPDX-License-Identifier: Apache-2.0 */
/* `ing2gw mappings`: list, show NAME, lint FILES. */
#include "cli/command.h"

#include <unistd.h>

#include "cli/write.h"
#include "lib/mappings.h"
#include "report/report.h"

/* Each fault with its line, as the report has them. */
static int faults(struct cli *cli, const struct tables *tables, int fd)
{
	struct buf out;
	const struct report report = { .sources = &tables->sources, .diags = &tables->diags };
	buf_init(&out, &cli->arena, 0);
	report_diags(&out, &report, (struct report_style){ .color = colored(&cli->args, fd) });
	return fd == STDOUT_FILENO ? print(cli, buf_str(&out)) : write_fd(fd, buf_str(&out)) ? EXIT_OUTPUT : EXIT_GOOD;
}

int tables_error(struct cli *cli, const struct tables *tables)
{
	if (!tables->diags.list.n)
		return EXIT_GOOD;
	(void)faults(cli, tables, STDERR_FILENO);
	return tables_have(tables, DIAG_INTERNAL) ? EXIT_OUTPUT : EXIT_USAGE;
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

/* ---- lint ---- */

/* In the order of the command line, behind those of --mapping: a file may use what the files before it have. */
static int lint_all(struct cli *cli, struct mapping_texts *texts, enum tables_form form)
{
	const struct str_list *words = &cli->args.words;
	int unread = EXIT_GOOD;
	for (size_t i = 1; i < words->n; i++) {
		str error;
		struct mapping_text text = { .name = words->item[i] };
		if (read_table(cli, text.name, &text.text, &error)) {
			LIST_PUSH(&cli->arena, texts, text);
			continue;
		}
		write_fd(STDERR_FILENO, arena_printf(&cli->arena, "error: %.*s\n", STR_ARG(error)));
		unread = EXIT_INPUT;
	}
	const struct tables *tables = tables_load(&cli->arena, texts);
	struct buf out;
	buf_init(&out, &cli->arena, 0);
	if (form == TABLES_JSON) {
		tables_faults_json(&out, tables);
		unread = exit_join(unread, print(cli, buf_str(&out)));
	} else {
		tables_faults_count(&out, tables);
		unread = exit_join(unread, faults(cli, tables, STDOUT_FILENO));
		if (!arguments_flag(&cli->args, OPT_QUIET))
			unread = exit_join(unread, print(cli, buf_str(&out)));
	}
	if (tables_have(tables, DIAG_INTERNAL))
		return EXIT_OUTPUT;
	return exit_join(unread, !tables->diags.list.n ? EXIT_GOOD : tables_are_read(tables) ? EXIT_LOSS : EXIT_INPUT);
}

static int lint(struct cli *cli, enum tables_form form)
{
	struct mapping_texts texts = { 0 };
	str error;
	if (cli->args.words.n == 1)
		return usage_error(cli, STR("say which files to look at: mappings lint FILE..."));
	if (form == TABLES_YAML)
		return usage_error(cli, STR("-o yaml is for `mappings show NAME`"));
	if (!read_mappings(cli, &texts, &error))
		return usage_error(cli, error);
	return lint_all(cli, &texts, form);
}

int cmd_mappings(struct cli *cli)
{
	const struct str_list *words = &cli->args.words;
	str output = arguments_text(&cli->args, OPT_OUTPUT);
	enum tables_form form = str_eq(output, STR("json")) ? TABLES_JSON : str_eq(output, STR("yaml")) ? TABLES_YAML : TABLES_TEXT;
	bool wants_list = !words->n || str_eq(words->item[0], STR("list"));
	if (!wants_list && str_eq(words->item[0], STR("lint")))
		return lint(cli, form);
	if (!wants_list && !str_eq(words->item[0], STR("show")))
		return usage_error(cli, arena_printf(&cli->arena, "mappings has list, show and lint, not '%.*s'", STR_ARG(words->item[0])));
	if (!wants_list && words->n == 1)
		return usage_error(cli, STR("say which table to show; `mappings list` has the names"));
	if (words->n > (wants_list ? 1 : 2))
		return usage_error(cli, arena_printf(&cli->arena, "one word too many: '%.*s'", STR_ARG(words->item[words->n - 1])));
	if (wants_list && form != TABLES_TEXT)
		return usage_error(cli, STR("-o yaml and -o json are for `mappings show NAME`, -o json for `mappings lint` too"));
	struct mapping_texts more = { 0 };
	str error;
	if (!read_mappings(cli, &more, &error))
		return usage_error(cli, error);
	const struct tables *tables = tables_load(&cli->arena, &more);
	int fault = tables_error(cli, tables);
	return fault ? fault : wants_list ? list(cli, tables) : show(cli, tables, form);
}
