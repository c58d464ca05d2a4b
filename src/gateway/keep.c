/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Labels and annotations that other tools read, on the object where they act. A Gateway and a ListenerSet are shared by
 * several Ingresses: there a key has one value or none.
 */
#include "gateway/plan.h"
#include "kube/names.h"

static bool is_writable(const struct keep *k)
{
	return name_is_qualified(k->key) && (!k->label || name_is_label_value(k->value));
}

enum put { PUT_DONE, PUT_OTHER_VALUE, PUT_REFUSED };

static enum put put(struct arena *arena, const struct keep *k, struct text_map *map, size_t most)
{
	for (size_t i = 0; i < map->n; i++)
		if (str_eq(map->item[i].key, k->key))
			return str_eq(map->item[i].value, k->value) ? PUT_DONE : PUT_OTHER_VALUE;
	if (!is_writable(k) || map->n >= most)
		return PUT_REFUSED;
	struct text_pair pair = { k->key, k->value };
	LIST_PUSH(arena, map, pair);
	return PUT_DONE;
}

void keep_on_route(struct assembly *as, const struct owner *owner, enum object_kind kind, bool serves, struct object_meta *meta)
{
	for (size_t i = 0; i < owner->keep.n; i++) {
		const struct keep *k = &owner->keep.item[i];
		if (k->place != KEEP_ROUTE && k->place != KEEP_ALL && (k->place != KEEP_PAGE || !serves))
			continue;
		if (put(as->arena, k, k->label ? &meta->labels : &meta->annotations, SIZE_MAX) == PUT_DONE)
			assembly_carry_meta(as, k->fact, kind, owner->namespace, meta->name,
				k->label ? "metadata/labels" : "metadata/annotations", k->key);
	}
}

bool keep_is_page(const struct owner *owner)
{
	for (size_t i = 0; i < owner->keep.n; i++)
		if (owner->keep.item[i].place == KEEP_PAGE)
			return true;
	return false;
}

/* ---- shared objects ---- */

struct owner_list {
	const struct owner **item;
	size_t n, cap;
};

static void add_owner(struct map *seen, struct owner_list *list, const struct owner *owner)
{
	str key = owner ? owner_key(seen->arena, owner) : (str){ "", 0 };
	if (!owner || map_get(seen, key))
		return;
	map_set(seen, key, list);
	LIST_PUSH(seen->arena, list, owner);
}

static struct owner_list owners_of(const struct plan *plan)
{
	struct owner_list owners = { 0 };
	struct map seen;
	map_init(&seen, plan->as->arena);
	for (size_t i = 0; i < plan->part->routes.n; i++)
		add_owner(&seen, &owners, plan->part->routes.item[i]->owner);
	return owners;
}

static str keep_key(struct arena *arena, const struct keep *k)
{
	return arena_printf(arena, "%d %.*s=%.*s", k->label, STR_ARG(k->key), STR_ARG(k->value));
}

/* How many owners have the same label or annotation; only those that all must have are counted. */
static struct map count_same(struct arena *arena, const struct owner_list *owners)
{
	struct map counts;
	map_init(&counts, arena);
	for (size_t i = 0; i < owners->n; i++)
		for (size_t j = 0; j < owners->item[i]->keep.n; j++) {
			const struct keep *k = &owners->item[i]->keep.item[j];
			if (k->place != KEEP_ALL && k->place != KEEP_ADDRESS)
				continue;
			str key = keep_key(arena, k);
			size_t *n = map_get(&counts, key);
			if (!n) {
				n = NEW(arena, size_t);
				map_set(&counts, key, n);
			}
			(*n)++;
		}
	return counts;
}

struct shared {
	struct assembly *as;
	enum object_kind kind;
	str namespace, name;
	struct object_meta *meta;
};

static void say_other_value(struct assembly *as, const struct keep *k)
{
	fact_idle(k->fact, STR("another Ingress of the same Gateway has another value, which stands there"));
	if (!as->diags || !k->fact)
		return;
	struct diag *d = diag_addf(as->diags, DIAG_METADATA_DROPPED, fact_site(as->arena, k->fact),
		"%.*s stays behind: another Ingress of the same Gateway has another value", STR_ARG(k->key));
	d->level = DIAG_WARNING;
	d->help = STR("a Gateway has one value for all its listeners: decide for one, or give the Ingresses Gateways of their own");
}

static void keep_shared(const struct shared *s, const struct keep *k)
{
	switch (put(s->as->arena, k, k->label ? &s->meta->labels : &s->meta->annotations, SIZE_MAX)) {
	case PUT_DONE:
		assembly_carry_meta(s->as, k->fact, s->kind, s->namespace, s->name, k->label ? "metadata/labels" : "metadata/annotations", k->key);
		break;
	case PUT_OTHER_VALUE:
		say_other_value(s->as, k);
		break;
	case PUT_REFUSED:
		break;
	}
}

static void say_differing(struct assembly *as, const struct keep *k)
{
	if (!as->diags || !k->fact)
		return;
	struct diag *d = diag_addf(as->diags, DIAG_METADATA_DROPPED, fact_site(as->arena, k->fact),
		"%.*s stays off the Gateway: not all Ingresses that share it have this value", STR_ARG(k->key));
	d->level = DIAG_WARNING;
	d->help = STR("routes on port 80 take what the Gateway says: give the Ingresses Gateways of their own (--topology), or one value");
}

/* certificates: what can be said in Certificates is said there. */
static void keep_owners(const struct shared *s, const struct owner_list *owners, bool gateway_place, bool certificates)
{
	const struct map counts = count_same(s->as->arena, owners);
	for (size_t i = 0; i < owners->n; i++)
		for (size_t j = 0; j < owners->item[i]->keep.n; j++) {
			const struct keep *k = &owners->item[i]->keep.item[j];
			bool alike = k->place == KEEP_ALL || k->place == KEEP_ADDRESS;
			const size_t *same = alike ? map_get(&counts, keep_key(s->as->arena, k)) : NULL;
			if ((k->place == KEEP_GATEWAY && gateway_place && !(certificates && k->said)) || (same && *same == owners->n))
				keep_shared(s, k);
			else if (k->place == KEEP_ADDRESS)
				say_differing(s->as, k);
		}
}

void keep_on_set(struct plan *plan, const struct set_plan *set, struct listener_set *out)
{
	struct owner_list owners = { 0 };
	struct map seen;
	map_init(&seen, plan->as->arena);
	for (size_t i = 0; i < set->listeners.n; i++)
		add_owner(&seen, &owners, set->listeners.item[i]->owner);
	struct shared s = { plan->as, OBJECT_LISTENER_SET, set->namespace, set->name, &out->meta };
	keep_owners(&s, &owners, true, false);
}

/* ---- the Gateway and what it runs on ---- */

static void say_no_room(struct assembly *as, const struct keep *k, bool is_there, size_t most)
{
	static const str FIELD = STR_INIT("spec.infrastructure");
	unsigned since = 0;
	/* of a protection the closed routes have said it */
	if (!as->diags || !is_writable(k) || k->fact->feature.n)
		return;
	bool lacks = target_lacks(as->target, STR("Gateway"), FIELD, STR("")) != NULL;
	struct diag *d = lacks
		? diag_addf(as->diags, DIAG_METADATA_DROPPED, fact_site(as->arena, k->fact), "%.*s stays behind: %.*s does not know spec.infrastructure of a Gateway",
			STR_ARG(k->key), STR_ARG(as->target->title))
		: is_there
		? diag_addf(as->diags, DIAG_METADATA_DROPPED, fact_site(as->arena, k->fact), "%.*s stays behind: spec.infrastructure of the Gateway holds %zu %s, "
			"which others have taken", STR_ARG(k->key), most, k->label ? "labels" : "annotations")
		: diag_addf(as->diags, DIAG_METADATA_DROPPED, fact_site(as->arena, k->fact), "%.*s stays behind: spec.infrastructure of a Gateway is not in "
			"the standard channel of Gateway API 1.%u", STR_ARG(k->key), as->version.minor);
	d->level = DIAG_WARNING;
	d->help = STR("set it on the Service of the proxy by other means of the implementation");
	if (!is_there && !lacks && schema_field_since(as->schema, STR("Gateway"), FIELD, false, &since))
		d->help = arena_printf(as->arena, "--gateway-api 1.%u or newer has the field, and --channel experimental", since);
	else if (is_there && !k->label && most < 16)
		d->help = STR("--gateway-api 1.6 or newer has room for 16 annotations");
}

static void say_proxy(struct assembly *as, const struct keep *k)
{
	if (!as->diags || !k->fact)
		return;
	struct diag *d = diag_addf(as->diags, DIAG_METADATA_DROPPED, fact_site(as->arena, k->fact),
		"%.*s stays behind: the load balancer would begin connections with the PROXY protocol, which the Gateway is not told to read", STR_ARG(k->key));
	d->level = DIAG_WARNING;
	d->effect = STR("the Gateway and its backends see the load balancer's address in place of the client's");
	d->help = STR("tell the Gateway to read it by a policy of the implementation, then set both together");
}

static void keep_one(struct plan *plan, const struct keep *k, struct gateway *out)
{
	struct assembly *as = plan->as;
	enum { LABELS_MOST = 8 };
	size_t annotations_most = as->version.minor < 6 ? 8 : 16;
	bool is_there = assembly_has(as, OBJECT_GATEWAY, STR("spec.infrastructure"));
	if (k->place != KEEP_INFRASTRUCTURE)
		return;
	if (k->proxy && !plan->part->proxy_protocol) {
		say_proxy(as, k);
		return;
	}
	size_t most = !is_there ? 0 : k->label ? LABELS_MOST : annotations_most;
	enum put done = put(as->arena, k, k->label ? &out->infrastructure_labels : &out->infrastructure_annotations, most);
	if (done == PUT_DONE)
		assembly_carry_meta(as, k->fact, OBJECT_GATEWAY, plan->namespace, out->meta.name,
			k->label ? "spec/infrastructure/labels" : "spec/infrastructure/annotations", k->key);
	else if (done == PUT_OTHER_VALUE)
		say_other_value(as, k);
	else
		say_no_room(as, k, is_there, most);
}

/* What the load balancer is told today comes first: there is room for a few only, and some of it keeps clients out. */
static void keep_infrastructure(struct plan *plan, const struct owner_list *owners, struct gateway *out)
{
	const struct balancer *balancer = plan->part->entry->balancer;
	for (int guards = 1; balancer && guards >= 0; guards--)
		for (size_t i = 0; i < balancer->owner->keep.n; i++)
			if ((balancer->owner->keep.item[i].fact->feature.n > 0) == guards)
				keep_one(plan, &balancer->owner->keep.item[i], out);
	for (size_t i = 0; i < owners->n; i++)
		for (size_t j = 0; j < owners->item[i]->keep.n; j++)
			keep_one(plan, &owners->item[i]->keep.item[j], out);
}

void keep_on_gateway(struct plan *plan, struct gateway *out)
{
	struct owner_list owners = owners_of(plan);
	struct shared s = { plan->as, OBJECT_GATEWAY, plan->namespace, out->meta.name, &out->meta };
	keep_owners(&s, &owners, !plan->sets_wanted, plan->certificates);
	keep_infrastructure(plan, &owners, out);
}

void keep_rest(struct plan *plan)
{
	struct owner_list owners = owners_of(plan);
	const struct balancer *balancer = plan->part->entry->balancer;
	if (balancer)
		LIST_PUSH(plan->as->arena, &owners, balancer->owner);
	for (size_t i = 0; balancer && plan->as->ledger && plan->as->existing_name.n && i < balancer->addresses.n; i++)
		fact_idle(balancer->addresses.item[i].fact, STR("the Gateway exists already, and is not printed: it has its own addresses"));
	for (size_t i = 0; i < owners.n && plan->as->ledger; i++)
		for (size_t j = 0; j < owners.item[i]->keep.n; j++) {
			const struct keep *k = &owners.item[i]->keep.item[j];
			if (!is_writable(k))
				fact_idle(k->fact, STR("the API server takes no such key or value"));
			else if (plan->as->existing_name.n && (k->place == KEEP_GATEWAY || k->place == KEEP_INFRASTRUCTURE))
				fact_idle(k->fact, STR("the Gateway exists already, and is not printed: set it there"));
			else if (k->place == KEEP_GATEWAY)
				fact_idle(k->fact, STR("none of the certificates of the Gateway is this Ingress's"));
			else if (k->proxy && !plan->part->proxy_protocol)
				fact_idle(k->fact, STR("the Gateway is not told to read the PROXY protocol"));
			else if (k->place == KEEP_INFRASTRUCTURE)
				fact_idle(k->fact, STR("this version of the Gateway API has no place for it, or the place is full"));
		}
}
