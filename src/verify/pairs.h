/* SPDX-License-Identifier: Apache-2.0 */
/* Which load balancers of both sides stand for each other. */
#ifndef ING2GW_VERIFY_PAIRS_H
#define ING2GW_VERIFY_PAIRS_H

#include "route/model.h"

/* A load balancer of the source, and the Gateways that take its requests: each a model of its own. */
struct entry_pair {
	str name;                    /* of the load balancer: its class; or empty where the source has none */
	struct model *before;
	const struct model *after;
};

struct entry_pairs {
	struct entry_pair *item;
	size_t n, cap;
};

/* A Gateway, "namespace/name", and the load balancer that it is known to stand for; its name empty: for any. */
struct known_pair {
	str gateway, of;
};

/* One Gateway may stand for several load balancers, and several for one. */
struct known_pairs {
	struct known_pair *item;
	size_t n, cap;
	bool chosen;                 /* by the user, who may have named some of them only */
};

/*
 * known: where all of them are known, and no others take part, or as the user says; or NULL. Else by name: a Gateway stands for the class
 * that it is named after ("nginx", "nginx-shop"), or whose name its GatewayClass has. Where the source has one load balancer, or no
 * Gateway stands for one, all Gateways that stand for no other take its requests.
 */
struct entry_pairs pairs_of(struct arena *arena, const struct model *before, const struct model *after, const struct known_pairs *known);

#endif
