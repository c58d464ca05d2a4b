/* SPDX-License-Identifier: Apache-2.0 */
#include "route/product.h"

#include "route/automaton.h"

enum { USUAL_STATES = 400000, USUAL_BYTES = 256 << 20, USUAL_MOVES = 15000000 };
#define NO_CLASS_YET UINT32_MAX

struct product {
	struct arena *arena;
	struct automaton automaton;
	const struct product_side *sides;
	size_t n_sides;
	uint32_t *first;             /* the owner of each side's first pattern */
	struct product_limits limits;
	size_t used_before;          /* bytes of the arena that are not ours */
	struct word_table table;     /* of classes: the owners */
	LIST(struct product_class) classes;
	LIST(uint32_t) class_of;     /* of each state where a text may end, once it was asked for */
};

struct product *product_new(struct arena *arena, enum domain domain, const struct product_side *sides, size_t n_sides,
	const struct product_limits *limits)
{
	size_t n = 0, before = arena->used;
	struct product *p = NEW(arena, struct product);
	*p = (struct product){ .arena = arena, .sides = sides, .n_sides = n_sides, .used_before = before };
	p->limits = limits ? *limits : (struct product_limits){ 0 };
	p->limits.states = p->limits.states ? p->limits.states : USUAL_STATES;
	p->limits.bytes = p->limits.bytes ? p->limits.bytes : USUAL_BYTES;
	p->limits.moves = p->limits.moves ? p->limits.moves : USUAL_MOVES;
	p->table.arena = arena;
	p->first = NEWS(arena, uint32_t, n_sides + 1);
	for (size_t side = 0; side < n_sides; side++) {
		p->first[side] = (uint32_t)n;
		n += sides[side].n;
	}
	struct automaton_owner *owners = NEWS(arena, struct automaton_owner, n + 1);
	const struct language **languages = NEWS(arena, const struct language *, n + 1);
	for (size_t side = 0; side < n_sides; side++) {
		for (size_t i = 0; i < sides[side].n; i++) {
			owners[p->first[side] + i] = (struct automaton_owner){ (uint32_t)side, sides[side].item[i].conditional };
			languages[p->first[side] + i] = sides[side].item[i].language;
		}
	}
	automaton_init(&p->automaton, arena, domain, languages, owners, n, n_sides);
	return p;
}

/* ---- classes ---- */

/* The candidates of each side, from the owners that the automaton has just accepted. */
static const struct candidates *divide(struct product *p)
{
	const struct thread_list *owners = &p->automaton.accepted;
	struct candidates *sides = NEWS(p->arena, struct candidates, p->n_sides + 1);
	uint32_t *numbers = NEWS(p->arena, uint32_t, owners->n + 1);
	for (size_t i = 0; i < owners->n; i++) {
		uint32_t side = p->automaton.owner[owners->item[i]].side;
		if (!sides[side].n)
			sides[side].item = &numbers[i];
		sides[side].n++;
		numbers[i] = owners->item[i] - p->first[side];
	}
	return sides;
}

/* is_new: the class has no witness yet. */
static uint32_t class_of_state(struct product *p, uint32_t state, bool *is_new)
{
	*is_new = false;
	while (p->class_of.n <= state)
		LIST_PUSH(p->arena, &p->class_of, NO_CLASS_YET);
	if (p->class_of.item[state] != NO_CLASS_YET)
		return p->class_of.item[state];
	automaton_accept(&p->automaton, state);
	uint32_t class = word_table_put(&p->table, p->automaton.accepted.item, p->automaton.accepted.n, is_new);
	if (*is_new) {
		struct product_class c = { .side = divide(p) };
		LIST_PUSH(p->arena, &p->classes, c);
	}
	p->class_of.item[state] = class;
	return class;
}

/* The text that first led to the state. */
static str text_of(const struct product *p, struct arena *arena, uint32_t state)
{
	const struct state *states = p->automaton.states.item;
	size_t n = 0;
	for (uint32_t at = state; at; at = states[at].parent)
		n++;
	char *text = NEWS(arena, char, n + 1);
	size_t i = domain_is_reversed(p->automaton.domain) ? 0 : n;
	for (uint32_t at = state; at; at = states[at].parent) {
		if (domain_is_reversed(p->automaton.domain))
			text[i++] = (char)states[at].byte;
		else
			text[--i] = (char)states[at].byte;
	}
	return (str){ text, n };
}

size_t product_class_of(struct product *p, str text)
{
	struct automaton *a = &p->automaton;
	uint32_t state = 0;
	bool is_new;
	if (!domain_has(a->domain, text) || a->program.too_large)
		return SIZE_MAX;
	for (size_t i = 0; i < text.n && !a->states.item[state].is_final; i++)
		state = automaton_go(a, state, (unsigned char)text.p[domain_is_reversed(a->domain) ? text.n - 1 - i : i]);
	uint32_t class = class_of_state(p, state, &is_new);
	if (is_new)
		p->classes.item[class].witness = arena_str(p->arena, text);
	return class;
}

/* ---- all of them ---- */

static bool is_too_large(const struct product *p)
{
	return p->automaton.program.too_large || p->automaton.states.n > p->limits.states || product_bytes(p) > p->limits.bytes ||
		p->automaton.moves > p->limits.moves;
}

/* States are met in the order of the lengths of their texts, because each is expanded after those before it. */
enum product_end product_explore(struct product *p)
{
	bool is_new;
	if (is_too_large(p))
		return PRODUCT_TOO_LARGE;
	for (uint32_t state = 0; state < p->automaton.states.n; state++) {
		if (automaton_ends(&p->automaton, state)) {
			uint32_t class = class_of_state(p, state, &is_new);
			if (is_new)
				p->classes.item[class].witness = text_of(p, p->arena, state);
		}
		if (p->automaton.states.item[state].is_final)
			continue;
		automaton_expand(&p->automaton, state);
		if (is_too_large(p))
			return PRODUCT_TOO_LARGE;
	}
	return PRODUCT_WHOLE;
}

void product_texts(const struct product *p, size_t class, size_t most, struct str_list *out)
{
	for (uint32_t state = 0; state < p->class_of.n && out->n < most; state++)
		if (p->class_of.item[state] == class)
			LIST_PUSH(p->arena, out, text_of(p, p->arena, state));
}

void product_boundary(struct product *p, size_t class, size_t most, struct str_list *out)
{
	static const str MORE[] = {
		STR_INIT(""), STR_INIT("/"), STR_INIT("a"), STR_INIT("/a"), STR_INIT("/a/"), STR_INIT("/a/b"), STR_INIT("a/b.c"),
	};
	struct str_list texts = { 0 };
	product_texts(p, class, most, &texts);
	for (size_t i = 0; i < sizeof MORE / sizeof *MORE; i++) {
		for (size_t k = 0; k < texts.n && out->n < most; k++) {
			str text = arena_join(p->arena, texts.item[k], MORE[i]);
			if (product_class_of(p, text) == class)
				str_list_add_new(p->arena, out, text);
		}
	}
}

size_t product_count(const struct product *p)
{
	return p->classes.n;
}

const struct product_class *product_class(const struct product *p, size_t i)
{
	return &p->classes.item[i];
}

size_t product_states(const struct product *p)
{
	return p->automaton.states.n;
}

size_t product_bytes(const struct product *p)
{
	return p->arena->used - p->used_before;
}

uint64_t product_moves(const struct product *p)
{
	return p->automaton.moves;
}
