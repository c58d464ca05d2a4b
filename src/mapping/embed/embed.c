/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program of the build, not of the product: turns the data files of mappings/ into one C source that holds them, so
 * that the binary runs from any folder. Bytes become arrays of numbers because a C11 compiler need not take string
 * literals over 4095 bytes (C11 5.2.4.1).
 *
 *	embed ROOT FILE...    names are relative to ROOT; the source goes to stdout
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool write_bytes(const char *path, size_t number)
{
	FILE *in = fopen(path, "rb");

	if (!in) {
		fprintf(stderr, "embed: cannot read %s\n", path);
		return false;
	}
	size_t size = 0;
	int c;

	/* The zero at the end keeps the array of an empty file legal; it is not counted. */
	printf("\nstatic const unsigned char data_%zu[] = {", number);
	while ((c = getc(in)) != EOF) {
		printf("%s%d,", size % 24 == 0 ? "\n\t" : "", c);
		size++;
	}
	printf("\n\t0\n};\n");

	bool good = !ferror(in);

	fclose(in);
	if (!good)
		fprintf(stderr, "embed: cannot read %s\n", path);
	return good;
}

/* The path after ROOT and its slash; all of it when it does not start so. */
static const char *relative(const char *root, const char *path)
{
	size_t n = strlen(root);

	while (n > 0 && root[n - 1] == '/')
		n--;
	if (strncmp(root, path, n) == 0 && path[n] == '/')
		return path + n + 1;
	return path;
}

/* A name as the inside of a C literal. */
static void write_name(const char *name)
{
	for (; *name; name++) {
		if (*name == '"' || *name == '\\')
			putchar('\\');
		putchar(*name);
	}
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: embed ROOT FILE...\n");
		return 2;
	}
	printf("/* SPDX-License-Identifier: Apache-2.0 */\n");
	printf("/* Made by the build from the files of mappings/. */\n");
	printf("#include \"mapping/mapping.h\"\n");
	for (int i = 2; i < argc; i++) {
		if (!write_bytes(argv[i], (size_t)i))
			return 1;
	}
	printf("\nconst struct builtin_file mapping_builtin[] = {\n");
	for (int i = 2; i < argc; i++) {
		printf("\t{ STR_INIT(\"");
		write_name(relative(argv[1], argv[i]));
		printf("\"), { (const char *)data_%d, sizeof data_%d - 1 } },\n", i, i);
	}
	printf("\t{ { \"\", 0 }, { \"\", 0 } }   /* no table is a bug that the loader reports, not one of the compiler */\n");
	printf("};\n\nconst size_t mapping_builtin_count = %d;\n", argc - 2);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
