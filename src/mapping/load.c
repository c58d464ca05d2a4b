/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads tables: the built-in ones and those of --mapping. What a file holds is seen by its keys at the top. This file
 * has features, the ecosystem and the decoding of rows; load_controller.c has the controllers, load_target.c the targets.
 */
#include "mapping/load.h"

#include "base/nearest.h"
#include "doc/packed.h"

#include <stdarg.h>
#include <stdlib.h>

/* ---- faults and keys ---- */

static struct diag *fault(struct loader *loader, enum diag_code code, struct place at, uint32_t span, str message)
{
	loader->good = false;
	return diag_add(loader->mapping->diags, loader->builtin ? DIAG_INTERNAL : code, (struct diag_site){ at, span, { "", 0 } }, message);
}

struct diag *load_fault_as(struct loader *loader, enum diag_code code, struct place at, uint32_t span, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	str message = arena_vprintf(loader->mapping->diags->arena, format, args);
	va_end(args);
	return fault(loader, code, at, span, message);
}

struct diag *load_fault(struct loader *loader, struct place at, uint32_t span, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	str message = arena_vprintf(loader->mapping->diags->arena, format, args);
	va_end(args);
	return fault(loader, DIAG_TABLE_VALUE, at, span, message);
}

static struct diag *wrong_kind(struct loader *loader, const struct node *node, const char *wanted)
{
	str kind = node_kind_name(node);
	return load_fault_as(loader, DIAG_TABLE_TYPE, node->at, node->span, "%s is wanted here, not %.*s", wanted, STR_ARG(kind));
}

str load_help(struct loader *loader, str word, const struct str_list *known, const char *title)
{
	struct arena *arena = loader->mapping->diags->arena;
	str near = nearest_word(word, known->item, known->n);
	str all = arena_printf(arena, "%s: %.*s", title, STR_ARG(str_list_join(arena, known, STR(", "))));
	return near.n ? arena_printf(arena, "did you mean %.*s?\n%.*s", STR_ARG(near), STR_ARG(all)) : all;
}

static void unknown_key(struct loader *loader, const struct pair *pair, const struct key *keys, size_t n)
{
	struct arena *arena = loader->mapping->diags->arena;
	str quoted = value_quote(arena, pair->key);
	struct diag *d = load_fault_as(loader, DIAG_TABLE_KEY, pair->key_at, (uint32_t)pair->key.n, "tables have no key %.*s here", STR_ARG(quoted));
	struct str_list names = { 0 };
	for (size_t i = 0; i < n; i++)
		LIST_PUSH(arena, &names, keys[i].name);
	d->help = load_help(loader, pair->key, &names, "keys that are known here");
}

static void read_texts(struct loader *loader, const struct node *value, struct str_list *out)
{
	if (value->kind != NODE_LIST) {
		wrong_kind(loader, value, "a list");
		return;
	}
	for (size_t i = 0; i < value->as.list.n; i++) {
		const struct node *item = value->as.list.item[i];
		if (node_is_scalar(item))
			str_list_add_new(loader->mapping->arena, out, node_text(item));
		else
			wrong_kind(loader, item, "text");
	}
}

static void read_word(struct loader *loader, const struct node *value, const struct key *key, void *row)
{
	str text = node_text(value);
	for (size_t i = 0; i < key->word_count; i++)
		if (str_eq(text, key->words[i])) {
			if (key->set)
				key->set(row, i);
			else
				*(str *)(void *)((char *)row + key->offset) = text;
			return;
		}
	struct arena *arena = loader->mapping->diags->arena;
	str quoted = value_quote(arena, text);
	struct diag *d = load_fault_as(loader, DIAG_TABLE_WORD, value->at, value->span, "%.*s cannot be %.*s", STR_ARG(key->name), STR_ARG(quoted));
	struct str_list words = { 0 };
	for (size_t i = 0; i < key->word_count; i++)
		LIST_PUSH(arena, &words, key->words[i]);
	d->help = load_help(loader, text, &words, "write one of");
}

static void read_key(struct loader *loader, const struct node *value, const struct key *key, void *row)
{
	void *field = (char *)row + key->offset;
	switch (key->kind) {
	case KEY_TEXT:
		if (node_is_scalar(value))
			*(str *)field = node_text(value);
		else
			wrong_kind(loader, value, "text");
		break;
	case KEY_TEXTS:
		read_texts(loader, value, field);
		break;
	case KEY_FLAG:
		if (value->kind == NODE_BOOL)
			*(bool *)field = value->truth;
		else
			wrong_kind(loader, value, "true or false");
		break;
	case KEY_WORD:
		if (node_is_scalar(value))
			read_word(loader, value, key, row);
		else
			wrong_kind(loader, value, "text");
		break;
	case KEY_OTHER:
		break;
	}
}

static const struct key *find_key(const struct key *keys, size_t n, str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(keys[i].name, name))
			return &keys[i];
	return NULL;
}

bool load_keys(struct loader *loader, const struct node *node, const struct key *keys, size_t n, bool whole, void *row)
{
	if (node->kind != NODE_MAP) {
		wrong_kind(loader, node, "a map");
		return false;
	}
	for (size_t i = 0; i < node->as.map.n; i++) {
		const struct pair *pair = &node->as.map.item[i];
		const struct key *key = find_key(keys, n, pair->key);
		if (!key)
			unknown_key(loader, pair, keys, n);
		else if (!node_is_null(pair->value))
			read_key(loader, pair->value, key, row);
	}
	for (size_t i = 0; whole && i < n; i++)
		if (keys[i].need == NEEDED && node_is_null(node_get(node, keys[i].name)))
			load_fault_as(loader, DIAG_TABLE_MISSING, node->at, 1, "%.*s is missing", STR_ARG(keys[i].name));
	return true;
}

const struct node *load_list(struct loader *loader, const struct node *map, str key)
{
	const struct node *list = node_get(map, key);
	if (node_is_null(list))
		return NULL;
	if (list->kind == NODE_LIST)
		return list;
	wrong_kind(loader, list, "a list");
	return NULL;
}

bool load_once(struct loader *loader, const struct node *node, str name)
{
	if (!map_get(&loader->seen, name)) {
		map_set(&loader->seen, name, loader);   /* only that it is there counts */
		return true;
	}
	str quoted = value_quote(loader->mapping->diags->arena, name);
	load_fault_as(loader, DIAG_TABLE_TWICE, node->at, 1, "%.*s stands twice in this list", STR_ARG(quoted));
	return false;
}

static str nearest_feature(struct loader *loader, str name)
{
	struct str_list names = { 0 };
	for (size_t i = 0; i < loader->mapping->features.n; i++)
		LIST_PUSH(loader->mapping->diags->arena, &names, loader->mapping->features.item[i].name);
	return nearest_word(name, names.item, names.n);
}

bool load_check_feature(struct loader *loader, const struct node *row, str name, str field)
{
	struct arena *arena = loader->mapping->diags->arena;
	const struct feature *feature = mapping_feature(loader->mapping, name);
	const struct node *at = node_get(row, feature ? STR("field") : STR("feature"));
	if (!at)
		at = row;
	if (!feature) {
		str quoted = value_quote(arena, name);
		struct diag *d = load_fault_as(loader, DIAG_TABLE_NAME, at->at, at->span, "no feature is called %.*s", STR_ARG(quoted));
		str near = nearest_feature(loader, name);
		d->help = arena_printf(arena, "%s%.*s%s`ing2gw explain FEATURE` knows them; a further one goes into a file with the key features, given before this one",
			near.n ? "did you mean " : "", STR_ARG(near), near.n ? "?\n" : "");
		return false;
	}
	if (field.n == 0 || str_list_has(&feature->fields, field))
		return true;
	str quoted = value_quote(arena, field);
	struct diag *d = load_fault_as(loader, DIAG_TABLE_NAME, at->at, at->span, "feature %.*s has no field %.*s", STR_ARG(name), STR_ARG(quoted));
	d->help = feature->fields.n == 0 ? STR("it has no fields") : load_help(loader, field, &feature->fields, "its fields");
	return false;
}

/* ---- features ---- */

static const str SCOPES[] = {
	[SCOPE_CONNECTION] = STR_INIT("connection"), [SCOPE_LISTENER] = STR_INIT("listener"), [SCOPE_HOST] = STR_INIT("host"),
	[SCOPE_LOCATION] = STR_INIT("location"), [SCOPE_BACKEND] = STR_INIT("backend"), [SCOPE_ZONE] = STR_INIT("zone"),
};
static const str LOSSES[] = {
	[LOSS_NONE] = STR_INIT("none"), [LOSS_COSMETIC] = STR_INIT("cosmetic"), [LOSS_BEHAVIOUR] = STR_INIT("behaviour"),
	[LOSS_AVAILABILITY] = STR_INIT("availability"), [LOSS_ROUTING] = STR_INIT("routing"), [LOSS_SECURITY] = STR_INIT("security"),
};

static void set_scope(void *row, size_t word)
{
	((struct feature *)row)->scope = (enum scope)word;
}

static void set_loss(void *row, size_t word)
{
	((struct feature *)row)->loss = (enum loss)word;
}

static const struct key FEATURE_KEYS[] = {
	{ STR_INIT("name"), KEY_TEXT, NEEDED, offsetof(struct feature, name), NULL, 0, NULL },
	{ STR_INIT("meaning"), KEY_TEXT, NEEDED, offsetof(struct feature, meaning), NULL, 0, NULL },
	{ STR_INIT("scope"), KEY_WORD, NEEDED, 0, SCOPES, COUNT_OF(SCOPES), set_scope },
	{ STR_INIT("loss"), KEY_WORD, NEEDED, 0, LOSSES, COUNT_OF(LOSSES), set_loss },
	{ STR_INIT("fields"), KEY_TEXTS, NEEDED, offsetof(struct feature, fields), NULL, 0, NULL },
	{ STR_INIT("parts"), KEY_TEXTS, OPTIONAL, offsetof(struct feature, parts), NULL, 0, NULL },
	{ STR_INIT("needs"), KEY_TEXTS, OPTIONAL, offsetof(struct feature, needs), NULL, 0, NULL },
};

static void load_feature(struct loader *loader, const struct node *node)
{
	struct mapping *mapping = loader->mapping;
	struct feature feature = { 0 };
	if (!load_keys(loader, node, FEATURE_KEYS, COUNT_OF(FEATURE_KEYS), true, &feature) || feature.name.n == 0
		|| !load_once(loader, node, feature.name))
		return;
	for (size_t i = 0; i < feature.needs.n; i++)
		if (!str_list_has(&feature.fields, feature.needs.item[i]))
			load_fault_as(loader, DIAG_TABLE_NAME, node_get(node, STR("needs"))->at, 1, "needs names `%.*s`, which is none of the fields", STR_ARG(feature.needs.item[i]))->help =
				load_help(loader, feature.needs.item[i], &feature.fields, "fields are");
	struct feature *old = map_get(&mapping->feature_by_name, feature.name);
	if (old)
		*old = feature;
	else
		LIST_PUSH(mapping->arena, &mapping->features, feature);
}

static const struct key FEATURES_TOP[] = {
	{ STR_INIT("features"), KEY_OTHER, NEEDED, 0, NULL, 0, NULL },
};

static void load_features(struct loader *loader, const struct node *root)
{
	struct mapping *mapping = loader->mapping;
	char nothing;
	load_keys(loader, root, FEATURES_TOP, COUNT_OF(FEATURES_TOP), true, &nothing);
	const struct node *list = load_list(loader, root, STR("features"));
	map_init(&loader->seen, mapping->arena);
	for (size_t i = 0; list && i < list->as.list.n; i++)
		load_feature(loader, list->as.list.item[i]);
	/* The list may have moved while it grew. */
	map_init(&mapping->feature_by_name, mapping->arena);
	for (size_t i = 0; i < mapping->features.n; i++)
		map_set(&mapping->feature_by_name, mapping->features.item[i].name, &mapping->features.item[i]);
}

/* ---- ecosystem ---- */

static const str PLACES[] = {
	[PLACE_ROUTE] = STR_INIT("route"), [PLACE_GATEWAY] = STR_INIT("gateway"), [PLACE_ADDRESS] = STR_INIT("address"),
	[PLACE_PAGE] = STR_INIT("page"), [PLACE_UNREAD] = STR_INIT("unread"), [PLACE_ALL] = STR_INIT("all"),
	[PLACE_INFRASTRUCTURE] = STR_INIT("infrastructure"), [PLACE_STATIC] = STR_INIT("addresses"),
	[PLACE_DROP] = STR_INIT("drop"), [PLACE_WARN] = STR_INIT("warn"), [PLACE_SKIP] = STR_INIT("skip"),
};

static void set_placement(void *row, size_t word)
{
	((struct ecosystem_row *)row)->placement = (enum placement)word;
}

static void set_row_loss(void *row, size_t word)
{
	((struct ecosystem_row *)row)->loss = (enum loss)word;
}

static const struct key ECOSYSTEM_KEYS[] = {
	{ STR_INIT("key"), KEY_TEXT, NEEDED, offsetof(struct ecosystem_row, key), NULL, 0, NULL },
	{ STR_INIT("label"), KEY_FLAG, OPTIONAL, offsetof(struct ecosystem_row, label), NULL, 0, NULL },
	{ STR_INIT("owner"), KEY_FLAG, OPTIONAL, offsetof(struct ecosystem_row, owner), NULL, 0, NULL },
	{ STR_INIT("service"), KEY_FLAG, OPTIONAL, offsetof(struct ecosystem_row, service), NULL, 0, NULL },
	{ STR_INIT("values"), KEY_TEXTS, OPTIONAL, offsetof(struct ecosystem_row, values), NULL, 0, NULL },
	{ STR_INIT("place"), KEY_WORD, NEEDED, 0, PLACES, COUNT_OF(PLACES), set_placement },
	{ STR_INIT("guards"), KEY_TEXTS, OPTIONAL, offsetof(struct ecosystem_row, guards), NULL, 0, NULL },
	{ STR_INIT("proxy"), KEY_FLAG, OPTIONAL, offsetof(struct ecosystem_row, proxy), NULL, 0, NULL },
	{ STR_INIT("loss"), KEY_WORD, OPTIONAL, 0, LOSSES, COUNT_OF(LOSSES), set_row_loss },
	{ STR_INIT("as"), KEY_TEXT, OPTIONAL, offsetof(struct ecosystem_row, as), NULL, 0, NULL },
	{ STR_INIT("records"), KEY_FLAG, OPTIONAL, offsetof(struct ecosystem_row, records), NULL, 0, NULL },
	{ STR_INIT("said"), KEY_OTHER, OPTIONAL, 0, NULL, 0, NULL },
	{ STR_INIT("tool"), KEY_TEXT, NEEDED, offsetof(struct ecosystem_row, tool), NULL, 0, NULL },
	{ STR_INIT("note"), KEY_TEXT, NEEDED, offsetof(struct ecosystem_row, note), NULL, 0, NULL },
};

static const struct key ECOSYSTEM_TOP[] = {
	{ STR_INIT("ecosystem"), KEY_OTHER, NEEDED, 0, NULL, 0, NULL },
};

static struct ecosystem_row *find_ecosystem(const struct mapping *mapping, const struct ecosystem_row *like)
{
	for (size_t i = 0; i < mapping->ecosystem.n; i++) {
		struct ecosystem_row *row = &mapping->ecosystem.item[i];
		if (row->label == like->label && row->service == like->service && row->owner == like->owner && str_eq(row->key, like->key))
			return row;
	}
	return NULL;
}

/* A key may stand once for annotations, labels, owners and Services each. No key begins with a blank. */
static str row_name(struct arena *arena, const struct ecosystem_row *row)
{
	return arena_join(arena, row->service ? STR("service ") : row->owner ? STR("owner ") : row->label ? STR("label ") : STR(""), row->key);
}

static void load_ecosystem(struct loader *loader, const struct node *root)
{
	struct mapping *mapping = loader->mapping;
	char nothing;
	load_keys(loader, root, ECOSYSTEM_TOP, COUNT_OF(ECOSYSTEM_TOP), true, &nothing);
	const struct node *list = load_list(loader, root, STR("ecosystem"));
	map_init(&loader->seen, mapping->arena);
	for (size_t i = 0; list && i < list->as.list.n; i++) {
		const struct node *node = list->as.list.item[i];
		struct ecosystem_row row = { 0 };
		if (!load_keys(loader, node, ECOSYSTEM_KEYS, COUNT_OF(ECOSYSTEM_KEYS), true, &row) || row.key.n == 0)
			continue;
		if (!load_once(loader, node, row_name(mapping->arena, &row)))
			continue;
		row.said = node_get(node, STR("said"));
		struct ecosystem_row *old = find_ecosystem(mapping, &row);
		if (old)
			*old = row;
		else
			LIST_PUSH(mapping->arena, &mapping->ecosystem, row);
	}
}

/* ---- files ---- */

static void load_table(void *user, struct node *root)
{
	struct loader *loader = user;
	if (!root)
		return;
	loader->tables++;
	if (root->kind != NODE_MAP)
		wrong_kind(loader, root, "a table, which is a map,");
	else if (node_get(root, STR("ecosystem")))
		load_ecosystem(loader, root);
	else if (node_get(root, STR("name")) == NULL && node_get(root, STR("features")))
		load_features(loader, root);
	else if (node_get(root, STR("recognise")) || node_get(root, STR("annotations")) || node_get(root, STR("defaults"))
		|| node_get(root, STR("directives")))
		load_controller(loader, root);
	else if (node_get(root, STR("features")) || node_get(root, STR("gateway_class")) || node_get(root, STR("controller_name"))
		|| node_get(root, STR("choices")) || node_get(root, STR("left_open")))
		load_target(loader, root);
	else
		load_fault_as(loader, DIAG_TABLE_NONE, root->at, 1, "this is no table")->help =
			STR("a table of a controller has name and annotations, one of a target name and features, choices or left_open; "
			"vocabulary and other tools have the lists features and ecosystem");
}

/* A table of the user's. */
static bool load_file(struct mapping *mapping, uint32_t file)
{
	struct loader loader = { .mapping = mapping, .file = file, .good = true };
	struct doc_limits limits = doc_limits_fill((struct doc_limits){ 0 });
	struct doc_reader reader = { mapping->arena, mapping->diags, &limits, load_table, &loader };
	bool read = doc_read(&reader, mapping->sources, file);
	if (read && loader.tables == 0)
		load_fault_as(&loader, DIAG_TABLE_NONE, (struct place){ file, 0 }, 1, "the file holds no table");
	load_inherited(&loader);
	return read && loader.good;
}

static struct node *builtin_tree(struct arena *arena, struct sources *sources, const struct builtin_file *file)
{
	uint32_t number = sources_add(sources, arena_join(arena, STR("mappings/"), file->name), file->text);
	return packed_read(arena, number, file->text, file->tree);
}

static bool load_builtin(struct mapping *mapping, const struct builtin_file *file)
{
	struct node *root = builtin_tree(mapping->arena, mapping->sources, file);
	struct loader loader = { .mapping = mapping, .file = (uint32_t)mapping->sources->n, .builtin = true, .good = true };
	load_table(&loader, root);
	return loader.good;
}

static const struct builtin_file *builtin_named(str name)
{
	for (size_t i = 0; i < mapping_builtin_count; i++)
		if (str_eq(mapping_builtin[i].name, name))
			return &mapping_builtin[i];
	return NULL;
}

str mapping_builtin_text(str name)
{
	const struct builtin_file *file = builtin_named(name);
	return file ? file->text : (str){ "", 0 };
}

struct node *mapping_builtin_tree(struct arena *arena, struct sources *sources, str name)
{
	const struct builtin_file *file = builtin_named(name);
	return file ? builtin_tree(arena, sources, file) : NULL;
}

bool mapping_load(struct mapping *mapping, struct arena *arena, struct sources *sources, struct diags *diags, const struct str_list *routings)
{
	/* Later kinds refer to features; the other files of mappings/ belong to other rooms. */
	static const str order[] = {
		STR_INIT("features.yaml"), STR_INIT("controllers/"), STR_INIT("targets/"), STR_INIT("ecosystem.yaml"),
	};
	*mapping = (struct mapping){ .arena = arena, .diags = diags, .sources = sources, .routings = routings };
	map_init(&mapping->feature_by_name, arena);
	map_init(&mapping->controller_by_name, arena);
	bool good = true;
	for (size_t k = 0; k < COUNT_OF(order); k++)
		for (size_t i = 0; i < mapping_builtin_count; i++) {
			const struct builtin_file *file = &mapping_builtin[i];
			if (str_starts(file->name, order[k]))
				good = load_builtin(mapping, file) && good;
		}
	/* built-in targets may extend one that is read later */
	struct loader loader = { .mapping = mapping, .builtin = true, .good = true };
	load_inherited(&loader);
	good = good && loader.good;
	if (mapping->features.n > 0)
		return good;
	diag_addf(diags, DIAG_INTERNAL, (struct diag_site){ { 0, 0 }, 1, { "", 0 } }, "the program was built without its tables");
	return false;
}

bool mapping_add(struct mapping *mapping, uint32_t file)
{
	return load_file(mapping, file);
}

bool mapping_add_all(struct mapping *mapping, const struct mapping_texts *texts)
{
	bool good = true;
	for (size_t i = 0; i < texts->n; i++)
		good = mapping_add(mapping, sources_add(mapping->sources, texts->item[i].name, texts->item[i].text)) && good;
	return good;
}
