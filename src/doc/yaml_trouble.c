/* SPDX-License-Identifier: Apache-2.0 */
/* What libyaml says, in words for people who write manifests; tabs and templates, of which it knows nothing. */
#include "doc/reading.h"
#include "doc/text.h"

enum where { AT_PROBLEM, AT_CONTEXT };

struct phrase {
	str problem, context;      /* libyaml's words; an empty context fits any */
	enum where where;
	str message, help;
};

#define QUOTE_HELP "close it; a quote inside of quoted text is doubled (''), or written \\\" in double quotes"
#define INDENT_HELP "look at the indentation of this line and of the lines before it"

static const struct phrase PHRASES[] = {
	{ STR_INIT("mapping values are not allowed in this context"), STR_INIT(""), AT_PROBLEM,
		STR_INIT("a key with its colon cannot stand here"),
		STR_INIT("text that holds a colon and a blank needs quotes; else look at the indentation of this line and the one before it") },
	{ STR_INIT("did not find expected key"), STR_INIT(""), AT_PROBLEM,
		STR_INIT("a key of the map above is wanted here"), STR_INIT(INDENT_HELP ", and at quotes that are closed too early") },
	{ STR_INIT("did not find expected '-' indicator"), STR_INIT(""), AT_PROBLEM,
		STR_INIT("the next entry of the list above, with its dash, is wanted here"), STR_INIT(INDENT_HELP) },
	{ STR_INIT("block sequence entries are not allowed in this context"), STR_INIT(""), AT_PROBLEM,
		STR_INIT("an entry of a list cannot stand here"), STR_INIT("a list begins in the line after its key") },
	{ STR_INIT("mapping keys are not allowed in this context"), STR_INIT(""), AT_PROBLEM,
		STR_INIT("a key cannot stand here"), STR_INIT(INDENT_HELP) },
	{ STR_INIT("could not find expected ':'"), STR_INIT(""), AT_CONTEXT,
		STR_INIT("a colon is missing after this key"), STR_INIT("write key: value; if it is text of the line before, indent it deeper") },
	{ STR_INIT("found unexpected end of stream"), STR_INIT(""), AT_CONTEXT,
		STR_INIT("this quote is not closed"), STR_INIT(QUOTE_HELP) },
	{ STR_INIT("found unexpected document indicator"), STR_INIT(""), AT_CONTEXT,
		STR_INIT("this quote is not closed"), STR_INIT(QUOTE_HELP) },
	{ STR_INIT("found unknown escape character"), STR_INIT(""), AT_PROBLEM,
		STR_INIT("double quotes know no such escape"), STR_INIT("write two backslashes, or put the text in single quotes") },
	{ STR_INIT("did not find expected hexdecimal number"), STR_INIT(""), AT_PROBLEM,
		STR_INIT("hexadecimal digits are wanted after this escape"), STR_INIT("write two backslashes, or put the text in single quotes") },
	{ STR_INIT("found invalid Unicode character escape code"), STR_INIT(""), AT_PROBLEM,
		STR_INIT("this escape is no character"), STR_INIT("write the character itself") },
	{ STR_INIT("did not find expected alphabetic or numeric character"), STR_INIT("while scanning an alias"), AT_CONTEXT,
		STR_INIT("text that begins with * needs quotes"), STR_INIT("put it in quotes, for example \"*.example.com\"; * without quotes is an alias") },
	{ STR_INIT("did not find expected alphabetic or numeric character"), STR_INIT("while scanning an anchor"), AT_CONTEXT,
		STR_INIT("text that begins with & needs quotes"), STR_INIT("put it in quotes; & without quotes is an anchor") },
	{ STR_INIT("found character that cannot start any token"), STR_INIT(""), AT_PROBLEM,
		STR_INIT("text cannot begin with this character"), STR_INIT("put it in quotes") },
	{ STR_INIT("did not find expected ',' or ']'"), STR_INIT(""), AT_PROBLEM,
		STR_INIT("a comma or ] is wanted here"), STR_INIT("a list in brackets is not closed; text that begins with [ needs quotes") },
	{ STR_INIT("did not find expected ',' or '}'"), STR_INIT(""), AT_PROBLEM,
		STR_INIT("a comma or } is wanted here"), STR_INIT("a map in braces is not closed; text that begins with { needs quotes") },
	{ STR_INIT("did not find expected comment or line break"), STR_INIT(""), AT_PROBLEM,
		STR_INIT("nothing else may stand in this line"),
		STR_INIT("after | or > the text begins in the next line; text that begins with one of them needs quotes") },
	{ STR_INIT("found an indentation indicator equal to 0"), STR_INIT(""), AT_PROBLEM,
		STR_INIT("a block of text cannot be indented by 0"), STR_INIT("take the digit after | or > away") },
	{ STR_INIT("did not find expected <document start>"), STR_INIT(""), AT_PROBLEM,
		STR_INIT("the document has ended before this"), STR_INIT("separate documents by ---; else " INDENT_HELP) },
	{ STR_INIT("did not find expected node content"), STR_INIT(""), AT_PROBLEM,
		STR_INIT("a value is wanted here"), STR_INIT("text that begins with one of , [ ] { } needs quotes") },
	{ STR_INIT("control characters are not allowed"), STR_INIT(""), AT_PROBLEM,
		STR_INIT("YAML has no control characters"), STR_INIT("take it away, or write it as an escape in double quotes; is this a text file?") },
	{ STR_INIT("found undefined tag handle"), STR_INIT(""), AT_CONTEXT,
		STR_INIT("no %TAG directive declares this tag"), STR_INIT("take the tag away; text that begins with ! needs quotes") },
	{ STR_INIT("found unknown directive name"), STR_INIT(""), AT_CONTEXT,
		STR_INIT("only %YAML and %TAG are directives"), STR_INIT("text that begins with % needs quotes") },
	{ STR_INIT("found incompatible YAML document"), STR_INIT(""), AT_PROBLEM,
		STR_INIT("only YAML 1.1 and 1.2 can be read"), STR_INIT("take the %YAML directive away") },
};

static size_t line_start(str text, size_t at)
{
	while (at > 0 && text.p[at - 1] != '\n' && text.p[at - 1] != '\r')
		at--;
	return at;
}

/* A tab at the place, or among the blanks that its line begins with. */
static bool find_tab(str text, size_t at, size_t *tab)
{
	size_t i = line_start(text, at);
	*tab = at;
	if (at < text.n && text.p[at] == '\t')
		return true;
	while (i < text.n && text.p[i] == ' ')
		i++;
	*tab = i;
	return i < text.n && text.p[i] == '\t';
}

static size_t find_control(str text, size_t at)
{
	while (at < text.n) {
		uint32_t code;
		size_t n = text_char(str_from(text, at), &code);
		if (n > 0 && !text_is_yaml_char(code))
			return at;
		at += n ? n : 1;
	}
	return at;
}

static const struct phrase *find_phrase(const struct yaml_words *words)
{
	for (size_t i = 0; i < sizeof PHRASES / sizeof PHRASES[0]; i++) {
		const struct phrase *p = &PHRASES[i];
		if (str_eq(p->problem, words->problem) && (p->context.n == 0 || str_eq(p->context, words->context)))
			return p;
	}
	return NULL;
}

static bool opens_template(str s)
{
	return str_starts(s, STR("{{")) || str_starts(s, STR("{%")) || str_starts(s, STR("{#"));
}

/* Behind a quoted text that begins at i and ends in the same line; else the end of the line. */
static size_t skip_quoted(str line, size_t i)
{
	char quote = line.p[i];
	for (i++; i < line.n && line.p[i] != quote; i++)
		if (line.p[i] == '\\' && quote == '"')
			i++;
	return i < line.n ? i + 1 : line.n;
}

/* A template in a line, where it is neither quoted nor a comment. */
static bool template_in_line(str line, size_t *at)
{
	size_t i = 0;
	while (i < line.n && line.p[i] != '#') {
		*at = i;
		if (opens_template(str_from(line, i)))
			return true;
		i = line.p[i] == '"' || line.p[i] == '\'' ? skip_quoted(line, i) : i + 1;
	}
	return false;
}

/* The start of the nearest line before i that is neither empty nor a comment. */
static size_t line_before(str text, size_t first, size_t i)
{
	while (i > first) {
		size_t start = line_start(text, i - 1);
		str line = str_trim(str_slice(text, start, i));
		i = start;
		if (line.n > 0 && line.p[0] != '#')
			break;
	}
	return i > first ? i : first;
}

bool trouble_of_template(const struct reading *r, const struct cut *cut, size_t from, size_t to, struct trouble *trouble)
{
	size_t i = line_before(r->text, cut->start, line_start(r->text, from));
	while (i <= to && i < cut->end) {
		str line = str_slice(r->text, i, cut->end);
		line = str_slice(line, 0, str_find_char(line, '\n'));
		size_t at;
		if (template_in_line(line, &at)) {
			*trouble = (struct trouble){ DIAG_TEMPLATE, i + at, 2, STR("this is a template, not YAML"),
				STR("render it first: helm template DIR | ing2gw convert -f - (or what else fills in its {{ }} and {% %})") };
			return true;
		}
		i += line.n + 1;
	}
	return false;
}

struct trouble trouble_of_yaml(const struct reading *r, const struct cut *cut, const struct yaml_words *words)
{
	str text = str_slice(r->text, 0, cut->end);
	const struct phrase *phrase = find_phrase(words);
	struct trouble t = { DIAG_SYNTAX, words->problem_at, 1, STR(""), STR(INDENT_HELP) };
	bool control = str_eq(words->problem, STR("control characters are not allowed"));
	/* A block begins far before what is wrong in it. */
	bool narrow = words->context.n > 0 && !str_has(words->context, STR("block"));
	size_t from = narrow ? words->context_at : words->problem_at, tab;
	if (!control && trouble_of_template(r, cut, from, words->problem_at, &t))
		return t;
	if (!control && find_tab(text, words->problem_at, &tab) && tab >= cut->start) {
		t.code = DIAG_TAB_INDENT;
		t.offset = tab;
		t.message = STR("a tab cannot indent YAML");
		t.help = STR("replace tabs by blanks: expand -t 2 FILE");
		return t;
	}
	if (control)
		t.offset = find_control(text, cut->start);
	else if (phrase && phrase->where == AT_CONTEXT && words->context.n > 0)
		t.offset = words->context_at;
	if (phrase) {
		t.message = phrase->message;
		t.help = phrase->help;
	} else {
		t.message = arena_printf(r->reader->diags->arena, "this is not YAML: %.*s", STR_ARG(words->problem));
	}
	return t;
}
