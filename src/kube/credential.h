/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials of an exec plugin: the program is run, and what it prints is read. */
#ifndef ING2GW_KUBE_CREDENTIAL_H
#define ING2GW_KUBE_CREDENTIAL_H

#include "kube/kubeconfig.h"

struct credential {
	str token;               /* or empty */
	str certificate, key;    /* PEM texts, or empty */
	int64_t expires;         /* seconds since 1970; -1: not said */
};

/* Runs the plugin of a connection. Its standard error is that of the program. False: fault says why. */
bool credential_get(struct arena *arena, const struct exec_plugin *plugin, struct credential *out, struct kube_fault *fault);

#endif
