/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The backend of a path or of a whole Ingress, in the form of networking.k8s.io/v1 (service, resource) and in that of both
 * v1beta1 (serviceName, servicePort). The API server drops what is written in the form of the other version; people move
 * files by changing apiVersion alone, so the value is used and the fault is reported.
 */
#include "kube/decode.h"

#include "kube/names.h"

static const str BACKEND_V1[] = { STR_INIT("resource"), STR_INIT("service") };
static const str BACKEND_OLD[] = { STR_INIT("resource"), STR_INIT("serviceName"), STR_INIT("servicePort") };
static const str SERVICE[] = { STR_INIT("name"), STR_INIT("port") };
static const str PORT[] = { STR_INIT("name"), STR_INIT("number") };
static const str RESOURCE[] = { STR_INIT("apiGroup"), STR_INIT("kind"), STR_INIT("name") };

static const struct fault OLD_FORM = {
	DIAG_UNKNOWN_FIELD, DIAG_WARNING, STR_INIT("serviceName and servicePort belong to v1beta1; networking.k8s.io/v1 has service.name and service.port"),
	STR_INIT(EFFECT_REFUSED "; here they are used"),
	STR_INIT("write: backend: {service: {name: NAME, port: {number: 80}}}"),
};

static const struct fault NEW_FORM = {
	DIAG_UNKNOWN_FIELD, DIAG_WARNING, STR_INIT("backend.service belongs to networking.k8s.io/v1; v1beta1 has serviceName and servicePort"),
	STR_INIT(EFFECT_REFUSED "; here it is used"), STR_INIT("write apiVersion: networking.k8s.io/v1"),
};

static const struct fault NO_BACKEND = {
	DIAG_MISSING_FIELD, DIAG_ERROR, STR_INIT("the backend names neither a service nor a resource"),
	STR_INIT(EFFECT_REFUSED "; here nothing is forwarded for it"), STR_INIT("name the Service and its port"),
};

static const struct fault NO_SERVICE = {
	DIAG_MISSING_FIELD, DIAG_ERROR, STR_INIT("the backend has no name of a Service"),
	STR_INIT(EFFECT_REFUSED "; here nothing is forwarded for it"), STR_INIT("name the Service"),
};

static const struct fault NO_PORT = {
	DIAG_MISSING_FIELD, DIAG_WARNING, STR_INIT("the backend names no port of its Service"), STR_INIT(EFFECT_REFUSED),
	STR_INIT("name the port, by number or by name"),
};

static const struct fault BOTH_BACKENDS = {
	DIAG_BAD_FIELD, DIAG_WARNING, STR_INIT("the backend names a service and a resource"), STR_INIT(EFFECT_REFUSED "; here the service counts"),
	STR_INIT("keep one of them"),
};

static const struct fault BOTH_PORTS = {
	DIAG_BAD_FIELD, DIAG_WARNING, STR_INIT("the port has a number and a name"), STR_INIT(EFFECT_REFUSED "; here the number counts"),
	STR_INIT("keep one of them"),
};

static const struct fault BAD_PORT = {
	DIAG_BAD_FIELD, DIAG_ERROR, STR_INIT("a port is a number from 1 to 65535"), STR_INIT(EFFECT_REFUSED "; here nothing is forwarded for it"),
	STR_INIT("write the number of the Service's port"),
};

static const struct fault QUOTED_NUMBER = {
	DIAG_WRONG_TYPE, DIAG_WARNING, STR_INIT("the port's number is written as text"), STR_INIT(EFFECT_REFUSED "; here it is taken as a number"),
	STR_INIT("take the quotes away"),
};

static const struct fault NUMBER_AS_NAME = {
	DIAG_BAD_FIELD, DIAG_WARNING, STR_INIT("a number stands where the port's name belongs"),
	STR_INIT(EFFECT_REFUSED "; here it is taken as a number"), STR_INIT("write it without quotes, in networking.k8s.io/v1 as port: {number: 80}"),
};

static const struct fault NAME_AS_NUMBER = {
	DIAG_WRONG_TYPE, DIAG_WARNING, STR_INIT("a name stands where the port's number belongs"),
	STR_INIT(EFFECT_REFUSED "; here it is taken as the name of a port"), STR_INIT("write port: {name: NAME}"),
};

static const struct fault BAD_SERVICE = {
	DIAG_BAD_FIELD, DIAG_WARNING, STR_INIT("this is no name of a Service"), STR_INIT(EFFECT_REFUSED "; here it is taken as written"),
	STR_INIT("up to 63 lower case letters, digits and \"-\"; without namespace and without dots"),
};

/* What was found while the keys were read. */
struct port {
	struct field *number, *name;
	bool written;            /* something stands there, be it unusable */
	bool bad;
	bool old;                /* that serviceName and servicePort are old has been said */
};

/* Number of a scalar, however it is spelled; false when it is none. */
static bool number_of(const struct node *node, uint64_t *out)
{
	if (node->kind == NODE_INT && node->number > 0) {
		*out = (uint64_t)node->number;
		return true;
	}
	return str_to_u64(node_text(node), UINT32_MAX, out);
}

static void set_number(struct decoder *d, struct ingress_backend *b, struct field *field, uint64_t number, struct port *port)
{
	if (number < 1 || number > 65535) {
		decode_report_field(d, &BAD_PORT, field);
		port->bad = true;
		return;
	}
	b->port = field;
	b->port_is_number = true;
	b->port_number = (uint32_t)number;
}

/* A port by number: port.number, or a scalar that is not in quotes. */
static void read_number(struct decoder *d, const struct step *step, const struct node *node, struct ingress_backend *b, struct port *port)
{
	uint64_t number;
	port->written = port->written || !node_is_null(node);
	if (!node_is_scalar(node)) {
		if (!node_is_null(node))
			decode_wrong_type(d, DIAG_ERROR, step, node, "a number");
		decode_leaves(d, step, node);
		return;
	}
	port->number = decode_leaf(d, step, node);
	if (number_of(node, &number)) {
		if (node->kind == NODE_STRING)
			decode_report_field(d, &QUOTED_NUMBER, port->number);
		set_number(d, b, port->number, number, port);
	} else if (node->kind == NODE_STRING && port->number->value.n > 0) {
		if (!decode_placeholder(d, port->number))
			decode_report_field(d, &NAME_AS_NUMBER, port->number);
		b->port = port->number;
	} else {
		decode_report_field(d, &BAD_PORT, port->number);
		port->bad = true;
	}
}

static void read_port_name(struct decoder *d, const struct step *step, const struct node *node, struct ingress_backend *b, struct port *port)
{
	uint64_t number;
	port->written = port->written || !node_is_null(node);
	if (!node_is_scalar(node)) {
		if (!node_is_null(node))
			decode_wrong_type(d, DIAG_ERROR, step, node, "text");
		decode_leaves(d, step, node);
		return;
	}
	struct field *field = decode_leaf(d, step, node);
	if (field->value.n == 0)
		return;
	port->name = field;
	if (port->number)
		return;
	if (number_of(node, &number)) {
		decode_report_field(d, &NUMBER_AS_NAME, field);
		set_number(d, b, field, number, port);
	} else {
		decode_placeholder(d, field);
		b->port = field;
	}
}

/* A port as a scalar: the number or name of v1beta1, or a v1 port written too short. */
static void read_scalar_port(struct decoder *d, const struct step *step, const struct node *node, struct ingress_backend *b, struct port *port)
{
	if (node->kind == NODE_STRING)
		read_port_name(d, step, node, b, port);
	else
		read_number(d, step, node, b, port);
}

static void read_port_map(struct decoder *d, const struct step *step, const struct node *node, struct ingress_backend *b, struct port *port)
{
	if (node_is_scalar(node)) {
		decode_wrong_type(d, DIAG_WARNING, step, node, "a map with number or name");
		read_scalar_port(d, step, node, b, port);
		return;
	}
	if (!decode_is_map(d, step, node))
		return;
	for (size_t i = 0; i < node->as.map.n; i++) {
		const struct pair *pair = &node->as.map.item[i];
		const struct step *at = STEP_KEY(step, pair);
		if (str_eq(pair->key, STR("number"))) {
			read_number(d, at, pair->value, b, port);
		} else if (str_eq(pair->key, STR("name"))) {
			read_port_name(d, at, pair->value, b, port);
		} else {
			decode_unknown(d, pair, KNOWN(PORT));
			decode_leaves(d, at, pair->value);
		}
	}
	if (port->number && port->name)
		decode_report_field(d, &BOTH_PORTS, port->name);
}

static void read_service_name(struct decoder *d, const struct step *step, const struct node *node, struct ingress_backend *b)
{
	bool open;
	struct field *name = decode_name(d, step, node, &open);
	if (!name || name->value.n == 0)
		return;
	if (!open && !name_is_label(name->value))
		decode_report_field(d, &BAD_SERVICE, name);
	b->service = name;
}

static void read_service(struct decoder *d, const struct step *step, const struct node *node, struct ingress_backend *b, struct port *port)
{
	if (node->kind == NODE_STRING) {
		decode_wrong_type(d, DIAG_WARNING, step, node, "a map with name and port");
		read_service_name(d, step, node, b);
		return;
	}
	if (!decode_is_map(d, step, node))
		return;
	for (size_t i = 0; i < node->as.map.n; i++) {
		const struct pair *pair = &node->as.map.item[i];
		const struct step *at = STEP_KEY(step, pair);
		if (str_eq(pair->key, STR("name"))) {
			read_service_name(d, at, pair->value, b);
		} else if (str_eq(pair->key, STR("port"))) {
			read_port_map(d, at, pair->value, b, port);
		} else {
			decode_unknown(d, pair, KNOWN(SERVICE));
			decode_leaves(d, at, pair->value);
		}
	}
}

static void read_resource(struct decoder *d, const struct step *step, const struct node *node, struct ingress_backend *b)
{
	if (!decode_is_map(d, step, node))
		return;
	b->resource = true;
	for (size_t i = 0; i < node->as.map.n; i++) {
		const struct pair *pair = &node->as.map.item[i];
		bool known = false;
		for (size_t k = 0; k < sizeof RESOURCE / sizeof RESOURCE[0]; k++)
			known = known || str_eq(pair->key, RESOURCE[k]);
		if (!known)
			decode_unknown(d, pair, KNOWN(RESOURCE));
		decode_leaves(d, STEP_KEY(step, pair), pair->value);
	}
}

static void read_key(struct decoder *d, const struct step *up, const struct pair *pair, bool old, struct ingress_backend *b, struct port *port)
{
	const struct step *step = STEP_KEY(up, pair);
	bool old_name = str_eq(pair->key, STR("serviceName")), old_port = str_eq(pair->key, STR("servicePort"));
	bool service = str_eq(pair->key, STR("service"));

	if ((old_name || old_port) && !old && !port->old) {
		decode_report(d, &OLD_FORM, pair->key_at, (uint32_t)pair->key.n);
		port->old = true;
	}
	if (service && old)
		decode_report(d, &NEW_FORM, pair->key_at, (uint32_t)pair->key.n);
	if (service) {
		read_service(d, step, pair->value, b, port);
	} else if (old_name) {
		read_service_name(d, step, pair->value, b);
	} else if (old_port && node_is_scalar(pair->value)) {
		read_scalar_port(d, step, pair->value, b, port);
	} else if (old_port) {
		if (pair->value->kind == NODE_MAP)
			decode_wrong_type(d, DIAG_WARNING, step, pair->value, "a number or a name");
		read_port_map(d, step, pair->value, b, port);
	} else if (str_eq(pair->key, STR("resource"))) {
		read_resource(d, step, pair->value, b);
	} else {
		if (old)
			decode_unknown(d, pair, KNOWN(BACKEND_OLD));
		else
			decode_unknown(d, pair, KNOWN(BACKEND_V1));
		decode_leaves(d, step, pair->value);
	}
}

static const struct fault *missing(const struct ingress_backend *b, const struct port *port)
{
	if (b->service)
		return port->written ? NULL : &NO_PORT;
	if (b->resource)
		return NULL;
	return port->written ? &NO_SERVICE : &NO_BACKEND;
}

struct ingress_backend decode_backend(struct decoder *d, const struct step *step, const struct node *node, bool old)
{
	struct ingress_backend b = { 0 };
	struct port port = { 0 };
	uint32_t span;

	b.at = decode_place(node, &span);
	if (!decode_is_map(d, step, node)) {
		if (node->kind == NODE_NULL || node->kind == NODE_MAP)
			decode_report(d, &NO_BACKEND, step->key_at, (uint32_t)step->key.n);
		return b;
	}
	for (size_t i = 0; i < node->as.map.n; i++)
		read_key(d, step, &node->as.map.item[i], old, &b, &port);
	const struct fault *fault = missing(&b, &port);
	if (fault)
		decode_report(d, fault, b.at, span);
	if (b.service && b.resource) {
		decode_report(d, &BOTH_BACKENDS, b.at, span);
		b.resource = false;
	}
	b.present = (b.service || b.resource) && !port.bad;
	return b;
}
