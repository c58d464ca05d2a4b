/* SPDX-License-Identifier: Apache-2.0 */
/* Which Gateways are asked in place of which load balancer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "verify/pairs.h"

extern const struct CMUnitTest pairs_tests[];
extern const size_t pairs_tests_count;

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

static struct model *model_of(struct arena *arena, str names)
{
	struct model *m = NEW(arena, struct model);
	*m = (struct model){ .arena = arena };
	while (names.n) {
		struct entry *e = NEW(arena, struct entry);
		*e = (struct entry){ .name = { "", 0 } };
		str_cut(names, ' ', &e->name, &names);
		LIST_PUSH(arena, &e->hosts, NULL);
		LIST_PUSH(arena, &m->entries, e);
	}
	return m;
}

/* "nginx: infra/edge infra/lan; other: " */
static str text_of(struct arena *arena, const struct entry_pairs *pairs)
{
	str text = { "", 0 };
	for (size_t i = 0; i < pairs->n; i++) {
		text = arena_printf(arena, "%.*s%s%.*s:", STR_ARG(text), i ? "; " : "", STR_ARG(pairs->item[i].name));
		for (size_t k = 0; k < pairs->item[i].after->entries.n; k++)
			text = arena_printf(arena, "%.*s %.*s", STR_ARG(text), STR_ARG(pairs->item[i].after->entries.item[k]->name));
	}
	return text;
}

static const struct {
	const char *before, *after, *known, *wanted;   /* known: "CLASS=GATEWAY ..."; NULL: by name */
} ROWS[] = {
	{ "nginx", "infra/edge infra/lan", NULL, "nginx: infra/edge infra/lan" },
	{ "a b", "i/a i/b", NULL, "a: i/a; b: i/b" },
	{ "a b", "i/x i/b-shop", NULL, "a: i/x; b: i/b-shop" },
	{ "a b", "i/x i/y", NULL, "a: i/x i/y; b: i/x i/y" },
	/* as they are named */
	{ "a b", "i/x i/y", "a=i/x b=i/y", "a: i/x; b: i/y" },
	{ "a b", "i/a i/b", "a=i/b b=i/a", "a: i/b; b: i/a" },
	/* several for one, and one for several */
	{ "a b", "i/x i/y", "a=i/x a=i/y b=i/y", "a: i/x i/y; b: i/y" },
	{ "a b", "i/x", "a=i/x b=i/x", "a: i/x; b: i/x" },
	/* of those that are not named, by name, or what is left */
	{ "a b", "i/x i/b i/y", "a=i/x", "a: i/x; b: i/b" },
	{ "a b", "i/x i/y", "a=i/x", "a: i/x; b: i/y" },
	/* of a single one as well */
	{ "a", "i/x i/a", "a=i/x", "a: i/x i/a" },
	{ "a", "i/x i/y", "a=i/x", "a: i/x" },
};

static void test_names(void **state)
{
	struct escape escape;
	struct arena arena;
	(void)state;
	escape_init(&escape);
	arena_init(&arena, 0, &escape);
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct known_pairs known = { .chosen = true };
		str word, rest = str_c(ROWS[i].known ? ROWS[i].known : "");
		while (rest.n) {
			struct known_pair pair;
			str_cut(rest, ' ', &word, &rest);
			str_cut(word, '=', &pair.of, &pair.gateway);
			LIST_PUSH(&arena, &known, pair);
		}
		const struct entry_pairs pairs = pairs_of(&arena, model_of(&arena, str_c(ROWS[i].before)), model_of(&arena, str_c(ROWS[i].after)),
			ROWS[i].known ? &known : NULL);
		str text = text_of(&arena, &pairs);
		if (!str_eq(text, str_c(ROWS[i].wanted)))
			fail_msg("row %zu: '%.*s'", i, STR_ARG(text));
	}
	arena_release(&arena);
}

const struct CMUnitTest pairs_tests[] = {
	cmocka_unit_test(test_names),
};
const size_t pairs_tests_count = COUNT(pairs_tests);
