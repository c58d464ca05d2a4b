/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps as fields for templates: those of the annotations that they came from, by the rows of the controller's table; where a step's
 * meaning is more than these texts, the fields are worked out here. "secret.namespace" belongs to the annotation's field "secret".
 */
#include "gateway/policy_features.h"
#include "mapping/values.h"
#include "targets/losses.h"
#include "targets/expressions.h"
#include "targets/filters.h"
#include "targets/policies.h"

struct saying {
	const struct lowering *lw;
	const struct owner *owner;
	const struct step *step;
	struct said *out;
};

static void set_text(const struct saying *s, const char *name, str text)
{
	template_set_text(s->lw->arena, &s->out->values, str_c(name), text);
}

static void set_number(const struct saying *s, const char *name, int64_t number)
{
	template_set_number(s->lw->arena, &s->out->values, str_c(name), number);
}

static void set_list(const struct saying *s, const char *name, const struct str_list *list)
{
	template_set_list(s->lw->arena, &s->out->values, str_c(name), list);
}

static str text_of(const struct saying *s, const char *name)
{
	const struct template_value *v = template_value(&s->out->values, str_c(name));
	return v && v->kind == TEMPLATE_TEXT ? v->text : (str){ "", 0 };
}

/* ---- as the annotations say it ---- */

static void set_value(const struct saying *s, const struct annotation_row *row, str text)
{
	static const str NUMBERS[] = { STR_INIT("int"), STR_INIT("seconds"), STR_INIT("size") };
	struct arena *arena = s->lw->arena;
	struct value value = { 0 };
	str why;
	if (text.n == 0 || !value_parse(arena, row, text, &value, &why))
		return;
	for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++)
		if (str_eq(row->type, NUMBERS[i])) {
			template_set_number(arena, &s->out->values, row->field, value.number);
			return;
		}
	if (value.items.n)
		template_set_list(arena, &s->out->values, row->field, &value.items);
	else
		template_set_text(arena, &s->out->values, row->field, value.text);
}

static void set_annotations(const struct saying *s)
{
	for (size_t i = 0; i < s->step->facts.n; i++) {
		const struct fact *fact = s->step->facts.item[i];
		const struct annotation_row *row = fact_row(s->lw, fact);
		if (row && row->field.n && !str_has_char(fact->key, '#'))
			set_value(s, row, fact->value);
	}
}

/* The target's row has a place for it. */
static bool wants(const struct saying *s, const char *name)
{
	const struct target_row *row = target_feature(s->lw->target, s->step->feature);
	struct str_list fields = { 0 };
	str error;
	return row && row->said && template_fields(s->lw->arena, row->said, &fields, &error) && str_list_has(&fields, str_c(name));
}

/* ---- protections ---- */

static void refer(const struct saying *s, const char *kind, str namespace, str name)
{
	struct policy_grant grant = { str_c(kind), namespace, name };
	LIST_PUSH(s->lw->arena, &s->out->grants, grant);
}

/* In place of a password: its lines name the realm, which has to be said for that. */
static bool as_digest(const struct saying *s, str secret)
{
	str realm = text_of(s, "realm");
	set_text(s, "secret.digest", secret);
	set_text(s, "realm.digest", realm);
	template_unset(&s->out->values, STR("secret"));
	template_unset(&s->out->values, STR("realm"));
	return realm.n > 0;
}

/* "name" or "namespace/name" */
static bool basic(const struct saying *s)
{
	str secret = text_of(s, "secret"), namespace, name;
	/* a controller that knows passwords alone needs no type */
	str type = text_of(s, "type");
	const bool digest = type.n && !str_eq(type, STR("basic"));
	if (s->step->as.guard.any || s->step->as.guard.kind != GUARD_BASIC || (digest && !wants(s, "secret.digest")) || secret.n == 0)
		return false;
	if (!str_cut(secret, '/', &namespace, &name)) {
		name = secret;
		namespace = s->owner ? s->owner->namespace : (str){ "", 0 };
	}
	set_text(s, "secret", name);
	set_text(s, "namespace", namespace);
	/* where an object has to say one, if only an empty one */
	if (text_of(s, "realm").n == 0)
		template_set_flag(s->lw->arena, &s->out->values, STR("realm.text"));
	set_text(s, "realm.text", text_of(s, "realm"));
	if (s->owner && !str_eq(namespace, s->owner->namespace))
		set_text(s, "secret.namespace", namespace);
	refer(s, "Secret", namespace, name);
	return !digest || as_digest(s, name);
}

/* Every range with its mask. */
static bool addresses(const struct saying *s)
{
	struct str_list ranges = { 0 };
	str item, text = s->step->value;
	if (s->step->as.guard.kind != GUARD_ADDRESS || s->step->as.guard.any || s->step->as.guard.ordered || clients_are_hidden(s->lw))
		return false;
	while (text.n) {
		struct address_range range;
		str_cut(text, ',', &item, &text);
		item = str_trim(item);
		if (!address_range_parse(item, &range))
			return false;
		if (!str_has_char(item, '/'))
			item = arena_printf(s->lw->arena, "%.*s/%u", STR_ARG(item), range.bits);
		str_list_add_new(s->lw->arena, &ranges, item);
	}
	set_list(s, "ranges", &ranges);
	return ranges.n > 0;
}

/* An address that is the same for every request, whosever it is. */
static bool address(const struct saying *s, const struct guard *g)
{
	bool http = str_starts(g->url, STR("http://")) || str_starts(g->url, STR("https://"));
	for (size_t i = 0; i < g->url.n; i++)
		http = http && g->url.p[i] > ' ' && g->url.p[i] < 127 && !str_has_char(STR("$\"\\^`{|}<>#"), g->url.p[i]);
	set_text(s, "url.address", g->url);
	set_list(s, "response-headers", &g->copied);
	return http;
}

/* Variables that nginx keeps headers of an answer in: "$auth_x_user $upstream_http_x_user", and "X-User $auth_x_user". */
static void set_copied(const struct saying *s, const struct str_list *headers)
{
	struct arena *arena = s->lw->arena;
	struct str_list kept = { 0 }, sent = { 0 };
	for (size_t i = 0; i < headers->n; i++) {
		str name = arena_lower(arena, headers->item[i]);
		char *letters = NEWS(arena, char, name.n + 1);
		for (size_t k = 0; k < name.n; k++)
			letters[k] = name.p[k] == '-' ? '_' : name.p[k];
		const str variable = { letters, name.n };
		LIST_PUSH(arena, &kept, arena_printf(arena, "$auth_%.*s $upstream_http_%.*s", STR_ARG(variable), STR_ARG(variable)));
		LIST_PUSH(arena, &sent, arena_printf(arena, "%.*s $auth_%.*s", STR_ARG(headers->item[i]), STR_ARG(variable)));
	}
	set_list(s, "response-headers.kept", &kept);
	set_list(s, "response-headers.sent", &sent);
}

static bool external(const struct saying *s)
{
	const struct guard *g = &s->step->as.guard;
	if (g->kind != GUARD_EXTERNAL || g->any)
		return false;
	if (wants(s, "url.subrequest")) {
		set_text(s, "url.subrequest", g->url);
		set_copied(s, &g->copied);
	}
	if (wants(s, "url.subrequest") || wants(s, "url.address"))
		return address(s, g);
	if (g->service.name.n == 0)
		return false;
	set_text(s, "url.service", g->service.name);
	if (s->owner && !str_eq(g->service.namespace, s->owner->namespace))
		set_text(s, "url.namespace", g->service.namespace);
	set_number(s, "url.port", g->service.port);
	set_text(s, "url.path", g->service_path);
	set_list(s, "response-headers", &g->copied);
	refer(s, "Service", g->service.namespace, g->service.name);
	return true;
}

/* What may come at once: a multiple of the number, which is five where nothing is said. */
static void set_burst(const struct saying *s, const char *number, const char *burst)
{
	const struct template_value *n = template_value(&s->out->values, str_c(number)), *times = template_value(&s->out->values, STR("burst"));
	if (n && n->kind == TEMPLATE_NUMBER)
		set_number(s, burst, n->number * (times && times->kind == TEMPLATE_NUMBER && times->number > 0 ? times->number : 5));
}

/* Where both are counted together, the longer time has the larger number: else it alone decides. */
static void set_window(const struct saying *s)
{
	const struct template_value *second = template_value(&s->out->values, STR("per-second")), *minute = template_value(&s->out->values, STR("per-minute"));
	if (second && second->kind == TEMPLATE_NUMBER && !(minute && minute->number < second->number))
		set_number(s, "per-second.window", second->number);
}

/* Clients that cannot be told apart would share one number. */
static bool rate(const struct saying *s)
{
	set_burst(s, "per-second", "burst.second");
	set_burst(s, "per-minute", "burst.minute");
	set_window(s);
	set_number(s, "status", s->step->status ? s->step->status : 503);
	return !clients_are_hidden(s->lw);
}

/* ---- pages of other origins ---- */

/* One label stands for the star. */
static str origin_regex(struct arena *arena, str origin)
{
	struct buf b;
	buf_init(&b, arena, 0);
	buf_add_char(&b, '^');
	for (size_t i = 0; i < origin.n; i++) {
		if (origin.p[i] == '*')
			buf_add(&b, STR("[A-Za-z0-9-]+"));
		else
			buf_printf(&b, "%s%c", str_has_char(STR("\\.+?()|[]{}^$"), origin.p[i]) ? "\\" : "", origin.p[i]);
	}
	buf_add_char(&b, '$');
	return buf_str(&b);
}

/* By the lists of the step, which are what the annotations come to. */
static bool cors(const struct saying *s)
{
	static const char *const FIELDS[] = { "origins", "methods", "headers", "expose", "credentials", "max-age" };
	const struct cors *c = &s->step->as.cors;
	struct str_list whole = { 0 }, wild = { 0 };
	for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++)
		template_unset(&s->out->values, str_c(FIELDS[i]));
	for (size_t i = 0; i < c->origins.n; i++) {
		str origin = c->origins.item[i];
		if (!c->any_origin && str_has_char(origin, '*'))
			LIST_PUSH(s->lw->arena, &wild, origin_regex(s->lw->arena, origin));
		else
			LIST_PUSH(s->lw->arena, &whole, origin);
	}
	set_list(s, "origins", &whole);
	set_list(s, "origins.regex", &wild);
	for (size_t i = 0; i < wild.n; i++)
		LIST_PUSH(s->lw->arena, &whole, wild.item[i]);
	set_list(s, "origins.all", &whole);
	set_list(s, "methods", &c->methods);
	set_list(s, "headers", &c->headers);
	set_list(s, "expose", &c->expose);
	/* browsers refuse credentials where the answer allows every origin */
	if (c->credentials && !c->any_origin)
		set_text(s, "credentials", STR("true"));
	set_number(s, "max-age", c->max_age);
	return s->step->kind == STEP_CORS && c->origins.n > 0;
}

/*
 * Whose word about the client's address counts. Proxies that are trusted by their addresses are so only for X-Forwarded-For: another
 * header is believed whoever sends it.
 */
static bool client_address(const struct saying *s)
{
	struct arena *arena = s->lw->arena;
	const struct http_rules *http = &s->lw->entry->http;
	struct str_list trusted = { 0 };
	for (size_t i = 0; i < http->trusted.n; i++)
		LIST_PUSH(arena, &trusted, address_range_text(arena, &http->trusted.item[i]));
	if (http->proxy_protocol) {
		set_text(s, "proxy-protocol.optional", STR("false"));
		return true;
	}
	if (!str_eq_nocase(http->forwarded_for, STR("X-Forwarded-For"))) {
		set_text(s, "header", http->forwarded_for);
		return trusted.n == 0 && http->forwarded_for.n > 0;
	}
	if (trusted.n == 0) {
		LIST_PUSH(arena, &trusted, STR("0.0.0.0/0"));
		LIST_PUSH(arena, &trusted, STR("::/0"));
	}
	set_list(s, "trusted", &trusted);
	return true;
}

/* In the words of Envoy. */
static bool underscores(const struct saying *s)
{
	set_text(s, "kept.action", s->lw->entry->http.drop_underscores ? STR("DropHeader") : STR("Allow"));
	return true;
}

static bool last_dot(const struct saying *s)
{
	set_text(s, "ignored", STR("true"));
	return true;
}

/* The headers that have these names by default. */
static bool original(const struct saying *s)
{
	return str_eq_nocase(s->lw->entry->http.forwarded_for, STR("X-Forwarded-For"));
}

/* Nothing answers before the header is set. */
static bool route_sends_hsts(const struct route *route)
{
	for (size_t i = 0; i < route->steps.n; i++) {
		const struct step *step = route->steps.item[i];
		if (str_eq(step->feature, STR("headers.hsts")))
			return true;
		if (step->side != SIDE_PLAIN && (step->kind == STEP_STATUS || step->kind == STEP_REDIRECT))
			return false;
	}
	return false;
}

static bool sends_hsts(const struct host *host)
{
	for (size_t i = 0; i < host->routes.n; i++)
		if (route_sends_hsts(host->routes.item[i]))
			return true;
	return false;
}

static void list_name(struct buf *out, const struct host_name *name)
{
	if (name->kind == HOST_EXACT && str_find_char(name->name, '\'') == name->name.n)
		buf_printf(out, "%s'%.*s'", out->n ? ", " : "", STR_ARG(name->name));
}

/* In the words of Envoy: not for hosts whose answers come without the header. */
static str but_hosts(const struct saying *s)
{
	enum { LIST_MOST = 3000 };
	struct buf names;
	buf_init(&names, s->lw->arena, 0);
	for (size_t i = 0; i < s->lw->entry->hosts.n; i++) {
		const struct host *host = s->lw->entry->hosts.item[i];
		if (sends_hsts(host))
			continue;
		list_name(&names, &host->name);
		for (size_t k = 0; k < host->aliases.n; k++)
			list_name(&names, &host->aliases.item[k]);
	}
	return names.n && names.n < LIST_MOST ? arena_printf(s->lw->arena, HSTS_BUT "%.*s" HSTS_BUT_END, STR_ARG(buf_str(&names))) : (str){ "", 0 };
}

/* No quote ends a text of Envoy's too early. */
static bool hsts(const struct saying *s)
{
	str but = but_hosts(s);
	if (but.n)
		set_text(s, "but", but);
	else
		template_set_flag(s->lw->arena, &s->out->values, STR("but"));
	set_text(s, "value", s->lw->entry->http.hsts);
	return s->step->kind == STEP_OTHER && s->lw->entry->http.hsts.n && !str_has_char(s->lw->entry->http.hsts, '\'') &&
		!str_has_char(s->lw->entry->http.hsts, '%');
}

/* ---- the way to the backend ---- */

static bool silence(const struct saying *s)
{
	set_number(s, "seconds", s->step->as.silence.seconds);
	/* said in another unit than the row's field: the same field carries it */
	for (size_t i = 0; i < s->step->facts.n; i++) {
		const struct annotation_row *row = fact_row(s->lw, s->step->facts.item[i]);
		if (row && !str_eq(row->field, STR("seconds")))
			fact_list_add(s->lw->arena, &s->out->carried, s->step->facts.item[i]);
	}
	return s->step->delivery == DELIVERY_SILENCE && s->step->as.silence.seconds > 0;
}

static void add_number(const struct saying *s, struct str_list *list, uint32_t number)
{
	LIST_PUSH(s->lw->arena, list, arena_printf(s->lw->arena, "%u", (unsigned)number));
}

/* Where only connections that fail are tried again: how often a request is sent, the first time included. */
static bool all_tries(const struct saying *s, const struct retry *r)
{
	template_unset(&s->out->values, STR("on"));
	set_number(s, "tries.all", r->never ? 1 : r->tries);
	fact_list_add(s->lw->arena, &s->out->carried, r->on);
	return (r->never || r->connection) && (r->on || r->count);
}

/* As nginx itself has them: its own number of tries is none, and the controller's is three. */
static bool nginx_tries(const struct saying *s, const struct retry *r)
{
	const struct template_value *on = template_value(&s->out->values, STR("on"));
	str words = on && on->kind == TEMPLATE_LIST ? str_list_join(s->lw->arena, &on->list, STR(" ")) : on ? on->text : (str){ "", 0 };
	if (words.n == 0)
		words = r->never && !r->count ? STR("off") : STR("error timeout");
	set_text(s, "on.words", words);
	if (!str_eq(words, STR("off")))
		set_number(s, "tries.all", r->never ? 1 : r->tries);
	template_unset(&s->out->values, STR("on"));
	return r->on || r->count || r->time;
}

/* nginx's conditions in the words of Envoy, which several targets share; tables of others need a list of their own. */
static bool tries(const struct saying *s)
{
	static const str BROKEN[] = { STR_INIT("connect-failure"), STR_INIT("refused-stream"), STR_INIT("reset") };
	const struct retry *r = &s->step->as.retry;
	struct str_list triggers = { 0 }, codes = { 0 };
	if (s->step->delivery == DELIVERY_RETRY && wants(s, "on.words"))
		return nginx_tries(s, r);
	if (s->step->delivery != DELIVERY_RETRY || (!r->never && r->tries < 1))
		return false;
	if (wants(s, "tries.all"))
		return all_tries(s, r);
	for (size_t i = 0; r->connection && i < sizeof BROKEN / sizeof *BROKEN; i++)
		LIST_PUSH(s->lw->arena, &triggers, BROKEN[i]);
	for (size_t i = 0; i < r->codes.n; i++)
		add_number(s, &codes, r->codes.item[i]);
	if (codes.n)
		LIST_PUSH(s->lw->arena, &triggers, STR("retriable-status-codes"));
	template_unset(&s->out->values, STR("on"));
	set_number(s, "tries", r->never ? 0 : r->tries - 1);
	if (r->never)
		fact_list_add(s->lw->arena, &s->out->carried, r->on);
	if (!r->never) {
		set_list(s, "on", &triggers);
		set_list(s, "on.codes", &codes);
	}
	return r->on || r->count;
}

static bool affinity(const struct saying *s)
{
	static const str DEFAULT = STR_INIT("INGRESSCOOKIE");
	const struct affinity_fields *f = &s->step->as.affinity;
	if (s->step->delivery != DELIVERY_AFFINITY || f->lifetime < 0)
		return false;
	set_text(s, "name", f->name.n ? f->name : DEFAULT);
	set_number(s, "max-age", f->lifetime);
	set_text(s, "path", f->path_regex ? STR("/") : f->path);
	if (str_eq(text_of(s, "secure"), STR("true")))
		template_set_flag(s->lw->arena, &s->out->values, STR("secure.flag"));
	return true;
}

/* A limit of 0 lifts it, as if there were none; to be said where the target has one of its own. */
static bool body(const struct saying *s)
{
	const struct template_value *max = template_value(&s->out->values, STR("max"));
	if (max && wants(s, "max.any"))
		set_number(s, "max.any", max->number);
	return max && (max->number > 0 || wants(s, "max.any"));
}

/* ---- buffers, logs ---- */

static bool is_off(str text)
{
	return str_eq(text, STR("off")) || str_eq(text, STR("false"));
}

/* A switch in nginx's word, and what is not on as a flag of its own. */
static void set_switch(const struct saying *s)
{
	str text = text_of(s, "enabled");
	if (text.n == 0)
		return;
	set_text(s, "enabled.word", is_off(text) ? STR("off") : STR("on"));
	set_text(s, "enabled.not", is_off(text) ? STR("true") : STR("false"));
	set_text(s, "enabled.flag", is_off(text) ? STR("false") : STR("true"));
}

static bool switched(const struct saying *s)
{
	set_switch(s);
	return true;
}

/*
 * nginx refuses sizes that do not go together: what is on its way to the client, twice the size where nothing is said, has to be more than one
 * buffer and less than all but one.
 */
static bool buffers(const struct saying *s)
{
	enum { USUAL_COUNT = 4, USUAL_SIZE = 4096, LEAST = 2, MOST = 256 };
	const struct template_value *count = template_value(&s->out->values, STR("count")), *size = template_value(&s->out->values, STR("size"));
	const struct template_value *busy = template_value(&s->out->values, STR("busy"));
	const int64_t n = count ? count->number : USUAL_COUNT, each = size ? size->number : USUAL_SIZE, way = busy ? busy->number : 2 * each;
	set_switch(s);
	if (!count && !size && !busy)
		return true;
	set_number(s, "count.all", n);
	set_number(s, "size.each", each);
	return n >= LEAST && n <= MOST && each > 0 && way > each && way < (n - 1) * each;
}

/* What begins so, and what stands in its place; "off" and "default" stand alone, and change nothing that a request shows. */
static bool moved(const struct saying *s)
{
	str from = text_of(s, "from"), to = text_of(s, "to");
	set_text(s, "from.both", arena_printf(s->lw->arena, "%.*s %.*s", STR_ARG(from), STR_ARG(to)));
	for (size_t i = 0; i < s->step->facts.n; i++)
		fact_list_add(s->lw->arena, &s->out->carried, s->step->facts.item[i]);
	return from.n && to.n && !str_eq(from, STR("off")) && !str_eq(from, STR("default"));
}

/* An access log that is written is what every Gateway does. */
static bool unlogged(const struct saying *s)
{
	set_switch(s);
	return is_off(text_of(s, "enabled"));
}

/* How a group is written: "\1"; or "${1}", in a path that may have no escapes. */
enum group_form { GROUP_BACKSLASH, GROUP_DOLLAR };

/*
 * The groups of an expression, "$1", in another form; one that is not there is empty in nginx and no form at all in RE2. False: something
 * else is in it that the target does not know.
 */
static bool substitution(struct arena *arena, str target, size_t groups, enum group_form form, str *out)
{
	struct buf b;
	buf_init(&b, arena, 0);
	for (size_t i = 0; i < target.n; i++) {
		char c = target.p[i];
		if (c == '?' || c == '#' || (c == '$' && (i + 1 == target.n || !char_is_digit(target.p[i + 1]))))
			return false;
		if (c == '$' && (size_t)(target.p[i + 1] - '0') > groups) {
			i++;
			continue;
		}
		if (form == GROUP_DOLLAR && (c == '%' || c <= ' ' || c == 127))
			return false;
		if (form == GROUP_DOLLAR && c == '$') {
			buf_printf(&b, "${%c}", target.p[++i]);
			continue;
		}
		if (c == '\\' && form == GROUP_BACKSLASH)
			buf_add_char(&b, '\\');
		buf_add_char(&b, c == '$' ? '\\' : c);
	}
	*out = buf_str(&b);
	return str_starts(target, STR("/"));
}

/* Where the target replaces prefixes as text, what takes the place of the root takes the slash behind it as well. */
static bool needs_captures(const struct saying *s, const struct rewrite *r)
{
	bool root = path_without_slash(r->prefix).n <= 1, longer = path_without_slash(r->path).n > 1;
	return s->lw->exact || s->lw->across || (root && longer && target_chooses(s->lw->target, STR("replacement"), STR("text")));
}

/* The whole path becomes the target: what stands behind the part that the expression takes is cut off. */
static bool captures(const struct saying *s)
{
	const struct rewrite *r = &s->step->as.rewrite;
	if (s->step->kind != STEP_REWRITE)
		return false;
	str regex = str_starts(r->regex, STR("^")) ? str_from(r->regex, 1) : r->regex, target;
	/* no filter takes a path with a doubled slash */
	const bool doubled = r->change == PATH_FULL && str_has(r->path, STR("//"));
	const bool wanted = r->change == PATH_KEEP || doubled || (r->change == PATH_PREFIX_CUT && needs_captures(s, r)), dollar = wants(s, "target.dollar");
	if (!wanted || regex.n == 0 || path_is_pcre_only(regex) ||
		!substitution(s->lw->arena, r->target, expression_groups(regex), dollar ? GROUP_DOLLAR : GROUP_BACKSLASH, &target))
		return false;
	set_text(s, "target.pattern", arena_printf(s->lw->arena, "^(?i:%.*s).*$", STR_ARG(regex)));
	set_text(s, dollar ? "target.dollar" : "target", target);
	return true;
}

/* A Host that a URLRewrite does not take: with a port, an underscore. Every path becomes it. */
static bool other_host(const struct saying *s)
{
	str name = s->step->value;
	if (s->step->kind != STEP_HOST || filter_says_host(s->lw, s->step) || str_has_char(name, '$') || str_has_char(name, '\\'))
		return false;
	set_text(s, "name", name);
	set_text(s, "name.pattern", STR("^.*$"));
	return name.n > 0;
}

/* To an address that has what a filter cannot say, by a status that hangs on the method. */
static bool elsewhere(const struct saying *s)
{
	const struct redirect *r = &s->step->as.redirect;
	const bool permanent = str_eq(s->step->feature, STR("redirect.permanent"));
	bool whole = str_starts(r->location, STR("http://")) || str_starts(r->location, STR("https://"));
	const bool any_status = wants(s, "status"), usual = r->status == (permanent ? 301 : 302);
	if (s->step->kind != STEP_REDIRECT || r->lost.n == 0 || r->regex.n || r->text || r->adds_query || !(usual || any_status))
		return false;
	set_number(s, "status", r->status);
	for (size_t i = 0; i < r->location.n; i++)
		whole = whole && r->location.p[i] > ' ' && r->location.p[i] < 127 && r->location.p[i] != '$';
	set_text(s, "location", r->location);
	for (size_t i = 0; i < s->step->facts.n; i++)
		fact_list_add(s->lw->arena, &s->out->carried, s->step->facts.item[i]);
	return whole;
}

static const struct {
	str feature;
	bool (*fill)(const struct saying *s);
} FIELDS[] = {
	{ STR_INIT("auth.basic"), basic }, { STR_INIT("access.allow"), addresses }, { STR_INIT("access.deny"), addresses },
	{ STR_INIT("auth.external"), external }, { STR_INIT("auth.global"), external }, { STR_INIT("timeout.read"), silence },
	{ STR_INIT("timeout.send"), silence }, { STR_INIT("retry"), tries }, { STR_INIT("affinity.cookie"), affinity },
	{ STR_INIT("body.size"), body }, { STR_INIT("route.rewrite"), captures }, { STR_INIT("rate.requests"), rate },
	{ STR_INIT("backend.host"), other_host }, { STR_INIT("client.address"), client_address }, { STR_INIT("headers.underscores"), underscores }, { STR_INIT("headers.hsts"), hsts }, { STR_INIT("headers.original"), original }, { STR_INIT("route.last-dot"), last_dot },
	{ STR_INIT("rate.connections"), rate }, { STR_INIT("cors"), cors },
	{ STR_INIT("buffer.request"), switched }, { STR_INIT("buffer.response"), buffers }, { STR_INIT("log.access"), unlogged }, { STR_INIT("headers.location"), moved },
	{ STR_INIT("redirect.permanent"), elsewhere }, { STR_INIT("redirect.temporal"), elsewhere },
};

bool said_of(const struct lowering *lw, const struct owner *owner, const struct step *step, struct said *out)
{
	const struct saying s = { lw, owner, step, out };
	*out = (struct said){ 0 };
	set_annotations(&s);
	/* its own name, which is known when the object has one */
	set_text(&s, "object", STR("${object}"));
	for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++)
		if (str_eq(FIELDS[i].feature, step->feature))
			return FIELDS[i].fill(&s);
	/* a protection whose meaning is more than its texts is not said by them */
	return step->kind != STEP_GUARD;
}
