/* SPDX-License-Identifier: Apache-2.0 */
/* A controller's settings outside the Ingresses: its ConfigMap, the arguments of its workload, the table's defaults. */
#include "controllers/subject.h"

#include "mapping/pattern.h"

static bool image_matches(const struct controller_table *table, str image)
{
	for (size_t i = 0; i < table->images.n; i++)
		if (str_has(image, table->images.item[i]))
			return true;
	return false;
}

static const struct workload *find_workload(const struct front *front, const struct controller_table *table)
{
	for (size_t i = 0; i < front->snapshot->workloads.n; i++) {
		const struct workload *w = front->snapshot->workloads.item[i];
		for (size_t j = 0; j < w->images.n; j++)
			if (image_matches(table, w->images.item[j]))
				return w;
	}
	return NULL;
}

/*
 * The name and value of an argument: of "--name=value", of "--name" with the value as the argument behind it, or "true" where none is
 * behind it. False when the text is no option.
 */
static bool split_argument(const struct workload *w, size_t i, str *name, str *value)
{
	str text = w->args.item[i]->value;
	if (!str_starts(text, STR("-")))
		return false;
	while (str_starts(text, STR("-")))
		text = str_from(text, 1);
	bool more = i + 1 < w->args.n && !str_starts(w->args.item[i + 1]->value, STR("-"));
	if (!str_cut(text, '=', name, value))
		*value = more ? w->args.item[i + 1]->value : STR("true");
	return true;
}

static void split_flag(str text, str *name, str *value)
{
	while (str_starts(text, STR("-")))
		text = str_from(text, 1);
	if (!str_cut(text, '=', name, value))
		*value = STR("true");
}

/* The last one counts where there are several. */
str controller_argument(const struct front *front, const struct controller_table *table, str name)
{
	str head, value, found = { "", 0 };
	const struct workload *w = find_workload(front, table);
	for (size_t i = 0; w && i < w->args.n; i++)
		if (split_argument(w, i, &head, &value) && str_eq(head, name))
			found = value;
	for (size_t i = 0; i < front->controller_flags->n; i++) {
		split_flag(front->controller_flags->item[i], &head, &value);
		found = str_eq(head, name) ? value : found;
	}
	return found;
}

/* "1.11", "v1.11.2" as 1011; 0 when it is no version. */
static unsigned parse_version(str text)
{
	str major, rest, minor;
	uint64_t a, b;
	if (str_starts(text, STR("v")))
		text = str_from(text, 1);
	if (!str_cut(text, '.', &major, &rest))
		return 0;
	size_t n = 0;
	while (n < rest.n && char_is_digit(rest.p[n]))
		n++;
	minor = str_slice(rest, 0, n);
	return str_to_u64(major, 99, &a) && str_to_u64(minor, 999, &b) ? (unsigned)(1000 * a + b) : 0;
}

/* The tag of an image: what stands behind the last colon, which comes after the last slash, and before a digest. */
static str image_tag(str image)
{
	image = str_slice(image, 0, str_find_char(image, '@'));
	str name = str_from(image, str_has_char(image, '/') ? str_find_last_char(image, '/') + 1 : 0);
	return str_from(name, str_find_char(name, ':') + 1);
}

/* The user's word, else the tag of the image that the workload runs. */
static void find_version(struct front *front, struct controller_settings *c)
{
	c->version = parse_version(front->controller_version);
	for (size_t i = 0; c->workload && c->version == 0 && i < c->workload->images.n; i++) {
		str image = c->workload->images.item[i];
		if (!image_matches(c->table, image))
			continue;
		c->version = parse_version(image_tag(image));
		if (c->version == 0)
			continue;
		struct diag_site site = { c->workload->meta.at, 1, arena_printf(front->arena, "%.*s/%.*s/%.*s", STR_ARG(c->workload->kind),
			STR_ARG(c->workload->meta.namespace), STR_ARG(c->workload->meta.name)) };
		diag_addf(front->diags, DIAG_SETTINGS_SOURCE, site, "%.*s is taken to be version %u.%u: the tag of its image", STR_ARG(c->table->title),
			c->version / 1000, c->version % 1000);
	}
}

bool controller_is_before(const struct controller_settings *c, unsigned version)
{
	return c->version && c->version < version;
}

/* "--name=value", "-name=value", "--name" (true). */
static void set_flag(struct front *front, struct controller_settings *c, str name, str value)
{
	str *at = NEW(front->arena, str);
	*at = value;
	map_set(&c->flags, name, at);
}

/* The command line of the workload, and above it what the user says. */
static void read_flags(struct front *front, struct controller_settings *c)
{
	str name, value;
	for (size_t i = 0; c->workload && i < c->workload->args.n; i++)
		if (split_argument(c->workload, i, &name, &value))
			set_flag(front, c, name, value);
	for (size_t i = 0; i < front->controller_flags->n; i++) {
		split_flag(front->controller_flags->item[i], &name, &value);
		set_flag(front, c, name, value);
	}
}

static str flag(const struct controller_settings *c, str name)
{
	const str *v = name.n ? map_get(&c->flags, name) : NULL;
	return v ? *v : (str){ "", 0 };
}

static const struct config_map *named_config_map(const struct front *front, str ref)
{
	str namespace, name;
	if (!str_cut(ref, '/', &namespace, &name))
		return NULL;
	return snapshot_config_map(front->snapshot, namespace, name);
}

static void say_missing(struct front *front, const struct controller_settings *c, str ref)
{
	struct diag_site site = { c->workload ? c->workload->meta.at : (struct place){ 0, 0 }, 1, arena_printf(front->arena, "ConfigMap/%.*s", STR_ARG(ref)) };
	struct diag *d = diag_addf(front->diags, DIAG_SETTINGS_MISSING, site, "the ConfigMap %.*s that configures %.*s is not in the input", STR_ARG(ref),
		STR_ARG(c->table->title));
	d->effect = STR("its documented defaults are taken to be in force; protections that it switches on for all hosts are not seen");
	d->help = STR("add it to the input (kubectl get configmap -A -o yaml), or name another one with --controller-config");
}

str controller_reference(struct arena *arena, const struct controller_settings *c, str text)
{
	static const str HERE = STR_INIT("$(POD_NAMESPACE)");
	str namespace = c->namespace, usual;
	if (!str_starts(text, HERE))
		return text;
	if (namespace.n == 0 && !str_cut(c->table->configmap, '/', &namespace, &usual))
		namespace = STR("default");
	return arena_join(arena, namespace, str_from(text, HERE.n));
}

/* Which ConfigMap counts: the option, the argument, the usual name (design: open and closed world). */
static void find_config_map(struct front *front, struct controller_settings *c)
{
	const struct { str ref, why; } places[] = {
		{ front->controller_config, STR("--controller-config names it") },
		{ flag(c, STR("configmap")), STR("the arguments of the controller name it") },
		{ c->table->configmap, STR("it has the usual name") },
	};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		str ref = controller_reference(front->arena, c, places[i].ref);
		c->config_map = named_config_map(front, ref);
		if (!c->config_map && ref.n && i < 2)
			say_missing(front, c, ref);
		if (c->config_map) {
			struct diag_site site = { c->config_map->meta.at, 1, arena_printf(front->arena, "ConfigMap/%.*s", STR_ARG(ref)) };
			diag_addf(front->diags, DIAG_SETTINGS_SOURCE, site, "settings of %.*s are taken from ConfigMap %.*s: %.*s",
				STR_ARG(c->table->title), STR_ARG(ref), STR_ARG(places[i].why));
			return;
		}
	}
}

bool value_is_off(str value)
{
	static const str OFF[] = { STR_INIT("off"), STR_INIT("false"), STR_INIT("0"), STR_INIT("none") };
	for (size_t i = 0; i < sizeof OFF / sizeof *OFF; i++)
		if (str_eq_nocase(OFF[i], value))
			return true;
	return value.n == 0;
}

static bool is_known_key(const struct controller_table *table, str key)
{
	for (size_t i = 0; i < table->defaults.n; i++)
		if (str_eq(table->defaults.item[i].configmap, key))
			return true;
	return str_list_has(&table->settings, key);
}

/* Keys of the ConfigMap that no row stands for: whatever they change is not carried over. */
static void read_unknown_keys(struct front *front, const struct controller_settings *c)
{
	struct str_list names = { 0 };
	for (size_t i = 0; c->config_map && i < c->config_map->data.n; i++) {
		const struct data_entry *e = &c->config_map->data.item[i];
		if (is_known_key(c->table, e->key))
			continue;
		struct fact *f = ledger_fact(front->ledger, NULL, arena_join(front->arena, STR("default:"), e->key), e->value, e->at, (uint32_t)e->key.n);
		fact_lost(f, FACT_UNKNOWN, LOSS_BEHAVIOUR, DIAG_SETTINGS_UNKNOWN, STR("no table has a row for this key of the ConfigMap"));
		str_list_add_new(front->arena, &names, e->key);
	}
	if (names.n == 0)
		return;
	str_list_sort(&names);
	struct diag_site site = { c->config_map->meta.at, 1, arena_printf(front->arena, "ConfigMap/%.*s/%.*s", STR_ARG(c->config_map->meta.namespace),
		STR_ARG(c->config_map->meta.name)) };
	struct diag *d = diag_addf(front->diags, DIAG_SETTINGS_UNKNOWN, site, "%zu keys of the controller's ConfigMap are not looked at", names.n);
	d->loss = LOSS_BEHAVIOUR;
	d->from_default = true;
	d->effect = arena_printf(front->arena, "what they change for all hosts is not carried over: %.*s", STR_ARG(str_list_join(front->arena, &names, STR(", "))));
	d->help = STR("look each up in the documentation of the controller and decide by hand");
}

static void read_defaults(struct front *front, struct controller_settings *c)
{
	for (size_t i = 0; i < c->table->defaults.n; i++) {
		str feature = c->table->defaults.item[i].feature;
		if (controller_default_fact(c, feature))
			continue;
		struct fact *f = ledger_fact(front->ledger, NULL, arena_join(front->arena, STR("default:"), feature),
			controller_default(c, feature, c->table->defaults.item[i].field), c->config_map ? c->config_map->meta.at : (struct place){ 0, 0 }, 1);
		f->feature = feature;
		if (value_is_off(f->value))
			fact_idle(f, STR("it is switched off"));
		else if (c->table->defaults.item[i].common && str_eq(f->value, c->table->defaults.item[i].value))
			fact_idle(f, STR("a Gateway does the same by itself"));
		LIST_PUSH(front->arena, &c->defaults, f);
	}
}

struct controller_settings *controller_settings_find(struct front *front, const struct controller_table *table)
{
	struct controller_settings *c = NEW(front->arena, struct controller_settings);
	c->table = table;
	map_init(&c->flags, front->arena);
	c->workload = find_workload(front, table);
	if (c->workload)
		c->namespace = c->workload->meta.namespace;
	read_flags(front, c);
	find_version(front, c);
	str prefix = flag(c, STR("annotations-prefix"));
	if (prefix.n)
		c->prefix = arena_join(front->arena, prefix, STR("/"));
	find_config_map(front, c);
	read_defaults(front, c);
	read_unknown_keys(front, c);
	c->inspection = pattern_set_new(front->arena, &table->inspection);
	return c;
}

static const struct default_row *default_row(const struct controller_table *table, str feature, str field)
{
	for (size_t i = 0; i < table->defaults.n; i++)
		if (str_eq(table->defaults.item[i].feature, feature) && str_eq(table->defaults.item[i].field, field))
			return &table->defaults.item[i];
	return NULL;
}

str controller_config_value(const struct controller_settings *c, str key)
{
	for (size_t i = 0; c->config_map && key.n && i < c->config_map->data.n; i++)
		if (str_eq(c->config_map->data.item[i].key, key))
			return str_trim(c->config_map->data.item[i].value);
	return (str){ "", 0 };
}

str controller_default(const struct controller_settings *c, str feature, str field)
{
	const struct default_row *row = default_row(c->table, feature, field);
	if (!row)
		return (str){ "", 0 };
	str v = controller_config_value(c, row->configmap);
	if (v.n)
		return v;
	str f = flag(c, row->flag);
	return f.n ? f : row->value;
}

bool controller_default_flag(const struct controller_settings *c, str feature, str field)
{
	str v = controller_default(c, feature, field);
	return str_eq_nocase(v, STR("true")) || str_eq(v, STR("1")) || str_eq(v, STR("t")) || str_eq(v, STR("T"));
}

struct fact *controller_default_fact(const struct controller_settings *c, str feature)
{
	for (size_t i = 0; i < c->defaults.n; i++)
		if (str_eq(c->defaults.item[i]->feature, feature))
			return c->defaults.item[i];
	return NULL;
}
