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

/* A Gateway compares the whole path; the source searched from its start. */
static str whole(struct arena *arena, str regex)
{
	if (str_starts(regex, STR("^")))
		regex = str_from(regex, 1);
	bool closed_end = str_ends(regex, STR("$")) && !str_ends(regex, STR("\\$"));
	if (closed_end || str_ends(regex, STR("(.*)")) || (str_ends(regex, STR(".*")) && !str_ends(regex, STR("\\.*"))))
		return regex;
	return arena_join(arena, regex, STR(".*"));
}

static bool add_regex(struct arena *arena, struct path_list *out, str regex, str *why)
{
	str value = whole(arena, regex);
	if (!str_starts(value, STR("/")) && !str_starts(value, STR("(")) && !str_starts(value, STR("[")) && !str_starts(value, STR(".")))
		value = arena_join(arena, STR("/?"), value);
	if (value.n > 1024) {
		*why = STR("it is longer than 1024 characters");
		return false;
	}
	add(arena, out, STR("RegularExpression"), value);
	return true;
}

/* A closed route of a host in regex mode refuses every letter case and every longer text, as the source did. */
static bool add_refused(struct arena *arena, struct path_list *out, str literal, str *why)
{
	if (!add_literal(arena, out, STR("PathPrefix"), literal, why))
		return false;
	return literal.n < 2 || add_regex(arena, out, path_fold_case(arena, literal), why);
}

static bool regex_paths(struct arena *arena, const struct route *route, bool closed, str cut, struct path_list *out,
	enum path_said *said, str *why)
{
	str path = route->match.path, prefix = { "", 0 };
	bool is_prefix = cut.n > 0 || route->literal || path_prefix_form(path, &prefix);
	if (cut.n)
		prefix = cut;
	else if (route->literal)
		prefix = str_starts(path, STR("^")) ? str_from(path, 1) : path;
	if (closed && is_prefix)
		return add_refused(arena, out, prefix, why);
	if (is_prefix) {
		*said = prefix.n > 1 ? SAID_BY_ELEMENT : SAID_SAME;
		return add_literal(arena, out, STR("PathPrefix"), prefix, why);
	}
	*said = SAID_AS_REGEX;
	return add_regex(arena, out, closed ? path_fold_case(arena, path) : path, why);
}

bool paths_of(struct arena *arena, const struct route *route, bool closed, str cut, struct path_list *out, enum path_said *said, str *why)
{
	*said = SAID_SAME;
	switch (route->match.kind) {
	case MATCH_EXACT:
		return add_literal(arena, out, STR("Exact"), route->match.path, why);
	case MATCH_PREFIX:
		return add_literal(arena, out, STR("PathPrefix"), route->match.path, why);
	case MATCH_REGEX:
		return regex_paths(arena, route, closed, cut, out, said, why);
	}
	return false;
}
