/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hosts of the model with their routes: see kong.h. A host has the parts of all routes that may take it, in Kong's order. Where a Gateway
 * would try a longer path before one that asks for a method or a header, the part that Kong tries first gets the longer path as a
 * further match, which changes nothing here and keeps the order there.
 */
#include "controllers/kong.h"

#include "kube/names.h"

#include <stdlib.h>

struct place_list {
	struct route **item;
	size_t n, cap;
};

struct making {
	struct kong *kong;
	struct host *host;
	struct place_list routes;
};

/* ---- which parts are needed ---- */

static bool is_conditional(const struct kong_route *r)
{
	return r->methods.n > 0 || r->headers.n > 0;
}

/* What every path that an expression takes begins with. */
static str head_of(str regex)
{
	size_t n = 0;
	if (str_has_char(regex, '|'))
		return STR("");
	while (n < regex.n && path_is_literal(str_slice(regex, n, n + 1), true))
		n++;
	bool repeated = n < regex.n && str_has_char(STR("?*{"), regex.p[n]);
	return str_slice(regex, 0, n - (repeated && n));
}

/* The text, with an element or a text behind it. */
static bool begins(const struct match *a, str head)
{
	if (a->kind == MATCH_TEXT)
		return str_starts(head, a->path);
	return a->kind == MATCH_PREFIX && head.n > a->path.n && str_starts(head, a->path) && head.p[a->path.n] == '/';
}

/* Whatever path one of the second takes, the first one takes it before, and asks for nothing else. */
static bool covers(const struct kong_part *first, const struct kong_part *p)
{
	const struct match *a = &first->match, *b = &p->match;
	if (is_conditional(first->route))
		return false;
	if (a->kind == MATCH_PREFIX && a->path.n == 1)
		return true;
	if (b->kind == MATCH_REGEX)
		return a->kind == MATCH_REGEX ? str_eq(a->expression, b->expression) : begins(a, head_of(b->path));
	switch (a->kind) {
	case MATCH_EXACT:
		return b->kind == MATCH_EXACT && str_eq(a->path, b->path);
	case MATCH_TEXT:
		return str_starts(b->path, a->path);
	case MATCH_PREFIX:
		return str_starts(b->path, a->path) && (b->path.n == a->path.n ? b->kind != MATCH_TEXT : b->path.p[a->path.n] == '/');
	case MATCH_REGEX:
		break;
	}
	return false;
}

/* The very text of a Prefix path goes along with its longer paths, unless something between the two takes it. */
static bool is_carried(struct kong *kong, const struct kong_parts *all, size_t i)
{
	const struct kong_part *end = &all->item[i];
	if (!end->end)
		return false;
	for (size_t k = i + 1; k < all->n; k++) {
		struct kong_part *p = &all->item[k];
		bool other = p->route->service != end->route->service;
		if (p->path == end->path)
			return true;
		if (other && (kong_match_takes(kong, &p->match, end->match.path) || (end->match.kind == MATCH_REGEX && p->match.kind == MATCH_REGEX)))
			return false;
	}
	return false;
}

/* A Prefix path with signs that count in an expression: its very text is one, what lies below is not. */
static struct match whole_prefix(struct kong *kong, const struct kong_parts *all, size_t i)
{
	struct match m = all->item[i].match;
	for (size_t k = 0; k < i && m.kind == MATCH_PREFIX; k++) {
		const struct kong_part *end = &all->item[k];
		if (end->path != all->item[i].path || end->match.kind != MATCH_REGEX || !is_carried(kong, all, k))
			continue;
		m.kind = MATCH_REGEX;
		m.expression = arena_printf(kong->in->front->arena, "^(?:%.*s$|\\Q%.*s\\E/)", STR_ARG(m.path), STR_ARG(m.path));
		m.near_kind = MATCH_PREFIX;
		m.near = m.path;
	}
	return m;
}

static void say_hidden(const struct kong_part *p)
{
	static const str WHY = STR_INIT("a path that Kong tries first takes all its requests");
	for (size_t i = 0; i < p->path->facts.n; i++)
		fact_idle(p->path->facts.item[i], WHY);
	for (size_t i = 0; i < p->path->backend_facts.n; i++)
		fact_idle(p->path->backend_facts.item[i], WHY);
}

/* ---- conditions ---- */

static void add_condition(struct arena *a, struct condition_list *list, enum condition_kind kind, str name, str value, const struct kong *kong)
{
	struct condition c = { .kind = kind, .name = name, .value = value, .any_value = true };
	if (kind == CONDITION_HEADER && str_starts(value, STR("~*"))) {
		c.regex = true;
		c.value = arena_printf(a, "%s%.*s", kong->flavour == KONG_EXPRESSIONS ? "" : "(?i)", STR_ARG(str_from(value, 2)));
		c.near = str_from(value, 2);
	} else if (kind == CONDITION_HEADER) {
		c.nocase = kong->flavour != KONG_EXPRESSIONS;
	}
	LIST_PUSH(a, list, c);
}

struct variants {
	struct condition_list *item;
	size_t n, cap;
};

static void multiply(struct kong *kong, struct variants *v, enum condition_kind kind, str name, const struct str_list *values)
{
	struct arena *a = kong->in->front->arena;
	struct variants out = { 0 };
	for (size_t i = 0; i < v->n; i++)
		for (size_t k = 0; k < values->n; k++) {
			struct condition_list list = { 0 };
			for (size_t c = 0; c < v->item[i].n; c++)
				LIST_PUSH(a, &list, v->item[i].item[c]);
			add_condition(a, &list, kind, name, values->item[k], kong);
			LIST_PUSH(a, &out, list);
		}
	*v = out;
}

/* One of the methods, and of each header one of its values: as many matches as there are ways. */
static struct variants variants_of(struct kong *kong, const struct kong_route *r)
{
	enum { MOST = 256 };
	struct variants v = { 0 };
	struct condition_list none = { 0 };
	LIST_PUSH(kong->in->front->arena, &v, none);
	if (r->methods.n)
		multiply(kong, &v, CONDITION_METHOD, STR(""), &r->methods);
	for (size_t i = 0; i < r->headers.n && v.n < MOST; i++)
		multiply(kong, &v, CONDITION_HEADER, r->headers.item[i].name, &r->headers.item[i].values);
	return v;
}

/* ---- routes ---- */

/* The host of the model and what names it are carried by the rule that says so. */
static struct route *route_new(struct making *m, const struct kong_part *p, const struct match *match, const struct condition_list *conditions)
{
	struct arena *a = m->kong->in->front->arena;
	struct route *r = NEW(a, struct route);
	r->match = *match;
	r->match.conditions = *conditions;
	if (r->match.kind == MATCH_REGEX && !r->match.pattern)
		r->match.pattern = pattern_new(a, r->match.expression, 0, NULL, NULL);
	r->owner = p->route->subject->owner;
	r->at = p->path->at;
	fact_list_join(a, &r->facts, &p->path->facts);
	fact_list_join(a, &r->facts, &p->route->match_facts);
	balancer_note(m->kong->in, r);
	LIST_PUSH(a, &m->routes, r);
	return r;
}

static void forward(struct making *m, const struct kong_part *p, struct route *r)
{
	struct forward_case c = { .backend = p->route->service->backend, .weight = 100 };
	c.backend.facts = (struct fact_list){ 0 };
	fact_list_join(m->kong->in->front->arena, &c.backend.facts, &p->path->backend_facts);
	LIST_PUSH(m->kong->in->front->arena, &r->cases, c);
}

static void add_routes(struct making *m, const struct kong_part *p, const struct match *match)
{
	const struct variants v = variants_of(m->kong, p->route);
	for (size_t i = 0; i < v.n; i++) {
		struct kong_part as = *p;
		as.match = *match;
		if (kong_splits_root(&as)) {
			struct kong_part root = as;
			root.match = (struct match){ .kind = MATCH_EXACT, .path = STR("/") };
			struct route *r = route_new(m, &root, &root.match, &v.item[i]);
			kong_steps_build(m->kong, &root, r);
			forward(m, &root, r);
		}
		struct route *r = route_new(m, &as, match, &v.item[i]);
		kong_steps_build(m->kong, &as, r);
		forward(m, &as, r);
	}
}

/*
 * A Gateway asks for the path first: what lies below the path of a part with conditions, and has none or others, would be taken by the
 * longer path. The part says that path as well.
 */
static void add_longer(struct making *m, const struct kong_parts *all, size_t i)
{
	const struct kong_part *p = &all->item[i];
	struct match wide = p->match;
	bool simple = wide.kind == MATCH_PREFIX || wide.kind == MATCH_TEXT;
	for (size_t k = i + 1; k < all->n && simple && is_conditional(p->route); k++) {
		const struct kong_part *longer = &all->item[k];
		struct match as = longer->match;
		if (as.kind == MATCH_REGEX && as.near.n)
			as = (struct match){ .kind = as.near_kind, .path = as.near };
		/* an exact path comes before every prefix, of its own length too */
		bool first = as.kind == MATCH_EXACT || (as.kind != MATCH_REGEX && as.path.n > wide.path.n);
		if (first && kong_match_takes(m->kong, &wide, as.path) && longer->route != p->route && !is_carried(m->kong, all, k))
			add_routes(m, p, &as);
	}
}

/* Without those that nobody reaches. */
static struct kong_parts reached(struct arena *a, const struct kong_parts *all)
{
	struct kong_parts out = { 0 };
	for (size_t i = 0; i < all->n; i++) {
		bool hidden = false;
		for (size_t k = 0; k < out.n && !hidden; k++)
			hidden = covers(&out.item[k], &all->item[i]);
		if (hidden)
			say_hidden(&all->item[i]);
		else
			LIST_PUSH(a, &out, all->item[i]);
	}
	return out;
}

static void make_routes(struct making *m, const struct kong_parts *parts)
{
	kong_parts_say(m->kong, parts);
	struct kong_parts live = reached(m->kong->in->front->arena, parts), *all = &live;
	for (size_t i = 0; i < all->n; i++) {
		struct kong_part *p = &all->item[i];
		if (is_carried(m->kong, all, i))
			continue;
		const struct match match = whole_prefix(m->kong, all, i);
		add_longer(m, all, i);
		add_routes(m, p, &match);
	}
	m->host->routes.item = m->routes.item;
	m->host->routes.n = m->routes.n;
	m->host->routes.cap = m->routes.cap;
}

/* ---- certificates ---- */

struct claim {
	const struct subject *subject;
	const struct ingress_tls *tls;
	const struct field *host;
};

static bool covers_name(str pattern, str name)
{
	if (str_eq(pattern, name))
		return true;
	size_t dot = str_find_char(name, '.');
	return str_starts(pattern, STR("*.")) && dot < name.n && str_eq(str_from(pattern, 1), str_from(name, dot));
}

/* Of the oldest Ingress that names the host with a Secret; a wildcard where nobody names it. */
static bool find_claim(const struct kong *kong, str name, struct claim *out)
{
	bool found = false;
	for (size_t i = 0; i < kong->in->subjects.n; i++) {
		const struct subject *s = kong->in->subjects.item[i];
		for (size_t t = 0; t < s->ingress->tls.n; t++) {
			const struct ingress_tls *tls = &s->ingress->tls.item[t];
			for (size_t h = 0; h < tls->hosts.n && tls->secret && tls->secret->value.n; h++) {
				str host = arena_lower(kong->in->front->arena, str_trim(tls->hosts.item[h]->value));
				bool same = str_eq(host, name), better = same && !(found && str_eq(out->host->value, name));
				if (!covers_name(host, name) || (found && !better))
					continue;
				*out = (struct claim){ s, tls, tls->hosts.item[h] };
				found = true;
			}
		}
	}
	return found;
}

static bool asks_for_https(const struct host *host)
{
	for (size_t i = 0; i < host->routes.n; i++)
		for (size_t k = 0; k < host->routes.item[i]->steps.n; k++)
			if (str_eq(host->routes.item[i]->steps.item[k]->feature, STR("redirect.https")))
				return true;
	return false;
}

/* served: Kong has its own certificate for the host in place of one that it does not find. */
static void use_default(struct kong *kong, struct host *host, bool served)
{
	struct front *front = kong->in->front;
	struct certificate *c = &host->certificate;
	struct diag_site site = { host->creator ? host->creator->at : (struct place){ 0, 0 }, 1, host->creator ? record_object(front->arena, host->creator->record) : STR("") };
	str namespace, name;
	bool known = str_cut(front->default_certificate, '/', &namespace, &name);
	if (!known && !served && !asks_for_https(host)) {
		struct diag *d = diag_add(front->diags, DIAG_DEFAULT_CERTIFICATE, site,
			STR("HTTPS with the controller's default certificate is not carried over for hosts without a certificate of their own"));
		d->effect = STR("https requests for these hosts, which browsers warned of, are no longer answered");
		d->help = STR("give --default-certificate NAMESPACE/NAME if such requests matter");
		return;
	}
	c->kind = CERTIFICATE_DEFAULT;
	c->owner = host->creator;
	c->listener = host->name.name;
	if (known) {
		c->namespace = namespace;
		c->name = name;
		return;
	}
	struct diag *d = diag_add(front->diags, DIAG_CERTIFICATE_LOST, site, STR("HTTPS is served with Kong's own certificate, and no Secret is known for it"));
	d->loss = LOSS_ROUTING;
	d->effect = STR("https requests for the host fail until the listener's Secret exists");
	d->help = STR("name a Secret for the host in spec.tls (its hosts list must have the host), or give\n"
		"--default-certificate NAMESPACE/NAME for all such hosts");
}

static void decide_certificate(struct kong *kong, struct host *host)
{
	struct arena *a = kong->in->front->arena;
	struct certificate *c = &host->certificate;
	struct claim claim = { 0 };
	if (host->name.kind == HOST_ANY || !find_claim(kong, host->name.name, &claim)) {
		use_default(kong, host, false);
		return;
	}
	fact_list_add(a, &c->facts, subject_fact(claim.subject, claim.host));
	fact_list_add(a, &c->facts, subject_fact(claim.subject, claim.tls->secret));
	if (kong->in->front->closed_secrets && !snapshot_secret(kong->in->front->snapshot, claim.subject->ingress->meta.namespace, claim.tls->secret->value)) {
		use_default(kong, host, true);
		return;
	}
	c->kind = CERTIFICATE_SECRET;
	c->namespace = claim.subject->owner->namespace;
	c->name = claim.tls->secret->value;
	c->listener = host->name.name;
	c->owner = claim.subject->owner;
	struct served_name served = { host->name.name, arena_printf(a, "%.*s/%.*s", STR_ARG(c->namespace), STR_ARG(c->name)) };
	LIST_PUSH(a, &kong->in->entry->certificates, served);
}

/* ---- hosts ---- */

static struct host *host_of(struct kong *kong, const struct host_name *name, const struct owner *creator)
{
	struct arena *a = kong->in->front->arena;
	struct entry *entry = kong->in->entry;
	for (size_t i = 0; i < entry->hosts.n; i++)
		if (str_eq(entry->hosts.item[i]->name.name, name->name)) {
			fact_list_join(a, &entry->hosts.item[i]->name.facts, &name->facts);
			return entry->hosts.item[i];
		}
	struct host *h = NEW(a, struct host);
	h->name = *name;
	h->name.facts = (struct fact_list){ 0 };
	fact_list_join(a, &h->name.facts, &name->facts);
	h->creator = creator;
	LIST_PUSH(a, &entry->hosts, h);
	return h;
}

static int compare_hosts(const void *pa, const void *pb)
{
	const struct host *a = *(struct host *const *)pa, *b = *(struct host *const *)pb;
	return str_cmp(a->name.name, b->name.name);
}

void kong_hosts_build(struct kong *kong)
{
	struct entry *entry = kong->in->entry;
	for (size_t i = 0; i < kong->routes.n; i++) {
		const struct kong_route *r = kong->routes.item[i];
		const struct host_name any = { .kind = HOST_ANY, .name = { "", 0 } };
		if (r->service->dropped.n)
			continue;
		for (size_t k = 0; k < r->hosts.n; k++)
			host_of(kong, &r->hosts.item[k], r->subject->owner);
		if (r->hosts.n == 0)
			host_of(kong, &any, r->subject->owner);
	}
	if (entry->hosts.n)
		qsort(entry->hosts.item, entry->hosts.n, sizeof *entry->hosts.item, compare_hosts);
	for (size_t i = 0; i < entry->hosts.n; i++) {
		struct making m = { .kong = kong, .host = entry->hosts.item[i] };
		struct kong_parts parts = kong_parts_of(kong, &m.host->name);
		make_routes(&m, &parts);
		decide_certificate(kong, m.host);
	}
}
