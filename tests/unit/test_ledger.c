/* SPDX-License-Identifier: Apache-2.0 */
/* The account of the input: states that only get worse, reasons, the order of printing, sums. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/ledger.h"

extern const struct CMUnitTest ledger_tests[];
extern const size_t ledger_tests_count;

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

struct run {
	struct escape escape;
	struct arena arena;
	struct ledger ledger;
	struct record *record;
};

static void start(struct run *run)
{
	escape_init(&run->escape);
	arena_init(&run->arena, 0, &run->escape);
	ledger_init(&run->ledger, &run->arena);
	run->record = ledger_record(&run->ledger, STR("shop"), STR("web"), (struct place){ 1, 4 });
}

static struct fact *fact(struct run *run, const char *key, uint32_t offset)
{
	return ledger_fact(&run->ledger, run->record, str_c(key), STR("value"), (struct place){ 1, offset }, 5);
}

static void assert_text(str s, const char *expected)
{
	if (!str_eq(s, str_c(expected)))
		fail_msg("'%.*s' is not '%s'", STR_ARG(s), expected);
}

/* Objects beside the Ingresses: one record each, which is sorted and not counted. */
static void test_others(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	struct record *udp = ledger_other(&run.ledger, STR("ConfigMap"), STR("edge"), STR("udp"), (struct place){ 1, 90 });
	struct record *tcp = ledger_other(&run.ledger, STR("ConfigMap"), STR("edge"), STR("tcp"), (struct place){ 1, 40 });
	assert_ptr_equal(ledger_other(&run.ledger, STR("ConfigMap"), STR("edge"), STR("udp"), (struct place){ 1, 90 }), udp);
	assert_int_equal(run.ledger.others.n, 2);
	assert_int_equal(run.ledger.records.n, 1);
	struct fact *late = ledger_fact(&run.ledger, tcp, STR("data.6379"), STR("db/cache:6379"), (struct place){ 1, 60 }, 4);
	struct fact *early = ledger_fact(&run.ledger, tcp, STR("data.5432"), STR("db/postgres:5432"), (struct place){ 1, 50 }, 4);
	assert_text(record_object(&run.arena, tcp), "ConfigMap/edge/tcp");
	assert_text(fact_site(&run.arena, late).object, "ConfigMap/edge/tcp");
	ledger_sort(&run.ledger);
	assert_ptr_equal(run.ledger.others.item[0], tcp);
	assert_ptr_equal(tcp->facts.item[0], early);
	assert_int_equal(ledger_count(&run.ledger, STR("")).ingresses, 1);
	assert_int_equal(ledger_count(&run.ledger, STR("")).facts[FACT_INEFFECTIVE], 0);
	arena_release(&run.arena);
}

static void test_names(void **state)
{
	(void)state;
	/* From best to worst, as the report promises. */
	static const char *const facts[] = { "ineffective", "metadata", "translated", "different", "extension", "inexpressible", "invalid", "unknown" };
	static const char *const ingresses[] = { "converted", "closed", "failed", "skipped", "inactive" };
	assert_int_equal(FACT_STATE_COUNT, COUNT(facts));
	assert_int_equal(INGRESS_STATE_COUNT, COUNT(ingresses));
	for (unsigned i = 0; i < COUNT(facts); i++)
		assert_text(fact_state_name((enum fact_state)i), facts[i]);
	for (unsigned i = 0; i < COUNT(ingresses); i++)
		assert_text(ingress_state_name((enum ingress_state)i), ingresses[i]);
}

static void test_new(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	struct fact *f = fact(&run, "nginx.ingress.kubernetes.io/x", 9);
	assert_int_equal(f->state, FACT_INEFFECTIVE);
	assert_int_equal(f->loss, LOSS_NONE);
	assert_false(f->has_code || f->assumed);
	assert_int_equal(f->places.n + f->reason.n + f->feature.n, 0);
	assert_ptr_equal(f->record, run.record);
	assert_ptr_equal(run.record->facts.item[0], f);
	assert_int_equal(run.record->state, INGRESS_CONVERTED);
	assert_text(record_object(&run.arena, run.record), "Ingress/shop/web");
	struct diag_site site = fact_site(&run.arena, f);
	assert_text(site.object, "Ingress/shop/web");
	assert_true(site.at.file == 1 && site.at.offset == 9 && site.span == 5);
	/* A default belongs to no Ingress. */
	struct fact *d = ledger_fact(&run.ledger, NULL, STR("default:hsts"), STR("on"), (struct place){ 0, 0 }, 0);
	assert_int_equal(run.record->facts.n, 1);
	assert_ptr_equal(run.ledger.defaults.item[0], d);
	assert_int_equal(fact_site(&run.arena, d).object.n, 0);
	arena_release(&run.arena);
}

/* Every pair of states: the worse one stays, whichever comes first. */
static void test_states_only_worsen(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	for (unsigned a = 0; a < FACT_STATE_COUNT; a++)
		for (unsigned b = 0; b < FACT_STATE_COUNT; b++) {
			struct fact *f = fact(&run, "k", 1);
			fact_worsen(f, (enum fact_state)a);
			fact_worsen(f, (enum fact_state)b);
			assert_int_equal(f->state, a > b ? a : b);
			struct fact *l = fact(&run, "k", 1);
			fact_worsen(l, (enum fact_state)a);
			fact_lost(l, (enum fact_state)b, LOSS_ROUTING, DIAG_REWRITE_LOST, STR("why"));
			assert_int_equal(l->state, a > b ? a : b);
			assert_int_equal(l->has_code, b >= a);
		}
	for (unsigned a = 0; a < INGRESS_STATE_COUNT; a++)
		for (unsigned b = 0; b < INGRESS_STATE_COUNT; b++) {
			struct record *r = ledger_record(&run.ledger, STR("n"), STR("r"), (struct place){ 1, 0 });
			record_state(r, (enum ingress_state)a);
			record_state(r, (enum ingress_state)b);
			assert_int_equal(r->state, a > b ? a : b);
		}
	arena_release(&run.arena);
}

static void test_carried(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	struct fact *f = fact(&run, "k", 1);
	fact_worsen(f, FACT_TRANSLATED);
	assert_int_equal(f->state, FACT_TRANSLATED);
	/* Lost at one place and carried at another: lost. */
	struct fact *lost = fact(&run, "k", 1);
	fact_lost(lost, FACT_INEXPRESSIBLE, LOSS_SECURITY, DIAG_ROUTE_CLOSED, STR("why"));
	fact_worsen(lost, FACT_TRANSLATED);
	assert_int_equal(lost->state, FACT_INEXPRESSIBLE);
	/* Nothing happens to no fact. */
	fact_worsen(NULL, FACT_UNKNOWN);
	fact_lost(NULL, FACT_UNKNOWN, LOSS_NONE, DIAG_INTERNAL, STR("x"));
	fact_idle(NULL, STR("x"));
	arena_release(&run.arena);
}

static void test_lost(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	struct fact *f = fact(&run, "k", 1);
	fact_lost(f, FACT_INEXPRESSIBLE, LOSS_BEHAVIOUR, DIAG_FEATURE_LOST_BEHAVIOUR, STR("first"));
	/* An equal or lighter loss in the same state changes nothing, a graver one does. */
	fact_lost(f, FACT_INEXPRESSIBLE, LOSS_BEHAVIOUR, DIAG_INTERNAL, STR("again"));
	fact_lost(f, FACT_INEXPRESSIBLE, LOSS_COSMETIC, DIAG_INTERNAL, STR("lighter"));
	assert_text(f->reason, "first");
	assert_int_equal(f->code, DIAG_FEATURE_LOST_BEHAVIOUR);
	fact_lost(f, FACT_INEXPRESSIBLE, LOSS_SECURITY, DIAG_ROUTE_CLOSED, STR("graver"));
	assert_text(f->reason, "graver");
	assert_int_equal(f->loss, LOSS_SECURITY);
	/* A better state says nothing more, however grave. */
	fact_lost(f, FACT_DIFFERENT, LOSS_SECURITY, DIAG_INTERNAL, STR("better"));
	assert_text(f->reason, "graver");
	assert_int_equal(f->state, FACT_INEXPRESSIBLE);
	/* A worse state replaces all. */
	fact_lost(f, FACT_INVALID, LOSS_NONE, DIAG_BAD_VALUE, STR("worse"));
	assert_text(f->reason, "worse");
	assert_int_equal(f->code, DIAG_BAD_VALUE);
	arena_release(&run.arena);
}

static void test_idle(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	struct fact *f = fact(&run, "k", 1);
	fact_idle(f, STR("switched off"));
	assert_text(f->reason, "switched off");
	assert_int_equal(f->state, FACT_INEFFECTIVE);
	fact_idle(f, STR("another"));
	assert_text(f->reason, "switched off");
	/* With an effect after all, the reason for having none is no longer true. */
	fact_worsen(f, FACT_TRANSLATED);
	assert_int_equal(f->state, FACT_TRANSLATED);
	assert_text(f->reason, "");
	fact_idle(f, STR("too late"));
	assert_text(f->reason, "");
	/* The reason of a loss stays. */
	struct fact *lost = fact(&run, "k", 1);
	fact_lost(lost, FACT_EXTENSION, LOSS_ROUTING, DIAG_REWRITE_LOST, STR("why"));
	fact_idle(lost, STR("idle"));
	fact_worsen(lost, FACT_DIFFERENT);
	assert_text(lost->reason, "why");
	arena_release(&run.arena);
}

static void test_sort(void **state)
{
	(void)state;
	static const char *const names[][2] = { { "b", "x" }, { "a", "z" }, { "a-b", "a" }, { "a", "b" }, { "b", "a" } };
	static const char *const sorted[] = { "Ingress/a/b", "Ingress/a/z", "Ingress/a-b/a", "Ingress/b/a", "Ingress/b/x", "Ingress/shop/web" };
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(names); i++)
		ledger_record(&run.ledger, str_c(names[i][0]), str_c(names[i][1]), (struct place){ 1, 0 });
	fact(&run, "c", 30);
	fact(&run, "b", 10);
	fact(&run, "z", 20);
	fact(&run, "a", 20);
	LIST_PUSH(&run.arena, &run.record->objects, STR("HTTPRoute/shop/web-tls"));
	LIST_PUSH(&run.arena, &run.record->objects, STR("HTTPRoute/shop/web"));
	ledger_sort(&run.ledger);
	assert_int_equal(run.ledger.records.n, COUNT(sorted));
	for (size_t i = 0; i < COUNT(sorted); i++)
		assert_text(record_object(&run.arena, run.ledger.records.item[i]), sorted[i]);
	static const char *const keys[] = { "b", "a", "z", "c" };
	for (size_t i = 0; i < COUNT(keys); i++)
		assert_text(run.record->facts.item[i]->key, keys[i]);
	assert_text(run.record->objects.item[0], "HTTPRoute/shop/web");
	struct ledger none;
	ledger_init(&none, &run.arena);
	ledger_sort(&none);
	assert_int_equal(none.records.n, 0);
	arena_release(&run.arena);
}

static void test_counts(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	struct record *other = ledger_record(&run.ledger, STR("blog"), STR("b"), (struct place){ 1, 0 });
	record_state(other, INGRESS_CLOSED);
	for (unsigned s = 0; s < FACT_STATE_COUNT; s++)
		for (unsigned i = 0; i <= s; i++)
			fact_worsen(fact(&run, "k", i), (enum fact_state)s);
	fact_worsen(ledger_fact(&run.ledger, other, STR("k"), STR(""), (struct place){ 1, 0 }, 1), FACT_UNKNOWN);
	ledger_fact(&run.ledger, NULL, STR("default:x"), STR(""), (struct place){ 0, 0 }, 0);
	struct ledger_counts all = ledger_count(&run.ledger, STR("")), shop = ledger_count(&run.ledger, STR("shop"));
	assert_int_equal(all.ingresses, 2);
	assert_int_equal(all.by_state[INGRESS_CONVERTED], 1);
	assert_int_equal(all.by_state[INGRESS_CLOSED], 1);
	assert_int_equal(shop.ingresses, 1);
	assert_int_equal(shop.by_state[INGRESS_CLOSED], 0);
	for (unsigned s = 0; s < FACT_STATE_COUNT; s++) {
		assert_int_equal(shop.facts[s], s + 1);
		assert_int_equal(all.facts[s], s + 1 + (s == FACT_UNKNOWN));
	}
	assert_int_equal(ledger_count(&run.ledger, STR("sho")).ingresses, 0);
	arena_release(&run.arena);
}

const struct CMUnitTest ledger_tests[] = {
	cmocka_unit_test(test_others),
	cmocka_unit_test(test_names),
	cmocka_unit_test(test_new),
	cmocka_unit_test(test_states_only_worsen),
	cmocka_unit_test(test_carried),
	cmocka_unit_test(test_lost),
	cmocka_unit_test(test_idle),
	cmocka_unit_test(test_sort),
	cmocka_unit_test(test_counts),
};
const size_t ledger_tests_count = COUNT(ledger_tests);
