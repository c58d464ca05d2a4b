/* SPDX-License-Identifier: Apache-2.0 */
/* What of a backend's protocol cannot be said, and what rests on its Service: see speech.h. */
#include "targets/speech.h"

#include "targets/losses.h"
#include "targets/versions.h"

enum speech_kind speech_of(const struct backend_use *use)
{
	return use->route->speech ? use->route->speech->kind : SPEECH_HTTP;
}

static void lose_fastcgi(struct lowering *lw, const struct route *r)
{
	static const struct loss_text TEXT = {
		.code = DIAG_BACKEND_PROTOCOL_LOST, .feature = STR_INIT("backend.protocol"), .loss = LOSS_ROUTING,
		.message = STR_INIT("FastCGI cannot be spoken to a backend by any Gateway"),
		.effect = STR_INIT("requests reach the FastCGI process in HTTP, which it does not understand"),
		.help = STR_INIT("put a web server between the Gateway and the process, in the same pod, and let it speak FastCGI"),
	};
	lose(lw, r, &r->speech->facts, &TEXT);
	for (size_t i = 0; i < r->speech->more.n; i++)
		lose_one(lw, STR("backend.fastcgi"), r->speech->more.item[i]);
}

static void lose_scheme(struct lowering *lw, const struct route *r)
{
	static const struct loss_text TEXT = {
		.code = DIAG_BACKEND_PROTOCOL_LOST, .feature = STR_INIT("backend.protocol"), .loss = LOSS_ROUTING,
		.message = STR_INIT("a backend that is spoken to in the scheme of the client cannot be said"),
		.effect = STR_INIT("what came over HTTPS reaches the backend in plain HTTP, as what came over HTTP does"),
		.help = STR_INIT("decide for one: HTTP (take the annotation out) or HTTPS, which a BackendTLSPolicy says"),
	};
	lose(lw, r, &r->speech->facts, &TEXT);
	for (size_t i = 0; i < r->speech->more.n; i++)
		lose_one(lw, STR("backend.tls"), r->speech->more.item[i]);
}

static const str GRPC_KIND = STR_INIT("GRPCRoute"), GRPC_FIELD = STR_INIT("spec.rules");

/* Empty where there is one. */
static str no_grpc_route(const struct lowering *lw)
{
	if (version_has(lw, GRPC_KIND, GRPC_FIELD))
		return (str){ "", 0 };
	if (!target_has_kind(lw->target, GRPC_KIND))
		return arena_printf(lw->arena, "; %.*s", STR_ARG(kind_lacks(lw, GRPC_KIND)));
	return arena_printf(lw->arena, "; %.*s: %.*s", STR_ARG(kind_lacks(lw, GRPC_KIND)), STR_ARG(version_ways(lw, GRPC_KIND, GRPC_FIELD)));
}

/* What helps beside a GRPCRoute, and when one is printed. */
static str or_grpc_route(const struct lowering *lw, str help)
{
	static const str WHEN = STR_INIT("A GRPCRoute is printed where all paths of a host are gRPC, each / or /package.Service or "
		"/package.Service/Method, without filters, and no other host's name takes its requests");
	str lacks = no_grpc_route(lw);
	return lacks.n && !target_has_kind(lw->target, GRPC_KIND) ? arena_join(lw->arena, help, lacks)
		: arena_printf(lw->arena, "%.*s%.*s. %.*s", STR_ARG(help), STR_ARG(lacks), STR_ARG(WHEN));
}

static void say_h2c(struct lowering *lw, const struct backend_use *use)
{
	const struct loss_text said = {
		.code = DIAG_BACKEND_PROTOCOL_LOST, .feature = STR("backend.protocol"), .loss = LOSS_COSMETIC,
		.message = STR("gRPC in an HTTPRoute rests on the Service, whose port says appProtocol: kubernetes.io/h2c"),
		.effect = STR("none as long as it says so"),
		.help = arena_join(lw->arena, STR("nothing, if the implementation supports HTTPRouteBackendProtocolH2C"), no_grpc_route(lw)),
	};
	const struct loss_text text = {
		.code = DIAG_BACKEND_PROTOCOL_LOST, .feature = STR("backend.protocol"), .loss = LOSS_ROUTING,
		.message = STR("gRPC in an HTTPRoute: the port of the Service has to say appProtocol: kubernetes.io/h2c"),
		.effect = STR("until it does, requests reach the backend in HTTP/1.1, which no gRPC server answers"),
		.help = or_grpc_route(lw, STR("set appProtocol: kubernetes.io/h2c on the port of the Service")),
	};
	differ(lw, use->route, &use->route->speech->facts, use->backend->h2c ? &said : &text);
}

static void say_alpn(struct lowering *lw, const struct backend_use *use)
{
	const struct loss_text text = {
		.code = DIAG_BACKEND_PROTOCOL_LOST, .feature = STR("backend.protocol"), .loss = LOSS_ROUTING,
		.message = STR("gRPC over TLS in an HTTPRoute: whether the backend is spoken to in HTTP/2 is up to the implementation"),
		.effect = STR("where it speaks HTTP/1.1, no gRPC server answers"),
		.help = or_grpc_route(lw, STR("make sure that the implementation negotiates HTTP/2 with backends")),
	};
	differ(lw, use->route, &use->route->speech->facts, &text);
}

void speech_say(struct lowering *lw, const struct backend_use *use)
{
	switch (speech_of(use)) {
	case SPEECH_HTTP:
	case SPEECH_HTTPS:
		break;
	case SPEECH_FASTCGI:
		lose_fastcgi(lw, use->route);
		break;
	case SPEECH_AS_CLIENT:
		lose_scheme(lw, use->route);
		break;
	case SPEECH_GRPC:
		if (!use->part->grpc)
			say_h2c(lw, use);
		break;
	case SPEECH_GRPCS:
		if (!use->part->grpc)
			say_alpn(lw, use);
		break;
	}
}
