/* SPDX-License-Identifier: Apache-2.0 */
/* Listeners of a Gateway and of its ListenerSets, and which of them count: see side_build.h. */
#include "gateway/side_build.h"

#include "gateway/read_object.h"

#include <stdlib.h>

#define NAMESPACE_LABEL "kubernetes.io/metadata.name"

/* ---- namespaces ---- */

/* Every namespace has its name as a label. */
static bool label_of(const struct build *b, str namespace, str key, str *value)
{
	const struct namespace_object *object = map_get(&b->namespaces, namespace);
	const struct field *field = object ? meta_label(&object->meta, key) : NULL;
	*value = field ? field->value : namespace;
	return field || str_eq(key, STR(NAMESPACE_LABEL));
}

static bool holds(const struct build *b, const struct read_requirement *one, str namespace)
{
	str value;
	bool there = label_of(b, namespace, one->key, &value), listed = there && str_list_has(&one->values, value);
	if (str_eq(one->op, STR("In")))
		return listed;
	if (str_eq(one->op, STR("NotIn")))
		return !listed;
	if (str_eq(one->op, STR("Exists")))
		return there;
	return str_eq(one->op, STR("DoesNotExist")) && !there;
}

bool side_admits(const struct build *b, const struct read_namespaces *rule, str own, str other)
{
	switch (rule->from) {
	case FROM_NONE:
		return false;
	case FROM_ALL:
		return true;
	case FROM_SAME:
		return str_eq(own, other);
	case FROM_SELECTOR:
		break;
	}
	for (size_t i = 0; i < rule->selector.n; i++)
		if (!holds(b, &rule->selector.item[i], other))
			return false;
	return true;
}

/* ---- owners ---- */

/* Of those whose age is known the older one comes first. */
static int compare_sets(const void *pa, const void *pb)
{
	const struct read_set *a = *(struct read_set *const *)pa, *b = *(struct read_set *const *)pb;
	int c = a->meta.created.n && b->meta.created.n ? str_cmp(a->meta.created, b->meta.created) : 0;
	if (c == 0)
		c = str_cmp(a->meta.namespace, b->meta.namespace);
	return c ? c : str_cmp(a->meta.name, b->meta.name);
}

struct set_list {
	struct read_set **item;
	size_t n, cap;
};

static struct set_list sets_of(struct build *b, const struct read_gateway *gateway)
{
	struct set_list out = { 0 };
	for (size_t i = 0; i < b->side->sets.n; i++) {
		struct read_set *set = b->side->sets.item[i];
		const struct read_ref *to = &set->parent;
		if (!str_eq(to->group, STR(READ_GROUP)) || !str_eq(to->kind, STR("Gateway")) || !str_eq(to->name, gateway->meta.name) ||
			!str_eq(to->namespace, gateway->meta.namespace))
			continue;
		bool allowed = side_admits(b, &gateway->sets, gateway->meta.namespace, set->meta.namespace);
		set->reason = allowed ? "Accepted" : "NotAllowed";
		if (allowed)
			LIST_PUSH(b->arena, &out, set);
	}
	if (out.n)
		qsort(out.item, out.n, sizeof *out.item, compare_sets);
	return out;
}

/* ---- conflicts ---- */

/* What can be told apart on one port: listeners of different classes cannot, but for UDP. */
static char class_of(const struct read_listener *l)
{
	static const struct {
		str protocol;
		char class;
	} CLASSES[] = {
		{ STR_INIT("HTTP"), 'h' }, { STR_INIT("HTTPS"), 's' }, { STR_INIT("TLS"), 's' }, { STR_INIT("TCP"), 't' }, { STR_INIT("UDP"), 'u' },
	};
	for (size_t i = 0; i < sizeof CLASSES / sizeof *CLASSES; i++)
		if (str_eq(CLASSES[i].protocol, l->protocol))
			return CLASSES[i].class;
	return 0;
}

/* NULL where both can be told apart. */
static const char *conflict(const struct read_listener *a, const struct read_listener *b)
{
	char ca = class_of(a), cb = class_of(b);
	if (a->port != b->port || (ca == 'u') != (cb == 'u'))
		return NULL;
	if (ca != cb || (ca != 't' && ca != 'u' && str_eq(a->hostname, b->hostname) && !str_eq(a->protocol, b->protocol)))
		return "ProtocolConflict";
	if (ca == 't' || ca == 'u')
		return "ListenerConflict";
	return str_eq(a->hostname, b->hostname) ? "HostnameConflict" : NULL;
}

/* Within one owner nobody wins. */
static void refuse_within(struct read_listener *item, size_t n)
{
	for (size_t i = 0; i < n; i++)
		item[i].refused = class_of(&item[i]) ? NULL : "UnsupportedProtocol";
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++) {
			const char *why = class_of(&item[i]) && class_of(&item[k]) ? conflict(&item[i], &item[k]) : NULL;
			if (!why)
				continue;
			item[i].refused = item[i].refused ? item[i].refused : why;
			item[k].refused = item[k].refused ? item[k].refused : why;
		}
}

/* Ports and names that owners before have taken. */
struct taken {
	struct map ports, names;
};

static str port_key(struct arena *arena, const struct read_listener *l)
{
	return arena_printf(arena, "%c%u", class_of(l) == 'u' ? 'u' : 'x', (unsigned)l->port);
}

static str name_key(struct arena *arena, const struct read_listener *l)
{
	return arena_printf(arena, "%u/%.*s", (unsigned)l->port, STR_ARG(l->hostname));
}

static const char *taken_by(struct build *b, const struct taken *taken, const struct read_listener *l)
{
	const struct read_listener *other = map_get(&taken->ports, port_key(b->arena, l));
	if (!other)
		return NULL;
	if (class_of(other) == class_of(l) && class_of(l) != 't' && class_of(l) != 'u')
		other = map_get(&taken->names, name_key(b->arena, l));
	return other ? conflict(l, other) : NULL;
}

/* ---- certificates ---- */

bool side_certificate(const struct build *b, const struct effective *e, str *name)
{
	struct read_listener *l = e->said;
	*name = STR("");
	for (size_t i = 0; i < l->certificates.n; i++) {
		const struct read_ref *ref = &l->certificates.item[i];
		bool secret = !ref->group.n && str_eq(ref->kind, STR("Secret"));
		bool there = !b->world->closed || b->world->open_secrets || !secret || snapshot_secret(b->world->snapshot, ref->namespace, ref->name);
		bool granted = side_granted(b, e->owner, e->group, e->kind, ref);
		if (!granted || !there) {
			l->unresolved = granted ? "InvalidCertificateRef" : "RefNotPermitted";
			return false;
		}
		if (!name->n)
			*name = arena_printf(b->arena, "%.*s/%.*s", STR_ARG(ref->namespace), STR_ARG(ref->name));
	}
	return l->certificates.n || l->options;
}

bool side_is_pending(const struct read_listener *l)
{
	return l->unresolved && str_eq(str_c(l->unresolved), STR("InvalidCertificateRef"));
}

/* It counts as not written: its port and hostname are free for others. */
static bool is_absent(const struct build *b, const struct effective *e)
{
	str name;
	bool tls = class_of(e->said) == 's' && !e->said->passes;
	return tls && b->choices->unusable_absent && !side_certificate(b, e, &name);
}

/* ---- the list ---- */

bool side_kind_fits(const struct read_listener *l, str kind)
{
	bool http = str_eq(l->protocol, STR("HTTP")) || str_eq(l->protocol, STR("HTTPS"));
	if (http)
		return str_eq(kind, STR("HTTPRoute")) || str_eq(kind, STR("GRPCRoute"));
	/* TLSRoute, TCPRoute, UDPRoute */
	return str_starts(kind, l->protocol) && str_eq(str_from(kind, l->protocol.n), STR("Route"));
}

/* Entries that do not fit the protocol; the others stay in force. */
static bool has_strange_kind(const struct read_listener *l)
{
	for (size_t i = 0; i < l->kinds.n; i++) {
		const struct read_kind *k = &l->kinds.item[i];
		if (!str_eq(k->group, STR(READ_GROUP)) || !side_kind_fits(l, k->kind))
			return true;
	}
	return false;
}

static void add_listeners(struct build *b, struct taken *taken, const struct effective *owner, struct read_listener *item,
	size_t n, struct effective_list *out)
{
	refuse_within(item, n);
	size_t first = out->n;
	for (size_t i = 0; i < n; i++) {
		struct read_listener *l = &item[i];
		struct effective *e = NEW(b->arena, struct effective);
		*e = *owner;
		e->said = l;
		l->unresolved = has_strange_kind(l) ? "InvalidRouteKinds" : NULL;
		e->absent = !l->refused && is_absent(b, e);
		e->pending = e->absent && side_is_pending(l);
		if (!l->refused && !e->absent)
			l->refused = taken_by(b, taken, l);
		e->shadowed = e->absent && l->hostname.n && map_get(&taken->names, name_key(b->arena, l));
		if (!l->refused)
			LIST_PUSH(b->arena, out, e);
	}
	/* only now: within one owner it has been looked at */
	for (size_t i = first; i < out->n; i++) {
		struct effective *e = out->item[i];
		if (e->absent)
			continue;
		map_set(&taken->ports, port_key(b->arena, e->said), e->said);
		map_set(&taken->names, name_key(b->arena, e->said), e->said);
	}
}

/* Routes may name all of them, also those that are absent. */
static void note_owner(struct build *b, const struct effective *of, const struct effective_list *all, size_t first)
{
	struct effective_list *own = NEW(b->arena, struct effective_list);
	for (size_t i = first; i < all->n; i++)
		LIST_PUSH(b->arena, own, all->item[i]);
	map_set(&b->owners, side_owner_key(b->arena, of->group, of->kind, of->owner->namespace, of->owner->name), own);
}

struct effective_list side_listeners(struct build *b, struct read_gateway *gateway)
{
	struct effective_list all = { 0 };
	struct taken taken;
	const struct set_list sets = sets_of(b, gateway);
	map_init(&taken.ports, b->arena);
	map_init(&taken.names, b->arena);
	const struct effective own = { .owner = &gateway->meta, .group = STR_INIT(READ_GROUP), .kind = STR_INIT("Gateway") };
	add_listeners(b, &taken, &own, gateway->listeners.item, gateway->listeners.n, &all);
	note_owner(b, &own, &all, 0);
	for (size_t i = 0; i < sets.n; i++) {
		struct read_set *set = sets.item[i];
		size_t first = all.n;
		const struct effective of = { .owner = &set->meta, .group = set->group, .kind = set->kind };
		add_listeners(b, &taken, &of, set->listeners.item, set->listeners.n, &all);
		note_owner(b, &of, &all, first);
	}
	return all;
}
