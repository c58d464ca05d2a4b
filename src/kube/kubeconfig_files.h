/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a kubeconfig as one: which count, and which entry of a name. Inside this room only. */
#ifndef ING2GW_KUBE_KUBECONFIG_FILES_H
#define ING2GW_KUBE_KUBECONFIG_FILES_H

#include "doc/doc.h"
#include "kube/kubeconfig.h"

struct config_files {
	struct arena *arena;
	struct sources sources;
	LIST(struct node *) roots;   /* of those that were read, the first one counts most */
	struct str_list names;       /* of files that were asked for, for messages */
	struct kube_fault *fault;
};

/* False: a file cannot be read or is none, and the fault says why. Files that are not there are passed over, but not the one that the user names. */
bool config_files_read(struct config_files *files, const struct connection_options *options, const struct connection_world *world);

/* An entry of clusters, contexts or users: its inner map; NULL: no file has that name. at: of its name. */
const struct node *config_files_find(const struct config_files *files, str list, str name, struct place *at);
str config_files_current(const struct config_files *files, struct place *at);
struct str_list config_files_names(const struct config_files *files, str list);

/* A path of a file: as it stands, or from the folder of that file. */
str config_files_path(const struct config_files *files, struct place at, str path);
/* "file:line:column" */
str config_files_where(const struct config_files *files, struct place at);
/* Sets the fault, with the code of kubeconfigs. Always false. */
bool config_files_fault(const struct config_files *files, struct place at, str message, str help);

#endif
