/* SPDX-License-Identifier: Apache-2.0 */
/* Reading files and folders, and writing files whole. Each test has a folder of its own below TMPDIR. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "cli/files.h"
#include "cli/write.h"

extern const struct CMUnitTest cli_files_tests[];
extern const size_t cli_files_tests_count;

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

struct run {
	struct escape escape;
	struct arena arena, scratch;
	struct sources sources;
	struct diags diags;
	char root[256];
	char before[1024];     /* working folder */
};

static void start(struct run *run)
{
	arena_init(&run->arena, 0, &run->escape);
	arena_init(&run->scratch, 0, &run->escape);
	sources_init(&run->sources, &run->arena);
	diags_init(&run->diags, &run->arena);
}

static void stop(struct run *run)
{
	arena_release(&run->scratch);
	arena_release(&run->arena);
}

static int setup(void **state)
{
	struct run *run = test_calloc(1, sizeof *run);
	const char *temporary = getenv("TMPDIR");
	escape_init(&run->escape);
	start(run);
	snprintf(run->root, sizeof run->root, "%s/ing2gw-unit-XXXXXX", temporary && *temporary ? temporary : "/tmp");
	*state = run;
	return getcwd(run->before, sizeof run->before) && mkdtemp(run->root) && chdir(run->root) == 0 ? 0 : -1;
}

/* The trees here are two folders deep. */
static void remove_below(const char *path, unsigned depth)
{
	DIR *dir = opendir(path);
	if (!dir)
		return;
	for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		char name[1024];
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		if (unlink(name) != 0 && depth > 0)
			remove_below(name, depth - 1);
	}
	closedir(dir);
	rmdir(path);
}

static int teardown(void **state)
{
	struct run *run = *state;
	int rc = chdir(run->before);
	remove_below(run->root, 5);
	stop(run);
	test_free(run);
	return rc;
}

static void make(const char *path, const char *text)
{
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void folder(const char *path)
{
	assert_int_equal(mkdir(path, 0777), 0);
}

/* "name=text name=text", then "CODE name" of each diagnostic. */
static str reading(struct run *run, size_t most, const char *const *paths)
{
	struct str_list list = { 0 };
	struct buf out;
	stop(run);
	start(run);
	buf_init(&out, &run->arena, 0);
	for (; *paths; paths++)
		LIST_PUSH(&run->arena, &list, str_c(*paths));
	struct files files = { .arena = &run->arena, .scratch = &run->scratch, .sources = &run->sources, .diags = &run->diags, .total_bytes = most };
	bool good = files_read(&files, &list), error = false;
	for (size_t i = 0; i < run->sources.n; i++)
		if (run->sources.item[i].text.n)
			buf_printf(&out, "%.*s=%.*s ", STR_ARG(run->sources.item[i].name), STR_ARG(run->sources.item[i].text));
	diags_sort(&run->diags, &run->sources);
	for (size_t i = 0; i < run->diags.list.n; i++) {
		const struct diag *d = run->diags.list.item[i];
		error = error || d->level == DIAG_ERROR;
		for (size_t k = 0; k < d->site.n; k++)
			buf_printf(&out, "%.*s %.*s ", STR_ARG(diag_code_text(d->code)),
				STR_ARG(sources_get(&run->sources, d->site.item[k].at.file)->name));
	}
	assert_int_equal(good, !error);
	return buf_str(&out);
}

static void expect(struct run *run, size_t most, const char *const *paths, const char *text)
{
	str got = str_trim(reading(run, most, paths));
	if (!str_eq(got, str_c(text)))
		fail_msg("got '%.*s', expected '%s'", STR_ARG(got), text);
}

#define PATHS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void tree(void)
{
	folder("d");
	folder("d/b");
	folder("d/.git");
	make("d/b/1.yml", "B");
	make("d/b.yaml", "b");
	make("d/a.json", "a");
	make("d/z.txt", "no");
	make("d/.hidden.yaml", "no");
	make("d/.git/x.yaml", "no");
	make("other", "o");
}

static void test_folders(void **state)
{
	struct run *run = *state;
	tree();
	expect(run, 1000, PATHS("d"), "d/a.json=a d/b.yaml=b d/b/1.yml=B");
	expect(run, 1000, PATHS("d/"), "d/a.json=a d/b.yaml=b d/b/1.yml=B");
	expect(run, 1000, PATHS("."), "./d/a.json=a ./d/b.yaml=b ./d/b/1.yml=B");
	expect(run, 1000, PATHS("d/.git", "d/z.txt", "other"), "d/.git/x.yaml=no d/z.txt=no other=o");
}

static void test_order_and_twice(void **state)
{
	struct run *run = *state;
	tree();
	expect(run, 1000, PATHS("other", "d/b", "d", "d/a.json", "other"), "d/a.json=a d/b.yaml=b d/b/1.yml=B other=o");
	expect(run, 1000, PATHS("d/a.json", "d", "other", "d/b"), "d/a.json=a d/b.yaml=b d/b/1.yml=B other=o");
	/* By another name it is still the same file. */
	expect(run, 1000, PATHS("./other", "other"), "./other=o");
}

static void test_links(void **state)
{
	struct run *run = *state;
	tree();
	folder("more");
	make("more/m.yaml", "m");
	assert_int_equal(symlink("..", "d/b/up"), 0);
	assert_int_equal(symlink("b", "d/0"), 0);
	assert_int_equal(symlink("../more", "d/more"), 0);
	assert_int_equal(symlink("b.yaml", "d/c.yaml"), 0);
	assert_int_equal(symlink("nowhere", "d/n.yaml"), 0);
	assert_int_equal(symlink("self", "d/self"), 0);
	expect(run, 1000, PATHS("d"), "d/a.json=a d/b.yaml=b d/b/1.yml=B d/more/m.yaml=m I2G-0101 d/n.yaml");
	expect(run, 1000, PATHS("d/more", "more"), "d/more/m.yaml=m");
}

static void test_faults(void **state)
{
	struct run *run = *state;
	tree();
	folder("empty");
	folder("empty/inside");
	make("empty/inside/x.txt", "no");
	expect(run, 1000, PATHS("nowhere", "d/b"), "d/b/1.yml=B I2G-0101 nowhere");
	expect(run, 1000, PATHS("other/x"), "I2G-0101 other/x");
	expect(run, 1000, PATHS("empty", "d/b"), "d/b/1.yml=B I2G-0113 empty");
	expect(run, 1000, PATHS("empty/"), "I2G-0113 empty/");
	expect(run, 1000, PATHS(""), "I2G-0101");
}

static void test_total_size(void **state)
{
	struct run *run = *state;
	make("a", "1234");
	make("b", "5678");
	make("c", "9");
	expect(run, 9, PATHS("a", "b", "c"), "a=1234 b=5678 c=9");
	expect(run, 8, PATHS("a", "b", "c"), "a=1234 b=5678 I2G-0107 c");
	/* Nothing behind it is read, though it would fit. */
	expect(run, 5, PATHS("a", "b", "c"), "a=1234 I2G-0107 b");
}

/* A size that nobody can know before, and more than one block. */
static void test_pipe(void **state)
{
	struct run *run = *state;
	int ends[2];
	char path[64];
	char text[20001];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = 0;
	assert_int_equal(pipe(ends), 0);
	snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
	assert_int_equal(write_fd(ends[1], str_c(text)), 0);
	close(ends[1]);
	str got = reading(run, 100000, PATHS(path));
	close(ends[0]);
	assert_int_equal(got.n, strlen(path) + 1 + strlen(text) + 1);
}

static str content(struct run *run, const char *path)
{
	char text[256];
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	size_t n = fread(text, 1, sizeof text, f);
	fclose(f);
	return arena_str(&run->arena, (str){ text, n });
}

static size_t entries(const char *path)
{
	size_t n = 0;
	DIR *dir = opendir(path);
	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

static void test_write(void **state)
{
	struct run *run = *state;
	struct stat st;
	folder("d");
	assert_int_equal(write_file(&run->scratch, STR("d/f"), STR("one")), 0);
	assert_true(str_eq(content(run, "d/f"), STR("one")));
	assert_int_equal(chmod("d/f", 0640), 0);
	assert_int_equal(symlink("f", "d/link"), 0);
	assert_int_equal(symlink("new", "d/dangling"), 0);
	assert_int_equal(write_file(&run->scratch, STR("d/link"), STR("two")), 0);
	assert_true(str_eq(content(run, "d/f"), STR("two")));
	assert_int_equal(lstat("d/link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(stat("d/f", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(write_file(&run->scratch, STR("d/dangling"), STR("three")), 0);
	assert_true(str_eq(content(run, "d/new"), STR("three")));
	assert_int_equal(write_file(&run->scratch, STR("/dev/null"), STR("x")), 0);
	assert_int_equal(write_file(&run->scratch, STR("d"), STR("x")), EISDIR);
	assert_int_equal(write_file(&run->scratch, STR("none/f"), STR("x")), ENOENT);
	assert_int_equal(entries("d"), 4);
	assert_int_equal(write_fd(-1, STR("x")), EBADF);
}

static void test_make_folder(void **state)
{
	struct run *run = *state;
	make("file", "");
	assert_int_equal(write_make_folder(&run->scratch, STR("a/b//c/")), 0);
	assert_int_equal(write_make_folder(&run->scratch, STR("a/b/c")), 0);
	assert_int_equal(write_file(&run->scratch, STR("a/b/c/f"), STR("x")), 0);
	assert_int_equal(write_make_folder(&run->scratch, STR("file")), ENOTDIR);
	assert_int_equal(write_make_folder(&run->scratch, STR("file/x")), ENOTDIR);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

const struct CMUnitTest cli_files_tests[] = {
	TEST(test_folders),
	TEST(test_order_and_twice),
	TEST(test_links),
	TEST(test_faults),
	TEST(test_total_size),
	TEST(test_pipe),
	TEST(test_write),
	TEST(test_make_folder),
};
const size_t cli_files_tests_count = COUNT(cli_files_tests);
