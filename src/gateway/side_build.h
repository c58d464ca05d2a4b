/* SPDX-License-Identifier: Apache-2.0 */
/* The model of the Gateway side while it is made: see side.h. Inside this room only. */
#ifndef ING2GW_GATEWAY_SIDE_BUILD_H
#define ING2GW_GATEWAY_SIDE_BUILD_H

#include "gateway/side.h"
#include "route/listener.h"

struct effective;

/* One match of one rule under one hostname. */
struct candidate {
	const struct read_route *route;
	const struct read_rule *rule;
	const struct read_match *match;  /* NULL: of TLSRoute, TCPRoute, UDPRoute */
	size_t rule_number, match_number;
	str host;                        /* in common with the listener's; empty: every name */
	str own;                         /* the route's; empty: it has none */
	struct effective *at;            /* the listener at which it stands */
	const struct effective_list *with;   /* the listeners to which its route is attached by the same reference */
	size_t longest;                  /* of the hostnames that the route has in common with the listener */
	struct place host_at;
	struct route *made;              /* in the model */
	bool left_out;                   /* counts as not written, because of another route or listener */
};

/* A listener as it counts for its Gateway. */
struct effective {
	struct read_listener *said;
	const struct read_meta *owner;   /* of the Gateway or ListenerSet */
	str group, kind;                 /* of the owner */
	LIST(struct candidate) candidates;
	const struct read_route *last;   /* that has been attached */
	bool absent;                     /* nothing is served: it has no certificate that may be used */
	bool shadowed;                   /* absent, and another listener has its hostname: routes that name hosts find none at it */
	bool pending;                    /* absent as long as a Secret is not there */
};

struct effective_list {
	struct effective **item;
	size_t n, cap;
};

struct build {
	struct arena *arena;
	struct gateway_side *side;
	const struct gateway_world *world;
	const struct gateway_choices *choices;
	struct map namespaces;           /* name to struct namespace_object */
	struct map owners;               /* "group/kind/namespace/name" to struct effective_list: its listeners that count */
	struct map policies;             /* "group/kind/namespace/name" to struct policy_list */
	struct map tls_policies;         /* "namespace/name" of a Service to struct tls_list */
	const struct effective *at;      /* whose routes are being made */
	uint32_t only;                   /* hosts alone to which one of these choices may matter (side_choice_bit); 0: all */
	uint32_t matters;                /* choices that may matter to some host */
	const struct read_gateway *gateway;   /* whose listeners are being made */
	LIST(str) concerned;             /* names of the hosts that `only` has left */
	bool vanished;                   /* one of them has no rule under these choices */
};

/* side_listeners.c: those of a Gateway and its ListenerSets that count, in order, and those that are absent. */
struct effective_list side_listeners(struct build *b, struct read_gateway *gateway);
/* The certificate that may be used, "namespace/name" or empty; false: there is none, and the listener says why. */
bool side_certificate(const struct build *b, const struct effective *e, str *name);
/* After that: it has one as soon as a Secret is there. */
bool side_is_pending(const struct read_listener *listener);
/* The protocol of a listener takes such routes. */
bool side_kind_fits(const struct read_listener *listener, str kind);
bool side_admits(const struct build *b, const struct read_namespaces *rule, str own, str other);

/* side_attach.c */
void side_attach(struct build *b);
str side_owner_key(struct arena *arena, str group, str kind, str namespace, str name);

/* side_model.c: every name that the one takes is taken by the other as well. */
bool side_is_wider(str wider, str host);

/* side_order.c: into the order in which they are tried. */
void side_sort(const struct build *b, struct candidate **list, size_t n);
/* As a path: kind and text; an expression's text is that which is searched. */
struct match side_match(struct build *b, const struct candidate *candidate);
/* False: the rule counts as not written, because of what it says itself. */
bool side_is_served(const struct build *b, const struct read_rule *rule);
/* Conditions about parameters that count for it. */
size_t side_queries(const struct build *b, const struct candidate *candidate);
/* The older route comes first, then by name, as the specification has it. */
int side_compare_routes(const struct read_route *a, const struct read_route *b);

/* side_conflicts.c: what is left out of the listeners of one Gateway. */
void side_leave_out(struct build *b, const struct read_gateway *gateway, const struct effective_list *listeners);
/* Some listener of the Gateway may take the hostname of the route from it, where that is done. */
bool side_may_be_taken(const struct read_gateway *gateway, const struct candidate *candidate);
/* How often a rule has a filter. */
size_t side_count(const struct read_rule *rule, enum read_filter_kind kind);
/* A redirect, or an object of the implementation that has an answer. */
bool side_answers(const struct build *build, const struct candidate *c);
/* It names no backend, and does not redirect. */
bool side_leads_nowhere(const struct read_rule *rule);
/* A hostname is closer than another one. */
int side_compare_hosts(str a, str b);

/* side_matters.c: what stands under one hostname of a listener. */
struct side_host {
	struct candidate *const *own;
	size_t n;
	const struct map *wide;          /* of the listener: what follows the stars of its wildcards, and "*" for all names */
	const struct read_gateway *gateway;
};

void side_note_wide(struct build *b, struct map *wide, const struct candidate *const *all, size_t n);
/* Bits of the choices that may make a difference to requests for the host: more than do, and never fewer. */
uint32_t side_matters(const struct side_host *host);
uint32_t side_choice_bit(str choice);   /* 0: where it matters is not known */

/* side_steps.c: the rule's filters, with what they need of match and listener. */
void side_steps(struct build *b, const struct candidate *c, struct route *route);
/* A filter of one backend alone. */
void side_own_step(struct build *b, const struct candidate *c, const struct read_filter *filter, struct route *route,
	struct forward_case *out);
void side_listener_steps(struct build *b, const struct effective *e, struct listener *listener);
/* A value that is no template, as one. */
str side_plain_text(struct build *b, str text);
/* False: the rule counts as not written. */
bool side_rule_is_good(const struct read_rule *rule);

/* side_extensions.c: the same because of a filter of an implementation that is not there, or not right. */
bool side_rule_stands(const struct build *b, const struct read_route *route, const struct read_rule *rule);
/* The object of a filter of an implementation, where a target's table knows it as one; else NULL. */
const struct read_policy *side_filter_policy(const struct build *b, const struct read_meta *owner, const struct read_filter *filter);
/* A filter that stands before others although the implementation asks for it behind them: what they do together is not known. */
const struct read_policy *side_filter_out_of_turn(const struct build *b, const struct read_meta *owner, const struct read_rule *rule);

/* side_backends.c */
void side_cases(struct build *b, const struct candidate *c, struct route *route);
/* Some case has a backend that is there and has endpoints. */
bool side_can_answer(const struct route *route);
bool side_granted(const struct build *b, const struct read_meta *from, str group, str kind, const struct read_ref *to);
/* The Service that gets copies or is asked for permission; false: it is not there, or not for this route. */
bool side_backend(struct build *b, const struct read_meta *from, str kind, const struct read_ref *ref, struct backend *out);
/* The same of a Service, whoever may refer to it. */
void side_service(const struct build *b, const struct read_ref *ref, struct backend *out);
void side_index_tls(struct build *b);
/* Writes into all backends of routes why they cannot be referred to. */
void side_resolve(struct build *b);

/* side_unknown.c */
void side_index_policies(struct build *b);
/* The policies that name an object, or all of its kind; section: of the whole object or of that part. */
void side_unknown(const struct build *b, str group, str kind, str namespace, str name, str section,
	const struct unknown ***item, size_t *n, size_t *cap);
#define SIDE_UNKNOWN(b, group, kind, namespace, name, section, list) \
	side_unknown((b), (group), (kind), (namespace), (name), (section), &(list)->item, &(list)->n, &(list)->cap)
const struct unknown *side_new_unknown(struct build *b, str text, struct place at);
/* The policies that name exactly this, and of which it is understood what they do there: the nth, NULL behind the last. */
struct side_part {
	str group, kind, namespace, name, section;
};
const struct read_policy *side_policy_at(const struct build *b, const struct side_part *at, size_t n);

/* side_policies.c: those that count for a rule, as steps. */
void side_policies(struct build *b, const struct candidate *c, struct route *route);
bool side_policy_counts(const struct build *b, const struct read_policy *policy, const struct read_ref *target);
/* What of a policy is not known. */
void side_policy_rest(struct build *b, const struct read_policy *policy, const struct unknown ***item, size_t *n, size_t *cap);
#define SIDE_POLICY_REST(b, policy, list) side_policy_rest((b), (policy), &(list)->item, &(list)->n, &(list)->cap)
/* The one of a kind on the Gateway itself, which says where the clients' addresses come from. */
void side_entry_policies(struct build *b, const struct read_gateway *gateway, struct entry *entry);

/*
 * side_answers.c: a Location as an implementation is told it. Sets location, regex and cuts_slash. False: something in it is known to the
 * implementation alone.
 */
bool side_location(struct build *b, const struct target_table *target, str text, struct redirect *out);

/* side_words.c: one feature of a policy, at the end of the route's steps. */
void side_word(struct build *b, const struct read_policy *policy, const struct policy_feature *feature, struct route *route);
/* One of a policy that is about a Gateway as a whole. False: it says something else. */
bool side_entry_word(struct build *b, const struct policy_feature *feature, struct http_rules *http);

#endif
