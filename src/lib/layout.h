/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Manifests shared out to files of a folder. Every file begins with LAYOUT_MARK, by which a later run knows what it may
 * replace, and is listed in kustomization.yaml.
 */
#ifndef ING2GW_LIB_LAYOUT_H
#define ING2GW_LIB_LAYOUT_H

#include "gateway/assemble.h"

#define LAYOUT_MARK "# Written by ing2gw; the next run replaces this file.\n"
#define LAYOUT_KUSTOMIZATION "kustomization.yaml"

enum layout {
	LAYOUT_NONE,                 /* one text */
	LAYOUT_SINGLE,               /* gateway-api.yaml */
	LAYOUT_BY_NAMESPACE,         /* cluster.yaml; namespaces/NS.yaml */
	LAYOUT_BY_ROLE               /* infrastructure/: GatewayClasses; operator/: Gateways, grants; application/NS.yaml: the rest */
};

struct layout_file {
	str path;                    /* below the folder, with at most one slash; never leads out of it */
	str text;
};

struct layout_files {
	struct layout_file *item;
	size_t n, cap;
};

/* Files by path, none of them empty. Not among them is kustomization.yaml. */
struct layout_files layout_make(struct arena *arena, enum layout layout, const struct printed *objects, size_t n, bool comments);

/* The objects of a file that layout_make() has written, as "HTTPRoute/NS/NAME"; a namespace that is not written is "default". */
void layout_objects(struct arena *arena, str text, struct str_list *out);

/* The text of kustomization.yaml over files; paths are sorted here. */
str layout_kustomization(struct arena *arena, struct str_list *paths);

/* The folders that any layout writes to, beside PATH itself. */
extern const str layout_folders[];
extern const size_t layout_folder_count;

#endif
