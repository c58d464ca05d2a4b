/* SPDX-License-Identifier: Apache-2.0 */
/* Differences that the user knows, with a reason and for a time. */
#ifndef ING2GW_VERIFY_ACCEPTED_H
#define ING2GW_VERIFY_ACCEPTED_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

struct accepted_difference {
	str host;                    /* as a report has it in "match": "shop.example.com", "*.example.com", "*" */
	str location;                /* path of the route of the source; "-": no route takes the request there */
	str field;                   /* "status", ...; "*": all; "opens": all, and that something guarded stands open */
	str until;                   /* "2027-01-31", the last day */
	str where;                   /* "FILE:LINE" */
	bool expired;                /* it counts no more */
	size_t used;                 /* differences that it is about */
};

struct accepted_differences {
	struct accepted_difference *item;
	size_t n, cap;
};

#endif
