/* SPDX-License-Identifier: Apache-2.0 */
/* `ing2gw explain NAME`: one page, or what may have been meant. */
#include "cli/command.h"

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
	return exit_join(code, usage_error(cli, arena_printf(&cli->arena, "there is no code, annotation or feature '%.*s'%s%.*s",
		STR_ARG(words->item[0]), hint.n ? "; " : "", STR_ARG(hint))));
}
