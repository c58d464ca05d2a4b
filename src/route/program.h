/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many languages as one machine without choices made: instructions of each, below a tree of their literal beginnings, which most
 * patterns consist of. Everything is narrowed to the alphabet of a domain.
 */
#ifndef ING2GW_ROUTE_PROGRAM_H
#define ING2GW_ROUTE_PROGRAM_H

#include "route/domain.h"
#include "route/language.h"

enum op {
	OP_FAIL,              /* the first instruction, shared */
	OP_SET,               /* one byte of the set, then next */
	OP_SPLIT,             /* next or other */
	OP_ASSERT,            /* what is asked of the place holds, then next */
	OP_END,               /* the text is taken if it ends here */
	OP_ALL                /* it is taken, whatever follows */
};

struct instruction {
	enum op op;
	enum assertion assertion;
	uint32_t next, other, set;
	uint32_t owner;       /* the language */
};

/* A place in the tree of literal beginnings; what hangs there goes on behind them. Nothing has number 0. */
struct beginning {
	uint32_t child, sibling, hung;
	unsigned char byte;   /* a small letter in the second tree */
};

struct hung {
	uint32_t instruction, next;
};

struct program {
	struct arena *arena;
	struct bytes alphabet;
	bool reversed;               /* texts are read from their end */
	bool too_large;
	LIST(struct instruction) code;
	LIST(struct bytes) sets;
	LIST(struct beginning) beginnings;
	LIST(struct hung) hung;
	struct bytes letters;        /* that patterns have as such */
	uint32_t root[2];            /* of beginnings as they stand, and of those in any letter case */
	uint32_t single[256];        /* number of a set of this byte alone, and one */
	uint32_t end, all;           /* of the language that is being added, or 0 */
	size_t most;                 /* instructions, with those of that language */
};

void program_init(struct program *program, struct arena *arena, enum domain domain);
void program_add(struct program *program, const struct language *language, uint32_t owner);

/* The place behind from with one byte more, or 0. */
uint32_t program_child(const struct program *program, uint32_t from, unsigned byte);

#endif
