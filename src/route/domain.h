/* SPDX-License-Identifier: Apache-2.0 */
/* The texts that languages are compared on. What is said of languages is said of these texts alone. */
#ifndef ING2GW_ROUTE_DOMAIN_H
#define ING2GW_ROUTE_DOMAIN_H

#include "route/bytes.h"

enum domain {
	DOMAIN_PATH,         /* paths in normal form: no escapes, doubled slashes or dot segments, and nothing that has to be escaped */
	DOMAIN_ANY_PATH,     /* with doubled slashes and dot segments */
	DOMAIN_HOST,         /* names of hosts in small letters; no addresses of IPv6 */
	DOMAIN_VALUE,        /* values of headers: what can be printed, and blanks */
	DOMAIN_BYTES         /* any text */
};

/* A domain is itself an automaton of a few states; the first one is 0. */
enum { DOMAIN_START = 0, DOMAIN_NOWHERE = 255 };

struct bytes domain_alphabet(enum domain domain);
/* DOMAIN_NOWHERE: no text goes on like that. */
unsigned domain_step(enum domain domain, unsigned state, unsigned byte);
/* A text may end here. */
bool domain_ends(enum domain domain, unsigned state);
/* Texts are read from their end: names of hosts, whose patterns have their fixed part there. */
bool domain_is_reversed(enum domain domain);
bool domain_has(enum domain domain, str text);

#endif
