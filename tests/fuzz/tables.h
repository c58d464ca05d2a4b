/* SPDX-License-Identifier: Apache-2.0 */
/* For fuzz targets: the tables, which are read once, because that takes longer than all the rest. */
#ifndef ING2GW_TESTS_FUZZ_TABLES_H
#define ING2GW_TESTS_FUZZ_TABLES_H

#include <stdbool.h>
#include <stdlib.h>

#include "lib/intake.h"

static inline const struct mapping *tables(void)
{
	static struct intake_options options;
	static struct intake intake;
	static bool read;
	if (read)
		return &intake.mapping;
	intake_init(&intake, &options, 0);
	if (setjmp(intake.escape.env) != 0 || !intake_tables(&intake))
		abort();
	read = true;
	return &intake.mapping;
}

#endif
