/* SPDX-License-Identifier: Apache-2.0 */
/* Label selectors: see selector.h (grammar: k8s.io/apimachinery pkg/labels). */
#include "kube/selector.h"

#include "kube/names.h"

/* The text up to the next comma that stands outside of brackets. */
static str next_part(str *rest)
{
	size_t depth = 0, i = 0;
	while (i < rest->n && (depth || rest->p[i] != ',')) {
		if (rest->p[i] == '(')
			depth++;
		else if (rest->p[i] == ')' && depth)
			depth--;
		i++;
	}
	str part = str_trim(str_slice(*rest, 0, i));
	*rest = str_from(*rest, i < rest->n ? i + 1 : i);
	return part;
}

static bool fail(struct arena *arena, str *error, const char *what, str part)
{
	*error = arena_printf(arena, "%s in '%.*s'", what, STR_ARG(part));
	return false;
}

static bool read_values(struct arena *arena, str text, str part, struct requirement *r, str *error)
{
	text = str_trim(text);
	if (text.n < 2 || text.p[0] != '(' || text.p[text.n - 1] != ')')
		return fail(arena, error, "values in brackets are missing", part);
	text = str_slice(text, 1, text.n - 1);
	while (text.n) {
		str value;
		str_cut(text, ',', &value, &text);
		LIST_PUSH(arena, &r->values, str_trim(value));
	}
	return r->values.n > 0 || fail(arena, error, "a value is missing", part);
}

/* "key in (a,b)", "key notin (a,b)" */
static bool read_set(struct arena *arena, str part, str key, str rest, struct requirement *r, str *error)
{
	r->key = key;
	rest = str_trim(rest);
	if (str_starts(rest, STR("in")))
		r->op = LABEL_IN;
	else if (str_starts(rest, STR("notin")))
		r->op = LABEL_NOT_IN;
	else
		return fail(arena, error, "there is no operator like that", part);
	return read_values(arena, str_from(rest, r->op == LABEL_IN ? 2 : 5), part, r, error);
}

/* "key=value", "key==value", "key!=value" */
static bool read_equal(struct arena *arena, str part, size_t at, struct requirement *r)
{
	bool negated = at > 0 && part.p[at - 1] == '!';
	str value = str_from(part, at + 1);
	if (!negated && str_starts(value, STR("=")))
		value = str_from(value, 1);
	r->op = negated ? LABEL_NOT_IN : LABEL_IN;
	r->key = str_trim(str_slice(part, 0, negated ? at - 1 : at));
	LIST_PUSH(arena, &r->values, str_trim(value));
	return true;
}

static bool read_part(struct arena *arena, str part, struct requirement *r, str *error)
{
	size_t bracket = str_find_char(part, '('), equal = str_find_char(part, '=');
	str key, rest;
	if (part.n == 0)
		return fail(arena, error, "a requirement is missing", part);
	if (equal < part.n && equal < bracket)
		return read_equal(arena, part, equal, r);
	if (str_cut(part, ' ', &key, &rest) && str_trim(rest).n)
		return read_set(arena, part, key, rest, r, error);
	bool absent = part.p[0] == '!';
	r->op = absent ? LABEL_ABSENT : LABEL_EXISTS;
	r->key = str_trim(absent ? str_from(part, 1) : part);
	return true;
}

static bool is_good(struct arena *arena, str part, const struct requirement *r, str *error)
{
	if (!name_is_qualified(r->key))
		return fail(arena, error, "that is no key of a label", part);
	for (size_t i = 0; i < r->values.n; i++)
		if (!name_is_label_value(r->values.item[i]))
			return fail(arena, error, "that is no value of a label", part);
	return true;
}

bool selector_parse(struct arena *arena, str text, struct selector *out, str *error)
{
	bool more = true;
	while (more) {
		struct requirement r = { 0 };
		str before = text, part = next_part(&text);
		more = before.n > 0 && text.p > before.p && text.p[-1] == ',';
		if (!read_part(arena, part, &r, error) || !is_good(arena, part, &r, error))
			return false;
		LIST_PUSH(arena, out, r);
	}
	return true;
}

bool selector_fits(const struct selector *selector, const struct meta *meta)
{
	for (size_t i = 0; i < selector->n; i++) {
		const struct requirement *r = &selector->item[i];
		const struct field *label = meta_label(meta, r->key);
		bool in = label && str_list_has(&r->values, label->value);
		bool fits = r->op == LABEL_IN ? in : r->op == LABEL_NOT_IN ? !in : r->op == LABEL_EXISTS ? label != NULL : label == NULL;
		if (!fits)
			return false;
	}
	return true;
}
