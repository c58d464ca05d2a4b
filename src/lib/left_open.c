/* SPDX-License-Identifier: Apache-2.0 */
/* See left_open.h. */
#include "lib/left_open.h"

/* Of paths that are spelled in another way: no model has to be made for it. */
#define SPELLING STR("spelling")

static bool is_made(const struct intake *in, str choice)
{
	for (size_t i = 0; i < in->options->choices.n; i++) {
		str name, value;
		str_cut(in->options->choices.item[i], '=', &name, &value);
		if (str_eq(name, choice))
			return true;
	}
	return false;
}

static const struct model *model_under(struct intake *in, str choice, str value)
{
	struct gateway_choices *choices = NEW(&in->arena, struct gateway_choices);
	*choices = *in->choices;
	gateway_choices_set(choices, choice, value);
	struct model *model = gateway_models_part(in->models, choices, choice);
	if (model)
		model_prepare(model);
	return model;
}

/* The value that is asked anyway comes first, whether there is a row about it or not. */
static struct open_choice choice_of(struct intake *in, const struct target_table *target, str name)
{
	struct open_choice out = { .name = name };
	struct open_value usual = { .name = gateway_choices_get(in->choices, name) };
	LIST_PUSH(&in->arena, &out.values, usual);
	for (size_t i = 0; i < target->left_open.n; i++) {
		const struct left_open *row = &target->left_open.item[i];
		struct open_value value = { .name = row->value, .by = row->by, .means = row->means };
		if (!str_eq(row->choice, name))
			continue;
		if (str_eq(row->value, usual.name)) {
			out.values.item[0] = value;
			continue;
		}
		value.after = model_under(in, name, row->value);
		if (value.after)
			LIST_PUSH(&in->arena, &out.values, value);
	}
	return out;
}

static void add_spellings(struct intake *in, const struct target_table *target, struct open_choices *out)
{
	const str usual = gateway_choices_get(in->choices, SPELLING);
	for (size_t i = 0; i < target->left_open.n; i++) {
		const struct left_open *row = &target->left_open.item[i];
		struct gateway_choices choices = *in->choices;
		if (!str_eq(row->choice, SPELLING) || str_eq(row->value, usual) || !gateway_choices_set(&choices, SPELLING, row->value))
			continue;
		const struct open_spelling one = { arena_printf(&in->arena, "%.*s=%.*s", STR_ARG(row->choice), STR_ARG(row->value)), gateway_spelling(&choices) };
		LIST_PUSH(&in->arena, &out->spellings, one);
	}
}

const struct open_choices *left_open(struct intake *in)
{
	const struct target_table *target = mapping_target_at(&in->mapping, &in->arena, in->options->target.n ? in->options->target : STR("standard"));
	struct open_choices *out = NEW(&in->arena, struct open_choices);
	struct str_list names = { 0 };
	for (size_t i = 0; target && i < target->left_open.n; i++)
		str_list_add_new(&in->arena, &names, target->left_open.item[i].choice);
	for (size_t i = 0; i < names.n; i++) {
		if (is_made(in, names.item[i]))
			continue;
		if (str_eq(names.item[i], SPELLING)) {
			add_spellings(in, target, out);
			continue;
		}
		const struct open_choice choice = choice_of(in, target, names.item[i]);
		if (choice.values.n > 1)
			LIST_PUSH(&in->arena, out, choice);
	}
	return out;
}
