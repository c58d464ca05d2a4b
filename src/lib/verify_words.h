/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and what becomes of them, in words: for the pages of verify and of the proof. Texts are in scratch. */
#ifndef ING2GW_LIB_VERIFY_WORDS_H
#define ING2GW_LIB_VERIFY_WORDS_H

#include "base/buf.h"
#include "route/evaluate.h"

/* A command to paste. */
void words_curl(struct buf *out, struct arena *scratch, const struct request *request);
/* "POST https://shop.example.com/cart with X-Canary: always" */
str words_request(struct arena *scratch, const struct request *request);
/* The value of a field of verify/compare.h; "-": there is none. */
str words_field(struct arena *scratch, const struct outcome *outcome, str field);
/* "upstream path" of "upstream.target" */
str words_label(str field);

/* A line of three columns behind a margin, of which the first two have these widths; wider texts push what follows. */
struct words_columns {
	size_t first, second;
};
void words_row(struct buf *out, const struct words_columns *columns, str first, str second, str third);

#endif
