/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of manifests: see folder.h. */
#include "cli/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/write.h"

/* One file on its way. */
struct job {
	str path;                    /* as it is opened */
	str text;
	str temporary;               /* empty: it is there as it is to be */
};

struct writing {
	struct arena *arena;
	const struct folder *folder;
	LIST(struct job) jobs;
	struct str_list stale;       /* files of ours that are to go; names below the folder */
	struct str_list listed;      /* for kustomization.yaml */
	str *error;
};

static bool fail(struct writing *w, str path, const char *what)
{
	*w->error = arena_printf(w->arena, "cannot write %.*s: %s", STR_ARG(path), what);
	return false;
}

static str below(struct writing *w, str name)
{
	str path = w->folder->path;
	return arena_printf(w->arena, "%.*s%s%.*s", STR_ARG(path), str_ends(path, STR("/")) ? "" : "/", STR_ARG(name));
}

/* ---- what is there ---- */

/* Up to one byte more than `most` of a file; false when it cannot be read. */
static bool read_start(struct arena *arena, const char *path, size_t most, str *out)
{
	char *bytes = arena_alloc(arena, 1, 1, most + 1);
	size_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	ssize_t got = 1;
	while (got > 0 && n <= most) {
		got = read(fd, bytes + n, most + 1 - n);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			n += (size_t)got;
	}
	close(fd);
	*out = (str){ bytes, n };
	return got >= 0;
}

enum there { THERE_NOTHING, THERE_OURS, THERE_SAME, THERE_FOREIGN };

static enum there what_is_there(struct arena *arena, str path, str text)
{
	struct stat st;
	str old;
	const char *name = arena_cstr(arena, path);
	if (lstat(name, &st) != 0)
		return errno == ENOENT ? THERE_NOTHING : THERE_FOREIGN;
	if (!S_ISREG(st.st_mode) || !read_start(arena, name, text.n > sizeof LAYOUT_MARK ? text.n : sizeof LAYOUT_MARK, &old))
		return THERE_FOREIGN;
	if (text.n && str_eq(old, text))
		return THERE_SAME;
	return str_starts(old, STR(LAYOUT_MARK)) ? THERE_OURS : THERE_FOREIGN;
}

static bool is_foreign_ok(struct writing *w, str path)
{
	struct stat st;
	bool folder = lstat(arena_cstr(w->arena, path), &st) == 0 && S_ISDIR(st.st_mode);
	if (w->folder->force && !folder)
		return true;
	return fail(w, path, folder ? "there is a folder of that name" : "the file is there and was not written by ing2gw; move it away, or give --force to replace it");
}

static bool add_job(struct writing *w, str name, str text)
{
	struct job job = { .path = below(w, name), .text = text };
	enum there there = what_is_there(w->arena, job.path, text);
	if (there == THERE_FOREIGN && !is_foreign_ok(w, job.path))
		return false;
	if (there != THERE_SAME)
		LIST_PUSH(w->arena, &w->jobs, job);
	return true;
}

/* Folders of the layout are real ones: a link could lead anywhere. */
static bool make_folder(struct writing *w, str name)
{
	struct stat st;
	str path = below(w, name);
	if (lstat(arena_cstr(w->arena, path), &st) == 0)
		return S_ISDIR(st.st_mode) || fail(w, path, "it is no folder, or a link to one");
	int fault = write_make_folder(w->arena, path);
	return !fault || fail(w, path, strerror(fault));
}

static bool make_folders(struct writing *w)
{
	int fault = write_make_folder(w->arena, w->folder->path);
	if (fault)
		return fail(w, w->folder->path, strerror(fault));
	for (size_t i = 0; i < w->folder->files.n; i++) {
		str folder, rest;
		if (str_cut(w->folder->files.item[i].path, '/', &folder, &rest) && !make_folder(w, folder))
			return false;
	}
	return true;
}

/* ---- files of earlier runs ---- */

static bool is_written(const struct writing *w, str name)
{
	for (size_t i = 0; i < w->folder->files.n; i++)
		if (str_eq(w->folder->files.item[i].path, name))
			return true;
	return str_eq(name, STR(LAYOUT_KUSTOMIZATION));
}

static void look_at(struct writing *w, str name)
{
	str path = below(w, name);
	if (!str_ends(name, STR(".yaml")) || is_written(w, name) || what_is_there(w->arena, path, (str){ "", 0 }) != THERE_OURS)
		return;
	LIST_PUSH(w->arena, &w->stale, name);
}

static void look_into(struct writing *w, str folder)
{
	struct stat st;
	str path = folder.n ? below(w, folder) : w->folder->path;
	const char *name = arena_cstr(w->arena, path);
	if (folder.n && (lstat(name, &st) != 0 || !S_ISDIR(st.st_mode)))
		return;
	DIR *dir = opendir(name);
	if (!dir)
		return;
	for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
		str leaf = arena_str(w->arena, str_c(e->d_name));
		look_at(w, folder.n ? arena_printf(w->arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(leaf)) : leaf);
	}
	closedir(dir);
}

/* Files of ours that this run does not write are stale. */
static void look_everywhere(struct writing *w)
{
	look_into(w, (str){ "", 0 });
	for (size_t i = 0; i < layout_folder_count; i++)
		look_into(w, layout_folders[i]);
}

/* ---- writing ---- */

static int write_new(const char *path, str text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return errno;
	int fault = write_fd(fd, text);
	if (close(fd) != 0 && !fault && errno != EINTR)
		fault = errno;
	return fault;
}

/* A file that is replaced keeps its mode; where that is refused, the new one stays as the umask made it. */
static void keep_mode(const char *path, const char *temporary)
{
	struct stat st;
	if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) && chmod(temporary, st.st_mode & 07777) != 0)
		errno = 0;
}

static bool write_temporaries(struct writing *w)
{
	for (size_t i = 0; i < w->jobs.n; i++) {
		struct job *job = &w->jobs.item[i];
		size_t slash = str_find_last_char(job->path, '/');
		str name = arena_printf(w->arena, "%.*s/.ing2gw-%ld-%zu.tmp", STR_ARG(str_slice(job->path, 0, slash)), (long)getpid(), i);
		const char *path = arena_cstr(w->arena, name);
		job->temporary = name;
		int fault = write_new(path, job->text);
		if (fault)
			return fail(w, job->path, strerror(fault));
		keep_mode(arena_cstr(w->arena, job->path), path);
	}
	return true;
}

static void drop_temporaries(struct writing *w, size_t from)
{
	for (size_t i = from; i < w->jobs.n; i++)
		if (w->jobs.item[i].temporary.n)
			unlink(arena_cstr(w->arena, w->jobs.item[i].temporary));
}

static bool rename_all(struct writing *w)
{
	for (size_t i = 0; i < w->jobs.n; i++) {
		const struct job *job = &w->jobs.item[i];
		if (rename(arena_cstr(w->arena, job->temporary), arena_cstr(w->arena, job->path)) == 0)
			continue;
		fail(w, job->path, strerror(errno));
		drop_temporaries(w, i);
		return false;
	}
	for (size_t i = 0; i < w->stale.n; i++)
		unlink(arena_cstr(w->arena, below(w, w->stale.item[i])));
	return true;
}

static bool write_all(struct writing *w)
{
	sigset_t held, before;
	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGHUP);
	sigprocmask(SIG_BLOCK, &held, &before);
	bool good = write_temporaries(w);
	if (good)
		good = rename_all(w);
	else
		drop_temporaries(w, 0);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return good;
}

struct str_list folder_objects(struct arena *arena, str path)
{
	struct str_list objects = { 0 };
	const struct folder folder = { .path = path };
	struct writing w = { .arena = arena, .folder = &folder };
	look_everywhere(&w);
	for (size_t i = 0; i < w.stale.n; i++) {
		struct stat st;
		str text;
		const char *name = arena_cstr(arena, below(&w, w.stale.item[i]));
		if (lstat(name, &st) == 0 && st.st_size > 0 && read_start(arena, name, (size_t)st.st_size, &text))
			layout_objects(arena, text, &objects);
	}
	return objects;
}

/* What they hold may come from the part of the input that is missing now. */
static size_t keep_stale(struct writing *w)
{
	size_t n = w->stale.n;
	for (size_t i = 0; i < n; i++)
		str_list_add_new(w->arena, &w->listed, w->stale.item[i]);
	w->stale.n = 0;
	return n;
}

bool folder_write(struct arena *arena, const struct folder *folder, size_t *kept, str *error)
{
	struct writing w = { .arena = arena, .folder = folder, .error = error };
	if (!make_folders(&w))
		return false;
	look_everywhere(&w);
	for (size_t i = 0; i < folder->files.n; i++) {
		str_list_add_new(arena, &w.listed, folder->files.item[i].path);
		if (!add_job(&w, folder->files.item[i].path, folder->files.item[i].text))
			return false;
	}
	*kept = folder->partial ? keep_stale(&w) : 0;
	return add_job(&w, STR(LAYOUT_KUSTOMIZATION), layout_kustomization(arena, &w.listed)) && write_all(&w);
}
