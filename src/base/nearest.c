/* SPDX-License-Identifier: Apache-2.0 */
/* The word that was meant: see nearest.h. */
#include "base/nearest.h"

enum { WORD = 40 };

/* Edit distance without letter case; WORD for words that are too long to matter. */
static size_t distance(str a, str b)
{
	size_t row[WORD + 1];
	if (a.n > WORD || b.n > WORD || a.n > b.n + 2 || b.n > a.n + 2)
		return WORD;
	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t change = diagonal + (char_lower(a.p[i - 1]) != char_lower(b.p[j - 1]));
			size_t drop = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
			diagonal = row[j];
			row[j] = change < drop ? change : drop;
		}
	}
	return row[b.n];
}

str nearest_word(str s, const str *known, size_t n)
{
	str best = { "", 0 };
	size_t least = s.n > 4 ? 3 : 2;
	for (size_t i = 0; i < n; i++) {
		size_t d = distance(s, known[i]);
		if (d < least) {
			least = d;
			best = known[i];
		}
	}
	return best;
}
