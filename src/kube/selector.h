/* SPDX-License-Identifier: Apache-2.0 */
/* Label selectors as kubectl reads them: "app=web,tier!=test,env in (a,b),team,!old". */
#ifndef ING2GW_KUBE_SELECTOR_H
#define ING2GW_KUBE_SELECTOR_H

#include "kube/snapshot.h"

/* False: error says in one clause what is wrong. The texts are not copied. */
bool selector_parse(struct arena *arena, str text, struct selector *out, str *error);

/* As in the API, a label that is absent fits LABEL_NOT_IN. */
bool selector_fits(const struct selector *selector, const struct meta *meta);

#endif
