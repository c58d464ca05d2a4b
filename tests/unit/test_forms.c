/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What two sides do with the requests of a class, in normal form: forms that people write for one thing are the same, those that part at
 * a boundary are not; and for random pairs, whatever is called the same is answered alike on all short paths of the class, with queries and
 * for several hosts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "verify/compare.h"
#include "verify/forms.h"
#include "verify/paths.h"

extern const struct CMUnitTest forms_tests[];
extern const size_t forms_tests_count;

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

enum what { PASS, REWRITE, FILTER_FULL, FILTER_PREFIX, LEAD, LEAD_KEEP, LEAD_FULL, LEAD_PREFIX, HOST, CLOSED };

/* One route and what it does. */
struct doing {
	enum match_kind kind;
	const char *path;
	enum what what;
	const char *text;            /* REWRITE, LEAD: the template; else what stands in place of path, prefix or host */
	const char *regex;           /* REWRITE, LEAD: whose groups are meant; NULL: of LEAD none, of REWRITE that of the route */
	const char *host;            /* of the other LEADs; NULL: of the request */
	bool adds_query, cuts_slash, relative;
	bool drops_query;            /* of the other LEADs */
};

enum { SHORTEST = 1, LONGEST = 5, PAIRS = 1500, CLASSES = 64 };

struct run {
	struct escape escape;
	struct arena arena, scratch;
	uint64_t random;
	struct evaluator *evaluator[2];
	const struct host *host[2];
	bool one_name, tls;
	size_t claims, leads;
};

static void start(struct run *run)
{
	*run = (struct run){ .random = 11 };
	escape_init(&run->escape);
	arena_init(&run->arena, 0, &run->escape);
	arena_init(&run->scratch, 0, &run->escape);
}

static void end(struct run *run)
{
	arena_release(&run->scratch);
	arena_release(&run->arena);
}

/* ---- models ---- */

static void add_lead(struct arena *arena, struct route *r, const struct doing *d)
{
	static const enum path_change CHANGES[] = { [LEAD_FULL] = PATH_FULL, [LEAD_PREFIX] = PATH_PREFIX_CUT };
	struct redirect *to = &route_step(arena, r, STEP_REDIRECT, STR("redirect.permanent"), NULL)->as.redirect;
	*to = (struct redirect){ .status = 301, .adds_query = d->adds_query, .cuts_slash = d->cuts_slash, .relative = d->relative };
	if (d->what == LEAD) {
		to->location = str_c(d->text);
		to->regex = str_c(d->regex ? d->regex : "");
		return;
	}
	to->scheme = STR("https");
	to->host = str_c(d->host ? d->host : "");
	to->keeps_query = !d->drops_query;
	to->change = d->what == LEAD_KEEP ? PATH_KEEP : CHANGES[d->what];
	to->path = str_c(d->text ? d->text : "");
	to->prefix = r->match.path;
}

static void add_rewrite(struct arena *arena, struct route *r, const struct doing *d)
{
	struct rewrite *to = &route_step(arena, r, STEP_REWRITE, STR("route.rewrite"), NULL)->as.rewrite;
	if (d->what == REWRITE)
		*to = (struct rewrite){ .regex = d->regex ? str_c(d->regex) : r->match.path, .target = str_c(d->text) };
	else
		*to = (struct rewrite){ .change = d->what == FILTER_FULL ? PATH_FULL : PATH_PREFIX_CUT, .prefix = r->match.path, .path = str_c(d->text) };
}

static struct route *route_of(struct arena *arena, const struct doing *d)
{
	struct route *r = NEW(arena, struct route);
	struct forward_case one = { .backend = { .namespace = STR("d"), .name = STR("s"), .port = 80, .exists = true }, .weight = 100 };
	*r = (struct route){ .match = { .kind = d->kind, .path = str_c(d->path) } };
	if (d->what == CLOSED)
		return r;
	if (d->what == HOST)
		route_step(arena, r, STEP_HOST, STR("backend.host"), NULL)->value = str_c(d->text);
	else if (d->what >= LEAD && d->what <= LEAD_PREFIX)
		add_lead(arena, r, d);
	else if (d->what != PASS)
		add_rewrite(arena, r, d);
	LIST_PUSH(arena, &r->cases, one);
	return r;
}

static void set_side(struct run *run, size_t side, const char *host, const struct doing *d, size_t n)
{
	struct model *m = NEW(&run->arena, struct model);
	struct entry *e = NEW(&run->arena, struct entry);
	struct host *h = NEW(&run->arena, struct host);
	*m = (struct model){ .arena = &run->arena };
	*e = (struct entry){ .http = { .spelling = { .path = PATH_MERGED } } };
	*h = (struct host){ .name = { .kind = host[0] == '*' ? HOST_LABELS : HOST_EXACT, .name = str_c(host) } };
	for (size_t i = 0; i < n; i++)
		LIST_PUSH(&run->arena, &h->routes, route_of(&run->arena, &d[i]));
	LIST_PUSH(&run->arena, &e->hosts, h);
	LIST_PUSH(&run->arena, &m->entries, e);
	model_prepare(m);
	run->evaluator[side] = evaluator_new(&run->arena, m);
	run->host[side] = h;
	run->one_name = host[0] != '*';
}

/* ---- one request ---- */

struct said {
	struct outcome before, after;
	bool same;                   /* the form */
	str differs;
};

static struct said ask(struct run *run, const char *host, str target)
{
	struct said s = { .same = false };
	struct request *q = NEW(&run->scratch, struct request);
	*q = (struct request){ .tls = run->tls, .method = STR("GET"), .has_host = true, .host = str_c(host), .target = target, .client = STR("127.0.0.1") };
	evaluate(run->evaluator[0], &run->scratch, q, &s.before);
	evaluate(run->evaluator[1], &run->scratch, q, &s.after);
	const struct str_list what = outcomes_differ(&run->scratch, &s.before, &s.after);
	s.differs = str_list_join(&run->scratch, &what, STR(" "));
	s.same = same_form(&run->scratch, &s.before, &s.after, run->one_name) && path_decides_alone(&s.before, &s.after);
	return s;
}

/* ---- pairs written by hand ---- */

#define RE(p) .kind = MATCH_REGEX, .path = p
#define PRE(text) .kind = MATCH_PREFIX, .path = text
#define EXACT(text) .kind = MATCH_EXACT, .path = text

static const struct {
	struct doing before, after;
	const char *host, *path;     /* of one of the class */
	const char *other;           /* NULL: the form is the same; else a target or a host of the class on which they part, or "no form" */
} ROWS[] = {
	/* the whole address is kept */
	{ { PRE("/"), LEAD, "https://$redirect_host$request_uri" }, { PRE("/"), LEAD_KEEP }, "*.x", "/a", NULL },
	{ { PRE("/"), LEAD, "https://$redirect_host:443$request_uri" }, { PRE("/"), LEAD_KEEP }, "*.x", "/a", NULL },
	{ { PRE("/"), LEAD, "$scheme://$http_host$request_uri" }, { PRE("/"), LEAD, "$pass_access_scheme://$host:$pass_port$request_uri" }, "*.x", "/a", NULL },
	{ { PRE("/"), LEAD, "https://$host:8443$request_uri" }, { PRE("/"), LEAD_KEEP }, "a.x", "/a", "/a" },
	{ { PRE("/"), LEAD, "https://$host$request_uri", .cuts_slash = true }, { PRE("/"), LEAD_KEEP }, "a.x", "/a", "/a/" },
	{ { PRE("/"), LEAD, "https://$host$request_uri" }, { PRE("/"), LEAD_KEEP, .drops_query = true }, "a.x", "/a", NULL },
	{ { PRE("/"), LEAD, "https://$host$uri" }, { PRE("/"), LEAD_KEEP }, "a.x", "/a", "/a?q" },
	{ { PRE("/"), LEAD, "https://$host$uri$is_args$args" }, { PRE("/"), LEAD_KEEP }, "a.x", "/a", NULL },
	{ { PRE("/"), LEAD, "https://$host$uri?$args" }, { PRE("/"), LEAD_KEEP }, "a.x", "/a?q", "/a" },
	{ { PRE("/"), LEAD, "$request_uri" }, { PRE("/"), LEAD, "$scheme://$host$request_uri" }, "*.x", "/a", NULL },
	/* the host is another one, or is that of one class alone */
	{ { PRE("/"), LEAD, "https://b.y$request_uri" }, { PRE("/"), LEAD_KEEP, .host = "b.y" }, "*.x", "/a", NULL },
	{ { PRE("/"), LEAD, "https://a.x$request_uri" }, { PRE("/"), LEAD_KEEP }, "a.x", "/a", NULL },
	{ { PRE("/"), LEAD, "https://a.x$request_uri" }, { PRE("/"), LEAD_KEEP }, "*.x", "/a", "b.x" },
	/* a fixed place */
	{ { PRE("/"), LEAD, "https://b.y/n" }, { PRE("/"), LEAD_FULL, "/n", .host = "b.y", .drops_query = true }, "a.x", "/a", NULL },
	{ { PRE("/"), LEAD, "https://b.y/n" }, { PRE("/"), LEAD_FULL, "/n", .host = "b.y" }, "a.x", "/a", "/a?q" },
	{ { PRE("/"), LEAD, "https://b.y" }, { PRE("/"), LEAD_FULL, "/", .host = "b.y", .drops_query = true }, "a.x", "/a", NULL },
	{ { PRE("/"), LEAD, "https://b.y", .adds_query = true }, { PRE("/"), LEAD_FULL, "/", .host = "b.y" }, "a.x", "/a", "/a?q" },
	{ { PRE("/"), LEAD, "https://b.y/n", .adds_query = true }, { PRE("/"), LEAD_FULL, "/n", .host = "b.y" }, "a.x", "/a", NULL },
	{ { PRE("/"), LEAD, "https://b.y/n/", .cuts_slash = true }, { PRE("/"), LEAD_FULL, "/n", .host = "b.y", .drops_query = true }, "a.x", "/a", NULL },
	{ { PRE("/"), LEAD, "/n", .relative = true }, { PRE("/"), LEAD, "$scheme://$host/n" }, "*.x", "/a", NULL },
	{ { PRE("/a"), LEAD, "https://b.y/a" }, { PRE("/a"), LEAD_KEEP, .host = "b.y" }, "a.x", "/a", "/a/b" },
	{ { EXACT("/a"), LEAD, "https://b.y/a$is_args$args" }, { EXACT("/a"), LEAD, "https://b.y$uri$is_args$args" }, "a.x", "/a", NULL },
	{ { PRE("/"), LEAD, "https://b.y/n?u=1", .adds_query = true }, { PRE("/"), LEAD, "https://b.y/n?u=1" }, "a.x", "/a", "/a?q" },
	/* a prefix, and groups */
	{ { PRE("/a"), LEAD, "https://b.y/n$request_uri" }, { PRE("/a"), LEAD_PREFIX, "/n/a", .host = "b.y" }, "a.x", "/a/b", NULL },
	{ { RE("/a(/|$)(.*)"), LEAD, "https://b.y/$2", .regex = "/a(/|$)(.*)" }, { PRE("/a"), LEAD_PREFIX, "/", .host = "b.y", .drops_query = true },
		"a.x", "/a/b", NULL },
	{ { RE("/a(/|$)(.*)"), LEAD, "https://b.y/n/$2", .regex = "/a(/|$)(.*)" }, { PRE("/a"), LEAD_PREFIX, "/n", .host = "b.y", .drops_query = true },
		"a.x", "/a/b", "/a" },
	{ { RE("/a(.*)"), LEAD, "https://b.y$1", .regex = "/a(.*)" }, { RE("/a(.*)"), LEAD, "https://b.y$1", .regex = "/a(.*)" }, "a.x", "/a", "no form" },
	{ { RE("/(.*)"), LEAD, "https://b.y/%41$1", .regex = "/(.*)" }, { PRE("/"), LEAD_PREFIX, "/A", .host = "b.y" }, "a.x", "/a", "no form" },
	/* rewrites by groups */
	{ { RE("/a(/|$)(.*)"), REWRITE, "/$2" }, { PRE("/a"), FILTER_PREFIX, "/" }, "a.x", "/a/b", NULL },
	{ { RE("/a(/|$)(.*)"), REWRITE, "/n/$2" }, { PRE("/a"), FILTER_PREFIX, "/n" }, "a.x", "/a/b", "/a" },
	{ { RE("/a(/.*|$)"), REWRITE, "/n$1" }, { PRE("/a"), FILTER_PREFIX, "/n" }, "a.x", "/a/b", NULL },
	{ { RE("/a/(.*)"), REWRITE, "/$1" }, { PRE("/a"), FILTER_PREFIX, "/" }, "a.x", "/a/b", NULL },
	{ { RE("/(.*)"), REWRITE, "/$1" }, { PRE("/"), PASS }, "a.x", "/a/b", NULL },
	{ { RE("/(.*)"), REWRITE, "$1" }, { PRE("/"), PASS }, "a.x", "/a", "/a" },
	{ { RE("/([ab])/(.*)"), REWRITE, "/$2/$1" }, { RE("/([ab])/(.*)"), REWRITE, "/$2/$1" }, "a.x", "/a/b", NULL },
	{ { RE("/([ab]*)/(.*)"), REWRITE, "/$2" }, { RE("/([ab]*)/(.*)"), REWRITE, "/$2" }, "a.x", "/a/b", NULL },
	{ { RE("/([ab]*)/(.*)"), REWRITE, "/$1" }, { RE("/([ab]*)/(.*)"), FILTER_FULL, "/a" }, "a.x", "/a/b", "/b/b" },
	/* an expression that is not that of the route: on other paths it finds nothing, and these are another class */
	{ { PRE("/"), REWRITE, "/$1", "^/a/(.*)" }, { PRE("/"), PASS }, "a.x", "/b", NULL },
	{ { PRE("/"), REWRITE, "/$1", "^/a/(.*)" }, { PRE("/"), PASS }, "a.x", "/a/b", "/a/b" },
	{ { PRE("/a"), REWRITE, "/n/$1", "^/a/(.*)" }, { PRE("/a"), FILTER_PREFIX, "/n" }, "a.x", "/a/b", NULL },
	/* what nobody is asked with does not count, unless it fails */
	{ { RE("/a(.*)"), REWRITE, "/$1" }, { PRE("/a"), CLOSED }, "a.x", "/a/b", NULL },
	{ { RE("/a(.*)"), REWRITE, "$1" }, { PRE("/a"), CLOSED }, "a.x", "/a/b", "/a" },
	/* the Host of the backend */
	{ { PRE("/"), HOST, "b.y" }, { PRE("/"), HOST, "b.y" }, "*.x", "/a", NULL },
	{ { PRE("/"), HOST, "a.x" }, { PRE("/"), PASS }, "a.x", "/a", NULL },
	{ { PRE("/"), HOST, "a.x" }, { PRE("/"), PASS }, "*.x", "/a", "b.x" },
	{ { PRE("/"), HOST, "$uri" }, { PRE("/"), HOST, "/a" }, "a.x", "/a", "/b" },
};

/* Where they part: of one class all the same. */
static void check_other(struct run *run, size_t row)
{
	const char *other = ROWS[row].other;
	struct path_classes classes = path_classes_of(&run->arena, run->host, 2, NULL);
	assert_true(classes.whole);
	if (strcmp(other, "no form") == 0)
		return;
	bool host = other[0] != '/';
	str target = host ? str_c(ROWS[row].path) : str_c(other), path, query;
	struct said one = ask(run, "a.x", str_c(ROWS[row].path)), two = ask(run, host ? other : "a.x", target);
	(void)str_cut(target, '?', &path, &query);
	str first = str_slice(str_c(ROWS[row].path), 0, str_find_char(str_c(ROWS[row].path), '?'));
	if (path_class(&classes, path) != path_class(&classes, first))
		fail_msg("row %zu: '%s' is of another class", row, other);
	if (strcmp(other, ROWS[row].path) == 0 ? two.differs.n == 0 : str_eq(one.differs, two.differs))
		fail_msg("row %zu: '%s' does not part them", row, other);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct run run;
		start(&run);
		set_side(&run, 0, ROWS[i].host, &ROWS[i].before, 1);
		set_side(&run, 1, ROWS[i].host, &ROWS[i].after, 1);
		struct said s = ask(&run, "a.x", str_c(ROWS[i].path));
		if (s.same != (ROWS[i].other == NULL))
			fail_msg("row %zu: %s ('%.*s' and '%.*s', differs in '%.*s')", i, s.same ? "same" : "not the same", STR_ARG(s.before.location),
				STR_ARG(s.after.location), STR_ARG(s.differs));
		if (ROWS[i].other)
			check_other(&run, i);
		end(&run);
	}
}

/* ---- random pairs ---- */

static unsigned pick(struct run *run, unsigned n)
{
	run->random ^= run->random << 13;
	run->random ^= run->random >> 7;
	run->random ^= run->random << 17;
	return (unsigned)(run->random >> 20) % n;
}

#define ONE_OF(run, list) (list)[pick((run), COUNT(list))]

static const char *const PATHS[] = { "/", "/", "/a", "/a", "/a/", "/b", "/a/b" };
static const char *const REGEXES[] = {
	"/a(/|$)(.*)", "/a(/|$)(.*)", "/(.*)", "/a/(.*)", "/a(.*)", "/(a|b)/(.*)", "/a(/.*)?$", "/a(/.*|$)", "/([^/]+)(.*)", "/a|/b(.*)", "/a/?(.*)", "^/a/(.*)$",
};
static const char *const TARGETS[] = { "/$2", "/$1", "/n/$2", "/n$1", "$1", "$2", "/a$1", "/a/$2", "/n", "/", "/a", "/$2$1" };
static const char *const PLACES[] = { "/", "/n", "/n/", "/a", "" };
static const char *const SCHEMES[] = { "https://", "https://", "$scheme://", "http://", "$pass_access_scheme://" };
static const char *const HOSTS[] = { "$host", "$http_host", "$redirect_host", "a.x", "b.y", "b.y:443", "$host:443", "$host:$pass_port", "b.y:8080", "www.$host" };
static const char *const REST[] = {
	"$request_uri", "$request_uri", "$uri", "$uri$is_args$args", "$uri?$args", "/n$request_uri", "/n", "/n/", "", "/a", "/$1", "/$2", "/n/$2", "$1", "/n$1", "?u=$request_uri",
	"/n?q=1", "/$2$is_args$args", "$uri/", "/a$uri", "/a$1",
};

static const char *random_location(struct run *run)
{
	struct buf b;
	buf_init(&b, &run->arena, 0);
	if (pick(run, 2)) {
		buf_add(&b, pick(run, 2) ? STR("https://$host") : STR("https://b.y"));
	} else if (pick(run, 4)) {
		buf_add(&b, str_c(ONE_OF(run, SCHEMES)));
		buf_add(&b, str_c(ONE_OF(run, HOSTS)));
	}
	buf_add(&b, str_c(ONE_OF(run, REST)));
	return arena_cstr(&run->arena, b.n ? buf_str(&b) : STR("/"));
}

/* As a controller says it, or as a Gateway does. */
static struct doing random_doing(struct run *run, bool gateway)
{
	static const enum what SOURCE[] = { PASS, REWRITE, REWRITE, REWRITE, LEAD, LEAD, LEAD, HOST };
	static const enum what GATEWAY[] = { PASS, FILTER_FULL, FILTER_PREFIX, FILTER_PREFIX, LEAD_KEEP, LEAD_FULL, LEAD_PREFIX, HOST, CLOSED };
	struct doing d = { .kind = MATCH_REGEX, .what = gateway ? ONE_OF(run, GATEWAY) : ONE_OF(run, SOURCE) };
	unsigned kind = pick(run, 6);
	if (gateway ? kind < 5 : kind < 2 && d.what != REWRITE)
		d.kind = kind == 0 ? MATCH_EXACT : kind == 1 && !gateway ? MATCH_TEXT : MATCH_PREFIX;
	d.path = d.kind == MATCH_REGEX ? ONE_OF(run, REGEXES) : ONE_OF(run, PATHS);
	if (d.what == LEAD) {
		d.text = random_location(run);
		d.regex = d.kind == MATCH_REGEX && pick(run, 2) ? d.path : pick(run, 4) ? NULL : ONE_OF(run, REGEXES);
	} else if (d.what == REWRITE) {
		d.text = ONE_OF(run, TARGETS);
		d.regex = pick(run, 4) ? d.path : ONE_OF(run, REGEXES);
	} else {
		d.text = d.what == HOST ? (pick(run, 2) ? "a.x" : "$host") : ONE_OF(run, PLACES);
	}
	d.host = pick(run, 2) ? NULL : pick(run, 2) ? "b.y" : "a.x";
	d.adds_query = !gateway && pick(run, 4) == 0;
	d.cuts_slash = !gateway && pick(run, 4) == 0;
	d.relative = !gateway && pick(run, 4) == 0;
	d.drops_query = pick(run, 3) == 0;
	return d;
}

/* Nearly the same. */
static struct doing random_like(struct run *run, const struct doing *like)
{
	struct doing d = *like;
	switch (pick(run, 8)) {
	case 0:
		d.cuts_slash = !d.cuts_slash;
		break;
	case 1:
		d.adds_query = !d.adds_query;
		break;
	case 2:
		d.relative = !d.relative;
		break;
	case 3:
		d.text = d.what == LEAD ? random_location(run) : d.what == REWRITE ? ONE_OF(run, TARGETS) : d.text;
		break;
	case 4:
		d.what = d.what == LEAD ? LEAD_KEEP : d.what == REWRITE ? FILTER_PREFIX : d.what;
		d.text = ONE_OF(run, PLACES);
		break;
	case 5:
		d.what = d.what == LEAD ? LEAD_FULL : d.what == REWRITE ? FILTER_FULL : d.what;
		d.text = ONE_OF(run, PLACES);
		break;
	default:
		break;
	}
	return d;
}

/* A Gateway replaces no prefix where none was matched: its reader knows. */
static void settle(struct doing *d)
{
	if (d->kind != MATCH_PREFIX && d->what == FILTER_PREFIX)
		d->what = PASS;
	if (d->kind != MATCH_PREFIX && d->what == LEAD_PREFIX)
		d->what = LEAD_KEEP;
}

/* What was claimed of a class, and where. */
struct claim {
	const struct route *before, *after;
	size_t class;
	bool claimed, seen;
	str differs, target;
};

static struct claim *claim_of(struct claim *claims, const struct said *s, size_t class)
{
	for (size_t i = 0; i < CLASSES; i++) {
		struct claim *c = &claims[i];
		if (c->seen && (c->class != class || c->before != s->before.route || c->after != s->after.route))
			continue;
		c->seen = true;
		c->class = class;
		c->before = s->before.route;
		c->after = s->after.route;
		return c;
	}
	fail_msg("more than %d classes", CLASSES);
	return NULL;
}

static void hold(struct run *run, struct claim *claims, const struct path_classes *classes, str path)
{
	static const char *const QUERIES[] = { "", "?q=1", "?q=/" }, *const NAMES[] = { "a.x", "b.x" };
	for (size_t i = 0; i < COUNT(QUERIES) * (run->one_name ? 1 : 2); i++) {
		str target = arena_printf(&run->arena, "%.*s%s", STR_ARG(path), QUERIES[i % COUNT(QUERIES)]);
		struct said s = ask(run, NAMES[i / COUNT(QUERIES)], target);
		struct claim *c = claim_of(claims, &s, path_class(classes, path));
		if (c->target.n && (c->claimed || s.same) && !str_eq(c->differs, s.differs))
			fail_msg("'%.*s' differs in '%.*s', '%.*s' in '%.*s': %.*s, %.*s", STR_ARG(c->target), STR_ARG(c->differs), STR_ARG(target), STR_ARG(s.differs),
				STR_ARG(s.before.location), STR_ARG(s.after.location));
		run->claims += s.same && !c->claimed;
		run->leads += s.same && !c->claimed && s.before.has_location && s.after.has_location;
		c->claimed = c->claimed || s.same;
		if (!c->target.n) {
			c->target = target;
			c->differs = arena_str(&run->arena, s.differs);
		}
		arena_reset(&run->scratch);
	}
}

static void check_pair(struct run *run)
{
	struct doing before[2], after[2];
	struct claim *claims = NEWS(&run->arena, struct claim, CLASSES);
	const char *host = pick(run, 3) ? "a.x" : "*.x";
	memset(claims, 0, CLASSES * sizeof *claims);
	for (size_t i = 0; i < 2; i++) {
		before[i] = random_doing(run, false);
		after[i] = pick(run, 2) ? random_like(run, &before[i]) : random_doing(run, pick(run, 5) > 0);
		settle(&after[i]);
		settle(&before[i]);
	}
	run->tls = pick(run, 2);
	set_side(run, 0, host, before, 1 + pick(run, 2));
	set_side(run, 1, host, after, 1 + pick(run, 2));
	struct path_classes classes = path_classes_of(&run->arena, run->host, 2, NULL);
	assert_true(classes.whole);
	for (size_t n = SHORTEST; n <= LONGEST; n++) {
		static const char LETTERS[] = "/ab";
		size_t all = 1;
		for (size_t i = 1; i < n; i++)
			all *= 3;
		for (size_t number = 0; number < all; number++) {
			char text[LONGEST] = { '/' };
			size_t rest = number;
			for (size_t i = 1; i < n; i++, rest /= 3)
				text[i] = LETTERS[rest % 3];
			if (domain_has(DOMAIN_PATH, (str){ text, n }))
				hold(run, claims, &classes, (str){ text, n });
		}
	}
}

static void test_claims_are_true(void **state)
{
	struct run run;
	(void)state;
	start(&run);
	for (size_t i = 0; i < PAIRS; i++) {
		check_pair(&run);
		arena_reset(&run.arena);
	}
	/* the check would say nothing if nothing were claimed */
	printf("%zu classes of %d random pairs have one form, %zu of them are redirects\n", run.claims, (int)PAIRS, run.leads);
	assert_true(run.claims > PAIRS / 2 && run.leads > PAIRS / 20);
	end(&run);
}

const struct CMUnitTest forms_tests[] = {
	cmocka_unit_test(test_rows),
	cmocka_unit_test(test_claims_are_true),
};
const size_t forms_tests_count = COUNT(forms_tests);
