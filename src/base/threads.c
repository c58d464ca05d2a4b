/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX threads: see threads.h. They stay behind this door. */
#include "base/threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

/* The usual size with glibc; elsewhere it is less. */
enum { STACK_SIZE = 8 * 1024 * 1024 };

struct crew {
	atomic_size_t next;          /* item */
	size_t n;
	atomic_bool failed;
	thread_work *work;
	void *user;
};

struct worker {
	struct crew *crew;
	struct escape *escape;
	size_t number;
	bool started;                /* on a thread of its own */
	pthread_t id;
};

size_t threads_usual(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : n > THREADS_MOST ? THREADS_MOST : (size_t)n;
}

static void *run(void *argument)
{
	const struct worker *worker = argument;
	struct crew *crew = worker->crew;
	escape_init(worker->escape);
	if (setjmp(worker->escape->env) != 0) {
		atomic_store(&crew->failed, true);
		atomic_store(&crew->next, crew->n);
		return NULL;
	}
	for (;;) {
		size_t item = atomic_fetch_add(&crew->next, 1);
		if (item >= crew->n || atomic_load(&crew->failed))
			return NULL;
		crew->work(crew->user, worker->number, item);
	}
}

/* One that the system does not give is done without. */
static bool start(pthread_t *id, void *(*begin)(void *argument), void *argument)
{
	pthread_attr_t attributes;
	if (pthread_attr_init(&attributes) != 0)
		return false;
	(void)pthread_attr_setstacksize(&attributes, STACK_SIZE);
	bool started = pthread_create(id, &attributes, begin, argument) == 0;
	(void)pthread_attr_destroy(&attributes);
	return started;
}

void threads_each(struct escape *escape, struct escape *own, size_t workers, size_t n, thread_work *work, void *user)
{
	struct worker worker[THREADS_MOST] = { 0 };
	struct crew crew = { .n = n, .work = work, .user = user };
	atomic_init(&crew.next, 0);
	atomic_init(&crew.failed, false);
	for (size_t i = 0; i < workers && i < THREADS_MOST; i++) {
		worker[i].crew = &crew;
		worker[i].escape = &own[i];
		worker[i].number = i;
		if (i > 0 && i < n)
			worker[i].started = start(&worker[i].id, run, &worker[i]);
	}
	(void)run(&worker[0]);
	for (size_t i = 1; i < THREADS_MOST; i++)
		if (worker[i].started)
			(void)pthread_join(worker[i].id, NULL);
	if (atomic_load(&crew.failed))
		escape_now(escape);
}

/* ---- in order ---- */

struct line {
	pthread_mutex_t lock;        /* of all that follows, but for what never changes */
	pthread_cond_t changed;
	size_t next, taken;          /* item that is begun next; items that have been taken */
	bool *done;                  /* of each place of the window */
	bool failed;
	size_t n, window;
	thread_work *work;
	void *user;
	struct line_worker *worker;
	size_t workers;
	struct resource open;
};

struct line_worker {
	struct line *line;
	struct escape *escape;
	size_t number;
	bool started;
	pthread_t id;
};

/* Does one item; the lock is held before and after. */
static void do_next(struct line *line, size_t number)
{
	size_t item = line->next++;
	(void)pthread_mutex_unlock(&line->lock);
	line->work(line->user, number, item);
	(void)pthread_mutex_lock(&line->lock);
	line->done[item % line->window] = true;
	(void)pthread_cond_broadcast(&line->changed);
}

static void fail(struct line *line)
{
	(void)pthread_mutex_lock(&line->lock);
	line->failed = true;
	(void)pthread_cond_broadcast(&line->changed);
	(void)pthread_mutex_unlock(&line->lock);
}

static bool may_begin(const struct line *line)
{
	return line->next < line->n && line->next < line->taken + line->window;
}

static void *run_line(void *argument)
{
	const struct line_worker *worker = argument;
	struct line *line = worker->line;
	escape_init(worker->escape);
	if (setjmp(worker->escape->env) != 0) {
		fail(line);
		return NULL;
	}
	(void)pthread_mutex_lock(&line->lock);
	while (!line->failed && line->next < line->n) {
		if (may_begin(line))
			do_next(line, worker->number);
		else
			(void)pthread_cond_wait(&line->changed, &line->lock);
	}
	(void)pthread_mutex_unlock(&line->lock);
	return NULL;
}

/* No thread goes on after it. */
static void close_line(void *handle)
{
	struct line *line = handle;
	fail(line);
	for (size_t i = 1; i < line->workers; i++)
		if (line->worker[i].started)
			(void)pthread_join(line->worker[i].id, NULL);
	(void)pthread_cond_destroy(&line->changed);
	(void)pthread_mutex_destroy(&line->lock);
}

/* What is done is taken before anything else is begun; false: memory has ended for somebody. */
static bool take_all(struct line *line, thread_take *take)
{
	(void)pthread_mutex_lock(&line->lock);
	while (!line->failed && line->taken < line->n) {
		bool *done = &line->done[line->taken % line->window];
		if (*done) {
			*done = false;
			(void)pthread_mutex_unlock(&line->lock);
			take(line->user, line->taken);
			(void)pthread_mutex_lock(&line->lock);
			line->taken++;
			(void)pthread_cond_broadcast(&line->changed);
		} else if (may_begin(line)) {
			do_next(line, 0);
		} else {
			(void)pthread_cond_wait(&line->changed, &line->lock);
		}
	}
	bool good = !line->failed;
	(void)pthread_mutex_unlock(&line->lock);
	return good;
}

void threads_in_order(struct escape *escape, struct escape *own, size_t workers, size_t n, size_t window, thread_work *work, thread_take *take,
	void *user)
{
	struct line_worker worker[THREADS_MOST] = { 0 };
	bool done[THREADS_MOST * 4] = { false };
	struct line line = { .done = done, .n = n, .window = window < THREADS_MOST * 4 ? window : THREADS_MOST * 4, .work = work, .user = user,
		.worker = worker, .workers = workers < THREADS_MOST ? workers : THREADS_MOST };
	if (pthread_mutex_init(&line.lock, NULL) != 0 || pthread_cond_init(&line.changed, NULL) != 0)
		escape_now(escape);
	escape_watch(escape, &line.open, close_line, &line);
	for (size_t i = 1; i < line.workers && i < n; i++) {
		worker[i] = (struct line_worker){ .line = &line, .escape = &own[i], .number = i };
		worker[i].started = start(&worker[i].id, run_line, &worker[i]);
	}
	bool good = take_all(&line, take);
	escape_forget(escape, &line.open);
	close_line(&line);
	if (!good)
		escape_now(escape);
}
