/* SPDX-License-Identifier: Apache-2.0 */
/* See pairs.h. */
#include "verify/pairs.h"

/* How well a Gateway, "namespace/name", fits to a class: the length of what they share; 0: it does not. */
static size_t nearness(const struct entry *gateway, str class)
{
	str namespace, name;
	if (!str_cut(gateway->name, '/', &namespace, &name))
		name = gateway->name;
	/* a class may have capitals, the name of a Gateway has none */
	bool begins = str_starts_nocase(name, class) && (name.n == class.n || name.p[class.n] == '-');
	return begins || str_eq(gateway->controller, class) ? class.n : 0;
}

enum stand { STANDS_NOT, STANDS_FREE, STANDS };

/* Whether it is known that the Gateway stands for the class; free: for any. False: nothing is known of it. */
static bool is_known(const struct known_pairs *known, str gateway, str class, enum stand *out)
{
	bool found = false;
	*out = STANDS_NOT;
	for (size_t i = 0; known && i < known->n; i++) {
		if (!str_eq(known->item[i].gateway, gateway))
			continue;
		found = true;
		if (known->item[i].of.n == 0)
			*out = STANDS_FREE;
		if (str_eq(known->item[i].of, class))
			*out = STANDS;
	}
	return found;
}

/* Whether the Gateway stands for the class; free: for none in particular. */
static enum stand stand_of(const struct model *before, const struct entry *gateway, str class, const struct known_pairs *known)
{
	str best = { "", 0 };
	size_t most = 0;
	enum stand out;
	if (is_known(known, gateway->name, class, &out))
		return out;
	for (size_t i = 0; i < before->entries.n; i++) {
		size_t near = nearness(gateway, before->entries.item[i]->name);
		if (near <= most)
			continue;
		most = near;
		best = before->entries.item[i]->name;
	}
	return !best.n ? STANDS_FREE : str_eq(best, class) ? STANDS : STANDS_NOT;
}

/* Controllers may share a class, and nobody can say which of them a request comes to: they are asked as one. */
static struct model *same_name(const struct entry_pairs *pairs, str name)
{
	for (size_t i = 0; i < pairs->n; i++)
		if (str_eq(pairs->item[i].name, name))
			return pairs->item[i].before;
	return NULL;
}

static struct model *part_of(struct arena *arena, const struct model *model)
{
	struct model *part = NEW(arena, struct model);
	part->arena = model->arena;
	part->nothing = model->nothing;
	return part;
}

static const struct model *after_of(struct arena *arena, const struct model *before, const struct model *after, str of, const struct known_pairs *known)
{
	struct model *mine = part_of(arena, after), *free = part_of(arena, after);
	for (size_t i = 0; i < after->entries.n; i++) {
		enum stand stand = stand_of(before, after->entries.item[i], of, known);
		if (stand == STANDS)
			LIST_PUSH(arena, &mine->entries, after->entries.item[i]);
		else if (stand == STANDS_FREE)
			LIST_PUSH(arena, &free->entries, after->entries.item[i]);
	}
	return mine->entries.n ? mine : free;
}

/* A controller that serves no host has no counterpart, where others serve some; streams are not asked. */
static bool serves(const struct entry *entry)
{
	return entry->hosts.n || entry->listeners.n;
}

static size_t count_serving(const struct model *model)
{
	size_t n = 0;
	for (size_t i = 0; i < model->entries.n; i++)
		n += serves(model->entries.item[i]);
	return n;
}

struct entry_pairs pairs_of(struct arena *arena, const struct model *before, const struct model *after, const struct known_pairs *known)
{
	struct entry_pairs out = { 0 };
	const size_t serving = count_serving(before);
	/* of a single one the names say nothing */
	const bool alone = serving < 2 && !(known && known->chosen);
	for (size_t i = 0; i < before->entries.n; i++) {
		struct entry *entry = before->entries.item[i];
		struct model *one = same_name(&out, entry->name);
		if (serving && !serves(entry))
			continue;
		if (one) {
			LIST_PUSH(arena, &one->entries, entry);
			continue;
		}
		one = part_of(arena, before);
		LIST_PUSH(arena, &one->entries, entry);
		struct entry_pair pair = { entry->name, one, alone ? after : after_of(arena, before, after, entry->name, known) };
		LIST_PUSH(arena, &out, pair);
	}
	if (out.n == 0) {
		struct entry_pair all = { { "", 0 }, part_of(arena, before), after };
		LIST_PUSH(arena, &out, all);
	}
	return out;
}
