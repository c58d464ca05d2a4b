/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to a request inside its location, as steps in the controller's order (reference: ingress-nginx A.10):
 * refused location, CORS, redirects, rewrite, HTTPS redirect, guards, and all features that only the tables know.
 */
#include "controllers/snippet.h"

/* ---- redirects ---- */

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
	size_t end = 0;
	while (end < rest.n && rest.p[end] != '?' && rest.p[end] != '#')
		end++;
	r->change = PATH_FULL;
	r->path = end ? str_slice(rest, 0, end) : STR("/");
	r->lost = str_from(rest, end);
	if (str_has(url, STR("$")))
		r->lost = url;
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

static void fixed_redirect(struct instance *in, struct subject *s, struct route *r)
{
	struct arena *a = in->front->arena;
	static const str TEMPORAL = STR_INIT("redirect.temporal"), PERMANENT = STR_INIT("redirect.permanent");
	struct setting *temporal = subject_setting(s, TEMPORAL, STR("location"));
	struct setting *permanent = subject_setting(s, PERMANENT, STR("location"));
	if (temporal && !str_starts(temporal->value.text, STR("http"))) {
		fact_idle(temporal->fact, STR("the address has no scheme that begins with http, and the controller leaves it out"));
		temporal = NULL;
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
	step->as.redirect.status = temporal ? redirect_status(s, TEMPORAL, 307, 302, step, a) : redirect_status(s, PERMANENT, 308, 301, step, a);
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

static void https_step(struct instance *in, struct subject *s, struct route *r, struct fact *first, struct fact *second)
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
	fact_idle(keep ? keep->fact : NULL, STR("a Gateway keeps the slash of the request in every case"));
	struct setting *port = subject_setting(s, HTTPS, STR("port"));
	fact_idle(port ? port->fact : NULL, STR("the usual port of https is meant in every case"));
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
		https_step(in, l->subject, r, by_soft, NULL);
		return;
	}
	if (is_answered(r)) {
		static const str WHY = STR_INIT("requests without TLS have been answered before");
		fact_idle(by_force, WHY);
		fact_idle(by_soft, WHY);
		return;
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

static str cors_text(struct instance *in, struct subject *s, const char *field)
{
	struct setting *at = subject_setting(s, STR("cors"), str_c(field));
	return at ? at->value.text : controller_default(in->controller, STR("cors"), str_c(field));
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
	add_items(a, &c->origins, cors_text(in, s, "origins"));
	add_items(a, &c->methods, cors_text(in, s, "methods"));
	add_items(a, &c->headers, cors_text(in, s, "headers"));
	add_items(a, &c->expose, cors_text(in, s, "expose"));
	struct setting *credentials = subject_setting(s, CORS, STR("credentials"));
	c->credentials = credentials ? credentials->value.truth : controller_default_flag(in->controller, CORS, STR("credentials"));
	struct setting *age = subject_setting(s, CORS, STR("max-age"));
	if (!age || !str_to_i64(age->value.text, &c->max_age))
		(void)str_to_i64(controller_default(in->controller, CORS, STR("max-age")), &c->max_age);
	for (size_t i = 0; i < sizeof CORS_FIELDS / sizeof *CORS_FIELDS; i++) {
		struct setting *at = subject_setting(s, CORS, str_c(CORS_FIELDS[i]));
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
	str to = target->value.text;
	if (str_starts_nocase(to, STR("http://")) || str_starts_nocase(to, STR("https://"))) {
		struct step *step = route_step(a, r, STEP_REDIRECT, target->row->feature, target->fact);
		step->value = to;
		redirect_to(&step->as.redirect, to);
		step->as.redirect.status = 302;
		return;
	}
	struct step *step = route_step(a, r, STEP_REWRITE, target->row->feature, target->fact);
	step->value = to;
	step->as.rewrite = rewrite_normal(a, l->path, to);
}

static void upstream_host(struct instance *in, struct subject *s, struct route *r)
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

void steps_build(struct instance *in, struct server *server, const struct location *l, struct route *r)
{
	struct subject *s = l->subject;
	if (s->denied) {
		struct step *step = route_step(in->front->arena, r, STEP_STATUS, s->denied_fact ? s->denied_fact->feature : (str){ "", 0 }, NULL);
		step->status = 503;
		step->value = s->denied_why;
		return;
	}
	if (!in->nginx) {
		https_only(in, s, r);
		features_build(in, l, r);
		return;
	}
	cors(in, s, r);
	relative_redirect(in, s, r);
	snippets_before(in, server, l, r);
	if (l->catch_all) {
		idle_catch_all(s);
	} else {
		fixed_redirect(in, s, r);
		rewrite(in, l, r);
		https_redirect(in, server, l, r);
	}
	snippets_behind(in, server, l, r);
	features_build(in, l, r);
	features_satisfy(in, s, r);
	upstream_host(in, s, r);
	snippets_end(in, server, l, r);
}
