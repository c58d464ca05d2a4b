/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of reading and writing: text in; trees, their places and what was said about it out. */
#ifndef ING2GW_TESTS_DOC_RUN_H
#define ING2GW_TESTS_DOC_RUN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "doc/doc.h"

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

struct run {
	struct escape escape;
	struct arena arena, trees;
	struct sources sources;
	struct diags diags;
	struct doc_limits limits;
	struct str_list shapes;        /* of each document */
	LIST(struct node *) roots;
	bool reset;                    /* trees are gone after each document */
	bool good;
};

/* Kinds and contents: null, true, 5 (12.5 and what does not fit: ~12.5), "text", [..], {key: ..}. */
static inline void shape_of(struct buf *out, const struct node *node)
{
	if (!node) {
		buf_add(out, STR("-"));
		return;
	}
	switch (node->kind) {
	case NODE_NULL:
		buf_add(out, STR("null"));
		break;
	case NODE_BOOL:
		buf_add(out, node->truth ? STR("true") : STR("false"));
		break;
	case NODE_INT:
		buf_printf(out, "%lld", (long long)node->number);
		break;
	case NODE_FLOAT:
		buf_printf(out, "~%.*s", STR_ARG(node->as.text));
		break;
	case NODE_STRING:
		buf_add_json(out, node->as.text);
		break;
	case NODE_LIST:
		buf_add_char(out, '[');
		for (size_t i = 0; i < node->as.list.n; i++) {
			buf_add(out, i > 0 ? STR(" ") : STR(""));
			shape_of(out, node->as.list.item[i]);
		}
		buf_add_char(out, ']');
		break;
	case NODE_MAP:
		buf_add_char(out, '{');
		for (size_t i = 0; i < node->as.map.n; i++) {
			buf_printf(out, "%s%.*s:", i > 0 ? " " : "", STR_ARG(node->as.map.item[i].key));
			shape_of(out, node->as.map.item[i].value);
		}
		buf_add_char(out, '}');
		break;
	}
}

static inline str shape(struct arena *arena, const struct node *node)
{
	struct buf out;
	buf_init(&out, arena, 0);
	shape_of(&out, node);
	return buf_str(&out);
}

static inline void visit(void *user, struct node *root)
{
	struct run *run = user;
	LIST_PUSH(&run->arena, &run->shapes, shape(&run->arena, root));
	LIST_PUSH(&run->arena, &run->roots, run->reset ? NULL : root);
	if (run->reset)
		arena_reset(&run->trees);
}

static inline void start(struct run *run)
{
	*run = (struct run){ .good = true };
	escape_init(&run->escape);
	arena_init(&run->arena, 0, &run->escape);
	arena_init(&run->trees, 0, &run->escape);
	sources_init(&run->sources, &run->arena);
	diags_init(&run->diags, &run->arena);
}

static inline void stop(struct run *run)
{
	arena_release(&run->trees);
	arena_release(&run->arena);
}

static inline void add(struct run *run, const char *name, str text)
{
	struct doc_reader reader = { .arena = &run->trees, .diags = &run->diags, .limits = &run->limits, .visit = visit, .user = run };
	/* In memory of its own, so that a sanitizer sees who reads past its end. */
	char *copy = arena_alloc(&run->arena, 1, 1, text.n);
	if (text.n > 0)
		memcpy(copy, text.p, text.n);
	run->good = doc_read(&reader, &run->sources, sources_add(&run->sources, str_c(name), (str){ copy, text.n })) && run->good;
}

static inline void load(struct run *run, const char *text)
{
	start(run);
	add(run, "a", str_c(text));
}

/* The only tree. */
static inline struct node *root(struct run *run)
{
	assert_int_equal(run->roots.n, 1);
	return run->roots.item[0];
}

static inline bool same_text(str got, const char *wanted, const char *about)
{
	if (str_eq(got, str_c(wanted)))
		return true;
	print_error("%s\ngot:\n%.*s\nexpected:\n%s\n", about, STR_ARG(got), wanted);
	return false;
}

#define assert_text(got, wanted, about) assert_true(same_text((got), (wanted), (about)))

/* Shapes of all documents, one a line. */
static inline str shapes(struct run *run)
{
	return str_list_join(&run->arena, &run->shapes, STR("\n"));
}

static inline str where(struct run *run, struct place at)
{
	struct line_column lc = sources_locate(&run->sources, at);
	return arena_printf(&run->arena, "%u:%u", (unsigned)lc.line, (unsigned)lc.column);
}

/* Path, where its key and its value are, how many bytes the value spans. */
struct place_case {
	const char *text, *path, *key, *value;
	unsigned span;
};

static inline void check_places(const struct place_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct run run;
		load(&run, cases[i].text);
		str path = str_c(cases[i].path), up = str_slice(path, 0, str_find_last_char(path, '.'));
		const struct node *value = node_at(root(&run), path);
		assert_non_null(value);
		assert_text(where(&run, value->at), cases[i].value, cases[i].text);
		assert_int_equal(value->span, cases[i].span);
		if (cases[i].key) {
			bool top = up.n == path.n;
			const struct pair *pair = node_pair(top ? root(&run) : node_at(root(&run), up), top ? path : str_from(path, up.n + 1));
			assert_non_null(pair);
			assert_text(where(&run, pair->key_at), cases[i].key, cases[i].text);
		}
		stop(&run);
	}
}

/* "CODE level line:column span" of every site, one a line. */
static inline str said(struct run *run)
{
	struct buf out;
	buf_init(&out, &run->arena, 0);
	diags_sort(&run->diags, &run->sources);
	for (size_t i = 0; i < run->diags.list.n; i++) {
		const struct diag *d = run->diags.list.item[i];
		if (d->message.n == 0 || d->effect.n == 0 || d->help.n == 0)
			buf_add(&out, STR("(without words) "));
		for (size_t k = 0; k < d->site.n; k++)
			buf_printf(&out, "%s%.*s %.*s %.*s %u", out.n > 0 ? "\n" : "", STR_ARG(diag_code_text(d->code)), STR_ARG(diag_level_name(d->level)),
				STR_ARG(where(run, d->site.item[k].at)), (unsigned)d->site.item[k].span);
	}
	return buf_str(&out);
}

#endif
