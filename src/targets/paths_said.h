/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of a path that is written with a difference, or in an unusual form. */
#ifndef ING2GW_TARGETS_PATHS_SAID_H
#define ING2GW_TARGETS_PATHS_SAID_H

#include "targets/paths.h"
#include "targets/rules.h"

void say_path(struct lowering *lowering, const struct rule_place *at, enum path_said said);

/* Of a rule that refuses, and must win over every wider one. */
void say_closed_path(struct lowering *lowering, const struct rule_place *at, enum path_said said);

/* Why a rule has an expression, for a comment; empty where it has none that people would not write. */
str path_comment(struct lowering *lowering, const struct rule_place *at, enum path_said said);

#endif
