/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Templates of tables, before anything fills them: a hole that no step of the feature has a value for would leave its key out of every
 * object, and nobody would see why.
 */
#include "mapping/load.h"

#include "mapping/template.h"

/* What answers of a target's are filled with: its keys answer, override and endless. */
static const str ANSWER_HOLES[] = { STR_INIT("status"), STR_INIT("location"), STR_INIT("from"), STR_INIT("hsts") };

static struct str_list known_holes(const struct loader *loader, const struct feature *feature)
{
	struct arena *arena = loader->mapping->diags->arena;
	struct str_list known = { 0 };
	for (size_t i = 0; !feature && i < COUNT_OF(ANSWER_HOLES); i++)
		LIST_PUSH(arena, &known, ANSWER_HOLES[i]);
	for (size_t i = 0; feature && i < feature->fields.n; i++)
		LIST_PUSH(arena, &known, feature->fields.item[i]);
	for (size_t i = 0; feature && i < feature->parts.n; i++)
		LIST_PUSH(arena, &known, feature->parts.item[i]);
	/* a name of the object's own */
	LIST_PUSH(arena, &known, STR("object"));
	return known;
}

static void hole_unknown(struct loader *loader, const struct template_hole *hole, str feature, const struct str_list *known)
{
	str quoted = value_quote(loader->mapping->diags->arena, hole->name);
	struct diag *d = load_fault_as(loader, DIAG_TABLE_TEMPLATE, hole->at->at, hole->at->span, "no field of %.*s fills %.*s",
		STR_ARG(feature.n ? feature : STR("an answer")), STR_ARG(quoted));
	d->help = load_help(loader, hole->name, known, "a template may name");
}

bool load_check_holes(struct loader *loader, const struct node *template, str feature)
{
	struct arena *arena = loader->mapping->diags->arena;
	const struct feature *of = mapping_feature(loader->mapping, feature);
	struct template_holes holes = { 0 };
	struct str_list known = known_holes(loader, of);
	str error = { "", 0 };
	bool good = template_holes(arena, template, &holes, &error);
	if (!good) {
		const struct node *at = holes.item[holes.n - 1].at;
		load_fault_as(loader, DIAG_TABLE_TEMPLATE, at->at, at->span, "%.*s", STR_ARG(error));
	}
	for (size_t i = 0; i < holes.n; i++) {
		const struct template_hole *hole = &holes.item[i];
		if (hole->name.n == 0 || str_list_has(&known, hole->name))
			continue;
		hole_unknown(loader, hole, feature, &known);
		good = false;
	}
	return good;
}
