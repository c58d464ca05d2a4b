/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From languages to instructions, from the last item to the first, so that each knows what follows it: see program.h. Reversed, from
 * the first to the last.
 */
#include "route/program.h"

/* Instructions of one language, and of all. */
enum { MOST_OF_ONE = 50000, MOST_OF_ALL = 4000000 };

void program_init(struct program *p, struct arena *arena, enum domain domain)
{
	*p = (struct program){ .arena = arena, .alphabet = domain_alphabet(domain), .reversed = domain_is_reversed(domain) };
	struct instruction fail = { .op = OP_FAIL };
	LIST_PUSH(arena, &p->code, fail);
	struct beginning nothing = { 0 };
	for (size_t i = 0; i < 3; i++)
		LIST_PUSH(arena, &p->beginnings, nothing);
	p->root[0] = 1;
	p->root[1] = 2;
	struct hung none = { 0 };
	LIST_PUSH(arena, &p->hung, none);
}

/* ---- instructions ---- */

static uint32_t add(struct program *p, struct instruction i)
{
	if (p->code.n >= p->most) {
		p->too_large = true;
		return 0;
	}
	LIST_PUSH(p->arena, &p->code, i);
	return (uint32_t)p->code.n - 1;
}

/* The language's own instruction of this kind, which it has once. */
static uint32_t add_last(struct program *p, enum op op, uint32_t owner)
{
	uint32_t *one = op == OP_END ? &p->end : &p->all;
	if (!*one)
		*one = add(p, (struct instruction){ .op = op, .owner = owner });
	return *one;
}

static uint32_t find_set(struct program *p, const struct bytes *set)
{
	uint32_t *known = bytes_count(set) == 1 ? &p->single[bytes_first(set)] : NULL;
	if (known && *known)
		return *known - 1;
	for (size_t i = 0; !known && i < p->sets.n; i++)
		if (bytes_eq(&p->sets.item[i], set))
			return (uint32_t)i;
	LIST_PUSH(p->arena, &p->sets, *set);
	if (known)
		*known = (uint32_t)p->sets.n;
	return (uint32_t)p->sets.n - 1;
}

/* A byte that the pattern has as such, in one or in any letter case. */
static void note_letter(struct program *p, const struct bytes *set)
{
	struct bytes letter = { 0 };
	unsigned first = bytes_first(set), n = bytes_count(set);
	bytes_add(&letter, (unsigned char)char_lower((char)first));
	bytes_fold(&letter);
	if (n == 1)
		bytes_add(&p->letters, first);
	else if (n == 2 && bytes_eq(&letter, set))
		bytes_add(&p->letters, (unsigned char)char_lower((char)first));
}

static uint32_t add_set(struct program *p, const struct bytes *wanted, uint32_t next, uint32_t owner)
{
	struct bytes set = *wanted;
	bytes_keep(&set, &p->alphabet);
	if (next == 0 || bytes_is_empty(&set))
		return 0;
	note_letter(p, &set);
	return add(p, (struct instruction){ .op = OP_SET, .next = next, .set = find_set(p, &set), .owner = owner });
}

static uint32_t add_split(struct program *p, uint32_t next, uint32_t other, uint32_t owner)
{
	if (next == 0 || other == 0 || next == other)
		return next ? next : other;
	return add(p, (struct instruction){ .op = OP_SPLIT, .next = next, .other = other, .owner = owner });
}

/* Where texts have no line ends less is asked; read from the end, the ends are exchanged. */
static enum assertion assertion_here(const struct program *p, enum assertion assertion)
{
	bool lines = bytes_has(&p->alphabet, '\n');
	if (assertion == ASSERT_FINAL || assertion == ASSERT_LINE_END)
		assertion = lines ? assertion : ASSERT_END;
	if (assertion == ASSERT_LINE_BEGIN)
		assertion = lines ? assertion : ASSERT_BEGIN;
	if (p->reversed && (assertion == ASSERT_BEGIN || assertion == ASSERT_END))
		assertion = assertion == ASSERT_BEGIN ? ASSERT_END : ASSERT_BEGIN;
	return assertion;
}

static uint32_t add_assertion(struct program *p, enum assertion written, uint32_t next, uint32_t owner)
{
	enum assertion assertion = assertion_here(p, written);
	if (next == 0)
		return 0;
	/* nothing can follow an end, so that what follows decides at once */
	if (assertion == ASSERT_END && (next == p->end || next == p->all))
		return add_last(p, OP_END, owner);
	return add(p, (struct instruction){ .op = OP_ASSERT, .assertion = assertion, .next = next, .owner = owner });
}

/* ---- trees ---- */

static uint32_t compile(struct program *p, const struct syntax *s, uint32_t next, uint32_t owner);

/* Any number of any bytes up to the end is no question about the rest. */
static bool takes_rest(const struct program *p, const struct syntax *s, uint32_t next)
{
	while (s->kind == SYNTAX_GROUP)
		s = s->items.item[0];
	struct bytes set = s->set;
	bytes_keep(&set, &p->alphabet);
	return s->kind == SYNTAX_SET && next && (next == p->end || next == p->all) && bytes_eq(&set, &p->alphabet);
}

static uint32_t compile_loop(struct program *p, const struct syntax *s, uint32_t next, uint32_t owner)
{
	const struct syntax *body = s->items.item[0];
	uint32_t loop = 0, entry;
	if (takes_rest(p, body, next)) {
		entry = add_last(p, OP_ALL, owner);
	} else {
		loop = add(p, (struct instruction){ .op = OP_SPLIT, .other = next, .owner = owner });
		entry = loop;
		uint32_t again = loop ? compile(p, body, loop, owner) : 0;
		p->code.item[loop].next = again;
		if (s->min && loop)
			entry = again;
	}
	for (unsigned i = loop ? 1 : 0; i < s->min && !p->too_large; i++)
		entry = compile(p, body, entry, owner);
	return entry;
}

static uint32_t compile_repeat(struct program *p, const struct syntax *s, uint32_t next, uint32_t owner)
{
	const struct syntax *body = s->items.item[0];
	if (next == 0)
		return 0;
	if (s->max == REPEAT_ANY)
		return compile_loop(p, s, next, owner);
	uint32_t entry = next;
	for (unsigned i = s->min; i < s->max && !p->too_large; i++)
		entry = add_split(p, compile(p, body, entry, owner), next, owner);
	for (unsigned i = 0; i < s->min && !p->too_large; i++)
		entry = compile(p, body, entry, owner);
	return entry;
}

/* The instruction that begins what the tree takes, with next behind it. */
static uint32_t compile(struct program *p, const struct syntax *s, uint32_t next, uint32_t owner)
{
	uint32_t entry = next;
	switch (s->kind) {
	case SYNTAX_SET:
		return add_set(p, &s->set, next, owner);
	case SYNTAX_ASSERT:
		return add_assertion(p, s->assertion, next, owner);
	case SYNTAX_GROUP:
		return compile(p, s->items.item[0], next, owner);
	case SYNTAX_REPEAT:
		return compile_repeat(p, s, next, owner);
	case SYNTAX_SEQUENCE:
		for (size_t i = 0; i < s->items.n; i++)
			entry = compile(p, s->items.item[p->reversed ? i : s->items.n - 1 - i], entry, owner);
		return entry;
	case SYNTAX_CHOICE:
		entry = 0;
		for (size_t i = s->items.n; i-- > 0;)
			entry = add_split(p, compile(p, s->items.item[i], next, owner), entry, owner);
		return entry;
	}
	return 0;
}

/* Every text that the tree takes has this place at its beginning (reversed: as it is read). */
static bool asks_for_start(const struct program *p, const struct syntax *s)
{
	switch (s->kind) {
	case SYNTAX_SET:
		return false;
	case SYNTAX_ASSERT:
		return assertion_here(p, s->assertion) == ASSERT_BEGIN;
	case SYNTAX_GROUP:
		return asks_for_start(p, s->items.item[0]);
	case SYNTAX_REPEAT:
		return s->min > 0 && asks_for_start(p, s->items.item[0]);
	case SYNTAX_SEQUENCE:
		return s->items.n && asks_for_start(p, s->items.item[p->reversed ? s->items.n - 1 : 0]);
	case SYNTAX_CHOICE:
		for (size_t i = 0; i < s->items.n; i++)
			if (!asks_for_start(p, s->items.item[i]))
				return false;
		return true;
	}
	return false;
}

/* entry, or any bytes and then entry. */
static uint32_t add_search(struct program *p, uint32_t entry, uint32_t owner)
{
	uint32_t loop = entry ? add(p, (struct instruction){ .op = OP_SPLIT, .other = entry, .owner = owner }) : 0;
	uint32_t any = loop ? add_set(p, &p->alphabet, loop, owner) : 0;
	if (loop)
		p->code.item[loop].next = any;
	return loop;
}

/* ---- beginnings ---- */

uint32_t program_child(const struct program *p, uint32_t from, unsigned byte)
{
	uint32_t child = p->beginnings.item[from].child;
	while (child && p->beginnings.item[child].byte != byte)
		child = p->beginnings.item[child].sibling;
	return child;
}

static uint32_t grow_child(struct program *p, uint32_t from, unsigned byte)
{
	uint32_t child = program_child(p, from, byte);
	if (child)
		return child;
	struct beginning b = { .sibling = p->beginnings.item[from].child, .byte = (unsigned char)byte };
	LIST_PUSH(p->arena, &p->beginnings, b);
	child = (uint32_t)p->beginnings.n - 1;
	p->beginnings.item[from].child = child;
	return child;
}

static void hang(struct program *p, uint32_t at, uint32_t instruction)
{
	if (!instruction)
		return;
	struct hung h = { instruction, p->beginnings.item[at].hung };
	LIST_PUSH(p->arena, &p->hung, h);
	p->beginnings.item[at].hung = (uint32_t)p->hung.n - 1;
}

/* The byte that stands here, as the tree has it; -1: not one byte, or not one in this tree. */
static int literal_byte(const struct program *p, const struct instruction *i, bool nocase)
{
	if (i->op != OP_SET)
		return -1;
	struct bytes set = p->sets.item[i->set], folded = { 0 };
	unsigned n = bytes_count(&set), first = n ? bytes_first(&set) : 0;
	char last = char_lower((char)first);
	if (!nocase)
		return n == 1 ? (int)first : -1;
	/* the alphabet may lack one of the cases */
	bytes_add(&folded, first);
	bytes_fold(&folded);
	bytes_keep(&folded, &p->alphabet);
	return n <= 2 && bytes_eq(&set, &folded) ? (int)(unsigned char)last : -1;
}

static uint32_t behind_start(const struct program *p, uint32_t entry)
{
	while (p->code.item[entry].op == OP_ASSERT && p->code.item[entry].assertion == ASSERT_BEGIN)
		entry = p->code.item[entry].next;
	return entry;
}

static size_t literal_length(const struct program *p, uint32_t entry, bool nocase)
{
	size_t n = 0;
	for (; literal_byte(p, &p->code.item[entry], nocase) >= 0; n++)
		entry = p->code.item[entry].next;
	return n;
}

/* Puts what begins with entry behind as much literal text as there is. */
static void hang_code(struct program *p, uint32_t entry)
{
	entry = behind_start(p, entry);
	bool nocase = literal_length(p, entry, true) > literal_length(p, entry, false);
	uint32_t at = p->root[nocase];
	for (int byte; (byte = literal_byte(p, &p->code.item[entry], nocase)) >= 0; entry = p->code.item[entry].next)
		at = grow_child(p, at, (unsigned)byte);
	hang(p, at, entry);
}

/* ---- languages ---- */

/* The place behind the text, as it is read. 0: the text has a byte that is none of the domain. */
static uint32_t grow_text(struct program *p, str text, bool nocase)
{
	uint32_t at = p->root[nocase];
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[p->reversed ? text.n - 1 - i : i];
		char lower = char_lower(c);
		if (!bytes_has(&p->alphabet, (unsigned char)c) && !(nocase && bytes_has(&p->alphabet, (unsigned char)lower)))
			return 0;
		bytes_add(&p->letters, (unsigned char)(nocase ? lower : c));
		at = grow_child(p, at, (unsigned char)(nocase ? lower : c));
	}
	return at;
}

/* One label, and nothing behind it. */
static uint32_t label_code(struct program *p, uint32_t owner)
{
	struct bytes set = { 0 };
	for (unsigned byte = 0; byte < 128; byte++)
		if (byte_is_word(byte) || byte == '-')
			bytes_add(&set, byte);
	uint32_t loop = add(p, (struct instruction){ .op = OP_SPLIT, .other = add_last(p, OP_END, owner), .owner = owner });
	uint32_t entry = loop ? add_set(p, &set, loop, owner) : 0;
	if (loop)
		p->code.item[loop].next = entry;
	return entry;
}

/* The text, with what stands before and behind it; open_start, open_end: any bytes may. */
static void add_text(struct program *p, const struct language *l, uint32_t owner, bool open_start, bool open_end)
{
	bool loops = p->reversed ? open_end : open_start, open = p->reversed ? open_start : open_end;
	uint32_t last = add_last(p, open ? OP_ALL : OP_END, owner);
	if (!loops) {
		uint32_t at = grow_text(p, l->text, l->nocase);
		if (at)
			hang(p, at, last);
		return;
	}
	for (size_t i = 0; i < l->text.n; i++) {
		struct bytes set = { 0 };
		bytes_add(&set, (unsigned char)l->text.p[p->reversed ? i : l->text.n - 1 - i]);
		if (l->nocase)
			bytes_fold(&set);
		last = add_set(p, &set, last, owner);
	}
	hang(p, p->root[0], add_search(p, last, owner));
}

static void add_regex(struct program *p, const struct language *l, uint32_t owner)
{
	bool open_start = l->anchoring == ANCHOR_SEARCH, open_end = l->anchoring != ANCHOR_FULL;
	bool loops = p->reversed ? open_end : open_start, open = p->reversed ? open_start : open_end;
	/* the code knows the last instruction of both kinds by its number */
	(void)add_last(p, OP_END, owner);
	uint32_t entry = compile(p, l->tree, add_last(p, open ? OP_ALL : OP_END, owner), owner);
	if (loops && !asks_for_start(p, l->tree))
		hang(p, p->root[0], add_search(p, entry, owner));
	else
		hang_code(p, entry);
}

static void add_elements(struct program *p, const struct language *l, uint32_t owner)
{
	uint32_t at = grow_text(p, l->text, l->nocase);
	if (!at)
		return;
	hang(p, at, add_last(p, OP_END, owner));
	hang(p, grow_child(p, at, '/'), add_last(p, OP_ALL, owner));
}

void program_add(struct program *p, const struct language *l, uint32_t owner)
{
	p->end = p->all = 0;
	p->most = p->code.n + MOST_OF_ONE < MOST_OF_ALL ? p->code.n + MOST_OF_ONE : MOST_OF_ALL;
	switch (l->kind) {
	case LANGUAGE_ALL:
		hang(p, p->root[0], add_last(p, OP_ALL, owner));
		break;
	case LANGUAGE_TEXT:
		add_text(p, l, owner, false, false);
		break;
	case LANGUAGE_BEGINNING:
		add_text(p, l, owner, false, true);
		break;
	case LANGUAGE_ELEMENTS:
		add_elements(p, l, owner);
		break;
	case LANGUAGE_ENDING:
		add_text(p, l, owner, true, false);
		break;
	case LANGUAGE_LABEL: {
		uint32_t at = grow_text(p, l->text, l->nocase);
		if (at)
			hang(p, at, label_code(p, owner));
		break;
	}
	case LANGUAGE_REGEX:
		add_regex(p, l, owner);
		break;
	}
}
