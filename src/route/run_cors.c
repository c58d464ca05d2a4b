/* SPDX-License-Identifier: Apache-2.0 */
/* Requests from pages of other origins: see run.h. */
#include "route/run.h"

static void say(struct run *r, const char *name, str value)
{
	struct header_edit e = { .response = true, .name = str_c(name), .value = value };
	run_header(r, &e);
}

/* Every answer says everything, and every OPTIONS request is answered. */
static uint32_t say_always(struct run *r, const struct cors *c, str origin)
{
	say(r, "Access-Control-Allow-Origin", c->any_origin ? STR("*") : origin);
	if (c->credentials)
		say(r, "Access-Control-Allow-Credentials", STR("true"));
	say(r, "Access-Control-Allow-Methods", c->said_methods);
	say(r, "Access-Control-Allow-Headers", c->said_headers);
	if (c->said_expose.n)
		say(r, "Access-Control-Expose-Headers", c->said_expose);
	say(r, "Access-Control-Max-Age", arena_printf(r->scratch, "%lld", (long long)c->max_age));
	return str_eq(r->request->method, STR("OPTIONS")) ? 204 : CORS_PASSED;
}

static bool is_preflight(struct run *r, str *method)
{
	return request_header(r->scratch, r->request, STR("Access-Control-Request-Method"), method) &&
		str_eq(r->request->method, STR("OPTIONS"));
}

/* A preflight hears what it asks for; answers to other requests say who may read them. */
static uint32_t say_asked(struct run *r, const struct cors *c, str origin)
{
	str method, headers;
	bool asks = is_preflight(r, &method);
	bool names = request_header(r->scratch, r->request, STR("Access-Control-Request-Headers"), &headers);
	say(r, "Access-Control-Allow-Origin", c->any_origin && !c->credentials ? STR("*") : origin);
	if (c->credentials)
		say(r, "Access-Control-Allow-Credentials", STR("true"));
	if (!asks) {
		if (c->said_expose.n)
			say(r, "Access-Control-Expose-Headers", c->said_expose);
		return CORS_PASSED;
	}
	if (c->echo_methods || c->said_methods.n)
		say(r, "Access-Control-Allow-Methods", c->echo_methods ? method : c->said_methods);
	if (names && (c->echo_headers || c->said_headers.n))
		say(r, "Access-Control-Allow-Headers", c->echo_headers ? headers : c->said_headers);
	say(r, "Access-Control-Max-Age", arena_printf(r->scratch, "%lld", (long long)c->max_age));
	return 200;
}

/* Every preflight hears everything, and every answer what does not hang on the origin. */
static uint32_t tell_all(struct run *r, const struct cors *c, const str *origin)
{
	str method;
	bool allowed = c->any_origin || (origin && run_search(r, c->pattern, *origin, false, "the expression of the origins"));
	if (allowed)
		say(r, "Access-Control-Allow-Origin", c->any_origin ? STR("*") : *origin);
	if (c->credentials)
		say(r, "Access-Control-Allow-Credentials", STR("true"));
	if (!origin || !is_preflight(r, &method)) {
		if (c->said_expose.n)
			say(r, "Access-Control-Expose-Headers", c->said_expose);
		return allowed ? CORS_PASSED : CORS_SILENT;
	}
	if (c->said_methods.n)
		say(r, "Access-Control-Allow-Methods", c->said_methods);
	if (c->said_headers.n)
		say(r, "Access-Control-Allow-Headers", c->said_headers);
	say(r, "Access-Control-Max-Age", arena_printf(r->scratch, "%lld", (long long)c->max_age));
	return 200;
}

uint32_t run_cors(struct run *r, const struct step *s)
{
	const struct cors *c = &s->as.cors;
	str origin, method;
	bool sent = request_header(r->scratch, r->request, STR("Origin"), &origin);
	if (c->tells_all)
		return tell_all(r, c, sent ? &origin : NULL);
	if (c->asked_only && !sent)
		return CORS_SILENT;
	if (!c->any_origin && !run_search(r, c->pattern, origin, false, "the expression of the origins"))
		return c->answers_others && is_preflight(r, &method) ? 200 : CORS_SILENT;
	return c->asked_only ? say_asked(r, c, origin) : say_always(r, c, origin);
}
