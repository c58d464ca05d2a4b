/* SPDX-License-Identifier: Apache-2.0 */
/* Versions and channels that have a kind: see versions.h. */
#include "targets/versions.h"

/* A kind and a field of it; where value is not empty a value of that field. */
struct need {
	str kind, field, value;
};

static bool is_there(const struct lowering *lw, const struct need *need, struct gateway_version version)
{
	if (!target_has_kind(lw->target, need->kind) || target_lacks(lw->target, need->kind, need->field, need->value) ||
		!schema_api_version(lw->schema, need->kind, version).n)
		return false;
	return need->value.n ? schema_has_enum(lw->schema, need->kind, need->field, need->value, version)
		: schema_has_field(lw->schema, need->kind, need->field, version);
}

bool version_has(const struct lowering *lw, str kind, str field)
{
	return is_there(lw, &(struct need){ kind, field, { "", 0 } }, lw->version);
}

bool version_has_value(const struct lowering *lw, str kind, str field, str value)
{
	return is_there(lw, &(struct need){ kind, field, value }, lw->version);
}

bool version_has_expressions(const struct lowering *lw)
{
	return version_has_value(lw, STR("HTTPRoute"), STR("spec.rules[].matches[].path.type"), STR("RegularExpression"));
}

static str channel_of(struct gateway_version version)
{
	return version.experimental ? STR("experimental") : STR("standard");
}

/* What the implementation does not have, whatever the version of the Gateway API. */
static const struct target_lack *lack_of(const struct lowering *lw, const struct need *need)
{
	return target_lacks(lw->target, need->kind, need->field, need->value);
}

static str lacks_words(const struct lowering *lw, const struct need *need, str what)
{
	if (lack_of(lw, need))
		return arena_printf(lw->arena, "%.*s does not know %.*s", STR_ARG(lw->target->title), STR_ARG(what));
	return arena_printf(lw->arena, "%.*s is not in the %.*s channel of Gateway API 1.%u", STR_ARG(what), STR_ARG(channel_of(lw->version)),
		lw->version.minor);
}

str version_lacks(const struct lowering *lw, str kind, str field, str what)
{
	return lacks_words(lw, &(struct need){ kind, field, { "", 0 } }, what);
}

str version_lacks_value(const struct lowering *lw, str kind, str field, str value, str what)
{
	return lacks_words(lw, &(struct need){ kind, field, value }, what);
}

str kind_lacks(const struct lowering *lw, str kind)
{
	const struct need need = { kind, { "", 0 }, { "", 0 } };
	if (target_has_kind(lw->target, kind))
		return lacks_words(lw, &need, kind);
	return arena_printf(lw->arena, "%.*s serves no %.*s", STR_ARG(lw->target->title), STR_ARG(kind));
}

/* "Traefik 3.8 has it (--target traefik@3.8)"; where it is not known of any version, what else helps. */
static str target_ways(const struct lowering *lw, const struct target_lack *lack)
{
	const struct target_table *t = lw->target;
	if (!lack || lack->since_target.n == 0)
		return arena_printf(lw->arena, "no version or channel helps: leave this to the controller that does it today, or to an implementation that "
			"has it (--target standard writes it)");
	const struct target_table *newer = mapping_target_at(lw->mapping, lw->arena, arena_printf(lw->arena, "%.*s@%.*s", STR_ARG(t->name),
		STR_ARG(lack->since_target)));
	if (!newer)
		return arena_printf(lw->arena, "version %.*s of it is the first with it", STR_ARG(lack->since_target));
	return arena_printf(lw->arena, "%.*s has it (--target %.*s@%.*s)", STR_ARG(newer->title), STR_ARG(t->name), STR_ARG(lack->since_target));
}

/* "--gateway-api 1.6 or 1.7"; empty when no version of the channel has it. */
static str versions_with(const struct lowering *lw, const struct need *need, bool experimental)
{
	unsigned first = 0, last;
	while (first <= GATEWAY_MINOR_MAX && !is_there(lw, need, (struct gateway_version){ first, experimental }))
		first++;
	if (first > GATEWAY_MINOR_MAX)
		return (str){ "", 0 };
	for (last = first; last < GATEWAY_MINOR_MAX && is_there(lw, need, (struct gateway_version){ last + 1, experimental });)
		last++;
	if (first == last)
		return arena_printf(lw->arena, "--gateway-api 1.%u", first);
	return arena_printf(lw->arena, "--gateway-api 1.%u %s 1.%u", first, first + 1 == last ? "or" : "to", last);
}

static str ways_to(const struct lowering *lw, const struct need *need)
{
	if (lack_of(lw, need))
		return target_ways(lw, lack_of(lw, need));
	if (!target_has_kind(lw->target, need->kind))
		return arena_printf(lw->arena, "no version or channel helps: leave this to the controller that does it today, or to an implementation that "
			"serves %.*s (--target standard writes it)", STR_ARG(need->kind));
	str standard = versions_with(lw, need, false), experimental = versions_with(lw, need, true);
	bool now = is_there(lw, need, (struct gateway_version){ lw->version.minor, true });
	if (standard.n == 0 && now)
		return STR("--channel experimental has it");
	if (str_eq(standard, experimental))
		return arena_printf(lw->arena, "%.*s has it", STR_ARG(standard));
	if (standard.n == 0 || lw->version.experimental)
		return arena_printf(lw->arena, "%.*s with --channel experimental has it", STR_ARG(experimental));
	if (now)
		return arena_printf(lw->arena, "%.*s has it in the standard channel, and --channel experimental has it in version 1.%u already",
			STR_ARG(standard), lw->version.minor);
	return arena_printf(lw->arena, "%.*s has it in the standard channel, and %.*s with --channel experimental", STR_ARG(standard),
		STR_ARG(experimental));
}

str version_ways(const struct lowering *lw, str kind, str field)
{
	return ways_to(lw, &(struct need){ kind, field, { "", 0 } });
}

str version_ways_since(const struct lowering *lw, str feature)
{
	const struct target_row *best = NULL;
	for (size_t i = 0; i < lw->target->gated.n; i++) {
		const struct target_row *row = &lw->target->gated.item[i];
		bool newer = str_eq(row->feature, feature) && release_compare(lw->target->release, row->since_target) < 0 && !str_eq(row->how, STR("none"));
		if (newer && (!best || release_compare(row->since_target, best->since_target) < 0))
			best = row;
	}
	if (!best)
		return (str){ "", 0 };
	const struct target_lack lack = { .since_target = best->since_target };
	return target_ways(lw, &lack);
}

str version_ways_value(const struct lowering *lw, str kind, str field, str value)
{
	return ways_to(lw, &(struct need){ kind, field, value });
}
