/* SPDX-License-Identifier: Apache-2.0 */
/* The list of front ends: see front_end.h. */
#include "controllers/front_end.h"

static const struct front_end *const ALL[] = {
	&FRONT_INGRESS,
	&FRONT_KONG,
	&FRONT_NGINX,
};

const struct front_end *front_end_of(const struct controller_table *table)
{
	for (size_t i = 0; i < sizeof ALL / sizeof *ALL; i++)
		if (str_eq(ALL[i]->name, table->routing))
			return ALL[i];
	return &FRONT_INGRESS;
}

const struct str_list *front_end_names(struct arena *arena)
{
	struct str_list *names = NEW(arena, struct str_list);
	for (size_t i = 0; i < sizeof ALL / sizeof *ALL; i++)
		LIST_PUSH(arena, names, ALL[i]->name);
	return names;
}
