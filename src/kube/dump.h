/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cluster as one text: everything that a conversion needs of it, read by get and list alone. The first object says that it is a dump,
 * what is printed of it by default, and what could not be read. The same cluster gives the same bytes.
 */
#ifndef ING2GW_KUBE_DUMP_H
#define ING2GW_KUBE_DUMP_H

#include "kube/api.h"
#include "kube/snapshot.h"

#define DUMP_API_VERSION "ing2gw/v1"
#define DUMP_KIND "Dump"

/* How a controller is found: parts of the names of its images, the usual name of its ConfigMap. */
struct dump_controller {
	struct str_list images;
	str config_map;          /* "namespace/name", or empty */
};

/* What is printed of it where nobody says otherwise. */
struct dump_scope {
	struct str_list namespaces;   /* none: all */
	str selector;
};

struct dump_request {
	struct dump_scope scope;
	const struct vendor_kinds *vendors;
	const struct dump_controller *controllers;
	size_t controllers_n;
	bool certificates;       /* the public part of certificates too */
};

/* A kind that could not be read. */
struct dump_gap {
	str kind;
	struct str_list only;    /* namespaces that were read all the same */
};

struct dump_gaps {
	struct dump_gap *item;
	size_t n, cap;
};

/* What a dump says of itself. */
struct dump_head {
	bool present;
	struct dump_scope scope;
	str gateway_version, gateway_channel;   /* installed; empty: none, or not known */
	bool gateway_unknown;                   /* might not be asked for */
	struct dump_gaps gaps;
};

struct dump {
	struct dump_head head;
	LIST(struct api_kept) objects;   /* documents, by kind, namespace and name */
};

/* False: the cluster cannot be read, and fault says why. */
bool dump_read(struct api *api, const struct dump_request *request, struct dump *out, struct kube_fault *fault);

/* The whole text; or, with a namespace, the objects of it ("": those of none), which begin with the same first object. */
void dump_write(struct buf *out, const struct dump *dump, const str *namespace);

/* The first object of a text, read back; false: it is none. */
bool dump_head_read(struct arena *arena, const struct node *root, struct dump_head *out);
bool dump_has_gap(const struct dump_head *head, str kind);

#endif
