/* SPDX-License-Identifier: Apache-2.0 */
/* Requests as JSON: see trace_request.h. */
#include "lib/trace_request.h"

#include <arpa/inet.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "doc/doc.h"

struct reader {
	struct arena *scratch;
	struct request *request;
	bool has_target, has_host;
	str error;                   /* empty: all is well so far */
};

/* One key and what is done with its value. */
struct row {
	const char *name;
	void (*read)(struct reader *r, const char *name, const cJSON *value);
};

void trace_request_init(struct request *request)
{
	*request = (struct request){ .method = STR_INIT("GET"), .client = STR_INIT("127.0.0.1") };
}

/* ---- values ---- */

static str type_of(const cJSON *value)
{
	if (cJSON_IsString(value))
		return STR("a text");
	if (cJSON_IsNumber(value))
		return STR("a number");
	if (cJSON_IsBool(value))
		return STR("true or false");
	if (cJSON_IsArray(value))
		return STR("a list");
	return cJSON_IsObject(value) ? STR("an object") : STR("null");
}

/* The first thing that is wrong is told. */
static void wrong(struct reader *r, const char *name, const char *wanted, const cJSON *value)
{
	if (r->error.n)
		return;
	str type = type_of(value);
	if (cJSON_IsString(value))
		r->error = arena_printf(r->scratch, "\"%s\" has to be %s, not \"%.64s\"", name, wanted, value->valuestring);
	else if (cJSON_IsNumber(value))
		r->error = arena_printf(r->scratch, "\"%s\" has to be %s, not %.17g", name, wanted, value->valuedouble);
	else
		r->error = arena_printf(r->scratch, "\"%s\" has to be %s, not %.*s", name, wanted, STR_ARG(type));
}

static str text_of(struct reader *r, const cJSON *value)
{
	return arena_str(r->scratch, str_c(value->valuestring));
}

static void read_text(struct reader *r, const char *name, const cJSON *value, str *out)
{
	if (cJSON_IsString(value))
		*out = text_of(r, value);
	else
		wrong(r, name, "a text", value);
}

/* A whole number that a double holds exactly. */
static bool whole_number(const cJSON *value, uint64_t least, uint64_t most, uint64_t *out)
{
	if (!cJSON_IsNumber(value) || !(value->valuedouble >= (double)least) || !(value->valuedouble <= (double)most))
		return false;
	*out = (uint64_t)value->valuedouble;
	return (double)*out == value->valuedouble;
}

static bool is_text(const cJSON *value, const char *text)
{
	return cJSON_IsString(value) && strcmp(value->valuestring, text) == 0;
}

/* [name, value] */
static bool is_pair(const cJSON *item)
{
	const cJSON *name = item ? item->child : NULL, *value = name ? name->next : NULL;
	if (!cJSON_IsArray(item) || !name || !value || value->next)
		return false;
	return cJSON_IsString(name) && cJSON_IsString(value) && name->valuestring[0];
}

/* A list of such pairs, as a new list of headers. */
static struct header *read_headers(struct reader *r, const char *name, const cJSON *value, size_t *count)
{
	*count = 0;
	if (!cJSON_IsArray(value)) {
		wrong(r, name, "a list of [name, value]", value);
		return NULL;
	}
	struct header *headers = NEWS(r->scratch, struct header, (size_t)cJSON_GetArraySize(value));
	for (const cJSON *item = value->child; item; item = item->next) {
		if (!is_pair(item)) {
			wrong(r, name, "a list of [name, value], both texts", item);
			*count = 0;
			return NULL;
		}
		headers[(*count)++] = (struct header){ text_of(r, item->child), text_of(r, item->child->next) };
	}
	return headers;
}

static void read_row(struct reader *r, const struct row *rows, size_t n, const cJSON *value)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].name, value->string) == 0) {
			rows[i].read(r, rows[i].name, value);
			return;
		}
}

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

/* ---- what stands outside of the request ---- */

enum { STATUS_LEAST = 100, STATUS_MOST = 599 };

static void read_status(struct reader *r, const char *name, const cJSON *value, uint32_t *out)
{
	uint64_t number;
	if (whole_number(value, STATUS_LEAST, STATUS_MOST, &number))
		*out = (uint32_t)number;
	else
		wrong(r, name, "a status from 100 to 599", value);
}

static void read_backend_status(struct reader *r, const char *name, const cJSON *value)
{
	(void)name;
	read_status(r, "status\" of \"backend", value, &r->request->given.status);
}

static void read_backend_tls(struct reader *r, const char *name, const cJSON *value)
{
	(void)name;
	if (cJSON_IsBool(value))
		r->request->given.tls = cJSON_IsTrue(value) ? GIVEN_YES : GIVEN_NO;
	else
		wrong(r, "tls\" of \"backend", "true or false", value);
}

static void read_backend_headers(struct reader *r, const char *name, const cJSON *value)
{
	(void)name;
	struct given *given = &r->request->given;
	given->answer.item = read_headers(r, "headers\" of \"backend", value, &given->answer.n);
	given->answer.cap = given->answer.n;
}

static void read_external_status(struct reader *r, const char *name, const cJSON *value)
{
	(void)name;
	read_status(r, "status\" of \"auth.external", value, &r->request->given.external);
}

static void read_external_headers(struct reader *r, const char *name, const cJSON *value)
{
	(void)name;
	struct given *given = &r->request->given;
	given->permission.item = read_headers(r, "headers\" of \"auth.external", value, &given->permission.n);
	given->permission.cap = given->permission.n;
}

static void read_object(struct reader *r, const struct row *rows, size_t n, const cJSON *object)
{
	for (const cJSON *value = object->child; value; value = value->next)
		if (!cJSON_IsNull(value))
			read_row(r, rows, n, value);
}

static enum given_answer answer_of(const cJSON *value)
{
	return is_text(value, "pass") ? GIVEN_PASS : is_text(value, "refuse") ? GIVEN_REFUSE : GIVEN_NOTHING;
}

static void set_gate(struct arena *scratch, struct given *given, str name, enum given_answer answer)
{
	if (str_eq(name, STR("auth.basic")))
		given->basic = answer;
	else if (str_eq(name, STR("auth.client-certificate")))
		given->certificate = answer;
	else if (str_eq(name, STR("tls.certificate")))
		given->listeners = answer == GIVEN_PASS;
	else if (str_eq(name, STR("auth.external")))
		given->external = answer == GIVEN_PASS ? 200 : 401;
	else if (answer == GIVEN_REFUSE)
		str_list_add_new(scratch, &given->refused, arena_str(scratch, name));
}

static void read_given_value(struct reader *r, const cJSON *value)
{
	static const struct row BACKEND[] = {
		{ "status", read_backend_status }, { "tls", read_backend_tls }, { "headers", read_backend_headers },
	}, EXTERNAL[] = {
		{ "status", read_external_status }, { "headers", read_external_headers },
	};
	const char *name = value->string;
	bool backend = strcmp(name, "backend") == 0, external = strcmp(name, "auth.external") == 0;
	enum given_answer answer = answer_of(value);
	if (backend && !cJSON_IsObject(value))
		wrong(r, name, "an object with status, tls, headers", value);
	else if (backend)
		read_object(r, BACKEND, COUNT(BACKEND), value);
	else if (external && cJSON_IsObject(value))
		read_object(r, EXTERNAL, COUNT(EXTERNAL), value);
	else if (external && answer == GIVEN_NOTHING)
		read_status(r, name, value, &r->request->given.external);
	else if (answer == GIVEN_NOTHING)
		wrong(r, name, "\"pass\" or \"refuse\"", value);
	else
		set_gate(r->scratch, &r->request->given, str_c(name), answer);
}

static void read_given(struct reader *r, const char *name, const cJSON *value)
{
	if (!cJSON_IsObject(value)) {
		wrong(r, name, "an object", value);
		return;
	}
	for (const cJSON *child = value->child; child; child = child->next)
		if (!cJSON_IsNull(child))
			read_given_value(r, child);
}

bool trace_given_set(struct arena *scratch, struct given *given, str name, str value, str *error)
{
	uint64_t status = 0;
	bool is_status = str_to_u64(value, STATUS_MOST, &status) && status >= STATUS_LEAST;
	bool pass = str_eq(value, STR("pass")), answer = pass || str_eq(value, STR("refuse"));
	bool backend = str_eq(name, STR("backend")), external = str_eq(name, STR("auth.external"));
	if (backend && is_status)
		given->status = (uint32_t)status;
	else if (external && is_status)
		given->external = (uint32_t)status;
	else if (!backend && answer)
		set_gate(scratch, given, name, pass ? GIVEN_PASS : GIVEN_REFUSE);
	else {
		*error = arena_printf(scratch, "%.*s has to be %s, not '%.*s'", STR_ARG(name), backend ? "a status from 100 to 599" :
			external ? "a status from 100 to 599, pass or refuse" : "pass or refuse", STR_ARG(value));
		return false;
	}
	return true;
}

/* ---- the request ---- */

bool trace_is_address(str text)
{
	char copy[64];
	unsigned char address[16];
	if (!text.n || text.n >= sizeof copy)
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	return inet_pton(str_has_char(text, ':') ? AF_INET6 : AF_INET, copy, address) == 1;
}

static void read_scheme(struct reader *r, const char *name, const cJSON *value)
{
	if (!is_text(value, "http") && !is_text(value, "https"))
		wrong(r, name, "\"http\" or \"https\"", value);
	r->request->tls = is_text(value, "https");
}

static void read_method(struct reader *r, const char *name, const cJSON *value)
{
	if (cJSON_IsString(value) && !value->valuestring[0])
		wrong(r, name, "a method", value);
	else
		read_text(r, name, value, &r->request->method);
}

static void read_port(struct reader *r, const char *name, const cJSON *value)
{
	uint64_t number;
	if (whole_number(value, 1, UINT16_MAX, &number))
		r->request->port = (uint32_t)number;
	else
		wrong(r, name, "a port from 1 to 65535", value);
}

static void read_target(struct reader *r, const char *name, const cJSON *value)
{
	r->has_target = true;
	if (cJSON_IsString(value) && !value->valuestring[0])
		wrong(r, name, "the target of a request line, such as \"/x?y=1\"", value);
	else
		read_text(r, name, value, &r->request->target);
}

static void read_request_headers(struct reader *r, const char *name, const cJSON *value)
{
	struct request *request = r->request;
	request->headers.item = read_headers(r, name, value, &request->headers.n);
	request->headers.cap = request->headers.n;
}

static void read_client(struct reader *r, const char *name, const cJSON *value)
{
	if (!cJSON_IsString(value) || !trace_is_address(str_c(value->valuestring)))
		wrong(r, name, "an IPv4 or IPv6 address", value);
	else
		read_text(r, name, value, &r->request->client);
}

static void read_body(struct reader *r, const char *name, const cJSON *value)
{
	if (!whole_number(value, 0, (uint64_t)1 << 53, &r->request->body))
		wrong(r, name, "a number of bytes", value);
}

static void read_sni(struct reader *r, const char *name, const cJSON *value)
{
	r->request->has_sni = true;
	read_text(r, name, value, &r->request->sni);
}

static void read_entry(struct reader *r, const char *name, const cJSON *value)
{
	read_text(r, name, value, &r->request->entry);
}

static void read_http(struct reader *r, const char *name, const cJSON *value)
{
	if (!is_text(value, "1.0") && !is_text(value, "1.1"))
		wrong(r, name, "\"1.0\" or \"1.1\"", value);
	r->request->http10 = is_text(value, "1.0");
}

static void read_host(struct reader *r, const cJSON *value)
{
	if (cJSON_IsString(value))
		r->request->host = text_of(r, value);
	else
		wrong(r, "host", "a text or null", value);
}

static void read_key(struct reader *r, const cJSON *value)
{
	static const struct row ROWS[] = {
		{ "scheme", read_scheme }, { "method", read_method }, { "port", read_port }, { "target", read_target },
		{ "headers", read_request_headers }, { "client", read_client }, { "body", read_body }, { "sni", read_sni },
		{ "entry", read_entry }, { "http", read_http }, { "given", read_given },
	};
	struct request *request = r->request;
	if (strcmp(value->string, "host") == 0) {
		r->has_host = true;
		request->has_host = !cJSON_IsNull(value);
		if (request->has_host)
			read_host(r, value);
	} else if (!cJSON_IsNull(value)) {
		read_row(r, ROWS, COUNT(ROWS), value);
	}
}

/* A zero byte, as it is or as an escape: texts of cJSON end there. */
static bool has_zero(str line)
{
	if (str_has_char(line, '\0'))
		return true;
	for (size_t i = str_find_char(line, '\\'); i + 1 < line.n; i += 2, i += str_find_char(str_from(line, i), '\\'))
		if (str_starts(str_from(line, i), STR("\\u0000")))
			return true;
	return false;
}

static void delete_items(void *handle)
{
	cJSON_Delete(handle);
}

static void read_items(struct reader *r, const cJSON *items)
{
	for (const cJSON *value = items->child; value; value = value->next)
		read_key(r, value);
	if (!r->error.n && !r->has_host)
		r->error = STR("\"host\" is missing (null stands for a request without one)");
	if (!r->error.n && !r->has_target)
		r->error = STR("\"target\" is missing");
}

bool trace_request_read(struct arena *scratch, str line, struct request *request, str *error)
{
	struct reader r = { .scratch = scratch, .request = request };
	struct resource open;
	size_t end;
	line = str_trim(line);
	trace_request_init(request);
	if (!json_begins(line, &end) || end < line.n) {
		*error = arena_printf(scratch, "this is not valid JSON from character %zu on", end + 1);
		return false;
	}
	if (line.p[0] != '{') {
		*error = STR("a request has to be a JSON object");
		return false;
	}
	if (has_zero(line)) {
		*error = STR("a request cannot have a zero byte");
		return false;
	}
	cJSON *items = cJSON_ParseWithLengthOpts(line.p, line.n, NULL, false);
	if (!items)
		escape_now(scratch->escape);
	escape_watch(scratch->escape, &open, delete_items, items);
	read_items(&r, items);
	escape_forget(scratch->escape, &open);
	cJSON_Delete(items);
	*error = r.error;
	return r.error.n == 0;
}
