/* SPDX-License-Identifier: Apache-2.0 */
/* What needs a real PCRE: the path expressions of controllers that are built on nginx. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "route/model.h"

#include <pcre2.h>

/* Steps of one match: an expression that needs more is hostile, and nothing is said of it. */
enum { MATCH_LIMIT = 100000 };

static pcre2_code *compile(str regex, uint32_t anchored)
{
	int error;
	PCRE2_SIZE at;
	return pcre2_compile((PCRE2_SPTR)(regex.n ? regex.p : ""), regex.n, PCRE2_CASELESS | anchored, &error, &at, NULL);
}

static bool search(pcre2_code *code, str text)
{
	pcre2_match_data *match = code ? pcre2_match_data_create_from_pattern(code, NULL) : NULL;
	pcre2_match_context *limits = match ? pcre2_match_context_create(NULL) : NULL;
	bool hit = false;
	if (limits) {
		pcre2_set_match_limit(limits, MATCH_LIMIT);
		hit = pcre2_match(code, (PCRE2_SPTR)(text.n ? text.p : ""), text.n, 0, 0, match, limits) >= 0;
	}
	pcre2_match_context_free(limits);
	pcre2_match_data_free(match);
	return hit;
}

bool regex_is_valid(str regex)
{
	pcre2_code *code = compile(regex, PCRE2_ANCHORED);
	pcre2_code_free(code);
	return code != NULL;
}

/* Without anchors and assertions, what matches the start of a text matches every longer text as well. */
static bool is_open_ended(str regex)
{
	return !str_has(regex, STR("$")) && !str_has(regex, STR("\\")) && !str_has(regex, STR("(?")) && !str_has(regex, STR("(*")) &&
		!str_has(regex, STR("|"));
}

bool regex_takes_all(str regex, str literal)
{
	if (!is_open_ended(regex))
		return false;
	pcre2_code *code = compile(regex, PCRE2_ANCHORED);
	bool hit = search(code, literal);
	pcre2_code_free(code);
	return hit;
}

bool regex_matches(struct arena *arena, str regex, str path)
{
	if (path_is_literal(regex, true))
		return str_starts_nocase(path, regex);
	/* the "^" binds to the first alternative only, as it does in the configuration that the controller writes */
	pcre2_code *code = compile(arena_join(arena, STR("^"), regex), 0);
	bool hit = search(code, path);
	pcre2_code_free(code);
	return hit;
}
