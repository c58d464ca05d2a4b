/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies of an implementation: one object for each kind and target, where the target is a route whose rules all say the same, else
 * one of its rules by name. An object's name is its target's, never its content's: a policy that changes keeps it, so that no old one
 * stays behind on the same target. Of kinds whose objects say one thing each, a name also has that thing in it.
 */
#include "base/buf.h"
#include "doc/doc.h"
#include "gateway/names.h"
#include "gateway/plan.h"

static str json_of(struct arena *arena, const struct node *node)
{
	struct buf out;
	buf_init(&out, arena, 0);
	doc_write_json(&out, node, 0);
	return buf_str(&out);
}

str attach_key(struct arena *arena, const struct rule_part *rule)
{
	struct buf out;
	buf_init(&out, arena, 0);
	for (size_t i = 0; i < rule->policies.n; i++)
		buf_printf(&out, "%.*s %.*s\n", STR_ARG(rule->policies.item[i].kind->kind), STR_ARG(json_of(arena, rule->policies.item[i].spec)));
	return buf_str(&out);
}

str attach_split_key(struct arena *arena, const struct rule_part *rule, bool named)
{
	struct rule_part whole = { 0 };
	for (size_t i = 0; i < rule->policies.n; i++) {
		enum attachment attaches = rule->policies.item[i].kind->attaches;
		if (attaches == ATTACH_ROUTE || attaches == ATTACH_ANNOTATIONS || (attaches == ATTACH_RULE && !named))
			LIST_PUSH(arena, &whole.policies, rule->policies.item[i]);
	}
	return attach_key(arena, &whole);
}

str attach_place(struct arena *arena, const struct policy_kind *kind, str at)
{
	if (kind->attaches != ATTACH_ANNOTATIONS)
		return kind->bare ? at : arena_join(arena, STR("/spec"), at);
	/* the name of an annotation is one step of the pointer, with its slash written as ~1 */
	str prefix, name;
	str_cut(str_from(at, 1), '/', &prefix, &name);
	return arena_printf(arena, "/metadata/annotations/%.*s~1%.*s", STR_ARG(prefix), STR_ARG(name));
}

/* "cart-1f3a9c02": of the rule's first path, and of all that it matches. */
static str rule_id(struct arena *arena, const struct http_rule *rule)
{
	enum { LONGEST = 40, DIGITS = 8 };
	struct http_route only = { 0 };
	struct http_rule matches = { .matches = rule->matches };
	str label = rule->matches.n ? names_label(arena, rule->matches.item[0].path.value) : STR("");
	LIST_PUSH(arena, &only.rules, matches);
	str hash = names_hash(arena, json_of(arena, object_encode(arena, OBJECT_HTTP_ROUTE, &only, STR("x"))), DIGITS);
	label = str_slice(label, 0, label.n < LONGEST ? label.n : LONGEST);
	while (str_ends(label, STR("-")) || str_ends(label, STR(".")))
		label.n--;
	return arena_printf(arena, "%.*s-%.*s", STR_ARG(label.n ? label : STR("rule")), STR_ARG(hash));
}

static const struct rule_part *part_rule(const struct attachment_job *job, size_t i)
{
	return &job->part->rules.item[job->rules->item[i]];
}

/*
 * What an object is there for, where a rule may have several of its kind: what tells them apart; else the first key of its spec,
 * "basicauth", and a number behind the first.
 */
static str slot_of(struct arena *arena, const struct rule_part *rule, const struct rule_policy *policy)
{
	size_t number = 1;
	if (!policy->kind->one_each)
		return policy->slot;
	str key = policy->spec->as.map.item[0].key;
	for (size_t i = 0; &rule->policies.item[i] != policy; i++) {
		const struct rule_policy *other = &rule->policies.item[i];
		number += other->kind == policy->kind && str_eq(other->spec->as.map.item[0].key, key);
	}
	return number > 1 ? arena_printf(arena, "%.*s-%zu", STR_ARG(arena_lower(arena, key)), number) : arena_lower(arena, key);
}

static const struct rule_policy *policy_of(struct arena *arena, const struct rule_part *rule, const struct policy_kind *kind, str slot)
{
	for (size_t i = 0; i < rule->policies.n; i++)
		if (rule->policies.item[i].kind == kind && str_eq(slot_of(arena, rule, &rule->policies.item[i]), slot))
			return &rule->policies.item[i];
	return NULL;
}

/* All rules of the route say the same in that kind. */
static bool is_same_everywhere(const struct attachment_job *job, const struct policy_kind *kind, str slot)
{
	struct arena *arena = job->as->arena;
	const struct rule_policy *first = policy_of(arena, part_rule(job, 0), kind, slot);
	for (size_t i = 1; first && i < job->rules->n; i++) {
		const struct rule_policy *p = policy_of(arena, part_rule(job, i), kind, slot);
		if (!p || !node_equal(p->spec, first->spec))
			return false;
	}
	return first != NULL;
}

static struct node *target_of(struct arena *arena, str kind, str name, str section)
{
	struct node *target = node_map(arena), *list = node_list(arena);
	node_set_text(arena, target, STR("group"), STR(GATEWAY_API_GROUP));
	node_set_text(arena, target, STR("kind"), kind);
	node_set_text(arena, target, STR("name"), name);
	node_set_text(arena, target, STR("sectionName"), section);
	node_add(arena, list, target);
	return list;
}

/* What stands for the object in its own texts: a name of its own in whatever it is part of. */
static struct node *with_own_name(struct arena *arena, const struct node *node, str own)
{
	static const str HOLE = STR_INIT("${object}");
	struct node *out = node->kind == NODE_MAP ? node_map(arena) : node->kind == NODE_LIST ? node_list(arena) : (struct node *)(uintptr_t)node;
	for (size_t i = 0; node->kind == NODE_MAP && i < node->as.map.n; i++)
		node_set(arena, out, node->as.map.item[i].key, with_own_name(arena, node->as.map.item[i].value, own));
	for (size_t i = 0; node->kind == NODE_LIST && i < node->as.list.n; i++)
		node_add(arena, out, with_own_name(arena, node->as.list.item[i], own));
	for (size_t at; out->kind == NODE_STRING && (at = str_find(out->as.text, HOLE)) < out->as.text.n;)
		out = node_string(arena, arena_printf(arena, "%.*s%.*s%.*s", STR_ARG(str_slice(out->as.text, 0, at)), STR_ARG(own),
			STR_ARG(str_from(out->as.text, at + HOLE.n))));
	return out;
}

struct policy_object {
	str name, namespace;
	bool namespace_written;
	str comment;
	struct node *targets;        /* NULL: a filter, which a rule refers to */
	const struct owner *owner;   /* of the route, or NULL */
	str kind, about;             /* of what it is about; that stands in the same namespace */
};

static void add_policy_object(struct assembly *as, const struct rule_policy *policy, const struct policy_object *object)
{
	struct arena *arena = as->arena;
	const struct policy_kind *kind = policy->kind;
	struct node *root = node_map(arena), *meta = node_map(arena), *spec = node_map(arena);
	root->comment = object->comment;
	node_set_text(arena, root, STR("apiVersion"), arena_printf(arena, "%.*s/%.*s", STR_ARG(kind->group), STR_ARG(kind->version)));
	node_set_text(arena, root, STR("kind"), kind->kind);
	node_set_text(arena, meta, STR("name"), object->name);
	if (object->namespace_written)
		node_set_text(arena, meta, STR("namespace"), object->namespace);
	node_set(arena, root, STR("metadata"), meta);
	if (object->targets)
		node_set(arena, spec, kind->single ? STR("targetRef") : STR("targetRefs"), kind->single ? object->targets->as.list.item[0] : object->targets);
	str own = names_hash(arena, arena_printf(arena, "%.*s/%.*s", STR_ARG(object->namespace), STR_ARG(object->name)), 12);
	for (size_t i = 0; i < policy->spec->as.map.n; i++)
		node_set(arena, kind->bare ? root : spec, policy->spec->as.map.item[i].key, with_own_name(arena, policy->spec->as.map.item[i].value, own));
	if (!kind->bare)
		node_set(arena, root, STR("spec"), spec);
	struct printed *p = assembly_add_policy(as, object->namespace, object->name, root);
	p->owner = object->owner;
	p->policy = policy;
	p->about = arena_printf(arena, "%.*s/%.*s/%.*s", STR_ARG(object->kind), STR_ARG(object->namespace), STR_ARG(object->about));
	for (size_t i = 0; i < policy->grants.n; i++)
		if (!str_eq(policy->grants.item[i].namespace, object->namespace))
			assembly_grant_from(as, kind->group, kind->kind, object->namespace, &policy->grants.item[i]);
}

static void add_object(const struct attachment_job *job, const struct rule_policy *policy, str name, struct node *targets)
{
	const struct policy_object object = { name, job->owner->namespace, job->owner->namespace_written,
		assembly_origin(job->as, job->owner, job->owner->at), targets, job->owner, job->kind, job->name };
	add_policy_object(job->as, policy, &object);
}

/* Objects that act as filters are known to their implementation by namespace and name with a dash between them, which two may have in common. */
static str key_of(const struct attachment_job *job, const struct policy_kind *kind, str name)
{
	return arena_printf(job->as->arena, "%.*s/%.*s%s%.*s", STR_ARG(kind->kind), STR_ARG(job->owner->namespace), kind->one_each ? "-" : "/",
		STR_ARG(name));
}

/*
 * Two objects of one kind and name would be one, and the protection of a route gone: a GRPCRoute may have the name of an HTTPRoute, and
 * the names of two routes and rules may come to the same text.
 */
static str object_name(const struct attachment_job *job, const struct policy_kind *kind, str id)
{
	struct arena *arena = job->as->arena;
	str suffix = id.n ? arena_join(arena, STR("-"), id) : (str){ "", 0 };
	if (str_eq(job->kind, object_kind_name(OBJECT_GRPC_ROUTE)))
		suffix = arena_join(arena, STR("-grpc"), suffix);
	str name = names_join(arena, job->name, suffix, NAME_SUBDOMAIN_MAX);
	str target = arena_printf(arena, "%.*s/%.*s/%.*s", STR_ARG(job->kind), STR_ARG(job->name), STR_ARG(id));
	str whole = arena_printf(arena, "%.*s/%.*s", STR_ARG(job->owner->namespace), STR_ARG(target));
	str key = key_of(job, kind, name);
	const str *holder = map_get(&job->as->policies, key);
	if (holder && !str_eq(*holder, whole))
		return names_join(arena, name, arena_join(arena, STR("-"), names_hash(arena, target, 8)), NAME_SUBDOMAIN_MAX);
	if (!holder) {
		str *first = NEW(arena, str);
		*first = whole;
		map_set(&job->as->policies, key, first);
	}
	return name;
}

static void add_filter(const struct attachment_job *job, struct http_rule *rule, const struct rule_policy *policy, str name, str same)
{
	struct http_filter filter = { .type = STR_INIT("ExtensionRef"),
		.extension = { policy->kind->group, policy->kind->kind, same.n ? same : name } };
	LIST_PUSH(job->as->arena, &rule->filters, filter);
	if (same.n == 0)
		add_object(job, policy, name, NULL);
}

/* The object that an earlier rule of the route has for the same words; empty: none. */
static str same_filter(const struct attachment_job *job, size_t i, const struct rule_policy *policy)
{
	for (size_t k = 0; k < i; k++) {
		const struct rule_part *part = part_rule(job, k);
		for (size_t j = 0; j < part->policies.n; j++)
			if (part->policies.item[j].kind == policy->kind && node_equal(part->policies.item[j].spec, policy->spec))
				return job->objects[k].item[j];
	}
	return (str){ "", 0 };
}

/* Its place among the rule's filters has been kept for it, where the place counts; else it is the last. */
static void name_filter(struct arena *arena, struct http_rule *rule, const struct rule_policy *policy, str name)
{
	const struct extension_ref to = { policy->kind->group, policy->kind->kind, name };
	if (!policy->kind->one_each) {
		const struct http_filter last = { .type = STR_INIT("ExtensionRef"), .extension = to };
		LIST_PUSH(arena, &rule->filters, last);
		return;
	}
	for (size_t i = 0; i < rule->filters.n; i++) {
		struct http_filter *filter = &rule->filters.item[i];
		if (!str_eq(filter->type, STR("ExtensionRef")) || filter->extension.name.n)
			continue;
		filter->extension = to;
		return;
	}
}

static void attach_each(const struct attachment_job *job, size_t i, const struct rule_policy *policy)
{
	struct arena *arena = job->as->arena;
	struct http_rule *rule = &job->route->rules.item[i];
	str slot = slot_of(arena, part_rule(job, i), policy);
	bool whole = is_same_everywhere(job, policy->kind, slot);
	str name = object_name(job, policy->kind, whole ? slot : arena_printf(arena, "%.*s-%.*s", STR_ARG(rule_id(arena, rule)), STR_ARG(slot)));
	LIST_PUSH(arena, &job->objects[i], name);
	name_filter(arena, rule, policy, name);
	if (!whole || i == 0)
		add_object(job, policy, name, NULL);
}

/* All rules of the route say the same. */
static void annotate(const struct attachment_job *job, size_t i, const struct rule_policy *policy)
{
	LIST_PUSH(job->as->arena, &job->objects[i], job->name);
	for (size_t k = 0; i == 0 && k < policy->spec->as.map.n; k++) {
		const struct text_pair pair = { policy->spec->as.map.item[k].key, node_text(policy->spec->as.map.item[k].value) };
		LIST_PUSH(job->as->arena, &job->route->meta.annotations, pair);
	}
}

static void attach_one(const struct attachment_job *job, size_t i, const struct rule_policy *policy)
{
	if (policy_kind_is_many(policy->kind)) {
		attach_each(job, i, policy);
		return;
	}
	if (policy->kind->attaches == ATTACH_ANNOTATIONS) {
		annotate(job, i, policy);
		return;
	}
	struct arena *arena = job->as->arena;
	struct http_rule *rule = &job->route->rules.item[i];
	bool filter = policy->kind->attaches == ATTACH_FILTER, whole = !filter && is_same_everywhere(job, policy->kind, (str){ "", 0 });
	str id = whole ? (str){ "", 0 } : rule_id(arena, rule), name = object_name(job, policy->kind, id);
	str same = filter ? same_filter(job, i, policy) : (str){ "", 0 };
	LIST_PUSH(arena, &job->objects[i], same.n ? same : name);
	if (filter) {
		add_filter(job, rule, policy, name, same);
		return;
	}
	if (whole && i > 0)
		return;
	if (!whole)
		rule->name = id;
	add_object(job, policy, name, target_of(arena, job->kind, job->name, id));
}

/* Filters of a rule are shared with the other hosts of its part: the route gets a copy. */
static void own_filters(const struct attachment_job *job, struct http_rule *rule)
{
	struct http_rule copy = *rule;
	rule->filters.item = NULL;
	rule->filters.n = rule->filters.cap = 0;
	for (size_t i = 0; i < copy.filters.n; i++)
		LIST_PUSH(job->as->arena, &rule->filters, copy.filters.item[i]);
}

void attach_policies(const struct attachment_job *job)
{
	for (size_t i = 0; i < job->rules->n; i++) {
		const struct rule_part *part = part_rule(job, i);
		if (part->policies.n)
			own_filters(job, &job->route->rules.item[i]);
		for (size_t j = 0; j < part->policies.n; j++)
			attach_one(job, i, &part->policies.item[j]);
	}
}

struct extension_ref parameters_ref(const struct plan *plan, str gateway)
{
	for (size_t i = 0; i < plan->part->policies.n; i++) {
		const struct policy_kind *kind = plan->part->policies.item[i].kind;
		if (kind->attaches == ATTACH_PARAMETERS)
			return (struct extension_ref){ kind->group, kind->kind, gateway };
	}
	return (struct extension_ref){ .name = { "", 0 } };
}

void attach_to_gateway(struct plan *plan, const struct object_meta *gateway)
{
	struct assembly *as = plan->as;
	for (size_t i = 0; i < plan->part->policies.n; i++) {
		const struct rule_policy *policy = &plan->part->policies.item[i];
		const struct policy_object object = { gateway->name, plan->namespace, gateway->namespace.n > 0,
			arena_printf(as->arena, "what %.*s does for all hosts", STR_ARG(plan->part->entry->controller)),
			policy->kind->attaches == ATTACH_PARAMETERS ? NULL : target_of(as->arena, STR("Gateway"), gateway->name, (str){ "", 0 }), NULL,
			STR("Gateway"), gateway->name };
		add_policy_object(as, policy, &object);
		for (size_t j = 0; j < policy->marks.n; j++)
			assembly_carry_kind(as, policy->marks.item[j].fact, policy->kind->kind, plan->namespace, gateway->name,
				attach_place(as->arena, policy->kind, policy->marks.item[j].at));
	}
}
