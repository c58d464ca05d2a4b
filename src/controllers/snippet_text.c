/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of nginx, read once each, with a fact for every directive: see snippet.h. */
#include "controllers/snippet.h"

/* ---- rows ---- */

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

/* A row may name a directive with its first argument, where that decides what it does. */
static const struct directive_row *row_for(const struct controller_table *table, const struct nginx_directive *d)
{
	for (size_t i = 0; d->args.n && i < table->directives.n; i++) {
		str name, argument;
		if (str_cut(table->directives.item[i].name, ' ', &name, &argument) && str_eq(name, d->name) &&
			str_eq_nocase(argument, d->args.item[0].text))
			return &table->directives.item[i];
	}
	return find_row(table, d->name);
}

/* ---- places ---- */

static str line_of(str text, size_t at)
{
	str rest = str_from(text, at);
	return str_slice(rest, 0, str_find_char(rest, '\n'));
}

static size_t blanks_of(str line)
{
	size_t n = 0;
	while (n < line.n && char_is_space(line.p[n]))
		n++;
	return n;
}

/* Where the line of the value that holds the offset begins in the source, if the value is a literal block ("|"). */
static size_t source_line(struct snippet *snippet, str source, size_t offset)
{
	if (snippet->source_line == 0 || offset < snippet->line) {
		snippet->line = 0;
		snippet->source_line = snippet->at.offset + line_of(source, snippet->at.offset).n + 1;
	}
	for (;;) {
		size_t next = snippet->line + line_of(snippet->value, snippet->line).n + 1;
		if (next > offset || snippet->source_line >= source.n)
			return snippet->source_line;
		snippet->line = next;
		snippet->source_line += line_of(source, snippet->source_line).n + 1;
	}
}

/*
 * A value of several lines in a literal block has the source's lines, with their indent; a value in one line stands behind its
 * key as it is. Where neither holds, the place is that of the annotation.
 */
static struct place place_of(const struct instance *in, struct snippet *snippet, size_t offset, size_t length, uint32_t *span)
{
	const struct source *source = sources_get(in->front->snapshot->sources, snippet->at.file);
	struct place at = snippet->at;
	*span = snippet->span;
	if (!source || at.offset >= source->text.n || offset > snippet->value.n)
		return at;
	bool block = str_has_char(snippet->value, '\n');
	size_t here = block ? source_line(snippet, source->text, offset) : at.offset, start = block ? snippet->line : 0;
	if (here >= source->text.n)
		return at;
	str wanted = line_of(snippet->value, start), line = line_of(source->text, here);
	size_t inside = offset - start, indent = blanks_of(wanted);
	size_t found = block ? blanks_of(line) : str_find(line, str_trim(wanted));
	bool same = block ? str_eq(str_trim(line), str_trim(wanted)) : found < line.n;
	if (!same || inside < indent || inside > wanted.n)
		return at;
	size_t rest = wanted.n - inside;
	*span = (uint32_t)(length < rest ? length : rest);
	if (*span == 0)
		*span = 1;
	return (struct place){ at.file, (uint32_t)(here + found + inside - indent) };
}

/* ---- facts ---- */

static struct fact *find_fact(const struct instance *in, const struct snippet *snippet, str key)
{
	size_t n = snippet->record ? snippet->record->facts.n : in->front->ledger->defaults.n;
	struct fact **item = snippet->record ? snippet->record->facts.item : in->front->ledger->defaults.item;
	for (size_t i = 0; i < n; i++)
		if (str_eq(item[i]->key, key))
			return item[i];
	return NULL;
}

/* As it is written, for messages. */
static str statement_text(const struct snippet *snippet, const struct nginx_directive *d)
{
	enum { MOST = 200 };
	size_t end = d->end > d->at ? d->end : d->at + d->name.n;
	str text = str_slice(snippet->value, d->at, end);
	return str_slice(text, 0, text.n < MOST ? text.n : MOST);
}

/* Directives of one name are one fact: whoever takes the name away takes all of them away. */
static struct fact *fact_of(struct instance *in, struct snippet *snippet, const struct nginx_directive *d)
{
	struct arena *a = in->front->arena;
	str key = arena_printf(a, "%.*s#%.*s", STR_ARG(snippet->key), STR_ARG(d->name)), text = statement_text(snippet, d);
	struct fact *fact = find_fact(in, snippet, key);
	if (fact) {
		map_set(&snippet->several, fact->key, fact);
		return fact;
	}
	uint32_t span;
	struct place at = place_of(in, snippet, d->at, text.n, &span);
	fact = ledger_fact(in->front->ledger, snippet->record, key, text, at, span);
	fact->feature = snippet->feature;
	return fact;
}

/* What nginx takes within a server only. */
static bool is_of_server(enum directive_reader reader)
{
	return reader == READ_RETURN || reader == READ_REWRITE || reader == READ_SET || reader == READ_IF || reader == READ_BREAK ||
		reader == READ_LOCATION;
}

/* The depth is bounded by the reader of the text. */
static struct statement_list statements_of(struct instance *in, struct snippet *snippet, const struct nginx_list *list, bool inside)
{
	struct statement_list out = { 0 };
	for (size_t i = 0; i < list->n; i++) {
		const struct nginx_directive *d = list->item[i];
		struct statement s = { .d = d, .row = row_for(in->controller->table, d), .fact = fact_of(in, snippet, d), .snippet = snippet };
		s.misplaced = s.row && snippet->level != SNIPPET_OTHER && (inside || snippet->level != SNIPPET_HTTP ? s.row->http : is_of_server(s.row->reader));
		if (!s.row || !s.row->entries)
			s.children = statements_of(in, snippet, &d->children, true);
		LIST_PUSH(in->front->arena, &out, s);
	}
	return out;
}

/* ---- what nginx refuses ---- */

void snippet_reject(struct instance *in, struct snippet *snippet, size_t offset, size_t length, const char *why)
{
	struct arena *a = in->front->arena;
	struct diag_site site = { .object = snippet->record ? record_object(a, snippet->record) : (str){ "", 0 } };
	site.at = place_of(in, snippet, offset, length ? length : 1, &site.span);
	struct diag *d = diag_addf(in->front->diags, DIAG_CONFIG_REJECTED, site, "nginx refuses the whole configuration because of a snippet: %s", why);
	d->effect = STR("the controller keeps its last good configuration, and no later change of any Ingress is in force");
	d->help = STR("correct the snippet: as it stands, it does nothing but to block the controller");
	fact_lost(snippet->fact, FACT_INVALID, LOSS_NONE, DIAG_CONFIG_REJECTED, STR("nginx refuses it"));
	entry_reject(in, site.at, arena_printf(a, "nginx refuses a snippet: %s", why));
}

static void reject_statement(struct instance *in, const struct statement *s, const char *why)
{
	struct arena *a = in->front->arena;
	snippet_reject(in, s->snippet, s->d->at, s->d->name.n, arena_cstr(a, arena_printf(a, "\"%.*s\" %s", STR_ARG(s->d->name), why)));
	fact_lost(s->fact, FACT_INVALID, LOSS_NONE, DIAG_CONFIG_REJECTED, STR("nginx refuses it"));
}

static void check_text(struct instance *in, struct snippet *snippet)
{
	const struct nginx_text *t = &snippet->text;
	if (t->fault != NGINX_GOOD && t->fault != NGINX_LIMIT)
		snippet_reject(in, snippet, t->fault_at, 1, arena_cstr(in->front->arena, t->why));
	for (size_t i = 0; i < snippet->statements.n; i++) {
		const struct statement *s = &snippet->statements.item[i];
		if (s->misplaced)
			reject_statement(in, s, "is not allowed here");
		else if (s->row && s->row->taken && snippet->level == SNIPPET_LOCATION)
			reject_statement(in, s, "is there already, and may not stand twice");
	}
}

/* ---- rules of the firewall ---- */

/* A directive a line, which a backslash at its end continues; the arguments are not looked at. */
static void read_rules(struct arena *a, str text, struct nginx_text *out)
{
	for (size_t at = 0; at < text.n;) {
		struct nginx_directive *d = NEW(a, struct nginx_directive);
		d->at = at + blanks_of(line_of(text, at));
		str line = line_of(text, at);
		while (str_ends(str_trim(line), STR("\\")) && at + line.n < text.n) {
			at += line.n + 1;
			line = line_of(text, at);
		}
		at += line.n + 1;
		d->end = at - 1 < text.n ? at - 1 : text.n;
		size_t end = d->at;
		while (end < text.n && !char_is_space(text.p[end]))
			end++;
		d->name = str_slice(text, d->at, end);
		if (d->name.n == 0 || d->name.p[0] == '#' || out->directives.n == NGINX_DIRECTIVES_MOST)
			continue;
		LIST_PUSH(a, &out->directives, d);
	}
}

/* The controller puts the rules between quotes, so that nginx reads them as one word. */
static void check_rules(struct instance *in, struct snippet *snippet)
{
	struct arena *a = in->front->arena;
	struct nginx_text t;
	nginx_text_read(a, arena_printf(a, "m '\n%.*s\n';", STR_ARG(snippet->value)), &t);
	if (t.fault == NGINX_GOOD && t.count == 1 && t.directives.item[0]->args.n == 1)
		return;
	snippet_reject(in, snippet, t.fault == NGINX_CHARACTER && t.fault_at > 4 ? t.fault_at - 4 : 0, 1,
		t.fault == NGINX_LONG_WORD ? "rules of a firewall are longer than 4095 characters"
		: "rules of a firewall have a single quote, which ends the word that nginx reads them as");
}

void snippet_check(struct instance *in, struct snippet *snippet)
{
	if (snippet->checked)
		return;
	snippet->checked = true;
	if (str_eq(snippet->feature, STR("waf")))
		check_rules(in, snippet);
	else
		check_text(in, snippet);
}

/* ---- reading ---- */

static void read_text(struct instance *in, struct snippet *snippet)
{
	if (str_eq(snippet->feature, STR("waf")))
		read_rules(in->front->arena, snippet->value, &snippet->text);
	else
		nginx_text_read(in->front->arena, snippet->value, &snippet->text);
}

static struct snippet *read_snippet(struct instance *in, const struct snippet *from, str cache_key)
{
	struct arena *a = in->front->arena;
	if (!in->snippets.arena)
		map_init(&in->snippets, a);
	struct snippet *snippet = map_get(&in->snippets, cache_key);
	if (snippet)
		return snippet;
	snippet = NEW(a, struct snippet);
	*snippet = *from;
	map_init(&snippet->several, a);
	map_set(&in->snippets, cache_key, snippet);
	read_text(in, snippet);
	snippet->statements = statements_of(in, snippet, &snippet->text.directives, false);
	if (snippet->statements.n == 0 && snippet->text.fault == NGINX_GOOD)
		fact_idle(snippet->fact, STR("the snippet holds nothing but blanks and comments"));
	return snippet;
}

struct snippet *snippet_of_setting(struct instance *in, struct subject *s, struct setting *setting)
{
	str feature = setting->row->feature;
	const struct snippet from = {
		.level = str_eq(feature, STR("snippet.server")) ? SNIPPET_SERVER : str_eq(feature, STR("snippet.location")) ? SNIPPET_LOCATION : SNIPPET_OTHER,
		.feature = feature, .key = setting->fact->key,
		.value = setting->fact->value, .at = setting->fact->at, .span = setting->fact->span, .fact = setting->fact, .record = s->record,
	};
	return read_snippet(in, &from, arena_printf(in->front->arena, "%.*s/%.*s %.*s", STR_ARG(s->record->namespace), STR_ARG(s->record->name),
		STR_ARG(from.key)));
}

/* The ConfigMap's entry of a default, for its place. */
static const struct data_entry *entry_of(const struct instance *in, str feature, str field)
{
	const struct controller_table *table = in->controller->table;
	const struct config_map *map = in->controller->config_map;
	for (size_t i = 0; map && i < table->defaults.n; i++) {
		const struct default_row *row = &table->defaults.item[i];
		if (!str_eq(row->feature, feature) || !str_eq(row->field, field))
			continue;
		for (size_t j = 0; j < map->data.n; j++)
			if (str_eq(map->data.item[j].key, row->configmap))
				return &map->data.item[j];
	}
	return NULL;
}

struct snippet *snippet_of_default(struct instance *in, str feature, str field)
{
	struct arena *a = in->front->arena;
	const struct data_entry *entry = entry_of(in, feature, field);
	str value = entry ? entry->value : controller_default(in->controller, feature, field);
	struct fact *fact = controller_default_fact(in->controller, feature);
	if (value_is_off(str_trim(value)) || !fact)
		return NULL;
	struct snippet from = {
		.level = str_eq(field, STR("http")) ? SNIPPET_HTTP : str_eq(feature, STR("snippet.server")) ? SNIPPET_SERVER : SNIPPET_LOCATION,
		.feature = feature, .key = arena_join(a, STR("default:"), feature), .value = value,
		.at = entry ? entry->at : fact->at, .span = entry ? (uint32_t)entry->key.n : fact->span, .fact = fact,
	};
	return read_snippet(in, &from, arena_printf(a, "%.*s %.*s", STR_ARG(feature), STR_ARG(field)));
}

/* ---- statements ---- */

bool statement_is(const struct statement *s, enum directive_reader reader)
{
	return s->row && s->row->reader == reader && !s->misplaced;
}

str statement_arg(const struct statement *s, size_t i)
{
	return i < s->d->args.n ? s->d->args.item[i].text : (str){ "", 0 };
}

bool statement_refuses(const struct statement *s)
{
	bool own = !s->row || s->misplaced || str_eq(s->row->action, STR("refuses"));
	if (own && !statement_is(s, READ_IF))
		return true;
	for (size_t i = 0; i < s->children.n; i++)
		if (statement_guards(&s->children.item[i]))
			return true;
	return false;
}

bool statement_guards(const struct statement *s)
{
	return statement_refuses(s) || statement_is(s, READ_INPUT_HEADERS) || statement_is(s, READ_CLEAR_INPUT);
}

void statement_idle(const struct statement *s, str why)
{
	fact_idle(s->fact, why);
	for (size_t i = 0; i < s->children.n; i++)
		statement_idle(&s->children.item[i], why);
}

void statement_facts(struct snippet_view *v, const struct statement *s, struct fact_list *facts)
{
	fact_list_add(v->in->front->arena, facts, s->fact);
	fact_list_add(v->in->front->arena, facts, s->snippet->fact);
}

bool statement_is_alone(const struct statement *s)
{
	return !map_get(&s->snippet->several, s->fact->key);
}
