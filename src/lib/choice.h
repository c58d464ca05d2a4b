/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Choosing what is printed (-n, -l, --host, --ingress), when all that was given has been read and translated. An object comes
 * out with the same bytes as without a choice, or not at all: so parts that are printed and applied one after the other never
 * take anything from each other, and end where the whole would. Gateway, ListenerSets and grants come whole with the routes that
 * need them.
 */
#ifndef ING2GW_LIB_CHOICE_H
#define ING2GW_LIB_CHOICE_H

#include "gateway/assemble.h"
#include "kube/selector.h"
#include "lib/intake.h"

struct choice {
	struct str_list namespaces;
	struct selector labels;
	struct str_list hosts;         /* lower case, as written in the Ingresses */
	struct str_list ingresses;     /* "NS/NAME" */
	bool everything;               /* asked for by name, so that a dump's own scope does not count */
	str words;                     /* how the user said it: "-n shop --host a.example.com" */
};

/* Parses the label selector (or an empty text) and fills in labels and words; the caller has filled in the lists. False: error says why. */
bool choice_complete(struct arena *arena, struct choice *choice, str selector, str *error);

/* What a dump says of itself counts where nobody has chosen. */
void choice_of_dump(struct arena *arena, struct choice *choice, const struct dump_head *head);

bool choice_is_made(const struct choice *choice);

/*
 * Takes what was not asked for out of assembly->out. Ingresses that nothing is printed of become skipped, what was said of them alone
 * is taken back, and the facts of the others lose the places that are not printed.
 */
void choice_apply(const struct choice *choice, struct intake *intake, struct assembly *assembly);

/* How many rules of what is left stand closed. */
size_t choice_closed_rules(const struct assembly *assembly);

#endif
