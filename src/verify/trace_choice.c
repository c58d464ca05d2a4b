/* SPDX-License-Identifier: Apache-2.0 */
/* Host and path of a trace: which ones took the request, and why those behind them did not. See trace_text.h. */
#include "verify/trace_text.h"

/* Paths that are named beside the one that took the request. */
enum { MOST_BEHIND = 2, MOST_MISSED = 2 };

/* ---- host ---- */

static str name_text(struct arena *scratch, const struct outcome *outcome)
{
	const struct host_name *name = outcome->name;
	if (name != &outcome->host->name && outcome->host->name.name.n)
		return arena_printf(scratch, "%.*s, further name of %.*s", STR_ARG(name->name), STR_ARG(outcome->host->name.name));
	switch (name->kind) {
	case HOST_ONE_LABEL:
		return arena_printf(scratch, "%.*s (one label)", STR_ARG(name->name));
	case HOST_LABELS:
		return arena_printf(scratch, "%.*s (any labels)", STR_ARG(name->name));
	case HOST_ANY:
		return outcome->host == outcome->entry->fallback ? STR("none: no Ingress has this host") : STR("every host that has no other rule");
	case HOST_EXACT:
	case HOST_TAIL:
	case HOST_REGEX:
		break;
	}
	return name->name;
}

static void tell_host(struct arena *scratch, const struct outcome *outcome, struct story *story)
{
	if (!outcome->host || !outcome->name) {
		if (!outcome->problem.n && !outcome->passed)
			story_add(scratch, story, STR("host"), outcome->status == 400 ? STR("not looked for: this is no valid request") : STR("none takes it"));
		return;
	}
	struct story_row *row = story_add(scratch, story, STR("host"), name_text(scratch, outcome));
	if (outcome->name->facts.n)
		row->fact = outcome->name->facts.item[0];
	else if (outcome->host->creator)
		row->at = outcome->host->creator->at;
	else
		row->at = outcome->name->at;
}

static void tell_listener(struct arena *scratch, const struct outcome *outcome, struct story *story)
{
	const struct listener *l = outcome->listener;
	if (!l && !str_eq(outcome->state, STR("REFUSED")))
		story_add(scratch, story, STR("listener"), STR("none of this port takes this host"));
	if (!l)
		return;
	str text = arena_printf(scratch, "%.*s, port %u%s%.*s", STR_ARG(l->name), (unsigned)l->port, l->host.name.n ? ", " : "",
		STR_ARG(l->host.name));
	story_add(scratch, story, STR("listener"), text)->at = l->at;
}

/* A listener has taken the request, and none of its hosts. */
static void tell_no_host(struct arena *scratch, const struct outcome *outcome, struct story *story)
{
	if (outcome->listener && outcome->status == 421)
		story_add(scratch, story, STR("host"), STR("another listener takes it than the one of the handshake"));
	else if (outcome->listener && outcome->status == 404)
		story_add(scratch, story, STR("host"), STR("no route of the listener has it"));
}

static void tell_certificate(struct arena *scratch, const struct outcome *outcome, struct story *story)
{
	if (!outcome->certificate.n)
		return;
	bool own = str_eq(outcome->certificate, STR("default"));
	str text = own ? STR("the controller's own certificate")
		: arena_printf(scratch, "certificate of Secret %.*s", STR_ARG(outcome->certificate));
	struct story_row *row = story_add(scratch, story, STR("tls"), text);
	if (!own && outcome->host && outcome->host->certificate.facts.n)
		row->fact = outcome->host->certificate.facts.item[0];
}

/* ---- path ---- */

static str condition_text(struct arena *scratch, const struct condition *c)
{
	static const char *const KINDS[] = { [CONDITION_METHOD] = "method", [CONDITION_HEADER] = "header ", [CONDITION_QUERY] = "parameter " };
	return arena_printf(scratch, ", %s%.*s %s%.*s", KINDS[c->kind], STR_ARG(c->name),
		c->regex ? "~ " : c->kind == CONDITION_METHOD ? "" : "= ", STR_ARG(c->value));
}

static str path_text(struct arena *scratch, const struct match *match)
{
	switch (match->kind) {
	case MATCH_EXACT:
		return arena_printf(scratch, "exact \"%.*s\"", STR_ARG(match->path));
	case MATCH_PREFIX:
		return arena_printf(scratch, "prefix \"%.*s\"", STR_ARG(match->path));
	case MATCH_TEXT:
		return arena_printf(scratch, "begins with \"%.*s\"", STR_ARG(match->path));
	case MATCH_REGEX:
		break;
	}
	if (match->expression.n)
		return arena_printf(scratch, "regular expression \"%.*s\"", STR_ARG(match->path));
	return arena_printf(scratch, "~* \"^%.*s\"", STR_ARG(match->path));
}

static str match_text(struct arena *scratch, const struct match *match)
{
	str text = path_text(scratch, match);
	for (size_t i = 0; i < match->conditions.n; i++)
		text = arena_join(scratch, text, condition_text(scratch, &match->conditions.item[i]));
	return text;
}

static bool has_regex(const struct host *host)
{
	for (size_t i = 0; i < host->routes.n; i++)
		if (host->routes.item[i]->match.kind == MATCH_REGEX && !host->routes.item[i]->match.expression.n)
			return true;
	return false;
}

/* Why a path that takes the request as well came behind. */
static const char *why_behind(const struct match *first, const struct match *behind)
{
	if (first->kind == MATCH_EXACT)
		return "an exact path comes first";
	if (first->kind == MATCH_REGEX && behind->kind == MATCH_REGEX)
		return first->path.n > behind->path.n ? "the longer text is tried first" : "tried later";
	return first->kind == behind->kind && first->path.n > behind->path.n ? "the longer path comes first" : "tried later";
}

/* Why a path does not take the request that it was perhaps meant for; NULL where it was not. */
static const char *why_missed(const struct match *match, str path)
{
	str text = match->path;
	bool slash = text.n > 1 && str_ends(text, STR("/"));
	str bare = slash ? str_slice(text, 0, text.n - 1) : text;
	if (bare.n < 2 || match->kind == MATCH_REGEX || !str_starts_nocase(path, bare))
		return NULL;
	if (!str_starts(path, bare))
		return "letter case counts";
	if (match->kind == MATCH_EXACT)
		return "takes exactly that path";
	return "takes whole path elements";
}

static void tell_route(struct arena *scratch, const struct outcome *outcome, const struct route *route, const char *what, const char *why,
	struct story *story)
{
	if (route == outcome->route)
		return;
	str text = match_text(scratch, &route->match);
	struct story_row *row = story_add(scratch, story, STR(""), arena_printf(scratch, "%s %.*s: %s", what, STR_ARG(text), why));
	row->at = route->at;
}

static void tell_others(struct arena *scratch, struct matcher *matcher, const struct outcome *outcome, struct story *story)
{
	const struct host *host = outcome->host;
	size_t behind = 0, missed = 0;
	bool passed = false;
	enum found found = FOUND_NOT;
	/* one that runs away is the last that is asked */
	for (size_t i = 0; i < host->routes.n && behind < MOST_BEHIND && found != FOUND_TOO_LONG; i++) {
		const struct route *route = host->routes.item[i];
		passed = passed || route == outcome->route;
		if (route == outcome->route || (found = match_takes(matcher, &route->match, outcome->path)) != FOUND)
			continue;
		behind++;
		if (!passed && route->match.conditions.n)
			tell_route(scratch, outcome, route, "not", "the request does not have all of that", story);
		else if (outcome->route && !route->match.conditions.n)
			tell_route(scratch, outcome, route, "next", why_behind(&outcome->route->match, &route->match), story);
	}
	for (size_t i = 0; i < host->routes.n && missed < MOST_MISSED; i++) {
		const struct route *route = host->routes.item[i];
		const char *why = route == outcome->route ? NULL : why_missed(&route->match, outcome->path);
		if (!why || match_takes(matcher, &route->match, outcome->path) == FOUND)
			continue;
		missed++;
		tell_route(scratch, outcome, route, "not", why, story);
	}
}

static void tell_path(struct arena *scratch, struct matcher *matcher, const struct outcome *outcome, const struct story_hints *hints,
	struct story *story)
{
	const struct route *route = outcome->route;
	if (!outcome->host || outcome->host == outcome->entry->fallback || (!route && outcome->problem.n))
		return;
	if (!route) {
		story_add(scratch, story, STR("path"), STR("no path of this host takes it"));
	} else {
		struct story_row *row = story_add(scratch, story, STR("path"), match_text(scratch, &route->match));
		row->at = route->at;
		if (route->implicit)
			row->text = arena_printf(scratch, "%.*s, which the controller adds", STR_ARG(row->text));
	}
	if (has_regex(outcome->host))
		story_add(scratch, story, STR(""), STR("paths here are regular expressions"))->fact = hints->regex_by;
	tell_others(scratch, matcher, outcome, story);
}

void trace_tell_choice(struct arena *scratch, struct matcher *matcher, const struct outcome *outcome, const struct story_hints *hints,
	struct story *story)
{
	if (hints->several_entries) {
		struct story_row *row = story_add(scratch, story, outcome->entry->listeners.n ? STR("gateway") : STR("class"), outcome->entry->name);
		row->fact = outcome->entry->class_facts.n ? outcome->entry->class_facts.item[0] : NULL;
	}
	if (outcome->entry->listeners.n)
		tell_listener(scratch, outcome, story);
	if (outcome->entry->listeners.n && !outcome->host) {
		tell_no_host(scratch, outcome, story);
		for (size_t i = 0; i < hints->detached_count && i < MOST_MISSED; i++)
			story_add(scratch, story, STR(""), hints->detached[i].text)->at = hints->detached[i].at;
		return;
	}
	tell_host(scratch, outcome, story);
	if (hints->near_host.n)
		story_add(scratch, story, STR(""), arena_printf(scratch, "did you mean %.*s?", STR_ARG(hints->near_host)));
	if (outcome->passed && outcome->listener) {
		if (outcome->route)
			story_add(scratch, story, STR("route"), outcome->listener->protocol == LISTENER_TLS ? STR("by the name of the handshake")
				: STR("all connections of the port"))->at = outcome->route->at;
		return;
	}
	if (outcome->passed) {
		const struct fact_list *facts = &outcome->host->passthrough->facts;
		struct story_row *row = story_add(scratch, story, STR("tls"), STR("passed through: the Service ends it, and sees what was sent"));
		row->fact = facts->n ? facts->item[0] : NULL;
		return;
	}
	tell_certificate(scratch, outcome, story);
	tell_path(scratch, matcher, outcome, hints, story);
}
