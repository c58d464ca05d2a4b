/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that may be told apart: see questions.h. */
#include "verify/questions.h"

#include "base/buf.h"
#include "base/map.h"
#include "route/domain.h"
#include "verify/example.h"

struct asking {
	struct arena *arena;
	struct questions *out;
	const struct host_class *hosts;
	struct map paths, variants;  /* that are there, as text */
	size_t spellings;            /* paths of routes that are asked in other spellings */
};

/* ---- paths ---- */

static void add(struct asking *a, str target, bool edge, bool odd)
{
	if (map_get(&a->paths, target))
		return;
	struct asked_path one = { target, edge, odd };
	map_set(&a->paths, target, a->out);
	LIST_PUSH(a->arena, &a->out->paths, one);
}

/* What cannot stand in a request as it is stands there escaped; dots and slashes stay what they are. */
static str escaped(struct arena *arena, str path, bool capitals)
{
	const struct bytes plain = domain_alphabet(DOMAIN_PATH);
	struct buf out;
	buf_init(&out, arena, 0);
	for (size_t i = 0; i < path.n; i++) {
		if (bytes_has(&plain, (unsigned char)path.p[i]))
			buf_add_char(&out, path.p[i]);
		else
			buf_printf(&out, capitals ? "%%%02X" : "%%%02x", (unsigned)(unsigned char)path.p[i]);
	}
	return buf_str(&out);
}

static void add_path(struct asking *a, str path, bool edge)
{
	if (path.n == 0 || path.p[0] != '/')
		path = arena_join(a->arena, STR("/"), path);
	str text, query;
	(void)str_cut(path, '?', &text, &query);
	if (domain_has(DOMAIN_PATH, text)) {
		add(a, path, edge, false);
		return;
	}
	str odd = escaped(a->arena, text, true);
	if (!str_eq(odd, text))
		add(a, odd, true, true);
}

/* Paths of a host that are asked in other spellings: each is held against all of its routes. */
static size_t spellings_most(const struct host_class *hosts)
{
	enum { LEAST = 40, MOST = 500, TRIES = 30000 };
	size_t routes = 1;
	for (size_t i = 0; i < hosts->hosts.n; i++)
		routes += hosts->hosts.item[i]->routes.n;
	const size_t n = TRIES / routes;
	return n < LEAST ? LEAST : n < MOST ? n : MOST;
}

/* The path in other spellings: with an escape, or small letters in those that it needs, a doubled slash, an escaped one, dot segments. */
static void add_spellings(struct asking *a, str path)
{
	const str said = path_without_slash(path);
	const bool odd = !domain_has(DOMAIN_PATH, said);
	const str whole = odd ? escaped(a->arena, said, true) : said, bare = whole.n > 1 ? whole : STR("");
	if (!str_starts(said, STR("/")) || a->spellings >= spellings_most(a->hosts))
		return;
	a->spellings++;
	if (odd)
		add(a, escaped(a->arena, said, false), true, true);
	else if (bare.n)
		add(a, arena_printf(a->arena, "%.*s%%%02X", STR_ARG(str_slice(bare, 0, bare.n - 1)), (unsigned)(unsigned char)bare.p[bare.n - 1]), true, true);
	add(a, arena_join(a->arena, STR("/"), whole), true, true);
	add(a, arena_join(a->arena, bare, STR("//x")), true, true);
	add(a, arena_join(a->arena, bare, STR("/x%2Fy")), true, true);
	add(a, arena_join(a->arena, STR("/x/.."), whole), true, true);
	if (bare.n && a->hosts->slashes)
		add(a, arena_join(a->arena, bare, STR("%2Fx")), true, true);
}

static void add_behind(struct asking *a, str path, const char *more, bool edge)
{
	add_path(a, arena_printf(a->arena, "%.*s%s", STR_ARG(path), more), edge);
}

static str upper(struct arena *arena, str s)
{
	char *p = NEWS(arena, char, s.n);
	for (size_t i = 0; i < s.n; i++)
		p[i] = (char)(s.p[i] >= 'a' && s.p[i] <= 'z' ? s.p[i] - 32 : s.p[i]);
	return (str){ p, s.n };
}

/* At the path, one element more, within its last element, in other letter case. */
static void add_around(struct asking *a, str path)
{
	str bare = path_without_slash(path);
	add_path(a, path, false);
	if (bare.n > 1)
		add_path(a, bare, false);
	add_behind(a, bare, bare.n == 1 ? "x" : "/", false);
	add_behind(a, bare, bare.n == 1 ? "x/y" : "/x", false);
	add_behind(a, bare, bare.n == 1 ? "x/y/" : "/x/y", true);
	add_behind(a, bare, "x", true);
	add_behind(a, bare, bare.n == 1 ? "?q=1" : "/x?q=1", true);
	add_path(a, upper(a->arena, bare), true);
}

static void add_match(struct asking *a, const struct match *m)
{
	if (m->kind != MATCH_REGEX) {
		add_around(a, m->path);
		add_spellings(a, m->path);
		return;
	}
	str prefix, regex = m->expression.n ? m->expression : m->path, example = regex_example(a->arena, regex);
	if (path_prefix_form(m->path, &prefix))
		add_around(a, prefix);
	add_around(a, example);
	add_spellings(a, example);
}

/* ---- what stands beside the path ---- */

static struct variant usual(void)
{
	return (struct variant){ .method = STR_INIT("GET") };
}

static str variant_text(struct arena *arena, const struct variant *v)
{
	str text = arena_printf(arena, "%.*s %.*s %.*s %.*s %d %d %llu %d %d %u %u %zu", STR_ARG(v->method), STR_ARG(v->query), STR_ARG(v->client), STR_ARG(v->sni),
		(int)v->spelled, (int)v->dotted, (unsigned long long)v->body, (int)v->given.basic, (int)v->given.certificate, (unsigned)v->given.external, (unsigned)v->given.status,
		v->given.refused.n);
	for (size_t i = 0; i < v->headers.n; i++)
		text = arena_printf(arena, "%.*s|%.*s:%.*s", STR_ARG(text), STR_ARG(v->headers.item[i].name), STR_ARG(v->headers.item[i].value));
	return text;
}

static void add_variant(struct asking *a, const struct variant *v)
{
	enum { MOST = 60 };
	str text = variant_text(a->arena, v);
	if (map_get(&a->variants, text) || a->out->variants.n >= MOST)
		return;
	map_set(&a->variants, text, a->out);
	LIST_PUSH(a->arena, &a->out->variants, *v);
}

static void set_header(struct asking *a, struct variant *v, str name, str value)
{
	struct header h = { name, value };
	LIST_PUSH(a->arena, &v->headers, h);
}

static str value_of(struct asking *a, str value, bool regex)
{
	return regex ? regex_example(a->arena, value) : value;
}

/* All conditions of one match together, and each alone. */
static void add_conditions(struct asking *a, const struct condition_list *conditions)
{
	struct variant all = usual();
	for (size_t i = 0; i < conditions->n; i++) {
		const struct condition *c = &conditions->item[i];
		struct variant one = usual();
		str value = value_of(a, c->value, c->regex);
		if (c->kind == CONDITION_METHOD) {
			one.method = all.method = value;
		} else if (c->kind == CONDITION_QUERY) {
			one.query = arena_printf(a->arena, "%.*s=%.*s", STR_ARG(c->name), STR_ARG(value));
			all.query = all.query.n ? arena_printf(a->arena, "%.*s&%.*s", STR_ARG(all.query), STR_ARG(one.query)) : one.query;
		} else {
			set_header(a, &one, c->name, value);
			set_header(a, &all, c->name, value);
		}
		add_variant(a, &one);
	}
	if (conditions->n > 1)
		add_variant(a, &all);
}

/* The connection was made for another host, whose listener has the same certificate. */
static void add_reused(struct asking *a, str name)
{
	struct variant v = usual();
	v.sni = name;
	if (name.n)
		add_variant(a, &v);
}

static void add_case(struct asking *a, const struct forward_case *c)
{
	struct variant v = usual();
	if (c->header.n)
		set_header(a, &v, c->header, value_of(a, c->value, c->value_regex));
	else if (c->cookie.n)
		set_header(a, &v, STR("Cookie"), arena_printf(a->arena, "%.*s=%.*s", STR_ARG(c->cookie), STR_ARG(value_of(a, c->value, c->value_regex))));
	else
		return;
	add_variant(a, &v);
}

/* The first address of a range; of IPv4 in dots. */
static str address_in(struct arena *arena, const struct address_range *range)
{
	str text = address_range_text(arena, range);
	return str_slice(text, 0, str_find_char(text, '/'));
}

#define STRANGER STR("203.0.113.77")

/* from: the address of the connection; empty: the usual one. */
static void add_forwarded(struct asking *a, const struct http_rules *http, str from, str client)
{
	struct variant v = usual();
	v.client = from;
	set_header(a, &v, http->forwarded_for, client);
	add_variant(a, &v);
}

/* Who is let in; also under the name with a dot at its end, where that may be another one. */
static void add_let_in(struct asking *a, struct variant v)
{
	add_variant(a, &v);
	v.dotted = true;
	if (a->hosts->last_dot)
		add_variant(a, &v);
}

/* As the address of the connection; and as what a proxy says, and somebody whose word may count as well, or not. */
static void add_client(struct asking *a, str client)
{
	struct variant v = usual();
	v.client = client;
	add_let_in(a, v);
	for (size_t i = 0; i < a->hosts->believing.n; i++) {
		const struct http_rules *http = a->hosts->believing.item[i];
		add_forwarded(a, http, http->trusted.n ? address_in(a->arena, &http->trusted.item[0]) : STR(""), client);
		add_forwarded(a, http, STRANGER, client);
	}
}

static void add_guard(struct asking *a, const struct guard *g)
{
	struct variant v = usual();
	switch (g->kind) {
	case GUARD_ADDRESS:
		for (size_t i = 0; i < g->ranges.n; i++)
			add_client(a, address_in(a->arena, &g->ranges.item[i]));
		add_client(a, STRANGER);
		break;
	case GUARD_HEADER:
		for (size_t i = 0; i < g->patterns.n; i++) {
			struct variant one = usual();
			set_header(a, &one, g->header, value_of(a, g->patterns.item[i].text, g->patterns.item[i].regex));
			add_variant(a, &one);
		}
		break;
	case GUARD_BASIC:
		v.given.basic = GIVEN_PASS;
		add_let_in(a, v);
		break;
	case GUARD_EXTERNAL:
		v.given.external = 401;
		add_variant(a, &v);
		break;
	case GUARD_CERTIFICATE:
		v.given.certificate = GIVEN_PASS;
		add_let_in(a, v);
		break;
	case GUARD_OPAQUE:
		break;
	}
}

/* A proxy in front says another scheme, host or port, where its word counts. */
static void add_proxy(struct asking *a)
{
	static const struct header SAYS[] = { { STR_INIT("X-Forwarded-Proto"), STR_INIT("https") }, { STR_INIT("X-Forwarded-Host"), STR_INIT("front.example") },
		{ STR_INIT("X-Forwarded-Port"), STR_INIT("8443") } };
	bool believed = false;
	for (size_t i = 0; i < a->hosts->believing.n; i++)
		believed = believed || a->hosts->believing.item[i]->forwarded;
	for (size_t i = 0; believed && i < sizeof SAYS / sizeof *SAYS; i++) {
		struct variant v = usual();
		set_header(a, &v, SAYS[i].name, SAYS[i].value);
		add_variant(a, &v);
	}
}

/* A preflight, one that asks nothing, and requests of pages of other origins. */
static void add_cors(struct asking *a, const struct cors *cors)
{
	struct variant asks = usual(), empty = usual(), simple = usual(), other = usual();
	str origin = cors->any_origin || cors->origins.n == 0 ? STR("https://app.example.com") : cors->origins.item[0];
	size_t star = str_find_char(origin, '*');
	if (star < origin.n)
		origin = arena_printf(a->arena, "%.*sa%.*s", STR_ARG(str_slice(origin, 0, star)), STR_ARG(str_from(origin, star + 1)));
	if (str_eq(origin, STR("a")))
		origin = STR("https://app.example.com");
	set_header(a, &simple, STR("Origin"), origin);
	set_header(a, &other, STR("Origin"), STR("https://evil.example"));
	asks.method = STR("OPTIONS");
	set_header(a, &asks, STR("Origin"), origin);
	set_header(a, &asks, STR("Access-Control-Request-Method"), STR("GET"));
	empty.method = STR("OPTIONS");
	set_header(a, &empty, STR("Origin"), origin);
	add_variant(a, &asks);
	add_variant(a, &empty);
	add_variant(a, &simple);
	add_variant(a, &other);
}

static void add_step(struct asking *a, const struct step *s)
{
	struct variant v = usual();
	if (s->kind == STEP_GUARD) {
		add_guard(a, &s->as.guard);
	} else if (s->kind == STEP_CORS) {
		add_cors(a, &s->as.cors);
	} else if (s->kind == STEP_BODY) {
		v.method = STR("POST");
		v.body = s->as.limit + 1;
		add_variant(a, &v);
	} else if (s->kind == STEP_REDIRECT && !(s->as.redirect.needs_certificate && !a->hosts->tls)) {
		/* where a slash at the end of the address is dropped, it may be that of the query */
		v.query = STR("u=/");
		add_variant(a, &v);
	} else if (s->kind == STEP_HOST && str_has_char(s->value, '$')) {
		v.spelled = true;
		add_variant(a, &v);
	} else if (s->kind == STEP_ERRORS && s->as.errors.codes.n) {
		v.given.status = s->as.errors.codes.item[0];
		add_variant(a, &v);
	}
}

/* Who gets past all guards of a route, where one is not enough. */
static void add_guards(struct asking *a, const struct route *r)
{
	struct variant v = usual();
	for (size_t i = 0; i < r->steps.n; i++) {
		const struct guard *g = &r->steps.item[i]->as.guard;
		if (r->steps.item[i]->kind != STEP_GUARD)
			continue;
		if (g->kind == GUARD_ADDRESS && !g->deny && !g->ordered && g->ranges.n && !v.client.n)
			v.client = address_in(a->arena, &g->ranges.item[0]);
		v.given.basic = g->kind == GUARD_BASIC ? GIVEN_PASS : v.given.basic;
		v.given.certificate = g->kind == GUARD_CERTIFICATE ? GIVEN_PASS : v.given.certificate;
	}
	if (variant_lets_in(&v))
		add_variant(a, &v);
}

static void add_route(struct asking *a, const struct route *r)
{
	add_match(a, &r->match);
	add_conditions(a, &r->match.conditions);
	for (size_t i = 0; i < r->steps.n; i++)
		add_step(a, r->steps.item[i]);
	add_guards(a, r);
	for (size_t i = 0; i < r->cases.n; i++)
		add_case(a, &r->cases.item[i]);
}

/* Twice the same name: what that means is another question. */
static bool share_header(const struct variant *x, const struct variant *y)
{
	for (size_t i = 0; i < x->headers.n; i++)
		for (size_t k = 0; k < y->headers.n; k++)
			if (str_eq_nocase(x->headers.item[i].name, y->headers.item[k].name))
				return true;
	return false;
}

/* Two at once: which of them counts is decided by order. */
static void add_pairs(struct asking *a)
{
	enum { FEW = 7 };
	size_t n = a->out->variants.n;
	for (size_t i = 1; i < n && n <= FEW; i++)
		for (size_t k = i + 1; k < n; k++) {
			const struct variant *x = &a->out->variants.item[i], *y = &a->out->variants.item[k];
			struct variant both = usual();
			if (!x->headers.n || !y->headers.n || !str_eq(x->method, y->method) || share_header(x, y))
				continue;
			both.method = x->method;
			for (size_t h = 0; h < x->headers.n; h++)
				set_header(a, &both, x->headers.item[h].name, x->headers.item[h].value);
			for (size_t h = 0; h < y->headers.n; h++)
				set_header(a, &both, y->headers.item[h].name, y->headers.item[h].value);
			add_variant(a, &both);
		}
}

bool variant_lets_in(const struct variant *v)
{
	bool lets = v->client.n || v->given.basic == GIVEN_PASS || v->given.certificate == GIVEN_PASS;
	return lets && !v->headers.n && !v->query.n && !v->body && !v->spelled && !v->dotted && str_eq(v->method, STR("GET"));
}

/* What some implementations refuse, or hand on otherwise, whatever the route: of the usual client, and of those who get past a guard. */
static void add_forms(struct asking *a)
{
	const size_t n = a->out->variants.n;
	for (size_t i = 0; i < n; i++) {
		const struct variant *v = &a->out->variants.item[i];
		if (i > 0 && !variant_lets_in(v))
			continue;
		struct variant underscore = *v, dot = usual(), original = *v;
		set_header(a, &underscore, STR("X_Token"), STR("1"));
		set_header(a, &original, STR("X-Forwarded-For"), STRANGER);
		set_header(a, &original, STR("X-Forwarded-Host"), STR("front.example"));
		dot.dotted = true;
		if (a->hosts->underscores)
			add_variant(a, &underscore);
		if (a->hosts->last_dot && i == 0)
			add_variant(a, &dot);
		if (a->hosts->originals)
			add_variant(a, &original);
	}
}

struct questions questions_of(struct arena *arena, const struct host_class *hosts)
{
	struct questions out = { 0 };
	struct asking a = { .arena = arena, .out = &out, .hosts = hosts };
	const struct variant first = usual();
	map_init(&a.paths, arena);
	map_init(&a.variants, arena);
	add_variant(&a, &first);
	add_path(&a, STR("/"), false);
	add_reused(&a, hosts->reused);
	add_proxy(&a);
	for (size_t i = 0; i < hosts->hosts.n; i++)
		for (size_t k = 0; k < hosts->hosts.item[i]->routes.n; k++)
			add_route(&a, hosts->hosts.item[i]->routes.item[k]);
	add_path(&a, STR("/nothing-here"), false);
	add_pairs(&a);
	add_forms(&a);
	return out;
}

struct request question_request(struct arena *arena, const struct host_class *hosts, const struct asked_path *path, const struct variant *variant,
	bool https)
{
	struct request r = {
		.tls = https, .method = variant->method, .has_host = true, .host = hosts->witness, .target = path->target,
		.client = variant->client.n ? variant->client : STR("127.0.0.1"), .body = variant->body, .given = variant->given,
		.has_sni = variant->sni.n > 0, .sni = variant->sni,
	};
	for (size_t i = 0; i < variant->headers.n; i++)
		LIST_PUSH(arena, &r.headers, variant->headers.item[i]);
	if (variant->spelled)
		r.host = arena_join(arena, upper(arena, hosts->witness), STR(":8080"));
	if (variant->dotted)
		r.host = arena_join(arena, hosts->witness, STR("."));
	if (variant->query.n)
		r.target = arena_printf(arena, "%.*s%s%.*s", STR_ARG(path->target), str_has_char(path->target, '?') ? "&" : "?", STR_ARG(variant->query));
	return r;
}
