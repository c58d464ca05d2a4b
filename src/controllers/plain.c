/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Controllers of which the Ingress API says how they route and a table all else: rows that are worked out act as the feature that they
 * name is described. But for the way to HTTPS protections stand first, so that nothing answers before them. Of rows that are not worked
 * out only the names count.
 */
#include "controllers/server.h"

/* Rows of these act here; the others are guards, or what a Gateway has to be told by its own means. */
static const str PLAIN[] = {
	STR_INIT("redirect.permanent"), STR_INIT("redirect.temporal"), STR_INIT("backend.host"), STR_INIT("timeout.read"), STR_INIT("timeout.send"),
};

/* A row of the feature counts, and none that does is still to be worked out. */
static bool is_worked_out(const struct subject *s, str feature)
{
	bool any = false;
	for (size_t i = 0; i < s->settings.n; i++) {
		const struct setting *at = &s->settings.item[i];
		if (!setting_counts(at) || !str_eq(at->row->feature, feature))
			continue;
		if (at->row->status == ROW_PENDING)
			return false;
		any = true;
	}
	return any;
}

bool plain_acts(const struct subject *s, str feature)
{
	for (size_t i = 0; i < sizeof PLAIN / sizeof *PLAIN; i++)
		if (str_eq(PLAIN[i], feature))
			return is_worked_out(s, feature);
	return false;
}

/* A list with something that is no address is a guard of which nothing more is known. */
static void guard_addresses(struct instance *in, const struct step *step, struct guard *g, bool deny)
{
	struct guard read = { .deny = deny };
	str item, text = step->value;
	size_t items = 0;
	guard_ranges(in->front->arena, step->value, &read);
	while (text.n) {
		str_cut(text, ',', &item, &text);
		items += str_trim(item).n > 0;
	}
	if (items > 0 && items == read.ranges.n)
		*g = read;
}

void plain_guard(struct instance *in, struct subject *s, struct step *step)
{
	struct guard *g = &step->as.guard;
	if (!s || !is_worked_out(s, step->feature))
		return;
	if (str_eq(step->feature, STR("access.allow")) || str_eq(step->feature, STR("access.deny"))) {
		guard_addresses(in, step, g, str_eq(step->feature, STR("access.deny")));
	} else if (str_eq(step->feature, STR("auth.basic"))) {
		struct setting *realm = subject_setting(s, step->feature, STR("realm"));
		g->kind = GUARD_BASIC;
		g->realm = realm ? realm->value.text : (str){ "", 0 };
	}
}

static void body_limit(struct instance *in, struct subject *s, struct route *r)
{
	static const str BODY = STR_INIT("body.size");
	struct setting *max = subject_setting(s, BODY, STR("max"));
	if (!max || !is_worked_out(s, BODY) || max->value.number <= 0)
		return;
	struct step *step = route_step(in->front->arena, r, STEP_BODY, BODY, NULL);
	step->quiet = true;
	step->as.limit = (uint64_t)max->value.number;
}

void plain_steps(struct instance *in, const struct location *l, struct route *r)
{
	struct subject *s = l->subject;
	body_limit(in, s, r);
	features_build(in, l, r);
	if (plain_acts(s, STR("redirect.permanent")) || plain_acts(s, STR("redirect.temporal")))
		steps_redirect(in, s, r);
	if (plain_acts(s, STR("backend.host")))
		steps_upstream_host(in, s, r);
	if (plain_acts(s, STR("timeout.read")) || plain_acts(s, STR("timeout.send")))
		delivery_patience(in, l, r);
}
