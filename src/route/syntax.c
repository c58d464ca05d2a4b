/* SPDX-License-Identifier: Apache-2.0 */
/* Sequences, groups and quantifiers of expressions: see syntax.h. Escapes and classes are in syntax_escape.c and syntax_class.c. */
#include "route/syntax.h"

#include "route/syntax_parse.h"

enum { DEEPEST = 200, MOST_TIMES = 65535 };

bool syntax_refuse(struct syntax_parser *p, const char *reason)
{
	if (!p->fault->reason.n)
		*p->fault = (struct syntax_fault){ str_c(reason), p->at };
	return false;
}

static struct syntax *node_new(struct syntax_parser *p, enum syntax_kind kind)
{
	struct syntax *s = NEW(p->arena, struct syntax);
	s->kind = kind;
	return s;
}

static const struct syntax *set_new(struct syntax_parser *p, const struct bytes *set)
{
	struct syntax *s = node_new(p, SYNTAX_SET);
	s->set = *set;
	return s;
}

static const struct syntax *byte_new(struct syntax_parser *p, unsigned byte)
{
	struct bytes set = { 0 };
	bytes_add(&set, byte);
	if (p->nocase)
		bytes_fold(&set);
	return set_new(p, &set);
}

static const struct syntax *assert_new(struct syntax_parser *p, enum assertion assertion)
{
	struct syntax *s = node_new(p, SYNTAX_ASSERT);
	s->assertion = assertion;
	return s;
}

static const struct syntax *dot_new(struct syntax_parser *p)
{
	struct bytes set = { 0 };
	if (!p->dot_all)
		bytes_add(&set, '\n');
	bytes_invert(&set);
	return set_new(p, &set);
}

/* ---- quantifiers ---- */

static bool read_number(struct syntax_parser *p, size_t *i, unsigned *out)
{
	size_t start = *i;
	unsigned n = 0;
	while (*i < p->text.n && char_is_digit(p->text.p[*i])) {
		n = n > MOST_TIMES ? n : n * 10 + (unsigned)(p->text.p[*i] - '0');
		++*i;
	}
	*out = n;
	return *i > start;
}

/* Behind a brace: numbers, a comma and blanks in any order, and the other brace. Newer engines count more of these than older ones. */
static bool looks_like_braces(const struct syntax_parser *p)
{
	size_t i = 1;
	bool digit = false;
	for (; char_is_digit((char)syntax_byte(p, i)) || syntax_byte(p, i) == ',' || syntax_byte(p, i) == ' '; i++)
		digit = digit || char_is_digit((char)syntax_byte(p, i));
	return digit && syntax_byte(p, i) == '}';
}

/* "{2}", "{2,}", "{2,5}"; anything else with a brace is text, unless engines differ about that. */
static bool read_braces(struct syntax_parser *p, unsigned *min, unsigned *max, size_t *n)
{
	size_t i = p->at + 1;
	*n = 0;
	bool counted = read_number(p, &i, min);
	*max = *min;
	if (counted && i < p->text.n && p->text.p[i] == ',') {
		i++;
		if (!read_number(p, &i, max))
			*max = REPEAT_ANY;
	}
	if (!counted || i >= p->text.n || p->text.p[i] != '}')
		return !looks_like_braces(p) || syntax_refuse(p, "it has a brace that engines read in different ways");
	if (*min > MOST_TIMES || (*max > MOST_TIMES && *max != REPEAT_ANY) || *max < *min)
		return syntax_refuse(p, "it repeats too often");
	*n = i + 1 - p->at;
	return true;
}

/* n: its bytes, 0 where none begins here. */
static bool read_quantifier(struct syntax_parser *p, unsigned *min, unsigned *max, size_t *n)
{
	char c = (char)syntax_byte(p, 0);
	*n = 0;
	*min = c == '+';
	*max = c == '?' ? 1 : REPEAT_ANY;
	if (c == '{')
		return read_braces(p, min, max, n);
	*n = c == '*' || c == '+' || c == '?';
	return true;
}

/* Behind an item, where repeatable: it may be repeated. */
static bool quantify(struct syntax_parser *p, const struct syntax **last, bool repeatable)
{
	unsigned min, max;
	size_t n;
	if (!read_quantifier(p, &min, &max, &n))
		return false;
	if (n == 0)
		return true;
	if (!repeatable)
		return syntax_refuse(p, "a quantifier has nothing before it that is repeated");
	p->at += n;
	struct syntax *repeat = node_new(p, SYNTAX_REPEAT);
	repeat->min = min;
	repeat->max = max;
	repeat->lazy = p->ungreedy;
	LIST_PUSH(p->arena, &repeat->items, *last);
	if (syntax_byte(p, 0) == '+' && p->dialect == DIALECT_PCRE)
		return syntax_refuse(p, "it has a possessive quantifier");
	if (syntax_byte(p, 0) == '?') {
		repeat->lazy = !repeat->lazy;
		p->at++;
	}
	*last = repeat;
	if (!read_quantifier(p, &min, &max, &n))
		return false;
	return n == 0 || syntax_refuse(p, "a quantifier stands behind another one");
}

/* ---- groups ---- */

static const struct syntax *parse_choice(struct syntax_parser *p);

/* "(?i)", "(?i:" and their like, behind "(?". */
static bool read_flags(struct syntax_parser *p)
{
	bool on = true;
	if (syntax_byte(p, 0) == '^' && p->dialect == DIALECT_PCRE) {
		p->nocase = p->dot_all = p->lines = false;
		p->at++;
	}
	for (; syntax_more(p) && syntax_byte(p, 0) != ')' && syntax_byte(p, 0) != ':'; p->at++) {
		switch (syntax_byte(p, 0)) {
		case '-':
			on = false;
			break;
		case 'i':
			p->nocase = on;
			break;
		case 's':
			p->dot_all = on;
			break;
		case 'm':
			p->lines = on;
			break;
		case 'U':
			p->ungreedy = on;
			break;
		default:
			return syntax_refuse(p, "it has flags or a kind of group that cannot be followed");
		}
	}
	return syntax_more(p) || syntax_refuse(p, "a group does not end");
}

/* Groups that ask for more than the text that they match; NULL: it is none of them. */
static const char *odd_group(const struct syntax_parser *p)
{
	static const struct { str head; const char *reason; } ODD[] = {
		{ STR_INIT("(?="), "it looks ahead" }, { STR_INIT("(?!"), "it looks ahead" },
		{ STR_INIT("(?<="), "it looks behind" }, { STR_INIT("(?<!"), "it looks behind" },
		{ STR_INIT("(?>"), "it has an atomic group" }, { STR_INIT("(?|"), "it numbers groups of alternatives alike" },
		{ STR_INIT("(?("), "it has a condition" }, { STR_INIT("(*"), "it has a verb" },
		{ STR_INIT("(?R"), "it has a recursion" }, { STR_INIT("(?&"), "it has a recursion" }, { STR_INIT("(?P>"), "it has a recursion" },
		{ STR_INIT("(?+"), "it has a recursion" }, { STR_INIT("(?P="), "it refers back to a group" }, { STR_INIT("(?C"), "it has a callout" },
	};
	for (size_t i = 0; i < sizeof ODD / sizeof *ODD; i++)
		if (syntax_next_is(p, ODD[i].head))
			return ODD[i].reason;
	size_t sign = syntax_next_is(p, STR("(?-")) ? 3 : 2;
	return syntax_next_is(p, STR("(?")) && char_is_digit((char)syntax_byte(p, sign)) ? "it has a recursion" : NULL;
}

/* Behind "(?<", "(?P<" or "(?'". */
static bool skip_name(struct syntax_parser *p, char end)
{
	while (syntax_more(p) && syntax_byte(p, 0) != (unsigned char)end)
		p->at++;
	if (!syntax_more(p))
		return syntax_refuse(p, "the name of a group does not end");
	p->at++;
	return true;
}

/* What stands before the content of a group. captured: it has a number; flags_only: it was "(?i)", and there is no content. */
static bool read_head(struct syntax_parser *p, bool *captured, bool *flags_only)
{
	const char *odd = odd_group(p);
	*captured = *flags_only = false;
	if (odd)
		return syntax_refuse(p, odd);
	if (!syntax_next_is(p, STR("(?"))) {
		*captured = true;
		p->at++;
		return true;
	}
	bool python = syntax_next_is(p, STR("(?P<")), quote = syntax_next_is(p, STR("(?'"));
	if (python || quote || syntax_next_is(p, STR("(?<"))) {
		*captured = true;
		p->at += python ? 4 : 3;
		return skip_name(p, quote ? '\'' : '>');
	}
	p->at += 2;
	if (!read_flags(p))
		return false;
	*flags_only = syntax_byte(p, 0) == ')';
	p->at++;
	return true;
}

/* item stays NULL where only flags are set or it is a comment. */
static bool parse_group(struct syntax_parser *p, const struct syntax **item)
{
	struct syntax_parser before = *p;
	bool captured, flags_only;
	if (syntax_next_is(p, STR("(?#")) && p->dialect == DIALECT_PCRE)
		return skip_name(p, ')');
	if (!read_head(p, &captured, &flags_only))
		return false;
	if (flags_only)
		return true;
	unsigned number = captured ? ++p->groups : 0;
	if (++p->depth > DEEPEST)
		return syntax_refuse(p, "its groups are nested too deeply");
	*item = parse_choice(p);
	p->depth--;
	if (!*item)
		return false;
	if (syntax_byte(p, 0) != ')')
		return syntax_refuse(p, "a group does not end");
	p->at++;
	/* flags that were set inside end with the group; those before it count again */
	p->nocase = before.nocase;
	p->dot_all = before.dot_all;
	p->lines = before.lines;
	p->ungreedy = before.ungreedy;
	if (captured) {
		struct syntax *group = node_new(p, SYNTAX_GROUP);
		group->group = number;
		LIST_PUSH(p->arena, &group->items, *item);
		*item = group;
	}
	return true;
}

/* ---- sequences ---- */

static bool parse_escape(struct syntax_parser *p, const struct syntax **item)
{
	struct token token;
	if (syntax_next_is(p, STR("\\Q")) && p->dialect != DIALECT_RUST) {
		p->at += 2;
		p->quoted = true;
		return true;
	}
	if (!syntax_escape(p, false, &token))
		return false;
	if (token.kind == TOKEN_BYTE)
		*item = byte_new(p, token.byte);
	else if (token.kind == TOKEN_SET)
		*item = set_new(p, &token.set);
	else if (token.kind == TOKEN_ASSERT)
		*item = assert_new(p, token.assertion);
	return true;
}

/* A character of several bytes is one item, where characters are what is read. */
static const struct syntax *parse_text(struct syntax_parser *p)
{
	unsigned char c = syntax_byte(p, 0);
	size_t n = c < 0xC0 || p->dialect == DIALECT_PCRE ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
	struct syntax *all = n > 1 ? node_new(p, SYNTAX_SEQUENCE) : NULL;
	const struct syntax *one = NULL;
	for (; n && syntax_more(p); n--, p->at++) {
		one = byte_new(p, syntax_byte(p, 0));
		if (all)
			LIST_PUSH(p->arena, &all->items, one);
	}
	return all ? all : one;
}

/* One item; item stays NULL where what was read is none: flags, a comment, marks of quoted text. */
static bool parse_item(struct syntax_parser *p, const struct syntax **item)
{
	if (p->quoted) {
		p->quoted = !syntax_next_is(p, STR("\\E"));
		if (p->quoted)
			*item = parse_text(p);
		else
			p->at += 2;
		return true;
	}
	struct bytes set;
	switch (syntax_byte(p, 0)) {
	case '\\':
		return parse_escape(p, item);
	case '(':
		return parse_group(p, item);
	case '[':
		if (!syntax_class(p, &set))
			return false;
		*item = set_new(p, &set);
		return true;
	case '.':
		p->at++;
		*item = dot_new(p);
		return true;
	case '^':
		p->at++;
		*item = assert_new(p, p->lines ? ASSERT_LINE_BEGIN : ASSERT_BEGIN);
		return true;
	case '$':
		p->at++;
		*item = assert_new(p, p->lines ? ASSERT_LINE_END : p->dialect == DIALECT_PCRE ? ASSERT_FINAL : ASSERT_END);
		return true;
	default:
		*item = parse_text(p);
		return true;
	}
}

static const struct syntax *parse_sequence(struct syntax_parser *p)
{
	struct syntax *all = node_new(p, SYNTAX_SEQUENCE);
	bool repeatable = false;
	while (syntax_more(p) && (p->quoted || (syntax_byte(p, 0) != '|' && syntax_byte(p, 0) != ')'))) {
		const struct syntax *item = NULL;
		unsigned min, max;
		size_t n;
		if (!p->quoted && !read_quantifier(p, &min, &max, &n))
			return NULL;
		if (!p->quoted && n) {
			if (!quantify(p, all->items.n ? &all->items.item[all->items.n - 1] : NULL, repeatable))
				return NULL;
			repeatable = false;
			continue;
		}
		bool sets_flags = !p->quoted && syntax_next_is(p, STR("(?")) && !syntax_next_is(p, STR("(?#"));
		if (!parse_item(p, &item))
			return NULL;
		if (item) {
			LIST_PUSH(p->arena, &all->items, item);
			repeatable = item->kind != SYNTAX_ASSERT;
		} else if (sets_flags) {
			repeatable = false;
		}
	}
	return all->items.n == 1 ? all->items.item[0] : all;
}

static const struct syntax *parse_choice(struct syntax_parser *p)
{
	const struct syntax *first = parse_sequence(p);
	struct syntax *choice = NULL;
	while (first && syntax_byte(p, 0) == '|' && syntax_more(p)) {
		p->at++;
		if (!choice) {
			choice = node_new(p, SYNTAX_CHOICE);
			LIST_PUSH(p->arena, &choice->items, first);
		}
		const struct syntax *next = parse_sequence(p);
		if (!next)
			return NULL;
		LIST_PUSH(p->arena, &choice->items, next);
	}
	return choice ? choice : first;
}

const struct syntax *syntax_parse(struct arena *arena, str regex, enum dialect dialect, unsigned flags, unsigned *groups,
	struct syntax_fault *fault)
{
	struct syntax_parser p = { .arena = arena, .text = regex, .dialect = dialect, .nocase = (flags & SYNTAX_NOCASE) != 0, .fault = fault };
	*fault = (struct syntax_fault){ 0 };
	const struct syntax *s = parse_choice(&p);
	if (s && syntax_more(&p)) {
		(void)syntax_refuse(&p, "a bracket ends no group");
		return NULL;
	}
	if (groups)
		*groups = p.groups;
	return s;
}
