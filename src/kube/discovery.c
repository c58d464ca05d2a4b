/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Discovery: see discovery.h. Servers since 1.26 say all of it in one answer (aggregated discovery); others list their groups, and the
 * kinds of the versions that matter are asked for one by one.
 */
#include "kube/discovery.h"

#define AGGREGATED(version) "application/json;g=apidiscovery.k8s.io;v=" version ";as=APIGroupDiscoveryList"

struct discovery {
	struct arena *arena;
	const struct wanted_kind *wanted;
	size_t n;
	struct api_resource *found;   /* of each wanted kind; version empty: not yet */
	bool aggregated, groups;
	LIST(struct api_list *) versions;
};

str resource_path(struct arena *arena, const struct api_resource *r, str namespace)
{
	str base = r->group.n ? arena_printf(arena, "/apis/%.*s/%.*s", STR_ARG(r->group), STR_ARG(r->version)) : arena_join(arena, STR("/api/"), r->version);
	if (namespace.n)
		return arena_printf(arena, "%.*s/namespaces/%.*s/%.*s", STR_ARG(base), STR_ARG(namespace), STR_ARG(r->plural));
	return arena_printf(arena, "%.*s/%.*s", STR_ARG(base), STR_ARG(r->plural));
}

static bool is_wanted_group(const struct discovery *d, str group)
{
	for (size_t i = 0; i < d->n; i++)
		if (str_eq(d->wanted[i].group, group))
			return true;
	return false;
}

static bool can_list(const struct node *verbs)
{
	for (size_t i = 0; verbs && verbs->kind == NODE_LIST && i < verbs->as.list.n; i++)
		if (str_eq(node_text(verbs->as.list.item[i]), STR("list")))
			return true;
	return false;
}

/* Of several versions of a group the one that the server names first. */
static void meet(struct discovery *d, const struct api_resource *met)
{
	for (size_t i = 0; i < d->n; i++) {
		struct api_resource *found = &d->found[i];
		if (found->version.n || !str_eq(d->wanted[i].group, met->group) || !str_eq(d->wanted[i].kind, met->kind))
			continue;
		*found = (struct api_resource){ d->wanted[i].group, arena_str(d->arena, met->version), arena_str(d->arena, met->plural), d->wanted[i].kind, met->namespaced };
	}
}

/* A version of an APIGroupDiscovery. */
static void read_aggregated(struct discovery *d, str group, const struct node *version)
{
	const struct node *resources = node_get(version, STR("resources"));
	for (size_t i = 0; resources && resources->kind == NODE_LIST && i < resources->as.list.n; i++) {
		const struct node *r = resources->as.list.item[i];
		const struct api_resource met = { group, node_text(node_get(version, STR("version"))), node_text(node_get(r, STR("resource"))),
			node_text(node_at(r, STR("responseKind.kind"))), str_eq(node_text(node_get(r, STR("scope"))), STR("Namespaced")) };
		if (can_list(node_get(r, STR("verbs"))))
			meet(d, &met);
	}
}

/* An APIResourceList. */
static void on_version(struct api_list *list, const struct node *root)
{
	struct discovery *d = list->user;
	const struct node *resources = node_get(root, STR("resources"));
	str group, version, written = node_text(node_get(root, STR("groupVersion")));
	if (!str_cut(written, '/', &group, &version)) {
		version = written;
		group = (str){ "", 0 };
	}
	for (size_t i = 0; resources && resources->kind == NODE_LIST && i < resources->as.list.n; i++) {
		const struct node *r = resources->as.list.item[i], *namespaced = node_get(r, STR("namespaced"));
		const struct api_resource met = { group, version, node_text(node_get(r, STR("name"))), node_text(node_get(r, STR("kind"))),
			namespaced && namespaced->kind == NODE_BOOL && namespaced->truth };
		if (can_list(node_get(r, STR("verbs"))) && !str_has_char(met.plural, '/'))
			meet(d, &met);
	}
}

static void want_version(struct discovery *d, str path)
{
	struct api_list *list = NEW(d->arena, struct api_list);
	*list = (struct api_list){ .path = path, .whole = true, .entry = on_version, .user = d };
	LIST_PUSH(d->arena, &d->versions, list);
}

static void on_groups(struct api_list *list, const struct node *root)
{
	struct discovery *d = list->user;
	const struct node *items = node_get(root, STR("items")), *groups = node_get(root, STR("groups"));
	d->aggregated = items != NULL;
	d->groups = items || groups;
	for (size_t i = 0; items && items->kind == NODE_LIST && i < items->as.list.n; i++) {
		str group = node_text(node_at(items->as.list.item[i], STR("metadata.name")));
		const struct node *versions = node_get(items->as.list.item[i], STR("versions"));
		for (size_t k = 0; is_wanted_group(d, group) && versions && versions->kind == NODE_LIST && k < versions->as.list.n; k++)
			read_aggregated(d, group, versions->as.list.item[k]);
	}
	for (size_t i = 0; groups && groups->kind == NODE_LIST && i < groups->as.list.n; i++) {
		const struct node *versions = node_get(groups->as.list.item[i], STR("versions"));
		if (!is_wanted_group(d, node_text(node_get(groups->as.list.item[i], STR("name")))))
			continue;
		for (size_t k = 0; versions && versions->kind == NODE_LIST && k < versions->as.list.n; k++)
			want_version(d, arena_join(d->arena, STR("/apis/"), node_text(node_get(versions->as.list.item[k], STR("groupVersion")))));
	}
}

bool discovery_read(struct api *api, const struct wanted_kind *wanted, size_t n, struct api_resources *out, struct kube_fault *fault)
{
	struct arena *arena = api_arena(api);
	struct discovery d = { .arena = arena, .wanted = wanted, .n = n, .found = NEWS(arena, struct api_resource, n) };
	struct api_list groups = { .path = STR("/apis"), .accept = STR(AGGREGATED("v2") "," AGGREGATED("v2beta1") ",application/json"), .whole = true,
		.entry = on_groups, .user = &d };
	struct api_list *first = &groups;
	want_version(&d, STR("/api/v1"));
	if (!api_read(api, &first, 1, fault))
		return false;
	if (!d.groups) {
		bool refused = groups.result == API_FORBIDDEN;
		*fault = (struct kube_fault){ refused ? DIAG_CLUSTER_CREDENTIALS : DIAG_CLUSTER_ANSWER, (str){ "", 0 },
			refused ? STR("the API server does not say what it serves (403 for GET /apis)") : STR("this is no API server: GET /apis has no list of groups"),
			refused ? STR("are there credentials in this context? the role system:discovery is that of everybody who has logged in") : STR("is this the address of an API server?") };
		return false;
	}
	if (!api_read(api, d.versions.item, d.versions.n, fault))
		return false;
	for (size_t i = 0; i < n; i++)
		if (d.found[i].version.n)
			LIST_PUSH(arena, out, d.found[i]);
	return true;
}
