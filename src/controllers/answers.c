/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens at a location whatever its Ingress says: body limit, HSTS, error pages before anything else, the answer of a
 * Service without endpoints behind the redirects, headers of requests (reference: ingress-nginx A.4, A.10, A.11, A.15). The steps
 * are quiet: what a Gateway is to say of them comes from the features that the Ingress sets.
 */
#include "base/buf.h"
#include "controllers/server.h"

static struct step *quiet(struct instance *in, struct route *r, enum step_kind kind, str feature)
{
	struct step *s = route_step(in->front->arena, r, kind, feature, NULL);
	s->quiet = true;
	return s;
}

str location_text(const struct instance *in, const struct location *l, str feature, str field)
{
	struct setting *at = l->subject ? subject_setting(l->subject, feature, field) : NULL;
	return at ? at->value.text : controller_default(in->controller, feature, field);
}

bool location_flag(const struct instance *in, const struct location *l, str feature, str field)
{
	return l->subject ? subject_flag(l->subject, feature, field) : controller_default_flag(in->controller, feature, field);
}

static void add_edit(struct arena *a, struct step *s, bool response, str name, str value)
{
	struct header_edit e = { .response = response, .name = name, .value = value };
	LIST_PUSH(a, &s->as.header.edits, e);
}

/* ---- before ---- */

/* Digits and k, m, g; where nginx does not understand the text the line is left out, and its own limit counts. */
static uint64_t bytes_of(str text)
{
	enum { NGINX_LIMIT = 1048576 };
	uint64_t unit = 1, number;
	char last = text.n ? char_lower(text.p[text.n - 1]) : 0;
	unit = last == 'k' ? 1024 : last == 'm' ? 1048576 : last == 'g' ? 1073741824 : 1;
	if (unit > 1)
		text.n--;
	return str_to_u64(text, UINT64_MAX / unit, &number) ? number * unit : NGINX_LIMIT;
}

static bool is_denied(const struct location *l)
{
	return l->subject && l->subject->denied;
}

void answers_body(struct instance *in, const struct location *l, struct route *r)
{
	if (!in->nginx)
		return;
	static const str BODY = STR_INIT("body.size");
	quiet(in, r, STEP_BODY, BODY)->as.limit = bytes_of(is_denied(l) ? STR("1m") : location_text(in, l, BODY, STR("max")));
}

static void hsts(struct instance *in, struct route *r)
{
	static const str HSTS = STR_INIT("headers.hsts");
	if (in->entry->http.hsts.n == 0)
		return;
	struct step *s = quiet(in, r, STEP_HEADER, HSTS);
	s->side = SIDE_TLS;
	fact_list_add(in->front->arena, &s->facts, controller_default_fact(in->controller, HSTS));
	add_edit(in->front->arena, s, true, STR("Strict-Transport-Security"), in->entry->http.hsts);
}

/* ---- error pages ---- */

/* The Ingress's own description of a location: what goes to error pages as X-Service-Name and X-Service-Port. */
static const struct ingress_backend *find_backend(const struct subject *s, str host, str path)
{
	for (size_t i = 0; i < s->ingress->rules.n; i++) {
		const struct ingress_rule *rule = &s->ingress->rules.item[i];
		if (!str_eq(rule->host ? rule->host->value : STR(""), host))
			continue;
		for (size_t j = 0; j < rule->paths.n; j++) {
			const struct ingress_path *p = &rule->paths.item[j];
			if (p->backend.service && str_eq(p->path ? p->path->value : STR(""), path))
				return &p->backend;
		}
	}
	return s->ingress->default_backend.service ? &s->ingress->default_backend : NULL;
}

static void name_service(const struct subject *s, const struct location *l, str host, str *name, str *port)
{
	const struct ingress_backend *b = find_backend(s, host, l->ingress_path);
	*name = b ? b->service->value : STR("");
	*port = b && b->port ? b->port->value : STR("");
}

/* Headers by which an error page knows what it stands for. */
static size_t origin_headers(const struct server *server, const struct location *l, bool original_uri, struct header_edit out[8])
{
	struct subject *s = l->subject;
	str name = STR(""), port = STR("");
	size_t n = 0;
	out[n++] = (struct header_edit){ .name = STR_INIT("X-Format"), .value = STR_INIT("$http_accept") };
	if (original_uri)
		out[n++] = (struct header_edit){ .name = STR_INIT("X-Original-URI"), .value = STR_INIT("$request_uri") };
	if (s)
		name_service(s, l, server->name, &name, &port);
	out[n++] = (struct header_edit){ .name = STR_INIT("X-Namespace"), .value = s ? s->ingress->meta.namespace : STR("") };
	out[n++] = (struct header_edit){ .name = STR_INIT("X-Ingress-Name"), .value = s ? s->ingress->meta.name : STR("") };
	out[n++] = (struct header_edit){ .name = STR_INIT("X-Service-Name"), .value = name };
	out[n++] = (struct header_edit){ .name = STR_INIT("X-Service-Port"), .value = port };
	return n;
}

static void read_codes(struct arena *a, str text, struct error_pages *pages)
{
	str item;
	uint64_t code;
	while (text.n) {
		str_cut(text, ',', &item, &text);
		if (str_to_u64(str_trim(item), 599, &code))
			LIST_PUSH(a, &pages->codes, (uint32_t)code);
	}
}

static void error_pages(struct instance *in, const struct server *server, const struct location *l, struct route *r)
{
	static const str ERRORS = STR_INIT("errors.custom");
	struct arena *a = in->front->arena;
	struct setting *own = l->subject && !is_denied(l) ? subject_setting(l->subject, ERRORS, STR("codes")) : NULL;
	str codes = own ? own->value.text : controller_default(in->controller, ERRORS, STR("codes"));
	if (value_is_off(codes))
		return;
	struct step *s = quiet(in, r, STEP_ERRORS, ERRORS);
	struct error_pages *pages = &s->as.errors;
	read_codes(a, codes, pages);
	pages->keep_backend = own ? subject_flag(l->subject, ERRORS, STR("keep-backend")) : controller_default_flag(in->controller, ERRORS, STR("keep-backend"));
	pages->backend = own && l->fallback ? l->fallback : in->default_upstream ? &in->default_upstream->backend : NULL;
	struct header_edit edits[8];
	size_t n = origin_headers(server, l, true, edits);
	for (size_t i = 0; i < n; i++)
		LIST_PUSH(a, &pages->headers, edits[i]);
}

/* The Service of the annotation, where it has endpoints and the location is no one of the controller's own default backend. */
void answers_fallback(struct instance *in, struct location *l)
{
	static const str FALLBACK = STR_INIT("backend.fallback");
	struct setting *at = l->subject && l->upstream != in->default_upstream && l->upstream ? subject_setting(l->subject, FALLBACK, STR("service")) : NULL;
	if (!at || (l->upstream->answer != 503 && !subject_setting(l->subject, STR("errors.custom"), STR("codes"))))
		return;
	str namespace = l->subject->ingress->meta.namespace;
	const struct service *service = snapshot_service(in->front->snapshot, namespace, at->value.text);
	if ((!service && in->front->closed_world) || (service && (service->ports.n == 0 || service->endpoints == ENDPOINTS_NONE)))
		return;
	struct backend *b = NEW(in->front->arena, struct backend);
	*b = (struct backend){ .namespace = namespace, .name = at->value.text, .exists = true };
	b->port = service ? service->ports.item[0].port : 80;
	l->fallback = b;
}

void answers_before(struct instance *in, const struct server *server, const struct location *l, struct route *r)
{
	if (!in->nginx)
		return;
	error_pages(in, server, l, r);
	hsts(in, r);
}

/* ---- after ---- */

/* Nobody is behind the Service: the answer comes before limits and authentication. */
void answers_no_endpoints(struct instance *in, const struct location *l, struct route *r)
{
	const struct upstream *u = l->upstream;
	bool gone = in->nginx && u && (u->deleted || u->answer == 503);
	if (gone && !(l->fallback && !u->deleted))
		quiet(in, r, STEP_STATUS, STR("backend.endpoints"))->status = 503;
}

/* The Service of the annotation answers in place of one without endpoints, and is told so. */
static void use_fallback(struct instance *in, const struct server *server, const struct location *l, struct route *r)
{
	struct arena *a = in->front->arena;
	struct header_edit edits[8];
	if (!l->fallback || !l->upstream || l->upstream->answer != 503)
		return;
	r->instead = l->fallback;
	struct step *s = quiet(in, r, STEP_HEADER, STR("backend.fallback"));
	r->instead_by = s;
	r->without = 503;
	add_edit(a, s, false, STR("X-Code"), STR("503"));
	size_t n = origin_headers(server, l, false, edits);
	for (size_t i = 0; i < n; i++)
		LIST_PUSH(a, &s->as.header.edits, edits[i]);
}

/* The password goes no further. */
static void hide_password(struct instance *in, struct route *r)
{
	for (size_t i = 0; i < r->steps.n; i++)
		if (r->steps.item[i]->kind == STEP_GUARD && r->steps.item[i]->as.guard.kind == GUARD_BASIC) {
			add_edit(in->front->arena, quiet(in, r, STEP_HEADER, STR("auth.basic")), false, STR("Authorization"), STR(""));
			return;
		}
}

static void backend_tls(struct instance *in, const struct location *l, struct route *r)
{
	static const str PROTOCOL = STR_INIT("backend.protocol");
	str name = l->upstream == in->default_upstream ? STR("HTTP") : location_text(in, l, PROTOCOL, STR("name"));
	bool client = str_eq_nocase(name, STR("AUTO_HTTP"));
	if (client || str_eq_nocase(name, STR("HTTPS")) || str_eq_nocase(name, STR("GRPCS")))
		quiet(in, r, STEP_TLS, PROTOCOL)->as.tls = client ? TLS_AS_CLIENT : TLS_ALWAYS;
	/* gRPC in small letters is gRPC, but what is set for requests is then written in the words for HTTP (D126) */
	bool grpc = str_eq_nocase(name, STR("GRPC")) || str_eq_nocase(name, STR("GRPCS"));
	if (grpc && !str_eq(name, STR("GRPC")) && !str_eq(name, STR("GRPCS")))
		r->bare_host = STR("upstream_balancer");
}

/* "from to" of the controller's directives; "off" and "default" change nothing that a request shows. */
static void answer_edit(struct instance *in, struct route *r, str feature, enum answer_part what, str from, str to)
{
	if (value_is_off(from) || value_is_off(to) || from.n == 0 || str_eq(from, STR("default")))
		return;
	struct answer_edit *e = &quiet(in, r, STEP_ANSWER, feature)->as.answer;
	e->what = what;
	e->from = from;
	e->to = to;
}

static void answer_edits(struct instance *in, const struct location *l, struct route *r)
{
	static const str PATH = STR_INIT("cookies.path"), DOMAIN = STR_INIT("cookies.domain"), LOCATION = STR_INIT("headers.location");
	static const struct { const str *feature; enum answer_part what; } COOKIES[] = { { &PATH, ANSWER_COOKIE_PATH }, { &DOMAIN, ANSWER_COOKIE_DOMAIN } };
	for (size_t i = 0; i < sizeof COOKIES / sizeof *COOKIES; i++) {
		str from, to;
		if (str_cut(location_text(in, l, *COOKIES[i].feature, STR("change")), ' ', &from, &to))
			answer_edit(in, r, *COOKIES[i].feature, COOKIES[i].what, from, str_trim(to));
	}
	answer_edit(in, r, LOCATION, ANSWER_LOCATION, location_text(in, l, LOCATION, STR("from")), location_text(in, l, LOCATION, STR("to")));
}

void answers_after(struct instance *in, const struct server *server, const struct location *l, struct route *r)
{
	if (!in->nginx)
		return;
	hide_password(in, r);
	answer_edits(in, l, r);
	backend_tls(in, l, r);
	use_fallback(in, server, l, r);
	if (l->upstream)
		affinity_build(in, server, l, r);
}
