/* SPDX-License-Identifier: Apache-2.0 */
/* What a guard does, from the settings that switch it on (reference: ingress-nginx A.10, B authentication and access). */
#include "controllers/server.h"
#include "route/pattern.h"

static const str DENY = STR_INIT("access.deny");
static const str ALLOW = STR_INIT("access.allow");
static const str BASIC = STR_INIT("auth.basic");
static const str EXTERNAL = STR_INIT("auth.external");
static const str GLOBAL = STR_INIT("auth.global");
static const str CERTIFICATE = STR_INIT("auth.client-certificate");

static str text_of(const struct instance *in, struct subject *s, str feature, const char *field)
{
	struct setting *at = s ? subject_setting(s, feature, str_c(field)) : NULL;
	str text = at ? at->value.text : controller_default(in->controller, feature, str_c(field));
	return !at && value_is_off(text) ? STR("") : text;
}

/* ---- addresses ---- */

void guard_ranges(struct arena *a, str text, struct guard *g)
{
	str item;
	struct address_range range;
	g->kind = GUARD_ADDRESS;
	while (text.n) {
		str_cut(text, ',', &item, &text);
		if (address_range_parse(str_trim(item), &range))
			LIST_PUSH(a, &g->ranges, range);
	}
}

/* ---- what clients say of themselves ---- */

/* As nginx's map reads it: "~" and an expression, "~*" in any letter case, else the text itself. */
static void read_patterns(struct arena *a, str text, struct guard *g)
{
	str item;
	while (text.n) {
		str_cut(text, ',', &item, &text);
		item = str_trim(item);
		if (item.n > 1 && item.p[0] == '"' && str_ends(item, STR("\"")))
			item = str_slice(item, 1, item.n - 1);
		struct header_pattern p = { .text = item, .regex = str_starts(item, STR("~")), .nocase = str_starts(item, STR("~*")) };
		if (p.regex)
			p.text = str_from(item, p.nocase ? 2 : 1);
		if (item.n)
			LIST_PUSH(a, &g->patterns, p);
	}
}

static void refuse_pattern(struct instance *in, struct fact *fact, struct diag_site site, str why)
{
	struct diag *d = diag_addf(in->front->diags, DIAG_CONFIG_REJECTED, site,
		"nginx refuses the whole configuration: a pattern of what is refused is no valid regular expression (%.*s)", STR_ARG(why));
	d->effect = STR("the controller keeps its last good configuration, and no later change of any Ingress is in force");
	d->help = STR("correct the expression");
	fact_lost(fact, FACT_INVALID, LOSS_NONE, DIAG_CONFIG_REJECTED, STR("nginx refuses the expression"));
	entry_reject(in, site.at, d->message);
}

static void guard_of_header(struct instance *in, struct route *r, const char *field, str header)
{
	str text = controller_default(in->controller, DENY, str_c(field));
	if (value_is_off(text))
		return;
	struct step *s = route_step(in->front->arena, r, STEP_GUARD, DENY, controller_default_fact(in->controller, DENY));
	/* where it closes a route, it does so among the route's other guards */
	s->quiet = true;
	s->value = text;
	s->as.guard.kind = GUARD_HEADER;
	s->as.guard.header = header;
	read_patterns(in->front->arena, text, &s->as.guard);
}

/* The entry of the controller's ConfigMap that has the text, else where the default stands. */
static struct diag_site site_of_default(struct instance *in, const struct fact *fact, str text)
{
	const struct config_map *map = in->controller->config_map;
	for (size_t i = 0; map && i < map->data.n; i++)
		if (str_eq(str_trim(map->data.item[i].value), text))
			return (struct diag_site){ map->data.item[i].at, (uint32_t)map->data.item[i].key.n, { "", 0 } };
	return fact ? fact_site(in->front->arena, fact) : (struct diag_site){ .span = 1 };
}

/* nginx compiles them all, whether requests come or not. */
static void check_patterns(struct instance *in, const char *field)
{
	struct arena *a = in->front->arena;
	struct guard g = { .kind = GUARD_HEADER };
	struct fact *fact = controller_default_fact(in->controller, DENY);
	str text = controller_default(in->controller, DENY, str_c(field)), why;
	if (!value_is_off(text))
		read_patterns(a, text, &g);
	for (size_t i = 0; i < g.patterns.n; i++)
		if (g.patterns.item[i].regex && !pattern_new(a, g.patterns.item[i].text, PATTERN_NOCASE, &why, NULL))
			refuse_pattern(in, fact, site_of_default(in, fact, text), why);
}

void guards_check(struct instance *in)
{
	check_patterns(in, "agents");
	check_patterns(in, "referers");
}

void guards_of_server(struct instance *in, struct route *r)
{
	guard_of_header(in, r, "agents", STR("User-Agent"));
	guard_of_header(in, r, "referers", STR("Referer"));
}

/* ---- authentication ---- */

static bool has_parameter(str url, str name)
{
	str unused, query, item, key, value;
	if (!str_cut(url, '?', &unused, &query))
		return false;
	while (query.n) {
		str_cut(query, '&', &item, &query);
		if (str_cut(item, '=', &key, &value) && str_eq(key, name) && value.n)
			return true;
	}
	return false;
}

/* The page gets the address that was asked for, unless it has one already. */
static str sign_in(struct arena *a, str url, str parameter)
{
	if (url.n == 0 || has_parameter(url, parameter))
		return url;
	size_t mark = str_find_char(url, '?');
	const char *joint = mark + 1 < url.n ? "&" : "?";
	return arena_printf(a, "%.*s%s%.*s=$pass_access_scheme://$http_host$escaped_request_uri", STR_ARG(url), joint, STR_ARG(parameter));
}

static void fill_service(struct instance *in, struct subject *s, str feature, const char *url, struct guard *g)
{
	struct arena *a = in->front->arena;
	str headers = text_of(in, s, feature, "response-headers"), item, parameter = text_of(in, s, feature, "signin-param");
	g->kind = GUARD_EXTERNAL;
	g->url = text_of(in, s, feature, url);
	(void)service_of_url(in, g->url, &g->service, &g->service_path);
	g->signin = sign_in(a, text_of(in, s, feature, "signin"), parameter.n ? parameter : STR("rd"));
	g->always_cookie = str_eq(text_of(in, s, feature, "set-cookie"), STR("true"));
	while (headers.n) {
		str_cut(headers, ',', &item, &headers);
		if (str_trim(item).n)
			str_list_add_new(a, &g->copied, str_trim(item));
	}
}

static void fill_certificate(struct instance *in, struct subject *s, struct guard *g)
{
	str verify = text_of(in, s, CERTIFICATE, "verify"), name = text_of(in, s, CERTIFICATE, "match-name");
	g->kind = GUARD_CERTIFICATE;
	g->optional = verify.n > 0 && !str_eq(verify, STR("on"));
	g->error_page = text_of(in, s, CERTIFICATE, "error-page");
	g->forwards = subject_flag(s, CERTIFICATE, STR("forward"));
	if (name.n) {
		struct header_pattern p = { .text = name, .regex = true };
		struct setting *at = s ? subject_setting(s, CERTIFICATE, STR("match-name")) : NULL;
		str why;
		LIST_PUSH(in->front->arena, &g->patterns, p);
		if (at && !pattern_new(in->front->arena, name, 0, &why, NULL))
			refuse_pattern(in, at->fact, fact_site(in->front->arena, at->fact), why);
	}
}

/* One check of several is enough. */
static bool is_any(struct subject *s, str feature)
{
	struct setting *policy = s ? subject_setting(s, STR("auth.satisfy"), STR("policy")) : NULL;
	static const str ACCESS[] = { STR_INIT("access."), STR_INIT("auth.basic"), STR_INIT("auth.external"), STR_INIT("auth.global") };
	for (size_t i = 0; policy && str_eq(policy->value.text, STR("any")) && i < sizeof ACCESS / sizeof *ACCESS; i++)
		if (str_starts(feature, ACCESS[i]))
			return true;
	return false;
}

void guard_fill(struct instance *in, struct subject *s, struct step *step)
{
	struct guard *g = &step->as.guard;
	if (!in->nginx) {
		plain_guard(in, s, step);
		return;
	}
	if (str_eq(step->feature, DENY) || str_eq(step->feature, ALLOW)) {
		guard_ranges(in->front->arena, step->value, g);
		g->deny = str_eq(step->feature, DENY);
	} else if (str_eq(step->feature, BASIC)) {
		g->kind = GUARD_BASIC;
		g->realm = text_of(in, s, BASIC, "realm");
		g->digest = !str_eq(text_of(in, s, BASIC, "type"), STR("basic"));
	} else if (str_eq(step->feature, EXTERNAL)) {
		fill_service(in, s, EXTERNAL, "url", g);
	} else if (str_eq(step->feature, GLOBAL)) {
		fill_service(in, NULL, GLOBAL, "enabled", g);
	} else if (str_eq(step->feature, CERTIFICATE)) {
		fill_certificate(in, s, g);
	}
	g->any = is_any(s, step->feature);
}
