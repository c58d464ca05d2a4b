/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a load balancer takes connections, for those that have routes by port and name: which hosts are asked is decided by the
 * listener that a request comes to. A load balancer without listeners takes every request, and all its hosts are asked.
 */
#ifndef ING2GW_ROUTE_LISTENER_H
#define ING2GW_ROUTE_LISTENER_H

#include "route/model.h"

enum listener_protocol { LISTENER_HTTP, LISTENER_HTTPS, LISTENER_TLS, LISTENER_TCP, LISTENER_UDP };

struct listener {
	str name;                    /* for people */
	enum listener_protocol protocol;
	uint32_t port;
	struct host_name host;       /* names that it takes: of HTTP in the Host header, of HTTPS and TLS those of the handshake */
	struct place at;
	LIST(struct host *) hosts;   /* whose routes are asked; of TCP and UDP the first route of the first one takes all */
	bool ends_tls;               /* of TLS: the backend gets what was within; else TLS goes through to it */
	bool broken;                 /* its certificate is not there or may not be used: no connection is served */
	bool absent;                 /* for the same reason it counts as not written */
	bool pending;                /* broken or absent only as long as a Secret or ConfigMap is not there: see struct given */
	str certificate;             /* "namespace/name", or empty where it is not known */
	const struct step *clients;  /* a guard for certificates of clients: who has none that is needed gets no connection; or NULL */
	LIST(struct step *) steps;   /* before a route is looked for */
	LIST(const struct unknown *) unknown;
	struct entry_index *index;   /* after model_prepare() */
};

#endif
