/* SPDX-License-Identifier: Apache-2.0 */
/* Languages: what a pattern for paths, hosts or values of headers takes. */
#ifndef ING2GW_ROUTE_LANGUAGE_H
#define ING2GW_ROUTE_LANGUAGE_H

#include "route/syntax.h"

enum language_kind {
	LANGUAGE_ALL,         /* every text */
	LANGUAGE_TEXT,        /* the text itself */
	LANGUAGE_BEGINNING,   /* what begins with the text, within an element too; of hosts "x." of "x.*" */
	LANGUAGE_ELEMENTS,    /* what begins with the text as whole elements of a path: "/a" and "/a/" take "/a" and "/a/b", and not "/ab" */
	LANGUAGE_ENDING,      /* what ends with the text; ".x" of the host "*.x" that takes any labels */
	LANGUAGE_LABEL,       /* letters, digits, "-" and "_", at least one, and then the text: ".x" of the host "*.x" that takes one label */
	LANGUAGE_REGEX
};

/* Where an expression has to match. */
enum anchoring {
	ANCHOR_FULL,          /* the whole text */
	ANCHOR_START,         /* its beginning, whatever follows */
	ANCHOR_SEARCH         /* anywhere in it */
};

struct language {
	enum language_kind kind;
	enum anchoring anchoring;
	bool nocase;                 /* of a text: letters of ASCII count in both cases */
	str text;                    /* or the expression as it was written */
	const struct syntax *tree;   /* LANGUAGE_REGEX */
	unsigned groups;             /* of the expression */
	enum dialect dialect;
	unsigned flags;
};

/* Every kind but LANGUAGE_REGEX; text is not copied. */
const struct language *language_new(struct arena *arena, enum language_kind kind, str text, bool nocase);
/* flags: of syntax.h. NULL: it is not regular, or the engine refuses it; fault says why. */
const struct language *language_regex(struct arena *arena, str regex, enum dialect dialect, enum anchoring anchoring, unsigned flags,
	struct syntax_fault *fault);

#endif
