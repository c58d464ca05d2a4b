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

static pcre2_code *compile(struct arena *arena, str pattern, int *error, size_t *at)
{
	/* "$" is the end of the text alone, as in Go's regular expressions, which the controllers use. */
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)(pattern.n ? pattern.p : ""), pattern.n,
		PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NO_AUTO_CAPTURE, error, at, NULL);
	if (!code && *error == PCRE2_ERROR_NOMEMORY)
		escape_now(arena->escape);
	return code;
}

bool pattern_good(struct arena *arena, str pattern, str *why)
{
	int error = 0;
	size_t at = 0;
	pcre2_code *code = compile(arena, pattern, &error, &at);
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

static pcre2_match_context *limits_for(str text)
{
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	if (limits) {
		pcre2_set_match_limit(limits, steps_for(text));
		pcre2_set_depth_limit(limits, MOST_DEPTH);
		pcre2_set_heap_limit(limits, MOST_HEAP_KIB);
	}
	return limits;
}

static void limits_close(void *limits)
{
	pcre2_match_context_free(limits);
}

/* Its states live on the stack. */
bool pattern_matches(struct arena *arena, str pattern, str text)
{
	int error = 0, space[2048], rc = PCRE2_ERROR_NOMATCH;
	size_t at = 0;
	struct resource code_open, data_open, limits_open;
	pcre2_code *code = compile(arena, pattern, &error, &at);
	if (!code)
		return false;
	escape_watch(arena->escape, &code_open, code_close, code);
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	if (!data)
		escape_now(arena->escape);
	escape_watch(arena->escape, &data_open, data_close, data);
	pcre2_match_context *limits = limits_for(text);
	if (!limits)
		escape_now(arena->escape);
	escape_watch(arena->escape, &limits_open, limits_close, limits);
	rc = pcre2_dfa_match(code, (PCRE2_SPTR)(text.n ? text.p : ""), text.n, 0, PCRE2_DFA_SHORTEST, data, limits, space,
		sizeof space / sizeof space[0]);
	if (rc == PCRE2_ERROR_NOMEMORY)
		escape_now(arena->escape);
	escape_forget(arena->escape, &limits_open);
	pcre2_match_context_free(limits);
	escape_forget(arena->escape, &data_open);
	pcre2_match_data_free(data);
	escape_forget(arena->escape, &code_open);
	pcre2_code_free(code);
	/* 0: matched, with more results than the data holds. */
	return rc >= 0;
}
