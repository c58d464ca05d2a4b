/* SPDX-License-Identifier: Apache-2.0 */
/* Choosing what is printed: see choice.h. */
#include "lib/choice.h"

#include "base/nearest.h"

struct chooser {
	const struct choice *choice;
	struct intake *in;
	struct assembly *as;
	struct map asked;            /* "Ingress/ns/name": namespace, labels and name are asked for */
	struct map hosted;           /* the same: it has a rule for a host that is asked for */
	struct map chosen;           /* the same: something is printed of it */
	struct map owners;           /* the same: a route is its own */
	struct map owner_of;         /* "HTTPRoute/ns/name" -> struct record */
	struct map kept;             /* "HTTPRoute/ns/name" */
	struct map mentioned;        /* values of options that something fits */
};

static bool is_narrow(const struct choice *c)
{
	return c->namespaces.n || c->labels.n || c->ingresses.n;
}

static void add_words(struct arena *arena, struct str_list *words, const char *option, str value)
{
	if (value.n)
		LIST_PUSH(arena, words, arena_printf(arena, "%s %.*s", option, STR_ARG(value)));
}

bool choice_complete(struct arena *arena, struct choice *choice, str selector, str *error)
{
	struct str_list words = { 0 };
	if (selector.n && !selector_parse(arena, selector, &choice->labels, error))
		return false;
	add_words(arena, &words, "-n", str_list_join(arena, &choice->namespaces, STR(",")));
	add_words(arena, &words, "-l", selector);
	for (size_t i = 0; i < choice->ingresses.n; i++)
		add_words(arena, &words, "--ingress", choice->ingresses.item[i]);
	add_words(arena, &words, "--host", str_list_join(arena, &choice->hosts, STR(",")));
	choice->words = str_list_join(arena, &words, STR(" "));
	return true;
}

void choice_of_dump(struct arena *arena, struct choice *choice, const struct dump_head *head)
{
	str why, selector = choice->labels.n ? (str){ "", 0 } : head->scope.selector;
	if (!head->present || choice->everything || choice->namespaces.n || choice->hosts.n || choice->ingresses.n)
		return;
	choice->namespaces = head->scope.namespaces;
	/* the selector was parsed before it was stored; one that was changed since counts for nothing */
	struct selector labels = choice->labels;
	if (!choice_complete(arena, choice, selector, &why))
		choice->labels = labels;
}

bool choice_is_made(const struct choice *choice)
{
	return is_narrow(choice) || choice->hosts.n;
}

static bool has(const struct map *map, str key)
{
	return map_get(map, key) != NULL;
}

static void put(struct map *map, str key)
{
	map_set(map, key, map);
}

static str name_of(struct arena *arena, str kind, str namespace, str name)
{
	return arena_printf(arena, "%.*s/%.*s/%.*s", STR_ARG(kind), STR_ARG(namespace), STR_ARG(name));
}

static bool is_route(const struct printed *p)
{
	return p->kind == OBJECT_HTTP_ROUTE || p->kind == OBJECT_GRPC_ROUTE || p->kind == OBJECT_TLS_ROUTE || p->kind == OBJECT_TCP_ROUTE ||
		p->kind == OBJECT_UDP_ROUTE;
}

/* ---- which Ingresses ---- */

/* Fits an option with a list of values; an empty list asks for nothing. */
static bool fits(struct chooser *c, const struct str_list *list, str value)
{
	if (!str_list_has(list, value))
		return list->n == 0;
	put(&c->mentioned, value);
	return true;
}

static bool is_asked(struct chooser *c, const struct ingress *ingress)
{
	const struct choice *choice = c->choice;
	str name = arena_printf(c->as->arena, "%.*s/%.*s", STR_ARG(ingress->meta.namespace), STR_ARG(ingress->meta.name));
	bool namespace = fits(c, &choice->namespaces, ingress->meta.namespace), named = fits(c, &choice->ingresses, name);
	return namespace && named && selector_fits(&choice->labels, &ingress->meta);
}

static void ask_all(struct chooser *c)
{
	const struct snapshot *snapshot = &c->in->snapshot;
	for (size_t i = 0; i < snapshot->ingresses.n; i++) {
		const struct ingress *ingress = snapshot->ingresses.item[i];
		str name = name_of(c->as->arena, STR("Ingress"), ingress->meta.namespace, ingress->meta.name);
		if (is_asked(c, ingress))
			put(&c->asked, name);
		for (size_t j = 0; c->choice->hosts.n && j < ingress->rules.n; j++)
			if (ingress->rules.item[j].host && fits(c, &c->choice->hosts, ingress->rules.item[j].host->value))
				put(&c->hosted, name);
	}
}

/* ---- which objects ---- */

static bool has_host(struct chooser *c, const struct printed *p)
{
	const struct node *names = node_at(p->tree, STR("spec.hostnames"));
	bool found = c->choice->hosts.n == 0;
	for (size_t i = 0; names && i < names->as.list.n; i++)
		if (c->choice->hosts.n && fits(c, &c->choice->hosts, node_text(names->as.list.item[i])))
			found = true;
	return found;
}

/* Whose a route is, by the route's name; and who owns one. */
static void note_owners(struct chooser *c)
{
	for (size_t i = 0; i < c->as->out.n; i++) {
		const struct printed *p = &c->as->out.item[i];
		if (!is_route(p) || !p->owner || !p->owner->record)
			continue;
		put(&c->owners, record_object(c->as->arena, p->owner->record));
		map_set(&c->owner_of, printed_name(c->as->arena, p), p->owner->record);
	}
}

/* An Ingress that owns no route is a part of others', as a canary is: whoever asks for it asks for those. */
static void ask_for_mains(struct chooser *c)
{
	for (size_t i = 0; i < c->in->ledger.records.n; i++) {
		const struct record *r = c->in->ledger.records.item[i];
		str name = record_object(c->as->arena, r);
		for (size_t j = 0; has(&c->asked, name) && !has(&c->owners, name) && j < r->objects.n; j++) {
			const struct record *owner = map_get(&c->owner_of, r->objects.item[j]);
			if (owner)
				put(&c->asked, record_object(c->as->arena, owner));
		}
	}
}

/* Routes of Ingresses that are asked for, and what else their facts are carried by. */
static void keep_of_ingresses(struct chooser *c)
{
	note_owners(c);
	ask_for_mains(c);
	for (size_t i = 0; i < c->in->ledger.records.n; i++) {
		const struct record *r = c->in->ledger.records.item[i];
		bool asked = has(&c->asked, record_object(c->as->arena, r));
		for (size_t j = 0; asked && j < r->objects.n; j++) {
			const struct record *owner = map_get(&c->owner_of, r->objects.item[j]);
			if (!owner || owner == r)
				put(&c->kept, r->objects.item[j]);
		}
	}
	for (size_t i = 0; i < c->as->out.n; i++) {
		const struct printed *p = &c->as->out.item[i];
		const struct record *owner = map_get(&c->owner_of, printed_name(c->as->arena, p));
		if (owner && has(&c->asked, record_object(c->as->arena, owner)))
			put(&c->kept, printed_name(c->as->arena, p));
	}
}

/* What is no route is kept where a route needs it; policies are kept with an Ingress that they came from. */
static bool is_wanted(struct chooser *c, const struct printed *p)
{
	str name = printed_name(c->as->arena, p);
	bool stream = p->kind == OBJECT_TCP_ROUTE || p->kind == OBJECT_UDP_ROUTE;
	if (stream)
		return fits(c, &c->choice->namespaces, p->namespace) && !c->choice->labels.n && !c->choice->ingresses.n && !c->choice->hosts.n;
	return has(&c->kept, name) && has_host(c, p);
}

static void keep_routes(struct chooser *c)
{
	struct map wanted;
	keep_of_ingresses(c);
	map_init(&wanted, c->as->arena);
	for (size_t i = 0; i < c->as->out.n; i++) {
		const struct printed *p = &c->as->out.item[i];
		if (is_route(p) && is_wanted(c, p))
			put(&wanted, printed_name(c->as->arena, p));
		else if (p->kind == OBJECT_BACKEND_TLS_POLICY && has(&c->kept, printed_name(c->as->arena, p)))
			put(&wanted, printed_name(c->as->arena, p));
	}
	c->kept = wanted;
}

static void keep_parent(struct chooser *c, const struct printed *p, const struct node *ref)
{
	str kind = node_text(node_get(ref, STR("kind"))), namespace = node_text(node_get(ref, STR("namespace")));
	put(&c->kept, name_of(c->as->arena, kind.n ? kind : STR("Gateway"), namespace.n ? namespace : p->namespace,
		node_text(node_get(ref, STR("name")))));
}

static void keep_parents(struct chooser *c)
{
	static const enum object_kind ORDER[] = { OBJECT_LISTENER_SET, OBJECT_GATEWAY };
	for (size_t i = 0; i < c->as->out.n; i++) {
		const struct printed *p = &c->as->out.item[i];
		const struct node *refs = node_at(p->tree, STR("spec.parentRefs"));
		for (size_t j = 0; refs && has(&c->kept, printed_name(c->as->arena, p)) && j < refs->as.list.n; j++)
			keep_parent(c, p, refs->as.list.item[j]);
	}
	for (size_t k = 0; k < sizeof ORDER / sizeof *ORDER; k++)
		for (size_t i = 0; i < c->as->out.n; i++) {
			const struct printed *p = &c->as->out.item[i];
			const struct node *ref = node_at(p->tree, STR("spec.parentRef"));
			str class = node_text(node_at(p->tree, STR("spec.gatewayClassName")));
			if (p->kind != ORDER[k] || !has(&c->kept, printed_name(c->as->arena, p)))
				continue;
			if (ref)
				keep_parent(c, p, ref);
			if (class.n)
				put(&c->kept, name_of(c->as->arena, STR("GatewayClass"), (str){ "", 0 }, class));
		}
}

/* Whoever asked for it: a route without its policies would stand open. */
static void keep_policies(struct chooser *c)
{
	for (size_t i = 0; i < c->as->out.n; i++) {
		const struct printed *p = &c->as->out.item[i];
		if (p->kind == OBJECT_POLICY && has(&c->kept, p->about))
			put(&c->kept, printed_name(c->as->arena, p));
	}
}

/* A grant is needed where something that is kept is of a kind and namespace that it names. */
static void keep_grants(struct chooser *c)
{
	struct arena *arena = c->as->arena;
	struct map froms;
	map_init(&froms, arena);
	for (size_t i = 0; i < c->as->out.n; i++) {
		const struct printed *p = &c->as->out.item[i];
		if (has(&c->kept, printed_name(arena, p)))
			put(&froms, name_of(arena, p->kind_name, p->namespace, STR("")));
	}
	for (size_t i = 0; i < c->as->out.n; i++) {
		const struct printed *p = &c->as->out.item[i];
		const struct node *list = node_at(p->tree, STR("spec.from"));
		for (size_t j = 0; p->kind == OBJECT_REFERENCE_GRANT && list && j < list->as.list.n; j++)
			if (has(&froms, name_of(arena, node_text(node_get(list->as.list.item[j], STR("kind"))),
				node_text(node_get(list->as.list.item[j], STR("namespace"))), STR(""))))
				put(&c->kept, printed_name(arena, p));
	}
}

static void remove_others(struct chooser *c)
{
	size_t kept = 0;
	for (size_t i = 0; i < c->as->out.n; i++)
		if (has(&c->kept, printed_name(c->as->arena, &c->as->out.item[i])))
			c->as->out.item[kept++] = c->as->out.item[i];
	c->as->out.n = kept;
}

/* ---- the account ---- */

/* Who owns a printed route, or is a part of one, is printed with it, asked for or not. */
static void choose_records(struct chooser *c)
{
	bool by_host = c->choice->hosts.n > 0;
	for (size_t i = 0; i < c->in->ledger.records.n; i++) {
		const struct record *r = c->in->ledger.records.item[i];
		str name = record_object(c->as->arena, r);
		bool own = has(&c->owners, name), part = false, routes = own;
		for (size_t j = 0; j < r->objects.n; j++) {
			if (own && map_get(&c->owner_of, r->objects.item[j]) != r)
				continue;
			bool route = map_get(&c->owner_of, r->objects.item[j]) != NULL;
			routes = routes || route;
			part = part || (route && has(&c->kept, r->objects.item[j]));
		}
		/* of which nothing is printed anyway: the reason stays in the report */
		bool empty = has(&c->asked, name) && !routes && (!by_host || has(&c->hosted, name));
		if (part || empty)
			put(&c->chosen, name);
	}
}

static void drop_places(struct chooser *c, struct fact *f)
{
	size_t n = 0, before = f->places.n;
	for (size_t i = 0; i < before; i++) {
		str object, pointer;
		str_cut(f->places.item[i], '#', &object, &pointer);
		if (has(&c->kept, object))
			f->places.item[n++] = f->places.item[i];
	}
	f->places.n = n;
	if (before == 0 || n || f->state == FACT_DIFFERENT)
		return;
	if (f->state == FACT_TRANSLATED || f->state == FACT_METADATA) {
		f->state = FACT_INEFFECTIVE;
		f->reason = STR("what carries it is not among what is printed");
	}
}

static void keep_objects(struct chooser *c, struct record *r)
{
	size_t n = 0;
	for (size_t i = 0; i < r->objects.n; i++)
		if (has(&c->kept, r->objects.item[i]))
			r->objects.item[n++] = r->objects.item[i];
	r->objects.n = n;
}

static void skip_record(struct record *r)
{
	r->state = INGRESS_SKIPPED;
	r->objects.n = 0;
	for (size_t i = 0; i < r->facts.n; i++) {
		struct fact *f = r->facts.item[i];
		f->state = FACT_INEFFECTIVE;
		f->loss = LOSS_NONE;
		f->has_code = false;
		f->places.n = 0;
		f->reason = (str){ "", 0 };
	}
}

/* What was said of Ingresses that nothing is printed of is taken back. */
static void take_back(struct chooser *c, struct diags *diags)
{
	size_t kept = 0;
	for (size_t i = 0; i < diags->list.n; i++) {
		struct diag *d = diags->list.item[i];
		size_t n = 0, before = d->site.n;
		for (size_t j = 0; j < before; j++)
			if (!str_starts(d->site.item[j].object, STR("Ingress/")) || has(&c->chosen, d->site.item[j].object))
				d->site.item[n++] = d->site.item[j];
		d->site.n = n;
		if (n || before == 0)
			diags->list.item[kept++] = d;
	}
	diags->list.n = kept;
}

static void account(struct chooser *c)
{
	struct arena *arena = c->as->arena;
	struct ledger *ledger = &c->in->ledger;
	choose_records(c);
	take_back(c, &c->in->diags);
	str message = arena_printf(arena, "skipped: not asked for by %.*s", STR_ARG(c->choice->words));
	for (size_t i = 0; i < ledger->records.n; i++) {
		struct record *r = ledger->records.item[i];
		str name = record_object(arena, r);
		keep_objects(c, r);
		for (size_t j = 0; j < r->facts.n; j++)
			drop_places(c, r->facts.item[j]);
		if (has(&c->chosen, name))
			continue;
		skip_record(r);
		struct diag *d = diag_add(&c->in->diags, DIAG_SKIPPED, (struct diag_site){ r->at, 1, name }, message);
		d->effect = STR("nothing is printed for it; it was read, because it may decide over hosts that it shares");
	}
	for (size_t i = 0; i < ledger->others.n; i++) {
		keep_objects(c, ledger->others.item[i]);
		for (size_t j = 0; j < ledger->others.item[i]->facts.n; j++)
			drop_places(c, ledger->others.item[i]->facts.item[j]);
	}
}

/* Rules that refuse everybody. */
size_t choice_closed_rules(const struct assembly *as)
{
	size_t n = 0;
	for (size_t i = 0; i < as->out.n; i++) {
		const struct node *rules = as->out.item[i].closed ? node_at(as->out.item[i].tree, STR("spec.rules")) : NULL;
		for (size_t j = 0; rules && j < rules->as.list.n; j++)
			n += !node_get(rules->as.list.item[j], STR("backendRefs")) && !node_get(rules->as.list.item[j], STR("filters"));
	}
	return n;
}

/* ---- hosts that are moved in part ---- */

static void say_in_part(struct chooser *c, const struct host *host, const struct route *stays)
{
	struct arena *arena = c->as->arena;
	struct diag_site site = { stays->at, 1, record_object(arena, stays->owner->record) };
	struct diag *d = diag_addf(&c->in->diags, DIAG_HOST_IN_PART, site, "host %.*s is moved in part: paths of an Ingress that is not printed stay behind",
		STR_ARG(host->name.kind == HOST_ANY ? STR("*") : host->name.name));
	d->effect = STR("a client sees one address for the host: when that is the Gateway's, the paths that stay behind get 404 there");
	d->help = STR("print these Ingresses as well before DNS leads the host to the Gateway; --host HOST prints all that a host needs");
}

static void say_parts(struct chooser *c, const struct host *host)
{
	struct arena *arena = c->as->arena;
	bool some = false;
	for (size_t i = 0; i < host->routes.n; i++) {
		const struct owner *o = host->routes.item[i]->owner;
		some = some || (o && o->record && has(&c->chosen, record_object(arena, o->record)));
	}
	for (size_t i = 0; some && i < host->routes.n; i++) {
		const struct route *r = host->routes.item[i];
		if (r->owner && r->owner->record && !r->implicit && !has(&c->chosen, record_object(arena, r->owner->record)))
			say_in_part(c, host, r);
	}
}

static void say_hosts(struct chooser *c)
{
	const struct model *model = c->in->model;
	for (size_t i = 0; i < model->entries.n; i++)
		for (size_t j = 0; j < model->entries.item[i]->hosts.n; j++)
			say_parts(c, model->entries.item[i]->hosts.item[j]);
}

/* Further hosts of a route that is printed for one of its hosts. */
static void say_further(struct chooser *c)
{
	for (size_t i = 0; c->choice->hosts.n && i < c->as->out.n; i++) {
		const struct printed *p = &c->as->out.item[i];
		const struct node *names = is_route(p) ? node_at(p->tree, STR("spec.hostnames")) : NULL;
		struct str_list others = { 0 };
		for (size_t j = 0; names && j < names->as.list.n; j++)
			if (!str_list_has(&c->choice->hosts, node_text(names->as.list.item[j])))
				str_list_add_new(c->as->arena, &others, node_text(names->as.list.item[j]));
		if (!others.n || !p->owner)
			continue;
		struct diag *d = diag_addf(&c->in->diags, DIAG_HOSTS_TOGETHER, (struct diag_site){ p->owner->at, 1, record_object(c->as->arena, p->owner->record) },
			"a route serves further hosts with the same rules, and is printed as a whole: %.*s", STR_ARG(str_list_join(c->as->arena, &others, STR(", "))));
		d->effect = STR("the Gateway serves these hosts, too; clients come there when DNS leads them there");
	}
}

/* ---- values that nothing fits ---- */

static void say_nothing(struct chooser *c, const struct str_list *wanted, const struct str_list *known, const char *what)
{
	for (size_t i = 0; i < wanted->n; i++) {
		str value = wanted->item[i];
		if (has(&c->mentioned, value))
			continue;
		struct diag *d = diag_addf(&c->in->diags, DIAG_NOTHING_CHOSEN, (struct diag_site){ { 0, 0 }, 1, { "", 0 } }, "there is no %s %.*s in the input", what,
			STR_ARG(value));
		str near = nearest_word(value, known->item, known->n);
		d->loss = LOSS_ROUTING;
		d->effect = STR("nothing is printed for it");
		if (near.n)
			d->help = arena_printf(c->as->arena, "did you mean %.*s?", STR_ARG(near));
	}
}

static void say_all_nothing(struct chooser *c)
{
	struct arena *arena = c->as->arena;
	struct str_list namespaces = { 0 }, names = { 0 }, hosts = { 0 };
	for (size_t i = 0; i < c->in->snapshot.ingresses.n; i++) {
		const struct ingress *ingress = c->in->snapshot.ingresses.item[i];
		str_list_add_new(arena, &namespaces, ingress->meta.namespace);
		LIST_PUSH(arena, &names, arena_printf(arena, "%.*s/%.*s", STR_ARG(ingress->meta.namespace), STR_ARG(ingress->meta.name)));
		for (size_t j = 0; j < ingress->rules.n; j++)
			if (ingress->rules.item[j].host)
				LIST_PUSH(arena, &hosts, ingress->rules.item[j].host->value);
	}
	say_nothing(c, &c->choice->namespaces, &namespaces, "Ingress of namespace");
	say_nothing(c, &c->choice->ingresses, &names, "Ingress");
	say_nothing(c, &c->choice->hosts, &hosts, "route for host");
}

void choice_apply(const struct choice *choice, struct intake *intake, struct assembly *assembly)
{
	struct chooser c = { .choice = choice, .in = intake, .as = assembly };
	map_init(&c.asked, assembly->arena);
	map_init(&c.hosted, assembly->arena);
	map_init(&c.chosen, assembly->arena);
	map_init(&c.owners, assembly->arena);
	map_init(&c.owner_of, assembly->arena);
	map_init(&c.kept, assembly->arena);
	map_init(&c.mentioned, assembly->arena);
	ask_all(&c);
	keep_routes(&c);
	keep_parents(&c);
	keep_policies(&c);
	keep_grants(&c);
	remove_others(&c);
	account(&c);
	say_hosts(&c);
	say_further(&c);
	say_all_nothing(&c);
}
