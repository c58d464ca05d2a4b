/* SPDX-License-Identifier: Apache-2.0 */
/* Objects as text, after they have passed the check of the Gateway API. */
#ifndef ING2GW_LIB_OUTPUT_H
#define ING2GW_LIB_OUTPUT_H

#include "gateway/assemble.h"
#include "lib/convert.h"

/*
 * Takes out of as->out what the API server would refuse, or what cannot be read back as it was written: that is a bug of ours, said
 * as I2G-9001, and its Ingress has failed; with diags NULL nothing is said and no Ingress fails. False when there was one.
 */
bool output_check(struct arena *arena, struct diags *diags, const struct schema *schema, struct gateway_version version, struct assembly *as);

/* YAML documents. */
str output_yaml(struct arena *arena, const struct printed *objects, size_t n, bool comments);

/* YAML documents, or one JSON List. Empty when there is nothing. */
str output_text(struct arena *arena, const struct printed *objects, size_t n, const struct convert_options *options);

/* Counts of kinds, in the order of printing. */
void output_count(struct arena *arena, const struct printed *objects, size_t n, struct report *report);

#endif
