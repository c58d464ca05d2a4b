/* SPDX-License-Identifier: Apache-2.0 */
/* The live cluster: see live.h. */
#include "lib/live.h"

#include "ing2gw.h"

static const struct dump_controller *controllers_of(struct arena *arena, const struct mapping *mapping)
{
	struct dump_controller *out = NEWS(arena, struct dump_controller, mapping->controllers.n + 1);
	for (size_t i = 0; i < mapping->controllers.n; i++)
		out[i] = (struct dump_controller){ mapping->controllers.item[i]->images, mapping->controllers.item[i]->configmap };
	return out;
}

bool live_read(struct intake *intake, struct arena *arena, const struct live_options *options, struct dump *out, struct kube_fault *fault)
{
	struct connection connection;
	struct dump_request request = { .scope = options->scope, .certificates = options->certificates, .vendors = intake_vendor_kinds(arena, &intake->mapping),
		.controllers = controllers_of(arena, &intake->mapping), .controllers_n = intake->mapping.controllers.n };
	if (!kubeconfig_read(arena, &options->connection, &options->world, &connection, fault))
		return false;
	if (!options->all && !request.scope.namespaces.n)
		LIST_PUSH(arena, &request.scope.namespaces, connection.namespace);
	if (options->all)
		request.scope.namespaces = (struct str_list){ 0 };
	struct api *api = api_open(arena, &connection, options->watcher, arena_printf(arena, "ing2gw/%s", ing2gw_version()), fault);
	if (!api)
		return false;
	bool good = dump_read(api, &request, out, fault);
	api_close(api);
	return good;
}

/* The tokens, and all that is read, are gone when the text is there. */
bool live_add(struct intake *intake, const struct live_options *options, struct kube_fault *fault)
{
	struct arena arena;
	struct resource open;
	struct dump dump;
	arena_init(&arena, intake->arena.limit, &intake->escape);
	escape_watch(&intake->escape, &open, arena_close, &arena);
	bool good = live_read(intake, &arena, options, &dump, fault);
	if (good) {
		struct buf text;
		buf_init(&text, &intake->arena, 0);
		dump_write(&text, &dump, NULL);
		(void)sources_add(&intake->sources, STR("<cluster>"), buf_str(&text));
	} else {
		struct arena *to = &intake->arena;
		*fault = (struct kube_fault){ fault->code, arena_str(to, fault->where), arena_str(to, fault->message), arena_str(to, fault->help) };
	}
	escape_forget(&intake->escape, &open);
	arena_release(&arena);
	return good;
}
