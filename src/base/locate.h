/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines and columns of many places. Each file is walked once, when it is first asked for, so that a report takes time in
 * the size of its input and not in input times places. Answers are those of sources_locate().
 */
#ifndef ING2GW_BASE_LOCATE_H
#define ING2GW_BASE_LOCATE_H

#include "base/source.h"

struct locator {
	struct arena *arena;
	const struct sources *sources;
	struct line_column **mark;   /* of each file: line and column at equal distances; NULL: not walked yet */
};

void locator_init(struct locator *locator, const struct sources *sources, struct arena *arena);
struct line_column locator_find(struct locator *locator, struct place at);

#endif
