/* SPDX-License-Identifier: Apache-2.0 */
/* `ing2gw convert`: options to struct convert_options, files in, manifests and reports out. */
#include "cli/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/files.h"
#include "cli/write.h"
#include "lib/convert.h"
#include "lib/mappings.h"

/* ---- options ---- */

static bool is_known(struct cli *cli, const struct tables *tables, enum table_word kind, str option, str word, str *error)
{
	str near;
	if (tables_know(tables, kind, word, &near))
		return true;
	str hint = near.n ? arena_printf(&cli->arena, "; did you mean %.*s?", STR_ARG(near)) : STR("");
	*error = arena_printf(&cli->arena, "option %.*s: there is no %.*s '%.*s'%.*s", STR_ARG(option), STR_ARG(table_word_name(kind)),
		STR_ARG(word), STR_ARG(hint));
	return false;
}

static bool all_known(struct cli *cli, const struct tables *tables, const struct convert_options *options, const struct accepted *accepted,
	str *error)
{
	bool good = !options->target.n || is_known(cli, tables, TABLE_TARGET, STR("--target"), options->target, error);
	for (size_t i = 0; good && i < options->from.n; i++)
		good = is_known(cli, tables, TABLE_CONTROLLER, STR("--from"), options->from.item[i], error);
	for (size_t i = 0; good && i < accepted->n; i++)
		good = is_known(cli, tables, TABLE_FEATURE, accepted->item[i].option, accepted->item[i].name, error);
	return good;
}

/* Names that only the tables know. */
static bool check_names(struct cli *cli, const struct convert_options *options, const struct accepted *accepted, str *error)
{
	str name, version;
	if (!options->target.n && !options->from.n && !options->accept.n && !options->mappings.n)
		return true;
	if (str_cut(options->target, '@', &name, &version)) {
		*error = arena_printf(&cli->arena, "option --target: there are no tables for versions of a target; "
			"say --target %.*s, and --gateway-api for the version of the Gateway API", STR_ARG(name));
		return false;
	}
	const struct tables *tables = tables_load(&cli->arena, &options->mappings);
	if (tables_error(cli, tables) != EXIT_GOOD) {
		*error = STR("a table cannot be used");
		return false;
	}
	return all_known(cli, tables, options, accepted, error);
}

static bool to_stdout(const struct str_list *reports, str rejects, bool *twice)
{
	size_t n = str_eq(rejects, STR("-"));
	for (size_t i = 0; i < reports->n; i++)
		n += str_ends(reports->item[i], STR("=-"));
	*twice = n > 1;
	return n > 0;
}

/* A plugin of kubectl is expected to read the cluster when it is given nothing. */
static str nothing_given(struct cli *cli)
{
	if (!str_starts(cli->args.program, STR("kubectl")))
		return STR("must specify -f FILE, -f FOLDER, -f - (standard input), or files");
	return arena_printf(&cli->arena, "the cluster is not read yet, only files; say\n"
		"  kubectl get ingress,ingressclass,service,configmap -A -o json | %.*s convert -", STR_ARG(cli->args.program));
}

static bool check(struct cli *cli, str *error)
{
	const struct arguments *args = &cli->args;
	bool folder = str_starts(arguments_text(args, OPT_OUTPUT), STR("dir=")), twice;
	if (!args->value[OPT_FILENAME].n && !args->words.n) {
		*error = nothing_given(cli);
		return false;
	}
	if (to_stdout(&args->value[OPT_REPORT], arguments_text(args, OPT_REJECTS), &twice) && !folder) {
		*error = STR("the manifests go to standard output; with -o dir=PATH it is free for something else");
		return false;
	}
	if (twice) {
		*error = STR("only one thing can go to standard output");
		return false;
	}
	return true;
}

static void read_choices(const struct arguments *args, struct convert_options *options)
{
	str world = arguments_text(args, OPT_WORLD), listeners = arguments_text(args, OPT_LISTENERS);
	if (str_eq(world, STR("open")))
		options->world = WORLD_OPEN;
	else if (str_eq(world, STR("closed")))
		options->world = WORLD_CLOSED;
	if (str_eq(listeners, STR("gateway")))
		options->listeners = LISTENERS_GATEWAY;
	else if (str_eq(listeners, STR("listenerset")))
		options->listeners = LISTENERS_SET;
	options->experimental = str_eq(arguments_text(args, OPT_CHANNEL), STR("experimental"));
	options->format = str_eq(arguments_text(args, OPT_OUTPUT), STR("json")) ? OUTPUT_JSON : OUTPUT_YAML;
	options->comments = !arguments_flag(args, OPT_NO_COMMENTS);
	loss_parse(arguments_text(args, OPT_STRICT), &options->strict);
}

static bool read_options(struct cli *cli, struct convert_options *options, str *error)
{
	const struct arguments *args = &cli->args;
	struct accepted accepted = { 0 };
	convert_options_init(options);
	options->limits = doc_limits_fill((struct doc_limits){
		.depth = (size_t)arguments_size(args, OPT_MAX_DEPTH),
		.alias_ratio = (size_t)arguments_size(args, OPT_MAX_ALIAS_RATIO),
		.document_bytes = (size_t)arguments_size(args, OPT_MAX_DOCUMENT_SIZE),
		.total_bytes = (size_t)arguments_size(args, OPT_MAX_SIZE),
	});
	options->target = arguments_text(args, OPT_TARGET);
	options->gateway_api = arguments_text(args, OPT_GATEWAY_API);
	options->gateway = arguments_text(args, OPT_GATEWAY);
	options->gateway_class = arguments_text(args, OPT_GATEWAY_CLASS);
	options->from = arguments_list(args, &cli->arena, OPT_FROM);
	options->ingress_class = arguments_list(args, &cli->arena, OPT_INGRESS_CLASS);
	options->controller_config = arguments_text(args, OPT_CONTROLLER_CONFIG);
	options->controller_flags = args->value[OPT_CONTROLLER_FLAG];
	options->controller_version = arguments_text(args, OPT_CONTROLLER_VERSION);
	options->default_certificate = arguments_text(args, OPT_DEFAULT_CERTIFICATE);
	options->rejects = arguments_text(args, OPT_REJECTS).n > 0;
	read_choices(args, options);
	if (!read_accepted(cli, &accepted, error) || !read_mappings(cli, &options->mappings, error))
		return false;
	for (size_t i = 0; i < accepted.n; i++)
		str_list_add_new(&cli->arena, &options->accept, accepted.item[i].name);
	return check(cli, error) && check_names(cli, options, &accepted, error);
}

/* ---- output ---- */

static int cannot_write(struct convert *run, str what, int fault)
{
	if (str_eq(what, STR("-")))
		what = STR("to standard output");
	if (fault != EPIPE)
		write_fd(STDERR_FILENO, arena_printf(&run->arena, "error: cannot write %.*s: %s\n", STR_ARG(what), strerror(fault)));
	return EXIT_OUTPUT;
}

/* "-" is standard output. */
static int write_to(struct convert *run, str path, str text)
{
	int fault = str_eq(path, STR("-")) ? write_fd(STDOUT_FILENO, text) : write_file(&run->arena, path, text);
	return fault ? cannot_write(run, path, fault) : EXIT_GOOD;
}

static bool colored(const struct arguments *args)
{
	str choice = arguments_text(args, OPT_COLOR);
	if (choice.n && !str_eq(choice, STR("auto")))
		return str_eq(choice, STR("always"));
	return isatty(STDERR_FILENO) && !str_c(getenv("NO_COLOR")).n && !str_eq(str_c(getenv("TERM")), STR("dumb"));
}

/* What could not be written is known to everything that is written after it. */
static void note(struct report *report, int written)
{
	report->exit_code = exit_join(report->exit_code, written);
	report->unwritten = report->unwritten || written != EXIT_GOOD;
}

static void write_reports(struct cli *cli, struct convert *run)
{
	const struct str_list *reports = &cli->args.value[OPT_REPORT];
	for (size_t i = 0; i < reports->n; i++) {
		str kind, file;
		struct buf out;
		buf_init(&out, &run->arena, 0);
		str_cut(reports->item[i], '=', &kind, &file);
		if (str_eq(kind, STR("json")))
			report_json(&out, &run->report);
		else
			report_text(&out, &run->report, (struct report_style){ .color = false });
		note(&run->report, write_to(run, file, buf_str(&out)));
	}
}

static int write_manifests(struct cli *cli, struct convert *run, bool *closed)
{
	str folder = arguments_text(&cli->args, OPT_OUTPUT);
	if (str_starts(folder, STR("dir="))) {
		folder = str_from(folder, 4);
		int fault = write_make_folder(&run->arena, folder);
		if (fault)
			return cannot_write(run, folder, fault);
		str file = str_ends(folder, STR("/")) ? STR("gateway-api.yaml") : STR("/gateway-api.yaml");
		return write_to(run, arena_join(&run->arena, folder, file), run->manifests);
	}
	int fault = write_fd(STDOUT_FILENO, run->manifests);
	*closed = fault == EPIPE;
	return fault ? cannot_write(run, STR("-"), fault) : EXIT_GOOD;
}

static int write_messages(struct cli *cli, struct convert *run)
{
	struct buf out;
	buf_init(&out, &run->arena, 0);
	report_text(&out, &run->report,
		(struct report_style){ .color = colored(&cli->args), .quiet = arguments_flag(&cli->args, OPT_QUIET) });
	int fault = write_fd(STDERR_FILENO, buf_str(&out));
	/* Whoever closes standard error does not want the messages. */
	return fault && fault != EBADF ? EXIT_OUTPUT : EXIT_GOOD;
}

/* The report for people comes last, so that it can say what has become of the others. */
static int convert(struct cli *cli, struct convert *run, const struct str_list *paths)
{
	bool closed = false;
	str rejects = arguments_text(&cli->args, OPT_REJECTS);
	struct files files = { .arena = &run->arena, .scratch = &run->scratch, .sources = &run->sources, .diags = &run->diags,
		.total_bytes = run->options.limits.total_bytes };
	int code = files_read(&files, paths) ? EXIT_GOOD : EXIT_INPUT;
	convert_run(run);
	run->report.exit_code = exit_join(code, run->report.exit_code);
	note(&run->report, write_manifests(cli, run, &closed));
	if (rejects.n)
		note(&run->report, write_to(run, rejects, run->rejects));
	write_reports(cli, run);
	return closed ? run->report.exit_code : exit_join(run->report.exit_code, write_messages(cli, run));
}

int cmd_convert(struct cli *cli)
{
	struct convert_options options;
	struct convert run;
	struct str_list paths = { 0 };
	str error = { "", 0 };
	if (!read_options(cli, &options, &error))
		return usage_error(cli, error);
	for (size_t i = 0; i < cli->args.value[OPT_FILENAME].n; i++)
		LIST_PUSH(&cli->arena, &paths, cli->args.value[OPT_FILENAME].item[i]);
	for (size_t i = 0; i < cli->args.words.n; i++)
		LIST_PUSH(&cli->arena, &paths, cli->args.words.item[i]);
	convert_init(&run, &options, 0);
	if (setjmp(run.escape.env) != 0) {
		convert_release(&run);
		return memory_error();
	}
	int code = convert(cli, &run, &paths);
	convert_release(&run);
	return code;
}
