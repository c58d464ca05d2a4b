/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths: see paths.h. What Exact and PathPrefix may hold is in the Gateway API specification, HTTPPathMatch. nginx compares
 * with the decoded path, so a percent sign of an Ingress path is an ordinary character (reference: ingress-nginx A.9).
 */
#include "targets/paths.h"

#include "base/buf.h"

static bool is_plain(char c)
{
	return char_is_alnum(c) || str_has_char(STR("-/._~!$&'()*+,;=:@"), c);
}

bool path_encode(struct arena *arena, str path, str *out, str *why)
{
	struct buf b;
	buf_init(&b, arena, 0);
	for (size_t i = 0; i < path.n; i++) {
		if (is_plain(path.p[i]))
			buf_add_char(&b, path.p[i]);
		else
			buf_printf(&b, "%%%02X", (unsigned)(unsigned char)path.p[i]);
	}
	*out = buf_str(&b);
	if (!str_starts(*out, STR("/")))
		*why = STR("it does not begin with a slash");
	else if (str_has(*out, STR("//")))
		*why = STR("it has two slashes in a row, which no request path has after normalisation");
	else if (str_has(*out, STR("/./")) || str_has(*out, STR("/../")) || str_ends(*out, STR("/..")) || str_ends(*out, STR("/.")))
		*why = STR("it has dot segments, which no request path has after normalisation");
	else if (out->n > 1024)
		*why = STR("it is longer than 1024 characters");
	else
		return true;
	return false;
}

static int digit(char c)
{
	return (int)str_find_char(STR("0123456789ABCDEF"), c);
}

str path_decode(struct arena *arena, str value)
{
	struct buf b;
	buf_init(&b, arena, 0);
	for (size_t i = 0; i < value.n; i++) {
		bool escape = value.p[i] == '%' && i + 2 < value.n;
		buf_add_char(&b, escape ? (char)(digit(value.p[i + 1]) * 16 + digit(value.p[i + 2])) : value.p[i]);
		i += escape ? 2 : 0;
	}
	return buf_str(&b);
}

bool path_is_pcre_only(str regex)
{
	static const str ONLY[] = { STR_INIT("(?=") , STR_INIT("(?!"), STR_INIT("(?<"), STR_INIT("(?>"), STR_INIT("*+"), STR_INIT("++"),
		STR_INIT("?+"), STR_INIT("\\1"), STR_INIT("\\2"), STR_INIT("\\Z"), STR_INIT("\\G"), STR_INIT("\\K") };
	for (size_t i = 0; i < sizeof ONLY / sizeof *ONLY; i++)
		if (str_has(regex, ONLY[i]))
			return true;
	return false;
}

static void add(struct arena *arena, struct path_list *out, str type, str value)
{
	struct path_match match = { type, value };
	LIST_PUSH(arena, out, match);
}

static bool add_literal(struct arena *arena, struct path_list *out, str type, str path, str *why)
{
	str value;
	if (!path_encode(arena, path, &value, why))
		return false;
	add(arena, out, type, value);
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

/*
 * A Gateway compares the whole path; the source searched for an expression behind "^", which binds to its first alternative only
 * (reference: ingress-nginx A.8).
 */
static str whole(struct arena *arena, str regex)
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
		bool end = has_end(one);
		if (end)
			one.n--;
		buf_printf(&b, "%s%.*s%s%s", anchored ? "" : ".*", STR_ARG(one), end || is_open(one) ? "" : ".*", more ? "|" : "");
	}
	if (several)
		buf_add_char(&b, ')');
	return buf_str(&b);
}

static bool add_regex(struct arena *arena, struct path_list *out, str regex, str *why)
{
	str value = whole(arena, regex);
	if (value.n > 1024) {
		*why = STR("it is longer than 1024 characters");
		return false;
	}
	add(arena, out, STR("RegularExpression"), value);
	return true;
}

static bool add_insensitive(struct arena *arena, struct path_list *out, str regex, str *why)
{
	size_t before = out->n;
	if (!add_regex(arena, out, regex, why))
		return false;
	out->item[before].value = arena_join(arena, STR("(?i)"), out->item[before].value);
	return out->item[before].value.n <= 1024;
}

/* An expression that refuses every letter case, as the source did, or as much of that as the API has room for. */
static bool add_folded(struct arena *arena, struct path_list *out, str regex, enum path_said fits, enum path_said *said, str *why)
{
	*said = fits;
	if (add_regex(arena, out, path_fold_case(arena, regex), why))
		return true;
	*said = SAID_IN_CASE;
	return add_regex(arena, out, regex, why);
}

/* A closed route of a host in regex mode refuses every letter case and every longer text besides the plain prefix. */
static bool add_refused(struct arena *arena, struct path_list *out, str literal, enum path_said *said, str *why)
{
	if (!add_literal(arena, out, STR("PathPrefix"), literal, why))
		return false;
	if (literal.n > 1)
		(void)add_folded(arena, out, literal, SAID_SAME, said, why);
	return true;
}

static bool regex_paths(struct arena *arena, const struct route *route, bool closed, bool folds, str cut, struct path_list *out,
	enum path_said *said, str *why)
{
	str path = route->match.path, prefix = { "", 0 };
	bool is_prefix = cut.n > 0 || route->literal || path_prefix_form(path, &prefix);
	if (cut.n)
		prefix = cut;
	else if (route->literal)
		prefix = str_starts(path, STR("^")) ? str_from(path, 1) : path;
	if (closed && is_prefix)
		return add_refused(arena, out, prefix, said, why);
	if (is_prefix) {
		*said = prefix.n < 2 ? SAID_SAME : route->literal ? SAID_BY_ELEMENT : SAID_IN_CASE;
		return add_literal(arena, out, STR("PathPrefix"), prefix, why);
	}
	if (closed)
		return add_folded(arena, out, path, SAID_AS_REGEX, said, why);
	*said = SAID_AS_REGEX;
	if (!folds || path_is_pcre_only(path))
		return add_regex(arena, out, path, why);
	*said = SAID_FOLDED;
	return add_insensitive(arena, out, path, why);
}

/* Text that an expression begins with in any case: nothing where it has alternatives, and nothing that a quantifier may take away. */
static str fixed_head(str regex)
{
	size_t n = 0;
	if (next_bar(regex) < regex.n)
		return (str){ "", 0 };
	while (n < regex.n && path_is_literal(str_slice(regex, n, n + 1), true))
		n++;
	return str_slice(regex, 0, n);
}

void paths_around(struct arena *arena, const struct route *route, struct path_list *out)
{
	str path = route->match.path, value, why;
	enum path_said said;
	if (route->match.kind == MATCH_REGEX)
		path = fixed_head(str_starts(path, STR("^")) ? str_from(path, 1) : path);
	/* the last element may be cut, or run on */
	do {
		size_t slash = str_find_last_char(path, '/');
		path = slash > 0 && slash < path.n ? str_slice(path, 0, slash) : STR("/");
	} while (!path_encode(arena, path, &value, &why));
	if (route->match.kind == MATCH_REGEX)
		(void)add_refused(arena, out, path, &said, &why);
	else
		add(arena, out, STR("PathPrefix"), value);
}

bool paths_of(struct arena *arena, const struct route *route, bool closed, bool folds, str cut, struct path_list *out, enum path_said *said,
	str *why)
{
	*said = SAID_SAME;
	switch (route->match.kind) {
	case MATCH_EXACT:
		return add_literal(arena, out, STR("Exact"), route->match.path, why);
	case MATCH_PREFIX:
	case MATCH_TEXT:
		return add_literal(arena, out, STR("PathPrefix"), route->match.path, why);
	case MATCH_REGEX:
		return regex_paths(arena, route, closed, folds, cut, out, said, why);
	}
	return false;
}
