/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML from a tree, in the style of kubectl: see doc.h. What a reader of YAML 1.1 or 1.2 could misread stands in double
 * quotes; text of several lines stands as a literal block where that keeps every byte.
 */
#include "doc/doc.h"

#include "doc/scalar.h"
#include "doc/text.h"

/* As in node.c. A simple key may have 1024 characters (YAML 1.1, section 9.1.1), its quotes and escapes included. */
enum { DEPTH = 4000, LONGEST_KEY = 1000 };

struct writer {
	struct buf *out;
	bool comments;
};

static void indent_by(struct writer *w, size_t indent)
{
	buf_fill(w->out, ' ', indent);
}

static void write_escape(struct buf *out, uint32_t code)
{
	static const str letters = STR_INIT("0abtnvfre"), codes = STR_INIT("\0\a\b\t\n\v\f\r\x1B");
	size_t i = code < 0x80 ? str_find_char(codes, (char)code) : codes.n;
	if (i < codes.n)
		buf_printf(out, "\\%c", letters.p[i]);
	else if (code < 0x100)
		buf_printf(out, "\\x%02X", (unsigned)code);
	else if (code < 0x10000)
		buf_printf(out, "\\u%04X", (unsigned)code);
	else
		buf_printf(out, "\\U%08X", (unsigned)code);
}

/* Bytes that are no UTF-8 become U+FFFD. */
static void write_quoted(struct buf *out, str s)
{
	buf_add_char(out, '"');
	while (s.n > 0) {
		uint32_t code;
		size_t n = text_char(s, &code);
		if (n == 0) {
			buf_add(out, STR("\xEF\xBF\xBD"));
		} else if (code == '"' || code == '\\') {
			buf_add_char(out, '\\');
			buf_add_char(out, (char)code);
		} else if (text_is_visible(code)) {
			buf_add(out, str_slice(s, 0, n));
		} else {
			write_escape(out, code);
		}
		s = str_from(s, n ? n : 1);
	}
	buf_add_char(out, '"');
}

static void write_text(struct buf *out, str s)
{
	if (scalar_needs_quotes(s))
		write_quoted(out, s);
	else
		buf_add(out, s);
}

/*
 * Lines that a literal block keeps in every reader: the first neither empty nor indented, none of blanks alone, none that
 * begins with a tab, nothing that is not seen.
 */
static bool fits_block(str s)
{
	bool several = false, blank = true;
	if (s.n == 0 || s.p[0] == '\n' || s.p[0] == ' ')
		return false;
	for (size_t i = 0, start = 0; i < s.n;) {
		uint32_t code;
		size_t n = text_char(str_from(s, i), &code);
		if (n == 0 || (code == '\t' && i == start) || (code != '\n' && code != '\t' && !text_is_visible(code)))
			return false;
		i += n;
		if (code != '\n') {
			blank = blank && (code == ' ' || code == '\t');
			continue;
		}
		if (blank && i > start + 1)
			return false;
		several = true;
		blank = true;
		start = i;
	}
	return several && (s.p[s.n - 1] == '\n' || !blank);
}

/* Behind "key: " or "- "; ends with a newline. */
static void write_block(struct writer *w, str s, size_t indent)
{
	bool ends = s.p[s.n - 1] == '\n', empty_lines = ends && s.p[s.n - 2] == '\n';
	buf_add(w->out, empty_lines ? STR("|+\n") : ends ? STR("|\n") : STR("|-\n"));
	while (s.n > 0) {
		str line;
		str_cut(s, '\n', &line, &s);
		if (line.n > 0)
			indent_by(w, indent);
		buf_add(w->out, line);
		buf_add_char(w->out, '\n');
	}
}

static void write_number(struct buf *out, const struct node *node)
{
	if (node->kind == NODE_INT && (node->number != 0 || scalar_is_zero(node->as.text)))
		buf_printf(out, "%lld", (long long)node->number);
	else
		buf_add(out, node->as.text);
}

static void write_scalar(struct buf *out, const struct node *node)
{
	switch (node->kind) {
	case NODE_NULL:
		buf_add(out, STR("null"));
		break;
	case NODE_BOOL:
		buf_add(out, node->truth ? STR("true") : STR("false"));
		break;
	case NODE_INT:
	case NODE_FLOAT:
		write_number(out, node);
		break;
	case NODE_STRING:
		write_text(out, node->as.text);
		break;
	case NODE_LIST:
		buf_add(out, STR("[]"));
		break;
	case NODE_MAP:
		buf_add(out, STR("{}"));
		break;
	}
}

/* A map or list that has lines of its own. */
static bool has_lines(const struct node *node)
{
	return node && ((node->kind == NODE_MAP && node->as.map.n > 0) || (node->kind == NODE_LIST && node->as.list.n > 0));
}

static bool is_block_list(const struct node *node)
{
	return has_lines(node) && node->kind == NODE_LIST;
}

/* Each line with "# " before it. Characters that end a comment or are not seen become "?". */
static void write_comment(struct writer *w, const struct node *node, size_t indent)
{
	str rest = node && w->comments ? node->comment : STR("");
	while (rest.n > 0) {
		str line;
		str_cut(rest, '\n', &line, &rest);
		indent_by(w, indent);
		buf_add(w->out, line.n > 0 ? STR("# ") : STR("#"));
		while (line.n > 0) {
			uint32_t code;
			size_t n = text_char(line, &code);
			buf_add(w->out, n > 0 && text_is_visible(code) ? str_slice(line, 0, n) : STR("?"));
			line = str_from(line, n ? n : 1);
		}
		buf_add_char(w->out, '\n');
	}
}

/* Comments of what begins in the line of a dash: the entry's own, and those of first entries of lists in it. */
static void write_comments_of_entry(struct writer *w, const struct node *entry, size_t indent)
{
	for (size_t depth = 0; entry && depth < DEPTH; depth++) {
		write_comment(w, entry, indent);
		if (!is_block_list(entry))
			break;
		entry = entry->as.list.item[0];
	}
}

static void write_map(struct writer *w, const struct node *map, size_t indent, size_t depth, bool in_line);
static void write_list(struct writer *w, const struct node *list, size_t indent, size_t depth, bool in_line);

/* Keys that are too long to be simple keys are written with "? ". */
static void write_key(struct writer *w, str key, size_t indent)
{
	size_t start = w->out->n;
	write_text(w->out, key);
	if (w->out->n - start <= LONGEST_KEY) {
		buf_add_char(w->out, ':');
		return;
	}
	w->out->n = start;
	buf_add(w->out, STR("? "));
	write_text(w->out, key);
	buf_add_char(w->out, '\n');
	indent_by(w, indent);
	buf_add_char(w->out, ':');
}

/* What has no lines of its own, behind "key: " or "- "; ends with a newline. */
static void write_rest(struct writer *w, const struct node *node, size_t indent, size_t depth)
{
	if (node && node->kind == NODE_STRING && fits_block(node->as.text)) {
		write_block(w, node->as.text, indent + 2);
		return;
	}
	if (node && depth < DEPTH)
		write_scalar(w->out, node);
	else
		buf_add(w->out, STR("null"));
	buf_add_char(w->out, '\n');
}

static void write_pair(struct writer *w, const struct pair *pair, size_t indent, size_t depth)
{
	const struct node *value = pair->value;
	write_key(w, pair->key, indent);
	if (has_lines(value) && depth < DEPTH) {
		buf_add_char(w->out, '\n');
		if (value->kind == NODE_MAP)
			write_map(w, value, indent + 2, depth + 1, false);
		else
			write_list(w, value, indent, depth + 1, false);
		return;
	}
	buf_add_char(w->out, ' ');
	write_rest(w, value, indent, depth);
}

/* in_line: the first key stands in a line that has been begun, behind a dash, and the comment above that line. */
static void write_map(struct writer *w, const struct node *map, size_t indent, size_t depth, bool in_line)
{
	if (!in_line)
		write_comment(w, map, indent);
	for (size_t i = 0; i < map->as.map.n; i++) {
		const struct pair *pair = &map->as.map.item[i];
		if (i > 0 || !in_line) {
			if (pair->value && !has_lines(pair->value))
				write_comment(w, pair->value, indent);
			indent_by(w, indent);
		}
		write_pair(w, pair, indent, depth);
	}
}

static void write_entry(struct writer *w, const struct node *entry, size_t indent, size_t depth)
{
	if (has_lines(entry) && depth < DEPTH) {
		if (entry->kind == NODE_MAP)
			write_map(w, entry, indent + 2, depth + 1, true);
		else
			write_list(w, entry, indent + 2, depth + 1, true);
		return;
	}
	write_rest(w, entry, indent, depth);
}

static void write_list(struct writer *w, const struct node *list, size_t indent, size_t depth, bool in_line)
{
	for (size_t i = 0; i < list->as.list.n; i++) {
		if (i > 0 || !in_line) {
			write_comments_of_entry(w, list->as.list.item[i], indent);
			indent_by(w, indent);
		}
		buf_add(w->out, STR("- "));
		write_entry(w, list->as.list.item[i], indent, depth);
	}
}

void doc_write_yaml(struct buf *out, const struct node *root, struct doc_style style)
{
	struct writer w = { out, style.comments };
	if (has_lines(root) && root->kind == NODE_MAP) {
		write_map(&w, root, 0, 0, false);
	} else if (has_lines(root)) {
		write_list(&w, root, 0, 0, false);
	} else {
		write_comment(&w, root, 0);
		write_entry(&w, root, 0, 0);
	}
}
