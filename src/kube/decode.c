/* SPDX-License-Identifier: Apache-2.0 */
/* Tools of the decoders: see decode.h. */
#include "kube/decode.h"

#include "base/nearest.h"
#include "kube/names.h"

#include <string.h>

/* Readers limit nesting; this is for those that were told not to. Below it a subtree is one leaf. */
enum { DEPTH = 200 };

static size_t digits(size_t number)
{
	size_t n = 1;
	while (number > 9) {
		number /= 10;
		n++;
	}
	return n;
}

/* A key with other characters than those of names is written ["key"], so that its dots do not read as steps. */
static bool is_plain_key(str key)
{
	for (size_t i = 0; i < key.n; i++)
		if (!char_is_alnum(key.p[i]) && key.p[i] != '_' && key.p[i] != '-' && key.p[i] != '$')
			return false;
	return key.n > 0;
}

static size_t step_length(const struct step *step)
{
	if (!step->key.p)
		return digits(step->index) + 2;
	return is_plain_key(step->key) ? step->key.n + (step->up ? 1 : 0) : step->key.n + 4;
}

static char *put_back(char *end, str s)
{
	end -= s.n;
	if (s.n)
		memcpy(end, s.p, s.n);
	return end;
}

/* Written from its end, because steps know only the way up. */
static str path_of(struct arena *arena, const struct step *step)
{
	size_t n = 0;
	for (const struct step *s = step; s; s = s->up)
		n += step_length(s);
	char *p = arena_alloc(arena, 1, 1, n);
	char *end = p + n;
	for (const struct step *s = step; s; s = s->up) {
		if (!s->key.p) {
			*--end = ']';
			size_t number = s->index;
			for (size_t i = digits(number); i > 0; i--) {
				*--end = (char)('0' + number % 10);
				number /= 10;
			}
			*--end = '[';
		} else if (is_plain_key(s->key)) {
			end = put_back(end, s->key);
			if (s->up)
				*--end = '.';
		} else {
			end = put_back(end, STR("\"]"));
			end = put_back(end, s->key);
			end = put_back(end, STR("[\""));
		}
	}
	return (str){ p, n };
}

struct place decode_place(const struct node *node, uint32_t *span)
{
	if (node->kind == NODE_MAP && node->as.map.n > 0) {
		*span = (uint32_t)node->as.map.item[0].key.n;
		return node->as.map.item[0].key_at;
	}
	*span = node->span;
	return node->at;
}

struct place decode_value_place(const struct step *step, const struct node *node, uint32_t *span)
{
	*span = node->span;
	if (node_is_scalar(node) || !step->key.p)
		return node->at;
	*span = (uint32_t)step->key.n;
	return step->key_at;
}

static struct diag *report(struct decoder *d, enum diag_code code, enum diag_level level, struct place at, uint32_t span, str message)
{
	struct diag *diag = diag_add(d->snapshot->diags, code, (struct diag_site){ at, span, d->object }, message);
	diag->level = level;
	return diag;
}

void decode_report(struct decoder *d, const struct fault *fault, struct place at, uint32_t span)
{
	if (d->quiet)
		return;
	struct diag *diag = report(d, fault->code, fault->level, at, span, fault->message);
	diag->effect = fault->effect;
	diag->help = fault->help;
}

void decode_report_field(struct decoder *d, const struct fault *fault, const struct field *field)
{
	decode_report(d, fault, field->at, field->span);
}

void decode_wrong_type(struct decoder *d, enum diag_level level, const struct step *step, const struct node *node, const char *wanted)
{
	if (d->quiet)
		return;
	const struct step *named = step;
	while (!named->key.p && named->up)
		named = named->up;
	uint32_t span;
	struct place at = decode_value_place(step, node, &span);
	str message = arena_printf(d->snapshot->diags->arena, "%s\"%.*s\" must be %s, not %.*s", named == step ? "" : "an entry of ", STR_ARG(named->key),
		wanted, STR_ARG(node_kind_name(node)));
	struct diag *diag = report(d, DIAG_WRONG_TYPE, level, at, span, message);
	if (level == DIAG_ERROR) {
		diag->effect = STR(EFFECT_REFUSED "; here it counts as not written");
		diag->help = STR("look at the indentation and at the dashes of lists around it");
	} else {
		diag->effect = STR(EFFECT_REFUSED "; here it is taken as written");
		diag->help = node_is_scalar(node) && strcmp(wanted, "text") == 0 ? STR("put it in quotes") : STR("write it as the API asks for it");
	}
}

static str unknown_help(struct decoder *d, str key, const str *known, size_t n)
{
	struct arena *arena = d->snapshot->diags->arena;
	str near = nearest_word(key, known, n);
	if (near.n > 0)
		return arena_printf(arena, "did you mean \"%.*s\"?", STR_ARG(near));
	if (str_eq(key, STR("annotations")) || str_eq(key, STR("labels")))
		return STR("indent it to stand below metadata");
	if (str_eq(key, STR("number")))
		return STR("indent it to stand below port");
	if (str_find_char(key, '/') < key.n)
		return STR("if it is an annotation, it belongs below metadata.annotations");
	struct buf help;
	buf_init(&help, arena, 0);
	buf_add(&help, STR("look at its indentation; known here: "));
	for (size_t i = 0; i < n; i++) {
		buf_add(&help, i ? STR(", ") : STR(""));
		buf_add(&help, known[i]);
	}
	return buf_str(&help);
}

void decode_unknown(struct decoder *d, const struct pair *pair, const str *known, size_t n)
{
	if (d->quiet)
		return;
	str message = arena_printf(d->snapshot->diags->arena, "the API knows no field \"%.*s\" here", STR_ARG(pair->key));
	struct diag *diag = report(d, DIAG_UNKNOWN_FIELD, DIAG_WARNING, pair->key_at, (uint32_t)pair->key.n, message);
	diag->effect = STR("kubectl refuses the object, or the API server drops the field: it has no effect");
	if (diag->help.n == 0)
		diag->help = unknown_help(d, pair->key, known, n);
}

struct field *decode_field(struct decoder *d, str key, str value, struct place at, uint32_t span)
{
	struct field *field = NEW(d->arena, struct field);
	*field = (struct field){ key, arena_str(d->arena, value), at, span, (uint32_t)d->fields++ };
	if (d->ingress)
		LIST_PUSH(d->arena, &d->ingress->fields, field);
	if (d->vendor)
		LIST_PUSH(d->arena, &d->vendor->fields, field);
	return field;
}

struct field *decode_leaf(struct decoder *d, const struct step *step, const struct node *node)
{
	uint32_t span;
	struct place at = decode_value_place(step, node, &span);
	return decode_field(d, path_of(d->arena, step), node_text(node), at, span);
}

static void leaves(struct decoder *d, const struct step *step, const struct node *node, size_t depth)
{
	if (node->kind == NODE_MAP && node->as.map.n > 0 && depth < DEPTH) {
		for (size_t i = 0; i < node->as.map.n; i++)
			leaves(d, STEP_KEY(step, &node->as.map.item[i]), node->as.map.item[i].value, depth + 1);
	} else if (node->kind == NODE_LIST && node->as.list.n > 0 && depth < DEPTH) {
		for (size_t i = 0; i < node->as.list.n; i++)
			leaves(d, STEP_ENTRY(step, i), node->as.list.item[i], depth + 1);
	} else {
		decode_leaf(d, step, node);
	}
}

void decode_leaves(struct decoder *d, const struct step *step, const struct node *node)
{
	if (d->ingress || d->vendor)
		leaves(d, step, node, 0);
}

static bool is_kind(struct decoder *d, const struct step *step, const struct node *node, enum node_kind kind, const char *wanted)
{
	bool filled = node->kind == NODE_MAP ? node->as.map.n > 0 : node->kind == NODE_LIST && node->as.list.n > 0;
	if (node->kind == kind && filled)
		return true;
	if (node->kind != kind && node->kind != NODE_NULL)
		decode_wrong_type(d, DIAG_ERROR, step, node, wanted);
	decode_leaves(d, step, node);
	return false;
}

bool decode_is_map(struct decoder *d, const struct step *step, const struct node *node)
{
	return is_kind(d, step, node, NODE_MAP, "a map");
}

bool decode_is_list(struct decoder *d, const struct step *step, const struct node *node)
{
	return is_kind(d, step, node, NODE_LIST, "a list");
}

struct field *decode_text(struct decoder *d, const struct step *step, const struct node *node)
{
	if (!node_is_scalar(node)) {
		if (!node_is_null(node))
			decode_wrong_type(d, DIAG_ERROR, step, node, "text");
		decode_leaves(d, step, node);
		return NULL;
	}
	if (node->kind != NODE_STRING)
		decode_wrong_type(d, DIAG_WARNING, step, node, "text");
	return decode_leaf(d, step, node);
}

bool decode_placeholder(struct decoder *d, const struct field *field)
{
	static const struct fault fault = {
		DIAG_PLACEHOLDER, DIAG_WARNING, STR_INIT("a placeholder is not filled in"),
		STR_INIT("it is taken as written; what comes of it serves no real traffic"),
		STR_INIT("fill it in first (envsubst, helm template, kubectl kustomize), or by hand"),
	};
	if (!name_has_placeholder(field->value))
		return false;
	decode_report_field(d, &fault, field);
	return true;
}

struct field *decode_name(struct decoder *d, const struct step *step, const struct node *node, bool *open)
{
	struct field *field = decode_text(d, step, node);
	*open = field && decode_placeholder(d, field);
	return field;
}

str decode_copy(struct decoder *d, const struct node *node)
{
	return arena_str(d->arena, node_text(node));
}
