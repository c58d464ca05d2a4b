/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Service of type LoadBalancer in front of a controller: its addresses, its annotations for cloud load balancers, and whom it keeps
 * out. What each of them is stands in the table of other tools (mappings/ecosystem.yaml, rows for Services).
 */
#include "controllers/server.h"
#include "kube/selector.h"

static const str FEATURE = STR_INIT("load-balancer.access");

/* ---- which one ---- */

static const struct service *named(const struct instance *in, str ref)
{
	str namespace, name;
	ref = controller_reference(in->front->arena, in->controller, ref);
	return str_cut(ref, '/', &namespace, &name) ? snapshot_service(in->front->snapshot, namespace, name) : NULL;
}

static bool is_in_front(const struct instance *in, const struct service *service)
{
	const struct workload *w = in->controller->workload;
	return w && str_eq(service->type, STR("LoadBalancer")) && service->selector.n && str_eq(service->meta.namespace, w->meta.namespace) &&
		selector_fits(&service->selector, &w->pods);
}

/* The one that the controller publishes, the only one that leads to its Pods, the usual one. */
static const struct service *find(const struct instance *in)
{
	const struct controller_table *table = in->controller->table;
	const struct service *found = NULL;
	size_t n = 0;
	if (table->service_argument.n)
		found = named(in, controller_argument(in->front, table, table->service_argument));
	for (size_t i = 0; !found && i < in->front->snapshot->services.n; i++)
		n += is_in_front(in, in->front->snapshot->services.item[i]);
	for (size_t i = 0; n == 1 && !found && i < in->front->snapshot->services.n; i++)
		if (is_in_front(in, in->front->snapshot->services.item[i]))
			found = in->front->snapshot->services.item[i];
	if (!found)
		found = named(in, table->service);
	return found && str_eq(found->type, STR("LoadBalancer")) ? found : NULL;
}

/* ---- what it says ---- */

struct reading {
	struct instance *in;
	struct balancer *balancer;
	struct owner *owner;
	struct fact *all;            /* an entry of it that takes every address; or NULL */
	struct step *entries;        /* the guard of spec.loadBalancerSourceRanges, one for all its entries; or NULL */
};

/* A list of ranges with one that takes every address keeps nobody out. */
static bool takes_all(str value)
{
	str item;
	struct address_range range;
	while (value.n) {
		str_cut(value, ',', &item, &value);
		if (address_range_parse(str_trim(item), &range) && range.bits == 0)
			return true;
	}
	return false;
}

static void add_guard(struct reading *r, struct fact *fact, bool annotation)
{
	struct step *step = r->entries;
	fact->feature = FEATURE;
	if (!annotation && step) {
		fact_list_add(r->in->front->arena, &step->facts, fact);
		return;
	}
	step = NEW(r->in->front->arena, struct step);
	step->kind = STEP_GUARD;
	step->side = SIDE_BOTH;
	step->feature = FEATURE;
	step->value = fact->value;
	step->at = fact->at;
	step->annotation = annotation;
	fact_list_add(r->in->front->arena, &step->facts, fact);
	LIST_PUSH(r->in->front->arena, &r->balancer->guards, step);
	if (!annotation)
		r->entries = step;
}

static void say_setting(const struct reading *r, const struct fact *fact, const struct ecosystem_row *row, const char *what)
{
	struct diag *d = diag_addf(r->in->front->diags, DIAG_BALANCER_SETTING, fact_site(r->in->front->arena, fact), "%.*s %s (%.*s)",
		STR_ARG(fact->key), what, STR_ARG(row->tool));
	d->loss = row->loss;
	d->from_default = true;
	d->help = row->note;
}

/* It stays behind, and that may cost something. */
static void leave_behind(const struct reading *r, const struct ecosystem_row *row, struct fact *fact)
{
	if (row->placement == PLACE_DROP) {
		fact_idle(fact, row->note);
		return;
	}
	say_setting(r, fact, row, "stays behind");
	if (row->loss == LOSS_NONE)
		fact_idle(fact, row->note);
	else
		fact_lost(fact, FACT_INEXPRESSIBLE, row->loss, DIAG_BALANCER_SETTING, row->note);
}

static void leave_unknown(const struct reading *r, struct fact *fact)
{
	struct diag *d = diag_addf(r->in->front->diags, DIAG_METADATA_DROPPED, fact_site(r->in->front->arena, fact), "%.*s stays behind: no known tool reads it",
		STR_ARG(fact->key));
	d->help = STR("if a load balancer of yours reads it from Services, put it into spec.infrastructure.annotations of the Gateway");
	fact_idle(fact, STR("no tool that ing2gw knows reads it on the Service of a load balancer"));
}

static void add_address(const struct reading *r, struct fact *fact)
{
	str item, text = fact->value;
	while (text.n) {
		str_cut(text, ',', &item, &text);
		struct static_address address = { str_trim(item), fact };
		LIST_PUSH(r->in->front->arena, &r->balancer->addresses, address);
	}
}

/* Routes are open by it. The entry of spec.loadBalancerSourceRanges that takes every address, or what was there. */
static struct fact *open_by(struct reading *r, struct fact *fact, bool annotation)
{
	fact_list_add(r->in->front->arena, &r->balancer->open, fact);
	return annotation ? r->all : fact;
}

/* The very value of a row, or a list of ranges. */
static bool keeps_out(const struct ecosystem_row *row, str value)
{
	return str_list_has(&row->guards, value) || (ecosystem_guards(row, value) && !takes_all(value));
}

static void read_one(struct reading *r, const struct field *f, const struct ecosystem_row *row, bool annotation)
{
	struct arena *a = r->in->front->arena;
	struct fact *fact = ledger_fact(r->in->front->ledger, r->owner->record, f->key, f->value, f->at, f->span);
	struct keep k = { .place = KEEP_INFRASTRUCTURE, .key = f->key, .value = f->value, .fact = fact, .proxy = row && row->proxy };
	if (!row)
		leave_unknown(r, fact);
	else if (keeps_out(row, str_trim(f->value)))
		add_guard(r, fact, annotation);
	else if (row->guards.n && !(annotation && str_list_has(&row->guards, STR("*"))))
		r->all = open_by(r, fact, annotation);
	else if (row->placement == PLACE_STATIC)
		add_address(r, fact);
	else if (row->placement != PLACE_INFRASTRUCTURE)
		leave_behind(r, row, fact);
	if (!row || row->placement != PLACE_INFRASTRUCTURE)
		return;
	LIST_PUSH(a, &r->owner->keep, k);
	if (row->loss != LOSS_NONE)
		say_setting(r, fact, row, "goes along to the Service of the Gateway, where it may say something else");
}

/* "spec.loadBalancerSourceRanges[1]" is looked up without its number. */
static str field_name(str key)
{
	return str_slice(key, 0, str_find_char(key, '['));
}

/* One entry of spec.loadBalancerSourceRanges that takes every address takes the others in. */
static void open_entries(struct reading *r)
{
	size_t n = 0;
	for (size_t i = 0; r->all && i < r->balancer->guards.n; i++)
		if (r->balancer->guards.item[i] != r->entries)
			r->balancer->guards.item[n++] = r->balancer->guards.item[i];
	if (!r->all)
		return;
	r->balancer->guards.n = n;
	for (size_t i = 0; r->entries && i < r->entries->facts.n; i++)
		fact_idle(r->entries->facts.item[i], STR("another entry lets every address in"));
}

static void read_service(struct instance *in, const struct service *service)
{
	struct arena *a = in->front->arena;
	struct reading r = { .in = in, .balancer = NEW(a, struct balancer), .owner = NEW(a, struct owner) };
	r.owner->namespace = service->meta.namespace;
	r.owner->name = service->meta.name;
	r.owner->at = service->meta.at;
	r.owner->record = ledger_other(in->front->ledger, STR("Service"), service->meta.namespace, service->meta.name, service->meta.at);
	r.owner->record->controller = in->controller->table->name;
	r.balancer->owner = r.owner;
	for (size_t i = 0; i < service->meta.annotations.n; i++) {
		const struct field *f = service->meta.annotations.item[i];
		read_one(&r, f, mapping_service(in->front->mapping, f->key, str_trim(f->value)), true);
	}
	for (size_t i = 0; i < service->fields.n; i++) {
		const struct field *f = service->fields.item[i];
		const struct ecosystem_row *row = mapping_service(in->front->mapping, field_name(f->key), str_trim(f->value));
		if (row && str_trim(f->value).n)
			read_one(&r, f, row, false);
	}
	open_entries(&r);
	in->controller->balancer = r.balancer;
}

/* One Service stands in front of all classes of a controller. */
void balancer_find(struct instance *in)
{
	if (!in->controller->balancer) {
		const struct service *service = find(in);
		if (!service)
			return;
		read_service(in, service);
	}
	in->entry->balancer = in->controller->balancer;
}

void balancer_note(const struct instance *in, struct route *route)
{
	const struct balancer *b = in->entry->balancer;
	if (b)
		fact_list_join(in->front->arena, &route->facts, &b->open);
}
