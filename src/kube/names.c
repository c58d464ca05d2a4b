/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the Kubernetes API: see names.h. */
#include "kube/names.h"

static bool is_lower_or_digit(char c)
{
	return char_is_digit(c) || (c >= 'a' && c <= 'z');
}

bool name_is_label(str s)
{
	if (s.n == 0 || s.n > 63 || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_lower_or_digit(s.p[i]) && s.p[i] != '-')
			return false;
	return true;
}

/* Unlike a label that stands alone, one inside a subdomain has no length of its own. */
bool name_is_subdomain(str s)
{
	if (s.n == 0 || s.n > 253)
		return false;
	char before = '.';
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool edge = before == '.' || i + 1 == s.n || s.p[i + 1] == '.';
		if (c == '.' ? before == '.' || i + 1 == s.n : c == '-' ? edge : !is_lower_or_digit(c))
			return false;
		before = c;
	}
	return true;
}

/* s in small letters and digits, runs of anything else as one dash, or as one dot where a dot stands and `dots` are taken. */
static str make_name(struct arena *arena, str s, bool dots, size_t most)
{
	char *p = arena_alloc(arena, 1, 1, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n && n < most; i++) {
		char c = char_lower(s.p[i]);
		bool edge = n == 0 || p[n - 1] == '-' || p[n - 1] == '.';
		if (is_lower_or_digit(c))
			p[n++] = c;
		else if (!edge)
			p[n++] = dots && c == '.' ? '.' : '-';
	}
	while (n && !is_lower_or_digit(p[n - 1]))
		n--;
	return (str){ p, n };
}

str name_make_label(struct arena *arena, str s)
{
	return name_is_label(s) ? s : make_name(arena, s, false, 63);
}

str name_make_subdomain(struct arena *arena, str s)
{
	str made = name_is_subdomain(s) ? s : make_name(arena, s, true, 253);
	return name_is_subdomain(made) ? made : make_name(arena, s, false, 63);
}

static bool is_name_part(str s)
{
	if (s.n == 0 || s.n > 63 || !char_is_alnum(s.p[0]) || !char_is_alnum(s.p[s.n - 1]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alnum(s.p[i]) && s.p[i] != '-' && s.p[i] != '_' && s.p[i] != '.')
			return false;
	return true;
}

bool name_is_qualified(str s)
{
	str prefix, name;
	if (!str_cut(s, '/', &prefix, &name))
		return is_name_part(s);
	char lower[253];
	if (prefix.n > sizeof lower)
		return false;
	for (size_t i = 0; i < prefix.n; i++)
		lower[i] = char_lower(prefix.p[i]);
	return name_is_subdomain((str){ lower, prefix.n }) && is_name_part(name);
}

bool name_is_label_value(str s)
{
	return s.n == 0 || is_name_part(s);
}

static bool is_word_char(char c)
{
	return char_is_alnum(c) || c == '_';
}

/* "open WORD... close" at the start of s, where WORD starts with a letter or an underscore and nobody waits for its end. */
static bool is_wrapped(str s, str open, str close)
{
	enum { LONGEST = 100 };
	if (!str_starts(s, open))
		return false;
	str rest = str_slice(s, open.n, open.n + LONGEST);
	size_t end = str_find(rest, close);
	return end > 0 && end < rest.n && (char_is_alpha(rest.p[0]) || rest.p[0] == '_');
}

/* <host>, <your-domain name>: words only, so that neither a comparison nor markup of a regular expression counts. */
static bool is_angle(str s)
{
	size_t i = 1;
	if (s.p[0] != '<')
		return false;
	while (i < s.n && (is_word_char(s.p[i]) || s.p[i] == '-' || s.p[i] == ' ' || s.p[i] == '.'))
		i++;
	return i > 1 && i < s.n && s.p[i] == '>' && char_is_alpha(s.p[1]);
}

/* %HOST%: at least three capitals, digits or underscores, so that %C3%A9 of an escaped path is none. */
static bool is_percent(str s)
{
	size_t i = 1;
	if (s.p[0] != '%')
		return false;
	while (i < s.n && ((s.p[i] >= 'A' && s.p[i] <= 'Z') || char_is_digit(s.p[i]) || s.p[i] == '_'))
		i++;
	return i > 3 && i < s.n && s.p[i] == '%' && char_is_alpha(s.p[1]);
}

/* __HOST__ */
static bool is_underscored(str s)
{
	size_t i = 2;
	if (!str_starts(s, STR("__")))
		return false;
	while (i < s.n && (char_is_alnum(s.p[i]) || (s.p[i] == '_' && !str_starts(str_from(s, i), STR("__")))))
		i++;
	return i > 2 && str_starts(str_from(s, i), STR("__"));
}

bool name_has_placeholder(str s)
{
	size_t open = str_find(s, STR("{{"));
	if (str_has(str_from(s, open), STR("}}")))
		return true;
	for (size_t i = 0; i < s.n; i++) {
		str rest = str_from(s, i);
		bool group = i > 0 && (s.p[i - 1] == '?' || (i > 1 && s.p[i - 1] == 'P' && s.p[i - 2] == '?'));
		if (is_wrapped(rest, STR("${"), STR("}")) || is_wrapped(rest, STR("$("), STR(")")) || (!group && is_angle(rest))
		    || is_percent(rest) || is_underscored(rest))
			return true;
	}
	return false;
}

static bool is_ipv4(str s)
{
	size_t parts = 0;
	for (bool more = true; more; parts++) {
		str part;
		uint64_t number;
		more = str_cut(s, '.', &part, &s);
		if (part.n > 3 || !str_to_u64(part, 255, &number))
			return false;
	}
	return parts == 4;
}

/* Good enough to tell an address from a host with a port: hexadecimal digits and at least two colons. */
static bool is_ipv6(str s)
{
	size_t colons = 0;
	if (str_starts(s, STR("[")))
		return true;
	for (size_t i = 0; i < s.n; i++) {
		char c = char_lower(s.p[i]);
		if (c == ':')
			colons++;
		else if (!char_is_digit(c) && !(c >= 'a' && c <= 'f') && c != '.')
			return false;
	}
	return colons > 1;
}

static bool has_port(str s)
{
	size_t colon = str_find_last_char(s, ':');
	uint64_t port;
	return colon < s.n && str_to_u64(str_from(s, colon + 1), UINT32_MAX, &port);
}

/* Would it be good in lower case? */
static bool is_only_uppercase(str s)
{
	char lower[253];
	if (s.n > sizeof lower)
		return false;
	for (size_t i = 0; i < s.n; i++)
		lower[i] = char_lower(s.p[i]);
	return name_is_subdomain((str){ lower, s.n });
}

enum host_fault name_host_fault(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return HOST_NOT_ASCII;
	if (is_ipv4(s) || is_ipv6(s))
		return HOST_ADDRESS;
	bool wild = str_starts(s, STR("*."));
	if (name_is_subdomain(wild ? str_from(s, 2) : s) && s.n <= 253)
		return HOST_GOOD;
	if (str_has(s, STR("://")))
		return HOST_SCHEME;
	if (str_find_char(s, '/') < s.n)
		return HOST_PATH;
	if (has_port(s))
		return HOST_PORT;
	if (str_find_char(str_from(s, wild ? 1 : 0), '*') < s.n - (wild ? 1 : 0))
		return HOST_WILDCARD;
	return is_only_uppercase(wild ? str_from(s, 2) : s) ? HOST_UPPERCASE : HOST_OTHER;
}
