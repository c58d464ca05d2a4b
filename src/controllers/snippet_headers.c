/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Headers in snippets, in the order in which nginx 1.27.1 acts: of an answer it hides what the backend sent, then come
 * more_set_headers and more_clear_headers of all levels, then add_header of the innermost level that has one; of a request
 * more_set_input_headers, then proxy_set_header, which beside the controller's own counts in locations only.
 */
#include "controllers/snippet.h"

/* ---- edits ---- */

struct edits {
	struct header_edit *item;
	size_t n, cap;
};

static void push(struct snippet_view *v, struct edits *edits, struct header_edit e)
{
	LIST_PUSH(v->in->front->arena, edits, e);
}

static void add_step(struct snippet_view *v, const struct statement *s, const struct edits *edits, const struct fact_list *facts)
{
	bool response = edits->item[0].response;
	struct step *step = statement_step(v, s, STEP_HEADER, response ? STR("headers.response") : STR("headers.request"));
	if (!statement_is_alone(s)) {
		/* what is said of one header shows the annotation, not the first directive of that name */
		step->facts.n = 0;
		fact_list_add(v->in->front->arena, &step->facts, s->snippet->fact);
		fact_list_add(v->in->front->arena, &step->facts, s->fact);
	}
	fact_list_join(v->in->front->arena, &step->facts, facts);
	for (size_t i = 0; i < edits->n; i++)
		LIST_PUSH(v->in->front->arena, &step->as.header.edits, edits->item[i]);
}

/* "Name: value"; without a value the header is taken away. */
static struct header_edit cut_header(str text)
{
	struct header_edit e = { 0 };
	str_cut(text, ':', &e.name, &e.value);
	e.name = str_trim(e.name);
	e.value = str_trim(e.value);
	return e;
}

/* Options of more_*_headers that make it conditional: by status, by content type, only where the header is there. */
static bool is_condition(str option)
{
	return str_eq(option, STR("-s")) || str_eq(option, STR("-t")) || str_eq(option, STR("-r"));
}

/* The headers of a more_* directive. False where they are set under a condition, or where a name stands for several. */
static bool more_edits(struct snippet_view *v, const struct statement *s, bool response, bool clears, struct edits *edits, struct fact_list *facts)
{
	bool adds = false;
	for (size_t i = 0; i < s->d->args.n; i++) {
		str arg = statement_arg(s, i);
		if (is_condition(arg))
			return false;
		if (str_eq(arg, STR("-a"))) {
			adds = true;
			continue;
		}
		struct header_edit e = cut_header(arg);
		e.response = response;
		e.value = clears ? STR("") : view_expand(v, e.value, facts);
		e.adds = adds && e.value.n;
		if (e.name.n == 0 || str_has_char(e.name, '*') || str_has_char(e.name, '$'))
			return false;
		push(v, edits, e);
	}
	return edits->n > 0 && !s->d->block;
}

/* ---- answers ---- */

static void more_statement(struct snippet_view *v, const struct statement *s)
{
	struct edits edits = { 0 };
	struct fact_list facts = { 0 };
	if (more_edits(v, s, true, statement_is(s, READ_CLEAR_HEADERS), &edits, &facts))
		add_step(v, s, &edits, &facts);
	else
		statement_lose(v, s);
}

/* nginx has one value of these, and exchanges it. */
static bool has_one_value(str name)
{
	return str_eq_nocase(name, STR("ETag")) || str_eq_nocase(name, STR("Last-Modified"));
}

static void add_header_statement(struct snippet_view *v, const struct statement *s)
{
	struct edits edits = { 0 };
	struct fact_list facts = { 0 };
	bool always = str_eq(statement_arg(s, 2), STR("always"));
	struct header_edit e = { .response = true, .name = statement_arg(s, 0), .on_success = !always };
	if (s->d->block || s->d->args.n < 2 || s->d->args.n > 3 || (s->d->args.n == 3 && !always) || str_has_char(e.name, '$')) {
		statement_lose(v, s);
		return;
	}
	e.value = view_expand(v, statement_arg(s, 1), &facts);
	e.adds = !has_one_value(e.name);
	if (e.value.n == 0) {
		statement_idle(s, STR("nginx adds no header without a value"));
		return;
	}
	push(v, &edits, e);
	add_step(v, s, &edits, &facts);
}

static void hide_statement(struct snippet_view *v, const struct statement *s)
{
	struct edits edits = { 0 };
	const struct fact_list none = { 0 };
	if (s->d->block || s->d->args.n != 1) {
		statement_lose(v, s);
		return;
	}
	push(v, &edits, (struct header_edit){ .response = true, .name = statement_arg(s, 0) });
	add_step(v, s, &edits, &none);
}

/* The checks of an authentication service add a cookie of its own to each location. */
static bool has_own_header(const struct snippet_view *v)
{
	return v->subject && subject_setting(v->subject, STR("auth.external"), STR("url")) && v->location &&
		!location_is_exempt(v->in, v->location, STR("no-auth-locations"));
}

/* The innermost level that has such a directive; what stands outside of it does not count. */
static enum snippet_level innermost(const struct snippet_view *v, enum directive_reader reader)
{
	if (view_has(v, SNIPPET_LOCATION, reader) || (reader == READ_ADD_HEADER && has_own_header(v)))
		return SNIPPET_LOCATION;
	return view_has(v, SNIPPET_SERVER, reader) ? SNIPPET_SERVER : SNIPPET_HTTP;
}

static void each_of_level(struct snippet_view *v, enum directive_reader reader, void (*act)(struct snippet_view *, const struct statement *))
{
	enum snippet_level level = innermost(v, reader);
	for (size_t i = 0; i < v->blocks.n; i++) {
		const struct snippet_block *block = &v->blocks.item[i];
		for (size_t j = 0; j < block->statements->n; j++) {
			const struct statement *s = &block->statements->item[j];
			if (!statement_is(s, reader))
				continue;
			if (block->level == level)
				act(v, s);
			else
				statement_idle(s, STR("a location has such a directive of its own, and nginx then ignores those outside"));
		}
	}
}

void header_answers(struct snippet_view *v)
{
	each_of_level(v, READ_HIDE_HEADER, hide_statement);
	for (size_t i = 0; i < v->blocks.n; i++)
		for (size_t j = 0; j < v->blocks.item[i].statements->n; j++) {
			const struct statement *s = &v->blocks.item[i].statements->item[j];
			if (statement_is(s, READ_SET_HEADERS) || statement_is(s, READ_CLEAR_HEADERS))
				more_statement(v, s);
		}
	each_of_level(v, READ_ADD_HEADER, add_header_statement);
}

/* ---- requests ---- */

/* What the controller sends in every location (reference: ingress-nginx A.10). A second header of the name goes beside it. */
static const struct { str name, value; } OWN[] = {
	{ STR_INIT("Host"), STR_INIT("$best_http_host") }, { STR_INIT("Upgrade"), STR_INIT("$http_upgrade") },
	{ STR_INIT("Connection"), STR_INIT("$connection_upgrade") }, { STR_INIT("X-Request-ID"), STR_INIT("$req_id") },
	{ STR_INIT("X-Real-IP"), STR_INIT("$remote_addr") }, { STR_INIT("X-Forwarded-For"), STR_INIT("$remote_addr") },
	{ STR_INIT("X-Forwarded-Host"), STR_INIT("$best_http_host") }, { STR_INIT("X-Forwarded-Port"), STR_INIT("$pass_port") },
	{ STR_INIT("X-Forwarded-Proto"), STR_INIT("$pass_access_scheme") }, { STR_INIT("X-Forwarded-Scheme"), STR_INIT("$pass_access_scheme") },
	{ STR_INIT("X-Scheme"), STR_INIT("$pass_access_scheme") }, { STR_INIT("X-Original-Forwarded-For"), STR_INIT("$http_x_forwarded_for") },
	{ STR_INIT("X-Original-Forwarded-Host"), STR_INIT("$http_x_forwarded_host") }, { STR_INIT("Proxy"), STR_INIT("") },
};

static const size_t OWN_COUNT = sizeof OWN / sizeof *OWN;

static size_t own_header(str name)
{
	size_t i = 0;
	while (i < OWN_COUNT && !str_eq_nocase(OWN[i].name, name))
		i++;
	return i;
}

/* Other names of what the controller's variables hold. */
static bool is_own_value(str value, str own)
{
	if (str_eq(value, own))
		return true;
	if (str_eq(own, STR("$best_http_host")))
		return str_eq(value, STR("$host")) || str_eq(value, STR("$http_host"));
	if (str_eq(own, STR("$connection_upgrade")))
		return str_eq_nocase(value, STR("upgrade"));
	return str_eq(own, STR("$pass_access_scheme")) && str_eq(value, STR("$scheme"));
}

static void host_statement(struct snippet_view *v, const struct statement *s, str value, const struct fact_list *facts)
{
	struct step *step = statement_step(v, s, STEP_HOST, STR("backend.host"));
	fact_list_join(v->in->front->arena, &step->facts, facts);
	step->value = value;
	if (str_has_char(value, '$')) {
		/* backends may choose by it what they serve */
		step->quiet = true;
		statement_close(v, s);
		return;
	}
	static const str WHY = STR_INIT("a snippet sets the Host header beside that of the controller, and backends get both");
	struct diag *d = diag_add(v->in->front->diags, DIAG_HEADER_DIFFERS, fact_site(v->in->front->arena, s->fact), WHY);
	d->level = DIAG_WARNING;
	d->loss = LOSS_BEHAVIOUR;
	d->effect = STR("most servers answer 400 to two Host headers; the Gateway sends the one of the snippet alone");
	d->help = STR("use the annotation upstream-vhost, which exchanges the header");
	fact_lost(s->fact, FACT_DIFFERENT, LOSS_BEHAVIOUR, DIAG_HEADER_DIFFERS, WHY);
	fact_lost(s->snippet->fact, FACT_DIFFERENT, LOSS_BEHAVIOUR, DIAG_HEADER_DIFFERS, WHY);
}

static void request_statement(struct snippet_view *v, const struct statement *s)
{
	struct edits edits = { 0 };
	struct fact_list facts = { 0 };
	struct header_edit e = { .name = statement_arg(s, 0) };
	if (s->d->block || s->d->args.n != 2 || e.name.n == 0 || str_has_char(e.name, '$')) {
		statement_close(v, s);
		return;
	}
	e.value = view_expand(v, statement_arg(s, 1), &facts);
	size_t own = own_header(e.name);
	if (own < OWN_COUNT && (e.value.n == 0 || is_own_value(e.value, OWN[own].value))) {
		statement_idle(s, e.value.n ? STR("the controller sends this header with that value anyway")
			: STR("the controller's own header of the name is sent all the same"));
		return;
	}
	if (str_eq_nocase(e.name, STR("Host"))) {
		host_statement(v, s, e.value, &facts);
		return;
	}
	e.adds = own < OWN_COUNT;
	push(v, &edits, e);
	add_step(v, s, &edits, &facts);
}

/* Headers that clients are taken to have sent. The controller exchanges those that it sends itself. */
static void input_statement(struct snippet_view *v, const struct statement *s)
{
	struct edits edits = { 0 }, kept = { 0 };
	struct fact_list facts = { 0 };
	bool trusts = controller_default_flag(v->in->controller, STR("client.address"), STR("forwarded")), read = false;
	if (!more_edits(v, s, false, statement_is(s, READ_CLEAR_INPUT), &edits, &facts)) {
		/* it keeps headers of clients from the backend, which may trust them */
		statement_close(v, s);
		return;
	}
	for (size_t i = 0; i < edits.n; i++) {
		bool own = own_header(edits.item[i].name) < OWN_COUNT;
		read = read || (own && trusts);
		if (!own)
			push(v, &kept, edits.item[i]);
	}
	if (read)
		statement_lose(v, s);      /* what the controller reads in it: scheme, host, address */
	else if (kept.n == 0)
		statement_idle(s, STR("the controller sets these headers itself, whatever the client has sent"));
	if (kept.n)
		add_step(v, s, &kept, &facts);
}

/* gRPC has directives of its own; FastCGI takes none of them. */
static enum directive_reader request_reader(const struct snippet_view *v)
{
	struct setting *protocol = v->subject ? subject_setting(v->subject, STR("backend.protocol"), STR("name")) : NULL;
	if (protocol && str_starts_nocase(protocol->value.text, STR("grpc")))
		return READ_GRPC_HEADER;
	return protocol && str_eq_nocase(protocol->value.text, STR("fcgi")) ? READ_NOTHING : READ_REQUEST_HEADER;
}

void header_requests(struct snippet_view *v)
{
	enum directive_reader reader = request_reader(v);
	v->requests = true;
	for (size_t i = 0; i < v->blocks.n; i++)
		for (size_t j = 0; j < v->blocks.item[i].statements->n; j++) {
			const struct statement *s = &v->blocks.item[i].statements->item[j];
			if (statement_is(s, READ_INPUT_HEADERS) || statement_is(s, READ_CLEAR_INPUT))
				input_statement(v, s);
		}
	for (size_t i = 0; i < v->blocks.n; i++)
		for (size_t j = 0; j < v->blocks.item[i].statements->n; j++) {
			const struct statement *s = &v->blocks.item[i].statements->item[j];
			if (!statement_is(s, READ_REQUEST_HEADER) && !statement_is(s, READ_GRPC_HEADER))
				continue;
			if (v->blocks.item[i].level != SNIPPET_LOCATION)
				statement_idle(s, STR("every location of the controller sets headers of its own, and nginx then ignores those outside"));
			else if (!statement_is(s, reader))
				statement_idle(s, STR("it is for another protocol than the one that the backend is spoken to in"));
			else
				request_statement(v, s);
		}
}
