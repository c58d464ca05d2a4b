/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Path texts and rewrites in normal form, held against PCRE2: what the source does with a request (nginx: location ~*
 * "^path", then the whole decoded path is replaced by the target with its groups) and what a Gateway does with the normal
 * form (PathPrefix by whole elements, ReplacePrefixMatch, ReplaceFullPath) must agree, or the form must say that it differs.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <pcre2.h>

#include "base/buf.h"
#include "ledger/ledger.h"
#include "route/evaluate.h"

extern const struct CMUnitTest route_tests[];
extern const size_t route_tests_count;

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

struct run {
	struct escape escape;
	struct arena arena;
};

static void start(struct run *run)
{
	escape_init(&run->escape);
	arena_init(&run->arena, 0, &run->escape);
}

/* ---- what the source does ---- */

enum { GROUPS = 10 };

struct hit {
	bool hit;
	str group[GROUPS];
};

static struct hit search(str regex, str subject, uint32_t options)
{
	struct hit found = { 0 };
	int error;
	PCRE2_SIZE at;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)regex.p, regex.n, options, &error, &at, NULL);
	if (!code)
		fail_msg("'%.*s' is refused", STR_ARG(regex));
	pcre2_match_data *match = pcre2_match_data_create_from_pattern(code, NULL);
	int n = pcre2_match(code, (PCRE2_SPTR)subject.p, subject.n, 0, 0, match, NULL);
	PCRE2_SIZE *ends = pcre2_get_ovector_pointer(match);
	found.hit = n > 0;
	for (int i = 0; i < n && i < GROUPS; i++)
		if (ends[2 * i] != PCRE2_UNSET)
			found.group[i] = str_slice(subject, ends[2 * i], ends[2 * i + 1]);
	pcre2_match_data_free(match);
	pcre2_code_free(code);
	return found;
}

static bool location_takes(struct arena *arena, str path, str request)
{
	return search(arena_join(arena, STR("^"), path), request, PCRE2_CASELESS).hit;
}

static const char NO_ROUTE[] = "no route", FAILS[] = "500", UNSAID[] = "with a variable";

static str source_path(struct arena *arena, str path, str target, str request)
{
	struct buf b;
	if (!location_takes(arena, path, request))
		return str_c(NO_ROUTE);
	struct hit found = search(path, request, PCRE2_CASELESS);
	buf_init(&b, arena, 0);
	for (size_t i = 0; i < target.n; i++) {
		char digit = target.p[i] == '$' && i + 1 < target.n ? target.p[i + 1] : 0;
		if (digit >= '1' && digit <= '9') {
			buf_add(&b, found.group[digit - '0']);
			i++;
		} else if (target.p[i] == '$' || target.p[i] == '?') {
			return str_c(UNSAID);
		} else {
			buf_add_char(&b, target.p[i]);
		}
	}
	return b.n ? buf_str(&b) : str_c(FAILS);
}

/* ---- what a Gateway does ---- */

static bool prefix_takes(str prefix, str request)
{
	str whole = str_ends(prefix, STR("/")) ? str_slice(prefix, 0, prefix.n - 1) : prefix;
	return str_starts(request, whole) && (request.n == whole.n || request.p[whole.n] == '/');
}

static str replace_prefix(struct arena *arena, str request, str prefix, str with)
{
	str whole = str_ends(prefix, STR("/")) ? str_slice(prefix, 0, prefix.n - 1) : prefix;
	if (str_ends(with, STR("/")))
		with.n--;
	str path = arena_join(arena, with, str_from(request, whole.n));
	return path.n ? path : STR("/");
}

/* The match of a route with a constant rewrite is not that of the normal form. */
static str normal_path(struct arena *arena, const struct rewrite *r, str path, str request)
{
	if (r->change == PATH_PREFIX_CUT)
		return prefix_takes(r->prefix, request) ? replace_prefix(arena, request, r->prefix, r->path) : str_c(NO_ROUTE);
	return location_takes(arena, path, request) ? r->path : str_c(NO_ROUTE);
}

/* Requests on the edges of a prefix, as they are after normalisation. */
static struct str_list edges(struct arena *arena, const char *prefix)
{
	static const char *const tails[] = { "", "/", "/y", "/y/", "/y/z", "/y.z/a-b/c", "y", "y/z", "/x", "x", "." };
	struct str_list list = { 0 };
	str text = str_c(prefix);
	if (str_ends(text, STR("/")))
		text.n--;
	for (size_t i = 0; i < COUNT(tails); i++) {
		str request = arena_join(arena, text, str_c(tails[i]));
		if (str_starts(request, STR("/")))
			str_list_add_new(arena, &list, request);
	}
	static const char *const others[] = { "/", "/y", "/y/z", "/other", "/x", "/v1/y", "/v1-0", "/v1-0/y" };
	for (size_t i = 0; i < COUNT(others); i++)
		str_list_add_new(arena, &list, str_c(others[i]));
	return list;
}

/* The first request of the list that the two answer differently, or empty. */
static str first_difference(struct arena *arena, const struct rewrite *r, str path, str target, const struct str_list *requests)
{
	for (size_t i = 0; i < requests->n; i++) {
		str before = source_path(arena, path, target, requests->item[i]);
		if (!str_eq(before, normal_path(arena, r, path, requests->item[i])))
			return requests->item[i];
	}
	return (str){ "", 0 };
}

/* ---- rewrites ---- */

static const char *const PREFIXES[] = { "", "/", "/x", "/x/", "/x/y", "/v1.0", "/\xc3\xbc", "/a-b_c~" };

static const char *const TAILS[] = {
	"", "(/|$)(.*)", "(/|$)(.*)$", "($|/)(.*)", "($|/)(.*)$", "(?:/|$)(.*)", "(?:/|$)(.*)$", "(/|$)(.+)", "(/?)(.*)", "/?(.*)", "/?(.*)$",
	"(/.*)?", "(/.*)?$", "(/.*|$)", "(/.*)", "(/.*)$", "/(.*)", "/(.*)$", "/(.+)", "/(.+)$", "(.*)", "(.*)$", "(.+)", "/*(.*)", "(/*)(.*)",
	"(/)?(.*)", "(/|$)", "/", "/.*", "(/|$).*", "$", "/?", "/?$", "()(.*)", "/(y.*)", "/(y)/(.*)", "(?=/)(.*)", "/[^/]+/(.*)", "/([a-z]+)(/|$)(.*)",
};

static const char *const TARGETS[] = {
	"/", "/p", "/p/", "p", "/$1", "/$2", "/$3", "$1", "$2", "$9", "/p/$1", "/p/$2", "/p/q/$1", "/p/q/$2", "/p$1", "/p$2", "p/$1", "p/$2", "//$1", "//$2",
	"/x/$1", "/x/$2", "/x$1", "/p//$1", "/$1/", "/$2/", "/$1$2", "/$2$1", "/p/$3", "/$3/$1", "/$11", "/$22", "/$0", "/$host/$1", "$scheme/$1", "/$", "/p?a=b", "/?a=$1",
};

static void check_rewrite(struct arena *arena, const char *prefix, const char *tail, const char *target)
{
	str path = arena_printf(arena, "%s%s", prefix, tail);
	if (!str_starts(path, STR("/")) && !str_starts(path, STR("(")))
		return;
	struct rewrite r = rewrite_normal(arena, path, str_c(target));
	if (r.wider != (r.reason.n > 0))
		fail_msg("%.*s -> %s", STR_ARG(path), target);
	if (r.change == PATH_KEEP) {
		assert_false(r.wider);
		return;
	}
	if (r.path.n == 0 || r.path.p[0] != '/')
		fail_msg("%.*s -> %s: new path '%.*s'", STR_ARG(path), target, STR_ARG(r.path));
	struct str_list requests = edges(arena, prefix);
	str differs = first_difference(arena, &r, path, str_c(target), &requests);
	if (differs.n && !r.wider)
		fail_msg("%.*s -> %s: %.*s differs and is not stated", STR_ARG(path), target, STR_ARG(differs));
	bool reached = false;
	for (size_t i = 0; i < requests.n; i++)
		reached = reached || location_takes(arena, path, requests.item[i]);
	if (differs.n == 0 && r.wider && reached)
		fail_msg("%.*s -> %s: stated '%.*s', and nothing differs", STR_ARG(path), target, STR_ARG(r.reason));
}

/* Every prefix with every tail and every target: what is claimed to be equal is, what is stated to differ does. */
static void test_rewrites_are_true(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(PREFIXES); i++)
		for (size_t j = 0; j < COUNT(TAILS); j++) {
			for (size_t k = 0; k < COUNT(TARGETS); k++)
				check_rewrite(&run.arena, PREFIXES[i], TAILS[j], TARGETS[k]);
			arena_reset(&run.arena);
		}
	arena_release(&run.arena);
}

#define BARE   "the path without a rest is matched as well"
#define SLASH  "the path without its last slash is matched as well"
#define BEGIN  "paths that merely begin with the same text are no longer matched"
#define EMPTY  "the path without a rest reaches the service instead of failing with 500"
#define CUT    "the path without a rest reaches the service without a slash at its end"
#define DOT    "a dot in the path no longer stands for any character"
#define FAILED "requests reach the service instead of failing with 500, because the new path is empty"

/* prefix NULL: a constant; path NULL: no normal form. */
static const struct {
	const char *source, *target, *prefix, *path, *reason;
} REWRITES[] = {
	/* the table of the documentation of rewrite-target, and its usual variants */
	{ "/something(/|$)(.*)", "/$2", "/something", "/", "" },
	{ "/something(/|$)(.*)$", "/$2", "/something", "/", "" },
	{ "/something($|/)(.*)", "/$2", "/something", "/", "" },
	{ "/something(?:/|$)(.*)", "/$1", "/something", "/", "" },
	{ "^/something(/|$)(.*)", "/$2", "/something", "/", "" },
	{ "/something(/|$)(.+)", "/$2", "/something", "/", BARE },
	{ "/something(/|$)(.*)", "/new/$2", "/something", "/new", CUT },
	{ "/a/b(/|$)(.*)", "/$2", "/a/b", "/", "" },
	{ "/v1.0(/|$)(.*)", "/$2", "/v1.0", "/", DOT },
	{ "/x/(.*)", "/$1", "/x", "/", SLASH },
	{ "/x/(.*)$", "/$1", "/x", "/", SLASH },
	{ "/x/(.*)", "/x/$1", "/x", "/x", SLASH },
	{ "/x/(.*)", "/api/v2/$1", "/x", "/api/v2", SLASH },
	{ "/x/(.+)", "/$1", "/x", "/", BARE },
	{ "/x/?(.*)", "/$1", "/x", "/", BEGIN },
	{ "/x(/?)(.*)", "/$2", "/x", "/", BEGIN },
	{ "/x/*(.*)", "/$1", "/x", "/", BEGIN },
	{ "/x/?(.*)", "/p/$1", "/x", "/p", BEGIN ", " CUT },
	{ "/(.*)", "/$1", "/", "/", "" },
	{ "/(.*)", "/p/$1", "/", "/p", "" },
	{ "/(.+)", "/p/$1", "/", "/p", BARE },
	{ "/?(.*)", "/p/$1", "/", "/p", "" },
	{ "(/.*)", "/p$1", "/", "/p", "" },
	{ "/x(/.*)?", "$1", "/x", "/", BEGIN ", " EMPTY },
	{ "/x(/.*)?", "/p$1", "/x", "/p", BEGIN },
	{ "/x(/.*)", "$1", "/x", "/", SLASH },
	{ "/x(/.*|$)", "/p$1", "/x", "/p", "" },
	{ "/x(.*)", "/p$1", "/x", "/p", BEGIN },
	/* constants */
	{ "/x", "/", NULL, "/", "" },
	{ "/x(/|$)(.*)", "/y", NULL, "/y", "" },
	{ "/x", "/$1", NULL, "/", "" },
	{ "/x", "/api/$1", NULL, "/api/", "" },
	{ "/x/(.*)", "/$2", NULL, "/", "" },
	{ "/x", "$1", NULL, "/", FAILED },
	{ "/x", "y", NULL, "/y", "the new path begins with a slash" },
	/* what only a request knows */
	{ "/x(/|$)(.*)", "/$1", NULL, NULL, "" },
	{ "/x(/|$)(.*)", "/$1$2", NULL, NULL, "" },
	{ "/x(/|$)(.*)", "/$2/", NULL, NULL, "" },
	{ "/x(.*)", "/$1", NULL, NULL, "" },
	{ "/(a|b)(/|$)(.*)", "/$3", NULL, NULL, "" },
	{ "/[0-9]+(/|$)(.*)", "/$2", NULL, NULL, "" },
	{ "/x/(.*)", "/$host/$1", NULL, NULL, "" },
	{ "/x", "/$0", NULL, NULL, "" },
	{ "/x", "/$request_uri", NULL, NULL, "" },
	{ "/x", "/y?a=b", NULL, NULL, "" },
	{ "/(/|$)(.*)", "/$2", NULL, NULL, "" },
	{ "/x/(/|$)(.*)", "/$2", NULL, NULL, "" },
	{ "/x[(](/|$)", "/$3", NULL, NULL, "" },
	{ "/x(/|$)(.*)", "p/$2", NULL, NULL, "" },
	{ "/x(/|$)(.*)", "//$2", NULL, NULL, "" },
	{ "/x(/.*)", "/$1", NULL, NULL, "" },
};

static void test_rewrite_forms(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(REWRITES); i++) {
		struct rewrite r = rewrite_normal(&run.arena, str_c(REWRITES[i].source), str_c(REWRITES[i].target));
		enum path_change change = !REWRITES[i].path ? PATH_KEEP : REWRITES[i].prefix ? PATH_PREFIX_CUT : PATH_FULL;
		if (r.change != change || !str_eq(r.reason, str_c(REWRITES[i].reason)))
			fail_msg("%s -> %s: form %d, '%.*s'", REWRITES[i].source, REWRITES[i].target, (int)r.change, STR_ARG(r.reason));
		if (change != PATH_KEEP && (!str_eq(r.path, str_c(REWRITES[i].path)) || !str_eq(r.prefix, str_c(REWRITES[i].prefix))))
			fail_msg("%s -> %s: '%.*s' for '%.*s'", REWRITES[i].source, REWRITES[i].target, STR_ARG(r.path), STR_ARG(r.prefix));
	}
	arena_release(&run.arena);
}

/* ---- paths ---- */

static void test_prefix_form(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	static const struct {
		const char *path, *prefix;   /* NULL: takes something else than a prefix does */
	} rows[] = {
		{ "/x(/|$)(.*)", "/x" }, { "/x(/|$)", "/x" }, { "/a/b(/.*|$)", "/a/b" }, { "/x(?:/|$)(.*)", "/x" }, { "/x(/.*)?$", "/x" },
		{ "^/x(/|$)(.*)", "/x" }, { "/.*", "/" }, { "/(.*)", "/" }, { "/*", "/" }, { "/?(.*)", "/" }, { "/v1.0(/|$)(.*)", "/v1.0" },
		{ "/x", NULL }, { "/x/(.*)", NULL }, { "/x/.*", NULL }, { "/x.*", NULL }, { "/x/?(.*)", NULL }, { "/x(/.*)?", NULL }, { "/(.+)", NULL },
		{ "/(/|$)(.*)", NULL }, { "/x/(/|$)(.*)", NULL }, { "/(a|b)(/|$)(.*)", NULL }, { "/x$", NULL }, { "/x/*", NULL }, { "/", NULL },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		str prefix;
		bool is = path_prefix_form(str_c(rows[i].path), &prefix);
		if (is != (rows[i].prefix != NULL) || (is && !str_eq(prefix, str_c(rows[i].prefix))))
			fail_msg("%s", rows[i].path);
	}
	arena_release(&run.arena);
}

/* What is said to take what a prefix takes does. A dot is taken for the character that was meant. */
static void test_prefix_forms_are_true(void **state)
{
	(void)state;
	struct run run;
	size_t forms = 0;
	start(&run);
	for (size_t i = 0; i < COUNT(PREFIXES); i++)
		for (size_t j = 0; j < COUNT(TAILS); j++) {
			str path = arena_printf(&run.arena, "%s%s", PREFIXES[i], TAILS[j]), prefix;
			if (str_has(path, STR("v1.0")) || !path_prefix_form(path, &prefix))
				continue;
			forms++;
			struct str_list requests = edges(&run.arena, PREFIXES[i]);
			for (size_t k = 0; k < requests.n; k++)
				if (location_takes(&run.arena, path, requests.item[k]) != prefix_takes(prefix, requests.item[k]))
					fail_msg("%.*s: %.*s", STR_ARG(path), STR_ARG(requests.item[k]));
		}
	assert_true(forms > 40);
	arena_release(&run.arena);
}

static void test_literal(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	/* Every byte: literal where PCRE2 takes it for itself, before and behind others. */
	for (int i = 1; i < 256; i++) {
		str path = arena_printf(&run.arena, "/a%cb", i);
		int error;
		PCRE2_SIZE at;
		pcre2_code *code = pcre2_compile((PCRE2_SPTR)path.p, path.n, PCRE2_ANCHORED | PCRE2_ENDANCHORED, &error, &at, NULL);
		pcre2_code_free(code);
		bool itself = code && search(path, path, PCRE2_ANCHORED | PCRE2_ENDANCHORED).hit;
		bool other = code && search(path, STR("/aZb"), PCRE2_ANCHORED | PCRE2_ENDANCHORED).hit && i != 'Z';
		if (path_is_literal(path, true) && (!itself || other))
			fail_msg("byte %d", i);
		assert_int_equal(path_is_literal(path, false), path_is_literal(path, true) || i == '.');
	}
	static const char *const special[] = { "/a\\b", "/a^", "/a$", "/a|b", "/a?", "/a*", "/a+", "/a(", "/a)", "/a[", "/a]", "/a{", "/a}" };
	for (size_t i = 0; i < COUNT(special); i++)
		if (path_is_literal(str_c(special[i]), false))
			fail_msg("%s", special[i]);
	assert_true(path_is_literal(STR(""), true) && path_is_literal(STR("/a-b_c~d:e@f;g=h,i!j'k&l%20#m/\xc3\xbc"), true));
	arena_release(&run.arena);
}

/* ---- letter case ---- */

static const char *const FOLDS[] = {
	"/admin", "/Admin/", "/a.b(/|$)(.*)", "/a|/b", "/x\\.html", "/\\d+/a", "/[a-f]x", "/[A-F]x", "/[a-fX]", "/[^a-f]x", "/[abc-]x", "/[-abc]x", "/[]a]x", "/[^]a]x",
	"/[Z-a]", "/[A-z]", "/[0-z]", "/[a-~]", "/[!-Z]", "/[\\w-]x", "/[\\]a]x", "/[\\x41-\\x43]", "/[[:upper:]]x", "/[[:^lower:]]x", "/[[:alpha:]b]", "/[[:digit:]a-c]",
	"/(?:ab|c)d", "/(?<name>12)\\k<name>x", "/(?<name>12)\\k{name}x", "/(?'name'12)\\k'name'x", "/(?P<name>12)(?P=name)x",
	"/(12)\\1x", "/(12)\\g{1}x", "/(?=a)abc", "/(?!ab)a.", "/a(?<=/a)b",
	"/a(?<!/b)b", "/(?>ab)c", "/(?|(a)|(b))c", "/(?(?=a)ab|cd)", "/(a)?(?(1)b|c)", "/(?<n>a)?(?(<n>)b|c)", "/(?#note: abc)ab", "/a(*COMMIT)b", "/(?<x>a)(?&x)", "/(?i)ab", "/(?i:a)b",
	"/\\x41", "/\\x{4a}x", "/\\x2fa", "/\\Qa.b\\Ec", "/\\Qa(b", "/[\\Qa-\\E]b", "/\\p{L}a", "/\\pLa", "/a{1,2}b?c*d+", "/a\\/b", "/a\\tb", "/ab\\b", "/\xc3\xbcy", "/a%2Fb",
};

static const char *const SUBJECTS[] = {
	"/admin", "/admin/", "/adminx", "/a.b", "/a.b/x", "/a.bx", "/axb", "/a", "/b", "/ab", "/abab", "/abc", "/ac", "/abd", "/cd", "/bb", "/bc", "/x.html", "/xyhtml", "/12/a", "/1/b", "/ax",
	"/fx", "/gx", "/xx", "/-x", "/]x", "/^", "/[", "/\\", "/_", "/`", "/~", "/z", "/5", "/@", "/1x", "/c", "/d", "/j", "/jx", "/a.bc", "/a(b", "/a-", "/-b", "/la", "/1a", "/acd", "/aabcd",
	"/abd", "/a/b", "/a\tb", "/\xc3\xbcy", "/\xc3\x9cy", "/a%2fb", "//a", "/", "", "x", "/K", "/k", "/s", "/cc", "/ccd", "/xb", "/ b", "/n", "/name", "/note", "/E", "/Q", "/1212x", "/12x",
};

/* Each letter in the other case where bit i of mask is set. */
static str mix(struct arena *arena, str s, unsigned mask)
{
	char *p = NEWS(arena, char, s.n + 1);
	for (size_t i = 0; i < s.n; i++) {
		p[i] = s.p[i];
		if (char_is_alpha(p[i]) && (mask >> (i % 8) & 1))
			p[i] = (char)(p[i] ^ 0x20);
	}
	return (str){ p, s.n };
}

/* The folded expression takes in the plain comparison exactly what the written one takes in any letter case. */
static void test_fold_case(void **state)
{
	(void)state;
	struct run run;
	size_t hits = 0;
	start(&run);
	for (size_t i = 0; i < COUNT(FOLDS); i++) {
		str folded = path_fold_case(&run.arena, str_c(FOLDS[i]));
		size_t hits_before = hits;
		for (size_t j = 0; j < COUNT(SUBJECTS); j++)
			for (unsigned mask = 0; mask < 256; mask += 15) {
				str subject = mix(&run.arena, str_c(SUBJECTS[j]), mask);
				bool source = search(str_c(FOLDS[i]), subject, PCRE2_ANCHORED | PCRE2_CASELESS).hit;
				hits += source;
				if (source != search(folded, subject, PCRE2_ANCHORED).hit)
					fail_msg("%s as %.*s: '%.*s'", FOLDS[i], STR_ARG(folded), STR_ARG(subject));
			}
		if (hits == hits_before)
			fail_msg("%s: no subject for it", FOLDS[i]);
		arena_reset(&run.arena);
	}
	assert_true(str_eq(path_fold_case(&run.arena, STR("/aD1")), STR("/[aA][dD]1")));
	assert_true(str_eq(path_fold_case(&run.arena, STR("/[b-dx]")), STR("/[b-dB-DxX]")));
	/* Cut off anywhere: some text, and no look past the end. */
	for (size_t i = 0; i < COUNT(FOLDS); i++)
		for (size_t n = 0; n <= strlen(FOLDS[i]); n++)
			(void)path_fold_case(&run.arena, arena_str(&run.arena, str_slice(str_c(FOLDS[i]), 0, n)));
	arena_release(&run.arena);
}

/* ---- expressions ---- */

static struct match match_of(struct arena *arena, const char *regex)
{
	struct match m = { .kind = MATCH_REGEX, .path = str_c(regex) };
	m.pattern = pattern_new(arena, arena_join(arena, STR("^"), m.path), PATTERN_NOCASE, NULL, NULL);
	return m;
}

static bool takes_all(struct arena *arena, const char *regex, const char *literal)
{
	struct match m = match_of(arena, regex);
	return match_takes_all(matcher_new(arena, PATTERN_BUILD_STEPS), &m, str_c(literal));
}

static void test_takes_all(void **state)
{
	(void)state;
	struct run run;
	static const struct {
		const char *regex, *literal;
		bool takes;
	} rows[] = {
		{ "/", "/x", true }, { "/x", "/x", true }, { "/x", "/xy", true }, { "/X", "/x/y", true }, { "/x/(.*)", "/x/", true }, { "/x/(.*)", "/x/y", true },
		{ "/.*", "/x", true }, { "/[a-z]+", "/x1", true }, { "/x.", "/xy", true }, { "/x?y", "/xyz", true }, { "/a{2}", "/aab", true },
		{ "/x/(.*)", "/x", false }, { "/x/.+", "/x/", false }, { "/y", "/x", false }, { "/xy", "/x", false }, { "y", "/y", false },
		/* An end, an alternative, a look ahead: a longer path may not match. */
		{ "/x$", "/x", false }, { "/x(/|$)(.*)", "/x", false }, { "/x\\b", "/x", false }, { "/x(?!y)", "/x", false }, { "/a|/x", "/x", false },
		{ "/x(?=/)", "/x/", false }, { "/x\\z", "/x", false }, { "/(", "/x", false },
		/* Takes for ever where a matcher goes back. */
		{ "/(((a+)+)+)+b", "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaacb", false },
	};
	static const char *const more[] = { "", "/", "y", "/y", "\n", "$", "/y/z", "\xff", "X" };
	start(&run);
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (takes_all(&run.arena, rows[i].regex, rows[i].literal) != rows[i].takes)
			fail_msg("%s and %s", rows[i].regex, rows[i].literal);
		for (size_t j = 0; rows[i].takes && j < COUNT(more); j++) {
			char path[64];
			int n = snprintf(path, sizeof path, "%s%s", rows[i].literal, more[j]);
			if (!search(str_c(rows[i].regex), (str){ path, (size_t)n }, PCRE2_ANCHORED | PCRE2_CASELESS).hit)
				fail_msg("%s does not take %s", rows[i].regex, path);
		}
	}
	assert_true(takes_all(&run.arena, "", ""));
	arena_release(&run.arena);
}

/* The first route of a host with these expressions that takes the path; -1: none. */
static int first_of(struct arena *arena, const char *const *regexes, size_t n, const char *path)
{
	struct host host = { .name = { .kind = HOST_ANY } };
	for (size_t i = 0; i < n; i++) {
		struct route *r = NEW(arena, struct route);
		r->match = match_of(arena, regexes[i]);
		LIST_PUSH(arena, &host.routes, r);
	}
	const struct route *found = host_first(matcher_new(arena, PATTERN_BUILD_STEPS), &host, str_c(path));
	for (size_t i = 0; i < n; i++)
		if (host.routes.item[i] == found)
			return (int)i;
	return -1;
}

static void test_matches(void **state)
{
	(void)state;
	static const struct {
		const char *regex, *path;
		bool matches;
	} rows[] = {
		{ "/x", "/X/y", true }, { "/x", "/a/x", false }, { "/v1.0", "/v1x0", true }, { "/x$", "/x", true }, { "/x$", "/xy", false },
		{ "/x(/|$)(.*)", "/x", true }, { "/x(/|$)(.*)", "/xy", false }, { "/x/", "/x", false },
		/* only the first alternative is bound to the start */
		{ "/a|/b", "/zzz/b/q", true }, { "/a|/b", "/z/a", false }, { "(/a|/b)", "/z/b", false }, { "/(", "/(", false },
		/* what is not known counts as taking it */
		{ "/(((a+)+)+)+b", "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaacb", true },
	};
	static const char *const several[] = { "/x/y", "/x", "/" };
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(rows); i++)
		if ((first_of(&run.arena, &rows[i].regex, 1, rows[i].path) == 0) != rows[i].matches)
			fail_msg("%s and %s", rows[i].regex, rows[i].path);
	assert_int_equal(first_of(&run.arena, several, COUNT(several), "/x/z"), 1);
	assert_int_equal(first_of(&run.arena, several, COUNT(several), "/y"), 2);
	assert_int_equal(first_of(&run.arena, several, COUNT(several), "y"), -1);
	arena_release(&run.arena);
}

static void test_valid(void **state)
{
	(void)state;
	static const char *const good[] = { "", "/", "/x(/|$)(.*)", "/(?<year>\\d{4})/", "/(?!api)", "/a++", "/\\Qx(\\E", "/x]", "/x}", "/{a}" };
	static const char *const bad[] = { "/(", "/)", "/[a", "/*+*", "/(?<n", "/a{2,1}", "/\\", "/(?z)", "/[b-a]", "/\\k<none>" };
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(good); i++)
		if (!match_of(&run.arena, good[i]).pattern)
			fail_msg("%s", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (match_of(&run.arena, bad[i]).pattern)
			fail_msg("%s", bad[i]);
	arena_release(&run.arena);
}

/* Groups with names, also where there are more groups than "$9" can name. */
static void test_names(void **state)
{
	(void)state;
	struct run run;
	str name, group[PATTERN_GROUPS];
	size_t number;
	start(&run);
	const struct pattern *p = pattern_new(&run.arena, STR("/(?<b>.)(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)(?'a'.)(x)?"), 0, NULL, NULL);
	struct matcher *matcher = matcher_new(&run.arena, 0);
	str text = STR("/0123456789abcdef");
	assert_true(p && pattern_search(matcher, p, text, group) == FOUND);
	assert_true(pattern_name(p, 0, &name, &number) && str_eq(name, STR("a")) && str_eq(pattern_group(matcher, text, number), STR("b")));
	assert_true(pattern_name(p, 1, &name, &number) && str_eq(name, STR("b")) && str_eq(pattern_group(matcher, text, number), STR("0")));
	assert_false(pattern_name(p, 2, &name, &number));
	assert_true(str_eq(group[9], STR("8")) && pattern_group(matcher, text, 13).n == 0 && pattern_group(matcher, text, 99).n == 0);
	p = pattern_new(&run.arena, STR("^/x"), PATTERN_NOCASE, NULL, NULL);
	assert_true(pattern_search(matcher, p, STR("/Xy"), group) == FOUND && str_eq(group[0], STR("/X")) && group[1].n == 0);
	assert_false(pattern_name(p, 0, &name, &number));
	arena_release(&run.arena);
}

/* ---- hosts ---- */

static struct host_name name_of(const char *name, bool labels)
{
	enum host_kind kind = !*name ? HOST_ANY : *name != '*' ? HOST_EXACT : labels ? HOST_LABELS : HOST_ONE_LABEL;
	return (struct host_name){ .kind = kind, .name = str_c(name) };
}

static void add_host(struct host_patterns *patterns, const struct host *host)
{
	host_patterns_add(patterns, &host->name, host);
	for (size_t i = 0; i < host->aliases.n; i++)
		host_patterns_add(patterns, &host->aliases.item[i], host);
}

static void test_wider(void **state)
{
	(void)state;
	static const struct {
		const char *wide, *host;
		bool wider;
	} rows[] = {
		{ "", "a.example.com", true }, { "", "*.example.com", true }, { "*.example.com", "shop.example.com", true },
		/* a label may be as short as the star */
		{ "*.example.com", "a.example.com", true }, { "*.example.com", "*.b.example.com", true }, { "*.com", "*.example.com", true },
		{ "*.example.com", "example.com", false }, { "*.example.com", "badexample.com", false }, { "*.example.com", "a.example.org", false },
		{ "*.b.example.com", "*.example.com", false }, { "a.example.com", "b.example.com", false }, { "a.example.com", "x.a.example.com", false },
		{ "a.example.com", "", false }, { "*.example.com", "", false }, { "a.example.com", "*.example.com", false },
	};
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(rows); i++)
		for (unsigned way = 0; way < 4; way++) {
			struct host_patterns patterns;
			struct host wide = { 0 }, host = { .name = name_of(rows[i].host, way & 1) };
			if (way & 2) {
				wide.name = name_of("unrelated.example.net", false);
				LIST_PUSH(&run.arena, &wide.aliases, name_of(rows[i].wide, way & 1));
			} else {
				wide.name = name_of(rows[i].wide, way & 1);
			}
			host_patterns_init(&patterns, &run.arena);
			add_host(&patterns, &host);
			assert_false(host_patterns_wider(&patterns, &host) || host_patterns_take(&patterns, &host));
			add_host(&patterns, &wide);
			if (host_patterns_wider(&patterns, &host) != rows[i].wider || host_patterns_take(&patterns, &host) != rows[i].wider)
				fail_msg("'%s' and '%s', way %u", rows[i].wide, rows[i].host, way);
		}
	arena_release(&run.arena);
}

/* Equal names are not wider; two other hosts that have one pattern do not hide each other. */
static void test_take(void **state)
{
	(void)state;
	static const char *const names[] = { "", "a.example.com", "*.example.com" };
	struct run run;
	start(&run);
	for (size_t i = 0; i < COUNT(names); i++) {
		struct host host = { .name = name_of(names[i], true) }, other = { .name = name_of(names[i], false) };
		struct host_patterns patterns;
		host_patterns_init(&patterns, &run.arena);
		add_host(&patterns, &host);
		add_host(&patterns, &other);
		assert_true(host_patterns_take(&patterns, &host) && host_patterns_take(&patterns, &other));
		assert_false(host_patterns_wider(&patterns, &host) || host_patterns_wider(&patterns, &other));
	}
	struct host one = { .name = name_of("x.example.com", false) }, two = { .name = name_of("y.example.com", false) };
	LIST_PUSH(&run.arena, &one.aliases, name_of("*.example.com", true));
	struct host_patterns patterns;
	host_patterns_init(&patterns, &run.arena);
	add_host(&patterns, &one);
	add_host(&patterns, &two);
	assert_false(host_patterns_wider(&patterns, &one));
	assert_true(host_patterns_wider(&patterns, &two));
	LIST_PUSH(&run.arena, &two.aliases, name_of("*.example.com", true));
	host_patterns_add(&patterns, &two.aliases.item[0], &two);
	assert_true(host_patterns_wider(&patterns, &one) && host_patterns_wider(&patterns, &two));
	arena_release(&run.arena);
}

/* ---- building ---- */

static void test_steps(void **state)
{
	(void)state;
	struct run run;
	struct route route = { 0 };
	struct fact facts[3] = { 0 };
	start(&run);
	struct step *first = route_step(&run.arena, &route, STEP_REDIRECT, STR("redirect"), &facts[0]);
	struct step *second = route_step(&run.arena, &route, STEP_STATUS, STR("route.none"), NULL);
	assert_true(route.steps.n == 2 && route.steps.item[0] == first && route.steps.item[1] == second);
	assert_true(first->kind == STEP_REDIRECT && first->side == SIDE_BOTH && first->facts.n == 1 && second->facts.n == 0);
	fact_list_add(&run.arena, &first->facts, &facts[0]);
	fact_list_add(&run.arena, &first->facts, NULL);
	fact_list_add(&run.arena, &first->facts, &facts[1]);
	fact_list_add(&run.arena, &second->facts, &facts[2]);
	fact_list_join(&run.arena, &second->facts, &first->facts);
	fact_list_join(&run.arena, &second->facts, &first->facts);
	assert_int_equal(first->facts.n, 2);
	assert_true(second->facts.n == 3 && second->facts.item[0] == &facts[2] && second->facts.item[2] == &facts[1]);
	arena_release(&run.arena);
}

const struct CMUnitTest route_tests[] = {
	cmocka_unit_test(test_rewrites_are_true),
	cmocka_unit_test(test_rewrite_forms),
	cmocka_unit_test(test_prefix_form),
	cmocka_unit_test(test_prefix_forms_are_true),
	cmocka_unit_test(test_literal),
	cmocka_unit_test(test_fold_case),
	cmocka_unit_test(test_takes_all),
	cmocka_unit_test(test_matches),
	cmocka_unit_test(test_valid),
	cmocka_unit_test(test_names),
	cmocka_unit_test(test_wider), cmocka_unit_test(test_take),
	cmocka_unit_test(test_steps),
};
const size_t route_tests_count = COUNT(route_tests);
