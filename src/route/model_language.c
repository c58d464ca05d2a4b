/* SPDX-License-Identifier: Apache-2.0 */
#include "route/model_language.h"

const struct language *match_language(struct arena *arena, const struct match *m, struct syntax_fault *fault)
{
	switch (m->kind) {
	case MATCH_EXACT:
		return language_new(arena, LANGUAGE_TEXT, m->path, false);
	case MATCH_PREFIX:
		/* the slash at its end has to be there */
		return language_new(arena, str_ends(m->path, STR("/")) ? LANGUAGE_BEGINNING : LANGUAGE_ELEMENTS, m->path, false);
	case MATCH_TEXT:
		return language_new(arena, LANGUAGE_BEGINNING, m->path, false);
	case MATCH_REGEX:
		if (m->expression.n)
			return language_regex(arena, m->expression, DIALECT_PCRE, ANCHOR_SEARCH, 0, fault);
		return language_regex(arena, arena_join(arena, STR("^"), m->path), DIALECT_PCRE, ANCHOR_SEARCH, SYNTAX_NOCASE, fault);
	}
	return NULL;
}

const struct language *host_name_language(struct arena *arena, const struct host_name *name, struct syntax_fault *fault)
{
	switch (name->kind) {
	case HOST_EXACT:
		return language_new(arena, LANGUAGE_TEXT, name->name, false);
	case HOST_ONE_LABEL:
		return language_new(arena, LANGUAGE_LABEL, str_from(name->name, 1), false);
	case HOST_LABELS:
		return language_new(arena, LANGUAGE_ENDING, str_from(name->name, 1), false);
	case HOST_ANY:
		return language_new(arena, LANGUAGE_ALL, STR(""), false);
	case HOST_TAIL:
		return language_new(arena, LANGUAGE_BEGINNING, str_slice(name->name, 0, name->name.n - 1), false);
	case HOST_REGEX:
		return language_regex(arena, str_from(name->name, 1), DIALECT_PCRE, ANCHOR_SEARCH, SYNTAX_NOCASE, fault);
	}
	return NULL;
}
