/* SPDX-License-Identifier: Apache-2.0 */
/* Texts beside the manifests: further tables, and losses that are accepted. */
#include "cli/command.h"

#include <time.h>

#include "cli/files.h"
#include "lib/mappings.h"

/* As far as a table or a list of names may go. */
#define MOST_BYTES ((size_t)16 << 20)

/* option: before the path in *error, or empty. */
static bool read_text(struct cli *cli, str option, str path, str *out, str *error)
{
	struct sources sources;
	struct diags diags;
	struct str_list paths = { 0 };
	sources_init(&sources, &cli->arena);
	diags_init(&diags, &cli->arena);
	struct files files = { .arena = &cli->arena, .scratch = &cli->arena, .sources = &sources, .diags = &diags, .total_bytes = MOST_BYTES };
	LIST_PUSH(&cli->arena, &paths, path);
	if (!files_read(&files, &paths) || sources.n != 1 || diags.list.n) {
		str why = diags.list.n ? diags.list.item[0]->message : STR("name one file");
		*error = arena_printf(&cli->arena, "%s%.*s%s%.*s: %.*s", option.n ? "option " : "", STR_ARG(option), option.n ? ": " : "", STR_ARG(path), STR_ARG(why));
		return false;
	}
	*out = sources.item[0].text;
	return true;
}

bool read_table(struct cli *cli, str path, str *out, str *error)
{
	return read_text(cli, STR(""), path, out, error);
}

bool read_mappings(struct cli *cli, struct mapping_texts *out, str *error)
{
	const struct str_list *paths = &cli->args.value[OPT_MAPPING];
	for (size_t i = 0; i < paths->n; i++) {
		struct mapping_text text = { .name = paths->item[i] };
		if (!read_text(cli, STR("--mapping"), text.name, &text.text, error))
			return false;
		LIST_PUSH(&cli->arena, out, text);
	}
	return true;
}

static str today(struct arena *arena)
{
	time_t now = time(NULL);
	struct tm day;
	if (!gmtime_r(&now, &day))
		return STR("9999-12-31");
	return arena_printf(arena, "%04d-%02d-%02d", day.tm_year + 1900, day.tm_mon + 1, day.tm_mday);
}

static bool add_file(struct cli *cli, str path, str text, struct accepted *out, str *error)
{
	struct accept_file file = { 0 };
	str why;
	if (!accept_read(&cli->arena, path, text, today(&cli->arena), &file, &why)) {
		*error = arena_join(&cli->arena, STR("option --accept-file: "), why);
		return false;
	}
	for (size_t i = 0; i < file.features.n; i++) {
		str option = arena_printf(&cli->arena, "--accept-file: %.*s:%u", STR_ARG(path), file.features.item[i].line);
		LIST_PUSH(&cli->arena, out, ((struct accepted_name){ file.features.item[i].name, option }));
	}
	for (size_t i = 0; i < file.differences.n; i++)
		LIST_PUSH(&cli->arena, &out->differences, file.differences.item[i]);
	return true;
}

bool read_accepted(struct cli *cli, struct accepted *out, str *error)
{
	const struct str_list *paths = &cli->args.value[OPT_ACCEPT_FILE], named = arguments_list(&cli->args, &cli->arena, OPT_ACCEPT);
	for (size_t i = 0; i < named.n; i++)
		LIST_PUSH(&cli->arena, out, ((struct accepted_name){ named.item[i], STR("--accept") }));
	for (size_t i = 0; i < paths->n; i++) {
		str text;
		if (!read_text(cli, STR("--accept-file"), paths->item[i], &text, error))
			return false;
		if (!add_file(cli, paths->item[i], text, out, error))
			return false;
	}
	return true;
}
