/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of the model as filters of an HTTPRoute. What cannot be said exactly is told through losses.h. */
#ifndef ING2GW_TARGETS_FILTERS_H
#define ING2GW_TARGETS_FILTERS_H

#include "targets/losses.h"

/* A filter says the redirect, if with a difference. */
bool filter_says_redirect(const struct lowering *lowering, const struct step *step);

/* False when the redirect cannot be said at all (it has been reported). */
bool filter_redirect(struct lowering *lowering, const struct route *route, const struct step *step, struct http_filter *out);

/* False when the version has no such filter (it has been reported). */
bool filter_cors(struct lowering *lowering, const struct route *route, const struct step *step, struct http_filter *out);

bool filter_says_host(const struct lowering *lowering, const struct step *step);

/* Adds to a URLRewrite filter. False when the rewrite is lost (it has been reported). */
bool filter_rewrite(struct lowering *lowering, const struct route *route, const struct step *step, struct http_filter *out);
bool filter_host(struct lowering *lowering, const struct route *route, const struct step *step, struct http_filter *out);

#endif
