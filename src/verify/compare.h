/* SPDX-License-Identifier: Apache-2.0 */
/* Two outcomes of one request, field by field. */
#ifndef ING2GW_VERIFY_COMPARE_H
#define ING2GW_VERIFY_COMPARE_H

#include "route/evaluate.h"

/*
 * Adds the fields that differ: "status", "location", "backends" (with their shares), "upstream.target", "upstream.host",
 * "upstream.headers", "response_headers". Nothing else is compared. Of an address the usual port of its scheme and an empty path make no difference, of a
 * cookie that keeps clients value and attributes, and its name where one side leaves that to the implementation.
 */
void outcomes_compare(struct arena *scratch, const struct outcome *a, const struct outcome *b, struct str_list *what);

/* A value of Location of the outcome's request, without what goes without saying: the usual port of its scheme, an empty path. */
struct address {
	str scheme, host, path;
};

struct address address_of(const struct outcome *outcome, str location);

/* Two values of Location lead to the same place: see above. */
bool same_address(const struct outcome *of_a, str a, const struct outcome *of_b, str b);

/* Two backends are the same port of the same Service. */
bool same_service(const struct backend *a, const struct backend *b);

/* What outcomes_compare adds, and "feature:NAME" of gates that one side has alone. */
struct str_list outcomes_differ(struct arena *scratch, const struct outcome *before, const struct outcome *after);

#endif
