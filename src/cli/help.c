/* SPDX-License-Identifier: Apache-2.0 */
/* --help and the manual, printed from the tables of options.h; the look is kubectl's. */
#include "cli/command.h"
#include "cli/manual.h"

#include "ing2gw.h"
#include "lib/words.h"

/* ---- --help ---- */

/* Narrower than reports and pages: help is read in whatever terminal there is. Its texts are ASCII. */
enum { HELP_WIDTH = 80 };

static void wrap(struct buf *out, str text, size_t indent, size_t column)
{
	words_wrap_at(out, text, indent, column, HELP_WIDTH);
}

/* Lines of examples, indented; "%" is the program. */
static void examples(struct buf *out, str text, str program, const char *indent)
{
	str line;
	while (text.n) {
		str_cut(text, '\n', &line, &text);
		if (line.n)
			buf_printf(out, "%s", indent);
		for (size_t i = 0; i < line.n; i++)
			if (line.p[i] == '%')
				buf_add(out, program);
			else
				buf_add_char(out, line.p[i]);
		buf_add_char(out, '\n');
	}
}

static void paragraphs(struct buf *out, str text)
{
	str line;
	while (text.n) {
		str_cut(text, '\n', &line, &text);
		buf_add_char(out, '\n');
		wrap(out, line, 0, 0);
	}
}

/* "    -f, --filename=[]:" as kubectl has it, with the value that counts when none is given. */
static void option_line(struct buf *out, const struct option_row *row)
{
	buf_printf(out, "    ");
	if (row->letter)
		buf_printf(out, "-%c, ", row->letter);
	buf_printf(out, "--%.*s", STR_ARG(row->name));
	if (row->kind != OPTION_FLAG)
		buf_printf(out, "=%.*s", STR_ARG(row->argument));
	if (row->value.n)
		buf_printf(out, " (default %.*s)", STR_ARG(row->value));
	if (row->many)
		buf_printf(out, " (repeatable)");
	buf_printf(out, ":\n        ");
	wrap(out, row->help, 8, 8);
}

static void option_lines(struct buf *out, enum command command)
{
	bool first = true;
	for (size_t i = 0; i < option_rows_count; i++) {
		if (!(option_rows[i].commands & 1u << command))
			continue;
		buf_printf(out, "%s", first ? "\nOptions:\n" : "\n");
		option_line(out, &option_rows[i]);
		first = false;
	}
}

static void usage(struct buf *out, str program, const struct command_row *row)
{
	buf_printf(out, "\nUsage:\n  %.*s%s%.*s %.*s\n", STR_ARG(program), row->name.n ? " " : "", STR_ARG(row->name), STR_ARG(row->usage));
}

void help_program(struct buf *out, str program)
{
	const struct command_row *row = &command_rows[COMMAND_NONE];
	wrap(out, row->text, 0, 0);
	buf_printf(out, "\nExamples:\n");
	examples(out, row->examples, program, "  ");
	buf_printf(out, "\nCommands:\n");
	for (unsigned i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
		buf_printf(out, "  %-12.*s", STR_ARG(command_rows[i].name));
		wrap(out, command_rows[i].summary, 14, 14);
	}
	option_lines(out, COMMAND_NONE);
	usage(out, program, row);
	buf_printf(out, "\nUse \"%.*s COMMAND --help\" for more about a command.\n", STR_ARG(program));
}

void help_command(struct buf *out, str program, enum command command)
{
	const struct command_row *row = &command_rows[command];
	wrap(out, row->summary, 0, 0);
	paragraphs(out, row->text);
	buf_printf(out, "\nExamples:\n");
	examples(out, row->examples, program, "  ");
	option_lines(out, command);
	usage(out, program, row);
}

/* ---- manual ---- */

void troff(struct buf *out, str text)
{
	bool start = true;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (start && (c == '.' || c == '\''))
			buf_add(out, STR("\\&"));
		if (c == '\\')
			buf_add(out, STR("\\e"));
		else if (c == '-')
			buf_add(out, STR("\\-"));
		else
			buf_add_char(out, c);
		start = c == '\n';
	}
}

static void troff_paragraphs(struct buf *out, str text)
{
	str line;
	while (text.n) {
		str_cut(text, '\n', &line, &text);
		buf_printf(out, ".PP\n");
		troff(out, line);
		buf_add_char(out, '\n');
	}
}

static void troff_option(struct buf *out, const struct option_row *row)
{
	buf_printf(out, ".TP\n");
	if (row->letter)
		buf_printf(out, "\\fB\\-%c\\fR, ", row->letter);
	buf_printf(out, "\\fB\\-\\-");
	troff(out, row->name);
	buf_printf(out, "\\fR");
	if (row->kind != OPTION_FLAG) {
		buf_printf(out, "=\\fI");
		troff(out, row->argument);
		buf_printf(out, "\\fR");
	}
	buf_add_char(out, '\n');
	troff(out, row->help);
	if (row->more.n) {
		buf_add_char(out, '\n');
		troff(out, row->more);
	}
	if (row->many)
		buf_printf(out, "\nMay be repeated.");
	if (row->value.n) {
		buf_printf(out, "\nDefault: ");
		troff(out, row->value);
		buf_add_char(out, '.');
	}
	buf_add_char(out, '\n');
}

void troff_example(struct buf *out, str text)
{
	struct buf plain;
	buf_init(&plain, out->arena, 0);
	examples(&plain, text, STR("ing2gw"), "");
	buf_printf(out, ".PP\n.RS 4\n.nf\n");
	troff(out, buf_str(&plain));
	buf_printf(out, ".fi\n.RE\n");
}

static void troff_command(struct buf *out, enum command command)
{
	const struct command_row *row = &command_rows[command];
	buf_printf(out, ".SS ing2gw %.*s ", STR_ARG(row->name));
	troff(out, row->usage);
	buf_add_char(out, '\n');
	troff(out, row->summary);
	buf_add_char(out, '\n');
	troff_paragraphs(out, row->text);
	for (size_t i = 0; i < option_rows_count; i++)
		if (option_rows[i].commands & 1u << command && option_rows[i].commands != IN_ALL)
			troff_option(out, &option_rows[i]);
	troff_example(out, row->examples);
}

static const struct {
	str code, meaning;
} EXIT_CODES[] = {
	{ STR_INIT("0"), STR_INIT("All is translated, or what is lost is lighter than --strict says, or was accepted.") },
	{ STR_INIT("1"), STR_INIT("Done, with a loss of the strict kind or a graver one, or with an Ingress that stands closed or failed. "
		"verify: something is not understood. explain and mappings: there is nothing of that name.") },
	{ STR_INIT("2"), STR_INIT("Wrong usage.") },
	{ STR_INIT("3"), STR_INIT("Some input could not be read, or a line of --requests was none; the rest is converted and answered.") },
	{ STR_INIT("4"), STR_INIT("The live cluster could not be read; nothing is printed.") },
	{ STR_INIT("5"), STR_INIT("verify: a request was found on which both sides differ.") },
	{ STR_INIT("6"), STR_INIT("Output could not be written, memory ran out, or there is a bug in ing2gw.") },
	{ STR_INIT("130, 143"), STR_INIT("Ended by SIGINT or SIGTERM; no file is left half-written.") },
};

static void troff_ends(struct buf *out)
{
	buf_printf(out, ".SH EXIT STATUS\n");
	for (size_t i = 0; i < sizeof EXIT_CODES / sizeof EXIT_CODES[0]; i++) {
		buf_printf(out, ".TP\n\\fB%.*s\\fR\n", STR_ARG(EXIT_CODES[i].code));
		troff(out, EXIT_CODES[i].meaning);
		buf_add_char(out, '\n');
	}
	buf_printf(out, ".SH ENVIRONMENT\n.TP\n\\fBNO_COLOR\\fR\nNo colour, unless \\-\\-color=always.\n"
		".TP\n\\fBTERM\\fR\nNo colour when it is \\(lqdumb\\(rq.\n"
		".SH SEE ALSO\n.BR kubectl (1)\n");
}

void help_manual(struct buf *out)
{
	const struct command_row *row = &command_rows[COMMAND_NONE];
	buf_printf(out, ".TH ING2GW 1 \"\" \"ing2gw %s\" \"User Commands\"\n", ing2gw_version());
	buf_printf(out, ".SH NAME\ning2gw \\- translate Kubernetes Ingress to Gateway API\n");
	buf_printf(out, ".SH SYNOPSIS\n");
	for (unsigned i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
		buf_printf(out, "%s\\fBing2gw %.*s\\fR ", i > COMMAND_NONE + 1 ? ".br\n" : "", STR_ARG(command_rows[i].name));
		troff(out, command_rows[i].usage);
		buf_add_char(out, '\n');
	}
	buf_printf(out, ".SH DESCRIPTION\n");
	troff(out, row->text);
	buf_printf(out, "\n.PP\nAs \\fBkubectl\\-ing2gw\\fR on the PATH it is a plugin: \\fBkubectl ing2gw\\fR.\n"
		"Options stand before or behind the command and its words; \\fB\\-\\-\\fR ends them.\n");
	buf_printf(out, ".SH COMMANDS\n");
	for (unsigned i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++)
		troff_command(out, (enum command)i);
	buf_printf(out, ".SH OPTIONS OF THE PROGRAM\n");
	for (size_t i = 0; i < option_rows_count; i++)
		if (option_rows[i].commands & IN_NONE)
			troff_option(out, &option_rows[i]);
	buf_printf(out, ".SH EXAMPLES\n");
	troff_example(out, row->examples);
	manual_tables(out);
	troff_ends(out);
}
