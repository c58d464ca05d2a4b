/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to a request inside its location, as steps in the controller's order (reference: ingress-nginx A.10):
 * refused location, CORS, redirects, rewrite, HTTPS redirect, guards, and all features that only the tables know.
 */
#include "base/buf.h"
#include "controllers/snippet.h"

/* ---- redirects ---- */

void steps_redirect_path(struct redirect *r, str target)
{
	size_t end = 0;
	while (end < target.n && target.p[end] != '?' && target.p[end] != '#')
		end++;
	r->change = PATH_FULL;
	r->path = end ? str_slice(target, 0, end) : STR("/");
	r->lost = str_has(target, STR("$")) ? target : str_from(target, end);
}

/* Cuts "scheme://host:port/path?query" or "/path" into the parts that a redirect of the model has. */
static void redirect_to(struct redirect *r, str url)
{
	str rest = url;
	size_t at = str_find(url, STR("://"));
	if (at < url.n) {
		r->scheme = str_slice(url, 0, at);
		rest = str_from(url, at + 3);
		size_t end = 0;
		while (end < rest.n && !str_has(STR("/?#"), str_slice(rest, end, end + 1)))
			end++;
		str host = str_slice(rest, 0, end), port = { "", 0 };
		rest = str_from(rest, end);
		uint64_t number = 0;
		if (str_cut(host, ':', &r->host, &port) && str_to_u64(port, 65535, &number))
			r->port = (uint32_t)number;
	}
	steps_redirect_path(r, rest);
	if (str_has(url, STR("$")))
		r->lost = url;
	r->location = url;
}

/* A status outside of the range that the controller takes counts as the usual one (reference: B, redirect codes). */
static uint32_t redirect_status(struct subject *s, str feature, int64_t last, uint32_t usual, struct step *step, struct arena *arena)
{
	struct setting *code = subject_setting(s, feature, STR("code"));
	if (!code)
		return usual;
	if (code->value.number < 300 || code->value.number > last) {
		fact_idle(code->fact, STR("the controller takes no such status here and uses its usual one"));
		return usual;
	}
	fact_list_add(arena, &step->facts, code->fact);
	return (uint32_t)code->value.number;
}

/* nginx redirects with these statuses; with others the address is the body of the answer. */
static bool is_redirect(uint32_t status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

void steps_redirect(struct instance *in, struct subject *s, struct route *r)
{
	struct arena *a = in->front->arena;
	static const str TEMPORAL = STR_INIT("redirect.temporal"), PERMANENT = STR_INIT("redirect.permanent");
	struct setting *temporal = subject_setting(s, TEMPORAL, STR("location"));
	struct setting *permanent = subject_setting(s, PERMANENT, STR("location"));
	if (temporal && !str_starts(temporal->value.text, STR("http"))) {
		str why = STR("the address of the temporal redirect has no scheme that begins with http, and the controller drops the whole group");
		fact_idle(temporal->fact, why);
		fact_idle(permanent ? permanent->fact : NULL, why);
		return;
	}
	struct setting *wins = temporal ? temporal : permanent;
	if (temporal && permanent) {
		str why = STR("a temporal redirect is set as well and wins");
		fact_idle(permanent->fact, why);
		struct setting *code = subject_setting(s, PERMANENT, STR("code"));
		fact_idle(code ? code->fact : NULL, why);
	}
	if (!wins)
		return;
	struct step *step = route_step(a, r, STEP_REDIRECT, wins->row->feature, wins->fact);
	step->value = wins->value.text;
	redirect_to(&step->as.redirect, wins->value.text);
	step->as.redirect.relative = subject_flag(s, STR("redirect.relative"), STR("enabled"));
	step->as.redirect.status = temporal ? redirect_status(s, TEMPORAL, 307, 302, step, a) : redirect_status(s, PERMANENT, 308, 301, step, a);
	step->as.redirect.text = !is_redirect(step->as.redirect.status);
}

/* Comes before the redirects that it changes. */
static void relative_redirect(struct instance *in, struct subject *s, struct route *r)
{
	struct setting *relative = subject_setting(s, STR("redirect.relative"), STR("enabled"));
	if (relative && relative->value.truth)
		route_step(in->front->arena, r, STEP_OTHER, relative->row->feature, relative->fact);
	else if (relative)
		fact_idle(relative->fact, STR("it says what the controller does anyway"));
}

static uint32_t https_status(const struct instance *in)
{
	uint64_t code = 0;
	str text = controller_default(in->controller, STR("redirect.https"), STR("code"));
	return str_to_u64(text, 399, &code) && code >= 300 ? (uint32_t)code : in->nginx ? 308 : 301;
}

/* Host and target of the request behind "https://"; the port is that of the controller's argument. */
static void https_location(struct instance *in, struct redirect *to)
{
	str port = controller_argument(in->front, in->controller->table, STR("https-port"));
	to->location = !to->keeps_port ? STR("https://$redirect_host$request_uri")
		: arena_printf(in->front->arena, "https://$redirect_host:%.*s$request_uri", STR_ARG(port.n ? port : STR("443")));
}

static struct step *https_step(struct instance *in, struct subject *s, struct route *r, struct fact *first, struct fact *second)
{
	static const str HTTPS = STR_INIT("redirect.https");
	if (!first)
		first = controller_default_fact(in->controller, HTTPS);
	struct step *step = route_step(in->front->arena, r, STEP_REDIRECT, HTTPS, first);
	fact_list_add(in->front->arena, &step->facts, second);
	step->side = SIDE_PLAIN;
	struct setting *keep = subject_setting(s, HTTPS, STR("keep-slash"));
	bool keeps_slash = subject_flag(s, HTTPS, STR("keep-slash"));
	step->as.redirect = (struct redirect){
		.scheme = STR("https"), .status = https_status(in), .keeps_query = true, .cuts_slash = in->nginx && !keeps_slash,
		.keeps_port = subject_flag(s, HTTPS, STR("port")),
	};
	https_location(in, &step->as.redirect);
	fact_idle(keep ? keep->fact : NULL, STR("a Gateway keeps the slash of the request in every case"));
	struct setting *port = subject_setting(s, HTTPS, STR("port"));
	fact_idle(port ? port->fact : NULL, STR("the usual port of https is meant in every case"));
	return step;
}

/* A step before answers every request without TLS. */
static bool is_answered(const struct route *r)
{
	for (size_t i = 0; i < r->steps.n; i++) {
		const struct step *step = r->steps.item[i];
		if ((step->kind == STEP_STATUS || step->kind == STEP_REDIRECT) && step->side != SIDE_TLS)
			return true;
	}
	return false;
}

/*
 * ssl-redirect works where the host has a certificate, force-ssl-redirect everywhere (reference: A.11). Each of the two is
 * carried only where it decides: another value of it, and the redirect would come or go.
 */
static void https_redirect(struct instance *in, struct server *server, const struct location *l, struct route *r)
{
	static const str HTTPS = STR_INIT("redirect.https");
	struct arena *a = in->front->arena;
	struct setting *force = subject_setting(l->subject, HTTPS, STR("force"));
	struct setting *soft = subject_setting(l->subject, HTTPS, STR("enabled"));
	bool hard = subject_flag(l->subject, HTTPS, STR("force")), wants = subject_flag(l->subject, HTTPS, STR("enabled"));
	bool certificate = server->certificate.redirects;
	if (location_is_exempt(in, l, STR("no-tls-redirect-locations"))) {
		fact_idle(force ? force->fact : NULL, STR("paths of the controller's list, such as ACME challenges, are never redirected"));
		fact_idle(soft ? soft->fact : NULL, STR("paths of the controller's list, such as ACME challenges, are never redirected"));
		return;
	}
	struct fact *by_force = force ? force->fact : NULL, *by_soft = soft ? soft->fact : NULL;
	if (hard) {
		bool together = certificate && soft && wants;
		if (!together && soft)
			fact_idle(by_soft, STR("every request is redirected anyway"));
		if (certificate && wants && !soft) {
			fact_idle(by_force, STR("the host has a certificate, and so is redirected anyway"));
			by_force = NULL;
		}
		https_step(in, l->subject, r, by_force, together ? by_soft : NULL);
		return;
	}
	if (wants && certificate) {
		fact_idle(by_force, STR("the host has a certificate, and so is redirected anyway"));
		https_step(in, l->subject, r, by_soft, NULL)->as.redirect.needs_certificate = true;
		return;
	}
	if (is_answered(r)) {
		static const str WHY = STR_INIT("requests without TLS have been answered before");
		fact_idle(by_force, WHY);
		fact_idle(by_soft, WHY);
		return;
	}
	if (wants) {
		/* an alias, or a request without a host, may have a certificate where the host has none */
		struct step *quiet = https_step(in, l->subject, r, NULL, NULL);
		quiet->facts.n = 0;
		quiet->quiet = quiet->as.redirect.needs_certificate = true;
	}
	fact_list_add(a, &r->facts, by_force);
	if (certificate)
		fact_list_add(a, &r->facts, by_soft);
	else
		fact_idle(by_soft, STR("the host has no certificate, so nothing is redirected"));
}

/* Other controllers: what their small tables say of HTTPS only. */
static void https_only(struct instance *in, struct subject *s, struct route *r)
{
	for (size_t i = 0; i < s->settings.n; i++) {
		struct setting *at = &s->settings.item[i];
		if (!setting_counts(at) || !str_eq(at->row->feature, STR("redirect.https")))
			continue;
		if (str_eq(at->row->type, STR("bool")) && !at->value.truth)
			fact_list_add(in->front->arena, &r->facts, at->fact);
		else
			https_step(in, s, r, at->fact, NULL);
	}
}

/* ---- CORS, rewrite, host ---- */

static const char *const CORS_FIELDS[] = { "origins", "methods", "headers", "expose", "credentials", "max-age" };

static void add_items(struct arena *a, struct str_list *list, str text)
{
	str item;
	while (text.n) {
		str_cut(text, ',', &item, &text);
		item = str_trim(item);
		if (item.n)
			str_list_add_new(a, list, item);
	}
}

/* A star is all there is; what is no whole origin is left out (controller: cors-allow-origin). */
static bool is_origin(str item)
{
	size_t at = str_find(item, STR("://"));
	if (str_eq(item, STR("null")))
		return true;
	if (at == 0 || at == item.n)
		return false;
	for (size_t i = 0; i < at; i++)
		if (item.p[i] < 'a' || item.p[i] > 'z')
			return false;
	str host = str_from(item, at + 3), name, port;
	uint64_t number;
	if (str_starts(host, STR("*.")))
		host = str_from(host, 2);
	if (str_cut(host, ':', &name, &port) && !str_to_u64(port, UINT64_MAX, &number))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!char_is_alnum(name.p[i]) && name.p[i] != '-' && name.p[i] != '.')
			return false;
	return true;
}

static void add_origins(struct arena *a, struct str_list *list, str text)
{
	str item;
	while (text.n) {
		str_cut(text, ',', &item, &text);
		item = str_trim(item);
		if (str_eq(item, STR("*"))) {
			list->n = 0;
			str_list_add_new(a, list, item);
			return;
		}
		if (item.n && is_origin(item))
			str_list_add_new(a, list, item);
	}
}

static str cors_text(struct instance *in, struct subject *s, const char *field)
{
	struct setting *at = subject_setting(s, STR("cors"), str_c(field));
	return at ? at->value.text : controller_default(in->controller, STR("cors"), str_c(field));
}

/* "(https://a\.x)|(https://[A-Za-z0-9\-]+\.y)" in brackets and at the end of the origin: reference A.12. */
static str origin_regex(struct arena *a, const struct str_list *origins)
{
	struct buf b;
	buf_init(&b, a, 0);
	buf_add_char(&b, '(');
	for (size_t i = 0; i < origins->n; i++) {
		bool star = false;
		buf_add(&b, i ? STR("|(") : STR("("));
		for (size_t j = 0; j < origins->item[i].n; j++) {
			char c = origins->item[i].p[j];
			if (c == '*' && !star)
				buf_add(&b, STR("[A-Za-z0-9\\-]+"));
			else
				buf_printf(&b, "%s%c", str_has_char(STR("\\.+*?()|[]{}^$"), c) ? "\\" : "", c);
			star = star || c == '*';
		}
		buf_add_char(&b, ')');
	}
	buf_add(&b, STR(")$"));
	return buf_str(&b);
}

static void cors_answers(struct instance *in, struct subject *s, struct cors *c)
{
	c->any_origin = c->origins.n == 1 && str_eq(c->origins.item[0], STR("*"));
	if (c->origins.n)
		c->origin_regex = origin_regex(in->front->arena, &c->origins);
	c->said_methods = cors_text(in, s, "methods");
	c->said_headers = cors_text(in, s, "headers");
	c->said_expose = cors_text(in, s, "expose");
}

static void cors(struct instance *in, struct subject *s, struct route *r)
{
	struct arena *a = in->front->arena;
	static const str CORS = STR_INIT("cors");
	struct setting *enabled = subject_setting(s, CORS, STR("enabled"));
	if (!enabled || !enabled->value.truth) {
		for (size_t i = 0; i < sizeof CORS_FIELDS / sizeof *CORS_FIELDS; i++) {
			struct setting *at = subject_setting(s, CORS, str_c(CORS_FIELDS[i]));
			fact_idle(at ? at->fact : NULL, STR("CORS is not switched on"));
		}
		if (enabled)
			fact_list_add(a, &r->facts, enabled->fact);
		return;
	}
	struct step *step = route_step(a, r, STEP_CORS, CORS, enabled->fact);
	struct cors *c = &step->as.cors;
	add_origins(a, &c->origins, cors_text(in, s, "origins"));
	add_items(a, &c->methods, cors_text(in, s, "methods"));
	add_items(a, &c->headers, cors_text(in, s, "headers"));
	add_items(a, &c->expose, cors_text(in, s, "expose"));
	struct setting *credentials = subject_setting(s, CORS, STR("credentials"));
	cors_answers(in, s, c);
	c->credentials = credentials ? credentials->value.truth : controller_default_flag(in->controller, CORS, STR("credentials"));
	struct setting *age = subject_setting(s, CORS, STR("max-age"));
	if (!age || !str_to_i64(age->value.text, &c->max_age))
		(void)str_to_i64(controller_default(in->controller, CORS, STR("max-age")), &c->max_age);
	for (size_t i = 0; i < sizeof CORS_FIELDS / sizeof *CORS_FIELDS; i++) {
		struct setting *at = subject_setting(s, CORS, str_c(CORS_FIELDS[i]));
		if (at && at == credentials && c->any_origin)
			fact_idle(at->fact, STR("browsers send no credentials where the answer allows every origin"));
		else
			fact_list_add(a, &step->facts, at ? at->fact : NULL);
	}
}

static void rewrite(struct instance *in, const struct location *l, struct route *r)
{
	struct arena *a = in->front->arena;
	struct setting *target = subject_setting(l->subject, STR("route.rewrite"), STR("target"));
	if (!target)
		return;
	if (!rewrite_active(l)) {
		/* the path is named as it is: another target would rewrite */
		fact_list_add(a, &r->facts, target->fact);
		return;
	}
	template_note(in, target);
	template_note(in, subject_setting(l->subject, STR("headers.prefix"), STR("value")));
	str to = target->value.text;
	if (str_starts(to, STR("http://")) || str_starts(to, STR("https://")) || str_starts(to, STR("$scheme"))) {
		struct step *step = route_step(a, r, STEP_REDIRECT, target->row->feature, target->fact);
		step->value = to;
		redirect_to(&step->as.redirect, to);
		step->as.redirect.status = 302;
		step->as.redirect.regex = l->path;
		step->as.redirect.adds_query = true;
		return;
	}
	struct step *step = route_step(a, r, STEP_REWRITE, target->row->feature, target->fact);
	step->value = to;
	step->as.rewrite = rewrite_normal(a, l->path, to);
	step->as.rewrite.regex = l->path;
	step->as.rewrite.target = to;
}

void steps_upstream_host(struct instance *in, struct subject *s, struct route *r)
{
	struct setting *name = subject_setting(s, STR("backend.host"), STR("name"));
	if (name)
		route_step(in->front->arena, r, STEP_HOST, name->row->feature, name->fact)->value = name->value.text;
}

/* Redirects and rewrites of an Ingress that is nothing but a default backend do not act (reference: A.5). */
static void idle_catch_all(struct subject *s)
{
	for (size_t i = 0; i < s->settings.n; i++) {
		struct setting *at = &s->settings.item[i];
		if (setting_counts(at) && (str_starts(at->row->feature, STR("redirect.")) || str_eq(at->row->feature, STR("route.rewrite")) ||
			str_eq(at->row->feature, STR("route.match"))))
			fact_idle(at->fact, STR("redirects and rewrites do not act on an Ingress that is only a default backend"));
	}
}

/*
 * Where every request is redirected nobody is asked for a password, but without a Secret the location would be refused. What refuses
 * before that does so either way.
 */
static void note_passwords(struct instance *in, struct subject *s, struct route *r)
{
	struct setting *secret = subject_setting(s, STR("auth.basic"), STR("secret"));
	bool redirected = false, refused = false;
	for (size_t i = 0; i < r->steps.n && !refused; i++) {
		const struct step *step = r->steps.item[i];
		redirected = redirected || (step->kind == STEP_REDIRECT && step->side == SIDE_BOTH);
		refused = !redirected && !step->quiet && (step->kind == STEP_GUARD || step->kind == STEP_STATUS);
	}
	if (redirected && secret && subject_setting(s, STR("auth.basic"), STR("type")))
		fact_list_add(in->front->arena, &r->facts, secret->fact);
}

/* What the refusal hangs on: a reference that leads nowhere, and what switches the group of a refused value on. */
static void keep_switch(struct instance *in, const struct subject *s, struct route *r)
{
	const struct feature *f = s->denied_fact ? mapping_feature(in->front->mapping, s->denied_fact->feature) : NULL;
	if (s->denied_fact && s->denied_fact->state != FACT_INVALID)
		fact_list_add(in->front->arena, &r->facts, s->denied_fact);
	for (size_t i = 0; f && i < s->settings.n; i++) {
		const struct setting *at = &s->settings.item[i];
		if (setting_counts(at) && str_eq(at->row->feature, f->name) && str_list_has(&f->needs, at->row->field))
			fact_list_add(in->front->arena, &r->facts, at->fact);
	}
}

void steps_build(struct instance *in, struct server *server, const struct location *l, struct route *r)
{
	struct subject *s = l->subject;
	answers_before(in, server, l, r);
	if (!s->denied && in->nginx) {
		headers_of_controller(in, r);
		headers_of_answer(in, s, r);
		snippets_answers(in, server, l, r);
	}
	answers_body(in, l, r);
	if (s->denied) {
		struct step *step = route_step(in->front->arena, r, STEP_STATUS, s->denied_fact ? s->denied_fact->feature : (str){ "", 0 }, NULL);
		step->status = 503;
		step->value = s->denied_why;
		keep_switch(in, s, r);
		return;
	}
	if (!in->nginx) {
		https_only(in, s, r);
		plain_steps(in, l, r);
		return;
	}
	arguments_check(in, s);
	cors(in, s, r);
	relative_redirect(in, s, r);
	snippets_before(in, server, l, r);
	if (l->catch_all) {
		idle_catch_all(s);
	} else {
		steps_redirect(in, s, r);
		rewrite(in, l, r);
		https_redirect(in, server, l, r);
	}
	answers_no_endpoints(in, l, r);
	snippets_behind(in, server, l, r);
	features_build(in, l, r);
	features_satisfy(in, s, r);
	steps_upstream_host(in, s, r);
	headers_of_request(in, l, r);
	delivery_steps(in, l, r);
	snippets_end(in, server, l, r);
	answers_after(in, server, l, r);
	note_passwords(in, s, r);
}
