/* SPDX-License-Identifier: Apache-2.0 */
/* Filters as steps of the model: see side_build.h. */
#include "gateway/side_build.h"

#include "base/buf.h"
#include "gateway/read_object.h"

/* ---- steps ---- */

struct step_list {
	struct step **item;
	size_t n, cap;
};

static struct step *add_step(struct build *b, struct step_list *list, enum step_kind kind, const char *feature, struct place at)
{
	struct step *s = NEW(b->arena, struct step);
	s->kind = kind;
	s->side = SIDE_BOTH;
	s->feature = str_c(feature);
	s->at = at;
	LIST_PUSH(b->arena, list, s);
	return s;
}

str side_plain_text(struct build *b, str text)
{
	struct buf out;
	if (!str_has_char(text, '$'))
		return text;
	buf_init(&out, b->arena, 0);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '$')
			buf_add(&out, STR("${literal_dollar}"));
		else
			buf_add_char(&out, text.p[i]);
	}
	return buf_str(&out);
}

static void add_status(struct build *b, struct step_list *list, uint32_t status, str why, struct place at)
{
	struct step *s = add_step(b, list, STEP_STATUS, "", at);
	s->status = status;
	s->value = why;
}

/* ---- headers ---- */

static void add_edits(struct build *b, const struct read_filter *f, struct step *s)
{
	bool response = f->kind == FILTER_RESPONSE_HEADERS;
	for (size_t i = 0; i < f->set.n + f->add.n; i++) {
		bool adds = i >= f->set.n;
		const struct read_pair *pair = adds ? &f->add.item[i - f->set.n] : &f->set.item[i];
		struct header_edit e = { .response = response, .name = pair->name, .value = side_plain_text(b, pair->value), .adds = adds };
		LIST_PUSH(b->arena, &s->as.header.edits, e);
	}
	for (size_t i = 0; i < f->remove.n; i++) {
		struct header_edit e = { .response = response, .name = f->remove.item[i] };
		LIST_PUSH(b->arena, &s->as.header.edits, e);
	}
}

static void add_headers(struct build *b, const struct read_filter *f, struct step_list *list)
{
	bool response = f->kind == FILTER_RESPONSE_HEADERS;
	add_edits(b, f, add_step(b, list, STEP_HEADER, response ? "headers.response" : "headers.request", f->at));
}

/* ---- redirect and rewrite ---- */

static enum path_change change_of(const struct candidate *c, const struct read_modifier *m)
{
	static const enum path_change CHANGES[] = { [CHANGE_NONE] = PATH_KEEP, [CHANGE_FULL] = PATH_FULL, [CHANGE_PREFIX] = PATH_PREFIX_CUT };
	/* a prefix can be replaced only where one was matched */
	bool prefix = c->match && c->route->kind == ROUTE_HTTP && c->match->kind == READ_PREFIX;
	return m->change == CHANGE_PREFIX && !prefix ? PATH_KEEP : CHANGES[m->change];
}

static str path_of(const struct read_modifier *m)
{
	return m->change == CHANGE_FULL && !m->value.n ? STR("/") : m->value;
}

static bool is_textual(const struct build *b)
{
	return b->choices->replacement == REPLACED_TEXT || b->choices->replacement == REPLACED_VERBATIM;
}

/* What stands in a prefix's place. The evaluator takes one slash away from its end, as the specification has it; since: who does not. */
static str replacement_of(struct build *b, const struct read_modifier *m, enum choice_replacement since)
{
	str path = path_of(m);
	bool stays = is_textual(b) && b->choices->replacement >= since && m->change == CHANGE_PREFIX && path.n > 1 && str_ends(path, STR("/"));
	return stays ? arena_join(b->arena, path, STR("/")) : path;
}

static uint32_t port_of_redirect(const struct build *b, const struct read_filter *f, uint32_t usual)
{
	enum choice_redirect_port choice = b->choices->redirect_port;
	if (f->port && (f->port == usual || (choice == PORT_UNUSUAL_ONLY && (f->port == 80 || f->port == 443))))
		return choice == PORT_ALWAYS ? f->port : 0;
	if (f->port)
		return f->port;
	uint32_t own = f->scheme.n || b->choices->redirect_host == REDIRECT_PORT_KEPT ? usual : b->at->said->port;
	return own == usual ? 0 : own;
}

/* Of the request's Host, where the redirect has no port. */
static bool keeps_port(const struct build *b, const struct read_filter *f)
{
	if (b->choices->redirect_host == REDIRECT_PORT_KEPT)
		return !f->scheme.n;
	return b->choices->redirect_host == REDIRECT_AS_SENT && !f->hostname.n;
}

static void add_redirect(struct build *b, const struct candidate *c, const struct read_filter *f, struct step_list *list)
{
	bool tls = str_eq(b->at->said->protocol, STR("HTTPS"));
	bool secure = f->scheme.n ? str_eq(f->scheme, STR("https")) : tls;
	bool permanent = f->status == 301 || f->status == 308;
	const char *feature = secure && !tls && !f->hostname.n ? "redirect.https" : permanent ? "redirect.permanent" : "redirect.temporal";
	struct step *s = add_step(b, list, STEP_REDIRECT, feature, f->at);
	s->as.redirect = (struct redirect){
		.scheme = f->scheme, .host = f->hostname, .port = port_of_redirect(b, f, secure ? 443 : 80), .change = change_of(c, &f->path), .path = replacement_of(b, &f->path, REPLACED_TEXT),
		.prefix = c->match ? c->match->path : STR(""), .as_text = is_textual(b), .joins = b->choices->replacement == REPLACED_JOINED,
		.host_as_sent = b->choices->redirect_host != REDIRECT_NAME, .port_as_sent = keeps_port(b, f), .status = f->status, .keeps_query = true,
	};
}

static void add_rewrite(struct build *b, const struct candidate *c, const struct read_filter *f, struct step_list *list)
{
	if (f->hostname.n)
		add_step(b, list, STEP_HOST, "backend.host", f->at)->value = f->hostname;
	if (f->path.change == CHANGE_NONE)
		return;
	struct step *s = add_step(b, list, STEP_REWRITE, "route.rewrite", f->at);
	s->as.rewrite = (struct rewrite){ .change = change_of(c, &f->path), .path = replacement_of(b, &f->path, REPLACED_VERBATIM),
		.prefix = c->match ? c->match->path : STR(""), .as_text = is_textual(b), .joins = b->choices->replacement == REPLACED_JOINED };
}

/* ---- CORS ---- */

/* A star stands for anything before ".x", a port that is not written for the usual one. */
static void add_origin(struct buf *out, str origin)
{
	size_t end = str_find(origin, STR("://")) + 3;
	str scheme = str_slice(origin, 0, end), host, port;
	bool has_port = str_cut(str_from(origin, end), ':', &host, &port);
	const char *usual = str_eq(scheme, STR("https://")) ? "443" : "80";
	bool star = str_starts(host, STR("*"));
	buf_printf(out, "%s\\Q%.*s\\E%s", out->n ? "|" : "", STR_ARG(scheme), star ? "[^/:]+" : "");
	if (host.n > star)
		buf_printf(out, "\\Q%.*s\\E", STR_ARG(str_from(host, star)));
	if (has_port && !str_eq(port, str_c(usual)))
		buf_printf(out, ":%.*s", STR_ARG(port));
	else
		buf_printf(out, "(?::%s)?", usual);
}

static void add_cors(struct build *b, const struct read_filter *f, struct step_list *list)
{
	struct buf origins;
	struct cors *c = &add_step(b, list, STEP_CORS, "cors", f->at)->as.cors;
	bool any_method = str_list_has(&f->methods, STR("*")), any_header = str_list_has(&f->headers, STR("*"));
	*c = (struct cors){
		.origins = f->origins, .methods = f->methods, .headers = f->headers, .expose = f->expose, .credentials = f->credentials,
		.max_age = f->max_age,
		.any_origin = !f->origins.n || str_list_has(&f->origins, STR("*")), .asked_only = true,
		.answers_others = b->choices->preflights_answered,
		.said_methods = str_list_join(b->arena, &f->methods, STR(", ")), .said_headers = str_list_join(b->arena, &f->headers, STR(", ")),
		.said_expose = str_list_join(b->arena, &f->expose, STR(", ")),
		.echo_methods = any_method && f->credentials, .echo_headers = any_header && f->credentials,
	};
	buf_init(&origins, b->arena, 0);
	for (size_t i = 0; i < f->origins.n && !c->any_origin; i++)
		add_origin(&origins, f->origins.item[i]);
	if (origins.n)
		c->origin_regex = arena_printf(b->arena, "\\A(?:%.*s)\\z", STR_ARG(buf_str(&origins)));
}

/* ---- other Services ---- */

static str address_of(struct build *b, const struct backend *to)
{
	return arena_printf(b->arena, "%.*s.%.*s:%u", STR_ARG(to->name), STR_ARG(to->namespace), (unsigned)to->port);
}

static void add_auth(struct build *b, const struct read_meta *owner, str kind, const struct read_filter *f, struct step_list *list)
{
	struct backend to;
	side_backend(b, owner, kind, &f->ref, &to);
	if (to.answer) {
		add_status(b, list, to.answer, STR("there is no service that could give permission"), f->at);
		return;
	}
	if (f->body)
		add_step(b, list, STEP_BODY, "body.size", f->at)->as.limit = f->body;
	struct step *s = add_step(b, list, STEP_GUARD, "auth.external", f->at);
	const char *scheme = f->grpc ? "grpc" : to.tls ? "https" : "http", *path = f->grpc ? "" : "$request_uri";
	s->as.guard = (struct guard){ .kind = GUARD_EXTERNAL, .hands_over = true, .copied = f->copied };
	str address = address_of(b, &to), prefix = side_plain_text(b, f->auth_path);
	s->as.guard.url = arena_printf(b->arena, "%s://%.*s%.*s%s", scheme, STR_ARG(address), STR_ARG(prefix), path);
}

/* Copies that cannot be sent are not sent; the request itself does not suffer. */
static void add_mirror(struct build *b, const struct candidate *c, const struct read_filter *f, struct step_list *list)
{
	struct backend to;
	side_backend(b, &c->route->meta, read_route_kind_name(c->route->kind), &f->ref, &to);
	if (to.answer == 500)
		return;
	struct step *s = add_step(b, list, STEP_OTHER, "mirror", f->at);
	s->delivery = DELIVERY_MIRROR;
	s->as.mirror.to = to;
	s->value = arena_printf(b->arena, "%.*s/%.*s:%u%s%.*s", STR_ARG(to.namespace), STR_ARG(to.name), (unsigned)to.port,
		f->share.n ? " " : "", STR_ARG(f->share));
}

struct unknown_list {
	const struct unknown **item;
	size_t n, cap;
};

static void add_extension(struct build *b, const struct read_meta *owner, const struct read_filter *f, struct step_list *list,
	struct unknown_list *unknown)
{
	bool there = gateway_side_has(b->side, f->ref.group, f->ref.kind, owner->namespace, f->ref.name);
	str text = arena_printf(b->arena, "%.*s %.*s/%.*s", STR_ARG(f->ref.kind), STR_ARG(owner->namespace), STR_ARG(f->ref.name));
	const struct policy_kind *kind = policy_kind_of(b->side->mapping, f->ref.group, f->ref.kind);
	if (!there && b->world->closed && kind && kind->absent_ignored)
		return;
	if (!there && b->world->closed)
		add_status(b, list, 500, arena_join(b->arena, text, STR(" is not there")), f->at);
	else
		LIST_PUSH(b->arena, unknown, side_new_unknown(b, text, f->at));
}

/* A filter of a kind that a target's table knows. */
static bool add_known_extension(struct build *b, const struct read_meta *owner, const struct read_filter *f, struct route *route,
	struct step_list *list)
{
	const struct read_policy *p = side_filter_policy(b, owner, f);
	struct route only = { .unknown = route->unknown };
	if (!p)
		return false;
	/* it has acted before all other filters: see side_policies.c */
	if (p->words.kind->sorted)
		return true;
	for (size_t i = 0; i < p->words.features.n; i++)
		side_word(b, p, &p->words.features.item[i], &only);
	SIDE_POLICY_REST(b, p, &only.unknown);
	route->unknown = only.unknown;
	for (size_t i = 0; i < only.steps.n; i++)
		LIST_PUSH(b->arena, list, only.steps.item[i]);
	return true;
}

/* ---- rules ---- */

size_t side_count(const struct read_rule *rule, enum read_filter_kind kind)
{
	size_t n = 0;
	for (size_t i = 0; i < rule->filters.n; i++)
		n += rule->filters.item[i].kind == kind;
	return n;
}

static bool is_answer(const struct build *b, const struct read_meta *owner, const struct read_filter *f)
{
	const struct read_policy *p = f->kind == FILTER_EXTENSION ? gateway_side_policy(b->side, f->ref.group, f->ref.kind, owner->namespace, f->ref.name) : NULL;
	for (size_t i = 0; p && p->known && i < p->words.features.n; i++)
		if (str_eq(p->words.features.item[i].name, STR(POLICY_ANSWER)))
			return true;
	return false;
}

bool side_answers(const struct build *b, const struct candidate *c)
{
	bool found = side_count(c->rule, FILTER_REDIRECT);
	for (size_t i = 0; i < c->rule->filters.n && !found; i++)
		found = is_answer(b, &c->route->meta, &c->rule->filters.item[i]);
	return found;
}

bool side_leads_nowhere(const struct read_rule *rule)
{
	return !rule->backends.n && !side_count(rule, FILTER_REDIRECT);
}

bool side_rule_is_good(const struct read_rule *rule)
{
	return !side_count(rule, FILTER_UNKNOWN) && side_count(rule, FILTER_REDIRECT) + side_count(rule, FILTER_REWRITE) <= 1;
}

static void add_filter(struct build *b, const struct candidate *c, const struct read_filter *f, struct route *route, struct step_list *list)
{
	struct unknown_list unknown = { 0 };
	switch (f->kind) {
	case FILTER_REQUEST_HEADERS:
	case FILTER_RESPONSE_HEADERS:
		add_headers(b, f, list);
		break;
	case FILTER_REDIRECT:
		add_redirect(b, c, f, list);
		break;
	case FILTER_REWRITE:
		add_rewrite(b, c, f, list);
		break;
	case FILTER_MIRROR:
		add_mirror(b, c, f, list);
		break;
	case FILTER_CORS:
		add_cors(b, f, list);
		break;
	case FILTER_AUTH:
		add_auth(b, &c->route->meta, read_route_kind_name(c->route->kind), f, list);
		break;
	case FILTER_EXTENSION:
		if (!add_known_extension(b, &c->route->meta, f, route, list))
			add_extension(b, &c->route->meta, f, list, &unknown);
		break;
	case FILTER_UNKNOWN:
		break;
	}
	for (size_t i = 0; i < unknown.n; i++)
		LIST_PUSH(b->arena, &route->unknown, unknown.item[i]);
}

/* Preflights are answered before anything else, and answers of the rule itself have the headers that it sets. */
static unsigned turn_of(const struct read_filter *f)
{
	return f->kind == FILTER_CORS ? 0 : f->kind == FILTER_RESPONSE_HEADERS ? 1 : 2;
}

static void add_value(struct build *b, struct step_list *list, const char *feature, const struct read_pair *said)
{
	if (said->value.n)
		add_step(b, list, STEP_OTHER, feature, said->at)->value = said->value;
}

static void put(struct build *b, struct step_list *list, struct route *route)
{
	for (size_t i = 0; i < list->n; i++)
		LIST_PUSH(b->arena, &route->steps, list->item[i]);
	list->n = 0;
}

/* Name (where none is said), value and attributes of the cookie are the implementation's own: "*". */
static void keep_clients(struct build *b, const struct read_pair *session, struct route *route)
{
	if (!str_eq(session->value, STR("Cookie")))
		return;
	struct sticky_cookie *cookie = NEW(b->arena, struct sticky_cookie);
	cookie->name = session->name.n ? session->name : STR("*");
	route->sticky = cookie;
	for (size_t i = 0; i < route->cases.n; i++)
		route->cases.item[i].keeps = true;
}

void side_steps(struct build *b, const struct candidate *c, struct route *route)
{
	const struct read_rule *rule = c->rule;
	struct step_list list = { 0 };
	const struct read_policy *early = side_filter_out_of_turn(b, &c->route->meta, rule);
	const bool bare = b->choices->redirects_bare && side_count(rule, FILTER_REDIRECT);
	for (unsigned turn = 0; turn < 3; turn++) {
		for (size_t i = 0; i < rule->filters.n; i++)
			if (turn_of(&rule->filters.item[i]) == turn && !(bare && rule->filters.item[i].kind == FILTER_RESPONSE_HEADERS))
				add_filter(b, c, &rule->filters.item[i], route, &list);
		put(b, &list, route);
		/* who may pass is asked before the rule answers or changes anything itself */
		if (turn == 1)
			side_policies(b, c, route);
	}
	if (early)
		LIST_PUSH(b->arena, &route->unknown, side_new_unknown(b, arena_printf(b->arena, "the place of %.*s %.*s/%.*s among the filters",
			STR_ARG(early->kind), STR_ARG(early->meta.namespace), STR_ARG(early->meta.name)), early->meta.at));
	add_value(b, &list, "timeout.request", &rule->request_timeout);
	add_value(b, &list, "timeout.backend-request", &rule->backend_timeout);
	add_value(b, &list, "retry", &rule->retry);
	add_value(b, &list, "affinity.cookie", &rule->session);
	put(b, &list, route);
	keep_clients(b, &rule->session, route);
}

void side_own_step(struct build *b, const struct candidate *c, const struct read_filter *f, struct route *route, struct forward_case *out)
{
	struct step_list list = { 0 };
	bool changes = f->kind == FILTER_REQUEST_HEADERS || f->kind == FILTER_RESPONSE_HEADERS || f->kind == FILTER_REWRITE;
	if (changes) {
		add_filter(b, c, f, route, &list);
	} else {
		str text = arena_printf(b->arena, "filter %.*s of one backend", STR_ARG(f->type));
		LIST_PUSH(b->arena, &route->unknown, side_new_unknown(b, text, f->at));
	}
	for (size_t i = 0; i < list.n; i++)
		LIST_PUSH(b->arena, &out->steps, list.item[i]);
}

void side_listener_steps(struct build *b, const struct effective *e, struct listener *listener)
{
	struct step_list list = { 0 };
	struct unknown_list unknown = { 0 };
	for (size_t i = 0; i < e->said->filters.n; i++) {
		const struct read_filter *f = &e->said->filters.item[i];
		if (f->kind == FILTER_AUTH)
			add_auth(b, e->owner, e->kind, f, &list);
		else
			add_extension(b, e->owner, f, &list, &unknown);
	}
	for (size_t i = 0; i < unknown.n; i++)
		LIST_PUSH(b->arena, &listener->unknown, unknown.item[i]);
	for (size_t i = 0; i < list.n; i++)
		LIST_PUSH(b->arena, &listener->steps, list.item[i]);
}
