/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions of the source, written so that a Gateway takes the same paths with them. */
#ifndef ING2GW_TARGETS_EXPRESSIONS_H
#define ING2GW_TARGETS_EXPRESSIONS_H

#include "targets/lower.h"

/* The most that a match may hold. */
enum { PATH_VALUE_MOST = 1024 };

struct expression_wish {
	const struct regex_dialect *dialect;
	bool folds;          /* every letter case, as the source takes it */
	bool anchored;       /* the same, whatever part of a path the implementation asks for, where that is not known */
	bool flag;           /* "(?i)" may say the letter case, where the dialect has it */
};

/*
 * An expression that takes the whole paths that the source finds `regex` in: searched behind "^", which binds to the first alternative
 * only, with an open end (reference: ingress-nginx A.8). False when that is longer than a match may be.
 */
bool expression_write(struct arena *arena, str regex, const struct expression_wish *wish, str *out);

/* A path without special characters as an expression: what requests hold escaped stands there escaped. */
str expression_literal(struct arena *arena, str path);

/* A path in which every sign stands for itself, as an expression. */
str expression_quoted(struct arena *arena, str path);

/* Text in lower case that every path begins with, in some letter case, that the expression is found in; nothing where it has alternatives. */
str expression_head(struct arena *arena, str regex);

/* Constructs of PCRE that other dialects do not have. */
bool path_is_pcre_only(str regex);

/* Every dialect takes it, and in the same sense. */
bool expression_is_portable(str regex);

/* Capturing groups. */
size_t expression_groups(str regex);

#endif
