/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tools of the readers of single kinds: see read.h. What is not there, null or of another type counts as not written. Inside
 * this room only.
 */
#ifndef ING2GW_GATEWAY_READ_OBJECT_H
#define ING2GW_GATEWAY_READ_OBJECT_H

#include "gateway/read.h"

#define READ_GROUP   "gateway.networking.k8s.io"
#define READ_X_GROUP "gateway.networking.x-k8s.io"

/* One object on its way from tree to struct. */
struct reader {
	struct arena *arena;
	struct read_meta meta;
};

/* A copy of a scalar's text. */
str read_text(const struct reader *r, const struct node *node, const char *key);
/* The same; otherwise where none is written. */
str read_text_or(const struct reader *r, const struct node *node, const char *key, const char *otherwise);
/* 0 where it is none up to most. */
uint64_t read_number(const struct node *node, const char *key, uint64_t most);
bool read_truth(const struct node *node, const char *key);
/* The list below a key; NULL where there is none. */
const struct node *read_list(const struct node *node, const char *key);
size_t read_count(const struct node *list);
void read_texts(const struct reader *r, const struct node *node, const char *key, struct str_list *out);
/* Of a value that is a scalar, else of the first key of a map. */
struct place read_place(const struct node *node);
/* A duration or another small value as it is written, with its place. */
struct read_pair read_value(const struct reader *r, const struct node *node, const char *key);

/* A reference in the namespace of the object itself unless it names another one. */
struct read_ref read_reference(const struct reader *r, const struct node *node, const char *group, const char *kind);
void read_references(const struct reader *r, const struct node *list, const char *group, const char *kind,
	struct read_ref **item, size_t *n, size_t *cap);
/* All references of a list, at the end of one in a struct. */
#define READ_REFERENCES(r, list, group, kind, out) read_references((r), (list), (group), (kind), &(out)->item, &(out)->n, &(out)->cap)

/* read_route.c, read_filter.c, read_gateway.c, read_other.c: false where the object has no spec that says anything. */
void read_route(const struct reader *r, const struct node *spec, enum read_route_kind kind, struct read_route *out);
struct read_filter read_filter(const struct reader *r, const struct node *node);
void read_gateway(const struct reader *r, const struct node *spec, struct read_gateway *out);
void read_set(const struct reader *r, const struct node *spec, struct read_set *out);
void read_grant(const struct reader *r, const struct node *spec, struct read_grant *out);
void read_tls_policy(const struct reader *r, const struct node *spec, struct read_tls_policy *out);
/* False where it applies to nothing. */
bool read_policy(const struct reader *r, const struct node *spec, struct read_policy *out);

#endif
