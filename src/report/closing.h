/* SPDX-License-Identifier: Apache-2.0 */
/* The lines at the end of the text report: what was written, what stands closed, why the exit code is what it is. */
#ifndef ING2GW_REPORT_CLOSING_H
#define ING2GW_REPORT_CLOSING_H

#include "report/visible.h"

void closing_add(const struct page *page, const struct report *report);

#endif
