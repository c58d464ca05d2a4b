/* SPDX-License-Identifier: Apache-2.0 */
/* The way of the data, from texts to manifests: see convert.h. */
#include "lib/convert.h"

#include "controllers/controllers.h"
#include "ing2gw.h"
#include "lib/account.h"
#include "lib/output.h"
#include "targets/lower.h"

/* What one run needs between its stages. */
struct stages {
	struct convert *run;
	struct mapping mapping;
	struct snapshot snapshot;
	const struct target_table *target;
	const struct schema *schema;
	struct gateway_version version;
	struct model *model;
	bool unreadable;             /* a document, or a part of the input */
	bool bug;                    /* of ours: a table that does not load, an object that the API would refuse */
};

void convert_options_init(struct convert_options *options)
{
	*options = (struct convert_options){ .strict = LOSS_ROUTING, .comments = true };
	options->limits = doc_limits_fill(options->limits);
}

void convert_init(struct convert *run, const struct convert_options *options, size_t memory_limit)
{
	*run = (struct convert){ .options = *options };
	run->options.limits = doc_limits_fill(run->options.limits);
	if (run->options.strict == LOSS_NONE)
		run->options.strict = LOSS_ROUTING;
	escape_init(&run->escape);
	arena_init(&run->arena, memory_limit, &run->escape);
	arena_init(&run->scratch, memory_limit, &run->escape);
	sources_init(&run->sources, &run->arena);
	diags_init(&run->diags, &run->arena);
	ledger_init(&run->ledger, &run->arena);
}

void convert_release(struct convert *run)
{
	arena_release(&run->scratch);
	arena_release(&run->arena);
}

static void internal(struct stages *s, str message)
{
	struct diag *d = diag_add(&s->run->diags, DIAG_INTERNAL, (struct diag_site){ { 0, 0 }, 1, { "", 0 } }, message);
	d->effect = STR("nothing that depends on it is printed");
	d->help = STR("this is a bug of ing2gw: please report it with the input that shows it");
	s->bug = true;
}

/* ---- tables ---- */

static bool load_tables(struct stages *s)
{
	struct arena *arena = &s->run->arena;
	struct sources *sources = NEW(arena, struct sources);
	struct diags *diags = NEW(arena, struct diags);
	sources_init(sources, arena);
	diags_init(diags, arena);
	if (!mapping_load(&s->mapping, arena, sources, diags) || !mapping_add_all(&s->mapping, &s->run->options.mappings))
		internal(s, diags->list.n ? diags->list.item[0]->message : STR("a table cannot be read"));
	const struct convert_options *o = &s->run->options;
	s->target = mapping_target(&s->mapping, o->target.n ? o->target : STR("standard"));
	s->schema = schema_load(arena, mapping_builtin_text(STR("gateway-api/fields.tsv")));
	if (!s->target || !s->schema)
		return false;
	s->version.experimental = o->experimental;
	return gateway_version_parse(o->gateway_api.n ? o->gateway_api : s->target->version, &s->version);
}

/* ---- reading ---- */

static void visit(void *user, struct node *root)
{
	struct stages *s = user;
	if (root)
		snapshot_add(&s->snapshot, root);
	arena_reset(&s->run->scratch);
}

static void read_all(struct stages *s)
{
	struct convert *run = s->run;
	struct doc_reader reader = { &run->scratch, &run->diags, &run->options.limits, visit, s };
	snapshot_init(&s->snapshot, &run->arena, &run->sources, &run->diags);
	for (uint32_t file = 1; file <= run->sources.n; file++)
		if (!doc_read(&reader, &run->sources, file))
			s->unreadable = true;
	arena_reset(&run->scratch);
	snapshot_finish(&s->snapshot);
}

/* ---- meaning ---- */

static void build_model(struct stages *s)
{
	const struct convert_options *o = &s->run->options;
	struct front front = {
		.arena = &s->run->arena, .snapshot = &s->snapshot, .mapping = &s->mapping, .ledger = &s->run->ledger, .diags = &s->run->diags,
		.closed_world = o->world == WORLD_CLOSED, .from = &o->from, .classes = &o->ingress_class,
		.controller_config = o->controller_config, .controller_flags = &o->controller_flags,
		.controller_version = o->controller_version, .default_certificate = o->default_certificate,
	};
	s->model = controllers_build(&front);
}

static struct lowering lowering_of(const struct stages *s, bool open)
{
	return (struct lowering){
		.arena = &s->run->arena, .ledger = &s->run->ledger, .diags = &s->run->diags, .mapping = &s->mapping, .target = s->target,
		.schema = s->schema, .version = s->version, .accept = &s->run->options.accept, .open = open,
	};
}

/* ---- objects ---- */

static bool wants_sets(const struct stages *s)
{
	bool has = schema_api_version(s->schema, STR("ListenerSet"), s->version).n > 0;
	if (s->run->options.listeners == LISTENERS_SET && !has) {
		struct diag *d = diag_addf(&s->run->diags, DIAG_VERSION_LOST, (struct diag_site){ { 0, 0 }, 1, { "", 0 } },
			"ListenerSets are not in Gateway API %.*s: the TLS listeners stand in the Gateway",
			STR_ARG(gateway_version_text(&s->run->arena, s->version)));
		d->level = DIAG_WARNING;
		d->help = STR("--gateway-api 1.5 or newer has them");
	}
	return has && s->run->options.listeners != LISTENERS_GATEWAY;
}

/* The class that the user names; else the only one of the input, or the target's usual one if it is among them; else one is printed. */
static void choose_class(const struct stages *s, struct assembly *as)
{
	const struct str_list *known = &s->snapshot.gateway_classes;
	as->class_name = s->run->options.gateway_class.n ? s->run->options.gateway_class : s->target->gateway_class;
	if (s->run->options.gateway_class.n || str_list_has(known, as->class_name))
		return;
	if (known->n == 1)
		as->class_name = known->item[0];
	else
		as->print_class_controller = s->target->controller_name;
}

static void assemble_model(struct stages *s, bool open, struct lowering *lowering, struct assembly *as)
{
	struct arena *arena = &s->run->arena;
	const struct convert_options *o = &s->run->options;
	*lowering = lowering_of(s, open);
	*as = (struct assembly){ .arena = arena, .ledger = open ? NULL : &s->run->ledger, .diags = open ? NULL : &s->run->diags,
		.sources = &s->run->sources, .schema = s->schema, .version = s->version };
	as->listener_sets = wants_sets(s);
	str_cut(o->gateway, '/', &as->gateway_namespace, &as->gateway_name);
	choose_class(s, as);
	struct entry_part *parts = NEWS(arena, struct entry_part, s->model->entries.n);
	for (size_t i = 0; i < s->model->entries.n; i++)
		parts[i] = lower_entry(lowering, s->model->entries.item[i]);
	const struct policy_list policies = lower_backends(lowering);
	assemble(as, parts, s->model->entries.n, &policies);
}

static void say_class(struct stages *s, const struct assembly *as)
{
	if (as->out.n == 0 || as->print_class_controller.n == 0)
		return;
	struct diag *d = diag_addf(&s->run->diags, DIAG_CHOOSE_CLASS, (struct diag_site){ { 0, 0 }, 1, { "", 0 } },
		"GatewayClass %.*s stands for the implementation that you choose", STR_ARG(as->class_name));
	d->help = STR("--gateway-class NAME names the class of your implementation, and none is printed");
}

/* The open form of the routes of Ingresses of which one stands closed. What the API would refuse has been told of the closed form. */
static void print_rejects(struct stages *s, const struct map *closed)
{
	struct arena *arena = &s->run->arena;
	struct lowering lowering;
	struct assembly as;
	size_t kept = 0;
	assemble_model(s, true, &lowering, &as);
	for (size_t i = 0; i < as.out.n; i++)
		if (as.out.item[i].owner && map_get(closed, owner_key(arena, as.out.item[i].owner)))
			as.out.item[kept++] = as.out.item[i];
	as.out.n = kept;
	(void)output_check(arena, NULL, s->schema, s->version, &as);
	s->run->rejects = output_text(arena, as.out.item, as.out.n, &s->run->options);
}

/* The Ingresses of which a printed route stands closed, by name. */
static struct map closed_owners(struct arena *arena, struct assembly *as)
{
	struct map closed;
	map_init(&closed, arena);
	for (size_t i = 0; i < as->out.n; i++)
		if (as->out.item[i].closed && as->out.item[i].owner)
			map_set(&closed, owner_key(arena, as->out.item[i].owner), as);
	return closed;
}

static void print_manifests(struct stages *s)
{
	struct lowering lowering;
	struct assembly as;
	assemble_model(s, false, &lowering, &as);
	lower_defaults(&lowering);
	s->run->report.closed_rules = lowering.closed_rules;
	if (!output_check(&s->run->arena, &s->run->diags, s->schema, s->version, &as))
		s->bug = true;
	say_class(s, &as);
	s->run->manifests = output_text(&s->run->arena, as.out.item, as.out.n, &s->run->options);
	output_count(&s->run->arena, as.out.item, as.out.n, &s->run->report);
	if (lowering.closed_rules && s->run->options.rejects) {
		const struct map closed = closed_owners(&s->run->arena, &as);
		print_rejects(s, &closed);
	}
}

/* ---- the whole ---- */

static void fill_report(struct stages *s)
{
	struct convert *run = s->run;
	struct report *r = &run->report;
	r->sources = &run->sources;
	r->diags = &run->diags;
	r->ledger = &run->ledger;
	r->version = str_c(ing2gw_version());
	r->target = s->target ? s->target->name : run->options.target;
	r->gateway_api = arena_printf(&run->arena, "1.%u", s->version.minor);
	r->channel = run->options.experimental ? STR("experimental") : STR("standard");
	r->other_objects = s->snapshot.other_objects;
	r->strict = run->options.strict;
	r->exit_code = s->bug ? 6 : s->unreadable ? 3 : report_has_loss(r) ? 1 : 0;
}

void convert_run(struct convert *run)
{
	struct stages s = { .run = run };
	bool ready = load_tables(&s);
	if (!ready)
		internal(&s, STR("the built-in tables cannot be used"));
	read_all(&s);
	if (ready) {
		build_model(&s);
		print_manifests(&s);
	}
	account_close(&run->ledger, &run->diags);
	ledger_sort(&run->ledger);
	diags_sort(&run->diags, &run->sources);
	fill_report(&s);
}
