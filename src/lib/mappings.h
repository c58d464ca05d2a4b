/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of mappings/ for people and other programs: which names there are, what a table says. Works on memory; the texts
 * come from the binary.
 */
#ifndef ING2GW_LIB_MAPPINGS_H
#define ING2GW_LIB_MAPPINGS_H

#include "base/buf.h"
#include "base/diag.h"
#include "mapping/mapping.h"


struct tables {
	struct mapping *mapping;
	struct sources sources;
	struct diags diags;        /* empty, unless a table of the user is broken, or a built-in one, which is a bug */
	const struct mapping_texts *more;   /* the user's */
};

/* Loads the built-in tables and those of the user into the arena. */
struct tables *tables_load(struct arena *arena, const struct mapping_texts *more);

/* What a word on the command line may be the name of. */
enum table_word { TABLE_FEATURE, TABLE_CONTROLLER, TABLE_TARGET };

str table_word_name(enum table_word word);      /* "feature" ... */

/* Is there one of that name, of targets also as NAME@VERSION? Else near is the nearest name, or empty. */
bool tables_know(const struct tables *tables, enum table_word word, str name, str *near);

/* What is wrong with "NAME" or "NAME@VERSION" of a target, in one sentence without an end; empty: nothing. */
str targets_why(const struct tables *tables, struct arena *arena, str word);

/* The nearest of some names, or empty: for "did you mean". */
str nearest_name(str name, const struct str_list *known);

enum tables_form { TABLES_TEXT, TABLES_YAML, TABLES_JSON };

/* The list of controllers and targets. */
void tables_list(struct buf *out, const struct tables *tables);

/*
 * One controller's or target's table: as text in columns, as the YAML that it is made from, or as JSON. False when there is none of
 * that name; near as above.
 */
bool tables_show(struct buf *out, const struct tables *tables, str name, enum tables_form form, str *near);

/* Whether something was reported under that code. */
bool tables_have(const struct tables *tables, enum diag_code code);
/* Every document of the user's could be read, right or wrong. */
bool tables_are_read(const struct tables *tables);
/* What is wrong, for other programs: a list of code, level, file, line, column, message and help, in the order of the files. */
void tables_faults_json(struct buf *out, const struct tables *tables);
/* "2 files, 3 faults" */
void tables_faults_count(struct buf *out, const struct tables *tables);

/* Since when a target can say a feature: "1.5", "1.1 experimental", "1.7, 1.2 experimental", or empty. */
str tables_since(struct arena *arena, const struct target_row *row);

#endif
