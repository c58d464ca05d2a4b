/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plugins (reference: kong B.5, B.6): which ones act on a route, in which order, and what they do. A kind of plugin is a row of the
 * table; here is only what such a row cannot say: how a configuration reads. What is not known may be a protection, and is one.
 */
#include "controllers/kong.h"

#include <stdlib.h>

static const str PLUGIN = STR_INIT("KongPlugin"), CLUSTER_PLUGIN = STR_INIT("KongClusterPlugin");

/* ---- which act ---- */

static const struct vendor_object *find(const struct kong *kong, str namespace, str name)
{
	const struct snapshot *s = kong->in->front->snapshot;
	const struct vendor_object *own = snapshot_vendor(s, PLUGIN, namespace, name);
	return own ? own : snapshot_vendor(s, CLUSTER_PLUGIN, STR(""), name);
}

static str kind_of(const struct vendor_object *object)
{
	const struct field *f = object ? vendor_field(object, STR("plugin")) : NULL;
	return f ? f->value : STR("");
}

static void add_object_facts(struct kong *kong, const struct vendor_object *object, struct fact_list *facts)
{
	fact_list_add(kong->in->front->arena, facts, kong_fact(kong, object, vendor_field(object, STR("plugin"))));
	for (size_t i = 0; i < object->fields.n; i++) {
		struct field *f = object->fields.item[i];
		if (!str_starts(f->key, STR("metadata.")) && !str_has_char(f->key, '/'))
			fact_list_add(kong->in->front->arena, facts, kong_fact(kong, object, f));
	}
}

static bool is_off(const struct vendor_object *object)
{
	const struct field *f = vendor_field(object, STR("disabled"));
	return f && str_eq(f->value, STR("true"));
}

static void idle_object(struct kong *kong, const struct vendor_object *object, str why)
{
	for (size_t i = 0; i < object->fields.n; i++)
		fact_idle(kong_fact(kong, object, object->fields.item[i]), why);
}

static struct kong_plugin plugin_of(struct kong *kong, const struct vendor_object *object, str named, struct fact *by)
{
	struct kong_plugin p = { .object = object, .name = object ? kind_of(object) : named };
	p.row = object ? controller_extension(kong->in->controller->table, p.name) : NULL;
	if (object)
		add_object_facts(kong, object, &p.facts);
	fact_list_add(kong->in->front->arena, &p.facts, by);
	int64_t order = 0;
	if (p.row && str_to_i64(p.row->order, &order))
		p.order = (long)order;
	/* before everything else whose place is known */
	else if (!p.row)
		p.order = 1000000000;
	return p;
}

/* The controller goes on without it, and so does whoever was meant to be kept out. */
static void say_missing(struct kong *kong, const struct setting *at, str name)
{
	struct diag *d = diag_addf(kong->in->front->diags, DIAG_PROTECTION_ABSENT, fact_site(kong->in->front->arena, at->fact),
		"there is no KongPlugin and no KongClusterPlugin %.*s: Kong serves the route without it", STR_ARG(name));
	d->effect = STR("whatever the plugin was to do is not done today, and will not be in the Gateway");
	d->help = STR("create it, or take the name out; give --world open if the input does not hold all objects");
	fact_idle(at->fact, STR("the plugin does not exist"));
}

static bool has_kind(const struct kong_plugins *list, const struct kong_plugin *p)
{
	for (size_t i = 0; i < list->n; i++)
		if (p->object && list->item[i].object && str_eq(list->item[i].name, p->name))
			return true;
	return false;
}

static void add(struct kong *kong, struct kong_plugins *list, struct kong_plugin p)
{
	if (p.object && is_off(p.object)) {
		fact_list_add(kong->in->front->arena, &list->carried, kong_fact(kong, p.object, vendor_field(p.object, STR("disabled"))));
		idle_object(kong, p.object, STR("the plugin is disabled"));
		return;
	}
	if (has_kind(list, &p)) {
		idle_object(kong, p.object, STR("a plugin of this kind stands closer to the route, and acts in its place"));
		return;
	}
	LIST_PUSH(kong->in->front->arena, list, p);
}

static void add_named(struct kong *kong, struct subject *s, struct kong_plugins *list)
{
	struct front *front = kong->in->front;
	struct setting *at = kong_setting(s, "plugin", "names");
	str rest = at ? at->value.text : STR(""), item, namespace, name;
	while (rest.n) {
		str_cut(rest, ',', &item, &rest);
		item = str_trim(item);
		if (item.n == 0)
			continue;
		if (!str_cut(item, ':', &namespace, &name)) {
			name = item;
			namespace = s->ingress->meta.namespace;
		}
		const struct vendor_object *object = find(kong, namespace, name);
		if (!object && front->closed_world)
			say_missing(kong, at, item);
		else
			add(kong, list, plugin_of(kong, object, item, at->fact));
	}
}

static int by_order(const void *pa, const void *pb)
{
	const struct kong_plugin *a = pa, *b = pb;
	return (a->order < b->order) - (a->order > b->order);
}

/* Those of the route, then of the service, then those for all traffic; of one kind the closest. */
struct kong_plugins kong_plugins_of(struct kong *kong, const struct kong_route *route)
{
	struct kong_plugins list = { 0 };
	add_named(kong, route->subject, &list);
	add_named(kong, route->service->settings, &list);
	for (size_t i = 0; i < kong->everywhere.n; i++)
		if (!has_kind(&list, &kong->everywhere.item[i]))
			LIST_PUSH(kong->in->front->arena, &list, kong->everywhere.item[i]);
	/* the sort keeps no order of equals: kinds differ, and unknown ones are alike */
	if (list.n)
		qsort(list.item, list.n, sizeof *list.item, by_order);
	return list;
}

void kong_plugins_read(struct kong *kong)
{
	const struct snapshot *s = kong->in->front->snapshot;
	for (size_t i = 0; i < s->vendor_objects.n; i++) {
		const struct vendor_object *object = s->vendor_objects.item[i];
		const struct field *global = str_eq(object->kind->kind, CLUSTER_PLUGIN) ? meta_label(&object->meta, STR("global")) : NULL;
		if (global && str_eq(global->value, STR("true")) && !is_off(object))
			LIST_PUSH(kong->in->front->arena, &kong->everywhere, plugin_of(kong, object, STR(""), NULL));
	}
}

/* ---- reading a configuration ---- */

struct reading {
	struct kong *kong;
	struct arena *arena;
	const struct kong_plugin *plugin;
	struct route *route;
	struct fact_list read;           /* of the configuration, that some step says */
};

static struct field *leaf(struct reading *r, const char *key)
{
	struct field *f = vendor_field(r->plugin->object, arena_join(r->arena, STR("config."), str_c(key)));
	if (f)
		fact_list_add(r->arena, &r->read, kong_fact(r->kong, r->plugin->object, f));
	return f;
}

static str text(struct reading *r, const char *key, str otherwise)
{
	const struct field *f = leaf(r, key);
	return f && f->value.n ? f->value : otherwise;
}

/* A list of texts. */
static struct str_list list_of(struct reading *r, const char *key)
{
	struct str_list out = { 0 };
	for (size_t i = 0;; i++) {
		struct field *f = vendor_field(r->plugin->object, arena_printf(r->arena, "config.%s[%zu]", key, i));
		if (!f)
			return out;
		fact_list_add(r->arena, &r->read, kong_fact(r->kong, r->plugin->object, f));
		LIST_PUSH(r->arena, &out, f->value);
	}
}

static struct step *step_of(struct reading *r, enum step_kind kind, str feature)
{
	struct step *s = route_step(r->arena, r->route, kind, feature, NULL);
	s->value = r->plugin->name;
	return s;
}

/* The plugin's name and what has been read of its configuration; who names it is carried by the route. */
static void carry(struct reading *r, struct step *s)
{
	const struct kong_plugin *p = r->plugin;
	fact_list_add(r->arena, &s->facts, p->facts.n ? p->facts.item[0] : NULL);
	fact_list_join(r->arena, &s->facts, &r->read);
	for (size_t i = 0; i < s->facts.n; i++)
		if (s->facts.item[i]->feature.n == 0)
			s->facts.item[i]->feature = s->feature;
	if (p->facts.n && p->facts.item[p->facts.n - 1]->record != (p->object ? kong_record(r->kong, p->object) : NULL))
		fact_list_add(r->arena, &r->route->facts, p->facts.item[p->facts.n - 1]);
}

static bool is_true(struct reading *r, const char *key)
{
	return str_eq(text(r, key, STR("false")), STR("true"));
}

/* ---- kinds ---- */

static bool is_plain_origin(str origin)
{
	for (size_t i = 0; i < origin.n; i++)
		if (!char_is_alnum(origin.p[i]) && !str_has_char(STR(".:/-"), origin.p[i]))
			return false;
	return true;
}

static void read_cors(struct reading *r)
{
	static const str METHODS[] = { STR_INIT("GET"), STR_INIT("HEAD"), STR_INIT("PUT"), STR_INIT("PATCH"), STR_INIT("POST"), STR_INIT("DELETE"),
		STR_INIT("OPTIONS"), STR_INIT("TRACE"), STR_INIT("CONNECT") };
	struct step *s = step_of(r, STEP_CORS, STR("cors"));
	struct cors *c = &s->as.cors;
	struct str_list origins = list_of(r, "origins");
	c->origins = origins;
	c->methods = list_of(r, "methods");
	c->headers = list_of(r, "headers");
	c->expose = list_of(r, "exposed_headers");
	c->credentials = is_true(r, "credentials");
	(void)str_to_i64(text(r, "max_age", STR("0")), &c->max_age);
	for (size_t i = 0; c->methods.n == 0 && i < sizeof METHODS / sizeof *METHODS; i++)
		LIST_PUSH(r->arena, &c->methods, METHODS[i]);
	if (origins.n == 0)
		LIST_PUSH(r->arena, &c->origins, STR("*"));
	c->any_origin = c->origins.n == 1 && str_eq(c->origins.item[0], STR("*"));
	str regex = STR("");
	for (size_t i = 0; i < c->origins.n; i++) {
		str one = c->origins.item[i];
		one = is_plain_origin(one) ? arena_printf(r->arena, "^\\Q%.*s\\E$", STR_ARG(one)) : arena_printf(r->arena, "(?:%.*s)", STR_ARG(one));
		regex = regex.n ? arena_printf(r->arena, "%.*s|%.*s", STR_ARG(regex), STR_ARG(one)) : one;
	}
	c->origin_regex = c->any_origin ? STR("") : regex;
	c->asked_only = true;
	c->echo_headers = c->headers.n == 0;
	c->said_methods = str_list_join(r->arena, &c->methods, STR(","));
	c->said_headers = str_list_join(r->arena, &c->headers, STR(","));
	c->said_expose = str_list_join(r->arena, &c->expose, STR(","));
	carry(r, s);
}

static void add_edits(struct reading *r, struct step *s, const char *key, bool response, enum header_where where, bool adds, bool takes_away)
{
	const struct str_list list = list_of(r, key);
	for (size_t i = 0; i < list.n; i++) {
		struct header_edit e = { .response = response, .where = where, .adds = adds };
		if (takes_away)
			e.name = str_trim(list.item[i]);
		else if (str_cut(list.item[i], ':', &e.name, &e.value))
			e.value = str_trim(e.value);
		LIST_PUSH(r->arena, &s->as.header.edits, e);
	}
}

/* Remove, replace, add, append: in this order. */
static void read_transformer(struct reading *r)
{
	bool response = str_starts(r->plugin->name, STR("response-"));
	struct step *s = step_of(r, STEP_HEADER, response ? STR("headers.response") : STR("headers.request"));
	add_edits(r, s, "remove.headers", response, HEADER_ALWAYS, false, true);
	add_edits(r, s, "replace.headers", response, HEADER_WHERE_PRESENT, false, false);
	add_edits(r, s, "add.headers", response, HEADER_WHERE_ABSENT, false, false);
	add_edits(r, s, "append.headers", response, HEADER_ALWAYS, true, false);
	if (s->as.header.edits.n)
		carry(r, s);
	else
		r->route->steps.n--;
	r->read.n = s->as.header.edits.n ? r->read.n : 0;
	const struct field *uri = response ? NULL : vendor_field(r->plugin->object, STR("config.replace.uri"));
	if (!uri || str_has(uri->value, STR("$(")))
		return;
	struct fact_list before = r->read;
	r->read = (struct fact_list){ 0 };
	(void)leaf(r, "replace.uri");
	struct step *rewrite = step_of(r, STEP_REWRITE, STR("route.rewrite"));
	rewrite->as.rewrite.change = PATH_FULL;
	rewrite->as.rewrite.path = uri->value;
	carry(r, rewrite);
	fact_list_join(r->arena, &r->read, &before);
}

static void read_redirect(struct reading *r)
{
	struct step *s = step_of(r, STEP_REDIRECT, STR("redirect.permanent"));
	struct redirect *to = &s->as.redirect;
	str location = text(r, "location", STR("")), rest = location;
	uint64_t status = 301;
	(void)str_to_u64(text(r, "status_code", STR("301")), 399, &status);
	bool keeps = is_true(r, "keep_incoming_path");
	*to = (struct redirect){ .status = (uint32_t)status, .location = keeps ? STR("") : location, .keeps_query = keeps };
	size_t at = str_find(location, STR("://"));
	if (at < location.n) {
		to->scheme = str_slice(location, 0, at);
		rest = str_from(location, at + 3);
		size_t end = str_find_char(rest, '/');
		str port;
		uint64_t number;
		if (str_cut(str_slice(rest, 0, end), ':', &to->host, &port) && str_to_u64(port, 65535, &number))
			to->port = (uint32_t)number;
		rest = str_from(rest, end);
	}
	size_t end = str_find_char(rest, '?');
	if (!keeps) {
		to->change = PATH_FULL;
		to->path = end ? str_slice(rest, 0, end) : STR("/");
		to->lost = str_from(rest, end);
	}
	carry(r, s);
}

static void read_termination(struct reading *r)
{
	uint64_t status = 503;
	(void)str_to_u64(text(r, "status_code", STR("503")), 599, &status);
	struct step *s = step_of(r, STEP_STATUS, STR("route.status"));
	s->status = (uint32_t)status;
	(void)leaf(r, "message");
	(void)leaf(r, "body");
	(void)leaf(r, "content_type");
	carry(r, s);
}

static void add_ranges(struct reading *r, const char *key, str feature, bool deny)
{
	const struct str_list list = list_of(r, key);
	struct address_range range;
	if (list.n == 0)
		return;
	struct step *s = step_of(r, STEP_GUARD, feature);
	s->as.guard.kind = GUARD_ADDRESS;
	s->as.guard.deny = deny;
	s->value = str_list_join(r->arena, &list, STR(","));
	for (size_t i = 0; i < list.n; i++)
		if (address_range_parse(list.item[i], &range))
			LIST_PUSH(r->arena, &s->as.guard.ranges, range);
	carry(r, s);
	r->read.n = 0;
}

static void read_addresses(struct reading *r)
{
	struct fact_list all = { 0 };
	(void)list_of(r, "deny");
	(void)list_of(r, "allow");
	(void)leaf(r, "status");
	(void)leaf(r, "message");
	fact_list_join(r->arena, &all, &r->read);
	r->read = (struct fact_list){ 0 };
	add_ranges(r, "deny", STR("access.deny"), true);
	r->read = (struct fact_list){ 0 };
	add_ranges(r, "allow", STR("access.allow"), false);
	r->read = all;
}

static void read_size(struct reading *r)
{
	uint64_t size = 128;
	(void)str_to_u64(text(r, "allowed_payload_size", STR("128")), UINT32_MAX, &size);
	str unit = text(r, "size_unit", STR("megabytes"));
	struct step *limit = step_of(r, STEP_BODY, STR("body.size"));
	limit->quiet = true;
	limit->as.limit = size * (str_eq(unit, STR("bytes")) ? 1 : str_eq(unit, STR("kilobytes")) ? 1024 : 1048576);
	carry(r, step_of(r, STEP_OTHER, STR("body.size")));
}

static void read_rate(struct reading *r)
{
	static const char *const PERIODS[] = { "second", "minute", "hour", "day", "month", "year", "policy", "limit_by", "fault_tolerant", "error_code" };
	for (size_t i = 0; i < sizeof PERIODS / sizeof *PERIODS; i++)
		(void)leaf(r, PERIODS[i]);
	struct step *s = step_of(r, STEP_OTHER, STR("rate.requests"));
	s->gate = true;
	s->status = 429;
	carry(r, s);
}

static const struct {
	str name;
	void (*read)(struct reading *r);
} READERS[] = {
	{ STR_INIT("cors"), read_cors }, { STR_INIT("request-transformer"), read_transformer }, { STR_INIT("response-transformer"), read_transformer },
	{ STR_INIT("redirect"), read_redirect }, { STR_INIT("request-termination"), read_termination }, { STR_INIT("ip-restriction"), read_addresses },
	{ STR_INIT("request-size-limiting"), read_size }, { STR_INIT("rate-limiting"), read_rate },
};

/* ---- a plugin as steps ---- */

static bool has_fact(const struct fact_list *list, const struct fact *fact)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->item[i] == fact)
			return true;
	return false;
}

/* What no reader has looked at may change what the plugin does. */
static void rest(struct reading *r)
{
	struct step *s = NULL;
	for (size_t i = 1; i < r->plugin->facts.n; i++) {
		struct fact *f = r->plugin->facts.item[i];
		if (!str_starts(f->key, STR("config")) || has_fact(&r->read, f))
			continue;
		if (f->value.n == 0 || str_eq(f->value, STR("false")) || str_eq(f->value, STR("null"))) {
			fact_idle(f, STR("nothing is asked for there"));
			continue;
		}
		if (!s)
			s = step_of(r, STEP_OTHER, STR("plugin.setting"));
		fact_list_add(r->arena, &s->facts, f);
	}
}

/* As a whole, by its row: a guard, or something that is lost. */
static void whole(struct kong *kong, const struct kong_plugin *p, struct route *route)
{
	struct arena *a = kong->in->front->arena;
	str name = p->row ? p->row->feature : STR("plugin");
	const struct feature *f = mapping_feature(kong->in->front->mapping, name);
	bool guard = !f || f->loss == LOSS_SECURITY;
	if (p->row && p->row->inert) {
		/* another plugin would not be */
		fact_list_add(a, &route->facts, p->facts.n ? p->facts.item[0] : NULL);
		fact_list_add(a, &route->facts, p->facts.n ? p->facts.item[p->facts.n - 1] : NULL);
		for (size_t i = 0; i < p->facts.n; i++)
			fact_idle(p->facts.item[i], STR("nothing of a request or an answer depends on it"));
		return;
	}
	struct step *s = route_step(a, route, guard ? STEP_GUARD : STEP_OTHER, name, NULL);
	s->value = p->name;
	fact_list_join(a, &s->facts, &p->facts);
}

/* The configuration stands in a Secret, or is changed from one: what is written here is not all of it. */
static bool is_hidden(const struct vendor_object *object)
{
	for (size_t i = 0; i < object->fields.n; i++)
		if (str_starts(object->fields.item[i]->key, STR("configFrom")) || str_starts(object->fields.item[i]->key, STR("configPatches")))
			return true;
	return false;
}

void kong_plugin_step(struct kong *kong, const struct kong_plugin *p, struct route *route)
{
	for (size_t i = 0; p->object && p->row && i < sizeof READERS / sizeof *READERS; i++) {
		if (!str_eq(READERS[i].name, p->name) || is_hidden(p->object))
			continue;
		struct reading r = { .kong = kong, .arena = kong->in->front->arena, .plugin = p, .route = route };
		READERS[i].read(&r);
		rest(&r);
		return;
	}
	whole(kong, p, route);
}
