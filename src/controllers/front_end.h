/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of front ends: what is particular to a routing model. A controller's table names one by its word (`routing`). A further one is
 * its own files and a line in front_ends.c.
 */
#ifndef ING2GW_CONTROLLERS_FRONT_END_H
#define ING2GW_CONTROLLERS_FRONT_END_H

#include "controllers/subject.h"

struct instance;   /* server.h */

struct front_end {
	str name;                    /* as tables have it */
	bool nginx;                  /* what is merged into servers and locations is ingress-nginx itself */
	bool last_name_first;        /* of Ingresses of one age the one that is sorted last comes first */
	/* Which Ingresses of its classes the controller does not serve: subject_skip(). NULL: it serves them all. */
	void (*filter)(struct front *front, struct subject *subject);
	/* After its annotations were read: what makes the controller refuse it; its settings that cannot be in force. NULL: there is nothing of the kind. */
	void (*check)(struct front *front, struct subject *subject);
	/* Fills instance->entry from the subjects, which are sorted. */
	void (*build)(struct instance *instance);
	/* The controller has something to do besides Ingresses: its own kinds of objects; NULL: it never has. */
	bool (*is_wanted)(const struct front *front, const struct controller_table *table);
};

/* Never NULL: the loader of the tables takes no other word. */
const struct front_end *front_end_of(const struct controller_table *table);

extern const struct front_end FRONT_INGRESS, FRONT_KONG, FRONT_NGINX;

#endif
