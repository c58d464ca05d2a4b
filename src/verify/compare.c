/* SPDX-License-Identifier: Apache-2.0 */
/* Two outcomes of one request: see compare.h. */
#include "verify/compare.h"

/* What a share of the requests comes to: a backend, or a status without one. */
struct share {
	uint64_t weight, total;
};

bool same_service(const struct backend *a, const struct backend *b)
{
	return str_eq(a->namespace, b->namespace) && str_eq(a->name, b->name) && a->port == b->port;
}

static bool same_backend(const struct chosen_backend *a, const struct chosen_backend *b)
{
	const struct backend *x = a->backend, *y = b->backend;
	if (x->answer || y->answer)
		return x->answer == y->answer;
	return same_service(x, y);
}

static void add_share(const struct chosen_backend *item, size_t n, const struct chosen_backend *wanted, struct share *out)
{
	for (size_t i = 0; i < n; i++) {
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

/* Two cookies by which a load balancer keeps clients: value and attributes are its own affair. */
static bool same_cookie(str a, str b)
{
	str name_a, name_b, rest_a, rest_b;
	bool kept = str_cut(a, '=', &name_a, &rest_a) && str_cut(b, '=', &name_b, &rest_b) && str_starts(rest_a, STR("*")) && str_starts(rest_b, STR("*"));
	return kept && (str_eq(name_a, name_b) || str_eq(name_a, STR("*")) || str_eq(name_b, STR("*")));
}

static bool same_value(const struct changed_header *a, const struct changed_header *b)
{
	return str_eq(a->value, b->value) || (str_eq_nocase(a->name, STR("Set-Cookie")) && same_cookie(a->value, b->value));
}

static bool has_header(const struct changed_header *item, size_t n, const struct changed_header *wanted)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(item[i].name, wanted->name) && item[i].removed == wanted->removed && same_value(&item[i], wanted))
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

/* The request that a backend gets. */
struct sent {
	str target, host;
	const struct changed_header *headers;
	size_t n;
};

static struct sent sent_to(const struct outcome *o, const struct chosen_backend *to)
{
	if (to->own)
		return (struct sent){ to->own->target, to->own->host, to->own->headers.item, to->own->headers.n };
	return (struct sent){ o->upstream_target, o->upstream_host, o->upstream_headers.item, o->upstream_headers.n };
}

struct difference {
	bool target, host, headers;
};

/* Over all backends that both may ask. */
static struct difference compare_requests(const struct outcome *a, const struct outcome *b)
{
	struct difference out = { false, false, false };
	for (size_t i = 0; i < a->backends.n && a->forwarded && b->forwarded; i++)
		for (size_t k = 0; k < b->backends.n; k++) {
			struct sent x = sent_to(a, &a->backends.item[i]), y = sent_to(b, &b->backends.item[k]);
			if (a->backends.n > 1 && b->backends.n > 1 && !same_backend(&a->backends.item[i], &b->backends.item[k]))
				continue;
			out.target = out.target || !str_eq(x.target, y.target);
			out.host = out.host || !str_eq(x.host, y.host);
			out.headers = out.headers || !same_headers(x.headers, x.n, y.headers, y.n);
		}
	return out;
}

static struct address address_in(str location)
{
	struct address out = { .path = location };
	size_t at = str_find(location, STR("://")), n = 0;
	/* behind a path or in a query it is none of the location's own */
	if (at == location.n || str_has_char(str_slice(location, 0, at), '/') || str_has_char(str_slice(location, 0, at), '?'))
		return out;
	out.scheme = str_slice(location, 0, at);
	str rest = str_from(location, at + 3), usual = str_eq(out.scheme, STR("https")) ? STR(":443") : STR(":80");
	while (n < rest.n && !str_has_char(STR("/?#"), rest.p[n]))
		n++;
	out.host = str_slice(rest, 0, n);
	out.path = n < rest.n ? str_from(rest, n) : STR("/");
	if (str_ends(out.host, usual))
		out.host.n -= usual.n;
	return out;
}

/* Where an address is a path alone, it is at the scheme and host of the request. */
struct address address_of(const struct outcome *o, str location)
{
	struct address out = address_in(location);
	if (str_starts(location, STR("/")) && o->request) {
		out.scheme = o->request->tls ? STR("https") : STR("http");
		out.host = o->request->host;
	}
	return out;
}

bool same_address(const struct outcome *of_a, str a, const struct outcome *of_b, str b)
{
	const struct address x = address_of(of_a, a), y = address_of(of_b, b);
	return str_eq(x.scheme, y.scheme) && str_eq(x.host, y.host) && str_eq(x.path, y.path);
}

static void note(struct arena *scratch, bool same, const char *field, struct str_list *what)
{
	if (!same)
		LIST_PUSH(scratch, what, str_c(field));
}

void outcomes_compare(struct arena *scratch, const struct outcome *a, const struct outcome *b, struct str_list *what)
{
	const struct difference requests = compare_requests(a, b);
	note(scratch, a->status == b->status && str_eq(a->state, b->state), "status", what);
	note(scratch, a->has_location == b->has_location && same_address(a, a->location, b, b->location), "location", what);
	note(scratch, same_shares(a, b), "backends", what);
	note(scratch, !requests.target, "upstream.target", what);
	note(scratch, !requests.host, "upstream.host", what);
	note(scratch, !requests.headers, "upstream.headers", what);
	note(scratch, !a->status || !b->status || same_headers(a->response_headers.item, a->response_headers.n, b->response_headers.item,
		b->response_headers.n), "response_headers", what);
}

/* ---- with what hangs on something outside of the request ---- */

/* A service that is asked about all hosts is asked about this one. */
static str gate_of(str feature)
{
	return str_eq(feature, STR("auth.global")) ? STR("auth.external") : feature;
}

static bool has_gate(const struct outcome *o, str feature)
{
	bool has = false;
	for (size_t i = 0; i < o->gates.n; i++)
		has = has || str_eq(gate_of(o->gates.item[i]), gate_of(feature));
	return has;
}

/* Gates that only one side has, where the answers do not tell already. */
static void compare_gates(struct arena *scratch, const struct outcome *a, const struct outcome *b, struct str_list *what)
{
	for (size_t i = 0; i < a->gates.n; i++)
		if (!has_gate(b, a->gates.item[i]))
			str_list_add_new(scratch, what, arena_join(scratch, STR("feature:"), a->gates.item[i]));
}

struct str_list outcomes_differ(struct arena *scratch, const struct outcome *before, const struct outcome *after)
{
	struct str_list what = { 0 };
	outcomes_compare(scratch, before, after, &what);
	compare_gates(scratch, before, after, &what);
	compare_gates(scratch, after, before, &what);
	return what;
}
