/* SPDX-License-Identifier: Apache-2.0 */
/* Matches and backends of rules: see rules.h. */
#include "targets/rules.h"

#include "gateway/cel.h"
#include "targets/conditions.h"
#include "targets/expressions.h"
#include "targets/losses.h"
#include "targets/paths.h"
#include "targets/paths_said.h"
#include "targets/stated.h"
#include "targets/versions.h"

void mark_facts(struct arena *arena, struct mark_list *marks, const struct fact_list *facts, str at)
{
	for (size_t i = 0; i < facts->n; i++) {
		struct mark m = { facts->item[i], at };
		LIST_PUSH(arena, marks, m);
	}
}

static void mark(struct lowering *lw, struct rule_part *part, const struct fact_list *facts, str at)
{
	mark_facts(lw->arena, &part->marks, facts, at);
}

static void say_unusable(struct lowering *lw, const struct route *r, str why)
{
	struct loss_text text = {
		.code = DIAG_PATH_UNUSABLE, .loss = LOSS_ROUTING,
		.message = arena_printf(lw->arena, "a path cannot be written in a Gateway: %.*s", STR_ARG(why)),
		.effect = STR("requests for it are served by the next shorter path of the host, or get 404"),
		.help = STR("change the path in the Ingress"),
	};
	lose(lw, r, &r->facts, &text);
	for (size_t i = 0; i < r->cases.n && !lw->open; i++)
		for (size_t j = 0; j < r->cases.item[i].backend.facts.n; j++)
			fact_lost(r->cases.item[i].backend.facts.item[j], FACT_INEXPRESSIBLE, LOSS_ROUTING, DIAG_PATH_UNUSABLE, text.message);
}

/* ---- rules ---- */

static void add_matches(struct lowering *lw, const struct rule_place *at, struct rule_part *part, const struct path_list *paths,
	const struct header_match *header, const struct draft *d)
{
	for (size_t i = 0; i < paths->n; i++) {
		struct http_match m = { .path = paths->item[i] };
		if (!route_conditions(lw, at->route, d->closed, draft_is_guarded(d), &m))
			continue;
		if (at->also)
			LIST_PUSH(lw->arena, &m.headers, *at->also);
		if (header)
			LIST_PUSH(lw->arena, &m.headers, *header);
		size_t n = part->rule.matches.n;
		LIST_PUSH(lw->arena, &part->rule.matches, m);
		mark(lw, part, &at->route->facts, arena_printf(lw->arena, "/matches/%zu/path", n));
	}
}

static void add_backend(struct lowering *lw, const struct rule_place *at, struct rule_part *part, const struct forward_case *c, bool weighted)
{
	/* a Gateway answers 500 or 503 for what is not there, and the controller 503 or 502 */
	if (!c->backend.exists || c->backend.empty)
		state_backend(lw, DIAG_SERVICE_MISSING);
	if (c->backend.port == 0) {
		/* alone it leaves nobody, among others its share goes to them */
		state_backend(lw, DIAG_PORT_NAME_UNRESOLVED);
		state_fields(lw, STATED_ALWAYS, "backends", DIAG_PORT_NAME_UNRESOLVED);
		return;
	}
	size_t n = part->rule.backends.n;
	struct backend_ref ref = { .name = c->backend.name, .port = { true, c->backend.port } };
	if (at->route->owner && !str_eq(at->route->owner->namespace, c->backend.namespace))
		ref.namespace = c->backend.namespace;
	if (weighted)
		ref.weight = (struct number){ true, c->weight };
	LIST_PUSH(lw->arena, &part->rule.backends, ref);
	struct backend_use use = { &c->backend, at->route, at->part };
	LIST_PUSH(lw->arena, &lw->uses, use);
	mark(lw, part, &c->backend.facts, arena_printf(lw->arena, "/backendRefs/%zu", n));
	/* plain HTTP is what a backendRef says by itself */
	if (at->route->speech && at->route->speech->kind == SPEECH_HTTP)
		mark(lw, part, &at->route->speech->facts, arena_printf(lw->arena, "/backendRefs/%zu", n));
	mark(lw, part, &c->facts, weighted ? arena_printf(lw->arena, "/backendRefs/%zu/weight", n) : arena_printf(lw->arena, "/backendRefs/%zu", n));
}

static struct rule_part new_rule(struct lowering *lw, const struct rule_place *at, const struct draft *d)
{
	struct rule_part part = { .rule = d->rule, .key = at->route->match.path };
	/* lists are shared between the rules of a draft; matches and backends are each rule's own */
	for (size_t i = 0; i < d->marks.n; i++)
		LIST_PUSH(lw->arena, &part.marks, d->marks.item[i]);
	for (size_t i = 0; i < d->policies.n; i++)
		LIST_PUSH(lw->arena, &part.policies, d->policies.item[i]);
	return part;
}

static void say_external(struct lowering *lw, const struct rule_place *at, const struct backend *b)
{
	static const struct loss_text TEXT = {
		.code = DIAG_BACKEND_EXTERNAL, .loss = LOSS_BEHAVIOUR,
		.message = STR_INIT("the backend is an ExternalName Service, which most implementations of the Gateway API refuse"),
		.effect = STR_INIT("where it is refused the route answers 500"),
		.help = STR_INIT("use what the implementation has for hosts outside of the cluster (Backend of Envoy Gateway, ServiceEntry of Istio), or\n"
			"a Service without selector and an EndpointSlice with the addresses"),
	};
	if (b->external)
		differ(lw, at->route, &b->facts, &TEXT);
}

/* Requests with a header: a rule of its own, which wins by its header over the rule without. */
static void add_header_case(struct lowering *lw, const struct rule_place *at, const struct draft *d, const struct path_list *paths,
	const struct forward_case *c)
{
	struct header_match header = { 0 };
	if (!case_condition(lw, at->route, c, &header))
		return;
	struct rule_part part = new_rule(lw, at, d);
	add_matches(lw, at, &part, paths, &header, d);
	if (part.rule.matches.n == 0)
		return;
	mark(lw, &part, &c->facts, at->also ? STR("/matches/0/headers/1") : STR("/matches/0/headers/0"));
	add_backend(lw, at, &part, c, false);
	say_external(lw, at, &c->backend);
	LIST_PUSH(lw->arena, &at->part->rules, part);
}

static void add_forward(struct lowering *lw, const struct rule_place *at, const struct draft *d, const struct path_list *paths)
{
	const struct route *r = at->route;
	size_t plain = 0;
	for (size_t i = 0; i < r->cases.n; i++) {
		if (case_has_condition(&r->cases.item[i]))
			add_header_case(lw, at, d, paths, &r->cases.item[i]);
		else if (!r->cases.item[i].sticky.n)
			plain++;
	}
	struct rule_part part = new_rule(lw, at, d);
	add_matches(lw, at, &part, paths, NULL, d);
	if (part.rule.matches.n == 0)
		return;
	for (size_t i = 0; i < r->cases.n; i++) {
		if (case_has_condition(&r->cases.item[i]) || r->cases.item[i].sticky.n)
			continue;
		add_backend(lw, at, &part, &r->cases.item[i], plain > 1);
		say_external(lw, at, &r->cases.item[i].backend);
	}
	LIST_PUSH(lw->arena, &at->part->rules, part);
}

static const str HTTPS = STR_INIT("redirect.https");

size_t match_limit(const struct lowering *lw)
{
	return lw->version.minor < 2 ? 8 : 64;
}

static bool has_regex(const struct path_list *paths)
{
	for (size_t i = 0; i < paths->n; i++)
		if (str_eq(paths->item[i].type, STR("RegularExpression")))
			return true;
	return false;
}

/*
 * Paths that lead to HTTPS in the same way are one rule. Empty: this draft does something else besides, or has a rank of its own.
 */
static str https_key(struct lowering *lw, const struct rule_place *at, const struct draft *d, const struct path_list *paths)
{
	if (has_regex(paths) || at->route->match.conditions.n || !d->answer || d->answer->kind != STEP_REDIRECT || !str_eq(d->answer->feature, HTTPS))
		return (str){ "", 0 };
	const struct owner *owner = at->part->owner;
	if (d->answered && d->rule.filters.n == 0 && d->policies.n == 1)
		return arena_printf(lw->arena, "%.*s/%.*s %u %.*s", STR_ARG(owner->namespace), STR_ARG(owner->name), (unsigned)d->answer->as.redirect.status,
			STR_ARG(d->answer->as.redirect.location));
	if (d->rule.filters.n != 1 || d->policies.n)
		return (str){ "", 0 };
	const struct request_redirect *r = &d->rule.filters.item[0].redirect;
	return arena_printf(lw->arena, "%.*s/%.*s %.*s %lld %lld", STR_ARG(owner->namespace), STR_ARG(owner->name), STR_ARG(r->scheme),
		(long long)r->status.value, (long long)r->port.value);
}

static void add_answer(struct lowering *lw, const struct rule_place *at, const struct draft *d, const struct path_list *paths)
{
	str key = https_key(lw, at, d, paths);
	size_t *last = key.n ? map_get(at->https, key) : NULL;
	struct rule_part *same = last ? &at->part->rules.item[*last] : NULL;
	if (same && same->rule.matches.n + paths->n <= match_limit(lw)) {
		add_matches(lw, at, same, paths, NULL, d);
		for (size_t i = 0; i < d->marks.n; i++)
			LIST_PUSH(lw->arena, &same->marks, d->marks.item[i]);
		return;
	}
	struct rule_part part = new_rule(lw, at, d);
	/* the first rule keeps its place in a route that is split, whatever paths come and go */
	if (key.n && !same)
		part.key = HTTPS;
	if (key.n) {
		last = NEW(lw->arena, size_t);
		*last = at->part->rules.n;
		map_set(at->https, key, last);
	}
	add_matches(lw, at, &part, paths, NULL, d);
	if (part.rule.matches.n)
		LIST_PUSH(lw->arena, &at->part->rules, part);
}

unsigned rules_refusal(const struct lowering *lw)
{
	return target_chooses(lw->target, STR("no-backends"), STR("503")) ? 503 : 500;
}

static void say_status(struct lowering *lw, const struct rule_place *at, const struct step *step)
{
	struct loss_text text = {
		.code = DIAG_STATUS_DIFFERS, .loss = LOSS_BEHAVIOUR,
		.message = arena_printf(lw->arena, "a rule without backends answers %u, where the controller answers %u", rules_refusal(lw),
			(unsigned)step->status),
		.effect = STR("clients see another error; nothing is forwarded in either case"),
		.help = STR("no filter of the standard answers with a chosen status"),
	};
	if (step->status < 400) {
		text.loss = LOSS_ROUTING;
		text.effect = STR("clients that looked for this answer, such as health checks, take the error for a failure");
		text.help = STR("let a Service answer on this path");
	}
	differ(lw, at->route, &step->facts, &text);
}

/* A Gateway reads "/x/" in a prefix as "/x". */
str match_key(struct arena *arena, const struct path_match *m)
{
	str value = str_eq(m->type, STR("PathPrefix")) ? path_without_slash(m->value) : m->value;
	return arena_printf(arena, "%.*s %.*s", STR_ARG(m->type), STR_ARG(value));
}

/* The path takes what lies below the prefix, and not the prefix itself: "/x/", "/x/(.*)". */
static bool is_below(const struct route *r, str prefix)
{
	str path = str_starts(r->match.path, STR("^")) ? str_from(r->match.path, 1) : r->match.path;
	str rest = str_from(path, prefix.n);
	return prefix.n > 1 && str_starts(rest, STR("/")) && !str_has(STR("?*{"), rest.n > 1 ? str_slice(rest, 1, 2) : STR("-"));
}

/*
 * Different paths of the source can come to be one and the same match. There the source tries the routes in their order, and a
 * Gateway by the names of objects: only the first one may say it. Where that one wants only what is below, the prefix itself is left,
 * unless a route between the two takes it.
 */
static void drop_taken(struct lowering *lw, const struct rule_place *at, const struct draft *d, struct path_list *paths)
{
	size_t kept = 0;
	for (size_t i = 0; i < paths->n; i++) {
		struct path_match m = paths->item[i];
		str prefix = path_without_slash(m.value);
		str asks = conditions_key(lw->arena, at->route);
		bool *below = map_get(at->taken, arena_join(lw->arena, match_key(lw->arena, &m), asks));
		if (below) {
			if (!*below || d->cut.n || is_below(at->route, prefix))
				continue;
			if (at->contested && host_first(lw->matcher, at->host, path_decode(lw->arena, prefix)) != at->route)
				continue;
			m = (struct path_match){ STR("Exact"), prefix };
			if (map_get(at->taken, arena_join(lw->arena, match_key(lw->arena, &m), asks)))
				continue;
		}
		bool *mine = NEW(lw->arena, bool);
		*mine = str_eq(m.type, STR("PathPrefix")) && is_below(at->route, prefix);
		map_set(at->taken, arena_join(lw->arena, match_key(lw->arena, &m), asks), mine);
		paths->item[kept++] = m;
	}
	paths->n = kept;
}

static void idle_taken(struct lowering *lw, const struct route *r)
{
	static const struct loss_text TEXT = {
		.code = DIAG_LETTER_CASE, .loss = LOSS_BEHAVIOUR,
		.message = STR_INIT("a path is the same prefix of whole path elements as another one of the host that the controller tries first"),
		.effect = STR_INIT("what reached it besides (/APP and /application where the path is /app) is served by a shorter path, or gets 404"),
		.help = STR_INIT("give the two paths different first elements, or take the one that is hidden out of the Ingress"),
	};
	differ(lw, r, &r->facts, &TEXT);
	for (size_t i = 0; i < r->cases.n && !lw->open; i++)
		for (size_t j = 0; j < r->cases.item[i].backend.facts.n; j++)
			fact_idle(r->cases.item[i].backend.facts.item[j], TEXT.message);
	for (size_t i = 0; i < r->steps.n && !lw->open; i++)
		for (size_t j = 0; j < r->steps.item[i]->facts.n; j++)
			fact_idle(r->steps.item[i]->facts.item[j], TEXT.message);
}

/* What cannot be named is closed with everything around it: the rule stands at the nearest path that can. */
static void close_around(struct lowering *lw, const struct route *r, const struct path_wish *wish, str why, struct path_list *paths)
{
	struct loss_text text = {
		.code = DIAG_PATH_UNUSABLE, .loss = LOSS_SECURITY,
		.message = arena_printf(lw->arena, "a closed path cannot be written in a Gateway (%.*s), and the nearest prefix around it is closed",
			STR_ARG(why)),
		.effect = STR("requests for other paths below that prefix get 500 as well, unless a longer path of the host takes them"),
		.help = STR("change the path in the Ingress"),
	};
	*paths = (struct path_list){ 0 };
	paths_around(lw->arena, r, wish, paths);
	lose(lw, r, &r->facts, &text);
	state_around(lw, text.code);
}

/* Only those that the target takes. False where nothing was left out. */
static bool drop_expressions(const struct lowering *lw, struct path_list *paths)
{
	size_t kept = 0, n = paths->n;
	if (version_has_expressions(lw))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!str_eq(paths->item[i].type, STR("RegularExpression")))
			paths->item[kept++] = paths->item[i];
	paths->n = kept;
	return kept < n;
}

/* The host has paths that are expressions with their letter case, which may be tried before all that is none. */
static bool has_searched(const struct host *host)
{
	for (size_t i = 0; i < host->routes.n; i++)
		if (host->routes.item[i]->match.kind == MATCH_REGEX && host->routes.item[i]->match.expression.n && !host->routes.item[i]->match.near.n)
			return true;
	return false;
}

bool rules_are_held(const struct rule_place *at)
{
	bool wide = at->route->match.path.n == 1 && at->route->match.conditions.n == 0;
	return at->contested && !wide && has_searched(at->host);
}

/* A closed path refuses what expressions behind it would take: it stands among them as well. */
static void hold_paths(struct lowering *lw, struct path_list *paths)
{
	for (size_t i = 0, n = paths->n; i < n; i++) {
		str text = expression_quoted(lw->arena, path_decode(lw->arena, path_without_slash(paths->item[i].value)));
		struct path_match more = { STR("RegularExpression"), { "", 0 } };
		bool prefix = str_eq(paths->item[i].type, STR("PathPrefix"));
		if (!prefix && !str_eq(paths->item[i].type, STR("Exact")))
			continue;
		more.value = text.n == 1 && prefix ? STR("^/.*$") : prefix ? arena_printf(lw->arena, "^%.*s(/.*)?$", STR_ARG(text)) : arena_printf(lw->arena, "^%.*s$", STR_ARG(text));
		LIST_PUSH(lw->arena, paths, more);
	}
}

/* "/a/" does not take "/a" in the source, and no path of its own does. */
static bool takes_without_slash(const struct rule_place *at)
{
	const struct match *m = &at->route->match;
	str without = path_without_slash(m->path);
	if (m->kind != MATCH_PREFIX || without.n == m->path.n)
		return false;
	for (size_t i = 0; i < at->host->routes.n; i++) {
		const struct match *other = &at->host->routes.item[i]->match;
		if (other->kind == MATCH_EXACT && other->conditions.n == 0 && str_eq(other->path, without))
			return false;
	}
	return true;
}

/* False when there is nothing to write (it has been reported). */
static bool write_paths(struct lowering *lw, const struct rule_place *at, const struct draft *d, struct path_list *paths, enum path_said *said)
{
	str why = { "", 0 };
	const struct path_wish wish = { .closed = d->closed, .guarded = draft_is_guarded(d), .as_source = at->form->expression, .anchored = lw->exact,
		.dialect = &lw->target->regex, .cut = d->cut };
	bool written = paths_of(lw->arena, at->route, &wish, paths, said, &why), dropped = written && drop_expressions(lw, paths);
	/* the prefix of a closed path is better than none */
	if (dropped && (!d->closed || paths->n == 0)) {
		written = false;
		why = arena_printf(lw->arena, "%.*s takes no regular expressions", STR_ARG(lw->target->title));
	}
	if (!written) {
		if (!d->closed) {
			say_unusable(lw, at->route, why);
			return false;
		}
		close_around(lw, at->route, &wish, why, paths);
		dropped = drop_expressions(lw, paths);
		if (paths->n == 0)
			LIST_PUSH(lw->arena, paths, ((struct path_match){ STR("PathPrefix"), STR("/") }));
		*said = SAID_SAME;
	}
	if (dropped)
		*said = SAID_IN_CASE;
	else if (written && *said == SAID_SAME && takes_without_slash(at))
		*said = SAID_SLASH;
	if (d->closed && rules_are_held(at) && version_has_expressions(lw))
		hold_paths(lw, paths);
	drop_taken(lw, at, d, paths);
	state_paths(lw, paths);
	if (paths->n == 0)
		idle_taken(lw, at->route);
	return paths->n > 0;
}

/* Rules that are new say why they are there, or why they look as they do. */
static void comment_rules(struct lowering *lw, const struct rule_place *at, const struct draft *d, size_t before, enum path_said said)
{
	str reason = path_comment(lw, at, said);
	str why = arena_printf(lw->arena, "closed: a protection of this path cannot be carried over, requests get %u", rules_refusal(lw));
	for (size_t i = before; i < at->part->rules.n; i++) {
		struct http_rule *rule = &at->part->rules.item[i].rule;
		bool closed = d->closed && i == before;
		rule->comment = !closed ? reason : reason.n ? arena_printf(lw->arena, "%.*s; %.*s", STR_ARG(why), STR_ARG(reason)) : why;
	}
	if (d->closed && at->part->rules.n > before) {
		at->part->closed = true;
		state_nothing(lw, DIAG_ROUTE_CLOSED);
		lw->closed_rules++;
	}
}

void rules_add(struct lowering *lw, const struct rule_place *at, const struct draft *d)
{
	struct path_list paths = { 0 };
	enum path_said said;
	if (!write_paths(lw, at, d, &paths, &said))
		return;
	size_t before = at->part->rules.n;
	if (d->closed)
		say_closed_path(lw, at, said);
	else
		say_path(lw, at, said);
	if (d->answer && d->answer->kind == STEP_STATUS && !d->answered)
		say_status(lw, at, d->answer);
	if (!d->closed && !d->answer)
		add_forward(lw, at, d, &paths);
	else
		add_answer(lw, at, d, &paths);
	comment_rules(lw, at, d, before, said);
}

static bool refuses(const struct http_rule *rule)
{
	for (size_t i = 0; i < rule->filters.n; i++)
		if (str_eq(rule->filters.item[i].type, STR("RequestRedirect")))
			return false;
	return rule->backends.n == 0;
}

void rules_hold(struct lowering *lw, const struct entry_part *entry)
{
	const struct backend_ref nobody = { .name = STR_INIT("closed"), .port = { true, 80 }, .weight = { true, 0 } };
	if (!target_chooses(lw->target, STR("no-backends"), STR("not-served")))
		return;
	for (size_t i = 0; i < entry->routes.n; i++)
		for (size_t k = 0; k < entry->routes.item[i]->rules.n; k++) {
			struct http_rule *rule = &entry->routes.item[i]->rules.item[k].rule;
			if (refuses(rule))
				LIST_PUSH(lw->arena, &rule->backends, nobody);
		}
}
