/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of one text share. Inside this room only. */
#ifndef ING2GW_DOC_READING_H
#define ING2GW_DOC_READING_H

#include "doc/doc.h"

/* Limits are cut down to this, so that what walks trees may recurse. cJSON's own limit is 1000 as well. */
enum { DOC_DEEPEST = 1000 };

struct reading {
	struct doc_reader *reader;
	struct arena *scratch;       /* of one document */
	uint32_t file;
	str text;                    /* the whole source */
	struct doc_limits limits;
	bool invalid;                /* there are bytes that are not UTF-8 */
	size_t duplicates;           /* reported in this document */
	bool good;                   /* every document so far could be read */
};

/* Why a document cannot be read. Offsets count from the start of the source. */
struct trouble {
	enum diag_code code;
	size_t offset, span;
	str message, help;
};

struct place reading_place(const struct reading *r, size_t offset);

/* Reports an error that costs the document. */
void reading_fail(struct reading *r, const struct trouble *trouble);

/* The troubles that both languages have. */
struct trouble trouble_too_deep(const struct reading *r, size_t offset);
struct trouble trouble_size(const struct reading *r, size_t offset);

/* Before a document: an empty scratch arena. */
void reading_begin(struct reading *r);

/* Gives a document to the caller, who may empty the arena of the tree. */
void reading_visit(struct reading *r, struct node *root);

/* A new node of the tree. */
struct node *reading_node(struct reading *r, enum node_kind kind, size_t offset, size_t span);

/* pairs.c: makes the keys of a map that is complete unique: the last of equal ones counts, the others are reported. */
void reading_settle(struct reading *r, struct node *map);
/* Adds the pairs of maps to a settled map: what is there stays, then the first wins. */
void reading_merge(struct reading *r, struct node *map, struct node *const *from, size_t n);

/*
 * json.c: the whole text as JSON values that follow each other, from offset `start`. False when it is none, and nothing
 * has been reported or given to the caller then.
 */
bool json_read_text(struct reading *r, size_t start);
/* What stands there is an object or a list, or nothing of JSON. */
bool json_may_begin(str text, size_t start);

enum json_result { JSON_READ, JSON_NOT, JSON_FAILED };

/* One value between the offsets. JSON_NOT: trouble says where it stopped to be JSON. JSON_FAILED has been reported. */
enum json_result json_read_slice(struct reading *r, size_t start, size_t end, struct trouble *trouble);

/* yaml.c: the text as YAML, cut into documents; those that begin before `end`. */
void yaml_documents(struct reading *r, size_t start, size_t end);

/* One document of a text. */
struct cut {
	size_t start, end;     /* with directives, comments and "---" */
	size_t body;           /* behind "---", else start */
	bool has_marker;       /* "---" */
	bool has_content;      /* something but comments and directives */
	size_t directives;     /* lines */
};

/* yaml_split.c: the next document from *at on, which is moved behind it; false at the end. */
bool cut_next(str text, size_t *at, struct cut *cut);
/*
 * Where a document begins that may be read without those before it: the first such place that is `size` bytes or more behind `start`; the end of
 * the text where there is none. It is always a place to which cut_next() comes when it begins at `start`, which is such a place, too.
 */
size_t cut_near(str text, size_t start, size_t size);

/* yaml_trouble.c: libyaml's words for what is wrong. Offsets as above; context may be empty. */
struct yaml_words {
	str problem, context;
	size_t problem_at, context_at;
};

struct trouble trouble_of_yaml(const struct reading *r, const struct cut *cut, const struct yaml_words *words);
/* Are the lines between two places, or the one before them, a template that was not rendered? */
bool trouble_of_template(const struct reading *r, const struct cut *cut, size_t from, size_t to, struct trouble *trouble);

#endif
