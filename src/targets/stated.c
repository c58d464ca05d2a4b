/* SPDX-License-Identifier: Apache-2.0 */
/* See stated.h. */
#include "targets/stated.h"

#include "route/pattern.h"

void state_of(struct lowering *lw, const struct host *host, const struct route *route, enum side side)
{
	lw->now = (struct statement){ .host = host, .route = route && route->said_of ? route->said_of : route, .side = side };
}

static void add(struct lowering *lw, struct statement s, enum diag_code code)
{
	if (lw->open)
		return;
	s.host = lw->now.host;
	s.route = lw->now.route;
	s.side = lw->now.side;
	s.code = diag_code_text(code);
	s.at = s.route ? s.route->at : s.host && s.host->creator ? s.host->creator->at : (struct place){ 0, 0 };
	LIST_PUSH(lw->arena, &lw->statements, s);
}

static struct match match_of(struct arena *arena, const struct path_match *p)
{
	if (str_eq(p->type, STR("Exact")))
		return (struct match){ .kind = MATCH_EXACT, .path = path_decode(arena, p->value) };
	if (str_eq(p->type, STR("PathPrefix")))
		return (struct match){ .kind = MATCH_PREFIX, .path = path_decode(arena, path_without_slash(p->value)) };
	/* a Gateway asks for the whole path */
	str whole = arena_printf(arena, "^(?:%.*s)$", STR_ARG(p->value));
	return (struct match){ .kind = MATCH_REGEX, .path = p->value, .expression = whole, .pattern = pattern_new(arena, whole, 0, NULL, NULL) };
}

void state_paths(struct lowering *lw, const struct path_list *paths)
{
	lw->now.paths.n = 0;
	for (size_t i = 0; i < paths->n && !lw->open; i++)
		LIST_PUSH(lw->arena, &lw->now.paths, match_of(lw->arena, &paths->item[i]));
}

void state_closed(struct lowering *lw, enum diag_code code)
{
	add(lw, (struct statement){ .kind = STATED_CLOSED }, code);
}

void state_backend(struct lowering *lw, enum diag_code code)
{
	add(lw, (struct statement){ .kind = STATED_BACKEND }, code);
}

void state_order(struct lowering *lw, enum diag_code code)
{
	add(lw, (struct statement){ .kind = STATED_ORDER }, code);
}

void state_led(struct lowering *lw, enum diag_code code)
{
	add(lw, (struct statement){ .kind = STATED_LED }, code);
}

void state_unserved(struct lowering *lw, enum diag_code code)
{
	add(lw, (struct statement){ .kind = STATED_UNSERVED, .when = STATED_TLS }, code);
}

void state_taken(struct lowering *lw, enum diag_code code)
{
	add(lw, (struct statement){ .kind = STATED_FIELDS, .when = STATED_TAKEN, .fields = STR("*") }, code);
}

void state_condition(struct lowering *lw, const struct condition *as_written, enum diag_code code)
{
	struct statement s = { .kind = STATED_FIELDS, .when = STATED_CONDITION, .condition = *as_written, .fields = STR("*") };
	if (s.condition.regex)
		s.condition.pattern = pattern_new(lw->arena, s.condition.value, 0, NULL, NULL);
	add(lw, s, code);
}

void state_nothing(struct lowering *lw, enum diag_code code)
{
	add(lw, (struct statement){ .kind = STATED_CLOSED, .when = STATED_NOTHING }, code);
}

void state_nowhere(struct lowering *lw, enum diag_code code)
{
	add(lw, (struct statement){ .kind = STATED_STATUS }, code);
}

void state_preflights(struct lowering *lw, enum diag_code code)
{
	const struct route *route = lw->now.route;
	lw->now.route = NULL;
	add(lw, (struct statement){ .kind = STATED_PREFLIGHT, .when = STATED_ORIGIN }, code);
	lw->now.route = route;
}

void state_around(struct lowering *lw, enum diag_code code)
{
	const struct route *route = lw->now.route;
	lw->now.route = NULL;
	add(lw, (struct statement){ .kind = STATED_CLOSED }, code);
	lw->now.route = route;
}

void state_lost_names(struct lowering *lw, enum diag_code code)
{
	add(lw, (struct statement){ .kind = STATED_FIELDS, .when = STATED_LOST_NAMES, .fields = STR("*"), .opens = true }, code);
}

void state_nobody(struct lowering *lw, enum diag_code code)
{
	add(lw, (struct statement){ .kind = STATED_UNSERVED, .when = STATED_NOBODY }, code);
}

void state_across(struct lowering *lw, const struct host *host, const struct host *wide, const struct route *route, enum diag_code code)
{
	state_of(lw, host, route, SIDE_BOTH);
	add(lw, (struct statement){ .kind = STATED_FIELDS, .when = STATED_RIVALS, .of = wide, .fields = STR("*") }, code);
}

void state_form(struct lowering *lw, enum stated_when when, bool opens, enum diag_code code)
{
	state_of(lw, NULL, NULL, SIDE_BOTH);
	add(lw, (struct statement){ .kind = STATED_FIELDS, .when = when, .fields = STR("*"), .opens = opens }, code);
}

void state_fields(struct lowering *lw, enum stated_when when, const char *fields, enum diag_code code)
{
	add(lw, (struct statement){ .kind = STATED_FIELDS, .when = when, .fields = str_c(fields) }, code);
}

void state_without(struct lowering *lw, const struct step *step, enum diag_code code, bool opens)
{
	/* the message names no side, and what a redirect stands in front of is lost as well */
	enum side side = lw->now.side;
	lw->now.side = SIDE_BOTH;
	add(lw, (struct statement){ .kind = STATED_WITHOUT, .step = step, .opens = opens }, code);
	/* the cookie of an affinity is the route's */
	if (step->kind == STEP_OTHER && step->delivery == DELIVERY_AFFINITY)
		state_fields(lw, STATED_ALWAYS, "response_headers", code);
	/* of what a header is made of, others may set a part */
	if (step->kind == STEP_HEADER)
		state_fields(lw, STATED_ALWAYS, "upstream.headers response_headers", code);
	lw->now.side = side;
}

/* The route's own step that does what the step of another one does; or NULL. */
static const struct step *step_like(const struct route *route, const struct step *step)
{
	for (size_t i = 0; i < route->steps.n; i++)
		if (route->steps.item[i]->kind == step->kind && str_eq(route->steps.item[i]->feature, step->feature))
			return route->steps.item[i];
	return NULL;
}

void state_alike(struct lowering *lw, const struct route *said, const struct route *route)
{
	for (size_t i = lw->side_began, n = lw->statements.n; i < n && !lw->open; i++) {
		struct statement s = lw->statements.item[i];
		if (s.route != said || s.side != lw->now.side || s.when == STATED_PATHS)
			continue;
		if (s.kind == STATED_WITHOUT && !(s.step = step_like(route, s.step)))
			continue;
		s.route = route;
		s.at = route->at;
		LIST_PUSH(lw->arena, &lw->statements, s);
	}
}

/* What a message says of requests, beside that of a step that is lost. */
static const struct saying {
	enum diag_code code;
	enum stated_kind kind;
	enum stated_when when;
	str fields;
} SAYINGS[] = {
	{ DIAG_ROUTE_CLOSED, STATED_CLOSED, STATED_ALWAYS, STR_INIT("") },
	{ DIAG_ROUTE_CLOSED, STATED_UNSERVED, STATED_TLS, STR_INIT("") },
	{ DIAG_REDIRECT_LOST, STATED_CLOSED, STATED_ALWAYS, STR_INIT("") },
	{ DIAG_REDIRECT_DIFFERS, STATED_REDIRECT, STATED_ALWAYS, STR_INIT("") },
	{ DIAG_REWRITE_LOST, STATED_FIELDS, STATED_ALWAYS, STR_INIT("upstream.target upstream.host") },
	{ DIAG_REWRITE_DIFFERS, STATED_FIELDS, STATED_ALWAYS, STR_INIT("upstream.target") },
	{ DIAG_REWRITE_DIFFERS, STATED_FIELDS, STATED_PATHS, STR_INIT("*") },
	{ DIAG_REGEX_DIALECT, STATED_FIELDS, STATED_RIVALS, STR_INIT("*") },
	{ DIAG_ORDER_DIFFERS, STATED_FIELDS, STATED_RIVALS, STR_INIT("*") },
	{ DIAG_REGEX_DIALECT, STATED_FIELDS, STATED_PATHS, STR_INIT("*") },
	{ DIAG_LETTER_CASE, STATED_FIELDS, STATED_PATHS, STR_INIT("*") },
	{ DIAG_PATH_DIFFERS, STATED_FIELDS, STATED_PATHS, STR_INIT("*") },
	{ DIAG_CANARY_LOST, STATED_FIELDS, STATED_ALWAYS, STR_INIT("backends") },
	{ DIAG_CANARY_DIFFERS, STATED_FIELDS, STATED_ALWAYS, STR_INIT("backends") },
	{ DIAG_HOST_UNUSABLE, STATED_FIELDS, STATED_ALWAYS, STR_INIT("*") },
	{ DIAG_PATH_UNUSABLE, STATED_FIELDS, STATED_ALWAYS, STR_INIT("*") },
	{ DIAG_STATUS_DIFFERS, STATED_STATUS, STATED_ALWAYS, STR_INIT("") },
	{ DIAG_WILDCARD_WIDER, STATED_FIELDS, STATED_LABELS, STR_INIT("*") },
	{ DIAG_CORS_DIFFERS, STATED_WITHOUT, STATED_ORIGIN, STR_INIT("") },
	{ DIAG_CORS_DIFFERS, STATED_PREFLIGHT, STATED_ORIGIN, STR_INIT("") },
	{ DIAG_CORS_DIFFERS, STATED_FIELDS, STATED_ALWAYS, STR_INIT("response_headers") },
	{ DIAG_HEADER_LOST, STATED_FIELDS, STATED_ALWAYS, STR_INIT("upstream.headers response_headers") },
	{ DIAG_HEADER_DIFFERS, STATED_FIELDS, STATED_ALWAYS, STR_INIT("upstream.headers response_headers") },
	{ DIAG_AFFINITY_DIFFERS, STATED_FIELDS, STATED_ALWAYS, STR_INIT("response_headers") },
	{ DIAG_POLICY_DIFFERS, STATED_FIELDS, STATED_ALWAYS, STR_INIT("response_headers") },
	{ DIAG_POLICY_DIFFERS, STATED_ORDER, STATED_ALWAYS, STR_INIT("") },
	{ DIAG_POLICY_DIFFERS, STATED_CLOSED, STATED_ALWAYS, STR_INIT("") },
	{ DIAG_BACKEND_PROTOCOL_LOST, STATED_BACKEND, STATED_ALWAYS, STR_INIT("") },
	{ DIAG_BACKEND_TLS_DIFFERS, STATED_BACKEND, STATED_ALWAYS, STR_INIT("") },
	{ DIAG_BACKENDS_DISAGREE, STATED_BACKEND, STATED_ALWAYS, STR_INIT("") },
	{ DIAG_BACKEND_EXTERNAL, STATED_BACKEND, STATED_ALWAYS, STR_INIT("") },
	{ DIAG_CA_NEEDED, STATED_BACKEND, STATED_ALWAYS, STR_INIT("") },
	{ DIAG_CA_NEEDED, STATED_UNSERVED, STATED_TLS, STR_INIT("") },
	{ DIAG_CLIENT_CHECK_DIFFERS, STATED_FIELDS, STATED_TLS, STR_INIT("status") },
	{ DIAG_PASSTHROUGH_LOST, STATED_FIELDS, STATED_TLS, STR_INIT("*") },
};

static void state_version(struct lowering *lw, const struct step *step, enum diag_code code)
{
	if (step) {
		state_without(lw, step, code, false);
	} else if (lw->now.route) {
		state_backend(lw, code);
	} else if (lw->now.host) {
		state_unserved(lw, code);
		add(lw, (struct statement){ .kind = STATED_CLOSED, .when = STATED_TLS }, code);
	}
}

/* With the paths of now. */
static void add_paths(struct lowering *lw, struct statement *s)
{
	for (size_t k = 0; s->when == STATED_PATHS && k < lw->now.paths.n; k++)
		LIST_PUSH(lw->arena, &s->paths, lw->now.paths.item[k]);
}

void state_other_paths(struct lowering *lw, enum diag_code code)
{
	struct statement s = { .kind = STATED_FIELDS, .when = STATED_PATHS, .fields = STR("*") };
	add_paths(lw, &s);
	add(lw, s, code);
}

void state_loss(struct lowering *lw, const struct loss_text *text, const struct step *step, bool lost)
{
	for (size_t i = 0; i < sizeof SAYINGS / sizeof *SAYINGS; i++) {
		const struct saying *of = &SAYINGS[i];
		struct statement s = { .kind = of->kind, .when = of->when, .fields = of->fields, .step = step, .opens = text->loss == LOSS_SECURITY };
		bool nobodys = of->when == STATED_ALWAYS && !lw->now.route && !lw->now.host;
		if (of->code != text->code || nobodys)
			continue;
		add_paths(lw, &s);
		add(lw, s, text->code);
	}
	if (!lost || text->code != DIAG_VERSION_LOST)
		return;
	state_version(lw, step, text->code);
}
