/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rewrite module of nginx: set, if, return and rewrite act in the order in which they stand (documentation of
 * ngx_http_rewrite_module). An answer for every request of a side is a step; what hangs on a condition closes.
 */
#include "controllers/snippet.h"

/* ---- redirects ---- */

static bool is_same_host(str authority)
{
	static const str NAMES[] = { STR_INIT("$host"), STR_INIT("$http_host"), STR_INIT("${host}"), STR_INIT("${http_host}"), STR_INIT("$best_http_host") };
	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
		if (str_eq(NAMES[i], authority))
			return true;
	return false;
}

static bool cut_end(str *s, str end)
{
	if (!str_ends(*s, end))
		return false;
	s->n -= end.n;
	return true;
}

/* The query of the request, however it is put behind. */
static bool cut_query(str *path)
{
	return cut_end(path, STR("$is_args$args")) || cut_end(path, STR("$is_args$query_string")) || cut_end(path, STR("?$args")) ||
		cut_end(path, STR("?$query_string"));
}

/* Path and query of an address. False where a Gateway has no form for them. */
static bool redirect_path(struct redirect *r, str path)
{
	if (str_eq(path, STR("$request_uri")) || str_eq(path, STR("${request_uri}"))) {
		r->keeps_query = true;
		return true;
	}
	r->keeps_query = cut_query(&path);
	if (str_eq(path, STR("$uri")) || str_eq(path, STR("$document_uri")) || str_eq(path, STR("${uri}")))
		return true;
	r->change = PATH_FULL;
	r->path = path.n ? path : STR("/");
	return !str_has_char(path, '$') && !str_has_char(path, '?') && !str_has_char(path, '#');
}

struct redirect redirect_of_template(str template)
{
	struct redirect r = { .location = template };
	size_t at = str_find(template, STR("://"));
	str rest = template, authority = { "", 0 }, port;
	if (at < template.n) {
		r.scheme = str_slice(template, 0, at);
		rest = str_from(template, at + 3);
		size_t end = 0;
		while (end < rest.n && rest.p[end] != '/' && rest.p[end] != '?' && rest.p[end] != '#' &&
			!str_starts(str_from(rest, end), STR("$request_uri")) && !str_starts(str_from(rest, end), STR("$uri")) &&
			!str_starts(str_from(rest, end), STR("${request_uri}")) && !str_starts(str_from(rest, end), STR("${uri}")))
			end++;
		authority = str_slice(rest, 0, end);
		rest = str_from(rest, end);
	}
	if (str_eq(r.scheme, STR("$scheme")))
		r.scheme = STR("");
	uint64_t number = 0;
	str_cut(authority, ':', &r.host, &port);
	if (str_to_u64(port, 65535, &number))
		r.port = (uint32_t)number;
	if (is_same_host(r.host))
		r.host = STR("");
	bool good = redirect_path(&r, rest) && !str_has_char(r.scheme, '$') && !str_has_char(r.host, '$') && (port.n == 0 || number > 0);
	if (!good)
		r.lost = template;
	return r;
}

static bool is_redirect(uint64_t status)
{
	return (status >= 301 && status <= 303) || status == 307 || status == 308;
}

/* A way to HTTPS and nothing else. */
static bool is_https(const struct redirect *r, enum side side)
{
	return side == SIDE_PLAIN && str_eq(r->scheme, STR("https")) && r->host.n == 0 && r->change == PATH_KEEP && r->keeps_query && r->lost.n == 0;
}

static void mark_answered(struct snippet_view *v, enum side side)
{
	v->answered[SIDE_PLAIN] = v->answered[SIDE_PLAIN] || side != SIDE_TLS;
	v->answered[SIDE_TLS] = v->answered[SIDE_TLS] || side != SIDE_PLAIN;
}

static bool is_answered(const struct snippet_view *v)
{
	return v->answered[SIDE_PLAIN] && v->answered[SIDE_TLS];
}

/* with: the condition around it, or NULL. */
static void add_redirect(struct snippet_view *v, const struct statement *s, const struct statement *with, str template, uint64_t status,
	bool adds_query, enum side side)
{
	struct fact_list facts = { 0 };
	struct redirect r = redirect_of_template(view_expand(v, template, &facts));
	r.status = (uint32_t)status;
	r.adds_query = adds_query;
	if (str_eq(r.host, v->server->name) && view_host_is_fixed(v))
		r.host = STR("");
	r.keeps_query = r.keeps_query || adds_query;
	str feature = is_https(&r, side) ? STR("redirect.https") : status == 301 || status == 308 ? STR("redirect.permanent") : STR("redirect.temporal");
	struct step *step = statement_step(v, s, STEP_REDIRECT, feature);
	fact_list_join(v->in->front->arena, &step->facts, &facts);
	if (with)
		statement_facts(v, with, &step->facts);
	step->side = side;
	step->as.redirect = r;
	mark_answered(v, side);
}

/* ---- return ---- */

static bool is_address(str text)
{
	return str_starts(text, STR("http://")) || str_starts(text, STR("https://")) || str_starts(text, STR("$scheme"));
}

/* False where nginx takes no such directive. */
static bool add_return(struct snippet_view *v, const struct statement *s, const struct statement *with, enum side side)
{
	str first = statement_arg(s, 0), text = statement_arg(s, 1);
	uint64_t status = 0;
	if (s->d->block || s->d->args.n == 0 || s->d->args.n > 2)
		return false;
	if (!str_to_u64(first, 999, &status)) {
		if (s->d->args.n != 1 || !is_address(first))
			return false;
		add_redirect(v, s, with, first, 302, false, side);
		return true;
	}
	if (is_redirect(status) && text.n) {
		add_redirect(v, s, with, text, status, false, side);
		return true;
	}
	struct step *step = statement_step(v, s, STEP_STATUS, STR("route.status"));
	if (with)
		statement_facts(v, with, &step->facts);
	step->status = (uint32_t)status;
	step->side = side;
	mark_answered(v, side);
	return true;
}

/* ---- rewrite ---- */

/* Expressions that match every path; what their first group is: nothing, the path, or the path without its first slash. */
enum whole { WHOLE_NOT, WHOLE_NO_GROUP, WHOLE_PATH, WHOLE_REST };

static enum whole whole_of(str regex)
{
	static const struct { str text; enum whole whole; } FORMS[] = {
		{ STR_INIT("^"), WHOLE_NO_GROUP }, { STR_INIT("^/"), WHOLE_NO_GROUP }, { STR_INIT("/"), WHOLE_NO_GROUP }, { STR_INIT(".*"), WHOLE_NO_GROUP },
		{ STR_INIT("^.*$"), WHOLE_NO_GROUP }, { STR_INIT("^.*"), WHOLE_NO_GROUP }, { STR_INIT(".*$"), WHOLE_NO_GROUP }, { STR_INIT("."), WHOLE_NO_GROUP },
		{ STR_INIT("^/.*$"), WHOLE_NO_GROUP }, { STR_INIT("^/.*"), WHOLE_NO_GROUP }, { STR_INIT("/.*"), WHOLE_NO_GROUP }, { STR_INIT("/.*$"), WHOLE_NO_GROUP },
		{ STR_INIT("^(.*)$"), WHOLE_PATH }, { STR_INIT("^(.*)"), WHOLE_PATH }, { STR_INIT("(.*)"), WHOLE_PATH }, { STR_INIT("(.*)$"), WHOLE_PATH },
		{ STR_INIT("^(/.*)$"), WHOLE_PATH }, { STR_INIT("^(/.*)"), WHOLE_PATH }, { STR_INIT("(/.*)"), WHOLE_PATH }, { STR_INIT("^(.+)$"), WHOLE_PATH },
		{ STR_INIT("^/(.*)$"), WHOLE_REST }, { STR_INIT("^/(.*)"), WHOLE_REST }, { STR_INIT("/(.*)"), WHOLE_REST }, { STR_INIT("/(.*)$"), WHOLE_REST },
		{ STR_INIT("^/?(.*)$"), WHOLE_REST }, { STR_INIT("^/?(.*)"), WHOLE_REST },
	};
	for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++)
		if (str_eq(FORMS[i].text, regex))
			return FORMS[i].whole;
	return WHOLE_NOT;
}

/* "$1" as the path that it stands for, and false where there are other groups. */
static bool name_group(struct arena *a, enum whole whole, str *target)
{
	size_t at = str_find(*target, whole == WHOLE_PATH ? STR("$1") : STR("/$1"));
	str head = str_slice(*target, 0, at), tail = str_from(*target, at + (whole == WHOLE_PATH ? 2 : 3));
	if (whole != WHOLE_NO_GROUP && at < target->n)
		*target = arena_printf(a, "%.*s$uri%.*s", STR_ARG(head), STR_ARG(tail));
	for (size_t i = 0; i + 1 < target->n; i++)
		if (target->p[i] == '$' && (char_is_digit(target->p[i + 1]) || target->p[i + 1] == '{'))
			return false;
	return true;
}

struct rewriting {
	str regex, target;
	bool redirects, permanent, stops, adds_query;
};

/* False where nginx takes no such directive. */
static bool read_rewrite(const struct statement *s, struct rewriting *out)
{
	str flag = statement_arg(s, 2);
	*out = (struct rewriting){ .regex = statement_arg(s, 0), .target = statement_arg(s, 1) };
	if (s->d->block || s->d->args.n < 2 || s->d->args.n > 3 || out->target.n == 0)
		return false;
	out->permanent = str_eq(flag, STR("permanent"));
	out->stops = str_eq(flag, STR("break"));
	out->redirects = is_address(out->target) || out->permanent || str_eq(flag, STR("redirect"));
	out->adds_query = !cut_end(&out->target, STR("?"));
	return flag.n == 0 || out->permanent || out->stops || str_eq(flag, STR("redirect")) || str_eq(flag, STR("last"));
}

/* A statement of the module stands behind, which a rewrite with "break" skips where it has matched. */
static bool has_more(const struct snippet_block *block, const struct statement *s)
{
	for (size_t i = 0; i < block->statements->n; i++) {
		const struct statement *other = &block->statements->item[i];
		bool module = statement_is(other, READ_RETURN) || statement_is(other, READ_REWRITE) || statement_is(other, READ_IF) ||
			statement_is(other, READ_SET);
		if (other > s && module)
			return true;
	}
	return false;
}

/* The prefix that every path of the location begins with. */
static bool location_prefix(const struct snippet_view *v, str *prefix)
{
	if (v->route->match.kind == MATCH_REGEX)
		return path_prefix_form(v->route->match.path, prefix);
	*prefix = path_without_slash(v->route->match.path);
	return v->route->match.kind == MATCH_PREFIX;
}

/* Another path for the backend, and no other location. False where it depends on the path whether it is changed. */
static bool add_rewrite(struct snippet_view *v, const struct snippet_block *block, const struct statement *s, const struct rewriting *w)
{
	str prefix;
	/* the controller answers 404 itself, whatever the path has become */
	if (v->location && !v->location->upstream && w->stops)
		return true;
	struct setting *permanent = v->subject ? subject_setting(v->subject, STR("redirect.permanent"), STR("location")) : NULL;
	struct setting *temporal = v->subject ? subject_setting(v->subject, STR("redirect.temporal"), STR("location")) : NULL;
	if (!v->location || !w->stops || rewrite_active(v->location) || permanent || temporal || has_more(block, s))
		return false;
	struct rewrite r = rewrite_normal(v->in->front->arena, w->regex, w->target);
	bool whole = r.change == PATH_FULL && whole_of(w->regex) != WHOLE_NOT;
	bool cut = r.change == PATH_PREFIX_CUT && location_prefix(v, &prefix) && str_eq(path_without_slash(r.prefix), prefix);
	if (!whole && !cut)
		return false;
	struct step *step = statement_step(v, s, STEP_REWRITE, STR("route.rewrite"));
	step->value = w->target;
	step->as.rewrite = r;
	step->as.rewrite.regex = w->regex;
	step->as.rewrite.target = w->target;
	return true;
}

/* False where it must close. */
static bool rewrite_statement(struct snippet_view *v, const struct snippet_block *block, const struct statement *s, const struct statement *with,
	enum side side)
{
	struct rewriting w;
	if (!read_rewrite(s, &w))
		return false;
	if (!w.redirects)
		return !with && add_rewrite(v, block, s, &w);
	enum whole whole = whole_of(w.regex);
	str target = w.target;
	if (whole == WHOLE_NOT || str_has_char(target, '?') || !name_group(v->in->front->arena, whole, &target))
		return false;
	add_redirect(v, s, with, target, w.permanent ? 301 : 302, w.adds_query, side);
	return true;
}

/* ---- if ---- */

enum verdict { VERDICT_UNKNOWN, VERDICT_NEVER, VERDICT_ALWAYS, VERDICT_PLAIN, VERDICT_TLS };

/* The words between the parentheses. False where there are none. */
static bool condition_words(const struct statement *s, struct str_list *out, struct arena *a)
{
	for (size_t i = 0; i < s->d->args.n; i++) {
		str word = s->d->args.item[i].text;
		if (i == 0 && !str_starts(word, STR("(")))
			return false;
		if (i == 0)
			word = str_from(word, 1);
		if (i + 1 == s->d->args.n && !cut_end(&word, STR(")")))
			return false;
		if (word.n || (i > 0 && i + 1 < s->d->args.n))
			LIST_PUSH(a, out, word);
	}
	return s->d->args.n > 0;
}

/* Whether the variable has this very value. */
static enum verdict compare(const struct snippet_view *v, str variable, str value)
{
	if ((str_eq(variable, STR("$host")) && view_host_is_fixed(v)) ||
		(str_eq(variable, STR("$server_name")) && v->server->host && v->server->host->name.kind == HOST_EXACT &&
		str_eq(v->server->host->name.name, v->server->name)))
		return str_eq(v->server->name, value) ? VERDICT_ALWAYS : VERDICT_NEVER;
	if (str_eq(variable, STR("$scheme")))
		return str_eq(value, STR("http")) ? VERDICT_PLAIN : str_eq(value, STR("https")) ? VERDICT_TLS : VERDICT_NEVER;
	if (str_eq(variable, STR("$https")))
		return str_eq(value, STR("on")) ? VERDICT_TLS : value.n == 0 ? VERDICT_PLAIN : VERDICT_NEVER;
	return VERDICT_UNKNOWN;
}

static enum verdict opposite(enum verdict verdict)
{
	static const enum verdict OPPOSITE[] = {
		[VERDICT_UNKNOWN] = VERDICT_UNKNOWN, [VERDICT_NEVER] = VERDICT_ALWAYS, [VERDICT_ALWAYS] = VERDICT_NEVER,
		[VERDICT_PLAIN] = VERDICT_TLS, [VERDICT_TLS] = VERDICT_PLAIN,
	};
	return OPPOSITE[verdict];
}

static enum verdict decide(const struct snippet_view *v, const struct statement *s)
{
	struct str_list words = { 0 };
	if (!condition_words(s, &words, v->in->front->arena) || words.n != 3 || str_has_char(words.item[2], '$'))
		return VERDICT_UNKNOWN;
	enum verdict verdict = compare(v, words.item[0], words.item[2]);
	if (str_eq(words.item[1], STR("=")))
		return verdict;
	return str_eq(words.item[1], STR("!=")) ? opposite(verdict) : VERDICT_UNKNOWN;
}

/* All that the block does is to answer. */
static bool answers_at_once(struct snippet_view *v, const struct snippet_block *block, const struct statement *s, enum side side)
{
	if (s->children.n != 1)
		return false;
	const struct statement *inner = &s->children.item[0];
	if (statement_is(inner, READ_RETURN))
		return add_return(v, inner, s, side);
	return statement_is(inner, READ_REWRITE) && rewrite_statement(v, block, inner, s, side);
}

static void condition(struct snippet_view *v, const struct snippet_block *block, const struct statement *s)
{
	enum verdict verdict = s->d->block ? decide(v, s) : VERDICT_UNKNOWN;
	if (verdict == VERDICT_NEVER) {
		statement_idle(s, STR("its condition holds for no request of this host"));
		return;
	}
	enum side side = verdict == VERDICT_PLAIN ? SIDE_PLAIN : verdict == VERDICT_TLS ? SIDE_TLS : SIDE_BOTH;
	if (verdict != VERDICT_UNKNOWN && answers_at_once(v, block, s, side))
		return;
	if (!s->d->block || statement_refuses(s))
		statement_close(v, s);
	else
		statement_lose(v, s);
}

/* ---- set ---- */

static bool names_variable(str text, str name)
{
	for (size_t at = 0; at < text.n; at++) {
		at += str_find_char(str_from(text, at), '$');
		str rest = str_from(text, at + 1);
		rest = str_starts(rest, STR("{")) ? str_from(rest, 1) : rest;
		bool longer = rest.n > name.n && (char_is_alnum(rest.p[name.n]) || rest.p[name.n] == '_');
		if (str_starts(rest, name) && !longer)
			return true;
	}
	return false;
}

static bool puts_into_header(const struct statement *s)
{
	return statement_is(s, READ_ADD_HEADER) || statement_is(s, READ_SET_HEADERS) || statement_is(s, READ_REQUEST_HEADER) ||
		statement_is(s, READ_INPUT_HEADERS) || statement_is(s, READ_RETURN) || statement_is(s, READ_REWRITE) ||
		statement_is(s, READ_GRPC_HEADER);
}

enum { LOOKED_AT = 30 };
enum use { USE_NONE, USE_HEADER, USE_OTHER };

/* The worst use of a variable. Its own `set` names it as first argument. */
static enum use use_of(const struct statement_list *list, const struct statement *set, str name, bool inside)
{
	enum use worst = USE_NONE;
	for (size_t i = 0; i < list->n; i++) {
		const struct statement *s = &list->item[i];
		enum use use = use_of(&s->children, set, name, true);
		for (size_t j = 0; j < s->d->args.n && s != set; j++)
			if (names_variable(s->d->args.item[j].text, name))
				use = puts_into_header(s) && !inside && use != USE_OTHER ? USE_HEADER : USE_OTHER;
		if (s->d->lua)
			use = USE_OTHER;
		worst = use > worst ? use : worst;
	}
	return worst;
}

static void set_statement(struct snippet_view *v, const struct statement *s)
{
	str name = str_from(statement_arg(s, 0), 1);
	enum use worst = USE_NONE;
	if (statement_refuses(s) || s->d->block || s->d->args.n != 2) {
		statement_close(v, s);
		return;
	}
	for (size_t i = 0; i < v->blocks.n && v->variables.n <= LOOKED_AT; i++) {
		enum use use = use_of(v->blocks.item[i].statements, s, name, false);
		worst = use > worst ? use : worst;
	}
	/* of very many variables nobody looks where they go */
	if (worst == USE_OTHER || v->variables.n > LOOKED_AT)
		statement_lose(v, s);
	else if (worst == USE_NONE && s->snippet->level == SNIPPET_LOCATION)
		statement_idle(s, STR("nothing reads the variable"));
}

/* ---- a block ---- */

void rewrite_statements(struct snippet_view *v, const struct snippet_block *block)
{
	for (size_t i = 0; i < block->statements->n; i++) {
		const struct statement *s = &block->statements->item[i];
		bool module = statement_is(s, READ_RETURN) || statement_is(s, READ_REWRITE) || statement_is(s, READ_IF) ||
			statement_is(s, READ_BREAK) || statement_is(s, READ_SET);
		if (module && is_answered(v))
			statement_idle(s, STR("every request has been answered before"));
		else if (statement_is(s, READ_SET))
			set_statement(v, s);
		else if (statement_is(s, READ_IF))
			condition(v, block, s);
		else if ((statement_is(s, READ_RETURN) && !add_return(v, s, NULL, SIDE_BOTH)) ||
			(statement_is(s, READ_REWRITE) && !rewrite_statement(v, block, s, NULL, SIDE_BOTH)) || statement_is(s, READ_BREAK))
			statement_close(v, s);
	}
}
