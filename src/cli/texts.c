/* SPDX-License-Identifier: Apache-2.0 */
/* Texts beside the manifests: further tables, and losses that are accepted. */
#include "cli/command.h"

#include "cli/files.h"
#include "lib/mappings.h"

/* As far as a table or a list of names may go. */
#define MOST_BYTES ((size_t)16 << 20)

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
		*error = arena_printf(&cli->arena, "option %.*s: %.*s: %.*s", STR_ARG(option), STR_ARG(path), STR_ARG(why));
		return false;
	}
	*out = sources.item[0].text;
	return true;
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

/* Names, one a line; "#" begins a comment. */
static void add_names(struct arena *arena, str path, str text, struct accepted *out)
{
	str line, comment;
	for (unsigned number = 1; text.n; number++) {
		str_cut(text, '\n', &line, &text);
		str_cut(line, '#', &line, &comment);
		line = str_trim(line);
		if (line.n)
			LIST_PUSH(arena, out, ((struct accepted_name){ line, arena_printf(arena, "--accept-file: %.*s:%u", STR_ARG(path), number) }));
	}
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
		add_names(&cli->arena, paths->item[i], text, out);
	}
	return true;
}
