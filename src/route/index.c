/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model made ready: compiled expressions, host names by kind. Exact names come first, then wildcards with the longest end, then
 * those with the longest beginning, then names of one label and expressions in the order of the hosts, then the host for all others
 * (nginx: server names; reference: ingress-nginx A.9). A Gateway has exact names and ends only.
 */
#include "route/run.h"

/* A name and the host that has it. */
struct named {
	const struct host *host;
	const struct host_name *name;
};

struct entry_index {
	struct map exact, ends, beginnings;   /* to struct named: by name, by ".x" of "*.x", by "x." of "x.*" */
	LIST(struct named *) expressions;
	const struct named *any;
	struct map certificates;         /* name to str * */
	struct map groups;               /* names of groups of expressions, in small letters */
	struct map listeners;            /* to struct listener_list: by the name that they take, "*.x" with its star, "" where they take all */
};

static void compile(struct arena *arena, struct pattern **out, str regex, unsigned flags)
{
	if (!*out)
		*out = pattern_new(arena, regex, flags, NULL, NULL);
}

/* ---- expressions ---- */

static void prepare_guard(struct arena *arena, struct guard *g)
{
	for (size_t i = 0; i < g->patterns.n; i++) {
		struct header_pattern *p = &g->patterns.item[i];
		if (p->regex)
			compile(arena, &p->pattern, p->text, p->nocase ? PATTERN_NOCASE : 0);
	}
}

static void prepare_step(struct arena *arena, struct step *s)
{
	if (s->kind == STEP_REDIRECT && s->as.redirect.regex.n)
		compile(arena, &s->as.redirect.pattern, s->as.redirect.regex, PATTERN_NOCASE);
	else if (s->kind == STEP_REWRITE && s->as.rewrite.regex.n)
		compile(arena, &s->as.rewrite.pattern, s->as.rewrite.regex, PATTERN_NOCASE);
	else if (s->kind == STEP_CORS && s->as.cors.origin_regex.n)
		compile(arena, &s->as.cors.pattern, s->as.cors.origin_regex, PATTERN_NOCASE);
	else if (s->kind == STEP_GUARD)
		prepare_guard(arena, &s->as.guard);
}

/* A group with a name is a variable for all hosts. */
static void note_groups(struct arena *arena, struct entry_index *index, const struct pattern *pattern)
{
	str name;
	size_t group;
	for (size_t i = 0; pattern && pattern_name(pattern, i, &name, &group); i++)
		map_set(&index->groups, arena_lower(arena, name), index);
}

static void prepare_route(struct arena *arena, struct entry_index *index, struct route *r)
{
	/* the "^" binds to the first alternative only, as it does in the configuration that the source comes from */
	if (r->match.kind == MATCH_REGEX && r->match.expression.n)
		compile(arena, &r->match.pattern, r->match.expression, 0);
	else if (r->match.kind == MATCH_REGEX)
		compile(arena, &r->match.pattern, arena_join(arena, STR("^"), r->match.path), PATTERN_NOCASE);
	note_groups(arena, index, r->match.pattern);
	for (size_t i = 0; i < r->match.conditions.n; i++)
		if (r->match.conditions.item[i].regex)
			compile(arena, &r->match.conditions.item[i].pattern, r->match.conditions.item[i].value, 0);
	for (size_t i = 0; i < r->steps.n; i++)
		prepare_step(arena, r->steps.item[i]);
	for (size_t i = 0; i < r->cases.n; i++)
		if (r->cases.item[i].value_regex)
			compile(arena, &r->cases.item[i].pattern, r->cases.item[i].value, 0);
}

/* ---- names ---- */

static struct named *named_new(struct arena *arena, const struct host *host, const struct host_name *name)
{
	struct named *n = NEW(arena, struct named);
	n->host = host;
	n->name = name;
	return n;
}

/* The first host that has a name keeps it. */
static void set_first(struct map *map, str key, struct named *named)
{
	if (!map_get(map, key))
		map_set(map, key, named);
}

static void add_name(struct arena *arena, struct entry_index *index, const struct host *host, struct host_name *name)
{
	struct named *named = named_new(arena, host, name);
	switch (name->kind) {
	case HOST_EXACT:
		set_first(&index->exact, name->name, named);
		break;
	case HOST_LABELS:
		set_first(&index->ends, str_from(name->name, 1), named);
		break;
	case HOST_TAIL:
		set_first(&index->beginnings, str_slice(name->name, 0, name->name.n - 1), named);
		break;
	case HOST_ONE_LABEL:
	case HOST_REGEX:
		if (name->kind == HOST_REGEX)
			compile(arena, &name->pattern, str_from(name->name, 1), PATTERN_NOCASE);
		note_groups(arena, index, name->pattern);
		LIST_PUSH(arena, &index->expressions, named);
		break;
	case HOST_ANY:
		if (!index->any)
			index->any = named;
		break;
	}
}

static bool is_expression(const struct host_name *name)
{
	return name->kind == HOST_ONE_LABEL || name->kind == HOST_REGEX;
}

static void index_host(struct arena *arena, struct entry_index *index, struct host *host)
{
	for (size_t i = 0; i < host->routes.n; i++)
		prepare_route(arena, index, host->routes.item[i]);
	for (size_t i = 0; i < host->own.n; i++)
		prepare_route(arena, index, host->own.item[i]);
	if (!is_expression(&host->name))
		add_name(arena, index, host, &host->name);
}

/* Expressions are asked in the order of the hosts, those of a host's own name and of its aliases alike. */
static void index_aliases(struct arena *arena, struct entry_index *index, struct host *host)
{
	if (is_expression(&host->name))
		add_name(arena, index, host, &host->name);
	for (size_t i = 0; i < host->aliases.n; i++)
		add_name(arena, index, host, &host->aliases.item[i]);
	for (size_t i = 0; i < host->other_names.n; i++)
		add_name(arena, index, host, &host->other_names.item[i]);
}

static struct entry_index *index_new(struct arena *arena)
{
	struct entry_index *index = NEW(arena, struct entry_index);
	map_init(&index->exact, arena);
	map_init(&index->ends, arena);
	map_init(&index->beginnings, arena);
	map_init(&index->certificates, arena);
	map_init(&index->groups, arena);
	map_init(&index->listeners, arena);
	map_set(&index->groups, STR("subdomain"), index);
	return index;
}

static void index_listener(struct arena *arena, struct listener *listener)
{
	struct entry_index *index = listener->index = index_new(arena);
	for (size_t i = 0; i < listener->hosts.n; i++)
		index_host(arena, index, listener->hosts.item[i]);
	for (size_t i = 0; i < listener->hosts.n; i++)
		index_aliases(arena, index, listener->hosts.item[i]);
	for (size_t i = 0; i < listener->steps.n; i++)
		prepare_step(arena, listener->steps.item[i]);
}

static void add_listener(struct arena *arena, struct entry_index *index, const struct listener *listener)
{
	str key = listener->host.kind == HOST_ANY ? (str){ "", 0 } : listener->host.name;
	struct listener_list *list = map_get(&index->listeners, key);
	if (!list) {
		list = NEW(arena, struct listener_list);
		map_set(&index->listeners, key, list);
	}
	LIST_PUSH(arena, list, listener);
}

static void index_entry(struct arena *arena, struct entry *entry)
{
	struct entry_index *index = entry->index = index_new(arena);
	for (size_t i = 0; i < entry->listeners.n; i++) {
		index_listener(arena, entry->listeners.item[i]);
		add_listener(arena, index, entry->listeners.item[i]);
	}
	for (size_t i = 0; i < entry->hosts.n; i++)
		index_host(arena, index, entry->hosts.item[i]);
	for (size_t i = 0; i < entry->hosts.n; i++)
		index_aliases(arena, index, entry->hosts.item[i]);
	if (entry->fallback)
		index_host(arena, index, entry->fallback);
	for (size_t i = 0; i < entry->certificates.n; i++)
		if (!map_get(&index->certificates, entry->certificates.item[i].name))
			map_set(&index->certificates, entry->certificates.item[i].name, &entry->certificates.item[i].secret);
}

void model_prepare(struct model *model)
{
	for (size_t i = 0; i < model->entries.n; i++)
		if (!model->entries.item[i]->index)
			index_entry(model->arena, model->entries.item[i]);
}

/* ---- look-ups ---- */

static const struct named *find_end(const struct entry_index *index, str name)
{
	/* what the star stands for may be empty: ".a.x" */
	for (size_t i = 0; i < name.n; i++) {
		const struct named *named = name.p[i] == '.' ? map_get(&index->ends, str_from(name, i)) : NULL;
		if (named)
			return named;
	}
	return NULL;
}

static const struct named *find_beginning(const struct entry_index *index, str name)
{
	for (size_t i = name.n; i-- > 1;) {
		const struct named *named = name.p[i] == '.' && i + 1 < name.n ? map_get(&index->beginnings, str_slice(name, 0, i + 1)) : NULL;
		if (named)
			return named;
	}
	return NULL;
}

/* The first label is of letters, digits, "_" and "-". */
static bool is_one_label(str name, str end)
{
	if (name.n <= end.n || !str_ends(name, end))
		return false;
	for (size_t i = 0; i < name.n - end.n; i++)
		if (!char_is_alnum(name.p[i]) && name.p[i] != '_' && name.p[i] != '-')
			return false;
	return true;
}

static const struct named *find_expression(struct run *run, const struct entry_index *index, str name)
{
	for (size_t i = 0; i < index->expressions.n; i++) {
		const struct named *named = index->expressions.item[i];
		if (named->name->kind == HOST_REGEX) {
			if (run_search(run, named->name->pattern, name, true, "the expression of a host"))
				return named;
			continue;
		}
		str end = str_from(named->name->name, 1);
		if (!is_one_label(name, end))
			continue;
		/* (?<subdomain>[\\w-]+) */
		run->group[0] = name;
		run->group[1] = str_slice(name, 0, name.n - end.n);
		run_name_group(run, STR("subdomain"), run->group[1]);
		return named;
	}
	return NULL;
}

const struct listener_list *index_listeners(const struct entry_index *index, str name)
{
	static const struct listener_list NONE = { NULL, 0, 0 };
	const struct listener_list *list = map_get(&index->listeners, name);
	return list ? list : &NONE;
}

const struct host *index_find_host(struct run *run, const struct entry_index *index, str name, const struct host_name **by)
{
	const struct named *found = name.n ? map_get(&index->exact, name) : NULL;
	if (!found && name.n)
		found = find_end(index, name);
	if (!found && name.n)
		found = find_beginning(index, name);
	if (!found && name.n)
		found = find_expression(run, index, name);
	if (!found)
		found = index->any;
	*by = found ? found->name : NULL;
	return found ? found->host : NULL;
}

bool index_has_group(const struct entry *entry, struct arena *scratch, str name)
{
	return map_get(&entry->index->groups, arena_lower(scratch, name)) != NULL;
}

str index_find_certificate(const struct entry *entry, struct arena *scratch, str name)
{
	const struct map *map = &entry->index->certificates;
	const str *secret = map_get(map, name);
	size_t dot = str_find_char(name, '.');
	if (!secret && dot < name.n)
		secret = map_get(map, arena_join(scratch, STR("*"), str_from(name, dot)));
	return secret ? *secret : (str){ "", 0 };
}
