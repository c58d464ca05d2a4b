/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `ing2gw targets compare`: the same Ingresses lowered for each target, and what became of them. Nothing is counted by names: each number
 * is that of the ledger of a conversion.
 */
#ifndef ING2GW_LIB_TARGET_COMPARE_H
#define ING2GW_LIB_TARGET_COMPARE_H

#include "lib/convert.h"
#include "lib/mappings.h"

/* A feature that is lost, and in how many Ingresses. */
struct lost_feature {
	str name;
	size_t ingresses;
};

struct target_score {
	str name;                    /* as it was asked for: "NAME", "NAME@VERSION" */
	str title, gateway_api;
	bool implementation, judged;
	size_t fully;                /* Ingresses all of whose facts are carried */
	size_t differ;               /* ... that are carried with stated differences */
	size_t lost;                 /* ... of which something is lost */
	size_t closed, failed;
	size_t lost_facts;
	LIST(struct lost_feature) features;   /* the most frequent ones first */
};

struct target_comparison {
	struct arena *arena;         /* of what is found */
	const struct convert_options *options;   /* but for the target */
	const struct sources *sources;
	LIST(struct target_score) scores;   /* the best first */
	struct buf messages;         /* of what could not be read, for people */
	size_t ingresses;            /* that somebody serves */
	bool unreadable, bug;
};

/* Converts for each of the targets; arena, options and sources are set. */
void target_compare(struct target_comparison *comparison, const struct tables *tables, const struct str_list *targets);

void target_compare_text(struct buf *out, const struct target_comparison *comparison);
void target_compare_json(struct buf *out, const struct target_comparison *comparison);

#endif
