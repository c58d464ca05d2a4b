/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model of a file of manifests, written down as a configuration of nginx, and what the model itself makes of requests:
 *
 *	render conf FILE PORT ECHO FOLDER    nginx.conf for these ports, with files in that folder
 *	render answers FILE < requests       a line for each line of requests: the place that takes it ("-": none), and the normal path in hex
 *
 * A place is a number that stands for one route. Nothing of the Ingress is looked at, only what the model says: names, matches, steps.
 * What the model has and cannot be said here ends the program, so that nothing is left out in silence.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/locate.h"
#include "lib/trace.h"
#include "lib/trace_request.h"

struct render {
	struct trace trace;
	const struct entry *entry;
	const char *port, *echo, *folder;
	struct str_list *seen;       /* locations of this server */
};

static _Noreturn void give_up(const char *why, str what)
{
	fprintf(stderr, "render: %s: %.*s\n", why, STR_ARG(what));
	exit(1);
}

/* ---- places ---- */

/* nginx answers these itself, by its rule about slashes: they are not written. */
static bool is_slash(const struct route *r)
{
	for (size_t i = 0; i < r->steps.n; i++)
		if (r->steps.item[i]->kind == STEP_REDIRECT && str_eq(r->steps.item[i]->feature, STR("redirect.slash")))
			return true;
	return false;
}

static size_t count_host(const struct host *h, const struct route *wanted, size_t *place)
{
	for (size_t i = 0; i < h->routes.n + h->own.n; i++) {
		const struct route *r = i < h->routes.n ? h->routes.item[i] : h->own.item[i - h->routes.n];
		if (r == wanted)
			*place = i;
	}
	return h->routes.n + h->own.n;
}

/* 0: none. */
static size_t place_of(const struct entry *e, const struct route *wanted)
{
	size_t first = 1, at;
	for (size_t i = 0; wanted && i <= e->hosts.n; i++) {
		const struct host *h = i < e->hosts.n ? e->hosts.item[i] : e->fallback;
		at = SIZE_MAX;
		first += h ? count_host(h, wanted, &at) : 0;
		if (at != SIZE_MAX)
			return first - (h->routes.n + h->own.n) + at;
	}
	return 0;
}

/* ---- texts ---- */

static void quoted(str text)
{
	putchar('"');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			putchar('\\');
		putchar(text.p[i]);
	}
	putchar('"');
}

static void directive(const char *name, str value)
{
	printf("\t\t\t%s ", name);
	quoted(value);
	printf(";\n");
}

/* ---- steps ---- */

static void redirect(const struct redirect *to, str feature)
{
	if (to->needs_certificate || to->cuts_slash || !to->location.n)
		give_up("a redirect that nginx alone does not do", feature);
	if (to->regex.n) {
		printf("\t\t\trewrite \"(?i)");
		for (size_t i = 0; i < to->regex.n; i++)
			printf("%s%c", to->regex.p[i] == '"' || to->regex.p[i] == '\\' ? "\\" : "", to->regex.p[i]);
		printf("\" ");
		quoted(to->location);
		printf(";\n");
		if (to->status != 302 || !to->adds_query)
			give_up("a rewrite to an address has another status", feature);
		return;
	}
	printf("\t\t\treturn %u ", (unsigned)to->status);
	quoted(to->location);
	printf(";\n");
}

static void rewrite(struct arena *arena, const struct rewrite *w)
{
	printf("\t\t\trewrite ");
	quoted(arena_join(arena, STR("(?i)"), w->regex));
	putchar(' ');
	quoted(w->target);
	printf(" break;\n");
}

/* False: it answers always, and nothing stands behind it. */
static bool write_step(struct arena *arena, const struct step *s, bool own)
{
	switch (s->kind) {
	case STEP_STATUS:
		printf("\t\t\treturn %u;\n", (unsigned)s->status);
		return false;
	case STEP_REDIRECT:
		redirect(&s->as.redirect, s->feature);
		return true;
	case STEP_REWRITE:
		rewrite(arena, &s->as.rewrite);
		return true;
	case STEP_GUARD:
		/* of the controller's own paths, which let this machine pass */
		if (!own)
			give_up("a guard", s->feature);
		return true;
	case STEP_OTHER:
		if (s->gate)
			give_up("a gate", s->feature);
		return true;
	case STEP_HEADER:
	case STEP_BODY:
		return true;
	case STEP_CORS:
	case STEP_HOST:
	case STEP_ERRORS:
	case STEP_TLS:
	case STEP_ANSWER:
		break;
	}
	give_up("a step", s->feature);
}

/* ---- locations ---- */

static bool is_relative(const struct route *r)
{
	for (size_t i = 0; i < r->steps.n; i++)
		if (r->steps.item[i]->kind == STEP_REDIRECT && r->steps.item[i]->as.redirect.relative)
			return true;
	return false;
}

/* Also where only the redirect to the path with the slash says so. */
static bool has_relative(const struct host *h, const struct route *r)
{
	str without = r->match.path.n > 1 ? str_slice(r->match.path, 0, r->match.path.n - 1) : (str){ "", 0 };
	for (size_t i = 0; str_ends(r->match.path, STR("/")) && i < h->routes.n; i++)
		if (is_slash(h->routes.item[i]) && str_eq(h->routes.item[i]->match.path, without))
			return is_relative(h->routes.item[i]);
	return is_relative(r);
}

static void location(struct render *render, const struct host *h, const struct route *r, const char *kind, str path, bool own)
{
	struct arena *arena = &render->trace.in.arena;
	const struct source *source = sources_get(&render->trace.in.sources, r->at.file);
	str name = arena_printf(arena, "%s %.*s", kind, STR_ARG(path));
	bool more = true;
	/* of two with one text the first is meant, which the order of the routes says */
	if (str_list_has(render->seen, name)) {
		if (strcmp(kind, "=") != 0)
			give_up("twice the same location", name);
		return;
	}
	str_list_add_new(arena, render->seen, name);
	size_t place = place_of(render->entry, r);
	if (source)
		printf("\t\t# place %zu at %.*s:%u\n", place, STR_ARG(source->name), (unsigned)locator_find(render->trace.locator, r->at).line);
	printf("\t\tlocation %s ", kind);
	quoted(path);
	printf(" {\n\t\t\tset $place %zu;\n", place);
	if (r->owner) {
		directive("set $namespace", r->owner->namespace);
		directive("set $ingress_name", r->owner->name);
	}
	if (has_relative(h, r))
		printf("\t\t\tabsolute_redirect off;\n");
	for (size_t i = 0; i < r->steps.n && more; i++)
		more = write_step(arena, r->steps.item[i], own);
	if (more)
		printf("\t\t\tproxy_set_header X-Place %zu;\n\t\t\tproxy_pass http://127.0.0.1:%s;\n", place, render->echo);
	printf("\t\t}\n");
}

static void write_route(struct render *render, const struct host *h, const struct route *r, bool own)
{
	struct arena *arena = &render->trace.in.arena;
	str path = r->match.path;
	if (is_slash(r))
		return;
	switch (r->match.kind) {
	case MATCH_EXACT:
		location(render, h, r, "=", path, own);
		break;
	case MATCH_PREFIX:
		location(render, h, r, "", str_ends(path, STR("/")) ? path : arena_join(arena, path, STR("/")), own);
		if (!str_ends(path, STR("/")))
			location(render, h, r, "=", path, own);
		break;
	case MATCH_TEXT:
		location(render, h, r, "", path, own);
		break;
	case MATCH_REGEX:
		location(render, h, r, "~*", arena_join(arena, STR("^"), path), own);
		break;
	}
}

/* ---- servers ---- */

/* "~^(?<subdomain>[\w-]+)\.a\.example\.com$" of "*.a.example.com" */
static str one_label(struct arena *arena, str name)
{
	str all = STR("~^(?<subdomain>[\\w-]+)"), label, rest = str_from(name, 2);
	while (rest.n) {
		str_cut(rest, '.', &label, &rest);
		all = arena_join(arena, arena_join(arena, all, STR("\\.")), label);
	}
	return arena_join(arena, all, STR("$"));
}

static void write_name(struct arena *arena, const struct host_name *name)
{
	putchar(' ');
	quoted(name->kind == HOST_ONE_LABEL ? one_label(arena, name->name) : name->kind == HOST_ANY ? STR("_") : name->name);
}

static void write_server(struct render *render, const struct host *h)
{
	struct arena *arena = &render->trace.in.arena;
	struct str_list seen = { 0 };
	render->seen = &seen;
	printf("\tserver {\n\t\tlisten 127.0.0.1:%s%s;\n\t\tserver_name", render->port, h->name.kind == HOST_ANY ? " default_server" : "");
	write_name(arena, &h->name);
	for (size_t i = 0; i < h->aliases.n; i++)
		write_name(arena, &h->aliases.item[i]);
	for (size_t i = 0; i < h->other_names.n; i++)
		write_name(arena, &h->other_names.item[i]);
	printf(";\n\t\tset $place -;\n\t\tset $before $uri;\n\t\tset $best_http_host $http_host;\n");
	for (size_t i = 0; i < h->routes.n; i++)
		write_route(render, h, h->routes.item[i], false);
	for (size_t i = 0; i < h->own.n; i++)
		write_route(render, h, h->own.item[i], true);
	printf("\t}\n");
}

static void write_conf(struct render *render)
{
	const char *folder = render->folder;
	printf("daemon off;\nmaster_process off;\npid %s/nginx.pid;\nerror_log %s/error.log;\nevents { worker_connections 512; }\nhttp {\n", folder, folder);
	printf("\tclient_body_temp_path %s;\n\tproxy_temp_path %s;\n\tfastcgi_temp_path %s;\n\tuwsgi_temp_path %s;\n\tscgi_temp_path %s;\n",
		folder, folder, folder, folder, folder);
	printf("\tlog_format seen escape=json '{\"n\": \"$http_x_n\", \"place\": \"$place\", \"path\": \"$before\", \"after\": \"$uri\"}';\n"
		"\taccess_log %s/access.log seen;\n\tserver_names_hash_max_size 4096;\n\tserver_names_hash_bucket_size 512;\n"
		"\tserver_name_in_redirect off;\n\tport_in_redirect off;\n\tuninitialized_variable_warn off;\n\tkeepalive_timeout 0;\n"
		"\tdefault_type text/plain;\n\tproxy_set_header Host $best_http_host;\n", folder);
	printf("\tserver {\n\t\tlisten 127.0.0.1:%s;\n\t\taccess_log off;\n\t\tmerge_slashes off;\n\t\tadd_header X-Place $http_x_place always;\n"
		"\t\treturn 200 \"$request_uri\";\n\t}\n", render->echo);
	for (size_t i = 0; i < render->entry->hosts.n; i++)
		write_server(render, render->entry->hosts.item[i]);
	if (render->entry->fallback)
		write_server(render, render->entry->fallback);
	printf("}\n");
}

/* ---- answers ---- */

static void answer(struct render *render, str line)
{
	struct request request;
	struct outcome outcome;
	struct arena *scratch = &render->trace.scratch;
	str error;
	if (!trace_request_read(scratch, line, &request, &error))
		give_up("no request", error);
	evaluate(render->trace.evaluator, scratch, &request, &outcome);
	size_t place = outcome.route && !is_slash(outcome.route) ? place_of(render->entry, outcome.route) : 0;
	if (place)
		printf("%zu ", place);
	else
		printf("- ");
	for (size_t i = 0; i < outcome.path.n; i++)
		printf("%02x", (unsigned)(unsigned char)outcome.path.p[i]);
	putchar('\n');
	arena_reset(scratch);
}

/* ---- the program ---- */

static str read_all(struct arena *arena, FILE *file)
{
	size_t n = 0, cap = 1 << 20;
	char *p = arena_alloc(arena, 1, 1, cap);
	for (;;) {
		n += fread(p + n, 1, cap - n, file);
		if (n < cap)
			return (str){ p, n };
		char *more = arena_alloc(arena, 1, 1, cap * 2);
		memcpy(more, p, n);
		p = more;
		cap *= 2;
	}
}

static int work(struct render *render, int argc, char **argv)
{
	struct arena *arena = &render->trace.in.arena;
	FILE *file = fopen(argv[2], "rb");
	if (!file)
		give_up("cannot be read", str_c(argv[2]));
	sources_add(&render->trace.in.sources, str_c(argv[2]), read_all(arena, file));
	fclose(file);
	if (!trace_start(&render->trace) || render->trace.in.model->entries.n != 1)
		give_up("no model with one load balancer", str_c(argv[2]));
	render->entry = render->trace.in.model->entries.item[0];
	if (render->entry->rejected.n)
		give_up("nginx refuses the configuration", render->entry->rejected);
	if (argc == 6) {
		render->port = argv[3];
		render->echo = argv[4];
		render->folder = argv[5];
		write_conf(render);
		return 0;
	}
	str line, rest = read_all(arena, stdin);
	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		answer(render, line);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct intake_options options = { .world = WORLD_CLOSED };
	struct render render = { .port = NULL };
	if (!(argc == 6 && strcmp(argv[1], "conf") == 0) && !(argc == 3 && strcmp(argv[1], "answers") == 0)) {
		fprintf(stderr, "usage: render conf FILE PORT ECHO FOLDER | render answers FILE < requests\n");
		return 2;
	}
	options.limits = doc_limits_fill(options.limits);
	trace_init(&render.trace, &options, 0);
	if (setjmp(render.trace.in.escape.env) != 0)
		give_up("no memory", str_c(argv[2]));
	int code = work(&render, argc, argv);
	trace_release(&render.trace);
	return code;
}
