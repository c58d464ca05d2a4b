/* SPDX-License-Identifier: Apache-2.0 */
/* TCPIngress and UDPIngress (reference: kong B.5): ports of Kong that forward to Services, with a host by the name of the handshake. */
#include "controllers/kong.h"

#include <stdlib.h>

static const str TCP = STR_INIT("TCPIngress"), UDP = STR_INIT("UDPIngress"), CLASS = STR_INIT("kubernetes.io/ingress.class");

static bool is_stream(const struct vendor_object *object)
{
	return str_eq(object->kind->kind, TCP) || str_eq(object->kind->kind, UDP);
}

bool kong_streams_wanted(const struct front *front, const struct controller_table *table)
{
	(void)table;
	for (size_t i = 0; i < front->snapshot->vendor_objects.n; i++)
		if (is_stream(front->snapshot->vendor_objects.item[i]))
			return true;
	return false;
}

struct rule {
	struct kong *kong;
	const struct vendor_object *object;
	const struct owner *owner;
	size_t i;
	struct field *host, *port, *service, *service_port;
};

static struct field *part_of(struct rule *r, const char *key)
{
	return vendor_field(r->object, arena_printf(r->kong->in->front->arena, "spec.rules[%zu].%s", r->i, key));
}

static struct fact *fact_of(const struct rule *r, const struct field *field)
{
	return kong_fact(r->kong, r->object, field);
}

static void pass_over(const struct rule *r, str message, str help)
{
	const struct field *fields[] = { r->host, r->port, r->service, r->service_port };
	struct fact *first = fact_of(r, r->port ? r->port : r->service);
	struct diag_site site = first ? fact_site(r->kong->in->front->arena, first)
		: (struct diag_site){ r->object->meta.at, 1, record_object(r->kong->in->front->arena, kong_record(r->kong, r->object)) };
	struct diag *d = diag_add(r->kong->in->front->diags, DIAG_STREAM_INVALID, site, message);
	d->effect = STR("none: Kong does not take the rule, and nothing is printed for it");
	d->help = help;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		fact_lost(fact_of(r, fields[i]), FACT_INVALID, LOSS_NONE, DIAG_STREAM_INVALID, message);
}

static void find_backend(const struct rule *r, struct backend *b)
{
	const struct front *front = r->kong->in->front;
	uint64_t number = 0;
	b->namespace = r->object->meta.namespace;
	b->name = r->service->value;
	(void)str_to_u64(r->service_port->value, 65535, &number);
	b->port = (uint32_t)number;
	const struct service *service = snapshot_service(front->snapshot, b->namespace, b->name);
	b->exists = service || !front->closed_world;
	b->external = service && str_eq(service->type, STR("ExternalName"));
	b->empty = service && service->endpoints == ENDPOINTS_NONE;
	fact_list_add(front->arena, &b->facts, fact_of(r, r->service));
	fact_list_add(front->arena, &b->facts, fact_of(r, r->service_port));
}

static bool is_taken(const struct entry *entry, enum stream_protocol protocol, uint32_t port)
{
	for (size_t i = 0; i < entry->streams.n; i++)
		if (entry->streams.item[i]->protocol == protocol && entry->streams.item[i]->port == port)
			return true;
	return false;
}

/* With a host Kong ends TLS, or passes it on: either way the name chooses. What a Gateway has for that is a listener of its own. */
static void lose_named(const struct rule *r)
{
	struct front *front = r->kong->in->front;
	const struct field *fields[] = { r->host, r->port, r->service, r->service_port };
	struct diag *d = diag_addf(front->diags, DIAG_STREAM_NAMED, fact_site(front->arena, fact_of(r, r->host)),
		"a TCP rule for the TLS name %.*s is not carried over", STR_ARG(r->host->value));
	d->loss = LOSS_ROUTING;
	d->effect = arena_printf(front->arena, "connections for that name to port %.*s are no longer taken", STR_ARG(r->port->value));
	d->help = STR("give the Gateway a listener of protocol TLS with that hostname on the port, and write a TLSRoute for it");
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		fact_lost(fact_of(r, fields[i]), FACT_INEXPRESSIBLE, LOSS_ROUTING, DIAG_STREAM_NAMED, STR("no listener of that port has a TLS name of its own"));
}

static void add_rule(struct rule *r)
{
	struct arena *a = r->kong->in->front->arena;
	struct entry *entry = r->kong->in->entry;
	uint64_t number = 0;
	enum stream_protocol protocol = str_eq(r->object->kind->kind, UDP) ? STREAM_UDP : STREAM_TCP;
	r->host = part_of(r, "host");
	r->port = part_of(r, "port");
	r->service = part_of(r, "backend.serviceName");
	r->service_port = part_of(r, "backend.servicePort");
	if (!r->port || !r->service || !r->service_port || !str_to_u64(r->port->value, 65535, &number) || number == 0) {
		pass_over(r, STR("the rule names no port from 1 to 65535, or no Service with its port"), STR("complete the rule"));
		return;
	}
	if (r->host && r->host->value.n && protocol == STREAM_TCP) {
		lose_named(r);
		return;
	}
	if (is_taken(entry, protocol, (uint32_t)number)) {
		pass_over(r, STR("two rules without a host open the same port"), STR("take one of them out: which of the two Kong uses is not defined"));
		return;
	}
	struct stream *s = NEW(a, struct stream);
	s->protocol = protocol;
	s->port = (uint32_t)number;
	s->owner = r->owner;
	s->at = r->port->at;
	find_backend(r, &s->backend);
	fact_list_add(a, &s->facts, fact_of(r, r->port));
	fact_list_join(a, &s->facts, &s->backend.facts);
	/* of another class the rule would be another controller's */
	fact_list_add(a, &s->facts, fact_of(r, meta_annotation(&r->object->meta, CLASS)));
	LIST_PUSH(a, &entry->streams, s);
}

static void add_object(struct kong *kong, const struct vendor_object *object)
{
	struct arena *a = kong->in->front->arena;
	struct owner *owner = NEW(a, struct owner);
	owner->namespace = object->meta.namespace;
	owner->name = object->meta.name;
	owner->at = object->meta.at;
	owner->namespace_written = object->meta.namespace_written;
	owner->record = kong_record(kong, object);
	for (size_t i = 0;; i++) {
		struct rule r = { .kong = kong, .object = object, .owner = owner, .i = i };
		if (!part_of(&r, "port") && !part_of(&r, "backend.serviceName"))
			return;
		add_rule(&r);
	}
}

static int compare_streams(const void *pa, const void *pb)
{
	const struct stream *a = *(struct stream *const *)pa, *b = *(struct stream *const *)pb;
	if (a->protocol != b->protocol)
		return a->protocol < b->protocol ? -1 : 1;
	return a->port < b->port ? -1 : a->port > b->port;
}

/* Another class is another controller's; without one only the default class takes it, which files do not show. */
static bool is_ours(const struct kong *kong, const struct vendor_object *object)
{
	const struct field *class = meta_annotation(&object->meta, CLASS);
	return !class || class->value.n == 0 || str_eq(class->value, kong->in->entry->name);
}

void kong_streams_build(struct kong *kong)
{
	struct entry *entry = kong->in->entry;
	const struct snapshot *s = kong->in->front->snapshot;
	for (size_t i = 0; i < s->vendor_objects.n; i++)
		if (is_stream(s->vendor_objects.item[i]) && is_ours(kong, s->vendor_objects.item[i]))
			add_object(kong, s->vendor_objects.item[i]);
	if (entry->streams.n)
		qsort(entry->streams.item, entry->streams.n, sizeof *entry->streams.item, compare_streams);
}
