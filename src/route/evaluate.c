/* SPDX-License-Identifier: Apache-2.0 */
/* A stand-in: chooses host and first exact or longest prefix path, and forwards. */
#include "route/evaluate.h"

struct evaluator {
	const struct model *model;
};

void model_prepare(struct model *model)
{
	(void)model;
}

struct evaluator *evaluator_new(struct arena *arena, const struct model *model)
{
	struct evaluator *e = NEW(arena, struct evaluator);
	e->model = model;
	return e;
}

static bool takes(const struct match *match, str path)
{
	if (match->kind == MATCH_EXACT)
		return str_eq(match->path, path);
	return str_starts(path, match->path);
}

void evaluate(struct evaluator *evaluator, struct arena *scratch, const struct request *request, struct outcome *out)
{
	*out = (struct outcome){ .status = 404 };
	str host, rest, path, query;
	str_cut(request->host, ':', &host, &rest);
	bool has_query = str_cut(request->target, '?', &path, &query);
	(void)has_query;
	out->path = path;
	for (size_t k = 0; k < evaluator->model->entries.n; k++) {
		const struct entry *entry = evaluator->model->entries.item[k];
		out->entry = entry;
		for (size_t i = 0; i < entry->hosts.n; i++)
			if (str_eq_nocase(entry->hosts.item[i]->name.name, host))
				out->host = entry->hosts.item[i];
	}
	for (size_t i = 0; out->host && !out->route && i < out->host->routes.n; i++)
		if (takes(&out->host->routes.item[i]->match, path))
			out->route = out->host->routes.item[i];
	if (!out->route || !out->route->cases.n)
		return;
	out->name = &out->host->name;
	out->status = 200;
	out->forwarded = true;
	out->upstream_target = request->target;
	out->upstream_host = request->host;
	struct chosen_backend chosen = { &out->route->cases.item[0].backend, 1 };
	LIST_PUSH(scratch, &out->backends, chosen);
}
