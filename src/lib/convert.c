/* SPDX-License-Identifier: Apache-2.0 */
/* The way of the data, from texts to manifests: see convert.h. */
#include "lib/convert.h"

#include "ing2gw.h"
#include "lib/account.h"
#include "lib/joining.h"
#include "lib/output.h"
#include "lib/proof.h"
#include "targets/losses.h"
#include "targets/lower.h"
#include "targets/policies.h"
#include "targets/versions.h"

/* What one run needs between its stages. */
struct stages {
	struct convert *run;
	struct intake *in;
	const struct target_table *target;
	const struct schema *schema;
	struct gateway_version version;
	bool bug;                    /* of ours: a table that does not load, an object that the API would refuse */
};

void convert_options_init(struct convert_options *options)
{
	*options = (struct convert_options){ .strict = LOSS_ROUTING, .comments = true, .proof = true };
	options->in.limits = doc_limits_fill(options->in.limits);
}

void convert_init(struct convert *run, const struct convert_options *options, size_t memory_limit)
{
	*run = (struct convert){ .options = *options };
	run->options.in.limits = doc_limits_fill(run->options.in.limits);
	if (run->options.strict == LOSS_NONE)
		run->options.strict = LOSS_ROUTING;
	run->options.in.target = options->target;
	intake_init(&run->in, &run->options.in, memory_limit);
	run->in.proves = options->proof;
	run->in.keeps_routes = true;
	run->in.proves_routes = options->existing_gateway.n > 0;
}

void convert_release(struct convert *run)
{
	intake_release(&run->in);
}

/* ---- tables ---- */

static bool load_tables(struct stages *s)
{
	struct arena *arena = &s->in->arena;
	const struct convert_options *o = &s->run->options;
	(void)intake_tables(s->in);
	s->target = mapping_target_at(&s->in->mapping, arena, o->target.n ? o->target : STR("standard"));
	s->schema = schema_load(arena, mapping_builtin_text(STR("gateway-api/fields.tsv")));
	if (!s->target || !s->schema)
		return false;
	s->version.experimental = o->experimental;
	return gateway_version_parse(o->gateway_api.n ? o->gateway_api : s->target->version, &s->version);
}

static void say_setting(struct stages *s, str message, str help)
{
	diag_add(&s->in->diags, DIAG_CLUSTER_SETTING, (struct diag_site){ { 0, 0 }, 1, { "", 0 } }, message)->help = help;
}

/* "v1.4.1" is 1.4; a version that no table describes is written for as for the newest. */
static void take_version(struct stages *s, str written)
{
	struct arena *arena = &s->in->arena;
	struct gateway_version version = s->version;
	str major, rest, minor, patch, known = { "", 0 };
	str_cut(str_starts(written, STR("v")) ? str_from(written, 1) : written, '.', &major, &rest);
	str_cut(rest, '.', &minor, &patch);
	if (gateway_version_parse(arena_printf(arena, "%.*s.%.*s", STR_ARG(major), STR_ARG(minor)), &version))
		known = gateway_version_text(arena, version);
	if (!known.n) {
		say_setting(s, arena_printf(arena, "Gateway API %.*s is installed, which ing2gw does not know", STR_ARG(written)),
			STR("say which version to write for: --gateway-api 1.7"));
		return;
	}
	s->version.minor = version.minor;
	say_setting(s, arena_printf(arena, "Gateway API %.*s is installed, channel %.*s: that is written for", STR_ARG(written),
		STR_ARG(s->version.experimental ? STR("experimental") : STR("standard"))), STR("--gateway-api and --channel say something else"));
}

/* What the user has not said is as in the cluster. */
static void take_from_dump(struct stages *s)
{
	const struct dump_head *head = &s->in->dump;
	struct convert_options *o = &s->run->options;
	if (!head->present)
		return;
	choice_of_dump(&s->in->arena, &o->choice, head);
	if (head->gateway_channel.n && !o->channel_said)
		s->version.experimental = o->experimental = str_eq(head->gateway_channel, STR("experimental"));
	if (o->gateway_api.n)
		return;
	if (head->gateway_version.n)
		take_version(s, head->gateway_version);
	else if (!head->gateway_unknown)
		say_setting(s, STR("the cluster has no Gateway API: its definitions have to be installed before the manifests"), STR("https://gateway-api.sigs.k8s.io/guides/ says how"));
}

static struct lowering lowering_of(const struct stages *s, bool open)
{
	return (struct lowering){
		.arena = &s->in->arena, .ledger = &s->in->ledger, .diags = &s->in->diags, .mapping = &s->in->mapping, .target = s->target,
		.schema = s->schema, .version = s->version, .accept = &s->run->options.accept, .open = open,
		.exact = s->run->options.exact, .gateway_exists = s->run->options.existing_gateway.n > 0,
	};
}

/* ---- objects ---- */

static bool wants_sets(const struct stages *s)
{
	static const str KIND = STR_INIT("ListenerSet");
	bool served = target_has_kind(s->target, KIND), has = served && schema_api_version(s->schema, KIND, s->version).n > 0;
	if (s->run->options.listeners == LISTENERS_SET && !served) {
		struct diag *d = diag_addf(&s->in->diags, DIAG_VERSION_LOST, (struct diag_site){ { 0, 0 }, 1, { "", 0 } },
			"%.*s serves no ListenerSet: the TLS listeners stand in the Gateway", STR_ARG(s->target->title));
		d->level = DIAG_WARNING;
		d->help = STR("--target standard writes ListenerSets");
	} else if (s->run->options.listeners == LISTENERS_SET && !has) {
		struct diag *d = diag_addf(&s->in->diags, DIAG_VERSION_LOST, (struct diag_site){ { 0, 0 }, 1, { "", 0 } },
			"ListenerSets are not in Gateway API %.*s: the TLS listeners stand in the Gateway",
			STR_ARG(gateway_version_text(&s->in->arena, s->version)));
		d->level = DIAG_WARNING;
		d->help = STR("--gateway-api 1.5 or newer has them");
	}
	return has && s->run->options.listeners != LISTENERS_GATEWAY;
}

/*
 * Of the classes of the input the one with the target's usual name, else the first by name that the target's controller serves, else the only one
 * unless it is known to be another implementation's. Empty: none.
 */
static str known_class(const struct stages *s)
{
	const struct snapshot *in = &s->in->snapshot;
	str found = { "", 0 };
	for (size_t i = 0; i < in->gateway_classes.n; i++) {
		const struct gateway_class_view *class = &in->gateway_classes.item[i];
		if (str_eq(class->name, s->target->gateway_class))
			return class->name;
		if (str_eq(class->controller, s->target->controller_name) && (!found.n || str_cmp(class->name, found) < 0))
			found = class->name;
	}
	if (found.n || in->gateway_classes.n != 1)
		return found;
	const bool other = s->target->extends.n && in->gateway_classes.item[0].controller.n;
	return other ? (str){ "", 0 } : in->gateway_classes.item[0].name;
}

/* The class that the user names; else one of the input; else one is printed. */
static void choose_class(const struct stages *s, struct assembly *as)
{
	str known = known_class(s);
	as->class_name = s->run->options.gateway_class.n ? s->run->options.gateway_class : known.n ? known : s->target->gateway_class;
	if (!s->run->options.gateway_class.n && !known.n && !s->target->own_class)
		as->print_class_controller = s->target->controller_name;
}

static void assemble_model(struct stages *s, bool open, struct lowering *lowering, struct assembly *as)
{
	struct arena *arena = &s->in->arena;
	const struct convert_options *o = &s->run->options;
	*lowering = lowering_of(s, open);
	*as = (struct assembly){ .arena = arena, .ledger = open ? NULL : &s->in->ledger, .diags = open ? NULL : &s->in->diags,
		.statements = open ? NULL : &lowering->statements, .sources = &s->in->sources, .schema = s->schema, .version = s->version };
	as->target = s->target;
	/* where routes have none of their hostnames that a listener says to which they are not attached */
	as->plain_beside = target_chooses(s->target, STR("listeners"), STR("by-route"));
	as->shared_is_http1 = target_chooses(s->target, STR("reuse"), STR("prevented"));
	as->listener_sets = wants_sets(s);
	if (!as->listener_sets && o->listeners == LISTENERS_AUTO) {
		as->sets_lack = kind_lacks(lowering, STR("ListenerSet"));
		as->sets_ways = version_ways(lowering, STR("ListenerSet"), STR("spec.listeners"));
	}
	str_cut(o->gateway, '/', &as->gateway_namespace, &as->gateway_name);
	str_cut(o->existing_gateway, '/', &as->existing_namespace, &as->existing_name);
	as->snapshot = &s->in->snapshot;
	as->topology = o->topology;
	if (as->existing_name.n == 0)
		choose_class(s, as);
	struct entry_part *parts = NEWS(arena, struct entry_part, s->in->model->entries.n);
	size_t n = 0;
	/* a controller that serves nothing needs no Gateway */
	for (size_t i = 0; i < s->in->model->entries.n; i++)
		if (s->in->model->entries.item[i]->hosts.n || s->in->model->entries.item[i]->streams.n)
			parts[n++] = lower_entry(lowering, s->in->model->entries.item[i]);
	const struct policy_list policies = lower_backends(lowering);
	assemble(as, parts, n, &policies);
}

static void say_class(struct stages *s, const struct assembly *as)
{
	if (as->out.n == 0 || as->print_class_controller.n == 0 || !str_starts(as->print_class_controller, STR("example.com/")))
		return;
	struct diag *d = diag_addf(&s->in->diags, DIAG_CHOOSE_CLASS, (struct diag_site){ { 0, 0 }, 1, { "", 0 } },
		"GatewayClass %.*s stands for the implementation that you choose", STR_ARG(as->class_name));
	d->help = STR("--gateway-class NAME names the class of your implementation, and none is printed");
}

static bool is_printed(const struct assembly *as, const struct policy_kind *kind)
{
	for (size_t i = 0; i < as->out.n; i++)
		if (as->out.item[i].policy && as->out.item[i].policy->kind == kind)
			return true;
	return false;
}

/* kind: of an implementation's objects, or empty. */
static void say_needed(struct stages *s, str kind, str what)
{
	const struct diag_site nowhere = { { 0, 0 }, 1, { "", 0 } };
	diag_addf(&s->in->diags, DIAG_TARGET_BESIDE, nowhere, "%.*s%s alone are not enough for %.*s", STR_ARG(kind.n ? kind : STR("the manifests")),
		kind.n ? " objects" : "", STR_ARG(s->target->title))->help = what;
}

/* Of an implementation: whether a running one has judged what is printed, and what is to be done besides. */
static void say_target(struct stages *s, const struct assembly *as)
{
	const struct diag_site nowhere = { { 0, 0 }, 1, { "", 0 } };
	const struct target_table *t = s->target;
	if (as->out.n == 0 || t->extends.n == 0)
		return;
	if (!t->judged)
		diag_addf(&s->in->diags, DIAG_NOT_JUDGED, nowhere, "not judged by a running %.*s", STR_ARG(t->title))->help =
			STR("try the manifests beside the controller before clients are led there");
	for (size_t i = 0; i < t->beside.n; i++)
		say_needed(s, (str){ "", 0 }, t->beside.item[i]);
	for (size_t i = 0; i < t->policies.n; i++)
		if (t->policies.item[i].needs.n && is_printed(as, &t->policies.item[i]))
			say_needed(s, t->policies.item[i].kind, t->policies.item[i].needs);
}

/* The open form of the routes of Ingresses of which one stands closed. What the API would refuse has been told of the closed form. */
static void print_rejects(struct stages *s, const struct map *closed)
{
	struct arena *arena = &s->in->arena;
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

/* What is chosen, and what earlier runs have put into the folder. */
static struct assembly with_earlier(const struct stages *s, const struct assembly *whole, const struct assembly *chosen)
{
	struct arena *arena = &s->in->arena;
	struct assembly both = *whole;
	struct map wanted;
	map_init(&wanted, arena);
	for (size_t i = 0; i < s->run->options.earlier.n; i++)
		map_set(&wanted, s->run->options.earlier.item[i], &both);
	for (size_t i = 0; i < chosen->out.n; i++)
		map_set(&wanted, printed_name(arena, &chosen->out.item[i]), &both);
	both.out.n = 0;
	for (size_t i = 0; i < whole->out.n; i++)
		if (map_get(&wanted, printed_name(arena, &whole->out.item[i])))
			both.out.item[both.out.n++] = whole->out.item[i];
	return both;
}

/* One Gateway may stand for several load balancers. */
static void note_gateway(struct stages *s, str gateway, str of)
{
	struct known_pairs *known = &s->run->gateways;
	const struct known_pair pair = { gateway, of };
	for (size_t i = 0; i < known->n; i++)
		if (str_eq(known->item[i].gateway, gateway)) {
			known->item[i].of = str_eq(known->item[i].of, of) ? of : (str){ "", 0 };
			return;
		}
	LIST_PUSH(&s->in->arena, known, pair);
}

static void note_gateways(struct stages *s, const struct assembly *as)
{
	struct arena *arena = &s->in->arena;
	for (size_t i = 0; i < as->gateways.n; i++) {
		const struct printed_gateway *g = &as->gateways.item[i];
		note_gateway(s, arena_printf(arena, "%.*s/%.*s", STR_ARG(g->namespace), STR_ARG(g->object.meta.name)), g->entry->name);
	}
	if (s->run->options.existing_gateway.n)
		note_gateway(s, s->run->options.existing_gateway, (str){ "", 0 });
}

static void print_manifests(struct stages *s)
{
	struct lowering lowering;
	struct assembly as;
	assemble_model(s, false, &lowering, &as);
	for (size_t i = 0; i < as.out.n; i++)
		LIST_PUSH(&s->in->arena, &s->run->objects, as.out.item[i]);
	lower_defaults(&lowering);
	s->run->report.closed_rules = lowering.closed_rules;
	s->run->statements = lowering.statements;
	note_gateways(s, &as);
	if (!output_check(&s->in->arena, &s->in->diags, s->schema, s->version, &as))
		s->bug = true;
	struct assembly folder = as;
	if (choice_is_made(&s->run->options.choice)) {
		struct assembly whole = as;
		whole.out.item = NEWS(&s->in->arena, struct printed, as.out.n);
		for (size_t i = 0; i < as.out.n; i++)
			whole.out.item[i] = as.out.item[i];
		choice_apply(&s->run->options.choice, s->in, &as);
		s->run->report.closed_rules = choice_closed_rules(&as);
		folder = with_earlier(s, &whole, &as);
	}
	say_class(s, &as);
	say_target(s, &as);
	if (s->run->options.layout == LAYOUT_NONE)
		s->run->manifests = output_text(&s->in->arena, as.out.item, as.out.n, &s->run->options);
	else
		s->run->files = layout_make(&s->in->arena, s->run->options.layout, folder.out.item, folder.out.n, s->run->options.comments);
	output_count(&s->in->arena, as.out.item, as.out.n, &s->run->report);
	if (lowering.closed_rules && s->run->options.rejects) {
		const struct map closed = closed_owners(&s->in->arena, &as);
		print_rejects(s, &closed);
	}
}

/* ---- another target ---- */

/* Ingresses of which a route would stand closed. */
static size_t closed_with(const struct stages *s, const struct target_table *target)
{
	struct lowering lw = lowering_of(s, false);
	struct map closed;
	map_init(&closed, &s->in->arena);
	lw.target = target;
	for (size_t e = 0; e < s->in->model->entries.n; e++)
		for (size_t h = 0; h < s->in->model->entries.item[e]->hosts.n; h++) {
			const struct host *host = s->in->model->entries.item[e]->hosts.item[h];
			for (size_t r = 0; r < host->routes.n; r++) {
				const struct route *route = host->routes.item[r];
				if (route->owner && (route_is_closed(&lw, route, SIDE_TLS) || route_is_closed(&lw, route, SIDE_PLAIN)))
					map_set(&closed, owner_key(&s->in->arena, route->owner), &lw);
			}
		}
	return closed.n;
}

/* Some target has a policy for the feature, but not this one. */
static bool is_said_elsewhere(const struct lowering *lw, str feature)
{
	const struct target_row *row = target_feature(lw->target, feature);
	bool some = false;
	for (size_t i = 0; i < lw->mapping->targets.n; i++) {
		const struct target_row *other = target_feature(lw->mapping->targets.item[i], feature);
		some = some || (other && other->said);
	}
	return some && !(row && row->said);
}

/* Facts of Ingresses that are lost, and that the target has a policy for; what stands closed is counted where it opens. */
static size_t carried_with(const struct stages *s, const struct target_table *target)
{
	struct lowering lw = lowering_of(s, false);
	size_t n = 0;
	lw.target = target;
	for (size_t i = 0; i < s->in->ledger.records.n; i++)
		for (size_t j = 0; j < s->in->ledger.records.item[i]->facts.n; j++) {
			const struct fact *f = s->in->ledger.records.item[i]->facts.item[j];
			n += f->state == FACT_EXTENSION && !is_said_elsewhere(&lw, f->feature) && policy_carries(&lw, f);
		}
	return n;
}

/* Of the other targets the one that would close least, and of these the one that carries most. */
static void find_other(struct stages *s)
{
	struct report *r = &s->run->report;
	size_t closed_now = 0, extension = 0;
	for (size_t i = 0; i < s->in->ledger.records.n; i++) {
		const struct record *record = s->in->ledger.records.item[i];
		closed_now += record->state == INGRESS_CLOSED;
		for (size_t j = 0; j < record->facts.n; j++)
			extension += record->facts.item[j]->state == FACT_EXTENSION;
	}
	for (size_t i = 0; extension && i < s->in->mapping.targets.n; i++) {
		const struct target_table *t = s->in->mapping.targets.item[i];
		if (t == s->target || t->policies.n == 0)
			continue;
		size_t closed = closed_with(s, t), carried = carried_with(s, t);
		bool better = r->other_target.n == 0 || closed < r->other_closed || (closed == r->other_closed && carried > r->other_carried);
		if (closed > closed_now || !better)
			continue;
		r->other_target = t->name;
		r->other_closed = closed;
		r->other_carried = carried;
	}
}

/* ---- the whole ---- */

static void fill_report(struct stages *s)
{
	struct convert *run = s->run;
	struct report *r = &run->report;
	r->sources = &run->in.sources;
	r->diags = &run->in.diags;
	r->ledger = &run->in.ledger;
	r->version = str_c(ing2gw_version());
	r->target = run->options.target.n ? run->options.target : STR("standard");
	r->gateway_api = arena_printf(&run->in.arena, "1.%u", s->version.minor);
	r->channel = run->options.experimental ? STR("experimental") : STR("standard");
	r->other_objects = s->in->snapshot.other_objects;
	r->strict = run->options.strict;
	r->exit_code = s->bug || run->in.bug ? 6 : s->in->unreadable ? 3 : r->differs ? 5 : report_has_loss(r) ? 1 : 0;
}

/* ---- the proof ---- */

static void add_text(struct stages *s, struct proof_input *input, str name, str text)
{
	const struct proof_text one = { name, text };
	LIST_PUSH(&s->in->arena, &input->texts, one);
}

static void prove(struct stages *s)
{
	const struct convert *run = s->run;
	struct proof_input input = { .statements = &run->statements, .gateways = run->gateways, .accepted = run->options.accepted,
		.chosen = choice_is_made(&run->options.choice) };
	if (input.chosen)
		add_text(s, &input, STR("manifests"), output_yaml(&s->in->arena, run->objects.item, run->objects.n, false));
	else if (run->options.layout == LAYOUT_NONE)
		add_text(s, &input, STR("manifests"), run->manifests);
	for (size_t i = 0; !input.chosen && i < run->files.n; i++)
		add_text(s, &input, run->files.item[i].path, run->files.item[i].text);
	proof_run(s->in, &input, &s->run->report);
}

void convert_run(struct convert *run)
{
	struct stages s = { .run = run, .in = &run->in };
	bool ready = load_tables(&s);
	if (!ready)
		intake_bug(&run->in, STR("the built-in tables cannot be used"));
	intake_read(&run->in);
	take_from_dump(&s);
	if (ready) {
		intake_model(&run->in);
		print_manifests(&s);
		joining_say(&run->in, run->objects.item, run->objects.n);
	}
	account_close(&run->in.ledger, &run->in.diags);
	if (ready)
		find_other(&s);
	if (ready && run->options.proof && run->objects.n)
		prove(&s);
	ledger_sort(&run->in.ledger);
	diags_sort(&run->in.diags, &run->in.sources);
	fill_report(&s);
}

static void release(void *handle)
{
	convert_release(handle);
}

void convert_within(struct arena *outer, const struct convert_options *options, void (*use)(struct convert *run, void *user), void *user)
{
	struct convert run;
	struct resource open;
	convert_init(&run, options, 0);
	if (setjmp(run.in.escape.env) != 0) {
		escape_forget(outer->escape, &open);
		convert_release(&run);
		escape_now(outer->escape);
	}
	escape_watch(outer->escape, &open, release, &run);
	use(&run, user);
	escape_forget(outer->escape, &open);
	convert_release(&run);
}
