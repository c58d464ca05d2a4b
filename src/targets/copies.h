/* SPDX-License-Identifier: Apache-2.0 */
/* A CA that the source reads from a Secret, and a Gateway from a ConfigMap: the copy is the user's to make. */
#ifndef ING2GW_TARGETS_COPIES_H
#define ING2GW_TARGETS_COPIES_H

#include "targets/losses.h"

struct copy {
	str feature;                 /* that needs it */
	str namespace, name;         /* of the Secret; the ConfigMap has the same name */
	str to;                      /* namespace of the ConfigMap */
	str until;                   /* what happens as long as it is not there */
};

/* Says with which command the ConfigMap is made. */
void say_copy(struct lowering *lowering, const struct route *route, const struct fact_list *facts, struct copy copy);

#endif
