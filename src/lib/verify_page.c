/* SPDX-License-Identifier: Apache-2.0 */
/* Differences for people: see verify.h. */
#include "lib/verify.h"

#include "lib/verify_words.h"
#include "report/visible.h"
#include "verify/example.h"

static str or_dash(str s)
{
	return s.n ? s : STR("-");
}

static const struct words_columns COLUMNS = { 15, 34 };

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

str comparison_headline(struct comparison *v, const struct difference *d)
{
	return arena_printf(&v->in->arena, "%.*s %s", STR_ARG(words_request(v->scratch, &d->request)), what_happens(d));
}

void comparison_difference(struct comparison *v, const struct difference *d, struct buf *out)
{
	const struct told_difference t = comparison_tell(v, d);
	buf_add(out, STR("   "));
	words_curl(out, v->scratch, &d->request);
	buf_add_char(out, '\n');
	words_row(out, &COLUMNS, STR(""), STR("before"), STR("after"));
	if (!str_list_has(&d->what, STR("status")))
		words_row(out, &COLUMNS, STR("status"), words_field(v->scratch, t.before, STR("status")), words_field(v->scratch, t.after, STR("status")));
	for (size_t i = 0; i < d->what.n; i++)
		words_row(out, &COLUMNS, words_label(d->what.item[i]), words_field(v->scratch, t.before, d->what.item[i]), words_field(v->scratch, t.after, d->what.item[i]));
	words_row(out, &COLUMNS, STR("decided by"), or_dash(t.before_place), or_dash(t.after_place));
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
	words_curl(out, c->scratch, &d->request);
	buf_add_char(out, '\n');
	words_row(out, &COLUMNS, STR(""), STR("before"), STR("after"));
	words_row(out, &COLUMNS, STR("status"), words_field(c->scratch, t.before, STR("status")), words_field(c->scratch, t.after, STR("status")));
	for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++) {
		str before = words_field(c->scratch, t.before, FIELDS[i]), after = words_field(c->scratch, t.after, FIELDS[i]);
		if (!str_eq(before, STR("-")) || !str_eq(after, STR("-")))
			words_row(out, &COLUMNS, words_label(FIELDS[i]), before, after);
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
		if (!c->result.differences.item[i]->usual.n) {
			add_example(c, c->result.differences.item[i], out);
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
		if (r->differences.item[i]->usual.n)
			str_list_add_new(arena, &names, r->differences.item[i]->usual);
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
	buf_printf(out, "\n         and of requests with escapes, doubled slashes or dot segments (ing2gw explain %.*s) ", STR_ARG(diag_code_text(DIAG_SPELLING)));
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
		n += difference_counts(r->differences.item[i]);
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
	if (r->verdict == VERDICT_PARTIAL)
		buf_add(out, STR("\n         partial: not all of the cluster could be read"));
	comparison_depends_line(c, out);
	add_apart(&r->apart, out);
}

void comparison_text(struct comparison *v, bool color, struct buf *out)
{
	struct page page;
	page_init(&page, out, (struct report_style){ .color = color });
	/* what stands open comes first */
	for (int open = 1; open >= 0; open--)
		for (size_t i = 0; i < v->result.differences.n; i++)
			if (v->result.differences.item[i]->opens == open && difference_counts(v->result.differences.item[i]))
				add_difference(v, &page, v->result.differences.item[i]);
	comparison_depends(v, &page);
	comparison_gaps(v, out);
	for (size_t i = 0; i < v->result.sampled.n; i++)
		add_line(out, "sampled, not proved", v->result.sampled.item[i]);
	comparison_verdict(v, out);
	buf_add_char(out, '\n');
}
