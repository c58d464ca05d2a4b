/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of a load balancer as a whole, in policies that are about its Gateway: see policies.h. */
#include "targets/losses.h"
#include "targets/policies.h"

/* A setting by which the controller reads every request; NULL: it has none. */
static const struct step *step_of(const struct lowering *lw, struct fact *fact)
{
	if (!fact)
		return NULL;
	struct step *step = NEW(lw->arena, struct step);
	step->kind = STEP_OTHER;
	step->feature = fact->feature;
	fact_list_add(lw->arena, &step->facts, fact);
	return step;
}

/* Where the client's address comes from; NULL: from the connection. */
static const struct step *client_step(const struct lowering *lw)
{
	return lw->entry ? step_of(lw, lw->entry->http.address_fact) : NULL;
}

/* What is said of a Gateway that exists would be about routes of others as well. */
static bool says_of_gateway(const struct lowering *lw, const struct step *step)
{
	const struct target_row *row = policy_row(lw, step);
	const struct policy_kind *kind = row ? target_policy(lw->target, row->policy) : NULL;
	return kind && !(kind->attaches == ATTACH_GATEWAY && lw->gateway_exists) && policy_says(lw, step);
}

bool clients_are_hidden(const struct lowering *lw)
{
	const struct step *step = client_step(lw);
	return step && !says_of_gateway(lw, step);
}

str clients_hidden_why(const struct lowering *lw)
{
	return lw->gateway_exists ? STR("what the Gateway that exists takes for a client's address is not known, and is the same for all its routes")
		: STR("it cannot be told which header has the client's address, from these proxies");
}

bool setting_is_said(const struct lowering *lw, str feature)
{
	const struct fact_list *settings = &lw->entry->http.settings;
	for (size_t i = 0; i < settings->n; i++)
		if (str_eq(settings->item[i]->feature, feature))
			return says_of_gateway(lw, step_of(lw, settings->item[i]));
	return false;
}

static void say_entry(struct lowering *lw, const struct step *step, const struct target_row *row)
{
	struct fact *fact = step->facts.item[0];
	struct place at = fact->at;
	if (lw->open || row->differs.n == 0)
		return;
	struct diag *d = diag_addf(lw->diags, DIAG_POLICY_DIFFERS, (struct diag_site){ at, 1, { "", 0 } },
		"%.*s is said as %.*s, with a difference", STR_ARG(step_name(lw, step)), STR_ARG(row->policy));
	d->level = DIAG_WARNING;
	d->loss = LOSS_BEHAVIOUR;
	d->from_default = true;
	d->effect = row->differs;
	d->help = row->todo;
	fact_lost(fact, FACT_DIFFERENT, LOSS_BEHAVIOUR, DIAG_POLICY_DIFFERS, d->message);
}

static struct rule_policy *policy_of(struct lowering *lw, struct entry_part *out, const struct policy_kind *kind)
{
	for (size_t i = 0; i < out->policies.n; i++)
		if (out->policies.item[i].kind == kind)
			return &out->policies.item[i];
	LIST_PUSH(lw->arena, &out->policies, (struct rule_policy){ .kind = kind });
	return &out->policies.item[out->policies.n - 1];
}

static void add(struct lowering *lw, const struct step *step, struct entry_part *out)
{
	const struct target_row *row = policy_row(lw, step);
	struct rule_policy *policy = policy_of(lw, out, target_policy(lw->target, row->policy));
	struct template_places places = { 0 };
	struct mark_list marks = { 0 };
	struct said said;
	(void)said_of(lw, NULL, step, &said);
	struct node *spec = template_fill(lw->arena, row->said, &said.values, &places);
	/* what is a constant as a whole has no place of its own */
	LIST_PUSH(lw->arena, &marks, ((struct mark){ step->facts.item[0], places.n ? places.item[0].at : STR("/headers") }));
	policy_merge(lw, policy, spec, &marks);
	LIST_PUSH(lw->arena, &policy->words, ((struct policy_word){ row->feature, said.values }));
	LIST_PUSH(lw->arena, &policy->marks, marks.item[0]);
	say_entry(lw, step, row);
}

void policies_of_entry(struct lowering *lw, struct entry_part *out)
{
	const struct http_rules *http = &lw->entry->http;
	const struct step *client = client_step(lw);
	if (client && policy_row(lw, client) && !says_of_gateway(lw, client)) {
		fact_lost(client->facts.item[0], FACT_INEXPRESSIBLE, LOSS_BEHAVIOUR, DIAG_DEFAULTS_LOST, clients_hidden_why(lw));
	} else if (client && policy_row(lw, client)) {
		add(lw, client, out);
		out->proxy_protocol = http->proxy_protocol;
	}
	for (size_t i = 0; i < http->settings.n; i++) {
		const struct step *step = step_of(lw, http->settings.item[i]);
		if (says_of_gateway(lw, step))
			add(lw, step, out);
	}
}
