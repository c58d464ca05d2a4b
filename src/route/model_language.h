/* SPDX-License-Identifier: Apache-2.0 */
/* The languages of a model: what the matches of its routes and the names of its hosts take. */
#ifndef ING2GW_ROUTE_MODEL_LANGUAGE_H
#define ING2GW_ROUTE_MODEL_LANGUAGE_H

#include "route/language.h"
#include "route/model.h"

/* Of the path alone; what else a match asks makes it conditional. NULL: the expression is not regular, and fault says why. */
const struct language *match_language(struct arena *arena, const struct match *match, struct syntax_fault *fault);
const struct language *host_name_language(struct arena *arena, const struct host_name *name, struct syntax_fault *fault);

#endif
