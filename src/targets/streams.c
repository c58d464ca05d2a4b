/* SPDX-License-Identifier: Apache-2.0 */
/* TCP and UDP services as routes of their own: see streams.h. */
#include "targets/streams.h"

#include "targets/losses.h"
#include "targets/versions.h"

static str kind_of(const struct stream *stream)
{
	return stream->protocol == STREAM_TCP ? STR("TCPRoute") : STR("UDPRoute");
}

/* Said where the entry of the ConfigMap stands. */
static void say_of(struct lowering *lw, const struct stream *stream, enum fact_state state, const struct loss_text *text)
{
	const struct route place = { .at = stream->at, .owner = stream->owner };
	struct loss_text named = *text;
	named.feature = stream->protocol == STREAM_TCP ? STR("stream.tcp") : STR("stream.udp");
	(state == FACT_INEXPRESSIBLE ? lose : differ)(lw, &place, &stream->facts, &named);
}

static bool has_kind(struct lowering *lw, const struct stream *stream)
{
	str kind = kind_of(stream);
	if (version_has(lw, kind, STR("spec.rules")))
		return true;
	struct loss_text text = {
		.code = DIAG_VERSION_LOST, .loss = LOSS_ROUTING,
		.message = kind_lacks(lw, kind),
		.effect = STR("the port is not opened: connections to it are refused"),
		.help = version_ways(lw, kind, STR("spec.rules")),
	};
	say_of(lw, stream, FACT_INEXPRESSIBLE, &text);
	return false;
}

/* On 80 and 443 the Gateway listens for HTTP and TLS, and a TCP listener on the same port would put both out of action. */
static bool is_free(struct lowering *lw, const struct stream *stream)
{
	static const struct loss_text TEXT = {
		.code = DIAG_FEATURE_LOST_ROUTING, .loss = LOSS_ROUTING,
		.message = STR_INIT("a TCP service stands on a port on which the Gateway listens for HTTP or HTTPS"),
		.effect = STR_INIT("the port serves HTTP alone: connections of the TCP service get an error"),
		.help = STR_INIT("move the TCP service to another port, or give it a Gateway of its own by hand"),
	};
	if (stream->protocol != STREAM_TCP || (stream->port != 80 && stream->port != 443))
		return true;
	say_of(lw, stream, FACT_INEXPRESSIBLE, &TEXT);
	return false;
}

static void say_proxy(struct lowering *lw, const struct stream *stream)
{
	static const struct loss_text IN = {
		.code = DIAG_PROXY_PROTOCOL_LOST, .loss = LOSS_ROUTING,
		.message = STR_INIT("a TCP service takes the PROXY protocol off what clients send, which a TCPRoute does not"),
		.effect = STR_INIT("a proxy in front that sends it reaches the backend with a line that the backend does not expect"),
		.help = STR_INIT("switch the PROXY protocol off in the load balancer in front for this port, or take it off with a policy of the "
			"implementation for the listener (ClientTrafficPolicy proxyProtocol of Envoy Gateway, ListenerPolicy proxyProtocol of kgateway)"),
	};
	static const struct loss_text OUT = {
		.code = DIAG_PROXY_PROTOCOL_LOST, .loss = LOSS_ROUTING,
		.message = STR_INIT("a TCP service sends the PROXY protocol to its backend, which a TCPRoute does not"),
		.effect = STR_INIT("a backend that expects the line refuses the connection, or does not know the client's address"),
		.help = STR_INIT("let the backend do without it, or use a policy of the implementation (BackendTrafficPolicy proxyProtocol of Envoy "
			"Gateway, BackendConfigPolicy upstreamProxyProtocol of kgateway, DestinationRule trafficPolicy.proxyProtocol of Istio)"),
	};
	static const struct loss_text BOTH = {
		.code = DIAG_PROXY_PROTOCOL_LOST, .loss = LOSS_ROUTING,
		.message = STR_INIT("a TCP service reads the PROXY protocol of clients and writes it anew to its backend; a TCPRoute passes on what comes"),
		.effect = STR_INIT("the backend sees the line of the proxy in front instead of the controller's, and none where clients send none"),
		.help = STR_INIT("look whether the proxy in front sends the version of the protocol that the backend reads"),
	};
	if (stream->proxy_in || stream->proxy_out)
		say_of(lw, stream, FACT_DIFFERENT, stream->proxy_in && stream->proxy_out ? &BOTH : stream->proxy_in ? &IN : &OUT);
}

static void say_backend(struct lowering *lw, const struct stream *stream)
{
	static const struct loss_text EXTERNAL = {
		.code = DIAG_BACKEND_EXTERNAL, .loss = LOSS_BEHAVIOUR,
		.message = STR_INIT("the backend of a TCP or UDP service is an ExternalName Service, which most implementations of the Gateway API refuse"),
		.effect = STR_INIT("where it is refused connections are closed"),
		.help = STR_INIT("use what the implementation has for hosts outside of the cluster (Backend of Envoy Gateway, ServiceEntry of Istio), or "
			"a Service without selector and an EndpointSlice with the addresses"),
	};
	static const struct loss_text EMPTY = {
		.code = DIAG_STATUS_DIFFERS, .loss = LOSS_BEHAVIOUR,
		.message = STR_INIT("the Service of a TCP or UDP service has no endpoints: the controller does not open the port, a Gateway does"),
		.effect = STR_INIT("connections are accepted and closed, where they were refused"),
		.help = STR_INIT("nothing, if the Service gets endpoints; else take the entry out of the ConfigMap"),
	};
	if (stream->backend.external)
		say_of(lw, stream, FACT_DIFFERENT, &EXTERNAL);
	if (stream->backend.empty)
		say_of(lw, stream, FACT_DIFFERENT, &EMPTY);
}

/* Nothing in a TCPRoute or UDPRoute refuses anybody: what is not to be open is not there. */
static bool is_closed(struct lowering *lw, const struct stream *stream)
{
	static const struct loss_text TEXT = {
		.code = DIAG_ROUTE_CLOSED, .loss = LOSS_SECURITY,
		.message = STR_INIT("the port of a TCP or UDP service is not opened: the load balancer lets in only some clients, and that of the Gateway would let in all"),
		.effect = STR_INIT("connections to the port are refused until this is decided"),
		.help = STR_INIT("--accept load-balancer.access opens it WITHOUT this protection"),
	};
	if (balancer_is_lost(lw))
		say_of(lw, stream, FACT_INEXPRESSIBLE, &TEXT);
	return balancer_is_lost(lw);
}

void lower_streams(struct lowering *lw, const struct entry *entry, struct entry_part *out)
{
	for (size_t i = 0; i < entry->streams.n; i++) {
		const struct stream *stream = entry->streams.item[i];
		if (!has_kind(lw, stream) || !is_free(lw, stream) || is_closed(lw, stream))
			continue;
		say_proxy(lw, stream);
		say_backend(lw, stream);
		LIST_PUSH(lw->arena, &out->streams, stream);
	}
}
