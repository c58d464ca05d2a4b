/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading lists of the API: see api.h. A list is read page by page; a page that breaks off leaves nothing behind, because what was kept
 * of it is let go before it is asked for again.
 */
#include "kube/api.h"

#include <time.h>

#include "http/http.h"
#include "kube/credential.h"
#include "kube/items.h"

/* PAGE as kubectl has it. */
enum { PAGE = 500, AT_ONCE = 8, RETRY_TOTAL = 30000, RESTARTS = 5, ERROR_TEXT = 64 << 10 };

struct job {
	struct api *api;
	struct api_list *list;
	struct resource open;
	struct arena entry_arena, page_arena;   /* of an entry, of a page */
	struct items items;
	struct buf error;        /* the body of an answer that is none */
	str next;                /* token of the next page; in page-independent memory */
	size_t mark;             /* what was kept before the page */
	size_t refused_json;     /* answers that were no JSON */
	bool under_way, finished;
	unsigned tries, restarts;
	int64_t since, not_before;   /* of the first failure of a page, and when it is asked for again */
};

struct api {
	struct arena *arena;
	struct resource open;
	struct connection connection;
	struct api_watcher watcher;
	str agent;
	struct http *http;
	struct credential credential;
	bool refresh, refreshed, failed;
	struct kube_fault *fault;
	struct api_progress progress;
	size_t under_way;
};

struct arena *api_arena(struct api *api)
{
	return api->arena;
}

static int64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void fail(struct api *api, enum diag_code code, str message, str help)
{
	if (!api->failed)
		*api->fault = (struct kube_fault){ code, api->connection.server, message, help };
	api->failed = true;
}

/* ---- the connection ---- */

static bool open_http(struct api *api)
{
	const struct connection *c = &api->connection;
	bool own = api->credential.certificate.n > 0;
	const struct http_options options = { .ca = c->ca, .certificate = own ? api->credential.certificate : c->certificate,
		.key = own ? api->credential.key : c->key, .server_name = c->server_name, .proxy = c->proxy, .agent = api->agent, .insecure = c->insecure };
	str why;
	api->http = http_new(api->arena, &options, &why);
	if (!api->http)
		fail(api, DIAG_CLUSTER_CONNECTION, why, STR("this is a fault of the machine or of the build"));
	return api->http != NULL;
}

static bool get_credential(struct api *api)
{
	struct connection *c = &api->connection;
	str token;
	if (c->exec && !credential_get(api->arena, c->exec, &api->credential, api->fault)) {
		api->failed = true;
		return false;
	}
	if (c->exec)
		c->token = api->credential.token;
	else if (c->token_file.n && kube_read_file(api->arena, c->token_file, &token) == 0)
		c->token = str_trim(token);
	return true;
}

struct api *api_open(struct arena *arena, const struct connection *connection, const struct api_watcher *watcher, str agent, struct kube_fault *fault)
{
	struct api *api = NEW(arena, struct api);
	*api = (struct api){ .arena = arena, .connection = *connection, .agent = agent, .fault = fault };
	if (watcher)
		api->watcher = *watcher;
	return (!connection->exec || get_credential(api)) && open_http(api) ? api : NULL;
}

void api_close(struct api *api)
{
	if (api->http)
		http_free(api->http);
	api->http = NULL;
}

/* Token, certificate or file may be new now. */
static bool refresh(struct api *api)
{
	api->refresh = false;
	api->refreshed = true;
	if (!get_credential(api))
		return false;
	if (!api->credential.certificate.n)
		return true;
	api_close(api);
	return open_http(api);
}

/* ---- what came of a request ---- */

static void again_after(struct job *job, int64_t wait)
{
	job->list->kept.n = job->mark;
	job->not_before = now() + wait;
}

/* Without an end the same page would be asked for as long as the server fails. */
static bool may_try_again(struct job *job, int64_t wait)
{
	int64_t at = now();
	unsigned timeout = job->api->connection.timeout;
	int64_t total = timeout && timeout < RETRY_TOTAL ? (int64_t)timeout : RETRY_TOTAL;
	if (!job->tries++)
		job->since = at;
	return at + wait - job->since <= total;
}

/* 0.2 s, doubled each time, up to 5 s. */
static int64_t backoff(const struct job *job)
{
	int64_t wait = 200;
	for (unsigned i = 0; i < job->tries && wait < 5000; i++)
		wait *= 2;
	return wait < 5000 ? wait : 5000;
}

/* The API server's own words, in a Status object; empty when there are none. */
static str words_of(struct job *job, const char *key)
{
	const struct node *root = answer_tree(&job->page_arena, buf_str(&job->error));
	str text = root && str_eq(node_text(node_get(root, STR("kind"))), STR("Status")) ? node_text(node_get(root, str_c(key))) : (str){ "", 0 };
	return arena_str(job->api->arena, str_slice(text, 0, 300));
}

static str described(struct job *job, unsigned status)
{
	str words = words_of(job, "message");
	return words.n ? arena_printf(job->api->arena, "%u for GET %.*s: %.*s", status, STR_ARG(job->list->path), STR_ARG(words))
		: arena_printf(job->api->arena, "%u for GET %.*s", status, STR_ARG(job->list->path));
}

static void broken(struct job *job, str what)
{
	int64_t wait = backoff(job);
	if (may_try_again(job, wait)) {
		again_after(job, wait);
		return;
	}
	fail(job->api, DIAG_CLUSTER_ANSWER, arena_printf(job->api->arena, "%.*s (GET %.*s), %u times", STR_ARG(what), STR_ARG(job->list->path), job->tries),
		STR("look at proxies between here and the API server, and try again; what was read of it is not used"));
}

static void busy(struct job *job, const struct http_answer *answer)
{
	int64_t wait = answer->retry_after ? (int64_t)answer->retry_after * 1000 : backoff(job);
	if (may_try_again(job, wait)) {
		again_after(job, wait);
		return;
	}
	fail(job->api, DIAG_CLUSTER_ANSWER, arena_join(job->api->arena, STR("the API server answers "), described(job, answer->status)),
		answer->status == 429 ? STR("it has too much to do; try again later") : STR("this is a fault of the server, or of something in front of it; try again later"));
}

/* Faults that trying again does not mend. */
static const struct connection_row {
	enum http_fault fault;
	enum diag_code code;
	str what, help;
} CONNECTION_ROWS[] = {
	{ HTTP_NO_HOST, DIAG_CLUSTER_CONNECTION, STR_INIT("the name of the API server has no address"), STR_INIT("is the VPN up, and is this the right --context?") },
	{ HTTP_NO_CONNECTION, DIAG_CLUSTER_CONNECTION, STR_INIT("no connection to the API server"), STR_INIT("is the cluster running, and is this the right --context?") },
	{ HTTP_PROXY, DIAG_CLUSTER_CONNECTION, STR_INIT("the proxy leads to no API server"),
		STR_INIT("look at proxy-url of the kubeconfig, --proxy-url and the variable HTTPS_PROXY; NO_PROXY takes a host out") },
	{ HTTP_CERTIFICATE, DIAG_CLUSTER_CONNECTION, STR_INIT("the API server's certificate is not trusted"),
		STR_INIT("certificate-authority-data of the kubeconfig must be of who signed it (--certificate-authority FILE), and tls-server-name a name in it") },
	{ HTTP_TLS, DIAG_CLUSTER_CONNECTION, STR_INIT("TLS with the API server fails"),
		STR_INIT("is this the port of an API server? or does it want a client certificate that the kubeconfig does not have?") },
	{ HTTP_CLIENT_CERTIFICATE, DIAG_CLUSTER_CREDENTIALS, STR_INIT("the client certificate cannot be used"),
		STR_INIT("client-certificate and client-key must belong together and be PEM; write the kubeconfig again") },
	{ HTTP_TIMEOUT, DIAG_CLUSTER_CONNECTION, STR_INIT("the API server was too slow"), STR_INIT("give it more time with --request-timeout, and look at the way there") },
};

static void no_connection(struct job *job, const struct http_answer *answer)
{
	static const struct connection_row OTHER = { HTTP_OTHER, DIAG_CLUSTER_CONNECTION, STR_INIT("the API server cannot be read"),
		STR_INIT("try kubectl get --raw /version with the same context") };
	struct arena *arena = job->api->arena;
	const struct connection_row *row = &OTHER;
	for (size_t i = 0; i < sizeof CONNECTION_ROWS / sizeof *CONNECTION_ROWS; i++)
		if (CONNECTION_ROWS[i].fault == answer->fault)
			row = &CONNECTION_ROWS[i];
	if (answer->fault == HTTP_CUT)
		broken(job, arena_printf(arena, "the connection ended before the answer did: %.*s", STR_ARG(answer->why)));
	else if (answer->fault == HTTP_ENCODING)
		broken(job, STR("the answer is not compressed as it says"));
	else if (answer->fault == HTTP_STOPPED)
		broken(job, STR("the answer is no JSON of the Kubernetes API"));
	else
		fail(job->api, row->code, arena_printf(arena, "%.*s: %.*s", STR_ARG(row->what), STR_ARG(answer->why)), row->help);
}

static void restart(struct job *job)
{
	job->next = (str){ "", 0 };
	job->mark = 0;
	if (++job->restarts <= RESTARTS)
		again_after(job, 0);
	else
		fail(job->api, DIAG_CLUSTER_ANSWER, arena_printf(job->api->arena, "the list %.*s expires again and again while it is read", STR_ARG(job->list->path)),
			STR("the API server forgets too fast, or the way there is too slow; try again later"));
}

static void page_read(struct job *job)
{
	const struct node *root = items_end(&job->items);
	str kind = node_text(node_get(root, STR("kind")));
	if (!root || (!job->list->whole && !str_ends(kind, STR("List")) && !str_eq(kind, STR("Table")))) {
		broken(job, STR("the answer is no whole JSON of the Kubernetes API"));
		return;
	}
	job->next = arena_str(job->api->arena, node_text(node_at(root, STR("metadata.continue"))));
	job->mark = job->list->kept.n;
	job->tries = 0;
	/* the credential is good; when it expires later, it is asked for once more */
	job->api->refreshed = false;
	job->finished = job->list->whole || job->next.n == 0;
	if (job->finished)
		job->list->result = API_READ;
}

static void unauthorized(struct job *job, unsigned status)
{
	struct api *api = job->api;
	if (!api->refreshed && (api->connection.exec || api->connection.token_file.n)) {
		api->refresh = true;
		again_after(job, 0);
		return;
	}
	str help = api->connection.exec ? STR("the credential plugin was asked twice; log in with it again") :
		!api->connection.token.n && !api->connection.certificate.n ? STR("the user of the context has no credentials; give it a token, a certificate or an exec plugin, or say --token") :
		STR("they have expired or were withdrawn: log in again as for kubectl");
	fail(api, DIAG_CLUSTER_CREDENTIALS, arena_join(api->arena, STR("the API server does not take the credentials: "), described(job, status)), help);
}

static void finish_as(struct job *job, enum api_result result)
{
	job->list->kept.n = 0;
	job->list->result = result;
	job->finished = true;
}

static void other_status(struct job *job, const struct http_answer *answer)
{
	struct api *api = job->api;
	unsigned status = answer->status;
	if (status == 401) {
		unauthorized(job, status);
	} else if (status == 403) {
		finish_as(job, API_FORBIDDEN);
	} else if (status == 404) {
		finish_as(job, API_ABSENT);
	} else if (status == 410 || str_eq(words_of(job, "reason"), STR("Expired"))) {
		restart(job);
	} else if (status == 429 || status >= 500) {
		busy(job, answer);
	} else if (status / 100 == 3) {
		fail(api, DIAG_CLUSTER_ANSWER, arena_printf(api->arena, "the server redirects to %.*s, which is not followed: the credentials would go there",
			STR_ARG(answer->location.n ? answer->location : STR("nowhere"))), STR("is this the address of an API server? a login page in front of it redirects so"));
	} else {
		fail(api, DIAG_CLUSTER_ANSWER, arena_join(api->arena, STR("the API server answers "), described(job, status)), STR("is this the address of an API server?"));
	}
}

static bool on_body(void *user, unsigned status, str part)
{
	struct job *job = user;
	job->api->progress.bytes += part.n;
	if (status == 200)
		return items_add(&job->items, part);
	if (job->error.n + part.n <= ERROR_TEXT)
		buf_add(&job->error, part);
	return true;
}

static void on_done(void *user, const struct http_answer *answer)
{
	struct job *job = user;
	struct api *api = job->api;
	job->under_way = false;
	api->under_way--;
	if (api->watcher.log)
		api->watcher.log(api->watcher.user, answer->fault == HTTP_GOOD
			? arena_printf(&job->page_arena, "GET %.*s: %u, %llu bytes", STR_ARG(job->list->path), answer->status, (unsigned long long)answer->bytes)
			: arena_printf(&job->page_arena, "GET %.*s: %.*s", STR_ARG(job->list->path), STR_ARG(answer->why)));
	if (api->failed)
		return;
	if (answer->fault != HTTP_GOOD)
		no_connection(job, answer);
	else if (answer->status == 200)
		page_read(job);
	else
		other_status(job, answer);
}

static void on_entry(void *user, const struct node *root)
{
	struct job *job = user;
	job->api->progress.objects++;
	job->list->entry(job->list, root);
}

/* ---- requests ---- */

static void add_header(struct job *job, struct str_list *headers, const char *name, str value)
{
	if (value.n)
		LIST_PUSH(&job->page_arena, headers, arena_printf(&job->page_arena, "%s: %.*s", name, STR_ARG(value)));
}

static struct str_list headers_of(struct job *job)
{
	const struct connection *c = &job->api->connection;
	struct str_list headers = { 0 };
	add_header(job, &headers, "Accept", job->list->accept.n ? job->list->accept : STR("application/json"));
	if (c->token.n)
		add_header(job, &headers, "Authorization", arena_join(&job->page_arena, STR("Bearer "), c->token));
	add_header(job, &headers, "Impersonate-User", c->as);
	add_header(job, &headers, "Impersonate-Uid", c->as_uid);
	for (size_t i = 0; i < c->as_groups.n; i++)
		add_header(job, &headers, "Impersonate-Group", c->as_groups.item[i]);
	for (size_t i = 0; i < c->as_extra.n; i++)
		add_header(job, &headers, arena_cstr(&job->page_arena, arena_join(&job->page_arena, STR("Impersonate-Extra-"), c->as_extra.item[i].name)), c->as_extra.item[i].value);
	return headers;
}

/* Tokens of pages are base64 for URLs, but nobody promises that. */
static void add_escaped(struct buf *out, str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (char_is_alnum(text.p[i]) || str_has_char(STR("-_.~"), text.p[i]))
			buf_add_char(out, text.p[i]);
		else
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)text.p[i]);
}

static str url_of(struct job *job)
{
	struct buf url;
	buf_init(&url, &job->page_arena, 0);
	buf_add(&url, job->api->connection.server);
	buf_add(&url, job->list->path);
	if (!job->list->whole)
		buf_printf(&url, "?limit=%d", PAGE);
	if (job->list->query.n) {
		buf_add_char(&url, job->list->whole ? '?' : '&');
		buf_add(&url, job->list->query);
	}
	if (job->next.n) {
		buf_add(&url, STR("&continue="));
		add_escaped(&url, job->next);
	}
	return buf_str(&url);
}

static void start(struct job *job)
{
	arena_reset(&job->page_arena);
	job->items.arena = &job->entry_arena;
	job->items.whole = job->list->whole;
	job->items.entry = on_entry;
	job->items.user = job;
	items_begin(&job->items, &job->page_arena);
	buf_init(&job->error, &job->page_arena, 0);
	const struct http_request request = { .url = url_of(job), .headers = headers_of(job), .timeout = job->api->connection.timeout, .body = on_body, .done = on_done, .user = job };
	job->under_way = true;
	job->api->under_way++;
	http_start(job->api->http, &request);
}

/* ---- all lists ---- */

static void close_job(void *handle)
{
	struct job *job = handle;
	arena_release(&job->entry_arena);
	arena_release(&job->page_arena);
}

static void sleep_until(int64_t at)
{
	int64_t wait = at - now();
	if (wait > 100)
		wait = 100;
	const struct timespec t = { 0, wait > 0 ? (long)wait * 1000000 : 0 };
	nanosleep(&t, NULL);
}

/* Starts what may start. False when nothing is left to do. */
static bool start_some(struct api *api, struct job *jobs, size_t n, int64_t *earliest)
{
	bool left = false;
	int64_t at = now();
	*earliest = INT64_MAX;
	for (size_t i = 0; i < n; i++) {
		struct job *job = &jobs[i];
		left = left || !job->finished;
		if (job->finished || job->under_way || api->refresh)
			continue;
		if (job->not_before > at)
			*earliest = job->not_before < *earliest ? job->not_before : *earliest;
		else if (api->under_way < AT_ONCE)
			start(job);
	}
	return left;
}

static void tell(struct api *api, int64_t earliest)
{
	int64_t wait = earliest == INT64_MAX || api->under_way ? 0 : earliest - now();
	api->progress.waiting = wait > 0 ? (unsigned)((wait + 999) / 1000) : 0;
	if (api->watcher.progress)
		api->watcher.progress(api->watcher.user, &api->progress);
}

static void run(struct api *api, struct job *jobs, size_t n)
{
	int64_t earliest;
	while (!api->failed && start_some(api, jobs, n, &earliest)) {
		tell(api, earliest);
		if (api->under_way)
			http_step(api->http, 100);
		else if (api->refresh)
			refresh(api);
		else if (earliest != INT64_MAX)
			sleep_until(earliest);
	}
}

bool api_read(struct api *api, struct api_list *const *lists, size_t n, struct kube_fault *fault)
{
	struct job *jobs = NEWS(api->arena, struct job, n ? n : 1);
	api->fault = fault;
	for (size_t i = 0; i < n; i++) {
		struct job *job = &jobs[i];
		*job = (struct job){ .api = api, .list = lists[i] };
		arena_init(&job->entry_arena, api->arena->limit, api->arena->escape);
		arena_init(&job->page_arena, api->arena->limit, api->arena->escape);
		escape_watch(api->arena->escape, &job->open, close_job, job);
	}
	run(api, jobs, n);
	/* requests that are still under way would call back */
	if (api->failed)
		api_close(api);
	for (size_t i = n; i > 0; i--) {
		escape_forget(api->arena->escape, &jobs[i - 1].open);
		close_job(&jobs[i - 1]);
	}
	return !api->failed;
}
