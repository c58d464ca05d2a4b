/* SPDX-License-Identifier: Apache-2.0 */
/* From the arguments of main() to a command: see command.h. */
#include "cli/command.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/write.h"
#include "ing2gw.h"

int exit_join(int a, int b)
{
	static const int ORDER[] = { EXIT_USAGE, EXIT_CLUSTER, EXIT_OUTPUT, EXIT_INPUT, EXIT_PROOF, EXIT_LOSS };
	for (size_t i = 0; i < sizeof ORDER / sizeof ORDER[0]; i++)
		if (a == ORDER[i] || b == ORDER[i])
			return ORDER[i];
	return EXIT_GOOD;
}

int memory_error(void)
{
	write_fd(STDERR_FILENO, STR("error: out of memory\n"));
	return EXIT_OUTPUT;
}

int usage_error(struct cli *cli, str message)
{
	const struct arguments *args = &cli->args;
	str name = command_rows[args->command].name;
	write_fd(STDERR_FILENO, arena_printf(&cli->arena, "error: %.*s\nSee '%.*s%s%.*s --help'.\n", STR_ARG(message),
		STR_ARG(args->program), name.n ? " " : "", STR_ARG(name)));
	return EXIT_USAGE;
}

int print(struct cli *cli, str text)
{
	int fault = write_fd(STDOUT_FILENO, text);
	if (fault && fault != EPIPE)
		write_fd(STDERR_FILENO, arena_printf(&cli->arena, "error: cannot write to stdout: %s\n", strerror(fault)));
	return fault ? EXIT_OUTPUT : EXIT_GOOD;
}

static int help(struct cli *cli)
{
	const struct arguments *args = &cli->args;
	struct buf out;
	enum command about = args->command;
	buf_init(&out, &cli->arena, 0);
	if (about == COMMAND_HELP && args->words.n) {
		for (unsigned i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++)
			if (str_eq(command_rows[i].name, args->words.item[0]))
				about = (enum command)i;
		if (about == COMMAND_HELP && !str_eq(args->words.item[0], STR("help")))
			return usage_error(cli, arena_printf(&cli->arena, "there is no command '%.*s'", STR_ARG(args->words.item[0])));
	}
	if (about == COMMAND_NONE || (about == COMMAND_HELP && !args->words.n))
		help_program(&out, args->program);
	else
		help_command(&out, args->program, about);
	return print(cli, buf_str(&out));
}

static int manual(struct cli *cli)
{
	struct buf out;
	buf_init(&out, &cli->arena, 0);
	help_manual(&out);
	return print(cli, buf_str(&out));
}

static int nothing_asked(struct cli *cli)
{
	str program = cli->args.program;
	write_fd(STDERR_FILENO, arena_printf(&cli->arena,
		"error: say what to do, for example: %.*s convert -f FILE\nSee '%.*s --help'.\n", STR_ARG(program), STR_ARG(program)));
	return EXIT_USAGE;
}

static int dispatch(struct cli *cli)
{
	const struct arguments *args = &cli->args;
	if (arguments_flag(args, OPT_HELP))
		return help(cli);
	if (arguments_flag(args, OPT_VERSION))
		return print(cli, arena_printf(&cli->arena, "ing2gw %s\n", ing2gw_version()));
	switch (args->command) {
	case COMMAND_NONE:
		return arguments_flag(args, OPT_MAN) ? manual(cli) : nothing_asked(cli);
	case COMMAND_CONVERT:
		return cmd_convert(cli);
	case COMMAND_TRACE:
		return cmd_trace(cli);
	case COMMAND_VERIFY:
		return cmd_verify(cli);
	case COMMAND_DUMP:
		return cmd_dump(cli);
	case COMMAND_EXPLAIN:
		return cmd_explain(cli);
	case COMMAND_MAPPINGS:
		return cmd_mappings(cli);
	case COMMAND_TARGETS:
		return cmd_targets(cli);
	case COMMAND_HELP:
	case COMMAND_COUNT:
		break;
	}
	return help(cli);
}

static int parse_and_dispatch(struct cli *cli, int argc, const char *const *argv)
{
	if (!options_parse(&cli->args, &cli->arena, argc, argv))
		return usage_error(cli, cli->args.error);
	return dispatch(cli);
}

/* "ing2gw __complete WORDS", or kubectl's name for the same. */
static bool asks_completion(int argc, const char *const *argv, int *skip)
{
	*skip = 1;
	if (argc && str_ends(str_c(argv[0]), STR("kubectl_complete-ing2gw")))
		return true;
	*skip = 2;
	return argc > 1 && str_eq(str_c(argv[1]), STR("__complete"));
}

int command_run(int argc, const char *const *argv)
{
	struct cli cli;
	int skip;
	cli.args = (struct arguments){ .program = { "", 0 } };
	escape_init(&cli.escape);
	arena_init(&cli.arena, 0, &cli.escape);
	if (setjmp(cli.escape.env) != 0) {
		arena_release(&cli.arena);
		return memory_error();
	}
	int code = asks_completion(argc, argv, &skip) ? complete(&cli, argc - skip, argv + skip) : parse_and_dispatch(&cli, argc, argv);
	arena_release(&cli.arena);
	return code;
}
