/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Front ends: what the Ingresses of a snapshot mean. controllers_build() chooses a controller for every Ingress, enters all
 * that it says into the ledger, and writes the model down, one entry for each controller and class.
 *
 * What an annotation means is in the tables; the front ends ask for features and their fields, never for annotations.
 */
#ifndef ING2GW_CONTROLLERS_CONTROLLERS_H
#define ING2GW_CONTROLLERS_CONTROLLERS_H

#include "kube/snapshot.h"
#include "ledger/ledger.h"
#include "mapping/mapping.h"
#include "route/model.h"

struct front {
	struct arena *arena;
	const struct snapshot *snapshot;
	const struct mapping *mapping;
	struct ledger *ledger;
	struct diags *diags;
	bool closed_world;
	bool closed_secrets;     /* the same of Secrets, which may be all that could not be read */
	const struct str_list *from;            /* controllers asked for; empty: all */
	const struct str_list *classes;         /* classes asked for; empty: all */
	str controller_config;                  /* "ns/name" or empty */
	const struct str_list *controller_flags;
	str controller_version;                 /* "1.11" or empty */
	str default_certificate;                /* "ns/name" or empty */
};

/* The words that `routing` of a controller's table may be. */
const struct str_list *front_end_names(struct arena *arena);

/* The result's texts and lists live in front->arena. */
struct model *controllers_build(struct front *front);

#endif
