/* SPDX-License-Identifier: Apache-2.0 */
/* Forwarding: which backend, and what it is asked. See run.h (reference: ingress-nginx A.6, A.9, A.10, A.14). */
#include "route/run.h"

#include <string.h>

/* ---- backends ---- */

static bool has_cookie(const struct run *r, str name, str *value)
{
	return request_cookie(r->scratch, r->request, name, value);
}

/* The cookie says that the client was there before. */
static bool stays(const struct run *r, const struct forward_case *c)
{
	str cookie;
	if (!has_cookie(r, c->sticky, &cookie))
		return false;
	size_t bar = str_find_char(cookie, '|');
	str tag = str_from(cookie, bar + 1);
	return bar < cookie.n && str_eq(str_slice(tag, 0, str_find_char(tag, '|')), c->value);
}

static bool holds(struct run *r, const struct forward_case *c)
{
	str value;
	if (c->sticky.n)
		return stays(r, c);
	if (c->cookie.n)
		return has_cookie(r, c->cookie, &value) && str_eq(value, c->value);
	if (!request_header(r->scratch, r->request, c->header, &value))
		return false;
	if (!c->value_regex)
		return str_eq(value, c->value);
	return run_search(r, c->pattern, value, false, "the expression of a canary's header");
}

static bool is_conditional(const struct forward_case *c)
{
	return c->header.n > 0 || c->cookie.n > 0 || c->sticky.n > 0;
}

static void choose_cases(struct run *r)
{
	const struct route *route = r->route;
	for (size_t i = 0; i < route->cases.n; i++) {
		const struct forward_case *c = &route->cases.item[i];
		struct chosen_backend chosen = { .backend = &c->backend, .weight = c->weight, .way = c };
		if (is_conditional(c) && !holds(r, c))
			continue;
		LIST_PUSH(r->scratch, &r->out->backends, chosen);
		r->keeps = r->keeps || c->keeps;
		if (is_conditional(c)) {
			r->out->backends.item[0].weight = 100;
			return;
		}
	}
	if (r->out->backends.n == 1)
		r->out->backends.item[0].weight = 100;
}

/* Those that cannot answer keep their share of the requests. */
static void sort_out(struct run *r)
{
	struct outcome *out = r->out;
	size_t kept = 0;
	for (size_t i = 0; i < out->backends.n; i++) {
		if (out->backends.item[i].backend->answer)
			LIST_PUSH(r->scratch, &out->failing, out->backends.item[i]);
		else
			out->backends.item[kept++] = out->backends.item[i];
	}
	out->backends.n = kept;
}

void run_choose(struct run *r)
{
	struct chosen_backend instead = { .backend = r->route->instead, .weight = 100 };
	const struct step *by = r->route->instead_by;
	if (!r->route->instead)
		choose_cases(r);
	else if (!by || !run_leaves_out(r, by))
		LIST_PUSH(r->scratch, &r->out->backends, instead);
	sort_out(r);
}

/* ---- the request to the backend ---- */

/* Without a rewrite the target goes on byte for byte; a new path is escaped, with the query behind it. */
static str target_of(struct run *r)
{
	if (!r->rewritten)
		return r->reading.target;
	const bool decoded = r->out->entry->http.spelling.path == PATH_DECODED || r->out->entry->http.spelling.path == PATH_MERGED;
	str path = !decoded ? r->uri : uri_escape(r->scratch, r->uri, ESCAPE_PATH);
	if (!r->reading.query.n && !(!decoded && r->reading.has_query))
		return path;
	return arena_printf(r->scratch, "%.*s?%.*s", STR_ARG(path), STR_ARG(r->reading.query));
}

static bool is_dropped(str name)
{
	return str_has_char(name, '_');
}

static void drop_headers(struct run *r)
{
	for (size_t i = 0; r->out->entry->http.drop_underscores && i < r->request->headers.n; i++) {
		struct changed_header h = { .name = r->request->headers.item[i].name, .removed = true };
		if (is_dropped(h.name))
			LIST_PUSH(r->scratch, &r->out->upstream_headers, h);
	}
}

/* What every request of the entry gets, before what the route sets. */
static void set_entry_headers(struct run *r)
{
	const struct http_rules *http = &r->out->entry->http;
	drop_headers(r);
	for (size_t i = 0; i < http->headers.n; i++)
		run_header(r, &http->headers.item[i]);
}

/* A header of the route counts over one of the entry. */
static void merge_headers(struct run *r)
{
	struct outcome *out = r->out;
	size_t own = out->upstream_headers.n;
	struct changed_header *mine = NEWS(r->scratch, struct changed_header, own ? own : 1);
	for (size_t i = 0; i < own; i++)
		mine[i] = out->upstream_headers.item[i];
	out->upstream_headers.n = 0;
	set_entry_headers(r);
	for (size_t i = 0; i < own; i++) {
		size_t kept = 0;
		for (size_t j = 0; j < out->upstream_headers.n; j++)
			if (!str_eq_nocase(out->upstream_headers.item[j].name, mine[i].name))
				out->upstream_headers.item[kept++] = out->upstream_headers.item[j];
		out->upstream_headers.n = kept;
	}
	for (size_t i = 0; i < own; i++)
		LIST_PUSH(r->scratch, &out->upstream_headers, mine[i]);
}

void run_without_usual(struct run *r, str kept)
{
	const struct http_rules *http = &r->out->entry->http;
	for (size_t i = 0; i < http->headers.n; i++) {
		const struct header_edit *e = &http->headers.item[i];
		str sent;
		struct changed_header h = { .name = e->name };
		if (e->usual.n == 0 || str_eq_nocase(e->name, kept))
			continue;
		h.removed = !request_header(r->scratch, r->request, e->name, &sent);
		h.value = sent;
		if (h.removed || !str_eq(sent, run_expand(r, e->usual)))
			LIST_PUSH(r->scratch, &r->out->upstream_headers, h);
	}
}

static void send_bare(struct run *r)
{
	struct changed_header id = { .name = STR_INIT("X-Request-ID"), .removed = true };
	str sent;
	r->out->upstream_host = r->route->bare_host;
	r->out->upstream_headers.n = 0;
	drop_headers(r);
	run_without_usual(r, STR(""));
	if (!request_header(r->scratch, r->request, id.name, &sent))
		LIST_PUSH(r->scratch, &r->out->upstream_headers, id);
}

static void write_request(struct run *r)
{
	struct outcome *out = r->out;
	out->upstream_target = target_of(r);
	if (out->upstream_host.n == 0)
		out->upstream_host = r->host_header;
	merge_headers(r);
	if (r->route->bare_host.n)
		send_bare(r);
}

/* ---- steps of single backends ---- */

#define COPY_LIST(arena, to, from) do { \
		(to).item = NEWS((arena), struct changed_header, (from).n + 1); \
		if ((from).n) \
			memcpy((to).item, (from).item, (from).n * sizeof *(from).item); \
		(to).n = (from).n; \
		(to).cap = (from).n + 1; \
	} while (0)

/* The request to one of several backends; what the run knows stays as it was. */
static const struct own_request *own_request(struct run *r, const struct forward_case *way)
{
	struct own_request *own = NEW(r->scratch, struct own_request);
	struct run side = *r;
	struct outcome out = *r->out;
	side.out = &out;
	COPY_LIST(r->scratch, out.upstream_headers, r->out->upstream_headers);
	COPY_LIST(r->scratch, out.response_headers, r->out->response_headers);
	run_list(&side, way->steps.item, way->steps.n);
	write_request(&side);
	own->target = out.upstream_target;
	own->host = out.upstream_host;
	COPY_LIST(r->scratch, own->headers, out.upstream_headers);
	COPY_LIST(r->scratch, own->answer, out.response_headers);
	return own;
}

/* Of one backend alone they are as those of the route. */
static void run_own_steps(struct run *r)
{
	struct outcome *out = r->out;
	const struct forward_case *first = out->backends.item[0].way;
	if (out->backends.n == 1) {
		if (first)
			run_list(r, first->steps.item, first->steps.n);
		return;
	}
	for (size_t i = 0; i < out->backends.n; i++) {
		struct chosen_backend *chosen = &out->backends.item[i];
		if (chosen->way && chosen->way->steps.n)
			chosen->own = own_request(r, chosen->way);
	}
}

/* ---- the answer ---- */

static void set_sticky_cookie(struct run *r)
{
	const struct sticky_cookie *c = r->route->sticky;
	str value;
	if (!c || !r->keeps || (!c->known_only && has_cookie(r, c->name, &value)))
		return;
	struct changed_header h = { .name = STR_INIT("Set-Cookie") };
	str attributes = r->request->tls ? c->secure_attributes : c->attributes;
	h.value = arena_printf(r->scratch, "%.*s=*%.*s", STR_ARG(c->name), STR_ARG(attributes));
	LIST_PUSH(r->scratch, &r->out->response_headers, h);
}

static bool speaks(const struct run *r)
{
	enum given_truth tls = r->request->given.tls;
	bool spoken = r->tls_to_backend || r->out->backends.item[0].backend->tls;
	return tls == GIVEN_UNKNOWN || (tls == GIVEN_YES) == spoken;
}

static void fail(struct run *r, uint32_t status)
{
	r->out->status = status;
	r->out->forwarded = false;
	r->out->backends.n = 0;
}

/* What requests to backends that cannot answer get, where there are no others. */
static uint32_t failure(const struct outcome *out)
{
	uint32_t status = 0;
	for (size_t i = 0; i < out->failing.n; i++)
		if (out->failing.item[i].backend->answer > status)
			status = out->failing.item[i].backend->answer;
	return status;
}

void run_forward(struct run *r)
{
	struct outcome *out = r->out;
	run_choose(r);
	if (out->backends.n == 0 && out->failing.n == 0) {
		out->status = r->route->without ? r->route->without : 500;
		return;
	}
	if (out->backends.n)
		run_own_steps(r);
	out->forwarded = true;
	write_request(r);
	set_sticky_cookie(r);
	if (out->backends.n == 0 || !speaks(r)) {
		fail(r, out->backends.n ? 502 : failure(out));
		run_error_pages(r, false);
		return;
	}
	run_answer(r);
	run_error_pages(r, true);
}
