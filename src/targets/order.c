/* SPDX-License-Identifier: Apache-2.0 */
/* See order.h. */
#include "targets/order.h"

#include "targets/versions.h"

static size_t turn_of(const struct str_list *steps, str feature)
{
	size_t i = 0;
	while (i < steps->n && !str_eq(steps->item[i], feature))
		i++;
	return i;
}

static bool asks(const struct lowering *lw, const struct step *step)
{
	return (step->kind == STEP_GUARD || step->kind == STEP_BODY || step->gate) && policy_says(lw, step);
}

/* Preflights are answered before everything else. */
static bool is_in_order(const struct lowering *lw, const struct route *route, const struct str_list *steps)
{
	size_t last = 0;
	bool asked = false;
	for (size_t i = 0; i < route->steps.n; i++) {
		const struct step *step = route->steps.item[i];
		if (step->kind == STEP_CORS && asked)
			return false;
		if (!asks(lw, step))
			continue;
		size_t turn = turn_of(steps, step->feature);
		if (turn == steps->n || (asked && turn < last))
			return false;
		last = turn;
		asked = true;
	}
	return true;
}

static bool can_be_told(const struct lowering *lw)
{
	return lw->target->order.row.said && !lw->gateway_exists && version_has(lw, STR("Gateway"), STR("spec.infrastructure.parametersRef"));
}

void order_decide(struct lowering *lw, const struct entry *entry)
{
	size_t usual = 0, other = 0;
	lw->ordered = false;
	for (size_t i = 0; can_be_told(lw) && i < entry->hosts.n; i++)
		for (size_t k = 0; k < entry->hosts.item[i]->routes.n; k++) {
			const struct route *route = entry->hosts.item[i]->routes.item[k];
			usual += is_in_order(lw, route, &lw->target->steps);
			other += is_in_order(lw, route, &lw->target->order.steps);
		}
	lw->ordered = other > usual;
}

bool order_is_kept(const struct lowering *lw, const struct route *route)
{
	return is_in_order(lw, route, lw->ordered ? &lw->target->order.steps : &lw->target->steps);
}

void order_add(struct lowering *lw, struct entry_part *out)
{
	const struct target_row *row = &lw->target->order.row;
	const struct template_values none = { 0 };
	struct rule_policy policy = { .kind = target_policy(lw->target, row->policy) };
	if (!lw->ordered)
		return;
	policy.spec = template_fill(lw->arena, row->said, &none, NULL);
	LIST_PUSH(lw->arena, &out->policies, policy);
}
