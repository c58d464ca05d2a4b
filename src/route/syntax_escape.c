/* SPDX-License-Identifier: Apache-2.0 */
/* What a backslash stands for in expressions: see syntax.h. */
#include "route/syntax_parse.h"

static bool is_byte(struct syntax_parser *p, struct token *out, unsigned byte, size_t n)
{
	if (byte > 0xFF || (byte > 0x7F && p->dialect != DIALECT_PCRE))
		return syntax_refuse(p, "it names a character beyond those of a path");
	p->at += n;
	*out = (struct token){ .kind = TOKEN_BYTE, .byte = byte };
	return true;
}

static bool is_assertion(struct syntax_parser *p, struct token *out, enum assertion assertion)
{
	p->at += 2;
	*out = (struct token){ .kind = TOKEN_ASSERT, .assertion = assertion };
	return true;
}

static bool is_set(struct syntax_parser *p, struct token *out, const struct bytes *set, bool inverted)
{
	p->at += 2;
	*out = (struct token){ .kind = TOKEN_SET, .set = *set };
	if (inverted)
		bytes_invert(&out->set);
	return true;
}

/* ---- sets ---- */

static struct bytes spaces(enum dialect dialect)
{
	struct bytes set = { 0 };
	bytes_add_range(&set, '\t', '\r');
	bytes_add(&set, ' ');
	if (dialect == DIALECT_RE2) {
		struct bytes other = { 0 };
		bytes_add(&other, '\v');
		bytes_invert(&other);
		bytes_keep(&set, &other);
	}
	return set;
}

static struct bytes words(void)
{
	struct bytes set = { 0 };
	for (unsigned byte = 0; byte < 128; byte++)
		if (byte_is_word(byte))
			bytes_add(&set, byte);
	return set;
}

static struct bytes digits(void)
{
	struct bytes set = { 0 };
	bytes_add_range(&set, '0', '9');
	return set;
}

/* \h, \v, \N of PCRE alone. */
static bool pcre_set(struct syntax_parser *p, char c, struct token *out)
{
	struct bytes set = { 0 };
	switch (c) {
	case 'h':
	case 'H':
		bytes_add(&set, '\t');
		bytes_add(&set, ' ');
		bytes_add(&set, 0xA0);
		return is_set(p, out, &set, c == 'H');
	case 'v':
	case 'V':
		bytes_add_range(&set, '\n', '\r');
		bytes_add(&set, 0x85);
		return is_set(p, out, &set, c == 'V');
	case 'N':
		if (syntax_byte(p, 2) == '{')
			return syntax_refuse(p, "it names a character beyond those of a path");
		bytes_add(&set, '\n');
		return is_set(p, out, &set, true);
	default:
		return syntax_refuse(p, "it has an escape that cannot be followed");
	}
}

static bool common_set(struct syntax_parser *p, char c, struct token *out)
{
	struct bytes set;
	switch (c) {
	case 'd':
	case 'D':
		set = digits();
		return is_set(p, out, &set, c == 'D');
	case 'w':
	case 'W':
		set = words();
		return is_set(p, out, &set, c == 'W');
	default:
		set = spaces(p->dialect);
		return is_set(p, out, &set, c == 'S');
	}
}

/* ---- numbers ---- */

static int hex_value(unsigned char c)
{
	if (char_is_digit((char)c))
		return c - '0';
	unsigned char lower = (unsigned char)char_lower((char)c);
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* "\x4a", "\x{4a}"; with PCRE also "\x4" and "\x" alone. */
static bool read_hex(struct syntax_parser *p, struct token *out)
{
	bool braces = syntax_byte(p, 2) == '{';
	size_t first = braces ? 3 : 2, i = first;
	unsigned value = 0;
	for (; hex_value(syntax_byte(p, i)) >= 0 && (braces || i < 4); i++)
		value = value > 0xFF ? value : value * 16 + (unsigned)hex_value(syntax_byte(p, i));
	bool whole = braces ? i > first && syntax_byte(p, i) == '}' : i == 4 || p->dialect == DIALECT_PCRE;
	if (!whole)
		return syntax_refuse(p, "it has an escape that cannot be followed");
	return is_byte(p, out, value, braces ? i + 1 : i);
}

/* most: digits. */
static bool read_octal(struct syntax_parser *p, size_t first, size_t most, struct token *out)
{
	unsigned value = 0;
	size_t i = first;
	for (; i < first + most && syntax_byte(p, i) >= '0' && syntax_byte(p, i) <= '7'; i++)
		value = value * 8 + (unsigned)(syntax_byte(p, i) - '0');
	return is_byte(p, out, value, i);
}

static bool read_digits(struct syntax_parser *p, bool in_class, struct token *out)
{
	unsigned char c = syntax_byte(p, 1);
	if (p->dialect != DIALECT_RUST && c == '0')
		return read_octal(p, 1, 3, out);
	if (!in_class)
		return syntax_refuse(p, "it refers back to a group");
	if (p->dialect == DIALECT_PCRE && c < '8')
		return read_octal(p, 1, 3, out);
	return syntax_refuse(p, "it has an escape that cannot be followed");
}

/* "\cA" */
static bool read_control(struct syntax_parser *p, struct token *out)
{
	unsigned char c = syntax_byte(p, 2);
	if (p->dialect != DIALECT_PCRE || c < 0x20 || c > 0x7E)
		return syntax_refuse(p, "it has an escape that cannot be followed");
	if (c >= 'a' && c <= 'z')
		c = (unsigned char)(c - 'a' + 'A');
	return is_byte(p, out, c ^ 0x40u, 3);
}

/* ---- letters ---- */

/* Assertions, outside of classes. */
static bool read_place(struct syntax_parser *p, char c, struct token *out)
{
	bool pcre = p->dialect == DIALECT_PCRE;
	if (c == 'A')
		return is_assertion(p, out, ASSERT_BEGIN);
	if (c == 'z')
		return is_assertion(p, out, ASSERT_END);
	if (c == 'b' && syntax_byte(p, 2) != '{')
		return is_assertion(p, out, ASSERT_EDGE);
	if (c == 'B')
		return is_assertion(p, out, ASSERT_NO_EDGE);
	if (c == 'Z' && pcre)
		return is_assertion(p, out, ASSERT_FINAL);
	if (c == 'G' && pcre)
		return is_assertion(p, out, ASSERT_BEGIN);
	if (c == 'g' || c == 'k')
		return syntax_refuse(p, "it refers back to a group");
	if (c == 'K')
		return syntax_refuse(p, "it sets the start of what is found");
	return pcre ? pcre_set(p, c, out) : syntax_refuse(p, "it has an escape that cannot be followed");
}

/* Bytes that have a letter. False: it is none of them. */
static bool control_letter(const struct syntax_parser *p, char c, unsigned *byte)
{
	static const struct { char letter; unsigned char byte; } LETTERS[] = {
		{ 'a', '\a' }, { 'f', '\f' }, { 'n', '\n' }, { 'r', '\r' }, { 't', '\t' }, { 'e', 0x1B }, { 'v', '\v' },
	};
	for (size_t i = 0; i < sizeof LETTERS / sizeof *LETTERS; i++) {
		*byte = LETTERS[i].byte;
		if (LETTERS[i].letter == c)
			return c == 'e' ? p->dialect == DIALECT_PCRE : c != 'v' || p->dialect != DIALECT_PCRE;
	}
	return false;
}

bool syntax_escape(struct syntax_parser *p, bool in_class, struct token *out)
{
	unsigned char byte = syntax_byte(p, 1);
	char c = (char)byte;
	unsigned control;
	if (p->at + 1 >= p->text.n)
		return syntax_refuse(p, "a backslash stands at its end");
	if (!char_is_alnum(c))
		return is_byte(p, out, byte, 2);
	if (char_is_digit(c))
		return read_digits(p, in_class, out);
	if (str_has_char(STR("dDwWsS"), c))
		return common_set(p, c, out);
	if (control_letter(p, c, &control))
		return is_byte(p, out, control, 2);
	if (c == 'x')
		return read_hex(p, out);
	if (c == 'c')
		return read_control(p, out);
	if (c == 'E' && p->dialect == DIALECT_PCRE) {
		p->at += 2;
		*out = (struct token){ .kind = TOKEN_NONE };
		return true;
	}
	if (c == 'b' && in_class && p->dialect == DIALECT_PCRE)
		return is_byte(p, out, '\b', 2);
	if (!in_class)
		return read_place(p, c, out);
	if (p->dialect == DIALECT_PCRE && str_has_char(STR("hHvV"), c))
		return pcre_set(p, c, out);
	return syntax_refuse(p, "it has an escape that cannot be followed");
}
