/* SPDX-License-Identifier: Apache-2.0 */
/* `ing2gw convert`: options to struct convert_options, files in, manifests and reports out. */
#include "cli/command.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/files.h"
#include "cli/folder.h"
#include "cli/write.h"
#include "lib/convert.h"

/* ---- options ---- */

static bool to_stdout(const struct str_list *reports, str rejects, bool *twice)
{
	size_t n = str_eq(rejects, STR("-"));
	for (size_t i = 0; i < reports->n; i++)
		n += str_ends(reports->item[i], STR("=-"));
	*twice = n > 1;
	return n > 0;
}

static bool check(struct cli *cli, str *error)
{
	const struct arguments *args = &cli->args;
	bool folder = str_starts(arguments_text(args, OPT_OUTPUT), STR("dir=")), twice;
	if (to_stdout(&args->value[OPT_REPORT], arguments_text(args, OPT_REJECTS), &twice) && !folder) {
		*error = STR("the manifests go to standard output; with -o dir=PATH it is free for something else");
		return false;
	}
	if (!folder && (cli->args.value[OPT_LAYOUT].n || arguments_flag(args, OPT_FORCE))) {
		*error = STR("--layout and --force are about files in a folder: give -o dir=PATH as well");
		return false;
	}
	const bool existing = args->value[OPT_EXISTING_GATEWAY].n > 0, named = args->value[OPT_GATEWAY].n > 0;
	if (existing && (named || args->value[OPT_GATEWAY_CLASS].n || args->value[OPT_TOPOLOGY].n || args->value[OPT_LISTENERS].n)) {
		*error = STR("with --existing-gateway no Gateway is written: --gateway, --gateway-class, --topology and --listeners say nothing");
		return false;
	}
	if (named && args->value[OPT_TOPOLOGY].n && !str_eq(arguments_text(args, OPT_TOPOLOGY), STR("shared"))) {
		*error = STR("--gateway names one Gateway, and --topology asks for several");
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
	str listeners = arguments_text(args, OPT_LISTENERS);
	if (str_eq(listeners, STR("gateway")))
		options->listeners = LISTENERS_GATEWAY;
	else if (str_eq(listeners, STR("listenerset")))
		options->listeners = LISTENERS_SET;
	str topology = arguments_text(args, OPT_TOPOLOGY);
	options->exact = str_eq(arguments_text(args, OPT_FORM), STR("exact"));
	options->topology = str_eq(topology, STR("per-namespace")) ? TOPOLOGY_NAMESPACE : str_eq(topology, STR("per-ingress")) ? TOPOLOGY_INGRESS : TOPOLOGY_SHARED;
	options->channel_said = args->value[OPT_CHANNEL].n > 0;
	options->experimental = str_eq(arguments_text(args, OPT_CHANNEL), STR("experimental"));
	options->format = str_eq(arguments_text(args, OPT_OUTPUT), STR("json")) ? OUTPUT_JSON : OUTPUT_YAML;
	str layout = arguments_text(args, OPT_LAYOUT);
	if (str_starts(arguments_text(args, OPT_OUTPUT), STR("dir=")))
		options->layout = str_eq(layout, STR("by-namespace")) ? LAYOUT_BY_NAMESPACE : str_eq(layout, STR("by-role")) ? LAYOUT_BY_ROLE : LAYOUT_SINGLE;
	options->comments = !arguments_flag(args, OPT_NO_COMMENTS);
	options->proof = !arguments_flag(args, OPT_NO_PROOF);
	loss_parse(arguments_text(args, OPT_STRICT), &options->strict);
}

static bool read_choice(struct cli *cli, struct choice *choice, str *error)
{
	const struct arguments *args = &cli->args;
	str why;
	choice->everything = arguments_flag(args, OPT_ALL_NAMESPACES);
	if (!choice->everything)
		choice->namespaces = arguments_list(args, &cli->arena, OPT_NAMESPACE);
	choice->hosts = arguments_list(args, &cli->arena, OPT_HOST);
	choice->ingresses = args->value[OPT_INGRESS];
	if (choice_complete(&cli->arena, choice, arguments_text(args, OPT_SELECTOR), &why))
		return true;
	*error = arena_printf(&cli->arena, "option -l: %.*s", STR_ARG(why));
	return false;
}

static bool read_options(struct cli *cli, struct convert_options *options, struct str_list *paths, str *error)
{
	const struct arguments *args = &cli->args;
	struct accepted *accepted = NEW(&cli->arena, struct accepted);
	convert_options_init(options);
	options->target = arguments_text(args, OPT_TARGET);
	options->gateway_api = arguments_text(args, OPT_GATEWAY_API);
	options->gateway = arguments_text(args, OPT_GATEWAY);
	options->existing_gateway = arguments_text(args, OPT_EXISTING_GATEWAY);
	options->gateway_class = arguments_text(args, OPT_GATEWAY_CLASS);
	options->rejects = arguments_text(args, OPT_REJECTS).n > 0;
	read_choices(args, options);
	if (!read_accepted(cli, accepted, error) || !read_intake(cli, &options->in, error) || !read_choice(cli, &options->choice, error))
		return false;
	for (size_t i = 0; i < accepted->n; i++)
		str_list_add_new(&cli->arena, &options->accept, accepted->item[i].name);
	options->accepted = &accepted->differences;
	if (options->layout != LAYOUT_NONE && choice_is_made(&options->choice))
		options->earlier = folder_objects(&cli->arena, str_from(arguments_text(args, OPT_OUTPUT), 4));
	return input_paths(cli, &args->words, paths, error) && check(cli, error) &&
		check_names(cli, &options->in, options->target, accepted, error);
}

/* ---- output ---- */

static int cannot_write(struct convert *run, str what, int fault)
{
	if (str_eq(what, STR("-")))
		what = STR("to standard output");
	if (fault != EPIPE)
		write_fd(STDERR_FILENO, arena_printf(&run->in.arena, "error: cannot write %.*s: %s\n", STR_ARG(what), strerror(fault)));
	return EXIT_OUTPUT;
}

/* "-" is standard output. */
static int write_to(struct convert *run, str path, str text)
{
	int fault = str_eq(path, STR("-")) ? write_fd(STDOUT_FILENO, text) : write_file(&run->in.arena, path, text);
	return fault ? cannot_write(run, path, fault) : EXIT_GOOD;
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
		buf_init(&out, &run->in.arena, 0);
		str_cut(reports->item[i], '=', &kind, &file);
		if (str_eq(kind, STR("json")))
			report_json(&out, &run->report);
		else
			report_text(&out, &run->report, (struct report_style){ .color = false });
		note(&run->report, write_to(run, file, buf_str(&out)));
	}
}

static int write_folder(struct cli *cli, struct convert *run, str path)
{
	str error;
	size_t kept = 0;
	const struct folder folder = { .path = path, .files = run->files, .force = arguments_flag(&cli->args, OPT_FORCE), .partial = run->in.unreadable };
	bool good = folder_write(&run->in.arena, &folder, &kept, &error);
	if (kept)
		write_fd(STDERR_FILENO, arena_printf(&run->in.arena, "note: files of earlier runs stay in %.*s, %zu of them, because a part of the input could not be read\n",
			STR_ARG(path), kept));
	if (good)
		return EXIT_GOOD;
	write_fd(STDERR_FILENO, arena_printf(&run->in.arena, "error: %.*s\n", STR_ARG(error)));
	return EXIT_OUTPUT;
}

static int write_manifests(struct cli *cli, struct convert *run, bool *closed)
{
	str folder = arguments_text(&cli->args, OPT_OUTPUT);
	if (str_starts(folder, STR("dir=")))
		return write_folder(cli, run, str_from(folder, 4));
	int fault = write_fd(STDOUT_FILENO, run->manifests);
	*closed = fault == EPIPE;
	return fault ? cannot_write(run, STR("-"), fault) : EXIT_GOOD;
}

static int write_messages(struct cli *cli, struct convert *run)
{
	struct buf out;
	buf_init(&out, &run->in.arena, 0);
	report_text(&out, &run->report,
		(struct report_style){ .color = colored(&cli->args, STDERR_FILENO), .quiet = arguments_flag(&cli->args, OPT_QUIET) });
	int fault = write_fd(STDERR_FILENO, buf_str(&out));
	/* Whoever closes standard error does not want the messages. */
	return fault && fault != EBADF ? EXIT_OUTPUT : EXIT_GOOD;
}

/* The report for people comes last, so that it can say what has become of the others. */
static int convert(struct cli *cli, struct convert *run, const struct str_list *paths)
{
	bool closed = false;
	str rejects = arguments_text(&cli->args, OPT_REJECTS);
	struct files files = { .arena = &run->in.arena, .scratch = &run->in.scratch, .sources = &run->in.sources, .diags = &run->in.diags,
		.own_mark = STR(LAYOUT_MARK),
		.total_bytes = run->options.in.limits.total_bytes };
	if (cli->cluster) {
		int code = read_cluster(cli, &run->in);
		if (code != EXIT_GOOD)
			return code;
	} else {
		run->in.unreadable = !files_read(&files, paths);
	}
	convert_run(run);
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
	if (!read_options(cli, &options, &paths, &error))
		return usage_error(cli, error);
	convert_init(&run, &options, 0);
	if (setjmp(run.in.escape.env) != 0) {
		convert_release(&run);
		return memory_error();
	}
	int code = convert(cli, &run, &paths);
	convert_release(&run);
	return code;
}
