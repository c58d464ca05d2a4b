/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Value types of annotations. Blanks matter: the controller asks its number and truth types and most patterns about the
 * value as it stands, and trims afterwards. So a type sees the value as written and the trimmed one.
 */
#include "mapping/values.h"

#include "mapping/load.h"
#include "mapping/pattern.h"

#include <arpa/inet.h>
#include <string.h>

struct reading {
	struct arena *arena;
	const struct annotation_row *row;
	str raw;                 /* as written */
	struct value *out;       /* text is set: the trimmed value, without blanks where the row says strip */
	str why;
};

struct value_type {
	str name;
	bool (*parse)(struct reading *r);
	str grammar;
	bool words, pattern;     /* the row must have them */
};

/* ---- messages ---- */

enum { QUOTED = 60 };

str value_quote(struct arena *arena, str text)
{
	char *line = NEWS(arena, char, text.n < 4 * QUOTED ? text.n + 5 : 4 * QUOTED + 5);
	size_t n = 0, i = 0, characters = 0;
	line[n++] = '`';
	for (; i < text.n && n < 4 * QUOTED; i++) {
		/* Bytes 10xxxxxx go on with a character. */
		if (((unsigned char)text.p[i] & 0xC0u) != 0x80u && ++characters > QUOTED)
			break;
		line[n++] = (unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7F ? ' ' : text.p[i];
	}
	if (i < text.n)
		for (size_t k = 0; k < 3; k++)
			line[n++] = '.';
	line[n++] = '`';
	return (str){ line, n };
}

static bool refuse(struct reading *r, str part, const char *what)
{
	str quoted = value_quote(r->arena, part);
	r->why = arena_printf(r->arena, "%.*s %s", STR_ARG(quoted), what);
	return false;
}

/* Refuses a value that would be good without the blanks around it. */
static bool refuse_blanks(struct reading *r)
{
	return refuse(r, r->raw, "has a blank or line end around it, which the controller does not take");
}

/* ---- patterns ---- */

static str without_blanks(struct arena *arena, str text)
{
	char *p = NEWS(arena, char, text.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != ' ')
			p[n++] = text.p[i];
	return (str){ p, n };
}

/* Line ends fail whatever the pattern says (reference of the value classes). */
static bool fits_pattern(struct arena *arena, const struct annotation_row *row, str text)
{
	if (str_find_char(text, '\n') < text.n || str_find_char(text, '\r') < text.n)
		return false;
	return pattern_matches(arena, row->pattern, row->strip ? without_blanks(arena, text) : text);
}

static bool check_pattern(struct reading *r)
{
	if (fits_pattern(r->arena, r->row, r->raw))
		return true;
	if (fits_pattern(r->arena, r->row, str_trim(r->raw)))
		return refuse_blanks(r);
	str quoted = value_quote(r->arena, r->raw), pattern = value_quote(r->arena, r->row->pattern);
	r->why = arena_printf(r->arena, "%.*s does not match %.*s", STR_ARG(quoted), STR_ARG(pattern));
	return false;
}

/* ---- elements ---- */

static void split_commas(struct arena *arena, str text, struct str_list *out, bool keep_empty)
{
	bool more = true;
	while (more) {
		str item, rest;
		more = str_cut(text, ',', &item, &rest);
		item = str_trim(item);
		if (item.n > 0 || keep_empty)
			LIST_PUSH(arena, out, item);
		text = rest;
	}
}

static void split_blanks(struct arena *arena, str text, struct str_list *out)
{
	size_t i = 0;
	while (i < text.n) {
		size_t start = i;
		while (i < text.n && !char_is_space(text.p[i]))
			i++;
		if (i > start)
			LIST_PUSH(arena, out, str_slice(text, start, i));
		else
			i++;
	}
}

/* Whether all characters are letters, digits or among more. */
static bool is_made_of(str s, const char *more)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alnum(s.p[i]) && (s.p[i] == '\0' || !strchr(more, s.p[i])))
			return false;
	return true;
}

/* ---- types ---- */

static bool word_of_truth(str text, bool *truth)
{
	static const str yes[] = {
		STR_INIT("1"), STR_INIT("t"), STR_INIT("T"), STR_INIT("TRUE"), STR_INIT("true"), STR_INIT("True"),
	};
	static const str no[] = {
		STR_INIT("0"), STR_INIT("f"), STR_INIT("F"), STR_INIT("FALSE"), STR_INIT("false"), STR_INIT("False"),
	};
	for (size_t i = 0; i < COUNT_OF(yes); i++)
		if (str_eq(text, yes[i]) || str_eq(text, no[i])) {
			*truth = str_eq(text, yes[i]);
			return true;
		}
	return false;
}

static bool parse_bool(struct reading *r)
{
	bool truth;
	if (word_of_truth(r->raw, &r->out->truth))
		return true;
	return word_of_truth(str_trim(r->raw), &truth) ? refuse_blanks(r) : refuse(r, r->raw, "is neither true nor false");
}

static bool parse_number(struct reading *r, const char *what)
{
	int64_t number;
	if (str_to_i64(r->raw, &r->out->number))
		return true;
	return str_to_i64(str_trim(r->raw), &number) ? refuse_blanks(r) : refuse(r, r->raw, what);
}

static bool parse_int(struct reading *r)
{
	return parse_number(r, "is no whole number");
}

static bool parse_seconds(struct reading *r)
{
	return parse_number(r, "is no whole number of seconds");
}

/* Bytes, or -1 where nginx does not understand what the controller lets through: inner blanks, suffix b, too large. */
static int64_t nginx_bytes(str text)
{
	int64_t unit = 1, number;
	switch (text.n ? char_lower(text.p[text.n - 1]) : '\0') {
	case 'k':
		unit = 1 << 10;
		break;
	case 'm':
		unit = 1 << 20;
		break;
	case 'g':
		unit = 1 << 30;
		break;
	}
	if (unit > 1)
		text.n--;
	if (!text.n || !char_is_digit(text.p[0]) || !str_to_i64(text, &number) || number > INT64_MAX / unit)
		return -1;
	return number * unit;
}

static bool parse_size(struct reading *r)
{
	str dense = without_blanks(r->arena, r->raw);
	size_t digits = 0;
	while (digits < dense.n && char_is_digit(dense.p[digits]))
		digits++;
	str unit = str_from(dense, digits);
	if (digits == 0 || unit.n > 1 || (unit.n == 1 && !strchr("bkmg", char_lower(unit.p[0]))) || (unit.n == 1 && !unit.p[0]))
		return refuse(r, r->raw, "is no size, which is digits and one of b, k, m, g or nothing");
	r->out->number = nginx_bytes(str_trim(r->raw));
	return true;
}

static bool parse_switch(struct reading *r)
{
	str text = str_trim(r->raw);
	r->out->truth = str_eq(text, STR("on"));
	return r->out->truth || str_eq(text, STR("off")) || refuse(r, text, "is neither on nor off");
}

static bool refuse_word(struct reading *r, str word)
{
	str quoted = value_quote(r->arena, word), words = str_list_join(r->arena, &r->row->words, STR(", "));
	r->why = arena_printf(r->arena, "%.*s is none of %.*s", STR_ARG(quoted), STR_ARG(words));
	return false;
}

static bool parse_enum(struct reading *r)
{
	str text = str_trim(r->raw);
	return str_list_has(&r->row->words, text) || refuse_word(r, text);
}

static bool parse_enum_nocase(struct reading *r)
{
	str text = str_trim(r->raw);
	for (size_t i = 0; i < r->row->words.n; i++)
		if (str_eq_nocase(r->row->words.item[i], text))
			return true;
	return refuse_word(r, text);
}

static bool parse_words(struct reading *r)
{
	struct str_list *items = &r->out->items;
	split_blanks(r->arena, r->raw, items);
	for (size_t i = 0; i < items->n; i++)
		if (!str_list_has(&r->row->words, items->item[i]))
			return refuse_word(r, items->item[i]);
	return items->n > 0 || refuse(r, r->raw, "has no word");
}

static bool parse_list(struct reading *r)
{
	split_commas(r->arena, r->out->text, &r->out->items, false);
	return true;
}

/* An address alone is one with the longest mask. No zone, no leading zeros in IPv4 (Go's net.ParseCIDR and ParseIP). */
static bool is_range(str s)
{
	str address, mask;
	bool masked = str_cut(s, '/', &address, &mask);
	char text[64];
	unsigned char bytes[16];
	uint64_t bits = 0;
	if (address.n == 0 || address.n >= sizeof text || !is_made_of(address, ".:"))
		return false;
	memcpy(text, address.p, address.n);
	text[address.n] = '\0';
	bool six = str_find_char(address, ':') < address.n;
	if (inet_pton(six ? AF_INET6 : AF_INET, text, bytes) != 1)
		return false;
	return !masked || str_to_u64(mask, six ? 128 : 32, &bits);
}

static bool parse_cidrs(struct reading *r)
{
	struct str_list *items = &r->out->items, bad = { 0 };
	split_commas(r->arena, r->raw, items, true);
	for (size_t i = 0; i < items->n; i++)
		if (!is_range(items->item[i]))
			str_list_add_new(r->arena, &bad, value_quote(r->arena, items->item[i]));
	if (bad.n == 0)
		return true;
	str all = str_list_join(r->arena, &bad, STR(", "));
	/* An empty element is named by what is seen of it: two backquotes side by side would say nothing. */
	if (bad.n == 1 && str_eq(all, STR("``")))
		return refuse(r, r->raw, "has an empty element between its commas");
	r->why = arena_printf(r->arena, "%.*s %s", STR_ARG(all), bad.n == 1 ? "is no IP address or CIDR range" : "are no IP addresses or CIDR ranges");
	return false;
}

static bool parse_url(struct reading *r)
{
	str text = str_trim(r->raw), scheme, rest;
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] <= ' ' || text.p[i] == 0x7F)
			return refuse(r, text, "has a blank in it, which no URL has");
	size_t colon = str_find(text, STR("://"));
	scheme = str_slice(text, 0, colon);
	rest = str_from(text, colon + 3);
	if (colon == text.n || scheme.n == 0 || !char_is_alpha(scheme.p[0]) || !is_made_of(scheme, "+-."))
		return refuse(r, text, "is no absolute URL: it does not begin with a scheme as in http://");
	if (rest.n == 0 || strchr("/?#:", rest.p[0]))
		return refuse(r, text, "is no absolute URL: it has no host");
	return true;
}

static bool parse_secret(struct reading *r)
{
	str text = without_blanks(r->arena, r->raw), namespace, name;
	if (!is_made_of(text, "/-._~:"))
		return refuse(r, r->raw, "is no name of a Secret");
	if (!str_cut(text, '/', &namespace, &name))
		return text.n > 0 || refuse(r, r->raw, "is no name of a Secret");
	if (namespace.n == 0 || name.n == 0 || str_find_char(name, '/') < name.n)
		return refuse(r, r->raw, "is neither a name nor namespace/name of a Secret");
	return true;
}

static bool parse_headers(struct reading *r)
{
	struct str_list *items = &r->out->items;
	split_commas(r->arena, r->raw, items, false);
	for (size_t i = 0; i < items->n; i++)
		if (!is_made_of(items->item[i], "-_"))
			return refuse(r, items->item[i], "is no name of a header");
	return items->n > 0 || refuse(r, r->raw, "names no header");
}

static bool parse_host(struct reading *r)
{
	str text = str_trim(r->raw), host, port;
	uint64_t number = 1;
	if (str_cut(text, ':', &host, &port) && (!str_to_u64(port, 65535, &number) || number == 0))
		return refuse(r, port, "is no port");
	if (str_starts(host, STR("*.")))
		host = str_from(host, 2);
	bool good = host.n > 0 && host.n <= 253 && is_made_of(host, "-._") && host.p[0] != '.' && !str_has(host, STR(".."));
	return good || refuse(r, text, "is no host name");
}

static bool parse_pattern(struct reading *r)
{
	(void)r;
	return true;   /* a pattern is asked whatever the type */
}

/* "200 202 5m, 401 1m": statuses, and behind them one time with its unit. */
static bool is_time(str word)
{
	static const str UNITS[] = {
		STR_INIT("ms"), STR_INIT("s"), STR_INIT("m"), STR_INIT("h"), STR_INIT("d"), STR_INIT("w"), STR_INIT("M"), STR_INIT("y"),
	};
	size_t n = 0;
	while (n < word.n && char_is_digit(word.p[n]))
		n++;
	for (size_t i = 0; n > 0 && i < COUNT_OF(UNITS); i++)
		if (str_eq(UNITS[i], str_from(word, n)))
			return true;
	return false;
}

static bool is_status(str word)
{
	return word.n == 3 && char_is_digit(word.p[0]) && char_is_digit(word.p[1]) && char_is_digit(word.p[2]);
}

static bool parse_times(struct reading *r)
{
	struct str_list *items = &r->out->items;
	split_commas(r->arena, r->raw, items, false);
	for (size_t i = 0; i < items->n; i++) {
		str word, rest = items->item[i];
		bool ended = false, good = true;
		while (good && rest.n) {
			str_cut(rest, ' ', &word, &rest);
			good = word.n == 0 || (!ended && (is_time(word) || is_status(word)));
			ended = ended || is_time(word);
		}
		if (!good || !ended)
			return refuse(r, items->item[i], "is no list of statuses with one time behind it, as in 200 401 5m");
	}
	return true;
}

static bool parse_text(struct reading *r)
{
	(void)r;
	return true;
}

static const struct value_type TYPES[] = {
	{ STR_INIT("bool"), parse_bool, STR_INIT("true or false (also 1, t, T, TRUE, True, 0, f, F, FALSE, False)"), false, false },
	{ STR_INIT("int"), parse_int, STR_INIT("a whole number in digits, with a sign or without"), false, false },
	{ STR_INIT("seconds"), parse_seconds, STR_INIT("a whole number of seconds, without a unit"), false, false },
	{ STR_INIT("size"), parse_size, STR_INIT("digits, then k, m or g for units of 1024 bytes; 8k is 8192 bytes"), false, false },
	{ STR_INIT("switch"), parse_switch, STR_INIT("on or off"), false, false },
	{ STR_INIT("enum"), parse_enum, STR_INIT("one of: "), true, false },
	{ STR_INIT("enum-nocase"), parse_enum_nocase, STR_INIT("one of, in capital or small letters: "), true, false },
	{ STR_INIT("words"), parse_words, STR_INIT("words with blanks between them, each one of: "), true, false },
	{ STR_INIT("list"), parse_list, STR_INIT("elements with commas between them"), false, false },
	{ STR_INIT("cidrs"), parse_cidrs, STR_INIT("IPv4 and IPv6 addresses or CIDR ranges with commas between them"), false, false },
	{ STR_INIT("pattern"), parse_pattern, STR_INIT("a text"), false, true },
	{ STR_INIT("text"), parse_text, STR_INIT("any text"), false, false },
	{ STR_INIT("url"), parse_url, STR_INIT("an absolute URL with scheme and host, without blanks"), false, false },
	{ STR_INIT("secret"), parse_secret, STR_INIT("a Secret as name or namespace/name"), false, false },
	{ STR_INIT("configmap"), parse_pattern, STR_INIT("a ConfigMap as namespace/name"), false, true },
	{ STR_INIT("times"), parse_times, STR_INIT("statuses and a time with its unit (ms, s, m, h, d, w, M, y), several with commas between them"), false, false },
	{ STR_INIT("headers"), parse_headers, STR_INIT("names of headers with commas between them"), false, false },
	{ STR_INIT("snippet"), parse_text, STR_INIT("text of the proxy's own configuration"), false, false },
	{ STR_INIT("host"), parse_host, STR_INIT("a host name, with a port or without"), false, false },
};

static const struct value_type *find_type(str name)
{
	for (size_t i = 0; i < COUNT_OF(TYPES); i++)
		if (str_eq(TYPES[i].name, name))
			return &TYPES[i];
	return NULL;
}

/* ---- what others ask ---- */

bool value_parse(struct arena *arena, const struct annotation_row *row, str text, struct value *out, str *why)
{
	const struct value_type *type = find_type(row->type);
	str trimmed = str_trim(text);
	*out = (struct value){ .text = row->strip ? without_blanks(arena, trimmed) : trimmed };
	struct reading r = { arena, row, text, out, { "", 0 } };
	/* The loader lets no unknown type through; a row that somebody else made is refused, which closes rather than opens. */
	bool good = type ? type->parse(&r) : refuse(&r, row->type, "is no type of value");
	/* of a URL or times with a pattern the pattern is asked first, and what it takes may be none of these nevertheless */
	if (type && (type->parse == parse_url || type->parse == parse_times) && row->pattern.n > 0) {
		bool fits = check_pattern(&r);
		out->unfit = good && !fits;
		out->malformed = fits && !good;
		good = fits && (good || row->malformed == INVALID_DEFAULT);
	} else if (good && row->pattern.n > 0) {
		good = check_pattern(&r);
		out->unfit = !good;
	}
	*why = r.why;
	return good;
}

bool value_type_known(str type)
{
	return find_type(type) != NULL;
}

bool value_type_needs_words(str type)
{
	const struct value_type *found = find_type(type);
	return found && found->words;
}

bool value_type_needs_pattern(str type)
{
	const struct value_type *found = find_type(type);
	return found && found->pattern;
}

struct str_list value_types(struct arena *arena)
{
	struct str_list names = { 0 };
	for (size_t i = 0; i < COUNT_OF(TYPES); i++)
		LIST_PUSH(arena, &names, TYPES[i].name);
	return names;
}

str value_grammar(struct arena *arena, const struct annotation_row *row)
{
	const struct value_type *type = find_type(row->type);
	if (!type)
		return (str){ "", 0 };
	str grammar = type->grammar;
	if (type->words)
		grammar = arena_join(arena, grammar, str_list_join(arena, &row->words, STR(", ")));
	if (row->pattern.n == 0)
		return grammar;
	/* With a pattern a url is what that says. */
	if (str_eq(type->name, STR("url")))
		grammar = STR("a URL");
	/* A grammar that already says something is not bent into one sentence with the pattern. */
	const char *joint = type->pattern || str_eq(type->name, STR("url")) ? " that matches" : "; it must match";
	return arena_printf(arena, "%.*s%s `%.*s`%s", STR_ARG(grammar), joint, STR_ARG(row->pattern),
		row->strip ? " when its blanks are taken out" : "");
}
