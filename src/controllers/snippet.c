/* SPDX-License-Identifier: Apache-2.0 */
/* The texts around a route, and what of them is not understood: see snippet.h. */
#include "controllers/snippet.h"

/* ---- views ---- */

static void add_block(struct snippet_view *v, struct snippet *snippet)
{
	if (!snippet)
		return;
	snippet_check(v->in, snippet);
	const struct snippet_block block = { snippet->level, snippet, &snippet->statements };
	LIST_PUSH(v->in->front->arena, &v->blocks, block);
}

/* The first Ingress of the host that has such a text; those of the others have no effect. */
static struct snippet *host_snippet(struct instance *in, struct server *server)
{
	struct snippet *first = NULL;
	for (size_t i = 0; i < server->owners.n; i++) {
		struct setting *at = subject_setting(server->owners.item[i], STR("snippet.server"), STR("text"));
		struct snippet *snippet = at ? snippet_of_setting(in, server->owners.item[i], at) : NULL;
		if (!snippet || snippet == first)
			continue;
		if (!first) {
			first = snippet;
			continue;
		}
		static const str WHY = STR_INIT("an older Ingress of the host has such a snippet, and only the first counts");
		fact_idle(snippet->fact, WHY);
		for (size_t j = 0; j < snippet->statements.n; j++)
			statement_idle(&snippet->statements.item[j], WHY);
	}
	return first;
}

void view_add_host(struct snippet_view *v)
{
	add_block(v, snippet_of_default(v->in, STR("snippet.server"), STR("http")));
	add_block(v, host_snippet(v->in, v->server));
	add_block(v, snippet_of_default(v->in, STR("snippet.server"), STR("text")));
}

/* ---- variables ---- */

/* More than these are not followed, so that no text takes long. */
enum { VARIABLES_MOST = 32, EXPANSIONS_MOST = 4096 };

/* "(?<name>...)" in an expression sets the variable as well. */
static bool captures(str text, str name)
{
	for (size_t at = 0; at < text.n; at++) {
		at += str_find_char(str_from(text, at), '<');
		str rest = str_from(text, at + 1);
		if (str_starts(rest, name) && rest.n > name.n && rest.p[name.n] == '>')
			return true;
	}
	return false;
}

/* How often the variable is set, at any depth, by whatever sets one. */
static size_t times_set(const struct statement_list *list, str name)
{
	size_t n = 0;
	for (size_t i = 0; i < list->n; i++) {
		const struct statement *s = &list->item[i];
		str first = statement_arg(s, 0);
		bool sets = str_starts(s->d->name, STR("set")) || str_starts(s->d->name, STR("auth_request_set"));
		n += sets && first.n > 1 && first.p[0] == '$' && str_eq(str_from(first, 1), name);
		for (size_t j = 0; j < s->d->args.n; j++)
			n += captures(s->d->args.item[j].text, name);
		n += times_set(&s->children, name);
	}
	return n;
}

static bool is_set_times(const struct snippet_view *v, str name, size_t times)
{
	size_t n = 0;
	for (size_t i = 0; i < v->blocks.n; i++)
		n += times_set(v->blocks.item[i].statements, name);
	return n == times;
}

static void add_variables(struct snippet_view *v, const struct snippet_block *block)
{
	for (size_t i = 0; i < block->statements->n && v->variables.n < VARIABLES_MOST; i++) {
		struct statement *s = &block->statements->item[i];
		str name = statement_arg(s, 0);
		bool service = str_eq(s->d->name, STR("auth_request_set"));
		if ((!statement_is(s, READ_SET) && !service) || s->d->args.n != 2 || !str_starts(name, STR("$")) || statement_refuses(s))
			continue;
		struct snippet_variable variable = { str_from(name, 1), statement_arg(s, 1), s, is_set_times(v, str_from(name, 1), 1), service };
		LIST_PUSH(v->in->front->arena, &v->variables, variable);
	}
}

static void add_known(struct snippet_view *v, str name, str value)
{
	const struct snippet_variable variable = { name, value, NULL, is_set_times(v, name, 0), false };
	if (value.n)
		LIST_PUSH(v->in->front->arena, &v->variables, variable);
}

/* The path of the Ingress that a location was made for: the first with its host and text. */
static const struct ingress_path *path_of(const struct snippet_view *v)
{
	const struct ingress *ingress = v->subject->ingress;
	for (size_t i = 0; i < ingress->rules.n; i++) {
		const struct ingress_rule *rule = &ingress->rules.item[i];
		if (!str_eq_nocase(rule->host ? str_trim(rule->host->value) : STR(""), v->server->name))
			continue;
		for (size_t j = 0; j < rule->paths.n; j++)
			if (rule->paths.item[j].at.file == v->location->at.file && rule->paths.item[j].at.offset == v->location->at.offset)
				return &rule->paths.item[j];
	}
	return NULL;
}

/* The name of the server, and what the controller sets in each location. */
static void add_known_variables(struct snippet_view *v)
{
	const struct host *host = v->server->host;
	if (host && host->name.kind == HOST_EXACT && str_eq(host->name.name, v->server->name))
		add_known(v, STR("server_name"), v->server->name);
	const struct ingress_path *path = v->location && v->subject ? path_of(v) : NULL;
	if (!path)
		return;
	add_known(v, STR("namespace"), v->subject->record->namespace);
	add_known(v, STR("ingress_name"), v->subject->record->name);
	add_known(v, STR("service_name"), path->backend.service ? path->backend.service->value : STR(""));
	add_known(v, STR("service_port"), path->backend.port ? path->backend.port->value : STR(""));
}

void view_read(struct snippet_view *v)
{
	for (size_t i = 0; i < v->blocks.n; i++)
		add_variables(v, &v->blocks.item[i]);
	if (v->blocks.n)
		add_known_variables(v);
}

static struct snippet_view view_of(struct instance *in, struct server *server, const struct location *l, struct route *r)
{
	struct snippet_view v = { .in = in, .server = server, .location = l, .subject = l ? l->subject : NULL, .route = r };
	view_add_host(&v);
	if (l) {
		struct setting *own = l->subject ? subject_setting(l->subject, STR("snippet.location"), STR("text")) : NULL;
		add_block(&v, own ? snippet_of_setting(in, l->subject, own) : NULL);
		add_block(&v, snippet_of_default(in, STR("snippet.location"), STR("text")));
	}
	view_read(&v);
	return v;
}

bool view_has(const struct snippet_view *v, enum snippet_level level, enum directive_reader reader)
{
	for (size_t i = 0; i < v->blocks.n; i++)
		for (size_t j = 0; v->blocks.item[i].level == level && j < v->blocks.item[i].statements->n; j++)
			if (statement_is(&v->blocks.item[i].statements->item[j], reader))
				return true;
	return false;
}

bool view_host_is_fixed(const struct snippet_view *v)
{
	const struct host *host = v->server->host;
	for (size_t i = 0; i < v->in->lost_aliases.n; i++)
		if (v->in->lost_aliases.item[i].host == host)
			return false;
	return host && host->name.kind == HOST_EXACT && str_eq(host->name.name, v->server->name) && host->aliases.n == 0 &&
		host->other_names.n == 0;
}

/* "$name" or "${name}" at the start of s: its name, and the bytes that it takes. 0 where there is none. */
static size_t variable_at(str s, str *name)
{
	bool braces = s.n > 1 && s.p[1] == '{';
	size_t start = braces ? 2 : 1, end = start;
	while (end < s.n && (char_is_alnum(s.p[end]) || s.p[end] == '_'))
		end++;
	*name = str_slice(s, start, end);
	if (name->n == 0 || (braces && (end == s.n || s.p[end] != '}')))
		return 0;
	return end + braces;
}

static const struct snippet_variable *known_variable(const struct snippet_view *v, str name)
{
	for (size_t i = 0; i < v->variables.n; i++) {
		const struct snippet_variable *variable = &v->variables.item[i];
		if (str_eq(variable->name, name) && variable->constant && (v->requests || !variable->service))
			return variable;
	}
	return NULL;
}

static str expand(struct snippet_view *v, str template, struct fact_list *facts, unsigned depth)
{
	enum { DEEPEST = 4, LONGEST = NGINX_WORD_MOST };
	str out = { "", 0 };
	for (size_t i = 0; i < template.n && out.n < LONGEST;) {
		size_t to = i + str_find_char(str_from(template, i), '$');
		str name, piece = str_slice(template, i, to);
		out = out.n ? arena_join(v->in->front->arena, out, piece) : piece;
		if (to == template.n)
			break;
		size_t n = variable_at(str_from(template, to), &name);
		bool follow = n && depth < DEEPEST && v->expansions++ < EXPANSIONS_MOST;
		const struct snippet_variable *known = follow ? known_variable(v, name) : NULL;
		piece = str_slice(template, to, to + (n ? n : 1));
		if (known)
			piece = expand(v, known->value, facts, depth + 1);
		if (known && known->set)
			statement_facts(v, known->set, facts);
		out = arena_join(v->in->front->arena, out, piece);
		i = to + (n ? n : 1);
	}
	return out;
}

str view_expand(struct snippet_view *v, str template, struct fact_list *facts)
{
	return str_has_char(template, '$') ? expand(v, template, facts, 0) : template;
}

/* ---- steps ---- */

struct step *statement_step(struct snippet_view *v, const struct statement *s, enum step_kind kind, str feature)
{
	struct step *step = route_step(v->in->front->arena, v->route, kind, feature, NULL);
	step->value = s->fact->value;
	statement_facts(v, s, &step->facts);
	s->fact->feature = feature;
	return step;
}

/* One step for all that closes or is lost in the same way. */
static struct step *shared_step(struct snippet_view *v, enum step_kind kind, str feature, str value)
{
	for (size_t i = 0; i < v->route->steps.n; i++) {
		struct step *step = v->route->steps.item[i];
		if (step->kind == kind && str_eq(step->feature, feature) && (kind != STEP_GUARD || step->as.guard.kind == GUARD_OPAQUE))
			return step;
	}
	struct step *step = route_step(v->in->front->arena, v->route, kind, feature, NULL);
	step->value = value;
	return step;
}

void statement_close(struct snippet_view *v, const struct statement *s)
{
	str feature = v->feature.n ? v->feature : s->snippet->feature;
	struct step *step = shared_step(v, STEP_GUARD, feature, s->fact->value);
	statement_facts(v, s, &step->facts);
	s->fact->feature = feature;
	for (size_t i = 0; i < s->children.n; i++) {
		const struct statement *c = &s->children.item[i];
		if (statement_guards(c) || !statement_is(s, READ_IF))
			statement_close(v, c);
		else
			statement_lose(v, c);
	}
}

void statement_lose(struct snippet_view *v, const struct statement *s)
{
	str feature = s->row && s->row->feature.n ? s->row->feature : STR("snippet.other");
	struct step *step = shared_step(v, STEP_OTHER, feature, s->fact->value);
	statement_facts(v, s, &step->facts);
	s->fact->feature = feature;
	for (size_t i = 0; i < s->children.n; i++)
		statement_lose(v, &s->children.item[i]);
}

/* A text with a fault closes: nobody knows what was meant. */
static void close_fault(struct snippet_view *v, const struct snippet *snippet, str feature)
{
	if (snippet->text.fault == NGINX_GOOD)
		return;
	struct step *step = shared_step(v, STEP_GUARD, feature, snippet->fact->value);
	fact_list_add(v->in->front->arena, &step->facts, snippet->fact);
}

/* A "}" too many in the text of a location leads out of it, so that what follows is for the whole host. */
static void close_leaks(struct snippet_view *v)
{
	for (size_t i = 0; i < v->server->owners.n; i++) {
		struct subject *s = v->server->owners.item[i];
		struct setting *at = subject_setting(s, STR("snippet.location"), STR("text"));
		struct snippet *snippet = at ? snippet_of_setting(v->in, s, at) : NULL;
		if (snippet && snippet->text.fault == NGINX_BRACE)
			close_fault(v, snippet, STR("snippet.server"));
	}
}

/* Those that other files give a meaning to where they stand. */
static bool is_read(const struct snippet_view *v, const struct statement *s)
{
	bool location = s->snippet->level == SNIPPET_LOCATION;
	if (!s->row || s->misplaced || s->row->reader == READ_NOTHING)
		return false;
	if (s->row->reader == READ_LOCATION)
		return !location && snippet_location_is_exact(v, s);
	return true;
}

void view_rest(struct snippet_view *v, const struct snippet_block *block)
{
	for (size_t i = 0; i < block->statements->n; i++) {
		const struct statement *s = &block->statements->item[i];
		if (is_read(v, s))
			continue;
		if (s->row && s->row->taken && block->level == SNIPPET_LOCATION)
			continue;      /* it has been said that nginx refuses it */
		if (s->row && s->row->taken)
			statement_idle(s, STR("the controller sets it in every location, and nginx then ignores what stands outside"));
		else if (s->row && s->row->http && !statement_refuses(s))
			statement_idle(s, STR("it only defines what other directives use"));
		else if (statement_refuses(s))
			statement_close(v, s);
		else
			statement_lose(v, s);
	}
}

/* ---- for the front end ---- */

void snippets_of_host(struct instance *in, struct server *server, struct route *r)
{
	struct snippet_view v = view_of(in, server, NULL, r);
	for (size_t i = 0; i < v.blocks.n; i++)
		close_fault(&v, v.blocks.item[i].snippet, STR("snippet.server"));
	close_leaks(&v);
	for (size_t i = 0; i < v.blocks.n; i++)
		if (v.blocks.item[i].level == SNIPPET_SERVER)
			rewrite_statements(&v, &v.blocks.item[i]);
	for (size_t i = 0; i < v.blocks.n; i++)
		view_rest(&v, &v.blocks.item[i]);
}

void snippets_answers(struct instance *in, struct server *server, const struct location *l, struct route *r)
{
	struct snippet_view v = view_of(in, server, l, r);
	header_answers(&v);
}

void snippets_before(struct instance *in, struct server *server, const struct location *l, struct route *r)
{
	struct snippet_view v = view_of(in, server, l, r);
	for (size_t i = 0; i < v.blocks.n; i++)
		if (v.blocks.item[i].level == SNIPPET_LOCATION)
			close_fault(&v, v.blocks.item[i].snippet, STR("snippet.location"));
	for (size_t i = 0; i < v.blocks.n; i++)
		if (v.blocks.item[i].level == SNIPPET_LOCATION)
			rewrite_statements(&v, &v.blocks.item[i]);
}

void snippets_behind(struct instance *in, struct server *server, const struct location *l, struct route *r)
{
	struct snippet_view v = view_of(in, server, l, r);
	access_statements(&v);
	for (size_t i = 0; i < v.blocks.n; i++)
		if (v.blocks.item[i].level == SNIPPET_LOCATION)
			view_rest(&v, &v.blocks.item[i]);
	header_requests(&v);
}

/* ---- texts that belong to another feature ---- */

static struct step *step_with(const struct route *r, const struct fact *fact)
{
	for (size_t i = 0; i < r->steps.n; i++)
		for (size_t j = 0; j < r->steps.item[i]->facts.n; j++)
			if (r->steps.item[i]->facts.item[j] == fact)
				return r->steps.item[i];
	return NULL;
}

/* Their directives go where the annotation goes. */
static void attach(struct snippet_view *v, const struct statement_list *list, struct step *step)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct statement *s = &list->item[i];
		if (step)
			fact_list_add(v->in->front->arena, &step->facts, s->fact);
		else
			fact_idle(s->fact, s->snippet->fact->reason);
		attach(v, &s->children, step);
	}
}

static bool is_guarded(const struct route *r)
{
	for (size_t i = 0; i < r->steps.n; i++)
		if (r->steps.item[i]->kind == STEP_GUARD)
			return true;
	return false;
}

/* A text that does nothing is still the one that counts: another one in its place would do something, unless a check comes before. */
static void carry_idle(struct snippet_view *v)
{
	bool guarded = is_guarded(v->route);
	for (size_t i = 0; i < v->blocks.n; i++) {
		const struct snippet *snippet = v->blocks.item[i].snippet;
		if (!snippet->record || step_with(v->route, snippet->fact))
			continue;
		if (guarded)
			fact_idle(snippet->fact, STR("none of its directives has an effect here"));
		else
			fact_list_add(v->in->front->arena, &v->route->facts, snippet->fact);
	}
}

void snippets_end(struct instance *in, struct server *server, const struct location *l, struct route *r)
{
	struct snippet_view v = view_of(in, server, l, r);
	access_satisfy(&v);
	carry_idle(&v);
	for (size_t i = 0; i < l->subject->settings.n; i++) {
		struct setting *at = &l->subject->settings.item[i];
		if (!setting_counts(at) || !str_eq(at->row->type, STR("snippet")) || str_eq(at->row->feature, STR("snippet.location")) ||
			str_eq(at->row->feature, STR("snippet.server")))
			continue;
		struct snippet *snippet = snippet_of_setting(in, l->subject, at);
		snippet_check(in, snippet);
		attach(&v, &snippet->statements, step_with(r, at->fact));
	}
}
