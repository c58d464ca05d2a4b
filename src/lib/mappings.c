/* SPDX-License-Identifier: Apache-2.0 */
/* Lists and views of the tables: see mappings.h. */
#include "lib/mappings.h"

#include "base/nearest.h"
#include "controllers/controllers.h"
#include "doc/doc.h"
#include "gateway/side.h"
#include "lib/words.h"

/* What is chosen is known to the Gateway side alone. */
static void check_choice(struct tables *tables, const struct target_choice *c)
{
	struct gateway_choices into = { 0 };
	struct arena *arena = tables->diags.arena;
	if (gateway_choices_set(&into, c->name, c->value))
		return;
	struct diag *d = diag_add(&tables->diags, DIAG_TABLE_NAME, (struct diag_site){ c->at, (uint32_t)c->name.n, { "", 0 } },
		arena_printf(arena, "there is no choice %.*s=%.*s", STR_ARG(c->name), STR_ARG(c->value)));
	d->help = arena_join(arena, STR("there are: "), gateway_choices_help(arena));
}

static void check_choices(struct tables *tables, const struct target_table *target)
{
	for (size_t i = 0; i < target->choices.n; i++)
		check_choice(tables, &target->choices.item[i]);
	for (size_t i = 0; i < target->left_open.n; i++) {
		const struct left_open *row = &target->left_open.item[i];
		check_choice(tables, &(struct target_choice){ row->choice, row->value, row->at });
	}
}

struct tables *tables_load(struct arena *arena, const struct mapping_texts *more)
{
	struct tables *tables = NEW(arena, struct tables);
	tables->mapping = NEW(arena, struct mapping);
	sources_init(&tables->sources, arena);
	diags_init(&tables->diags, arena);
	tables->more = more;
	mapping_load(tables->mapping, arena, &tables->sources, &tables->diags, front_end_names(arena));
	mapping_add_all(tables->mapping, more);
	for (size_t i = 0; i < tables->mapping->targets.n; i++)
		check_choices(tables, tables->mapping->targets.item[i]);
	diags_sort(&tables->diags, &tables->sources);
	return tables;
}

str table_word_name(enum table_word word)
{
	static const str NAMES[] = { STR_INIT("feature"), STR_INIT("controller"), STR_INIT("target") };
	return NAMES[word];
}

str nearest_name(str name, const struct str_list *known)
{
	return nearest_word(name, known->item, known->n);
}

static struct str_list names_of(const struct tables *tables, struct arena *arena, enum table_word word)
{
	const struct mapping *m = tables->mapping;
	struct str_list names = { 0 };
	switch (word) {
	case TABLE_FEATURE:
		for (size_t i = 0; i < m->features.n; i++)
			LIST_PUSH(arena, &names, m->features.item[i].name);
		break;
	case TABLE_CONTROLLER:
		for (size_t i = 0; i < m->controllers.n; i++)
			LIST_PUSH(arena, &names, m->controllers.item[i]->name);
		break;
	case TABLE_TARGET:
		for (size_t i = 0; i < m->targets.n; i++)
			LIST_PUSH(arena, &names, m->targets.item[i]->name);
		break;
	}
	return names;
}

bool tables_know(const struct tables *tables, enum table_word word, str name, str *near)
{
	struct str_list names = names_of(tables, tables->sources.arena, word);
	*near = STR("");
	if (str_list_has(&names, name) || (word == TABLE_TARGET && mapping_target_at(tables->mapping, tables->sources.arena, name)))
		return true;
	*near = nearest_name(name, &names);
	return false;
}

str targets_why(const struct tables *tables, struct arena *arena, str word)
{
	str name, version, near;
	str_cut(word, '@', &name, &version);
	if (!tables_know(tables, TABLE_TARGET, name, &near))
		return arena_printf(arena, "there is no target '%.*s'%s%.*s%s", STR_ARG(name), near.n ? "; did you mean " : "", STR_ARG(near), near.n ? "?" : "");
	str why = target_word_why(tables->mapping, arena, word);
	return why.n ? arena_printf(arena, "there is no version '%.*s' of %.*s; %.*s", STR_ARG(version), STR_ARG(name), STR_ARG(why)) : why;
}

/* ---- list ---- */

static size_t complete_rows(const struct controller_table *table)
{
	size_t n = 0;
	for (size_t i = 0; i < table->annotations.n; i++)
		n += table->annotations.item[i].status == ROW_COMPLETE;
	return n;
}

static size_t said_rows(const struct target_table *table)
{
	size_t n = 0;
	for (size_t i = 0; i < table->features.n; i++)
		n += !str_eq(table->features.item[i].how, STR("none"));
	return n;
}

void tables_list(struct buf *out, const struct tables *tables)
{
	const struct mapping *m = tables->mapping;
	struct columns columns = { 0 };
	struct arena *arena = out->arena;
	columns_row(&columns, arena, 4, (const str[]){ STR("controller"), STR("annotations"), STR("worked out"), STR("describes") });
	for (size_t i = 0; i < m->controllers.n; i++) {
		const struct controller_table *t = m->controllers.item[i];
		columns_row(&columns, arena, 4, (const str[]){ t->name, arena_printf(arena, "%zu", t->annotations.n),
			arena_printf(arena, "%zu", complete_rows(t)), t->describes });
	}
	columns_print(out, &columns);
	columns = (struct columns){ 0 };
	columns_row(&columns, arena, 4, (const str[]){ STR("target"), STR("features"), STR("can say"), STR("title") });
	for (size_t i = 0; i < m->targets.n; i++) {
		const struct target_table *t = m->targets.item[i];
		columns_row(&columns, arena, 4, (const str[]){ t->name, arena_printf(arena, "%zu", t->features.n),
			arena_printf(arena, "%zu", said_rows(t)), t->title });
	}
	buf_add_char(out, '\n');
	columns_print(out, &columns);
}

/* ---- show, as text ---- */

static void show_names(struct buf *out, const char *title, const struct str_list *names)
{
	if (names->n) {
		buf_printf(out, "%s", title);
		words_wrap(out, str_list_join(out->arena, names, STR(", ")), 16, 16);
	}
}

/* How the standard says the feature, in a few words. */
static str standard_how(const struct tables *tables, str feature)
{
	const struct target_table *standard = mapping_target(tables->mapping, STR("standard"));
	const struct target_row *row = standard ? target_feature(standard, feature) : NULL;
	return row ? row->how : STR("-");
}

static void controller_text(struct buf *out, const struct tables *tables, const struct controller_table *t)
{
	struct columns columns = { 0 };
	struct arena *arena = out->arena;
	buf_printf(out, "%.*s: %.*s\n\n", STR_ARG(t->name), STR_ARG(t->title));
	buf_printf(out, "describes       %.*s\n", STR_ARG(t->describes));
	show_names(out, "controllers     ", &t->controllers);
	show_names(out, "classes         ", &t->classes);
	show_names(out, "prefixes        ", &t->prefixes);
	show_names(out, "images          ", &t->images);
	if (t->configmap.n)
		buf_printf(out, "ConfigMap       %.*s\n", STR_ARG(t->configmap));
	buf_printf(out, "annotations     %zu, of these %zu worked out%s\n\n", t->annotations.n, complete_rows(t),
		t->complete ? "" : "; the controller has more, which are reported as not looked at");
	if (!t->annotations.n)
		return;
	columns_row(&columns, arena, 5, (const str[]){ STR("annotation"), STR("row"), STR("loss"), STR("feature"), STR("standard") });
	for (size_t i = 0; i < t->annotations.n; i++) {
		const struct annotation_row *row = &t->annotations.item[i];
		const struct feature *feature = mapping_feature(tables->mapping, row->feature);
		columns_row(&columns, arena, 5, (const str[]){ row->name, row->status == ROW_COMPLETE ? STR("complete") : STR("pending"),
			feature ? loss_name(feature->loss) : STR("-"), row->feature, standard_how(tables, row->feature) });
	}
	columns_print(out, &columns);
}

str tables_since(struct arena *arena, const struct target_row *row)
{
	if (row->experimental.n == 0)
		return row->since;
	if (row->since.n == 0)
		return arena_printf(arena, "%.*s experimental", STR_ARG(row->experimental));
	return arena_printf(arena, "%.*s, %.*s experimental", STR_ARG(row->since), STR_ARG(row->experimental));
}

/* Who does what where the Gateway API leaves it open. */
static void left_open_text(struct buf *out, const struct target_table *t)
{
	struct columns columns = { 0 };
	if (!t->left_open.n)
		return;
	columns_row(&columns, out->arena, 3, (const str[]){ STR("left open"), STR("value"), STR("means, and who does so") });
	for (size_t i = 0; i < t->left_open.n; i++) {
		const struct left_open *row = &t->left_open.item[i];
		str by = row->by.n ? arena_printf(out->arena, " (%.*s)", STR_ARG(str_list_join(out->arena, &row->by, STR(", ")))) : STR("");
		columns_row(&columns, out->arena, 3, (const str[]){ row->choice, row->value, arena_join(out->arena, row->means, by) });
	}
	columns_print(out, &columns);
	buf_add_char(out, '\n');
}

static void target_text(struct buf *out, const struct target_table *t)
{
	struct columns columns = { 0 };
	buf_printf(out, "%.*s: %.*s\n\n", STR_ARG(t->name), STR_ARG(t->title));
	buf_printf(out, "GatewayClass    %.*s (%.*s)\n", STR_ARG(t->gateway_class), STR_ARG(t->controller_name));
	buf_printf(out, "Gateway API     %.*s\n", STR_ARG(t->version));
	buf_printf(out, "features        %zu, of these %zu can be said\n\n", t->features.n, said_rows(t));
	left_open_text(out, t);
	columns_row(&columns, out->arena, 4, (const str[]){ STR("feature"), STR("how"), STR("since"), STR("differs") });
	for (size_t i = 0; i < t->features.n; i++) {
		const struct target_row *row = &t->features.item[i];
		columns_row(&columns, out->arena, 4,
			(const str[]){ row->feature, row->how, tables_since(out->arena, row), row->differs.n ? row->differs : row->without });
	}
	columns_print(out, &columns);
}

/* ---- show, as JSON ---- */

static void set_list(struct arena *arena, struct node *map, str key, const struct str_list *texts)
{
	struct node *list = node_list(arena);
	for (size_t i = 0; i < texts->n; i++)
		node_add(arena, list, node_string(arena, texts->item[i]));
	node_set(arena, map, key, list);
}

static struct node *annotation_json(struct arena *arena, const struct annotation_row *row)
{
	struct node *map = node_map(arena);
	node_set_text(arena, map, STR("name"), row->name);
	node_set_text(arena, map, STR("status"), row->status == ROW_COMPLETE ? STR("complete") : STR("pending"));
	node_set_text(arena, map, STR("aliasOf"), row->alias_of);
	node_set_text(arena, map, STR("type"), row->type);
	node_set_text(arena, map, STR("pattern"), row->pattern);
	if (row->words.n)
		set_list(arena, map, STR("words"), &row->words);
	node_set_text(arena, map, STR("invalid"), words_invalid(row->invalid));
	node_set_text(arena, map, STR("risk"), row->risk);
	node_set_text(arena, map, STR("scope"), words_scope(row->scope));
	node_set_text(arena, map, STR("feature"), row->feature);
	node_set_text(arena, map, STR("field"), row->field);
	node_set_text(arena, map, STR("meaning"), row->meaning);
	node_set_text(arena, map, STR("gateway"), row->gateway);
	node_set_text(arena, map, STR("advice"), row->advice);
	node_set_text(arena, map, STR("example"), row->example);
	node_set_text(arena, map, STR("other"), row->other);
	return map;
}

static struct node *default_json(struct arena *arena, const struct default_row *row)
{
	struct node *map = node_map(arena);
	node_set_text(arena, map, STR("feature"), row->feature);
	node_set_text(arena, map, STR("field"), row->field);
	node_set_text(arena, map, STR("value"), row->value);
	node_set_text(arena, map, STR("configmap"), row->configmap);
	node_set_text(arena, map, STR("flag"), row->flag);
	node_set_text(arena, map, STR("meaning"), row->meaning);
	return map;
}

static struct node *controller_json(struct arena *arena, const struct controller_table *t)
{
	struct node *map = node_map(arena), *annotations = node_list(arena), *defaults = node_list(arena);
	node_set_text(arena, map, STR("name"), t->name);
	node_set_text(arena, map, STR("title"), t->title);
	node_set_text(arena, map, STR("describes"), t->describes);
	node_set_text(arena, map, STR("routing"), t->routing);
	node_set(arena, map, STR("complete"), node_bool(arena, t->complete));
	set_list(arena, map, STR("controllers"), &t->controllers);
	set_list(arena, map, STR("classes"), &t->classes);
	set_list(arena, map, STR("prefixes"), &t->prefixes);
	set_list(arena, map, STR("images"), &t->images);
	node_set_text(arena, map, STR("configmap"), t->configmap);
	set_list(arena, map, STR("settings"), &t->settings);
	for (size_t i = 0; i < t->annotations.n; i++)
		node_add(arena, annotations, annotation_json(arena, &t->annotations.item[i]));
	for (size_t i = 0; i < t->defaults.n; i++)
		node_add(arena, defaults, default_json(arena, &t->defaults.item[i]));
	node_set(arena, map, STR("annotations"), annotations);
	node_set(arena, map, STR("defaults"), defaults);
	return map;
}

static struct node *left_open_json(struct arena *arena, const struct target_table *t)
{
	struct node *list = node_list(arena);
	for (size_t i = 0; i < t->left_open.n; i++) {
		const struct left_open *row = &t->left_open.item[i];
		struct node *one = node_map(arena);
		node_set_text(arena, one, STR("choice"), row->choice);
		node_set_text(arena, one, STR("value"), row->value);
		set_list(arena, one, STR("by"), &row->by);
		node_set_text(arena, one, STR("means"), row->means);
		node_add(arena, list, one);
	}
	return list;
}

static struct node *target_json(struct arena *arena, const struct target_table *t)
{
	struct node *map = node_map(arena), *features = node_list(arena);
	node_set_text(arena, map, STR("name"), t->name);
	node_set_text(arena, map, STR("title"), t->title);
	node_set_text(arena, map, STR("gatewayClass"), t->gateway_class);
	node_set_text(arena, map, STR("controllerName"), t->controller_name);
	node_set_text(arena, map, STR("version"), t->version);
	for (size_t i = 0; i < t->features.n; i++) {
		const struct target_row *row = &t->features.item[i];
		struct node *feature = node_map(arena);
		node_set_text(arena, feature, STR("feature"), row->feature);
		node_set_text(arena, feature, STR("how"), row->how);
		node_set_text(arena, feature, STR("since"), row->since);
		node_set_text(arena, feature, STR("experimental"), row->experimental);
		node_set_text(arena, feature, STR("differs"), row->differs);
		node_set_text(arena, feature, STR("without"), row->without);
		node_add(arena, features, feature);
	}
	node_set(arena, map, STR("features"), features);
	if (t->left_open.n)
		node_set(arena, map, STR("leftOpen"), left_open_json(arena, t));
	return map;
}

/* The built-in file of that name, and what the user adds to it. */
static void show_file(struct buf *out, const struct tables *tables, const char *folder, str name)
{
	buf_add(out, mapping_builtin_text(arena_printf(out->arena, "%s/%.*s.yaml", folder, STR_ARG(name))));
	for (size_t i = 0; i < tables->more->n; i++)
		buf_printf(out, "%s# --mapping %.*s\n%.*s", out->n ? "---\n" : "", STR_ARG(tables->more->item[i].name), STR_ARG(tables->more->item[i].text));
}

static void show_json(struct buf *out, const struct node *root)
{
	doc_write_json(out, root, 0);
	buf_add_char(out, '\n');
}

bool tables_show(struct buf *out, const struct tables *tables, str name, enum tables_form form, str *near)
{
	const struct controller_table *controller = mapping_controller(tables->mapping, name);
	const struct target_table *target = mapping_target(tables->mapping, name);
	if (!controller && !target) {
		tables_know(tables, TABLE_CONTROLLER, name, near);
		if (!near->n)
			tables_know(tables, TABLE_TARGET, name, near);
		return false;
	}
	switch (form) {
	case TABLES_TEXT:
		if (controller)
			controller_text(out, tables, controller);
		else
			target_text(out, target);
		break;
	case TABLES_YAML:
		show_file(out, tables, controller ? "controllers" : "targets", name);
		break;
	case TABLES_JSON:
		show_json(out, controller ? controller_json(out->arena, controller) : target_json(out->arena, target));
		break;
	}
	return true;
}
