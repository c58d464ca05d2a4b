/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Templates read as parts of a whole: an object that several templates have been merged into, or that somebody wrote by hand, is asked for
 * each of them, and each accounts for the leaves that it would have written. What nobody accounts for is not known.
 *
 * A part may have further keys in its maps and further elements in its lists beside those of the template. It is the template's only if
 * the template, filled with what was read, says nothing that is not there: durations and quantities may be written in another way.
 *
 * Where two templates say different values of one field, a merge rule has chosen: a template takes the winning value for its own and
 * does not account for it, so that another one has to.
 */
#ifndef ING2GW_MAPPING_TEMPLATE_TAKE_H
#define ING2GW_MAPPING_TEMPLATE_TAKE_H

#include "base/map.h"
#include "mapping/mapping.h"
#include "mapping/template.h"

struct taking {
	struct arena *arena;
	const struct node *tree;
	const struct policy_kind *kind;  /* whose merge rules count; NULL: there are none */
	struct map known;                /* leaves that are accounted for, by JSON pointer */
};

/* A leaf: a scalar, or a map or list without anything in it. */
struct template_leaf {
	str pointer;                     /* JSON pointer below the tree */
	struct place at;
};

struct template_leaves {
	struct template_leaf *item;
	size_t n, cap;
};

void taking_start(struct taking *taking, struct arena *arena, const struct node *tree, const struct policy_kind *kind);

/* False: the template is no part of the tree. Texts are shared with the tree; places are those of the fields in the tree. */
bool template_take(struct taking *taking, const struct node *template, struct template_values *values, struct template_places *places);

/* The leaves that no template has accounted for, in the order of the tree. */
void taking_rest(const struct taking *taking, struct template_leaves *rest);

#endif
