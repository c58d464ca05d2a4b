/* SPDX-License-Identifier: Apache-2.0 */
/* Which diagnostics of the input somebody needs who asks what becomes of a request. */
#ifndef ING2GW_LIB_TRACE_NOTES_H
#define ING2GW_LIB_TRACE_NOTES_H

#include "lib/trace.h"

/*
 * What may make the answers other than the input says: it could not be read, or a controller takes it otherwise than it is written.
 * With an outcome only what has to do with the host of that request. The result is sorted and lives in the run's arena.
 */
struct diags *trace_notes(struct trace *trace, const struct request *request, const struct outcome *outcome);

#endif
