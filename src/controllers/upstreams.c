/* SPDX-License-Identifier: Apache-2.0 */
/* Service ports as groups of endpoints: reference ingress-nginx A.4. */
#include "controllers/server.h"

/* A port that has no number in the input: http and https are what they are by name (RFC 6335 service names), taken as an assumption. */
static uint32_t assumed_port(str name)
{
	if (str_eq_nocase(name, STR("http")))
		return 80;
	if (str_eq_nocase(name, STR("https")))
		return 443;
	return 0;
}

static void assume_port(struct front *front, struct subject *subject, const struct ingress_backend *b, struct backend *out)
{
	struct fact *fact = subject_fact(subject, b->port);
	out->port = assumed_port(b->port->value);
	if (out->port) {
		struct diag *d = diag_addf(front->diags, DIAG_ASSUMED_PRESENT, fact_site(front->arena, fact),
			"assumed: Services have port %u under the name %.*s", (unsigned)out->port, STR_ARG(b->port->value));
		d->help = STR("add the Services to the input (kubectl get services -A -o yaml), or write numbers into the Ingresses");
		if (fact)
			fact->assumed = true;
		return;
	}
	struct diag *d = diag_addf(front->diags, DIAG_PORT_NAME_UNRESOLVED, fact_site(front->arena, fact),
		"port %.*s is a name, and the Service that gives its number is not in the input", STR_ARG(b->port->value));
	d->loss = LOSS_ROUTING;
	d->effect = STR("a Gateway needs the number: the backend is left out; alone it leaves a route that answers 500, beside others its share goes to them");
	d->help = STR("add the Service to the input (kubectl get services -A -o yaml), or write the number into the Ingress");
	str why = STR("the number of the port is not in the input");
	fact_lost(fact, FACT_INEXPRESSIBLE, LOSS_ROUTING, DIAG_PORT_NAME_UNRESOLVED, why);
	fact_lost(subject_fact(subject, b->service), FACT_INEXPRESSIBLE, LOSS_ROUTING, DIAG_PORT_NAME_UNRESOLVED, why);
}

static void port_missing(struct front *front, struct subject *subject, const struct ingress_backend *b)
{
	struct diag *d = diag_addf(front->diags, DIAG_PORT_MISSING, fact_site(front->arena, subject_fact(subject, b->port)),
		"the Service has no port %.*s", STR_ARG(b->port->value));
	d->effect = STR("the controller answers 503 today; a Gateway answers 500");
	d->help = STR("correct the port in the Ingress or in the Service");
}

static void resolve_service(struct front *front, struct subject *subject, const struct ingress_backend *b, struct backend *out)
{
	const struct service *service = snapshot_service(front->snapshot, subject->ingress->meta.namespace, out->name);
	if (b->port && b->port_is_number)
		out->port = b->port_number;
	if (!service) {
		out->exists = !front->closed_world;
		if (front->closed_world) {
			struct diag *d = diag_add(front->diags, DIAG_SERVICE_MISSING, fact_site(front->arena, subject_fact(subject, b->service)),
				STR("the Service does not exist"));
			d->effect = STR("the controller answers 503 today; a Gateway answers 500");
			d->help = STR("create the Service, or give --world open if the input does not hold all objects");
		}
		else if (b->port && !b->port_is_number)
			assume_port(front, subject, b, out);
		return;
	}
	out->external = str_eq(service->type, STR("ExternalName"));
	out->empty = service->endpoints == ENDPOINTS_NONE;
	const struct service_port *port = b->port ? service_port_find(service, b->port->value) : NULL;
	if (port)
		out->port = port->port;
	out->exists = port || (out->external && out->port);
	if (!out->exists && b->port)
		port_missing(front, subject, b);
}

/* ---- what an upstream answers by itself ---- */

/* The Service's own address stands for its endpoints, as far as the controller finds it (reference: A.4). */
static bool has_address(const struct service *service, const struct ingress_backend *b, bool *good)
{
	if (!service || service->headless || str_eq(service->type, STR("ExternalName")))
		return false;
	bool named = b->port && !b->port_is_number, found = false, any = service->endpoints != ENDPOINTS_NONE;
	for (size_t i = 0; b->port && i < service->ports.n; i++) {
		const struct service_port *p = &service->ports.item[i];
		found = found || (named ? str_eq(p->name, b->port->value) : p->port == b->port_number);
	}
	*good = found && any;
	return !named || found;
}

/* 0: it has somebody to ask; 503: nobody; 502: it asks where nobody listens. */
static uint32_t answer_of(struct instance *in, struct subject *s, const struct ingress_backend *b, const struct backend *to)
{
	const struct service *service = snapshot_service(in->front->snapshot, s->ingress->meta.namespace, to->name);
	bool good;
	if (!in->nginx)
		return 0;
	if (subject_flag(s, STR("backend.service"), STR("enabled")) && has_address(service, b, &good))
		return good ? 0 : 502;
	if (!to->exists || to->empty)
		return 503;
	bool refused = to->external && str_eq_nocase(service->external_name, STR("localhost"));
	bool off = to->external && str_eq(controller_argument(in->front, in->controller->table, STR("disable-svc-external-name")), STR("true"));
	return refused || off ? 503 : 0;
}

static void fill_upstream(struct instance *in, struct upstream *u, struct subject *subject, const struct ingress_backend *b)
{
	*u = (struct upstream){ .key = u->key, .creator = subject };
	u->backend.namespace = subject->owner->namespace;
	u->backend.name = b->service->value;
	resolve_service(in->front, subject, b, &u->backend);
	u->answer = answer_of(in, subject, b, &u->backend);
	u->backend.answer = u->answer == 502 ? 502 : 0;
	u->canary = subject_is_canary(subject);
}

struct upstream *upstream_of(struct instance *in, struct subject *subject, const struct ingress_backend *b)
{
	struct arena *a = in->front->arena;
	str port = b->port ? b->port->value : (str){ "", 0 };
	str key = arena_printf(a, "%.*s-%.*s-%.*s", STR_ARG(subject->ingress->meta.namespace), STR_ARG(b->service->value), STR_ARG(port));
	struct upstream *u = map_get(&in->upstream_by_key, key);
	if (u)
		return u;
	u = NEW(a, struct upstream);
	u->key = key;
	fill_upstream(in, u, subject, b);
	map_set(&in->upstream_by_key, key, u);
	LIST_PUSH(a, &in->upstreams, u);
	return u;
}

/* The first Ingress that names a Service port decides how it is asked; a default backend decides anew (reference: A.4). */
void upstreams_create(struct instance *in)
{
	for (size_t i = 0; i < in->subjects.n; i++) {
		struct subject *s = in->subjects.item[i];
		const struct ingress_backend *other = &s->ingress->default_backend;
		if (other->service) {
			size_t known = in->upstreams.n;
			struct upstream *u = upstream_of(in, s, other);
			if (in->upstreams.n == known)
				fill_upstream(in, u, s, other);
		}
		for (size_t r = 0; r < s->ingress->rules.n; r++)
			for (size_t p = 0; p < s->ingress->rules.item[r].paths.n; p++)
				if (s->ingress->rules.item[r].paths.item[p].backend.service)
					upstream_of(in, s, &s->ingress->rules.item[r].paths.item[p].backend);
	}
}

/*
 * What the controller answers where no path fits: the Service of its argument default-backend-service (its first port), else its
 * own 404 (reference: A.15).
 */
struct upstream *controller_backend(struct instance *in)
{
	str namespace, name, named = controller_default(in->controller, STR("backend.default"), STR("service"));
	if (!in->nginx || !str_has_char(named, '/') || !str_cut(named, '/', &namespace, &name))
		return NULL;
	const struct service *service = snapshot_service(in->front->snapshot, namespace, name);
	if (!service && in->front->closed_world)
		return NULL;
	struct upstream *u = NEW(in->front->arena, struct upstream);
	u->backend = (struct backend){ .namespace = namespace, .name = name, .exists = true, .port = 80 };
	if (service && service->ports.n)
		u->backend.port = service->ports.item[0].port;
	if (service && service->endpoints == ENDPOINTS_NONE)
		return NULL;
	fact_list_add(in->front->arena, &u->backend.facts, controller_default_fact(in->controller, STR("backend.default")));
	return u;
}

