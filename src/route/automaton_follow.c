/* SPDX-License-Identifier: Apache-2.0 */
/* What a text means before its next byte is read: see automaton.h. */
#include "route/automaton.h"

/* Whether a word ends or begins between what is before and what is ahead. */
static bool is_edge(unsigned before, int ahead)
{
	return (before == BEFORE_WORD) != (ahead >= 0 && byte_is_word((unsigned)ahead));
}

/* ahead is known. rest: what has to follow, which may become stricter. */
static bool holds(enum assertion assertion, unsigned before, int ahead, uint32_t *rest)
{
	switch (assertion) {
	case ASSERT_BEGIN:
		return before == BEFORE_START;
	case ASSERT_END:
		return ahead == AHEAD_END;
	case ASSERT_FINAL:
		if (ahead == '\n' && *rest == REST_ANY)
			*rest = REST_LINE;
		return ahead == AHEAD_END || ahead == '\n';
	case ASSERT_LINE_BEGIN:
		return before == BEFORE_START || (before == BEFORE_LINE && ahead != AHEAD_END);
	case ASSERT_LINE_END:
		return ahead == AHEAD_END || ahead == '\n';
	case ASSERT_EDGE:
		return is_edge(before, ahead);
	case ASSERT_NO_EDGE:
		return !is_edge(before, ahead);
	}
	return false;
}

static void settle(struct automaton *a, uint32_t owner)
{
	if (a->settled_at[owner] == a->epoch)
		return;
	a->settled_at[owner] = a->epoch;
	thread_push(a, &a->settled, owner);
}

/* One thread: what follows it goes on the stack, or it waits in list. */
static void follow_one(struct automaton *a, struct thread_list *list, uint32_t thread, unsigned before, int ahead)
{
	uint32_t rest = thread % RESTS;
	const struct instruction *i = &a->program.code.item[thread / RESTS];
	switch (i->op) {
	case OP_FAIL:
		return;
	case OP_SPLIT:
		thread_push(a, &a->stack, i->other * RESTS + rest);
		thread_push(a, &a->stack, i->next * RESTS + rest);
		return;
	case OP_ASSERT:
		if (ahead == AHEAD_UNKNOWN && i->assertion != ASSERT_BEGIN)
			thread_push(a, list, thread);
		else if (holds(i->assertion, before, ahead, &rest))
			thread_push(a, &a->stack, i->next * RESTS + rest);
		return;
	case OP_ALL:
		if (rest == REST_ANY)
			settle(a, i->owner);
		else
			thread_push(a, list, thread);
		return;
	case OP_SET:
	case OP_END:
		thread_push(a, list, thread);
		return;
	}
}

void automaton_follow(struct automaton *a, struct thread_list *list, uint32_t thread, unsigned before, int ahead)
{
	thread_push(a, &a->stack, thread);
	while (a->stack.n) {
		uint32_t next = a->stack.item[--a->stack.n];
		if (a->seen[next] == a->epoch)
			continue;
		a->seen[next] = a->epoch;
		follow_one(a, list, next, before, ahead);
	}
}

const struct thread_list *automaton_look(struct automaton *a, const uint32_t *row, int ahead)
{
	a->now.n = 0;
	a->epoch++;
	for (size_t i = 0; i < row[ROW_THREADS]; i++)
		automaton_follow(a, &a->now, row[ROW_FIRST + i], row[ROW_BEFORE], ahead);
	return &a->now;
}
