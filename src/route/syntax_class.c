/* SPDX-License-Identifier: Apache-2.0 */
/* Classes in brackets: see syntax.h. */
#include "route/syntax_parse.h"

/* The members so far: those whose letters count in both cases where the expression says so, and the others. */
struct members {
	struct bytes folded, plain;
};

/* ---- [:name:] ---- */

static bool is_graph(unsigned byte)
{
	return byte > 0x20 && byte < 0x7F;
}

static bool is_alpha(unsigned byte)
{
	return byte < 128 && char_is_alpha((char)byte);
}

static bool is_digit(unsigned byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_alnum(unsigned byte)
{
	return is_alpha(byte) || is_digit(byte);
}

static bool is_lower(unsigned byte)
{
	return byte >= 'a' && byte <= 'z';
}

static bool is_upper(unsigned byte)
{
	return byte >= 'A' && byte <= 'Z';
}

static bool is_ascii(unsigned byte)
{
	return byte < 128;
}

static bool is_blank(unsigned byte)
{
	return byte == ' ' || byte == '\t';
}

static bool is_control(unsigned byte)
{
	return byte < 0x20 || byte == 0x7F;
}

static bool is_print(unsigned byte)
{
	return is_graph(byte) || byte == ' ';
}

static bool is_punctuation(unsigned byte)
{
	return is_graph(byte) && !is_alnum(byte);
}

static bool is_space(unsigned byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static bool is_hex(unsigned byte)
{
	return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

static const struct posix {
	str name;
	bool (*has)(unsigned byte);
	bool one_case;
} POSIX[] = {
	{ STR_INIT("alpha"), is_alpha, false }, { STR_INIT("lower"), is_lower, true }, { STR_INIT("upper"), is_upper, true },
	{ STR_INIT("alnum"), is_alnum, false }, { STR_INIT("ascii"), is_ascii, false }, { STR_INIT("blank"), is_blank, false },
	{ STR_INIT("cntrl"), is_control, false }, { STR_INIT("digit"), is_digit, false }, { STR_INIT("graph"), is_graph, false },
	{ STR_INIT("print"), is_print, false }, { STR_INIT("punct"), is_punctuation, false }, { STR_INIT("space"), is_space, false },
	{ STR_INIT("word"), byte_is_word, false }, { STR_INIT("xdigit"), is_hex, false },
};

/* The length of "[:name:]" here; 0: the bracket is a member. */
static size_t posix_length(const struct syntax_parser *p)
{
	if (syntax_byte(p, 1) != ':')
		return 0;
	for (size_t i = 2; p->at + i + 1 < p->text.n; i++) {
		unsigned char c = syntax_byte(p, i), next = syntax_byte(p, i + 1);
		if (c == '\\' && (next == ']' || next == '\\'))
			i++;
		else if ((c == '[' && next == ':') || c == ']')
			return 0;
		else if (c == ':' && next == ']')
			return i + 2;
	}
	return 0;
}

static bool read_posix(struct syntax_parser *p, struct members *m, size_t n)
{
	str name = str_slice(p->text, p->at + 2, p->at + n - 2);
	bool inverted = str_starts(name, STR("^"));
	name = str_from(name, inverted);
	for (size_t i = 0; i < sizeof POSIX / sizeof *POSIX; i++) {
		if (!str_eq(POSIX[i].name, name))
			continue;
		struct bytes set = { 0 };
		bool (*has)(unsigned) = POSIX[i].one_case && p->nocase ? is_alpha : POSIX[i].has;
		for (unsigned byte = 0; byte < 256; byte++)
			if (has(byte) != inverted)
				bytes_add(&set, byte);
		bytes_join(&m->plain, &set);
		p->at += n;
		return true;
	}
	return syntax_refuse(p, "it has a class of an unknown name");
}

/* ---- members ---- */

/* One byte or a set. TOKEN_NONE: neither. */
static bool read_member(struct syntax_parser *p, struct token *out)
{
	unsigned char c = syntax_byte(p, 0);
	if (c == '\\' && p->dialect == DIALECT_PCRE && syntax_byte(p, 1) == 'Q' && !p->quoted) {
		p->at += 2;
		p->quoted = true;
		*out = (struct token){ .kind = TOKEN_NONE };
		return true;
	}
	if (p->quoted && syntax_next_is(p, STR("\\E"))) {
		p->at += 2;
		p->quoted = false;
		*out = (struct token){ .kind = TOKEN_NONE };
		return true;
	}
	if (c == '\\' && !p->quoted)
		return syntax_escape(p, true, out);
	if (c > 0x7F && p->dialect != DIALECT_PCRE)
		return syntax_refuse(p, "it has characters beyond those of a path in a class");
	p->at++;
	*out = (struct token){ .kind = TOKEN_BYTE, .byte = c };
	return true;
}

/* Classes in classes, and what is taken out of a class: Rust alone has them. */
static bool is_rust_only(const struct syntax_parser *p)
{
	return p->dialect == DIALECT_RUST &&
		(syntax_byte(p, 0) == '[' || syntax_next_is(p, STR("&&")) || syntax_next_is(p, STR("--")) || syntax_next_is(p, STR("~~")));
}

/* Behind the first byte and before "-". */
static bool read_range(struct syntax_parser *p, struct members *m, unsigned first)
{
	struct token last;
	p->at++;
	if (posix_length(p) || (syntax_byte(p, 0) == '\\' && (syntax_byte(p, 1) == 'Q' || syntax_byte(p, 1) == 'E')))
		return syntax_refuse(p, "it has a range without an end");
	if (!read_member(p, &last))
		return false;
	if (last.kind != TOKEN_BYTE || last.byte < first)
		return syntax_refuse(p, "it has a range without an end");
	bytes_add_range(&m->folded, first, last.byte);
	return true;
}

static bool read_members(struct syntax_parser *p, struct members *m)
{
	size_t n = p->quoted ? 0 : syntax_byte(p, 0) == '[' ? posix_length(p) : 0;
	struct token token;
	if (n)
		return read_posix(p, m, n);
	if (is_rust_only(p))
		return syntax_refuse(p, "it has a class within a class");
	if (!read_member(p, &token))
		return false;
	if (token.kind == TOKEN_SET)
		bytes_join(&m->plain, &token.set);
	if (token.kind == TOKEN_ASSERT)
		return syntax_refuse(p, "it has an escape that cannot be followed");
	bool hyphen = !p->quoted && syntax_byte(p, 0) == '-' && p->at + 1 < p->text.n && syntax_byte(p, 1) != ']';
	if (token.kind == TOKEN_SET && hyphen)
		return syntax_refuse(p, "it has a range without an end");
	if (token.kind != TOKEN_BYTE)
		return true;
	if (hyphen && !is_rust_only(p))
		return read_range(p, m, token.byte);
	bytes_add(&m->folded, token.byte);
	return true;
}

bool syntax_class(struct syntax_parser *p, struct bytes *out)
{
	struct members m = { 0 };
	if (syntax_next_is(p, STR("[[:<:]]")) || syntax_next_is(p, STR("[[:>:]]")))
		return syntax_refuse(p, "it asks for the edge of a word");
	p->at++;
	bool inverted = syntax_byte(p, 0) == '^';
	p->at += inverted;
	/* a bracket that comes first is a member */
	for (bool first = true; syntax_more(p) && (first || p->quoted || syntax_byte(p, 0) != ']'); first = false)
		if (!read_members(p, &m))
			return false;
	if (!syntax_more(p))
		return syntax_refuse(p, "a class does not end");
	p->at++;
	if (p->nocase)
		bytes_fold(&m.folded);
	*out = m.folded;
	bytes_join(out, &m.plain);
	if (inverted)
		bytes_invert(out);
	return true;
}
