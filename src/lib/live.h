/* SPDX-License-Identifier: Apache-2.0 */
/* The live cluster as input: it is read into a dump in memory, and that is read like a dump in a file. */
#ifndef ING2GW_LIB_LIVE_H
#define ING2GW_LIB_LIVE_H

#include "kube/dump.h"
#include "lib/intake.h"

struct live_options {
	struct connection_options connection;
	struct connection_world world;
	struct dump_scope scope;     /* without namespaces: that of the context */
	bool all;                    /* all namespaces */
	bool certificates;
	const struct api_watcher *watcher;
};

/* Reads the cluster; what came lives in the arena. False: fault says why, with texts in the arena. The tables of intake are loaded. */
bool live_read(struct intake *intake, struct arena *arena, const struct live_options *options, struct dump *out, struct kube_fault *fault);

/* The same as a source of intake. The fault's texts are in intake's arena. */
bool live_add(struct intake *intake, const struct live_options *options, struct kube_fault *fault);

#endif
