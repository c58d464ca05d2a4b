/* SPDX-License-Identifier: Apache-2.0 */
/* Matches of the model as matches of an HTTPRoute. */
#ifndef ING2GW_TARGETS_PATHS_H
#define ING2GW_TARGETS_PATHS_H

#include "targets/lower.h"

struct path_list {
	struct path_match *item;
	size_t n, cap;
};

enum path_said {
	SAID_SAME,
	SAID_IN_CASE,        /* in this letter case, where the source took any */
	SAID_BY_ELEMENT,     /* as a prefix of whole elements in this letter case, where the source took any case and any longer text */
	SAID_AS_REGEX,       /* as a regular expression, whose dialect is the implementation's, and which may be in this letter case */
	SAID_FOLDED,         /* as one that takes the same paths; its rank is the implementation's */
	SAID_IN_DIALECT,     /* the same, in a dialect that is the implementation's */
	SAID_SLASH,          /* as a prefix that takes its path without the last slash as well, which the source left to others */
	SAID_NEAR,           /* as what people would write for it, which takes other paths on its edge */
	SAID_SEARCHED,       /* as the regular expression that the source has, with its letter case; rank and dialect are the implementation's */
	SAID_BEGINNING,      /* with all that begin as it does, in any case: who is asked, or refused, is to stay so where it is too long for that itself */
	SAID_TOO_LONG        /* as one in this letter case: for every case it is longer than a match may be */
};

struct path_wish {
	bool guarded;        /* a policy asks who may pass: what the source asked is not to become another path's */
	bool closed;         /* it is to refuse, so that no spelling that the source refused slips through */
	bool as_source;      /* as a regular expression that takes what the source took */
	bool anchored;       /* an expression means the same, whatever part of a path the implementation asks for */
	const struct regex_dialect *dialect;
	str cut;             /* the prefix that a rewrite replaces, or empty */
};

/*
 * The path matches of a route. *said is SAID_IN_CASE of a closed one where other letter cases had to be left out, because they make the
 * expression too long. False when the path cannot be written in a Gateway; why says so.
 */
bool paths_of(struct arena *arena, const struct route *route, const struct path_wish *wish, struct path_list *out, enum path_said *said, str *why);

/* The longest prefix of whole elements that can be written and takes all that a closed route refuses. */
void paths_around(struct arena *arena, const struct route *route, const struct path_wish *wish, struct path_list *out);

/* It stands unescaped in the path of a request. */
bool path_char_is_plain(char c);

/* A literal path as it may stand in an Exact or PathPrefix match: other characters percent-encoded. */
bool path_encode(struct arena *arena, str path, str *out, str *why);

/* The reverse: the text that requests are compared with. */
str path_decode(struct arena *arena, str value);

#endif
