/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The doc room: text to node trees and back. libyaml and cJSON do not show through.
 *
 * Reading never ends at a wrong document: what is wrong is reported with its place, and the next document is read. YAML
 * is cut at its document markers ("---" and "..." at the start of a line, YAML 1.2 section 9.1.2) before libyaml sees it,
 * so one broken document costs only itself.
 */
#ifndef ING2GW_DOC_DOC_H
#define ING2GW_DOC_DOC_H

#include "base/buf.h"
#include "base/diag.h"
#include "doc/node.h"

/* Limits against hostile input; each has a flag that raises it. Zero means the default. */
struct doc_limits {
	size_t depth;            /* nesting of maps and lists; default 100 */
	size_t alias_ratio;      /* nodes made by alias expansion for each byte of the document; default 10 */
	size_t document_bytes;   /* default 64 MiB */
	size_t total_bytes;      /* over all texts; default 1 GiB; checked by the caller that reads files */
};

struct doc_limits doc_limits_fill(struct doc_limits limits);   /* zeroes replaced by defaults */

/* Called once for each document with its tree; root is NULL for an empty document. */
typedef void doc_visit(void *user, struct node *root);

struct doc_reader {
	struct arena *arena;        /* trees; the caller may reset it between documents only inside visit */
	struct diags *diags;
	const struct doc_limits *limits;
	doc_visit *visit;
	void *user;
};

/*
 * Reads every document of source number `file` (its text is in sources). JSON is chosen when the first character that
 * is not white space is { or [ and the text is valid JSON (possibly several values in sequence); else YAML 1.1 as
 * kubectl reads it, with YAML 1.2 booleans and numbers told apart by node.plain. Returns false when any document could not
 * be read (and has said why).
 */
bool doc_read(struct doc_reader *reader, const struct sources *sources, uint32_t file);

/* Some documents of a text, which can be read apart from the others. */
struct doc_part {
	uint32_t file;
	size_t start, end;
	bool invalid;               /* the text has bytes that are not UTF-8 */
};

struct doc_parts {
	struct doc_part *item;
	size_t n, cap;
};

/*
 * Cuts a text into parts of about `size` bytes, each of whole documents; all parts one after the other are what doc_read() reads. JSON is one
 * part, and so is one document, however large. Reports what is wrong with the text as a whole; false when nothing of it can be read.
 */
bool doc_split(struct doc_reader *reader, const struct sources *sources, uint32_t file, size_t size, struct arena *arena, struct doc_parts *out);
bool doc_read_part(struct doc_reader *reader, const struct sources *sources, const struct doc_part *part);

/* Text begins with a JSON value (RFC 8259), which ends before *end; else *end is where it is wrong, or the end of text. */
bool json_begins(str text, size_t *end);

struct doc_style {
	bool comments;              /* print node.comment */
};

/* One YAML document without "---"; block style, two spaces, keys in their order, strings quoted wherever a YAML 1.1 or
 * 1.2 reader could take them for something else; ends with a newline. */
void doc_write_yaml(struct buf *out, const struct node *root, struct doc_style style);

/* JSON, indented by two spaces; ends without a newline. indent: columns already taken by the caller. */
void doc_write_json(struct buf *out, const struct node *root, size_t indent);

#endif
