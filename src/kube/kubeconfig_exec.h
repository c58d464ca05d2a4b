/* SPDX-License-Identifier: Apache-2.0 */
/* exec of a user in a kubeconfig. Inside this room only. */
#ifndef ING2GW_KUBE_KUBECONFIG_EXEC_H
#define ING2GW_KUBE_KUBECONFIG_EXEC_H

#include "kube/kubeconfig_files.h"

/* Fills in out->exec; what it is told of the cluster is that of out and of the entry. False: the fault says why. */
bool kubeconfig_exec(const struct config_files *files, const struct connection_world *world, const struct node *exec, const struct node *cluster, struct connection *out);

#endif
