/* SPDX-License-Identifier: Apache-2.0 */
/* What the controller does by default, and the target does not. */
#include "targets/losses.h"
#include "targets/lower.h"

void lower_defaults(struct lowering *lw)
{
	size_t lost = 0;
	struct str_list names = { 0 };
	enum loss worst = LOSS_NONE;
	for (size_t i = 0; i < lw->ledger->defaults.n; i++) {
		struct fact *fact = lw->ledger->defaults.item[i];
		const struct target_row *row = target_feature(lw->target, fact->feature);
		const struct feature *feature = mapping_feature(lw->mapping, fact->feature);
		/* a row that says what is lost without it, or has a template, is about a field that is printed for annotations alone */
		bool said = row && !str_eq(row->how, STR("none")) && row->without.n == 0 && !row->said;
		if (fact->places.n || fact->state != FACT_INEFFECTIVE || fact->reason.n || !row || !feature || said)
			continue;
		enum loss loss = feature->loss == LOSS_SECURITY ? LOSS_BEHAVIOUR : feature->loss;
		fact_lost(fact, FACT_INEXPRESSIBLE, loss, DIAG_DEFAULTS_LOST,
			arena_printf(lw->arena, "%.*s has no expression for it", STR_ARG(target_words(lw))));
		worst = loss > worst ? loss : worst;
		str_list_add_new(lw->arena, &names, fact->feature);
		lost++;
	}
	if (!lost || (lw->ledger->records.n == 0 && lw->ledger->others.n == 0))
		return;
	str_list_sort(&names);
	struct diag *d = diag_addf(lw->diags, DIAG_DEFAULTS_LOST, (struct diag_site){ { 0, 0 }, 1, { "", 0 } },
		"%zu settings that the controller has by default are not carried over", lost);
	d->from_default = true;
	d->loss = worst > LOSS_AVAILABILITY ? LOSS_AVAILABILITY : worst;
	d->effect = arena_printf(lw->arena, "the implementation's own defaults are in force for %.*s",
		STR_ARG(str_list_join(lw->arena, &names, STR(", "))));
	d->help = STR("ing2gw explain FEATURE says what each is, and who has an expression for it");
}
