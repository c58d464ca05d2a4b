/* SPDX-License-Identifier: Apache-2.0 */
/* Steps with headers as RequestHeaderModifier and ResponseHeaderModifier: see headers.h. */
#include "targets/headers.h"

#include "base/buf.h"
#include "gateway/cel.h"
#include "targets/losses.h"
#include "targets/versions.h"

enum { LIST_MOST = 16, VALUE_MOST = 4096 };

/* ---- values ---- */

static bool is_exact_host(const struct host *host)
{
	return host->name.kind == HOST_EXACT && host->aliases.n == 0 && host->other_names.n == 0;
}

/* The value of a variable where it is the same for all requests of the route on this side. */
static bool variable_value(const struct rule_place *at, str name, str *out)
{
	bool tls = at->side == SIDE_TLS;
	if ((str_eq(name, STR("host")) && is_exact_host(at->host)) ||
		(str_eq(name, STR("server_name")) && at->host->name.kind == HOST_EXACT))
		*out = at->host->name.name;
	else if (str_eq(name, STR("scheme")))
		*out = tls ? STR("https") : STR("http");
	else if (str_eq(name, STR("https")))
		*out = tls ? STR("on") : STR("");
	else
		return false;
	return true;
}

static bool is_name_character(char c)
{
	return char_is_alnum(c) || c == '_';
}

/* "$name" or "${name}" at the start of s: its name, and the bytes that it takes. 0 where there is none. */
static size_t variable_at(str s, str *name)
{
	bool braces = s.n > 1 && s.p[1] == '{';
	size_t start = braces ? 2 : 1, end = start;
	while (end < s.n && is_name_character(s.p[end]))
		end++;
	*name = str_slice(s, start, end);
	if (name->n == 0 || (braces && (end == s.n || s.p[end] != '}')))
		return 0;
	return end + braces;
}

/* False where the value depends on the request. */
static bool expand(struct lowering *lw, const struct rule_place *at, str template, str *out)
{
	struct buf b;
	if (!str_has_char(template, '$')) {
		*out = template;
		return true;
	}
	buf_init(&b, lw->arena, 0);
	for (size_t i = 0; i < template.n;) {
		str name, value;
		if (template.p[i] != '$') {
			buf_add_char(&b, template.p[i++]);
			continue;
		}
		size_t n = variable_at(str_from(template, i), &name);
		if (n == 0 || !variable_value(at, name, &value))
			return false;
		buf_add(&b, value);
		i += n;
	}
	*out = buf_str(&b);
	return true;
}

/* Printable ASCII. In the experimental channel since 1.5 no two blanks may follow each other. */
static bool is_value(const struct lowering *lw, str value)
{
	bool strict = lw->version.experimental && lw->version.minor >= 5;
	for (size_t i = 0; i < value.n; i++) {
		bool blank = value.p[i] == ' ' || value.p[i] == '\t';
		if (!blank && (value.p[i] < 0x21 || value.p[i] > 0x7E))
			return false;
		if (blank && strict && (value.p[i + 1] == ' ' || value.p[i + 1] == '\t'))
			return false;
	}
	return value.n > 0 && value.n <= VALUE_MOST;
}

/* Headers that belong to one hop or to the framing of the message. */
static bool is_of_hop(str name)
{
	static const str NAMES[] = {
		STR_INIT("Connection"), STR_INIT("Keep-Alive"), STR_INIT("Proxy-Connection"), STR_INIT("TE"), STR_INIT("Trailer"),
		STR_INIT("Transfer-Encoding"), STR_INIT("Upgrade"), STR_INIT("Content-Length"), STR_INIT("Host"),
	};
	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
		if (str_eq_nocase(NAMES[i], name))
			return true;
	return false;
}

/* ---- what cannot be said ---- */

static void lose_header(struct lowering *lw, const struct rule_place *at, const struct fact_list *facts, const struct header_edit *e,
	str why, str help)
{
	const char *side = e->response ? "answers" : "requests";
	struct loss_text text = {
		.code = DIAG_HEADER_LOST, .loss = LOSS_BEHAVIOUR, .help = help,
		.message = arena_printf(lw->arena, "the header %.*s of %s cannot be %s: %.*s", STR_ARG(e->name), side, e->value.n ? "set" : "taken away",
			STR_ARG(why)),
		.effect = e->response ? STR("clients get the header as the backend sends it, or not at all")
			: e->adds ? STR("the backend gets the header as the Gateway sends it")
			: STR("the backend gets no such header: it is taken away from requests, so that no client can choose its value"),
	};
	if (!e->value.n)
		text.effect = e->response ? STR("clients get the header") : STR("the backend gets the header");
	lose(lw, at->route, facts, &text);
}

static void say_on_success(struct lowering *lw, const struct rule_place *at, const struct fact_list *facts)
{
	static const struct loss_text TEXT = {
		.code = DIAG_HEADER_DIFFERS, .loss = LOSS_COSMETIC,
		.message = STR_INIT("a header that nginx adds to successful answers and redirects only is added to every answer"),
		.effect = STR_INIT("answers of the backend with other codes than 200, 201, 204, 206, 301 to 304, 307 and 308 have the header as well"),
		.help = STR_INIT("nothing, unless clients mind it on errors"),
	};
	differ(lw, at->route, facts, &TEXT);
}

static void say_own_answers(struct lowering *lw, const struct route *route, const struct fact_list *facts)
{
	static const struct loss_text TEXT = {
		.code = DIAG_HEADER_DIFFERS, .loss = LOSS_COSMETIC,
		.message = STR_INIT("a header of answers is added to those of backends, and not to those that the Gateway makes itself"),
		.effect = STR_INIT("redirects, and errors such as 404, come without the header"),
		.help = STR_INIT("nothing, unless clients need it there"),
	};
	differ(lw, route, facts, &TEXT);
}

void headers_say_own(struct lowering *lw, const struct route *route, const struct step *step)
{
	for (size_t i = 0; step->kind == STEP_HEADER && !step->quiet && i < step->as.header.edits.n; i++)
		if (step->as.header.edits.item[i].response && step->as.header.edits.item[i].value.n) {
			say_own_answers(lw, route, &step->facts);
			return;
		}
}

/* ---- adding up ---- */

static struct header_change *change_of(struct lowering *lw, struct draft *d, const struct header_edit *e)
{
	for (size_t i = 0; i < d->headers.n; i++)
		if (d->headers.item[i].response == e->response && str_eq_nocase(d->headers.item[i].name, e->name))
			return &d->headers.item[i];
	struct header_change fresh = { .response = e->response, .name = e->name };
	LIST_PUSH(lw->arena, &d->headers, fresh);
	return &d->headers.item[d->headers.n - 1];
}

static void replace(struct lowering *lw, struct header_change *c, const struct fact_list *facts)
{
	idle_facts(lw, &c->facts, STR("a later one sets the same header or takes it away"));
	c->facts = (struct fact_list){ 0 };
	fact_list_join(lw->arena, &c->facts, facts);
}

/* A second value: in a list behind the first one, which means the same (RFC 9110, section 5.3) but for cookies. */
static bool add_value(struct lowering *lw, const struct rule_place *at, struct header_change *c, const struct header_edit *e, str value,
	const struct fact_list *facts)
{
	if (str_eq_nocase(c->name, STR("Set-Cookie")) || c->value.n + value.n + 2 > VALUE_MOST) {
		lose_header(lw, at, facts, e, STR("a filter takes one value for each name"), STR("set it in the application"));
		return false;
	}
	c->value = arena_printf(lw->arena, "%.*s, %.*s", STR_ARG(c->value), STR_ARG(value));
	return true;
}

static void add_up(struct lowering *lw, const struct rule_place *at, const struct step *step, const struct header_edit *e, str value,
	struct draft *d)
{
	size_t before = d->headers.n;
	struct header_change *c = change_of(lw, d, e);
	bool fresh = d->headers.n > before, there = !fresh && c->kind != HEADER_REMOVE;
	if (e->on_success && value.n)
		say_on_success(lw, at, &step->facts);
	if (e->adds && there) {
		if (add_value(lw, at, c, e, value, &step->facts))
			fact_list_join(lw->arena, &c->facts, &step->facts);
		return;
	}
	if (e->adds && !fresh) {
		/* taken away, and then added: the header has this value alone */
		fact_list_join(lw->arena, &c->facts, &step->facts);
		c->kind = HEADER_SET;
	} else {
		replace(lw, c, &step->facts);
		c->kind = value.n == 0 ? HEADER_REMOVE : e->adds ? HEADER_ADD : HEADER_SET;
	}
	c->name = e->name;
	c->value = value;
}

static void collect(struct lowering *lw, const struct rule_place *at, const struct step *step, const struct header_edit *e, struct draft *d)
{
	str value;
	const char *why = NULL;
	if (!name_is_header(e->name))
		why = "its name is none that HTTP has";
	else if (is_of_hop(e->name))
		why = "it belongs to one connection, and filters must not touch it";
	if (why) {
		lose_header(lw, at, &step->facts, e, str_c(why), STR("what it was set for is a matter of the Gateway: look into its documentation"));
		return;
	}
	if (!expand(lw, at, e->value, &value))
		why = "its value has variables";
	else if (value.n && !is_value(lw, str_trim(value)))
		why = "its value has characters that a filter does not take, or is too long";
	else if (e->value.n && str_trim(value).n == 0)
		return;   /* nginx sends no header without a value */
	if (!why) {
		add_up(lw, at, step, e, str_trim(value), d);
		return;
	}
	lose_header(lw, at, &step->facts, e, str_c(why), STR("give it a fixed value, or set it in the application"));
	const struct header_edit gone = { .name = e->name };
	if (!e->response && !e->adds)
		add_up(lw, at, step, &gone, gone.value, d);
}

void headers_collect(struct lowering *lw, const struct rule_place *at, const struct step *step, struct draft *d)
{
	const struct target_row *row = target_feature(lw->target, step->feature);
	/* of a closed route nothing is said but why it is closed */
	if (route_is_closed(lw, at->route, at->side))
		return;
	if (row && str_eq(row->how, STR("none"))) {
		lose_feature(lw, step);
		return;
	}
	if (step->as.header.unknown) {
		const char *of = str_eq(step->feature, STR("headers.request")) ? "requests" : "answers";
		struct loss_text text = {
			.code = DIAG_HEADER_LOST, .loss = LOSS_BEHAVIOUR,
			.message = arena_printf(lw->arena, "headers of %s are not known: ConfigMap %.*s is not in the input", of, STR_ARG(step->value)),
			.effect = arena_printf(lw->arena, "%s lack the headers that it lists", of),
			.help = STR("add the ConfigMap to the input and convert again"),
		};
		lose(lw, at->route, &step->facts, &text);
		return;
	}
	for (size_t i = 0; i < step->as.header.edits.n; i++)
		collect(lw, at, step, &step->as.header.edits.item[i], d);
}

static bool is_collected(const struct draft *d, const struct header_edit *e)
{
	for (size_t i = 0; i < d->headers.n; i++)
		if (d->headers.item[i].response == e->response && str_eq_nocase(d->headers.item[i].name, e->name))
			return true;
	return false;
}

void headers_of_all(struct lowering *lw, const struct rule_place *at, struct draft *d)
{
	const struct http_rules *http = &at->entry->http;
	for (size_t i = 0; i < http->answers.n; i++)
		for (size_t k = 0; k < http->answers.item[i]->as.header.edits.n; k++) {
			const struct header_edit *e = &http->answers.item[i]->as.header.edits.item[k];
			/* every server calls itself what it is */
			if (!is_collected(d, e) && !str_eq_nocase(e->name, STR("Server")))
				collect(lw, at, http->answers.item[i], e, d);
		}
}

void headers_remove(struct lowering *lw, const struct str_list *names, const struct fact_list *facts, struct draft *d)
{
	for (size_t i = 0; i < names->n; i++) {
		const struct header_edit edit = { .name = names->item[i] };
		size_t before = d->headers.n;
		struct header_change *c = change_of(lw, d, &edit);
		if (d->headers.n == before)
			continue;
		c->kind = HEADER_REMOVE;
		fact_list_join(lw->arena, &c->facts, facts);
	}
}

/* ---- filters ---- */

static struct header_modifier *modifier_of(struct lowering *lw, struct draft *d, bool response, size_t *at)
{
	str type = response ? STR("ResponseHeaderModifier") : STR("RequestHeaderModifier");
	for (*at = 0; *at < d->rule.filters.n; ++*at)
		if (str_eq(d->rule.filters.item[*at].type, type))
			break;
	if (*at == d->rule.filters.n) {
		struct http_filter fresh = { .type = type };
		LIST_PUSH(lw->arena, &d->rule.filters, fresh);
	}
	struct http_filter *filter = &d->rule.filters.item[*at];
	return response ? &filter->response_headers : &filter->request_headers;
}

/* Where a list of the filter is full. A header of requests is taken away instead, so that no client chooses its value. */
static void write_rest(struct lowering *lw, const struct rule_place *at, struct header_modifier *m, const struct header_change *c)
{
	bool forged = !c->response && c->kind == HEADER_SET, removed = forged && m->remove.n < LIST_MOST;
	const struct header_edit edit = { .response = c->response, .name = c->name, .value = c->value, .adds = !removed };
	if (removed)
		LIST_PUSH(lw->arena, &m->remove, c->name);
	lose_header(lw, at, &c->facts, &edit, STR("a filter takes sixteen of them"), STR("set it in the application"));
}

static void write_change(struct lowering *lw, const struct rule_place *at, struct draft *d, const struct header_change *c)
{
	const str type = c->response ? STR("ResponseHeaderModifier") : STR("RequestHeaderModifier");
	if (!version_has_value(lw, STR("HTTPRoute"), STR("spec.rules[].filters[].type"), type)) {
		const struct header_edit edit = { .response = c->response, .name = c->name, .value = c->value, .adds = true };
		str why = arena_printf(lw->arena, "%.*s has no filter for headers of %s", STR_ARG(lw->target->title), c->response ? "answers" : "requests");
		lose_header(lw, at, &c->facts, &edit, why, STR("set it in the application"));
		return;
	}
	const char *list = c->kind == HEADER_SET ? "set" : c->kind == HEADER_ADD ? "add" : "remove";
	const struct http_header header = { c->name, c->value };
	size_t filter;
	struct header_modifier *m = modifier_of(lw, d, c->response, &filter);
	size_t n = c->kind == HEADER_SET ? m->set.n : c->kind == HEADER_ADD ? m->add.n : m->remove.n;
	if (n == LIST_MOST) {
		write_rest(lw, at, m, c);
		return;
	}
	if (c->kind == HEADER_SET)
		LIST_PUSH(lw->arena, &m->set, header);
	else if (c->kind == HEADER_ADD)
		LIST_PUSH(lw->arena, &m->add, header);
	else
		LIST_PUSH(lw->arena, &m->remove, c->name);
	mark_facts(lw->arena, &d->marks, &c->facts, arena_printf(lw->arena, "/filters/%zu/%s/%s/%zu", filter,
		c->response ? "responseHeaderModifier" : "requestHeaderModifier", list, n));
}

/* An answer that the Gateway does not give has no such header either, which the message about the status says. */
static void lose_on_status(struct lowering *lw, const struct header_change *c)
{
	for (size_t i = 0; i < c->facts.n && !lw->open; i++)
		fact_lost(c->facts.item[i], FACT_DIFFERENT, LOSS_BEHAVIOUR, DIAG_STATUS_DIFFERS, STR("the Gateway gives an answer of its own instead"));
}

/* An error page stands in for the status, and comes without the headers. */
static bool is_replaced(const struct route *route, const struct step *answer)
{
	for (size_t i = 0; i < route->steps.n; i++) {
		const struct step *step = route->steps.item[i];
		for (size_t k = 0; step->kind == STEP_ERRORS && k < step->as.errors.codes.n; k++)
			if (answer->kind == STEP_STATUS && step->as.errors.codes.item[k] == answer->status)
				return true;
	}
	return false;
}

/* The answer is the rule's own, and comes with the headers that the rule adds to answers. */
static bool comes_along(const struct lowering *lw, const struct route *route, const struct draft *d)
{
	static const str HTTPS = STR_INIT("redirect.https");
	if (is_replaced(route, d->answer))
		return false;
	if (lw->exact && lw->target->answer.said && (d->answered || d->answer->kind == STEP_REDIRECT))
		return true;
	return d->answer->kind == STEP_REDIRECT && !str_eq(d->answer->feature, HTTPS);
}

void headers_write(struct lowering *lw, const struct rule_place *at, struct draft *d)
{
	static const str BEFORE = STR_INIT("the answer comes before, and nothing is sent to the backend");
	for (size_t i = 0; i < d->headers.n; i++) {
		const struct header_change *c = &d->headers.item[i];
		const bool along = d->answer && comes_along(lw, at->route, d);
		/* another status is said, and that it comes without the headers */
		const bool other = d->answer && d->answer->kind == STEP_STATUS && !d->answered;
		if (c->response && c->kind != HEADER_REMOVE && !other && !(along && lw->exact && !draft_is_guarded(d)))
			say_own_answers(lw, at->route, &c->facts);
		if (!d->answer || (c->response && along))
			write_change(lw, at, d, c);
		else if (!c->response)
			idle_facts(lw, &c->facts, BEFORE);
		else if (other)
			lose_on_status(lw, c);
	}
}
