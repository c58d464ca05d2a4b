/* SPDX-License-Identifier: Apache-2.0 */
/* What the tables of CEL rules share: how a row is written, and predicates that rules of several kinds use. */
#ifndef ING2GW_GATEWAY_CEL_RULES_H
#define ING2GW_GATEWAY_CEL_RULES_H

#include "gateway/cel.h"

/* Where a rule holds: first (and last) minor version of the standard and of the experimental channel. */
#define NEVER_IN                 { 1, 0 }
#define BOTH(std, exp)           { { (std), CEL_ALWAYS }, { (exp), CEL_ALWAYS } }
#define STANDARD(std)            { { (std), CEL_ALWAYS }, NEVER_IN }
#define EXPERIMENTAL(exp)        { NEVER_IN, { (exp), CEL_ALWAYS } }
#define EXPERIMENTAL_TO(exp, to) { NEVER_IN, { (exp), (to) } }
#define BETWEEN(std, std_to, exp, exp_to) { { (std), (std_to) }, { (exp), (exp_to) } }

#define RULE(id, path, in, holds, a, b, message) \
	{ STR_INIT(id), STR_INIT(path), in, holds, STR_INIT(a), STR_INIT(b), STR_INIT(""), STR_INIT(message) }
#define RULE_OF(api, id, path, in, holds, a, b, message) \
	{ STR_INIT(id), STR_INIT(path), in, holds, STR_INIT(a), STR_INIT(b), STR_INIT(api), STR_INIT(message) }

/* cel_gateway.c, cel_http.c, cel_route.c */
extern const struct cel_table cel_gateway, cel_listenerset, cel_http, cel_grpc, cel_tls, cel_tcp, cel_udp, cel_backendtls;

#define TABLE(kind, rules) { STR_INIT(kind), rules, sizeof rules / sizeof rules[0] }

/* Fields of self. */
bool cel_has(const struct node *self, str field);
str cel_text(const struct node *self, str field);            /* empty when absent */
int64_t cel_number(const struct node *self, str field);      /* 0 when absent */
bool cel_is(const struct node *self, str field, str value);
size_t cel_size(const struct node *list);                    /* elements of a list, keys of a map, else 0 */
const struct node *cel_item(const struct node *list, size_t i);

/* Field a only with type (protocol) b, and the reverse. The filled ones ask for text that is not empty. */
cel_predicate type_only, type_needs, protocol_only, protocol_needs, type_only_filled, type_needs_filled;
cel_predicate exclude;               /* a and b are not both there */
cel_predicate names_distinct;        /* in a list: names that are set differ */
cel_predicate star_alone;            /* in a list: "*" is the only element */
cel_predicate service_port, xbackend_port;
/* In a list of references: those to one parent agree about sectionName (and port, when a is "port"), and differ in it. */
cel_predicate refs_agree, refs_distinct;

#endif
