/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which rules are tried, and what of a path they take: see side_build.h. */
#include "gateway/rank.h"
#include "gateway/side_build.h"

#include <stdlib.h>

/* ---- matches ---- */

/* An expression as it is searched, so that it takes as much of a text as it has to. */
static str anchored(struct arena *arena, str regex, enum choice_anchor anchor)
{
	switch (anchor) {
	case ANCHOR_WHOLE:
		return arena_printf(arena, "\\A(?:%.*s)\\z", STR_ARG(regex));
	case ANCHOR_START:
		return arena_printf(arena, "\\A(?:%.*s)", STR_ARG(regex));
	case ANCHOR_NONE:
		break;
	}
	return regex;
}

static void add_condition(struct build *b, struct match *out, enum condition_kind kind, const struct read_pair *pair)
{
	struct condition c = { .kind = kind, .name = pair->name, .regex = pair->regex, .any_element = b->choices->header == HEADER_ANY_ELEMENT,
		.at = pair->at };
	c.any_value = kind == CONDITION_QUERY ? b->choices->any_parameter : b->choices->header == HEADER_ANY_LINE;
	c.value = pair->regex ? anchored(b->arena, pair->value, b->choices->regex_value) : pair->value;
	LIST_PUSH(b->arena, &out->conditions, c);
}

static str quoted(struct build *b, str text, bool regex, const char *otherwise)
{
	if (!text.n)
		return str_c(otherwise);
	return regex ? arena_printf(b->arena, "(?:%.*s)", STR_ARG(text)) : arena_printf(b->arena, "\\Q%.*s\\E", STR_ARG(text));
}

/* A call is POST /SERVICE/METHOD. What is not said is any. */
static struct match grpc_match(struct build *b, const struct read_match *m)
{
	struct match out = { .kind = MATCH_PREFIX, .path = STR_INIT("/") };
	bool regex = m->kind == READ_REGEX;
	if (!m->service.n && !m->call.n)
		return out;
	if (!regex && m->service.n) {
		out.kind = m->call.n ? MATCH_EXACT : MATCH_PREFIX;
		out.path = arena_printf(b->arena, "/%.*s%s%.*s", STR_ARG(m->service), m->call.n ? "/" : "", STR_ARG(m->call));
		return out;
	}
	out.kind = MATCH_REGEX;
	out.path = arena_printf(b->arena, "/%.*s/%.*s", STR_ARG(m->service.n ? m->service : STR("*")), STR_ARG(m->call.n ? m->call : STR("*")));
	str service = quoted(b, m->service, regex, "[^/]+"), call = quoted(b, m->call, regex, "[^/]+");
	out.expression = arena_printf(b->arena, "\\A/%.*s/%.*s\\z", STR_ARG(service), STR_ARG(call));
	return out;
}

static struct match http_match(struct build *b, const struct read_match *m)
{
	struct match out = { .kind = MATCH_EXACT, .path = m->path };
	if (m->kind == READ_PREFIX) {
		out.kind = MATCH_PREFIX;
		out.path = b->choices->slash_needed ? m->path : path_without_slash(m->path);
	} else if (m->kind == READ_REGEX) {
		out.kind = MATCH_REGEX;
		out.expression = anchored(b->arena, m->path, b->choices->regex_path);
	}
	return out;
}

size_t side_queries(const struct build *b, const struct candidate *c)
{
	return b->choices->redirect_without_query && side_count(c->rule, FILTER_REDIRECT) ? 0 : c->match->queries.n;
}

struct match side_match(struct build *b, const struct candidate *c)
{
	const struct read_match *m = c->match;
	const bool cors = side_count(c->rule, FILTER_CORS) > 0;
	struct match out = c->route->kind == ROUTE_GRPC ? grpc_match(b, m) : http_match(b, m);
	struct read_pair method = { .value = m->method, .at = m->at };
	if (m->method.n) {
		add_condition(b, &out, CONDITION_METHOD, &method);
		out.conditions.item[0].or_preflight = b->choices->preflights_answered && cors;
	}
	for (size_t i = 0; i < m->headers.n; i++)
		add_condition(b, &out, CONDITION_HEADER, &m->headers.item[i]);
	for (size_t i = 0; i < side_queries(b, c); i++)
		add_condition(b, &out, CONDITION_QUERY, &m->queries.item[i]);
	return out;
}

/* ---- order ---- */

/* In the order of the criteria; the greater one wins. */
struct rank {
	size_t exact_host, host;
	unsigned kind;
	size_t length, second;           /* second: of gRPC the length of the method */
	str text;                        /* of expressions, where it counts: the one that is sorted last */
	size_t method, headers, queries;
	size_t exact_headers, exact_queries;   /* those without an expression, where they count */
	size_t sum;                      /* where it is all that counts */
};

static void rank_host(str host, struct rank *out)
{
	out->exact_host = str_starts(host, STR("*.")) ? 0 : host.n;
	out->host = host.n;
}

int side_compare_hosts(str a, str b)
{
	struct rank ra = { 0 }, rb = { 0 };
	rank_host(a, &ra);
	rank_host(b, &rb);
	if (ra.exact_host != rb.exact_host)
		return ra.exact_host > rb.exact_host ? -1 : 1;
	return (ra.host < rb.host) - (ra.host > rb.host);
}

static size_t count_exact(const struct read_pair *item, size_t n)
{
	size_t exact = 0;
	for (size_t i = 0; i < n; i++)
		exact += !item[i].regex;
	return exact;
}

enum { KIND_LAST, KIND_AFTER_PREFIX, KIND_PREFIX, KIND_BEFORE_PREFIX, KIND_EXACT };

static void rank_http(const struct build *b, const struct candidate *c, struct rank *out)
{
	const struct read_match *m = c->match;
	static const unsigned REGEX[] = { [REGEX_BEFORE_PREFIX] = KIND_BEFORE_PREFIX, [REGEX_AFTER_PREFIX] = KIND_AFTER_PREFIX,
		[REGEX_BY_LENGTH] = KIND_PREFIX };
	out->kind = m->kind == READ_EXACT ? KIND_EXACT : m->kind == READ_PREFIX ? KIND_PREFIX : REGEX[b->choices->regex_rank];
	str prefix = b->choices->prefix_as_written ? m->path : path_without_slash(m->path);
	if (m->kind == READ_PREFIX)
		out->length = prefix.n == 1 ? 0 : prefix.n;
	else if (m->kind == READ_REGEX && !b->choices->regex_unordered)
		out->length = m->path.n;
	if (m->kind == READ_REGEX && b->choices->ties == TIES_BY_RULE)
		out->text = m->path;
	out->method = m->method.n && !b->choices->method_as_header;
	out->headers = m->headers.n + (m->method.n && b->choices->method_as_header);
	out->queries = side_queries(b, c);
	if (!b->choices->exact_first)
		return;
	out->exact_headers = count_exact(m->headers.item, m->headers.n) + (out->headers - m->headers.n);
	out->exact_queries = count_exact(m->queries.item, out->queries);
}

/* Services by length, then methods by length; as paths these are exact ones, prefixes and the root. */
static void rank_grpc(const struct build *b, const struct read_match *m, struct rank *out)
{
	bool plain = m->kind != READ_REGEX && m->service.n;
	out->kind = plain && m->call.n ? KIND_EXACT : plain ? KIND_PREFIX : m->service.n ? KIND_BEFORE_PREFIX : KIND_AFTER_PREFIX;
	if (out->kind == KIND_BEFORE_PREFIX && b->choices->regex_rank == REGEX_AFTER_PREFIX)
		out->kind = KIND_AFTER_PREFIX;
	out->length = m->service.n ? m->service.n + 1 : 0;
	out->second = m->call.n;
	out->headers = m->headers.n;
	/* a method of any service comes before what takes every call */
	if (!m->service.n && !m->call.n)
		out->kind = KIND_LAST;
}

/*
 * One number for all, as Traefik has it (v3.6, pkg/provider/kubernetes/gateway/httproute.go): the longest hostname of a route counts for so little
 * that a longer path under a wildcard comes first.
 */
static size_t sum_of(const struct candidate *c)
{
	enum { EXACT = 100000, OTHER = 10000, LETTER = 100, METHOD = 1000, HEADER = 100, QUERY = 10 };
	const struct read_match *m = c->match;
	size_t sum = c->longest + c->route->rules.n - c->rule_number;
	if (m->kind == READ_EXACT)
		sum += EXACT;
	else
		sum += m->kind == READ_PREFIX && m->path.n == 1 ? 1 : OTHER + LETTER * m->path.n;
	return sum + (m->method.n ? METHOD : 0) + HEADER * m->headers.n + QUERY * m->queries.n;
}

static struct rank rank_of(const struct build *b, const struct candidate *c)
{
	struct rank out = { 0 };
	if (c->match && b->choices->summed) {
		out.sum = sum_of(c);
		return out;
	}
	rank_host(b->choices->shared_hosts ? c->host : c->own, &out);
	if (c->match && c->route->kind == ROUTE_GRPC)
		rank_grpc(b, c->match, &out);
	else if (c->match)
		rank_http(b, c, &out);
	return out;
}

static int greater(size_t a, size_t b)
{
	return (a < b) - (a > b);
}

static int compare_ranks(const struct rank *a, const struct rank *b)
{
	const int by[] = {
		greater(a->sum, b->sum), greater(a->exact_host, b->exact_host), greater(a->host, b->host), greater(a->kind, b->kind), greater(a->length, b->length),
		greater(a->second, b->second), str_cmp(b->text, a->text),
		greater(a->method, b->method), greater(a->headers, b->headers), greater(a->exact_headers, b->exact_headers),
		greater(a->queries, b->queries), greater(a->exact_queries, b->exact_queries),
	};
	for (size_t i = 0; i < sizeof by / sizeof *by; i++)
		if (by[i])
			return by[i];
	return 0;
}

/* "namespace/name" as one text: "-" comes before "/". */
static int compare_names(const struct read_meta *a, const struct read_meta *b)
{
	size_t n = a->namespace.n < b->namespace.n ? a->namespace.n : b->namespace.n;
	int c = str_cmp(str_slice(a->namespace, 0, n), str_slice(b->namespace, 0, n));
	if (c || a->namespace.n == b->namespace.n)
		return c ? c : str_cmp(a->name, b->name);
	unsigned char ca = a->namespace.n > n ? (unsigned char)a->namespace.p[n] : '/',
		cb = b->namespace.n > n ? (unsigned char)b->namespace.p[n] : '/';
	return ca < cb ? -1 : 1;
}

int side_compare_routes(const struct read_route *a, const struct read_route *b)
{
	const struct read_meta *ma = &a->meta, *mb = &b->meta;
	int c = ma->created.n && mb->created.n ? str_cmp(ma->created, mb->created) : 0;
	if (c == 0)
		c = compare_names(ma, mb);
	return c ? c : (int)a->kind - (int)b->kind;
}

static int compare_rule_numbers(const struct candidate *a, const struct candidate *b)
{
	return (a->rule_number > b->rule_number) - (a->rule_number < b->rule_number);
}

static int compare_places(const struct candidate *a, const struct candidate *b)
{
	int c = compare_rule_numbers(a, b);
	return c ? c : (a->match_number > b->match_number) - (a->match_number < b->match_number);
}

static int compare_pairs(const struct read_pair *a, const struct read_pair *b)
{
	int c = str_cmp(a->name, b->name);
	if (c == 0)
		c = (int)a->regex - (int)b->regex;
	return c ? c : str_cmp(a->value, b->value);
}

/* As Contour has it (v1.33, internal/sorter): the number of the rule in its route counts before the route, then headers and parameters by name. */
static int compare_rules(const struct candidate *a, const struct candidate *b)
{
	int c = compare_rule_numbers(a, b);
	for (size_t i = 0; c == 0 && a->match && b->match && i < a->match->headers.n && i < b->match->headers.n; i++)
		c = compare_pairs(&a->match->headers.item[i], &b->match->headers.item[i]);
	for (size_t i = 0; c == 0 && a->match && b->match && i < a->match->queries.n && i < b->match->queries.n; i++)
		c = compare_pairs(&a->match->queries.item[i], &b->match->queries.item[i]);
	return c;
}

/* Where the rank is equal. */
static int compare_ties(const struct candidate *a, const struct candidate *b, enum choice_ties ties)
{
	int c = ties == TIES_BY_RULE ? compare_rules(a, b) : 0;
	if (c)
		return c;
	c = side_compare_routes(a->route, b->route);
	if (c)
		return ties == TIES_NEWEST ? -c : c;
	return compare_places(a, b);
}

struct ranked {
	struct candidate *candidate;
	struct rank rank;
	enum choice_ties ties;
};

static int compare(const void *pa, const void *pb)
{
	const struct ranked *a = pa, *b = pb;
	int c = compare_ranks(&a->rank, &b->rank);
	return c ? c : compare_ties(a->candidate, b->candidate, a->ties);
}

void side_sort(const struct build *b, struct candidate **list, size_t n)
{
	struct ranked *ranked = NEWS(b->arena, struct ranked, n);
	for (size_t i = 0; i < n; i++)
		ranked[i] = (struct ranked){ list[i], rank_of(b, list[i]), b->choices->ties };
	if (n)
		qsort(ranked, n, sizeof *ranked, compare);
	for (size_t i = 0; i < n; i++)
		list[i] = ranked[i].candidate;
}

/* ---- matches alone ---- */

enum { HEADERS_MOST = 16 };

/* As it is read again, as far as its rank goes. */
static struct read_match as_read(const struct written_match *m, struct read_pair *headers)
{
	struct read_match out = { .kind = READ_EXACT, .path = m->path, .method = m->method };
	if (str_eq(m->type, STR("PathPrefix")))
		out.kind = READ_PREFIX;
	else if (str_eq(m->type, STR("RegularExpression")))
		out.kind = READ_REGEX;
	out.headers.item = headers;
	out.headers.n = m->headers < HEADERS_MOST ? m->headers : HEADERS_MOST;
	for (size_t i = 0; i < out.headers.n; i++)
		headers[i].regex = i >= m->exact_headers;
	return out;
}

const struct gateway_choices *ranking_of(struct arena *arena, const struct target_table *target)
{
	struct gateway_choices *choices = NEW(arena, struct gateway_choices);
	*choices = gateway_choices_of(target);
	return choices;
}

int ranking_compare(const struct gateway_choices *choices, const struct written_match *a, const struct written_match *b)
{
	/* as much as the hostname and the place of a rule make of the sum */
	enum { HOST_AND_PLACE = 300 };
	struct read_pair ha[HEADERS_MOST] = { 0 }, hb[HEADERS_MOST] = { 0 };
	const struct read_match ma = as_read(a, ha), mb = as_read(b, hb);
	const struct read_rule rule = { 0 };
	const struct read_route route = { .kind = ROUTE_HTTP };
	const struct candidate ca = { .route = &route, .rule = &rule, .match = &ma }, cb = { .route = &route, .rule = &rule, .match = &mb };
	const struct build build = { .choices = choices };
	const struct rank ra = rank_of(&build, &ca), rb = rank_of(&build, &cb);
	size_t apart = ra.sum > rb.sum ? ra.sum - rb.sum : rb.sum - ra.sum;
	return choices->summed && apart < HOST_AND_PLACE ? 0 : compare_ranks(&ra, &rb);
}

bool ranking_goes_by_name(const struct gateway_choices *choices)
{
	return choices->ties == TIES_OLDEST;
}
