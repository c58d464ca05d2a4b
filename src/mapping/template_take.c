/* SPDX-License-Identifier: Apache-2.0 */
/* Templates as parts of a whole: see template_take.h. */
#include "mapping/template_take.h"

#include "base/buf.h"
#include "mapping/conversion.h"

/* ---- places ---- */

/* A key of a JSON pointer has two characters that it must not have as they are. */
static str below(struct arena *arena, str at, str key)
{
	struct buf out;
	buf_init(&out, arena, 0);
	buf_add(&out, at);
	buf_add_char(&out, '/');
	for (size_t i = 0; i < key.n; i++) {
		if (key.p[i] == '~' || key.p[i] == '/')
			buf_add(&out, key.p[i] == '~' ? STR("~0") : STR("~1"));
		else
			buf_add_char(&out, key.p[i]);
	}
	return buf_str(&out);
}

static str element(struct arena *arena, str at, size_t i)
{
	return arena_printf(arena, "%.*s/%zu", STR_ARG(at), i);
}

/* The winning value stands in the place of the template's own. */
static bool has_won(const struct taking *t, str at, const struct node *have)
{
	for (size_t i = 0; t->kind && i < t->kind->merge.n; i++)
		if (str_eq(t->kind->merge.item[i].field, at) && t->kind->merge.item[i].wins.n)
			return node_is_scalar(have) && str_eq(node_text(have), t->kind->merge.item[i].wins);
	return false;
}

static bool has_unit(const struct node *node)
{
	str text = node_text(node);
	return text.n && !char_is_digit(text.p[text.n - 1]);
}

/* One value, though it may be written in another way. */
static bool same_scalar(const struct node *a, const struct node *b)
{
	int64_t x, y;
	if (node_equal(a, b))
		return true;
	if (!node_is_scalar(a) || !node_is_scalar(b))
		return false;
	if (duration_read(node_text(a), &x) && duration_read(node_text(b), &y))
		return x == y;
	return (has_unit(a) || has_unit(b)) && quantity_read(node_text(a), &x) && quantity_read(node_text(b), &y) && x == y;
}

/* ---- first: what the fields are ---- */

enum found { NOT_THERE, LITERALS, FIELDS, NO_FIELD };   /* none of it; literals alone; some field; as if no field had a value */

static bool same_value(const struct template_value *a, const struct template_value *b)
{
	bool same = a->kind == b->kind && str_eq(a->text, b->text) && a->number == b->number && a->list.n == b->list.n;
	for (size_t i = 0; same && i < a->list.n; i++)
		same = str_eq(a->list.item[i], b->list.item[i]);
	return same;
}

/* False: a field has another value already. */
static bool join(struct arena *arena, struct template_values *values, const struct template_values *more)
{
	for (size_t i = 0; i < more->n; i++) {
		const struct template_value *have = template_value(values, more->item[i].name);
		if (have && !same_value(have, &more->item[i]))
			return false;
		if (!have)
			LIST_PUSH(arena, values, more->item[i]);
	}
	return true;
}

static enum found find(const struct taking *t, const struct node *template, const struct node *tree, str at, struct template_values *values);

/* What has fields in it may be absent, or be somebody else's; a text that has another form than the template's tells that all of it is. */
static enum found find_in_map(const struct taking *t, const struct node *template, const struct node *tree, str at, struct template_values *values)
{
	enum found all = LITERALS;
	for (size_t i = 0; i < template->as.map.n; i++) {
		const struct pair *p = &template->as.map.item[i];
		const struct node *value = node_get(tree, p->key);
		enum found one = value ? find(t, p->value, value, below(t->arena, at, p->key), values) : NOT_THERE;
		if (one == NOT_THERE && (!template_has_hole(p->value) || (value && template_is_partial(p->value))))
			return NOT_THERE;
		if (one == FIELDS || (one != LITERALS && all == LITERALS))
			all = one == FIELDS ? FIELDS : NO_FIELD;
	}
	return all;
}

static enum found find_in_list(const struct taking *t, const struct node *template, const struct node *tree, str at, struct template_values *values)
{
	enum found all = LITERALS;
	bool *used = NEWS(t->arena, bool, tree->as.list.n + 1);
	for (size_t i = 0; i < template->as.list.n; i++) {
		const struct node *wanted = template->as.list.item[i];
		bool hole = template_has_hole(wanted);
		enum found one = NOT_THERE;
		for (size_t k = 0; k < tree->as.list.n && one == NOT_THERE; k++) {
			if (!used[k])
				one = find(t, wanted, tree->as.list.item[k], element(t->arena, at, k), values);
			if (one == NO_FIELD)
				one = NOT_THERE;
			used[k] = used[k] || one != NOT_THERE;
		}
		if (one == NOT_THERE && !hole)
			return NOT_THERE;
		if (hole && all != FIELDS)
			all = one == FIELDS ? FIELDS : NO_FIELD;
	}
	return all;
}

static enum found find_scalar(const struct taking *t, const struct node *template, const struct node *tree, str at, struct template_values *values)
{
	struct template_values own = { 0 };
	if (!template_has_hole(template))
		return same_scalar(template, tree) || has_won(t, at, tree) ? LITERALS : NOT_THERE;
	if (!template_read(t->arena, template, tree, &own) || !join(t->arena, values, &own))
		return NOT_THERE;
	return own.n ? FIELDS : NO_FIELD;
}

/* What was read of something that is not there after all does not count. */
static enum found find(const struct taking *t, const struct node *template, const struct node *tree, str at, struct template_values *values)
{
	size_t before = values->n;
	enum found found = NOT_THERE;
	if (template->kind == NODE_MAP && tree->kind == NODE_MAP)
		found = find_in_map(t, template, tree, at, values);
	else if (template->kind == NODE_LIST && tree->kind == NODE_LIST)
		found = find_in_list(t, template, tree, at, values);
	else if (template->kind != NODE_MAP && template->kind != NODE_LIST)
		found = find_scalar(t, template, tree, at, values);
	if (found == NOT_THERE)
		values->n = before;
	return found;
}

/* ---- second: whether all is there that the template says with these fields ---- */

struct checking {
	const struct taking *taking;
	const struct template_places *filled;   /* fields in what the template says */
	struct template_places places;          /* the same in the tree */
	struct str_list leaves;                 /* their places in the tree */
};

static bool is_leaf(const struct node *node)
{
	return node->kind == NODE_MAP ? node->as.map.n == 0 : node->kind != NODE_LIST || node->as.list.n == 0;
}

static void keep_leaves(struct checking *c, const struct node *tree, str at)
{
	struct arena *arena = c->taking->arena;
	if (is_leaf(tree))
		LIST_PUSH(arena, &c->leaves, at);
	for (size_t i = 0; tree->kind == NODE_MAP && i < tree->as.map.n; i++)
		keep_leaves(c, tree->as.map.item[i].value, below(arena, at, tree->as.map.item[i].key));
	for (size_t i = 0; tree->kind == NODE_LIST && i < tree->as.list.n; i++)
		keep_leaves(c, tree->as.list.item[i], element(arena, at, i));
}

/* Where something stands: in what the template says, and in the tree. */
struct two_places {
	str said, at;
};

static bool is_field(struct checking *c, struct two_places p)
{
	bool field = false;
	for (size_t i = 0; i < c->filled->n; i++) {
		struct template_place place = { c->filled->item[i].field, p.at };
		if (!str_eq(c->filled->item[i].at, p.said))
			continue;
		field = true;
		LIST_PUSH(c->taking->arena, &c->places, place);
	}
	return field;
}

static bool holds(struct checking *c, const struct node *said, const struct node *tree, struct two_places p);

static bool map_holds(struct checking *c, const struct node *said, const struct node *tree, struct two_places p)
{
	struct arena *arena = c->taking->arena;
	for (size_t i = 0; i < said->as.map.n; i++) {
		const struct pair *pair = &said->as.map.item[i];
		const struct node *value = node_get(tree, pair->key);
		/* template_fill() writes keys as they are */
		const struct two_places q = { arena_printf(arena, "%.*s/%.*s", STR_ARG(p.said), STR_ARG(pair->key)), below(arena, p.at, pair->key) };
		if (!value || !holds(c, pair->value, value, q))
			return false;
	}
	return true;
}

/* The value of one field is the whole list; else each element of the template is one of the list. */
static bool list_holds(struct checking *c, const struct node *said, const struct node *tree, struct two_places p)
{
	struct arena *arena = c->taking->arena;
	bool *used = NEWS(arena, bool, tree->as.list.n + 1);
	if (is_field(c, p)) {
		keep_leaves(c, tree, p.at);
		return node_equal(said, tree);
	}
	for (size_t i = 0; i < said->as.list.n; i++) {
		bool found = false;
		for (size_t k = 0; k < tree->as.list.n && !found; k++) {
			const struct two_places q = { element(arena, p.said, i), element(arena, p.at, k) };
			found = !used[k] && holds(c, said->as.list.item[i], tree->as.list.item[k], q);
			used[k] = used[k] || found;
		}
		if (!found)
			return false;
	}
	return true;
}

static bool holds(struct checking *c, const struct node *said, const struct node *tree, struct two_places p)
{
	size_t leaves = c->leaves.n, places = c->places.n;
	bool held;
	if (said->kind == NODE_MAP && tree->kind == NODE_MAP) {
		held = map_holds(c, said, tree, p);
		if (held && is_leaf(tree))
			keep_leaves(c, tree, p.at);
	} else if (said->kind == NODE_LIST && tree->kind == NODE_LIST) {
		held = list_holds(c, said, tree, p);
	} else if (same_scalar(said, tree)) {
		held = true;
		(void)is_field(c, p);
		keep_leaves(c, tree, p.at);
	} else {
		held = has_won(c->taking, p.at, tree) && node_is_scalar(said);
	}
	if (held)
		return true;
	c->leaves.n = leaves;
	c->places.n = places;
	return false;
}

/* ---- the whole ---- */

void taking_start(struct taking *taking, struct arena *arena, const struct node *tree, const struct policy_kind *kind)
{
	*taking = (struct taking){ arena, tree, kind, { 0 } };
	map_init(&taking->known, arena);
}

bool template_take(struct taking *t, const struct node *template, struct template_values *values, struct template_places *places)
{
	struct template_places filled = { 0 };
	const str root = { "", 0 };
	struct template_values own = { 0 };
	enum found found = find(t, template, t->tree, root, &own);
	const struct node *said = found == FIELDS || found == LITERALS ? template_fill(t->arena, template, &own, &filled) : NULL;
	struct checking c = { .taking = t, .filled = &filled };
	if (!said || !holds(&c, said, t->tree, (struct two_places){ root, root }))
		return false;
	for (size_t i = 0; i < c.leaves.n; i++)
		map_set(&t->known, c.leaves.item[i], t);
	*values = own;
	if (places)
		*places = c.places;
	return true;
}

static void add_rest(const struct taking *t, const struct node *tree, str at, struct template_leaves *rest)
{
	if (is_leaf(tree)) {
		struct template_leaf leaf = { at, tree->at };
		if (!map_get(&t->known, at))
			LIST_PUSH(t->arena, rest, leaf);
		return;
	}
	for (size_t i = 0; tree->kind == NODE_MAP && i < tree->as.map.n; i++)
		add_rest(t, tree->as.map.item[i].value, below(t->arena, at, tree->as.map.item[i].key), rest);
	for (size_t i = 0; tree->kind == NODE_LIST && i < tree->as.list.n; i++)
		add_rest(t, tree->as.list.item[i], element(t->arena, at, i), rest);
}

void taking_rest(const struct taking *taking, struct template_leaves *rest)
{
	/* an object that says nothing leaves nothing open */
	if (!is_leaf(taking->tree))
		add_rest(taking, taking->tree, (str){ "", 0 }, rest);
}
