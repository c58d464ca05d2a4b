/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tools of the decoders: where in an object we are, what is wrong there, and the fields that are accounted for. Inside this
 * room only.
 */
#ifndef ING2GW_KUBE_DECODE_H
#define ING2GW_KUBE_DECODE_H

#include "kube/snapshot.h"

/* The way from the object's root to a value. Lives on the stack of the decoders; up is NULL at the root. */
struct step {
	const struct step *up;
	str key;                 /* p is NULL: an entry of a list */
	size_t index;
	struct place key_at;     /* of a key, else nowhere */
};

#define STEP_KEY(up_, pair_)         (&(struct step){ (up_), (pair_)->key, 0, (pair_)->key_at })
#define STEP_ENTRY(up_, i_)          (&(struct step){ (up_), { NULL, 0 }, (i_), { 0, 0 } })

/* What can be wrong with an object. Effect is what it means for traffic, help what to do. */
struct fault {
	enum diag_code code;
	enum diag_level level;
	str message, effect, help;
};

/* The effect of most faults. */
#define EFFECT_REFUSED "the API server refuses the object; no controller has seen it as it stands here"

struct decoder {
	struct snapshot *snapshot;
	struct arena *arena;     /* of the run */
	str kind, object;        /* "Ingress", "Ingress/ns/name" */
	str api_version;         /* its own or that of the list around it; in the arena of the run */
	struct ingress *ingress; /* takes the fields; NULL for other kinds, whose fields nobody accounts for */
	const struct vendor_kind *vendor_kind;   /* of a vendor's object */
	struct vendor_object *vendor;            /* that takes the fields; or NULL */
	size_t fields;           /* made so far */
	bool quiet;              /* nothing is reported (a patch is no object, its gaps are no faults) */
};

/* Where a node is to be pointed at: the first key of a map, else the node. */
struct place decode_place(const struct node *node, uint32_t *span);
/* The same for a value that is a scalar, or else for the key before it. */
struct place decode_value_place(const struct step *step, const struct node *node, uint32_t *span);

void decode_report(struct decoder *d, const struct fault *fault, struct place at, uint32_t span);
/* The same at a field's value. */
void decode_report_field(struct decoder *d, const struct fault *fault, const struct field *field);
/* `"rules" must be WANTED, not text`; level error: the value is not used. */
void decode_wrong_type(struct decoder *d, enum diag_level level, const struct step *step, const struct node *node, const char *wanted);
/* A key that the API does not know at this place. */
void decode_unknown(struct decoder *d, const struct pair *pair, const str *known, size_t n);
/* The last two arguments, of an array. */
#define KNOWN(list) (list), sizeof (list) / sizeof (list)[0]

/* A field that is accounted for, with a key of the caller. */
struct field *decode_field(struct decoder *d, str key, str value, struct place at, uint32_t span);
/* The leaf at a step, scalar or empty. */
struct field *decode_leaf(struct decoder *d, const struct step *step, const struct node *node);
/* All leaves at and below a step. */
void decode_leaves(struct decoder *d, const struct step *step, const struct node *node);

/* Is it a map (a list) with entries? If not, its leaves are accounted for, and another type than null is reported. */
bool decode_is_map(struct decoder *d, const struct step *step, const struct node *node);
bool decode_is_list(struct decoder *d, const struct step *step, const struct node *node);

/* A leaf that must be text: NULL when it is null, a list or a map. Numbers and booleans are taken as written and reported. */
struct field *decode_text(struct decoder *d, const struct step *step, const struct node *node);
/* The same, and a warning when somebody forgot to fill it in; then *open is true. */
struct field *decode_name(struct decoder *d, const struct step *step, const struct node *node, bool *open);
bool decode_placeholder(struct decoder *d, const struct field *field);

/* A copy of a scalar's text in the arena of the run; empty when it is none. */
str decode_copy(struct decoder *d, const struct node *node);

/* Reads metadata into meta and sets d->object; false when there is no name (then reported). cluster: of no namespace. */
bool decode_meta(struct decoder *d, const struct node *root, bool cluster, struct meta *meta);
/* Seconds since 1970 of an RFC 3339 time; false when it is none. */
bool decode_time(str text, int64_t *seconds);

/*
 * Decoders of the kinds. Each returns the meta of a struct whose first member it is, or NULL when nothing is kept.
 * Those of fragments are kept for Ingresses only.
 */
struct meta *decode_ingress(struct decoder *d, const struct node *root);
struct meta *decode_ingress_class(struct decoder *d, const struct node *root);
struct meta *decode_service(struct decoder *d, const struct node *root);
struct meta *decode_endpoints(struct decoder *d, const struct node *root);
struct meta *decode_endpoint_slice(struct decoder *d, const struct node *root);
struct meta *decode_config_map(struct decoder *d, const struct node *root);
struct meta *decode_secret(struct decoder *d, const struct node *root);
struct meta *decode_workload(struct decoder *d, const struct node *root);
struct meta *decode_namespace(struct decoder *d, const struct node *root);
struct meta *decode_gateway(struct decoder *d, const struct node *root);
struct meta *decode_gateway_class(struct decoder *d, const struct node *root);
struct meta *decode_vendor(struct decoder *d, const struct node *root);   /* of d->vendor_kind */

/* backend.c: `old` is the form of v1beta1, serviceName and servicePort. */
struct ingress_backend decode_backend(struct decoder *d, const struct step *step, const struct node *node, bool old);

/* fragment.c: what is no object, but part of one. */
bool fragment_has_marker(const struct node *root);         /* "$patch" and its like, anywhere */
void fragment_report(struct decoder *d, const struct node *root);
/* A document that is no map or has no kind: says what it is taken for. */
void fragment_without_kind(struct decoder *d, const struct node *root);
/* kustomization.yaml, with or without kind. */
void fragment_kustomization(struct decoder *d, const struct node *root);

/* digest.c: two numbers that are equal for objects that say the same. */
struct digest {
	uint64_t part[2];
};
struct digest digest_object(const struct node *root, str api_version);

#endif
