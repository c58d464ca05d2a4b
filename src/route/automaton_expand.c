/* SPDX-License-Identifier: Apache-2.0 */
/* Which bytes lead from a state to the same one: see automaton.h. */
#include "route/automaton.h"

/* ---- classes of bytes ---- */

/* How easily a byte is read: letters of the patterns, small letters, digits, the rest. */
static unsigned byte_order(const struct automaton *a, unsigned byte)
{
	bool used = bytes_has(&a->program.letters, byte) && byte < 128 && char_is_alnum((char)byte);
	if (byte >= 'a' && byte <= 'z')
		return used ? byte : 256 + byte;
	if (byte >= '0' && byte <= '9')
		return (used ? 128 : 512) + byte;
	if (byte >= 'A' && byte <= 'Z')
		return used ? byte : 640 + byte;
	if (byte == '-' || byte == '_')
		return 768 + byte;
	bool graph = byte > 0x20 && byte < 0x7F;
	return (byte == '/' || byte == '.' ? 1280 : graph ? 1024 : 1536) + byte;
}

/* Divides classes by a set: bytes in it and bytes that are not in it part. */
static void divide(struct automaton *a, const struct bytes *set)
{
	unsigned all[256] = { 0 }, within[256] = { 0 }, moved[256];
	for (unsigned byte = 0; byte < 256; byte++) {
		if (a->class_of[byte] == NO_CLASS)
			continue;
		all[a->class_of[byte]]++;
		within[a->class_of[byte]] += bytes_has(set, byte);
	}
	for (unsigned class = 0, n = a->n_classes; class < n; class++)
		moved[class] = within[class] == 0 || within[class] == all[class] ? class : a->n_classes++;
	for (unsigned byte = 0; byte < 256; byte++)
		if (a->class_of[byte] != NO_CLASS && bytes_has(set, byte))
			a->class_of[byte] = (uint16_t)moved[a->class_of[byte]];
}

static void divide_by_byte(struct automaton *a, unsigned byte)
{
	struct bytes set = { 0 };
	bytes_add(&set, byte);
	divide(a, &set);
}

static void divide_by_beginnings(struct automaton *a)
{
	struct bytes used = { 0 };
	const struct program *p = &a->program;
	for (size_t i = p->root[1] + 1; i < p->beginnings.n; i++)
		bytes_add(&used, p->beginnings.item[i].byte);
	for (unsigned byte = 0; byte < 256; byte++) {
		if (!bytes_has(&used, byte))
			continue;
		divide_by_byte(a, byte);
		if (byte >= 'a' && byte <= 'z')
			divide_by_byte(a, byte - 'a' + 'A');
	}
}

/* Where an assertion asks for the edges of words, bytes of words part from others: as one more set of the program. */
static void add_word_set(struct automaton *a)
{
	struct bytes words = { 0 };
	for (unsigned byte = 0; byte < 128; byte++)
		if (byte_is_word(byte))
			bytes_add(&words, byte);
	for (size_t i = 0; i < a->program.code.n && !a->asks_words; i++) {
		const struct instruction *one = &a->program.code.item[i];
		a->asks_words = one->op == OP_ASSERT && (one->assertion == ASSERT_EDGE || one->assertion == ASSERT_NO_EDGE);
	}
	a->word_set = (uint32_t)a->program.sets.n;
	if (a->asks_words)
		LIST_PUSH(a->arena, &a->program.sets, words);
}

/* The byte of each class that is read most easily, and the classes in that order. */
static void order_classes(struct automaton *a)
{
	for (unsigned class = 0; class < a->n_classes; class++)
		a->order[class] = (unsigned char)class;
	for (unsigned byte = 256; byte-- > 0;)
		if (a->class_of[byte] != NO_CLASS)
			a->byte_of[a->class_of[byte]] = (unsigned char)byte;
	for (unsigned byte = 0; byte < 256; byte++) {
		unsigned class = a->class_of[byte];
		if (class != NO_CLASS && byte_order(a, byte) < byte_order(a, a->byte_of[class]))
			a->byte_of[class] = (unsigned char)byte;
	}
	for (unsigned i = 1; i < a->n_classes; i++) {
		unsigned char class = a->order[i];
		unsigned at = i;
		for (; at && byte_order(a, a->byte_of[a->order[at - 1]]) > byte_order(a, a->byte_of[class]); at--)
			a->order[at] = a->order[at - 1];
		a->order[at] = class;
	}
}

/* Sets as bits of classes. */
static void translate_sets(struct automaton *a)
{
	a->class_words = (a->n_classes + 31) / 32;
	a->class_sets = NEWS(a->arena, uint32_t, (a->program.sets.n + 1) * (a->class_words + 1));
	for (size_t i = 0; i < a->program.sets.n; i++)
		for (unsigned class = 0; class < a->n_classes; class++)
			if (bytes_has(&a->program.sets.item[i], a->byte_of[class]))
				a->class_sets[i * a->class_words + class / 32] |= UINT32_C(1) << (class & 31);
}

void automaton_find_classes(struct automaton *a)
{
	a->n_classes = 1;
	for (unsigned byte = 0; byte < 256; byte++)
		a->class_of[byte] = bytes_has(&a->program.alphabet, byte) ? 0 : NO_CLASS;
	divide_by_beginnings(a);
	add_word_set(a);
	divide_by_byte(a, '/');
	divide_by_byte(a, '.');
	divide_by_byte(a, '\n');
	for (size_t i = 0; i < a->program.sets.n; i++)
		divide(a, &a->program.sets.item[i]);
	order_classes(a);
	translate_sets(a);
	a->set_seen = NEWS(a->arena, uint32_t, a->program.sets.n + 1);
}

/* ---- parts of one state ---- */

/* The classes that lead to the same state, as far as sets tell. */
struct parts {
	unsigned part[256];          /* of each class */
	unsigned size[256];
	unsigned n;
};

static void part_class(struct parts *parts, unsigned class)
{
	unsigned *part = &parts->part[class];
	if (parts->size[*part] == 1)
		return;
	parts->size[*part]--;
	*part = parts->n++;
	parts->size[*part] = 1;
}

static void part_byte(const struct automaton *a, struct parts *parts, unsigned byte)
{
	if (a->class_of[byte] != NO_CLASS)
		part_class(parts, a->class_of[byte]);
}

static void part_set(struct automaton *a, struct parts *parts, uint32_t set)
{
	const uint32_t *bits = &a->class_sets[set * a->class_words];
	unsigned within[256] = { 0 }, moved[256], n = parts->n;
	if (a->set_seen[set] == a->epoch)
		return;
	a->set_seen[set] = a->epoch;
	for (unsigned class = 0; class < a->n_classes; class++)
		within[parts->part[class]] += bits[class / 32] >> (class & 31) & 1;
	for (unsigned part = 0; part < n; part++) {
		moved[part] = part;
		if (within[part] == 0 || within[part] == parts->size[part])
			continue;
		moved[part] = parts->n++;
		parts->size[moved[part]] = within[part];
		parts->size[part] -= within[part];
	}
	for (unsigned class = 0; class < a->n_classes; class++)
		if (bits[class / 32] >> (class & 31) & 1)
			parts->part[class] = moved[parts->part[class]];
}

static void part_children(const struct automaton *a, struct parts *parts, uint32_t place, bool nocase)
{
	for (uint32_t child = a->program.beginnings.item[place].child; child; child = a->program.beginnings.item[child].sibling) {
		unsigned byte = a->program.beginnings.item[child].byte;
		part_byte(a, parts, byte);
		if (nocase && byte >= 'a' && byte <= 'z')
			part_byte(a, parts, byte - 'a' + 'A');
	}
}

/* Where an assertion waits for what follows, every class may differ from every other. */
static void part_all(const struct automaton *a, struct parts *parts)
{
	for (unsigned class = 0; class < a->n_classes; class++)
		part_class(parts, class);
}

static void find_parts(struct automaton *a, const uint32_t *row, struct parts *parts)
{
	for (unsigned class = 0; class < a->n_classes; class++)
		parts->part[class] = 0;
	parts->n = 1;
	parts->size[0] = a->n_classes;
	a->epoch++;
	part_byte(a, parts, '/');
	part_byte(a, parts, '.');
	part_byte(a, parts, '\n');
	if (a->asks_words)
		part_set(a, parts, a->word_set);
	part_children(a, parts, row[ROW_PLAIN], false);
	part_children(a, parts, row[ROW_NOCASE], true);
	for (size_t i = 0; i < row[ROW_THREADS]; i++) {
		uint32_t thread = row[ROW_FIRST + i];
		const struct instruction *one = &a->program.code.item[thread / RESTS];
		if (one->op == OP_ASSERT || thread % RESTS != REST_ANY) {
			part_all(a, parts);
			return;
		}
		if (one->op == OP_SET)
			part_set(a, parts, one->set);
	}
}

/* ---- edges ---- */

/* The state behind most classes is said once. */
static void keep_edges(struct automaton *a, uint32_t state, const uint32_t *target, unsigned rest)
{
	struct state *s = &a->states.item[state];
	size_t n = 0;
	s->rest = target[rest];
	for (unsigned class = 0; class < a->n_classes; class++)
		n += target[class] != s->rest;
	struct edge *edges = NEWS(a->arena, struct edge, n + 1);
	for (unsigned class = 0; class < a->n_classes; class++)
		if (target[class] != s->rest)
			edges[s->n_edges++] = (struct edge){ class, target[class] };
	s->edges = edges;
	s->is_expanded = true;
}

void automaton_expand(struct automaton *a, uint32_t state)
{
	struct parts parts;
	const uint32_t *row = a->table.rows.item[state].word;
	uint32_t target[256], of_part[256];
	unsigned widest = 0;
	find_parts(a, row, &parts);
	for (unsigned class = 0; class < a->n_classes; class++)
		target[class] = NO_STATE;
	for (unsigned part = 0; part < parts.n; part++)
		of_part[part] = NO_STATE;
	for (unsigned i = 0; i < a->n_classes; i++) {
		unsigned class = a->order[i], part = parts.part[class], byte = a->byte_of[class];
		if (domain_step(a->domain, row[ROW_DOMAIN], byte) == DOMAIN_NOWHERE)
			continue;
		if (of_part[part] == NO_STATE) {
			size_t before = a->states.n;
			of_part[part] = automaton_step(a, state, byte);
			if (a->states.n > before) {
				a->states.item[before].parent = state;
				a->states.item[before].byte = (unsigned char)byte;
			}
		}
		target[class] = of_part[part];
		if (parts.size[part] > parts.size[parts.part[widest]] || target[widest] == NO_STATE)
			widest = class;
	}
	keep_edges(a, state, target, widest);
}

uint32_t automaton_go(struct automaton *a, uint32_t state, unsigned byte)
{
	const struct state *s = &a->states.item[state];
	unsigned class = a->class_of[byte];
	if (!s->is_expanded)
		return automaton_step(a, state, byte);
	for (uint32_t i = 0; i < s->n_edges; i++)
		if (s->edges[i].class == class)
			return s->edges[i].target;
	return s->rest;
}
