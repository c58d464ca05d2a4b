/* SPDX-License-Identifier: Apache-2.0 */
/* What belongs to a host as a whole: further names, the www redirect, the redirect of its root (reference: ingress-nginx A.5, A.10). */
#include "controllers/server.h"
#include "controllers/variables.h"
#include "kube/names.h"
#include "route/pattern.h"

static const str APP_ROOT = STR_INIT("redirect.app-root");

struct route *route_add(struct instance *in, struct host *host, enum match_kind kind, str path, const struct owner *owner)
{
	struct route *r = NEW(in->front->arena, struct route);
	r->match = (struct match){ .kind = kind, .path = path };
	r->owner = owner;
	LIST_PUSH(in->front->arena, &host->routes, r);
	return r;
}

/* No hostname of a Gateway says it, but requests find the host by it: "x.*", "~expression", and what is no DNS name. */
static void add_other_name(struct instance *in, struct host *host, struct host_name name)
{
	if (str_starts(name.name, STR("~")))
		name.kind = HOST_REGEX;
	else if (str_ends(name.name, STR(".*")))
		name.kind = HOST_TAIL;
	LIST_PUSH(in->front->arena, &host->other_names, name);
}

static void add_alias(struct instance *in, struct host *host, str name, struct fact *fact)
{
	struct arena *a = in->front->arena;
	struct host_name alias = { .kind = HOST_EXACT, .name = str_trim(name) };
	/* in an expression "\D" is not "\d" */
	if (!str_starts(alias.name, STR("~")))
		alias.name = arena_lower(a, alias.name);
	if (str_starts(alias.name, STR("."))) {
		/* nginx: the name and all names below it */
		add_alias(in, host, str_from(alias.name, 1), fact);
		add_alias(in, host, arena_join(a, STR("*"), alias.name), fact);
		return;
	}
	bool wild = str_starts(alias.name, STR("*."));
	if (alias.name.n == 0 || servers_find(in, alias.name))
		return;
	if (!name_is_subdomain(wild ? str_from(alias.name, 2) : alias.name)) {
		struct lost_alias lost = { host, alias.name, fact };
		LIST_PUSH(a, &in->lost_aliases, lost);
		add_other_name(in, host, alias);
		return;
	}
	if (wild)
		alias.kind = HOST_LABELS;
	fact_list_add(a, &alias.facts, fact);
	LIST_PUSH(a, &host->aliases, alias);
}

/* nginx takes the name of a server as it stands (ngx_http_core_server_name, ngx_hash_add_key). */
static bool is_name_of_nginx(struct arena *a, str name, str *why, size_t *at)
{
	str group;
	size_t number;
	*at = 0;
	*why = STR("a star stands for the first or the last labels, and no two dots stand together");
	if (!str_starts(name, STR("~"))) {
		size_t stars = 0;
		for (size_t i = 0; i < name.n; i++)
			stars += name.p[i] == '*';
		bool wild = str_starts(name, STR("*.")) || str_ends(name, STR(".*"));
		return !str_has(name, STR("..")) && name.n > (str_starts(name, STR(".")) ? 1u : 0u) && (stars == 0 || (stars == 1 && wild && name.n > 2));
	}
	*why = STR("the expression is empty");
	struct pattern *p = name.n > 1 ? pattern_new(a, str_from(name, 1), PATTERN_NOCASE, why, at) : NULL;
	*at += 1;
	for (size_t i = 0; p && pattern_name(p, i, &group, &number); i++)
		if (nginx_owns_variable(group)) {
			*why = arena_printf(a, "nginx has a variable $%.*s of its own", STR_ARG(group));
			*at = str_find(name, group);
			return false;
		}
	return p != NULL;
}

static bool check_alias(struct instance *in, const struct setting *names, str item)
{
	str name = str_trim(item), why;
	size_t at, before = (size_t)(name.p - names->value.text.p);
	if (name.n == 0 || is_name_of_nginx(in->front->arena, name, &why, &at))
		return true;
	struct diag_site site = fact_site_within(in->front, names->fact, names->value.text, before + at);
	struct diag *d = diag_addf(in->front->diags, DIAG_CONFIG_REJECTED, site, "nginx refuses the whole configuration: an alias is no name of a server (%.*s)",
		STR_ARG(why));
	d->effect = STR("the controller keeps its last good configuration; the alias is left out");
	d->help = STR("correct the alias");
	fact_lost(names->fact, FACT_INVALID, LOSS_NONE, DIAG_CONFIG_REJECTED, STR("nginx refuses an alias"));
	entry_reject(in, site.at, d->message);
	return false;
}

/* The first Ingress of the host that has aliases names them all (A.5). */
void aliases_add(struct instance *in, const struct server *server, struct host *host)
{
	bool named = false;
	for (size_t i = 0; i < server->owners.n && server->name.n; i++) {
		struct setting *names = subject_setting(server->owners.item[i], STR("route.alias"), STR("names"));
		if (!names)
			continue;
		if (named) {
			fact_idle(names->fact, STR("an older Ingress of the host has named its aliases already"));
			continue;
		}
		str rest = names->value.text, item;
		while (rest.n) {
			str_cut(rest, ',', &item, &rest);
			named = named || str_trim(item).n > 0;
			if (!in->nginx || check_alias(in, names, item))
				add_alias(in, host, item, names->fact);
		}
	}
}

/* Another host before this one has the name: nginx takes the server that comes first, and www servers before all others. */
static bool is_named_before(const struct instance *in, const struct host *host, str name)
{
	bool before = true;
	for (size_t i = 0; i < in->entry->hosts.n; i++) {
		const struct host *h = in->entry->hosts.item[i];
		before = before && h != host;
		if (h != host && str_eq(h->name.name, name))
			return true;
		for (size_t j = 0; before && j < h->aliases.n; j++)
			if (str_eq(h->aliases.item[j].name, name))
				return true;
	}
	return false;
}

/* Wildcards among the aliases are asked before wildcard hosts, however long these are (reference: A.9). */
static bool is_hidden(const struct instance *in, const struct host *host)
{
	if (host->name.kind != HOST_ONE_LABEL)
		return false;
	for (size_t i = 0; i < in->entry->hosts.n; i++) {
		const struct host *h = in->entry->hosts.item[i];
		for (size_t j = 0; h != host && j < h->aliases.n; j++)
			if (h->aliases.item[j].kind == HOST_LABELS && str_ends(host->name.name, str_from(h->aliases.item[j].name, 1)))
				return true;
	}
	return false;
}

static void idle_host(const struct host *host, str why)
{
	for (size_t i = 0; i < host->routes.n; i++) {
		const struct route *r = host->routes.item[i];
		for (size_t j = 0; j < r->facts.n; j++)
			fact_idle(r->facts.item[j], why);
		for (size_t j = 0; j < r->cases.n; j++)
			for (size_t k = 0; k < r->cases.item[j].backend.facts.n; k++)
				fact_idle(r->cases.item[j].backend.facts.item[k], why);
	}
	for (size_t i = 0; i < host->name.facts.n; i++)
		fact_idle(host->name.facts.item[i], why);
}

static void drop_hidden(struct instance *in)
{
	size_t kept = 0;
	for (size_t i = 0; i < in->entry->hosts.n; i++) {
		struct host *h = in->entry->hosts.item[i];
		if (is_hidden(in, h))
			idle_host(h, STR("a wildcard among the aliases of another host takes all its requests"));
		else
			in->entry->hosts.item[kept++] = h;
	}
	in->entry->hosts.n = kept;
}

static bool is_guarded(const struct host *host)
{
	for (size_t i = 0; i < host->routes.n; i++)
		for (size_t j = 0; j < host->routes.item[i]->steps.n; j++)
			if (host->routes.item[i]->steps.item[j]->kind == STEP_GUARD)
				return true;
	return false;
}

static bool has_wide_host(const struct instance *in, const struct host *but)
{
	for (size_t i = 0; i < in->entry->hosts.n; i++)
		if (in->entry->hosts.item[i] != but && in->entry->hosts.item[i]->name.kind != HOST_EXACT)
			return true;
	return false;
}

/* No hostname of a Gateway says the alias: what becomes of its requests depends on the hosts that are left. */
static void say_lost_alias(struct instance *in, const struct lost_alias *lost)
{
	bool wide = has_wide_host(in, lost->host), opens = wide && is_guarded(lost->host);
	struct diag *d = diag_addf(in->front->diags, DIAG_ALIAS_LOST, fact_site(in->front->arena, lost->fact),
		"the alias %.*s is no hostname of the Gateway API%s", STR_ARG(lost->name), opens ? ", and its host has a protection" : "");
	d->loss = opens ? LOSS_SECURITY : LOSS_ROUTING;
	d->effect = !wide ? STR("requests for names that only this alias matches get 404")
		: opens ? STR("requests for names that only this alias matches reach the routes of a wider host, without the protection")
		: STR("requests for names that only this alias matches reach the routes of a wider host, or get 404");
	d->help = STR("list the names one by one");
	fact_lost(lost->fact, FACT_INEXPRESSIBLE, d->loss, DIAG_ALIAS_LOST, STR("no hostname of the Gateway API says it"));
}

void aliases_settle(struct instance *in)
{
	for (size_t i = 0; i < in->lost_aliases.n; i++)
		say_lost_alias(in, &in->lost_aliases.item[i]);
	drop_hidden(in);
	for (size_t i = 0; i < in->entry->hosts.n; i++) {
		struct host *h = in->entry->hosts.item[i];
		size_t kept = 0;
		for (size_t j = 0; j < h->aliases.n; j++) {
			if (!is_named_before(in, h, h->aliases.item[j].name)) {
				h->aliases.item[kept++] = h->aliases.item[j];
				continue;
			}
			for (size_t k = 0; k < h->aliases.item[j].facts.n; k++)
				fact_idle(h->aliases.item[j].facts.item[k], STR("another host of the controller has this name already"));
		}
		h->aliases.n = kept;
	}
}

void www_add(struct instance *in, struct server *server)
{
	if (!server->www)
		return;
	struct arena *a = in->front->arena;
	str other = str_starts(server->name, STR("www.")) ? str_from(server->name, 4) : arena_join(a, STR("www."), server->name);
	if (str_starts(server->name, STR("*."))) {
		struct diag *d = diag_addf(in->front->diags, DIAG_CONFIG_REJECTED, fact_site(a, server->www_facts.item[0]),
			"nginx refuses the whole configuration: a www redirect on a wildcard host gives the server name %.*s", STR_ARG(other));
		d->effect = STR("the controller keeps its last good configuration; the redirect is left out");
		entry_reject(in, server->www_facts.item[0]->at, d->message);
		d->help = STR("take the annotation off the wildcard host");
		return;
	}
	if (servers_find(in, other)) {
		for (size_t i = 0; i < server->www_facts.n; i++)
			fact_idle(server->www_facts.item[i], STR("the other name is the host of an Ingress itself"));
		return;
	}
	struct host *h = NEW(a, struct host);
	h->name = (struct host_name){ .kind = HOST_EXACT, .name = other };
	fact_list_join(a, &h->name.facts, &server->www_facts);
	h->creator = server->www_subject->owner;
	h->certificate = server->certificate;
	h->certificate.listener = other;
	server->www_name = other;
	LIST_PUSH(a, &in->entry->hosts, h);
	struct route *r = route_add(in, h, MATCH_PREFIX, STR("/"), server->www_subject->owner);
	guards_of_server(in, r);
	r->at = server->www_facts.item[0]->at;
	fact_list_join(a, &r->facts, &server->www_facts);
	struct step *s = route_step(a, r, STEP_REDIRECT, STR("redirect.www"), server->www_facts.item[0]);
	s->as.redirect = (struct redirect){ .host = server->name, .status = 308, .keeps_query = true, .cuts_slash = true, .keeps_port = true };
	uint64_t code = 308;
	if (str_to_u64(controller_default(in->controller, STR("redirect.https"), STR("code")), 308, &code))
		s->as.redirect.status = (uint32_t)code;
	s->as.redirect.location = arena_printf(a, "$pass_access_scheme://%.*s:$pass_port$request_uri", STR_ARG(server->name));
}

/* The setting that counts: a server block has one test for the root from each location, and the longest path comes first. */
static struct setting *app_root_of(struct server *server, struct subject **owner)
{
	struct setting *found = NULL;
	for (size_t i = 0; i < server->locations.n; i++) {
		struct location *l = server->locations.item[i];
		struct setting *at = l->subject && !l->catch_all ? subject_setting(l->subject, APP_ROOT, STR("path")) : NULL;
		if (!at)
			continue;
		if (found && found != at) {
			fact_idle(at->fact, STR("another Ingress of the host has a longer path, and its redirect of the root is the one in force"));
			continue;
		}
		found = at;
		*owner = l->subject;
	}
	return found;
}

/* A root that nobody reaches, because the redirect comes first. */
static void drop_exact_root(struct host *host)
{
	size_t kept = 0;
	for (size_t i = 0; i < host->routes.n; i++) {
		struct route *r = host->routes.item[i];
		if (r->match.kind != MATCH_EXACT || !str_eq(r->match.path, STR("/"))) {
			host->routes.item[kept++] = r;
			continue;
		}
		for (size_t j = 0; j < r->facts.n; j++)
			fact_idle(r->facts.item[j], STR("the redirect of the root comes first"));
	}
	host->routes.n = kept;
}

void app_root_add(struct instance *in, struct server *server, struct host *host)
{
	struct arena *a = in->front->arena;
	struct subject *owner = NULL;
	struct setting *setting = app_root_of(server, &owner);
	if (!setting || !in->nginx)
		return;
	drop_exact_root(host);
	struct route *r = route_add(in, host, MATCH_EXACT, STR("/"), owner->owner);
	for (size_t i = host->routes.n - 1; i > 0; i--)
		host->routes.item[i] = host->routes.item[i - 1];
	host->routes.item[0] = r;
	r->at = setting->fact->at;
	r->implicit = true;
	steps_host(in, server, r);
	struct step *s = route_step(a, r, STEP_REDIRECT, APP_ROOT, setting->fact);
	s->value = setting->value.text;
	s->as.redirect = (struct redirect){ .status = 302 };
	steps_redirect_path(&s->as.redirect, setting->value.text);
	s->as.redirect.location = arena_join(a, STR("$scheme://$http_host"), setting->value.text);
}

/* ---- names ---- */

enum host_kind host_kind_of(str name)
{
	if (name.n == 0)
		return HOST_ANY;
	if (!str_starts(name, STR("*.")))
		return HOST_EXACT;
	return HOST_ONE_LABEL;
}

/* The nearest hostname that an API takes; the host itself where it is one already. */
str host_near(struct arena *arena, str host)
{
	bool wild = str_starts(host, STR("*."));
	str near = name_make_subdomain(arena, wild ? str_from(host, 2) : host);
	return wild && near.n ? arena_join(arena, STR("*."), near) : near;
}

/* Somebody forgot to fill a host in: it is written as near as it can be, so that it can be found and replaced. */
str host_written(struct instance *in, const struct server *server)
{
	str near = host_near(in->front->arena, server->name);
	if (server->name.n == 0 || near.n == 0 || str_eq(near, server->name))
		return server->name;
	for (size_t i = 0; i < server->facts.n; i++) {
		struct fact *fact = server->facts.item[i];
		struct diag *d = diag_addf(in->front->diags, DIAG_HOST_UNUSABLE, fact_site(in->front->arena, fact),
			"host %.*s is no hostname: %.*s stands in for it", STR_ARG(str_trim(fact->value)), STR_ARG(near));
		d->loss = LOSS_ROUTING;
		d->effect = STR("the API server refuses such an Ingress, and requests for the real host find no route of it");
		d->help = STR("write a DNS name (labels of small letters, digits and dashes, with dots between them) into the Ingress and\n"
			"convert again, or replace the name in the manifests");
		fact_lost(fact, FACT_DIFFERENT, LOSS_ROUTING, DIAG_HOST_UNUSABLE, STR("the host is no hostname; the nearest one stands in for it"));
	}
	return near;
}
