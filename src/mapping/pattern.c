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

/* The DFA matcher takes no exponential time, whatever value an Ingress brings; its states live on the stack. */
bool pattern_matches(struct arena *arena, str pattern, str text)
{
	int error = 0, space[2048], rc = PCRE2_ERROR_NOMATCH;
	size_t at = 0;
	struct resource code_open, data_open;
	pcre2_code *code = compile(arena, pattern, &error, &at);
	if (!code)
		return false;
	escape_watch(arena->escape, &code_open, code_close, code);
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	if (!data)
		escape_now(arena->escape);
	escape_watch(arena->escape, &data_open, data_close, data);
	rc = pcre2_dfa_match(code, (PCRE2_SPTR)(text.n ? text.p : ""), text.n, 0, PCRE2_DFA_SHORTEST, data, NULL, space,
		sizeof space / sizeof space[0]);
	if (rc == PCRE2_ERROR_NOMEMORY || rc == PCRE2_ERROR_HEAPLIMIT)
		escape_now(arena->escape);
	escape_forget(arena->escape, &data_open);
	pcre2_match_data_free(data);
	escape_forget(arena->escape, &code_open);
	pcre2_code_free(code);
	/* 0: matched, with more results than the data holds. */
	return rc >= 0;
}
