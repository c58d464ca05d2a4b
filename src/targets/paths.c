/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths: see paths.h. What Exact and PathPrefix may hold is in the Gateway API specification, HTTPPathMatch. nginx compares
 * with the decoded path, so a percent sign of an Ingress path is an ordinary character (reference: ingress-nginx A.9).
 */
#include "targets/paths.h"

#include "base/buf.h"
#include "targets/expressions.h"

bool path_char_is_plain(char c)
{
	return char_is_alnum(c) || str_has_char(STR("-/._~!$&'()*+,;=:@"), c);
}

bool path_encode(struct arena *arena, str path, str *out, str *why)
{
	struct buf b;
	buf_init(&b, arena, 0);
	for (size_t i = 0; i < path.n; i++) {
		if (path_char_is_plain(path.p[i]))
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
	else if (out->n > PATH_VALUE_MOST)
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

static bool add_regex(struct arena *arena, struct path_list *out, str regex, const struct expression_wish *wish, str *why)
{
	str value;
	if (!expression_write(arena, regex, wish, &value)) {
		*why = STR("it is longer than 1024 characters");
		return false;
	}
	add(arena, out, STR("RegularExpression"), value);
	return true;
}

/* As many of the first characters as there is room for, in every letter case, and whatever follows: more than the source takes. */
static bool add_beginning(struct arena *arena, struct path_list *out, str regex, const struct expression_wish *wish, str *why)
{
	enum { LETTER = 4 };     /* "[aA]" */
	str head = expression_head(arena, regex), more;
	for (size_t n = head.n; n > 1; n -= n > 16 * LETTER ? 16 : 1) {
		more = arena_join(arena, expression_quoted(arena, str_slice(head, 0, n)), STR(".*"));
		if (more.n < PATH_VALUE_MOST && add_regex(arena, out, more, wish, why))
			return true;
	}
	return false;
}

/* An expression that refuses every letter case, as the source did, or as much of that as the API has room for. */
static bool add_folded(struct arena *arena, struct path_list *out, str regex, const struct path_wish *wish, enum path_said fits, enum path_said *said,
	str *why)
{
	struct expression_wish as = { .dialect = wish->dialect, .folds = true, .anchored = wish->anchored };
	*said = fits;
	if (add_regex(arena, out, regex, &as, why))
		return true;
	*said = SAID_BEGINNING;
	if (add_beginning(arena, out, regex, &as, why))
		return true;
	as.folds = false;
	*said = SAID_IN_CASE;
	return add_regex(arena, out, regex, &as, why);
}

/* A closed route of a host in regex mode refuses, besides the plain prefix, what its expression takes, in every letter case. */
static bool add_refused(struct arena *arena, struct path_list *out, str literal, str regex, const struct path_wish *wish, enum path_said *said,
	str *why)
{
	if (!add_literal(arena, out, STR("PathPrefix"), literal, why))
		return false;
	if (literal.n > 1)
		(void)add_folded(arena, out, regex, wish, SAID_SAME, said, why);
	return true;
}

/* As the source has it: in every letter case, from the beginning, with an open end. */
static bool source_paths(struct arena *arena, const struct route *route, const struct path_wish *wish, struct path_list *out, enum path_said *said,
	str *why)
{
	str regex = route->literal ? expression_literal(arena, route->match.path) : route->match.path;
	struct expression_wish as = { .dialect = wish->dialect, .folds = true, .anchored = wish->anchored, .flag = !path_is_pcre_only(regex) };
	bool known = wish->dialect->engine.n && !path_is_pcre_only(regex);
	*said = path_is_pcre_only(regex) && !str_eq(wish->dialect->engine, STR("pcre")) ? SAID_AS_REGEX
		: known || route->literal || expression_is_portable(regex) ? SAID_FOLDED : SAID_IN_DIALECT;
	if (add_regex(arena, out, regex, &as, why))
		return true;
	*said = SAID_BEGINNING;
	if ((wish->closed || wish->guarded) && add_beginning(arena, out, regex, &as, why))
		return true;
	as.folds = false;
	*said = SAID_TOO_LONG;
	return add_regex(arena, out, regex, &as, why);
}

static bool regex_paths(struct arena *arena, const struct route *route, const struct path_wish *wish, struct path_list *out, enum path_said *said,
	str *why)
{
	str path = route->match.path, prefix = { "", 0 };
	bool is_prefix = wish->cut.n > 0 || route->literal || path_prefix_form(path, &prefix);
	struct expression_wish as = { .dialect = wish->dialect, .folds = wish->dialect->icase && !path_is_pcre_only(path),
		.anchored = wish->anchored, .flag = true };
	if (wish->as_source)
		return source_paths(arena, route, wish, out, said, why);
	if (wish->cut.n)
		prefix = wish->cut;
	else if (route->literal)
		prefix = str_starts(path, STR("^")) ? str_from(path, 1) : path;
	if (wish->closed && is_prefix)
		return add_refused(arena, out, prefix, !route->literal && expression_is_portable(path) ? path : prefix, wish, said, why);
	if (is_prefix) {
		*said = prefix.n < 2 ? SAID_SAME : route->literal ? SAID_BY_ELEMENT : SAID_IN_CASE;
		return add_literal(arena, out, STR("PathPrefix"), prefix, why);
	}
	if (wish->closed)
		return add_folded(arena, out, path, wish, SAID_AS_REGEX, said, why);
	*said = as.folds ? SAID_FOLDED : SAID_AS_REGEX;
	return add_regex(arena, out, path, &as, why);
}

/* A text that paths begin with, or an expression with its letter case. */
static bool written_paths(struct arena *arena, const struct route *route, const struct path_wish *wish, struct path_list *out, enum path_said *said,
	str *why)
{
	const struct match *m = &route->match;
	struct expression_wish as = { .dialect = wish->dialect, .anchored = wish->anchored };
	bool text = m->kind == MATCH_TEXT, near = text || m->near.n > 0;
	str type = text || m->near_kind == MATCH_PREFIX ? STR("PathPrefix") : STR("Exact");
	str regex = text ? expression_quoted(arena, m->path) : m->expression;
	/* the text between these marks is none of an expression that a Gateway takes */
	bool sayable = text || !str_has(regex, STR("\\Q"));
	if (near && (!wish->as_source || !sayable)) {
		*said = SAID_NEAR;
		if (!add_literal(arena, out, type, text ? m->path : m->near, why))
			return false;
		/* among prefixes, so that it is tried before them; a prefix that is to be exchanged stands alone */
		bool guarded = wish->guarded && sayable && wish->cut.n == 0;
		if (guarded && !wish->closed)
			*said = SAID_SEARCHED;
		return (!guarded && !wish->closed) || !sayable || add_regex(arena, out, regex, &as, why);
	}
	*said = SAID_SEARCHED;
	return add_regex(arena, out, regex, &as, why);
}

void paths_around(struct arena *arena, const struct route *route, const struct path_wish *wish, struct path_list *out)
{
	str path = route->match.path, value, why;
	enum path_said said;
	if (route->match.kind == MATCH_REGEX)
		path = str_slice(path, 0, (str_starts(path, STR("^")) ? 1 : 0) + expression_head(arena, path).n);
	if (str_starts(path, STR("^")))
		path = str_from(path, 1);
	/* the last element may be cut, or run on */
	do {
		size_t slash = str_find_last_char(path, '/');
		path = slash > 0 && slash < path.n ? str_slice(path, 0, slash) : STR("/");
	} while (!path_encode(arena, path, &value, &why));
	if (route->match.kind == MATCH_REGEX)
		(void)add_refused(arena, out, path, path, wish, &said, &why);
	else
		add(arena, out, STR("PathPrefix"), value);
}

bool paths_of(struct arena *arena, const struct route *route, const struct path_wish *wish, struct path_list *out, enum path_said *said, str *why)
{
	*said = SAID_SAME;
	switch (route->match.kind) {
	case MATCH_EXACT:
		return add_literal(arena, out, STR("Exact"), route->match.path, why);
	case MATCH_TEXT:
		return written_paths(arena, route, wish, out, said, why);
	case MATCH_PREFIX:
		return add_literal(arena, out, STR("PathPrefix"), route->match.path, why);
	case MATCH_REGEX:
		if (route->match.expression.n)
			return written_paths(arena, route, wish, out, said, why);
		return regex_paths(arena, route, wish, out, said, why);
	}
	return false;
}
