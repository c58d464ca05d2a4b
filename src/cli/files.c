/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading files and folders: see files.h. First all names are collected, with the device and number of each file, then
 * they are sorted, then read.
 */
#include "cli/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct entry {
	str name;                  /* for people */
	const char *path;          /* for the system; NULL: standard input */
	dev_t device;
	ino_t number;
	off_t size;                /* a guess */
};

struct folder {
	str name;
	struct entry entry;
};

struct reading {
	const struct files *files;
	LIST(struct entry) found;
	/* Folders still to be looked into: those behind symbolic links come last, so that a file gets its plain name. */
	LIST(struct folder) plain, linked;
	size_t plain_next, linked_next;
	struct map seen;           /* identity -> struct entry: folders; without it a link upwards would never end */
	bool good;
};

/* What tells files apart, whatever their names are. Zeroed as a whole, because it is hashed as bytes. */
struct identity {
	dev_t device;
	ino_t number;
};

static void report(struct reading *r, enum diag_code code, str name, str message, str help)
{
	const struct files *files = r->files;
	uint32_t file = sources_add(files->sources, name, STR(""));
	struct diag *d = diag_add(files->diags, code, (struct diag_site){ { file, 0 }, 1, STR("") }, message);
	d->help = help;
	if (d->level == DIAG_ERROR) {
		d->effect = STR("what is in it is missing from the result");
		r->good = false;
	}
}

static void cannot_read(struct reading *r, str name, int fault)
{
	str message = arena_printf(r->files->arena, "cannot be read: %s", strerror(fault));
	report(r, DIAG_CANNOT_READ, name, message, STR("give a file or folder that exists and that you may read"));
}

static bool is_manifest(str name)
{
	return str_ends(name, STR(".yaml")) || str_ends(name, STR(".yml")) || str_ends(name, STR(".json"));
}

static struct entry entry_of(str name, const char *path, const struct stat *st)
{
	return (struct entry){ name, path, st->st_dev, st->st_ino, S_ISREG(st->st_mode) && st->st_size > 0 ? st->st_size : 0 };
}

/* False when the map has that file already. */
static bool first_time(struct arena *scratch, struct map *map, const struct entry *entry)
{
	struct identity *id = NEW(scratch, struct identity);
	struct entry *copy = NEW(scratch, struct entry);
	id->device = entry->device;
	id->number = entry->number;
	str key = { (const char *)id, sizeof *id };
	if (map_get(map, key))
		return false;
	*copy = *entry;
	map_set(map, key, copy);
	return true;
}

/* Adds a file, or puts a folder on the list. inside: found in a folder, where only manifests count. */
static void meet(struct reading *r, str name, bool inside)
{
	struct stat st;
	const char *path = arena_cstr(r->files->arena, name);
	bool linked = inside && lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
	if (stat(path, &st) != 0) {
		/* A link to nowhere matters only where it would have been a manifest. */
		if (!inside || is_manifest(name))
			cannot_read(r, name, errno);
		return;
	}
	struct entry entry = entry_of(name, path, &st);
	struct folder folder = { name, entry };
	if (!S_ISDIR(st.st_mode)) {
		if (!inside || (is_manifest(name) && S_ISREG(st.st_mode)))
			LIST_PUSH(r->files->scratch, &r->found, entry);
	} else if (linked) {
		LIST_PUSH(r->files->scratch, &r->linked, folder);
	} else {
		LIST_PUSH(r->files->scratch, &r->plain, folder);
	}
}

static void close_folder(void *handle)
{
	closedir(handle);
}

/* Names in a folder that are not hidden, sorted. False with errno when it cannot be read. */
static bool folder_names(struct reading *r, const char *path, struct str_list *names)
{
	struct arena *arena = r->files->scratch;
	struct resource open;
	DIR *dir = opendir(path);
	if (!dir)
		return false;
	escape_watch(arena->escape, &open, close_folder, dir);
	errno = 0;
	for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
		if (entry->d_name[0] != '.')
			LIST_PUSH(arena, names, arena_str(arena, str_c(entry->d_name)));
	int fault = errno;
	escape_forget(arena->escape, &open);
	closedir(dir);
	errno = fault;
	str_list_sort(names);
	return fault == 0;
}

static void look_into(struct reading *r, const struct folder *folder)
{
	struct arena *arena = r->files->arena;
	struct str_list names = { 0 };
	if (!first_time(r->files->scratch, &r->seen, &folder->entry))
		return;
	if (!folder_names(r, folder->entry.path, &names)) {
		cannot_read(r, folder->name, errno);
		return;
	}
	str base = str_ends(folder->name, STR("/")) ? folder->name : arena_join(arena, folder->name, STR("/"));
	for (size_t i = 0; i < names.n; i++)
		meet(r, arena_join(arena, base, names.item[i]), true);
}

/* Everything below one path of the command line. */
static void collect(struct reading *r, str path)
{
	struct stat st;
	if (str_eq(path, STR("-"))) {
		struct entry entry = { .name = STR_INIT("<stdin>") };
		if (fstat(STDIN_FILENO, &st) == 0)
			entry = entry_of(entry.name, NULL, &st);
		LIST_PUSH(r->files->scratch, &r->found, entry);
		return;
	}
	meet(r, path, false);
}

static void collect_folders(struct reading *r)
{
	while (r->plain_next < r->plain.n || r->linked_next < r->linked.n) {
		struct folder folder = r->plain_next < r->plain.n ? r->plain.item[r->plain_next++] : r->linked.item[r->linked_next++];
		look_into(r, &folder);
	}
}

/* Something was found there, or said about it. */
static bool has_below(const struct reading *r, str path)
{
	str base = str_ends(path, STR("/")) ? path : arena_join(r->files->scratch, path, STR("/"));
	for (size_t i = 0; i < r->found.n; i++)
		if (str_starts(r->found.item[i].name, base))
			return true;
	for (size_t i = 0; i < r->files->sources->n; i++) {
		str name = r->files->sources->item[i].name;
		if (str_eq(name, path) || str_starts(name, base))
			return true;
	}
	return false;
}

/* The folders of the command line in which, and below which, nothing was found; not those that were read by another name. */
static void report_empty(struct reading *r, const struct str_list *paths)
{
	for (size_t i = 0; i < paths->n; i++) {
		struct stat st;
		str path = paths->item[i];
		const char *cstr = arena_cstr(r->files->scratch, path);
		if (str_eq(path, STR("-")) || stat(cstr, &st) != 0 || !S_ISDIR(st.st_mode) || has_below(r, path))
			continue;
		struct identity *id = NEW(r->files->scratch, struct identity);
		id->device = st.st_dev;
		id->number = st.st_ino;
		const struct entry *seen = map_get(&r->seen, (str){ (const char *)id, sizeof *id });
		if (!seen || str_eq(seen->name, path))
			report(r, DIAG_NOTHING_FOUND, path, STR("the folder holds no file that ends in .yaml, .yml or .json"),
				STR("name files with other endings one by one; hidden files and folders are passed over"));
	}
}

static void close_file(void *handle)
{
	close(*(int *)handle);
}

/* All of a descriptor up to `most` bytes and one more, which tells that there were too many. 0 or errno. */
static int read_all(struct arena *arena, int fd, size_t guess, size_t most, str *out)
{
	size_t cap = (guess < most ? guess : most) + 1, n = 0;
	if (cap < 4096)
		cap = 4096;
	char *p = arena_alloc(arena, 1, 1, cap);
	for (;;) {
		if (n > most)
			break;
		if (n == cap) {
			char *more = arena_alloc(arena, 1, 1, cap * 2);
			memcpy(more, p, n);
			p = more;
			cap *= 2;
		}
		ssize_t got = read(fd, p + n, cap - n);
		if (got < 0 && errno != EINTR)
			return errno;
		if (got == 0)
			break;
		if (got > 0)
			n += (size_t)got;
	}
	*out = (str){ p, n };
	return 0;
}

static int read_entry(struct reading *r, const struct entry *entry, size_t most, str *out)
{
	struct arena *arena = r->files->arena;
	struct resource open_file;
	int fd = entry->path ? open(entry->path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	if (fd < 0)
		return errno;
	if (!entry->path)
		return read_all(arena, fd, (size_t)entry->size, most, out);
	escape_watch(arena->escape, &open_file, close_file, &fd);
	int fault = read_all(arena, fd, (size_t)entry->size, most, out);
	escape_forget(arena->escape, &open_file);
	close(fd);
	return fault;
}

static int compare(const void *a, const void *b)
{
	return str_cmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static void too_much(struct reading *r, const struct entry *entry)
{
	str message = arena_printf(r->files->arena, "with this file more than %zu bytes were read; it and all files after it are left out",
		r->files->total_bytes);
	report(r, DIAG_TOTAL_SIZE, entry->name, message, STR("convert in parts, or raise the limit with --max-size"));
}

/* A place has 32 bits. */
#define LARGEST_FILE ((size_t)UINT32_MAX - 1)

/* False when nothing more is to be read. */
static bool read_one(struct reading *r, const struct entry *entry, size_t *left)
{
	size_t most = *left < LARGEST_FILE ? *left : LARGEST_FILE;
	str text = { "", 0 };
	int fault = read_entry(r, entry, most, &text);
	if (fault) {
		cannot_read(r, entry->name, fault);
	} else if (text.n > *left) {
		too_much(r, entry);
		return false;
	} else if (text.n > most) {
		report(r, DIAG_DOCUMENT_SIZE, entry->name, STR("a file of 4 GiB or more cannot be read"), STR("split it"));
	} else if (r->files->own_mark.n && str_starts(text, r->files->own_mark)) {
		report(r, DIAG_OWN_FILE, entry->name, STR("passed over: ing2gw wrote this file, and what it writes is no input"),
			STR("take its first line away if it is to be read"));
	} else {
		sources_add(r->files->sources, entry->name, text);
		*left -= text.n;
	}
	return true;
}

bool files_read(const struct files *files, const struct str_list *paths)
{
	struct reading r = { .files = files, .good = true };
	struct str_list sorted = { 0 };
	struct map known;
	size_t left = files->total_bytes;
	map_init(&r.seen, files->scratch);
	map_init(&known, files->scratch);
	for (size_t i = 0; i < paths->n; i++)
		LIST_PUSH(files->scratch, &sorted, paths->item[i]);
	str_list_sort(&sorted);
	for (size_t i = 0; i < sorted.n; i++)
		if (i == 0 || !str_eq(sorted.item[i], sorted.item[i - 1]))
			collect(&r, sorted.item[i]);
	collect_folders(&r);
	report_empty(&r, &sorted);
	if (r.found.n)
		qsort(r.found.item, r.found.n, sizeof *r.found.item, compare);
	for (size_t i = 0; i < r.found.n; i++)
		if (first_time(files->scratch, &known, &r.found.item[i]) && !read_one(&r, &r.found.item[i], &left))
			break;
	return r.good;
}
