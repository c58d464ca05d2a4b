/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP by libcurl: see http.h. What libcurl hands over is put aside, in memory of the system, and given to the caller when libcurl has
 * returned: an escape must not jump over its frames.
 */
#include "http/http.h"

#include <curl/curl.h>
#include <stdlib.h>

struct transfer {
	struct transfer *next;
	struct http *http;
	CURL *easy;
	struct curl_slist *headers, *connect_to;
	char error[CURL_ERROR_SIZE];
	bool (*body)(void *user, unsigned status, str part);
	void (*done)(void *user, const struct http_answer *answer);
	void *user;
	char *part;              /* of the body, not handed over yet */
	size_t n, cap;
	size_t total, most;
	bool too_large, stopped, no_memory, ended;
	CURLcode code;
};

struct http {
	struct arena *arena;
	struct resource open;
	struct http_options options;   /* in the arena */
	CURLM *multi;
	struct transfer *transfers;
};

/* ---- what libcurl calls ---- */

static size_t take(char *p, size_t size, size_t n, void *user)
{
	struct transfer *t = user;
	size *= n;
	t->total += size;
	t->too_large = t->most && t->total > t->most;
	if (t->too_large)
		return 0;
	if (t->n + size > t->cap) {
		size_t cap = (t->n + size) * 2;
		char *more = realloc(t->part, cap);
		t->no_memory = !more;
		if (!more)
			return 0;
		t->part = more;
		t->cap = cap;
	}
	memcpy(t->part + t->n, p, size);
	t->n += size;
	return size;
}

/* ---- life ---- */

static void transfer_free(struct transfer *t)
{
	if (t->easy) {
		curl_multi_remove_handle(t->http->multi, t->easy);
		curl_easy_cleanup(t->easy);
	}
	curl_slist_free_all(t->headers);
	curl_slist_free_all(t->connect_to);
	free(t->part);
	free(t);
}

static void close_http(void *handle)
{
	struct http *http = handle;
	while (http->transfers) {
		struct transfer *t = http->transfers;
		http->transfers = t->next;
		transfer_free(t);
	}
	curl_multi_cleanup(http->multi);
	curl_global_cleanup();
	free(http);
}

void http_free(struct http *http)
{
	escape_forget(http->arena->escape, &http->open);
	close_http(http);
}

struct http *http_new(struct arena *arena, const struct http_options *o, str *why)
{
	struct http_options copy = { arena_str(arena, o->ca), arena_str(arena, o->certificate), arena_str(arena, o->key), arena_str(arena, o->server_name),
		arena_str(arena, o->proxy), arena_str(arena, o->agent), o->insecure };
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		*why = STR("the HTTP library cannot be used");
		return NULL;
	}
	struct http *http = calloc(1, sizeof *http);
	CURLM *multi = curl_multi_init();
	if (!http || !multi) {
		curl_multi_cleanup(multi);
		curl_global_cleanup();
		free(http);
		escape_now(arena->escape);
	}
	http->arena = arena;
	http->options = copy;
	http->multi = multi;
	curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, 8L);
	escape_watch(arena->escape, &http->open, close_http, http);
	return http;
}

/* ---- a request ---- */

static void set_text(struct transfer *t, CURLoption option, str text)
{
	if (text.n)
		curl_easy_setopt(t->easy, option, arena_cstr(t->http->arena, text));
}

static void set_blob(struct transfer *t, CURLoption option, str text)
{
	/* not copied: it lives as long as the connections */
	struct curl_blob blob = { (void *)(uintptr_t)text.p, text.n, CURL_BLOB_NOCOPY };
	curl_easy_setopt(t->easy, option, &blob);
}

/* SCHEME://HOST[:PORT]/...: what stands between the slashes, with its port. */
static str authority_of(str url, str *port)
{
	str rest = str_from(url, str_find(url, STR("://")) + 3);
	rest = str_slice(rest, 0, str_find_char(rest, '/'));
	*port = str_starts(url, STR("https")) ? STR("443") : STR("80");
	size_t colon = str_find_last_char(rest, ':');
	if (colon < rest.n && !str_has_char(str_from(rest, colon), ']')) {
		*port = str_from(rest, colon + 1);
		rest = str_slice(rest, 0, colon);
	}
	return rest;
}

static void add_header(struct transfer *t, str header)
{
	struct curl_slist *more = curl_slist_append(t->headers, arena_cstr(t->http->arena, header));
	if (!more)
		escape_now(t->http->arena->escape);
	t->headers = more;
}

/*
 * libcurl asks in TLS for the host of the URL. So the URL gets the other name, the connection goes to the host that was meant, and
 * that is what Host says.
 */
static str with_server_name(struct transfer *t, str url)
{
	struct arena *arena = t->http->arena;
	str name = t->http->options.server_name, port, host = authority_of(url, &port);
	if (!name.n || !str_starts(url, STR("https://")))
		return url;
	str path = str_from(url, str_find_char(str_from(url, 8), '/') + 8);
	t->connect_to = curl_slist_append(NULL, arena_cstr(arena, arena_printf(arena, "%.*s:%.*s:%.*s:%.*s", STR_ARG(name), STR_ARG(port), STR_ARG(host), STR_ARG(port))));
	if (!t->connect_to)
		escape_now(arena->escape);
	curl_easy_setopt(t->easy, CURLOPT_CONNECT_TO, t->connect_to);
	add_header(t, arena_printf(arena, "Host: %.*s:%.*s", STR_ARG(host), STR_ARG(port)));
	return arena_printf(arena, "https://%.*s:%.*s%.*s", STR_ARG(name), STR_ARG(port), STR_ARG(path));
}

static void set_tls(struct transfer *t)
{
	const struct http_options *o = &t->http->options;
	if (o->ca.n) {
		/* these alone, not those of the system beside them */
		curl_easy_setopt(t->easy, CURLOPT_CAINFO, NULL);
		curl_easy_setopt(t->easy, CURLOPT_CAPATH, NULL);
		set_blob(t, CURLOPT_CAINFO_BLOB, o->ca);
	}
	if (o->certificate.n)
		set_blob(t, CURLOPT_SSLCERT_BLOB, o->certificate);
	if (o->key.n)
		set_blob(t, CURLOPT_SSLKEY_BLOB, o->key);
	curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYPEER, o->insecure ? 0L : 1L);
	curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYHOST, o->insecure ? 0L : 2L);
}

static void set_all(struct transfer *t, const struct http_request *request)
{
	const struct http_options *o = &t->http->options;
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->error);
	curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(t->easy, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(t->easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(t->easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(t->easy, CURLOPT_PIPEWAIT, 1L);
	curl_easy_setopt(t->easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(t->easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT, (long)HTTP_CONNECT);
	curl_easy_setopt(t->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(t->easy, CURLOPT_LOW_SPEED_TIME, (long)HTTP_STALL);
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)request->timeout);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	set_text(t, CURLOPT_USERAGENT, o->agent);
	if (o->proxy.n) {
		set_text(t, CURLOPT_PROXY, o->proxy);
		/* a proxy that was named is used for every host */
		curl_easy_setopt(t->easy, CURLOPT_NOPROXY, "");
	}
	set_tls(t);
	for (size_t i = 0; i < request->headers.n; i++)
		add_header(t, request->headers.item[i]);
	set_text(t, CURLOPT_URL, with_server_name(t, request->url));
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
}

void http_start(struct http *http, const struct http_request *request)
{
	struct transfer *t = calloc(1, sizeof *t);
	if (!t)
		escape_now(http->arena->escape);
	*t = (struct transfer){ .next = http->transfers, .http = http, .body = request->body, .done = request->done, .user = request->user, .most = request->most };
	http->transfers = t;
	t->easy = curl_easy_init();
	if (!t->easy)
		escape_now(http->arena->escape);
	set_all(t, request);
	if (curl_multi_add_handle(http->multi, t->easy) != CURLM_OK)
		escape_now(http->arena->escape);
}

/* ---- what came ---- */

static unsigned status_of(const struct transfer *t)
{
	long status = 0;
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	return status > 0 ? (unsigned)status : 0;
}

static str header_of(const struct transfer *t, const char *name)
{
	struct curl_header *header;
	return curl_easy_header(t->easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? str_c(header->value) : (str){ "", 0 };
}

static bool is_proxy_fault(const struct transfer *t)
{
	long connect = 0;
	curl_easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &connect);
	return connect && connect / 100 != 2;
}

static enum http_fault fault_of(const struct transfer *t)
{
	if (t->too_large)
		return HTTP_TOO_LARGE;
	if (t->stopped)
		return HTTP_STOPPED;
	/* that nobody listens is said of the proxy, where all goes there */
	if ((t->code != CURLE_OK && is_proxy_fault(t)) || (t->code == CURLE_COULDNT_CONNECT && t->http->options.proxy.n))
		return HTTP_PROXY;
	static const struct { CURLcode code; enum http_fault fault; } KNOWN[] = {
		{ CURLE_OK, HTTP_GOOD }, { CURLE_COULDNT_RESOLVE_HOST, HTTP_NO_HOST }, { CURLE_COULDNT_RESOLVE_PROXY, HTTP_PROXY }, { CURLE_PROXY, HTTP_PROXY },
		{ CURLE_COULDNT_CONNECT, HTTP_NO_CONNECTION }, { CURLE_PEER_FAILED_VERIFICATION, HTTP_CERTIFICATE }, { CURLE_SSL_CACERT_BADFILE, HTTP_TLS },
		{ CURLE_SSL_ISSUER_ERROR, HTTP_CERTIFICATE }, { CURLE_SSL_CONNECT_ERROR, HTTP_TLS }, { CURLE_SSL_CERTPROBLEM, HTTP_CLIENT_CERTIFICATE },
		{ CURLE_OPERATION_TIMEDOUT, HTTP_TIMEOUT }, { CURLE_PARTIAL_FILE, HTTP_CUT }, { CURLE_GOT_NOTHING, HTTP_CUT }, { CURLE_RECV_ERROR, HTTP_CUT },
		{ CURLE_SEND_ERROR, HTTP_CUT }, { CURLE_HTTP2, HTTP_CUT }, { CURLE_HTTP2_STREAM, HTTP_CUT }, { CURLE_BAD_CONTENT_ENCODING, HTTP_ENCODING },
		{ CURLE_WEIRD_SERVER_REPLY, HTTP_CUT },
		/* what came is no HTTP: left over of an answer that was longer than it said */
		{ CURLE_UNSUPPORTED_PROTOCOL, HTTP_CUT },
	};
	for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++)
		if (t->code == KNOWN[i].code)
			return KNOWN[i].fault;
	return HTTP_OTHER;
}

/* Gives what is there to the caller. */
static void hand_over(struct transfer *t)
{
	str part = { t->part, t->n };
	t->n = 0;
	if (part.n && !t->stopped && !t->body(t->user, status_of(t), part))
		t->stopped = true;
}

static void finish(struct transfer *t)
{
	struct http_answer answer = { .fault = fault_of(t), .status = status_of(t), .type = header_of(t, "Content-Type"), .location = header_of(t, "Location") };
	curl_off_t bytes = 0, wait = 0;
	curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &wait);
	answer.retry_after = wait > 0 ? (unsigned)(wait < 86400 ? wait : 86400) : 0;
	curl_easy_getinfo(t->easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
	answer.bytes = bytes > 0 ? (uint64_t)bytes : 0;
	if (answer.fault != HTTP_GOOD)
		answer.why = t->error[0] ? str_c(t->error) : str_c(curl_easy_strerror(t->code));
	t->done(t->user, &answer);
}

static void unlink_transfer(struct http *http, const struct transfer *gone)
{
	for (struct transfer **at = &http->transfers; *at; at = &(*at)->next)
		if (*at == gone) {
			*at = gone->next;
			return;
		}
}

static void note_ended(struct http *http)
{
	int left;
	for (CURLMsg *message = curl_multi_info_read(http->multi, &left); message; message = curl_multi_info_read(http->multi, &left)) {
		struct transfer *t = NULL;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
		if (message->msg != CURLMSG_DONE || !t)
			continue;
		t->ended = true;
		t->code = message->data.result;
	}
}

bool http_step(struct http *http, unsigned most)
{
	int running;
	if (!http->transfers)
		return false;
	if (curl_multi_perform(http->multi, &running) != CURLM_OK)
		escape_now(http->arena->escape);
	note_ended(http);
	bool quiet = true;
	for (struct transfer *t = http->transfers; t; t = t->next)
		quiet = quiet && !t->n && !t->ended;
	if (quiet) {
		if (curl_multi_poll(http->multi, NULL, 0, (int)most, NULL) != CURLM_OK)
			escape_now(http->arena->escape);
		return true;
	}
	/* what a callback starts stands before this in the list */
	for (struct transfer *t = http->transfers, *next; t; t = next) {
		next = t->next;
		if (t->no_memory)
			escape_now(http->arena->escape);
		hand_over(t);
		if (!t->ended && !t->stopped)
			continue;
		finish(t);
		unlink_transfer(http, t);
		transfer_free(t);
	}
	return true;
}
