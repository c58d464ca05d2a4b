/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of targets: what an implementation of the Gateway API can say, and in which objects. */
#include "mapping/load.h"

#include <stdlib.h>

#include "mapping/template.h"

static const str HOWS[] = {
	STR_INIT("filter"), STR_INIT("match"), STR_INIT("field"), STR_INIT("listener"), STR_INIT("redirect-route"), STR_INIT("weights"),
	STR_INIT("policy"), STR_INIT("none"), STR_INIT("static"),
};

static const struct key TARGET_ROW_KEYS[] = {
	{ STR_INIT("feature"), KEY_TEXT, NEEDED, offsetof(struct target_row, feature), NULL, 0, NULL },
	{ STR_INIT("how"), KEY_WORD, NEEDED, offsetof(struct target_row, how), HOWS, COUNT_OF(HOWS), NULL },
	{ STR_INIT("since"), KEY_TEXT, OPTIONAL, offsetof(struct target_row, since), NULL, 0, NULL },
	{ STR_INIT("experimental"), KEY_TEXT, OPTIONAL, offsetof(struct target_row, experimental), NULL, 0, NULL },
	{ STR_INIT("policy"), KEY_TEXT, OPTIONAL, offsetof(struct target_row, policy), NULL, 0, NULL },
	{ STR_INIT("said"), KEY_OTHER, OPTIONAL, 0, NULL, 0, NULL },
	{ STR_INIT("read_as"), KEY_TEXT, OPTIONAL, offsetof(struct target_row, read_as), NULL, 0, NULL },
	{ STR_INIT("hides"), KEY_TEXTS, OPTIONAL, offsetof(struct target_row, hides), NULL, 0, NULL },
	{ STR_INIT("tells"), KEY_TEXTS, OPTIONAL, offsetof(struct target_row, tells), NULL, 0, NULL },
	{ STR_INIT("must"), KEY_TEXTS, OPTIONAL, offsetof(struct target_row, must), NULL, 0, NULL },
	{ STR_INIT("differs"), KEY_TEXT, OPTIONAL, offsetof(struct target_row, differs), NULL, 0, NULL },
	{ STR_INIT("todo"), KEY_TEXT, OPTIONAL, offsetof(struct target_row, todo), NULL, 0, NULL },
	{ STR_INIT("command"), KEY_TEXT, OPTIONAL, offsetof(struct target_row, command), NULL, 0, NULL },
	{ STR_INIT("without"), KEY_TEXT, OPTIONAL, offsetof(struct target_row, without), NULL, 0, NULL },
	{ STR_INIT("since_target"), KEY_TEXT, OPTIONAL, offsetof(struct target_row, since_target), NULL, 0, NULL },
};

static const struct key TARGET_KEYS[] = {
	{ STR_INIT("name"), KEY_TEXT, NEEDED, offsetof(struct target_table, name), NULL, 0, NULL },
	{ STR_INIT("title"), KEY_TEXT, NEEDED, offsetof(struct target_table, title), NULL, 0, NULL },
	{ STR_INIT("gateway_class"), KEY_TEXT, NEEDED, offsetof(struct target_table, gateway_class), NULL, 0, NULL },
	{ STR_INIT("controller_name"), KEY_TEXT, NEEDED, offsetof(struct target_table, controller_name), NULL, 0, NULL },
	{ STR_INIT("version"), KEY_TEXT, NEEDED, offsetof(struct target_table, version), NULL, 0, NULL },
	{ STR_INIT("kinds"), KEY_TEXTS, OPTIONAL, offsetof(struct target_table, kinds), NULL, 0, NULL },
	{ STR_INIT("extends"), KEY_TEXT, OPTIONAL, offsetof(struct target_table, extends), NULL, 0, NULL },
	{ STR_INIT("regex"), KEY_OTHER, OPTIONAL, 0, NULL, 0, NULL },
	{ STR_INIT("choices"), KEY_OTHER, OPTIONAL, 0, NULL, 0, NULL },
	{ STR_INIT("left_open"), KEY_OTHER, OPTIONAL, 0, NULL, 0, NULL },
	{ STR_INIT("default_timeout"), KEY_TEXT, OPTIONAL, offsetof(struct target_table, default_timeout), NULL, 0, NULL },
	{ STR_INIT("usual_body"), KEY_TEXT, OPTIONAL, offsetof(struct target_table, usual_body), NULL, 0, NULL },
	{ STR_INIT("endless"), KEY_OTHER, OPTIONAL, 0, NULL, 0, NULL },
	{ STR_INIT("answer"), KEY_OTHER, OPTIONAL, 0, NULL, 0, NULL },
	{ STR_INIT("override"), KEY_OTHER, OPTIONAL, 0, NULL, 0, NULL },
	{ STR_INIT("refused"), KEY_OTHER, OPTIONAL, 0, NULL, 0, NULL },
	{ STR_INIT("policies"), KEY_OTHER, OPTIONAL, 0, NULL, 0, NULL },
	{ STR_INIT("steps"), KEY_TEXTS, OPTIONAL, offsetof(struct target_table, steps), NULL, 0, NULL },
	{ STR_INIT("order"), KEY_OTHER, OPTIONAL, 0, NULL, 0, NULL },
	{ STR_INIT("releases"), KEY_OTHER, OPTIONAL, 0, NULL, 0, NULL },
	{ STR_INIT("judged"), KEY_FLAG, OPTIONAL, offsetof(struct target_table, judged), NULL, 0, NULL },
	{ STR_INIT("own_class"), KEY_FLAG, OPTIONAL, offsetof(struct target_table, own_class), NULL, 0, NULL },
	{ STR_INIT("own_certificates"), KEY_FLAG, OPTIONAL, offsetof(struct target_table, own_certificates), NULL, 0, NULL },
	{ STR_INIT("class_annotations"), KEY_OTHER, OPTIONAL, 0, NULL, 0, NULL },
	{ STR_INIT("beside"), KEY_TEXTS, OPTIONAL, offsetof(struct target_table, beside), NULL, 0, NULL },
	{ STR_INIT("lacks"), KEY_OTHER, OPTIONAL, 0, NULL, 0, NULL },
	{ STR_INIT("features"), KEY_OTHER, OPTIONAL, 0, NULL, 0, NULL },
};

static const struct key LEFT_OPEN_KEYS[] = {
	{ STR_INIT("choice"), KEY_TEXT, NEEDED, offsetof(struct left_open, choice), NULL, 0, NULL },
	{ STR_INIT("value"), KEY_TEXT, NEEDED, offsetof(struct left_open, value), NULL, 0, NULL },
	{ STR_INIT("by"), KEY_TEXTS, OPTIONAL, offsetof(struct left_open, by), NULL, 0, NULL },
	{ STR_INIT("means"), KEY_TEXT, NEEDED, offsetof(struct left_open, means), NULL, 0, NULL },
};

/* Of what is no feature of its own. */
static const struct key BARE_KEYS[] = {
	{ STR_INIT("policy"), KEY_TEXT, NEEDED, offsetof(struct target_row, policy), NULL, 0, NULL },
	{ STR_INIT("said"), KEY_OTHER, OPTIONAL, 0, NULL, 0, NULL },
};

static const struct key ORDER_KEYS[] = {
	{ STR_INIT("policy"), KEY_TEXT, NEEDED, offsetof(struct target_order, row.policy), NULL, 0, NULL },
	{ STR_INIT("said"), KEY_OTHER, OPTIONAL, 0, NULL, 0, NULL },
	{ STR_INIT("steps"), KEY_TEXTS, NEEDED, offsetof(struct target_order, steps), NULL, 0, NULL },
};

static const struct key ANSWER_KEYS[] = {
	{ STR_INIT("policy"), KEY_TEXT, NEEDED, offsetof(struct target_row, policy), NULL, 0, NULL },
	{ STR_INIT("said"), KEY_OTHER, OPTIONAL, 0, NULL, 0, NULL },
	{ STR_INIT("words"), KEY_OTHER, OPTIONAL, 0, NULL, 0, NULL },
};

static const struct key WORD_KEYS[] = {
	{ STR_INIT("variable"), KEY_TEXT, OPTIONAL, offsetof(struct answer_word, variable), NULL, 0, NULL },
	{ STR_INIT("cut"), KEY_FLAG, OPTIONAL, offsetof(struct answer_word, cut), NULL, 0, NULL },
	{ STR_INIT("said"), KEY_TEXT, NEEDED, offsetof(struct answer_word, said), NULL, 0, NULL },
};

static const str ENGINES[] = { STR_INIT("re2"), STR_INIT("rust"), STR_INIT("pcre"), STR_INIT("posix") };
static const str ANCHORS[] = { [REGEX_ANCHOR_UNKNOWN] = STR_INIT("unknown"), [REGEX_FULL] = STR_INIT("full"), [REGEX_START] = STR_INIT("start"),
	[REGEX_SEARCH] = STR_INIT("search") };

static void set_anchor(void *row, size_t word)
{
	((struct regex_dialect *)row)->anchor = (enum regex_anchor)word;
}

static const struct key REGEX_KEYS[] = {
	{ STR_INIT("engine"), KEY_WORD, NEEDED, offsetof(struct regex_dialect, engine), ENGINES, COUNT_OF(ENGINES), NULL },
	{ STR_INIT("anchor"), KEY_WORD, NEEDED, 0, ANCHORS, COUNT_OF(ANCHORS), set_anchor },
	{ STR_INIT("icase"), KEY_FLAG, OPTIONAL, offsetof(struct regex_dialect, icase), NULL, 0, NULL },
	{ STR_INIT("must_start_slash"), KEY_FLAG, OPTIONAL, offsetof(struct regex_dialect, must_start_slash), NULL, 0, NULL },
	{ STR_INIT("longest_first"), KEY_FLAG, OPTIONAL, offsetof(struct regex_dialect, longest_first), NULL, 0, NULL },
};

static int compare_targets(const void *a, const void *b)
{
	return str_cmp((*(struct target_table *const *)a)->name, (*(struct target_table *const *)b)->name);
}

static struct target_table *find_target(const struct mapping *mapping, str name)
{
	for (size_t i = 0; i < mapping->targets.n; i++)
		if (str_eq(mapping->targets.item[i]->name, name))
			return mapping->targets.item[i];
	return NULL;
}

/* ---- policies ---- */

static const str ATTACHMENTS[] = { [ATTACH_RULE] = STR_INIT("rule"), [ATTACH_ROUTE] = STR_INIT("route"), [ATTACH_GATEWAY] = STR_INIT("gateway"),
	[ATTACH_FILTER] = STR_INIT("filter"), [ATTACH_ANNOTATIONS] = STR_INIT("annotations"), [ATTACH_PARAMETERS] = STR_INIT("parameters") };

static void set_attachment(void *row, size_t word)
{
	((struct policy_kind *)row)->attaches = (enum attachment)word;
}

static const struct key POLICY_KEYS[] = {
	{ STR_INIT("kind"), KEY_TEXT, NEEDED, offsetof(struct policy_kind, kind), NULL, 0, NULL },
	{ STR_INIT("group"), KEY_TEXT, NEEDED, offsetof(struct policy_kind, group), NULL, 0, NULL },
	{ STR_INIT("version"), KEY_TEXT, NEEDED, offsetof(struct policy_kind, version), NULL, 0, NULL },
	{ STR_INIT("attaches"), KEY_WORD, NEEDED, 0, ATTACHMENTS, COUNT_OF(ATTACHMENTS), set_attachment },
	{ STR_INIT("one_each"), KEY_FLAG, OPTIONAL, offsetof(struct policy_kind, one_each), NULL, 0, NULL },
	{ STR_INIT("apart"), KEY_TEXT, OPTIONAL, offsetof(struct policy_kind, apart), NULL, 0, NULL },
	{ STR_INIT("single"), KEY_FLAG, OPTIONAL, offsetof(struct policy_kind, single), NULL, 0, NULL },
	{ STR_INIT("alone"), KEY_FLAG, OPTIONAL, offsetof(struct policy_kind, alone), NULL, 0, NULL },
	{ STR_INIT("bare"), KEY_FLAG, OPTIONAL, offsetof(struct policy_kind, bare), NULL, 0, NULL },
	{ STR_INIT("sorted"), KEY_FLAG, OPTIONAL, offsetof(struct policy_kind, sorted), NULL, 0, NULL },
	{ STR_INIT("absent_ignored"), KEY_FLAG, OPTIONAL, offsetof(struct policy_kind, absent_ignored), NULL, 0, NULL },
	{ STR_INIT("local"), KEY_FLAG, OPTIONAL, offsetof(struct policy_kind, local), NULL, 0, NULL },
	{ STR_INIT("needs"), KEY_TEXT, OPTIONAL, offsetof(struct policy_kind, needs), NULL, 0, NULL },
	{ STR_INIT("drops_rule"), KEY_FLAG, OPTIONAL, offsetof(struct policy_kind, drops_rule), NULL, 0, NULL },
	{ STR_INIT("inert"), KEY_TEXTS, OPTIONAL, offsetof(struct policy_kind, inert), NULL, 0, NULL },
	{ STR_INIT("merge"), KEY_OTHER, OPTIONAL, 0, NULL, 0, NULL },
};

static const struct key MERGE_KEYS[] = {
	{ STR_INIT("field"), KEY_TEXT, NEEDED, offsetof(struct merge_rule, field), NULL, 0, NULL },
	{ STR_INIT("wins"), KEY_TEXT, OPTIONAL, offsetof(struct merge_rule, wins), NULL, 0, NULL },
	{ STR_INIT("order"), KEY_TEXTS, OPTIONAL, offsetof(struct merge_rule, order), NULL, 0, NULL },
};

static void load_policy(struct loader *loader, struct target_table *table, const struct node *node)
{
	struct policy_kind kind = { 0 };
	if (!load_keys(loader, node, POLICY_KEYS, COUNT_OF(POLICY_KEYS), true, &kind) || !load_once(loader, node, kind.kind))
		return;
	if ((policy_kind_is_many(&kind) || kind.sorted || kind.absent_ignored) && kind.attaches != ATTACH_FILTER)
		load_fault(loader, node->at, 1, "one_each, apart, sorted and absent_ignored go with attaches filter");
	if (kind.one_each && kind.apart.n)
		load_fault(loader, node->at, 1, "one_each and apart exclude each other");
	const struct node *list = load_list(loader, node, STR("merge"));
	for (size_t i = 0; list && i < list->as.list.n; i++) {
		struct merge_rule rule = { 0 };
		if (!load_keys(loader, list->as.list.item[i], MERGE_KEYS, COUNT_OF(MERGE_KEYS), true, &rule))
			continue;
		if ((rule.wins.n > 0) == (rule.order.n > 0))
			load_fault(loader, list->as.list.item[i]->at, 1, "a rule of merge has either wins or order");
		LIST_PUSH(loader->mapping->arena, &kind.merge, rule);
	}
	for (size_t i = 0; i < table->policies.n; i++)
		if (str_eq(table->policies.item[i].kind, kind.kind)) {
			table->policies.item[i] = kind;
			return;
		}
	LIST_PUSH(loader->mapping->arena, &table->policies, kind);
}

/* A map; of a kind whose objects say one thing each, a list of maps as well. */
static bool is_template(const struct policy_kind *kind, const struct node *said)
{
	bool good = said->kind == NODE_MAP || (kind && kind->one_each && said->kind == NODE_LIST && said->as.list.n > 0);
	for (size_t i = 0; good && said->kind == NODE_LIST && i < said->as.list.n; i++)
		good = said->as.list.item[i]->kind == NODE_MAP;
	return good;
}

static void policy_unknown(struct loader *loader, const struct target_table *table, const struct node *row, str kind)
{
	struct str_list kinds = { 0 };
	const struct node *at = node_get(row, STR("policy"));
	for (size_t i = 0; i < table->policies.n; i++)
		LIST_PUSH(loader->mapping->diags->arena, &kinds, table->policies.item[i].kind);
	load_fault_as(loader, DIAG_TABLE_NAME, at->at, at->span, "the list policies has no kind %.*s", STR_ARG(kind))->help =
		kinds.n ? load_help(loader, kind, &kinds, "it has") : STR("it is empty: give it a row with kind, group, version and attaches");
}

/* With how policy a row may name a kind of the list policies; then it has the template of its spec. */
static bool load_said(struct loader *loader, const struct target_table *table, const struct node *node, struct target_row *row)
{
	const struct policy_kind *kind = target_policy(table, row->policy);
	const struct node *todo = node_get(node, STR("todo"));
	row->said = node_get(node, STR("said"));
	if (!row->said && row->policy.n == 0)
		return true;
	if (!str_eq(row->how, STR("policy")) || row->policy.n == 0 || !row->said || !is_template(kind, row->said)) {
		load_fault(loader, node->at, 1, "policy and said, a map, go together, and with how policy");
		return false;
	}
	if (!kind) {
		policy_unknown(loader, table, node, row->policy);
		return false;
	}
	if (!load_check_holes(loader, row->said, row->feature) || (todo && !load_check_holes(loader, todo, row->feature)))
		return false;
	for (size_t i = 0; i < row->must.n; i++)
		if (!load_check_feature(loader, node, row->feature, row->must.item[i]))
			return false;
	return true;
}

/* What one field says for two features is read back as one of them; a table of the user's may say one of them in another way. */
static void check_read_as(struct loader *loader, const struct target_table *table)
{
	for (size_t i = 0; i < table->features.n; i++) {
		struct target_row *row = &table->features.item[i];
		const struct target_row *other = row->read_as.n ? map_get(&table->by_feature, row->read_as) : NULL;
		if (row->read_as.n == 0)
			continue;
		if (!row->said || !other || !other->said || other->read_as.n)
			load_fault_as(loader, DIAG_TABLE_NAME, table->at, 1, "%.*s cannot be read as %.*s: both need said, and one of them read_as", STR_ARG(row->feature),
				STR_ARG(row->read_as));
		else if (!node_equal(row->said, other->said))
			row->read_as = (str){ "", 0 };
	}
}

static void load_bare(struct loader *loader, const struct target_table *table, const struct node *node, struct target_row *out)
{
	struct target_row row = { .how = STR_INIT("policy") };
	if (node && load_keys(loader, node, BARE_KEYS, COUNT_OF(BARE_KEYS), true, &row) && load_said(loader, table, node, &row))
		*out = row;
}

static void load_order(struct loader *loader, struct target_table *table, const struct node *node)
{
	struct target_order order = { .row = { .how = STR_INIT("policy") } };
	if (node && load_keys(loader, node, ORDER_KEYS, COUNT_OF(ORDER_KEYS), true, &order) && load_said(loader, table, node, &order.row))
		table->order = order;
}

static void load_answer(struct loader *loader, struct target_table *table, const struct node *node)
{
	struct target_row row = { .how = STR_INIT("policy") };
	if (!node || !load_keys(loader, node, ANSWER_KEYS, COUNT_OF(ANSWER_KEYS), true, &row) || !load_said(loader, table, node, &row))
		return;
	const struct node *list = load_list(loader, node, STR("words"));
	table->answer = row;
	table->answer_words.n = 0;
	for (size_t i = 0; list && i < list->as.list.n; i++) {
		struct answer_word word = { 0 };
		if (!load_keys(loader, list->as.list.item[i], WORD_KEYS, COUNT_OF(WORD_KEYS), true, &word))
			continue;
		if (word.said.n == 0 || word.said.p[0] != '%')
			load_fault(loader, list->as.list.item[i]->at, 1, "said begins with %%, so that it is told from plain text");
		if (word.variable.n == 0 && !str_has(str_from(word.said, str_find(word.said, STR("${regex}"))), STR("${group}")))
			load_fault(loader, list->as.list.item[i]->at, 1, "without variable a word is for groups, and has ${regex} and then ${group}");
		LIST_PUSH(loader->mapping->arena, &table->answer_words, word);
	}
}

static void load_regex(struct loader *loader, struct target_table *table, const struct node *node)
{
	struct regex_dialect dialect = { 0 };
	if (node && load_keys(loader, node, REGEX_KEYS, COUNT_OF(REGEX_KEYS), true, &dialect))
		table->regex = dialect;
}

/* Names and values are looked at where they are known: see tables_load(). */
static void load_choice(struct arena *arena, struct target_table *table, struct target_choice choice)
{
	for (size_t i = 0; i < table->choices.n; i++)
		if (str_eq(table->choices.item[i].name, choice.name)) {
			table->choices.item[i] = choice;
			return;
		}
	LIST_PUSH(arena, &table->choices, choice);
}

static void load_choices(struct loader *loader, struct target_table *table, const struct node *node)
{
	if (!node || node_is_null(node))
		return;
	if (node->kind != NODE_MAP) {
		load_fault_as(loader, DIAG_TABLE_TYPE, node->at, node->span, "a map is wanted here, from names of choices to what is chosen");
		return;
	}
	for (size_t i = 0; i < node->as.map.n; i++) {
		const struct pair *pair = &node->as.map.item[i];
		load_choice(loader->mapping->arena, table, (struct target_choice){ pair->key, node_text(pair->value), pair->key_at });
	}
}

/* Choice and value are looked at where they are known, as above. */
static void load_left_open(struct loader *loader, struct target_table *table, const struct node *node)
{
	struct left_open row = { .at = node->at };
	if (!load_keys(loader, node, LEFT_OPEN_KEYS, COUNT_OF(LEFT_OPEN_KEYS), true, &row)
		|| !load_once(loader, node, arena_printf(loader->mapping->arena, "%.*s=%.*s", STR_ARG(row.choice), STR_ARG(row.value))))
		return;
	for (size_t i = 0; i < table->left_open.n; i++)
		if (str_eq(table->left_open.item[i].choice, row.choice) && str_eq(table->left_open.item[i].value, row.value)) {
			table->left_open.item[i] = row;
			return;
		}
	LIST_PUSH(loader->mapping->arena, &table->left_open, row);
}

static bool has_choice(const struct target_table *table, str name)
{
	for (size_t i = 0; i < table->choices.n; i++)
		if (str_eq(table->choices.item[i].name, name))
			return true;
	return false;
}

/* ---- targets ---- */

static struct target_row *plain_row(const struct target_table *table, str feature)
{
	for (size_t i = 0; i < table->plain.n; i++)
		if (str_eq(table->plain.item[i].feature, feature))
			return &table->plain.item[i];
	return NULL;
}

static void extends_nothing(struct loader *loader, const struct target_table *table)
{
	struct str_list names = { 0 };
	for (size_t i = 0; i < loader->mapping->targets.n; i++)
		LIST_PUSH(loader->mapping->diags->arena, &names, loader->mapping->targets.item[i]->name);
	load_fault_as(loader, DIAG_TABLE_NAME, table->at, 1, "there is no target %.*s to extend, or it extends this one", STR_ARG(table->extends))->help =
		load_help(loader, table->extends, &names, "there are");
}

/* Rows and kinds of the target that it extends, where it has none itself. depth: a target cannot extend itself in a circle. */
static void inherit(struct loader *loader, struct target_table *table, size_t depth)
{
	struct arena *arena = loader->mapping->arena;
	struct target_table *base = table->extends.n ? find_target(loader->mapping, table->extends) : NULL;
	if (table->inherited || table->extends.n == 0)
		return;
	if (!base || depth > loader->mapping->targets.n) {
		extends_nothing(loader, table);
		return;
	}
	inherit(loader, base, depth + 1);
	table->inherited = true;
	if (table->regex.engine.n == 0)
		table->regex = base->regex;
	if (table->steps.n == 0)
		table->steps = base->steps;
	for (size_t i = 0; i < base->plain.n; i++)
		if (!plain_row(table, base->plain.item[i].feature))
			LIST_PUSH(arena, &table->plain, base->plain.item[i]);
	for (size_t i = 0; i < base->choices.n; i++)
		if (!has_choice(table, base->choices.item[i].name))
			LIST_PUSH(arena, &table->choices, base->choices.item[i]);
	for (size_t i = 0; i < base->policies.n; i++)
		if (!target_policy(table, base->policies.item[i].kind))
			LIST_PUSH(arena, &table->policies, base->policies.item[i]);
}

/* Another table's row for the feature takes the place of all that there are. A row of one version stands beside the other one. */
static void keep_row(struct arena *arena, struct target_table *table, const struct target_row *row)
{
	struct target_row *old = plain_row(table, row->feature);
	if (row->since_target.n) {
		LIST_PUSH(arena, &table->gated, *row);
		return;
	}
	size_t kept = 0;
	for (size_t i = 0; i < table->gated.n && old; i++)
		if (!str_eq(table->gated.item[i].feature, row->feature))
			table->gated.item[kept++] = table->gated.item[i];
	table->gated.n = old ? kept : table->gated.n;
	if (old)
		*old = *row;
	else
		LIST_PUSH(arena, &table->plain, *row);
}

static void load_target_row(struct loader *loader, struct target_table *table, const struct node *node)
{
	struct target_row row = { 0 };
	if (!load_keys(loader, node, TARGET_ROW_KEYS, COUNT_OF(TARGET_ROW_KEYS), true, &row) || row.feature.n == 0
		|| !load_once(loader, node, arena_join(loader->mapping->arena, row.feature, row.since_target)) || !load_check_feature(loader, node, row.feature, STR("")))
		return;
	if (str_eq(row.how, STR("none")) && row.without.n == 0)
		load_fault_as(loader, DIAG_TABLE_MISSING, node->at, 1, "without is missing: with how none it says what is lost");
	if (!load_said(loader, table, node, &row))
		return;
	keep_row(loader->mapping->arena, table, &row);
}

void load_target(struct loader *loader, const struct node *root)
{
	struct mapping *mapping = loader->mapping;
	str name = node_text(node_get(root, STR("name")));
	struct target_table *table = find_target(mapping, name);
	bool is_new = table == NULL;
	if (is_new) {
		table = NEW(mapping->arena, struct target_table);
	} else if (loader->builtin) {
		load_fault_as(loader, DIAG_TABLE_TWICE, root->at, 1, "two targets have this name");
	}
	load_keys(loader, root, TARGET_KEYS, COUNT_OF(TARGET_KEYS), is_new, table);
	if (is_new && name.n > 0) {
		LIST_PUSH(mapping->arena, &mapping->targets, table);
		qsort(mapping->targets.item, mapping->targets.n, sizeof *mapping->targets.item, compare_targets);
	}
	int64_t bytes;
	if (table->usual_body.n && !quantity_read(table->usual_body, &bytes))
		load_fault(loader, root->at, 1, "usual_body is no number of bytes such as 1Mi");
	const struct node *list = load_list(loader, root, STR("policies"));
	map_init(&loader->seen, mapping->arena);
	for (size_t i = 0; list && i < list->as.list.n; i++)
		load_policy(loader, table, list->as.list.item[i]);
	load_bare(loader, table, node_get(root, STR("endless")), &table->endless);
	load_bare(loader, table, node_get(root, STR("override")), &table->override);
	load_bare(loader, table, node_get(root, STR("refused")), &table->refused);
	load_order(loader, table, node_get(root, STR("order")));
	load_answer(loader, table, node_get(root, STR("answer")));
	load_regex(loader, table, node_get(root, STR("regex")));
	load_choices(loader, table, node_get(root, STR("choices")));
	list = load_list(loader, root, STR("left_open"));
	map_init(&loader->seen, mapping->arena);
	for (size_t i = 0; list && i < list->as.list.n; i++)
		load_left_open(loader, table, list->as.list.item[i]);
	list = load_list(loader, root, STR("features"));
	map_init(&loader->seen, mapping->arena);
	for (size_t i = 0; list && i < list->as.list.n; i++)
		load_target_row(loader, table, list->as.list.item[i]);
	table->at = node_get(root, STR("extends")) ? node_get(root, STR("extends"))->at : root->at;
	load_versions(loader, table, root);
}

void load_inherited(struct loader *loader)
{
	for (size_t i = 0; i < loader->mapping->targets.n; i++) {
		struct target_table *table = loader->mapping->targets.item[i];
		inherit(loader, table, 0);
		target_settle(loader->mapping->arena, table, table->release);
		check_read_as(loader, table);
	}
}
