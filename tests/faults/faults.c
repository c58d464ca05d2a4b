/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linked into a program of the tests, where it stands before the C library: calls of the program and of all its libraries come here
 * first, and one of them fails. In the environment:
 *
 *	FAULT=KIND:N[:HOW]      the N-th call (from 1) of that kind. HOW: once (default), on (all from it on), short (a part is
 *	                        read or written), again (EINTR)
 *	FAULT_REPORT=FILE       at the end: "KIND CALLS" a line, and "live N", the pieces of memory that nobody gave back
 *
 * Memory is that of glibc, whose own functions have second names.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);

enum kind { MEMORY, OPEN, READ, WRITE, CLOSE, SYNC, RENAME, MKDIR, STAT, FOLDER, ENTRY, THREAD, KINDS };
static const char *const NAMES[KINDS] = {
	"memory", "open", "read", "write", "close", "sync", "rename", "mkdir", "stat", "folder", "entry", "thread",
};
static const int ERRORS[KINDS] = {
	ENOMEM, EMFILE, EIO, ENOSPC, EIO, EIO, EIO, EACCES, EACCES, EACCES, EIO, EAGAIN,
};

enum how { ONCE, ON, SHORT, AGAIN };

static atomic_long calls[KINDS];
static atomic_long live;
static struct {
	bool known;
	enum kind kind;
	long number;           /* 0: nothing fails */
	enum how how;
} plan;

/* Before main(), so that no library was there first; getenv() allocates nothing. */
static void read_plan(void)
{
	static const char *const hows[] = { "once", "on", "short", "again" };
	const char *text = getenv("FAULT");

	plan.known = true;
	if (!text)
		return;
	const char *colon = strchr(text, ':');
	for (int kind = 0; colon && kind < KINDS; kind++)
		if (strlen(NAMES[kind]) == (size_t)(colon - text) && strncmp(text, NAMES[kind], (size_t)(colon - text)) == 0) {
			char *end;
			plan.kind = (enum kind)kind;
			plan.number = strtol(colon + 1, &end, 10);
			for (int how = 0; *end == ':' && how < 4; how++)
				if (strcmp(end + 1, hows[how]) == 0)
					plan.how = (enum how)how;
			return;
		}
	fprintf(stderr, "faults: FAULT=%s is not understood\n", text);
	_exit(98);
}

/* Counts a call; true when it is one that has to fail, and errno says how. */
static bool fails(enum kind kind)
{
	long number = ++calls[kind];

	if (!plan.known)
		read_plan();
	if (plan.number == 0 || kind != plan.kind || number < plan.number || (number > plan.number && plan.how != ON))
		return false;
	errno = plan.how == AGAIN ? EINTR : ERRORS[kind];
	return true;
}

__attribute__((destructor)) static void report(void)
{
	const char *path = getenv("FAULT_REPORT");
	char text[512];
	int n = 0;

	if (!path)
		return;
	for (int kind = 0; kind < KINDS; kind++)
		n += snprintf(text + n, sizeof text - (size_t)n, "%s %ld\n", NAMES[kind], (long)calls[kind]);
	n += snprintf(text + n, sizeof text - (size_t)n, "live %ld\n", (long)live);
	long fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	syscall(SYS_write, fd, text, (size_t)n);
	syscall(SYS_close, fd);
}

/* ---- memory ---- */

static void *counted(void *p)
{
	if (p)
		live++;
	return p;
}

void *malloc(size_t size)
{
	return fails(MEMORY) ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t n, size_t size)
{
	return fails(MEMORY) ? NULL : counted(__libc_calloc(n, size));
}

void *realloc(void *p, size_t size)
{
	if (fails(MEMORY))
		return NULL;
	void *q = __libc_realloc(p, size);
	if (!p && q)
		live++;
	return q;
}

void free(void *p)
{
	if (p)
		live--;
	__libc_free(p);
}

/* ---- files ---- */

int open(const char *path, int flags, ...)
{
	va_list args;
	va_start(args, flags);
	mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
	va_end(args);
	return fails(OPEN) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static size_t cut(enum kind kind, size_t n)
{
	return plan.number == calls[kind] && plan.kind == kind && plan.how == SHORT && n > 1 ? n / 2 : n;
}

ssize_t read(int fd, void *into, size_t n)
{
	if (fails(READ) && plan.how != SHORT)
		return -1;
	return syscall(SYS_read, fd, into, cut(READ, n));
}

ssize_t write(int fd, const void *from, size_t n)
{
	if (fails(WRITE) && plan.how != SHORT)
		return -1;
	return syscall(SYS_write, fd, from, cut(WRITE, n));
}

/* The descriptor is gone all the same, as with Linux. */
int close(int fd)
{
	int status = (int)syscall(SYS_close, fd);
	return fails(CLOSE) ? -1 : status;
}

int fsync(int fd)
{
	return fails(SYNC) ? -1 : (int)syscall(SYS_fsync, fd);
}

int rename(const char *from, const char *to)
{
	return fails(RENAME) ? -1 : (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
}

int mkdir(const char *path, mode_t mode)
{
	return fails(MKDIR) ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

/* The next definition of a name: that of the C library. ISO C has no conversion from an object to a function. */
#define NEXT(type, variable, name) \
	type variable; \
	*(void **)&variable = dlsym(RTLD_NEXT, name)

int stat(const char *path, struct stat *into)
{
	typedef int function(const char *path, struct stat *into);
	NEXT(function *, next, "stat");
	return fails(STAT) ? -1 : next(path, into);
}

int lstat(const char *path, struct stat *into)
{
	typedef int function(const char *path, struct stat *into);
	NEXT(function *, next, "lstat");
	return fails(STAT) ? -1 : next(path, into);
}

DIR *opendir(const char *path)
{
	typedef DIR *function(const char *path);
	NEXT(function *, next, "opendir");
	return fails(FOLDER) ? NULL : next(path);
}

struct dirent *readdir(DIR *folder)
{
	typedef struct dirent *function(DIR *folder);
	NEXT(function *, next, "readdir");
	return fails(ENTRY) ? NULL : next(folder);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *user)
{
	typedef int function(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *user);
	NEXT(function *, next, "pthread_create");
	return fails(THREAD) ? errno : next(thread, attributes, run, user);
}
