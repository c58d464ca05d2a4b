/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In which form the paths of a host are said on one side: as prefixes that people would write, or as the regular expressions that the
 * source compares with. Where an expression stands among prefixes is the implementation's affair, so of routes that may take the same
 * path either all are expressions, or those stay prefixes that can.
 */
#ifndef ING2GW_TARGETS_FORMS_H
#define ING2GW_TARGETS_FORMS_H

#include "targets/lower.h"

struct form {
	const struct route *route;
	size_t place;            /* in the order in which the source tries the host's routes */
	str head;                /* text in lower case that all its paths begin with */
	const struct form *group;    /* the one whose head begins the heads of all that may take the same paths; or NULL */
	size_t members;          /* of a group: how many there are */
	bool prefix;             /* of a group: one of them has to be a prefix */
	bool possible;           /* an expression can say it, and all that may take the same paths */
	bool expression;         /* one does, as the source has it */
	bool rivals;             /* another route may take the same path */
};

struct forms {
	struct map by_route;
};

/* A host, on one side. */
struct forms_of {
	const struct host *host;
	enum side side;
	bool implicit;           /* what the controller adds and refuses is written as well */
	bool uniform;            /* all routes do the same, and one of them takes every path */
};

struct forms forms_decide(struct lowering *lowering, const struct forms_of *of);

/* Never NULL for a route of the host. */
const struct form *form_of(const struct forms *forms, const struct route *route);

#endif
