/* SPDX-License-Identifier: Apache-2.0 */
/* Differences for people: see verify.h. */
#include "lib/verify.h"

#include "report/visible.h"
#include "verify/example.h"

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

/* "POST https://shop.example.com/cart with X-Canary: always" */
static str request_words(struct arena *arena, const struct request *r)
{
	struct buf out;
	buf_init(&out, arena, 0);
	if (!str_eq(r->method, STR("GET")))
		buf_printf(&out, "%.*s ", STR_ARG(r->method));
	buf_printf(&out, "%s://%.*s%.*s", r->tls ? "https" : "http", STR_ARG(r->host), STR_ARG(r->target));
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
	return buf_str(&out);
}

str comparison_headline(struct comparison *v, const struct difference *d)
{
	return arena_printf(&v->in->arena, "%.*s %s", STR_ARG(request_words(v->scratch, &d->request)), what_happens(d));
}

void comparison_difference(struct comparison *v, const struct difference *d, struct buf *out)
{
	const struct told_difference t = comparison_tell(v, d);
	buf_add(out, STR("   "));
	add_curl(out, v->scratch, &d->request);
	buf_add_char(out, '\n');
	add_row(out, STR(""), STR("before"), STR("after"));
	if (!str_list_has(&d->what, STR("status")))
		add_row(out, STR("status"), shown_field(v->scratch, t.before, STR("status")), shown_field(v->scratch, t.after, STR("status")));
	for (size_t i = 0; i < d->what.n; i++)
		add_row(out, label_of(d->what.item[i]), shown_field(v->scratch, t.before, d->what.item[i]), shown_field(v->scratch, t.after, d->what.item[i]));
	add_row(out, STR("decided by"), or_dash(t.before_place), or_dash(t.after_place));
	if (d->classes > 1)
		buf_printf(out, "   the same for %zu classes of requests\n", d->classes);
	arena_reset(v->scratch);
}

/* ---- an example ---- */

static const struct route *first_owned(const struct model *model, const struct host **of)
{
	for (size_t i = 0; i < model->entries.n; i++)
		for (size_t k = 0; k < model->entries.item[i]->hosts.n; k++) {
			const struct host *host = *of = model->entries.item[i]->hosts.item[k];
			for (size_t r = 0; r < host->routes.n; r++)
				if (host->routes.item[r]->owner && !host->routes.item[r]->implicit)
					return host->routes.item[r];
		}
	return NULL;
}

static str example_path(struct arena *arena, const struct match *match)
{
	str prefix;
	if (match->kind != MATCH_REGEX)
		return match->path;
	return path_prefix_form(match->path, &prefix) ? arena_join(arena, path_without_slash(prefix), STR("/x")) : regex_example(arena, match->path);
}

static str example_name(struct arena *arena, const struct host_name *name)
{
	if (name->kind == HOST_ANY)
		return STR("www.example.com");
	return name->kind == HOST_EXACT ? name->name : arena_join(arena, STR("a"), str_from(name->name, 1));
}

static void add_example(struct comparison *c, const struct difference *d, struct buf *out)
{
	static const str FIELDS[] = {
		STR_INIT("location"), STR_INIT("backends"), STR_INIT("upstream.target"), STR_INIT("upstream.host"), STR_INIT("upstream.headers"),
		STR_INIT("response_headers"),
	};
	const struct told_difference t = comparison_tell(c, d);
	buf_add(out, out->n ? STR("\n   ") : STR("   "));
	add_curl(out, c->scratch, &d->request);
	buf_add_char(out, '\n');
	add_row(out, STR(""), STR("before"), STR("after"));
	add_row(out, STR("status"), shown_field(c->scratch, t.before, STR("status")), shown_field(c->scratch, t.after, STR("status")));
	for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++) {
		str before = shown_field(c->scratch, t.before, FIELDS[i]), after = shown_field(c->scratch, t.after, FIELDS[i]);
		if (!str_eq(before, STR("-")) || !str_eq(after, STR("-")))
			add_row(out, label_of(FIELDS[i]), before, after);
	}
	arena_reset(c->scratch);
}

void comparison_example(struct comparison *c, struct buf *out)
{
	const struct host *host;
	const struct entry_pair *pair = c->result.pairs.n ? &c->result.pairs.item[0] : NULL;
	const struct route *route = pair ? first_owned(pair->before, &host) : NULL;
	if (route) {
		struct difference d = { .pair = pair };
		d.request = (struct request){ .method = STR("GET"), .has_host = true, .host = example_name(&c->in->arena, &host->name),
			.target = example_path(&c->in->arena, &route->match), .client = STR("127.0.0.1") };
		add_example(c, &d, out);
	}
	for (size_t i = 0; i < c->result.differences.n; i++)
		if (!c->result.differences.item[i].usual.n) {
			add_example(c, &c->result.differences.item[i], out);
			return;
		}
}

/* ---- the page ---- */

static void add_difference(struct comparison *v, const struct page *page, const struct difference *d)
{
	page_add(page, d->opens ? PAINT_RED : PAINT_YELLOW, d->opens ? STR("opened") : STR("different"));
	buf_add(page->out, STR(": "));
	visible_add(page->out, comparison_headline(v, d));
	buf_add_char(page->out, '\n');
	comparison_difference(v, d, page->out);
	buf_add_char(page->out, '\n');
}

/* Defaults of the controller that are not in force after, each once. */
static struct str_list lost_defaults(struct arena *arena, const struct verification *r)
{
	struct str_list names = { 0 };
	for (size_t i = 0; i < r->differences.n; i++)
		if (r->differences.item[i].usual.n)
			str_list_add_new(arena, &names, r->differences.item[i].usual);
	str_list_sort(&names);
	return names;
}

/* "1,284" */
static void add_number(struct buf *out, size_t n)
{
	if (n >= 1000) {
		add_number(out, n / 1000);
		buf_printf(out, ",%03zu", n % 1000);
	} else {
		buf_printf(out, "%zu", n);
	}
}

static void add_line(struct buf *out, const char *what, str text)
{
	buf_printf(out, "%s: ", what);
	visible_add(out, text);
	buf_add_char(out, '\n');
}

void comparison_gaps(struct comparison *c, struct buf *out)
{
	const struct verification *r = &c->result;
	str file;
	unsigned line;
	for (size_t i = 0; i < r->left_out.n; i++)
		add_line(out, "not asked: names that fit", r->left_out.item[i]);
	for (size_t i = 0; i < r->unasked.n; i++)
		add_line(out, "not asked: no request was found for the route at", comparison_place(c, r->unasked.item[i].route->at, &file, &line));
	for (size_t i = 0; r->accepts && i < r->accepts->n; i++) {
		const struct accepted_difference *a = &r->accepts->item[i];
		if (a->expired)
			add_line(out, "no longer accepted", arena_printf(c->scratch, "the day of %.*s is past", STR_ARG(a->where)));
		else if (!a->used)
			add_line(out, "accepted, and nothing differs so", a->where);
	}
	for (size_t i = 0; i < r->problems.n; i++)
		add_line(out, "not known", r->problems.item[i]);
	for (size_t i = 0; i < r->not_understood.n; i++) {
		str at = comparison_place(c, r->not_understood.item[i]->at, &file, &line);
		add_line(out, "not understood", arena_printf(c->scratch, "%.*s  %.*s", STR_ARG(r->not_understood.item[i]->text), STR_ARG(at)));
	}
}

static void add_some(struct buf *out, size_t n, str what)
{
	if (n == 0)
		return;
	buf_add(out, STR(", "));
	add_number(out, n);
	buf_add(out, what);
}

static void add_counts(const struct verification *r, size_t differences, struct buf *out)
{
	buf_add(out, STR("routing: "));
	if (differences) {
		add_number(out, differences);
		buf_printf(out, " difference%s in ", differences == 1 ? "" : "s");
		add_number(out, r->different);
		buf_add(out, STR(" of "));
	} else if (r->unknown || r->stated || r->accepted) {
		buf_add(out, STR("equal on "));
		add_number(out, r->classes - r->stated - r->accepted - r->unknown);
		buf_add(out, STR(" of "));
	} else {
		buf_add(out, STR("equal on all "));
	}
	add_number(out, r->classes);
	buf_add(out, STR(" request classes"));
	add_some(out, r->stated, STR(" as stated"));
	add_some(out, r->accepted, STR(" as accepted"));
	add_some(out, r->unknown, STR(" not known"));
}

static void add_apart(const struct apart *apart, struct buf *out)
{
	if (apart->different == 0)
		return;
	buf_add(out, STR("\n         and of requests with escapes, doubled slashes or dot segments "));
	add_number(out, apart->different);
	buf_add(out, STR(" of "));
	add_number(out, apart->asked);
	buf_add(out, STR(" differ"));
	if (apart->opened)
		buf_printf(out, ", %zu of them guarded before and open after", apart->opened);
}

void comparison_verdict(const struct comparison *c, struct buf *out)
{
	const struct verification *r = &c->result;
	const struct str_list defaults = lost_defaults(out->arena, r);
	size_t n = 0;
	for (size_t i = 0; i < r->differences.n; i++)
		n += difference_counts(&r->differences.item[i]);
	add_counts(r, n, out);
	buf_add(out, STR("; "));
	add_number(out, r->proved);
	buf_add(out, STR(" proved, "));
	add_number(out, r->classes - r->proved);
	buf_add(out, STR(" sampled, "));
	if (r->opened)
		add_number(out, r->opened);
	else
		buf_add(out, STR("nothing"));
	buf_add(out, r->opened ? STR(" OPENED") : STR(" opened"));
	if (defaults.n) {
		buf_add(out, STR("\n         but for defaults of the controller: "));
		visible_add(out, str_list_join(out->arena, &defaults, STR(", ")));
	}
	add_apart(&r->apart, out);
}

void comparison_text(struct comparison *v, bool color, struct buf *out)
{
	struct page page;
	page_init(&page, out, (struct report_style){ .color = color });
	/* what stands open comes first */
	for (int open = 1; open >= 0; open--)
		for (size_t i = 0; i < v->result.differences.n; i++)
			if (v->result.differences.item[i].opens == open && difference_counts(&v->result.differences.item[i]))
				add_difference(v, &page, &v->result.differences.item[i]);
	comparison_gaps(v, out);
	for (size_t i = 0; i < v->result.sampled.n; i++)
		add_line(out, "sampled, not proved", v->result.sampled.item[i]);
	comparison_verdict(v, out);
	buf_add_char(out, '\n');
}
