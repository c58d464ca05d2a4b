/* SPDX-License-Identifier: Apache-2.0 */
/* PCRE2 with memory of an arena: see pattern.h. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "route/pattern.h"

#include <pcre2.h>

/* Steps and depth of one match: an expression that needs more is hostile, and nothing is said of it. */
enum { MATCH_LIMIT = 1000000, DEPTH_LIMIT = 10000, HEAP_LIMIT_KIB = 20000 };
/* Groups that a matcher keeps. */
enum { KEPT_GROUPS = 64 };

struct pattern {
	const pcre2_code *code;
	str literal;             /* the expression is "^" and this text, and nothing else */
	bool is_literal, nocase;
	bool has_names;
};

struct matcher {
	pcre2_match_data *data;
	pcre2_match_context *limits;
	size_t groups;           /* that the last search has set */
};

static void *take(PCRE2_SIZE size, void *arena)
{
	return arena_alloc(arena, size, _Alignof(max_align_t), 1);
}

static void leave(void *memory, void *arena)
{
	(void)memory;
	(void)arena;
}

/* Text without any character that an expression takes specially, behind "^". */
static bool is_literal(str regex)
{
	if (!str_starts(regex, STR("^")))
		return false;
	for (size_t i = 1; i < regex.n; i++)
		if (str_has_char(STR("\\^$.|?*+()[]{}"), regex.p[i]) || (unsigned char)regex.p[i] >= 0x80)
			return false;
	return true;
}

static str message(struct arena *arena, int number)
{
	PCRE2_UCHAR text[256];
	if (pcre2_get_error_message(number, text, sizeof text) < 0)
		return STR("PCRE2 refuses it");
	return arena_str(arena, str_c((const char *)text));
}

struct pattern *pattern_new(struct arena *arena, str regex, unsigned flags, str *error, size_t *at)
{
	int number;
	PCRE2_SIZE offset;
	bool nocase = (flags & PATTERN_NOCASE) != 0;
	pcre2_general_context *memory = pcre2_general_context_create(take, leave, arena);
	pcre2_compile_context *context = memory ? pcre2_compile_context_create(memory) : NULL;
	const pcre2_code *code = context ? pcre2_compile((PCRE2_SPTR)(regex.n ? regex.p : ""), regex.n, nocase ? PCRE2_CASELESS : 0, &number, &offset, context)
		: NULL;
	if (!code) {
		if (error)
			*error = message(arena, number);
		if (at)
			*at = offset;
		return NULL;
	}
	struct pattern *p = NEW(arena, struct pattern);
	p->code = code;
	p->nocase = nocase;
	p->is_literal = is_literal(regex);
	p->literal = str_from(regex, 1);
	uint32_t names = 0;
	(void)pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &names);
	p->has_names = names > 0;
	return p;
}

bool pattern_name(const struct pattern *p, size_t i, str *name, size_t *group)
{
	uint32_t count = 0, size = 0;
	PCRE2_SPTR table = NULL;
	if (!p->has_names)
		return false;
	(void)pcre2_pattern_info(p->code, PCRE2_INFO_NAMECOUNT, &count);
	if (i >= count)
		return false;
	(void)pcre2_pattern_info(p->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	(void)pcre2_pattern_info(p->code, PCRE2_INFO_NAMETABLE, &table);
	/* an entry is the number in two bytes, and the name */
	const unsigned char *entry = table + i * size;
	*group = (size_t)entry[0] << 8 | entry[1];
	*name = str_c((const char *)entry + 2);
	return true;
}

struct matcher *matcher_new(struct arena *arena, unsigned steps)
{
	struct matcher *m = NEW(arena, struct matcher);
	pcre2_general_context *memory = pcre2_general_context_create(take, leave, arena);
	m->data = pcre2_match_data_create(KEPT_GROUPS, memory);
	m->limits = pcre2_match_context_create(memory);
	pcre2_set_match_limit(m->limits, steps ? steps : MATCH_LIMIT);
	pcre2_set_depth_limit(m->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(m->limits, HEAP_LIMIT_KIB);
	return m;
}

str pattern_group(const struct matcher *m, str text, size_t group)
{
	const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(m->data);
	bool took_part = group < m->groups && ends[2 * group] != PCRE2_UNSET && ends[2 * group] <= ends[2 * group + 1];
	return took_part ? str_slice(text, ends[2 * group], ends[2 * group + 1]) : (str){ "", 0 };
}

enum found pattern_search(struct matcher *m, const struct pattern *p, str text, str group[PATTERN_GROUPS])
{
	if (p->is_literal) {
		bool starts = p->nocase ? str_starts_nocase(text, p->literal) : str_starts(text, p->literal);
		for (size_t i = 0; starts && group && i < PATTERN_GROUPS; i++)
			group[i] = i ? (str){ "", 0 } : str_slice(text, 0, p->literal.n);
		return starts ? FOUND : FOUND_NOT;
	}
	int count = pcre2_match(p->code, (PCRE2_SPTR)(text.n ? text.p : ""), text.n, 0, 0, m->data, m->limits);
	if (count == PCRE2_ERROR_NOMATCH)
		return FOUND_NOT;
	if (count < 0)
		return FOUND_TOO_LONG;
	/* 0: more groups than there is room for; those that there is room for are there */
	m->groups = count ? (size_t)count : KEPT_GROUPS;
	for (size_t i = 0; group && i < PATTERN_GROUPS; i++)
		group[i] = pattern_group(m, text, i);
	return FOUND;
}
