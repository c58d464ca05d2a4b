/* SPDX-License-Identifier: Apache-2.0 */
/* `ing2gw dump`: the live cluster to a file, a folder or standard output. */
#include "cli/command.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/write.h"
#include "lib/live.h"

static int cannot_write(struct intake *in, str what, int fault)
{
	if (fault != EPIPE)
		write_fd(STDERR_FILENO, arena_printf(&in->arena, "error: cannot write %.*s: %s\n", STR_ARG(what), strerror(fault)));
	return EXIT_OUTPUT;
}

static bool is_folder(struct arena *arena, str path)
{
	struct stat st;
	return str_ends(path, STR("/")) || (stat(arena_cstr(arena, path), &st) == 0 && S_ISDIR(st.st_mode));
}

/* A file for each namespace; objects of none are in cluster.yaml, which is there in any case. */
static int write_folder(struct intake *in, const struct dump *dump, str path)
{
	struct str_list namespaces = { 0 };
	LIST_PUSH(&in->arena, &namespaces, STR(""));
	for (size_t i = 0; i < dump->objects.n; i++)
		str_list_add_new(&in->arena, &namespaces, dump->objects.item[i].namespace);
	int fault = write_make_folder(&in->arena, path);
	if (fault)
		return cannot_write(in, path, fault);
	for (size_t i = 0; i < namespaces.n; i++) {
		str name = namespaces.item[i];
		str file = arena_printf(&in->arena, "%.*s%s%.*s.yaml", STR_ARG(path), str_ends(path, STR("/")) ? "" : "/", STR_ARG(name.n ? arena_join(&in->arena, STR("namespace-"), name) : STR("cluster")));
		struct buf text;
		buf_init(&text, &in->arena, 0);
		dump_write(&text, dump, &name);
		fault = write_file(&in->arena, file, buf_str(&text));
		if (fault)
			return cannot_write(in, file, fault);
	}
	return EXIT_GOOD;
}

static void say_gaps(struct cli *cli, struct intake *in, const struct dump *dump)
{
	for (size_t i = 0; i < dump->head.gaps.n && !arguments_flag(&cli->args, OPT_QUIET); i++) {
		const struct dump_gap *gap = &dump->head.gaps.item[i];
		str only = str_list_join(&in->arena, &gap->only, STR(", "));
		write_fd(STDERR_FILENO, arena_printf(&in->arena, "warning[I2G-0405]: the API server gives %sobjects of kind %.*s%s%.*s; the dump says so\n", only.n ? "" : "no ", STR_ARG(gap->kind),
			only.n ? " only in " : "", STR_ARG(only)));
	}
}

static int write_dump(struct cli *cli, struct intake *in, const struct dump *dump)
{
	str to = arguments_text(&cli->args, OPT_TO);
	struct buf text;
	say_gaps(cli, in, dump);
	if (to.n && is_folder(&in->arena, to))
		return write_folder(in, dump, to);
	buf_init(&text, &in->arena, 0);
	dump_write(&text, dump, NULL);
	bool out = !to.n || str_eq(to, STR("-"));
	int fault = out ? write_fd(STDOUT_FILENO, buf_str(&text)) : write_file(&in->arena, to, buf_str(&text));
	return fault ? cannot_write(in, out ? STR("to standard output") : to, fault) : EXIT_GOOD;
}

int cmd_dump(struct cli *cli)
{
	struct intake_options options = { .world = WORLD_AUTO };
	struct intake in;
	struct dump dump;
	str error;
	if (cli->args.words.n)
		return usage_error(cli, arena_printf(&cli->arena, "dump reads the cluster and takes no words; '%.*s' is one", STR_ARG(cli->args.words.item[0])));
	if (!read_mappings(cli, &options.mappings, &error))
		return usage_error(cli, error);
	intake_init(&in, &options, 0);
	if (setjmp(in.escape.env) != 0) {
		intake_release(&in);
		return memory_error();
	}
	int code = read_dump(cli, &in, &dump);
	if (code == EXIT_GOOD)
		code = write_dump(cli, &in, &dump);
	intake_release(&in);
	return code;
}
