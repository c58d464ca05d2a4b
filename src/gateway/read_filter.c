/* SPDX-License-Identifier: Apache-2.0 */
/* Filters of routes and listeners: see read.h. */
#include "gateway/read_object.h"

static const struct {
	str type;
	const char *field;
	enum read_filter_kind kind;
} TYPES[] = {
	{ STR_INIT("RequestHeaderModifier"), "requestHeaderModifier", FILTER_REQUEST_HEADERS },
	{ STR_INIT("ResponseHeaderModifier"), "responseHeaderModifier", FILTER_RESPONSE_HEADERS },
	{ STR_INIT("RequestRedirect"), "requestRedirect", FILTER_REDIRECT },
	{ STR_INIT("URLRewrite"), "urlRewrite", FILTER_REWRITE },
	{ STR_INIT("RequestMirror"), "requestMirror", FILTER_MIRROR },
	{ STR_INIT("CORS"), "cors", FILTER_CORS },
	{ STR_INIT("ExternalAuth"), "externalAuth", FILTER_AUTH },
	{ STR_INIT("ExtensionRef"), "extensionRef", FILTER_EXTENSION },
};

static void read_headers(const struct reader *r, const struct node *node, struct read_filter *out)
{
	const char *const keys[] = { "set", "add" };
	for (size_t k = 0; k < 2; k++) {
		const struct node *list = read_list(node, keys[k]);
		for (size_t i = 0; i < read_count(list); i++) {
			const struct node *item = list->as.list.item[i];
			struct read_pair pair = { .name = read_text(r, item, "name"), .value = read_text(r, item, "value"), .at = read_place(item) };
			if (k)
				LIST_PUSH(r->arena, &out->add, pair);
			else
				LIST_PUSH(r->arena, &out->set, pair);
		}
	}
	read_texts(r, node, "remove", &out->remove);
}

static struct read_modifier read_modifier(const struct reader *r, const struct node *path)
{
	str type = read_text(r, path, "type");
	if (str_eq(type, STR("ReplaceFullPath")))
		return (struct read_modifier){ CHANGE_FULL, read_text(r, path, "replaceFullPath") };
	if (str_eq(type, STR("ReplacePrefixMatch")))
		return (struct read_modifier){ CHANGE_PREFIX, read_text(r, path, "replacePrefixMatch") };
	return (struct read_modifier){ CHANGE_NONE, STR_INIT("") };
}

static void read_redirect(const struct reader *r, const struct node *node, struct read_filter *out)
{
	out->scheme = read_text(r, node, "scheme");
	out->hostname = read_text(r, node, "hostname");
	out->port = (uint32_t)read_number(node, "port", 65535);
	out->status = (uint32_t)read_number(node, "statusCode", 999);
	out->path = read_modifier(r, node_get(node, STR("path")));
	if (out->kind == FILTER_REDIRECT && !out->status)
		out->status = 302;
}

static void read_mirror(const struct reader *r, const struct node *node, struct read_filter *out)
{
	const struct node *part = node_get(node, STR("fraction"));
	str percent = read_text(r, node, "percent");
	out->ref = read_reference(r, node_get(node, STR("backendRef")), "", "Service");
	if (percent.n)
		out->share = arena_join(r->arena, percent, STR("%"));
	else if (part)
		out->share = arena_join(r->arena, arena_join(r->arena, read_text(r, part, "numerator"), STR("/")), read_text_or(r, part, "denominator", "100"));
}

static void read_cors(const struct reader *r, const struct node *node, struct read_filter *out)
{
	int64_t age;
	read_texts(r, node, "allowOrigins", &out->origins);
	read_texts(r, node, "allowMethods", &out->methods);
	read_texts(r, node, "allowHeaders", &out->headers);
	read_texts(r, node, "exposeHeaders", &out->expose);
	out->credentials = read_truth(node, "allowCredentials");
	out->max_age = str_to_i64(read_text(r, node, "maxAge"), &age) ? age : 5;
}

static void read_auth(const struct reader *r, const struct node *node, struct read_filter *out)
{
	const struct node *http = node_get(node, STR("http"));
	out->grpc = str_eq(read_text(r, node, "protocol"), STR("GRPC"));
	out->ref = read_reference(r, node_get(node, STR("backendRef")), "", "Service");
	out->auth_path = read_text(r, http, "path");
	read_texts(r, http, "allowedResponseHeaders", &out->copied);
	out->body = read_number(node_get(node, STR("forwardBody")), "maxSize", UINT64_MAX / 2);
}

struct read_filter read_filter(const struct reader *r, const struct node *node)
{
	struct read_filter out = { .type = read_text(r, node, "type"), .at = read_place(node) };
	const struct node *field = NULL;
	for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
		if (str_eq(TYPES[i].type, out.type)) {
			out.kind = TYPES[i].kind;
			field = node_get(node, str_c(TYPES[i].field));
		}
	switch (out.kind) {
	case FILTER_REQUEST_HEADERS:
	case FILTER_RESPONSE_HEADERS:
		read_headers(r, field, &out);
		break;
	case FILTER_REDIRECT:
	case FILTER_REWRITE:
		read_redirect(r, field, &out);
		break;
	case FILTER_MIRROR:
		read_mirror(r, field, &out);
		break;
	case FILTER_CORS:
		read_cors(r, field, &out);
		break;
	case FILTER_AUTH:
		read_auth(r, field, &out);
		break;
	case FILTER_EXTENSION:
		out.ref = read_reference(r, field, "", "");
		break;
	case FILTER_UNKNOWN:
		break;
	}
	/* the type promises a field that is not there */
	if (!field)
		out.kind = FILTER_UNKNOWN;
	return out;
}
