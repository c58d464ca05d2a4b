/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON. cJSON reads it; places and the text of numbers and strings come from a walk over the same text in step with
 * cJSON's items (its strings end at \u0000, its numbers are doubles).
 */
#include "doc/reading.h"
#include "doc/scalar.h"
#include "doc/text.h"

#include <cjson/cJSON.h>

static size_t skip_space(str text, size_t i)
{
	while (i < text.n && (unsigned char)text.p[i] <= ' ')
		i++;
	return i;
}

/* Behind the string that begins at i; text.n when it does not end. */
static size_t skip_string(str text, size_t i)
{
	for (i++; i < text.n && text.p[i] != '"'; i++)
		if (text.p[i] == '\\')
			i++;
	return i < text.n ? i + 1 : text.n;
}

struct extent {
	size_t start, end;
	size_t too_deep;    /* the first bracket past the limit; end when there is none */
	bool closed;
};

/* Finds the end of an object or array by its brackets alone, which says nothing about what stands between them. */
static struct extent find_extent(str text, size_t start, size_t limit)
{
	struct extent e = { start, text.n, text.n, false };
	size_t depth = 0, i = start;
	while (i < text.n) {
		char c = text.p[i];
		if (c == '"') {
			i = skip_string(text, i);
			continue;
		}
		i++;
		if (c == '{' || c == '[') {
			if (++depth == limit + 1 && e.too_deep == text.n)
				e.too_deep = i - 1;
		} else if ((c == '}' || c == ']') && --depth == 0) {
			e.end = i;
			e.closed = true;
			break;
		}
	}
	if (e.too_deep > e.end)
		e.too_deep = e.end;
	return e;
}

static bool opens(str text, size_t i)
{
	return i < text.n && (text.p[i] == '{' || text.p[i] == '[');
}

struct walk {
	struct reading *r;
	str text;        /* of the source */
	size_t at;
};

static int hex4(const char *p)
{
	int value = 0;
	for (int i = 0; i < 4; i++) {
		char c = char_lower(p[i]);
		value = value * 16 + (char_is_digit(c) ? c - '0' : c - 'a' + 10);
	}
	return value;
}

static char *put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
	} else if (c < 0x800) {
		*out++ = (char)(0xC0 | c >> 6);
		*out++ = (char)(0x80 | (c & 0x3F));
	} else if (c < 0x10000) {
		*out++ = (char)(0xE0 | c >> 12);
		*out++ = (char)(0x80 | (c >> 6 & 0x3F));
		*out++ = (char)(0x80 | (c & 0x3F));
	} else {
		*out++ = (char)(0xF0 | c >> 18);
		*out++ = (char)(0x80 | (c >> 12 & 0x3F));
		*out++ = (char)(0x80 | (c >> 6 & 0x3F));
		*out++ = (char)(0x80 | (c & 0x3F));
	}
	return out;
}

static char unescaped(char c)
{
	static const str from = STR_INIT("bfnrt"), to = STR_INIT("\b\f\n\r\t");
	size_t i = str_find_char(from, c);
	return i < from.n ? to.p[i] : c;
}

/* Of a string that is good: escapes are known and surrogates stand in pairs. The result is never longer. */
static str unescape(struct arena *arena, str raw)
{
	char *start = arena_alloc(arena, 1, 1, raw.n), *out = start;
	for (size_t i = 0; i < raw.n; i++) {
		if (raw.p[i] != '\\' || i + 1 == raw.n) {
			*out++ = raw.p[i];
		} else if (raw.p[++i] != 'u' || i + 4 >= raw.n) {
			*out++ = unescaped(raw.p[i]);
		} else {
			uint32_t c = (uint32_t)hex4(raw.p + i + 1);
			i += 4;
			if (c >= 0xD800 && c <= 0xDBFF && i + 6 < raw.n) {
				c = 0x10000 + ((c & 0x3FF) << 10 | ((uint32_t)hex4(raw.p + i + 3) & 0x3FF));
				i += 6;
			}
			out = put_utf8(out, c);
		}
	}
	return (str){ start, (size_t)(out - start) };
}

/* The string that begins at w->at. */
static str read_string(struct walk *w)
{
	size_t start = w->at + 1;
	w->at = skip_string(w->text, w->at);
	str raw = str_slice(w->text, start, w->at - 1);
	struct arena *arena = w->r->reader->arena;
	if (w->r->invalid && text_invalid(raw) < raw.n)
		raw = text_cleaned(arena, raw);
	return str_find_char(raw, '\\') < raw.n ? unescape(arena, raw) : arena_str(arena, raw);
}

/* A number, true, false or null: whatever goes on without a blank, comma or bracket. */
static str read_word(struct walk *w)
{
	size_t start = w->at;
	while (w->at < w->text.n && (char_is_alnum(w->text.p[w->at]) || str_find_char(STR("+-."), w->text.p[w->at]) < 3))
		w->at++;
	return arena_str(w->r->reader->arena, str_slice(w->text, start, w->at));
}

static struct node *read_number(struct walk *w)
{
	size_t start = w->at;
	str text = read_word(w), digits = text;
	if (digits.p[0] == '-')
		digits = str_from(digits, 1);
	bool whole = true;
	for (size_t i = 0; i < digits.n; i++)
		whole = whole && char_is_digit(digits.p[i]);
	/* What no double holds is text, as in YAML. */
	enum node_kind kind = whole ? NODE_INT : scalar_resolve(text).kind;
	struct node *node = reading_node(w->r, kind, start, w->at - start);
	node->plain = true;
	node->as.text = text;
	if (whole && !str_to_i64(text, &node->number))
		node->number = 0;
	return node;
}

static struct node *read_scalar(struct walk *w, const cJSON *item)
{
	size_t start = w->at;
	struct node *node;
	if (cJSON_IsString(item)) {
		str text = read_string(w);
		node = reading_node(w->r, NODE_STRING, start, w->at - start);
		node->as.text = text;
		return node;
	}
	if (cJSON_IsNumber(item))
		return read_number(w);
	str text = read_word(w);
	node = reading_node(w->r, cJSON_IsNull(item) ? NODE_NULL : NODE_BOOL, start, w->at - start);
	node->plain = true;
	node->as.text = text;
	node->truth = cJSON_IsTrue(item);
	return node;
}

/* To the next thing that is neither blank nor between things. */
static void skip_to_value(struct walk *w)
{
	w->at = skip_space(w->text, w->at);
	while (w->at < w->text.n && (w->text.p[w->at] == ',' || w->text.p[w->at] == ':'))
		w->at = skip_space(w->text, w->at + 1);
}

/* The depth is that of the text, which has been checked against the limit. */
static struct node *read_value(struct walk *w, const cJSON *item)
{
	struct arena *arena = w->r->reader->arena;
	skip_to_value(w);
	if (!cJSON_IsObject(item) && !cJSON_IsArray(item))
		return read_scalar(w, item);
	bool map = cJSON_IsObject(item);
	struct node *node = reading_node(w->r, map ? NODE_MAP : NODE_LIST, w->at, 0);
	w->at++;
	const cJSON *child;
	cJSON_ArrayForEach(child, item) {
		skip_to_value(w);
		if (!map) {
			LIST_PUSH(arena, &node->as.list, read_value(w, child));
			continue;
		}
		struct pair pair = { .key_at = reading_place(w->r, w->at) };
		pair.key = read_string(w);
		pair.value = read_value(w, child);
		LIST_PUSH(arena, &node->as.map, pair);
	}
	w->at = skip_space(w->text, w->at) + 1;
	if (map)
		reading_settle(w->r, node);
	return node;
}

/* The character before i that is no blank; 0 when there is none. */
static char before(str text, size_t start, size_t i)
{
	while (i > start && (unsigned char)text.p[i - 1] <= ' ')
		i--;
	return i > start ? text.p[i - 1] : '\0';
}

static struct trouble trouble_of_json(const struct reading *r, const struct extent *e, size_t at)
{
	str text = str_slice(r->text, 0, e->end);
	struct trouble t = { DIAG_SYNTAX, at, 1, STR("this is not valid JSON"),
		STR("look for a missing or superfluous comma, quote or bracket at this place or before it") };
	if (at >= text.n) {
		while (t.offset > e->start && (t.offset >= text.n || (unsigned char)text.p[t.offset] <= ' '))
			t.offset--;
		t.message = STR("the JSON text ends before its brackets are closed");
		t.help = STR("was it cut off when it was copied or written? else look for a quote that is not closed");
		return t;
	}
	char c = text.p[at], last = before(text, e->start, at);
	if ((unsigned char)c < ' ') {
		t.message = STR("text of JSON has no line ends, tabs and control characters");
		t.help = STR("write them as escapes (\\n, \\t); or is a quote missing?");
	} else if (c == '\\') {
		t.message = STR("JSON knows no such escape");
		t.help = STR("a backslash is written as two");
	} else if ((c == '}' || c == ']') && last == ',') {
		t.message = STR("JSON has no comma before a closing bracket");
		t.help = STR("take the comma away");
	} else if (c == '/' || c == '#') {
		t.message = STR("JSON has no comments");
		t.help = STR("take the comment away, or write YAML");
	} else if (c == '\'' || ((last == '{' || last == ',') && char_is_alpha(c))) {
		t.message = STR("keys and text of JSON stand in double quotes");
		t.help = STR("put it in double quotes");
	} else if (c == '"' || c == '{' || c == '[') {
		t.message = STR("a comma is missing before this");
		t.help = STR("separate the values of JSON by commas");
	}
	return t;
}

static void delete_items(void *handle)
{
	cJSON_Delete(handle);
}

/* Parses and gives to the caller what stands there; JSON_NOT without having reported anything. */
static enum json_result read_extent(struct reading *r, const struct extent *e, struct trouble *trouble)
{
	if (e->end - e->start > r->limits.document_bytes) {
		*trouble = trouble_size(r, e->start);
		reading_fail(r, trouble);
		return JSON_FAILED;
	}
	if (e->too_deep < e->end) {
		*trouble = trouble_too_deep(r, e->too_deep);
		reading_fail(r, trouble);
		return JSON_FAILED;
	}
	size_t good;
	if (!json_begins(str_slice(r->text, e->start, e->end), &good) || good < e->end - e->start) {
		*trouble = trouble_of_json(r, e, e->start + good);
		return JSON_NOT;
	}
	struct resource *open = NEW(r->scratch, struct resource);
	cJSON *items = cJSON_ParseWithLengthOpts(r->text.p + e->start, e->end - e->start, NULL, false);
	if (!items)
		escape_now(r->reader->arena->escape);
	escape_watch(r->reader->arena->escape, open, delete_items, items);
	struct walk walk = { r, r->text, e->start };
	struct node *root = read_value(&walk, items);
	escape_forget(r->reader->arena->escape, open);
	cJSON_Delete(items);
	reading_visit(r, root);
	return JSON_READ;
}

bool json_may_begin(str text, size_t start)
{
	return opens(text, skip_space(text, start));
}

/* Nothing but objects and arrays with all their brackets? */
static bool is_sequence(const struct reading *r, size_t start)
{
	size_t i = skip_space(r->text, start);
	if (!opens(r->text, i))
		return false;
	while (opens(r->text, i)) {
		struct extent e = find_extent(r->text, i, r->limits.depth);
		if (!e.closed)
			return false;
		i = skip_space(r->text, e.end);
	}
	return i == r->text.n;
}

bool json_read_text(struct reading *r, size_t start)
{
	struct trouble trouble;
	bool first = true;
	if (!is_sequence(r, start))
		return false;
	for (size_t i = skip_space(r->text, start); i < r->text.n; first = false) {
		struct extent e = find_extent(r->text, i, r->limits.depth);
		reading_begin(r);
		if (read_extent(r, &e, &trouble) == JSON_NOT) {
			if (first)
				return false;
			reading_fail(r, &trouble);
		}
		i = skip_space(r->text, e.end);
	}
	return true;
}

enum json_result json_read_slice(struct reading *r, size_t start, size_t end, struct trouble *trouble)
{
	str text = str_slice(r->text, 0, end);
	size_t i = skip_space(text, start);
	*trouble = (struct trouble){ DIAG_SYNTAX, 0, 0, STR(""), STR("") };
	if (!opens(text, i))
		return JSON_NOT;
	struct extent e = find_extent(text, i, r->limits.depth);
	if (skip_space(text, e.end) < end || (!e.closed && e.too_deep < e.end))
		return JSON_NOT;
	return read_extent(r, &e, trouble);
}
