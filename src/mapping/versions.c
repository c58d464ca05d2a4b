/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Versions of implementations: which rows of a table count for one of them, and what of the Gateway API it does not have. A table is kept
 * as written beside what is made of it, so that each version can be made at any time.
 */
#include "mapping/load.h"

#include <stdlib.h>
#include <string.h>

static const str LACKING[] = { [LACK_IGNORED] = STR_INIT("ignored"), [LACK_REFUSED] = STR_INIT("refused") };

static void set_lacking(void *row, size_t word)
{
	((struct target_lack *)row)->does = (enum lacking)word;
}

static const struct key LACK_KEYS[] = {
	{ STR_INIT("kind"), KEY_TEXT, NEEDED, offsetof(struct target_lack, kind), NULL, 0, NULL },
	{ STR_INIT("field"), KEY_TEXT, OPTIONAL, offsetof(struct target_lack, field), NULL, 0, NULL },
	{ STR_INIT("values"), KEY_TEXTS, OPTIONAL, offsetof(struct target_lack, values), NULL, 0, NULL },
	{ STR_INIT("does"), KEY_WORD, OPTIONAL, 0, LACKING, COUNT_OF(LACKING), set_lacking },
	{ STR_INIT("since_target"), KEY_TEXT, OPTIONAL, offsetof(struct target_lack, since_target), NULL, 0, NULL },
};

/* The next number of a version; nothing is 0. */
static uint64_t next_number(str *version)
{
	str head, rest;
	uint64_t number = 0;
	str_cut(*version, '.', &head, &rest);
	*version = rest;
	if (!str_to_u64(head, UINT32_MAX, &number))
		return 0;
	return number;
}

int release_compare(str a, str b)
{
	while (a.n || b.n) {
		uint64_t x = next_number(&a), y = next_number(&b);
		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

static bool is_release(str text)
{
	size_t dots = 0;
	for (size_t i = 0; i < text.n; i++) {
		bool dot = text.p[i] == '.';
		dots += dot;
		if (!dot && !char_is_digit(text.p[i]))
			return false;
		if (dot && (i == 0 || i + 1 == text.n || text.p[i + 1] == '.'))
			return false;
	}
	return text.n > 0 && dots <= 2;
}

static int compare_releases(const void *a, const void *b)
{
	return release_compare(((const struct target_release *)a)->version, ((const struct target_release *)b)->version);
}

/* ---- loading ---- */

static bool load_map(struct loader *loader, const struct node *node, const char *what)
{
	if (!node || node_is_null(node))
		return false;
	if (node->kind == NODE_MAP)
		return true;
	load_fault_as(loader, DIAG_TABLE_TYPE, node->at, node->span, "a map is wanted here, %s", what);
	return false;
}

/* The title ends with the newest version, so that another one can take its place. */
static void load_releases(struct loader *loader, struct target_table *table, const struct node *node)
{
	if (!load_map(loader, node, "from versions of the target to those of the Gateway API"))
		return;
	table->releases.n = 0;
	for (size_t i = 0; i < node->as.map.n; i++) {
		const struct pair *pair = &node->as.map.item[i];
		const struct target_release release = { pair->key, node_text(pair->value), pair->key_at };
		if (!is_release(release.version))
			load_fault(loader, pair->key_at, (uint32_t)pair->key.n, "a version is numbers with dots between them");
		else
			LIST_PUSH(loader->mapping->arena, &table->releases, release);
	}
	if (table->releases.n == 0)
		return;
	qsort(table->releases.item, table->releases.n, sizeof *table->releases.item, compare_releases);
	const struct target_release *newest = &table->releases.item[table->releases.n - 1];
	table->release = newest->version;
	if (!str_ends(table->title, arena_join(loader->mapping->arena, STR(" "), newest->version)) || !str_eq(table->version, newest->gateway_api))
		load_fault(loader, node->at, 1, "title ends with the newest of the releases, %.*s, and version is its Gateway API, %.*s", STR_ARG(newest->version),
			STR_ARG(newest->gateway_api));
}

static void load_annotations(struct loader *loader, struct target_table *table, const struct node *node)
{
	if (!load_map(loader, node, "from names of annotations to their values"))
		return;
	table->class_annotations.n = 0;
	for (size_t i = 0; i < node->as.map.n; i++) {
		const struct target_annotation pair = { node->as.map.item[i].key, node_text(node->as.map.item[i].value) };
		LIST_PUSH(loader->mapping->arena, &table->class_annotations, pair);
	}
}

static void load_lack(struct loader *loader, struct target_table *table, const struct node *node)
{
	struct target_lack lack = { 0 };
	if (!load_keys(loader, node, LACK_KEYS, COUNT_OF(LACK_KEYS), true, &lack) || lack.kind.n == 0)
		return;
	if (lack.values.n && lack.field.n == 0)
		load_fault(loader, node->at, 1, "values are those of a field");
	LIST_PUSH(loader->mapping->arena, &table->all_lacks, lack);
}

void load_versions(struct loader *loader, struct target_table *table, const struct node *root)
{
	table->newest_title = table->title;
	load_releases(loader, table, node_get(root, STR("releases")));
	load_annotations(loader, table, node_get(root, STR("class_annotations")));
	const struct node *list = load_list(loader, root, STR("lacks"));
	for (size_t i = 0; list && i < list->as.list.n; i++)
		load_lack(loader, table, list->as.list.item[i]);
}

/* ---- one version ---- */

/* Of rows that count for the version the one that came last. */
static const struct target_row *row_at(const struct target_table *table, const struct target_row *plain, str version)
{
	const struct target_row *best = plain;
	for (size_t i = 0; i < table->gated.n; i++) {
		const struct target_row *row = &table->gated.item[i];
		if (str_eq(row->feature, plain->feature) && release_compare(row->since_target, version) <= 0 &&
			(best == plain || release_compare(best->since_target, row->since_target) < 0))
			best = row;
	}
	return best;
}

static void settle_features(struct arena *arena, struct target_table *table, str version)
{
	memset(&table->features, 0, sizeof table->features);
	map_init(&table->by_feature, arena);
	for (size_t i = 0; i < table->plain.n; i++) {
		const struct target_row *row = row_at(table, &table->plain.item[i], version);
		LIST_PUSH(arena, &table->features, *row);
	}
	for (size_t i = 0; i < table->features.n; i++)
		map_set(&table->by_feature, table->features.item[i].feature, &table->features.item[i]);
}

void target_settle(struct arena *arena, struct target_table *table, str version)
{
	table->release = version;
	settle_features(arena, table, version);
	memset(&table->lacks, 0, sizeof table->lacks);
	for (size_t i = 0; i < table->all_lacks.n; i++) {
		const struct target_lack *lack = &table->all_lacks.item[i];
		if (lack->since_target.n == 0 || release_compare(version, lack->since_target) < 0)
			LIST_PUSH(arena, &table->lacks, *lack);
	}
}

/* "1.9.2" belongs to the release "1.9". */
static const struct target_release *release_of(const struct target_table *table, str version)
{
	for (size_t i = table->releases.n; i-- > 0;) {
		str release = table->releases.item[i].version;
		if (str_starts(version, release) && (version.n == release.n || version.p[release.n] == '.'))
			return &table->releases.item[i];
	}
	return NULL;
}

const struct target_table *mapping_target_at(const struct mapping *mapping, struct arena *arena, str word)
{
	str name, version;
	bool wants = str_cut(word, '@', &name, &version);
	const struct target_table *table = mapping_target(mapping, name);
	if (!wants || !table)
		return table;
	const struct target_release *release = is_release(version) ? release_of(table, version) : NULL;
	if (!release)
		return NULL;
	struct target_table *at = NEW(arena, struct target_table);
	*at = *table;
	str product = str_slice(table->newest_title, 0, table->newest_title.n - table->releases.item[table->releases.n - 1].version.n);
	at->title = arena_join(arena, product, version);
	at->version = release->gateway_api;
	target_settle(arena, at, version);
	return at;
}

str target_word_why(const struct mapping *mapping, struct arena *arena, str word)
{
	str name, version;
	bool wants = str_cut(word, '@', &name, &version);
	const struct target_table *table = mapping_target(mapping, name);
	if (!wants || !table || mapping_target_at(mapping, arena, word))
		return (str){ "", 0 };
	if (table->releases.n == 0)
		return arena_printf(arena, "versions of %.*s are not told apart; say --target %.*s, and --gateway-api for the version of the Gateway API",
			STR_ARG(name), STR_ARG(name));
	return arena_printf(arena, "the table of %.*s knows the versions %.*s to %.*s", STR_ARG(name), STR_ARG(table->releases.item[0].version),
		STR_ARG(table->releases.item[table->releases.n - 1].version));
}

/* ---- what it lacks ---- */

/* The field itself, or one below it. */
static bool is_below(str field, str above)
{
	if (!str_starts(field, above))
		return false;
	str rest = str_from(field, above.n);
	return rest.n == 0 || rest.p[0] == '.' || rest.p[0] == '[';
}

const struct target_lack *target_lacks(const struct target_table *target, str kind, str field, str value)
{
	for (size_t i = 0; i < target->lacks.n; i++) {
		const struct target_lack *lack = &target->lacks.item[i];
		if (!str_eq(lack->kind, kind) || !(lack->field.n == 0 || is_below(field, lack->field)))
			continue;
		if (lack->values.n == 0 || (str_eq(lack->field, field) && value.n && str_list_has(&lack->values, value)))
			return lack;
	}
	return NULL;
}
