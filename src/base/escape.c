/* SPDX-License-Identifier: Apache-2.0 */
/* The only longjmp of the program: see escape.h. */
#include "base/escape.h"

#include <stddef.h>

void escape_init(struct escape *escape)
{
	escape->open = NULL;
}

void escape_watch(struct escape *escape, struct resource *r, void (*close)(void *handle), void *handle)
{
	*r = (struct resource){ close, handle, escape->open };
	escape->open = r;
}

void escape_forget(struct escape *escape, struct resource *r)
{
	for (struct resource **at = &escape->open; *at; at = &(*at)->next)
		if (*at == r) {
			*at = r->next;
			return;
		}
}

void escape_close(struct escape *escape)
{
	while (escape->open) {
		struct resource *r = escape->open;
		escape->open = r->next;
		r->close(r->handle);
	}
}

_Noreturn void escape_now(struct escape *escape)
{
	/* while the frames that hold the resources are still there */
	escape_close(escape);
	longjmp(escape->env, 1);
}
