/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the check share: where the walk over an object is, and how a fault is said. */
#ifndef ING2GW_GATEWAY_CHECK_WALK_H
#define ING2GW_GATEWAY_CHECK_WALK_H

#include "gateway/check.h"

#define CHECK_DEPTH 32u              /* steps from an object's root to a value; the schema has up to 12 */

enum step_kind { STEP_FIELD, STEP_ELEMENT, STEP_KEY };

/* The way to a value, from the inside out. */
struct step {
	const struct step *outer;    /* NULL: a field of the object */
	enum step_kind kind;
	str name;                    /* of a field or key */
	size_t index;                /* of an element */
};

struct walk {
	struct gateway_version version;
	struct checker *checker;
	struct arena *scratch;
	const struct schema_kind *kind;
	uint32_t api;                /* bit of the object's apiVersion */
	check_report *report;
	void *user;
	bool good;                   /* nothing found so far */
};

void check_fault(struct walk *walk, const struct step *at, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* text in quotes, its end cut off when it is long. */
str check_shown(const struct walk *walk, str text);

/* The object's metadata, by the API server's rules for all kinds (apimachinery, ValidateObjectMeta). */
void check_metadata(struct walk *walk, const struct node *object);

#endif
