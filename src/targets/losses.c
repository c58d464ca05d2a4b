/* SPDX-License-Identifier: Apache-2.0 */
/* Losses as diagnostics and as states of facts: see losses.h. */
#include "targets/losses.h"
#include "targets/rules.h"
#include "targets/policies.h"
#include "targets/stated.h"
#include "targets/versions.h"

str target_words(const struct lowering *lw)
{
	return str_eq(lw->target->name, STR("standard")) ? STR("the standard") : lw->target->title;
}

static str without(const struct lowering *lw, const char *more)
{
	return arena_printf(lw->arena, "%.*s has no expression for it%s", STR_ARG(target_words(lw)), more);
}

static str unsaid(const struct lowering *lw)
{
	return arena_printf(lw->arena, "cannot be said by %.*s", STR_ARG(target_words(lw)));
}

bool loss_is_accepted(const struct lowering *lw, str feature)
{
	return lw->open || (feature.n && str_list_has(lw->accept, feature));
}

bool guard_is_met(const struct lowering *lw, const struct step *step)
{
	if (step->annotation)
		return !lw->gateway_exists && version_has(lw, STR("Gateway"), STR("spec.infrastructure.annotations"));
	return lw->clients_asked && str_eq(step->feature, STR("auth.client-certificate"));
}

bool guard_is_lost(const struct lowering *lw, const struct step *step)
{
	return step->kind == STEP_GUARD && !step->quiet && !guard_is_met(lw, step) && !loss_is_accepted(lw, step->feature) &&
		!policy_says(lw, step);
}

bool balancer_is_lost(const struct lowering *lw)
{
	const struct balancer *b = lw->entry ? lw->entry->balancer : NULL;
	for (size_t i = 0; b && i < b->guards.n; i++)
		if (guard_is_lost(lw, b->guards.item[i]))
			return true;
	return false;
}

bool route_is_closed(const struct lowering *lw, const struct route *route, enum side side)
{
	if (balancer_is_lost(lw))
		return true;
	for (size_t i = 0; i < route->steps.n; i++) {
		const struct step *s = route->steps.item[i];
		if (!step_is_said(s, side))
			continue;
		if (guard_is_lost(lw, s))
			return true;
		if (s->kind == STEP_REDIRECT || s->kind == STEP_STATUS)
			return false;
	}
	return false;
}

bool route_is_guarded(const struct lowering *lw, const struct route *route, enum side side)
{
	for (size_t i = 0; i < route->steps.n; i++) {
		const struct step *s = route->steps.item[i];
		if (!step_is_said(s, side))
			continue;
		if (s->kind == STEP_GUARD && !loss_is_accepted(lw, s->feature) && policy_says(lw, s))
			return true;
		if (s->kind == STEP_REDIRECT || s->kind == STEP_STATUS)
			return false;
	}
	return false;
}

const struct annotation_row *fact_row(const struct lowering *lw, const struct fact *fact)
{
	const struct controller_table *table = fact->record ? mapping_controller(lw->mapping, fact->record->controller) : NULL;
	if (!table)
		return NULL;
	str key = fact->key;
	key.n = str_find_char(key, '#');
	for (size_t i = 0; i < table->prefixes.n; i++)
		if (str_starts(key, table->prefixes.item[i]))
			return controller_annotation(table, str_from(key, table->prefixes.item[i].n));
	return controller_annotation(table, key);
}

/* The fact that a person would name: the one that switches the feature on, else a directive, else the first. */
static struct fact *main_fact(const struct lowering *lw, const struct step *step)
{
	const struct feature *f = mapping_feature(lw->mapping, step->feature);
	for (size_t i = 0; f && i < step->facts.n; i++) {
		const struct annotation_row *row = fact_row(lw, step->facts.item[i]);
		if (row && str_list_has(&f->needs, row->field))
			return step->facts.item[i];
	}
	for (size_t i = 0; i < step->facts.n; i++)
		if (str_has(step->facts.item[i]->key, STR("#")))
			return step->facts.item[i];
	return step->facts.n ? step->facts.item[0] : NULL;
}

static struct diag_site route_site(const struct lowering *lw, const struct route *route)
{
	str object = { "", 0 };
	if (route->owner)
		object = arena_printf(lw->arena, "Ingress/%.*s/%.*s", STR_ARG(route->owner->namespace), STR_ARG(route->owner->name));
	return (struct diag_site){ route->at, 1, object };
}

/* "https://shop.example.com/admin", as an example of what is concerned. */
static str example_url(const struct lowering *lw, const struct host *host, const struct route *route)
{
	const char *scheme = host->certificate.kind != CERTIFICATE_NONE && !host->passthrough ? "https" : "http";
	str name = host->name.kind == HOST_ANY ? STR("ANY-HOST") : host->name.name;
	return arena_printf(lw->arena, "%s://%.*s%.*s", scheme, STR_ARG(name), STR_ARG(route->match.path));
}

bool route_is_closed_everywhere(const struct lowering *lw, const struct route *route, enum side side)
{
	for (size_t i = 0; i < lw->mapping->targets.n; i++) {
		struct lowering other = *lw;
		other.target = lw->mapping->targets.item[i];
		if (!route_is_closed(&other, route, side))
			return false;
	}
	return true;
}

/* Lost for this target; another one that is built in may say the step in a policy. */
static enum fact_state lost_state(const struct lowering *lw, const struct step *step, const struct fact *fact)
{
	for (size_t i = 0; i < lw->mapping->targets.n; i++) {
		struct lowering other = *lw;
		other.target = lw->mapping->targets.item[i];
		if (other.target != lw->target && policy_says(&other, step) && (!fact || policy_carries(&other, fact)))
			return FACT_EXTENSION;
	}
	return FACT_INEXPRESSIBLE;
}

static void mark_lost(const struct lowering *lw, const struct step *step, struct fact *main, enum loss loss, enum diag_code code, str reason)
{
	fact_lost(main, lost_state(lw, step, main), loss, code, reason);
	for (size_t i = 0; i < step->facts.n; i++)
		fact_lost(step->facts.item[i], lost_state(lw, step, step->facts.item[i]), loss, code, reason);
}

/* A directive of a snippet in the controller's own settings, which has a place of its own. */
static bool is_setting_directive(const struct fact *fact)
{
	return !fact->record && str_has_char(fact->key, '#');
}

static str name_of(const struct lowering *lw, const struct step *step, const struct fact *fact)
{
	if (!fact)
		return step->feature;
	if (is_setting_directive(fact)) {
		str setting, name;
		str_cut(str_from(fact->key, str_find_char(fact->key, ':') + 1), '#', &setting, &name);
		return arena_printf(lw->arena, "%.*s in the controller's setting for %.*s", STR_ARG(name), STR_ARG(setting));
	}
	if (fact->record && fact->record->counted_as.n && !str_has_char(fact->key, '/'))
		return arena_printf(lw->arena, "%.*s%s%.*s of %.*s", STR_ARG(fact->key), str_has_char(fact->key, '.') ? "" : " ",
			STR_ARG(str_has_char(fact->key, '.') ? STR("") : fact->value), STR_ARG(record_object(lw->arena, fact->record)));
	if (!fact->record)
		return arena_printf(lw->arena, "the controller's setting for %.*s", STR_ARG(step->feature));
	return fact->key;
}

str step_name(const struct lowering *lw, const struct step *step)
{
	return name_of(lw, step, main_fact(lw, step));
}

/* What Services of the route that is lowered are to be told by hand, in a line each; empty: nothing stands for it there. */
static str commands(const struct lowering *lw, const struct step *step)
{
	const struct target_row *row = target_feature(lw->target, step->feature);
	const struct route *route = lw->now.route;
	struct str_list lines = { 0 };
	struct said said;
	if (!row || row->command.n == 0 || !route)
		return (str){ "", 0 };
	(void)said_of(lw, route->owner, step, &said);
	for (size_t i = 0; i < route->cases.n; i++) {
		const struct backend *b = &route->cases.item[i].backend;
		template_set_text(lw->arena, &said.values, STR("namespace"), b->namespace);
		template_set_text(lw->arena, &said.values, STR("service"), b->name);
		const struct node *line = template_fill(lw->arena, node_string(lw->arena, row->command), &said.values, NULL);
		if (line)
			str_list_add_new(lw->arena, &lines, node_text(line));
	}
	return str_list_join(lw->arena, &lines, STR("\n"));
}

static str advice(const struct lowering *lw, const struct annotation_row *row, const struct step *step, bool security)
{
	const str feature = step->feature, run = commands(lw, step);
	const struct target_row *t = target_feature(lw->target, feature);
	/* a directive of a snippet has a feature of its own */
	bool own = row && row->advice.n && (str_eq(row->feature, feature) || !t || t->without.n == 0);
	str text = own ? row->advice : t && t->without.n ? t->without : STR("decide by hand what stands for it"), since = version_ways_since(lw, feature);
	if (since.n)
		text = arena_printf(lw->arena, "%.*s.\n%.*s", STR_ARG(since), STR_ARG(text));
	if (run.n)
		text = arena_printf(lw->arena, "%.*s\n%.*s", STR_ARG(t->without), STR_ARG(run));
	if (!security)
		return text;
	return arena_printf(lw->arena, "%.*s\nor --accept %.*s serves it WITHOUT this protection", STR_ARG(text), STR_ARG(feature));
}

static void close_owner(const struct route *route, const struct fact *fact)
{
	if (route->owner && route->owner->record)
		record_state(route->owner->record, INGRESS_CLOSED);
	if (fact && fact->record)
		record_state(fact->record, INGRESS_CLOSED);
}

/* A diagnostic also names the Ingress that owns the route, where the guard comes from somewhere else. */
static void add_owner_site(struct lowering *lw, struct diag *d, const struct route *route, const struct fact *fact)
{
	if (!route->owner || (fact && fact->record == route->owner->record))
		return;
	(void)diag_add(lw->diags, d->code, route_site(lw, route), d->message);
}

/* The step asks for client certificates, and there is a reason why the Gateway does not. */
static bool has_reason(const struct lowering *lw, const struct step *step)
{
	return lw->clients_why.n && str_eq(step->feature, STR("auth.client-certificate"));
}

static str with_ways(const struct lowering *lw, const struct step *step, str help)
{
	if (step->annotation && !lw->gateway_exists)
		return arena_printf(lw->arena, "%.*s.\n%.*s", STR_ARG(version_ways(lw, STR("Gateway"), STR("spec.infrastructure"))), STR_ARG(help));
	if (!has_reason(lw, step) || lw->clients_ways.n == 0)
		return help;
	return arena_printf(lw->arena, "%.*s.\n%.*s", STR_ARG(lw->clients_ways), STR_ARG(help));
}

/* Why a protection that the target has an expression for cannot be said, or empty. */
static str guard_why(const struct lowering *lw, const struct step *step)
{
	const struct target_row *row = target_feature(lw->target, step->feature);
	if (step->annotation)
		return lw->gateway_exists ? STR("the Gateway exists already, and is not printed") : version_lacks(lw, STR("Gateway"), STR("spec.infrastructure"), STR("spec.infrastructure of a Gateway"));
	if (str_eq(step->feature, STR("auth.client-certificate")))
		return lw->clients_why;
	if (row && row->said && step->as.guard.kind == GUARD_ADDRESS && clients_are_hidden(lw))
		return clients_hidden_why(lw);
	if (policy_is_out_of_reach(lw, step))
		return arena_printf(lw->arena, "%.*s refers to nothing outside of its own namespace", STR_ARG(row->policy));
	const struct fact *lacks = policy_lacks(lw, step);
	if (lacks)
		return arena_printf(lw->arena, "%.*s, which may decide whom it lets in, has no field", STR_ARG(lacks->key));
	return (str){ "", 0 };
}

enum diag_code lose_guard(struct lowering *lw, const struct host *host, const struct route *route, const struct step *step)
{
	if (lw->open)
		return DIAG_ROUTE_CLOSED;
	struct fact *fact = main_fact(lw, step);
	const struct annotation_row *row = fact ? fact_row(lw, fact) : NULL;
	const struct feature *f = mapping_feature(lw->mapping, step->feature);
	bool whole_host = f && f->scope == SCOPE_HOST, pending = row && row->status == ROW_PENDING;
	enum diag_code code = pending ? DIAG_WORKED_OUT_LATER : whole_host ? DIAG_HOST_CLOSED : DIAG_ROUTE_CLOSED;
	struct diag_site site = fact && (fact->record || is_setting_directive(fact)) ? fact_site(lw->arena, fact) : route_site(lw, route);
	str what = pending ? STR("is not worked out yet") : unsaid(lw), why = guard_why(lw, step);
	if (why.n && !pending)
		what = arena_printf(lw->arena, "%.*s here (%.*s)", STR_ARG(what), STR_ARG(why));
	struct diag *d = diag_addf(lw->diags, code, site, "%.*s %.*s; the %s stands closed", STR_ARG(name_of(lw, step, fact)), STR_ARG(what),
		whole_host ? "whole host" : "route");
	d->level = DIAG_ERROR;
	d->loss = LOSS_SECURITY;
	d->feature = step->feature;
	if (d->effect.n == 0)
		d->effect = arena_printf(lw->arena, "%.*s answers %u to everybody until this is decided", STR_ARG(example_url(lw, host, route)),
			rules_refusal(lw));
	if (d->help.n == 0)
		d->help = with_ways(lw, step, advice(lw, row, step, true));
	add_owner_site(lw, d, route, fact);
	state_closed(lw, code);
	mark_lost(lw, step, fact, LOSS_SECURITY, code, without(lw, "; the route stands closed"));
	close_owner(route, fact);
	return code;
}

void lose_accepted(struct lowering *lw, const struct step *step)
{
	if (lw->open)
		return;
	struct fact *fact = main_fact(lw, step);
	struct diag_site site = fact ? fact_site(lw->arena, fact) : (struct diag_site){ 0 };
	str why = has_reason(lw, step) ? arena_printf(lw->arena, " (%.*s)", STR_ARG(lw->clients_why)) : (str){ "", 0 };
	struct diag *d = diag_addf(lw->diags, DIAG_ROUTE_OPENED, site, "%.*s is lost%.*s and accepted: the route does without it",
		STR_ARG(name_of(lw, step, fact)), STR_ARG(why));
	d->loss = LOSS_SECURITY;
	d->accepted = true;
	d->feature = step->feature;
	d->effect = STR("requests that were refused before reach the backend");
	d->help = with_ways(lw, step, advice(lw, fact ? fact_row(lw, fact) : NULL, step, false));
	state_without(lw, step, DIAG_ROUTE_OPENED, true);
	mark_lost(lw, step, fact, LOSS_SECURITY, DIAG_ROUTE_OPENED, without(lw, "; its loss was accepted"));
}

static enum diag_code loss_code(enum loss loss)
{
	switch (loss) {
	case LOSS_ROUTING:
	case LOSS_SECURITY:
		return DIAG_FEATURE_LOST_ROUTING;
	case LOSS_AVAILABILITY:
		return DIAG_FEATURE_LOST_AVAILABILITY;
	case LOSS_BEHAVIOUR:
		return DIAG_FEATURE_LOST_BEHAVIOUR;
	case LOSS_COSMETIC:
	case LOSS_NONE:
		return DIAG_FEATURE_LOST_COSMETIC;
	}
	return DIAG_FEATURE_LOST_BEHAVIOUR;
}

/* Features whose loss has a code of its own. */
static enum diag_code feature_code(str feature, enum loss loss)
{
	static const struct { str feature; enum diag_code code; } OWN[] = {
		{ STR_INIT("tls.passthrough"), DIAG_PASSTHROUGH_LOST },
		{ STR_INIT("backend.protocol"), DIAG_BACKEND_PROTOCOL_LOST },
	};
	for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++)
		if (str_eq(OWN[i].feature, feature))
			return OWN[i].code;
	return loss_code(loss);
}

/* As grave as what is lost, whatever is usual for the code. */
static enum diag_level level_of(enum loss loss)
{
	return loss >= LOSS_ROUTING ? DIAG_ERROR : loss == LOSS_COSMETIC ? DIAG_NOTE : DIAG_WARNING;
}

static enum diag_code fact_code(const struct lowering *lw, const struct step *step, const struct fact *fact, enum loss loss)
{
	const struct annotation_row *row = fact_row(lw, fact);
	return row && row->status == ROW_PENDING ? DIAG_WORKED_OUT_LATER : feature_code(step->feature, loss);
}

/* The facts of a step that belong to the main fact's annotation or to none other: directives are reported one by one. */
static void lose_fact(struct lowering *lw, const struct step *step, struct fact *fact, enum loss loss)
{
	const struct annotation_row *row = fact_row(lw, fact);
	enum diag_code code = fact_code(lw, step, fact, loss);
	struct diag *d = diag_addf(lw->diags, code, fact_site(lw->arena, fact), "%.*s %.*s", STR_ARG(name_of(lw, step, fact)),
		STR_ARG(code == DIAG_WORKED_OUT_LATER ? STR("is not worked out yet, and is lost") : unsaid(lw)));
	d->level = level_of(loss);
	d->loss = loss;
	d->feature = step->feature;
	d->accepted = loss_is_accepted(lw, step->feature);
	d->from_default = !fact->record;
	if (d->effect.n == 0)
		d->effect = row && row->gateway.n && !str_has_char(fact->key, '#') ? row->gateway : STR("what it changed for requests is gone");
	if (d->help.n == 0)
		d->help = advice(lw, row, step, false);
	fact_lost(fact, lost_state(lw, step, fact), loss, code, without(lw, ""));
}

static void lose_facts(struct lowering *lw, const struct step *step, struct fact *main, enum loss loss)
{
	bool snippet = str_has(main->key, STR("#"));
	for (size_t i = 0; i < step->facts.n; i++)
		if (step->facts.item[i] == main || (snippet && str_has(step->facts.item[i]->key, STR("#"))))
			lose_fact(lw, step, step->facts.item[i], loss);
	for (size_t i = 0; i < step->facts.n; i++)
		fact_lost(step->facts.item[i], lost_state(lw, step, step->facts.item[i]), loss, fact_code(lw, step, step->facts.item[i], loss),
			without(lw, ""));
}

static enum loss usual_loss(const struct lowering *lw, str feature)
{
	const struct feature *f = mapping_feature(lw->mapping, feature);
	return f ? f->loss : LOSS_BEHAVIOUR;
}

void lose_feature(struct lowering *lw, const struct step *step)
{
	struct fact *main = main_fact(lw, step);
	enum loss loss = usual_loss(lw, step->feature);
	if (lw->open || !main)
		return;
	state_without(lw, step, fact_code(lw, step, main, loss), false);
	lose_facts(lw, step, main, loss);
}

void lose_one(struct lowering *lw, str feature, struct fact *fact)
{
	struct step step = { .kind = STEP_OTHER, .feature = feature };
	if (lw->open || !fact)
		return;
	fact_list_add(lw->arena, &step.facts, fact);
	lose_facts(lw, &step, main_fact(lw, &step), usual_loss(lw, feature));
}

void lose_other(struct lowering *lw, struct fact *fact, enum loss loss)
{
	struct step step = { .kind = STEP_OTHER, .feature = fact->feature };
	fact_list_add(lw->arena, &step.facts, fact);
	if (!lw->open)
		lose_fact(lw, &step, fact, loss);
}

void idle_facts(struct lowering *lw, const struct fact_list *facts, str why)
{
	for (size_t i = 0; i < facts->n && !lw->open; i++)
		fact_idle(facts->item[i], why);
}

void lose_by_version(struct lowering *lw, const struct step *step, str lacks, str ways, str effect)
{
	const struct feature *f = mapping_feature(lw->mapping, step->feature);
	struct fact *main = main_fact(lw, step);
	if (lw->open || !main || !f)
		return;
	const struct annotation_row *row = fact_row(lw, main);
	struct diag *d = diag_addf(lw->diags, DIAG_VERSION_LOST, fact_site(lw->arena, main), "%.*s is lost: %.*s", STR_ARG(name_of(lw, step, main)),
		STR_ARG(lacks));
	d->level = level_of(f->loss);
	d->loss = f->loss;
	d->feature = step->feature;
	d->accepted = loss_is_accepted(lw, step->feature);
	d->effect = effect;
	d->help = arena_printf(lw->arena, "%.*s.\n%.*s", STR_ARG(ways), STR_ARG(advice(lw, row, step, false)));
	state_without(lw, step, DIAG_VERSION_LOST, false);
	mark_lost(lw, step, main, f->loss, DIAG_VERSION_LOST, lacks);
}

static void say(struct lowering *lw, const struct route *route, const struct fact_list *facts, const struct loss_text *text)
{
	struct fact *fact = facts->n ? facts->item[0] : NULL;
	struct diag_site site = fact && fact->record ? fact_site(lw->arena, fact) : route_site(lw, route);
	struct diag *d = diag_add(lw->diags, text->code, site, text->message);
	d->level = level_of(text->loss);
	d->loss = text->loss;
	d->feature = text->feature;
	d->accepted = loss_is_accepted(lw, text->feature);
	d->effect = text->effect;
	d->help = text->help;
}

/* Messages that speak of nginx are about other controllers as well. */
static str of_source(const struct lowering *lw, str text)
{
	static const str NGINX = STR_INIT("nginx ");
	size_t at = str_find(text, NGINX);
	bool whole = at == 0 || (at < text.n && text.p[at - 1] == ' ');
	if (!lw->entry || str_eq(lw->entry->controller, STR("ingress-nginx")) || at == text.n || !whole)
		return text;
	return arena_printf(lw->arena, "%.*sthe controller %.*s", STR_ARG(str_slice(text, 0, at)), STR_ARG(of_source(lw, str_from(text, at + NGINX.n))));
}

static void say_all(struct lowering *lw, const struct route *route, const struct fact_list *facts, const struct loss_text *said,
	enum fact_state state)
{
	struct loss_text own = *said, *text = &own;
	if (lw->open)
		return;
	own.message = of_source(lw, said->message);
	own.effect = of_source(lw, said->effect);
	say(lw, route, facts, text);
	state_loss(lw, text, lw->now.step, state != FACT_DIFFERENT);
	for (size_t i = 0; i < facts->n; i++)
		fact_lost(facts->item[i], state, text->loss, text->code, text->message);
}

void lose(struct lowering *lw, const struct route *route, const struct fact_list *facts, const struct loss_text *text)
{
	say_all(lw, route, facts, text, FACT_INEXPRESSIBLE);
}

void differ(struct lowering *lw, const struct route *route, const struct fact_list *facts, const struct loss_text *text)
{
	say_all(lw, route, facts, text, FACT_DIFFERENT);
}
