/* SPDX-License-Identifier: Apache-2.0 */
/* Canaries: where they hang on, and the cases of a forward (reference: ingress-nginx A.6). */
#include "controllers/server.h"

static const str CANARY = STR_INIT("route.canary");

/* The canary has the cookie settings of the main Service, unless it asks for the old behaviour. */
static void copy_affinity(struct subject *s, const struct upstream *primary, struct upstream *alt)
{
	struct setting *behaviour = subject_setting(s, STR("affinity.cookie"), STR("canary"));
	if (!behaviour || !str_eq(behaviour->value.text, STR("legacy")))
		alt->affinity = primary->affinity;
}

/* Of a canary: a Service and where it is to hang on. */
struct wish {
	struct upstream *upstream;
	bool anywhere;                   /* a default backend, at all locations of the default server */
	str path;
	bool exact;
	struct fact_list facts;          /* host, path, pathType */
	const struct ingress_backend *backend;
};

/* Hangs the canary's upstream on the upstreams of locations with the same path and type. False: nothing came of it. */
static bool merge(struct instance *in, const struct server *server, struct subject *s, const struct wish *w)
{
	struct arena *a = in->front->arena;
	bool merged = false;
	for (size_t i = 0; i < server->locations.n; i++) {
		struct upstream *u = server->locations.item[i]->upstream;
		struct location *l = server->locations.item[i];
		if (!u || u == in->default_upstream)
			continue;
		if (u == w->upstream)
			return true;
		if (u->canary || (!w->anywhere && (!str_eq(l->path, w->path) || l->exact != w->exact)))
			continue;
		merged = true;
		l->type_counts = !w->anywhere;
		if (u->alternative && u->alternative != w->upstream)
			continue;
		u->alternative = w->upstream;
		u->canary_subject = s;
		copy_affinity(s, u, w->upstream);
		fact_list_join(a, &u->canary_facts, &w->facts);
		fact_list_add(a, &w->upstream->backend.facts, subject_fact(s, w->backend->service));
		fact_list_add(a, &w->upstream->backend.facts, subject_fact(s, w->backend->port));
	}
	return merged;
}

static void unmatched(struct front *front, struct subject *s, const struct ingress_path *p)
{
	struct diag_site site = { p->at, 1, record_object(front->arena, s->record) };
	struct diag *d = diag_add(front->diags, DIAG_CANARY_UNMATCHED, site,
		STR("a canary path has no main Ingress with the same host, path and pathType"));
	d->effect = STR("none: the controller sends nothing to this canary, and nothing is printed for it");
	d->help = STR("give the canary exactly the host, path and pathType of the main Ingress, or add that Ingress to the input");
	fact_idle(subject_fact(s, p->path), STR("the canary has no main Ingress"));
}

/* The controller looks for the paths of a canary's rule without asking whether there are any (D160). */
static void crash(struct instance *in, struct subject *s, const struct ingress_rule *rule)
{
	bool other = false;
	for (size_t i = 0; i < in->subjects.n; i++)
		other = other || !subject_is_canary(in->subjects.item[i]);
	if (!other || !in->nginx)
		return;
	struct diag_site site = { rule->at, 1, record_object(in->front->arena, s->record) };
	struct diag *d = diag_add(in->front->diags, DIAG_CONFIG_REJECTED, site, STR("a canary's rule without paths makes the controller crash"));
	d->effect = STR("nothing that changes is in force any more, for all Ingresses; here the rule is left out");
	d->help = STR("give the rule its paths, or take it out");
	entry_crash(in, rule->at, d->message);
}

/* One that finds no place is deleted, also where it found one before (D110); what is deleted finds none any more. */
static bool place(struct instance *in, struct server *server, struct subject *s, const struct wish *w, const struct ingress_path *path)
{
	if (server && !w->upstream->deleted && merge(in, server, s, w))
		return true;
	if (path)
		unmatched(in->front, s, path);
	if (server)
		w->upstream->deleted = true;
	return false;
}

static bool place_rule(struct instance *in, struct subject *s, const struct ingress_rule *rule)
{
	struct arena *a = in->front->arena;
	struct server *server = servers_find(in, rule->host ? arena_lower(a, rule->host->value) : (str){ "", 0 });
	bool any = false;
	if (rule->paths.n == 0)
		crash(in, s, rule);
	for (size_t i = 0; i < rule->paths.n; i++) {
		const struct ingress_path *p = &rule->paths.item[i];
		if (!p->backend.service)
			continue;
		struct wish w = { .upstream = upstream_of(in, s, &p->backend), .exact = p->type == PATH_EXACT, .backend = &p->backend };
		w.path = p->path && p->path->value.n ? p->path->value : STR("/");
		fact_list_add(a, &w.facts, subject_fact(s, rule->host));
		fact_list_add(a, &w.facts, subject_fact(s, p->path));
		fact_list_add(a, &w.facts, subject_fact(s, p->type_field));
		any = place(in, server, s, &w, p) || any;
	}
	return any;
}

static bool place_default(struct instance *in, struct subject *s)
{
	const struct ingress_backend *b = &s->ingress->default_backend;
	if (!b->service || !in->nginx)
		return false;
	const struct wish w = { .upstream = upstream_of(in, s, b), .anywhere = true, .backend = b };
	return place(in, servers_find(in, (str){ "", 0 }), s, &w, NULL);
}

void canaries_merge(struct instance *in)
{
	for (size_t i = 0; i < in->subjects.n; i++) {
		struct subject *s = in->subjects.item[i];
		if (!subject_is_canary(s))
			continue;
		bool any = place_default(in, s);
		for (size_t r = 0; r < s->ingress->rules.n; r++)
			any = place_rule(in, s, &s->ingress->rules.item[r]) || any;
		if (!any) {
			struct diag_site site = { s->ingress->meta.at, 1, record_object(in->front->arena, s->record) };
			diag_add(in->front->diags, DIAG_INACTIVE, site, STR("inactive: a canary without a main Ingress is not served"));
			record_state(s->record, INGRESS_INACTIVE);
		}
	}
}

static struct forward_case *add_case(struct arena *a, struct route *route, const struct upstream *to, uint32_t weight)
{
	struct forward_case c = { .backend = to->backend, .weight = weight, .keeps = to->affinity };
	LIST_PUSH(a, &route->cases, c);
	return &route->cases.item[route->cases.n - 1];
}

static void header_case(struct arena *a, struct route *route, const struct upstream *to, str header, str value, bool regex,
	const struct fact_list *facts)
{
	struct forward_case *c = add_case(a, route, to, 1);
	c->header = header;
	c->value = value;
	c->value_regex = regex;
	fact_list_join(a, &c->facts, facts);
}

static void by_header(struct arena *a, struct upstream *u, struct subject *s, struct route *route, const struct fact_list *always)
{
	struct setting *header = subject_setting(s, CANARY, STR("header"));
	struct setting *value = subject_setting(s, CANARY, STR("value"));
	struct setting *pattern = subject_setting(s, CANARY, STR("pattern"));
	if (!header) {
		fact_idle(value ? value->fact : NULL, STR("no header is named"));
		fact_idle(pattern ? pattern->fact : NULL, STR("no header is named"));
		return;
	}
	struct fact_list facts = { 0 };
	fact_list_join(a, &facts, always);
	fact_list_add(a, &facts, header->fact);
	if (value) {
		fact_list_add(a, &facts, value->fact);
		fact_idle(pattern ? pattern->fact : NULL, STR("a fixed header value is set as well and wins"));
		header_case(a, route, u->alternative, header->value.text, value->value.text, false, &facts);
	} else if (pattern) {
		fact_list_add(a, &facts, pattern->fact);
		header_case(a, route, u->alternative, header->value.text, pattern->value.text, true, &facts);
	} else {
		header_case(a, route, u->alternative, header->value.text, STR("always"), false, &facts);
		header_case(a, route, u, header->value.text, STR("never"), false, &facts);
	}
}

static void cookie_case(struct arena *a, struct route *route, const struct upstream *to, str name, str value, const struct fact_list *facts)
{
	struct forward_case *c = add_case(a, route, to, 1);
	c->cookie = name;
	c->value = value;
	fact_list_join(a, &c->facts, facts);
}

static void by_cookie(struct arena *a, struct upstream *u, struct subject *s, struct route *route, const struct fact_list *always)
{
	struct setting *cookie = subject_setting(s, CANARY, STR("cookie"));
	if (!cookie)
		return;
	struct fact_list facts = { 0 };
	fact_list_join(a, &facts, always);
	fact_list_add(a, &facts, cookie->fact);
	cookie_case(a, route, u->alternative, cookie->value.text, STR("always"), &facts);
	cookie_case(a, route, u, cookie->value.text, STR("never"), &facts);
}

static void by_weight(struct arena *a, struct upstream *u, struct subject *s, struct route *route, const struct fact_list *always)
{
	struct setting *weight = subject_setting(s, CANARY, STR("weight"));
	struct setting *total = subject_setting(s, CANARY, STR("total"));
	int64_t t = total && total->value.number > 100 ? total->value.number : 100;
	int64_t w = weight ? weight->value.number : 0;
	w = w < 0 ? 0 : w > t ? t : w;
	/* a Gateway's weights end at 1,000,000 */
	while (t > 1000000) {
		t /= 10;
		w /= 10;
	}
	if (total && (total->value.number <= 100 || !weight))
		fact_idle(total->fact, STR("a total counts only above 100 and beside a weight"));
	else if (total)
		fact_list_add(a, &u->canary_facts, total->fact);
	struct fact_list facts = { 0 };
	if (weight)
		fact_list_join(a, &facts, always);
	fact_list_add(a, &facts, weight ? weight->fact : NULL);
	fact_list_add(a, &facts, total && total->value.number > 100 && weight ? total->fact : NULL);
	if (w < t) {
		struct forward_case *c = add_case(a, route, u, (uint32_t)(t - w));
		fact_list_join(a, &c->facts, &facts);
	}
	if (w > 0) {
		struct forward_case *c = add_case(a, route, u->alternative, (uint32_t)w);
		fact_list_join(a, &c->facts, &facts);
	}
}

/* An alternative carries the facts that name it; a primary is shared by locations, and each names it by its own. */
static void name_backends(struct arena *a, const struct fact_list *backend, struct route *route)
{
	for (size_t i = 0; i < route->cases.n; i++) {
		struct fact_list *facts = &route->cases.item[i].backend.facts;
		if (facts->n == 0)
			fact_list_join(a, facts, backend);
	}
}

void canary_cases(struct instance *in, struct upstream *u, const struct fact_list *backend, struct route *route)
{
	struct arena *a = in->front->arena;
	/* without endpoints of its own the main Service answers 503 before a canary is thought of */
	if (!u->alternative || u->alternative->deleted || u->alternative->answer == 503 || u->answer == 503) {
		add_case(a, route, u, 1);
		name_backends(a, backend, route);
		return;
	}
	struct subject *s = u->canary_subject;
	struct fact_list always = { 0 };
	struct setting *enabled = subject_setting(s, CANARY, STR("enabled"));
	fact_list_join(a, &always, &u->canary_facts);
	fact_list_add(a, &always, enabled ? enabled->fact : NULL);
	steps_canary(in, s, route);
	affinity_canary(in, s, route);
	affinity_case(in, u, u, route);
	affinity_case(in, u->alternative, u->alternative, route);
	by_header(a, u, s, route, &always);
	by_cookie(a, u, s, route, &always);
	by_weight(a, u, s, route, &always);
	name_backends(a, backend, route);
}
