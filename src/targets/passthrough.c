/* SPDX-License-Identifier: Apache-2.0 */
/* TLS that is passed through, as a TLSRoute: see streams.h. */
#include "targets/streams.h"

#include "targets/losses.h"
#include "targets/stated.h"
#include "targets/versions.h"

static const str KIND = STR_INIT("TLSRoute");

static void lose_version(struct lowering *lw, const struct passthrough *p, const struct route *place)
{
	struct loss_text text = {
		.code = DIAG_VERSION_LOST, .feature = STR("tls.passthrough"), .loss = LOSS_ROUTING,
		.message = kind_lacks(lw, KIND),
		.effect = STR("TLS connections for the host are no longer handed to the backend: nothing is served for it on port 443"),
		.help = version_ways(lw, KIND, STR("spec.hostnames")),
	};
	struct fact_list facts = { 0 };
	fact_list_join(lw->arena, &facts, &p->facts);
	fact_list_join(lw->arena, &facts, &p->backend.facts);
	lose(lw, place, &facts, &text);
}

static const struct loss_text NOWHERE = {
	.code = DIAG_PASSTHROUGH_NOWHERE, .feature = STR_INIT("tls.passthrough"), .loss = LOSS_NONE,
	.message = STR_INIT("TLS is passed through for a host that has no Service at its path / to pass it to"),
	.effect = STR_INIT("none: the controller ends every TLS connection for the host, and a Gateway serves none of them either"),
	.help = STR_INIT("give the host a path / with pathType Prefix: its Service gets all TLS connections of the host"),
};

static void say_external(struct lowering *lw, const struct passthrough *p, const struct route *place)
{
	static const struct loss_text TEXT = {
		.code = DIAG_BACKEND_EXTERNAL, .feature = STR_INIT("tls.passthrough"), .loss = LOSS_BEHAVIOUR,
		.message = STR_INIT("TLS is passed through to an ExternalName Service, which the controller cannot do and most implementations refuse"),
		.effect = STR_INIT("connections fail today, and where the Service is refused they still do"),
		.help = STR_INIT("name a Service with endpoints in the cluster"),
	};
	if (p->backend.external)
		differ(lw, place, &p->backend.facts, &TEXT);
}

static const struct loss_text NO_PORT = {
	.code = DIAG_PASSTHROUGH_LOST, .feature = STR_INIT("tls.passthrough"), .loss = LOSS_ROUTING,
	.message = STR_INIT("TLS is passed through to a port of a Service whose number is not known"),
	.effect = STR_INIT("nothing is served for the host on port 443"),
	.help = STR_INIT("add the Service to the input (kubectl get services -A -o yaml), or write the number into the Ingress"),
};

static const struct loss_text CLOSED = {
	.code = DIAG_ROUTE_CLOSED, .feature = STR_INIT("load-balancer.access"), .loss = LOSS_SECURITY,
	.message = STR_INIT("TLS of the host is passed through no more: the load balancer lets in only some clients, and that of the Gateway would let in all"),
	.effect = STR_INIT("nothing is served for the host on port 443 until this is decided"),
	.help = STR_INIT("--accept load-balancer.access opens it WITHOUT this protection"),
};

bool lower_passthrough(struct lowering *lw, const struct host *host, struct entry_part *out)
{
	const struct passthrough *p = host->passthrough;
	const struct route place = { .at = p->at, .owner = p->owner };
	if (p->backend.name.n == 0) {
		differ(lw, &place, &p->facts, &NOWHERE);
		return false;
	}
	if (!version_has(lw, KIND, STR("spec.hostnames"))) {
		lose_version(lw, p, &place);
		return false;
	}
	if (p->backend.port == 0) {
		lose(lw, &place, &p->facts, &NO_PORT);
		return false;
	}
	if (balancer_is_lost(lw)) {
		lose(lw, &place, &p->facts, &CLOSED);
		return false;
	}
	say_external(lw, p, &place);
	if (!p->backend.exists || p->backend.empty)
		state_unserved(lw, DIAG_SERVICE_MISSING);
	LIST_PUSH(lw->arena, &out->passed, host);
	return true;
}
