/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See parallel.h. Texts are cut into parts of whole documents. Each part becomes trees in an arena of its own, with diagnostics of its
 * own, and both are given away in the order of the parts; so nobody can tell by how many threads it was done. Not more parts are in work than
 * twice the threads, so what this takes beside the trees of one document does not grow with the input.
 */
#include "lib/parallel.h"

#include "base/threads.h"

#include <stdlib.h>

/* A part is worth a thread from the first size on; above the second one more of it brings nothing. */
enum { PART_LEAST = 8 << 10, PART_MOST = 256 << 10, PLACES_A_JOB = 2 };

/* What has become of one part, until it is taken. */
struct place_of_part {
	struct arena arena;
	struct diags diags;
	LIST(struct node *) roots;
	bool good;
};

struct readers {
	struct doc_reader *reader;
	const struct sources *sources;
	struct escape *own;          /* of the workers */
	const struct doc_parts *parts;
	struct place_of_part *place;
	size_t places;
	bool good;
};

static void collect(void *user, struct node *root)
{
	struct place_of_part *place = user;
	if (root)
		LIST_PUSH(&place->arena, &place->roots, root);
}

/* Memory ends for the worker that reads the part, whichever that is. */
static void read_one(void *user, size_t worker, size_t item)
{
	struct readers *all = user;
	struct place_of_part *place = &all->place[item % all->places];
	place->arena.escape = worker ? &all->own[worker] : all->reader->arena->escape;
	diags_init(&place->diags, &place->arena);
	place->roots.item = NULL;
	place->roots.n = place->roots.cap = 0;
	struct doc_reader reader = { &place->arena, &place->diags, all->reader->limits, collect, place };
	place->good = doc_read_part(&reader, all->sources, &all->parts->item[item]);
}

static void take_one(void *user, size_t item)
{
	struct readers *all = user;
	struct place_of_part *place = &all->place[item % all->places];
	diags_take(all->reader->diags, &place->diags);
	for (size_t i = 0; i < place->roots.n; i++)
		all->reader->visit(all->reader->user, place->roots.item[i]);
	all->good = all->good && place->good;
	arena_reset(&place->arena);
}

static void close_places(void *handle)
{
	struct readers *all = handle;
	for (size_t i = 0; all->place && i < all->places; i++)
		arena_release(&all->place[i].arena);
	free(all->place);
	free(all->own);
	free(all);
}

static struct readers *readers_open(struct doc_reader *reader, const struct sources *sources, size_t jobs)
{
	struct readers *all = calloc(1, sizeof *all);
	if (!all)
		escape_now(reader->arena->escape);
	*all = (struct readers){ .reader = reader, .sources = sources, .places = jobs * PLACES_A_JOB, .good = true };
	all->own = calloc(jobs, sizeof *all->own);
	all->place = calloc(all->places, sizeof *all->place);
	if (!all->own || !all->place) {
		close_places(all);
		escape_now(reader->arena->escape);
	}
	for (size_t i = 0; i < all->places; i++)
		arena_init(&all->place[i].arena, reader->arena->limit, reader->arena->escape);
	return all;
}

static size_t part_size(const struct sources *sources, uint32_t first, size_t jobs)
{
	size_t bytes = 0;
	for (uint32_t file = first; file <= sources->n; file++)
		bytes += sources_get(sources, file)->text.n;
	const size_t fair = bytes / (jobs * PLACES_A_JOB);
	return fair < PART_LEAST ? PART_LEAST : fair < PART_MOST ? fair : PART_MOST;
}

bool parallel_read(struct doc_reader *reader, const struct sources *sources, uint32_t first, size_t jobs)
{
	struct arena list;
	struct resource open, open_list;
	struct doc_parts parts = { 0 };
	bool good = true;
	jobs = jobs == 0 ? threads_usual() : jobs < THREADS_MOST ? jobs : THREADS_MOST;
	if (jobs == 1) {
		for (uint32_t file = first; file <= sources->n; file++)
			good = doc_read(reader, sources, file) && good;
		return good;
	}
	const size_t size = part_size(sources, first, jobs);
	arena_init(&list, 0, reader->arena->escape);
	escape_watch(reader->arena->escape, &open_list, arena_close, &list);
	for (uint32_t file = first; file <= sources->n; file++)
		good = doc_split(reader, sources, file, size, &list, &parts) && good;
	if (parts.n == 1) {
		good = doc_read_part(reader, sources, &parts.item[0]) && good;
	} else if (parts.n) {
		struct readers *all = readers_open(reader, sources, jobs);
		escape_watch(reader->arena->escape, &open, close_places, all);
		all->parts = &parts;
		threads_in_order(reader->arena->escape, all->own, jobs, parts.n, all->places, read_one, take_one, all);
		good = all->good && good;
		escape_forget(reader->arena->escape, &open);
		close_places(all);
	}
	escape_forget(reader->arena->escape, &open_list);
	arena_release(&list);
	return good;
}
