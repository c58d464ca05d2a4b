/* SPDX-License-Identifier: Apache-2.0 */
/* Two outcomes of one request, field by field. */
#ifndef ING2GW_VERIFY_COMPARE_H
#define ING2GW_VERIFY_COMPARE_H

#include "route/evaluate.h"

/*
 * Adds the fields that differ: "status", "location", "backends" (with their shares), "upstream.target", "upstream.host",
 * "upstream.headers", "response_headers". Nothing else is compared.
 */
void outcomes_compare(struct arena *scratch, const struct outcome *a, const struct outcome *b, struct str_list *what);

#endif
