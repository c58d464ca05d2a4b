/* SPDX-License-Identifier: Apache-2.0 */
/* Texts out of syntax trees: see example.h. */
#include "verify/example.h"

#include "base/buf.h"
#include "route/syntax.h"

/* What reads best comes first. */
static const char WISHES[] = "abcxyzABC019/-_.=";

static char letter_of(const struct bytes *set)
{
	for (size_t i = 0; i < sizeof WISHES - 1; i++)
		if (bytes_has(set, (unsigned char)WISHES[i]))
			return WISHES[i];
	for (int c = '!'; c <= '~'; c++)
		if (bytes_has(set, (unsigned char)c))
			return (char)c;
	return ' ';
}

enum { DEPTH = 200, LONGEST = 4096 };

static void add(struct buf *out, const struct syntax *s, unsigned depth)
{
	if (depth > DEPTH || out->n > LONGEST)
		return;
	switch (s->kind) {
	case SYNTAX_SET:
		buf_add_char(out, letter_of(&s->set));
		break;
	case SYNTAX_ASSERT:
		break;
	case SYNTAX_SEQUENCE:
		for (size_t i = 0; i < s->items.n; i++)
			add(out, s->items.item[i], depth + 1);
		break;
	case SYNTAX_CHOICE:
	case SYNTAX_GROUP:
		if (s->items.n)
			add(out, s->items.item[0], depth + 1);
		break;
	case SYNTAX_REPEAT:
		for (unsigned i = 0; i < s->min && out->n <= LONGEST; i++)
			add(out, s->items.item[0], depth + 1);
		break;
	}
}

str regex_example(struct arena *arena, str regex)
{
	struct syntax_fault fault;
	const struct syntax *s = syntax_parse(arena, regex, DIALECT_PCRE, 0, NULL, &fault);
	struct buf out;
	buf_init(&out, arena, 0);
	if (s)
		add(&out, s, 0);
	return buf_str(&out);
}
