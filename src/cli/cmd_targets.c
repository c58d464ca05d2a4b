/* SPDX-License-Identifier: Apache-2.0 */
/* `ing2gw targets`: the list, one target, or all of them over the user's Ingresses (compare). */
#include "cli/command.h"

#include <unistd.h>

#include "cli/files.h"
#include "cli/write.h"
#include "lib/target_compare.h"
#include "lib/target_pages.h"

static bool wants_json(const struct cli *cli)
{
	return str_eq(arguments_text(&cli->args, OPT_OUTPUT), STR("json"));
}

/* ---- pages ---- */

static int page(struct cli *cli, const struct tables *tables)
{
	const struct str_list *words = &cli->args.words;
	struct buf out;
	str why;
	buf_init(&out, &cli->arena, 0);
	if (words->n == 0)
		targets_list(&out, tables, wants_json(cli));
	else if (!targets_show(&out, tables, words->item[0], wants_json(cli), &why))
		return usage_error(cli, why);
	return print(cli, buf_str(&out));
}

/* ---- compare ---- */

/* Those of --target; without it all. */
static struct str_list wanted(struct cli *cli, const struct tables *tables)
{
	struct str_list names = { 0 };
	const struct str_list *given = &cli->args.value[OPT_TARGET];
	for (size_t i = 0; i < given->n; i++)
		str_list_add_new(&cli->arena, &names, given->item[i]);
	for (size_t i = 0; given->n == 0 && i < tables->mapping->targets.n; i++)
		LIST_PUSH(&cli->arena, &names, tables->mapping->targets.item[i]->name);
	return names;
}

static bool read_options(struct cli *cli, struct convert_options *options, struct accepted *accepted, str *error)
{
	convert_options_init(options);
	if (!read_accepted(cli, accepted, error) || !read_intake(cli, &options->in, error))
		return false;
	options->in.target = (str){ "", 0 };
	options->experimental = str_eq(arguments_text(&cli->args, OPT_CHANNEL), STR("experimental"));
	options->exact = str_eq(arguments_text(&cli->args, OPT_FORM), STR("exact"));
	for (size_t i = 0; i < accepted->n; i++)
		str_list_add_new(&cli->arena, &options->accept, accepted->item[i].name);
	options->accepted = &accepted->differences;
	const struct str_list *targets = &cli->args.value[OPT_TARGET];
	for (size_t i = 0; i < targets->n; i++)
		if (!check_names(cli, &options->in, targets->item[i], accepted, error))
			return false;
	return targets->n || check_names(cli, &options->in, (str){ "", 0 }, accepted, error);
}

static int run_compare(struct cli *cli, const struct tables *tables, const struct convert_options *options, const struct str_list *paths)
{
	struct sources sources;
	struct diags diags;
	struct buf out;
	sources_init(&sources, &cli->arena);
	diags_init(&diags, &cli->arena);
	const struct files files = { .arena = &cli->arena, .scratch = &cli->arena, .sources = &sources, .diags = &diags,
		.total_bytes = options->in.limits.total_bytes };
	int code = files_read(&files, paths) ? EXIT_GOOD : EXIT_INPUT;
	struct target_comparison c = { .arena = &cli->arena, .options = options, .sources = &sources };
	const struct str_list targets = wanted(cli, tables);
	target_compare(&c, tables, &targets);
	const struct report report = { .sources = &sources, .diags = &diags };
	buf_init(&out, &cli->arena, 0);
	if (diags.list.n)
		report_diags(&out, &report, (struct report_style){ .color = colored(&cli->args, STDERR_FILENO), .quiet = true });
	buf_add(&out, buf_str(&c.messages));
	write_fd(STDERR_FILENO, buf_str(&out));
	buf_init(&out, &cli->arena, 0);
	if (wants_json(cli))
		target_compare_json(&out, &c);
	else
		target_compare_text(&out, &c);
	code = exit_join(code, c.bug ? EXIT_OUTPUT : c.unreadable ? EXIT_INPUT : EXIT_GOOD);
	return exit_join(code, print(cli, buf_str(&out)));
}

static int compare(struct cli *cli, const struct tables *tables)
{
	struct convert_options options;
	struct accepted accepted = { 0 };
	struct str_list paths = { 0 }, words = { 0 };
	str error = { "", 0 };
	for (size_t i = 1; i < cli->args.words.n; i++)
		LIST_PUSH(&cli->arena, &words, cli->args.words.item[i]);
	if (!read_options(cli, &options, &accepted, &error) || !input_paths(cli, &words, &paths, &error))
		return usage_error(cli, error);
	return run_compare(cli, tables, &options, &paths);
}

/* Options of compare that say nothing about a page. */
static bool has_input(const struct cli *cli)
{
	for (size_t i = 0; i < option_rows_count; i++) {
		const struct option_row *row = &option_rows[i];
		if ((row->commands & IN_TARGETS) && !(row->commands & IN_MAPPINGS) && row->id != OPT_OUTPUT && cli->args.value[row->id].n)
			return true;
	}
	return false;
}

int cmd_targets(struct cli *cli)
{
	const struct str_list *words = &cli->args.words;
	bool compares = words->n && str_eq(words->item[0], STR("compare"));
	if (!compares && words->n > 1)
		return usage_error(cli, arena_printf(&cli->arena, "one word too many: '%.*s'", STR_ARG(words->item[1])));
	if (!compares && has_input(cli))
		return usage_error(cli, STR("say `targets compare` to convert Ingresses for each target"));
	struct mapping_texts more = { 0 };
	str error;
	if (!read_mappings(cli, &more, &error))
		return usage_error(cli, error);
	const struct tables *tables = tables_load(&cli->arena, &more);
	int fault = tables_error(cli, tables);
	if (fault == EXIT_USAGE)
		return fault;
	return exit_join(fault, compares ? compare(cli, tables) : page(cli, tables));
}
