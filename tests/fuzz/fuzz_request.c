/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host and target of a request, and its headers. The first byte chooses what the request is; then come host, target, and names and values
 * of headers, each with NUL behind it. What is read must be what a second reader says, which follows nginx byte by byte
 * (1.27.1: ngx_http_parse_request_line, ngx_http_parse_complex_uri, ngx_http_validate_host), where ours works on whole texts.
 *
 * seeds: own
 * covers: src/route/request.c src/lib/trace_url.c
 */
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/trace_request.h"
#include "lib/trace_url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HTTP10 = 1, NO_HOST = 2, KEEP_SLASHES = 4, LONGEST = 2000 };

static void check(bool good, const char *what, str text)
{
	if (good)
		return;
	fprintf(stderr, "%s\n%.*s\n", what, STR_ARG(text));
	abort();
}

/* ---- nginx ---- */

/* What nginx keeps of a request line. */
struct line {
	size_t host, host_end;       /* of an absolute target; the same: there is none */
	size_t uri, uri_end, args;   /* args: behind "?", 0: none */
	bool absolute, empty;        /* empty: the host is followed by no path */
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Where the path begins; false: 400. */
static bool start_of_line(str t, struct line *l)
{
	enum { SCHEME, SLASH, SECOND, HOST, LITERAL, BEHIND, PORT } state = SCHEME;
	size_t i = 0;
	while (i < t.n && t.p[i] == ' ')
		i++;
	if (i < t.n && t.p[i] == '/') {
		l->uri = i;
		return true;
	}
	if (i == t.n || !is_letter(t.p[i]))
		return false;
	l->absolute = true;
	for (bool begins = false; ; i++) {
		char c = i < t.n ? t.p[i] : ' ';
		switch (state) {
		case SCHEME:
			if (c == ':')
				state = SLASH;
			else if (!is_letter(c) && !char_is_digit(c) && c != '+' && c != '-' && c != '.')
				return false;
			continue;
		case SLASH:
		case SECOND:
			if (c != '/')
				return false;
			state = state == SLASH ? SECOND : HOST;
			begins = true;
			continue;
		case HOST:
			if (begins)
				l->host = i;
			if (begins && c == '[') {
				state = LITERAL;
				continue;
			}
			begins = false;
			if (is_letter(c) || char_is_digit(c) || c == '.' || c == '-')
				continue;
			break;
		case LITERAL:
			if (c == ']')
				state = BEHIND;
			else if (!is_letter(c) && !char_is_digit(c) && !str_has_char(STR(":-._~!$&'()*+,;="), c))
				return false;
			continue;
		case BEHIND:
			break;
		case PORT:
			if (char_is_digit(c))
				continue;
			break;
		}
		if (state != PORT)
			l->host_end = i;
		if (state != PORT && c == ':') {
			state = PORT;
			continue;
		}
		l->uri = i;
		l->empty = c != '/';
		return c == '/' || c == '?' || c == ' ';
	}
}

static bool read_line(str t, struct line *l)
{
	if (!start_of_line(t, l))
		return false;
	bool query = false, fragment = false;
	size_t i = l->uri;
	for (; i < t.n && t.p[i] != ' '; i++) {
		unsigned char c = (unsigned char)t.p[i];
		if (c < 0x20 || c == 0x7F)
			return false;
		if (c == '?' && !query && !fragment) {
			query = true;
			l->args = i + 1;
		}
		fragment = fragment || c == '#';
	}
	l->uri_end = i;
	while (i < t.n && t.p[i] == ' ')
		i++;
	return i == t.n;
}

static int digit(char c)
{
	return char_is_digit(c) ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

/* Back to behind the slash before the element in front of "/.."; false: there is none. */
static bool go_up(const char *out, size_t *n)
{
	if (*n < 4)
		return false;
	size_t i = *n - 4;
	while (out[i] != '/') {
		if (i == 0)
			return false;
		i--;
	}
	*n = i + 1;
	return true;
}

/* The path in normal form; p has room for one byte more than the text. */
static bool complex_uri(str uri, bool merge, char *p, size_t *n)
{
	enum { USUAL, SLASH, DOT, DOTS } state = USUAL;
	*n = 0;
	for (size_t i = 0; i <= uri.n; i++) {
		bool end = i == uri.n, decoded = false;
		char c = end ? '?' : uri.p[i];
		if (!end && c == '%') {
			int high = i + 2 < uri.n ? digit(uri.p[i + 1]) : -1, low = i + 2 < uri.n ? digit(uri.p[i + 2]) : -1;
			if (high < 0 || low < 0 || high * 16 + low == 0)
				return false;
			c = (char)(high * 16 + low);
			decoded = true;
			i += 2;
		}
		end = !decoded && (c == '?' || c == '#');
		bool slash = c == '/', dot = c == '.';
		if (state == DOTS && (slash || end) && !go_up(p, n))
			return false;
		if (state == DOT && (slash || end))
			(*n)--;
		if (end)
			return true;
		if ((state == DOT || state == DOTS) && slash) {
			state = SLASH;
			continue;
		}
		if (state == SLASH && slash && merge)
			continue;
		p[(*n)++] = c;
		state = slash ? SLASH : state == SLASH && dot ? DOT : state == DOT && dot ? DOTS : USUAL;
	}
	return true;
}

static bool validate_host(str h, str *out)
{
	enum { PLAIN, LITERAL, REST } state = PLAIN;
	size_t n = h.n, dot = SIZE_MAX - 1;
	for (size_t i = 0; i < h.n; i++) {
		unsigned char c = (unsigned char)h.p[i];
		if (c == '.') {
			if (dot + 1 == i)
				return false;
			dot = i;
		} else if (c == ':') {
			n = state == PLAIN ? i : n;
			state = state == PLAIN ? REST : state;
		} else if (c == '[') {
			state = i == 0 ? LITERAL : state;
		} else if (c == ']') {
			n = state == LITERAL ? i + 1 : n;
			state = state == LITERAL ? REST : state;
		} else if (c <= 0x20 || c == 0x7F || c == '/') {
			return false;
		}
	}
	if (n > 0 && dot == n - 1)
		n--;
	*out = str_slice(h, 0, n);
	return n > 0;
}

/* ---- the comparison ---- */

static void compare(struct arena *arena, const struct request *q, bool merge, const struct reading *r)
{
	struct line l = { 0 };
	str host = { "", 0 }, unused;
	bool good = read_line(q->target, &l);
	char *path = NEWS(arena, char, q->target.n + 2);
	size_t n = 0;
	str uri = l.uri < q->target.n ? str_slice(q->target, l.uri, l.uri_end) : (str){ "", 0 };
	if (l.empty)
		uri = arena_join(arena, STR("/"), uri);
	good = good && complex_uri(uri, merge, path, &n);
	if (l.absolute)
		good = good && validate_host(str_slice(q->target, l.host, l.host_end), &host);
	if (q->has_host)
		good = good && validate_host(q->host, l.absolute ? &unused : &host);
	else
		good = good && q->http10;
	check(good == (r->status == 0), good ? "refused, and nginx takes it" : "taken, and nginx refuses it", q->target);
	if (!good)
		return;
	check(r->status == 0 || r->status == 400, "an odd status", q->target);
	check(str_eq(r->path, (str){ path, n }), "another path than nginx", r->path);
	check(str_eq(r->host, arena_lower(arena, host)), "another host than nginx", r->host);
	str query = l.args ? str_slice(q->target, l.args, l.uri_end) : (str){ "", 0 };
	query = str_slice(query, 0, str_find_char(query, '#'));
	check(str_eq(r->query, query), "another query than nginx", r->query);
	str sent = !l.empty ? uri : query.n ? arena_join(arena, STR("/?"), query) : STR("/");
	check(str_eq(r->target, sent), "another target than nginx", r->target);
	check(str_eq(r->uri, l.empty && uri.n > 1 ? str_from(uri, 1) : uri), "another $request_uri than nginx", r->uri);
	check(r->has_query == (l.args > 0), "a query that is none", r->target);
}

/* What was escaped comes back, and nothing of it needs to be escaped. */
static void check_escapes(struct arena *arena, str text)
{
	for (int set = ESCAPE_PATH; set <= ESCAPE_COMPONENT; set++) {
		str escaped = uri_escape(arena, text, (enum escape_set)set);
		size_t n = 0;
		char *plain = NEWS(arena, char, escaped.n + 1);
		for (size_t i = 0; i < escaped.n; i++, n++) {
			unsigned char c = (unsigned char)escaped.p[i];
			check(c > 0x20 && c < 0x7F && !str_has_char(STR("\"<>\\^`{|}#?"), (char)c), "is left as it is", escaped);
			plain[n] = escaped.p[i];
			if (c == '%') {
				plain[n] = (char)(digit(escaped.p[i + 1]) * 16 + digit(escaped.p[i + 2]));
				i += 2;
			}
		}
		check(str_eq(text, (str){ plain, n }), "does not come back", escaped);
	}
	str once = uri_unescape_redirect(arena, text);
	check(once.n <= text.n, "has become longer", once);
}

static void check_headers(struct arena *arena, const struct request *q)
{
	str value;
	for (size_t i = 0; i < q->headers.n; i++) {
		str name = q->headers.item[i].name;
		check(request_header(arena, q, name, &value), "a header is not found", name);
		check(str_has(value, q->headers.item[i].value), "without its value", value);
	}
	if (request_cookie(arena, q, STR("a"), &value))
		check(!str_has_char(value, ';'), "a cookie of several", value);
	check(request_header(arena, q, STR("Cookie"), &value) || !request_cookie(arena, q, STR("a"), &value), "a cookie without a header", value);
}

/* What a person types. */
static void check_url(struct arena *arena, str url)
{
	struct request q;
	str error = { "", 0 };
	trace_request_init(&q);
	if (!trace_url_read(arena, url, &q, &error)) {
		check(error.n > 0, "refused without a reason", url);
		return;
	}
	check(q.has_host && q.host.n && q.port > 0 && q.port < 65536, "no host, or no port", url);
	check(q.target.n && q.target.p[0] == '/' && !str_has_char(q.target, '#'), "no target", q.target);
	check(str_has(url, str_from(q.target, 1)), "a target that is not there", q.target);
}

static void run(struct arena *arena, unsigned bits, str input)
{
	struct request q = { .http10 = bits & HTTP10, .has_host = !(bits & NO_HOST) };
	bool merge = !(bits & KEEP_SLASHES), more;
	str_cut(input, '\0', &q.host, &input);
	more = str_cut(input, '\0', &q.target, &input);
	while (more) {
		struct header h;
		str_cut(input, '\0', &h.name, &input);
		more = str_cut(input, '\0', &h.value, &input);
		LIST_PUSH(arena, &q.headers, h);
	}
	struct reading r = request_read(arena, &q, merge ? PATH_MERGED : PATH_DECODED);
	compare(arena, &q, merge, &r);
	check_escapes(arena, q.target);
	check_headers(arena, &q);
	check_url(arena, q.target);
	check_url(arena, q.host);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct escape escape;
	struct arena arena;
	if (size == 0 || size > LONGEST)
		return 0;
	escape_init(&escape);
	arena_init(&arena, (size_t)1 << 30, &escape);
	/* Only memory may end early, and there is enough of it. */
	if (setjmp(escape.env) != 0)
		abort();
	/* A copy of its own, so that a look past the end is seen. */
	char *copy = malloc(size);
	if (!copy)
		abort();
	for (size_t i = 1; i < size; i++)
		copy[i - 1] = (char)data[i];
	run(&arena, data[0], (str){ copy, size - 1 });
	free(copy);
	arena_release(&arena);
	return 0;
}
