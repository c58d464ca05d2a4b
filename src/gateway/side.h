/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Gateway API objects mean, as a model that evaluate() answers for: listeners, attachment, order of rules, filters, backends. The
 * specification leaves some of it to implementations; struct gateway_choices says what one of them does, and a model is that of one
 * set of choices. (Reference: Gateway API 1.0 to 1.7, the routing semantics of the HTTPRoute and its relatives.)
 */
#ifndef ING2GW_GATEWAY_SIDE_H
#define ING2GW_GATEWAY_SIDE_H

#include "gateway/read.h"
#include "kube/snapshot.h"
#include "mapping/mapping.h"
#include "route/model.h"

/* Which hostnames are asked when no rule under the closest one takes the request. */
enum choice_hosts { HOSTS_ALONE, HOSTS_THEN_ANY, HOSTS_THEN_WIDER };
enum choice_rank { REGEX_BEFORE_PREFIX, REGEX_AFTER_PREFIX, REGEX_BY_LENGTH };
/*
 * Of one port and protocol: whether routes are looked for in the closest listener alone. BY_ROUTE: in all, and a route has none of its hostnames
 * that any listener says to which it is not attached, whatever that one's port.
 */
enum choice_listeners { LISTENERS_ISOLATED, LISTENERS_MERGED, LISTENERS_HTTP_MERGED, LISTENERS_BY_ROUTE };
/*
 * A rule of which one match stands under one of its hostnames already: that match is tried later; the rule counts as not written. TURNED: the same
 * where a route's listeners are taken in the opposite order, which is chance.
 */
enum choice_conflict { CONFLICT_BY_RANK, CONFLICT_DROPS, CONFLICT_DROPS_TURNED };
/* What of a header sent in several lines, or with commas, has to be the wanted value. */
enum choice_header { HEADER_WHOLE, HEADER_ANY_ELEMENT, HEADER_ANY_LINE };
/* A Host that is not the handshake's name: 421 where another listener should take it; it is looked for at the handshake's; 421 always. */
enum choice_misdirected { MISDIRECTED_REFUSED, MISDIRECTED_SERVED, MISDIRECTED_BY_NAME };
/* A Host with a dot at its end: the same name as without; another one; another one for wildcards alone. */
enum choice_last_dot { LAST_DOT_IGNORED, LAST_DOT_COUNTS, LAST_DOT_FOR_WILDCARDS };
/* Of rules that fit alike: the oldest route's; the newest one's; the one that stands first in its route, then by names of headers. */
enum choice_ties { TIES_OLDEST, TIES_NEWEST, TIES_BY_RULE };
/* Of paths before rules are looked for: as they were sent; in one spelling (PATH_CANONICAL); redirected where they held an escaped slash; and as PATH_CLEANED. */
enum choice_spelling { SPELLING_AS_SENT, SPELLING_CANONICAL, SPELLING_REDIRECTED, SPELLING_CLEANED };
enum choice_anchor { ANCHOR_WHOLE, ANCHOR_START, ANCHOR_NONE };

/*
 * What a redirect keeps of the request's Host where it names none itself: the name alone; dot and port at its end, too; or the port even where
 * it names another host, and not where it names a scheme.
 */
enum choice_redirect_host { REDIRECT_NAME, REDIRECT_AS_SENT, REDIRECT_PORT_KEPT };
/*
 * What takes the place of a prefix: as whole elements; as text, see struct rewrite, where a slash at its end stays in redirects; the same in
 * rewrites too; as whole elements, where a path without the slash of the prefix is joined to the rest as it is.
 */
enum choice_replacement { REPLACED_ELEMENTS, REPLACED_TEXT, REPLACED_VERBATIM, REPLACED_JOINED };
/* When a redirect says the port that it names: unless it is the usual one of its scheme; neither 80 nor 443; always. */
enum choice_redirect_port { PORT_SAID, PORT_UNUSUAL_ONLY, PORT_ALWAYS };

/* As the status of rules that name no backends: they count as not written. */
enum { NOT_SERVED = 1 };

/* All zero is what most implementations do. */
struct gateway_choices {
	enum choice_hosts hosts;
	enum choice_rank regex_rank;     /* of paths; after exact ones in any case */
	enum choice_anchor regex_path, regex_value;   /* what of a path, and of a header or parameter, an expression has to take */
	bool regex_unordered;            /* the length of an expression counts for nothing among expressions */
	bool shared_hosts;               /* a hostname is as close as what it has in common with the listener's, else as it is written */
	enum choice_listeners listeners; /* HTTP_MERGED: those without TLS; and in all, not under a hostname that another one has */
	enum listens listens;
	bool unusable_absent;            /* a listener without a usable certificate counts as not written, else it takes connections and serves none */
	enum choice_misdirected misdirected;
	bool reuse_prevented;            /* listeners with one certificate offer HTTP/1.1 alone, in which no browser takes a connection for another host */
	bool underscores_refused;        /* a request with "_" in the name of a header gets 400, else that is a header as others */
	enum choice_last_dot last_dot;
	bool method_as_header;           /* a method counts as one more header, else more than any number of them */
	bool exact_first;                /* of as many headers, or parameters, those without expressions count more */
	bool path_decides;               /* other conditions are looked at only among rules with the path that fits best */
	enum choice_spelling spelling;
	bool slash_needed;               /* a prefix with a slash at its end does not take the path without it */
	enum choice_header header;
	bool any_parameter;              /* of a parameter sent several times one value suffices, else the first one counts */
	bool summed;                     /* rules are ranked by one number, see side_order.c, over all hostnames that take a request; else by one criterion after the other */
	enum choice_ties ties;           /* NEWEST: objects have been made anew */
	enum choice_conflict conflict;
	bool redirect_without_query;     /* conditions about parameters count for nothing in rules that redirect */
	bool redirects_bare;             /* a redirect goes without the headers that its rule sets */
	bool preflights_answered;        /* those from other origins, and for other methods than the rule's, are answered as well; else they are passed on */
	bool refused_at_once;            /* a rule without a backend that has endpoints answers before its filters: 500 where one is not there, else 503 */
	bool prefix_as_written;          /* a slash at the end of a prefix counts for its length */
	enum choice_redirect_host redirect_host;
	enum choice_redirect_port redirect_port;
	enum choice_replacement replacement;
	uint32_t zero_weights;           /* status where all weights are 0; 0: 500 */
	uint32_t no_backends;            /* status of a rule that names none; 0: 500; NOT_SERVED: requests go to other rules */
	bool unresolved_left_out;        /* backends that may not be referred to have no share, else theirs is answered with 500 */
};

/* Sets one by name and value, as in "hosts" and "then-wider". False: there is no such choice or value. */
bool gateway_choices_set(struct gateway_choices *choices, str name, str value);
/* Those of a target's table; NULL: of none. */
struct gateway_choices gateway_choices_of(const struct target_table *target);
/* The value that is chosen; empty: there is no such choice. */
str gateway_choices_get(const struct gateway_choices *choices, str name);
/* "hosts=alone|then-any|then-wider, ..." for messages. */
str gateway_choices_help(struct arena *arena);

/* What these make of paths. */
struct spelling gateway_spelling(const struct gateway_choices *choices);

struct gateway_world {
	const struct snapshot *snapshot; /* Services, Secrets, ConfigMaps, Namespaces */
	bool closed;                     /* what is not in the input does not exist */
	bool open_secrets;               /* but for Secrets, which could not be read */
};

/* Also writes into the objects what became of them: the reasons in read.h. */
struct model *gateway_model(struct gateway_side *side, const struct gateway_world *world, const struct gateway_choices *choices);

/*
 * The objects as they hang together, of which models are made: which listeners count is decided by these choices, and by no later ones. side
 * and world must live as long.
 */
struct gateway_models;
struct gateway_models *gateway_models_new(struct gateway_side *side, const struct gateway_world *world,
	const struct gateway_choices *choices);
struct model *gateway_models_make(struct gateway_models *models, const struct gateway_choices *choices);
/*
 * Under further choices, of those hosts alone to which the choice of that name may matter, unless one of them has no rule any more; NULL: it
 * matters to none. After gateway_models_make().
 * That is seen from the objects, and a host too many is no fault; of a choice without such a test all hosts are made.
 */
struct model *gateway_models_part(struct gateway_models *models, const struct gateway_choices *choices, str choice);

/* Objects that name a host and do not count, each with the reason; after gateway_model(). */
struct gateway_detached {
	struct unknown *item;
	size_t n, cap;
};
struct gateway_detached gateway_side_detached(const struct gateway_side *side, struct arena *arena, str host);

#endif
