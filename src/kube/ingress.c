/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ingress of networking.k8s.io/v1, networking.k8s.io/v1beta1 and extensions/v1beta1. What the API server would refuse is
 * reported and used all the same, as far as it can be: the file at hand says what somebody wanted.
 */
#include "kube/decode.h"

#include "kube/names.h"

static const str TOP[] = { STR_INIT("apiVersion"), STR_INIT("kind"), STR_INIT("metadata"), STR_INIT("spec"), STR_INIT("status") };
static const str SPEC[] = { STR_INIT("defaultBackend"), STR_INIT("ingressClassName"), STR_INIT("rules"), STR_INIT("tls") };
static const str SPEC_OLD[] = { STR_INIT("backend"), STR_INIT("ingressClassName"), STR_INIT("rules"), STR_INIT("tls") };
static const str RULE[] = { STR_INIT("host"), STR_INIT("http") };
static const str HTTP[] = { STR_INIT("paths") };
static const str PATH[] = { STR_INIT("backend"), STR_INIT("path"), STR_INIT("pathType") };
static const str TLS[] = { STR_INIT("hosts"), STR_INIT("secretName") };

static const struct fault BAD_VERSION = {
	DIAG_BAD_FIELD, DIAG_WARNING, STR_INIT("no API has a kind Ingress by this apiVersion"), STR_INIT(EFFECT_REFUSED "; here it is read as an Ingress"),
	STR_INIT("write apiVersion: networking.k8s.io/v1"),
};

static const struct fault BAD_KIND = {
	DIAG_BAD_FIELD, DIAG_WARNING, STR_INIT("kinds are written with a capital: Ingress"), STR_INIT(EFFECT_REFUSED "; here it is read as an Ingress"),
	STR_INIT("write kind: Ingress"),
};

static const struct fault V1_DEFAULT = {
	DIAG_UNKNOWN_FIELD, DIAG_WARNING, STR_INIT("spec.backend belongs to v1beta1; networking.k8s.io/v1 has spec.defaultBackend"),
	STR_INIT("kubectl refuses the object, or the API server drops the field; here it is used"), STR_INIT("write spec.defaultBackend"),
};

static const struct fault OLD_DEFAULT = {
	DIAG_UNKNOWN_FIELD, DIAG_WARNING, STR_INIT("spec.defaultBackend belongs to networking.k8s.io/v1; v1beta1 has spec.backend"),
	STR_INIT("kubectl refuses the object, or the API server drops the field; here it is used"), STR_INIT("write apiVersion: networking.k8s.io/v1"),
};

static const struct fault TWO_DEFAULTS = {
	DIAG_BAD_FIELD, DIAG_WARNING, STR_INIT("spec has a backend and a defaultBackend"),
	STR_INIT("one of them is not known to the API version of the object and has no effect"), STR_INIT("keep the one that is meant"),
};

static const struct fault NO_TYPE = {
	DIAG_MISSING_FIELD, DIAG_WARNING, STR_INIT("pathType is missing"),
	STR_INIT(EFFECT_REFUSED "; here it counts as ImplementationSpecific, as in v1beta1"), STR_INIT("write pathType: Prefix, Exact or ImplementationSpecific"),
};

static const struct fault BAD_TYPE = {
	DIAG_BAD_FIELD, DIAG_WARNING, STR_INIT("pathType is Exact, Prefix or ImplementationSpecific"),
	STR_INIT(EFFECT_REFUSED "; here it counts as ImplementationSpecific"), STR_INIT("choose one of the three; letter case counts"),
};

static const struct fault RELATIVE_PATH = {
	DIAG_BAD_FIELD, DIAG_WARNING, STR_INIT("a path begins with \"/\""), STR_INIT(EFFECT_REFUSED "; here it is taken as written"),
	STR_INIT("put \"/\" in front"),
};

static const struct fault NO_PATH = {
	DIAG_MISSING_FIELD, DIAG_WARNING, STR_INIT("pathType Exact and Prefix need a path"), STR_INIT(EFFECT_REFUSED "; here it is taken as it stands"),
	STR_INIT("write path: /, or pathType: ImplementationSpecific"),
};

static const struct fault ODD_PATH = {
	DIAG_BAD_FIELD, DIAG_WARNING, STR_INIT("paths of Exact and Prefix have no \"//\", \"/./\", \"/../\" and no \"%2F\""),
	STR_INIT(EFFECT_REFUSED "; here it is taken as written"), STR_INIT("write the path that is meant, or pathType: ImplementationSpecific"),
};

static const struct fault NO_PATHS = {
	DIAG_MISSING_FIELD, DIAG_WARNING, STR_INIT("http has no paths"), STR_INIT(EFFECT_REFUSED "; the rule serves nothing of its own"),
	STR_INIT("list its paths, or leave http out"),
};

static const struct fault NO_BACKEND = {
	DIAG_MISSING_FIELD, DIAG_ERROR, STR_INIT("the path has no backend"), STR_INIT(EFFECT_REFUSED "; here nothing is forwarded for it"),
	STR_INIT("name the Service and its port"),
};

static const struct fault BAD_CLASS = {
	DIAG_BAD_FIELD, DIAG_WARNING, STR_INIT("this is no name of an IngressClass"), STR_INIT(EFFECT_REFUSED "; here it is taken as written"),
	STR_INIT("lower case letters, digits, \"-\" and \".\""),
};

static const struct fault BAD_SECRET = {
	DIAG_BAD_FIELD, DIAG_WARNING, STR_INIT("this is no name of a Secret"), STR_INIT(EFFECT_REFUSED "; here it is taken as written"),
	STR_INIT("lower case letters, digits, \"-\" and \".\"; without namespace"),
};

#define HOST_ROW(message, help) \
	{ DIAG_BAD_FIELD, DIAG_WARNING, STR_INIT(message), STR_INIT(EFFECT_REFUSED "; here it is taken as written"), STR_INIT(help) }

static const struct fault HOSTS[HOST_FAULT_COUNT] = {
	[HOST_UPPERCASE] = HOST_ROW("hosts are written in lower case", "write it in lower case; clients may use either"),
	[HOST_SCHEME] = HOST_ROW("a host has no scheme", "write the host alone, without http:// or https://"),
	[HOST_PORT] = HOST_ROW("a host has no port", "write the host alone; the port is the controller's"),
	[HOST_PATH] = HOST_ROW("a host has no path", "write the host alone and the path below http.paths"),
	[HOST_ADDRESS] = HOST_ROW("an address is no host", "write a DNS name, or leave the host out: the rule is then for every host"),
	[HOST_WILDCARD] = HOST_ROW("a wildcard is the whole first label of a host", "write *.example.com, or leave the host out: the rule is then for every host"),
	[HOST_NOT_ASCII] = HOST_ROW("a host has letters of ASCII only", "write its ASCII form (xn--...)"),
	[HOST_OTHER] = HOST_ROW("this is no host", "labels of lower case letters, digits and \"-\", joined by dots"),
};

static struct field *read_host(struct decoder *d, const struct step *step, const struct node *node)
{
	bool open;
	struct field *host = decode_name(d, step, node, &open);
	if (!host || host->value.n == 0 || open)
		return host;
	enum host_fault fault = name_host_fault(host->value);
	if (fault != HOST_GOOD)
		decode_report_field(d, &HOSTS[fault], host);
	return host;
}

static void read_type(struct decoder *d, const struct step *step, const struct node *node, struct ingress_path *path)
{
	struct field *type = decode_text(d, step, node);
	if (!type || type->value.n == 0)
		return;
	path->type_field = type;
	if (str_eq(type->value, STR("Exact")))
		path->type = PATH_EXACT;
	else if (str_eq(type->value, STR("Prefix")))
		path->type = PATH_PREFIX;
	else if (!str_eq(type->value, STR("ImplementationSpecific")))
		decode_report_field(d, &BAD_TYPE, type);
}

static bool is_odd(str path)
{
	return str_has(path, STR("//")) || str_has(path, STR("/./")) || str_has(path, STR("/../")) || str_has(path, STR("%2f"))
		|| str_has(path, STR("%2F")) || str_ends(path, STR("/..")) || str_ends(path, STR("/."));
}

/* The rules of the API for path and pathType together. */
static void check_path(struct decoder *d, const struct ingress_path *path, bool open, bool old, uint32_t span)
{
	bool strict = path->type != PATH_IMPLEMENTATION;
	if (!path->type_field && !old)
		decode_report(d, &NO_TYPE, path->at, span);
	if (!path->path || path->path->value.n == 0) {
		if (strict)
			decode_report(d, &NO_PATH, path->at, span);
		return;
	}
	if (open)
		return;
	if (path->path->value.p[0] != '/')
		decode_report_field(d, &RELATIVE_PATH, path->path);
	else if (strict && is_odd(path->path->value))
		decode_report_field(d, &ODD_PATH, path->path);
}

static struct ingress_path read_path(struct decoder *d, const struct step *step, const struct node *node, bool old)
{
	struct ingress_path path = { 0 };
	bool open = false, backend = false;
	uint32_t span;

	path.at = decode_place(node, &span);
	for (size_t i = 0; i < node->as.map.n; i++) {
		const struct pair *pair = &node->as.map.item[i];
		const struct step *at = STEP_KEY(step, pair);
		if (str_eq(pair->key, STR("path"))) {
			path.path = decode_name(d, at, pair->value, &open);
		} else if (str_eq(pair->key, STR("pathType"))) {
			read_type(d, at, pair->value, &path);
		} else if (str_eq(pair->key, STR("backend"))) {
			path.backend = decode_backend(d, at, pair->value, old);
			backend = true;
		} else {
			decode_unknown(d, pair, KNOWN(PATH));
			decode_leaves(d, at, pair->value);
		}
	}
	if (!backend)
		decode_report(d, &NO_BACKEND, path.at, span);
	check_path(d, &path, open, old, span);
	return path;
}

static void read_paths(struct decoder *d, const struct step *step, const struct node *node, bool old, struct ingress_rule *rule)
{
	if (!decode_is_list(d, step, node)) {
		if (node->kind == NODE_LIST || node->kind == NODE_NULL)
			decode_report(d, &NO_PATHS, step->key_at, (uint32_t)step->key.n);
		return;
	}
	for (size_t i = 0; i < node->as.list.n; i++) {
		const struct step *at = STEP_ENTRY(step, i);
		const struct node *map = node->as.list.item[i];
		if (!decode_is_map(d, at, map) && map->kind != NODE_MAP) {
			if (node_is_null(map))
				decode_report(d, &NO_BACKEND, map->at, map->span);
			continue;
		}
		struct ingress_path path = read_path(d, at, map, old);
		LIST_PUSH(d->arena, &rule->paths, path);
	}
}

static void read_http(struct decoder *d, const struct step *step, const struct node *node, bool old, struct ingress_rule *rule)
{
	bool listed = false;
	if (!decode_is_map(d, step, node)) {
		if (node->kind == NODE_MAP)
			decode_report(d, &NO_PATHS, step->key_at, (uint32_t)step->key.n);
		return;
	}
	for (size_t i = 0; i < node->as.map.n; i++) {
		const struct pair *pair = &node->as.map.item[i];
		const struct step *at = STEP_KEY(step, pair);
		if (str_eq(pair->key, STR("paths"))) {
			read_paths(d, at, pair->value, old, rule);
			listed = true;
		} else {
			decode_unknown(d, pair, KNOWN(HTTP));
			decode_leaves(d, at, pair->value);
		}
	}
	if (!listed)
		decode_report(d, &NO_PATHS, step->key_at, (uint32_t)step->key.n);
}

static void read_rules(struct decoder *d, const struct step *step, const struct node *node, bool old)
{
	if (!decode_is_list(d, step, node))
		return;
	for (size_t i = 0; i < node->as.list.n; i++) {
		const struct step *entry = STEP_ENTRY(step, i);
		const struct node *map = node->as.list.item[i];
		struct ingress_rule rule = { 0 };
		uint32_t span;
		if (!decode_is_map(d, entry, map) && map->kind != NODE_MAP)
			continue;
		rule.at = decode_place(map, &span);
		for (size_t k = 0; k < map->as.map.n; k++) {
			const struct pair *pair = &map->as.map.item[k];
			const struct step *at = STEP_KEY(entry, pair);
			if (str_eq(pair->key, STR("host"))) {
				rule.host = read_host(d, at, pair->value);
			} else if (str_eq(pair->key, STR("http"))) {
				read_http(d, at, pair->value, old, &rule);
			} else {
				decode_unknown(d, pair, KNOWN(RULE));
				decode_leaves(d, at, pair->value);
			}
		}
		LIST_PUSH(d->arena, &d->ingress->rules, rule);
	}
}

static void read_tls_hosts(struct decoder *d, const struct step *step, const struct node *node, struct ingress_tls *tls)
{
	/* One host without a dash is a common slip, and says all that is needed. */
	if (node->kind == NODE_STRING) {
		decode_wrong_type(d, DIAG_WARNING, step, node, "a list");
		struct field *host = read_host(d, step, node);
		if (host->value.n > 0)
			LIST_PUSH(d->arena, &tls->hosts, host);
		return;
	}
	if (!decode_is_list(d, step, node))
		return;
	for (size_t i = 0; i < node->as.list.n; i++) {
		struct field *host = read_host(d, STEP_ENTRY(step, i), node->as.list.item[i]);
		if (host && host->value.n > 0)
			LIST_PUSH(d->arena, &tls->hosts, host);
	}
}

static struct field *read_subdomain(struct decoder *d, const struct step *step, const struct node *node, const struct fault *fault)
{
	bool open;
	struct field *name = decode_name(d, step, node, &open);
	if (!name || name->value.n == 0)
		return NULL;
	if (!open && !name_is_subdomain(name->value))
		decode_report_field(d, fault, name);
	return name;
}

static void read_tls(struct decoder *d, const struct step *step, const struct node *node)
{
	if (!decode_is_list(d, step, node))
		return;
	for (size_t i = 0; i < node->as.list.n; i++) {
		const struct step *entry = STEP_ENTRY(step, i);
		const struct node *map = node->as.list.item[i];
		struct ingress_tls tls = { 0 };
		uint32_t span;
		if (!decode_is_map(d, entry, map) && map->kind != NODE_MAP)
			continue;
		tls.at = decode_place(map, &span);
		for (size_t k = 0; k < map->as.map.n; k++) {
			const struct pair *pair = &map->as.map.item[k];
			const struct step *at = STEP_KEY(entry, pair);
			if (str_eq(pair->key, STR("hosts"))) {
				read_tls_hosts(d, at, pair->value, &tls);
			} else if (str_eq(pair->key, STR("secretName"))) {
				tls.secret = read_subdomain(d, at, pair->value, &BAD_SECRET);
			} else {
				decode_unknown(d, pair, KNOWN(TLS));
				decode_leaves(d, at, pair->value);
			}
		}
		LIST_PUSH(d->arena, &d->ingress->tls, tls);
	}
}

/* spec.backend and spec.defaultBackend: one of them is right, by version; the right one wins where both are written. */
static void read_default(struct decoder *d, const struct step *step, const struct pair *pair, bool old)
{
	bool right = str_eq(pair->key, STR("backend")) == old;
	if (node_is_null(pair->value)) {
		decode_leaf(d, step, pair->value);
		return;
	}
	if (!right)
		decode_report(d, old ? &OLD_DEFAULT : &V1_DEFAULT, pair->key_at, (uint32_t)pair->key.n);
	struct ingress_backend backend = decode_backend(d, step, pair->value, old);
	bool second = d->ingress->default_backend.present;
	if (second)
		decode_report(d, &TWO_DEFAULTS, pair->key_at, (uint32_t)pair->key.n);
	if (right || !second)
		d->ingress->default_backend = backend;
}

static void read_spec(struct decoder *d, const struct pair *spec, bool old)
{
	const struct step *step = STEP_KEY(NULL, spec);
	for (size_t i = 0; i < spec->value->as.map.n; i++) {
		const struct pair *pair = &spec->value->as.map.item[i];
		const struct step *at = STEP_KEY(step, pair);
		if (str_eq(pair->key, STR("rules"))) {
			read_rules(d, at, pair->value, old);
		} else if (str_eq(pair->key, STR("tls"))) {
			read_tls(d, at, pair->value);
		} else if (str_eq(pair->key, STR("ingressClassName"))) {
			d->ingress->class_name = read_subdomain(d, at, pair->value, &BAD_CLASS);
		} else if (str_eq(pair->key, STR("backend")) || str_eq(pair->key, STR("defaultBackend"))) {
			read_default(d, at, pair, old);
		} else {
			if (old)
				decode_unknown(d, pair, KNOWN(SPEC_OLD));
			else
				decode_unknown(d, pair, KNOWN(SPEC));
			decode_leaves(d, at, pair->value);
		}
	}
}

static void check_top(struct decoder *d, const struct node *root)
{
	for (size_t i = 0; i < root->as.map.n; i++) {
		const struct pair *pair = &root->as.map.item[i];
		bool known = false;
		for (size_t k = 0; k < sizeof TOP / sizeof TOP[0]; k++)
			known = known || str_eq(pair->key, TOP[k]);
		if (!known)
			decode_unknown(d, pair, KNOWN(TOP));
	}
	const struct node *kind = node_get(root, STR("kind"));
	if (kind && !str_eq(node_text(kind), STR("Ingress")))
		decode_report(d, &BAD_KIND, kind->at, kind->span);
}

static bool check_version(struct decoder *d, const struct node *root)
{
	static const str known[] = { STR_INIT("networking.k8s.io/v1"), STR_INIT("networking.k8s.io/v1beta1"), STR_INIT("extensions/v1beta1") };
	str version = d->api_version;
	const struct node *node = node_get(root, STR("apiVersion"));
	bool good = false;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		good = good || str_eq(version, known[i]);
	if (!good && node)
		decode_report(d, &BAD_VERSION, node->at, node->span);
	return str_ends(version, STR("beta1"));
}

/* A patch: its leaves are accounted for, and nothing else is read from it. */
static void read_fragment(struct decoder *d, const struct node *root, const struct pair *spec)
{
	if (spec && !node_is_null(spec->value))
		decode_leaves(d, STEP_KEY(NULL, spec), spec->value);
	d->quiet = false;
	fragment_report(d, root);
}

struct meta *decode_ingress(struct decoder *d, const struct node *root)
{
	struct ingress *ingress = NEW(d->arena, struct ingress);
	const struct pair *spec = node_pair(root, STR("spec"));

	d->ingress = ingress;
	ingress->api_version = d->api_version;
	ingress->meta.fragment = d->api_version.n == 0 || !spec || node_is_null(spec->value) || fragment_has_marker(root);
	d->quiet = ingress->meta.fragment;
	bool named = decode_meta(d, root, false, &ingress->meta);
	if (ingress->meta.fragment) {
		read_fragment(d, root, spec);
		return &ingress->meta;
	}
	bool old = check_version(d, root);
	check_top(d, root);
	ingress->usable = named && spec->value->kind == NODE_MAP;
	if (spec->value->kind != NODE_MAP)
		decode_is_map(d, STEP_KEY(NULL, spec), spec->value);
	else
		read_spec(d, spec, old);
	return &ingress->meta;
}
