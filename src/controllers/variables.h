/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variables of nginx 1.27.1 as the controller 1.15.1 builds it: those of its modules, and those that the controller's own configuration
 * sets. Letter case does not matter.
 */
#ifndef ING2GW_CONTROLLERS_VARIABLES_H
#define ING2GW_CONTROLLERS_VARIABLES_H

#include "base/arena.h"

/* Some configuration of the controller has it. */
bool nginx_has_variable(str name);

/* A module owns the name: no group of a regular expression may have it. */
bool nginx_owns_variable(str name);

/*
 * What nginx says of a text with variables: false where it refuses the text whatever variables there are, then why and at say so.
 * Else names are the variables that it has, without those of groups ("$1").
 */
bool nginx_template_read(struct arena *arena, str text, struct str_list *names, str *why, size_t *at);

#endif
