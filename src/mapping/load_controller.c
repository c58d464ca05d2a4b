/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of one controller: how it is recognised, its annotations, defaults and directives. Rows of a later file take the
 * place of rows with the same name. A row that is an alias has what it does not say from its main row.
 */
#include "mapping/load.h"
#include "mapping/pattern.h"
#include "mapping/values.h"

#include <stdlib.h>

static const str STATUSES[] = { [ROW_COMPLETE] = STR_INIT("complete"), [ROW_PENDING] = STR_INIT("pending") };
static const str INVALIDS[] = {
	[INVALID_DEFAULT] = STR_INIT("default"), [INVALID_DROP] = STR_INIT("drop"), [INVALID_DENY] = STR_INIT("deny"),
	[INVALID_DENY_HOST] = STR_INIT("deny-host"), [INVALID_OFF] = STR_INIT("off"),
};
static const str SCOPES[] = {
	[SCOPE_CONNECTION] = STR_INIT("connection"), [SCOPE_LISTENER] = STR_INIT("listener"), [SCOPE_HOST] = STR_INIT("host"),
	[SCOPE_LOCATION] = STR_INIT("location"), [SCOPE_BACKEND] = STR_INIT("backend"), [SCOPE_ZONE] = STR_INIT("zone"),
};
static const str RISKS[] = { STR_INIT("low"), STR_INIT("medium"), STR_INIT("high"), STR_INIT("critical") };
static const str ACTIONS[] = { STR_INIT("inert"), STR_INIT("feature"), STR_INIT("refuses") };
static const str READERS[] = {
	[READ_NOTHING] = STR_INIT("none"), [READ_RETURN] = STR_INIT("return"), [READ_REWRITE] = STR_INIT("rewrite"), [READ_SET] = STR_INIT("set"),
	[READ_IF] = STR_INIT("if"), [READ_BREAK] = STR_INIT("break"), [READ_LOCATION] = STR_INIT("location"), [READ_ADD_HEADER] = STR_INIT("add-header"),
	[READ_SET_HEADERS] = STR_INIT("set-headers"), [READ_CLEAR_HEADERS] = STR_INIT("clear-headers"),
	[READ_HIDE_HEADER] = STR_INIT("hide-header"), [READ_INPUT_HEADERS] = STR_INIT("input-headers"),
	[READ_CLEAR_INPUT] = STR_INIT("clear-input"), [READ_REQUEST_HEADER] = STR_INIT("request-header"),
	[READ_GRPC_HEADER] = STR_INIT("grpc-header"), [READ_ACCESS] = STR_INIT("access"), [READ_SATISFY] = STR_INIT("satisfy"),
	[READ_BASIC] = STR_INIT("basic"), [READ_EXTERNAL] = STR_INIT("external"),
};

static void set_status(void *row, size_t word)
{
	((struct annotation_row *)row)->status = (enum row_status)word;
}

static void set_invalid(void *row, size_t word)
{
	((struct annotation_row *)row)->invalid = (enum invalid)word;
}

static void set_malformed(void *row, size_t word)
{
	((struct annotation_row *)row)->malformed = (enum invalid)word;
}

static void set_reader(void *row, size_t word)
{
	((struct directive_row *)row)->reader = (enum directive_reader)word;
}

static void set_scope(void *row, size_t word)
{
	((struct annotation_row *)row)->scope = (enum scope)word;
}

#define TEXT_KEY(type, field, need) { STR_INIT(#field), KEY_TEXT, need, offsetof(struct type, field), NULL, 0, NULL }
#define LIST_KEY(type, field)       { STR_INIT(#field), KEY_TEXTS, OPTIONAL, offsetof(struct type, field), NULL, 0, NULL }
#define FLAG_KEY(type, field)       { STR_INIT(#field), KEY_FLAG, OPTIONAL, offsetof(struct type, field), NULL, 0, NULL }
#define WORD_KEY(name, list, set)   { STR_INIT(name), KEY_WORD, OPTIONAL, 0, list, COUNT_OF(list), set }
#define OTHER_KEY(name)             { STR_INIT(name), KEY_OTHER, OPTIONAL, 0, NULL, 0, NULL }

static const struct key TABLE_KEYS[] = {
	TEXT_KEY(controller_table, name, NEEDED),
	TEXT_KEY(controller_table, title, NEEDED),
	TEXT_KEY(controller_table, describes, NEEDED),
	TEXT_KEY(controller_table, routing, NEEDED),
	{ STR_INIT("complete"), KEY_FLAG, OPTIONAL, offsetof(struct controller_table, complete), NULL, 0, NULL },
	LIST_KEY(controller_table, settings),
	LIST_KEY(controller_table, inspection),
	OTHER_KEY("recognise"), OTHER_KEY("annotations"), OTHER_KEY("defaults"), OTHER_KEY("directives"), OTHER_KEY("objects"),
	OTHER_KEY("extensions"),
};

static const struct key RECOGNISE_KEYS[] = {
	LIST_KEY(controller_table, controllers),
	LIST_KEY(controller_table, classes),
	LIST_KEY(controller_table, prefixes),
	LIST_KEY(controller_table, images),
	TEXT_KEY(controller_table, configmap, OPTIONAL),
	TEXT_KEY(controller_table, service, OPTIONAL),
	TEXT_KEY(controller_table, service_argument, OPTIONAL),
};

/* What else a row needs is checked after aliases have taken over what they do not say. */
static const struct key ROW_KEYS[] = {
	TEXT_KEY(annotation_row, name, NEEDED),
	WORD_KEY("status", STATUSES, set_status),
	TEXT_KEY(annotation_row, alias_of, OPTIONAL),
	TEXT_KEY(annotation_row, type, OPTIONAL),
	TEXT_KEY(annotation_row, pattern, OPTIONAL),
	{ STR_INIT("strip"), KEY_FLAG, OPTIONAL, offsetof(struct annotation_row, strip), NULL, 0, NULL },
	LIST_KEY(annotation_row, read_on),
	LIST_KEY(annotation_row, words),
	WORD_KEY("invalid", INVALIDS, set_invalid),
	WORD_KEY("malformed", INVALIDS, set_malformed),
	{ STR_INIT("risk"), KEY_WORD, OPTIONAL, offsetof(struct annotation_row, risk), RISKS, COUNT_OF(RISKS), NULL },
	WORD_KEY("scope", SCOPES, set_scope),
	TEXT_KEY(annotation_row, feature, OPTIONAL),
	TEXT_KEY(annotation_row, field, OPTIONAL),
	TEXT_KEY(annotation_row, implied, OPTIONAL),
	TEXT_KEY(annotation_row, meaning, OPTIONAL),
	TEXT_KEY(annotation_row, gateway, OPTIONAL),
	TEXT_KEY(annotation_row, advice, OPTIONAL),
	TEXT_KEY(annotation_row, example, OPTIONAL),
	TEXT_KEY(annotation_row, other, OPTIONAL),
	TEXT_KEY(annotation_row, manifest, OPTIONAL),
};

static const struct key DEFAULT_KEYS[] = {
	TEXT_KEY(default_row, feature, NEEDED),
	TEXT_KEY(default_row, field, OPTIONAL),
	TEXT_KEY(default_row, value, NEEDED),
	TEXT_KEY(default_row, configmap, OPTIONAL),
	TEXT_KEY(default_row, flag, OPTIONAL),
	{ STR_INIT("common"), KEY_FLAG, OPTIONAL, offsetof(struct default_row, common), NULL, 0, NULL },
	TEXT_KEY(default_row, meaning, NEEDED),
};

static const struct key DIRECTIVE_KEYS[] = {
	TEXT_KEY(directive_row, name, NEEDED),
	{ STR_INIT("action"), KEY_WORD, NEEDED, offsetof(struct directive_row, action), ACTIONS, COUNT_OF(ACTIONS), NULL },
	TEXT_KEY(directive_row, feature, OPTIONAL),
	WORD_KEY("reader", READERS, set_reader),
	FLAG_KEY(directive_row, http),
	FLAG_KEY(directive_row, taken),
	FLAG_KEY(directive_row, entries),
};

static const struct key OBJECT_KEYS[] = {
	TEXT_KEY(object_row, kind, NEEDED),
	TEXT_KEY(object_row, group, NEEDED),
	FLAG_KEY(object_row, cluster),
	TEXT_KEY(object_row, class_annotation, OPTIONAL),
	TEXT_KEY(object_row, meaning, NEEDED),
};

static const struct key EXTENSION_KEYS[] = {
	TEXT_KEY(extension_row, name, NEEDED),
	TEXT_KEY(extension_row, feature, OPTIONAL),
	FLAG_KEY(extension_row, inert),
	TEXT_KEY(extension_row, order, OPTIONAL),
	TEXT_KEY(extension_row, meaning, NEEDED),
	TEXT_KEY(extension_row, advice, OPTIONAL),
};

/* ---- annotations ---- */

static void take_text(str *own, str main)
{
	if (own->n == 0)
		*own = main;
}

static void inherit(struct annotation_row *row, const struct annotation_row *main, const struct node *node)
{
	if (row->type.n == 0) {
		row->type = main->type;
		take_text(&row->pattern, main->pattern);
		if (row->words.n == 0)
			row->words = main->words;
		if (!node_get(node, STR("strip")))
			row->strip = main->strip;
	}
	if (!node_get(node, STR("invalid")))
		row->invalid = main->invalid;
	if (!node_get(node, STR("scope")))
		row->scope = main->scope;
	if (row->feature.n == 0) {
		row->feature = main->feature;
		take_text(&row->field, main->field);
		take_text(&row->implied, main->implied);
	}
	take_text(&row->risk, main->risk);
	take_text(&row->gateway, main->gateway);
	take_text(&row->advice, main->advice);
	take_text(&row->example, main->example);
	take_text(&row->other, main->other);
}

static bool resolve_alias(struct loader *loader, const struct controller_table *table, struct annotation_row *row, const struct node *node)
{
	const struct annotation_row *main = map_get(&table->by_name, row->alias_of);
	if (main && main->alias_of.n == 0) {
		inherit(row, main, node);
		return true;
	}
	struct node *at = node_get(node, STR("alias_of"));
	str quoted = value_quote(loader->mapping->diags->arena, row->alias_of);
	struct diag *d = load_fault_as(loader, DIAG_TABLE_NAME, at->at, at->span, main ? "alias_of names %.*s, which is an alias itself"
		: "alias_of names %.*s, for which the table has no row", STR_ARG(quoted));
	d->help = STR("name a row of the same table that is no alias");
	return false;
}

/* A value of the wrong kind has been reported already. */
static void need(struct loader *loader, const struct node *node, str value, const char *key)
{
	const struct node *at = node_get(node, str_c(key));
	if (value.n == 0 && (node_is_null(at) || node_is_scalar(at)))
		load_fault_as(loader, DIAG_TABLE_MISSING, node->at, 1, "%s is missing", key);
}

static void check_type(struct loader *loader, const struct annotation_row *row, const struct node *node)
{
	struct arena *arena = loader->mapping->diags->arena;
	const struct node *at = node_get(node, STR("type"));
	str why = { "", 0 };
	if (!at)
		at = node;
	if (row->type.n == 0) {
		load_fault_as(loader, DIAG_TABLE_MISSING, node->at, 1, "type is missing");
	} else if (!value_type_known(row->type)) {
		str quoted = value_quote(arena, row->type);
		struct diag *d = load_fault_as(loader, DIAG_TABLE_WORD, at->at, at->span, "no value type is called %.*s", STR_ARG(quoted));
		struct str_list types = value_types(arena);
		d->help = load_help(loader, row->type, &types, "value types are");
	} else if (value_type_needs_words(row->type) && row->words.n == 0) {
		load_fault_as(loader, DIAG_TABLE_MISSING, at->at, at->span, "words is missing: type %.*s needs it", STR_ARG(row->type));
	} else if (value_type_needs_pattern(row->type) && row->pattern.n == 0) {
		load_fault_as(loader, DIAG_TABLE_MISSING, at->at, at->span, "pattern is missing: type %.*s needs it", STR_ARG(row->type));
	} else if (row->pattern.n > 0 && !pattern_good(arena, row->pattern, &why)) {
		const struct node *pattern = node_get(node, STR("pattern"));
		at = pattern ? pattern : at;
		load_fault(loader, at->at, at->span, "the pattern is no regular expression: %.*s", STR_ARG(why));
	}
}

/* What `explain` shows as valid must be valid. Tests look at the built-in tables, so a start need not. */
static void check_example(struct loader *loader, const struct annotation_row *row, const struct node *node, str key, str text)
{
	struct arena *arena = loader->mapping->arena;
	const struct node *at = node_get(node, key);
	struct value value;
	str why = { "", 0 };
	if (text.n > 0 && at && !value_parse(arena, row, text, &value, &why))
		load_fault(loader, at->at, at->span, "%.*s is no valid value of its row: %.*s", STR_ARG(key), STR_ARG(why));
}

static void check_row(struct loader *loader, const struct annotation_row *row, const struct node *node)
{
	bool good = loader->good;
	loader->good = true;
	check_type(loader, row, node);
	if (!loader->builtin && loader->good) {
		check_example(loader, row, node, STR("example"), row->example);
		check_example(loader, row, node, STR("other"), row->other);
	}
	need(loader, node, row->meaning, "meaning");
	need(loader, node, row->gateway, "gateway");
	need(loader, node, row->feature, "feature");
	if (row->alias_of.n == 0)
		need(loader, node, node_text(node_get(node, STR("scope"))), "scope");
	if (row->feature.n > 0)
		load_check_feature(loader, node, row->feature, row->field);
	loader->good = loader->good && good;
}

static int compare_rows(const void *a, const void *b)
{
	return str_cmp(((const struct annotation_row *)a)->name, ((const struct annotation_row *)b)->name);
}

static void load_annotation(struct loader *loader, struct controller_table *table, const struct node *node)
{
	struct annotation_row row = { .at = node->at };
	if (!load_keys(loader, node, ROW_KEYS, COUNT_OF(ROW_KEYS), true, &row) || row.name.n == 0 || !load_once(loader, node, row.name))
		return;
	struct annotation_row *old = map_get(&table->by_name, row.name);
	if (old)
		*old = row;
	else
		LIST_PUSH(loader->mapping->arena, &table->annotations, row);
}

static void load_annotations(struct loader *loader, struct controller_table *table, const struct node *list)
{
	struct arena *arena = loader->mapping->arena;
	map_init(&loader->seen, arena);
	for (size_t i = 0; i < list->as.list.n; i++)
		load_annotation(loader, table, list->as.list.item[i]);
	if (table->annotations.n > 0)
		qsort(table->annotations.item, table->annotations.n, sizeof *table->annotations.item, compare_rows);
	map_init(&table->by_name, arena);
	for (size_t i = 0; i < table->annotations.n; i++)
		map_set(&table->by_name, table->annotations.item[i].name, &table->annotations.item[i]);
	for (size_t i = 0; i < list->as.list.n; i++) {
		const struct node *node = list->as.list.item[i];
		struct annotation_row *row = map_get(&table->by_name, node_text(node_get(node, STR("name"))));
		/* The second of two rows with one name is passed over; it was reported. */
		if (!row || row->at.offset != node->at.offset || row->at.file != node->at.file)
			continue;
		if (row->alias_of.n == 0 || resolve_alias(loader, table, row, node))
			check_row(loader, row, node);
	}
}

/* ---- defaults and directives ---- */

static void load_default(struct loader *loader, struct controller_table *table, const struct node *node)
{
	struct default_row row = { 0 };
	if (!load_keys(loader, node, DEFAULT_KEYS, COUNT_OF(DEFAULT_KEYS), true, &row) || row.feature.n == 0
		|| !load_check_feature(loader, node, row.feature, row.field))
		return;
	for (size_t i = 0; !loader->builtin && i < table->defaults.n; i++) {
		struct default_row *old = &table->defaults.item[i];
		if (str_eq(old->feature, row.feature) && str_eq(old->field, row.field)) {
			*old = row;
			return;
		}
	}
	LIST_PUSH(loader->mapping->arena, &table->defaults, row);
}

static void load_directive(struct loader *loader, struct controller_table *table, const struct node *node)
{
	struct directive_row row = { 0 };
	if (!load_keys(loader, node, DIRECTIVE_KEYS, COUNT_OF(DIRECTIVE_KEYS), true, &row) || row.name.n == 0
		|| !load_once(loader, node, row.name))
		return;
	if (str_eq(row.action, STR("feature")))
		need(loader, node, row.feature, "feature");
	if (row.feature.n > 0)
		load_check_feature(loader, node, row.feature, STR(""));
	for (size_t i = 0; i < table->directives.n; i++)
		if (str_eq(table->directives.item[i].name, row.name)) {
			table->directives.item[i] = row;
			return;
		}
	LIST_PUSH(loader->mapping->arena, &table->directives, row);
}

/* ---- objects beside the Ingress, and what they have the controller do ---- */

static void load_object(struct loader *loader, struct controller_table *table, const struct node *node)
{
	struct object_row row = { .kind = { "", 0 } };
	if (!load_keys(loader, node, OBJECT_KEYS, COUNT_OF(OBJECT_KEYS), true, &row) || row.kind.n == 0 || !load_once(loader, node, row.kind))
		return;
	for (size_t i = 0; i < table->objects.n; i++)
		if (str_eq(table->objects.item[i].kind, row.kind)) {
			table->objects.item[i] = row;
			return;
		}
	LIST_PUSH(loader->mapping->arena, &table->objects, row);
}

static void load_extension(struct loader *loader, struct controller_table *table, const struct node *node)
{
	struct extension_row row = { .at = node->at };
	if (!load_keys(loader, node, EXTENSION_KEYS, COUNT_OF(EXTENSION_KEYS), true, &row) || row.name.n == 0 || !load_once(loader, node, row.name))
		return;
	if (!row.inert)
		need(loader, node, row.feature, "feature");
	if (row.feature.n > 0)
		load_check_feature(loader, node, row.feature, STR(""));
	for (size_t i = 0; i < table->extensions.n; i++)
		if (str_eq(table->extensions.item[i].name, row.name)) {
			table->extensions.item[i] = row;
			return;
		}
	LIST_PUSH(loader->mapping->arena, &table->extensions, row);
}

/* ---- the table ---- */

static void check_routing(struct loader *loader, const struct controller_table *table, const struct node *root)
{
	const struct str_list *known = loader->mapping->routings;
	const struct node *at = node_get(root, STR("routing"));
	if (!at || !known || table->routing.n == 0 || str_list_has(known, table->routing))
		return;
	str quoted = value_quote(loader->mapping->diags->arena, table->routing);
	load_fault_as(loader, DIAG_TABLE_WORD, at->at, at->span, "routing cannot be %.*s", STR_ARG(quoted))->help =
		load_help(loader, table->routing, known, "write one of");
}

static int compare_tables(const void *a, const void *b)
{
	return str_cmp((*(struct controller_table *const *)a)->name, (*(struct controller_table *const *)b)->name);
}

static void check_prefixes(struct loader *loader, const struct controller_table *table, const struct node *recognise)
{
	const struct node *at = node_get(recognise, STR("prefixes"));
	for (size_t i = 0; at && i < table->prefixes.n; i++)
		if (!str_has(table->prefixes.item[i], STR("/")))
			load_fault(loader, at->at, 1, "prefix `%.*s` has no slash", STR_ARG(table->prefixes.item[i]))->help =
				STR("a prefix ends with the slash, as example.com/ does");
}

static struct controller_table *begin_table(struct loader *loader, const struct node *root)
{
	struct mapping *mapping = loader->mapping;
	str name = node_text(node_get(root, STR("name")));
	struct controller_table *table = map_get(&mapping->controller_by_name, name);
	bool is_new = table == NULL;
	if (is_new) {
		table = NEW(mapping->arena, struct controller_table);
		table->file = loader->file;
		map_init(&table->by_name, mapping->arena);
	} else if (loader->builtin) {
		load_fault_as(loader, DIAG_TABLE_TWICE, root->at, 1, "two controllers have this name");
	}
	load_keys(loader, root, TABLE_KEYS, COUNT_OF(TABLE_KEYS), is_new, table);
	if (is_new && name.n > 0) {
		LIST_PUSH(mapping->arena, &mapping->controllers, table);
		qsort(mapping->controllers.item, mapping->controllers.n, sizeof *mapping->controllers.item, compare_tables);
		map_set(&mapping->controller_by_name, name, table);
	}
	return table;
}

void load_controller(struct loader *loader, const struct node *root)
{
	struct arena *arena = loader->mapping->arena;
	struct controller_table *table = begin_table(loader, root);
	check_routing(loader, table, root);
	const struct node *recognise = node_get(root, STR("recognise"));
	if (!node_is_null(recognise) && load_keys(loader, recognise, RECOGNISE_KEYS, COUNT_OF(RECOGNISE_KEYS), false, table))
		check_prefixes(loader, table, recognise);
	const struct node *annotations = load_list(loader, root, STR("annotations"));
	if (annotations)
		load_annotations(loader, table, annotations);
	const struct node *defaults = load_list(loader, root, STR("defaults"));
	for (size_t i = 0; defaults && i < defaults->as.list.n; i++)
		load_default(loader, table, defaults->as.list.item[i]);
	const struct node *directives = load_list(loader, root, STR("directives"));
	map_init(&loader->seen, arena);
	for (size_t i = 0; directives && i < directives->as.list.n; i++)
		load_directive(loader, table, directives->as.list.item[i]);
	const struct node *objects = load_list(loader, root, STR("objects"));
	map_init(&loader->seen, arena);
	for (size_t i = 0; objects && i < objects->as.list.n; i++)
		load_object(loader, table, objects->as.list.item[i]);
	const struct node *extensions = load_list(loader, root, STR("extensions"));
	map_init(&loader->seen, arena);
	for (size_t i = 0; extensions && i < extensions->as.list.n; i++)
		load_extension(loader, table, extensions->as.list.item[i]);
}
