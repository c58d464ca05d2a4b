/* SPDX-License-Identifier: Apache-2.0 */
/* See verify_json.h. */
#include "verify/verify_json.h"

#include "base/diag.h"
#include "verify/trace_json.h"

static void add_key(struct buf *out, const char *name)
{
	if (out->n && out->p[out->n - 1] != '{')
		buf_add(out, STR(", "));
	buf_printf(out, "\"%s\": ", name);
}

static void add_text(struct buf *out, const char *name, str text)
{
	add_key(out, name);
	buf_add_json(out, text);
}

static void add_number(struct buf *out, const char *name, size_t number)
{
	add_key(out, name);
	buf_add_number(out, number);
}

static void add_truth(struct buf *out, const char *name, bool truth)
{
	add_key(out, name);
	buf_add(out, truth ? STR("true") : STR("false"));
}

/* ---- a request ---- */

static void add_headers(struct buf *out, const struct request *r)
{
	add_key(out, "headers");
	buf_add_char(out, '[');
	for (size_t i = 0; i < r->headers.n; i++) {
		buf_add(out, i ? STR(", [") : STR("["));
		buf_add_json(out, r->headers.item[i].name);
		buf_add(out, STR(", "));
		buf_add_json(out, r->headers.item[i].value);
		buf_add_char(out, ']');
	}
	buf_add_char(out, ']');
}

static void add_given(struct buf *out, const struct given *g)
{
	if (!g->basic && !g->certificate && !g->external && !g->status && !g->listeners)
		return;
	add_key(out, "given");
	buf_add_char(out, '{');
	if (g->basic)
		add_text(out, "auth.basic", g->basic == GIVEN_PASS ? STR("pass") : STR("refuse"));
	if (g->certificate)
		add_text(out, "auth.client-certificate", g->certificate == GIVEN_PASS ? STR("pass") : STR("refuse"));
	if (g->external)
		add_number(out, "auth.external", g->external);
	if (g->listeners)
		add_text(out, "tls.certificate", STR("pass"));
	if (g->status) {
		add_key(out, "backend");
		buf_add_char(out, '{');
		add_number(out, "status", g->status);
		buf_add_char(out, '}');
	}
	buf_add_char(out, '}');
}

static void add_request(struct buf *out, const struct request *r)
{
	add_text(out, "scheme", r->tls ? STR("https") : STR("http"));
	add_text(out, "method", r->method);
	add_text(out, "host", r->host);
	if (r->has_sni)
		add_text(out, "sni", r->sni);
	add_text(out, "target", r->target);
	if (r->headers.n)
		add_headers(out, r);
	if (!str_eq(r->client, STR("127.0.0.1")))
		add_text(out, "client", r->client);
	if (r->body)
		add_number(out, "body", r->body);
	add_given(out, &r->given);
}

void request_json(struct buf *out, const struct request *r)
{
	buf_add_char(out, '{');
	add_request(out, r);
	buf_add_char(out, '}');
}

void expected_json(struct buf *out, struct arena *scratch, const struct told_difference *t)
{
	buf_add_char(out, '{');
	add_request(out, &t->difference->request);
	add_key(out, "expected");
	buf_add_char(out, '{');
	add_key(out, "before");
	trace_json_outcome(out, scratch, t->before, t->before_place);
	add_key(out, "after");
	trace_json_outcome(out, scratch, t->after, t->after_place);
	buf_add(out, STR("}}"));
}

/* ---- differences ---- */

static void add_texts(struct buf *out, const char *name, const str *texts, size_t n)
{
	add_key(out, name);
	buf_add_char(out, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add(out, STR(", "));
		buf_add_json(out, texts[i]);
	}
	buf_add_char(out, ']');
}

static void add_span(struct buf *out, const struct told_difference *t)
{
	if (!t->file.n)
		return;
	add_key(out, "span");
	buf_add_char(out, '{');
	add_text(out, "file", t->file);
	add_number(out, "line", t->line);
	buf_add_char(out, '}');
}

/* By which it is known again. */
static void add_match(struct buf *out, const struct difference *d, str field)
{
	add_key(out, "match");
	buf_add_char(out, '{');
	add_text(out, "host", difference_name(d));
	add_text(out, "location", difference_location(d));
	add_text(out, "field", field);
	buf_add_char(out, '}');
}

/* What is counted apart is said of all such requests at once. */
static bool is_stated(const struct difference *d)
{
	return d->usual.n || d->stated || d->apart;
}

/* field empty: all that differ. */
static void add_difference(struct buf *out, struct arena *scratch, const struct told_difference *t, str field)
{
	const struct difference *d = t->difference;
	buf_add_char(out, '{');
	add_text(out, "host", difference_host(d));
	add_key(out, "request");
	request_json(out, &d->request);
	add_key(out, "before");
	trace_json_outcome(out, scratch, t->before, t->before_place);
	add_key(out, "after");
	trace_json_outcome(out, scratch, t->after, t->after_place);
	add_texts(out, "what", field.n ? &field : d->what.item, field.n ? 1 : d->what.n);
	add_truth(out, "opens", d->opens);
	add_number(out, "classes", d->classes);
	add_text(out, "method", d->proved ? STR("proved") : STR("sampled"));
	if (is_stated(d))
		add_text(out, "code", d->stated ? d->stated->code : diag_code_text(d->apart ? DIAG_SPELLING : DIAG_DEFAULTS_LOST));
	add_truth(out, "stated", is_stated(d));
	add_truth(out, "accepted", d->accepted);
	if (d->apart)
		add_truth(out, "apart", true);
	if (d->under)
		add_text(out, "under", d->under->value);
	add_span(out, t);
	add_match(out, d, field.n ? field : d->what.item[0]);
	buf_add_char(out, '}');
}

void difference_json(struct buf *out, struct arena *scratch, const struct told_difference *t)
{
	const struct difference *d = t->difference;
	bool each = is_stated(d);
	if (!each)
		add_difference(out, scratch, t, (str){ "", 0 });
	for (size_t i = 0; each && i < d->what.n; i++) {
		if (i)
			buf_add(out, STR(",\n"));
		add_difference(out, scratch, t, d->what.item[i]);
	}
}

/* ---- what hangs on the implementation ---- */

static void add_value(struct buf *out, struct arena *scratch, const struct open_answer *a, const struct told_answer *told)
{
	buf_add_char(out, '{');
	add_text(out, "value", a->value->name);
	add_texts(out, "by", a->value->by.item, a->value->by.n);
	if (a->value->means.n)
		add_text(out, "means", a->value->means);
	add_key(out, "after");
	trace_json_outcome(out, scratch, told->outcome, told->place);
	add_truth(out, "differs", a->differs);
	add_truth(out, "as_before", a->agrees);
	add_truth(out, "counts", a->counts);
	add_truth(out, "opens", a->opens);
	buf_add_char(out, '}');
}

void dependence_json(struct buf *out, struct arena *scratch, const struct told_dependence *t)
{
	const struct dependence *d = t->dependence;
	buf_add_char(out, '{');
	add_text(out, "host", dependence_host(d));
	add_text(out, "choice", d->choice->name);
	add_text(out, "code", diag_code_text(DIAG_DEPENDS));
	add_text(out, "level", diag_level_name(dependence_counts(d) ? DIAG_WARNING : DIAG_NOTE));
	add_key(out, "request");
	request_json(out, &d->request);
	add_key(out, "before");
	trace_json_outcome(out, scratch, t->before, t->before_place);
	add_key(out, "values");
	buf_add_char(out, '[');
	for (size_t i = 0; i < d->answers.n; i++) {
		if (i)
			buf_add(out, STR(", "));
		add_value(out, scratch, &d->answers.item[i], &t->answers.item[i]);
	}
	buf_add_char(out, ']');
	add_texts(out, "what", d->what.item, d->what.n);
	add_number(out, "classes", d->classes);
	add_number(out, "stated", d->as_stated);
	buf_add_char(out, '}');
}

/* ---- the whole ---- */

/* The lines of --accept-file about differences. */
static void add_accepts(struct buf *out, const struct accepted_differences *list)
{
	if (!list || !list->n)
		return;
	add_key(out, "accepts");
	buf_add_char(out, '[');
	for (size_t i = 0; i < list->n; i++) {
		const struct accepted_difference *a = &list->item[i];
		buf_add(out, i ? STR(", {") : STR("{"));
		add_text(out, "where", a->where);
		add_text(out, "until", a->until);
		add_text(out, "state", a->expired ? STR("expired") : a->used ? STR("used") : STR("stale"));
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
}

void proof_json(struct buf *out, const struct verification *v)
{
	buf_add_char(out, '{');
	add_text(out, "verdict", verdict_name(v->verdict));
	add_key(out, "hosts");
	buf_add_char(out, '[');
	for (size_t i = 0; i < v->hosts.n; i++) {
		buf_add(out, i ? STR(", {") : STR("{"));
		add_text(out, "host", v->hosts.item[i].host.n ? v->hosts.item[i].host : STR("*"));
		add_text(out, "verdict", verdict_name(v->hosts.item[i].verdict));
		add_number(out, "classes", v->hosts.item[i].classes);
		add_text(out, "method", v->hosts.item[i].proved == v->hosts.item[i].classes ? STR("proved") : STR("sampled"));
		if (v->hosts.item[i].unknown)
			add_number(out, "unknown", v->hosts.item[i].unknown);
		if (v->hosts.item[i].unasked)
			add_number(out, "unasked", v->hosts.item[i].unasked);
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
	add_number(out, "classes", v->classes);
	add_number(out, "proved", v->proved);
	add_number(out, "sampled", v->classes - v->proved);
	add_number(out, "excused", v->accepted + v->stated + v->usual);
	add_number(out, "accepted", v->accepted);
	add_number(out, "stated", v->stated);
	add_number(out, "different", v->different);
	add_number(out, "opened", v->opened);
	add_number(out, "depends", v->depends - v->depends_as_stated);
	add_accepts(out, v->accepts);
	add_key(out, "apart");
	buf_add_char(out, '{');
	add_number(out, "asked", v->apart.asked);
	add_number(out, "different", v->apart.different);
	add_number(out, "opened", v->apart.opened);
	buf_add_char(out, '}');
	buf_add_char(out, '}');
}
