/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values with variables of nginx: a variable that no configuration has makes nginx refuse the whole of it. What groups of expressions and
 * snippets define is known only when all hosts are there; so the values are noted on the way and looked at in the end.
 */
#include "controllers/server.h"
#include "controllers/variables.h"

void template_note(struct instance *in, struct setting *at)
{
	if (!at || at->noted || !str_has_char(at->value.text, '$'))
		return;
	at->noted = true;
	LIST_PUSH(in->front->arena, &in->templates, at);
}

/* Without a word about what the feature does: it is not asked for here. */
static struct setting *find_setting(struct subject *s, str feature, str field)
{
	for (size_t i = 0; i < s->settings.n; i++) {
		struct setting *at = &s->settings.item[i];
		if (setting_counts(at) && str_eq(at->row->feature, feature) && str_eq(at->row->field, field))
			return at;
	}
	return NULL;
}

void templates_note(struct instance *in, struct subject *s)
{
	static const struct { str feature, field; } TEMPLATES[] = {
		{ STR_INIT("redirect.app-root"), STR_INIT("path") }, { STR_INIT("backend.host"), STR_INIT("name") },
		{ STR_INIT("auth.external"), STR_INIT("url") }, { STR_INIT("mirror"), STR_INIT("target") },
	};
	for (size_t i = 0; i < sizeof TEMPLATES / sizeof *TEMPLATES; i++)
		template_note(in, find_setting(s, TEMPLATES[i].feature, TEMPLATES[i].field));
	/* these stand for nothing without the others */
	if (find_setting(s, STR("auth.external"), STR("url")))
		template_note(in, find_setting(s, STR("auth.external"), STR("signin")));
	if (find_setting(s, STR("mirror"), STR("target")))
		template_note(in, find_setting(s, STR("mirror"), STR("host")));
}

/* ---- what else defines variables ---- */

static bool has_group(str regex, str name, struct arena *a)
{
	regex = arena_lower(a, regex);
	name = arena_lower(a, name);
	return str_has(regex, arena_printf(a, "<%.*s>", STR_ARG(name))) || str_has(regex, arena_printf(a, "'%.*s'", STR_ARG(name)));
}

/* Any text of nginx that names it may define it. */
static bool is_in_snippet(const struct instance *in, str variable)
{
	const struct config_map *map = in->controller->config_map;
	for (size_t i = 0; map && i < map->data.n; i++)
		if (str_ends(map->data.item[i].key, STR("-snippet")) && str_has(map->data.item[i].value, variable))
			return true;
	for (size_t i = 0; i < in->subjects.n; i++)
		for (size_t j = 0; j < in->subjects.item[i]->settings.n; j++) {
			const struct setting *at = &in->subjects.item[i]->settings.item[j];
			if (str_eq(at->row->type, STR("snippet")) && setting_counts(at) && str_has(at->value.text, variable))
				return true;
		}
	return false;
}

static bool is_defined(struct instance *in, str name)
{
	struct arena *a = in->front->arena;
	for (size_t i = 0; i < in->entry->hosts.n; i++) {
		const struct host *h = in->entry->hosts.item[i];
		for (size_t j = 0; j < h->routes.n; j++)
			if (h->routes.item[j]->match.kind == MATCH_REGEX && has_group(h->routes.item[j]->match.path, name, a))
				return true;
		for (size_t j = 0; j < h->other_names.n; j++)
			if (has_group(h->other_names.item[j].name, name, a))
				return true;
	}
	return is_in_snippet(in, arena_join(a, STR("$"), name));
}

/* ---- checking ---- */

static void reject(struct instance *in, const struct setting *at, size_t offset, str why, str help)
{
	struct diag_site site = fact_site_within(in->front, at->fact, at->value.text, offset);
	struct diag *d = diag_addf(in->front->diags, DIAG_CONFIG_REJECTED, site, "nginx refuses the whole configuration: %.*s", STR_ARG(why));
	d->effect = STR("the controller keeps its last good configuration, and no later change of any Ingress is in force");
	d->help = help;
	fact_lost(at->fact, FACT_INVALID, LOSS_NONE, DIAG_CONFIG_REJECTED, STR("nginx refuses the value"));
	entry_reject(in, site.at, d->message);
}

static void check(struct instance *in, const struct setting *at)
{
	struct arena *a = in->front->arena;
	struct str_list names = { 0 };
	str why;
	size_t offset;
	if (!nginx_template_read(a, at->value.text, &names, &why, &offset)) {
		reject(in, at, offset, why, STR("$1 to $9 are the groups of the path; a dollar sign itself is $literal_dollar"));
		return;
	}
	for (size_t i = 0; i < names.n; i++) {
		if (nginx_has_variable(names.item[i]) || is_defined(in, names.item[i]))
			continue;
		str variable = arena_join(a, STR("$"), names.item[i]);
		reject(in, at, str_find(at->value.text, variable), arena_join(a, STR("it has no variable "), variable),
			STR("correct the name; what the controller's ConfigMap defines in http-snippet is known where\n"
				"that ConfigMap is in the input"));
	}
}

void templates_check(struct instance *in)
{
	for (size_t i = 0; i < in->templates.n; i++)
		check(in, in->templates.item[i]);
}
