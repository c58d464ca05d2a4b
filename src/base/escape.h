/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one way out when memory ends: a longjmp to the nearest entry (a public function or a worker thread's). What is
 * not memory (files, library handles) is registered here while it is open, and closed before the jump, while the frames that hold
 * it are still there.
 *
 *	struct escape escape;
 *	escape_init(&escape);
 *	if (setjmp(escape.env) != 0)
 *		return FAILED;
 */
#ifndef ING2GW_BASE_ESCAPE_H
#define ING2GW_BASE_ESCAPE_H

#include <setjmp.h>

struct resource {
	void (*close)(void *handle);
	void *handle;
	struct resource *next;
};

struct escape {
	jmp_buf env;
	struct resource *open;
};

void escape_init(struct escape *escape);

/* Registers an open resource; r is the caller's and must live until escape_forget() or the jump (a frame on the stack is enough). */
void escape_watch(struct escape *escape, struct resource *r, void (*close)(void *handle), void *handle);

/* Takes r out again without closing it. */
void escape_forget(struct escape *escape, struct resource *r);

/* Closes all that is registered, last opened first. */
void escape_close(struct escape *escape);

/* Memory or the limit of an arena is exhausted: closes all that is registered and jumps. Never returns. */
_Noreturn void escape_now(struct escape *escape);

#endif
