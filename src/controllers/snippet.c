/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snippets: configuration text of nginx inside an annotation. A small lexer cuts it into directives (nginx's own rules:
 * words, quotes, braces, comments; blocks of Lua are passed over as a whole); the controller's table says of each name
 * whether it may refuse or route a request. A name that the table does not have counts as one that does.
 */
#include "controllers/server.h"

struct lexer {
	str text;
	size_t at;
};

static void skip_blank(struct lexer *x)
{
	while (x->at < x->text.n) {
		char c = x->text.p[x->at];
		if (c == '#') {
			while (x->at < x->text.n && x->text.p[x->at] != '\n')
				x->at++;
		} else if (char_is_space(c)) {
			x->at++;
		} else {
			return;
		}
	}
}

static void skip_quoted(struct lexer *x)
{
	char quote = x->text.p[x->at++];
	while (x->at < x->text.n && x->text.p[x->at] != quote)
		x->at += x->text.p[x->at] == '\\' ? 2 : 1;
	x->at++;
	if (x->at > x->text.n)
		x->at = x->text.n;
}

/* One word. Inside of it, as for nginx, "${" opens no block and "}" closes none. */
static str read_word(struct lexer *x)
{
	size_t start = x->at;
	while (x->at < x->text.n) {
		char c = x->text.p[x->at];
		if (c == '\\' && x->at + 1 < x->text.n) {
			x->at += 2;
		} else if ((c == '"' || c == '\'') && x->at == start) {
			skip_quoted(x);
			break;
		} else if (c == '$' && x->at + 1 < x->text.n && x->text.p[x->at + 1] == '{') {
			x->at += 2;   /* as nginx does: only the brace is special here */
		} else if (char_is_space(c) || c == ';' || c == '{') {
			break;
		} else {
			x->at++;
		}
	}
	return str_slice(x->text, start, x->at);
}

/* The word behind, without taking it; empty at the end of the directive. */
static str next_word(const struct lexer *x)
{
	struct lexer ahead = *x;
	skip_blank(&ahead);
	return ahead.at < ahead.text.n ? read_word(&ahead) : (str){ "", 0 };
}

/* A block whose content is not nginx's language: to its closing brace, quotes and Lua comments passed over. */
static void skip_block(struct lexer *x)
{
	size_t depth = 0;
	while (x->at < x->text.n) {
		char c = x->text.p[x->at];
		if (c == '"' || c == '\'') {
			skip_quoted(x);
			continue;
		}
		x->at++;
		if (c == '-' && x->at < x->text.n && x->text.p[x->at] == '-')
			while (x->at < x->text.n && x->text.p[x->at] != '\n')
				x->at++;
		depth += c == '{';
		if (c == '}' && --depth == 0)
			return;
	}
}

static const struct directive_row *find_row(const struct controller_table *table, str name)
{
	const struct directive_row *best = NULL;
	for (size_t i = 0; i < table->directives.n; i++) {
		const struct directive_row *d = &table->directives.item[i];
		if (str_eq(d->name, name))
			return d;
		bool open = str_ends(d->name, STR("*"));
		if (open && str_starts(name, str_slice(d->name, 0, d->name.n - 1)) && (!best || best->name.n < d->name.n))
			best = d;
	}
	return best;
}

static struct fact *directive_fact(struct instance *in, struct subject *s, const struct setting *setting, str name)
{
	struct arena *a = in->front->arena;
	str key = arena_printf(a, "%.*s#%.*s", STR_ARG(setting->fact->key), STR_ARG(name));
	for (size_t i = 0; i < s->record->facts.n; i++)
		if (str_eq(s->record->facts.item[i]->key, key))
			return s->record->facts.item[i];
	return ledger_fact(in->front->ledger, s->record, key, name, setting->fact->at, setting->fact->span);
}

static struct step *step_of(struct instance *in, struct route *r, enum step_kind kind, str feature)
{
	for (size_t i = 0; i < r->steps.n; i++)
		if (r->steps.item[i]->kind == kind && str_eq(r->steps.item[i]->feature, feature))
			return r->steps.item[i];
	return route_step(in->front->arena, r, kind, feature, NULL);
}

/* A row may name a directive with its first argument, where that decides what it does. */
static const struct directive_row *row_for(const struct instance *in, str name, str argument)
{
	const struct controller_table *table = in->controller->table;
	str both = arena_printf(in->front->arena, "%.*s %.*s", STR_ARG(name), STR_ARG(argument));
	for (size_t i = 0; i < table->directives.n; i++)
		if (str_eq_nocase(table->directives.item[i].name, both))
			return &table->directives.item[i];
	return find_row(table, name);
}

static void add_directive(struct instance *in, struct subject *s, const struct setting *setting, str name, str argument, struct route *r)
{
	struct arena *a = in->front->arena;
	struct fact *fact = directive_fact(in, s, setting, arena_str(a, name));
	const struct directive_row *row = row_for(in, name, argument);
	bool refuses = !row || str_eq(row->action, STR("refuses"));
	fact->feature = refuses || row->feature.n == 0 ? setting->row->feature : row->feature;
	struct step *step;
	if (refuses) {
		step = step_of(in, r, STEP_GUARD, setting->row->feature);
		step->value = fact->value;
	} else {
		step = step_of(in, r, STEP_OTHER, row->feature.n ? row->feature : STR("snippet.other"));
	}
	fact_list_add(a, &step->facts, setting->fact);
	fact_list_add(a, &step->facts, fact);
}

void snippet_steps(struct instance *in, struct subject *s, struct setting *setting, struct route *r)
{
	struct lexer x = { setting->value.text, 0 };
	bool any = false, fresh = true;
	for (skip_blank(&x); x.at < x.text.n; skip_blank(&x)) {
		char c = x.text.p[x.at];
		if (c == ';' || c == '}') {
			x.at++;
			fresh = true;
		} else if (c == '{') {
			x.at++;
			fresh = true;
		} else {
			size_t before = x.at;
			str word = read_word(&x);
			if (x.at == before)
				x.at++;
			if (!fresh)
				continue;
			fresh = false;
			any = true;
			add_directive(in, s, setting, word, next_word(&x), r);
			if (str_ends(word, STR("_block"))) {
				skip_block(&x);
				fresh = true;
			}
		}
	}
	if (!any)
		fact_idle(setting->fact, STR("the snippet holds nothing but blanks and comments"));
}
