/* SPDX-License-Identifier: Apache-2.0 */
/* Between ing2gw.h and the library: see public.h. */
#include "lib/public.h"

#include <stdlib.h>
#include <string.h>

struct str_list public_list(struct arena *arena, const char *const *texts)
{
	struct str_list list = { 0 };
	for (size_t i = 0; texts && texts[i]; i++)
		str_list_add_new(arena, &list, arena_str(arena, str_c(texts[i])));
	return list;
}

bool public_known(const struct tables *tables, enum table_word word, const struct str_list *names)
{
	str near;
	for (size_t i = 0; i < names->n; i++)
		if (!tables_know(tables, word, names->item[i], &near))
			return false;
	return true;
}

static int compare_inputs(const void *a, const void *b)
{
	const struct ing2gw_input *x = *(const struct ing2gw_input *const *)a, *y = *(const struct ing2gw_input *const *)b;
	int c = str_cmp(str_c(x->name), str_c(y->name));
	if (c)
		return c;
	return str_cmp((str){ x->text, x->size }, (str){ y->text, y->size });
}

void public_inputs(struct intake *intake, const struct ing2gw_input *inputs, size_t count)
{
	const struct ing2gw_input **sorted = NEWS(&intake->arena, const struct ing2gw_input *, count);
	for (size_t i = 0; i < count; i++)
		sorted[i] = &inputs[i];
	if (count)
		qsort(sorted, count, sizeof *sorted, compare_inputs);
	for (size_t i = 0; i < count; i++)
		sources_add(&intake->sources, str_c(sorted[i]->name), (str){ sorted[i]->text, sorted[i]->size });
}

char *public_copy(struct escape *escape, str text, size_t *size)
{
	char *p = malloc(text.n + 1);
	if (!p)
		escape_now(escape);
	if (text.n)
		memcpy(p, text.p, text.n);
	p[text.n] = 0;
	*size = text.n;
	return p;
}
