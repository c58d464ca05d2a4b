/* SPDX-License-Identifier: Apache-2.0 */
/* From HTTP to gRPC: see grpc.h. */
#include "gateway/grpc.h"

/* Letters, digits and "_", no digit first. */
static bool is_identifier(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alpha(s.p[i]) && s.p[i] != '_' && !(i > 0 && char_is_digit(s.p[i])))
			return false;
	return s.n > 0;
}

/* package.Service: identifiers with dots between them (rule GR22). */
static bool is_service(str s)
{
	str part;
	for (bool more = true; more;) {
		more = str_cut(s, '.', &part, &s);
		if (!is_identifier(part))
			return false;
	}
	return true;
}

bool grpc_path(const struct path_match *path, str *service, str *method)
{
	bool prefix = str_eq(path->type, STR("PathPrefix")), exact = str_eq(path->type, STR("Exact"));
	*service = *method = (str){ "", 0 };
	if (!str_starts(path->value, STR("/")) || (!prefix && !exact))
		return false;
	str rest = str_from(path->value, 1);
	if (rest.n == 0)
		return prefix;
	if (prefix && str_ends(rest, STR("/")))
		rest.n--;
	bool both = str_cut(rest, '/', service, method);
	if (!is_service(*service))
		return false;
	return both ? is_identifier(*method) : prefix;
}

bool grpc_takes_all(const struct http_rule *rule)
{
	str service, method;
	for (size_t i = 0; i < rule->matches.n; i++)
		if (rule->matches.item[i].headers.n == 0 && grpc_path(&rule->matches.item[i].path, &service, &method) && service.n == 0)
			return true;
	return rule->matches.n == 0;
}

static struct grpc_rule rule_of(struct arena *arena, const struct http_rule *in)
{
	struct grpc_rule out = { .comment = in->comment, .name = in->name, .session = in->session };
	for (size_t i = 0; i < in->matches.n && !grpc_takes_all(in); i++) {
		struct grpc_match m = { 0 };
		(void)grpc_path(&in->matches.item[i].path, &m.service, &m.method);
		for (size_t j = 0; j < in->matches.item[i].headers.n; j++)
			LIST_PUSH(arena, &m.headers, in->matches.item[i].headers.item[j]);
		LIST_PUSH(arena, &out.matches, m);
	}
	for (size_t i = 0; i < in->filters.n; i++) {
		struct grpc_filter filter = { in->filters.item[i].type, in->filters.item[i].request_headers, in->filters.item[i].mirror };
		LIST_PUSH(arena, &out.filters, filter);
	}
	for (size_t i = 0; i < in->backends.n; i++)
		LIST_PUSH(arena, &out.backends, in->backends.item[i]);
	return out;
}

struct grpc_route grpc_route_of(struct arena *arena, const struct http_route *in)
{
	struct grpc_route out = { .comment = in->comment, .meta = in->meta, .hostnames = in->hostnames };
	for (size_t i = 0; i < in->parents.n; i++)
		LIST_PUSH(arena, &out.parents, in->parents.item[i]);
	for (size_t i = 0; i < in->rules.n; i++) {
		struct grpc_rule rule = rule_of(arena, &in->rules.item[i]);
		LIST_PUSH(arena, &out.rules, rule);
	}
	return out;
}
