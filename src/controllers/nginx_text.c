/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of nginx's configuration text: see nginx_text.h. */
#include "controllers/nginx_text.h"

struct reader {
	struct arena *arena;
	str text;
	size_t at;
	struct nginx_text *out;
	struct nginx_directive *open;    /* the innermost block; NULL: none */
	size_t depth;
};

enum token { TOKEN_STATEMENT, TOKEN_BLOCK, TOKEN_CLOSE, TOKEN_END, TOKEN_FAULT };

static enum token fault(struct reader *r, enum nginx_fault kind, size_t at, str why)
{
	r->out->fault = kind;
	r->out->fault_at = at;
	r->out->why = why;
	return TOKEN_FAULT;
}

static enum token unexpected(struct reader *r, enum nginx_fault kind)
{
	return fault(r, kind, r->at, arena_printf(r->arena, "unexpected \"%c\"", r->text.p[r->at]));
}

/* ---- words ---- */

/* "\"", "\'" and "\\" are the second character, "\t", "\r" and "\n" what they say; other escapes stay as they are. */
static str unescape(struct arena *arena, str raw)
{
	static const str CODES = STR_INIT("\"'\\trn"), TEXTS = STR_INIT("\"'\\\t\r\n");
	if (!str_has_char(raw, '\\'))
		return raw;
	char *p = arena_alloc(arena, 1, 1, raw.n);
	size_t n = 0;
	for (size_t i = 0; i < raw.n; i++) {
		size_t code = raw.p[i] == '\\' && i + 1 < raw.n ? str_find_char(CODES, raw.p[i + 1]) : CODES.n;
		p[n++] = code < CODES.n ? TEXTS.p[code] : raw.p[i];
		i += code < CODES.n;
	}
	return (str){ p, n };
}

/* The end of a word in quotes: its closing quote, or the end of the text. */
static size_t quoted_end(const struct reader *r, size_t start)
{
	size_t i = start;
	while (i < r->text.n && r->text.p[i] != r->text.p[start - 1])
		i += r->text.p[i] == '\\' ? 2 : 1;
	return i < r->text.n ? i : r->text.n;
}

/* The end of a word without quotes. A "{" right behind a "$" belongs to it; quotes, "}" and "#" within it are plain characters. */
static size_t plain_end(const struct reader *r, size_t start)
{
	bool variable = false;
	size_t i = start;
	while (i < r->text.n) {
		char c = r->text.p[i];
		if (c == '{' && variable && i > start) {
			i++;
			continue;
		}
		if (i > start && (char_is_space(c) || c == ';' || c == '{'))
			break;
		variable = c == '$';
		i += c == '\\' ? 2 : 1;
	}
	return i < r->text.n ? i : r->text.n;
}

/* What may stand right behind the closing quote of a word. */
static bool ends_quoted(char c)
{
	return char_is_space(c) || c == ';' || c == '{' || c == ')';
}

/* False at a fault, which has been said. */
static bool read_word(struct reader *r, struct nginx_word *word)
{
	char quote = r->text.p[r->at];
	bool quoted = quote == '"' || quote == '\'';
	size_t start = r->at + quoted, end = quoted ? quoted_end(r, start) : plain_end(r, start);
	word->at = r->at;
	if (end - start >= NGINX_WORD_MOST) {
		fault(r, NGINX_LONG_WORD, r->at, STR("too long parameter"));
		return false;
	}
	if (end == r->text.n) {
		fault(r, NGINX_OPEN, r->at, quoted ? STR("a quote that is not closed") : STR("unexpected end, expecting \";\""));
		return false;
	}
	word->text = unescape(r->arena, str_slice(r->text, start, end));
	r->at = end + quoted;
	if (quoted && r->at < r->text.n && !ends_quoted(r->text.p[r->at])) {
		unexpected(r, NGINX_CHARACTER);
		return false;
	}
	return true;
}

static void skip_blank(struct reader *r)
{
	while (r->at < r->text.n) {
		if (r->text.p[r->at] == '#')
			r->at += str_find_char(str_from(r->text, r->at), '\n');
		else if (char_is_space(r->text.p[r->at]))
			r->at++;
		else
			return;
	}
}

/* Words up to the end of a directive, which is passed over. The first one is its name. */
static enum token read_words(struct reader *r, struct nginx_directive *d)
{
	bool named = false;
	for (;;) {
		skip_blank(r);
		if (r->at == r->text.n)
			return named ? fault(r, NGINX_OPEN, d->at, STR("unexpected end, expecting \";\"")) : TOKEN_END;
		char c = r->text.p[r->at];
		if (c == ';' || c == '{' || c == '}') {
			if ((c == '}') == named)
				return unexpected(r, NGINX_CHARACTER);
			r->at++;
			return c == ';' ? TOKEN_STATEMENT : c == '{' ? TOKEN_BLOCK : TOKEN_CLOSE;
		}
		struct nginx_word word;
		if (!read_word(r, &word))
			return TOKEN_FAULT;
		if (named) {
			LIST_PUSH(r->arena, &d->args, word);
		} else {
			d->name = word.text;
			d->at = word.at;
			named = true;
		}
	}
}

/* ---- Lua ---- */

/* "[[", "[==[": the bytes of a bracket that opens a long text, 0 where there is none. */
static size_t long_bracket(str s)
{
	size_t level = 0;
	if (!str_starts(s, STR("[")))
		return 0;
	while (level + 1 < s.n && s.p[level + 1] == '=')
		level++;
	return level + 1 < s.n && s.p[level + 1] == '[' ? level + 2 : 0;
}

/* Bytes up to and with the bracket that closes a long text; past the end where there is none. */
static size_t long_text(str s, size_t bracket)
{
	for (size_t i = bracket; i + bracket <= s.n; i++) {
		if (s.p[i] != ']' || s.p[i + bracket - 1] != ']')
			continue;
		size_t level = 1;
		while (level + 1 < bracket && s.p[i + level] == '=')
			level++;
		if (level + 1 == bracket)
			return i + bracket;
	}
	return s.n + 1;
}

/* A text in quotes ends in its line, unless a backslash stands before the end of that. */
static size_t short_text(str s)
{
	size_t i = 1;
	while (i < s.n && s.p[i] != s.p[0] && s.p[i] != '\n')
		i += s.p[i] == '\\' ? 2 : 1;
	return i < s.n && s.p[i] == s.p[0] ? i + 1 : s.n + 1;
}

/* Bytes of what begins here and holds no brace of the program: a text, a comment, or one character. */
static size_t lua_element(str s)
{
	bool comment = str_starts(s, STR("--"));
	size_t head = comment ? 2 : 0, bracket = long_bracket(str_from(s, head));
	if (bracket)
		return head + long_text(str_from(s, head), bracket);
	if (comment)
		return str_find_char(s, '\n');
	return s.p[0] == '"' || s.p[0] == '\'' ? short_text(s) : 1;
}

static enum token read_lua(struct reader *r, struct nginx_directive *d)
{
	size_t depth = 1, start = r->at;
	while (r->at < r->text.n) {
		char c = r->text.p[r->at];
		depth += c == '{';
		if (c == '}' && --depth == 0) {
			d->body = str_slice(r->text, start, r->at);
			d->end = ++r->at;
			return TOKEN_STATEMENT;
		}
		r->at += lua_element(str_from(r->text, r->at));
	}
	return fault(r, NGINX_OPEN, d->at, STR("a block of Lua that is not closed"));
}

/* ---- the tree ---- */

static bool is_lua(str name)
{
	return str_ends(name, STR("_by_lua_block"));
}

static enum token add(struct reader *r, struct nginx_directive *d, enum token token)
{
	d->parent = r->open;
	d->end = r->at;
	if (r->open)
		LIST_PUSH(r->arena, &r->open->children, d);
	else
		LIST_PUSH(r->arena, &r->out->directives, d);
	if (++r->out->count > NGINX_DIRECTIVES_MOST)
		return fault(r, NGINX_LIMIT, d->at, STR("more directives than are read"));
	if (token != TOKEN_BLOCK)
		return token;
	d->block = true;
	if (is_lua(d->name)) {
		d->lua = true;
		return read_lua(r, d);
	}
	if (++r->depth > NGINX_DEPTH_MOST)
		return fault(r, NGINX_LIMIT, d->at, STR("more blocks within each other than are read"));
	r->open = d;
	return token;
}

static enum token close_block(struct reader *r)
{
	struct nginx_directive *d = r->open;
	if (!d)
		return fault(r, NGINX_BRACE, r->at - 1, STR("unexpected \"}\""));
	size_t start = d->end;
	d->body = str_slice(r->text, start, r->at - 1);
	d->end = r->at;
	r->open = d->parent;
	r->depth--;
	return TOKEN_CLOSE;
}

void nginx_text_read(struct arena *arena, str text, struct nginx_text *out)
{
	struct reader r = { .arena = arena, .text = text, .out = out };
	enum token token = TOKEN_CLOSE;
	*out = (struct nginx_text){ 0 };
	if (text.n > NGINX_TEXT_MOST)
		token = fault(&r, NGINX_LIMIT, 0, STR("more text than is read"));
	while (token != TOKEN_FAULT && token != TOKEN_END) {
		struct nginx_directive *d = NEW(arena, struct nginx_directive);
		token = read_words(&r, d);
		if (token == TOKEN_STATEMENT || token == TOKEN_BLOCK)
			token = add(&r, d, token);
		else if (token == TOKEN_CLOSE)
			token = close_block(&r);
		else if (token == TOKEN_END && r.open)
			token = fault(&r, NGINX_OPEN, r.open->at, STR("unexpected end, expecting \"}\""));
	}
}
