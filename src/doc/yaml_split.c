/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where documents of a YAML text begin and end (YAML 1.2, sections 9.1 and 9.2): "---" and "..." at the start of a line,
 * followed by a blank or the end of the line, end whatever is open, block scalars and quotes included. So the text can be
 * cut by looking at line starts alone.
 */
#include "doc/reading.h"

static bool is_break(char c)
{
	return c == '\n' || c == '\r';
}

/* Behind the line that holds i, its end included. */
static size_t next_line(str text, size_t i)
{
	while (i < text.n && !is_break(text.p[i]))
		i++;
	if (i < text.n && text.p[i] == '\r' && i + 1 < text.n && text.p[i + 1] == '\n')
		i++;
	return i < text.n ? i + 1 : text.n;
}

/* Files that were strung together bring byte order marks to line starts. */
static size_t skip_bom(str text, size_t i)
{
	return str_starts(str_from(text, i), STR("\xEF\xBB\xBF")) ? i + 3 : i;
}

static bool is_marker(str text, size_t i, str marker)
{
	str rest = str_from(text, i);
	if (!str_starts(rest, marker))
		return false;
	return rest.n == marker.n || rest.p[marker.n] == ' ' || rest.p[marker.n] == '\t' || is_break(rest.p[marker.n]);
}

/* Is there anything in the rest of the line but blanks and a comment? */
static bool has_content(str text, size_t i)
{
	while (i < text.n && (text.p[i] == ' ' || text.p[i] == '\t'))
		i++;
	return i < text.n && !is_break(text.p[i]) && text.p[i] != '#';
}

bool cut_next(str text, size_t *at, struct cut *cut)
{
	size_t i = skip_bom(text, *at);
	*cut = (struct cut){ .start = i, .body = i };
	bool finished = false;
	while (i < text.n && !finished) {
		size_t start = skip_bom(text, i), next = next_line(text, start);
		if (is_marker(text, start, STR("..."))) {
			finished = cut->has_marker || cut->has_content;
			cut->end = i;
			*cut = finished ? *cut : (struct cut){ .start = next, .body = next };
		} else if (is_marker(text, start, STR("---"))) {
			if (cut->has_marker || cut->has_content) {
				cut->end = i;
				*at = i;
				return true;
			}
			cut->has_marker = true;
			cut->body = start + 3;
			cut->has_content = has_content(text, cut->body);
			/* A byte order mark before the marker is no part of the document. */
			if (cut->start == i)
				cut->start = start;
		} else if (start < text.n && text.p[start] == '%' && !cut->has_marker && !cut->has_content) {
			cut->directives++;
		} else if (has_content(text, start)) {
			cut->has_content = true;
		}
		i = next;
	}
	*at = i;
	if (!finished)
		cut->end = text.n;
	return cut->has_marker || cut->has_content;
}

/* A line of some document, whatever stands around it: no comment, directive or marker, which may belong to the document behind it. */
static bool is_plain_line(str text, size_t start)
{
	return has_content(text, start) && text.p[start] != '%' && skip_bom(text, start) == start && !is_marker(text, start, STR("...")) &&
		!is_marker(text, start, STR("---"));
}

/* The start of the line that ends at i. */
static size_t line_before(str text, size_t i, size_t least)
{
	while (i > least && is_break(text.p[i - 1]))
		i--;
	while (i > least && !is_break(text.p[i - 1]))
		i--;
	return i;
}

size_t cut_near(str text, size_t start, size_t size)
{
	size_t i = size < text.n - start ? start + size : text.n;
	while (i < text.n) {
		i += str_find(str_from(text, i), STR("\n---"));
		if (i >= text.n)
			break;
		i++;
		if (is_marker(text, i, STR("---")) && is_plain_line(text, line_before(text, i, start)))
			return i;
	}
	return text.n;
}
