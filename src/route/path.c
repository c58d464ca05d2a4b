/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Path texts and rewrites in normal form. The shapes are those of the table of rewrite-target in the documentation of
 * ingress-nginx: the whole decoded path is replaced by the target, in which $1..$9 are the groups of the Ingress path.
 */
#include "base/buf.h"
#include "route/model.h"

str path_without_slash(str prefix)
{
	if (prefix.n > 1 && str_ends(prefix, STR("/")))
		prefix.n--;
	return prefix;
}

bool path_is_literal(str path, bool strict)
{
	for (size_t i = 0; i < path.n; i++) {
		char c = path.p[i];
		if (str_find_char(STR("\\^$|?*+()[]{}"), c) < 13 || (strict && c == '.'))
			return false;
	}
	return true;
}

/* How a tail differs from a prefix of whole elements, on requests that hold no more than the prefix. */
enum {
	OPEN = 1,          /* "/xy" is matched */
	NEEDS_SLASH = 2,   /* "/x" is not matched */
	NEEDS_REST = 4     /* nor is "/x/" */
};

/* The tails of a path after which one group holds the rest of the request's path. */
struct shape {
	str tail;          /* what follows the literal prefix */
	str group;         /* the group that holds the rest, as it stands in the target */
	bool rest_slash;   /* the rest begins with the slash */
	unsigned edge;
};

static const struct shape SHAPES[] = {
	{ STR_INIT("(/|$)(.*)"), STR_INIT("$2"), false, 0 },
	{ STR_INIT("(/|$)(.*)$"), STR_INIT("$2"), false, 0 },
	{ STR_INIT("($|/)(.*)"), STR_INIT("$2"), false, 0 },
	{ STR_INIT("($|/)(.*)$"), STR_INIT("$2"), false, 0 },
	{ STR_INIT("(?:/|$)(.*)"), STR_INIT("$1"), false, 0 },
	{ STR_INIT("(?:/|$)(.*)$"), STR_INIT("$1"), false, 0 },
	{ STR_INIT("(/|$)(.+)"), STR_INIT("$2"), false, NEEDS_REST },
	{ STR_INIT("(/?)(.*)"), STR_INIT("$2"), false, OPEN },
	{ STR_INIT("/?(.*)"), STR_INIT("$1"), false, OPEN },
	{ STR_INIT("/?(.*)$"), STR_INIT("$1"), false, OPEN },
	{ STR_INIT("(/.*|$)"), STR_INIT("$1"), true, 0 },
	{ STR_INIT("(/.*)?$"), STR_INIT("$1"), true, 0 },
	{ STR_INIT("(/.*)?"), STR_INIT("$1"), true, OPEN },
	{ STR_INIT("(/.*)"), STR_INIT("$1"), true, NEEDS_SLASH },
	{ STR_INIT("(/.*)$"), STR_INIT("$1"), true, NEEDS_SLASH },
	{ STR_INIT("/(.*)"), STR_INIT("$1"), false, NEEDS_SLASH },
	{ STR_INIT("/(.*)$"), STR_INIT("$1"), false, NEEDS_SLASH },
	{ STR_INIT("/(.+)"), STR_INIT("$1"), false, NEEDS_REST },
	{ STR_INIT("/(.+)$"), STR_INIT("$1"), false, NEEDS_REST },
	{ STR_INIT("/*(.*)"), STR_INIT("$1"), false, OPEN },
	{ STR_INIT("(/*)(.*)"), STR_INIT("$2"), false, OPEN },
	{ STR_INIT("(.*)"), STR_INIT("$1"), true, OPEN },
	{ STR_INIT("(.*)$"), STR_INIT("$1"), true, OPEN },
};

/*
 * A text that requests can begin with and that a prefix match can hold: empty for the root. A slash at its end would be
 * followed by another one, which no request path has after normalisation.
 */
static bool is_prefix(str text)
{
	return text.n == 0 || (text.p[0] == '/' && !str_ends(text, STR("/")) && path_is_literal(text, false));
}

/* What stands before the group, when target is that and the group and nothing else. */
static bool target_head(str target, const struct shape *shape, str *head)
{
	if (!str_ends(target, shape->group))
		return false;
	*head = str_slice(target, 0, target.n - shape->group.n);
	if (str_has(*head, STR("$")) || str_has(*head, STR("//")))
		return false;
	/* where the group brings its own slash the head must not end in one, and the reverse */
	if (str_ends(*head, STR("/")) == shape->rest_slash)
		return false;
	return head->n == 0 || head->p[0] == '/';
}

static void say(struct arena *arena, struct rewrite *r, str reason)
{
	r->reason = r->reason.n ? arena_join(arena, arena_join(arena, r->reason, STR(", ")), reason) : reason;
	r->wider = true;
}

/* Where the exchange of a prefix is not what the source does. At the root every request has a slash and a rest. */
static void compare(struct arena *arena, str prefix, str head, const struct shape *shape, struct rewrite *r)
{
	if (shape->edge & NEEDS_REST)
		say(arena, r, STR("the path without a rest is matched as well"));
	if (prefix.n == 0)
		return;
	if (shape->edge & NEEDS_SLASH)
		say(arena, r, STR("the path without its last slash is matched as well"));
	if (shape->edge & OPEN)
		say(arena, r, STR("paths that merely begin with the same text are no longer matched"));
	if (!(shape->edge & (NEEDS_SLASH | NEEDS_REST))) {
		if (!shape->rest_slash && head.n > 1)
			say(arena, r, STR("the path without a rest reaches the service without a slash at its end"));
		if (shape->rest_slash && head.n == 0)
			say(arena, r, STR("the path without a rest reaches the service instead of failing with 500"));
	}
	if (!path_is_literal(prefix, true))
		say(arena, r, STR("a dot in the path no longer stands for any character"));
}

static bool try_shape(struct arena *arena, str path, str target, const struct shape *shape, struct rewrite *r)
{
	str prefix = str_slice(path, 0, path.n - shape->tail.n), head;
	if (!is_prefix(prefix) || !target_head(target, shape, &head))
		return false;
	r->change = PATH_PREFIX_CUT;
	r->prefix = prefix.n ? prefix : STR("/");
	if (str_ends(head, STR("/")) && head.n > 1)
		head.n--;
	r->path = head.n ? head : STR("/");
	compare(arena, prefix, str_slice(target, 0, target.n - shape->group.n), shape, r);
	return true;
}

/* How many groups the expression has; false when it takes more than a look at its brackets to tell. */
static bool count_groups(str path, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < path.n; i++) {
		char c = path.p[i];
		if (c == '\\' || c == '[' || str_starts(str_from(path, i), STR("(*")))
			return false;
		if (c != '(')
			continue;
		if (!str_starts(str_from(path, i), STR("(?")))
			(*n)++;
		else if (!str_starts(str_from(path, i), STR("(?:")))
			return false;
	}
	return true;
}

/* The target where it is the same for every request: a group that the path does not have is empty. */
static bool is_constant(struct arena *arena, str path, str target, str *out)
{
	size_t groups = 0;
	bool counted = count_groups(path, &groups);
	struct buf b;
	buf_init(&b, arena, 0);
	for (size_t i = 0; i < target.n; i++) {
		if (target.p[i] != '$') {
			buf_add_char(&b, target.p[i]);
			continue;
		}
		char digit = i + 1 < target.n ? target.p[i + 1] : 0;
		if (!counted || digit < '1' || digit > '9' || (size_t)(digit - '0') <= groups)
			return false;
		i++;
	}
	*out = buf_str(&b);
	return true;
}

struct rewrite rewrite_normal(struct arena *arena, str path, str target)
{
	struct rewrite r = { .change = PATH_KEEP };
	if (str_starts(path, STR("^")))
		path = str_from(path, 1);
	/* what follows a question mark becomes the query */
	if (str_has(target, STR("?")))
		return r;
	if (is_constant(arena, path, target, &r.path)) {
		r.change = PATH_FULL;
		if (r.path.n == 0) {
			r.path = STR("/");
			say(arena, &r, STR("requests reach the service instead of failing with 500, because the new path is empty"));
		} else if (r.path.p[0] != '/') {
			r.path = arena_join(arena, STR("/"), r.path);
			say(arena, &r, STR("the new path begins with a slash"));
		}
		return r;
	}
	r.path = STR("");
	for (size_t i = 0; i < sizeof SHAPES / sizeof *SHAPES; i++)
		if (str_ends(path, SHAPES[i].tail) && try_shape(arena, path, target, &SHAPES[i], &r))
			return r;
	return r;
}

bool path_prefix_form(str path, str *prefix)
{
	static const struct { str tail; bool root; } TAILS[] = {
		{ STR_INIT("(/|$)(.*)"), false }, { STR_INIT("(/|$)(.*)$"), false }, { STR_INIT("($|/)(.*)"), false }, { STR_INIT("($|/)(.*)$"), false },
		{ STR_INIT("(?:/|$)(.*)"), false }, { STR_INIT("(?:/|$)(.*)$"), false }, { STR_INIT("(/|$).*"), false },
		{ STR_INIT("(/|$)"), false }, { STR_INIT("($|/)"), false }, { STR_INIT("(?:/|$)"), false }, { STR_INIT("(/.*|$)"), false },
		{ STR_INIT("(/.*)?$"), false },
		{ STR_INIT("/(.*)"), true }, { STR_INIT("/(.*)$"), true }, { STR_INIT("/.*"), true }, { STR_INIT("/.*$"), true },
		{ STR_INIT("/?(.*)"), true }, { STR_INIT("/?(.*)$"), true }, { STR_INIT("/*"), true }, { STR_INIT("(/.*)"), true },
	};
	if (str_starts(path, STR("^")))
		path = str_from(path, 1);
	for (size_t i = 0; i < sizeof TAILS / sizeof *TAILS; i++) {
		if (!str_ends(path, TAILS[i].tail))
			continue;
		str head = str_slice(path, 0, path.n - TAILS[i].tail.n);
		if (!is_prefix(head) || (TAILS[i].root && head.n))
			continue;
		*prefix = head.n ? head : STR("/");
		return true;
	}
	return false;
}
