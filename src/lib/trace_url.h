/* SPDX-License-Identifier: Apache-2.0 */
/* A request as a client makes it of a URL: http://a.example.com:8080/x?y=1 */
#ifndef ING2GW_LIB_TRACE_URL_H
#define ING2GW_LIB_TRACE_URL_H

#include "route/request.h"

/*
 * Sets what a URL says of a request: scheme, host, port, target. The target goes out as it is written, without the fragment. False
 * when it is no such URL; error then says what is wrong, in one sentence without an end. Texts go to the arena.
 */
bool trace_url_read(struct arena *arena, str url, struct request *request, str *error);

#endif
