/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to tables that are loaded: by name, by prefix, and what a misspelt name was meant to be. */
#include "mapping/mapping.h"

const struct feature *mapping_feature(const struct mapping *mapping, str name)
{
	return map_get(&mapping->feature_by_name, name);
}

const struct controller_table *mapping_controller(const struct mapping *mapping, str name)
{
	return map_get(&mapping->controller_by_name, name);
}

const struct target_table *mapping_target(const struct mapping *mapping, str name)
{
	for (size_t i = 0; i < mapping->targets.n; i++)
		if (str_eq(mapping->targets.item[i]->name, name))
			return mapping->targets.item[i];
	return NULL;
}

bool target_chooses(const struct target_table *target, str choice, str value)
{
	for (size_t i = 0; i < target->choices.n; i++)
		if (str_eq(target->choices.item[i].name, choice))
			return str_eq(target->choices.item[i].value, value);
	return false;
}

const struct target_row *target_feature(const struct target_table *target, str feature)
{
	return map_get(&target->by_feature, feature);
}

bool policy_kind_is_many(const struct policy_kind *kind)
{
	return kind->one_each || kind->apart.n > 0;
}

const struct policy_kind *target_policy(const struct target_table *target, str kind)
{
	for (size_t i = 0; i < target->policies.n; i++)
		if (str_eq(target->policies.item[i].kind, kind))
			return &target->policies.item[i];
	return NULL;
}

const struct node *target_row_part(const struct target_row *row, size_t i)
{
	if (row->said && row->said->kind == NODE_LIST)
		return i < row->said->as.list.n ? row->said->as.list.item[i] : NULL;
	return i == 0 ? row->said : NULL;
}

bool target_has_kind(const struct target_table *target, str kind)
{
	return (target->kinds.n == 0 || str_list_has(&target->kinds, kind)) && !target_lacks(target, kind, (str){ "", 0 }, (str){ "", 0 });
}

/* Bytes of a pattern's fixed part when it ends in "*" and name begins with that part; else 0. A lone "*" says nothing. */
static size_t star_fit(str pattern, str name)
{
	if (pattern.n < 2 || pattern.p[pattern.n - 1] != '*')
		return 0;
	str fixed = str_slice(pattern, 0, pattern.n - 1);
	return str_starts(name, fixed) ? fixed.n : 0;
}

const struct extension_row *controller_extension(const struct controller_table *table, str name)
{
	for (size_t i = 0; i < table->extensions.n; i++)
		if (str_eq(table->extensions.item[i].name, name))
			return &table->extensions.item[i];
	return NULL;
}

const struct annotation_row *controller_annotation(const struct controller_table *table, str name)
{
	const struct annotation_row *best = map_get(&table->by_name, name);
	size_t most = 0;
	if (best)
		return best;
	for (size_t i = 0; i < table->annotations.n; i++) {
		const struct annotation_row *row = &table->annotations.item[i];
		size_t fit = star_fit(row->name, name);
		if (fit > most) {
			most = fit;
			best = row;
		}
	}
	return best;
}

static const struct ecosystem_row *find_ecosystem(const struct mapping *mapping, const struct ecosystem_row *like, const str *value)
{
	const struct ecosystem_row *best = NULL;
	size_t most = 0;
	for (size_t i = 0; i < mapping->ecosystem.n; i++) {
		const struct ecosystem_row *row = &mapping->ecosystem.item[i];
		if (row->label != like->label || row->service != like->service || row->owner != like->owner || (row->values.n && !str_list_has(&row->values, *value)))
			continue;
		if (str_eq(row->key, like->key))
			return row;
		size_t fit = star_fit(row->key, like->key);
		if (fit > most) {
			most = fit;
			best = row;
		}
	}
	return best;
}

const struct ecosystem_row *mapping_ecosystem(const struct mapping *mapping, str key, bool label)
{
	return find_ecosystem(mapping, &(struct ecosystem_row){ .key = key, .label = label }, NULL);
}

const struct ecosystem_row *mapping_owner(const struct mapping *mapping, str key)
{
	return find_ecosystem(mapping, &(struct ecosystem_row){ .key = key, .owner = true }, NULL);
}

const struct ecosystem_row *mapping_service(const struct mapping *mapping, str key, str value)
{
	return find_ecosystem(mapping, &(struct ecosystem_row){ .key = key, .service = true }, &value);
}

bool ecosystem_guards(const struct ecosystem_row *row, str value)
{
	return str_list_has(&row->guards, STR("*")) || str_list_has(&row->guards, value);
}

/* Tables that stand for no single controller; they are asked when no other knows the key. */
static bool is_fallback(const struct controller_table *table)
{
	return str_eq(table->name, STR("generic")) || str_eq(table->name, STR("legacy-prefix"));
}

static const struct controller_table *longest_prefix(const struct mapping *mapping, str key, bool fallback)
{
	const struct controller_table *best = NULL;
	size_t most = 0;
	for (size_t i = 0; i < mapping->controllers.n; i++) {
		const struct controller_table *table = mapping->controllers.item[i];
		if (is_fallback(table) != fallback)
			continue;
		for (size_t k = 0; k < table->prefixes.n; k++)
			if (table->prefixes.item[k].n > most && str_starts(key, table->prefixes.item[k])) {
				most = table->prefixes.item[k].n;
				best = table;
			}
	}
	return best;
}

const struct controller_table *mapping_by_prefix(const struct mapping *mapping, str key)
{
	const struct controller_table *table = longest_prefix(mapping, key, false);
	return table ? table : longest_prefix(mapping, key, true);
}

/* ---- nearest name ---- */

enum { LONGEST = 253 };   /* of a key; a longer text was never meant to be one */

static size_t least_of(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Damerau and Levenshtein's distance (optimal string alignment): letters put in, left out, changed, or swapped with their
 * neighbour. Letter case does not count. lines has three lines of b.n + 1 numbers.
 */
static size_t distance(str a, str b, size_t *lines)
{
	size_t width = b.n + 1;
	size_t *before = lines, *last = lines + width, *now = lines + 2 * width;
	for (size_t j = 0; j <= b.n; j++)
		last[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		now[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			char x = char_lower(a.p[i - 1]), y = char_lower(b.p[j - 1]);
			now[j] = least_of(least_of(last[j], now[j - 1]) + 1, last[j - 1] + (x == y ? 0 : 1));
			if (i > 1 && j > 1 && x == char_lower(b.p[j - 2]) && char_lower(a.p[i - 2]) == y)
				now[j] = least_of(now[j], before[j - 2] + 1);
		}
		size_t *spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[b.n];
}

str controller_nearest(struct arena *scratch, const struct controller_table *table, str name)
{
	str best = { "", 0 };
	size_t least = name.n > 12 ? 4 : 3;
	if (name.n == 0 || name.n > LONGEST)
		return best;
	size_t *lines = NEWS(scratch, size_t, 3 * (LONGEST + 1));
	for (size_t i = 0; i < table->annotations.n; i++) {
		str known = table->annotations.item[i].name;
		size_t apart = known.n > name.n ? known.n - name.n : name.n - known.n;
		if (apart >= least || known.n > LONGEST || str_ends(known, STR("*")))
			continue;
		size_t d = distance(name, known, lines);
		/* With no letter in common nothing was misspelt. */
		if (d < least && d < name.n && d < known.n) {
			least = d;
			best = known;
		}
	}
	return best;
}
