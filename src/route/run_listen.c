/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to a load balancer with listeners: which one takes it, and what it does before a route is looked for. See run.h. */
#include "route/run.h"

static uint32_t port_of(const struct request *q)
{
	return q->port ? q->port : q->tls ? 443 : 80;
}

/* ---- names ---- */

static bool is_address(str host)
{
	struct address_range range;
	return str_starts(host, STR("[")) || (!str_has_char(host, '/') && address_range_parse(host, &range));
}

/* Empty where there is none, and where it is an address that no name stands for. */
static str name_of(const struct entry *entry, str host)
{
	return entry->http.addresses_are_no_names && is_address(host) ? (str){ "", 0 } : host;
}

static str host_of(const struct run *r, const struct entry *entry)
{
	str name = r->reading.has_host ? name_of(entry, r->reading.host) : (str){ "", 0 };
	return name.n && entry->http.last_dot && request_name_has_dot(r->request) ? arena_join(r->scratch, name, STR(".")) : name;
}

/* That the client says in the handshake: the host, unless another one is given. Clients send no address there, and no last dot. */
static str name_of_handshake(const struct run *r, const struct entry *entry)
{
	const struct request *q = r->request;
	if (!q->has_sni && !r->reading.has_host)
		return (str){ "", 0 };
	return name_of(entry, q->has_sni ? arena_lower(r->scratch, q->sni) : r->reading.host);
}

/* ---- listeners ---- */

static bool is_spoken(const struct run *r, const struct listener *l)
{
	switch (l->protocol) {
	case LISTENER_HTTP:
		return !r->request->tls;
	case LISTENER_HTTPS:
	case LISTENER_TLS:
		return r->request->tls;
	case LISTENER_TCP:
		return true;
	case LISTENER_UDP:
		break;
	}
	return false;
}

static bool is_there(const struct run *r, const struct listener *l)
{
	return !l->absent || (l->pending && r->request->given.listeners);
}

static const struct listener *find_in(const struct run *r, const struct entry *entry, str pattern)
{
	const struct listener_list *list = index_listeners(entry->index, pattern);
	for (size_t i = 0; i < list->n; i++)
		if (list->item[i]->port == port_of(r->request) && is_spoken(r, list->item[i]) && is_there(r, list->item[i]))
			return list->item[i];
	return NULL;
}

/* The closest one: of the name itself, then of the longest wildcard. */
static const struct listener *find_listener(const struct run *r, const struct entry *entry, str name)
{
	const struct listener *found = name.n ? find_in(r, entry, name) : NULL;
	for (size_t i = 1; i < name.n && !found; i++)
		if (name.p[i] == '.')
			found = find_in(r, entry, arena_join(r->scratch, STR("*"), str_from(name, i)));
	return found ? found : find_in(r, entry, (str){ "", 0 });
}

static bool listens(const struct run *r, const struct entry *entry, bool spoken)
{
	for (size_t i = 0; i < entry->listeners.n; i++) {
		const struct listener *l = entry->listeners.item[i];
		bool served = is_there(r, l) && (l->hosts.n || entry->http.listens != LISTENS_FOR_ROUTES);
		if (served && l->port == port_of(r->request) && l->protocol != LISTENER_UDP && (!spoken || is_spoken(r, l)))
			return true;
	}
	return false;
}

unsigned run_nearness(struct run *r, const struct entry *entry)
{
	const struct host_name *by;
	if (!entry->listeners.n)
		return index_find_host(r, entry->index, r->reading.host, &by) && by->kind != HOST_ANY ? 2 : 0;
	str name = r->request->tls ? name_of_handshake(r, entry) : host_of(r, entry);
	const struct listener *l = find_listener(r, entry, name);
	if (!l)
		return 0;
	return l->host.kind != HOST_ANY || (index_find_host(r, l->index, name, &by) && by->kind != HOST_ANY) ? 2 : 1;
}

/* ---- connections ---- */

static void no_answer(struct run *r, const char *state, str why)
{
	r->out->problem = why;
	r->out->state = str_c(state);
}

static void no_listener(struct run *r, const struct entry *entry)
{
	if (!listens(r, entry, false))
		no_answer(r, "REFUSED", arena_printf(r->scratch, "nothing listens on port %u: the connection is refused", (unsigned)port_of(r->request)));
	else if (!listens(r, entry, true))
		no_answer(r, "CLOSED", arena_printf(r->scratch, "port %u %s: the connection ends", (unsigned)port_of(r->request),
			r->request->tls ? "speaks no TLS" : "speaks TLS only"));
	else if (r->request->tls)
		no_answer(r, "CLOSED", STR("no listener has the name of the handshake: the connection ends"));
	else
		r->out->status = 404;
}

/* Where ports take every connection: one that speaks the request's protocol there. */
static const struct listener *any_listener(const struct run *r, const struct entry *entry)
{
	for (size_t i = 0; i < entry->listeners.n; i++) {
		const struct listener *l = entry->listeners.item[i];
		if (l->port == port_of(r->request) && l->protocol == (r->request->tls ? LISTENER_HTTPS : LISTENER_HTTP) && is_there(r, l))
			return l;
	}
	return NULL;
}

/* Bytes go to the backend as they are, whatever they say. */
static void hand_over(struct run *r, const struct listener *l, const struct host *host)
{
	struct outcome *out = r->out;
	out->host = host;
	r->route = out->route = host && host->routes.n ? host->routes.item[0] : NULL;
	out->passed = true;
	out->name = host && l->protocol == LISTENER_TLS ? &host->name : NULL;
	if (!r->route) {
		no_answer(r, "CLOSED", STR("no route takes the connection: it ends"));
		return;
	}
	for (size_t i = 0; i < r->route->unknown.n; i++)
		LIST_PUSH(r->scratch, &out->unknown, r->route->unknown.item[i]);
	bool through = l->protocol == LISTENER_TLS && !l->ends_tls;
	if (through)
		str_list_add_new(r->scratch, &out->features, STR("tls.passthrough"));
	run_choose(r);
	if (!out->backends.n) {
		no_answer(r, "CLOSED", STR("no backend can take the connection: it ends"));
		return;
	}
	if (through && r->request->given.tls == GIVEN_NO) {
		no_answer(r, "CLOSED", STR("TLS is passed through, and the backend speaks none: the connection fails"));
		out->backends.n = 0;
		return;
	}
	out->forwarded = true;
	out->upstream_target = r->request->target;
	out->upstream_host = r->request->host;
	out->status = r->request->given.status ? r->request->given.status : 200;
}

/* The client may go on: it has a certificate, or needs none. */
static bool client_may(struct run *r, const struct listener *l)
{
	const struct guard *g = l->clients ? &l->clients->as.guard : NULL;
	if (!g)
		return true;
	str_list_add_new(r->scratch, &r->out->gates, l->clients->feature);
	r->certified = r->request->given.certificate == GIVEN_PASS;
	bool may = r->certified || g->optional;
	run_log(r, l->clients, may ? HAPPENED_PASSED : HAPPENED_ANSWERED, (str){ "", 0 }, (str){ "", 0 });
	if (!may)
		no_answer(r, "CLOSED", STR("the client has no certificate that is trusted: the handshake fails"));
	return may;
}

/* The Host belongs to another listener than the one of the handshake. */
static uint32_t misdirected(struct run *r, const struct listener *l, str host)
{
	const struct listener *better = find_listener(r, r->out->entry, host);
	if (better && better->protocol != LISTENER_HTTPS)
		better = NULL;
	if (better && better != l && (!host_name_takes(&l->host, host) || host_name_is_closer(&better->host, &l->host)))
		return 421;
	return host_name_takes(&l->host, host) ? 0 : better ? 421 : 404;
}

/* ---- requests ---- */

/* A path with escaped slashes is led to the one without, whoever would answer. */
static bool redirects_spelling(struct run *r)
{
	struct outcome *out = r->out;
	if (!r->reading.unescaped || !run_spelling(r)->slashes_redirect)
		return false;
	out->status = 307;
	out->has_location = true;
	out->location = r->reading.target;
	return true;
}

static void run_http(struct run *r, const struct listener *l)
{
	struct outcome *out = r->out;
	str host = host_of(r, out->entry);
	if (r->reading.status || (out->entry->http.refuses_underscores && request_has_underscore(r->request))) {
		out->status = 400;
		return;
	}
	if (redirects_spelling(r))
		return;
	if (l->protocol == LISTENER_HTTPS && out->entry->http.refuses_misdirected)
		out->status = misdirected(r, l, host);
	/* an address is never said in a handshake */
	if (l->protocol == LISTENER_HTTPS && out->entry->http.one_name && (!host.n || !str_eq(host, name_of_handshake(r, out->entry))))
		out->status = 421;
	if (out->status)
		return;
	r->dotted = out->entry->http.wild_dot && request_name_has_dot(r->request);
	run_list(r, l->steps.item, l->steps.n);
	if (!r->ended && !out->problem.n)
		run_routes(r, l->index, host);
}

/* Without TLS for any name, with it for that of the handshake. */
static bool has_routes(struct run *r, const struct listener *l, str name)
{
	const struct host_name *by;
	return r->request->tls ? index_find_host(r, l->index, name, &by) != NULL : l->hosts.n > 0;
}

void run_listeners(struct run *r)
{
	struct outcome *out = r->out;
	const struct host_name *by;
	str name = r->request->tls ? name_of_handshake(r, out->entry) : host_of(r, out->entry);
	bool always = out->entry->http.listens == LISTENS_FOR_ALL;
	const struct listener *l = find_listener(r, out->entry, name);
	if (l && out->entry->http.listens == LISTENS_FOR_ROUTES && !has_routes(r, l, name))
		l = NULL;
	out->listener = l = l || !always ? l : any_listener(r, out->entry);
	if (!l && always)
		out->status = r->reading.status ? r->reading.status : 404;
	else if (!l)
		no_listener(r, out->entry);
	if (!l) {
		if (out->status)
			(void)redirects_spelling(r);
		return;
	}
	for (size_t i = 0; i < l->unknown.n; i++)
		LIST_PUSH(r->scratch, &out->unknown, l->unknown.item[i]);
	bool ends_tls = l->protocol == LISTENER_HTTPS || (l->protocol == LISTENER_TLS && l->ends_tls);
	if (ends_tls)
		out->certificate = l->certificate;
	if (ends_tls && l->broken && !(l->pending && r->request->given.listeners))
		no_answer(r, "CLOSED", STR("the listener has no certificate that it may use: the connection ends"));
	else if (ends_tls && !client_may(r, l))
		return;
	else if (l->protocol == LISTENER_HTTP || l->protocol == LISTENER_HTTPS)
		run_http(r, l);
	else if (l->protocol == LISTENER_TLS)
		hand_over(r, l, index_find_host(r, l->index, name, &by));
	else
		hand_over(r, l, l->hosts.n ? l->hosts.item[0] : NULL);
}
