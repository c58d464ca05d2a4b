/* SPDX-License-Identifier: Apache-2.0 */
/* The account of the input: see ledger.h. */
#include "ledger/ledger.h"

#include <stdlib.h>

static const str FACT_STATES[FACT_STATE_COUNT] = {
	STR_INIT("ineffective"), STR_INIT("metadata"), STR_INIT("translated"), STR_INIT("different"),
	STR_INIT("extension"), STR_INIT("inexpressible"), STR_INIT("invalid"), STR_INIT("unknown"),
};

static const str INGRESS_STATES[INGRESS_STATE_COUNT] = {
	STR_INIT("converted"), STR_INIT("closed"), STR_INIT("failed"), STR_INIT("skipped"), STR_INIT("inactive"),
};

str fact_state_name(enum fact_state state)
{
	return FACT_STATES[state];
}

str ingress_state_name(enum ingress_state state)
{
	return INGRESS_STATES[state];
}

void ledger_init(struct ledger *ledger, struct arena *arena)
{
	*ledger = (struct ledger){ .arena = arena };
}

static struct record *record_new(struct ledger *ledger, str kind, str namespace, str name, struct place at)
{
	struct record *r = NEW(ledger->arena, struct record);
	r->kind = kind;
	r->namespace = namespace;
	r->name = name;
	r->at = at;
	return r;
}

struct record *ledger_record(struct ledger *ledger, str namespace, str name, struct place at)
{
	struct record *r = record_new(ledger, STR("Ingress"), namespace, name, at);
	LIST_PUSH(ledger->arena, &ledger->records, r);
	return r;
}

struct record *ledger_other(struct ledger *ledger, str kind, str namespace, str name, struct place at)
{
	for (size_t i = 0; i < ledger->others.n; i++) {
		struct record *r = ledger->others.item[i];
		if (str_eq(r->kind, kind) && str_eq(r->namespace, namespace) && str_eq(r->name, name))
			return r;
	}
	struct record *r = record_new(ledger, kind, namespace, name, at);
	LIST_PUSH(ledger->arena, &ledger->others, r);
	return r;
}

struct fact *ledger_fact(struct ledger *ledger, struct record *record, str key, str value, struct place at, uint32_t span)
{
	struct fact *f = NEW(ledger->arena, struct fact);
	*f = (struct fact){ .record = record, .key = key, .value = value, .at = at, .span = span };
	if (record)
		LIST_PUSH(ledger->arena, &record->facts, f);
	else
		LIST_PUSH(ledger->arena, &ledger->defaults, f);
	return f;
}

str record_object(struct arena *arena, const struct record *record)
{
	if (record->namespace.n == 0)
		return arena_printf(arena, "%.*s/%.*s", STR_ARG(record->kind), STR_ARG(record->name));
	return arena_printf(arena, "%.*s/%.*s/%.*s", STR_ARG(record->kind), STR_ARG(record->namespace), STR_ARG(record->name));
}

struct diag_site fact_site(struct arena *arena, const struct fact *fact)
{
	str object = fact->record ? record_object(arena, fact->record) : (str){ "", 0 };
	return (struct diag_site){ fact->at, fact->span, object };
}

void fact_worsen(struct fact *fact, enum fact_state state)
{
	if (!fact || state <= fact->state)
		return;
	if (fact->state == FACT_INEFFECTIVE)
		fact->reason = (str){ "", 0 };
	fact->state = state;
}

void fact_lost(struct fact *fact, enum fact_state state, enum loss loss, enum diag_code code, str reason)
{
	if (!fact || state < fact->state || (fact->has_code && state == fact->state && loss <= fact->loss))
		return;
	fact->state = state;
	fact->loss = loss;
	fact->has_code = true;
	fact->code = code;
	fact->reason = reason;
}

void fact_idle(struct fact *fact, str reason)
{
	if (fact && fact->state == FACT_INEFFECTIVE && fact->reason.n == 0)
		fact->reason = reason;
}

void record_state(struct record *record, enum ingress_state state)
{
	if (state > record->state)
		record->state = state;
}

static int compare_records(const void *pa, const void *pb)
{
	const struct record *a = *(struct record *const *)pa, *b = *(struct record *const *)pb;
	int c = str_cmp(a->namespace, b->namespace);
	c = c ? c : str_cmp(a->name, b->name);
	return c ? c : str_cmp(a->kind, b->kind);
}

static int compare_facts(const void *pa, const void *pb)
{
	const struct fact *a = *(struct fact *const *)pa, *b = *(struct fact *const *)pb;
	if (a->at.offset != b->at.offset)
		return a->at.offset < b->at.offset ? -1 : 1;
	return str_cmp(a->key, b->key);
}

static void sort_records(struct record **records, size_t n)
{
	if (n)
		qsort(records, n, sizeof *records, compare_records);
	for (size_t i = 0; i < n; i++) {
		struct record *r = records[i];
		str_list_sort(&r->objects);
		if (r->facts.n)
			qsort(r->facts.item, r->facts.n, sizeof *r->facts.item, compare_facts);
	}
}

void ledger_sort(struct ledger *ledger)
{
	sort_records(ledger->records.item, ledger->records.n);
	sort_records(ledger->others.item, ledger->others.n);
}

struct ledger_counts ledger_count(const struct ledger *ledger, str namespace)
{
	struct ledger_counts c = { 0 };
	for (size_t i = 0; i < ledger->records.n; i++) {
		const struct record *r = ledger->records.item[i];
		if (namespace.n && !str_eq(r->namespace, namespace))
			continue;
		c.ingresses++;
		c.by_state[r->state]++;
		for (size_t j = 0; j < r->facts.n; j++)
			c.facts[r->facts.item[j]->state]++;
	}
	return c;
}
