/* SPDX-License-Identifier: Apache-2.0 */
/* Versions and channels that have a kind: see versions.h. */
#include "targets/versions.h"

bool version_has(const struct lowering *lw, str kind, str field)
{
	if (!target_has_kind(lw->target, kind))
		return false;
	return schema_api_version(lw->schema, kind, lw->version).n && schema_has_field(lw->schema, kind, field, lw->version);
}

static str channel_of(struct gateway_version version)
{
	return version.experimental ? STR("experimental") : STR("standard");
}

str version_lacks(const struct lowering *lw, str what)
{
	return arena_printf(lw->arena, "%.*s is not in the %.*s channel of Gateway API 1.%u", STR_ARG(what), STR_ARG(channel_of(lw->version)),
		lw->version.minor);
}

str kind_lacks(const struct lowering *lw, str kind)
{
	if (target_has_kind(lw->target, kind))
		return version_lacks(lw, kind);
	return arena_printf(lw->arena, "%.*s serves no %.*s", STR_ARG(lw->target->title), STR_ARG(kind));
}

static bool is_there(const struct lowering *lw, str kind, str field, struct gateway_version version)
{
	struct lowering other = *lw;
	other.version = version;
	return version_has(&other, kind, field);
}

/* "--gateway-api 1.6 or 1.7"; empty when no version of the channel has it. */
static str versions_with(const struct lowering *lw, str kind, str field, bool experimental)
{
	for (unsigned minor = 0; minor <= GATEWAY_MINOR_MAX; minor++) {
		if (!is_there(lw, kind, field, (struct gateway_version){ minor, experimental }))
			continue;
		if (minor == GATEWAY_MINOR_MAX)
			return arena_printf(lw->arena, "--gateway-api 1.%u", minor);
		return arena_printf(lw->arena, "--gateway-api 1.%u %s 1.%u", minor, minor + 1 == GATEWAY_MINOR_MAX ? "or" : "to", (unsigned)GATEWAY_MINOR_MAX);
	}
	return (str){ "", 0 };
}

str version_ways(const struct lowering *lw, str kind, str field)
{
	if (!target_has_kind(lw->target, kind))
		return arena_printf(lw->arena, "no version or channel helps: leave this to the controller that does it today, or to an implementation that "
			"serves %.*s (--target standard writes it)", STR_ARG(kind));
	str standard = versions_with(lw, kind, field, false), experimental = versions_with(lw, kind, field, true);
	bool now = is_there(lw, kind, field, (struct gateway_version){ lw->version.minor, true });
	if (lw->version.experimental)
		return arena_printf(lw->arena, "%.*s with --channel experimental has it", STR_ARG(experimental));
	if (now)
		return arena_printf(lw->arena, "%.*s has it in the standard channel, and --channel experimental has it in version 1.%u already",
			STR_ARG(standard), lw->version.minor);
	return arena_printf(lw->arena, "%.*s has it in the standard channel, and %.*s with --channel experimental", STR_ARG(standard),
		STR_ARG(experimental));
}
