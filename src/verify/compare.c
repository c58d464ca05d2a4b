/* SPDX-License-Identifier: Apache-2.0 */
/* Two outcomes of one request: see compare.h. */
#include "verify/compare.h"

/* What a share of the requests comes to: a backend, or a status without one. */
struct share {
	uint64_t weight, total;
};

static bool same_backend(const struct chosen_backend *a, const struct chosen_backend *b)
{
	const struct backend *x = a->backend, *y = b->backend;
	if (x->answer || y->answer)
		return x->answer == y->answer;
	return str_eq(x->namespace, y->namespace) && str_eq(x->name, y->name) && x->port == y->port;
}

static void add_share(const struct chosen_backend *item, size_t n, const struct chosen_backend *wanted, struct share *out)
{
	for (size_t i = 0; i < n; i++) {
		/* one alone has everything, whatever its weight says */
		out->total += item[i].weight;
		out->weight += same_backend(&item[i], wanted) ? item[i].weight : 0;
	}
}

static struct share share_of(const struct outcome *o, const struct chosen_backend *wanted)
{
	struct share out = { 0, 0 };
	add_share(o->backends.item, o->backends.n, wanted, &out);
	if (o->backends.n)
		add_share(o->failing.item, o->failing.n, wanted, &out);
	return out;
}

static bool has_shares(const struct chosen_backend *item, size_t n, const struct outcome *a, const struct outcome *b)
{
	for (size_t i = 0; i < n; i++) {
		struct share x = share_of(a, &item[i]), y = share_of(b, &item[i]);
		if (x.weight * y.total != y.weight * x.total)
			return false;
	}
	return true;
}

static bool same_shares(const struct outcome *a, const struct outcome *b)
{
	if (!a->backends.n || !b->backends.n)
		return a->backends.n == b->backends.n;
	return has_shares(a->backends.item, a->backends.n, a, b) && has_shares(b->backends.item, b->backends.n, a, b) &&
		has_shares(a->failing.item, a->failing.n, a, b) && has_shares(b->failing.item, b->failing.n, a, b);
}

static bool has_header(const struct changed_header *item, size_t n, const struct changed_header *wanted)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(item[i].name, wanted->name) && item[i].removed == wanted->removed && str_eq(item[i].value, wanted->value))
			return true;
	return false;
}

static bool same_headers(const struct changed_header *a, size_t an, const struct changed_header *b, size_t bn)
{
	bool same = an == bn;
	for (size_t i = 0; i < an && same; i++)
		same = has_header(b, bn, &a[i]);
	for (size_t i = 0; i < bn && same; i++)
		same = has_header(a, an, &b[i]);
	return same;
}

static void note(struct arena *scratch, bool same, const char *field, struct str_list *what)
{
	if (!same)
		LIST_PUSH(scratch, what, str_c(field));
}

void outcomes_compare(struct arena *scratch, const struct outcome *a, const struct outcome *b, struct str_list *what)
{
	bool forwarded = a->forwarded && b->forwarded;
	note(scratch, a->status == b->status && str_eq(a->state, b->state), "status", what);
	note(scratch, a->has_location == b->has_location && str_eq(a->location, b->location), "location", what);
	note(scratch, same_shares(a, b), "backends", what);
	note(scratch, !forwarded || str_eq(a->upstream_target, b->upstream_target), "upstream.target", what);
	note(scratch, !forwarded || str_eq(a->upstream_host, b->upstream_host), "upstream.host", what);
	note(scratch, !forwarded || same_headers(a->upstream_headers.item, a->upstream_headers.n, b->upstream_headers.item, b->upstream_headers.n),
		"upstream.headers", what);
	note(scratch, !a->status || !b->status || same_headers(a->response_headers.item, a->response_headers.n, b->response_headers.item,
		b->response_headers.n), "response_headers", what);
}
