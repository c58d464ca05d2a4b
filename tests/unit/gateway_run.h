/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of the gateway room: the built-in schema, and trees from text. */
#ifndef ING2GW_TESTS_GATEWAY_RUN_H
#define ING2GW_TESTS_GATEWAY_RUN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "doc/doc.h"
#include "gateway/schema.h"
#include "mapping/mapping.h"

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

struct gateway_run {
	struct escape escape;
	struct arena arena;          /* schema */
	struct arena trees;          /* what was read; the caller may reset it */
	struct arena scratch;
	struct schema *schema;
	struct node *root;           /* of the last document */
};

static inline str gateway_table(void)
{
	for (size_t i = 0; i < mapping_builtin_count; i++)
		if (str_eq(mapping_builtin[i].name, STR("gateway-api/fields.tsv")))
			return mapping_builtin[i].text;
	fail_msg("gateway-api/fields.tsv is not built in");
	return STR("");
}

static inline void gateway_start(struct gateway_run *run)
{
	escape_init(&run->escape);
	arena_init(&run->arena, 0, &run->escape);
	arena_init(&run->trees, 0, &run->escape);
	arena_init(&run->scratch, 0, &run->escape);
	run->schema = schema_load(&run->arena, gateway_table());
	run->root = NULL;
	assert_non_null(run->schema);
}

static inline void gateway_stop(struct gateway_run *run)
{
	arena_release(&run->scratch);
	arena_release(&run->trees);
	arena_release(&run->arena);
}

static inline void gateway_visit(void *user, struct node *root)
{
	struct gateway_run *run = user;
	run->root = root;
}

/* The tree of a YAML text, which must be good. */
static inline struct node *gateway_read(struct gateway_run *run, str text)
{
	struct sources sources;
	struct diags diags;
	struct doc_limits limits = doc_limits_fill((struct doc_limits){ 0 });
	struct doc_reader reader = { .arena = &run->trees, .diags = &diags, .limits = &limits, .visit = gateway_visit, .user = run };
	sources_init(&sources, &run->trees);
	diags_init(&diags, &run->trees);
	run->root = NULL;
	uint32_t file = sources_add(&sources, STR("test"), text);
	if (!doc_read(&reader, &sources, file) || !run->root)
		fail_msg("cannot be read: %.*s", STR_ARG(text));
	return run->root;
}

/* "1.5" or "1.5x", the experimental channel. */
static inline struct gateway_version gateway_version_of(const char *text)
{
	struct gateway_version version = { 0, false };
	str s = str_c(text);
	version.experimental = str_ends(s, STR("x"));
	if (!gateway_version_parse(str_slice(s, 0, s.n - version.experimental), &version))
		fail_msg("'%s' is no version", text);
	return version;
}

/* An object of a kind with a spec in flow style, or other lines than a spec when rest does not start with "{". */
static inline struct node *gateway_object(struct gateway_run *run, str api_version, str kind, const char *rest)
{
	const char *before = rest[0] == '{' ? "metadata: {name: a}\nspec: " : "";
	return gateway_read(run, arena_printf(&run->trees, "apiVersion: %.*s\nkind: %.*s\n%s%s\n", STR_ARG(api_version), STR_ARG(kind),
		before, rest));
}

#endif
