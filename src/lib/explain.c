/* SPDX-License-Identifier: Apache-2.0 */
/* The pages: see explain.h. */
#include "lib/explain.h"

#include "doc/doc.h"
#include "lib/sample.h"
#include "lib/words.h"
#include "mapping/mapping.h"
#include "mapping/values.h"

enum { LABEL_WIDTH = 14 };

/* "label         text", wrapped; nothing for empty text. */
static void line(struct buf *out, const char *label, str text)
{
	if (!text.n)
		return;
	buf_printf(out, "%-*s", LABEL_WIDTH, label);
	words_wrap(out, text, LABEL_WIDTH, LABEL_WIDTH);
}

/* ---- codes ---- */

/* The list of diagnostics.yaml, or NULL. */
static const struct node *code_rows(const struct tables *tables)
{
	struct arena *arena = tables->sources.arena;
	struct sources sources;
	sources_init(&sources, arena);
	const struct node *root = mapping_builtin_tree(arena, &sources, STR("diagnostics.yaml"));
	const struct node *rows = node_get(root, STR("diagnostics"));
	return rows && rows->kind == NODE_LIST ? rows : NULL;
}

static const struct node *code_row(const struct node *rows, str code)
{
	for (size_t i = 0; rows && i < rows->as.list.n; i++)
		if (str_eq_nocase(node_text(node_get(rows->as.list.item[i], STR("code"))), code))
			return rows->as.list.item[i];
	return NULL;
}

static struct str_list texts_of(struct arena *arena, const struct node *list)
{
	struct str_list texts = { 0 };
	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->as.list.n; i++)
		LIST_PUSH(arena, &texts, node_text(list->as.list.item[i]));
	return texts;
}

static void code_example(struct buf *out, const struct tables *tables, const struct node *row)
{
	str example = node_text(node_get(row, STR("example")));
	struct str_list args = texts_of(out->arena, node_get(row, STR("args")));
	if (!example.n)
		return;
	buf_printf(out, "\nexample\n\n");
	sample_lines(out, example);
	if (args.n)
		buf_printf(out, "\n  converted with %.*s\n", STR_ARG(str_list_join(out->arena, &args, STR(" "))));
	sample_convert(out, example, &args, tables->more);
}

static bool explain_code(struct buf *out, const struct tables *tables, str name)
{
	enum diag_code code;
	const struct node *row = code_row(code_rows(tables), name);
	bool used = diag_code_parse(name, &code);
	if (!row && !used)
		return false;
	str shown = used ? diag_code_text(code) : node_text(node_get(row, STR("code")));
	buf_printf(out, "%.*s: ", STR_ARG(shown));
	words_wrap(out, node_text(node_get(row, STR("title"))), 2, shown.n + 2);
	buf_add_char(out, '\n');
	line(out, "usual level", used ? diag_level_name(diag_code_level(code)) : STR("retired: no longer reported"));
	line(out, "meaning", node_text(node_get(row, STR("meaning"))));
	line(out, "what to do", node_text(node_get(row, STR("action"))));
	code_example(out, tables, row);
	return true;
}

/* ---- annotations ---- */

/* A row found for a key; several controllers may share a prefix. */
struct hit {
	const struct controller_table *table;
	const struct annotation_row *row;
	str key;               /* the whole key */
};

struct hits {
	LIST(struct hit) hit;
};

static void add_hit(struct arena *arena, struct hits *hits, const struct controller_table *table, str name, str key)
{
	const struct annotation_row *row = controller_annotation(table, name);
	if (row)
		LIST_PUSH(arena, &hits->hit, ((struct hit){ table, row, key }));
}

/* A whole key: the table's prefix is in front of it, or a row has it as it is. */
static void hits_of_key(struct arena *arena, struct hits *hits, const struct controller_table *table, str key)
{
	size_t before = hits->hit.n;
	for (size_t i = 0; i < table->prefixes.n && hits->hit.n == before; i++)
		if (str_starts(key, table->prefixes.item[i]))
			add_hit(arena, hits, table, str_from(key, table->prefixes.item[i].n), key);
	if (hits->hit.n == before)
		add_hit(arena, hits, table, key, key);
}

static struct hits find_hits(struct arena *arena, const struct mapping *mapping, str name)
{
	struct hits hits = { 0 };
	bool whole = str_find_char(name, '/') < name.n;
	for (size_t i = 0; i < mapping->controllers.n; i++) {
		const struct controller_table *table = mapping->controllers.item[i];
		if (whole)
			hits_of_key(arena, &hits, table, name);
		else if (table->prefixes.n)
			add_hit(arena, &hits, table, name, arena_join(arena, table->prefixes.item[0], name));
	}
	return hits;
}

/* What counts when the annotation is not there: a value, or in words what stays away. */
static str default_text(const struct default_row *d)
{
	str meaning = d->meaning;
	if (!str_eq(d->value, STR("off")))
		return d->value;
	return str_ends(meaning, STR(".")) ? str_slice(meaning, 0, meaning.n - 1) : meaning;
}

static str defaults_of(struct arena *arena, const struct hit *hit)
{
	struct buf text;
	buf_init(&text, arena, 0);
	for (size_t i = 0; i < hit->table->defaults.n; i++) {
		const struct default_row *d = &hit->table->defaults.item[i];
		if (!str_eq(d->feature, hit->row->feature) || !str_eq(d->field, hit->row->field))
			continue;
		buf_printf(&text, "%s%.*s", text.n ? "; " : "", STR_ARG(default_text(d)));
		if (d->configmap.n)
			buf_printf(&text, " (changed by the key %.*s of the controller's ConfigMap)", STR_ARG(d->configmap));
		if (d->flag.n)
			buf_printf(&text, " (changed by the controller's argument %s%.*s)", str_starts(d->flag, STR("-")) ? "" : "--", STR_ARG(d->flag));
	}
	return buf_str(&text);
}

static str scope_text(enum scope scope)
{
	static const str TEXTS[] = {
		STR_INIT("connection: everything on the connection"),
		STR_INIT("listener: every host of the listener"),
		STR_INIT("host: the whole host, also the paths of other Ingresses"),
		STR_INIT("location: the paths of this Ingress"),
		STR_INIT("backend: the Service, wherever it is used"),
		STR_INIT("zone: memory that several Ingresses share"),
	};
	return TEXTS[scope];
}

static str loss_text(const struct feature *feature)
{
	static const str TEXTS[] = {
		STR_INIT("nothing"),
		STR_INIT("cosmetic: nobody's requests depend on it"),
		STR_INIT("behaviour: requests are answered, in another way"),
		STR_INIT("availability: limits, times or retries change"),
		STR_INIT("routing: requests go elsewhere or are answered otherwise"),
		STR_INIT("security: a protection; a route that would lose it stands closed until that is accepted by name"),
	};
	if (feature->loss == LOSS_SECURITY && feature->scope == SCOPE_HOST)
		return STR("security: a protection; a host that would lose it stands closed until that is accepted by name");
	return TEXTS[feature->loss];
}

/* Can the standard say the feature at all? Then convert translates what it can, though the row is not worked out. */
static bool standard_says(const struct mapping *mapping, str feature)
{
	const struct target_table *standard = mapping_target(mapping, STR("standard"));
	const struct target_row *row = standard ? target_feature(standard, feature) : NULL;
	return row && !str_eq(row->how, STR("none"));
}

static str status_text(const struct mapping *mapping, const struct feature *feature)
{
	if (feature && standard_says(mapping, feature->name))
		return STR("convert does what this page shows; not every value of it has been tried yet");
	if (feature && feature->loss == LOSS_SECURITY)
		return feature->scope == SCOPE_HOST ?
			STR("not worked out yet: convert knows what it is, does not translate it, reports it as lost, and closes the host") :
			STR("not worked out yet: convert knows what it is, does not translate it, reports it as lost, and closes its routes");
	return STR("not worked out yet: convert knows what it is, does not translate it and reports it as lost");
}

/* "kong: Kong Ingress Controller"; the name alone where the title begins with it. */
static str controller_text(struct arena *arena, const struct controller_table *table)
{
	if (str_starts_nocase(table->title, table->name))
		return table->title;
	return arena_printf(arena, "%.*s: %.*s", STR_ARG(table->name), STR_ARG(table->title));
}

static void annotation_sample(struct buf *out, const struct tables *tables, const struct hit *hit)
{
	const struct str_list none = { 0 };
	struct buf text;
	str manifest = hit->row->manifest;
	if (!manifest.n && !hit->row->example.n)
		return;
	if (!manifest.n) {
		buf_init(&text, out->arena, 0);
		buf_printf(&text, "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: app\n  annotations:\n    %.*s: ",
			STR_ARG(hit->key));
		buf_add_json(&text, hit->row->example);
		buf_printf(&text, "\nspec:\n");
		if (hit->table->classes.n && !str_eq(hit->key, STR("kubernetes.io/ingress.class")))
			buf_printf(&text, "  ingressClassName: %.*s\n", STR_ARG(hit->table->classes.item[0]));
		buf_printf(&text, "  rules:\n    - host: app.example.com\n      http:\n        paths:\n          - path: /\n"
			"            pathType: Prefix\n            backend:\n              service:\n                name: web\n"
			"                port:\n                  number: 80\n");
		manifest = buf_str(&text);
	}
	buf_printf(out, "\nmanifest\n\n");
	sample_lines(out, manifest);
	sample_convert(out, manifest, &none, tables->more);
}

static void annotation_page(struct buf *out, const struct tables *tables, const struct hit *hit)
{
	const struct annotation_row *row = hit->row;
	const struct feature *feature = mapping_feature(tables->mapping, row->feature);
	struct arena *arena = out->arena;
	buf_printf(out, "%.*s\n\n", STR_ARG(hit->key));
	line(out, "controller", controller_text(arena, hit->table));
	if (str_ends(row->name, STR("*")))
		line(out, "row", arena_printf(arena, "%.*s, for all names that begin so", STR_ARG(row->name)));
	if (row->alias_of.n)
		line(out, "other name of", arena_printf(arena, "%.*s, which wins where both are there", STR_ARG(row->alias_of)));
	if (row->status == ROW_PENDING)
		line(out, "status", status_text(tables->mapping, feature));
	line(out, "what it does", row->meaning);
	line(out, "value", value_grammar(arena, row));
	line(out, "without it", defaults_of(arena, hit));
	line(out, "bad value", words_invalid_effect(row->invalid));
	line(out, "risk", row->risk);
	line(out, "reaches", scope_text(row->scope));
	line(out, "feature", arena_printf(arena, "%.*s%s%.*s", STR_ARG(row->feature), row->field.n ? ", field " : "", STR_ARG(row->field)));
	if (feature)
		line(out, "when lost", loss_text(feature));
	line(out, "Gateway API", row->gateway);
	line(out, "what to do", row->advice);
	annotation_sample(out, tables, hit);
}

static bool explain_annotation(struct buf *out, const struct tables *tables, str name, str *hint)
{
	struct hits hits = find_hits(out->arena, tables->mapping, name);
	bool whole = str_find_char(name, '/') < name.n;
	if (!whole && hits.hit.n > 1) {
		struct str_list keys = { 0 };
		for (size_t i = 0; i < hits.hit.n; i++)
			LIST_PUSH(out->arena, &keys, hits.hit.item[i].key);
		*hint = arena_printf(out->arena, "several controllers have it, name one of %.*s",
			STR_ARG(str_list_join(out->arena, &keys, STR(", "))));
		return false;
	}
	for (size_t i = 0; i < hits.hit.n; i++) {
		if (i)
			buf_printf(out, "\n\n");
		annotation_page(out, tables, &hits.hit.item[i]);
	}
	return hits.hit.n > 0;
}

static bool explain_ecosystem(struct buf *out, const struct tables *tables, str name)
{
	static const str PLACES[] = {
		[PLACE_ROUTE] = STR_INIT("kept on the routes"), [PLACE_GATEWAY] = STR_INIT("kept on the Gateway or ListenerSet"),
		[PLACE_ADDRESS] = STR_INIT("kept on the Gateway and its ListenerSets"), [PLACE_PAGE] = STR_INIT("kept on the one route that serves"),
		[PLACE_UNREAD] = STR_INIT("kept on the routes, where the tool does not look"), [PLACE_ALL] = STR_INIT("kept on every object that is written"),
		[PLACE_INFRASTRUCTURE] = STR_INIT("kept on what the Gateway runs on (spec.infrastructure)"), [PLACE_DROP] = STR_INIT("left out"),
		[PLACE_WARN] = STR_INIT("left out, with a warning"),
	};
	const struct ecosystem_row *row = mapping_ecosystem(tables->mapping, name, false);
	if (!row)
		row = mapping_ecosystem(tables->mapping, name, true);
	if (!row)
		return false;
	buf_printf(out, "%.*s\n\n", STR_ARG(name));
	line(out, "belongs to", arena_printf(out->arena, "%.*s%s", STR_ARG(row->tool), row->label ? " (a label)" : ""));
	if (!str_eq(row->key, name))
		line(out, "row", row->key);
	line(out, "convert", PLACES[row->placement]);
	line(out, "note", row->note);
	return true;
}

/* ---- features ---- */

static void feature_annotations(struct buf *out, const struct tables *tables, str feature)
{
	struct columns columns = { 0 };
	for (size_t i = 0; i < tables->mapping->controllers.n; i++) {
		const struct controller_table *t = tables->mapping->controllers.item[i];
		for (size_t k = 0; k < t->annotations.n; k++) {
			const struct annotation_row *row = &t->annotations.item[k];
			if (!str_eq(row->feature, feature))
				continue;
			bool whole = !t->prefixes.n || str_find_char(row->name, '/') < row->name.n;
			str key = whole ? row->name : arena_join(out->arena, t->prefixes.item[0], row->name);
			columns_row(&columns, out->arena, 2, (const str[]){ arena_join(out->arena, STR("  "), key), row->meaning });
		}
	}
	if (columns.line.n) {
		buf_printf(out, "\nannotations\n\n");
		columns_print(out, &columns);
	}
}

static bool explain_feature(struct buf *out, const struct tables *tables, str name)
{
	const struct feature *feature = mapping_feature(tables->mapping, name);
	if (!feature)
		return false;
	buf_printf(out, "%.*s\n\n", STR_ARG(name));
	line(out, "what it does", feature->meaning);
	line(out, "reaches", scope_text(feature->scope));
	line(out, "when lost", loss_text(feature));
	line(out, "fields", str_list_join(out->arena, &feature->fields, STR(", ")));
	for (size_t i = 0; i < tables->mapping->targets.n; i++) {
		const struct target_table *target = tables->mapping->targets.item[i];
		const struct target_row *row = target_feature(target, name);
		if (!row)
			continue;
		str since = tables_since(out->arena, row);
		line(out, "target", arena_printf(out->arena, "%.*s: %.*s%s%.*s", STR_ARG(target->name), STR_ARG(row->how),
			since.n ? ", since Gateway API " : "", STR_ARG(since)));
		line(out, "", row->differs);
		line(out, "", row->without);
	}
	line(out, "to accept", arena_printf(out->arena, "--accept %.*s", STR_ARG(name)));
	feature_annotations(out, tables, name);
	return true;
}

/* ---- what was meant ---- */

static str nearest_of_all(const struct tables *tables, struct arena *arena, str name)
{
	const struct mapping *m = tables->mapping;
	struct str_list known = { 0 };
	bool whole = str_find_char(name, '/') < name.n;
	for (unsigned i = 0; !whole && i < DIAG_CODE_COUNT; i++)
		LIST_PUSH(arena, &known, diag_code_text((enum diag_code)i));
	for (size_t i = 0; !whole && i < m->features.n; i++)
		LIST_PUSH(arena, &known, m->features.item[i].name);
	for (size_t i = 0; i < m->controllers.n; i++) {
		const struct controller_table *t = m->controllers.item[i];
		for (size_t k = 0; k < t->annotations.n; k++) {
			str row = t->annotations.item[k].name;
			if (!whole || str_find_char(row, '/') < row.n)
				LIST_PUSH(arena, &known, row);
			for (size_t p = 0; whole && p < t->prefixes.n; p++)
				LIST_PUSH(arena, &known, arena_join(arena, t->prefixes.item[p], row));
		}
	}
	return nearest_name(name, &known);
}

bool explain(struct buf *out, const struct tables *tables, str name, str *hint)
{
	*hint = STR("");
	name = str_trim(name);
	if (explain_code(out, tables, name) || explain_annotation(out, tables, name, hint))
		return true;
	if (explain_feature(out, tables, name) || explain_ecosystem(out, tables, name))
		return true;
	if (!hint->n) {
		str near = nearest_of_all(tables, out->arena, name);
		if (near.n)
			*hint = arena_printf(out->arena, "did you mean %.*s?", STR_ARG(near));
		else if (mapping_controller(tables->mapping, name) || mapping_target(tables->mapping, name))
			*hint = arena_printf(out->arena, "it is a table: ing2gw mappings show %.*s", STR_ARG(name));
	}
	return false;
}
