/* SPDX-License-Identifier: Apache-2.0 */
/* A request as one line of JSON: {"host": "a.example.com", "target": "/x"}, with more keys where they are wanted. */
#ifndef ING2GW_LIB_TRACE_REQUEST_H
#define ING2GW_LIB_TRACE_REQUEST_H

#include "route/request.h"

/* What counts where a request does not say it: GET over http from 127.0.0.1, HTTP/1.1, no host. */
void trace_request_init(struct request *request);

/*
 * Reads a line. Texts go to scratch. False when it is no request; error then says what is wrong, in one sentence without an end.
 * Only host and target have to be there; keys that are not known are passed over, and null is as if the key were not there.
 */
bool trace_request_read(struct arena *scratch, str line, struct request *request, str *error);

/*
 * One thing that stands outside of a request: "auth.basic", "auth.client-certificate" and other features "pass" or "refuse",
 * "auth.external" also a status, "backend" a status. False as above.
 */
bool trace_given_set(struct arena *scratch, struct given *given, str name, str value, str *error);

/* An IPv4 or IPv6 address. */
bool trace_is_address(str text);

#endif
