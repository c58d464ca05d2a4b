/* SPDX-License-Identifier: Apache-2.0 */
/* The report for people, letter for letter, and the report for programs, read back by a JSON parser. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "report/report.h"

extern const struct CMUnitTest report_tests[];
extern const size_t report_tests_count;

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

struct run {
	struct escape escape;
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct ledger ledger;
	struct report report;
};

static void start(struct run *run)
{
	escape_init(&run->escape);
	arena_init(&run->arena, 0, &run->escape);
	sources_init(&run->sources, &run->arena);
	diags_init(&run->diags, &run->arena);
	ledger_init(&run->ledger, &run->arena);
	run->report = (struct report){
		.sources = &run->sources, .diags = &run->diags, .ledger = &run->ledger, .version = STR("0.1.0"), .target = STR("standard"),
		.gateway_api = STR("1.5"), .channel = STR("standard"), .strict = LOSS_ROUTING,
	};
}

static uint32_t add_source(struct run *run, const char *name, const char *text)
{
	return sources_add(&run->sources, str_c(name), str_c(text));
}

/* The place of a text in the source of that number. */
static struct place at(const struct run *run, uint32_t file, const char *needle)
{
	str text = sources_get(&run->sources, file)->text;
	size_t offset = str_find(text, str_c(needle));
	if (offset == text.n)
		fail_msg("no '%s'", needle);
	return (struct place){ file, (uint32_t)offset };
}

static struct diag_site site(const struct run *run, uint32_t file, const char *needle, const char *object)
{
	return (struct diag_site){ at(run, file, needle), (uint32_t)strlen(needle), str_c(object) };
}

static void assert_text(str s, const char *expected)
{
	if (!str_eq(s, str_c(expected)))
		fail_msg("\n%.*s\n--- is not ---\n%s", STR_ARG(s), expected);
}

static str text_of(struct run *run, struct report_style style)
{
	struct buf b;
	buf_init(&b, &run->arena, 0);
	report_text(&b, &run->report, style);
	return buf_str(&b);
}

/* One diagnostic alone: what stands before the closing line of an empty report. */
static str diag_text(struct run *run, struct diag *diag, struct report_style style)
{
	static const str REST = STR_INIT("\n  no Ingress in the input, nothing was written\n");
	struct diags one;
	struct ledger empty;
	struct report report = run->report;
	diags_init(&one, &run->arena);
	ledger_init(&empty, &run->arena);
	LIST_PUSH(&run->arena, &one.list, diag);
	report.diags = &one;
	report.ledger = &empty;
	struct buf b;
	buf_init(&b, &run->arena, 0);
	report_text(&b, &report, style);
	assert_true(str_ends(buf_str(&b), REST));
	return str_slice(buf_str(&b), 0, b.n - REST.n);
}

static const struct report_style PLAIN = { .color = false };

/* ---- one diagnostic ---- */

static void test_diag(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	uint32_t file = add_source(&run, "k8s/admin.yaml", "metadata:\n  annotations:\n    auth-type: basic\n");
	struct diag *d = diag_add(&run.diags, DIAG_ROUTE_CLOSED, site(&run, file, "auth-type", "Ingress/shop/admin"), STR("no password can be said"));
	d->effect = STR("everybody gets 500");
	d->help = STR("choose a target:\n  ing2gw convert --target envoy-gateway");
	assert_text(diag_text(&run, d, PLAIN),
		"error[I2G-1001]: no password can be said\n"
		"  --> k8s/admin.yaml:3:5\n"
		"   |\n"
		" 3 |     auth-type: basic\n"
		"   |     ^^^^^^^^^\n"
		"   = traffic: everybody gets 500\n"
		"   = help: choose a target:\n"
		"             ing2gw convert --target envoy-gateway\n");
	d->accepted = true;
	assert_true(str_starts(diag_text(&run, d, PLAIN), STR("error[I2G-1001]: no password can be said (accepted)\n")));
	arena_release(&run.arena);
}

/* What stands in a line of the source, and what is shown below "  --> f:1:COLUMN" and the empty gutter. */
static const struct {
	const char *text, *needle, *arrow, *line, *carets;
} CARETS[] = {
	{ "a: b\n", "b", "1:4", " 1 | a: b", "   |    ^" },
	{ "a: b\r\nc: d\r\n", "d", "2:4", " 2 | c: d", "   |    ^" },
	/* Bytes are not columns. */
	{ "gr\xc3\xbc\xc3\x9f" "e: \xe2\x82\xac" "5\n", "5", "1:9", " 1 | gr\xc3\xbc\xc3\x9f" "e: \xe2\x82\xac" "5", "   |         ^" },
	{ "a: \xc3\xbc\xc3\xb6\xf0\x9f\x98\x80 b\n", "\xc3\xbc\xc3\xb6\xf0\x9f\x98\x80", "1:4", " 1 | a: \xc3\xbc\xc3\xb6\xf0\x9f\x98\x80 b", "   |    ^^^" },
	/* A tab stays one, above and below, so that both lines move by the same. */
	{ "\ta:\tb\n", "b", "1:5", " 1 | \ta:\tb", "   | \t  \t^" },
	{ "\ta: b\n", "a:", "1:2", " 1 | \ta: b", "   | \t^^" },
	/* What would steer a terminal is shown as an escape, and the carets know how wide it is. */
	{ "a: \x1b[31mb\n", "b", "1:9", " 1 | a: \\x1b[31mb", "   |            ^" },
	{ "a: \x1b x\n", "\x1b", "1:4", " 1 | a: \\x1b x", "   |    ^^^^" },
	{ "a: \xe2\x80\xae" "b\n", "b", "1:5", " 1 | a: \\u202eb", "   |          ^" },
	{ "a: \xff" "b\n", "b", "1:5", " 1 | a: \xef\xbf\xbd" "b", "   |     ^" },
	/* Never past the line. */
	{ "a: b\nc: d\n", "b\nc", "1:4", " 1 | a: b", "   |    ^" },
	{ "a:\nb\n", "\nb", "1:3", " 1 | a:", "   |   ^" },
};

static void test_carets(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(CARETS); i++) {
		struct run run;
		start(&run);
		uint32_t file = add_source(&run, "f", CARETS[i].text);
		struct diag *d = diag_add(&run.diags, DIAG_BAD_VALUE, site(&run, file, CARETS[i].needle, ""), STR("m"));
		str expected = arena_printf(&run.arena, "warning[I2G-0219]: m\n  --> f:%s\n   |\n%s\n%s\n", CARETS[i].arrow, CARETS[i].line, CARETS[i].carets);
		assert_text(diag_text(&run, d, PLAIN), arena_cstr(&run.arena, expected));
		arena_release(&run.arena);
	}
}

static void test_gutter(void **state)
{
	(void)state;
	struct run run;
	struct buf b;
	start(&run);
	buf_init(&b, &run.arena, 0);
	for (unsigned i = 1; i <= 1200; i++)
		buf_printf(&b, "line %u\n", i);
	uint32_t file = sources_add(&run.sources, STR("big.yaml"), buf_str(&b));
	struct diag *d = diag_add(&run.diags, DIAG_SKIPPED, site(&run, file, "1100", ""), STR("m"));
	d->help = STR("h");
	assert_text(diag_text(&run, d, PLAIN),
		"note[I2G-0208]: m\n"
		"     --> big.yaml:1100:6\n"
		"      |\n"
		" 1100 | line 1100\n"
		"      |      ^^^^\n"
		"      = help: h\n");
	arena_release(&run.arena);
}

/* Columns a person sees: bytes that begin a character, for text without escapes of colours. */
static size_t columns(str line)
{
	size_t n = 0;
	for (size_t i = 0; i < line.n; i++)
		n += ((unsigned char)line.p[i] & 0xC0) != 0x80;
	return n;
}

/* A line of a megabyte: only the part around the place is shown, within the width, and the caret points at it. */
static void test_long_line(void **state)
{
	(void)state;
	static const char *const needles[] = { "START", "MIDDLE", "END" };
	struct run run;
	struct buf b;
	start(&run);
	buf_init(&b, &run.arena, 0);
	buf_add(&b, STR("START"));
	for (unsigned i = 0; i < 100000; i++)
		buf_add(&b, STR("\xc3\xbc{\"a\"}"));
	buf_add(&b, STR("MIDDLE"));
	buf_fill(&b, 'x', 500000);
	buf_add(&b, STR("END"));
	uint32_t file = sources_add(&run.sources, STR("dump.json"), buf_str(&b));
	for (size_t i = 0; i < COUNT(needles); i++) {
		struct diag *d = diag_addf(&run.diags, DIAG_BAD_VALUE, site(&run, file, needles[i], ""), "m%zu", i);
		str rest = diag_text(&run, d, PLAIN), lines[6];
		for (size_t j = 0; j < COUNT(lines); j++)
			(void)str_cut(rest, '\n', &lines[j], &rest);
		assert_int_equal(rest.n, 0);
		size_t at_shown = str_find(lines[3], str_c(needles[i])), at_caret = str_find_char(lines[4], '^');
		assert_true(columns(lines[3]) <= 100 && at_shown < lines[3].n);
		assert_int_equal(columns(str_slice(lines[3], 0, at_shown)), columns(str_slice(lines[4], 0, at_caret)));
		assert_int_equal(lines[4].n - at_caret, strlen(needles[i]));
		assert_int_equal(str_has(lines[3], STR(" ...")), i != 0);
		assert_int_equal(str_ends(lines[3], STR("...")), i != 2);
	}
	arena_release(&run.arena);
}

static void test_sites(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	uint32_t a = add_source(&run, "a.yaml", "x: 1\ny: 2\nz: 3\n"), in = add_source(&run, "-", "p: 1\nq: 2\n");
	struct diag *d = diag_add(&run.diags, DIAG_FEATURE_LOST_BEHAVIOUR, site(&run, a, "x", "Ingress/n/a"), STR("lost"));
	diag_add(&run.diags, DIAG_FEATURE_LOST_BEHAVIOUR, site(&run, a, "y", "Ingress/n/b"), STR("lost"));
	diag_add(&run.diags, DIAG_FEATURE_LOST_BEHAVIOUR, site(&run, in, "q", "Ingress/n/b"), STR("lost"));
	assert_text(diag_text(&run, d, PLAIN),
		"warning[I2G-3002]: lost (2 Ingresses)\n"
		"  --> a.yaml:1:1\n"
		"   |\n"
		" 1 | x: 1\n"
		"   | ^\n"
		"  ::: a.yaml:2:1 Ingress/n/b\n"
		"  ::: <stdin>:2:1 Ingress/n/b\n");
	for (unsigned i = 0; i < 3; i++)
		diag_add(&run.diags, DIAG_FEATURE_LOST_BEHAVIOUR, (struct diag_site){ { a, 10 + i }, 1, arena_printf(&run.arena, "Ingress/n/c%u", i) }, STR("lost"));
	assert_true(str_has(diag_text(&run, d, PLAIN), STR("lost (5 Ingresses)\n")));
	assert_true(str_ends(diag_text(&run, d, PLAIN), STR("  ::: a.yaml:3:2 Ingress/n/c1\n  ::: and 1 more (all are in --report json=FILE)\n")));
	/* Not all of them are Ingresses: places are counted. */
	diag_add(&run.diags, DIAG_FEATURE_LOST_BEHAVIOUR, site(&run, a, "z: 3", "Service/n/s"), STR("lost"));
	assert_true(str_has(diag_text(&run, d, PLAIN), STR("lost (7 places)\n")));
	arena_release(&run.arena);
}

static void test_without_place(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	uint32_t empty = add_source(&run, "gone.yaml", "");
	struct diag *nowhere = diag_add(&run.diags, DIAG_NOTHING_FOUND, (struct diag_site){ { 0, 0 }, 0, STR("") }, STR("no Ingress"));
	assert_text(diag_text(&run, nowhere, PLAIN), "warning[I2G-0113]: no Ingress\n");
	struct diag *object = diag_add(&run.diags, DIAG_SKIPPED, (struct diag_site){ { 0, 0 }, 0, STR("Ingress/n/a") }, STR("skipped"));
	assert_text(diag_text(&run, object, PLAIN), "note[I2G-0208]: skipped\n  --> Ingress/n/a\n");
	/* A file that could not be read has no lines. */
	struct diag *file = diag_add(&run.diags, DIAG_CANNOT_READ, (struct diag_site){ { empty, 0 }, 0, STR("") }, STR("no such file"));
	assert_text(diag_text(&run, file, PLAIN), "error[I2G-0101]: no such file\n  --> gone.yaml\n");
	arena_release(&run.arena);
}

/* What comes from the input can not steer the terminal, wherever it stands. */
static void test_escapes(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	uint32_t file = add_source(&run, "a\x1b[2J.yaml", "x: \x07\n");
	struct diag *d = diag_add(&run.diags, DIAG_BAD_VALUE, site(&run, file, "x", ""), STR("`\x1b[31m\n\r\t\x7f` \xc2\x9b \xe2\x80\x8b \xf3\xa0\x81\x81 \xc3("));
	diag_add(&run.diags, DIAG_BAD_VALUE, (struct diag_site){ { file, 1 }, 1, STR("Ingress/\x1b/x") }, d->message);
	d->effect = STR("one\x1b\ntwo\x07");
	d->help = STR("  copy \x1b[0m");
	str text = diag_text(&run, d, PLAIN);
	assert_text(text,
		"warning[I2G-0219]: `\\x1b[31m\\n\\r\\t\\x7f` \\u009b \\u200b \\U000e0041 \xef\xbf\xbd( (2 places)\n"
		"  --> a\\x1b[2J.yaml:1:1\n"
		"   |\n"
		" 1 | x: \\x07\n"
		"   | ^\n"
		"  ::: a\\x1b[2J.yaml:1:2 Ingress/\\x1b/x\n"
		"   = traffic: one\\x1b\n"
		"              two\\x07\n"
		"   = help:   copy \\x1b[0m\n");
	arena_release(&run.arena);
}

static void test_wrapping(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	struct diag *d = diag_add(&run.diags, DIAG_NOTHING_FOUND, (struct diag_site){ { 0, 0 }, 0, STR("") }, STR("m"));
	struct buf b;
	buf_init(&b, &run.arena, 0);
	for (unsigned i = 0; i < 60; i++)
		buf_printf(&b, "%sw\xc3\xb6rt%u", i ? " " : "", i);
	d->effect = buf_str(&b);
	buf_init(&b, &run.arena, 0);
	buf_add(&b, STR("a "));
	buf_fill(&b, 'x', 150);
	buf_add(&b, STR(" b\n\n  kept"));
	buf_fill(&b, ' ', 150);
	buf_add(&b, STR("z"));
	d->help = buf_str(&b);
	static const unsigned widths[] = { 0, 40, 80, 100 };
	for (size_t i = 0; i < COUNT(widths); i++) {
		struct report_style style = { .width = widths[i] };
		size_t most = widths[i] ? widths[i] : 100, longest = 0, words = 0;
		str rest = diag_text(&run, d, style), line;
		(void)str_cut(rest, '\n', &line, &rest);
		while (str_cut(rest, '\n', &line, &rest) && !str_has(line, STR("= help"))) {
			longest = columns(line) > longest ? columns(line) : longest;
			assert_true(words == 0 || str_starts(line, STR("              w\xc3\xb6rt")));
			for (size_t at_word = 0; at_word < line.n; at_word++)
				words += str_starts(str_from(line, at_word), STR("w\xc3\xb6rt"));
		}
		assert_int_equal(words, 60);
		/* As full as words of seven columns allow. */
		assert_true(longest <= most && longest > most - 8);
		/* A line that begins with a blank is a command to copy, and a word is never cut. */
		str expected = arena_printf(&run.arena, "%.*s\n           b\n\n             kept%150sz\n", STR_ARG(str_slice(d->help, 2, 152)), "");
		assert_true(str_eq(str_from(rest, str_find_char(rest, 'x')), expected));
	}
	arena_release(&run.arena);
}

static void test_colors(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	uint32_t file = add_source(&run, "f", "a: b\n");
	struct diag *d = diag_add(&run.diags, DIAG_ROUTE_CLOSED, site(&run, file, "b", ""), STR("m"));
	d->help = STR("h");
	ledger_record(&run.ledger, STR("n"), STR("a"), (struct place){ file, 0 });
	str plain = text_of(&run, PLAIN), colored = text_of(&run, (struct report_style){ .color = true });
	assert_false(str_has(plain, STR("\x1b")));
	assert_true(str_starts(colored, STR("\x1b[1;31merror[I2G-1001]\x1b[0m\x1b[1m: m\x1b[0m\n")));
	/* Colours add nothing but themselves, and each one ends. */
	struct buf b;
	bool on = false;
	buf_init(&b, &run.arena, 0);
	for (str rest = colored; rest.n;) {
		if (rest.p[0] == '\x1b') {
			str code = str_slice(rest, 0, str_find_char(rest, 'm') + 1);
			assert_int_equal(str_eq(code, STR("\x1b[0m")), on);
			on = !on;
			rest = str_from(rest, code.n);
		} else {
			buf_add_char(&b, rest.p[0]);
			rest = str_from(rest, 1);
		}
	}
	assert_false(on);
	assert_true(str_eq(buf_str(&b), plain));
	arena_release(&run.arena);
}

/* ---- the whole report ---- */

static void add_ingress(struct run *run, const char *namespace, const char *name, enum ingress_state state, size_t translated, size_t lost)
{
	struct record *r = ledger_record(&run->ledger, str_c(namespace), str_c(name), (struct place){ 1, 0 });
	record_state(r, state);
	for (size_t i = 0; i < translated + lost; i++)
		fact_worsen(ledger_fact(&run->ledger, r, STR("k"), STR("v"), (struct place){ 1, 0 }, 1), i < translated ? FACT_TRANSLATED : FACT_INEXPRESSIBLE);
}

static void written(struct run *run, const char *kind, size_t count)
{
	struct kind_count k = { str_c(kind), count };
	LIST_PUSH(&run->arena, &run->report.written, k);
}

static void test_table(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	add_source(&run, "f", "a: b\n");
	add_ingress(&run, "search", "s", INGRESS_CONVERTED, 31, 0);
	add_ingress(&run, "shop", "a", INGRESS_CONVERTED, 100, 1);
	add_ingress(&run, "shop", "b", INGRESS_CLOSED, 103, 3);
	fact_worsen(run.ledger.records.item[0]->facts.item[0], FACT_DIFFERENT);
	ledger_fact(&run.ledger, run.ledger.records.item[0], STR("idle"), STR(""), (struct place){ 1, 0 }, 1);
	ledger_fact(&run.ledger, NULL, STR("default:x"), STR(""), (struct place){ 0, 0 }, 0);
	written(&run, "GatewayClass", 1);
	written(&run, "Gateway", 2);
	written(&run, "HTTPRoute", 1);
	written(&run, "SecurityPolicy", 2);
	run.report.closed_rules = 1;
	run.report.other_objects = 3;
	run.report.exit_code = 1;
	assert_text(text_of(&run, PLAIN),
		"  namespace  Ingresses  converted  closed  failed    facts  translated  differ  lost  idle\n"
		"  shop               2          1       1       0      207         203       0     4     0\n"
		"  search             1          1       0       0       32          30       1     0     1\n"
		"  total              3          2       1       0      239         233       1     4     1\n"
		"  wrote 1 GatewayClass, 2 Gateways, 1 HTTPRoute, 2 SecurityPolicies for Gateway API 1.5 standard\n"
		"  1 rule stands closed\n"
		"  3 other objects were passed over\n"
		"  exit code 1: 1 Ingress closed\n");
	/* Columns that are seldom needed come with the first of their kind. */
	add_ingress(&run, "zoo", "z", INGRESS_SKIPPED, 0, 0);
	assert_true(str_has(text_of(&run, PLAIN), STR("closed  failed  skipped    facts")));
	arena_release(&run.arena);
}

static void test_many_namespaces(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	for (unsigned i = 0; i < 30; i++)
		add_ingress(&run, arena_cstr(&run.arena, arena_printf(&run.arena, "n%02u", i)), "a", INGRESS_CONVERTED, 1, i >= 5 ? i : 0);
	str text = text_of(&run, PLAIN);
	assert_true(str_has(text, STR("\n  n29 ")) && str_has(text, STR("\n  n10 ")) && !str_has(text, STR("n09")));
	assert_true(str_has(text, STR("\n  and 10 more, 5 of them with losses\n  total ")));
	assert_true(str_find(text, STR("n29")) < str_find(text, STR("n28")));
	arena_release(&run.arena);
}

static void add_loss(struct run *run, enum diag_code code, enum loss loss, bool accepted, bool from_default)
{
	struct diag *d = diag_addf(&run->diags, code, (struct diag_site){ { 0, 0 }, 0, STR("") }, "m%zu", run->diags.list.n);
	d->loss = loss;
	d->accepted = accepted;
	d->from_default = from_default;
}

static str last_line(str text)
{
	text.n--;
	return str_from(text, str_find_last_char(text, '\n') + 1);
}

static void test_closing(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	assert_text(text_of(&run, PLAIN), "  no Ingress in the input, nothing was written\n");
	add_source(&run, "f", "a: b\n");
	add_ingress(&run, "n", "a", INGRESS_CONVERTED, 1, 0);
	assert_true(str_ends(text_of(&run, PLAIN), STR("  nothing was written\n  no loss of the kind routing or a graver one\n")));
	add_loss(&run, DIAG_FEATURE_LOST_BEHAVIOUR, LOSS_BEHAVIOUR, false, false);
	add_loss(&run, DIAG_ROUTE_OPENED, LOSS_SECURITY, true, false);
	add_loss(&run, DIAG_DEFAULTS_LOST, LOSS_ROUTING, false, true);
	assert_text(last_line(text_of(&run, PLAIN)), "  no loss of the kind routing or a graver one, besides 1 that is accepted");
	run.report.exit_code = 1;
	run.report.strict = LOSS_SECURITY;
	add_loss(&run, DIAG_HOST_CLOSED, LOSS_SECURITY, false, false);
	assert_text(last_line(text_of(&run, PLAIN)), "  exit code 1: 1 loss of the kind security");
	run.report.strict = LOSS_BEHAVIOUR;
	add_ingress(&run, "n", "b", INGRESS_CLOSED, 0, 0);
	add_ingress(&run, "n", "c", INGRESS_FAILED, 0, 0);
	add_ingress(&run, "n", "d", INGRESS_FAILED, 0, 0);
	assert_text(last_line(text_of(&run, PLAIN)), "  exit code 1: 3 losses of the kind behaviour or a graver one, 1 Ingress closed, 2 Ingresses failed");
	/* Of the two causes of 6 the one that there was, or both. */
	static const struct { bool unwritten; const char *reason; } CAUSES[] = {
		{ true, "exit code 6: output could not be written; " },
		{ false, "exit code 6: ing2gw has met a bug of its own; " },
		{ true, "exit code 6: ing2gw has met a bug of its own, and output could not be written; " },
	};
	run.report.exit_code = 6;
	for (size_t i = 0; i < COUNT(CAUSES); i++) {
		if (i == 1)
			add_loss(&run, DIAG_INTERNAL, LOSS_NONE, false, false);
		run.report.unwritten = CAUSES[i].unwritten;
		assert_true(str_has(last_line(text_of(&run, PLAIN)), str_c(CAUSES[i].reason)));
	}
	static const int codes[] = { 2, 3, 4, 5, 6, 130 };
	for (size_t i = 0; i < COUNT(codes); i++) {
		run.report.exit_code = codes[i];
		str line = last_line(text_of(&run, PLAIN));
		str begin = arena_printf(&run.arena, "  exit code %d: ", codes[i]);
		assert_true(str_starts(line, begin) && str_ends(line, STR("; 3 losses of the kind behaviour or a graver one, 1 Ingress closed, 2 Ingresses failed")));
		assert_true(str_find_char(line, ';') > begin.n + 5);
	}
	arena_release(&run.arena);
}

static void test_order_and_quiet(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	add_source(&run, "f", "a: b\n");
	add_ingress(&run, "n", "a", INGRESS_CONVERTED, 1, 0);
	add_loss(&run, DIAG_ASSUMED_PRESENT, LOSS_NONE, false, false);
	add_loss(&run, DIAG_LETTER_CASE, LOSS_BEHAVIOUR, false, false);
	struct report_style quiet = { .quiet = true };
	assert_text(text_of(&run, quiet), "");
	add_loss(&run, DIAG_ROUTE_CLOSED, LOSS_SECURITY, false, false);
	add_loss(&run, DIAG_REWRITE_LOST, LOSS_ROUTING, false, false);
	diags_sort(&run.diags, &run.sources);
	assert_text(text_of(&run, quiet), "error[I2G-1001]: m2\n\nerror[I2G-2001]: m3\n");
	assert_true(str_starts(text_of(&run, PLAIN), STR("error[I2G-1001]: m2\n\nerror[I2G-2001]: m3\n\nwarning[I2G-3004]: m1\n\nnote[I2G-0001]: m0\n\n  namespace ")));
	arena_release(&run.arena);
}

/* ---- JSON ---- */

static cJSON *json_of(struct run *run)
{
	struct buf b;
	buf_init(&b, &run->arena, 0);
	report_json(&b, &run->report);
	assert_true(str_ends(buf_str(&b), STR("}\n")));
	const char *end = NULL;
	cJSON *root = cJSON_ParseWithLengthOpts(b.p, b.n, &end, 0);
	if (!root)
		fail_msg("no JSON at '%.40s'", cJSON_GetErrorPtr());
	assert_ptr_equal(end, b.p + b.n - 1);
	return root;
}

/* "ingresses.0.facts.1.key" */
static const cJSON *find(const cJSON *root, const char *path)
{
	str rest = str_c(path), word;
	const cJSON *at_node = root;
	bool more = true;
	while (more) {
		more = str_cut(rest, '.', &word, &rest);
		char name[64];
		uint64_t index;
		snprintf(name, sizeof name, "%.*s", STR_ARG(word));
		at_node = str_to_u64(word, 1000, &index) ? cJSON_GetArrayItem(at_node, (int)index) : cJSON_GetObjectItemCaseSensitive(at_node, name);
		if (!at_node)
			return NULL;
	}
	return at_node;
}

static void assert_json(const cJSON *root, const char *path, const char *expected)
{
	const cJSON *node = find(root, path);
	char number[32];
	const char *have = NULL;
	if (cJSON_IsString(node)) {
		have = node->valuestring;
	} else if (cJSON_IsNumber(node)) {
		snprintf(number, sizeof number, "%.17g", node->valuedouble);
		have = number;
	} else if (node) {
		have = cJSON_IsNull(node) ? "null" : cJSON_IsTrue(node) ? "true" : cJSON_IsFalse(node) ? "false" : "a list or an object";
	}
	if (!have || strcmp(have, expected) != 0)
		fail_msg("%s: '%s' is not '%s'", path, have ? have : "(absent)", expected);
}

static double number(const cJSON *root, const char *path)
{
	const cJSON *node = find(root, path);
	if (!cJSON_IsNumber(node))
		fail_msg("%s is no number", path);
	return node->valuedouble;
}

static void fill(struct run *run)
{
	uint32_t a = add_source(run, "a.yaml", "x: 1\n  y: \xc3\xbc 2\n"), in = add_source(run, "-", "p: 1\n");
	struct record *r = ledger_record(&run->ledger, STR("shop"), STR("web"), at(run, a, "x"));
	r->controller = STR("ingress-nginx");
	r->decided_by = STR("annotation \"kubernetes.io/ingress.class\"");
	LIST_PUSH(&run->arena, &r->objects, STR("HTTPRoute/shop/web"));
	struct fact *good = ledger_fact(&run->ledger, r, STR("nginx.ingress.kubernetes.io/x"), STR("say \"\\\" \xff\n\x01"), at(run, a, "2"), 1);
	good->feature = STR("timeout.request");
	fact_worsen(good, FACT_TRANSLATED);
	LIST_PUSH(&run->arena, &good->places, STR("HTTPRoute/shop/web#/spec/rules/0/timeouts/request"));
	struct fact *lost = ledger_fact(&run->ledger, r, STR("spec.rules[0].host"), STR(""), at(run, in, "p"), 1);
	lost->assumed = true;
	fact_lost(lost, FACT_INEXPRESSIBLE, LOSS_SECURITY, DIAG_ROUTE_CLOSED, STR("why"));
	ledger_fact(&run->ledger, NULL, STR("default:hsts"), STR("on"), (struct place){ 0, 0 }, 0);
	record_state(r, INGRESS_CLOSED);
	for (unsigned s = 0; s < INGRESS_STATE_COUNT; s++) {
		struct record *other = ledger_record(&run->ledger, STR("other"), arena_printf(&run->arena, "i%u", s), (struct place){ in, 0 });
		record_state(other, (enum ingress_state)s);
		for (unsigned f = 0; f < FACT_STATE_COUNT; f++)
			for (unsigned i = 0; i <= f; i++)
				fact_worsen(ledger_fact(&run->ledger, other, STR("k"), STR(""), (struct place){ in, 0 }, 1), (enum fact_state)f);
	}
	struct diag *d = diag_add(&run->diags, DIAG_ROUTE_CLOSED, site(run, a, "2", "Ingress/shop/web"), STR("it is \"closed\"\xc3"));
	d->loss = LOSS_SECURITY;
	d->effect = STR("500\nto everybody");
	d->feature = STR("auth.basic");
	diag_add(&run->diags, DIAG_ROUTE_CLOSED, site(run, in, "p", "Ingress/other/i1"), d->message);
	diag_add(&run->diags, DIAG_ROUTE_CLOSED, site(run, in, "1", "Ingress/other/i1"), d->message);
	diag_add(&run->diags, DIAG_NOTHING_FOUND, (struct diag_site){ { 0, 0 }, 0, STR("") }, STR("m"));
	written(run, "Gateway", 1);
	run->report.closed_rules = 2;
	run->report.exit_code = 1;
}

static void test_json(void **state)
{
	(void)state;
	static const char *const expected[][2] = {
		{ "schema", "ing2gw/report/v1" }, { "tool.name", "ing2gw" }, { "tool.version", "0.1.0" }, { "target", "standard" }, { "gateway_api", "1.5" },
		{ "channel", "standard" }, { "strict", "routing" }, { "exit_code", "1" }, { "written.Gateway", "1" }, { "summary.closed_rules", "2" },
		{ "ingresses.0.namespace", "shop" }, { "ingresses.0.name", "web" }, { "ingresses.0.file", "a.yaml" }, { "ingresses.0.line", "1" },
		{ "ingresses.0.controller", "ingress-nginx" }, { "ingresses.0.decided_by", "annotation \"kubernetes.io/ingress.class\"" },
		{ "ingresses.0.state", "closed" }, { "ingresses.0.objects.0", "HTTPRoute/shop/web" },
		{ "ingresses.0.facts.0.key", "nginx.ingress.kubernetes.io/x" }, { "ingresses.0.facts.0.line", "2" }, { "ingresses.0.facts.0.column", "8" },
		{ "ingresses.0.facts.0.state", "translated" }, { "ingresses.0.facts.0.feature", "timeout.request" }, { "ingresses.0.facts.0.assumed", "false" },
		{ "ingresses.0.facts.0.places.0", "HTTPRoute/shop/web#/spec/rules/0/timeouts/request" }, { "ingresses.0.facts.0.loss", "null" },
		{ "ingresses.0.facts.0.code", "null" }, { "ingresses.0.facts.0.value", "say \"\\\" \xef\xbf\xbd\n\x01" },
		{ "ingresses.0.facts.1.state", "inexpressible" }, { "ingresses.0.facts.1.assumed", "true" }, { "ingresses.0.facts.1.loss", "security" },
		{ "ingresses.0.facts.1.code", "I2G-1001" }, { "ingresses.0.facts.1.reason", "why" }, { "ingresses.0.facts.1.file", "<stdin>" },
		{ "ingresses.1.state", "converted" }, { "ingresses.1.file", "<stdin>" }, { "ingresses.5.state", "inactive" },
		{ "defaults.0.key", "default:hsts" }, { "defaults.0.state", "ineffective" },
		{ "diagnostics.0.code", "I2G-1001" }, { "diagnostics.0.level", "error" }, { "diagnostics.0.loss", "security" }, { "diagnostics.0.file", "a.yaml" },
		{ "diagnostics.0.line", "2" }, { "diagnostics.0.column", "8" }, { "diagnostics.0.objects.0", "Ingress/other/i1" },
		{ "diagnostics.0.objects.1", "Ingress/shop/web" }, { "diagnostics.0.message", "it is \"closed\"\xef\xbf\xbd" },
		{ "diagnostics.0.effect", "500\nto everybody" }, { "diagnostics.0.feature", "auth.basic" }, { "diagnostics.0.accepted", "false" },
		{ "diagnostics.0.from_default", "false" }, { "diagnostics.0.places.2.column", "4" }, { "diagnostics.1.loss", "null" }, { "diagnostics.1.level", "warning" },
	};
	/* What is not known is not there. */
	static const char *const absent[] = {
		"summary.proof", "differences", "ingresses.0.facts.0.file", "ingresses.0.facts.0.reason", "ingresses.1.controller", "ingresses.1.decided_by",
		"ingresses.0.facts.1.feature", "ingresses.0.facts.1.value", "defaults.0.line", "diagnostics.0.help", "diagnostics.0.objects.2", "diagnostics.1.file", "diagnostics.1.line", "diagnostics.1.effect",
	};
	struct run run;
	start(&run);
	fill(&run);
	cJSON *root = json_of(&run);
	for (size_t i = 0; i < COUNT(expected); i++)
		assert_json(root, expected[i][0], expected[i][1]);
	for (size_t i = 0; i < COUNT(absent); i++)
		if (find(root, absent[i]))
			fail_msg("%s", absent[i]);
	assert_int_equal(cJSON_GetArraySize(find(root, "diagnostics")), 2);
	cJSON_Delete(root);
	arena_release(&run.arena);
}

/* The summary is what counting Ingresses and facts of the same report gives. */
static void test_json_sums(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	fill(&run);
	cJSON *root = json_of(&run);
	const cJSON *ingresses = find(root, "ingresses");
	double facts = 0, all = 0;
	for (unsigned s = 0; s < INGRESS_STATE_COUNT; s++) {
		str name = ingress_state_name((enum ingress_state)s);
		const cJSON *one;
		double count = 0;
		cJSON_ArrayForEach(one, ingresses)
			count += strcmp(find(one, "state")->valuestring, arena_cstr(&run.arena, name)) == 0;
		assert_true(count > 0 && number(find(root, "summary"), arena_cstr(&run.arena, name)) == count);
		all += count;
	}
	assert_true(all == number(root, "summary.ingresses") && all == cJSON_GetArraySize(ingresses));
	for (unsigned f = 0; f < FACT_STATE_COUNT; f++) {
		str name = fact_state_name((enum fact_state)f);
		const cJSON *one, *fact;
		double count = 0;
		cJSON_ArrayForEach(one, ingresses)
			cJSON_ArrayForEach(fact, find(one, "facts"))
				count += strcmp(find(fact, "state")->valuestring, arena_cstr(&run.arena, name)) == 0;
		assert_true(count > 0 && number(find(root, "summary.facts"), arena_cstr(&run.arena, name)) == count);
		facts += count;
	}
	assert_int_equal(cJSON_GetArraySize(find(root, "summary.facts")), FACT_STATE_COUNT);
	assert_true(facts > 180);
	cJSON_Delete(root);
	arena_release(&run.arena);
}

static void test_json_empty(void **state)
{
	(void)state;
	static const char *const lists[] = { "ingresses", "defaults", "diagnostics" };
	struct run run;
	start(&run);
	run.report.strict = LOSS_NONE;
	cJSON *root = json_of(&run);
	for (size_t i = 0; i < COUNT(lists); i++)
		assert_true(cJSON_IsArray(find(root, lists[i])) && cJSON_GetArraySize(find(root, lists[i])) == 0);
	assert_json(root, "summary.ingresses", "0");
	assert_json(root, "summary.facts.unknown", "0");
	assert_null(find(root, "strict"));
	cJSON_Delete(root);
	arena_release(&run.arena);
}

const struct CMUnitTest report_tests[] = {
	cmocka_unit_test(test_diag),
	cmocka_unit_test(test_carets),
	cmocka_unit_test(test_gutter),
	cmocka_unit_test(test_long_line),
	cmocka_unit_test(test_sites),
	cmocka_unit_test(test_without_place),
	cmocka_unit_test(test_escapes),
	cmocka_unit_test(test_wrapping),
	cmocka_unit_test(test_colors),
	cmocka_unit_test(test_table),
	cmocka_unit_test(test_many_namespaces),
	cmocka_unit_test(test_closing),
	cmocka_unit_test(test_order_and_quiet),
	cmocka_unit_test(test_json),
	cmocka_unit_test(test_json_sums),
	cmocka_unit_test(test_json_empty),
};
const size_t report_tests_count = COUNT(report_tests);
