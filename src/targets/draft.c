/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of a route in their order, as filters, as an answer, or as losses: see rules.h. */
#include "targets/answers.h"
#include "targets/delivery.h"
#include "targets/filters.h"
#include "targets/headers.h"
#include "targets/losses.h"
#include "targets/order.h"
#include "targets/policies.h"
#include "targets/rules.h"
#include "targets/stated.h"

static void mark(struct lowering *lw, struct draft *d, const struct fact_list *facts, size_t filter)
{
	mark_facts(lw->arena, &d->marks, facts, arena_printf(lw->arena, "/filters/%zu", filter));
}

/* The place of the draft's URLRewrite, which path and host share; made when it is not there. */
static size_t rewrite_filter(struct lowering *lw, struct draft *d)
{
	for (size_t i = 0; i < d->rule.filters.n; i++)
		if (str_eq(d->rule.filters.item[i].type, STR("URLRewrite")))
			return i;
	struct http_filter fresh = { 0 };
	LIST_PUSH(lw->arena, &d->rule.filters, fresh);
	return d->rule.filters.n - 1;
}

bool draft_is_guarded(const struct draft *d)
{
	for (size_t i = 0; i < d->policies.n; i++)
		if (d->policies.item[i].guards)
			return true;
	return false;
}

/* Its rule has to name further paths, lest a wider host takes them (across.h): then no prefix can be exchanged. */
static bool lose_exchange(struct lowering *lw, const struct rule_place *at, const struct step *step)
{
	static const struct loss_text TEXT = {
		.code = DIAG_REWRITE_LOST, .loss = LOSS_ROUTING,
		.message = STR_INIT("the exchange of a prefix cannot be said for a guarded path that has to stand in front of wider hosts"),
		.effect = STR_INIT("the backend gets the path of the request as it is"),
		.help = STR_INIT("serve the new path in the application, or give the wider hosts no paths that are longer than those of this one"),
	};
	if (!lw->across || step->kind != STEP_REWRITE || step->as.rewrite.change != PATH_PREFIX_CUT || !route_is_guarded(lw, at->route, at->side))
		return false;
	lose(lw, at->route, &step->facts, &TEXT);
	return true;
}

static void add_rewrite(struct lowering *lw, const struct rule_place *at, const struct step *step, struct draft *d)
{
	if (lose_exchange(lw, at, step))
		return;
	size_t i = rewrite_filter(lw, d);
	struct http_filter *filter = &d->rule.filters.item[i];
	bool said = step->kind == STEP_HOST ? filter_host(lw, at->route, step, filter) : filter_rewrite(lw, at->route, step, filter);
	if (!said) {
		if (filter->type.n == 0)
			d->rule.filters.n--;
		return;
	}
	mark(lw, d, &step->facts, i);
	if (step->kind == STEP_REWRITE && step->as.rewrite.change == PATH_PREFIX_CUT)
		d->cut = step->as.rewrite.prefix;
}

/* What is listed is no origin, so that none is allowed. Another list, or none, would be a filter of the rule. */
static void carry_no_origin(struct lowering *lw, const struct step *step, struct draft *d)
{
	for (size_t i = 0; i < step->facts.n; i++) {
		const struct annotation_row *row = fact_row(lw, step->facts.item[i]);
		const struct mark here = { step->facts.item[i], STR_INIT("/matches/0/path") };
		if (row && str_eq(row->field, STR("origins")))
			LIST_PUSH(lw->arena, &d->marks, here);
		else if (!lw->open)
			fact_idle(step->facts.item[i], STR("no origin is allowed: what is listed is none"));
	}
}

static void add_cors(struct lowering *lw, const struct rule_place *at, const struct step *step, struct draft *d)
{
	struct http_filter filter = { 0 };
	if (!filter_cors(lw, at->route, step, &filter)) {
		if (!step->as.cors.any_origin && step->as.cors.origins.n == 0)
			carry_no_origin(lw, step, d);
		return;
	}
	mark(lw, d, &step->facts, d->rule.filters.n);
	LIST_PUSH(lw->arena, &d->rule.filters, filter);
}

/* The marks of one filter go with it to its new place, or say why they have none. */
static void move_marks(struct lowering *lw, const struct mark_list *from, size_t old, bool kept, struct draft *d)
{
	str was = arena_printf(lw->arena, "/filters/%zu", old), is = arena_printf(lw->arena, "/filters/%zu", d->rule.filters.n - 1);
	for (size_t i = 0; i < from->n; i++) {
		struct mark m = { from->item[i].fact, is };
		if (!str_eq(from->item[i].at, was))
			continue;
		if (kept)
			LIST_PUSH(lw->arena, &d->marks, m);
		else if (!lw->open)
			fact_idle(m.fact, STR("a redirect answers every request, and nothing is sent to the backend that this would change"));
	}
}

/* Of what stands before a redirect only CORS acts on the answer; the rest acts on the way to a backend, which no request takes. */
static void keep_cors(struct lowering *lw, struct draft *d)
{
	const struct draft before = *d;
	d->rule = (struct http_rule){ 0 };
	d->marks = (struct mark_list){ 0 };
	for (size_t i = 0; i < before.rule.filters.n; i++) {
		bool kept = str_eq(before.rule.filters.item[i].type, STR("CORS"));
		if (kept)
			LIST_PUSH(lw->arena, &d->rule.filters, before.rule.filters.item[i]);
		move_marks(lw, &before.marks, i, kept, d);
	}
}

static void add_redirect(struct lowering *lw, const struct rule_place *at, const struct step *step, struct draft *d)
{
	struct http_filter filter = { 0 };
	d->answer = step;
	keep_cors(lw, d);
	d->answered = answer_says(lw, step, filter_says_redirect(lw, step));
	if (d->answered || !filter_redirect(lw, at->route, step, &filter))
		return;
	mark(lw, d, &step->facts, d->rule.filters.n);
	LIST_PUSH(lw->arena, &d->rule.filters, filter);
}

static void add_guard(struct lowering *lw, const struct rule_place *at, const struct step *step, struct draft *d)
{
	if (guard_is_met(lw, step))
		return;
	if (!guard_is_lost(lw, step)) {
		lose_accepted(lw, step);
		return;
	}
	enum diag_code code = lose_guard(lw, at->host, at->route, step);
	if (!d->closed)
		d->closed_by = code;
	d->closed = true;
}

/* The target's table says so of the whole feature. Protections close the route, and an answer ends it. */
static bool is_lost(struct lowering *lw, const struct rule_place *at, const struct step *step)
{
	const struct target_row *row = target_feature(lw->target, step->feature);
	if (!row || !str_eq(row->how, STR("none")) || step->kind == STEP_GUARD || step->kind == STEP_STATUS || step->kind == STEP_REDIRECT ||
		step->kind == STEP_HEADER)
		return false;
	if (step->delivery == DELIVERY_NONE || delivery_leads(lw, at))
		lose_feature(lw, step);
	return true;
}

static void add_step(struct lowering *lw, const struct rule_place *at, const struct step *step, struct draft *d)
{
	lw->now.step = step;
	/* accepted as lost, it may stay lost */
	if (!(step->kind == STEP_GUARD && loss_is_accepted(lw, step->feature)) && policy_says(lw, step)) {
		if (step->kind == STEP_GUARD && step->as.guard.signin.n)
			answer_sign_in(lw, at, step, d);
		if (step->kind == STEP_GUARD && step->as.guard.kind == GUARD_EXTERNAL)
			answer_refused(lw, at, d);
		if (step->kind == STEP_REDIRECT) {
			d->answer = step;
			keep_cors(lw, d);
		}
		policy_add(lw, at, step, d);
		return;
	}
	if (is_lost(lw, at, step))
		return;
	switch (step->kind) {
	case STEP_GUARD:
		add_guard(lw, at, step, d);
		break;
	case STEP_STATUS:
		d->answer = step;
		d->answered = answer_says(lw, step, false);
		break;
	case STEP_REDIRECT:
		add_redirect(lw, at, step, d);
		break;
	case STEP_CORS:
		add_cors(lw, at, step, d);
		break;
	case STEP_REWRITE:
	case STEP_HOST:
		add_rewrite(lw, at, step, d);
		break;
	case STEP_HEADER:
		headers_collect(lw, at, step, d);
		break;
	case STEP_OTHER:
		delivery_add(lw, at, step, d);
		break;
	case STEP_BODY:
	case STEP_ERRORS:
	case STEP_TLS:
	case STEP_ANSWER:
		lose_feature(lw, step);
		break;
	}
}

/* What a closed route would have done is not printed, whatever it is. state: whether another target opens the route with its protection. */
struct behind {
	const struct draft *draft;
	enum fact_state state;
};

static void lose_behind(struct lowering *lw, const struct behind *b, const struct fact_list *facts)
{
	for (size_t i = 0; i < facts->n && !lw->open; i++)
		fact_lost(facts->item[i], b->state, LOSS_SECURITY, b->draft->closed_by, STR("the route stands closed"));
}

/* The canary of a closed route is closed with it, and is an Ingress of its own that has to hear of it. */
static void close_canary(struct lowering *lw, const struct route *r, const struct draft *d, const struct forward_case *c)
{
	static const str TEXT = STR_INIT("the main route of this canary stands closed, and its share with it");
	struct fact *fact = c->backend.facts.n ? c->backend.facts.item[0] : NULL;
	if (lw->open || !fact || !fact->record || !r->owner || fact->record == r->owner->record)
		return;
	struct loss_text text = {
		.code = d->closed_by, .loss = LOSS_SECURITY, .message = TEXT,
		.effect = STR("requests that went to the canary get 500 as well"),
		.help = STR("it opens with its main route: see the message about that one"),
	};
	lose(lw, r, &c->backend.facts, &text);
	record_state(fact->record, INGRESS_CLOSED);
}

static void close_draft(struct lowering *lw, const struct rule_place *at, struct draft *d)
{
	const struct route *r = at->route;
	d->rule = (struct http_rule){ 0 };
	d->marks = (struct mark_list){ 0 };
	d->cut = (str){ "", 0 };
	d->policies.n = 0;
	d->answer = NULL;
	const struct behind b = { d, route_is_closed_everywhere(lw, r, at->side) ? FACT_INEXPRESSIBLE : FACT_EXTENSION };
	for (size_t i = 0; i < r->steps.n; i++)
		if (r->steps.item[i]->side == SIDE_BOTH && !guard_is_lost(lw, r->steps.item[i]))
			lose_behind(lw, &b, &r->steps.item[i]->facts);
	if (r->speech) {
		lose_behind(lw, &b, &r->speech->facts);
		lose_behind(lw, &b, &r->speech->more);
	}
	for (size_t i = 0; i < r->cases.n; i++) {
		close_canary(lw, r, d, &r->cases.item[i]);
		lose_behind(lw, &b, &r->cases.item[i].facts);
		lose_behind(lw, &b, &r->cases.item[i].backend.facts);
	}
}

/*
 * Backends of a host that asks for client certificates believe in headers that the controller writes. A Gateway does not write
 * them, and must not let clients do so, on either side.
 */
static void drop_client_headers(struct lowering *lw, const struct rule_place *at, struct draft *d)
{
	const struct client_check *clients = at->host->clients;
	if (clients && !d->closed && !d->answer && at->route->cases.n)
		headers_remove(lw, &clients->headers, &clients->facts, d);
}

static bool refuses(const struct step *step)
{
	return step->kind == STEP_GUARD || step->kind == STEP_BODY || step->kind == STEP_STATUS || step->kind == STEP_CORS || step->gate;
}

static bool acts_in_turn(const struct lowering *lw)
{
	for (size_t i = 0; i < lw->target->policies.n; i++)
		if (lw->target->policies.item[i].one_each)
			return true;
	return false;
}

/* What has moved from one place among the filters to another. */
static void move_to(struct lowering *lw, struct draft *d, size_t from, size_t to, struct http_rule *rule, struct mark_list *marks)
{
	str was = arena_printf(lw->arena, "/filters/%zu", from);
	for (size_t i = 0; i < d->marks.n; i++) {
		str at = d->marks.item[i].at, rest = str_from(at, was.n < at.n ? was.n : at.n);
		struct mark moved = { d->marks.item[i].fact, arena_printf(lw->arena, "/filters/%zu%.*s", to, STR_ARG(rest)) };
		if (str_starts(at, was) && (rest.n == 0 || str_starts(rest, STR("/"))))
			LIST_PUSH(lw->arena, marks, moved);
	}
	LIST_PUSH(lw->arena, &rule->filters, d->rule.filters.item[from]);
}

static bool is_of_answer(const struct http_filter *filter)
{
	return str_eq(filter->type, STR("ResponseHeaderModifier"));
}

/*
 * Filters that act in the order in which they stand: headers of every answer first, then policies (whose names are not known yet), then
 * the rest.
 */
static void put_in_turn(struct lowering *lw, struct draft *d)
{
	struct http_rule rule = { 0 };
	struct mark_list marks = { 0 };
	for (size_t i = 0; i < d->marks.n; i++)
		if (!str_starts(d->marks.item[i].at, STR("/filters/")))
			LIST_PUSH(lw->arena, &marks, d->marks.item[i]);
	for (size_t i = 0; i < d->rule.filters.n; i++)
		if (is_of_answer(&d->rule.filters.item[i]))
			move_to(lw, d, i, rule.filters.n, &rule, &marks);
	for (size_t i = 0; i < d->policies.n; i++) {
		const struct http_filter named_later = { .type = STR_INIT("ExtensionRef") };
		if (d->policies.item[i].kind->one_each)
			LIST_PUSH(lw->arena, &rule.filters, named_later);
	}
	for (size_t i = 0; i < d->rule.filters.n; i++)
		if (!is_of_answer(&d->rule.filters.item[i]))
			move_to(lw, d, i, rule.filters.n, &rule, &marks);
	d->rule.filters.item = rule.filters.item;
	d->rule.filters.n = rule.filters.n;
	d->rule.filters.cap = rule.filters.cap;
	d->marks = marks;
}

/* When the target asks for it; behind all where it is not known. */
static size_t turn_at(const struct target_table *target, str feature)
{
	size_t turn = 0;
	while (turn < target->steps.n && !str_eq(target->steps.item[turn], feature))
		turn++;
	return turn;
}

/* The target refuses such bodies too, by itself or because it is told to. */
static bool is_usual_body(const struct lowering *lw, const struct step *step)
{
	return step->kind == STEP_BODY && lw->target->usual_body.n;
}

/* The implementation looks at what stands in its policies in an order of its own, unless it is told one or that is the source's. */
static void say_order(struct lowering *lw, const struct rule_place *at, const struct draft *d)
{
	const struct loss_text text = {
		.code = DIAG_POLICY_DIFFERS, .loss = LOSS_COSMETIC,
		.message = arena_printf(lw->arena, "%.*s asks in an order of its own who may pass", STR_ARG(target_words(lw))),
		.effect = STR("of several reasons to refuse a request another one answers: 401 where it was 413, 403 or 503, or the reverse"),
		.help = STR("nothing: what was refused is refused"),
	};
	size_t reasons = 0, last = 0;
	/* late: what the source answers before it asks anybody is found out by the forward */
	bool said = false, same = lw->target->steps.n > 0, status = false, late = false;
	for (size_t i = 0; i < at->route->steps.n; i++) {
		const struct step *step = at->route->steps.item[i];
		if (!refuses(step))
			continue;
		const size_t turn = turn_at(lw->target, step->feature);
		reasons++;
		same = same && (is_usual_body(lw, step) || (step_is_said(step, at->side) && policy_says(lw, step))) && turn < lw->target->steps.n && turn >= last;
		last = turn;
		const bool asks = (step->kind == STEP_GUARD || step->gate) && policy_says(lw, step);
		status = status || step->kind == STEP_STATUS;
		late = late || (asks && status);
		said = said || asks;
	}
	if (lw->target->order.row.said)
		same = order_is_kept(lw, at->route);
	if (reasons < 2 || same || !said || d->policies.n == 0 || (acts_in_turn(lw) && !late))
		return;
	differ(lw, at->route, &(struct fact_list){ 0 }, &text);
	state_order(lw, text.code);
}

struct draft draft_of(struct lowering *lw, const struct rule_place *at)
{
	const struct balancer *balancer = at->entry->balancer;
	struct draft d = { .cut = STR_INIT("") };
	delivery_copies(lw, at, &d);
	for (size_t i = 0; balancer && i < balancer->guards.n; i++)
		add_guard(lw, at, balancer->guards.item[i], &d);
	for (size_t i = 0; i < at->route->steps.n && !d.answer; i++) {
		const struct step *step = at->route->steps.item[i];
		if (!step_is_said(step, at->side) || (at->also && step->kind == STEP_REDIRECT && str_eq(step->feature, STR("redirect.https"))))
			continue;
		/* behind a closed door only further doors are looked at, so that one run names them all */
		if (!d.closed || step->kind == STEP_GUARD)
			add_step(lw, at, step, &d);
	}
	lw->now.step = d.answer;
	drop_client_headers(lw, at, &d);
	if (d.answer)
		policies_end(lw, &d);
	if (d.answer && d.answer->kind == STEP_REDIRECT && !d.closed)
		headers_of_all(lw, at, &d);
	if (d.answered && !d.closed)
		answer_add(lw, d.answer, &d);
	if (!d.closed && !d.answer)
		say_order(lw, at, &d);
	if (d.closed)
		close_draft(lw, at, &d);
	else
		headers_write(lw, at, &d);
	if (!d.closed && !d.answer)
		answer_for_nobody(lw, at, &d);
	if (!d.closed && !d.answer)
		delivery_usual(lw, at, &d);
	if (!d.closed && !d.answer)
		delivery_total(lw, at, &d);
	if (!d.closed && !d.answer)
		policy_add_body(lw, at->route, &d);
	if (!d.closed && acts_in_turn(lw))
		put_in_turn(lw, &d);
	return d;
}
