/* SPDX-License-Identifier: Apache-2.0 */
/* Entry, host and route of a request: see evaluate.h. */
#include "route/evaluate.h"

#include "route/run.h"

struct evaluator {
	const struct model *model;
	struct matcher *matcher;
};

struct evaluator *evaluator_new(struct arena *arena, const struct model *model)
{
	struct evaluator *e = NEW(arena, struct evaluator);
	e->model = model;
	e->matcher = matcher_new(arena, 0);
	return e;
}

/* ---- what a proxy in front says ---- */

static bool is_trusted(const struct http_rules *http, str address)
{
	for (size_t i = 0; i < http->trusted.n; i++)
		if (address_range_has(&http->trusted.item[i], address))
			return true;
	return http->trusted.n == 0;
}

static bool is_address(str text)
{
	struct address_range a;
	return !str_has_char(text, '/') && address_range_parse(text, &a);
}

/* From the right, as long as who says it is trusted (nginx: real_ip_recursive on). */
static str forwarded_client(struct run *r, const struct http_rules *http)
{
	str list, client = r->request->client;
	if (!request_header(r->scratch, r->request, http->forwarded_for, &list))
		return client;
	while (list.n && is_trusted(http, client)) {
		size_t comma = str_find_last_char(list, ',');
		str item = str_trim(comma < list.n ? str_from(list, comma + 1) : list);
		list = str_slice(list, 0, comma < list.n ? comma : 0);
		if (!is_address(item))
			break;
		client = item;
	}
	return client;
}

static void read_forwarded(struct run *r)
{
	str value;
	if (request_header(r->scratch, r->request, STR("X-Forwarded-Proto"), &value))
		r->scheme = value;
	if (request_header(r->scratch, r->request, STR("X-Forwarded-Port"), &value))
		r->port = value;
	if (request_header(r->scratch, r->request, STR("X-Forwarded-Host"), &value))
		r->host_header = str_slice(value, 0, str_find_char(value, ','));
}

/* As if the client had sent it so. */
static const struct request *without_dot(const struct run *r)
{
	struct request *own = NEW(r->scratch, struct request);
	str name = request_name(r->request), port = str_from(r->request->host, name.n);
	*own = *r->request;
	own->host = arena_join(r->scratch, str_slice(name, 0, name.n - 1), port);
	return own;
}

static void read_connection(struct run *r, const struct http_rules *http)
{
	if (http->strips_dot && request_name_has_dot(r->request))
		r->request = without_dot(r);
	const struct request *q = r->request;
	uint32_t port = q->port ? q->port : q->tls ? http->https_port : http->http_port;
	r->scheme = q->tls ? STR("https") : STR("http");
	r->port = run_port_text(r, port ? port : q->tls ? 443 : 80);
	r->host_header = q->has_host ? q->host : r->reading.has_host ? r->reading.host : STR("_");
	r->client = http->forwarded || http->real_ip ? forwarded_client(r, http) : q->client;
	if (http->forwarded)
		read_forwarded(r);
	/* the port of the PROXY protocol, before which TLS may have ended */
	if (http->proxy_protocol && str_eq(r->port, STR("443")))
		r->scheme = STR("https");
}

/* ---- entry, host, route ---- */

static const struct entry *find_entry(struct run *r, const struct model *model)
{
	const struct entry *first = NULL, *best;
	unsigned nearest = 0;
	for (size_t i = 0; i < model->entries.n; i++) {
		struct entry *e = model->entries.item[i];
		if (r->request->entry.n && str_eq(e->name, r->request->entry))
			return e;
		if (!first || (e->known && !first->known))
			first = e;
	}
	if (r->request->entry.n) {
		r->out->problem = arena_printf(r->scratch, "the input has no load balancer %.*s", STR_ARG(r->request->entry));
		return NULL;
	}
	/* without a word about it, the one that has a name for the host; the input's own load balancers come first */
	best = first;
	if (model->entries.n > 1)
		r->reading = request_read(r->scratch, r->request, PATH_MERGED);
	for (size_t i = 0; i < model->entries.n && model->entries.n > 1; i++) {
		const struct entry *e = model->entries.item[i];
		unsigned near = e->known == first->known ? run_nearness(r, e) : 0;
		if (near > nearest) {
			nearest = near;
			best = e;
		}
	}
	return best;
}

static str served_certificate(struct run *r, const struct entry *entry)
{
	const struct request *q = r->request;
	str name = q->has_sni ? arena_lower(r->scratch, q->sni) : r->reading.host;
	if (str_ends(name, STR(".")))
		name.n--;
	str found = index_find_certificate(entry, r->scratch, name);
	return found.n ? found : STR("default");
}

/* nginx adds such headers to these answers alone (add_header without "always"). */
static bool is_success(uint32_t status)
{
	static const uint32_t GOOD[] = { 200, 201, 204, 206, 301, 302, 303, 304, 307, 308 };
	for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++)
		if (GOOD[i] == status)
			return true;
	return false;
}

static void drop_of_success(struct outcome *out)
{
	size_t kept = 0;
	for (size_t i = 0; i < out->response_headers.n; i++)
		if (!out->response_headers.item[i].success_only || is_success(out->status))
			out->response_headers.item[kept++] = out->response_headers.item[i];
	out->response_headers.n = kept;
}

static bool is_for_host(const struct run *r, const struct entry *entry, const struct step *step)
{
	str name = request_name(r->request);
	if (entry->http.strips_dot && str_ends(name, STR(".")))
		name.n--;
	return !str_list_has(&step->as.header.not_for, name);
}

static void answer_headers(struct run *r, const struct entry *entry)
{
	for (size_t i = 0; i < entry->http.answers.n; i++) {
		const struct step *step = entry->http.answers.item[i];
		if ((step->side == SIDE_TLS && !r->request->tls) || !is_for_host(r, entry, step))
			continue;
		for (size_t k = 0; k < step->as.header.edits.n && !run_leaves_out(r, step); k++)
			run_header(r, &step->as.header.edits.item[k]);
	}
}

/* Nothing is said of an answer that may be another one. */
static void forget(struct outcome *out)
{
	out->status = 0;
	out->has_location = out->forwarded = false;
	out->backends.n = 0;
	out->response_headers.n = 0;
}

/* The host that the name of a TLS connection hands over to its backend, whatever the request says; NULL: TLS ends here. */
static const struct host *passed_host(struct run *r, const struct entry *entry)
{
	const struct host_name *by;
	str name = r->request->has_sni ? arena_lower(r->scratch, r->request->sni) : r->reading.host;
	const struct host *host = r->request->tls && name.n ? index_find_host(r, entry->index, name, &by) : NULL;
	return host && by->kind == HOST_EXACT && host->passthrough ? host : NULL;
}

/* The backend ends TLS itself: nothing of the request is seen or changed on the way. */
static void pass_through(struct run *r, const struct host *host)
{
	struct outcome *out = r->out;
	const struct passthrough *p = host->passthrough;
	struct chosen_backend chosen = { .backend = &p->backend, .weight = 100 };
	out->host = host;
	out->name = &host->name;
	out->certificate = (str){ "", 0 };
	out->passed = true;
	str_list_add_new(r->scratch, &out->features, STR("tls.passthrough"));
	if (p->backend.name.n == 0 || r->request->given.tls == GIVEN_NO) {
		out->problem = p->backend.name.n ? STR("TLS is passed through, and the backend speaks none: the connection fails")
			: STR("TLS is passed through, and there is no Service to take it: the connection ends");
		return;
	}
	LIST_PUSH(r->scratch, &out->backends, chosen);
	out->forwarded = true;
	out->upstream_target = r->request->target;
	out->upstream_host = r->request->host;
	out->status = r->request->given.status ? r->request->given.status : 200;
}

void run_routes(struct run *r, const struct entry_index *index, str name)
{
	struct outcome *out = r->out;
	/* those of another load balancer do not count */
	r->named.n = 0;
	for (size_t i = 0; i < PATTERN_GROUPS; i++)
		r->group[i] = (str){ "", 0 };
	out->host = index_find_host(r, index, name, &out->name);
	if (out->problem.n)
		return;
	const struct route *instead = r->left_out ? r->left_out->instead : NULL;
	if (instead && r->left_out->of)
		out->host = r->left_out->of;
	r->route = out->route = !out->host ? NULL : instead ? run_take_route(r, instead) : run_find_route(r, out->host);
	if (out->problem.n)
		return;
	for (size_t i = 0; r->route && i < r->route->unknown.n; i++)
		LIST_PUSH(r->scratch, &out->unknown, r->route->unknown.item[i]);
	if (r->route)
		run_steps(r);
	else
		out->status = 404;
	if (out->problem.n)
		forget(out);
	drop_of_success(out);
	answer_headers(r, out->entry);
}

const struct spelling *run_spelling(const struct run *r)
{
	return r->left_out && r->left_out->spelling ? r->left_out->spelling : &r->out->entry->http.spelling;
}

static void run(struct run *r, const struct model *model)
{
	struct outcome *out = r->out;
	const struct entry *entry = find_entry(r, model);
	if (!entry) {
		if (!out->problem.n)
			out->problem = model->nothing.n ? model->nothing : STR("the input has no Ingress that a controller serves");
		return;
	}
	out->entry = entry;
	r->reading = request_read(r->scratch, r->request, run_spelling(r)->path);
	read_connection(r, &entry->http);
	r->uri = out->path = r->reading.path;
	for (size_t i = 0; i < entry->unknown.n; i++)
		LIST_PUSH(r->scratch, &out->unknown, entry->unknown.item[i]);
	if (entry->listeners.n) {
		run_listeners(r);
		return;
	}
	if (r->request->tls)
		out->certificate = served_certificate(r, entry);
	if (entry->rejected.n) {
		out->problem = entry->rejected;
		out->state = entry->state;
		return;
	}
	const struct host *passed = passed_host(r, entry);
	if (passed) {
		pass_through(r, passed);
		return;
	}
	if (r->reading.status) {
		out->status = r->reading.status;
		answer_headers(r, entry);
		return;
	}
	run_routes(r, entry->index, r->reading.has_host ? r->reading.host : (str){ "", 0 });
}

void evaluate_without(struct evaluator *evaluator, struct arena *scratch, const struct request *request, const struct left_out *left_out,
	struct outcome *out)
{
	*out = (struct outcome){ .request = request };
	struct run r = { .matcher = evaluator->matcher, .scratch = scratch, .request = request, .left_out = left_out, .out = out };
	run(&r, evaluator->model);
}

void evaluate(struct evaluator *evaluator, struct arena *scratch, const struct request *request, struct outcome *out)
{
	evaluate_without(evaluator, scratch, request, NULL, out);
}
