/* SPDX-License-Identifier: Apache-2.0 */
/* Location as a function of path, query and host: see forms.h. What templates are is said in route/run_text.c. */
#include "verify/forms.h"

#include "verify/compare.h"

static bool cut_start(str *text, const str *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_starts(*text, words[i])) {
			*text = str_from(*text, words[i].n);
			return true;
		}
	return false;
}

static bool cut_end(str *text, str word)
{
	if (!str_ends(*text, word))
		return false;
	text->n -= word.n;
	return true;
}

static bool is_path_start(str text)
{
	return text.n == 0 || str_has_char(STR("/?#"), text.p[0]);
}

/* ---- scheme and host ---- */

/* The template from its path on. False: scheme, host or port hang on more than the host and the side. */
static bool cut_address(str template, bool *keeps_host, str *path)
{
	static const str SCHEMES[] = { STR_INIT("$scheme://"), STR_INIT("$pass_access_scheme://"), STR_INIT("https://"), STR_INIT("http://") };
	static const str HOSTS[] = { STR_INIT("$host"), STR_INIT("$http_host"), STR_INIT("$best_http_host"), STR_INIT("$redirect_host") };
	static const str PORTS[] = { STR_INIT(":$pass_port"), STR_INIT(":$pass_server_port"), STR_INIT(":$server_port") };
	*path = template;
	*keeps_host = true;
	if (str_starts(template, STR("/")) || str_starts(template, STR("$request_uri")))
		return true;
	if (!cut_start(path, SCHEMES, sizeof SCHEMES / sizeof *SCHEMES))
		return false;
	*keeps_host = cut_start(path, HOSTS, sizeof HOSTS / sizeof *HOSTS);
	size_t n = 0;
	while (n < path->n && path->p[n] != '$' && !str_has_char(STR("/?#"), path->p[n]))
		n++;
	/* names go on with letters, so that what stands behind one is a port alone */
	if (*keeps_host ? n > 0 && path->p[0] != ':' : n == 0)
		return false;
	bool has_port = str_has_char(str_slice(*path, 0, n), ':');
	if (has_port && n < path->n && path->p[n] == '$' && path->p[n - 1] == ':') {
		n--;
		*path = str_from(*path, n);
		(void)cut_start(path, PORTS, sizeof PORTS / sizeof *PORTS);
	} else {
		*path = str_from(*path, n);
	}
	return is_path_start(*path) || str_starts(*path, STR("$request_uri")) || str_starts(*path, STR("$uri"));
}

/* ---- path and query ---- */

static enum query_form cut_query(str *path)
{
	if (cut_end(path, STR("$is_args$args")) || cut_end(path, STR("$is_args$query_string")))
		return QUERY_KEPT;
	return cut_end(path, STR("?$args")) || cut_end(path, STR("?$query_string")) ? QUERY_ALWAYS : QUERY_NONE;
}

/* The path of the request behind a text. */
static bool add_whole(struct arena *arena, str head, struct transform *out)
{
	const struct piece whole = { .kind = PIECE_REST };
	if (str_has_char(head, '$'))
		return false;
	transform_constant(arena, head, out);
	LIST_PUSH(arena, &out->pieces, whole);
	return true;
}

static bool is_rewritten(const struct outcome *o)
{
	for (size_t i = 0; i < o->steps.n; i++)
		if (o->steps.item[i].step->kind == STEP_REWRITE)
			return true;
	return false;
}

/* What begins a path cannot go on with the host. */
static bool begins_path(const struct transform *t)
{
	if (t->pieces.n == 0)
		return true;
	const struct piece *first = &t->pieces.item[0];
	return first->kind == PIECE_TEXT ? is_path_start(first->text) : first->kind == PIECE_REST && first->at == 0;
}

static bool path_of_template(struct arena *arena, const struct outcome *o, const struct redirect *to, str path, struct location_form *out)
{
	const struct language *l = to->regex.n ? step_language(arena, o->route, to->regex) : NULL;
	if (cut_end(&path, STR("$request_uri"))) {
		out->query = QUERY_KEPT;
		return add_whole(arena, path, &out->path);
	}
	out->query = cut_query(&path);
	if (!is_rewritten(o) && (cut_end(&path, STR("$uri")) || cut_end(&path, STR("$document_uri"))))
		return add_whole(arena, path, &out->path);
	if (l && !is_rewritten(o))
		return transform_template(arena, l, path, &out->path);
	transform_constant(arena, path, &out->path);
	return !str_has_char(path, '$');
}

static bool of_template(struct arena *arena, const struct outcome *o, const struct redirect *to, struct location_form *out)
{
	str path;
	/* escapes of a template with groups are taken away */
	if (to->regex.n && str_has_char(to->location, '%'))
		return false;
	if (!cut_address(to->location, &out->keeps_host, &path) || !path_of_template(arena, o, to, path, out))
		return false;
	if (to->adds_query && out->query != QUERY_NONE)
		return false;
	if (to->adds_query)
		out->query = str_has_char(to->location, '?') ? QUERY_MORE : QUERY_KEPT;
	return true;
}

/* Without a template: what a Gateway's filter does. */
static bool of_fields(struct arena *arena, const struct outcome *o, const struct redirect *to, struct location_form *out)
{
	out->keeps_host = to->host.n == 0;
	out->query = to->change == PATH_KEEP || to->keeps_query ? QUERY_KEPT : QUERY_NONE;
	if (to->change == PATH_KEEP)
		transform_identity(arena, &out->path);
	else if (to->change == PATH_FULL)
		transform_constant(arena, to->path, &out->path);
	else if (is_rewritten(o) || !prefix_form(arena, o->route, &(struct prefix_change){ to->prefix, to->path, to->as_text, to->joins }, &out->path))
		return false;
	return !to->adds_query && !to->regex.n;
}

/* Without a query, a path that is the same for all loses its slash here; what is then no path is the root. */
static void settle(struct arena *arena, struct location_form *f)
{
	bool text = f->query == QUERY_NONE && (f->path.pieces.n == 0 || (f->path.pieces.n == 1 && f->path.pieces.item[0].kind == PIECE_TEXT));
	if (!text)
		return;
	str path = f->path.pieces.n ? f->path.pieces.item[0].text : STR("");
	if (f->cuts_slash && str_ends(path, STR("/")))
		path.n--;
	f->cuts_slash = false;
	transform_constant(arena, path.n ? path : STR("/"), &f->path);
}

bool location_form(struct arena *arena, const struct outcome *o, const struct step *step, struct location_form *out)
{
	const struct redirect *to = &step->as.redirect;
	const struct address at = address_of(o, o->location);
	*out = (struct location_form){ .scheme = at.scheme, .authority = at.host, .cuts_slash = to->cuts_slash };
	if (!(to->location.n ? of_template(arena, o, to, out) : of_fields(arena, o, to, out)) || !begins_path(&out->path))
		return false;
	settle(arena, out);
	return true;
}

bool location_equal(const struct location_form *a, const struct location_form *b, bool one_name)
{
	bool address = str_eq(a->scheme, b->scheme) && str_eq(a->authority, b->authority) && (one_name || a->keeps_host == b->keeps_host);
	return address && a->query == b->query && a->cuts_slash == b->cuts_slash && transform_equal(&a->path, &b->path);
}
