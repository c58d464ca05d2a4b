/* SPDX-License-Identifier: Apache-2.0 */
/* Host classes: names that no host of either side tells apart, each with one that stands for all. */
#ifndef ING2GW_VERIFY_HOSTS_H
#define ING2GW_VERIFY_HOSTS_H

#include "route/listener.h"
#include "route/model.h"

struct host_class {
	str name;                    /* "a.example.com", "*.example.com", "*.*.example.com", "" for all other names */
	str witness;                 /* one of them */
	bool tls;                    /* HTTPS or TLS is served for it on either side */
	str reused;                  /* another name whose listener has the same certificate: clients may send requests for this one there; or empty */
	LIST(const struct host *) hosts;   /* of both sides, whose routes may take its requests */
	bool underscores, last_dot;  /* headers with "_" in their names are another thing for one load balancer; a dot at the end of a Host is */
	bool slashes;                /* an escaped slash is known to be none after */
	bool originals;              /* backends are told by one of them alone what a proxy in front says */
	LIST(const struct http_rules *) believing;   /* of load balancers that believe a header about the client's address */
};

struct host_classes {
	struct host_class *item;
	size_t n, cap;
	struct str_list left_out;    /* expressions for names, of which no name is known */
};

/* By name; that of all other names comes last. */
struct host_classes host_classes_of(struct arena *arena, const struct model *const *models, size_t n);

#endif
