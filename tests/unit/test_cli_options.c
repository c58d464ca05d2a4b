/* SPDX-License-Identifier: Apache-2.0 */
/* The option table, the parser of the command line, and the help that is made from the table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/command.h"

extern const struct CMUnitTest cli_options_tests[];
extern const size_t cli_options_tests_count;

#define COUNT(a) (sizeof (a) / sizeof (a)[0])
#define ARGS(...) ((const char *const[]){ "ing2gw", __VA_ARGS__, NULL })

struct run {
	struct escape escape;
	struct arena arena;
	struct arguments args;
};

static int setup(void **state)
{
	static const struct run empty;
	struct run *run = test_malloc(sizeof *run);
	*run = empty;
	escape_init(&run->escape);
	arena_init(&run->arena, 0, &run->escape);
	*state = run;
	return 0;
}

static int teardown(void **state)
{
	struct run *run = *state;
	arena_release(&run->arena);
	test_free(run);
	return 0;
}

static bool parse(struct run *run, const char *const *argv)
{
	int argc = 0;
	while (argv[argc])
		argc++;
	return options_parse(&run->args, &run->arena, argc, argv);
}

static void assert_text(str s, const char *text)
{
	if (!str_eq(s, str_c(text)))
		fail_msg("got '%.*s', expected '%s'", STR_ARG(s), text);
}

/* Values joined by blanks. */
static str values(struct run *run, enum option_id id)
{
	return str_list_join(&run->arena, &run->args.value[id], STR(" "));
}

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < option_rows_count; i++) {
		const struct option_row *a = &option_rows[i];
		assert_true(a->name.n && a->commands && a->help.n && a->help.p[a->help.n - 1] != ' ');
		assert_true((a->kind == OPTION_FLAG) == (a->argument.n == 0));
		assert_true((a->kind == OPTION_WORD || a->kind == OPTION_OUTPUT) == (a->words.n > 0));
		for (size_t k = 0; k < i; k++) {
			const struct option_row *b = &option_rows[k];
			if (str_eq(a->name, b->name)) {
				/* The value is looked for before the command is known. */
				assert_true(a->id == b->id && a->letter == b->letter && !(a->commands & b->commands));
				assert_true((a->kind == OPTION_FLAG) == (b->kind == OPTION_FLAG));
			} else {
				assert_true(a->id != b->id);
				assert_true(a->letter == 0 || a->letter != b->letter);
			}
		}
	}
	for (unsigned i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++)
		assert_true(command_rows[i].name.n && command_rows[i].summary.n && command_rows[i].usage.n && command_rows[i].examples.n);
}

static void test_forms(void **state)
{
	struct run *run = *state;
	assert_true(parse(run, ARGS("-f", "a", "convert", "-fb", "-f=c", "--filename", "d", "--filename=e", "-qff", "g", "-", "--", "-q")));
	assert_int_equal(run->args.command, COMMAND_CONVERT);
	assert_text(values(run, OPT_FILENAME), "a b c d e f");
	assert_text(str_list_join(&run->arena, &run->args.words, STR(" ")), "g - -q");
	assert_true(arguments_flag(&run->args, OPT_QUIET));
	assert_true(parse(run, ARGS("convert", "-f", "-", "-f", "x=y", "-o", "json", "-oyaml", "--quiet=false")));
	assert_text(values(run, OPT_FILENAME), "- x=y");
	assert_text(arguments_text(&run->args, OPT_OUTPUT), "yaml");
	assert_false(arguments_flag(&run->args, OPT_QUIET));
	assert_true(parse(run, ARGS("-o", "json", "mappings", "show", "convert")));
	assert_int_equal(run->args.command, COMMAND_MAPPINGS);
	assert_text(str_list_join(&run->arena, &run->args.words, STR(" ")), "show convert");
	assert_true(parse(run, ARGS("--version")));
	assert_int_equal(run->args.command, COMMAND_NONE);
}

static void test_values(void **state)
{
	struct run *run = *state;
	assert_true(parse(run, ARGS("convert", "--accept", "auth.basic, cors", "--accept=waf,,cors", "--max-depth", "7", "--max-size=2G")));
	struct str_list accept = arguments_list(&run->args, &run->arena, OPT_ACCEPT);
	assert_text(str_list_join(&run->arena, &accept, STR(" ")), "auth.basic cors waf");
	assert_int_equal(arguments_size(&run->args, OPT_MAX_DEPTH), 7);
	assert_true(arguments_size(&run->args, OPT_MAX_SIZE) == 2ull << 30);
	assert_int_equal(arguments_size(&run->args, OPT_MAX_ALIAS_RATIO), 0);
	assert_text(arguments_text(&run->args, OPT_TARGET), "");
	assert_true(parse(run, ARGS("convert", "--controller-flag", "--a=b=c", "--report", "json=a=b", "--report=text=-", "-o", "dir=x")));
	assert_text(values(run, OPT_CONTROLLER_FLAG), "--a=b=c");
	assert_text(values(run, OPT_REPORT), "json=a=b text=-");
}

static void test_trace(void **state)
{
	struct run *run = *state;
	assert_true(parse(run, ARGS("trace", "http://a/", "-X", "PUT", "-H", "X-A: b: c", "-HX-B:", "--header=Host: d", "--before", "x", "-f", "y", "--http", "1.0",
		"--body=8M", "--given", "auth.basic=pass", "-o", "json")));
	assert_int_equal(run->args.command, COMMAND_TRACE);
	assert_text(values(run, OPT_HEADER), "X-A: b: c X-B: Host: d");
	assert_text(values(run, OPT_BEFORE), "x");
	assert_text(arguments_text(&run->args, OPT_METHOD), "PUT");
	assert_int_equal(arguments_size(&run->args, OPT_BODY), 8 << 20);
	assert_false(parse(run, ARGS("trace", "-H", ": b")));
	assert_text(run->args.error, "option -H: ': b' is not a header as 'Name: value'");
	assert_false(parse(run, ARGS("trace", "-H", "X A: b")));
	assert_false(parse(run, ARGS("trace", "-H", "X-A")));
	assert_false(parse(run, ARGS("convert", "-H", "X-A: b")));
	assert_text(run->args.error, "convert has no option -H; it belongs to trace");
	assert_false(parse(run, ARGS("trace", "-o", "yaml")));
	assert_text(run->args.error, "option -o: 'yaml' is not one of text|json");
}

static void test_sizes(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t size;     /* 0: refused */
	} rows[] = {
		{ "1", 1 }, { "500", 500 }, { "4K", 4096 }, { "4k", 4096 }, { "64M", 64u << 20 }, { "1Gi", 1u << 30 }, { "3Ki", 3072 },
		{ "0", 0 }, { "0K", 0 }, { "", 0 }, { "K", 0 }, { "i", 0 }, { "5i", 0 }, { "-1", 0 }, { "1.5G", 0 }, { "1T", 0 }, { "1 K", 0 },
		{ "99999999999999999999", 0 }, { "9999999999999999G", 0 }, { "1KiB", 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t size = 0;
		bool good = size_parse(str_c(rows[i].text), &size);
		if (good != (rows[i].size > 0) || (good && size != rows[i].size))
			fail_msg("%s", rows[i].text);
	}
}

#define OBJECT "NAMESPACE/NAME with names as the API has them: small letters, digits, '-' and '.'"

static void test_faults(void **state)
{
	struct run *run = *state;
	static const struct {
		const char *argv[5];
		const char *error;
	} rows[] = {
		{ { "convert", "--acept", "x" }, "unknown option --acept; did you mean --accept?" },
		{ { "convert", "--controller" }, "unknown option --controller; did you mean --controller-config?" },
		{ { "convert", "--zzzzzz" }, "unknown option --zzzzzz" },
		{ { "convert", "-x" }, "unknown option -x" },
		{ { "convert", "-qx" }, "unknown option -x" },
		{ { "convert", "-f" }, "option -f needs a value" },
		{ { "convert", "--filename" }, "option --filename needs a value" },
		{ { "convert", "--filename=" }, "option --filename needs a value" },
		{ { "convert", "--world", "flat" }, "option --world: 'flat' is not one of open|closed|auto" },
		{ { "convert", "--gateway-api", "1.8" }, "option --gateway-api: '1.8' is not one of 1.0|1.1|1.2|1.3|1.4|1.5|1.6|1.7" },
		{ { "convert", "--gateway", "x" }, "option --gateway: 'x' is not " OBJECT },
		{ { "convert", "--gateway", "a/b/c" }, "option --gateway: 'a/b/c' is not " OBJECT },
		{ { "convert", "--gateway", "a/B" }, "option --gateway: 'a/B' is not " OBJECT },
		{ { "convert", "--gateway", "a.b/c" }, "option --gateway: 'a.b/c' is not " OBJECT },
		{ { "convert", "--default-certificate", "a/-b" }, "option --default-certificate: 'a/-b' is not " OBJECT },
		{ { "convert", "--gateway-class", "A_B" },
			"option --gateway-class: 'A_B' is not a name as the API has them: small letters, digits, '-' and '.'" },
		{ { "convert", "--controller-flag", "=x" }, "option --controller-flag: '=x' is not NAME=VALUE" },
		{ { "convert", "--report", "html=x" }, "option --report: 'html=x' is not text=FILE or json=FILE" },
		{ { "convert", "-o", "dir=" }, "option -o: 'dir=' is not one of yaml|json, or dir=PATH" },
		{ { "convert", "--max-depth", "0" }, "option --max-depth: '0' is not a whole number from 1 on" },
		{ { "convert", "--quiet=maybe" }, "option --quiet: 'maybe' is not true or false" },
		{ { "explain", "--accept", "x" }, "explain has no option --accept; it belongs to convert, targets" },
		{ { "explain", "-o", "json" }, "option -o: 'json' is not one of text" },
		{ { "--accept", "x" }, "option --accept needs a command: convert, targets" },
		{ { "convert", "--man" }, "option --man stands alone, without a command" },
		{ { "--version=false", "x" }, "unknown command 'x'; to convert a file or folder: ing2gw convert -f x" },
		{ { "convrt" }, "unknown command 'convrt'; did you mean convert?" },
		{ { "k8s/" }, "unknown command 'k8s/'; to convert a file or folder: ing2gw convert -f k8s/" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *argv[7] = { "ing2gw" };
		for (size_t k = 0; k < 5; k++)
			argv[k + 1] = rows[i].argv[k];
		assert_false(parse(run, argv));
		assert_text(run->args.error, rows[i].error);
	}
}

/* Help and version are answered whatever stands beside them. */
static void test_asks(void **state)
{
	struct run *run = *state;
	assert_true(parse(run, ARGS("--help", "x")));
	assert_int_equal(run->args.command, COMMAND_NONE);
	assert_true(arguments_flag(&run->args, OPT_HELP));
	assert_true(parse(run, ARGS("convert", "--gateway", "x", "-h")));
	assert_int_equal(run->args.command, COMMAND_CONVERT);
	assert_true(arguments_flag(&run->args, OPT_HELP));
	assert_true(parse(run, ARGS("--version", "extra")));
	assert_true(arguments_flag(&run->args, OPT_VERSION));
	assert_true(parse(run, ARGS("convert", "--version")));
	assert_true(arguments_flag(&run->args, OPT_VERSION));
	assert_true(parse(run, ARGS("convert", "--help=false", "--gateway=a/b.c", "--gateway-class=x.y-1")));
	assert_false(arguments_flag(&run->args, OPT_HELP));
	assert_text(arguments_text(&run->args, OPT_GATEWAY_CLASS), "x.y-1");
}

static void test_program_name(void **state)
{
	struct run *run = *state;
	assert_true(parse(run, (const char *const[]){ "/usr/bin/kubectl-ing2gw", "help", NULL }));
	assert_text(run->args.program, "kubectl ing2gw");
	assert_true(parse(run, (const char *const[]){ "./ing2gw", NULL }));
	assert_text(run->args.program, "ing2gw");
	assert_true(parse(run, (const char *const[]){ NULL }));
	assert_int_equal(run->args.command, COMMAND_NONE);
}

static void test_exit_codes(void **state)
{
	(void)state;
	static const int order[] = { 2, 4, 6, 3, 5, 1, 0 };
	for (size_t i = 0; i < COUNT(order); i++)
		for (size_t k = i; k < COUNT(order); k++) {
			assert_int_equal(exit_join(order[i], order[k]), order[i]);
			assert_int_equal(exit_join(order[k], order[i]), order[i]);
		}
}

/* Every option is in the help of its commands and in the manual; no line is wider than it should be. */
static void test_help(void **state)
{
	struct run *run = *state;
	for (unsigned c = COMMAND_NONE; c < COMMAND_COUNT; c++) {
		struct buf out;
		buf_init(&out, &run->arena, 0);
		if (c == COMMAND_NONE)
			help_program(&out, STR("ing2gw"));
		else
			help_command(&out, STR("ing2gw"), (enum command)c);
		str text = buf_str(&out);
		for (size_t i = 0; i < option_rows_count; i++) {
			str name = arena_printf(&run->arena, "--%.*s", STR_ARG(option_rows[i].name));
			if (option_rows[i].commands & 1u << c)
				assert_true(str_has(text, name));
		}
		while (text.n) {
			str line;
			str_cut(text, '\n', &line, &text);
			if (line.n > 110)
				fail_msg("too wide: %.*s", STR_ARG(line));
		}
	}
}

static void test_manual(void **state)
{
	struct run *run = *state;
	struct buf out;
	buf_init(&out, &run->arena, 0);
	help_manual(&out);
	str text = buf_str(&out);
	assert_true(str_starts(text, STR(".TH ING2GW 1")));
	for (size_t i = 0; i < option_rows_count; i++) {
		struct buf name;
		buf_init(&name, &run->arena, 0);
		buf_add(&name, STR("\\fB\\-\\-"));
		for (size_t k = 0; k < option_rows[i].name.n; k++) {
			if (option_rows[i].name.p[k] == '-')
				buf_add_char(&name, '\\');
			buf_add_char(&name, option_rows[i].name.p[k]);
		}
		buf_add(&name, STR("\\fR"));
		if (!str_has(text, buf_str(&name)))
			fail_msg("not in the manual: %.*s", STR_ARG(option_rows[i].name));
	}
	while (text.n) {
		str line;
		str_cut(text, '\n', &line, &text);
		assert_false(str_starts(line, STR("'")));
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

const struct CMUnitTest cli_options_tests[] = {
	cmocka_unit_test(test_table),
	TEST(test_forms),
	TEST(test_values), TEST(test_trace),
	cmocka_unit_test(test_sizes),
	TEST(test_faults),
	TEST(test_program_name),
	cmocka_unit_test(test_exit_codes),
	TEST(test_asks),
	TEST(test_help),
	TEST(test_manual),
};
const size_t cli_options_tests_count = COUNT(cli_options_tests);
