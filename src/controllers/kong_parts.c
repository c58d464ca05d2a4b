/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of routes and the order in which Kong tries them (reference: kong A.3 to A.5, A.7): see kong.h. */
#include "controllers/kong.h"

#include <stdlib.h>

/* ---- paths ---- */

static str regex_prefix(struct subject *s)
{
	struct setting *at = kong_setting(s, "route.match", "prefix");
	return at ? at->value.text : STR("/~");
}

struct part_list {
	struct kong *kong;
	const struct kong_route *route;
	const struct kong_path *path;
};

static void add(const struct part_list *list, struct match match, bool regex, bool end)
{
	struct kong_part p = { .route = list->route, .path = list->path, .match = match, .regex = regex, .end = end };
	if (!regex)
		p.plain = match.path.n;
	LIST_PUSH(list->kong->in->front->arena, &list->kong->parts, p);
}

/* A path that Kong gets as "~" and an expression; near: what was meant by it, where it is no expression of the user. */
static struct match expression(struct arena *a, str text, str expr, enum match_kind near)
{
	return (struct match){ .kind = MATCH_REGEX, .path = text, .expression = arena_join(a, STR("^"), expr), .near_kind = near, .near = near == MATCH_REGEX ? STR("") : text };
}

static struct match plain(str text)
{
	/* every path begins with a slash */
	return (struct match){ .kind = text.n == 1 ? MATCH_PREFIX : MATCH_TEXT, .path = text };
}

/* "/foo/" as a text, and the very text "/foo" as an expression in which signs count as such. */
static void add_prefix(const struct part_list *list, str path)
{
	struct arena *a = list->kong->in->front->arena;
	bool literal = path_is_literal(path, true) || list->kong->flavour == KONG_EXPRESSIONS;
	while (path.n > 1 && str_ends(path, STR("/")))
		path.n--;
	if (path.n == 1) {
		add(list, plain(path), false, false);
		return;
	}
	if (list->kong->flavour == KONG_EXPRESSIONS) {
		add(list, (struct match){ .kind = MATCH_PREFIX, .path = path }, true, false);
		return;
	}
	add(list, literal ? (struct match){ .kind = MATCH_EXACT, .path = path } : expression(a, path, arena_join(a, path, STR("$")), MATCH_EXACT), true, true);
	add(list, (struct match){ .kind = MATCH_PREFIX, .path = path }, false, false);
	list->kong->parts.item[list->kong->parts.n - 1].plain = path.n + 1;
}

static void add_exact(const struct part_list *list, str path)
{
	struct arena *a = list->kong->in->front->arena;
	if (path_is_literal(path, true) || list->kong->flavour == KONG_EXPRESSIONS)
		add(list, (struct match){ .kind = MATCH_EXACT, .path = path }, true, false);
	else
		add(list, expression(a, path, arena_join(a, path, STR("$")), MATCH_EXACT), true, false);
}

/* False: Kong refuses the expression, and with it the route's path. */
static bool add_expression(const struct part_list *list, str regex)
{
	struct front *front = list->kong->in->front;
	str why = STR("");
	size_t at = 0;
	bool good = str_starts(regex, STR("/")) && pattern_new(front->arena, arena_join(front->arena, STR("^"), regex), 0, &why, &at);
	if (good) {
		add(list, expression(front->arena, regex, regex, MATCH_REGEX), true, false);
		return true;
	}
	struct fact *fact = list->path->facts.n ? list->path->facts.item[0] : NULL;
	struct diag_site site = { list->path->at, 1, record_object(front->arena, list->route->subject->record) };
	struct diag *d = diag_addf(front->diags, DIAG_PATH_IGNORED, fact ? fact_site(front->arena, fact) : site, "Kong does not take this expression (%.*s)",
		STR_ARG(why.n ? why : STR("it does not begin with a slash")));
	d->effect = STR("none: the path is not served, and nothing is printed for it");
	d->help = STR("correct the expression behind the tilde");
	fact_lost(fact, FACT_INVALID, LOSS_NONE, DIAG_PATH_IGNORED, STR("Kong does not take the expression"));
	return false;
}

static void add_path(const struct part_list *list)
{
	str path = list->path->path, prefix = regex_prefix(list->route->subject);
	if (prefix.n && str_starts(path, prefix) && list->path->type == PATH_IMPLEMENTATION) {
		add_expression(list, str_from(path, prefix.n));
		return;
	}
	switch (list->path->type) {
	case PATH_PREFIX:
		add_prefix(list, path);
		break;
	case PATH_EXACT:
		add_exact(list, path);
		break;
	case PATH_IMPLEMENTATION:
		add(list, plain(path), false, false);
		break;
	}
}

/* ---- what a route counts for ---- */

static bool only_exact(const struct kong_route *r)
{
	for (size_t i = 0; i < r->hosts.n; i++)
		if (r->hosts.item[i].kind != HOST_EXACT)
			return false;
	return r->hosts.n > 0;
}

/* Of flavour expressions: as KIC writes it, one number for all paths of a route. */
static size_t expression_length(const struct kong_path *p, str prefix)
{
	str path = p->path;
	if (p->type == PATH_EXACT)
		return 1 + str_from(path, str_starts(path, STR("/"))).n;
	if (p->type == PATH_IMPLEMENTATION)
		return str_starts(path, prefix) ? path.n - prefix.n : path.n;
	while (path.n > 1 && str_ends(path, STR("/")))
		path.n--;
	return path.n == 1 ? 1 : 2 + str_from(path, 1).n;
}

static uint64_t expression_number(const struct kong_route *r, size_t fields)
{
	size_t longest = 0;
	bool regex = false;
	str prefix = regex_prefix(r->subject);
	for (size_t i = 0; i < r->paths.n; i++) {
		const struct kong_path *p = &r->paths.item[i];
		size_t n = expression_length(p, prefix);
		longest = n > longest ? n : longest;
		regex = regex || p->type != PATH_IMPLEMENTATION || str_starts(p->path, prefix);
	}
	if (r->by_default)
		return 0;
	return (uint64_t)3 << 44 | (uint64_t)fields << 41 | (uint64_t)(r->headers.n < 255 ? r->headers.n : 255) << 33 | (uint64_t)only_exact(r) << 32 |
		(uint64_t)regex << 16 | (longest < 65535 ? longest : 65535);
}

static void count(struct kong *kong, const struct kong_route *r, size_t first)
{
	const bool has[] = { r->methods.n > 0, r->hosts.n > 0, r->headers.n > 0, r->snis.n > 0 };
	size_t fields = 1;
	for (size_t i = 0; i < sizeof has / sizeof *has; i++)
		fields += has[i];
	bool any = false;
	size_t longest = 0;
	for (size_t i = first; i < kong->parts.n; i++) {
		any = any || kong->parts.item[i].regex;
		longest = kong->parts.item[i].plain > longest ? kong->parts.item[i].plain : longest;
	}
	for (size_t i = first; i < kong->parts.n; i++) {
		struct kong_part *p = &kong->parts.item[i];
		p->fields = fields;
		p->headers = r->headers.n;
		p->exact_host = only_exact(r);
		p->any_regex = any;
		p->longest = longest;
		p->regex_priority = r->regex_priority;
		p->number = expression_number(r, fields);
		p->index = i;
	}
}

void kong_parts_build(struct kong *kong)
{
	for (size_t i = 0; i < kong->routes.n; i++) {
		const struct kong_route *r = kong->routes.item[i];
		size_t first = kong->parts.n;
		for (size_t k = 0; k < r->paths.n && r->service->dropped.n == 0; k++)
			add_path(&(struct part_list){ kong, r, &r->paths.item[k] });
		count(kong, r, first);
	}
}

/* ---- order ---- */

static int greater(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

static int greater_signed(int64_t a, int64_t b)
{
	return (a < b) - (a > b);
}

static int first_of(const int *by, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (by[i])
			return by[i];
	return 0;
}

int kong_parts_compare(enum kong_flavour flavour, const struct kong_part *a, const struct kong_part *b)
{
	int64_t pa = a->regex ? a->regex_priority : 0, pb = b->regex ? b->regex_priority : 0;
	const int compatible[] = { greater(a->fields, b->fields), greater(a->exact_host, b->exact_host), greater(a->headers, b->headers),
		greater(a->regex, b->regex), greater_signed(pa, pb), greater(a->plain, b->plain) };
	const int traditional[] = { greater(a->fields, b->fields), greater(a->exact_host, b->exact_host), greater(a->any_regex, b->any_regex),
		greater(a->headers, b->headers), greater_signed(a->regex_priority, b->regex_priority), greater(a->longest, b->longest) };
	switch (flavour) {
	case KONG_EXPRESSIONS:
		return greater(a->number, b->number);
	case KONG_TRADITIONAL:
		return first_of(traditional, sizeof traditional / sizeof *traditional);
	case KONG_COMPATIBLE:
		break;
	}
	return first_of(compatible, sizeof compatible / sizeof *compatible);
}

bool kong_match_takes(const struct kong *kong, struct match *m, str path)
{
	if (m->kind == MATCH_REGEX && !m->pattern)
		m->pattern = pattern_new(kong->in->front->arena, m->expression, 0, NULL, NULL);
	if (m->kind == MATCH_REGEX)
		return m->pattern && pattern_search(kong->matcher, m->pattern, path, NULL) != FOUND_NOT;
	if (m->kind == MATCH_EXACT)
		return str_eq(m->path, path);
	bool begins = str_starts(path, m->path);
	return begins && (m->kind == MATCH_TEXT || str_ends(m->path, STR("/")) || path.n == m->path.n || path.p[m->path.n] == '/');
}

struct ranked {
	enum kong_flavour flavour;
	struct kong_part part;
};

/* Of one route its longest path first, which changes nothing but for a rewrite; of several by their order of coming. */
static int compare(const void *pa, const void *pb)
{
	const struct ranked *a = pa, *b = pb;
	int c = kong_parts_compare(a->flavour, &a->part, &b->part);
	if (c == 0 && a->part.route == b->part.route) {
		c = greater(a->part.regex, b->part.regex);
		c = c ? c : greater(a->part.match.path.n, b->part.match.path.n);
	}
	/* the expression of a path is as good as a text that says the same: exact ones first, as people mean it */
	if (c == 0)
		c = (a->part.match.kind != MATCH_EXACT) - (b->part.match.kind != MATCH_EXACT);
	if (c == 0)
		c = a->part.end - b->part.end;
	return c ? c : (a->part.index > b->part.index) - (a->part.index < b->part.index);
}

static bool takes_host(const struct kong_route *r, const struct host_name *name)
{
	if (r->hosts.n == 0)
		return true;
	for (size_t i = 0; i < r->hosts.n; i++) {
		const struct host_name *h = &r->hosts.item[i];
		bool same = str_eq(h->name, name->name);
		bool wide = h->kind == HOST_LABELS && name->name.n >= h->name.n && str_ends(name->name, str_from(h->name, 1));
		bool tail = h->kind == HOST_TAIL && name->kind == HOST_EXACT && str_starts(name->name, str_slice(h->name, 0, h->name.n - 1));
		if (same || wide || tail)
			return true;
	}
	return false;
}

struct kong_parts kong_parts_of(struct kong *kong, const struct host_name *name)
{
	struct arena *a = kong->in->front->arena;
	struct kong_parts out = { 0 };
	struct ranked *ranked = NEWS(a, struct ranked, kong->parts.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < kong->parts.n; i++)
		if (takes_host(kong->parts.item[i].route, name))
			ranked[n++] = (struct ranked){ kong->flavour, kong->parts.item[i] };
	if (n)
		qsort(ranked, n, sizeof *ranked, compare);
	for (size_t i = 0; i < n; i++)
		LIST_PUSH(a, &out, ranked[i].part);
	return out;
}
