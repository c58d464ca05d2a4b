/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Letter case without flags: path_fold_case() of model.h. nginx compares in any letter case; an expression in a Gateway has
 * no common way to say so, so each letter becomes a class. Syntax is that of PCRE (pcre2pattern); an expression that PCRE
 * refuses gives some text. What a back reference repeats must stand there in the same case: that cannot be said.
 */
#include "base/buf.h"
#include "route/model.h"

/* One character of a pattern, however it is written, or something that stands for several. */
struct element {
	size_t n;         /* bytes of the pattern */
	int code;         /* -1: no single character */
};

/* Bytes up to and with the first c, or all. */
static size_t past(str s, char c)
{
	size_t i = str_find_char(s, c);
	return i < s.n ? i + 1 : i;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static int hex_digit(char c)
{
	if (char_is_digit(c))
		return c - '0';
	c = char_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "\x4a" or "\x{4a}" */
static struct element hex_element(str s)
{
	bool braces = s.n > 2 && s.p[2] == '{';
	size_t i = braces ? 3 : 2, most = braces ? s.n : 4;
	int code = 0;
	for (; i < s.n && i < most && hex_digit(s.p[i]) >= 0; i++)
		code = code > 255 ? code : code * 16 + hex_digit(s.p[i]);
	return (struct element){ braces ? past(s, '}') : i, code > 255 ? -1 : code };
}

/* s begins with a backslash and is none of \Q. */
static struct element escape_element(str s)
{
	char c = s.n > 1 ? s.p[1] : 0, bracket = s.n > 2 ? s.p[2] : 0;
	if (s.n < 2)
		return (struct element){ s.n, -1 };
	if (c == 'x')
		return hex_element(s);
	if (str_find_char(STR("pPkgoN"), c) < 6 && (bracket == '{' || bracket == '<'))
		return (struct element){ past(s, bracket == '{' ? '}' : '>'), -1 };
	if ((c == 'k' || c == 'g') && bracket == '\'')
		return (struct element){ 3 + past(str_from(s, 3), '\''), -1 };
	if (c == 'p' || c == 'P' || c == 'c')
		return (struct element){ s.n < 3 ? s.n : 3, -1 };
	return (struct element){ 2, char_is_alnum(c) ? -1 : (unsigned char)c };
}

static struct element read_element(str s)
{
	return s.p[0] == '\\' ? escape_element(s) : (struct element){ 1, (unsigned char)s.p[0] };
}

/* Both cases of a letter; anything else as it is written. */
static void add_element(struct buf *b, str s, struct element e, bool in_class)
{
	char c = e.code >= 0 && e.code < 128 ? (char)e.code : 0;
	if (!char_is_alpha(c)) {
		buf_add(b, str_slice(s, 0, e.n));
		return;
	}
	if (!in_class)
		buf_add_char(b, '[');
	buf_add_char(b, char_lower(c));
	buf_add_char(b, upper(char_lower(c)));
	if (!in_class)
		buf_add_char(b, ']');
}

/* Literal text between \Q and \E. */
static size_t add_quoted(struct buf *b, str s, bool in_class)
{
	str text = str_from(s, 2);
	size_t n = str_find(text, STR("\\E"));
	for (size_t i = 0; i < n; i++) {
		str one = str_slice(text, i, i + 1);
		if (!char_is_alnum(one.p[0]) && (unsigned char)one.p[0] < 128)
			buf_add_char(b, '\\');
		add_element(b, one, (struct element){ 1, (unsigned char)one.p[0] }, in_class);
	}
	return n < text.n ? n + 4 : s.n;
}

/* The letters of first..last that the range low..high has, in the other case. */
static void add_other_case(struct buf *b, int low, int high, char first, char last)
{
	int from = low > first ? low : first, to = high < last ? high : last;
	if (from <= to)
		buf_printf(b, "%c-%c", from ^ 0x20, to ^ 0x20);
}

/* "[:upper:]" of an expression that is compared in any letter case takes every letter. */
static size_t add_posix(struct buf *b, str s)
{
	size_t n = str_find(s, STR(":]")) + 2;
	str name = str_slice(s, 0, n);
	if (str_eq(name, STR("[:upper:]")) || str_eq(name, STR("[:lower:]")))
		name = STR("[:alpha:]");
	else if (str_eq(name, STR("[:^upper:]")) || str_eq(name, STR("[:^lower:]")))
		name = STR("[:^alpha:]");
	buf_add(b, name);
	return n;
}

/* One character, range or set of a class. */
static size_t fold_member(struct buf *b, str s)
{
	if (str_starts(s, STR("[:")) && str_has(s, STR(":]")))
		return add_posix(b, s);
	if (str_starts(s, STR("\\Q")))
		return add_quoted(b, s, true);
	struct element low = read_element(s);
	str rest = str_from(s, low.n);
	if (low.code >= 0 && rest.n > 1 && rest.p[0] == '-' && rest.p[1] != ']') {
		struct element high = read_element(str_from(rest, 1));
		if (high.code >= 0) {
			size_t n = low.n + 1 + high.n;
			buf_add(b, str_slice(s, 0, n));
			add_other_case(b, low.code, high.code, 'a', 'z');
			add_other_case(b, low.code, high.code, 'A', 'Z');
			return n;
		}
	}
	add_element(b, s, low, true);
	return low.n;
}

/* From the bracket on. A "]" at once, or after "^", is a member. */
static size_t fold_class(struct buf *b, str s)
{
	size_t i = 1;
	if (i < s.n && s.p[i] == '^')
		i++;
	if (i < s.n && s.p[i] == ']')
		i++;
	buf_add(b, str_slice(s, 0, i));
	while (i < s.n && s.p[i] != ']')
		i += fold_member(b, str_from(s, i));
	if (i < s.n)
		buf_add_char(b, ']');
	return i < s.n ? i + 1 : i;
}

/* Bytes of "(?" or "(*" and what names the kind of the group: letters in it are no text. */
static size_t group_head(str s)
{
	char c = s.n > 2 ? s.p[2] : 0, next = s.n > 3 ? s.p[3] : 0;
	if (s.p[1] == '*')
		return past(s, ')');
	if (c && str_find_char(STR(":=!>|"), c) < 5)
		return 3;
	if (c == '<' && (next == '=' || next == '!'))
		return 4;
	if (c == '<' || (c == 'P' && next == '<'))
		return past(s, '>');
	if (c == '\'')
		return 3 + past(str_from(s, 3), '\'');
	if (c == '(' && next == '?')
		return 2;
	size_t colon = past(s, ':'), end = past(s, ')');
	return colon < end ? colon : end;
}

str path_fold_case(struct arena *arena, str path)
{
	struct buf b;
	buf_init(&b, arena, 0);
	while (path.n) {
		size_t n;
		if (str_starts(path, STR("\\Q"))) {
			n = add_quoted(&b, path, false);
		} else if (path.p[0] == '[') {
			n = fold_class(&b, path);
		} else if (str_starts(path, STR("(?")) || str_starts(path, STR("(*"))) {
			n = group_head(path);
			buf_add(&b, str_slice(path, 0, n));
		} else {
			struct element e = read_element(path);
			add_element(&b, path, e, false);
			n = e.n;
		}
		path = str_from(path, n);
	}
	return buf_str(&b);
}
