/* SPDX-License-Identifier: Apache-2.0 */
/* What Kong does with a request that a part of a route takes, in its order (reference: kong A.6, B): see kong.h. */
#include "controllers/kong.h"

#include <limits.h>

static const str HTTPS = STR_INIT("redirect.https");

static struct subject *ingress_of(const struct kong_part *p)
{
	return p->route->subject;
}

static struct subject *service_of(const struct kong_part *p)
{
	return p->route->service->settings;
}

/* ---- the scheme ---- */

/* The protocols annotation decides last; without it force-ssl-redirect may have taken plain HTTP away. */
static void scheme(struct kong *kong, struct subject *s, struct route *r)
{
	struct arena *a = kong->in->front->arena;
	struct setting *protocols = kong_setting(s, "redirect.https", "protocols"), *force = kong_setting(s, "redirect.https", "force");
	struct setting *code = kong_setting(s, "redirect.https", "code");
	bool forced = force && str_eq(force->value.text, STR("true"));
	bool secure = protocols ? (str_lists(protocols->value.text, ',', STR("https")) && !str_lists(protocols->value.text, ',', STR("http"))) ||
		(str_lists(protocols->value.text, ',', STR("grpcs")) && !str_lists(protocols->value.text, ',', STR("grpc")) && !str_lists(protocols->value.text, ',', STR("http"))) : forced;
	if (!secure) {
		static const str WHY = STR_INIT("plain HTTP is served");
		fact_list_add(a, &r->facts, protocols ? protocols->fact : NULL);
		if (!protocols && force)
			fact_list_add(a, &r->facts, force->fact);
		else
			fact_idle(force ? force->fact : NULL, STR("konghq.com/protocols is read after it, and decides"));
		fact_idle(code ? code->fact : NULL, WHY);
		return;
	}
	uint32_t status = code ? (uint32_t)code->value.number : forced ? 302 : 426;
	struct step *step = route_step(a, r, status == 426 ? STEP_STATUS : STEP_REDIRECT, HTTPS, protocols ? protocols->fact : force->fact);
	step->side = SIDE_PLAIN;
	fact_list_add(a, &step->facts, code ? code->fact : NULL);
	if (protocols && forced && !code)
		fact_list_add(a, &step->facts, force->fact);
	else if (protocols && force)
		fact_idle(force->fact, STR("konghq.com/protocols and konghq.com/https-redirect-status-code are read after it, and decide"));
	step->status = status;
	if (status != 426)
		step->as.redirect = (struct redirect){ .scheme = STR("https"), .status = status, .keeps_query = true,
			.location = STR("https://$redirect_host$request_uri") };
}

/* ---- the path for the backend ---- */

/* The upstream's path (Kong: get_upstream_uri_v0). rest: behind what was matched, with strip. */
static str upstream_path(struct arena *a, str base, bool strip, str rest, str uri)
{
	bool slash = str_ends(base, STR("/"));
	if (!strip && slash)
		return arena_join(a, base, str_from(uri, 1));
	if (!strip)
		return uri.n == 1 ? base : arena_join(a, base, uri);
	bool ended = str_ends(uri, STR("/"));
	if (rest.n == 0 && slash)
		return base.n == 1 || ended ? base : str_slice(base, 0, base.n - 1);
	if (rest.n == 0)
		return ended && uri.n > 1 ? arena_join(a, base, STR("/")) : base;
	if (str_starts(rest, STR("/")))
		return arena_join(a, slash ? str_slice(base, 0, base.n - 1) : base, rest);
	return slash ? arena_join(a, base, rest) : arena_printf(a, "%.*s/%.*s", STR_ARG(base), STR_ARG(rest));
}

/* What stands behind the path of the route in a path that it takes. */
static str rest_of(const struct kong_part *p, str uri)
{
	str own = p->path->path;
	if (p->path->type == PATH_PREFIX)
		own = path_without_slash(own);
	bool elements = p->path->type == PATH_PREFIX && own.n > 1 && uri.n > own.n;
	return str_from(uri, own.n + elements);
}

static bool is_user_regex(const struct match *m)
{
	return m->kind == MATCH_REGEX && !m->near.n;
}

static bool strips(const struct kong_part *p)
{
	struct setting *protocols = kong_setting(ingress_of(p), "redirect.https", "protocols");
	bool grpc = protocols && (str_lists(protocols->value.text, ',', STR("grpc")) || str_lists(protocols->value.text, ',', STR("grpcs")));
	return !grpc && kong_flag(ingress_of(p), "route.strip", "enabled", false);
}

bool kong_splits_root(const struct kong_part *p)
{
	str base = p->route->service->base;
	bool rewritten = kong_setting(p->route->subject, "route.rewrite", "target") && !p->route->by_default;
	return !rewritten && p->match.kind == MATCH_PREFIX && p->match.path.n == 1 && p->path->path.n == 1 && base.n > 1 && !str_ends(base, STR("/"));
}

/* Groups of an expression: "(" that is no character and begins no group without a number. */
static unsigned count_groups(str regex)
{
	unsigned n = 0;
	for (size_t i = 0; i < regex.n; i++) {
		if (regex.p[i] == '\\')
			i++;
		else if (regex.p[i] == '(' && !(i + 1 < regex.n && regex.p[i + 1] == '?' && !(i + 2 < regex.n && (regex.p[i + 2] == 'P' || regex.p[i + 2] == '<'))))
			n++;
	}
	return n;
}

static str without_slash(str base)
{
	return str_ends(base, STR("/")) ? str_slice(base, 0, base.n - 1) : base;
}

/* What an expression takes away is known only when it is found: the rest is a group of its own. */
static void regex_rewrite(struct arena *a, const struct kong_part *p, bool strip, struct rewrite *w)
{
	str base = p->route->service->base, own = p->match.kind == MATCH_TEXT ? p->path->path : p->match.path;
	w->change = PATH_KEEP;
	if (!strip) {
		w->regex = STR("^/?(.*)$");
		w->target = arena_join(a, without_slash(base), STR("/$1"));
		return;
	}
	if (p->match.kind == MATCH_TEXT) {
		w->regex = arena_printf(a, "^\\Q%.*s\\E/?(.*)$", STR_ARG(own));
		w->target = arena_join(a, without_slash(base), STR("/$1"));
		w->change = PATH_PREFIX_CUT;
		w->prefix = path_without_slash(own);
		w->path = base;
		return;
	}
	w->regex = arena_printf(a, "^(?:%.*s)/?(.*)$", STR_ARG(own));
	w->target = arena_printf(a, "%.*s/$%u", STR_ARG(without_slash(base)), count_groups(own) + 1);
}

/* konghq.com/rewrite: a text, in which "$1" is a group of the path's expression, and "\$" a dollar sign. */
static bool template_rewrite(struct kong *kong, const struct kong_part *p, struct route *r)
{
	struct arena *a = kong->in->front->arena;
	struct setting *rewrite = p->route->by_default ? NULL : kong_setting(ingress_of(p), "route.rewrite", "target");
	if (!rewrite)
		return false;
	struct step *step = route_step(a, r, STEP_REWRITE, rewrite->row->feature, rewrite->fact);
	struct rewrite *w = &step->as.rewrite;
	step->value = rewrite->value.text;
	if (!str_has_char(rewrite->value.text, '$')) {
		w->change = PATH_FULL;
		w->path = rewrite->value.text;
	} else if (is_user_regex(&p->match)) {
		w->regex = arena_join(a, STR("^"), p->match.path);
		w->target = rewrite->value.text;
	} else {
		w->regex = STR("^/");
		w->target = rewrite->value.text;
	}
	return true;
}

static void path_step(struct kong *kong, const struct kong_part *p, struct route *r)
{
	struct arena *a = kong->in->front->arena;
	const struct kong_service *service = p->route->service;
	struct setting *set = kong_setting(ingress_of(p), "route.strip", "enabled");
	bool strip = strips(p) && !p->route->by_default, wanted = set && kong_flag(ingress_of(p), "route.strip", "enabled", false);
	bool root = p->match.path.n == 1 && p->match.kind != MATCH_REGEX && p->path->path.n == 1;
	if (template_rewrite(kong, p, r)) {
		fact_idle(set ? set->fact : NULL, STR("konghq.com/rewrite replaces the whole path"));
		fact_idle(service->base_fact, STR("konghq.com/rewrite replaces the whole path"));
		return;
	}
	/* of another value the path would be rewritten */
	if (set && !wanted && !root && !p->route->by_default)
		fact_list_add(a, &r->facts, set->fact);
	else if (set && !strip)
		fact_idle(set->fact, wanted ? STR("for gRPC Kong takes nothing away") : STR("it says what Kong does anyway"));
	else if (set && root)
		fact_idle(set->fact, STR("of the root nothing can be taken away"));
	if (service->base_fact && service->base.n == 1)
		fact_list_add(a, &r->facts, service->base_fact);
	struct rewrite w = { .change = PATH_KEEP };
	/* a longer text stands for its own path: see kong_hosts.c */
	bool longer = p->match.kind == MATCH_TEXT && p->match.path.n > p->path->path.n;
	if (longer || p->match.kind == MATCH_EXACT || p->match.kind == MATCH_PREFIX || (p->match.kind == MATCH_REGEX && p->match.near.n)) {
		str uri = p->match.path, to = upstream_path(a, service->base, strip, strip ? rest_of(p, uri) : STR(""), uri);
		bool exact = p->match.kind == MATCH_EXACT || (p->match.kind == MATCH_REGEX && p->match.near_kind == MATCH_EXACT);
		if (str_eq(to, uri))
			return;
		/* behind a root nothing is taken away but its slash, which the base brings back */
		w = (struct rewrite){ .change = exact ? PATH_FULL : PATH_PREFIX_CUT, .prefix = exact ? STR("") : uri, .path = to };
		/* the same for those who take text for text, and would take the slash of the root with it */
		if (!exact && uri.n == 1) {
			w.regex = STR("^/(.*)$");
			w.target = arena_join(a, without_slash(service->base), STR("/$1"));
		}
	} else if (strip || service->base.n > 1) {
		regex_rewrite(a, p, strip, &w);
		if (!strip && p->match.kind == MATCH_TEXT)
			w = (struct rewrite){ .change = PATH_PREFIX_CUT, .prefix = path_without_slash(p->match.path),
				.path = path_without_slash(upstream_path(a, service->base, false, STR(""), p->match.path)) };
	} else {
		return;
	}
	struct step *step = route_step(a, r, STEP_REWRITE, STR("route.rewrite"), strip && !root ? set->fact : NULL);
	if (service->base.n > 1)
		fact_list_add(a, &step->facts, service->base_fact);
	step->as.rewrite = w;
	step->value = strip ? STR("konghq.com/strip-path") : service->base;
}

/* ---- the host for the backend ---- */

static void host_step(struct kong *kong, const struct kong_part *p, struct route *r)
{
	struct arena *a = kong->in->front->arena;
	struct setting *keep = kong_setting(ingress_of(p), "backend.host", "preserve"), *name = kong_setting(service_of(p), "backend.host", "name");
	bool kept = kong_flag(ingress_of(p), "backend.host", "preserve", true);
	if (kept) {
		/* of another value the Service's own name would be sent */
		if (keep && name)
			fact_list_add(a, &r->facts, keep->fact);
		else
			fact_idle(keep ? keep->fact : NULL, STR("it says what Kong does anyway"));
		fact_idle(name ? name->fact : NULL, STR("without konghq.com/preserve-host: \"false\" the backend gets the Host of the request"));
		return;
	}
	if (name) {
		struct step *step = route_step(a, r, STEP_HOST, name->row->feature, name->fact);
		fact_list_add(a, &step->facts, keep->fact);
		step->value = name->value.text;
		return;
	}
	struct step *step = route_step(a, r, STEP_OTHER, STR("backend.own-host"), keep->fact);
	step->value = STR("the backend's own address");
}

/* ---- delivery ---- */

static void silence(struct kong *kong, const struct kong_part *p, struct route *r, const char *feature)
{
	struct setting *at = kong_setting(service_of(p), feature, "milliseconds");
	enum { USUAL = 60000 };
	if (!at)
		return;
	if (at->value.number == USUAL || at->value.number < 1) {
		if (at->value.number == USUAL && str_eq(str_c(feature), STR("timeout.read")))
			fact_list_add(kong->in->front->arena, &r->usual, at->fact);
		else
			fact_idle(at->fact, at->value.number < 1 ? STR("Kong takes no such time") : STR("it says what Kong does anyway"));
		return;
	}
	struct step *step = route_step(kong->in->front->arena, r, STEP_OTHER, str_c(feature), at->fact);
	step->delivery = DELIVERY_SILENCE;
	step->as.silence.seconds = (at->value.number + 999) / 1000;
	step->value = arena_printf(kong->in->front->arena, "%lld", (long long)step->as.silence.seconds);
	step->as.silence.than_usual = at->value.number > USUAL ? SILENCE_LONGER : SILENCE_SHORTER;
}

static void retries(struct kong *kong, const struct kong_part *p, struct route *r)
{
	enum { USUAL = 5 };
	struct setting *at = kong_setting(service_of(p), "retry", "tries");
	if (!at)
		return;
	if (at->value.number == USUAL) {
		fact_list_add(kong->in->front->arena, &r->usual, at->fact);
		return;
	}
	struct step *step = route_step(kong->in->front->arena, r, STEP_OTHER, STR("retry"), at->fact);
	step->delivery = DELIVERY_RETRY;
	step->value = at->value.text;
	step->as.retry = (struct retry){ .never = at->value.number == 0, .connection = true, .repeats = true, .tries = at->value.number + 1, .count = at->fact };
}

static void speech(struct kong *kong, const struct kong_part *p, struct route *r)
{
	static const struct { str name; enum speech_kind kind; } KINDS[] = {
		{ STR_INIT("http"), SPEECH_HTTP }, { STR_INIT("ws"), SPEECH_HTTP }, { STR_INIT("https"), SPEECH_HTTPS }, { STR_INIT("wss"), SPEECH_HTTPS },
		{ STR_INIT("grpc"), SPEECH_GRPC }, { STR_INIT("grpcs"), SPEECH_GRPCS },
	};
	struct arena *a = kong->in->front->arena;
	struct setting *at = kong_setting(service_of(p), "backend.protocol", "name");
	if (!at)
		return;
	for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
		if (!str_eq(KINDS[i].name, at->value.text))
			continue;
		struct speech *s = NEW(a, struct speech);
		s->kind = KINDS[i].kind;
		fact_list_add(a, &s->facts, at->fact);
		r->speech = s;
		bool tls = s->kind == SPEECH_HTTPS || s->kind == SPEECH_GRPCS;
		if (tls) {
			struct step *step = route_step(a, r, STEP_TLS, STR("backend.protocol"), NULL);
			step->quiet = true;
			step->as.tls = TLS_ALWAYS;
		}
		return;
	}
	route_step(a, r, STEP_OTHER, STR("backend.protocol"), at->fact)->value = at->value.text;
}

/* ---- what only the tables know ---- */

/* Settings that something above has asked for. */
static bool is_done(const struct setting *at)
{
	static const char *const DONE[] = {
		"route.match", "route.methods", "route.headers", "route.alias", "route.rewrite", "route.strip", "redirect.https", "backend.host", "backend.path",
		"backend.protocol", "timeout.read", "timeout.send", "retry", "plugin",
	};
	for (size_t i = 0; i < sizeof DONE / sizeof *DONE; i++)
		if (str_eq(at->row->feature, str_c(DONE[i])))
			return true;
	return false;
}

/* It ranks expressions, and only a path of the user's own is worth a rank. */
static bool ranks_nothing(const struct kong *kong, const struct kong_route *r, const struct setting *at)
{
	bool any = false;
	for (size_t i = 0; i < r->paths.n; i++)
		any = any || (r->paths.item[i].type == PATH_IMPLEMENTATION && !path_is_literal(r->paths.item[i].path, false));
	return !any || at->value.number == 0 || kong->flavour == KONG_EXPRESSIONS;
}

static bool is_usual(const struct kong *kong, const struct kong_route *r, const struct setting *at)
{
	if (str_eq(at->row->feature, STR("route.order")))
		return (str_eq(at->row->field, STR("regex-priority")) && ranks_nothing(kong, r, at)) ||
			(str_eq(at->row->field, STR("handling")) && (kong->flavour != KONG_TRADITIONAL || str_eq(at->value.text, STR("v0"))));
	return setting_is_usual(kong->in, at);
}

/* The object that the setting names says the same, and more of it. */
static void add_policy(struct kong *kong, const struct subject *s, const struct setting *at, struct step *step)
{
	static const str KINDS[] = { STR_INIT("KongUpstreamPolicy"), STR_INIT("KongIngress") };
	for (size_t i = 0; str_eq(at->row->field, STR("policy")) && i < sizeof KINDS / sizeof *KINDS; i++) {
		const struct vendor_object *object = snapshot_vendor(kong->in->front->snapshot, KINDS[i], s->ingress->meta.namespace, at->value.text);
		for (size_t k = 0; object && k < object->fields.n; k++)
			if (!str_starts(object->fields.item[k]->key, STR("metadata.")) && !str_has_char(object->fields.item[k]->key, '/'))
				fact_list_add(kong->in->front->arena, &step->facts, kong_fact(kong, object, object->fields.item[k]));
	}
}

static void features(struct kong *kong, const struct kong_part *p, struct subject *s, struct route *r)
{
	const struct mapping *m = kong->in->front->mapping;
	for (size_t i = 0; s && i < s->settings.n; i++) {
		struct setting *at = &s->settings.item[i];
		const struct feature *f = mapping_feature(m, at->row->feature);
		if (!setting_counts(at) || !f || is_done(at))
			continue;
		if (is_usual(kong, p->route, at)) {
			fact_idle(at->fact, STR("it says what Kong does anyway"));
			continue;
		}
		struct step *step = route_step(kong->in->front->arena, r, f->loss == LOSS_SECURITY ? STEP_GUARD : STEP_OTHER, f->name, at->fact);
		step->value = at->value.text;
		add_policy(kong, s, at, step);
	}
}

/* ---- all of them ---- */

void kong_steps_build(struct kong *kong, const struct kong_part *p, struct route *r)
{
	struct kong_plugins plugins = kong_plugins_of(kong, p->route);
	scheme(kong, ingress_of(p), r);
	fact_list_join(kong->in->front->arena, &r->facts, &plugins.carried);
	for (size_t i = 0; i < plugins.n; i++)
		kong_plugin_step(kong, &plugins.item[i], r);
	path_step(kong, p, r);
	host_step(kong, p, r);
	speech(kong, p, r);
	silence(kong, p, r, "timeout.read");
	silence(kong, p, r, "timeout.send");
	retries(kong, p, r);
	features(kong, p, ingress_of(p), r);
	features(kong, p, service_of(p), r);
}
