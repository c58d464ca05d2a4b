/* SPDX-License-Identifier: Apache-2.0 */
/* Servers and locations out of the Ingresses of one controller: reference ingress-nginx A.4 and A.5. */
#include "controllers/server.h"

bool subject_is_canary(struct subject *subject)
{
	return subject_flag(subject, STR("route.canary"), STR("enabled"));
}

struct server *servers_find(const struct instance *instance, str host)
{
	return map_get(&instance->server_by_name, host);
}

static struct server *server_new(struct instance *in, str name, struct subject *creator)
{
	struct arena *a = in->front->arena;
	struct server *s = NEW(a, struct server);
	s->name = name;
	s->creator = creator;
	LIST_PUSH(a, &in->servers, s);
	map_set(&in->server_by_name, name, s);
	return s;
}

static struct location *location_new(struct instance *in, struct server *server, str path, bool exact, struct subject *subject)
{
	struct location *l = NEW(in->front->arena, struct location);
	l->path = path;
	l->exact = exact;
	l->subject = subject;
	l->index = server->locations.n;
	LIST_PUSH(in->front->arena, &server->locations, l);
	return l;
}

static str rule_host(struct instance *in, const struct ingress_rule *rule)
{
	return rule->host ? arena_lower(in->front->arena, str_trim(rule->host->value)) : (str){ "", 0 };
}

/* The backend's own facts are those of the Ingress that names it; a location keeps a copy of its upstream's backend. */
static void backend_facts(struct instance *in, struct subject *subject, const struct ingress_backend *b, struct fact_list *out)
{
	fact_list_add(in->front->arena, out, subject_fact(subject, b->service));
	fact_list_add(in->front->arena, out, subject_fact(subject, b->port));
}

static void use_default_backend(struct instance *in, struct location *l, struct subject *s)
{
	const struct ingress_backend *b = &s->ingress->default_backend;
	if (!b->service)
		return;
	l->upstream = upstream_of(in, s, b);
	l->at = b->at;
	backend_facts(in, s, b, &l->backend_facts);
}

/* First pass: the default server's root, and a server with its implicit root for each new host. */
static void first_pass(struct instance *in)
{
	struct server *any = server_new(in, (str){ "", 0 }, NULL);
	struct location *bare = location_new(in, any, STR("/"), false, NULL);
	bare->implicit = true;
	bare->upstream = in->default_upstream;
	for (size_t i = 0; i < in->subjects.n; i++) {
		struct subject *s = in->subjects.item[i];
		if (subject_is_canary(s))
			continue;
		struct location *root = any->locations.item[0];
		bool take = s->ingress->default_backend.service && root->implicit && !root->subject;
		if (take && (s->ingress->rules.n == 0 || !in->nginx)) {
			root->subject = s;
			root->implicit = false;
			root->catch_all = true;
			any->creator = s;
			use_default_backend(in, root, s);
		}
		for (size_t r = 0; r < s->ingress->rules.n; r++) {
			const struct ingress_rule *rule = &s->ingress->rules.item[r];
			str host = rule_host(in, rule);
			struct server *server = servers_find(in, host);
			if (!server) {
				server = server_new(in, host, s);
				struct location *l = location_new(in, server, STR("/"), false, s);
				l->implicit = true;
				l->at = rule->at;
				l->upstream = in->default_upstream;
				use_default_backend(in, l, s);
			}
			fact_list_add(in->front->arena, &server->facts, subject_fact(s, rule->host));
		}
	}
}

static void say_ignored(struct front *front, struct subject *s, const struct ingress_path *p, struct location *winner)
{
	struct fact *fact = subject_fact(s, p->path ? p->path : p->backend.service);
	struct diag_site site = fact ? fact_site(front->arena, fact) : (struct diag_site){ p->at, 1, record_object(front->arena, s->record) };
	struct diag *d = diag_add(front->diags, DIAG_PATH_IGNORED, site, STR("another Ingress owns this path of this host already"));
	d->effect = STR("none: the controller ignores this path, and nothing is printed for it");
	d->help = STR("delete the path from the losing Ingress");
	str why = winner->subject ? arena_printf(front->arena, "the path belongs to %.*s", STR_ARG(record_object(front->arena, winner->subject->record)))
		: STR("the path belongs to another Ingress");
	fact_idle(fact, why);
	fact_idle(subject_fact(s, p->backend.service), why);
	fact_idle(subject_fact(s, p->backend.port), why);
	fact_idle(subject_fact(s, p->type_field), why);
	bool timed = s->ingress->meta.created >= 0 && winner->subject && winner->subject->ingress->meta.created >= 0;
	if (timed || front->closed_world || !winner->subject || winner->subject == s)
		return;
	struct diag *n = diag_add(front->diags, DIAG_ASSUMED_WINNER, site,
		STR("assumed: where two Ingresses claim one path, the one that sorts last by namespace and name was there first"));
	n->help = STR("the older one wins in the cluster: give input with creationTimestamp (kubectl get ingress -A -o yaml)");
	struct fact *const lost[] = { fact, subject_fact(s, p->backend.service), subject_fact(s, p->backend.port), subject_fact(s, p->type_field) };
	for (size_t i = 0; i < sizeof lost / sizeof *lost; i++)
		if (lost[i])
			lost[i]->assumed = true;
	/* nobody knows who was first: what the loser guards is not to stand open for it */
	if (!winner->rival)
		winner->rival = s;
	for (size_t i = 0; i < s->settings.n; i++)
		s->settings.item[i].fact->assumed = true;
	for (size_t i = 0; i < winner->facts.n; i++)
		winner->facts.item[i]->assumed = true;
	for (size_t i = 0; i < winner->backend_facts.n; i++)
		winner->backend_facts.item[i]->assumed = true;
}

static void fill(struct instance *in, struct location *l, struct subject *s, const struct ingress_path *p)
{
	struct arena *a = in->front->arena;
	l->subject = s;
	l->implicit = false;
	l->at = p->at;
	l->upstream = upstream_of(in, s, &p->backend);
	l->facts.n = 0;
	l->backend_facts.n = 0;
	backend_facts(in, s, &p->backend, &l->backend_facts);
	fact_list_add(a, &l->facts, subject_fact(s, p->path));
	l->type_fact = subject_fact(s, p->type_field);
}

static void resource_backend(struct front *front, struct subject *s, const struct ingress_path *p)
{
	struct diag_site site = { p->at, 1, record_object(front->arena, s->record) };
	struct diag *d = diag_add(front->diags, DIAG_RESOURCE_BACKEND, site, STR("a resource backend is not served by this controller"));
	d->effect = STR("none: the controller skips the path, and nothing is printed for it");
	d->help = STR("name a Service as the backend");
}

/* The first location of that path, in the order of coming; NULL: there is none. */
static struct location *find_location(struct instance *in, struct server *server, str path)
{
	if (server->locations.n <= MANY_PATHS) {
		for (size_t i = 0; i < server->locations.n; i++)
			if (str_eq(server->locations.item[i]->path, path))
				return server->locations.item[i];
		return NULL;
	}
	if (server->indexed == 0)
		map_init(&server->by_path, in->front->arena);
	for (; server->indexed < server->locations.n; server->indexed++) {
		struct location *l = server->locations.item[server->indexed];
		if (!map_get(&server->by_path, l->path))
			map_set(&server->by_path, l->path, l);
	}
	return map_get(&server->by_path, path);
}

/* False when the path is not taken: no Service, a canary's, or another one is there. */
static bool add_path(struct instance *in, struct server *server, struct subject *s, const struct ingress_path *p)
{
	if (!p->backend.service) {
		if (p->backend.resource)
			resource_backend(in->front, s, p);
		return false;
	}
	str path = p->path && p->path->value.n ? p->path->value : STR("/");
	bool exact = p->type == PATH_EXACT;
	if (upstream_of(in, s, &p->backend)->canary)
		return false;
	affinity_note(in, server, s, upstream_of(in, s, &p->backend), path);
	struct location *l = find_location(in, server, path);
	if (!l || l->exact != exact)
		l = location_new(in, server, path, exact, s);
	else if (!l->implicit) {
		say_ignored(in->front, s, p, l);
		return false;
	}
	fill(in, l, s, p);
	return true;
}

static void note_www(struct instance *in, struct server *server, struct subject *s)
{
	struct setting *www = subject_setting(s, STR("redirect.www"), STR("enabled"));
	if (!www || !www->value.truth || server->name.n == 0)
		return;
	server->www = true;
	server->www_subject = s;
	fact_list_add(in->front->arena, &server->www_facts, www->fact);
}

/* Third pass: the paths. Canaries take part in what concerns the whole server. */
static void third_pass(struct instance *in)
{
	struct arena *a = in->front->arena;
	for (size_t i = 0; i < in->subjects.n; i++) {
		struct subject *s = in->subjects.item[i];
		bool canary = subject_is_canary(s);
		for (size_t r = 0; r < s->ingress->rules.n; r++) {
			const struct ingress_rule *rule = &s->ingress->rules.item[r];
			struct server *server = servers_find(in, rule_host(in, rule));
			if (!server)
				server = servers_find(in, (str){ "", 0 });
			LIST_PUSH(a, &server->subjects, s);
			/* of a canary, paths to a Service that a main Ingress has named before are ordinary paths */
			bool placed = false;
			for (size_t p = 0; p < rule->paths.n; p++)
				placed = add_path(in, server, s, &rule->paths.item[p]) || placed;
			if (placed)
				note_www(in, server, s);
			if (!canary)
				LIST_PUSH(a, &server->owners, s);
		}
	}
}

void servers_build(struct instance *in)
{
	map_init(&in->upstream_by_key, in->front->arena);
	map_init(&in->server_by_name, in->front->arena);
	in->default_upstream = controller_backend(in);
	upstreams_create(in);
	first_pass(in);
	third_pass(in);
}
