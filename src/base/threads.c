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
static void start(struct worker *worker)
{
	pthread_attr_t attributes;
	if (pthread_attr_init(&attributes) != 0)
		return;
	(void)pthread_attr_setstacksize(&attributes, STACK_SIZE);
	worker->started = pthread_create(&worker->id, &attributes, run, worker) == 0;
	(void)pthread_attr_destroy(&attributes);
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
			start(&worker[i]);
	}
	(void)run(&worker[0]);
	for (size_t i = 1; i < THREADS_MOST; i++)
		if (worker[i].started)
			(void)pthread_join(worker[i].id, NULL);
	if (atomic_load(&crew.failed))
		escape_now(escape);
}
