/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What hangs on the implementation: requests that the side after answers in one way under what most implementations do, and otherwise
 * under another value of a choice that the specification leaves to them.
 */
#ifndef ING2GW_VERIFY_DEPENDS_H
#define ING2GW_VERIFY_DEPENDS_H

#include "route/evaluate.h"
#include "verify/pairs.h"

/* A value of a choice, and the side after as it is then. */
struct open_value {
	str name;
	struct str_list by;          /* implementations that are known to do so; may be empty */
	str means;                   /* for a request, one sentence; or empty */
	const struct model *after;   /* prepared, and of those hosts alone to which it may matter; NULL: the side that is asked anyway */
};

struct open_choice {
	str name;
	LIST(struct open_value) values;   /* the first one is that of the side that is asked anyway, the others have models */
};

/* What becomes of paths in other spellings, under a value that is not that of the side after. */
struct open_spelling {
	str value;                   /* "spelling=redirected" */
	struct spelling is;
};

struct open_choices {
	struct open_choice *item;
	size_t n, cap;
	LIST(struct open_spelling) spellings;   /* asked of requests that are counted apart, and of no others: these have one spelling */
};

/* What becomes of a request under a value. */
struct open_answer {
	const struct open_value *value;
	const struct model *after;   /* of the pair */
	bool differs;                /* from the answer under the first value */
	bool agrees;                 /* with the side before, in the fields in which the values differ */
	bool counts;                 /* it does not, and nobody has stated or accepted that */
	bool opens;                  /* the same, and what was guarded stands open */
};

/* One of a host and a choice. */
struct dependence {
	const struct entry_pair *pair;
	str host;                    /* of its class, as in struct difference */
	const struct open_choice *choice;
	struct request request;      /* the gravest, then one on which most values differ, then the shortest */
	struct str_list what;        /* fields in which the values differ */
	LIST(struct open_answer) answers;   /* in the order of the values */
	size_t classes, as_stated;   /* that hang on it; those of them where no value counts */
	const struct route *before;  /* or NULL */
};

/* Some implementations do as the side before, and others differ from it in a way that nobody has stated. */
bool dependence_counts(const struct dependence *dependence);
bool dependence_opens(const struct dependence *dependence);
str dependence_host(const struct dependence *dependence);   /* "*" for all names that have no class of their own */

#endif
