/* SPDX-License-Identifier: Apache-2.0 */
/* Upstreams, servers and locations out of the Ingresses of one controller: reference ingress-nginx A.4 and A.5. */
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

/* A port that has no number in the input: http and https are what they are by name (RFC 6335 service names), taken as an assumption. */
static uint32_t assumed_port(str name)
{
	if (str_eq_nocase(name, STR("http")))
		return 80;
	if (str_eq_nocase(name, STR("https")))
		return 443;
	return 0;
}

static void assume_port(struct front *front, struct subject *subject, const struct ingress_backend *b, struct backend *out)
{
	struct fact *fact = subject_fact(subject, b->port);
	out->port = assumed_port(b->port->value);
	if (out->port) {
		struct diag *d = diag_addf(front->diags, DIAG_ASSUMED_PRESENT, fact_site(front->arena, fact),
			"assumed: Services have port %u under the name %.*s", (unsigned)out->port, STR_ARG(b->port->value));
		d->help = STR("add the Services to the input (kubectl get services -A -o yaml), or write numbers into the Ingresses");
		if (fact)
			fact->assumed = true;
		return;
	}
	struct diag *d = diag_addf(front->diags, DIAG_PORT_NAME_UNRESOLVED, fact_site(front->arena, fact),
		"port %.*s is a name, and the Service that gives its number is not in the input", STR_ARG(b->port->value));
	d->loss = LOSS_ROUTING;
	d->effect = STR("a Gateway needs the number: the rule is printed without a backend and answers 500");
	d->help = STR("add the Service to the input (kubectl get services -A -o yaml), or write the number into the Ingress");
	str why = STR("the number of the port is not in the input");
	fact_lost(fact, FACT_INEXPRESSIBLE, LOSS_ROUTING, DIAG_PORT_NAME_UNRESOLVED, why);
	fact_lost(subject_fact(subject, b->service), FACT_INEXPRESSIBLE, LOSS_ROUTING, DIAG_PORT_NAME_UNRESOLVED, why);
}

static void port_missing(struct front *front, struct subject *subject, const struct ingress_backend *b)
{
	struct diag *d = diag_addf(front->diags, DIAG_PORT_MISSING, fact_site(front->arena, subject_fact(subject, b->port)),
		"the Service has no port %.*s", STR_ARG(b->port->value));
	d->effect = STR("the controller answers 503 today; a Gateway answers 500");
	d->help = STR("correct the port in the Ingress or in the Service");
}

static void resolve_service(struct front *front, struct subject *subject, const struct ingress_backend *b, struct backend *out)
{
	const struct service *service = snapshot_service(front->snapshot, subject->ingress->meta.namespace, out->name);
	if (b->port && b->port_is_number)
		out->port = b->port_number;
	if (!service) {
		out->exists = !front->closed_world;
		if (front->closed_world) {
			struct diag *d = diag_add(front->diags, DIAG_SERVICE_MISSING, fact_site(front->arena, subject_fact(subject, b->service)),
				STR("the Service does not exist"));
			d->effect = STR("the controller answers 503 today; a Gateway answers 500");
			d->help = STR("create the Service, or give --world open if the input does not hold all objects");
		}
		else if (b->port && !b->port_is_number)
			assume_port(front, subject, b, out);
		return;
	}
	out->external = str_eq(service->type, STR("ExternalName"));
	out->empty = service->endpoints == ENDPOINTS_NONE;
	const struct service_port *port = b->port ? service_port_find(service, b->port->value) : NULL;
	if (port)
		out->port = port->port;
	out->exists = port || (out->external && out->port);
	if (!out->exists && b->port)
		port_missing(front, subject, b);
}

struct upstream *upstream_of(struct instance *in, struct subject *subject, const struct ingress_backend *b)
{
	struct arena *a = in->front->arena;
	str namespace = subject->ingress->meta.namespace;
	str port = b->port ? b->port->value : (str){ "", 0 };
	str key = arena_printf(a, "%.*s/%.*s/%.*s", STR_ARG(namespace), STR_ARG(b->service->value), STR_ARG(port));
	struct upstream *u = map_get(&in->upstream_by_key, key);
	if (u)
		return u;
	u = NEW(a, struct upstream);
	u->backend.namespace = subject->owner->namespace;
	u->backend.name = b->service->value;
	resolve_service(in->front, subject, b, &u->backend);
	u->canary = subject_is_canary(subject);
	map_set(&in->upstream_by_key, key, u);
	LIST_PUSH(a, &in->upstreams, u);
	return u;
}

/* The backend's own facts are those of the Ingress that names it; a location keeps a copy of its upstream's backend. */
static void backend_facts(struct instance *in, struct subject *subject, const struct ingress_backend *b, struct fact_list *out)
{
	fact_list_add(in->front->arena, out, subject_fact(subject, b->service));
	fact_list_add(in->front->arena, out, subject_fact(subject, b->port));
}

static void upstreams_create(struct instance *in)
{
	for (size_t i = 0; i < in->subjects.n; i++) {
		struct subject *s = in->subjects.item[i];
		if (s->ingress->default_backend.service)
			upstream_of(in, s, &s->ingress->default_backend);
		for (size_t r = 0; r < s->ingress->rules.n; r++)
			for (size_t p = 0; p < s->ingress->rules.item[r].paths.n; p++)
				if (s->ingress->rules.item[r].paths.item[p].backend.service)
					upstream_of(in, s, &s->ingress->rules.item[r].paths.item[p].backend);
	}
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

/*
 * What the controller answers where no path fits: the Service of its argument default-backend-service (its first port), else its
 * own 404 (reference: A.15).
 */
static struct upstream *controller_backend(struct instance *in)
{
	str namespace, name, named = controller_default(in->controller, STR("backend.default"), STR("service"));
	if (!in->nginx || !str_has_char(named, '/') || !str_cut(named, '/', &namespace, &name))
		return NULL;
	const struct service *service = snapshot_service(in->front->snapshot, namespace, name);
	if (!service && in->front->closed_world)
		return NULL;
	struct upstream *u = NEW(in->front->arena, struct upstream);
	u->backend = (struct backend){ .namespace = namespace, .name = name, .exists = true, .port = 80 };
	if (service && service->ports.n)
		u->backend.port = service->ports.item[0].port;
	if (service && service->endpoints == ENDPOINTS_NONE)
		return NULL;
	fact_list_add(in->front->arena, &u->backend.facts, controller_default_fact(in->controller, STR("backend.default")));
	return u;
}

/* First pass: the default server's root, and a server with its implicit root for each new host. */
static void first_pass(struct instance *in)
{
	struct server *any = server_new(in, (str){ "", 0 }, NULL);
	location_new(in, any, STR("/"), false, NULL)->implicit = true;
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
	for (size_t i = 0; i < server->locations.n; i++) {
		struct location *l = server->locations.item[i];
		if (!str_eq(l->path, path))
			continue;
		if (l->exact != exact)
			break;
		if (!l->implicit) {
			say_ignored(in->front, s, p, l);
			return false;
		}
		fill(in, l, s, p);
		return true;
	}
	fill(in, location_new(in, server, path, exact, s), s, p);
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
