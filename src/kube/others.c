/* SPDX-License-Identifier: Apache-2.0 */
/* The small ones: IngressClass, ConfigMap, Secret, Deployment and DaemonSet, Namespace, GatewayClass. */
#include "kube/decode.h"

#include "kube/base64.h"

static const struct fault NO_CONTROLLER = {
	DIAG_MISSING_FIELD, DIAG_WARNING, STR_INIT("spec.controller of the IngressClass is missing"),
	STR_INIT("its Ingresses are given to a controller by other signs"), STR_INIT("name the controller, as in: controller: k8s.io/ingress-nginx"),
};

static const struct fault BAD_BASE64 = {
	DIAG_BAD_FIELD, DIAG_WARNING, STR_INIT("tls.crt below data is no base64"),
	STR_INIT(EFFECT_REFUSED "; the names in the certificate are not known"), STR_INIT("encode it, or put it below stringData as it is"),
};

struct meta *decode_ingress_class(struct decoder *d, const struct node *root)
{
	struct ingress_class *class = NEW(d->arena, struct ingress_class);
	if (!decode_meta(d, root, true, &class->meta))
		return NULL;
	class->controller = decode_copy(d, node_at(root, STR("spec.controller")));
	if (class->controller.n == 0)
		decode_report(d, &NO_CONTROLLER, class->meta.at, 1);
	const struct field *flag = meta_annotation(&class->meta, STR("ingressclass.kubernetes.io/is-default-class"));
	class->is_default = flag && str_eq(flag->value, STR("true"));
	return &class->meta;
}

/* A map of text, NULL when it is absent or something else (then reported). */
static const struct node *data_of(struct decoder *d, const struct node *root, str key)
{
	const struct pair *pair = node_pair(root, key);
	return pair && decode_is_map(d, STEP_KEY(NULL, pair), pair->value) ? pair->value : NULL;
}

struct meta *decode_config_map(struct decoder *d, const struct node *root)
{
	struct config_map *config_map = NEW(d->arena, struct config_map);
	if (!decode_meta(d, root, false, &config_map->meta))
		return NULL;
	const struct pair *data = node_pair(root, STR("data"));
	const struct node *map = data_of(d, root, STR("data"));
	for (size_t i = 0; map && i < map->as.map.n; i++) {
		const struct pair *pair = &map->as.map.item[i];
		const struct step *up = STEP_KEY(NULL, data);
		if (node_is_scalar(pair->value) ? pair->value->kind != NODE_STRING : pair->value->kind != NODE_NULL)
			decode_wrong_type(d, DIAG_WARNING, STEP_KEY(up, pair), pair->value, "text");
		struct data_entry entry = { arena_str(d->arena, pair->key), decode_copy(d, pair->value), pair->key_at };
		LIST_PUSH(d->arena, &config_map->data, entry);
	}
	return &config_map->meta;
}

/* stringData is written over data, and needs no decoding (API reference, Secret). */
static void read_certificate(struct decoder *d, const struct node *root, struct secret *secret)
{
	const struct node *clear = node_get(node_get(root, STR("stringData")), STR("tls.crt"));
	const struct pair *coded = node_pair(node_get(root, STR("data")), STR("tls.crt"));
	str text;
	if (node_is_scalar(clear))
		secret->certificate = decode_copy(d, clear);
	else if (!coded)
		return;
	else if (base64_decode(d->arena, node_text(coded->value), &text))
		secret->certificate = text;
	else
		decode_report(d, &BAD_BASE64, coded->key_at, (uint32_t)coded->key.n);
}

/* A key may stand below data and below stringData. */
static void sort_unique(struct str_list *list)
{
	size_t n = 0;
	str_list_sort(list);
	for (size_t i = 0; i < list->n; i++)
		if (n == 0 || !str_eq(list->item[i], list->item[n - 1]))
			list->item[n++] = list->item[i];
	list->n = n;
}

struct meta *decode_secret(struct decoder *d, const struct node *root)
{
	static const str maps[] = { STR_INIT("data"), STR_INIT("stringData") };
	struct secret *secret = NEW(d->arena, struct secret);
	if (!decode_meta(d, root, false, &secret->meta))
		return NULL;
	/* A report would show the line with what must not be shown. */
	d->quiet = true;
	secret->type = decode_copy(d, node_get(root, STR("type")));
	if (secret->type.n == 0)
		secret->type = STR("Opaque");
	for (size_t m = 0; m < sizeof maps / sizeof maps[0]; m++) {
		const struct node *map = data_of(d, root, maps[m]);
		for (size_t i = 0; map && i < map->as.map.n; i++)
			LIST_PUSH(d->arena, &secret->keys, arena_str(d->arena, map->as.map.item[i].key));
	}
	sort_unique(&secret->keys);
	d->quiet = false;
	const struct source *source = sources_get(d->snapshot->sources, root->at.file);
	secret->keys_unknown = source && source->dump;
	if (str_eq(secret->type, STR("kubernetes.io/tls")))
		read_certificate(d, root, secret);
	return &secret->meta;
}

bool secret_may_have(const struct secret *secret, str key)
{
	return secret->keys_unknown || str_list_has(&secret->keys, key);
}

static void read_words(struct decoder *d, const struct step *up, const struct node *container, str key, struct workload *workload)
{
	const struct pair *pair = node_pair(container, key);
	if (!pair || !decode_is_list(d, STEP_KEY(up, pair), pair->value))
		return;
	const struct step *step = STEP_KEY(up, pair);
	for (size_t i = 0; i < pair->value->as.list.n; i++) {
		const struct node *word = pair->value->as.list.item[i];
		if (node_is_scalar(word))
			LIST_PUSH(d->arena, &workload->args, decode_leaf(d, STEP_ENTRY(step, i), word));
	}
}

static void read_pod_labels(struct decoder *d, const struct node *labels, struct workload *workload)
{
	for (size_t i = 0; labels && labels->kind == NODE_MAP && i < labels->as.map.n; i++) {
		const struct pair *pair = &labels->as.map.item[i];
		str key = arena_printf(d->arena, "metadata.labels.%.*s", STR_ARG(pair->key));
		LIST_PUSH(d->arena, &workload->pods.labels, decode_field(d, key, node_text(pair->value), pair->key_at, (uint32_t)pair->key.n));
	}
}

struct meta *decode_workload(struct decoder *d, const struct node *root)
{
	struct workload *workload = NEW(d->arena, struct workload);
	const struct step spec = { NULL, STR_INIT("spec"), 0, { 0, 0 } };
	const struct step template = { &spec, STR_INIT("template"), 0, { 0, 0 } };
	const struct step inner = { &template, STR_INIT("spec"), 0, { 0, 0 } };
	if (!decode_meta(d, root, false, &workload->meta))
		return NULL;
	workload->kind = d->kind;
	read_pod_labels(d, node_at(root, STR("spec.template.metadata.labels")), workload);
	const struct pair *pair = node_pair(node_at(root, STR("spec.template.spec")), STR("containers"));
	if (!pair || !decode_is_list(d, STEP_KEY(&inner, pair), pair->value))
		return &workload->meta;
	const struct step *containers = STEP_KEY(&inner, pair);
	for (size_t i = 0; i < pair->value->as.list.n; i++) {
		const struct node *container = pair->value->as.list.item[i];
		const struct step *step = STEP_ENTRY(containers, i);
		str image = decode_copy(d, node_get(container, STR("image")));
		if (image.n > 0)
			LIST_PUSH(d->arena, &workload->images, image);
		read_words(d, step, container, STR("command"), workload);
		read_words(d, step, container, STR("args"), workload);
	}
	return &workload->meta;
}

struct meta *decode_namespace(struct decoder *d, const struct node *root)
{
	struct namespace_object *namespace = NEW(d->arena, struct namespace_object);
	return decode_meta(d, root, true, &namespace->meta) ? &namespace->meta : NULL;
}

struct meta *decode_gateway_class(struct decoder *d, const struct node *root)
{
	struct gateway_class_view class = { decode_copy(d, node_at(root, STR("metadata.name"))), decode_copy(d, node_at(root, STR("spec.controllerName"))) };
	bool known = class.name.n == 0;
	for (size_t i = 0; i < d->snapshot->gateway_classes.n; i++)
		known = known || str_eq(d->snapshot->gateway_classes.item[i].name, class.name);
	if (!known)
		LIST_PUSH(d->arena, &d->snapshot->gateway_classes, class);
	return NULL;
}
