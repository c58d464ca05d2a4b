/* SPDX-License-Identifier: Apache-2.0 */
/* The parser of the command line: see options.h. */
#include "cli/options.h"

#include "lib/given.h"
#include "lib/mappings.h"

/* One option as it was met; what it means hangs on the command, which may stand behind it. */
struct given {
	str shown;             /* "--name" or "-n", for messages */
	str name;              /* of the row */
	bool has_value;
	str value;
};

struct parser {
	struct arguments *args;
	struct arena *arena;
	const char *const *at;     /* next argument, ends with NULL */
	LIST(struct given) given;
	bool has_command;
	str command;
};

static const struct option_row *row_by_name(str name)
{
	for (size_t i = 0; i < option_rows_count; i++)
		if (str_eq(option_rows[i].name, name))
			return &option_rows[i];
	return NULL;
}

static const struct option_row *row_by_letter(char letter)
{
	for (size_t i = 0; i < option_rows_count; i++)
		if (option_rows[i].letter == letter)
			return &option_rows[i];
	return NULL;
}

/* The row that counts for a command: one name may stand for different values in different commands. */
static const struct option_row *row_of_command(str name, enum command command)
{
	for (size_t i = 0; i < option_rows_count; i++)
		if (str_eq(option_rows[i].name, name) && option_rows[i].commands & 1u << command)
			return &option_rows[i];
	return NULL;
}

static bool fault(struct parser *p, str message)
{
	p->args->error = message;
	return false;
}

static bool unknown_option(struct parser *p, str shown, str name)
{
	struct str_list known = { 0 };
	for (size_t i = 0; i < option_rows_count; i++) {
		/* The start of a longer name was meant as such. */
		if (name.n > 2 && str_starts(option_rows[i].name, name))
			return fault(p, arena_printf(p->arena, "unknown option %.*s; did you mean --%.*s?", STR_ARG(shown),
				STR_ARG(option_rows[i].name)));
		str_list_add_new(p->arena, &known, option_rows[i].name);
	}
	str near = nearest_name(name, &known);
	if (near.n)
		return fault(p, arena_printf(p->arena, "unknown option %.*s; did you mean --%.*s?", STR_ARG(shown), STR_ARG(near)));
	return fault(p, arena_printf(p->arena, "unknown option %.*s", STR_ARG(shown)));
}

static bool take_value(struct parser *p, struct given *given)
{
	if (!*p->at)
		return fault(p, arena_printf(p->arena, "option %.*s needs a value", STR_ARG(given->shown)));
	given->value = str_c(*p->at++);
	given->has_value = true;
	return true;
}

/* "--name", "--name=value", "--name value" */
static bool long_option(struct parser *p, str text)
{
	struct given given = { .has_value = false };
	given.has_value = str_cut(text, '=', &given.shown, &given.value);
	given.name = str_from(given.shown, 2);
	const struct option_row *row = row_by_name(given.name);
	if (!row)
		return unknown_option(p, given.shown, given.name);
	if (row->kind != OPTION_FLAG && !given.has_value && !take_value(p, &given))
		return false;
	LIST_PUSH(p->arena, &p->given, given);
	return true;
}

/* "-q", "-f x", "-fx", "-f=x", "-qfx" */
static bool short_options(struct parser *p, str text)
{
	for (size_t i = 1; i < text.n; i++) {
		struct given given = { .has_value = false };
		given.shown = arena_printf(p->arena, "-%c", text.p[i]);
		const struct option_row *row = row_by_letter(text.p[i]);
		if (!row)
			return unknown_option(p, i == 1 ? text : given.shown, str_from(text, i));
		given.name = row->name;
		if (row->kind == OPTION_FLAG) {
			LIST_PUSH(p->arena, &p->given, given);
			continue;
		}
		str rest = str_from(text, i + 1);
		if (rest.n) {
			given.value = rest.p[0] == '=' ? str_from(rest, 1) : rest;
			given.has_value = true;
		} else if (!take_value(p, &given)) {
			return false;
		}
		LIST_PUSH(p->arena, &p->given, given);
		return true;
	}
	return true;
}

static void word(struct parser *p, str text)
{
	if (p->has_command) {
		LIST_PUSH(p->arena, &p->args->words, text);
		return;
	}
	p->has_command = true;
	p->command = text;
}

static bool walk(struct parser *p)
{
	bool options = true;
	while (*p->at) {
		str text = str_c(*p->at++);
		if (options && str_eq(text, STR("--")))
			options = false;
		else if (options && str_starts(text, STR("--"))) {
			if (!long_option(p, text))
				return false;
		} else if (options && text.n > 1 && text.p[0] == '-') {
			if (!short_options(p, text))
				return false;
		} else {
			word(p, text);
		}
	}
	return true;
}

static bool find_command(struct parser *p)
{
	struct str_list known = { 0 };
	if (!p->has_command)
		return true;
	for (unsigned i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
		if (str_eq(command_rows[i].name, p->command)) {
			p->args->command = (enum command)i;
			return true;
		}
		LIST_PUSH(p->arena, &known, command_rows[i].name);
	}
	str near = nearest_name(p->command, &known);
	if (near.n)
		return fault(p, arena_printf(p->arena, "unknown command '%.*s'; did you mean %.*s?", STR_ARG(p->command), STR_ARG(near)));
	return fault(p, arena_printf(p->arena, "unknown command '%.*s'; to convert a file or folder: %.*s convert -f %.*s",
		STR_ARG(p->command), STR_ARG(p->args->program), STR_ARG(p->command)));
}

static bool one_of(str words, str value)
{
	str head, tail = words;
	while (tail.n) {
		str_cut(tail, '|', &head, &tail);
		if (str_eq(head, value))
			return true;
	}
	return false;
}

bool size_parse(str text, uint64_t *out)
{
	static const char LETTERS[] = "kmg";
	unsigned shift = 0;
	if (text.n > 1 && char_lower(text.p[text.n - 1]) == 'i')
		text.n--;
	else if (text.n && char_is_digit(text.p[text.n - 1]))
		return str_to_u64(text, SIZE_MAX / 2, out) && *out > 0;
	for (unsigned i = 0; text.n && LETTERS[i]; i++)
		if (char_lower(text.p[text.n - 1]) == LETTERS[i])
			shift = 10 * (i + 1);
	if (!shift || !str_to_u64(str_slice(text, 0, text.n - 1), (SIZE_MAX / 2) >> shift, out))
		return false;
	*out <<= shift;
	return *out > 0;
}

static bool is_report(str value)
{
	str kind, file;
	return str_cut(value, '=', &kind, &file) && file.n && (str_eq(kind, STR("text")) || str_eq(kind, STR("json")));
}

/* The characters of a header's name: RFC 9110, 5.6.2. */
static bool is_header(str value)
{
	str name, rest;
	if (!str_cut(value, ':', &name, &rest) || !name.n)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!char_is_alnum(name.p[i]) && !str_has_char(STR("!#$%&'*+-.^_`|~"), name.p[i]))
			return false;
	return true;
}

/* Empty when the value is good, else what it has to be. */
static str wanted(struct arena *arena, const struct option_row *row, str value)
{
	uint64_t number;
	if (value.n == 0)
		return row->kind == OPTION_FLAG ? STR("true or false") : STR("a value");
	switch (row->kind) {
	case OPTION_FLAG:
		return one_of(STR("true|false"), value) ? STR("") : STR("true or false");
	case OPTION_TEXT:
	case OPTION_LIST:
		return STR("");
	case OPTION_WORD:
		return one_of(row->words, value) ? STR("") : arena_printf(arena, "one of %.*s", STR_ARG(row->words));
	case OPTION_NUMBER:
		return str_to_u64(value, UINT32_MAX, &number) && number > 0 ? STR("") : STR("a whole number from 1 on");
	case OPTION_SIZE:
		return size_parse(value, &number) ? STR("") : STR("a number of bytes from 1 on, such as 500K, 64M or 2G");
	case OPTION_NAME:
		return given_name(value) ? STR("") : STR("a name as the API has them: small letters, digits, '-' and '.'");
	case OPTION_OBJECT:
		return given_object(value) ? STR("") : STR("NAMESPACE/NAME with names as the API has them: small letters, digits, '-' and '.'");
	case OPTION_PAIR:
		return str_find_char(value, '=') > 0 && str_find_char(value, '=') < value.n ? STR("") : STR("NAME=VALUE");
	case OPTION_REPORT:
		return is_report(value) ? STR("") : STR("text=FILE or json=FILE");
	case OPTION_OUTPUT:
		if (one_of(row->words, value) || (str_starts(value, STR("dir=")) && value.n > 4))
			return STR("");
		return arena_printf(arena, "one of %.*s, or dir=PATH", STR_ARG(row->words));
	case OPTION_HEADER:
		return is_header(value) ? STR("") : STR("a header as 'Name: value'");
	}
	return STR("");
}

static str commands_of(struct arena *arena, str name)
{
	struct str_list names = { 0 };
	for (unsigned i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++)
		if (row_of_command(name, (enum command)i))
			LIST_PUSH(arena, &names, command_rows[i].name);
	return str_list_join(arena, &names, STR(", "));
}

static bool settle(struct parser *p, const struct given *given)
{
	struct arguments *args = p->args;
	const struct option_row *row = row_of_command(given->name, args->command);
	if (!row) {
		str commands = commands_of(p->arena, given->name);
		if (args->command == COMMAND_NONE && commands.n)
			return fault(p, arena_printf(p->arena, "option %.*s needs a command: %.*s", STR_ARG(given->shown), STR_ARG(commands)));
		if (commands.n)
			return fault(p, arena_printf(p->arena, "%.*s has no option %.*s; it belongs to %.*s",
				STR_ARG(command_rows[args->command].name), STR_ARG(given->shown), STR_ARG(commands)));
		return fault(p, arena_printf(p->arena, "option %.*s stands alone, without a command", STR_ARG(given->shown)));
	}
	str value = given->has_value ? given->value : STR("true");
	str want = wanted(p->arena, row, value);
	if (want.n && value.n)
		return fault(p, arena_printf(p->arena, "option %.*s: '%.*s' is not %.*s", STR_ARG(given->shown), STR_ARG(value), STR_ARG(want)));
	if (want.n)
		return fault(p, arena_printf(p->arena, "option %.*s needs %.*s", STR_ARG(given->shown), STR_ARG(want)));
	LIST_PUSH(p->arena, &args->value[row->id], value);
	return true;
}

/* kubectl finds its plugins by their file name; people call them with a blank. */
static str program_name(const char *argv0)
{
	str name = str_c(argv0);
	size_t slash = str_find_last_char(name, '/');
	if (slash < name.n)
		name = str_from(name, slash + 1);
	return str_eq(name, STR("kubectl-ing2gw")) ? STR("kubectl ing2gw") : STR("ing2gw");
}

/*
 * --help and --version are answered whatever stands beside them: "--help x", "--version x". Without a command that there is, the
 * help is the program's.
 */
static bool asks_about_program(struct parser *p)
{
	static const enum option_id ASKS[] = { OPT_HELP, OPT_VERSION };
	for (size_t k = 0; k < sizeof ASKS / sizeof *ASKS; k++)
		for (size_t i = 0; i < p->given.n; i++) {
			const struct given *given = &p->given.item[i];
			if (given->has_value || row_by_name(given->name)->id != ASKS[k])
				continue;
			LIST_PUSH(p->arena, &p->args->value[ASKS[k]], STR("true"));
			return true;
		}
	return false;
}

bool options_parse(struct arguments *args, struct arena *arena, int argc, const char *const *argv)
{
	struct parser p = { .args = args, .arena = arena, .at = argc > 0 ? argv + 1 : argv };
	*args = (struct arguments){ .program = program_name(argc > 0 ? argv[0] : "") };
	/* The command first, even behind a fault: the message names its help. */
	bool good = walk(&p);
	str error = args->error;
	bool known = find_command(&p);
	if (good && asks_about_program(&p)) {
		args->error = STR("");
		return true;
	}
	if (!known) {
		if (!good)
			args->error = error;
		return false;
	}
	for (size_t i = 0; good && i < p.given.n; i++)
		good = settle(&p, &p.given.item[i]);
	return good;
}

bool arguments_flag(const struct arguments *args, enum option_id id)
{
	return str_eq(arguments_text(args, id), STR("true"));
}

str arguments_text(const struct arguments *args, enum option_id id)
{
	const struct str_list *list = &args->value[id];
	return list->n ? list->item[list->n - 1] : STR("");
}

uint64_t arguments_size(const struct arguments *args, enum option_id id)
{
	uint64_t size = 0;
	return args->value[id].n && size_parse(arguments_text(args, id), &size) ? size : 0;
}

struct str_list arguments_list(const struct arguments *args, struct arena *arena, enum option_id id)
{
	struct str_list list = { 0 };
	for (size_t i = 0; i < args->value[id].n; i++) {
		str head, tail = args->value[id].item[i];
		do {
			str_cut(tail, ',', &head, &tail);
			head = str_trim(head);
			if (head.n)
				str_list_add_new(arena, &list, head);
		} while (tail.n);
	}
	return list;
}
