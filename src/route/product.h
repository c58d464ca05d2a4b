/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several sides that look at the same texts, each with patterns in the order in which it tries them. Two texts are of one class when
 * every side has the same candidates for them, in the same order: the patterns that take the text, up to the first that is not
 * conditional. A conditional pattern asks for more than the text (a method, a header), so that what stands behind it is a candidate too.
 *
 *	struct product *p = product_new(arena, DOMAIN_PATH, sides, 2, NULL);
 *	if (product_explore(p) == PRODUCT_TOO_LARGE) ... the classes so far are some of all
 *	for (size_t i = 0; i < product_count(p); i++) ... product_class(p, i)->side[0], its witness
 */
#ifndef ING2GW_ROUTE_PRODUCT_H
#define ING2GW_ROUTE_PRODUCT_H

#include "route/domain.h"
#include "route/language.h"

struct product_pattern {
	const struct language *language;
	bool conditional;
};

/* In the order in which they are tried. */
struct product_side {
	const struct product_pattern *item;
	size_t n;
};

/* Numbers of patterns of a side, in order. */
struct candidates {
	const uint32_t *item;
	size_t n;
};

struct product_class {
	str witness;                     /* a shortest text of the class; of several, one that is read easily */
	const struct candidates *side;   /* for each side */
};

/* 0: the usual number. They are met at the same place on every machine. */
struct product_limits {
	size_t states, bytes;
	uint64_t moves;                  /* of patterns that are followed byte by byte: some tens of millions take a second */
};

enum product_end { PRODUCT_WHOLE, PRODUCT_TOO_LARGE };

struct product;

/* All that is given must live as long as the product; limits may be NULL. The same input gives the same classes in the same order. */
struct product *product_new(struct arena *arena, enum domain domain, const struct product_side *sides, size_t n_sides,
	const struct product_limits *limits);
/* Finds the classes of all texts of the domain, shortest witnesses first. */
enum product_end product_explore(struct product *product);

size_t product_count(const struct product *product);
const struct product_class *product_class(const struct product *product, size_t i);
/*
 * Number of the class of a text; SIZE_MAX where it is none of the domain. Without product_explore() classes come up as texts are asked for.
 */
size_t product_class_of(struct product *product, str text);
/* Texts of a class, at most so many: those that differ by what can follow, shortest first. After product_explore(). */
void product_texts(const struct product *product, size_t class, size_t most, struct str_list *out);
/*
 * Texts of the class on which functions of paths tend to part: the witness and what else product_texts() gives, each also with more
 * behind it (a slash, an element, both), as far as that is of the same class. After product_explore().
 */
void product_boundary(struct product *product, size_t class, size_t most, struct str_list *out);

/* How much was needed. */
size_t product_states(const struct product *product);
size_t product_bytes(const struct product *product);
uint64_t product_moves(const struct product *product);

#endif
