/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of --accept-file: what the user has decided to live with. A line is
 *
 *	auth.basic                                              # a feature that may be lost
 *	shop.example.com /app upstream.target until 2027-01-31  # a difference that verify may find, and why
 *
 * Of a difference the reason behind "#" and the day are needed.
 */
#ifndef ING2GW_LIB_ACCEPT_H
#define ING2GW_LIB_ACCEPT_H

#include "base/arena.h"
#include "verify/accepted.h"

struct accept_feature {
	str name;
	unsigned line;
};

struct accept_file {
	LIST(struct accept_feature) features;
	struct accepted_differences differences;
};

/* today: "2026-11-26". False: error says which line is none of these, and why. Texts of out are slices of text and of the arena. */
bool accept_read(struct arena *arena, str path, str text, str today, struct accept_file *out, str *error);

#endif
