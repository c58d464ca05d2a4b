/* SPDX-License-Identifier: Apache-2.0 */
/* Places inside of values: see subject.h. */
#include "controllers/subject.h"

/* The key of an annotation stands before its value in the same line; a path's own text stands there alone. */
static size_t behind_key(const struct fact *fact, str line)
{
	size_t quote = line.n && (line.p[0] == '"' || line.p[0] == '\'');
	return str_starts(str_from(line, quote), fact->key) ? quote + fact->key.n : 0;
}

struct diag_site fact_site_within(const struct front *front, const struct fact *fact, str value, size_t offset)
{
	struct diag_site site = fact_site(front->arena, fact);
	const struct source *source = sources_get(front->snapshot->sources, fact->at.file);
	if (!source || fact->at.offset >= source->text.n || value.n == 0)
		return site;
	str line = str_from(source->text, fact->at.offset);
	line = str_slice(line, 0, str_find_char(line, '\n'));
	size_t start = behind_key(fact, line), found = str_find(str_from(line, start), value);
	/* written with escapes or over several lines: the whole is shown */
	if (found == line.n - start)
		return site;
	site.at.offset += (uint32_t)(start + found + (offset < value.n ? offset : value.n - 1));
	site.span = 1;
	return site;
}

size_t count_characters(str text, size_t bytes)
{
	size_t n = 0;
	for (size_t i = 0; i < bytes && i < text.n; i++)
		n += ((unsigned char)text.p[i] & 0xC0u) != 0x80u;
	return n;
}
