/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of decoding: text in, a snapshot and what was said about it out. */
#ifndef ING2GW_TESTS_KUBE_RUN_H
#define ING2GW_TESTS_KUBE_RUN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kube/snapshot.h"

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

struct run {
	struct escape escape;
	struct arena arena, scratch;
	struct sources sources;
	struct diags diags;
	struct snapshot snapshot;
};

/* The trees are gone after each document, as in the program: what was kept must not point into them. */
static inline void visit(void *user, struct node *root)
{
	struct run *run = user;
	snapshot_add(&run->snapshot, root);
	arena_reset(&run->scratch);
}

static inline void start(struct run *run)
{
	escape_init(&run->escape);
	arena_init(&run->arena, 0, &run->escape);
	arena_init(&run->scratch, 0, &run->escape);
	sources_init(&run->sources, &run->arena);
	diags_init(&run->diags, &run->arena);
	snapshot_init(&run->snapshot, &run->arena, &run->sources, &run->diags);
}

static inline void add(struct run *run, const char *name, const char *text)
{
	struct doc_limits limits = doc_limits_fill((struct doc_limits){ 0 });
	struct doc_reader reader = { .arena = &run->scratch, .diags = &run->diags, .limits = &limits, .visit = visit, .user = run };
	doc_read(&reader, &run->sources, sources_add(&run->sources, str_c(name), str_c(text)));
}

static inline void load(struct run *run, const char *text)
{
	start(run);
	add(run, "a.yaml", text);
	snapshot_finish(&run->snapshot);
}

static inline void stop(struct run *run)
{
	arena_release(&run->scratch);
	arena_release(&run->arena);
}

static inline bool eq(str s, const char *text)
{
	return str_eq(s, str_c(text));
}

#define assert_str(s, text) do { \
		str s_ = (s); \
		if (!eq(s_, (text))) { \
			print_error("got '%.*s', expected '%s'\n", STR_ARG(s_), (text)); \
			fail(); \
		} \
	} while (0)

/* "CODE level line" of every site, one a line. */
static inline str said(struct run *run)
{
	struct buf out;
	buf_init(&out, &run->arena, 0);
	diags_sort(&run->diags, &run->sources);
	for (size_t i = 0; i < run->diags.list.n; i++) {
		const struct diag *d = run->diags.list.item[i];
		for (size_t k = 0; k < d->site.n; k++)
			buf_printf(&out, "%.*s %.*s %u\n", STR_ARG(diag_code_text(d->code)), STR_ARG(diag_level_name(d->level)),
				(unsigned)sources_locate(&run->sources, d->site.item[k].at).line);
	}
	return buf_str(&out);
}

/* Four lines; what follows starts with line 5. */
#define INGRESS "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: a\n"
#define BETA "apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\nmetadata:\n  name: a\n"
/* Two more lines before what is below spec. */
#define BACKEND "{service: {name: s, port: {number: 80}}}"
#define PATHS(lines) INGRESS "spec:\n  rules:\n  - http:\n      paths:\n" lines
#define DEFAULT "spec:\n  defaultBackend: " BACKEND "\n"

#define V1_BACKEND(backend) INGRESS "spec:\n  defaultBackend: " backend "\n"
#define OLD_BACKEND(backend) BETA "spec:\n  backend: " backend "\n"

#define NAMED(version, kind) "apiVersion: " version "\nkind: " kind "\nmetadata:\n  name: a\n"

#endif
