/* SPDX-License-Identifier: Apache-2.0 */
/* Targets for people and for other programs: see target_pages.h. */
#include "lib/target_pages.h"

#include "doc/doc.h"
#include "lib/words.h"

/* How many features a target carries: in fields of the Gateway API, in objects of its own, not at all. */
struct carried {
	size_t fields, policies, lost;
};

static struct carried carried_by(const struct target_table *t)
{
	struct carried n = { 0 };
	for (size_t i = 0; i < t->features.n; i++) {
		const struct target_row *row = &t->features.item[i];
		n.lost += str_eq(row->how, STR("none"));
		n.policies += row->said != NULL;
	}
	n.fields = t->features.n - n.lost - n.policies;
	return n;
}

/* Those that decide about what is printed; a Gateway is served by everybody. */
static struct str_list kinds_of(struct arena *arena, const struct target_table *t)
{
	static const str KINDS[] = { STR_INIT("HTTPRoute"), STR_INIT("GRPCRoute"), STR_INIT("TLSRoute"), STR_INIT("TCPRoute"), STR_INIT("UDPRoute"),
		STR_INIT("ListenerSet"), STR_INIT("BackendTLSPolicy") };
	struct str_list out = { 0 };
	for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
		if (target_has_kind(t, KINDS[i]))
			LIST_PUSH(arena, &out, KINDS[i]);
	return out;
}

/* The Gateway API alone is nobody that could run. */
static bool is_implementation(const struct target_table *t)
{
	return t->extends.n > 0;
}

static str judged_word(const struct target_table *t)
{
	return !is_implementation(t) ? STR("-") : t->judged ? STR("yes") : STR("no");
}

static str number(struct arena *arena, size_t n)
{
	return arena_printf(arena, "%zu", n);
}

/* ---- text ---- */

static void list_text(struct buf *out, const struct mapping *m)
{
	struct columns columns = { 0 };
	struct arena *a = out->arena;
	columns_row(&columns, a, 7, (const str[]){ STR("target"), STR("API"), STR("fields"), STR("policies"), STR("lost"), STR("judged"), STR("what it is, and serves") });
	for (size_t i = 0; i < m->targets.n; i++) {
		const struct target_table *t = m->targets.item[i];
		const struct carried n = carried_by(t);
		const struct str_list kinds = kinds_of(a, t);
		columns_row(&columns, a, 7, (const str[]){ t->name, t->version, number(a, n.fields), number(a, n.policies), number(a, n.lost), judged_word(t),
			arena_printf(a, "%.*s: %.*s", STR_ARG(t->title), STR_ARG(str_list_join(a, &kinds, STR(", ")))) });
	}
	columns_print(out, &columns);
	buf_printf(out, "\nAPI: the version of the Gateway API that comes with it. Features are carried in fields of the Gateway API, in policies of its\n"
		"own, or lost. judged: a running one has judged what is printed for it.\n");
}

static void line(struct buf *out, const char *name, str text)
{
	if (text.n == 0)
		return;
	buf_printf(out, "%-16s", name);
	words_wrap(out, text, 16, 16);
}

static str regex_words(struct arena *arena, const struct target_table *t)
{
	const struct regex_dialect *r = &t->regex;
	static const char *ANCHORS[] = { [REGEX_ANCHOR_UNKNOWN] = "some part of a path", [REGEX_FULL] = "the whole path", [REGEX_START] = "a beginning of a path",
		[REGEX_SEARCH] = "any part of a path" };
	if (target_lacks(t, STR("HTTPRoute"), STR("spec.rules[].matches[].path.type"), STR("RegularExpression")))
		return STR("none are taken: what needs one is lost, or stands closed");
	if (r->engine.n == 0)
		return STR("not known: they are written so that they mean the same wherever that can be");
	return arena_printf(arena, "%.*s, for %s; %s(?i)%s%s", STR_ARG(r->engine), ANCHORS[r->anchor], r->icase ? "with " : "without ",
		r->must_start_slash ? ", each begins with a slash" : "", r->longest_first ? ", the longest first and before prefixes" : "");
}

static str releases_words(struct arena *arena, const struct target_table *t)
{
	struct str_list names = { 0 };
	for (size_t i = 0; i < t->releases.n; i++)
		LIST_PUSH(arena, &names, arena_printf(arena, "%.*s (Gateway API %.*s)", STR_ARG(t->releases.item[i].version), STR_ARG(t->releases.item[i].gateway_api)));
	return str_list_join(arena, &names, STR(", "));
}

/* "HTTPRoute spec.rules[].filters[].type: CORS, RequestMirror" */
static str lack_words(struct arena *arena, const struct target_lack *lack)
{
	str values = str_list_join(arena, &lack->values, STR(", "));
	return arena_printf(arena, "%.*s%s%.*s%s%.*s", STR_ARG(lack->kind), lack->field.n ? " " : "", STR_ARG(lack->field), values.n ? ": " : "", STR_ARG(values));
}

static str lack_does(const struct target_lack *lack)
{
	return lack->does == LACK_REFUSED ? STR("refused") : STR("ignored");
}

static void lacks_text(struct buf *out, const struct target_table *t)
{
	struct columns columns = { 0 };
	if (t->lacks.n == 0)
		return;
	columns_row(&columns, out->arena, 3, (const str[]){ STR("would be"), STR("it has it since"), STR("parts of the Gateway API that are not printed for it") });
	for (size_t i = 0; i < t->lacks.n; i++) {
		const struct target_lack *lack = &t->lacks.item[i];
		columns_row(&columns, out->arena, 3, (const str[]){ lack_does(lack), lack->since_target.n ? lack->since_target : STR("-"), lack_words(out->arena, lack) });
	}
	buf_add_char(out, '\n');
	columns_print(out, &columns);
}

static void choices_text(struct buf *out, const struct target_table *t)
{
	struct columns columns = { 0 };
	if (t->choices.n == 0)
		return;
	columns_row(&columns, out->arena, 2, (const str[]){ STR("left open"), STR("what it does") });
	for (size_t i = 0; i < t->choices.n; i++)
		columns_row(&columns, out->arena, 2, (const str[]){ t->choices.item[i].name, t->choices.item[i].value });
	buf_add_char(out, '\n');
	columns_print(out, &columns);
}

static str how_words(struct arena *arena, const struct target_row *row)
{
	return row->said ? arena_printf(arena, "policy %.*s", STR_ARG(row->policy)) : row->how;
}

static void features_text(struct buf *out, const struct target_table *t)
{
	struct columns columns = { 0 };
	columns_row(&columns, out->arena, 4, (const str[]){ STR("feature"), STR("how"), STR("since"), STR("differs, or is lost") });
	for (size_t i = 0; i < t->features.n; i++) {
		const struct target_row *row = &t->features.item[i];
		columns_row(&columns, out->arena, 4, (const str[]){ row->feature, how_words(out->arena, row), tables_since(out->arena, row),
			row->differs.n ? row->differs : row->without });
	}
	buf_add_char(out, '\n');
	columns_print(out, &columns);
}

static void show_text(struct buf *out, const struct target_table *t)
{
	struct arena *a = out->arena;
	const struct carried n = carried_by(t);
	const struct str_list kinds = kinds_of(a, t);
	buf_printf(out, "%.*s: %.*s\n\n", STR_ARG(t->name), STR_ARG(t->title));
	line(out, "GatewayClass", arena_printf(a, "%.*s (%.*s)%s", STR_ARG(t->gateway_class), STR_ARG(t->controller_name),
		t->own_class ? ", which it brings along" : ""));
	line(out, "Gateway API", t->version);
	line(out, "versions", releases_words(a, t));
	if (is_implementation(t))
		line(out, "judged", t->judged ? STR("by a running one") : arena_printf(a, "not judged by a running %.*s", STR_ARG(t->title)));
	line(out, "serves", str_list_join(a, &kinds, STR(", ")));
	line(out, "expressions", regex_words(a, t));
	if (t->default_timeout.n)
		line(out, "limit", arena_printf(a, "%.*s for a whole exchange, where a rule says none", STR_ARG(t->default_timeout)));
	line(out, "features", arena_printf(a, "%zu in fields of the Gateway API, %zu in policies of its own, %zu lost", n.fields, n.policies, n.lost));
	for (size_t i = 0; i < t->beside.n; i++)
		line(out, "needs besides", t->beside.item[i]);
	for (size_t i = 0; i < t->policies.n; i++)
		if (t->policies.item[i].needs.n)
			line(out, "needs besides", t->policies.item[i].needs);
	choices_text(out, t);
	lacks_text(out, t);
	features_text(out, t);
}

/* ---- JSON ---- */

static struct node *texts(struct arena *arena, const struct str_list *list)
{
	struct node *out = node_list(arena);
	for (size_t i = 0; i < list->n; i++)
		node_add(arena, out, node_string(arena, list->item[i]));
	return out;
}

static struct node *summary_json(struct arena *a, const struct target_table *t)
{
	const struct carried n = carried_by(t);
	const struct str_list kinds = kinds_of(a, t);
	struct node *map = node_map(a), *releases = node_map(a);
	node_set_text(a, map, STR("name"), t->name);
	node_set_text(a, map, STR("title"), t->title);
	node_set_text(a, map, STR("version"), t->release);
	node_set_text(a, map, STR("gatewayAPI"), t->version);
	for (size_t i = 0; i < t->releases.n; i++)
		node_set_text(a, releases, t->releases.item[i].version, t->releases.item[i].gateway_api);
	node_set(a, map, STR("versions"), releases);
	node_set_text(a, map, STR("gatewayClass"), t->gateway_class);
	node_set_text(a, map, STR("controllerName"), t->controller_name);
	node_set(a, map, STR("kinds"), texts(a, &kinds));
	if (is_implementation(t))
		node_set(a, map, STR("judged"), node_bool(a, t->judged));
	node_set(a, map, STR("fields"), node_int(a, (int64_t)n.fields));
	node_set(a, map, STR("policies"), node_int(a, (int64_t)n.policies));
	node_set(a, map, STR("lost"), node_int(a, (int64_t)n.lost));
	return map;
}

static struct node *lacks_json(struct arena *a, const struct target_table *t)
{
	struct node *list = node_list(a);
	for (size_t i = 0; i < t->lacks.n; i++) {
		const struct target_lack *lack = &t->lacks.item[i];
		struct node *one = node_map(a);
		node_set_text(a, one, STR("kind"), lack->kind);
		node_set_text(a, one, STR("field"), lack->field);
		if (lack->values.n)
			node_set(a, one, STR("values"), texts(a, &lack->values));
		node_set_text(a, one, STR("does"), lack_does(lack));
		node_set_text(a, one, STR("since"), lack->since_target);
		node_add(a, list, one);
	}
	return list;
}

static struct node *features_json(struct arena *a, const struct target_table *t)
{
	struct node *list = node_list(a);
	for (size_t i = 0; i < t->features.n; i++) {
		const struct target_row *row = &t->features.item[i];
		struct node *one = node_map(a);
		node_set_text(a, one, STR("feature"), row->feature);
		node_set_text(a, one, STR("how"), row->how);
		node_set_text(a, one, STR("policy"), row->policy);
		node_set_text(a, one, STR("since"), row->since);
		node_set_text(a, one, STR("experimental"), row->experimental);
		node_set_text(a, one, STR("differs"), row->differs);
		node_set_text(a, one, STR("without"), row->without);
		node_add(a, list, one);
	}
	return list;
}

static struct node *target_json(struct arena *a, const struct target_table *t)
{
	struct node *map = summary_json(a, t), *choices = node_map(a);
	for (size_t i = 0; i < t->choices.n; i++)
		node_set_text(a, choices, t->choices.item[i].name, t->choices.item[i].value);
	node_set(a, map, STR("choices"), choices);
	node_set_text(a, map, STR("defaultTimeout"), t->default_timeout);
	node_set(a, map, STR("beside"), texts(a, &t->beside));
	node_set(a, map, STR("lacks"), lacks_json(a, t));
	node_set(a, map, STR("features"), features_json(a, t));
	return map;
}

/* ---- both ---- */

static void print_json(struct buf *out, struct node *targets)
{
	struct node *root = node_map(out->arena);
	node_set_text(out->arena, root, STR("schema"), STR("ing2gw/targets/v1"));
	node_set(out->arena, root, STR("targets"), targets);
	doc_write_json(out, root, 0);
	buf_add_char(out, '\n');
}

void targets_list(struct buf *out, const struct tables *tables, bool json)
{
	struct node *list = node_list(out->arena);
	if (!json) {
		list_text(out, tables->mapping);
		return;
	}
	for (size_t i = 0; i < tables->mapping->targets.n; i++)
		node_add(out->arena, list, summary_json(out->arena, tables->mapping->targets.item[i]));
	print_json(out, list);
}

bool targets_show(struct buf *out, const struct tables *tables, str word, bool json, str *why)
{
	const struct target_table *t = mapping_target_at(tables->mapping, out->arena, word);
	if (!t) {
		*why = targets_why(tables, out->arena, word);
		return false;
	}
	if (json) {
		struct node *list = node_list(out->arena);
		node_add(out->arena, list, target_json(out->arena, t));
		print_json(out, list);
	} else {
		show_text(out, t);
	}
	return true;
}
