/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Features that only the tables know, as guards or as losses: of a location, of a whole host, of a canary's upstream
 * (reference: ingress-nginx A.3, A.5, A.10).
 */
#include "controllers/snippet.h"

/*
 * Features with a meaning of their own in steps.c, routes.c, canary.c, passthrough.c, backends.c, headers.c, delivery.c; the others are
 * only guards or losses.
 */
static bool is_special(str feature)
{
	static const str SPECIAL[] = {
		STR_INIT("route.match"), STR_INIT("route.rewrite"), STR_INIT("route.alias"), STR_INIT("route.canary"),
		STR_INIT("redirect.https"), STR_INIT("redirect.permanent"), STR_INIT("redirect.temporal"),
		STR_INIT("redirect.app-root"), STR_INIT("redirect.www"), STR_INIT("cors"), STR_INIT("backend.host"),
		STR_INIT("redirect.relative"), STR_INIT("auth.satisfy"), STR_INIT("snippet.location"), STR_INIT("snippet.server"),
		STR_INIT("headers.prefix"), STR_INIT("headers.connection"), STR_INIT("retry"), STR_INIT("mirror"), STR_INIT("affinity.cookie"),
		STR_INIT("timeout.read"), STR_INIT("timeout.send"),
		STR_INIT("tls.passthrough"), STR_INIT("backend.protocol"), STR_INIT("backend.tls"), STR_INIT("backend.fastcgi"),
	};
	for (size_t i = 0; i < sizeof SPECIAL / sizeof *SPECIAL; i++)
		if (str_eq(SPECIAL[i], feature))
			return true;
	return false;
}

bool setting_is_usual(const struct instance *in, const struct setting *s)
{
	str d = controller_default(in->controller, s->row->feature, s->row->field);
	if (str_eq(s->row->type, STR("bool")) || str_eq(s->row->type, STR("switch")))
		return s->value.truth == (controller_default_flag(in->controller, s->row->feature, s->row->field) || str_eq(d, STR("on")));
	if (d.n == 0)
		return false;
	struct value v;
	str why;
	if (value_parse(in->front->arena, s->row, d, &v, &why) && v.number != 0)
		return v.number == s->value.number;
	return str_eq_nocase(str_trim(s->value.text), d);
}

static void say_absent(struct instance *in, const struct feature *f, const struct setting *at)
{
	struct diag *d = diag_addf(in->front->diags, DIAG_PROTECTION_ABSENT, fact_site(in->front->arena, at->fact),
		"%.*s was meant and is not in force: %.*s alone does nothing", STR_ARG(f->name), STR_ARG(at->fact->key));
	d->effect = STR("requests pass without that check today, and will in the Gateway");
	d->help = STR("if the protection is wanted, complete it at the source first, then convert again");
	at->fact->has_code = true;
	at->fact->code = DIAG_PROTECTION_ABSENT;
}

static bool is_off_switch(const struct setting *at)
{
	return str_eq(at->row->type, STR("bool")) && !at->value.truth;
}

/* Whether the controller's own settings put the feature in force where an Ingress says nothing. */
static bool is_on_by_default(const struct instance *in, const struct feature *f)
{
	for (size_t i = 0; i < in->controller->table->defaults.n; i++) {
		const struct default_row *row = &in->controller->table->defaults.item[i];
		if (str_eq(row->feature, f->name) && (f->needs.n == 0 || str_list_has(&f->needs, row->field)) &&
			!value_is_off(controller_default(in->controller, f->name, row->field)))
			return true;
	}
	return false;
}

/* Settings of a feature that is not in force; one that switches off what is on by default decides for the route. */
static void idle_feature(struct instance *in, struct subject *s, const struct feature *f, struct route *r)
{
	bool decides = is_on_by_default(in, f);
	bool switched_off = false;
	for (size_t i = 0; i < s->settings.n; i++)
		switched_off = switched_off || (setting_counts(&s->settings.item[i]) && str_eq(s->settings.item[i].row->feature, f->name) &&
			str_list_has(&f->needs, s->settings.item[i].row->field) && is_off_switch(&s->settings.item[i]));
	for (size_t i = 0; i < s->settings.n; i++) {
		struct setting *at = &s->settings.item[i];
		if (!setting_counts(at) || !str_eq(at->row->feature, f->name))
			continue;
		if (is_off_switch(at) && (decides || f->loss == LOSS_SECURITY)) {
			fact_list_add(in->front->arena, &r->facts, at->fact);
			continue;
		}
		if (f->loss == LOSS_SECURITY && !is_off_switch(at) && !switched_off)
			say_absent(in, f, at);
		fact_idle(at->fact, switched_off || is_off_switch(at) ? STR("it is switched off") : STR("what switches it on is absent"));
	}
}

/* What a client over a limit gets. */
static uint32_t limit_status(const struct instance *in, str feature)
{
	bool connections = str_eq(feature, STR("rate.connections"));
	uint64_t status = 0;
	str text = controller_config_value(in->controller, connections ? STR("limit-conn-status-code") : STR("limit-req-status-code"));
	return in->nginx && str_to_u64(str_trim(text), 599, &status) && status >= 400 ? (uint32_t)status : 503;
}

static void use_feature(struct instance *in, struct subject *s, const struct feature *f, struct route *r)
{
	struct fact_list facts = { 0 };
	str value = { "", 0 };
	bool guard = f->loss == LOSS_SECURITY;
	for (size_t i = 0; i < s->settings.n; i++) {
		struct setting *at = &s->settings.item[i];
		if (!setting_counts(at) || !str_eq(at->row->feature, f->name) || at->said)
			continue;
		if (!guard && setting_is_usual(in, at)) {
			fact_list_add(in->front->arena, &r->usual, at->fact);
			continue;
		}
		if (value.n == 0)
			value = at->value.text;
		fact_list_add(in->front->arena, &facts, at->fact);
	}
	if (facts.n == 0)
		return;
	struct step *step = route_step(in->front->arena, r, guard ? STEP_GUARD : STEP_OTHER, f->name, NULL);
	step->facts = facts;
	step->value = value;
	step->gate = f->scope == SCOPE_ZONE;
	if (step->gate)
		step->status = limit_status(in, f->name);
	if (guard)
		guard_fill(in, s, step);
}

static bool has_settings(const struct subject *s, str feature)
{
	for (size_t i = 0; i < s->settings.n; i++)
		if (setting_counts(&s->settings.item[i]) && str_eq(s->settings.item[i].row->feature, feature))
			return true;
	return false;
}

/* A protection that the controller's own settings put before every location. */
static bool guard_by_default(struct instance *in, struct subject *s, const struct feature *f, struct route *r)
{
	bool any = false;
	if (f->loss != LOSS_SECURITY)
		return false;
	for (size_t i = 0; i < in->controller->table->defaults.n; i++) {
		const struct default_row *row = &in->controller->table->defaults.item[i];
		if (!str_eq(row->feature, f->name) || (f->needs.n && !str_list_has(&f->needs, row->field)))
			continue;
		str v = controller_default(in->controller, f->name, row->field);
		/* a snippet of an Ingress stands beside that of the controller */
		struct setting *own = str_starts(f->name, STR("snippet.")) ? NULL : subject_setting(s, f->name, row->field);
		struct setting *off = subject_setting(s, f->name, STR("enabled"));
		if (value_is_off(v) || own || (off && !off->value.truth))
			continue;
		struct step *step = route_step(in->front->arena, r, STEP_GUARD, f->name, controller_default_fact(in->controller, f->name));
		step->value = v;
		guard_fill(in, s, step);
		any = true;
	}
	return any;
}

bool location_is_exempt(const struct instance *in, const struct location *l, str key)
{
	str list = controller_config_value(in->controller, key), item;
	if (list.n == 0)
		list = STR("/.well-known/acme-challenge");
	while (in->nginx && list.n) {
		str_cut(list, ',', &item, &list);
		item = str_trim(item);
		if (item.n && str_starts(l->path, item))
			return true;
	}
	return false;
}

static bool skips_guard(const struct instance *in, const struct location *l, str feature)
{
	static const str ASKING[] = { STR_INIT("auth.basic"), STR_INIT("auth.external"), STR_INIT("auth.global") };
	for (size_t i = 0; i < sizeof ASKING / sizeof *ASKING; i++)
		if (str_eq(feature, ASKING[i]) && location_is_exempt(in, l, STR("no-auth-locations")))
			return true;
	/* a service of its own is asked in place of the one for all */
	return str_eq(feature, STR("auth.global")) && subject_setting(l->subject, STR("auth.external"), STR("url"));
}

/*
 * Of other controllers than ingress-nginx only names of protections are known, not which of them need each other: any that is not
 * switched off counts.
 */
static bool is_in_force(const struct instance *in, struct subject *s, const struct feature *f)
{
	if (in->nginx || f->loss != LOSS_SECURITY)
		return subject_feature_on(s, f) || f->needs.n == 0;
	for (size_t i = 0; i < s->settings.n; i++)
		if (setting_counts(&s->settings.item[i]) && str_eq(s->settings.item[i].row->feature, f->name) && !is_off_switch(&s->settings.item[i]))
			return true;
	return false;
}

/* Why a feature has no effect at a location, whatever its settings say; empty where it may have one. */
static str hindrance(const struct instance *in, const struct location *l, const struct feature *f)
{
	/* since nginx 1.25, which came with release 1.10 */
	if (in->nginx && str_eq(f->name, STR("http2.push")) && !controller_is_before(in->controller, 1010))
		return STR("the nginx of this release pushes nothing");
	/* how the endpoints of a Service port are used is decided once for all that name it (reference: A.4) */
	if (in->nginx && f->scope == SCOPE_BACKEND && l->upstream && l->upstream->creator && l->upstream->creator != l->subject)
		return STR("an older Ingress with the same Service port decides");
	return STR("");
}

static void idle_hindered(struct subject *s, const struct feature *f, str why)
{
	for (size_t i = 0; i < s->settings.n; i++)
		if (setting_counts(&s->settings.item[i]) && str_eq(s->settings.item[i].row->feature, f->name))
			fact_idle(s->settings.item[i].fact, why);
}

static bool belongs_to_tables(const struct instance *in, const struct subject *s, const struct feature *f)
{
	if (in->nginx)
		return !is_special(f->name) && f->scope != SCOPE_HOST;
	return !str_eq(f->name, STR("redirect.https")) && !plain_acts(s, f->name);
}

/* Protections of the Ingress that has lost the path by an assumption alone, where the winner has none of the kind. */
static void guard_for_rival(struct instance *in, const struct location *l, struct route *r)
{
	const struct mapping *m = in->front->mapping;
	for (size_t i = 0; i < m->features.n; i++) {
		const struct feature *f = &m->features.item[i];
		if (f->loss == LOSS_SECURITY && belongs_to_tables(in, l->rival, f) && has_settings(l->rival, f->name) && is_in_force(in, l->rival, f) &&
			!(has_settings(l->subject, f->name) && is_in_force(in, l->subject, f)))
			use_feature(in, l->rival, f, r);
	}
}

/* The list of exempt addresses is one for requests and for connections, whichever of them is limited. */
static void exempt_connections(struct instance *in, struct subject *s, struct route *r)
{
	struct setting *exempt = subject_setting(s, STR("rate.requests"), STR("exempt"));
	for (size_t i = 0; exempt && i < r->steps.n; i++)
		if (str_eq(r->steps.item[i]->feature, STR("rate.connections")))
			fact_list_add(in->front->arena, &r->steps.item[i]->facts, exempt->fact);
}

/* Limits stand before all checks (reference: A.10). */
static void build_features(struct instance *in, const struct location *l, struct route *r, bool limits)
{
	const struct mapping *m = in->front->mapping;
	for (size_t i = 0; i < m->features.n; i++) {
		const struct feature *f = &m->features.item[i];
		if (limits != (f->scope == SCOPE_ZONE))
			continue;
		/* most features are of no concern to most locations */
		bool set = has_settings(l->subject, f->name);
		if ((!set && f->loss != LOSS_SECURITY) || !belongs_to_tables(in, l->subject, f) || skips_guard(in, l, f->name))
			continue;
		bool by_default = guard_by_default(in, l->subject, f, r);
		if (!set)
			continue;
		str why = hindrance(in, l, f);
		if (why.n)
			idle_hindered(l->subject, f, why);
		else if (is_in_force(in, l->subject, f))
			use_feature(in, l->subject, f, r);
		else if (!by_default)
			idle_feature(in, l->subject, f, r);
	}
}

void features_build(struct instance *in, const struct location *l, struct route *r)
{
	build_features(in, l, r, true);
	build_features(in, l, r, false);
	exempt_connections(in, l->subject, r);
	if (l->rival)
		guard_for_rival(in, l, r);
}

/* "satisfy" says how several checks go together; beside fewer than two it says nothing. */
void features_satisfy(struct instance *in, struct subject *s, struct route *r)
{
	struct setting *policy = subject_setting(s, STR("auth.satisfy"), STR("policy"));
	if (!policy)
		return;
	struct step *first = NULL;
	for (size_t i = 0; i < r->steps.n && !first; i++)
		if (r->steps.item[i]->kind == STEP_GUARD)
			first = r->steps.item[i];
	if (first)
		fact_list_add(in->front->arena, &first->facts, policy->fact);
	else
		fact_idle(policy->fact, STR("there is no check that it could speak of"));
}

/* Of a canary, what concerns its upstream is in force for the requests that go there. */
void steps_canary(struct instance *in, struct subject *s, struct route *r)
{
	const struct mapping *m = in->front->mapping;
	for (size_t i = 0; i < m->features.n; i++) {
		const struct feature *f = &m->features.item[i];
		if (f->scope == SCOPE_BACKEND && !is_special(f->name) && has_settings(s, f->name) &&
			(f->needs.n == 0 || subject_feature_on(s, f)))
			use_feature(in, s, f, r);
	}
}

/* ---- whole hosts ---- */

/* A refused value that concerns the whole host: it answers 403 (reference: A.3, A.10). */
static bool refuse_host(struct instance *in, struct server *server, struct route *r)
{
	for (size_t i = 0; i < server->subjects.n; i++) {
		struct subject *s = server->subjects.item[i];
		if (!s->denied_host)
			continue;
		struct step *step = route_step(in->front->arena, r, STEP_STATUS, s->denied_fact->feature, s->denied_fact);
		step->status = 403;
		step->value = s->denied_why;
		return true;
	}
	return false;
}

void steps_host(struct instance *in, struct server *server, struct route *r)
{
	const struct mapping *m = in->front->mapping;
	if (!in->nginx)
		return;
	guards_of_server(in, r);
	if (refuse_host(in, server, r))
		return;
	snippets_of_host(in, server, r);
	for (size_t i = 0; i < m->features.n; i++) {
		const struct feature *f = &m->features.item[i];
		struct subject *user = NULL;
		if (f->scope != SCOPE_HOST || is_special(f->name))
			continue;
		for (size_t j = 0; j < server->subjects.n; j++) {
			struct subject *s = server->subjects.item[j];
			if (!has_settings(s, f->name) || s == user)
				continue;
			if (user)
				for (size_t k = 0; k < s->settings.n; k++)
					fact_idle(str_eq(s->settings.item[k].row->feature, f->name) ? s->settings.item[k].fact : NULL,
						STR("an older Ingress of the host has said it already"));
			else if (!subject_feature_on(s, f) && f->needs.n)
				idle_feature(in, s, f, r);
			else
				use_feature(in, user = s, f, r);
		}
	}
}
