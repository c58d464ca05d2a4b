/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that another Service gives in place of an error: see run.h (reference: ingress-nginx A.15). */
#include "route/run.h"

static bool is_listed(const struct error_pages *pages, uint32_t status)
{
	for (size_t i = 0; i < pages->codes.n; i++)
		if (pages->codes.item[i] == status)
			return true;
	return false;
}

/* The request to the Service is one of its own: what the route sets does not go with it, and of the usual headers only those that it names. */
static void set_headers(struct run *r, const struct error_pages *pages, uint32_t status)
{
	r->out->upstream_headers.n = 0;
	run_without_usual(r, STR("X-Forwarded-For"));
	struct header_edit code = { .name = STR_INIT("X-Code"), .value = arena_printf(r->scratch, "%u", (unsigned)status) };
	struct header_edit connection = { .name = STR_INIT("Connection"), .value = STR_INIT("close") };
	run_header(r, &code);
	run_header(r, &connection);
	for (size_t i = 0; i < pages->headers.n; i++)
		run_header(r, &pages->headers.item[i]);
}

void run_error_pages(struct run *r, bool by_backend)
{
	struct outcome *out = r->out;
	if (!r->errors || out->status == 0 || r->signed_in)
		return;
	const struct error_pages *pages = &r->errors->as.errors;
	uint32_t status = out->status;
	if (!is_listed(pages, status) || (by_backend && pages->keep_backend))
		return;
	/* a Service that stands in for one without endpoints is asked a second time, and answers as it did */
	bool again = by_backend && r->route->instead && r->route->instead == pages->backend;
	run_log(r, r->errors, HAPPENED_ANSWERED, (str){ "", 0 }, (str){ "", 0 });
	out->response_headers.n = 0;
	out->backends.n = 0;
	if (by_backend)
		out->has_location = false;
	out->forwarded = pages->backend != NULL;
	out->status = !pages->backend ? 404 : again ? status : 200;
	if (!pages->backend)
		return;
	struct chosen_backend chosen = { .backend = pages->backend, .weight = 100 };
	LIST_PUSH(r->scratch, &out->backends, chosen);
	const char *mark = r->reading.query.n ? "?" : "";
	out->upstream_target = arena_printf(r->scratch, "/%s%.*s", mark, STR_ARG(r->reading.query));
	out->upstream_host = r->host_header;
	set_headers(r, pages, status);
}
