/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths that are regular expressions, templates, and what a small model makes of a request with them. The parts, with NUL between them, are
 * the path, the template, the request's target, its host, a header's value. What is claimed of a path or of a rewrite in normal form has
 * to be true of the request; a template without variables gives what its groups say.
 *
 * seeds: own
 * covers: src/route/run_text.c src/route/run_search.c src/route/regex.c src/route/path.c src/route/fold.c src/controllers/variables.c
 */
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "controllers/variables.h"
#include "route/evaluate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LONGEST = 300 };

struct fuzz {
	struct arena *arena;
	struct matcher *matcher;
	unsigned bits;
	str regex, template, target, host, header;
	str path;                    /* of the request, in normal form */
};

static void check(bool good, const char *what, str a, str b)
{
	if (good)
		return;
	fprintf(stderr, "%s\n'%.*s'\n'%.*s'\n", what, STR_ARG(a), STR_ARG(b));
	abort();
}

/* Whether the expression is found, behind "^" or anywhere; unknown: it takes too many steps. */
static bool finds(const struct fuzz *f, str regex, unsigned flags, str text, bool *unknown)
{
	struct pattern *p = pattern_new(f->arena, regex, flags, NULL, NULL);
	enum found found = p ? pattern_search(f->matcher, p, text, NULL) : FOUND_NOT;
	*unknown = *unknown || found == FOUND_TOO_LONG;
	return found == FOUND;
}

static bool location_takes(const struct fuzz *f, str path, bool *unknown)
{
	return finds(f, arena_join(f->arena, STR("^"), f->regex), PATTERN_NOCASE, path, unknown);
}

/* ---- claims about paths ---- */

static bool prefix_takes(str prefix, str path)
{
	if (prefix.n == 1)
		return true;
	return str_starts_nocase(path, prefix) && (path.n == prefix.n || path.p[prefix.n] == '/');
}

static void check_prefix_form(const struct fuzz *f)
{
	str prefix;
	bool unknown = false;
	if (!path_prefix_form(f->regex, &prefix) || str_has_char(prefix, '.') || str_has_char(f->path, '\n'))
		return;
	check(prefix_takes(prefix, f->path) == location_takes(f, f->path, &unknown) || unknown, "is not what a prefix takes", f->regex, f->path);
}

/* Without escapes and groups of another kind, classes of letters say what "any letter case" says. */
static void check_fold(const struct fuzz *f)
{
	bool unknown = false;
	str folded = path_fold_case(f->arena, f->regex);
	if (str_has_char(f->regex, '\\') || str_has(f->regex, STR("(?")) || str_has(f->regex, STR("(*")))
		return;
	bool valid = pattern_new(f->arena, f->regex, 0, NULL, NULL) != NULL;
	/* the limit of the compiled size may be met by the longer one */
	if (!valid || !pattern_new(f->arena, folded, 0, NULL, NULL))
		return;
	bool source = finds(f, f->regex, PATTERN_NOCASE, f->path, &unknown);
	check(source == finds(f, folded, 0, f->path, &unknown) || unknown, "the letter cases differ", f->regex, folded);
}

static void check_takes_all(const struct fuzz *f)
{
	struct match m = { .kind = MATCH_REGEX, .path = f->regex };
	bool unknown = false;
	m.pattern = pattern_new(f->arena, arena_join(f->arena, STR("^"), f->regex), PATTERN_NOCASE, NULL, NULL);
	size_t n = f->path.n / 2;
	if (!m.pattern || !match_takes_all(f->matcher, &m, str_slice(f->path, 0, n)))
		return;
	check(location_takes(f, f->path, &unknown) || unknown, "does not take all", f->regex, f->path);
}

/* ---- rewrites ---- */

/* The template with the groups of the request; false: it has something else. */
static bool with_groups(const struct fuzz *f, str *out)
{
	str group[PATTERN_GROUPS];
	struct buf b;
	struct pattern *p = pattern_new(f->arena, arena_join(f->arena, STR("(?i)"), f->regex), 0, NULL, NULL);
	if (!p || pattern_search(f->matcher, p, f->path, group) != FOUND)
		return false;
	buf_init(&b, f->arena, 0);
	for (size_t i = 0; i < f->template.n; i++) {
		char c = f->template.p[i], next = i + 1 < f->template.n ? f->template.p[i + 1] : 0;
		if (c == '$' && (next < '1' || next > '9'))
			return false;
		if (c == '$')
			buf_add(&b, group[f->template.p[++i] - '0']);
		else
			buf_add_char(&b, c);
	}
	*out = buf_str(&b);
	return true;
}

static str replace_prefix(struct arena *arena, str path, str prefix, str with)
{
	str rest = str_from(path, prefix.n == 1 ? 0 : prefix.n);
	if (str_ends(with, STR("/")))
		with.n--;
	str all = arena_join(arena, with, rest);
	return all.n ? all : STR("/");
}

/* A form that is said to be no wider does what the source does. */
static void check_normal_form(const struct fuzz *f)
{
	struct rewrite w = rewrite_normal(f->arena, f->regex, f->template);
	bool unknown = false;
	str wanted;
	check(w.wider == (w.reason.n > 0), "wider without a reason", f->regex, f->template);
	check(w.change == PATH_KEEP || (w.path.n && w.path.p[0] == '/'), "a path without a slash", f->regex, f->template);
	/* "." takes no line end, and a path is no regular expression that is found behind its start */
	if (w.change == PATH_KEEP || w.wider || str_has_char(f->path, '\n') || str_has_char(f->template, '?'))
		return;
	bool takes = location_takes(f, f->path, &unknown);
	if (unknown)
		return;
	if (w.change == PATH_PREFIX_CUT)
		check(takes == prefix_takes(w.prefix, f->path), "another prefix", f->regex, f->path);
	if (!takes || !with_groups(f, &wanted))
		return;
	str got = w.change == PATH_FULL ? w.path : replace_prefix(f->arena, f->path, w.prefix, w.path);
	check(str_eq(got, wanted), "another path than the source's", got, wanted);
}

/* ---- a model ---- */

static struct route *add_route(struct fuzz *f, struct host *h)
{
	struct route *r = NEW(f->arena, struct route);
	r->match = (struct match){ .kind = MATCH_REGEX, .path = f->regex };
	struct forward_case c = { .weight = 100 };
	LIST_PUSH(f->arena, &r->cases, c);
	LIST_PUSH(f->arena, &h->routes, r);
	return r;
}

static struct model *model_of(struct fuzz *f)
{
	struct model *m = NEW(f->arena, struct model);
	struct entry *e = NEW(f->arena, struct entry);
	struct host *h = NEW(f->arena, struct host);
	m->arena = f->arena;
	e->http = (struct http_rules){ .spelling = { .path = PATH_MERGED }, .forwarded = f->bits & 8, .forwarded_for = STR_INIT("X-Forwarded-For") };
	h->name = (struct host_name){ .kind = f->bits & 4 ? HOST_ONE_LABEL : HOST_ANY, .name = f->bits & 4 ? (str)STR_INIT("*.x") : (str){ "", 0 } };
	LIST_PUSH(f->arena, &m->entries, e);
	LIST_PUSH(f->arena, &e->hosts, h);
	struct route *r = add_route(f, h);
	if (f->bits & 1) {
		struct step *s = route_step(f->arena, r, STEP_REDIRECT, STR("a"), NULL);
		s->as.redirect = (struct redirect){ .location = f->template, .regex = f->regex, .status = 302, .adds_query = true };
	} else {
		struct step *s = route_step(f->arena, r, STEP_REWRITE, STR("a"), NULL);
		s->as.rewrite = (struct rewrite){ .regex = f->regex, .target = f->template };
	}
	route_step(f->arena, r, STEP_HOST, STR("b"), NULL)->value = f->template;
	return m;
}

/* The first route that takes the path is this one, or the expression runs away. */
static void check_first(const struct fuzz *f, const struct model *m)
{
	const struct host *h = m->entries.item[0]->hosts.item[0];
	struct match prefix = { .kind = MATCH_PREFIX, .path = str_slice(f->path, 0, f->path.n / 2) }, text = prefix;
	bool unknown = false, takes = location_takes(f, f->path, &unknown);
	check(unknown || (host_first(f->matcher, h, f->path) != NULL) == takes, "is the first, and does not take it", f->regex, f->path);
	text.kind = MATCH_TEXT;
	check(match_takes(f->matcher, &text, f->path) == FOUND, "begins with another text", text.path, f->path);
	if (prefix.path.n && match_takes(f->matcher, &prefix, f->path) == FOUND && !str_ends(prefix.path, STR("/")))
		check(f->path.n == prefix.path.n || f->path.p[prefix.path.n] == '/', "is no whole element", prefix.path, f->path);
}

static void check_outcome(const struct fuzz *f, const struct outcome *out)
{
	str wanted;
	check(out->status == 200 || out->status == 302 || out->status == 400 || out->status == 404 || out->status == 500 || (out->status == 0 && out->problem.n),
		"an odd status", f->regex, f->template);
	/* without an expression nothing is rewritten, and the target goes on as it came */
	if (!out->forwarded || f->bits & 1 || f->regex.n == 0)
		return;
	for (size_t i = 0; i < out->upstream_target.n && out->upstream_target.p[i] != '?'; i++) {
		unsigned char c = (unsigned char)out->upstream_target.p[i];
		check(c > 0x20 && c < 0x7F && !str_has_char(STR("\"<>\\^`{|}#"), (char)c), "the target is not escaped", out->upstream_target, f->template);
	}
	if (with_groups(f, &wanted)) {
		str target = out->upstream_target, escaped = uri_escape(f->arena, wanted, ESCAPE_PATH);
		check(str_starts(target, escaped) && (target.n == escaped.n || target.p[escaped.n] == '?'), "another target than the groups'", target, escaped);
	}
}

static void check_template(const struct fuzz *f)
{
	struct str_list names = { 0 };
	str why = { "", 0 };
	size_t at = SIZE_MAX;
	bool good = nginx_template_read(f->arena, f->template, &names, &why, &at);
	check(good ? why.n == 0 : why.n > 0 && at < f->template.n && f->template.p[at] == '$', "no reason", why, f->template);
	for (size_t i = 0; i < names.n; i++) {
		check(str_has(f->template, names.item[i]) && names.item[i].n, "another name", names.item[i], f->template);
		check(!nginx_owns_variable(names.item[i]) || nginx_has_variable(names.item[i]), "owned, and not there", names.item[i], f->template);
	}
}

static void run(struct fuzz *f)
{
	struct request q = { .method = STR_INIT("GET"), .client = STR_INIT("10.0.0.1"), .tls = f->bits & 2, .http10 = f->bits & 16, .target = f->target, .host = f->host };
	struct header headers[] = { { STR_INIT("X-A"), f->header }, { STR_INIT("Cookie"), f->header }, { STR_INIT("X-Forwarded-For"), f->header } };
	struct outcome out;
	q.has_host = !(f->bits & 32);
	q.headers.item = headers;
	q.headers.n = q.headers.cap = sizeof headers / sizeof *headers;
	struct reading r = request_read(f->arena, &q, PATH_MERGED);
	f->path = r.path;
	if (r.status == 0) {
		check_prefix_form(f);
		check_takes_all(f);
		check_normal_form(f);
	}
	check_fold(f);
	check_template(f);
	struct model *m = model_of(f);
	model_prepare(m);
	evaluate(evaluator_new(f->arena, m), f->arena, &q, &out);
	check_outcome(f, &out);
	if (r.status == 0)
		check_first(f, m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct escape escape;
	struct arena arena;
	if (size == 0 || size > LONGEST)
		return 0;
	escape_init(&escape);
	arena_init(&arena, (size_t)1 << 30, &escape);
	/* Only memory may end early, and there is enough of it. */
	if (setjmp(escape.env) != 0)
		abort();
	struct fuzz f = { .arena = &arena, .bits = data[0] };
	/* Few steps: that an expression may run away is known, and time is short. */
	f.matcher = matcher_new(&arena, 10000);
	str rest = arena_str(&arena, (str){ (const char *)data + 1, size - 1 });
	str_cut(rest, '\0', &f.regex, &rest);
	str_cut(rest, '\0', &f.template, &rest);
	str_cut(rest, '\0', &f.target, &rest);
	str_cut(rest, '\0', &f.host, &f.header);
	run(&f);
	arena_release(&arena);
	return 0;
}
