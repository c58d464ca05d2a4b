/* SPDX-License-Identifier: Apache-2.0 */
/* Which route of a host takes a request: see run.h and evaluate.h. */
#include "base/buf.h"
#include "route/run.h"

/* ---- paths ---- */

enum found match_takes(struct matcher *matcher, const struct match *match, str path)
{
	str text = match->path;
	bool hit = false;
	switch (match->kind) {
	case MATCH_EXACT:
		hit = str_eq(text, path);
		break;
	case MATCH_TEXT:
		hit = str_starts(path, text);
		break;
	case MATCH_PREFIX:
		hit = str_starts(path, text) && (str_ends(text, STR("/")) || path.n == text.n || path.p[text.n] == '/');
		break;
	case MATCH_REGEX:
		return match->pattern ? pattern_search(matcher, match->pattern, path, NULL) : FOUND_NOT;
	}
	return hit ? FOUND : FOUND_NOT;
}

static bool path_fits(struct run *r, const struct route *route, str path)
{
	if (route->match.kind != MATCH_REGEX)
		return match_takes(r->matcher, &route->match, path) == FOUND;
	if (run_search(r, route->match.pattern, path, true, "the expression of a path"))
		return true;
	if (r->out->problem.n)
		r->out->problem = arena_printf(r->scratch, "the expression %.*s takes too many steps on this path", STR_ARG(route->match.path));
	return false;
}

/* ---- conditions ---- */

static bool value_fits(struct run *r, const struct condition *c, str value)
{
	if (c->regex)
		return run_search(r, c->pattern, value, false, "the expression of a condition");
	return c->nocase ? str_eq_nocase(value, c->value) : str_eq(value, c->value);
}

/* All values of a header in one, as they count together; false where it was not sent. */
static bool joined_header(struct run *r, str name, str *value)
{
	struct buf b;
	size_t n = 0;
	buf_init(&b, r->scratch, 0);
	for (size_t i = 0; i < r->request->headers.n; i++) {
		if (!str_eq_nocase(r->request->headers.item[i].name, name))
			continue;
		if (n++)
			buf_add_char(&b, ',');
		buf_add(&b, r->request->headers.item[i].value);
	}
	*value = buf_str(&b);
	return n > 0;
}

static bool any_line_fits(struct run *r, const struct condition *c)
{
	for (size_t i = 0; i < r->request->headers.n; i++) {
		const struct header *h = &r->request->headers.item[i];
		if (str_eq_nocase(h->name, c->name) && value_fits(r, c, h->value))
			return true;
	}
	return false;
}

static bool header_fits(struct run *r, const struct condition *c)
{
	if (c->any_value)
		return any_line_fits(r, c);
	str value;
	bool sent = joined_header(r, c->name, &value), more = true;
	if (!sent || !c->any_element || c->regex)
		return sent && value_fits(r, c, value);
	while (more) {
		str element;
		more = str_cut(value, ',', &element, &value);
		if (str_eq(str_trim(element), c->value))
			return true;
	}
	return false;
}

/* Names and values count with escapes taken away. */
static bool query_fits(struct run *r, const struct condition *c)
{
	str rest = r->reading.query;
	while (rest.n) {
		str item, name, value;
		str_cut(rest, '&', &item, &rest);
		str_cut(item, '=', &name, &value);
		if (!str_eq(uri_unescape_query(r->scratch, name), c->name))
			continue;
		bool fits = value_fits(r, c, uri_unescape_query(r->scratch, value));
		if (fits || !c->any_value)
			return fits;
	}
	return false;
}

static bool is_preflight(struct run *r)
{
	str value;
	return str_eq(r->request->method, STR("OPTIONS")) && request_header(r->scratch, r->request, STR("Origin"), &value) &&
		request_header(r->scratch, r->request, STR("Access-Control-Request-Method"), &value);
}

static bool condition_holds(struct run *r, const struct condition *c)
{
	switch (c->kind) {
	case CONDITION_METHOD:
		return str_eq(r->request->method, c->value) || (c->or_preflight && is_preflight(r));
	case CONDITION_HEADER:
		return header_fits(r, c);
	case CONDITION_QUERY:
		return query_fits(r, c);
	}
	return false;
}

bool condition_takes(struct matcher *matcher, struct arena *scratch, const struct condition *c, const struct request *request)
{
	struct outcome out = { .request = request };
	struct run r = { .matcher = matcher, .scratch = scratch, .request = request, .out = &out };
	r.reading = request_read(scratch, request, PATH_MERGED);
	return condition_holds(&r, c);
}

static bool conditions_hold(struct run *r, const struct match *match)
{
	for (size_t i = 0; i < match->conditions.n; i++)
		if (!condition_holds(r, &match->conditions.item[i]))
			return false;
	return true;
}

/* ---- routes ---- */

static bool same_path(const struct match *a, const struct match *b)
{
	return a->kind == b->kind && str_eq(a->path, b->path);
}

static const struct route *first_fitting(struct run *r, const struct host *host)
{
	const struct match *decided = NULL;
	for (size_t i = 0; i < host->routes.n; i++) {
		const struct route *route = host->routes.item[i];
		if (route->wild && r->dotted)
			continue;
		if (decided ? !same_path(decided, &route->match) : !path_fits(r, route, r->uri)) {
			if (r->out->problem.n)
				return NULL;
			continue;
		}
		if (conditions_hold(r, &route->match))
			return route;
		if (r->out->problem.n)
			return NULL;
		if (r->out->entry->http.path_decides)
			decided = &route->match;
	}
	return NULL;
}

const struct route *run_take_route(struct run *r, const struct route *route)
{
	return path_fits(r, route, r->uri) && conditions_hold(r, &route->match) ? route : NULL;
}

const struct route *run_find_route(struct run *r, const struct host *host)
{
	const struct route *found = first_fitting(r, host), *own = NULL;
	for (size_t i = 0; i < host->own.n && !own; i++)
		if (path_fits(r, host->own.item[i], r->uri))
			own = host->own.item[i];
	bool shorter = own && (!found || (found->match.kind == MATCH_PREFIX && found->match.path.n < own->match.path.n));
	return shorter ? own : found;
}
