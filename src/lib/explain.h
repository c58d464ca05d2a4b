/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages of `ing2gw explain`: a diagnostic code, an annotation, a feature. What a page shows of a conversion is made by
 * converting its manifest in memory while the page is written, so it is always what the program really does.
 */
#ifndef ING2GW_LIB_EXPLAIN_H
#define ING2GW_LIB_EXPLAIN_H

#include "lib/mappings.h"

/*
 * The page, or several where one key belongs to several controllers. False when nothing has that name; hint then is what may have
 * been meant, ready to stand behind a semicolon, or empty.
 */
bool explain(struct buf *out, const struct tables *tables, str name, str *hint);

#endif
