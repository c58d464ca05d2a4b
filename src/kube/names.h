/* SPDX-License-Identifier: Apache-2.0 */
/* What the Kubernetes API takes as a name, a host, a label; and texts that somebody forgot to fill in. */
#ifndef ING2GW_KUBE_NAMES_H
#define ING2GW_KUBE_NAMES_H

#include "base/arena.h"

bool name_is_label(str s);           /* DNS-1123 label: lower case letters, digits, "-"; up to 63 */
bool name_is_subdomain(str s);       /* DNS-1123 subdomain: labels joined by dots; up to 253 */
bool name_is_qualified(str s);       /* key of an annotation or label: [prefix/]name */
bool name_is_label_value(str s);

/* ${X}, $(X), {{ x }}, <x>, %X%, __X__: a text that some tool was to replace. (?<x>...) of regular expressions is none. */
bool name_has_placeholder(str s);

/*
 * The nearest text that the API takes where it refuses s (other letters become dashes, capitals small); s itself where it is good.
 * Empty when nothing is left.
 */
str name_make_label(struct arena *arena, str s);
str name_make_subdomain(struct arena *arena, str s);

enum host_fault {
	HOST_GOOD,
	HOST_UPPERCASE,
	HOST_SCHEME,       /* http://x */
	HOST_PORT,         /* x:80 */
	HOST_PATH,         /* x/y */
	HOST_ADDRESS,      /* 10.0.0.1, ::1 */
	HOST_WILDCARD,     /* a star that is not the whole first label, or "*" alone */
	HOST_NOT_ASCII,
	HOST_OTHER,
	HOST_FAULT_COUNT
};

/* Why the API server refuses a host of a rule or of tls; s is not empty. */
enum host_fault name_host_fault(str s);

#endif
