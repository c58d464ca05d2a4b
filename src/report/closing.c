/* SPDX-License-Identifier: Apache-2.0 */
/* The lines at the end of the text report: see closing.h. */
#include "report/closing.h"

/* What decides about exit code 1, and what the user has accepted of it. */
struct verdict {
	size_t losses, accepted, closed, failed;
};

/* "s", "es" or "ies": what English makes of a kind. */
static void add_plural(struct buf *out, str word)
{
	char last = word.n ? word.p[word.n - 1] : 0, before = word.n > 1 ? word.p[word.n - 2] : 0;
	bool vowel = before == 'a' || before == 'e' || before == 'i' || before == 'o' || before == 'u';
	if (last == 'y' && !vowel) {
		visible_add(out, str_slice(word, 0, word.n - 1));
		buf_add(out, STR("ies"));
	} else {
		visible_add(out, word);
		buf_add(out, last == 's' || last == 'x' || last == 'h' ? STR("es") : STR("s"));
	}
}

static void add_count(struct buf *out, size_t n, str word)
{
	buf_printf(out, "%zu ", n);
	if (n == 1)
		visible_add(out, word);
	else
		add_plural(out, word);
}

static void add_written(struct buf *out, const struct report *report)
{
	if (report->written.n == 0) {
		buf_add(out, report->ledger->records.n || report->ledger->others.n ? STR("  nothing was written\n") : STR("  no Ingress in the input, nothing was written\n"));
		return;
	}
	buf_add(out, STR("  wrote "));
	for (size_t i = 0; i < report->written.n; i++) {
		if (i)
			buf_add(out, STR(", "));
		add_count(out, report->written.item[i].count, report->written.item[i].kind);
	}
	buf_add(out, STR(" for Gateway API "));
	visible_add(out, report->gateway_api);
	buf_add_char(out, ' ');
	visible_add(out, report->channel);
	buf_add_char(out, '\n');
}

/* Facts beside those of the table: of objects of one kind. */
static void add_others_of(struct buf *out, const struct ledger *ledger, str kind, str what)
{
	const str as = kind.n ? STR("") : what;
	size_t all = 0, by_state[FACT_STATE_COUNT] = { 0 };
	for (size_t i = 0; i < ledger->others.n; i++)
		for (size_t j = 0; str_eq(ledger->others.item[i]->counted_as, as) && (kind.n == 0 || str_eq(ledger->others.item[i]->kind, kind)) && j < ledger->others.item[i]->facts.n; j++) {
			by_state[ledger->others.item[i]->facts.item[j]->state]++;
			all++;
		}
	if (all == 0)
		return;
	size_t good = by_state[FACT_TRANSLATED] + by_state[FACT_METADATA], differ = by_state[FACT_DIFFERENT], idle = by_state[FACT_INEFFECTIVE];
	buf_add(out, STR("  besides "));
	add_count(out, all, what);
	buf_printf(out, ": %zu translated, %zu differ, %zu lost, %zu idle\n", good, differ, all - good - differ - idle, idle);
}

static void add_others(struct buf *out, const struct ledger *ledger)
{
	struct str_list named = { 0 };
	for (size_t i = 0; i < ledger->others.n; i++)
		if (ledger->others.item[i]->counted_as.n)
			str_list_add_new(ledger->arena, &named, ledger->others.item[i]->counted_as);
	str_list_sort(&named);
	for (size_t i = 0; i < named.n; i++)
		add_others_of(out, ledger, STR(""), named.item[i]);
	add_others_of(out, ledger, STR("ConfigMap"), STR("TCP or UDP service"));
	add_others_of(out, ledger, STR("Service"), STR("load balancer setting"));
}

/* Losses of the controller's defaults count only where behaviour does. */
static bool is_decisive(const struct diag *diag, enum loss strict)
{
	return diag->loss != LOSS_NONE && diag->loss >= strict && (!diag->from_default || strict <= LOSS_BEHAVIOUR);
}

static struct verdict judge(const struct report *report)
{
	struct verdict v = { 0 };
	for (size_t i = 0; i < report->diags->list.n; i++) {
		const struct diag *diag = report->diags->list.item[i];
		if (is_decisive(diag, report->strict))
			*(diag->accepted ? &v.accepted : &v.losses) += 1;
	}
	for (size_t i = 0; i < report->ledger->records.n; i++) {
		v.closed += report->ledger->records.item[i]->state == INGRESS_CLOSED;
		v.failed += report->ledger->records.item[i]->state == INGRESS_FAILED;
	}
	return v;
}

bool report_has_loss(const struct report *report)
{
	struct verdict v = judge(report);
	return v.losses || v.closed || v.failed;
}

/* "of the kind security", "of the kind routing or a graver one" */
static void add_kind(struct buf *out, enum loss strict)
{
	str name = loss_name(strict);
	buf_printf(out, "of the kind %.*s%s", STR_ARG(name), strict == LOSS_SECURITY ? "" : " or a graver one");
}

static void add_losses(struct buf *out, const struct report *report, const struct verdict *v)
{
	str before = STR("");
	if (v->losses) {
		add_count(out, v->losses, STR("loss"));
		buf_add_char(out, ' ');
		add_kind(out, report->strict);
		before = STR(", ");
	}
	if (v->closed) {
		buf_add(out, before);
		add_count(out, v->closed, STR("Ingress"));
		buf_add(out, STR(" closed"));
		before = STR(", ");
	}
	if (v->failed) {
		buf_add(out, before);
		add_count(out, v->failed, STR("Ingress"));
		buf_add(out, STR(" failed"));
	}
}

static void add_good(struct buf *out, const struct report *report, const struct verdict *v)
{
	buf_add(out, STR("  no loss "));
	add_kind(out, report->strict);
	if (v->accepted)
		buf_printf(out, ", besides %zu that %s accepted", v->accepted, v->accepted == 1 ? "is" : "are");
	buf_add_char(out, '\n');
}

/* A bug has been reported as such. */
static bool has_bug(const struct report *report)
{
	for (size_t i = 0; i < report->diags->list.n; i++)
		if (report->diags->list.item[i]->code == DIAG_INTERNAL)
			return true;
	return false;
}

static str output_reason(const struct report *report)
{
	if (!has_bug(report))
		return STR("output could not be written");
	return report->unwritten ? STR("ing2gw has met a bug of its own, and output could not be written") : STR("ing2gw has met a bug of its own");
}

static str reason(const struct report *report)
{
	switch (report->exit_code) {
	case 1: return STR("");
	case 2: return STR("the command line cannot be used");
	case 3: return STR("a part of the input could not be read, the rest is converted");
	case 4: return STR("the cluster could not be read");
	case 5: return STR("the proof found a difference that is not stated above");
	case 6: return output_reason(report);
	default: return STR("ended early");
	}
}

/* For every code but 0: "exit code 1: 2 losses of the kind routing or a graver one, 1 Ingress closed". */
static void add_bad(struct buf *out, const struct report *report, const struct verdict *v)
{
	str why = reason(report);
	bool losses = v->losses || v->closed || v->failed;
	buf_printf(out, "  exit code %d", report->exit_code);
	if (why.n || losses)
		buf_add(out, STR(": "));
	buf_add(out, why);
	if (why.n && losses)
		buf_add(out, STR("; "));
	if (losses)
		add_losses(out, report, v);
	buf_add_char(out, '\n');
}

/* "with --target envoy-gateway: 17 of 17 converted, 0 closed, 3 of 4 lost settings carried" */
static void add_other(struct buf *out, const struct report *report)
{
	const struct ledger_counts counts = ledger_count(report->ledger, (str){ "", 0 });
	size_t all = counts.by_state[INGRESS_CONVERTED] + counts.by_state[INGRESS_CLOSED], lost = 0;
	for (size_t i = FACT_EXTENSION; i < FACT_STATE_COUNT; i++)
		lost += counts.facts[i];
	if (report->other_target.n == 0)
		return;
	buf_add(out, STR("  with --target "));
	visible_add(out, report->other_target);
	buf_printf(out, ": %zu of %zu converted, %zu closed, %zu of %zu lost %s carried\n", all - report->other_closed, all, report->other_closed,
		report->other_carried, lost, lost == 1 ? "setting" : "settings");
}

static void add_routing(struct buf *out, str lines)
{
	str line;
	while (lines.n) {
		str_cut(lines, '\n', &line, &lines);
		buf_add(out, STR("  "));
		visible_add(out, line);
		buf_add_char(out, '\n');
	}
}

void closing_add(const struct page *page, const struct report *report)
{
	struct buf *out = page->out;
	struct verdict verdict = judge(report);
	add_others(out, report->ledger);
	add_written(out, report);
	if (report->closed_rules)
		buf_printf(out, "  %zu %s closed\n", report->closed_rules, report->closed_rules == 1 ? "rule stands" : "rules stand");
	if (report->other_objects)
		buf_printf(out, "  %zu other %s passed over\n", report->other_objects, report->other_objects == 1 ? "object was" : "objects were");
	add_routing(out, report->routing);
	add_other(out, report);
	if (report->exit_code != 0)
		add_bad(out, report, &verdict);
	else if (report->ledger->records.n || report->ledger->others.n)
		add_good(out, report, &verdict);
}
