/* SPDX-License-Identifier: Apache-2.0 */
/* Lines and columns of many places: see locate.h. */
#include "base/locate.h"

enum { STEP = 256 };

void locator_init(struct locator *locator, const struct sources *sources, struct arena *arena)
{
	*locator = (struct locator){ arena, sources, NEWS(arena, struct line_column *, sources->n) };
}

/* From the place that `lc` stands for. */
static struct line_column walk(struct line_column lc, str text, size_t from, size_t to)
{
	for (size_t i = from ? from : source_mark(text); i < to; i++) {
		if (text.p[i] == '\n') {
			lc.line++;
			lc.column = 1;
		} else if (((unsigned char)text.p[i] & 0xC0) != 0x80) {
			lc.column++;
		}
	}
	return lc;
}

static struct line_column *walk_file(struct arena *arena, str text)
{
	struct line_column *mark = NEWS(arena, struct line_column, text.n / STEP + 1);
	mark[0] = (struct line_column){ 1, 1 };
	for (size_t i = 1; i <= text.n / STEP; i++)
		mark[i] = walk(mark[i - 1], text, (i - 1) * STEP, i * STEP);
	return mark;
}

struct line_column locator_find(struct locator *locator, struct place at)
{
	const struct source *source = sources_get(locator->sources, at.file);
	if (!source)
		return (struct line_column){ 0, 0 };
	struct line_column **mark = &locator->mark[at.file - 1];
	if (!*mark)
		*mark = walk_file(locator->arena, source->text);
	size_t end = at.offset < source->text.n ? at.offset : source->text.n;
	return walk((*mark)[end / STEP], source->text, end / STEP * STEP, end);
}
