/* SPDX-License-Identifier: Apache-2.0 */
/* Paths as Envoy (1.36, PathUtil and its URL library) and Traefik (3.6, sanitizePath) make them before they look for a route: see request.h. */
#include "route/request.h"

#include "base/buf.h"

/* What needs no escape in a path. */
static bool is_unreserved(int c)
{
	return c > 0 && c < 0x80 && (char_is_alnum((char)c) || str_has_char(STR("-._~"), (char)c));
}

static bool must_be_escaped(unsigned char c)
{
	return c <= 0x20 || c >= 0x7F || str_has_char(STR("\"<>^`{|}"), (char)c);
}

/* Escaped slashes in plain; whether there were some. */
static str unescape_slashes(struct arena *arena, str path, bool *found)
{
	struct buf out;
	buf_init(&out, arena, 0);
	for (size_t i = 0; i < path.n; i++) {
		int c = escape_at(path, i);
		if (c != '/' && c != '\\') {
			buf_add_char(&out, path.p[i]);
			continue;
		}
		buf_add_char(&out, (char)c);
		*found = true;
		i += 2;
	}
	return buf_str(&out);
}

/* One spelling for every byte. False: a zero byte, or a bad escape where these are none; go: and escapes in capitals. */
static bool respell(struct arena *arena, str path, bool go, str *out)
{
	struct buf b;
	buf_init(&b, arena, 0);
	for (size_t i = 0; i < path.n; i++) {
		int c = escape_at(path, i);
		if (c == 0 || (go && c < 0 && path.p[i] == '%'))
			return false;
		if (is_unreserved(c)) {
			buf_add_char(&b, (char)c);
			i += 2;
		} else if (go && c > 0) {
			buf_printf(&b, "%%%02X", (unsigned)c);
			i += 2;
		} else if (c < 0 && must_be_escaped((unsigned char)path.p[i])) {
			buf_printf(&b, "%%%02X", (unsigned)(unsigned char)path.p[i]);
		} else {
			buf_add_char(&b, path.p[i] == '\\' ? '/' : path.p[i]);
		}
	}
	*out = buf_str(&b);
	return true;
}

/* Dot segments resolved; nothing lies above the root. */
static str resolve_dots(struct arena *arena, str path)
{
	struct buf out;
	str rest = str_from(path, 1);
	bool more = true;
	buf_init(&out, arena, 0);
	buf_add_char(&out, '/');
	while (more) {
		str element, behind;
		more = str_cut(rest, '/', &element, &behind);
		rest = behind;
		if (str_eq(element, STR(".")))
			continue;
		if (!str_eq(element, STR(".."))) {
			buf_add(&out, element);
			if (more)
				buf_add_char(&out, '/');
			continue;
		}
		/* out ends in the slash behind the element that goes */
		if (out.n > 1)
			out.n--;
		while (out.n > 1 && out.p[out.n - 1] != '/')
			out.n--;
	}
	return buf_str(&out);
}

/* Of a path of slashes alone the first and the last one stay. */
static str merge_slashes(struct arena *arena, str path)
{
	struct buf out;
	size_t slashes = 0;
	while (slashes < path.n && path.p[slashes] == '/')
		slashes++;
	if (slashes == path.n && slashes > 1)
		return STR("//");
	buf_init(&out, arena, 0);
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] != '/' || i == 0 || path.p[i - 1] != '/')
			buf_add_char(&out, path.p[i]);
	return buf_str(&out);
}

/* Nothing in it can be spelled otherwise. */
static bool is_canonical(str path)
{
	for (size_t i = 0; i < path.n; i++) {
		char c = path.p[i];
		bool segment = c == '/' && i + 1 < path.n && (path.p[i + 1] == '/' || path.p[i + 1] == '.');
		if (c == '%' || c == '\\' || segment || must_be_escaped((unsigned char)c))
			return false;
	}
	return true;
}

/* Without slashes at the end; the root stays. */
static str path_bare(str path)
{
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	return path;
}

/* A dot segment at the end, which is none of a folder. */
static bool ends_in_dots(str path)
{
	return str_ends(path, STR("/.")) || str_ends(path, STR("/.."));
}

bool path_canonical(struct arena *arena, str path, enum path_reading how, str *out, bool *unescaped)
{
	str plain = path;
	*out = path;
	*unescaped = false;
	if (is_canonical(path))
		return true;
	if (how == PATH_CANONICAL_SLASHES)
		path = unescape_slashes(arena, path, unescaped);
	if (!respell(arena, path, how == PATH_CLEANED, &plain))
		return false;
	/* a doubled slash is an element for Envoy, and none for Go */
	if (how == PATH_CLEANED)
		plain = merge_slashes(arena, plain);
	*out = merge_slashes(arena, resolve_dots(arena, plain));
	if (how == PATH_CLEANED && (ends_in_dots(plain) || str_eq(*out, STR("//"))))
		*out = path_bare(*out);
	return true;
}
