/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of one host that its plain side does not treat alike: the controller leads a name to HTTPS where it has a certificate for it, and
 * an alias may have none where the host has one, or the reverse.
 */
#ifndef ING2GW_TARGETS_LED_NAMES_H
#define ING2GW_TARGETS_LED_NAMES_H

#include "targets/entry_names.h"

/* Copies of the host where its routes hang on certificates: with some of its names, and routes that say what these get. */
struct led_names {
	const struct host *alike;    /* the host's own name, and the aliases that are treated like it */
	const struct host *others;   /* the other aliases; or NULL */
};

struct led_names led_names_of(struct arena *arena, const struct entry_names *names, const struct host *host);

#endif
