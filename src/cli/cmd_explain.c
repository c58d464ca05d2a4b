/* SPDX-License-Identifier: Apache-2.0 */
/* `ing2gw explain NAME`: one page, or what may have been meant. */
#include "cli/command.h"

#include <unistd.h>

#include "cli/write.h"
#include "lib/explain.h"

int cmd_explain(struct cli *cli)
{
	const struct str_list *words = &cli->args.words;
	struct buf out;
	str hint;
	if (words->n != 1)
		return usage_error(cli, words->n ? STR("explain takes one name") : STR("say what to explain: a code, an annotation or a feature"));
	struct mapping_texts more = { 0 };
	str error;
	if (!read_mappings(cli, &more, &error))
		return usage_error(cli, error);
	const struct tables *tables = tables_load(&cli->arena, &more);
	int code = tables_error(cli, tables);
	buf_init(&out, &cli->arena, 0);
	if (explain(&out, tables, words->item[0], &hint))
		return exit_join(code, print(cli, buf_str(&out)));
	write_fd(STDERR_FILENO, arena_printf(&cli->arena, "error: no such code or annotation: '%.*s'%s%.*s\n", STR_ARG(words->item[0]),
		hint.n ? "; " : "", STR_ARG(hint)));
	return exit_join(code, EXIT_LOSS);
}
