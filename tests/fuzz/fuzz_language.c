/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions as automata, held against PCRE2. The parts, with NUL between them, are the expression and texts; the first byte chooses
 * letter case, where the expression has to match, and the domain. The automaton takes exactly the texts that PCRE2 matches; in a
 * product of the expression and texts the class that a text has by its letters is the one that exploring found.
 *
 * seeds: own
 * covers: src/route/syntax.c src/route/syntax_class.c src/route/syntax_escape.c src/route/program.c src/route/automaton.c
 * covers: src/route/automaton_expand.c src/route/automaton_follow.c
 * touches: src/route/product.c src/route/language.c src/route/domain.c src/route/words.c
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "route/product.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LONGEST = 120, STATES = 1000 };

struct fuzz {
	struct arena *arena;
	str regex, texts;
	unsigned flags;
	enum anchoring anchoring;
	enum domain domain;
	pcre2_code *code;
};

static void check(bool good, const char *what, str a, str b)
{
	if (good)
		return;
	fprintf(stderr, "%s\n'%.*s'\n'%.*s'\n", what, STR_ARG(a), STR_ARG(b));
	abort();
}

/* -1: too many steps. */
static int pcre_takes(const struct fuzz *f, str text)
{
	pcre2_match_data *match = pcre2_match_data_create(1, NULL);
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	pcre2_set_match_limit(limits, 20000);
	uint32_t options = f->anchoring == ANCHOR_SEARCH ? 0 : PCRE2_ANCHORED;
	if (f->anchoring == ANCHOR_FULL)
		options |= PCRE2_ENDANCHORED;
	int n = pcre2_match(f->code, (PCRE2_SPTR)(text.n ? text.p : ""), text.n, 0, options, match, limits);
	pcre2_match_context_free(limits);
	pcre2_match_data_free(match);
	return n >= 0 ? 1 : n == PCRE2_ERROR_NOMATCH ? 0 : -1;
}

static void compile(struct fuzz *f)
{
	int error;
	PCRE2_SIZE at;
	f->code = pcre2_compile((PCRE2_SPTR)(f->regex.n ? f->regex.p : ""), f->regex.n, f->flags & SYNTAX_NOCASE ? PCRE2_CASELESS : 0, &error,
		&at, NULL);
}

/* One text against PCRE2: in order and backwards the languages are the same. */
static void check_text(struct fuzz *f, struct product *p, str text)
{
	size_t class = product_class_of(p, text);
	if (!domain_has(f->domain, text)) {
		check(class == SIZE_MAX, "a class for what is none of the domain", f->regex, text);
		return;
	}
	if (class == SIZE_MAX)
		return;
	const struct product_class *c = product_class(p, class);
	int wanted = pcre_takes(f, text);
	bool taken = false;
	for (size_t i = 0; i < c->side[0].n; i++)
		taken = taken || c->side[0].item[i] == 0;
	check(wanted < 0 || taken == wanted, wanted ? "is not taken" : "is taken", f->regex, text);
}

static void check_texts(struct fuzz *f, struct product *p)
{
	str text, rest = f->texts;
	check_text(f, p, STR(""));
	check_text(f, p, f->regex);
	for (bool more = true; more;) {
		more = str_cut(rest, '\0', &text, &rest);
		check_text(f, p, text);
		/* all its ends and beginnings */
		for (size_t i = 1; i < text.n; i++) {
			check_text(f, p, str_slice(text, 0, i));
			check_text(f, p, str_from(text, i));
		}
	}
}

/* The witness has its class, and PCRE2 says the same of it. */
static void check_classes(struct fuzz *f, struct product *p)
{
	for (size_t i = 0; i < product_count(p); i++) {
		struct str_list more = { 0 };
		str witness = product_class(p, i)->witness;
		check(product_class_of(p, witness) == i, "a witness of another class", f->regex, witness);
		check_text(f, p, witness);
		product_texts(p, i, 5, &more);
		check(more.n && str_eq(more.item[0], witness), "the first text is no witness", f->regex, witness);
		for (size_t k = 1; k < more.n; k++) {
			check(product_class_of(p, more.item[k]) == i && more.item[k].n >= witness.n, "a text of another class", f->regex, more.item[k]);
			check_text(f, p, more.item[k]);
		}
	}
}

static void run(struct fuzz *f)
{
	struct syntax_fault fault;
	for (enum dialect other = DIALECT_RE2; other <= DIALECT_RUST; other++)
		check(language_regex(f->arena, f->regex, other, f->anchoring, f->flags, &fault) || fault.reason.n, "refused without a reason", f->regex,
			f->regex);
	const struct language *l = language_regex(f->arena, f->regex, DIALECT_PCRE, f->anchoring, f->flags, &fault);
	check(l || (fault.reason.n && fault.at <= f->regex.n), "refused without a reason", f->regex, fault.reason);
	if (!l)
		return;
	compile(f);
	check(f->code != NULL, "PCRE2 refuses it", f->regex, f->regex);
	str literal = f->texts;
	str_cut(literal, '\0', &literal, &(str){ 0 });
	static const enum language_kind KINDS[] = {
		LANGUAGE_BEGINNING, LANGUAGE_ELEMENTS, LANGUAGE_ENDING, LANGUAGE_LABEL, LANGUAGE_TEXT, LANGUAGE_ALL,
	};
	struct product_pattern patterns[1 + sizeof KINDS / sizeof *KINDS] = { { l, true } };
	for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
		patterns[i + 1] = (struct product_pattern){ language_new(f->arena, KINDS[i], literal, i & 1), i < 5 };
	struct product_side side = { patterns, sizeof patterns / sizeof *patterns };
	struct product_limits limits = { .states = STATES, .bytes = (size_t)64 << 20 };
	struct product *lazy = product_new(f->arena, f->domain, &side, 1, &limits), *whole = product_new(f->arena, f->domain, &side, 1, &limits);
	check_texts(f, lazy);
	if (product_explore(whole) == PRODUCT_WHOLE) {
		size_t classes = product_count(whole);
		check_texts(f, whole);
		check(product_count(whole) == classes, "a class that exploring did not find", f->regex, f->texts);
		check_classes(f, whole);
	}
	pcre2_code_free(f->code);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum domain DOMAINS[] = { DOMAIN_BYTES, DOMAIN_ANY_PATH, DOMAIN_PATH, DOMAIN_HOST, DOMAIN_VALUE };
	static const enum anchoring ANCHORS[] = { ANCHOR_SEARCH, ANCHOR_START, ANCHOR_FULL };
	struct escape escape;
	struct arena arena;
	if (size == 0 || size > LONGEST)
		return 0;
	escape_init(&escape);
	arena_init(&arena, (size_t)1 << 30, &escape);
	/* Only memory may end early, and there is enough of it. */
	if (setjmp(escape.env) != 0)
		abort();
	struct fuzz f = { .arena = &arena, .flags = data[0] & 1 ? SYNTAX_NOCASE : 0 };
	f.anchoring = ANCHORS[(data[0] >> 1) % 3];
	f.domain = DOMAINS[(data[0] >> 3) % 5];
	str rest = arena_str(&arena, (str){ (const char *)data + 1, size - 1 });
	str_cut(rest, '\0', &f.regex, &f.texts);
	run(&f);
	arena_release(&arena);
	return 0;
}
