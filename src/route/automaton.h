/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program run on all texts of a domain at once. States are made when they are reached: one is what can still come of the languages,
 * those that take the text whatever follows, and where the domain stands. Languages belong to sides and have ranks there; behind one
 * that takes every continuation and is not conditional, those of worse rank on its side are dropped.
 */
#ifndef ING2GW_ROUTE_AUTOMATON_H
#define ING2GW_ROUTE_AUTOMATON_H

#include "route/program.h"
#include "route/words.h"

/* A language of the program, by owner: those of one side follow each other in the order of their ranks. */
struct automaton_owner {
	uint32_t side;
	bool conditional;
};

struct edge {
	uint32_t class, target;      /* of bytes; the state behind them */
};

struct state {
	uint32_t parent;             /* the state from which it was first reached, and the byte */
	unsigned char byte;
	bool is_expanded, is_final;  /* is_final: all continuations of its texts have the same languages as these have */
	uint32_t rest, n_edges;      /* rest: the state behind all classes that have no edge */
	const struct edge *edges;    /* by class */
};

struct thread_list {
	uint32_t *item;
	size_t n, cap;
};

struct automaton {
	struct arena *arena;
	struct program program;
	enum domain domain;
	size_t n_sides;
	const struct automaton_owner *owner;
	size_t n_owners;
	uint32_t *side_best;         /* of beginnings, for each side: the best rank below; in owners */
	/* bytes that no language tells apart form a class; those in order have the bytes first that are read most easily */
	uint16_t class_of[256];
	unsigned char byte_of[256], order[256];
	unsigned n_classes;
	uint32_t *class_sets;        /* bits of classes, class_words each, for each set of the program */
	size_t class_words;
	bool asks_words;             /* some assertion asks for the edges of words; word_set is the set of their bytes */
	uint32_t word_set;
	struct word_table table;     /* of states; what is in a row is said below */
	LIST(struct state) states;
	uint64_t moves;              /* of threads, in all steps so far: what the work grows with */
	/* scratch */
	struct thread_list stack, found, moved, now, settled, accepted, row;
	uint32_t *seen, *settled_at, *set_seen, *cut;
	uint32_t epoch;
};

enum { NO_CLASS = 0xFFFF };
#define NO_STATE UINT32_MAX

/* languages: in the order of owners. Both must live as long as the automaton. */
void automaton_init(struct automaton *a, struct arena *arena, enum domain domain, const struct language *const *languages,
	const struct automaton_owner *owner, size_t n_owners, size_t n_sides);
/* The state behind one more byte of the alphabet; the domain must allow it. State 0 is the start. */
uint32_t automaton_step(struct automaton *a, uint32_t state, unsigned byte);
/* The same for every byte: kept with the state. */
void automaton_expand(struct automaton *a, uint32_t state);
/* One byte of the alphabet on, whether the state is expanded or not. NO_STATE or nonsense where the domain does not allow the byte. */
uint32_t automaton_go(struct automaton *a, uint32_t state, unsigned byte);
/* May a text of the domain end in the state? */
bool automaton_ends(const struct automaton *a, uint32_t state);
/* The languages that take a text that ends here, up to the first on each side that is not conditional: in a->accepted, by owner. */
void automaton_accept(struct automaton *a, uint32_t state);

/* ---- between the parts of it ---- */

/*
 * The row of a state: where the domain stands, what came before, places in both trees, how many threads there are, the threads, and
 * the languages that are settled.
 */
enum { ROW_DOMAIN, ROW_BEFORE, ROW_PLAIN, ROW_NOCASE, ROW_THREADS, ROW_FIRST };
/* What stands before a place, as far as assertions ask. */
enum { BEFORE_OTHER, BEFORE_START, BEFORE_WORD, BEFORE_LINE };
/* What stands behind it: a byte, or one of these. */
enum { AHEAD_END = -1, AHEAD_UNKNOWN = -2 };
/* A thread is an instruction and what the rest has to be: anything, one line end, nothing. */
enum { REST_ANY, REST_LINE, REST_NONE, RESTS };

/* Follows what needs no byte from the instruction on: threads that wait go to list, languages to a->settled. */
void automaton_follow(struct automaton *a, struct thread_list *list, uint32_t thread, unsigned before, int ahead);
/* Where assertions were left open because what follows was not known: the threads behind them, in a->now. */
const struct thread_list *automaton_look(struct automaton *a, const uint32_t *row, int ahead);

void automaton_find_classes(struct automaton *a);

static inline void thread_push(struct automaton *a, struct thread_list *list, uint32_t thread)
{
	LIST_PUSH(a->arena, list, thread);
}

#endif
