/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which the target tries the rules of a host, held against that of the source. */
#ifndef ING2GW_TARGETS_TURNS_H
#define ING2GW_TARGETS_TURNS_H

#include "targets/ranks.h"

/* The rules of one side of a host. */
struct ordered {
	const struct host *host;         /* with all its names */
	enum side side;
	const struct added_list *added;
};

/*
 * A rule that the source tries first takes the path of one that the target would try first, where a match can say so; else it is stated which
 * one answers. After ranks_keep().
 */
void turns_keep(struct lowering *lowering, const struct ordered *ordered);

#endif
