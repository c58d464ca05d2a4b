/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes for a Gateway that exists: which of its listeners, or of the ListenerSets that hang on it, takes a host, and whether routes of a
 * namespace may attach there (specification: Gateway API, Listener.hostname, AllowedRoutes).
 */
#include "gateway/names.h"
#include "gateway/plan.h"
#include "kube/selector.h"

struct found {
	const struct gateway_view *holder;
	const struct listener_view *listener;
};

static bool selects(const struct assembly *as, const struct selector *selector, str namespace)
{
	struct field name = { .key = STR_INIT("metadata.labels.kubernetes.io/metadata.name"), .value = namespace };
	struct meta meta = { .namespace = namespace };
	for (size_t i = 0; i < as->snapshot->namespaces.n; i++)
		if (str_eq(as->snapshot->namespaces.item[i]->meta.name, namespace))
			meta = as->snapshot->namespaces.item[i]->meta;
	struct meta labelled = meta;
	labelled.labels.item = NULL;
	labelled.labels.n = labelled.labels.cap = 0;
	for (size_t i = 0; i < meta.labels.n; i++)
		LIST_PUSH(as->arena, &labelled.labels, meta.labels.item[i]);
	struct field *own = NEW(as->arena, struct field);
	*own = name;
	LIST_PUSH(as->arena, &labelled.labels, own);
	return selector_fits(selector, &labelled);
}

static bool is_let_in(const struct assembly *as, str from, const struct selector *selector, str own, str namespace)
{
	if (str_eq(from, STR("Same")))
		return str_eq(own, namespace);
	if (str_eq(from, STR("Selector")))
		return selects(as, selector, namespace);
	return str_eq(from, STR("All"));
}

static const struct gateway_view *gateway_of(const struct assembly *as)
{
	for (size_t i = 0; i < as->snapshot->gateways.n; i++) {
		const struct gateway_view *view = as->snapshot->gateways.item[i];
		if (!view->set && str_eq(view->meta.namespace, as->existing_namespace) && str_eq(view->meta.name, as->existing_name))
			return view;
	}
	return NULL;
}

bool existing_is_known(const struct assembly *as)
{
	return gateway_of(as) != NULL;
}

static bool hangs_on(const struct assembly *as, const struct gateway_view *set)
{
	return set->set && str_eq(set->parent_namespace, as->existing_namespace) && str_eq(set->parent_name, as->existing_name);
}

/* The Gateway, or a ListenerSet that it lets in (specification: Gateway.spec.allowedListeners, which lets in none by itself). */
static bool is_holder(const struct assembly *as, const struct gateway_view *view)
{
	const struct gateway_view *gateway = gateway_of(as);
	if (!view->set)
		return view == gateway;
	return gateway && hangs_on(as, view) &&
		is_let_in(as, gateway->sets_from, &gateway->sets_selector, gateway->meta.namespace, view->meta.namespace);
}

/* How well a listener's hostname fits one of a route: 0 not at all, else the longer the better. */
static size_t fit(str listener, str host)
{
	if (listener.n == 0)
		return 1;
	if (str_eq(listener, host))
		return SIZE_MAX;
	bool wild = str_starts(listener, STR("*."));
	return wild && host.n >= listener.n && str_ends(host, str_from(listener, 1)) ? listener.n : 0;
}

static bool is_kind_of(const struct wanted_listener *w, const struct listener_view *l)
{
	if (!str_eq(l->protocol, w->protocol))
		return false;
	if (str_eq(w->protocol, STR("TLS")))
		return str_eq(l->tls_mode, STR("Passthrough"));
	bool stream = str_eq(w->protocol, STR("TCP")) || str_eq(w->protocol, STR("UDP"));
	return !stream || l->port == w->port;
}

/* The most specific name; of several the one on the usual port, else the first. */
static bool find_in(const struct assembly *as, const struct wanted_listener *w, bool (*counts)(const struct assembly *, const struct gateway_view *),
	struct found *out)
{
	size_t best = 0;
	for (size_t i = 0; i < as->snapshot->gateways.n; i++) {
		const struct gateway_view *view = as->snapshot->gateways.item[i];
		for (size_t j = 0; counts(as, view) && j < view->listeners.n; j++) {
			const struct listener_view *l = &view->listeners.item[j];
			size_t n = is_kind_of(w, l) ? fit(l->hostname, w->hostname) : 0;
			if (n > best || (n && n == best && l->port == w->port && out->listener->port != w->port)) {
				*out = (struct found){ view, l };
				best = n;
			}
		}
	}
	return best > 0;
}

/* ---- who may attach ---- */

static bool is_allowed(const struct assembly *as, const struct found *f, const struct wanted_listener *w)
{
	const struct listener_view *l = f->listener;
	if (l->kinds.n && !str_list_has(&l->kinds, w->kind))
		return false;
	return is_let_in(as, l->from, &l->selector, f->holder->meta.namespace, w->namespace);
}

/* ---- what is said ---- */

static struct diag_site site_of(struct assembly *as, const struct owner *owner)
{
	return (struct diag_site){ owner->at, 1, owner->record ? record_object(as->arena, owner->record) : (str){ "", 0 } };
}

/* "https://shop.example.com", "the TCP connections of port 5432" */
static str shown(struct assembly *as, const struct wanted_listener *w)
{
	str host = w->hostname.n ? w->hostname : STR("ANY-HOST");
	if (str_eq(w->protocol, STR("HTTP")))
		return arena_printf(as->arena, "http://%.*s", STR_ARG(host));
	if (str_eq(w->protocol, STR("HTTPS")))
		return arena_printf(as->arena, "https://%.*s", STR_ARG(host));
	if (str_eq(w->protocol, STR("TLS")))
		return arena_printf(as->arena, "TLS that is passed through for %.*s", STR_ARG(host));
	return arena_printf(as->arena, "%.*s port %u", STR_ARG(w->protocol), (unsigned)w->port);
}

/* As it is to be added to spec.listeners. */
static str needed(struct assembly *as, const struct wanted_listener *w)
{
	struct buf b;
	buf_init(&b, as->arena, 0);
	buf_printf(&b, "- {name: %.*s", STR_ARG(w->section));
	if (w->hostname.n)
		buf_printf(&b, ", hostname: \"%.*s\"", STR_ARG(w->hostname));
	buf_printf(&b, ", port: %u, protocol: %.*s", (unsigned)w->port, STR_ARG(w->protocol));
	if (w->secret.n)
		buf_printf(&b, ", tls: {certificateRefs: [{namespace: %.*s, name: %.*s}]}", STR_ARG(w->secret_namespace), STR_ARG(w->secret));
	else if (str_eq(w->protocol, STR("TLS")))
		buf_add(&b, STR(", tls: {mode: Passthrough}"));
	if (!str_eq(w->namespace, as->existing_namespace))
		buf_printf(&b, ", allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {kubernetes.io/metadata.name: %.*s}}}}",
			STR_ARG(w->namespace));
	buf_add_char(&b, '}');
	return buf_str(&b);
}

static void state_unserved(struct assembly *as, const struct wanted_listener *w)
{
	struct statement s = { .kind = STATED_UNSERVED, .owner = w->owner, .side = str_eq(w->protocol, STR("HTTP")) ? SIDE_PLAIN : SIDE_TLS };
	s.code = diag_code_text(DIAG_LISTENER_MISSING);
	s.at = w->owner->at;
	if (as->statements)
		LIST_PUSH(as->arena, as->statements, s);
}

static void say_missing(struct assembly *as, const struct wanted_listener *w)
{
	if (!as->diags)
		return;
	struct diag *d = diag_addf(as->diags, DIAG_LISTENER_MISSING, site_of(as, w->owner), "Gateway %.*s/%.*s has no listener for %.*s",
		STR_ARG(as->existing_namespace), STR_ARG(as->existing_name), STR_ARG(shown(as, w)));
	d->loss = LOSS_ROUTING;
	state_unserved(as, w);
	d->effect = STR("the route is printed and attaches nowhere: nothing is served for it until the listener is there");
	struct found outside = { 0 };
	if (find_in(as, w, hangs_on, &outside))
		d->help = arena_printf(as->arena, "ListenerSet %.*s/%.*s has one, and the Gateway does not let that in: widen spec.allowedListeners of the Gateway",
			STR_ARG(outside.holder->meta.namespace), STR_ARG(outside.holder->meta.name));
	else
		d->help = arena_printf(as->arena, "add it to the Gateway, or to a ListenerSet:\n%.*s", STR_ARG(needed(as, w)));
}

static void say_refused(struct assembly *as, const struct found *f, const struct wanted_listener *w)
{
	if (!as->diags)
		return;
	struct diag *d = diag_addf(as->diags, DIAG_LISTENER_MISSING, site_of(as, w->owner), "listener %.*s of %s %.*s/%.*s takes no %.*s of namespace %.*s",
		STR_ARG(f->listener->name), f->holder->set ? "ListenerSet" : "Gateway", STR_ARG(f->holder->meta.namespace), STR_ARG(f->holder->meta.name),
		STR_ARG(w->kind), STR_ARG(w->namespace));
	d->loss = LOSS_ROUTING;
	state_unserved(as, w);
	d->effect = STR("the route is printed and not accepted: nothing is served for it");
	d->help = STR("widen allowedRoutes of the listener: its namespaces (from: Selector with the label kubernetes.io/metadata.name) or its kinds");
}

static void say_unknown(struct assembly *as, bool by_port)
{
	if (!as->diags)
		return;
	struct diag *d = diag_addf(as->diags, DIAG_GATEWAY_UNKNOWN, (struct diag_site){ { 0, 0 }, 1, { "", 0 } },
		"Gateway %.*s/%.*s is not in the input: its listeners are not checked", STR_ARG(as->existing_namespace), STR_ARG(as->existing_name));
	d->effect = by_port ? STR("routes attach to its listeners on ports 80 and 443, as far as these take their hosts and namespaces")
		: STR("routes attach to its listeners with the names http and https-HOST, because a parentRef has no port in this version");
	d->help = STR("add it to the input: kubectl get gateways,listenersets,namespaces -A -o yaml");
	if (!by_port)
		d->help = arena_printf(as->arena, "%.*s;\nor say port: --gateway-api 1.1 to 1.7 has it", STR_ARG(d->help));
}

/* ---- attaching ---- */

struct parent_ref existing_parent(struct assembly *as, const struct wanted_listener *w)
{
	struct parent_ref parent = { .name = as->existing_name, .section = w->section };
	struct found f = { 0 };
	str holder = as->existing_namespace;
	if (!existing_is_known(as)) {
		bool by_port = schema_has_field(as->schema, w->kind, STR("spec.parentRefs[].port"), as->version);
		say_unknown(as, by_port);
		/* a port keeps plain routes and those for TLS apart, whatever the listeners are called; a route for both needs none */
		if (w->both_sides)
			parent.section = (str){ "", 0 };
		else if (by_port) {
			parent.section = (str){ "", 0 };
			parent.port = (struct number){ true, w->port };
		}
	} else if (find_in(as, w, is_holder, &f)) {
		holder = f.holder->meta.namespace;
		parent.name = f.holder->meta.name;
		parent.section = f.listener->name;
		if (f.holder->set) {
			parent.group = f.holder->group;
			parent.kind = str_eq(f.holder->group, STR(GATEWAY_API_GROUP)) ? STR("ListenerSet") : STR("XListenerSet");
		}
		if (!is_allowed(as, &f, w))
			say_refused(as, &f, w);
	} else {
		say_missing(as, w);
	}
	if (!str_eq(holder, w->namespace))
		parent.namespace = holder;
	return parent;
}
