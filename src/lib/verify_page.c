/* SPDX-License-Identifier: Apache-2.0 */
/* Differences for people: see verify.h. */
#include "lib/verify.h"

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

static void add_curl(struct buf *out, struct arena *scratch, const struct request *r)
{
	str url = arena_printf(scratch, "%s://%.*s%.*s", r->tls ? "https" : "http", STR_ARG(r->host), STR_ARG(r->target));
	buf_add(out, r->tls ? STR("curl -k ") : STR("curl "));
	if (!str_eq(r->method, STR("GET")))
		buf_printf(out, "-X %.*s ", STR_ARG(r->method));
	for (size_t i = 0; i < r->headers.n; i++) {
		buf_add(out, STR("-H "));
		add_quoted(out, arena_printf(scratch, "%.*s: %.*s", STR_ARG(r->headers.item[i].name), STR_ARG(r->headers.item[i].value)));
		buf_add_char(out, ' ');
	}
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

static str shown_field(struct arena *scratch, const struct outcome *o, str field)
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

/* "upstream path" of "upstream.target" */
static str label_of(str field)
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

enum { LABEL_COLUMNS = 15, BEFORE_COLUMNS = 34 };

static void add_row(struct buf *out, str label, str before, str after)
{
	size_t from = visible_columns(label);
	buf_add(out, STR("   "));
	visible_add(out, label);
	buf_fill(out, ' ', from < LABEL_COLUMNS ? LABEL_COLUMNS - from : 1);
	visible_add(out, before);
	from = visible_columns(before);
	buf_fill(out, ' ', from < BEFORE_COLUMNS ? BEFORE_COLUMNS - from : 2);
	visible_add(out, after);
	buf_add_char(out, '\n');
}

static const char *what_happens(const struct difference *d)
{
	static const struct { str field; const char *text; } TEXTS[] = {
		{ STR_INIT("status"), "is answered otherwise" }, { STR_INIT("location"), "leads elsewhere" },
		{ STR_INIT("backends"), "reaches another backend" }, { STR_INIT("upstream.target"), "reaches another path" },
		{ STR_INIT("upstream.host"), "arrives with another Host" }, { STR_INIT("upstream.headers"), "arrives with other headers" },
		{ STR_INIT("response_headers"), "is answered with other headers" },
	};
	if (d->opens)
		return "is guarded before, and open after";
	for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
		if (str_list_has(&d->what, TEXTS[i].field))
			return TEXTS[i].text;
	return "is guarded in another way";
}

static void add_difference(struct verify *v, const struct page *page, const struct difference *d)
{
	struct buf *out = page->out;
	const struct told_difference t = verify_tell(v, d);
	page_add(page, d->opens ? PAINT_RED : PAINT_YELLOW, d->opens ? STR("opened") : STR("different"));
	buf_add(out, STR(": "));
	visible_add(out, arena_printf(&v->scratch, "%.*s%.*s", STR_ARG(d->request.host), STR_ARG(d->request.target)));
	buf_printf(out, " %s\n   ", what_happens(d));
	add_curl(out, &v->scratch, &d->request);
	buf_add_char(out, '\n');
	add_row(out, STR(""), STR("before"), STR("after"));
	if (!str_list_has(&d->what, STR("status")))
		add_row(out, STR("status"), shown_field(&v->scratch, t.before, STR("status")), shown_field(&v->scratch, t.after, STR("status")));
	for (size_t i = 0; i < d->what.n; i++)
		add_row(out, label_of(d->what.item[i]), shown_field(&v->scratch, t.before, d->what.item[i]), shown_field(&v->scratch, t.after, d->what.item[i]));
	add_row(out, STR("decided by"), or_dash(t.before_place), or_dash(t.after_place));
	if (d->classes > 1)
		buf_printf(out, "   the same for %zu classes of requests\n", d->classes);
	buf_add_char(out, '\n');
	arena_reset(&v->scratch);
}

/* What the controller does by default and Gateways do not, for all hosts together. */
static void add_defaults(const struct verification *r, struct buf *out)
{
	for (size_t i = 0; i < r->differences.n; i++) {
		const struct difference *d = &r->differences.item[i];
		size_t classes = 0;
		bool first = d->usual.n > 0;
		for (size_t k = 0; k < r->differences.n; k++) {
			bool same = str_eq(r->differences.item[k].usual, d->usual);
			classes += same ? r->differences.item[k].classes : 0;
			first = first && !(same && k < i);
		}
		if (!first)
			continue;
		buf_add(out, STR("default: "));
		visible_add(out, d->usual);
		buf_printf(out, " of the controller is not in force after, in %zu classes of requests; ing2gw explain ", classes);
		visible_add(out, d->usual);
		buf_add_char(out, '\n');
	}
}

static size_t count_differences(const struct verification *r)
{
	size_t n = 0;
	for (size_t i = 0; i < r->differences.n; i++)
		n += r->differences.item[i].usual.n == 0;
	return n;
}

static void add_verdict(struct verify *v, struct buf *out)
{
	const struct verification *r = &v->result;
	size_t n = count_differences(r);
	for (size_t i = 0; i < r->left_out.n; i++) {
		buf_add(out, STR("not asked: names that fit "));
		visible_add(out, r->left_out.item[i]);
		buf_add_char(out, '\n');
	}
	for (size_t i = 0; i < r->unasked.n; i++) {
		str file;
		unsigned line;
		buf_add(out, STR("not asked: no request was found for the route at "));
		visible_add(out, verify_place(v, r->unasked.item[i].route->at, &file, &line));
		buf_add_char(out, '\n');
	}
	for (size_t i = 0; i < r->not_understood.n; i++) {
		str file;
		unsigned line;
		buf_add(out, STR("not understood: "));
		visible_add(out, r->not_understood.item[i]->text);
		buf_add(out, STR("  "));
		visible_add(out, verify_place(v, r->not_understood.item[i]->at, &file, &line));
		buf_add_char(out, '\n');
	}
	add_defaults(r, out);
	for (size_t i = 0; i < r->sampled.n; i++) {
		buf_add(out, STR("sampled, not proved: "));
		visible_add(out, r->sampled.item[i]);
		buf_add_char(out, '\n');
	}
	if (n == 0 && r->unknown)
		buf_printf(out, "routing: equal on what is understood of %zu request classes", r->classes);
	else if (n == 0)
		buf_printf(out, "routing: equal on all %zu request classes", r->classes);
	else
		buf_printf(out, "routing: %zu difference%s in %zu of %zu request classes", n, n == 1 ? "" : "s", r->different, r->classes);
	buf_printf(out, " (%zu proved, %zu sampled)", r->proved, r->classes - r->proved);
	if (r->unknown)
		buf_printf(out, ", %zu not understood", r->unknown);
	if (r->opened)
		buf_printf(out, "; %zu OPENED\n", r->opened);
	else
		buf_add(out, STR(", nothing opened\n"));
}

void verify_text(struct verify *v, bool color, struct buf *out)
{
	struct page page;
	page_init(&page, out, (struct report_style){ .color = color });
	/* what stands open comes first */
	for (int open = 1; open >= 0; open--)
		for (size_t i = 0; i < v->result.differences.n; i++)
			if (v->result.differences.item[i].opens == open && !v->result.differences.item[i].usual.n)
				add_difference(v, &page, &v->result.differences.item[i]);
	add_verdict(v, out);
}
