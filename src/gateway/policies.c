/* SPDX-License-Identifier: Apache-2.0 */
/* BackendTLSPolicies: one for each Service, or each port of it, that Gateways are to speak to in TLS. */
#include "gateway/names.h"
#include "gateway/plan.h"

#include <stdlib.h>

/* "from Ingress shop/a (a.yaml:1), Ingress shop/b (b.yaml:1)" */
static str origins(struct assembly *as, const struct policy_part *part)
{
	struct str_list texts = { 0 };
	for (size_t i = 0; i < part->owners.n; i++) {
		str text = assembly_origin(as, part->owners.item[i], part->owners.item[i]->at);
		str_list_add_new(as->arena, &texts, texts.n ? str_from(text, STR("from ").n) : text);
	}
	return str_list_join(as->arena, &texts, STR(", "));
}

static bool is_taken(const struct assembly *as, str namespace, str name)
{
	for (size_t i = 0; i < as->out.n; i++) {
		const struct printed *p = &as->out.item[i];
		if (p->kind == OBJECT_BACKEND_TLS_POLICY && str_eq(p->namespace, namespace) && str_eq(p->name, name))
			return true;
	}
	return false;
}

/* The Service's name, with that of the port where it is about one. */
static str policy_name(struct assembly *as, const struct policy_part *part)
{
	str suffix = part->section.n ? arena_join(as->arena, STR("-"), part->section) : part->section;
	str name = names_join(as->arena, part->service, suffix, NAME_SUBDOMAIN_MAX);
	if (!is_taken(as, part->namespace, name))
		return name;
	str whole = arena_printf(as->arena, "%.*s/%.*s", STR_ARG(part->service), STR_ARG(part->section));
	return names_join(as->arena, name, arena_join(as->arena, STR("-"), names_hash(as->arena, whole, 6)), NAME_SUBDOMAIN_MAX);
}

static bool is_written(const struct assembly *as, const struct policy_part *part)
{
	bool written = as->namespace_written || !str_eq(part->namespace, STR("default"));
	for (size_t i = 0; i < part->owners.n; i++)
		written = written || part->owners.item[i]->namespace_written;
	return written;
}

static void add_policy(struct assembly *as, const struct policy_part *part)
{
	struct backend_tls_policy policy = { .comment = origins(as, part), .hostname = part->hostname };
	struct local_ref target = { .kind = STR_INIT("Service"), .name = part->service, .section = part->section };
	struct local_ref ca = { .kind = STR_INIT("ConfigMap"), .name = part->ca };
	policy.meta.name = policy_name(as, part);
	if (is_written(as, part))
		policy.meta.namespace = part->namespace;
	LIST_PUSH(as->arena, &policy.targets, target);
	if (part->ca.n)
		LIST_PUSH(as->arena, &policy.certificates, ca);
	else
		policy.well_known = STR("System");
	assembly_add(as, OBJECT_BACKEND_TLS_POLICY, part->namespace, &policy.meta, &policy);
	for (size_t i = 0; i < part->marks.n; i++)
		assembly_carry(as, part->marks.item[i].fact, OBJECT_BACKEND_TLS_POLICY, part->namespace, policy.meta.name, part->marks.item[i].at);
}

static int compare_parts(const void *pa, const void *pb)
{
	const struct policy_part *a = pa, *b = pb;
	int c = str_cmp(a->namespace, b->namespace);
	c = c ? c : str_cmp(a->service, b->service);
	return c ? c : str_cmp(a->section, b->section);
}

void add_policies(struct assembly *as, const struct policy_list *policies)
{
	if (policies->n)
		qsort(policies->item, policies->n, sizeof *policies->item, compare_parts);
	for (size_t i = 0; i < policies->n; i++)
		add_policy(as, &policies->item[i]);
}
