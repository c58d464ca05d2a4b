/* SPDX-License-Identifier: Apache-2.0 */
/* Where what implementations may choose can make a difference, seen from the objects alone: see side_build.h. */
#include "gateway/side_build.h"

/* ---- hostnames ---- */

static bool has_conditions(const struct read_match *m)
{
	return m->method.n || m->headers.n || m->queries.n;
}

/* Whatever the request is, a rule of the host takes it. */
static bool takes_all(const struct side_host *h)
{
	for (size_t i = 0; i < h->n; i++) {
		const struct candidate *c = h->own[i];
		if (!c->match || (c->route->kind == ROUTE_HTTP && c->match->kind == READ_PREFIX && c->match->path.n == 1 && !has_conditions(c->match)))
			return true;
	}
	return false;
}

void side_note_wide(struct build *b, struct map *wide, const struct candidate *const *all, size_t n)
{
	map_init(wide, b->arena);
	for (size_t i = 0; i < n; i++)
		if (!all[i]->host.n)
			map_set(wide, STR("*"), b);
		else if (str_starts(all[i]->host, STR("*.")))
			map_set(wide, str_from(all[i]->host, 1), b);
}

/* "b.c" and "*.b.c" stand under "*.c". */
static bool has_wider(const struct side_host *h)
{
	str end = h->n ? h->own[0]->host : STR("");
	if (!end.n)
		return false;
	if (str_starts(end, STR("*.")))
		end = str_from(end, 2);
	for (size_t dot = str_find_char(end, '.'); dot < end.n; dot = str_find_char(end, '.')) {
		if (map_get(h->wide, str_from(end, dot)))
			return true;
		end = str_from(end, dot + 1);
	}
	return map_get(h->wide, STR("*")) != NULL;
}

static bool by_hosts(const struct side_host *h)
{
	return has_wider(h) && !takes_all(h);
}

/* Under one name stand rules of routes that wrote different ones. */
static bool by_hostname(const struct side_host *h)
{
	for (size_t i = 1; i < h->n; i++)
		if (!str_eq(h->own[i]->own, h->own[0]->own))
			return true;
	return false;
}

/* ---- expressions ---- */

static size_t count_kind(const struct side_host *h, enum read_path kind)
{
	size_t n = 0;
	for (size_t i = 0; i < h->n; i++)
		n += h->own[i]->match && h->own[i]->match->kind == kind;
	return n;
}

/* Of gRPC what names no method is a prefix. */
static bool by_rank(const struct side_host *h)
{
	bool prefix = false;
	for (size_t i = 0; i < h->n && !prefix; i++) {
		const struct read_match *m = h->own[i]->match;
		prefix = m && (m->kind == READ_PREFIX || (h->own[i]->route->kind == ROUTE_GRPC && m->kind != READ_REGEX));
	}
	return prefix && count_kind(h, READ_REGEX) > 0;
}

static bool by_expression(const struct side_host *h)
{
	return count_kind(h, READ_REGEX) > 0;
}

static bool by_order(const struct side_host *h)
{
	return count_kind(h, READ_REGEX) > 1;
}

static bool by_value(const struct side_host *h)
{
	for (size_t i = 0; i < h->n; i++) {
		const struct read_match *m = h->own[i]->match;
		for (size_t k = 0; m && k < m->headers.n; k++)
			if (m->headers.item[k].regex)
				return true;
		for (size_t k = 0; m && k < m->queries.n; k++)
			if (m->queries.item[k].regex)
				return true;
	}
	return false;
}

/* ---- the rest ---- */

static bool by_method(const struct side_host *h)
{
	bool method = false, header = false;
	for (size_t i = 0; i < h->n; i++) {
		method = method || (h->own[i]->match && h->own[i]->match->method.n);
		header = header || (h->own[i]->match && h->own[i]->match->headers.n);
	}
	return method && header;
}

static bool by_path(const struct side_host *h)
{
	bool conditions = false;
	for (size_t i = 0; i < h->n && !conditions; i++)
		conditions = h->own[i]->match && has_conditions(h->own[i]->match);
	return conditions && h->n > 1;
}

static bool by_slash(const struct side_host *h)
{
	for (size_t i = 0; i < h->n; i++) {
		const struct read_match *m = h->own[i]->match;
		if (m && m->kind == READ_PREFIX && m->path.n > 1 && str_ends(m->path, STR("/")))
			return true;
	}
	return false;
}

static bool by_weights(const struct side_host *h)
{
	for (size_t i = 0; i < h->n; i++) {
		const struct read_rule *rule = h->own[i]->rule;
		size_t zero = 0;
		while (zero < rule->backends.n && rule->backends.item[zero].weight == 0)
			zero++;
		if (zero && zero == rule->backends.n)
			return true;
	}
	return false;
}

static bool by_backends(const struct side_host *h)
{
	for (size_t i = 0; i < h->n; i++)
		if (side_leads_nowhere(h->own[i]->rule))
			return true;
	return false;
}

static bool by_listeners(const struct side_host *h)
{
	for (size_t i = 0; i < h->n; i++)
		if (side_may_be_taken(h->gateway, h->own[i]))
			return true;
	return false;
}

static const struct {
	str choice;
	bool (*may)(const struct side_host *host);
} TESTS[] = {
	{ STR_INIT("hosts"), by_hosts }, { STR_INIT("hostname"), by_hostname }, { STR_INIT("regex-rank"), by_rank }, { STR_INIT("regex-path"), by_expression },
	{ STR_INIT("regex-value"), by_value }, { STR_INIT("regex-order"), by_order }, { STR_INIT("method"), by_method }, { STR_INIT("path"), by_path },
	{ STR_INIT("slash"), by_slash }, { STR_INIT("zero-weights"), by_weights }, { STR_INIT("no-backends"), by_backends },
	{ STR_INIT("listeners"), by_listeners },
};

uint32_t side_matters(const struct side_host *h)
{
	uint32_t out = 0;
	for (size_t i = 0; i < sizeof TESTS / sizeof *TESTS; i++)
		if (TESTS[i].may(h))
			out |= (uint32_t)1 << i;
	return out;
}

uint32_t side_choice_bit(str choice)
{
	for (size_t i = 0; i < sizeof TESTS / sizeof *TESTS; i++)
		if (str_eq(TESTS[i].choice, choice))
			return (uint32_t)1 << i;
	return 0;
}
