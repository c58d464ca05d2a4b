/* SPDX-License-Identifier: Apache-2.0 */
/* States and steps: see automaton.h. Classes of bytes and whole expansions are in automaton_expand.c. */
#include "route/automaton.h"

#include <stdlib.h>

/* ---- rows ---- */

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

static void sort(struct thread_list *list)
{
	bool sorted = true;
	for (size_t i = 1; i < list->n && sorted; i++)
		sorted = list->item[i - 1] <= list->item[i];
	if (!sorted)
		qsort(list->item, list->n, sizeof *list->item, by_number);
}

/* The first owner on each side that is settled without a condition: what stands behind it does not count. */
static void find_cuts(struct automaton *a)
{
	for (size_t side = 0; side < a->n_sides; side++)
		a->cut[side] = UINT32_MAX;
	for (size_t i = 0; i < a->settled.n; i++) {
		uint32_t owner = a->settled.item[i], *cut = &a->cut[a->owner[owner].side];
		if (!a->owner[owner].conditional && owner < *cut)
			*cut = owner;
	}
}

static bool counts(const struct automaton *a, uint32_t owner)
{
	return owner <= a->cut[a->owner[owner].side];
}

/* Something below the place can still count. */
static bool place_counts(const struct automaton *a, uint32_t place)
{
	for (size_t side = 0; place && side < a->n_sides; side++)
		if (a->side_best[place * a->n_sides + side] < a->cut[side])
			return true;
	return false;
}

/* Makes the row of a->moved and a->settled, without what cannot count, and finds its state. */
static uint32_t find_state(struct automaton *a, unsigned domain, unsigned before, const uint32_t place[2])
{
	struct thread_list *row = &a->row;
	bool asked = false, is_new;
	find_cuts(a);
	row->n = 0;
	for (size_t i = 0; i < ROW_FIRST; i++)
		thread_push(a, row, 0);
	sort(&a->moved);
	for (size_t i = 0; i < a->moved.n; i++) {
		uint32_t owner = a->program.code.item[a->moved.item[i] / RESTS].owner;
		if (a->settled_at[owner] == a->epoch || !counts(a, owner))
			continue;
		asked = asked || a->program.code.item[a->moved.item[i] / RESTS].op == OP_ASSERT;
		thread_push(a, row, a->moved.item[i]);
	}
	row->item[ROW_DOMAIN] = domain;
	row->item[ROW_BEFORE] = asked ? before : BEFORE_OTHER;
	row->item[ROW_PLAIN] = place_counts(a, place[0]) ? place[0] : 0;
	row->item[ROW_NOCASE] = place_counts(a, place[1]) ? place[1] : 0;
	row->item[ROW_THREADS] = (uint32_t)(row->n - ROW_FIRST);
	sort(&a->settled);
	for (size_t i = 0; i < a->settled.n; i++)
		if (counts(a, a->settled.item[i]))
			thread_push(a, row, a->settled.item[i]);
	uint32_t state = word_table_put(&a->table, row->item, row->n, &is_new);
	if (is_new) {
		struct state s = { 0 };
		s.is_final = row->item[ROW_THREADS] == 0 && !row->item[ROW_PLAIN] && !row->item[ROW_NOCASE] && domain_ends(a->domain, domain);
		LIST_PUSH(a->arena, &a->states, s);
	}
	return state;
}

/* ---- steps ---- */

/* What hangs at a place starts there. */
static void start_hung(struct automaton *a, uint32_t place, unsigned before)
{
	for (uint32_t h = a->program.beginnings.item[place].hung; h; h = a->program.hung.item[h].next)
		automaton_follow(a, &a->moved, a->program.hung.item[h].instruction * RESTS, before, AHEAD_UNKNOWN);
}

/* A thread reads the byte. */
static void move(struct automaton *a, uint32_t thread, unsigned byte, unsigned before)
{
	const struct instruction *i = &a->program.code.item[thread / RESTS];
	uint32_t rest = thread % RESTS;
	if (rest == REST_NONE || (rest == REST_LINE && byte != '\n'))
		return;
	rest = rest == REST_LINE ? REST_NONE : REST_ANY;
	if (i->op == OP_ALL)
		automaton_follow(a, &a->moved, thread / RESTS * RESTS + rest, before, AHEAD_UNKNOWN);
	else if (i->op == OP_SET && bytes_has(&a->program.sets.item[i->set], byte))
		automaton_follow(a, &a->moved, i->next * RESTS + rest, before, AHEAD_UNKNOWN);
}

static bool has_open_assertion(const struct automaton *a, const uint32_t *row)
{
	for (size_t i = 0; i < row[ROW_THREADS]; i++)
		if (a->program.code.item[row[ROW_FIRST + i] / RESTS].op == OP_ASSERT)
			return true;
	return false;
}

static void settle_again(struct automaton *a, const uint32_t *owner, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		a->settled_at[owner[i]] = a->epoch;
		thread_push(a, &a->settled, owner[i]);
	}
}

uint32_t automaton_step(struct automaton *a, uint32_t from, unsigned byte)
{
	struct word_row whole = a->table.rows.item[from];
	const uint32_t *row = whole.word, *threads = row + ROW_FIRST;
	size_t n = row[ROW_THREADS];
	unsigned before = byte == '\n' ? BEFORE_LINE : byte_is_word(byte) ? BEFORE_WORD : BEFORE_OTHER;
	a->settled.n = a->moved.n = 0;
	if (has_open_assertion(a, row)) {
		const struct thread_list *now = automaton_look(a, row, (int)byte);
		threads = now->item;
		n = now->n;
	}
	size_t settled_now = a->settled.n;
	a->epoch++;
	for (size_t i = 0; i < settled_now; i++)
		a->settled_at[a->settled.item[i]] = a->epoch;
	settle_again(a, row + ROW_FIRST + row[ROW_THREADS], whole.n - ROW_FIRST - row[ROW_THREADS]);
	for (size_t i = 0; i < n; i++)
		move(a, threads[i], byte, before);
	a->moves += n + 1;
	uint32_t place[2];
	for (size_t i = 0; i < 2; i++) {
		uint32_t at = row[ROW_PLAIN + i];
		place[i] = at ? program_child(&a->program, at, i ? (unsigned char)char_lower((char)byte) : byte) : 0;
		if (place[i])
			start_hung(a, place[i], before);
	}
	return find_state(a, domain_step(a->domain, row[ROW_DOMAIN], byte), before, place);
}

static void make_start(struct automaton *a)
{
	a->settled.n = a->moved.n = 0;
	a->epoch++;
	start_hung(a, a->program.root[0], BEFORE_START);
	start_hung(a, a->program.root[1], BEFORE_START);
	(void)find_state(a, DOMAIN_START, BEFORE_START, a->program.root);
}

/* ---- ends ---- */

bool automaton_ends(const struct automaton *a, uint32_t state)
{
	return domain_ends(a->domain, a->table.rows.item[state].word[ROW_DOMAIN]);
}

/* Behind each side's first owner without a condition nothing counts. */
static void cut_accepted(struct automaton *a)
{
	size_t kept = 0;
	sort(&a->accepted);
	for (size_t side = 0; side < a->n_sides; side++)
		a->cut[side] = UINT32_MAX;
	for (size_t i = 0; i < a->accepted.n; i++) {
		uint32_t owner = a->accepted.item[i], *cut = &a->cut[a->owner[owner].side];
		if (*cut != UINT32_MAX || (i && a->accepted.item[i - 1] == owner))
			continue;
		if (!a->owner[owner].conditional)
			*cut = owner;
		a->row.item[kept++] = owner;
	}
	for (size_t i = 0; i < kept; i++)
		a->accepted.item[i] = a->row.item[i];
	a->accepted.n = kept;
}

void automaton_accept(struct automaton *a, uint32_t state)
{
	struct word_row whole = a->table.rows.item[state];
	const uint32_t *row = whole.word;
	a->settled.n = 0;
	const struct thread_list *now = automaton_look(a, row, AHEAD_END);
	a->accepted.n = 0;
	for (size_t i = ROW_FIRST + row[ROW_THREADS]; i < whole.n; i++)
		thread_push(a, &a->accepted, row[i]);
	for (size_t i = 0; i < a->settled.n; i++)
		thread_push(a, &a->accepted, a->settled.item[i]);
	for (size_t i = 0; i < now->n; i++) {
		const struct instruction *one = &a->program.code.item[now->item[i] / RESTS];
		if ((one->op == OP_END || one->op == OP_ALL) && now->item[i] % RESTS != REST_LINE)
			thread_push(a, &a->accepted, one->owner);
	}
	/* rows are as long as the owners that they accept, at least */
	for (a->row.n = 0; a->row.n < a->accepted.n;)
		thread_push(a, &a->row, 0);
	cut_accepted(a);
}

/* ---- a new one ---- */

/* Children stand behind their parents, so that one pass from the end sees all that is below a place. */
static void find_best(struct automaton *a)
{
	const struct program *p = &a->program;
	size_t sides = a->n_sides, n = p->beginnings.n;
	uint32_t *own = NEWS(a->arena, uint32_t, n * sides);
	a->side_best = NEWS(a->arena, uint32_t, n * sides);
	for (size_t i = 0; i < n * sides; i++)
		own[i] = a->side_best[i] = UINT32_MAX;
	for (size_t i = n; i-- > 1;) {
		uint32_t *best = &a->side_best[i * sides];
		for (uint32_t child = p->beginnings.item[i].child; child; child = p->beginnings.item[child].sibling)
			for (size_t side = 0; side < sides; side++)
				if (own[child * sides + side] < best[side])
					best[side] = own[child * sides + side];
		memcpy(&own[i * sides], best, sides * sizeof *best);
		for (uint32_t h = p->beginnings.item[i].hung; h; h = p->hung.item[h].next) {
			uint32_t owner = p->code.item[p->hung.item[h].instruction].owner, *mine = &own[i * sides + a->owner[owner].side];
			if (owner < *mine)
				*mine = owner;
		}
	}
}

void automaton_init(struct automaton *a, struct arena *arena, enum domain domain, const struct language *const *languages,
	const struct automaton_owner *owner, size_t n_owners, size_t n_sides)
{
	*a = (struct automaton){ .arena = arena, .domain = domain, .owner = owner, .n_owners = n_owners, .n_sides = n_sides };
	program_init(&a->program, arena, domain);
	for (size_t i = 0; i < n_owners && !a->program.too_large; i++)
		program_add(&a->program, languages[i], (uint32_t)i);
	a->table.arena = arena;
	a->seen = NEWS(arena, uint32_t, a->program.code.n * RESTS);
	a->settled_at = NEWS(arena, uint32_t, n_owners + 1);
	a->cut = NEWS(arena, uint32_t, n_sides + 1);
	find_best(a);
	automaton_find_classes(a);
	make_start(a);
}
