/* SPDX-License-Identifier: Apache-2.0 */
/* From texts to the model: see intake.h. */
#include "lib/intake.h"

#include "controllers/controllers.h"
#include "lib/parallel.h"

void intake_init(struct intake *intake, const struct intake_options *options, size_t memory_limit)
{
	*intake = (struct intake){ .options = options };
	escape_init(&intake->escape);
	arena_init(&intake->arena, memory_limit, &intake->escape);
	arena_init(&intake->scratch, memory_limit, &intake->escape);
	sources_init(&intake->sources, &intake->arena);
	diags_init(&intake->diags, &intake->arena);
	ledger_init(&intake->ledger, &intake->arena);
}

void intake_release(struct intake *intake)
{
	arena_release(&intake->scratch);
	arena_release(&intake->arena);
}

void intake_bug(struct intake *intake, str message)
{
	struct diag *d = diag_add(&intake->diags, DIAG_INTERNAL, (struct diag_site){ { 0, 0 }, 1, { "", 0 } }, message);
	d->effect = STR("nothing that depends on it is printed");
	d->help = STR("this is a bug of ing2gw: please report it with the input that shows it");
	intake->bug = true;
}

bool intake_tables(struct intake *intake)
{
	if (intake->mapping.arena)
		return true;
	struct arena *arena = &intake->arena;
	struct sources *sources = NEW(arena, struct sources);
	struct diags *diags = NEW(arena, struct diags);
	sources_init(sources, arena);
	diags_init(diags, arena);
	if (mapping_load(&intake->mapping, arena, sources, diags, front_end_names(arena)) && mapping_add_all(&intake->mapping, &intake->options->mappings))
		return true;
	intake_bug(intake, diags->list.n ? diags->list.item[0]->message : STR("a table cannot be read"));
	return false;
}

/*
 * What a source of the Gateway side says counts there alone. All else stands there as well: Services, and Gateways that are
 * there already.
 */
static void add_document(struct intake *intake, struct node *root)
{
	bool after = intake->after && root->at.file >= intake->after;
	bool route = str_ends(node_text(node_get(root, STR("kind"))), STR("Route"));
	if (intake->keeps_routes && route && !intake->after)
		gateway_side_add(&intake->routes, root);
	if (intake->proves && (after || !route || intake->proves_routes))
		gateway_side_add(&intake->gateway, root);
	if (intake->proves && after)
		return;
	if (!after)
		snapshot_add(&intake->snapshot, root);
	if (!intake->after)
		return;
	intake->world.diags = after ? &intake->diags : &intake->silent;
	snapshot_add(&intake->world, root);
	gateway_side_add(&intake->gateway, root);
}

/* The files of one dump say the same; of several the first counts, and all gaps. */
static void join_head(struct intake *intake, const struct dump_head *head)
{
	if (!intake->dump.present)
		intake->dump = *head;
	for (size_t i = 0; i < head->gaps.n; i++)
		if (!dump_has_gap(&intake->dump, head->gaps.item[i].kind))
			LIST_PUSH(&intake->arena, &intake->dump.gaps, head->gaps.item[i]);
}

static void visit(void *user, struct node *root)
{
	struct intake *intake = user;
	struct dump_head head;
	if (root && dump_head_read(&intake->arena, root, &head)) {
		intake->sources.item[root->at.file - 1].dump = true;
		join_head(intake, &head);
	} else if (root) {
		add_document(intake, root);
	}
	arena_reset(&intake->scratch);
}

const struct vendor_kinds *intake_vendor_kinds(struct arena *arena, const struct mapping *mapping)
{
	struct vendor_kinds *kinds = NEW(arena, struct vendor_kinds);
	for (size_t i = 0; mapping->arena && i < mapping->controllers.n; i++)
		for (size_t k = 0; k < mapping->controllers.item[i]->objects.n; k++) {
			const struct object_row *row = &mapping->controllers.item[i]->objects.item[k];
			struct vendor_kind kind = { row->kind, row->group, row->cluster };
			LIST_PUSH(arena, kinds, kind);
		}
	return kinds;
}

static void say_gaps(struct intake *intake)
{
	for (size_t i = 0; i < intake->dump.gaps.n; i++) {
		const struct dump_gap *gap = &intake->dump.gaps.item[i];
		struct diag *d = gap->only.n ? diag_addf(&intake->diags, DIAG_CLUSTER_GAP, (struct diag_site){ { 0, 0 }, 1, { "", 0 } },
			"the API server gives objects of kind %.*s only in %.*s", STR_ARG(gap->kind), STR_ARG(str_list_join(&intake->arena, &gap->only, STR(", "))))
			: diag_addf(&intake->diags, DIAG_CLUSTER_GAP, (struct diag_site){ { 0, 0 }, 1, { "", 0 } }, "the API server gives no objects of kind %.*s", STR_ARG(gap->kind));
		d->effect = str_eq(gap->kind, STR("CustomResourceDefinition")) ? STR("the version of the Gateway API that is installed is not known")
			: STR("what is not here may be there: it is taken as for files, and no verdict is better than partial");
		d->help = STR("docs/cluster-role.yaml is the ClusterRole that suffices");
	}
}

/* Kinds whose absence says something of other objects. */
static bool has_gap(const struct intake *intake, bool secrets)
{
	for (size_t i = 0; i < intake->dump.gaps.n; i++) {
		str kind = intake->dump.gaps.item[i].kind;
		if (!str_eq(kind, STR("CustomResourceDefinition")) && (secrets || !str_eq(kind, STR("Secret"))))
			return true;
	}
	return false;
}

static bool is_closed(const struct intake *intake, bool secrets)
{
	enum world world = intake->options->world;
	return world == WORLD_CLOSED || (world == WORLD_AUTO && intake->dump.present && !has_gap(intake, secrets));
}

bool intake_is_partial(const struct intake *intake)
{
	return has_gap(intake, true);
}

void intake_read(struct intake *intake)
{
	struct doc_reader reader = { &intake->scratch, &intake->diags, &intake->options->limits, visit, intake };
	snapshot_init(&intake->snapshot, &intake->arena, &intake->sources, &intake->diags);
	intake->snapshot.vendor_kinds = intake_vendor_kinds(&intake->arena, &intake->mapping);
	diags_init(&intake->silent, &intake->arena);
	snapshot_init(&intake->world, &intake->arena, &intake->sources, &intake->silent);
	gateway_side_init(&intake->gateway, &intake->arena);
	gateway_side_init(&intake->routes, &intake->arena);
	intake->gateway.mapping = intake->mapping.arena ? &intake->mapping : NULL;
	if (!parallel_read(&reader, &intake->sources, 1, intake->options->jobs))
		intake->unreadable = true;
	arena_reset(&intake->scratch);
	say_gaps(intake);
	snapshot_finish(&intake->snapshot);
	/* that an object stands on both sides is no wonder */
	intake->world.diags = &intake->silent;
	snapshot_finish(&intake->world);
	if (!intake->proves)
		gateway_side_finish(&intake->gateway);
	gateway_side_finish(&intake->routes);
}

void intake_read_printed(struct intake *intake, uint32_t first)
{
	struct doc_reader reader = { &intake->scratch, &intake->silent, &intake->options->limits, visit, intake };
	intake->after = first;
	(void)parallel_read(&reader, &intake->sources, first, intake->options->jobs);
	arena_reset(&intake->scratch);
	gateway_side_finish(&intake->gateway);
}

bool intake_choose(str name, str value)
{
	struct gateway_choices none = { 0 };
	return gateway_choices_set(&none, name, value);
}

str intake_choices_help(struct arena *arena)
{
	return gateway_choices_help(arena);
}

struct model *intake_gateway_model(struct intake *intake)
{
	const struct gateway_world world = { intake->proves ? &intake->snapshot : &intake->world, is_closed(intake, false), !is_closed(intake, true) };
	const struct target_table *target = mapping_target_at(&intake->mapping, &intake->arena, intake->options->target);
	struct gateway_choices *choices = NEW(&intake->arena, struct gateway_choices);
	*choices = gateway_choices_of(target);
	for (size_t i = 0; i < intake->options->choices.n; i++) {
		str name, value;
		str_cut(intake->options->choices.item[i], '=', &name, &value);
		gateway_choices_set(choices, name, value);
	}
	intake->models = gateway_models_new(&intake->gateway, &world, choices);
	intake->choices = choices;
	return gateway_models_make(intake->models, choices);
}

void intake_model(struct intake *intake)
{
	const struct intake_options *o = intake->options;
	struct front front = {
		.arena = &intake->arena, .snapshot = &intake->snapshot, .mapping = &intake->mapping, .ledger = &intake->ledger,
		.diags = &intake->diags, .closed_world = is_closed(intake, false), .closed_secrets = is_closed(intake, true), .from = &o->from, .classes = &o->ingress_class,
		.controller_config = o->controller_config, .controller_flags = &o->controller_flags,
		.controller_version = o->controller_version, .default_certificate = o->default_certificate,
	};
	intake->model = controllers_build(&front);
}
