/* SPDX-License-Identifier: Apache-2.0 */
/* Templates: see template.h. */
#include "mapping/template.h"

#include "mapping/conversion.h"

/* ---- values ---- */

static void put(struct arena *arena, struct template_values *values, struct template_value value)
{
	for (size_t i = 0; i < values->n; i++)
		if (str_eq(values->item[i].name, value.name)) {
			values->item[i] = value;
			return;
		}
	LIST_PUSH(arena, values, value);
}

void template_set_text(struct arena *arena, struct template_values *values, str name, str text)
{
	if (text.n)
		put(arena, values, (struct template_value){ .name = name, .kind = TEMPLATE_TEXT, .text = text });
}

void template_set_number(struct arena *arena, struct template_values *values, str name, int64_t number)
{
	put(arena, values, (struct template_value){ .name = name, .kind = TEMPLATE_NUMBER, .number = number });
}

void template_set_list(struct arena *arena, struct template_values *values, str name, const struct str_list *list)
{
	if (list->n)
		put(arena, values, (struct template_value){ .name = name, .kind = TEMPLATE_LIST, .list = *list });
}

void template_set_flag(struct arena *arena, struct template_values *values, str name)
{
	put(arena, values, (struct template_value){ .name = name, .kind = TEMPLATE_TEXT });
}

void template_unset(struct template_values *values, str name)
{
	for (size_t i = 0; i < values->n; i++)
		if (str_eq(values->item[i].name, name))
			values->item[i--] = values->item[--values->n];
}

const struct template_value *template_value(const struct template_values *values, str name)
{
	for (size_t i = 0; i < values->n; i++)
		if (str_eq(values->item[i].name, name))
			return &values->item[i];
	return NULL;
}

/* ---- holes ---- */

struct hole {
	str before, name, conversion, after;   /* of the text around it */
};

static const str OPEN = STR_INIT("${");

/* False: there is none. */
static bool find_hole(str text, struct hole *hole)
{
	size_t at = str_find(text, OPEN);
	if (at == text.n)
		return false;
	str rest = str_from(text, at + OPEN.n), inside;
	hole->before = str_slice(text, 0, at);
	if (!str_cut(rest, '}', &inside, &hole->after))
		return false;
	if (!str_cut(inside, '|', &hole->name, &hole->conversion))
		hole->conversion = (str){ "", 0 };
	return true;
}

/* A text that ends each of its lines: they are filled, and read, one by one. */
static bool has_lines(str text)
{
	return str_ends(text, STR("\n"));
}

/* "${ranges*}" stands for each text of a list, on a line of its own. */
static bool each_of(const struct hole *hole, str *list, str *after)
{
	if (!str_ends(hole->name, STR("*")))
		return false;
	*list = str_slice(hole->name, 0, hole->name.n - 1);
	*after = hole->after;
	return true;
}

static bool is_conversion(str name)
{
	static const str NAMES[] = { STR_INIT("number"), STR_INIT("boolean"), STR_INIT("json") };
	bool known = name.n == 0 || number_form(name);
	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
		known = known || str_eq(name, NAMES[i]);
	return known;
}

static bool text_holes(struct arena *arena, const struct node *at, struct template_holes *holes, str *error)
{
	struct hole hole;
	str text = at->as.text;
	while (find_hole(text, &hole)) {
		if (hole.name.n == 0 || !is_conversion(hole.conversion)) {
			*error = hole.name.n == 0 ? STR("a hole names a field: ${field} or ${field|conversion}")
				: arena_printf(arena, "there is no conversion '%.*s'; there are duration, quantity, time, size, milliseconds, number, boolean and json",
					STR_ARG(hole.conversion));
			LIST_PUSH(arena, holes, ((struct template_hole){ .at = at }));
			return false;
		}
		str list = hole.name, more, line;
		if (each_of(&hole, &list, &more) && (!str_cut(more, '\n', &line, &more) || str_has(line, OPEN))) {
			*error = arena_printf(arena, "'${%.*s}' is the only hole of a line, in a text that ends each of its lines", STR_ARG(hole.name));
			LIST_PUSH(arena, holes, ((struct template_hole){ .at = at }));
			return false;
		}
		LIST_PUSH(arena, holes, ((struct template_hole){ list, hole.conversion, at }));
		text = hole.after;
	}
	if (!str_has(text, OPEN))
		return true;
	*error = STR("a '${' has no '}'");
	LIST_PUSH(arena, holes, ((struct template_hole){ .at = at }));
	return false;
}

bool template_holes(struct arena *arena, const struct node *t, struct template_holes *holes, str *error)
{
	bool good = true;
	if (t->kind == NODE_MAP) {
		for (size_t i = 0; good && i < t->as.map.n; i++)
			good = template_holes(arena, t->as.map.item[i].value, holes, error);
		return good;
	}
	if (t->kind == NODE_LIST) {
		for (size_t i = 0; good && i < t->as.list.n; i++)
			good = template_holes(arena, t->as.list.item[i], holes, error);
		return good;
	}
	return t->kind != NODE_STRING || text_holes(arena, t, holes, error);
}

bool template_fields(struct arena *arena, const struct node *t, struct str_list *fields, str *error)
{
	struct template_holes holes = { 0 };
	bool good = template_holes(arena, t, &holes, error);
	for (size_t i = 0; i < holes.n; i++)
		if (holes.item[i].name.n)
			str_list_add_new(arena, fields, holes.item[i].name);
	return good;
}

/* ---- filling ---- */

struct filling {
	struct arena *arena;
	const struct template_values *values;
	struct template_places *places;
};

enum filled { LITERAL, FILLED, LACKING };   /* no hole; a hole that is filled; none that is, and one that is not */

static enum filled join(enum filled a, enum filled b)
{
	if (a == FILLED || b == FILLED)
		return FILLED;
	return a == LACKING || b == LACKING ? LACKING : LITERAL;
}

static struct node *converted(struct arena *arena, const struct template_value *v, str conversion)
{
	str text;
	int64_t number;
	bool is_number = str_eq(conversion, STR("number"));
	if (v->kind == TEMPLATE_TEXT && str_eq(conversion, STR("boolean")))
		return str_eq(v->text, STR("true")) || str_eq(v->text, STR("false")) ? node_bool(arena, str_eq(v->text, STR("true"))) : NULL;
	if (v->kind == TEMPLATE_LIST) {
		struct node *list = node_list(arena);
		for (size_t i = 0; i < v->list.n; i++)
			node_add(arena, list, is_number && str_to_i64(v->list.item[i], &number) ? node_int(arena, number) : node_string(arena, v->list.item[i]));
		return list;
	}
	if (v->kind == TEMPLATE_TEXT && str_eq(conversion, STR("json")))
		return json_tree(arena, v->text);
	if (v->kind == TEMPLATE_TEXT)
		return is_number && str_to_i64(v->text, &number) ? node_int(arena, number) : node_string(arena, v->text);
	const struct number_form *form = number_form(conversion);
	if (!form)
		return node_int(arena, v->number);
	return form->write(arena, v->number, &text) ? node_string(arena, text) : NULL;
}

static str value_text(struct arena *arena, const struct node *node)
{
	return node->kind == NODE_INT ? arena_printf(arena, "%lld", (long long)node->number) : node_text(node);
}

static enum filled fill_text(const struct filling *f, const struct node *t, str at, struct node **out);

/* A line of a text of several: once; or once for each text of a list. Nothing where a hole is not filled. */
static enum filled fill_line(const struct filling *f, str line, str at, struct str_list *out)
{
	struct hole hole;
	struct node *filled;
	str list, more;
	if (!find_hole(line, &hole) || !each_of(&hole, &list, &more)) {
		enum filled one = fill_text(f, node_string(f->arena, line), at, &filled);
		if (one != LACKING)
			LIST_PUSH(f->arena, out, node_text(filled));
		return one;
	}
	const struct template_value *v = template_value(f->values, list);
	if (!v || v->kind != TEMPLATE_LIST)
		return LACKING;
	for (size_t i = 0; i < v->list.n; i++)
		LIST_PUSH(f->arena, out, arena_printf(f->arena, "%.*s%.*s%.*s", STR_ARG(hole.before), STR_ARG(v->list.item[i]), STR_ARG(more)));
	if (f->places)
		LIST_PUSH(f->arena, f->places, ((struct template_place){ list, at }));
	return FILLED;
}

/* Of lines that lack what they are filled with the rest stays. */
static enum filled fill_lines(const struct filling *f, str text, str at, struct node **out)
{
	enum filled all = LITERAL;
	struct str_list lines = { 0 };
	str line;
	while (str_cut(text, '\n', &line, &text), text.n || line.n)
		all = join(all, fill_line(f, line, at, &lines));
	*out = node_string(f->arena, arena_join(f->arena, str_list_join(f->arena, &lines, STR("\n")), STR("\n")));
	return all;
}

static enum filled fill_text(const struct filling *f, const struct node *t, str at, struct node **out)
{
	struct hole hole;
	str done = { "", 0 }, rest = node_text(t);
	if (t->kind != NODE_STRING || !find_hole(rest, &hole)) {
		*out = (struct node *)(uintptr_t)t;
		return LITERAL;
	}
	if (has_lines(rest))
		return fill_lines(f, rest, at, out);
	while (find_hole(rest, &hole)) {
		const struct template_value *v = template_value(f->values, hole.name);
		struct node *value = v ? converted(f->arena, v, hole.conversion) : NULL;
		if (!value)
			return LACKING;
		struct template_place place = { hole.name, at };
		if (f->places)
			LIST_PUSH(f->arena, f->places, place);
		if (hole.before.n == 0 && hole.after.n == 0 && done.n == 0) {
			*out = value;
			return FILLED;
		}
		done = arena_printf(f->arena, "%.*s%.*s%.*s", STR_ARG(done), STR_ARG(hole.before), STR_ARG(value_text(f->arena, value)));
		rest = hole.after;
	}
	*out = node_string(f->arena, arena_join(f->arena, done, rest));
	return FILLED;
}

static enum filled fill(const struct filling *f, const struct node *t, str at, struct node **out);

static enum filled fill_map(const struct filling *f, const struct node *t, str at, struct node **out)
{
	enum filled all = LITERAL;
	*out = node_map(f->arena);
	for (size_t i = 0; i < t->as.map.n; i++) {
		const struct pair *p = &t->as.map.item[i];
		struct node *value;
		enum filled one = fill(f, p->value, arena_printf(f->arena, "%.*s/%.*s", STR_ARG(at), STR_ARG(p->key)), &value);
		if (one != LACKING)
			node_set(f->arena, *out, p->key, value);
		all = join(all, one);
	}
	return all;
}

static enum filled fill_list(const struct filling *f, const struct node *t, str at, struct node **out)
{
	enum filled all = LITERAL;
	*out = node_list(f->arena);
	for (size_t i = 0; i < t->as.list.n; i++) {
		struct node *value;
		enum filled one = fill(f, t->as.list.item[i], arena_printf(f->arena, "%.*s/%zu", STR_ARG(at), (*out)->as.list.n), &value);
		if (one != LACKING)
			node_add(f->arena, *out, value);
		all = join(all, one);
	}
	return all;
}

static enum filled fill(const struct filling *f, const struct node *t, str at, struct node **out)
{
	if (t->kind == NODE_MAP)
		return fill_map(f, t, at, out);
	return t->kind == NODE_LIST ? fill_list(f, t, at, out) : fill_text(f, t, at, out);
}

struct node *template_fill(struct arena *arena, const struct node *t, const struct template_values *values, struct template_places *places)
{
	const struct filling f = { arena, values, places };
	struct node *out;
	return fill(&f, t, (str){ "", 0 }, &out) == LACKING ? NULL : out;
}

/* ---- reading ---- */

static bool read_whole(struct arena *arena, const struct hole *hole, const struct node *tree, struct template_values *values)
{
	int64_t number;
	if (str_eq(hole->conversion, STR("json"))) {
		template_set_text(arena, values, hole->name, json_text(arena, tree));
		return true;
	}
	if (tree->kind == NODE_LIST) {
		struct str_list list = { 0 };
		for (size_t i = 0; i < tree->as.list.n; i++)
			LIST_PUSH(arena, &list, value_text(arena, tree->as.list.item[i]));
		template_set_list(arena, values, hole->name, &list);
		return true;
	}
	if (!node_is_scalar(tree))
		return false;
	if (str_eq(hole->conversion, STR("number")) || str_eq(hole->conversion, STR("boolean")))
		template_set_text(arena, values, hole->name, value_text(arena, tree));
	else if (number_form(hole->conversion)) {
		if (!number_form(hole->conversion)->read(value_text(arena, tree), &number))
			return false;
		template_set_number(arena, values, hole->name, number);
	} else if (tree->kind == NODE_INT)
		template_set_number(arena, values, hole->name, tree->number);
	else if (node_text(tree).n == 0)
		template_set_flag(arena, values, hole->name);
	else
		template_set_text(arena, values, hole->name, node_text(tree));
	return true;
}

/* The text between two literals; the shortest that fits. */
static bool read_inside(struct arena *arena, str t, str text, struct template_values *values)
{
	struct hole hole;
	while (find_hole(t, &hole)) {
		struct hole next;
		str until = find_hole(hole.after, &next) ? next.before : hole.after;
		if (!str_starts(text, hole.before))
			return false;
		text = str_from(text, hole.before.n);
		size_t end = until.n ? str_find(text, until) : text.n;
		if (until.n && end == text.n)
			return false;
		const struct number_form *form = number_form(hole.conversion);
		int64_t number;
		if (!form && end == 0)
			template_set_flag(arena, values, hole.name);
		else if (!form)
			template_set_text(arena, values, hole.name, str_slice(text, 0, end));
		else if (form->read(str_slice(text, 0, end), &number))
			template_set_number(arena, values, hole.name, number);
		else
			return false;
		text = str_from(text, end);
		t = hole.after;
	}
	return str_eq(t, text);
}

/* The line in the list's form; false: it is another one. */
static bool read_each(str line, const struct hole *hole, str after, struct arena *arena, struct str_list *found)
{
	if (!str_starts(line, hole->before) || !str_ends(line, after) || line.n <= hole->before.n + after.n)
		return false;
	LIST_PUSH(arena, found, str_slice(line, hole->before.n, line.n - after.n));
	return true;
}

static bool read_line(struct arena *arena, str template, str *line, str *text, struct template_values *values)
{
	struct hole hole;
	str list, after;
	if (!find_hole(template, &hole))
		return str_eq(template, *line) && (str_cut(*text, '\n', line, text), true);
	if (!each_of(&hole, &list, &after)) {
		struct template_values more = { 0 };
		if (read_inside(arena, template, *line, &more)) {
			for (size_t i = 0; i < more.n; i++)
				put(arena, values, more.item[i]);
			str_cut(*text, '\n', line, text);
		}
		return true;
	}
	struct str_list found = { 0 };
	while (read_each(*line, &hole, after, arena, &found))
		str_cut(*text, '\n', line, text);
	template_set_list(arena, values, list, &found);
	return true;
}

/* Lines with holes may be absent. */
static bool read_lines(struct arena *arena, str t, str text, struct template_values *values)
{
	str line, wanted;
	bool good = has_lines(text);
	str_cut(text, '\n', &line, &text);
	while (str_cut(t, '\n', &wanted, &t), good && (t.n || wanted.n))
		good = read_line(arena, wanted, &line, &text, values);
	return good && line.n == 0 && text.n == 0;
}

bool template_has_hole(const struct node *t)
{
	struct hole hole;
	if (t->kind == NODE_MAP) {
		for (size_t i = 0; i < t->as.map.n; i++)
			if (template_has_hole(t->as.map.item[i].value))
				return true;
		return false;
	}
	if (t->kind != NODE_LIST)
		return t->kind == NODE_STRING && find_hole(t->as.text, &hole);
	for (size_t i = 0; i < t->as.list.n; i++)
		if (template_has_hole(t->as.list.item[i]))
			return true;
	return false;
}

bool template_is_partial(const struct node *t)
{
	struct hole hole;
	return t->kind == NODE_STRING && find_hole(t->as.text, &hole) && (hole.before.n || hole.after.n);
}

static bool read_map(struct arena *arena, const struct node *t, const struct node *tree, struct template_values *values)
{
	size_t known = 0;
	for (size_t i = 0; i < t->as.map.n; i++) {
		const struct pair *p = &t->as.map.item[i];
		const struct node *value = node_get(tree, p->key);
		known += value != NULL;
		if (value ? !template_read(arena, p->value, value, values) : !template_has_hole(p->value))
			return false;
	}
	return tree->kind == NODE_MAP && known == tree->as.map.n;
}

/* Elements that were left out make the tree the shorter one. */
static bool read_list(struct arena *arena, const struct node *t, const struct node *tree, struct template_values *values)
{
	size_t at = 0;
	for (size_t i = 0; tree->kind == NODE_LIST && i < t->as.list.n; i++) {
		struct template_values more = { 0 };
		if (at < tree->as.list.n && template_read(arena, t->as.list.item[i], tree->as.list.item[at], &more)) {
			for (size_t k = 0; k < more.n; k++)
				put(arena, values, more.item[k]);
			at++;
		} else if (!template_has_hole(t->as.list.item[i])) {
			return false;
		}
	}
	return tree->kind == NODE_LIST && at == tree->as.list.n;
}

bool template_read(struct arena *arena, const struct node *t, const struct node *tree, struct template_values *values)
{
	struct hole hole;
	if (t->kind == NODE_MAP)
		return read_map(arena, t, tree, values);
	if (t->kind == NODE_LIST)
		return read_list(arena, t, tree, values);
	if (t->kind != NODE_STRING || !find_hole(t->as.text, &hole))
		return node_equal(t, tree);
	if (hole.before.n == 0 && hole.after.n == 0)
		return read_whole(arena, &hole, tree, values);
	if (has_lines(t->as.text))
		return node_is_scalar(tree) && read_lines(arena, t->as.text, node_text(tree), values);
	return node_is_scalar(tree) && read_inside(arena, t->as.text, node_text(tree), values);
}
