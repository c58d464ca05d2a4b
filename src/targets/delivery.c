/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of a rule about the way to the backend: see delivery.h. */
#include "targets/delivery.h"

#include "mapping/conversion.h"
#include "targets/grpc.h"
#include "targets/losses.h"
#include "targets/policies.h"
#include "targets/versions.h"

static const str ROUTE = STR_INIT("HTTPRoute");
static const str READ = STR_INIT("timeout.read");

void delivery_mark(struct lowering *lw, struct draft *d, struct fact *fact, str at)
{
	struct mark m = { fact, at };
	if (fact)
		LIST_PUSH(lw->arena, &d->marks, m);
}

struct fact_list delivery_fact(struct lowering *lw, struct fact *fact)
{
	struct fact_list list = { 0 };
	fact_list_add(lw->arena, &list, fact);
	return list;
}

bool delivery_leads(const struct lowering *lw, const struct rule_place *at)
{
	const struct route *r = at->route;
	for (size_t i = 0; i < r->steps.n; i++)
		if (step_is_said(r->steps.item[i], at->side) && (r->steps.item[i]->kind == STEP_REDIRECT || r->steps.item[i]->kind == STEP_STATUS))
			return false;
	return r->cases.n > 0 && !route_is_closed(lw, r, at->side);
}

/* A GRPCRoute has no times and no tries. */
static bool lost_on_calls(struct lowering *lw, const struct rule_place *at, const struct step *step)
{
	static const struct loss_text TEXT = {
		.code = DIAG_FEATURE_LOST_AVAILABILITY, .loss = LOSS_AVAILABILITY,
		.message = STR_INIT("times and tries of gRPC calls cannot be said: a GRPCRoute has no field for them"),
		.effect = STR_INIT("how long a call may last, and how often it is tried, is up to the implementation"),
		.help = STR_INIT("set both in a policy of the implementation: ing2gw explain timeout.read and retry name them"),
	};
	if (!grpc_is_spoken(at->route))
		return false;
	lose(lw, at->route, &step->facts, &TEXT);
	return true;
}

/* ---- patience with a silent backend ---- */

/* More patience than usual: no limit on the whole exchange may cut a long answer. */
static void add_longer(struct lowering *lw, const struct rule_place *at, const struct step *step, struct draft *d)
{
	const bool reads = str_eq(step->feature, READ);
	struct loss_text text = {
		.code = DIAG_TIMEOUT_DIFFERS, .loss = LOSS_AVAILABILITY,
		.message = arena_printf(lw->arena, "more patience with a backend that %s is said as no limit for the whole exchange",
			reads ? "sends nothing" : "takes nothing"),
		.effect = arena_printf(lw->arena, "%s are not cut off; a backend that %s for more than %.*s seconds is no longer given up, or earlier, "
			"as the implementation does by itself", reads ? "long answers" : "long uploads", reads ? "sends nothing" : "takes nothing",
			STR_ARG(step->value)),
		.help = STR("set the limit on silence in a policy of the implementation: ing2gw explain timeout.read names them"),
	};
	d->rule.request_timeout = STR("0s");
	differ(lw, at->route, &step->facts, &text);
	mark_facts(lw->arena, &d->marks, &step->facts, STR("/timeouts/request"));
}

/* Less patience than usual: each try gets that long as a whole, which is the only limit that a Gateway knows. */
static bool add_shorter(struct lowering *lw, const struct rule_place *at, const struct step *step, struct draft *d)
{
	struct loss_text text = {
		.code = DIAG_SHORT_TIMEOUT_DIFFERS, .loss = LOSS_AVAILABILITY,
		.message = STR("little patience with a backend that sends nothing is said as a limit for the whole of each try"),
		.effect = arena_printf(lw->arena, "an answer that takes longer than %.*s seconds as a whole is cut off as well; nginx "
			"gave up only when nothing came for that long", STR_ARG(step->value)),
		.help = STR("raise timeouts.backendRequest of the rule where answers are long (downloads, event streams, web sockets), or set "
			"the limit on silence in a policy of the implementation: ing2gw explain timeout.read names them"),
	};
	if (!str_eq(step->feature, READ) || step->as.silence.seconds <= 0 || !duration_write(lw->arena, step->as.silence.seconds, &d->rule.backend_timeout))
		return false;
	d->try_seconds = step->as.silence.seconds;
	differ(lw, at->route, &step->facts, &text);
	mark_facts(lw->arena, &d->marks, &step->facts, STR("/timeouts/backendRequest"));
	return true;
}

/* A Gateway limits a whole exchange, or a whole try, and not a silence. */
static void add_silence(struct lowering *lw, const struct rule_place *at, const struct step *step, struct draft *d)
{
	if (lost_on_calls(lw, at, step))
		return;
	const str field = step->as.silence.than_usual == SILENCE_SHORTER ? STR("spec.rules[].timeouts.backendRequest") : STR("spec.rules[].timeouts.request");
	if (!version_has(lw, ROUTE, field)) {
		lose_by_version(lw, step, version_lacks(lw, ROUTE, field, STR("the field timeouts of a rule")), version_ways(lw, ROUTE, field),
			STR("how long a backend may be silent is up to the implementation"));
		return;
	}
	switch (step->as.silence.than_usual) {
	case SILENCE_LONGER:
		add_longer(lw, at, step, d);
		break;
	case SILENCE_SHORTER:
		if (!add_shorter(lw, at, step, d))
			lose_feature(lw, step);
		break;
	case SILENCE_USUAL:
		/* against what the controller is told for all; nothing has to be written */
		mark_facts(lw->arena, &d->marks, &step->facts, STR("/matches/0/path"));
		break;
	}
}

/* ---- tries ---- */

/* Until 1.6 a connection that breaks while the request is on its way counted as one that fails. */
static bool repeats_broken(const struct lowering *lw)
{
	return lw->version.minor < 7;
}

static bool may_be_zero(const struct lowering *lw)
{
	return !(lw->version.experimental && lw->version.minor == 6);
}

/* Statuses that every implementation with the field must be able to try again after. */
static bool is_certain(uint32_t code)
{
	return code == 500 || code == 502 || code == 503 || code == 504;
}

static bool has_code(const struct number_list *codes, uint32_t code)
{
	for (size_t i = 0; i < codes->n; i++)
		if (codes->item[i] == code)
			return true;
	return false;
}

/* The answers after which a rule tries again. A Gateway looks at no method: where the source repeats no POST, there are none. */
static void add_codes(struct lowering *lw, const struct retry *r, struct retry_rule *out)
{
	for (size_t i = 0; r->repeats && i < r->codes.n; i++)
		if (is_certain(r->codes.item[i]) && !has_code(&out->codes, r->codes.item[i]))
			LIST_PUSH(lw->arena, &out->codes, r->codes.item[i]);
}

static bool has_uncertain(const struct retry *r)
{
	for (size_t i = 0; i < r->codes.n; i++)
		if (!is_certain(r->codes.item[i]))
			return true;
	return false;
}

static void say_conditions(struct lowering *lw, const struct rule_place *at, const struct retry *r)
{
	struct loss_text text = {
		.code = DIAG_RETRY_DIFFERS, .loss = LOSS_AVAILABILITY,
		.message = STR("a rule tries again after connections that fail, and nginx after other failures as well"),
		.effect = STR("a backend that accepts the connection and then breaks it off or is silent is not asked again"),
		.help = STR("nothing, unless endpoints die while they answer; policies of implementations know more conditions (explain names them)"),
	};
	const bool lost = has_uncertain(r);
	if (r->codes.n && !r->repeats) {
		text.message = STR("a rule tries again after connections that fail; not after answers, because a Gateway would repeat every method");
		text.effect = STR("error answers reach the client at once; nginx repeated requests but POST, LOCK and PATCH after them");
		text.help = STR("if it does no harm to repeat a POST, add retry.codes to the rule by hand");
	} else if (lost) {
		text.message = STR("a rule tries again after 500, 502, 503 and 504; other statuses need not be known to an implementation");
		text.effect = STR("answers with 403, 404 and 429 reach the client at once");
		text.help = STR("add them to retry.codes by hand where the implementation takes them");
	}
	const struct fact_list on = delivery_fact(lw, r->on);
	differ(lw, at->route, &on, &text);
}

/* Of nginx's conditions and numbers those that cannot be said at all; empty where something is left to be said. */
static str unsayable(const struct lowering *lw, const struct retry *r)
{
	if (r->never)
		return may_be_zero(lw) ? STR("") : STR("one try alone cannot be said in Gateway API 1.6, which wants one more at least");
	if (!r->connection)
		return STR("tries after answers alone cannot be said: a rule that tries again does so after connections that fail as well");
	return r->tries < 1 ? STR("any number of tries cannot be said") : STR("");
}

static const str OWN_TRIES = STR_INIT("failed requests are tried again as the implementation does by itself, or not at all");

/*
 * A limit on the time of all tries. It can be said only where each try has one, because nginx lets an answer end that has begun; the
 * first try has its time in every case.
 */
static bool add_all_tries(struct lowering *lw, const struct rule_place *at, const struct retry *r, struct draft *d)
{
	const struct fact_list facts = delivery_fact(lw, r->time);
	int64_t seconds = r->time_seconds > d->try_seconds ? r->time_seconds : d->try_seconds;
	struct loss_text text = {
		.code = DIAG_SHORT_TIMEOUT_DIFFERS, .loss = LOSS_AVAILABILITY,
		.message = STR("the time for all tries is said as a limit for the whole exchange"),
		.effect = arena_printf(lw->arena, "the client gets an answer within %lld seconds or none; nginx began no further try after %lld seconds, and let one "
			"that had begun end", (long long)seconds, (long long)r->time_seconds),
		.help = STR("raise timeouts.request of the rule where answers are long (downloads, event streams, web sockets)"),
	};
	if (!d->try_seconds || d->rule.request_timeout.n || seconds <= 0 || !duration_write(lw->arena, seconds, &d->rule.request_timeout))
		return false;
	differ(lw, at->route, &facts, &text);
	mark_facts(lw->arena, &d->marks, &facts, STR("/timeouts/request"));
	return true;
}

/* The step without the time of all tries, which is said. */
static struct step without_time(struct lowering *lw, const struct step *step)
{
	struct step rest = *step;
	rest.facts = (struct fact_list){ 0 };
	rest.as.retry.time = NULL;
	fact_list_add(lw->arena, &rest.facts, rest.as.retry.on);
	fact_list_add(lw->arena, &rest.facts, rest.as.retry.count);
	return rest;
}

static void add_tries(struct lowering *lw, const struct rule_place *at, const struct step *step, struct draft *d)
{
	const struct retry *r = &step->as.retry;
	struct retry_rule out = { 0 };
	add_codes(lw, r, &out);
	struct loss_text text = {
		.code = DIAG_FEATURE_LOST_AVAILABILITY, .loss = LOSS_AVAILABILITY, .message = unsayable(lw, r), .effect = OWN_TRIES,
		.help = STR("ing2gw explain retry names the policies of implementations that know more"),
	};
	if (!r->on && !r->count) {
		lose_feature(lw, step);
		return;
	}
	if (text.message.n) {
		lose(lw, at->route, &step->facts, &text);
		return;
	}
	const bool careful = !r->never && !r->repeats;
	if (!version_has(lw, ROUTE, STR("spec.rules[].retry"))) {
		lose_by_version(lw, step, version_lacks(lw, ROUTE, STR("spec.rules[].retry"), STR("the field retry of a rule")),
			(careful || r->never) && !target_lacks(lw->target, ROUTE, STR("spec.rules[].retry"), STR("")) ? STR("--gateway-api 1.7 has it") : version_ways(lw, ROUTE, STR("spec.rules[].retry")), OWN_TRIES);
		return;
	}
	if (careful && repeats_broken(lw)) {
		lose_by_version(lw, step, STR("before Gateway API 1.7 a rule repeats a POST as well whose connection breaks"),
			STR("--gateway-api 1.7 does not"), OWN_TRIES);
		return;
	}
	if (r->never) {
		d->rule.retry.attempts = (struct number){ true, 0 };
		mark_facts(lw->arena, &d->marks, &step->facts, STR("/retry/attempts"));
		return;
	}
	if (r->time)
		lose_other(lw, r->time, LOSS_AVAILABILITY);
	d->rule.retry = out;
	d->rule.retry.attempts = (struct number){ true, r->tries - 1 };
	delivery_mark(lw, d, r->count, STR("/retry/attempts"));
	say_conditions(lw, at, r);
	delivery_mark(lw, d, r->on, out.codes.n ? STR("/retry/codes") : STR("/retry"));
}

static void add_retry(struct lowering *lw, const struct rule_place *at, const struct step *step, struct draft *d)
{
	if (lost_on_calls(lw, at, step))
		return;
	if (!step->as.retry.time || !add_all_tries(lw, at, &step->as.retry, d)) {
		add_tries(lw, at, step, d);
		return;
	}
	const struct step rest = without_time(lw, step);
	if (rest.facts.n)
		add_tries(lw, at, &rest, d);
}

/* ---- copies ---- */

static bool is_rewritten(const struct route *r)
{
	for (size_t i = 0; i < r->steps.n; i++)
		if (r->steps.item[i]->kind == STEP_REWRITE)
			return true;
	return false;
}

static void say_copies(struct lowering *lw, const struct rule_place *at, const struct step *step)
{
	const struct mirror *m = &step->as.mirror;
	const bool rewritten = is_rewritten(at->route);
	const char *host = m->same_host ? "" : "the receiver of the copies sees the client's Host, and some implementations put -shadow behind it";
	const char *path = m->slash ? "the doubled slash in front of their path is gone" : "";
	const char *change = rewritten ? "on some implementations they have the path that the rewrite makes" : "";
	struct loss_text text = {
		.code = DIAG_MIRROR_DIFFERS, .loss = LOSS_BEHAVIOUR,
		.message = STR("copies of requests differ from those that the controller sends"),
		.effect = arena_printf(lw->arena, "%s%s%s%s%s", host, *host && *path ? "; " : "", path, *change && (*host || *path) ? "; " : "", change),
		.help = STR("let the receiver take any host name; Traefik and Kong have no such filter and answer 500 on the rule"),
	};
	if (m->same_host && !m->slash && !rewritten)
		return;
	struct fact_list target = delivery_fact(lw, m->target);
	differ(lw, at->route, &target, &text);
}

static void add_mirror(struct lowering *lw, const struct rule_place *at, const struct step *step, struct draft *d)
{
	const struct mirror *m = &step->as.mirror;
	if (m->why.n) {
		struct loss_text text = {
			.code = DIAG_FEATURE_LOST_BEHAVIOUR, .loss = LOSS_BEHAVIOUR,
			.message = arena_printf(lw->arena, "copies of requests are not carried over: %.*s", STR_ARG(m->why)),
			.effect = STR("no copies are sent any more"),
			.help = STR("give the receiver of the copies a Service and name it as http://NAME.NAMESPACE.svc.cluster.local$request_uri;\n"
				"ing2gw explain mirror says who copies to other addresses"),
		};
		if (m->nowhere) {
			text.code = DIAG_FEATURE_LOST_COSMETIC;
			text.loss = LOSS_COSMETIC;
			text.effect = STR("none: no copy arrives anywhere today either");
		}
		lose(lw, at->route, &step->facts, &text);
		return;
	}
	if (!version_has_value(lw, ROUTE, STR("spec.rules[].filters[].type"), STR("RequestMirror"))) {
		lose_by_version(lw, step, version_lacks_value(lw, ROUTE, STR("spec.rules[].filters[].type"), STR("RequestMirror"), STR("the RequestMirror filter")),
			version_ways_value(lw, ROUTE, STR("spec.rules[].filters[].type"), STR("RequestMirror")), STR("no copies are sent any more"));
		return;
	}
	struct http_filter filter = { .type = STR_INIT("RequestMirror") };
	filter.mirror = (struct backend_ref){ .name = m->to.name, .port = { true, m->to.port } };
	if (at->route->owner && !str_eq(at->route->owner->namespace, m->to.namespace))
		filter.mirror.namespace = m->to.namespace;
	say_copies(lw, at, step);
	if (m->host)
		lose_other(lw, m->host, LOSS_BEHAVIOUR);
	if (m->body)
		lose_other(lw, m->body, LOSS_BEHAVIOUR);
	delivery_mark(lw, d, m->target, arena_printf(lw->arena, "/filters/%zu", d->rule.filters.n));
	LIST_PUSH(lw->arena, &d->rule.filters, filter);
}

void delivery_copies(struct lowering *lw, const struct rule_place *at, struct draft *d)
{
	for (size_t i = 0; i < at->route->steps.n; i++) {
		const struct step *s = at->route->steps.item[i];
		const struct target_row *row = target_feature(lw->target, s->feature);
		if (s->delivery == DELIVERY_MIRROR && !(row && str_eq(row->how, STR("none"))) && step_is_said(s, at->side) && delivery_leads(lw, at))
			add_mirror(lw, at, s, d);
	}
}

void delivery_usual(struct lowering *lw, const struct rule_place *at, struct draft *d)
{
	static const struct { str feature, field; } FIELDS[] = {
		{ STR_INIT("retry"), STR_INIT("spec.rules[].retry") },
		{ STR_INIT("affinity.cookie"), STR_INIT("spec.rules[].sessionPersistence.cookie.path") },
		{ STR_INIT("timeout.read"), STR_INIT("spec.rules[].timeouts.request") },
		{ STR_INIT("timeout.send"), STR_INIT("spec.rules[].timeouts.request") },
	};
	for (size_t i = 0; i < at->route->usual.n; i++) {
		const struct fact_list one = delivery_fact(lw, at->route->usual.item[i]);
		const struct target_row *row = target_feature(lw->target, one.item[0]->feature);
		bool policy = row && row->said, counts = policy;
		for (size_t j = 0; j < sizeof FIELDS / sizeof *FIELDS; j++)
			counts = counts || (str_eq(FIELDS[j].feature, one.item[0]->feature) && version_has(lw, ROUTE, FIELDS[j].field));
		/* another number of tries would be printed where these may be repeated */
		int64_t number;
		if (!policy && str_eq(one.item[0]->feature, STR("retry")) && repeats_broken(lw) && str_to_i64(str_trim(one.item[0]->value), &number))
			counts = false;
		bool calls = !policy && grpc_is_spoken(at->route) && !str_eq(one.item[0]->feature, STR("affinity.cookie"));
		if (counts && !calls)
			mark_facts(lw->arena, &d->marks, &one, STR("/matches/0/path"));
		else
			idle_facts(lw, &one, STR("it says what the controller does anyway"));
	}
}

/* Once for all routes: nothing can be written that lifts it. */
static void say_total(struct lowering *lw, const struct rule_place *at)
{
	const struct loss_text text = {
		.code = DIAG_SHORT_TIMEOUT_DIFFERS, .loss = LOSS_AVAILABILITY,
		.message = arena_printf(lw->arena, "%.*s ends every exchange after %.*s, and no field of a rule lifts that", STR_ARG(lw->target->title),
			STR_ARG(lw->target->default_timeout)),
		.effect = STR("longer downloads, event streams and web sockets are cut off, where the controller waits as long as something comes"),
		.help = STR("set the limit in a policy of the implementation: ing2gw explain timeout.read names them"),
	};
	if (!lw->total_said)
		differ(lw, at->route, &(struct fact_list){ 0 }, &text);
	lw->total_said = true;
}

void delivery_total(struct lowering *lw, const struct rule_place *at, struct draft *d)
{
	if (lw->target->default_timeout.n == 0 || d->rule.request_timeout.n || d->try_seconds || at->route->cases.n == 0)
		return;
	if (!grpc_is_spoken(at->route) && version_has(lw, ROUTE, STR("spec.rules[].timeouts.request")))
		d->rule.request_timeout = STR("0s");
	else if (lw->target->endless.said)
		policy_add_endless(lw, d);
	else if (!grpc_is_spoken(at->route))
		say_total(lw, at);
}

void delivery_add(struct lowering *lw, const struct rule_place *at, const struct step *step, struct draft *d)
{
	/* the root that the controller makes for each host has the settings of an Ingress, and no backend that they act on */
	if (step->delivery != DELIVERY_NONE && !delivery_leads(lw, at))
		return;
	switch (step->delivery) {
	case DELIVERY_SILENCE:
		add_silence(lw, at, step, d);
		break;
	case DELIVERY_RETRY:
		add_retry(lw, at, step, d);
		break;
	case DELIVERY_AFFINITY:
		delivery_affinity(lw, at, step, d);
		break;
	case DELIVERY_MIRROR:
		break;
	case DELIVERY_NONE:
		lose_feature(lw, step);
		break;
	}
}
