/* SPDX-License-Identifier: Apache-2.0 */
/* Host and path of a request in normal form: see request.h. */
#include "route/request.h"

#include "base/buf.h"

/* ---- host ---- */

/* Ends at ":" that is not inside of "[...]"; false where the text is no host (nginx: ngx_http_validate_host). */
static bool read_host(struct arena *arena, str text, str *out)
{
	size_t end = text.n, dot = text.n;
	bool literal = str_starts(text, STR("[")), rest = false;
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c <= 0x20 || c == 0x7F || c == '/' || (c == '.' && i > 0 && dot == i - 1))
			return false;
		if (c == '.')
			dot = i;
		if (c == ']' && literal && !rest) {
			end = i + 1;
			rest = true;
		} else if (c == ':' && !literal && !rest) {
			end = i;
			rest = true;
		}
	}
	if (end > 0 && dot == end - 1)
		end--;
	*out = arena_lower(arena, str_slice(text, 0, end));
	return end > 0;
}

/* ---- path ---- */

static int hex(char c)
{
	if (char_is_digit(c))
		return c - '0';
	char low = char_lower(c);
	return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/* Decodes escapes. False: a bad one, or a zero byte. What comes out of an escape counts as written, slashes and dots too. */
static bool decode(str text, char *out, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c == '%') {
			int high = i + 2 < text.n ? hex(text.p[i + 1]) : -1, low = i + 2 < text.n ? hex(text.p[i + 2]) : -1;
			if (high < 0 || low < 0 || high * 16 + low == 0)
				return false;
			c = (char)(high * 16 + low);
			i += 2;
		}
		out[(*n)++] = c;
	}
	return true;
}

/* Takes the last element away: the length up to and with the slash before it; 0 where there is none. */
static size_t parent(const char *out, size_t n)
{
	/* out ends in the slash behind the element that goes */
	if (n < 2)
		return 0;
	n--;
	while (n > 0 && out[n - 1] != '/')
		n--;
	return n;
}

/* Resolves doubled slashes and dot segments in place. False: above the root. */
static bool resolve(char *text, size_t *n, bool merge_slashes)
{
	size_t to = 0, i = 0;
	while (i < *n) {
		/* text[0..to) ends in "/" or is empty, and an element begins at i */
		size_t end = i;
		while (end < *n && text[end] != '/')
			end++;
		str element = { text + i, end - i };
		bool last = end == *n, dot = str_eq(element, STR(".")), up = str_eq(element, STR(".."));
		if (up && to > 0) {
			to = parent(text, to);
			if (to == 0)
				return false;
		} else if (up) {
			return false;
		} else if (!dot && !(merge_slashes && element.n == 0 && !last && to > 0)) {
			for (size_t j = i; j < end; j++)
				text[to++] = text[j];
			if (!last)
				text[to++] = '/';
		}
		i = end + 1;
	}
	*n = to;
	return true;
}

static bool needs_work(str path)
{
	for (size_t i = 0; i < path.n; i++) {
		char c = path.p[i];
		bool segment = c == '/' && i + 1 < path.n && (path.p[i + 1] == '/' || path.p[i + 1] == '.');
		if (c == '%' || segment)
			return true;
	}
	return false;
}

/* What goes on to the backend is the same. */
static bool read_canonical(struct arena *arena, str path, enum path_reading how, struct reading *out)
{
	if (!path_canonical(arena, path, how, &out->path, &out->unescaped))
		return false;
	if (!str_eq(path, out->path))
		out->uri = out->target = arena_printf(arena, "%.*s%s%.*s", STR_ARG(out->path), out->has_query ? "?" : "", STR_ARG(out->query));
	return true;
}

static bool read_path(struct arena *arena, str path, enum path_reading how, struct reading *out)
{
	out->path = path;
	out->escaped = str_has_char(path, '%') || str_has_char(path, '+');
	if (!str_starts(path, STR("/")))
		return false;
	if (how >= PATH_CANONICAL)
		return read_canonical(arena, path, how, out);
	if (how == PATH_AS_SENT || !needs_work(path))
		return true;
	char *text = NEWS(arena, char, path.n);
	size_t n;
	if (!decode(path, text, &n) || !resolve(text, &n, how == PATH_MERGED))
		return false;
	out->path = (str){ text, n };
	return true;
}

/* Letters, digits and what else stands in more. */
static size_t span(str text, size_t start, const char *more)
{
	while (start < text.n && (char_is_alnum(text.p[start]) || str_has_char(str_c(more), text.p[start])))
		start++;
	return start;
}

/* "http://host:80/path" names the host in the target (nginx: ngx_http_parse_request_line). False: it is no such target. */
static bool read_absolute(str target, str *host, str *rest)
{
	size_t scheme = span(target, 0, "+-."), start = scheme + 3;
	if (!char_is_alpha(target.n ? target.p[0] : 0) || !str_starts(str_from(target, scheme), STR("://")))
		return false;
	bool literal = start < target.n && target.p[start] == '[';
	size_t end = literal ? span(target, start + 1, "-._~!$&'()*+,;=:") : span(target, start, "-.");
	if (literal && (end == target.n || target.p[end++] != ']'))
		return false;
	*host = str_slice(target, start, end);
	if (end < target.n && target.p[end] == ':')
		for (end++; end < target.n && char_is_digit(target.p[end]);)
			end++;
	*rest = str_from(target, end);
	return end == target.n || target.p[end] == '/' || target.p[end] == '?';
}

/* A target without the blanks around it, which the request line has; within, and beside other controls, it is none. */
static bool read_line(str *target)
{
	while (str_starts(*target, STR(" ")))
		*target = str_from(*target, 1);
	while (str_ends(*target, STR(" ")))
		target->n--;
	for (size_t i = 0; i < target->n; i++)
		if ((unsigned char)target->p[i] <= 0x20 || target->p[i] == 0x7F)
			return false;
	return true;
}

static void read_target(struct arena *arena, enum path_reading how, struct reading *out)
{
	str target = out->uri = out->target;
	size_t end = 0;
	while (end < target.n && target.p[end] != '?' && target.p[end] != '#')
		end++;
	str path = str_slice(target, 0, end);
	if (end < target.n && target.p[end] == '?') {
		str query = str_from(target, end + 1);
		out->has_query = true;
		out->query = str_slice(query, 0, str_find_char(query, '#'));
	}
	if (path.n == 0 && out->absolute) {
		path = STR("/");
		/* put together again, so that an empty query and a fragment are left out */
		out->target = out->query.n ? arena_printf(arena, "/?%.*s", STR_ARG(out->query)) : path;
		if (target.n == 0)
			out->uri = path;
	}
	if (!read_path(arena, path, how, out))
		out->status = 400;
}

struct reading request_read(struct arena *arena, const struct request *q, enum path_reading how)
{
	struct reading out = { .target = q->target };
	str host = q->host, rest = out.target;
	bool has = q->has_host, good = read_line(&out.target);
	if (!str_starts(out.target, STR("/"))) {
		out.absolute = read_absolute(out.target, &host, &rest);
		good = good && out.absolute;
	}
	if (out.absolute) {
		has = true;
		out.target = rest;
	}
	out.has_host = has;
	/* without a host a request of HTTP/1.0 is one; a host that is there must be good, in the target and in the header */
	if (!good || (!has && !q->http10))
		out.status = 400;
	if (has && !read_host(arena, host, &out.host))
		out.status = 400;
	str unused;
	if (out.absolute && (q->has_host ? !read_host(arena, q->host, &unused) : !q->http10))
		out.status = 400;
	read_target(arena, how, &out);
	return out;
}

/* ---- headers ---- */

/* "-" of a variable's name stands for "-" and "_": nginx makes both the same. */
static bool is_name(str header, str name)
{
	if (header.n != name.n)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char a = char_lower(header.p[i]), b = char_lower(name.p[i]);
		if ((a == '_' ? '-' : a) != (b == '_' ? '-' : b))
			return false;
	}
	return true;
}

bool request_header(struct arena *arena, const struct request *q, str name, str *value)
{
	size_t found = 0;
	struct buf b;
	buf_init(&b, arena, 0);
	*value = (str){ "", 0 };
	str separator = str_eq_nocase(name, STR("Cookie")) ? STR("; ") : STR(", ");
	for (size_t i = 0; i < q->headers.n; i++) {
		str next = q->headers.item[i].value;
		if (!is_name(q->headers.item[i].name, name))
			continue;
		if (found == 0) {
			*value = next;
		} else {
			if (found == 1)
				buf_add(&b, *value);
			buf_add(&b, separator);
			buf_add(&b, next);
			*value = buf_str(&b);
		}
		found++;
	}
	return found > 0;
}

str request_name(const struct request *request)
{
	str name, port;
	(void)str_cut(request->host, ':', &name, &port);
	return name;
}

bool request_name_has_dot(const struct request *request)
{
	return str_ends(request_name(request), STR("."));
}

bool request_has_underscore(const struct request *q)
{
	for (size_t i = 0; i < q->headers.n; i++)
		if (str_has_char(q->headers.item[i].name, '_'))
			return true;
	return false;
}

bool request_cookie(struct arena *arena, const struct request *q, str name, str *value)
{
	str all, item;
	if (!request_header(arena, q, STR("Cookie"), &all))
		return false;
	while (all.n) {
		str key;
		str_cut(all, ';', &item, &all);
		while (item.n && item.p[0] == ' ')
			item = str_from(item, 1);
		if (str_cut(item, '=', &key, value) && str_eq_nocase(key, name))
			return true;
	}
	*value = (str){ "", 0 };
	return false;
}

/* ---- escapes ---- */

static bool must_escape(unsigned char c, enum escape_set set)
{
	switch (set) {
	case ESCAPE_PATH:
		return c <= 0x20 || c >= 0x7F || str_has_char(STR("#%?\"<>\\^`{|}"), (char)c);
	case ESCAPE_ARGS:
		return c <= 0x20 || c >= 0x7F || str_has_char(STR("#%?\"<>\\^`{|}&+;"), (char)c);
	case ESCAPE_COMPONENT:
		return !char_is_alnum((char)c) && !str_has_char(STR("-._~"), (char)c);
	}
	return true;
}

str uri_escape(struct arena *arena, str text, enum escape_set set)
{
	size_t i = 0;
	while (i < text.n && !must_escape((unsigned char)text.p[i], set))
		i++;
	if (i == text.n)
		return text;
	struct buf b;
	buf_init(&b, arena, 0);
	for (i = 0; i < text.n; i++) {
		if (must_escape((unsigned char)text.p[i], set))
			buf_printf(&b, "%%%02X", (unsigned)(unsigned char)text.p[i]);
		else
			buf_add_char(&b, text.p[i]);
	}
	return buf_str(&b);
}

int escape_at(str text, size_t i)
{
	int high = i + 2 < text.n && text.p[i] == '%' ? hex(text.p[i + 1]) : -1, low = high >= 0 ? hex(text.p[i + 2]) : -1;
	return low < 0 ? -1 : high * 16 + low;
}

str uri_unescape_query(struct arena *arena, str text)
{
	if (!str_has_char(text, '%') && !str_has_char(text, '+'))
		return text;
	struct buf b;
	buf_init(&b, arena, 0);
	for (size_t i = 0; i < text.n; i++) {
		int byte = escape_at(text, i);
		buf_add_char(&b, byte >= 0 ? (char)byte : text.p[i] == '+' ? ' ' : text.p[i]);
		i += byte >= 0 ? 2 : 0;
	}
	return buf_str(&b);
}

str uri_unescape_redirect(struct arena *arena, str text)
{
	if (!str_has_char(text, '%'))
		return text;
	struct buf b;
	buf_init(&b, arena, 0);
	for (size_t i = 0; i < text.n; i++) {
		int byte = escape_at(text, i);
		if (text.p[i] != '%')
			buf_add_char(&b, text.p[i]);
		else if (byte > '%' && byte < 0x7F)
			buf_add_char(&b, (char)byte);
		else if (byte >= 0)
			buf_add(&b, str_slice(text, i, i + 3));
		i += byte >= 0 ? 2 : 0;
		/* what stands behind it is a query already */
		if (b.n && b.p[b.n - 1] == '?') {
			buf_add(&b, str_from(text, i + 1));
			break;
		}
	}
	return buf_str(&b);
}
