/* SPDX-License-Identifier: Apache-2.0 */
#include "route/transform.h"

#include "base/buf.h"
#include "route/pattern.h"

/* ---- pieces ---- */

/* What is said by fewer pieces is: texts that follow each other, stretches that touch. */
static void add_piece(struct arena *arena, struct transform *t, struct piece piece)
{
	struct piece *last = t->pieces.n ? &t->pieces.item[t->pieces.n - 1] : NULL;
	if ((piece.kind == PIECE_TEXT && piece.text.n == 0) || (piece.kind == PIECE_PART && piece.n == 0))
		return;
	if (last && piece.kind == PIECE_TEXT && last->kind == PIECE_TEXT) {
		last->text = arena_join(arena, last->text, piece.text);
		return;
	}
	bool touch = last && last->kind == PIECE_PART && last->at + last->n == piece.at;
	if (touch && piece.kind == PIECE_REST) {
		last->kind = PIECE_REST;
		last->n = 0;
	} else if (touch && piece.kind == PIECE_PART) {
		last->n += piece.n;
	} else {
		LIST_PUSH(arena, &t->pieces, piece);
	}
}

static void add_text(struct arena *arena, struct transform *t, str text)
{
	add_piece(arena, t, (struct piece){ .kind = PIECE_TEXT, .text = text });
}

static void add_group(struct arena *arena, struct transform *t, unsigned group)
{
	struct span span = language_span(t->expression, group);
	switch (span.kind) {
	case SPAN_REST:
		add_piece(arena, t, (struct piece){ .kind = PIECE_REST, .at = span.at });
		return;
	case SPAN_PART:
		add_piece(arena, t, (struct piece){ .kind = PIECE_PART, .at = span.at, .n = span.n });
		return;
	case SPAN_UNKNOWN:
		add_piece(arena, t, (struct piece){ .kind = PIECE_GROUP, .group = group });
		return;
	}
}

/* ---- makers ---- */

bool transform_template(struct arena *arena, const struct language *expression, str template, struct transform *out)
{
	*out = (struct transform){ .expression = expression };
	while (template.n) {
		size_t dollar = str_find_char(template, '$');
		add_text(arena, out, str_slice(template, 0, dollar));
		template = str_from(template, dollar);
		if (!template.n)
			break;
		char digit = template.n > 1 ? template.p[1] : 0;
		if (digit < '1' || digit > '9')
			return false;
		add_group(arena, out, (unsigned)(digit - '0'));
		template = str_from(template, 2);
	}
	return true;
}

void transform_prefix(struct arena *arena, str prefix, str with, struct transform *out)
{
	*out = (struct transform){ 0 };
	if (str_ends(prefix, STR("/")))
		prefix.n--;
	if (str_ends(with, STR("/")))
		with.n--;
	/* behind the prefix stands nothing or a slash, so that the root and what follows that slash is what an empty path becomes too */
	if (with.n == 0 && prefix.n)
		add_text(arena, out, STR("/"));
	else
		add_text(arena, out, with);
	add_piece(arena, out, (struct piece){ .kind = PIECE_REST, .at = prefix.n + (with.n == 0 && prefix.n) });
}

void transform_constant(struct arena *arena, str path, struct transform *out)
{
	*out = (struct transform){ 0 };
	add_text(arena, out, path);
}

void transform_identity(struct arena *arena, struct transform *out)
{
	*out = (struct transform){ 0 };
	add_piece(arena, out, (struct piece){ .kind = PIECE_REST });
}

/* ---- what is known ---- */

struct known language_known(const struct language *l)
{
	bool text = l->kind == LANGUAGE_TEXT || l->kind == LANGUAGE_BEGINNING || l->kind == LANGUAGE_ELEMENTS;
	if (!text || l->nocase || l->text.n == 0)
		return (struct known){ STR_INIT("/"), false };
	return (struct known){ l->text, l->kind == LANGUAGE_TEXT };
}

/* The known part of a stretch as text, and the rest of it as it was. */
static void add_narrowed(struct arena *arena, struct transform *out, struct piece piece, struct known known)
{
	size_t end = piece.kind == PIECE_REST ? SIZE_MAX : piece.at + piece.n;
	str text = str_slice(known.head, piece.at, end < known.head.n ? end : known.head.n);
	if (text.n) {
		add_text(arena, out, text);
		piece.at += text.n;
		piece.n -= piece.kind == PIECE_PART ? text.n : 0;
	}
	if (!known.whole)
		add_piece(arena, out, piece);
}

void transform_narrow(struct arena *arena, const struct transform *t, struct known known, struct transform *out)
{
	struct transform from = *t;
	*out = (struct transform){ .expression = from.expression };
	for (size_t i = 0; i < from.pieces.n; i++) {
		struct piece piece = from.pieces.item[i];
		if (piece.kind == PIECE_REST || piece.kind == PIECE_PART)
			add_narrowed(arena, out, piece, known);
		else
			add_piece(arena, out, piece);
	}
}

/* ---- comparing ---- */

bool transform_is_identity(const struct transform *t)
{
	return t->pieces.n == 1 && t->pieces.item[0].kind == PIECE_REST && t->pieces.item[0].at == 0;
}

static bool same_expression(const struct language *a, const struct language *b)
{
	if (!a || !b)
		return a == b;
	return str_eq(a->text, b->text) && a->dialect == b->dialect && a->anchoring == b->anchoring && a->flags == b->flags;
}

static bool same_piece(const struct piece *a, const struct piece *b)
{
	return a->kind == b->kind && str_eq(a->text, b->text) && a->at == b->at && a->n == b->n && a->group == b->group;
}

bool transform_equal(const struct transform *a, const struct transform *b)
{
	if (a->pieces.n != b->pieces.n)
		return false;
	for (size_t i = 0; i < a->pieces.n; i++) {
		const struct piece *one = &a->pieces.item[i];
		if (!same_piece(one, &b->pieces.item[i]) || (one->kind == PIECE_GROUP && !same_expression(a->expression, b->expression)))
			return false;
	}
	return true;
}

/* ---- one path ---- */

struct pattern *language_pattern(struct arena *arena, const struct language *l)
{
	if (l->kind != LANGUAGE_REGEX)
		return NULL;
	const char *head = l->anchoring == ANCHOR_SEARCH ? "(?:" : "\\A(?:", *tail = l->anchoring == ANCHOR_FULL ? ")\\z" : ")";
	str regex = arena_printf(arena, "%s%.*s%s", head, STR_ARG(l->text), tail);
	return pattern_new(arena, regex, l->nocase ? PATTERN_NOCASE : 0, NULL, NULL);
}

static str stretch(const struct piece *piece, str path)
{
	return piece->kind == PIECE_REST ? str_from(path, piece->at) : str_slice(path, piece->at, piece->at + piece->n);
}

bool transform_apply(struct arena *arena, struct matcher *matcher, const struct transform *t, const struct pattern *pattern, str path,
	str *out)
{
	str group[PATTERN_GROUPS] = { { "", 0 } };
	struct buf b;
	if (pattern && pattern_search(matcher, pattern, path, group) != FOUND)
		return false;
	buf_init(&b, arena, 0);
	for (size_t i = 0; i < t->pieces.n; i++) {
		const struct piece *piece = &t->pieces.item[i];
		if (piece->kind == PIECE_TEXT)
			buf_add(&b, piece->text);
		else if (piece->kind == PIECE_GROUP)
			buf_add(&b, piece->group < PATTERN_GROUPS ? group[piece->group] : STR(""));
		else
			buf_add(&b, stretch(piece, path));
	}
	*out = buf_str(&b);
	return true;
}
