/* SPDX-License-Identifier: Apache-2.0 */
/* ReferenceGrant, BackendTLSPolicy, and policies of kinds that are not known: see read.h. */
#include "gateway/read_object.h"

void read_grant(const struct reader *r, const struct node *spec, struct read_grant *out)
{
	READ_REFERENCES(r, read_list(spec, "from"), "", "", &out->from);
	READ_REFERENCES(r, read_list(spec, "to"), "", "", &out->to);
}

/* v1alpha2 has one target and other names for the fields of the certificate. */
void read_tls_policy(const struct reader *r, const struct node *spec, struct read_tls_policy *out)
{
	const struct node *validation = node_get(spec, STR("validation")), *old = node_get(spec, STR("tls"));
	const struct node *one = node_get(spec, STR("targetRef"));
	READ_REFERENCES(r, read_list(spec, "targetRefs"), "", "Service", &out->targets);
	if (one)
		LIST_PUSH(r->arena, &out->targets, read_reference(r, one, "", "Service"));
	READ_REFERENCES(r, read_list(validation, "caCertificateRefs"), "", "ConfigMap", &out->authorities);
	READ_REFERENCES(r, read_list(old, "caCertRefs"), "", "ConfigMap", &out->authorities);
	out->hostname = read_text(r, validation ? validation : old, "hostname");
	out->well_known = read_text(r, validation, "wellKnownCACertificates");
	if (!out->well_known.n)
		out->well_known = read_text(r, old, "wellKnownCACerts");
}

/* targetSelectors choose by labels: it is not looked which, so it may be any object of the kind. */
static void read_selected(const struct reader *r, const struct node *selectors, struct read_policy *out)
{
	for (size_t i = 0; i < read_count(selectors); i++) {
		struct read_ref ref = read_reference(r, selectors->as.list.item[i], READ_GROUP, "");
		ref.name = STR("");
		LIST_PUSH(r->arena, &out->targets, ref);
	}
}

bool read_policy(const struct reader *r, const struct node *spec, struct read_policy *out)
{
	const struct node *one = node_get(spec, STR("targetRef"));
	READ_REFERENCES(r, read_list(spec, "targetRefs"), READ_GROUP, "", &out->targets);
	if (one && one->kind == NODE_MAP)
		LIST_PUSH(r->arena, &out->targets, read_reference(r, one, READ_GROUP, ""));
	read_selected(r, read_list(spec, "targetSelectors"), out);
	return out->targets.n > 0;
}
