/* SPDX-License-Identifier: Apache-2.0 */
/* Templates and the variables in them: see run.h. Variables have the names of nginx, whose configuration the templates come from. */
#include "base/buf.h"
#include "route/run.h"

static bool is_name_char(char c)
{
	return char_is_alnum(c) || c == '_';
}

str run_port_text(struct run *r, uint32_t port)
{
	return port == 80 ? STR("80") : port == 443 ? STR("443") : arena_printf(r->scratch, "%u", (unsigned)port);
}

/* ---- variables ---- */

static str scheme_of(const struct run *r)
{
	return r->request->tls ? STR("https") : STR("http");
}

static str value_scheme(struct run *r)
{
	return scheme_of(r);
}

static str value_host(struct run *r)
{
	return r->reading.has_host ? r->reading.host : STR("_");
}

static str value_http_host(struct run *r)
{
	return r->request->has_host ? r->request->host : (str){ "", 0 };
}

/* The Host header; where there is none, what stands for the host. */
static str value_best_host(struct run *r)
{
	return r->host_header;
}

static str value_request_uri(struct run *r)
{
	return r->reading.uri;
}

static str value_uri(struct run *r)
{
	return r->uri;
}

static str value_args(struct run *r)
{
	return r->reading.query;
}

static str value_is_args(struct run *r)
{
	return r->reading.query.n ? STR("?") : STR("");
}

static str value_method(struct run *r)
{
	return r->request->method;
}

static str value_client(struct run *r)
{
	return r->client;
}

static str value_connection_client(struct run *r)
{
	return r->request->client;
}

/* X-Forwarded-For as it came, with the address of the connection behind it. */
static str value_forwarded_chain(struct run *r)
{
	str sent;
	if (!request_header(r->scratch, r->request, r->out->entry->http.forwarded_for, &sent))
		return r->request->client;
	return arena_printf(r->scratch, "%.*s, %.*s", STR_ARG(sent), STR_ARG(r->request->client));
}

static str value_port(struct run *r)
{
	return run_port_text(r, r->request->port ? r->request->port : r->request->tls ? 443 : 80);
}

static str value_pass_port(struct run *r)
{
	return r->port;
}

static str value_pass_scheme(struct run *r)
{
	return r->scheme;
}

/* The host of the redirect to HTTPS: without its port. */
static str value_redirect_host(struct run *r)
{
	return str_slice(r->host_header, 0, str_find_char(r->host_header, ':'));
}

static str value_escaped_uri(struct run *r)
{
	return uri_escape(r->scratch, r->reading.uri, ESCAPE_COMPONENT);
}

static str value_owner_namespace(struct run *r)
{
	return r->route && r->route->owner ? r->route->owner->namespace : (str){ "", 0 };
}

static str value_owner_name(struct run *r)
{
	return r->route && r->route->owner ? r->route->owner->name : (str){ "", 0 };
}

static str value_server(struct run *r)
{
	return r->out->host && r->out->host->name.name.n ? r->out->host->name.name : STR("_");
}

static str value_verified(struct run *r)
{
	return r->certified ? STR("SUCCESS") : STR("NONE");
}

/* What stands in the certificate of the client is not known, only that there is one. */
static str value_of_certificate(struct run *r)
{
	return r->certified ? STR("*") : (str){ "", 0 };
}

static str value_dollar(struct run *r)
{
	(void)r;
	return STR("$");
}

static str value_protocol(struct run *r)
{
	return r->request->http10 ? STR("HTTP/1.0") : STR("HTTP/1.1");
}

static str value_length(struct run *r)
{
	return r->request->body ? arena_printf(r->scratch, "%llu", (unsigned long long)r->request->body) : (str){ "", 0 };
}

static const struct variable {
	str name;
	str (*value)(struct run *run);
} VARIABLES[] = {
	{ STR_INIT("scheme"), value_scheme }, { STR_INIT("host"), value_host }, { STR_INIT("http_host"), value_http_host },
	{ STR_INIT("best_http_host"), value_best_host }, { STR_INIT("request_uri"), value_request_uri }, { STR_INIT("uri"), value_uri },
	{ STR_INIT("document_uri"), value_uri }, { STR_INIT("args"), value_args }, { STR_INIT("query_string"), value_args },
	{ STR_INIT("is_args"), value_is_args }, { STR_INIT("request_method"), value_method }, { STR_INIT("remote_addr"), value_client },
	{ STR_INIT("the_real_ip"), value_client }, { STR_INIT("realip_remote_addr"), value_connection_client },
	{ STR_INIT("full_x_forwarded_for"), value_forwarded_chain }, { STR_INIT("server_port"), value_port }, { STR_INIT("pass_server_port"), value_pass_port }, { STR_INIT("pass_port"), value_pass_port },
	{ STR_INIT("redirect_host"), value_redirect_host }, { STR_INIT("pass_access_scheme"), value_pass_scheme }, { STR_INIT("escaped_request_uri"), value_escaped_uri },
	{ STR_INIT("namespace"), value_owner_namespace }, { STR_INIT("ingress_name"), value_owner_name }, { STR_INIT("server_name"), value_server },
	{ STR_INIT("ssl_client_verify"), value_verified }, { STR_INIT("ssl_client_s_dn"), value_of_certificate }, { STR_INIT("ssl_client_i_dn"), value_of_certificate },
	{ STR_INIT("ssl_client_escaped_cert"), value_of_certificate }, { STR_INIT("literal_dollar"), value_dollar }, { STR_INIT("server_protocol"), value_protocol }, { STR_INIT("content_length"), value_length },
};

static bool lookup_argument(struct run *r, str name, str *value)
{
	str rest = r->reading.query, item, key;
	while (rest.n) {
		str_cut(rest, '&', &item, &rest);
		if (str_cut(item, '=', &key, value) && str_eq_nocase(key, name))
			return true;
	}
	*value = (str){ "", 0 };
	return true;
}

bool run_variable(struct run *r, str name, str *value)
{
	*value = (str){ "", 0 };
	if (run_named(r, name, value))
		return true;
	for (size_t i = 0; i < sizeof VARIABLES / sizeof *VARIABLES; i++)
		if (VARIABLES[i].name.n == name.n && str_eq_nocase(VARIABLES[i].name, name)) {
			*value = VARIABLES[i].value(r);
			return true;
		}
	if (str_starts_nocase(name, STR("http_"))) {
		(void)request_header(r->scratch, r->request, str_from(name, 5), value);
		return true;
	}
	if (str_starts_nocase(name, STR("cookie_"))) {
		(void)request_cookie(r->scratch, r->request, str_from(name, 7), value);
		return true;
	}
	if (str_starts_nocase(name, STR("arg_")))
		return lookup_argument(r, str_from(name, 4), value);
	/* of an expression that has taken nothing */
	return r->out->entry && index_has_group(r->out->entry, r->scratch, name);
}

/* ---- templates ---- */

/* The name behind "$" at i, and where the text goes on; empty: the dollar stands for itself. */
static str name_at(str text, size_t i, size_t *next)
{
	size_t start = i + 1, end = start;
	if (start < text.n && text.p[start] == '{') {
		size_t close = str_find_char(str_from(text, start), '}');
		*next = start + close + 1;
		return *next <= text.n ? str_slice(text, start + 1, start + close) : (str){ "", 0 };
	}
	if (start < text.n && text.p[start] >= '1' && text.p[start] <= '9') {
		*next = start + 1;
		return str_slice(text, start, start + 1);
	}
	while (end < text.n && is_name_char(text.p[end]))
		end++;
	*next = end;
	return str_slice(text, start, end);
}

/* What the dollar at i and the name behind it stand for; the text goes on at next. */
static str value_at(struct run *r, str text, size_t i, size_t *next)
{
	str name = name_at(text, i, next), value;
	if (name.n == 1 && name.p[0] >= '1' && name.p[0] <= '9')
		return r->group[name.p[0] - '0'];
	if (name.n && run_variable(r, name, &value))
		return value;
	return str_slice(text, i, *next);
}

str run_expand(struct run *r, str text)
{
	size_t i = str_find_char(text, '$'), next;
	if (i == text.n)
		return text;
	str first = value_at(r, text, i, &next);
	if (i == 0 && next >= text.n)
		return first;
	struct buf b;
	buf_init(&b, r->scratch, 0);
	buf_add(&b, str_slice(text, 0, i));
	buf_add(&b, first);
	while (next < text.n) {
		str rest = str_from(text, next);
		size_t plain = str_find_char(rest, '$');
		buf_add(&b, str_slice(rest, 0, plain));
		next += plain;
		if (plain < rest.n)
			buf_add(&b, value_at(r, text, next, &next));
	}
	return buf_str(&b);
}
