/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions: see expressions.h. The Gateway API leaves dialect, anchoring and rank of them to implementations. */
#include "targets/expressions.h"

#include "base/buf.h"
#include "targets/paths.h"

bool path_is_pcre_only(str regex)
{
	static const str ONLY[] = { STR_INIT("(?=") , STR_INIT("(?!"), STR_INIT("(?<"), STR_INIT("(?>"), STR_INIT("*+"), STR_INIT("++"),
		STR_INIT("?+"), STR_INIT("\\1"), STR_INIT("\\2"), STR_INIT("\\Z"), STR_INIT("\\G"), STR_INIT("\\K") };
	for (size_t i = 0; i < sizeof ONLY / sizeof *ONLY; i++)
		if (str_has(regex, ONLY[i]))
			return true;
	return false;
}

bool expression_is_portable(str regex)
{
	static const str NOT[] = { STR_INIT("(?"), STR_INIT("(*"), STR_INIT("*?"), STR_INIT("+?"), STR_INIT("??"), STR_INIT("[:"), STR_INIT("{") };
	if (path_is_pcre_only(regex))
		return false;
	for (size_t i = 0; i < sizeof NOT / sizeof *NOT; i++)
		if (str_has(regex, NOT[i]))
			return false;
	for (size_t i = 0; i < regex.n; i++) {
		unsigned char c = (unsigned char)regex.p[i];
		if (c <= ' ' || c > '~')
			return false;
		/* escaped signs, and three sets that all of them know */
		if (c == '\\' && (++i == regex.n || (char_is_alnum(regex.p[i]) && !str_has_char(STR("dwW"), regex.p[i]))))
			return false;
	}
	return true;
}

/* Bytes of one token of an expression: an escape, a character class, \Q...\E, or a single character. */
static size_t token(str s)
{
	if (str_starts(s, STR("\\Q"))) {
		size_t end = str_find(s, STR("\\E"));
		return end < s.n ? end + 2 : s.n;
	}
	if (s.p[0] == '\\')
		return s.n > 1 ? 2 : 1;
	if (s.p[0] != '[')
		return 1;
	size_t i = s.n > 1 && s.p[1] == '^' ? 2 : 1;
	if (i < s.n && s.p[i] == ']')
		i++;
	while (i < s.n && s.p[i] != ']')
		i += s.p[i] == '\\' ? 2 : 1;
	return i < s.n ? i + 1 : s.n;
}

/* Where the next alternative of the outermost level begins: the index of its bar, or s.n. */
static size_t next_bar(str s)
{
	size_t depth = 0;
	for (size_t i = 0; i < s.n; i += token(str_from(s, i))) {
		if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && depth)
			depth--;
		else if (s.p[i] == '|' && depth == 0)
			return i;
	}
	return s.n;
}

/* The expression ends with an anchor, which is no escaped character. */
static bool has_end(str s)
{
	size_t last = 0;
	for (size_t i = 0; i < s.n; i += token(str_from(s, i)))
		last = i;
	return s.n && s.p[last] == '$' && last + 1 == s.n;
}

static bool is_open(str s)
{
	return str_ends(s, STR("(.*)")) || (str_ends(s, STR(".*")) && !str_ends(s, STR("\\.*")));
}

/* Where the end belongs to the implementation, it is written down: what is closed stays closed, and what is open is open. */
static void add_alternative(struct buf *b, str one, bool anchored, bool full)
{
	bool end = has_end(one);
	if (end)
		one.n--;
	buf_printf(b, "%s%.*s%s", anchored ? "" : ".*", STR_ARG(one), !end ? is_open(one) ? "" : ".*" : full || is_open(one) ? "" : "$");
}

static str whole(struct arena *arena, str regex, bool full)
{
	struct buf b;
	bool several = next_bar(regex) < regex.n, first = true;
	buf_init(&b, arena, 0);
	if (several)
		buf_add_char(&b, '(');
	for (bool more = true; more; first = false) {
		size_t bar = next_bar(regex);
		str one = str_slice(regex, 0, bar);
		more = bar < regex.n;
		regex = str_from(regex, bar + 1);
		bool anchored = first || str_starts(one, STR("^"));
		if (str_starts(one, STR("^")))
			one = str_from(one, 1);
		add_alternative(&b, one, anchored, full);
		if (more)
			buf_add_char(&b, '|');
	}
	if (several)
		buf_add_char(&b, ')');
	return buf_str(&b);
}

/*
 * What holds an expression to the beginning of the path. Some implementations search, and need "^"; one refuses everything that does not
 * begin with a slash. "/?^" is for both: a slash that is not there, and the beginning.
 */
static str start(const struct expression_wish *wish, str body)
{
	static const str BOTH = STR_INIT("/?^");
	bool slash = str_starts(body, STR("/"));
	switch (wish->dialect->anchor) {
	case REGEX_FULL:
	case REGEX_START:
		return wish->dialect->must_start_slash && !slash ? BOTH : (str){ "", 0 };
	case REGEX_SEARCH:
		return wish->dialect->must_start_slash ? BOTH : STR("^");
	case REGEX_ANCHOR_UNKNOWN:
		return wish->anchored ? BOTH : (str){ "", 0 };
	}
	return (str){ "", 0 };
}

bool expression_write(struct arena *arena, str regex, const struct expression_wish *wish, str *out)
{
	bool flag = wish->folds && wish->flag && wish->dialect->icase && !wish->dialect->must_start_slash;
	str body = whole(arena, wish->folds && !flag ? path_fold_case(arena, regex) : regex, wish->dialect->anchor == REGEX_FULL);
	str head = start(wish, body);
	*out = arena_printf(arena, "%s%.*s%.*s", flag ? "(?i)" : "", STR_ARG(head), STR_ARG(body));
	return out->n <= PATH_VALUE_MOST;
}

str expression_literal(struct arena *arena, str path)
{
	struct buf b;
	buf_init(&b, arena, 0);
	for (size_t i = 0; i < path.n; i++) {
		if (path_char_is_plain(path.p[i]))
			buf_add_char(&b, path.p[i]);
		else
			buf_printf(&b, "%%%02X", (unsigned)(unsigned char)path.p[i]);
	}
	return buf_str(&b);
}

str expression_quoted(struct arena *arena, str path)
{
	struct buf b;
	buf_init(&b, arena, 0);
	for (size_t i = 0; i < path.n; i++) {
		bool sign = str_has_char(STR("\\.^$|?*+()[]{}"), path.p[i]);
		if (sign && path_char_is_plain(path.p[i]))
			buf_printf(&b, "\\%c", path.p[i]);
		else if (path_char_is_plain(path.p[i]))
			buf_add_char(&b, path.p[i]);
		else
			buf_printf(&b, "%%%02X", (unsigned)(unsigned char)path.p[i]);
	}
	return buf_str(&b);
}

str expression_head(struct arena *arena, str regex)
{
	size_t n = 0;
	if (next_bar(regex) < regex.n)
		return (str){ "", 0 };
	if (str_starts(regex, STR("^")))
		regex = str_from(regex, 1);
	while (n < regex.n && path_is_literal(str_slice(regex, n, n + 1), true))
		n++;
	/* a quantifier may take the last one away */
	if (n && n < regex.n && str_has_char(STR("*?{"), regex.p[n]))
		n--;
	return arena_lower(arena, str_slice(regex, 0, n));
}

size_t expression_groups(str regex)
{
	size_t n = 0;
	for (size_t i = 0; i < regex.n; i++) {
		if (regex.p[i] == '\\')
			i++;
		else if (regex.p[i] == '(' && (i + 1 == regex.n || regex.p[i + 1] != '?'))
			n++;
	}
	return n;
}
