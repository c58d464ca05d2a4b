/* SPDX-License-Identifier: Apache-2.0 */
/* Where groups lie: see transform.h. */
#include "route/transform.h"

#include "base/buf.h"
#include "route/domain.h"

/* How many bytes an item takes. clipped: fewer only where the text ends behind them. */
struct width {
	bool known, clipped;
	size_t n;
};

/* The way from the whole expression down to a group, through sequences and groups alone. */
struct search {
	unsigned group;
	struct width before;         /* of all items before the one that is looked at */
	bool ends;                   /* behind it the text has to end */
	bool bare;                   /* behind it nothing takes a byte */
	bool last;                   /* nor asks for anything but the end, so that no choice within it is taken back */
	struct span found;
};

static bool is_end(const struct syntax *s)
{
	return s->kind == SYNTAX_ASSERT && (s->assertion == ASSERT_END || s->assertion == ASSERT_FINAL || s->assertion == ASSERT_LINE_END);
}

/* The text ends behind what the item takes, whatever it is. */
static bool asks_for_end(const struct syntax *s)
{
	switch (s->kind) {
	case SYNTAX_SET:
		return false;
	case SYNTAX_ASSERT:
		return is_end(s);
	case SYNTAX_GROUP:
		return asks_for_end(s->items.item[0]);
	case SYNTAX_REPEAT:
		return s->min > 0 && asks_for_end(s->items.item[0]);
	case SYNTAX_SEQUENCE:
		return s->items.n && asks_for_end(s->items.item[s->items.n - 1]);
	case SYNTAX_CHOICE:
		for (size_t i = 0; i < s->items.n; i++)
			if (!asks_for_end(s->items.item[i]))
				return false;
		return true;
	}
	return false;
}

/* What is found begins where the text does. */
static bool begins_at_start(const struct syntax *s)
{
	while (s->kind == SYNTAX_GROUP || (s->kind == SYNTAX_SEQUENCE && s->items.n))
		s = s->items.item[0];
	return s->kind == SYNTAX_ASSERT && s->assertion == ASSERT_BEGIN;
}

/* A byte of any path. */
static bool takes_any(const struct syntax *s)
{
	while (s->kind == SYNTAX_GROUP)
		s = s->items.item[0];
	struct bytes alphabet = domain_alphabet(DOMAIN_VALUE), set = s->set;
	bytes_keep(&set, &alphabet);
	return s->kind == SYNTAX_SET && bytes_eq(&set, &alphabet);
}

/* With nothing behind it, the item takes all that is left. */
static bool takes_rest(const struct syntax *s)
{
	switch (s->kind) {
	case SYNTAX_SET:
		return false;
	case SYNTAX_ASSERT:
		return is_end(s);
	case SYNTAX_GROUP:
		return takes_rest(s->items.item[0]);
	case SYNTAX_REPEAT:
		return !s->lazy && s->max == REPEAT_ANY && takes_any(s->items.item[0]);
	case SYNTAX_SEQUENCE:
		return s->items.n && takes_rest(s->items.item[s->items.n - 1]);
	case SYNTAX_CHOICE:
		for (size_t i = 0; i < s->items.n; i++)
			if (!takes_rest(s->items.item[i]))
				return false;
		return true;
	}
	return false;
}

/* ---- widths ---- */

static struct width width_of(const struct syntax *s);

/* More behind what is known so far. Behind a clipped item only what takes no byte can follow where it was clipped. */
static struct width add_width(struct width a, struct width b)
{
	return (struct width){ a.known && b.known, a.clipped || b.clipped, a.n + b.n };
}

/* Alternatives of one width, beside such as end the text and are no wider. */
static struct width choice_width(const struct syntax *s)
{
	struct width all = { 0 };
	bool ends = false;
	size_t widest_end = 0;
	for (size_t i = 0; i < s->items.n; i++) {
		const struct syntax *one = s->items.item[i];
		struct width w = width_of(one);
		if (!w.known)
			return (struct width){ 0 };
		if (asks_for_end(one)) {
			ends = true;
			widest_end = w.n > widest_end ? w.n : widest_end;
			continue;
		}
		if (all.known && all.n != w.n)
			return (struct width){ 0 };
		all = (struct width){ true, all.clipped || w.clipped, w.n };
	}
	if (!all.known)
		return (struct width){ true, s->items.n > 1, widest_end };
	return (struct width){ widest_end <= all.n, all.clipped || ends, all.n };
}

static struct width width_of(const struct syntax *s)
{
	struct width w = { .known = true };
	switch (s->kind) {
	case SYNTAX_SET:
		w.n = 1;
		return w;
	case SYNTAX_ASSERT:
		return w;
	case SYNTAX_GROUP:
		return width_of(s->items.item[0]);
	case SYNTAX_REPEAT:
		w = width_of(s->items.item[0]);
		w.known = w.known && s->min == s->max && !w.clipped;
		w.n *= s->min;
		return w;
	case SYNTAX_SEQUENCE:
		for (size_t i = 0; i < s->items.n; i++)
			w = add_width(w, width_of(s->items.item[i]));
		return w;
	case SYNTAX_CHOICE:
		return choice_width(s);
	}
	return (struct width){ 0 };
}

/* ---- the group ---- */

static void look(struct search *search, const struct syntax *s);

/* The item is the group. */
static void found(struct search *search, const struct syntax *content)
{
	struct width w = width_of(content);
	if (!search->before.known)
		return;
	if (search->bare && (search->ends || (search->last && takes_rest(content))))
		search->found = (struct span){ SPAN_REST, search->before.n, 0 };
	else if (w.known)
		search->found = (struct span){ SPAN_PART, search->before.n, w.n };
}

static void look_through(struct search *search, const struct syntax *s)
{
	bool ends = search->ends, bare = search->bare, last = search->last;
	for (size_t i = 0; i < s->items.n; i++) {
		search->ends = ends;
		search->bare = bare;
		search->last = last;
		for (size_t k = s->items.n; k-- > i + 1;) {
			const struct syntax *one = s->items.item[k];
			struct width w = width_of(one);
			search->ends = search->ends || (search->bare && asks_for_end(one));
			search->bare = search->bare && w.known && w.n == 0;
			search->last = search->last && is_end(one);
		}
		look(search, s->items.item[i]);
		search->before = add_width(search->before, width_of(s->items.item[i]));
	}
}

/* "(x)?" with the end behind it: where it takes nothing, nothing is left, and the group is empty as well. */
static void look_into(struct search *search, const struct syntax *s)
{
	const struct syntax *only = s->items.item[0];
	if (s->max == 1 && s->min == 0 && search->ends && search->bare && only->kind == SYNTAX_GROUP && only->group == search->group)
		found(search, only->items.item[0]);
}

static void look(struct search *search, const struct syntax *s)
{
	struct width before = search->before;
	switch (s->kind) {
	case SYNTAX_SET:
	case SYNTAX_ASSERT:
	case SYNTAX_CHOICE:
		return;
	case SYNTAX_REPEAT:
		look_into(search, s);
		return;
	case SYNTAX_GROUP:
		if (s->group == search->group)
			found(search, s->items.item[0]);
		else
			look(search, s->items.item[0]);
		break;
	case SYNTAX_SEQUENCE:
		look_through(search, s);
		break;
	}
	search->before = before;
}

struct span language_span(const struct language *l, unsigned group)
{
	struct search search = { .group = group, .before = { .known = true }, .ends = l->anchoring == ANCHOR_FULL, .bare = true, .last = true };
	if (group > l->groups)
		return (struct span){ SPAN_PART, 0, 0 };
	if (l->anchoring == ANCHOR_SEARCH && !begins_at_start(l->tree))
		return search.found;
	if (group == 0)
		found(&search, l->tree);
	else
		look(&search, l->tree);
	return search.found;
}

/* ---- how texts begin ---- */

struct beginning {
	struct buf text;
	size_t at;                   /* how much of it the expression has taken */
};

static int only_byte(const struct bytes *set)
{
	int only = -1;
	for (unsigned byte = 0; byte < 256; byte++) {
		if (bytes_has(set, byte) && only >= 0)
			return -1;
		only = bytes_has(set, byte) ? (int)byte : only;
	}
	return only;
}

static bool take_byte(struct beginning *b, const struct bytes *set)
{
	if (b->at < b->text.n) {
		b->at++;
		return bytes_has(set, (unsigned char)b->text.p[b->at - 1]);
	}
	int byte = only_byte(set);
	if (byte >= 0)
		buf_add_char(&b->text, (char)byte);
	b->at++;
	return byte >= 0;
}

/* False: it may go on in several ways. */
static bool take(struct beginning *b, const struct syntax *s)
{
	switch (s->kind) {
	case SYNTAX_SET:
		return take_byte(b, &s->set);
	case SYNTAX_ASSERT:
		return s->assertion == ASSERT_BEGIN;
	case SYNTAX_GROUP:
		return take(b, s->items.item[0]);
	case SYNTAX_SEQUENCE:
		for (size_t i = 0; i < s->items.n; i++)
			if (!take(b, s->items.item[i]))
				return false;
		return true;
	case SYNTAX_REPEAT:
	case SYNTAX_CHOICE:
		break;
	}
	return false;
}

str language_head(struct arena *arena, const struct language *l, str head)
{
	struct beginning b = { .at = 0 };
	if (l->kind != LANGUAGE_REGEX || (l->anchoring == ANCHOR_SEARCH && !begins_at_start(l->tree)))
		return head;
	buf_init(&b.text, arena, 0);
	buf_add(&b.text, head);
	(void)take(&b, l->tree);
	return buf_str(&b.text);
}
