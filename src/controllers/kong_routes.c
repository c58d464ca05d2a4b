/* SPDX-License-Identifier: Apache-2.0 */
/* Ingresses as routes and services of Kong (reference: kong A.2, A.8): see kong.h. */
#include "controllers/kong.h"

struct setting *kong_setting(struct subject *subject, const char *feature, const char *field)
{
	return subject ? subject_setting(subject, str_c(feature), str_c(field)) : NULL;
}

bool kong_flag(struct subject *subject, const char *feature, const char *field, bool otherwise)
{
	struct setting *at = kong_setting(subject, feature, field);
	return at ? str_eq_nocase(at->value.text, STR("true")) : otherwise;
}

/* ---- services ---- */

/* With the gate off, or where it does not parse, the annotation costs the whole service of Kong. */
static void drop_by_rewrite(struct kong *kong, struct subject *s, struct kong_service *service)
{
	struct setting *rewrite = kong_setting(s, "route.rewrite", "target");
	if (!rewrite || kong->rewrites || service->dropped.n)
		return;
	struct front *front = kong->in->front;
	service->dropped = STR("konghq.com/rewrite is set on an Ingress that uses it, and the feature gate RewriteURIs is off");
	struct diag *d = diag_addf(front->diags, DIAG_INACTIVE, fact_site(front->arena, rewrite->fact),
		"without the feature gate RewriteURIs this annotation makes Kong serve nothing from the Service %.*s", STR_ARG(service->backend.name));
	d->effect = STR("none: requests for all paths of all Ingresses that name this Service and port get 404 today, and nothing is printed for them");
	d->help = STR("give --controller-flag feature-gates=RewriteURIs=true if the controller runs with that, or take the annotation out");
	fact_idle(rewrite->fact, STR("the feature gate RewriteURIs is off, and Kong serves nothing from the Service"));
}

static void read_base(struct kong_service *service)
{
	struct setting *base = kong_setting(service->settings, "backend.path", "base");
	struct setting *protocol = kong_setting(service->settings, "backend.protocol", "name");
	service->base = STR("/");
	if (!base)
		return;
	if (protocol && str_starts(protocol->value.text, STR("grpc"))) {
		fact_idle(base->fact, STR("for gRPC Kong puts nothing before the path"));
		return;
	}
	service->base = base->value.text;
	service->base_fact = base->fact;
}

static struct kong_service *service_of(struct kong *kong, struct subject *s, const struct ingress_backend *b)
{
	struct front *front = kong->in->front;
	str port = b->port ? b->port->value : STR("");
	str key = arena_printf(front->arena, "%.*s/%.*s:%.*s", STR_ARG(s->ingress->meta.namespace), STR_ARG(b->service->value), STR_ARG(port));
	struct kong_service *service = map_get(&kong->service_by_key, key);
	if (service)
		return service;
	service = NEW(front->arena, struct kong_service);
	service->key = key;
	service->backend = upstream_of(kong->in, s, b)->backend;
	service->object = snapshot_service(front->snapshot, s->ingress->meta.namespace, b->service->value);
	/* two ports of a Service have its annotations in common */
	for (size_t i = 0; i < kong->services.n && service->object; i++)
		if (kong->services.item[i]->object == service->object)
			service->settings = kong->services.item[i]->settings;
	if (service->object && !service->settings)
		service->settings = subject_of_service(front, kong->in->controller, service->object);
	read_base(service);
	map_set(&kong->service_by_key, key, service);
	LIST_PUSH(front->arena, &kong->services, service);
	return service;
}

/* ---- what a route asks beside host and path ---- */

static bool is_method(str item)
{
	for (size_t i = 0; i < item.n; i++)
		if (item.p[i] < 'A' || item.p[i] > 'Z')
			return false;
	return item.n > 0;
}

static bool is_alias(str item)
{
	str name = str_starts(item, STR("*.")) ? str_from(item, 2) : str_ends(item, STR(".*")) ? str_slice(item, 0, item.n - 2) : item;
	for (size_t i = 0; i < name.n; i++)
		if (!char_is_alnum(name.p[i]) && name.p[i] != '-' && name.p[i] != '.' && name.p[i] != '_')
			return false;
	return name.n > 0;
}

static bool is_plain_name(str item)
{
	return is_alias(item) && !str_has_char(item, '*');
}

/* One bad item costs all of them, but for the flavour expressions, where it costs itself. */
static struct str_list items_of(struct kong *kong, struct setting *at, bool (*is_good)(str), bool upper, const char *what)
{
	struct arena *a = kong->in->front->arena;
	struct str_list good = { 0 };
	str rest = at ? at->value.text : STR(""), item, bad = STR("");
	while (rest.n) {
		str_cut(rest, ',', &item, &rest);
		item = str_trim(item);
		if (item.n == 0)
			continue;
		char *text = NEWS(a, char, item.n);
		for (size_t i = 0; i < item.n; i++)
			text[i] = upper && item.p[i] >= 'a' && item.p[i] <= 'z' ? (char)(item.p[i] - 'a' + 'A') : upper ? item.p[i] : char_lower(item.p[i]);
		item = (str){ text, item.n };
		if (is_good(item))
			str_list_add_new(a, &good, item);
		else
			bad = item;
	}
	if (!bad.n)
		return good;
	struct diag *d = diag_addf(kong->in->front->diags, DIAG_BAD_VALUE, fact_site(a, at->fact), "%.*s: `%.*s` is no %s", STR_ARG(at->fact->key), STR_ARG(bad), what);
	d->help = STR("correct the list");
	d->effect = STR("none: Kong leaves this item out, and so does the conversion");
	if (kong->flavour != KONG_EXPRESSIONS) {
		d->effect = STR("none: one bad item makes Kong drop the whole annotation (router_flavor expressions drops the item alone)");
		fact_lost(at->fact, FACT_INVALID, LOSS_NONE, DIAG_BAD_VALUE, STR("one item is not valid, and Kong drops the whole annotation"));
		good.n = 0;
	}
	return good;
}

static void read_headers(struct kong *kong, struct kong_route *r)
{
	static const str START = STR_INIT("konghq.com/headers.");
	struct arena *a = kong->in->front->arena;
	struct setting *separator = kong_setting(r->subject, "route.headers", "separator");
	str cut = separator ? separator->value.text : STR(",");
	bool any = false;
	for (size_t i = 0; i < r->subject->settings.n; i++) {
		struct setting *at = &r->subject->settings.item[i];
		if (!setting_counts(at) || !str_eq(at->row->feature, STR("route.headers")) || !str_eq(at->row->field, STR("values")))
			continue;
		struct kong_header h = { .name = str_from(at->fact->key, START.n) };
		str rest = at->value.text;
		if (str_eq_nocase(h.name, STR("host"))) {
			fact_idle(at->fact, STR("Kong leaves the header Host to its hosts"));
			continue;
		}
		while (rest.n) {
			size_t end = str_find(rest, cut);
			str item = str_trim(str_slice(rest, 0, end));
			rest = str_from(rest, end + cut.n);
			if (item.n)
				str_list_add_new(a, &h.values, item);
		}
		if (h.values.n == 0)
			continue;
		any = true;
		LIST_PUSH(a, &r->headers, h);
		fact_list_add(a, &r->match_facts, at->fact);
	}
	if (separator && any)
		fact_list_add(a, &r->match_facts, separator->fact);
	else if (separator)
		fact_idle(separator->fact, STR("there is no header whose values it would separate"));
}

static void add_host(struct arena *a, struct kong_route *r, str name, struct fact *fact)
{
	struct host_name host = { .kind = HOST_EXACT, .name = name };
	if (str_starts(name, STR("*.")))
		host.kind = HOST_LABELS;
	else if (str_ends(name, STR(".*")))
		host.kind = HOST_TAIL;
	fact_list_add(a, &host.facts, fact);
	LIST_PUSH(a, &r->hosts, host);
}

static void read_hosts(struct kong *kong, struct kong_route *r, const struct ingress_rule *rule)
{
	struct arena *a = kong->in->front->arena;
	struct setting *aliases = kong_setting(r->subject, "route.alias", "names");
	if (r->host.n)
		add_host(a, r, r->host, subject_fact(r->subject, rule->host));
	const struct str_list names = items_of(kong, aliases, is_alias, false, "hostname");
	for (size_t i = 0; i < names.n; i++)
		add_host(a, r, names.item[i], aliases->fact);
}

static void read_match(struct kong *kong, struct kong_route *r)
{
	struct arena *a = kong->in->front->arena;
	struct setting *methods = kong_setting(r->subject, "route.methods", "names"), *snis = kong_setting(r->subject, "route.sni", "names");
	struct setting *priority = kong_setting(r->subject, "route.order", "regex-priority");
	r->methods = items_of(kong, methods, is_method, true, "method");
	if (r->methods.n)
		fact_list_add(a, &r->match_facts, methods->fact);
	r->snis = items_of(kong, snis, is_plain_name, false, "hostname without a wildcard");
	if (priority && kong->flavour == KONG_EXPRESSIONS)
		fact_idle(priority->fact, STR("router_flavor expressions has no such priority"));
	else if (priority)
		r->regex_priority = priority->value.number;
	read_headers(kong, r);
}

/* ---- routes ---- */

static struct kong_route *route_new(struct kong *kong, struct subject *s, struct kong_service *service, str host)
{
	struct kong_route *r = NEW(kong->in->front->arena, struct kong_route);
	r->subject = s;
	r->service = service;
	r->host = host;
	r->index = kong->routes.n;
	LIST_PUSH(kong->in->front->arena, &kong->routes, r);
	return r;
}

static struct kong_route *route_of(struct kong *kong, struct subject *s, const struct ingress_rule *rule, struct kong_service *service, size_t first)
{
	str host = rule->host ? arena_lower(kong->in->front->arena, str_trim(rule->host->value)) : STR("");
	for (size_t i = first; i < kong->routes.n; i++)
		if (kong->routes.item[i]->service == service && str_eq(kong->routes.item[i]->host, host))
			return kong->routes.item[i];
	struct kong_route *r = route_new(kong, s, service, host);
	read_hosts(kong, r, rule);
	read_match(kong, r);
	return r;
}

/* Runs of slashes are one, and nothing is the root. */
static str collapsed(struct arena *a, str path)
{
	char *text = NEWS(a, char, path.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] != '/' || n == 0 || text[n - 1] != '/')
			text[n++] = path.p[i];
	return n ? (str){ text, n } : STR("/");
}

static void say_resource(struct front *front, struct subject *s, const struct ingress_path *p)
{
	struct diag_site site = { p->at, 1, record_object(front->arena, s->record) };
	struct diag *d = diag_add(front->diags, DIAG_RESOURCE_BACKEND, site, STR("a resource backend is served only where the feature gate KongServiceFacade is on"));
	d->effect = STR("none: without it the controller skips the path, and nothing is printed for it");
	d->help = STR("name the Service that stands behind it as the backend");
}

static void add_path(struct kong *kong, struct subject *s, const struct ingress_rule *rule, const struct ingress_path *p, size_t first)
{
	struct arena *a = kong->in->front->arena;
	if (!p->backend.service) {
		if (p->backend.resource)
			say_resource(kong->in->front, s, p);
		return;
	}
	struct kong_service *service = service_of(kong, s, &p->backend);
	drop_by_rewrite(kong, s, service);
	struct kong_route *r = route_of(kong, s, rule, service, first);
	struct kong_path path = { .type = p->type, .path = collapsed(a, p->path ? p->path->value : STR("/")), .at = p->at };
	fact_list_add(a, &path.facts, subject_fact(s, p->path));
	fact_list_add(a, &path.facts, subject_fact(s, p->type_field));
	fact_list_add(a, &path.backend_facts, subject_fact(s, p->backend.service));
	fact_list_add(a, &path.backend_facts, subject_fact(s, p->backend.port));
	/* how an expression begins decides for every path that may be one */
	struct setting *prefix = kong_setting(s, "route.match", "prefix");
	if (prefix && p->type == PATH_IMPLEMENTATION && (str_starts(path.path, prefix->value.text) || str_starts(path.path, STR("/~"))))
		fact_list_add(a, &path.facts, prefix->fact);
	LIST_PUSH(a, &r->paths, path);
}

static void add_ingress(struct kong *kong, struct subject *s)
{
	size_t first = kong->routes.n;
	for (size_t i = 0; i < s->ingress->rules.n; i++)
		for (size_t k = 0; k < s->ingress->rules.item[i].paths.n; k++)
			add_path(kong, s, &s->ingress->rules.item[i], &s->ingress->rules.item[i].paths.item[k], first);
}

static void say_second_default(struct kong *kong, struct subject *s, const struct subject *first)
{
	struct front *front = kong->in->front;
	const struct ingress_backend *b = &s->ingress->default_backend;
	str why = arena_printf(front->arena, "Kong has one default backend for all hosts, that of the oldest Ingress with one: %.*s",
		STR_ARG(record_object(front->arena, first->record)));
	struct diag *d = diag_add(front->diags, DIAG_PATH_IGNORED, fact_site(front->arena, subject_fact(s, b->service)), why);
	d->effect = STR("none: this one is never used, and nothing is printed for it");
	d->help = STR("take it out");
	fact_idle(subject_fact(s, b->service), why);
	fact_idle(subject_fact(s, b->port), why);
	if (s->ingress->meta.created >= 0 && first->ingress->meta.created >= 0)
		return;
	struct diag *n = diag_add(front->diags, DIAG_ASSUMED_WINNER, fact_site(front->arena, subject_fact(s, b->service)),
		STR("assumed: of several Ingresses with a default backend, the one that sorts first by namespace and name was there first"));
	n->help = STR("the older one wins in the cluster: give input with creationTimestamp (kubectl get ingress -A -o yaml)");
}

/* One for the whole class, whatever hosts its Ingress has. */
static void add_default(struct kong *kong)
{
	struct arena *a = kong->in->front->arena;
	const struct subject *first = NULL;
	for (size_t i = 0; i < kong->in->subjects.n; i++) {
		struct subject *s = kong->in->subjects.item[i];
		const struct ingress_backend *b = &s->ingress->default_backend;
		if (!b->service)
			continue;
		if (first) {
			say_second_default(kong, s, first);
			continue;
		}
		first = s;
		struct kong_route *r = route_new(kong, s, service_of(kong, s, b), STR(""));
		struct kong_path path = { .type = PATH_IMPLEMENTATION, .path = STR("/"), .at = b->at };
		fact_list_add(a, &path.backend_facts, subject_fact(s, b->service));
		fact_list_add(a, &path.backend_facts, subject_fact(s, b->port));
		LIST_PUSH(a, &r->paths, path);
		r->by_default = true;
		read_match(kong, r);
	}
}

void kong_routes_build(struct kong *kong)
{
	map_init(&kong->in->upstream_by_key, kong->in->front->arena);
	for (size_t i = 0; i < kong->in->subjects.n; i++)
		add_ingress(kong, kong->in->subjects.item[i]);
	add_default(kong);
}
