/* SPDX-License-Identifier: Apache-2.0 */
/* Outcomes as JSON: see trace_json.h. Keys stand in a fixed order; one that would say nothing but "not known" is left out. */
#include "verify/trace_json.h"

static void add_key(struct buf *out, str name)
{
	if (out->n && out->p[out->n - 1] != '{')
		buf_add(out, STR(", "));
	buf_add_char(out, '"');
	buf_add(out, name);
	buf_add(out, STR("\": "));
}

/* null for a text that is not there. */
static void add_text(struct buf *out, str text, bool there)
{
	if (there)
		buf_add_json(out, text);
	else
		buf_add(out, STR("null"));
}

static void add_texts(struct buf *out, str name, const struct str_list *list)
{
	add_key(out, name);
	buf_add_char(out, '[');
	for (size_t i = 0; i < list->n; i++) {
		if (i)
			buf_add(out, STR(", "));
		buf_add_json(out, list->item[i]);
	}
	buf_add_char(out, ']');
}

static void add_headers(struct buf *out, str name, const struct changed_header *headers, size_t n)
{
	add_key(out, name);
	buf_add_char(out, '[');
	for (size_t i = 0; i < n; i++) {
		buf_add(out, i ? STR(", [") : STR("["));
		buf_add_json(out, headers[i].name);
		buf_add(out, STR(", "));
		add_text(out, headers[i].value, !headers[i].removed);
		buf_add_char(out, ']');
	}
	buf_add_char(out, ']');
}

uint64_t *trace_shares(struct arena *scratch, const struct outcome *outcome, bool *percent)
{
	size_t n = outcome->backends.n;
	uint64_t sum = 0, *shares = NEWS(scratch, uint64_t, n);
	for (size_t i = 0; i < n; i++)
		sum += outcome->backends.item[i].weight;
	*percent = n == 1 || sum > 0;
	for (size_t i = 0; i < n && n > 1; i++)
		*percent = *percent && (uint64_t)outcome->backends.item[i].weight * 100 % sum == 0;
	for (size_t i = 0; i < n; i++) {
		shares[i] = outcome->backends.item[i].weight;
		if (*percent)
			shares[i] = n == 1 ? 100 : shares[i] * 100 / sum;
	}
	return shares;
}

static void add_backends(struct buf *out, struct arena *scratch, const struct outcome *outcome)
{
	bool percent;
	const uint64_t *shares = trace_shares(scratch, outcome, &percent);
	add_key(out, STR("backends"));
	buf_add_char(out, '[');
	for (size_t i = 0; i < outcome->backends.n; i++) {
		const struct backend *backend = outcome->backends.item[i].backend;
		buf_add(out, i ? STR(", {") : STR("{"));
		add_key(out, STR("namespace"));
		buf_add_json(out, backend->namespace);
		add_key(out, STR("name"));
		buf_add_json(out, backend->name);
		if (backend->port) {
			add_key(out, STR("port"));
			buf_add_number(out, backend->port);
		}
		add_key(out, STR("weight"));
		buf_add_number(out, shares[i]);
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
}

static void add_upstream(struct buf *out, const struct outcome *outcome)
{
	add_key(out, STR("upstream"));
	buf_add_char(out, '{');
	add_key(out, STR("target"));
	buf_add_json(out, outcome->upstream_target);
	add_key(out, STR("host"));
	buf_add_json(out, outcome->upstream_host);
	add_headers(out, STR("headers"), outcome->upstream_headers.item, outcome->upstream_headers.n);
	buf_add_char(out, '}');
}

static void add_status(struct buf *out, const struct outcome *outcome)
{
	add_key(out, STR("status"));
	if (outcome->status)
		buf_add_number(out, outcome->status);
	else
		buf_add(out, STR("null"));
	add_key(out, STR("location"));
	add_text(out, outcome->location, outcome->has_location);
}

void trace_json(struct buf *out, struct arena *scratch, const struct outcome *outcome, str route)
{
	buf_add_char(out, '{');
	add_status(out, outcome);
	add_backends(out, scratch, outcome);
	if (outcome->forwarded)
		add_upstream(out, outcome);
	if (outcome->status)
		add_headers(out, STR("response_headers"), outcome->response_headers.item, outcome->response_headers.n);
	add_texts(out, STR("gates"), &outcome->gates);
	add_key(out, STR("route"));
	add_text(out, route, route.n > 0);
	add_texts(out, STR("features"), &outcome->features);
	if (outcome->certificate.n) {
		add_key(out, STR("certificate"));
		buf_add_json(out, outcome->certificate);
	}
	if (outcome->auth_url.n) {
		add_key(out, STR("auth_url"));
		buf_add_json(out, outcome->auth_url);
	}
	if (outcome->problem.n) {
		add_key(out, STR("problem"));
		buf_add_json(out, outcome->problem);
	}
	if (outcome->state.n) {
		add_key(out, STR("state"));
		buf_add_json(out, outcome->state);
	}
	buf_add(out, STR("}\n"));
}

void trace_json_error(struct buf *out, str error)
{
	buf_add(out, STR("{\"error\": "));
	buf_add_json(out, error);
	buf_add(out, STR("}\n"));
}
