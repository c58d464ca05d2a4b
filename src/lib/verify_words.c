/* SPDX-License-Identifier: Apache-2.0 */
/* See verify_words.h. */
#include "lib/verify_words.h"

#include "report/visible.h"

static void add_quoted(struct buf *out, str text)
{
	buf_add_char(out, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\'')
			buf_add(out, STR("'\\''"));
		else
			buf_add_char(out, text.p[i]);
	}
	buf_add_char(out, '\'');
}

static bool needs_quotes(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alnum(s.p[i]) && !str_has_char(STR("/:.-_~%,@+"), s.p[i]))
			return true;
	return s.n == 0;
}

/* curl takes the name of the handshake and the port from the URL; the Host may be another one. */
static str connects_to(struct arena *scratch, const struct request *r)
{
	return r->has_sni ? r->sni : arena_lower(scratch, request_name(r));
}

void words_curl(struct buf *out, struct arena *scratch, const struct request *r)
{
	const str to = connects_to(scratch, r);
	str url = arena_printf(scratch, "%s://%.*s%.*s", r->tls ? "https" : "http", STR_ARG(to), STR_ARG(r->target));
	buf_add(out, r->tls ? STR("curl -k ") : STR("curl "));
	if (!str_eq(r->method, STR("GET")))
		buf_printf(out, "-X %.*s ", STR_ARG(r->method));
	for (size_t i = 0; i < r->headers.n; i++) {
		buf_add(out, STR("-H "));
		add_quoted(out, arena_printf(scratch, "%.*s: %.*s", STR_ARG(r->headers.item[i].name), STR_ARG(r->headers.item[i].value)));
		buf_add_char(out, ' ');
	}
	if (!str_eq(to, r->host))
		buf_printf(out, "-H 'Host: %.*s' ", STR_ARG(r->host));
	if (r->given.basic == GIVEN_PASS)
		buf_add(out, STR("-u USER:PASSWORD "));
	if (r->given.certificate == GIVEN_PASS)
		buf_add(out, STR("--cert CLIENT.pem "));
	if (needs_quotes(url))
		add_quoted(out, url);
	else
		buf_add(out, url);
	if (!str_eq(r->client, STR("127.0.0.1")))
		buf_printf(out, "   # from %.*s", STR_ARG(r->client));
	if (r->body)
		buf_printf(out, "   # with a body of %llu bytes", (unsigned long long)r->body);
	if (r->given.listeners)
		buf_add(out, STR("   # once the certificate is there"));
	if (r->given.status)
		buf_printf(out, "   # that the Service answers by %u", (unsigned)r->given.status);
}

static str shown_backends(struct arena *scratch, const struct outcome *o)
{
	str text = { "", 0 };
	for (size_t i = 0; i < o->backends.n; i++) {
		const struct chosen_backend *b = &o->backends.item[i];
		text = arena_printf(scratch, "%.*s%s%.*s/%.*s:%u", STR_ARG(text), i ? ", " : "", STR_ARG(b->backend->namespace), STR_ARG(b->backend->name),
			(unsigned)b->backend->port);
		if (o->backends.n > 1)
			text = arena_printf(scratch, "%.*s (%u)", STR_ARG(text), (unsigned)b->weight);
	}
	return text.n ? text : STR("-");
}

static str shown_headers(struct arena *scratch, const struct changed_header *h, size_t n)
{
	str text = { "", 0 };
	for (size_t i = 0; i < n; i++)
		text = h[i].removed ? arena_printf(scratch, "%.*s%sno %.*s", STR_ARG(text), i ? ", " : "", STR_ARG(h[i].name))
			: arena_printf(scratch, "%.*s%s%.*s: %.*s", STR_ARG(text), i ? ", " : "", STR_ARG(h[i].name), STR_ARG(h[i].value));
	return text.n ? text : STR("-");
}

static str or_dash(str s)
{
	return s.n ? s : STR("-");
}

str words_field(struct arena *scratch, const struct outcome *o, str field)
{
	if (str_eq(field, STR("status")))
		return o->status ? arena_printf(scratch, "%u", (unsigned)o->status) : or_dash(o->state.n ? o->state : o->problem);
	if (str_eq(field, STR("location")))
		return o->has_location ? o->location : STR("-");
	if (str_eq(field, STR("backends")))
		return shown_backends(scratch, o);
	if (str_eq(field, STR("upstream.target")))
		return or_dash(o->upstream_target);
	if (str_eq(field, STR("upstream.host")))
		return or_dash(o->upstream_host);
	if (str_eq(field, STR("upstream.headers")))
		return shown_headers(scratch, o->upstream_headers.item, o->upstream_headers.n);
	if (str_eq(field, STR("response_headers")))
		return shown_headers(scratch, o->response_headers.item, o->response_headers.n);
	return str_list_has(&o->gates, str_from(field, STR("feature:").n)) ? STR("in force") : STR("-");
}

str words_label(str field)
{
	static const struct { str field, label; } LABELS[] = {
		{ STR_INIT("backends"), STR_INIT("backend") }, { STR_INIT("upstream.target"), STR_INIT("upstream path") },
		{ STR_INIT("upstream.host"), STR_INIT("upstream Host") }, { STR_INIT("upstream.headers"), STR_INIT("sent headers") },
		{ STR_INIT("response_headers"), STR_INIT("headers") }, { STR_INIT("location"), STR_INIT("Location") },
	};
	for (size_t i = 0; i < sizeof LABELS / sizeof *LABELS; i++)
		if (str_eq(LABELS[i].field, field))
			return LABELS[i].label;
	return str_starts(field, STR("feature:")) ? str_from(field, STR("feature:").n) : field;
}

str words_request(struct arena *arena, const struct request *r)
{
	struct buf out;
	buf_init(&out, arena, 0);
	if (!str_eq(r->method, STR("GET")))
		buf_printf(&out, "%.*s ", STR_ARG(r->method));
	buf_printf(&out, "%s://%.*s%.*s", r->tls ? "https" : "http", STR_ARG(r->host), STR_ARG(r->target));
	if (r->has_sni)
		buf_printf(&out, " in a connection for %.*s", STR_ARG(r->sni));
	for (size_t i = 0; i < r->headers.n; i++)
		buf_printf(&out, "%s %.*s: %.*s", i ? "," : " with", STR_ARG(r->headers.item[i].name), STR_ARG(r->headers.item[i].value));
	if (r->given.basic == GIVEN_PASS)
		buf_add(&out, STR(" with a password"));
	if (r->given.certificate == GIVEN_PASS)
		buf_add(&out, STR(" with a certificate"));
	if (r->body)
		buf_printf(&out, " with a body of %llu bytes", (unsigned long long)r->body);
	if (!str_eq(r->client, STR("127.0.0.1")))
		buf_printf(&out, " from %.*s", STR_ARG(r->client));
	if (r->given.external)
		buf_printf(&out, " that the authentication service answers by %u", (unsigned)r->given.external);
	if (r->given.listeners)
		buf_add(&out, STR(" once the certificate is there"));
	if (r->given.status)
		buf_printf(&out, " that the Service answers by %u", (unsigned)r->given.status);
	return buf_str(&out);
}

void words_row(struct buf *out, const struct words_columns *columns, str first, str second, str third)
{
	size_t n = visible_columns(first);
	buf_add(out, STR("   "));
	visible_add(out, first);
	buf_fill(out, ' ', n < columns->first ? columns->first - n : 1);
	visible_add(out, second);
	n = visible_columns(second);
	if (third.n)
		buf_fill(out, ' ', n < columns->second ? columns->second - n : 2);
	visible_add(out, third);
	buf_add_char(out, '\n');
}
