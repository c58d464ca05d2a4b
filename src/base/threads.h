/* SPDX-License-Identifier: Apache-2.0 */
/* The same work on several threads. */
#ifndef ING2GW_BASE_THREADS_H
#define ING2GW_BASE_THREADS_H

#include "base/escape.h"

#include <stddef.h>

enum { THREADS_MOST = 64 };

/* As many as there are processors, and not more than THREADS_MOST. */
size_t threads_usual(void);

/* Does one item. Of its worker's number may be used what belongs to no other worker. */
typedef void thread_work(void *user, size_t worker, size_t item);

/*
 * Does items 0 to n - 1, which are begun in this order, on at most `workers` threads (1 to THREADS_MOST), the caller's among them. What comes
 * out must not depend on who does what. own: the escape of each worker, which is set here; what a worker allocates must lead there, and what it
 * has open must be closed by the caller's escape. Where memory ends for one, no further item is begun; once all have come to their end, `escape` is taken.
 */
void threads_each(struct escape *escape, struct escape *own, size_t workers, size_t n, thread_work *work, void *user);

/* What an item has made is taken by the caller's thread. */
typedef void thread_take(void *user, size_t item);

/*
 * Does items as above, and takes each one that is done in the order of the items, while others are done. Not more than `window` items, which
 * is at least one more than the workers, are begun and not taken, so that item i may use what belongs to i % window. The caller's thread is worker
 * 0 and keeps the escape of the caller; own[0] is not used.
 */
void threads_in_order(struct escape *escape, struct escape *own, size_t workers, size_t n, size_t window, thread_work *work, thread_take *take,
	void *user);

#endif
