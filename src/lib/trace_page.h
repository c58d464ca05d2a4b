/* SPDX-License-Identifier: Apache-2.0 */
/* A traced request for people, in 80 columns: what happened on the left, where that is written on the right. */
#ifndef ING2GW_LIB_TRACE_PAGE_H
#define ING2GW_LIB_TRACE_PAGE_H

#include "base/locate.h"
#include "lib/intake.h"
#include "report/visible.h"
#include "verify/trace_text.h"

struct trace_page {
	struct locator *locator;
	const struct intake *in;
	struct arena *scratch;
	bool color;
};

/* url: the request's address as it is shown. */
void trace_page_add(struct buf *out, const struct trace_page *page, str method, str url, const struct story *story);

#endif
