/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Path texts and rewrites in normal form. The shapes are those of the table of rewrite-target in the documentation of
 * ingress-nginx: the whole decoded path is replaced by the target, in which $1..$9 are the groups of the Ingress path.
 */
#include "base/buf.h"
#include "route/model.h"

bool path_is_literal(str path, bool strict)
{
	for (size_t i = 0; i < path.n; i++) {
		char c = path.p[i];
		if (str_find_char(STR("\\^$|?*+()[]{}"), c) < 13 || (strict && c == '.'))
			return false;
	}
	return true;
}

/* Both cases of a letter, inside a character class. */
static void fold_in_class(struct buf *b, char c)
{
	buf_add_char(b, char_lower(c));
	buf_add_char(b, (char)(char_lower(c) - 'a' + 'A'));
}

/* A character class, from its bracket on; ranges of letters become two. Returns the bytes read. */
static size_t fold_class(struct buf *b, str s)
{
	size_t i = 0;
	buf_add_char(b, s.p[i++]);
	while (i < s.n && s.p[i] != ']') {
		char c = s.p[i];
		if (c == '\\' && i + 1 < s.n) {
			buf_add(b, str_slice(s, i, i + 2));
			i += 2;
		} else if (i + 2 < s.n && s.p[i + 1] == '-' && char_is_alpha(c) && char_is_alpha(s.p[i + 2])) {
			char low = char_lower(c), high = char_lower(s.p[i + 2]);
			buf_printf(b, "%c-%c%c-%c", low, high, low - 'a' + 'A', high - 'a' + 'A');
			i += 3;
		} else {
			if (char_is_alpha(c))
				fold_in_class(b, c);
			else
				buf_add_char(b, c);
			i++;
		}
	}
	return i;
}

/* "(?" and what names the kind of the group. */
static size_t copy_group_head(struct buf *b, str s)
{
	size_t i = 2;
	while (i < s.n && str_find_char(STR(":)=!>"), s.p[i]) == 5)
		i++;
	i = i < s.n ? i + 1 : i;
	buf_add(b, str_slice(s, 0, i));
	return i;
}

str path_fold_case(struct arena *arena, str path)
{
	struct buf b;
	buf_init(&b, arena, 0);
	for (size_t i = 0; i < path.n;) {
		char c = path.p[i];
		if (c == '\\' && i + 1 < path.n) {
			buf_add(&b, str_slice(path, i, i + 2));
			i += 2;
		} else if (c == '[') {
			i += fold_class(&b, str_from(path, i));
		} else if (str_starts(str_from(path, i), STR("(?"))) {
			i += copy_group_head(&b, str_from(path, i));
		} else {
			if (char_is_alpha(c)) {
				buf_add_char(&b, '[');
				fold_in_class(&b, c);
				buf_add_char(&b, ']');
			} else {
				buf_add_char(&b, c);
			}
			i++;
		}
	}
	return buf_str(&b);
}

/* The tails of a path after which one group holds the rest of the request's path. */
struct shape {
	str tail;          /* what follows the literal prefix */
	str group;         /* the group that holds the rest, as it stands in the target */
	bool rest_slash;   /* the rest begins with the slash */
	str reason;        /* where the prefix form answers differently, or empty */
};

static const struct shape SHAPES[] = {
	{ STR_INIT("(/|$)(.*)"), STR_INIT("$2"), false, STR_INIT("") },
	{ STR_INIT("(/|$)(.*)$"), STR_INIT("$2"), false, STR_INIT("") },
	{ STR_INIT("($|/)(.*)"), STR_INIT("$2"), false, STR_INIT("") },
	{ STR_INIT("($|/)(.*)$"), STR_INIT("$2"), false, STR_INIT("") },
	{ STR_INIT("(/|$)(.+)"), STR_INIT("$2"), false, STR_INIT("the path without a rest is matched as well") },
	{ STR_INIT("(/?)(.*)"), STR_INIT("$2"), false, STR_INIT("paths that merely begin with the same text are no longer matched") },
	{ STR_INIT("/?(.*)"), STR_INIT("$1"), false, STR_INIT("paths that merely begin with the same text are no longer matched") },
	{ STR_INIT("/?(.*)$"), STR_INIT("$1"), false, STR_INIT("paths that merely begin with the same text are no longer matched") },
	{ STR_INIT("(/.*)?"), STR_INIT("$1"), true, STR_INIT("the path without a rest reaches the service instead of failing with 500") },
	{ STR_INIT("(/.*)"), STR_INIT("$1"), true, STR_INIT("the path without a rest is matched as well") },
	{ STR_INIT("/(.*)"), STR_INIT("$1"), false, STR_INIT("the path without its last slash is matched as well") },
	{ STR_INIT("/(.*)$"), STR_INIT("$1"), false, STR_INIT("the path without its last slash is matched as well") },
	{ STR_INIT("/(.+)"), STR_INIT("$1"), false, STR_INIT("the path without a rest is matched as well") },
	{ STR_INIT("(.*)"), STR_INIT("$1"), false, STR_INIT("") },
	{ STR_INIT("/*(.*)"), STR_INIT("$1"), false, STR_INIT("paths that merely begin with the same text are no longer matched") },
	{ STR_INIT("(/*)(.*)"), STR_INIT("$2"), false, STR_INIT("paths that merely begin with the same text are no longer matched") },
};

/* The replacement of the prefix when target is "<text>" followed by the group and nothing else. */
static bool target_prefix(struct arena *arena, str target, const struct shape *shape, str *out)
{
	if (!str_ends(target, shape->group))
		return false;
	str head = str_slice(target, 0, target.n - shape->group.n);
	if (str_has(head, STR("$")))
		return false;
	if (shape->rest_slash) {
		/* the group brings its own slash: the head must not end in one */
		if (str_ends(head, STR("/")))
			return false;
		*out = head.n ? head : STR("/");
		return head.n == 0 || head.p[0] == '/';
	}
	if (!str_ends(head, STR("/")))
		return false;
	*out = head.n > 1 ? str_slice(head, 0, head.n - 1) : head;
	*out = arena_str(arena, *out);
	return true;
}

static bool try_shape(struct arena *arena, str path, str target, const struct shape *shape, struct rewrite *out)
{
	str prefix = str_slice(path, 0, path.n - shape->tail.n);
	str replacement;
	/* "(.*)" alone must follow a slash, or the rest could begin in the middle of a path element */
	if (str_eq(shape->tail, STR("(.*)")) && !str_eq(prefix, STR("/")))
		return false;
	if (!path_is_literal(prefix, false) || !target_prefix(arena, target, shape, &replacement))
		return false;
	out->change = PATH_PREFIX_CUT;
	out->prefix = prefix.n ? prefix : STR("/");
	out->path = replacement;
	/* at the root there is no path without a rest and nothing that merely begins with the text */
	out->reason = out->prefix.n > 1 ? shape->reason : (str){ "", 0 };
	out->wider = out->reason.n > 0;
	return true;
}

struct rewrite rewrite_normal(struct arena *arena, str path, str target)
{
	struct rewrite r = { .change = PATH_KEEP, .source = path, .target = target };
	if (str_starts(path, STR("^")))
		path = str_from(path, 1);
	if (!str_has(target, STR("$"))) {
		r.change = PATH_FULL;
		r.path = target;
		return r;
	}
	for (size_t i = 0; i < sizeof SHAPES / sizeof *SHAPES; i++)
		if (str_ends(path, SHAPES[i].tail) && try_shape(arena, path, target, &SHAPES[i], &r))
			return r;
	/* a group that the path does not have is empty */
	if (path_is_literal(path, false) && target.n == 3 && str_starts(target, STR("/$")) && char_is_digit(target.p[2])) {
		r.change = PATH_FULL;
		r.path = STR("/");
	}
	return r;
}

bool path_prefix_form(str path, str *prefix)
{
	static const struct { str tail; bool root; } TAILS[] = {
		{ STR_INIT("(/|$)(.*)"), false }, { STR_INIT("(/|$)(.*)$"), false }, { STR_INIT("($|/)(.*)"), false },
		{ STR_INIT("(/|$)"), false }, { STR_INIT("(/.*|$)"), false },
		{ STR_INIT("/(.*)"), true }, { STR_INIT("/(.*)$"), true }, { STR_INIT("/.*"), true }, { STR_INIT("/.*$"), true },
		{ STR_INIT("/?(.*)"), true }, { STR_INIT("/*"), true }, { STR_INIT("/(/|$)(.*)"), true },
	};
	if (str_starts(path, STR("^")))
		path = str_from(path, 1);
	for (size_t i = 0; i < sizeof TAILS / sizeof *TAILS; i++) {
		if (!str_ends(path, TAILS[i].tail))
			continue;
		str head = str_slice(path, 0, path.n - TAILS[i].tail.n);
		if (!path_is_literal(head, false) || (TAILS[i].root && head.n))
			continue;
		*prefix = head.n ? head : STR("/");
		return true;
	}
	return false;
}
