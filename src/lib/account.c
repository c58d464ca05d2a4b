/* SPDX-License-Identifier: Apache-2.0 */
/* The last look at the ledger: see account.h. */
#include "lib/account.h"

static str idle_reason(const struct fact *fact)
{
	static const struct { str part, reason; } REASONS[] = {
		{ STR_INIT(".backend."), STR_INIT("no request reaches this backend: another path is served, or the answer comes before") },
		{ STR_INIT("defaultBackend"), STR_INIT("no request is left for it") },
		{ STR_INIT("spec.backend"), STR_INIT("no request is left for it") },
		{ STR_INIT("spec.tls"), STR_INIT("no host of the Ingress is served with it") },
		{ STR_INIT(".pathType"), STR_INIT("the path is not served, or means the same with any type") },
		{ STR_INIT("spec.rules"), STR_INIT("nothing is served for it") },
		{ STR_INIT("ingressClassName"), STR_INIT("the Gateway has its name from the options, or nothing is served") },
		{ STR_INIT("kubernetes.io/ingress.class"), STR_INIT("the Gateway has its name from the options, or nothing is served") },
	};
	for (size_t i = 0; i < sizeof REASONS / sizeof *REASONS; i++)
		if (str_has(fact->key, REASONS[i].part))
			return REASONS[i].reason;
	return STR("nothing that is served depends on it");
}

static str state_reason(enum ingress_state state)
{
	switch (state) {
	case INGRESS_SKIPPED:
		return STR("the Ingress is skipped");
	case INGRESS_INACTIVE:
		return STR("the controller does not serve the Ingress");
	case INGRESS_FAILED:
		return STR("nothing could be made of the Ingress");
	case INGRESS_CONVERTED:
	case INGRESS_CLOSED:
	case INGRESS_STATE_COUNT:
		break;
	}
	return (str){ "", 0 };
}

/* Annotations that the controller knows and that do nothing: worth a line each, because somebody meant something by them. */
static void say_idle(struct diags *diags, const struct fact *fact)
{
	if (fact->feature.n == 0 || fact->has_code)
		return;
	struct diag *d = diag_addf(diags, DIAG_WITHOUT_EFFECT, fact_site(diags->arena, fact), "%.*s has no effect: %.*s", STR_ARG(fact->key),
		STR_ARG(fact->reason));
	d->effect = STR("none, before and after");
}

static bool has_lost_routing(const struct record *record)
{
	for (size_t i = 0; i < record->facts.n; i++) {
		const struct fact *f = record->facts.item[i];
		if (f->has_code && f->loss >= LOSS_ROUTING && f->state >= FACT_EXTENSION)
			return true;
	}
	return false;
}

/* A Gateway alone, which its class asked for, serves nothing of it. */
static bool serves_something(const struct record *record)
{
	for (size_t i = 0; i < record->objects.n; i++)
		if (!str_starts(record->objects.item[i], STR("Gateway/")))
			return true;
	return false;
}

/* Converted, and nothing came of it: either it could not be said, or there was nothing to say. */
static void judge_empty(struct record *record, struct diags *diags)
{
	if (record->state != INGRESS_CONVERTED || serves_something(record))
		return;
	if (has_lost_routing(record)) {
		record_state(record, INGRESS_FAILED);
		return;
	}
	struct diag_site site = { record->at, 1, record_object(diags->arena, record) };
	struct diag *d = diag_add(diags, DIAG_INACTIVE, site, STR("inactive: the controller serves none of its paths"));
	d->effect = STR("none: nothing is served for it today, and nothing is printed");
	d->help = STR("delete it, or look at the other messages about it");
	record_state(record, INGRESS_INACTIVE);
}

static void close_facts(struct record *record, struct diags *diags)
{
	str why = state_reason(record->state);
	for (size_t i = 0; i < record->facts.n; i++) {
		struct fact *f = record->facts.item[i];
		if (f->state != FACT_INEFFECTIVE)
			continue;
		bool said = f->reason.n > 0;
		fact_idle(f, why.n ? why : idle_reason(f));
		if (said && why.n == 0)
			say_idle(diags, f);
	}
}

void account_close(struct ledger *ledger, struct diags *diags)
{
	for (size_t i = 0; i < ledger->records.n; i++) {
		judge_empty(ledger->records.item[i], diags);
		close_facts(ledger->records.item[i], diags);
	}
	for (size_t i = 0; i < ledger->others.n; i++)
		close_facts(ledger->others.item[i], diags);
	for (size_t i = 0; i < ledger->defaults.n; i++)
		fact_idle(ledger->defaults.item[i], STR("no route depends on it, or a Gateway does the same by itself"));
}
