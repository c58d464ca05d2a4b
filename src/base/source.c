/* SPDX-License-Identifier: Apache-2.0 */
/* Texts and places in them: see source.h. */
#include "base/source.h"

void sources_init(struct sources *sources, struct arena *arena)
{
	*sources = (struct sources){ arena, NULL, 0, 0 };
}

uint32_t sources_add(struct sources *sources, str name, str text)
{
	struct source s = { .name = name, .text = text };
	LIST_PUSH(sources->arena, sources, s);
	return (uint32_t)sources->n;
}

const struct source *sources_get(const struct sources *sources, uint32_t file)
{
	return file && file <= sources->n ? &sources->item[file - 1] : NULL;
}

static size_t line_start(str text, size_t offset)
{
	size_t i = offset < text.n ? offset : text.n;
	while (i > 0 && text.p[i - 1] != '\n')
		i--;
	return i;
}

size_t source_mark(str text)
{
	return str_starts(text, STR("\xEF\xBB\xBF")) ? 3 : 0;
}

struct line_column sources_locate(const struct sources *sources, struct place at)
{
	struct line_column lc = { 0, 0 };
	const struct source *s = sources_get(sources, at.file);
	if (!s)
		return lc;
	size_t end = at.offset < s->text.n ? at.offset : s->text.n;
	lc.line = 1;
	for (size_t i = 0; i < end; i++)
		lc.line += s->text.p[i] == '\n';
	lc.column = 1;
	size_t start = line_start(s->text, end);
	for (size_t i = start ? start : source_mark(s->text); i < end; i++)
		lc.column += ((unsigned char)s->text.p[i] & 0xC0) != 0x80;
	return lc;
}
