/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What both sides do with the requests of a class, as functions in a normal form. Its requests are plain GETs for paths of one class
 * (paths.h) and names of one host class, all with TLS or all without; Host is the name alone; there is no query, or one that is not empty
 * and that no route looks at.
 */
#ifndef ING2GW_VERIFY_FORMS_H
#define ING2GW_VERIFY_FORMS_H

#include "route/evaluate.h"
#include "route/transform.h"

/*
 * What both sides did with one request of a class is said in the same normal form, or does not hang on path, query and host: it is the
 * same for all of the class, or differs for all in the same fields. one_name: the host class is a single name.
 */
bool same_form(struct arena *scratch, const struct outcome *before, const struct outcome *after, bool one_name);

/* Nothing but the path decides on the route of a class, nor on what it does. */
bool path_decides_alone(const struct outcome *before, const struct outcome *after);

/*
 * The language of an expression that a step looks for in the path, where it is not that of the route's own match, which has been found;
 * NULL: there is none, or it is not regular.
 */
const struct language *step_own_language(struct arena *arena, const struct route *route, const struct step *step);

/* ---- between the parts of it ---- */

/* What the expression of a step of the route takes, for its groups; NULL: it is not regular. */
const struct language *step_language(struct arena *arena, const struct route *route, str regex);

/* A prefix of the route's match gives way to another one, as whole elements. False: it has no normal form, or is none of the match. */
struct prefix_change {
	str prefix, with;
	bool as_text, joins;         /* see struct rewrite */
};
bool prefix_form(struct arena *arena, const struct route *route, const struct prefix_change *change, struct transform *out);

/* What the query adds behind the path. */
enum query_form {
	QUERY_NONE,
	QUERY_KEPT,           /* with a "?", where there is one */
	QUERY_MORE,           /* with "&", where there is one */
	QUERY_ALWAYS          /* behind a "?" that always stands there */
};

/* A Location. Scheme, host and port are those of the request that was asked. */
struct location_form {
	str scheme, authority;
	bool keeps_host;      /* the authority is the request's host, with or without a port; else it is the same for all hosts */
	struct transform path;
	enum query_form query;
	bool cuts_slash;      /* one slash at the end of all of it is dropped */
};

/* location.c: of the redirect that has answered. False: it has no normal form. */
bool location_form(struct arena *arena, const struct outcome *outcome, const struct step *step, struct location_form *out);
bool location_equal(const struct location_form *a, const struct location_form *b, bool one_name);

#endif
