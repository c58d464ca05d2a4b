/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The syntax tree of a regular expression, of what of it is regular: an automaton accepts the same texts. What looks around, refers back
 * or takes choices back that were made is refused, with a reason. The rest is read as its engine reads it; whether the engine takes the
 * expression at all is for the engine to say (PCRE: pattern_new()).
 */
#ifndef ING2GW_ROUTE_SYNTAX_H
#define ING2GW_ROUTE_SYNTAX_H

#include "base/arena.h"
#include "route/bytes.h"

/*
 * PCRE: bytes, as nginx gives them to it. RE2 (also that of Go) and Rust read characters of UTF-8; here they are about texts of ASCII,
 * which is all that a request target in normal form can have.
 */
enum dialect { DIALECT_PCRE, DIALECT_RE2, DIALECT_RUST };

enum { SYNTAX_NOCASE = 1 };

/* What is asked of a place between two bytes. */
enum assertion {
	ASSERT_BEGIN,         /* the text begins here */
	ASSERT_END,           /* it ends here */
	ASSERT_FINAL,         /* it ends here, or behind one line end that is here (PCRE: $) */
	ASSERT_LINE_BEGIN,    /* (?m)^ */
	ASSERT_LINE_END,      /* (?m)$ */
	ASSERT_EDGE,          /* a word begins or ends */
	ASSERT_NO_EDGE
};

enum syntax_kind {
	SYNTAX_SET,           /* one byte of the set */
	SYNTAX_ASSERT,
	SYNTAX_SEQUENCE,      /* one item after the other; none: the empty text */
	SYNTAX_CHOICE,        /* one of the items */
	SYNTAX_REPEAT,        /* the only item, min to max times */
	SYNTAX_GROUP          /* the only item, which is what is captured */
};

enum { REPEAT_ANY = 0x7FFFFFFF };

struct syntax {
	enum syntax_kind kind;
	enum assertion assertion;
	bool lazy;
	unsigned min, max;    /* max: REPEAT_ANY where there is no most */
	unsigned group;       /* its number */
	struct bytes set;
	LIST(const struct syntax *) items;
};

struct syntax_fault {
	str reason;           /* a clause: "it looks ahead" */
	size_t at;
};

/* NULL: refused, and fault says why. groups (may be NULL): how many there are. Literal text is not copied. */
const struct syntax *syntax_parse(struct arena *arena, str regex, enum dialect dialect, unsigned flags, unsigned *groups,
	struct syntax_fault *fault);

#endif
