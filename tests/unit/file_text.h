/* SPDX-License-Identifier: Apache-2.0 */
/* For tests over fixtures: a file as text. After cmocka.h. */
#ifndef ING2GW_TESTS_FILE_TEXT_H
#define ING2GW_TESTS_FILE_TEXT_H

#include <stdio.h>

#include "base/arena.h"

static inline str file_text(struct arena *arena, const char *path)
{
	enum { MOST = 1 << 20 };
	char *text = arena_alloc(arena, 1, 1, MOST);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	size_t n = fread(text, 1, MOST, file);
	fclose(file);
	return (str){ text, n };
}

#endif
