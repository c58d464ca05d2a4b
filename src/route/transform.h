/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a rewrite or a redirect makes of a path, in a normal form: fixed text, the rest of the path behind so many bytes, single stretches
 * of it, and groups of an expression where nothing simpler can be said. Equal forms are equal functions; unequal forms may be as well,
 * which samples have to tell.
 */
#ifndef ING2GW_ROUTE_TRANSFORM_H
#define ING2GW_ROUTE_TRANSFORM_H

#include "route/language.h"

struct pattern;
struct matcher;

/* Where a group lies in every text that the expression takes. Texts have no line ends. */
enum span_kind {
	SPAN_UNKNOWN,         /* that depends on the text */
	SPAN_REST,            /* what stands behind the first `at` bytes; nothing where there are not so many */
	SPAN_PART             /* the `n` bytes behind the first `at`, as many of them as there are */
};

struct span {
	enum span_kind kind;
	size_t at, n;
};

/* group 0: all that is matched; a group that the expression does not have is empty. */
struct span language_span(const struct language *language, unsigned group);

enum piece_kind { PIECE_TEXT, PIECE_REST, PIECE_PART, PIECE_GROUP };

struct piece {
	enum piece_kind kind;
	str text;
	size_t at, n;         /* as of a span */
	unsigned group;       /* of the transform's expression */
};

struct transform {
	const struct language *expression;   /* whose groups the pieces name; or NULL */
	LIST(struct piece) pieces;
};

/* The path becomes the template, where $1 to $9 are groups of the expression, as in nginx. False: it has other variables. */
bool transform_template(struct arena *arena, const struct language *expression, str template, struct transform *out);
/* A prefix of whole elements becomes another one, as a Gateway does it: an empty path becomes the root. */
void transform_prefix(struct arena *arena, str prefix, str with, struct transform *out);
void transform_constant(struct arena *arena, str path, struct transform *out);
void transform_identity(struct arena *arena, struct transform *out);

/* What is known of all texts of a class: they begin with it, or are it. */
struct known {
	str head;
	bool whole;
};

/* The same with what is known put in; out may be the transform itself. */
void transform_narrow(struct arena *arena, const struct transform *transform, struct known known, struct transform *out);

bool transform_is_identity(const struct transform *transform);
bool transform_equal(const struct transform *a, const struct transform *b);
/* What is known of the paths of a class, from a pattern that takes them all. */
struct known language_known(const struct language *language);
/* Of texts that begin with head and in which the expression is found: what they begin with, at least head. */
str language_head(struct arena *arena, const struct language *language, str head);

/* The expression for transform_apply(), anchored as the language is; NULL where there is none. */
struct pattern *language_pattern(struct arena *arena, const struct language *language);
/*
 * What becomes of one path. pattern: of transform->expression, or NULL. False: the expression takes too many steps, or does not take the
 * path.
 */
bool transform_apply(struct arena *arena, struct matcher *matcher, const struct transform *transform, const struct pattern *pattern,
	str path, str *out);

#endif
