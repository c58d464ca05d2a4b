/* SPDX-License-Identifier: Apache-2.0 */
/* A line of the input with the place underlined. */
#ifndef ING2GW_REPORT_SNIPPET_H
#define ING2GW_REPORT_SNIPPET_H

#include "report/visible.h"

/*
 * Three lines: the empty gutter, the source line with its number, the carets in the given colour. gutter: digits that
 * line numbers take. A line that is too long is cut around the place.
 */
void snippet_add(const struct page *page, str text, size_t offset, size_t span, uint32_t line, size_t gutter, enum paint paint);

#endif
