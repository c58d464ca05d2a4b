/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands share that read Ingresses: the options that say what is read and how, and whether messages have colours. */
#include "cli/command.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/intake.h"
#include "lib/mappings.h"

/* What only a cluster is asked with. */
static bool check_connection(struct cli *cli, str *error)
{
	static const enum option_id LIVE[] = { OPT_CONTEXT, OPT_KUBECONFIG, OPT_USER, OPT_SERVER, OPT_TOKEN, OPT_CERTIFICATE_AUTHORITY, OPT_INSECURE, OPT_TLS_SERVER_NAME,
		OPT_CLIENT_CERTIFICATE, OPT_CLIENT_KEY, OPT_AS, OPT_AS_GROUP, OPT_AS_UID, OPT_PROXY_URL, OPT_REQUEST_TIMEOUT, OPT_READ_CERTIFICATES, OPT_VERBOSE };
	for (size_t i = 0; i < sizeof LIVE / sizeof *LIVE; i++)
		for (size_t k = 0; cli->args.value[LIVE[i]].n && k < option_rows_count; k++)
			if (option_rows[k].id == LIVE[i]) {
				*error = arena_printf(&cli->arena, "--%.*s is about the live cluster: say --cluster as well", STR_ARG(option_rows[k].name));
				return false;
			}
	return true;
}

bool input_paths(struct cli *cli, const struct str_list *words, struct str_list *paths, str *error)
{
	const struct str_list *from[] = { &cli->args.value[OPT_FILENAME], &cli->args.value[OPT_BEFORE], words };
	for (size_t k = 0; k < sizeof from / sizeof *from; k++)
		for (size_t i = 0; i < from[k]->n; i++)
			LIST_PUSH(&cli->arena, paths, from[k]->item[i]);
	const bool plugin = str_starts(cli->args.program, STR("kubectl")), alone = cli->args.value[OPT_AFTER].n && cli->args.command != COMMAND_VERIFY;
	cli->cluster = arguments_flag(&cli->args, OPT_CLUSTER) || (plugin && !paths->n && !alone);
	if (cli->cluster && paths->n)
		*error = STR("the input is files or the live cluster: take -f and the files out, or --cluster");
	else if (!cli->cluster && !check_connection(cli, error))
		return false;
	else if (cli->cluster || paths->n || cli->args.value[OPT_AFTER].n)   /* the Gateway side may be asked alone */
		return true;
	else
		*error = STR("must specify -f FILE, -f FOLDER, -f - (standard input), files, or --cluster");
	return false;
}

bool read_intake(struct cli *cli, struct intake_options *options, str *error)
{
	const struct arguments *args = &cli->args;
	str world = arguments_text(args, OPT_WORLD);
	*options = (struct intake_options){
		.limits = doc_limits_fill((struct doc_limits){
			.depth = (size_t)arguments_size(args, OPT_MAX_DEPTH),
			.alias_ratio = (size_t)arguments_size(args, OPT_MAX_ALIAS_RATIO),
			.document_bytes = (size_t)arguments_size(args, OPT_MAX_DOCUMENT_SIZE),
			.total_bytes = (size_t)arguments_size(args, OPT_MAX_SIZE),
		}),
		.world = str_eq(world, STR("open")) ? WORLD_OPEN : str_eq(world, STR("closed")) ? WORLD_CLOSED : WORLD_AUTO,
		.from = arguments_list(args, &cli->arena, OPT_FROM),
		.ingress_class = arguments_list(args, &cli->arena, OPT_INGRESS_CLASS),
		.controller_config = arguments_text(args, OPT_CONTROLLER_CONFIG),
		.controller_flags = args->value[OPT_CONTROLLER_FLAG],
		.controller_version = arguments_text(args, OPT_CONTROLLER_VERSION),
		.default_certificate = arguments_text(args, OPT_DEFAULT_CERTIFICATE),
		.target = arguments_text(args, OPT_TARGET),
		.jobs = (size_t)arguments_size(args, OPT_JOBS),
		.choices = args->value[OPT_CHOICE],
	};
	for (size_t i = 0; i < args->value[OPT_CHOICE].n; i++) {
		str name, value;
		str_cut(args->value[OPT_CHOICE].item[i], '=', &name, &value);
		if (!intake_choose(name, value)) {
			*error = arena_printf(&cli->arena, "option --choice: there is no %.*s=%.*s; there are %.*s", STR_ARG(name), STR_ARG(value),
				STR_ARG(intake_choices_help(&cli->arena)));
			return false;
		}
	}
	return read_mappings(cli, &options->mappings, error);
}

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

bool check_names(struct cli *cli, const struct intake_options *options, str target, const struct accepted *accepted, str *error)
{
	if (!target.n && !options->from.n && !accepted->n && !options->mappings.n)
		return true;
	const struct tables *tables = tables_load(&cli->arena, &options->mappings);
	if (tables_error(cli, tables) != EXIT_GOOD) {
		*error = STR("a table cannot be used");
		return false;
	}
	str why = target.n ? targets_why(tables, &cli->arena, target) : (str){ "", 0 };
	bool good = why.n == 0;
	if (!good)
		*error = arena_join(&cli->arena, STR("option --target: "), why);
	for (size_t i = 0; good && i < options->from.n; i++)
		good = is_known(cli, tables, TABLE_CONTROLLER, STR("--from"), options->from.item[i], error);
	for (size_t i = 0; good && i < accepted->n; i++)
		good = is_known(cli, tables, TABLE_FEATURE, accepted->item[i].option, accepted->item[i].name, error);
	return good;
}

bool colored(const struct arguments *args, int fd)
{
	str choice = arguments_text(args, OPT_COLOR);
	if (choice.n && !str_eq(choice, STR("auto")))
		return str_eq(choice, STR("always"));
	return isatty(fd) && !str_c(getenv("NO_COLOR")).n && !str_eq(str_c(getenv("TERM")), STR("dumb"));
}
