/* SPDX-License-Identifier: Apache-2.0 */
/* One route of the model on one side as rules of an HTTPRoute. */
#ifndef ING2GW_TARGETS_RULES_H
#define ING2GW_TARGETS_RULES_H

#include "base/map.h"
#include "targets/forms.h"

/* A route of a host on one side, and the part of the result that its rules go to. */
struct rule_place {
	const struct entry *entry;
	const struct host *host;
	const struct route *route;
	enum side side;                  /* SIDE_PLAIN or SIDE_TLS */
	bool contested;                  /* in regex mode: some routes of the host stand closed, and others lead to a backend */
	struct route_part *part;
	struct map *taken;               /* path matches that routes before this one have, as text */
	struct map *https;               /* rules that lead to HTTPS and have room for more paths, by owner and redirect */
	const struct form *form;
	const struct header_match *also; /* only requests with this header, which came by HTTPS to a proxy in front; or NULL */
	bool uniform;                    /* every request of the host gets the same answer on this side */
};

/* What becomes of one header: the sum of the steps up to here. */
struct header_change {
	bool response;
	enum { HEADER_SET, HEADER_ADD, HEADER_REMOVE } kind;
	str name, value;
	struct fact_list facts;
};

/*
 * What a route does on a side, before it is written: the filters in front of its backends, or the answer that ends it.
 */
struct draft {
	struct http_rule rule;           /* filters only */
	struct mark_list marks;          /* at /filters/... */
	str cut;                         /* the prefix that a rewrite exchanges, or empty */
	int64_t try_seconds;             /* limit of each try, 0: none */
	LIST(struct rule_policy) policies;    /* of the implementation */
	LIST(struct header_change) headers;   /* one for each name; filters in the end */
	bool closed;                     /* a protection is lost: the route refuses everybody */
	enum diag_code closed_by;        /* what says so, where it is closed */
	const struct step *answer;       /* the redirect or status that ends it, or NULL */
	bool overridden;                 /* an answer of the implementation becomes another one */
	bool answered;                   /* an object of the implementation says that answer, and no filter */
};

/* A policy refuses requests before anything else is done with them. */
bool draft_is_guarded(const struct draft *draft);

struct draft draft_of(struct lowering *lowering, const struct rule_place *at);

/* The facts are carried at a place below the rule, "/filters/0". */
void mark_facts(struct arena *arena, struct mark_list *marks, const struct fact_list *facts, str at);

/* The number of matches that one rule may have. */
size_t match_limit(const struct lowering *lowering);

/* A path match as it stands in `taken`. */
str match_key(struct arena *arena, const struct path_match *match);

/* The status of a rule without backends. */
unsigned rules_refusal(const struct lowering *lowering);

/* A closed path of the host stands among its expressions as well, which may be tried before everything else. */
bool rules_are_held(const struct rule_place *at);

/* Adds the rules for a draft to at->part. */
void rules_add(struct lowering *lowering, const struct rule_place *at, const struct draft *draft);

/*
 * Where the target leaves rules without backends out, whose requests other rules would take: those that are to refuse requests name a Service
 * that gets none of them.
 */
void rules_hold(struct lowering *lowering, const struct entry_part *entry);

#endif
