/* SPDX-License-Identifier: Apache-2.0 */
/* Redirects, rewrites and CORS: see filters.h. */
#include "targets/filters.h"

#include "gateway/cel.h"
#include "targets/paths.h"
#include "targets/stated.h"
#include "targets/versions.h"

static const str ROUTE = STR_INIT("HTTPRoute"), STATUS = STR_INIT("spec.rules[].filters[].requestRedirect.statusCode");

static str status_text(const struct lowering *lw, uint32_t status)
{
	return arena_printf(lw->arena, "%u", (unsigned)status);
}

static bool status_is_known(const struct lowering *lw, uint32_t status)
{
	return version_has_value(lw, ROUTE, STATUS, status_text(lw, status));
}

static bool lose_redirect(struct lowering *lw, const struct route *route, const struct step *step, str message, str help)
{
	struct loss_text text = {
		.code = DIAG_REDIRECT_LOST, .loss = LOSS_ROUTING, .message = message, .help = help,
		.effect = STR("requests for the path answer 500 instead of the redirect"),
	};
	lose(lw, route, &step->facts, &text);
	return false;
}

/* 308 and 307 keep method and body; where the version does not have them, 301 and 302 stand in. */
static void redirect_status(struct lowering *lw, const struct route *route, const struct step *step, struct request_redirect *out)
{
	uint32_t status = step->as.redirect.status;
	out->status = (struct number){ true, status };
	if (status_is_known(lw, status))
		return;
	out->status.value = status == 308 ? 301 : 302;
	struct loss_text text = {
		.code = DIAG_REDIRECT_DIFFERS, .loss = LOSS_BEHAVIOUR,
		.message = arena_printf(lw->arena, "status %u of a redirect is not in Gateway API 1.%u: %u stands in", (unsigned)status,
			lw->version.minor, (unsigned)out->status.value),
		.effect = STR("clients may repeat a POST as a GET after the redirect"),
		.help = STR("--gateway-api 1.5 or newer keeps the status"),
	};
	if (target_lacks(lw->target, ROUTE, STATUS, status_text(lw, status))) {
		text.message = arena_printf(lw->arena, "%.*s knows no redirect with status %u: %u stands in", STR_ARG(lw->target->title), (unsigned)status,
			(unsigned)out->status.value);
		text.help = version_ways_value(lw, ROUTE, STATUS, status_text(lw, status));
	}
	differ(lw, route, &step->facts, &text);
}

static void say_query(struct lowering *lw, const struct route *route, const struct step *step)
{
	struct loss_text text = {
		.code = DIAG_REDIRECT_DIFFERS, .loss = LOSS_BEHAVIOUR,
		.message = STR("a redirect to a fixed address takes the query of the request along"),
		.effect = STR("/old?a=b answers with the new address and ?a=b behind it, where the controller left the query out"),
		.help = STR("make sure that the target does not mind the query; no field of an HTTPRoute drops it"),
	};
	differ(lw, route, &step->facts, &text);
}

/* A rewrite of nginx puts the query behind an address that has it already. */
static void say_doubled(struct lowering *lw, const struct route *route, const struct step *step)
{
	static const struct loss_text TEXT = {
		.code = DIAG_REDIRECT_DIFFERS, .loss = LOSS_COSMETIC,
		.message = STR_INIT("a redirect keeps the query of the request once, where the controller writes it twice"),
		.effect = STR_INIT("/old?a=b leads to the new address with ?a=b, where the controller leads to ?a=b?a=b"),
		.help = STR_INIT("nothing: a question mark at the end of the rewrite's target was forgotten"),
	};
	if (step->as.redirect.adds_query && str_has(step->as.redirect.location, STR("$request_uri")))
		differ(lw, route, &step->facts, &TEXT);
}

static void say_slash(struct lowering *lw, const struct route *route, const struct step *step)
{
	struct fact_list none = { 0 };
	bool www = step->as.redirect.host.n > 0, port = step->as.redirect.keeps_port;
	const char *scheme = www ? "http" : "https";
	struct loss_text text = {
		.code = DIAG_REDIRECT_DIFFERS, .loss = LOSS_COSMETIC,
		.message = arena_printf(lw->arena, "the redirect %s keeps the last slash of the address%s",
			www ? "between the names with and without www" : "to HTTPS", port ? " and names no port" : ""),
		.effect = arena_printf(lw->arena, "http://%sHOST/a/ leads to %s://HOST/a/, where the controller leads to %s://HOST%s/a",
			www ? "www." : "", scheme, scheme, !port ? "" : www ? ":80" : ":443"),
		.help = STR("nothing: the Gateway is the more exact of the two"),
	};
	differ(lw, route, &none, &text);
}

static str filter_field(const struct lowering *lw, str name)
{
	return arena_join(lw->arena, STR("spec.rules[].filters[]."), name);
}

/* A field of a filter that every version of the Gateway API has: the target may lack it. */
static bool is_known(const struct lowering *lw, str name)
{
	return version_has(lw, ROUTE, filter_field(lw, name));
}

static str lacks(const struct lowering *lw, str name, const char *what)
{
	return version_lacks(lw, ROUTE, filter_field(lw, name), str_c(what));
}

static str ways(const struct lowering *lw, str name)
{
	return version_ways(lw, ROUTE, filter_field(lw, name));
}

/* Why no filter says a redirect, and what to do; nothing: one does. */
struct fault {
	str message, help;
};

static bool is_filter_status(const struct lowering *lw, uint32_t status)
{
	return status_is_known(lw, status) || status == 303 || status == 307 || status == 308;
}

static struct fault redirect_fault(const struct lowering *lw, const struct step *step, struct request_redirect *out)
{
	const struct redirect *r = &step->as.redirect;
	str why, host = arena_lower(lw->arena, r->host);
	if (r->lost.n)
		return (struct fault){ STR("a redirect to an address with a query, a fragment or a variable cannot be said"),
			STR("answer the redirect in the application, or leave the query out of the address") };
	if (r->scheme.n && !str_eq(r->scheme, STR("http")) && !str_eq(r->scheme, STR("https")))
		return (struct fault){ STR("a redirect to another scheme than http and https cannot be said"), STR("answer the redirect in the application") };
	if (host.n && (!name_is_hostname(host) || str_starts(host, STR("*"))))
		return (struct fault){ STR("the host of a redirect's address is no hostname of the Gateway API"),
			STR("give a DNS name; addresses and underscores are not taken") };
	if (r->port && !is_known(lw, STR("requestRedirect.port")))
		return (struct fault){ lacks(lw, STR("requestRedirect.port"), "a redirect to another port"), ways(lw, STR("requestRedirect.port")) };
	if (!is_filter_status(lw, r->status))
		return (struct fault){ arena_printf(lw->arena, "a redirect with status %u cannot be said", (unsigned)r->status),
			STR("choose 301, 302, 303, 307 or 308") };
	*out = (struct request_redirect){ .scheme = r->scheme, .hostname = host, .port = { r->port != 0, r->port } };
	if (r->change != PATH_FULL)
		return (struct fault){ { "", 0 }, { "", 0 } };
	if (!is_known(lw, STR("requestRedirect.path")))
		return (struct fault){ lacks(lw, STR("requestRedirect.path"), "a redirect to another path"), ways(lw, STR("requestRedirect.path")) };
	if (!path_encode(lw->arena, r->path, &out->path.full, &why))
		return (struct fault){ STR("the path of a redirect's address cannot be said"), why };
	out->path.type = STR("ReplaceFullPath");
	return (struct fault){ { "", 0 }, { "", 0 } };
}

bool filter_says_redirect(const struct lowering *lw, const struct step *step)
{
	struct request_redirect ignored;
	return redirect_fault(lw, step, &ignored).message.n == 0;
}

bool filter_redirect(struct lowering *lw, const struct route *route, const struct step *step, struct http_filter *out)
{
	const struct redirect *r = &step->as.redirect;
	const struct fault fault = redirect_fault(lw, step, &out->redirect);
	out->type = STR("RequestRedirect");
	if (fault.message.n)
		return lose_redirect(lw, route, step, fault.message, fault.help);
	redirect_status(lw, route, step, &out->redirect);
	if (!r->keeps_query)
		say_query(lw, route, step);
	say_doubled(lw, route, step);
	if (r->cuts_slash)
		say_slash(lw, route, step);
	return true;
}

/* "https://a.example.com:8443", "*", with at most one wildcard as the first label; no scheme but the two of HTTP. */
static bool origin_is_valid(const struct lowering *lw, str origin)
{
	if (str_eq(origin, STR("*")))
		return true;
	size_t at = str_find(origin, STR("://"));
	str scheme = str_slice(origin, 0, at);
	if (at == origin.n || (!str_eq(scheme, STR("http")) && !str_eq(scheme, STR("https"))))
		return false;
	str host = str_from(origin, at + 3), name, port;
	bool has_port = str_cut(host, ':', &name, &port);
	uint64_t number;
	if (has_port && (port.n > 5 || !str_to_u64(port, 65535, &number)))
		return false;
	return origin.n <= 253 && (str_eq(name, STR("*")) || name_is_hostname(arena_lower(lw->arena, name)));
}

static bool method_is_valid(const struct lowering *lw, str method)
{
	return schema_has_enum(lw->schema, STR("HTTPRoute"), STR("spec.rules[].filters[].cors.allowMethods[]"), method, lw->version);
}

static bool header_is_valid(const struct lowering *lw, str name)
{
	(void)lw;
	return name_is_header(name);
}

static void cors_differs(struct lowering *lw, const struct route *route, const struct step *step, const char *what)
{
	struct loss_text text = {
		.code = DIAG_CORS_DIFFERS, .loss = LOSS_BEHAVIOUR,
		.message = arena_printf(lw->arena, "%s of CORS cannot be said, and is left out", what),
		.effect = STR("browsers no longer allow what it allowed"),
		.help = STR("write origins as scheme://host or scheme://*.host, methods in capitals as HTTP defines them, and names of headers alone"),
	};
	differ(lw, route, &step->facts, &text);
}

/* What the API takes of a list, up to its limit. A star means all, and stands alone. */
static struct str_list cors_list(struct lowering *lw, const struct route *route, const struct step *step, const struct str_list *list,
	bool (*is_valid)(const struct lowering *, str), const char *what)
{
	enum { MOST = 64 };
	struct str_list out = { 0 };
	for (size_t i = 0; i < list->n; i++) {
		if (is_valid(lw, list->item[i]) && out.n < MOST)
			str_list_add_new(lw->arena, &out, list->item[i]);
		else
			cors_differs(lw, route, step, what);
	}
	if (str_list_has(&out, STR("*"))) {
		out.n = 1;
		out.item[0] = STR("*");
	}
	return out;
}

/* To requests of pages of other origins, that is, those with an Origin. */
static void say_origin(struct lowering *lw, const struct route *route)
{
	static const struct loss_text TEXT = {
		.code = DIAG_CORS_DIFFERS, .loss = LOSS_COSMETIC,
		.message = STR_INIT("a Gateway sends headers of CORS where a request names its origin, the controller with every answer"),
		.effect = STR_INIT("answers to requests without an Origin come without Access-Control-Allow-Origin: *"),
		.help = STR_INIT("nothing: browsers send that header where it matters"),
	};
	differ(lw, route, &(struct fact_list){ 0 }, &TEXT);
}

static void say_preflight(struct lowering *lw, const struct route *route)
{
	static const struct loss_text TEXT = {
		.code = DIAG_CORS_DIFFERS, .loss = LOSS_COSMETIC,
		.message = STR_INIT("a Gateway answers preflights alone, the controller every OPTIONS request of an allowed origin"),
		.effect = STR_INIT("OPTIONS requests without Access-Control-Request-Method reach the backend, or are redirected to HTTPS first; "
			"some implementations answer those of other origins too, with nothing said"),
		.help = STR_INIT("nothing: browsers send that header"),
	};
	struct fact_list none = { 0 };
	differ(lw, route, &none, &TEXT);
}

/* Some targets let a question about CORS fit a rule for another method. */
static void say_method(struct lowering *lw, const struct route *route)
{
	struct loss_text text = {
		.code = DIAG_CORS_DIFFERS, .loss = LOSS_COSMETIC,
		.message = arena_printf(lw->arena, "%.*s answers preflights of a path for one method, which the controller gave to whoever takes OPTIONS", STR_ARG(target_words(lw))),
		.effect = STR("browsers of an allowed origin are told so; the request itself is answered as before"),
		.help = STR("nothing"),
	};
	bool method = false;
	for (size_t i = 0; i < route->match.conditions.n; i++)
		method = method || route->match.conditions.item[i].kind == CONDITION_METHOD;
	if (!method || !target_chooses(lw->target, STR("preflight"), STR("answered")))
		return;
	differ(lw, route, &(struct fact_list){ 0 }, &text);
	state_preflights(lw, text.code);
}

static bool cors_is_there(struct lowering *lw, const struct route *route, const struct step *step)
{
	static const str KIND = STR_INIT("HTTPRoute"), FIELD = STR_INIT("spec.rules[].filters[].type"), CORS = STR_INIT("CORS");
	struct loss_text text = {
		.code = DIAG_VERSION_LOST, .loss = LOSS_BEHAVIOUR,
		.message = version_lacks_value(lw, KIND, FIELD, CORS, STR("the CORS filter")),
		.effect = STR("browsers no longer let pages of other origins read the answers"),
		.help = arena_printf(lw->arena, "%.*s; or let the application answer", STR_ARG(version_ways_value(lw, KIND, FIELD, CORS))),
	};
	bool has = version_has_value(lw, KIND, FIELD, CORS);
	if (has && !(str_list_has(&step->as.cors.origins, STR("*")) && lw->version.minor < 4))
		return true;
	if (has) {
		text.message = STR("CORS for every origin is not in Gateway API 1.3, where each origin has a scheme and a host");
		text.help = STR("--gateway-api 1.4 has it, in the standard channel since 1.5; or list the origins");
	}
	lose(lw, route, &step->facts, &text);
	return false;
}

static void lose_origins(struct lowering *lw, const struct route *route, const struct step *step)
{
	const struct loss_text text = {
		.code = DIAG_CORS_DIFFERS, .loss = LOSS_BEHAVIOUR,
		.message = STR("no origin of CORS can be said, and no filter is written: one without origins allows all of them"),
		.effect = STR("browsers let pages of no other origin read the answers"),
		.help = STR("write origins as scheme://host or scheme://*.host"),
	};
	lose(lw, route, &step->facts, &text);
}

bool filter_cors(struct lowering *lw, const struct route *route, const struct step *step, struct http_filter *out)
{
	const struct cors *c = &step->as.cors;
	if (!cors_is_there(lw, route, step))
		return false;
	out->cors.origins = cors_list(lw, route, step, &c->origins, origin_is_valid, "an origin");
	/* without a list a filter allows every origin */
	if (out->cors.origins.n == 0 && !c->any_origin) {
		if (c->origins.n)
			lose_origins(lw, route, step);
		return false;
	}
	out->type = STR("CORS");
	say_preflight(lw, route);
	say_method(lw, route);
	if (c->any_origin)
		say_origin(lw, route);
	out->cors.methods = cors_list(lw, route, step, &c->methods, method_is_valid, "a method");
	out->cors.headers = cors_list(lw, route, step, &c->headers, header_is_valid, "a header");
	out->cors.expose = cors_list(lw, route, step, &c->expose, header_is_valid, "an exposed header");
	/* browsers refuse the answer "*" to a request with credentials; a Gateway would name the origin, and they would take it */
	out->cors.credentials = c->credentials && !str_list_has(&out->cors.origins, STR("*"));
	if (c->max_age > 0 && c->max_age <= INT32_MAX)
		out->cors.max_age = (struct number){ true, c->max_age };
	return true;
}

/* What takes the place of the path, or of its prefix. Replaced verbatim the root takes the slash behind it along. */
static str replacement_of(const struct lowering *lw, const struct rewrite *r)
{
	str path = str_starts(r->path, STR("/")) ? r->path : arena_join(lw->arena, STR("/"), r->path);
	bool root = r->change == PATH_PREFIX_CUT && path_without_slash(r->prefix).n <= 1 && !str_ends(path, STR("/"));
	return root && target_chooses(lw->target, STR("replacement"), STR("verbatim")) ? arena_join(lw->arena, path, STR("/")) : path;
}

/* A rewrite that the target's URLRewrite does not have. */
static bool lose_rewrite(struct lowering *lw, const struct route *route, const struct step *step, str field, const char *what, str effect)
{
	struct loss_text text = {
		.code = DIAG_REWRITE_LOST, .loss = LOSS_ROUTING, .effect = effect, .message = lacks(lw, field, what), .help = ways(lw, field),
	};
	lose(lw, route, &step->facts, &text);
	return false;
}

bool filter_rewrite(struct lowering *lw, const struct route *route, const struct step *step, struct http_filter *out)
{
	static const str FIELD = STR_INIT("urlRewrite.path");
	const struct rewrite *r = &step->as.rewrite;
	if (!is_known(lw, FIELD))
		return lose_rewrite(lw, route, step, FIELD, "a rewrite of the path", STR("the backend gets the path of the request as it is"));
	struct path_modifier *to = &out->rewrite.path;
	str why = { "", 0 };
	bool said = r->change != PATH_KEEP && path_encode(lw->arena, replacement_of(lw, r), r->change == PATH_FULL ? &to->full : &to->prefix, &why);
	if (!said) {
		struct loss_text text = {
			.code = DIAG_REWRITE_LOST, .loss = LOSS_ROUTING,
			.message = arena_printf(lw->arena, "a rewrite by captures of a regular expression cannot be said by %.*s",
				STR_ARG(target_words(lw))),
			.effect = STR("the backend gets the path of the request as it is"),
			.help = STR("serve the new path in the application, or use a target with regular expressions in rewrites\n"
				"(envoy-gateway HTTPRouteFilter urlRewrite.path.replaceRegexMatch, traefik Middleware replacePathRegex,\n"
				"nginx-gateway-fabric SnippetsFilter)"),
		};
		lose(lw, route, &step->facts, &text);
		return false;
	}
	out->type = STR("URLRewrite");
	to->type = r->change == PATH_FULL ? STR("ReplaceFullPath") : STR("ReplacePrefixMatch");
	if (r->wider) {
		struct loss_text text = {
			.code = DIAG_REWRITE_DIFFERS, .loss = LOSS_BEHAVIOUR,
			.message = arena_printf(lw->arena, "a rewrite is said as the exchange of a prefix: %.*s", STR_ARG(r->reason)),
			.effect = STR("requests on that edge are answered differently from the controller"),
			.help = STR("look whether clients send such requests"),
		};
		differ(lw, route, &step->facts, &text);
	}
	return true;
}

bool filter_says_host(const struct lowering *lw, const struct step *step)
{
	static const str FIELD = STR_INIT("urlRewrite.hostname");
	str name = arena_lower(lw->arena, step->value);
	return is_known(lw, FIELD) && name_is_hostname(name) && !str_starts(name, STR("*"));
}

bool filter_host(struct lowering *lw, const struct route *route, const struct step *step, struct http_filter *out)
{
	static const str FIELD = STR_INIT("urlRewrite.hostname");
	if (!is_known(lw, FIELD))
		return lose_rewrite(lw, route, step, FIELD, "another Host for the backend", STR("the backend gets the Host of the request"));
	if (!filter_says_host(lw, step)) {
		struct loss_text text = {
			.code = DIAG_REWRITE_LOST, .loss = LOSS_ROUTING,
			.message = STR("the Host sent to the backend is no plain hostname, and cannot be said"),
			.effect = STR("the backend gets the Host of the request"),
			.help = STR("give a DNS name without port and variables"),
		};
		lose(lw, route, &step->facts, &text);
		return false;
	}
	out->type = STR("URLRewrite");
	out->rewrite.hostname = arena_lower(lw->arena, step->value);
	return true;
}
