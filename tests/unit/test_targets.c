/* SPDX-License-Identifier: Apache-2.0 */
/* Versions of targets, and what they lack. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shared_tables.h"

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

static const char TABLE[] =
	"name: other\ntitle: Other 1.10\ngateway_class: other\ncontroller_name: example.com/other\nversion: \"1.5\"\nextends: standard\n"
	"releases: {\"1.10\": \"1.5\", \"1.9\": \"1.4\", \"1.8\": \"1.3\"}\n"
	"lacks:\n"
	"  - {kind: TCPRoute}\n"
	"  - {kind: HTTPRoute, field: \"spec.rules[].retry\", since_target: \"1.9\"}\n"
	"  - {kind: HTTPRoute, field: \"spec.rules[].filters[].type\", values: [CORS], since_target: \"1.10.2\"}\n"
	"features:\n"
	"  - {feature: cors, how: none, without: w}\n"
	"  - {feature: cors, how: filter, since: \"1.5\", since_target: \"1.10.2\"}\n"
	"  - {feature: mirror, how: filter, since: \"1.0\", differs: old}\n"
	"  - {feature: mirror, how: filter, since: \"1.0\", differs: new, since_target: \"1.9\"}\n"
	"  - {feature: mirror, how: filter, since: \"1.0\", differs: newest, since_target: \"1.11\"}\n";

static void start(struct shared_tables *run, const char *table, bool good)
{
	struct mapping_texts texts = { 0 };
	shared_tables_load(run);
	LIST_PUSH(&run->arena, &texts, ((struct mapping_text){ STR("other.yaml"), str_c(table) }));
	assert_true(mapping_add_all(&run->mapping, &texts) == good);
}

static void test_compare(void **state)
{
	static const struct { const char *a, *b; int is; } ROWS[] = {
		{ "1.9", "1.10", -1 }, { "1.10", "1.9", 1 }, { "1.9", "1.9", 0 }, { "1.9", "1.9.0", 0 }, { "1.9", "1.9.1", -1 }, { "2", "1.30", 1 },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(ROWS); i++)
		assert_int_equal(release_compare(str_c(ROWS[i].a), str_c(ROWS[i].b)), ROWS[i].is);
}

/* What is there of a version: its title and Gateway API, and what is said of mirror and cors. */
static void test_versions(void **state)
{
	static const struct { const char *word, *title, *version, *mirror, *cors; bool retry, cors_there; } ROWS[] = {
		{ "other", "Other 1.10", "1.5", "new", "none", true, false },
		{ "other@1.10", "Other 1.10", "1.5", "new", "none", true, false },
		{ "other@1.10.2", "Other 1.10.2", "1.5", "new", "filter", true, true },
		{ "other@1.9", "Other 1.9", "1.4", "new", "none", true, false },
		{ "other@1.8.7", "Other 1.8.7", "1.3", "old", "none", false, false },
	};
	(void)state;
	struct shared_tables run;
	start(&run, TABLE, true);
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		const struct target_table *t = mapping_target_at(&run.mapping, &run.arena, str_c(ROWS[i].word));
		assert_non_null(t);
		assert_true(str_eq(t->title, str_c(ROWS[i].title)));
		assert_true(str_eq(t->version, str_c(ROWS[i].version)));
		assert_true(str_eq(target_feature(t, STR("mirror"))->differs, str_c(ROWS[i].mirror)));
		assert_true(str_eq(target_feature(t, STR("cors"))->how, str_c(ROWS[i].cors)));
		assert_true((target_lacks(t, STR("HTTPRoute"), STR("spec.rules[].retry.codes"), STR("")) == NULL) == ROWS[i].retry);
		assert_true((target_lacks(t, STR("HTTPRoute"), STR("spec.rules[].filters[].type"), STR("CORS")) == NULL) == ROWS[i].cors_there);
		assert_null(target_lacks(t, STR("HTTPRoute"), STR("spec.rules[].filters[].type"), STR("RequestMirror")));
		assert_null(target_lacks(t, STR("HTTPRoute"), STR("spec.rules[].retrying"), STR("")));
		assert_false(target_has_kind(t, STR("TCPRoute")));
		assert_true(target_has_kind(t, STR("UDPRoute")));
		assert_true(target_word_why(&run.mapping, &run.arena, str_c(ROWS[i].word)).n == 0);
	}
	shared_tables_release(&run);
}

static void test_wrong_versions(void **state)
{
	static const struct { const char *word, *why; } ROWS[] = {
		{ "other@1.7", "the table of other knows the versions 1.8 to 1.10" }, { "other@1.1", "the table of other knows the versions 1.8 to 1.10" },
		{ "other@", "the table of other knows the versions 1.8 to 1.10" }, { "other@latest", "the table of other knows the versions 1.8 to 1.10" },
		{ "standard@1", "versions of standard are not told apart; say --target standard, and --gateway-api for the version of the Gateway API" },
	};
	(void)state;
	struct shared_tables run;
	start(&run, TABLE, true);
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		assert_null(mapping_target_at(&run.mapping, &run.arena, str_c(ROWS[i].word)));
		assert_true(str_eq(target_word_why(&run.mapping, &run.arena, str_c(ROWS[i].word)), str_c(ROWS[i].why)));
	}
	assert_null(mapping_target_at(&run.mapping, &run.arena, STR("nobody@1")));
	shared_tables_release(&run);
}

/* A row of the user's takes the place of both that there are; a broken list of versions is a fault. */
static void test_user(void **state)
{
	(void)state;
	struct shared_tables run;
	start(&run, "name: traefik\nfeatures:\n  - {feature: cors, how: none, without: ours}\n", true);
	const struct target_table *t = mapping_target_at(&run.mapping, &run.arena, STR("traefik@3.7.99"));
	assert_true(str_eq(target_feature(t, STR("cors"))->without, STR("ours")));
	assert_int_equal(mapping_target(&run.mapping, STR("traefik"))->features.n, mapping_target(&run.mapping, STR("standard"))->features.n);
	shared_tables_release(&run);
	start(&run, "name: traefik\nreleases: {\"3.9\": \"1.6\"}\n", false);
	shared_tables_release(&run);
	start(&run, "name: traefik\nreleases: {latest: \"1.6\"}\n", false);
	shared_tables_release(&run);
}

const struct CMUnitTest targets_tests[] = {
	cmocka_unit_test(test_compare),
	cmocka_unit_test(test_versions),
	cmocka_unit_test(test_wrong_versions),
	cmocka_unit_test(test_user),
};
const size_t targets_tests_count = COUNT(targets_tests);
