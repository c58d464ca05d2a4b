/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP or gRPC: see grpc.h. */
#include "targets/grpc.h"

#include "gateway/grpc.h"
#include "targets/losses.h"
#include "targets/rules.h"
#include "targets/versions.h"

bool grpc_is_spoken(const struct route *route)
{
	return route->speech && (route->speech->kind == SPEECH_GRPC || route->speech->kind == SPEECH_GRPCS);
}

/* What stands closed is an HTTPRoute, and so is what would stand in its place when it is opened. */
static bool is_closed(const struct lowering *lw, const struct route *route, enum side side)
{
	struct lowering strict = *lw;
	strict.open = false;
	return route_is_closed(&strict, route, side);
}

bool grpc_never(const struct route *route, const struct http_rule *rule)
{
	for (size_t i = 0; i < rule->matches.n; i++) {
		struct path_match as_prefix = { STR("PathPrefix"), rule->matches.item[i].path.value };
		str service, method;
		if (!str_eq(rule->matches.item[i].path.type, STR("Exact")) || !grpc_path(&as_prefix, &service, &method) || service.n == 0 || method.n)
			return false;
	}
	return route->implicit && rule->backends.n == 0 && rule->matches.n > 0;
}

static size_t match_most(const struct lowering *lw)
{
	return lw->version.minor < 3 ? 8 : 64;
}

bool grpc_fits(const struct lowering *lw, const struct route *route, enum side side, const struct http_rule *rule)
{
	str service, method;
	if (!grpc_is_spoken(route) || rule->backends.n == 0 || rule->matches.n > match_most(lw) || is_closed(lw, route, side))
		return false;
	for (size_t i = 0; i < rule->filters.n; i++)
		if (!str_eq(rule->filters.item[i].type, STR("RequestHeaderModifier")) && !str_eq(rule->filters.item[i].type, STR("RequestMirror")))
			return false;
	for (size_t i = 0; i < rule->matches.n; i++)
		if (!grpc_path(&rule->matches.item[i].path, &service, &method))
			return false;
	return version_has(lw, STR("GRPCRoute"), STR("spec.rules"));
}

/* The place is a match by service and method, where nothing lies below a path. */
static bool names_method(const struct rule_part *part, str at)
{
	str service, method, rest, number;
	uint64_t i;
	str_cut(str_from(at, STR("/matches/").n), '/', &number, &rest);
	return str_to_u64(number, SIZE_MAX, &i) && i < part->rule.matches.n && grpc_path(&part->rule.matches.item[i].path, &service, &method) && method.n;
}

void grpc_mark(struct lowering *lw, const struct route *route, struct rule_part *part)
{
	bool all = grpc_takes_all(&part->rule);
	struct mark_list marks = { 0 };
	for (size_t i = 0; i < part->marks.n; i++) {
		struct mark m = part->marks.item[i];
		if (str_starts(m.at, STR("/matches/"))) {
			if (m.fact && str_ends(m.fact->key, STR(".pathType")) && names_method(part, m.at)) {
				if (!lw->open)
					fact_idle(m.fact, STR("a call names its method whole, and nothing lies below it"));
				continue;
			}
			if (all)
				m.at = (str){ "", 0 };
			else if (str_ends(m.at, STR("/path")))
				m.at = str_slice(m.at, 0, m.at.n - STR("/path").n);
		}
		LIST_PUSH(lw->arena, &marks, m);
	}
	part->marks = marks;
	mark_facts(lw->arena, &part->marks, &route->speech->facts, STR("/backendRefs/0"));
}
