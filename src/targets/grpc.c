/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP or gRPC: see grpc.h. */
#include "targets/grpc.h"

#include "gateway/grpc.h"
#include "targets/losses.h"
#include "targets/rules.h"
#include "targets/versions.h"

static bool is_grpc(const struct route *route)
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

static size_t match_most(const struct lowering *lw)
{
	return lw->version.minor < 3 ? 8 : 64;
}

bool grpc_fits(const struct lowering *lw, const struct route *route, enum side side, const struct http_rule *rule)
{
	str service, method;
	if (!is_grpc(route) || rule->backends.n == 0 || rule->matches.n > match_most(lw) || is_closed(lw, route, side))
		return false;
	for (size_t i = 0; i < rule->filters.n; i++)
		if (!str_eq(rule->filters.item[i].type, STR("RequestHeaderModifier")))
			return false;
	for (size_t i = 0; i < rule->matches.n; i++)
		if (!grpc_path(&rule->matches.item[i].path, &service, &method))
			return false;
	return version_has(lw, STR("GRPCRoute"), STR("spec.rules"));
}

void grpc_mark(struct lowering *lw, const struct route *route, struct rule_part *part)
{
	bool all = grpc_takes_all(&part->rule);
	for (size_t i = 0; i < part->marks.n; i++) {
		str *at = &part->marks.item[i].at;
		if (!str_starts(*at, STR("/matches/")))
			continue;
		if (all)
			*at = (str){ "", 0 };
		else if (str_ends(*at, STR("/path")))
			*at = str_slice(*at, 0, at->n - STR("/path").n);
	}
	mark_facts(lw->arena, &part->marks, &route->speech->facts, STR("/backendRefs/0"));
}
