/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a dump keeps of an object of the API: what conversion reads, and nothing else. Never kept are managedFields, the copy that kubectl
 * keeps of what was applied, uids and versions, status, environment and volumes of Pods, addresses of Services.
 */
#ifndef ING2GW_KUBE_REDUCE_H
#define ING2GW_KUBE_REDUCE_H

#include "doc/node.h"

/* Each makes a tree in the arena; NULL: nothing of it is kept. */
typedef struct node *reduce_object(struct arena *arena, str api_version, str kind, const struct node *root);

struct node *reduce_whole(struct arena *arena, str api_version, str kind, const struct node *root);       /* all but metadata's rest and status */
struct node *reduce_names(struct arena *arena, str api_version, str kind, const struct node *root);       /* name and labels */
struct node *reduce_service(struct arena *arena, str api_version, str kind, const struct node *root);
struct node *reduce_endpoints(struct arena *arena, str api_version, str kind, const struct node *root);   /* whether one is ready */
struct node *reduce_workload(struct arena *arena, str api_version, str kind, const struct node *root);    /* arguments, image, labels of Pods */
struct node *reduce_config_map(struct arena *arena, str api_version, str kind, const struct node *root);
struct node *reduce_certificate(struct arena *arena, str api_version, str kind, const struct node *root); /* tls.crt of a Secret of type kubernetes.io/tls, no keys */

/* A Secret of which name and type are known. */
struct node *reduce_secret_row(struct arena *arena, str namespace, str name, str type);

#endif
