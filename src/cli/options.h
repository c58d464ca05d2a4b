/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line as tables: every command and every option stands here once, and parser, --help and the manual are made
 * from it. Values are checked while they are parsed, by the option's kind; what needs more than its own text (names of
 * features, of controllers) is checked by the command.
 */
#ifndef ING2GW_CLI_OPTIONS_H
#define ING2GW_CLI_OPTIONS_H

#include "base/arena.h"

enum command { COMMAND_NONE, COMMAND_CONVERT, COMMAND_TRACE, COMMAND_VERIFY, COMMAND_EXPLAIN, COMMAND_MAPPINGS, COMMAND_TARGETS, COMMAND_DUMP, COMMAND_HELP, COMMAND_COUNT };

/* Sets of commands; IN_NONE: stands without a command. */
enum { IN_NONE = 1, IN_CONVERT = 2, IN_TRACE = 4, IN_VERIFY = 8, IN_EXPLAIN = 16, IN_MAPPINGS = 32, IN_TARGETS = 64, IN_DUMP = 128, IN_HELP = 256, IN_ALL = 511 };

/* What the text of a value may be. */
enum option_kind {
	OPTION_FLAG,       /* none, or true, false behind "=" */
	OPTION_TEXT,       /* anything but nothing */
	OPTION_LIST,       /* words with commas between them */
	OPTION_WORD,       /* one of `words` */
	OPTION_NUMBER,     /* 1 and more */
	OPTION_SIZE,       /* bytes: 1 and more, with K, M, G */
	OPTION_NAME,       /* of an object */
	OPTION_OBJECT,     /* NAMESPACE/NAME */
	OPTION_PAIR,       /* NAME=VALUE */
	OPTION_REPORT,     /* text=FILE, json=FILE */
	OPTION_OUTPUT,     /* one of `words`, or dir=PATH */
	OPTION_HEADER      /* Name: value */
};

enum option_id {
	OPT_CLUSTER, OPT_CONTEXT, OPT_KUBECONFIG, OPT_USER, OPT_SERVER, OPT_TOKEN, OPT_CERTIFICATE_AUTHORITY, OPT_INSECURE, OPT_TLS_SERVER_NAME, OPT_CLIENT_CERTIFICATE,
	OPT_CLIENT_KEY, OPT_AS, OPT_AS_GROUP, OPT_AS_UID, OPT_PROXY_URL, OPT_REQUEST_TIMEOUT, OPT_READ_CERTIFICATES, OPT_VERBOSE, OPT_TO,
	OPT_FILENAME, OPT_BEFORE, OPT_AFTER, OPT_PAIR, OPT_CHOICE, OPT_METHOD, OPT_HEADER, OPT_REQUESTS, OPT_CLIENT, OPT_BODY, OPT_HTTP, OPT_ENTRY, OPT_GIVEN, OPT_FROM, OPT_INGRESS_CLASS, OPT_CONTROLLER_CONFIG, OPT_CONTROLLER_FLAG, OPT_CONTROLLER_VERSION,
	OPT_DEFAULT_CERTIFICATE, OPT_WORLD, OPT_NAMESPACE, OPT_ALL_NAMESPACES,
	OPT_SELECTOR, OPT_HOST, OPT_INGRESS, OPT_TARGET, OPT_GATEWAY_API, OPT_CHANNEL, OPT_GATEWAY, OPT_GATEWAY_CLASS, OPT_EXISTING_GATEWAY, OPT_TOPOLOGY,
	OPT_LISTENERS, OPT_FORM, OPT_MAPPING, OPT_ACCEPT, OPT_ACCEPT_FILE, OPT_STRICT, OPT_OUTPUT, OPT_LAYOUT, OPT_FORCE, OPT_REPORT, OPT_REJECTS, OPT_EMIT_REQUESTS, OPT_NO_COMMENTS, OPT_NO_PROOF, OPT_JOBS, OPT_QUIET, OPT_COLOR,
	OPT_MAX_DEPTH, OPT_MAX_ALIAS_RATIO, OPT_MAX_DOCUMENT_SIZE, OPT_MAX_SIZE, OPT_HELP, OPT_VERSION, OPT_MAN,
	OPT_COUNT
};

struct option_row {
	enum option_id id;
	char letter;           /* 0: none */
	str name, argument;    /* argument: how help calls the value */
	enum option_kind kind;
	bool many;             /* may be repeated; else the last one counts */
	unsigned commands;
	str words;             /* joined by "|" */
	str value;             /* what counts when it is not given, or empty */
	str help;              /* one sentence */
	str more;              /* further sentences for the manual, or empty */
};

struct command_row {
	str name;
	str summary;           /* one sentence, in the list of commands */
	str usage;             /* what stands behind the name */
	str text;              /* paragraphs, for --help and the manual */
	str examples;          /* lines as help shows them; "%" stands for the program */
};

/* options_table.c */
extern const struct option_row option_rows[];
extern const size_t option_rows_count;
extern const struct command_row command_rows[COMMAND_COUNT];   /* by enum command */

struct arguments {
	str program;                         /* "ing2gw" or "kubectl ing2gw" */
	enum command command;
	struct str_list words;               /* what is no option, without the command */
	struct str_list value[OPT_COUNT];    /* as given; a flag that is on has "true" */
	str error;                           /* empty: all is well */
};

/*
 * Reads the command line. Slices point into argv. The result is false when something is wrong; error then says what, in one
 * sentence without an end.
 */
bool options_parse(struct arguments *args, struct arena *arena, int argc, const char *const *argv);

bool arguments_flag(const struct arguments *args, enum option_id id);
str arguments_text(const struct arguments *args, enum option_id id);   /* the last one, or empty */
uint64_t arguments_size(const struct arguments *args, enum option_id id);   /* OPTION_NUMBER, OPTION_SIZE; 0: not given */
/* Elements of all values of an OPTION_LIST. */
struct str_list arguments_list(const struct arguments *args, struct arena *arena, enum option_id id);

/* "512", "64K", "10M", "1Gi"; false when it is no size. */
bool size_parse(str text, uint64_t *out);

#endif
