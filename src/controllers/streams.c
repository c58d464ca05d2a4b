/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP and UDP services: two ConfigMaps that the controller's arguments name, with a port as key and "namespace/service:port" as
 * value, behind which ":PROXY" stands for the PROXY protocol of clients, and another one for that of the backend (reference:
 * ingress-nginx C.1, C.2). An entry that the controller cannot use costs only itself.
 */
#include "controllers/server.h"

#include <stdlib.h>

/* What belongs to one of the two protocols. */
struct kind {
	enum stream_protocol protocol;
	str name;                    /* as a Service says it */
	str feature;
	str services;                /* for messages */
};

static const struct kind KINDS[] = {
	{ STREAM_TCP, STR_INIT("TCP"), STR_INIT("stream.tcp"), STR_INIT("the TCP services") },
	{ STREAM_UDP, STR_INIT("UDP"), STR_INIT("stream.udp"), STR_INIT("the UDP services") },
};

enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

static const str SERVICES = STR_INIT("services"), TIMES = STR_INIT("stream.times");

static const struct default_row *row_of(const struct controller_table *table, str feature)
{
	for (size_t i = 0; i < table->defaults.n; i++)
		if (str_eq(table->defaults.item[i].feature, feature) && str_eq(table->defaults.item[i].field, SERVICES))
			return &table->defaults.item[i];
	return NULL;
}

bool streams_wanted(const struct front *front, const struct controller_table *table)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		const struct default_row *row = row_of(table, KINDS[i].feature);
		if (row && row->flag.n && controller_argument(front, table, row->flag).n)
			return true;
	}
	return false;
}

void streams_idle(const struct controller_settings *c)
{
	fact_idle(controller_default_fact(c, TIMES), STR("the controller forwards no TCP or UDP service"));
}

/* ---- the ConfigMap ---- */

static void say_missing(const struct instance *in, const struct kind *kind, str reference)
{
	const struct workload *w = in->controller->workload;
	struct diag_site site = { w ? w->meta.at : (struct place){ 0, 0 }, 1, arena_printf(in->front->arena, "ConfigMap/%.*s", STR_ARG(reference)) };
	struct diag *d = diag_addf(in->front->diags, DIAG_SETTINGS_MISSING, site, "the ConfigMap %.*s with %.*s is not in the input", STR_ARG(reference),
		STR_ARG(kind->services));
	d->effect = in->front->closed_world ? STR("the controller opens no such port, and none is printed")
		: STR("ports that the controller opens for it are not carried over");
	d->help = STR("add it to the input (kubectl get configmap -A -o yaml)");
	fact_idle(controller_default_fact(in->controller, kind->feature), STR("the ConfigMap is not in the input"));
}

static const struct config_map *find_map(const struct instance *in, const struct kind *kind)
{
	str reference = controller_default(in->controller, kind->feature, SERVICES), namespace, name;
	if (value_is_off(reference))
		return NULL;
	reference = controller_reference(in->front->arena, in->controller, reference);
	const struct config_map *map = str_cut(reference, '/', &namespace, &name) ? snapshot_config_map(in->front->snapshot, namespace, name) : NULL;
	if (!map)
		say_missing(in, kind, reference);
	return map;
}

/* ---- one entry ---- */

struct service_entry {
	struct instance *in;
	const struct kind *kind;
	const struct owner *owner;
	const struct data_entry *data;
	struct fact *fact;
	str namespace, service, port;
	struct stream *stream;
};

/* The controller passes over the entry. */
static void pass_over(const struct service_entry *e, enum diag_code code, str message, str help)
{
	struct diag *d = diag_add(e->in->front->diags, code, fact_site(e->in->front->arena, e->fact), message);
	d->effect = code == DIAG_CONFIG_REJECTED ? STR("the controller keeps its last good configuration; the entry is left out")
		: STR("none: the controller does not open this port, and nothing is printed for it");
	d->help = help;
	fact_lost(e->fact, FACT_INVALID, LOSS_NONE, code, message);
}

/* The entry is good, and there is nobody to forward to. */
static void not_open(const struct service_entry *e, str message)
{
	struct diag *d = diag_add(e->in->front->diags, DIAG_STREAM_NOT_OPEN, fact_site(e->in->front->arena, e->fact), message);
	d->effect = STR("none: the controller does not open the port as long as that is so, and nothing is printed for it");
	d->help = STR("correct the entry, or take it out; give --world open if the input does not hold all objects");
	fact_idle(e->fact, message);
	e->fact->has_code = true;
	e->fact->code = DIAG_STREAM_NOT_OPEN;
}

static uint32_t argument_port(const struct instance *in, str name, uint32_t usual)
{
	uint64_t port;
	return str_to_u64(controller_argument(in->front, in->controller->table, name), 65535, &port) ? (uint32_t)port : usual;
}

static bool is_reserved(const struct instance *in, uint32_t port)
{
	static const struct { str name; uint32_t usual; } OWN[] = {
		{ STR_INIT("http-port"), 80 }, { STR_INIT("https-port"), 443 }, { STR_INIT("ssl-passthrough-proxy-port"), 442 },
		{ STR_INIT("healthz-port"), 10254 }, { STR_INIT("default-server-port"), 8181 }, { STR_INIT("profiler-port"), 10245 },
		{ STR_INIT("status-port"), 10246 }, { STR_INIT("stream-port"), 10247 },
	};
	for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++)
		if (argument_port(in, OWN[i].name, OWN[i].usual) == port)
			return true;
	return false;
}

static bool read_port(const struct service_entry *e)
{
	int64_t number;
	if (!str_to_i64(e->data->key, &number)) {
		pass_over(e, DIAG_STREAM_INVALID, STR("the key is no number of a port"), STR("write the number of the port that clients connect to"));
		return false;
	}
	if (number < 1 || number > 65535) {
		pass_over(e, DIAG_CONFIG_REJECTED, STR("a port is a number from 1 to 65535: nginx refuses another one, and with it its whole configuration"),
			STR("correct the number: as long as it stands there, no change of any Ingress is in force"));
		return false;
	}
	e->stream->port = (uint32_t)number;
	if (!is_reserved(e->in, e->stream->port))
		return true;
	pass_over(e, DIAG_STREAM_INVALID, STR("the controller keeps this port for itself"), STR("choose another port"));
	return false;
}

/* namespace/service:port[:PROXY[:PROXY]]; anything else behind the port says nothing. */
static bool read_value(struct service_entry *e)
{
	str target, rest, decode = { "", 0 }, encode = { "", 0 };
	bool good = str_cut(e->data->value, ':', &target, &rest) && str_cut(target, '/', &e->namespace, &e->service) && e->namespace.n && e->service.n &&
		!str_has_char(e->service, '/');
	if (!good) {
		pass_over(e, DIAG_STREAM_INVALID, STR("the value does not name a Service as namespace/service:port"),
			STR("write NAMESPACE/SERVICE:PORT, and :PROXY behind it where clients send the PROXY protocol"));
		return false;
	}
	str_cut(rest, ':', &e->port, &rest);
	str_cut(rest, ':', &decode, &encode);
	bool tcp = e->kind->protocol == STREAM_TCP;
	e->stream->proxy_in = tcp && str_eq_nocase(decode, STR("PROXY"));
	e->stream->proxy_out = tcp && str_eq_nocase(encode, STR("PROXY"));
	return true;
}

/* By number, not by target; by name otherwise. The protocol has to be the same. */
static const struct service_port *port_of(const struct service_entry *e, const struct service *service)
{
	int64_t number = 0;
	bool is_number = str_to_i64(e->port, &number);
	for (size_t i = 0; i < service->ports.n; i++) {
		const struct service_port *p = &service->ports.item[i];
		if (str_eq(p->protocol, e->kind->name) && (is_number ? p->port == number : str_eq(p->name, e->port)))
			return p;
	}
	return NULL;
}

static bool find_unseen(const struct service_entry *e)
{
	struct backend *b = &e->stream->backend;
	uint64_t number;
	if (e->in->front->closed_world) {
		not_open(e, STR("the Service of the entry does not exist"));
		return false;
	}
	b->exists = true;
	if (str_to_u64(e->port, 65535, &number) && number > 0) {
		b->port = (uint32_t)number;
		return true;
	}
	struct diag *d = diag_addf(e->in->front->diags, DIAG_PORT_NAME_UNRESOLVED, fact_site(e->in->front->arena, e->fact),
		"port %.*s is a name, and the Service that gives its number is not in the input", STR_ARG(e->port));
	d->loss = LOSS_ROUTING;
	d->effect = STR("a Gateway needs the number: nothing is printed, and the port is not opened");
	d->help = STR("add the Service to the input (kubectl get services -A -o yaml), or write the number into the ConfigMap");
	fact_lost(e->fact, FACT_INEXPRESSIBLE, LOSS_ROUTING, DIAG_PORT_NAME_UNRESOLVED, STR("the number of the port is not in the input"));
	return false;
}

static bool find_backend(const struct service_entry *e)
{
	struct backend *b = &e->stream->backend;
	b->namespace = e->namespace;
	b->name = e->service;
	const struct service *service = snapshot_service(e->in->front->snapshot, e->namespace, e->service);
	if (!service)
		return find_unseen(e);
	const struct service_port *port = port_of(e, service);
	b->external = str_eq(service->type, STR("ExternalName"));
	b->empty = service->endpoints == ENDPOINTS_NONE;
	if (!port) {
		not_open(e, arena_printf(e->in->front->arena, "the Service of the entry has no %.*s port %.*s", STR_ARG(e->kind->name), STR_ARG(e->port)));
		return false;
	}
	if (b->empty && e->in->front->closed_world) {
		not_open(e, STR("the Service of the entry has no endpoints"));
		return false;
	}
	b->exists = true;
	b->port = port->port;
	return true;
}

static bool is_taken(const struct service_entry *e)
{
	const struct entry *entry = e->in->entry;
	for (size_t i = 0; i < entry->streams.n; i++)
		if (entry->streams.item[i]->protocol == e->kind->protocol && entry->streams.item[i]->port == e->stream->port)
			return true;
	return false;
}

static void add_entry(struct service_entry *e)
{
	struct arena *a = e->in->front->arena;
	e->stream = NEW(a, struct stream);
	e->stream->protocol = e->kind->protocol;
	e->stream->owner = e->owner;
	e->stream->at = e->data->at;
	if (!read_port(e) || !read_value(e) || !find_backend(e))
		return;
	if (is_taken(e)) {
		pass_over(e, DIAG_CONFIG_REJECTED, STR("two entries open the same port: nginx refuses that, and with it its whole configuration"),
			STR("take one of them out: as long as both stand there, no change of any Ingress is in force"));
		return;
	}
	fact_list_add(a, &e->stream->facts, e->fact);
	fact_list_add(a, &e->stream->facts, controller_default_fact(e->in->controller, e->kind->feature));
	LIST_PUSH(a, &e->in->entry->streams, e->stream);
}

/* One fact for an entry, though both arguments may name the ConfigMap. */
static struct fact *entry_fact(struct front *front, struct record *record, const struct data_entry *data, str feature)
{
	for (size_t i = 0; i < record->facts.n; i++)
		if (record->facts.item[i]->at.offset == data->at.offset && record->facts.item[i]->at.file == data->at.file)
			return record->facts.item[i];
	struct fact *fact = ledger_fact(front->ledger, record, arena_join(front->arena, STR("data."), data->key), data->value, data->at,
		data->key.n ? (uint32_t)data->key.n : 1);
	fact->feature = feature;
	return fact;
}

static void add_map(struct instance *in, const struct kind *kind)
{
	struct arena *a = in->front->arena;
	const struct config_map *map = find_map(in, kind);
	if (!map)
		return;
	struct owner *owner = NEW(a, struct owner);
	owner->namespace = map->meta.namespace;
	owner->name = map->meta.name;
	owner->at = map->meta.at;
	owner->namespace_written = map->meta.namespace_written;
	owner->record = ledger_other(in->front->ledger, STR("ConfigMap"), map->meta.namespace, map->meta.name, map->meta.at);
	owner->record->controller = in->controller->table->name;
	for (size_t i = 0; i < map->data.n; i++) {
		struct service_entry e = { .in = in, .kind = kind, .owner = owner, .data = &map->data.item[i] };
		e.fact = entry_fact(in->front, owner->record, e.data, kind->feature);
		add_entry(&e);
	}
}

static int compare_streams(const void *pa, const void *pb)
{
	const struct stream *a = *(struct stream *const *)pa, *b = *(struct stream *const *)pb;
	if (a->protocol != b->protocol)
		return a->protocol < b->protocol ? -1 : 1;
	return a->port < b->port ? -1 : a->port > b->port;
}

void streams_build(struct instance *in)
{
	struct entry *entry = in->entry;
	for (size_t i = 0; i < KIND_COUNT && in->streams; i++)
		add_map(in, &KINDS[i]);
	if (entry->streams.n)
		qsort(entry->streams.item, entry->streams.n, sizeof *entry->streams.item, compare_streams);
}
