/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program of the build, not of the product: turns the data files of mappings/ into one C source that holds them, so
 * that the binary runs from any folder. Each table stands there twice, as its text and as the tree that was read from it
 * (doc/packed.h), because reading YAML would be most of a start. Bytes become arrays of numbers because a C11 compiler
 * need not take string literals over 4095 bytes (C11 5.2.4.1).
 *
 *	embed ROOT FILE...    names are relative to ROOT; the source goes to stdout
 */
#include "base/source.h"
#include "doc/packed.h"

#include <stdio.h>
#include <string.h>

struct embed {
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct node *root;      /* of the table that is read */
	size_t documents;
};

static bool read_file(struct embed *e, const char *path, str *text)
{
	struct buf buf;
	char piece[4096];
	size_t n;
	FILE *in = fopen(path, "rb");

	if (!in)
		return false;
	buf_init(&buf, &e->arena, 0);
	while ((n = fread(piece, 1, sizeof piece, in)) > 0)
		buf_add(&buf, (str){ piece, n });
	bool good = !ferror(in);
	fclose(in);
	*text = buf_str(&buf);
	return good;
}

/* The zero at the end keeps the array of an empty text legal; it is not counted. */
static void write_bytes(const char *what, int number, str bytes)
{
	printf("\nstatic const unsigned char %s_%d[] = {", what, number);
	for (size_t i = 0; i < bytes.n; i++)
		printf("%s%d,", i % 24 == 0 ? "\n\t" : "", (unsigned char)bytes.p[i]);
	printf("\n\t0\n};\n");
}

static void keep_root(void *user, struct node *root)
{
	struct embed *e = user;
	e->root = root;
	e->documents++;
}

static void say(const struct embed *e, const char *path)
{
	for (size_t i = 0; i < e->diags.list.n; i++) {
		const struct diag *d = e->diags.list.item[i];
		struct line_column at = sources_locate(&e->sources, d->site.item[0].at);
		fprintf(stderr, "%s:%u:%u: %.*s\n", path, (unsigned)at.line, (unsigned)at.column, STR_ARG(d->message));
	}
}

/* The tree of a table, packed; other files have none. */
static bool pack(struct embed *e, const char *path, str text, str *packed)
{
	struct doc_limits limits = doc_limits_fill((struct doc_limits){ 0 });
	struct doc_reader reader = { &e->arena, &e->diags, &limits, keep_root, e };
	struct buf buf;

	*packed = (str){ "", 0 };
	if (!str_ends(str_c(path), STR(".yaml")))
		return true;
	e->documents = 0;
	bool good = doc_read(&reader, &e->sources, sources_add(&e->sources, str_c(path), text));
	if (!good || e->documents != 1 || !e->root) {
		say(e, path);
		fprintf(stderr, "embed: %s must be one document of YAML\n", path);
		return false;
	}
	buf_init(&buf, &e->arena, 0);
	packed_write(&buf, e->root, text);
	*packed = buf_str(&buf);
	return true;
}

static bool write_file(struct embed *e, const char *path, int number)
{
	str text, packed;

	if (!read_file(e, path, &text)) {
		fprintf(stderr, "embed: cannot read %s\n", path);
		return false;
	}
	if (!pack(e, path, text, &packed))
		return false;
	write_bytes("data", number, text);
	write_bytes("tree", number, packed);
	return true;
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

static int embed(struct embed *e, int argc, char **argv)
{
	printf("/* SPDX-License-Identifier: Apache-2.0 */\n");
	printf("/* Made by the build from the files of mappings/. */\n");
	printf("#include \"mapping/mapping.h\"\n");
	for (int i = 2; i < argc; i++) {
		if (!write_file(e, argv[i], i))
			return 1;
	}
	printf("\nconst struct builtin_file mapping_builtin[] = {\n");
	for (int i = 2; i < argc; i++) {
		printf("\t{ STR_INIT(\"");
		write_name(relative(argv[1], argv[i]));
		printf("\"), { (const char *)data_%d, sizeof data_%d - 1 }, { (const char *)tree_%d, sizeof tree_%d - 1 } },\n", i, i, i, i);
	}
	printf("\t{ { \"\", 0 }, { \"\", 0 }, { \"\", 0 } }   /* no table is a bug that the loader reports, not one of the compiler */\n");
	printf("};\n\nconst size_t mapping_builtin_count = %d;\n", argc - 2);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct escape escape;
	struct embed e = { 0 };

	if (argc < 2) {
		fprintf(stderr, "usage: embed ROOT FILE...\n");
		return 2;
	}
	escape_init(&escape);
	if (setjmp(escape.env) != 0) {
		fprintf(stderr, "embed: out of memory\n");
		return 1;
	}
	arena_init(&e.arena, 0, &escape);
	sources_init(&e.sources, &e.arena);
	diags_init(&e.diags, &e.arena);
	int status = embed(&e, argc, argv);
	arena_release(&e.arena);
	return status;
}
