/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns of table rows: see pattern.h. PCRE2 stays behind this door. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "mapping/pattern.h"

#include <pcre2.h>

static void code_close(void *code)
{
	pcre2_code_free(code);
}

static void data_close(void *data)
{
	pcre2_match_data_free(data);
}

static pcre2_code *compile(struct arena *arena, pcre2_compile_context *context, str pattern, int *error, size_t *at)
{
	/* "$" is the end of the text alone, as in Go's regular expressions, which the controllers use. */
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)(pattern.n ? pattern.p : ""), pattern.n,
		PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NO_AUTO_CAPTURE, error, at, context);
	if (!code && *error == PCRE2_ERROR_HEAP_FAILED)
		escape_now(arena->escape);
	return code;
}

bool pattern_good(struct arena *arena, str pattern, str *why)
{
	int error = 0;
	size_t at = 0;
	pcre2_code *code = compile(arena, NULL, pattern, &error, &at);
	if (code) {
		pcre2_code_free(code);
		return true;
	}
	unsigned char message[128];
	message[0] = '\0';
	pcre2_get_error_message(error, message, sizeof message);
	*why = arena_printf(arena, "%s, after %zu bytes", (const char *)message, at);
	return false;
}

/*
 * The DFA matcher takes no exponential time, but each place where a match could begin costs a way through the text, and groups that look
 * ahead or call themselves are matchers of their own: so the longer the text, the fewer of these.
 */
enum { WORK = 20000000, LEAST_STEPS = 100, MOST_STEPS = 100000, MOST_DEPTH = 100, MOST_HEAP_KIB = 20000 };

static uint32_t steps_for(str text)
{
	size_t steps = WORK / (text.n + 1);
	return steps < LEAST_STEPS ? LEAST_STEPS : steps > MOST_STEPS ? MOST_STEPS : (uint32_t)steps;
}

static pcre2_match_context *limits_new(pcre2_general_context *memory)
{
	pcre2_match_context *limits = pcre2_match_context_create(memory);
	if (limits) {
		pcre2_set_depth_limit(limits, MOST_DEPTH);
		pcre2_set_heap_limit(limits, MOST_HEAP_KIB);
	}
	return limits;
}

static void limits_close(void *limits)
{
	pcre2_match_context_free(limits);
}

/* Its states live on the stack. 0: matched, with more results than the data holds. */
static bool found(struct arena *arena, const pcre2_code *code, str text, pcre2_match_data *data, pcre2_match_context *limits)
{
	int space[2048];
	pcre2_set_match_limit(limits, steps_for(text));
	int rc = pcre2_dfa_match(code, (PCRE2_SPTR)(text.n ? text.p : ""), text.n, 0, PCRE2_DFA_SHORTEST, data, limits, space,
		sizeof space / sizeof space[0]);
	if (rc == PCRE2_ERROR_NOMEMORY)
		escape_now(arena->escape);
	return rc >= 0;
}

bool pattern_matches(struct arena *arena, str pattern, str text)
{
	int error = 0;
	size_t at = 0;
	struct resource code_open, data_open, limits_open;
	pcre2_code *code = compile(arena, NULL, pattern, &error, &at);
	if (!code)
		return false;
	escape_watch(arena->escape, &code_open, code_close, code);
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	if (!data)
		escape_now(arena->escape);
	escape_watch(arena->escape, &data_open, data_close, data);
	pcre2_match_context *limits = limits_new(NULL);
	if (!limits)
		escape_now(arena->escape);
	escape_watch(arena->escape, &limits_open, limits_close, limits);
	bool hit = found(arena, code, text, data, limits);
	escape_forget(arena->escape, &limits_open);
	pcre2_match_context_free(limits);
	escape_forget(arena->escape, &data_open);
	pcre2_match_data_free(data);
	escape_forget(arena->escape, &code_open);
	pcre2_code_free(code);
	return hit;
}

/* ---- several ---- */

struct pattern_set {
	struct arena *arena;
	LIST(const pcre2_code *) codes;
	pcre2_match_data *data;
	pcre2_match_context *limits;
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

struct pattern_set *pattern_set_new(struct arena *arena, const struct str_list *patterns)
{
	struct pattern_set *set = NEW(arena, struct pattern_set);
	pcre2_general_context *memory = pcre2_general_context_create(take, leave, arena);
	pcre2_compile_context *context = pcre2_compile_context_create(memory);
	int error = 0;
	size_t at = 0;
	set->arena = arena;
	set->data = pcre2_match_data_create(1, memory);
	set->limits = limits_new(memory);
	for (size_t i = 0; i < patterns->n; i++) {
		const pcre2_code *code = compile(arena, context, patterns->item[i], &error, &at);
		if (code)
			LIST_PUSH(arena, &set->codes, code);
	}
	return set;
}

bool pattern_set_matches(struct pattern_set *set, str text)
{
	for (size_t i = 0; i < set->codes.n; i++)
		if (found(set->arena, set->codes.item[i], text, set->data, set->limits))
			return true;
	return false;
}
