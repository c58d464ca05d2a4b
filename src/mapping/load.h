/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the files of the loader: how a map of a table becomes a struct. A row is decoded by a list of keys, so an
 * unknown key, a wrong kind and a missing value are found in one place, for all tables. A fault never ends loading.
 */
#ifndef ING2GW_MAPPING_LOAD_H
#define ING2GW_MAPPING_LOAD_H

#include "mapping/mapping.h"

struct loader {
	struct mapping *mapping;
	uint32_t file;
	bool builtin;            /* a fault is a bug of ours, not of the user */
	bool good;
	size_t tables;           /* documents that held one */
	struct map seen;         /* of the list that is read now: name -> its node; load_once() asks it */
};

enum key_kind {
	KEY_TEXT,                /* any scalar, as written; offset is a str */
	KEY_TEXTS,               /* list of scalars; offset is a struct str_list, new ones are added */
	KEY_FLAG,                /* true or false; offset is a bool */
	KEY_WORD,                /* one of words: handed to set, or kept as text at offset without set */
	KEY_OTHER                /* known, and read by somebody else */
};

enum need { OPTIONAL, NEEDED };

struct key {
	str name;
	enum key_kind kind;
	enum need need;
	size_t offset;
	const str *words;
	size_t word_count;
	void (*set)(void *row, size_t word);
};

#define COUNT_OF(array) (sizeof (array) / sizeof (array)[0])

/* Reports a fault at that place, under the code for what it is; the caller may add help to the result. */
struct diag *load_fault_as(struct loader *loader, enum diag_code code, struct place at, uint32_t span, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* The same of a value or a combination that cannot be (I2G-0307). */
struct diag *load_fault(struct loader *loader, struct place at, uint32_t span, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/*
 * Decodes a map into row. Keys that are null count as absent. With whole, needed keys must be there. False when node is no
 * map; every other fault is reported and passed over.
 */
bool load_keys(struct loader *loader, const struct node *node, const struct key *keys, size_t n, bool whole, void *row);

/* The list under key; NULL when there is none, or when it is something else, which is a fault. */
const struct node *load_list(struct loader *loader, const struct node *map, str key);

/* "did you mean WORD; " where one of them was probably meant, then title and all of them. */
str load_help(struct loader *loader, str word, const struct str_list *known, const char *title);

/* Whether name is new in the list being read; false was reported. map_init(&loader->seen) starts a list. */
bool load_once(struct loader *loader, const struct node *node, str name);

/* Whether there is such a feature with such a field (empty: any); false was reported at the row. */
bool load_check_feature(struct loader *loader, const struct node *row, str feature, str field);

/*
 * load_template.c: whether every hole of a template can be filled from a step of that feature; empty: from an answer of the target's. False
 * was reported where the hole stands.
 */
bool load_check_holes(struct loader *loader, const struct node *template, str feature);

/* One controller's table: a new one, or rows for the one of that name. */
void load_controller(struct loader *loader, const struct node *root);

/* One target's table: a new one, or rows for the one of that name. */
void load_target(struct loader *loader, const struct node *root);

/* versions.c: what of a target's table hangs on its versions, and what it lacks. */
void load_versions(struct loader *loader, struct target_table *table, const struct node *root);

/* Makes of the rows as written those of one version; empty: of a table without any. */
void target_settle(struct arena *arena, struct target_table *table, str version);

/* After all tables: what targets have from those that they extend. */
void load_inherited(struct loader *loader);

/* ---- of values.c, for checks of rows ---- */

struct str_list value_types(struct arena *arena);        /* names of all types: "bool", "int" ... */
str value_quote(struct arena *arena, str text);          /* in backquotes, one line, cut at 60 characters */
bool value_type_needs_words(str type);
bool value_type_needs_pattern(str type);

#endif
