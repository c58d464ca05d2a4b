/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is it JSON (RFC 8259), and if not, from where on? cJSON takes more than that, says only roughly where it stopped, and
 * answers the same when memory ended; so it is asked only for texts that are known to be good.
 */
#include "doc/reading.h"

/* cJSON's buffer for a number. */
enum { LONGEST_NUMBER = 63 };

struct check {
	str text;
	size_t at;      /* when something is wrong: there */
};

static char peek(const struct check *c)
{
	return c->at < c->text.n ? c->text.p[c->at] : '\0';
}

static void skip_blanks(struct check *c)
{
	while (c->at < c->text.n && char_is_space(c->text.p[c->at]))
		c->at++;
}

/* A backslash, u and four hexadecimal digits. */
static bool is_unit(const struct check *c, size_t at, uint32_t *unit)
{
	str s = str_slice(c->text, at, at + 6);
	*unit = 0;
	if (s.n < 6 || !str_starts(s, STR("\\u")))
		return false;
	for (size_t i = 2; i < 6; i++) {
		char d = char_lower(s.p[i]);
		if (!char_is_digit(d) && (d < 'a' || d > 'f'))
			return false;
		*unit = *unit << 4 | (uint32_t)(char_is_digit(d) ? d - '0' : d - 'a' + 10);
	}
	return true;
}

/* Surrogates stand in pairs. */
static bool check_escape(struct check *c)
{
	uint32_t first, second;
	if (!is_unit(c, c->at, &first)) {
		char letter = c->at + 1 < c->text.n ? c->text.p[c->at + 1] : '\0';
		if (letter == '\0' || str_find_char(STR("\"\\/bfnrt"), letter) == 8)
			return false;
		c->at += 2;
		return true;
	}
	if (first < 0xD800 || first > 0xDFFF) {
		c->at += 6;
		return true;
	}
	if (first > 0xDBFF || !is_unit(c, c->at + 6, &second) || second < 0xDC00 || second > 0xDFFF)
		return false;
	c->at += 12;
	return true;
}

static bool check_string(struct check *c)
{
	if (peek(c) != '"')
		return false;
	c->at++;
	while (c->at < c->text.n && c->text.p[c->at] != '"') {
		if ((unsigned char)c->text.p[c->at] < ' ')
			return false;
		if (c->text.p[c->at] != '\\')
			c->at++;
		else if (!check_escape(c))
			return false;
	}
	if (c->at == c->text.n)
		return false;
	c->at++;
	return true;
}

static bool skip_digits(struct check *c)
{
	size_t start = c->at;
	while (char_is_digit(peek(c)))
		c->at++;
	return c->at > start;
}

static bool check_number(struct check *c)
{
	size_t start = c->at;
	if (peek(c) == '-')
		c->at++;
	bool zero = peek(c) == '0';
	size_t digits = c->at;
	if (!skip_digits(c) || (zero && c->at > digits + 1))
		return false;
	if (peek(c) == '.') {
		c->at++;
		if (!skip_digits(c))
			return false;
	}
	if (char_lower(peek(c)) == 'e') {
		c->at++;
		if (peek(c) == '-' || peek(c) == '+')
			c->at++;
		if (!skip_digits(c))
			return false;
	}
	if (c->at - start > LONGEST_NUMBER) {
		c->at = start;
		return false;
	}
	return true;
}

static bool check_scalar(struct check *c)
{
	static const str words[] = { STR_INIT("true"), STR_INIT("false"), STR_INIT("null") };
	if (peek(c) == '"')
		return check_string(c);
	if (peek(c) == '-' || char_is_digit(peek(c)))
		return check_number(c);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (str_starts(str_from(c->text, c->at), words[i])) {
			c->at += words[i].n;
			return true;
		}
	return false;
}

static bool check_key(struct check *c)
{
	if (!check_string(c))
		return false;
	skip_blanks(c);
	if (peek(c) != ':')
		return false;
	c->at++;
	return true;
}

enum wanted { VALUE, VALUE_OR_END, KEY, KEY_OR_END, COMMA_OR_END };

/* Moves as far as it is good. */
static bool check_value(struct check *c)
{
	enum wanted wanted = VALUE;
	char closing[DOC_DEEPEST];
	size_t depth = 0;
	do {
		skip_blanks(c);
		char next = peek(c);
		bool may_end = wanted == VALUE_OR_END || wanted == KEY_OR_END || wanted == COMMA_OR_END;
		if (may_end && depth > 0 && next == closing[depth - 1]) {
			c->at++;
			depth--;
			wanted = COMMA_OR_END;
		} else if (wanted == COMMA_OR_END) {
			if (next != ',')
				return false;
			c->at++;
			wanted = closing[depth - 1] == '}' ? KEY : VALUE;
		} else if (wanted == KEY || wanted == KEY_OR_END) {
			if (!check_key(c))
				return false;
			wanted = VALUE;
		} else if ((next == '{' || next == '[') && depth < DOC_DEEPEST) {
			c->at++;
			closing[depth++] = next == '{' ? '}' : ']';
			wanted = next == '{' ? KEY_OR_END : VALUE_OR_END;
		} else {
			if (!check_scalar(c))
				return false;
			wanted = COMMA_OR_END;
		}
	} while (depth > 0);
	return true;
}

bool json_begins(str text, size_t *end)
{
	struct check c = { text, 0 };
	bool good = check_value(&c);
	*end = c.at;
	return good;
}
