/* SPDX-License-Identifier: Apache-2.0 */
/* Output: see write.h. */
#include "cli/write.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int write_fd(int fd, str text)
{
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);
		if (n < 0 && errno != EINTR)
			return errno;
		if (n > 0)
			text = str_from(text, (size_t)n);
	}
	return 0;
}

/* Closing can be the moment when a full disk is noticed. */
static int write_and_close(int fd, str text)
{
	int fault = write_fd(fd, text);
	if (close(fd) != 0 && !fault && errno != EINTR)
		fault = errno;
	return fault;
}

static int write_as_it_is(const char *path, str text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return fd < 0 ? errno : write_and_close(fd, text);
}

enum { TEMPORARY_TRIES = 100 };

/* A new file in the folder of `path`; its name goes to `name`, which has room for it. */
static int open_beside(const char *path, char *name, size_t room)
{
	size_t folder = str_find_last_char(str_c(path), '/');
	folder = path[folder] == '/' ? folder + 1 : 0;
	for (unsigned i = 0; i < TEMPORARY_TRIES; i++) {
		snprintf(name, room, "%.*s.ing2gw-%ld-%u.tmp", (int)folder, path, (long)getpid(), i);
		int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

static int write_and_rename(const char *path, const struct stat *old, str text, char *name, size_t room)
{
	int fd = open_beside(path, name, room);
	if (fd < 0)
		return errno;
	/* A file that is replaced keeps its mode; where that is refused, the new one stays as the umask made it. */
	if (old && fchmod(fd, old->st_mode & 07777) != 0)
		errno = 0;
	int fault = write_and_close(fd, text);
	if (!fault && rename(name, path) != 0)
		fault = errno;
	if (fault)
		unlink(name);
	return fault;
}

enum { LINK_STEPS = 40, LINK_SIZE = 4096 };

/* A symbolic link stays one: what it points to is replaced. */
static const char *behind_links(struct arena *scratch, const char *path)
{
	char *target = arena_alloc(scratch, 1, 1, LINK_SIZE);
	for (unsigned i = 0; i < LINK_STEPS; i++) {
		ssize_t n = readlink(path, target, LINK_SIZE);
		if (n <= 0 || n >= LINK_SIZE)
			break;
		str to = { target, (size_t)n }, at = str_c(path);
		size_t slash = str_find_last_char(at, '/');
		str folder = slash < at.n && to.p[0] != '/' ? str_slice(at, 0, slash + 1) : STR("");
		path = arena_join(scratch, folder, to).p;
	}
	return path;
}

int write_file(struct arena *scratch, str path, str text)
{
	struct stat old;
	const char *to = behind_links(scratch, arena_cstr(scratch, path));
	size_t room = str_c(to).n + 64;
	char *name = arena_alloc(scratch, 1, 1, room);
	bool there = stat(to, &old) == 0;
	if (there && !S_ISREG(old.st_mode))
		return write_as_it_is(to, text);
	sigset_t held, before;
	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGHUP);
	sigprocmask(SIG_BLOCK, &held, &before);
	int fault = write_and_rename(to, there ? &old : NULL, text, name, room);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return fault;
}

static int make_one(const char *path)
{
	struct stat st;
	if (mkdir(path, 0777) == 0)
		return 0;
	int fault = errno;
	if (stat(path, &st) == 0)
		return S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
	return fault;
}

int write_make_folder(struct arena *scratch, str path)
{
	for (size_t i = 1; i <= path.n; i++) {
		if (i < path.n && path.p[i] != '/')
			continue;
		int fault = make_one(arena_cstr(scratch, str_slice(path, 0, i)));
		if (fault)
			return fault;
	}
	return 0;
}
