/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plain scalars: see scalar.h. The rules are those of the Go reader under kubectl (sigs.k8s.io/yaml, goyaml.v2):
 * booleans of YAML 1.1, integers as Go's ParseInt with base 0 takes them after underscores are gone, decimal floats,
 * no numbers of base 60, timestamps are text.
 */
#include "doc/scalar.h"

#include "doc/text.h"

#define COUNT_OF(a) (sizeof (a) / sizeof (a)[0])

struct word {
	str text;
	enum node_kind kind;
	bool truth;
};

static const struct word WORDS[] = {
	{ STR_INIT("y"), NODE_BOOL, true }, { STR_INIT("Y"), NODE_BOOL, true },
	{ STR_INIT("yes"), NODE_BOOL, true }, { STR_INIT("Yes"), NODE_BOOL, true }, { STR_INIT("YES"), NODE_BOOL, true },
	{ STR_INIT("true"), NODE_BOOL, true }, { STR_INIT("True"), NODE_BOOL, true }, { STR_INIT("TRUE"), NODE_BOOL, true },
	{ STR_INIT("on"), NODE_BOOL, true }, { STR_INIT("On"), NODE_BOOL, true }, { STR_INIT("ON"), NODE_BOOL, true },
	{ STR_INIT("n"), NODE_BOOL, false }, { STR_INIT("N"), NODE_BOOL, false },
	{ STR_INIT("no"), NODE_BOOL, false }, { STR_INIT("No"), NODE_BOOL, false }, { STR_INIT("NO"), NODE_BOOL, false },
	{ STR_INIT("false"), NODE_BOOL, false }, { STR_INIT("False"), NODE_BOOL, false }, { STR_INIT("FALSE"), NODE_BOOL, false },
	{ STR_INIT("off"), NODE_BOOL, false }, { STR_INIT("Off"), NODE_BOOL, false }, { STR_INIT("OFF"), NODE_BOOL, false },
	{ STR_INIT(""), NODE_NULL, false }, { STR_INIT("~"), NODE_NULL, false },
	{ STR_INIT("null"), NODE_NULL, false }, { STR_INIT("Null"), NODE_NULL, false }, { STR_INIT("NULL"), NODE_NULL, false },
	{ STR_INIT(".nan"), NODE_FLOAT, false }, { STR_INIT(".NaN"), NODE_FLOAT, false }, { STR_INIT(".NAN"), NODE_FLOAT, false },
	{ STR_INIT(".inf"), NODE_FLOAT, false }, { STR_INIT(".Inf"), NODE_FLOAT, false }, { STR_INIT(".INF"), NODE_FLOAT, false },
	{ STR_INIT("+.inf"), NODE_FLOAT, false }, { STR_INIT("+.Inf"), NODE_FLOAT, false }, { STR_INIT("+.INF"), NODE_FLOAT, false },
	{ STR_INIT("-.inf"), NODE_FLOAT, false }, { STR_INIT("-.Inf"), NODE_FLOAT, false }, { STR_INIT("-.INF"), NODE_FLOAT, false },
};

enum { LONGEST_WORD = 5 };

static const struct word *find_word(str text)
{
	for (size_t i = 0; text.n <= LONGEST_WORD && i < COUNT_OF(WORDS); i++)
		if (str_eq(WORDS[i].text, text))
			return &WORDS[i];
	return NULL;
}

/* A text without its underscores, read from the left. */
struct cursor {
	str left;
};

static char peek(struct cursor *c)
{
	while (c->left.n > 0 && c->left.p[0] == '_')
		c->left = str_from(c->left, 1);
	return c->left.n > 0 ? c->left.p[0] : '\0';
}

static void skip(struct cursor *c)
{
	c->left = str_from(c->left, 1);
}

static bool at_end(struct cursor *c)
{
	return peek(c) == '\0' && c->left.n == 0;
}

static unsigned digit_of(char c)
{
	if (char_is_digit(c))
		return (unsigned)(c - '0');
	c = char_lower(c);
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 99;
}

static unsigned base_of(struct cursor *c)
{
	struct cursor ahead = *c;
	if (peek(&ahead) != '0')
		return 10;
	skip(&ahead);
	char letter = char_lower(peek(&ahead));
	unsigned base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
	if (base == 0)
		return at_end(&ahead) ? 10 : 8;
	skip(&ahead);
	*c = ahead;
	return base;
}

/*
 * "08" is no octal number for Go, which then reads it as the float 8; here it is the integer 8, as the API server sees it
 * in the end.
 */
static bool is_decimal_after_all(struct cursor c)
{
	bool large = false;
	for (char d = peek(&c); char_is_digit(d); d = peek(&c)) {
		large = large || d > '7';
		skip(&c);
	}
	return large && at_end(&c);
}

static bool integer(str text, int64_t *number)
{
	struct cursor c = { text };
	bool negative = peek(&c) == '-';
	if (negative || peek(&c) == '+')
		skip(&c);
	size_t before = c.left.n;
	unsigned base = base_of(&c);
	if (base == 8 && c.left.n == before && is_decimal_after_all(c))
		base = 10;
	uint64_t value = 0;
	bool fits = true, digits = false;
	for (unsigned d = digit_of(peek(&c)); d < base; d = digit_of(peek(&c))) {
		fits = fits && value <= ((uint64_t)INT64_MAX - d) / base;
		value = fits ? value * base + d : 0;
		digits = true;
		skip(&c);
	}
	*number = negative ? -(int64_t)value : (int64_t)value;
	return digits && at_end(&c);
}

static size_t skip_digits(struct cursor *c)
{
	size_t n = 0;
	for (; char_is_digit(peek(c)); n++)
		skip(c);
	return n;
}

/* The decimal exponent, capped so that it can be added to. */
static bool exponent(struct cursor *c, int64_t *out)
{
	*out = 0;
	if (char_lower(peek(c)) != 'e')
		return true;
	skip(c);
	bool negative = peek(c) == '-';
	if (negative || peek(c) == '+')
		skip(c);
	size_t digits = 0;
	for (; char_is_digit(peek(c)); digits++) {
		if (*out < 1000000000)
			*out = *out * 10 + (peek(c) - '0');
		skip(c);
	}
	if (negative)
		*out = -*out;
	return digits > 0;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? without those that are out of the range of a double. */
static bool floating(str text)
{
	struct cursor c = { text };
	int64_t power;
	if (peek(&c) == '-' || peek(&c) == '+')
		skip(&c);
	size_t zeros = 0;
	for (; peek(&c) == '0'; zeros++)
		skip(&c);
	size_t whole = skip_digits(&c), part = 0;
	if (peek(&c) == '.') {
		skip(&c);
		part = skip_digits(&c);
	}
	if (zeros + whole + part == 0 || !exponent(&c, &power) || !at_end(&c))
		return false;
	/* What Go cannot hold stays text: the hash 7e1234567 is no number. */
	return whole + part == 0 || (int64_t)whole + power <= 309;
}

struct scalar scalar_resolve(str text)
{
	struct scalar s = { .kind = NODE_STRING };
	const struct word *word = find_word(text);
	if (word) {
		s.kind = word->kind;
		s.truth = word->truth;
		return s;
	}
	char first = text.p[0];
	if (first != '.' && first != '-' && first != '+' && !char_is_digit(first))
		return s;
	if (first != '.' && integer(text, &s.number))
		s.kind = NODE_INT;
	else if ((first != '.' || str_find_char(text, '_') == text.n) && floating(text))
		s.kind = NODE_FLOAT;
	return s;
}

bool scalar_is_zero(str s)
{
	if (s.n > 0 && (s.p[0] == '-' || s.p[0] == '+'))
		s = str_from(s, 1);
	if (s.n > 2 && char_is_alpha(s.p[1]))
		s = str_from(s, 2);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '0' && s.p[i] != '_')
			return false;
	return s.n > 0;
}

static size_t digits_at(str s, size_t i)
{
	size_t start = i;
	while (i < s.n && char_is_digit(s.p[i]))
		i++;
	return i - start;
}

bool scalar_is_json_number(str s)
{
	size_t i = s.n > 0 && s.p[0] == '-' ? 1 : 0;
	size_t whole = digits_at(s, i);
	if (whole == 0 || (whole > 1 && s.p[i] == '0'))
		return false;
	i += whole;
	if (i < s.n && s.p[i] == '.') {
		size_t part = digits_at(s, i + 1);
		if (part == 0)
			return false;
		i += 1 + part;
	}
	if (i < s.n && char_lower(s.p[i]) == 'e') {
		i++;
		if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
			i++;
		size_t power = digits_at(s, i);
		if (power == 0)
			return false;
		i += power;
	}
	return i == s.n;
}

/* Numbers, times and numbers of base 60 of any reader: nothing but these characters behind a digit, a sign or a dot. */
static bool looks_like_number(str s)
{
	str digits_of = s.p[0] == '+' ? str_from(s, 1) : s;
	bool hex = str_starts_nocase(digits_of, STR("0x"));
	for (size_t i = 0; i < s.n; i++) {
		char c = char_lower(s.p[i]);
		bool letter = c == 'e' || c == 'x' || c == 'o' || c == 'b' || (hex && c >= 'a' && c <= 'f');
		if (!char_is_digit(c) && !letter && c != '_' && c != '.' && c != ',' && c != ':' && c != '-' && c != '+')
			return false;
	}
	return true;
}

static bool looks_like_time(str s)
{
	return digits_at(s, 0) == 4 && s.n > 6 && s.p[4] == '-' && digits_at(s, 5) > 0 && str_find_char(str_from(s, 5), '-') < s.n - 5;
}

static bool is_word_of_any_reader(str s)
{
	static const str words[] = {
		STR_INIT("y"), STR_INIT("n"), STR_INIT("yes"), STR_INIT("no"), STR_INIT("on"), STR_INIT("off"), STR_INIT("true"),
		STR_INIT("false"), STR_INIT("null"), STR_INIT("nan"), STR_INIT("inf"), STR_INIT("infinity"),
	};
	str bare = s;
	while (bare.n > 0 && (bare.p[0] == '.' || bare.p[0] == '-' || bare.p[0] == '+'))
		bare = str_from(bare, 1);
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq_nocase(bare, words[i]))
			return true;
	return bare.n == 0 || str_eq(s, STR("<<"));
}

/* Characters that end a plain scalar or are not seen, and blanks at its ends. */
static bool has_unsafe_part(str s)
{
	if (s.p[0] == ' ' || s.p[s.n - 1] == ' ' || s.p[s.n - 1] == ':')
		return true;
	for (size_t i = 0; i < s.n;) {
		uint32_t code;
		size_t n = text_char(str_from(s, i), &code);
		if (n == 0 || !text_is_visible(code))
			return true;
		char before = i > 0 ? s.p[i - 1] : ' ';
		if ((code == '#' && before == ' ') || (code == ' ' && before == ':'))
			return true;
		i += n;
	}
	return false;
}

bool scalar_needs_quotes(str s)
{
	static const str indicators = STR_INIT("-?:,[]{}#&*!|>'\"%@`=~");
	if (s.n == 0 || str_find_char(indicators, s.p[0]) < indicators.n)
		return true;
	char first = s.p[0];
	if ((char_is_digit(first) || first == '.' || first == '+') && (looks_like_number(s) || looks_like_time(s) || str_starts(s, STR("..."))))
		return true;
	return is_word_of_any_reader(s) || has_unsafe_part(s);
}
