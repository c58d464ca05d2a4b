/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML. libyaml's events become the tree; nothing here recurses. Anchored values are shared, not copied: what an alias
 * stands for is counted as if it had been written out, and held against the limits.
 */
#include "doc/reading.h"
#include "doc/scalar.h"
#include "doc/text.h"

#include <yaml.h>

/* libyaml compares each with all others. */
enum { MOST_DIRECTIVES = 100 };

#define KEY_MESSAGE "a key must be text, not a map or a list"
#define KEY_HELP "put the key in quotes"

/* libyaml's side of one document; in the scratch arena, so that an escape finds it. */
struct machine {
	struct resource open;
	yaml_parser_t parser;
	yaml_event_t event;
};

struct anchor {
	struct node *node;
	size_t nodes, height;    /* of the tree below it, itself included; height counts maps and lists */
	bool complete;
};

/* A map or list that is not complete. */
struct frame {
	struct node *node;
	struct anchor *anchor;   /* its own, or NULL */
	struct pair pair;        /* key without value yet */
	bool has_key, is_merge;
	size_t nodes, height;
	LIST(struct node *) merged;
};

struct builder {
	struct reading *r;
	const struct cut *cut;
	struct machine *machine;
	struct char_index index;
	struct map anchors;      /* name -> struct anchor */
	LIST(struct frame) stack;
	struct node *root;
	size_t expanded;         /* nodes that aliases have made */
	bool failed;             /* something has been reported; the rest is read for more of it */
	struct trouble trouble;  /* the reason to stop */
};

static void close_machine(void *handle)
{
	struct machine *machine = handle;
	yaml_event_delete(&machine->event);
	yaml_parser_delete(&machine->parser);
}

static size_t offset_of(const struct builder *b, yaml_mark_t mark)
{
	return b->cut->start + char_index_offset(&b->index, mark.index);
}

static size_t start_of(const struct builder *b)
{
	return offset_of(b, b->machine->event.start_mark);
}

static size_t span_of(const struct builder *b)
{
	return offset_of(b, b->machine->event.end_mark) - start_of(b);
}

static str name_of(const yaml_char_t *name)
{
	return str_c((const char *)name);
}

static struct arena *messages(const struct builder *b)
{
	return b->r->reader->diags->arena;
}

/* Reports what costs the document, and goes on. */
static void fail(struct builder *b, enum diag_code code, str message, str help)
{
	struct trouble trouble = { code, start_of(b), span_of(b), message, help };
	reading_fail(b->r, &trouble);
	b->failed = true;
}

static struct frame *top(struct builder *b)
{
	return b->stack.n > 0 ? &b->stack.item[b->stack.n - 1] : NULL;
}

static bool wants_key(struct builder *b)
{
	const struct frame *f = top(b);
	return f && f->node->kind == NODE_MAP && !f->has_key;
}

static void set_key(struct builder *b, str key, bool is_merge)
{
	struct frame *f = top(b);
	f->pair = (struct pair){ .key = key, .key_at = reading_place(b->r, start_of(b)) };
	f->has_key = true;
	f->is_merge = is_merge;
}

/* What << stands for: a map, or a list of maps. */
static void add_merged(struct builder *b, struct frame *f, struct node *value)
{
	struct arena *scratch = b->r->scratch;
	bool good = value->kind == NODE_MAP || value->kind == NODE_LIST;
	if (value->kind == NODE_MAP)
		LIST_PUSH(scratch, &f->merged, value);
	for (size_t i = 0; value->kind == NODE_LIST && i < value->as.list.n; i++) {
		struct node *entry = value->as.list.item[i];
		if (entry->kind == NODE_MAP)
			LIST_PUSH(scratch, &f->merged, entry);
		else
			good = false;
	}
	if (good)
		return;
	struct trouble trouble = { DIAG_MERGE_KEY, f->pair.key_at.offset, 2, STR("the merge key << needs a map, or a list of maps"),
		STR("give it an alias of a map (<<: *name), or put it in quotes if it is to be an ordinary key") };
	reading_fail(b->r, &trouble);
	b->failed = true;
}

/* A complete value goes into what is open. */
static void attach(struct builder *b, struct node *node, size_t nodes, size_t height)
{
	struct frame *f = top(b);
	if (!f) {
		b->root = node;
		return;
	}
	f->nodes += nodes;
	if (f->height < height + 1)
		f->height = height + 1;
	if (f->node->kind == NODE_LIST) {
		LIST_PUSH(b->r->reader->arena, &f->node->as.list, node);
	} else if (f->is_merge) {
		add_merged(b, f, node);
	} else {
		f->pair.value = node;
		LIST_PUSH(b->r->reader->arena, &f->node->as.map, f->pair);
	}
	f->has_key = false;
	f->is_merge = false;
}

static struct anchor *anchor_add(struct builder *b, const yaml_char_t *name, struct node *node)
{
	if (!name)
		return NULL;
	struct anchor *anchor = NEW(b->r->scratch, struct anchor);
	*anchor = (struct anchor){ .node = node, .nodes = 1 };
	map_set(&b->anchors, arena_str(b->r->scratch, name_of(name)), anchor);
	return anchor;
}

static bool is_core_tag(const yaml_char_t *tag, str name)
{
	static const str prefix = STR_INIT("tag:yaml.org,2002:");
	str s = name_of(tag);
	return str_starts(s, prefix) && str_eq(str_from(s, prefix.n), name);
}

/* Without a tag, only plain text is resolved. A tag of another kind makes text, as for kubectl. */
static struct scalar resolve(const yaml_event_t *event, str text)
{
	static const struct {
		str tag;
		enum node_kind kind;
	} kinds[] = {
		{ STR_INIT("null"), NODE_NULL }, { STR_INIT("bool"), NODE_BOOL }, { STR_INIT("int"), NODE_INT }, { STR_INIT("float"), NODE_FLOAT },
	};
	const struct scalar as_text = { .kind = NODE_STRING };
	const yaml_char_t *tag = event->data.scalar.tag;
	struct scalar s = scalar_resolve(text);
	if (!tag)
		return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? s : as_text;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (is_core_tag(tag, kinds[i].tag) && (s.kind == kinds[i].kind || (s.kind == NODE_INT && kinds[i].kind == NODE_FLOAT))) {
			s.kind = kinds[i].kind;
			return s;
		}
	return as_text;
}

static struct node *scalar_node(struct builder *b, const yaml_event_t *event, str text)
{
	struct scalar s = resolve(event, text);
	struct node *node = reading_node(b->r, s.kind, start_of(b), span_of(b));
	node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->as.text = text;
	node->truth = s.truth;
	node->number = s.kind == NODE_INT ? s.number : 0;
	return node;
}

static void on_scalar(struct builder *b, const yaml_event_t *event)
{
	str raw = { (const char *)event->data.scalar.value, event->data.scalar.length };
	str text = arena_str(b->r->reader->arena, raw);
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !event->data.scalar.tag;
	bool is_key = wants_key(b);
	if (is_key)
		set_key(b, text, (plain || is_core_tag(event->data.scalar.tag, STR("merge"))) && str_eq(text, STR("<<")));
	if (is_key && !event->data.scalar.anchor)
		return;
	struct node *node = scalar_node(b, event, text);
	struct anchor *anchor = anchor_add(b, event->data.scalar.anchor, node);
	if (anchor)
		anchor->complete = true;
	if (!is_key)
		attach(b, node, 1, 0);
}

/* The rest of the document cannot be counted, so this ends it. */
static bool within_limits(struct builder *b, const struct anchor *anchor)
{
	size_t bytes = b->cut->end - b->cut->start, ratio = b->r->limits.alias_ratio;
	if (b->stack.n + anchor->height > b->r->limits.depth) {
		b->trouble = trouble_too_deep(b->r, start_of(b));
		return false;
	}
	b->expanded += anchor->nodes;
	/* Without a product, which could wrap. */
	if (b->expanded / ratio < bytes || (b->expanded / ratio == bytes && b->expanded % ratio == 0))
		return true;
	b->trouble = (struct trouble){ DIAG_ALIAS_EXPANSION, start_of(b), span_of(b),
		arena_printf(messages(b), "aliases make more than %zu values for each byte of the document", ratio),
		STR("write out what the aliases stand for; if it has to be so, raise the limit with --max-alias-ratio") };
	return false;
}

static void refuse_key(struct builder *b)
{
	fail(b, DIAG_SYNTAX, STR(KEY_MESSAGE), STR(KEY_HELP));
}

static void undefined_alias(struct builder *b, str name, const struct anchor *anchor)
{
	if (anchor)
		fail(b, DIAG_UNDEFINED_ALIAS, arena_printf(messages(b), "the alias *%.*s stands inside the value that it names", STR_ARG(name)),
			STR("a value cannot hold itself: write it out"));
	else
		fail(b, DIAG_UNDEFINED_ALIAS, arena_printf(messages(b), "the alias *%.*s has no anchor &%.*s before it", STR_ARG(name), STR_ARG(name)),
			STR("text that begins with * needs quotes; an anchor stands before its aliases, in the same document"));
}

/* What is wrong is reported, and something empty takes its place, so that the rest can be read. */
static bool on_alias(struct builder *b, const yaml_event_t *event)
{
	str name = name_of(event->data.alias.anchor);
	const struct anchor *anchor = map_get(&b->anchors, name);
	bool good = anchor && anchor->complete;
	if (!good)
		undefined_alias(b, name, anchor);
	if (wants_key(b)) {
		bool scalar = good && anchor->height == 0;
		if (good && !scalar)
			refuse_key(b);
		set_key(b, scalar ? anchor->node->as.text : STR(""), false);
		return true;
	}
	if (!good) {
		const struct frame *f = top(b);
		attach(b, reading_node(b->r, f && f->is_merge ? NODE_MAP : NODE_NULL, start_of(b), 0), 1, 0);
		return true;
	}
	if (!within_limits(b, anchor))
		return false;
	attach(b, anchor->node, anchor->nodes, anchor->height);
	return true;
}

static bool on_start(struct builder *b, enum node_kind kind, const yaml_char_t *anchor)
{
	size_t at = start_of(b);
	if (wants_key(b)) {
		if (!trouble_of_template(b->r, b->cut, at, at, &b->trouble))
			b->trouble = (struct trouble){ DIAG_SYNTAX, at, 1, STR(KEY_MESSAGE), STR(KEY_HELP) };
		return false;
	}
	if (b->stack.n >= b->r->limits.depth) {
		b->trouble = trouble_too_deep(b->r, at);
		return false;
	}
	struct frame frame = { .node = reading_node(b->r, kind, at, 0), .nodes = 1, .height = 1 };
	frame.anchor = anchor_add(b, anchor, frame.node);
	LIST_PUSH(b->r->scratch, &b->stack, frame);
	return true;
}

static void on_end(struct builder *b)
{
	struct frame f = b->stack.item[--b->stack.n];
	if (f.node->kind == NODE_MAP) {
		reading_settle(b->r, f.node);
		if (f.merged.n > 0)
			reading_merge(b->r, f.node, f.merged.item, f.merged.n);
	}
	if (f.anchor) {
		f.anchor->nodes = f.nodes;
		f.anchor->height = f.height;
		f.anchor->complete = true;
	}
	attach(b, f.node, f.nodes, f.height);
}

/* The tree of the document before is given away when it is known that it is whole. */
static void deliver(struct builder *b)
{
	struct node *root = b->root;
	if (!b->failed)
		reading_visit(b->r, root && root->kind == NODE_NULL && root->plain && root->as.text.n == 0 ? NULL : root);
	b->root = NULL;
}

static bool on_event(struct builder *b, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return true;
	case YAML_STREAM_END_EVENT:
		if (b->root)
			deliver(b);
		return true;
	case YAML_DOCUMENT_START_EVENT:
		if (b->root)
			deliver(b);
		map_init(&b->anchors, b->r->scratch);
		b->failed = false;
		return true;
	case YAML_ALIAS_EVENT:
		return on_alias(b, event);
	case YAML_SCALAR_EVENT:
		on_scalar(b, event);
		return true;
	case YAML_SEQUENCE_START_EVENT:
		return on_start(b, NODE_LIST, event->data.sequence_start.anchor);
	case YAML_MAPPING_START_EVENT:
		return on_start(b, NODE_MAP, event->data.mapping_start.anchor);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		on_end(b);
		return true;
	}
	return true;
}

static void parser_failed(struct builder *b)
{
	const yaml_parser_t *parser = &b->machine->parser;
	if (parser->error == YAML_MEMORY_ERROR)
		escape_now(b->r->reader->arena->escape);
	struct yaml_words words = { str_c(parser->problem), str_c(parser->context), 0, 0 };
	words.problem_at = offset_of(b, parser->problem_mark);
	words.context_at = offset_of(b, parser->context_mark);
	b->trouble = trouble_of_yaml(b->r, b->cut, &words);
}

static bool run(struct builder *b)
{
	struct machine *machine = b->machine;
	for (bool end = false; !end;) {
		if (!yaml_parser_parse(&machine->parser, &machine->event)) {
			parser_failed(b);
			return false;
		}
		end = machine->event.type == YAML_STREAM_END_EVENT;
		bool good = on_event(b, &machine->event);
		yaml_event_delete(&machine->event);
		if (!good)
			return false;
	}
	return true;
}

/* False with trouble, which has not been reported. */
static bool read_cut(struct reading *r, const struct cut *cut, struct trouble *trouble)
{
	struct builder b = { .r = r, .cut = cut, .machine = NEW(r->scratch, struct machine) };
	str text = str_slice(r->text, cut->start, cut->end);
	char_index_init(&b.index, r->scratch, text);
	map_init(&b.anchors, r->scratch);
	if (r->invalid)
		text = text_cleaned(r->scratch, text);
	if (!yaml_parser_initialize(&b.machine->parser))
		escape_now(r->reader->arena->escape);
	escape_watch(r->reader->arena->escape, &b.machine->open, close_machine, b.machine);
	yaml_parser_set_encoding(&b.machine->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&b.machine->parser, (const unsigned char *)text.p, text.n);
	bool good = run(&b);
	escape_forget(r->reader->arena->escape, &b.machine->open);
	close_machine(b.machine);
	*trouble = b.trouble;
	return good;
}

/* People who write braces and a quoted key mean JSON. */
static bool looks_like_json(const struct reading *r, const struct cut *cut)
{
	str text = str_trim(str_slice(r->text, cut->body, cut->end));
	if (text.n > 0 && text.p[0] == '[')
		text = str_trim(str_from(text, 1));
	if (!str_starts(text, STR("{")))
		return false;
	text = str_trim(str_from(text, 1));
	return str_starts(text, STR("\"")) || str_starts(text, STR("//")) || str_starts(text, STR("/*"));
}

/* Of two readers that failed, the one that was meant is right; else the one that came further. */
static void report(struct reading *r, const struct cut *cut, const struct trouble *yaml, const struct trouble *json)
{
	bool syntax = yaml->code == DIAG_SYNTAX || yaml->code == DIAG_TAB_INDENT;
	if (syntax && json->message.n > 0 && (looks_like_json(r, cut) || json->offset >= yaml->offset))
		yaml = json;
	reading_fail(r, yaml);
}

static void read_document(struct reading *r, const struct cut *cut)
{
	struct trouble yaml = { 0 }, json = { 0 };
	reading_begin(r);
	if (cut->end - cut->start > r->limits.document_bytes) {
		yaml = trouble_size(r, cut->start);
		reading_fail(r, &yaml);
	} else if (cut->directives > MOST_DIRECTIVES) {
		yaml = (struct trouble){ DIAG_SYNTAX, cut->start, 1, STR("a document has more than 100 directives"),
			STR("take lines that begin with % away") };
		reading_fail(r, &yaml);
	} else if (!cut->has_content) {
		reading_visit(r, NULL);
	} else if (json_read_slice(r, cut->body, cut->end, &json) == JSON_NOT) {
		reading_begin(r);
		if (!read_cut(r, cut, &yaml))
			report(r, cut, &yaml, &json);
	}
}

void yaml_documents(struct reading *r, size_t start, size_t end)
{
	struct cut cut;
	while (start < end && cut_next(r->text, &start, &cut))
		read_document(r, &cut);
}
