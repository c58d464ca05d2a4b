/* SPDX-License-Identifier: Apache-2.0 */
/* Names of hosts: see entry_names.h. */
#include "targets/entry_names.h"

/* The patterns that a host's certificate is served for; the default certificate's listener takes every name. */
static void add_certificate(struct host_patterns *served, const struct host *host)
{
	const struct host_name any = { .kind = HOST_ANY };
	str listener = host->certificate.listener;
	struct host_name name = host->name;
	if (host->certificate.kind == CERTIFICATE_NONE || host->passthrough)
		return;
	if (listener.n)
		name = (struct host_name){ .kind = str_starts(listener, STR("*.")) ? HOST_LABELS : HOST_EXACT, .name = listener };
	host_patterns_add(served, host->certificate.kind == CERTIFICATE_DEFAULT ? &any : &name, host);
	for (size_t i = 0; i < host->aliases.n; i++)
		host_patterns_add(served, &host->aliases.item[i], host);
}

struct entry_names entry_names_of(struct arena *arena, const struct entry *entry)
{
	struct entry_names names;
	host_patterns_init(&names.all, arena);
	host_patterns_init(&names.served, arena);
	for (size_t i = 0; i < entry->hosts.n; i++) {
		const struct host *host = entry->hosts.item[i];
		host_patterns_add(&names.all, &host->name, host);
		for (size_t j = 0; j < host->aliases.n; j++)
			host_patterns_add(&names.all, &host->aliases.item[j], host);
		add_certificate(&names.served, host);
	}
	map_init(&names.certificates, arena);
	for (size_t i = 0; i < entry->certificates.n; i++)
		map_set(&names.certificates, entry->certificates.item[i].name, arena);
	return names;
}

bool name_has_certificate(struct arena *scratch, const struct entry_names *names, str name)
{
	str wide = str_from(name, str_find_char(name, '.'));
	return map_get(&names->certificates, name) || (wide.n && map_get(&names->certificates, arena_join(scratch, STR("*"), wide)));
}

bool host_has_tls(const struct entry_names *names, const struct host *host)
{
	return host->certificate.kind != CERTIFICATE_NONE || host_patterns_take(&names->served, host);
}

static bool is_below(const struct host_name *name, str pattern)
{
	return str_starts(pattern, STR("*.")) && str_ends(name->name, str_from(pattern, 1));
}

bool host_is_alone(const struct entry *entry, const struct entry_names *names, const struct host *host)
{
	if (host->name.kind == HOST_ANY)
		return entry->hosts.n == 1;
	if (host_patterns_take(&names->all, host))
		return false;
	for (size_t i = 0; i < entry->hosts.n; i++) {
		const struct host *other = entry->hosts.item[i];
		if (other == host)
			continue;
		if (is_below(&other->name, host->name.name))
			return false;
		for (size_t j = 0; j < host->aliases.n; j++)
			if (is_below(&other->name, host->aliases.item[j].name))
				return false;
		for (size_t j = 0; j < other->aliases.n; j++)
			if (is_below(&other->aliases.item[j], host->name.name))
				return false;
	}
	return true;
}
