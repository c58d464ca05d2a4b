/* SPDX-License-Identifier: Apache-2.0 */
#include "route/language.h"

#include "route/pattern.h"

const struct language *language_new(struct arena *arena, enum language_kind kind, str text, bool nocase)
{
	struct language *l = NEW(arena, struct language);
	*l = (struct language){ .kind = kind, .text = text, .nocase = nocase };
	/* a slash at the end of whole elements says nothing, and at the root alone it takes everything */
	if (kind == LANGUAGE_ELEMENTS && str_ends(text, STR("/")))
		l->text.n--;
	return l;
}

const struct language *language_regex(struct arena *arena, str regex, enum dialect dialect, enum anchoring anchoring, unsigned flags,
	struct syntax_fault *fault)
{
	unsigned groups;
	const struct syntax *tree = syntax_parse(arena, regex, dialect, flags, &groups, fault);
	if (!tree)
		return NULL;
	if (dialect == DIALECT_PCRE && !pattern_new(arena, regex, flags & SYNTAX_NOCASE ? PATTERN_NOCASE : 0, &fault->reason, &fault->at))
		return NULL;
	struct language *l = NEW(arena, struct language);
	*l = (struct language){ LANGUAGE_REGEX, anchoring, (flags & SYNTAX_NOCASE) != 0, regex, tree, groups, dialect, flags };
	return l;
}
