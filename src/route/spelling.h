/* SPDX-License-Identifier: Apache-2.0 */
/* What load balancers make of the spelling of a path: see request.h. */
#ifndef ING2GW_ROUTE_SPELLING_H
#define ING2GW_ROUTE_SPELLING_H

#include <stdbool.h>

/*
 * What is done to a path before anything looks at it. A canonical path goes on to the backend as it is looked at (Envoy 1.36, PathUtil:
 * canonicalPath, mergeSlashes, unescapeSlashes); a decoded one is looked at alone.
 */
enum path_reading {
	PATH_AS_SENT,
	PATH_DECODED,                    /* escapes and dot segments resolved */
	PATH_MERGED,                     /* and runs of slashes are one */
	PATH_CANONICAL,                  /* escapes of letters, digits and "-._~" and dot segments resolved, runs of slashes are one */
	PATH_CANONICAL_SLASHES,          /* and escaped slashes are slashes */
	PATH_CLEANED                     /* as PATH_CANONICAL; no slash stays behind a dot segment at the end, and bad escapes are none (Go, URL.JoinPath) */
};

/* What a load balancer makes of paths. */
struct spelling {
	enum path_reading path;
	bool slashes_redirect;       /* a path with escaped slashes is redirected to the one without */
};

#endif
