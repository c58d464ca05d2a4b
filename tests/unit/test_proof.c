/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The proof at the end of a conversion can fail: what was printed is broken in one place, and the statements of the conversion must not
 * excuse it. Over the input of all fixtures, whatever they are about; and the lines of files that accept differences.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file_text.h"
#include "lib/convert.h"
#include "lib/proof.h"
#include "shared_tables.h"

extern const struct CMUnitTest proof_tests[];
extern const size_t proof_tests_count;

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

/* ---- broken manifests ---- */

/* The text at one place gives way to another one. */
static const struct breakage {
	const char *what;
	str from, to;
} BREAKAGES[] = {
	{ "another port of a backend", STR_INIT("\n      port: "), STR_INIT("\n      port: 1") },
	{ "another backend", STR_INIT("    backendRefs:\n    - name: "), STR_INIT("    backendRefs:\n    - name: other-") },
	{ "no backends", STR_INIT("    backendRefs:\n    - name: "), STR_INIT("    notBackendRefs:\n    - name: ") },
	{ "another host", STR_INIT("  hostnames:\n  - "), STR_INIT("  hostnames:\n  - other.") },
	{ "another path", STR_INIT("        value: /"), STR_INIT("        value: /other/") },
	{ "an exact path", STR_INIT("        type: PathPrefix"), STR_INIT("        type: Exact") },
	{ "another status of a redirect", STR_INIT("statusCode: 30"), STR_INIT("statusCode: 3") },
	{ "another path of a rewrite", STR_INIT("replacePrefixMatch: /"), STR_INIT("replacePrefixMatch: /other") },
	{ "another listener", STR_INIT("    sectionName: http"), STR_INIT("    sectionName: other") },
	{ "a route is another object", STR_INIT("kind: HTTPRoute"), STR_INIT("kind: HTTPRouteX") },
	{ "no header is wanted", STR_INIT("      headers:\n"), STR_INIT("      notHeaders:\n") },
	{ "no filters", STR_INIT("    filters:\n"), STR_INIT("    notFilters:\n") },
};

struct breaking {
	struct convert run;
	const struct shared_tables *tables;
	const char *file;
	const struct breakage *breakage;
	struct report report;
	bool done;
};

struct tally {
	size_t seen, same, excused;
	size_t by_kind[COUNT(BREAKAGES)];
};

/* The middle one of all places, so that it is not always the first object. Empty: there is none. */
static str broken(struct arena *arena, str text, const struct breakage *b)
{
	size_t count = 0, at = 0;
	for (size_t i = str_find(text, b->from); i < text.n; i += 1 + str_find(str_from(text, i + 1), b->from))
		count++;
	if (count == 0)
		return (str){ "", 0 };
	at = str_find(text, b->from);
	for (size_t i = 0; i < count / 2; i++)
		at += 1 + str_find(str_from(text, at + 1), b->from);
	return arena_printf(arena, "%.*s%.*s%.*s", STR_ARG(str_slice(text, 0, at)), STR_ARG(b->to), STR_ARG(str_from(text, at + b->from.n)));
}

static void prove_broken(struct breaking *c)
{
	struct proof_input input = { .statements = &c->run.statements, .gateways = c->run.gateways,
		.chosen = choice_is_made(&c->run.options.choice) };
	str text = c->breakage ? broken(&c->run.in.arena, c->run.manifests, c->breakage) : c->run.manifests;
	if (text.n == 0 || c->run.in.bug)
		return;
	const struct proof_text one = { STR_INIT("manifests"), text };
	LIST_PUSH(&c->run.in.arena, &input.texts, one);
	proof_run(&c->run.in, &input, &c->report);
	c->done = true;
}

/* Leaves c->report in the arena of the run, which the caller releases. */
static void convert_file(struct breaking *c)
{
	struct convert_options options;
	convert_options_init(&options);
	options.proof = false;
	options.comments = false;
	convert_init(&c->run, &options, 0);
	c->run.in.proves = true;
	shared_tables_lend(c->tables, &c->run.in);
	c->report = (struct report){ 0 };
	c->done = false;
	if (setjmp(c->run.in.escape.env) != 0)
		fail_msg("%s: out of memory", c->file);
	(void)sources_add(&c->run.in.sources, STR("input.yaml"), file_text(&c->run.in.arena, c->file));
	convert_run(&c->run);
	if (c->run.objects.n)
		prove_broken(c);
}

/* What the proof said, in words that live on. */
static char *verdict_of(struct breaking *c, bool *differs)
{
	convert_file(c);
	char *text = c->done ? strndup(c->report.proof_json.p, c->report.proof_json.n) : NULL;
	*differs = c->report.differs;
	convert_release(&c->run);
	return text;
}

static void judge(struct breaking *c, struct tally *tally)
{
	bool differs, base_differs;
	c->breakage = NULL;
	char *base = verdict_of(c, &base_differs);
	if (base && base_differs)
		fail_msg("%s: differs as it is", c->file);
	/* what is not known of the source cannot be proved, broken or not */
	bool known = base && !strstr(base, "\"verdict\": \"unknown\"");
	for (size_t i = 0; known && i < COUNT(BREAKAGES); i++) {
		c->breakage = &BREAKAGES[i];
		char *text = verdict_of(c, &differs);
		if (!text)
			continue;
		bool unknown = strstr(text, "\"verdict\": \"unknown\"") != NULL;
		if (differs || unknown) {
			tally->seen++;
		} else if (strcmp(text, base) == 0) {
			tally->same++;
		} else {
			tally->excused++;
			tally->by_kind[i]++;
		}
		free(text);
	}
	free(base);
}

static void test_breakages(void **state)
{
	glob_t files;
	struct shared_tables tables;
	struct breaking c = { .tables = &tables };
	struct tally tally = { 0 };
	(void)state;
	shared_tables_load(&tables);
	assert_int_equal(glob("fixtures/*/*/input.yaml", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		c.file = files.gl_pathv[i];
		judge(&c, &tally);
	}
	globfree(&files);
	shared_tables_release(&tables);
	printf("broken manifests: %zu seen, %zu with no effect, %zu excused by what the conversion says\n", tally.seen, tally.same, tally.excused);
	for (size_t i = 0; i < COUNT(BREAKAGES); i++)
		if (tally.by_kind[i])
			printf("  %zu excused: %s\n", tally.by_kind[i], BREAKAGES[i].what);
	/* what is excused is a backend of the same host, or refused, on a route of which a message says that much */
	assert_true(tally.seen > 1500 && tally.excused * 27 < tally.seen);
}

/* ---- accepted differences ---- */

static const struct {
	const char *text, *error;    /* NULL: none */
	size_t features, differences;
} LINES[] = {
	{ "", NULL, 0, 0 },
	{ "# nothing\n\n  \n", NULL, 0, 0 },
	{ "auth.basic # why\nbody.size\n", NULL, 2, 0 },
	{ "a.example.com /x status until 2030-01-31 # why", NULL, 0, 1 },
	{ "*  -\tfeature:auth.basic until 2030-01-31 # why\r\n", NULL, 0, 1 },
	{ "auth.basic\na.example.com /x opens until 2030-12-31 # why\n", NULL, 1, 1 },
	{ "a.example.com /x", "f:1: a feature, or HOST LOCATION FIELD until YYYY-MM-DD # REASON", 0, 0 },
	{ "\na.example.com /x status to 2030-01-31 # why", "f:2: a feature, or HOST LOCATION FIELD until YYYY-MM-DD # REASON", 0, 0 },
	{ "a.example.com /x status until 2030-01-31 more # why", "f:1: a feature, or HOST LOCATION FIELD until YYYY-MM-DD # REASON", 0, 0 },
	{ "a.example.com x status until 2030-01-31 # why", "f:1: a location begins with a slash, or is - where no route takes the request", 0, 0 },
	{ "a.example.com /x state until 2030-01-31 # why",
		"f:1: the third word is a field of a difference, such as status or upstream.target, or *, or opens", 0, 0 },
	{ "a.example.com /x status until 2030-13-31 # why", "f:1: the last word is a day, such as 2027-01-31", 0, 0 },
	{ "a.example.com /x status until 2030-01-00 # why", "f:1: the last word is a day, such as 2027-01-31", 0, 0 },
	{ "a.example.com /x status until 2030-1-31 # why", "f:1: the last word is a day, such as 2027-01-31", 0, 0 },
	{ "a.example.com /x status until 2030-01-31", "f:1: a difference needs a reason behind #", 0, 0 },
	{ "a.example.com /x status until 2030-01-31 #  ", "f:1: a difference needs a reason behind #", 0, 0 },
};

static void test_lines(void **state)
{
	struct escape escape;
	struct arena arena;
	(void)state;
	escape_init(&escape);
	arena_init(&arena, 0, &escape);
	for (size_t i = 0; i < COUNT(LINES); i++) {
		struct accept_file file = { 0 };
		str error = { "", 0 };
		bool good = accept_read(&arena, STR("f"), str_c(LINES[i].text), STR("2026-11-26"), &file, &error);
		assert_int_equal(good, LINES[i].error == NULL);
		assert_string_equal(arena_cstr(&arena, error), LINES[i].error ? LINES[i].error : "");
		assert_int_equal(file.features.n, good ? LINES[i].features : file.features.n);
		assert_int_equal(file.differences.n, good ? LINES[i].differences : file.differences.n);
	}
	arena_release(&arena);
}

static void test_days(void **state)
{
	static const struct {
		const char *until;
		bool expired;
	} ROWS[] = { { "2026-11-25", true }, { "2026-11-26", false }, { "2026-11-27", false }, { "2027-01-01", false }, { "2025-12-31", true } };
	struct escape escape;
	struct arena arena;
	(void)state;
	escape_init(&escape);
	arena_init(&arena, 0, &escape);
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct accept_file file = { 0 };
		str error, text = arena_printf(&arena, "A.example.com /x status until %s # why", ROWS[i].until);
		assert_true(accept_read(&arena, STR("f"), text, STR("2026-11-26"), &file, &error));
		assert_int_equal(file.differences.item[0].expired, ROWS[i].expired);
		assert_true(str_eq(file.differences.item[0].host, STR("a.example.com")));
		assert_true(str_eq(file.differences.item[0].where, STR("f:1")));
	}
	arena_release(&arena);
}

const struct CMUnitTest proof_tests[] = {
	cmocka_unit_test(test_breakages),
	cmocka_unit_test(test_lines),
	cmocka_unit_test(test_days),
};
const size_t proof_tests_count = COUNT(proof_tests);
