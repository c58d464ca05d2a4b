/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean": words by how many letters they are apart. */
#ifndef ING2GW_BASE_NEAREST_H
#define ING2GW_BASE_NEAREST_H

#include "base/str.h"

/* Of `known`, the word that was probably meant by `s`; empty when none is near. Letter case does not count. */
str nearest_word(str s, const str *known, size_t n);

#endif
