/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the groups of all files tests/unit/test_*.c. The build writes groups.h from the file names, one GROUP(name) a
 * line, so a new file needs no edit here. Arguments are names of groups to run; none means all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define GROUP(name) \
	extern const struct CMUnitTest name##_tests[]; \
	extern const size_t name##_tests_count;
#include "groups.h"
#undef GROUP

struct group {
	const char *name;
	const struct CMUnitTest *tests;
	const size_t *count;
};

static const struct group groups[] = {
#define GROUP(name) { #name, name##_tests, &name##_tests_count },
#include "groups.h"
#undef GROUP
	{ NULL, NULL, NULL }
};

static bool wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], name) == 0)
			return true;
	}
	return argc < 2;
}

int main(int argc, char **argv)
{
	size_t passed = 0, failed = 0;

	for (const struct group *group = groups; group->name; group++) {
		if (!wanted(group->name, argc, argv))
			continue;
		/* The function behind cmocka_run_group_tests(), which takes only arrays whose length it sees. */
		int bad = _cmocka_run_group_tests(group->name, group->tests, *group->count, NULL, NULL);
		size_t lost = bad < 0 ? *group->count : (size_t)bad;

		failed += lost;
		passed += *group->count - lost;
		if (*group->count == 0) {
			printf("group %s has no tests\n", group->name);
			failed++;
		}
	}
	if (passed + failed == 0) {
		printf("no tests\n");
		failed++;
	}
	printf("%zu passed, %zu failed, 0 skipped\n", passed, failed);
	return failed ? 1 : 0;
}
