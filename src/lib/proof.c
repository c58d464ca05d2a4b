/* SPDX-License-Identifier: Apache-2.0 */
/* See proof.h. */
#include "lib/proof.h"

#include "lib/verify.h"

/* Of a choice what is about Ingresses that nothing was asked of is left out. */
static bool is_chosen(const struct host *host)
{
	for (size_t i = 0; i < host->routes.n; i++) {
		const struct owner *owner = host->routes.item[i]->owner;
		if (owner && owner->record && owner->record->state != INGRESS_SKIPPED)
			return true;
	}
	return false;
}

static bool is_known(const struct known_pairs *gateways, str name)
{
	for (size_t i = 0; i < gateways->n; i++)
		if (str_eq(gateways->item[i].gateway, name))
			return true;
	return false;
}

static const struct model *taking_part(struct intake *in, struct model *whole, const struct known_pairs *gateways)
{
	struct model *part = NEW(&in->arena, struct model);
	*part = (struct model){ .arena = whole->arena, .nothing = whole->nothing };
	for (size_t i = 0; i < whole->entries.n; i++)
		if (is_known(gateways, whole->entries.item[i]->name))
			LIST_PUSH(&in->arena, &part->entries, whole->entries.item[i]);
	model_prepare(part);
	return part;
}

static struct diag_site site_of(struct arena *arena, const struct route *route)
{
	if (!route)
		return (struct diag_site){ { 0, 0 }, 1, { "", 0 } };
	return (struct diag_site){ route->at, 1, route->owner && route->owner->record ? record_object(arena, route->owner->record) : (str){ "", 0 } };
}

static void say_difference(struct intake *in, struct comparison *both, const struct difference *d)
{
	struct buf shown;
	buf_init(&shown, &in->arena, 0);
	comparison_difference(both, d, &shown);
	struct diag *diag = diag_add(&in->diags, d->opens ? DIAG_PROOF_OPENS : DIAG_PROOF_DIFFERS, site_of(&in->arena, d->before),
		comparison_headline(both, d));
	diag->level = DIAG_ERROR;
	diag->loss = d->opens ? LOSS_SECURITY : LOSS_ROUTING;
	diag->effect = str_trim(buf_str(&shown));
	diag->help = STR("nothing above says so: look at the two places before you switch, and please report it with the Ingress");
}

/* One message for each choice, with the places of all hosts and the gravest request. */
static void say_dependence(struct intake *in, struct comparison *both, const struct dependence *d)
{
	const bool opens = dependence_opens(d);
	struct diag *diag = diag_addf(&in->diags, DIAG_DEPENDS, site_of(&in->arena, d->before),
		opens ? "where something is guarded today some implementations answer some requests without the guard (%.*s)"
		: "some requests are answered by some implementations as today, and otherwise by others (%.*s)", STR_ARG(d->choice->name));
	if (diag->effect.n)
		return;
	struct buf shown;
	buf_init(&shown, &in->arena, 0);
	comparison_dependence(both, d, &shown);
	diag->effect = str_trim(buf_str(&shown));
	diag->help = arena_printf(&in->arena, "look which of these your implementation is; ing2gw verify --choice %.*s=VALUE holds the output against one of them",
		STR_ARG(d->choice->name));
}

static void say_dependences(struct intake *in, struct comparison *both)
{
	for (size_t i = 0; i < both->result.dependences.n; i++)
		if (dependence_counts(&both->result.dependences.item[i]))
			say_dependence(in, both, &both->result.dependences.item[i]);
}

/* A part of the requests is not known: what a controller does that refuses its configuration, an expression that no name is known for. */
static void say_unknown(struct intake *in, struct comparison *both)
{
	const struct verification *r = &both->result;
	struct buf gaps;
	buf_init(&gaps, &in->arena, 0);
	comparison_gaps(both, &gaps);
	struct diag *diag = diag_addf(&in->diags, DIAG_PROOF_UNKNOWN, (struct diag_site){ { 0, 0 }, 1, { "", 0 } },
		r->unknown ? "of %zu of %zu classes of requests it is not known what both sides do" : "some requests are not asked", r->unknown, r->classes);
	diag->effect = gaps.n ? str_trim(buf_str(&gaps)) : STR("they may be answered otherwise than before");
	diag->help = STR("ask them by hand before you switch: ing2gw trace --before INPUT --after OUTPUT URL shows both sides");
}

static void say_accepted(struct intake *in, const struct accepted_differences *list)
{
	for (size_t i = 0; list && i < list->n; i++) {
		const struct accepted_difference *a = &list->item[i];
		if (a->used && !a->expired)
			continue;
		struct diag *diag = diag_addf(&in->diags, DIAG_ACCEPT_STALE, (struct diag_site){ { 0, 0 }, 1, { "", 0 } },
			a->expired ? "a difference was accepted until %.*s, which is past (%.*s)" : "a difference is accepted until %.*s, and nothing differs so (%.*s)",
			STR_ARG(a->until), STR_ARG(a->where));
		diag->effect = a->expired ? STR("it counts again") : STR("none");
		diag->help = a->expired ? STR("look at it once more, and give the line another day") : STR("take the line out of the file");
	}
}

static void add_differences(void *differences, struct buf *out)
{
	comparison_json(differences, out);
}

static void add_depends(void *differences, struct buf *out)
{
	comparison_depends_json(differences, out);
}

static void add_example(void *differences, struct buf *out)
{
	comparison_example(differences, out);
}

void proof_run(struct intake *in, const struct proof_input *input, struct report *report)
{
	struct comparison *both = NEW(&in->arena, struct comparison);
	struct buf verdict, proof;
	uint32_t first = (uint32_t)in->sources.n + 1;
	for (size_t i = 0; i < input->texts.n; i++)
		(void)sources_add(&in->sources, input->texts.item[i].name, input->texts.item[i].text);
	intake_read_printed(in, first);
	const struct model *after = taking_part(in, intake_gateway_model(in), &input->gateways);
	comparison_run(both, in, &in->scratch, after, &(struct compare_options){ .statements = input->statements, .accepted = input->accepted, .known = &input->gateways,
		.wants = input->chosen ? is_chosen : NULL });
	const struct verification *r = &both->result;
	for (size_t i = 0; i < r->differences.n; i++)
		if (difference_counts(r->differences.item[i]))
			say_difference(in, both, r->differences.item[i]);
	say_dependences(in, both);
	say_accepted(in, input->accepted);
	if (r->unknown || r->unasked.n || r->left_out.n)
		say_unknown(in, both);
	buf_init(&verdict, &in->arena, 0);
	buf_init(&proof, &in->arena, 0);
	comparison_verdict(both, &verdict);
	proof_json(&proof, r);
	report->routing = buf_str(&verdict);
	report->proof_json = buf_str(&proof);
	report->add_differences = add_differences;
	report->add_depends = add_depends;
	report->add_example = add_example;
	report->differences = both;
	report->differs = r->verdict == VERDICT_DIFFERENT || r->opened;
}
