/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands: one file and one function each. A function gets the parsed command line and returns the exit code; nobody
 * but main() ends the program.
 */
#ifndef ING2GW_CLI_COMMAND_H
#define ING2GW_CLI_COMMAND_H

#include "base/buf.h"
#include "cli/options.h"
#include "lib/accept.h"

enum { EXIT_GOOD = 0, EXIT_LOSS = 1, EXIT_USAGE = 2, EXIT_INPUT = 3, EXIT_CLUSTER = 4, EXIT_PROOF = 5, EXIT_OUTPUT = 6 };

struct cli {
	struct escape escape;
	struct arena arena;
	struct arguments args;
	bool cluster;            /* the input is the live cluster; input_paths() decides */
};

/* The whole program: arguments in, exit code out. argv ends with NULL. */
int command_run(int argc, const char *const *argv);

struct tables;
struct mapping_texts;
struct intake_options;

int cmd_convert(struct cli *cli);
int cmd_dump(struct cli *cli);
int cmd_explain(struct cli *cli);
int cmd_mappings(struct cli *cli);
int cmd_targets(struct cli *cli);
int cmd_trace(struct cli *cli);
int cmd_verify(struct cli *cli);

/* help.c */
void help_program(struct buf *out, str program);
void help_command(struct buf *out, str program, enum command command);
void help_manual(struct buf *out);

/* The exit code of two things that hold at once. */
int exit_join(int a, int b);

/* One line "error: ..." and where to read more, on stderr. Returns EXIT_USAGE. */
int usage_error(struct cli *cli, str message);

/* Text to stdout; the exit code is EXIT_GOOD or EXIT_OUTPUT, and why has been said. */
int print(struct cli *cli, str text);

/* texts.c: reads the files of --mapping. False when one cannot be read; then *error says why. */
bool read_mappings(struct cli *cli, struct mapping_texts *out, str *error);

/* One such file that was named without an option. False as above. */
bool read_table(struct cli *cli, str path, str *out, str *error);

/* A feature whose loss is accepted, and where that was said, for messages: "--accept", "--accept-file: FILE:LINE". */
struct accepted_name {
	str name, option;
};

struct accepted {
	struct accepted_name *item;
	size_t n, cap;
	struct accepted_differences differences;
};

/* The features that --accept and the files of --accept-file name. False as above. */
bool read_accepted(struct cli *cli, struct accepted *out, str *error);

/* intake.c: files and folders to read, those of the options and words. False when there are none; then *error says so. */
bool input_paths(struct cli *cli, const struct str_list *words, struct str_list *paths, str *error);
/* Adds the live cluster to the sources of intake, whose tables are loaded here: EXIT_GOOD, or why not has been said. */
struct intake;
int read_cluster(struct cli *cli, struct intake *intake);
/* The same into a dump, which lives in the arena of intake. */
struct dump;
int read_dump(struct cli *cli, struct intake *intake, struct dump *dump);

/* What is read and how. False as above. */
bool read_intake(struct cli *cli, struct intake_options *options, str *error);
/* Names that only the tables know. False as above. */
bool check_names(struct cli *cli, const struct intake_options *options, str target, const struct accepted *accepted, str *error);
/* What is written to fd has colours. */
bool colored(const struct arguments *args, int fd);

/* complete.c: what may stand in place of the last word. */
int complete(struct cli *cli, int argc, const char *const *argv);

/* Says what is wrong with tables: EXIT_GOOD when nothing is, EXIT_USAGE when they are the user's, else EXIT_OUTPUT. */
int tables_error(struct cli *cli, const struct tables *tables);

/* "error: out of memory". Returns EXIT_OUTPUT. Allocates nothing. */
int memory_error(void);

#endif
