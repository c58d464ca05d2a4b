/* SPDX-License-Identifier: Apache-2.0 */
/* A cookie that keeps a client on its endpoint, as sessionPersistence of a rule: see delivery.h. */
#include "targets/delivery.h"

#include "mapping/conversion.h"
#include "targets/conditions.h"
#include "targets/losses.h"
#include "targets/versions.h"

static const str ROUTE = STR_INIT("HTTPRoute");

static bool is_token(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alnum(s.p[i]) && !str_has_char(STR("!#$%&'*+-.^_`|~"), s.p[i]))
			return false;
	return s.n > 0 && s.n <= 128;
}

static void write_name(struct lowering *lw, const struct affinity_fields *f, bool newer, struct draft *d)
{
	struct session_persistence *s = &d->rule.session;
	if (!f->name_fact)
		return;
	if (!is_token(f->name)) {
		lose_other(lw, f->name_fact, LOSS_BEHAVIOUR);
		return;
	}
	*(newer ? &s->cookie_name : &s->name) = f->name;
	delivery_mark(lw, d, f->name_fact, newer ? STR("/sessionPersistence/cookie/name") : STR("/sessionPersistence/sessionName"));
}

static void write_lifetime(struct lowering *lw, const struct affinity_fields *f, bool newer, struct draft *d)
{
	struct session_persistence *s = &d->rule.session;
	if (!f->lifetime_fact)
		return;
	if (f->lifetime <= 0 || !duration_write(lw->arena, f->lifetime, &s->absolute)) {
		lose_other(lw, f->lifetime_fact, LOSS_BEHAVIOUR);
		return;
	}
	*(newer ? &s->cookie_lifetime : &s->lifetime) = STR("Permanent");
	delivery_mark(lw, d, f->lifetime_fact, STR("/sessionPersistence/absoluteTimeout"));
}

/* The rule of 1.1 about lifetimes looks into cookieConfig without asking whether it is there. */
static void fill_lifetime(const struct lowering *lw, struct session_persistence *s)
{
	if (lw->version.minor < 2 && s->lifetime.n == 0)
		s->lifetime = STR("Session");
}

/* Until 1.6 the path followed from the match of the rule, as it does in the source from the path of the Ingress. */
static void write_path(struct lowering *lw, const struct affinity_fields *f, bool newer, struct draft *d)
{
	enum { LONGEST = 1024 };
	if (!newer) {
		if (f->path_fact)
			lose_other(lw, f->path_fact, LOSS_BEHAVIOUR);
		return;
	}
	d->rule.session.cookie_path = f->path_regex || f->path.n > LONGEST ? STR("/") : f->path;
	delivery_mark(lw, d, f->path_fact, STR("/sessionPersistence/cookie/path"));
}

static void say_expression(struct lowering *lw, const struct rule_place *at)
{
	static const struct loss_text TEXT = {
		.code = DIAG_AFFINITY_DIFFERS, .loss = LOSS_BEHAVIOUR,
		.message = STR_INIT("a cookie of affinity has the text of an expression as its path today, and no browser sends it back"),
		.effect = STR_INIT("browsers are kept on their endpoint from now on, as was meant"),
		.help = STR_INIT("nothing; at the source session-cookie-path \"/\" would have done the same"),
	};
	differ(lw, at->route, &(struct fact_list){ 0 }, &TEXT);
}

/* A canary by headers or cookies, or one by weights as well. */
static bool has_canary(const struct route *r, bool weights)
{
	size_t plain = 0;
	for (size_t i = 0; i < r->cases.n; i++) {
		if (case_has_condition(&r->cases.item[i]))
			return true;
		plain += r->cases.item[i].sticky.n == 0;
	}
	return weights && plain > 1;
}

static void say_canary(struct lowering *lw, const struct rule_place *at, const struct affinity_fields *f, bool newer)
{
	struct loss_text text = {
		.code = DIAG_AFFINITY_DIFFERS, .loss = LOSS_BEHAVIOUR,
		.message = STR("a canary and affinity go together in another way"),
		.effect = newer ? STR("weights and headers of the canary decide anew for each request; the controller keeps a client on its side")
			: STR("headers of the canary decide before the cookie; the controller keeps a client on its side"),
		.help = STR("let the canary decide by a header that its clients always send, or try the split on the implementation"),
	};
	if (f->legacy)
		lose_other(lw, f->legacy, LOSS_BEHAVIOUR);
	if (!has_canary(at->route, newer))
		return;
	differ(lw, at->route, &(struct fact_list){ 0 }, &text);
}

void delivery_affinity(struct lowering *lw, const struct rule_place *at, const struct step *step, struct draft *d)
{
	static const str FIELD = STR_INIT("spec.rules[].sessionPersistence");
	const struct affinity_fields *f = &step->as.affinity;
	bool newer = version_has(lw, ROUTE, STR("spec.rules[].sessionPersistence.cookie"));
	if (!version_has(lw, ROUTE, FIELD)) {
		lose_by_version(lw, step, version_lacks(lw, ROUTE, FIELD, STR("the field sessionPersistence of a rule")), version_ways(lw, ROUTE, FIELD),
			STR("requests of one client go to different endpoints"));
		return;
	}
	if (f->lifetime < 0) {
		struct loss_text text = {
			.code = DIAG_AFFINITY_DIFFERS, .loss = LOSS_COSMETIC,
			.message = STR("affinity is not carried over: browsers throw its cookie away at once"),
			.effect = STR("none: no client is kept on an endpoint today either"),
			.help = STR("give session-cookie-max-age a number of seconds above zero if clients are to be kept"),
		};
		lose(lw, at->route, &step->facts, &text);
		return;
	}
	d->rule.session.type = STR("Cookie");
	write_name(lw, f, newer, d);
	write_lifetime(lw, f, newer, d);
	fill_lifetime(lw, &d->rule.session);
	write_path(lw, f, newer, d);
	for (size_t i = 0; i < f->more.n; i++)
		lose_other(lw, f->more.item[i], LOSS_BEHAVIOUR);
	if (f->path_regex)
		say_expression(lw, at);
	say_canary(lw, at, f, newer);
	if (!lw->open)
		fact_idle(f->persistent, STR("a Gateway keeps a client on its endpoint as long as that lives"));
	delivery_mark(lw, d, step->facts.item[0], STR("/sessionPersistence"));
}
