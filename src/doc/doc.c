/* SPDX-License-Identifier: Apache-2.0 */
/* Reading of one text: which language it is, and what all readers need. See doc.h and reading.h. */
#include "doc/doc.h"

#include "doc/reading.h"
#include "doc/text.h"

#include <stdlib.h>

struct doc_limits doc_limits_fill(struct doc_limits limits)
{
	if (limits.depth == 0)
		limits.depth = 100;
	if (limits.depth > DOC_DEEPEST)
		limits.depth = DOC_DEEPEST;
	if (limits.alias_ratio == 0)
		limits.alias_ratio = 10;
	if (limits.document_bytes == 0)
		limits.document_bytes = (size_t)64 << 20;
	if (limits.total_bytes == 0)
		limits.total_bytes = (size_t)1 << 30;
	return limits;
}

/* The scratch arena. On the heap, because the stack it was made on is gone when an escape closes it. */
struct session {
	struct resource open;
	struct arena scratch;
};

static void session_close(void *handle)
{
	struct session *session = handle;
	arena_release(&session->scratch);
	free(session);
}

static struct session *session_open(const struct arena *arena)
{
	struct session *session = malloc(sizeof *session);
	if (!session)
		escape_now(arena->escape);
	arena_init(&session->scratch, arena->limit, arena->escape);
	escape_watch(arena->escape, &session->open, session_close, session);
	return session;
}

struct place reading_place(const struct reading *r, size_t offset)
{
	return (struct place){ r->file, (uint32_t)offset };
}

void reading_fail(struct reading *r, const struct trouble *t)
{
	struct diag_site site = { reading_place(r, t->offset), (uint32_t)t->span, STR("") };
	struct diag *diag = diag_add(r->reader->diags, t->code, site, t->message);
	diag->level = DIAG_ERROR;
	diag->effect = STR("nothing of this document is converted; other documents are");
	diag->help = t->help;
	r->good = false;
}

struct trouble trouble_too_deep(const struct reading *r, size_t offset)
{
	struct arena *arena = r->reader->diags->arena;
	str message = arena_printf(arena, "maps and lists are nested deeper than %zu levels", r->limits.depth);
	str help = r->limits.depth < DOC_DEEPEST ? STR("no Kubernetes object is; if this one has to be, raise the limit with --max-depth")
		: STR("no Kubernetes object is; this is the largest depth that can be read");
	return (struct trouble){ DIAG_TOO_DEEP, offset, 1, message, help };
}

struct trouble trouble_size(const struct reading *r, size_t offset)
{
	str message = arena_printf(r->reader->diags->arena, "the document is larger than %zu bytes", r->limits.document_bytes);
	return (struct trouble){ DIAG_DOCUMENT_SIZE, offset, 1, message, STR("split it, or raise the limit with --max-document-size") };
}

void reading_begin(struct reading *r)
{
	arena_reset(r->scratch);
	r->duplicates = 0;
}

void reading_visit(struct reading *r, struct node *root)
{
	r->reader->visit(r->reader->user, root);
}

struct node *reading_node(struct reading *r, enum node_kind kind, size_t offset, size_t span)
{
	struct node *node = NEW(r->reader->arena, struct node);
	node->kind = kind;
	node->at = reading_place(r, offset);
	node->span = (uint32_t)span;
	return node;
}

/* PowerShell's ">" writes UTF-16 with a byte order mark; without one, every other byte of the first characters is zero. */
static bool is_utf16(str s)
{
	if (str_starts(s, STR("\xFF\xFE")) || str_starts(s, STR("\xFE\xFF")))
		return true;
	return s.n >= 4 && (s.p[0] == '\0') == (s.p[2] == '\0') && (s.p[1] == '\0') == (s.p[3] == '\0') && (s.p[0] == '\0') != (s.p[1] == '\0');
}

static void refuse_utf16(struct reading *r)
{
	struct trouble trouble = { DIAG_NOT_UTF8, 0, 1, STR("the text is UTF-16, not UTF-8"),
		STR("write it as UTF-8: iconv -f UTF-16 -t UTF-8, or in PowerShell: ... | Out-File -Encoding utf8") };
	reading_fail(r, &trouble);
}

static void warn_of_invalid(struct reading *r)
{
	size_t bad = text_invalid(r->text);
	if (bad == r->text.n)
		return;
	r->invalid = true;
	struct diag_site site = { reading_place(r, bad), 1, STR("") };
	struct diag *diag = diag_add(r->reader->diags, DIAG_NOT_UTF8, site, STR("the text is not UTF-8"));
	diag->effect = STR("bytes that are not UTF-8 are read as U+FFFD; kubectl refuses the text");
	diag->help = STR("write it as UTF-8, for example: iconv -f ISO-8859-1 -t UTF-8");
}

/* The text as one part, and what is wrong with it as a whole; false when nothing of it can be read. */
static bool look_at(struct doc_reader *reader, const struct sources *sources, uint32_t file, struct doc_part *whole)
{
	const struct source *source = sources_get(sources, file);
	if (!source)
		return false;
	struct reading r = { .reader = reader, .file = file, .text = source->text, .good = true };
	if (is_utf16(r.text)) {
		refuse_utf16(&r);
		return false;
	}
	warn_of_invalid(&r);
	*whole = (struct doc_part){ file, source_mark(r.text), r.text.n, r.invalid };
	return true;
}

bool doc_split(struct doc_reader *reader, const struct sources *sources, uint32_t file, size_t size, struct arena *arena, struct doc_parts *out)
{
	struct doc_part part;
	if (!look_at(reader, sources, file, &part))
		return false;
	const str text = sources_get(sources, file)->text;
	bool json = json_may_begin(text, part.start);
	do {
		part.end = json ? text.n : cut_near(text, part.start, size);
		LIST_PUSH(arena, out, part);
		part.start = part.end;
	} while (part.start < text.n);
	return true;
}

bool doc_read_part(struct doc_reader *reader, const struct sources *sources, const struct doc_part *part)
{
	struct session *session = session_open(reader->arena);
	struct reading r = { .reader = reader, .scratch = &session->scratch, .file = part->file, .text = sources_get(sources, part->file)->text,
		.invalid = part->invalid, .good = true };
	r.limits = doc_limits_fill(reader->limits ? *reader->limits : (struct doc_limits){ 0 });
	if (!json_read_text(&r, part->start))
		yaml_documents(&r, part->start, part->end);
	escape_forget(reader->arena->escape, &session->open);
	session_close(session);
	return r.good;
}

bool doc_read(struct doc_reader *reader, const struct sources *sources, uint32_t file)
{
	struct doc_part whole;
	return look_at(reader, sources, file, &whole) && doc_read_part(reader, sources, &whole);
}
