/* SPDX-License-Identifier: Apache-2.0 */
/* What a cluster serves: groups, versions and kinds, asked for before anything is listed. */
#ifndef ING2GW_KUBE_DISCOVERY_H
#define ING2GW_KUBE_DISCOVERY_H

#include "kube/api.h"

struct api_resource {
	str group, version, plural, kind;   /* group: empty for that of the core */
	bool namespaced;
};

struct api_resources {
	struct api_resource *item;
	size_t n, cap;
};

/* A kind that is looked for: in the first version of its group that has it. */
struct wanted_kind {
	str group, kind;
};

/* Those of the wanted kinds that are served, in the order of `wanted`. False: fault says why. */
bool discovery_read(struct api *api, const struct wanted_kind *wanted, size_t n, struct api_resources *out, struct kube_fault *fault);

/* "/apis/GROUP/VERSION/PLURAL", within a namespace where one is given. */
str resource_path(struct arena *arena, const struct api_resource *resource, str namespace);

#endif
