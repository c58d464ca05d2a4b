/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Path classes: paths in normal form for which both sides try the same routes in the same order, and find the same expressions of their
 * steps. Which route takes a path is the same for all paths of a class, so that one of them decides for all.
 */
#ifndef ING2GW_VERIFY_PATHS_H
#define ING2GW_VERIFY_PATHS_H

#include "route/evaluate.h"
#include "route/product.h"

struct path_classes {
	struct product *product;     /* NULL: an expression is not regular, and nothing is known of classes */
	bool whole;                  /* all classes have been found; else some, because there are too many */
	str why;                     /* what is not regular, or that there are too many: in one clause; or empty */
};

/* Of several hosts that a request may come to; NULL: the side has none that takes the name. limits: of the product, or NULL. */
struct path_classes path_classes_of(struct arena *arena, const struct host *const *hosts, size_t n, const struct product_limits *limits);

/* The class's number; SIZE_MAX: none is known. */
size_t path_class(const struct path_classes *classes, str path);

#endif
