/* SPDX-License-Identifier: Apache-2.0 */
/* Guards: who may pass, and what the others get. See run.h. */
#include "route/run.h"

/* What one guard says of the request. */
struct verdict {
	enum { NO_OPINION, PASSES, REFUSES, FAILS } is;   /* FAILS: ends at once, whatever other guards say */
	uint32_t status;
	bool final;                  /* later guards of the same kind are not asked */
};

static struct verdict refuse(uint32_t status)
{
	return (struct verdict){ REFUSES, status, false };
}

static struct verdict pass(void)
{
	return (struct verdict){ PASSES, 0, false };
}

/* Allowed and refused ranges in one list: the first that takes the address decides, and none lets pass. */
static struct verdict ask_list(const struct run *r, const struct guard *g)
{
	for (size_t i = 0; i < g->ranges.n; i++)
		if (address_range_has(&g->ranges.item[i], r->client))
			return g->ranges.item[i].deny ? (struct verdict){ REFUSES, 403, true } : pass();
	return (struct verdict){ NO_OPINION, 0, false };
}

static struct verdict ask_address(const struct run *r, const struct guard *g)
{
	bool hit = false;
	if (g->ordered)
		return ask_list(r, g);
	for (size_t i = 0; i < g->ranges.n && !hit; i++)
		hit = address_range_has(&g->ranges.item[i], r->client);
	if (g->deny)
		return hit ? (struct verdict){ REFUSES, 403, true } : (struct verdict){ NO_OPINION, 0, false };
	return hit ? pass() : refuse(403);
}

static struct verdict ask_header(struct run *r, const struct guard *g)
{
	str value;
	(void)request_header(r->scratch, r->request, g->header, &value);
	for (size_t i = 0; i < g->patterns.n; i++) {
		const struct header_pattern *p = &g->patterns.item[i];
		bool hit = p->regex ? run_search(r, p->pattern, value, false, "the expression of a header") : str_eq_nocase(value, p->text);
		if (hit)
			return refuse(403);
	}
	return pass();
}

static void add_answer_header(struct run *r, str name, str value)
{
	struct changed_header h = { .name = name, .value = value };
	LIST_PUSH(r->scratch, &r->out->response_headers, h);
}

static struct verdict ask_password(struct run *r, const struct step *s)
{
	str_list_add_new(r->scratch, &r->out->gates, s->feature);
	if (r->request->given.basic == GIVEN_PASS)
		return pass();
	if (!s->as.guard.own_realm)
		add_answer_header(r, STR("WWW-Authenticate"), arena_printf(r->scratch, "%s realm=\"%.*s\"", s->as.guard.digest ? "Digest" : "Basic",
			STR_ARG(s->as.guard.realm)));
	return refuse(401);
}

static bool find_permission(const struct run *r, str name, str *value)
{
	for (size_t i = 0; i < r->request->given.permission.n; i++)
		if (str_eq_nocase(r->request->given.permission.item[i].name, name)) {
			*value = r->request->given.permission.item[i].value;
			return true;
		}
	return false;
}

/* What the service's answer brings along: headers for the backend, cookies for the client. */
static void take_permission(struct run *r, const struct guard *g)
{
	for (size_t i = 0; i < g->copied.n; i++) {
		str value;
		struct changed_header h = { .name = g->copied.item[i] };
		if (!find_permission(r, h.name, &value))
			continue;
		h.value = value;
		LIST_PUSH(r->scratch, &r->out->upstream_headers, h);
	}
}

/* Its cookies go to the client. */
static void take_cookies(struct run *r, const struct guard *g)
{
	struct changed_header h = { .name = STR_INIT("Set-Cookie"), .success_only = !g->always_cookie && !g->lenient };
	if (find_permission(r, h.name, &h.value))
		LIST_PUSH(r->scratch, &r->out->response_headers, h);
}

static struct verdict ask_service(struct run *r, const struct step *s)
{
	const struct guard *g = &s->as.guard;
	uint32_t status = r->request->given.external ? r->request->given.external : 200;
	str value;
	str_list_add_new(r->scratch, &r->out->gates, s->feature);
	r->out->auth_url = run_expand(r, g->url);
	bool passes = status == 200 || (status > 200 && status < 300 && (!g->hands_over || g->lenient));
	if (!passes || !g->lenient)
		take_cookies(r, g);
	if (passes) {
		take_permission(r, g);
		return pass();
	}
	if (g->hands_over && !(g->turned && status >= 300 && status < 400))
		return refuse(status);
	if (status == 401 && find_permission(r, STR("WWW-Authenticate"), &value))
		add_answer_header(r, STR("WWW-Authenticate"), value);
	if (status == 401 || status == 403)
		return refuse(status);
	return (struct verdict){ FAILS, 500, false };
}

/* A client without a certificate has the empty name. */
static bool name_fits(struct run *r, const struct guard *g)
{
	for (size_t i = 0; i < g->patterns.n; i++)
		if (!run_search(r, g->patterns.item[i].pattern, STR(""), false, "the expression of a certificate's name"))
			return false;
	return true;
}

/* The host whose settings the handshake goes by; NULL: the default server's. */
static const struct host *host_of_handshake(struct run *r)
{
	const struct host_name *by;
	if (!r->request->has_sni)
		return r->out->host;
	struct run asked = *r;
	const struct host *host = index_find_host(&asked, r->out->entry->index, arena_lower(r->scratch, r->request->sni), &by);
	return host && (by->kind != HOST_ANY || host == r->out->host) ? host : NULL;
}

static struct verdict ask_certificate(struct run *r, const struct step *s)
{
	const struct guard *g = &s->as.guard;
	const struct host *asking = r->request->tls ? host_of_handshake(r) : NULL;
	if (r->request->tls)
		str_list_add_new(r->scratch, &r->out->gates, s->feature);
	/* nginx takes no request for a host that asks for certificates on a connection of another one */
	if (asking && asking != r->out->host)
		return refuse(421);
	/* no certificate is sent where the handshake has not asked for it */
	r->certified = asking && r->request->given.certificate == GIVEN_PASS;
	if (r->certified)
		return pass();
	if (!r->request->tls || g->optional)
		return name_fits(r, g) ? pass() : refuse(403);
	if (g->error_page.n == 0)
		return refuse(400);
	r->out->has_location = true;
	r->out->location = run_expand(r, g->error_page);
	return refuse(302);
}

static struct verdict ask_other(struct run *r, const struct step *s)
{
	str_list_add_new(r->scratch, &r->out->gates, s->feature);
	return str_list_has(&r->request->given.refused, s->feature) ? refuse(403) : pass();
}

static struct verdict ask(struct run *r, const struct step *s)
{
	switch (s->as.guard.kind) {
	case GUARD_ADDRESS:
		return ask_address(r, &s->as.guard);
	case GUARD_HEADER:
		return ask_header(r, &s->as.guard);
	case GUARD_BASIC:
		return ask_password(r, s);
	case GUARD_EXTERNAL:
		return ask_service(r, s);
	case GUARD_CERTIFICATE:
		return ask_certificate(r, s);
	case GUARD_OPAQUE:
		break;
	}
	return ask_other(r, s);
}

/* Where the route sends a 401; empty: nowhere. */
static str sign_in_of(const struct route *route)
{
	for (size_t i = 0; route && i < route->steps.n; i++)
		if (route->steps.item[i]->kind == STEP_GUARD && route->steps.item[i]->as.guard.signin.n)
			return route->steps.item[i]->as.guard.signin;
	return (str){ "", 0 };
}

/* The redirect to the sign-in page is an answer of its own: of what the route adds to answers it has CORS and the cookies of the service. */
static void keep_sign_in_headers(struct run *r)
{
	size_t kept = 0;
	for (size_t i = 0; i < r->out->response_headers.n; i++) {
		struct changed_header *h = &r->out->response_headers.item[i];
		if (str_starts_nocase(h->name, STR("Access-Control-")) || str_eq_nocase(h->name, STR("WWW-Authenticate")) || str_eq_nocase(h->name, STR("Set-Cookie")))
			r->out->response_headers.item[kept++] = *h;
	}
	r->out->response_headers.n = kept;
}

static void answer(struct run *r, uint32_t status)
{
	str page = status == 401 ? sign_in_of(r->route) : (str){ "", 0 };
	r->ended = true;
	r->out->status = status;
	if (page.n == 0)
		return;
	r->out->status = 302;
	r->out->has_location = true;
	r->out->location = run_expand(r, page);
	r->signed_in = true;
	keep_sign_in_headers(r);
}

bool run_guard(struct run *r, const struct step *s)
{
	struct verdict v = ask(r, s);
	if (v.is == PASSES || v.is == NO_OPINION)
		return true;
	answer(r, v.status);
	return false;
}

static bool belongs(const struct step *s)
{
	return s->kind == STEP_GUARD && s->as.guard.any;
}

static void drop_challenges(struct run *r)
{
	size_t kept = 0;
	for (size_t i = 0; i < r->out->response_headers.n; i++)
		if (!str_eq_nocase(r->out->response_headers.item[i].name, STR("WWW-Authenticate")))
			r->out->response_headers.item[kept++] = r->out->response_headers.item[i];
	r->out->response_headers.n = kept;
}

bool run_any_guard(struct run *r)
{
	uint32_t status = 0;
	bool addresses = true;
	for (size_t i = 0; i < r->route->steps.n; i++) {
		const struct step *s = r->route->steps.item[i];
		if (!belongs(s) || run_leaves_out(r, s) || (s->as.guard.kind == GUARD_ADDRESS && !addresses))
			continue;
		struct verdict v = ask(r, s);
		addresses = addresses && !v.final;
		if (v.is == PASSES) {
			drop_challenges(r);
			return true;
		}
		if (v.is == FAILS) {
			answer(r, v.status);
			return false;
		}
		if (v.is == REFUSES && status != 401)
			status = v.status;
	}
	if (status)
		answer(r, status);
	return status == 0;
}
