/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a route, one after the other: see run.h. */
#include "route/run.h"

void run_log(struct run *r, const struct step *s, enum happening what, str before, str after)
{
	struct trace_step t = { s, what, before, after };
	LIST_PUSH(r->scratch, &r->out->steps, t);
	if (s->feature.n && !s->quiet)
		str_list_add_new(r->scratch, &r->out->features, s->feature);
}

static void passed(struct run *r, const struct step *s)
{
	run_log(r, s, HAPPENED_PASSED, (str){ "", 0 }, (str){ "", 0 });
}

static void answered(struct run *r, const struct step *s, uint32_t status)
{
	r->ended = true;
	r->out->status = status;
	run_log(r, s, HAPPENED_ANSWERED, (str){ "", 0 }, r->out->location);
}

/* ---- headers ---- */

static bool was_sent(const struct run *r, str name)
{
	for (size_t i = 0; i < r->request->headers.n; i++)
		if (str_eq_nocase(r->request->headers.item[i].name, name))
			return true;
	return false;
}

static void forget(struct run *r, bool response, str name)
{
	size_t kept = 0;
	for (size_t i = 0; i < (response ? r->out->response_headers.n : r->out->upstream_headers.n); i++) {
		struct changed_header h = response ? r->out->response_headers.item[i] : r->out->upstream_headers.item[i];
		if (str_eq_nocase(h.name, name))
			continue;
		if (response)
			r->out->response_headers.item[kept++] = h;
		else
			r->out->upstream_headers.item[kept++] = h;
	}
	*(response ? &r->out->response_headers.n : &r->out->upstream_headers.n) = kept;
}

void run_header(struct run *r, const struct header_edit *e)
{
	struct changed_header h = { .name = e->name, .value = run_expand(r, e->value) };
	if (!e->response && e->where != HEADER_ALWAYS && was_sent(r, e->name) != (e->where == HEADER_WHERE_PRESENT))
		return;
	h.removed = h.value.n == 0;
	h.success_only = e->on_success;
	if (!e->adds)
		forget(r, e->response, e->name);
	if (e->usual.n && str_eq(h.value, run_expand(r, e->usual)))
		return;
	if (e->response) {
		LIST_PUSH(r->scratch, &r->out->response_headers, h);
		return;
	}
	/* a header that is not there needs not be taken away */
	if (!h.removed || was_sent(r, e->name))
		LIST_PUSH(r->scratch, &r->out->upstream_headers, h);
}

/* ---- answers ---- */

/* A request without a host is led to the address that it came in at, which is not known: "*". */
static str absolute(struct run *r, str location)
{
	str scheme = r->request->tls ? STR("https") : STR("http");
	str host = r->reading.has_host ? r->reading.host : STR("*");
	return arena_printf(r->scratch, "%.*s://%.*s%.*s", STR_ARG(scheme), STR_ARG(host), STR_ARG(location));
}

/*
 * The path that was sent, with a prefix of whole elements replaced: where nothing is left it is the root. as_text: a prefix with a slash
 * at its end gives way to the root only where the path has that slash, and the root takes the slash of the path with it. joins: see struct rewrite.
 */
static str exchange_prefix(struct run *r, str prefix, str by, bool as_text, bool joins)
{
	if (joins && prefix.n > r->uri.n)
		return by.n > 1 ? arena_join(r->scratch, path_without_slash(by), r->uri) : r->uri;
	if (as_text && by.n <= 1 && prefix.n > r->uri.n)
		return r->uri;
	size_t cut = str_ends(prefix, STR("/")) && !(as_text && prefix.n == 1 && by.n > 1) ? prefix.n - 1 : prefix.n;
	str rest = str_from(r->uri, cut), path = arena_join(r->scratch, str_ends(by, STR("/")) ? str_slice(by, 0, by.n - 1) : by, rest);
	return path.n ? path : STR("/");
}

static str query_of(struct run *r)
{
	return r->reading.has_query ? arena_join(r->scratch, STR("?"), r->reading.query) : (str){ "", 0 };
}

/* The name of the request's Host, with a dot at its end. */
static str name_sent(struct run *r)
{
	return request_name_has_dot(r->request) ? arena_join(r->scratch, r->reading.host, STR(".")) : r->reading.host;
}

/* ":PORT" of the request's Host, but for the usual port of its scheme where the new one is another. */
static str port_sent(struct run *r, str scheme)
{
	str name, port, usual = r->request->tls ? STR("443") : STR("80");
	bool changes = str_eq(scheme, STR("https")) != r->request->tls;
	if (!str_cut(r->request->host, ':', &name, &port) || (changes && str_eq(port, usual)))
		return (str){ "", 0 };
	return str_from(r->request->host, name.n);
}

/* A redirect whose Location the source does not spell: scheme, host, port and path replaced in the request's own address. */
static str built_location(struct run *r, const struct redirect *to)
{
	str scheme = to->scheme.n ? to->scheme : r->request->tls ? STR("https") : STR("http");
	str host = to->host.n ? to->host : to->host_as_sent ? name_sent(r) : r->reading.host;
	str path = to->change == PATH_FULL ? to->path : to->change == PATH_PREFIX_CUT ? exchange_prefix(r, to->prefix, to->path, to->as_text, to->joins) : r->reading.target;
	str query = to->change != PATH_KEEP && to->keeps_query ? query_of(r) : (str){ "", 0 };
	if (to->port)
		host = arena_printf(r->scratch, "%.*s:%u", STR_ARG(host), (unsigned)to->port);
	else if (to->port_as_sent)
		host = arena_join(r->scratch, host, port_sent(r, scheme));
	return arena_printf(r->scratch, "%.*s://%.*s%.*s%.*s", STR_ARG(scheme), STR_ARG(host), STR_ARG(path), STR_ARG(query));
}

static void add_query(struct run *r, str template, str *location)
{
	if (r->reading.query.n == 0)
		return;
	const char *mark = str_has_char(template, '?') ? "&" : "?";
	*location = arena_printf(r->scratch, "%.*s%s%.*s", STR_ARG(*location), mark, STR_ARG(r->reading.query));
}

/* A rewrite to an address escapes what it takes out of a path that was sent with escapes, and then takes most escapes away again. */
static str rewritten_location(struct run *r, str template)
{
	for (size_t i = 0; r->reading.escaped && i < PATTERN_GROUPS; i++)
		r->group[i] = uri_escape(r->scratch, r->group[i], ESCAPE_ARGS);
	return uri_unescape_redirect(r->scratch, run_expand(r, template));
}

static void redirect(struct run *r, const struct step *s)
{
	const struct redirect *to = &s->as.redirect;
	if (s->side == SIDE_PLAIN && !str_eq(r->scheme, STR("http")))
		return;
	str name = r->reading.has_host ? r->reading.host : STR("_");
	if (r->left_out && r->left_out->of)
		name = host_name_for(r->left_out->of, name)->name;
	if (to->needs_certificate && index_find_certificate(r->out->entry, r->scratch, name).n == 0)
		return;
	if (to->pattern && !run_search(r, to->pattern, r->uri, true, "the expression of a redirect"))
		return;
	str location = to->pattern ? rewritten_location(r, to->location) : to->location.n ? run_expand(r, to->location) : built_location(r, to);
	if (to->adds_query)
		add_query(r, to->location, &location);
	if (to->cuts_slash && str_ends(location, STR("/")))
		location.n--;
	if (str_starts(location, STR("/")) && !to->relative)
		location = absolute(r, location);
	if (!to->text) {
		r->out->has_location = true;
		r->out->location = location;
	}
	answered(r, s, to->status_others && !str_eq(r->request->method, STR("GET")) ? to->status_others : to->status);
}

/* ---- CORS ---- */

static void cors(struct run *r, const struct step *s)
{
	uint32_t said = run_cors(r, s);
	if (said == CORS_PASSED)
		passed(r, s);
	else if (said != CORS_SILENT)
		answered(r, s, said);
}

/* ---- changes ---- */

/* Without the source's own expression: what a Gateway's filter does. */
static void rewrite_plainly(struct run *r, const struct rewrite *w)
{
	if (w->change == PATH_FULL)
		r->uri = w->path;
	else if (w->change == PATH_PREFIX_CUT)
		r->uri = exchange_prefix(r, w->prefix, w->path, w->as_text, w->joins);
	r->rewritten = w->change != PATH_KEEP;
}

static void tell_path(struct run *r, const struct str_list *names)
{
	for (size_t i = 0; i < names->n; i++)
		run_header(r, &(struct header_edit){ .name = names->item[i], .value = STR_INIT("$uri") });
}

static void rewrite(struct run *r, const struct step *s)
{
	const struct rewrite *w = &s->as.rewrite;
	str before = r->uri;
	if (w->regex.n == 0) {
		rewrite_plainly(r, w);
	} else {
		if (!run_search(r, w->pattern, r->uri, true, "the expression of a rewrite"))
			return;
		tell_path(r, &w->told);
		r->uri = run_expand(r, w->target);
		r->rewritten = true;
	}
	if (r->rewritten && r->uri.n == 0) {
		answered(r, s, 500);
		return;
	}
	run_log(r, s, HAPPENED_CHANGED, before, r->uri);
}

static void set_headers(struct run *r, const struct step *s)
{
	for (size_t i = 0; i < s->as.header.edits.n; i++)
		run_header(r, &s->as.header.edits.item[i]);
	run_log(r, s, HAPPENED_CHANGED, (str){ "", 0 }, (str){ "", 0 });
}

static void guard(struct run *r, const struct step *s)
{
	if (s->as.guard.any && r->asked_any)
		return;
	r->asked_any = r->asked_any || s->as.guard.any;
	bool may = s->as.guard.any ? run_any_guard(r) : run_guard(r, s);
	run_log(r, s, may ? HAPPENED_PASSED : HAPPENED_ANSWERED, (str){ "", 0 }, (str){ "", 0 });
}

static void gate(struct run *r, const struct step *s)
{
	str_list_add_new(r->scratch, &r->out->gates, s->feature);
	if (str_list_has(&r->request->given.refused, s->feature))
		answered(r, s, s->status);
	else
		passed(r, s);
}

static void run_step(struct run *r, const struct step *s)
{
	switch (s->kind) {
	case STEP_GUARD:
		guard(r, s);
		break;
	case STEP_STATUS:
		answered(r, s, s->status);
		break;
	case STEP_REDIRECT:
		redirect(r, s);
		break;
	case STEP_CORS:
		cors(r, s);
		break;
	case STEP_REWRITE:
		rewrite(r, s);
		break;
	case STEP_HOST:
		r->out->upstream_host = run_expand(r, s->value);
		run_log(r, s, HAPPENED_CHANGED, r->host_header, r->out->upstream_host);
		break;
	case STEP_HEADER:
		set_headers(r, s);
		break;
	case STEP_BODY:
		if (s->as.limit && r->request->body > s->as.limit)
			answered(r, s, 413);
		else
			passed(r, s);
		break;
	case STEP_ERRORS:
		r->errors = s;
		break;
	case STEP_TLS:
		r->tls_to_backend = s->as.tls == TLS_ALWAYS || r->request->tls;
		passed(r, s);
		break;
	case STEP_ANSWER:
		LIST_PUSH(r->scratch, &r->edits, s);
		break;
	case STEP_OTHER:
		if (s->gate)
			gate(r, s);
		else
			passed(r, s);
		break;
	}
}

/* Redirects to HTTPS look at what a proxy in front says; everything else at the connection. */
static bool is_on_side(const struct run *r, const struct step *s)
{
	return s->side == SIDE_BOTH || s->kind == STEP_REDIRECT || s->side == (r->request->tls ? SIDE_TLS : SIDE_PLAIN);
}

bool run_leaves_out(const struct run *r, const struct step *s)
{
	return r->left_out && r->left_out->is && r->left_out->is(r->left_out->user, r->route, s, r->request);
}

void run_list(struct run *r, struct step *const *step, size_t n)
{
	for (size_t i = 0; i < n && !r->ended && !r->out->problem.n; i++)
		if (is_on_side(r, step[i]) && !run_leaves_out(r, step[i]))
			run_step(r, step[i]);
}

void run_steps(struct run *r)
{
	run_list(r, r->route->steps.item, r->route->steps.n);
	if (r->ended)
		run_error_pages(r, false);
	else
		run_forward(r);
}
