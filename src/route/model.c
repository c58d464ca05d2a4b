/* SPDX-License-Identifier: Apache-2.0 */
/* Building the model: see model.h. */
#include "route/model.h"

void fact_list_add(struct arena *arena, struct fact_list *list, struct fact *fact)
{
	if (!fact)
		return;
	for (size_t i = 0; i < list->n; i++)
		if (list->item[i] == fact)
			return;
	LIST_PUSH(arena, list, fact);
}

void fact_list_join(struct arena *arena, struct fact_list *list, const struct fact_list *more)
{
	for (size_t i = 0; i < more->n; i++)
		fact_list_add(arena, list, more->item[i]);
}

struct step *route_step(struct arena *arena, struct route *route, enum step_kind kind, str feature, struct fact *fact)
{
	struct step *s = NEW(arena, struct step);
	s->kind = kind;
	s->side = SIDE_BOTH;
	s->feature = feature;
	fact_list_add(arena, &s->facts, fact);
	LIST_PUSH(arena, &route->steps, s);
	return s;
}

static bool is_wider(const struct host_name *wide, const struct host_name *name)
{
	switch (wide->kind) {
	case HOST_ANY:
		return name->kind != HOST_ANY;
	case HOST_ONE_LABEL:
	case HOST_LABELS:
		return !str_eq(wide->name, name->name) && wide->name.n <= name->name.n && str_ends(name->name, str_from(wide->name, 1));
	case HOST_EXACT:
		return false;
	}
	return false;
}

/* Than the host's name, or than one of its aliases. */
static bool is_wider_than_any(const struct host_name *wide, const struct host *host)
{
	bool found = is_wider(wide, &host->name);
	for (size_t i = 0; i < host->aliases.n; i++)
		found = found || is_wider(wide, &host->aliases.item[i]);
	return found;
}

bool entry_has_wider(const struct entry *entry, const struct host *host)
{
	for (size_t i = 0; i < entry->hosts.n; i++) {
		const struct host *h = entry->hosts.item[i];
		if (h == host)
			continue;
		if (is_wider_than_any(&h->name, host))
			return true;
		for (size_t j = 0; j < h->aliases.n; j++)
			if (is_wider_than_any(&h->aliases.item[j], host))
				return true;
	}
	return false;
}
