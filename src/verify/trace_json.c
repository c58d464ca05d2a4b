/* SPDX-License-Identifier: Apache-2.0 */
/* Outcomes as JSON: see trace_json.h. Keys stand in a fixed order; one that would say nothing but "not known" is left out. */
#include "verify/trace_json.h"

#include "verify/compare.h"

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

static const struct chosen_backend *share_of(const struct outcome *outcome, size_t i)
{
	return i < outcome->backends.n ? &outcome->backends.item[i] : &outcome->failing.item[i - outcome->backends.n];
}

uint64_t *trace_shares(struct arena *scratch, const struct outcome *outcome, bool *percent)
{
	size_t n = outcome->backends.n + outcome->failing.n;
	uint64_t sum = 0, *shares = NEWS(scratch, uint64_t, n);
	for (size_t i = 0; i < n; i++)
		sum += share_of(outcome, i)->weight;
	*percent = n == 1 || sum > 0;
	for (size_t i = 0; i < n && n > 1; i++)
		*percent = *percent && (uint64_t)share_of(outcome, i)->weight * 100 % sum == 0;
	for (size_t i = 0; i < n; i++) {
		shares[i] = share_of(outcome, i)->weight;
		if (*percent)
			shares[i] = n == 1 ? 100 : shares[i] * 100 / sum;
	}
	return shares;
}

static void add_upstream(struct buf *out, str target, str host, const struct changed_header *headers, size_t n)
{
	add_key(out, STR("upstream"));
	buf_add_char(out, '{');
	add_key(out, STR("target"));
	buf_add_json(out, target);
	add_key(out, STR("host"));
	buf_add_json(out, host);
	add_headers(out, STR("headers"), headers, n);
	buf_add_char(out, '}');
}

static void add_backend(struct buf *out, const struct chosen_backend *chosen, uint64_t share)
{
	const struct backend *backend = chosen->backend;
	buf_add_char(out, '{');
	add_key(out, STR("namespace"));
	buf_add_json(out, backend->namespace);
	add_key(out, STR("name"));
	buf_add_json(out, backend->name);
	if (backend->port) {
		add_key(out, STR("port"));
		buf_add_number(out, backend->port);
	}
	add_key(out, STR("weight"));
	buf_add_number(out, share);
	if (chosen->own) {
		add_upstream(out, chosen->own->target, chosen->own->host, chosen->own->headers.item, chosen->own->headers.n);
		add_headers(out, STR("response_headers"), chosen->own->answer.item, chosen->own->answer.n);
	}
	if (backend->answer) {
		add_key(out, STR("status"));
		buf_add_number(out, backend->answer);
	}
	buf_add_char(out, '}');
}

/* Where no backend answers: by which status is a matter of weights. */
static bool statuses_differ(const struct outcome *outcome)
{
	for (size_t i = 1; i < outcome->failing.n; i++)
		if (outcome->failing.item[i].backend->answer != outcome->failing.item[0].backend->answer)
			return true;
	return false;
}

static void add_backends(struct buf *out, struct arena *scratch, const struct outcome *outcome)
{
	bool percent;
	size_t n = outcome->backends.n, failing = n || statuses_differ(outcome) ? outcome->failing.n : 0;
	const uint64_t *shares = trace_shares(scratch, outcome, &percent);
	add_key(out, STR("backends"));
	buf_add_char(out, '[');
	for (size_t i = 0; i < n; i++) {
		buf_add(out, i ? STR(", ") : STR(""));
		add_backend(out, &outcome->backends.item[i], shares[i]);
	}
	buf_add_char(out, ']');
	/* a share of the requests that is answered without any backend */
	if (failing)
		add_key(out, STR("failing"));
	for (size_t i = 0; i < failing; i++) {
		buf_add(out, i ? STR(", ") : STR("["));
		add_backend(out, &outcome->failing.item[i], shares[n + i]);
	}
	if (failing)
		buf_add_char(out, ']');
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

static void add_unknown(struct buf *out, const struct outcome *outcome)
{
	add_key(out, STR("unknown"));
	for (size_t i = 0; i < outcome->unknown.n; i++) {
		buf_add(out, i ? STR(", ") : STR("["));
		buf_add_json(out, outcome->unknown.item[i]->text);
	}
	buf_add_char(out, ']');
}

void trace_json_outcome(struct buf *out, struct arena *scratch, const struct outcome *outcome, str route)
{
	buf_add_char(out, '{');
	add_status(out, outcome);
	add_backends(out, scratch, outcome);
	if (outcome->forwarded)
		add_upstream(out, outcome->upstream_target, outcome->upstream_host, outcome->upstream_headers.item, outcome->upstream_headers.n);
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
	if (outcome->unknown.n)
		add_unknown(out, outcome);
	buf_add_char(out, '}');
}

void trace_json(struct buf *out, struct arena *scratch, const struct outcome *outcome, str route)
{
	trace_json_outcome(out, scratch, outcome, route);
	buf_add_char(out, '\n');
}

void trace_json_both(struct buf *out, struct arena *scratch, const struct outcome *before, str before_route, const struct outcome *after,
	str after_route)
{
	struct str_list what = { 0 };
	outcomes_compare(scratch, before, after, &what);
	buf_add(out, STR("{\"before\": "));
	trace_json_outcome(out, scratch, before, before_route);
	buf_add(out, STR(", \"after\": "));
	trace_json_outcome(out, scratch, after, after_route);
	if (!before->unknown.n && !after->unknown.n)
		buf_add(out, what.n ? STR(", \"same\": false") : STR(", \"same\": true"));
	if (what.n)
		add_texts(out, STR("what"), &what);
	buf_add(out, STR("}\n"));
}

void trace_json_error(struct buf *out, str error)
{
	buf_add(out, STR("{\"error\": "));
	buf_add_json(out, error);
	buf_add(out, STR("}\n"));
}
