/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in tables, read once for many conversions: reading them is most of a small one. */
#ifndef ING2GW_TESTS_SHARED_TABLES_H
#define ING2GW_TESTS_SHARED_TABLES_H

#include "lib/intake.h"

struct shared_tables {
	struct escape escape;
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct mapping mapping;
};

static inline void shared_tables_load(struct shared_tables *t)
{
	escape_init(&t->escape);
	arena_init(&t->arena, 0, &t->escape);
	if (setjmp(t->escape.env) != 0)
		fail_msg("out of memory");
	sources_init(&t->sources, &t->arena);
	diags_init(&t->diags, &t->arena);
	assert_true(mapping_load(&t->mapping, &t->arena, &t->sources, &t->diags, NULL));
}

/* Instead of reading them; before the run begins. */
static inline void shared_tables_lend(const struct shared_tables *t, struct intake *intake)
{
	intake->mapping = t->mapping;
}

static inline void shared_tables_release(struct shared_tables *t)
{
	arena_release(&t->arena);
}

#endif
