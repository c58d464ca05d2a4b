/* SPDX-License-Identifier: Apache-2.0 */
/* Locations in the order in which they are tried, as routes of the model (reference: ingress-nginx A.7 and A.8). */
#include "controllers/snippet.h"
#include "controllers/variables.h"
#include "kube/names.h"
#include "route/pattern.h"
#include "route/request.h"

#include <openssl/evp.h>
#include <stdlib.h>

/* Longest text first, then from z to a; equal ones keep their order. */
static int compare_locations(const void *pa, const void *pb)
{
	const struct location *a = *(struct location *const *)pa, *b = *(struct location *const *)pb;
	if (a->path.n != b->path.n)
		return a->path.n > b->path.n ? -1 : 1;
	int c = str_cmp(b->path, a->path);
	return c ? c : a->index < b->index ? -1 : a->index > b->index;
}

/* Of one text nginx asks the exact location before the prefix. */
static int compare_in_prefix_mode(const void *pa, const void *pb)
{
	const struct location *a = *(struct location *const *)pa, *b = *(struct location *const *)pb;
	return str_eq(a->path, b->path) && a->exact != b->exact ? (a->exact ? -1 : 1) : compare_locations(pa, pb);
}

static void sort_locations(struct server *server)
{
	if (!server->regex) {
		qsort(server->locations.item, server->locations.n, sizeof *server->locations.item, compare_in_prefix_mode);
		return;
	}
	qsort(server->locations.item, server->locations.n, sizeof *server->locations.item, compare_locations);
}

/* A location whose text is the target is not rewritten. */
bool rewrite_active(const struct location *l)
{
	struct setting *target = l->subject ? subject_setting(l->subject, STR("route.rewrite"), STR("target")) : NULL;
	return target && target->value.text.n > 0 && !str_eq(str_trim(target->value.text), l->path);
}

/* A prefix /x is the two locations /x/ and /x, of which the target /x rewrites the first (reference: ingress-nginx A.7, A.8). */
static bool rewrites(const struct location *l)
{
	struct setting *target = l->subject ? subject_setting(l->subject, STR("route.rewrite"), STR("target")) : NULL;
	bool split = target && !l->exact && !str_ends(l->path, STR("/")) && !subject_flag(l->subject, STR("route.match"), STR("regex"));
	return split || rewrite_active(l);
}

static bool uses_regex(struct subject *subject)
{
	return subject && subject_flag(subject, STR("route.match"), STR("regex"));
}

static bool is_regex_mode(const struct server *server)
{
	for (size_t i = 0; i < server->locations.n; i++) {
		const struct location *l = server->locations.item[i];
		if (!l->catch_all && (uses_regex(l->subject) || rewrites(l)))
			return true;
	}
	return false;
}

/* use-regex is decisive where nothing else reads the host's paths as expressions and one of them is more than the root. */
static void account_regex(struct instance *in, struct server *server, const struct location *l, struct route *route)
{
	struct setting *regex = l->subject ? subject_setting(l->subject, STR("route.match"), STR("regex")) : NULL;
	if (!regex)
		return;
	bool other = false, longer = false;
	for (size_t i = 0; i < server->locations.n; i++) {
		const struct location *m = server->locations.item[i];
		struct setting *theirs = m->subject ? subject_setting(m->subject, STR("route.match"), STR("regex")) : NULL;
		if ((theirs && theirs != regex && theirs->value.truth) || rewrites(m))
			other = true;
		longer = longer || m->exact || m->path.n > 1;
	}
	if (other)
		fact_idle(regex->fact, STR("the paths of this host are read as regular expressions anyway"));
	else if (!longer)
		fact_idle(regex->fact, STR("this host has the root only, which takes every path either way"));
	else
		fact_list_add(in->front->arena, &route->facts, regex->fact);
}

/* Where locations of that path begin, after they are sorted; the number of locations: there is none. */
static size_t first_of_path(const struct server *server, str path)
{
	size_t low = 0, high = server->locations.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		str at = server->locations.item[middle]->path;
		if (at.n > path.n || (at.n == path.n && str_cmp(at, path) > 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low < server->locations.n && str_eq(server->locations.item[low]->path, path) ? low : server->locations.n;
}

static bool has_location(const struct server *server, str path)
{
	return first_of_path(server, path) < server->locations.n;
}

/* A location that ends in a slash answers 301 to the path without it, unless that is a location itself (A.9). */
static void slash_redirect(struct instance *in, struct server *server, struct host *host, const struct location *l)
{
	str without = str_slice(l->path, 0, l->path.n - 1);
	if (!in->nginx || server->regex || l->path.n < 2 || !str_ends(l->path, STR("/")) || has_location(server, without))
		return;
	if (l->subject && l->subject->denied)
		return;
	struct route *r = route_add(in, host, MATCH_EXACT, without, l->subject->owner);
	r->at = l->at;
	r->implicit = true;
	fact_list_join(in->front->arena, &r->facts, &l->facts);
	steps_host(in, server, r);
	answers_before(in, server, l, r);
	answers_body(in, l, r);
	struct step *s = route_step(in->front->arena, r, STEP_REDIRECT, STR("redirect.slash"), NULL);
	s->as.redirect = (struct redirect){ .change = PATH_FULL, .path = l->path, .status = 301, .keeps_query = true };
	s->as.redirect.location = uri_escape(in->front->arena, l->path, ESCAPE_PATH);
	s->as.redirect.adds_query = true;
	s->as.redirect.relative = subject_flag(l->subject, STR("redirect.relative"), STR("enabled"));
}

static bool same_place(const struct route *r, enum match_kind kind, str path)
{
	if (r->match.kind != kind)
		return false;
	if (kind == MATCH_PREFIX)
		return str_eq(path_without_slash(r->match.path), path_without_slash(path));
	return str_eq(r->match.path, path);
}

static void idle_location(const struct location *l, str why)
{
	for (size_t i = 0; i < l->facts.n; i++)
		fact_idle(l->facts.item[i], why);
	for (size_t i = 0; i < l->backend_facts.n; i++)
		fact_idle(l->backend_facts.item[i], why);
	fact_idle(l->type_fact, why);
}

static void duplicate_location(struct instance *in, const struct location *l, str name)
{
	struct diag_site site = { l->at, 1, l->subject ? record_object(in->front->arena, l->subject->record) : (str){ "", 0 } };
	struct diag *d = diag_addf(in->front->diags, DIAG_CONFIG_REJECTED, site,
		"nginx refuses the whole configuration: duplicate location \"%.*s\"", STR_ARG(name));
	d->effect = STR("the controller keeps its last good configuration, and no later change of any Ingress is in force");
	d->help = STR("delete one of the two paths (/x and /x/ with pathType Prefix are the same location)");
	entry_reject(in, l->at, d->message);
}

/* Equal for what same_place() calls the same. */
static str place_key(struct arena *arena, enum match_kind kind, str path)
{
	return arena_printf(arena, "%d %.*s", (int)kind, STR_ARG(kind == MATCH_PREFIX ? path_without_slash(path) : path));
}

/* Whether a route of an Ingress is there already. */
static bool has_place(struct instance *in, struct server *server, const struct host *host, enum match_kind kind, str path)
{
	struct arena *a = in->front->arena;
	if (host->routes.n <= MANY_PATHS) {
		for (size_t i = 0; i < host->routes.n; i++)
			if (!host->routes.item[i]->implicit && same_place(host->routes.item[i], kind, path))
				return true;
		return false;
	}
	if (server->placed == 0)
		map_init(&server->places, a);
	for (; server->placed < host->routes.n; server->placed++) {
		struct route *r = host->routes.item[server->placed];
		if (!r->implicit)
			map_set(&server->places, place_key(a, r->match.kind, r->match.path), r);
	}
	return map_get(&server->places, place_key(a, kind, path)) != NULL;
}

/* nginx refuses two prefix or two exact locations with one text; in regex mode the first of them wins (D6). */
static bool is_duplicate(struct instance *in, struct server *server, const struct host *host, enum match_kind kind, const struct location *l)
{
	if (!has_place(in, server, host, kind, l->path))
		return false;
	bool below = kind == MATCH_PREFIX && !str_ends(l->path, STR("/"));
	if (!server->regex && in->nginx)
		duplicate_location(in, l, below ? arena_join(in->front->arena, l->path, STR("/")) : l->path);
	idle_location(l, STR("another path of this host has the same text and comes first"));
	return true;
}

/* What every path that an expression takes begins with: its text up to the first character with a meaning of its own. */
static str literal_head(str path)
{
	if (str_starts(path, STR("^")))
		path = str_from(path, 1);
	if (str_has_char(path, '|') && !str_has_char(path, '('))
		return (str){ "", 0 };
	size_t n = 0;
	while (n < path.n && !str_has_char(STR("\\^$.|?*+()[]{}"), path.p[n]))
		n++;
	bool repeated = n < path.n && str_has_char(STR("?*+{"), path.p[n]);
	return str_slice(path, 0, n - (repeated && n));
}

/* Every request for the location is taken by a route that is tried before it. */
static bool takes_all(struct instance *in, struct route *r, const struct location *l)
{
	str wide, narrow, head = literal_head(l->path);
	if (path_is_literal(l->path, true) && match_takes_all(in->matcher, &r->match, l->path))
		return true;
	if (path_is_literal(r->match.path, true))
		return str_starts_nocase(head, r->match.path);
	if (!path_prefix_form(r->match.path, &wide))
		return false;
	if (wide.n == 1 || (path_prefix_form(l->path, &narrow) && str_eq_nocase(wide, narrow)))
		return true;
	return head.n > wide.n && str_starts_nocase(head, wide) && head.p[wide.n] == '/';
}

static bool is_shadowed(struct instance *in, const struct server *server, const struct host *host, const struct location *l)
{
	if (!server->regex)
		return false;
	for (size_t i = 0; i < host->routes.n; i++) {
		struct route *r = host->routes.item[i];
		if (r->match.kind != MATCH_REGEX || !takes_all(in, r, l))
			continue;
		idle_location(l, STR("an expression of this host with a longer text takes all its requests"));
		return true;
	}
	return false;
}

static void invalid_regex(struct instance *in, const struct location *l, str why, size_t offset)
{
	struct arena *a = in->front->arena;
	struct diag_site site = { l->at, 1, l->subject ? record_object(a, l->subject->record) : (str){ "", 0 } };
	if (l->facts.n)
		site = fact_site_within(in->front, l->facts.item[0], l->facts.item[0]->value, offset);
	str where = offset >= l->path.n ? STR("at its end") : arena_printf(a, "at character %zu", count_characters(l->path, offset) + 1);
	struct diag *d = diag_addf(in->front->diags, DIAG_CONFIG_REJECTED, site,
		"nginx refuses the whole configuration: the path %.*s is no valid regular expression (%.*s, %.*s)", STR_ARG(l->path),
		STR_ARG(why), STR_ARG(where));
	d->effect = STR("the controller keeps its last good configuration; the path is left out");
	entry_reject(in, site.at, d->message);
	d->help = STR("correct the expression");
	idle_location(l, STR("nginx refuses the expression of this path"));
	for (size_t j = 0; j < l->facts.n; j++)
		fact_lost(l->facts.item[j], FACT_INVALID, LOSS_NONE, DIAG_CONFIG_REJECTED, STR("nginx refuses the expression"));
}

/* The expression of a path as nginx compiles it, in which no group has the name of a variable of nginx's own; NULL: nginx refuses it. */
static struct pattern *compile_path(struct instance *in, const struct location *l)
{
	struct arena *a = in->front->arena;
	str why, name;
	size_t offset, group;
	struct pattern *p = pattern_new(a, arena_join(a, STR("^"), l->path), PATTERN_NOCASE, &why, &offset);
	if (!p)
		invalid_regex(in, l, why, offset ? offset - 1 : 0);
	for (size_t i = 0; p && pattern_name(p, i, &name, &group); i++) {
		if (!nginx_owns_variable(name))
			continue;
		str head = str_slice(l->path, 0, str_find(l->path, name));
		invalid_regex(in, l, arena_printf(a, "nginx has a variable $%.*s of its own", STR_ARG(name)), head.n);
		return NULL;
	}
	return p;
}

/* A prefix beside an exact path with the same text is what lies below it, and no more (A.7). */
static bool has_exact(const struct server *server, str path)
{
	for (size_t i = first_of_path(server, path); i < server->locations.n && str_eq(server->locations.item[i]->path, path); i++)
		if (server->locations.item[i]->exact)
			return true;
	return false;
}

/* The controller writes a prefix as two locations, of which the one below ends in a slash; expressions and rewrites stay whole (A.7). */
static bool is_expanded(const struct location *l)
{
	struct setting *target = l->subject ? subject_setting(l->subject, STR("route.rewrite"), STR("target")) : NULL;
	bool rewrites = target && target->value.text.n && !str_eq(str_trim(target->value.text), l->path) && !l->catch_all;
	return !l->exact && !str_eq(l->path, STR("/")) && !rewrites && !(uses_regex(l->subject) && !l->catch_all);
}

/* The default server's own root, of no Ingress: what the controller's settings alone make of it. */
static void bare_steps(struct instance *in, struct server *server, const struct location *l, struct route *r)
{
	if (!in->nginx)
		return;
	guards_of_server(in, r);
	snippets_of_host(in, server, r);
	answers_before(in, server, l, r);
	headers_of_controller(in, r);
	snippets_answers(in, server, l, r);
	answers_body(in, l, r);
	snippets_before(in, server, l, r);
	answers_no_endpoints(in, l, r);
	snippets_behind(in, server, l, r);
}

static void fill_route(struct instance *in, struct server *server, const struct location *l, struct route *r)
{
	if (l->subject) {
		account_regex(in, server, l, r);
		steps_host(in, server, r);
		steps_build(in, server, l, r);
	} else {
		bare_steps(in, server, l, r);
	}
	if (l->upstream)
		canary_cases(in, l->upstream, &l->backend_facts, r);
	else
		route_step(in->front->arena, r, STEP_STATUS, STR("route.none"), NULL)->status = 404;
}

static void build_one(struct instance *in, struct server *server, struct host *host, const struct location *written, const struct location *l)
{
	enum match_kind kind = server->regex ? MATCH_REGEX : l->exact ? MATCH_EXACT : MATCH_PREFIX;
	struct pattern *pattern = server->regex ? compile_path(in, l) : NULL;
	if ((server->regex && !pattern) || is_duplicate(in, server, host, kind, l) || is_shadowed(in, server, host, l))
		return;
	/* of the Ingress API a slash at the end of a prefix says nothing; in nginx it does */
	str path = kind == MATCH_PREFIX && !in->nginx ? path_without_slash(l->path) : l->path;
	struct route *r = route_add(in, host, kind, path, l->subject ? l->subject->owner : NULL);
	r->match.pattern = pattern;
	r->at = l->at;
	r->implicit = l->implicit;
	r->literal = path_is_literal(l->path, false);
	fact_list_join(in->front->arena, &r->facts, &l->facts);
	balancer_note(in, r);
	/* a root with pathType Prefix takes the place of the implicit one, whatever the mode */
	if (server->regex && !l->type_counts && str_eq(l->path, written->path) && !str_eq(l->path, STR("/")))
		fact_idle(l->type_fact, STR("the paths of this host are regular expressions, whatever their pathType says"));
	else
		fact_list_add(in->front->arena, &r->facts, l->type_fact);
	fill_route(in, server, l, r);
	if (!l->implicit)
		slash_redirect(in, server, host, l);
}

/*
 * In regex mode the two locations of a prefix are one, where they are neighbours and do the same. Below an exact path with the same
 * text there is only the one with the slash; where the target is the path itself, only that one is rewritten (D51).
 */
static void build_location(struct instance *in, struct server *server, struct host *host, struct location *written)
{
	struct arena *a = in->front->arena;
	struct location below = *written;
	written->ingress_path = below.ingress_path = written->path;
	answers_fallback(in, written);
	below.fallback = written->fallback;
	bool slash = str_ends(written->path, STR("/")), expanded = server->regex && is_expanded(written);
	if (!slash)
		below.path = arena_join(a, written->path, STR("/"));
	if (!expanded || slash) {
		build_one(in, server, host, written, written);
	} else if (has_exact(server, written->path)) {
		build_one(in, server, host, written, &below);
	} else if (rewrite_active(&below)) {
		build_one(in, server, host, written, &below);
		build_one(in, server, host, written, written);
	} else {
		build_one(in, server, host, written, written);
	}
}

/* What the controller answers for itself, at paths below which no Ingress has a longer one (reference: A.9). */
static void add_own(struct instance *in, struct host *host, str path, uint32_t status, str ranges)
{
	struct arena *a = in->front->arena;
	struct route *r = NEW(a, struct route);
	r->match = (struct match){ .kind = MATCH_TEXT, .path = path };
	r->implicit = true;
	if (ranges.n) {
		struct step *s = route_step(a, r, STEP_GUARD, STR("route.health"), NULL);
		s->quiet = true;
		s->value = ranges;
		guard_ranges(a, ranges, &s->as.guard);
	}
	route_step(a, r, STEP_STATUS, STR("route.health"), NULL)->status = status;
	LIST_PUSH(a, &host->own, r);
}

static void add_own_routes(struct instance *in, struct host *host)
{
	static const str HEALTH = STR_INIT("route.health");
	if (!in->nginx)
		return;
	add_own(in, host, controller_default(in->controller, HEALTH, STR("path")), 200, STR(""));
	add_own(in, host, STR("/nginx_status"), 200, controller_default(in->controller, HEALTH, STR("status-ranges")));
}

/* No Ingress stands for requests that no host takes: what is printed for them is named after the controller's own Service. */
static const struct owner *default_owner(struct instance *in)
{
	struct arena *a = in->front->arena;
	if (!in->default_upstream)
		return NULL;
	const struct backend *b = &in->default_upstream->backend;
	const struct service *service = snapshot_service(in->front->snapshot, b->namespace, b->name);
	struct owner *owner = NEW(a, struct owner);
	owner->namespace = b->namespace;
	owner->name = arena_join(a, b->name, STR("-unknown-hosts"));
	owner->at = service ? service->meta.at : (struct place){ 0, 0 };
	owner->namespace_written = true;
	owner->record = ledger_other(in->front->ledger, STR("Service"), b->namespace, b->name, owner->at);
	owner->record->controller = in->controller->table->name;
	return owner;
}

/* The controller asks a service for the location: its own, or that for all. */
static bool asks_service(const struct instance *in, const struct location *l)
{
	if (!l->subject || l->catch_all)
		return false;
	struct setting *off = subject_setting(l->subject, STR("auth.global"), STR("enabled"));
	return subject_setting(l->subject, STR("auth.external"), STR("url")) ||
		(!value_is_off(controller_default(in->controller, STR("auth.global"), STR("enabled"))) && (!off || off->value.truth));
}

/* As nginx's log has it: the path in base64 for URLs, without padding. */
static str question_name(struct arena *a, str path, bool exact)
{
	unsigned char *text = NEWS(a, unsigned char, (path.n + 2) / 3 * 4 + 1);
	size_t n = (size_t)EVP_EncodeBlock(text, (const unsigned char *)path.p, (int)path.n);
	for (size_t i = 0; i < n; i++)
		text[i] = text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i];
	while (n && text[n - 1] == '=')
		n--;
	return arena_printf(a, "/_external-auth-%.*s-%s", (int)n, (const char *)text, exact ? "Exact" : "Prefix");
}

/* Locations for these questions are named after path and type; two of one name are too many in regex mode as well (D142). */
static void note_question(struct instance *in, struct map *names, const struct location *l, str path, bool exact)
{
	str name = question_name(in->front->arena, path, exact);
	if (map_get(names, name))
		duplicate_location(in, l, name);
	map_set(names, name, NEW(in->front->arena, bool));
}

static void check_questions(struct instance *in, const struct server *server)
{
	struct map names;
	map_init(&names, in->front->arena);
	for (size_t i = 0; i < server->locations.n && in->nginx && server->regex; i++) {
		const struct location *l = server->locations.item[i];
		if (!asks_service(in, l))
			continue;
		bool slash = str_ends(l->path, STR("/")), expanded = is_expanded(l);
		note_question(in, &names, l, expanded && !slash ? arena_join(in->front->arena, l->path, STR("/")) : l->path, l->exact);
		if (expanded && !has_exact(server, l->path))
			note_question(in, &names, l, l->path, true);
	}
}

static void build_host(struct instance *in, struct server *server)
{
	struct arena *a = in->front->arena;
	struct host *h = NEW(a, struct host);
	if (server->name.n == 0)
		add_own_routes(in, h);
	if (server->name.n == 0 && !server->locations.item[0]->subject && server->locations.n == 1) {
		/* nothing but the controller's own default server */
		h->creator = default_owner(in);
		h->name = (struct host_name){ .kind = HOST_ANY };
		build_location(in, server, h, server->locations.item[0]);
		if (h->creator)
			certificate_complete(in, server, h);
		in->entry->fallback = h;
		return;
	}
	server->host = h;
	server->regex = in->nginx && is_regex_mode(server);
	h->name = (struct host_name){ .kind = host_kind_of(server->name), .name = host_written(in, server), .facts = server->facts };
	h->certificate = server->certificate;
	h->certificate.listener = host_near(a, server->certificate.listener);
	h->creator = server->creator ? server->creator->owner : NULL;
	LIST_PUSH(a, &in->entry->hosts, h);
	aliases_add(in, server, h);
	sort_locations(server);
	check_questions(in, server);
	for (size_t i = 0; i < server->locations.n; i++)
		build_location(in, server, h, server->locations.item[i]);
	snippet_routes_add(in, server, h);
	certificate_complete(in, server, h);
	app_root_add(in, server, h);
	www_add(in, server);
}

static int compare_hosts(const void *pa, const void *pb)
{
	const struct host *a = *(struct host *const *)pa, *b = *(struct host *const *)pb;
	return str_cmp(a->name.name, b->name.name);
}

void routes_build(struct instance *in)
{
	in->matcher = matcher_new(in->front->arena, PATTERN_BUILD_STEPS);
	for (size_t i = 0; i < in->servers.n; i++)
		build_host(in, in->servers.item[i]);
	if (in->entry->hosts.n)
		qsort(in->entry->hosts.item, in->entry->hosts.n, sizeof *in->entry->hosts.item, compare_hosts);
	aliases_settle(in);
}
